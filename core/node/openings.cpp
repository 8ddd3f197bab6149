#include "core/node/openings.h"

#include "core/bitcoin/address.h"
#include "core/channel/store.h"
#include "core/node/closing.h"
#include "core/node/doubt.h"
#include "core/node/funding.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

constexpr std::chrono::milliseconds opening_patience{60'000};

std::uint64_t opening_timer(const ChannelId& id) {
    return timer_of(TimerKind::opening_timeout, std::hash<ChannelId>{}(id));
}

void forget_opening(Draft& draft, const ChannelId& id, const api::Problem& problem) {
    answer_opening(draft, id, fail(problem));
    draft.channels.erase(id);
    draft.dirty.erase(id);
}

}  // namespace

Sat least_to_open(std::size_t channels, const ports::FeeEstimates& fees, const Config& config) {
    // The funding output, each coin of the reserve as an output, change; of two coins, for few come
    // in one (plan_keeping_reserve).
    constexpr std::uint64_t frame_and_inputs = 42 + 2 * 272, funding_output = 172, output = 124;
    constexpr std::uint64_t grain = 1'000;
    const std::uint64_t coins = channels + config.anchor_reserve_extra;
    const std::uint64_t weight = frame_and_inputs + funding_output + output * (coins + 1);
    // With channels open, what spends a coin that guards them is not to wait.
    const FeeratePerKw feerate =
        std::max({fees.normal, fees.mempool_min, channels > 1 ? fees.urgent : fees.normal});
    const Sat all =
        config.channels.min_funding + config.anchor_reserve_each * coins + feerate.fee_ceil(weight);
    return Sat((all.raw() + grain - 1) / grain * grain);
}

api::Problem with_least_to_open(const Draft& draft, api::Problem problem, const Scope& scope) {
    using api::ProblemKind;
    if (problem.kind != ProblemKind::insufficient_funds &&
        problem.kind != ProblemKind::reserve_needed &&
        problem.kind != ProblemKind::amount_too_small)
        return problem;
    const auto reserve = anchor_reserve(draft, scope.config, 1);
    const Sat least = least_to_open(reserve.count - scope.config.anchor_reserve_extra,
                                    draft.health.fees, scope.config);
    Sat there;
    for (const auto& coin : free_coins(draft)) {
        if (coin.confirmed) there += coin.output.value;
    }
    if (there >= least) return problem;
    problem.params["available_sat"] = std::to_string(there.raw());
    problem.params["reserve_sat"] = std::to_string((reserve.each * reserve.count).raw());
    problem.params["least_to_open_sat"] = std::to_string(least.raw());
    return problem;
}

Result<channel::FundingPlan, api::Problem> plan_funding(Draft& draft, const api::OpenChannel& wish,
                                                        const Scope& scope) {
    ports::SpendRequest request;
    request.outputs = {
        bitcoin::TxOut{wish.amount.value_or(Sat(0)), channel::funding_script_to_plan_with()}};
    request.drain = !wish.amount;
    request.confirmed_only = true;
    request.lock_time = draft.tip.height.raw();
    const auto script = channel::funding_script_to_plan_with();
    auto plan = plan_at_feerate(draft, wish.feerate, [&](FeeratePerKw feerate) {
        request.feerate = feerate;
        return plan_keeping_reserve(draft, request, 1,
                                    coin_chance(draft, script, wish.amount, feerate, scope), scope);
    });
    if (!plan) return fail(with_least_to_open(draft, plan.error(), scope));
    const auto& outputs = plan->tx.outputs;
    const auto funding = std::find_if(outputs.begin(), outputs.end(), [](const bitcoin::TxOut& o) {
        return o.script == channel::funding_script_to_plan_with();
    });
    if (funding == outputs.end())
        return fail(
            api::Problem{api::ProblemKind::internal, {{"detail", "funding output missing"}}});
    const auto index = static_cast<std::uint32_t>(funding - outputs.begin());
    return channel::FundingPlan{*std::move(plan), index};
}

