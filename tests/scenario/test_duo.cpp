#include "tests/scenario/duo.h"

#include "core/bitcoin/address.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestDuo : public QObject {
    Q_OBJECT

private slots:
    void opens_pays_and_closes();
    void both_ways_at_once();
    void opens_from_the_other_side_with_push();
    void survives_a_cut_at_every_message();
    void survives_restarts_between_payments();
    void force_closes_and_gets_everything_back();
    void bad_wishes_are_refused_with_their_figures();
    void one_coin_is_enough_to_open();
    void the_reserve_stays_when_everything_is_sent();
    void the_feerate_follows_the_mempool();
    void more_than_a_channel_holds_waits_for_room();
    void a_fresh_coinbase_is_not_spent();
};

void TestDuo::opens_pays_and_closes() {
    Duo net;
    const Sat before = Duo::coins(net.alice) + Duo::coins(net.bob);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    QCOMPARE(Duo::state_of(net.alice, id), std::string("normal"));
    QCOMPARE(Duo::state_of(net.bob, id), std::string("normal"));
    const auto payment = net.pays(net.alice, net.bob, 50'000'000_msat);
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().fee, 0_msat);
    QCOMPARE(Duo::settled(net.bob, id), 50'000'000_msat);
    const auto back = net.pays(net.bob, net.alice, 7'001_msat);
    QVERIFY(back.succeeded());
    QCOMPARE(Duo::settled(net.bob, id), 49'992'999_msat);

    const auto closing = net.run(net.alice, api::CloseChannel{id, false});
    QVERIFY(bool(closing));
    net.net.mine(8);
    QCOMPARE(Duo::state_of(net.alice, id), std::string("closed"));
    QCOMPARE(Duo::state_of(net.bob, id), std::string("closed"));
    // Everything is back but the two fees, and what a millisatoshi could not become.
    const Sat after = Duo::coins(net.alice) + Duo::coins(net.bob);
    QVERIFY(after < before);
    QVERIFY(after.raw() + 3'000 > before.raw());
    QVERIFY(net.check());
}

void TestDuo::both_ways_at_once() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
    std::vector<Payment> payments;
    std::vector<std::string> to_bob, to_alice;
    for (int i = 0; i < 20; ++i) {
        to_bob.push_back(net.invoice(net.bob, 1'000'000_msat));
        to_alice.push_back(net.invoice(net.alice, 2'000'000_msat));
    }
    for (int i = 0; i < 20; ++i) {
        payments.push_back(net.start_payment(net.alice, to_bob[static_cast<std::size_t>(i)]));
        payments.push_back(net.start_payment(net.bob, to_alice[static_cast<std::size_t>(i)]));
    }
    QVERIFY(net.net.settle());
    for (const auto& payment : payments) QVERIFY(payment.succeeded());
    QCOMPARE(Duo::settled(net.bob, id), 400'000'000_msat - 20'000'000_msat);
    QVERIFY(net.check());
}

void TestDuo::opens_from_the_other_side_with_push() {
    Duo net;
    const auto id = net.open(net.bob, net.alice, 500'000_sat, 100'000'000_msat, true);
    QCOMPARE(Duo::settled(net.alice, id), 100'000'000_msat);
    QVERIFY(net.pays(net.alice, net.bob, 30'000'000_msat).succeeded());
    QVERIFY(net.pays(net.bob, net.alice, 300'000'000_msat).succeeded());
    QCOMPARE(Duo::settled(net.alice, id), 370'000'000_msat);
    QVERIFY(net.check());
}

void TestDuo::survives_a_cut_at_every_message() {
    using wire::Type;
    for (const auto when : {sim::Cut::When::before, sim::Cut::When::after}) {
        for (const auto type : {Type::update_add_htlc, Type::commitment_signed,
                                Type::revoke_and_ack, Type::update_fulfill_htlc}) {
            for (std::size_t nth = 1; nth <= 2; ++nth) {
                for (const bool alice_sends : {true, false}) {
                    Duo net;
                    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
                    const auto bolt11 = net.invoice(net.bob, 50'000'000_msat);
                    auto& from = alice_sends ? net.alice : net.bob;
                    auto& to = alice_sends ? net.bob : net.alice;
                    net.net.cut_on(from, to, {when, type, nth});
                    const auto payment = net.start_payment(net.alice, bolt11);
                    net.net.settle();
                    for (int i = 0; i < 3 && !payment.succeeded(); ++i) net.reconnect();
                    net.reconnect();
                    QVERIFY2(payment.succeeded(),
                             qPrintable(QString("type %1 nth %2").arg(int(type)).arg(nth)));
                    QCOMPARE(Duo::settled(net.bob, id), 50'000'000_msat);
                    QVERIFY(net.check());
                }
            }
        }
    }
}

void TestDuo::survives_restarts_between_payments() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    for (int i = 0; i < 6; ++i) {
        (i % 2 == 0 ? net.alice : net.bob).restart();
        net.reconnect();
        QVERIFY(net.pays(net.alice, net.bob, 3'000'000_msat).succeeded());
    }
    QCOMPARE(Duo::settled(net.bob, id), 18'000'000_msat);
    QVERIFY(net.check());
}

