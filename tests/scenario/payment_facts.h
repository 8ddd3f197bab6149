// What stories ask about payments, and invoices with one thing changed: what a cheating payer would
// send.
#pragma once

#include "tests/scenario/duo.h"

#include "core/payment/invoice.h"

#include <algorithm>
#include <functional>

namespace runnel::test {

constexpr std::uint64_t minute = 60'000;

inline const node::OutgoingPayment* sent(const sim::SimNode& node, const std::string& bolt11) {
    for (const auto& [hash, payment] : node.node().state().payments) {
        if (payment->bolt11 == bolt11) return payment.get();
    }
    return nullptr;
}

inline bool is_paid(const node::OutgoingPayment* payment) {
    return payment != nullptr && std::holds_alternative<node::PaymentPaid>(payment->status);
}
inline bool is_lost(const node::OutgoingPayment* payment) {
    return payment != nullptr && std::holds_alternative<node::PaymentLost>(payment->status);
}

inline std::size_t failed_parts(const node::OutgoingPayment& payment) {
    return static_cast<std::size_t>(
        std::count_if(payment.parts.begin(), payment.parts.end(),
                      [](const node::Part& p) { return p.state == node::Part::State::failed; }));
}

/// A parameter of the problem that a payment was answered with.
inline std::string param(const Payment& payment, const std::string& name) {
    const auto* const answer = payment.answer();
    if (answer == nullptr || *answer) return {};
    const auto& params = answer->error().params;
    const auto at = params.find(name);
    return at == params.end() ? std::string() : at->second;
}

inline bool is_still_in_flight(const Payment& payment) {
    const auto* const answer = payment.answer();
    return answer != nullptr && *answer && std::holds_alternative<api::StillInFlight>(**answer);
}

/// HTLCs in all channels of a node.
inline std::size_t htlcs(const sim::SimNode& node) {
    std::size_t count = 0;
    for (const auto& [id, channel] : node.node().state().channels) {
        if (const auto* const funded = channel::funded_of(channel->state))
            count += funded->commitments.htlcs().size();
    }
    return count;
}

/// An invoice of `keys` again, with something changed.
inline std::string forged(const std::string& bolt11, const ports::KeyRing& keys,
                          const std::function<void(payment::Invoice&)>& change) {
    auto invoice = payment::decode_invoice(bolt11, nullptr);
    if (!invoice) return {};
    change(*invoice);
    const auto text = payment::encode_invoice(
        *invoice, [&](const Hash256& digest) { return keys.sign_invoice(digest); });
    return text ? *text : std::string();
}

/// Alice and Carol with two hubs between them.
class Quartet : public Story {
public:
    Quartet()
        : alice(net.add("alice", parts_for(1))),
          north(net.add("north", parts_for(2, true))),
          south(net.add("south", parts_for(3, true))),
          carol(net.add("carol", parts_for(4))) {
        for (auto* const node : {&alice, &north, &south, &carol}) {
            net.fund(*node, Sat(2'000'000), 2);
            net.fund(*node, Sat(30'000), 6);
        }
    }
    /// Both ways as wide as each other: 400,000 sat need both.
    void open_both_ways() {
        open(alice, north, Sat(300'000));
        open(alice, south, Sat(300'000));
        open(north, carol, Sat(500'000));
        open(south, carol, Sat(500'000));
    }

    sim::SimNode& alice;
    sim::SimNode& north;
    sim::SimNode& south;
    sim::SimNode& carol;
};

/// A payment of 50,000 sat from Alice that the hub has passed on, and of which Carol says nothing.
struct HeldForward : Trio {
    HeldForward()
        : first(open(alice, hub, Sat(1'000'000))),
          second(open(hub, carol, Sat(1'000'000))),
          bolt11(invoice(carol, Msat(50'000'000))) {
        net.hold(carol, hub, true);
        start_payment(alice, bolt11);
        net.settle();
    }

    ChannelId first;   ///< Alice's with the hub.
    ChannelId second;  ///< The hub's with Carol.
    std::string bolt11;
};

}  // namespace runnel::test
