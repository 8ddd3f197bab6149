#include "ui/dialogs/details.h"

#include "ui/format/activity.h"
#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/channel_bar.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

namespace {

Button* makeClose(Sheet* sheet) {
    auto* const done = new Button(ButtonKind::primary, Sheet::tr("&Done"), "detailsDone");
    QObject::connect(done, &Button::clicked, sheet, &QDialog::accept);
    sheet->addFooter(done);
    sheet->setEnterPresses(done);
    return done;
}

QString confirmationsText(const api::ChannelView& channel) {
    return channel.confirmations_needed == 0 ||
                   channel.confirmations >= channel.confirmations_needed
               ? grouped(channel.confirmations)
               : ChannelDetails::tr("%1 of %2")
                     .arg(grouped(channel.confirmations), grouped(channel.confirmations_needed));
}

}  // namespace

ChannelDetails::ChannelDetails(WalletModel& wallet, const ChannelId& id, QWidget* parent)
    : Sheet(tr("Details of the channel"), "channelDetailsSheet", parent),
      m_wallet(wallet),
      m_id(id) {
    m_cue = new CueLine("detailsCue");
    m_bar = new ChannelBar("detailsBar");
    m_facts = new Facts;
    m_htlc_title = new Text("title", tr("Payments on their way"));
    m_htlcs = new Facts;
    body()->addWidget(m_cue);
    body()->addWidget(m_bar);
    body()->addWidget(m_facts);
    body()->addWidget(m_htlc_title);
    body()->addWidget(m_htlcs);
    body()->addStretch(1);
    makeClose(this)->setFocus();
    connect(&m_wallet, &WalletModel::pictureChanged, this, &ChannelDetails::refresh);
    refresh();
}

void ChannelDetails::refresh() {
    const auto* const found = m_wallet.channels().find(m_id);
    if (found == nullptr) {
        m_cue->set(Cue::over, tr("This channel is not there any more."));
        for (auto* const part :
             std::initializer_list<QWidget*>{m_bar, m_facts, m_htlc_title, m_htlcs})
            part->hide();
        return;
    }
    const auto& channel = *found;
    // It changes once, when the funding transaction is known.
    m_id = channel.channel_id;
    const auto& chain = m_wallet.picture().chain;
    const auto words = channelWords(channel, chain, m_wallet.now());
    m_cue->set(words.cue,
               words.timer.isEmpty() ? words.sentence : words.sentence + u' ' + words.timer);
    m_bar->set(channel);
    m_bar->setVisible(!m_bar->shares().empty() && !isOver(channel));
    m_facts->set(tr("With"), m_wallet.names().of(channel.peer));
    m_facts->set(tr("Holds"), satText(channel.capacity));
    const bool over = isOver(channel);
    // Of one that only the other side can close nothing is known.
    const bool blank = over || channel.they_must_close;
    m_facts->set(tr("Yours"), channel.they_must_close ? tr("not known before it is closed")
                              : over                  ? QString()
                                                      : exactText(channel.ours));
    m_facts->set(tr("Theirs"), blank ? QString() : exactText(channel.theirs));
    m_facts->set(tr("You can send"), blank ? QString() : exactText(channel.can_send));
    m_facts->set(tr("You can receive"), blank ? QString() : exactText(channel.can_receive));
    m_facts->set(tr("You keep back"), blank ? QString() : satText(channel.our_reserve));
    m_facts->set(tr("More than they take at once"),
                 blank || channel.over_limit.is_zero() ? QString() : exactText(channel.over_limit));
    m_facts->set(tr("Waits for a higher fee of theirs"),
                 blank || channel.underpaid.is_zero() ? QString() : exactText(channel.underpaid));
    m_facts->set(tr("They keep back"), blank ? QString() : satText(channel.their_reserve));
    m_facts->set(tr("Opened by"), channel.we_funded ? tr("you") : tr("the other side"));
    m_facts->set(tr("Confirmations"), over ? QString() : confirmationsText(channel));
    m_facts->set(tr("Closing alone"),
                 blank || channel.our_delay == 0
                     ? QString()
                     // Until the closing transaction's own block it takes some, too.
                     : tr("Your coins then come back, %1.")
                           .arg(rangeText(blocksAlone(channel.our_delay, chain), onceSent(chain),
                                          m_wallet.now())));
    m_facts->set(tr("Fee rate of closing alone"),
                 blank || channel.feerate.raw() == 0 ? QString() : feerateText(channel.feerate));
    m_facts->set(tr("Closed"), channel.closing_reason.empty()
                                   ? QString()
                                   : closingReason(channel.closing_reason));
    m_facts->setCopyable(tr("Key of the other side"), qs(channel.peer.hex()), "detailsPeer");
    if (!channel.funding.txid.is_zero()) {
        m_facts->setCopyable(tr("Opening transaction"), qs(display_hex(channel.funding.txid)),
                             "detailsFunding");
    }
    if (channel.closing_txid)
        m_facts->setCopyable(tr("Closing transaction"), qs(display_hex(*channel.closing_txid)),
                             "detailsClosing");
    refreshHtlcs(channel);
}

