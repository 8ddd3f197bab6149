// A channel signer for tests: keys from a seed byte, nothing guarded, nothing refused. It lives
// below the wallet, so that the rooms of core can be tested with real signatures.
#pragma once

#include "core/bitcoin/script.h"
#include "core/crypto/derivation.h"
#include "core/crypto/hash.h"
#include "core/crypto/shachain.h"
#include "core/ports/signer.h"
#include "core/wire/signature_hash.h"

#include <string>

namespace runnel::test {

class TestSigner : public ports::ChannelSigner {
public:
    explicit TestSigner(std::uint8_t seed) : m_seed(seed) {
        m_keys = {key("funding").public_key(), key("revocation").public_key(),
                  key("payment").public_key(), key("delayed").public_key(),
                  key("htlc").public_key()};
    }

    const ports::ChannelPublicKeys& public_keys() const override { return m_keys; }

    Secret32 commitment_secret(CommitmentNumber n) const {
        return crypto::shachain_secret(key("shachain").secret(), crypto::shachain_index(n));
    }
    crypto::PublicKey commitment_point(CommitmentNumber n) const override {
        return crypto::PrivateKey::from(commitment_secret(n)).value().public_key();
    }

    Result<ports::Guarded<ports::CommitmentSignatures>, ports::SignRefusal> sign_remote_commitment(
        const ports::SignerGuard& guard,
        const ports::RemoteCommitmentRequest& request) const override {
        ports::CommitmentSignatures out;
        out.signature =
            sign_funding(request.commitment, request.their_funding_pubkey, request.funding_amount);
        const auto htlc_key = crypto::derive_private_key(key("htlc"), request.per_commitment_point);
        for (const auto& job : request.htlcs) {
            const auto digest = bitcoin::SegwitSighash(job.tx).digest(
                0, job.witness_script, job.amount,
                bitcoin::sighash_single | bitcoin::sighash_anyonecanpay);
            out.htlc_signatures.push_back(crypto::sign(htlc_key, digest));
        }
        return ports::Guarded<ports::CommitmentSignatures>{std::move(out), guard};
    }
    Result<ports::SignerGuard, ports::SignRefusal> accept_local_commitment(
        const ports::SignerGuard& guard, CommitmentNumber) const override {
        return guard;
    }
    Result<ports::Guarded<Secret32>, ports::SignRefusal> release_secret(
        const ports::SignerGuard& guard, CommitmentNumber n) const override {
        return ports::Guarded<Secret32>{commitment_secret(n), guard};
    }
    Result<ports::Guarded<crypto::Signature>, ports::SignRefusal> sign_local_commitment(
        const ports::SignerGuard& guard, CommitmentNumber, const bitcoin::Transaction& commitment,
        const crypto::PublicKey& their_funding_pubkey, Sat funding_amount) const override {
        return ports::Guarded<crypto::Signature>{
            sign_funding(commitment, their_funding_pubkey, funding_amount), guard};
    }
    Result<crypto::Signature, ports::SignRefusal> sign_claim(
        const ports::ClaimRequest& request) const override {
        const auto digest = bitcoin::SegwitSighash(request.tx)
                                .digest(request.input, request.witness_script, request.amount,
                                        request.sighash_type);
        return crypto::sign(claim_key(request.key), digest);
    }
    Result<crypto::Signature, ports::SignRefusal> sign_close(
        const bitcoin::Transaction& close, const crypto::PublicKey& their_funding_pubkey,
        Sat funding_amount) const override {
        return sign_funding(close, their_funding_pubkey, funding_amount);
    }
    Result<crypto::Signature, ports::SignRefusal> sign_announcement(
        const wire::ChannelAnnouncement& announcement) const override {
        return crypto::sign(key("funding"), wire::signature_hash(announcement));
    }
    /// A signature of the funding key over nothing that means anything.
    crypto::Signature stray_signature() const { return crypto::sign(key("funding"), Hash256{}); }

    crypto::PrivateKey key(const char* name) const {
        const auto hash = crypto::sha256({ByteView(&m_seed, 1), bytes_of(name)});
        return crypto::PrivateKey::from(Secret32(hash.raw())).value();
    }

private:
    crypto::Signature sign_funding(const bitcoin::Transaction& tx, const crypto::PublicKey& theirs,
                                   Sat amount) const {
        const auto& a = std::min(m_keys.funding_pubkey, theirs);
        const auto& b = std::max(m_keys.funding_pubkey, theirs);
        const auto script = bitcoin::ScriptBuilder()
                                .op(bitcoin::OP_2)
                                .push(a.view())
                                .push(b.view())
                                .op(bitcoin::OP_2)
                                .op(bitcoin::OP_CHECKMULTISIG)
                                .take();
        return crypto::sign(key("funding"), bitcoin::SegwitSighash(tx).digest(
                                                0, script, amount, bitcoin::sighash_all));
    }

    crypto::PrivateKey claim_key(const ports::ClaimKey& which) const {
        return std::visit(
            overloaded{
                [&](const ports::ClaimDelayed& c) {
                    return crypto::derive_private_key(key("delayed"), c.per_commitment_point);
                },
                [&](const ports::ClaimHtlc& c) {
                    return crypto::derive_private_key(key("htlc"), c.per_commitment_point);
                },
                [&](const ports::ClaimPayment&) { return key("payment"); },
                [&](const ports::ClaimAnchor&) { return key("funding"); },
                [&](const ports::ClaimRevoked& c) {
                    return crypto::derive_revocation_private_key(
                        key("revocation"),
                        crypto::PrivateKey::from(c.per_commitment_secret).value());
                },
            },
            which);
    }

    std::uint8_t m_seed;
    ports::ChannelPublicKeys m_keys;
};

}  // namespace runnel::test
