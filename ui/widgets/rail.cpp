#include "ui/widgets/rail.h"

#include "ui/style/theme.h"

#include <QBoxLayout>
#include <QButtonGroup>
#include <QFocusEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QResizeEvent>

namespace runnel::ui {

RailButton::RailButton(const QString& icon_name, const QString& text, const char* object_name,
                       QWidget* parent)
    : QAbstractButton(parent), m_glyph(icon_name) {
    setObjectName(QString::fromLatin1(object_name));
    setText(text);
    QString name = text;
    name.remove(u'&');
    setAccessibleName(name);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void RailButton::setFlat(bool flat) {
    m_flat = flat;
    setSizePolicy(flat ? QSizePolicy::Expanding : QSizePolicy::Preferred, QSizePolicy::Fixed);
    updateGeometry();
}

void RailButton::setIconOnly(bool icon_only) {
    if (icon_only == m_icon_only) return;
    m_icon_only = icon_only;
    setToolTip(icon_only ? accessibleName() : QString());
    updateGeometry();
    update();
}

int RailButton::flatTextWidth() const {
    QFont font = Theme::current().font(Type::caption);
    font.setWeight(QFont::DemiBold);
    return QFontMetrics(font).size(Qt::TextShowMnemonic, text()).width() + 8;
}

QSize RailButton::sizeHint() const {
    const auto& theme = Theme::current();
    if (m_flat && m_icon_only) return {48, theme.px(24) + 20};
    if (m_flat)
        return {qMax(48, flatTextWidth()), theme.px(24) + theme.lineHeight(Type::caption) + 18};
    QFont font = theme.font(Type::body);
    font.setWeight(QFont::DemiBold);
    const int text = QFontMetrics(font).size(Qt::TextShowMnemonic, this->text()).width();
    return {theme.px(24) + space::medium + text + theme.px(36), theme.px(44)};
}

void RailButton::focusInEvent(QFocusEvent* event) {
    if (event->reason() != Qt::ActiveWindowFocusReason)
        m_ring = event->reason() != Qt::MouseFocusReason;
    QAbstractButton::focusInEvent(event);
    emit focused();
}

void RailButton::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    const auto& c = theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF face = QRectF(rect()).adjusted(3, 2, -3, -2);
    if (isChecked() || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isChecked() ? c.accentSoft : c.sunken);
        painter.drawRoundedRect(face, controlRadius, controlRadius);
    }
    if (hasFocus() && m_ring) {
        painter.setPen(QPen(c.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(face, controlRadius, controlRadius);
    }
    const Ink ink = isChecked() ? Ink::accent : Ink::muted;
    const int icon = theme.px(22);
    QFont font = theme.font(m_flat ? Type::caption : Type::body);
    font.setWeight(isChecked() ? QFont::DemiBold : QFont::Medium);
    painter.setFont(font);
    painter.setPen(theme.color(isChecked() ? Ink::accent : Ink::muted));
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    if (m_flat) {
        if (m_icon_only) {
            painter.drawPixmap((width() - icon) / 2, (height() - icon) / 2,
                               iconPixmap(m_glyph, ink, icon, devicePixelRatioF()));
            return;
        }
        painter.drawPixmap((width() - icon) / 2, 7,
                           iconPixmap(m_glyph, ink, icon, devicePixelRatioF()));
        painter.drawText(QRect(0, 7 + icon + 2, width(), height() - icon - 9),
                         Qt::AlignHCenter | Qt::AlignVCenter | Qt::TextShowMnemonic, text());
        return;
    }
    const int x = space::medium + 2;
    painter.drawPixmap(mirrored ? width() - x - icon : x, (height() - icon) / 2,
                       iconPixmap(m_glyph, ink, icon, devicePixelRatioF()));
    const int indent = x + icon + space::medium;
    const QRect where =
        mirrored ? rect().adjusted(0, 0, -indent, 0) : rect().adjusted(indent, 0, 0, 0);
    painter.drawText(
        where,
        Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft) | Qt::TextShowMnemonic,
        text());
    if (isChecked()) {
        // A mark beside the colour.
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.accent);
        const QRectF mark(mirrored ? width() - 6 : 3, height() / 4.0, 3, height() / 2.0);
        painter.drawRoundedRect(mark, 1.5, 1.5);
    }
}

Rail::Rail(QWidget* parent)
    : QWidget(parent),
      m_layout(new QBoxLayout(QBoxLayout::TopToBottom, this)),
      m_group(new QButtonGroup(this)) {
    setObjectName(QStringLiteral("rail"));
    setAccessibleName(tr("Pages"));
    m_layout->setContentsMargins(space::medium, space::normal, space::medium, space::normal);
    m_layout->setSpacing(space::hair);
    m_layout->addStretch(1);
    m_group->setExclusive(true);
    // Not clicked: what a screen reader does to a button that can be checked is to toggle it.
    connect(m_group, &QButtonGroup::idToggled, this, [this](int index, bool on) {
        if (on) emit chosen(index);
    });
}

