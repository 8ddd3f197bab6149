// The chain, as it changes what the wallet and its channels have: blocks connect and disconnect,
// transactions are found in them. Every step can be repeated: after a restart a source reports the
// same block again.
#include "core/bitcoin/consensus.h"
#include "core/channel/store.h"
#include "core/node/closing.h"
#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"
#include "core/node/wallet_room.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

constexpr std::uint32_t blocks_kept = 2016;

void see_for_channels(Draft& draft, const ports::ConfirmedTx& confirmed, const Txid& txid,
                      BlockHeight height, const Scope& scope) {
    std::vector<std::pair<ChannelId, bitcoin::OutPoint>> spends;
    std::vector<ChannelId> funded;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const auto* const f = channel::funded_of(channel->state);
        if (f == nullptr) return;
        if (is_funding_of(f->params(), *confirmed.tx, txid)) funded.push_back(id);
        for (const auto& input : confirmed.tx->inputs) {
            if (concerns_channel(*channel, input.previous)) spends.emplace_back(id, input.previous);
        }
    });
    for (const auto& id : funded) {
        see_funding(draft, id, *confirmed.tx, channel::Confirmation{height, confirmed.index});
        use_shutdown_script(draft, **draft.channels.find(id), scope);
    }
    for (const auto& [id, outpoint] : spends)
        on_channel_spend(draft, id, outpoint, confirmed.tx, height, scope);
}

void see_unconfirmed(Draft& draft, const ports::TxPtr& tx, const Scope& scope) {
    const Txid txid = tx->txid();
    if (draft.transactions.contains(txid) || replaces(draft, *tx, txid))
        see_wallet_transaction(draft, tx, txid, std::nullopt, scope);
    see_preimages(draft, *tx, scope);
}

void see_confirmed(Draft& draft, const ports::ConfirmedTx& confirmed, BlockHeight height,
                   const Scope& scope) {
    const Txid txid = confirmed.tx->txid();
    const auto dropped = drop_conflicts(draft, *confirmed.tx, txid);
    see_wallet_transaction(draft, confirmed.tx, txid, height, scope);
    see_rival(draft, confirmed.tx, txid, height, dropped, scope);
    see_for_channels(draft, confirmed, txid, height, scope);
}

void after_tip_moved(Draft& draft, const Scope& scope) {
    forget_unproven(draft);
    channels_on_block(draft, scope);
    closings_on_block(draft, scope);
    payments_on_block(draft, scope);
}

/// Nothing at this height or above is in a block any more.
void unconfirm_from(Draft& draft, BlockHeight height, const Scope& scope) {
    std::vector<Txid> unconfirmed;
    draft.transactions.for_each([&](const Txid& txid, const WalletTx& row) {
        if (row.height && *row.height >= height) unconfirmed.push_back(txid);
    });
    for (const auto& txid : unconfirmed) {
        const WalletTx* const row = draft.transactions.find(txid);
        if (row == nullptr) continue;
        // A block's reward is gone with the block.
        if (bitcoin::is_coinbase(*row->tx)) {
            std::vector<Dropped> dropped;
            drop_transaction(draft, txid, dropped);
            continue;
        }
        draft.transactions.edit(txid).height.reset();
        watch_inputs(*draft.transactions.find(txid)->tx, height, draft.effects);
        draft.tell(api::TransactionSeen{txid, std::nullopt});
    }
    recount_paid(draft);
    std::vector<bitcoin::OutPoint> coins;
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin& coin) {
        if (coin.confirmed && *coin.confirmed >= height) coins.push_back(outpoint);
    });
    for (const auto& outpoint : coins) draft.coins.edit(outpoint).confirmed.reset();
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr&) { ids.push_back(id); });
    for (const auto& id : ids) {
        funding_gone_from(draft, id, height);
        spends_gone_from(draft, id, height, scope);
        rival_gone_from(draft, id, height, scope);
    }
}

void on_block_connected(Draft& draft, const ports::BlockConnected& block, const Scope& scope) {
    if (draft.tip.known && block.height <= draft.tip.height) {
        const BlockHash* const known = draft.blocks.find(block.height.raw());
        if (known != nullptr && *known == block.hash) return;  // reported again after a restart
    }
    if (draft.tip.known &&
        (block.previous != draft.tip.hash || block.height.raw() != draft.tip.height.raw() + 1)) {
        draft.log(LogLevel::broken, fmt::format("block out of order height={} tip={}",
                                                block.height.raw(), draft.tip.height.raw()));
        return;
    }
    // After a reorg below all that is remembered, or a restart in the middle of one, the source
    // begins anew: nothing from here on is confirmed before it says so.
    if (!draft.tip.known) unconfirm_from(draft, block.height, scope);
    if (!draft.tip.known && draft.wallet.birth.raw() == 0) draft.wallet.birth = block.height;
    draft.tip = ChainTip{block.height, block.hash, true};
    draft.blocks.put(block.height.raw(), block.hash);
    if (block.height.raw() >= blocks_kept) {
        const std::uint64_t old = block.height.raw() - blocks_kept;
        if (draft.blocks.contains(old)) draft.blocks.erase(old);
    }
    for (const auto& confirmed : block.relevant)
        see_confirmed(draft, confirmed, block.height, scope);
    fundings_on_block(draft, scope);
    after_tip_moved(draft, scope);
    std::map<Txid, WalletTx> ours;
    draft.transactions.for_each([&](const Txid& txid, const WalletTx& row) {
        // What this turn made is broadcast by who made it.
        if (row.ours && !row.height && draft.transactions.before(txid) != nullptr)
            ours.emplace(txid, row);
    });
    rebroadcast(ours, draft.effects);
    draft.tell(api::BlockSeen{block.height});
}

