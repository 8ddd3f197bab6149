// Funding transactions that may never be: those of ours that lose, those of peers that never come,
// and those of peers that a reorg took out of their block.
//
// Ours: another transaction in a block spent an input of one, or
// of what it builds on. Nothing is in such a channel and nothing ever will be, unless a reorg gives
// the place back: so it is shown as over at six blocks and forgotten at a hundred, and until then
// everything needed to go on is kept.
//
//     rival in a block ---- 6 blocks: told, shown as closed ---- 100: Closed ("never confirmed")
//        its coins are free |
//        <--- reorg: ours is owed to the chain again; whichever confirms then decides
#pragma once

#include "core/node/wallet_room.h"

namespace runnel::node {

/// Why a channel is closed when the person wanted it alone.
inline constexpr std::string_view reason_of_wish = "asked to";

/// The name of a channel's state as people see it: that of a channel whose funding was lost for
/// good is "closed".
std::string shown_state(const channel::Channel& channel, BlockHeight tip);
bool is_shown_closed(const channel::Channel& channel, BlockHeight tip);
/// The rival that is in a block now; null when there is none.
const channel::FundingRival* rival_of(const channel::Channel& channel);
/// Theirs to pay, and no block has ever shown the payment: there is their word for it and nothing
/// else. Whoever likes can say so as often as he likes, so it must cost this wallet nothing.
bool is_unproven(const channel::Channel& channel);
/// Is more than a word between this node and the peer: an opening of ours, or what was paid into
/// once? Whoever only says that he opens a channel is a stranger.
bool is_partners(const channel::Channel& channel);
/// Stored, not over, and not unproven, or an opening of ours under way: its close may have to be
/// paid for.
bool needs_reserve(const channel::Channel& channel, BlockHeight tip);
/// Theirs to pay, and in no block now: nothing of the close can be in one either.
bool awaits_their_funding(const channel::Channel& channel);
/// Paid into by a block's reward that is not of age at `tip`: the next block may not spend it.
bool is_funding_immature(const channel::Channel& channel, BlockHeight tip);
/// Does `tx` pay into the channel that names it? A fundee has only the peer's word for the
/// outpoint: value and script are what makes it this channel's.
bool is_funding_of(const channel::ChannelParams& params, const bitcoin::Transaction& tx,
                   const Txid& txid);

/// A block shows that `tx` funds the channel: a fundee keeps what it spends. A block's reward has
/// to be as deep as it must be to be spent before the channel is used.
void see_funding(Draft& draft, const ChannelId& id, const bitcoin::Transaction& tx,
                 const channel::Confirmation& where);
/// A reorg took the funding transaction out of its block, which was at `height` or above.
void funding_gone_from(Draft& draft, const ChannelId& id, BlockHeight height);
/// `tx` was seen in a block and `dropped` went for it: is it the rival of a funding transaction?
void see_rival(Draft& draft, const ports::TxPtr& tx, const Txid& txid, BlockHeight height,
               const std::vector<Dropped>& dropped, const Scope& scope);
/// A reorg removed blocks from `height` on.
void rival_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope& scope);
/// A block came on top of the tip.
void fundings_on_block(Draft& draft, const Scope& scope);
/// BOLT 2: what the peer has not paid into for so long is forgotten, and what was meant to close
/// it.
void forget_unproven(Draft& draft);
void resume_fundings(const State& state, std::vector<ports::Effect>& out);

}  // namespace runnel::node
