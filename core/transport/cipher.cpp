#include "core/transport/cipher.h"

#include "core/crypto/hash.h"

namespace runnel::transport {

std::pair<Secret32, Secret32> hkdf_pair(const Secret32& salt, ByteView input) {
    const auto both = crypto::hkdf_sha256(salt.reveal(), input, {}, 64);
    return {*secret32_from(both.reveal().first(32)), *secret32_from(both.reveal().last(32))};
}

void Cipher::seal(Bytes& out, ByteView plaintext) {
    crypto::seal_into(out, m_key, crypto::counter_nonce(m_nonce), {}, plaintext);
    count();
}

bool Cipher::open(std::span<std::uint8_t> out, ByteView sealed) {
    if (!crypto::open_into(out, m_key, crypto::counter_nonce(m_nonce), {}, sealed)) return false;
    count();
    return true;
}

void Cipher::count() {
    if (++m_nonce < uses_per_key) return;
    auto [chaining, key] = hkdf_pair(m_chaining, m_key.reveal());
    m_chaining = std::move(chaining);
    m_key = std::move(key);
    m_nonce = 0;
}

}  // namespace runnel::transport
