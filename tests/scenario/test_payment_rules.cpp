// The rules of payments one by one, each broken by somebody: a hub's terms, sets that come apart,
// HTLCs that were never signed or never come back from the chain, one silent peer among several.
#include "tests/scenario/payment_facts.h"

#include <cstdlib>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

using api::ProblemKind;

/// Leaves the channel so that what `node` adds next is proposed and cannot be signed: `peer` owes
/// it a revocation and is silent.
void owe_a_revocation(Story& net, sim::SimNode& node, sim::SimNode& peer) {
    net.net.hold(peer, node, true);
    node.set_fees(ports::FeeEstimates{FeeratePerKw(5'000), FeeratePerKw(2'500), FeeratePerKw(253),
                                      FeeratePerKw(2'000), true});
    net.net.settle();
    // Feerates follow at the next block.
    net.net.mine(1);
}

/// A payment that stays under way: its payee is silent towards `last_hop`, from whom it has it.
struct HeldPayment {
    Story& story;
    sim::SimNode& last_hop;
    sim::SimNode& payee;
    std::string bolt11;
    Payment payment;

    /// The payee says all that it has to say.
    void go_on() const {
        story.net.hold(payee, last_hop, false);
        story.net.settle();
    }
};

HeldPayment start_held(Story& story, sim::SimNode& payer, sim::SimNode& last_hop,
                       sim::SimNode& payee, Msat amount) {
    const auto bolt11 = story.invoice(payee, amount);
    story.net.hold(payee, last_hop, true);
    const auto payment = story.start_payment(payer, bolt11);
    story.net.settle();
    return HeldPayment{story, last_hop, payee, bolt11, payment};
}

/// To a peer of the payer's.
HeldPayment start_held(Story& story, sim::SimNode& payer, sim::SimNode& payee, Msat amount) {
    return start_held(story, payer, payer, payee, amount);
}

BlockHeight expiry_of(const sim::SimNode& node, const ChannelId& id) {
    return BlockHeight(channel::funded_of(Story::channel_of(node, id)->state)
                           ->commitments.htlcs()
                           .front()
                           .htlc.cltv_expiry);
}

}  // namespace

class TestPaymentRules : public QObject {
    Q_OBJECT

private slots:
    void a_hub_keeps_to_its_terms_data();
    void a_hub_keeps_to_its_terms();
    void what_arrives_late_is_refused_data();
    void what_arrives_late_is_refused();
    void figures_at_the_edge();
    void twice_is_the_most_a_payee_takes();
    void a_set_that_lost_its_first_part_times_out();
    void an_incomplete_set_does_not_condemn_the_way();
    void attempts_come_to_an_end();
    void what_was_never_signed_is_called_so();
    void a_forward_taken_back_may_be_tried_again();
    void a_forward_never_signed_goes_back_in_time();
    void a_forward_stuck_on_the_chain_goes_back_at_its_expiry();
    void one_silent_peer_does_not_block_the_others();
    void nobody_waits_for_room_that_cannot_come();
    void nobody_waits_for_more_than_the_peer_takes_at_once();
    void nobody_waits_for_what_the_channel_keeps_back();
    void who_gives_up_lets_those_behind_go();
    void a_new_channel_makes_room();
    void what_comes_in_makes_room_when_it_is_over();
    void those_who_wait_keep_their_order();
};

void TestPaymentRules::a_hub_keeps_to_its_terms_data() {
    using Change = std::function<void(payment::HintHop&, payment::Invoice&)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* name, const char* code, Change change) {
        QTest::newRow(name) << change << QString(code);
    };
    row("its own terms", "", [](payment::HintHop&, payment::Invoice&) {});
    row("base fee", "fee_insufficient",
        [](payment::HintHop& hop, payment::Invoice&) { hop.fee_base_msat -= 1_msat; });
    row("proportional fee", "fee_insufficient",
        [](payment::HintHop& hop, payment::Invoice&) { hop.fee_proportional_millionths -= 1; });
    row("expiry delta", "incorrect_cltv_expiry", [](payment::HintHop& hop, payment::Invoice&) {
        hop.cltv_expiry_delta = BlockDelta(hop.cltv_expiry_delta.raw() - 1);
    });
    row("amount", "amount_below_minimum",
        [](payment::HintHop&, payment::Invoice& invoice) { invoice.amount = 1'999_msat; });
    row("unknown channel", "unknown_next_peer", [](payment::HintHop& hop, payment::Invoice&) {
        hop.short_channel_id = ShortChannelId(hop.short_channel_id.raw() ^ 1);
    });
    row("more than it has", "temporary_channel_failure",
        [](payment::HintHop&, payment::Invoice& invoice) { invoice.amount = 600'000'000_msat; });
}

void TestPaymentRules::a_hub_keeps_to_its_terms() {
    using Change = std::function<void(payment::HintHop&, payment::Invoice&)>;
    QFETCH(Change, change);
    QFETCH(QString, code);
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto strict = parts_for(2, true);
    strict.config.forwarding.htlc_minimum = 2'000_msat;
    auto& hub = net.net.add("hub", std::move(strict));
    auto& carol = net.net.add("carol", parts_for(3));
    for (auto* const node : {&alice, &hub, &carol}) {
        net.net.fund(*node, Sat(2'000'000), 2);
        net.net.fund(*node, Sat(30'000), 6);
    }
    const auto first = net.open(alice, hub, 1'000'000_sat);
    net.open(hub, carol, 500'000_sat);
    const auto keys = parts_for(3).keys;
    const auto bolt11 = forged(
        net.invoice(carol, 20'000'000_msat), *keys,
        [&](payment::Invoice& invoice) { change(invoice.route_hints.at(0).at(0), invoice); });
    const auto payment = net.start_payment(alice, bolt11);
    net.net.settle();
    QCOMPARE(payment.succeeded(), code.isEmpty());
    QCOMPARE(QString::fromStdString(param(payment, "code")), code);
    if (!code.isEmpty()) QCOMPARE(param(payment, "node"), hub.id().hex());
    QCOMPARE(Story::settled(hub, first), code.isEmpty() ? 20'003'000_msat : 0_msat);
    QVERIFY(hub.node().state().forwards.empty());
    QVERIFY(net.check());
}

void TestPaymentRules::what_arrives_late_is_refused_data() {
    QTest::addColumn<bool>("by_hub");
    QTest::addColumn<unsigned>("blocks_left");
    QTest::addColumn<QString>("code");
    QTest::newRow("hub, in time") << true << 9U << "";
    QTest::newRow("hub, late") << true << 8U << "expiry_too_soon";
    QTest::newRow("payee, in time") << false << 39U << "";
    QTest::newRow("payee, late") << false << 38U << "incorrect_or_unknown_payment_details";
}

/// The payer's messages are on their way while blocks are found.
void TestPaymentRules::what_arrives_late_is_refused() {
    QFETCH(bool, by_hub);
    QFETCH(unsigned, blocks_left);
    QFETCH(QString, code);
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    auto& payee = by_hub ? net.carol : net.hub;
    // A payee asks for 42 blocks and lets 3 of them pass (BOLT 11); a hub wants 9 for what it
    // passes on.
    const auto bolt11 = net.invoice(payee, 10'000'000_msat);
    net.net.hold(net.alice, net.hub, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    const std::uint32_t passed_on = expiry_of(net.alice, first).raw() - (by_hub ? 80 : 0);
    net.net.mine(passed_on - blocks_left - net.net.chain().height().raw());
    net.net.hold(net.alice, net.hub, false);
    net.net.settle();
    const auto* const payment = sent(net.alice, bolt11);
    if (by_hub && code.isEmpty()) {
        // The hub has passed it on; Carol is the one who finds it late.
        QCOMPARE(payment->parts.front().failed_hop, std::uint32_t{1});
        QCOMPARE(payment->parts.front().failure,
                 std::string("incorrect_or_unknown_payment_details"));
    } else if (code.isEmpty()) {
        QVERIFY(is_paid(payment));
    } else {
        QVERIFY(is_lost(payment));
        QCOMPARE(payment->parts.front().failed_hop, std::uint32_t{0});
        QCOMPARE(QString::fromStdString(payment->parts.front().failure), code);
    }
    QCOMPARE(Trio::state_of(net.alice, first), std::string("normal"));
    QVERIFY(net.check());
}

/// Numbers of strangers and of people, as large as they can be written.
void TestPaymentRules::figures_at_the_edge() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto kind = [&](decltype(api::Command::wish) wish) -> std::optional<ProblemKind> {
        const auto answer = net.run(net.alice, std::move(wish));
        return answer ? std::nullopt : std::optional(answer.error().kind);
    };
    const Msat most(UINT64_MAX);
    QCOMPARE(kind(api::Keysend{net.hub.id(), most}),
             std::optional(ProblemKind::insufficient_liquidity));
    QCOMPARE(kind(api::Keysend{net.hub.id(), 0_msat}),
             std::optional(ProblemKind::amount_too_small));
    const auto any = net.invoice(net.carol, std::nullopt);
    QCOMPARE(kind(api::Pay{any, most, most, UINT32_MAX}),
             std::optional(ProblemKind::amount_too_large));
    QCOMPARE(kind(api::Pay{any, max_money.msat(), most, UINT32_MAX}),
             std::optional(ProblemKind::insufficient_liquidity));
    const auto keys = parts_for(3).keys;
    const auto dear = [&](const std::function<void(payment::HintHop&)>& change) {
        return forged(net.invoice(net.carol, 10'000'000_msat), *keys,
                      [&](payment::Invoice& invoice) { change(invoice.route_hints.at(0).at(0)); });
    };
    // Whatever the limit, no more is sent than is there.
    const auto by_base = dear([](payment::HintHop& hop) { hop.fee_base_msat = Msat(UINT32_MAX); });
    const auto by_share =
        dear([](payment::HintHop& hop) { hop.fee_proportional_millionths = UINT32_MAX; });
    const auto by_blocks =
        dear([](payment::HintHop& hop) { hop.cltv_expiry_delta = BlockDelta(UINT16_MAX); });
    QCOMPARE(kind(api::Pay{by_base, std::nullopt, most, 60}),
             std::optional(ProblemKind::insufficient_liquidity));
    QCOMPARE(kind(api::Pay{by_share, std::nullopt, most, 60}),
             std::optional(ProblemKind::insufficient_liquidity));
    QCOMPARE(kind(api::Pay{by_blocks, std::nullopt, most, 60}),
             std::optional(ProblemKind::no_route));
    QCOMPARE(htlcs(net.alice), std::size_t{0});
    // With a limit on top of it and a timeout beyond all bounds, an ordinary payment is an ordinary
    // payment.
    QVERIFY(!kind(api::Pay{any, 10'000'000_msat, most, UINT32_MAX}));
    QVERIFY(net.check());
}

void TestPaymentRules::twice_is_the_most_a_payee_takes() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    const auto keys = parts_for(2).keys;
    for (const bool twice : {true, false}) {
        const auto bolt11 =
            forged(net.invoice(net.bob, 1'000'000_msat), *keys, [&](payment::Invoice& invoice) {
                invoice.amount = twice ? 2'000'000_msat : 2'000'001_msat;
            });
        const auto payment = net.start_payment(net.alice, bolt11);
        net.net.settle();
        QCOMPARE(payment.succeeded(), twice);
    }
    QVERIFY(net.check());
}

/// Three parts over three ways, one after the other; the channel of the first goes to the chain
/// before the others are there.
void TestPaymentRules::a_set_that_lost_its_first_part_times_out() {
    Quartet net;
    net.open(net.alice, net.carol, 300'000_sat);
    net.open(net.alice, net.north, 300'000_sat);
    net.open(net.alice, net.south, 300'000_sat);
    const auto doomed = net.open(net.north, net.carol, 500'000_sat);
    net.open(net.south, net.carol, 500'000_sat);
    const auto bolt11 = net.invoice(net.carol, 750'000'000_msat);
    net.net.hold(net.alice, net.carol, true);
    net.net.hold(net.south, net.carol, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{3});
    net.net.advance(10'000);
    net.net.hold(net.alice, net.carol, false);
    net.net.settle();
    QVERIFY(bool(net.run(net.carol, api::CloseChannel{doomed, true})));
    net.net.advance(10'000);
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{0});
    // A minute after the first part that is left, whoever came before it.
    net.net.advance(minute);
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{2});
    QVERIFY(net.check());
}

void TestPaymentRules::an_incomplete_set_does_not_condemn_the_way() {
    Quartet net;
    net.open_both_ways();
    net.net.hold(net.south, net.carol, true);
    const auto bolt11 = net.invoice(net.carol, 400'000'000_msat);
    const Payment payment(net.alice,
                          net.alice.post(api::Pay{bolt11, std::nullopt, std::nullopt, 600}));
    net.net.settle();
    net.net.advance(minute + 1'000);
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{1});
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    // The late part waits alone for its minute, fails too, and only then the payment begins anew:
    // nothing was wrong with either way.
    QVERIFY(payment.answer() == nullptr);
    net.net.advance(minute + 1'000);
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().parts, std::uint32_t{2});
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{2});
    QVERIFY(net.check());
}

void TestPaymentRules::attempts_come_to_an_end() {
    Quartet net;
    net.open_both_ways();
    const auto bolt11 = std::get<api::InvoiceMade>(
                            *net.run(net.carol, api::CreateInvoice{400'000'000_msat, "", 86'400}))
                            .bolt11;
    const Payment payment(net.alice,
                          net.alice.post(api::Pay{bolt11, std::nullopt, std::nullopt, 86'400}));
    // One part is always a minute later than the other: it comes when that one is gone, and the
    // next set begins with the other way held.
    auto* late = &net.south;
    auto* early = &net.north;
    net.net.hold(*late, net.carol, true);
    net.net.settle();
    for (int i = 0; i < 30 && payment.answer() == nullptr; ++i) {
        net.net.advance(minute + 1'000);
        net.net.hold(*early, net.carol, true);
        net.net.hold(*late, net.carol, false);
        net.net.settle();
        net.net.advance(minute + 1'000);
        std::swap(late, early);
    }
    QVERIFY(payment.answer() != nullptr);
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{24});
    QVERIFY(net.check());
}

void TestPaymentRules::what_was_never_signed_is_called_so() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    owe_a_revocation(net, net.alice, net.bob);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{1});
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    net.net.mine(90);
    net.net.hold(net.bob, net.alice, false);
    net.reconnect();
    const auto* const payment = sent(net.alice, bolt11);
    QVERIFY(is_lost(payment));
    QCOMPARE(payment->parts.front().failure, std::string("never_sent"));
    // Its id is given out again: nothing that is said of the next HTLC is said of this one.
    QVERIFY(payment->parts.front().htlc == node::HtlcRef{});
    QCOMPARE(htlcs(net.alice), std::size_t{0});
    const auto again = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(again.succeeded());
    QVERIFY(net.check());
}

void TestPaymentRules::a_forward_taken_back_may_be_tried_again() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 10'000'000_msat);
    owe_a_revocation(net, net.hub, net.carol);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    net.net.disconnect(net.hub, net.carol);
    net.net.settle();
    net.net.mine(80);
    net.net.hold(net.carol, net.hub, false);
    net.net.connect(net.hub, net.carol);
    net.net.settle();
    const auto* const payment = sent(net.alice, bolt11);
    QVERIFY(is_lost(payment));
    QCOMPARE(payment->parts.front().failure, std::string("temporary_channel_failure"));
    QVERIFY(net.hub.node().state().forwards.empty());
    QVERIFY(net.check());
}

/// The peer that is to have it never comes back, and nothing of the HTLC is in a commitment: no
/// chain will ever tell its end.
void TestPaymentRules::a_forward_never_signed_goes_back_in_time() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 10'000'000_msat);
    owe_a_revocation(net, net.hub, net.carol);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    net.net.disconnect(net.hub, net.carol);
    net.net.settle();
    net.net.mine(180);
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QCOMPARE(Trio::state_of(net.alice, first), std::string("normal"));
    QVERIFY(net.hub.node().state().forwards.empty());
    // And it is not offered when the peer does come back.
    net.net.hold(net.carol, net.hub, false);
    net.net.connect(net.hub, net.carol);
    net.net.settle();
    QCOMPARE(htlcs(net.hub) + htlcs(net.carol), std::size_t{0});
    QVERIFY(net.pays(net.alice, net.carol, 1'000'000_msat).succeeded());
    QVERIFY(net.check());
}

/// The hub's close does not get into any block: the outcome stays open beyond the expiry of what it
/// was promised.
void TestPaymentRules::a_forward_stuck_on_the_chain_goes_back_at_its_expiry() {
    HeldForward net;
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    net.hub.lose_broadcasts(true);
    const auto expiry = expiry_of(net.hub, net.first);
    net.net.mine(expiry.raw() - net.net.chain().height().raw() - 1);
    QCOMPARE(Trio::state_of(net.hub, net.second), std::string("closing"));
    QVERIFY(!is_lost(sent(net.alice, net.bolt11)));
    net.net.mine(1);
    QVERIFY(is_lost(sent(net.alice, net.bolt11)));
    net.net.mine(10);
    QCOMPARE(Trio::state_of(net.alice, net.first), std::string("normal"));
    QCOMPARE(Trio::state_of(net.hub, net.first), std::string("normal"));
    QVERIFY(net.hub.node().state().forwards.empty());
    // The chain has its end in time, and nobody is left to tell.
    net.hub.lose_broadcasts(false);
    net.net.mine(150);
    QCOMPARE(htlcs(net.hub), std::size_t{0});
    QVERIFY(net.check());
}

void TestPaymentRules::one_silent_peer_does_not_block_the_others() {
    Trio net;
    net.open(net.alice, net.hub, 500'000_sat);
    net.open(net.alice, net.carol, 500'000_sat);
    const auto waits = net.invoice(net.hub, 300'000'000_msat);
    const auto large = start_held(net, net.alice, net.hub, 400'000'000_msat);
    const auto queued = net.start_payment(net.alice, waits);
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{1});
    // Another peer's channel has all the room there is.
    const auto other = net.pays(net.alice, net.carol, 100'000'000_msat);
    QVERIFY(other.succeeded());
    QVERIFY(queued.answer() == nullptr);
    net.net.advance(minute + 1'000);
    QCOMPARE(queued.problem(), std::optional(ProblemKind::timed_out));
    QVERIFY(net.alice.node().state().queued.empty());
    large.go_on();
    QVERIFY(is_paid(sent(net.alice, large.bolt11)));
    QVERIFY(net.check());
}

void TestPaymentRules::nobody_waits_for_room_that_cannot_come() {
    Trio net;
    net.open(net.alice, net.hub, 500'000_sat);
    net.open(net.alice, net.carol, 100'000_sat);
    const auto large = start_held(net, net.alice, net.hub, 300'000'000_msat);
    // What is under way to the hub will never be room towards Carol.
    const auto never = net.pays(net.alice, net.carol, 200'000'000_msat);
    QCOMPARE(never.problem(), std::optional(ProblemKind::insufficient_liquidity));
    large.go_on();
    QVERIFY(net.check());
}

void TestPaymentRules::nobody_waits_for_more_than_the_peer_takes_at_once() {
    Duo net;
    net.net.lie(net.bob, net.alice, [](wire::Message& message) {
        if (auto* const accept = std::get_if<wire::AcceptChannel>(&message))
            accept->max_htlc_value_in_flight_msat = 100'000'000_msat;
    });
    const auto id = net.open(net.alice, net.bob, 500'000_sat, 50'000'000_msat);
    const auto too_much = net.invoice(net.bob, 100'000'001_msat);
    const auto enough = net.invoice(net.bob, 100'000'000_msat);
    const auto incoming = start_held(net, net.bob, net.alice, 20'000'000_msat);
    QCOMPARE(htlcs(net.alice), std::size_t{1});
    const auto refused = net.start_payment(net.alice, too_much);
    net.net.settle();
    QCOMPARE(refused.problem(), std::optional(ProblemKind::insufficient_liquidity));
    QVERIFY(net.alice.node().state().queued.empty());
    // The figures are those of any refusal, and add up to what is hers.
    const auto figure = [&](const char* name) {
        return Msat(std::strtoull(param(refused, name).c_str(), nullptr, 10));
    };
    QCOMPARE(figure("can_send_msat"), 100'000'000_msat);
    QCOMPARE(figure("needed_msat"), 100'000'001_msat);
    QCOMPARE(figure("can_send_msat") + figure("reserve_msat") + figure("limits_msat"),
             Story::settled(net.alice, id));
    const auto fits = net.start_payment(net.alice, enough);
    incoming.go_on();
    QVERIFY(incoming.payment.succeeded());
    QVERIFY(fits.succeeded());
    QVERIFY(net.check());
}

/// Reserve, fees and those of the hop on the way never come free, however much is under way: who
/// asks for them is told at once, and whoever comes next goes on.
void TestPaymentRules::nobody_waits_for_what_the_channel_keeps_back() {
    Trio net;
    const auto id = net.open(net.alice, net.hub, 500'000_sat);
    net.open(net.hub, net.carol, 500'000_sat);
    const auto settled = Story::settled(net.alice, id);
    const Msat most =
        channel::funded_of(Story::channel_of(net.alice, id)->state)->commitments.can_send();
    QVERIFY(most < settled - 1'000'000_msat);
    const auto held = start_held(net, net.alice, net.hub, net.carol, 100'000'000_msat);
    const auto reserved = net.start_payment(net.alice, net.invoice(net.hub, most + 1_msat));
    net.net.settle();
    QCOMPARE(reserved.problem(), std::optional(ProblemKind::insufficient_liquidity));
    // What the channel carries, but not with what the hub takes for carrying it on.
    const auto with_fee = net.start_payment(net.alice, net.invoice(net.carol, most));
    net.net.settle();
    QCOMPARE(with_fee.problem(), std::optional(ProblemKind::insufficient_liquidity));
    QVERIFY(net.alice.node().state().queued.empty());
    // All that can be sent once the first has failed is waited for.
    const auto all = net.start_payment(net.alice, net.invoice(net.hub, most));
    net.net.settle();
    QVERIFY(all.answer() == nullptr);
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{1});
    held.go_on();
    QVERIFY(is_paid(sent(net.alice, held.bolt11)));
    QVERIFY(net.check());
}

/// What blocks them all is held by somebody far away. The one that finds no room gives up; those
/// behind it were never tried, and for them there was room all the time.
void TestPaymentRules::who_gives_up_lets_those_behind_go() {
    Trio net;
    net.open(net.alice, net.hub, 500'000_sat);
    net.open(net.hub, net.carol, 500'000_sat);
    const auto large = start_held(net, net.alice, net.hub, net.carol, 400'000'000_msat);
    const auto first = net.start_payment(net.alice, net.invoice(net.hub, 300'000'000_msat));
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{1});
    net.net.advance(30'000);
    std::vector<Payment> behind;
    for (int i = 0; i < 3; ++i)
        behind.push_back(net.start_payment(net.alice, net.invoice(net.hub, 1'000_msat)));
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{4});
    QVERIFY(first.answer() == nullptr);
    net.net.advance(31'000);
    QCOMPARE(first.problem(), std::optional(ProblemKind::timed_out));
    QVERIFY(net.alice.node().state().queued.empty());
    for (const auto& payment : behind) QVERIFY(payment.succeeded());
    large.go_on();
    QVERIFY(is_paid(sent(net.alice, large.bolt11)));
    QVERIFY(net.check());
}

void TestPaymentRules::a_new_channel_makes_room() {
    Trio net;
    net.open(net.alice, net.hub, 500'000_sat);
    net.open(net.hub, net.carol, 500'000_sat);
    const auto large = start_held(net, net.alice, net.hub, net.carol, 400'000'000_msat);
    const auto waits = net.start_payment(net.alice, net.invoice(net.hub, 300'000'000_msat));
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{1});
    net.open(net.alice, net.hub, 500'000_sat);
    QVERIFY(waits.succeeded());
    QVERIFY(net.alice.node().state().queued.empty());
    large.go_on();
    QVERIFY(is_paid(sent(net.alice, large.bolt11)));
    QVERIFY(net.check());
}

/// An HTLC of the peer's is an output that the funder pays for: once it is gone there is room for a
/// payment that found none.
void TestPaymentRules::what_comes_in_makes_room_when_it_is_over() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 500'000_sat, 50'000'000_msat);
    const Msat most =
        channel::funded_of(Story::channel_of(net.alice, id)->state)->commitments.can_send();
    const auto to_bob = net.invoice(net.bob, most);
    const auto incoming = start_held(net, net.bob, net.alice, 20'000'000_msat);
    QCOMPARE(htlcs(net.alice), std::size_t{1});
    const auto waits = net.start_payment(net.alice, to_bob);
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{1});
    incoming.go_on();
    QVERIFY(incoming.payment.succeeded());
    QVERIFY(waits.succeeded());
    QVERIFY(net.alice.node().state().queued.empty());
    QVERIFY(net.check());
}

void TestPaymentRules::those_who_wait_keep_their_order() {
    Duo net;
    net.open(net.alice, net.bob, 500'000_sat, 50'000'000_msat);
    const auto first = start_held(net, net.alice, net.bob, 400'000'000_msat);
    std::vector<Payment> waiting;
    // Two that find room only when the first has failed, and a small one that must not overtake
    // them.
    for (const Msat amount : {300'000'000_msat, 100'000'000_msat, 1'000'000_msat})
        waiting.push_back(net.start_payment(net.alice, net.invoice(net.bob, amount)));
    net.net.settle();
    QCOMPARE(net.alice.node().state().queued.size(), std::size_t{3});
    first.go_on();
    // The first took what two of them would have needed, for good: they are told so, and the third
    // does not wait for them.
    QVERIFY(is_paid(sent(net.alice, first.bolt11)));
    QCOMPARE(waiting[0].problem(), std::optional(ProblemKind::insufficient_liquidity));
    QCOMPARE(waiting[1].problem(), std::optional(ProblemKind::insufficient_liquidity));
    QVERIFY(waiting[2].succeeded());
    QVERIFY(net.alice.node().state().queued.empty());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestPaymentRules)
#include "test_payment_rules.moc"
