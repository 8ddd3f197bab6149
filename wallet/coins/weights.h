// Sizes of what a wallet transaction is made of, in weight units (BIP 141), known before anything
// is signed. Every number is an upper bound of what the signed transaction weighs, so that a fee
// planned by them never misses its feerate. Owns no coin.
#pragma once

#include "core/ports/coin.h"

#include <cstdint>

namespace runnel::coins {

/// Bytes of Bitcoin's variable length integer.
constexpr std::uint64_t compact_size_bytes(std::uint64_t value) {
    return value < 0xfd ? 1 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9;
}

/// Outpoint, sequence and the length of an empty script_sig.
inline constexpr std::uint64_t bare_input_weight = 4 * (32 + 4 + 4 + 1);

/// Witness of a P2WPKH input: count, a signature of 71 bytes DER and its sighash byte, a key. With
/// low R (which our signer grinds) one byte less; a separate signer that does not grind still stays
/// within the bound.
inline constexpr std::uint64_t p2wpkh_witness_weight = 1 + 1 + 72 + 1 + 33;
/// Witness of a taproot key path with the default sighash: count and a signature of 64 bytes (BIP
/// 341).
inline constexpr std::uint64_t p2tr_witness_weight = 1 + 1 + 64;

/// 272 and 230 weight units.
constexpr std::uint64_t input_weight(ports::AddressType type) {
    return bare_input_weight +
           (type == ports::AddressType::p2tr ? p2tr_witness_weight : p2wpkh_witness_weight);
}

/// A given input: `witness_weight` covers the whole witness with its count (at least the count of
/// an empty one).
inline std::uint64_t input_weight(const ports::SpendRequest::Fixed& fixed) {
    const std::uint64_t script = fixed.input.script_sig.size();
    return 4 * (32 + 4 + 4 + compact_size_bytes(script) + script) +
           (fixed.witness_weight == 0 ? 1 : fixed.witness_weight);
}

inline std::uint64_t output_weight(const bitcoin::Script& script) {
    return 4 * (8 + compact_size_bytes(script.size()) + script.size());
}

/// Version, lock time, both counts, and the marker and flag of BIP 144.
constexpr std::uint64_t frame_weight(std::uint64_t inputs, std::uint64_t outputs) {
    return 4 * (4 + 4 + compact_size_bytes(inputs) + compact_size_bytes(outputs)) + 2;
}

/// A transaction above this is not relayed.
inline constexpr std::uint64_t max_standard_weight = 400'000;

}  // namespace runnel::coins
