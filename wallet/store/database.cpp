#define SQLITE_HAS_CODEC  // Declares sqlite3_key().
#include "wallet/store/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <string>

namespace runnel::store {
namespace {

/// Once per process, before the library's first use. Its memory statistics would take a global lock
/// at each allocation.
void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        sqlite3_initialize();
    });
}

/// The raw key as the library wants it: x'...' in 64 hex digits. Then no passphrase stretching is
/// done: the key is random.
SecretBytes raw_key_text(const Secret32& key) {
    static constexpr char digits[] = "0123456789abcdef";
    Bytes out;
    out.reserve(67);
    append(out, bytes_of("x'"));
    for (const auto byte : key.reveal()) {
        out.push_back(static_cast<std::uint8_t>(digits[byte >> 4]));
        out.push_back(static_cast<std::uint8_t>(digits[byte & 15]));
    }
    append(out, bytes_of("'"));
    return SecretBytes(std::move(out));
}

// Set before the first page is read, the same at every opening:
//   page size and HMAC-SHA256 (a MAC per page, at half the cost of the default's SHA-512 with
//   today's processors);
//   cipher_memory_security off: it would lock and wipe every allocation of the library at several
//   times the cost of a commit. The page cache is ordinary memory of this process, like the state
//   that the node keeps beside it; the keys that must be locked away never enter the database but
//   for the wallet's words, read once at start.
//   its own log is off: it writes to stderr what the results already say.
constexpr const char* cipher_settings =
    "PRAGMA cipher_log_level = NONE;"
    "PRAGMA cipher_page_size = 4096;"
    "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"
    "PRAGMA cipher_memory_security = OFF;";

// Deleted bytes need no overwriting in an encrypted file: what was there is ciphertext already, and
// freed pages would have to be written for it.
constexpr const char* common_settings =
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA wal_autocheckpoint = 0;";

bool has_content(const std::filesystem::path& file) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(file, ignored);
    return !ignored && size > 0;
}

/// A path as the library reads one in a URI: `?`, `#` and `%` would end or change it.
std::string uri_of(const std::filesystem::path& path) {
    std::string out = "file:";
    const auto whole = std::filesystem::absolute(path);
    for (const char c : whole.native()) {
        switch (c) {
            case '%': out += "%25"; break;
            case '?': out += "%3f"; break;
            case '#': out += "%23"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace

bool DbError::is_full() const {
    return (code & 0xff) == SQLITE_FULL || system_errno == ENOSPC || system_errno == EDQUOT ||
           system_errno == EFBIG;
}

bool DbError::is_damage() const {
    const int primary = code & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
           code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS ||
           code == SQLITE_IOERR_DATA;
}

Statement::~Statement() { sqlite3_finalize(m_statement); }

Statement& Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(m_statement, index, value);
    return *this;
}

Statement& Statement::bind(int index, ByteView bytes) {
    // A null pointer would bind NULL, not an empty value.
    static constexpr std::uint8_t nothing = 0;
    const void* data = bytes.data() != nullptr ? bytes.data() : &nothing;
    sqlite3_bind_blob64(m_statement, index, data, bytes.size(), SQLITE_STATIC);
    return *this;
}

Result<bool, DbError> Statement::step() {
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto* db = sqlite3_db_handle(m_statement);
    DbError error{sqlite3_extended_errcode(db), sqlite3_system_errno(db), sqlite3_errmsg(db)};
    sqlite3_reset(m_statement);
    return fail(std::move(error));
}

Result<void, DbError> Statement::run() {
    auto more = step();
    while (more && *more) more = step();
    if (!more) return fail(more.error());
    reset();
    return {};
}

void Statement::reset() { sqlite3_reset(m_statement); }

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(m_statement, column);
}

ByteView Statement::bytes(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(m_statement, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return text == nullptr ? std::string() : std::string(text);
}

Result<Connection, DbError> Connection::open(const std::filesystem::path& path, const Secret32& key,
                                             Access access) {
    start_library();
    Connection out;
    const bool still = access == Access::still;
    const bool has_log = has_content(path.native() + "-wal");
    int opened = SQLITE_OK;
    if (!still) {
        opened = sqlite3_open_v2(path.c_str(), &out.m_db,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    } else if (has_log) {
        // With the log, and its index in memory (locking_mode, below) instead of in a file beside
        // it. That mode asks for a lock that a file opened for reading cannot have; so none is
        // asked for.
        opened = sqlite3_open_v2(path.c_str(), &out.m_db,
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, "unix-none");
    } else {
        // Without one the library would make it, but for a file that it takes for unchangeable.
        opened =
            sqlite3_open_v2((uri_of(path) + "?immutable=1").c_str(), &out.m_db,
                            SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
    }
    if (opened != SQLITE_OK) return fail(out.error());
    sqlite3_extended_result_codes(out.m_db, 1);
    const auto text = raw_key_text(key);
    if (sqlite3_key(out.m_db, text.reveal().data(), static_cast<int>(text.size())) != SQLITE_OK)
        return fail(out.error());
    // The write-ahead log is taken into the file when this program says so, not whenever a
    // connection goes away.
    sqlite3_db_config(out.m_db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(out.m_db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    RUNNEL_CHECK(out.execute(cipher_settings));
    RUNNEL_CHECK(out.execute(common_settings));
    sqlite3_busy_timeout(out.m_db, 5000);
    if (still) RUNNEL_CHECK(out.execute("PRAGMA locking_mode = EXCLUSIVE;"));
    if (access != Access::write)
        RUNNEL_CHECK(out.execute("PRAGMA query_only = ON; PRAGMA cache_size = -2000;"));
    return out;
}

Connection::~Connection() { sqlite3_close_v2(m_db); }

DbError Connection::error() const {
    if (m_db == nullptr) return {SQLITE_NOMEM, 0, "out of memory"};
    return {sqlite3_extended_errcode(m_db), sqlite3_system_errno(m_db), sqlite3_errmsg(m_db)};
}

Result<void, DbError> Connection::execute(const char* sql) {
    if (sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error());
    return {};
}

Result<Statement, DbError> Connection::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(m_db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK) {
        return fail(error());
    }
    return Statement(statement);
}

Result<std::int64_t, DbError> Connection::number(const char* sql) {
    RUNNEL_TRY(auto statement, prepare(sql));
    RUNNEL_TRY(const bool row, statement.step());
    return row ? statement.number(0) : 0;
}

void Connection::on_commit(int (*hook)(void*, sqlite3*, const char*, int), void* context) {
    sqlite3_wal_hook(m_db, hook, context);
}

Result<bool, DbError> Connection::checkpoint(Checkpoint kind) {
    int frames = 0;
    int done = 0;
    const int mode =
        kind == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
    const int code = sqlite3_wal_checkpoint_v2(m_db, nullptr, mode, &frames, &done);
    if (code == SQLITE_BUSY) return false;  // A reader still looks at an older state: later.
    if (code != SQLITE_OK) return fail(error());
    return frames == done;
}

}  // namespace runnel::store
