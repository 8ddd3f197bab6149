// From bitcoind's feerates (coins per 1000 virtual bytes) to ours (satoshi per 1000 weight units),
// rounded up and bounded: what a source says about fees is a hint, never a way to make us pay
// absurdly or too little to be relayed.
#pragma once

#include "core/ports/chain.h"

#include <cstdint>
#include <optional>

namespace runnel::chain {

/// 500 sat/vB: no estimate goes beyond.
inline constexpr FeeratePerKw feerate_ceiling{125'000};

/// Satoshi per 1000 virtual bytes from coins per 1000 virtual bytes; nothing unless positive and
/// below 10 coins.
std::optional<std::uint64_t> sat_per_kvb(double coins_per_kvb);

/// Rounded up and cut at the ceiling.
FeeratePerKw per_kw(std::uint64_t sat_per_kvb);
/// The same with 1.2 % on top and at least 253: a floor which a transaction whose virtual size was
/// rounded up still meets.
FeeratePerKw floor_per_kw(std::uint64_t sat_per_kvb);

/// Answers of a bitcoind in satoshi per 1000 virtual bytes; nothing where it has none.
struct FeeAnswers {
    std::optional<std::uint64_t> next;  ///< Within 2 blocks.
    std::optional<std::uint64_t> six;
    std::optional<std::uint64_t> day;  ///< 144 blocks.
    std::optional<std::uint64_t> mempool_min;
    std::optional<std::uint64_t> relay_min;
};

/// `known` when there is an estimate for six blocks or for two; the others follow from it. Else the
/// defaults. Always floor <= slow <= normal <= urgent <= ceiling.
ports::FeeEstimates fee_estimates(const FeeAnswers& answers);

}  // namespace runnel::chain
