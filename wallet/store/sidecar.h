// The sidecar: a small file beside the database that remembers how far the journal had come. A hash
// chain cannot notice that its end was cut off (an older copy put back, a write-ahead log deleted):
// the sidecar can, and then no commitment of a channel is broadcast before its peer's reestablish
// message has said where the channel stands. Authenticated with a key made of the store's, in two
// slots that are written in turn, so that a torn write leaves the older one.
#pragma once

#include "core/base/secret.h"
#include "wallet/store/files.h"

#include <optional>

namespace runnel::store {

/// What the write-ahead log must look like.
enum class WalState : std::uint8_t {
    empty = 1,    ///< After a clean stop.
    either = 2,   ///< While starting, and while stopping.
    present = 3,  ///< While running.
};

struct SidecarState {
    std::uint64_t epoch = 0;          ///< Counts openings; the database has the same number.
    std::uint64_t last_sequence = 0;  ///< Of the journal; a lower bound while running.
    WalState wal = WalState::either;
    std::uint64_t owed_sequence =
        0;  ///< A tail was missing up to here and nobody has agreed yet; 0 for none.
    friend bool operator==(const SidecarState&, const SidecarState&) = default;
};

class Sidecar {
public:
    /// Opens or makes the file.
    static Result<Sidecar, StoreError> open(const std::filesystem::path& path,
                                            const Secret32& store_key);

    /// The newest readable slot when the file was opened, or what was written since.
    const std::optional<SidecarState>& state() const { return m_state; }
    /// Writes the next slot; with `durable`, to the disk.
    Result<void, IoError> write(const SidecarState& state, bool durable);

private:
    Sidecar(File file, const Secret32& key) : m_file(std::move(file)), m_key(key) {}

    File m_file;
    Secret32 m_key;
    std::optional<SidecarState> m_state;
    std::uint64_t m_count = 0;  ///< Of writes; its last bit chooses the slot.
};

}  // namespace runnel::store
