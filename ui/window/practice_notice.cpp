#include "ui/window/practice_notice.h"

#include "ui/format/practice.h"
#include "ui/style/theme.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/page.h"

#include <QHBoxLayout>
#include <QResizeEvent>

namespace runnel::ui {

namespace {

constexpr int good_news_ms = 6000;

}  // namespace

PracticeNotice::PracticeNotice(WalletModel& wallet, QWidget* parent)
    : QWidget(parent), m_wallet(wallet), m_banner(new Banner("practiceNotice")), m_row(new QHBoxLayout(this)) {
    m_row->addStretch(1);
    m_row->addWidget(m_banner, 100);
    m_row->addStretch(1);
    m_goes.setSingleShot(true);
    m_goes.setInterval(good_news_ms);
    connect(&m_goes, &QTimer::timeout, this, &PracticeNotice::place);
    connect(&m_wallet, &WalletModel::practiceChanged, this, &PracticeNotice::refresh);
    refresh();
}

void PracticeNotice::setAway(bool away) {
    m_away = away;
    place();
}

void PracticeNotice::refresh() {
    const auto trouble = practiceTrouble(m_wallet.practiceState());
    if (trouble) {
        m_goes.stop();
        m_banner->showProblem(*trouble);
    } else if (m_trouble) {
        m_banner->showNote("good", QStringLiteral("good"), tr("The practice network is running again."), tr("What was under way goes on now."));
        m_goes.start();
    }
    m_trouble = trouble.has_value();
    place();
}

void PracticeNotice::place() { setVisible(!m_away && (m_trouble || m_goes.isActive())); }

void PracticeNotice::resizeEvent(QResizeEvent* event) {
    const int side = Page::sideMargin(event->size().width());
    m_row->setContentsMargins(side, side, side, 0);
    m_banner->setMaximumWidth(Page::readingWidth());
    QWidget::resizeEvent(event);
}

}  // namespace runnel::ui
