// Dice over three wallets: payments in every direction, cut lines, silent peers, crashes before and
// after any commit, restarts, blocks and reorgs. Whatever happened, in the end every payment is
// settled with both ends or with neither, and every millisatoshi is where the books say. A failing
// seed is the whole story: run it alone with RUNNEL_CHAOS_SEED.
#include "tests/scenario/ledger.h"

#include <random>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

sim::Parts quick(std::uint8_t which, bool forwards = false) {
    auto parts = parts_for(which, forwards);
    parts.config.channels.to_self_delay = 20;
    return parts;
}

constexpr Msat push = 400'000'000_msat;
constexpr Sat capacity = 1'000'000_sat;

class Chaos : public Story {
public:
    /// With `rough`, HTLCs may expire and channels are closed by force in the middle of it.
    explicit Chaos(std::uint64_t seed, bool rough = false)
        : Story(seed),
          alice(net.add("alice", quick(1))),
          hub(net.add("hub", quick(2, true))),
          carol(net.add("carol", quick(3))),
          m_rough(rough),
          m_dice(seed) {
        for (auto* const node : {&alice, &hub, &carol}) {
            net.fund(*node, 2'000'000_sat, 2);
            net.fund(*node, 30'000_sat, 8);
        }
        ledger.emplace(net);
        first = open(alice, hub, capacity, push);
        second = open(hub, carol, capacity, push);
    }

    sim::SimNode& alice;
    sim::SimNode& hub;
    sim::SimNode& carol;
    std::optional<Ledger> ledger;
    ChannelId first, second;
    std::size_t payments = 0, crashes = 0, cuts = 0, mined = 0;

    void play(int steps) {
        for (int i = 0; i < steps; ++i) step();
    }

    /// Everybody comes back and is patient.
    void calm_down() {
        for (auto* const node : all()) {
            for (auto* const other : all()) {
                if (node != other) net.hold(*node, *other, false);
            }
        }
        for (int i = 0; i < 8; ++i) {
            net.revive();
            net.connect(alice, hub);
            net.connect(hub, carol);
            net.settle();
            net.advance(20'000);
        }
    }

    /// What is wrong with the books, or nothing.
    QString wrong() {
        for (const auto* const node : all()) {
            if (!node->is_alive()) return "somebody is dead";
        }
        for (const auto& [id, one, two] :
             {std::tuple(first, &alice, &hub), std::tuple(second, &hub, &carol)}) {
            if (state_of(*one, id) != "normal" || state_of(*two, id) != "normal")
                return "a channel is not normal";
            const auto& here = channel::funded_of(channel_of(*one, id)->state)->commitments;
            const auto& there = channel::funded_of(channel_of(*two, id)->state)->commitments;
            if (!here.is_quiet() || !there.is_quiet()) return "an HTLC is left over";
            if (here.settled(channel::Party::ours) != there.settled(channel::Party::theirs))
                return "two books of one channel";
        }
        return wrong_payments(true);
    }

    /// Honest parties never blame each other. (A signature that came too late is nobody's fault.)
    QString blame() {
        for (const auto* const node : all()) {
            for (const auto& line : node->log()) {
                if (line.rfind("fault ", 0) == 0 &&
                    line.find("stale_proposal") == std::string::npos) {
                    return QString::fromStdString(node->name() + ": " + line);
                }
            }
        }
        return {};
    }

    /// Every payment has one outcome at both ends; with `in_channels`, the channels' balances are
    /// what the books say.
    QString wrong_payments(bool in_channels) {
        std::map<const sim::SimNode*, std::int64_t> expected;
        for (auto* const payer : all()) {
            for (const auto& [hash, payment] : payer->node().state().payments) {
                const bool paid = std::holds_alternative<node::PaymentPaid>(payment->status);
                if (std::holds_alternative<node::PaymentPending>(payment->status))
                    return "a payment is open";
                Msat received;
                for (auto* const payee : all()) {
                    const auto at = payee->node().state().incoming.find(hash);
                    if (at == payee->node().state().incoming.end()) continue;
                    if (const auto* const got =
                            std::get_if<node::InvoicePaid>(&at->second->status)) {
                        received = got->received;
                        expected[payee] += static_cast<std::int64_t>(received.raw());
                    }
                }
                if (paid != !received.is_zero())
                    return paid ? "paid and not received" : "received and not paid";
                for (const auto& part : payment->parts) {
                    if (part.state == node::Part::State::in_flight)
                        return "a part is in flight in the books only";
                    if (part.state != node::Part::State::fulfilled) continue;
                    expected[payer] -= static_cast<std::int64_t>((part.amount + part.fee).raw());
                    if (payment->payee != hub.id() && payer != &hub)
                        expected[&hub] += static_cast<std::int64_t>(part.fee.raw());
                }
            }
        }
        if (!hub.node().state().forwards.empty()) return "a forward is left over";
        if (!in_channels) return {};
        const auto has = [](Msat settled, std::uint64_t start) {
            return static_cast<std::int64_t>(settled.raw()) - static_cast<std::int64_t>(start);
        };
        const std::int64_t rest = static_cast<std::int64_t>((capacity.msat() - push).raw());
        const std::int64_t a = has(settled(alice, first), static_cast<std::uint64_t>(rest));
        const std::int64_t c = has(settled(carol, second), push.raw());
        const std::int64_t h = has(settled(hub, first), push.raw()) +
                               has(settled(hub, second), static_cast<std::uint64_t>(rest));
        if (a != expected[&alice] || c != expected[&carol] || h != expected[&hub]) {
            return QString("books say %1 %2 %3, channels say %4 %5 %6")
                .arg(expected[&alice])
                .arg(expected[&hub])
                .arg(expected[&carol])
                .arg(a)
                .arg(h)
                .arg(c);
        }
        return {};
    }

private:
    std::array<sim::SimNode*, 3> all() { return {&alice, &hub, &carol}; }
    std::uint64_t roll(std::uint64_t below) {
        return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(m_dice);
    }
    sim::SimNode& any() { return *all()[roll(3)]; }
    /// One of the two lines, in either direction.
    std::pair<sim::SimNode*, sim::SimNode*> line() {
        sim::SimNode* const end = roll(2) == 0 ? &alice : &carol;
        return roll(2) == 0 ? std::pair(end, &hub) : std::pair(&hub, end);
    }
    Msat amount() {
        // What has no output is lost in a close by force, whoever it was for: then both ends need
        // not agree on it.
        switch (m_rough ? 2 : roll(4)) {
            case 0: return Msat(1'000 + roll(353'000));  // dust
            case 1: return Msat(353'000 + roll(3'000));
            default: return Msat(1'000'000 + roll(60'000'000));
        }
    }

