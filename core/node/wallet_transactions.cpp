// Transactions of the wallet as they come and go, and coins with them: seen in a mempool or a
// block, replaced, dropped, broadcast until they confirm. Every step can be repeated: a source may
// report a transaction twice.
#include "core/bitcoin/address.h"
#include "core/bitcoin/consensus.h"
#include "core/node/closing.h"
#include "core/node/handlers.h"
#include "core/node/wallet_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace runnel::node {

namespace {

BlockHeight next_height(const ChainTip& tip) {
    return tip.known ? tip.height + BlockDelta(1) : BlockHeight(0);
}

std::string purpose_of(bool gives, bool takes) {
    if (takes) return "send";
    return gives ? "receive" : "";
}

/// Spent by a transaction we know: then it is no coin.
bool is_spent(const Draft& draft, const bitcoin::OutPoint& outpoint) {
    bool spent = false;
    draft.transactions.for_each([&](const Txid&, const WalletTx& other) {
        spent = spent || spends_output(*other.tx, outpoint);
    });
    return spent;
}

/// Its outputs that are the wallet's become coins, whoever made it.
CoinsMoved give_coins(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid,
                      std::optional<BlockHeight> height) {
    CoinsMoved given;
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        const auto& output = tx.outputs[i];
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr) continue;
        given.touches = true;
        given.net_sat += static_cast<std::int64_t>(output.value.raw());
        const bitcoin::OutPoint outpoint{txid, i};
        // However late its parent is reported.
        if (is_spent(draft, outpoint)) continue;
        draft.coins.put(outpoint, ports::Coin{outpoint, output, *path, height,
                                              bitcoin::is_coinbase(tx), false});
    }
    return given;
}

/// Somebody was told that it is on its way.
void tell_lost(Draft& draft, const Txid& txid, const bitcoin::Transaction& tx) {
    Sat amount;
    for (const auto& output : tx.outputs) {
        if (!draft.scripts.contains(output.script)) amount += output.value;
    }
    draft.lost.insert(txid);
    draft.tell(api::Trouble{
        api::Problem{api::ProblemKind::send_lost,
                     {{"txid", display_hex(txid)}, {"amount_sat", std::to_string(amount.raw())}}},
        std::nullopt});
}

}  // namespace

bool spends_output(const bitcoin::Transaction& tx, const bitcoin::OutPoint& outpoint) {
    return std::any_of(tx.inputs.begin(), tx.inputs.end(),
                       [&](const bitcoin::TxIn& input) { return input.previous == outpoint; });
}

bool builds_on(const bitcoin::Transaction& tx, const Txid& parent) {
    return std::any_of(tx.inputs.begin(), tx.inputs.end(),
                       [&](const bitcoin::TxIn& input) { return input.previous.txid == parent; });
}

bool share_an_input(const bitcoin::Transaction& a, const bitcoin::Transaction& b) {
    return std::any_of(a.inputs.begin(), a.inputs.end(), [&](const bitcoin::TxIn& mine) {
        return std::any_of(b.inputs.begin(), b.inputs.end(), [&](const bitcoin::TxIn& other) {
            return other.previous == mine.previous;
        });
    });
}

CoinsMoved take_coins(Draft& draft, const bitcoin::Transaction& tx) {
    CoinsMoved taken;
    for (const auto& input : tx.inputs) {
        const ports::Coin* const coin = draft.coins.find(input.previous);
        if (coin == nullptr) continue;
        taken.net_sat -= static_cast<std::int64_t>(coin->output.value.raw());
        taken.touches = true;
        draft.coins.erase(input.previous);
    }
    return taken;
}

std::int64_t give_watched_coins(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid,
                                std::optional<BlockHeight> height, bool safe) {
    std::int64_t given_sat = 0;
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        const auto& output = tx.outputs[i];
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr) continue;
        given_sat += static_cast<std::int64_t>(output.value.raw());
        const bitcoin::OutPoint outpoint{txid, i};
        draft.coins.put(outpoint, ports::Coin{outpoint, output, *path, height, false, safe});
        draft.effects.push_back(ports::Watch{ports::WatchOutPoint{outpoint}, draft.tip.height});
    }
    return given_sat;
}

