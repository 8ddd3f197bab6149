#include "ui/format/overview.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/practice.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

#include <algorithm>

namespace runnel::ui {

namespace {

/// What a forced close takes beside the agreed delay: it, and then the HTLC's own transaction, a
/// few blocks each.
constexpr std::uint32_t blocks_to_settle{9};

QString because(const std::string& cause) {
    return cause.empty() ? QString() : u' ' + Words::tr("The cause: %1.").arg(tamed(cause));
}

Held heldInOpening(const api::ChannelView& channel, const QString& peer,
                   const api::ChainView& chain, const QDateTime& now) {
    const auto timer = channelWords(channel, chain, now).timer;
    return {Held::Kind::opening, channel.ours, Words::tr("Opening the channel with %1").arg(peer),
            timer.isEmpty() ? Words::tr("Usable once the channel is ready.") : timer};
}

Held heldInClosing(const api::ChannelView& channel, const QString& peer,
                   const api::ChainView& chain, const QDateTime& now) {
    if (channel.they_must_close) {
        return {Held::Kind::unknown, Msat(0), Words::tr("In the channel with %1").arg(peer),
                channelWords(channel, chain, now).sentence};
    }
    Held out{Held::Kind::closing,
             channel.closing_to_us.msat(),
             Words::tr("Closing the channel with %1").arg(peer),
             {}};
    if (channel.state != "closing") {
        out.amount = channel.ours;
        out.reason = channelWords(channel, chain, now).sentence;
    } else if (channel.closing_until) {
        out.reason =
            Words::tr("In your wallet %1.").arg(untilText(*channel.closing_until, chain, now));
    } else {
        out.reason = Words::tr("In your wallet once the closing transaction is in a block.");
    }
    return out;
}

/// Its term, and what comes on top where the other side does not answer: the commitment, then what
/// its HTLC waits for (BOLT 5).
QString outgoingReason(const api::HtlcView& htlc, const api::ChannelView& channel,
                       const api::ChainView& chain, const QDateTime& now) {
    if (channel.state == "closing")
        return Words::tr("It is settled on the chain: it comes back or was paid.");
    return Words::tr(
               "It arrives or comes back %1. If the other side is gone then, it takes %2 longer.")
        .arg(latestText(htlc.expiry, chain, now),
             spanText(channel.our_delay + blocks_to_settle, chain));
}

void addPayments(std::vector<Held>& out, const api::ChannelView& channel, const QString& peer,
                 const api::ChainView& chain, const QDateTime& now) {
    for (const auto& htlc : channel.htlcs) {
        if (htlc.outgoing) {
            out.push_back({Held::Kind::payment, htlc.amount,
                           Words::tr("A payment through %1").arg(peer),
                           outgoingReason(htlc, channel, chain, now)});
        } else if (htlc.fulfilled && channel.state != "closing") {
            out.push_back(
                {Held::Kind::payment, htlc.amount,
                 Words::tr("A payment to you through %1").arg(peer),
                 channel.next_deadline
                     ? Words::tr("It is yours and is being added to your channel. Be online %1.")
                           .arg(deadlineText(*channel.next_deadline, chain, now))
                     : Words::tr("It is yours and is being added to your channel.")});
        }
    }
}

/// What stands between the wallet and the chain.
std::optional<Health> troubleOfChain(const api::ChainView& chain) {
    using api::ProblemKind;
    // One that has fallen silent without a word names no cause of its own.
    const bool fell_silent = chain.trouble == ProblemKind::chain_gone;
    // Neither an answer nor a failure yet.
    if (!chain.reachable && chain.problem.empty() && !fell_silent)
        return Health{Cue::busy, Words::tr("Asking the chain source …")};
    if (!chain.reachable) {
        const auto what =
            chain.no_payments
                ? Words::tr(
                      "The chain source does not answer. Nothing is sent or received before "
                      "it does; opening and closing wait, too.")
                : Words::tr(
                      "The chain source does not answer. Payments go on for a while; opening "
                      "and closing wait.");
        return Health{Cue::attention,
                      what + because(chain.problem) + u' ' +
                          Words::tr("Check that it is running and can be reached.")};
    }
    const auto worded = [&] {
        return Health{Cue::attention, wordingOf(api::Problem{*chain.trouble, {}}).joined()};
    };
    // That it relays no packages hinders openings only: it is said once everything else goes on.
    if (chain.trouble && chain.trouble != ProblemKind::no_package_relay) return worded();
    if (!chain.synced) {
        return Health{Cue::busy, Words::tr("Catching up with the chain, now at block %1.")
                                     .arg(grouped(chain.height.raw()))};
    }
    // The machine has slept, and the source's last word is as old as that.
    if (chain.no_payments) return Health{Cue::busy, Words::tr("Asking the chain source …")};
    if (chain.trouble) return worded();
    return std::nullopt;
}

/// What only a person can mend, by asking the other side.
std::optional<Health> troubleOfChannels(const api::Snapshot& picture) {
    const auto outdated =
        std::count_if(picture.channels.begin(), picture.channels.end(),
                      [](const api::ChannelView& channel) { return channel.they_must_close; });
    if (outdated == 0) return std::nullopt;
    return Health{Cue::attention,
                  Words::tr("%n channel(s) can be closed by the other side only, because this copy "
                            "of the wallet is an old one. Ask the other side to close. Channels "
                            "says which.",
                            nullptr, static_cast<int>(outdated))};
}

/// What does not go on by itself any more: the other side of a close does not answer.
std::optional<Health> lateCloses(const api::Snapshot& picture) {
    const auto late = std::count_if(picture.channels.begin(), picture.channels.end(), isLate);
    if (late == 0) return std::nullopt;
    return Health{Cue::attention,
                  Words::tr("%n channel(s) cannot be closed together, because the other side does "
                            "not answer. You can go on waiting, or close alone under Channels.",
                            nullptr, static_cast<int>(late))};
}

}  // namespace

QString amountText(const Held& held) {
    return held.kind == Held::Kind::unknown ? Words::tr("not known yet") : satText(held.amount);
}

QString networkName(Network network) {
    switch (network) {
        case Network::practice: return Words::tr("Practice network");
        case Network::regtest: return QStringLiteral("Regtest");
        case Network::signet: return QStringLiteral("Signet");
        case Network::testnet4: return QStringLiteral("Testnet 4");
        case Network::mainnet: break;
    }
    return QStringLiteral("Bitcoin");
}

QString networkName(const std::string& name) {
    if (const auto network = network_from_name(name)) return networkName(*network);
    return name == "testnet" ? QStringLiteral("Testnet") : tamed(name);
}

Health healthOf(const api::Snapshot& picture, const std::optional<api::PracticeState>& practice) {
    if (const auto trouble = practiceTrouble(practice)) return {Cue::attention, trouble->joined()};
    if (picture.in_doubt)
        return {Cue::attention,
                wordingOf(api::Problem{api::ProblemKind::store_in_doubt, {}}).joined()};
    if (picture.disk_low)
        return {Cue::attention, wordingOf(api::Problem{api::ProblemKind::disk_full, {}}).joined()};
    if (const auto trouble = troubleOfChain(picture.chain)) return *trouble;
    // Whoever waits for another side that never comes must hear of the rest all the same.
    if (const auto trouble = troubleOfChannels(picture)) return *trouble;
    if (const auto late = lateCloses(picture)) return *late;
    std::size_t open = 0, offline = 0, unconfirmed = 0, moving = 0;
    for (const auto& channel : picture.channels) {
        if (isOver(channel)) continue;
        if (isOpening(channel) || isClosing(channel)) ++moving;
        if (channel.state != "normal") continue;
        ++open;
        if (!channel.online) ++offline;
        else if (!channel.usable) ++unconfirmed;
    }
    if (open > 0 && offline == open) {
        return {Cue::waiting,
                open == 1 ? Words::tr("Your channel waits for its other side to connect.")
                          : Words::tr("All your channels wait for their other sides to connect.")};
    }
    if (offline > 0) {
        return {Cue::waiting, Words::tr("%n channel(s) wait for the other side to connect.",
                                        nullptr, static_cast<int>(offline))};
    }
    if (unconfirmed > 0) {
        return {Cue::waiting,
                Words::tr("The opening transactions of %n channel(s) have lost their blocks and "
                          "wait for others.",
                          nullptr, static_cast<int>(unconfirmed))};
    }
    if (moving > 0) {
        return {Cue::busy, Words::tr("%n channel(s) are being opened or closed.", nullptr,
                                     static_cast<int>(moving))};
    }
    if (open == 0) return {Cue::good, Words::tr("Everything is in order. No channel is open.")};
    return {Cue::good, Words::tr("Everything is in order. %n channel(s) are ready.", nullptr,
                                 static_cast<int>(open))};
}

std::vector<Held> heldIn(const api::Snapshot& picture, const PeerNames& names,
                         const QDateTime& now) {
    std::vector<Held> out;
    if (!picture.balance.onchain_unconfirmed.is_zero()) {
        const auto& blocks = picture.balance.unconfirmed_for;
        out.push_back(
            {Held::Kind::incoming, picture.balance.onchain_unconfirmed.msat(),
             Words::tr("Coins that are not confirmed yet"),
             blocks ? Words::tr("Spendable %1.").arg(rangeText(*blocks, picture.chain, now))
                    : Words::tr("Spendable once they are in a block. How soon that is depends on "
                                "the fee that was paid for them.")});
    }
    Msat kept, over_limit, underpaid;
    for (const auto& channel : picture.channels) {
        if (isOver(channel)) continue;
        const auto peer = names.of(channel.peer);
        if (isOpening(channel)) {
            if (!channel.ours.is_zero())
                out.push_back(heldInOpening(channel, peer, picture.chain, now));
        } else if (isClosing(channel)) {
            auto held = heldInClosing(channel, peer, picture.chain, now);
            if (!held.amount.is_zero() || held.kind == Held::Kind::unknown)
                out.push_back(std::move(held));
        } else if (channel.usable) {
            kept += channel.kept;
            over_limit += channel.over_limit;
            underpaid += channel.underpaid;
        } else if (!channel.ours.is_zero()) {
            out.push_back(
                {Held::Kind::waiting, channel.ours, Words::tr("In the channel with %1").arg(peer),
                 channel.online
                     ? Words::tr("Ready again once its opening transaction is in a block.")
                     : Words::tr("Ready again once the other side is connected.")});
        }
        addPayments(out, channel, peer, picture.chain, now);
    }
    if (!over_limit.is_zero()) {
        out.push_back({Held::Kind::waiting, over_limit, Words::tr("More than can be sent at once"),
                       Words::tr("A channel takes no more than a certain amount in payments under "
                                 "way. This is yours, too: pay it in several payments, one after "
                                 "the other.")});
    }
    if (!underpaid.is_zero()) {
        out.push_back({Held::Kind::waiting, underpaid,
                       Words::tr("Waits until the other side pays a higher fee"),
                       Words::tr("What it pays for closing the channel is too little at today's "
                                 "prices, so nothing more is sent through it until then. A close "
                                 "by agreement brings it back, too.")});
    }
    if (!picture.balance.reserved.is_zero()) {
        out.push_back({Held::Kind::reserve, picture.balance.reserved.msat(),
                       Words::tr("Kept for closing channels"),
                       Words::tr("These coins pay the fees when a channel must be closed in time. "
                                 "They are free again once your "
                                 "channels are closed.")});
    }
    if (!kept.is_zero()) {
        out.push_back({Held::Kind::reserve, kept, Words::tr("Kept back inside your channels"),
                       Words::tr("Each side keeps about 1 % in its channel, so that nobody gains "
                                 "by cheating, and some more for fees. "
                                 "What the fees do not take comes back at the close.")});
    }
    return out;
}

QString openingTakesSentence(const api::Snapshot& picture) {
    if (picture.balance.least_to_open.is_zero()) return {};
    return Words::tr(
               "Opening a channel takes about %1 on the chain at least: what the smallest "
               "channel holds, what stays in your wallet for closing channels in time, and "
               "the fee.")
        .arg(satText(picture.balance.least_to_open));
}

bool isTooLittleToOpen(const api::Balance& balance) {
    const auto all = add(balance.onchain, balance.onchain_unconfirmed);
    return all && *all < balance.least_to_open;
}

bool hasChannel(const api::Snapshot& picture) {
    return std::any_of(picture.channels.begin(), picture.channels.end(),
                       [](const api::ChannelView& channel) { return !isOver(channel); });
}

QString receivableSentence(const api::Snapshot& picture) {
    std::size_t usable = 0, other = 0;
    for (const auto& channel : picture.channels) {
        if (channel.usable) ++usable;
        else if (!isOver(channel) && !isClosing(channel)) ++other;
    }
    if (usable == 0) {
        if (other > 0)
            return Words::tr(
                "None of your channels is ready at this moment, so nothing can be received over "
                "Lightning yet.");
        // Elsewhere nobody can: this window listens on this computer only, and on no fixed port.
        return picture.network == Network::practice
                   ? Words::tr(
                         "You have no open channel. To receive over Lightning, open one "
                         "first and spend a part of it, or ask somebody to open one to you.")
                   : Words::tr(
                         "You have no open channel. To receive over Lightning, open one "
                         "first and spend a part of it.");
    }
    const auto held = noPaymentsSentence(picture.chain);
    if (picture.balance.can_receive < Msat(1000)) {
        const auto full = Words::tr(
            "Your channels are full on your side. Spend something first: what you pay makes room "
            "to receive.");
        return held.isEmpty() ? full : held + u' ' + full;
    }
    if (!held.isEmpty()) {
        return held + u' ' +
               Words::tr(
                   "Then you can receive up to %1. That is what the other sides of your channels "
                   "hold, less what they must keep.")
                   .arg(satText(picture.balance.can_receive));
    }
    return Words::tr(
               "You can receive up to %1 now. That is what the other sides of your channels hold, "
               "less what they must keep.")
        .arg(satText(picture.balance.can_receive));
}

QString spendableSentence(const api::Snapshot& picture) {
    std::size_t usable = 0;
    for (const auto& channel : picture.channels) usable += channel.usable ? 1 : 0;
    if (usable == 0) return Words::tr("No channel is ready to pay from.");
    if (const auto held = noPaymentsSentence(picture.chain); !held.isEmpty()) return held;
    return Words::tr("At once, through %n channel(s).", nullptr, static_cast<int>(usable));
}

}  // namespace runnel::ui
