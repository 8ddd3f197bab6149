// What stands between the node and a chain: events out, watches and broadcasts in. Implemented over
// bitcoind (bitcoind_source.h) and over the practice network (app/practice/source.h). A source owns
// no state of the wallet: what it has reported is durable on the node's side and is handed back at
// start.
//
//     node - Watch, Broadcast, TakeBack -> ChainSource ---> bitcoind, simulated chain
//     node <-- ChainEvent (sink) --- ChainSource <---
#pragma once

#include "core/ports/chain.h"

#include <functional>
#include <optional>
#include <vector>

namespace runnel::chain {

struct KnownBlock {
    BlockHeight height;
    BlockHash hash;
    friend bool operator==(const KnownBlock&, const KnownBlock&) = default;
};

/// Where a source goes on.
struct StartPoint {
    /// The blocks that were reported and whose effects are durable: rising, without gaps, as far
    /// down as the node remembers. The last one is where catch-up begins; a reorg that happened
    /// meanwhile is undone down to its fork first.
    std::vector<KnownBlock> known;
    /// The wallet's birth: the first block reported when none is known, and the lowest one a reorg
    /// is followed to. Without it and without known blocks the source begins at `birth_time`, or
    /// else with its tip.
    std::optional<BlockHeight> birth{};
    /// When the wallet was made, by the clock of whoever made it: nothing pays it in earlier
    /// blocks.
    std::optional<UnixTime> birth_time{};
};

class ChainSource {
public:
    using Sink = std::function<void(ports::ChainEvent)>;

    virtual ~ChainSource() = default;

    /// Begins to report to the sink, on the source's own thread or strand, one event at a time.
    /// Once.
    virtual void start(StartPoint from, Sink sink) = 0;
    /// Watches from now on. Blocks from `since` on that were reported already (in this run or an
    /// earlier one) are searched again: so, for what was watched before a restart, `since` is the
    /// height after the last known block, not the height at which the thing came into being. An
    /// output that pays a watched script is watched as an outpoint by itself. From any thread,
    /// before start too.
    virtual void watch(ports::Watch what) = 0;
    /// One transaction, or a parent and its child as a package. Answers with one BroadcastResult a
    /// transaction; while the source is out of reach they wait. What is in the mempool or in a
    /// block already counts as accepted. `gives_way`: see ports::Broadcast. From any thread.
    virtual void broadcast(std::vector<ports::TxPtr> transactions, bool gives_way = false) = 0;
    /// Whatever waits to be broadcast and holds this transaction is forgotten, without an answer:
    /// see ports::TakeBack. From any thread.
    virtual void take_back(const Txid& txid) = 0;
    /// No event after this returns, but for one that another thread is just delivering. From any
    /// thread, more than once.
    virtual void stop() = 0;
};

}  // namespace runnel::chain
