// One attempt of a payment: the ways it can go, how it is split over them, and the HTLCs it
// becomes.
#include "core/node/payments_send.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace runnel::node {

namespace {

using api::Problem;
using api::ProblemKind;

/// Blocks that may be found before the last hop looks, and room to hide in: who is asked how far
/// the payee is (BOLT 7).
constexpr std::uint32_t shadow_least = 3;
constexpr std::uint32_t shadow_range = 24;

/// Does it say nothing about the way? The rest of a set did not come, or the HTLC never left. A
/// payee that waits for the rest of what is all there is another matter.
bool is_nobodys_fault(const OutgoingPayment& payment, const Part& part) {
    if (part.failure == never_sent) return true;
    const bool has_others =
        std::any_of(payment.parts.begin(), payment.parts.end(), [&](const Part& other) {
            return other.attempt == part.attempt && other.htlc != part.htlc;
        });
    return has_others && part.failure == onion::to_string(onion::FailureCode::mpp_timeout);
}

/// A way that failed in an earlier attempt is not tried again: a way is its channel when the peer
/// is the payee, else its hops.
bool has_failed(const OutgoingPayment& payment, const ChannelId& channel,
                std::span<const payment::HintHop> hops) {
    return std::any_of(payment.parts.begin(), payment.parts.end(), [&](const Part& part) {
        if (part.state != Part::State::failed || part.scids.size() != hops.size()) return false;
        if (is_nobodys_fault(payment, part)) return false;
        if (hops.empty()) return part.htlc.channel == channel;
        return std::equal(hops.begin(), hops.end(), part.scids.begin(),
                          [](const payment::HintHop& hop, ShortChannelId scid) {
                              return hop.short_channel_id == scid;
                          });
    });
}

/// Lanes with the channels that their `channel` index means.
struct Ways {
    std::vector<payment::Lane> lanes;
    std::vector<ChannelId> channels;
    bool any_usable = false;     ///< Some channel could carry something somewhere.
    bool payee_is_peer = false;  ///< There is a channel to the payee, usable or not.
};

Ways ways_to(const Draft& draft, const Target& target, const OutgoingPayment& payment,
             const std::set<ChannelId>& refused, const crypto::PublicKey& us) {
    Ways out;
    // What is left of a hint behind us, if it leads through us.
    std::vector<std::span<const payment::HintHop>> tails;
    for (const auto& hint : target.hints) {
        std::span<const payment::HintHop> tail(hint);
        const auto at = std::find_if(hint.rbegin(), hint.rend(), [&](const payment::HintHop& hop) {
            return hop.node_id == us;
        });
        if (at != hint.rend()) tail = tail.subspan(static_cast<std::size_t>(hint.rend() - at));
        if (!tail.empty() && payment::delta_of(tail)) tails.push_back(tail);
    }
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const bool to_payee = channel->peer == target.payee;
        const bool lives = channel::funded_of(channel->state) != nullptr &&
                           !std::holds_alternative<channel::Closing>(channel->state);
        if (to_payee && lives) out.payee_is_peer = true;
        if (!takes_htlcs_of_ours(draft, id, *channel)) return;
        out.any_usable = true;
        if (refused.count(id) != 0) return;
        payment::Lane lane;
        lane.channel = out.channels.size();
        const auto add = [&](std::span<const payment::HintHop> hops) {
            if (has_failed(payment, id, hops)) return;
            if (out.channels.size() == lane.channel) {
                const auto& commitments = channel::funded_of(channel->state)->commitments;
                lane.can_send = commitments.can_send();
                lane.least = commitments.params().theirs.htlc_minimum_msat;
                out.channels.push_back(id);
            }
            lane.hops = hops;
            out.lanes.push_back(lane);
        };
        if (to_payee) add({});
        for (const auto& tail : tails) {
            // The latest hop that is our peer: what lies before it would be a detour.
            const auto at = std::find_if(
                tail.rbegin(), tail.rend(),
                [&](const payment::HintHop& hop) { return hop.node_id == channel->peer; });
            if (at != tail.rend())
                add(tail.subspan(static_cast<std::size_t>(tail.rend() - at) - 1));
        }
    });
    return out;
}

