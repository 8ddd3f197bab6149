// SecretEdit: one line for a passphrase or a word. What is typed lies in a buffer of its own that
// never moves and is wiped, not in a QString with its copies and its undo history; nothing can be
// copied out of it. Paste works for passphrases (that is what password managers do) and not for
// words.
#pragma once

#include "core/api/setup.h"

#include <QWidget>

#include <array>

namespace runnel::ui {

class SecretEdit : public QWidget {
    Q_OBJECT
public:
    enum class Kind { passphrase, word };
    SecretEdit(Kind kind, const QString& name, const char* object_name, QWidget* parent = nullptr);
    ~SecretEdit() override;

    /// A copy for whoever needs it now.
    SecretBytes bytes() const;
    std::size_t length() const { return m_length; }
    bool isEmpty() const { return m_length == 0; }
    void wipe();
    /// Puts a public word in place of what was typed (the list's completion).
    void replaceBy(std::string_view word);
    bool startsLike(std::string_view word) const;
    bool isShown() const { return m_shown; }
    void setShown(bool shown);
    void setWrong(bool wrong);
    bool isWrong() const { return m_wrong; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

signals:
    void edited();
    /// Enter, and a space after a word.
    void finished();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void insert(const QString& text);
    void paste();
    /// All or nothing: there is no cursor within. What is typed next takes its place.
    void choose(bool all);
    void erase();
    int characters() const;

    static constexpr std::size_t capacity = 512;
    Kind m_kind;
    std::array<char, capacity> m_buffer{};
    std::size_t m_length = 0;
    bool m_shown = false, m_wrong = false, m_chosen = false;
};

/// A QString whose characters are overwritten; for text that had to pass through Qt.
void wipe(QString& text);

}  // namespace runnel::ui
