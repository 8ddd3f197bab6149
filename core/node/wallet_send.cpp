// Sending coins to an address: the plan, which a quote shows before the click and the command then
// makes, and the command.
#include "core/bitcoin/address.h"
#include "core/node/handlers.h"

#include <array>

namespace runnel::node {

namespace {

/// Why coins stay behind, in the order in which it is said.
enum class Stays : std::size_t { reserve, opening, unconfirmed, immature, too_small, too_many };
constexpr std::array<const char*, 6> stays_names{"anchor_reserve", "opening",   "unconfirmed",
                                                 "immature",       "too_small", "too_many"};

/// Of an input that spends it, with its signature; what the planner counts by (wallet/coins).
constexpr std::uint64_t input_weight(ports::AddressType type) {
    return type == ports::AddressType::p2tr ? 230 : 272;
}

/// What stays when the plan is carried out, and with a send of everything, each part's reason.
void judge_kept(const Draft& draft, const ports::SpendPlan& plan, const bitcoin::Script& to,
                bool everything, const Scope& scope, PlannedSend& out) {
    const auto reserve = anchor_reserve(draft, scope.config, 0);
    const std::set<bitcoin::OutPoint> spent(plan.coins.begin(), plan.coins.end());
    const auto promised = coins_of_openings(draft);
    std::array<Sat, stays_names.size()> parts{};
    std::size_t reserved = 0;
    const auto why = [&](const ports::Coin& coin) {
        if (promised.contains(coin.outpoint)) return Stays::opening;
        if (!coin.confirmed && !coin.ours) return Stays::unconfirmed;
        if (!is_mature(coin, draft.tip.height)) return Stays::immature;
        if (coin.confirmed && coin.output.value >= reserve.each && reserved < reserve.count) {
            ++reserved;
            return Stays::reserve;
        }
        const Sat fee = out.feerate.fee_ceil(input_weight(coin.path.type));
        return coin.output.value > fee ? Stays::too_many : Stays::too_small;
    };
    const auto stays = [&](Sat amount, Stays reason) {
        out.kept += amount;
        parts.at(static_cast<std::size_t>(reason)) += amount;
    };
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin& coin) {
        if (!spent.contains(outpoint)) stays(coin.output.value, why(coin));
    });
    // A drain has no change: what it pays to ourselves is the reserve.
    for (const auto& output : plan.tx.outputs) {
        if (output.script != to && draft.scripts.contains(output.script))
            stays(output.value, Stays::reserve);
    }
    if (!everything) return;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts.at(i).is_zero()) out.kept_parts.push_back({parts.at(i), stays_names.at(i)});
    }
}

api::Problem address_problem(const std::string& address, DecodeError error, Network network) {
    if (error != DecodeError::wrong_network) {
        return {api::ProblemKind::malformed,
                {{"what", "address"}, {"cause", std::string(to_string(error))}}};
    }
    api::Problem out{api::ProblemKind::wrong_network,
                     {{"expected", std::string(params_of(network).name)}}};
    if (const auto found = bitcoin::network_name_of(address)) out.params["found"] = *found;
    return out;
}

}  // namespace

Result<PlannedSend, api::Problem> plan_send(Draft& draft, const api::SendOnchain& wish,
                                            const Scope& scope) {
    const auto script = bitcoin::parse_address(wish.address, scope.config.network);
    if (!script) return fail(address_problem(wish.address, script.error(), scope.config.network));
    // A wallet that is behind believes in coins that may be spent already.
    if (const auto problem = chain_problem(draft, scope, false)) return fail(*problem);
    ports::SpendRequest request;
    request.outputs = {bitcoin::TxOut{wish.amount.value_or(Sat(0)), *script}};
    request.drain = !wish.amount;
    request.lock_time = draft.tip.height.raw();
    PlannedSend out;
    RUNNEL_TRY(out.plan, plan_at_feerate(draft, wish.feerate, [&](FeeratePerKw feerate) {
                   out.feerate = request.feerate = feerate;
                   return plan_keeping_reserve(
                       draft, request, 0, coin_chance(draft, *script, wish.amount, feerate, scope),
                       scope);
               }));
    for (const auto& output : out.plan.tx.outputs) {
        if (output.script == *script) out.amount += output.value;
    }
    judge_kept(draft, out.plan, *script, !wish.amount, scope, out);
    return out;
}

void on_send_onchain(Draft& draft, const api::CommandId& id, const api::SendOnchain& wish,
                     const Scope& scope) {
    const auto planned = plan_send(draft, wish, scope);
    if (!planned) return draft.answer(id, fail(planned.error()));
    const auto& plan = planned->plan;
    if (const auto dear = above_limit(plan.fee, wish.max_fee, "send"))
        return draft.answer(id, fail(*dear));
    const auto tx = commit_spend(draft, plan, "send", scope);
    if (!tx) return draft.answer(id, fail(tx.error()));
    api::OnchainSent answer{(*tx)->txid(), planned->amount, plan.fee, Sat(0), {}};
    if (!wish.amount) {
        answer.kept = planned->kept;
        answer.kept_parts = planned->kept_parts;
    }
    draft.answer_once(id, answer);
}

}  // namespace runnel::node
