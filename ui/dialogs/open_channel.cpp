#include "ui/dialogs/open_channel.h"

#include "core/api/node_address.h"
#include "ui/format/amount.h"
#include "ui/format/figures.h"
#include "ui/format/problem.h"
#include "ui/format/setup.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>

#include <algorithm>

namespace runnel::ui {

namespace {

/// Its first block, and those on top of it.
QString usableText(const api::OpenQuote& quote, const api::ChainView& chain, const QDateTime& now) {
    const auto& first = quote.expected_blocks;
    const auto more = std::max(quote.confirmations, 1U) - 1;
    return expectedText(first ? std::optional(*first + more) : std::nullopt, chain, now);
}

}  // namespace

OpenChannelDialog::OpenChannelDialog(WalletModel& wallet, QWidget* parent)
    : Sheet(tr("Open a channel"), "openChannel", parent), m_wallet(wallet) {
    body()->addWidget(
        new Text("muted", tr("You put coins into an account shared with one other side. From then "
                             "on you pay from it in moments, to anybody it leads to.")));
    m_peer = new QComboBox;
    m_peer->setObjectName(QStringLiteral("openPeer"));
    m_peer->setAccessibleName(tr("The other side"));
    body()->addWidget(labelled(tr("With &whom"), m_peer));
    m_address = new QLineEdit;
    m_address->setObjectName(QStringLiteral("openAddress"));
    m_address->setAccessibleName(tr("Address of the other side"));
    m_address->setPlaceholderText(QStringLiteral("02ab…9f@host:9735"));
    m_address->setLayoutDirection(Qt::LeftToRight);
    m_address_row = labelled(tr("A&ddress"), m_address, tr("Its key, then @, its host and port."));
    body()->addWidget(m_address_row);
    m_amount = new AmountEdit(tr("Amount of the channel"), "openAmount");
    body()->addWidget(labelled(
        tr("&Amount"), m_amount,
        tr("This is yours in the channel. What you have paid away, you can receive again.")));
    m_all = new Button(ButtonKind::quiet, tr("As much as &possible"), "openAll");
    body()->addWidget(m_all, 0, Qt::AlignLeft);
    m_problem = new Banner("openProblem");
    body()->addWidget(m_problem);
    m_goes_on =
        (new Text("muted", tr("It goes on when you put this away. Channels shows how, and if it "
                              "is refused you are told on every page.")))
            ->named("openGoesOn");
    m_goes_on->hide();
    body()->addWidget(m_goes_on);
    m_card = new Card("sunken");
    m_facts = new Facts;
    m_card->body()->addWidget(m_facts);
    body()->addWidget(m_card);
    body()->addStretch(1);

    m_cancel = new Button(ButtonKind::secondary, tr("&Cancel"), "openCancel");
    m_open = new Button(ButtonKind::primary, tr("&Open the channel"), "openNow");
    addFooter(m_cancel);
    addFooter(m_open);
    connect(m_cancel, &Button::clicked, this, &QDialog::reject);
    connect(m_open, &Button::clicked, this, &OpenChannelDialog::connectThenOpen);
    m_ask_soon.setSingleShot(true);
    m_ask_soon.setInterval(120);
    connect(&m_ask_soon, &QTimer::timeout, this, &OpenChannelDialog::ask);
    connect(m_amount, &QLineEdit::textChanged, this, &OpenChannelDialog::changed);
    connect(m_address, &QLineEdit::textChanged, this, &OpenChannelDialog::changed);
    connect(m_peer, &QComboBox::currentIndexChanged, this, [this] {
        m_address_row->setVisible(m_peer->currentIndex() >= static_cast<int>(m_targets.size()));
        changed();
    });
    connect(m_all, &Button::clicked, this, &OpenChannelDialog::askForAll);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        // Coins came, went or were confirmed, blocks cost something else, or what was in the way of
        // it has ended. Payments over Lightning change nothing here.
        const auto& now = m_wallet.picture().balance;
        const bool same = now.onchain == m_balance.onchain &&
                          now.onchain_unconfirmed == m_balance.onchain_unconfirmed &&
                          now.reserved == m_balance.reserved &&
                          quoteTerms(m_wallet.picture()) == m_terms;
        if (!same && m_stage == Stage::asking && !m_ask_soon.isActive()) m_ask_soon.start();
    });
    fillPeers();
    if (const Sat amount = proposedChannel(m_wallet.picture().balance); !amount.is_zero())
        m_amount->setAmount(amount);
    changed();
    ask();
    m_amount->setFocus();
    m_amount->selectAll();
}

