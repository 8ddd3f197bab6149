// What is ours to take of closed channels, once a block: outcomes of HTLCs told to the payments,
// claims signed and broadcast, the channel done when nothing is left. All of it is derived from the
// spends in blocks, so doing it twice changes nothing.
//
// An HTLC that we took back, or that never was in what confirmed, is failed to its payer
// onchain::settled_depth blocks later. Sooner would be cheaper for a forwarded HTLC's upstream
// deadline, but a reorg that deep could let the peer take it after all.
#include "core/bitcoin/interpreter.h"
#include "core/node/closing.h"
#include "core/onchain/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace runnel::node {

namespace {

using channel::Party;
using onchain::Claim;

/// From the settled end of a close to its irrevocable one.
constexpr BlockDelta remembered_for{onchain::irrevocable_depth.raw() -
                                    onchain::settled_depth.raw()};
/// So many blocks before the other side can take it too, a claim pays for the next block.
constexpr BlockDelta urgent_within{18};

const channel::Closing* closing_of(const Draft& draft, const ChannelId& id) {
    const ChannelPtr* const found = draft.channels.find(id);
    return found == nullptr ? nullptr : std::get_if<channel::Closing>(&(*found)->state);
}

const Part* part_of(const Draft& draft, const HtlcRef& htlc, const PaymentHash& hash) {
    const PaymentPtr* const payment = draft.payments.find(hash);
    if (payment == nullptr) return nullptr;
    for (const auto& part : (*payment)->parts) {
        if (part.htlc == htlc) return &part;
    }
    return nullptr;
}

/// Does anybody above still wait to hear of this HTLC?
bool awaits_preimage(const Draft& draft, const HtlcRef& htlc, const PaymentHash& hash) {
    const auto* const part = part_of(draft, htlc, hash);
    if (part != nullptr && part->state == Part::State::in_flight) return true;
    const Forward* const forward = find_forward(draft, htlc);
    return forward != nullptr && !forward->preimage;
}
bool awaits_removal(const Draft& draft, const HtlcRef& htlc, const PaymentHash& hash) {
    const auto* const part = part_of(draft, htlc, hash);
    if (part != nullptr && part->state == Part::State::in_flight) return true;
    return find_forward(draft, htlc) != nullptr;
}

// Preimages ---------------------------------------------------------------------------------------

/// Preimages that the payments above decided to use are noted with the channel: readers of states
/// need them, too.
void note_known_preimages(Draft& draft, const ChannelId& id) {
    std::vector<wire::Preimage> fresh;
    const auto* const closing = closing_of(draft, id);
    const onchain::Preimages noted(closing->preimages);
    for (const auto& entry : closing->funded.commitments.htlcs()) {
        if (entry.htlc.offered_by != Party::theirs || noted.find(entry.htlc.payment_hash)) continue;
        const auto preimage =
            known_preimage(draft, HtlcRef{id, entry.htlc.id}, entry.htlc.payment_hash);
        if (preimage && std::find(fresh.begin(), fresh.end(), *preimage) == fresh.end())
            fresh.push_back(*preimage);
    }
    if (fresh.empty()) return;
    auto& own = std::get<channel::Closing>(draft.edit_channel(id)->state);
    own.preimages.insert(own.preimages.end(), fresh.begin(), fresh.end());
}

// Claims ------------------------------------------------------------------------------------------

/// Nobody but us can ever take it.
bool is_ours_alone(const Claim& claim) {
    using onchain::ClaimKind;
    return claim.kind == ClaimKind::our_main || claim.kind == ClaimKind::our_main_delayed ||
           claim.kind == ClaimKind::second_stage_output;
}

class Claimer {
public:
    Claimer(Draft& draft, const ChannelId& id, const Scope& scope)
        : m_draft(draft),
          m_id(id),
          m_scope(scope),
          m_signer(scope.keys.channel((*draft.channels.find(id))->keys)) {
        forget_dead();
        for (const auto& made : closing_of(m_draft, m_id)->claims) take(made.tx);
    }

