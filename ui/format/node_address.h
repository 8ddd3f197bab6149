// NodeAddress: what a person types to name a node, read. NODE_ID@HOST:PORT, where the port may be
// left away and an IPv6 address stands in brackets; how runnel-cli reads it is in app/control.
#pragma once

#include "core/api/snapshot.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <string>

namespace runnel::ui {

struct NodeAddress {
    crypto::PublicKey node_id;
    std::string host;  ///< Without brackets.
    std::uint16_t port = 0;
};
/// Nothing when it is none.
std::optional<NodeAddress> parseNodeAddress(const QString& text);

}  // namespace runnel::ui