void OpenChannelDialog::fillPeers() {
    for (const auto& peer : m_wallet.practicePeers()) {
        // The second till is there to be reached through the hub.
        if (peer.role != "shop" && peer.role != "hub") continue;
        m_targets.push_back({peer.node_id, peer.host, peer.port});
    }
    for (const auto& peer : m_wallet.picture().peers) {
        const bool known = std::any_of(m_targets.begin(), m_targets.end(),
                                       [&](const Target& t) { return t.node_id == peer.node_id; });
        if (!known && (peer.connected || !peer.host.empty()))
            m_targets.push_back({peer.node_id, peer.host, peer.port});
    }
    for (const auto& one : m_targets) m_peer->addItem(m_wallet.names().of(one.node_id));
    m_peer->addItem(tr("Another node …"));
    m_address_row->setVisible(m_targets.empty());
}

std::optional<OpenChannelDialog::Target> OpenChannelDialog::target() const {
    const auto index = static_cast<std::size_t>(std::max(0, m_peer->currentIndex()));
    if (index < m_targets.size()) return m_targets[index];
    const auto address = api::parse_node_address(m_address->text().trimmed().toStdString());
    if (!address) return std::nullopt;
    return Target{address->node_id, address->host, address->port};
}

void OpenChannelDialog::changed() {
    ++m_asked;
    m_quoted.reset();
    m_refused = false;
    m_open->setEnabled(false);
    m_problem->hide();
    m_facts->clear();
    m_facts->set(tr("Cost"), tr("Is being worked out …"));
    m_card->setVisible(m_amount->amount().has_value());
    m_ask_soon.start();
}

void OpenChannelDialog::ask() {
    m_ask_soon.stop();
    const auto number = ++m_asked;
    m_balance = m_wallet.picture().balance;
    m_terms = quoteTerms(m_wallet.picture());
    const auto amount = m_amount->amount();
    m_amount->setWrong(!m_amount->isUsable());
    if (!amount) return;
    api::AskOpen wish;
    wish.amount = amount;
    const auto to = target();
    if (to) wish.node_id = to->node_id;
    m_wallet.bridge().quote(wish, this,
                            [this, number, to](const Result<api::OpenQuote, api::Problem>& quote) {
                                if (number != m_asked || m_stage != Stage::asking) return;
                                m_quoted.reset();
                                if (quote && to)
                                    m_quoted = Wish{*to, quote->amount, quote->fee, quote->feerate};
                                show(quote);
                            });
}

void OpenChannelDialog::askForAll() {
    m_ask_soon.stop();
    // What was quoted is for the amount that stood there.
    m_quoted.reset();
    m_open->setEnabled(false);
    api::AskOpen wish;
    if (const auto to = target()) wish.node_id = to->node_id;
    m_wallet.bridge().quote(
        wish, this, [this, number = ++m_asked](const Result<api::OpenQuote, api::Problem>& quote) {
            // Something was typed or chosen meanwhile: that counts.
            if (number != m_asked || m_stage != Stage::asking) return;
            if (quote) m_amount->setAmount(quote->amount);
            else refuse(quote.error());
            // Also where nothing was changed by it: the question before was given up for it.
            m_ask_soon.start();
        });
}

void OpenChannelDialog::show(const Result<api::OpenQuote, api::Problem>& quote) {
    m_open->setEnabled(m_quoted.has_value());
    m_card->setVisible(bool(quote));
    if (!quote) {
        m_facts->clear();
        m_problem->showProblem(wordingOf(quote.error()));
        return;
    }
    if (!m_refused) m_problem->hide();
    if (!m_quoted) sayWhichNode();
    const auto chain = onceSent(m_wallet.picture().chain);
    const auto now = m_wallet.now();
    m_facts->set(tr("Cost"), tr("%1, the fee of the transaction that opens it. Closing it "
                                "together costs a similar fee; closing it "
                                "alone costs more, and what it costs is said before.")
                                 .arg(satText(quote->fee)));
    m_facts->set(tr("Wait"), tr("Usable %1 (%n confirmation(s)).", nullptr,
                                static_cast<int>(quote->confirmations))
                                 .arg(usableText(*quote, chain, now)));
    m_facts->set(tr("Kept back"),
                 tr("About %1 in the channel, and %2 in your wallet for closing channels in time.")
                     .arg(satText(quote->reserve), satText(quote->kept)));
    m_facts->set(tr("Risk"),
                 tr("If the other side disappears, you can close the channel alone; "
                    "your coins then come back, %1.")
                     .arg(rangeText(blocksAlone(quote->force_wait.raw(), chain), chain, now)));
    m_facts->set(tr("Your 24 words"),
                 tr("They do not bring back what is in a channel.") + u' ' + filesAdvice());
    m_facts->set(tr("Be online"), tr("Now and then, at best every day. While you are away for "
                                     "long, the other side could close the channel "
                                     "with an old state, and nobody would object."));
}

