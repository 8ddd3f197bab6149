// Speeding up a transaction of ours by a child: a coin that it made pays for both. Never by another
// transaction in its place: peers were told a funding transaction by its id, and all that builds on
// it would be lost with it.
#include "core/node/closing.h"
#include "core/node/handlers.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

api::Problem no_bump(const Txid& txid, const char* cause) {
    return {api::ProblemKind::unknown_command_target,
            {{"what", "transaction"}, {"id", display_hex(txid)}, {"cause", cause}}};
}

/// What all of it pays. Of a close by agreement that is known even when the peer pays the fee: it
/// spends the whole channel.
std::optional<Sat> fee_of(const Draft& draft, const WalletTx& row) {
    if (row.fee || !row.ours) return row.fee;
    const channel::Channel* const channel = agreed_close_of(draft, row.tx->txid());
    if (channel == nullptr) return std::nullopt;
    Sat paid_out;
    for (const auto& output : row.tx->outputs) paid_out += output.value;
    return sub(channel::funded_of(channel->state)->params().funding_satoshis, paid_out);
}

/// The transaction with all of ours that it waits for: miners take them together or not at all.
struct Unconfirmed {
    std::uint64_t weight = 0;
    Sat fee;
};

void add_ancestors(const Draft& draft, const Txid& txid, std::set<Txid>& seen, Unconfirmed& sum) {
    const WalletTx* const row = draft.transactions.find(txid);
    const auto fee = row == nullptr || row->height ? std::nullopt : fee_of(draft, *row);
    if (!fee || !seen.insert(txid).second) return;
    sum.weight += row->tx->weight();
    sum.fee += *fee;
    for (const auto& input : row->tx->inputs) add_ancestors(draft, input.previous.txid, seen, sum);
}

/// Can nobody else spend what these coins come from?
bool are_safe(const Draft& draft, const std::vector<bitcoin::OutPoint>& coins) {
    return std::all_of(coins.begin(), coins.end(), [&](const bitcoin::OutPoint& outpoint) {
        const ports::Coin* const coin = draft.coins.find(outpoint);
        return coin != nullptr && coin->ours;
    });
}

/// A child pays for it already: another one would pay for it again.
bool is_bumped(const Draft& draft, const Txid& txid) {
    bool found = false;
    draft.transactions.for_each([&](const Txid&, const WalletTx& row) {
        if (row.height || row.purpose != "bump") return;
        found = found || builds_on(*row.tx, txid);
    });
    return found;
}

/// What it made for the wallet and nothing has spent: the most valuable first. Also what could
/// still be lost with it, when another transaction takes its place: its child is lost with it then,
/// and nothing else.
std::vector<ports::Coin> coins_of(const Draft& draft, const Txid& txid) {
    const auto reserved = coins_of_openings(draft);
    std::vector<ports::Coin> out;
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin& coin) {
        if (outpoint.txid != txid || reserved.contains(outpoint)) return;
        out.push_back(coin);
        out.back().ours = true;
    });
    std::sort(out.begin(), out.end(), [](const ports::Coin& a, const ports::Coin& b) {
        return a.output.value > b.output.value;
    });
    return out;
}

}  // namespace

void on_bump(Draft& draft, const api::CommandId& id, const api::BumpTransaction& wish,
             const Scope& scope) {
    const auto refuse = [&](api::Problem problem) { draft.answer(id, fail(std::move(problem))); };
    const WalletTx* const row = draft.transactions.find(wish.txid);
    if (row == nullptr || !row->ours || !fee_of(draft, *row))
        return refuse(no_bump(wish.txid, "not_ours"));
    if (row->height) return refuse(no_bump(wish.txid, "confirmed"));
    if (const auto problem = chain_problem(draft, scope, false)) return refuse(*problem);
    auto coins = coins_of(draft, wish.txid);
    if (coins.empty() || is_bumped(draft, wish.txid)) return refuse(no_bump(wish.txid, "no_coin"));

    std::set<Txid> seen;
    Unconfirmed together;
    add_ancestors(draft, wish.txid, seen, together);
    const auto& fees = draft.health.fees;
    const FeeratePerKw feerate = relayed(fees, wish.feerate.value_or(fees.urgent));
    if (together.fee >= feerate.fee_ceil(together.weight)) {
        const auto pays = together.fee.raw() * 4 / std::max<std::uint64_t>(together.weight, 1);
        api::Problem problem{api::ProblemKind::feerate_out_of_range,
                             {{"got", std::to_string(feerate.raw() / 250)},
                              {"least", std::to_string(pays + 1)},
                              {"most", "500"}}};
        // Nobody has named a feerate that could be wrong.
        if (!wish.feerate) problem.params["cause"] = "pays_enough";
        return refuse(std::move(problem));
    }
    // As few coins as do: each of the others goes on as it is.
    std::optional<ports::SpendError> error;
    for (std::size_t count = 1; count <= coins.size(); ++count) {
        ports::SpendRequest request;
        request.feerate = feerate;
        request.outputs = {bitcoin::TxOut{Sat(0), next_change_script(draft, scope)}};
        request.drain = true;
        request.change_script = request.outputs.front().script;
        request.parent_weight = together.weight;
        request.parent_fee = together.fee;
        request.lock_time = draft.tip.height.raw();
        const auto plan = scope.planner.plan(
            std::span(coins).first(count), request,
            Hash256(scope.entropy.expand(scope.event, "bump by a child").reveal()));
        if (!plan) {
            error = plan.error();
            continue;
        }
        if (const auto dear = above_limit(plan->fee, wish.max_fee, "bump")) return refuse(*dear);
        // Together with its parent: alone it is an orphan where the parent was not taken.
        const bool is_safe = are_safe(draft, plan->coins);
        const auto child = commit_spend(draft, *plan, "bump", scope, {row->tx});
        if (!child) return refuse(child.error());
        if (!is_safe) draft.coins.edit({(*child)->txid(), 0}).ours = false;
        return draft.answer_once(
            id, api::OnchainSent{
                    (*child)->txid(), (*child)->outputs.front().value, plan->fee, Sat(0), {}});
    }
    refuse(to_problem(*error));
}

}  // namespace runnel::node
