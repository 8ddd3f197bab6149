// BIP 32: trees of keys, private and public, and their text form (xprv, xpub). Pure; knows no
// purpose of any path.
#pragma once

#include "core/base/codec.h"
#include "core/base/network.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runnel::keys {

inline constexpr std::uint32_t hardened_bit = 0x80000000;
constexpr std::uint32_t hardened(std::uint32_t n) { return n | hardened_bit; }

using Path = std::vector<std::uint32_t>;
/// "m", "m/84'/0h/0'/1/7". bad_prefix, bad_value (2^31 and above), too_large (more than 255 steps).
Result<Path, DecodeError> parse_path(std::string_view text);
std::string to_string(const Path& path);

/// The four bytes in front of a key's text form.
struct ExtendedVersions {
    std::uint32_t public_key = 0;
    std::uint32_t private_key = 0;

    static ExtendedVersions of(const NetworkParams& params) {
        return {params.bip32_public, params.bip32_private};
    }
};

/// What both halves of a node have in common.
struct ExtendedPlace {
    std::uint8_t depth = 0;
    std::array<std::uint8_t, 4> parent_fingerprint{};
    std::uint32_t child_number = 0;
    friend bool operator==(const ExtendedPlace&, const ExtendedPlace&) = default;
};

/// A public node. Its chain code is no secret by itself, but with one private child key it gives
/// the private parent.
class ExtendedPublicKey {
public:
    ExtendedPublicKey(const ExtendedPlace& place, const crypto::PublicKey& key,
                      const Secret32& chain_code)
        : m_place(place), m_key(key), m_chain_code(chain_code) {}

    const ExtendedPlace& place() const { return m_place; }
    const crypto::PublicKey& key() const { return m_key; }
    /// Nothing for a hardened index, at depth 255, and once in 2^127.
    std::optional<ExtendedPublicKey> child(std::uint32_t index) const;
    std::string to_text(const ExtendedVersions& versions) const;

private:
    ExtendedPlace m_place;
    crypto::PublicKey m_key;
    Secret32 m_chain_code;
};

/// A private node.
class ExtendedPrivateKey {
public:
    /// From 16 to 64 bytes of seed; nothing for another size, and once in 2^127.
    static std::optional<ExtendedPrivateKey> from_seed(ByteView seed);

    ExtendedPrivateKey(const ExtendedPlace& place, const crypto::PrivateKey& key,
                       const Secret32& chain_code)
        : m_place(place), m_key(key), m_chain_code(chain_code) {}

    const ExtendedPlace& place() const { return m_place; }
    const crypto::PrivateKey& key() const { return m_key; }
    /// Nothing at depth 255, and once in 2^127.
    std::optional<ExtendedPrivateKey> child(std::uint32_t index) const;
    std::optional<ExtendedPrivateKey> descend(std::span<const std::uint32_t> path) const;
    /// The public node of the same place.
    ExtendedPublicKey neuter() const;
    SecretBytes to_text(const ExtendedVersions& versions) const;

    /// Only the private key of a child whose parent's public key is known: no fingerprint, no
    /// multiplication on the curve.
    std::optional<crypto::PrivateKey> child_key(std::uint32_t index,
                                                const crypto::PublicKey& own) const;

private:
    ExtendedPlace m_place;
    crypto::PrivateKey m_key;
    Secret32 m_chain_code;
};

using ExtendedKey = std::variant<ExtendedPrivateKey, ExtendedPublicKey>;
/// Errors: those of Base58Check; truncated, trailing_bytes; bad_prefix (other versions); bad_point,
/// bad_value (a key that is none; a root that claims a parent).
Result<ExtendedKey, DecodeError> parse_extended(std::string_view text,
                                                const ExtendedVersions& versions);

}  // namespace runnel::keys
