// Wallets that wake up with an old idea of the chain: after a restart, after a night's sleep. What
// they had said and not signed has expired meanwhile, perhaps; a peer that is awake must not get a
// signature for it.
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

constexpr Sat capacity = 1'000'000_sat;
constexpr std::uint64_t minute = 60'000;

const channel::Commitments& commitments_of(const sim::SimNode& node, const ChannelId& id) {
    return channel::funded_of(Story::channel_of(node, id)->state)->commitments;
}

/// One HTLC of the payer signed, another one said and waiting behind it: the peer keeps its
/// revocation.
void say_two(Story& net, sim::SimNode& payer, sim::SimNode& payee) {
    const auto one = net.invoice(payee, 10'000'000_msat);
    const auto two = net.invoice(payee, 20'000'000_msat);
    net.net.hold(payee, payer, true);
    (void)net.start_payment(payer, one);
    net.net.settle();
    (void)net.start_payment(payer, two);
    net.net.settle();
}
std::size_t unsigned_of_ours(const sim::SimNode& node, const ChannelId& id) {
    const auto& htlcs = commitments_of(node, id).htlcs();
    return static_cast<std::size_t>(
        std::count_if(htlcs.begin(), htlcs.end(), [](const channel::HtlcEntry& entry) {
            return entry.htlc.offered_by == channel::Party::ours &&
                   entry.stage == channel::Stage::add_proposed;
        }));
}

/// The earliest of all HTLCs of a channel.
std::uint32_t first_expiry(const sim::SimNode& node, const ChannelId& id) {
    std::uint32_t first = UINT32_MAX;
    for (const auto& entry : commitments_of(node, id).htlcs())
        first = std::min(first, entry.htlc.cltv_expiry);
    return first;
}

}  // namespace

class TestChannelStale : public QObject {
    Q_OBJECT

private slots:
    void after_a_restart_nothing_waiting_is_signed();
    void after_a_sleep_nothing_waiting_is_signed();
    void a_forward_that_waited_is_failed_back();
    void while_the_chain_is_current_what_waited_goes_on();
    void a_forward_comes_back_though_the_peer_does_not();
    void a_payment_is_free_again_though_the_peer_stays_away();
};

void TestChannelStale::after_a_restart_nothing_waiting_is_signed() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, capacity);
    say_two(net, net.alice, net.bob);
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(1));
    // Alice is away for so long that both have expired; then her peer is there sooner than her
    // chain source.
    net.alice.set_chain_reachable(false);
    net.alice.restart();
    net.net.mine(100);
    net.net.hold(net.bob, net.alice, false);
    net.reconnect();
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(0));
    QCOMPARE(commitments_of(net.alice, id).next_htlc_id(channel::Party::ours), HtlcId(1));
    QCOMPARE(commitments_of(net.bob, id).next_htlc_id(channel::Party::theirs), HtlcId(1));
    // What was signed is settled as ever.
    net.alice.set_chain_reachable(true);
    net.net.settle();
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QVERIFY(commitments_of(net.alice, id).is_quiet() && commitments_of(net.bob, id).is_quiet());
    QCOMPARE(Story::settled(net.bob, id), 0_msat);
    for (const auto& [hash, payment] : net.alice.node().state().payments) {
        QVERIFY(std::holds_alternative<node::PaymentLost>(payment->status));
    }
    QVERIFY(net.pays(net.alice, net.bob, 30'000'000_msat).succeeded());
    QVERIFY(net.check());
}

void TestChannelStale::after_a_sleep_nothing_waiting_is_signed() {
    // The machine sleeps and nothing says so: the last word of the chain source was that all is
    // well.
    Duo net;
    const auto id = net.open(net.alice, net.bob, capacity);
    say_two(net, net.alice, net.bob);
    net.alice.set_chain_mute(true);
    net.net.mine(100);
    net.net.advance(31 * minute);
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    // Bob's old words come first: they ask for a signature. The line is cut instead, and what
    // waited is taken back.
    net.net.advance(minute);
    QVERIFY(net.net.is_connected(net.alice, net.bob));
    QCOMPARE(commitments_of(net.bob, id).next_htlc_id(channel::Party::theirs), HtlcId(1));
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(0));
    QVERIFY(!net.pays(net.alice, net.bob, 1'000'000_msat).succeeded());
    net.alice.set_chain_mute(false);
    net.net.settle();
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QVERIFY(net.pays(net.alice, net.bob, 30'000'000_msat).succeeded());
    QCOMPARE(Story::settled(net.bob, id), 30'000'000_msat);
    QVERIFY(net.check());
}

