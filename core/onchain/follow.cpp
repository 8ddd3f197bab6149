#include "core/onchain/follow.h"

#include "core/crypto/hash.h"

#include <algorithm>
#include <deque>

namespace runnel::onchain {
namespace {

using channel::Party;

/// Which input spends it; the transaction was reported because one does.
std::optional<std::size_t> input_spending(const bitcoin::Transaction& tx,
                                          const bitcoin::OutPoint& outpoint) {
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        if (tx.inputs[i].previous == outpoint) return i;
    }
    return std::nullopt;
}

/// Whose transaction took an output, by the branch of the script its witness takes. Both parties'
/// branches always differ.
bool is_our_spend(const Claim& claim, const std::vector<Bytes>& witness) {
    switch (claim.kind) {
        case ClaimKind::our_main_delayed:
        case ClaimKind::our_main:
        case ClaimKind::second_stage_output:
        case ClaimKind::anchor: return true;
        case ClaimKind::htlc_timeout_tx:
        case ClaimKind::htlc_success_tx:
            return witness.size() == 5;  // ours goes by the second stage, theirs directly
        case ClaimKind::htlc_timeout_direct:
        case ClaimKind::htlc_success_direct:
            return witness.size() == 3;  // theirs goes by the second stage
        case ClaimKind::revoked_main:
        case ClaimKind::revoked_second_stage: return witness.size() == 3 && !witness[1].empty();
        case ClaimKind::revoked_htlc:
            return witness.size() == 3 && witness[1] == claim.revocation_pubkey;
    }
    return false;
}

/// Money on its way to the wallet, not into a second stage.
bool leads_home(const Claim& claim) {
    return claim.kind != ClaimKind::htlc_timeout_tx && claim.kind != ClaimKind::htlc_success_tx;
}

class Follower {
public:
    Follower(const Situation& situation, const Spend& close) : m_situation(situation) {
        m_out.closing_txid = close.tx->txid();
        m_out.closed_at = close.height;
        m_out.what = classify(*close.tx, situation.known);
        m_last = close.height;
    }

    Progress run(const Spend& close) {
        m_out.watch.push_back(m_situation.known.params.funding);
        plan(*close.tx);
        while (!m_todo.empty()) {
            auto claim = std::move(m_todo.front());
            m_todo.pop_front();
            follow_output(std::move(claim));
        }
        for (const auto& htlc : m_situation.offered_by_us)
            m_out.outcomes.push_back(outcome_of(htlc));
        const bool all_known = std::none_of(
            m_out.outcomes.begin(), m_out.outcomes.end(), [](const HtlcOutcome& outcome) {
                return std::holds_alternative<HtlcPending>(outcome.what);
            });
        const auto deep = depth(m_last, m_situation.tip);
        m_out.settled = m_out.open.empty() && all_known && deep >= settled_depth;
        m_out.irrevocable = m_out.open.empty() && all_known && deep >= irrevocable_depth;
        return std::move(m_out);
    }

private:
    void plan(const bitcoin::Transaction& close) {
        const auto& known = m_situation.known;
        const auto put = [&](std::vector<Claim>&& claims) {
            for (auto& claim : claims) m_todo.push_back(std::move(claim));
        };
        m_commitment = commitment_of(m_out.what, known);
        if (std::holds_alternative<OurCommit>(m_out.what)) {
            put(plan_our_commitment(known.params, known.ours, m_situation.our_signatures,
                                    m_out.closed_at, m_situation.preimages));
        } else if (m_commitment != nullptr) {
            put(plan_their_commitment(known.params, *m_commitment, m_out.closed_at,
                                      m_situation.preimages));
        } else if (const auto* revoked = std::get_if<TheirRevoked>(&m_out.what)) {
            put(plan_revoked(known.params, close, revoked->secret, m_out.closed_at,
                             m_situation.history));
        } else if (!std::holds_alternative<MutualClose>(m_out.what)) {
            put(plan_main_only(known.params, close, m_out.closed_at));
        }
    }

    void follow_output(Claim claim) {
        m_out.watch.push_back(claim.outpoint);
        const auto* spend = spend_of(claim.outpoint);
        if (spend == nullptr) {
            leave_open(std::move(claim));
            return;
        }
        const auto input = input_spending(*spend->tx, claim.outpoint);
        const bool ours = is_our_spend(claim, spend->tx->inputs[*input].witness);
        m_last = std::max(m_last, spend->height);
        if (ours && leads_home(claim)) m_out.came_back += claim.output.value;
        note_preimages(*spend->tx);
        next_stage(claim, *spend, *input, ours);
        m_out.resolved.push_back({std::move(claim), spend->tx->txid(), spend->height, ours});
    }

