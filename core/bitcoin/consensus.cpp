#include "core/bitcoin/consensus.h"

#include <algorithm>

namespace runnel::bitcoin {
namespace {

constexpr std::uint32_t lock_time_threshold = 500'000'000;
constexpr std::uint32_t sequence_final = 0xffffffff;
constexpr std::uint32_t sequence_disabled = 1U << 31;
constexpr std::uint32_t sequence_seconds = 1U << 22;
constexpr std::uint32_t sequence_mask = 0x0000ffff;
constexpr int sequence_granularity = 9;  // units of 512 seconds

bool has_duplicate_input(const Transaction& tx) {
    std::vector<OutPoint> spent;
    spent.reserve(tx.inputs.size());
    for (const auto& input : tx.inputs) spent.push_back(input.previous);
    std::sort(spent.begin(), spent.end());
    return std::adjacent_find(spent.begin(), spent.end()) != spent.end();
}

}  // namespace

bool is_null(const OutPoint& outpoint) {
    return outpoint.index == 0xffffffff && outpoint.txid.is_zero();
}

bool is_coinbase(const Transaction& tx) {
    return tx.inputs.size() == 1 && is_null(tx.inputs[0].previous);
}

std::optional<Sat> total_output(const Transaction& tx) {
    Sat total;
    for (const auto& output : tx.outputs) {
        const auto sum = add(total, output.value);
        if (!sum || *sum > max_money) return std::nullopt;
        total = *sum;
    }
    return total;
}

std::optional<TransactionFault> check_transaction(const Transaction& tx) {
    if (tx.inputs.empty()) return TransactionFault::no_inputs;
    if (tx.outputs.empty()) return TransactionFault::no_outputs;
    if (tx.weight() > max_block_weight) return TransactionFault::too_large;
    for (const auto& output : tx.outputs) {
        if (output.value > max_money) return TransactionFault::value_out_of_range;
    }
    if (!total_output(tx)) return TransactionFault::total_out_of_range;
    if (has_duplicate_input(tx)) return TransactionFault::duplicate_input;
    if (is_coinbase(tx)) {
        const auto size = tx.inputs[0].script_sig.size();
        if (size < 2 || size > 100) return TransactionFault::coinbase_script_size;
        return std::nullopt;
    }
    for (const auto& input : tx.inputs) {
        if (is_null(input.previous)) return TransactionFault::null_input;
    }
    return std::nullopt;
}

bool is_final(const Transaction& tx, BlockHeight height, UnixTime median_time) {
    if (tx.lock_time == 0) return true;
    const std::int64_t reached =
        tx.lock_time < lock_time_threshold ? std::int64_t{height.raw()} : median_time.raw();
    if (std::int64_t{tx.lock_time} < reached) return true;
    return std::all_of(tx.inputs.begin(), tx.inputs.end(),
                       [](const TxIn& input) { return input.sequence == sequence_final; });
}

RelativeLock relative_lock(std::uint32_t tx_version, std::uint32_t sequence,
                           BlockHeight coin_height, UnixTime coin_time) {
    if (tx_version < 2 || (sequence & sequence_disabled)) return {};
    const std::uint32_t value = sequence & sequence_mask;
    if (sequence & sequence_seconds) {
        return {{}, UnixTime(coin_time.raw() + (std::int64_t{value} << sequence_granularity))};
    }
    return {coin_height + BlockDelta(value), {}};
}

std::string_view to_string(TransactionFault fault) {
    switch (fault) {
        case TransactionFault::no_inputs: return "no_inputs";
        case TransactionFault::no_outputs: return "no_outputs";
        case TransactionFault::too_large: return "too_large";
        case TransactionFault::value_out_of_range: return "value_out_of_range";
        case TransactionFault::total_out_of_range: return "total_out_of_range";
        case TransactionFault::duplicate_input: return "duplicate_input";
        case TransactionFault::coinbase_script_size: return "coinbase_script_size";
        case TransactionFault::null_input: return "null_input";
    }
    return "unknown";
}

}  // namespace runnel::bitcoin
