// The door to the disk. A turn is sealed until Journal::commit has made its records durable; only
// then do its new state and its effects come out, and from nowhere else. That "nothing is sent
// before it is on disk" is a property of the types.
#pragma once

#include "core/ports/record.h"

#include "core/base/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace runnel::ports {

/// Why a commit has no certain outcome. There is no retry and no resume in place: the process ends
/// and believes only what the reopened file says. Nothing is force-closed for it.
struct CommitError {
    enum class Kind : std::uint8_t { disk_full, io, corrupt, closed } kind = Kind::io;
    std::string detail;  ///< The library's words, for the log.
};

/// What lies behind the seal: the node's own type derives from it. The journal moves it and never
/// looks.
class Sealed {
public:
    virtual ~Sealed() = default;
};

class Turn;

/// A turn whose records are durable.
class Committed {
public:
    std::unique_ptr<Sealed> take() { return std::move(m_sealed); }

private:
    friend class Journal;
    explicit Committed(std::unique_ptr<Sealed> sealed) : m_sealed(std::move(sealed)) {}
    std::unique_ptr<Sealed> m_sealed;
};

/// Next state, records and effects of a set of events; readable only by a Journal.
class Turn {
public:
    Turn(Records records, std::unique_ptr<Sealed> sealed)
        : m_records(std::move(records)), m_sealed(std::move(sealed)) {}
    bool has_records() const { return !m_records.empty(); }

private:
    friend class Journal;
    Records m_records;
    std::unique_ptr<Sealed> m_sealed;
};

class Journal {
public:
    using Done = std::function<void(Result<Committed, CommitError>)>;

    virtual ~Journal() = default;

    /// Makes the turn's records durable in one transaction, then calls `done` (on any thread)
    /// exactly once. One commit is under way at a time. A turn without records is done at once and
    /// costs no disk.
    void commit(Turn&& turn, Done done) {
        if (turn.m_records.empty()) {
            done(Committed(std::move(turn.m_sealed)));
            return;
        }
        auto sealed = std::make_shared<std::unique_ptr<Sealed>>(std::move(turn.m_sealed));
        write(std::move(turn.m_records),
              [sealed, done = std::move(done)](Result<void, CommitError> written) {
                  if (written) {
                      done(Committed(std::move(*sealed)));
                  } else {
                      done(fail(written.error()));
                  }
              });
    }

protected:
    using Written = std::function<void(Result<void, CommitError>)>;
    /// All or nothing, fsynced. May answer on another thread.
    virtual void write(Records&& records, Written done) = 0;
};

/// Reads back what was committed, at start and for lists too long for memory. Values may be read
/// while the journal writes (each call sees one committed state).
class RecordReader {
public:
    virtual ~RecordReader() = default;
    virtual std::optional<Bytes> get(RecordKind kind, ByteView key) const = 0;
    /// Every (key, value) of a kind in key order, from `from` on when given; `each` returns false
    /// to stop.
    virtual void scan(RecordKind kind, ByteView from,
                      const std::function<bool(ByteView key, ByteView value)>& each) const = 0;
    /// As scan(), in falling key order, starting below `before` (all when empty).
    virtual void scan_back(RecordKind kind, ByteView before,
                           const std::function<bool(ByteView key, ByteView value)>& each) const = 0;
    /// The last entry of each subject's journal, in the order of subjects.
    virtual void journal_ends(const std::function<void(ByteView subject, std::uint64_t sequence,
                                                       ByteView body)>& each) const = 0;
};

}  // namespace runnel::ports
