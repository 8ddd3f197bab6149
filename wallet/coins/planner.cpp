#include "wallet/coins/planner.h"

#include "core/bitcoin/script.h"
#include "wallet/coins/selection.h"
#include "wallet/coins/weights.h"

#include <algorithm>
#include <set>
#include <utility>

namespace runnel::coins {
namespace {

using ports::Coin;
using ports::SpendError;
using ports::SpendPlan;
using ports::SpendRequest;

constexpr Milli milli = 1000;
/// Nothing heavier than a block exists; a larger claim is cut so that sums stay in range.
constexpr std::uint64_t heaviest = 4'000'000;
/// A change of this size is worth having as a coin of its own later.
constexpr Sat good_change{50'000};

Milli in_milli(Sat amount) { return static_cast<Milli>(amount.raw()) * milli; }
Sat ceil_sat(Milli amount) {
    return Sat(amount <= 0 ? 0 : static_cast<std::uint64_t>((amount + milli - 1) / milli));
}

/// What the request itself says, checked and summed.
struct Frame {
    Sat sent;                  ///< All outputs; without the last one when it takes the rest.
    Sat given;                 ///< All given inputs.
    std::uint64_t weight = 0;  ///< Outputs and given inputs, without version, lock time and counts.
    Milli parent_lack = 0;     ///< What a parent's own fee is short of the feerate.
    Sat change_dust;
    std::uint64_t change_weight = 0;
};

struct Usable {
    const Coin* coin = nullptr;
    Candidate candidate;
    bool confirmed = false;
    bool kept = false;  ///< Part of the reserve.
};

Milli fee_of(const SpendRequest& request, std::uint64_t weight) {
    return static_cast<Milli>(request.feerate.raw()) * static_cast<Milli>(weight);
}

/// Sums that no chain could hold are treated as 21 million coins: never to be had, so never
/// planned.
Sat capped_sum(Sat a, Sat b) {
    const auto sum = add(a, b);
    return sum && *sum <= max_money ? *sum : max_money;
}

Result<Frame, SpendError> frame_of(const SpendRequest& request) {
    if (request.feerate < least_feerate || request.feerate > most_feerate) {
        return fail(SpendError(ports::FeerateOutOfRange{request.feerate}));
    }
    Frame frame;
    for (std::size_t i = 0; i < request.outputs.size(); ++i) {
        const auto& output = request.outputs[i];
        frame.weight += output_weight(output.script);
        if (request.drain && i + 1 == request.outputs.size()) continue;
        const Sat least = bitcoin::dust_limit(output.script);
        if (output.value < least) return fail(SpendError(ports::DustOutput{i, least}));
        frame.sent = capped_sum(frame.sent, output.value);
    }
    for (const auto& fixed : request.fixed) {
        SpendRequest::Fixed bounded = fixed;
        bounded.witness_weight = std::min(bounded.witness_weight, heaviest);
        frame.weight += input_weight(bounded);
        frame.given = capped_sum(frame.given, fixed.output.value);
    }
    const Milli parent_needs = fee_of(request, std::min(request.parent_weight, heaviest));
    const Milli parent_pays = in_milli(std::min(request.parent_fee, max_money));
    frame.parent_lack = std::max<Milli>(0, parent_needs - parent_pays);
    frame.change_dust = bitcoin::dust_limit(request.change_script);
    frame.change_weight = output_weight(request.change_script);
    return frame;
}

/// The coins that this request may spend at all and that are worth more than their fee, each once,
/// heaviest sums last: as many of the most valuable ones as a relayable transaction holds.
std::vector<Usable> usable_coins(std::span<const Coin> coins, const SpendRequest& request,
                                 const Frame& frame) {
    std::set<bitcoin::OutPoint> seen;
    for (const auto& fixed : request.fixed) seen.insert(fixed.input.previous);
    std::vector<Usable> out;
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const Coin& coin = coins[i];
        const bool spendable = coin.confirmed || (coin.ours && !request.confirmed_only);
        if (!spendable || coin.output.value > max_money) continue;
        if (!seen.insert(coin.outpoint).second) continue;
        Usable usable;
        usable.coin = &coin;
        usable.confirmed = coin.confirmed.has_value();
        usable.candidate.coin = i;
        usable.candidate.weight = input_weight(coin.path.type);
        usable.candidate.effective =
            in_milli(coin.output.value) - fee_of(request, usable.candidate.weight);
        if (usable.candidate.effective > 0) out.push_back(usable);
    }
    std::sort(out.begin(), out.end(), [](const Usable& a, const Usable& b) {
        if (a.candidate.effective != b.candidate.effective) {
            return a.candidate.effective > b.candidate.effective;
        }
        return a.coin->outpoint < b.coin->outpoint;
    });
    std::uint64_t weight = frame.weight + frame.change_weight + frame_weight(heaviest, heaviest);
    Sat total = frame.given;
    std::size_t fits = 0;
    for (; fits < out.size(); ++fits) {
        weight += out[fits].candidate.weight;
        const auto sum = add(total, out[fits].coin->output.value);
        if (weight > max_standard_weight || !sum || *sum > max_money) break;
        total = *sum;
    }
    out.resize(fits);
    return out;
}

/// Marks the confirmed coins that stay behind: of those large enough, the ones whose loss costs the
/// spend least. Coins that the feerate makes not worth spending stay behind anyway and count first.
/// Returns the sum.
Sat keep_reserve(std::vector<Usable>& usable, std::span<const Coin> coins,
                 const SpendRequest& request) {
    std::set<bitcoin::OutPoint> counted;
    for (const auto& fixed : request.fixed) counted.insert(fixed.input.previous);
    for (const auto& entry : usable) counted.insert(entry.coin->outpoint);
    Sat reserve;
    std::size_t left = request.keep_count;
    for (const Coin& coin : coins) {
        if (left == 0) break;
        if (!coin.confirmed || coin.output.value < request.keep_each) continue;
        if (!counted.insert(coin.outpoint).second) continue;
        reserve = capped_sum(reserve, coin.output.value);
        --left;
    }
    for (auto it = usable.rbegin(); it != usable.rend() && left > 0; ++it) {
        if (!it->confirmed || it->coin->output.value < request.keep_each) continue;
        it->kept = true;
        reserve = capped_sum(reserve, it->coin->output.value);
        --left;
    }
    return reserve;
}

std::vector<Candidate> candidates_of(const std::vector<Usable>& usable, bool unconfirmed,
                                     bool kept) {
    std::vector<Candidate> out;
    for (const auto& entry : usable) {
        if ((entry.confirmed || unconfirmed) && (!entry.kept || kept))
            out.push_back(entry.candidate);
    }
    return out;
}

Milli effective_sum(const std::vector<Candidate>& candidates) {
    Milli sum = 0;
    for (const auto& candidate : candidates) sum += candidate.effective;
    return sum;
}

Goal goal_of(const SpendRequest& request, const Frame& frame, std::size_t candidates) {
    Goal goal;
    goal.feerate = request.feerate.raw();
    // Counts as if every candidate and a change were taken: a few weight units too many at 253
    // inputs, never too few.
    const std::uint64_t weight =
        frame.weight + frame_weight(request.fixed.size() + candidates, request.outputs.size() + 1);
    goal.target =
        in_milli(frame.sent) - in_milli(frame.given) + fee_of(request, weight) + frame.parent_lack;
    goal.change_fee = fee_of(request, frame.change_weight);
    goal.least_change = in_milli(frame.change_dust);
    // The child that bumps a parent is made small, not tidy.
    goal.good_change = request.fixed.empty() ? std::max(goal.least_change, in_milli(good_change))
                                             : goal.least_change;
    goal.change_spend =
        static_cast<Milli>(input_weight(ports::AddressType::p2wpkh)) * long_term_feerate;
    goal.change_possible = !request.change_script.empty();
    goal.change_required = request.outputs.empty();
    return goal;
}

/// The goal of a drain: the last output gets at least its dust limit.
Goal drain_goal(const SpendRequest& request, const Frame& frame, std::size_t candidates) {
    Goal goal;
    goal.feerate = request.feerate.raw();
    const std::uint64_t weight =
        frame.weight + frame_weight(request.fixed.size() + candidates, request.outputs.size());
    goal.target = in_milli(frame.sent) - in_milli(frame.given) + fee_of(request, weight) +
                  frame.parent_lack + in_milli(bitcoin::dust_limit(request.outputs.back().script));
    return goal;
}

struct Layout {
    std::vector<std::size_t> coins;  ///< Indexes into the wallet's coins.
    bool change = false;
};

/// Inputs and outputs in their final order, values and the exact fee.
SpendPlan lay_out(std::span<const Coin> coins, const SpendRequest& request, const Frame& frame,
                  const Layout& layout, Draw& draw) {
    struct Input {
        bitcoin::TxIn in;
        bitcoin::TxOut spent;
        std::optional<ports::KeyPath> path;
    };
    std::vector<Input> inputs;
    for (const auto& fixed : request.fixed)
        inputs.push_back({fixed.input, fixed.output, std::nullopt});
    std::vector<Input> added;
    std::uint64_t weight = frame.weight;
    Sat total = frame.given;
    for (const std::size_t index : layout.coins) {
        const Coin& coin = coins[index];
        bitcoin::TxIn in;
        in.previous = coin.outpoint;
        in.sequence = request.sequence;
        added.push_back({std::move(in), coin.output, coin.path});
        weight += input_weight(coin.path.type);
        total += coin.output.value;
    }
    if (layout.change) weight += frame.change_weight;
    const std::size_t output_count = request.outputs.size() + (layout.change ? 1 : 0);
    weight += frame_weight(inputs.size() + added.size(), output_count);

    const Sat needed_fee = ceil_sat(fee_of(request, weight) + frame.parent_lack);
    const Sat left = total - frame.sent - needed_fee;
    std::vector<std::pair<bitcoin::TxOut, bool>> outputs;  // and whether it is the change
    for (const auto& output : request.outputs) outputs.emplace_back(output, false);
    if (request.drain) outputs.back().first.value = left;
    if (layout.change) outputs.emplace_back(bitcoin::TxOut{left, request.change_script}, true);

    draw.shuffle(added);
    inputs.insert(inputs.end(), std::make_move_iterator(added.begin()),
                  std::make_move_iterator(added.end()));
    if (!request.keep_order) {
        draw.shuffle(inputs);
        draw.shuffle(outputs);
    }

    SpendPlan plan;
    plan.tx.version = request.version;
    plan.tx.lock_time = request.lock_time;
    plan.weight = weight;
    plan.fee = request.drain || layout.change ? needed_fee : needed_fee + left;
    for (auto& input : inputs) {
        if (input.path) plan.coins.push_back(input.in.previous);
        plan.tx.inputs.push_back(std::move(input.in));
        plan.spent.push_back(std::move(input.spent));
        plan.paths.push_back(input.path);
    }
    for (auto& [output, is_change] : outputs) {
        if (is_change) plan.change_index = static_cast<std::uint32_t>(plan.tx.outputs.size());
        plan.tx.outputs.push_back(std::move(output));
    }
    return plan;
}

/// Why it cannot be done, with the figures: `needed` exceeds `available` by exactly what is
/// missing.
SpendError shortage(const std::vector<Usable>& usable, const Frame& frame, Sat reserve,
                    const Goal& goal, const Goal& goal_with_kept) {
    const auto spendable = candidates_of(usable, true, false);
    const auto all = candidates_of(usable, true, true);
    Sat available = frame.given;
    for (const auto& entry : usable) {
        if (!entry.kept) available += entry.coin->output.value;
    }
    const auto threshold = [](const Goal& g) {
        return g.target + (g.change_required ? g.change_fee + g.least_change : 0);
    };
    const Sat missing = ceil_sat(threshold(goal) - effective_sum(spendable));
    const Sat needed = capped_sum(available, missing);
    if (!reserve.is_zero() && effective_sum(all) >= threshold(goal_with_kept)) {
        return ports::ReserveTouched{available, needed, reserve};
    }
    return ports::InsufficientFunds{available, needed};
}

}  // namespace

Result<SpendPlan, SpendError> Planner::plan(std::span<const Coin> coins,
                                            const SpendRequest& request,
                                            const Hash256& entropy) const {
    RUNNEL_TRY(const Frame frame, frame_of(request));
    auto usable = usable_coins(coins, request, frame);
    if ((usable.empty() && request.fixed.empty()) || (request.drain && request.outputs.empty())) {
        return fail(SpendError(ports::NothingToSpend{}));
    }
    const Sat reserve = keep_reserve(usable, coins, request);
    const auto make_goal = request.drain ? drain_goal : goal_of;
    const auto all = candidates_of(usable, true, true);
    const auto spendable = candidates_of(usable, true, false);
    const Goal goal = make_goal(request, frame, spendable.size());
    Draw draw(entropy);

    std::optional<Layout> layout;
    if (request.drain) {
        if (effective_sum(spendable) >= goal.target &&
            !(spendable.empty() && request.fixed.empty())) {
            layout.emplace();
            for (const auto& candidate : spendable) layout->coins.push_back(candidate.coin);
        }
    } else {
        // Confirmed coins first: what an unconfirmed one of ours pays can still be replaced or fall
        // out of mempools.
        for (const bool unconfirmed : {false, true}) {
            const auto candidates = candidates_of(usable, unconfirmed, false);
            if (candidates.empty() && request.fixed.empty()) continue;
            if (auto selection = select(candidates, goal, draw)) {
                layout.emplace();
                for (const std::size_t index : selection->picked) {
                    layout->coins.push_back(candidates[index].coin);
                }
                layout->change = selection->change;
                break;
            }
        }
    }
    if (!layout) {
        return fail(shortage(usable, frame, reserve, goal, make_goal(request, frame, all.size())));
    }
    return lay_out(coins, request, frame, *layout, draw);
}

Result<Sat, SpendError> max_spendable(std::span<const Coin> coins, const SpendRequest& request) {
    SpendRequest drain = request;
    drain.drain = true;
    drain.keep_order = true;
    RUNNEL_TRY(const SpendPlan plan, Planner().plan(coins, drain, Hash256{}));
    return plan.tx.outputs[request.outputs.size() - 1].value;
}

}  // namespace runnel::coins
