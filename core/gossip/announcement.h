// Making and checking the signed messages of BOLT 7: channel_announcement of our own public
// channels (from both sides' announcement_signatures) and node_announcement. Pure functions; keys
// sign elsewhere (ports::KeyRing::sign_node, ports::ChannelSigner::sign_announcement). The funding
// output behind an announcement is the caller's to check.
#pragma once

#include "core/wire/address.h"
#include "core/wire/message.h"
#include "core/wire/signature_hash.h"

#include <span>
#include <string_view>

namespace runnel::gossip {

using wire::signature_hash;

/// All four signatures fit, and the node ids are in their order.
bool verify(const wire::ChannelAnnouncement& announcement);
bool verify(const wire::NodeAnnouncement& announcement);
/// `node_id` is that of the side the update's direction names.
bool verify(const wire::ChannelUpdate& update, const crypto::PublicKey& node_id);

/// A channel as its announcement describes it, seen from our side.
struct ChannelEnds {
    ChainHash chain_hash;
    ShortChannelId short_channel_id;  ///< The real one, never an alias.
    crypto::PublicKey our_node_id;
    crypto::PublicKey their_node_id;
    crypto::PublicKey our_funding_pubkey;
    crypto::PublicKey their_funding_pubkey;
};

/// The lesser node id is node_1; BOLT 7's `direction` 0 is its side.
bool is_node_1(const crypto::PublicKey& node_id, const crypto::PublicKey& other);

/// The announcement before anybody signed it: sign its signature_hash() with the node key and
/// itself with the funding key, send both as announcement_signatures.
wire::ChannelAnnouncement unsigned_announcement(const ChannelEnds& channel);

/// True when both signatures of the peer's announcement_signatures fit this channel and its
/// short_channel_id is ours.
bool verify(const wire::AnnouncementSignatures& theirs, const ChannelEnds& channel);

/// The announcement with the signatures of both sides, each verified or made here before.
wire::ChannelAnnouncement announce(const ChannelEnds& channel,
                                   const wire::AnnouncementSignatures& ours,
                                   const wire::AnnouncementSignatures& theirs);

/// What we tell the network about ourselves.
struct NodeProfile {
    crypto::PublicKey node_id;
    wire::Features features;
    std::string_view alias;  ///< UTF-8; what does not fit 32 bytes is cut at a character.
    std::array<std::uint8_t, 3> rgb_color{};
    std::span<const wire::Address> addresses;
};
/// To be signed with the node key. `timestamp` must be above that of any before: see
/// next_timestamp().
wire::NodeAnnouncement unsigned_node_announcement(const NodeProfile& profile,
                                                  std::uint32_t timestamp);

/// A timestamp for a message that replaces one of `last`: the time in seconds, or one more than
/// `last` when the clock did not move on or went back. Never 0 (BOLT 7).
std::uint32_t next_timestamp(UnixTime now, std::optional<std::uint32_t> last);

}  // namespace runnel::gossip
