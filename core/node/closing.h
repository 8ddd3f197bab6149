// The closing room, between its files and for the rest of the node beside handlers.h: what of a
// channel's close is known, worked out anew each time from the transactions that are in blocks
// (core/onchain/follow.h). Nothing here remembers more than those, so a reorg is only a shorter
// list.
#pragma once

#include "core/node/wallet_room.h"
#include "core/onchain/follow.h"

namespace runnel::node {

/// Might this output be the channel's: its funding output, or one of a transaction of its close?
bool concerns_channel(const channel::Channel& channel, const bitcoin::OutPoint& outpoint);
/// A reorg removed blocks from `height` on.
void spends_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope& scope);
/// Preimages that an unconfirmed transaction shows are as good as those of a confirmed one.
void see_preimages(Draft& draft, const bitcoin::Transaction& tx, const Scope& scope);

/// The channel that both have agreed to close by this transaction; null when there is none.
const channel::Channel* agreed_close_of(const Draft& draft, const Txid& txid);

/// What of a closing channel is not the wallet's yet. Outputs whose sweep is broadcast are left
/// out: they are coins already.
struct StillOut {
    struct Htlc {
        channel::Htlc htlc;
        Sat amount;  ///< In its output.
    };
    Sat to_us;      ///< Ours, to be taken now or after a delay; before fees.
    Sat in_flight;  ///< HTLCs of ours that may come back or be taken by the peer.
    std::optional<BlockHeight>
        until;  ///< From this block on all of it that is in a block can be taken.
    /// Those that the chain has yet to settle, incoming ones only if they are ours to take; nothing
    /// while it is not known which commitment it will be.
    std::optional<std::vector<Htlc>> htlcs;
    /// The peer holds a state that we do not know: what it will pay us nobody here can say, and
    /// nothing is counted.
    bool is_unknown = false;
    std::optional<BlockHeight> deadline;  ///< What is not collected by then the peer may take.
};
StillOut still_out(const State& state, const channel::Channel& channel, const ports::KeyRing& keys);

/// What spends the funding output, or will as far as is known: nothing while only the peer can
/// close, and has not.
std::optional<Txid> closing_txid(const State& state, const channel::Closing& closing);
std::optional<Txid> closing_txid(const Draft& draft, const channel::Closing& closing);

// Between closing*.cpp ----------------------------------------------------------------------------

/// Does a block hold a spend of the funding output? Spends come with that one first.
bool is_funding_spent(const channel::Closing& closing);
/// Told by the peer, or noted from above.
onchain::Preimages preimages_of(const channel::Closing& closing);
/// The fee of a spend of the funding output, when it came off our side.
std::optional<Sat> our_fee_of(const channel::ChannelParams& params,
                              const bitcoin::Transaction& close);

/// Where the close of a Closing channel stands at `tip`; nothing while no block holds a spend of
/// the funding output. `supposed`: the answer if this transaction were to spend it in the next
/// block.
std::optional<onchain::Progress> close_progress(const channel::Channel& channel,
                                                const ports::ChannelSigner& signer, BlockHeight tip,
                                                const ports::TxPtr& supposed = nullptr);
/// Publishes what our side has to publish (again, when a reorg or a conflict removed it), with a
/// child for its fee where a coin is there. Nothing once a block holds a spend of the funding
/// output.
void publish_close(Draft& draft, const ChannelId& id, const Scope& scope);
/// Enters a transaction of the close into the wallet: kept and broadcast again until it confirms,
/// its coins taken and given. `safe`: nobody else can spend what it spends, so its outputs may be
/// spent before it confirms.
void record_close_tx(Draft& draft, const ports::TxPtr& tx, const std::string& purpose,
                     std::optional<Sat> fee, bool safe, std::optional<BlockHeight> height,
                     const Scope& scope);
/// No feerate below what the mempool takes.
FeeratePerKw relayed(const ports::FeeEstimates& fees, FeeratePerKw wanted);

}  // namespace runnel::node
