#include "ui/pages/activity_row.h"

#include "ui/format/activity.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"

#include <QAbstractItemView>
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
        out.glyph = tx->purpose == "funding" || tx->purpose == "close" || tx->purpose == "claim"
                        ? QStringLiteral("channels")
                        : QStringLiteral("coins");
    }
    out.ink = out.words.moved ? Ink::text : Ink::muted;
    return out;
}

QFont numberFont() {
    QFont number = Theme::current().font(Type::body);
    number.setWeight(QFont::DemiBold);
    return number;
}

/// With large text on a narrow window amount and time have lines of their own. All rows of a list
/// alike, so by its width alone.
bool isStacked(int width) {
    return width < 30 * QFontMetrics(Theme::current().font(Type::body)).averageCharWidth();
}

int rowHeight(int width) {
    const auto& theme = Theme::current();
    const int lines = isStacked(width) ? 2 : 1;
    return lines * (theme.lineHeight(Type::body) + theme.lineHeight(Type::caption)) + 2 +
           2 * space::medium;
}

/// Where the parts of a row are, as if it were read from left to right.
struct Places {
    QRect glyph, title, amount, status, when;
};

Places placesIn(const QRect& rect, const Drawn& drawn) {
    const auto& theme = Theme::current();
    const int side = theme.px(20), pad = space::medium;
    const int body = theme.lineHeight(Type::body), caption = theme.lineHeight(Type::caption);
    const int amount = drawTabular(nullptr, {}, numberFont(), drawn.words.amount);
    const int when = QFontMetrics(theme.font(Type::caption)).horizontalAdvance(drawn.when) + 2;
    const int left = rect.left() + pad + side + pad, right = rect.right() - pad;
    const int top = rect.top() + (rect.height() - rowHeight(rect.width())) / 2 + pad;
    const int gap = 2;
    Places out;
    out.glyph = QRect(rect.left() + pad, rect.top() + (rect.height() - side) / 2, side, side);
    if (isStacked(rect.width())) {
        out.title = QRect(left, top, right - left, body);
        out.amount = QRect(left, top + body, amount, body);
        out.status = QRect(left, top + 2 * body + gap, right - left, caption);
        out.when = QRect(left, top + 2 * body + gap + caption, when, caption);
    } else {
        out.title = QRect(left, top, right - amount - pad - left, body);
        out.amount = QRect(right - amount, top, amount, body);
        out.status = QRect(left, top + body + gap, right - when - pad - left, caption);
        out.when = QRect(right - when, top + body + gap, when, caption);
    }
    return out;
}

/// Title and amount, status and time. What does not fit is elided, never the amount.
void draw(QPainter& painter, const QRect& rect, const Drawn& drawn, Qt::LayoutDirection direction,
          qreal ratio) {
    const auto& theme = Theme::current();
    const bool mirrored = direction == Qt::RightToLeft;
    const auto place = [&](QRect where) {
        if (mirrored) where.moveLeft(rect.left() + rect.right() + 1 - where.left() - where.width());
        return where;
    };
    const auto places = placesIn(rect, drawn);
    const QRect glyph = place(places.glyph);
    painter.drawPixmap(
        glyph.topLeft(),
        iconPixmap(drawn.glyph, drawn.words.moved ? Ink::accent : cueInk(drawn.words.cue),
                   glyph.width(), ratio));

    const QRect at = place(places.amount);
    painter.setPen(theme.color(drawn.ink));
    drawTabular(
        &painter,
        QPointF(at.left(), at.top() + (at.height() + QFontMetricsF(numberFont()).capHeight()) / 2),
        numberFont(), drawn.words.amount);
    if (drawn.words.struck) {
        const int middle = at.top() + at.height() / 2;
        painter.drawLine(at.left(), middle, at.right(), middle);
    }

    // Absolute, for the painter would turn it round once more.
    const auto align =
        Qt::AlignVCenter | Qt::AlignAbsolute | (mirrored ? Qt::AlignRight : Qt::AlignLeft);
    const auto write = [&](const QRect& where, const QString& text) {
        painter.drawText(place(where), align,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, where.width()));
    };
    painter.setFont(theme.font(Type::body));
    painter.setPen(theme.colors().text);
    write(places.title, drawn.words.title);
    painter.setFont(theme.font(Type::caption));
    painter.setPen(theme.colors().muted);
    write(places.when, drawn.when);
    painter.setPen(theme.color(drawn.words.cue == Cue::attention ? Ink::bad : Ink::muted));
    write(places.status, drawn.words.status);
}

/// For all of the amount and the time, and a word or two of the title.
int leastWidthOf(const Drawn& drawn, int width) {
    const auto& theme = Theme::current();
    const int amount = drawTabular(nullptr, {}, numberFont(), drawn.words.amount);
    const int when = QFontMetrics(theme.font(Type::caption)).horizontalAdvance(drawn.when);
    const int words = 9 * QFontMetrics(theme.font(Type::body)).averageCharWidth();
    const int wider = qMax(amount, when);
    return 3 * space::medium + theme.px(20) +
           (isStacked(width) ? qMax(wider, words) : space::medium + words + wider);
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
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    const auto drawn = describe(m_entry, m_wallet);
    setAccessibleName(drawn.words.title + QStringLiteral(", ") + drawn.words.amount +
                      QStringLiteral(", ") + drawn.words.status + QStringLiteral(", ") +
                      drawn.when);
    connect(this, &QAbstractButton::clicked, this,
            [this] { emit chosen(QByteArray::fromStdString(m_entry.key())); });
}

int ActivityRow::leastWidth() const { return leastWidthOf(describe(m_entry, m_wallet), width()); }

QSize ActivityRow::sizeHint() const { return {240, rowHeight(width())}; }
int ActivityRow::heightForWidth(int width) const { return rowHeight(width); }

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

void ActivityDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const auto* const entry = entryOf(index);
    if (entry == nullptr) return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const auto& c = Theme::current().colors();
    const QRectF face = QRectF(option.rect).adjusted(2, 1, -2, -1);
    if (option.state.testFlag(QStyle::State_Selected) ||
        option.state.testFlag(QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.state.testFlag(QStyle::State_Selected) ? c.accentSoft : c.sunken);
        painter->drawRoundedRect(face, controlRadius, controlRadius);
    }
    draw(*painter, option.rect, describe(*entry, m_wallet), option.direction,
         option.widget->devicePixelRatioF());
    painter->restore();
}

int ActivityDelegate::leastWidth(const QModelIndex& index, int width) const {
    const auto* const entry = entryOf(index);
    return entry == nullptr ? 0 : leastWidthOf(describe(*entry, m_wallet), width);
}

QSize ActivityDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    const auto* const view = qobject_cast<const QAbstractItemView*>(option.widget);
    return {240, rowHeight(view == nullptr ? option.rect.width() : view->viewport()->width())};
}

}  // namespace runnel::ui
