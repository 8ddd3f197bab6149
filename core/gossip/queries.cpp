#include "core/gossip/queries.h"

#include <algorithm>

namespace runnel::gossip {

namespace {

constexpr std::uint8_t uncompressed = 0;
constexpr std::size_t ids_in_a_reply =
    8000;  // 64,000 bytes: what a message holds with its other fields

// Bits of a query flag (BOLT 7, "query_flags").
constexpr std::uint64_t want_announcement = 1;
constexpr std::uint64_t want_update_1 = 2;
constexpr std::uint64_t want_update_2 = 4;
constexpr std::uint64_t want_node_1 = 8;
constexpr std::uint64_t want_node_2 = 16;
constexpr std::uint64_t want_everything = 31;

/// Reads the encoding byte; the rest is the array.
void expect_uncompressed(Reader& in) {
    if (in.at_end()) {
        in.fail(DecodeError::missing_field);
    } else if (in.u8() != uncompressed) {
        in.fail(DecodeError::unsupported);
    }
}

Result<std::vector<PerDirection>, DecodeError> read_pairs(Reader& in) {
    std::vector<PerDirection> out;
    while (in.ok() && !in.at_end()) {
        PerDirection pair;
        pair.node_1 = in.u32();
        pair.node_2 = in.u32();
        out.push_back(pair);
    }
    return in.finish(std::move(out));
}

const PublicChannel* find(const OwnGossip& own, ShortChannelId id) {
    const auto at = std::lower_bound(own.channels.begin(), own.channels.end(), id,
                                     [](const PublicChannel& channel, ShortChannelId wanted) {
                                         return channel.announcement.short_channel_id < wanted;
                                     });
    const bool found = at != own.channels.end() && at->announcement.short_channel_id == id;
    return found ? &*at : nullptr;
}

/// A channel's messages in the order BOLT 7 wants; wishes for nodes are gathered in `node_ids`.
void tell(const PublicChannel& channel, std::uint64_t wanted, std::vector<wire::Message>& out,
          std::vector<crypto::PublicKey>& node_ids) {
    if (wanted & want_announcement) out.emplace_back(channel.announcement);
    if ((wanted & want_update_1) && channel.update_1) out.emplace_back(*channel.update_1);
    if ((wanted & want_update_2) && channel.update_2) out.emplace_back(*channel.update_2);
    if (wanted & want_node_1) node_ids.push_back(channel.announcement.node_id_1);
    if (wanted & want_node_2) node_ids.push_back(channel.announcement.node_id_2);
}

struct Wish {
    ShortChannelId id;
    std::uint64_t flags = want_everything;
};

Result<std::vector<Wish>, DecodeError> wishes_of(const wire::QueryShortChannelIds& query) {
    RUNNEL_TRY(const auto ids, decode_short_ids(query.encoded_short_ids));
    std::vector<Wish> out;
    out.reserve(ids.size());
    for (const auto id : ids) out.push_back(Wish{id, want_everything});
    if (query.query_flags) {
        RUNNEL_TRY(const auto flags, decode_query_flags(*query.query_flags));
        if (flags.size() != ids.size()) return fail(DecodeError::bad_value);
        for (std::size_t i = 0; i < flags.size(); ++i) out[i].flags = flags[i];
    }
    return out;
}

}  // namespace

Result<std::vector<ShortChannelId>, DecodeError> decode_short_ids(ByteView encoded) {
    Reader in(encoded);
    expect_uncompressed(in);
    std::vector<ShortChannelId> out;
    if (in.ok()) out.reserve(in.remaining() / 8);
    while (in.ok() && !in.at_end()) out.emplace_back(in.u64());
    return in.finish(std::move(out));
}

Bytes encode_short_ids(std::span<const ShortChannelId> ids) {
    Writer out;
    out.u8(uncompressed);
    for (const auto id : ids) out.u64(id.raw());
    return out.take();
}

Result<std::vector<PerDirection>, DecodeError> decode_timestamps(ByteView encoded) {
    Reader in(encoded);
    expect_uncompressed(in);
    return read_pairs(in);
}

Result<std::vector<PerDirection>, DecodeError> decode_checksums(ByteView encoded) {
    Reader in(encoded);
    return read_pairs(in);
}

Result<std::vector<std::uint64_t>, DecodeError> decode_query_flags(ByteView encoded) {
    Reader in(encoded);
    expect_uncompressed(in);
    std::vector<std::uint64_t> out;
    while (in.ok() && !in.at_end()) out.push_back(in.bigsize());
    return in.finish(std::move(out));
}

std::vector<wire::Message> answer(const wire::QueryChannelRange& query, const OwnGossip& own) {
    std::vector<ShortChannelId> ids;
    if (query.chain_hash == own.chain_hash) {
        const std::uint64_t end = std::uint64_t{query.first_blocknum} + query.number_of_blocks;
        for (const auto& channel : own.channels) {
            const auto id = channel.announcement.short_channel_id;
            if (id.block() >= query.first_blocknum && id.block() < end) ids.push_back(id);
        }
    }
    std::vector<wire::Message> out;
    std::size_t told = 0;
    do {
        const std::size_t count = std::min(ids.size() - told, ids_in_a_reply);
        wire::ReplyChannelRange reply;
        reply.chain_hash = query.chain_hash;
        reply.first_blocknum = query.first_blocknum;
        reply.number_of_blocks = query.number_of_blocks;
        reply.encoded_short_ids = encode_short_ids(std::span(ids).subspan(told, count));
        told += count;
        reply.sync_complete = told == ids.size() ? 1 : 0;
        out.emplace_back(std::move(reply));
    } while (told < ids.size());
    return out;
}

Result<std::vector<wire::Message>, DecodeError> answer(const wire::QueryShortChannelIds& query,
                                                       const OwnGossip& own) {
    RUNNEL_TRY(auto wishes, wishes_of(query));
    std::vector<wire::Message> out;
    if (query.chain_hash == own.chain_hash) {
        std::stable_sort(wishes.begin(), wishes.end(),
                         [](const Wish& a, const Wish& b) { return a.id < b.id; });
        std::vector<crypto::PublicKey> node_ids;
        const Wish* last = nullptr;
        for (const auto& wish : wishes) {
            const bool repeated = last && last->id == wish.id;
            last = &wish;
            if (repeated) continue;
            if (const auto* channel = find(own, wish.id)) tell(*channel, wish.flags, out, node_ids);
        }
        for (const auto& node : own.nodes) {
            if (std::find(node_ids.begin(), node_ids.end(), node.node_id) != node_ids.end()) {
                out.emplace_back(node);
            }
        }
    }
    // Of the whole network we know next to nothing, and say so.
    out.emplace_back(wire::ReplyShortChannelIdsEnd{query.chain_hash, 0});
    return out;
}

}  // namespace runnel::gossip
