// Where a bitcoind is and how to log in, as people write it:
//
//     bitcoind:http://USER:PASSWORD@HOST:PORT              rpcuser and rpcpassword, or rpcauth
//     bitcoind:http://HOST:PORT?cookie=/path/to/.cookie    read again whenever the login is refused
//
// USER, PASSWORD and the path are percent-decoded; HOST may be an IPv6 address in brackets; the
// port defaults to the network's RPC port. The prefix `bitcoind:` may be left out. Plain HTTP only:
// a bitcoind elsewhere belongs behind a tunnel.
#pragma once

#include "core/base/network.h"
#include "core/base/result.h"
#include "core/base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace runnel::chain {

struct BitcoindUrl {
    std::string host;  ///< Without brackets.
    std::uint16_t port = 0;
    std::string user;
    SecretBytes password;
    std::string cookie_path;  ///< Empty: log in by user and password.
    bool uses_cookie() const { return !cookie_path.empty(); }
};

enum class BitcoindUrlError : std::uint8_t {
    bad_scheme,  ///< Does not begin with http://, or is not a URL.
    https,       ///< bitcoind speaks no TLS.
    bad_host,
    bad_port,
    bad_escape,        ///< A percent sign without two hex digits, or a control character.
    bad_path,          ///< Something behind the host that is neither "/" nor a query.
    unknown_option,    ///< A query other than cookie=.
    no_credentials,    ///< Neither password nor cookie.
    both_credentials,  ///< Password and cookie.
    wrong_network,     ///< No bitcoind serves this network.
};

/// A short technical name, for logs and tests.
std::string_view to_string(BitcoindUrlError error);

Result<BitcoindUrl, BitcoindUrlError> parse_bitcoind_url(std::string_view text, Network network);

}  // namespace runnel::chain
