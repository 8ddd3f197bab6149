// channel_update (BOLT 7): what one side of a channel asks for forwarding through it. Makes ours,
// for a public channel or for the direct peer alone, and judges the peer's own, whose policy goes
// into the route hints of our invoices. Pure functions.
#pragma once

#include "core/wire/message.h"

#include <optional>
#include <span>
#include <string_view>

namespace runnel::gossip {

/// Fees and limits for payments that leave a node through a channel.
struct ForwardingPolicy {
    std::uint16_t cltv_expiry_delta = 0;  ///< Blocks.
    Msat htlc_minimum_msat;
    Msat htlc_maximum_msat;
    std::uint32_t fee_base_msat = 0;                ///< Millisatoshi for each HTLC.
    std::uint32_t fee_proportional_millionths = 0;  ///< Of the amount forwarded.
    bool disabled = false;
    friend bool operator==(const ForwardingPolicy&, const ForwardingPolicy&) = default;
};

ForwardingPolicy policy_of(const wire::ChannelUpdate& update);

/// What a node keeps of a payment of which it forwards `amount` (BOLT 7, "HTLC Fees"), rounded
/// down; nothing when it does not fit 64 bits.
std::optional<Msat> forwarding_fee(const ForwardingPolicy& policy, Msat amount);

/// Which channel an update of ours is about.
struct UpdateSubject {
    ChainHash chain_hash;
    /// Of a public channel the real id. Else the alias that the PEER gave us, or the real id: the
    /// peer alone reads it.
    ShortChannelId short_channel_id;
    crypto::PublicKey our_node_id;
    crypto::PublicKey their_node_id;
    bool is_public = false;
};
/// To be signed with the node key over signature_hash(). Not before the peer's channel_ready.
wire::ChannelUpdate unsigned_update(const UpdateSubject& subject, const ForwardingPolicy& policy,
                                    std::uint32_t timestamp);

/// Why a peer's channel_update is not taken.
enum class UpdateFault : std::uint8_t {
    other_chain,      ///< To be ignored silently.
    unknown_channel,  ///< About none of the ids that this channel has.
    not_theirs,       ///< Speaks for our side of the channel.
    stale,            ///< Not newer than the one we have.
    bad_range,        ///< Its maximum is below its minimum: nothing can be sent.
    bad_signature,    ///< The only one that deserves a warning (BOLT 7).
};
std::string_view to_string(UpdateFault fault);

/// What an update of the peer's about one of our channels is checked against.
struct UpdateExpectation {
    ChainHash chain_hash;
    std::span<const ShortChannelId>
        short_channel_ids;  ///< The real id and the aliases of either side.
    crypto::PublicKey our_node_id;
    crypto::PublicKey their_node_id;
    std::optional<std::uint32_t> last_timestamp;  ///< Of the update we have, if any.
};
/// The peer's policy, signature checked last because it is what costs.
Result<ForwardingPolicy, UpdateFault> accept_update(const wire::ChannelUpdate& update,
                                                    const UpdateExpectation& expected);

}  // namespace runnel::gossip
