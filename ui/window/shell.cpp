#include "ui/window/shell.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/format/channel.h"
#include "ui/format/overview.h"
#include "ui/pages/activity_page.h"
#include "ui/pages/channels_page.h"
#include "ui/pages/home_page.h"
#include "ui/style/theme.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/rail.h"
#include "ui/widgets/text.h"
#include "ui/window/notice_board.h"

#include <QBoxLayout>
#include <QDialog>
#include <QResizeEvent>
#include <QShortcut>
#include <QStackedWidget>

#include <algorithm>

namespace runnel::ui {

namespace {

/// Below this the rail goes to the bottom.
constexpr int side_rail_from = 760;

}  // namespace

Shell::Shell(WalletModel& wallet, QWidget* parent)
    : QWidget(parent),
      m_wallet(wallet),
      m_rail(new Rail),
      m_board(new NoticeBoard(wallet, this)),
      m_stack(new QStackedWidget) {
    setObjectName(QStringLiteral("shell"));
    auto* const layout = new QBoxLayout(QBoxLayout::BottomToTop, this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_rail);
    auto* const column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_board);
    column->addWidget(m_stack, 1);
    layout->addLayout(column, 1);
    m_rail->setHead(makeHead());
    m_rail->add(QStringLiteral("home"), tr("Home"), "railHome");
    m_rail->add(QStringLiteral("pay"), tr("Pay"), "railPay");
    m_rail->add(QStringLiteral("receive"), tr("Receive"), "railReceive");
    m_rail->add(QStringLiteral("channels"), tr("Channels"), "railChannels");
    m_rail->add(QStringLiteral("activity"), tr("Activity"), "railActivity");
    auto* const settings =
        m_rail->addFoot(QStringLiteral("settings"), tr("Settings"), "railSettings");
    connect(settings, &QAbstractButton::clicked, this, &Shell::wantsSettings);
    // Narrow at first: a window is not made wider for a rail that then goes to the bottom.
    m_rail->setFlat(true);
    m_home = new HomePage(wallet);
    m_pay = new PayPage(wallet);
    m_receive = new ReceivePage(wallet);
    m_channels = new ChannelsPage(wallet);
    m_activity = new ActivityPage(wallet);
    for (QWidget* const page :
         std::initializer_list<QWidget*>{m_home, m_pay, m_receive, m_channels, m_activity})
        m_stack->addWidget(page);
    m_toast = new Toast(this);
    connectPages();
    addShortcuts();
    goTo(home);
}

QWidget* Shell::makeHead() {
    auto* const head = new QWidget;
    auto* const column = new QVBoxLayout(head);
    column->setContentsMargins(space::medium, space::small, space::medium, space::normal);
    column->setSpacing(2);
    auto* const row = new QHBoxLayout;
    row->setSpacing(space::small);
    row->addWidget(new Glyph(QStringLiteral("runnel"), Ink::accent, 26));
    auto* const name = new Text("title", QStringLiteral("Runnel"));
    name->setWordWrap(false);
    row->addWidget(name, 1);
    column->addLayout(row);
    auto* const network =
        (new Text("caption", networkName(m_wallet.picture().network)))->named("railNetwork");
    column->addWidget(network);
    return head;
}

void Shell::connectPages() {
    connect(m_rail, &Rail::chosen, this, &Shell::goTo);
    connect(m_home, &HomePage::wantsPay, this, [this] { goTo(pay); });
    connect(m_home, &HomePage::wantsReceive, this, [this] {
        if (!hasChannel(m_wallet.picture())) m_receive->showAddress();
        goTo(receive);
    });
    connect(m_home, &HomePage::wantsAddress, this, [this] {
        m_receive->showAddress();
        goTo(receive);
    });
    connect(m_home, &HomePage::wantsOpenChannel, this, &Shell::openChannel);
    connect(m_home, &HomePage::wantsActivity, this, [this] { goTo(activity); });
    connect(m_home, &HomePage::wantsEntry, this, &Shell::entryDetails);
    connect(m_channels, &ChannelsPage::wantsOpen, this, &Shell::openChannel);
    connect(m_channels, &ChannelsPage::wantsClose, this, &Shell::closeChannel);
    connect(m_channels, &ChannelsPage::wantsDetails, this, &Shell::channelDetails);
    connect(m_activity, &ActivityPage::wantsEntry, this, &Shell::entryDetails);
    connect(m_pay, &PayPage::wantsActivity, this, [this] { goTo(activity); });
    const auto say = [this](const QString& sentence) { m_toast->say(sentence); };
    connect(m_home, &HomePage::said, this, say);
    connect(m_pay, &PayPage::said, this, say);
    connect(m_receive, &ReceivePage::said, this, say);
    connect(m_channels, &ChannelsPage::said, this, say);
}

