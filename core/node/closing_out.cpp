// What of closing channels is not the wallet's yet, for balances and pictures.
#include "core/node/closing.h"
#include "core/node/doubt.h"
#include "core/node/funding.h"

#include <algorithm>

namespace runnel::node {

using channel::Party;

namespace {

template <typename Visit>
void for_each_transaction(const State& state, Visit visit) {
    for (const auto& [txid, row] : state.transactions) visit(txid, row);
}
template <typename Visit>
void for_each_transaction(const Draft& draft, Visit visit) {
    draft.transactions.for_each(visit);
}

/// Which transaction will spend the funding output, as far as the wallet has taken a side: after a
/// reorg what was swept of one is among the coins, and must not be counted as part of another one.
template <typename Wallet>
ports::TxPtr supposed_spender(const Wallet& wallet, const channel::Closing& closing) {
    ports::TxPtr any, swept;
    for_each_transaction(wallet, [&](const Txid& txid, const WalletTx& row) {
        if (row.height || !spends_output(*row.tx, closing.funded.params().funding)) return;
        any = row.tx;
        for (const auto& made : closing.claims) {
            if (builds_on(made.tx, txid) && wallet.transactions.contains(made.tx.txid()))
                swept = row.tx;
        }
    });
    if (swept) return swept;
    const auto* const ours = std::get_if<channel::OurCommitPublished>(&closing.cause);
    // Ours stands back for one of theirs that a reorg took out of its block.
    if (any && ours != nullptr && !wallet.transactions.contains(ours->tx.txid())) return any;
    if (ours == nullptr || ours->age == channel::OurCommitPublished::Age::outdated) return any;
    return std::make_shared<const bitcoin::Transaction>(ours->tx);
}

template <typename Wallet>
std::optional<Txid> closing_txid_in(const Wallet& wallet, const channel::Closing& closing) {
    if (!closing.spends.empty()) return closing.spends.front().tx->txid();
    if (const auto* const mutual = std::get_if<channel::MutualCloseAgreed>(&closing.cause))
        return mutual->tx.txid();
    const auto supposed = supposed_spender(wallet, closing);
    return supposed ? std::optional(supposed->txid()) : std::nullopt;
}

}  // namespace

std::optional<Txid> closing_txid(const State& state, const channel::Closing& closing) {
    return closing_txid_in(state, closing);
}
std::optional<Txid> closing_txid(const Draft& draft, const channel::Closing& closing) {
    return closing_txid_in(draft, closing);
}

StillOut still_out(const State& state, const channel::Channel& channel,
                   const ports::KeyRing& keys) {
    StillOut out;
    const auto* const closing = channel::closing_of(channel.state);
    if (closing == nullptr || channel::closed_of(channel.state) != nullptr ||
        rival_of(channel) != nullptr || is_unproven(channel))
        return out;
    ports::TxPtr supposed;
    if (!is_funding_spent(*closing)) {
        if (const auto* const mutual = std::get_if<channel::MutualCloseAgreed>(&closing->cause)) {
            // Counted as an unconfirmed coin as long as the wallet holds it.
            if (state.transactions.contains(mutual->tx.txid())) return out;
            for (const auto& output : mutual->tx.outputs) {
                if (state.scripts.contains(output.script)) out.to_us += output.value;
            }
            return out;
        }
        supposed = supposed_spender(state, *closing);
    }
    const auto progress =
        close_progress(channel, *keys.channel(channel.keys), state.tip.height, supposed);
    if (!progress && only_they_can_close(channel)) {
        // What we know is outdated: the balance of then may be more, or much less, than what comes.
        out.is_unknown = true;
        out.htlcs.emplace();
        return out;
    }
    if (!progress) {
        // Which of their commitments it will be is not known: what both agreed on last is the best
        // guess.
        Msat in_flight;
        for (const auto& entry : closing->funded.commitments.htlcs()) {
            if (entry.htlc.offered_by == Party::ours) in_flight += entry.htlc.amount_msat;
        }
        out.to_us =
            sub_or_zero(closing->funded.commitments.settled(Party::ours), in_flight).floor_sat();
        out.in_flight = in_flight.floor_sat();
        return out;
    }
    out.htlcs.emplace();
    for (const auto& claim : progress->open) {
        if (claim.awaits_preimage()) continue;
        const bool is_in_flight = claim.kind == onchain::ClaimKind::htlc_timeout_tx ||
                                  claim.kind == onchain::ClaimKind::htlc_timeout_direct;
        const bool is_swept = !claim.second_stage &&
                              std::any_of(closing->claims.begin(), closing->claims.end(),
                                          [&](const channel::ClaimInFlight& made) {
                                              return spends_output(made.tx, claim.outpoint) &&
                                                     state.transactions.contains(made.tx.txid());
                                          });
        if (is_swept) continue;
        (is_in_flight ? out.in_flight : out.to_us) += claim.output.value;
        // Of a revoked commitment all of it is ours, whoever offered it: no payment of ours is in
        // flight there.
        const bool is_htlc = claim.htlc && claim.kind != onchain::ClaimKind::second_stage_output;
        if (is_htlc && (is_in_flight || claim.htlc->offered_by == Party::theirs))
            out.htlcs->push_back({*claim.htlc, claim.output.value});
        if (claim.deadline)
            out.deadline = std::min(out.deadline.value_or(*claim.deadline), *claim.deadline);
        if (!supposed)
            out.until = std::max(out.until.value_or(BlockHeight(0)), claim.spendable_from);
    }
    return out;
}

}  // namespace runnel::node
