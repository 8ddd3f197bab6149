#include "core/node/doubt.h"

#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/onchain/follow.h"

#include <algorithm>

namespace runnel::node {

namespace {

using Age = channel::OurCommitPublished::Age;

const channel::OurCommitPublished* our_commitment(const channel::Channel& channel) {
    const auto* const closing = std::get_if<channel::Closing>(&channel.state);
    return closing == nullptr ? nullptr : std::get_if<channel::OurCommitPublished>(&closing->cause);
}

api::Problem outdated() { return {api::ProblemKind::store_in_doubt, {{"outdated", "true"}}}; }

}  // namespace

bool may_be_outdated(const Figures& figures, const channel::Channel& channel) {
    // Nothing of ours can be published either where another transaction has the place of the
    // funding for good.
    if (!channel::is_stored(channel.state) || is_shown_closed(channel, figures.tip.height))
        return false;
    const auto* const ours = our_commitment(channel);
    // What is proven stays proven, whatever was compared before.
    const bool has_compared =
        channel.link == channel::Link::online || figures.compared.contains(channel.id);
    if (has_compared && (ours == nullptr || ours->age != Age::outdated)) return false;
    const auto* const closing = std::get_if<channel::Closing>(&channel.state);
    if (closing == nullptr) return true;
    if (ours == nullptr || ours->age == Age::risked) return false;
    if (closing->spends.empty()) return true;
    const auto& spend = closing->spends.front();
    return spend.tx->txid() != ours->tx.txid() &&
           onchain::depth(spend.height, figures.tip.height) < onchain::settled_depth;
}

bool only_they_can_close(const channel::Channel& channel) {
    const auto* const closing = std::get_if<channel::Closing>(&channel.state);
    if (closing == nullptr || !closing->spends.empty()) return false;
    const auto* const ours = our_commitment(channel);
    return std::holds_alternative<channel::TheyMustClose>(closing->cause) ||
           (ours != nullptr && ours->age == Age::outdated);
}

void tell_outdated(Draft& draft) {
    for (const auto& [id, after] : draft.channels.changes()) {
        if (!after || !only_they_can_close(**after)) continue;
        const ChannelPtr* const before = draft.channels.before(id);
        if (before == nullptr || !only_they_can_close(**before))
            draft.tell(api::Trouble{outdated(), id});
    }
}

std::optional<api::Problem> why_not_forced(const Figures& figures, const channel::Channel& channel,
                                           bool takes_risk) {
    // Before anything else: no word of the person's makes a revoked commitment harmless.
    if (only_they_can_close(channel)) return outdated();
    if (!figures.in_doubt) return std::nullopt;
    const auto* const ours = our_commitment(channel);
    // Also where another close is in a block: a reorg might still take it back.
    if (ours != nullptr && ours->age == Age::outdated) return outdated();
    // A block holds a close already. There is nothing to force, so no risk to be asked for: it
    // would be taken of a reorg, in which ours is better held back.
    const auto* const closing = channel::closing_of(channel.state);
    if (closing != nullptr && !closing->spends.empty()) return std::nullopt;
    if (takes_risk || !may_be_outdated(figures, channel)) return std::nullopt;
    return api::Problem{api::ProblemKind::store_in_doubt, {}};
}

void take_risk(Draft& draft, const ChannelId& id) {
    channel::Channel* const channel = draft.edit_channel(id);
    auto* const closing =
        channel == nullptr ? nullptr : std::get_if<channel::Closing>(&channel->state);
    if (closing == nullptr || !closing->spends.empty()) return;
    auto* const ours = std::get_if<channel::OurCommitPublished>(&closing->cause);
    if (ours != nullptr && ours->age == Age::as_stored) ours->age = Age::risked;
}

void give_up_outdated(Draft& draft) {
    std::vector<Txid> revoked;
    for (const auto& [id, after] : draft.channels.changes()) {
        const auto* const ours = after ? our_commitment(**after) : nullptr;
        if (ours == nullptr || ours->age != Age::outdated) continue;
        revoked.push_back(ours->tx.txid());
    }
    std::vector<Dropped> ignored;
    for (const auto& txid : revoked) {
        const WalletTx* const row = draft.transactions.find(txid);
        if (row != nullptr && !row->height) drop_transaction(draft, txid, ignored);
        // A source that was out of reach keeps what it was asked for, and would send it when it is
        // back. What this very turn asks for does not even get there.
        std::erase_if(draft.effects, [&](const ports::Effect& effect) {
            const auto* const wanted = std::get_if<ports::Broadcast>(&effect);
            return wanted != nullptr &&
                   std::any_of(wanted->transactions.begin(), wanted->transactions.end(),
                               [&](const ports::TxPtr& tx) { return tx->txid() == txid; });
        });
        draft.effects.push_back(ports::TakeBack{txid});
    }
}

void note_compared(Draft& draft) {
    if (!draft.in_doubt) return draft.compared.clear();
    for (const auto& [id, after] : draft.channels.changes()) {
        if (after && (*after)->link == channel::Link::online) draft.compared.insert(id);
    }
}

}  // namespace runnel::node
