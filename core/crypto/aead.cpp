#include "core/crypto/aead.h"

#include <sodium.h>

#include <cstdlib>

namespace runnel::crypto {

static_assert(tag_size == crypto_aead_chacha20poly1305_ietf_ABYTES);
static_assert(std::tuple_size_v<Nonce> == crypto_aead_chacha20poly1305_ietf_NPUBBYTES);

namespace {

/// libsodium picks the code for this processor in sodium_init; without it the slow portable one
/// would be used.
void prepare() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) std::abort();
}

}  // namespace

Nonce counter_nonce(std::uint64_t counter) {
    Nonce out{};
    for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
    return out;
}

Bytes seal(const Secret32& key, const Nonce& nonce, ByteView associated, ByteView plaintext) {
    Bytes out;
    seal_into(out, key, nonce, associated, plaintext);
    return out;
}

void seal_into(Bytes& out, const Secret32& key, const Nonce& nonce, ByteView associated,
               ByteView plaintext) {
    prepare();
    const auto start = out.size();
    out.resize(start + plaintext.size() + tag_size);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data() + start, nullptr, plaintext.data(), plaintext.size(), associated.data(),
        associated.size(), nullptr, nonce.data(), key.reveal().data());
}

std::optional<Bytes> open(const Secret32& key, const Nonce& nonce, ByteView associated,
                          ByteView sealed) {
    if (sealed.size() < tag_size) return std::nullopt;
    Bytes out(sealed.size() - tag_size);
    if (!open_into(out, key, nonce, associated, sealed)) return std::nullopt;
    return out;
}

bool open_into(std::span<std::uint8_t> out, const Secret32& key, const Nonce& nonce,
               ByteView associated, ByteView sealed) {
    if (sealed.size() < tag_size || out.size() != sealed.size() - tag_size) return false;
    prepare();
    // libsodium checks the tag first and, when it does not fit, writes zeros only.
    return crypto_aead_chacha20poly1305_ietf_decrypt(
               out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
               associated.size(), nonce.data(), key.reveal().data()) == 0;
}

Bytes chacha20_stream(const Secret32& key, const Nonce& nonce, std::size_t length) {
    prepare();
    Bytes out(length);
    crypto_stream_chacha20_ietf(out.data(), length, nonce.data(), key.reveal().data());
    return out;
}

void chacha20_xor(const Secret32& key, const Nonce& nonce, std::span<std::uint8_t> bytes) {
    prepare();
    crypto_stream_chacha20_ietf_xor(bytes.data(), bytes.data(), bytes.size(), nonce.data(),
                                    key.reveal().data());
}

}  // namespace runnel::crypto
