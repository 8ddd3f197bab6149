// secp256k1: keys, ECDSA with low R, Schnorr (BIP 340), ECDH, tweaks. Everything that libsecp256k1
// does is left to it; this gives it types. One process-wide context, randomised at start against
// side channels.
#pragma once

#include "core/base/codec.h"
#include "core/base/ids.h"
#include "core/base/secret.h"

#include <array>
#include <optional>
#include <span>

namespace runnel::crypto {

/// Randomises the process-wide context; call once at start with 32 fresh bytes.
void randomise_context(const Secret32& seed);

class PrivateKey;

/// A point on the curve, known to be valid. Kept both compressed (33 bytes) and as libsecp256k1
/// wants it, so that using a parsed key again costs no square root.
class PublicKey {
public:
    static constexpr std::size_t size_bytes = 33;

    /// An invalid key, for members filled in later; every use but comparison ends the process.
    PublicKey() = default;

    /// 33 bytes, compressed, on the curve; bad_point otherwise.
    static Result<PublicKey, DecodeError> parse(ByteView compressed);
    static Result<PublicKey, DecodeError> parse_hex(std::string_view hex);
    static PublicKey of(const PrivateKey& key);
    /// From libsecp256k1's 64 byte internal form (for this module's own files).
    static PublicKey from_internal(const std::array<unsigned char, 64>& internal);

    ByteView view() const { return m_compressed; }
    const std::array<std::uint8_t, 33>& raw() const { return m_compressed; }
    std::string hex() const { return to_hex(m_compressed); }
    const std::array<unsigned char, 64>& internal() const { return m_internal; }
    bool is_valid() const { return m_compressed[0] != 0; }

    /// this + tweak*G, nothing when the result is the point at infinity or the tweak no scalar.
    std::optional<PublicKey> plus_generator(const Secret32& tweak) const;
    std::optional<PublicKey> plus_generator(const Hash256& tweak) const;
    /// tweak * this.
    std::optional<PublicKey> times(const Secret32& tweak) const;
    std::optional<PublicKey> times(const Hash256& tweak) const;
    /// Sum of points; nothing at infinity.
    static std::optional<PublicKey> sum(std::span<const PublicKey> points);

    friend auto operator<=>(const PublicKey& a, const PublicKey& b) {
        return a.m_compressed <=> b.m_compressed;
    }
    friend bool operator==(const PublicKey& a, const PublicKey& b) {
        return a.m_compressed == b.m_compressed;
    }

private:
    std::array<std::uint8_t, 33> m_compressed{};
    std::array<unsigned char, 64> m_internal{};
};

/// The x coordinate only, as taproot uses it (BIP 340).
using XOnlyKey = Fixed<32, struct XOnlyKeyTag>;

/// A scalar between 1 and the order, wiped when gone.
class PrivateKey {
public:
    /// Nothing when the bytes are zero or not below the order.
    static std::optional<PrivateKey> from(const Secret32& bytes);
    const Secret32& secret() const { return m_secret; }
    PublicKey public_key() const { return PublicKey::of(*this); }

    std::optional<PrivateKey> plus(const Secret32& tweak) const;
    std::optional<PrivateKey> plus(const Hash256& tweak) const;
    std::optional<PrivateKey> times(const Secret32& tweak) const;
    std::optional<PrivateKey> times(const Hash256& tweak) const;
    PrivateKey negated() const;

    friend bool operator==(const PrivateKey& a, const PrivateKey& b) {
        return a.m_secret == b.m_secret;
    }

private:
    explicit PrivateKey(const Secret32& bytes) : m_secret(bytes) {}
    Secret32 m_secret;
};

/// An ECDSA signature as the wire carries it: 64 bytes, r then s (BOLT 1 `signature`).
using Signature = Fixed<64, struct SignatureTag>;
/// A BIP 340 signature, 64 bytes.
using SchnorrSignature = Fixed<64, struct SchnorrSignatureTag>;

/// Deterministic (RFC 6979), low S, ground to low R (71 byte DER at most), as Bitcoin Core does.
Signature sign(const PrivateKey& key, const Hash256& digest);
/// False for a high S or a malformed signature too.
bool verify(const PublicKey& key, const Hash256& digest, const Signature& signature);

/// 64 bytes and the recovery id 0 to 3 (BOLT 11).
struct RecoverableSignature {
    Signature signature;
    int recovery_id = 0;
};
RecoverableSignature sign_recoverable(const PrivateKey& key, const Hash256& digest);
/// High S is allowed here: BOLT 11 has a vector with one.
std::optional<PublicKey> recover(const RecoverableSignature& signature, const Hash256& digest);

/// Strict DER without the sighash byte.
Bytes to_der(const Signature& signature);
/// Accepts what consensus accepts (BIP 66); nothing for anything else. S may be high.
std::optional<Signature> from_der(ByteView der);
/// Folds a high S down.
Signature normalised(const Signature& signature);

SchnorrSignature sign_schnorr(const PrivateKey& key, const Hash256& digest,
                              const Secret32& auxiliary);
bool verify_schnorr(const XOnlyKey& key, ByteView message, const SchnorrSignature& signature);
XOnlyKey x_only(const PublicKey& key);
/// The even-Y point of an x coordinate; nothing when it is not on the curve.
std::optional<PublicKey> lift_x(const XOnlyKey& key);

/// A taproot output key: internal + tagged_hash("TapTweak", internal || merkle_root)*G, with the
/// parity of its Y.
struct TaprootOutput {
    XOnlyKey key;
    bool odd = false;
};
std::optional<TaprootOutput> taproot_output(const XOnlyKey& internal,
                                            const std::optional<Hash256>& merkle_root);
/// The private key that signs for taproot_output of this key.
std::optional<PrivateKey> taproot_private(const PrivateKey& internal,
                                          const std::optional<Hash256>& merkle_root);

/// SHA-256 of the compressed shared point (BOLT 4 and 8).
Secret32 ecdh(const PrivateKey& ours, const PublicKey& theirs);

}  // namespace runnel::crypto

template <>
struct std::hash<runnel::crypto::PublicKey> {
    std::size_t operator()(const runnel::crypto::PublicKey& key) const noexcept {
        std::size_t out;
        std::memcpy(&out, key.raw().data() + 33 - sizeof out, sizeof out);
        return out;
    }
};
