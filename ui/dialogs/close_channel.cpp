#include "ui/dialogs/close_channel.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/figures.h"
#include "ui/format/problem.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/choice.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QPointer>

namespace runnel::ui {

namespace {

constexpr int time_to_read = 1000;

/// Asked for by us, and not signed by the other side: nothing was spent yet.
bool isUnsigned(const api::ChannelView& channel) {
    return channel.state == "awaiting_accept" || channel.state == "awaiting_funding_created" ||
           channel.state == "awaiting_funding_signed";
}

CloseChannelDialog::Stand standOf(const api::ChannelView& channel) {
    using Stand = CloseChannelDialog::Stand;
    if (isUnsigned(channel)) return Stand::asked_for;
    if (isAgreeing(channel)) return Stand::agreeing;
    if (isClosing(channel) && channel.force_held_back) return Stand::held_back;
    return isClosing(channel) || isOver(channel) ? Stand::over : Stand::open;
}

}  // namespace

CloseChannelDialog::CloseChannelDialog(WalletModel& wallet, const api::ChannelView& channel,
                                       QWidget* parent)
    : Sheet(tr("Close the channel with %1").arg(wallet.names().of(channel.peer)), "closeChannel",
            parent),
      m_wallet(wallet),
      m_id(channel.channel_id),
      m_stand(standOf(channel)),
      m_channel(channel) {
    m_agreed = new Choice(tr("&Together with the other side"), "closeAgreed");
    m_alone = new Choice(tr("A&lone"), "closeAlone");
    m_agreed->setChecked(true);
    body()->addWidget(m_agreed);
    body()->addWidget(m_alone);
    m_explained = (new Text("muted"))->named("closeExplained");
    body()->addWidget(m_explained);
    m_problem = new Banner("closeProblem");
    body()->addWidget(m_problem);
    // Where it is named, far from the button that asked: the foot is no place to press it in
    // passing.
    m_risk = new Button(ButtonKind::danger, tr("Close it and &risk everything in it"), "closeRisk");
    m_risk->hide();
    m_problem->body()->addWidget(m_risk, 0, Qt::AlignLeft);
    m_goes_on =
        (new Text("muted", tr("It goes on when you put this away. Channels shows how, and if it "
                              "is refused you are told on every page.")))
            ->named("closeGoesOn");
    m_goes_on->hide();
    body()->addWidget(m_goes_on);
    m_card = new Card("sunken");
    m_facts = new Facts;
    m_card->body()->addWidget(m_facts);
    body()->addWidget(m_card);
    body()->addStretch(1);
    m_cancel = new Button(ButtonKind::secondary, cancelText(), "closeCancel");
    m_close = new Button(ButtonKind::primary, tr("&Close the channel"), "closeNow");
    addFooter(m_cancel);
    addFooter(m_close);
    connect(m_cancel, &Button::clicked, this, &QDialog::reject);
    connect(m_close, &Button::clicked, this, &CloseChannelDialog::close);
    connect(m_risk, &Button::clicked, this, &CloseChannelDialog::takeRisk);
    m_risk_read.setSingleShot(true);
    m_risk_read.setInterval(time_to_read);
    connect(&m_risk_read, &QTimer::timeout, this, &CloseChannelDialog::enableButtons);
    connect(m_alone, &Choice::toggled, this, &CloseChannelDialog::choose);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        // Payments come and go, the other side does, and what blocks cost: the figures may be
        // others.
        const auto* now = m_wallet.channels().find(m_id);
        // An id that a channel had was the peer's to choose: nobody else's is taken for it.
        if (now != nullptr && now->peer != m_channel.peer) now = nullptr;
        // It changes once, while the channel is being agreed on.
        if (now != nullptr) m_id = now->channel_id;
        const bool same =
            now != nullptr && *now == m_channel && quoteTerms(m_wallet.picture()) == m_terms;
        if (m_under_way || same) return;
        if (now != nullptr) m_channel = *now;
        // Signed, begun or done meanwhile: another way is left than was offered. It is not put
        // under the pointer that was to press this one.
        if (now == nullptr || standOf(*now) != m_stand) return refuse();
        // The other side was there and has compared: nothing is left to be risked.
        if (m_risk_named && !isAtRisk()) return choose();
        ask();
        m_explained->setText(explanation());
    });
    m_agreed->setFocus();
    if (m_stand == Stand::asked_for) offerCancelling();
    else if (m_stand == Stand::agreeing || m_stand == Stand::held_back) offerAloneOnly();
    else choose();
}

