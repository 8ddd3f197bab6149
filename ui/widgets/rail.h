// Rail: the way between the pages. At the side with words where there is room, at the bottom under
// the thumb where the window is narrow. One stop of the tab key; arrow keys go along it.
#pragma once

#include <QAbstractButton>
#include <QWidget>

class QBoxLayout;
class QButtonGroup;

namespace runnel::ui {

class RailButton : public QAbstractButton {
    Q_OBJECT
public:
    RailButton(const QString& icon_name, const QString& text, const char* object_name,
               QWidget* parent = nullptr);
    void setFlat(bool flat);
    /// Where the words have no room; tooltip and screen reader still say them.
    void setIconOnly(bool icon_only);
    int flatTextWidth() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void focused();

protected:
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    QString m_glyph;
    bool m_flat = false, m_icon_only = false;
    bool m_ring = false;  ///< Focus came by the keyboard: then it is shown.
};

class Rail : public QWidget {
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);
    RailButton* add(const QString& icon_name, const QString& text, const char* object_name);
    /// At the far end of a side rail; a button like the others at the bottom.
    RailButton* addFoot(const QString& icon_name, const QString& text, const char* object_name);
    /// Above the buttons of a side rail; hidden at the bottom.
    void setHead(QWidget* widget);
    void setFlat(bool flat);
    bool isFlat() const { return m_flat; }
    void setCurrent(int index);
    int current() const;
    QAbstractButton* currentButton() const;

signals:
    void chosen(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void stopAtCurrent();
    void fitWords();
    QList<RailButton*> buttons() const;
    QBoxLayout* m_layout;
    QButtonGroup* m_group;
    QWidget* m_head = nullptr;
    RailButton* m_foot = nullptr;
    bool m_flat = false;
};

}  // namespace runnel::ui
