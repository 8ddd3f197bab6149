// Secret<T>: wipes itself when it dies or is overwritten, cannot be printed, hashed, logged or
// compared in variable time. The bytes are reached only through reveal(), so that every use can be
// found by name.
#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace runnel {

/// Overwrites memory in a way the compiler may not remove.
void wipe(void* memory, std::size_t size) noexcept;

/// Compares in time that depends only on the length. Different lengths are unequal at once.
bool equal_constant_time(ByteView a, ByteView b) noexcept;

/// A trivially copyable secret (an array of bytes, a key). Copies are allowed, each wipes itself.
template <typename T>
class Secret {
    static_assert(std::is_trivially_copyable_v<T>, "use SecretBytes for what owns memory");

public:
    Secret() = default;
    explicit Secret(const T& value) : m_value(value) {}
    Secret(const Secret& other) = default;
    Secret& operator=(const Secret& other) = default;
    Secret(Secret&& other) noexcept : m_value(other.m_value) { other.clear(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            m_value = other.m_value;
            other.clear();
        }
        return *this;
    }
    ~Secret() { clear(); }

    const T& reveal() const { return m_value; }
    T& reveal() { return m_value; }

    friend bool operator==(const Secret& a, const Secret& b) {
        return equal_constant_time({reinterpret_cast<const std::uint8_t*>(&a.m_value), sizeof(T)},
                                   {reinterpret_cast<const std::uint8_t*>(&b.m_value), sizeof(T)});
    }

private:
    void clear() noexcept { wipe(&m_value, sizeof m_value); }

    T m_value{};
};

using Secret32 = Secret<std::array<std::uint8_t, 32>>;

/// 32 bytes, or nothing when the length is another.
inline std::optional<Secret32> secret32_from(ByteView bytes) {
    if (bytes.size() != 32) return std::nullopt;
    Secret32 out;
    std::copy(bytes.begin(), bytes.end(), out.reveal().begin());
    return out;
}

/// A secret of any length (words, a passphrase, a decrypted file). Not copyable by accident: see
/// clone().
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(Bytes&& bytes) noexcept : m_bytes(std::move(bytes)) {}
    /// Copies out of memory that the caller must wipe itself.
    explicit SecretBytes(ByteView bytes) : m_bytes(bytes.begin(), bytes.end()) {}
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : m_bytes(std::move(other.m_bytes)) {
        other.m_bytes.clear();
    }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            clear();
            m_bytes = std::move(other.m_bytes);
            other.m_bytes.clear();
        }
        return *this;
    }
    ~SecretBytes() { clear(); }

    SecretBytes clone() const { return SecretBytes(ByteView(m_bytes)); }
    ByteView reveal() const { return m_bytes; }
    std::size_t size() const { return m_bytes.size(); }
    bool empty() const { return m_bytes.empty(); }
    void clear() noexcept {
        wipe(m_bytes.data(), m_bytes.size());
        m_bytes.clear();
    }

private:
    Bytes m_bytes;
};

}  // namespace runnel
