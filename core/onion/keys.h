// The keys that BOLT 4 ("Key Generation") draws from a shared secret, one per purpose. For this
// folder's own files.
#pragma once

#include "core/base/secret.h"
#include "core/crypto/aead.h"
#include "core/crypto/hash.h"

#include <string_view>

namespace runnel::onion::keys {

inline constexpr std::string_view rho = "rho";      ///< Obfuscates hop payloads.
inline constexpr std::string_view mu = "mu";        ///< Authenticates them.
inline constexpr std::string_view um = "um";        ///< Authenticates a failure.
inline constexpr std::string_view ammag = "ammag";  ///< Obfuscates a failure at each hop.
inline constexpr std::string_view pad = "pad";  ///< Fills a new packet; drawn from the session key.

inline Secret32 derive(std::string_view kind, const Secret32& secret) {
    return crypto::hmac_sha256(bytes_of(kind), {ByteView(secret.reveal())});
}

/// A fixed nonce is safe: no key is used for two streams.
inline constexpr crypto::Nonce zero_nonce{};

/// XORs the stream of `kind` into `bytes`.
inline void obfuscate(std::string_view kind, const Secret32& secret,
                      std::span<std::uint8_t> bytes) {
    crypto::chacha20_xor(derive(kind, secret), zero_nonce, bytes);
}

}  // namespace runnel::onion::keys
