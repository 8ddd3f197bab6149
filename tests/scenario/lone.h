// A node on its own: events in, effects out, nobody at the other end.
#pragma once

#include "tests/scenario/duo.h"

#include "core/sim/memory_store.h"

namespace runnel::test {

class Lone {
public:
    explicit Lone(std::uint8_t which, sim::DiskImage disk = {})
        : m_parts(parts_for(which)), m_store(std::move(disk)) {
        load();
    }
    void take(std::vector<node::Event> events) {
        auto turn =
            node->plan(events, {UnixTime(1'750'000'000), ++now_ms, ports::Entropy(Secret32{})});
        m_store.commit(std::move(turn), [&](Result<ports::Committed, ports::CommitError> done) {
            if (done) effects = node->apply(*std::move(done));
        });
    }
    /// Forgets everything that is not on disk.
    void load() {
        auto loaded = node::Node::load(m_parts.config, m_parts.keys, m_parts.planner, m_store);
        if (loaded) node.emplace(*std::move(loaded));
    }
    const sim::DiskImage& disk() const { return m_store.image(); }

    std::optional<node::Node> node;
    std::vector<ports::Effect> effects;
    std::uint64_t now_ms = 0;  ///< Monotonic.

private:
    sim::Parts m_parts;
    sim::MemoryStore m_store;
};

}  // namespace runnel::test
