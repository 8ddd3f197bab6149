// Payments as stories: over a hub, in parts, twice, too late, refused, and cut in the middle.
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

using api::ProblemKind;

}  // namespace

class TestPayments : public QObject {
    Q_OBJECT

private slots:
    void pays_over_a_hub_at_the_exact_fee();
    void a_fee_above_the_limit_is_refused_before();
    void splits_over_two_channels();
    void equal_parts_are_not_confused();
    void an_incomplete_set_goes_back_after_a_minute();
    void the_same_invoice_is_paid_once();
    void in_flight_survives_a_restart();
    void a_deadline_leaves_the_outcome_open();
    void keysend_both_ways_and_once();
    void a_payee_takes_only_what_it_asked_for();
    void another_payer_came_first();
    void a_dry_hub_is_told_and_gone_around();
    void a_wallet_does_not_forward();
    void a_forward_survives_cuts_and_restarts();
    void a_forward_lost_on_the_chain_goes_back();
    void a_reason_that_nobody_can_read();
    void a_preimage_from_the_chain_pays_the_hub();
    void a_set_about_to_expire_goes_back();
    void without_the_chain_nothing_is_taken();
    void wishes_that_cannot_be();
    void a_channel_that_lost_its_block_is_opening();
    void invoices_are_idempotent();
    void inspection_says_fee_and_problem();
};

void TestPayments::pays_over_a_hub_at_the_exact_fee() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    const auto second = net.open(net.hub, net.carol, 1'000'000_sat);
    const auto payment = net.pays(net.alice, net.carol, 50'000'001_msat);
    QVERIFY2(payment.succeeded(), param(payment, "code").c_str());
    // 1 sat and 100 millionths of what is passed on, rounded down.
    QCOMPARE(payment.paid().fee, 1'000_msat + 5'000_msat);
    QCOMPARE(payment.paid().parts, std::uint32_t{1});
    QCOMPARE(Trio::settled(net.hub, first), 50'006'001_msat);
    QCOMPARE(Trio::settled(net.carol, second), 50'000'001_msat);
    QVERIFY(net.hub.node().state().forwards.empty());
    QCOMPARE(htlcs(net.hub), std::size_t{0});
    // The payer's side lets go before the payee's does: nothing of that is strange to the hub.
    const auto again = net.start_payment(net.alice, net.invoice(net.carol, 20'000'000_msat));
    const auto& forwards = net.hub.node().state().forwards;
    while (forwards.empty() || !forwards.begin()->second.preimage) net.net.settle(1);
    net.net.hold(net.carol, net.hub, true);
    net.net.settle();
    QVERIFY(again.succeeded() && forwards.empty() && htlcs(net.hub) == 1);
    net.net.hold(net.carol, net.hub, false);
    net.net.settle();
    QCOMPARE(htlcs(net.hub), std::size_t{0});
    for (const auto& line : net.hub.log())
        QVERIFY2(line.find("of nobody") == std::string::npos, line.c_str());
    QVERIFY(net.check());
}

