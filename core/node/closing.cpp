// The close of a channel as the chain tells it: what is published, what was spent, what a reorg
// takes back, which preimages show. What is then ours to take is closing_claims.cpp's.
#include "core/node/closing.h"

#include "core/bitcoin/interpreter.h"
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

const channel::Closing* closing_of(const channel::Channel& channel) {
    return channel::closing_of(channel.state);
}

bool spends_output(const bitcoin::Transaction& tx, const bitcoin::OutPoint& outpoint) {
    return std::any_of(tx.inputs.begin(), tx.inputs.end(),
                       [&](const bitcoin::TxIn& input) { return input.previous == outpoint; });
}

/// Of the close so far: spends come with the funding output's first, so an empty list means it is
/// unspent.
bool is_spent(const channel::Closing& closing) {
    return !closing.spends.empty() &&
           closing.spends.front().spent == closing.funded.params().funding;
}

onchain::Preimages preimages_of(const channel::Closing& closing) {
    onchain::Preimages out(closing.preimages);
    for (const auto& entry : closing.funded.commitments.htlcs()) {
        if (entry.htlc.offered_by != Party::theirs || !entry.removal) continue;
        if (const auto* const fulfilled = std::get_if<channel::Fulfilled>(entry.removal.get()))
            out.add(fulfilled->payment_preimage);
    }
    return out;
}

Sat sum_of_outputs(const bitcoin::Transaction& tx) {
    Sat sum;
    for (const auto& output : tx.outputs) sum += output.value;
    return sum;
}

/// The fee of a spend of the funding output, when it came off our side.
std::optional<Sat> our_fee_of(const channel::ChannelParams& params,
                              const bitcoin::Transaction& close) {
    if (params.funder != Party::ours) return std::nullopt;
    return sub(params.funding_satoshis, sum_of_outputs(close));
}

/// Why a channel of which the chain shows the end is closing. What has not a commitment's form was
/// agreed on, perhaps before a cut of the connection that began the negotiation anew.
channel::ClosingCause cause_of(const channel::ChannelParams& params,
                               const bitcoin::Transaction& spend) {
    if (!channel::commitment_number_of(params, spend)) return channel::MutualCloseAgreed{spend};
    return channel::TheirClose{};
}

/// The channel's Closing state to change; any funded state becomes one.
channel::Closing& make_closing(channel::Channel& channel, const bitcoin::Transaction& spend,
                               BlockHeight tip) {
    if (auto* const closing = channel::closing_of(channel.state)) return *closing;
    channel::Funded funded = std::move(*channel::funded_of(channel.state));
    auto cause = cause_of(funded.params(), spend);
    channel.state = channel::Closing{std::move(funded), std::move(cause), tip, {}, {}, {}};
    return std::get<channel::Closing>(channel.state);
}

void put_spend(channel::Closing& closing, channel::ConfirmedSpend spend) {
    const auto same =
        std::find_if(closing.spends.begin(), closing.spends.end(),
                     [&](const channel::ConfirmedSpend& s) { return s.spent == spend.spent; });
    if (same != closing.spends.end()) {
        *same = std::move(spend);
    } else if (spend.spent == closing.funded.params().funding) {
        closing.spends.insert(closing.spends.begin(), std::move(spend));
    } else {
        closing.spends.push_back(std::move(spend));
    }
}

void watch(Draft& draft, const bitcoin::OutPoint& outpoint, BlockHeight since) {
    draft.effects.push_back(ports::Watch{ports::WatchOutPoint{outpoint}, since});
}

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

/// The child that pays for our commitment; nothing when there is none, none is needed, or none is
/// worth it.
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

