#include "wallet/keys/seed_signer.h"

#include "core/bitcoin/script.h"
#include "core/bitcoin/sighash.h"
#include "core/crypto/derivation.h"
#include "core/crypto/shachain.h"
#include "core/wire/signature_hash.h"
#include "wallet/keys/parallel.h"

#include <algorithm>

namespace runnel::keys {

using ports::Guarded;
using ports::SignerGuard;
using ports::SignRefusal;

namespace {

/// BOLT 3, "Funding Transaction Output": 2-of-2, the lesser key first.
bitcoin::Script funding_script(const crypto::PublicKey& a, const crypto::PublicKey& b) {
    using namespace bitcoin;
    return ScriptBuilder()
        .op(OP_2)
        .push(std::min(a, b).view())
        .push(std::max(a, b).view())
        .op(OP_2)
        .op(OP_CHECKMULTISIG)
        .take();
}

crypto::Signature sign_input(const crypto::PrivateKey& key, const bitcoin::Transaction& tx,
                             std::size_t input, ByteView script, Sat amount, std::uint8_t type) {
    return crypto::sign(key, bitcoin::SegwitSighash(tx).digest(input, script, amount, type));
}

}  // namespace

SeedChannelSigner::SeedChannelSigner(ChannelSecrets secrets) : m_secrets(std::move(secrets)) {
    m_public.funding_pubkey = m_secrets.funding.public_key();
    m_public.revocation_basepoint = m_secrets.revocation.public_key();
    m_public.payment_basepoint = m_secrets.payment.public_key();
    m_public.delayed_payment_basepoint = m_secrets.delayed.public_key();
    m_public.htlc_basepoint = m_secrets.htlc.public_key();
}

crypto::PublicKey SeedChannelSigner::commitment_point(CommitmentNumber n) const {
    const std::lock_guard lock(m_points_mutex);
    auto& known = m_points[n.raw() % m_points.size()];
    if (known.number != n.raw()) {
        const auto secret =
            crypto::shachain_secret(m_secrets.shachain_seed, crypto::shachain_index(n));
        // A secret that is no scalar would need a hash of 2^-128 likelihood.
        known = {n.raw(), crypto::PrivateKey::from(secret).value().public_key()};
    }
    return known.point;
}

crypto::Signature SeedChannelSigner::sign_funding_spend(
    const bitcoin::Transaction& tx, const crypto::PublicKey& their_funding_pubkey,
    Sat funding_amount) const {
    return sign_input(m_secrets.funding, tx, 0,
                      funding_script(m_public.funding_pubkey, their_funding_pubkey), funding_amount,
                      bitcoin::sighash_all);
}

Result<Guarded<ports::CommitmentSignatures>, SignRefusal> SeedChannelSigner::sign_remote_commitment(
    const SignerGuard& guard, const ports::RemoteCommitmentRequest& request) const {
    for (const auto& job : request.htlcs) {
        if (job.tx.inputs.empty() || job.tx.outputs.empty()) return fail(SignRefusal::bad_request);
    }
    ports::CommitmentSignatures out;
    out.htlc_signatures.resize(request.htlcs.size());
    const auto htlc_key = crypto::derive_private_key(m_secrets.htlc, request.per_commitment_point);
    // The commitment itself is item 0, so that it too is signed beside the others.
    for_each_parallel(request.htlcs.size() + 1, [&](std::size_t i) {
        if (i == 0) {
            out.signature = sign_funding_spend(request.commitment, request.their_funding_pubkey,
                                               request.funding_amount);
            return;
        }
        const auto& job = request.htlcs[i - 1];
        // BOLT 3, option_anchors: a peer may add inputs and outputs to its HTLC transactions to pay
        // their fee.
        out.htlc_signatures[i - 1] =
            sign_input(htlc_key, job.tx, 0, job.witness_script, job.amount,
                       bitcoin::sighash_single | bitcoin::sighash_anyonecanpay);
    });
    return Guarded<ports::CommitmentSignatures>{std::move(out), guard};
}

Result<SignerGuard, SignRefusal> SeedChannelSigner::accept_local_commitment(
    const SignerGuard& guard, CommitmentNumber) const {
    return guard;
}

Result<Guarded<Secret32>, SignRefusal> SeedChannelSigner::release_secret(const SignerGuard& guard,
                                                                         CommitmentNumber n) const {
    return Guarded<Secret32>{
        crypto::shachain_secret(m_secrets.shachain_seed, crypto::shachain_index(n)), guard};
}

Result<Guarded<crypto::Signature>, SignRefusal> SeedChannelSigner::sign_local_commitment(
    const SignerGuard& guard, CommitmentNumber, const bitcoin::Transaction& commitment,
    const crypto::PublicKey& their_funding_pubkey, Sat funding_amount) const {
    return Guarded<crypto::Signature>{
        sign_funding_spend(commitment, their_funding_pubkey, funding_amount), guard};
}

Result<crypto::Signature, SignRefusal> SeedChannelSigner::sign_claim(
    const ports::ClaimRequest& request) const {
    const auto key = std::visit(
        overloaded{
            [&](const ports::ClaimDelayed& claim) -> std::optional<crypto::PrivateKey> {
                return crypto::derive_private_key(m_secrets.delayed, claim.per_commitment_point);
            },
            [&](const ports::ClaimHtlc& claim) -> std::optional<crypto::PrivateKey> {
                return crypto::derive_private_key(m_secrets.htlc, claim.per_commitment_point);
            },
            [&](const ports::ClaimPayment&) -> std::optional<crypto::PrivateKey> {
                return m_secrets.payment;
            },
            [&](const ports::ClaimAnchor&) -> std::optional<crypto::PrivateKey> {
                return m_secrets.funding;
            },
            [&](const ports::ClaimRevoked& claim) -> std::optional<crypto::PrivateKey> {
                const auto revealed = crypto::PrivateKey::from(claim.per_commitment_secret);
                if (!revealed) return std::nullopt;
                return crypto::derive_revocation_private_key(m_secrets.revocation, *revealed);
            },
        },
        request.key);
    if (!key) return fail(SignRefusal::bad_request);
    return sign_input(*key, request.tx, request.input, request.witness_script, request.amount,
                      request.sighash_type);
}

Result<crypto::Signature, SignRefusal> SeedChannelSigner::sign_close(
    const bitcoin::Transaction& close, const crypto::PublicKey& their_funding_pubkey,
    Sat funding_amount) const {
    return sign_funding_spend(close, their_funding_pubkey, funding_amount);
}

Result<crypto::Signature, SignRefusal> SeedChannelSigner::sign_announcement(
    const wire::ChannelAnnouncement& announcement) const {
    const bool is_ours = announcement.bitcoin_key_1 == m_public.funding_pubkey ||
                         announcement.bitcoin_key_2 == m_public.funding_pubkey;
    if (!is_ours) return fail(SignRefusal::bad_request);
    return crypto::sign(m_secrets.funding, wire::signature_hash(announcement));
}

}  // namespace runnel::keys
