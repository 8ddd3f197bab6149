// A funding transaction of ours that another one keeps from ever confirming: a copy of the wallet
// spent the same coin, or the coin itself was taken back by a reorg. The channel ends by itself,
// what was not spent is there again, and a reorg may yet undo it all.
#include "tests/scenario/closes.h"

#include "core/bitcoin/address.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Alice opens to Bob, and a copy of her wallet has spent the same coin.
class Copied : public QuickDuo {
public:
    Copied() {
        auto& twin = net.add("twin", quick(1));
        twin.restart_from(alice.store().image());
        net.settle();
        const auto address = std::get<api::AddressMade>(*run(bob, api::NewAddress{})).address;
        twin.lose_broadcasts(true);
        const auto answer = std::get<api::OnchainSent>(
            *run(twin, api::SendOnchain{address, 1'500'000_sat, std::nullopt}));
        rival = twin.node().state().transactions.at(answer.txid).tx;
        sent = answer.fee + 1'500'000_sat;
        twin.set_chain_mute(true);
        before = coins(alice);
        reconnect();
    }
    void reconnect() {
        net.connect(alice, bob);
        net.settle();
    }
    /// The opening transaction goes nowhere, unless a test puts it in a block.
    void open_unseen(Msat push = 0_msat) {
        alice.lose_broadcasts(true);
        const auto opened =
            run(alice, api::OpenChannel{bob.id(), 1'000'000_sat, push, false, std::nullopt});
        if (!opened) qFatal("no opening");
        id = std::get<api::ChannelOpening>(*opened).channel_id;
        take_funding();
    }
    void take_funding() {
        const auto* const funded = channel::funded_of(channel_of(alice, id)->state);
        funding = funded->funding_tx;
        funding_fee = *alice.node().state().transactions.at(funding->txid()).fee;
    }
    void mine_rival() {
        if (!net.chain().mine_exactly({*rival})) qFatal("the rival is invalid");
        look();
    }
    /// The last blocks are replaced by one more of empty ones, the first of which holds `tx`.
    void reorg_to(unsigned depth, const std::vector<bitcoin::Transaction>& first) {
        std::vector<std::vector<bitcoin::Transaction>> blocks(std::size_t{depth} + 1);
        blocks[0] = first;
        if (!net.chain().reorg(depth, blocks)) qFatal("no reorg");
        look();
    }
    void look() {
        alice.set_chain_reachable(true);
        bob.set_chain_reachable(true);
        net.settle();
    }
    bool owes_funding() const {
        for (const auto& effect : alice.node().resume()) {
            const auto* const broadcast = std::get_if<ports::Broadcast>(&effect);
            if (broadcast == nullptr) continue;
            for (const auto& tx : broadcast->transactions) {
                if (tx->txid() == funding->txid()) return true;
            }
        }
        return false;
    }
    std::string shown() const { return alice.snapshot()->channels.at(0).state; }
    bool is_forgotten() const {
        return channel::funded_of(channel_of(alice, id)->state) == nullptr;
    }
    std::size_t told() const {
        std::size_t count = 0;
        for (const auto& notice : alice.notices()) {
            const auto* const trouble = std::get_if<api::Trouble>(&notice);
            if (trouble == nullptr || api::to_string(trouble->problem.kind) != "funding_lost")
                continue;
            if (trouble->channel_id == id) ++count;
        }
        return count;
    }

    ports::TxPtr rival, funding;
    Sat sent, before, funding_fee;
    ChannelId id;
};

}  // namespace

class TestFundingLost : public QObject {
    Q_OBJECT

private slots:
    void the_channel_ends_by_itself_data();
    void the_channel_ends_by_itself();
    void a_reorg_gives_it_back_data();
    void a_reorg_gives_it_back();
    void lost_twice();
    void the_coin_itself_is_taken_back();
    void closed_by_force_before();
    void an_open_channel_loses_its_funding();
    void a_fundee_loses_nothing();
    void a_fundee_ends_with_its_funding_data();
    void a_fundee_ends_with_its_funding();
    void a_fundee_pays_for_no_close_that_cannot_be_data();
    void a_fundee_pays_for_no_close_that_cannot_be();
    void a_fundee_closes_once_it_is_paid_into();
    void the_coin_goes_before_the_peer_has_signed();
};

