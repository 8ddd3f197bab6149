// What signatures commit to: BIP 143's examples, BIP 341's key path spends, and the digests of old.
#include "core/bitcoin/address.h"
#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/sighash.h"
#include "tests/support/vector_file.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::bitcoin;
using namespace runnel::test;

namespace {

std::optional<Hash256> root_of(const QJsonValue& value) {
    return value.isNull() ? std::nullopt : Hash256::from(test::hex(value));
}

}  // namespace

class TestSighash : public QObject {
    Q_OBJECT
private slots:
    void bip143();
    void legacy();
    void taproot_outputs();
    void taproot_spends();
};

void TestSighash::bip143() {
    const auto rows = test::vector_list("bitcoin/bip143.json");
    QCOMPARE(rows.size(), 14);
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto tx = Transaction::parse(test::hex(row[0]));
        QVERIFY(tx);
        const auto type = static_cast<std::uint8_t>(row[4].toInteger());
        const auto digest =
            SegwitSighash(*tx).digest(static_cast<std::size_t>(row[1].toInteger()),
                                      test::hex(row[2]), Sat(test::number(row[3])), type);
        QCOMPARE(QString::fromStdString(digest.hex()), row[5].toString());
    }
}

void TestSighash::legacy() {
    const auto rows = test::vector_list("bitcoin/sighash_legacy.json");
    QCOMPARE(rows.size(), 100);
    int compared = 0;
    for (const auto& value : rows) {
        const auto row = value.toArray();
        // These transactions are noise: some hold amounts that no coin can have, which parse
        // refuses.
        const auto tx = Transaction::parse(test::hex(row[0]));
        if (!tx) {
            QCOMPARE(tx.error(), DecodeError::bad_value);
            continue;
        }
        const auto type = static_cast<std::uint32_t>(static_cast<std::int32_t>(row[3].toInteger()));
        const auto digest = legacy_sighash(*tx, static_cast<std::size_t>(row[2].toInteger()),
                                           test::hex(row[1]), type);
        QCOMPARE(QString::fromStdString(display_hex(digest)), row[4].toString());
        ++compared;
    }
    QVERIFY2(compared > 90, qPrintable(QString::number(compared)));
}

void TestSighash::taproot_outputs() {
    const auto rows = test::vector_object("bitcoin/taproot.json")["outputs"].toArray();
    QCOMPARE(rows.size(), 7);
    for (const auto& value : rows) {
        const auto row = value.toObject();
        const auto internal = crypto::XOnlyKey::from(test::hex(row["internal"]));
        const auto output = crypto::taproot_output(*internal, root_of(row["merkle_root"]));
        QVERIFY(output);
        QCOMPARE(to_bytes(output->key.view()), test::hex(row["output"]));
        QCOMPARE(p2tr(output->key), test::hex(row["script"]));
        QCOMPARE(QString::fromStdString(*address_of(p2tr(output->key), Network::mainnet)),
                 row["address"].toString());
    }
}

void TestSighash::taproot_spends() {
    int inputs = 0;
    for (const auto& value : test::vector_object("bitcoin/taproot.json")["spending"].toArray()) {
        const auto spend = value.toObject();
        const auto tx = Transaction::parse(test::hex(spend["unsigned"]));
        QVERIFY(tx);
        std::vector<TxOut> spent;
        for (const auto& coin : spend["spent"].toArray()) {
            spent.push_back({Sat(test::number(coin.toArray()[0])), test::hex(coin.toArray()[1])});
        }
        for (const auto& entry : spend["inputs"].toArray()) {
            const auto input = entry.toObject();
            const auto index = static_cast<std::size_t>(input["index"].toInteger());
            const auto type = static_cast<std::uint8_t>(input["type"].toInteger());
            const auto digest = taproot_sighash(*tx, index, spent, type);
            QVERIFY(digest);
            QCOMPARE(QString::fromStdString(digest->hex()), input["sighash"].toString());
            const auto internal =
                crypto::PrivateKey::from(*secret32_from(test::hex(input["private"])));
            const auto key = crypto::taproot_private(*internal, root_of(input["merkle_root"]));
            QVERIFY(key);
            QVERIFY(key->secret() == *secret32_from(test::hex(input["tweaked"])));
            const auto signature = crypto::sign_schnorr(*key, *digest, Secret32{});
            Bytes witness = to_bytes(signature.view());
            if (type != sighash_default) witness.push_back(type);
            QCOMPARE(witness, test::hex(input["witness"]));
            ++inputs;
        }
        const auto complete = Transaction::parse(test::hex(spend["signed"]));
        QVERIFY(complete);
        QVERIFY(verify_inputs(*complete, spent));
        // A signature of one input is none of another.
        auto swapped = *complete;
        std::swap(swapped.inputs[0].witness, swapped.inputs[1].witness);
        QVERIFY(!verify_inputs(swapped, spent));
    }
    QCOMPARE(inputs, 7);
}

RUNNEL_TEST(TestSighash)
#include "test_sighash.moc"
