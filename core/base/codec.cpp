#include "core/base/codec.h"

#include <boost/endian/conversion.hpp>

namespace runnel {

namespace endian = boost::endian;

std::string_view to_string(DecodeError error) {
    switch (error) {
        case DecodeError::truncated: return "truncated";
        case DecodeError::trailing_bytes: return "trailing_bytes";
        case DecodeError::not_minimal: return "not_minimal";
        case DecodeError::too_large: return "too_large";
        case DecodeError::bad_value: return "bad_value";
        case DecodeError::bad_order: return "bad_order";
        case DecodeError::unknown_even: return "unknown_even";
        case DecodeError::bad_point: return "bad_point";
        case DecodeError::bad_signature: return "bad_signature";
        case DecodeError::bad_checksum: return "bad_checksum";
        case DecodeError::bad_character: return "bad_character";
        case DecodeError::bad_prefix: return "bad_prefix";
        case DecodeError::wrong_network: return "wrong_network";
        case DecodeError::missing_field: return "missing_field";
        case DecodeError::unsupported: return "unsupported";
    }
    return "unknown";
}

namespace {

template <typename T, endian::order Order>
T load(ByteView view) {
    return view.size() == sizeof(T) ? endian::endian_load<T, sizeof(T), Order>(view.data()) : T{};
}

template <typename T, endian::order Order>
void store(Bytes& out, T value) {
    std::uint8_t buffer[sizeof(T)];
    endian::endian_store<T, sizeof(T), Order>(buffer, value);
    out.insert(out.end(), buffer, buffer + sizeof(T));
}

}  // namespace

ByteView Reader::bytes(std::uint64_t size) {
    if (m_error) return {};
    if (size > m_rest.size()) {
        fail(DecodeError::truncated);
        return {};
    }
    const auto out = m_rest.first(static_cast<std::size_t>(size));
    m_rest = m_rest.subspan(static_cast<std::size_t>(size));
    return out;
}

void Reader::fail(DecodeError error) {
    if (!m_error) m_error = error;
}

void Reader::expect_end() {
    if (!m_rest.empty()) fail(DecodeError::trailing_bytes);
}

std::uint8_t Reader::u8() { return load<std::uint8_t, endian::order::big>(bytes(1)); }
std::uint16_t Reader::u16() { return load<std::uint16_t, endian::order::big>(bytes(2)); }
std::uint32_t Reader::u32() { return load<std::uint32_t, endian::order::big>(bytes(4)); }
std::uint64_t Reader::u64() { return load<std::uint64_t, endian::order::big>(bytes(8)); }
std::uint16_t Reader::le16() { return load<std::uint16_t, endian::order::little>(bytes(2)); }
std::uint32_t Reader::le32() { return load<std::uint32_t, endian::order::little>(bytes(4)); }
std::uint64_t Reader::le64() { return load<std::uint64_t, endian::order::little>(bytes(8)); }

std::uint64_t Reader::bigsize() {
    const std::uint8_t first = u8();
    if (first < 0xfd) return first;
    const std::uint64_t value = first == 0xfd ? u16() : first == 0xfe ? u32() : u64();
    const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (ok() && value < least) fail(DecodeError::not_minimal);
    return ok() ? value : 0;
}

std::uint64_t Reader::compact_size() {
    const std::uint8_t first = u8();
    if (first < 0xfd) return first;
    const std::uint64_t value = first == 0xfd ? le16() : first == 0xfe ? le32() : le64();
    const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (ok() && value < least) fail(DecodeError::not_minimal);
    return ok() ? value : 0;
}

std::uint64_t Reader::truncated_uint(std::size_t max_bytes) {
    if (m_error) return 0;
    if (m_rest.size() > max_bytes) {
        fail(DecodeError::too_large);
        return 0;
    }
    if (!m_rest.empty() && m_rest.front() == 0) {
        fail(DecodeError::not_minimal);
        return 0;
    }
    std::uint64_t value = 0;
    for (const auto byte : bytes(m_rest.size())) value = value << 8 | byte;
    return value;
}

Writer& Writer::u8(std::uint8_t v) { return m_out.push_back(v), *this; }
Writer& Writer::u16(std::uint16_t v) {
    return store<std::uint16_t, endian::order::big>(m_out, v), *this;
}
Writer& Writer::u32(std::uint32_t v) {
    return store<std::uint32_t, endian::order::big>(m_out, v), *this;
}
Writer& Writer::u64(std::uint64_t v) {
    return store<std::uint64_t, endian::order::big>(m_out, v), *this;
}
Writer& Writer::le16(std::uint16_t v) {
    return store<std::uint16_t, endian::order::little>(m_out, v), *this;
}
Writer& Writer::le32(std::uint32_t v) {
    return store<std::uint32_t, endian::order::little>(m_out, v), *this;
}
Writer& Writer::le64(std::uint64_t v) {
    return store<std::uint64_t, endian::order::little>(m_out, v), *this;
}

Writer& Writer::bigsize(std::uint64_t v) {
    if (v < 0xfd) return u8(static_cast<std::uint8_t>(v));
    if (v < 0x10000) return u8(0xfd).u16(static_cast<std::uint16_t>(v));
    if (v < 0x100000000) return u8(0xfe).u32(static_cast<std::uint32_t>(v));
    return u8(0xff).u64(v);
}

Writer& Writer::compact_size(std::uint64_t v) {
    if (v < 0xfd) return u8(static_cast<std::uint8_t>(v));
    if (v < 0x10000) return u8(0xfd).le16(static_cast<std::uint16_t>(v));
    if (v < 0x100000000) return u8(0xfe).le32(static_cast<std::uint32_t>(v));
    return u8(0xff).le64(v);
}

Writer& Writer::truncated_uint(std::uint64_t v) {
    bool started = false;
    for (int shift = 56; shift >= 0; shift -= 8) {
        const auto byte = static_cast<std::uint8_t>(v >> shift);
        if (byte != 0) started = true;
        if (started) u8(byte);
    }
    return *this;
}

Writer& Writer::bytes(ByteView v) { return append(m_out, v), *this; }

}  // namespace runnel
