// Button: what a person presses. Four kinds: primary (the one thing to do here), secondary, quiet
// (beside them), danger (cannot be taken back). Its text is wrapped, never cut; the focus ring lies
// inside its face. Enter presses the one that has the focus.
#pragma once

#include <QPushButton>

namespace runnel::ui {

enum class ButtonKind { primary, secondary, quiet, danger };

class Button : public QPushButton {
    Q_OBJECT
public:
    Button(ButtonKind kind, const QString& text, const char* object_name,
           QWidget* parent = nullptr);
    void setGlyph(const QString& icon_name);
    void setKind(ButtonKind kind);
    /// Shows that the wish is under way: not to be pressed again meanwhile.
    void setBusy(bool busy, const QString& text = {});

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QRect textRect(int width) const;
    int chrome() const;
    ButtonKind m_kind;
    QString m_glyph, m_idle_text, m_busy_text;
    bool m_busy = false, m_had_focus = false;
};

/// A square button with an icon only; its name is said by tooltip and to screen readers.
class IconButton : public QPushButton {
    Q_OBJECT
public:
    IconButton(const QString& icon_name, const QString& name, const char* object_name,
               QWidget* parent = nullptr);
    void setGlyph(const QString& icon_name);
    QSize sizeHint() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_glyph;
};

}  // namespace runnel::ui