void TestFundingLost::the_channel_ends_by_itself_data() {
    QTest::addColumn<bool>("restarted");
    QTest::newRow("in one life") << false;
    QTest::newRow("with restarts") << true;
}

void TestFundingLost::the_channel_ends_by_itself() {
    QFETCH(const bool, restarted);
    Copied net;
    net.open_unseen();
    net.mine_rival();
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    QVERIFY(!net.owes_funding());
    net.net.mine(4);
    QCOMPARE(net.shown(), std::string("awaiting_confirmation"));
    QCOMPARE(net.told(), std::size_t{0});
    if (restarted) net.alice.restart();
    net.net.mine(1);
    QCOMPARE(net.shown(), std::string("closed"));
    QCOMPARE(net.alice.snapshot()->channels.at(0).closing_reason, std::string("never confirmed"));
    QCOMPARE(net.told(), std::size_t{1});
    const auto balance = net.alice.snapshot()->balance;
    QVERIFY(balance.reserved.is_zero() && balance.closing.is_zero() &&
            balance.onchain_unconfirmed.is_zero());
    QCOMPARE(balance.onchain, net.before - net.sent);
    QVERIFY(!net.is_forgotten());
    for (int i = 0; i < 93; ++i) {
        net.net.mine(1);
        if (restarted && i % 30 == 0) net.alice.restart();
    }
    net.net.settle();
    QVERIFY(!net.is_forgotten());
    net.net.mine(1);
    QVERIFY(net.is_forgotten());
    QCOMPARE(net.shown(), std::string("closed"));
    QCOMPARE(net.alice.snapshot()->channels.at(0).closing_reason, std::string("never confirmed"));
    QCOMPARE(net.told(), std::size_t{1});
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    QVERIFY(net.check());
}

void TestFundingLost::a_reorg_gives_it_back_data() {
    QTest::addColumn<int>("depth");
    QTest::addColumn<bool>("restarted");
    for (const int depth : {1, 5, 8, 99}) {
        for (const bool restarted : {false, true}) {
            QTest::addRow("%d deep%s", depth, restarted ? ", restarted" : "") << depth << restarted;
        }
    }
}

void TestFundingLost::a_reorg_gives_it_back() {
    QFETCH(const int, depth);
    QFETCH(const bool, restarted);
    Copied net;
    net.open_unseen();
    net.mine_rival();
    net.net.mine(static_cast<unsigned>(depth - 1));
    QCOMPARE(net.shown(), std::string(depth >= 6 ? "closed" : "awaiting_confirmation"));
    if (restarted) {
        net.alice.restart();
        net.net.settle();
        net.reconnect();
    }
    net.reorg_to(static_cast<unsigned>(depth), {*net.funding});
    net.alice.lose_broadcasts(false);
    net.net.mine(7);
    QCOMPARE(net.shown(), std::string("normal"));
    QCOMPARE(Story::coins(net.alice), net.before - net.funding_fee - 1'000'000_sat);
    QCOMPARE(net.alice.node().state().transactions.at(net.funding->txid()).fee,
             std::optional(net.funding_fee));
    QVERIFY(net.pays(net.alice, net.bob, 10'000'000_msat).succeeded());
    QVERIFY(net.check());
}

/// The other transaction falls out of its block, ours is owed again, and then the other one
/// confirms all the same.
void TestFundingLost::lost_twice() {
    Copied net;
    net.open_unseen();
    net.mine_rival();
    net.net.mine(2);
    net.alice.restart();
    net.reorg_to(3, {});
    QVERIFY(net.owes_funding());
    QCOMPARE(Story::coins(net.alice), net.before - net.funding_fee - 1'000'000_sat);
    net.alice.restart();
    net.net.settle();
    QVERIFY(net.owes_funding());
    net.mine_rival();
    QVERIFY(!net.owes_funding());
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    net.net.mine(5);
    QCOMPARE(net.shown(), std::string("closed"));
    QCOMPARE(net.told(), std::size_t{1});
    QVERIFY(net.check());
}

