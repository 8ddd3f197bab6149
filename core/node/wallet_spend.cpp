// Addresses, and spending the wallet's coins. A transaction of ours is recorded with the turn that
// makes it; it is broadcast after that turn is on disk and again with each block until it confirms.
#include "core/base/codec.h"
#include "core/bitcoin/address.h"
#include "core/bitcoin/consensus.h"
#include "core/bitcoin/interpreter.h"
#include "core/crypto/hash.h"
#include "core/node/closing.h"
#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/node/wallet_room.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

/// So many addresses of each kind beyond the last that was paid to are watched, by a wallet that is
/// made anew from its words as well. More than the usual 20: whoever gives an address to each buyer
/// has some that nobody ever pays to.
constexpr std::uint32_t gap = 50;
/// Change is used up by what pays to it.
constexpr std::uint32_t change_gap = 20;

template <typename F>
void for_each_branch(const WalletCounters& w, std::uint32_t next_change, F&& each) {
    each(ports::AddressType::p2wpkh, false, w.receive_p2wpkh);
    each(ports::AddressType::p2wpkh, true, next_change);
    each(ports::AddressType::p2tr, false, w.receive_p2tr);
    each(ports::AddressType::p2tr, true, w.change_p2tr);
}

/// Scripts that nobody was given yet: only what comes from now on can pay to them.
BlockHeight next_block(const Draft& draft) {
    return draft.tip.known ? draft.tip.height + BlockDelta(1) : draft.wallet.birth;
}

std::string text(Sat amount) { return std::to_string(amount.raw()); }

/// The plans of openings under way. What they would use up is free again if they come to nothing.
template <typename F>
void for_each_plan(const Draft& draft, F&& each) {
    draft.openings.for_each([&](const ChannelId& id, const api::CommandId&) {
        const ChannelPtr* const channel = draft.channels.find(id);
        if (channel == nullptr) return;
        if (const auto* const asked = std::get_if<channel::AwaitingAccept>(&(*channel)->state)) {
            each(asked->plan.spend, asked->open.upfront_shutdown_script);
        } else if (const auto* const named =
                       std::get_if<channel::AwaitingFundingSigned>(&(*channel)->state)) {
            each(named->plan.spend, named->params.our_upfront_shutdown);
        }
    });
}

const ports::KeyPath* p2wpkh_path(const Draft& draft, const bitcoin::Script& script, bool change) {
    const ports::KeyPath* const path = draft.scripts.find(script);
    return path != nullptr && path->type == ports::AddressType::p2wpkh && path->change == change
               ? path
               : nullptr;
}

/// Counted when they are used, not when they are planned with: openings that are refused again and
/// again would lead the change to where no search from the words alone looks for it.
std::uint32_t unused_change_index(const Draft& draft) {
    std::uint32_t index = draft.wallet.change_p2wpkh;
    for_each_plan(draft, [&](const ports::SpendPlan& plan, const auto&) {
        for (const auto& output : plan.tx.outputs) {
            if (const auto* const path = p2wpkh_path(draft, output.script, true))
                index = std::max(index, path->index + 1);
        }
    });
    return index;
}

/// Promised to a peer in an opening under way (upfront_shutdown_script).
bool is_promised(const Draft& draft, const bitcoin::Script& script) {
    bool found = false;
    for_each_plan(draft, [&](const ports::SpendPlan&, const auto& promised) {
        found = found || promised == script;
    });
    return found;
}

/// Only openings of ours count, of which there is one a peer: nobody else can make indexes be
/// passed over.
std::uint32_t unused_receive_index(const Draft& draft, const Scope& scope) {
    std::uint32_t index = draft.wallet.receive_p2wpkh;
    while (is_promised(draft, scope.keys.script_of({ports::AddressType::p2wpkh, false, index})))
        ++index;
    return index;
}

bool is_near(const Draft& draft, std::uint32_t receive_index) {
    return receive_index < draft.paid_p2wpkh + gap / 2;
}

}  // namespace

bool extend_scripts(Draft& draft, const Scope& scope, BlockHeight since,
                    std::uint32_t next_change) {
    // Where blocks that may hold such a script were reported already, or are on their way without
    // it, the source searches them again: that is owed until it says that it is done, whatever
    // happens to this process.
    const bool is_late =
        draft.tip.known && (since <= draft.tip.height || !draft.health.status.synced);
    const std::uint64_t search = is_late ? draft.last_search + 1 : 0;
    bool is_news = false;
    next_change = std::max(next_change, unused_change_index(draft));
    for_each_branch(
        draft.wallet, next_change, [&](ports::AddressType type, bool change, std::uint32_t next) {
            // Scripts are derived in order, so the first one that is there tells that all before it
            // are.
            for (std::uint32_t i = next + (change ? change_gap : gap); i-- > 0;) {
                const ports::KeyPath path{type, change, i};
                const auto script = scope.keys.script_of(path);
                if (draft.scripts.contains(script)) break;
                draft.scripts.put(script, path);
                is_news = true;
                draft.effects.push_back(ports::Watch{ports::WatchScript{script}, since, search});
                if (!is_late) continue;
                draft.last_search = search;
                draft.wallet.rescan_from =
                    std::min(since, draft.wallet.rescan_from.value_or(since));
            }
        });
    return is_news;
}

