// Onions that somebody on the way has changed, or that a payer has made wrongly: who says what of
// them, how it comes back, and what the payer hears (BOLT 4; BOLT 2, "Removing an HTLC").
#include "tests/scenario/payment_facts.h"

#include "core/onion/failure_onion.h"
#include "core/onion/payload.h"
#include "core/onion/sphinx.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

using api::ProblemKind;
using Change = std::function<void(wire::UpdateAddHtlc&)>;
using Payload = std::function<Bytes(const wire::UpdateAddHtlc&, onion::FinalPayload)>;

Change with_byte(std::size_t index, std::uint8_t flipped) {
    return [=](wire::UpdateAddHtlc& add) {
        auto bytes = add.onion_routing_packet.raw();
        bytes.at(index) = static_cast<std::uint8_t>(bytes.at(index) ^ flipped);
        add.onion_routing_packet = wire::OnionPacket(bytes);
    };
}

const channel::Funded& funded(const sim::SimNode& node, const ChannelId& id) {
    return *channel::funded_of(Story::channel_of(node, id)->state);
}

/// A hint of the terms that nodes here forward at.
payment::HintHop hop_over(const sim::SimNode& node, ShortChannelId scid) {
    return payment::HintHop{node.id(), scid, 1'000_msat, 100, BlockDelta(80)};
}

}  // namespace

class TestOnionRules : public QObject {
    Q_OBJECT

private slots:
    void what_cannot_be_opened_is_malformed_data();
    void what_cannot_be_opened_is_malformed();
    void what_a_payee_finds_inside_data();
    void what_a_payee_finds_inside();
    void a_hub_promises_nobody_too_many_blocks();
    void the_real_id_of_a_private_channel_is_nobody_s_business_data();
    void the_real_id_of_a_private_channel_is_nobody_s_business();
    void another_channel_of_the_same_peer_will_do();
    void a_hint_of_two_hops_is_a_way();
};

void TestOnionRules::what_cannot_be_opened_is_malformed_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("where");
    struct Case {
        const char* name;
        const char* code;
        Change change;
    };
    const Case cases[] = {
        {"version", "invalid_onion_version", with_byte(0, 1)},
        {"key", "invalid_onion_key", with_byte(1, 4)},
        {"hmac", "invalid_onion_hmac", with_byte(1365, 1)},
        {"inside a blinded path", "invalid_onion_blinding",
         [](wire::UpdateAddHtlc& add) { add.blinded_path = parts_for(9).keys->node_id(); }},
    };
    for (const auto& one : cases) {
        for (const char* const where : {"payee", "first hop", "behind the hub"})
            QTest::addRow("%s, %s", one.name, where) << one.change << one.code << where;
    }
}

void TestOnionRules::what_cannot_be_opened_is_malformed() {
    QFETCH(Change, change);
    QFETCH(QString, code);
    QFETCH(QString, where);
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    const auto second = net.open(net.hub, net.carol, 1'000'000_sat);
    const bool behind = where == QStringLiteral("behind the hub");
    auto& payee = where == QStringLiteral("payee") ? net.hub : net.carol;
    const auto break_it = [&](wire::Message& message) {
        if (auto* const add = std::get_if<wire::UpdateAddHtlc>(&message)) change(*add);
    };
    std::vector<std::string> by_hub, by_carol;
    const auto note = [](std::vector<std::string>& said) {
        return [&said](wire::Message& message) { said.emplace_back(wire::name_of(message)); };
    };
    const auto says = [](const std::vector<std::string>& said, const char* name) {
        return std::find(said.begin(), said.end(), name) != said.end();
    };
    const auto bolt11 = net.invoice(payee, 10'000'000_msat);
    if (behind) net.net.lie(net.hub, net.carol, break_it);
    else net.net.lie(net.alice, net.hub, break_it);
    net.net.lie(net.hub, net.alice, note(by_hub));
    net.net.lie(net.carol, net.hub, note(by_carol));
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    // Who cannot open it has no secret to answer with; a hub that hears so answers with its own.
    QCOMPARE(says(by_hub, "update_fail_malformed_htlc"), !behind);
    QCOMPARE(says(by_hub, "update_fail_htlc"), behind);
    QCOMPARE(says(by_carol, "update_fail_malformed_htlc"), behind);
    QCOMPARE(payment.problem(), std::optional(&payee == &net.hub ? ProblemKind::payee_refused
                                                                 : ProblemKind::payment_failed));
    QCOMPARE(QString::fromStdString(param(payment, "code")), code);
    QCOMPARE(param(payment, "node"), net.hub.id().hex());
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QCOMPARE(htlcs(net.alice) + htlcs(net.hub) + htlcs(net.carol), std::size_t{0});
    QVERIFY(net.hub.node().state().forwards.empty());
    QCOMPARE(Story::state_of(net.alice, first), std::string("normal"));
    QCOMPARE(Story::state_of(net.carol, second), std::string("normal"));
    QVERIFY(net.check());
}

