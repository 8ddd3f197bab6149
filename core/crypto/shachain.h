// Per-commitment secrets (BOLT 3, "Per-commitment Secret Requirements" and "Efficient
// Per-commitment Secret Storage"): generation from a seed, and storage of up to 2^48 received
// secrets in 49 slots, each of which proves those before it.
#pragma once

#include "core/base/codec.h"
#include "core/base/ids.h"
#include "core/base/secret.h"

#include <array>
#include <cstdint>
#include <optional>

namespace runnel::crypto {

/// BOLT 3 counts down from this while commitment numbers count up.
inline constexpr std::uint64_t shachain_first_index = (std::uint64_t{1} << 48) - 1;

constexpr std::uint64_t shachain_index(CommitmentNumber n) {
    return shachain_first_index - n.raw();
}

/// generate_from_seed of BOLT 3.
Secret32 shachain_secret(const Secret32& seed, std::uint64_t index);

/// Secrets received from the peer, oldest first.
class ShaChain {
public:
    /// Index of the next secret to be inserted: starts at shachain_first_index and falls.
    std::uint64_t next_index() const { return m_next; }
    /// Adds the secret of next_index(). False, and unchanged, when it does not derive the ones
    /// before: the peer lies.
    [[nodiscard]] bool insert(const Secret32& secret);
    /// The secret of an index already received; nothing for others.
    std::optional<Secret32> get(std::uint64_t index) const;
    std::optional<Secret32> get(CommitmentNumber n) const { return get(shachain_index(n)); }

    /// For the store: count, then (index, secret) pairs.
    void encode(Writer& out) const;
    static Result<ShaChain, DecodeError> decode(Reader& in);

private:
    struct Slot {
        std::uint64_t index = 0;
        Secret32 secret;
    };
    std::uint64_t m_next = shachain_first_index;
    std::size_t m_used = 0;
    std::array<Slot, 49> m_slots;
};

}  // namespace runnel::crypto
