#include "ui/widgets/page.h"

#include "ui/style/theme.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/text.h"

#include <QHBoxLayout>
#include <QResizeEvent>
#include <QTimer>

namespace runnel::ui {

namespace {

constexpr int reading_width = 720;

}  // namespace

Page::Page(const QString& title, const char* object_name, QWidget* parent) : QScrollArea(parent) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(title);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    auto* const content = new ScrollContent;
    content->setObjectName(QStringLiteral("pageContent"));
    auto* const centre = new QHBoxLayout(content);
    centre->setContentsMargins(0, 0, 0, 0);
    m_column = new QWidget;
    centre->addStretch(1);
    centre->addWidget(m_column, 100);
    centre->addStretch(1);
    auto* const outer = new QVBoxLayout(m_column);
    outer->setSpacing(space::normal);
    m_head = new Columns(440);
    m_head->layout()->setSpacing(space::small);
    m_title = (new Text("heading", title))->named("pageTitle");
    m_head->add(m_title, 1);
    outer->addWidget(m_head);
    m_body = new QVBoxLayout;
    m_body->setSpacing(space::normal);
    outer->addLayout(m_body, 1);
    setWidget(content);
}

void Page::addHeadAction(QWidget* widget) {
    m_head->add(widget, 0, Qt::AlignVCenter | Qt::AlignLeft);
}

void Page::reveal(QWidget* what) {
    // Later: it has no place before the page is laid out anew.
    QTimer::singleShot(0, what, [this, what] {
        widget()->layout()->activate();
        ensureWidgetVisible(what, 0, space::normal);
    });
}

QString Page::title() const { return m_title->text(); }

int Page::readingWidth() { return Theme::current().px(reading_width); }

int Page::sideMargin(int width) {
    return width < Theme::current().px(600) ? space::normal : space::huge;
}

void Page::resizeEvent(QResizeEvent* event) {
    const int side = sideMargin(event->size().width());
    m_column->layout()->setContentsMargins(side, side, side, space::huge);
    m_column->setMaximumWidth(readingWidth() + 2 * side);
    QScrollArea::resizeEvent(event);
}

}  // namespace runnel::ui
