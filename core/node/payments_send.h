// What paying, retrying and previewing share: where a payment goes, and one attempt of it. For the
// payments_*.cpp files only.
#pragma once

#include "core/node/payments_room.h"
#include "core/payment/route.h"

namespace runnel::node {

/// Where a payment goes and on which terms. `hints` point into the invoice it was made of.
struct Target {
    PaymentHash payment_hash;
    crypto::PublicKey payee;
    Msat amount;
    Msat max_fee;
    bool parts_allowed = false;
    BlockDelta final_delta;
    std::span<const payment::RouteHint> hints;
    onion::FinalPayload final;  ///< Amount and expiry are set for each part.
};
/// The invoice must outlive the target.
Target target_of(const payment::Invoice& invoice, Msat amount, Msat max_fee);
Target target_of_keysend(const crypto::PublicKey& payee, Msat amount, const PaymentHash& hash,
                         const wire::Preimage& preimage);

/// Adds the HTLCs of one attempt to our channels and to `payment.parts`, avoiding ways that failed
/// before; nothing is changed when it cannot be made.
Result<void, api::Problem> attempt(Draft& draft, OutgoingPayment& payment, const Target& target,
                                   const Scope& scope);
/// The channels over which a payment to there could go now.
std::vector<ChannelId> channels_to(const Draft& draft, const Target& target,
                                   const crypto::PublicKey& us);
/// Could this attempt be made if what is under way in our channels were over? Then room comes by
/// itself, and nobody need be told to try again.
bool room_will_come(const Draft& draft, const OutgoingPayment& payment, const api::Problem& problem,
                    const Target& target, const crypto::PublicKey& us);
/// What an attempt would cost now.
Result<Msat, api::Problem> fee_now(const Draft& draft, const Target& target,
                                   const crypto::PublicKey& us);

/// Why a payment cannot go, with what of ours is where it cannot be sent from (payments_why.cpp).
api::Problem too_little_to_send(const Draft& draft, Msat can_send, Msat needed);
/// `cause`: "not_connected" with channels whose peer is away, "opening" with such as are not ready
/// yet.
api::Problem nothing_to_send_over(const Draft& draft);

/// An invoice, or why it is none. Without a network those of every network are read.
Result<payment::Invoice, api::Problem> read_invoice(const std::string& text,
                                                    const NetworkParams* network);
/// Is the amount given, once, and possible?
std::optional<api::Problem> amount_problem(const payment::Invoice& invoice,
                                           const std::optional<Msat>& wished);
/// Why a payment made earlier forbids to make it (again); null: there is none.
std::optional<api::Problem> earlier_problem(const OutgoingPayment* earlier);
/// May an HTLC of it still be taken by the payee?
bool any_in_flight(const OutgoingPayment& payment);
/// The answer to a command that waited for it.
api::CommandResult outcome_of(const OutgoingPayment& payment);

}  // namespace runnel::node
