// What reading and writing invoices share: the types of the fields and their fixed sizes (BOLT 11).
// For this folder's own files.
#pragma once

#include "core/base/network.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace runnel::payment::invoice_format {

/// Field types are letters of the bech32 alphabet; these are their values.
enum Field : std::uint8_t {
    field_payment_hash = 1,       // p
    field_route = 3,              // r
    field_features = 5,           // 9
    field_expiry = 6,             // x
    field_fallback = 9,           // f
    field_description = 13,       // d
    field_payment_secret = 16,    // s
    field_payee = 19,             // n
    field_description_hash = 23,  // h
    field_min_final_cltv = 24,    // c
    field_metadata = 27,          // m
};

constexpr bool is_known(std::uint8_t type) {
    switch (type) {
        case field_payment_hash:
        case field_route:
        case field_features:
        case field_expiry:
        case field_fallback:
        case field_description:
        case field_payment_secret:
        case field_payee:
        case field_description_hash:
        case field_min_final_cltv:
        case field_metadata: return true;
        default: return false;
    }
}

inline constexpr std::size_t timestamp_values = 7;    ///< 35 bits.
inline constexpr std::size_t signature_values = 104;  ///< 64 bytes and the recovery id.
inline constexpr std::size_t hash_values = 52;        ///< 32 bytes.
inline constexpr std::size_t key_values = 53;         ///< 33 bytes.
inline constexpr std::size_t max_field_values = 1023;
inline constexpr std::size_t max_field_bytes = max_field_values * 5 / 8;
inline constexpr std::size_t hint_hop_bytes = 51;
/// Sixty bits: whatever is added to a timestamp of 35 bits stays in 64.
inline constexpr std::size_t max_number_values = 12;

/// Versions of a fallback that are no witness version.
inline constexpr std::uint8_t fallback_p2pkh = 17;
inline constexpr std::uint8_t fallback_p2sh = 18;

inline constexpr std::string_view prefix = "ln";

struct Multiplier {
    char letter;  ///< 0: whole coins.
    std::uint64_t msat;
};
/// The largest first. A tenth of a millisatoshi (p) is treated apart.
inline constexpr std::array<Multiplier, 4> multipliers{
    {{0, 100'000'000'000}, {'m', 100'000'000}, {'u', 100'000}, {'n', 100}}};

inline constexpr std::array all_networks{Network::mainnet, Network::testnet4, Network::signet,
                                         Network::regtest, Network::practice};

}  // namespace runnel::payment::invoice_format