/// A reorg removes the payment that the coin came from, and its payer pays somebody else with the
/// same money.
void TestFundingLost::the_coin_itself_is_taken_back() {
    Duo net;
    auto& carol = net.net.add("carol", parts_for(3));
    net.net.fund(carol, 30'000_sat, 4);
    const auto address = std::get<api::AddressMade>(*net.run(carol, api::NewAddress{})).address;
    const auto paid =
        net.net.chain().faucet(*bitcoin::parse_address(address, Network::regtest), 900'000_sat);
    QVERIFY(bool(paid));
    const auto payment = *net.net.chain().mempool().find(paid->txid)->tx;
    net.net.mine(1);
    const Sat others = Story::coins(carol) - 900'000_sat;
    net.net.connect(carol, net.bob);
    net.net.settle();
    const auto opened =
        net.run(carol, api::OpenChannel{net.bob.id(), 600'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(bool(opened));
    const auto id = std::get<api::ChannelOpening>(*opened).channel_id;
    auto elsewhere = payment;
    for (auto& output : elsewhere.outputs) output.script = {0x51};
    std::vector<std::vector<bitcoin::Transaction>> blocks{{elsewhere}, {}};
    QVERIFY(bool(net.net.chain().reorg(1, blocks)));
    net.net.mine(1);
    QCOMPARE(Story::coins(carol), others);
    net.net.mine(2);
    QCOMPARE(carol.snapshot()->channels.at(0).state, std::string("awaiting_confirmation"));
    carol.restart();
    net.net.settle();
    net.net.mine(1);
    QCOMPARE(carol.snapshot()->channels.at(0).state, std::string("closed"));
    QCOMPARE(carol.snapshot()->balance.onchain, others);
    // It is undone once more, and then comes back: told again, for in between the channel might
    // have come to be.
    QVERIFY(bool(net.net.chain().reorg(6, std::vector<std::vector<bitcoin::Transaction>>(7))));
    net.net.settle();
    carol.set_chain_reachable(true);
    net.net.settle();
    carol.restart();
    net.net.settle();
    QCOMPARE(carol.snapshot()->channels.at(0).state, std::string("awaiting_confirmation"));
    QVERIFY(bool(net.net.chain().mine_exactly({elsewhere})));
    net.net.mine(5);
    QCOMPARE(carol.snapshot()->channels.at(0).state, std::string("closed"));
    QCOMPARE(Story::coins(carol), others);
    net.net.mine(94);
    QVERIFY(channel::funded_of(Story::channel_of(carol, id)->state) == nullptr);
    QVERIFY(net.check());
}

/// What a close by force took to pay its fee with is there again, too.
void TestFundingLost::closed_by_force_before() {
    Copied net;
    net.open_unseen();
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.id, true})));
    QCOMPARE(Story::state_of(net.alice, net.id), std::string("closing"));
    net.mine_rival();
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    QVERIFY(net.alice.snapshot()->balance.closing.is_zero());
    net.net.mine(5);
    QCOMPARE(net.shown(), std::string("closed"));
    QCOMPARE(net.told(), std::size_t{1});
    // Nothing of it is broadcast any more.
    for (const auto& effect : net.alice.node().resume())
        QVERIFY(!std::holds_alternative<ports::Broadcast>(effect));
    // Undone: the close goes on.
    net.alice.lose_broadcasts(false);
    net.reorg_to(6, {*net.funding});
    net.net.mine(2);
    QCOMPARE(net.shown(), std::string("closing"));
    net.net.mine(40);
    QCOMPARE(net.shown(), std::string("closed"));
    QCOMPARE(how(net.alice, net.id), std::string("ours"));
    QVERIFY(net.check());
}

/// Open and paid over; then a deep reorg takes its funding, with a payment under way.
void TestFundingLost::an_open_channel_loses_its_funding() {
    Copied net;
    const auto opened = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, false, std::nullopt});
    net.id = std::get<api::ChannelOpening>(*opened).channel_id;
    net.take_funding();
    net.net.mine(7);
    QVERIFY(net.pays(net.alice, net.bob, 10'000'000_msat).succeeded());
    const auto payment = stuck_payment(net, net.alice, net.bob, 50'000'000_msat);
    net.reorg_to(7, {*net.rival});
    net.net.settle();
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    net.net.mine(5);
    QCOMPARE(net.shown(), std::string("closed"));
    QVERIFY(net.alice.snapshot()->balance.in_flight.is_zero());
    // The peer may still say the preimage, which pays nothing; until the end it is not paid again.
    QCOMPARE(pending_payments(net.alice), std::size_t{1});
    net.net.mine(92);
    QVERIFY(net.is_forgotten());
    QCOMPARE(pending_payments(net.alice), std::size_t{0});
    QVERIFY(payment.answer() != nullptr && !payment.succeeded());
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    QVERIFY(net.check());
}

