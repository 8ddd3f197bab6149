#include "core/node/funding.h"

#include "core/bitcoin/consensus.h"
#include "core/node/closing.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

constexpr BlockDelta fundee_forgets_after{2016};  // BOLT 2, funding transaction not confirmed
/// A peer chooses how many there are, and they are written with each step of the channel until the
/// transaction is irrevocable. One that spends more is an exchange's that pays many at once.
constexpr std::size_t most_inputs_kept = 500;

bool is_theirs(const channel::Funded& funded) {
    return funded.params().funder == channel::Party::theirs;
}

/// The funding transaction that may still lose: known, and in no block.
const bitcoin::Transaction* open_funding_of(const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr || funded->confirmation) return nullptr;
    return funded->funding_tx.get();
}

std::vector<ChannelId> ids_of(const Draft& draft) {
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr&) { ids.push_back(id); });
    return ids;
}

void tell_lost(Draft& draft, const ChannelId& id) {
    // Only time has changed it; taken as changed, it is looked at again for what readers hear of
    // states.
    const auto& funded = *channel::funded_of(draft.edit_channel(id)->state);
    const auto txid = display_hex(funded.params().funding.txid);
    const auto rival = funded.rival ? display_hex(funded.rival->tx->txid()) : std::string();
    draft.log(LogLevel::unusual,
              fmt::format("funding lost channel={} txid={} to={}", id.hex(), txid, rival));
    api::Problem lost{api::ProblemKind::funding_lost, {{"txid", txid}}};
    if (!rival.empty()) lost.params["rival"] = rival;
    if (is_theirs(funded)) lost.params["theirs"] = "true";
    draft.tell(api::Trouble{std::move(lost), id});
}

/// The wallet's again, to be broadcast until one of the two is in a block. What the person has done
/// with its coins since counts more.
void take_back(Draft& draft, const channel::Funded& funded, const Scope& scope) {
    const auto& tx = funded.funding_tx;
    // Theirs is theirs to broadcast.
    if (is_theirs(funded)) return;
    if (draft.transactions.contains(tx->txid())) return;
    std::vector<Txid> rivals;
    bool is_taken = false;
    draft.transactions.for_each([&](const Txid& txid, const WalletTx& row) {
        if (!share_an_input(*tx, *row.tx)) return;
        rivals.push_back(txid);
        is_taken = is_taken || row.ours || row.height;
    });
    if (is_taken) return;
    std::vector<Dropped> ignored;
    for (const auto& txid : rivals) drop_transaction(draft, txid, ignored);
    record_close_tx(draft, tx, "funding", funded.rival->fee, true, std::nullopt, scope);
}

/// Nothing is left to wait for. What was in flight can be taken by nobody: there never was an
/// output that holds it.
void forget(Draft& draft, const ChannelId& id, const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(id);
    const auto& funded = *channel::funded_of(channel->state);
    std::vector<channel::Htlc> htlcs;
    for (const auto& entry : funded.commitments.htlcs()) htlcs.push_back(entry.htlc);
    channel::Closed closed;
    closed.params = funded.params();
    closed.height = draft.tip.height;
    closed.how = "never confirmed";
    channel->state = std::move(closed);
    for (const auto& htlc : htlcs) {
        const HtlcRef ref{id, htlc.id};
        if (htlc.offered_by == channel::Party::ours)
            on_outgoing_removed(draft, ref, htlc.payment_hash, nullptr, scope);
        else on_incoming_removed(draft, ref, htlc.payment_hash, scope);
    }
    draft.log(LogLevel::info, fmt::format("forgotten, never confirmed channel={}", id.hex()));
}

/// Stores of before this was known may hold a close of what never was, and a child that pays for
/// it: their coins are free again. By its name only: the outpoint may be any, even that of a coin
/// which the person has sent.
void drop_close_of(Draft& draft, const ChannelPtr& channel) {
    const auto funding = channel::funded_of(channel->state)->params().funding;
    std::vector<Txid> closes;
    draft.transactions.for_each([&](const Txid& txid, const WalletTx& row) {
        if (row.height || row.purpose != "close") return;
        for (const auto& input : row.tx->inputs) {
            if (input.previous == funding) closes.push_back(txid);
        }
    });
    std::vector<Dropped> ignored;
    for (const auto& txid : closes) drop_transaction(draft, txid, ignored);
}

/// Theirs, shown by a block once and in none any more for as long as one that never came is waited
/// for, and the person has closed it: what took its place is not known (it was of something that
/// the funding transaction builds on), and only they can say that they do not wait for it.
bool is_given_up(const channel::Channel& channel, BlockHeight tip) {
    const auto* const closing = std::get_if<channel::Closing>(&channel.state);
    const auto* const ours =
        closing == nullptr ? nullptr : std::get_if<channel::OurCommitPublished>(&closing->cause);
    return ours != nullptr && ours->reason == reason_of_wish && !is_unproven(channel) &&
           awaits_their_funding(channel) && closing->spends.empty() &&
           tip > closing->since + fundee_forgets_after;
}

