#include "core/channel/fault.h"

#include <fmt/format.h>

namespace runnel::channel {

std::string_view to_string(FaultKind kind) {
    switch (kind) {
        case FaultKind::amount_zero: return "amount_zero";
        case FaultKind::below_htlc_minimum: return "below_htlc_minimum";
        case FaultKind::too_many_htlcs: return "too_many_htlcs";
        case FaultKind::too_much_in_flight: return "too_much_in_flight";
        case FaultKind::cltv_too_large: return "cltv_too_large";
        case FaultKind::unexpected_htlc_id: return "unexpected_htlc_id";
        case FaultKind::insufficient_balance: return "insufficient_balance";
        case FaultKind::funder_cannot_pay_fee: return "funder_cannot_pay_fee";
        case FaultKind::dust_exposure: return "dust_exposure";
        case FaultKind::unknown_htlc: return "unknown_htlc";
        case FaultKind::already_removed: return "already_removed";
        case FaultKind::wrong_preimage: return "wrong_preimage";
        case FaultKind::bad_failure_code: return "bad_failure_code";
        case FaultKind::fee_by_fundee: return "fee_by_fundee";
        case FaultKind::fee_unaffordable: return "fee_unaffordable";
        case FaultKind::feerate_too_low: return "feerate_too_low";
        case FaultKind::feerate_too_high: return "feerate_too_high";
        case FaultKind::bad_signature: return "bad_signature";
        case FaultKind::wrong_signature_count: return "wrong_signature_count";
        case FaultKind::wrong_funding: return "wrong_funding";
        case FaultKind::no_outputs: return "no_outputs";
        case FaultKind::nothing_to_revoke: return "nothing_to_revoke";
        case FaultKind::wrong_secret: return "wrong_secret";
        case FaultKind::no_point: return "no_point";
        case FaultKind::awaiting_revocation: return "awaiting_revocation";
        case FaultKind::nothing_to_sign: return "nothing_to_sign";
        case FaultKind::shutting_down: return "shutting_down";
        case FaultKind::too_often: return "too_often";
        case FaultKind::stale_proposal: return "stale_proposal";
        case FaultKind::they_are_behind: return "they_are_behind";
        case FaultKind::we_are_behind: return "we_are_behind";
        case FaultKind::unproven_claim: return "unproven_claim";
        case FaultKind::unacceptable_terms: return "unacceptable_terms";
        case FaultKind::unexpected_message: return "unexpected_message";
        case FaultKind::wrong_channel_type: return "wrong_channel_type";
        case FaultKind::wrong_chain: return "wrong_chain";
        case FaultKind::shared_key: return "shared_key";
        case FaultKind::bad_shutdown_script: return "bad_shutdown_script";
        case FaultKind::closing_fee: return "closing_fee";
        case FaultKind::closing_signature: return "closing_signature";
        case FaultKind::signer_refused: return "signer_refused";
    }
    return "unknown";
}

Disposition disposition(const ChannelFault& fault) {
    switch (fault.kind) {
        // Proposals that break a rule: nothing is signed yet, so a reconnect forgets them. A peer
        // that insists never gets further; its HTLCs run into their deadlines like those of a
        // silent peer.
        case FaultKind::amount_zero:
        case FaultKind::below_htlc_minimum:
        case FaultKind::too_many_htlcs:
        case FaultKind::too_much_in_flight:
        case FaultKind::cltv_too_large:
        case FaultKind::unexpected_htlc_id:
        case FaultKind::insufficient_balance:
        case FaultKind::funder_cannot_pay_fee:
        case FaultKind::dust_exposure:
        case FaultKind::unknown_htlc:
        case FaultKind::already_removed:
        case FaultKind::bad_failure_code:
        case FaultKind::feerate_too_low:
        case FaultKind::feerate_too_high:
        case FaultKind::fee_unaffordable:
        case FaultKind::no_outputs:
        case FaultKind::nothing_to_revoke:
        case FaultKind::no_point:
        case FaultKind::awaiting_revocation:
        case FaultKind::nothing_to_sign:
        case FaultKind::shutting_down:
        case FaultKind::too_often:
        case FaultKind::stale_proposal:
        case FaultKind::bad_shutdown_script:
        case FaultKind::closing_fee:
        case FaultKind::closing_signature:
        case FaultKind::wrong_funding:
        case FaultKind::unproven_claim:
        case FaultKind::signer_refused:
        case FaultKind::wrong_signature_count: return Disposition::warn_and_disconnect;
        // A lie, or a violation that reconnecting cannot undo.
        case FaultKind::wrong_preimage:
        case FaultKind::fee_by_fundee:
        case FaultKind::bad_signature:
        case FaultKind::wrong_secret:
        case FaultKind::they_are_behind: return Disposition::fail_channel;
        // Our commitment would be punished: they must close, we only ask them to.
        case FaultKind::we_are_behind: return Disposition::warn;
        case FaultKind::unexpected_message: return Disposition::warn_and_disconnect;
        case FaultKind::unacceptable_terms:
        case FaultKind::wrong_channel_type:
        case FaultKind::wrong_chain:
        case FaultKind::shared_key: return Disposition::fail_opening;
    }
    return Disposition::warn_and_disconnect;
}

std::string describe(const ChannelFault& fault) {
    std::string text(to_string(fault.kind));
    if (!fault.field.empty()) text += fmt::format(" {}", fault.field);
    if (fault.got != 0 || fault.limit != 0)
        text += fmt::format(" got={} limit={}", fault.got, fault.limit);
    return text;
}

}  // namespace runnel::channel
