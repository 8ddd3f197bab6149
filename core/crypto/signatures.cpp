// ECDSA of keys.h.
#include "core/crypto/secp.h"

#include <secp256k1_recovery.h>

#include <cstdlib>

namespace runnel::crypto {

namespace {

/// r below 2^255: one DER byte less, and the size of a transaction known before it is signed.
bool has_low_r(const Signature& signature) { return signature.data()[0] < 0x80; }

Signature compact(const secp256k1_ecdsa_signature& signature) {
    Signature out;
    secp256k1_ecdsa_signature_serialize_compact(secp::context(), out.data(), &signature);
    return out;
}

/// Appends one DER integer: positive, no leading zeros but the one that keeps it positive.
void put_integer(Bytes& out, ByteView number) {
    while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
    const bool pad = (number.front() & 0x80) != 0;
    out.push_back(0x02);
    out.push_back(static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0)));
    if (pad) out.push_back(0);
    append(out, number);
}

/// Takes one positive, minimal DER integer from the front of `rest`; BIP 66 allows no other.
bool skip_integer(ByteView& rest) {
    if (rest.size() < 2 || rest[0] != 0x02) return false;
    const std::size_t length = rest[1];
    if (length == 0 || length > rest.size() - 2) return false;
    const auto number = rest.subspan(2, length);
    if ((number[0] & 0x80) != 0) return false;
    if (length > 1 && number[0] == 0 && (number[1] & 0x80) == 0) return false;
    rest = rest.subspan(2 + length);
    return true;
}

bool is_bip66(ByteView der) {
    // 8 to 72 bytes: BIP 66 counts the sighash byte too.
    if (der.size() < 8 || der.size() > 72 || der[0] != 0x30 || der[1] != der.size() - 2) {
        return false;
    }
    auto rest = der.subspan(2);
    return skip_integer(rest) && skip_integer(rest) && rest.empty();
}

}  // namespace

Signature sign(const PrivateKey& key, const Hash256& digest) {
    // The first attempt is plain RFC 6979; each next one mixes a counter into the nonce as extra
    // data.
    std::array<std::uint8_t, 32> extra{};
    for (std::uint32_t counter = 0;; ++counter) {
        for (std::size_t i = 0; i < 4; ++i) {
            extra[i] = static_cast<std::uint8_t>(counter >> (8 * i));
        }
        secp256k1_ecdsa_signature signature;
        if (secp256k1_ecdsa_sign(secp::context(), &signature, digest.data(),
                                 key.secret().reveal().data(), secp256k1_nonce_function_rfc6979,
                                 counter == 0 ? nullptr : extra.data()) != 1) {
            std::abort();
        }
        const auto out = compact(signature);
        if (has_low_r(out)) return out;
    }
}

bool verify(const PublicKey& key, const Hash256& digest, const Signature& signature) {
    secp256k1_ecdsa_signature parsed;
    if (secp256k1_ecdsa_signature_parse_compact(secp::context(), &parsed, signature.data()) != 1) {
        return false;
    }
    const auto point = secp::point(key);
    return secp256k1_ecdsa_verify(secp::context(), &parsed, digest.data(), &point) == 1;
}

RecoverableSignature sign_recoverable(const PrivateKey& key, const Hash256& digest) {
    secp256k1_ecdsa_recoverable_signature signature;
    if (secp256k1_ecdsa_sign_recoverable(secp::context(), &signature, digest.data(),
                                         key.secret().reveal().data(), nullptr, nullptr) != 1) {
        std::abort();
    }
    RecoverableSignature out;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp::context(), out.signature.data(),
                                                            &out.recovery_id, &signature);
    return out;
}

std::optional<PublicKey> recover(const RecoverableSignature& signature, const Hash256& digest) {
    if (signature.recovery_id < 0 || signature.recovery_id > 3) return std::nullopt;
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(
            secp::context(), &parsed, signature.signature.data(), signature.recovery_id) != 1 ||
        secp256k1_ecdsa_recover(secp::context(), &point, &parsed, digest.data()) != 1) {
        return std::nullopt;
    }
    return secp::key(point);
}

Bytes to_der(const Signature& signature) {
    Bytes out{0x30, 0};
    out.reserve(72);
    put_integer(out, signature.view().first(32));
    put_integer(out, signature.view().last(32));
    out[1] = static_cast<std::uint8_t>(out.size() - 2);
    return out;
}

std::optional<Signature> from_der(ByteView der) {
    if (!is_bip66(der)) return std::nullopt;
    // Numbers not below the order are well-formed here; the library makes zeros of them, which
    // verify for no key.
    secp256k1_ecdsa_signature parsed;
    if (secp256k1_ecdsa_signature_parse_der(secp::context(), &parsed, der.data(), der.size()) !=
        1) {
        return std::nullopt;
    }
    return compact(parsed);
}

Signature normalised(const Signature& signature) {
    secp256k1_ecdsa_signature parsed;
    if (secp256k1_ecdsa_signature_parse_compact(secp::context(), &parsed, signature.data()) != 1) {
        return signature;
    }
    secp256k1_ecdsa_signature_normalize(secp::context(), &parsed, &parsed);
    return compact(parsed);
}

}  // namespace runnel::crypto
