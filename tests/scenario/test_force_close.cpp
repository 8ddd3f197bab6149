// Closes on the chain, whoever publishes and whatever is in flight: every satoshi comes home, every
// payment gets its outcome.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestForceClose : public QObject {
    Q_OBJECT

private slots:
    void balances_come_home_data();
    void balances_come_home();
    void payee_claims_with_the_preimage_data();
    void payee_claims_with_the_preimage();
    void payer_takes_back_what_an_offline_payee_leaves();
    void payer_takes_back_from_their_commitment();
    void dust_in_flight_is_only_dust();
    void cut_at_any_moment_data();
    void cut_at_any_moment();
    void a_hub_learns_the_preimage_in_the_mempool();
    void a_hub_claims_upstream_on_the_chain();
    void a_hub_fails_upstream_what_timed_out();
    void figures_never_count_twice();
    void what_has_come_is_said();
    void few_coins_for_many_htlcs();
    void crumbs_are_given_up_data();
    void crumbs_are_given_up();
};

void TestForceClose::balances_come_home_data() {
    QTest::addColumn<bool>("funder_closes");
    QTest::newRow("funder") << true;
    QTest::newRow("fundee") << false;
}

void TestForceClose::balances_come_home() {
    QFETCH(bool, funder_closes);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(net.pays(net.alice, net.bob, 300'000'000_msat).succeeded());
    auto& closer = funder_closes ? net.alice : net.bob;
    auto& other = funder_closes ? net.bob : net.alice;
    QVERIFY(bool(net.run(closer, api::CloseChannel{id, true})));
    net.net.mine(1);
    QVERIFY(both(net, net.alice, net.bob, id, "closing"));
    // The other side's money waits one block, the closer's as long as agreed.
    net.net.mine(7);
    QCOMPARE(Story::state_of(other, id), std::string("closed"));
    QCOMPARE(how(other, id), std::string("theirs"));
    net.net.mine(20);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(closer, id), std::string("ours"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    const auto* const bobs = channel::closed_of(Story::channel_of(net.bob, id)->state);
    QCOMPARE(bobs->to_ours, 300'000_sat);
    QVERIFY(net.check());
}

void TestForceClose::payee_claims_with_the_preimage_data() {
    QTest::addColumn<bool>("payee_closes");
    QTest::newRow("by a second stage on its own commitment") << true;
    QTest::newRow("directly on the payer's") << false;
}

void TestForceClose::payee_claims_with_the_preimage() {
    QFETCH(bool, payee_closes);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    QVERIFY(payment.answer() == nullptr);
    auto& closer = payee_closes ? net.bob : net.alice;
    QVERIFY(bool(net.run(closer, api::CloseChannel{id, true})));
    QVERIFY(payment.answer() == nullptr);
    net.net.mine(1);
    // The claim is in the mempool, in no block: its preimage is as good there.
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().amount, 50'000'000_msat);
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    const auto& closed = *channel::closed_of(Story::channel_of(net.bob, id)->state);
    QCOMPARE(closed.to_ours, 50'000_sat);
    QVERIFY(net.check());
}

void TestForceClose::payer_takes_back_what_an_offline_payee_leaves() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    net.bob.set_chain_reachable(false);
    const auto* const funded = channel::funded_of(Story::channel_of(net.alice, id)->state);
    const std::uint32_t expiry = funded->commitments.htlcs().at(0).htlc.cltv_expiry;
    net.net.mine(expiry + 3 - net.net.chain().height().raw() - 1);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    net.net.mine(1);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closing"));
    net.net.mine(2);
    QVERIFY(payment.answer() == nullptr);
    // The commitment, the second stage, and settled_depth upon it.
    net.net.mine(5);
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(!payment.succeeded());
    net.net.mine(60);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QVERIFY(ledger.adds_up());
    const auto& closed = *channel::closed_of(Story::channel_of(net.alice, id)->state);
    QVERIFY(closed.to_ours > 995'000_sat);
    // Back after all: too late for the money, but it learns what became of the channel.
    net.bob.set_chain_reachable(true);
    net.net.settle();
    net.net.mine(8);
    QCOMPARE(Story::state_of(net.bob, id), std::string("closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::payer_takes_back_from_their_commitment() {
    QuickTrio net;
    // The hub's HTLC to carol never gets anywhere; then the hub gives up both channels.
    net.net.hold(net.hub, net.carol, true);
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 50'000'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    net.net.disconnect(net.hub, net.carol);
    net.net.disconnect(net.alice, net.hub);
    QVERIFY(bool(net.run(net.hub, api::CloseChannel{net.first, true})));
    QVERIFY(bool(net.run(net.hub, api::CloseChannel{net.second, true})));
    net.net.mine(2);
    QVERIFY(payment.answer() == nullptr);
    net.net.mine(long_enough);
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(!payment.succeeded());
    QVERIFY(both(net, net.alice, net.hub, net.first, "closed"));
    QVERIFY(both(net, net.hub, net.carol, net.second, "closed"));
    QCOMPARE(how(net.alice, net.first), std::string("theirs"));
    QVERIFY(net.ledger->adds_up());
    QVERIFY(net.ledger->only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::dust_in_flight_is_only_dust() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 200'000_msat);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    net.net.mine(5);
    QVERIFY(payment.answer() == nullptr);
    net.net.mine(1);
    // No output ever shows what became of it: once the commitment is deep, it is lost to fees.
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(!payment.succeeded());
    net.net.mine(40);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::cut_at_any_moment_data() {
    QTest::addColumn<int>("turns");
    QTest::addColumn<int>("closers");
    for (int turns = 0; turns <= 14; ++turns) {
        for (int closers = 1; closers <= 3; ++closers) {
            QTest::addRow("%d turns, closers %d", turns, closers) << turns << closers;
        }
    }
}

/// Three HTLCs each way, one of them dust, cut off at any moment; one or both close. Whatever of
/// them was where: nothing is lost.
void TestForceClose::cut_at_any_moment() {
    QFETCH(int, turns);
    QFETCH(int, closers);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
    std::vector<std::string> to_bob, to_alice;
    for (const Msat amount : {20'000'000_msat, 100'000_msat, 31'000'000_msat}) {
        to_bob.push_back(net.invoice(net.bob, amount));
        to_alice.push_back(net.invoice(net.alice, amount + 7'000'001_msat));
    }
    for (std::size_t i = 0; i < 3; ++i) {
        net.start_payment(net.alice, to_bob[i]);
        net.start_payment(net.bob, to_alice[i]);
    }
    net.net.settle(static_cast<std::size_t>(turns));
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    if ((closers & 1) != 0) QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    if ((closers & 2) != 0) QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    net.net.mine(long_enough);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(pending_payments(net.alice), std::size_t{0});
    QCOMPARE(pending_payments(net.bob), std::size_t{0});
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::a_hub_learns_the_preimage_in_the_mempool() {
    QuickTrio net;
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 50'000'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    // Carol knows that it is hers, and goes to the chain in time.
    const auto* const funded = channel::funded_of(Story::channel_of(net.carol, net.second)->state);
    const std::uint32_t expiry = funded->commitments.htlcs().at(0).htlc.cltv_expiry;
    net.net.mine(expiry - 18 - net.net.chain().height().raw());
    QVERIFY(both(net, net.carol, net.carol, net.second, "closing"));
    QVERIFY(payment.answer() == nullptr);
    net.net.mine(1);
    QVERIFY(payment.succeeded());
    QCOMPARE(Story::state_of(net.alice, net.first), std::string("normal"));
    net.net.mine(60);
    QVERIFY(both(net, net.hub, net.carol, net.second, "closed"));
    QCOMPARE(Story::state_of(net.alice, net.first), std::string("normal"));
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.first, false})));
    net.net.mine(8);
    QVERIFY(both(net, net.alice, net.hub, net.first, "closed"));
    QVERIFY(net.ledger->adds_up());
    QVERIFY(net.ledger->only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::a_hub_claims_upstream_on_the_chain() {
    QuickTrio net;
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 50'000'000_msat));
    net.net.settle();
    net.net.disconnect(net.alice, net.hub);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.first, true})));
    net.net.mine(3);
    QVERIFY(payment.answer() == nullptr);
    QVERIFY(bool(net.run(net.carol, api::CloseChannel{net.second, true})));
    net.net.mine(1);
    // Carol's claim shows the hub the preimage, the hub's claim shows it to alice.
    net.net.mine(1);
    QVERIFY(payment.succeeded());
    net.net.mine(80);
    QVERIFY(both(net, net.alice, net.hub, net.first, "closed"));
    QVERIFY(both(net, net.hub, net.carol, net.second, "closed"));
    QVERIFY(net.ledger->adds_up());
    QVERIFY(net.ledger->only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::a_hub_fails_upstream_what_timed_out() {
    QuickTrio net;
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.carol, 50'000'000_msat));
    net.net.settle();
    net.carol.set_chain_reachable(false);
    const auto* const funded = channel::funded_of(Story::channel_of(net.hub, net.second)->state);
    const std::uint32_t expiry = funded->commitments.htlcs().at(0).htlc.cltv_expiry;
    net.net.mine(expiry + 3 - net.net.chain().height().raw());
    QCOMPARE(Story::state_of(net.hub, net.second), std::string("closing"));
    net.net.mine(12);
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(!payment.succeeded());
    // In time: the channel of the payer goes on.
    QCOMPARE(Story::state_of(net.alice, net.first), std::string("normal"));
    net.net.mine(60);
    net.carol.set_chain_reachable(true);
    net.net.settle();
    net.net.mine(8);
    QVERIFY(both(net, net.hub, net.carol, net.second, "closed"));
    QVERIFY(both(net, net.alice, net.hub, net.first, "normal"));
    QVERIFY(net.check());
}

