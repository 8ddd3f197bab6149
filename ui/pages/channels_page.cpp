#include "ui/pages/channels_page.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/practice.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/channel_bar.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

namespace {

constexpr Sat practice_channel{200'000};

}  // namespace

ChannelCard::ChannelCard(const ChannelId& id, QWidget* parent)
    : QWidget(parent), m_id(id), m_card(new Card("plain")) {
    setObjectName(QStringLiteral("channelCard"));
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_card);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);

    auto* const head = new Columns(360);
    head->layout()->setSpacing(space::small);
    m_peer = (new Text("title"))->named("channelPeer");
    m_cue = new CueChip("channelCue");
    head->add(m_peer, 1);
    head->add(m_cue, 0, Qt::AlignTop | Qt::AlignLeft);
    m_sentence = (new Text("body"))->named("channelSentence");
    m_bar = new ChannelBar("channelBar");
    m_timer = (new Text("muted"))->named("channelTimer");
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    m_details = new Button(ButtonKind::secondary, tr("Details"), "channelDetails");
    m_close = new Button(ButtonKind::quiet, tr("Close the channel"), "channelClose");
    flow->addWidget(m_details);
    flow->addWidget(m_close);
    auto* const body = m_card->body();
    body->addWidget(head);
    body->addWidget(m_sentence);
    body->addWidget(m_bar);
    body->addWidget(m_timer);
    body->addSpacing(space::hair);
    body->addWidget(buttons);
    connect(m_details, &Button::clicked, this, [this] { emit wantsDetails(m_id); });
    connect(m_close, &Button::clicked, this, [this] { emit wantsClose(m_id); });
}

void ChannelCard::update(const api::ChannelView& channel, const WalletModel& wallet) {
    m_id = channel.channel_id;
    const auto words = channelWords(channel, wallet.picture().chain, wallet.now());
    const auto peer = wallet.names().of(channel.peer);
    m_peer->setText(peer);
    m_cue->set(words.cue, words.cueWord);
    m_sentence->setText(words.sentence);
    m_timer->setText(words.timer);
    m_timer->setVisible(!words.timer.isEmpty());
    m_bar->set(channel);
    m_bar->setVisible(!isOver(channel) && !m_bar->shares().empty());
    // Where the other side does not answer, the way alone is the way out.
    m_close->setVisible(canBeClosed(channel));
    m_close->setText(isAgreeing(channel) ? tr("Close it alone") : tr("Close the channel"));
    m_details->setAccessibleName(tr("Details of the channel with %1").arg(peer));
    m_close->setAccessibleName(isAgreeing(channel) ? tr("Close the channel with %1 alone").arg(peer)
                                                   : tr("Close the channel with %1").arg(peer));
    setAccessibleName(peer + QStringLiteral(", ") + words.cueWord + QStringLiteral(". ") +
                      words.sentence);
}

ChannelsPage::ChannelsPage(WalletModel& wallet, QWidget* parent)
    : Page(tr("Channels"), "channelsPage", parent), m_wallet(wallet) {
    m_open = new Button(ButtonKind::primary, tr("&Open a channel"), "channelsOpen");
    m_open->setGlyph(QStringLiteral("plus"));
    addHeadAction(m_open);
    m_empty = new StateView("channelsEmpty");
    m_empty->set(QStringLiteral("channels"), tr("No channel yet"),
                 tr("A channel is an account shared with one other side: you put coins in once, "
                    "then pay and are paid in moments."));
    m_empty->offer(tr("Open your &first channel"));
    body()->addWidget(m_empty);
    auto* const list = new QWidget;
    m_list = new QVBoxLayout(list);
    m_list->setContentsMargins(0, 0, 0, 0);
    m_list->setSpacing(space::normal);
    body()->addWidget(list);
    buildPractice();
    body()->addStretch(1);
    connect(m_open, &Button::clicked, this, &ChannelsPage::wantsOpen);
    connect(m_empty->action(), &Button::clicked, this, &ChannelsPage::wantsOpen);

    auto& model = m_wallet.channels();
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { insert(first, last); });
    connect(&model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) {
                for (int row = last; row >= first; --row) {
                    keepFocus(*m_cards[static_cast<std::size_t>(row)]);
                    m_cards[static_cast<std::size_t>(row)]->deleteLater();
                    m_list->removeWidget(m_cards[static_cast<std::size_t>(row)]);
                    m_cards[static_cast<std::size_t>(row)]->hide();
                    m_cards.erase(m_cards.begin() + row);
                }
                refreshAround();
            });
    connect(&model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& from, const QModelIndex& to) {
                refreshCards(from.row(), to.row());
            });
    const auto all = [this] { refreshCards(0, static_cast<int>(m_cards.size()) - 1); };
    connect(&m_wallet, &WalletModel::namesChanged, this, all);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] { m_kept.reset(); });
    // Dates move with every block; whether anything is sent at all hangs on the chain's source.
    connect(&m_wallet, &WalletModel::pictureChanged, this,
            [this, all, height = BlockHeight(0), held = std::optional<api::Problem>()]() mutable {
                const auto& chain = m_wallet.picture().chain;
                if (chain.height == height && chain.no_payments == held) return;
                height = chain.height;
                held = chain.no_payments;
                all();
            });
    insert(0, model.rowCount() - 1);
}

