// ChaCha20-Poly1305 (RFC 8439, 12 byte nonce) and the bare ChaCha20 stream, by libsodium.
#pragma once

#include "core/base/secret.h"

#include <array>
#include <cstdint>
#include <optional>

namespace runnel::crypto {

using Nonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t tag_size = 16;

/// The nonce of BOLT 8: four zero bytes, then the counter little-endian.
Nonce counter_nonce(std::uint64_t counter);

/// Ciphertext followed by the 16 byte tag.
Bytes seal(const Secret32& key, const Nonce& nonce, ByteView associated, ByteView plaintext);
/// As seal(), appended to `out` without another allocation.
void seal_into(Bytes& out, const Secret32& key, const Nonce& nonce, ByteView associated,
               ByteView plaintext);

/// The plaintext, or nothing when the tag does not fit.
std::optional<Bytes> open(const Secret32& key, const Nonce& nonce, ByteView associated,
                          ByteView sealed);

/// As open(), into `out`, which must be exactly tag_size shorter than `sealed` and may not overlap
/// it. False, with `out` zeroed, when the tag does not fit.
[[nodiscard]] bool open_into(std::span<std::uint8_t> out, const Secret32& key, const Nonce& nonce,
                             ByteView associated, ByteView sealed);

/// `length` bytes of the ChaCha20 key stream from block 0 (BOLT 4 uses an all zero nonce).
Bytes chacha20_stream(const Secret32& key, const Nonce& nonce, std::size_t length);
/// XORs the key stream from block 0 into `bytes`.
void chacha20_xor(const Secret32& key, const Nonce& nonce, std::span<std::uint8_t> bytes);

}  // namespace runnel::crypto
