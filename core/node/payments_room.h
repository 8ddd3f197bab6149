// What the payments_*.cpp files share: answering HTLCs offered to us, finding payments by timer,
// and the two ends that on_incoming_locked_in chooses between. For these files only.
#pragma once

#include "core/node/handlers.h"
#include "core/onion/failure_onion.h"
#include "core/payment/route.h"

namespace runnel::node {

/// Fewer blocks before its expiry an HTLC is not fulfilled any more: a force-close begins at 18,
/// and needs time itself.
inline constexpr BlockDelta least_blocks_left{21};
/// How long the first part of a set waits for the last (BOLT 4, "Basic Multi-Part Payments").
inline constexpr std::uint64_t mpp_patience_ms = 60'000;

/// Failures of parts that are none of BOLT 4's.
inline constexpr std::string_view unattributable = "unattributable";
inline constexpr std::string_view timed_out_on_chain = "timed_out_on_chain";
/// Taken back before it was in any commitment: nobody can take it, and its id is given out again.
inline constexpr std::string_view never_sent = "never_sent";

/// Is this channel's end on, or about to be on, the chain?
bool is_on_chain(const Draft& draft, const ChannelId& id);

/// A copy of an HTLC offered to us; nothing when the channel has none such.
std::optional<channel::HtlcEntry> incoming_entry(const Draft& draft, const HtlcRef& ref);

// Proposed to the channel and, when it is online, sent. An HTLC already answered, or on a channel
// that went to the chain, is left alone: false.
bool fulfil_incoming(Draft& draft, const HtlcRef& ref, const wire::Preimage& preimage);
bool fail_incoming(Draft& draft, const HtlcRef& ref, const Secret32& shared_secret,
                   const onion::Failure& failure);
bool fail_incoming_with(Draft& draft, const HtlcRef& ref, Bytes reason);
bool fail_incoming_malformed(Draft& draft, const HtlcRef& ref, const Hash256& sha256_of_onion,
                             onion::FailureCode code);

/// The timer of a payment: by the first bytes of its hash, so that the payment is found without a
/// search.
std::uint64_t payment_timer(TimerKind kind, const PaymentHash& hash);

/// Every hash of a map that has this timer.
template <typename V>
std::vector<PaymentHash> hashes_of_timer(const Overlay<PaymentHash, V>& map,
                                         const std::map<PaymentHash, V>& base,
                                         std::uint64_t timer) {
    PaymentHash first;
    for (std::size_t i = 0; i < 7; ++i)
        first.raw()[i] = static_cast<std::uint8_t>(timer >> (8 * (6 - i)));
    const TimerKind kind = kind_of(timer);
    std::vector<PaymentHash> out;
    for (auto at = base.lower_bound(first);
         at != base.end() && payment_timer(kind, at->first) == timer; ++at) {
        if (map.contains(at->first)) out.push_back(at->first);
    }
    for (auto at = map.changes().lower_bound(first);
         at != map.changes().end() && payment_timer(kind, at->first) == timer; ++at) {
        if (at->second && base.count(at->first) == 0) out.push_back(at->first);
    }
    return out;
}

/// What an HTLC to us says once its layer is off.
struct PeeledHtlc {
    HtlcRef ref;
    channel::Htlc htlc;
    Hash256 sha256_of_onion;
    Secret32 shared_secret;
};
void receive_final(Draft& draft, const PeeledHtlc& htlc, const onion::FinalPayload& payload,
                   const Scope& scope);
void forward_htlc(Draft& draft, const PeeledHtlc& htlc, const onion::ForwardPayload& payload,
                  const wire::OnionPacket& next, const Scope& scope);
void mpp_timed_out(Draft& draft, const PaymentHash& hash, const Scope& scope);
/// Sets with a part that is about to expire are failed.
void fail_expiring_sets(Draft& draft);
/// A block may have brought back the funding transaction that a set waited for: then it is whole.
void weigh_sets_again(Draft& draft, const Scope& scope);
/// What was passed on and has no outcome when the incoming HTLC expires goes back all the same
/// (BOLT 2, "Forwarding HTLCs"): from then on the payer can take it anyway, and would close the
/// channel for it.
void fail_expired_forwards(Draft& draft);
void payment_deadline(Draft& draft, const PaymentHash& hash, const Scope& scope);

/// True when the HTLC carries, or carried, a forward: then it was dealt with.
bool forward_preimage(Draft& draft, const HtlcRef& outgoing, const wire::Preimage& preimage,
                      const Scope& scope);
bool forward_removed(Draft& draft, const HtlcRef& outgoing, const channel::Removal* removal,
                     const Scope& scope);

}  // namespace runnel::node
