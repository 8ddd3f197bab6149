// The envelope: the store's random key, wrapped by a key that Argon2id makes of the passphrase. A
// small versioned file in two copies, replaced atomically, so that changing the passphrase never
// touches the database. Holds no plaintext secret: salt, cost, nonce and the sealed key. A wrong
// passphrase shows only after the full derivation, so a guess costs what it costs.
//
//     magic 8 | version 2 | algorithm 1 | operations 8 | memory 8 | generation 8 |
//     salt 16 | nonce 24 | sealed key 48 | sha256 32
//
// Numbers big-endian. Everything before the sealed key is associated data of the AEAD
// (XChaCha20-Poly1305); the hash at the end tells a damaged copy from a wrong passphrase.
#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "wallet/store/errors.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace runnel::store {

/// What one derivation costs (Argon2id, one lane).
struct Cost {
    std::uint64_t operations = 7;
    std::uint64_t memory_bytes = std::uint64_t{128} << 20;

    /// Passes over 128 MiB that take about `target` on this machine, at least 3 (RFC 9106 advises
    /// no fewer).
    static Cost measured(std::chrono::milliseconds target = std::chrono::milliseconds(500));
    /// The same with a clock of the caller's: how long a derivation of so many passes takes. Each
    /// is asked twice and the shorter time counts, for the cost is stored for good: a busy moment
    /// can only make a derivation look longer, and must make no wallet weak for it.
    using Time = std::function<std::chrono::nanoseconds(std::uint64_t operations)>;
    static Cost measured(std::chrono::milliseconds target, const Time& time);
    /// From how long a derivation of one pass and one of three took. A machine that was
    /// busy during one of them makes a wallet that is a little quicker or slower to open, never one
    /// that takes many times as long.
    static std::uint64_t passes(std::chrono::nanoseconds one, std::chrono::nanoseconds three,
                                std::chrono::milliseconds target);
    /// The least there is: for tests, and for a passphrase that is itself a random key.
    static Cost cheap() { return {1, 8192}; }
    friend bool operator==(const Cost&, const Cost&) = default;
};

/// A passphrase as typed. Empty is refused unless it is meant: the file then protects only against
/// nobody.
struct Passphrase {
    ByteView bytes;
    bool may_be_empty = false;
};

/// A copy that is not what the newest one is.
struct OddCopy {
    enum class Was : std::uint8_t {
        missing,
        damaged,
        older,  ///< A change of the passphrase was cut between the copies, or a backup of this file
                ///< alone was put back.
    };
    std::string file;  ///< Its name in the directory.
    Was was = Was::missing;
    friend bool operator==(const OddCopy&, const OddCopy&) = default;
};
std::string_view to_string(OddCopy::Was was);

class Envelope {
public:
    /// The two copies in `directory`.
    explicit Envelope(std::filesystem::path directory);

    /// Is there any copy, readable or not?
    bool exists() const;
    /// Wraps a new key, replacing what is there.
    Result<void, StoreError> write(const Secret32& store_key, const Passphrase& passphrase,
                                   const Cost& cost) const;
    /// The store key, of the newer readable copy. Errors: Missing, EnvelopeDamaged, NewerVersion,
    /// WrongPassphrase, OutOfMemory.
    Result<Secret32, StoreError> read(ByteView passphrase) const;
    /// The same, and makes the other copy equal to it afterwards.
    Result<Secret32, StoreError> open(ByteView passphrase) const;
    /// What open() would make anew, for its caller to tell. Nothing when no copy can be read.
    std::vector<OddCopy> odd_copies() const;
    /// Opens with the old one, then writes both copies anew, with a new salt.
    Result<void, StoreError> change(ByteView old_passphrase, const Passphrase& new_passphrase,
                                    const Cost& cost) const;
    /// Takes everybody else's rights to the copies away.
    Result<void, StoreError> make_private() const;
    /// Removes both copies: for undoing an unfinished creation.
    void remove() const;

private:
    struct Copy;
    Result<Copy, StoreError> newest() const;
    Result<Secret32, StoreError> unwrap(const Copy& copy, ByteView passphrase) const;
    Result<void, StoreError> replace_both(ByteView file) const;

    std::filesystem::path m_first, m_second;
};

}  // namespace runnel::store
