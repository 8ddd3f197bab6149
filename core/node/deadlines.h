// Until when an HTLC may stay unresolved between the peers: from then on its channel goes to the
// chain (BOLT 2, "cltv_expiry_delta Selection"). Only heights count here.
#pragma once

#include "core/channel/commitments.h"

#include <optional>

namespace runnel::node {

/// Blocks after the expiry of an HTLC of ours at which an unresolved one is taken to the chain.
inline constexpr BlockDelta outgoing_grace{3};
/// Blocks before the expiry of an incoming HTLC whose preimage is ours to show at which it is
/// claimed on the chain instead: the transactions need time, and from the expiry on the payer can
/// take it back.
inline constexpr BlockDelta incoming_margin{18};

/// Is its amount ours for certain, and only not in our balance yet?
inline bool is_fulfilled(const channel::HtlcEntry& entry) {
    return entry.removal && std::holds_alternative<channel::Fulfilled>(*entry.removal) &&
           entry.stage >= channel::Stage::locked_in;
}

/// The tip at which this HTLC, unresolved, closes its channel; nothing where the chain could
/// neither give nor take anything.
inline std::optional<BlockHeight> on_chain_from(const channel::HtlcEntry& entry) {
    const BlockHeight expiry(entry.htlc.cltv_expiry);
    if (entry.htlc.offered_by == channel::Party::ours) {
        // Never signed: no commitment holds it.
        if (entry.stage == channel::Stage::add_proposed) return std::nullopt;
        return expiry + outgoing_grace;
    }
    if (!is_fulfilled(entry)) return std::nullopt;
    return BlockHeight(expiry.raw() > incoming_margin.raw() ? expiry.raw() - incoming_margin.raw()
                                                            : 0);
}

}  // namespace runnel::node
