// Scenes for the n-th-failure loop beyond two wallets and one payment: a set of parts, a hub in the
// middle, HTLCs in both directions when a channel is closed by force. Each is played with a crash
// at one commit, recovered, finished, and its books are checked to the last satoshi. The fast suite
// samples the commits, scenario_slow takes every one.
#pragma once

#include "tests/scenario/ledger.h"
#include "tests/scenario/payment_facts.h"

namespace runnel::test {

using namespace runnel::literals;

class CrashScene : public Story {
public:
    virtual ~CrashScene() = default;
    /// What may be cut off anywhere. Whatever comes before it is done when the scene is made.
    virtual void act() = 0;
    /// Goes on until it is finished, as people and daemons would; what is wrong then, or nothing.
    virtual QString finish() = 0;
    sim::SimNode& wallet(std::size_t which) { return *net.nodes().at(which); }

protected:
    /// Dead nodes start again and neighbours find each other; sets that stayed incomplete go back.
    void recover() {
        for (int i = 0; i < 4; ++i) {
            net.revive();
            for (std::size_t n = 1; n < net.nodes().size(); ++n)
                net.connect(wallet(n - 1), wallet(n));
            net.settle();
            net.advance(2'000);
        }
    }
    void recover_with_patience() {
        recover();
        net.advance(minute + 1'000);
        recover();
    }
    void mine_on(unsigned blocks) {
        for (unsigned mined = 0; mined < blocks; mined += 5) {
            net.mine(5);
            recover();
        }
    }

    /// Every payment has one outcome, the same at both ends.
    QString two_stories() {
        for (const auto& payer : net.nodes()) {
            for (const auto& [hash, payment] : payer->node().state().payments) {
                if (std::holds_alternative<node::PaymentPending>(payment->status))
                    return "a payment is open";
                bool received = false;
                for (const auto& payee : net.nodes()) {
                    const auto& incoming = payee->node().state().incoming;
                    const auto at = incoming.find(hash);
                    received =
                        received || (at != incoming.end() &&
                                     std::holds_alternative<node::InvoicePaid>(at->second->status));
                }
                if (is_paid(payment.get()) != received)
                    return received ? "received and not paid" : "paid and not received";
            }
            if (!payer->node().state().forwards.empty()) return "a forward is left over";
        }
        return {};
    }
    /// Asking for it again pays it now, or finds it paid: never twice.
    QString pay_again(sim::SimNode& payer, const std::string& bolt11) {
        const auto again = start_payment(payer, bolt11);
        net.settle();
        recover();
        if (again.succeeded() || again.problem() == api::ProblemKind::already_paid) return {};
        return again.problem()
                   ? QString("asked again: ") +
                         QString::fromStdString(std::string(api::to_string(*again.problem())))
                   : QString("asked again: no answer");
    }
};

inline sim::Parts quick(std::uint8_t which, bool forwards = false) {
    auto parts = parts_for(which, forwards);
    parts.config.channels.to_self_delay = 20;
    return parts;
}

/// Alice pays Bob in two parts over two channels.
class SetScene : public CrashScene {
public:
    SetScene() : m_alice(net.add("alice", parts_for(1))), m_bob(net.add("bob", parts_for(2))) {
        for (auto* const one : {&m_alice, &m_bob}) {
            net.fund(*one, 2'000'000_sat, 2);
            net.fund(*one, 30'000_sat, 5);
        }
        m_one = open(m_alice, m_bob, 300'000_sat);
        m_two = open(m_alice, m_bob, 300'000_sat);
        m_bolt11 = invoice(m_bob, 400'000'000_msat);
    }
    void act() override {
        start_payment(m_alice, m_bolt11);
        net.settle();
    }
    QString finish() override {
        recover_with_patience();
        if (auto wrong = two_stories(); !wrong.isEmpty()) return wrong;
        if (auto wrong = pay_again(m_alice, m_bolt11); !wrong.isEmpty()) return wrong;
        if (htlcs(m_alice) + htlcs(m_bob) != 0) return "an HTLC is left over";
        const Msat received = settled(m_bob, m_one) + settled(m_bob, m_two);
        if (received != 400'000'000_msat) return QString("bob has %1").arg(received.raw());
        return two_stories();
    }

private:
    sim::SimNode& m_alice;
    sim::SimNode& m_bob;
    ChannelId m_one, m_two;
    std::string m_bolt11;
};

/// Payments both ways through a hub.
class HubScene : public CrashScene {
public:
    HubScene()
        : m_alice(net.add("alice", parts_for(1))),
          m_hub(net.add("hub", parts_for(2, true))),
          m_carol(net.add("carol", parts_for(3))) {
        for (auto* const one : {&m_alice, &m_hub, &m_carol}) {
            net.fund(*one, 2'000'000_sat, 2);
            net.fund(*one, 30'000_sat, 5);
        }
        m_first = open(m_alice, m_hub, 1'000'000_sat, 100'000'000_msat);
        m_second = open(m_hub, m_carol, 1'000'000_sat, 100'000'000_msat);
        m_there = invoice(m_carol, 50'000'000_msat);
        m_back = invoice(m_alice, 20'000'000_msat);
    }
    void act() override {
        start_payment(m_alice, m_there);
        start_payment(m_carol, m_back);
        net.settle();
    }
    QString finish() override {
        recover_with_patience();
        if (auto wrong = two_stories(); !wrong.isEmpty()) return wrong;
        if (auto wrong = pay_again(m_alice, m_there); !wrong.isEmpty()) return wrong;
        if (auto wrong = pay_again(m_carol, m_back); !wrong.isEmpty()) return wrong;
        if (htlcs(m_alice) + htlcs(m_hub) + htlcs(m_carol) != 0) return "an HTLC is left over";
        // 1 sat and 100 millionths each.
        if (settled(m_alice, m_first) != 900'000'000_msat - 50'006'000_msat + 20'000'000_msat)
            return "alice's side is wrong";
        if (settled(m_carol, m_second) != 100'000'000_msat + 50'000'000_msat - 20'003'000_msat)
            return "carol's side is wrong";
        return two_stories();
    }

private:
    sim::SimNode& m_alice;
    sim::SimNode& m_hub;
    sim::SimNode& m_carol;
    ChannelId m_first, m_second;
    std::string m_there, m_back;
};

/// Carol took a payment, her word for it got lost, and she closes by force: the hub learns the
/// preimage from the chain.
class HubOnChainScene : public CrashScene {
public:
    HubOnChainScene()
        : m_alice(net.add("alice", quick(1))),
          m_hub(net.add("hub", quick(2, true))),
          m_carol(net.add("carol", quick(3))) {
        for (auto* const one : {&m_alice, &m_hub, &m_carol}) {
            net.fund(*one, 2'000'000_sat, 2);
            net.fund(*one, 30'000_sat, 8);
        }
        m_ledger.emplace(net);
        m_first = open(m_alice, m_hub, 1'000'000_sat, 100'000'000_msat);
        m_second = open(m_hub, m_carol, 1'000'000_sat);
        m_bolt11 = invoice(m_carol, 50'000'000_msat);
        net.cut_on(m_carol, m_hub, {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
        start_payment(m_alice, m_bolt11);
        net.settle();
    }
    void act() override {
        m_carol.post(api::CloseChannel{m_second, true});
        net.settle();
        net.mine(4);
    }
    QString finish() override {
        recover();
        // A wish that died with the process before it was written is wished again.
        for (const auto& id : {m_second, m_first}) {
            m_carol.post(api::CloseChannel{id, true});
            m_alice.post(api::CloseChannel{id, true});
            net.settle();
            mine_on(130);
        }
        if (!is_paid(sent(m_alice, m_bolt11))) return "alice has no proof";
        if (auto wrong = two_stories(); !wrong.isEmpty()) return wrong;
        for (const auto& [one, id] : {std::pair(&m_alice, m_first), std::pair(&m_hub, m_first),
                                      std::pair(&m_hub, m_second), std::pair(&m_carol, m_second)}) {
            if (state_of(*one, id) != "closed")
                return QString::fromStdString(one->name() + ": " + state_of(*one, id));
        }
        return m_ledger->adds_up() && m_ledger->only_anchors_left()
                   ? QString()
                   : QString("the ledger does not add up");
    }

private:
    sim::SimNode& m_alice;
    sim::SimNode& m_hub;
    sim::SimNode& m_carol;
    std::optional<Ledger> m_ledger;
    ChannelId m_first, m_second;
    std::string m_bolt11;
};

/// Alice and Bob pay each other; the line breaks when Bob has taken the first; one of them closes
/// by force. Of what is in flight then some preimages were given away and some not, in both
/// directions, as many steps on as `rounds` says.
class BothWaysScene : public CrashScene {
public:
    BothWaysScene(bool alice_closes, unsigned rounds)
        : m_alice(net.add("alice", quick(1))),
          m_bob(net.add("bob", quick(2))),
          m_alice_closes(alice_closes),
          m_rounds(rounds) {
        for (auto* const one : {&m_alice, &m_bob}) {
            net.fund(*one, 2'000'000_sat);
            net.fund(*one, 30'000_sat, 8);
        }
        m_ledger.emplace(net);
        m_id = open(m_alice, m_bob, 1'000'000_sat, 400'000'000_msat);
        for (const Msat amount : {50'000'000_msat, 30'000'000_msat})
            m_to_bob.push_back(invoice(m_bob, amount));
        for (const Msat amount : {40'000'000_msat, 20'000'000_msat})
            m_to_alice.push_back(invoice(m_alice, amount));
    }
    void act() override {
        net.cut_on(m_bob, m_alice, {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
        start_payment(m_alice, m_to_bob[0]);
        net.settle(m_rounds);
        start_payment(m_bob, m_to_alice[0]);
        net.settle(1);
        start_payment(m_alice, m_to_bob[1]);
        start_payment(m_bob, m_to_alice[1]);
        net.settle();
        close();
        net.mine(3);
    }
    QString finish() override {
        net.revive();
        // A wish that died with the process is wished again.
        if (state_of(m_alice, m_id) == "normal" && state_of(m_bob, m_id) == "normal") close();
        recover();
        mine_on(200);
        if (!both_closed()) {
            // It was closed by nobody after all: the payments ended in the channel.
            close();
            mine_on(60);
        }
        if (!both_closed())
            return QString::fromStdString("states: " + state_of(m_alice, m_id) + " " +
                                          state_of(m_bob, m_id));
        if (auto wrong = two_stories(); !wrong.isEmpty()) return wrong;
        return m_ledger->adds_up() && m_ledger->only_anchors_left()
                   ? QString()
                   : QString("the ledger does not add up");
    }
    /// HTLCs that the close finds: from Alice, then from Bob.
    std::pair<std::size_t, std::size_t> in_flight() {
        std::pair<std::size_t, std::size_t> out{0, 0};
        const auto* const channel = channel_of(m_alice, m_id);
        for (const auto& entry : channel::funded_of(channel->state)->commitments.htlcs())
            ++(entry.htlc.offered_by == channel::Party::ours ? out.first : out.second);
        return out;
    }

private:
    bool both_closed() {
        return state_of(m_alice, m_id) == "closed" && state_of(m_bob, m_id) == "closed";
    }
    void close() {
        (m_alice_closes ? m_alice : m_bob).post(api::CloseChannel{m_id, true});
        net.settle();
    }

    sim::SimNode& m_alice;
    sim::SimNode& m_bob;
    bool m_alice_closes;
    unsigned m_rounds;
    std::optional<Ledger> m_ledger;
    ChannelId m_id;
    std::vector<std::string> m_to_bob, m_to_alice;
};

enum class Moment { before, after };

/// One scene with a crash of one node at every `stride`-th commit in turn, until a run has no
/// crash: the number of runs, or zero when one ended wrong.
template <typename Make>
std::size_t crash_loop(Make make, std::size_t victim, Moment moment, std::uint64_t first,
                       std::uint64_t stride) {
    std::size_t runs = 0;
    for (std::uint64_t n = first; n < 1'000; n += stride) {
        const auto scene = make();
        auto& wallet = scene->wallet(victim);
        if (moment == Moment::before) {
            wallet.crash_before(n);
        } else {
            wallet.crash_after(n);
        }
        scene->act();
        const bool died = !wallet.is_alive();
        // The crash that did not come is not to come later.
        if (!died) wallet.restart();
        const auto wrong = scene->finish();
        const bool sound = scene->check();
        ++runs;
        if (!wrong.isEmpty() || !sound) {
            qWarning("%s dies %s commit %llu: %s", wallet.name().c_str(),
                     moment == Moment::before ? "before" : "after",
                     static_cast<unsigned long long>(n), qPrintable(wrong));
            return 0;
        }
        if (!died) return runs;
    }
    return 0;
}

struct NamedScene {
    const char* name;
    std::size_t nodes;
    std::function<std::unique_ptr<CrashScene>()> make;
};

inline std::vector<NamedScene> crash_scenes() {
    std::vector<NamedScene> out{
        {"a set of parts", 2, [] { return std::make_unique<SetScene>(); }},
        {"a hub", 3, [] { return std::make_unique<HubScene>(); }},
        {"a hub that learns from the chain", 3, [] { return std::make_unique<HubOnChainScene>(); }},
    };
    out.push_back({"both ways, alice closes early", 2,
                   [] { return std::make_unique<BothWaysScene>(true, 1); }});
    out.push_back(
        {"both ways, alice closes", 2, [] { return std::make_unique<BothWaysScene>(true, 3); }});
    out.push_back(
        {"both ways, bob closes", 2, [] { return std::make_unique<BothWaysScene>(false, 2); }});
    out.push_back({"both ways, bob closes late", 2,
                   [] { return std::make_unique<BothWaysScene>(false, 4); }});
    return out;
}

/// Rows scene x victim x moment.
inline void crash_rows() {
    QTest::addColumn<std::size_t>("scene");
    QTest::addColumn<std::size_t>("victim");
    QTest::addColumn<bool>("after");
    const auto scenes = crash_scenes();
    for (std::size_t scene = 0; scene < scenes.size(); ++scene) {
        for (std::size_t victim = 0; victim < scenes[scene].nodes; ++victim) {
            for (const bool after : {false, true}) {
                QTest::addRow("%s, the %zu. dies %s", scenes[scene].name, victim + 1,
                              after ? "after" : "before")
                    << scene << victim << after;
            }
        }
    }
}

}  // namespace runnel::test
