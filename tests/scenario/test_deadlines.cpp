// Until when a person has to be online, as the picture says it: the height named is the one at
// which the wallet acts.
#include "tests/scenario/closes.h"
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;

namespace {

BlockHeight expiry_of(const sim::SimNode& node, const ChannelId& id) {
    return shown(node, id).htlcs.at(0).expiry;
}

void mine_to(Story& story, BlockHeight height) {
    story.net.mine(height.raw() - story.net.chain().height().raw());
}

}  // namespace

class TestDeadlines : public QObject {
    Q_OBJECT

private slots:
    void a_payment_of_ours();
    void a_payment_to_us();
    void a_payment_nobody_promised();
    void what_has_no_output_closes_nothing_data();
    void what_has_no_output_closes_nothing();
    void a_forward_without_an_output_ends_in_time_data();
    void a_forward_without_an_output_ends_in_time();
    void after_days_off_the_peer_is_heard_first_data();
    void after_days_off_the_peer_is_heard_first();
    void after_days_off_what_is_promised_does_not_wait();
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

void TestDeadlines::what_has_no_output_closes_nothing_data() {
    QTest::addColumn<bool>("funder_pays");
    QTest::addColumn<quint64>("amount");
    QTest::addColumn<bool>("closes");
    QTest::newRow("the funder pays 1 sat") << true << quint64{1'000} << false;
    QTest::newRow("the fundee pays 1 sat") << false << quint64{1'000} << false;
    QTest::newRow("the most without an output") << true << quint64{353'999} << false;
    QTest::newRow("the least with one") << true << quint64{354'000} << true;
    QTest::newRow("the least with one, the other way") << false << quint64{354'000} << true;
}

/// The payee's word for it got lost and the two do not meet until long after its expiry: the chain
/// could give nothing to either, so nobody goes there.
void TestDeadlines::what_has_no_output_closes_nothing() {
    QFETCH(const bool, funder_pays);
    QFETCH(const quint64, amount);
    QFETCH(const bool, closes);
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    auto& payer = funder_pays ? net.alice : net.bob;
    auto& payee = funder_pays ? net.bob : net.alice;
    const Msat before = Story::settled(payee, id);
    const auto payment = stuck_payment(net, payer, payee, Msat(amount));
    QVERIFY(payment.answer() == nullptr);
    QVERIFY(shown(payee, id).htlcs.at(0).fulfilled);
    QCOMPARE(shown(payer, id).next_deadline.has_value(), closes);
    QCOMPARE(shown(payee, id).next_deadline.has_value(), closes);
    if (closes) {
        mine_to(net, *shown(payee, id).next_deadline - BlockDelta(1));
        QVERIFY(both(net, payer, payee, id, "normal"));
        net.net.mine(1);
        QCOMPARE(Story::state_of(payee, id), std::string("closing"));
        QVERIFY(net.check());
        return;
    }
    mine_to(net, expiry_of(payer, id) + BlockDelta(10));
    QVERIFY(both(net, payer, payee, id, "normal"));
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(payment.succeeded());
    QVERIFY(both(net, payer, payee, id, "normal"));
    QCOMPARE(Story::settled(payee, id), before + Msat(amount));
    QVERIFY(shown(payer, id).htlcs.empty() && shown(payee, id).htlcs.empty());
    QVERIFY(net.check());
}

void TestDeadlines::a_forward_without_an_output_ends_in_time_data() {
    QTest::addColumn<bool>("comes_back");
    QTest::newRow("the payee comes back") << true;
    QTest::newRow("the payee stays away") << false;
}

/// A hub's own satoshi may wait for ever, not the one that it was promised for it: before the
/// payer's HTLC expires it must have an answer, and until the chain rules the payee's out there is
/// none.
void TestDeadlines::a_forward_without_an_output_ends_in_time() {
    QFETCH(const bool, comes_back);
    QuickTrio net;
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 1'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    const auto incoming = expiry_of(net.hub, net.first);
    const auto outgoing = expiry_of(net.hub, net.second);
    QVERIFY(!shown(net.alice, net.first).next_deadline && !shown(net.hub, net.first).next_deadline);
    const auto deadline = shown(net.hub, net.second).next_deadline;
    QVERIFY(deadline && *deadline > outgoing + BlockDelta(3) && *deadline < incoming);
    mine_to(net, *deadline - BlockDelta(1));
    QVERIFY(both(net, net.hub, net.carol, net.second, "normal"));
    if (comes_back) {
        net.net.connect(net.hub, net.carol);
        net.net.settle();
        QVERIFY(payment.succeeded());
        mine_to(net, incoming + BlockDelta(10));
        QVERIFY(both(net, net.hub, net.carol, net.second, "normal"));
    } else {
        net.net.mine(1);
        QCOMPARE(Story::state_of(net.hub, net.second), std::string("closing"));
        QVERIFY(payment.answer() == nullptr);
        mine_to(net, incoming - BlockDelta(1));
        QVERIFY(payment.problem().has_value());
    }
    QVERIFY(both(net, net.alice, net.hub, net.first, "normal"));
    QVERIFY(shown(net.alice, net.first).htlcs.empty());
    QVERIFY(net.check());
}

void TestDeadlines::after_days_off_the_peer_is_heard_first_data() {
    QTest::addColumn<bool>("peer_comes");
    QTest::newRow("the peer comes") << true;
    QTest::newRow("the peer stays away") << false;
}

/// A payment failed while the payer's wallet was off, and its time is long over when that is on
/// again: a channel is not closed for what the peer is about to say.
void TestDeadlines::after_days_off_the_peer_is_heard_first() {
    QFETCH(const bool, peer_comes);
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto keys = quick(2).keys;
    const auto bolt11 =
        forged(net.invoice(net.bob, 50'000'000_msat), *keys,
               [](payment::Invoice& invoice) { invoice.payment_secret.reveal()[0] ^= 1; });
    net.net.cut_on(net.bob, net.alice, {sim::Cut::When::before, wire::Type::update_fail_htlc, 1});
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(!is_lost(sent(net.alice, bolt11)));
    const auto deadline = *shown(net.alice, id).next_deadline;
    // Days without the wallet; then its chain source is there before the peer.
    net.net.hold(net.bob, net.alice, true);
    net.alice.set_chain_reachable(false);
    net.alice.restart();
    mine_to(net, deadline + BlockDelta(20));
    net.alice.set_chain_reachable(true);
    net.net.settle();
    QCOMPARE(net.alice.node().state().tip.height, net.net.chain().height());
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    if (!peer_comes) {
        // It is being connected to: some blocks of patience, and no more.
        net.net.mine(2);
        QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
        net.net.mine(1);
        QCOMPARE(Story::state_of(net.alice, id), std::string("closing"));
        QVERIFY(net.check());
        return;
    }
    net.net.hold(net.bob, net.alice, false);
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    net.net.mine(5);
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QVERIFY(both(net, net.alice, net.bob, id, "normal"));
    QVERIFY(shown(net.alice, id).htlcs.empty());
    QVERIFY(net.check());
}

/// What is ours by its preimage the payer could take back from the expiry on: every block counts.
void TestDeadlines::after_days_off_what_is_promised_does_not_wait() {
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    const auto deadline = *shown(net.bob, id).next_deadline;
    net.net.hold(net.alice, net.bob, true);
    net.bob.set_chain_reachable(false);
    net.bob.restart();
    mine_to(net, deadline + BlockDelta(2));
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    net.bob.set_chain_reachable(true);
    net.net.settle();
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    QVERIFY(net.check());
}

RUNNEL_TEST(TestDeadlines)
#include "test_deadlines.moc"
