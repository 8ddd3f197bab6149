#include "core/wire/types.h"

namespace runnel::wire {

std::string_view to_string(Type type) {
    switch (type) {
        case Type::warning: return "warning";
        case Type::peer_storage: return "peer_storage";
        case Type::peer_storage_retrieval: return "peer_storage_retrieval";
        case Type::init: return "init";
        case Type::error: return "error";
        case Type::ping: return "ping";
        case Type::pong: return "pong";
        case Type::open_channel: return "open_channel";
        case Type::accept_channel: return "accept_channel";
        case Type::funding_created: return "funding_created";
        case Type::funding_signed: return "funding_signed";
        case Type::channel_ready: return "channel_ready";
        case Type::shutdown: return "shutdown";
        case Type::closing_signed: return "closing_signed";
        case Type::update_add_htlc: return "update_add_htlc";
        case Type::update_fulfill_htlc: return "update_fulfill_htlc";
        case Type::update_fail_htlc: return "update_fail_htlc";
        case Type::commitment_signed: return "commitment_signed";
        case Type::revoke_and_ack: return "revoke_and_ack";
        case Type::update_fee: return "update_fee";
        case Type::update_fail_malformed_htlc: return "update_fail_malformed_htlc";
        case Type::channel_reestablish: return "channel_reestablish";
        case Type::channel_announcement: return "channel_announcement";
        case Type::node_announcement: return "node_announcement";
        case Type::channel_update: return "channel_update";
        case Type::announcement_signatures: return "announcement_signatures";
        case Type::query_short_channel_ids: return "query_short_channel_ids";
        case Type::reply_short_channel_ids_end: return "reply_short_channel_ids_end";
        case Type::query_channel_range: return "query_channel_range";
        case Type::reply_channel_range: return "reply_channel_range";
        case Type::gossip_timestamp_filter: return "gossip_timestamp_filter";
        case Type::onion_message: return "onion_message";
    }
    return "unknown";
}

OnionPacket::OnionPacket() {
    static const auto zeros = std::make_shared<const Array>();
    m_bytes = zeros;
}

std::optional<OnionPacket> OnionPacket::from(ByteView bytes) {
    if (bytes.size() != size_bytes) return std::nullopt;
    auto copy = std::make_shared<Array>();
    std::copy(bytes.begin(), bytes.end(), copy->begin());
    OnionPacket out;
    out.m_bytes = std::move(copy);
    return out;
}

}  // namespace runnel::wire