void Shell::addShortcuts() {
    for (int page = home; page <= activity; ++page) {
        auto* const shortcut =
            new QShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + page)), this);
        connect(shortcut, &QShortcut::activated, this, [this, page] { goTo(page); });
    }
    auto* const search = new QShortcut(QKeySequence::Find, this);
    connect(search, &QShortcut::activated, this, [this] {
        goTo(activity);
        m_activity->focusSearch();
    });
    auto* const settings = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Comma), this);
    connect(settings, &QShortcut::activated, this, &Shell::wantsSettings);
}

void Shell::goTo(int page) {
    m_stack->setCurrentIndex(page);
    m_board->setPracticeAway(page == home);
    m_rail->setCurrent(page);
}

Shell::Place Shell::place() const {
    Place out{currentPage(), m_pay->place(), m_receive->place()};
    for (const auto* const details : findChildren<ChannelDetails*>()) {
        if (details->isVisible()) out.channel = details->channel();
    }
    for (const auto* const details : findChildren<EntryDetails*>()) {
        if (details->isVisible()) out.entry = details->key();
    }
    out.search = m_activity->search();
    if (const auto* const focus = window()->focusWidget(); focus != nullptr && isAncestorOf(focus))
        out.focus = focus->objectName();
    return out;
}

void Shell::resume(const Place& place) {
    goTo(place.page);
    m_pay->resume(place.pay);
    m_receive->resume(place.receive);
    m_activity->setSearch(place.search);
    if (place.channel) channelDetails(*place.channel);
    if (place.entry) entryDetails(*place.entry);
}

bool Shell::canBeRebuilt() const {
    if (m_pay->isUnderWay()) return false;
    const auto dialogs = findChildren<QDialog*>();
    return std::none_of(dialogs.begin(), dialogs.end(), [](const QDialog* dialog) {
        const bool is_kept = qobject_cast<const ChannelDetails*>(dialog) != nullptr ||
                             qobject_cast<const EntryDetails*>(dialog) != nullptr;
        return dialog->isVisible() && !is_kept;
    });
}

void Shell::takeFocus(const QString& name) {
    QWidget* wanted = nullptr;
    for (auto* const one : name.isEmpty() ? QWidgetList() : findChildren<QWidget*>(name)) {
        if (one->window() == window() && one->isVisible() && one->isEnabled()) wanted = one;
        if (wanted != nullptr) break;
    }
    if (wanted == nullptr) wanted = m_rail->currentButton();
    wanted->setFocus(Qt::OtherFocusReason);
}

int Shell::currentPage() const { return m_stack->currentIndex(); }

void Shell::openChannel() {
    auto* const dialog = new OpenChannelDialog(m_wallet, this);
    connect(dialog, &OpenChannelDialog::said, this,
            [this](const QString& sentence) { m_toast->say(sentence); });
    connect(dialog, &QDialog::accepted, this, [this] { goTo(channels); });
    dialog->present();
}

void Shell::closeChannel(const ChannelId& id) {
    const auto* const channel = m_wallet.channels().find(id);
    if (channel == nullptr) return;
    auto* const dialog = new CloseChannelDialog(m_wallet, *channel, this);
    connect(dialog, &CloseChannelDialog::said, this,
            [this](const QString& sentence) { m_toast->say(sentence); });
    dialog->present();
}

void Shell::channelDetails(const ChannelId& id) {
    (new ChannelDetails(m_wallet, id, this))->present();
}
void Shell::entryDetails(const QByteArray& key) {
    (new EntryDetails(m_wallet, key, this))->present();
}

void Shell::resizeEvent(QResizeEvent* event) {
    const bool side = event->size().width() >= Theme::current().px(side_rail_from);
    auto* const box = static_cast<QBoxLayout*>(layout());
    const auto wanted = side ? QBoxLayout::LeftToRight : QBoxLayout::BottomToTop;
    if (box->direction() != wanted) {
        box->setDirection(wanted);
        m_rail->setFlat(!side);
    }
    // The page below it is what one came for.
    m_board->setMost(event->size().height() * 2 / 5);
    QWidget::resizeEvent(event);
}

}  // namespace runnel::ui
