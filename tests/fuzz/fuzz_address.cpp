// Any text as an address, as bech32 and as Base58: what is accepted is written again the same, and
// only one network takes it (but for the test networks that share their prefixes).
#include "core/bitcoin/address.h"

#include <algorithm>
#include <cstdlib>

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    const std::string text(data, data + size);
    bool in_practice = false;
    bool elsewhere = false;
    for (const auto network : {Network::mainnet, Network::testnet4, Network::signet,
                               Network::regtest, Network::practice}) {
        const auto script = bitcoin::parse_address(text, network);
        if (!script) continue;
        (network == Network::practice ? in_practice : elsewhere) = true;
        const auto again = bitcoin::address_of(*script, network);
        if (!again || (*again != text && *again != lower(text))) std::abort();
    }
    if (in_practice && elsewhere) std::abort();
    if (const auto decoded = bitcoin::decode_bech32(text, 4096)) {
        if (bitcoin::encode_bech32(*decoded) != lower(text)) std::abort();
    }
    if (const auto payload = bitcoin::decode_base58(text)) {
        if (bitcoin::encode_base58(*payload) != text) std::abort();
    }
    return 0;
}
