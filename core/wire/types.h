// Field types that only the wire has: message numbers, preimages, the fixed onion, attribution
// data. The types of every other field live in core/base and core/crypto. Nothing here reads or
// writes bytes: see message.h.
#pragma once

#include "core/base/bytes.h"
#include "core/base/ids.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace runnel::wire {

/// Message numbers, under the names of the BOLTs.
enum class Type : std::uint16_t {
    // BOLT 1
    warning = 1,
    peer_storage = 7,
    peer_storage_retrieval = 9,
    init = 16,
    error = 17,
    ping = 18,
    pong = 19,
    // BOLT 2, channel establishment and close
    open_channel = 32,
    accept_channel = 33,
    funding_created = 34,
    funding_signed = 35,
    channel_ready = 36,
    shutdown = 38,
    closing_signed = 39,
    // BOLT 2, normal operation
    update_add_htlc = 128,
    update_fulfill_htlc = 130,
    update_fail_htlc = 131,
    commitment_signed = 132,
    revoke_and_ack = 133,
    update_fee = 134,
    update_fail_malformed_htlc = 135,
    channel_reestablish = 136,
    // BOLT 7
    channel_announcement = 256,
    node_announcement = 257,
    channel_update = 258,
    announcement_signatures = 259,
    query_short_channel_ids = 261,
    reply_short_channel_ids_end = 262,
    query_channel_range = 263,
    reply_channel_range = 264,
    gossip_timestamp_filter = 265,
    // BOLT 4
    onion_message = 513,
};

/// The BOLTs' name of a message, "unknown" for a number that is none of the above.
std::string_view to_string(Type type);

/// The largest message the transport carries, type included (BOLT 1, "Lightning Message Format").
inline constexpr std::size_t max_message_size = 65535;

/// What a payment hash is the SHA-256 of. On the wire it is told to the peer, so it is not kept as
/// a Secret here.
using Preimage = Fixed<32, struct PreimageTag>;

/// `onion_routing_packet` of update_add_htlc: 1366 bytes that are never changed, shared by every
/// copy of the message.
class OnionPacket {
public:
    static constexpr std::size_t size_bytes = 1366;
    using Array = std::array<std::uint8_t, size_bytes>;

    /// All zeros: no valid onion.
    OnionPacket();
    explicit OnionPacket(const Array& bytes) : m_bytes(std::make_shared<const Array>(bytes)) {}
    /// Exactly 1366 bytes, or nothing.
    static std::optional<OnionPacket> from(ByteView bytes);

    const Array& raw() const { return *m_bytes; }
    ByteView view() const { return *m_bytes; }

    friend bool operator==(const OnionPacket& a, const OnionPacket& b) {
        return a.m_bytes == b.m_bytes || *a.m_bytes == *b.m_bytes;
    }

private:
    std::shared_ptr<const Array> m_bytes;  // never null
};

/// `attribution_data` of update_fulfill_htlc and update_fail_htlc (BOLT 4, "Attribution data"), in
/// parts.
struct AttributionData {
    static constexpr std::size_t hold_times_size = 20 * 4;
    static constexpr std::size_t hmacs_size = 210 * 4;

    std::array<std::uint8_t, hold_times_size> htlc_hold_times{};
    std::array<std::uint8_t, hmacs_size> truncated_hmacs{};

    friend bool operator==(const AttributionData&, const AttributionData&) = default;
};

}  // namespace runnel::wire
