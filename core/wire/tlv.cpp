#include "core/wire/tlv.h"

#include <cstdlib>

namespace runnel::wire {

std::optional<TlvRecord> TlvReader::next() {
    if (!m_in.ok() || m_in.at_end()) return std::nullopt;
    TlvRecord record;
    record.type = m_in.bigsize();
    if (m_in.ok() && m_last && record.type <= *m_last) m_in.fail(DecodeError::bad_order);
    record.value = m_in.bytes(m_in.bigsize());
    if (!m_in.ok()) return std::nullopt;
    m_last = record.type;
    return record;
}

void TlvReader::skip_unknown(const TlvRecord& record) {
    if (record.type % 2 == 0) m_in.fail(DecodeError::unknown_even);
}

Result<std::vector<TlvRecord>, DecodeError> parse_tlv_stream(ByteView stream) {
    Reader in(stream);
    TlvReader records(in);
    std::vector<TlvRecord> out;
    while (const auto record = records.next()) out.push_back(*record);
    return in.finish(std::move(out));
}

TlvWriter& TlvWriter::add(std::uint64_t type, ByteView value) {
    if (m_last && type <= *m_last) std::abort();
    m_last = type;
    m_out.bigsize(type).bigsize(value.size()).bytes(value);
    return *this;
}

TlvWriter& TlvWriter::add_truncated(std::uint64_t type, std::uint64_t value) {
    return add(type, Writer().truncated_uint(value).view());
}

TlvWriter& TlvWriter::add_u64(std::uint64_t type, std::uint64_t value) {
    return add(type, Writer().u64(value).view());
}

TlvWriter& TlvWriter::add_u32(std::uint64_t type, std::uint32_t value) {
    return add(type, Writer().u32(value).view());
}

}  // namespace runnel::wire
