#include "core/crypto/keys.h"

#include "core/crypto/secp.h"

#include <secp256k1_ecdh.h>

#include <cstdlib>
#include <vector>

namespace runnel::crypto {

namespace {

/// Not static const: randomise_context changes it, before any other thread is there.
secp256k1_context* mutable_context() {
    static secp256k1_context* const context = [] {
        secp256k1_selftest();
        auto* made = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        if (made == nullptr) std::abort();
        return made;
    }();
    return context;
}

std::optional<PublicKey> tweaked(const PublicKey& key, const std::uint8_t* tweak,
                                 int (*apply)(const secp256k1_context*, secp256k1_pubkey*,
                                              const unsigned char*)) {
    auto point = secp::point(key);
    if (apply(secp::context(), &point, tweak) != 1) return std::nullopt;
    return secp::key(point);
}

template <typename Apply>
std::optional<PrivateKey> changed(const PrivateKey& key, Apply apply) {
    Secret32 bytes = key.secret();
    if (apply(bytes.reveal().data()) != 1) return std::nullopt;
    return PrivateKey::from(bytes);
}

std::optional<PrivateKey> sum_of(const PrivateKey& key, const std::uint8_t* tweak) {
    return changed(key, [&](std::uint8_t* bytes) {
        return secp256k1_ec_seckey_tweak_add(secp::context(), bytes, tweak);
    });
}

std::optional<PrivateKey> product_of(const PrivateKey& key, const std::uint8_t* tweak) {
    return changed(key, [&](std::uint8_t* bytes) {
        return secp256k1_ec_seckey_tweak_mul(secp::context(), bytes, tweak);
    });
}

}  // namespace

namespace secp {

const secp256k1_context* context() { return mutable_context(); }

secp256k1_pubkey point(const PublicKey& key) {
    secp256k1_pubkey out;
    std::memcpy(out.data, key.internal().data(), sizeof out.data);
    return out;
}

PublicKey key(const secp256k1_pubkey& point) {
    std::array<unsigned char, 64> internal;
    std::memcpy(internal.data(), point.data, internal.size());
    return PublicKey::from_internal(internal);
}

}  // namespace secp

void randomise_context(const Secret32& seed) {
    if (secp256k1_context_randomize(mutable_context(), seed.reveal().data()) != 1) std::abort();
}

Result<PublicKey, DecodeError> PublicKey::parse(ByteView compressed) {
    if (compressed.size() != size_bytes) return fail(DecodeError::bad_point);
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(secp::context(), &point, compressed.data(), size_bytes) != 1) {
        return fail(DecodeError::bad_point);
    }
    PublicKey out;
    std::copy(compressed.begin(), compressed.end(), out.m_compressed.begin());
    std::memcpy(out.m_internal.data(), point.data, sizeof point.data);
    return out;
}

Result<PublicKey, DecodeError> PublicKey::parse_hex(std::string_view hex) {
    const auto bytes = from_hex(hex);
    if (!bytes) return fail(DecodeError::bad_character);
    return parse(*bytes);
}

PublicKey PublicKey::of(const PrivateKey& key) {
    secp256k1_pubkey point;
    // Cannot fail: a PrivateKey is a valid scalar.
    if (secp256k1_ec_pubkey_create(secp::context(), &point, key.secret().reveal().data()) != 1) {
        std::abort();
    }
    return secp::key(point);
}

PublicKey PublicKey::from_internal(const std::array<unsigned char, 64>& internal) {
    PublicKey out;
    out.m_internal = internal;
    secp256k1_pubkey point;
    std::memcpy(point.data, internal.data(), sizeof point.data);
    std::size_t length = size_bytes;
    secp256k1_ec_pubkey_serialize(secp::context(), out.m_compressed.data(), &length, &point,
                                  SECP256K1_EC_COMPRESSED);
    return out;
}

std::optional<PublicKey> PublicKey::plus_generator(const Secret32& tweak) const {
    return tweaked(*this, tweak.reveal().data(), secp256k1_ec_pubkey_tweak_add);
}

std::optional<PublicKey> PublicKey::plus_generator(const Hash256& tweak) const {
    return tweaked(*this, tweak.data(), secp256k1_ec_pubkey_tweak_add);
}

std::optional<PublicKey> PublicKey::times(const Secret32& tweak) const {
    return tweaked(*this, tweak.reveal().data(), secp256k1_ec_pubkey_tweak_mul);
}

std::optional<PublicKey> PublicKey::times(const Hash256& tweak) const {
    return tweaked(*this, tweak.data(), secp256k1_ec_pubkey_tweak_mul);
}

std::optional<PublicKey> PublicKey::sum(std::span<const PublicKey> points) {
    if (points.empty()) return std::nullopt;
    std::vector<secp256k1_pubkey> parsed;
    parsed.reserve(points.size());
    for (const auto& key : points) parsed.push_back(secp::point(key));
    std::vector<const secp256k1_pubkey*> pointers;
    pointers.reserve(parsed.size());
    for (const auto& point : parsed) pointers.push_back(&point);
    secp256k1_pubkey out;
    if (secp256k1_ec_pubkey_combine(secp::context(), &out, pointers.data(), pointers.size()) != 1) {
        return std::nullopt;
    }
    return secp::key(out);
}

std::optional<PrivateKey> PrivateKey::from(const Secret32& bytes) {
    if (secp256k1_ec_seckey_verify(secp::context(), bytes.reveal().data()) != 1) {
        return std::nullopt;
    }
    return PrivateKey(bytes);
}

std::optional<PrivateKey> PrivateKey::plus(const Secret32& tweak) const {
    return sum_of(*this, tweak.reveal().data());
}

std::optional<PrivateKey> PrivateKey::plus(const Hash256& tweak) const {
    return sum_of(*this, tweak.data());
}

std::optional<PrivateKey> PrivateKey::times(const Secret32& tweak) const {
    return product_of(*this, tweak.reveal().data());
}

std::optional<PrivateKey> PrivateKey::times(const Hash256& tweak) const {
    return product_of(*this, tweak.data());
}

PrivateKey PrivateKey::negated() const {
    Secret32 bytes = m_secret;
    if (secp256k1_ec_seckey_negate(secp::context(), bytes.reveal().data()) != 1) std::abort();
    return PrivateKey(bytes);
}

Secret32 ecdh(const PrivateKey& ours, const PublicKey& theirs) {
    const auto point = secp::point(theirs);
    Secret32 out;
    // The library's default hash is SHA-256 of the compressed point, which is what the BOLTs ask
    // for.
    if (secp256k1_ecdh(secp::context(), out.reveal().data(), &point, ours.secret().reveal().data(),
                       nullptr, nullptr) != 1) {
        std::abort();
    }
    return out;
}

}  // namespace runnel::crypto
