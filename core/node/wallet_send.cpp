// Sending coins to an address: the plan, which a quote shows before the click and the command then
// makes, and the command.
#include "core/bitcoin/address.h"
#include "core/node/handlers.h"

namespace runnel::node {

namespace {

/// What stays when the plan is carried out, and with a send of everything, why.
void judge_kept(const Draft& draft, const ports::SpendPlan& plan, const bitcoin::Script& to,
                bool everything, const Scope& scope, PlannedSend& out) {
    const std::set<bitcoin::OutPoint> spent(plan.coins.begin(), plan.coins.end());
    bool spendable = false;
    bool unconfirmed = false;
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin& coin) {
        if (spent.contains(outpoint)) return;
        out.kept += coin.output.value;
        ((coin.confirmed || coin.ours) && is_mature(coin, draft.tip.height) ? spendable
                                                                            : unconfirmed) = true;
    });
    for (const auto& output : plan.tx.outputs) {
        if (output.script == to || !draft.scripts.contains(output.script)) continue;
        out.kept += output.value;
        spendable = true;
    }
    if (!everything) return;
    if (spendable) {
        out.kept_reason =
            anchor_reserve(draft, scope.config, 0).count > 0 ? "anchor_reserve" : "too_small";
    } else if (unconfirmed) {
        out.kept_reason = "unconfirmed";
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
    RUNNEL_TRY(request.feerate, spend_feerate(draft, wish.feerate));
    auto plan = plan_keeping_reserve(
        draft, request, 0, coin_chance(draft, *script, wish.amount, request.feerate, scope), scope);
    if (!plan) return fail(to_problem(plan.error()));
    PlannedSend out;
    out.plan = *std::move(plan);
    out.feerate = request.feerate;
    for (const auto& output : out.plan.tx.outputs) {
        if (output.script == *script) out.amount += output.value;
    }
    judge_kept(draft, out.plan, *script, !wish.amount, scope, out);
    return out;
}

void on_send_onchain(Draft& draft, const api::CommandId& id, const api::SendOnchain& wish,
                     const Scope& scope) {
    const auto unused_change = draft.wallet.change_p2wpkh;
    const auto planned = plan_send(draft, wish, scope);
    if (!planned) return draft.answer(id, fail(planned.error()));
    const auto& plan = planned->plan;
    if (const auto dear = above_limit(plan.fee, wish.max_fee, "send")) {
        // Nothing was made of the plan. A restored wallet looks for its change nearby only.
        draft.wallet.change_p2wpkh = unused_change;
        return draft.answer(id, fail(*dear));
    }
    const auto tx = commit_spend(draft, plan, "send", scope);
    if (!tx) return draft.answer(id, fail(tx.error()));
    api::OnchainSent answer{(*tx)->txid(), planned->amount, plan.fee, Sat(0), {}};
    if (!wish.amount) {
        answer.kept = planned->kept;
        answer.kept_reason = planned->kept_reason;
    }
    draft.answer_once(id, answer);
}

}  // namespace runnel::node
