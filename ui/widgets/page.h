// Page: one page of the window: a heading, a column as wide as is good to read, scrolling when it
// must. Its margins shrink where the window is narrow.
#pragma once

#include <QScrollArea>
#include <QVBoxLayout>

namespace runnel::ui {

class Columns;
class Text;

class Page : public QScrollArea {
    Q_OBJECT
public:
    Page(const QString& title, const char* object_name, QWidget* parent = nullptr);
    QVBoxLayout* body() const { return m_body; }
    /// Beside the heading, at the reading direction's end.
    void addHeadAction(QWidget* widget);
    QString title() const;
    /// Scrolls to what has just come to stand somewhere on the page.
    void reveal(QWidget* what);
    /// Of the column of text, for what stands over a page: the most that it is wide, and its margin
    /// in so wide a window.
    static int readingWidth();
    static int sideMargin(int width);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QVBoxLayout* m_body;
    Columns* m_head;
    Text* m_title;
    QWidget* m_column;
};

}  // namespace runnel::ui
