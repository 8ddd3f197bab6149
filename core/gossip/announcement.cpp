#include "core/gossip/announcement.h"

#include <algorithm>

namespace runnel::gossip {

namespace {

// UTF-8 continuation bytes are 10xxxxxx: a cut in front of one would leave half a character.
std::string_view cut_to_32_bytes(std::string_view text) {
    constexpr std::size_t limit = 32;
    if (text.size() <= limit) return text;
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace

bool verify(const wire::ChannelAnnouncement& a) {
    if (!is_node_1(a.node_id_1, a.node_id_2)) return false;
    const Hash256 digest = signature_hash(a);
    return crypto::verify(a.node_id_1, digest, a.node_signature_1) &&
           crypto::verify(a.node_id_2, digest, a.node_signature_2) &&
           crypto::verify(a.bitcoin_key_1, digest, a.bitcoin_signature_1) &&
           crypto::verify(a.bitcoin_key_2, digest, a.bitcoin_signature_2);
}

bool verify(const wire::NodeAnnouncement& announcement) {
    return crypto::verify(announcement.node_id, signature_hash(announcement),
                          announcement.signature);
}

bool verify(const wire::ChannelUpdate& update, const crypto::PublicKey& node_id) {
    return crypto::verify(node_id, signature_hash(update), update.signature);
}

bool is_node_1(const crypto::PublicKey& node_id, const crypto::PublicKey& other) {
    return node_id < other;
}

wire::ChannelAnnouncement unsigned_announcement(const ChannelEnds& channel) {
    wire::ChannelAnnouncement out;
    out.chain_hash = channel.chain_hash;
    out.short_channel_id = channel.short_channel_id;
    out.node_id_1 = channel.our_node_id;
    out.node_id_2 = channel.their_node_id;
    out.bitcoin_key_1 = channel.our_funding_pubkey;
    out.bitcoin_key_2 = channel.their_funding_pubkey;
    if (!is_node_1(channel.our_node_id, channel.their_node_id)) {
        std::swap(out.node_id_1, out.node_id_2);
        std::swap(out.bitcoin_key_1, out.bitcoin_key_2);
    }
    return out;
}

bool verify(const wire::AnnouncementSignatures& theirs, const ChannelEnds& channel) {
    if (theirs.short_channel_id != channel.short_channel_id) return false;
    const Hash256 digest = signature_hash(unsigned_announcement(channel));
    return crypto::verify(channel.their_node_id, digest, theirs.node_signature) &&
           crypto::verify(channel.their_funding_pubkey, digest, theirs.bitcoin_signature);
}

wire::ChannelAnnouncement announce(const ChannelEnds& channel,
                                   const wire::AnnouncementSignatures& ours,
                                   const wire::AnnouncementSignatures& theirs) {
    wire::ChannelAnnouncement out = unsigned_announcement(channel);
    const bool we_are_first = is_node_1(channel.our_node_id, channel.their_node_id);
    const auto& first = we_are_first ? ours : theirs;
    const auto& second = we_are_first ? theirs : ours;
    out.node_signature_1 = first.node_signature;
    out.bitcoin_signature_1 = first.bitcoin_signature;
    out.node_signature_2 = second.node_signature;
    out.bitcoin_signature_2 = second.bitcoin_signature;
    return out;
}

wire::NodeAnnouncement unsigned_node_announcement(const NodeProfile& profile,
                                                  std::uint32_t timestamp) {
    wire::NodeAnnouncement out;
    out.features = profile.features.to_wire();
    out.timestamp = timestamp;
    out.node_id = profile.node_id;
    out.rgb_color = profile.rgb_color;
    const auto alias = bytes_of(cut_to_32_bytes(profile.alias));
    std::copy(alias.begin(), alias.end(), out.alias.begin());
    out.addresses = wire::encode_addresses(profile.addresses);
    return out;
}

std::uint32_t next_timestamp(UnixTime now, std::optional<std::uint32_t> last) {
    const auto clamped = std::clamp<std::int64_t>(now.raw(), 1, UINT32_MAX);
    const auto seconds = static_cast<std::uint32_t>(clamped);
    if (!last || seconds > *last) return seconds;
    return *last == UINT32_MAX ? UINT32_MAX : *last + 1;
}

}  // namespace runnel::gossip
