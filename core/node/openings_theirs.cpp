// Channels that peers open to us. Until the funding transaction is in a block there is nothing in
// such a channel but the peer's word, which costs it nothing, under as many names as it likes: so
// it locks no coin of ours (a close of it is published once there is something to spend), and there
// are never more than could be closed in time if all were paid into at once.
#include "core/channel/store.h"
#include "core/node/funding.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

/// Channels that wait for their funding transaction: of one peer, as LDK has it, and in all. Each
/// is a record, two watches and a name for two weeks.
constexpr std::size_t most_unproven_of_peer = 4;
constexpr std::size_t most_unproven = 20;

/// What an input of a wallet coin costs at the feerate that the reserve is made for: some 55
/// sat/vB.
constexpr Sat input_cost{272 * 55 / 4};

/// What bumps could be made of. Crumbs do not add up to a reserve: each would first have to pay for
/// its own input.
Sat confirmed_coins(const Draft& draft, Sat each) {
    Sat sum;
    for (const auto& coin : free_coins(draft)) {
        if (!coin.confirmed) continue;
        const Sat value = coin.output.value;
        sum += value >= each ? value : sub_or_zero(value, input_cost);
    }
    return sum;
}

}  // namespace

std::optional<std::string> why_not_theirs(Draft& draft, const crypto::PublicKey& node_id,
                                          const Scope& scope) {
    if (scope.disk_low) return "this node's disk is nearly full: no new channels for now";
    std::size_t of_peer = 0;
    std::size_t in_all = 0;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        if (!is_unproven(*channel)) return;
        ++in_all;
        if (channel->peer == node_id) ++of_peer;
    });
    if (of_peer >= most_unproven_of_peer || in_all >= most_unproven) {
        return "too many channels whose funding is not confirmed";
    }
    const auto needed = [&](std::size_t promised) {
        const auto reserve = anchor_reserve(draft, scope.config, promised + 1);
        return reserve.each * reserve.count;
    };
    const Sat confirmed = confirmed_coins(draft, scope.config.anchor_reserve_each);
    if (confirmed >= needed(in_all)) return std::nullopt;
    const Sat lacks = needed(0);
    draft.log(LogLevel::unusual,
              fmt::format("open refused peer={} cause=reserve confirmed={} needed={} promised={}",
                          node_id.hex(), confirmed.raw(), lacks.raw(), in_all));
    // What strangers were promised is no lack that the person could do anything about.
    if (confirmed < lacks) {
        draft.tell(api::Trouble{api::Problem{api::ProblemKind::reserve_needed,
                                             {{"available_sat", std::to_string(confirmed.raw())},
                                              {"needed_sat", std::to_string(lacks.raw())},
                                              {"reserve_sat", std::to_string(lacks.raw())}}},
                                std::nullopt});
    }
    return "no confirmed coins to bump a close with";
}

std::optional<std::string> why_not_its_funding(const Draft& draft,
                                               const channel::Channel& channel) {
    // Two openings that claim one funding output: the second is a mistake or an attack.
    if (draft.channels.contains(channel.id)) return "channel exists";
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return std::nullopt;
    // Of a transaction that the wallet knows the outputs are known, its own coins among them: to
    // spend one would look like a close of the channel.
    const auto& params = funded->params();
    const WalletTx* const known = draft.transactions.find(params.funding.txid);
    if (known != nullptr && !is_funding_of(params, *known->tx, params.funding.txid))
        return "that output is not this channel's";
    return std::nullopt;
}

void on_their_open(Draft& draft, const crypto::PublicKey& node_id, const wire::OpenChannel& open,
                   const Scope& scope) {
    const ChannelId& id = open.temporary_channel_id;
    std::size_t openings = 0;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& c) {
        if (c->peer == node_id && !channel::is_stored(c->state)) ++openings;
    });
    if (draft.channels.contains(id))
        return send_error(draft, node_id, id, "duplicate temporary_channel_id");
    // One opening at a time and peer: floods of unfunded channels cost memory and nothing else.
    if (openings > 0) return send_error(draft, node_id, id, "one opening at a time");
    if (const auto problem = why_no_channel(draft, scope)) {
        const bool is_old = problem->kind == api::ProblemKind::no_package_relay;
        return send_error(draft, node_id, id,
                          is_old ? "this node's chain source relays no packages: no new channels"
                                 : "not synced to the chain");
    }
    if (const auto reason = why_not_theirs(draft, node_id, scope))
        return send_error(draft, node_id, id, *reason);

    const auto keys = new_channel_keys(draft, scope);
    channel::Channel shell{id, node_id, keys, channel::Link::online, channel::Closed{}};
    const auto with = channel_scope(draft, shell, scope);
    channel::Step step;
    auto channel = channel::accept_channel(open, node_id, keys, with.context, step);
    if (!channel) {
        draft.log(LogLevel::unusual, fmt::format("open refused peer={} fault={}", node_id.hex(),
                                                 describe(channel.error())));
        return send_error(draft, node_id, id, describe(channel.error()));
    }
    ++draft.wallet.next_channel;
    draft.channels.put(id, std::make_shared<const channel::Channel>(*std::move(channel)));
    take_step(draft, id, std::move(step), scope);
}

}  // namespace runnel::node