/// Drawn, not counted. A wallet made anew from its words, or an older copy of it, counts from where
/// others have counted before, and a peer that knows the secrets of the old channel would know
/// those of a new one with the same keys: it could take everything as if we had cheated. The
/// payment basepoint is counted, among few, for the words alone to find; nothing is ever revealed
/// of it.
ports::ChannelKeyId new_channel_keys(const Draft& draft, const Scope& scope) {
    const auto random = scope.entropy.expand(scope.event, "channel keys");
    std::uint64_t index = draft.wallet.next_channel;
    for (std::size_t i = 0; i < 8; ++i) index += std::uint64_t{random.reveal()[i]} << (8 * i);
    return {index, static_cast<std::uint32_t>(draft.wallet.next_channel %
                                              scope.keys.payment_index_count())};
}

Sat largest_funding(const Peer& peer, const Config& config) {
    return peer.negotiated.has(wire::Feature::large_channel) ? config.channels.max_funding
                                                             : Sat((1 << 24) - 1);
}

void answer_opening(Draft& draft, const ChannelId& id, const api::CommandResult& result) {
    const api::CommandId* const waiting = draft.openings.find(id);
    if (waiting == nullptr) return;
    const api::CommandId command = *waiting;
    draft.openings.erase(id);
    // A channel that is being funded is not opened again for the same wish; what came to nothing
    // may be wished again.
    if (result) {
        draft.answer_once(command, *result);
    } else {
        draft.answer(command, result);
    }
}

void move_opening(Draft& draft, const ChannelId& from, const ChannelId& to) {
    const api::CommandId* const waiting = draft.openings.find(from);
    if (waiting == nullptr) return;
    const api::CommandId id = *waiting;
    draft.openings.erase(from);
    draft.openings.put(to, id);
    draft.effects.push_back(ports::ArmTimer{opening_timer(to), opening_patience});
}

void end_opening(Draft& draft, const ChannelId& id, const api::Problem& problem) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found != nullptr && channel::is_stored((*found)->state)) return;
    forget_opening(draft, id, problem);
}

void drop_opening(Draft& draft, const ChannelId& id, const std::string& reason) {
    drop_opening(draft, id, reason,
                 api::Problem{api::ProblemKind::peer_refused, {{"reason", reason}}});
}

void drop_opening(Draft& draft, const ChannelId& id, const std::string& reason,
                  const api::Problem& problem) {
    if (const ChannelPtr* const found = draft.channels.find(id))
        send_error(draft, (*found)->peer, id, reason);
    forget_opening(draft, id, problem);
}

namespace {

/// A reorg while the peer was thinking took a coin out of its block: a channel that builds on it
/// may never come to be, and if it was a payment to us, its sender may still take it back.
std::optional<api::Problem> unconfirmed_coin(const Draft& draft, const channel::FundingPlan& plan) {
    Sat needed, available;
    for (const auto& outpoint : plan.spend.coins) {
        const ports::Coin& coin = *draft.coins.find(outpoint);
        needed += coin.output.value;
        if (coin.confirmed) available += coin.output.value;
    }
    if (available == needed) return std::nullopt;
    return to_problem(ports::InsufficientFunds{available, needed});
}

}  // namespace

std::optional<api::Problem> lost_coin(const Draft& draft, const channel::FundingPlan& plan) {
    const auto& coins = plan.spend.coins;
    const auto gone = std::find_if(coins.begin(), coins.end(), [&](const bitcoin::OutPoint& coin) {
        return !draft.coins.contains(coin);
    });
    if (gone == coins.end()) return unconfirmed_coin(draft, plan);
    api::Problem lost{api::ProblemKind::funding_lost,
                      {{"txid", display_hex(plan.spend.tx.txid())}}};
    draft.transactions.for_each([&](const Txid& txid, const WalletTx& row) {
        for (const auto& input : row.tx->inputs) {
            if (input.previous == *gone) lost.params["rival"] = display_hex(txid);
        }
    });
    return lost;
}

