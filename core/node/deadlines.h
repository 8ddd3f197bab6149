// Until when an HTLC may stay unresolved between the peers: from then on its channel goes to the
// chain (BOLT 2, "cltv_expiry_delta Selection"). Only heights count here. What acts on it and what
// people are shown ask the same function.
#pragma once

#include "core/node/state.h"

#include <optional>

namespace runnel::node {

/// Blocks after the expiry of an HTLC of ours at which an unresolved one is taken to the chain.
inline constexpr BlockDelta outgoing_grace{3};
/// Blocks before the expiry of an incoming HTLC at which an outcome of it that only the chain can
/// bring is fetched there: the transactions need time, and from the expiry on the payer can take
/// it back.
inline constexpr BlockDelta incoming_margin{18};

/// Is its amount ours for certain, and only not in our balance yet?
inline bool is_fulfilled(const channel::HtlcEntry& entry) {
    return entry.removal && std::holds_alternative<channel::Fulfilled>(*entry.removal) &&
           entry.stage >= channel::Stage::locked_in;
}

/// The tip at which this HTLC of a channel that is not on the chain, unresolved, closes it; nothing
/// where the chain could neither give nor take anything.
///
/// That is so of one without an output on our commitment: what we would publish pays it to nobody,
/// and the channel would be gone for it. (Nor has it one on theirs: no dust limit may be below
/// ours.) Its outcome waits for the peer, however long that takes.
///
/// But for one that is somebody else's: a forward's incoming HTLC must have an answer before it
/// expires, or its channel goes to the chain. It cannot be failed while the peer may still come
/// with the preimage of ours (a payer and a payee who are one could take so what we hold in dust,
/// again and again), and what ends that is our commitment, deep enough in the chain. So such a one
/// closes its channel, as late as that leaves time: when its incoming HTLC presses.
std::optional<BlockHeight> on_chain_from(const Draft& draft, const channel::Channel& channel,
                                         const channel::HtlcEntry& entry);
/// The earliest of all its HTLCs, as the picture shows it.
std::optional<BlockHeight> next_deadline(const State& state, const channel::Channel& channel);

}  // namespace runnel::node