    void run(const std::vector<Claim>& open) {
        const auto& fees = m_draft.health.fees;
        std::vector<Claim> urgent;
        std::vector<Claim> ordinary;
        for (const auto& claim : open) (is_urgent(claim) ? urgent : ordinary).push_back(claim);
        pass(urgent, relayed(fees, fees.urgent));
        pass(ordinary, relayed(fees, fees.normal));
        // What is not worth an ordinary fee may be worth a low one: late is better than never.
        pass(urgent, relayed(fees, fees.normal));
        pass(urgent, relayed(fees, fees.slow));
        pass(ordinary, relayed(fees, fees.slow));
    }

private:
    /// A claim that lost to a confirmed transaction is no transaction of the wallet any more.
    void forget_dead() {
        const auto is_dead = [&](const channel::ClaimInFlight& made) {
            return !m_draft.transactions.contains(made.tx.txid());
        };
        const auto& claims = closing_of(m_draft, m_id)->claims;
        if (std::none_of(claims.begin(), claims.end(), is_dead)) return;
        auto& own = edit().claims;
        own.erase(std::remove_if(own.begin(), own.end(), is_dead), own.end());
    }

    channel::Closing& edit() {
        return std::get<channel::Closing>(m_draft.edit_channel(m_id)->state);
    }

    void take(const bitcoin::Transaction& tx) {
        for (const auto& input : tx.inputs) m_taken.insert(input.previous);
    }

    bool is_urgent(const Claim& claim) const {
        const BlockHeight soon = m_draft.tip.height + urgent_within;
        if (claim.deadline && *claim.deadline <= soon) return true;
        // Forwarded: somebody upstream will go to the chain when we are late.
        return claim.htlc && claim.htlc->offered_by == Party::ours &&
               claim.kind != onchain::ClaimKind::second_stage_output &&
               find_forward(m_draft, HtlcRef{m_id, claim.htlc->id}) != nullptr;
    }

    void pass(const std::vector<Claim>& open, FeeratePerKw feerate) {
        std::vector<Claim> free;
        for (const auto& claim : open) {
            if (!m_taken.contains(claim.outpoint)) free.push_back(claim);
        }
        if (free.empty()) return;
        for (const auto& group : onchain::sweep_groups(free, m_draft.tip.height))
            sweep(group, feerate);
        for (auto& group : onchain::second_stage_groups(free, m_draft.tip.height, feerate))
            second_stages(std::move(group), feerate);
    }

    /// The most valuable first, as far as the coins reach.
    void second_stages(std::vector<Claim> group, FeeratePerKw feerate) {
        std::stable_sort(group.begin(), group.end(), [](const Claim& a, const Claim& b) {
            return a.output.value > b.output.value;
        });
        for (std::size_t count = group.size(); count > 0;) {
            const auto end = group.begin() + static_cast<std::ptrdiff_t>(count);
            if (second_stage({group.begin(), end}, feerate)) {
                group.erase(group.begin(), end);
                count = std::min(count, group.size());
            } else {
                count /= 2;
            }
        }
    }

    void sweep(const std::vector<Claim>& group, FeeratePerKw feerate) {
        const auto planned =
            onchain::build_sweep(group, next_change_script(m_draft, m_scope), feerate);
        if (!planned) return;
        commit(*planned, std::all_of(group.begin(), group.end(), is_ours_alone));
    }

    bool second_stage(const std::vector<Claim>& group, FeeratePerKw feerate) {
        // A part of a group that pays for itself need not.
        if (!onchain::second_stages_pay(group, feerate)) return false;
        const auto coins = free_coins(m_draft);
        const auto change = next_change_script(m_draft, m_scope);
        const auto seed = m_scope.entropy.expand(
            m_scope.event, fmt::format("claim {}:{} {} {}", group[0].outpoint.txid.hex(),
                                       group[0].outpoint.index, group.size(), feerate.raw()));
        const onchain::Purse purse{m_scope.planner, coins, change, feerate, Hash256(seed.reveal())};
        const auto planned = onchain::plan_second_stage(group, purse);
        if (!planned) {
            if (group.size() > 1) return false;
            const auto problem = to_problem(planned.error());
            m_draft.log(
                LogLevel::unusual,
                fmt::format("no coin for HTLC transaction channel={} outpoint={}:{} cause={}",
                            m_id.hex(), display_hex(group[0].outpoint.txid),
                            group[0].outpoint.index, api::to_string(problem.kind)));
            return false;
        }
        return commit(*planned, false);
    }