bool needs_no_inputs(const channel::Channel& channel, BlockHeight tip) {
    const auto* const funded = channel::funded_of(channel.state);
    return funded != nullptr && is_theirs(*funded) && funded->funding_tx != nullptr &&
           funded->depth(tip) >= onchain::irrevocable_depth.raw();
}

}  // namespace

const channel::FundingRival* rival_of(const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    return funded != nullptr && funded->rival && funded->rival->height ? &*funded->rival : nullptr;
}

bool is_unproven(const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    return funded != nullptr && funded->params().funder == channel::Party::theirs &&
           !funded->was_confirmed;
}

bool is_partners(const channel::Channel& channel) {
    return !is_unproven(channel) &&
           !std::holds_alternative<channel::AwaitingFundingCreated>(channel.state);
}

bool needs_reserve(const channel::Channel& channel, BlockHeight tip) {
    // An opening of ours counts from the moment its coins are planned: another one, or a send,
    // while its peer takes its time would keep the very coins that were kept for it.
    if (std::holds_alternative<channel::AwaitingAccept>(channel.state) ||
        std::holds_alternative<channel::AwaitingFundingSigned>(channel.state))
        return true;
    return channel::is_stored(channel.state) && !is_shown_closed(channel, tip) &&
           !is_unproven(channel);
}

bool awaits_their_funding(const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    return funded != nullptr && funded->params().funder == channel::Party::theirs &&
           !funded->confirmation;
}

bool is_funding_immature(const channel::Channel& channel, BlockHeight tip) {
    const auto* const funded = channel::funded_of(channel.state);
    return funded != nullptr && funded->confirmation && funded->funding_tx != nullptr &&
           bitcoin::is_coinbase(*funded->funding_tx) &&
           funded->depth(tip) < bitcoin::coinbase_maturity;
}

bool is_funding_of(const channel::ChannelParams& params, const bitcoin::Transaction& tx,
                   const Txid& txid) {
    if (txid != params.funding.txid || params.funding.index >= tx.outputs.size()) return false;
    const auto& output = tx.outputs[params.funding.index];
    return output.value == params.funding_satoshis &&
           output.script == bitcoin::p2wsh(channel::funding_script(
                                params.our_keys.funding_pubkey, params.their_keys.funding_pubkey));
}

bool is_shown_closed(const channel::Channel& channel, BlockHeight tip) {
    if (channel::closed_of(channel.state) != nullptr) return true;
    const auto* const rival = rival_of(channel);
    return rival != nullptr && onchain::depth(*rival->height, tip) >= onchain::settled_depth;
}

std::string shown_state(const channel::Channel& channel, BlockHeight tip) {
    return is_shown_closed(channel, tip) ? "closed"
                                         : std::string(channel::state_name(channel.state));
}

void see_rival(Draft& draft, const ports::TxPtr& tx, const Txid& txid, BlockHeight height,
               const std::vector<Dropped>& dropped, const Scope&) {
    for (const auto& id : ids_of(draft)) {
        const channel::Channel& channel = **draft.channels.find(id);
        const auto* const funding = open_funding_of(channel);
        if (funding == nullptr) continue;
        const auto& funded = *channel::funded_of(channel.state);
        const Txid funding_txid = funded.params().funding.txid;
        const auto gone = std::find_if(dropped.begin(), dropped.end(),
                                       [&](const Dropped& d) { return d.txid == funding_txid; });
        const bool is_known = funded.rival && funded.rival->tx->txid() == txid;
        if (txid == funding_txid ||
            (!is_known && gone == dropped.end() && !share_an_input(*funding, *tx)))
            continue;
        if (is_known && funded.rival->height == height) continue;
        std::optional<Sat> fee = funded.rival ? funded.rival->fee : std::nullopt;
        if (gone != dropped.end()) fee = gone->fee;
        // Known before, and of something that ours builds on: then nothing has dropped ours yet.
        std::vector<Dropped> more;
        drop_transaction(draft, funding_txid, more);
        if (!more.empty()) fee = more.front().fee;
        // Of a peer's, the wallet holds only what was to close the channel, and the child that was
        // to pay for it.
        if (is_theirs(funded)) drop_close_of(draft, *draft.channels.find(id));
        channel::Channel* const own = draft.edit_channel(id);
        channel::funded_of(own->state)->rival = channel::FundingRival{tx, height, fee};
        draft.log(LogLevel::unusual,
                  fmt::format("funding transaction lost its place channel={} to={} height={}",
                              id.hex(), display_hex(txid), height.raw()));
        // Found in a search of older blocks: it would not be told when it comes of age.
        if (onchain::depth(height, draft.tip.height) >= onchain::settled_depth)
            tell_lost(draft, id);
    }
}