bool CloseChannelDialog::isForced() const { return m_alone->isChecked(); }
bool CloseChannelDialog::isAtRisk() const { return isForced() && m_channel.force_held_back; }

QString CloseChannelDialog::cancelText() const {
    if (m_stand == Stand::asked_for) return tr("&Keep waiting");
    return m_stand == Stand::open ? tr("&Keep it open") : tr("&Go on waiting");
}

void CloseChannelDialog::offerCancelling() {
    m_agreed->hide();
    m_alone->hide();
    m_cancel->setFocus();
    choose();
}

void CloseChannelDialog::offerAloneOnly() {
    m_agreed->hide();
    m_alone->hide();
    m_cancel->setFocus();
    m_alone->setChecked(true);
}

QString CloseChannelDialog::explanation() const {
    if (m_stand == Stand::asked_for) {
        return tr(
            "The other side has not signed yet, so nothing has left your wallet. Cancelled now, "
            "the channel never was.");
    }
    if (m_stand == Stand::agreeing) {
        return channelWords(m_channel, m_wallet.picture().chain, m_wallet.now()).sentence + u' ' +
               tr("Closing it alone needs no answer. It costs more and takes longer, because your "
                  "coins wait until nobody can object.");
    }
    if (m_stand == Stand::held_back) {
        return channelWords(m_channel, m_wallet.picture().chain, m_wallet.now()).sentence + u' ' +
               tr("If it never comes back, you can close the channel alone all the same.");
    }
    return isForced() ? tr("For when the other side is gone or does not answer. It costs more and "
                           "takes longer, because your coins "
                           "wait until nobody can object.")
                      : tr("The quick and cheap way. Both sides agree on the fee, and no new "
                           "payments are taken meanwhile.");
}

void CloseChannelDialog::choose() {
    m_quoted = false;
    m_refused = false;
    forgetRisk();
    enableButtons();
    m_problem->hide();
    m_card->show();
    m_facts->clear();
    m_facts->set(tr("Comes back"), tr("Is being worked out …"));
    m_explained->setText(explanation());
    m_close->setKind(isForced() ? ButtonKind::danger : ButtonKind::primary);
    m_close->setText(m_stand == Stand::asked_for ? tr("&Cancel the opening")
                     : isForced()                ? tr("Close it al&one")
                                                 : tr("&Close the channel"));
    ask();
}

void CloseChannelDialog::ask() {
    m_terms = quoteTerms(m_wallet.picture());
    m_wallet.bridge().quote(
        api::AskClose{m_id, isForced()}, this,
        [this, number = ++m_asked](const Result<api::CloseQuote, api::Problem>& quote) {
            if (number == m_asked && !m_under_way) show(quote);
        });
}

void CloseChannelDialog::show(const Result<api::CloseQuote, api::Problem>& quote) {
    m_quoted = bool(quote);
    m_most = quote ? quote->most : std::nullopt;
    m_card->setVisible(m_quoted);
    // Nor is it taken beside another problem.
    if (!quote) forgetRisk();
    enableButtons();
    if (!quote) {
        m_facts->clear();
        m_problem->showProblem(wordingOf(quote.error()));
        return;
    }
    // What was refused is said until something else is chosen.
    if (!m_refused && !m_risk_named) m_problem->hide();
    const auto& chain = m_wallet.picture().chain;
    const auto now = m_wallet.now();
    if (m_stand == Stand::asked_for) {
        m_facts->set(tr("Comes back"),
                     tr("%1, at once and for nothing").arg(satText(quote->to_us)));
        return;
    }
    m_facts->set(tr("Comes back"), tr("About %1").arg(satText(quote->to_us)));
    m_facts->set(tr("Cost"), closeCostText(*quote, isForced(), m_channel.we_funded));
    // The blocks until the closing transaction's own come first.
    m_facts->set(tr("Wait"),
                 quote->peer_needed
                     ? tr("Until the other side is back: it is not connected now")
                     : tr("In your wallet %1")
                           .arg(expectedText(blocksUntilBack(*quote), onceSent(chain), now)));
    m_facts->set(tr("On its way"), quote->htlcs_until
                                       ? tr("Payments under way (%1 of yours) are settled first, "
                                            "%2; longer if the other side is gone then")
                                             .arg(satText(quote->in_flight),
                                                  latestText(*quote->htlcs_until, chain, now))
                                       : QString());
    m_facts->set(tr("Risk"),
                 isAtRisk()   ? tr("It cannot be taken back, and this copy of the wallet may be an "
                                     "old one: then the other side can take everything in the channel.")
                 : isForced() ? tr("It cannot be taken back. Be online now and then until your "
                                   "coins are back, so that Runnel can collect them.")
                              : tr("It cannot be taken back once the other side has agreed."));
}

