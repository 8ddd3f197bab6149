// A funding transaction that a reorg takes out of its block, while the peer does not know or does
// not care: its channel is worth nothing until the transaction is back, so nothing is sold for what
// comes through it.
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestChannelUnconfirmed : public QObject {
    Q_OBJECT

private slots:
    void nothing_is_received_over_a_funding_that_is_gone();
    void a_set_waits_for_a_funding_that_is_gone_data();
    void a_set_waits_for_a_funding_that_is_gone();
    void the_chain_names_it_anew_and_we_do_not();
    void what_was_confirmed_is_not_forgotten();
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

void TestChannelUnconfirmed::a_set_waits_for_a_funding_that_is_gone_data() {
    QTest::addColumn<bool>("comes_back");
    QTest::newRow("and is taken when it is back") << true;
    QTest::newRow("and goes back when its time is over") << false;
}

/// The first part is there when a reorg takes its channel's funding; then the last part comes.
void TestChannelUnconfirmed::a_set_waits_for_a_funding_that_is_gone() {
    QFETCH(const bool, comes_back);
    Quartet net;
    const auto direct = net.open(net.north, net.carol, 300'000_sat);
    net.open(net.alice, net.north, 300'000_sat);
    net.open(net.alice, net.south, 300'000_sat);
    net.open(net.south, net.carol, 500'000_sat);
    net.net.hold(net.south, net.carol, true);
    const auto bolt11 = net.invoice(net.carol, 450'000'000_msat);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{2});
    // Only Carol hears of it: the others would close what they still can.
    for (auto* const node : {&net.alice, &net.north, &net.south}) node->set_chain_mute(true);
    const auto* const funded = channel::funded_of(Story::channel_of(net.carol, direct)->state);
    const auto depth = funded->depth(net.net.chain().height());
    const auto funding = *net.net.chain().transaction(funded->params().funding.txid)->tx;
    QVERIFY(depth > 14);
    // The others of Carol's are confirmed again at once.
    std::vector<std::vector<bitcoin::Transaction>> blocks(std::size_t{depth} + 1);
    for (const auto& [id, channel] : net.carol.node().state().channels) {
        const auto& outpoint = channel::funded_of(channel->state)->params().funding;
        if (id != direct) blocks.back().push_back(*net.net.chain().transaction(outpoint.txid)->tx);
    }
    QVERIFY(bool(net.net.chain().reorg(depth, blocks)));
    net.carol.set_chain_reachable(true);
    net.net.settle();
    QVERIFY(!channel::funded_of(Story::channel_of(net.carol, direct)->state)->confirmation);
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    QVERIFY(!payment.succeeded());
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{0});
    if (comes_back) {
        QVERIFY(bool(net.net.chain().mine_exactly({funding})));
        for (auto& node : net.net.nodes()) node->set_chain_mute(false);
        net.net.settle();
        QVERIFY(payment.succeeded());
        QCOMPARE(payment.paid().parts, std::uint32_t{2});
    } else {
        net.net.advance(minute + 1'000);
        QVERIFY(!payment.succeeded());
        QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{2});
        for (auto& node : net.net.nodes()) node->set_chain_mute(false);
        net.net.settle();
    }
    QVERIFY(net.check());
}

/// BOLT 2, channel_ready: the alias is given once; the short_channel_id is where the transaction is
/// now.
void TestChannelUnconfirmed::the_chain_names_it_anew_and_we_do_not() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    const auto names = [&](const sim::SimNode& node) {
        const auto* const funded = channel::funded_of(Story::channel_of(node, id)->state);
        return std::tuple(funded->short_channel_id(), funded->our_alias, funded->their_alias);
    };
    const auto alices = names(net.alice), bobs = names(net.bob);
    QVERIFY(std::get<0>(alices) && std::get<0>(alices) == std::get<0>(bobs));
    net.net.reorg(7);
    for (auto* const node : {&net.alice, &net.bob}) {
        QVERIFY(!std::get<0>(names(*node)));
        QVERIFY(!channel::is_usable(*Story::channel_of(*node, id)));
    }
    net.net.mine(7);
    const auto alices_now = names(net.alice), bobs_now = names(net.bob);
    QVERIFY(std::get<0>(alices_now) && std::get<0>(alices_now) != std::get<0>(alices));
    QVERIFY(std::get<0>(alices_now) == std::get<0>(bobs_now));
    QVERIFY(std::get<1>(alices_now) == std::get<1>(alices) &&
            std::get<2>(alices_now) == std::get<2>(alices));
    QVERIFY(std::get<1>(bobs_now) == std::get<1>(bobs) &&
            std::get<2>(bobs_now) == std::get<2>(bobs));
    QVERIFY(net.pays(net.alice, net.bob, 20'000'000_msat).succeeded());
    QVERIFY(net.pays(net.bob, net.alice, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

/// The fundee forgets after 2016 blocks what never confirmed (BOLT 2), and never what did: there is
/// money in it.
void TestChannelUnconfirmed::what_was_confirmed_is_not_forgotten() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    const auto funding =
        *net.net.chain()
             .transaction(
                 channel::funded_of(Story::channel_of(net.bob, id)->state)->params().funding.txid)
             ->tx;
    QVERIFY(bool(net.net.chain().reorg(7, std::vector<std::vector<bitcoin::Transaction>>(2'100))));
    for (auto& node : net.net.nodes()) node->set_chain_reachable(true);
    net.net.settle();
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    QVERIFY(!channel::is_usable(*Story::channel_of(net.bob, id)));
    QVERIFY(bool(net.net.chain().mine_exactly({funding})));
    for (auto& node : net.net.nodes()) node->set_chain_reachable(true);
    net.net.settle();
    QVERIFY(net.pays(net.bob, net.alice, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestChannelUnconfirmed)
#include "test_channel_unconfirmed.moc"
