// The networks this wallet knows. Mainnet is named so that it can be recognised and refused;
// nothing here opens it.
#pragma once

#include "core/base/ids.h"

#include <optional>
#include <string_view>

namespace runnel {

enum class Network : std::uint8_t { mainnet, testnet4, signet, regtest, practice };

/// Everything that differs between networks, in one place.
struct NetworkParams {
    Network network;
    std::string_view name;         ///< As on the command line.
    std::string_view bech32_hrp;   ///< Segwit addresses (BIP 173).
    std::string_view invoice_hrp;  ///< After "ln" in an invoice (BOLT 11).
    std::uint8_t p2pkh_version;    ///< Base58Check.
    std::uint8_t p2sh_version;
    std::uint32_t bip32_public;  ///< Extended key versions (BIP 32).
    std::uint32_t bip32_private;
    std::uint32_t coin_type;  ///< BIP 44.
    ChainHash chain_hash;     ///< Genesis block hash, wire order.
    std::uint16_t lightning_port;
};

const NetworkParams& params_of(Network network);
std::optional<Network> network_from_name(std::string_view name);
/// False for mainnet: refused until every safety net is in place.
bool is_open(Network network);

}  // namespace runnel
