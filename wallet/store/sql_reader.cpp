#include "wallet/store/sql_reader.h"

#include <algorithm>
#include <set>

namespace runnel::store {
namespace {

bool next(Statement& statement) {
    const auto more = statement.step();
    if (!more) throw ReadFailure(more.error());
    return *more;
}

}  // namespace

Statement SqlReader::prepare(const char* sql) const {
    auto statement = m_db.prepare(sql);
    if (!statement) throw ReadFailure(statement.error());
    return std::move(*statement);
}

std::optional<Bytes> SqlReader::get(ports::RecordKind kind, ByteView key) const {
    const std::lock_guard lock(m_mutex);
    // One statement serves all lookups: a lookup calls nobody who could ask again.
    if (!m_get) m_get = prepare("SELECT value FROM records WHERE kind = ? AND key = ?");
    m_get->bind(1, static_cast<std::int64_t>(kind)).bind(2, key);
    std::optional<Bytes> out;
    if (next(*m_get)) out = to_bytes(m_get->bytes(0));
    m_get->reset();
    return out;
}

void SqlReader::scan(ports::RecordKind kind, ByteView from,
                     const std::function<bool(ByteView key, ByteView value)>& each) const {
    const std::lock_guard lock(m_mutex);
    auto rows = prepare("SELECT key, value FROM records WHERE kind = ? AND key >= ? ORDER BY key");
    rows.bind(1, static_cast<std::int64_t>(kind)).bind(2, from);
    while (next(rows)) {
        if (!each(rows.bytes(0), rows.bytes(1))) return;
    }
}

void SqlReader::scan_back(ports::RecordKind kind, ByteView before,
                          const std::function<bool(ByteView key, ByteView value)>& each) const {
    const std::lock_guard lock(m_mutex);
    auto rows = prepare(
        before.empty()
            ? "SELECT key, value FROM records WHERE kind = ? ORDER BY key DESC"
            : "SELECT key, value FROM records WHERE kind = ? AND key < ? ORDER BY key DESC");
    rows.bind(1, static_cast<std::int64_t>(kind));
    if (!before.empty()) rows.bind(2, before);
    while (next(rows)) {
        if (!each(rows.bytes(0), rows.bytes(1))) return;
    }
}

void SqlReader::journal_ends(const std::function<void(ByteView subject, std::uint64_t sequence,
                                                      ByteView body)>& each) const {
    const std::lock_guard lock(m_mutex);
    std::uint64_t last = 0;
    for (const auto& [subject, end] : m_ends) last = std::max(last, end.sequence);
    auto rows = prepare("SELECT seq, subject, body FROM journal WHERE seq > ? ORDER BY seq");
    rows.bind(1, static_cast<std::int64_t>(last));
    while (next(rows)) {
        m_ends[to_bytes(rows.bytes(1))] = {static_cast<std::uint64_t>(rows.number(0)),
                                           to_bytes(rows.bytes(2))};
    }
    for (const auto& [subject, end] : m_ends) each(subject, end.sequence, end.body);
}

void SqlReader::subjects(const std::function<void(ByteView subject)>& each) const {
    const std::lock_guard lock(m_mutex);
    // Row by row, not DISTINCT: what lies before a page that cannot be read is told before that one
    // stops it.
    auto rows = prepare("SELECT subject FROM journal ORDER BY seq");
    std::set<Bytes> told;
    while (next(rows)) {
        if (told.insert(to_bytes(rows.bytes(0))).second) each(rows.bytes(0));
    }
}

void SqlReader::transcript(
    ByteView subject,
    const std::function<bool(std::uint64_t sequence, ByteView body, ByteView hash)>& each) const {
    const std::lock_guard lock(m_mutex);
    auto rows = prepare("SELECT seq, body, hash FROM journal WHERE subject = ? ORDER BY seq");
    rows.bind(1, subject);
    while (next(rows)) {
        if (!each(static_cast<std::uint64_t>(rows.number(0)), rows.bytes(1), rows.bytes(2))) return;
    }
}

std::optional<SecretBytes> SqlReader::secret(std::string_view name) const {
    const std::lock_guard lock(m_mutex);
    auto rows = prepare("SELECT value FROM secrets WHERE name = CAST(? AS TEXT)");
    rows.bind(1, bytes_of(name));
    if (!next(rows)) return std::nullopt;
    return SecretBytes(rows.bytes(0));
}

}  // namespace runnel::store
