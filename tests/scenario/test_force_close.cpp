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
    void reorgs_change_nothing_in_the_end_data();
    void reorgs_change_nothing_in_the_end();
    void what_a_reorg_removed_is_not_counted();
    void a_reorg_to_another_close_data();
    void a_reorg_to_another_close();
    void their_close_is_broadcast_again();
    void restarts_change_nothing_in_the_end();
    void lost_last_word_of_an_agreed_close();
    void connections_write_nothing_while_a_close_is_agreed_on();
    void a_lost_last_word_is_said_again_data();
    void a_lost_last_word_is_said_again();
    void lost_state_never_broadcasts();
    void what_only_the_peer_can_close_pretends_no_figure();
    void what_is_proven_revoked_is_given_up();
    void what_is_given_up_leaves_no_queue();
    void figures_never_count_twice();
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

void TestForceClose::reorgs_change_nothing_in_the_end_data() {
    QTest::addColumn<bool>("payee_closes");
    QTest::addColumn<int>("mined");
    QTest::addColumn<int>("depth");
    for (const bool payee_closes : {true, false}) {
        for (const auto& [mined, depth] :
             {std::pair(1, 1), std::pair(2, 1), std::pair(2, 2), std::pair(4, 3), std::pair(8, 8),
              std::pair(26, 4), std::pair(26, 25)}) {
            QTest::addRow("%s closes, %d blocks, %d gone", payee_closes ? "payee" : "payer", mined,
                          depth)
                << payee_closes << mined << depth;
        }
    }
}

