// What our side publishes of a close, and the child that pays for it.
#include "core/bitcoin/interpreter.h"
#include "core/node/closing.h"
#include "core/node/doubt.h"
#include "core/node/funding.h"
#include "core/onchain/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

namespace runnel::node {

namespace {

using channel::Party;

/// From the wanted feerate downwards: normal, or urgent before it for what has a deadline.
std::vector<FeeratePerKw> bump_feerates(const ports::FeeEstimates& fees, bool is_urgent) {
    const FeeratePerKw least = relayed(fees, feerate_floor);
    const FeeratePerKw normal = relayed(fees, fees.normal);
    std::vector<FeeratePerKw> rates{std::min(relayed(fees, fees.slow), normal), least};
    if (is_urgent) rates.push_back(std::max(relayed(fees, fees.urgent), normal));
    for (auto rate = normal; rate > least; rate = FeeratePerKw(rate.raw() / 2))
        rates.push_back(rate);
    std::sort(rates.begin(), rates.end(), std::greater<>());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    return rates;
}

/// The HTLCs received whose preimage is known, or may yet come from who was paid on for them.
std::set<PaymentHash> claimable_htlcs(const Draft& draft, const ChannelId& id,
                                      const channel::Closing& closing) {
    const onchain::Preimages told = preimages_of(closing);
    std::set<PaymentHash> out;
    for (const auto& entry : closing.funded.commitments.htlcs()) {
        if (entry.htlc.offered_by != Party::theirs) continue;
        const HtlcRef ref{id, entry.htlc.id};
        const auto& hash = entry.htlc.payment_hash;
        if (told.find(hash) || known_preimage(draft, ref, hash) || draft.forwards.contains(ref))
            out.insert(hash);
    }
    return out;
}

/// The child that pays for a commitment of either side; nothing when there is none, none is needed,
/// or none is worth it.
std::optional<onchain::Planned> plan_bump(Draft& draft, const channel::Channel& channel,
                                          const channel::Closing& closing,
                                          const channel::CommitmentTx& commitment,
                                          const Scope& scope) {
    const auto coins = free_coins(draft);
    const auto change = next_change_script(draft, scope);
    const auto seed =
        scope.entropy.expand(scope.event, "bump " + display_hex(commitment.tx.txid()));
    const auto claimable = claimable_htlcs(draft, channel.id, closing);
    // HTLCs of ours have deadlines that the commitment must not miss; a balance alone can wait some
    // blocks. Where the coins do not reach for that, or it costs more than it brings, a lower fee
    // gets it into mempools at least: alone it might not even get there.
    const bool is_urgent = onchain::has_htlcs_for_us(commitment, claimable);
    std::optional<ports::SpendError> error;
    Sat cheapest;
    const FeeratePerKw slow = relayed(draft.health.fees, draft.health.fees.slow);
    for (const auto rate : bump_feerates(draft.health.fees, is_urgent)) {
        // The one child there is would be a bad one only because coins are short, which the next
        // block may mend.
        if (error && cheapest.is_zero() && rate < slow) break;
        const onchain::Purse purse{scope.planner, coins, change, rate, Hash256(seed.reveal())};
        auto planned = onchain::plan_anchor_child(closing.funded.params(), commitment, purse);
        if (!planned) {
            error = planned.error();
            continue;
        }
        if (!*planned) return std::nullopt;
        if ((*planned)->fee <= onchain::worth_of(commitment, claimable, rate))
            return *std::move(planned);
        cheapest = (*planned)->fee;
    }
    // Asked again with the next block, which may be cheaper.
    if (!cheapest.is_zero()) {
        draft.log(LogLevel::info, fmt::format("a bump would cost more than it saves txid={} fee={}",
                                              display_hex(commitment.tx.txid()), cheapest.raw()));
        return std::nullopt;
    }
    const auto problem = to_problem(*error);
    draft.log(LogLevel::unusual,
              fmt::format("no coin to bump the commitment with txid={} cause={}",
                          display_hex(commitment.tx.txid()), api::to_string(problem.kind)));
    return std::nullopt;
}

/// The bump's transaction once it is signed and entered; null when there is none, or one already.
ports::TxPtr make_bump(Draft& draft, const channel::Channel& channel,
                       const channel::Closing& closing, const channel::CommitmentTx& commitment,
                       const Scope& scope) {
    const Txid txid = commitment.tx.txid();
    bool has_child = false;
    draft.transactions.for_each([&](const Txid&, const WalletTx& row) {
        has_child = has_child || (row.purpose == "bump" && builds_on(*row.tx, txid));
    });
    if (has_child) return nullptr;
    const auto signer = scope.keys.channel(channel.keys);
    const auto planned = plan_bump(draft, channel, closing, commitment, scope);
    if (!planned) return nullptr;
    auto tx = onchain::sign(*planned, *signer, scope.keys);
    if (!tx || !bitcoin::verify_inputs(*tx, planned->spent)) {
        draft.log(LogLevel::broken,
                  fmt::format("bump does not verify channel={}", channel.id.hex()));
        return nullptr;
    }
    const auto child = std::make_shared<const bitcoin::Transaction>(*std::move(tx));
    (void)take_change_script(draft, scope);
    record_close_tx(draft, child, "bump", planned->fee, false, std::nullopt, scope);
    return child;
}

void publish_our_commitment(Draft& draft, const channel::Channel& channel,
                            const channel::Closing& closing,
                            const channel::OurCommitPublished& cause, const Scope& scope) {
    const auto tx = std::make_shared<const bitcoin::Transaction>(cause.tx);
    const Txid txid = tx->txid();
    const bool is_new = !draft.transactions.contains(txid);
    if (is_new) {
        record_close_tx(draft, tx, "close", our_fee_of(closing.funded.params(), *tx), false,
                        std::nullopt, scope);
    }
    const auto signer = scope.keys.channel(channel.keys);
    const auto child = make_bump(draft, channel, closing,
                                 closing.funded.commitments.local_commitment(*signer), scope);
    // A peer who closes by force often says so: then theirs is in the mempool already, better for
    // us (no delay) and bought by their fee. Ours stands back for one block; should theirs not
    // confirm in it, ours goes out with the wallet's transactions.
    if (child) {
        draft.effects.push_back(ports::Broadcast{{tx, child}, is_new});
    } else if (is_new) {
        draft.effects.push_back(ports::Broadcast{{tx}, true});
    }
}

/// Since their close was seen: what a short reorg took out comes again with its first blocks.
constexpr BlockDelta patience{2};

/// Their commitment was in a block, and a reorg took it out: then it is among the wallet's
/// transactions and broadcast with them. But what paid its fee was the peer's child, whose coin the
/// peer can spend elsewhere meanwhile; what blocks take that cheap only now and then would keep
/// what is ours beyond its deadlines. Only a commitment that we know is paid for: of a revoked one,
/// ours is worth more. Whether there is one.
bool pay_for_their_commitment(Draft& draft, const channel::Channel& channel,
                              const channel::Closing& closing, const Scope& scope) {
    const auto pay_for = [&](const channel::CommitmentTx& commitment) {
        const WalletTx* const row = draft.transactions.find(commitment.tx.txid());
        if (row == nullptr || row->height) return false;
        // The blocks that a reorg brings come one by one, and the next one may hold it.
        if (!is_in_step(draft.health.status, draft.tip) ||
            draft.tip.height < closing.since + patience)
            return true;
        const auto parent = row->tx;
        const auto child = make_bump(draft, channel, closing, commitment, scope);
        if (child) draft.effects.push_back(ports::Broadcast{{parent, child}});
        return true;
    };
    const auto& commitments = closing.funded.commitments;
    if (pay_for(commitments.remote_commitment())) return true;
    const auto next = commitments.remote_next_commitment();
    return next && pay_for(*next);
}

}  // namespace

FeeratePerKw relayed(const ports::FeeEstimates& fees, FeeratePerKw wanted) {
    return std::max(wanted, fees.mempool_min);
}

void publish_close(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const ChannelPtr channel = *found;
    const auto* const closing = channel::closing_of(channel->state);
    if (closing == nullptr || is_funding_spent(*closing)) return;
    // There is no output to spend, nor will there be one, as long as another transaction has the
    // place of the funding transaction.
    if (rival_of(*channel) != nullptr) return;
    // Nor, perhaps, where the funding is the peer's affair: a child for the fee would take a coin
    // of ours that a liar could so lock for as long as he likes. Once there is something to spend,
    // the block that shows it comes by here.
    if (awaits_their_funding(*channel)) return;
    // Likewise while the funding is a block's reward that nothing may spend yet.
    if (is_funding_immature(*channel, draft.tip.height)) return;
    std::visit(
        overloaded{[&](const channel::MutualCloseAgreed& cause) {
                       const auto tx = std::make_shared<const bitcoin::Transaction>(cause.tx);
                       // Seen before, from a peer who was quicker, it is still ours to bring into a
                       // block.
                       const WalletTx* const known = draft.transactions.find(tx->txid());
                       if (known != nullptr && known->ours) return;
                       record_close_tx(draft, tx, "close",
                                       our_fee_of(closing->funded.params(), *tx), false,
                                       std::nullopt, scope);
                       draft.effects.push_back(ports::Broadcast{{tx}});
                   },
                   [&](const channel::OurCommitPublished& cause) {
                       // Proven to be revoked: to publish it would give everything to the peer.
                       if (cause.age == channel::OurCommitPublished::Age::outdated) return;
                       // Theirs is better for us: no delay.
                       if (pay_for_their_commitment(draft, *channel, *closing, scope)) return;
                       publish_our_commitment(draft, *channel, *closing, cause, scope);
                   },
                   // What we hold is revoked: to publish it would give everything to the peer.
                   [](const channel::TheyMustClose&) {},
                   [&](const channel::TheirClose&) {
                       (void)pay_for_their_commitment(draft, *channel, *closing, scope);
                   }},
        closing->cause);
}

}  // namespace runnel::node
