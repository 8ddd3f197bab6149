#include "ui/format/channel.h"

#include "ui/format/amount.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

namespace runnel::ui {

namespace {

/// Blocks after which an answer is late: about an hour, where honest peers take seconds.
constexpr std::uint32_t late_after{6};

QString inFlight(const api::ChannelView& channel) {
    if (channel.htlcs.empty()) return {};
    return u' ' + Words::tr("%n payment(s) are on their way.", nullptr,
                            static_cast<int>(channel.htlcs.size()));
}

ChannelWords openWords(const api::ChannelView& channel, const api::ChainView& chain) {
    ChannelWords out;
    const auto send = satText(channel.can_send);
    const auto receive = satText(channel.can_receive);
    const auto held = noPaymentsSentence(chain);
    out.cueWord = Words::tr("Open");
    if (channel.usable && !held.isEmpty()) {
        out.cue = Cue::waiting;
        out.cueWord = Words::tr("Waiting");
        out.sentence =
            held + u' ' + Words::tr("You can send %1 and receive %2 then.").arg(send, receive);
    } else if (channel.usable) {
        out.sentence = Words::tr("You can send %1 and receive %2.").arg(send, receive);
    } else if (!channel.online) {
        out.cue = Cue::waiting;
        out.cueWord = Words::tr("Offline");
        out.sentence =
            Words::tr(
                "The other side is not connected. You can send %1 and receive %2 when it is back.")
                .arg(send, receive);
    } else {
        // Its opening transaction was in a block that the chain has taken back.
        out.cue = Cue::waiting;
        out.cueWord = Words::tr("Waiting");
        out.sentence = Words::tr(
                           "Its opening transaction has lost its block and waits for another one. "
                           "You can send %1 and receive %2 when it has one.")
                           .arg(send, receive);
    }
    // When the channel can be used again, payments may still wait for the chain.
    if (!channel.usable && !held.isEmpty()) out.sentence += u' ' + held;
    out.sentence += inFlight(channel);
    return out;
}

ChannelWords openingWords(const api::ChannelView& channel) {
    ChannelWords out;
    out.cue = Cue::busy;
    out.cueWord = Words::tr("Opening");
    if (channel.state == "awaiting_confirmation") {
        out.sentence = Words::tr("Waiting for the chain: %1 of %n confirmation(s).", nullptr,
                                 static_cast<int>(channel.confirmations_needed))
                           .arg(channel.confirmations);
    } else if (channel.state == "awaiting_ready") {
        out.sentence = Words::tr("Confirmed here. Waiting for the other side to see it too.");
        if (!channel.online) out.cue = Cue::waiting;
    } else {
        out.sentence = Words::tr("Being agreed on with the other side. Nothing is at stake yet.");
    }
    return out;
}

/// Since when nothing but the other side's answer is missing; empty when that is not so, or only
/// just.
QString waitedSentence(const api::ChannelView& channel, const api::ChainView& chain,
                       const QDateTime& now) {
    if (!channel.waits_since || channel.waited_blocks == 0) return {};
    const int blocks = static_cast<int>(channel.waited_blocks);
    const auto since = grouped(channel.waits_since->raw());
    const auto when = agoText(channel.waited_blocks, chain, now);
    QString out;
    if (when.isEmpty()) {
        out = Words::tr("It has not answered since block %1, for %n block(s).", nullptr, blocks);
        out = out.arg(since);
    } else {
        out = Words::tr("It has not answered since about %2 (block %1, for %n block(s)).", nullptr,
                        blocks);
        out = out.arg(since, when);
    }
    if (isLate(channel))
        out += u' ' + Words::tr("You can go on waiting, or close the channel alone.");
    return out;
}

ChannelWords agreeingWords(const api::ChannelView& channel, const api::ChainView& chain,
                           const QDateTime& now) {
    ChannelWords out;
    out.cue = Cue::busy;
    out.cueWord = Words::tr("Closing");
    if (channel.waits_for == "connection" || (channel.waits_for.empty() && !channel.online)) {
        out.sentence = Words::tr("Closing by agreement, as soon as the other side is back.");
        out.cue = Cue::waiting;
    } else if (channel.waits_for == "shutdown") {
        out.sentence = Words::tr("Closing by agreement, as soon as the other side agrees.");
    } else if (channel.waits_for == "closing_signed" || channel.state == "negotiating_close") {
        out.sentence =
            Words::tr("Closing by agreement. The fee is being agreed on with the other side.");
    } else {
        out.sentence =
            Words::tr("Closing by agreement, as soon as the payments on their way have ended.");
    }
    const auto waited = waitedSentence(channel, chain, now);
    if (waited.isEmpty()) return out;
    out.sentence += u' ' + waited;
    out.cue = isLate(channel) ? Cue::attention : Cue::waiting;
    return out;
}

/// Of a close that has nothing more for the wallet: it may have had its part, or there was none.
QString nothingComesSentence(const api::ChannelView& channel) {
    // What the other side has yet to pay in may never come, and then nothing in it is anybody's.
    if (!channel.we_funded && channel.confirmations == 0)
        return Words::tr("Closing, once its opening transaction is in a block.");
    if (!channel.closing_came.is_zero())
        return Words::tr("Closing. Your part is in your wallet; the chain makes it final.");
    if (channel.ours < Msat(1000)) return Words::tr("Closing. Nothing in it is yours.");
    return Words::tr(
               "Closing. What was yours in it, %1, is too little for an output on the chain and "
               "goes to its fee.")
        .arg(satText(channel.ours.floor_sat()));
}

ChannelWords closingWords(const api::ChannelView& channel, const api::ChainView& chain,
                          const QDateTime& now) {
    if (isAgreeing(channel)) return agreeingWords(channel, chain, now);
    ChannelWords out;
    if (channel.they_must_close) {
        out.cue = Cue::attention;
        out.cueWord = cueWord(Cue::attention);
        out.sentence = Words::tr(
            "Only the other side can close this channel: it has proven that this copy of the "
            "wallet "
            "is an old one. Ask it to close. How much comes back to you is known when its "
            "transaction is in a block.");
        return out;
    }
    out.cue = Cue::busy;
    out.cueWord = Words::tr("Closing");
    if (channel.force_held_back) {
        out.cue = Cue::attention;
        out.sentence = Words::tr(
            "Closing. Nothing is published before the other side has confirmed where the channel "
            "stands: this copy of the wallet may be an "
            "old one.");
    } else if (channel.closing_to_us.is_zero() && channel.in_flight_out.is_zero()) {
        out.sentence = nothingComesSentence(channel);
    } else {
        out.sentence = Words::tr("Closing. %1 are on their way back to your wallet.")
                           .arg(satText(channel.closing_to_us));
        if (!channel.in_flight_out.is_zero()) {
            out.sentence += u' ' + Words::tr("%1 in payments are settled on the chain.")
                                       .arg(satText(channel.in_flight_out));
        }
    }
    return out;
}

QString timerOf(const api::ChannelView& channel, const api::ChainView& chain,
                const QDateTime& now) {
    if (channel.state == "awaiting_confirmation") {
        return channel.usable_in
                   ? Words::tr("Usable %1.").arg(rangeText(*channel.usable_in, chain, now))
                   : QString();
    }
    const bool is_on_chain = channel.state == "closing";
    if (is_on_chain && channel.next_deadline &&
        (!channel.closing_until || *channel.next_deadline < *channel.closing_until)) {
        return Words::tr("Be online %1: a part of it has to be collected by then.")
            .arg(deadlineText(*channel.next_deadline, chain, now));
    }
    if (channel.closing_until &&
        !(channel.closing_to_us.is_zero() && channel.in_flight_out.is_zero())) {
        return Words::tr("Back in your wallet %1.")
            .arg(untilText(*channel.closing_until, chain, now));
    }
    if (channel.next_deadline && !is_on_chain && !isOver(channel)) {
        return Words::tr("Be online %1: a payment on its way ends then.")
            .arg(deadlineText(*channel.next_deadline, chain, now));
    }
    return {};
}

}  // namespace

QString cueWord(Cue cue) {
    switch (cue) {
        case Cue::good: return Words::tr("In order");
        case Cue::busy: return Words::tr("Under way");
        case Cue::waiting: return Words::tr("Waiting");
        case Cue::attention: return Words::tr("Needs attention");
        case Cue::over: return Words::tr("Finished");
    }
    return {};
}

bool isOver(const api::ChannelView& channel) { return channel.state == "closed"; }
bool isOpening(const api::ChannelView& channel) { return channel.state.rfind("awaiting_", 0) == 0; }
bool isClosing(const api::ChannelView& channel) {
    return isAgreeing(channel) || channel.state == "closing";
}
bool canBeClosed(const api::ChannelView& channel) {
    return !isOver(channel) &&
           (!isClosing(channel) || isAgreeing(channel) || channel.force_held_back);
}
bool isAgreeing(const api::ChannelView& channel) {
    return channel.state == "shutting_down" || channel.state == "negotiating_close";
}
bool isLate(const api::ChannelView& channel) {
    return isAgreeing(channel) && channel.waits_since && channel.waited_blocks >= late_after;
}

QString closingReason(const std::string& reason) {
    if (reason == "by agreement" || reason == "mutual") return Words::tr("by agreement");
    if (reason == "by the peer" || reason == "theirs") return Words::tr("by the other side alone");
    if (reason == "asked to" || reason == "ours") return Words::tr("by you alone");
    if (reason == "revoked") return Words::tr("by the other side, with an old state");
    if (reason == "the peer holds a newer state")
        return Words::tr("by the other side alone, because this copy of the wallet is an old one");
    if (reason == "never confirmed") return Words::tr("it was never confirmed");
    // Of the node's own: a payment that the other side did not settle in time.
    if (reason.rfind("HTLC ", 0) == 0)
        return Words::tr("by you alone, because a payment on its way was not settled in time");
    // A rule of the protocol that was broken, by the protocol's name.
    return Words::tr("because of an error between the two sides (%1)").arg(tamed(reason));
}

QString closeCostText(const api::CloseQuote& quote, bool alone, bool we_funded) {
    if (quote.fee.is_zero()) {
        return we_funded || alone
                   ? Words::tr("Nothing, for nothing comes back to you")
                   : Words::tr(
                         "Nothing for you: the other side opened the channel and pays the fee");
    }
    const auto fee = satText(quote.fee);
    // The commitment's own fee was agreed on earlier; where blocks are dear by then, a second
    // transaction pays for its haste.
    if (alone) {
        return Words::tr("About %1 in fees; more if fees are high then and it has to be sped up")
            .arg(fee);
    }
    return quote.most && *quote.most > quote.fee
               ? Words::tr("About %1 in fees, at most %2 by today's prices")
                     .arg(fee, satText(*quote.most))
               : Words::tr("About %1 in fees").arg(fee);
}

QString htlcStage(const std::string& stage) {
    if (stage == "offered") return Words::tr("Offered");
    if (stage == "locked_in") return Words::tr("On its way");
    return Words::tr("Being settled");
}

QString noPaymentsSentence(const api::ChainView& chain) {
    if (!chain.no_payments) return {};
    switch (chain.no_payments->kind) {
        case api::ProblemKind::chain_gone:
            return Words::tr("Nothing is sent or received before the chain source answers again.");
        case api::ProblemKind::disk_full:
            return Words::tr("Nothing is sent or received before there is more room on the disk.");
        default:
            return Words::tr(
                "Nothing is sent or received before the wallet has caught up with the chain.");
    }
}

ChannelWords channelWords(const api::ChannelView& channel, const api::ChainView& chain,
                          const QDateTime& now) {
    ChannelWords out;
    if (isOver(channel)) {
        out.cue = Cue::over;
        out.cueWord = Words::tr("Closed");
        out.sentence = Words::tr("Closed. Nothing is left in it.");
        return out;
    }
    if (isOpening(channel)) {
        out = openingWords(channel);
    } else if (isClosing(channel)) {
        out = closingWords(channel, chain, now);
    } else {
        out = openWords(channel, chain);
    }
    out.timer = timerOf(channel, chain, now);
    return out;
}

}  // namespace runnel::ui
