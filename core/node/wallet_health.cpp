// How well the chain is known: what its source says of itself, how long its word holds, and what
// may be done on it.
#include "core/node/handlers.h"
#include "core/node/wallet_room.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

/// Blocks that a source may be ahead of what it has told while HTLCs go on: fewer than any margin
/// of theirs.
constexpr BlockDelta blocks_being_told{2};
/// How long it may take to tell them, from its last word that all is well: twice what lies between
/// two such words, and time for a slow line.
constexpr std::uint64_t telling_patience_ms = 2 * 60'000;

/// Is it just fetching the block, or the two, that it has heard of? Blocks come in quick succession
/// every day, and each time the source is not in step for a moment.
bool is_telling(const ports::ChainStatus& status, const ChainTip& tip) {
    return status.reachable && !status.synced && !status.trouble && status.problem.empty() &&
           tip.known && status.tip > tip.height && status.tip <= tip.height + blocks_being_told;
}

void arm_silence(Draft& draft, std::uint64_t milliseconds) {
    draft.effects.push_back(ports::ArmTimer{timer_of(TimerKind::chain_silence, 0),
                                            std::chrono::milliseconds(milliseconds + 1)});
}

}  // namespace

void on_chain_status(Draft& draft, const ports::ChainStatus& status, const Scope& scope) {
    const bool was =
        draft.health.status.reachable && draft.health.status.synced && !draft.health.silent;
    const bool is = status.reachable && status.synced;
    draft.health.status = status;
    draft.health.silent = false;
    draft.health.telling = is_telling(status, draft.tip);
    if (is) {
        // A source that hangs says nothing, not even that: then only the clock tells.
        arm_silence(draft, scope.config.chain_patience_ms);
        if (!draft.health.ever_good) draft.health.in_step_from = draft.tip.height;
        draft.health.last_good_ms = scope.monotonic_ms;
        draft.health.last_good_at = scope.now;
        draft.health.ever_good = true;
    } else if (draft.health.telling) {
        // For the picture: when it takes too long, somebody has to look.
        arm_silence(draft, telling_patience_ms);
    }
    if (was != is) {
        draft.tell(api::ChainStateChanged{is, status.problem});
        draft.log(is ? LogLevel::info : LogLevel::unusual,
                  fmt::format("chain synced={} {}", is, status.problem));
    }
}

void on_chain_silence(Draft& draft, const Scope& scope) {
    auto& health = draft.health;
    const bool is_current =
        scope.monotonic_ms <= health.last_good_ms + scope.config.chain_patience_ms;
    // One whose last word was that something is wrong has not gone silent without a word.
    if (health.silent || is_current || !health.status.reachable || !health.status.synced) return;
    health.silent = true;
    draft.tell(
        api::ChainStateChanged{false, std::string(api::to_string(api::ProblemKind::chain_gone))});
    draft.log(LogLevel::unusual, "chain silent");
}

bool is_in_step(const ports::ChainStatus& status, const ChainTip& tip) {
    // A source that has more blocks than it has told is behind for us, whatever it says of itself.
    return status.reachable && status.synced && tip.known && tip.height >= status.tip;
}

std::optional<api::Problem> chain_problem(const Draft& draft, const Scope& scope, bool for_htlc) {
    const auto& health = draft.health;
    const bool good = is_in_step(health.status, draft.tip);
    // It speaks every half minute while all is well: one that has gone silent without a word is
    // gone, too. By wall time too: the monotonic clock sleeps when the machine does, and the tip is
    // then as old as its sleep. A clock that is set forward costs half a minute.
    const std::int64_t silent_s = scope.now.raw() - health.last_good_at.raw();
    const auto was_good_within = [&](std::uint64_t milliseconds) {
        const bool slept = silent_s > static_cast<std::int64_t>(milliseconds / 1'000);
        return scope.monotonic_ms <= health.last_good_ms + milliseconds && !slept && !health.silent;
    };
    const bool in_touch = was_good_within(scope.config.chain_patience_ms);
    if (good && in_touch) return std::nullopt;
    // That it relays no packages hinders openings only, and is no cause of being behind.
    const auto trouble = health.status.trouble == api::ProblemKind::no_package_relay
                             ? std::nullopt
                             : health.status.trouble;
    const api::Problem not_synced{trouble.value_or(api::ProblemKind::not_synced),
                                  {{"cause", health.status.problem}}};
    const api::Problem gone{api::ProblemKind::chain_gone, {{"cause", health.status.problem}}};
    if (good) return gone;
    // Not synced at start counts as gone; a source that answers and says that it is behind counts
    // at once, unless by no more than a block or two that it is telling right now: what was in step
    // a minute ago knows the height well enough for HTLCs.
    if (!for_htlc || !health.ever_good) return not_synced;
    const bool may_tell = health.telling && was_good_within(telling_patience_ms) &&
                          health.status.tip <= draft.tip.height + blocks_being_told;
    if (health.status.reachable && !may_tell) return not_synced;
    if (in_touch) return std::nullopt;
    return gone;
}

std::optional<api::Problem> why_no_channel(const Draft& draft, const Scope& scope) {
    if (auto problem = chain_problem(draft, scope, false)) return problem;
    // A commitment's own fee is little more than mempools take today. When they take it no more,
    // and the peer has stopped answering, only a package brings it in before its HTLCs expire.
    const auto& status = draft.health.status;
    if (status.relays_packages) return std::nullopt;
    return api::Problem{api::ProblemKind::no_package_relay, {{"cause", status.problem}}};
}

}  // namespace runnel::node
