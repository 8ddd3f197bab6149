// The close of a channel as the chain tells it: what was spent, what a reorg takes back, which
// preimages show. What our side publishes is closing_publish.cpp's, what is then ours to take
// closing_claims.cpp's.
#include "core/node/closing.h"

#include "core/node/doubt.h"
#include "core/node/funding.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

using channel::Party;

const channel::Closing* closing_of(const channel::Channel& channel) {
    return channel::closing_of(channel.state);
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

Sat sum_of_outputs(const bitcoin::Transaction& tx) {
    Sat sum;
    for (const auto& output : tx.outputs) sum += output.value;
    return sum;
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

}  // namespace

bool is_funding_spent(const channel::Closing& closing) {
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

std::optional<Sat> our_fee_of(const channel::ChannelParams& params,
                              const bitcoin::Transaction& close) {
    if (params.funder != Party::ours) return std::nullopt;
    return sub(params.funding_satoshis, sum_of_outputs(close));
}

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
    if (closing == nullptr || (!is_funding_spent(*closing) && !supposed)) return std::nullopt;
    const auto& commitments = closing->funded.commitments;
    const auto ours = commitments.local_commitment(signer);
    const auto theirs = commitments.remote_commitment();
    const auto theirs_next = commitments.remote_next_commitment();
    std::vector<onchain::Spend> spends;
    if (!is_funding_spent(*closing))
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
    note_paid(draft, *tx, height);
    WalletTx row;
    row.tx = tx;
    row.sequence = draft.wallet.next_tx_sequence++;
    row.fee = fee;
    row.height = height;
    row.first_seen = scope.now;
    row.purpose = purpose;
    row.ours = true;
    row.net_sat = take_coins(draft, *tx).net_sat;
    row.net_sat += give_watched_coins(draft, *tx, txid, height, safe);
    draft.transactions.put(txid, row);
    draft.tell(api::TransactionSeen{txid, height});
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
