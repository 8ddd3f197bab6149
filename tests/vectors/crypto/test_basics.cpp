// Hashes, MACs, key derivation and ChaCha20 against published values.
#include "core/crypto/aead.h"
#include "core/crypto/hash.h"
#include "tests/support/vector_file.h"

using namespace runnel;
using namespace runnel::crypto;
using runnel::test::hex;
using runnel::test::rows_of;

class TestBasicVectors : public QObject {
    Q_OBJECT

private slots:
    void hashes() {
        for (const auto& row : rows_of(m_file, "hashes")) {
            const auto text = test::text(row[u"text"]);
            QCOMPARE(to_bytes(sha256(bytes_of(text)).view()), hex(row[u"sha256"]));
            QCOMPARE(to_bytes(sha1(bytes_of(text)).view()), hex(row[u"sha1"]));
            QCOMPARE(to_bytes(ripemd160(bytes_of(text)).view()), hex(row[u"ripemd160"]));
        }
    }

    void a_million_letters() {
        const Bytes text(1'000'000, 'a');
        const std::string expected =
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        QCOMPARE(sha256(text).hex(), expected);
        Sha256 pieces;
        for (std::size_t at = 0; at < text.size(); at += 999) {
            pieces.add(ByteView(text).subspan(at, std::min<std::size_t>(999, text.size() - at)));
        }
        QCOMPARE(pieces.finish().hex(), expected);
    }

    void hmac() {
        for (const auto& row : rows_of(m_file, "hmac")) {
            const auto key = hex(row[u"key"]);
            const auto data = hex(row[u"data"]);
            const auto head = ByteView(data).first(data.size() / 2);
            const auto tail = ByteView(data).subspan(data.size() / 2);
            QCOMPARE(to_bytes(hmac_sha256(key, {data}).reveal()), hex(row[u"sha256"]));
            QCOMPARE(to_bytes(hmac_sha256(key, {head, tail}).reveal()), hex(row[u"sha256"]));
            QCOMPARE(to_bytes(hmac_sha512(key, {head, tail}).reveal()), hex(row[u"sha512"]));
        }
    }

    void hkdf() {
        for (const auto& row : rows_of(m_file, "hkdf")) {
            const auto expected = hex(row[u"okm"]);
            const auto out = hkdf_sha256(hex(row[u"salt"]), hex(row[u"ikm"]), hex(row[u"info"]),
                                         expected.size());
            QCOMPARE(to_bytes(out.reveal()), expected);
        }
    }

    void pbkdf2() {
        for (const auto& row : rows_of(m_file, "pbkdf2")) {
            const auto password = test::text(row[u"password"]);
            const auto salt = test::text(row[u"salt"]);
            const auto out = pbkdf2_sha512(bytes_of(password), bytes_of(salt),
                                           static_cast<unsigned>(row[u"rounds"].toInt()));
            QCOMPARE(to_bytes(out.reveal()), hex(row[u"key"]));
        }
    }

    void aead() {
        for (const auto& row : rows_of(m_file, "aead")) {
            const auto key = test::secret(row[u"key"]);
            Nonce nonce{};
            const auto bytes = hex(row[u"nonce"]);
            QCOMPARE(bytes.size(), nonce.size());
            std::copy(bytes.begin(), bytes.end(), nonce.begin());
            const auto aad = hex(row[u"aad"]);
            const auto plain = hex(row[u"plain"]);
            QCOMPARE(seal(key, nonce, aad, plain), hex(row[u"sealed"]));
            const auto opened = open(key, nonce, aad, hex(row[u"sealed"]));
            QVERIFY(opened.has_value());
            QCOMPARE(*opened, plain);
        }
    }

    void chacha20() {
        for (const auto& row : rows_of(m_file, "chacha20")) {
            const auto key = test::secret(row[u"key"]);
            Nonce nonce{};
            const auto bytes = hex(row[u"nonce"]);
            std::copy(bytes.begin(), bytes.end(), nonce.begin());
            const auto expected = hex(row[u"stream"]);
            const auto skip = static_cast<std::size_t>(row[u"skip"].toInt());
            auto out = chacha20_stream(key, nonce, skip + expected.size());
            QCOMPARE(to_bytes(ByteView(out).subspan(skip)), expected);
            chacha20_xor(key, nonce, out);
            QCOMPARE(out, Bytes(out.size(), 0));
        }
    }

private:
    const QJsonObject m_file = test::vector_object("crypto/basics.json");
};

RUNNEL_TEST(TestBasicVectors)
#include "test_basics.moc"