void ChannelsPage::buildPractice() {
    if (m_wallet.practice() == nullptr) return;
    auto* const card = new Card("info");
    card->setObjectName(QStringLiteral("channelsPractice"));
    card->body()->addWidget(new Text("title", tr("A channel from the other side")));
    card->body()->addWidget(
        new Text("body", tr("The practice shop can open one to you as well. It holds the shop's "
                            "coins, so you can receive at once.")));
    auto* const ask =
        new Button(ButtonKind::secondary, tr("&Let the shop open one"), "practiceOpenToMe");
    ask->setGlyph(QStringLiteral("shop"));
    card->body()->addWidget(ask, 0, Qt::AlignLeft);
    auto* const problem = new Banner("channelsProblem");
    card->body()->addWidget(problem);
    body()->addWidget(card);
    connect(ask, &Button::clicked, this, [this, ask, problem] {
        ask->setBusy(true);
        m_wallet.practice()->openToMe(
            practice_channel, this, [this, ask, problem](const Result<Txid, api::Problem>& opened) {
                ask->setBusy(false);
                if (!opened) {
                    problem->showProblem(shopCouldNotOpen(opened.error()));
                    return reveal(problem);
                }
                problem->hide();
                emit said(tr("The shop is opening a channel of %1 to you.")
                              .arg(satText(practice_channel)));
            });
    });
}

void ChannelsPage::insert(int first, int last) {
    for (int row = first; row <= last; ++row) {
        auto* const card = new ChannelCard(m_wallet.channels().at(row).channel_id);
        connect(card, &ChannelCard::wantsDetails, this, &ChannelsPage::wantsDetails);
        connect(card, &ChannelCard::wantsClose, this, &ChannelsPage::wantsClose);
        m_list->insertWidget(row, card);
        m_cards.insert(m_cards.begin() + row, card);
    }
    refreshCards(first, last);
    refreshAround();
    for (int row = first; row <= last; ++row) giveFocus(*m_cards[static_cast<std::size_t>(row)]);
}

void ChannelsPage::keepFocus(const ChannelCard& card) {
    const auto* const focus = window()->focusWidget();
    if (focus != nullptr && card.isAncestorOf(focus)) m_kept = Kept{card.id(), focus->objectName()};
}

void ChannelsPage::giveFocus(const ChannelCard& card) {
    if (!m_kept || m_kept->id != card.id()) return;
    auto* const button = card.findChild<Button*>(m_kept->button);
    m_kept.reset();
    if (button != nullptr && button->isVisibleTo(&card)) button->setFocus(Qt::OtherFocusReason);
}

void ChannelsPage::refreshCards(int first, int last) {
    for (int row = first; row <= last; ++row)
        m_cards[static_cast<std::size_t>(row)]->update(m_wallet.channels().at(row), m_wallet);
}

void ChannelsPage::refreshAround() {
    m_empty->setVisible(m_cards.empty());
    m_open->setVisible(!m_cards.empty());
}

}  // namespace runnel::ui
