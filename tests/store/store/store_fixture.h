// What the store's tests share: a directory that goes away, records that can be checked, commits
// that wait.
#pragma once

#include "tests/support/test_main.h"

#include "wallet/store/database.h"
#include "wallet/store/store.h"

#include <QTemporaryDir>

#include <condition_variable>
#include <mutex>

namespace runnel::test {

using store::Store;

class Home {
public:
    std::filesystem::path path() const { return m_directory.path().toStdString() + "/wallet"; }
    std::filesystem::path file(const char* name) const { return path() / name; }

    Store::Creation creation() const {
        Store::Creation out;
        out.directory = path();
        out.passphrase = {bytes_of("correct horse"), false};
        out.cost = store::Cost::cheap();
        return out;
    }
    Store::Opening opening(std::string_view passphrase = "correct horse") const {
        Store::Opening out;
        out.directory = path();
        out.passphrase = bytes_of(passphrase);
        return out;
    }
    std::unique_ptr<Store> create() const {
        auto made = Store::create(creation());
        if (!made) qFatal("create: %s", store::describe(made.error()).c_str());
        return std::move(*made);
    }
    std::unique_ptr<Store> open() const {
        auto opened = Store::open(opening());
        if (!opened) qFatal("open: %s", store::describe(opened.error()).c_str());
        return std::move(*opened);
    }
    /// The error of an opening that must fail.
    store::StoreError refused() const {
        auto opened = Store::open(opening());
        if (opened) qFatal("the store opened");
        return opened.error();
    }
    /// The database itself, for a test that changes it as somebody with the key could.
    store::Connection keyed() const {
        auto key = store::Envelope(path()).open(bytes_of("correct horse"));
        return std::move(
            *store::Connection::open(file("wallet.db"), *key, store::Connection::Access::write));
    }

private:
    QTemporaryDir m_directory;
};

/// Commits and waits for the answer; nothing when it is well.
inline std::optional<ports::CommitError> commit(ports::Journal& journal, ports::Records records) {
    std::mutex mutex;
    std::condition_variable answered;
    bool done = false;
    std::optional<ports::CommitError> error;
    journal.commit(ports::Turn(std::move(records), nullptr), [&](auto result) {
        const std::lock_guard lock(mutex);
        if (!result) error = result.error();
        done = true;
        answered.notify_one();
    });
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return done; });
    return error;
}

inline Bytes number_bytes(std::uint64_t n) {
    Bytes out(8);
    for (std::size_t i = 0; i < 8; ++i) out[7 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return out;
}

/// Turn n of the tests: a value that says n, a value of its own, an entry in the journal of one of
/// two subjects.
inline ports::Records turn(std::uint64_t n) {
    Bytes value = number_bytes(n);
    value.resize(500, static_cast<std::uint8_t>(n));
    return {ports::Put{ports::RecordKind::channel, {1}, number_bytes(n)},
            ports::Put{ports::RecordKind::htlc_history, number_bytes(n), value},
            ports::Append{Bytes(32, static_cast<std::uint8_t>(n % 2)), number_bytes(n)}};
}

/// How many turns are in the store; -1 when they are not whole or not in order.
inline std::int64_t whole_turns(const Store& store) {
    std::int64_t histories = 0;
    bool fits = true;
    store.reader().scan(ports::RecordKind::htlc_history, {}, [&](ByteView key, ByteView value) {
        ++histories;
        fits = fits && to_bytes(key) == number_bytes(static_cast<std::uint64_t>(histories)) &&
               value.size() == 500;
        return true;
    });
    std::int64_t entries = 0;
    for (std::uint8_t subject = 0; subject < 2; ++subject) {
        store.transcript(Bytes(32, subject), [&](std::uint64_t sequence, ByteView body, ByteView) {
            ++entries;
            fits = fits && to_bytes(body) == number_bytes(sequence);
            return true;
        });
    }
    const auto last = store.reader().get(ports::RecordKind::channel, Bytes{1});
    if (histories == 0) return fits && entries == 0 && !last ? 0 : -1;
    if (!fits || entries != histories ||
        last != number_bytes(static_cast<std::uint64_t>(histories)))
        return -1;
    return histories;
}

}  // namespace runnel::test
