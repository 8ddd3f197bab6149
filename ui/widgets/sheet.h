// Sheet: the frame of every dialog: a heading, a body that scrolls when it must, buttons at the
// foot. Opened with open(), never exec(); as wide as is good to read and never wider than its
// window. Escape closes it. Enter presses the button that has the focus, and from elsewhere only a
// button that the dialog has named for it: never what cannot be taken back.
#pragma once

#include <QDialog>
#include <QVBoxLayout>

class QScrollArea;

namespace runnel::ui {

class Button;
class FlowLayout;

class Sheet : public QDialog {
    Q_OBJECT
public:
    Sheet(const QString& title, const char* object_name, QWidget* parent);

    QVBoxLayout* body() const { return m_body; }
    /// At the reading direction's end, the last one added outermost; below each other where they do
    /// not fit side by side.
    void addFooter(QWidget* widget);
    /// Enter in a field presses it, while it is enabled. For what can be taken back; without it
    /// Enter in a field does nothing.
    void setEnterPresses(Button* button) { m_enter_presses = button; }
    /// Opens, sized to its content and its window.
    void present();
    /// Sizes it anew after its content has changed. A size that a person gave it stays, as far as
    /// the content can be reached in it.
    void fit();
    /// Scrolls to what has just come to stand somewhere in it.
    void reveal(QWidget* what);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QSize wantedSize(const QSize& room);
    int leastWidth() const;
    void arrangeFooter(int width);
    void keepInSight(const QSize& before);

    QScrollArea* m_scroll;
    QWidget* m_content;
    QVBoxLayout* m_body;
    QWidget* m_footer;
    QBoxLayout* m_foot;
    Button* m_enter_presses = nullptr;
    QSize m_fitted;  ///< As it was sized here last.
    QSize m_chosen;  ///< By a person, with the mouse or the desktop's keys; not valid before.
};

}  // namespace runnel::ui
