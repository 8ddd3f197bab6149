// TLV streams (BOLT 1, "Type-Length-Value Format"): records of strictly ascending types, minimal
// lengths. Used for message extensions, onion payloads, offers and the store. Knows the syntax;
// what a type means is the caller's.
#pragma once

#include "core/base/codec.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace runnel::wire {

/// One record; the value is a view into the stream it came from.
struct TlvRecord {
    std::uint64_t type = 0;
    ByteView value;
};

/// Walks a stream from a Reader's position to its end:
///
///     TlvReader records(in);
///     while (const auto record = records.next()) { ... records.skip_unknown(*record) ... }
///     return in.finish(value);
///
/// Errors (truncated, not_minimal, bad_order, and unknown_even from skip_unknown) are left in the
/// Reader.
class TlvReader {
public:
    explicit TlvReader(Reader& in) : m_in(in) {}

    /// The next record, nothing at the end of the stream or after an error.
    std::optional<TlvRecord> next();
    /// What to call for a type without a meaning here: odd ones are passed over, even ones are an
    /// error ("it's ok to be odd").
    void skip_unknown(const TlvRecord& record);
    /// Records an error found in a record's value.
    void fail(DecodeError error) { m_in.fail(error); }

private:
    Reader& m_in;
    std::optional<std::uint64_t> m_last;
};

/// All records of a stream, whatever their type; at most half as many as the stream has bytes.
Result<std::vector<TlvRecord>, DecodeError> parse_tlv_stream(ByteView stream);

/// Writes records; the caller adds them in ascending order of type (anything else is our bug and
/// ends the process).
class TlvWriter {
public:
    TlvWriter& add(std::uint64_t type, ByteView value);
    /// A BOLT 1 tu16, tu32 or tu64.
    TlvWriter& add_truncated(std::uint64_t type, std::uint64_t value);
    TlvWriter& add_u64(std::uint64_t type, std::uint64_t value);
    TlvWriter& add_u32(std::uint64_t type, std::uint32_t value);

    const Bytes& view() const { return m_out.view(); }
    Bytes take() { return m_out.take(); }

private:
    Writer m_out;
    std::optional<std::uint64_t> m_last;
};

}  // namespace runnel::wire
