// Store: the wallet's directory. One process at a time has it open; everything in it is encrypted
// under a random key that the envelope wraps with the passphrase.
//
//   lock          who has it open                 key.1 key.2   the envelope, twice
//   wallet.db     SQLCipher, with -wal and -shm   sidecar       how far the journal had come
//   reserve       space for a full disk           creating      only while a creation is unfinished
//
// Directory 0700, files 0600. Opening checks every page's MAC, every hash chain, schema, network
// and tail; nothing is ever repaired silently (odd_copies()). What the records mean is for the
// rooms that write them.
#pragma once

#include "core/base/network.h"
#include "core/ports/journal.h"
#include "wallet/store/envelope.h"

#include <functional>
#include <memory>

namespace runnel::store {

/// Why the journal's end is not trusted.
enum class TailProblem : std::uint8_t {
    none,
    sidecar_missing,  ///< Nothing says how far the journal had come.
    older_epoch,      ///< The database was opened more often than this copy of it knows.
    missing_records,  ///< Entries that were written are not there.
    log_missing,      ///< The write-ahead log was there and is gone.
    log_unexpected,   ///< A write-ahead log lies where a clean stop had left none.
    not_yet_agreed,   ///< An earlier opening found one of the above and tail_agreed() was never
                      ///< called.
};

/// While this does not agree, a peer may hold newer states than we know of: no commitment of ours
/// may be broadcast before the peer of its channel has compared. What no peer can punish goes on
/// (app/node/hold_back.h).
struct TailState {
    TailProblem problem = TailProblem::none;
    std::uint64_t expected = 0;  ///< Last sequence of the journal by the sidecar.
    std::uint64_t found = 0;     ///< And by the journal.
    bool agrees() const { return problem == TailProblem::none; }
};

class Store {
public:
    struct Secret {
        std::string name;
        SecretBytes value;
    };
    struct Creation {
        std::filesystem::path directory;
        Network network = Network::regtest;
        Passphrase passphrase;
        Cost cost;
        std::vector<Secret>
            secrets;  ///< Written with the creation: a store without its words never exists.
        ports::Records records;  ///< As well.
    };
    struct Opening {
        std::filesystem::path directory;
        Network network = Network::regtest;
        ByteView passphrase;
        /// Instead of asking the file system how much may still be written: for tests of a disk
        /// that fills up.
        std::function<std::uint64_t()> free_space{};
    };
    /// Kept on the disk as a file. It is given up when less than this is free, also while running,
    /// and taken again when there is room.
    static constexpr std::uint64_t reserve_bytes = std::uint64_t{4} << 20;
    /// Below this much free space, low_space() is true.
    static constexpr std::uint64_t space_wanted = std::uint64_t{16} << 20;

    /// Is there a finished store?
    static bool exists(const std::filesystem::path& directory);
    /// Gives the folder another name, which nobody has yet. InUse, IoError.
    static Result<void, StoreError> set_aside(const std::filesystem::path& directory,
                                              const std::filesystem::path& name);
    /// Makes one and opens it. Exists, InUse, EmptyPassphrase, OutOfMemory, IoError.
    static Result<std::unique_ptr<Store>, StoreError> create(const Creation& creation);
    /// Errors: all but Exists and EmptyPassphrase.
    static Result<std::unique_ptr<Store>, StoreError> open(const Opening& opening);
    /// As open(), but for a damaged store too, and also on a disk that may not be written any more:
    /// makes and changes no file, not even a lock or a copy of the key. journal() refuses every
    /// commit and damage() lists what is broken.
    static Result<std::unique_ptr<Store>, StoreError> open_for_export(const Opening& opening);

    /// Stops as close() does.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    ports::Journal& journal();
    /// Calls may throw ReadFailure (sql_reader.h).
    const ports::RecordReader& reader() const;
    /// The journal of one subject, oldest first, with the hash stored for each entry.
    void transcript(ByteView subject,
                    const std::function<bool(std::uint64_t sequence, ByteView body, ByteView hash)>&
                        each) const;
    std::optional<SecretBytes> secret(std::string_view name) const;

    const TailState& tail() const;
    /// Every peer's channel_reestablish fits what is here: the tail is trusted again.
    void tail_agreed();

    const std::vector<Damaged>& damage() const;
    /// Copies of the key's envelope that were not what the newest one is; opening made them anew
    /// from it, but for export. Whoever opened it tells: a disk that loses one file may lose the
    /// next.
    const std::vector<OddCopy>& odd_copies() const;
    /// Whose journals there are. May throw ReadFailure, after those that could be read were told.
    void subjects(const std::function<void(ByteView subject)>& each) const;
    /// Little space is left: no new channel, no new payment; closes and claims go on, in the space
    /// of the reserve once there is no other.
    bool low_space() const;

    /// Wraps the same store key anew.
    Result<void, StoreError> change_passphrase(ByteView old_passphrase,
                                               const Passphrase& new_passphrase, const Cost& cost);

    /// A clean stop: what was handed over is committed, the log is taken in and truncated, the
    /// sidecar says so. The journal refuses everything afterwards; reading goes on.
    void close();

private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace runnel::store
