#include "wallet/store/sql_journal.h"

#include "core/ports/journal_chain.h"

#include <fcntl.h>

namespace runnel::store {
namespace {

using std::chrono::milliseconds;

/// The log's blocks are written ahead in steps, so that a wallet that is busy from its first second
/// meets few of them, and whole once there is time.
constexpr std::uint64_t log_step = std::uint64_t{1} << 20;
constexpr std::uint64_t whole_log = std::uint64_t{8} << 20;
constexpr std::uint64_t frame_size = 4096 + 24;
/// A large turn should still fit when the next step is taken.
constexpr std::uint64_t log_margin = std::uint64_t{1} << 18;
/// Frames after which the log is taken in even while busy: within what is allocated.
constexpr int most_frames = 1500;
/// Quiet time after which the log is taken in anyway.
constexpr milliseconds quiet(200);
constexpr milliseconds note_interval(1000);
/// A commit that takes longer is left to the thread: a caller has sockets to read meanwhile.
constexpr std::chrono::microseconds swift(1000);
/// And a turn of more records than a payment by itself has: much is under way, so there is
/// something to do beside it.
constexpr std::size_t small_turn = 8;

int count_frames(void* context, sqlite3*, const char*, int frames) {
    *static_cast<int*>(context) = frames;
    return 0;
}

ports::CommitError as_commit_error(const DbError& error) {
    using Kind = ports::CommitError::Kind;
    const auto kind = error.is_full()     ? Kind::disk_full
                      : error.is_damage() ? Kind::corrupt
                                          : Kind::io;
    return {kind, error.message + " (code " + std::to_string(error.code) + ", errno " +
                      std::to_string(error.system_errno) + ")"};
}

}  // namespace

Result<std::unique_ptr<SqlJournal>, DbError> SqlJournal::start(Connection db, Sidecar& sidecar,
                                                               Setup setup) {
    std::unique_ptr<SqlJournal> out(new SqlJournal(std::move(db), sidecar, std::move(setup)));
    RUNNEL_CHECK(out->prepare());
    out->m_db.on_commit(count_frames, &out->m_frames);
    out->allocate_log(log_step);
    out->m_noted = out->m_setup.last_sequence;
    out->m_last_commit = out->m_last_note = Clock::now();
    out->m_thread = std::thread([journal = out.get()] { journal->run(); });
    return out;
}

SqlJournal::~SqlJournal() { stop(); }

Result<void, DbError> SqlJournal::prepare() {
    const auto make = [&](Statement& statement, const char* sql) -> Result<void, DbError> {
        RUNNEL_TRY(statement, m_db.prepare(sql));
        return {};
    };
    RUNNEL_CHECK(make(m_begin, "BEGIN IMMEDIATE"));
    RUNNEL_CHECK(make(m_commit, "COMMIT"));
    RUNNEL_CHECK(make(m_put,
                      "INSERT INTO records (kind, key, value) VALUES (?, ?, ?)"
                      " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"));
    RUNNEL_CHECK(make(m_erase, "DELETE FROM records WHERE kind = ? AND key = ?"));
    RUNNEL_CHECK(
        make(m_append, "INSERT INTO journal (seq, subject, body, hash) VALUES (?, ?, ?, ?)"));
    return {};
}

void SqlJournal::write(ports::Records&& records, Written done) {
    std::unique_lock lock(m_mutex);
    if (m_stopping) {
        lock.unlock();
        done(fail(ports::CommitError{ports::CommitError::Kind::closed, "the store is closed"}));
        return;
    }
    // Nothing that was handed over before may be overtaken: with no job waiting and nobody at work,
    // nothing was. Nor the thread, when it has to look after the log: a caller that is quick would
    // let it grow for ever.
    std::unique_lock work(m_work, std::defer_lock);
    if (!m_swift || records.size() > small_turn || m_look || !m_jobs.empty() || !work.try_lock()) {
        m_jobs.push_back({std::move(records), std::move(done)});
        m_wake.notify_one();
        return;
    }
    lock.unlock();
    auto result = commit(records);
    const bool is_due = m_frames >= most_frames || log_runs_short();
    work.unlock();
    lock.lock();
    if (is_due || !m_will_look) {
        m_look = true;
        m_wake.notify_one();
    }
    lock.unlock();
    done(std::move(result));
}

void SqlJournal::run() {
    std::unique_lock lock(m_mutex);
    while (true) {
        if (!m_jobs.empty()) {
            auto job = std::move(m_jobs.front());
            m_jobs.pop_front();
            // Taken before the job is out of sight: a caller in between would overtake it.
            std::unique_lock work(m_work);
            lock.unlock();
            auto result = commit(job.records);
            work.unlock();
            job.records.clear();
            job.done(std::move(result));
            job.done = {};  // What it holds goes before the next wait, not after.
            work.lock();
            tend(false);
            work.unlock();
            lock.lock();
            continue;
        }
        if (m_stopping) return;
        m_look = m_will_look = false;
        lock.unlock();
        std::unique_lock work(m_work);
        const auto again = tend(true);
        work.unlock();
        lock.lock();
        m_will_look = again.has_value();
        const auto due = [this] { return !m_jobs.empty() || m_stopping || m_look; };
        if (again) {
            m_wake.wait_until(lock, *again, due);
        } else {
            m_wake.wait(lock, due);
        }
    }
}

std::optional<SqlJournal::Clock::time_point> SqlJournal::tend(bool idle) {
    if (m_failed) return std::nullopt;
    const auto now = Clock::now();
    std::optional<Clock::time_point> again;
    const auto at = [&again](Clock::time_point when) {
        again = again ? std::min(*again, when) : when;
    };

    if (m_noted != m_setup.last_sequence) {
        if (now - m_last_note >= note_interval) {
            m_last_note = now;
            note_progress(WalState::present, false);
        } else {
            at(m_last_note + note_interval);
        }
    }
    if (idle) static_cast<void>(m_setup.keep_room());
    const bool rested = idle && now - m_last_commit >= quiet;
    if (m_frames >= most_frames || (rested && m_frames > 0)) {
        take_in_log();
    } else if (m_frames > 0) {
        at(m_last_commit + quiet);
    }
    if (m_log_size < whole_log) {
        if (rested) {
            allocate_log(whole_log);
        } else {
            if (log_runs_short()) allocate_log(m_log_size + log_step);
            at(m_last_commit + quiet);
        }
    }
    return again;
}

void SqlJournal::take_in_log() {
    // Failing here loses nothing: everything is in the log, and the next commit will meet the same
    // trouble and say so.
    const auto done = m_db.checkpoint(Connection::Checkpoint::passive);
    if (done && *done) {
        m_frames = 0;
    } else {
        m_last_commit = Clock::now();  // Not again at once.
    }
}

bool SqlJournal::log_runs_short() const {
    return static_cast<std::uint64_t>(m_frames) * frame_size + log_margin > m_log_size;
}

void SqlJournal::allocate_log(std::uint64_t size) {
    // Tried once: where it fails the log grows as it is written, which is slower and nothing worse.
    m_log_size = size;
    if (!m_setup.keep_room()) return;
    // Zeros behind the log's last frame end it as the file's end would. They are really written,
    // once: blocks that are only reserved would cost at each first write what growing costs.
    const auto file = File::open(m_setup.wal, O_WRONLY);
    if (!file) return;
    const auto there = file->size();
    if (!there || *there >= size) return;
    const Bytes zeros(std::size_t{1} << 18);
    for (auto at = *there; at < size;) {
        const auto part = std::min<std::uint64_t>(zeros.size(), size - at);
        if (!file->write_at(at, ByteView(zeros).first(static_cast<std::size_t>(part)))) return;
        at += part;
    }
    static_cast<void>(file->sync());
}

void SqlJournal::note_progress(WalState wal, bool durable) {
    const std::lock_guard lock(m_sidecar_mutex);
    auto state = m_sidecar.state().value_or(SidecarState{});
    state.last_sequence = m_setup.last_sequence;
    state.wal = wal;
    // An old sidecar is a weaker witness, not a wrong one.
    if (m_sidecar.write(state, durable)) m_noted = m_setup.last_sequence;
}

void SqlJournal::tail_agreed() {
    const std::lock_guard lock(m_sidecar_mutex);
    auto state = m_sidecar.state().value_or(SidecarState{});
    state.owed_sequence = 0;
    static_cast<void>(m_sidecar.write(state, true));
}

Result<void, ports::CommitError> SqlJournal::commit(const ports::Records& records) {
    if (m_failed) {
        return fail(
            ports::CommitError{ports::CommitError::Kind::closed, "an earlier commit failed"});
    }
    const auto before = m_setup.last_sequence;
    m_changed.clear();
    const auto begun = Clock::now();
    const auto done = transact(records);
    m_last_commit = Clock::now();
    m_swift = m_last_commit - begun < swift;
    if (!done) {
        m_failed = true;
        m_setup.last_sequence = before;
        return fail(as_commit_error(done.error()));
    }
    for (auto& [subject, head] : m_changed) m_setup.heads[subject] = head;
    return {};
}

Result<void, DbError> SqlJournal::transact(const ports::Records& records) {
    m_setup.make_room();
    RUNNEL_CHECK(m_begin.run());
    for (const auto& record : records) {
        if (const auto* put = std::get_if<ports::Put>(&record)) {
            RUNNEL_CHECK(m_put.bind(1, static_cast<std::int64_t>(put->kind))
                             .bind(2, put->key)
                             .bind(3, put->value)
                             .run());
        } else if (const auto* erase = std::get_if<ports::Erase>(&record)) {
            RUNNEL_CHECK(
                m_erase.bind(1, static_cast<std::int64_t>(erase->kind)).bind(2, erase->key).run());
        } else {
            const auto& added = std::get<ports::Append>(record);
            auto [head, fresh] = m_changed.try_emplace(added.subject);
            if (fresh) {
                const auto known = m_setup.heads.find(added.subject);
                if (known != m_setup.heads.end()) head->second = known->second;
            }
            head->second = ports::chain_hash(head->second, added.subject, added.body);
            const auto sequence = static_cast<std::int64_t>(++m_setup.last_sequence);
            m_append.bind(1, sequence)
                .bind(2, added.subject)
                .bind(3, added.body)
                .bind(4, head->second.view());
            RUNNEL_CHECK(m_append.run());
        }
    }
    return m_commit.run();
}

void SqlJournal::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_wake.notify_one();
    }
    if (!m_thread.joinable()) return;
    m_thread.join();
    const std::lock_guard work(m_work);  // a caller may still be at it
    if (m_failed) return;
    // Whoever is killed in the middle leaves a log or none: neither is a sign of an older copy.
    note_progress(WalState::either, true);
    const auto done = m_db.checkpoint(Connection::Checkpoint::truncate);
    note_progress(done && *done ? WalState::empty : WalState::present, true);
}

}  // namespace runnel::store
