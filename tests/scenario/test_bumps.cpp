// The child that pays for a commitment of ours: whether there is one, and what it may cost.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestBumps : public QObject {
    Q_OBJECT

private slots:
    void a_bump_costs_no_more_than_it_saves_data();
    void a_bump_costs_no_more_than_it_saves();
    void short_of_coins_no_bad_bump_is_made();
    void a_forward_that_waits_is_worth_a_bump();
};

void TestBumps::a_bump_costs_no_more_than_it_saves_data() {
    QTest::addColumn<std::uint32_t>("least");
    QTest::newRow("mempools take the commitment alone") << std::uint32_t{253};
    QTest::newRow("mempools do not") << std::uint32_t{2'000};
}

/// A peer gives us little, has us close while blocks are dear, and would have us pay for that a
/// multiple of what it brings.
void TestBumps::a_bump_costs_no_more_than_it_saves() {
    QFETCH(std::uint32_t, least);
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 20'000_sat, 1'000'000_msat);
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    const auto before = Story::coins(net.bob);
    net.net.chain().set_mempool_min(FeeratePerKw(least));
    net.bob.set_fees({FeeratePerKw(25'000), FeeratePerKw(12'500), FeeratePerKw(5'000),
                      FeeratePerKw(least), true});
    net.net.settle();
    // What it costs is said, and is no more than what is there.
    const auto quote = net.bob.node().quote(api::AskClose{id, true});
    QVERIFY(bool(quote));
    QCOMPARE(quote->fee, 1'000_sat);
    QVERIFY(quote->to_us.is_zero());
    net.net.disconnect(net.alice, net.bob);
    net.net.lie(net.alice, net.bob, [&](wire::Message& message) {
        if (std::holds_alternative<wire::ChannelReestablish>(message))
            message = wire::Error{id, to_bytes(bytes_of("close it"))};
    });
    net.alice.lose_broadcasts(true);
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    net.net.mine(3);
    QVERIFY2(Story::coins(net.bob) + 1'000_sat >= before,
             qPrintable(QString("%1 of %2").arg(Story::coins(net.bob).raw()).arg(before.raw())));
    // Once blocks are cheap again it ends, and brings something.
    net.net.chain().set_mempool_min(feerate_floor);
    net.bob.set_fees({});
    net.net.settle();
    net.net.mine(40);
    QCOMPARE(Story::state_of(net.bob, id), std::string("closed"));
    QCOMPARE(how(net.bob, id), std::string("ours"));
    QVERIFY(Story::coins(net.bob) > before);
    net.alice.lose_broadcasts(false);
    net.net.mine(12);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QVERIFY(net.check());
}

/// There is one child only: made of whatever coin was left it would bring the commitment in last of
/// all, with what has a deadline in it.
void TestBumps::short_of_coins_no_bad_bump_is_made() {
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    QVERIFY(bool(net.run(net.bob, api::SendOnchain{elsewhere, std::nullopt, std::nullopt})));
    net.net.mine(1);
    const auto kept = Story::coins(net.bob);
    QVERIFY2(kept >= 25'000_sat && kept <= 60'000_sat, qPrintable(QString::number(kept.raw())));
    stuck_payment(net, net.alice, net.bob, 400'000'000_msat);
    // No mempool takes the commitment alone.
    net.net.chain().set_mempool_min(FeeratePerKw(2'000));
    net.bob.set_fees({FeeratePerKw(60'000), FeeratePerKw(50'000), FeeratePerKw(40'000),
                      FeeratePerKw(2'000), true});
    net.net.settle();
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    net.net.settle();
    QVERIFY(bumps_of(net.bob).empty());
    net.net.fund(net.bob, 1'000'000_sat);
    // At what blocks cost, once there is a coin for it.
    QCOMPARE(bumps_of(net.bob).size(), std::size_t{1});
    QVERIFY(bumps_of(net.bob).front().fee > 80'000_sat);
    net.net.chain().set_mempool_min(feerate_floor);
    net.bob.set_fees({});
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(net.check());
}

/// Whoever was paid on may show the preimage at any moment until its own time is over: then what
/// came in for it must be claimed, and the commitment that it is in must be in a block by then.
void TestBumps::a_forward_that_waits_is_worth_a_bump() {
    QuickTrio net;
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 100'000'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    net.net.chain().set_mempool_min(FeeratePerKw(2'000));
    net.hub.set_fees({FeeratePerKw(20'000), FeeratePerKw(5'000), FeeratePerKw(2'500),
                      FeeratePerKw(2'000), true});
    net.net.settle();
    QVERIFY(bool(net.run(net.hub, api::CloseChannel{net.first, true})));
    net.net.settle();
    const auto bumps = bumps_of(net.hub);
    QCOMPARE(bumps.size(), std::size_t{1});
    QVERIFY2(bumps.front().fee > 30'000_sat,
             qPrintable(QString::number(bumps.front().fee.value_or(Sat(0)).raw())));
    net.net.connect(net.hub, net.carol);
    net.net.settle();
    net.net.mine(1);
    QVERIFY(payment.succeeded());
    net.net.chain().set_mempool_min(feerate_floor);
    net.hub.set_fees({});
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.hub, net.first, "closed"));
    QVERIFY(net.check());
}

RUNNEL_TEST(TestBumps)
#include "test_bumps.moc"
