// Every vector of BOLT 8, Appendix A: handshakes that succeed and fail, and 1002 messages over two
// key rotations.
#include "core/transport/connection.h"
#include "tests/support/vector_file.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::transport;
using runnel::test::hex;
using runnel::test::rows_of;

namespace {

crypto::PrivateKey private_key(const QJsonValue& value) {
    const auto key = crypto::PrivateKey::from(test::secret(value));
    if (!key) qFatal("not a key");
    return *key;
}

/// The document's names of the errors.
TransportError error_of(const QJsonValue& value) {
    const auto name = test::text(value);
    const auto act = static_cast<Act>(name.at(3) - '0');
    const auto what = name.substr(5);
    if (what == "READ_FAILED") return HandshakeError{act, HandshakeFault::truncated};
    if (what == "BAD_VERSION") return HandshakeError{act, HandshakeFault::bad_version};
    if (what == "BAD_PUBKEY") return HandshakeError{act, HandshakeFault::bad_key};
    if (what == "BAD_TAG") return HandshakeError{act, HandshakeFault::bad_tag};
    if (what == "BAD_CIPHERTEXT") return HandshakeError{act, HandshakeFault::bad_ciphertext};
    qFatal("unknown error");
}

/// Feeds the bytes and ends the stream there: how a short act shows itself.
std::optional<TransportError> feed_all(Connection& connection, ByteView bytes, Bytes& out) {
    const auto received = connection.feed(bytes, out);
    if (received.error) return received.error;
    return connection.is_established() ? std::nullopt : connection.end_of_input();
}

}  // namespace

class TestBolt08 : public QObject {
    Q_OBJECT

private slots:
    void initiator() {
        for (const auto& row : rows_of(m_file, "initiator")) {
            const auto theirs = crypto::PublicKey::parse(hex(row[u"rs_pub"]));
            QVERIFY(theirs.has_value());
            Bytes out;
            auto connection = Connection::initiate(private_key(row[u"ls_priv"]),
                                                   private_key(row[u"e_priv"]), *theirs, out);
            QCOMPARE(out, hex(row[u"act1_output"]));
            out.clear();
            const auto error = feed_all(connection, hex(row[u"act2_input"]), out);
            if (!row[u"error"].isUndefined()) {
                QCOMPARE(error, error_of(row[u"error"]));
                QVERIFY(out.empty());
                continue;
            }
            QVERIFY(!error);
            QCOMPARE(out, hex(row[u"act3_output"]));
            QCOMPARE(connection.their_id(), *theirs);
        }
    }

    void responder() {
        for (const auto& row : rows_of(m_file, "responder")) {
            auto connection =
                Connection::respond(private_key(row[u"ls_priv"]), private_key(row[u"e_priv"]));
            Bytes out;
            auto error = feed_all(connection, hex(row[u"act1_input"]), out);
            if (!row[u"act3_input"].isUndefined()) {
                QCOMPARE(out, hex(row[u"act2_output"]));
                out.clear();
                error = feed_all(connection, hex(row[u"act3_input"]), out);
            }
            QVERIFY(out.empty());
            if (!row[u"error"].isUndefined()) {
                QCOMPARE(error, error_of(row[u"error"]));
            } else {
                QVERIFY(!error);
                QVERIFY(connection.is_established());
            }
        }
    }

    void session_keys() {
        const auto row = rows_of(m_file, "initiator").first();
        const auto theirs = crypto::PublicKey::parse(hex(row[u"rs_pub"]));
        Bytes out;
        auto initiator = Handshake::initiate(private_key(row[u"ls_priv"]),
                                             private_key(row[u"e_priv"]), *theirs, out);
        auto step = initiator.receive(hex(row[u"act2_input"]), out);
        QVERIFY(step && *step);
        QCOMPARE((*step)->sending.key(), test::secret(row[u"sk"]));
        QCOMPARE((*step)->receiving.key(), test::secret(row[u"rk"]));

        const auto other = rows_of(m_file, "responder").first();
        auto responder =
            Handshake::respond(private_key(other[u"ls_priv"]), private_key(other[u"e_priv"]));
        QVERIFY(responder.receive(hex(other[u"act1_input"]), out).has_value());
        auto last = responder.receive(hex(other[u"act3_input"]), out);
        QVERIFY(last && *last);
        QCOMPARE((*last)->sending.key(), test::secret(other[u"sk"]));
        QCOMPARE((*last)->receiving.key(), test::secret(other[u"rk"]));
        QCOMPARE((*last)->their_id, private_key(row[u"ls_priv"]).public_key());
    }

    void messages() {
        // The two ends of the successful handshake; its keys are those of the message vectors.
        const auto ours = rows_of(m_file, "initiator").first();
        const auto other = rows_of(m_file, "responder").first();
        QCOMPARE(ours[u"sk"], m_file[u"message_sk"]);
        Bytes out;
        auto sender =
            Connection::initiate(private_key(ours[u"ls_priv"]), private_key(ours[u"e_priv"]),
                                 private_key(other[u"ls_priv"]).public_key(), out);
        auto receiver =
            Connection::respond(private_key(other[u"ls_priv"]), private_key(other[u"e_priv"]));
        Bytes back;
        QVERIFY(!receiver.feed(std::exchange(out, {}), back).error);
        QVERIFY(!sender.feed(back, out).error);
        QVERIFY(!receiver.feed(std::exchange(out, {}), back).error);

        const auto text = hex(m_file[u"message_text"]);
        const int count = m_file[u"message_count"].toInt();
        QCOMPARE(count, 1002);
        QMap<int, Bytes> expected;
        for (const auto& row : rows_of(m_file, "packets")) {
            expected[row.toArray()[0].toInt()] = hex(row.toArray()[1]);
        }
        QCOMPARE(expected.size(), 6);
        for (int i = 0; i < count; ++i) {
            Bytes packet;
            QVERIFY(sender.encrypt(text, packet).has_value());
            if (expected.contains(i)) QCOMPARE(packet, expected[i]);
            QCOMPARE(receiver.feed(packet, back).messages, std::vector<Bytes>{text});
        }
    }

    void rotations() {
        Cipher cipher(test::secret(m_file[u"message_sk"]), test::secret(m_file[u"message_ck"]));
        int sent = 0;
        for (const auto& row : rows_of(m_file, "rotations")) {
            Bytes out;
            for (; sent < row.toArray()[0].toInt(); ++sent) {
                cipher.seal(out, {});
                cipher.seal(out, {});
            }
            QCOMPARE(cipher.key(), test::secret(row.toArray()[1]));
        }
        QCOMPARE(sent, 1000);
    }

private:
    const QJsonObject m_file = test::vector_object("transport/bolt08.json");
};

RUNNEL_TEST(TestBolt08)
#include "test_bolt08.moc"