void TestFundingLost::a_fundee_loses_nothing() {
    Copied net;
    net.open_unseen();
    const Sat bobs = Story::coins(net.bob);
    net.mine_rival();
    net.net.mine(120);
    // It cannot know why the transaction does not come, waits as long as it said, and has lost
    // nothing.
    QCOMPARE(Story::state_of(net.bob, net.id), std::string("awaiting_confirmation"));
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    net.alice.set_chain_mute(true);
    net.net.mine(1900);
    QCOMPARE(Story::state_of(net.bob, net.id), std::string("none"));
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    QVERIFY(net.check());
}

void TestFundingLost::a_fundee_ends_with_its_funding_data() {
    QTest::addColumn<bool>("forced");
    QTest::addColumn<bool>("restarted");
    QTest::newRow("open") << false << false;
    QTest::newRow("open, with restarts") << false << true;
    QTest::newRow("closed by force") << true << false;
}

/// Bob was paid over a channel that a block had shown; then the block is gone, and what funded the
/// channel is spent. Nothing of it locks his coins or counts as coming back.
void TestFundingLost::a_fundee_ends_with_its_funding() {
    QFETCH(const bool, forced);
    QFETCH(const bool, restarted);
    Copied net;
    const auto opened = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, false, std::nullopt});
    net.id = std::get<api::ChannelOpening>(*opened).channel_id;
    net.take_funding();
    net.net.mine(7);
    QVERIFY(net.pays(net.alice, net.bob, 100'000'000_msat).succeeded());
    const Sat bobs = Story::coins(net.bob);
    net.net.disconnect(net.alice, net.bob);
    if (forced) {
        net.bob.lose_broadcasts(true);
        QVERIFY(bool(net.run(net.bob, api::CloseChannel{net.id, true})));
        QCOMPARE(net.bob.snapshot()->balance.closing, 100'000_sat);
    }
    net.reorg_to(7, {*net.rival});
    if (restarted) net.bob.restart();
    net.net.mine(5);
    const auto shown = net.bob.snapshot();
    QCOMPARE(shown->channels.at(0).state, std::string("closed"));
    QVERIFY(shown->channels.at(0).ours.is_zero());
    QVERIFY(shown->balance.closing.is_zero() && shown->balance.reserved.is_zero());
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    for (const auto& effect : net.bob.node().resume())
        QVERIFY(!std::holds_alternative<ports::Broadcast>(effect));
    std::size_t told = 0;
    for (const auto& notice : net.bob.notices()) {
        const auto* const trouble = std::get_if<api::Trouble>(&notice);
        if (trouble == nullptr || trouble->problem.kind != api::ProblemKind::funding_lost) continue;
        QVERIFY(trouble->problem.params.contains("theirs"));
        ++told;
    }
    QCOMPARE(told, std::size_t{1});
    net.net.mine(95);
    QVERIFY(channel::funded_of(Story::channel_of(net.bob, net.id)->state) == nullptr);
    QCOMPARE(how(net.bob, net.id), std::string("never confirmed"));
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    QVERIFY(net.check());
}

void TestFundingLost::a_fundee_pays_for_no_close_that_cannot_be_data() {
    QTest::addColumn<QString>("how");
    QTest::newRow("closed by force by the person") << "force";
    QTest::newRow("closed by an error of the peer's") << "error";
    QTest::newRow("closed by agreement") << "agreement";
}

