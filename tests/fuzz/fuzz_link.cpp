// What somebody can paste or show as a QR code to be paid on the chain. What is read must say the
// same when it is written anew, and an amount is never more than there can be.
#include "core/base/log.h"
#include "core/bitcoin/address.h"
#include "core/payment/bitcoin_uri.h"
#include "core/payment/other_ways.h"

#include <fmt/format.h>

#include <cstdlib>

using namespace runnel;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::string percent(const std::string& text) {
    std::string out;
    for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    (void)payment::parse_btc(text);
    (void)bitcoin::network_name_of(text);
    // What has a name of its own is nothing that can be paid: it never hides an address.
    if (payment::other_way(text)) {
        require(!payment::is_bitcoin_uri(text));
        for (const auto network : {Network::mainnet, Network::testnet4, Network::regtest})
            require(!bitcoin::parse_address(text, network));
    }
    const auto uri = payment::parse_bitcoin_uri(text);
    if (!uri) {
        require(is_valid_utf8(uri.error().key));
        return 0;
    }
    require(payment::is_bitcoin_uri(text));
    require(!uri->address.empty() || !uri->lightning.empty());
    auto again = "BITCOIN:" + uri->address + "?x&label=" + percent(uri->label) +
                 "&message=" + percent(uri->message) + "&lightning=" + percent(uri->lightning);
    if (uri->amount) {
        require(!uri->amount->is_zero() && *uri->amount <= max_money);
        again += fmt::format("&amount={}.{:08}", uri->amount->raw() / 100'000'000,
                             uri->amount->raw() % 100'000'000);
    }
    const auto read = payment::parse_bitcoin_uri(again);
    // Percent-encoding makes it longer.
    if (again.size() <= payment::max_uri_length) require(read.has_value() && *read == *uri);
    return 0;
}
