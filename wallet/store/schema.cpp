#include "wallet/store/schema.h"

#include "core/ports/journal_chain.h"

#include <array>

namespace runnel::store {
namespace {

/// Part of what every stored wallet went through: add at the end, never change one.
constexpr std::array<const char*, 2> migrations{
    // 1: values by kind and key; the journal with its hashes; one row each for what concerns the
    // store itself; the wallet's
    // secrets, which are no records so that no list of records can ever show them.
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE records (kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY "
    "KEY (kind, key))"
    " WITHOUT ROWID;"
    "CREATE TABLE journal (seq INTEGER PRIMARY KEY, subject BLOB NOT NULL, body BLOB NOT NULL, "
    "hash BLOB NOT NULL);"
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;",
    // 2: values beside their index, not in it. In the tree of an index a row of more than a quarter
    // of a page spills onto pages of
    // its own, and each rewriting of it frees those and takes new ones: a busy channel's turn wrote
    // six pages, and now two.
    "CREATE TABLE records_2 (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL, "
    "value BLOB NOT NULL,"
    " UNIQUE (kind, key));"
    "INSERT INTO records_2 (kind, key, value) SELECT kind, key, value FROM records ORDER BY kind, "
    "key;"
    "DROP TABLE records;"
    "ALTER TABLE records_2 RENAME TO records;",
};

}  // namespace

const std::int64_t schema_version = static_cast<std::int64_t>(migrations.size());

StoreError as_store_error(const DbError& error, const char* operation) {
    if (error.is_damage()) return Damaged{{}, 0, error.message};
    return IoError{std::string(operation) + ": " + error.message, error.system_errno};
}

Result<void, StoreError> migrate(Connection& db) {
    const auto found = db.number("PRAGMA user_version");
    if (!found) return fail(as_store_error(found.error(), "read schema version"));
    if (*found > schema_version) {
        return fail(NewerVersion{static_cast<std::uint64_t>(*found),
                                 static_cast<std::uint64_t>(schema_version)});
    }
    for (auto version = *found; version < schema_version; ++version) {
        const auto sql = std::string("BEGIN EXCLUSIVE;") +
                         migrations[static_cast<std::size_t>(version)] +
                         "PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT;";
        if (const auto done = db.execute(sql.c_str()); !done) {
            const auto error = as_store_error(done.error(), "migrate");
            static_cast<void>(db.execute("ROLLBACK"));
            return fail(error);
        }
    }
    return {};
}

JournalState verify_journal(Connection& db) {
    JournalState out;
    std::map<Bytes, bool> broken;
    const auto report = [&](Bytes subject, std::uint64_t sequence, const char* detail) {
        if (std::exchange(broken[subject], true)) return;
        out.damage.push_back({std::move(subject), sequence, detail});
    };
    auto rows = db.prepare("SELECT seq, subject, body, hash FROM journal ORDER BY seq");
    if (!rows) {
        out.damage.push_back({{}, 0, rows.error().message});
        return out;
    }
    while (true) {
        const auto more = rows->step();
        if (!more) {
            report({}, out.last_sequence + 1, more.error().message.c_str());
            break;
        }
        if (!*more) break;
        const auto sequence = static_cast<std::uint64_t>(rows->number(0));
        auto subject = to_bytes(rows->bytes(1));
        // Numbers are given without gaps, over all subjects together.
        if (sequence != out.last_sequence + 1)
            report(subject, out.last_sequence + 1, "entry missing");
        out.last_sequence = sequence;
        auto& head = out.heads[subject];
        head = ports::chain_hash(head, subject, rows->bytes(2));
        auto& end = out.ends[subject];
        end.sequence = sequence;
        end.body.assign(rows->bytes(2).begin(), rows->bytes(2).end());
        const auto stored = Hash256::from(rows->bytes(3));
        if (!stored || *stored != head) {
            report(subject, sequence, "hash differs");
            // Go on from what is written, so that one edited entry is named once and a later one is
            // seen too.
            if (stored) head = *stored;
        }
    }
    return out;
}

std::vector<Damaged> verify_pages(Connection& db) {
    std::vector<Damaged> out;
    auto rows = db.prepare("PRAGMA cipher_integrity_check");
    if (!rows) return {{{}, 0, rows.error().message}};
    while (true) {
        const auto more = rows->step();
        if (!more) {
            out.push_back({{}, 0, more.error().message});
            return out;
        }
        if (!*more) return out;
        out.push_back({{}, 0, rows->text(0)});
    }
}

}  // namespace runnel::store
