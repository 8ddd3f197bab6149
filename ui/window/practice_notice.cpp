#include "ui/window/practice_notice.h"

#include "ui/format/practice.h"

namespace runnel::ui {

namespace {

constexpr int good_news_ms = 6000;

}  // namespace

PracticeNotice::PracticeNotice(WalletModel& wallet, QWidget* parent)
    : Banner("practiceNotice", parent), m_wallet(wallet) {
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
        showProblem(*trouble);
    } else if (m_trouble) {
        showNote("good", QStringLiteral("good"), tr("The practice network is running again."),
                 tr("What was under way goes on now."));
        m_goes.start();
    }
    m_trouble = trouble.has_value();
    place();
}

void PracticeNotice::place() {
    setVisible(!m_away && (m_trouble || m_goes.isActive()));
    emit changed();
}

}  // namespace runnel::ui
