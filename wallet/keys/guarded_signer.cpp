#include "wallet/keys/guarded_signer.h"

#include "core/base/codec.h"
#include "core/crypto/hash.h"

namespace runnel::keys {

using ports::Guarded;
using ports::SignerGuard;
using ports::SignRefusal;

namespace {

/// BOLT 3, "to_local_anchor and to_remote_anchor Output": the only script but the funding's that
/// asks for the funding key. A signature commits to its script, so one for this script opens
/// nothing else.
bitcoin::Script anchor_script(const crypto::PublicKey& funding_pubkey) {
    using namespace bitcoin;
    return ScriptBuilder()
        .push(funding_pubkey.view())
        .op(OP_CHECKSIG)
        .op(OP_IFDUP)
        .op(OP_NOTIF)
        .op(OP_16)
        .op(OP_CHECKSEQUENCEVERIFY)
        .op(OP_ENDIF)
        .take();
}

/// BOLT 3, "Commitment Transaction": the upper byte of the sequence is 0x80, that of the locktime
/// 0x20. A cooperative close has neither (BOLT 3, "Closing Transaction").
bool looks_like_commitment(const bitcoin::Transaction& tx) {
    return tx.inputs[0].sequence >> 24 == 0x80 && tx.lock_time >> 24 == 0x20;
}

bool spends_funding_only(const bitcoin::Transaction& tx) {
    return tx.inputs.size() == 1 && !tx.outputs.empty();
}

}  // namespace

Hash256 content_of(const ports::RemoteCommitmentRequest& request) {
    Writer fixed;
    fixed.u64(request.number.raw()).bytes(request.per_commitment_point.view());
    fixed.bytes(request.their_funding_pubkey.view()).u64(request.funding_amount.raw());
    crypto::Sha256 hash;
    hash.add(fixed.view());
    const auto add_sized = [&hash](ByteView bytes) {
        Writer size;
        size.u64(bytes.size());
        hash.add(size.view());
        hash.add(bytes);
    };
    add_sized(request.commitment.serialise_without_witness());
    for (const auto& job : request.htlcs) {
        add_sized(job.tx.serialise_without_witness());
        add_sized(job.witness_script);
        Writer amount;
        amount.u64(job.amount.raw());
        hash.add(amount.view());
    }
    return hash.finish();
}

Result<Guarded<ports::CommitmentSignatures>, SignRefusal> GuardedSigner::sign_remote_commitment(
    const SignerGuard& guard, const ports::RemoteCommitmentRequest& request) const {
    if (!spends_funding_only(request.commitment)) return fail(SignRefusal::bad_request);
    const auto n = request.number.raw();
    const auto content = content_of(request);
    SignerGuard after = guard;
    if (n == guard.remote_next) {
        after.remote_next = n + 1;
        after.remote_content = content;
    } else if (guard.remote_next > 0 && n == guard.remote_next - 1) {
        // Signing is deterministic, so the same content is the same bytes.
        if (content != guard.remote_content) return fail(SignRefusal::other_content);
    } else {
        return fail(SignRefusal::gap);
    }
    RUNNEL_TRY(auto made, m_keys->sign_remote_commitment(guard, request));
    return Guarded<ports::CommitmentSignatures>{std::move(made.value), after};
}

Result<SignerGuard, SignRefusal> GuardedSigner::accept_local_commitment(const SignerGuard& guard,
                                                                        CommitmentNumber n) const {
    if (guard.local_signed) return fail(SignRefusal::closing);
    if (n.raw() != guard.local_count) return fail(SignRefusal::gap);
    SignerGuard after = guard;
    ++after.local_count;
    return after;
}

Result<Guarded<Secret32>, SignRefusal> GuardedSigner::release_secret(const SignerGuard& guard,
                                                                     CommitmentNumber n) const {
    if (n.raw() > guard.released) return fail(SignRefusal::gap);
    SignerGuard after = guard;
    if (n.raw() == guard.released) {
        // Number n is superseded only when n + 1 is held, with their signatures.
        if (guard.local_count < 2 || n.raw() > guard.local_count - 2)
            return fail(SignRefusal::not_superseded);
        if (guard.local_signed) return fail(SignRefusal::closing);
        ++after.released;
    }
    RUNNEL_TRY(auto made, m_keys->release_secret(guard, n));
    return Guarded<Secret32>{std::move(made.value), after};
}

Result<Guarded<crypto::Signature>, SignRefusal> GuardedSigner::sign_local_commitment(
    const SignerGuard& guard, CommitmentNumber n, const bitcoin::Transaction& commitment,
    const crypto::PublicKey& their_funding_pubkey, Sat funding_amount) const {
    if (!spends_funding_only(commitment)) return fail(SignRefusal::bad_request);
    if (n.raw() < guard.released) return fail(SignRefusal::revoked);
    if (guard.local_count == 0 || n.raw() != guard.local_count - 1) return fail(SignRefusal::gap);
    RUNNEL_TRY(auto made, m_keys->sign_local_commitment(guard, n, commitment, their_funding_pubkey,
                                                        funding_amount));
    SignerGuard after = guard;
    after.local_signed = true;
    return Guarded<crypto::Signature>{made.value, after};
}

Result<crypto::Signature, SignRefusal> GuardedSigner::sign_claim(
    const ports::ClaimRequest& request) const {
    if (request.input >= request.tx.inputs.size()) return fail(SignRefusal::bad_request);
    // SINGLE without an output of that number would sign for nothing at all.
    const auto kind = request.sighash_type & 0x1f;
    if (kind == bitcoin::sighash_single && request.input >= request.tx.outputs.size()) {
        return fail(SignRefusal::bad_request);
    }
    if (kind == bitcoin::sighash_none || request.sighash_type == bitcoin::sighash_default) {
        return fail(SignRefusal::bad_request);
    }
    // The funding key signs claims of the anchor and of nothing else: the guard on commitments
    // would be worth nothing if a commitment could be signed as a claim.
    if (std::holds_alternative<ports::ClaimAnchor>(request.key) &&
        request.witness_script != anchor_script(public_keys().funding_pubkey)) {
        return fail(SignRefusal::bad_request);
    }
    return m_keys->sign_claim(request);
}

Result<crypto::Signature, SignRefusal> GuardedSigner::sign_close(
    const bitcoin::Transaction& close, const crypto::PublicKey& their_funding_pubkey,
    Sat funding_amount) const {
    if (!spends_funding_only(close) || close.outputs.size() > 2)
        return fail(SignRefusal::bad_request);
    // An old commitment dressed as a close would get round the guard.
    if (looks_like_commitment(close)) return fail(SignRefusal::bad_request);
    return m_keys->sign_close(close, their_funding_pubkey, funding_amount);
}

}  // namespace runnel::keys
