// announcement_signatures between two wallets of which one is away at the wrong moment (BOLT 7).
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestChannelAnnounce : public QObject {
    Q_OBJECT

private slots:
    void who_asks_again_is_answered();
    void a_closing_channel_is_not_announced();

private:
    static bool has_theirs(const sim::SimNode& node, const ChannelId& id) {
        return channel::funded_of(Story::channel_of(node, id)->state)->their_announcement.has_value();
    }
    /// A public channel five blocks deep: one short of being announced.
    static ChannelId almost_public(Duo& net) {
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        const auto opened = net.run(net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, true, std::nullopt});
        net.net.mine(5);
        return opened ? std::get<api::ChannelOpening>(*opened).channel_id : ChannelId{};
    }
};

void TestChannelAnnounce::who_asks_again_is_answered() {
    Duo net;
    const auto id = almost_public(net);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    // Alice is a block ahead: her signatures come too early for Bob, and at his sixth block the line is down.
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

RUNNEL_TEST(TestChannelAnnounce)
#include "test_channel_announce.moc"
