// Two and three wallets whose channels end on the chain, for the stories about that: short delays,
// a payment that is stuck, what became of a channel.
#pragma once

#include "tests/scenario/ledger.h"

namespace runnel::test {

using namespace runnel::literals;

/// Short delays, so that a story is a few hundred blocks.
inline sim::Parts quick(std::uint8_t which, bool forwards = false) {
    auto parts = parts_for(which, forwards);
    parts.config.channels.to_self_delay = 20;
    return parts;
}

class QuickDuo : public Story {
public:
    explicit QuickDuo(std::uint64_t seed = 1)
        : Story(seed), alice(net.add("alice", quick(1))), bob(net.add("bob", quick(2))) {
        for (auto* const node : {&alice, &bob}) {
            net.fund(*node, 2'000'000_sat);
            net.fund(*node, 30'000_sat, 6);
        }
    }
    sim::SimNode& alice;
    sim::SimNode& bob;
};

class QuickTrio : public Story {
public:
    QuickTrio()
        : alice(net.add("alice", quick(1))),
          hub(net.add("hub", quick(2, true))),
          carol(net.add("carol", quick(3))) {
        for (auto* const node : {&alice, &hub, &carol}) {
            net.fund(*node, 2'000'000_sat, 2);
            net.fund(*node, 30'000_sat, 8);
        }
        ledger.emplace(net);
        first = open(alice, hub, 1'000'000_sat, 100'000'000_msat);
        second = open(hub, carol, 1'000'000_sat);
    }
    sim::SimNode& alice;
    sim::SimNode& hub;
    sim::SimNode& carol;
    std::optional<Ledger> ledger;
    ChannelId first, second;
};

inline constexpr unsigned long_enough = 260;

inline bool both(const Story&, const sim::SimNode& a, const sim::SimNode& b, const ChannelId& id,
                 const std::string& state) {
    const auto x = Story::state_of(a, id);
    const auto y = Story::state_of(b, id);
    if (x == state && y == state) return true;
    qWarning("states: %s %s", x.c_str(), y.c_str());
    return false;
}

inline std::string how(const sim::SimNode& node, const ChannelId& id) {
    const auto* const channel = Story::channel_of(node, id);
    const auto* const closed = channel == nullptr ? nullptr : channel::closed_of(channel->state);
    return closed == nullptr ? "not closed" : closed->how;
}

/// A payment of which this word of the payee's (that he fulfils it, say) never arrives; the two are
/// disconnected afterwards.
inline Payment stuck_payment(Story& story, sim::SimNode& payer, sim::SimNode& payee, Msat amount,
                             wire::Type at = wire::Type::update_fulfill_htlc) {
    story.net.cut_on(payee, payer, {sim::Cut::When::before, at, 1});
    auto payment = story.start_payment(payer, story.invoice(payee, amount));
    story.net.settle();
    return payment;
}

/// All that a node has, in its own figures: coins, what comes back, what is in flight, and its side
/// of channels that go on.
inline Sat whole_balance(const sim::SimNode& node) {
    const auto shown = node.snapshot();
    Msat sum =
        (shown->balance.onchain + shown->balance.onchain_unconfirmed + shown->balance.closing)
            .msat() +
        shown->balance.in_flight;
    for (const auto& channel : shown->channels) {
        if (channel.state == "normal") sum += channel.ours;
    }
    return sum.floor_sat();
}

/// The channel as its owner sees it.
inline api::ChannelView shown(const sim::SimNode& node, const ChannelId& id) {
    for (const auto& channel : node.snapshot()->channels) {
        if (channel.channel_id == id) return channel;
    }
    return {};
}

/// The payments of ours that are listed channel by channel.
inline Msat listed_in_flight(const sim::SimNode& node) {
    Msat sum;
    for (const auto& channel : node.snapshot()->channels) {
        for (const auto& htlc : channel.htlcs) {
            if (htlc.outgoing) sum += htlc.amount;
        }
    }
    return sum;
}

/// What a node has published to close by force.
inline bitcoin::Transaction commitment_of(const sim::SimNode& node, const ChannelId& id) {
    const auto& closing = std::get<channel::Closing>(Story::channel_of(node, id)->state);
    return std::get<channel::OurCommitPublished>(closing.cause).tx;
}

/// The children that a node has made to pay for commitments.
inline std::vector<node::WalletTx> bumps_of(const sim::SimNode& node) {
    std::vector<node::WalletTx> out;
    for (const auto& [txid, row] : node.node().state().transactions) {
        if (row.purpose == "bump") out.push_back(row);
    }
    return out;
}

inline std::size_t pending_payments(const sim::SimNode& node) {
    std::size_t count = 0;
    for (const auto& [hash, payment] : node.node().state().payments) {
        if (std::holds_alternative<node::PaymentPending>(payment->status)) ++count;
    }
    return count;
}

}  // namespace runnel::test
