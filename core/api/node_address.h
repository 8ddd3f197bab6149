// NodeAddress: what a person types to name a node, read.
#pragma once

#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace runnel::api {

struct NodeAddress {
    crypto::PublicKey node_id;
    std::string host;        ///< Without brackets.
    std::uint16_t port = 0;  ///< Never 0.
};

/// HOST:PORT, with brackets around an IPv6 address. Port 0 is one.
std::optional<std::pair<std::string, std::uint16_t>> parse_host_port(std::string_view text);
/// NODE_ID@HOST:PORT, where blanks may stand around each of both halves. The port may be left away:
/// then it is the one BOLT 1 gives to the Bitcoin main network, which most nodes listen on.
std::optional<NodeAddress> parse_node_address(std::string_view text);

}  // namespace runnel::api
