#include "ui/format/problem.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/overview.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

#include <QStringList>

#include <algorithm>

namespace runnel::ui {

namespace {

using api::ProblemKind;

class Params {
public:
    explicit Params(const api::Problem& problem) : m_problem(problem) {}
    QString text(const char* name) const {
        const auto found = m_problem.params.find(name);
        return found == m_problem.params.end() ? QString() : tamed(found->second);
    }
    bool has(const char* name) const { return m_problem.params.count(name) != 0; }
    QString sat(const char* name) const { return satText(Sat(text(name).toULongLong())); }
    QString msat(const char* name) const { return satText(Msat(text(name).toULongLong())); }
    /// A bound in the unit that the problem names.
    QString bound(const char* name) const {
        return text("unit") == QStringLiteral("sat") ? sat(name) : msat(name);
    }

private:
    const api::Problem& m_problem;
};

QString technical(const Params& p, const char* name) {
    const auto text = p.text(name);
    return text.isEmpty() ? QString() : Words::tr("The technical cause: %1").arg(text);
}

/// Why a text could not be decoded, where a person can do something with it; the decoder's name for
/// it says nothing to anybody.
QString whyUnreadable(const Params& p) {
    const auto cause = p.text("cause");
    if (cause == QStringLiteral("bad_checksum"))
        return Words::tr("Its checksum does not fit: a character is wrong or missing.");
    if (cause == QStringLiteral("truncated")) return Words::tr("Its end is missing.");
    if (cause == QStringLiteral("bad_character"))
        return Words::tr(
            "A character in it does not belong there, or capitals and small letters are mixed.");
    if (cause == QStringLiteral("bad_signature"))
        return Words::tr("It is not signed by the payee it names.");
    return {};
}

QString whereTheRestIs(const Params& p) {
    QStringList out{Words::tr("%1 can be sent in one payment now, %2 are needed with the fee.")
                        .arg(p.msat("can_send_msat"), p.msat("needed_msat"))};
    const auto tell = [&](const char* name, const QString& sentence) {
        if (p.has(name)) out << sentence.arg(p.msat(name));
    };
    tell("reserve_msat",
         Words::tr("%1 are the reserve that stays in your channels until they close."));
    tell("in_flight_msat", Words::tr("%1 are in flight in other payments."));
    tell("offline_msat", Words::tr("%1 are in channels whose other side is not connected."));
    tell("opening_msat", Words::tr("%1 are in channels that are not ready yet."));
    tell("limits_msat",
         Words::tr(
             "%1 stay free for the fees of your channels, or are more than they take at once."));
    tell("elsewhere_msat", Words::tr("%1 are in channels that do not lead to this payee."));
    return out.join(u' ');
}

Wording noChannel(const Params& p) {
    if (p.text("cause") == QStringLiteral("not_connected")) {
        return {
            Words::tr("The other side of your channel is not connected."),
            Words::tr(
                "A payment needs it to be there. What is yours in the channel is safe meanwhile."),
            Words::tr("Wait until it is back: Runnel keeps trying to reach it. If it stays away, "
                      "close the channel.")};
    }
    if (p.text("cause") == QStringLiteral("opening")) {
        return {Words::tr("Your channel is not ready yet."),
                Words::tr("Its opening transaction waits for blocks."),
                Words::tr("Channels says how long it will take. Pay then.")};
    }
    return {Words::tr("There is no open channel to pay from."),
            Words::tr("Payments travel through a channel whose other side is connected."),
            Words::tr("Open a channel, or wait until the other side is back.")};
}

/// Is one of those that are away looked for? Where a peer is to be found Runnel knows only when it
/// was told; one that has come by itself has to come again.
bool isAnyLookedFor(const api::Snapshot& picture) {
    const auto is_looked_for = [&](const api::ChannelView& channel) {
        if (channel.state != "normal" || channel.online) return false;
        return std::any_of(picture.peers.begin(), picture.peers.end(),
                           [&](const api::PeerView& peer) {
                               return peer.node_id == channel.peer && !peer.host.empty();
                           });
    };
    return std::any_of(picture.channels.begin(), picture.channels.end(), is_looked_for);
}

Wording moneyWording(ProblemKind kind, const Params& p) {
    // No amount is small enough: whatever was asked, another one would not help.
    if (p.has("least_to_open_sat")) {
        return {
            Words::tr("There are not enough coins for a channel yet."),
            Words::tr("The smallest channel takes about %1 on the chain: what it holds, %2 that "
                      "stay in your wallet for closing channels in time, and the fee. %3 are "
                      "there and confirmed.")
                .arg(p.sat("least_to_open_sat"), p.sat("reserve_sat"), p.sat("available_sat")),
            Words::tr("Receive more coins on the chain first.")};
    }
    // What was kept with the name of its problem only has no figures: without them it would say
    // zero.
    if (kind == ProblemKind::insufficient_funds) {
        return {Words::tr("There are not enough coins in the wallet."),
                p.has("needed_sat") ? Words::tr("%1 can be spent now, %2 are needed with the fee.")
                                          .arg(p.sat("available_sat"), p.sat("needed_sat"))
                                    : QString(),
                Words::tr("Choose a smaller amount, or receive coins first.")};
    }
    if (kind == ProblemKind::reserve_needed && p.has("feerate")) {
        return {Words::tr("This would leave your channels unguarded until it is in a block."),
                Words::tr("It spends the coins that are kept to close channels in time."),
                Words::tr("Choose a faster confirmation.")};
    }
    if (kind == ProblemKind::reserve_needed) {
        return {Words::tr("This would touch what keeps your channels safe."),
                p.has("needed_sat")
                    ? Words::tr("%1 stay in the wallet so that channels can be closed in time. %2 "
                                "are there, %3 are needed in all.")
                          .arg(p.sat("reserve_sat"), p.sat("available_sat"), p.sat("needed_sat"))
                    : Words::tr(
                          "Some coins stay in the wallet so that channels can be closed in time."),
                Words::tr("Choose a smaller amount, or receive more coins first.")};
    }
    if (kind == ProblemKind::amount_too_small) {
        return {Words::tr("The amount is too small."),
                p.has("least") ? Words::tr("The least is %1.").arg(p.bound("least")) : QString(),
                Words::tr("Choose a larger amount.")};
    }
    if (kind == ProblemKind::amount_too_large) {
        return {Words::tr("The amount is too large."),
                p.has("most") ? Words::tr("The most is %1.").arg(p.bound("most")) : QString(),
                Words::tr("Choose a smaller amount.")};
    }
    if (kind == ProblemKind::insufficient_liquidity) {
        return {
            Words::tr("This is more than your channels can send."), whereTheRestIs(p),
            p.has("in_flight_msat") || p.has("offline_msat") || p.has("opening_msat")
                ? Words::tr(
                      "Pay a smaller amount, wait until more is free, or open a larger channel.")
                : Words::tr("Pay a smaller amount, or open a larger channel.")};
    }
    // On the chain: the quote was outrun by the coins or by what blocks cost; the person agreed to
    // less.
    const auto now = Words::tr("It is %1 now, and you agreed to %2.")
                         .arg(p.msat("fee_msat"), p.msat("max_fee_msat"));
    if (p.text("what") == QStringLiteral("send")) {
        return {Words::tr("The fee has changed, and nothing was sent."), now,
                Words::tr("Look at the new fee, then send it again.")};
    }
    if (p.text("what") == QStringLiteral("opening")) {
        return {Words::tr("The fee has changed, and no channel was opened."), now,
                Words::tr("Look at the new cost, then open the channel again.")};
    }
    if (p.text("what") == QStringLiteral("closing")) {
        return {Words::tr("The fee has changed, and the channel stays open."),
                Words::tr("It may be up to %1 now, and you agreed to %2.")
                    .arg(p.msat("fee_msat"), p.msat("max_fee_msat")),
                Words::tr("Look at the new cost, then close the channel again.")};
    }
    return {Words::tr("The fee would be higher than the limit."),
            Words::tr("The fee would be %1, the limit is %2.")
                .arg(p.msat("fee_msat"), p.msat("max_fee_msat")),
            Words::tr("Try again later, or open a channel that is closer to the payee.")};
}

Wording noRoute(const Params& p) {
    const auto cause = p.text("cause");
    if (cause == QStringLiteral("hints_unreachable")) {
        return {Words::tr("No way to the payee was found."),
                Words::tr("The invoice names ways to the payee, but none begins at the other side "
                          "of a channel of yours."),
                Words::tr("Open a channel with the payee, or with a node it is connected to.")};
    }
    return {
        Words::tr("No way to the payee was found."),
        cause == QStringLiteral("payee_unknown")
            ? Words::tr("You have no channel with the payee, and the invoice names no way to it.")
            : Words::tr("None of your channels leads there now."),
        Words::tr("Open a channel with the payee, or with a node it is connected to.")};
}

Wording malformedLink(const Params& p) {
    const auto field = p.text("field"), cause = p.text("cause");
    QString why = whyUnreadable(p);
    if (cause == QStringLiteral("bad_order")) {
        why = Words::tr("It says “%1” more than once, and only one can be meant.").arg(field);
    } else if (field == QStringLiteral("amount")) {
        why = cause == QStringLiteral("too_large")
                  ? Words::tr("It asks for more than there can be.")
                  : Words::tr("Its amount cannot be read.");
    } else if (cause == QStringLiteral("missing_field")) {
        why = Words::tr("It names neither an address nor an invoice to pay.");
    }
    return {Words::tr("This payment link cannot be used."), why,
            Words::tr("Copy it again from beginning to end, or ask the payee for a new one.")};
}

Wording malformed(const Params& p) {
    if (p.text("what") == QStringLiteral("link")) return malformedLink(p);
    if (p.text("what") == QStringLiteral("address")) {
        return {Words::tr("This is no valid bitcoin address."), whyUnreadable(p),
                Words::tr("Copy it again from beginning to end, or ask the payee for a new one.")};
    }
    const auto why = whyUnreadable(p);
    const auto what =
        Words::tr("It is no complete Lightning invoice, bitcoin address or payment link.");
    return {Words::tr("This text cannot be read."), why.isEmpty() ? what : what + u' ' + why,
            Words::tr("Copy it again from beginning to end.")};
}

/// Names of what is asked for in another way than by an invoice; empty for what is none.
QString otherWay(const QString& feature) {
    if (feature == QStringLiteral("lnurl"))
        return Words::tr("It is an LNURL: a link to a service that makes the invoice.");
    if (feature == QStringLiteral("offer"))
        return Words::tr(
            "It is a Lightning offer (BOLT 12), from which an invoice would have to "
            "be asked for.");
    if (feature == QStringLiteral("name_at_domain"))
        return Words::tr(
            "It is a Lightning address: a name at a domain, written like an e-mail "
            "address.");
    return {};
}

/// Handed over and not taken. It may still be, so whoever sends again may pay twice.
Wording refusedWording(const Params& p) {
    const auto why = technical(p, "reason");
    if (p.text("purpose") == QStringLiteral("send")) {
        return {Words::tr("The coins that you sent are not on their way yet: the chain source did "
                          "not accept the transaction."),
                why,
                Words::tr("Do not send them again, or both could arrive. Runnel offers the "
                          "transaction again with each block, and the coins stay set aside for "
                          "it. If its fee is too low, it goes when fees fall.")};
    }
    if (p.text("purpose") == QStringLiteral("funding")) {
        return {Words::tr("The chain source refuses the transaction that opens a channel."), why,
                Words::tr("It is tried again by itself, and the coins stay yours. If it goes on, "
                          "look at what the chain source says.")};
    }
    if (p.text("purpose") == QStringLiteral("close")) {
        return {
            Words::tr("The chain source does not accept the transaction that closes a channel."),
            why,
            p.has("can_bump")
                ? Words::tr("Runnel offers it again with each block, and it goes when fees fall. "
                            "Whoever knows the terminal can speed it up: runnel-cli bump, with the "
                            "closing transaction from the channel's details under Channels.")
                : Words::tr("Nothing to do: Runnel offers it again with each block, and it "
                            "goes when fees fall.")};
    }
    return {Words::tr("The chain source refused the transaction."), why,
            Words::tr("Nothing to do: Runnel tries again with each block. The coins stay set aside "
                      "for it until then.")};
}

/// A feature is a number in an invoice and a name in a link.
QString whatIsUnsupported(const Params& p) {
    const auto feature = p.text("feature");
    bool is_number = false;
    feature.toULongLong(&is_number);
    if (is_number)
        return Words::tr("The invoice demands feature number %1 of the Lightning protocol.")
            .arg(feature);
    if (feature.isEmpty() || feature == QStringLiteral("unknown")) return {};
    return Words::tr("The payment link demands “%1”.").arg(feature);
}

Wording wrongNetwork(const Params& p) {
    QString why;
    if (p.has("found") && p.has("expected")) {
        why = Words::tr("It was made for: %1. This wallet is on: %2.")
                  .arg(networkName(p.text("found").toStdString()),
                       networkName(p.text("expected").toStdString()));
    } else if (p.has("expected")) {
        why = Words::tr("This wallet is on %1.").arg(networkName(p.text("expected").toStdString()));
    }
    return {Words::tr("This is made for another network."), why,
            Words::tr("Ask the payee for one of the right network.")};
}

}  // namespace

QString Wording::joined() const {
    QStringList out;
    for (const auto& part : {what, why, retry}) {
        if (!part.isEmpty()) out << part;
    }
    return out.join(u' ');
}

Wording wordingOf(const api::Problem& problem) {
    const Params p(problem);
    switch (problem.kind) {
        case ProblemKind::bad_request:
            return {Words::tr("This input cannot be used."),
                    technical(p, p.has("cause") ? "cause" : "field"),
                    Words::tr("Check what you entered.")};
        case ProblemKind::unknown_command_target:
            return {Words::tr("It is not there any more."),
                    Words::tr("It may have ended in the meantime."),
                    Words::tr("Look at Channels and Activity for what is there now.")};
        case ProblemKind::not_synced:
            return {Words::tr("The wallet has not caught up with the chain yet."),
                    technical(p, "cause"),
                    Words::tr("Wait until Home says that it has, then try again.")};
        case ProblemKind::chain_gone:
            return {Words::tr("The chain source has been silent for too long."),
                    Words::tr("Nothing is added to channels until it answers, so that nothing can "
                              "be missed."),
                    Words::tr("Check that the chain source is running and can be reached.")};
        case ProblemKind::peer_not_connected:
            return {Words::tr("The other side is not connected."),
                    {},
                    Words::tr("Wait until it is back, or check your network connection.")};
        case ProblemKind::connect_failed:
            return {Words::tr("The other side cannot be reached."), technical(p, "cause"),
                    Words::tr("Check the address, and whether the other side is running.")};
        case ProblemKind::peer_refused:
            return {Words::tr("The other side said no."), technical(p, "reason"),
                    Words::tr("Another amount may do, or a channel with another node.")};
        case ProblemKind::insufficient_funds:
        case ProblemKind::reserve_needed:
        case ProblemKind::amount_too_small:
        case ProblemKind::amount_too_large:
        case ProblemKind::insufficient_liquidity:
        case ProblemKind::fee_limit: return moneyWording(problem.kind, p);
        case ProblemKind::amount_missing:
            return {Words::tr("The invoice leaves the amount to you."),
                    {},
                    Words::tr("Enter how much you want to pay.")};
        case ProblemKind::feerate_out_of_range:
            if (p.text("cause") == QStringLiteral("pays_enough")) {
                return {Words::tr("The transaction pays the estimate for the next blocks already, "
                                  "or more."),
                        {},
                        Words::tr("Wait until a block holds it.")};
            }
            return {Words::tr("The fee rate is out of range."),
                    p.has("least") && p.has("most")
                        ? Words::tr("It may be between %1 and %2 sat per vbyte.")
                              .arg(p.text("least"), p.text("most"))
                        : QString(),
                    Words::tr("Use the estimate.")};
        case ProblemKind::no_usable_channel: return noChannel(p);
        case ProblemKind::no_route: return noRoute(p);
        case ProblemKind::expired:
            return {Words::tr("The invoice has expired."),
                    p.has("since") ? Words::tr("It could be paid until %1. Nothing was paid.")
                                         .arg(exactTimeText(UnixTime(p.text("since").toLongLong())))
                                   : Words::tr("Nothing was paid."),
                    Words::tr("Ask the payee for a new one.")};
        case ProblemKind::already_paid:
            return {Words::tr("This invoice was paid before."),
                    Words::tr("Nothing was sent a second time."),
                    Words::tr("The proof of payment is in Activity.")};
        case ProblemKind::in_flight:
            return {Words::tr("A payment of this invoice is still on its way."),
                    Words::tr("It may yet arrive, so it is not sent a second time."),
                    Words::tr("Activity shows how it ends.")};
        case ProblemKind::own_invoice:
            return {Words::tr("This invoice is your own."),
                    Words::tr("Paying yourself would move nothing."),
                    Words::tr("Give it to whoever is to pay you.")};
        case ProblemKind::payee_refused:
            return {Words::tr("The payee did not take the payment."),
                    Words::tr("Nothing was paid."), Words::tr("Ask the payee for a new invoice.")};
        case ProblemKind::payment_failed:
            return {Words::tr("The payment failed on its way."), Words::tr("Nothing was paid."),
                    Words::tr("Try again in a moment.")};
        case ProblemKind::timed_out:
            return {Words::tr("It took too long."), Words::tr("Nothing was paid or changed."),
                    Words::tr("Try again in a moment.")};
        case ProblemKind::wrong_network: return wrongNetwork(p);
        case ProblemKind::malformed: return malformed(p);
        case ProblemKind::unsupported:
            if (const auto way = otherWay(p.text("feature")); !way.isEmpty()) {
                return {Words::tr("Runnel cannot pay this yet."), way,
                        Words::tr("Ask the payee for a Lightning invoice, or for a bitcoin "
                                  "address.")};
            }
            return {Words::tr("This needs something that Runnel cannot do yet."),
                    whatIsUnsupported(p),
                    Words::tr("Ask for a plain Lightning invoice, or for a bitcoin address.")};
        case ProblemKind::channel_not_open:
            return {Words::tr("The channel is not open any more."),
                    {},
                    Words::tr("Channels shows where it stands.")};
        case ProblemKind::broadcast_refused: return refusedWording(p);
        case ProblemKind::disk_full:
            return {Words::tr("The disk is nearly full."),
                    Words::tr("Nothing new is begun, so that channels can still be closed safely."),
                    Words::tr("Make space on the disk, then try again.")};
        case ProblemKind::busy:
            return {Words::tr("Something of the same kind is still under way."),
                    {},
                    Words::tr("Wait for it to end, then try again.")};
        case ProblemKind::commitment_underpaid:
            return {Words::tr("The other side pays too small a fee for closing this channel at "
                              "today's prices."),
                    {},
                    Words::tr("Wait until it raises the fee, or close the channel by agreement.")};
        case ProblemKind::practice_gone:
            if (p.text("cause") == QStringLiteral("silent")) {
                return {Words::tr("The practice network does not answer."),
                        Words::tr("It is running, but has not answered in time."),
                        Words::tr("Try again in a moment. If it stays so, close Runnel and open it "
                                  "again; nothing is lost by that.")};
            }
            return {Words::tr("The practice network is not there at the moment."),
                    {},
                    Words::tr("It starts again by itself; try again in a moment.")};
        case ProblemKind::faucet_dry:
            return {Words::tr("There are no practice coins left at the moment."),
                    {},
                    Words::tr("Try again after some blocks.")};
        case ProblemKind::funding_lost:
            if (p.has("theirs")) {
                return {Words::tr("A channel that was opened to you is gone."),
                        Words::tr("The payment into it stood in a block that was replaced, and has "
                                  "not come again. There is nothing in the channel: what you "
                                  "received through it is lost."),
                        Words::tr("There is nothing to do. Whoever opened it may have spent the "
                                  "same coins twice: be careful with another channel of theirs.")};
            }
            return {Words::tr("A channel never came to be."),
                    Words::tr("Another transaction spent the coin that was to fund it. What it did "
                              "not spend is in your wallet again."),
                    Words::tr("If you did not send it yourself, somebody else may have the words "
                              "of this wallet.")};
        case ProblemKind::chain_unknown:
            return {
                Words::tr("The chain source knows none of the blocks that this wallet remembers."),
                Words::tr("It may be on another chain, so nothing is believed of it and nothing "
                          "new is begun."),
                Words::tr("Connect to the bitcoind that this wallet was used with. It is tried "
                          "again by itself.")};
        case ProblemKind::chain_behind:
            return {Words::tr("The chain source is behind what the network has."),
                    Words::tr("Nothing is added to channels until it has caught up, so that "
                              "nothing can be missed."),
                    Words::tr("Check that the chain source is connected to the network.")};
        case ProblemKind::chain_pruned:
            return {
                Words::tr("The chain source has deleted blocks that this wallet has not read yet."),
                technical(p, "cause"),
                Words::tr("Use a bitcoind that keeps all blocks. It is tried again by itself.")};
        case ProblemKind::store_in_doubt:
            if (p.has("outdated")) {
                return {Words::tr("This copy of the wallet is an old one."),
                        Words::tr("The other side has proven that it holds a newer state of this "
                                  "channel. To publish what this copy knows would give it "
                                  "everything in the channel."),
                        Words::tr("Only the other side can close it now: ask it to. Your share "
                                  "then comes back by itself.")};
            }
            return {Words::tr("An older copy of this wallet may have been started."),
                    Words::tr("Part of what it has written is missing. A channel is not closed "
                              "alone until its other side was connected and "
                              "has confirmed where it stands: an outdated state could cost "
                              "everything in it."),
                    Words::tr("Leave Runnel open until every other side was connected once. "
                              "Everything else goes on. A channel whose other side never comes "
                              "back can be closed alone under Channels, at a risk "
                              "that is named there.")};
        case ProblemKind::send_lost:
            return {Words::tr("What you sent will not arrive."),
                    Words::tr("Its coins were spent by another transaction, which is in a block: "
                              "another copy of this wallet may have sent it."),
                    Words::tr("Look at Activity for what was sent instead, before you send "
                              "again.")};
        case ProblemKind::cancelled:
            return {Words::tr("The opening of the channel was cancelled."),
                    Words::tr("Nothing was spent."),
                    Words::tr("If you want the channel after all, open it again.")};
        case ProblemKind::no_package_relay:
            return {
                Words::tr("This bitcoind is too old for opening channels."),
                Words::tr("It cannot pass on a closing transaction together with one that pays "
                          "for it, so a channel might not be closed in time when fees are high."),
                Words::tr("Use bitcoind 28 or newer. Everything else goes on.")};
        case ProblemKind::internal: break;
    }
    return {Words::tr("Something went wrong inside Runnel."), technical(p, "detail"),
            Words::tr("Look at Activity for what became of it, and please report it with the log: "
                      "Settings says where it is.")};
}

Wording wordingOf(const api::Problem& problem, const api::Snapshot& picture) {
    auto out = wordingOf(problem);
    if (problem.kind == ProblemKind::no_usable_channel &&
        Params(problem).text("cause") == QStringLiteral("not_connected") &&
        !isAnyLookedFor(picture)) {
        out.retry = Words::tr(
            "Wait until it connects: Runnel does not know where to reach it. If it stays "
            "away, close the channel.");
    }
    return out;
}

Wording wordingOf(const std::string& kind_name) {
    api::Problem problem;
    for (int k = 0; k <= static_cast<int>(api::last_problem_kind); ++k) {
        const auto kind = static_cast<ProblemKind>(k);
        if (api::to_string(kind) != kind_name) continue;
        problem.kind = kind;
        switch (kind) {
            // Without their figures these would say zero.
            case ProblemKind::insufficient_liquidity:
                return {Words::tr("This was more than your channels could send."),
                        {},
                        Words::tr("Pay a smaller amount, or open a larger channel.")};
            case ProblemKind::fee_limit:
                return {Words::tr("The fee would have been higher than the limit."),
                        {},
                        Words::tr("Try again later.")};
            default: return wordingOf(problem);
        }
    }
    return {Words::tr("The payment did not succeed."),
            {},
            Words::tr("Try again, or ask the payee for a new invoice.")};
}

}  // namespace runnel::ui
