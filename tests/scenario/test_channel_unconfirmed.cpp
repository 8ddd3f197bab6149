// A funding transaction that a reorg takes out of its block, while the peer does not know or does not care: its channel is worth
// nothing until the transaction is back, so nothing is sold for what comes through it.
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestChannelUnconfirmed : public QObject {
    Q_OBJECT

private slots:
    void nothing_is_received_over_a_funding_that_is_gone();
};

void TestChannelUnconfirmed::nothing_is_received_over_a_funding_that_is_gone() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(net.pays(net.alice, net.bob, 10'000'000_msat).succeeded());
    net.alice.set_chain_mute(true);  // hears nothing of the reorg
    net.net.reorg(7);
    QCOMPARE(net.bob.snapshot()->channels.at(0).confirmations, 0U);
    QCOMPARE(net.alice.snapshot()->channels.at(0).usable, true);
    const auto payment = net.pays(net.alice, net.bob, 20'000'000_msat);
    QVERIFY(!payment.succeeded());
    QCOMPARE(Story::settled(net.bob, id), 10'000'000_msat);
    // The transaction is mined again: everything goes on.
    net.alice.set_chain_mute(false);
    net.net.mine(1);
    QVERIFY(net.pays(net.alice, net.bob, 30'000'000_msat).succeeded());
    QCOMPARE(Story::settled(net.bob, id), 40'000'000_msat);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestChannelUnconfirmed)
#include "test_channel_unconfirmed.moc"
