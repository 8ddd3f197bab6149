// Commands that come again, also after the process ended in between; and what strangers and wrong addresses leave behind.
#include "tests/scenario/lone.h"
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

std::size_t of_purpose(const sim::SimNode& node, const std::string& purpose) {
    const auto& rows = node.node().state().transactions;
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const auto& row) { return row.second.purpose == purpose; }));
}

}  // namespace

class TestCommands : public QObject {
    Q_OBJECT

private slots:
    void coins_are_sent_once();
    void a_channel_is_opened_once();
    void an_address_is_given_once();
    void a_refusal_is_no_answer_for_ever();
    void only_so_many_answers_are_kept();
    void a_wallet_made_anew_has_other_channel_keys();
    void strangers_leave_nothing();
    void a_wrong_address_does_not_replace_the_right_one();
};

void TestCommands::coins_are_sent_once() {
    Duo net;
    const auto to = std::get<api::AddressMade>(*net.run(net.bob, api::NewAddress{})).address;
    const api::SendOnchain wish{to, 100'000_sat, std::nullopt};
    const auto id = net.alice.post(wish);
    net.net.settle();
    const auto first = std::get<api::OnchainSent>(**net.alice.answer(id));
    for (const bool restarted : {false, true}) {
        if (restarted) net.alice.restart();
        net.alice.post_again(id, wish);
        net.net.settle();
        QVERIFY(net.alice.answer(id) != nullptr && *net.alice.answer(id));
        const auto again = std::get<api::OnchainSent>(**net.alice.answer(id));
        QVERIFY(again.txid == first.txid && again.amount == first.amount && again.fee == first.fee);
    }
    QCOMPARE(of_purpose(net.alice, "send"), std::size_t{1});
    // Another wish is another.
    QVERIFY(bool(net.run(net.alice, wish)));
    QCOMPARE(of_purpose(net.alice, "send"), std::size_t{2});
    net.net.mine(1);
    QCOMPARE(Duo::coins(net.bob), 2'320'000_sat);
    QVERIFY(net.check());
}

void TestCommands::a_channel_is_opened_once() {
    Duo net;
    net.reconnect();
    const api::OpenChannel wish{net.bob.id(), 500'000_sat, 0_msat, false, std::nullopt};
    const auto id = net.alice.post(wish);
    net.net.settle();
    const auto first = std::get<api::ChannelOpening>(**net.alice.answer(id));
    net.alice.restart();
    net.reconnect();
    net.alice.post_again(id, wish);
    net.net.settle();
    QVERIFY(net.alice.answer(id) != nullptr && *net.alice.answer(id));
    const auto again = std::get<api::ChannelOpening>(**net.alice.answer(id));
    QVERIFY(again.channel_id == first.channel_id && again.funding_txid == first.funding_txid && again.funding == first.funding);
    net.net.mine(7);
    QCOMPARE(net.alice.node().state().channels.size(), std::size_t{1});
    QVERIFY(net.check());
}

void TestCommands::an_address_is_given_once() {
    Duo net;
    const auto id = net.alice.post(api::NewAddress{});
    net.net.settle();
    const auto first = std::get<api::AddressMade>(**net.alice.answer(id)).address;
    net.alice.restart();
    net.alice.post_again(id, api::NewAddress{});
    net.net.settle();
    QCOMPARE(std::get<api::AddressMade>(**net.alice.answer(id)).address, first);
    QVERIFY(std::get<api::AddressMade>(*net.run(net.alice, api::NewAddress{})).address != first);
    QVERIFY(net.check());
}

void TestCommands::a_refusal_is_no_answer_for_ever() {
    Duo net;
    const auto to = std::get<api::AddressMade>(*net.run(net.bob, api::NewAddress{})).address;
    const api::SendOnchain wish{to, 100'000'000_sat, std::nullopt};
    const auto id = net.alice.post(wish);
    net.net.settle();
    QVERIFY(!*net.alice.answer(id));
    // Nothing came of it, so nothing is remembered: the same wish may be granted when it can be.
    net.net.fund(net.alice, 200'000'000_sat);
    net.alice.post_again(id, wish);
    net.net.settle();
    QVERIFY(bool(*net.alice.answer(id)));
    QVERIFY(net.check());
}

void TestCommands::only_so_many_answers_are_kept() {
    Duo net;
    for (int i = 0; i < 1'100; ++i) net.alice.post(api::NewAddress{});
    const auto last = net.alice.post(api::NewAddress{});
    net.net.settle();
    const auto& rows = net.alice.store().image().records.at(ports::RecordKind::command);
    QCOMPARE(rows.size(), std::size_t{1'024});
    const auto first = std::get<api::AddressMade>(**net.alice.answer(last)).address;
    net.alice.restart();
    net.alice.post_again(last, api::NewAddress{});
    net.net.settle();
    QCOMPARE(std::get<api::AddressMade>(**net.alice.answer(last)).address, first);
    QVERIFY(net.check());
}

/// Whoever can reach the port may connect under as many names as he likes.
void TestCommands::a_wallet_made_anew_has_other_channel_keys() {
    // The same words twice, each time from an empty store. A peer that knows the revoked secrets of
    // the first channel must not know those of the second one.
    std::vector<std::vector<ports::ChannelKeyId>> keys;
    for (const std::uint64_t seed : {1, 2}) {
        Duo net(seed);
        const auto id = net.open(net.alice, net.bob, 500'000_sat);
        keys.push_back(
            {Story::channel_of(net.alice, id)->keys, Story::channel_of(net.bob, id)->keys});
        QVERIFY(net.check());
    }
    for (std::size_t who : {0, 1}) {
        QVERIFY(keys[0][who].index != keys[1][who].index);
        // What words alone have to find is the same.
        QCOMPARE(keys[0][who].payment_index, keys[1][who].payment_index);
    }
}

void TestCommands::strangers_leave_nothing() {
    Lone lone(1);
    for (std::uint8_t i = 10; i < 60; ++i) {
        const auto stranger = parts_for(i).keys->node_id();
        lone.take({node::PeerUp{stranger, {}, {}, "", 0}});
        QCOMPARE(lone.node->state().peers.size(), std::size_t{1});
        lone.take({node::PeerDown{stranger, "gone"}});
        QVERIFY(lone.node->state().peers.empty());
    }
    // Asked for and never reached: nothing either, but who asked hears of it.
    const auto nobody = parts_for(9).keys->node_id();
    api::CommandId id;
    id.raw().fill(7);
    lone.take({api::Command{id, api::Connect{nobody, "203.0.113.1", 9735}}});
    lone.take({node::ConnectFailed{nobody, "refused"}});
    QVERIFY(std::any_of(lone.effects.begin(), lone.effects.end(), [](const ports::Effect& effect) {
        return std::holds_alternative<ports::AnswerCommand>(effect);
    }));
    QVERIFY(lone.node->state().peers.empty());
    QVERIFY(lone.disk().records.count(ports::RecordKind::peer) == 0);
}

void TestCommands::a_wrong_address_does_not_replace_the_right_one() {
    Lone lone(1);
    const auto friend_ = parts_for(2).keys->node_id();
    lone.take({node::PeerUp{friend_, {}, {}, "198.51.100.7", 9735}});
    lone.take({node::PeerDown{friend_, "gone"}});
    api::CommandId id;
    id.raw().fill(7);
    lone.take({api::Command{id, api::Connect{friend_, "203.0.113.1", 1}}});
    const auto asked = std::find_if(lone.effects.begin(), lone.effects.end(), [](const ports::Effect& effect) {
        return std::holds_alternative<ports::ConnectPeer>(effect);
    });
    QVERIFY(asked != lone.effects.end());
    QCOMPARE(std::get<ports::ConnectPeer>(*asked).host, std::string("203.0.113.1"));
    lone.take({node::ConnectFailed{friend_, "refused"}});
    QCOMPARE(lone.node->state().peers.at(friend_).host, std::string("198.51.100.7"));
    // The new one counts once it has worked.
    lone.take({node::PeerUp{friend_, {}, {}, "192.0.2.5", 9736}});
    QCOMPARE(lone.node->state().peers.at(friend_).host, std::string("192.0.2.5"));
}

RUNNEL_TEST(TestCommands)
#include "test_commands.moc"
