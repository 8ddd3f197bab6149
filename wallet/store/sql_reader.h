// SqlReader: ports::RecordReader over a connection of its own, beside the writer's. Each call sees
// one committed state. Usable from several threads; they take turns.
#pragma once

#include "core/ports/journal.h"
#include "wallet/store/database.h"
#include "wallet/store/schema.h"

#include <mutex>
#include <optional>
#include <stdexcept>

namespace runnel::store {

/// The file could not be read, which says nothing about what it holds: taking it for "absent" could
/// lose a channel. Nobody can go on sensibly, so it is an exception.
class ReadFailure : public std::runtime_error {
public:
    explicit ReadFailure(const DbError& error)
        : std::runtime_error("store: " + error.message + " (code " + std::to_string(error.code) +
                             ")") {}
};

class SqlReader final : public ports::RecordReader {
public:
    /// `ends` is what whoever has read the whole journal knows of it (schema.h): it is read on from
    /// there.
    SqlReader(Connection db, JournalEnds ends) : m_db(std::move(db)), m_ends(std::move(ends)) {}

    // All of these may throw ReadFailure. `each` may call this reader again.
    std::optional<Bytes> get(ports::RecordKind kind, ByteView key) const override;
    void scan(ports::RecordKind kind, ByteView from,
              const std::function<bool(ByteView key, ByteView value)>& each) const override;
    void scan_back(ports::RecordKind kind, ByteView before,
                   const std::function<bool(ByteView key, ByteView value)>& each) const override;
    void journal_ends(const std::function<void(ByteView subject, std::uint64_t sequence,
                                               ByteView body)>& each) const override;

    /// The journal of one subject, oldest first: what is exported for others to check.
    void transcript(ByteView subject,
                    const std::function<bool(std::uint64_t sequence, ByteView body, ByteView hash)>&
                        each) const;
    /// Everything that has a journal.
    void subjects(const std::function<void(ByteView subject)>& each) const;
    std::optional<SecretBytes> secret(std::string_view name) const;

private:
    Statement prepare(const char* sql) const;

    mutable std::recursive_mutex m_mutex;
    mutable Connection m_db;
    mutable std::optional<Statement> m_get;
    mutable JournalEnds m_ends;
};

}  // namespace runnel::store