/// The bump's transaction once it is signed and entered; null when there is none.
ports::TxPtr make_bump(Draft& draft, const channel::Channel& channel,
                       const channel::Closing& closing, const Scope& scope) {
    const auto signer = scope.keys.channel(channel.keys);
    const auto planned = plan_bump(draft, channel, closing,
                                   closing.funded.commitments.local_commitment(*signer), scope);
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
    bool has_child = false;
    draft.transactions.for_each([&](const Txid&, const WalletTx& row) {
        if (row.purpose != "bump") return;
        for (const auto& input : row.tx->inputs)
            has_child = has_child || input.previous.txid == txid;
    });
    const auto child = has_child ? nullptr : make_bump(draft, channel, closing, scope);
    // A peer who closes by force often says so: then theirs is in the mempool already, better for
    // us (no delay) and bought by their fee. Ours stands back for one block; should theirs not
    // confirm in it, ours goes out with the wallet's transactions.
    if (child) {
        draft.effects.push_back(ports::Broadcast{{tx, child}, is_new});
    } else if (is_new) {
        draft.effects.push_back(ports::Broadcast{{tx}, true});
    }
}

}  // namespace

bool concerns_channel(const channel::Channel& channel, const bitcoin::OutPoint& outpoint) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return false;
    // Whose output a peer names before the chain has shown it is not known. It may be one of our
    // coins, and our spending it no close.
    if (funded->params().funding == outpoint) return !is_unproven(channel);
    const auto* const closing = closing_of(channel);
    if (closing == nullptr) return false;
    return std::any_of(
        closing->spends.begin(), closing->spends.end(), [&](const channel::ConfirmedSpend& spend) {
            return outpoint.index < spend.tx->outputs.size() && spend.tx->txid() == outpoint.txid;
        });
}

const channel::Channel* agreed_close_of(const Draft& draft, const Txid& txid) {
    const channel::Channel* found = nullptr;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        const auto* const closing = closing_of(*channel);
        const auto* const mutual =
            closing == nullptr ? nullptr : std::get_if<channel::MutualCloseAgreed>(&closing->cause);
        if (mutual != nullptr && mutual->tx.txid() == txid) found = channel.get();
    });
    return found;
}

std::optional<onchain::Progress> close_progress(const channel::Channel& channel,
                                                const ports::ChannelSigner& signer, BlockHeight tip,
                                                const ports::TxPtr& supposed) {
    const auto* const closing = closing_of(channel);
    if (closing == nullptr || (!is_spent(*closing) && !supposed)) return std::nullopt;
    const auto& commitments = closing->funded.commitments;
    const auto ours = commitments.local_commitment(signer);
    const auto theirs = commitments.remote_commitment();
    const auto theirs_next = commitments.remote_next_commitment();
    std::vector<onchain::Spend> spends;
    if (!is_spent(*closing))
        spends.push_back({commitments.params().funding, supposed, tip + BlockDelta(1)});
    for (const auto& spend : closing->spends)
        spends.push_back({spend.spent, spend.tx, spend.height});
    // Of a revoked commitment only HTLCs that are still known are found here; its main outputs
    // always.
    std::vector<channel::Htlc> offered;
    std::vector<channel::Htlc> all;
    for (const auto& entry : commitments.htlcs()) {
        if (entry.htlc.offered_by == Party::ours) offered.push_back(entry.htlc);
        all.push_back(entry.htlc);
    }
    const auto preimages = preimages_of(*closing);
    const onchain::Known known{commitments.params(), ours, theirs,
                               theirs_next ? &*theirs_next : nullptr, commitments.revealed()};
    return onchain::follow(onchain::Situation{known, commitments.local_signatures(), spends,
                                              preimages, offered, all, tip});
}

FeeratePerKw relayed(const ports::FeeEstimates& fees, FeeratePerKw wanted) {
    return std::max(wanted, fees.mempool_min);
}