bitcoin::Script next_change_script(const Draft& draft, const Scope& scope) {
    return scope.keys.script_of({ports::AddressType::p2wpkh, true, unused_change_index(draft)});
}

bitcoin::Script take_change_script(Draft& draft, const Scope& scope) {
    const auto script = next_change_script(draft, scope);
    use_script(draft, script, scope);
    return script;
}

bitcoin::Script next_close_script(const Draft& draft, const Scope& scope) {
    const std::uint32_t index = unused_receive_index(draft, scope);
    if (!is_near(draft, index)) return next_change_script(draft, scope);
    return scope.keys.script_of({ports::AddressType::p2wpkh, false, index});
}

bool may_be_promised(const Draft& draft, const bitcoin::Script& script) {
    const auto* const path = p2wpkh_path(draft, script, false);
    return path != nullptr && is_near(draft, path->index);
}

void note_used(Draft& draft, const bitcoin::Script& script) {
    const ports::KeyPath* const path = draft.scripts.find(script);
    if (path == nullptr) return;
    auto& w = draft.wallet;
    std::uint32_t& next = path->type == ports::AddressType::p2wpkh
                              ? (path->change ? w.change_p2wpkh : w.receive_p2wpkh)
                              : (path->change ? w.change_p2tr : w.receive_p2tr);
    next = std::max(next, path->index + 1);
}

void note_paid(Draft& draft, const bitcoin::Transaction& tx, std::optional<BlockHeight> height) {
    for (const auto& output : tx.outputs) {
        note_used(draft, output.script);
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr || path->change || !height) continue;
        auto& paid = path->type == ports::AddressType::p2tr ? draft.paid_p2tr : draft.paid_p2wpkh;
        paid = std::max(paid, path->index + 1);
    }
}

void recount_paid(Draft& draft) {
    draft.paid_p2wpkh = draft.paid_p2tr = 0;
    draft.transactions.for_each(
        [&](const Txid&, const WalletTx& row) { note_paid(draft, *row.tx, row.height); });
}

void use_script(Draft& draft, const bitcoin::Script& script, const Scope& scope) {
    note_used(draft, script);
    extend_scripts(draft, scope, next_block(draft));
}

void on_new_address(Draft& draft, const api::CommandId& id, const api::NewAddress& wish,
                    const Scope& scope) {
    const bool taproot = wish.kind == api::AddressKind::p2tr;
    std::uint32_t& next = taproot ? draft.wallet.receive_p2tr : draft.wallet.receive_p2wpkh;
    if (!taproot) next = unused_receive_index(draft, scope);
    // What is paid to one further along the words alone would not find: then the last one is given
    // again, until one is paid to.
    const std::uint32_t paid = taproot ? draft.paid_p2tr : draft.paid_p2wpkh;
    const std::uint32_t index = std::min(next, paid + gap - 1);
    next = std::max(next, index + 1);
    const ports::KeyPath path{taproot ? ports::AddressType::p2tr : ports::AddressType::p2wpkh,
                              false, index};
    extend_scripts(draft, scope, next_block(draft));
    const auto address = bitcoin::address_of(scope.keys.script_of(path), scope.config.network);
    draft.answer_once(id, api::AddressMade{address.value_or("")});
}

bool is_mature(const ports::Coin& coin, BlockHeight tip) {
    if (!coin.coinbase) return true;
    // It may be spent in the block after the tip.
    return coin.confirmed && tip.raw() + 1 >= coin.confirmed->raw() + bitcoin::coinbase_maturity;
}

std::set<bitcoin::OutPoint> coins_of_openings(const Draft& draft) {
    std::set<bitcoin::OutPoint> reserved;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        const channel::FundingPlan* plan = nullptr;
        if (const auto* const s = std::get_if<channel::AwaitingAccept>(&channel->state))
            plan = &s->plan;
        if (const auto* const s = std::get_if<channel::AwaitingFundingSigned>(&channel->state))
            plan = &s->plan;
        if (plan != nullptr) reserved.insert(plan->spend.coins.begin(), plan->spend.coins.end());
    });
    return reserved;
}