void drop_transaction(Draft& draft, const Txid& txid, std::vector<Dropped>& dropped) {
    const WalletTx* const found = draft.transactions.find(txid);
    if (found == nullptr) return;
    const WalletTx gone = *found;
    if (gone.ours && gone.purpose == "send") tell_lost(draft, txid, *gone.tx);
    draft.transactions.erase(txid);
    // Whoever has shown it has to take it away again.
    draft.tell(api::TransactionDropped{txid});
    recount_paid(draft);
    draft.refused.erase(txid);
    dropped.push_back({txid, gone.fee});
    std::vector<Txid> children;
    for (std::uint32_t i = 0; i < gone.tx->outputs.size(); ++i) {
        const bitcoin::OutPoint outpoint{txid, i};
        draft.coins.erase(outpoint);
        draft.transactions.for_each([&](const Txid& id, const WalletTx& other) {
            if (spends_output(*other.tx, outpoint)) children.push_back(id);
        });
    }
    for (const auto& child : children) drop_transaction(draft, child, dropped);
    for (const auto& input : gone.tx->inputs) {
        const WalletTx* const parent = draft.transactions.find(input.previous.txid);
        if (parent == nullptr || input.previous.index >= parent->tx->outputs.size()) continue;
        // What replaced it spends the same coin, and is known already.
        if (is_spent(draft, input.previous)) continue;
        const auto& output = parent->tx->outputs[input.previous.index];
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr) continue;
        draft.coins.put(input.previous,
                        ports::Coin{input.previous, output, *path, parent->height,
                                    bitcoin::is_coinbase(*parent->tx), parent->ours});
    }
    draft.log(LogLevel::unusual, fmt::format("transaction replaced txid={}", display_hex(txid)));
}

void watch_inputs(const bitcoin::Transaction& tx, BlockHeight since,
                  std::vector<ports::Effect>& out) {
    for (const auto& input : tx.inputs)
        out.push_back(ports::Watch{ports::WatchOutPoint{input.previous}, since});
}

std::vector<Dropped> drop_conflicts(Draft& draft, const bitcoin::Transaction& confirmed,
                                    const Txid& txid) {
    std::vector<Txid> losers;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& other) {
        if (id != txid && !other.height && share_an_input(*other.tx, confirmed))
            losers.push_back(id);
    });
    std::vector<Dropped> dropped;
    for (const auto& loser : losers) drop_transaction(draft, loser, dropped);
    return dropped;
}

namespace {

void tell_coins(Draft& draft, const bitcoin::Transaction& tx, api::CoinsReceived came,
                const Scope& scope) {
    for (const auto& output : tx.outputs) {
        if (!draft.scripts.contains(output.script)) continue;
        if (auto address = bitcoin::address_of(output.script, scope.config.network))
            came.addresses.push_back(*std::move(address));
    }
    draft.tell(std::move(came));
}

}  // namespace

void see_wallet_transaction(Draft& draft, const ports::TxPtr& tx, const Txid& txid,
                            std::optional<BlockHeight> height, const Scope& scope) {
    if (const WalletTx* const known = draft.transactions.find(txid)) {
        if (!height || known->height == height) return;
        draft.transactions.edit(txid).height = height;
        draft.refused.erase(txid);
        note_paid(draft, *tx, height);
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) {
            const bitcoin::OutPoint outpoint{txid, i};
            if (draft.coins.contains(outpoint)) draft.coins.edit(outpoint).confirmed = height;
        }
        draft.tell(api::TransactionSeen{txid, height});
        return;
    }
    const CoinsMoved taken = take_coins(draft, *tx);
    CoinsMoved given = give_coins(draft, *tx, txid, height);
    if (!taken.touches && !given.touches) return;
    // What replaces it need not pay us: only by what it spends is it noticed.
    if (!height) watch_inputs(*tx, next_height(draft.tip), draft.effects);
    // A wallet that is made anew from its words finds its way by what was used: found in order,
    // what lies further along was not used much before. Spends count as well, by their change; and
    // one that made many coins at once may reach beyond what was watched when it was found.
    const auto extends = [&] {
        note_paid(draft, *tx, height);
        return extend_scripts(draft, scope, height.value_or(draft.tip.height));
    };
    while (extends()) given = give_coins(draft, *tx, txid, height);
    const std::int64_t net = taken.net_sat + given.net_sat;
    WalletTx row;
    row.tx = tx;
    row.sequence = draft.wallet.next_tx_sequence++;
    row.net_sat = net;
    row.height = height;
    row.first_seen = scope.now;
    row.purpose = purpose_of(net > 0, net < 0);
    draft.transactions.put(txid, row);
    if (net > 0)
        tell_coins(draft, *tx, {txid, Sat(static_cast<std::uint64_t>(net)), height.has_value(), {}},
                   scope);
    draft.tell(api::TransactionSeen{txid, height});
}

