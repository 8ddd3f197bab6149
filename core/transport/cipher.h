// One direction of an established BOLT 8 connection: ChaCha20-Poly1305 under a key that is replaced
// after every 1000 uses, so that a key stolen later does not open what was sent before. Never
// copied: two ciphers in the same state would use one nonce twice. Sits below Connection; knows
// nothing of messages or their lengths.
#pragma once

#include "core/crypto/aead.h"

#include <cstdint>
#include <span>
#include <utility>

namespace runnel::transport {

/// The two 32 byte halves of HKDF(salt, input) with empty info (BOLT 8, "Handshake State").
std::pair<Secret32, Secret32> hkdf_pair(const Secret32& salt, ByteView input);

class Cipher {
public:
    /// Uses of a key before it is rotated (BOLT 8, "Lightning Message Key Rotation").
    static constexpr std::uint64_t uses_per_key = 1000;

    Cipher(const Secret32& key, const Secret32& chaining_key)
        : m_key(key), m_chaining(chaining_key) {}
    Cipher(const Cipher&) = delete;
    Cipher& operator=(const Cipher&) = delete;
    Cipher(Cipher&&) = default;
    Cipher& operator=(Cipher&&) = default;

    /// Appends the ciphertext and its 16 byte tag.
    void seal(Bytes& out, ByteView plaintext);
    /// Decrypts into `out`, which must be 16 bytes shorter than `sealed`. False when the tag does
    /// not fit; the connection is then worthless, as the nonce does not move.
    [[nodiscard]] bool open(std::span<std::uint8_t> out, ByteView sealed);

    /// For comparison with test vectors.
    const Secret32& key() const { return m_key; }

private:
    void count();

    Secret32 m_key;
    Secret32 m_chaining;
    std::uint64_t m_nonce = 0;
};

}  // namespace runnel::transport
