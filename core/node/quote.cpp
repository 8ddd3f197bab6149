// What opening, closing or sending would cost, for the dialogs that say so before the click. The
// same planners as the deed itself, on a draft that nobody keeps.
#include "core/channel/close.h"
#include "core/channel/store.h"
#include "core/channel/transactions.h"
#include "core/node/expected.h"
#include "core/node/funding.h"
#include "core/node/openings.h"

#include <algorithm>

namespace runnel::node {

namespace {

using channel::Party;

/// A mutual close with two outputs, and the sweep of one output to the wallet: upper bounds of
/// their weights.
constexpr std::uint64_t mutual_close_weight = 756;
constexpr std::uint64_t sweep_weight = 500;
/// The child that speeds up a commitment, with one coin.
constexpr std::uint64_t child_weight = 720;

Sat without(Msat amount, Sat fee) { return sub_or_zero(amount.floor_sat(), fee); }

/// An opening that nobody has signed is cancelled at once and for nothing; its coins never left.
api::CloseQuote quote_cancel(const channel::ChannelState& state) {
    const channel::FundingPlan* plan = nullptr;
    if (const auto* const asked = std::get_if<channel::AwaitingAccept>(&state)) plan = &asked->plan;
    if (const auto* const named = std::get_if<channel::AwaitingFundingSigned>(&state))
        plan = &named->plan;
    api::CloseQuote out;
    if (plan != nullptr) out.to_us = plan->spend.tx.outputs.at(plan->output_index).value;
    return out;
}

/// What is under way in it: of ours, and until when.
api::CloseQuote quote_payments(const channel::Funded& funded) {
    api::CloseQuote out;
    for (const auto& entry : funded.commitments.htlcs()) {
        if (entry.htlc.offered_by == Party::ours) out.in_flight += entry.htlc.amount_msat;
        out.htlcs_until =
            std::max(out.htlcs_until.value_or(BlockHeight(0)), BlockHeight(entry.htlc.cltv_expiry));
    }
    return out;
}

/// What lifts our commitment to the feerate of the moment, if it pays less.
Sat bump_fee(const ports::FeeEstimates& fees, const channel::Commitments& commitments) {
    const std::size_t htlcs = commitments.htlcs().size();
    const FeeratePerKw rate =
        std::max(htlcs > 0 ? std::max(fees.urgent, fees.normal) : fees.normal, fees.mempool_min);
    const std::uint64_t weight = channel::commitment_base_weight + channel::weight_per_htlc * htlcs;
    const Sat pays = channel::commitment_fee(commitments.feerate(), htlcs);
    if (pays >= rate.fee_ceil(weight)) return {};
    return sub_or_zero(rate.fee_ceil(weight + child_weight), pays);
}

}  // namespace

api::CloseQuote quote_agreed_close(const Figures& figures, const channel::Channel& channel,
                                   const Config& config) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return {};
    api::CloseQuote out = quote_payments(*funded);
    const auto rates = channel::close_feerates(figures.health.fees);
    out.expected_blocks = blocks_at(figures.health.fees, rates.ideal, config);
    out.peer_needed = channel.link != channel::Link::online;
    const Msat ours = sub_or_zero(funded->commitments.settled(Party::ours), out.in_flight);
    out.most = Sat(0);
    if (funded->params().funder == Party::ours) {
        out.fee = std::min(rates.ideal.fee_ceil(mutual_close_weight), ours.floor_sat());
        out.most = std::min(rates.max.fee_ceil(mutual_close_weight), ours.floor_sat());
    }
    out.to_us = without(ours, out.fee);
    return out;
}

