// Choice: one of several ways, a radio button to keys and screen readers. Its text is wrapped,
// never cut, and all of it can be clicked; the dot stands beside the first line.
#pragma once

#include <QRadioButton>

namespace runnel::ui {

class Choice : public QRadioButton {
    Q_OBJECT
public:
    Choice(const QString& text, const char* object_name, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    bool hitButton(const QPoint& at) const override { return rect().contains(at); }
    void paintEvent(QPaintEvent* event) override;

private:
    QRect textRect(int width) const;
};

}  // namespace runnel::ui
