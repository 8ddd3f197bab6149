// Addresses as text: bech32 (BIP 173), bech32m (BIP 350), Base58Check. Also the bech32 alphabet for
// BOLT 11.
#pragma once

#include "core/base/network.h"
#include "core/bitcoin/script.h"

#include <string>
#include <string_view>

namespace runnel::bitcoin {

/// The address of an output script, or nothing when it has none.
std::optional<std::string> address_of(ByteView script, Network network);
/// The script an address pays to. Errors: bad_character, bad_checksum, bad_prefix (no address),
/// wrong_network, bad_value, unsupported.
Result<Script, DecodeError> parse_address(std::string_view text, Network network);

/// The network an address is made for, by its prefix alone: "mainnet", "regtest", "practice", or
/// "testnet" for those that share theirs. Nothing when it is of none.
std::optional<std::string> network_name_of(std::string_view address);

enum class Bech32Kind : std::uint8_t { bech32, bech32m };
struct Bech32 {
    std::string hrp;                   ///< Lower case.
    std::vector<std::uint8_t> values;  ///< Five bits each, without the checksum.
    Bech32Kind kind = Bech32Kind::bech32;
};
/// `max_length` is 90 for addresses; BOLT 11 has no such limit but its own.
Result<Bech32, DecodeError> decode_bech32(std::string_view text, std::size_t max_length = 90);
std::string encode_bech32(const Bech32& data);
/// Regroups bits; with `pad`, fills the last group with zeros; without, padding must be zero and
/// shorter than a group.
std::optional<std::vector<std::uint8_t>> convert_bits(std::span<const std::uint8_t> in, int from,
                                                      int to, bool pad);

/// Plain Base58; decoding refuses more than 1024 characters (its time is quadratic).
std::string encode_base58(ByteView payload);
Result<Bytes, DecodeError> decode_base58(std::string_view text);
/// Base58 with four bytes of double SHA-256 behind the payload.
std::string encode_base58_check(ByteView payload);
Result<Bytes, DecodeError> decode_base58_check(std::string_view text);

}  // namespace runnel::bitcoin
