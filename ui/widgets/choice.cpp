#include "ui/widgets/choice.h"

#include "ui/style/theme.h"

#include <QPainter>

namespace runnel::ui {

namespace {

// As the style sheet's check boxes.
constexpr int padX = 6, padY = 8, gap = 10, least_dot = 22, inner_of_22 = 10;

QFont choiceFont() { return Theme::current().font(Type::body); }
int dotSide() { return qMax(least_dot, Theme::current().lineHeight(Type::body)); }
int chrome() { return 2 * padX + dotSide() + gap; }

}  // namespace

Choice::Choice(const QString& text, const char* object_name, QWidget* parent)
    : QRadioButton(text, parent) {
    setObjectName(QString::fromLatin1(object_name));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum, QSizePolicy::RadioButton);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

QRect Choice::textRect(int width) const {
    return QFontMetrics(choiceFont())
        .boundingRect(QRect(0, 0, qMax(width, 1), 10'000), Qt::TextWordWrap | Qt::TextShowMnemonic,
                      text());
}

QSize Choice::sizeHint() const {
    const int width = chrome() + textRect(100'000).width() + 2;
    return {width, heightForWidth(width)};
}

QSize Choice::minimumSizeHint() const {
    // The longest word stays whole.
    const QFontMetrics metrics(choiceFont());
    int longest = 0;
    for (const auto& word : text().split(u' '))
        longest = qMax(longest, metrics.horizontalAdvance(word));
    const int width = qMin(sizeHint().width(), chrome() + longest + 2);
    return {width, heightForWidth(width)};
}

int Choice::heightForWidth(int width) const {
    return 2 * padY + qMax(dotSide(), textRect(width - chrome()).height());
}

void Choice::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& c = Theme::current().colors();
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), controlRadius,
                                controlRadius);
    }
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    const int side = dotSide();
    const QRectF dot(mirrored ? width() - padX - side : padX, padY, side, side);
    const QColor ink = !isEnabled() ? c.muted : isChecked() ? c.accent : c.edge;
    if (isChecked()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        painter.drawEllipse(dot);
        const qreal ring = side * (least_dot - inner_of_22) / (2.0 * least_dot);
        painter.setBrush(c.surface);
        painter.drawEllipse(dot.adjusted(ring, ring, -ring, -ring));
    } else {
        painter.setPen(QPen(ink, 2));
        painter.setBrush(c.surface);
        painter.drawEllipse(dot.adjusted(1, 1, -1, -1));
    }
    const int room = width() - chrome();
    const int words = textRect(room).height();
    // One line stands at the middle of the dot, the first of several at its top.
    const int top = padY + qMax(0, (side - words) / 2);
    painter.setFont(choiceFont());
    painter.setPen(isEnabled() ? c.text : c.muted);
    painter.drawText(QRect(mirrored ? padX : padX + side + gap, top, room, words),
                     Qt::TextWordWrap | Qt::TextShowMnemonic | Qt::AlignTop |
                         (mirrored ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignAbsolute,
                     text());
}

}  // namespace runnel::ui