void see_funding(Draft& draft, const ChannelId& id, const bitcoin::Transaction& tx,
                 const channel::Confirmation& where) {
    channel::Channel* const channel = draft.edit_channel(id);
    channel::on_funding_confirmed(*channel, where);
    auto& funded = *channel::funded_of(channel->state);
    // A block's reward: nothing that spends it is taken sooner, no close and no claim of what is in
    // it, so nothing may be in it before.
    if (bitcoin::is_coinbase(tx))
        funded.minimum_depth = std::max(funded.minimum_depth, bitcoin::coinbase_maturity);
    if (!is_theirs(funded)) return;
    funded.funding_tx.reset();
    if (tx.inputs.size() > most_inputs_kept) return;
    bitcoin::Transaction spends;
    for (const auto& input : tx.inputs) {
        bitcoin::TxIn kept;
        kept.previous = input.previous;
        spends.inputs.push_back(std::move(kept));
    }
    funded.funding_tx = std::make_shared<const bitcoin::Transaction>(std::move(spends));
}

void funding_gone_from(Draft& draft, const ChannelId& id, BlockHeight height) {
    const ChannelPtr* const found = draft.channels.find(id);
    const auto* const before = found == nullptr ? nullptr : channel::funded_of((*found)->state);
    if (before == nullptr || !before->confirmation || before->confirmation->height < height) return;
    channel::Channel* const channel = draft.edit_channel(id);
    channel::on_funding_unconfirmed(*channel);
    const auto& funded = *channel::funded_of(channel->state);
    if (!is_theirs(funded)) return;
    // Of ours the wallet's own rows are watched. Whatever takes the place of theirs may be in a
    // block that was told already: it is searched for.
    if (funded.funding_tx) watch_inputs(*funded.funding_tx, height, draft.effects);
    // The close waits from now on, for something that may never come.
    if (auto* const closing = channel::closing_of(channel->state))
        closing->since = draft.tip.height;
}

void rival_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    const auto* const rival = found == nullptr ? nullptr : rival_of(**found);
    if (rival == nullptr || *rival->height < height) return;
    channel::Channel* const channel = draft.edit_channel(id);
    auto& funded = *channel::funded_of(channel->state);
    funded.rival->height.reset();
    watch_inputs(*funded.rival->tx, height, draft.effects);
    watch_inputs(*funded.funding_tx, height, draft.effects);
    take_back(draft, funded, scope);
    draft.log(LogLevel::unusual,
              fmt::format("a reorg gives its place back to the funding transaction of channel={}",
                          id.hex()));
}

void fundings_on_block(Draft& draft, const Scope& scope) {
    for (const auto& id : ids_of(draft)) {
        const ChannelPtr channel = *draft.channels.find(id);
        const auto* const rival = rival_of(*channel);
        if (rival == nullptr) {
            if (is_given_up(*channel, draft.tip.height)) {
                tell_lost(draft, id);
                drop_close_of(draft, channel);
                forget(draft, id, scope);
            } else if (needs_no_inputs(*channel, draft.tip.height)) {
                channel::funded_of(draft.edit_channel(id)->state)->funding_tx.reset();
            }
            continue;
        }
        const auto deep = onchain::depth(*rival->height, draft.tip.height);
        if (deep == onchain::settled_depth) tell_lost(draft, id);
        if (deep >= onchain::irrevocable_depth) forget(draft, id, scope);
    }
}

void forget_unproven(Draft& draft) {
    std::vector<ChannelId> stale;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        if (!is_unproven(*channel)) return;
        const auto& funded = *channel::funded_of(channel->state);
        if (draft.tip.height > funded.created + fundee_forgets_after) stale.push_back(id);
    });
    for (const auto& id : stale) {
        draft.log(LogLevel::info, fmt::format("forgotten, never funded channel={}", id.hex()));
        drop_close_of(draft, *draft.channels.find(id));
        draft.channels.erase(id);
    }
}

void resume_fundings(const State& state, std::vector<ports::Effect>& out) {
    const BlockHeight next =
        state.tip.known ? state.tip.height + BlockDelta(1) : state.wallet.birth;
    for (const auto& [id, channel] : state.channels) {
        const auto* const funding = open_funding_of(*channel);
        if (funding == nullptr) continue;
        watch_inputs(*funding, next, out);
        const auto& rival = channel::funded_of(channel->state)->rival;
        if (rival) watch_inputs(*rival->tx, next, out);
    }
}

}  // namespace runnel::node
