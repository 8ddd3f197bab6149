#include "core/node/doubt.h"

#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/onchain/follow.h"

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
    if (!channel::is_stored(channel.state) || channel::closed_of(channel.state) != nullptr)
        return false;
    if (channel.link == channel::Link::online || figures.compared.contains(channel.id))
        return false;
    const auto* const closing = std::get_if<channel::Closing>(&channel.state);
    if (closing == nullptr) return true;
    const auto* const ours = our_commitment(channel);
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
    if (only_they_can_close(channel)) return outdated();
    if (!figures.in_doubt || !may_be_outdated(figures, channel)) return std::nullopt;
    const auto* const ours = our_commitment(channel);
    // Another close is in a block that a reorg might still take back.
    if (ours != nullptr && ours->age == Age::outdated) return outdated();
    if (takes_risk) return std::nullopt;
    return api::Problem{api::ProblemKind::store_in_doubt, {}};
}

void take_risk(Draft& draft, const ChannelId& id) {
    channel::Channel* const channel = draft.edit_channel(id);
    auto* const closing =
        channel == nullptr ? nullptr : std::get_if<channel::Closing>(&channel->state);
    if (closing == nullptr) return;
    if (auto* const ours = std::get_if<channel::OurCommitPublished>(&closing->cause))
        ours->age = Age::risked;
}

void give_up_outdated(Draft& draft) {
    std::vector<Txid> revoked;
    for (const auto& [id, after] : draft.channels.changes()) {
        const auto* const ours = after ? our_commitment(**after) : nullptr;
        if (ours == nullptr || ours->age != Age::outdated) continue;
        const WalletTx* const row = draft.transactions.find(ours->tx.txid());
        if (row != nullptr && !row->height) revoked.push_back(ours->tx.txid());
    }
    std::vector<Dropped> ignored;
    for (const auto& txid : revoked) drop_transaction(draft, txid, ignored);
}

void note_compared(Draft& draft) {
    if (!draft.in_doubt) return draft.compared.clear();
    for (const auto& [id, after] : draft.channels.changes()) {
        if (after && (*after)->link == channel::Link::online) draft.compared.insert(id);
    }
}

}  // namespace runnel::node
