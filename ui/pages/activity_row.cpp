#include "ui/pages/activity_row.h"

#include "ui/format/activity.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"

#include <QAbstractProxyModel>
#include <QPainter>

namespace runnel::ui {

namespace {

struct Drawn {
    ActivityWords words;
    QString when, glyph;
    Ink ink = Ink::muted;
};

Drawn describe(const ActivityEntry& entry, const WalletModel& wallet) {
    Drawn out;
    out.when = whenText(entry.time(), wallet.now());
    if (const auto* const payment = entry.payment()) {
        out.words = activityWords(*payment, wallet.now());
        out.glyph = payment->outgoing ? QStringLiteral("pay") : QStringLiteral("receive");
        if (payment->status == api::PaymentStatus::failed) out.glyph = QStringLiteral("failed");
        if (payment->status == api::PaymentStatus::pending) out.glyph = cueGlyph(out.words.cue);
    } else {
        const auto* const tx = entry.transaction();
        out.words = activityWords(*tx, wallet.picture().chain);
        out.glyph = tx->purpose == "funding" || tx->purpose == "close" || tx->purpose == "claim" ? QStringLiteral("channels")
                                                                                                : QStringLiteral("coins");
    }
    out.ink = out.words.moved ? Ink::text : Ink::muted;
    return out;
}

int rowHeight() {
    const auto& theme = Theme::current();
    return theme.lineHeight(Type::body) + theme.lineHeight(Type::caption) + 2 + 2 * space::medium;
}

/// Two lines: title and amount, status and time. What does not fit is elided, never the amount.
void draw(QPainter& painter, const QRect& rect, const Drawn& drawn, Qt::LayoutDirection direction, qreal ratio) {
    const auto& theme = Theme::current();
    const bool mirrored = direction == Qt::RightToLeft;
    const int side = theme.px(20), pad = space::medium;
    const auto place = [&](QRect where) {
        if (mirrored) where.moveLeft(rect.left() + rect.right() + 1 - where.left() - where.width());
        return where;
    };
    const QRect glyph = place(QRect(rect.left() + pad, rect.top() + (rect.height() - side) / 2, side, side));
    painter.drawPixmap(glyph.topLeft(), iconPixmap(drawn.glyph, drawn.words.moved ? Ink::accent : cueInk(drawn.words.cue), side, ratio));

    const int left = rect.left() + pad + side + pad;
    const int first = theme.lineHeight(Type::body), second = theme.lineHeight(Type::caption);
    const int top = rect.top() + (rect.height() - first - second - 2) / 2;
    const int right = rect.right() - pad;

    QFont number = theme.font(Type::body);
    number.setWeight(QFont::DemiBold);
    const int amount = drawTabular(nullptr, {}, number, drawn.words.amount);
    const QRect at = place(QRect(right - amount, top, amount, first));
    painter.setPen(theme.color(drawn.ink));
    drawTabular(&painter, QPointF(at.left(), at.top() + (first + QFontMetricsF(number).capHeight()) / 2), number, drawn.words.amount);

    if (drawn.words.struck) {
        const int middle = at.top() + first / 2;
        painter.drawLine(at.left(), middle, at.right(), middle);
    }

    const auto align = Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft);
    const auto ahead = Qt::AlignVCenter | (mirrored ? Qt::AlignLeft : Qt::AlignRight);
    painter.setFont(theme.font(Type::body));
    painter.setPen(theme.colors().text);
    const QRect title = place(QRect(left, top, right - amount - pad - left, first));
    painter.drawText(title, align, painter.fontMetrics().elidedText(drawn.words.title, Qt::ElideRight, title.width()));

    painter.setFont(theme.font(Type::caption));
    painter.setPen(theme.colors().muted);
    const int when = painter.fontMetrics().horizontalAdvance(drawn.when) + 2;
    painter.drawText(place(QRect(right - when, top + first + 2, when, second)), ahead, drawn.when);
    const QRect status = place(QRect(left, top + first + 2, right - when - pad - left, second));
    painter.setPen(theme.color(drawn.words.cue == Cue::attention ? Ink::bad : Ink::muted));
    painter.drawText(status, align, painter.fontMetrics().elidedText(drawn.words.status, Qt::ElideRight, status.width()));
}

int leastWidthOf(const Drawn& drawn) {
    const auto& theme = Theme::current();
    QFont number = theme.font(Type::body);
    number.setWeight(QFont::DemiBold);
    const int amount = drawTabular(nullptr, {}, number, drawn.words.amount);
    const int when = QFontMetrics(theme.font(Type::caption)).horizontalAdvance(drawn.when);
    const int words = 9 * QFontMetrics(theme.font(Type::body)).averageCharWidth();
    return 4 * space::medium + theme.px(20) + words + qMax(amount, when);
}

const ActivityEntry* entryOf(const QModelIndex& index) {
    const auto* model = index.model();
    QModelIndex source = index;
    if (const auto* const proxy = qobject_cast<const QAbstractProxyModel*>(model)) {
        source = proxy->mapToSource(index);
        model = proxy->sourceModel();
    }
    const auto* const activity = qobject_cast<const ActivityModel*>(model);
    return activity == nullptr ? nullptr : &activity->at(source.row());
}

}  // namespace

ActivityRow::ActivityRow(const ActivityEntry& entry, const WalletModel& wallet, QWidget* parent)
    : QAbstractButton(parent), m_entry(entry), m_wallet(wallet) {
    setObjectName(QStringLiteral("activityRow"));
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    const auto drawn = describe(m_entry, m_wallet);
    setAccessibleName(drawn.words.title + QStringLiteral(", ") + drawn.words.amount + QStringLiteral(", ") + drawn.words.status +
                      QStringLiteral(", ") + drawn.when);
    connect(this, &QAbstractButton::clicked, this, [this] { emit chosen(QByteArray::fromStdString(m_entry.key())); });
}

int ActivityRow::leastWidth() const {
    return leastWidthOf(describe(m_entry, m_wallet));
}

QSize ActivityRow::sizeHint() const { return {240, rowHeight()}; }

void ActivityRow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& c = Theme::current().colors();
    const QRectF face = QRectF(rect()).adjusted(1, 1, -1, -1);
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.sunken);
        painter.drawRoundedRect(face, controlRadius, controlRadius);
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(face, controlRadius, controlRadius);
    }
    draw(painter, rect(), describe(m_entry, m_wallet), layoutDirection(), devicePixelRatioF());
}

void ActivityDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto* const entry = entryOf(index);
    if (entry == nullptr) return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const auto& c = Theme::current().colors();
    const QRectF face = QRectF(option.rect).adjusted(2, 1, -2, -1);
    if (option.state.testFlag(QStyle::State_Selected) || option.state.testFlag(QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.state.testFlag(QStyle::State_Selected) ? c.accentSoft : c.sunken);
        painter->drawRoundedRect(face, controlRadius, controlRadius);
    }
    draw(*painter, option.rect, describe(*entry, m_wallet), option.direction, option.widget->devicePixelRatioF());
    painter->restore();
}

int ActivityDelegate::leastWidth(const QModelIndex& index) const {
    const auto* const entry = entryOf(index);
    return entry == nullptr ? 0 : leastWidthOf(describe(*entry, m_wallet));
}

QSize ActivityDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {240, rowHeight()}; }

}  // namespace runnel::ui
