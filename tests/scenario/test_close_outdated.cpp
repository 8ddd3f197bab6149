// Wallets that know an outdated state of a channel and do not publish it: only the peer can close.
#include "tests/scenario/closes.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Alice goes on from a copy of her whole wallet, made before her last payment, with everything
/// that would tell that it is an old one. The two are not connected, and what Bob broadcasts is
/// lost.
struct OldCopy : QuickDuo {
    OldCopy() : ledger(net), id(open(alice, bob, 1'000'000_sat, 100'000'000_msat)) {
        const auto backup = alice.store().image();
        is_outdated = pays(alice, bob, 50'000'000_msat).succeeded();
        net.disconnect(alice, bob);
        alice.restart_from(backup);
        bob.lose_broadcasts(true);
    }

    const Ledger ledger;
    const ChannelId id;
    bool is_outdated = false;  ///< What the copy does not know of has happened.
};

}  // namespace

class TestCloseOutdated : public QObject {
    Q_OBJECT

private slots:
    void lost_state_never_broadcasts();
    void what_only_the_peer_can_close_pretends_no_figure();
    void what_is_proven_revoked_is_given_up();
    void what_is_given_up_leaves_no_queue();
};

void TestCloseOutdated::lost_state_never_broadcasts() {
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
void TestCloseOutdated::what_only_the_peer_can_close_pretends_no_figure() {
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

/// It has closed already when the peer comes back with the proof.
void TestCloseOutdated::what_is_proven_revoked_is_given_up() {
    OldCopy net;
    QVERIFY(net.is_outdated);
    net.alice.lose_broadcasts(true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.id, true})));
    const auto& closing = std::get<channel::Closing>(Story::channel_of(net.alice, net.id)->state);
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
    QVERIFY(both(net, net.alice, net.bob, net.id, "closed"));
    QCOMPARE(how(net.alice, net.id), std::string("theirs"));
    QVERIFY(net.ledger.adds_up());
    QVERIFY(net.ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// The same while her chain source has not even sent it: the source's own queue gives it up too.
void TestCloseOutdated::what_is_given_up_leaves_no_queue() {
    OldCopy net;
    QVERIFY(net.is_outdated);
    // Her chain source cannot reach its bitcoind; what it is asked for waits there.
    net.alice.queue_broadcasts(true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.id, true})));
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    net.alice.queue_broadcasts(false);
    net.net.settle();
    net.net.mine(3);
    // Nobody has spent the channel: not with what the peer has proven to be revoked.
    const auto& params = channel::funded_of(Story::channel_of(net.bob, net.id)->state)->params();
    QVERIFY(!net.net.chain().spender(params.funding));
    net.bob.lose_broadcasts(false);
    net.net.mine(long_enough);
    QVERIFY(both(net, net.alice, net.bob, net.id, "closed"));
    QCOMPARE(how(net.alice, net.id), std::string("theirs"));
    QVERIFY(net.ledger.adds_up());
    QVERIFY(net.ledger.only_anchors_left());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestCloseOutdated)
#include "test_close_outdated.moc"
