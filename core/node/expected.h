// When a transaction is to be expected in a block, by what it pays and what the chain source says
// that blocks take today. A number of blocks, about; never a promise. Nothing where the fee is not
// known (coins from somebody else), or below every estimate.
#pragma once

#include "core/node/node.h"
#include "core/node/state.h"

namespace runnel::node {

/// About how many blocks until one takes what pays so much.
std::optional<std::uint32_t> blocks_at(const ports::FeeEstimates& fees, FeeratePerKw feerate,
                                       const Config& config);
/// Of a transaction of the wallet's that no block holds, with what it builds on.
std::optional<std::uint32_t> blocks_expected(const State& state, const Txid& txid,
                                             const Config& config);

}  // namespace runnel::node
