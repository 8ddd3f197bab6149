// The rules every transaction must keep that no script checks: its shape and amounts, and when it
// may enter a block (lock time, BIP 113; relative locks, BIP 68). Knows no chain: heights and times
// are handed in.
#pragma once

#include "core/bitcoin/transaction.h"

#include <optional>
#include <string_view>

namespace runnel::bitcoin {

inline constexpr std::uint64_t max_block_weight = 4'000'000;
inline constexpr std::uint32_t coinbase_maturity = 100;

/// Why a transaction is invalid in any block.
enum class TransactionFault : std::uint8_t {
    no_inputs,
    no_outputs,
    too_large,             ///< Larger than a block.
    value_out_of_range,    ///< An output above 21 million coins.
    total_out_of_range,    ///< All outputs together above 21 million coins.
    duplicate_input,       ///< One coin spent twice.
    coinbase_script_size,  ///< A coinbase's script is 2 to 100 bytes.
    null_input,            ///< No coin is named, and it is no coinbase.
};
std::string_view to_string(TransactionFault fault);

/// Everything that can be judged without knowing the coins spent; nothing when all is well.
std::optional<TransactionFault> check_transaction(const Transaction& tx);

bool is_null(const OutPoint& outpoint);
/// Makes new coins: one input, which names no coin.
bool is_coinbase(const Transaction& tx);
/// Sum of the outputs; nothing above 21 million coins.
std::optional<Sat> total_output(const Transaction& tx);

/// Whether the lock time allows a block of this height, `median_time` being that of the block
/// before it (BIP 113).
bool is_final(const Transaction& tx, BlockHeight height, UnixTime median_time);

/// The first moment the relative locks of one input allow (BIP 68); zero where there is none.
struct RelativeLock {
    BlockHeight height;    ///< The block may not be below this.
    UnixTime median_time;  ///< The median time of the block before it may not be below this.
};
/// `coin_height`: the block that holds the coin; `coin_time`: the median time of the block before
/// that one.
RelativeLock relative_lock(std::uint32_t tx_version, std::uint32_t sequence,
                           BlockHeight coin_height, UnixTime coin_time);

}  // namespace runnel::bitcoin
