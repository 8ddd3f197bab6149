// A store without a disk, for scenarios: Journal and RecordReader over one plain value, the
// DiskImage. What a crash leaves behind is exactly that value, so a test copies it, lets the node
// die at any commit, and starts another one from the copy. Answers at once, or when told, so that a
// test can look at the moment between "handed over" and "durable". Single-threaded; never loses or
// reorders what it has answered.
#pragma once

#include "core/ports/journal.h"
#include "core/ports/journal_chain.h"

#include <deque>
#include <map>
#include <set>

namespace runnel::sim {

/// Everything that is on the disk. Copying it is taking an image; comparing two is a test's "memory
/// equals disk".
struct DiskImage {
    struct Entry {
        Bytes subject;
        Bytes body;
        Hash256 hash;
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    std::map<ports::RecordKind, std::map<Bytes, Bytes>> records;
    std::vector<Entry>
        journal;  ///< In the order written; entry i has sequence i + 1, as in the real store.
    std::map<Bytes, Hash256> heads;  ///< Last hash by subject.
    std::uint64_t commits = 0;       ///< Transactions that are part of this image.

    /// One transaction.
    void apply(const ports::Records& records_of_turn);
    friend bool operator==(const DiskImage&, const DiskImage&) = default;
};

class MemoryStore final : public ports::Journal, public ports::RecordReader {
public:
    enum class Answer : std::uint8_t { at_once, when_told };

    explicit MemoryStore(DiskImage image = {}, Answer answer = Answer::at_once)
        : m_image(std::move(image)), m_answer(answer) {}

    const DiskImage& image() const { return m_image; }

    /// Commits are counted from 1, from the construction of this object, those without records not
    /// at all.
    std::uint64_t commits() const { return m_seen; }
    /// Commit n is not written and never answered; nothing after it is. The process "died".
    void crash_before(std::uint64_t n) { m_crash_before.insert(n); }
    /// Commit n is on the disk, its answer never arrives.
    void crash_after(std::uint64_t n) { m_crash_after.insert(n); }
    /// Commit n is not written and answered with an error; everything later is answered `closed`.
    void fail_commit(std::uint64_t n,
                     ports::CommitError::Kind kind = ports::CommitError::Kind::io) {
        m_fail[n] = kind;
    }
    bool crashed() const { return m_crashed; }

    /// With Answer::when_told: writes and answers the oldest commit handed over. False when there
    /// is none.
    bool answer_next();
    std::size_t unanswered() const { return m_waiting.size(); }

    std::optional<Bytes> get(ports::RecordKind kind, ByteView key) const override;
    void scan(ports::RecordKind kind, ByteView from,
              const std::function<bool(ByteView key, ByteView value)>& each) const override;
    void scan_back(ports::RecordKind kind, ByteView before,
                   const std::function<bool(ByteView key, ByteView value)>& each) const override;
    void journal_ends(const std::function<void(ByteView subject, std::uint64_t sequence,
                                               ByteView body)>& each) const override;

protected:
    void write(ports::Records&& records, Written done) override;

private:
    struct Waiting {
        std::uint64_t number = 0;
        ports::Records records;
        Written done;
    };
    void perform(Waiting&& waiting);

    DiskImage m_image;
    Answer m_answer;
    std::uint64_t m_seen = 0;
    std::set<std::uint64_t> m_crash_before, m_crash_after;
    std::map<std::uint64_t, ports::CommitError::Kind> m_fail;
    bool m_crashed = false;
    bool m_failed = false;
    std::deque<Waiting> m_waiting;
};

}  // namespace runnel::sim
