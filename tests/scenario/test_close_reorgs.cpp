// Closes on the chain that reorgs and restarts take back and bring again: the end is the same.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestCloseReorgs : public QObject {
    Q_OBJECT

private slots:
    void reorgs_change_nothing_in_the_end_data();
    void reorgs_change_nothing_in_the_end();
    void what_a_reorg_removed_is_not_counted();
    void a_reorg_to_another_close_data();
    void a_reorg_to_another_close();
    void their_close_is_broadcast_again();
    void a_close_in_the_next_block_is_not_paid_for();
    void their_close_is_paid_for_data();
    void their_close_is_paid_for();
    void figures_follow_the_close_that_is_hoped_for();
    void restarts_change_nothing_in_the_end();
};

void TestCloseReorgs::reorgs_change_nothing_in_the_end_data() {
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

void TestCloseReorgs::reorgs_change_nothing_in_the_end() {
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

void TestCloseReorgs::what_a_reorg_removed_is_not_counted() {
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

void TestCloseReorgs::a_reorg_to_another_close_data() {
    QTest::addColumn<bool>("first_is_alices");
    QTest::newRow("from the payer's to the payee's") << true;
    QTest::newRow("from the payee's to the payer's") << false;
}

void TestCloseReorgs::a_reorg_to_another_close() {
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
    const auto other = commitment_of(second, id);
    QVERIFY(bool(net.net.chain().mine_exactly({commitment_of(first, id)})));
    net.net.mine(2);
    QCOMPARE(
        std::get<channel::Closing>(Story::channel_of(net.bob, id)->state).spends.front().tx->txid(),
        commitment_of(first, id).txid());
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
void TestCloseReorgs::their_close_is_broadcast_again() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    const auto txid = commitment_of(net.bob, id).txid();
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

/// A reorg whose own second block holds it again: nobody pays for what is there.
void TestCloseReorgs::a_close_in_the_next_block_is_not_paid_for() {
    for (const bool is_away : {false, true}) {
        QuickDuo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
        stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
        QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
        const auto close = commitment_of(net.bob, id);
        net.net.mine(1);
        if (is_away) net.alice.set_chain_mute(true);
        QVERIFY(bool(net.net.chain().reorg(1, {{}, {close}})));
        if (is_away) net.alice.set_chain_mute(false);
        net.alice.set_chain_reachable(true);
        net.net.settle();
        QVERIFY(bumps_of(net.alice).empty());
        net.net.mine(60);
        QVERIFY(both(net, net.alice, net.bob, id, "closed"));
        QVERIFY(net.check());
    }
}

void TestCloseReorgs::their_close_is_paid_for_data() {
    QTest::addColumn<bool>("we_closed_too");
    QTest::addColumn<bool>("unrevoked");
    QTest::addColumn<bool>("killed");
    QTest::newRow("the peer closed alone") << false << false << false;
    QTest::newRow("we closed as well") << true << false << false;
    QTest::newRow("by what it has not revoked the last for") << false << true << false;
    QTest::newRow("we closed as well, it has not revoked") << true << true << false;
    QTest::newRow("killed in between") << false << false << true;
    QTest::newRow("killed, and we closed as well") << true << false << true;
}

/// The peer closed while blocks were dear. A reorg removed it, and the coin of the child that paid
/// for it is spent elsewhere in the new chain: no block takes the commitment alone. What is ours in
/// it has a deadline.
void TestCloseReorgs::their_close_is_paid_for() {
    QFETCH(bool, we_closed_too);
    QFETCH(bool, unrevoked);
    QFETCH(bool, killed);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
    const auto stuck_at = unrevoked ? wire::Type::revoke_and_ack : wire::Type::update_fulfill_htlc;
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat, stuck_at);
    const auto coins = net.bob.node().state().coins;
    sim::MineOptions dear;
    dear.selection.floor = FeeratePerKw(2'000);
    net.net.chain().set_mempool_min(FeeratePerKw(2'000));
    const auto look = [&](sim::SimNode& node) {
        node.set_chain_reachable(true);
        node.set_fees({FeeratePerKw(20'000), FeeratePerKw(5'000), FeeratePerKw(2'500),
                       FeeratePerKw(2'000), true});
        net.net.settle();
    };
    const auto mine = [&](unsigned blocks) {
        for (unsigned i = 0; i < blocks; ++i) {
            net.net.chain().mine(1, dear);
            look(net.alice);
        }
    };
    look(net.alice);
    look(net.bob);
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    if (we_closed_too) {
        net.alice.lose_broadcasts(true);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
        net.alice.lose_broadcasts(false);
    }
    net.bob.set_chain_mute(true);
    mine(1);
    QCOMPARE(bumps_of(net.bob).size(), std::size_t{1});
    const auto bump = bumps_of(net.bob).front().tx;
    const auto commitment = bump->inputs.front().previous.txid;
    QVERIFY(net.net.chain().transaction(commitment)->height.has_value());
    bitcoin::Transaction elsewhere;
    elsewhere.version = 2;
    std::vector<bitcoin::TxOut> spent;
    std::vector<std::optional<ports::KeyPath>> paths;
    for (const auto& input : bump->inputs) {
        const auto coin = coins.find(input.previous);
        if (coin == coins.end()) continue;
        elsewhere.inputs.push_back({input.previous, {}, 0xfffffffd, {}});
        spent.push_back(coin->second.output);
        paths.emplace_back(coin->second.path);
    }
    QVERIFY(!spent.empty());
    elsewhere.outputs.push_back({spent[0].value - 3'000_sat, spent[0].script});
    const auto rival = quick(2).keys->sign_inputs(elsewhere, spent, paths);
    QVERIFY(bool(rival));
    QVERIFY(bool(net.net.chain().reorg(1, {{*rival}, {}})));
    // Killed once what it makes of that is on disk, before any of it has gone out.
    if (killed) net.alice.crash_after(1);
    look(net.alice);
    if (killed) {
        net.alice.restart();
        look(net.alice);
    }
    // Ours, if there is one, stands back: what is told is what is hoped for.
    QCOMPARE(net.alice.snapshot()->channels.at(0).closing_txid, std::optional(commitment));
    const auto asked = net.run(net.alice, api::CloseChannel{id, true});
    QVERIFY(bool(asked));
    QCOMPARE(std::get<api::ChannelClosing>(*asked).txid, std::optional(commitment));
    mine(2);
    QVERIFY(net.net.chain().transaction(commitment)->height.has_value());
    // Bob sees nothing: once its time is over, the payment is Alice's again.
    mine(100);
    QVERIFY(std::holds_alternative<node::PaymentLost>(
        net.alice.node().state().payments.begin()->second->status));
    QVERIFY(killed || payment.problem().has_value());
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QCOMPARE(how(net.alice, id), std::string("theirs"));
    net.bob.set_chain_mute(false);
    net.net.settle();
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(net.check());
}

/// Both closed, theirs was in a block, and nothing of it is swept: what is ours in it is not worth
/// the fee. Ours stands back after the reorg, in the figures as well.
void TestCloseReorgs::figures_follow_the_close_that_is_hoped_for() {
    QuickDuo net;
    const auto id = net.open(net.bob, net.alice, 1'000'000_sat, 2'000'000_msat);
    const auto look = [&] {
        net.alice.set_chain_reachable(true);
        net.alice.set_fees({FeeratePerKw(40'000), FeeratePerKw(20'000), FeeratePerKw(10'000),
                            FeeratePerKw(253), true});
        net.net.settle();
    };
    look();
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{id, true})));
    net.alice.lose_broadcasts(true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    net.alice.lose_broadcasts(false);
    const auto ours = shown(net.alice, id).closing_txid;
    net.bob.set_chain_mute(true);
    net.net.chain().mine(1);
    look();
    const auto theirs = shown(net.alice, id).closing_txid;
    QVERIFY(theirs && theirs != ours);
    QVERIFY(std::get<channel::Closing>(Story::channel_of(net.alice, id)->state).claims.empty());
    QVERIFY(bool(net.net.chain().reorg(1, {{}, {}})));
    look();
    QCOMPARE(shown(net.alice, id).closing_txid, theirs);
    QCOMPARE(net.alice.snapshot()->balance.closing, 2'000_sat);
    net.bob.set_chain_mute(false);
    net.alice.set_chain_reachable(true);
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(net.check());
}

void TestCloseReorgs::restarts_change_nothing_in_the_end() {
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

RUNNEL_TEST(TestCloseReorgs)
#include "test_close_reorgs.moc"