std::vector<ports::Coin> free_coins(const Draft& draft) {
    const auto reserved = coins_of_openings(draft);
    std::vector<ports::Coin> out;
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin& coin) {
        if ((coin.confirmed || coin.ours) && is_mature(coin, draft.tip.height) &&
            !reserved.contains(outpoint))
            out.push_back(coin);
    });
    return out;
}

Reserve anchor_reserve(const Draft& draft, const Config& config, std::size_t more_channels) {
    std::size_t open = more_channels;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        if (needs_reserve(*channel, draft.tip.height)) ++open;
    });
    return open == 0 ? Reserve{}
                     : Reserve{open + config.anchor_reserve_extra, config.anchor_reserve_each};
}

Result<FeeratePerKw, api::Problem> spend_feerate(const Draft& draft,
                                                 const std::optional<FeeratePerKw>& asked) {
    const FeeratePerKw least = draft.health.fees.mempool_min;
    if (!asked) return std::max(draft.health.fees.normal, least);
    // The source's minimum has 1.2 % on top for what rounding takes: who asks for the bare minimum
    // gets that.
    if (std::uint64_t{asked->raw()} * feerate_floor.raw() >= std::uint64_t{least.raw()} * 250)
        return std::max(*asked, least);
    return fail(api::Problem{api::ProblemKind::feerate_out_of_range,
                             {{"got", std::to_string(asked->raw() / 250)},
                              {"least", std::to_string((least.raw() + 252) / 253)},
                              {"most", "500"}}});
}

Hash256 coin_chance(const Draft& draft, const bitcoin::Script& script, std::optional<Sat> amount,
                    FeeratePerKw feerate, const Scope& scope) {
    Writer index;
    index.u64(draft.wallet.next_tx_sequence)
        .u64(amount ? amount->raw() : ~std::uint64_t{0})
        .u32(feerate.raw());
    index.bytes(script);
    return Hash256(
        scope.keys.derive("coin selection", crypto::sha256(index.view()).view()).reveal());
}

std::optional<api::Problem> above_limit(Sat fee, std::optional<Sat> max_fee, const char* what) {
    if (!max_fee || fee <= *max_fee) return std::nullopt;
    const auto msat = [](Sat amount) {
        return std::to_string(amount.checked_msat().value_or(Msat(0)).raw());
    };
    return api::Problem{
        api::ProblemKind::fee_limit,
        {{"fee_msat", msat(fee)}, {"max_fee_msat", msat(*max_fee)}, {"what", what}}};
}

api::Problem to_problem(const ports::SpendError& error) {
    using api::Problem;
    using api::ProblemKind;
    return std::visit(overloaded{[](const ports::InsufficientFunds& e) {
                                     return Problem{ProblemKind::insufficient_funds,
                                                    {{"available_sat", text(e.available)},
                                                     {"needed_sat", text(e.needed)}}};
                                 },
                                 [](const ports::DustOutput& e) {
                                     return Problem{ProblemKind::amount_too_small,
                                                    {{"least", text(e.least)}, {"unit", "sat"}}};
                                 },
                                 [](const ports::ReserveTouched& e) {
                                     return Problem{ProblemKind::reserve_needed,
                                                    {{"available_sat", text(e.available)},
                                                     {"needed_sat", text(e.needed)},
                                                     {"reserve_sat", text(e.reserve)}}};
                                 },
                                 [](const ports::FeerateOutOfRange& e) {
                                     return Problem{ProblemKind::feerate_out_of_range,
                                                    {{"got", std::to_string(e.asked.raw() / 250)},
                                                     {"least", "1"},
                                                     {"most", "500"}}};
                                 },
                                 [](const ports::NothingToSpend&) {
                                     return Problem{ProblemKind::insufficient_funds,
                                                    {{"available_sat", "0"}, {"needed_sat", "1"}}};
                                 }},
                      error);
}

FeeratePerKw soon_feerate(const Draft& draft) {
    const auto& fees = draft.health.fees;
    return relayed(fees, fees.urgent);
}

bool is_exposed(const api::Problem& problem) {
    return problem.kind == api::ProblemKind::reserve_needed && problem.params.contains("feerate");
}

