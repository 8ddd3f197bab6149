// How one entry of the activity looks: a glyph for its direction, title and status, the amount with
// figures of equal width at the end. Painted by one function, for the rows of Home and the list of
// Activity alike.
#pragma once

#include "ui/models/activity_model.h"
#include "ui/models/wallet_model.h"

#include <QAbstractButton>
#include <QStyledItemDelegate>

namespace runnel::ui {

class ActivityRow : public QAbstractButton {
    Q_OBJECT
public:
    ActivityRow(const ActivityEntry& entry, const WalletModel& wallet, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    /// For all of its amount and time, and a word or two of the title.
    int leastWidth() const;
    QByteArray key() const { return QByteArray::fromStdString(m_entry.key()); }

signals:
    void chosen(const QByteArray& key);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ActivityEntry m_entry;
    const WalletModel& m_wallet;
};

class ActivityDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    ActivityDelegate(const WalletModel& wallet, QObject* parent)
        : QStyledItemDelegate(parent), m_wallet(wallet) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// In a list of this width.
    int leastWidth(const QModelIndex& index, int width) const;

private:
    const WalletModel& m_wallet;
};

}  // namespace runnel::ui