namespace {

/// Is it ours to broadcast, or something that builds on it?
bool carries_ours(const Draft& draft, const Txid& txid) {
    const WalletTx* const row = draft.transactions.find(txid);
    if (row == nullptr) return false;
    if (row->ours) return true;
    std::vector<Txid> children;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& child) {
        if (builds_on(*child.tx, txid)) children.push_back(id);
    });
    return std::any_of(children.begin(), children.end(),
                       [&](const Txid& id) { return carries_ours(draft, id); });
}

}  // namespace

bool replaces(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid) {
    std::vector<Txid> losers;
    bool is_taken = false;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& row) {
        if (id == txid || !share_an_input(*row.tx, tx)) return;
        losers.push_back(id);
        is_taken = is_taken || row.height || carries_ours(draft, id);
    });
    if (is_taken) return false;
    std::vector<Dropped> ignored;
    for (const auto& loser : losers) drop_transaction(draft, loser, ignored);
    return true;
}

void rebroadcast(const std::map<Txid, WalletTx>& transactions, std::vector<ports::Effect>& out) {
    // Parents before children: by the order in which they were made.
    std::vector<const WalletTx*> owed;
    for (const auto& [txid, row] : transactions) {
        if (row.ours && !row.height) owed.push_back(&row);
    }
    std::sort(owed.begin(), owed.end(),
              [](const WalletTx* a, const WalletTx* b) { return a->sequence < b->sequence; });
    // A commitment may pay less than any mempool takes: only together with its child it gets in.
    std::set<const WalletTx*> bumped;
    std::vector<ports::Effect> packages;
    for (const auto* const row : owed) {
        if (row->purpose != "bump") continue;
        for (const auto& input : row->tx->inputs) {
            const auto parent = transactions.find(input.previous.txid);
            if (parent == transactions.end() || !parent->second.ours || parent->second.height)
                continue;
            packages.push_back(ports::Broadcast{{parent->second.tx, row->tx}});
            bumped.insert({&parent->second, row});
        }
    }
    for (const auto* const row : owed) {
        if (!bumped.contains(row)) out.push_back(ports::Broadcast{{row->tx}});
    }
    out.insert(out.end(), packages.begin(), packages.end());
}

void on_broadcast_result(Draft& draft, const ports::BroadcastResult& result) {
    if (result.accepted) {
        draft.refused.erase(result.txid);
        return;
    }
    draft.log(LogLevel::unusual, fmt::format("broadcast refused txid={} reason={}",
                                             display_hex(result.txid), escaped(result.reason)));
    const WalletTx* const row = draft.transactions.find(result.txid);
    // A commitment has a child that pays for it, and gives way to the peer's.
    const bool is_wish = row != nullptr && !row->height &&
                         (row->purpose == "funding" || row->purpose == "send" ||
                          agreed_close_of(draft, result.txid) != nullptr);
    // It is tried with each block: told once, and again only after it was taken in between.
    if (!is_wish || !draft.refused.insert(result.txid).second) return;
    api::Problem refused{api::ProblemKind::broadcast_refused,
                         {{"txid", display_hex(result.txid)},
                          {"reason", escaped(result.reason)},
                          {"purpose", row->purpose}}};
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin&) {
        if (outpoint.txid == result.txid) refused.params["can_bump"] = "true";
    });
    draft.tell(api::Trouble{std::move(refused), std::nullopt});
}

}  // namespace runnel::node
