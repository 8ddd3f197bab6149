#include "ui/widgets/button.h"

#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOption>

namespace runnel::ui {

namespace {

constexpr int padX = 16, padY = 9;

struct Look {
    QColor face, border, text;
};

Look lookOf(ButtonKind kind, const QPushButton& button) {
    const auto& c = Theme::current().colors();
    const bool hover = button.underMouse() && button.isEnabled();
    const bool down = button.isDown();
    if (!button.isEnabled()) {
        if (kind == ButtonKind::quiet) return {Qt::transparent, Qt::transparent, c.muted};
        return {c.sunken, c.line, c.muted};
    }
    switch (kind) {
        case ButtonKind::primary:
            return {down || hover ? c.accentHover : c.accent, Qt::transparent, c.onAccent};
        case ButtonKind::danger: return {c.bad, Qt::transparent, c.onBad};
        case ButtonKind::secondary:
            return {down ? c.accentSoft : hover ? c.sunken : c.surface, c.edge, c.text};
        case ButtonKind::quiet:
            return {down || hover ? c.accentSoft : QColor(Qt::transparent), Qt::transparent,
                    c.accent};
    }
    return {};
}

Ink inkOf(ButtonKind kind, bool enabled) {
    if (!enabled) return Ink::muted;
    switch (kind) {
        case ButtonKind::primary: return Ink::onAccent;
        case ButtonKind::danger: return Ink::onBad;
        case ButtonKind::secondary: return Ink::text;
        case ButtonKind::quiet: return Ink::accent;
    }
    return Ink::text;
}

void drawFace(QPainter& painter, const QRectF& face, const Look& look, bool focused) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(look.border.alpha() == 0 ? QPen(Qt::NoPen) : QPen(look.border, 1));
    painter.setBrush(look.face);
    painter.drawRoundedRect(face, controlRadius, controlRadius);
    if (!focused) return;
    // Inside: so that buttons line up with what stands above and below them. In the text's colour
    // on a face of colour.
    const bool on_color = look.face.alpha() != 0 && contrast(look.text, look.face) >= 3 &&
                          contrast(look.face, Theme::current().colors().surface) > 2;
    painter.setPen(QPen(on_color ? look.text : Theme::current().colors().accent, 2));
    painter.setBrush(Qt::NoBrush);
    const qreal inset = on_color ? 3 : 1;
    painter.drawRoundedRect(face.adjusted(inset, inset, -inset, -inset), controlRadius - inset,
                            controlRadius - inset);
}

/// Enter presses the button that has the focus, as the space bar does. Left to QDialog it would
/// press the dialog's main button, whatever has the focus: "Back" would send. Held down it presses
/// once, or one press would run through what opens next.
bool pressedByEnter(QPushButton& button, QKeyEvent& event) {
    if (event.key() != Qt::Key_Return && event.key() != Qt::Key_Enter) return false;
    event.accept();
    if (!event.isAutoRepeat()) button.click();
    return true;
}

QFont buttonFont() {
    auto font = Theme::current().font(Type::body);
    font.setWeight(QFont::DemiBold);
    return font;
}

}  // namespace

Button::Button(ButtonKind kind, const QString& text, const char* object_name, QWidget* parent)
    : QPushButton(text, parent), m_kind(kind) {
    setObjectName(QString::fromLatin1(object_name));
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
    setAutoDefault(false);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum, QSizePolicy::PushButton);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Button::setGlyph(const QString& icon_name) {
    m_glyph = icon_name;
    updateGeometry();
    update();
}

void Button::setKind(ButtonKind kind) {
    m_kind = kind;
    update();
}

