// Follows a closed channel to its end: from what was spent in blocks so far to what is still ours
// to claim, what became of our HTLCs, and whether anything is left to do (BOLT 5). Derived anew
// each time from the spends, so that a reorg is only a shorter list; nothing here remembers.
#pragma once

#include "core/onchain/claim.h"
#include "core/onchain/classify.h"
#include "core/ports/chain.h"

#include <span>
#include <vector>

namespace runnel::onchain {

/// Blocks after which a person is told that money is final, and an HTLC given up on chain is failed
/// to its payer.
inline constexpr BlockDelta settled_depth{6};
/// Blocks after which the channel may be forgotten ("irrevocably resolved", BOLT 5).
inline constexpr BlockDelta irrevocable_depth{100};

/// An output of interest, spent in a block.
struct Spend {
    bitcoin::OutPoint outpoint;
    ports::TxPtr tx;
    BlockHeight height;
};

struct Situation {
    Known known;
    const ports::CommitmentSignatures& our_signatures;  ///< Theirs on our latest commitment.
    std::span<const Spend> spends;  ///< In any order; those outside the close are ignored.
    const Preimages& preimages;     ///< Of HTLCs that we decided to take.
    /// HTLCs offered by us that are not settled otherwise: in any commitment that could have been
    /// published.
    std::span<const channel::Htlc> offered_by_us{};
    /// HTLCs that a revoked commitment may hold; any superset.
    std::span<const channel::Htlc> history{};
    BlockHeight tip;
};

/// An output that is spent.
struct Resolved {
    Claim claim;
    Txid by;
    BlockHeight height;
    bool ours = false;  ///< Our transaction took it; otherwise they did.
};

struct HtlcPending {};
struct HtlcFulfilled {
    wire::Preimage preimage;
};
/// We took it back, or it never was in the commitment that confirmed; deep enough to fail it to its
/// payer.
struct HtlcFailed {};
struct HtlcOutcome {
    HtlcId id;
    PaymentHash payment_hash;
    std::variant<HtlcPending, HtlcFulfilled, HtlcFailed> what;
};

struct Progress {
    Classification what;
    Txid closing_txid;
    BlockHeight closed_at;
    std::vector<Claim> open;  ///< Unspent and ours, or to become ours: ripe or not, in no order.
    std::vector<Resolved> resolved;
    std::vector<HtlcOutcome> outcomes;  ///< One for each of Situation::offered_by_us, in its order.
    std::vector<bitcoin::OutPoint> watch;  ///< Every output whose spend matters, spent or not.
    Sat came_back;  ///< Outputs we took, wallet-bound and in a block. Of a mutual close the wallet
                    ///< knows.
    Sat to_come;    ///< In `open`, before fees; what awaits a preimage not included.
    bool settled = false;  ///< Nothing open, all of it settled_depth deep.
    bool irrevocable =
        false;  ///< Nothing open, all of it irrevocable_depth deep: may be forgotten.
};

/// Nothing while the funding output is unspent.
std::optional<Progress> follow(const Situation& situation);

/// Confirmations at `tip` of what is in block `height`; 1 in the tip itself.
BlockDelta depth(BlockHeight height, BlockHeight tip);

}  // namespace runnel::onchain
