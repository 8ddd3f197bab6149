// The chain, as it changes what the wallet has: blocks connect and disconnect, transactions come
// and go, coins with them. Every step can be repeated: a source may report a transaction twice, and
// after a restart the same block again.
#include "core/bitcoin/address.h"
#include "core/bitcoin/consensus.h"
#include "core/channel/store.h"
#include "core/node/closing.h"
#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

constexpr std::uint32_t blocks_kept = 2016;

/// What a transaction takes from and gives to the wallet.
struct Effect {
    std::int64_t net = 0;
    bool touches = false;
};

BlockHeight next_height(const ChainTip& tip) {
    return tip.known ? tip.height + BlockDelta(1) : BlockHeight(0);
}

std::string purpose_of(bool gives, bool takes) {
    if (takes) return "send";
    return gives ? "receive" : "";
}

/// Spent by a transaction we know: then it is no coin.
bool is_spent(const Draft& draft, const bitcoin::OutPoint& outpoint) {
    bool spent = false;
    draft.transactions.for_each([&](const Txid&, const WalletTx& other) {
        for (const auto& input : other.tx->inputs) spent = spent || input.previous == outpoint;
    });
    return spent;
}

/// What `tx` spends stops being a coin.
Effect take_coins(Draft& draft, const bitcoin::Transaction& tx) {
    Effect effect;
    for (const auto& input : tx.inputs) {
        const ports::Coin* const coin = draft.coins.find(input.previous);
        if (coin == nullptr) continue;
        effect.net -= static_cast<std::int64_t>(coin->output.value.raw());
        effect.touches = true;
        draft.coins.erase(input.previous);
    }
    return effect;
}

/// Its outputs that are the wallet's become coins.
Effect give_coins(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid,
                  std::optional<BlockHeight> height) {
    Effect effect;
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        const auto& output = tx.outputs[i];
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr) continue;
        effect.touches = true;
        effect.net += static_cast<std::int64_t>(output.value.raw());
        const bitcoin::OutPoint outpoint{txid, i};
        // However late its parent is reported.
        if (is_spent(draft, outpoint)) continue;
        draft.coins.put(outpoint, ports::Coin{outpoint, output, *path, height,
                                              bitcoin::is_coinbase(tx), false});
    }
    return effect;
}

}  // namespace

namespace {

/// Somebody was told that it is on its way.
void tell_lost(Draft& draft, const Txid& txid, const bitcoin::Transaction& tx) {
    Sat amount;
    for (const auto& output : tx.outputs) {
        if (!draft.scripts.contains(output.script)) amount += output.value;
    }
    draft.lost.insert(txid);
    draft.tell(api::Trouble{
        api::Problem{api::ProblemKind::send_lost,
                     {{"txid", display_hex(txid)}, {"amount_sat", std::to_string(amount.raw())}}},
        std::nullopt});
}

}  // namespace

void drop_transaction(Draft& draft, const Txid& txid, std::vector<Dropped>& dropped) {
    const WalletTx* const found = draft.transactions.find(txid);
    if (found == nullptr) return;
    const WalletTx gone = *found;
    if (gone.ours && gone.purpose == "send") tell_lost(draft, txid, *gone.tx);
    draft.transactions.erase(txid);
    // Whoever has shown it has to take it away again.
    draft.tell(api::TransactionDropped{txid});
    recount_paid(draft);
    draft.refused.erase(txid);
    dropped.push_back({txid, gone.fee});
    std::vector<Txid> children;
    for (std::uint32_t i = 0; i < gone.tx->outputs.size(); ++i) {
        const bitcoin::OutPoint outpoint{txid, i};
        draft.coins.erase(outpoint);
        draft.transactions.for_each([&](const Txid& id, const WalletTx& other) {
            for (const auto& input : other.tx->inputs) {
                if (input.previous == outpoint) children.push_back(id);
            }
        });
    }
    for (const auto& child : children) drop_transaction(draft, child, dropped);
    for (const auto& input : gone.tx->inputs) {
        const WalletTx* const parent = draft.transactions.find(input.previous.txid);
        if (parent == nullptr || input.previous.index >= parent->tx->outputs.size()) continue;
        // What replaced it spends the same coin, and is known already.
        if (is_spent(draft, input.previous)) continue;
        const auto& output = parent->tx->outputs[input.previous.index];
        const ports::KeyPath* const path = draft.scripts.find(output.script);
        if (path == nullptr) continue;
        draft.coins.put(input.previous,
                        ports::Coin{input.previous, output, *path, parent->height,
                                    bitcoin::is_coinbase(*parent->tx), parent->ours});
    }
    draft.log(LogLevel::unusual, fmt::format("transaction replaced txid={}", display_hex(txid)));
}

