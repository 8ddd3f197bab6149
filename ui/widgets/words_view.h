// WordsView: the words of a new wallet, numbered, in columns. They are painted from wiped memory,
// are never text of a label, cannot be selected or copied, and are spelled to a screen reader only
// while they are shown.
#pragma once

#include "core/api/setup.h"

#include <QWidget>

namespace runnel::ui {

class WordsView : public QWidget {
    Q_OBJECT
public:
    explicit WordsView(const char* object_name, QWidget* parent = nullptr);
    void setWords(const SecretBytes& words);
    void clear();
    int count() const;
    /// Spelled for a screen reader; the caller wipes it.
    QString spelled() const;

    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ByteView word(int index) const;
    int columns(int width) const;
    SecretBytes m_words;
};

}  // namespace runnel::ui