void TestChannelStale::a_forward_that_waited_is_failed_back() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, capacity);
    const auto second = net.open(net.hub, net.carol, capacity);
    net.net.hold(net.carol, net.hub, true);
    const auto one = net.invoice(net.carol, 10'000'000_msat);
    const auto two = net.invoice(net.carol, 20'000'000_msat);
    const auto going = net.start_payment(net.alice, one);
    net.net.settle();
    const auto waiting = net.start_payment(net.alice, two);
    net.net.settle();
    QCOMPARE(unsigned_of_ours(net.hub, second), std::size_t(1));
    net.hub.set_chain_reachable(false);
    net.hub.restart();
    net.net.mine(3);
    net.net.hold(net.carol, net.hub, false);
    net.net.connect(net.alice, net.hub);
    net.net.connect(net.hub, net.carol);
    net.net.settle();
    // Carol gets what was signed; the other comes back to Alice, who has lost nothing by it.
    QVERIFY(going.succeeded());
    QVERIFY(waiting.problem().has_value());
    QCOMPARE(commitments_of(net.carol, second).next_htlc_id(channel::Party::theirs), HtlcId(1));
    QVERIFY(commitments_of(net.alice, first).is_quiet());
    QCOMPARE(Story::settled(net.carol, second), 10'000'000_msat);
    net.hub.set_chain_reachable(true);
    net.net.settle();
    QVERIFY(net.pays(net.alice, net.carol, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

void TestChannelStale::while_the_chain_is_current_what_waited_goes_on() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, capacity);
    say_two(net, net.alice, net.bob);
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(1));
    net.net.disconnect(net.alice, net.bob);
    net.net.hold(net.bob, net.alice, false);
    net.reconnect();
    QCOMPARE(Story::settled(net.bob, id), 30'000'000_msat);
    QVERIFY(net.check());
}

/// What was said to Carol and never signed is in no commitment, so no close would end it: it ends
/// while Alice can still be told. What was signed is Carol's to take until it expires.
void TestChannelStale::a_forward_comes_back_though_the_peer_does_not() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, capacity);
    const auto second = net.open(net.hub, net.carol, capacity);
    net.net.hold(net.carol, net.hub, true);
    const auto one = net.invoice(net.carol, 10'000'000_msat);
    const auto two = net.invoice(net.carol, 20'000'000_msat);
    const auto going = net.start_payment(net.alice, one);
    net.net.settle();
    const auto waiting = net.start_payment(net.alice, two);
    net.net.settle();
    QCOMPARE(unsigned_of_ours(net.hub, second), std::size_t(1));
    net.net.disconnect(net.hub, net.carol);
    net.net.settle();
    net.net.mine(first_expiry(net.hub, second) - net.net.chain().height().raw());
    QVERIFY(net.net.chain().height().raw() < first_expiry(net.alice, first));
    QVERIFY(waiting.problem().has_value());
    QVERIFY(going.answer() == nullptr);
    QCOMPARE(unsigned_of_ours(net.hub, second), std::size_t(0));
    QCOMPARE(commitments_of(net.hub, second).next_htlc_id(channel::Party::ours), HtlcId(1));
    QCOMPARE(commitments_of(net.hub, second).htlcs().size(), std::size_t(1));
    QCOMPARE(commitments_of(net.alice, first).htlcs().size(), std::size_t(1));
    QCOMPARE(Story::state_of(net.hub, second), std::string("normal"));
    // Should she come all the same, she gets what was signed, and not the other.
    net.net.hold(net.carol, net.hub, false);
    net.net.connect(net.hub, net.carol);
    net.net.settle();
    QCOMPARE(commitments_of(net.carol, second).next_htlc_id(channel::Party::theirs), HtlcId(1));
    QVERIFY(commitments_of(net.hub, second).is_quiet());
    QVERIFY(commitments_of(net.alice, first).is_quiet());
    QVERIFY(net.pays(net.alice, net.carol, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

void TestChannelStale::a_payment_is_free_again_though_the_peer_stays_away() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, capacity);
    const auto one = net.invoice(net.bob, 10'000'000_msat);
    const auto two = net.invoice(net.bob, 20'000'000_msat);
    net.net.hold(net.bob, net.alice, true);
    const auto going = net.start_payment(net.alice, one);
    net.net.settle();
    const auto waiting = net.start_payment(net.alice, two);
    net.net.settle();
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    // A short absence is none.
    net.net.mine(10);
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(1));
    QVERIFY(waiting.answer() == nullptr);
    net.net.mine(first_expiry(net.alice, id) - net.net.chain().height().raw());
    QVERIFY(waiting.problem().has_value());
    QVERIFY(going.answer() == nullptr);
    QCOMPARE(unsigned_of_ours(net.alice, id), std::size_t(0));
    QCOMPARE(commitments_of(net.alice, id).htlcs().size(), std::size_t(1));
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    // The same invoice may be paid anew.
    net.net.hold(net.bob, net.alice, false);
    net.reconnect();
    QVERIFY(commitments_of(net.alice, id).is_quiet());
    const auto again = net.start_payment(net.alice, two);
    net.net.settle();
    QVERIFY(again.succeeded());
    QCOMPARE(Story::settled(net.bob, id), 20'000'000_msat);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestChannelStale)
#include "test_channel_stale.moc"