    bool commit(const onchain::Planned& planned, bool safe) {
        auto tx = onchain::sign(planned, *m_signer, m_scope.keys);
        if (!tx || !bitcoin::verify_inputs(*tx, planned.spent)) {
            m_draft.log(LogLevel::broken,
                        fmt::format("claim does not verify channel={} outpoint={}:{}", m_id.hex(),
                                    display_hex(planned.claims[0].outpoint.txid),
                                    planned.claims[0].outpoint.index));
            return false;
        }
        const auto made = std::make_shared<const bitcoin::Transaction>(*std::move(tx));
        const auto change = next_change_script(m_draft, m_scope);
        const bool uses_change =
            std::any_of(made->outputs.begin(), made->outputs.end(),
                        [&](const bitcoin::TxOut& output) { return output.script == change; });
        if (uses_change) (void)take_change_script(m_draft, m_scope);
        record_close_tx(m_draft, made, "claim", planned.fee, safe, std::nullopt, m_scope);
        edit().claims.push_back(channel::ClaimInFlight{*made, planned.not_before, {}});
        take(*made);
        m_draft.effects.push_back(ports::Broadcast{{made}});
        m_draft.log(LogLevel::info, fmt::format("claim channel={} txid={} outputs={} fee={}",
                                                m_id.hex(), display_hex(made->txid()),
                                                planned.claims.size(), planned.fee.raw()));
        return true;
    }

