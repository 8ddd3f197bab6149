// The messages of BOLT 1 (connection) and BOLT 4's onion message, fields under the BOLTs' names.
// Plain values; the wire form is in message.h, the rules are in core/peer.
#pragma once

#include "core/crypto/keys.h"
#include "core/wire/features.h"
#include "core/wire/types.h"

#include <optional>
#include <vector>

namespace runnel::wire {

/// BOLT 1, "The init Message".
struct Init {
    static constexpr Type wire_type = Type::init;
    Features globalfeatures;
    Features features;
    std::optional<std::vector<ChainHash>> networks;
    std::optional<Bytes> remote_addr;  ///< One address descriptor of BOLT 7: see address.h.
    friend bool operator==(const Init&, const Init&) = default;
};

/// BOLT 1, "The error and warning Messages": the channel is over; all zero names every channel.
struct Error {
    static constexpr Type wire_type = Type::error;
    ChannelId channel_id;
    Bytes data;  ///< Text of the peer's: escaped() before anybody sees it.
    friend bool operator==(const Error&, const Error&) = default;
};

/// BOLT 1: something was wrong, the channel lives.
struct Warning {
    static constexpr Type wire_type = Type::warning;
    ChannelId channel_id;
    Bytes data;
    friend bool operator==(const Warning&, const Warning&) = default;
};

struct Ping {
    static constexpr Type wire_type = Type::ping;
    std::uint16_t num_pong_bytes = 0;
    Bytes ignored;
    friend bool operator==(const Ping&, const Ping&) = default;
};

struct Pong {
    static constexpr Type wire_type = Type::pong;
    Bytes ignored;
    friend bool operator==(const Pong&, const Pong&) = default;
};

/// BOLT 1, "Peer storage": keep this for me. Only for nodes that offer option_provide_storage,
/// which this one does not.
struct PeerStorage {
    static constexpr Type wire_type = Type::peer_storage;
    Bytes blob;
    friend bool operator==(const PeerStorage&, const PeerStorage&) = default;
};

/// What a peer was given to keep.
struct PeerStorageRetrieval {
    static constexpr Type wire_type = Type::peer_storage_retrieval;
    Bytes blob;
    friend bool operator==(const PeerStorageRetrieval&, const PeerStorageRetrieval&) = default;
};

/// BOLT 4, "Onion Messages".
struct OnionMessage {
    static constexpr Type wire_type = Type::onion_message;
    crypto::PublicKey path_key;
    Bytes onion_message_packet;
    friend bool operator==(const OnionMessage&, const OnionMessage&) = default;
};

/// A message of an odd type that is none of ours: ignored (BOLT 1, "it's ok to be odd").
struct UnknownOdd {
    std::uint16_t type = 1;
    friend bool operator==(const UnknownOdd&, const UnknownOdd&) = default;
};

}  // namespace runnel::wire