void TestDuo::force_closes_and_gets_everything_back() {
    for (const bool alice_closes : {true, false}) {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        QVERIFY(net.pays(net.alice, net.bob, 300'000'000_msat).succeeded());
        const Sat before = Duo::coins(net.alice) + Duo::coins(net.bob) + 1'000'000_sat;
        auto& closer = alice_closes ? net.alice : net.bob;
        QVERIFY(bool(net.run(closer, api::CloseChannel{id, true})));
        net.net.mine(1);
        QCOMPARE(Duo::state_of(net.alice, id), std::string("closing"));
        QCOMPARE(Duo::state_of(net.bob, id), std::string("closing"));
        net.net.mine(1100);
        QCOMPARE(Duo::state_of(net.alice, id), std::string("closed"));
        QCOMPARE(Duo::state_of(net.bob, id), std::string("closed"));
        const Sat after = Duo::coins(net.alice) + Duo::coins(net.bob);
        QVERIFY2(after.raw() + 20'000 > before.raw(),
                 qPrintable(QString("%1 %2").arg(after.raw()).arg(before.raw())));
        QVERIFY(net.check());
    }
}

void TestDuo::bad_wishes_are_refused_with_their_figures() {
    Duo net;
    net.open(net.alice, net.bob, 100'000_sat);
    QCOMPARE(net.pays(net.alice, net.bob, 500'000'000_msat).problem(),
             std::optional(api::ProblemKind::insufficient_liquidity));
    const auto bolt11 = net.invoice(net.bob, 1'000'000_msat);
    auto first = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(first.succeeded());
    auto second = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(second.problem(), std::optional(api::ProblemKind::already_paid));
    QVERIFY(net.check());
}

void TestDuo::one_coin_is_enough_to_open() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto& bob = net.net.add("bob", parts_for(2));
    net.net.fund(alice, 1'000'000_sat);
    net.net.fund(bob, 100'000_sat);
    const auto id = net.open(alice, bob, 500'000_sat);
    QCOMPARE(Story::state_of(alice, id), std::string("normal"));
    // What a close will need was made beside the channel, as coins of its own.
    std::size_t reserve_coins = 0;
    for (const auto& [outpoint, coin] : alice.node().state().coins)
        reserve_coins += coin.output.value >= 25'000_sat ? 1 : 0;
    QVERIFY(reserve_coins >= 2);
    // Bob has no coins left over for a second one.
    const auto refused =
        net.run(bob, api::OpenChannel{alice.id(), 90'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, api::ProblemKind::reserve_needed);
    QVERIFY(net.check());
}

void TestDuo::the_reserve_stays_when_everything_is_sent() {
    Duo net;
    net.open(net.alice, net.bob, 500'000_sat);
    const auto sent =
        net.run(net.alice, api::SendOnchain{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                                            std::nullopt, std::nullopt});
    QVERIFY(bool(sent));
    const auto& answer = std::get<api::OnchainSent>(*sent);
    QVERIFY(answer.kept >= 50'000_sat);
    QVERIFY((answer.kept_parts == std::vector<api::Kept>{{answer.kept, "anchor_reserve"}}));
    QVERIFY(net.check());
}

void TestDuo::the_feerate_follows_the_mempool() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 500'000_sat);
    const auto feerate = [&](const sim::SimNode& node) {
        return channel::funded_of(Duo::channel_of(node, id)->state)->commitments.feerate();
    };
    const auto before = feerate(net.alice);
    net.alice.set_fees(
        {FeeratePerKw(9'000), FeeratePerKw(4'000), FeeratePerKw(1'800), FeeratePerKw(1'800), true});
    net.net.mine(1);
    QVERIFY(feerate(net.alice) > before);
    QCOMPARE(feerate(net.bob), feerate(net.alice));
    QVERIFY(net.pays(net.alice, net.bob, 10'000'000_msat).succeeded());
    net.alice.set_fees(
        {FeeratePerKw(2'500), FeeratePerKw(1'000), FeeratePerKw(253), FeeratePerKw(253), true});
    net.net.mine(1);
    QVERIFY(feerate(net.alice) < FeeratePerKw(1'800));
    QVERIFY(net.pays(net.bob, net.alice, 1'000'000_msat).succeeded());
    QVERIFY(net.check());
}

void TestDuo::more_than_a_channel_holds_waits_for_room() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    std::vector<std::string> invoices;
    for (int i = 0; i < 600; ++i) invoices.push_back(net.invoice(net.bob, 1'000_msat));
    std::vector<Payment> payments;
    for (const auto& bolt11 : invoices) payments.push_back(net.start_payment(net.alice, bolt11));
    // Asked for twice while it waits: it is one payment all the same.
    auto twice = net.start_payment(net.alice, invoices.back());
    QVERIFY(net.net.settle(200'000));
    for (const auto& payment : payments) QVERIFY(payment.succeeded());
    QCOMPARE(twice.problem(), std::optional(api::ProblemKind::in_flight));
    QCOMPARE(Duo::settled(net.bob, id), 600'000_msat);
    QVERIFY(net.check());
}

void TestDuo::a_fresh_coinbase_is_not_spent() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    const auto made = net.run(alice, api::NewAddress{});
    const auto script =
        bitcoin::parse_address(std::get<api::AddressMade>(*made).address, Network::regtest);
    QVERIFY(bool(script));
    sim::MineOptions options;
    options.reward_to = *script;
    net.net.chain().mine(1, options);
    net.net.mine(1);
    QCOMPARE(alice.snapshot()->balance.onchain, 0_sat);
    QVERIFY(alice.snapshot()->balance.onchain_unconfirmed > 0_sat);
    const auto early = net.run(
        alice,
        api::SendOnchain{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 50'000_sat, std::nullopt});
    QCOMPARE(early.error().kind, api::ProblemKind::insufficient_funds);
    net.net.mine(100);
    QVERIFY(alice.snapshot()->balance.onchain > 0_sat);
    QVERIFY(bool(net.run(alice, api::SendOnchain{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                                                 50'000_sat, std::nullopt})));
    QVERIFY(net.check());
}

RUNNEL_TEST(TestDuo)
#include "test_duo.moc"
