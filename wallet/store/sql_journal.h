// SqlJournal: ports::Journal over the database. Every write is one transaction, durable (fsync of
// the write-ahead log) before it is answered. There is no retry: after a failed commit the file
// alone knows what happened, so every later write is refused and the process is expected to end.
//
// A disk that answers in less time than it takes to wake a thread and be woken by it is written to
// by whoever asks, and the answer comes before write() returns. On a slower one, or while it is at
// work, the writer's own thread does it, and answers.
//
// That thread also looks after the log between commits: it takes it into the database file when
// nothing is to do (or when the log has grown to its bound), keeps its blocks allocated, since
// growing a file makes each fsync dearer, and tells the sidecar once a second how far the journal
// has come.
#pragma once

#include "core/base/ids.h"
#include "core/ports/journal.h"
#include "wallet/store/database.h"
#include "wallet/store/sidecar.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace runnel::store {

class SqlJournal final : public ports::Journal {
public:
    struct Setup {
        std::filesystem::path wal;       ///< The write-ahead log's file.
        std::map<Bytes, Hash256> heads;  ///< Of every subject's chain.
        std::uint64_t last_sequence = 0;
        /// Called before each transaction: makes room for it when the disk is full.
        std::function<void()> make_room;
        /// Called now and then between them: keeps room for such a day, and tells whether there is
        /// so much beside it that the log may be allocated ahead.
        std::function<bool()> keep_room;
    };

    /// Starts the writer's thread; `db` belongs to the journal from here on. `sidecar` must outlive
    /// this.
    static Result<std::unique_ptr<SqlJournal>, DbError> start(Connection db, Sidecar& sidecar,
                                                              Setup setup);
    /// Stops as stop() does.
    ~SqlJournal() override;

    /// Commits what was handed over, ends the thread, and, unless a commit had failed, takes the
    /// whole log into the database file, truncates it and says so in the sidecar.
    void stop();
    /// The peers agree with what is here: a missing tail is not owed any more.
    void tail_agreed();

protected:
    void write(ports::Records&& records, Written done) override;

private:
    using Clock = std::chrono::steady_clock;
    struct Job {
        ports::Records records;
        Written done;
    };

    SqlJournal(Connection db, Sidecar& sidecar, Setup setup)
        : m_db(std::move(db)), m_sidecar(sidecar), m_setup(std::move(setup)) {}

    Result<void, DbError> prepare();
    void run();
    /// What is due between commits; returns when to look again.
    std::optional<Clock::time_point> tend(bool idle);
    Result<void, ports::CommitError> commit(const ports::Records& records);
    Result<void, DbError> transact(const ports::Records& records);
    void take_in_log();
    bool log_runs_short() const;
    void allocate_log(std::uint64_t size);
    void note_progress(WalState wal, bool durable);

    Connection m_db;
    Sidecar& m_sidecar;
    Setup m_setup;
    Statement m_begin, m_commit, m_put, m_erase, m_append;

    /// Held by whoever works on the database: the writer's thread, or a caller that found it at
    /// rest. What follows is theirs.
    std::mutex m_work;
    std::map<Bytes, Hash256> m_changed;  ///< Heads of the transaction under way.
    int m_frames = 0;                    ///< In the log; all of them are still to be taken in.
    bool m_failed = false;
    std::uint64_t m_log_size =
        0;                      ///< Bytes of the log's file that are written blocks, used or not.
    std::uint64_t m_noted = 0;  ///< Sequence the sidecar knows.
    Clock::time_point m_last_commit, m_last_note;

    std::atomic<bool> m_swift =
        false;  ///< The last commit was quick enough for the next to be the caller's.
    std::mutex m_sidecar_mutex;
    std::mutex m_mutex;  ///< Of what follows; may be held while m_work is asked for, never the
                         ///< other way round.
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    bool m_look = false;       ///< The thread shall see what is due.
    bool m_will_look = false;  ///< It does so before long, unasked.
    bool m_stopping = false;
    std::thread m_thread;
};

}  // namespace runnel::store
