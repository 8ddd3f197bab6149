// BIP 340 signatures and BIP 341 key tweaks of keys.h.
#include "core/crypto/hash.h"
#include "core/crypto/secp.h"

#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <cstdlib>

namespace runnel::crypto {

namespace {

/// A libsecp256k1 keypair, wiped when gone.
class Keypair {
public:
    explicit Keypair(const PrivateKey& key) {
        if (secp256k1_keypair_create(secp::context(), &m_pair, key.secret().reveal().data()) != 1) {
            std::abort();
        }
    }
    Keypair(const Keypair&) = delete;
    Keypair& operator=(const Keypair&) = delete;
    ~Keypair() { wipe(&m_pair, sizeof m_pair); }

    secp256k1_keypair* get() { return &m_pair; }

private:
    secp256k1_keypair m_pair;
};

Hash256 tap_tweak(ByteView internal, const std::optional<Hash256>& merkle_root) {
    return tagged_hash("TapTweak", {internal, merkle_root ? merkle_root->view() : ByteView()});
}

}  // namespace

SchnorrSignature sign_schnorr(const PrivateKey& key, const Hash256& digest,
                              const Secret32& auxiliary) {
    Keypair pair(key);
    SchnorrSignature out;
    if (secp256k1_schnorrsig_sign32(secp::context(), out.data(), digest.data(), pair.get(),
                                    auxiliary.reveal().data()) != 1) {
        std::abort();
    }
    return out;
}

bool verify_schnorr(const XOnlyKey& key, ByteView message, const SchnorrSignature& signature) {
    secp256k1_xonly_pubkey point;
    if (secp256k1_xonly_pubkey_parse(secp::context(), &point, key.data()) != 1) return false;
    return secp256k1_schnorrsig_verify(secp::context(), signature.data(), message.data(),
                                       message.size(), &point) == 1;
}

XOnlyKey x_only(const PublicKey& key) {
    if (!key.is_valid()) std::abort();
    return *XOnlyKey::from(key.view().last(32));
}

std::optional<PublicKey> lift_x(const XOnlyKey& key) {
    std::array<std::uint8_t, 33> compressed{0x02};
    std::copy(key.raw().begin(), key.raw().end(), compressed.begin() + 1);
    const auto point = PublicKey::parse(compressed);
    if (!point) return std::nullopt;
    return *point;
}

std::optional<TaprootOutput> taproot_output(const XOnlyKey& internal,
                                            const std::optional<Hash256>& merkle_root) {
    secp256k1_xonly_pubkey base;
    if (secp256k1_xonly_pubkey_parse(secp::context(), &base, internal.data()) != 1) {
        return std::nullopt;
    }
    const auto tweak = tap_tweak(internal.view(), merkle_root);
    secp256k1_pubkey point;
    if (secp256k1_xonly_pubkey_tweak_add(secp::context(), &point, &base, tweak.data()) != 1) {
        return std::nullopt;
    }
    const auto key = secp::key(point);
    return TaprootOutput{x_only(key), key.raw()[0] == 0x03};
}

std::optional<PrivateKey> taproot_private(const PrivateKey& internal,
                                          const std::optional<Hash256>& merkle_root) {
    Keypair pair(internal);
    const auto tweak = tap_tweak(x_only(internal.public_key()).view(), merkle_root);
    if (secp256k1_keypair_xonly_tweak_add(secp::context(), pair.get(), tweak.data()) != 1) {
        return std::nullopt;
    }
    Secret32 bytes;
    if (secp256k1_keypair_sec(secp::context(), bytes.reveal().data(), pair.get()) != 1)
        std::abort();
    return PrivateKey::from(bytes);
}

}  // namespace runnel::crypto