void on_open(Draft& draft, const api::CommandId& id, const api::OpenChannel& wish,
             const Scope& scope) {
    const auto refuse = [&](api::Problem problem) { draft.answer(id, fail(std::move(problem))); };
    const Peer* const peer = draft.peers.find(wish.node_id);
    if (peer == nullptr || !peer->connected || peer->hung_up) {
        return refuse(
            api::Problem{api::ProblemKind::peer_not_connected, {{"node_id", wish.node_id.hex()}}});
    }
    if (const auto problem = why_no_channel(draft, scope)) return refuse(*problem);
    if (scope.disk_low) return refuse(api::Problem{api::ProblemKind::disk_full, {}});
    bool busy = false;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& c) {
        if (c->peer == wish.node_id && !channel::is_stored(c->state)) busy = true;
    });
    if (busy)
        return refuse(
            api::Problem{api::ProblemKind::busy, {{"what", "an opening with this peer"}}});
    const auto refuse_as_too_small = [&] {
        refuse(with_least_to_open(
            draft,
            {api::ProblemKind::amount_too_small,
             {{"least", std::to_string(scope.config.channels.min_funding.raw())}, {"unit", "sat"}}},
            scope));
    };
    if (wish.amount && *wish.amount < scope.config.channels.min_funding)
        return refuse_as_too_small();
    auto plan = plan_funding(draft, wish, scope);
    if (!plan) return refuse(plan.error());
    if (const auto dear = above_limit(plan->spend.fee, wish.max_fee, "opening"))
        return refuse(*dear);
    const Sat amount = plan->spend.tx.outputs.at(plan->output_index).value;
    const Sat most = largest_funding(*peer, scope.config);
    if (amount > most) {
        return refuse(api::Problem{api::ProblemKind::amount_too_large,
                                   {{"most", std::to_string(most.raw())}, {"unit", "sat"}}});
    }
    if (amount < scope.config.channels.min_funding) return refuse_as_too_small();
    // What is pushed is gone: at least our reserve and the commitment's fee must stay.
    const FeeratePerKw feerate = commitment_feerate(draft.health.fees);
    const Sat stays = channel::reserve_for(amount, scope.config.channels.dust_limit, Sat(0)) +
                      channel::funder_cost(feerate, 0);
    if (wish.push > sub_or_zero(amount, stays).msat()) {
        return refuse(
            api::Problem{api::ProblemKind::amount_too_large,
                         {{"most", std::to_string(sub_or_zero(amount, stays).msat().raw())},
                          {"unit", "msat"},
                          {"field", "push"}}});
    }

    const auto random = scope.entropy.expand(scope.event, "temporary channel id");
    const ChannelId temporary(random.reveal());
    const auto keys = new_channel_keys(draft, scope);
    ++draft.wallet.next_channel;
    channel::Channel shell{temporary, wish.node_id, keys, channel::Link::online, channel::Closed{}};
    const auto with = channel_scope(draft, shell, scope);
    channel::OpenRequest request;
    request.funding = amount;
    request.push_msat = wish.push;
    request.announce = wish.announce;
    request.commitment_feerate = feerate;
    request.plan = *std::move(plan);
    // Said by whoever opens only. A fundee would say an address of its own to any stranger who
    // asks, for nothing: either each is used up by that, and strangers lead the wallet's addresses
    // beyond where a restored one looks, or it is given to a payer later and the stranger knows
    // whose it is (accept_channel). Nor one so far along that the words alone might not find it.
    const auto& script = with.context.shutdown_script;
    if (with.context.features.has(wire::Feature::upfront_shutdown_script) &&
        may_be_promised(draft, script))
        request.upfront_shutdown = script;
    channel::Step step;
    auto channel =
        channel::open_channel(request, temporary, wish.node_id, keys, with.context, step);
    draft.channels.put(temporary, std::make_shared<const channel::Channel>(std::move(channel)));
    draft.openings.put(temporary, id);
    draft.effects.push_back(ports::ArmTimer{opening_timer(temporary), opening_patience});
    take_step(draft, temporary, std::move(step), scope);
}