void TestForceClose::figures_never_count_twice() {
    for (const bool alice_closes : {true, false}) {
        QuickDuo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
        const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
        Sat alice = whole_balance(net.alice);
        Sat bob = whole_balance(net.bob);
        QVERIFY(bool(net.run(alice_closes ? net.alice : net.bob, api::CloseChannel{id, true})));
        for (int block = 0; block < 60; ++block) {
            net.net.mine(1);
            const Sat alice_now = whole_balance(net.alice);
            const Sat bob_now = whole_balance(net.bob);
            // Only fees leave, and what was in flight arrives once.
            QVERIFY2(alice_now <= alice, qPrintable(QString("block %1: %2 -> %3")
                                                        .arg(block)
                                                        .arg(alice.raw())
                                                        .arg(alice_now.raw())));
            QVERIFY2(
                bob_now <= bob + 50'000_sat,
                qPrintable(
                    QString("block %1: %2 -> %3").arg(block).arg(bob.raw()).arg(bob_now.raw())));
            alice = alice_now;
            bob = bob_now;
            // What is listed as in flight is what the figure says, and nothing that is settled.
            for (const auto* const node : {&net.alice, &net.bob})
                QCOMPARE(listed_in_flight(*node), node->snapshot()->balance.in_flight);
        }
        QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
        QCOMPARE(alice, Story::coins(net.alice));
        QCOMPARE(bob, Story::coins(net.bob));
        QVERIFY(payment.succeeded());
        QVERIFY(net.check());
    }
}

