#include "ui/widgets/cue_line.h"

#include "ui/widgets/text.h"

#include <QHBoxLayout>
#include <QPainter>

namespace runnel::ui {

QString cueGlyph(Cue cue) {
    switch (cue) {
        case Cue::good: return QStringLiteral("good");
        case Cue::busy: return QStringLiteral("busy");
        case Cue::waiting: return QStringLiteral("waiting");
        case Cue::attention: return QStringLiteral("attention");
        case Cue::over: return QStringLiteral("over");
    }
    return QStringLiteral("info");
}

Ink cueInk(Cue cue) {
    switch (cue) {
        case Cue::good: return Ink::good;
        case Cue::busy: return Ink::accent;
        case Cue::waiting: return Ink::warn;
        case Cue::attention: return Ink::bad;
        case Cue::over: return Ink::muted;
    }
    return Ink::muted;
}

Glyph::Glyph(const QString& name, Ink ink, int size, QWidget* parent)
    : QWidget(parent), m_name(name), m_ink(ink), m_size(size) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Glyph::set(const QString& name, Ink ink) {
    m_name = name;
    m_ink = ink;
    update();
}

QSize Glyph::sizeHint() const {
    const int side = Theme::current().px(m_size);
    return {side, side};
}

void Glyph::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.drawPixmap(0, 0, iconPixmap(m_name, m_ink, width(), devicePixelRatioF()));
}

CueLine::CueLine(const char* object_name, QWidget* parent)
    : QWidget(parent),
      m_glyph(new Glyph(QStringLiteral("good"), Ink::good)),
      m_text(new Text("body")) {
    setObjectName(QString::fromLatin1(object_name));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::small + 2);
    row->addWidget(m_glyph, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    m_text->setObjectName(objectName() + QStringLiteral("Text"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void CueLine::set(Cue cue, const QString& sentence) {
    m_cue = cue;
    m_glyph->set(cueGlyph(cue), cueInk(cue));
    m_text->setText(sentence);
    setAccessibleName(cueWord(cue) + QStringLiteral(". ") + sentence);
}

QString CueLine::sentence() const { return m_text->text(); }

CueChip::CueChip(const char* object_name, QWidget* parent) : QWidget(parent) {
    setObjectName(QString::fromLatin1(object_name));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void CueChip::set(Cue cue, const QString& word) {
    m_cue = cue;
    m_word = word;
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize CueChip::sizeHint() const {
    const auto& theme = Theme::current();
    QFont font = theme.font(Type::caption);
    font.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(font);
    return {metrics.horizontalAdvance(m_word) + theme.px(16) + 6 + 20, theme.px(24)};
}

void CueChip::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    const auto& c = theme.colors();
    QColor ground = c.sunken;
    if (m_cue == Cue::good) ground = c.goodSoft;
    if (m_cue == Cue::busy) ground = c.accentSoft;
    if (m_cue == Cue::waiting) ground = c.warnSoft;
    if (m_cue == Cue::attention) ground = c.badSoft;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(rect(), height() / 2.0, height() / 2.0);
    const int side = theme.px(16);
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    const int x = mirrored ? width() - 8 - side : 8;
    painter.drawPixmap(x, (height() - side) / 2,
                       iconPixmap(cueGlyph(m_cue), cueInk(m_cue), side, devicePixelRatioF()));
    QFont font = theme.font(Type::caption);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(theme.color(cueInk(m_cue)));
    const QRect where = mirrored ? QRect(8, 0, width() - side - 22, height())
                                 : QRect(8 + side + 6, 0, width() - side - 22, height());
    painter.drawText(where, Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft), m_word);
}

}  // namespace runnel::ui