void on_close(Draft& draft, const api::CommandId& id, const api::CloseChannel& wish,
              const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(wish.channel_id);
    if (channel == nullptr) {
        draft.answer(id, fail(api::Problem{api::ProblemKind::unknown_command_target,
                                           {{"what", "channel"}, {"id", wish.channel_id.hex()}}}));
        return;
    }
    if (is_shown_closed(*channel, draft.tip.height)) {
        const auto* const closed = channel::closed_of(channel->state);
        const bool was_funded = closed != nullptr && !closed->closing_txid.is_zero();
        draft.answer(
            id, api::Answer(api::ChannelClosing{
                    wish.channel_id,
                    was_funded ? std::optional(closed->closing_txid) : std::nullopt, "closed"}));
        return;
    }
    if (!channel::is_stored(channel->state)) {
        drop_opening(draft, wish.channel_id, "cancelled",
                     api::Problem{api::ProblemKind::cancelled, {}});
        draft.answer(id,
                     api::Answer(api::ChannelClosing{wish.channel_id, std::nullopt, "cancelled"}));
        return;
    }
    // However it is asked for: nothing of ours is left that could be published or signed.
    if (only_they_can_close(*channel)) {
        draft.answer(id, fail(*why_not_forced(draft, *channel, wish.risk_old_state)));
        return;
    }
    if (wish.force) {
        // One that is held back would be said to be under way and never come; and once begun,
        // nothing brings the channel back.
        if (const auto refused = why_not_forced(draft, *channel, wish.risk_old_state)) {
            draft.answer(id, fail(*refused));
            return;
        }
        if (const auto fault =
                force_close(draft, wish.channel_id, std::string(reason_of_wish), scope)) {
            const bool is_empty = fault->kind == channel::FaultKind::no_outputs;
            draft.answer(
                id, fail(api::Problem{api::ProblemKind::internal,
                                      {{"detail", is_empty ? "the channel's last state is nothing "
                                                             "but fee: it cannot be published"
                                                           : describe(*fault)}}}));
            return;
        }
        if (draft.in_doubt && wish.risk_old_state) take_risk(draft, wish.channel_id);
    } else {
        // Where it is under way already there is nothing left to agree to.
        const bool is_new =
            !channel::close_wait(*channel) && channel::closing_of(channel->state) == nullptr;
        const auto quote =
            is_new ? quote_agreed_close(draft, *channel, scope.config) : api::CloseQuote{};
        if (const auto dear = above_limit(quote.most.value_or(Sat(0)), wish.max_fee, "closing")) {
            draft.answer(id, fail(*dear));
            return;
        }
        const auto with = channel_scope(draft, *channel, scope);
        auto step = channel::shut_down(*channel, with.context.shutdown_script, with.context);
        if (!step) {
            draft.answer(id, fail(api::Problem{
                                 api::ProblemKind::channel_not_open,
                                 {{"state", std::string(channel::state_name(channel->state))}}}));
            return;
        }
        take_step(draft, wish.channel_id, *std::move(step), scope);
        draft.dirty.insert(wish.channel_id);
    }
    const ChannelPtr* const after = draft.channels.find(wish.channel_id);
    const auto* const closing = after == nullptr ? nullptr : channel::closing_of((*after)->state);
    draft.answer(
        id, api::Answer(api::ChannelClosing{
                wish.channel_id, closing == nullptr ? std::nullopt : closing_txid(draft, *closing),
                after == nullptr ? "gone" : std::string(channel::state_name((*after)->state))}));
}

void on_reestablished(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const auto* const funded = channel::funded_of((*found)->state);
    // A peer may come back to a channel that is over, and is answered; nothing is usable in it.
    if (funded == nullptr || channel::closing_of((*found)->state) != nullptr) return;
    // The channel may have become usable while the peer was away, or what we said of it was lost
    // with the connection (BOLT 7).
    tell_our_update(draft, id, scope);
    // Locked in and neither answered nor passed on: decided now, exactly once, for the decision is
    // a record.
    payments_on_usable(draft, id, scope);
    draft.dirty.insert(id);
}

}  // namespace runnel::node