/// What spends the inputs of a transaction that no block holds: only so is it seen that another one
/// took its place.
void watch_inputs(const bitcoin::Transaction& tx, BlockHeight since,
                  std::vector<ports::Effect>& out) {
    for (const auto& input : tx.inputs)
        out.push_back(ports::Watch{ports::WatchOutPoint{input.previous}, since});
}

namespace {

/// A confirmed transaction ends the life of any unconfirmed one that spends the same output.
std::vector<Dropped> drop_conflicts(Draft& draft, const bitcoin::Transaction& confirmed,
                                    const Txid& txid) {
    std::vector<Txid> losers;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& other) {
        if (id != txid && !other.height && share_an_input(*other.tx, confirmed))
            losers.push_back(id);
    });
    std::vector<Dropped> dropped;
    for (const auto& loser : losers) drop_transaction(draft, loser, dropped);
    return dropped;
}

void tell_coins(Draft& draft, const bitcoin::Transaction& tx, api::CoinsReceived came,
                const Scope& scope) {
    for (const auto& output : tx.outputs) {
        if (!draft.scripts.contains(output.script)) continue;
        if (auto address = bitcoin::address_of(output.script, scope.config.network))
            came.addresses.push_back(*std::move(address));
    }
    draft.tell(std::move(came));
}

void see_wallet_transaction(Draft& draft, const ports::TxPtr& tx, const Txid& txid,
                            std::optional<BlockHeight> height, const Scope& scope) {
    if (const WalletTx* const known = draft.transactions.find(txid)) {
        if (!height || known->height == height) return;
        draft.transactions.edit(txid).height = height;
        draft.refused.erase(txid);
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) {
            const bitcoin::OutPoint outpoint{txid, i};
            if (draft.coins.contains(outpoint)) draft.coins.edit(outpoint).confirmed = height;
        }
        draft.tell(api::TransactionSeen{txid, height});
        return;
    }
    const Effect taken = take_coins(draft, *tx);
    Effect given = give_coins(draft, *tx, txid, height);
    if (!taken.touches && !given.touches) return;
    // What replaces it need not pay us: only by what it spends is it noticed.
    if (!height) watch_inputs(*tx, next_height(draft.tip), draft.effects);
    // A wallet that is made anew from its words finds its way by what was used: found in order,
    // what lies further along was not used much before. Spends count as well, by their change; and
    // one that made many coins at once may reach beyond what was watched when it was found.
    const auto extends = [&] {
        note_paid(draft, *tx);
        return extend_scripts(draft, scope, height.value_or(draft.tip.height));
    };
    while (extends()) given = give_coins(draft, *tx, txid, height);
    const std::int64_t net = taken.net + given.net;
    WalletTx row;
    row.tx = tx;
    row.sequence = draft.wallet.next_tx_sequence++;
    row.net_sat = net;
    row.height = height;
    row.first_seen = scope.now;
    row.purpose = purpose_of(net > 0, net < 0);
    draft.transactions.put(txid, row);
    if (net > 0)
        tell_coins(draft, *tx, {txid, Sat(static_cast<std::uint64_t>(net)), height.has_value(), {}},
                   scope);
    draft.tell(api::TransactionSeen{txid, height});
}

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

/// Is it ours to broadcast, or something that builds on it?
bool carries_ours(const Draft& draft, const Txid& txid) {
    const WalletTx* const row = draft.transactions.find(txid);
    if (row == nullptr) return false;
    if (row->ours) return true;
    std::vector<Txid> children;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& child) {
        const auto& inputs = child.tx->inputs;
        if (std::any_of(inputs.begin(), inputs.end(),
                        [&](const auto& input) { return input.previous.txid == txid; }))
            children.push_back(id);
    });
    return std::any_of(children.begin(), children.end(),
                       [&](const Txid& id) { return carries_ours(draft, id); });
}

