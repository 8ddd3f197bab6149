#include "core/crypto/old_encodings.h"

#include "core/crypto/secp.h"

namespace runnel::crypto {
namespace {

/// A BER length: one byte below 0x80, or 0x80 + n and n bytes. Takes it off `rest`; nothing when it
/// cannot fit.
std::optional<std::size_t> take_length(ByteView& rest) {
    if (rest.empty()) return std::nullopt;
    const std::uint8_t first = rest[0];
    rest = rest.subspan(1);
    if (first < 0x80) return first;
    std::size_t count = first - 0x80U;
    if (count > rest.size()) return std::nullopt;
    while (count > 0 && rest[0] == 0) {
        rest = rest.subspan(1);
        --count;
    }
    if (count >= sizeof(std::size_t)) return std::nullopt;
    std::size_t length = 0;
    for (; count > 0; --count) {
        length = length << 8 | rest[0];
        rest = rest.subspan(1);
    }
    return length;
}

/// A BER integer, without judging its padding or sign.
std::optional<ByteView> take_integer(ByteView& rest) {
    if (rest.empty() || rest[0] != 0x02) return std::nullopt;
    rest = rest.subspan(1);
    const auto length = take_length(rest);
    if (!length || *length > rest.size()) return std::nullopt;
    const auto out = rest.first(*length);
    rest = rest.subspan(*length);
    return out;
}

/// Right-aligns an integer in 32 bytes; false when it is larger.
bool place(ByteView integer, unsigned char* out) {
    while (!integer.empty() && integer[0] == 0) integer = integer.subspan(1);
    if (integer.size() > 32) return false;
    std::copy(integer.begin(), integer.end(), out + (32 - integer.size()));
    return true;
}

}  // namespace

std::optional<PublicKey> parse_any_public_key(ByteView bytes) {
    if (bytes.empty()) return std::nullopt;  // the library ends the process over a null pointer
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_parse(secp::context(), &key, bytes.data(), bytes.size()) != 1) {
        return std::nullopt;
    }
    return secp::key(key);
}

std::optional<Signature> parse_loose_der(ByteView bytes) {
    if (bytes.empty() || bytes[0] != 0x30) return std::nullopt;
    auto rest = bytes.subspan(1);
    // The length of the whole sequence is read over, not believed.
    if (rest.empty()) return std::nullopt;
    const std::uint8_t first = rest[0];
    rest = rest.subspan(1);
    if (first & 0x80) {
        const std::size_t count = first - 0x80U;
        if (count > rest.size()) return std::nullopt;
        rest = rest.subspan(count);
    }
    const auto r = take_integer(rest);
    if (!r) return std::nullopt;
    const auto s = take_integer(rest);
    if (!s) return std::nullopt;

    Signature out;
    secp256k1_ecdsa_signature parsed;
    if (!place(*r, out.data()) || !place(*s, out.data() + 32) ||
        secp256k1_ecdsa_signature_parse_compact(secp::context(), &parsed, out.data()) != 1) {
        return Signature{};
    }
    return out;
}

}  // namespace runnel::crypto
