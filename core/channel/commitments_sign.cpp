// The second half of Commitments: signing, revoking, and starting again after a cut.
#include "core/channel/commitments.h"

#include <algorithm>

namespace runnel::channel {

namespace {

ChannelFault fault(FaultKind kind, std::uint64_t got = 0, std::uint64_t limit = 0) {
    return ChannelFault{kind, got, limit, {}};
}

ChannelFault refused(ports::SignRefusal refusal) {
    return fault(FaultKind::signer_refused, static_cast<std::uint64_t>(refusal));
}

Stage after(Stage stage) { return static_cast<Stage>(static_cast<std::uint8_t>(stage) + 1); }

/// Does commitment_signed by `signer` move this entry on?
bool is_signed_by(const HtlcEntry& entry, Party signer) {
    const Stage s = entry.stage;
    return entry.htlc.offered_by == signer ? s == Stage::add_proposed || s == Stage::remove_acked
                                           : s == Stage::add_acked || s == Stage::remove_proposed;
}

/// Does revoke_and_ack by `revoker` move this entry on?
bool is_acked_by(const HtlcEntry& entry, Party revoker) {
    const Stage s = entry.stage;
    return entry.htlc.offered_by == revoker
               ? s == Stage::add_ack_signed || s == Stage::remove_signed
               : s == Stage::add_signed || s == Stage::remove_ack_signed;
}

bool is_fee_signed_by(const FeeChange& change, bool signer_is_funder) {
    return change.step == (signer_is_funder ? 0 : 2);
}
bool is_fee_acked_by(const FeeChange& change, bool revoker_is_funder) {
    return change.step == (revoker_is_funder ? 3 : 1);
}

wire::CommitmentSigned commitment_message(const ChannelParams& params,
                                          const ports::CommitmentSignatures& signatures) {
    wire::CommitmentSigned message;
    message.signature = signatures.signature;
    message.htlc_signature = signatures.htlc_signatures;
    message.funding_txid = params.funding.txid;
    return message;
}

/// One commitment_signed of `signer`, which makes number `number` of the other party's commitments.
void apply_signature(std::vector<HtlcEntry>& htlcs, std::vector<FeeChange>& fees, Party signer,
                     Party funder, CommitmentNumber number) {
    for (auto& entry : htlcs) {
        if (!is_signed_by(entry, signer)) continue;
        NumberSpan& span = signer == Party::ours ? entry.in_theirs : entry.in_ours;
        if (entry.stage < Stage::locked_in) {
            span.first = number.raw();
        } else {
            span.last = number.raw() - 1;
        }
        entry.stage = after(entry.stage);
    }
    for (auto& change : fees) {
        if (is_fee_signed_by(change, signer == funder)) ++change.step;
    }
}

}  // namespace

bool Commitments::has_changes_to_sign() const {
    return std::any_of(m_htlcs.begin(), m_htlcs.end(),
                       [](const HtlcEntry& entry) { return is_signed_by(entry, Party::ours); }) ||
           std::any_of(m_fees.begin(), m_fees.end(), [&](const FeeChange& change) {
               return is_fee_signed_by(change, m_params->funder == Party::ours);
           });
}

bool Commitments::awaits_their_signature() const {
    return std::any_of(m_htlcs.begin(), m_htlcs.end(),
                       [](const HtlcEntry& entry) { return is_signed_by(entry, Party::theirs); }) ||
           std::any_of(m_fees.begin(), m_fees.end(), [&](const FeeChange& change) {
               return is_fee_signed_by(change, m_params->funder == Party::theirs);
           });
}

bool Commitments::has_unsigned_proposals() const {
    return std::any_of(m_htlcs.begin(), m_htlcs.end(),
                       [](const HtlcEntry& entry) {
                           const Party proposer = entry.stage == Stage::add_proposed
                                                      ? entry.htlc.offered_by
                                                      : other(entry.htlc.offered_by);
                           return proposer == Party::ours &&
                                  (entry.stage == Stage::add_proposed ||
                                   entry.stage == Stage::remove_proposed);
                       }) ||
           std::any_of(m_fees.begin(), m_fees.end(), [&](const FeeChange& change) {
               return m_params->funder == Party::ours && change.step == 0;
           });
}

bool Commitments::has_stale_proposal(BlockHeight last) const {
    return std::any_of(m_htlcs.begin(), m_htlcs.end(), [&](const HtlcEntry& entry) {
        return entry.htlc.offered_by == Party::ours && entry.stage == Stage::add_proposed &&
               entry.htlc.cltv_expiry <= last.raw();
    });
}

Result<wire::CommitmentSigned, ChannelFault> Commitments::send_commit(
    const ports::ChannelSigner& signer) {
    const auto* const may_sign = std::get_if<MaySign>(&m_remote_next);
    if (may_sign == nullptr) {
        const bool waits = std::holds_alternative<AwaitingRevocation>(m_remote_next);
        return fail(fault(waits ? FaultKind::awaiting_revocation : FaultKind::no_point));
    }
    if (!has_changes_to_sign()) return fail(fault(FaultKind::nothing_to_sign));
    auto commitment = build_commitment(*m_params, Party::theirs, next_remote_number(),
                                       may_sign->point, spec(Party::theirs, View::next));
    ports::RemoteCommitmentRequest request;
    request.number = next_remote_number();
    request.per_commitment_point = may_sign->point;
    request.their_funding_pubkey = m_params->their_keys.funding_pubkey;
    request.funding_amount = m_params->funding_satoshis;
    request.htlcs = htlc_signing_jobs(*m_params, commitment);
    request.commitment = std::move(commitment.tx);
    const auto signed_ = signer.sign_remote_commitment(m_guard, request);
    if (!signed_) return fail(refused(signed_.error()));

    apply_signature(m_htlcs, m_fees, Party::ours, m_params->funder, next_remote_number());
    m_guard = signed_->guard;
    m_remote_next = AwaitingRevocation{may_sign->point, signed_->value};
    m_last_sent = LastSent::commitment;
    return commitment_message(*m_params, signed_->value);
}

Result<Commitments::Received, ChannelFault> Commitments::receive_commit(
    const wire::CommitmentSigned& commit, const ports::ChannelSigner& signer) {
    // Older peers do not name it. Another one can only be meant for a splice, and there is none.
    if (commit.funding_txid && *commit.funding_txid != m_params->funding.txid)
        return fail(fault(FaultKind::wrong_funding));
    const CommitmentNumber number = m_local_number.next();
    const auto commitment =
        build_commitment(*m_params, Party::ours, number, signer.commitment_point(number),
                         spec(Party::ours, View::next));
    // Nobody could ever publish it, and the one before it would be revoked.
    if (commitment.tx.outputs.empty()) return fail(fault(FaultKind::no_outputs, number.raw()));
    ports::CommitmentSignatures signatures{commit.signature, commit.htlc_signature};
    if (const auto bad = first_bad_signature(*m_params, commitment, signatures)) {
        if (*bad == wrong_signature_count) {
            return fail(fault(FaultKind::wrong_signature_count, commit.htlc_signature.size(),
                              commitment.htlcs.size()));
        }
        return fail(fault(FaultKind::bad_signature, *bad));
    }
    const auto accepted = signer.accept_local_commitment(m_guard, number);
    if (!accepted) return fail(refused(accepted.error()));
    const auto released = signer.release_secret(*accepted, m_local_number);
    if (!released) return fail(refused(released.error()));

    apply_signature(m_htlcs, m_fees, Party::theirs, m_params->funder, number);
    m_guard = released->guard;
    m_local_number = number;
    m_local_signatures = std::move(signatures);
    if (m_signed_since_cut < 2) ++m_signed_since_cut;
    m_last_sent = LastSent::revocation;
    Received out;
    out.revoke_and_ack.per_commitment_secret = released->value;
    out.revoke_and_ack.next_per_commitment_point = signer.commitment_point(number.next());
    out.facts = apply_revocation(Party::ours);
    return out;
}

void Commitments::derive_ahead(const ports::ChannelSigner& signer) const {
    static_cast<void>(
        derive_keys(*m_params, Party::ours, signer.commitment_point(m_local_number.next())));
    if (const auto* const may_sign = std::get_if<MaySign>(&m_remote_next)) {
        static_cast<void>(derive_keys(*m_params, Party::theirs, may_sign->point));
    }
}

Result<std::vector<HtlcFact>, ChannelFault> Commitments::receive_revocation(
    const wire::RevokeAndAck& revocation) {
    const auto* const waiting = std::get_if<AwaitingRevocation>(&m_remote_next);
    if (waiting == nullptr) return fail(fault(FaultKind::nothing_to_revoke));
    const auto secret = crypto::PrivateKey::from(revocation.per_commitment_secret);
    if (!secret || secret->public_key() != m_remote_point)
        return fail(fault(FaultKind::wrong_secret, m_remote_number.raw()));
    auto revealed = std::make_shared<crypto::ShaChain>(*m_revealed);
    // The point may fit and the chain still break: then older revocations could not be proven any
    // more.
    if (!revealed->insert(revocation.per_commitment_secret)) {
        return fail(fault(FaultKind::wrong_secret, m_remote_number.raw()));
    }
    m_revealed = std::move(revealed);
    m_remote_number = next_remote_number();
    m_remote_point = waiting->point;
    m_remote_next = MaySign{revocation.next_per_commitment_point};
    return apply_revocation(Party::theirs);
}

std::vector<HtlcFact> Commitments::apply_revocation(Party revoker) {
    std::vector<HtlcFact> facts;
    for (auto& entry : m_htlcs) {
        if (!is_acked_by(entry, revoker)) continue;
        entry.stage = after(entry.stage);
        const auto& htlc = entry.htlc;
        if (entry.stage == Stage::locked_in && htlc.offered_by == Party::theirs) {
            facts.push_back(IncomingLockedIn{htlc.id});
        } else if (entry.stage == Stage::removed) {
            if (std::holds_alternative<Fulfilled>(*entry.removal)) {
                (htlc.offered_by == Party::ours ? m_ours : m_theirs) -= htlc.amount_msat;
                (htlc.offered_by == Party::ours ? m_theirs : m_ours) += htlc.amount_msat;
            }
            if (htlc.offered_by == Party::ours) {
                facts.push_back(OutgoingRemoved{htlc.id, htlc.payment_hash, entry.removal});
            } else {
                facts.push_back(IncomingRemoved{htlc.id, htlc.payment_hash, entry.removal});
            }
        }
    }
    m_htlcs.erase(
        std::remove_if(m_htlcs.begin(), m_htlcs.end(),
                       [](const HtlcEntry& entry) { return entry.stage == Stage::removed; }),
        m_htlcs.end());
    const bool revoker_is_funder = revoker == m_params->funder;
    for (auto& change : m_fees) {
        if (!is_fee_acked_by(change, revoker_is_funder)) continue;
        if (++change.step == 4) m_feerate = change.feerate_per_kw;
    }
    // Of feerates that are as far as each other only the newest will be in any commitment to come.
    // A peer that proposes and signs for ever, and never revokes, would make us remember them all.
    constexpr std::uint8_t acked = 2;
    for (auto at = m_fees.begin(); at != m_fees.end();) {
        const auto next = std::next(at);
        at = at->step == acked && next != m_fees.end() && next->step == acked ? m_fees.erase(at)
                                                                              : next;
    }
    m_fees.erase(std::remove_if(m_fees.begin(), m_fees.end(),
                                [](const FeeChange& change) { return change.step >= 4; }),
                 m_fees.end());
    return facts;
}

void Commitments::set_remote_next_point(const crypto::PublicKey& point) {
    if (std::holds_alternative<NoPointYet>(m_remote_next)) m_remote_next = MaySign{point};
}

// Reconnecting -----------------------------------------------------------------------------------

void Commitments::forget_unsigned() {
    m_signed_since_cut = 0;
    const auto is_theirs_unsigned = [](const HtlcEntry& entry) {
        return entry.htlc.offered_by == Party::theirs && entry.stage == Stage::add_proposed;
    };
    for (const auto& entry : m_htlcs) {
        if (is_theirs_unsigned(entry)) m_their_next_id = std::min(m_their_next_id, entry.htlc.id);
    }
    m_htlcs.erase(std::remove_if(m_htlcs.begin(), m_htlcs.end(), is_theirs_unsigned),
                  m_htlcs.end());
    for (auto& entry : m_htlcs) {
        if (entry.htlc.offered_by == Party::ours && entry.stage == Stage::remove_proposed) {
            // A preimage is knowledge that cannot be taken back, and the payment above keeps it; in
            // the channel the removal starts again when they repeat it, as they must.
            entry.stage = Stage::locked_in;
            entry.removal.reset();
        }
    }
    if (m_params->funder == Party::theirs) {
        m_fees.erase(std::remove_if(m_fees.begin(), m_fees.end(),
                                    [](const FeeChange& change) { return change.step == 0; }),
                     m_fees.end());
    }
}

std::vector<HtlcFact> Commitments::take_back_stale(BlockHeight last) {
    std::vector<HtlcFact> facts;
    const auto is_unsigned = [](const HtlcEntry& entry) {
        return entry.htlc.offered_by == Party::ours && entry.stage == Stage::add_proposed;
    };
    const auto first = std::find_if(m_htlcs.begin(), m_htlcs.end(), [&](const HtlcEntry& entry) {
        return is_unsigned(entry) && entry.htlc.cltv_expiry <= last.raw();
    });
    if (first == m_htlcs.end()) return facts;
    // Signatures cover proposals in order, so everything of ours behind an unsigned HTLC is
    // unsigned.
    m_our_next_id = first->htlc.id;
    const auto end = std::find_if_not(first, m_htlcs.end(), is_unsigned);
    for (auto at = first; at != end; ++at)
        facts.push_back(OutgoingRemoved{at->htlc.id, at->htlc.payment_hash, nullptr});
    m_htlcs.erase(first, end);
    return facts;
}

wire::ChannelReestablish Commitments::reestablish(const ports::ChannelSigner& signer) const {
    wire::ChannelReestablish message;
    message.next_commitment_number = m_local_number.next();
    message.next_revocation_number = m_remote_number;
    if (m_remote_number.raw() > 0) {
        const auto last = m_revealed->get(CommitmentNumber(m_remote_number.raw() - 1));
        if (last) message.your_last_per_commitment_secret = *last;
    }
    message.my_current_per_commitment_point = signer.commitment_point(m_local_number);
    return message;
}

namespace {

/// A proposal of ours and its place in the order of the wire.
struct Proposal {
    std::uint64_t sequence;
    wire::Message message;
};

wire::Message removal_message(const HtlcEntry& entry) {
    return std::visit(overloaded{[&](const Fulfilled& r) -> wire::Message {
                                     wire::UpdateFulfillHtlc m;
                                     m.id = entry.htlc.id;
                                     m.payment_preimage = r.payment_preimage;
                                     return m;
                                 },
                                 [&](const Failed& r) -> wire::Message {
                                     wire::UpdateFailHtlc m;
                                     m.id = entry.htlc.id;
                                     m.reason = r.reason;
                                     return m;
                                 },
                                 [&](const FailedMalformed& r) -> wire::Message {
                                     wire::UpdateFailMalformedHtlc m;
                                     m.id = entry.htlc.id;
                                     m.sha256_of_onion = r.sha256_of_onion;
                                     m.failure_code = r.failure_code;
                                     return m;
                                 }},
                      *entry.removal);
}

wire::Message add_message(const HtlcEntry& entry) {
    wire::UpdateAddHtlc m;
    m.id = entry.htlc.id;
    m.amount_msat = entry.htlc.amount_msat;
    m.payment_hash = entry.htlc.payment_hash;
    m.cltv_expiry = BlockHeight(entry.htlc.cltv_expiry);
    m.onion_routing_packet = entry.onion;
    m.blinded_path = entry.blinded_path;
    return m;
}

/// Our proposals at a stage of their way: those under the outstanding signature, or those not
/// signed yet.
std::vector<wire::Message> our_proposals(const std::vector<HtlcEntry>& htlcs,
                                         const std::vector<FeeChange>& fees, bool we_fund,
                                         bool is_signed) {
    std::vector<Proposal> proposals;
    for (const auto& entry : htlcs) {
        const bool added = entry.htlc.offered_by == Party::ours &&
                           entry.stage == (is_signed ? Stage::add_signed : Stage::add_proposed);
        const bool removed =
            entry.htlc.offered_by == Party::theirs &&
            entry.stage == (is_signed ? Stage::remove_signed : Stage::remove_proposed);
        if (added) proposals.push_back({entry.sequence, add_message(entry)});
        if (removed) proposals.push_back({entry.sequence, removal_message(entry)});
    }
    for (const auto& change : fees) {
        if (!we_fund || change.step != (is_signed ? 1 : 0)) continue;
        wire::UpdateFee m;
        m.feerate_per_kw = change.feerate_per_kw;
        proposals.push_back({change.sequence, m});
    }
    std::sort(proposals.begin(), proposals.end(),
              [](const Proposal& a, const Proposal& b) { return a.sequence < b.sequence; });
    std::vector<wire::Message> out;
    out.reserve(proposals.size());
    for (auto& proposal : proposals) out.push_back(std::move(proposal.message));
    return out;
}

}  // namespace

Result<std::vector<wire::Message>, ChannelFault> Commitments::on_reestablish(
    const wire::ChannelReestablish& theirs, const ports::ChannelSigner& signer) const {
    const std::uint64_t revocations_sent = m_local_number.raw();
    const std::uint64_t their_revocation = theirs.next_revocation_number.raw();
    const std::uint64_t their_commitment = theirs.next_commitment_number.raw();
    const auto* const waiting = std::get_if<AwaitingRevocation>(&m_remote_next);
    const std::uint64_t latest_signed = m_remote_number.raw() + (waiting != nullptr ? 1 : 0);

    // Do they know a secret that we say was never given away? Then our disk is older than the
    // truth, and broadcasting would be punished. Without the secret it is only words (an attacker's
    // way to make us give up), so nothing is believed.
    if (their_revocation > revocations_sent) {
        const CommitmentNumber claimed(their_revocation - 1);
        const auto point = crypto::PrivateKey::from(theirs.your_last_per_commitment_secret);
        const bool proven = claimed.raw() <= crypto::shachain_first_index && point &&
                            point->public_key() == signer.commitment_point(claimed);
        if (proven)
            return fail(fault(FaultKind::we_are_behind, their_revocation, revocations_sent));
    }
    // No commitment is number zero's predecessor: a peer that lost everything asks so for the close
    // that pays it out.
    if (their_commitment == 0) return fail(fault(FaultKind::they_are_behind, 0, latest_signed + 1));
    if (their_revocation > revocations_sent)
        return fail(fault(FaultKind::unproven_claim, their_revocation, revocations_sent));
    if (their_revocation > 0) {
        const auto known = crypto::PrivateKey::from(theirs.your_last_per_commitment_secret);
        if (!known || known->public_key() !=
                          signer.commitment_point(CommitmentNumber(their_revocation - 1))) {
            return fail(fault(FaultKind::wrong_secret, their_revocation - 1));
        }
    }
    if (their_commitment > latest_signed + 1)
        return fail(fault(FaultKind::unproven_claim, their_commitment, latest_signed + 1));
    const bool lost_more_than_one =
        their_revocation + 1 < revocations_sent || their_commitment < m_remote_number.raw() + 1;
    if (lost_more_than_one)
        return fail(fault(FaultKind::they_are_behind, their_commitment, latest_signed + 1));

    std::vector<wire::Message> revocation;
    if (their_revocation + 1 == revocations_sent) {
        const CommitmentNumber revoked(revocations_sent - 1);
        const auto released = signer.release_secret(m_guard, revoked);
        if (!released) return fail(refused(released.error()));
        wire::RevokeAndAck message;
        message.per_commitment_secret = released->value;
        message.next_per_commitment_point =
            signer.commitment_point(CommitmentNumber(revoked.raw() + 2));
        revocation.push_back(message);
    }
    std::vector<wire::Message> commitment;
    const bool we_fund = m_params->funder == Party::ours;
    if (waiting != nullptr && their_commitment == latest_signed) {
        commitment = our_proposals(m_htlcs, m_fees, we_fund, true);
        commitment.push_back(commitment_message(*m_params, waiting->signatures));
    }
    std::vector<wire::Message> out;
    auto& first = m_last_sent == LastSent::commitment ? revocation : commitment;
    auto& second = m_last_sent == LastSent::commitment ? commitment : revocation;
    for (auto* part : {&first, &second}) {
        for (auto& message : *part) out.push_back(std::move(message));
    }
    for (auto& message : our_proposals(m_htlcs, m_fees, we_fund, false))
        out.push_back(std::move(message));
    return out;
}

CommitmentTx Commitments::local_commitment(const ports::ChannelSigner& signer) const {
    return build_commitment(*m_params, Party::ours, m_local_number,
                            signer.commitment_point(m_local_number), local_spec());
}

CommitmentTx Commitments::remote_commitment() const {
    return build_commitment(*m_params, Party::theirs, m_remote_number, m_remote_point,
                            remote_spec());
}

std::optional<CommitmentTx> Commitments::remote_next_commitment() const {
    const auto* const waiting = std::get_if<AwaitingRevocation>(&m_remote_next);
    if (waiting == nullptr) return std::nullopt;
    return build_commitment(*m_params, Party::theirs, m_remote_number.next(), waiting->point,
                            *remote_next_spec());
}

}  // namespace runnel::channel