void on_block_disconnected(Draft& draft, const ports::BlockDisconnected& block,
                           const Scope& scope) {
    // Below the blocks that are remembered only the height tells that it is the tip.
    const bool is_tip =
        draft.tip.known ? block.hash == draft.tip.hash : block.height == draft.tip.height;
    if (!is_tip || block.height.raw() == 0) return;
    draft.log(LogLevel::unusual, fmt::format("reorg: block {} is gone", block.height.raw()));
    draft.blocks.erase(block.height.raw());
    const BlockHeight below(block.height.raw() - 1);
    const BlockHash* const previous = draft.blocks.find(below.raw());
    draft.tip = ChainTip{below, previous == nullptr ? BlockHash{} : *previous, previous != nullptr};
    unconfirm_from(draft, block.height, scope);
}

void on_search_progress(Draft& draft, const ports::SearchProgress& progress) {
    // A newer search has begun meanwhile: it covers this one, and its own progress is still to
    // come.
    if (progress.search != draft.last_search || !draft.wallet.rescan_from) return;
    if (progress.next && *progress.next <= *draft.wallet.rescan_from) return;
    draft.wallet.rescan_from = progress.next;
    if (!progress.next) draft.log(LogLevel::info, "old blocks are searched");
}

}  // namespace

void on_chain_event(Draft& draft, const ports::ChainEvent& event, const Scope& scope) {
    std::visit(
        overloaded{
            [&](const ports::BlockConnected& e) { on_block_connected(draft, e, scope); },
            [&](const ports::BlockDisconnected& e) { on_block_disconnected(draft, e, scope); },
            [&](const ports::LateConfirmation& e) {
                const BlockHash* const known = draft.blocks.find(e.height.raw());
                // From a block that a reorg has removed since: the new one will be reported.
                if (known != nullptr && *known != e.hash) return;
                see_confirmed(draft, e.tx, e.height, scope);
                after_tip_moved(draft, scope);
            },
            [&](const ports::MempoolTx& e) { see_unconfirmed(draft, e.tx, scope); },
            [&](const ports::ChainStatus& e) { on_chain_status(draft, e, scope); },
            [&](const ports::BroadcastResult& e) { on_broadcast_result(draft, e); },
            [&](const ports::SearchProgress& e) { on_search_progress(draft, e); },
            [&](const ports::FeesChanged& e) {
                draft.health.fees = e.fees;
                update_fees(draft);
                judge_feerates(draft);
            }},
        event);
}

void resume_wallet(const State& state, std::vector<ports::Effect>& out) {
    // What was watched before was searched up to the committed tip: only what comes after is news.
    // But for a search that the last process did not finish: what it would have found, and what
    // spends that, is looked for again.
    const BlockHeight next =
        state.tip.known ? state.tip.height + BlockDelta(1) : state.wallet.birth;
    const BlockHeight since = std::min(next, state.wallet.rescan_from.value_or(next));
    for (const auto& [script, path] : state.scripts) {
        out.push_back(ports::Watch{ports::WatchScript{script}, since,
                                   state.wallet.rescan_from ? state.last_search : 0});
    }
    for (const auto& [outpoint, coin] : state.coins)
        out.push_back(ports::Watch{ports::WatchOutPoint{outpoint}, since});
    for (const auto& [id, channel] : state.channels) {
        const auto* const f = channel::funded_of(channel->state);
        if (f == nullptr) continue;
        const auto& params = f->params();
        const auto script = bitcoin::p2wsh(channel::funding_script(
            params.our_keys.funding_pubkey, params.their_keys.funding_pubkey));
        out.push_back(ports::Watch{ports::WatchScript{script}, next});
        out.push_back(ports::Watch{ports::WatchOutPoint{params.funding}, next});
    }
    for (const auto& [txid, row] : state.transactions) {
        if (!row.height) watch_inputs(*row.tx, next, out);
    }
    resume_fundings(state, out);
    rebroadcast(state.transactions, out);
}

}  // namespace runnel::node