    void leave_open(Claim claim) {
        if (claim.awaits_preimage()) {
            // Once it has expired it is theirs, whether they take it or not.
            const auto expired = BlockHeight(claim.htlc->cltv_expiry);
            if (m_situation.tip >= expired + settled_depth) {
                m_last = std::max(m_last, expired);
                return;
            }
        } else {
            m_out.to_come += claim.output.value;
        }
        m_out.open.push_back(std::move(claim));
    }

    void next_stage(const Claim& claim, const Spend& spend, std::size_t input, bool ours) {
        const auto& params = m_situation.known.params;
        if (ours && claim.second_stage) {
            if (auto next = plan_second_stage_output(params, claim, m_situation.known.ours.keys,
                                                     *spend.tx, input, spend.height)) {
                m_todo.push_back(*std::move(next));
            }
        }
        if (!ours && claim.kind == ClaimKind::revoked_htlc) {
            const auto& secret = std::get<TheirRevoked>(m_out.what).secret;
            if (auto next =
                    plan_revoked_second_stage(params, secret, *spend.tx, input, spend.height)) {
                m_todo.push_back(*std::move(next));
            }
        }
    }

    void note_preimages(const bitcoin::Transaction& tx) {
        for (const auto& found : preimages_in(tx)) m_seen.add(found.second);
    }

    HtlcOutcome outcome_of(const channel::Htlc& htlc) const {
        HtlcOutcome outcome{htlc.id, htlc.payment_hash, HtlcPending{}};
        if (const auto preimage = m_seen.find(htlc.payment_hash)) {
            outcome.what = HtlcFulfilled{*preimage};
        } else if (is_failed(htlc)) {
            outcome.what = HtlcFailed{};
        }
        return outcome;
    }

    bool is_failed(const channel::Htlc& htlc) const {
        const auto is_it = [&](const Claim& claim) {
            return claim.htlc && claim.htlc->offered_by == Party::ours && claim.htlc->id == htlc.id;
        };
        const auto deep = [&](BlockHeight height) {
            return depth(height, m_situation.tip) >= settled_depth;
        };
        if (std::any_of(m_out.open.begin(), m_out.open.end(), [&](const Claim& claim) {
                return is_it(claim) && claim.kind != ClaimKind::second_stage_output;
            })) {
            return false;
        }
        for (const auto& resolved : m_out.resolved) {
            if (!is_it(resolved.claim) || resolved.claim.kind == ClaimKind::second_stage_output)
                continue;
            // Theirs without a preimage does not exist but for a revoked second stage, which pays
            // nobody either.
            return deep(resolved.height);
        }
        // No output in what confirmed. Of a commitment that we cannot read we only know that after
        // expiry nobody who has the preimage will have waited.
        if (!deep(m_out.closed_at)) return false;
        const bool readable =
            m_commitment != nullptr || std::holds_alternative<MutualClose>(m_out.what);
        return readable || deep(BlockHeight(htlc.cltv_expiry));
    }

    const Spend* spend_of(const bitcoin::OutPoint& outpoint) const {
        for (const auto& spend : m_situation.spends) {
            if (spend.outpoint == outpoint && spend.tx && input_spending(*spend.tx, outpoint))
                return &spend;
        }
        return nullptr;
    }

    const Situation& m_situation;
    const channel::CommitmentTx* m_commitment = nullptr;
    std::deque<Claim> m_todo;
    Preimages m_seen;
    BlockHeight m_last;  ///< The newest block that matters.
    Progress m_out;
};

}  // namespace

BlockDelta depth(BlockHeight height, BlockHeight tip) {
    if (height > tip) return BlockDelta(0);
    return BlockDelta(distance(height, tip).raw() + 1);
}

std::optional<Progress> follow(const Situation& situation) {
    for (const auto& spend : situation.spends) {
        if (spend.outpoint != situation.known.params.funding || !spend.tx) continue;
        if (!input_spending(*spend.tx, spend.outpoint)) continue;
        return Follower(situation, spend).run(spend);
    }
    return std::nullopt;
}

}  // namespace runnel::onchain
