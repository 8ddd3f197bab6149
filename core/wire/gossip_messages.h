// The messages of BOLT 7, fields under the BOLT's names. Signed ones keep what follows the known
// fields in `extension`, because the signatures cover it. Plain values; hashes, signatures and
// rules are in core/gossip.
#pragma once

#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/crypto/keys.h"
#include "core/wire/features.h"
#include "core/wire/types.h"

#include <array>
#include <optional>

namespace runnel::wire {

struct AnnouncementSignatures {
    static constexpr Type wire_type = Type::announcement_signatures;
    ChannelId channel_id;
    ShortChannelId short_channel_id;
    crypto::Signature node_signature;
    crypto::Signature bitcoin_signature;
    friend bool operator==(const AnnouncementSignatures&, const AnnouncementSignatures&) = default;
};

struct ChannelAnnouncement {
    static constexpr Type wire_type = Type::channel_announcement;
    crypto::Signature node_signature_1;
    crypto::Signature node_signature_2;
    crypto::Signature bitcoin_signature_1;
    crypto::Signature bitcoin_signature_2;
    Bytes features;  ///< As signed, even when longer than need be.
    ChainHash chain_hash;
    ShortChannelId short_channel_id;
    crypto::PublicKey node_id_1;
    crypto::PublicKey node_id_2;
    crypto::PublicKey bitcoin_key_1;
    crypto::PublicKey bitcoin_key_2;
    Bytes extension;  ///< Whatever follows, unread and signed.
    friend bool operator==(const ChannelAnnouncement&, const ChannelAnnouncement&) = default;
};

struct NodeAnnouncement {
    static constexpr Type wire_type = Type::node_announcement;
    crypto::Signature signature;
    Bytes features;  ///< As signed, even when longer than need be.
    std::uint32_t timestamp = 0;
    crypto::PublicKey node_id;
    std::array<std::uint8_t, 3> rgb_color{};
    std::array<std::uint8_t, 32>
        alias{};      ///< UTF-8 of the peer's, zero-padded: escaped() before anybody sees it.
    Bytes addresses;  ///< Address descriptors: see address.h.
    Bytes extension;
    friend bool operator==(const NodeAnnouncement&, const NodeAnnouncement&) = default;
};

/// Bits of channel_update's message_flags and channel_flags.
inline constexpr std::uint8_t message_flag_must_be_one = 1;
inline constexpr std::uint8_t message_flag_dont_forward = 2;
inline constexpr std::uint8_t channel_flag_direction = 1;
inline constexpr std::uint8_t channel_flag_disable = 2;

struct ChannelUpdate {
    static constexpr Type wire_type = Type::channel_update;
    crypto::Signature signature;
    ChainHash chain_hash;
    ShortChannelId short_channel_id;
    std::uint32_t timestamp = 0;
    std::uint8_t message_flags = 0;
    std::uint8_t channel_flags = 0;
    std::uint16_t cltv_expiry_delta = 0;  ///< Blocks.
    Msat htlc_minimum_msat;
    std::uint32_t fee_base_msat = 0;
    std::uint32_t fee_proportional_millionths = 0;
    Msat htlc_maximum_msat;
    Bytes extension;
    friend bool operator==(const ChannelUpdate&, const ChannelUpdate&) = default;
};

/// The `encoded_` fields below are as sent: an encoding byte, then data. core/gossip reads them.
struct QueryShortChannelIds {
    static constexpr Type wire_type = Type::query_short_channel_ids;
    ChainHash chain_hash;
    Bytes encoded_short_ids;
    std::optional<Bytes> query_flags;
    friend bool operator==(const QueryShortChannelIds&, const QueryShortChannelIds&) = default;
};

struct ReplyShortChannelIdsEnd {
    static constexpr Type wire_type = Type::reply_short_channel_ids_end;
    ChainHash chain_hash;
    std::uint8_t full_information = 0;
    friend bool operator==(const ReplyShortChannelIdsEnd&,
                           const ReplyShortChannelIdsEnd&) = default;
};

struct QueryOption {
    std::uint64_t query_option_flags = 0;
    friend bool operator==(const QueryOption&, const QueryOption&) = default;
};

struct QueryChannelRange {
    static constexpr Type wire_type = Type::query_channel_range;
    ChainHash chain_hash;
    std::uint32_t first_blocknum = 0;
    std::uint32_t number_of_blocks = 0;
    std::optional<QueryOption> query_option;
    friend bool operator==(const QueryChannelRange&, const QueryChannelRange&) = default;
};

struct ReplyChannelRange {
    static constexpr Type wire_type = Type::reply_channel_range;
    ChainHash chain_hash;
    std::uint32_t first_blocknum = 0;
    std::uint32_t number_of_blocks = 0;
    std::uint8_t sync_complete = 0;
    Bytes encoded_short_ids;
    std::optional<Bytes> timestamps_tlv;
    std::optional<Bytes> checksums_tlv;
    friend bool operator==(const ReplyChannelRange&, const ReplyChannelRange&) = default;
};

struct GossipTimestampFilter {
    static constexpr Type wire_type = Type::gossip_timestamp_filter;
    ChainHash chain_hash;
    std::uint32_t first_timestamp = 0;
    std::uint32_t timestamp_range = 0;
    friend bool operator==(const GossipTimestampFilter&, const GossipTimestampFilter&) = default;
};

}  // namespace runnel::wire
