// Fields: amounts to be typed (grouped while one types), facts to be read (a label and what it
// says), and text to be copied.
#pragma once

#include "core/api/snapshot.h"

#include <QLineEdit>
#include <QWidget>

#include <optional>

class QVBoxLayout;

namespace runnel::ui {

class CueLine;
class Text;

/// Says itself what is wrong with what stands in it, below it where labelled() made its row.
class AmountEdit : public QLineEdit {
    Q_OBJECT
public:
    AmountEdit(const QString& name, const char* object_name, QWidget* parent = nullptr);
    /// Nothing while it is empty or not an amount.
    std::optional<Sat> amount() const;
    void setAmount(Sat amount);
    bool isUsable() const { return text().trimmed().isEmpty() || amount().has_value(); }
    void setWrong(bool wrong);
    /// Stands below the field while it is wrong: a red border alone tells nothing to many.
    QWidget* complaint();

private:
    void regroup();
    void showComplaint();
    bool m_busy = false, m_wrong = false;
    CueLine* m_complaint = nullptr;
};

/// A list of facts: labels in one column, what they say in the other; below each other where it is
/// narrow.
class Facts : public QWidget {
    Q_OBJECT
public:
    explicit Facts(QWidget* parent = nullptr);
    /// The same label again replaces what it says. An empty value removes the row.
    void set(const QString& label, const QString& value, bool technical = false);
    /// A long name that somebody may want to paste somewhere.
    void setCopyable(const QString& label, const QString& value, const char* object_name);
    void clear();
    QString value(const QString& label) const;

private:
    QWidget* find(const QString& label) const;
    QVBoxLayout* m_rows;
};

/// A long text with a button that copies it.
class CopyField : public QWidget {
    Q_OBJECT
public:
    CopyField(const QString& name, const char* object_name, QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const { return m_value; }

signals:
    void copied(const QString& what);

private:
    QString m_name, m_value;
    Text* m_text;
};

/// A label above its control, the label being its buddy; `hint` below.
QWidget* labelled(const QString& label, QWidget* control, const QString& hint = {});

}  // namespace runnel::ui
