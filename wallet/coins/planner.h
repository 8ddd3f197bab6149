// The wallet's CoinPlanner: lays out a transaction over the wallet's coins. Pure: it signs nothing,
// remembers nothing and reads no clock. Sits between the node, which owns the coins and says what
// is wanted, and the KeyRing, which signs.
//
//     coins that may be spent -> selection (selection.h) -> exact fee and weight (weights.h)
//         -> order -> SpendPlan
//
// Rules: an unconfirmed coin is spent only if our own transaction made it, and only when confirmed
// ones do not do. Change is made if and only if it is not dust; otherwise the remainder goes to the
// fee. What a request keeps behind is left as whole, confirmed coins.
#pragma once

#include "core/ports/coin.h"

namespace runnel::coins {

/// Feerates that may be asked for: 253 sat/kw (relayed by every node) to 125,000 sat/kw (500
/// sat/vB).
inline constexpr FeeratePerKw least_feerate = feerate_floor;
inline constexpr FeeratePerKw most_feerate{125'000};

class Planner : public ports::CoinPlanner {
public:
    /// The fee is the feerate times `SpendPlan::weight`, rounded up, plus what a parent lacks; more
    /// only by a remainder that would be dust as change. Errors: FeerateOutOfRange, DustOutput (the
    /// first such output), NothingToSpend (no coin that could be spent and no given input; or a
    /// drain without an output), InsufficientFunds, ReserveTouched. Never more than a relayable
    /// transaction's worth of coins: beyond 400,000 weight units the smallest stay behind.
    Result<ports::SpendPlan, ports::SpendError> plan(std::span<const ports::Coin> coins,
                                                     const ports::SpendRequest& request,
                                                     const Hash256& entropy) const override;
};

/// What the last output of the request would get if it took everything (as with `drain`): the most
/// that can be sent or put into a channel, fee and reserve deducted. Errors as Planner::plan.
Result<Sat, ports::SpendError> max_spendable(std::span<const ports::Coin> coins,
                                             const ports::SpendRequest& request);

}  // namespace runnel::coins
