// Choosing coins as arithmetic: which of these values reach that target at the least waste. Knows
// numbers only; scripts, keys and the rules about reserves and confirmations are the planner's.
// Everything is in thousandths of a satoshi, in which a fee (feerate per 1000 weight units times
// weight) is exact and linear.
#pragma once

#include "core/base/ids.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace runnel::coins {

/// Thousandths of a satoshi, signed: differences and waste may be negative. 21 million coins
/// are 2.1e18, a quarter of the range; the planner refuses totals beyond that.
using Milli = std::int64_t;

/// What waste compares a feerate with: what spending a coin is expected to cost some quieter day
/// (10 sat/vB).
inline constexpr std::uint32_t long_term_feerate = 2500;

struct Candidate {
    std::size_t coin = 0;  ///< The caller's index.
    Milli effective = 0;   ///< Value less the fee of spending it; positive.
    std::uint64_t weight = 0;
};

struct Goal {
    Milli target = 0;        ///< The candidates' effective values must reach it.
    Milli change_fee = 0;    ///< Fee of the change output.
    Milli least_change = 0;  ///< The smallest change worth an output: the dust limit.
    Milli good_change = 0;   ///< A change this large is useful as a coin; at least `least_change`.
    Milli change_spend = 0;  ///< What spending the change will cost at the long term feerate.
    /// Without a change script: only selections whose remainder would be dust will do.
    bool change_possible = true;
    bool change_required = false;  ///< A transaction must have an output.
    std::uint32_t feerate = 0;     ///< Per 1000 weight units.
};

struct Selection {
    std::vector<std::size_t> picked;  ///< Indexes into the candidates.
    bool change = false;
    Milli waste = 0;
};

/// Draws from a stream of SHA-256(seed || counter); the same seed gives the same draws.
class Draw {
public:
    explicit Draw(const Hash256& seed) : m_seed(seed) {}
    /// Evenly below `bound` (at least 1).
    std::uint64_t below(std::uint64_t bound);
    template <typename T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
        }
    }

private:
    std::uint64_t next();
    Hash256 m_seed;
    Hash256 m_block;
    std::uint64_t m_counter = 0;
    std::size_t m_used = 32;
};

/// The selection as a transaction: whether it pays, whether it has change, and its waste. Change is
/// made if and only if it would not be dust; what is left otherwise goes to the fee. Nothing when
/// it does not pay.
std::optional<Selection> judge(const std::vector<Candidate>& candidates,
                               std::vector<std::size_t> picked, const Goal& goal);

/// Branch and bound for a selection without change, of least waste. Searches everything up to about
/// 16 candidates, beyond that a bounded number of branches.
std::optional<Selection> branch_and_bound(const std::vector<Candidate>& candidates,
                                          const Goal& goal);

/// Coins in random order until they reach the target and leave a good change, or any change, or
/// just enough.
std::optional<Selection> single_random_draw(const std::vector<Candidate>& candidates,
                                            const Goal& goal, Draw& draw);

/// The better of both by waste; nothing only if all candidates together do not reach the goal.
std::optional<Selection> select(const std::vector<Candidate>& candidates, const Goal& goal,
                                Draw& draw);

}  // namespace runnel::coins
