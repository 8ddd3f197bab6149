#include "core/base/network.h"

#include <array>

namespace runnel {
namespace {

ChainHash chain(std::string_view display) {
    return from_display_hex<ChainHash>(display).value_or(ChainHash{});
}

const std::array<NetworkParams, 5>& table() {
    static const std::array<NetworkParams, 5> networks{{
        {Network::mainnet, "mainnet", "bc", "bc", 0x00, 0x05, 0x0488b21e, 0x0488ade4, 0,
         chain("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"), 9735},
        {Network::testnet4, "testnet4", "tb", "tb", 0x6f, 0xc4, 0x043587cf, 0x04358394, 1,
         chain("00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043"), 49735},
        {Network::signet, "signet", "tb", "tbs", 0x6f, 0xc4, 0x043587cf, 0x04358394, 1,
         chain("00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6"), 39735},
        {Network::regtest, "regtest", "bcrt", "bcrt", 0x6f, 0xc4, 0x043587cf, 0x04358394, 1,
         chain("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"), 19735},
        // A private chain on this machine. Prefixes and a coin type no other program has; the chain
        // hash is a sentence, and no block has it for its own: each wallet's practice chain begins
        // with another one.
        {Network::practice, "practice", "rnlp", "rnlp", 0x3c, 0x3d, 0x0f4a5b01, 0x0f4a5a01, 5394252,
         chain("72756e6e656c2070726163746963652067656e65736973206e6f742d7265616c"), 29735},
    }};
    return networks;
}

}  // namespace

const NetworkParams& params_of(Network network) {
    return table()[static_cast<std::size_t>(network)];
}

std::optional<Network> network_from_name(std::string_view name) {
    for (const auto& params : table()) {
        if (params.name == name) return params.network;
    }
    return std::nullopt;
}

bool is_open(Network network) { return network != Network::mainnet; }

}  // namespace runnel
