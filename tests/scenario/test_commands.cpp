// Commands that come again, also after the process ended in between; and what strangers and wrong
// addresses leave behind.
#include "tests/scenario/lone.h"
#include "tests/scenario/payment_facts.h"

#include "core/bitcoin/address.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

std::size_t of_purpose(const sim::SimNode& node, const std::string& purpose) {
    const auto& rows = node.node().state().transactions;
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const auto& row) { return row.second.purpose == purpose; }));
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
    void what_a_close_pays_to_is_given_to_nobody_else_data();
    void what_a_close_pays_to_is_given_to_nobody_else();
    void whom_nobody_is_connected_to();
    void a_channel_that_closes_is_not_closed_again();
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
    QVERIFY(again.channel_id == first.channel_id && again.funding_txid == first.funding_txid &&
            again.funding == first.funding);
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
    const auto to = std::get<api::AddressMade>(*net.run(net.bob, api::NewAddress{})).address;
    const api::SendOnchain wish{to, 100'000_sat, std::nullopt};
    for (int i = 0; i < 1'100; ++i) net.alice.post(api::NewAddress{});
    const auto last = net.alice.post(wish);
    net.net.settle();
    const auto& rows = net.alice.store().image().records.at(ports::RecordKind::command);
    QCOMPARE(rows.size(), std::size_t{1'024});
    const auto first = std::get<api::OnchainSent>(**net.alice.answer(last)).txid;
    net.alice.restart();
    net.alice.post_again(last, wish);
    net.net.settle();
    QVERIFY(std::get<api::OnchainSent>(**net.alice.answer(last)).txid == first);
    QCOMPARE(of_purpose(net.alice, "send"), std::size_t{1});
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
    lone.take({node::ConnectFailed{nobody, "refused", "203.0.113.1", 9735}});
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
    const auto asked =
        std::find_if(lone.effects.begin(), lone.effects.end(), [](const ports::Effect& effect) {
            return std::holds_alternative<ports::ConnectPeer>(effect);
        });
    QVERIFY(asked != lone.effects.end());
    QCOMPARE(std::get<ports::ConnectPeer>(*asked).host, std::string("203.0.113.1"));
    QVERIFY(std::get<ports::ConnectPeer>(*asked).asked);
    // That the old one does not answer, which was being tried, is no answer to who asked for this.
    const auto answers = [&] {
        return std::count_if(lone.effects.begin(), lone.effects.end(), [](const auto& effect) {
            return std::holds_alternative<ports::AnswerCommand>(effect);
        });
    };
    const auto before = answers();
    lone.take({node::ConnectFailed{friend_, "no answer in time", "198.51.100.7", 9735}});
    QCOMPARE(answers(), before);
    lone.take({node::ConnectFailed{friend_, "refused", "203.0.113.1", 1}});
    QVERIFY(answers() > 0);
    QCOMPARE(lone.node->state().peers.at(friend_).host, std::string("198.51.100.7"));
    // The new one counts once it has worked.
    lone.take({node::PeerUp{friend_, {}, {}, "192.0.2.5", 9736}});
    QCOMPARE(lone.node->state().peers.at(friend_).host, std::string("192.0.2.5"));
}

void TestCommands::what_a_close_pays_to_is_given_to_nobody_else_data() {
    QTest::addColumn<bool>("restarted");
    QTest::newRow("in one life") << false;
    QTest::newRow("with restarts") << true;
}

/// Each side's shutdown names an address of its own; whoever asks for one afterwards gets another.
void TestCommands::what_a_close_pays_to_is_given_to_nobody_else() {
    QFETCH(const bool, restarted);
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    const auto second = net.open(net.alice, net.bob, 500'000_sat, 100'000'000_msat);
    std::set<bitcoin::Script> given;
    std::size_t count = 0;
    const auto ask = [&](sim::SimNode& node) {
        const auto address = std::get<api::AddressMade>(*net.run(node, api::NewAddress{})).address;
        given.insert(*bitcoin::parse_address(address, Network::regtest));
        ++count;
    };
    // Said, and not yet answered.
    net.net.hold(net.bob, net.alice, true);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
    const auto* const said =
        std::get_if<channel::ShuttingDown>(&Duo::channel_of(net.alice, id)->state);
    QVERIFY(said != nullptr);
    given.insert(said->our_script);
    ++count;
    if (restarted) {
        net.alice.restart();
        net.bob.restart();
    }
    ask(net.alice);
    ask(net.bob);
    net.net.hold(net.bob, net.alice, false);
    if (restarted) net.reconnect();
    net.net.settle();
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{second, false})));
    ask(net.alice);
    ask(net.bob);
    net.net.settle();
    for (const auto& closed : {id, second}) {
        const auto* const closing = channel::closing_of(Duo::channel_of(net.alice, closed)->state);
        QVERIFY(closing != nullptr);
        const auto& outputs = std::get<channel::MutualCloseAgreed>(closing->cause).tx.outputs;
        QCOMPARE(outputs.size(), std::size_t{2});
        for (const auto& output : outputs) given.insert(output.script);
    }
    // Four of the closes, of which one was looked at before, and four that were asked for.
    QCOMPARE(count, std::size_t{5});
    QCOMPARE(given.size(), std::size_t{8});
    net.net.mine(8);
    ask(net.alice);
    ask(net.bob);
    QCOMPARE(given.size(), std::size_t{10});
    QVERIFY(net.check());
}

void TestCommands::whom_nobody_is_connected_to() {
    Duo net;
    const auto opened = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 500'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!opened);
    QCOMPARE(opened.error().kind, api::ProblemKind::peer_not_connected);
    QCOMPARE(opened.error().params.at("node_id"), net.bob.id().hex());
    QCOMPARE(net.run(net.alice, api::Disconnect{net.bob.id()}).error().kind,
             api::ProblemKind::peer_not_connected);
    const auto nobody = parts_for(9).keys->node_id();
    const auto connected = net.run(net.alice, api::Connect{nobody, "203.0.113.1", 9735});
    QVERIFY(!connected);
    QCOMPARE(connected.error().kind, api::ProblemKind::connect_failed);
    QCOMPARE(connected.error().params.at("node_id"), nobody.hex());
    QVERIFY(!connected.error().params.at("cause").empty());
    QVERIFY(net.check());
}

void TestCommands::a_channel_that_closes_is_not_closed_again() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    const auto first = net.alice.snapshot()->channels.at(0).closing_txid;
    for (const bool force : {false, true}) {
        const auto again = net.run(net.alice, api::CloseChannel{id, force});
        QVERIFY(bool(again));
        QCOMPARE(std::get<api::ChannelClosing>(*again).state, std::string("closing"));
        QVERIFY(std::get<api::ChannelClosing>(*again).txid == first);
    }
    QVERIFY(net.check());
}

RUNNEL_TEST(TestCommands)
#include "test_commands.moc"