void TestPayments::a_fee_above_the_limit_is_refused_before() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 50'000'000_msat);
    const auto refused = net.run(net.alice, api::Pay{bolt11, std::nullopt, 5'999_msat, 60});
    QVERIFY(!refused);
    QVERIFY(refused.error().kind == ProblemKind::fee_limit);
    QCOMPARE(refused.error().params.at("fee_msat"), std::string("6000"));
    const auto paid = net.run(net.alice, api::Pay{bolt11, std::nullopt, 6'000_msat, 60});
    QVERIFY(bool(paid));
    QVERIFY(net.check());
}

void TestPayments::splits_over_two_channels() {
    Duo net;
    const auto one = net.open(net.alice, net.bob, 200'000_sat);
    const auto two = net.open(net.alice, net.bob, 300'000_sat);
    const auto payment = net.pays(net.alice, net.bob, 400'000'000_msat);
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().parts, std::uint32_t{2});
    QCOMPARE(payment.paid().fee, 0_msat);
    QCOMPARE(Duo::settled(net.bob, one) + Duo::settled(net.bob, two), 400'000'000_msat);
    const auto too_much = net.pays(net.alice, net.bob, 400'000'000_msat);
    QCOMPARE(too_much.problem(), std::optional(ProblemKind::insufficient_liquidity));
    QVERIFY(!param(too_much, "can_send_msat").empty());
    QVERIFY(net.check());
}

void TestPayments::equal_parts_are_not_confused() {
    Duo net;
    const auto one = net.open(net.alice, net.bob, 200'000_sat);
    const auto two = net.open(net.alice, net.bob, 200'000_sat);
    const Msat each =
        Duo::channel_of(net.alice, one) == nullptr
            ? 0_msat
            : channel::funded_of(Duo::channel_of(net.alice, one)->state)->commitments.can_send();
    const auto payment = net.pays(net.alice, net.bob, each * 2);
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().parts, std::uint32_t{2});
    QCOMPARE(Duo::settled(net.bob, one), each);
    QCOMPARE(Duo::settled(net.bob, two), each);
    QVERIFY(net.check());
}

void TestPayments::an_incomplete_set_goes_back_after_a_minute() {
    Quartet net;
    net.open_both_ways();
    // Both hubs are needed, and one is silent towards Carol.
    net.net.hold(net.south, net.carol, true);
    const auto bolt11 = net.invoice(net.carol, 400'000'000_msat);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    const auto* under_way = sent(net.alice, bolt11);
    QVERIFY(under_way != nullptr);
    QCOMPARE(under_way->parts.size(), std::size_t{2});
    net.net.advance(minute + 1'000);
    // Carol gave back what she had; the rest is still held, so the outcome is open and no second
    // attempt is made.
    QVERIFY(is_still_in_flight(payment));
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{1});
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{2});
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    net.net.advance(minute + 1'000);
    QVERIFY(std::holds_alternative<node::PaymentLost>(sent(net.alice, bolt11)->status));
    QCOMPARE(htlcs(net.alice) + htlcs(net.carol), std::size_t{0});
    // Nothing is left of it anywhere: now it may be paid.
    const auto again = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(again.succeeded());
    QCOMPARE(again.paid().parts, std::uint32_t{2});
    QVERIFY(net.check());
}

void TestPayments::the_same_invoice_is_paid_once() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    // In one turn, and the third in upper case with a scheme.
    const auto first = net.start_payment(net.alice, bolt11);
    const auto second = net.start_payment(net.alice, bolt11);
    std::string shouted = bolt11;
    std::transform(shouted.begin(), shouted.end(), shouted.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto third = net.start_payment(net.alice, "LIGHTNING:" + shouted);
    net.net.settle();
    QVERIFY(first.succeeded());
    QCOMPARE(second.problem(), std::optional(ProblemKind::in_flight));
    QCOMPARE(third.problem(), std::optional(ProblemKind::in_flight));
    net.alice.restart();
    net.reconnect();
    const auto fourth = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(fourth.problem(), std::optional(ProblemKind::already_paid));
    QCOMPARE(Duo::settled(net.bob, id), 10'000'000_msat);
    QVERIFY(net.check());
}

void TestPayments::in_flight_survives_a_restart() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    net.net.hold(net.bob, net.alice, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    net.net.disconnect(net.alice, net.bob);
    net.alice.restart();
    net.net.settle();
    // Offline, and nothing was heard of it: it counts as in flight all the same.
    const auto again = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(again.problem(), std::optional(ProblemKind::in_flight));
    net.net.hold(net.bob, net.alice, false);
    net.reconnect();
    QVERIFY(std::holds_alternative<node::PaymentPaid>(sent(net.alice, bolt11)->status));
    QCOMPARE(Duo::settled(net.bob, id), 10'000'000_msat);
    QVERIFY(net.check());
}

void TestPayments::a_deadline_leaves_the_outcome_open() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    net.net.hold(net.bob, net.alice, true);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    net.net.advance(59'000);
    QVERIFY(payment.answer() == nullptr);
    net.net.advance(2'000);
    QVERIFY(is_still_in_flight(payment));
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    QVERIFY(std::holds_alternative<node::PaymentPaid>(sent(net.alice, bolt11)->status));
    QVERIFY(net.check());
}

void TestPayments::keysend_both_ways_and_once() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto there = net.run(net.alice, api::Keysend{net.bob.id(), 20'000'000_msat});
    QVERIFY(bool(there));
    const auto back = net.run(net.bob, api::Keysend{net.alice.id(), 1_msat});
    QVERIFY(bool(back));
    QCOMPARE(Duo::settled(net.bob, id), 119'999'999_msat);
    const auto& received =
        *net.bob.node().state().incoming.at(std::get<api::Paid>(*there).payment_hash);
    QVERIFY(received.bolt11.empty());
    QVERIFY(received.preimage.raw() == std::get<api::Paid>(*there).preimage.raw());
    const auto nobody = net.run(net.alice, api::Keysend{parts_for(9).keys->node_id(), 1'000_msat});
    QVERIFY(!nobody);
    QVERIFY(nobody.error().kind == ProblemKind::no_route);
    QVERIFY(net.check());
}

void TestPayments::a_payee_takes_only_what_it_asked_for() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto bobs = parts_for(2);
    // More blocks than any payer adds to hide behind.
    bobs.config.min_final_cltv_expiry_delta = 100;
    const auto keys = bobs.keys;
    auto& bob = net.net.add("bob", std::move(bobs));
    for (auto* const node : {&alice, &bob}) {
        net.net.fund(*node, Sat(2'000'000), 1);
        net.net.fund(*node, Sat(30'000), 4);
    }
    const auto id = net.open(alice, bob, 1'000'000_sat);
    // What a cheating payer would send: Bob's own invoice with one thing changed, made with his
    // key.
    const auto refusal = [&](const std::function<void(payment::Invoice&)>& change) -> std::string {
        auto invoice = payment::decode_invoice(net.invoice(bob, 1'000'000_msat), nullptr);
        if (!invoice) return "no invoice";
        change(*invoice);
        const auto forged = payment::encode_invoice(
            *invoice, [&](const Hash256& digest) { return keys->sign_invoice(digest); });
        if (!forged) return "not encoded";
        const auto payment = net.start_payment(alice, *forged);
        net.net.settle();
        if (payment.succeeded()) return "paid";
        return payment.problem() == ProblemKind::payee_refused ? param(payment, "code") : "other";
    };
    const std::string unknown = "incorrect_or_unknown_payment_details";
    QCOMPARE(refusal([](payment::Invoice&) {}), std::string("paid"));
    QCOMPARE(refusal([](payment::Invoice& i) { i.payment_secret.reveal()[0] ^= 1; }), unknown);
    QCOMPARE(refusal([](payment::Invoice& i) { i.payment_hash.raw()[31] ^= 1; }), unknown);
    QCOMPARE(refusal([](payment::Invoice& i) { i.amount = 999'999_msat; }), unknown);
    QCOMPARE(refusal([](payment::Invoice& i) { i.amount = 2'000'000_msat; }), std::string("paid"));
    QCOMPARE(refusal([](payment::Invoice& i) { i.amount = 2'000'002_msat; }), unknown);
    QCOMPARE(refusal([](payment::Invoice& i) { i.min_final_cltv_expiry_delta = BlockDelta(42); }),
             unknown);
    // Metadata that Bob never gave says nothing to him.
    QCOMPARE(refusal([](payment::Invoice& i) {
                 i.payment_metadata = Bytes{1, 2, 3};
             }),
             std::string("paid"));
    QCOMPARE(Story::settled(bob, id), 4'000'000_msat);
    QVERIFY(net.check());
}

void TestPayments::another_payer_came_first() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    const auto id = net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 5'000'000_msat);
    const auto first = net.start_payment(net.hub, bolt11);
    net.net.settle();
    QVERIFY(first.succeeded());
    // Same hash, same amount, another payer: Carol must not take it twice.
    const auto second = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(second.problem(), std::optional(ProblemKind::payee_refused));
    QCOMPARE(param(second, "code"), std::string("incorrect_or_unknown_payment_details"));
    QCOMPARE(Trio::settled(net.carol, id), 5'000'000_msat);
    QVERIFY(net.hub.node().state().forwards.empty());
    QVERIFY(net.check());
}

void TestPayments::a_dry_hub_is_told_and_gone_around() {
    Quartet net;
    net.open(net.alice, net.north, 500'000_sat);
    net.open(net.alice, net.south, 600'000_sat);
    const auto dry = net.open(net.north, net.carol, 500'000_sat);
    const auto bolt11 = net.invoice(net.carol, 100'000'000_msat);
    const auto spent = net.invoice(net.carol, 450'000'000_msat);
    const auto second = net.invoice(net.carol, 100'000'000_msat);
    // The hub has nothing left towards Carol when Alice comes with an older invoice.
    const auto drain = net.start_payment(net.north, spent);
    net.net.settle();
    QVERIFY(drain.succeeded());
    const auto failed = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(failed.problem(), std::optional(ProblemKind::payment_failed));
    QCOMPARE(param(failed, "code"), std::string("temporary_channel_failure"));
    QCOMPARE(param(failed, "node"), net.north.id().hex());
    QVERIFY(std::holds_alternative<node::PaymentLost>(sent(net.alice, bolt11)->status));
    // With another way in the invoice the payment goes around, and keeps to itself what it met.
    net.open(net.south, net.carol, 400'000_sat);
    const auto third = net.invoice(net.carol, 100'000'000_msat);
    const auto paid = net.start_payment(net.alice, third);
    net.net.settle();
    QVERIFY(paid.succeeded());
    QCOMPARE(paid.paid().parts, std::uint32_t{1});
    QVERIFY(Quartet::settled(net.carol, dry) >= 450'000'000_msat);
    QVERIFY(net.check());
}

void TestPayments::a_wallet_does_not_forward() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto& middle = net.net.add("middle", parts_for(2));
    auto& carol = net.net.add("carol", parts_for(3));
    for (auto* const node : {&alice, &middle, &carol}) {
        net.net.fund(*node, Sat(2'000'000), 2);
        net.net.fund(*node, Sat(30'000), 6);
    }
    net.open(alice, middle, 500'000_sat);
    net.open(middle, carol, 500'000_sat);
    const auto payment = net.pays(alice, carol, 1'000'000_msat);
    QCOMPARE(payment.problem(), std::optional(ProblemKind::payment_failed));
    QCOMPARE(param(payment, "code"), std::string("unknown_next_peer"));
    QVERIFY(middle.node().state().forwards.empty());
    QVERIFY(net.check());
}

void TestPayments::a_forward_survives_cuts_and_restarts() {
    using wire::Type;
    for (const auto type : {Type::update_add_htlc, Type::commitment_signed, Type::revoke_and_ack,
                            Type::update_fulfill_htlc}) {
        for (const auto when : {sim::Cut::When::before, sim::Cut::When::after}) {
            for (const int side : {0, 1, 2, 3}) {
                Trio net;
                const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
                const auto second = net.open(net.hub, net.carol, 1'000'000_sat);
                const auto bolt11 = net.invoice(net.carol, 50'000'000_msat);
                auto& from = side == 0 ? net.alice : side == 1 || side == 2 ? net.hub : net.carol;
                auto& to = side == 0 || side == 3 ? net.hub : side == 1 ? net.carol : net.alice;
                net.net.cut_on(from, to, {when, type, 1});
                net.start_payment(net.alice, bolt11);
                net.net.settle();
                net.hub.restart();
                for (int i = 0; i < 4; ++i) {
                    net.net.connect(net.alice, net.hub);
                    net.net.connect(net.hub, net.carol);
                    net.net.settle();
                }
                const auto* const payment = sent(net.alice, bolt11);
                const bool paid = payment != nullptr &&
                                  std::holds_alternative<node::PaymentPaid>(payment->status);
                const bool lost = payment != nullptr &&
                                  std::holds_alternative<node::PaymentLost>(payment->status);
                const auto where =
                    QString("type %1 when %2 side %3").arg(int(type)).arg(int(when)).arg(side);
                QVERIFY2(paid || lost, qPrintable(where));
                // All or nothing, and the hub never loses.
                QCOMPARE(Trio::settled(net.carol, second), paid ? 50'000'000_msat : 0_msat);
                QCOMPARE(Trio::settled(net.hub, first), paid ? 50'006'000_msat : 0_msat);
                QVERIFY(net.hub.node().state().forwards.empty());
                QVERIFY(net.check());
            }
        }
    }
}

void TestPayments::a_forward_lost_on_the_chain_goes_back() {
    HeldForward net;
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    // Only the heights of the chain decide: as long as Carol could still claim, Alice's HTLC is
    // held.
    net.net.mine(20);
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    net.net.mine(80);
    QCOMPARE(Trio::state_of(net.hub, net.first), std::string("normal"));
    QVERIFY(Trio::state_of(net.hub, net.second) != std::string("normal"));
    const auto* const payment = sent(net.alice, net.bolt11);
    QVERIFY(std::holds_alternative<node::PaymentLost>(payment->status));
    QCOMPARE(payment->parts.front().failure, std::string("permanent_channel_failure"));
    QCOMPARE(payment->parts.front().failed_hop, std::uint32_t{0});
    QCOMPARE(Trio::settled(net.hub, net.first), 0_msat);
    QVERIFY(net.hub.node().state().forwards.empty());
    QVERIFY(net.check());
}

/// Carol's failures are as long as the wire allows, or empty: the hub says why in words of its own,
/// and Alice can read them.
void TestPayments::a_reason_that_nobody_can_read() {
    for (const std::size_t size : {std::size_t{0}, std::size_t{65'000}}) {
        Trio net;
        net.open(net.alice, net.hub, 1'000'000_sat);
        net.open(net.hub, net.carol, 1'000'000_sat);
        net.net.lie(net.carol, net.hub, [&](wire::Message& message) {
            if (auto* const failure = std::get_if<wire::UpdateFailHtlc>(&message))
                failure->reason = Bytes(size, 7);
        });
        // Carol does not know this secret.
        const auto bolt11 =
            forged(net.invoice(net.carol, 10'000'000_msat), *parts_for(3).keys,
                   [](payment::Invoice& invoice) { invoice.payment_secret = Secret32{}; });
        const auto payment = net.start_payment(net.alice, bolt11);
        net.net.settle();
        QCOMPARE(payment.problem(), std::optional(ProblemKind::payment_failed));
        QCOMPARE(param(payment, "code"), std::string("temporary_channel_failure"));
        QCOMPARE(param(payment, "node"), net.hub.id().hex());
        QVERIFY(net.hub.node().state().forwards.empty());
        QVERIFY(net.check());
    }
}

void TestPayments::a_preimage_from_the_chain_pays_the_hub() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    const auto second = net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 50'000'000_msat);
    net.net.cut_on(net.carol, net.hub,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(std::holds_alternative<node::PaymentPending>(sent(net.alice, bolt11)->status));
    // The hub never comes back to Carol: she takes what is hers on the chain, and cannot but show
    // the preimage there.
    net.net.mine(70);
    QVERIFY(Trio::state_of(net.carol, second) != std::string("normal"));
    QVERIFY(std::holds_alternative<node::PaymentPaid>(sent(net.alice, bolt11)->status));
    QCOMPARE(Trio::state_of(net.hub, first), std::string("normal"));
    QCOMPARE(Trio::settled(net.hub, first), 50'006'000_msat);
    QVERIFY(net.hub.node().state().forwards.empty());
    QVERIFY(net.check());
}

void TestPayments::a_set_about_to_expire_goes_back() {
    Quartet net;
    net.open_both_ways();
    net.net.hold(net.south, net.carol, true);
    const auto bolt11 = net.invoice(net.carol, 400'000'000_msat);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{0});
    // No time passes, but blocks do: Carol keeps no part that she could not claim any more.
    net.net.mine(50);
    QCOMPARE(failed_parts(*sent(net.alice, bolt11)), std::size_t{1});
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    QVERIFY(std::holds_alternative<node::PaymentLost>(sent(net.alice, bolt11)->status));
    for (const auto& [hash, incoming] : net.carol.node().state().incoming) {
        QVERIFY(std::holds_alternative<node::InvoiceOpen>(incoming->status) &&
                incoming->parts.empty());
    }
    QVERIFY(net.check());
}

void TestPayments::without_the_chain_nothing_is_taken() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    net.bob.set_chain_reachable(false);
    net.net.settle();
    // A short silence is no reason yet.
    QVERIFY(net.pays(net.alice, net.bob, 1'000_msat).succeeded());
    net.net.advance(31 * minute);
    if (!net.net.is_connected(net.alice, net.bob)) net.reconnect();
    const auto refused = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(refused.problem(), std::optional(ProblemKind::payment_failed));
    QCOMPARE(param(refused, "code"), std::string("temporary_node_failure"));
    const auto own = net.pays(net.bob, net.alice, 1'000_msat);
    QCOMPARE(own.problem(), std::optional(ProblemKind::chain_gone));
    net.bob.set_chain_reachable(true);
    net.net.settle();
    const auto paid = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(paid.succeeded());
    QCOMPARE(Duo::settled(net.bob, id), 110'001'000_msat);
    QVERIFY(net.check());
}

void TestPayments::wishes_that_cannot_be() {
    Duo net;
    const auto free_amount = net.invoice(net.bob, std::nullopt);
    const auto fixed = net.invoice(net.bob, 1'000'000_msat);
    const auto kind = [&](sim::SimNode& node, const std::string& text,
                          std::optional<Msat> amount = std::nullopt) {
        const auto payment = net.start_payment(node, text, amount);
        net.net.settle();
        return payment.problem();
    };
    // Nothing is open yet.
    QCOMPARE(kind(net.alice, fixed), std::optional(ProblemKind::no_usable_channel));
    net.open(net.alice, net.bob, 200'000_sat);
    QCOMPARE(kind(net.alice, "lnbcrt1nonsense"), std::optional(ProblemKind::malformed));
    QCOMPARE(kind(net.alice, ""), std::optional(ProblemKind::malformed));
    QCOMPARE(kind(net.bob, fixed), std::optional(ProblemKind::own_invoice));
    QCOMPARE(kind(net.alice, free_amount), std::optional(ProblemKind::amount_missing));
    QCOMPARE(kind(net.alice, free_amount, 0_msat), std::optional(ProblemKind::amount_too_small));
    QCOMPARE(kind(net.alice, fixed, 999'999_msat), std::optional(ProblemKind::bad_request));
    // The coffee invoice of BOLT 11 is for another chain.
    QCOMPARE(kind(net.alice,
                  "lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsy"
                  "qcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwz"
                  "qfqypqdq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpmdla2087ne0xh8"
                  "nhedh8w27kyke0lp53ut353s06fv3qfegext0eh"
                  "0ymjpf39tuven09sam30g4vgpfna3rh"),
             std::optional(ProblemKind::wrong_network));
    QVERIFY(bool(net.run(net.alice, api::Pay{free_amount, 7'000_msat, std::nullopt, 60})));
    QVERIFY(bool(net.run(net.alice, api::Pay{fixed, 1'000'000_msat, std::nullopt, 60})));
    const auto brief = net.run(net.bob, api::CreateInvoice{1'000_msat, "", 60});
    net.net.advance(62'000);
    QCOMPARE(kind(net.alice, std::get<api::InvoiceMade>(*brief).bolt11),
             std::optional(ProblemKind::expired));
    net.net.disconnect(net.alice, net.bob);
    QCOMPARE(kind(net.alice, net.invoice(net.bob, 1'000_msat)),
             std::optional(ProblemKind::no_usable_channel));

    const auto made = [&](api::CreateInvoice wish) { return net.run(net.bob, std::move(wish)); };
    QVERIFY(made({0_msat, "", 60}).error().kind == ProblemKind::amount_too_small);
    QVERIFY(made({Msat(UINT64_MAX), "", 60}).error().kind == ProblemKind::amount_too_large);
    QVERIFY(made({1_msat, std::string(640, 'x'), 60}).error().kind == ProblemKind::bad_request);
    QVERIFY(bool(made({1_msat, std::string(639, 'x'), 60})));
    QVERIFY(made({1_msat, "\xff", 60}).error().kind == ProblemKind::bad_request);
    QVERIFY(made({1_msat, "", 0}).error().kind == ProblemKind::bad_request);
    QVERIFY(net.check());
}

/// Its peer is there: to say that it is away would have a person look in the wrong place.
void TestPayments::a_channel_that_lost_its_block_is_opening() {
    Duo net;
    net.open(net.alice, net.bob, 200'000_sat);
    const auto bolt11 = net.invoice(net.bob, 1'000'000_msat);
    const auto depth = net.alice.snapshot()->channels.at(0).confirmations;
    QVERIFY(bool(
        net.net.chain().reorg(depth, std::vector<std::vector<bitcoin::Transaction>>(depth + 1))));
    net.alice.set_chain_reachable(true);
    net.net.settle();
    const auto& channel = net.alice.snapshot()->channels.at(0);
    QVERIFY(channel.online && !channel.usable);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(payment.problem(), std::optional(ProblemKind::no_usable_channel));
    QCOMPARE(param(payment, "cause"), std::string("opening"));
    net.net.mine(depth);
    QVERIFY(bool(net.run(net.alice, api::Pay{bolt11, std::nullopt, std::nullopt, 60})));
    QVERIFY(net.check());
}

void TestPayments::invoices_are_idempotent() {
    Duo net;
    const auto one = net.invoice(net.bob, 1'000_msat);
    const auto two = net.invoice(net.bob, 1'000_msat);
    QVERIFY(one != two);
    QCOMPARE(net.bob.node().state().incoming.size(), std::size_t{2});
    QVERIFY(net.check());
}

void TestPayments::inspection_says_fee_and_problem() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.carol, 50'000'000_msat);
    const auto before = net.alice.node().inspect(bolt11, net.net.now());
    QVERIFY(bool(before));
    QVERIFY(!before->problem);
    QCOMPARE(*before->fee, 6'000_msat);
    QCOMPARE(before->route_hints.size(), std::size_t{1});
    QVERIFY(before->route_hints[0][0].node_id == net.hub.id());
    QCOMPARE(before->signature.size(), std::size_t{130});
    QVERIFY(before->payee == net.carol.id());
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(payment.succeeded());
    QCOMPARE(payment.paid().fee, *before->fee);
    const auto after = net.alice.node().inspect(bolt11, net.net.now());
    QVERIFY(after->problem && after->problem->kind == ProblemKind::already_paid);
    QVERIFY(net.carol.node().inspect(bolt11, net.net.now())->problem->kind ==
            ProblemKind::own_invoice);
    QVERIFY(!net.alice.node().inspect("lnbcrt", net.net.now()));
    // Of an invoice that leaves the amount open, about the one that is wished.
    const auto open = net.invoice(net.carol, std::nullopt);
    const auto of = [&](std::optional<Msat> amount) {
        return *net.alice.node().inspect(open, net.net.now(), amount);
    };
    QCOMPARE(of(std::nullopt).problem->kind, ProblemKind::amount_missing);
    QVERIFY(!of(50'000'000_msat).problem);
    QCOMPARE(of(50'000'000_msat).fee, std::optional(6'000_msat));
    QVERIFY(!of(50'000'000_msat).amount);
    const auto much = of(2'000'000'000_msat);
    QCOMPARE(much.problem->kind, ProblemKind::insufficient_liquidity);
    QCOMPARE(much.problem->params.at("needed_msat"), std::string("2000000000"));
    QVERIFY(much.problem->params.contains("can_send_msat") && !much.fee);
    QCOMPARE(of(0_msat).problem->kind, ProblemKind::amount_too_small);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestPayments)
#include "test_payments.moc"