void ChannelDetails::refreshHtlcs(const api::ChannelView& channel) {
    auto* const facts = static_cast<Facts*>(m_htlcs);
    facts->clear();
    m_htlc_title->setVisible(!channel.htlcs.empty());
    m_htlcs->setVisible(!channel.htlcs.empty());
    int number = 0;
    for (const auto& htlc : channel.htlcs) {
        const auto deadline = latestText(htlc.expiry, m_wallet.picture().chain, m_wallet.now());
        facts->set(
            tr("%1. %2").arg(QString::number(++number), htlc.outgoing ? tr("Out") : tr("In")),
            tr("%1, %2, ends %3 (block %4)")
                .arg(exactText(htlc.amount), htlcStage(htlc.stage), deadline,
                     grouped(htlc.expiry.raw())));
    }
}

EntryDetails::EntryDetails(WalletModel& wallet, const QByteArray& key, QWidget* parent)
    : Sheet(tr("Details"), "entryDetails", parent), m_wallet(wallet), m_key(key.toStdString()) {
    m_cue = new CueLine("entryCue");
    m_facts = new Facts;
    body()->addWidget(m_cue);
    body()->addWidget(m_facts);
    body()->addStretch(1);
    makeClose(this)->setFocus();
    auto& activity = m_wallet.activity();
    connect(&activity, &QAbstractItemModel::dataChanged, this, &EntryDetails::refresh);
    connect(&activity, &QAbstractItemModel::rowsRemoved, this, &EntryDetails::refresh);
    connect(&activity, &QAbstractItemModel::rowsInserted, this, [this] {
        if (m_facts->isHidden()) refresh();
    });
    connect(&m_wallet, &WalletModel::pictureChanged, this, &EntryDetails::refresh);
    refresh();
}

void EntryDetails::refresh() {
    const auto* const entry = m_wallet.activity().find(m_key);
    const bool has_gone = entry == nullptr && !m_facts->isHidden() && isVisible();
    m_facts->setVisible(entry != nullptr);
    if (entry == nullptr) {
        // Payments stay; a transaction that has lost its inputs to another one does not.
        m_cue->set(Cue::over,
                   tr("This transaction is not there any more, and moves none of your coins. "
                      "Another one may have taken its place."));
        if (has_gone) alert(m_cue);
        return;
    }
    if (entry->payment() != nullptr) show(*entry->payment());
    else show(*entry->transaction());
}

void EntryDetails::show(const api::PaymentView& payment) {
    const auto words = activityWords(payment, m_wallet.now());
    const bool failed = payment.status == api::PaymentStatus::failed;
    m_cue->set(words.cue, failed ? wordingOf(payment.failure).joined() : words.status);
    m_facts->set(tr("For"), tamed(payment.description));
    m_facts->set(tr("Amount"), entryAmountText(payment, m_wallet.now()));
    if (payment.outgoing) {
        m_facts->set(tr("To"), payment.payee ? m_wallet.names().of(*payment.payee) : QString());
        m_facts->set(tr("Fee"), payment.status == api::PaymentStatus::paid
                                    ? paidFeeText(payment.fee)
                                    : QString());
        m_facts->set(tr("Time taken"), payment.status == api::PaymentStatus::paid
                                           ? durationText(payment.elapsed_ms)
                                           : QString());
        m_facts->set(tr("Parts"), payment.parts > 1 ? grouped(payment.parts) : QString());
    }
    m_facts->set(tr("Begun"), exactTimeText(payment.created));
    m_facts->set(tr("Expires"), payment.expires && payment.status == api::PaymentStatus::pending
                                    ? exactTimeText(*payment.expires)
                                    : QString());
    m_facts->set(tr("Ended"), payment.finished ? exactTimeText(*payment.finished) : QString());
    m_facts->setCopyable(tr("Payment hash"), qs(payment.payment_hash.hex()), "entryHash");
    if (payment.preimage && payment.status == api::PaymentStatus::paid) {
        m_facts->setCopyable(tr("Proof of payment"), qs(payment.preimage->hex()), "entryProof");
    }
    if (payment.payee)
        m_facts->setCopyable(tr("Key of the payee"), qs(payment.payee->hex()), "entryPayee");
    if (!payment.bolt11.empty())
        m_facts->setCopyable(tr("Invoice"), qs(payment.bolt11), "entryInvoice");
}

void EntryDetails::show(const api::TransactionView& tx) {
    const auto& chain = m_wallet.picture().chain;
    const auto words = activityWords(tx, chain);
    m_cue->set(words.cue, words.title + QStringLiteral(". ") + words.status);
    m_facts->set(tr("Changed your coins by"), words.amount);
    m_facts->set(tr("Fee"), tx.fee ? satText(*tx.fee) : QString());
    m_facts->set(tr("First seen"), exactTimeText(tx.first_seen));
    m_facts->set(
        tr("Block"),
        tx.height ? grouped(tx.height->raw())
        : tx.expected_blocks
            ? tr("none yet; expected %1").arg(rangeText(*tx.expected_blocks, chain, m_wallet.now()))
        : tx.fee ? tr("none yet; its fee is low for today, so it may take days")
                 : tr("none yet; how soon depends on a fee that is not known here"));
    m_facts->setCopyable(tr("Transaction"), qs(display_hex(tx.txid)), "entryTxid");
}

}  // namespace runnel::ui
