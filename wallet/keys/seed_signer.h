// SeedChannelSigner: one channel's private keys and their use. It judges nothing, so it is never
// handed out bare: only SeedKeyRing can make one, and wraps it in a GuardedSigner.
#pragma once

#include "core/crypto/keys.h"
#include "core/ports/signer.h"

#include <mutex>

namespace runnel::keys {

/// The private halves of ports::ChannelPublicKeys, and the seed of the per-commitment secrets (BOLT
/// 3).
struct ChannelSecrets {
    crypto::PrivateKey funding;
    crypto::PrivateKey revocation;
    crypto::PrivateKey payment;
    crypto::PrivateKey delayed;
    crypto::PrivateKey htlc;
    Secret32 shachain_seed;
};

class SeedChannelSigner final : public ports::ChannelSigner {
public:
    const ports::ChannelPublicKeys& public_keys() const override { return m_public; }
    crypto::PublicKey commitment_point(CommitmentNumber n) const override;
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
        const wire::ChannelAnnouncement& announcement) const override;

private:
    friend class SeedKeyRing;
    explicit SeedChannelSigner(ChannelSecrets secrets);

    crypto::Signature sign_funding_spend(const bitcoin::Transaction& tx,
                                         const crypto::PublicKey& their_funding_pubkey,
                                         Sat funding_amount) const;

    ChannelSecrets m_secrets;
    ports::ChannelPublicKeys m_public;
    /// The points asked for last: a channel asks for the same two or three again and again.
    struct KnownPoint {
        std::uint64_t number = UINT64_MAX;
        crypto::PublicKey point;
    };
    mutable std::mutex m_points_mutex;
    mutable std::array<KnownPoint, 4> m_points;
};

}  // namespace runnel::keys
