// Any bytes as a question of a peer's: the answer is bounded by what we have to tell, and every
// part of it fits a message.
#include "core/gossip/announcement.h"
#include "core/gossip/queries.h"

#include <cstdlib>

namespace {

using namespace runnel;

constexpr std::size_t channels = 5;

const gossip::OwnGossip& own() {
    static const gossip::OwnGossip value = [] {
        gossip::OwnGossip out;
        for (std::uint64_t i = 0; i < channels; ++i) {
            gossip::PublicChannel channel;
            channel.announcement.short_channel_id = ShortChannelId(142 + (i << 40));
            channel.update_1.emplace();
            channel.update_2.emplace();
            out.channels.push_back(channel);
        }
        out.nodes.resize(2);
        return out;
    }();
    return value;
}

void check(const std::vector<wire::Message>& replies) {
    if (replies.empty() || replies.size() > 3 * channels + 3) std::abort();
    for (const auto& reply : replies) {
        if (wire::encode(reply).size() > wire::max_message_size) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto message = wire::decode(ByteView(data, size));
    if (!message) return 0;
    if (auto* range = std::get_if<wire::QueryChannelRange>(&*message)) {
        range->chain_hash = own().chain_hash;
        check(gossip::answer(*range, own()));
    } else if (auto* ids = std::get_if<wire::QueryShortChannelIds>(&*message)) {
        ids->chain_hash = own().chain_hash;
        if (const auto replies = gossip::answer(*ids, own())) check(*replies);
    } else if (const auto* node = std::get_if<wire::NodeAnnouncement>(&*message)) {
        const auto addresses = wire::parse_addresses(node->addresses);
        if (!addresses) return 0;
        // Unusable ones are gone and the rest may be in another order; writing keeps all of these.
        const auto again = wire::parse_addresses(wire::encode_addresses(*addresses));
        if (!again || again->size() != addresses->size()) std::abort();
        for (const auto& address : *again) {
            if (wire::to_string(address).empty()) std::abort();
        }
    } else if (const auto* reply = std::get_if<wire::ReplyChannelRange>(&*message)) {
        const auto found = gossip::decode_short_ids(reply->encoded_short_ids);
        if (found && gossip::encode_short_ids(*found) != reply->encoded_short_ids) std::abort();
        if (reply->timestamps_tlv)
            static_cast<void>(gossip::decode_timestamps(*reply->timestamps_tlv));
        if (reply->checksums_tlv)
            static_cast<void>(gossip::decode_checksums(*reply->checksums_tlv));
    }
    return 0;
}