void OpenChannelDialog::sayWhichNode() {
    if (m_address->text().trimmed().isEmpty()) {
        return m_problem->showNote("info", QStringLiteral("info"),
                                   tr("The address of the node is missing."),
                                   tr("Without it the channel cannot be opened."));
    }
    m_problem->showProblem({tr("This is no address of a node."),
                            {},
                            tr("It is the node's key of 66 characters, then @, its host, and a "
                               "port where it is not the usual one.")});
}

void OpenChannelDialog::refuse(const api::Problem& problem) {
    m_refused = true;
    m_problem->showProblem(wordingOf(problem));
    reveal(m_problem);
}

void OpenChannelDialog::setStage(Stage stage) {
    m_stage = stage;
    const bool asking = stage == Stage::asking, opening = stage == Stage::opening;
    m_open->setBusy(false);
    m_open->setBusy(!asking, opening ? tr("Opening …") : tr("Connecting …"));
    m_open->setEnabled(asking && m_quoted);
    for (auto* const part : std::initializer_list<QWidget*>{m_peer, m_address, m_amount, m_all})
        part->setEnabled(asking);
    // What was posted cannot be called back: the button says no more than it does.
    m_cancel->setText(opening ? tr("&Hide") : tr("&Cancel"));
    m_goes_on->setVisible(opening);
}

void OpenChannelDialog::connectThenOpen() {
    if (!m_quoted || m_stage != Stage::asking) return;
    // What stands there, whatever is asked or answered meanwhile.
    const auto wish = *m_quoted;
    const auto& to = wish.target;
    m_problem->hide();
    const auto& peers = m_wallet.picture().peers;
    const bool connected = std::any_of(peers.begin(), peers.end(), [&](const auto& p) {
        return p.node_id == to.node_id && p.connected;
    });
    if (connected) return open(wish);
    setStage(Stage::connecting);
    m_wallet.bridge().post(api::Connect{to.node_id, to.host, to.port}, this,
                           [this, wish](const api::CommandResult& result) {
                               // Cancelled meanwhile: then nothing is opened.
                               if (!isVisible()) return;
                               if (!result) {
                                   setStage(Stage::asking);
                                   return refuse(result.error());
                               }
                               open(wish);
                           });
}

void OpenChannelDialog::open(const Wish& quoted) {
    api::OpenChannel wish;
    wish.node_id = quoted.target.node_id;
    wish.amount = quoted.amount;
    // What stands there is what it costs, or it is asked again.
    wish.feerate = quoted.feerate;
    wish.max_fee = quoted.fee;
    setStage(Stage::opening);
    // The answer is the wallet's to hear: the dialog may be put away by then.
    m_wallet.bridge().post(
        wish, &m_wallet,
        [self = QPointer<OpenChannelDialog>(this), &wallet = m_wallet,
         peer = wish.node_id](const api::CommandResult& result) {
            if (self && self->isVisible()) return self->opened(result);
            // Taken back under Channels: that was the person's own wish.
            if (!result && result.error().kind != api::ProblemKind::cancelled)
                wallet.notices().add({Notice::About::opening, result.error(), std::nullopt, peer});
        });
}

void OpenChannelDialog::opened(const api::CommandResult& result) {
    setStage(Stage::asking);
    if (!result) {
        // What was agreed to cannot be had: what can be is asked for, and shown, first.
        m_quoted.reset();
        m_open->setEnabled(false);
        refuse(result.error());
        ask();
        return;
    }
    emit said(tr("The channel is being opened."));
    accept();
}

}  // namespace runnel::ui
