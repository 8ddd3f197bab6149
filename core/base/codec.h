// Reading and writing byte formats. Reader never reads past its view, never allocates more than the
// input holds, and remembers its first error, so that a decoder can read all its fields and ask
// once. Writer appends. Names: u16 and friends are big-endian (Lightning wire), le16 and friends
// little-endian (Bitcoin), bigsize is BOLT 1's, compact_size Bitcoin's. Both variable integers must
// be minimal.
#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace runnel {

/// Why bytes or a text could not be understood.
enum class DecodeError : std::uint8_t {
    truncated,       ///< The input ends before the field does.
    trailing_bytes,  ///< The input goes on after the last field.
    not_minimal,     ///< A variable length integer is longer than it needs to be.
    too_large,       ///< A length or number above the format's limit.
    bad_value,       ///< A field holds a value the format forbids.
    bad_order,       ///< Records not strictly ascending by type (BOLT 1 TLV).
    unknown_even,    ///< A TLV type we must understand and do not.
    bad_point,       ///< Not a valid public key.
    bad_signature,   ///< Not a valid signature encoding, or one that does not verify.
    bad_checksum,    ///< A text's checksum is wrong.
    bad_character,   ///< A text holds a character outside its alphabet, or mixed case.
    bad_prefix,      ///< A text does not begin as its format must.
    wrong_network,   ///< Made for another chain than this wallet's.
    missing_field,   ///< A compulsory field is absent.
    unsupported,     ///< A version or feature that must be understood and is not.
};

/// A short technical name, for logs and tests; people's words are made in ui/format.
std::string_view to_string(DecodeError error);

class Reader {
public:
    explicit Reader(ByteView bytes) : m_rest(bytes) {}

    bool ok() const { return !m_error.has_value(); }
    std::optional<DecodeError> error() const { return m_error; }
    bool at_end() const { return m_rest.empty(); }
    std::size_t remaining() const { return m_rest.size(); }
    ByteView rest() const { return m_rest; }

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    std::uint16_t le16();
    std::uint32_t le32();
    std::uint64_t le64();
    /// BOLT 1 BigSize, minimal.
    std::uint64_t bigsize();
    /// Bitcoin CompactSize, minimal.
    std::uint64_t compact_size();
    /// BOLT 1 tu16/tu32/tu64: all that is left, big-endian, no leading zero byte, at most
    /// `max_bytes`.
    std::uint64_t truncated_uint(std::size_t max_bytes);
    /// A view of the next `size` bytes; empty on error.
    ByteView bytes(std::uint64_t size);
    template <std::size_t N, typename Tag>
    void fixed(Fixed<N, Tag>& out) {
        const auto view = bytes(N);
        if (view.size() == N) std::copy(view.begin(), view.end(), out.raw().begin());
    }
    template <typename F>
    F fixed() {
        F out;
        fixed(out);
        return out;
    }

    /// Records an error of the caller's; the first one stays.
    void fail(DecodeError error);
    /// Records trailing_bytes unless everything was read.
    void expect_end();

    /// The value when everything so far was fine, else the error.
    template <typename T>
    Result<T, DecodeError> finish(T&& value) {
        if (m_error) return runnel::fail(*m_error);
        return std::forward<T>(value);
    }

private:
    ByteView m_rest;
    std::optional<DecodeError> m_error;
};

class Writer {
public:
    Writer& u8(std::uint8_t v);
    Writer& u16(std::uint16_t v);
    Writer& u32(std::uint32_t v);
    Writer& u64(std::uint64_t v);
    Writer& le16(std::uint16_t v);
    Writer& le32(std::uint32_t v);
    Writer& le64(std::uint64_t v);
    Writer& bigsize(std::uint64_t v);
    Writer& compact_size(std::uint64_t v);
    /// BOLT 1 tu64: big-endian without leading zero bytes; zero is no byte at all.
    Writer& truncated_uint(std::uint64_t v);
    Writer& bytes(ByteView v);
    template <std::size_t N, typename Tag>
    Writer& fixed(const Fixed<N, Tag>& v) {
        return bytes(v.view());
    }

    std::size_t size() const { return m_out.size(); }
    const Bytes& view() const { return m_out; }
    Bytes take() { return std::move(m_out); }
    void reserve(std::size_t size) { m_out.reserve(size); }

private:
    Bytes m_out;
};

}  // namespace runnel
