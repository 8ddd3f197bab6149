// ChannelFault: what a peer (or the caller) did against the rules of BOLT 2, with its numbers, and
// what follows from it. A fault never changes state: the verb that reports it has done nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace runnel::channel {

enum class FaultKind : std::uint8_t {
    // Adding an HTLC.
    amount_zero,            ///< amount_msat is 0.
    below_htlc_minimum,     ///< Less than the receiver's htlc_minimum_msat.
    too_many_htlcs,         ///< More than the receiver's max_accepted_htlcs.
    too_much_in_flight,     ///< More than the receiver's max_htlc_value_in_flight_msat.
    cltv_too_large,         ///< cltv_expiry is a time, not a height.
    unexpected_htlc_id,     ///< Not the next id.
    insufficient_balance,   ///< The offerer cannot pay and keep reserve and fees.
    funder_cannot_pay_fee,  ///< The funder could not pay for the larger commitment.
    dust_exposure,          ///< Too much value in HTLCs without an output.
    // Removing one.
    unknown_htlc,      ///< No such HTLC, or not yet irrevocable.
    already_removed,   ///< Removed before.
    wrong_preimage,    ///< Does not hash to payment_hash.
    bad_failure_code,  ///< update_fail_malformed_htlc without BADONION.
    // Fees.
    fee_by_fundee,     ///< Only the funder sends update_fee.
    fee_unaffordable,  ///< The funder cannot pay it.
    feerate_too_low,   ///< Below 253: no node relays it.
    feerate_too_high,  ///< Above most_commitment_feerate: no mempool ever asked for so much.
    // Commitments.
    bad_signature,  ///< Of the commitment (got 0) or of an HTLC (got i + 1).
    wrong_signature_count,
    wrong_funding,      ///< commitment_signed for another funding transaction than this channel's.
    no_outputs,         ///< Everything in the commitment is fee or dust: nobody could publish it.
    nothing_to_revoke,  ///< revoke_and_ack, but no commitment of theirs is outstanding.
    wrong_secret,       ///< The revealed secret is not that of the commitment, or breaks the chain.
    no_point,           ///< Their next per-commitment point is not known yet.
    awaiting_revocation,  ///< We must not sign twice (caller's fault).
    nothing_to_sign,      ///< No change (caller's fault).
    shutting_down,        ///< No HTLC is added after shutdown.
    too_often,            ///< What costs the peer nothing and is written here, again and again.
    stale_proposal,  ///< An HTLC of ours waited so long to be signed that it expires: it must not
                     ///< enter a commitment.
    // Reestablish.
    they_are_behind,  ///< They lost state that we hold; their commitment may be outdated.
    we_are_behind,    ///< They proved that we lost state: nothing of ours may be broadcast.
    unproven_claim,   ///< They say that we are behind, without the secret that proves it.
    // Opening and the rest.
    unacceptable_terms,  ///< A field of open_channel or accept_channel is outside our bounds: see
                         ///< `field`.
    unexpected_message,  ///< Not a message of this state.
    wrong_channel_type,
    wrong_chain,
    shared_key,  ///< A key of open_channel or accept_channel is one of ours: see `field`.
    bad_shutdown_script,
    closing_fee,  ///< A closing_signed with a fee that nobody offered, or on which no agreement is
                  ///< possible now.
    closing_signature,  ///< Of a closing_signed: fits no closing transaction.
    signer_refused,  ///< Our own signer would not: a bug or an unreachable signer; never the peer's
                     ///< doing.
};

std::string_view to_string(FaultKind kind);

/// What we do about it.
enum class Disposition : std::uint8_t {
    ignore,               ///< Nothing: a message that may come.
    warn,                 ///< Say so, go on.
    warn_and_disconnect,  ///< Say so and start again from what is committed: heals what a reconnect
                          ///< can heal.
    fail_channel,         ///< Send error and close by our commitment.
    fail_opening,         ///< Send error; there is no channel yet and nothing to lose.
};

struct ChannelFault {
    FaultKind kind = FaultKind::unexpected_message;
    std::uint64_t got = 0;     ///< The offending number, in the field's unit.
    std::uint64_t limit = 0;   ///< What it should have been, or its bound.
    std::string_view field{};  ///< A BOLT 2 field name (static text), where one is to blame.
    friend bool operator==(const ChannelFault&, const ChannelFault&) = default;
};

/// For faults of a peer in an open channel.
Disposition disposition(const ChannelFault& fault);
/// One technical line: for logs and for the peer's warning.
std::string describe(const ChannelFault& fault);

}  // namespace runnel::channel
