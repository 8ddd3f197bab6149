// Why a payment cannot go now, with the figures: what of ours is where it cannot be sent from.
// Nothing here decides anything; people are told, and a sum that they can check is worth more than
// one bound.
#include "core/node/payments_send.h"

#include <algorithm>

namespace runnel::node {

namespace {

using api::Problem;
using api::ProblemKind;
using channel::Party;

/// Where our part of the channels is.
struct Figures {
    Msat sendable;   ///< One HTLC in each usable channel.
    Msat reserve;    ///< What we must keep in usable ones (BOLT 2).
    Msat in_flight;  ///< In HTLCs that we offered.
    Msat offline;    ///< In channels whose peer is away.
    Msat opening;    ///< In channels that are not ready yet, or not any more.
    Msat limits;     ///< The rest of the usable ones: fees of their commitments, and what the peer
                     ///< takes at once.
    bool any_offline = false, any_opening = false;
};

void count(Figures& out, const Draft& draft, const ChannelId& id, const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr || std::holds_alternative<channel::Closing>(channel.state)) return;
    const auto& commitments = funded->commitments;
    Msat offered;
    for (const auto& entry : commitments.htlcs()) {
        if (entry.htlc.offered_by == Party::ours) offered += entry.htlc.amount_msat;
    }
    out.in_flight += offered;
    const Msat ours = sub_or_zero(commitments.settled(Party::ours), offered);
    if (std::holds_alternative<channel::AwaitingConfirmation>(channel.state) ||
        std::holds_alternative<channel::AwaitingReady>(channel.state)) {
        out.opening += ours;
        out.any_opening = true;
        return;
    }
    if (!std::holds_alternative<channel::Normal>(channel.state)) return;
    if (!channel::is_usable(channel)) {
        // A reorg took its opening transaction out of its block: as good as not open yet.
        const bool is_there = channel.link == channel::Link::online;
        (is_there ? out.opening : out.offline) += ours;
        (is_there ? out.any_opening : out.any_offline) = true;
        return;
    }
    const Msat reserve =
        std::min(ours, commitments.params().theirs.channel_reserve_satoshis.msat());
    out.reserve += reserve;
    const Msat sendable =
        takes_htlcs_of_ours(draft, id, channel) ? commitments.can_send() : Msat(0);
    out.sendable += sendable;
    out.limits += sub_or_zero(sub_or_zero(ours, reserve), sendable);
}

Figures figures_of(const Draft& draft) {
    Figures out;
    draft.channels.for_each(
        [&](const ChannelId& id, const ChannelPtr& channel) { count(out, draft, id, *channel); });
    return out;
}

}  // namespace

Problem too_little_to_send(const Draft& draft, Msat can_send, Msat needed) {
    const auto figures = figures_of(draft);
    Problem out{ProblemKind::insufficient_liquidity,
                {{"can_send_msat", std::to_string(can_send.raw())},
                 {"needed_msat", std::to_string(needed.raw())}}};
    for (const auto& [name, amount] :
         {std::pair("reserve_msat", figures.reserve),
          std::pair("in_flight_msat", figures.in_flight),
          std::pair("offline_msat", figures.offline), std::pair("opening_msat", figures.opening),
          std::pair("limits_msat", figures.limits),
          std::pair("elsewhere_msat", sub_or_zero(figures.sendable, can_send))}) {
        if (!amount.is_zero()) out.params.emplace(name, std::to_string(amount.raw()));
    }
    return out;
}

Problem nothing_to_send_over(const Draft& draft) {
    const auto figures = figures_of(draft);
    Problem out{ProblemKind::no_usable_channel, {}};
    if (figures.any_offline) out.params.emplace("cause", "not_connected");
    else if (figures.any_opening) out.params.emplace("cause", "opening");
    return out;
}

}  // namespace runnel::node
