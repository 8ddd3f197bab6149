// Any text as the address of a bitcoind: what is accepted can be connected to, ends no line of a
// request's headers, and written down again it names the same place and login.
#include "wallet/chain/bitcoind_url.h"

#include <cstdlib>
#include <string>

namespace {

using namespace runnel;

bool is_plain(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}

std::string text_of(const SecretBytes& secret) {
    const auto bytes = secret.reveal();
    return {bytes.begin(), bytes.end()};
}

/// Every byte escaped: nothing of it can be taken for another part.
std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) out += "%" + to_hex(bytes_of(std::string_view(&c, 1)));
    return out;
}

std::string write(const chain::BitcoindUrl& url) {
    const bool is_v6 = url.host.find(':') != std::string::npos;
    std::string out = "bitcoind:http://";
    if (!url.uses_cookie()) out += escape(url.user) + ":" + escape(text_of(url.password)) + "@";
    out += (is_v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
    if (url.uses_cookie()) out += "?cookie=" + escape(url.cookie_path);
    return out;
}

void expect(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    for (const auto network : {Network::regtest, Network::signet, Network::testnet4,
                               Network::mainnet, Network::practice}) {
        const auto url = chain::parse_bitcoind_url(text, network);
        if (!url) {
            expect(chain::to_string(url.error()) != "unknown");
            continue;
        }
        expect(network != Network::practice && url->port != 0);
        expect(!url->host.empty() && url->host.size() <= 253);
        expect(is_plain(url->host) && is_plain(url->user) && is_plain(url->cookie_path) &&
               is_plain(text_of(url->password)));
        expect(url->user.find(':') == std::string::npos);
        expect(!url->uses_cookie() || (url->user.empty() && text_of(url->password).empty()));
        const auto again = chain::parse_bitcoind_url(write(*url), network);
        expect(again && again->host == url->host && again->port == url->port &&
               again->user == url->user && again->cookie_path == url->cookie_path &&
               text_of(again->password) == text_of(url->password));
    }
    return 0;
}
