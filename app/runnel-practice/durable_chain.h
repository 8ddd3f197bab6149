// DurableChain: the simulated chain of a practice network, and the file that it is. Every change is
// on the disk before the call that made it returns: what anybody was told about a block or a
// transaction is still true after kill -9 and power loss, and the chain never is behind what a node
// has committed. The file only grows:
//
//     "runnel-practice-chain" version | start time | salt | records
//     (version 1 had no salt: two chains that were begun in the same second were one)
//     record: length 4 | kind 1 | check of these two 4 | payload | checksum of all before 8
//
// Both checks are the first bytes of a SHA-256. Version 1 had no salt, so that two chains begun in
// the same second were one, and no check of a length, so that a damaged one hid what followed it.
//
// A record that was being written when the machine stopped was told to nobody: it is cut off at the
// next start. Anything else that does not fit is damage, and named.
#pragma once

#include "core/sim/chain.h"
#include "wallet/store/files.h"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace runnel::practice {

/// The disk did not take a change. Nothing may be said about the chain any more: the process ends.
class ChainWriteError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Why there is no chain: a sentence's end, for people.
struct ChainFileError {
    std::string cause;
};

class DurableChain {
public:
    /// Reads the file, or makes a new chain whose tip is about `now` old. With another salt it has
    /// no block in common with any other: a wallet tells by that whether it is the one it knows.
    static Result<DurableChain, ChainFileError> open(const std::filesystem::path& file,
                                                     UnixTime now, std::uint32_t salt);

    const sim::SimChain& chain() const { return m_chain; }
    /// Another number after each change of the mempool.
    std::uint64_t mempool_changes() const { return m_mempool_changes; }

    // All of these throw ChainWriteError.
    Result<sim::Accepted, sim::Rejection> submit(const bitcoin::Transaction& tx);
    sim::PackageResult submit_package(const bitcoin::Transaction& parent,
                                      const bitcoin::Transaction& child);
    Result<bitcoin::OutPoint, sim::Rejection> faucet(const bitcoin::Script& script, Sat amount);
    void mine(unsigned count, UnixTime now);

private:
    enum class Kind : std::uint8_t { block = 1, transaction = 2, package = 3 };

    DurableChain(sim::SimChain chain, store::File file, std::uint64_t size)
        : m_chain(std::move(chain)), m_file(std::move(file)), m_size(size) {}
    static Bytes record(Kind kind, ByteView payload);
    /// A file of version 1 as one of this version; a record that was never finished is left out.
    static Result<Bytes, ChainFileError> upgraded(ByteView file);
    /// The end of the last whole record.
    static Result<std::uint64_t, ChainFileError> replay(sim::SimChain& chain, ByteView records,
                                                        std::uint64_t offset);
    static bool take(sim::SimChain& chain, Kind kind, ByteView payload);
    void write(ByteView records);

    sim::SimChain m_chain;
    store::File m_file;
    std::uint64_t m_size = 0;
    std::uint64_t m_mempool_changes = 1;
};

}  // namespace runnel::practice
