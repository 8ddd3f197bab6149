// Hashes, MACs and key derivation, by OpenSSL and libsodium. Stateless; nothing here knows what it
// hashes.
#pragma once

#include "core/base/ids.h"
#include "core/base/secret.h"

#include <array>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace runnel::crypto {

/// SHA-256 over the concatenation of the parts.
Hash256 sha256(std::initializer_list<ByteView> parts);
Hash256 sha256(ByteView bytes);
/// SHA-256 twice: Bitcoin's ids and checksums.
Hash256 sha256d(ByteView bytes);
/// RIPEMD-160 of SHA-256.
Hash160 hash160(ByteView bytes);
Hash160 ripemd160(ByteView bytes);
/// SHA-1, only for the script interpreter's OP_SHA1.
Hash160 sha1(ByteView bytes);
/// BIP 340 tagged hash over the concatenation of the parts.
Hash256 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts);

/// HMAC-SHA256, HMAC-SHA512. Results are secrets as soon as the key is one; callers wrap what must
/// be wiped.
Secret32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);
Secret<std::array<std::uint8_t, 64>> hmac_sha512(ByteView key,
                                                 std::initializer_list<ByteView> parts);

/// RFC 5869 with SHA-256. `length` at most 255 * 32 bytes.
SecretBytes hkdf_sha256(ByteView salt, ByteView input_key_material, ByteView info,
                        std::size_t length);

/// PBKDF2-HMAC-SHA512, 64 bytes (BIP 39 uses 2048 rounds).
Secret<std::array<std::uint8_t, 64>> pbkdf2_sha512(ByteView password, ByteView salt,
                                                   unsigned rounds);

/// An incremental SHA-256 whose state can be copied (BIP 143 midstates, onion building).
class Sha256 {
public:
    Sha256();
    Sha256(const Sha256& other);
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256 other) noexcept;
    ~Sha256();
    Sha256& add(ByteView bytes);
    /// The digest of everything added; the object may not be added to afterwards.
    Hash256 finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace runnel::crypto
