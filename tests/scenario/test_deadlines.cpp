// Until when a person has to be online, as the picture says it: the height named is the one at
// which the wallet acts.
#include "tests/scenario/closes.h"
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;

class TestDeadlines : public QObject {
    Q_OBJECT

private slots:
    void a_payment_of_ours();
    void a_payment_to_us();
    void a_payment_nobody_promised();
};

void TestDeadlines::a_payment_of_ours() {
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(!shown(net.alice, id).next_deadline);
    net.net.hold(net.bob, net.alice, true);
    net.start_payment(net.alice, net.invoice(net.bob, 50'000'000_msat));
    net.net.settle();
    const auto channel = shown(net.alice, id);
    QCOMPARE(channel.htlcs.size(), std::size_t{1});
    QVERIFY(channel.htlcs[0].outgoing && !channel.htlcs[0].fulfilled);
    QVERIFY(channel.next_deadline.has_value());
    const auto deadline = *channel.next_deadline;
    QVERIFY(deadline >= channel.htlcs[0].expiry);
    net.net.mine(deadline.raw() - net.net.chain().height().raw() - 1);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    net.net.mine(1);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closing"));
    QVERIFY(net.check());
}

/// The margin before the expiry is the payee's: from the expiry on the payer can take back what she
/// was shown the preimage for.
void TestDeadlines::a_payment_to_us() {
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    const auto channel = shown(net.bob, id);
    QCOMPARE(channel.htlcs.size(), std::size_t{1});
    QVERIFY(channel.htlcs[0].fulfilled);
    QVERIFY(channel.next_deadline.has_value());
    const auto deadline = *channel.next_deadline;
    QVERIFY(deadline + BlockDelta(12) < channel.htlcs[0].expiry);
    net.net.mine(deadline.raw() - net.net.chain().height().raw() - 1);
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    net.net.mine(1);
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    QVERIFY(net.check());
}

/// A part of a set that is not whole goes back: there is nothing that one could be late for.
void TestDeadlines::a_payment_nobody_promised() {
    Quartet net;
    net.open_both_ways();
    net.net.hold(net.south, net.carol, true);
    net.start_payment(net.alice, net.invoice(net.carol, 400'000'000_msat));
    net.net.settle();
    std::size_t seen = 0;
    for (const auto& channel : net.carol.snapshot()->channels) {
        for (const auto& htlc : channel.htlcs) {
            ++seen;
            QVERIFY(!htlc.outgoing && !htlc.fulfilled);
        }
        QVERIFY(!channel.next_deadline);
    }
    QCOMPARE(seen, std::size_t{1});
    net.net.hold(net.south, net.carol, false);
    net.net.advance(minute * 2);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestDeadlines)
#include "test_deadlines.moc"
