// Timeline: keys in the order in which their values came to be, so that a page of a long list costs
// its own length and not the list's. Derived from the values' sequence numbers, never stored.
#pragma once

#include "core/base/ids.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace runnel::node {

/// A payment in either direction: a hash may be in both.
struct PaymentKey {
    PaymentHash hash;
    bool outgoing = false;
};

template <typename Key>
class Timeline {
public:
    void put(std::uint64_t sequence, const Key& key) { m_keys.insert_or_assign(sequence, key); }
    void erase(std::uint64_t sequence) { m_keys.erase(sequence); }

    /// At most `limit` keys, the newest first, all older than `cursor`.
    std::vector<Key> newest(std::size_t limit, const std::optional<std::uint64_t>& cursor) const {
        std::vector<Key> out;
        auto at = cursor ? m_keys.lower_bound(*cursor) : m_keys.end();
        while (at != m_keys.begin() && out.size() < limit) out.push_back((--at)->second);
        return out;
    }

private:
    std::map<std::uint64_t, Key> m_keys;
};

}  // namespace runnel::node