    void any_channel_goes_to_the_chain() {
        const auto [from, to] = line();
        if (from->is_alive())
            from->post(api::CloseChannel{from == &alice || to == &alice ? first : second, true});
    }

    void pay() {
        auto& payer = any();
        auto& payee = any();
        if (&payer == &payee || !payer.is_alive() || !payee.is_alive()) return;
        if (roll(4) == 0 && (&payer == &hub || &payee == &hub)) {
            payer.post(api::Keysend{payee.id(), amount()});
        } else {
            const auto made = payee.post(api::CreateInvoice{amount(), "chaos", 3600});
            for (int i = 0; i < 50 && payee.is_alive() && payee.answer(made) == nullptr; ++i)
                net.settle(1);
            const auto* const answer = payee.answer(made);
            if (answer == nullptr || !*answer || !payer.is_alive()) return;
            payer.post(api::Pay{std::get<api::InvoiceMade>(**answer).bolt11, std::nullopt,
                                std::nullopt, 60});
        }
        ++payments;
    }

    void step() {
        using wire::Type;
        const auto what = roll(100);
        if (what < 35) {
            pay();
        } else if (what < 62) {
            net.settle(1 + roll(6));
        } else if (what < 70) {
            net.settle();
        } else if (what < 76) {
            const auto [from, to] = line();
            static constexpr Type types[] = {Type::update_add_htlc,  Type::commitment_signed,
                                             Type::revoke_and_ack,   Type::update_fulfill_htlc,
                                             Type::update_fail_htlc, Type::channel_reestablish};
            net.cut_on(*from, *to,
                       {roll(2) == 0 ? sim::Cut::When::before : sim::Cut::When::after,
                        types[roll(std::size(types))], 1 + roll(3)});
            ++cuts;
        } else if (what < 80) {
            const auto [from, to] = line();
            net.disconnect(*from, *to);
            ++cuts;
        } else if (what < 88) {
            net.revive();
            net.connect(alice, hub);
            net.connect(hub, carol);
        } else if (what < 91) {
            const auto [from, to] = line();
            net.hold(*from, *to, roll(2) == 0);
        } else if (what < 94) {
            auto& node = any();
            if (node.is_alive()) {
                roll(2) == 0 ? node.crash_before(1 + roll(6)) : node.crash_after(1 + roll(6));
                ++crashes;
            }
        } else if (what < 96) {
            auto& node = any();
            if (node.is_alive()) node.restart();
            ++crashes;
        } else if (what < 98) {
            if (m_rough) {
                net.revive();
                for (auto n = 1 + roll(30); n > 0; --n) {
                    net.mine(1);
                    ++mined;
                }
                if (roll(3) == 0) any_channel_goes_to_the_chain();
            } else if (mined < 6) {  // few enough that nothing expires
                ++mined;
                net.mine(1);
            }
        } else if (what == 98) {
            if (mined > 0) net.reorg(1);
        } else {
            net.advance(1 + roll(30'000));
        }
    }

    bool m_rough;
    std::mt19937_64 m_dice;
};

/// What went wrong, or nothing.
QString run(std::uint64_t seed, int steps, std::size_t& payments) {
    Chaos net(seed);
    if (Story::state_of(net.carol, net.second) != "normal") {
        (void)net.check();
        return "no channels";
    }
    net.play(steps);
    net.calm_down();
    auto wrong = net.wrong();
    if (wrong.isEmpty()) wrong = net.blame();
    if (!net.check() && wrong.isEmpty()) wrong = "see the lines above";
    payments += net.payments;
    if (!wrong.isEmpty()) return wrong;
    // Everything comes home, to the satoshi. A crash may still be waiting for its commit.
    for (int i = 0; i < 6; ++i) {
        net.calm_down();
        net.alice.post(api::CloseChannel{net.first, false});
        net.hub.post(api::CloseChannel{net.second, false});
        net.net.settle();
    }
    net.net.mine(8);
    net.calm_down();
    if (Story::state_of(net.alice, net.first) != "closed" ||
        Story::state_of(net.carol, net.second) != "closed")
        return "does not close";
    if (!net.ledger->adds_up()) return "money is missing";
    return {};
}

/// The same with channels that go to the chain while payments are under way.
QString run_rough(std::uint64_t seed, int steps, std::size_t& payments, std::size_t& forced) {
    Chaos net(seed, true);
    net.play(steps);
    net.calm_down();
    payments += net.payments;
    for (const auto& [id, node] :
         {std::pair(net.first, &net.alice), std::pair(net.second, &net.carol)}) {
        if (Story::state_of(*node, id) != "normal") ++forced;
    }
    for (int i = 0; i < 4; ++i) {
        net.alice.post(api::CloseChannel{net.first, i > 0});
        net.hub.post(api::CloseChannel{net.second, i > 0});
        net.net.settle();
        net.calm_down();
    }
    for (int i = 0; i < 30; ++i) {
        net.net.mine(10);
        net.net.revive();
    }
    net.calm_down();
    for (const auto& [id, one, two] : {std::tuple(net.first, &net.alice, &net.hub),
                                       std::tuple(net.second, &net.hub, &net.carol)}) {
        if (Story::state_of(*one, id) != "closed" || Story::state_of(*two, id) != "closed") {
            return QString("does not close: %1 %2")
                .arg(Story::state_of(*one, id).c_str())
                .arg(Story::state_of(*two, id).c_str());
        }
    }
    auto wrong = net.wrong_payments(false);
    if (wrong.isEmpty()) wrong = net.blame();
    if (!net.check() && wrong.isEmpty()) wrong = "see the lines above";
    if (wrong.isEmpty() && !net.ledger->adds_up()) wrong = "money is missing";
    if (wrong.isEmpty() && !net.ledger->only_anchors_left()) wrong = "money lies on the chain";
    return wrong;
}

}  // namespace

class TestChannelChaos : public QObject {
    Q_OBJECT

private slots:
    void dice();
    void dice_with_closes_by_force();
};

void TestChannelChaos::dice() {
    std::size_t payments = 0;
    if (qEnvironmentVariableIsSet("RUNNEL_CHAOS_SEED")) {
        const auto seed = qEnvironmentVariable("RUNNEL_CHAOS_SEED").toULongLong();
        const int steps = qEnvironmentVariableIsSet("RUNNEL_CHAOS_STEPS")
                              ? qEnvironmentVariableIntValue("RUNNEL_CHAOS_STEPS")
                              : 150;
        const auto wrong = run(seed, steps, payments);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        return;
    }
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const auto wrong = run(seed, 150, payments);
        QVERIFY2(wrong.isEmpty(), qPrintable(QString("seed %1: %2").arg(seed).arg(wrong)));
    }
    QVERIFY(payments > 300);
}

void TestChannelChaos::dice_with_closes_by_force() {
    std::size_t payments = 0, forced = 0;
    if (qEnvironmentVariableIsSet("RUNNEL_CHAOS_SEED")) {
        const auto seed = qEnvironmentVariable("RUNNEL_CHAOS_SEED").toULongLong();
        const int steps = qEnvironmentVariableIsSet("RUNNEL_CHAOS_STEPS")
                              ? qEnvironmentVariableIntValue("RUNNEL_CHAOS_STEPS")
                              : 150;
        const auto wrong = run_rough(seed, steps, payments, forced);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        return;
    }
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const auto wrong = run_rough(seed, 150, payments, forced);
        QVERIFY2(wrong.isEmpty(), qPrintable(QString("seed %1: %2").arg(seed).arg(wrong)));
    }
    QVERIFY(payments > 200);
    QVERIFY(forced > 3);
}

RUNNEL_TEST(TestChannelChaos)
#include "test_channel_chaos.moc"