Problem problem_of(const Draft& draft, const payment::SplitError& error, const Target& target) {
    return std::visit(
        overloaded{[&](const payment::TooLittle& e) {
                       return too_little_to_send(draft, e.most, target.amount);
                   },
                   [&](const payment::BelowLeast& e) {
                       return Problem{ProblemKind::amount_too_small,
                                      {{"least", std::to_string(e.least.raw())}, {"unit", "msat"}}};
                   },
                   [&](const payment::FeeTooHigh& e) {
                       return Problem{ProblemKind::fee_limit,
                                      {{"fee_msat", std::to_string(e.fee.raw())},
                                       {"max_fee_msat", std::to_string(target.max_fee.raw())}}};
                   }},
        error);
}

struct Plan {
    Ways ways;
    std::vector<payment::Share> shares;
};

Result<Plan, Problem> plan_shares(const Draft& draft, const Target& target,
                                  const OutgoingPayment& payment,
                                  const std::set<ChannelId>& refused, const crypto::PublicKey& us) {
    Plan plan{ways_to(draft, target, payment, refused, us), {}};
    const auto& ways = plan.ways;
    if (ways.lanes.empty()) {
        if (!ways.any_usable || ways.payee_is_peer) return fail(nothing_to_send_over(draft));
        return fail(
            Problem{ProblemKind::no_route,
                    {{"cause", target.hints.empty() ? "payee_unknown" : "hints_unreachable"}}});
    }
    auto shares = payment::split(ways.lanes, target.amount, target.max_fee, target.parts_allowed);
    if (!shares) return fail(problem_of(draft, shares.error(), target));
    plan.shares = *std::move(shares);
    return plan;
}

/// The payee's expiry, the same for every part.
Result<BlockHeight, Problem> final_expiry(const Draft& draft, const Target& target,
                                          const Plan& plan, const Scope& scope) {
    std::uint64_t most = std::max(target.final_delta.raw(), payment::least_final_delta.raw());
    std::uint32_t on_the_way = 0;
    for (const auto& share : plan.shares) {
        const auto delta = payment::delta_of(plan.ways.lanes[share.lane].hops);
        on_the_way = std::max(on_the_way, delta ? delta->raw() : payment::max_route_delta.raw());
    }
    most += on_the_way;
    if (most + shadow_least > payment::max_route_delta.raw()) {
        return fail(Problem{ProblemKind::no_route,
                            {{"cause", "expiry_too_far"}, {"blocks", std::to_string(most)}}});
    }
    const std::uint32_t room = payment::max_route_delta.raw() - static_cast<std::uint32_t>(most);
    const auto random = scope.entropy.expand(scope.event, "shadow of " + target.payment_hash.hex());
    const std::uint32_t shadow = std::min(room, shadow_least + random.reveal()[0] % shadow_range);
    return draft.tip.height + BlockDelta(static_cast<std::uint32_t>(most) - on_the_way + shadow);
}

/// Takes back what was added to channels in this turn and not sent yet.
class Undo {
public:
    explicit Undo(Draft& draft) : m_draft(draft) {}
    void remember(const ChannelId& id) { m_before.emplace_back(id, *m_draft.edit_channel(id)); }
    void roll_back() {
        for (auto& [id, channel] : m_before) *m_draft.edit_channel(id) = std::move(channel);
        m_before.clear();
    }

private:
    Draft& m_draft;
    std::vector<std::pair<ChannelId, channel::Channel>> m_before;
};

