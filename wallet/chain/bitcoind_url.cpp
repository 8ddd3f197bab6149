#include "wallet/chain/bitcoind_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace runnel::chain {
namespace {

std::optional<std::uint16_t> rpc_port(Network network) {
    switch (network) {
        case Network::mainnet: return std::uint16_t{8332};
        case Network::testnet4: return std::uint16_t{48332};
        case Network::signet: return std::uint16_t{38332};
        case Network::regtest: return std::uint16_t{18443};
        case Network::practice: break;
    }
    return std::nullopt;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Decoded, without control characters: a line break in a user name would end up in a request
/// header.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const auto byte = from_hex(text.substr(i + 1, 2));
            if (!byte || byte->size() != 1) return std::nullopt;
            c = static_cast<char>(byte->front());
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        out.push_back(c);
    }
    return out;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

bool is_address_character(char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.';
}

Result<void, BitcoindUrlError> read_place(std::string_view place, BitcoindUrl& url) {
    std::string_view port;
    bool has_port = false;
    if (place.starts_with('[')) {
        const auto end = place.find(']');
        if (end == std::string_view::npos) return fail(BitcoindUrlError::bad_host);
        url.host = std::string(place.substr(1, end - 1));
        if (!std::all_of(url.host.begin(), url.host.end(), is_address_character)) {
            return fail(BitcoindUrlError::bad_host);
        }
        port = place.substr(end + 1);
        has_port = !port.empty();
        if (has_port && !take_prefix(port, ":")) return fail(BitcoindUrlError::bad_host);
    } else {
        const auto colon = place.find(':');
        has_port = colon != std::string_view::npos;
        url.host = std::string(place.substr(0, colon));
        if (has_port) port = place.substr(colon + 1);
        if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
            return fail(BitcoindUrlError::bad_host);
        }
    }
    if (url.host.empty() || url.host.size() > 253) return fail(BitcoindUrlError::bad_host);
    if (!has_port) return {};
    const char* const end = port.data() + port.size();
    const auto read = std::from_chars(port.data(), end, url.port);
    if (read.ec != std::errc() || read.ptr != end || url.port == 0) {
        return fail(BitcoindUrlError::bad_port);
    }
    return {};
}

}  // namespace

std::string_view to_string(BitcoindUrlError error) {
    switch (error) {
        case BitcoindUrlError::bad_scheme: return "bad_scheme";
        case BitcoindUrlError::https: return "https";
        case BitcoindUrlError::bad_host: return "bad_host";
        case BitcoindUrlError::bad_port: return "bad_port";
        case BitcoindUrlError::bad_escape: return "bad_escape";
        case BitcoindUrlError::bad_path: return "bad_path";
        case BitcoindUrlError::unknown_option: return "unknown_option";
        case BitcoindUrlError::no_credentials: return "no_credentials";
        case BitcoindUrlError::both_credentials: return "both_credentials";
        case BitcoindUrlError::wrong_network: return "wrong_network";
    }
    return "unknown";
}

Result<BitcoindUrl, BitcoindUrlError> parse_bitcoind_url(std::string_view text, Network network) {
    const auto default_port = rpc_port(network);
    if (!default_port) return fail(BitcoindUrlError::wrong_network);
    take_prefix(text, "bitcoind:");
    if (text.starts_with("https://")) return fail(BitcoindUrlError::https);
    if (!take_prefix(text, "http://")) return fail(BitcoindUrlError::bad_scheme);

    BitcoindUrl url;
    url.port = *default_port;
    const auto authority_end = std::min(text.find_first_of("/?#"), text.size());
    std::string_view authority = text.substr(0, authority_end);
    std::string_view rest = text.substr(authority_end);

    bool has_user = false;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view login = authority.substr(0, at);
        const auto colon = login.find(':');
        if (colon == std::string_view::npos) return fail(BitcoindUrlError::no_credentials);
        const auto user = percent_decoded(login.substr(0, colon));
        auto password = percent_decoded(login.substr(colon + 1));
        // HTTP's basic login separates the two by a colon: it cannot be part of the name.
        if (!user || !password || user->find(':') != std::string::npos) {
            return fail(BitcoindUrlError::bad_escape);
        }
        url.user = *user;
        url.password = SecretBytes(bytes_of(*password));
        wipe(password->data(), password->size());
        has_user = true;
        authority.remove_prefix(at + 1);
    }
    RUNNEL_CHECK(read_place(authority, url));

    take_prefix(rest, "/");
    if (take_prefix(rest, "?")) {
        if (!take_prefix(rest, "cookie=")) return fail(BitcoindUrlError::unknown_option);
        if (rest.find('&') != std::string_view::npos) return fail(BitcoindUrlError::unknown_option);
        const auto path = percent_decoded(rest);
        if (!path) return fail(BitcoindUrlError::bad_escape);
        if (path->empty()) return fail(BitcoindUrlError::no_credentials);
        if (has_user) return fail(BitcoindUrlError::both_credentials);
        url.cookie_path = *path;
    } else if (!rest.empty()) {
        return fail(BitcoindUrlError::bad_path);
    } else if (!has_user) {
        return fail(BitcoindUrlError::no_credentials);
    }
    return url;
}

}  // namespace runnel::chain
