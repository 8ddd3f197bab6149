// Every valid and invalid example of BOLT 11.
#include "tests/support/vector_file.h"

#include "core/bitcoin/address.h"
#include "core/payment/invoice.h"

using namespace runnel;
using runnel::test::text;

namespace {

payment::SignFn signer(const QJsonObject& json) {
    const auto key = crypto::PrivateKey::from(test::secret(json[u"private_key"])).value();
    return [key](const Hash256& digest) { return crypto::sign_recoverable(key, digest); };
}

void compare_routes(const payment::Invoice& invoice, const QJsonArray& routes) {
    QCOMPARE(invoice.route_hints.size(), static_cast<std::size_t>(routes.size()));
    for (std::size_t i = 0; i < invoice.route_hints.size(); ++i) {
        const auto hops = routes[static_cast<int>(i)].toArray();
        QCOMPARE(invoice.route_hints[i].size(), static_cast<std::size_t>(hops.size()));
        for (std::size_t k = 0; k < invoice.route_hints[i].size(); ++k) {
            const auto& hop = invoice.route_hints[i][k];
            const auto expected = hops[static_cast<int>(k)].toObject();
            QCOMPARE(hop.node_id.hex(), text(expected[u"pubkey"]));
            QCOMPARE(hop.short_channel_id.to_string(), text(expected[u"short_channel_id"]));
            QCOMPARE(static_cast<int>(hop.fee_base_msat.raw()), expected[u"fee_base_msat"].toInt());
            QCOMPARE(static_cast<int>(hop.fee_proportional_millionths),
                     expected[u"fee_proportional_millionths"].toInt());
            QCOMPARE(static_cast<int>(hop.cltv_expiry_delta.raw()),
                     expected[u"cltv_expiry_delta"].toInt());
        }
    }
}

void compare(const payment::Invoice& invoice, const QJsonObject& expected) {
    QCOMPARE(invoice.amount.has_value(), !expected[u"amount_msat"].isNull());
    if (invoice.amount)
        QCOMPARE(std::to_string(invoice.amount->raw()), text(expected[u"amount_msat"]));
    QCOMPARE(invoice.timestamp.raw(),
             static_cast<std::int64_t>(expected[u"timestamp"].toInteger()));
    QCOMPARE(invoice.payment_hash.hex(), text(expected[u"payment_hash"]));
    QCOMPARE(to_hex(invoice.payment_secret.reveal()), text(expected[u"payment_secret"]));
    if (const auto* description = std::get_if<std::string>(&invoice.description)) {
        QCOMPARE(*description, text(expected[u"description"]));
    } else {
        QCOMPARE(std::get<Hash256>(invoice.description).hex(), text(expected[u"description_hash"]));
    }
    QCOMPARE(invoice.payment_metadata.has_value(), !expected[u"metadata"].isNull());
    if (invoice.payment_metadata)
        QCOMPARE(to_hex(*invoice.payment_metadata), text(expected[u"metadata"]));
    QCOMPARE(static_cast<int>(invoice.expiry_seconds), expected[u"expiry"].toInt());
    QCOMPARE(static_cast<int>(invoice.min_final_cltv_expiry_delta.raw()),
             expected[u"min_final_cltv_expiry_delta"].toInt());
    QCOMPARE(invoice.payee.hex(), text(expected[u"payee"]));
    wire::Features features;
    for (const auto& bit : expected[u"feature_bits"].toArray())
        features.set_bit(static_cast<std::size_t>(bit.toInt()));
    QCOMPARE(invoice.features.to_string(), features.to_string());
    const auto fallbacks = expected[u"fallbacks"].toArray();
    QCOMPARE(invoice.fallbacks.size(), static_cast<std::size_t>(fallbacks.size()));
    for (std::size_t i = 0; i < invoice.fallbacks.size(); ++i) {
        const auto address = bitcoin::address_of(invoice.fallbacks[i], invoice.network);
        QVERIFY(address.has_value());
        QCOMPARE(*address, text(fallbacks[static_cast<int>(i)]));
    }
    compare_routes(invoice, expected[u"routes"].toArray());
}

}  // namespace

class TestInvoiceVectors : public QObject {
    Q_OBJECT
private slots:
    void reads_every_valid_example() {
        const auto examples = test::vector_object("payment/invoices.json")[u"valid"].toArray();
        QCOMPARE(examples.size(), 16);
        for (const auto& example : examples) {
            const auto expected = example.toObject();
            const auto& network = params_of(*network_from_name(text(expected[u"network"])));
            const auto invoice = payment::decode_invoice(text(expected[u"invoice"]), &network);
            if (!invoice)
                qWarning("%s: %s", text(expected[u"name"]).c_str(),
                         to_string(invoice.error()).data());
            QVERIFY(invoice.has_value());
            QCOMPARE(invoice->network, network.network);
            compare(*invoice, expected);
            if (QTest::currentTestFailed()) {
                qWarning("in: %s", text(expected[u"name"]).c_str());
                return;
            }
            const auto elsewhere =
                payment::decode_invoice(text(expected[u"invoice"]), &params_of(Network::regtest));
            QCOMPARE(elsewhere.error(), DecodeError::wrong_network);
        }
    }

    void writes_the_same_text_where_the_order_is_ours() {
        const auto json = test::vector_object("payment/invoices.json");
        int same = 0;
        for (const auto& example : json[u"valid"].toArray()) {
            const auto expected = example.toObject();
            auto invoice = payment::decode_invoice(text(expected[u"invoice"]), nullptr).value();
            const auto written = payment::encode_invoice(invoice, signer(json));
            QVERIFY(written.has_value());
            if (expected[u"same_order_as_ours"].toBool()) {
                QCOMPARE(*written, text(expected[u"invoice"]));
                ++same;
            }
            const auto again = payment::decode_invoice(*written, nullptr);
            QVERIFY(again.has_value());
            invoice.payee =
                again->payee;  // one example recovers another key than the one that signs here
            QVERIFY(*again == invoice);
        }
        QCOMPARE(same, 6);
    }

    void refuses_every_invalid_example() {
        const auto examples = test::vector_object("payment/invoices.json")[u"invalid"].toArray();
        QCOMPARE(examples.size(), 10);
        for (const auto& example : examples) {
            const auto expected = example.toObject();
            std::optional<std::size_t> bit;
            const auto invoice = payment::decode_invoice(text(expected[u"invoice"]), nullptr, &bit);
            QVERIFY2(!invoice.has_value(), text(expected[u"reason"]).c_str());
            QCOMPARE(std::string(to_string(invoice.error())), text(expected[u"error"]));
            QCOMPARE(bit.value_or(0),
                     std::size_t{invoice.error() == DecodeError::unsupported ? 100U : 0U});
        }
    }
};

RUNNEL_TEST(TestInvoiceVectors)
#include "test_invoice_vectors.moc"
