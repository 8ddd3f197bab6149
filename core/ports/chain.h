// The chain as the core sees it: events in, watches out. A chain source (bitcoind, the simulated
// chain) translates; it is trusted for chain data only, and what it says is checked where it can
// be.
#pragma once

#include "core/api/problem.h"
#include "core/bitcoin/transaction.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::ports {

using TxPtr = std::shared_ptr<const bitcoin::Transaction>;

/// A transaction in a block that touches something watched.
struct ConfirmedTx {
    TxPtr tx;
    std::uint32_t index = 0;  ///< Position in the block, for short channel ids.
};

/// The next block on the tip. `relevant` is in block order. A source sends blocks in order, without
/// gaps; after a reorg first BlockDisconnected down to the fork.
struct BlockConnected {
    BlockHeight height;
    BlockHash hash;
    BlockHash previous;
    UnixTime time;
    std::vector<ConfirmedTx> relevant;
};
/// The tip block is not part of the best chain any more.
struct BlockDisconnected {
    BlockHeight height;
    BlockHash hash;
};
/// A block already reported holds what was watched only later (see Watch::since): the same meaning
/// as if it had been in that block's `relevant`. Receivers are idempotent.
struct LateConfirmation {
    BlockHeight height;
    BlockHash hash;
    ConfirmedTx tx;
};
/// An unconfirmed transaction that touches something watched.
struct MempoolTx {
    TxPtr tx;
};
/// Where the source stands. Sent at start and at each change, and at least every 30 seconds while
/// connected.
struct ChainStatus {
    bool reachable = false;  ///< The source answers.
    bool synced =
        false;        ///< It has caught up: not in initial download, tip recent, work not behind.
    BlockHeight tip;  ///< Its best block.
    bool relays_packages = false;  ///< `submitpackage` or its like is there.
    std::string problem;           ///< Technical cause when something is wrong, for logs.
    std::optional<api::ProblemKind>
        trouble{};  ///< What a person has to hear of, and waiting alone may not mend.
};
/// How far a numbered search of old blocks has come (Watch::search). All that was found so far was
/// told before.
struct SearchProgress {
    std::uint64_t search = 0;         ///< The highest number asked for: it covers all lower ones.
    std::optional<BlockHeight> next;  ///< Blocks below are done; nothing: all are.
};
/// Answer to a Broadcast effect. `reason` is the source's own word when it refused.
struct BroadcastResult {
    Txid txid;
    bool accepted = false;
    std::string reason;
};

/// Feerates, bounded by the source: never below its relay floor, never above 500 sat/vB.
struct FeeEstimates {
    FeeratePerKw urgent{2500};         ///< Next block or two.
    FeeratePerKw normal{1000};         ///< About six blocks.
    FeeratePerKw slow{feerate_floor};  ///< A day.
    FeeratePerKw mempool_min{feerate_floor};
    bool known = false;  ///< False: defaults; the source has no estimate.
    friend bool operator==(const FeeEstimates&, const FeeEstimates&) = default;
};
struct FeesChanged {
    FeeEstimates fees;
};

using ChainEvent = std::variant<BlockConnected, BlockDisconnected, LateConfirmation, MempoolTx,
                                ChainStatus, BroadcastResult, FeesChanged, SearchProgress>;

/// Report every transaction that pays to this script.
struct WatchScript {
    bitcoin::Script script;
};
/// Report the transaction that spends this output.
struct WatchOutPoint {
    bitcoin::OutPoint outpoint;
};
struct Watch {
    std::variant<WatchScript, WatchOutPoint> what;
    /// Blocks from here on are searched again if they were reported already.
    BlockHeight since;
    /// Above zero: the search counts for something that outlives the process, and its progress is
    /// told (SearchProgress).
    std::uint64_t search = 0;
};

}  // namespace runnel::ports
