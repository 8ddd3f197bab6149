#include "ui/window/notice_board.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/page.h"
#include "ui/window/practice_notice.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QResizeEvent>
#include <QVBoxLayout>

#include <algorithm>

namespace runnel::ui {

NoticeBoard::NoticeBoard(WalletModel& wallet, QWidget* parent)
    : QScrollArea(parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("noticeBoard"));
    setAccessibleName(tr("What needs your attention"));
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_content = new ScrollContent;
    m_content->setObjectName(QStringLiteral("pageContent"));
    auto* const centre = new QHBoxLayout(m_content);
    centre->setContentsMargins(0, 0, 0, 0);
    m_column = new QWidget;
    centre->addStretch(1);
    centre->addWidget(m_column, 100);
    centre->addStretch(1);
    m_rows = new QVBoxLayout(m_column);
    m_rows->setSpacing(space::small);
    m_practice = new PracticeNotice(wallet);
    m_rows->addWidget(m_practice);
    setWidget(m_content);
    m_content->installEventFilter(this);
    connect(&m_wallet.notices(), &Notices::changed, this, &NoticeBoard::refresh);
    connect(&m_wallet, &WalletModel::namesChanged, this, &NoticeBoard::refresh);
    connect(m_practice, &PracticeNotice::changed, this, &NoticeBoard::fit);
    refresh();
}

void NoticeBoard::setPracticeAway(bool away) { m_practice->setAway(away); }

void NoticeBoard::setMost(int height) {
    m_most = height;
    fit();
}

Banner* NoticeBoard::makeBanner(const Notice& notice) {
    auto* const banner = new Banner("notice");
    // As a whole name, for there may be several of them.
    auto* const done = new Button(ButtonKind::quiet, tr("Got it"), "noticeDone");
    banner->body()->addWidget(done, 0, Qt::AlignRight);
    connect(done, &Button::clicked, this,
            [this, number = notice.number] { m_wallet.notices().dismiss(number); });
    m_rows->addWidget(banner);
    return banner;
}

void NoticeBoard::refresh() {
    const auto& notices = m_wallet.notices().all();
    for (auto it = m_banners.begin(); it != m_banners.end();) {
        const bool is_left = std::any_of(notices.begin(), notices.end(),
                                         [&](const Notice& n) { return n.number == it->first; });
        if (is_left) {
            ++it;
            continue;
        }
        // Later: its button may be what was clicked.
        it->second->hide();
        m_rows->removeWidget(it->second);
        it->second->deleteLater();
        it = m_banners.erase(it);
    }
    for (const auto& notice : notices) {
        auto& banner = m_banners[notice.number];
        if (banner == nullptr) banner = makeBanner(notice);
        const auto words = noticeWording(notice, m_wallet.names());
        // A screen reader reads what is new, not all of it again whenever one comes or goes.
        if (banner->isHidden() || banner->text() != words.joined()) banner->showProblem(words);
        banner->findChild<Button*>(QStringLiteral("noticeDone"))
            ->setAccessibleName(tr("Got it: %1").arg(words.what));
    }
    fit();
}

void NoticeBoard::fit() {
    const bool any = !m_banners.empty() || !m_practice->isHidden();
    setVisible(any);
    if (!any) return;
    const int side = Page::sideMargin(width());
    m_rows->setContentsMargins(side, space::normal, side, 0);
    m_column->setMaximumWidth(Page::readingWidth() + 2 * side);
    m_content->layout()->activate();
    // Of its own width, not of what a scroll bar leaves of it: there is one only where all of it
    // does not fit, or it would come and go with the height that it needs itself.
    const int wanted = m_content->layout()->heightForWidth(qMax(1, width()));
    const bool is_scrolled = m_most > 0 && wanted > m_most;
    setVerticalScrollBarPolicy(is_scrolled ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
    setFixedHeight(is_scrolled ? m_most : wanted);
}

void NoticeBoard::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    if (event->oldSize().width() != event->size().width()) fit();
}

bool NoticeBoard::eventFilter(QObject* watched, QEvent* event) {
    // Text became larger, or another language.
    if (watched == m_content && event->type() == QEvent::LayoutRequest)
        QMetaObject::invokeMethod(this, &NoticeBoard::fit, Qt::QueuedConnection);
    return QScrollArea::eventFilter(watched, event);
}

}  // namespace runnel::ui
