// GuardedSigner: the rules that stand between the node and a channel's keys, in production as in
// tests. It holds no key and no state; what was signed and given away is SignerGuard, which the
// node stores with the channel. A bug, or an intruder in the node, that asks for something ruinous
// gets a refusal instead:
//
//   their commitments   numbers without gaps; a number already signed only for the same content,
//                       with identical bytes
//   our commitments     numbers without gaps; a secret leaves only when the next commitment is
//                       held; a state whose secret left is never signed again, nor any but the
//                       latest; once signed for broadcast, nothing moves on
//   claims, closes      never a signature that could spend the funding output as a commitment would
#pragma once

#include "core/ports/signer.h"

namespace runnel::keys {

class GuardedSigner final : public ports::ChannelSigner {
public:
    /// `keys` signs what it is asked; nobody else may hold it.
    explicit GuardedSigner(std::unique_ptr<const ports::ChannelSigner> keys)
        : m_keys(std::move(keys)) {}

    const ports::ChannelPublicKeys& public_keys() const override { return m_keys->public_keys(); }
    crypto::PublicKey commitment_point(CommitmentNumber n) const override {
        return m_keys->commitment_point(n);
    }

    Result<ports::Guarded<ports::CommitmentSignatures>, ports::SignRefusal> sign_remote_commitment(
        const ports::SignerGuard& guard,
        const ports::RemoteCommitmentRequest& request) const override;
    Result<ports::SignerGuard, ports::SignRefusal> accept_local_commitment(
        const ports::SignerGuard& guard, CommitmentNumber n) const override;
    Result<ports::Guarded<Secret32>, ports::SignRefusal> release_secret(
        const ports::SignerGuard& guard, CommitmentNumber n) const override;
    Result<ports::Guarded<crypto::Signature>, ports::SignRefusal> sign_local_commitment(
        const ports::SignerGuard& guard, CommitmentNumber n, const bitcoin::Transaction& commitment,
        const crypto::PublicKey& their_funding_pubkey, Sat funding_amount) const override;
    Result<crypto::Signature, ports::SignRefusal> sign_claim(
        const ports::ClaimRequest& request) const override;
    Result<crypto::Signature, ports::SignRefusal> sign_close(
        const bitcoin::Transaction& close, const crypto::PublicKey& their_funding_pubkey,
        Sat funding_amount) const override;
    Result<crypto::Signature, ports::SignRefusal> sign_announcement(
        const wire::ChannelAnnouncement& announcement) const override {
        return m_keys->sign_announcement(announcement);
    }

private:
    std::unique_ptr<const ports::ChannelSigner> m_keys;
};

/// What SignerGuard::remote_content holds: a hash over everything that a signature of the request
/// would cover.
Hash256 content_of(const ports::RemoteCommitmentRequest& request);

}  // namespace runnel::keys
