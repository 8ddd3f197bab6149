// SQLCipher behind two small types: a keyed connection and a prepared statement. Knows no table.
// The key goes in by the library call, never in SQL text, where a trace or an error message could
// show it. Not thread-safe: one thread at a time.
#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace runnel::store {

/// The library's extended result code, the errno behind it if there was one, its words.
struct DbError {
    int code = 0;
    int system_errno = 0;
    std::string message;

    /// No space, quota or file size left.
    bool is_full() const;
    /// The file is not what was written: a page that fails its MAC, a broken structure.
    bool is_damage() const;
};

class Statement {
public:
    Statement() = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement(Statement&& other) noexcept
        : m_statement(std::exchange(other.m_statement, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept {
        std::swap(m_statement, other.m_statement);
        return *this;
    }
    ~Statement();

    /// Parameters count from 1. Bound bytes must live until reset() or the next bind.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, ByteView bytes);
    /// True when there is a row.
    Result<bool, DbError> step();
    /// For statements without rows: steps to the end and resets.
    Result<void, DbError> run();
    void reset();

    /// Columns count from 0; views live until the next step or reset.
    std::int64_t number(int column) const;
    ByteView bytes(int column) const;
    std::string text(int column) const;

private:
    friend class Connection;
    explicit Statement(sqlite3_stmt* statement) : m_statement(statement) {}
    sqlite3_stmt* m_statement = nullptr;
};

class Connection {
public:
    enum class Access : std::uint8_t {
        write,
        read,   ///< Beside a writer of this process: every change is refused.
        still,  ///< Nobody writes, and nothing may be: neither the file nor one beside it is made
                ///< or changed. The write-ahead log is read if one is there. The caller sees to it
                ///< that no other process has the file open.
    };

    Connection() = default;
    /// Opens an existing file (an empty one is a new database).
    static Result<Connection, DbError> open(const std::filesystem::path& path, const Secret32& key,
                                            Access access);

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&& other) noexcept : m_db(std::exchange(other.m_db, nullptr)) {}
    Connection& operator=(Connection&& other) noexcept {
        std::swap(m_db, other.m_db);
        return *this;
    }
    ~Connection();

    Result<void, DbError> execute(const char* sql);
    Result<Statement, DbError> prepare(const char* sql);
    /// The first column of the first row; 0 when there is none.
    Result<std::int64_t, DbError> number(const char* sql);
    /// Calls back after each commit with the number of frames in the write-ahead log.
    void on_commit(int (*hook)(void*, sqlite3*, const char*, int), void* context);
    enum class Checkpoint : std::uint8_t { passive, truncate };
    /// True when every frame is in the database file now.
    Result<bool, DbError> checkpoint(Checkpoint kind);

    sqlite3* handle() const { return m_db; }

private:
    DbError error() const;
    sqlite3* m_db = nullptr;
};

}  // namespace runnel::store