void TestOnionRules::what_a_payee_finds_inside_data() {
    QTest::addColumn<Payload>("payload");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* name, const char* code, Payload payload) {
        QTest::newRow(name) << payload << QString(code);
    };
    const auto with_record = [](Bytes record) {
        return [record](const wire::UpdateAddHtlc&, const onion::FinalPayload& final) {
            Bytes out = encode_payload(final);
            out.insert(out.end(), record.begin(), record.end());
            return out;
        };
    };
    row("what is right", "paid", with_record({}));
    row("an odd record that it does not know", "paid", with_record({0xfb, 0x00}));
    row("an even record that it does not know", "invalid_onion_payload", with_record({0xfa, 0x00}));
    row("no records at all", "invalid_onion_payload",
        [](const wire::UpdateAddHtlc&, const onion::FinalPayload&) {
            return Bytes{0xff, 0xff};
        });
    row("part of a blinded path", "invalid_onion_blinding", with_record({0x0a, 0x01, 0x00}));
    // The last forwarder kept too much, or too many blocks.
    row("a millisatoshi more than the HTLC has", "final_incorrect_htlc_amount",
        [](const wire::UpdateAddHtlc& add, onion::FinalPayload final) {
            final.amt_to_forward = add.amount_msat + 1_msat;
            return encode_payload(final);
        });
    row("a block more than the HTLC has", "final_incorrect_cltv_expiry",
        [](const wire::UpdateAddHtlc& add, onion::FinalPayload final) {
            final.outgoing_cltv_value = add.cltv_expiry + BlockDelta(1);
            return encode_payload(final);
        });
}

void TestOnionRules::what_a_payee_finds_inside() {
    QFETCH(Payload, payload);
    QFETCH(QString, code);
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    const auto invoice = payment::decode_invoice(bolt11, nullptr);
    QVERIFY(bool(invoice));
    const auto session =
        crypto::PrivateKey::from(Secret32(crypto::sha256(bytes_of("session")).raw())).value();
    std::vector<Secret32> secrets;
    QString answer = QStringLiteral("nothing");
    net.net.lie(net.alice, net.bob, [&](wire::Message& message) {
        auto* const add = std::get_if<wire::UpdateAddHtlc>(&message);
        if (add == nullptr) return;
        onion::FinalPayload final;
        final.amt_to_forward = add->amount_msat;
        final.outgoing_cltv_value = add->cltv_expiry;
        final.payment_data = onion::PaymentData{invoice->payment_secret, add->amount_msat};
        const std::vector<onion::Hop> hops{{net.bob.id(), payload(*add, final)}};
        auto made = onion::build(session, hops, add->payment_hash.view());
        if (!made) return;
        add->onion_routing_packet = made->packet;
        secrets = std::move(made->shared_secrets);
    });
    net.net.lie(net.bob, net.alice, [&](wire::Message& message) {
        if (std::holds_alternative<wire::UpdateFulfillHtlc>(message)) answer = "paid";
        if (const auto* const failed = std::get_if<wire::UpdateFailHtlc>(&message)) {
            const auto read = onion::unwrap_failure(failed->reason, secrets);
            answer = read ? QString::fromStdString(
                                std::string(onion::to_string(onion::code_of(read->failure))))
                          : QStringLiteral("unreadable");
        }
    });
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(answer, code);
    QCOMPARE(payment.succeeded(), code == QStringLiteral("paid"));
    QCOMPARE(htlcs(net.bob), std::size_t{0});
    QVERIFY(net.check());
}

