// AmountLabel: an amount with figures of equal width, so that digits stay where they are while they
// change and lists align. The number large, "sat" small behind it. Shrinks rather than being cut.
#pragma once

#include "core/api/snapshot.h"
#include "ui/style/theme.h"

#include <QWidget>

class QPainter;

namespace runnel::ui {

class AmountLabel : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString text READ text)
public:
    explicit AmountLabel(Type type, const char* object_name, QWidget* parent = nullptr);
    /// What one has: rounded down to whole satoshi.
    void setAmount(Msat amount);
    /// What is paid: to the last part of a satoshi.
    void setExactAmount(Msat amount);
    void setInk(Ink ink);
    QString text() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// Below it the amount would be cut: it is set smaller where room is scarce, and not smaller
    /// than can be read.
    int leastWidth() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void set(Msat amount, bool exact);
    QString number() const;

    Type m_type;
    Ink m_ink = Ink::text;
    Msat m_amount;
    bool m_exact = false;
};

/// Draws text with every digit as wide as the widest; gives the width, draws nothing without a
/// painter. The baseline starts at `at`, always left to right: numbers are read so in every
/// language.
int drawTabular(QPainter* painter, QPointF at, const QFont& font, const QString& text);

}  // namespace runnel::ui
