// The way of a payment from one of our channels to the payee: over the channel alone, or on along a
// route hint of the invoice (BOLT 11, "r"). Owns the arithmetic: fees and expiries backward from
// the payee, how much a channel can deliver, how an amount is spread over several channels. Pure
// and checked: hints are the payee's numbers, and an attacker writes invoices too.
#pragma once

#include "core/onion/payload.h"
#include "core/onion/sphinx.h"
#include "core/payment/invoice.h"

#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace runnel::payment {

/// The most blocks an HTLC of ours may be held: what every implementation still forwards.
inline constexpr BlockDelta max_route_delta{2016};
/// Less is never used, whatever an invoice says (BOLT 2, "cltv_expiry_delta Selection").
inline constexpr BlockDelta least_final_delta{18};

/// What the hop's node keeps when `amount` leaves it (BOLT 7, "HTLC Fees"), rounded down; nothing
/// on overflow.
std::optional<Msat> hop_fee(const HintHop& hop, Msat amount);
/// What must reach the first hop's node so that `arrives` arrives; `arrives` itself without hops;
/// nothing on overflow.
std::optional<Msat> amount_to_send(std::span<const HintHop> hops, Msat arrives);
/// The most that arrives when `budget` is what the channel can send.
Msat deliverable(std::span<const HintHop> hops, Msat budget);
/// Blocks the hops want beyond the payee's expiry; nothing when more than max_route_delta.
std::optional<BlockDelta> delta_of(std::span<const HintHop> hops);

/// One channel of ours with one way to go on from its peer.
struct Lane {
    std::size_t channel = 0;        ///< The caller's index; lanes that share it share its money.
    Msat can_send;                  ///< Largest HTLC now.
    Msat least;                     ///< Smallest HTLC the peer takes.
    std::span<const HintHop> hops;  ///< Empty: the peer is the payee.
};

/// What one HTLC of an attempt brings.
struct Share {
    std::size_t lane = 0;
    Msat arrives;
    Msat fee;
    Msat sent() const { return arrives + fee; }
};

struct TooLittle {
    Msat most;
};  ///< All lanes together deliver no more.
struct BelowLeast {
    Msat least;
};  ///< The payment is smaller than any peer takes.
struct FeeTooHigh {
    Msat fee;
};  ///< The cheapest way costs so much.
using SplitError = std::variant<TooLittle, BelowLeast, FeeTooHigh>;

/// The cheapest single lane that can carry `amount` for at most `max_fee`; else, with
/// `parts_allowed`, shares over several channels, each used once. FeeTooHigh names the least that
/// was found.
Result<std::vector<Share>, SplitError> split(std::span<const Lane> lanes, Msat amount, Msat max_fee,
                                             bool parts_allowed);

/// The layers of the onion for one share, first hop first: hop i is told what to send on to i + 1.
/// `final` is complete but for amount and expiry, which are set here.
struct Layers {
    std::vector<onion::Hop> hops;
    Msat amount;         ///< Of the HTLC to the first hop.
    BlockHeight expiry;  ///< Of the same.
};
/// Nothing on overflow.
std::optional<Layers> layers(std::span<const HintHop> hops, const crypto::PublicKey& payee,
                             Msat arrives, BlockHeight final_expiry, onion::FinalPayload final);

/// What may be paid in fees when nobody says: 1 %, at least 5 sat.
Msat default_max_fee(Msat amount);

}  // namespace runnel::payment