void Button::setBusy(bool busy, const QString& text) {
    if (busy == m_busy) return;
    m_busy = busy;
    if (busy) {
        m_idle_text = this->text();
        m_busy_text = text;
        if (!text.isEmpty()) setText(text);
    } else if (!m_busy_text.isEmpty() && this->text() == m_busy_text) {
        setText(m_idle_text);  // unless it was given another one meanwhile
    }
    // A disabled widget hands the keyboard on to the next one, where a second press would do
    // something else. It waits for its own.
    if (busy) {
        m_had_focus = hasFocus();
        if (m_had_focus) clearFocus();
    }
    setEnabled(!busy);
    if (!busy && m_had_focus && isVisible() && window()->focusWidget() == nullptr)
        setFocus(Qt::OtherFocusReason);
}

int Button::chrome() const {
    const auto& theme = Theme::current();
    return 2 * theme.px(padX) + (m_glyph.isEmpty() ? 0 : theme.px(20) + space::small);
}

QRect Button::textRect(int width) const {
    return QFontMetrics(buttonFont())
        .boundingRect(QRect(0, 0, qMax(width, 1), 10'000),
                      Qt::TextWordWrap | Qt::TextShowMnemonic | Qt::AlignCenter, text());
}

QSize Button::sizeHint() const {
    const auto text = textRect(100'000);
    return {chrome() + text.width() + 2, heightForWidth(chrome() + text.width() + 2)};
}

QSize Button::minimumSizeHint() const {
    // The longest word stays whole.
    int longest = 0;
    const QFontMetrics metrics(buttonFont());
    for (const auto& word : text().split(u' '))
        longest = qMax(longest, metrics.horizontalAdvance(word));
    const int width = qMin(sizeHint().width(), chrome() + longest + 2);
    return {width, heightForWidth(width)};
}

int Button::heightForWidth(int width) const {
    const auto& theme = Theme::current();
    const int text = textRect(width - chrome()).height();
    return 2 * theme.px(padY) + qMax(text, theme.px(20));
}

void Button::keyPressEvent(QKeyEvent* event) {
    if (!pressedByEnter(*this, *event)) QPushButton::keyPressEvent(event);
}

void Button::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const auto& theme = Theme::current();
    const auto look = lookOf(m_kind, *this);
    const QRectF face = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    drawFace(painter, face, look, hasFocus());

    const int icon = m_glyph.isEmpty() ? 0 : theme.px(20);
    const int gap = icon == 0 ? 0 : space::small;
    const int room = width() - chrome();
    const auto text_size = textRect(room).size();
    const int total = icon + gap + text_size.width();
    int x = (width() - total) / 2;
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    if (icon != 0) {
        const int at = mirrored ? width() - x - icon : x;
        painter.drawPixmap(
            at, (height() - icon) / 2,
            iconPixmap(m_glyph, inkOf(m_kind, isEnabled()), icon, devicePixelRatioF()));
        x += icon + gap;
    }
    QRect where(x, 0, text_size.width() + 1, height());
    if (mirrored) where.moveLeft(width() - x - where.width());
    painter.setFont(buttonFont());
    painter.setPen(look.text);
    painter.drawText(where, Qt::AlignCenter | Qt::TextWordWrap | Qt::TextShowMnemonic, text());
}

IconButton::IconButton(const QString& icon_name, const QString& name, const char* object_name,
                       QWidget* parent)
    : QPushButton(parent), m_glyph(icon_name) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(name);
    setToolTip(name);
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void IconButton::setGlyph(const QString& icon_name) {
    m_glyph = icon_name;
    update();
}

QSize IconButton::sizeHint() const {
    const int side = Theme::current().px(24) + 16;
    return {side, side};
}

void IconButton::keyPressEvent(QKeyEvent* event) {
    if (!pressedByEnter(*this, *event)) QPushButton::keyPressEvent(event);
}

void IconButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    auto look = lookOf(ButtonKind::quiet, *this);
    const QRectF face = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    drawFace(painter, face, look, hasFocus());
    const int side = Theme::current().px(20);
    painter.drawPixmap(
        (width() - side) / 2, (height() - side) / 2,
        iconPixmap(m_glyph, isEnabled() ? Ink::text : Ink::muted, side, devicePixelRatioF()));
}

}  // namespace runnel::ui
