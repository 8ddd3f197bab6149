#include "ui/widgets/sheet.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/text.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QResizeEvent>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>

namespace runnel::ui {

namespace {

constexpr int reading_width = 480;

}  // namespace

Sheet::Sheet(const QString& title, const char* object_name, QWidget* parent) : QDialog(parent) {
    setObjectName(QString::fromLatin1(object_name));
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);

    auto* const head = new QHBoxLayout;
    head->setContentsMargins(space::large, space::normal, space::medium, space::small);
    auto* const heading = (new Text("title", title))->named("sheetTitle");
    head->addWidget(heading, 1);
    auto* const close =
        new IconButton(QStringLiteral("close"), tr("Close this dialog"), "sheetClose");
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    head->addWidget(close, 0, Qt::AlignTop);
    column->addLayout(head);

    auto* const scroll = m_scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    m_content = new ScrollContent;
    m_content->setObjectName(QStringLiteral("pageContent"));
    m_body = new QVBoxLayout(m_content);
    m_body->setContentsMargins(space::large, space::hair, space::large, space::normal);
    m_body->setSpacing(space::medium);
    scroll->setWidget(m_content);
    m_content->installEventFilter(this);
    column->addWidget(scroll, 1);

    m_footer = new QWidget;
    m_foot = new QBoxLayout(QBoxLayout::LeftToRight, m_footer);
    m_foot->setContentsMargins(space::large - 3, space::small, space::large - 3, space::normal);
    m_foot->setSpacing(space::small);
    m_foot->addStretch(1);
    m_footer->installEventFilter(this);
    m_footer->hide();
    column->addWidget(m_footer);
}

void Sheet::addFooter(QWidget* widget) {
    m_footer->show();
    m_foot->addWidget(widget);
}

/// A row of buttons, each on one line; where there is no room for that, a column of them.
void Sheet::arrangeFooter(int width) {
    const auto margins = m_foot->contentsMargins();
    int needed = margins.left() + margins.right() - m_foot->spacing();
    for (int i = 0; i < m_foot->count(); ++i) {
        const auto* const widget = m_foot->itemAt(i)->widget();
        if (widget != nullptr && !widget->isHidden())
            needed += widget->sizeHint().width() + m_foot->spacing();
    }
    const auto wanted = needed <= width ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom;
    if (m_foot->direction() != wanted) m_foot->setDirection(wanted);
}

void Sheet::fit() {
    const auto* const around = parentWidget() != nullptr ? parentWidget()->window() : nullptr;
    const QSize room = around != nullptr && around->isVisible() ? around->size() : QSize(1280, 800);
    const QSize before = size();
    if (m_chosen.isValid()) {
        const QSize screen_size = screen()->availableGeometry().size();
        // The desktop stops there, too, from now on.
        setMinimumWidth(qMin(leastWidth(), screen_size.width()));
        resize(m_chosen.boundedTo(screen_size));
    } else {
        resize(wantedSize(room));
        // What still does not fit, the scroll area knows best.
        layout()->activate();
        const int most = qMax(360, room.height() - 2 * space::small);
        if (const int hidden = m_scroll->verticalScrollBar()->maximum(); hidden > 0 && isVisible())
            resize(width(), qMin(height() + hidden, most));
        m_fitted = size();
    }
    if (isVisible() && size() != before) keepInSight(before);
}

/// Below it words would be cut, for nothing scrolls sideways; what is too long is scrolled to.
int Sheet::leastWidth() const {
    return m_content->minimumSizeHint().width() + m_scroll->verticalScrollBar()->sizeHint().width();
}

QSize Sheet::wantedSize(const QSize& room) {
    const auto& theme = Theme::current();
    const int width = qMin(theme.px(reading_width), qMax(320, room.width() - 2 * space::small));
    ensurePolished();
    arrangeFooter(width);
    m_body->activate();
    layout()->activate();
    int height = heightOf(*m_body, width) + heightOf(*layout()->itemAt(0), width);
    if (!m_footer->isHidden()) height += heightOf(*m_foot, width);
    return {width, qMin(height, qMax(360, room.height() - 2 * space::small))};
}

/// It grows about its middle, and never beyond the screen, where its buttons could not be reached.
void Sheet::keepInSight(const QSize& before) {
    const QRect all = screen()->availableGeometry();
    QRect frame = frameGeometry();
    frame.translate((before.width() - width()) / 2, (before.height() - height()) / 2);
    frame.moveRight(qMin(frame.right(), all.right()));
    frame.moveBottom(qMin(frame.bottom(), all.bottom()));
    frame.moveLeft(qMax(frame.left(), all.left()));
    frame.moveTop(qMax(frame.top(), all.top()));
    move(frame.topLeft());
}

void Sheet::reveal(QWidget* what) {
    auto* const scroll = qobject_cast<QScrollArea*>(m_content->parentWidget()->parentWidget());
    // Later: it has no place before the sheet is laid out and sized anew.
    QTimer::singleShot(0, what, [this, what, scroll] {
        fit();
        m_content->layout()->activate();
        scroll->ensureWidgetVisible(what, 0, space::small);
    });
}

void Sheet::present() {
    fit();
    open();
}

void Sheet::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter)
        return QDialog::keyPressEvent(event);
    // Not QDialog's: it presses a button that it takes for the default one.
    event->accept();
    if (m_enter_presses != nullptr && m_enter_presses->isEnabled() && !event->isAutoRepeat())
        m_enter_presses->click();
}

void Sheet::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    fit();
}

void Sheet::resizeEvent(QResizeEvent* event) {
    QDialog::resizeEvent(event);
    // From the desktop; the size it would have anyway may be the echo of what was asked for here.
    if (event->spontaneous() && isVisible())
        m_chosen = event->size() == m_fitted ? QSize() : event->size();
    arrangeFooter(event->size().width());
}

bool Sheet::eventFilter(QObject* watched, QEvent* event) {
    // What was shown, hidden, reworded, or has its fonts now, inside wants another height. The
    // scroll area keeps that to itself.
    if ((watched == m_content || watched == m_footer) && event->type() == QEvent::LayoutRequest &&
        isVisible())
        QTimer::singleShot(0, this, [this] { fit(); });
    return QDialog::eventFilter(watched, event);
}

}  // namespace runnel::ui