/// All of it was paid to us at the very end: nothing in the balance that both had agreed on last.
/// And what is too little for an output never comes.
void TestForceClose::what_has_come_is_said() {
    {
        QuickDuo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
        QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
        QVERIFY(shown(net.bob, id).closing_came.is_zero());
        for (int block = 0; block < 60 && !shown(net.bob, id).closing_to_us.is_zero(); ++block)
            net.net.mine(1);
        const auto view = shown(net.bob, id);
        QCOMPARE(view.state, std::string("closing"));
        QVERIFY(view.ours.is_zero() && view.closing_to_us.is_zero());
        QVERIFY(view.closing_came > 45'000_sat && view.closing_came < 50'000_sat);
        net.net.mine(30);
        QVERIFY(both(net, net.alice, net.bob, id, "closed"));
        QVERIFY(net.check());
    }
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(net.pays(net.alice, net.bob, 200'000_msat).succeeded());
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
    net.net.mine(1);
    QCOMPARE(shown(net.bob, id).ours, 200'000_msat);
    QVERIFY(shown(net.bob, id).closing_came.is_zero());
    QVERIFY(shown(net.alice, id).closing_came > 990'000_sat);
    net.net.mine(8);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(net.check());
}

void TestForceClose::few_coins_for_many_htlcs() {
    Story net;
    auto& alice = net.net.add("alice", quick(1));
    auto modest = quick(2);
    modest.config.anchor_reserve_each = 2'500_sat;
    auto& bob = net.net.add("bob", modest);
    net.net.fund(alice, 2'000'000_sat);
    net.net.fund(alice, 30'000_sat, 4);
    // As little as that channel may be had with.
    net.net.fund(bob, 2'500_sat, 2);
    const Ledger ledger(net.net);
    const auto id = net.open(alice, bob, 1'000'000_sat);
    QVERIFY(Story::channel_of(bob, id) != nullptr);
    std::vector<std::string> invoices;
    for (int i = 0; i < 24; ++i) invoices.push_back(net.invoice(bob, 20'000'000_msat));
    net.net.cut_on(bob, alice, {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    std::vector<Payment> payments;
    for (const auto& text : invoices) payments.push_back(net.start_payment(alice, text));
    net.net.settle();
    const auto* const funded = channel::funded_of(Story::channel_of(bob, id)->state);
    QVERIFY(funded->commitments.htlcs().size() > 10);
    QVERIFY(bool(net.run(bob, api::CloseChannel{id, true})));
    net.net.mine(2);
    // Not all at once, for the coins do not do; and what is swept later pays for the rest.
    const auto early = std::count_if(payments.begin(), payments.end(),
                                     [](const Payment& p) { return p.succeeded(); });
    QVERIFY(early > 0);
    // Until when the rest has to be taken is said, and that it is ours.
    const auto rest = shown(bob, id);
    QVERIFY(!rest.htlcs.empty());
    for (const auto& htlc : rest.htlcs) QVERIFY(!htlc.outgoing && htlc.fulfilled);
    QVERIFY(rest.next_deadline.has_value());
    QVERIFY(*rest.next_deadline > net.net.chain().height() &&
            *rest.next_deadline <= rest.htlcs[0].expiry + BlockDelta(1));
    net.net.mine(long_enough);
    QVERIFY(both(net, alice, bob, id, "closed"));
    QCOMPARE(pending_payments(alice), std::size_t{0});
    const auto& closed = *channel::closed_of(Story::channel_of(bob, id)->state);
    const auto paid = std::count_if(payments.begin(), payments.end(),
                                    [](const Payment& p) { return p.succeeded(); });
    QCOMPARE(closed.to_ours.raw(), static_cast<std::uint64_t>(paid) * 20'000);
    QVERIFY2(paid > early, qPrintable(QString("%1 of %2").arg(early).arg(paid)));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::crumbs_are_given_up_data() {
    QTest::addColumn<bool>("payee_closes");
    QTest::newRow("payee closes") << true;
    QTest::newRow("payer closes") << false;
}

/// Outputs that cost more than they hold, at any feerate, do not keep a channel from its end.
void TestForceClose::crumbs_are_given_up() {
    QFETCH(bool, payee_closes);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 360'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 360'000_msat);
    QVERIFY(bool(net.run(payee_closes ? net.bob : net.alice, api::CloseChannel{id, true})));
    net.net.mine(long_enough);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(pending_payments(net.alice), std::size_t{0});
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(ledger.adds_up());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestForceClose)
#include "test_force_close.moc"
