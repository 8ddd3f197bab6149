// The published onions and failures of BOLT 4, byte for byte.
#include "tests/support/vector_file.h"

#include "core/onion/failure_onion.h"
#include "core/onion/payload.h"
#include "core/onion/sphinx.h"

#include <QJsonValue>

using namespace runnel;
using runnel::test::hex;
using runnel::test::secret;
using runnel::test::text;

namespace {

crypto::PrivateKey key(const QJsonValue& value) {
    return crypto::PrivateKey::from(secret(value)).value();
}

/// The vectors print payloads with their length before them.
Bytes without_length(const Bytes& packed) {
    Reader in(packed);
    const auto length = in.bigsize();
    const auto payload = to_bytes(in.bytes(length));
    in.expect_end();
    return in.ok() ? payload : Bytes{};
}

struct Vectors {
    QJsonObject json;
    crypto::PrivateKey session_key;
    Bytes associated_data;
    std::vector<onion::Hop> hops;
    std::vector<crypto::PrivateKey> node_keys;
    std::vector<Secret32> secrets;
};

Vectors load() {
    const auto json = test::vector_object("onion/onion.json");
    Vectors out{json, key(json[u"session_key"]), hex(json[u"associated_data"]), {}, {}, {}};
    for (const auto& hop : json[u"hops"].toArray()) {
        out.hops.push_back({crypto::PublicKey::parse(hex(hop[u"node"])).value(),
                            without_length(hex(hop[u"payload"]))});
        out.node_keys.push_back(key(hop[u"node_key"]));
        out.secrets.push_back(secret(hop[u"shared_secret"]));
    }
    return out;
}

}  // namespace

class TestOnionVectors : public QObject {
    Q_OBJECT
private slots:
    void builds_the_published_onion() {
        const auto v = load();
        QCOMPARE(v.hops.size(), std::size_t{5});
        const auto onion = onion::build(v.session_key, v.hops, v.associated_data);
        QVERIFY(onion.has_value());
        QCOMPARE(to_hex(onion->packet.view()), text(v.json[u"onion"]));
        QVERIFY(onion->shared_secrets == v.secrets);

        std::vector<crypto::PublicKey> nodes;
        for (const auto& hop : v.hops) nodes.push_back(hop.node);
        QVERIFY(onion::shared_secrets(v.session_key, nodes).value() == v.secrets);
    }

    void peels_the_published_onion_at_every_hop() {
        const auto v = load();
        auto packet = wire::OnionPacket::from(hex(v.json[u"onion"]));
        for (std::size_t i = 0; i < v.hops.size(); ++i) {
            QVERIFY(packet.has_value());
            const auto peeled = onion::peel(v.node_keys[i], *packet, v.associated_data);
            QVERIFY(peeled.has_value());
            QCOMPARE(to_hex(peeled->payload), to_hex(v.hops[i].payload));
            QVERIFY(peeled->shared_secret == v.secrets[i]);
            packet = peeled->next;
        }
        QVERIFY(!packet.has_value());
    }

    void reads_the_published_payloads() {
        const auto v = load();
        const auto first = onion::decode_forward_payload(v.hops[0].payload);
        QVERIFY(first.has_value());
        QVERIFY(*first ==
                (onion::ForwardPayload{Msat(15000), BlockHeight(1500), ShortChannelId(1)}));
        QCOMPARE(to_hex(onion::encode_payload(*first)), to_hex(v.hops[0].payload));
        const auto last = onion::decode_final_payload(v.hops[4].payload);
        QVERIFY(last.has_value());
        QCOMPARE(last->amt_to_forward.raw(), std::uint64_t{10000});
        QCOMPARE(last->outgoing_cltv_value.raw(), std::uint32_t{1000});
        QCOMPARE(last->total().raw(), std::uint64_t{10000});
        QCOMPARE(to_hex(last->payment_data->payment_secret.reveal()),
                 std::string("24a33562c54507a9334e79f0dc4f17d407e6d7c61f0e2f3d0d38599502f61704"));
        QCOMPARE(last->custom.size(), std::size_t{1});
        QCOMPARE(last->custom[0].type, std::uint64_t{301});
        QCOMPARE(to_hex(onion::encode_payload(*last)), to_hex(v.hops[4].payload));
    }

    void returns_the_published_failure() {
        const auto v = load();
        const auto failure = onion::decode_failure(hex(v.json[u"failure_message"]));
        QVERIFY(std::holds_alternative<onion::TemporaryNodeFailure>(failure));
        auto reason = onion::seal_failure(v.secrets[4], failure);
        for (const std::size_t hop : {3U, 2U, 1U, 0U}) onion::wrap_failure(v.secrets[hop], reason);
        QCOMPARE(to_hex(reason), text(v.json[u"failure_packet"]));

        const auto read = onion::unwrap_failure(reason, v.secrets);
        QVERIFY(read.has_value());
        QCOMPARE(read->hop, std::size_t{4});
        QVERIFY(read->failure == failure);
    }

    void reads_a_long_failure_with_extra_records() {
        const auto v = load();
        const auto expected = v.json[u"long_failure"].toObject();
        const auto packets = expected[u"packets_from_last_to_first_hop"].toArray();
        auto reason = hex(expected[u"sealed_packet"]);
        std::size_t hop = v.secrets.size();
        for (const auto& packet : packets) {
            onion::wrap_failure(v.secrets[--hop], reason);
            QCOMPARE(to_hex(reason), text(packet));
        }
        QCOMPARE(hop, std::size_t{0});
        const auto read = onion::unwrap_failure(reason, v.secrets);
        QVERIFY(read.has_value());
        QCOMPARE(read->hop, std::size_t{4});
        QVERIFY(read->failure == onion::Failure(onion::IncorrectOrUnknownPaymentDetails{
                                     Msat(100), BlockHeight(800000)}));
    }
};

RUNNEL_TEST(TestOnionVectors)
#include "test_onion_vectors.moc"
