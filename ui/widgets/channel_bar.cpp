#include "ui/widgets/channel_bar.h"

#include "ui/format/amount.h"
#include "ui/style/theme.h"
#include "ui/widgets/layouts.h"

#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace runnel::ui {

namespace {

using Part = ChannelBar::Part;

/// Solid for what can be used, hatched for what is kept back, striped for what is on its way.
void fill(QPainter& painter, const QRectF& rect, Part part) {
    const auto& c = Theme::current().colors();
    const bool ours =
        part == Part::ours || part == Part::our_reserve || part == Part::in_flight_out;
    const QColor color = ours ? c.accent : c.theirs;
    painter.setPen(Qt::NoPen);
    if (part == Part::ours || part == Part::theirs) {
        painter.fillRect(rect, color);
        return;
    }
    painter.fillRect(rect, c.surface);
    const bool moving = part == Part::in_flight_out || part == Part::in_flight_in;
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip);
    painter.setPen(QPen(color, moving ? 4 : 1.5));
    const qreal step = moving ? 10 : 5;
    for (qreal x = rect.left() - rect.height(); x < rect.right() + rect.height(); x += step) {
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()));
    }
    painter.restore();
}

class Bar : public QWidget {
public:
    explicit Bar(const std::vector<ChannelBar::Share>& shares) : m_shares(shares) {
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    QSize sizeHint() const override { return {200, Theme::current().px(18)}; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF all = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
        QPainterPath shape;
        shape.addRoundedRect(all, 6, 6);
        painter.setClipPath(shape);
        painter.fillRect(all, Theme::current().colors().sunken);
        if (layoutDirection() == Qt::RightToLeft) {
            painter.translate(width(), 0);
            painter.scale(-1, 1);
        }
        std::uint64_t total = 0;
        for (const auto& share : m_shares) total += share.amount.raw();
        qreal x = 0;
        for (const auto& share : m_shares) {
            if (total == 0) break;
            // What is there can be seen, however little it is.
            const qreal w = qMax<qreal>(
                3, width() * (static_cast<qreal>(share.amount.raw()) / static_cast<qreal>(total)));
            fill(painter, QRectF(x, 0, w - 1, height()), share.part);
            x += w;
        }
        painter.resetTransform();
        painter.setClipping(false);
        painter.setPen(QPen(Theme::current().colors().edge, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(shape);
    }

private:
    const std::vector<ChannelBar::Share>& m_shares;
};

class LegendItem : public QWidget {
public:
    LegendItem(Part part, const QString& text) : m_part(part), m_text(text) {
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        setObjectName(QStringLiteral("legendItem"));
        setAccessibleName(text);
    }
    QSize sizeHint() const override { return sizeIn(Theme::current().font(Type::caption)); }
    /// Set smaller where room is scarce, but not smaller than it can be read.
    QSize minimumSizeHint() const override {
        auto font = Theme::current().font(Type::caption);
        font.setPixelSize(qMin(font.pixelSize(), smallest));
        return sizeIn(font);
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const bool mirrored = layoutDirection() == Qt::RightToLeft;
        const QRectF box(mirrored ? width() - swatch() : 0, (height() - swatch()) / 2.0, swatch(),
                         swatch());
        fill(painter, box, m_part);
        painter.setPen(QPen(Theme::current().colors().edge, 1));
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setPen(Theme::current().colors().muted);
        auto font = Theme::current().font(Type::caption);
        while (sizeIn(font).width() > width() && font.pixelSize() > smallest)
            font.setPixelSize(font.pixelSize() - 1);
        painter.setFont(font);
        const QRect where = mirrored ? rect().adjusted(0, 0, -swatch() - 6, 0)
                                     : rect().adjusted(swatch() + 6, 0, 0, 0);
        painter.drawText(where, Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft),
                         m_text);
    }

private:
    static constexpr int smallest = 12;
    QSize sizeIn(const QFont& font) const {
        return {swatch() + 6 + QFontMetrics(font).horizontalAdvance(m_text) + 2,
                Theme::current().lineHeight(Type::caption) + 2};
    }
    static int swatch() { return Theme::current().px(12); }
    Part m_part;
    QString m_text;
};

}  // namespace

QString partName(ChannelBar::Part part) {
    switch (part) {
        case Part::our_reserve: return ChannelBar::tr("Yours, kept back");
        case Part::ours: return ChannelBar::tr("Yours");
        case Part::in_flight_out: return ChannelBar::tr("On its way out");
        case Part::in_flight_in: return ChannelBar::tr("On its way in");
        case Part::theirs: return ChannelBar::tr("Theirs");
        case Part::their_reserve: return ChannelBar::tr("Theirs, kept back");
    }
    return {};
}

ChannelBar::ChannelBar(const char* object_name, QWidget* parent)
    : QWidget(parent), m_bar(new Bar(m_shares)), m_legend(new QWidget) {
    setObjectName(QString::fromLatin1(object_name));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::small);
    column->addWidget(m_bar);
    column->addWidget(m_legend);
    new FlowLayout(space::normal, 2, m_legend);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    m_legend->setSizePolicy(policy);
}

void ChannelBar::set(const api::ChannelView& channel) {
    m_shares = sharesOf(channel);
    QLayoutItem* item = nullptr;
    while ((item = m_legend->layout()->takeAt(0)) != nullptr) {
        delete item->widget();
        delete item;
    }
    QStringList said;
    for (const auto& share : m_shares) {
        const auto text = partName(share.part) + u' ' + satText(share.amount);
        m_legend->layout()->addWidget(new LegendItem(share.part, text));
        said << text;
    }
    setAccessibleName(said.join(QStringLiteral(", ")));
    m_legend->updateGeometry();
    m_bar->update();
}

}  // namespace runnel::ui
