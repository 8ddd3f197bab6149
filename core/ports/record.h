// What a turn writes: values by kind and key, and entries of a subject's hash-chained journal. The
// store keeps bytes and knows nothing of their meaning; the rooms that own a value own its
// encoding, with a version byte in front.
#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <variant>
#include <vector>

namespace runnel::ports {

/// Numbers are part of the stored format: never reuse one, never renumber.
enum class RecordKind : std::uint16_t {
    wallet = 1,  ///< One row: derivation indexes, birth height, network.
    chain_tip =
        2,     ///< Height (4 bytes, big-endian) -> block hash, for the blocks a reorg could undo.
    coin = 3,  ///< Outpoint -> wallet coin, spent ones until deep.
    transaction = 4,    ///< Txid -> a transaction of ours and what is known of it.
    peer = 5,           ///< Node id -> addresses, features.
    channel = 10,       ///< Channel id -> state without onions.
    htlc_onion = 11,    ///< Channel id, direction, htlc id -> onion until irrevocably removed.
    htlc_history = 12,  ///< Channel id, direction, htlc id -> what rebuilds a revoked output.
    closed_channel = 13,
    invoice = 20,     ///< Payment hash -> invoice of ours.
    payment = 21,     ///< Payment hash -> outgoing payment with its attempts.
    incoming = 22,    ///< Payment hash -> received set.
    forward = 23,     ///< Channel id, htlc id of the incoming side -> where it went.
    scid_alias = 24,  ///< Alias -> channel id.
    command = 30,     ///< Command id -> answer already given (idempotence).
    event_log = 31,   ///< Sequence -> activity for the list.
};

/// Writes or replaces one value.
struct Put {
    RecordKind kind;
    Bytes key;
    Bytes value;
};
/// Removes one value; absent is fine.
struct Erase {
    RecordKind kind;
    Bytes key;
};
/// Adds an entry to the hash chain of `subject` (a channel id): hash = SHA-256(previous || subject
/// || body).
struct Append {
    Bytes subject;
    Bytes body;
};

using Record = std::variant<Put, Erase, Append>;
using Records = std::vector<Record>;

}  // namespace runnel::ports
