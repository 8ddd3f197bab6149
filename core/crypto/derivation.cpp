#include "core/crypto/derivation.h"

#include "core/crypto/hash.h"

#include <cstdlib>

namespace runnel::crypto {
namespace {

Hash256 tweak_of(const PublicKey& first, const PublicKey& second) {
    return sha256({first.view(), second.view()});
}

/// What only a broken hash function could make empty.
template <typename T>
T certain(std::optional<T> value) {
    if (!value) std::abort();
    return *std::move(value);
}

}  // namespace

PublicKey derive_public_key(const PublicKey& basepoint, const PublicKey& per_commitment_point) {
    return certain(basepoint.plus_generator(tweak_of(per_commitment_point, basepoint)));
}

PrivateKey derive_private_key(const PrivateKey& basepoint_secret,
                              const PublicKey& per_commitment_point) {
    return certain(
        basepoint_secret.plus(tweak_of(per_commitment_point, basepoint_secret.public_key())));
}

PublicKey derive_revocation_public_key(const PublicKey& revocation_basepoint,
                                       const PublicKey& per_commitment_point) {
    const std::array<PublicKey, 2> terms{
        certain(revocation_basepoint.times(tweak_of(revocation_basepoint, per_commitment_point))),
        certain(per_commitment_point.times(tweak_of(per_commitment_point, revocation_basepoint)))};
    return certain(PublicKey::sum(terms));
}

PrivateKey derive_revocation_private_key(const PrivateKey& revocation_basepoint_secret,
                                         const PrivateKey& per_commitment_secret) {
    const auto basepoint = revocation_basepoint_secret.public_key();
    const auto point = per_commitment_secret.public_key();
    const auto ours = certain(revocation_basepoint_secret.times(tweak_of(basepoint, point)));
    const auto theirs = certain(per_commitment_secret.times(tweak_of(point, basepoint)));
    return certain(ours.plus(theirs.secret()));
}

}  // namespace runnel::crypto