Result<api::OpenQuote, api::Problem> quote_open(Draft& draft, const api::AskOpen& ask,
                                                const Scope& scope) {
    const auto& policy = scope.config.channels;
    const auto refuse = [&](api::ProblemKind kind, const char* name, Sat bound) {
        return fail(with_least_to_open(
            draft, {kind, {{name, std::to_string(bound.raw())}, {"unit", "sat"}}}, scope));
    };
    if (const auto problem = why_no_channel(draft, scope)) return fail(*problem);
    if (draft.disk_low) return fail(api::Problem{api::ProblemKind::disk_full, {}});
    if (ask.amount && *ask.amount < policy.min_funding)
        return refuse(api::ProblemKind::amount_too_small, "least", policy.min_funding);
    api::OpenChannel wish;
    wish.amount = ask.amount;
    const auto reserve = anchor_reserve(draft, scope.config, 1);
    RUNNEL_TRY(wish.feerate, spend_feerate(draft, std::nullopt));
    auto plan = plan_funding(draft, wish, scope);
    if (!plan && is_exposed(plan.error())) {
        wish.feerate = soon_feerate(draft);
        plan = plan_funding(draft, wish, scope);
    }
    if (!plan) return fail(plan.error());
    api::OpenQuote out;
    out.amount = plan->spend.tx.outputs.at(plan->output_index).value;
    if (out.amount < policy.min_funding)
        return refuse(api::ProblemKind::amount_too_small, "least", policy.min_funding);
    if (const Peer* const peer = ask.node_id ? draft.peers.find(*ask.node_id) : nullptr) {
        const Sat most = largest_funding(*peer, scope.config);
        if (out.amount > most) return refuse(api::ProblemKind::amount_too_large, "most", most);
    }
    out.fee = plan->spend.fee;
    out.kept = reserve.each * reserve.count;
    out.reserve = channel::reserve_for(out.amount, policy.dust_limit, policy.dust_limit);
    out.confirmations = channel::minimum_depth_for(policy, out.amount);
    out.force_wait = BlockDelta(policy.max_to_self_delay);
    out.feerate = *wish.feerate;
    out.expected_blocks = blocks_at(draft.health.fees, out.feerate, scope.config);
    return out;
}

Result<api::SendQuote, api::Problem> quote_send(Draft& draft, const api::AskSend& ask,
                                                const Scope& scope) {
    const auto& fees = draft.health.fees;
    const FeeratePerKw wanted = ask.pace == api::Pace::urgent   ? fees.urgent
                                : ask.pace == api::Pace::normal ? fees.normal
                                                                : fees.slow;
    api::SendOnchain wish{ask.address, ask.amount,
                          ask.feerate.value_or(std::max(wanted, fees.mempool_min))};
    const auto reserve = anchor_reserve(draft, scope.config, 0);
    auto planning = plan_send(draft, wish, scope);
    // As the deed does (plan_at_feerate): a feerate that somebody has named is refused, not raised.
    const bool hurried = !ask.feerate && !planning && is_exposed(planning.error());
    if (hurried) {
        // Then it is that fee which is shown, and agreed to or not.
        wish.feerate = soon_feerate(draft);
        planning = plan_send(draft, wish, scope);
    }
    RUNNEL_TRY(const auto planned, std::move(planning));
    api::SendQuote out;
    out.amount = planned.amount;
    out.fee = planned.plan.fee;
    out.feerate = planned.feerate;
    out.kept = planned.kept;
    out.reserve = std::min(reserve.each * reserve.count, planned.kept);
    out.kept_parts = planned.kept_parts;
    out.expected_blocks = blocks_at(fees, planned.feerate, scope.config);
    out.hurried = hurried;
    return out;
}

Result<api::CloseQuote, api::Problem> quote_close(const State& state, const api::AskClose& ask,
                                                  const Config& config) {
    const auto found = state.channels.find(ask.channel_id);
    if (found != state.channels.end() && !channel::is_stored(found->second->state))
        return quote_cancel(found->second->state);
    const auto* const funded =
        found == state.channels.end() ? nullptr : channel::funded_of(found->second->state);
    if (funded == nullptr || is_shown_closed(*found->second, state.tip.height)) {
        return fail(api::Problem{api::ProblemKind::unknown_command_target,
                                 {{"what", "channel"}, {"id", ask.channel_id.hex()}}});
    }
    if (!ask.force) return quote_agreed_close(state, *found->second, config);
    const auto& commitments = funded->commitments;
    const bool we_pay = funded->params().funder == Party::ours;
    api::CloseQuote out = quote_payments(*funded);
    out.expected_blocks = blocks_at(state.health.fees, state.health.fees.normal, config);
    out.fee = state.health.fees.normal.fee_ceil(sweep_weight);
    if (we_pay) out.fee += channel::funder_cost(commitments.feerate(), commitments.htlcs().size());
    out.wait = BlockDelta(funded->params().theirs.to_self_delay);
    const Msat ours = sub_or_zero(commitments.settled(Party::ours), out.in_flight);
    // However dear blocks are, no more is paid than what comes back by it (onchain::worth_of).
    const Sat whole = commitments.settled(Party::ours).floor_sat();
    out.fee = std::min(out.fee + bump_fee(state.health.fees, commitments), whole);
    out.to_us = without(ours, out.fee);
    return out;
}

}  // namespace runnel::node