void record_close_tx(Draft& draft, const ports::TxPtr& tx, const std::string& purpose,
                     std::optional<Sat> fee, bool safe, std::optional<BlockHeight> height,
                     const Scope& scope) {
    const Txid txid = tx->txid();
    if (draft.transactions.contains(txid)) {
        // Seen by what it pays the wallet: now it has a name, and is ours to broadcast after a
        // reorg.
        auto& row = draft.transactions.edit(txid);
        row.purpose = purpose;
        row.ours = true;
        if (!row.fee) row.fee = fee;
        return;
    }
    note_paid(draft, *tx);
    WalletTx row;
    row.tx = tx;
    row.sequence = draft.wallet.next_tx_sequence++;
    row.fee = fee;
    row.height = height;
    row.first_seen = scope.now;
    row.purpose = purpose;
    row.ours = true;
    for (const auto& input : tx->inputs) {
        const ports::Coin* const coin = draft.coins.find(input.previous);
        if (coin == nullptr) continue;
        row.net_sat -= static_cast<std::int64_t>(coin->output.value.raw());
        draft.coins.erase(input.previous);
    }
    for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) {
        const ports::KeyPath* const path = draft.scripts.find(tx->outputs[i].script);
        if (path == nullptr) continue;
        row.net_sat += static_cast<std::int64_t>(tx->outputs[i].value.raw());
        const bitcoin::OutPoint outpoint{txid, i};
        draft.coins.put(outpoint,
                        ports::Coin{outpoint, tx->outputs[i], *path, height, false, safe});
        watch(draft, outpoint, draft.tip.height);
    }
    draft.transactions.put(txid, row);
    draft.tell(api::TransactionSeen{txid, height});
}

void publish_close(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const ChannelPtr channel = *found;
    const auto* const closing = closing_of(*channel);
    if (closing == nullptr || is_spent(*closing)) return;
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
                       publish_our_commitment(draft, *channel, *closing, cause, scope);
                   },
                   // What we hold is revoked: to publish it would give everything to the peer.
                   [](const channel::TheyMustClose&) {},
                   // Theirs was in a block: it is among the wallet's transactions, and broadcast
                   // with them after a reorg.
                   [](const channel::TheirClose&) {}},
        closing->cause);
}

void begin_closing(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    const auto* const closing = found == nullptr ? nullptr : closing_of(**found);
    if (closing == nullptr) return;
    watch(draft, closing->funded.params().funding, closing->funded.created);
    publish_close(draft, id, scope);
}

void on_channel_spend(Draft& draft, const ChannelId& id, const bitcoin::OutPoint& spent,
                      const ports::TxPtr& tx, BlockHeight height, const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(id);
    if (channel == nullptr || channel::funded_of(channel->state) == nullptr) return;
    const bool was_closing = closing_of(*channel) != nullptr;
    auto& closing = make_closing(*channel, *tx, draft.tip.height);
    const auto& params = closing.funded.params();
    const auto signer = scope.keys.channel(channel->keys);
    if (spent == params.funding) {
        put_spend(closing, {spent, tx, height});
        // Also theirs: what both signed can be mined again, and after a reorg it is to nobody's
        // harm but a cheat's.
        record_close_tx(draft, tx, "close", our_fee_of(params, *tx), false, height, scope);
        draft.log(was_closing ? LogLevel::info : LogLevel::unusual,
                  fmt::format("funding output spent channel={} txid={} height={}", id.hex(),
                              display_hex(tx->txid()), height.raw()));
    } else {
        // Change and other people's outputs of the same transactions are not the channel's.
        const auto before = close_progress(*channel, *signer, draft.tip.height);
        if (!before ||
            std::find(before->watch.begin(), before->watch.end(), spent) == before->watch.end())
            return;
        put_spend(closing, {spent, tx, height});
    }
    if (const auto now = close_progress(*channel, *signer, draft.tip.height)) {
        for (const auto& outpoint : now->watch) watch(draft, outpoint, now->closed_at);
    }
    // Last: what the payments do with one may reach any channel, this one too.
    see_preimages(draft, *tx, scope);
}

