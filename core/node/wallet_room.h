// The wallet room, between its files and for the funding of channels.
#pragma once

#include "core/node/handlers.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace runnel::node {

// wallet_transactions.cpp ------------------------------------------------------------------------

/// A transaction that stopped being one of the wallet's, because another took its place.
struct Dropped {
    Txid txid;
    std::optional<Sat> fee;
};

bool spends_output(const bitcoin::Transaction& tx, const bitcoin::OutPoint& outpoint);
bool builds_on(const bitcoin::Transaction& tx, const Txid& parent);
/// At most one of the two can ever be in a chain.
bool share_an_input(const bitcoin::Transaction& a, const bitcoin::Transaction& b);
/// What a transaction takes from the wallet, or gives to it.
struct CoinsMoved {
    std::int64_t net_sat = 0;
    bool touches = false;  ///< Even when the sum is nothing.
};
/// What `tx` spends stops being a coin.
CoinsMoved take_coins(Draft& draft, const bitcoin::Transaction& tx);
/// Of a transaction that is ours to broadcast: outputs to the wallet become coins, and are watched.
/// Their sum, in satoshi. `height` null: no block has it. `safe`: they may be spent before one has.
std::int64_t give_watched_coins(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid,
                                std::optional<BlockHeight> height, bool safe);
/// Takes a transaction in, or notes that a block holds it now. `height` null: a mempool has it.
void see_wallet_transaction(Draft& draft, const ports::TxPtr& tx, const Txid& txid,
                            std::optional<BlockHeight> height, const Scope& scope);
/// A mempool holds one of those that spend the same output: what it took last. A payment to us that
/// was replaced counts no more. What a block holds, or what is ours to go on broadcasting, gives
/// way to a block only: then the new one is none of the wallet's yet. Whether it is.
bool replaces(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid);
/// A confirmed transaction ends the life of any unconfirmed one that spends the same output.
std::vector<Dropped> drop_conflicts(Draft& draft, const bitcoin::Transaction& confirmed,
                                    const Txid& txid);
/// Gives back the coins of a transaction that can never confirm any more, and forgets it and what
/// builds on it.
void drop_transaction(Draft& draft, const Txid& txid, std::vector<Dropped>& dropped);
/// What spends the inputs of a transaction that no block holds: only so is it seen that another one
/// took its place.
void watch_inputs(const bitcoin::Transaction& tx, BlockHeight since,
                  std::vector<ports::Effect>& out);
/// Those of ours that no block holds, parents first, a commitment with the child that pays for it.
void rebroadcast(const std::map<Txid, WalletTx>& transactions, std::vector<ports::Effect>& out);
void on_broadcast_result(Draft& draft, const ports::BroadcastResult& result);

// wallet_health.cpp ------------------------------------------------------------------------------

void on_chain_status(Draft& draft, const ports::ChainStatus& status, const Scope& scope);

}  // namespace runnel::node