    Draft& m_draft;
    ChannelId m_id;
    const Scope& m_scope;
    std::shared_ptr<const ports::ChannelSigner> m_signer;
    std::set<bitcoin::OutPoint> m_taken;
};

// Outcomes ----------------------------------------------------------------------------------------

/// Nothing of what is open will ever be worth its fee, whatever the estimates do.
bool is_worthless(const std::vector<Claim>& open, BlockHeight tip,
                  const bitcoin::Script& wallet_script) {
    const bool all_ready = std::all_of(open.begin(), open.end(),
                                       [&](const Claim& claim) { return claim.is_ready(tip); });
    if (!all_ready || !onchain::second_stage_groups(open, tip, feerate_floor).empty()) return false;
    for (const auto& group : onchain::sweep_groups(open, tip)) {
        if (onchain::build_sweep(group, wallet_script, feerate_floor)) return false;
    }
    return true;
}

bool is_deep(BlockHeight height, BlockHeight tip) {
    return onchain::depth(height, tip) >= onchain::settled_depth;
}

/// What an outgoing HTLC came to.
struct Outcome {
    HtlcRef htlc;
    PaymentHash hash;
    std::optional<wire::Preimage> preimage;
    bool gone = false;  ///< For good.
    std::shared_ptr<const channel::Removal>
        removal;  ///< As the peer said, or the chain; null: timed out.
};

std::vector<Outcome> outcomes_of(const channel::Closing& closing, const ChannelId& id,
                                 const onchain::Progress& progress, bool given_up,
                                 BlockHeight tip) {
    std::vector<Outcome> out;
    for (const auto& found : progress.outcomes) {
        const auto* const entry = closing.funded.commitments.find(Party::ours, found.id);
        if (entry == nullptr) continue;
        Outcome outcome{HtlcRef{id, found.id}, found.payment_hash, std::nullopt, false,
                        entry->removal};
        if (const auto* const fulfilled = std::get_if<onchain::HtlcFulfilled>(&found.what)) {
            outcome.preimage = fulfilled->preimage;
            outcome.removal =
                std::make_shared<const channel::Removal>(channel::Fulfilled{fulfilled->preimage});
            outcome.gone = std::any_of(progress.resolved.begin(), progress.resolved.end(),
                                       [&](const onchain::Resolved& resolved) {
                                           return resolved.claim.htlc &&
                                                  resolved.claim.htlc->offered_by == Party::ours &&
                                                  resolved.claim.htlc->id == found.id &&
                                                  is_deep(resolved.height, tip);
                                       });
        } else if (std::holds_alternative<onchain::HtlcFailed>(found.what)) {
            outcome.gone = true;
        } else {
            // An output too small to be taken back: after its expiry nobody waits for it any
            // longer.
            outcome.gone = given_up && is_deep(BlockHeight(entry->htlc.cltv_expiry), tip);
        }
        out.push_back(std::move(outcome));
    }
    return out;
}

void tell_outcomes(Draft& draft, const std::vector<Outcome>& outcomes, const Scope& scope) {
    for (const auto& outcome : outcomes) {
        if (outcome.preimage && awaits_preimage(draft, outcome.htlc, outcome.hash)) {
            on_preimage(draft, outcome.htlc, outcome.hash, *outcome.preimage, scope);
        }
        if (outcome.gone && awaits_removal(draft, outcome.htlc, outcome.hash)) {
            on_outgoing_removed(draft, outcome.htlc, outcome.hash, outcome.removal.get(), scope);
        }
    }
}

// The end -----------------------------------------------------------------------------------------

std::string how_of(const onchain::Classification& what) {
    return std::visit(
        overloaded{[](const onchain::MutualClose&) { return std::string("mutual"); },
                   [](const onchain::OurCommit&) { return std::string("ours"); },
                   [](const onchain::TheirRevoked&) { return std::string("revoked"); },
                   [](const auto&) { return std::string("theirs"); }},
        what);
}

/// All of it is deep enough to be told. The channel stays, quietly, until it is irrevocable.
void settle(Draft& draft, const ChannelId& id, const onchain::Progress& progress) {
    const auto& closing = *closing_of(draft, id);
    const auto& close = *closing.spends.front().tx;
    channel::Closed closed;
    closed.params = closing.funded.params();
    closed.height = draft.tip.height;
    closed.closing_txid = progress.closing_txid;
    closed.how = how_of(progress.what);
    closed.to_ours = progress.came_back;
    if (closed.how == "mutual") {
        for (const auto& output : close.outputs) {
            if (draft.scripts.contains(output.script)) closed.to_ours += output.value;
        }
    }
    draft.log(LogLevel::info, fmt::format("closed channel={} how={} to_ours={}", id.hex(),
                                          closed.how, closed.to_ours.raw()));
    channel::Channel* const channel = draft.edit_channel(id);
    channel::Closing kept = std::move(std::get<channel::Closing>(channel->state));
    channel->state = channel::Settled{std::move(kept), std::move(closed)};
}

/// Irrevocable: what was needed to claim it all once more is forgotten.
void forget(Draft& draft, const ChannelId& id, const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(id);
    auto& settled = std::get<channel::Settled>(channel->state);
    std::vector<channel::Htlc> htlcs;
    for (const auto& entry : settled.closing.funded.commitments.htlcs())
        htlcs.push_back(entry.htlc);
    channel::Closed closed = std::move(settled.outcome);
    channel->state = std::move(closed);
    for (const auto& htlc : htlcs) {
        if (htlc.offered_by == Party::theirs)
            on_incoming_removed(draft, HtlcRef{id, htlc.id}, htlc.payment_hash, scope);
    }
}

bool is_settled(const onchain::Progress& progress, const std::vector<Outcome>& outcomes,
                bool given_up, BlockHeight tip) {
    if (progress.settled) return true;
    if (!given_up || !is_deep(progress.closed_at, tip)) return false;
    return std::all_of(
               progress.resolved.begin(), progress.resolved.end(),
               [&](const onchain::Resolved& resolved) { return is_deep(resolved.height, tip); }) &&
           std::all_of(outcomes.begin(), outcomes.end(),
                       [](const Outcome& outcome) { return outcome.gone; });
}

void advance(Draft& draft, const ChannelId& id, const Scope& scope) {
    publish_close(draft, id, scope);
    note_known_preimages(draft, id);
    const ChannelPtr channel = *draft.channels.find(id);
    const BlockHeight tip = draft.tip.height;
    const auto progress = close_progress(*channel, *scope.keys.channel(channel->keys), tip);
    if (!progress) return;
    const bool given_up = !progress->open.empty() &&
                          is_worthless(progress->open, tip, next_change_script(draft, scope));
    const auto outcomes = outcomes_of(*closing_of(draft, id), id, *progress, given_up, tip);
    tell_outcomes(draft, outcomes, scope);
    // Those above may have gone on with this very channel.
    if (closing_of(draft, id) == nullptr) return;
    Claimer(draft, id, scope).run(progress->open);
    if (is_settled(*progress, outcomes, given_up, tip)) settle(draft, id, *progress);
}

}  // namespace

void closings_on_block(Draft& draft, const Scope& scope) {
    std::vector<ChannelId> ids;
    std::vector<ChannelId> done;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        if (std::holds_alternative<channel::Closing>(channel->state)) ids.push_back(id);
        const auto* const settled = std::get_if<channel::Settled>(&channel->state);
        if (settled != nullptr && draft.tip.height >= settled->outcome.height + remembered_for)
            done.push_back(id);
    });
    for (const auto& id : ids) {
        if (closing_of(draft, id) != nullptr) advance(draft, id, scope);
    }
    for (const auto& id : done) forget(draft, id, scope);
}

}  // namespace runnel::node
