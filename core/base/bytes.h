// Byte strings: owned, viewed, of fixed size with a meaning, and as hex. Knows no wire format (see
// codec.h).
#pragma once

#include "core/base/result.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runnel {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A view of the characters of a text as bytes; valid as long as the text is.
inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }

inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

/// Lower case hex, two digits a byte.
std::string to_hex(ByteView bytes);

/// Bytes of an even number of hex digits in either case; nothing else is accepted.
std::optional<Bytes> from_hex(std::string_view hex);

/// N public bytes with a meaning (the Tag): a Txid cannot be passed where a PaymentHash is
/// expected. Compares as the bytes compare. Not for secrets: see Secret.
template <std::size_t N, typename Tag>
class Fixed {
public:
    static constexpr std::size_t size_bytes = N;

    constexpr Fixed() = default;
    constexpr explicit Fixed(const std::array<std::uint8_t, N>& bytes) : m_bytes(bytes) {}

    /// Exactly N bytes, or nothing.
    static std::optional<Fixed> from(ByteView bytes) {
        if (bytes.size() != N) return std::nullopt;
        Fixed out;
        std::copy(bytes.begin(), bytes.end(), out.m_bytes.begin());
        return out;
    }
    static std::optional<Fixed> from_hex(std::string_view hex) {
        const auto bytes = runnel::from_hex(hex);
        return bytes ? from(*bytes) : std::nullopt;
    }

    constexpr const std::array<std::uint8_t, N>& raw() const { return m_bytes; }
    constexpr std::array<std::uint8_t, N>& raw() { return m_bytes; }
    constexpr ByteView view() const { return {m_bytes.data(), N}; }
    constexpr const std::uint8_t* data() const { return m_bytes.data(); }
    constexpr std::uint8_t* data() { return m_bytes.data(); }
    static constexpr std::size_t size() { return N; }
    std::string hex() const { return to_hex(view()); }
    bool is_zero() const {
        return std::all_of(m_bytes.begin(), m_bytes.end(), [](std::uint8_t b) { return b == 0; });
    }

    friend constexpr auto operator<=>(const Fixed&, const Fixed&) = default;

private:
    std::array<std::uint8_t, N> m_bytes{};
};

}  // namespace runnel

template <std::size_t N, typename Tag>
struct std::hash<runnel::Fixed<N, Tag>> {
    std::size_t operator()(const runnel::Fixed<N, Tag>& value) const noexcept {
        static_assert(N >= sizeof(std::size_t));
        std::size_t out;
        // The last bytes: a short id may begin with zeros, a hash never ends predictably.
        std::memcpy(&out, value.data() + N - sizeof out, sizeof out);
        return out;
    }
};
