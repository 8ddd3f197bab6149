#include "wallet/coins/selection.h"

#include "core/base/codec.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace runnel::coins {
namespace {

constexpr std::size_t max_branches = 100'000;

Milli input_waste(const Candidate& candidate, const Goal& goal) {
    return static_cast<Milli>(candidate.weight) *
           (static_cast<Milli>(goal.feerate) - static_cast<Milli>(long_term_feerate));
}

/// Depth-first over "with this coin" and "without it", the largest effective value first.
class Search {
public:
    Search(const std::vector<Candidate>& candidates, const Goal& goal)
        : m_candidates(candidates),
          m_goal(goal),
          m_order(candidates.size()),
          m_rest(candidates.size() + 1, 0),
          m_least_waste(candidates.size() + 1, 0) {
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
            const auto& left = candidates[a];
            const auto& right = candidates[b];
            if (left.effective != right.effective) return left.effective > right.effective;
            if (left.weight != right.weight) return left.weight < right.weight;
            return left.coin < right.coin;
        });
        for (std::size_t i = m_order.size(); i-- > 0;) {
            m_rest[i] = m_rest[i + 1] + at(i).effective;
            m_least_waste[i] = m_least_waste[i + 1] + std::min<Milli>(0, input_waste(at(i), goal));
        }
        // More than this and the remainder would make a change output.
        m_limit = goal.target + goal.change_fee + goal.least_change - 1;
    }

    std::optional<Selection> run() {
        std::vector<char> taken(m_order.size(), 0);
        std::vector<std::size_t> path;
        descend(0, 0, 0, taken, path);
        return std::move(m_best);
    }

private:
    const Candidate& at(std::size_t i) const { return m_candidates[m_order[i]]; }

    // The depth is at most the number of candidates that fit a standard transaction, some 1,700.
    void descend(std::size_t i, Milli sum, Milli waste, std::vector<char>& taken,
                 std::vector<std::size_t>& path) {
        if (m_branches++ >= max_branches || sum > m_limit) return;
        if (sum + m_rest[i] < m_goal.target) return;
        const Milli excess_now = std::max<Milli>(0, sum - m_goal.target);
        // Nothing below here can be better: inputs add at least m_least_waste, and the excess only
        // grows.
        if (m_best && waste + m_least_waste[i] + excess_now >= m_best->waste) return;
        if (sum >= m_goal.target) {
            const Milli total = waste + (sum - m_goal.target);
            if (!m_best || total < m_best->waste) {
                m_best.emplace();
                m_best->waste = total;
                for (const std::size_t step : path) m_best->picked.push_back(m_order[step]);
            }
        }
        if (i == m_order.size()) return;
        // A coin like one that was just left out would only repeat that branch.
        const bool repeated = i > 0 && taken[i - 1] == 0 &&
                              at(i - 1).effective == at(i).effective &&
                              at(i - 1).weight == at(i).weight;
        if (!repeated) {
            taken[i] = 1;
            path.push_back(i);
            descend(i + 1, sum + at(i).effective, waste + input_waste(at(i), m_goal), taken, path);
            path.pop_back();
            taken[i] = 0;
        }
        descend(i + 1, sum, waste, taken, path);
    }

    const std::vector<Candidate>& m_candidates;
    const Goal& m_goal;
    std::vector<std::size_t> m_order;
    std::vector<Milli> m_rest;  ///< Sum of effective values from here on.
    std::vector<Milli>
        m_least_waste;  ///< What inputs from here on can save at most (not positive).
    Milli m_limit = 0;
    std::size_t m_branches = 0;
    std::optional<Selection> m_best;
};

}  // namespace

std::uint64_t Draw::next() {
    if (m_used + 8 > 32) {
        Writer counter;
        counter.le64(m_counter++);
        m_block = crypto::sha256({m_seed.view(), counter.view()});
        m_used = 0;
    }
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = out << 8 | m_block.raw()[m_used + i];
    m_used += 8;
    return out;
}

std::uint64_t Draw::below(std::uint64_t bound) {
    if (bound <= 1) return 0;
    // The last, incomplete run of values would favour small results: drawn again.
    const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() -
                                std::numeric_limits<std::uint64_t>::max() % bound;
    for (;;) {
        const std::uint64_t value = next();
        if (value < limit) return value % bound;
    }
}

std::optional<Selection> judge(const std::vector<Candidate>& candidates,
                               std::vector<std::size_t> picked, const Goal& goal) {
    Milli sum = 0;
    Milli waste = 0;
    for (const std::size_t index : picked) {
        sum += candidates[index].effective;
        waste += input_waste(candidates[index], goal);
    }
    if (sum < goal.target) return std::nullopt;
    const Milli excess = sum - goal.target;
    Selection out;
    out.change = excess - goal.change_fee >= goal.least_change;
    if (out.change ? !goal.change_possible : goal.change_required) return std::nullopt;
    out.picked = std::move(picked);
    out.waste = waste + (out.change ? goal.change_fee + goal.change_spend : excess);
    return out;
}

std::optional<Selection> branch_and_bound(const std::vector<Candidate>& candidates,
                                          const Goal& goal) {
    if (goal.change_required) return std::nullopt;
    return Search(candidates, goal).run();
}

std::optional<Selection> single_random_draw(const std::vector<Candidate>& candidates,
                                            const Goal& goal, Draw& draw) {
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    draw.shuffle(order);
    const Milli with_change = goal.target + goal.change_fee;
    std::size_t enough =
        0;  // Lengths of the shortest beginnings of `order` that do; 0 for none yet.
    std::size_t with_some = 0;
    std::size_t with_good = 0;
    Milli sum = 0;
    for (std::size_t i = 0; i < order.size() && with_good == 0; ++i) {
        sum += candidates[order[i]].effective;
        if (enough == 0 && sum >= goal.target) enough = i + 1;
        if (with_some == 0 && sum >= with_change + goal.least_change) with_some = i + 1;
        if (sum >= with_change + goal.good_change) with_good = i + 1;
    }
    const std::size_t length = with_good != 0 ? with_good : with_some != 0 ? with_some : enough;
    if (length == 0) return std::nullopt;
    order.resize(length);
    return judge(candidates, std::move(order), goal);
}

std::optional<Selection> select(const std::vector<Candidate>& candidates, const Goal& goal,
                                Draw& draw) {
    // Given inputs that suffice on their own: a coin more would only cost its fee.
    if (auto alone = judge(candidates, {}, goal)) return alone;
    auto exact = branch_and_bound(candidates, goal);
    auto drawn = single_random_draw(candidates, goal, draw);
    if (!exact) return drawn;
    if (!drawn || exact->waste <= drawn->waste) return exact;
    return drawn;
}

}  // namespace runnel::coins