void CloseChannelDialog::refuse() {
    // Answers to what was asked before are of no use.
    ++m_asked;
    m_quoted = false;
    forgetRisk();
    enableButtons();
    m_card->hide();
    m_explained->hide();
    // Nothing is left to choose here: another choice would be quoted, and could be pressed, without
    // what is said of it. Nor is there a channel that would be kept as it was.
    for (auto* const choice : {m_agreed, m_alone}) {
        choice->setEnabled(false);
        choice->hide();
    }
    m_cancel->setText(tr("&Back"));
    m_cancel->setFocus();
    m_problem->showProblem({tr("The channel has moved on in the meantime."),
                            {},
                            tr("Look at it under Channels, then choose again.")});
}

void CloseChannelDialog::setUnderWay(bool under_way) {
    m_under_way = under_way;
    (m_risk_named ? m_risk : m_close)->setBusy(under_way, tr("Closing …"));
    enableButtons();
    for (auto* const choice : {m_agreed, m_alone}) choice->setEnabled(!under_way);
    // What was posted cannot be called back: the button says no more than it does.
    m_cancel->setText(under_way ? tr("&Hide") : cancelText());
    m_goes_on->setVisible(under_way);
}

void CloseChannelDialog::enableButtons() {
    const bool can_close = m_quoted && !m_under_way;
    m_close->setEnabled(can_close && !m_risk_named);
    m_risk->setEnabled(can_close && m_risk_named && !m_risk_read.isActive());
}

void CloseChannelDialog::nameRisk() {
    m_risk_named = true;
    m_risk_read.start();
    m_problem->showProblem(
        {tr("This may cost you everything in the channel."),
         tr("An older copy of this wallet may have been started. If the other side holds a newer "
            "state of the channel, it can take all of "
            "it as soon as you close it alone."),
         tr("Wait until the other side was connected once, if there is any hope of that.")});
    m_cancel->setFocus();
    m_risk->show();
    enableButtons();
    reveal(m_problem);
}

void CloseChannelDialog::forgetRisk() {
    if (!m_risk_named) return;
    m_risk_named = false;
    m_risk_read.stop();
    if (m_risk->hasFocus()) m_cancel->setFocus();
    m_risk->hide();
}

void CloseChannelDialog::close() {
    if (!m_quoted || m_under_way || m_risk_named) return;
    if (isAtRisk()) return nameRisk();
    post();
}

void CloseChannelDialog::takeRisk() {
    if (m_quoted && !m_under_way && m_risk_named) post();
}

void CloseChannelDialog::post() {
    setUnderWay(true);
    // The answer is the wallet's to hear: the dialog may be put away by then.
    m_wallet.bridge().post(
        api::CloseChannel{m_id, isForced(), isAtRisk(), isForced() ? std::nullopt : m_most},
        &m_wallet,
        [self = QPointer<CloseChannelDialog>(this), &wallet = m_wallet, id = m_id,
         peer = m_channel.peer](const api::CommandResult& result) {
            if (self && self->isVisible()) return self->closed(result);
            if (!result) wallet.notices().add({Notice::About::closing, result.error(), id, peer});
        });
}

void CloseChannelDialog::closed(const api::CommandResult& result) {
    setUnderWay(false);
    if (!result) {
        m_refused = true;
        forgetRisk();
        m_problem->showProblem(wordingOf(result.error()));
        // With what it would cost now, to be looked at before another click.
        m_quoted = false;
        enableButtons();
        ask();
        return reveal(m_problem);
    }
    const auto* const closing = std::get_if<api::ChannelClosing>(&*result);
    const bool is_cancelled = closing != nullptr && closing->state == "cancelled";
    emit said(is_cancelled ? tr("The opening is cancelled.") : tr("The channel is being closed."));
    accept();
}

}  // namespace runnel::ui
