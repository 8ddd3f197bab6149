// Feature bits (BOLT 9): what a node offers (odd bit) or demands (even bit), and what a channel
// type is made of. A value; which features this wallet speaks is decided in core/peer, what they
// change is decided where they apply.
#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace runnel::wire {

/// Features by their even bit; the odd one is the next.
enum class Feature : std::uint16_t {
    data_loss_protect = 0,
    upfront_shutdown_script = 4,
    gossip_queries = 6,
    var_onion_optin = 8,
    gossip_queries_ex = 10,
    static_remotekey = 12,
    payment_secret = 14,
    basic_mpp = 16,
    large_channel = 18,
    anchors = 22,  ///< Anchor outputs, HTLC transactions without a fee of their own.
    route_blinding = 24,
    shutdown_anysegwit = 26,
    dual_fund = 28,
    quiesce = 34,
    attribution_data = 36,
    onion_messages = 38,
    provide_storage = 42,
    channel_type = 44,
    scid_alias = 46,
    payment_metadata = 48,
    zeroconf = 50,
    simple_close = 60,
    splice = 62,
};

/// The name without "option_", or "unknown".
std::string_view to_string(Feature feature);

class Features {
public:
    Features() = default;
    /// Each as its even bit.
    static Features demanding(std::initializer_list<Feature> features);
    /// From the wire: big-endian, bit 0 in the last byte. Leading zero bytes are accepted and
    /// dropped.
    static Features from_wire(ByteView bytes);
    /// Big-endian, minimal; no byte at all when nothing is set.
    Bytes to_wire() const;

    bool has_bit(std::size_t bit) const;
    Features& set_bit(std::size_t bit);
    Features& clear_bit(std::size_t bit);
    bool empty() const { return m_bytes.empty(); }
    /// Of its wire form.
    std::size_t size_bytes() const { return m_bytes.size(); }
    /// Only the bits below `count`.
    Features low_bits(std::size_t count) const;

    /// Sets the odd bit and clears the even one (BOLT 9: never both).
    Features& offer(Feature feature);
    /// Sets the even bit and clears the odd one.
    Features& demand(Feature feature);
    Features& remove(Feature feature);

    /// Either bit: the other side may use it.
    bool has(Feature feature) const;
    /// The even bit: whoever lacks it must go away.
    bool demands(Feature feature) const;

    /// The lowest even bit set here for which `supported` has neither bit of the pair. Nothing when
    /// all can be met.
    std::optional<std::size_t> first_demand_beyond(const Features& supported) const;

    struct MissingDependency {
        Feature feature;
        Feature needs;
        friend bool operator==(const MissingDependency&, const MissingDependency&) = default;
    };
    /// A feature that is set here without one it builds on (BOLT 9, column "Dependencies"; BOLT 1
    /// then wants the connection closed). What the BOLTs now assume of everybody counts as set.
    std::optional<MissingDependency> missing_dependency() const;

    /// Every bit of either side: `init` carries two bitmaps that mean one.
    friend Features operator|(const Features& a, const Features& b);
    friend bool operator==(const Features&, const Features&) = default;

    /// The set bits in ascending order, as in "0,8,12", for logs.
    std::string to_string() const;

private:
    void trim();

    Bytes m_bytes;  // little-endian, the last byte is not zero
};

}  // namespace runnel::wire