/// A mempool holds one of those that spend the same output: what it took last. A payment to us that
/// was replaced counts no more. What a block holds, or what is ours to go on broadcasting, gives
/// way to a block only: then the new one is none of the wallet's yet.
bool replaces(Draft& draft, const bitcoin::Transaction& tx, const Txid& txid) {
    std::vector<Txid> losers;
    bool is_taken = false;
    draft.transactions.for_each([&](const Txid& id, const WalletTx& row) {
        if (id == txid || !share_an_input(*row.tx, tx)) return;
        losers.push_back(id);
        is_taken = is_taken || row.height || carries_ours(draft, id);
    });
    if (is_taken) return false;
    std::vector<Dropped> ignored;
    for (const auto& loser : losers) drop_transaction(draft, loser, ignored);
    return true;
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

void rebroadcast(const std::map<Txid, WalletTx>& transactions, std::vector<ports::Effect>& out) {
    // Parents before children: by the order in which they were made.
    std::vector<const WalletTx*> owed;
    for (const auto& [txid, row] : transactions) {
        if (row.ours && !row.height) owed.push_back(&row);
    }
    std::sort(owed.begin(), owed.end(),
              [](const WalletTx* a, const WalletTx* b) { return a->sequence < b->sequence; });
    // A commitment may pay less than any mempool takes: only together with its child it gets in.
    std::set<const WalletTx*> bumped;
    std::vector<ports::Effect> packages;
    for (const auto* const row : owed) {
        if (row->purpose != "bump") continue;
        for (const auto& input : row->tx->inputs) {
            const auto parent = transactions.find(input.previous.txid);
            if (parent == transactions.end() || !parent->second.ours || parent->second.height)
                continue;
            packages.push_back(ports::Broadcast{{parent->second.tx, row->tx}});
            bumped.insert({&parent->second, row});
        }
    }
    for (const auto* const row : owed) {
        if (!bumped.contains(row)) out.push_back(ports::Broadcast{{row->tx}});
    }
    out.insert(out.end(), packages.begin(), packages.end());
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

void on_status(Draft& draft, const ports::ChainStatus& status, const Scope& scope) {
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

}  // namespace

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

namespace {

void on_search_progress(Draft& draft, const ports::SearchProgress& progress) {
    // A newer search has begun meanwhile: it covers this one, and its own progress is still to
    // come.
    if (progress.search != draft.last_search || !draft.wallet.rescan_from) return;
    if (progress.next && *progress.next <= *draft.wallet.rescan_from) return;
    draft.wallet.rescan_from = progress.next;
    if (!progress.next) draft.log(LogLevel::info, "old blocks are searched");
}

void on_broadcast_result(Draft& draft, const ports::BroadcastResult& result) {
    if (result.accepted) {
        draft.refused.erase(result.txid);
        return;
    }
    draft.log(LogLevel::unusual, fmt::format("broadcast refused txid={} reason={}",
                                             display_hex(result.txid), escaped(result.reason)));
    const WalletTx* const row = draft.transactions.find(result.txid);
    // A commitment has a child that pays for it, and gives way to the peer's.
    const bool is_wish = row != nullptr && !row->height &&
                         (row->purpose == "funding" || row->purpose == "send" ||
                          agreed_close_of(draft, result.txid) != nullptr);
    // It is tried with each block: told once, and again only after it was taken in between.
    if (!is_wish || !draft.refused.insert(result.txid).second) return;
    api::Problem refused{api::ProblemKind::broadcast_refused,
                         {{"txid", display_hex(result.txid)},
                          {"reason", escaped(result.reason)},
                          {"purpose", row->purpose}}};
    draft.coins.for_each([&](const bitcoin::OutPoint& outpoint, const ports::Coin&) {
        if (outpoint.txid == result.txid) refused.params["can_bump"] = "true";
    });
    draft.tell(api::Trouble{std::move(refused), std::nullopt});
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
            [&](const ports::ChainStatus& e) { on_status(draft, e, scope); },
            [&](const ports::BroadcastResult& e) { on_broadcast_result(draft, e); },
            [&](const ports::SearchProgress& e) { on_search_progress(draft, e); },
            [&](const ports::FeesChanged& e) {
                draft.health.fees = e.fees;
                update_fees(draft);
                judge_feerates(draft);
            }},
        event);
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