void spends_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope&) {
    const ChannelPtr* const found = draft.channels.find(id);
    const auto* const closing = found == nullptr ? nullptr : closing_of(**found);
    if (closing == nullptr) return;
    const auto is_gone = [&](const channel::ConfirmedSpend& spend) {
        return spend.height >= height;
    };
    if (std::none_of(closing->spends.begin(), closing->spends.end(), is_gone)) return;
    // The cause stays: our own commitment, once signed, is broadcast again, and theirs with the
    // wallet's transactions. What was settled is not any more.
    channel::Channel* const channel = draft.edit_channel(id);
    if (auto* const settled = std::get_if<channel::Settled>(&channel->state)) {
        channel::Closing again = std::move(settled->closing);
        channel->state = std::move(again);
    }
    auto& spends = std::get<channel::Closing>(channel->state).spends;
    spends.erase(std::remove_if(spends.begin(), spends.end(), is_gone), spends.end());
    draft.log(LogLevel::unusual,
              fmt::format("a reorg took back spends of channel={} from height={}", id.hex(),
                          height.raw()));
}

void see_preimages(Draft& draft, const bitcoin::Transaction& tx, const Scope& scope) {
    const auto shown = onchain::preimages_in(tx);
    if (shown.empty()) return;
    struct Match {
        HtlcRef htlc;
        PaymentHash hash;
        wire::Preimage preimage;
    };
    std::vector<Match> matches;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const auto* const funded = channel::funded_of(channel->state);
        if (funded == nullptr) return;
        for (const auto& entry : funded->commitments.htlcs()) {
            if (entry.htlc.offered_by != Party::ours) continue;
            for (const auto& [hash, preimage] : shown) {
                if (hash == entry.htlc.payment_hash)
                    matches.push_back({HtlcRef{id, entry.htlc.id}, hash, preimage});
            }
        }
    });
    for (const auto& match : matches) {
        // A settled channel still knows HTLCs of which everybody has heard the end.
        const bool is_awaited =
            draft.payments.contains(match.hash) || find_forward(draft, match.htlc) != nullptr;
        if (is_awaited) on_preimage(draft, match.htlc, match.hash, match.preimage, scope);
    }
}

namespace {

/// Which transaction will spend the funding output, as far as the wallet has taken a side: after a
/// reorg what was swept of one is among the coins, and must not be counted as part of another one.
ports::TxPtr supposed_spender(const State& state, const channel::Closing& closing) {
    ports::TxPtr any;
    for (const auto& [txid, row] : state.transactions) {
        if (row.height || !spends_output(*row.tx, closing.funded.params().funding)) continue;
        any = row.tx;
        for (const auto& made : closing.claims) {
            const bool is_of_it = std::any_of(made.tx.inputs.begin(), made.tx.inputs.end(),
                                              [&, parent = txid](const bitcoin::TxIn& input) {
                                                  return input.previous.txid == parent;
                                              });
            if (is_of_it && state.transactions.contains(made.tx.txid())) return row.tx;
        }
    }
    const auto* const ours = std::get_if<channel::OurCommitPublished>(&closing.cause);
    if (ours == nullptr || ours->age == channel::OurCommitPublished::Age::outdated) return any;
    return std::make_shared<const bitcoin::Transaction>(ours->tx);
}

}  // namespace

StillOut still_out(const State& state, const channel::Channel& channel,
                   const ports::KeyRing& keys) {
    StillOut out;
    const auto* const closing = closing_of(channel);
    if (closing == nullptr || channel::closed_of(channel.state) != nullptr ||
        rival_of(channel) != nullptr || is_unproven(channel))
        return out;
    ports::TxPtr supposed;
    if (!is_spent(*closing)) {
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

void resume_closings(const State& state, std::vector<ports::Effect>& out) {
    for (const auto& [id, channel] : state.channels) {
        const auto* const closing = closing_of(*channel);
        if (closing == nullptr) continue;
        // More than the channel's own outputs, perhaps: telling them apart is done when one is
        // reported.
        for (const auto& spend : closing->spends) {
            const Txid txid = spend.tx->txid();
            for (std::uint32_t i = 0; i < spend.tx->outputs.size(); ++i) {
                out.push_back(ports::Watch{ports::WatchOutPoint{{txid, i}}, spend.height});
            }
        }
    }
}

}  // namespace runnel::node
