// What two wallets say of their channel, of which one is away at the wrong moment (BOLT 7):
// announcement_signatures, and the terms of forwarding (channel_update), without which nobody can
// be paid through it.
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestChannelAnnounce : public QObject {
    Q_OBJECT

private slots:
    void who_asks_again_is_answered();
    void a_closing_channel_is_not_announced();
    void who_was_away_hears_the_terms_later();
    void terms_lost_on_the_way_are_said_again_data();
    void terms_lost_on_the_way_are_said_again();
    void terms_are_what_the_peer_takes();

private:
    static std::optional<wire::ChannelUpdate> terms(const sim::SimNode& node, const ChannelId& id) {
        return channel::funded_of(Story::channel_of(node, id)->state)->their_update;
    }
    static bool has_theirs(const sim::SimNode& node, const ChannelId& id) {
        return channel::funded_of(Story::channel_of(node, id)->state)
            ->their_announcement.has_value();
    }
    /// A public channel five blocks deep: one short of being announced.
    static ChannelId almost_public(Duo& net) {
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        const auto opened = net.run(
            net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, true, std::nullopt});
        net.net.mine(5);
        return opened ? std::get<api::ChannelOpening>(*opened).channel_id : ChannelId{};
    }
};

void TestChannelAnnounce::who_asks_again_is_answered() {
    Duo net;
    const auto id = almost_public(net);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    // Alice is a block ahead: her signatures come too early for Bob, and at his sixth block the
    // line is down.
    net.bob.set_chain_mute(true);
    net.net.mine(1);
    QVERIFY(has_theirs(net.bob, id) && !has_theirs(net.alice, id));
    net.net.disconnect(net.alice, net.bob);
    net.bob.set_chain_mute(false);
    net.net.settle();
    net.reconnect();
    const auto before = net.net.messages_delivered();
    net.net.mine(1);
    QVERIFY(has_theirs(net.alice, id));
    // And the two of them stop talking about it.
    QVERIFY(net.net.messages_delivered() - before < 20);
    const auto after = net.net.messages_delivered();
    net.net.mine(3);
    QCOMPARE(net.net.messages_delivered(), after);
    QVERIFY(net.check());
}

void TestChannelAnnounce::a_closing_channel_is_not_announced() {
    Duo net;
    const auto id = almost_public(net);
    // Bob wants to close; Alice has not heard of it when the sixth block comes.
    net.net.hold(net.bob, net.alice, true);
    net.bob.post(api::CloseChannel{id, false});
    net.net.settle();
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    net.net.mine(1);
    QVERIFY(!has_theirs(net.bob, id));
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    QVERIFY(!has_theirs(net.alice, id));
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    QVERIFY(net.check());
}

/// Bob's chain is slower, and the line is down when his side becomes ready: nobody is there to hear
/// his terms.
void TestChannelAnnounce::who_was_away_hears_the_terms_later() {
    Duo net;
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    const auto opened = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(bool(opened));
    const auto id = std::get<api::ChannelOpening>(*opened).channel_id;
    net.bob.set_chain_mute(true);
    net.net.mine(6);
    QCOMPARE(Story::state_of(net.alice, id), std::string("awaiting_ready"));
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    net.bob.set_chain_mute(false);
    net.net.settle();
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    net.reconnect();
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QVERIFY(terms(net.bob, id).has_value());
    QVERIFY(terms(net.alice, id).has_value());
    QVERIFY(net.check());
}

void TestChannelAnnounce::terms_lost_on_the_way_are_said_again_data() {
    QTest::addColumn<bool>("announce");
    QTest::newRow("for the peer alone") << false;
    QTest::newRow("of a public channel") << true;
}

void TestChannelAnnounce::terms_lost_on_the_way_are_said_again() {
    QFETCH(const bool, announce);
    Duo net;
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    net.net.cut_on(net.bob, net.alice, {sim::Cut::When::before, wire::Type::channel_update, 1});
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 0_msat, announce);
    QVERIFY(!net.net.is_connected(net.alice, net.bob));
    QVERIFY(!terms(net.alice, id));
    net.reconnect();
    QVERIFY(terms(net.alice, id).has_value());
    // For the peer alone, unless everybody was told of the channel.
    QCOMPARE((terms(net.alice, id)->message_flags & wire::message_flag_dont_forward) != 0,
             !announce);
    QVERIFY(net.check());
}

/// BOLT 7: the most that one HTLC may be is no more than the peer lets us have in flight, the least
/// no less than it accepts.
void TestChannelAnnounce::terms_are_what_the_peer_takes() {
    Duo net;
    net.net.lie(net.bob, net.alice, [](wire::Message& message) {
        auto* const accept = std::get_if<wire::AcceptChannel>(&message);
        if (accept == nullptr) return;
        accept->max_htlc_value_in_flight_msat = 100'000'000_msat;
        accept->htlc_minimum_msat = 5'000_msat;
    });
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(terms(net.bob, id).has_value());
    QCOMPARE(terms(net.bob, id)->htlc_maximum_msat, 100'000'000_msat);
    QCOMPARE(terms(net.bob, id)->htlc_minimum_msat, 5'000_msat);
    QCOMPARE(terms(net.alice, id)->htlc_maximum_msat, 1'000'000'000_msat);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestChannelAnnounce)
#include "test_channel_announce.moc"
