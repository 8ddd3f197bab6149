// Per-commitment keys of BOLT 3, "Key Derivation": from a basepoint and a per-commitment point, and
// the private halves. Pure. None of these can fail: an infinite point would need a preimage of
// SHA-256, so it ends the process instead.
#pragma once

#include "core/crypto/keys.h"

namespace runnel::crypto {

/// pubkey = basepoint + SHA256(per_commitment_point || basepoint) * G: HTLC and delayed keys.
PublicKey derive_public_key(const PublicKey& basepoint, const PublicKey& per_commitment_point);
/// The private key of derive_public_key.
PrivateKey derive_private_key(const PrivateKey& basepoint_secret,
                              const PublicKey& per_commitment_point);

/// Blinds the countersigner's basepoint with the broadcaster's point: neither alone knows the
/// private key until the broadcaster reveals the per-commitment secret.
PublicKey derive_revocation_public_key(const PublicKey& revocation_basepoint,
                                       const PublicKey& per_commitment_point);
/// The private key of derive_revocation_public_key, from our basepoint secret and their revealed
/// secret.
PrivateKey derive_revocation_private_key(const PrivateKey& revocation_basepoint_secret,
                                         const PrivateKey& per_commitment_secret);

}  // namespace runnel::crypto
