// The query messages of BOLT 7: reading their encoded arrays, and answering a peer's questions. A
// wallet keeps no map for others (it does not offer gossip_queries; a public channel of ours is
// told to its other end, who passes it on), but BOLT 7 has every query answered, if only with
// nothing. Pure functions.
#pragma once

#include "core/wire/message.h"

#include <optional>
#include <span>
#include <vector>

namespace runnel::gossip {

/// `encoded_short_ids`. Errors: `unsupported` for zlib or another encoding, `truncated` for half an
/// id, `missing_field` when not even the encoding byte is there.
Result<std::vector<ShortChannelId>, DecodeError> decode_short_ids(ByteView encoded);
/// Uncompressed; the ids must be in ascending order.
Bytes encode_short_ids(std::span<const ShortChannelId> ids);

/// A number for each direction of a channel: timestamps or checksums of channel_updates.
struct PerDirection {
    std::uint32_t node_1 = 0;
    std::uint32_t node_2 = 0;
    friend bool operator==(const PerDirection&, const PerDirection&) = default;
};
/// `timestamps_tlv`, with an encoding byte.
Result<std::vector<PerDirection>, DecodeError> decode_timestamps(ByteView encoded);
/// `checksums_tlv`, without one.
Result<std::vector<PerDirection>, DecodeError> decode_checksums(ByteView encoded);
/// `query_flags`: one minimal BigSize a channel.
Result<std::vector<std::uint64_t>, DecodeError> decode_query_flags(ByteView encoded);

/// A public channel, as others are told about it.
struct PublicChannel {
    wire::ChannelAnnouncement announcement;
    std::optional<wire::ChannelUpdate> update_1;
    std::optional<wire::ChannelUpdate> update_2;
};
/// All the gossip there is to give. Announcements are sorted by short_channel_id, each at
/// most once.
struct OwnGossip {
    ChainHash chain_hash;
    std::vector<PublicChannel> channels;
    std::vector<wire::NodeAnnouncement> nodes;
};

/// One reply or more, the last with sync_complete.
std::vector<wire::Message> answer(const wire::QueryChannelRange& query, const OwnGossip& own);
/// What was asked for and is known, each channel at most once however often it is asked for (or a
/// short query would cost us a long answer), then reply_short_channel_ids_end. An error (as above;
/// `bad_value` when flags and ids differ in number) is the peer's fault and worth a warning.
Result<std::vector<wire::Message>, DecodeError> answer(const wire::QueryShortChannelIds& query,
                                                       const OwnGossip& own);

}  // namespace runnel::gossip
