// Funding transactions of ours that lose: another transaction in a block spent an input of one, or
// of what it builds on. Nothing is in such a channel and nothing ever will be, unless a reorg gives
// the place back: so it is shown as over at six blocks and forgotten at a hundred, and until then
// everything needed to go on is kept.
//
//     rival in a block ---- 6 blocks: told, shown as closed ---- 100: Closed ("never confirmed")
//        its coins are free |
//        <--- reorg: ours is owed to the chain again; whichever confirms then decides
#pragma once

#include "core/node/handlers.h"

namespace runnel::node {

/// A transaction that stopped being one of the wallet's, because another took its place.
struct Dropped {
    Txid txid;
    std::optional<Sat> fee;
};

/// The name of a channel's state as people see it: that of a channel whose funding was lost for
/// good is "closed".
std::string shown_state(const channel::Channel& channel, BlockHeight tip);
bool is_shown_closed(const channel::Channel& channel, BlockHeight tip);
/// The rival that is in a block now; null when there is none.
const channel::FundingRival* rival_of(const channel::Channel& channel);

/// `tx` was seen in a block and `dropped` went for it: is it the rival of a funding transaction?
void see_rival(Draft& draft, const ports::TxPtr& tx, const Txid& txid, BlockHeight height,
               const std::vector<Dropped>& dropped, const Scope& scope);
/// A reorg removed blocks from `height` on.
void rival_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope& scope);
/// A block came on top of the tip.
void fundings_on_block(Draft& draft, const Scope& scope);
void resume_fundings(const State& state, std::vector<ports::Effect>& out);

// wallet_chain.cpp's, for these
/// Gives back the coins of a transaction that can never confirm any more, and forgets it and what
/// builds on it.
void drop_transaction(Draft& draft, const Txid& txid, std::vector<Dropped>& dropped);
void watch_inputs(const bitcoin::Transaction& tx, BlockHeight since,
                  std::vector<ports::Effect>& out);

}  // namespace runnel::node
