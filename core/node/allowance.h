// Allowance: how often a peer may have us do what costs it nothing and us something, such as an
// entry in a channel's journal, which is kept for ever. One in so many milliseconds, and so many at
// once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace runnel::node {

struct Allowance {
    std::uint64_t every_ms = 0;
    std::uint64_t at_once = 1;

    /// `used_until_ms`: until when what was taken so far uses it up; kept by the caller, 0 at
    /// first. False, and nothing is taken, when there is none left now (monotonic).
    bool take(std::uint64_t& used_until_ms, std::uint64_t now_ms) const {
        const std::uint64_t next = std::max(used_until_ms, now_ms) + every_ms;
        if (next > now_ms + at_once * every_ms) return false;
        used_until_ms = next;
        return true;
    }
};

}  // namespace runnel::node
