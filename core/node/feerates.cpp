// Feerates of commitments: what a new one should pay, following the mempool as funder, and what to
// do about a funder who does not. A feerate alone never closes a channel.
#include "core/channel/channel.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

FeeratePerKw commitment_feerate(const ports::FeeEstimates& fees) {
    const std::uint64_t margin = std::uint64_t{fees.mempool_min.raw()} * 5 / 4;
    const std::uint64_t wanted = std::max<std::uint64_t>(
        {margin, std::min<std::uint64_t>(fees.normal.raw(), 1'000), feerate_floor.raw()});
    return FeeratePerKw(static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, 2'500)));
}

void update_fees(Draft& draft) {
    const FeeratePerKw wanted = commitment_feerate(draft.health.fees);
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const auto* const normal = std::get_if<channel::Normal>(&channel->state);
        if (normal == nullptr || !channel::is_usable(*channel)) return;
        const auto& c = normal->funded.commitments;
        if (c.params().funder != channel::Party::ours || !c.fee_changes().empty()) return;
        // Up at once when the commitment might not enter a mempool; down only when it pays: each
        // change costs a round.
        const bool up = wanted.raw() > c.feerate().raw() + c.feerate().raw() / 5;
        const bool down = std::uint64_t{wanted.raw()} * 2 < c.feerate().raw();
        if (up || down) ids.push_back(id);
    });
    for (const auto& id : ids) {
        channel::Channel* const channel = draft.edit_channel(id);
        auto message = channel::update_fee(*channel, wanted);
        if (!message) {
            draft.log(LogLevel::unusual, fmt::format("update_fee channel={} fault={}", id.hex(),
                                                     describe(message.error())));
            continue;
        }
        draft.send(channel->peer, *std::move(message));
        draft.dirty.insert(id);
    }
}

void judge_feerate(Draft& draft, const ChannelId& id) {
    const ChannelPtr* const found = draft.channels.find(id);
    const auto* const funded = found == nullptr ? nullptr : channel::funded_of((*found)->state);
    const bool open = funded != nullptr && funded->params().funder == channel::Party::theirs &&
                      (std::holds_alternative<channel::Normal>((*found)->state) ||
                       std::holds_alternative<channel::ShuttingDown>((*found)->state));
    const FeeratePerKw least = draft.health.fees.mempool_min;
    if (!open || funded->commitments.feerate() >= least) {
        if (draft.underpaid.erase(id) > 0)
            draft.log(LogLevel::info,
                      fmt::format("commitment pays enough again channel={}", id.hex()));
        return;
    }
    const channel::Channel& channel = **found;
    const FeeratePerKw feerate = funded->commitments.feerate();
    const auto [told, is_new] = draft.underpaid.try_emplace(id, false);
    if (is_new) {
        draft.log(LogLevel::unusual,
                  fmt::format("commitment underpaid channel={} feerate={} least={}", id.hex(),
                              feerate.raw(), least.raw()));
        draft.tell(api::Trouble{api::Problem{api::ProblemKind::commitment_underpaid,
                                             {{"feerate", std::to_string(feerate.raw())},
                                              {"least", std::to_string(least.raw())}}},
                                id});
    }
    if (told->second || channel.link != channel::Link::online) return;
    told->second = true;
    wire::Warning warning;
    warning.channel_id = id;
    warning.data = to_bytes(bytes_of(fmt::format(
        "the commitment pays {} sat/kw, mempools take {} or more: please send update_fee",
        feerate.raw(), least.raw())));
    draft.send(channel.peer, warning);
}

void judge_feerates(Draft& draft) {
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr&) { ids.push_back(id); });
    for (const auto& id : ids) judge_feerate(draft, id);
}

bool takes_htlcs_of_ours(const Draft& draft, const ChannelId& id, const channel::Channel& channel) {
    return channel::is_usable(channel) && !draft.underpaid.contains(id);
}

}  // namespace runnel::node
