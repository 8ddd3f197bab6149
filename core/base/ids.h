// The names of things: heights, counters, hashes and identifiers, each a type of its own.
#pragma once

#include "core/base/bytes.h"
#include "core/base/strong.h"

#include <cstdint>
#include <optional>
#include <string>

namespace runnel {

/// Blocks: a position in the chain, and a distance.
class BlockDelta : public Strong<std::uint32_t, struct BlockDeltaTag> {
public:
    using Strong::Strong;
};
class BlockHeight : public Strong<std::uint32_t, struct BlockHeightTag> {
public:
    using Strong::Strong;
    friend constexpr BlockHeight operator+(BlockHeight h, BlockDelta d) {
        return BlockHeight(h.raw() > UINT32_MAX - d.raw() ? UINT32_MAX : h.raw() + d.raw());
    }
    /// Zero when the distance reaches below the first block.
    friend constexpr BlockHeight operator-(BlockHeight h, BlockDelta d) {
        return BlockHeight(h.raw() < d.raw() ? 0 : h.raw() - d.raw());
    }
    /// Blocks from `earlier` to `later`, zero when they are in the other order.
    friend constexpr BlockDelta distance(BlockHeight earlier, BlockHeight later) {
        return BlockDelta(later.raw() < earlier.raw() ? 0 : later.raw() - earlier.raw());
    }
};

/// Number of a commitment, counted up from 0 (BOLT 3 counts shachain indexes down from 2^48-1; see
/// shachain.h).
class CommitmentNumber : public Strong<std::uint64_t, struct CommitmentNumberTag> {
public:
    using Strong::Strong;
    constexpr CommitmentNumber next() const { return CommitmentNumber(raw() + 1); }
};

/// `id` of update_add_htlc: counts up per channel and per offering side (BOLT 2).
class HtlcId : public Strong<std::uint64_t, struct HtlcIdTag> {
public:
    using Strong::Strong;
    constexpr HtlcId next() const { return HtlcId(raw() + 1); }
};

/// Wall clock, whole seconds since 1970; for expiries only, never for HTLC safety.
class UnixTime : public Strong<std::int64_t, struct UnixTimeTag> {
public:
    using Strong::Strong;
};

/// Block height 24 bits, transaction index 24 bits, output index 16 bits (BOLT 7).
class ShortChannelId : public Strong<std::uint64_t, struct ShortChannelIdTag> {
public:
    using Strong::Strong;
    static constexpr std::optional<ShortChannelId> make(std::uint32_t block, std::uint32_t tx,
                                                        std::uint32_t output) {
        if (block >= (1U << 24) || tx >= (1U << 24) || output >= (1U << 16)) return std::nullopt;
        return ShortChannelId(std::uint64_t{block} << 40 | std::uint64_t{tx} << 16 | output);
    }
    constexpr std::uint32_t block() const { return static_cast<std::uint32_t>(raw() >> 40); }
    constexpr std::uint32_t tx_index() const {
        return static_cast<std::uint32_t>(raw() >> 16 & 0xffffff);
    }
    constexpr std::uint16_t output_index() const { return static_cast<std::uint16_t>(raw()); }
    /// `block x tx x output`, as in 539268x845x1.
    std::string to_string() const;
    static std::optional<ShortChannelId> parse(std::string_view text);
};

/// SHA-256 or double SHA-256 without a closer meaning.
using Hash256 = Fixed<32, struct Hash256Tag>;
using Hash160 = Fixed<20, struct Hash160Tag>;
/// Transaction and block ids in wire order; people see them reversed: display_hex.
using Txid = Fixed<32, struct TxidTag>;
using BlockHash = Fixed<32, struct BlockHashTag>;
/// `channel_id` and `temporary_channel_id` of BOLT 2.
using ChannelId = Fixed<32, struct ChannelIdTag>;
using PaymentHash = Fixed<32, struct PaymentHashTag>;
/// Names the chain on the wire: the genesis block's hash in wire order (BOLT 0).
using ChainHash = Fixed<32, struct ChainHashTag>;

/// The usual reversed order for people and RPC.
template <typename Tag>
std::string display_hex(const Fixed<32, Tag>& id) {
    auto reversed = id.raw();
    std::reverse(reversed.begin(), reversed.end());
    return to_hex(reversed);
}
/// From the reversed order of people and RPC.
template <typename Id>
std::optional<Id> from_display_hex(std::string_view hex) {
    auto id = Id::from_hex(hex);
    if (id) std::reverse(id->raw().begin(), id->raw().end());
    return id;
}

}  // namespace runnel