/// One HTLC with its onion. `number` makes its session key unlike any other of this turn.
Result<Part, Problem> add_share(Draft& draft, const Target& target, const Plan& plan,
                                const payment::Share& share, BlockHeight expiry, std::size_t number,
                                std::vector<std::pair<crypto::PublicKey, wire::Message>>& messages,
                                const Scope& scope) {
    const auto& lane = plan.ways.lanes[share.lane];
    const ChannelId& id = plan.ways.channels[lane.channel];
    const auto layers =
        payment::layers(lane.hops, target.payee, share.arrives, expiry, target.final);
    if (!layers) return fail(Problem{ProblemKind::no_route, {{"cause", "hint_terms"}}});
    Part part;
    part.amount = share.arrives;
    part.fee = share.fee;
    part.session_key = scope.entropy.expand(
        scope.event, fmt::format("session {} {}", target.payment_hash.hex(), number));
    const auto session = crypto::PrivateKey::from(part.session_key);
    if (!session) return fail(Problem{ProblemKind::internal, {{"detail", "session key"}}});
    const auto onion = onion::build(*session, layers->hops, target.payment_hash.view());
    if (!onion) return fail(Problem{ProblemKind::no_route, {{"cause", "onion_too_long"}}});
    for (const auto& hop : layers->hops) part.hops.push_back(hop.node);
    for (const auto& hop : lane.hops) part.scids.push_back(hop.short_channel_id);
    channel::Channel* const channel = draft.edit_channel(id);
    auto add = channel::add_htlc(*channel, layers->amount, target.payment_hash, layers->expiry,
                                 onion->packet);
    if (!add) {
        auto problem = too_little_to_send(draft, Msat(add.error().limit), layers->amount);
        problem.params.emplace("cause", channel::to_string(add.error().kind));
        return fail(std::move(problem));
    }
    part.htlc = HtlcRef{id, add->id};
    messages.emplace_back(channel->peer, *std::move(add));
    return part;
}

}  // namespace

Result<void, Problem> attempt(Draft& draft, OutgoingPayment& payment, const Target& target,
                              const Scope& scope) {
    if (auto problem = chain_problem(draft, scope, true)) return fail(*std::move(problem));
    if (scope.disk_low) return fail(Problem{ProblemKind::disk_full, {}});
    const std::uint32_t number = payment.parts.empty() ? 0 : payment.parts.back().attempt + 1;
    std::set<ChannelId> refused;
    std::optional<Problem> refusal;
    while (true) {
        const auto plan = plan_shares(draft, target, payment, refused, scope.keys.node_id());
        // A channel's own refusal says more than that nothing is left without it.
        if (!plan) return fail(refusal ? *refusal : plan.error());
        RUNNEL_TRY(const auto expiry, final_expiry(draft, target, *plan, scope));
        Undo undo(draft);
        std::vector<Part> parts;
        std::vector<std::pair<crypto::PublicKey, wire::Message>> messages;
        bool complete = true;
        for (const auto& share : plan->shares) {
            const ChannelId& id = plan->ways.channels[plan->ways.lanes[share.lane].channel];
            // A failed add changes nothing: only with several parts there is something to take
            // back.
            if (plan->shares.size() > 1) undo.remember(id);
            auto part = add_share(draft, target, *plan, share, expiry,
                                  payment.parts.size() + parts.size(), messages, scope);
            if (!part) {
                undo.roll_back();
                refused.insert(id);
                refusal = part.error();
                complete = false;
                break;
            }
            part->attempt = number;
            parts.push_back(*std::move(part));
        }
        if (!complete) continue;
        for (auto& [peer, message] : messages) draft.send(peer, std::move(message));
        for (auto& part : parts) {
            draft.dirty.insert(part.htlc.channel);
            payment.parts.push_back(std::move(part));
        }
        return {};
    }
}

std::vector<ChannelId> channels_to(const Draft& draft, const Target& target,
                                   const crypto::PublicKey& us) {
    return ways_to(draft, target, OutgoingPayment{}, {}, us).channels;
}

bool room_will_come(const Draft& draft, const OutgoingPayment& payment, const Problem& problem,
                    const Target& target, const crypto::PublicKey& us) {
    if (problem.kind != ProblemKind::insufficient_liquidity) return false;
    // However empty they become: who waits for what the reserve, the fees or the peer keep back
    // waits in vain, and others behind him.
    auto ways = ways_to(draft, target, payment, {}, us);
    bool is_busy = false;
    for (auto& lane : ways.lanes) {
        const auto& channel = **draft.channels.find(ways.channels[lane.channel]);
        const auto& commitments = channel::funded_of(channel.state)->commitments;
        lane.can_send = commitments.can_send_when_quiet();
        is_busy = is_busy || !commitments.htlcs().empty();
    }
    return is_busy &&
           payment::split(ways.lanes, target.amount, target.max_fee, target.parts_allowed)
               .has_value();
}

Result<Msat, Problem> fee_now(const Draft& draft, const Target& target,
                              const crypto::PublicKey& us) {
    RUNNEL_TRY(const auto plan, plan_shares(draft, target, OutgoingPayment{}, {}, us));
    Msat fee;
    for (const auto& share : plan.shares) fee += share.fee;
    return fee;
}

}  // namespace runnel::node