RailButton* Rail::add(const QString& icon_name, const QString& text, const char* object_name) {
    auto* const button = new RailButton(icon_name, text, object_name);
    button->setCheckable(true);
    // The group keeps them apart; this says so to a screen reader: a radio button, not a box to
    // tick.
    button->setAutoExclusive(true);
    m_group->addButton(button, static_cast<int>(m_group->buttons().size()));
    // Qt makes the one that has the focus the tab key's stop; the page may have changed behind it,
    // by a shortcut or a screen reader.
    connect(button, &RailButton::focused, this, &Rail::stopAtCurrent);
    const int foot = m_foot == nullptr ? 0 : 1;
    m_layout->insertWidget(m_layout->count() - 1 - foot, button);
    return button;
}

RailButton* Rail::addFoot(const QString& icon_name, const QString& text, const char* object_name) {
    m_foot = new RailButton(icon_name, text, object_name);
    m_layout->addWidget(m_foot);
    return m_foot;
}

void Rail::setHead(QWidget* widget) {
    m_head = widget;
    m_layout->insertWidget(0, widget);
}

void Rail::setFlat(bool flat) {
    m_flat = flat;
    m_layout->setDirection(flat ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_layout->setContentsMargins(flat ? space::hair : space::medium, flat ? 2 : space::normal,
                                 flat ? space::hair : space::medium, flat ? 2 : space::normal);
    m_layout->setSpacing(flat ? 0 : space::hair);
    // The stretch between pages and foot.
    for (int i = 0; i < m_layout->count(); ++i) {
        if (m_layout->itemAt(i)->spacerItem() != nullptr) m_layout->setStretch(i, flat ? 0 : 1);
    }
    if (m_head != nullptr) m_head->setVisible(!flat);
    for (auto* const button : m_group->buttons()) static_cast<RailButton*>(button)->setFlat(flat);
    if (m_foot != nullptr) m_foot->setFlat(flat);
    fitWords();
}

QList<RailButton*> Rail::buttons() const {
    return findChildren<RailButton*>(QString(), Qt::FindDirectChildrenOnly);
}

void Rail::fitWords() {
    // Of the window, not of this: a rail that is too wide for it makes it wider.
    const int room = (m_flat ? window()->width() : width()) - 2 * space::hair;
    int needed = 0;
    for (const auto* const button : buttons()) needed += qMax(48, button->flatTextWidth());
    for (auto* const button : buttons()) button->setIconOnly(m_flat && needed > room);
}

void Rail::resizeEvent(QResizeEvent* event) {
    fitWords();
    QWidget::resizeEvent(event);
}

void Rail::setCurrent(int index) {
    auto* const current = m_group->button(index);
    if (current == nullptr) return;
    current->setChecked(true);
    stopAtCurrent();
}

/// One stop of the tab key, at the page that is shown; the arrows lead on from there.
void Rail::stopAtCurrent() {
    for (auto* const button : m_group->buttons())
        button->setFocusPolicy(button == m_group->checkedButton() ? Qt::StrongFocus
                                                                  : Qt::ClickFocus);
}

int Rail::current() const { return m_group->checkedId(); }

QAbstractButton* Rail::currentButton() const { return m_group->checkedButton(); }

void Rail::keyPressEvent(QKeyEvent* event) {
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    int step = 0;
    if (event->key() == Qt::Key_Down || event->key() == (mirrored ? Qt::Key_Left : Qt::Key_Right))
        step = 1;
    if (event->key() == Qt::Key_Up || event->key() == (mirrored ? Qt::Key_Right : Qt::Key_Left))
        step = -1;
    auto* const next = step == 0 ? nullptr : m_group->button(m_group->checkedId() + step);
    if (next == nullptr) {
        QWidget::keyPressEvent(event);
        return;
    }
    next->setFocus(Qt::TabFocusReason);
    next->click();
}

void Rail::paintEvent(QPaintEvent*) {
    const auto& c = Theme::current().colors();
    QPainter painter(this);
    painter.fillRect(rect(), c.surface);
    painter.setPen(QPen(c.line, 1));
    if (m_flat) {
        painter.drawLine(rect().topLeft(), rect().topRight());
    } else if (layoutDirection() == Qt::RightToLeft) {
        painter.drawLine(rect().topLeft(), rect().bottomLeft());
    } else {
        painter.drawLine(rect().topRight(), rect().bottomRight());
    }
}

}  // namespace runnel::ui
