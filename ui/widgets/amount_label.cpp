#include "ui/widgets/amount_label.h"

#include "ui/format/amount.h"

#include <QFontMetricsF>
#include <QPainter>

#include <cmath>

namespace runnel::ui {

namespace {

constexpr int smallest = 11;

/// Half of the number's size, not smaller than a caption.
QFont unitFont(const QFont& number) {
    QFont font = Theme::current().font(Type::body);
    font.setPixelSize(
        qMax(Theme::current().font(Type::caption).pixelSize(), number.pixelSize() * 45 / 100));
    if (number.pixelSize() <= Theme::current().font(Type::lead).pixelSize())
        font.setPixelSize(number.pixelSize());
    return font;
}

struct Layout {
    QFont number, unit;
    int number_width = 0, gap = 0, unit_width = 0;
    int width() const { return number_width + gap + unit_width; }
};

Layout layOut(const QFont& number, const QString& text) {
    Layout out;
    out.number = number;
    out.unit = unitFont(number);
    out.number_width = drawTabular(nullptr, {}, out.number, text);
    out.gap = qMax(3, number.pixelSize() / 5);
    out.unit_width = static_cast<int>(
        std::ceil(QFontMetricsF(out.unit).horizontalAdvance(QStringLiteral("sat"))));
    return out;
}

}  // namespace

int drawTabular(QPainter* painter, QPointF at, const QFont& font, const QString& text) {
    const QFontMetricsF metrics(font);
    qreal widest = 0;
    for (char digit = '0'; digit <= '9'; ++digit)
        widest = qMax(widest, metrics.horizontalAdvance(QLatin1Char(digit)));
    // A fifth of an em: a thin space, whether the font has one or not.
    const qreal thin = font.pixelSize() / 5.0;
    qreal x = at.x();
    if (painter != nullptr) painter->setFont(font);
    for (const QChar c : text) {
        if (c == groupSpace) {
            x += thin;
            continue;
        }
        const qreal advance = metrics.horizontalAdvance(c);
        const qreal cell = c.isDigit() ? widest : advance;
        if (painter != nullptr)
            painter->drawText(QPointF(x + (cell - advance) / 2, at.y()), QString(c));
        x += cell;
    }
    return static_cast<int>(std::ceil(x - at.x()));
}

AmountLabel::AmountLabel(Type type, const char* object_name, QWidget* parent)
    : QWidget(parent), m_type(type) {
    setObjectName(QString::fromLatin1(object_name));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(text());
}

QString AmountLabel::text() const { return m_exact ? exactText(m_amount) : satText(m_amount); }

QString AmountLabel::number() const {
    return m_exact ? exactNumber(m_amount) : grouped(m_amount.floor_sat().raw());
}

void AmountLabel::setAmount(Msat amount) { set(amount, false); }
void AmountLabel::setExactAmount(Msat amount) { set(amount, true); }

void AmountLabel::set(Msat amount, bool exact) {
    if (amount == m_amount && exact == m_exact) return;
    m_amount = amount;
    m_exact = exact;
    setAccessibleName(text());
    updateGeometry();
    update();
}

void AmountLabel::setInk(Ink ink) {
    m_ink = ink;
    update();
}

QSize AmountLabel::sizeHint() const {
    const auto out = layOut(Theme::current().font(m_type), number());
    return {out.width() + 2, Theme::current().lineHeight(m_type)};
}

int AmountLabel::leastWidth() const {
    auto font = Theme::current().font(m_type);
    font.setPixelSize(qMin(font.pixelSize(), smallest));
    return layOut(font, number()).width();
}

QSize AmountLabel::minimumSizeHint() const {
    return {qMin(sizeHint().width(), 140), sizeHint().height()};
}

void AmountLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::TextAntialiasing);
    const QString figures = number();
    QFont font = Theme::current().font(m_type);
    auto out = layOut(font, figures);
    while (out.width() > width() && font.pixelSize() > smallest) {
        font.setPixelSize(font.pixelSize() - 1);
        out = layOut(font, figures);
    }
    const QFontMetricsF metrics(font);
    const qreal baseline = (height() + metrics.capHeight()) / 2;
    const qreal left = layoutDirection() == Qt::RightToLeft ? width() - out.width() : 0;
    painter.setPen(Theme::current().color(m_ink));
    drawTabular(&painter, QPointF(left, baseline), out.number, figures);
    painter.setPen(Theme::current().color(m_ink == Ink::text ? Ink::muted : m_ink));
    painter.setFont(out.unit);
    painter.drawText(QPointF(left + out.number_width + out.gap, baseline), QStringLiteral("sat"));
}

}  // namespace runnel::ui