void TestForceClose::reorgs_change_nothing_in_the_end() {
    QFETCH(bool, payee_closes);
    QFETCH(int, mined);
    QFETCH(int, depth);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    QVERIFY(bool(net.run(payee_closes ? net.bob : net.alice, api::CloseChannel{id, true})));
    net.net.mine(static_cast<unsigned>(mined));
    QVERIFY(payment.succeeded());
    net.net.reorg(static_cast<unsigned>(depth));
    net.net.mine(80);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(payment.succeeded());
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::what_a_reorg_removed_is_not_counted() {
    for (const bool payee_closes : {true, false}) {
        QuickDuo net;
        const Ledger ledger(net.net);
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
        const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
        QVERIFY(bool(net.run(payee_closes ? net.bob : net.alice, api::CloseChannel{id, true})));
        net.net.mine(3);
        // A longer chain without any of it: as many blocks as would have made it final.
        QVERIFY(bool(net.net.chain().reorg(3, std::vector<std::vector<bitcoin::Transaction>>(40))));
        net.alice.set_chain_reachable(true);
        net.bob.set_chain_reachable(true);
        net.net.settle();
        QVERIFY(both(net, net.alice, net.bob, id, "closing"));
        for (auto* const node : {&net.alice, &net.bob}) {
            QVERIFY(std::get<channel::Closing>(Story::channel_of(*node, id)->state).spends.empty());
        }
        net.net.mine(60);
        QVERIFY(payment.succeeded());
        QVERIFY(both(net, net.alice, net.bob, id, "closed"));
        QVERIFY(ledger.adds_up());
        QVERIFY(ledger.only_anchors_left());
        QVERIFY(net.check());
    }
}

void TestForceClose::a_reorg_to_another_close_data() {
    QTest::addColumn<bool>("first_is_alices");
    QTest::newRow("from the payer's to the payee's") << true;
    QTest::newRow("from the payee's to the payer's") << false;
}

void TestForceClose::a_reorg_to_another_close() {
    QFETCH(bool, first_is_alices);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    auto& first = first_is_alices ? net.alice : net.bob;
    auto& second = first_is_alices ? net.bob : net.alice;
    // Both publish; the first one's is in the mempool first.
    QVERIFY(bool(net.run(first, api::CloseChannel{id, true})));
    QVERIFY(bool(net.run(second, api::CloseChannel{id, true})));
    const auto commitment = [&](const sim::SimNode& node) {
        return std::get<channel::OurCommitPublished>(
                   std::get<channel::Closing>(Story::channel_of(node, id)->state).cause)
            .tx;
    };
    const auto other = commitment(second);
    QVERIFY(bool(net.net.chain().mine_exactly({commitment(first)})));
    net.net.mine(2);
    QCOMPARE(
        std::get<channel::Closing>(Story::channel_of(net.bob, id)->state).spends.front().tx->txid(),
        commitment(first).txid());
    QVERIFY(bool(net.net.chain().reorg(3, {{other}, {}, {}, {}})));
    net.net.mine(80);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(second, id), std::string("ours"));
    QCOMPARE(how(first, id), std::string("theirs"));
    QVERIFY(payment.succeeded());
    QCOMPARE(channel::closed_of(Story::channel_of(net.bob, id)->state)->to_ours, 150'000_sat);
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// The peer closed, a reorg removed it and the peer is gone: what it signed is enough, if mempools
/// should forget it.
void TestForceClose::their_close_is_broadcast_again() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    const auto txid = std::get<channel::OurCommitPublished>(
                          std::get<channel::Closing>(Story::channel_of(net.bob, id)->state).cause)
                          .tx.txid();
    const auto owes_it = [&] {
        for (const auto& effect : net.alice.node().resume()) {
            const auto* const broadcast = std::get_if<ports::Broadcast>(&effect);
            if (broadcast == nullptr) continue;
            for (const auto& tx : broadcast->transactions) {
                if (tx->txid() == txid) return true;
            }
        }
        return false;
    };
    net.net.mine(1);
    net.bob.set_chain_reachable(false);
    net.net.settle();
    QVERIFY(!owes_it());
    net.net.reorg(1);
    QVERIFY(owes_it());
    net.alice.restart();
    QVERIFY(owes_it());
    net.net.mine(8);
    QVERIFY(!owes_it());
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    net.bob.set_chain_reachable(true);
    net.net.settle();
    net.net.mine(40);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::restarts_change_nothing_in_the_end() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    QVERIFY(payment.answer() == nullptr);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    for (int block = 0; block < 60; ++block) {
        net.alice.restart();
        net.bob.restart();
        net.net.settle();
        net.net.mine(1);
    }
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(pending_payments(net.alice), std::size_t{0});
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestForceClose::lost_last_word_of_an_agreed_close() {
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
void TestForceClose::connections_write_nothing_while_a_close_is_agreed_on() {
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

void TestForceClose::a_lost_last_word_is_said_again_data() {
    QTest::addColumn<bool>("funder_knows");
    QTest::newRow("by the funder") << true;
    QTest::newRow("by the fundee") << false;
}

/// Before any block has the close: a peer that waits for channel_reestablish would hang up again
/// and again (BOLT 2, Message Retransmission).
void TestForceClose::a_lost_last_word_is_said_again() {
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

void TestForceClose::lost_state_never_broadcasts() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto backup = net.bob.store().image();
    QVERIFY(net.pays(net.alice, net.bob, 50'000'000_msat).succeeded());
    QVERIFY(net.pays(net.bob, net.alice, 120'000'000_msat).succeeded());
    net.bob.restart_from(backup);
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    const auto* const closing =
        std::get_if<channel::Closing>(&Story::channel_of(net.bob, id)->state);
    QVERIFY(std::holds_alternative<channel::TheyMustClose>(closing->cause));
    net.net.mine(40);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(net.alice, id), std::string("ours"));
    QCOMPARE(how(net.bob, id), std::string("theirs"));
    QCOMPARE(channel::closed_of(Story::channel_of(net.bob, id)->state)->to_ours, 30'000_sat);
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// What the copy knows is no figure to be shown: there may be more, or hardly anything. A person
/// has to ask the other side, so it is told.
void TestForceClose::what_only_the_peer_can_close_pretends_no_figure() {
    for (const bool closed_before : {false, true}) {
        QuickDuo net;
        const Ledger ledger(net.net);
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
        const auto backup = net.bob.store().image();
        QVERIFY(net.pays(net.alice, net.bob, 50'000'000_msat).succeeded());
        QVERIFY(net.pays(net.bob, net.alice, 120'000'000_msat).succeeded());
        net.net.disconnect(net.alice, net.bob);
        net.bob.restart_from(backup);
        net.bob.lose_broadcasts(true);
        net.alice.lose_broadcasts(true);
        // They find each other again by themselves; what she knows comes later.
        net.net.hold(net.alice, net.bob, true);
        if (closed_before) QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
        const auto told = [&] {
            return std::count_if(
                net.bob.notices().begin(), net.bob.notices().end(), [&](const api::Notice& notice) {
                    const auto* const trouble = std::get_if<api::Trouble>(&notice);
                    return trouble != nullptr && trouble->channel_id == id &&
                           trouble->problem.kind == api::ProblemKind::store_in_doubt &&
                           trouble->problem.params.contains("outdated");
                });
        };
        QCOMPARE(told(), 0);
        net.net.hold(net.alice, net.bob, false);
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        net.net.mine(2);
        QCOMPARE(told(), 1);
        const auto view = shown(net.bob, id);
        QCOMPARE(view.state, std::string("closing"));
        QVERIFY(view.they_must_close && !view.force_held_back);
        QCOMPARE(view.closing_reason, std::string("the peer holds a newer state"));
        QVERIFY(!view.closing_txid);
        QVERIFY(view.ours.is_zero() && view.theirs.is_zero() && view.closing_to_us.is_zero());
        QVERIFY(view.in_flight_out.is_zero() && view.htlcs.empty() && !view.next_deadline);
        QVERIFY(net.bob.snapshot()->balance.closing.is_zero());
        for (const bool force : {false, true}) {
            const auto refused = net.run(net.bob, api::CloseChannel{id, force, force});
            QVERIFY(!refused);
            QCOMPARE(refused.error().kind, api::ProblemKind::store_in_doubt);
        }
        // Said once, however often the peer comes back; and known after a restart.
        net.bob.restart();
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        QVERIFY(shown(net.bob, id).they_must_close);
        QVERIFY(told() <= 1);
        // The peer closes: now the chain says what comes.
        net.alice.lose_broadcasts(false);
        net.bob.lose_broadcasts(false);
        net.net.mine(3);
        QVERIFY(!shown(net.bob, id).they_must_close);
        net.net.mine(40);
        QVERIFY(both(net, net.alice, net.bob, id, "closed"));
        QCOMPARE(channel::closed_of(Story::channel_of(net.bob, id)->state)->to_ours, 30'000_sat);
        QVERIFY(ledger.adds_up());
        QVERIFY(net.check());
    }
}

/// A copy of the whole wallet, with everything that would tell that it is an old one: it has closed
/// already when the peer comes back with the proof.
void TestForceClose::what_is_proven_revoked_is_given_up() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto backup = net.alice.store().image();
    QVERIFY(net.pays(net.alice, net.bob, 50'000'000_msat).succeeded());
    net.net.disconnect(net.alice, net.bob);
    net.alice.restart_from(backup);
    net.alice.lose_broadcasts(true);
    net.bob.lose_broadcasts(true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    const auto& closing = std::get<channel::Closing>(Story::channel_of(net.alice, id)->state);
    const auto revoked = std::get<channel::OurCommitPublished>(closing.cause).tx.txid();
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(!net.alice.node().state().transactions.contains(revoked));
    net.alice.lose_broadcasts(false);
    net.net.mine(3);
    net.alice.restart();
    net.net.mine(3);
    QVERIFY(!net.net.chain().transaction(revoked));
    // The peer's comes at last, and with it what is ours.
    net.bob.lose_broadcasts(false);
    net.net.mine(long_enough);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(net.alice, id), std::string("theirs"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// The same while her chain source has not even sent it: the source's own queue gives it up too.
void TestForceClose::what_is_given_up_leaves_no_queue() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto backup = net.alice.store().image();
    QVERIFY(net.pays(net.alice, net.bob, 50'000'000_msat).succeeded());
    net.net.disconnect(net.alice, net.bob);
    net.alice.restart_from(backup);
    // Her chain source cannot reach its bitcoind; what it is asked for waits there.
    net.alice.queue_broadcasts(true);
    net.bob.lose_broadcasts(true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    net.alice.queue_broadcasts(false);
    net.net.settle();
    net.net.mine(3);
    // Nobody has spent the channel: not with what the peer has proven to be revoked.
    const auto& params = channel::funded_of(Story::channel_of(net.bob, id)->state)->params();
    QVERIFY(!net.net.chain().spender(params.funding));
    net.bob.lose_broadcasts(false);
    net.net.mine(long_enough);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(net.alice, id), std::string("theirs"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
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