/// The payee asks for very many blocks, and the hub is behind: by its own height, it would have to
/// promise more than any channel's money should be bound for.
void TestOnionRules::a_hub_promises_nobody_too_many_blocks() {
    Trio net;
    const auto first = net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto bolt11 = forged(
        net.invoice(net.carol, 10'000'000_msat), *parts_for(3).keys,
        [](payment::Invoice& invoice) { invoice.min_final_cltv_expiry_delta = BlockDelta(1'800); });
    net.hub.set_chain_mute(true);
    net.net.mine(250);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(payment.problem(), std::optional(ProblemKind::payment_failed));
    QCOMPARE(param(payment, "code"), std::string("expiry_too_far"));
    QCOMPARE(param(payment, "node"), net.hub.id().hex());
    // As high as the others, it passes it on.
    net.hub.set_chain_mute(false);
    net.net.settle();
    const auto again = net.start_payment(
        net.alice, forged(net.invoice(net.carol, 10'000'000_msat), *parts_for(3).keys,
                          [](payment::Invoice& invoice) {
                              invoice.min_final_cltv_expiry_delta = BlockDelta(1'800);
                          }));
    net.net.settle();
    QVERIFY2(again.succeeded(), param(again, "code").c_str());
    QCOMPARE(Story::state_of(net.alice, first), std::string("normal"));
    QVERIFY(net.check());
}

void TestOnionRules::the_real_id_of_a_private_channel_is_nobody_s_business_data() {
    QTest::addColumn<bool>("announced");
    QTest::newRow("a private channel") << false;
    QTest::newRow("an announced channel") << true;
}

/// BOLT 2, option_scid_alias: an id that names an output on the chain would tell who owns it.
void TestOnionRules::the_real_id_of_a_private_channel_is_nobody_s_business() {
    QFETCH(bool, announced);
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    const auto second = net.open(net.hub, net.carol, 1'000'000_sat, 0_msat, announced);
    const auto& kept = funded(net.hub, second);
    QCOMPARE(kept.params().scid_alias, !announced);
    const auto pays_over = [&](ShortChannelId scid) {
        const auto payment = net.start_payment(
            net.alice, forged(net.invoice(net.carol, 10'000'000_msat), *parts_for(3).keys,
                              [&](payment::Invoice& invoice) {
                                  invoice.route_hints = {{hop_over(net.hub, scid)}};
                              }));
        net.net.settle();
        return payment.succeeded() ? std::string("paid") : param(payment, "code");
    };
    const auto real = kept.short_channel_id();
    const auto alias = kept.our_alias;
    QVERIFY(real && *real != alias);
    QCOMPARE(pays_over(*real), std::string(announced ? "paid" : "unknown_next_peer"));
    QCOMPARE(pays_over(alias), std::string("paid"));
    QVERIFY(net.check());
}

/// BOLT 4, "Non-strict Forwarding".
void TestOnionRules::another_channel_of_the_same_peer_will_do() {
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    const auto small = net.open(net.hub, net.carol, 100'000_sat);
    const auto large = net.open(net.hub, net.carol, 500'000_sat);
    const auto alias = funded(net.hub, small).our_alias;
    const auto pays = [&](Msat amount) {
        const auto payment = net.start_payment(
            net.alice, forged(net.invoice(net.carol, amount), *parts_for(3).keys,
                              [&](payment::Invoice& invoice) {
                                  invoice.route_hints = {{hop_over(net.hub, alias)}};
                              }));
        net.net.settle();
        return payment.succeeded();
    };
    // While the named one has enough, it is the one.
    QVERIFY(pays(60'000'000_msat));
    QCOMPARE(Story::settled(net.carol, small), 60'000'000_msat);
    QVERIFY(pays(60'000'000_msat));
    QCOMPARE(Story::settled(net.carol, small), 60'000'000_msat);
    QCOMPARE(Story::settled(net.carol, large), 60'000'000_msat);
    QVERIFY(net.check());
}

void TestOnionRules::a_hint_of_two_hops_is_a_way() {
    Quartet net;
    const auto first = net.open(net.alice, net.north, 500'000_sat);
    const auto second = net.open(net.north, net.south, 500'000_sat);
    const auto third = net.open(net.south, net.carol, 500'000_sat);
    const auto bolt11 = forged(
        net.invoice(net.carol, 50'000'000_msat), *parts_for(4).keys,
        [&](payment::Invoice& invoice) {
            invoice.route_hints = {{hop_over(net.north, funded(net.north, second).our_alias),
                                    hop_over(net.south, funded(net.south, third).our_alias)}};
        });
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY2(payment.succeeded(), param(payment, "code").c_str());
    // Each keeps 1 sat and 100 millionths of what it passes on.
    QCOMPARE(payment.paid().fee, 12'000_msat);
    QCOMPARE(Story::settled(net.carol, third), 50'000'000_msat);
    QCOMPARE(Story::settled(net.south, second), 50'006'000_msat);
    QCOMPARE(Story::settled(net.north, first), 50'012'000_msat);
    QVERIFY(net.north.node().state().forwards.empty());
    QVERIFY(net.south.node().state().forwards.empty());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestOnionRules)
#include "test_onion_rules.moc"
