// Duo and Trio: two or three wallets in virtual time, for scenario tests that read as stories.
// After each story everything must hold that always holds: call `net.check()` at the end (the
// destructor fails the test when nobody looked).
#pragma once

#include "tests/support/test_main.h"

#include "core/sim/network.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"

#include <fmt/format.h>

namespace runnel::test {

inline sim::Parts parts_for(std::uint8_t which, bool forwards = false) {
    std::array<std::uint8_t, 64> seed{};
    seed.fill(which);
    sim::Parts parts;
    parts.config.network = Network::regtest;
    parts.config.forwarding.enabled = forwards;
    parts.keys =
        std::make_shared<keys::SeedKeyRing>(keys::MasterSeed::make(seed), Network::regtest);
    parts.planner = std::make_shared<coins::Planner>();
    return parts;
}

/// A payment under way in a story.
class Payment {
public:
    Payment(sim::SimNode& payer, api::CommandId id) : m_payer(&payer), m_id(id) {}
    const api::CommandResult* answer() const { return m_payer->answer(m_id); }
    bool succeeded() const {
        return answer() != nullptr && *answer() && std::holds_alternative<api::Paid>(**answer());
    }
    const api::Paid& paid() const { return std::get<api::Paid>(**answer()); }
    std::optional<api::ProblemKind> problem() const {
        return answer() != nullptr && !*answer() ? std::optional(answer()->error().kind)
                                                 : std::nullopt;
    }

private:
    sim::SimNode* m_payer;
    api::CommandId m_id;
};

class Story {
public:
    explicit Story(std::uint64_t seed = 1) : net(seed) {}
    Story(const Story&) = delete;
    ~Story() {
        // A story that failed on the way is its own report.
        if (!m_checked && !QTest::currentTestFailed()) qFatal("a story ended without check()");
    }

    sim::Network net;

    api::CommandResult run(sim::SimNode& node, decltype(api::Command::wish) wish) {
        const auto id = node.post(std::move(wish));
        net.settle();
        const auto* const answer = node.answer(id);
        if (answer != nullptr) return *answer;
        // Silence is no refusal: what expects one must not take it for that. Who wants to see
        // something under way posts it.
        QTest::qFail("a command was not answered", __FILE__, __LINE__);
        return fail(api::Problem{api::ProblemKind::internal, {{"detail", "no answer"}}});
    }

    /// Connects, opens from `a` and confirms; the channel's id.
    ChannelId open(sim::SimNode& a, sim::SimNode& b, Sat amount, Msat push = Msat(0),
                   bool announce = false) {
        net.connect(a, b);
        net.settle();
        const auto opened = run(a, api::OpenChannel{b.id(), amount, push, announce, std::nullopt});
        if (!opened) {
            qWarning("open failed: %s", std::string(api::to_string(opened.error().kind)).c_str());
            for (const auto& [k, v] : opened.error().params)
                qWarning("  %s=%s", k.c_str(), v.c_str());
            return {};
        }
        net.mine(7);
        return std::get<api::ChannelOpening>(*opened).channel_id;
    }

    std::string invoice(sim::SimNode& node, std::optional<Msat> amount,
                        const std::string& description = "a story") {
        const auto made = run(node, api::CreateInvoice{amount, description, 3600});
        return made ? std::get<api::InvoiceMade>(*made).bolt11 : std::string();
    }

    Payment start_payment(sim::SimNode& payer, const std::string& bolt11,
                          std::optional<Msat> amount = std::nullopt) {
        return Payment(payer, payer.post(api::Pay{bolt11, amount, std::nullopt, 60}));
    }
    Payment pays(sim::SimNode& payer, sim::SimNode& payee, Msat amount) {
        auto payment = start_payment(payer, invoice(payee, amount));
        net.settle();
        return payment;
    }

    /// Nothing is broken, memory equals disk, both ends agree.
    bool check() {
        m_checked = true;
        const auto wrong = net.violations();
        for (const auto& line : wrong) qWarning("violated: %s", line.c_str());
        return wrong.empty();
    }

    static const channel::Channel* channel_of(const sim::SimNode& node, const ChannelId& id) {
        const auto& channels = node.node().state().channels;
        const auto at = channels.find(id);
        return at == channels.end() ? nullptr : at->second.get();
    }
    static std::string state_of(const sim::SimNode& node, const ChannelId& id) {
        const auto* const c = channel_of(node, id);
        return c == nullptr ? "none" : std::string(channel::state_name(c->state));
    }
    static Msat settled(const sim::SimNode& node, const ChannelId& id) {
        const auto* const c = channel_of(node, id);
        const auto* const f = c == nullptr ? nullptr : channel::funded_of(c->state);
        return f == nullptr ? Msat(0) : f->commitments.settled(channel::Party::ours);
    }
    /// Coins on the chain, confirmed or not.
    static Sat coins(const sim::SimNode& node) {
        Sat sum;
        for (const auto& [outpoint, coin] : node.node().state().coins) sum += coin.output.value;
        return sum;
    }

private:
    bool m_checked = false;
};

/// Alice and Bob, each with coins.
class Duo : public Story {
public:
    explicit Duo(std::uint64_t seed = 1)
        : Story(seed), alice(net.add("alice", parts_for(1))), bob(net.add("bob", parts_for(2))) {
        for (auto* const node : {&alice, &bob}) {
            net.fund(*node, Sat(2'000'000));
            net.fund(*node, Sat(30'000), 4);
        }
    }
    sim::SimNode& alice;
    sim::SimNode& bob;
    void reconnect() {
        net.connect(alice, bob);
        net.settle();
    }
};

/// Alice - Hub - Carol; the hub forwards.
class Trio : public Story {
public:
    explicit Trio(std::uint64_t seed = 1)
        : Story(seed),
          alice(net.add("alice", parts_for(1))),
          hub(net.add("hub", parts_for(2, true))),
          carol(net.add("carol", parts_for(3))) {
        for (auto* const node : {&alice, &hub, &carol}) {
            net.fund(*node, Sat(2'000'000), 2);
            net.fund(*node, Sat(30'000), 6);
        }
    }
    sim::SimNode& alice;
    sim::SimNode& hub;
    sim::SimNode& carol;
};

}  // namespace runnel::test
