#include "wallet/keys/bip32.h"

#include "core/bitcoin/address.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <charconv>

namespace runnel::keys {
namespace {

using Block = Secret<std::array<std::uint8_t, 64>>;

Secret32 left_half(const Block& block) {
    Secret32 out;
    std::copy_n(block.reveal().begin(), 32, out.reveal().begin());
    return out;
}

Secret32 right_half(const Block& block) {
    Secret32 out;
    std::copy_n(block.reveal().begin() + 32, 32, out.reveal().begin());
    return out;
}

std::array<std::uint8_t, 4> big_endian(std::uint32_t n) {
    return {static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16),
            static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
}

std::array<std::uint8_t, 4> fingerprint(const crypto::PublicKey& key) {
    const auto hash = crypto::hash160(key.view());
    return {hash.raw()[0], hash.raw()[1], hash.raw()[2], hash.raw()[3]};
}

/// CKDpriv of BIP 32 up to the tweak and the next chain code.
Block private_step(const crypto::PrivateKey& key, const Secret32& chain_code, std::uint32_t index,
                   const crypto::PublicKey& own) {
    const auto number = big_endian(index);
    if ((index & hardened_bit) != 0) {
        const std::array<std::uint8_t, 1> zero{};
        return crypto::hmac_sha512(chain_code.reveal(), {zero, key.secret().reveal(), number});
    }
    return crypto::hmac_sha512(chain_code.reveal(), {own.view(), number});
}

Bytes text_payload(std::uint32_t version, const ExtendedPlace& place, const Secret32& chain_code) {
    Writer out;
    out.reserve(78);
    out.u32(version).u8(place.depth).bytes(place.parent_fingerprint).u32(place.child_number);
    out.bytes(chain_code.reveal());
    return out.take();
}

}  // namespace

Result<Path, DecodeError> parse_path(std::string_view text) {
    if (text.empty() || text[0] != 'm') return fail(DecodeError::bad_prefix);
    text.remove_prefix(1);
    Path out;
    while (!text.empty()) {
        if (text[0] != '/') return fail(DecodeError::bad_character);
        text.remove_prefix(1);
        std::uint32_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec == std::errc::result_out_of_range) return fail(DecodeError::bad_value);
        if (read.ec != std::errc()) return fail(DecodeError::bad_character);
        if (number >= hardened_bit) return fail(DecodeError::bad_value);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        if (!text.empty() && (text[0] == '\'' || text[0] == 'h')) {
            number = hardened(number);
            text.remove_prefix(1);
        }
        if (out.size() == 255) return fail(DecodeError::too_large);
        out.push_back(number);
    }
    return out;
}

std::string to_string(const Path& path) {
    std::string out = "m";
    for (const auto step : path) {
        out += "/" + std::to_string(step & ~hardened_bit);
        if ((step & hardened_bit) != 0) out += "'";
    }
    return out;
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::child(std::uint32_t index) const {
    if ((index & hardened_bit) != 0 || m_place.depth == 255) return std::nullopt;
    const auto block =
        crypto::hmac_sha512(m_chain_code.reveal(), {m_key.view(), big_endian(index)});
    const auto key = m_key.plus_generator(left_half(block));
    if (!key) return std::nullopt;
    const ExtendedPlace place{static_cast<std::uint8_t>(m_place.depth + 1), fingerprint(m_key),
                              index};
    return ExtendedPublicKey(place, *key, right_half(block));
}

std::string ExtendedPublicKey::to_text(const ExtendedVersions& versions) const {
    auto payload = text_payload(versions.public_key, m_place, m_chain_code);
    append(payload, m_key.view());
    return bitcoin::encode_base58_check(payload);
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::from_seed(ByteView seed) {
    if (seed.size() < 16 || seed.size() > 64) return std::nullopt;
    const auto block = crypto::hmac_sha512(bytes_of("Bitcoin seed"), {seed});
    const auto key = crypto::PrivateKey::from(left_half(block));
    if (!key) return std::nullopt;
    return ExtendedPrivateKey({}, *key, right_half(block));
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::child(std::uint32_t index) const {
    if (m_place.depth == 255) return std::nullopt;
    const auto own = m_key.public_key();
    const auto block = private_step(m_key, m_chain_code, index, own);
    const auto key = m_key.plus(left_half(block));
    if (!key) return std::nullopt;
    const ExtendedPlace place{static_cast<std::uint8_t>(m_place.depth + 1), fingerprint(own),
                              index};
    return ExtendedPrivateKey(place, *key, right_half(block));
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::descend(
    std::span<const std::uint32_t> path) const {
    std::optional<ExtendedPrivateKey> at = *this;
    for (const auto step : path) {
        at = at->child(step);
        if (!at) return std::nullopt;
    }
    return at;
}

std::optional<crypto::PrivateKey> ExtendedPrivateKey::child_key(
    std::uint32_t index, const crypto::PublicKey& own) const {
    return m_key.plus(left_half(private_step(m_key, m_chain_code, index, own)));
}

ExtendedPublicKey ExtendedPrivateKey::neuter() const {
    return ExtendedPublicKey(m_place, m_key.public_key(), m_chain_code);
}

SecretBytes ExtendedPrivateKey::to_text(const ExtendedVersions& versions) const {
    auto payload = text_payload(versions.private_key, m_place, m_chain_code);
    payload.push_back(0);
    append(payload, m_key.secret().reveal());
    auto text = bitcoin::encode_base58_check(payload);
    SecretBytes out(bytes_of(text));
    wipe(text.data(), text.size());
    wipe(payload.data(), payload.size());
    return out;
}

Result<ExtendedKey, DecodeError> parse_extended(std::string_view text,
                                                const ExtendedVersions& versions) {
    RUNNEL_TRY(auto decoded, bitcoin::decode_base58_check(text));
    const SecretBytes payload(std::move(decoded));
    Reader in(payload.reveal());
    const auto version = in.u32();
    ExtendedPlace place;
    place.depth = in.u8();
    const auto parent = in.bytes(4);
    if (parent.size() == 4)
        std::copy(parent.begin(), parent.end(), place.parent_fingerprint.begin());
    place.child_number = in.u32();
    const auto chain_code = secret32_from(in.bytes(32));
    const auto key = in.bytes(33);
    in.expect_end();
    if (!in.ok()) return fail(*in.error());

    const bool is_private = version == versions.private_key;
    if (!is_private && version != versions.public_key) return fail(DecodeError::bad_prefix);
    const bool root_with_parent =
        place.child_number != 0 || place.parent_fingerprint != std::array<std::uint8_t, 4>{};
    if (place.depth == 0 && root_with_parent) return fail(DecodeError::bad_value);
    if (!is_private) {
        RUNNEL_TRY(const auto point, crypto::PublicKey::parse(key));
        return ExtendedKey(ExtendedPublicKey(place, point, *chain_code));
    }
    if (key[0] != 0) return fail(DecodeError::bad_value);
    const auto scalar = crypto::PrivateKey::from(*secret32_from(key.subspan(1)));
    if (!scalar) return fail(DecodeError::bad_value);
    return ExtendedKey(ExtendedPrivateKey(place, *scalar, *chain_code));
}

}  // namespace runnel::keys
