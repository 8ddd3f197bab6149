// Closes by agreement whose last word is lost.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestCloseAgreed : public QObject {
    Q_OBJECT

private slots:
    void lost_last_word_of_an_agreed_close();
    void connections_write_nothing_while_a_close_is_agreed_on();
    void a_close_under_way_costs_nothing_more_data();
    void a_close_under_way_costs_nothing_more();
    void a_lost_last_word_is_said_again_data();
    void a_lost_last_word_is_said_again();
};

void TestCloseAgreed::lost_last_word_of_an_agreed_close() {
    for (const bool alice_cuts : {true, false}) {
        for (std::size_t nth = 1; nth <= 2; ++nth) {
            QuickDuo net;
            const Ledger ledger(net.net);
            const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
            auto& from = alice_cuts ? net.alice : net.bob;
            auto& to = alice_cuts ? net.bob : net.alice;
            net.net.cut_on(from, to, {sim::Cut::When::before, wire::Type::closing_signed, nth});
            QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
            net.net.mine(8);
            if (Story::state_of(net.alice, id) != "closed") {
                net.net.connect(net.alice, net.bob);
                net.net.settle();
                net.net.mine(8);
            }
            QVERIFY(both(net, net.alice, net.bob, id, "closed"));
            QCOMPARE(how(net.alice, id), std::string("mutual"));
            QCOMPARE(how(net.bob, id), std::string("mutual"));
            QCOMPARE(channel::closed_of(Story::channel_of(net.bob, id)->state)->to_ours,
                     100'000_sat);
            QVERIFY(ledger.adds_up());
            QVERIFY(ledger.only_anchors_left());
            QVERIFY(net.check());
        }
    }
}

/// The negotiation begins anew with each connection; a journal is kept for ever.
void TestCloseAgreed::connections_write_nothing_while_a_close_is_agreed_on() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto entries = [](sim::SimNode& node) { return node.store().image().journal.size(); };
    std::size_t alices = 0, bobs = 0;
    for (int round = 0; round < 10; ++round) {
        net.net.cut_on(net.alice, net.bob, {sim::Cut::When::before, wire::Type::closing_signed, 1});
        if (round == 0) {
            QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
            alices = entries(net.alice);
            bobs = entries(net.bob);
        } else {
            net.net.connect(net.alice, net.bob);
            net.net.settle();
        }
        QVERIFY(!net.net.is_connected(net.alice, net.bob));
        QVERIFY(both(net, net.alice, net.bob, id, "negotiating_close"));
    }
    QCOMPARE(entries(net.alice), alices);
    QCOMPARE(entries(net.bob), bobs);
    // What is on disk is enough to go on.
    net.alice.restart();
    net.bob.restart();
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(both(net, net.alice, net.bob, id, "closing"));
    net.net.mine(8);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestCloseAgreed::a_close_under_way_costs_nothing_more_data() {
    QTest::addColumn<bool>("by_force");
    QTest::newRow("agreed") << false;
    QTest::newRow("by force") << true;
}

/// Whoever asks once more, because the answer was lost, has nothing left to agree to: a limit below
/// what it costs would be said to have stopped what goes on.
void TestCloseAgreed::a_close_under_way_costs_nothing_more() {
    QFETCH(const bool, by_force);
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto ask = [&](std::optional<Sat> max_fee) {
        return net.run(net.alice, api::CloseChannel{id, false, false, max_fee});
    };
    const auto before = ask(1_sat);
    QVERIFY(!before);
    QCOMPARE(before.error().kind, api::ProblemKind::fee_limit);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, by_force})));
    QCOMPARE(Story::state_of(net.alice, id), std::string("closing"));
    const auto plain = ask(std::nullopt);
    const auto bound = ask(1_sat);
    QVERIFY(bool(plain));
    QVERIFY(bool(bound));
    const auto& known = std::get<api::ChannelClosing>(*plain);
    const auto& said = std::get<api::ChannelClosing>(*bound);
    QVERIFY(known.txid.has_value());
    QVERIFY(said.txid == known.txid);
    QCOMPARE(said.state, known.state);
    QCOMPARE(said.state, std::string("closing"));
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(net.check());
}

void TestCloseAgreed::a_lost_last_word_is_said_again_data() {
    QTest::addColumn<bool>("funder_knows");
    QTest::newRow("by the funder") << true;
    QTest::newRow("by the fundee") << false;
}

/// Before any block has the close: a peer that waits for channel_reestablish would hang up again
/// and again (BOLT 2, Message Retransmission).
void TestCloseAgreed::a_lost_last_word_is_said_again() {
    QFETCH(const bool, funder_knows);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    auto& knows = funder_knows ? net.alice : net.bob;
    auto& lost = funder_knows ? net.bob : net.alice;
    // The fundee names a fee of its own, and the funder's second word is the last.
    if (funder_knows) {
        net.bob.set_fees({FeeratePerKw(2'500), FeeratePerKw(1'500), FeeratePerKw(1'500),
                          FeeratePerKw(1'500), true});
        net.net.settle();
    }
    net.net.cut_on(knows, lost,
                   {sim::Cut::When::before, wire::Type::closing_signed, funder_knows ? 2U : 1U});
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
    QVERIFY(!net.net.is_connected(net.alice, net.bob));
    QCOMPARE(Story::state_of(knows, id), std::string("closing"));
    QCOMPARE(Story::state_of(lost, id), std::string("negotiating_close"));
    const auto agreed = [&](const sim::SimNode& node) {
        const auto* const closing = channel::closing_of(Story::channel_of(node, id)->state);
        return std::get<channel::MutualCloseAgreed>(closing->cause).tx;
    };
    const auto signed_close = agreed(knows);
    const auto entries = [&] { return knows.store().image().journal.size(); };
    const auto written = entries();
    std::vector<wire::Type> said;
    const auto listen = [&](const wire::Message& message) {
        // It depends on what else the channel has seen.
        if (!std::holds_alternative<wire::ChannelReady>(message))
            said.push_back(wire::type_of(message));
    };
    net.net.lie(knows, lost, listen);
    // A connection that comes to nothing costs nothing; a restart forgets nothing.
    net.net.hold(lost, knows, true);
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(said == std::vector<wire::Type>{wire::Type::channel_reestablish});
    knows.restart();
    net.net.hold(lost, knows, false);
    said.clear();
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    const std::vector<wire::Type> all{wire::Type::channel_reestablish, wire::Type::shutdown,
                                      wire::Type::closing_signed};
    QVERIFY(said == all);
    QCOMPARE(Story::state_of(lost, id), std::string("closing"));
    QVERIFY(agreed(lost) == signed_close && agreed(knows) == signed_close);
    QCOMPARE(entries(), written);
    net.net.mine(1);
    // In a block: nothing is left to be said.
    said.clear();
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(said.empty());
    net.net.lie(knows, lost, nullptr);
    net.net.mine(8);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(net.alice, id), std::string("mutual"));
    QCOMPARE(how(net.bob, id), std::string("mutual"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestCloseAgreed)
#include "test_close_agreed.moc"