/// Something was pushed to Bob in a channel that never comes to be. Its close costs him no coin,
/// nothing of it is owed to the chain, and nothing counts as coming back.
void TestFundingLost::a_fundee_pays_for_no_close_that_cannot_be() {
    QFETCH(const QString, how);
    Copied net;
    net.open_unseen(100'000'000_msat);
    net.bob.set_fees(
        {FeeratePerKw(10'000), FeeratePerKw(5'000), FeeratePerKw(253), FeeratePerKw(253), true});
    net.net.settle();
    const Sat bobs = Story::coins(net.bob);
    const auto shown = net.bob.snapshot()->balance;
    if (how == "error") {
        net.alice.lose_broadcasts(true);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{net.id, true})));
    } else {
        QVERIFY(bool(net.run(net.bob, api::CloseChannel{net.id, how == "force"})));
    }
    QCOMPARE(Story::state_of(net.bob, net.id), std::string("closing"));
    const auto is_clean = [&] {
        const auto balance = net.bob.snapshot()->balance;
        for (const auto& effect : net.bob.node().resume()) {
            if (std::holds_alternative<ports::Broadcast>(effect)) return false;
        }
        return balance.closing.is_zero() && balance.onchain == shown.onchain &&
               balance.onchain_unconfirmed == shown.onchain_unconfirmed;
    };
    QVERIFY(is_clean());
    QCOMPARE(Story::coins(net.bob), bobs);
    net.mine_rival();
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    net.alice.set_chain_mute(true);
    net.net.mine(1000);
    net.bob.restart();
    net.net.mine(1);
    QVERIFY(net.bob.snapshot()->balance.closing.is_zero());
    net.net.mine(1029);
    QCOMPARE(Story::state_of(net.bob, net.id), std::string("none"));
    QCOMPARE(Story::coins(net.bob), bobs + 1'500'000_sat);
    QVERIFY(net.bob.snapshot()->balance.closing.is_zero());
    for (const auto& effect : net.bob.node().resume())
        QVERIFY(!std::holds_alternative<ports::Broadcast>(effect));
    for (const auto& [txid, row] : net.bob.node().state().transactions)
        QVERIFY(row.purpose != "close" && row.purpose != "bump");
    QVERIFY(net.check());
}

/// The same, but the funding transaction comes in the end: then the close goes out at once, and is
/// paid for.
void TestFundingLost::a_fundee_closes_once_it_is_paid_into() {
    Copied net;
    net.open_unseen(100'000'000_msat);
    net.bob.set_fees(
        {FeeratePerKw(10'000), FeeratePerKw(5'000), FeeratePerKw(253), FeeratePerKw(253), true});
    QVERIFY(bool(net.run(net.bob, api::CloseChannel{net.id, true})));
    net.net.mine(20);
    net.bob.restart();
    net.bob.set_fees(
        {FeeratePerKw(10'000), FeeratePerKw(5'000), FeeratePerKw(253), FeeratePerKw(253), true});
    net.net.settle();
    const Sat bobs = Story::coins(net.bob);
    if (!net.net.chain().mine_exactly({*net.funding})) qFatal("the funding is invalid");
    net.look();
    std::size_t bumps = 0;
    for (const auto& [txid, row] : net.bob.node().state().transactions)
        bumps += row.purpose == "bump";
    QCOMPARE(bumps, std::size_t{1});
    QCOMPARE(net.bob.snapshot()->balance.closing, 100'000_sat);
    net.net.mine(40);
    QCOMPARE(how(net.bob, net.id), std::string("ours"));
    QVERIFY(Story::coins(net.bob) > bobs + 90'000_sat);
    QVERIFY(net.check());
}

/// Between funding_created and funding_signed: nothing is funded, whoever asked hears it, and the
/// peer does not wait for two weeks.
void TestFundingLost::the_coin_goes_before_the_peer_has_signed() {
    Copied net;
    net.net.lie(net.bob, net.alice, [&](wire::Message& message) {
        if (std::holds_alternative<wire::FundingSigned>(message))
            net.net.hold(net.bob, net.alice, true);
    });
    const auto command =
        net.alice.post(api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, false, std::nullopt});
    net.net.settle();
    QVERIFY(net.alice.answer(command) == nullptr);
    QCOMPARE(net.alice.snapshot()->channels.at(0).state, std::string("awaiting_funding_signed"));
    net.mine_rival();
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    const auto* const answer = net.alice.answer(command);
    QVERIFY(answer != nullptr && !*answer);
    QCOMPARE(answer->error().kind, api::ProblemKind::funding_lost);
    QVERIFY(net.alice.node().state().channels.empty());
    QCOMPARE(net.alice.store().image().records.count(ports::RecordKind::channel), std::size_t{0});
    QCOMPARE(Story::coins(net.alice), net.before - net.sent);
    QCOMPARE(net.bob.snapshot()->channels.at(0).state, std::string("closing"));
    QVERIFY(net.check());
}

RUNNEL_TEST(TestFundingLost)
#include "test_funding_lost.moc"
