// ECDSA (Wycheproof, RFC 6979), Schnorr (BIP 340) and taproot keys (BIP 341) against published
// values.
#include "core/crypto/hash.h"
#include "core/crypto/keys.h"
#include "tests/support/vector_file.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::crypto;
using runnel::test::hex;
using runnel::test::rows_of;

class TestSignatureVectors : public QObject {
    Q_OBJECT

private slots:
    void wycheproof_ecdsa() {
        int valid = 0;
        for (const auto& entry : rows_of(test::vector_object("crypto/ecdsa.json"), "tests")) {
            const auto row = entry.toArray();
            const auto key = PublicKey::parse(hex(row[1]));
            QVERIFY(key.has_value());
            const auto signature = from_der(hex(row[3]));
            const bool ok = signature && verify(*key, sha256(hex(row[2])), *signature);
            QVERIFY2(ok == row[4].toBool(),
                     qPrintable(
                         QStringLiteral("test %1: %2").arg(row[0].toInt()).arg(row[5].toString())));
            if (!ok) continue;
            ++valid;
            QCOMPARE(to_der(*signature), hex(row[3]));
            QCOMPARE(normalised(*signature), *signature);
        }
        QCOMPARE(valid, 162);
    }

    void deterministic_signing() {
        for (const auto& row : rows_of(test::vector_object("crypto/basics.json"), "signing")) {
            const auto key = PrivateKey::from(test::secret(row[u"secret"]));
            QVERIFY(key.has_value());
            const auto digest = sha256(bytes_of(test::text(row[u"message"])));
            const auto plain = sign_recoverable(*key, digest);
            QCOMPARE(to_bytes(plain.signature.view()), hex(row[u"plain"]));
            QCOMPARE(recover(plain, digest), key->public_key());
            const auto ground = sign(*key, digest);
            QCOMPARE(to_bytes(ground.view()), hex(row[u"low_r"]));
            QVERIFY(verify(key->public_key(), digest, ground));
        }
    }

    void bip340() {
        int valid = 0;
        for (const auto& entry : rows_of(test::vector_object("crypto/schnorr.json"), "tests")) {
            const auto row = entry.toArray();
            const auto message = hex(row[4]);
            const auto key = XOnlyKey::from(hex(row[2]));
            const auto signature = SchnorrSignature::from(hex(row[5]));
            QVERIFY(key && signature);
            QVERIFY2(verify_schnorr(*key, message, *signature) == row[6].toBool(),
                     qPrintable(
                         QStringLiteral("test %1: %2").arg(row[0].toInt()).arg(row[7].toString())));
            valid += row[6].toBool() ? 1 : 0;
            if (row[1].toString().isEmpty()) continue;
            const auto secret = PrivateKey::from(test::secret(row[1]));
            QVERIFY(secret.has_value());
            QCOMPARE(x_only(secret->public_key()), *key);
            // Our signing takes digests only; the vectors also sign messages of other lengths.
            const auto digest = Hash256::from(message);
            if (digest) QCOMPARE(sign_schnorr(*secret, *digest, test::secret(row[3])), *signature);
        }
        QCOMPARE(valid, 9);
    }

    void taproot_outputs() {
        for (const auto& row : rows_of(test::vector_object("crypto/taproot.json"), "outputs")) {
            const auto internal = XOnlyKey::from(hex(row[u"internal"]));
            QVERIFY(internal.has_value());
            const auto out = taproot_output(*internal, root(row[u"root"]));
            QVERIFY(out.has_value());
            QCOMPARE(to_bytes(out->key.view()), hex(row[u"key"]));
            if (row[u"odd"].isBool()) QCOMPARE(out->odd, row[u"odd"].toBool());
        }
    }

    void taproot_keys() {
        for (const auto& row : rows_of(test::vector_object("crypto/taproot.json"), "keys")) {
            const auto internal = PrivateKey::from(test::secret(row[u"secret"]));
            QVERIFY(internal.has_value());
            QCOMPARE(to_bytes(x_only(internal->public_key()).view()), hex(row[u"internal"]));
            const auto tweaked = taproot_private(*internal, root(row[u"root"]));
            QVERIFY(tweaked.has_value());
            QCOMPARE(to_bytes(tweaked->secret().reveal()), hex(row[u"tweaked"]));
            const auto out = taproot_output(x_only(internal->public_key()), root(row[u"root"]));
            QCOMPARE(x_only(tweaked->public_key()), out->key);
            const auto digest = Hash256::from(hex(row[u"sighash"]));
            QVERIFY(digest.has_value());
            // These were made with an auxiliary value of zeros.
            const auto signature = sign_schnorr(*tweaked, *digest, Secret32());
            QCOMPARE(to_bytes(signature.view()), hex(row[u"signature"]));
        }
    }

private:
    static std::optional<Hash256> root(const QJsonValue& value) {
        if (value.isNull()) return std::nullopt;
        return Hash256::from(hex(value));
    }
};

RUNNEL_TEST(TestSignatureVectors)
#include "test_signatures.moc"
