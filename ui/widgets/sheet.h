// Sheet: the frame of every dialog: a heading, a body that scrolls when it must, buttons at the foot. Opened with open(), never
// exec(); as wide as is good to read and never wider than its window. Escape closes it while nothing irrevocable is under way.
#pragma once

#include <QDialog>
#include <QVBoxLayout>

namespace runnel::ui {

class Button;
class FlowLayout;

class Sheet : public QDialog {
    Q_OBJECT
public:
    Sheet(const QString& title, const char* object_name, QWidget* parent);

    QVBoxLayout* body() const { return m_body; }
    /// From the reading direction's end: the first one added is the outermost.
    void addFooter(QWidget* widget);
    /// Opens, sized to its content and its window.
    void present();
    /// Sizes it anew after its content has changed.
    void fit();

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void keepInSight(const QSize& before);

    QWidget* m_content;
    QVBoxLayout* m_body;
    QWidget* m_footer;
};

}  // namespace runnel::ui
