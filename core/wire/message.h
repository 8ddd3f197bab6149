// Any message, to bytes and back. Decoding accepts exactly what BOLT 1 lets a peer send and
// allocates no more than the input's size; whether a message may come now is for core/peer and
// core/channel. Sits between transport and everything.
#pragma once

#include "core/base/codec.h"
#include "core/wire/base_messages.h"
#include "core/wire/channel_messages.h"
#include "core/wire/gossip_messages.h"

#include <string_view>
#include <variant>

namespace runnel::wire {

using Message = std::variant<
    Init, Error, Warning, Ping, Pong, OpenChannel, AcceptChannel, FundingCreated, FundingSigned,
    ChannelReady, Shutdown, ClosingSigned, UpdateAddHtlc, UpdateFulfillHtlc, UpdateFailHtlc,
    UpdateFailMalformedHtlc, CommitmentSigned, RevokeAndAck, UpdateFee, ChannelReestablish,
    AnnouncementSignatures, ChannelAnnouncement, NodeAnnouncement, ChannelUpdate,
    QueryShortChannelIds, ReplyShortChannelIdsEnd, QueryChannelRange, ReplyChannelRange,
    GossipTimestampFilter, OnionMessage, PeerStorage, PeerStorageRetrieval, UnknownOdd>;

/// A message from its type number to its end. Errors: `unsupported` for an unknown even type,
/// otherwise what is wrong with the contents (after any of them BOLT 1 wants the connection
/// closed). An extension is checked as a TLV stream: unknown odd records are dropped, unknown even
/// ones are `unknown_even`. Behind error, warning, ping and pong it is passed over unread, behind
/// announcements and channel_update it is kept.
Result<Message, DecodeError> decode(ByteView bytes);

/// The bytes of a message, type number first. An UnknownOdd becomes its number alone.
Bytes encode(const Message& message);

Type type_of(const Message& message);
/// As the BOLTs spell it, for logs: "update_add_htlc"; "unknown" for UnknownOdd.
std::string_view name_of(const Message& message);

/// The channel a message names in `channel_id` or `temporary_channel_id`; nothing for messages
/// about no channel. The all zero id of an error or warning is returned as it is.
std::optional<ChannelId> channel_id_of(const Message& message);

}  // namespace runnel::wire
