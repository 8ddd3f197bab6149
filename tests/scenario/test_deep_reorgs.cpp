// Closes that were settled, told as such, and then taken back by a reorg: a channel is not
// forgotten before its end is irrevocable (BOLT 5: 100 blocks), though its owner hears at six that
// the money is back.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Does it still know what the channel was, so that it could claim again?
bool is_remembered(const sim::SimNode& node, const ChannelId& id) {
    const auto* const channel = Story::channel_of(node, id);
    return channel != nullptr && channel::funded_of(channel->state) != nullptr;
}

const api::ChannelView* view_of(const api::SnapshotPtr& snapshot, const ChannelId& id) {
    for (const auto& view : snapshot->channels) {
        if (view.channel_id == id) return &view;
    }
    return nullptr;
}

}  // namespace

class TestDeepReorgs : public QObject {
    Q_OBJECT

private slots:
    void a_close_is_remembered_for_a_hundred_blocks_data();
    void a_close_is_remembered_for_a_hundred_blocks();
    void another_close_after_all_data();
    void another_close_after_all();
    void what_is_still_settled_stays_closed();
    void the_close_comes_back_data();
    void the_close_comes_back();
};

void TestDeepReorgs::a_close_is_remembered_for_a_hundred_blocks_data() {
    QTest::addColumn<bool>("force");
    QTest::newRow("by agreement") << false;
    QTest::newRow("by force") << true;
}

void TestDeepReorgs::a_close_is_remembered_for_a_hundred_blocks() {
    QFETCH(const bool, force);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, force})));
    for (int i = 0; i < 40 && Story::state_of(net.alice, id) != "closed"; ++i) net.net.mine(1);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    // At six blocks all is as if it were over ...
    const auto at_six = net.alice.snapshot();
    QVERIFY(at_six->balance.closing.is_zero() && at_six->balance.in_flight.is_zero() &&
            at_six->balance.reserved.is_zero());
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    for (int deep = 6; deep < 99; ++deep) {
        QVERIFY2(is_remembered(net.alice, id), qPrintable(QString::number(deep)));
        net.net.mine(1);
        if (deep % 20 == 0) net.alice.restart();
    }
    net.net.settle();
    QVERIFY(is_remembered(net.alice, id));
    const auto before = net.alice.snapshot();
    net.net.mine(1);
    // ... and nobody sees it end.
    QVERIFY(!is_remembered(net.alice, id));
    const auto after = net.alice.snapshot();
    auto shown = *view_of(at_six, id);
    // Restarted since: what is of a run only is another one's.
    shown.online = view_of(before, id)->online;
    shown.was = view_of(before, id)->was;
    QVERIFY(shown == *view_of(before, id));
    QVERIFY(*view_of(before, id) == *view_of(after, id));
    QVERIFY(at_six->balance == before->balance);
    QVERIFY(before->balance == after->balance);
    QVERIFY(net.check());
}

void TestDeepReorgs::another_close_after_all_data() {
    QTest::addColumn<bool>("first_is_alices");
    QTest::addColumn<bool>("restarted");
    for (const bool alices : {true, false}) {
        for (const bool restarted : {false, true}) {
            QTest::addRow(
                "%s, %s",
                alices ? "from the payer's to the payee's" : "from the payee's to the payer's",
                restarted ? "after a restart" : "in one life")
                << alices << restarted;
        }
    }
}

/// Both published; one confirmed and all of it was settled, then the other one takes its place.
void TestDeepReorgs::another_close_after_all() {
    QFETCH(const bool, first_is_alices);
    QFETCH(const bool, restarted);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    auto& first = first_is_alices ? net.alice : net.bob;
    auto& second = first_is_alices ? net.bob : net.alice;
    QVERIFY(bool(net.run(first, api::CloseChannel{id, true})));
    QVERIFY(bool(net.run(second, api::CloseChannel{id, true})));
    const auto other = commitment_of(second, id);
    QVERIFY(bool(net.net.chain().mine_exactly({commitment_of(first, id)})));
    net.net.mine(60);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QVERIFY(payment.succeeded());
    if (restarted) {
        net.alice.restart();
        net.bob.restart();
        net.net.settle();
    }
    std::vector<std::vector<bitcoin::Transaction>> blocks(62);
    blocks[0] = {other};
    QVERIFY(bool(net.net.chain().reorg(61, blocks)));
    net.net.mine(80);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    QCOMPARE(how(second, id), std::string("ours"));
    QCOMPARE(how(first, id), std::string("theirs"));
    QVERIFY(payment.succeeded());
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestDeepReorgs::what_is_still_settled_stays_closed() {
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
    net.net.mine(12);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    const auto notices = net.alice.notices().size();
    net.net.reorg(4);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    for (std::size_t i = notices; i < net.alice.notices().size(); ++i) {
        QVERIFY(!std::holds_alternative<api::ChannelStateChanged>(net.alice.notices()[i]));
    }
    QVERIFY(net.check());
}

void TestDeepReorgs::the_close_comes_back_data() {
    QTest::addColumn<int>("mined");
    QTest::addColumn<int>("depth");
    QTest::addColumn<bool>("in_flight");
    QTest::newRow("seven blocks") << 8 << 8 << true;
    QTest::newRow("the last of it") << 60 << 30 << true;
    // Longer than any HTLC lives: it would be whose transaction is first.
    QTest::newRow("ninety-nine blocks") << 99 << 99 << false;
}

/// The close falls out of its blocks, the money is on its way again, and what is owed to the chain
/// is said again, whoever asks.
void TestDeepReorgs::the_close_comes_back() {
    QFETCH(const int, mined);
    QFETCH(const int, depth);
    QFETCH(const bool, in_flight);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    if (in_flight) stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    const auto close = commitment_of(net.alice, id);
    net.net.mine(static_cast<unsigned>(mined));
    QCOMPARE(Story::state_of(net.bob, id), std::string("closed"));
    const Sat bobs = Story::coins(net.bob);
    net.net.reorg(static_cast<unsigned>(depth));
    const bool all_gone = mined == depth;
    if (all_gone) {
        QVERIFY(both(net, net.alice, net.bob, id, "closing"));
        QVERIFY(whole_balance(net.bob) <= bobs);
        // A process that begins now owes it, too.
        net.alice.restart();
        bool owed = false;
        for (const auto& effect : net.alice.node().resume()) {
            const auto* const broadcast = std::get_if<ports::Broadcast>(&effect);
            if (broadcast == nullptr) continue;
            for (const auto& tx : broadcast->transactions)
                owed = owed || tx->txid() == close.txid();
        }
        QVERIFY(owed);
    }
    net.net.mine(80);
    QVERIFY(both(net, net.alice, net.bob, id, "closed"));
    // Her own child could have been gone by then: with a deadline in her commitment, Bob's pays for
    // it as well.
    const auto bumps = bumps_of(net.bob);
    QCOMPARE(bumps.size(), std::size_t{all_gone && in_flight ? 1U : 0U});
    Sat paid;
    for (const auto& bump : bumps) paid += *bump.fee - channel::anchor_value;
    QCOMPARE(Story::coins(net.bob) + paid, bobs);
    QCOMPARE(pending_payments(net.alice), std::size_t{0});
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestDeepReorgs)
#include "test_deep_reorgs.moc"
