#include "ui/widgets/notes.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/page.h"
#include "ui/widgets/text.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QTimer>

namespace runnel::ui {

void alert(QWidget* widget) {
    // Without a screen reader Qt drops the event. The count is what can be heard then, by tests.
    widget->setProperty("alerts", widget->property("alerts").toInt() + 1);
    QAccessibleEvent event(widget, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

StateView::StateView(const char* object_name, QWidget* parent) : QWidget(parent) {
    setObjectName(QString::fromLatin1(object_name));
    auto* const centre = new QHBoxLayout(this);
    centre->setContentsMargins(space::normal, space::huge, space::normal, space::huge);
    m_column = new QWidget;
    centre->addStretch(1);
    centre->addWidget(m_column, 100);
    centre->addStretch(1);
    auto* const column = new QVBoxLayout(m_column);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::medium);
    m_glyph = new Glyph(QStringLiteral("info"), Ink::muted, 40);
    m_title =
        (new Text("title"))->named((objectName() + QStringLiteral("Title")).toLatin1().constData());
    m_explanation =
        (new Text("muted"))
            ->named((objectName() + QStringLiteral("Explanation")).toLatin1().constData());
    m_title->setAlignment(Qt::AlignCenter);
    m_explanation->setAlignment(Qt::AlignCenter);
    m_action = new Button(ButtonKind::primary, {},
                          (objectName() + QStringLiteral("Action")).toLatin1().constData());
    m_second = new Button(ButtonKind::secondary, {},
                          (objectName() + QStringLiteral("SecondAction")).toLatin1().constData());
    column->addStretch(1);
    column->addWidget(m_glyph, 0, Qt::AlignHCenter);
    column->addWidget(m_title);
    column->addWidget(m_explanation);
    column->addSpacing(space::small);
    column->addWidget(m_action, 0, Qt::AlignHCenter);
    column->addWidget(m_second, 0, Qt::AlignHCenter);
    column->addStretch(2);
    offer({});
}

void StateView::set(const QString& glyph, const QString& title, const QString& explanation) {
    m_glyph->set(glyph, Ink::muted);
    m_title->setText(title);
    m_explanation->setText(explanation);
    m_explanation->setVisible(!explanation.isEmpty());
    setAccessibleName(title);
    setAccessibleDescription(explanation);
}

void StateView::offer(const QString& action, const QString& second) {
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_second->setText(second);
    m_second->setVisible(!second.isEmpty());
}

void StateView::resizeEvent(QResizeEvent* event) {
    m_column->setMaximumWidth(Page::readingWidth());
    QWidget::resizeEvent(event);
}

Banner::Banner(const char* object_name, QWidget* parent) : Card("info", parent) {
    setObjectName(QString::fromLatin1(object_name));
    auto* const row = new QHBoxLayout;
    row->setSpacing(space::medium);
    m_glyph = new Glyph(QStringLiteral("info"), Ink::accent, 22);
    auto* const column = new QVBoxLayout;
    column->setSpacing(space::hair);
    m_what =
        (new Text("strong"))->named((objectName() + QStringLiteral("What")).toLatin1().constData());
    m_why =
        (new Text("body"))->named((objectName() + QStringLiteral("Why")).toLatin1().constData());
    m_retry =
        (new Text("body"))->named((objectName() + QStringLiteral("Try")).toLatin1().constData());
    for (auto* const text : {m_what, m_why, m_retry}) column->addWidget(text);
    row->addWidget(m_glyph, 0, Qt::AlignTop);
    row->addLayout(column, 1);
    body()->addLayout(row);
    body()->setContentsMargins(space::normal, space::medium, space::normal, space::medium);
    hide();
}

void Banner::showProblem(const Wording& wording) {
    setTone("bad");
    m_glyph->set(QStringLiteral("attention"), Ink::bad);
    m_what->setText(wording.what);
    m_why->setText(wording.why);
    m_retry->setText(wording.retry);
    m_why->setVisible(!wording.why.isEmpty());
    m_retry->setVisible(!wording.retry.isEmpty());
    setAccessibleName(wording.joined());
    show();
    alert(this);
}

void Banner::showNote(const char* tone, const QString& glyph, const QString& what,
                      const QString& more) {
    setTone(tone);
    const QString name = QString::fromLatin1(tone);
    m_glyph->set(glyph, name == QStringLiteral("warn")   ? Ink::warn
                        : name == QStringLiteral("bad")  ? Ink::bad
                        : name == QStringLiteral("good") ? Ink::good
                                                         : Ink::accent);
    m_what->setText(what);
    m_why->setText(more);
    m_why->setVisible(!more.isEmpty());
    m_retry->hide();
    setAccessibleName(more.isEmpty() ? what : what + u' ' + more);
    show();
    alert(this);
}

QString Banner::text() const { return accessibleName(); }

Toast::Toast(QWidget* parent) : QWidget(parent), m_timer(new QTimer(this)) {
    setObjectName(QStringLiteral("toast"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    parent->installEventFilter(this);
    m_timer->setSingleShot(true);
    m_timer->setInterval(4000);
    connect(m_timer, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void Toast::say(const QString& sentence, const QString& glyph) {
    m_sentence = sentence;
    m_glyph = glyph;
    setAccessibleName(sentence);
    place();
    show();
    raise();
    update();
    m_timer->start();
    alert(this);
}

void Toast::place() {
    const auto& theme = Theme::current();
    const int chrome = theme.px(20) + space::small + 2 * space::normal;
    const int most = qMin(parentWidget()->width() - 2 * space::normal, theme.px(560));
    const QFontMetrics metrics(theme.font(Type::body));
    const auto text = metrics.boundingRect(QRect(0, 0, qMax(1, most - chrome), 1000),
                                           Qt::TextWordWrap, m_sentence);
    const QSize size(text.width() + chrome + 2,
                     qMax(text.height(), theme.px(20)) + 2 * space::medium);
    setGeometry(QRect(QPoint((parentWidget()->width() - size.width()) / 2,
                             parentWidget()->height() - size.height() - theme.px(76)),
                      size));
}

void Toast::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.colors().text);
    painter.drawRoundedRect(rect(), cardRadius, cardRadius);
    const int side = theme.px(20);
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    // The ground is the text's colour here, so the icon takes the card's.
    QPixmap glyph = iconPixmap(m_glyph, Ink::text, side, devicePixelRatioF());
    QPainter tint(&glyph);
    tint.setCompositionMode(QPainter::CompositionMode_SourceIn);
    tint.fillRect(glyph.rect(), theme.colors().surface);
    tint.end();
    painter.drawPixmap(mirrored ? width() - space::normal - side : space::normal,
                       (height() - side) / 2, glyph);
    painter.setPen(theme.colors().surface);
    painter.setFont(theme.font(Type::body));
    const int indent = space::normal + side + space::small;
    const QRect where = mirrored ? rect().adjusted(space::normal, 0, -indent, 0)
                                 : rect().adjusted(indent, 0, -space::normal, 0);
    painter.drawText(where, Qt::AlignVCenter | Qt::TextWordWrap, m_sentence);
}

bool Toast::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) place();
    return QWidget::eventFilter(watched, event);
}

}  // namespace runnel::ui