Result<ports::SpendPlan, api::Problem> plan_keeping_reserve(Draft& draft,
                                                            ports::SpendRequest request,
                                                            std::size_t more_channels,
                                                            const Hash256& chance,
                                                            const Scope& scope) {
    const auto reserve = anchor_reserve(draft, scope.config, more_channels);
    const auto coins = free_coins(draft);
    const auto large_enough = static_cast<std::size_t>(
        std::count_if(coins.begin(), coins.end(), [&](const ports::Coin& coin) {
            return coin.confirmed && coin.output.value >= reserve.each;
        }));
    // What stands behind channels that may have to be closed while this spend waits for its block.
    const std::size_t on_guard =
        std::min(anchor_reserve(draft, scope.config, 0).count, large_enough);
    const FeeratePerKw soon = soon_feerate(draft);
    const std::uint32_t change = unused_change_index(draft);
    const auto outputs = request.outputs;
    ports::SpendError error = ports::NothingToSpend{};
    // As many coins as possible stay untouched; what is missing is made by this very transaction,
    // and confirms with it.
    for (std::size_t kept = std::min(reserve.count, large_enough) + 1; kept-- > 0;) {
        request.outputs = outputs;
        request.keep_count = kept;
        request.keep_each = reserve.each;
        for (std::size_t i = kept; i < reserve.count; ++i) {
            const ports::KeyPath path{ports::AddressType::p2wpkh, true,
                                      change + 1 + static_cast<std::uint32_t>(i - kept)};
            // In front: the last output is the one that a drain fills.
            request.outputs.insert(request.outputs.begin(),
                                   bitcoin::TxOut{reserve.each, scope.keys.script_of(path)});
        }
        request.change_script =
            scope.keys.script_of(ports::KeyPath{ports::AddressType::p2wpkh, true, change});
        auto plan = scope.planner.plan(coins, request, chance);
        if (plan) {
            if (kept < on_guard && request.feerate < soon) {
                return fail(api::Problem{api::ProblemKind::reserve_needed,
                                         {{"reserve_sat", text(reserve.each * reserve.count)},
                                          {"feerate", std::to_string((soon.raw() + 249) / 250)}}});
            }
            extend_scripts(draft, scope, next_block(draft),
                           change + 1 + static_cast<std::uint32_t>(reserve.count - kept));
            return *std::move(plan);
        }
        error = plan.error();
    }
    // Enough for what was asked, not for what must stay: then the reserve is the reason, and is
    // named.
    if (const auto* const lacks = std::get_if<ports::InsufficientFunds>(&error);
        lacks != nullptr && reserve.count > 0) {
        Sat asked;
        for (const auto& output : outputs) asked += output.value;
        if (lacks->available > asked) {
            return fail(to_problem(ports::ReserveTouched{lacks->available, lacks->needed,
                                                         reserve.each * reserve.count}));
        }
    }
    return fail(to_problem(error));
}

Result<ports::TxPtr, api::Problem> commit_spend(Draft& draft, const ports::SpendPlan& plan,
                                                const std::string& purpose, const Scope& scope,
                                                std::vector<ports::TxPtr> parents) {
    const auto internal = [](std::string detail) {
        return fail(api::Problem{api::ProblemKind::internal, {{"detail", std::move(detail)}}});
    };
    auto signed_tx = scope.keys.sign_inputs(plan.tx, plan.spent, plan.paths);
    if (!signed_tx) return internal("the signer refused");
    for (std::size_t i = 0; i < plan.paths.size(); ++i) {
        if (!plan.paths[i]) continue;
        if (!bitcoin::verify_input(*signed_tx, i, plan.spent))
            return internal(fmt::format("input {} does not verify", i));
    }
    const auto tx = std::make_shared<const bitcoin::Transaction>(*std::move(signed_tx));
    const Txid txid = tx->txid();
    WalletTx row;
    row.tx = tx;
    row.sequence = draft.wallet.next_tx_sequence++;
    row.fee = plan.fee;
    row.first_seen = scope.now;
    row.purpose = purpose;
    row.ours = true;
    for (const auto& outpoint : plan.coins) {
        const ports::Coin* const coin = draft.coins.find(outpoint);
        if (coin == nullptr) return internal("a planned coin is gone");
        row.net_sat -= static_cast<std::int64_t>(coin->output.value.raw());
    }
    for (const auto& outpoint : plan.coins) draft.coins.erase(outpoint);
    note_paid(draft, *tx, std::nullopt);
    extend_scripts(draft, scope, next_block(draft));
    row.net_sat += give_watched_coins(draft, *tx, txid, std::nullopt, true);
    for (const auto& input : tx->inputs)
        draft.effects.push_back(
            ports::Watch{ports::WatchOutPoint{input.previous}, draft.tip.height});
    draft.transactions.put(txid, row);
    draft.tell(api::TransactionSeen{txid, std::nullopt});
    parents.push_back(tx);
    draft.effects.push_back(ports::Broadcast{std::move(parents)});
    return tx;
}

}  // namespace runnel::node
