// What an opening needs beside a peer: coins that close it in time, also while other openings are
// under way, and a chain source that can get a close to the miners when fees are high.
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

using api::ProblemKind;

/// Alice with a coin to spend and two to keep; two peers.
class Three : public Story {
public:
    Three()
        : alice(net.add("alice", parts_for(1))),
          bob(net.add("bob", parts_for(2))),
          carol(net.add("carol", parts_for(3))) {
        net.fund(alice, 1'000'000_sat);
        net.fund(alice, 30'000_sat, 2);
        for (auto* const peer : {&bob, &carol}) {
            net.fund(*peer, 30'000_sat, 4);
            net.connect(alice, *peer);
        }
        net.settle();
    }
    /// All but a little of a large coin.
    api::CommandId opens_with(sim::SimNode& peer, Sat amount = 985'000_sat) {
        const auto id =
            alice.post(api::OpenChannel{peer.id(), amount, 0_msat, false, std::nullopt});
        net.settle();
        return id;
    }
    QString refused(const api::CommandId& id) const {
        const auto* const answer = alice.answer(id);
        if (answer == nullptr) return "under way";
        return *answer ? "opened"
                       : QString::fromStdString(std::string(api::to_string(answer->error().kind)));
    }
    /// Confirmed coins that can pay for a close.
    std::size_t coins_to_close_with() const {
        const auto& coins = alice.node().state().coins;
        return static_cast<std::size_t>(
            std::count_if(coins.begin(), coins.end(), [](const auto& coin) {
                return coin.second.confirmed && coin.second.output.value >= 25'000_sat;
            }));
    }

    sim::SimNode& alice;
    sim::SimNode& bob;
    sim::SimNode& carol;
};

ports::ChainStatus status_of(sim::Network& net, bool relays_packages) {
    ports::ChainStatus status;
    status.reachable = status.synced = true;
    status.tip = net.chain().height();
    status.relays_packages = relays_packages;
    status.problem = relays_packages ? "" : "bitcoind 27 is older than 28: no packages";
    return status;
}

}  // namespace

class TestOpenings : public QObject {
    Q_OBJECT

private slots:
    void two_at_once_do_not_keep_the_same_coins_data();
    void two_at_once_do_not_keep_the_same_coins();
    void a_send_meanwhile_leaves_what_the_opening_needs();
    void without_packages_nothing_is_opened();
    void unconfirmed_change_opens_nothing();
    void a_coin_that_fell_out_of_its_block_opens_nothing();
    void a_channel_tells_the_id_it_had();
};

/// Whoever looks at it while it is being agreed on finds it again.
void TestOpenings::a_channel_tells_the_id_it_had() {
    Three net;
    net.net.hold(net.bob, net.alice, true);
    const auto asked = net.opens_with(net.bob);
    const auto before = net.alice.node().snapshot();
    QCOMPARE(before->channels.size(), std::size_t{1});
    const auto temporary = before->channels.front().channel_id;
    QVERIFY(!before->channels.front().was);
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    QCOMPARE(net.refused(asked), QString("opened"));
    net.net.mine(7);
    for (auto* const side : {&net.alice, &net.bob}) {
        const auto picture = side->node().snapshot();
        QCOMPARE(picture->channels.size(), std::size_t{1});
        const auto& channel = picture->channels.front();
        QVERIFY(channel.channel_id != temporary);
        QVERIFY(channel.was == temporary);
    }
    QVERIFY(net.check());
}

void TestOpenings::two_at_once_do_not_keep_the_same_coins_data() {
    QTest::addColumn<bool>("accepted");
    QTest::newRow("before it is accepted") << false;
    QTest::newRow("before it is signed") << true;
}

void TestOpenings::two_at_once_do_not_keep_the_same_coins() {
    QFETCH(const bool, accepted);
    Three net;
    if (accepted) {
        // What she says after accept_channel is held back; then he is gone before he has signed.
        net.net.lie(net.bob, net.alice, [&](wire::Message& message) {
            if (std::holds_alternative<wire::AcceptChannel>(message))
                net.net.hold(net.alice, net.bob, true);
        });
        net.net.cut_on(net.bob, net.alice, {sim::Cut::When::before, wire::Type::funding_signed, 1});
    } else {
        net.net.hold(net.bob, net.alice, true);
    }
    const auto first = net.opens_with(net.bob);
    QCOMPARE(net.refused(first), QString("under way"));
    net.net.fund(net.alice, 1'000'000_sat);
    // Two channels need three coins, and there are two beside what is spent.
    QCOMPARE(net.refused(net.opens_with(net.carol)), QString("reserve_needed"));
    // A smaller one can make the third itself.
    QCOMPARE(net.refused(net.opens_with(net.carol, 900'000_sat)), QString("opened"));
    net.net.hold(net.bob, net.alice, false);
    net.net.hold(net.alice, net.bob, false);
    net.net.settle();
    QCOMPARE(net.refused(first) == "opened", !accepted);
    QVERIFY(net.refused(first) != "under way");
    net.net.mine(7);
    QVERIFY(net.coins_to_close_with() >= 3);
    QVERIFY(net.check());
}

void TestOpenings::a_send_meanwhile_leaves_what_the_opening_needs() {
    Three net;
    net.net.hold(net.bob, net.alice, true);
    const auto first = net.opens_with(net.bob);
    QCOMPARE(net.refused(first), QString("under way"));
    net.net.fund(net.alice, 1'000'000_sat);
    const auto made = net.run(net.carol, api::NewAddress{});
    const auto sent = net.run(net.alice, api::SendOnchain{std::get<api::AddressMade>(*made).address,
                                                          std::nullopt, std::nullopt});
    QVERIFY(bool(sent));
    // The coins of the opening stay, and what is to close the channel with beside them.
    const auto& answer = std::get<api::OnchainSent>(*sent);
    QCOMPARE(answer.kept_parts.size(), std::size_t{2});
    QCOMPARE(answer.kept_parts[0].reason, std::string("anchor_reserve"));
    QCOMPARE(answer.kept_parts[1].reason, std::string("opening"));
    QCOMPARE(answer.kept_parts[0].amount + answer.kept_parts[1].amount, answer.kept);
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    QCOMPARE(net.refused(first), QString("opened"));
    net.net.mine(7);
    QVERIFY(net.coins_to_close_with() >= 2);
    QVERIFY(net.check());
}

/// A bitcoind before 28: a commitment whose fee has become too small would be stuck outside every
/// mempool.
void TestOpenings::without_packages_nothing_is_opened() {
    Duo net;
    net.open(net.alice, net.bob, 800'000_sat, 300'000'000_msat);
    net.alice.say_chain(status_of(net.net, false));
    net.net.settle();
    const auto ours = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!ours);
    QCOMPARE(ours.error().kind, ProblemKind::no_package_relay);
    QCOMPARE(ours.error().params.at("cause"),
             std::string("bitcoind 27 is older than 28: no packages"));
    const auto quote = net.alice.node().quote(api::AskOpen{net.bob.id(), 200'000_sat});
    QVERIFY(!quote);
    QCOMPARE(quote.error().kind, ProblemKind::no_package_relay);
    const auto theirs = net.run(
        net.bob, api::OpenChannel{net.alice.id(), 200'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!theirs);
    QCOMPARE(theirs.error().kind, ProblemKind::peer_refused);
    QVERIFY(theirs.error().params.at("reason").find("packages") != std::string::npos);
    // What is open goes on, and a source that is behind as well is only behind.
    auto behind = status_of(net.net, false);
    behind.tip = behind.tip + BlockDelta(1);
    behind.trouble = ProblemKind::no_package_relay;
    net.alice.say_chain(behind);
    net.net.settle();
    const auto late = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!late);
    QCOMPARE(late.error().kind, ProblemKind::not_synced);
    net.alice.say_chain(status_of(net.net, false));
    net.net.settle();
    QVERIFY(net.pays(net.alice, net.bob, 1'000'000_msat).succeeded());
    QVERIFY(net.pays(net.bob, net.alice, 1'000'000_msat).succeeded());
    net.alice.say_chain(status_of(net.net, true));
    net.net.settle();
    QVERIFY(bool(net.run(
        net.alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt})));
    net.net.mine(7);
    QVERIFY(net.check());
}

/// A channel over a transaction that may still be replaced would be open on paper only.
void TestOpenings::unconfirmed_change_opens_nothing() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto& bob = net.net.add("bob", parts_for(2));
    net.net.fund(alice, 1'000'000_sat);
    net.net.fund(bob, 30'000_sat, 4);
    net.net.connect(alice, bob);
    net.net.settle();
    const auto made = net.run(bob, api::NewAddress{});
    QVERIFY(bool(net.run(alice, api::SendOnchain{std::get<api::AddressMade>(*made).address,
                                                 100'000_sat, std::nullopt})));
    QVERIFY(Story::coins(alice) > 890'000_sat);
    const api::OpenChannel wish{bob.id(), 500'000_sat, 0_msat, false, std::nullopt};
    const auto refused = net.run(alice, wish);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ProblemKind::insufficient_funds);
    net.net.mine(1);
    QVERIFY(bool(net.run(alice, wish)));
    net.net.mine(7);
    QVERIFY(net.check());
}

/// The coins were confirmed when the opening was planned; while the peer takes its time, a reorg
/// takes them out of their block.
void TestOpenings::a_coin_that_fell_out_of_its_block_opens_nothing() {
    Story net;
    auto& bob = net.net.add("bob", parts_for(2));
    auto& alice = net.net.add("alice", parts_for(1));
    net.net.fund(bob, 30'000_sat, 4);
    net.net.fund(alice, 1'000'000_sat);
    net.net.fund(alice, 30'000_sat, 2);
    net.net.connect(alice, bob);
    net.net.settle();
    const Sat before = Story::coins(alice);
    net.net.hold(bob, alice, true);
    const auto id =
        alice.post(api::OpenChannel{bob.id(), 500'000_sat, 0_msat, false, std::nullopt});
    net.net.settle();
    // His accept_channel comes, her funding_created is under way.
    net.net.hold(alice, bob, true);
    net.net.hold(bob, alice, false);
    net.net.settle();
    QVERIFY(alice.answer(id) == nullptr);
    net.net.reorg(2);
    for (const auto& [outpoint, coin] : alice.node().state().coins) QVERIFY(!coin.confirmed);
    net.net.hold(alice, bob, false);
    net.net.settle();
    const auto* const answer = alice.answer(id);
    QVERIFY(answer != nullptr && !*answer);
    QCOMPARE(answer->error().kind, ProblemKind::insufficient_funds);
    QVERIFY(alice.node().state().channels.empty());
    // Nothing was signed away, and once they are in a block again they may be used.
    QCOMPARE(Story::coins(alice), before);
    net.net.mine(1);
    QVERIFY(
        bool(net.run(alice, api::OpenChannel{bob.id(), 500'000_sat, 0_msat, false, std::nullopt})));
    net.net.mine(7);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestOpenings)
#include "test_openings.moc"
