// Addresses: Bitcoin Core's table, the strings of BIP 173 and BIP 350, Base58.
#include "core/bitcoin/address.h"
#include "tests/support/vector_file.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::bitcoin;
using namespace runnel::test;

namespace {

constexpr std::array all_networks{Network::mainnet, Network::testnet4, Network::signet,
                                  Network::regtest, Network::practice};

Network network_of(const QString& name) {
    return name == "main"      ? Network::mainnet
           : name == "test"    ? Network::testnet4
           : name == "signet"  ? Network::signet
           : name == "regtest" ? Network::regtest
                               : Network::practice;
}

std::string text_of(const QJsonValue& hex) {
    const auto bytes = test::hex(hex);
    return std::string(bytes.begin(), bytes.end());
}

QString lower_hrp_of(const QString& text) { return text.toLower(); }

}  // namespace

class TestAddresses : public QObject {
    Q_OBJECT
private slots:
    void valid();
    void invalid();
    void bech32_strings();
    void segwit_addresses();
    void base58();
};

void TestAddresses::valid() {
    const auto rows = test::vector_list("bitcoin/addresses_valid.json");
    QCOMPARE(rows.size(), 54);
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto text = row[0].toString().toStdString();
        const auto network = network_of(row[2].toString());
        const auto script = parse_address(text, network);
        QVERIFY2(script, text.c_str());
        QCOMPARE(*script, test::hex(row[1]));
        QCOMPARE(address_of(*script, network), std::optional(text));
        // A practice address is good nowhere else, and no other is good there.
        const auto elsewhere = parse_address(text, Network::practice);
        QVERIFY(!elsewhere);
        QCOMPARE(elsewhere.error(), DecodeError::wrong_network);

        QString flipped;
        for (const auto c : row[0].toString())
            flipped.append(c.isUpper() ? c.toLower() : c.toUpper());
        const auto other_case = parse_address(flipped.toStdString(), network);
        QCOMPARE(other_case.has_value(), row[3].toBool());
    }
}

void TestAddresses::invalid() {
    const auto rows = test::vector_list("bitcoin/addresses_invalid.json");
    QCOMPARE(rows.size(), 70);
    for (const auto& row : rows) {
        for (const auto network : all_networks) {
            QVERIFY2(!parse_address(row.toString().toStdString(), network),
                     qPrintable(row.toString()));
        }
    }
}

void TestAddresses::bech32_strings() {
    const auto file = test::vector_object("bitcoin/bech32.json");
    int strings = 0;
    for (const auto& [name, kind] :
         {std::pair("bech32", Bech32Kind::bech32), std::pair("bech32m", Bech32Kind::bech32m)}) {
        for (const auto& hex : file[name].toObject()["valid"].toArray()) {
            const auto text = text_of(hex);
            const auto decoded = decode_bech32(text);
            QVERIFY2(decoded, text.c_str());
            QVERIFY(decoded->kind == kind);
            QCOMPARE(QString::fromStdString(encode_bech32(*decoded)),
                     lower_hrp_of(QString::fromStdString(text)));
            auto broken = text;
            broken[broken.rfind('1') + 1] ^= 1;
            const auto result = decode_bech32(broken);
            QVERIFY(!result);
            ++strings;
        }
        for (const auto& row : file[name].toObject()["invalid"].toArray()) {
            const auto decoded = decode_bech32(text_of(row.toArray()[0]));
            QVERIFY2(!decoded || decoded->kind != kind, qPrintable(row.toArray()[1].toString()));
            ++strings;
        }
    }
    QCOMPARE(strings, 7 + 12 + 7 + 14);
}

void TestAddresses::segwit_addresses() {
    const auto file = test::vector_object("bitcoin/bech32.json");
    const auto valid = file["addresses"].toArray();
    QCOMPARE(valid.size(), 8);
    for (const auto& value : valid) {
        const auto text = value.toArray()[0].toString();
        const auto network =
            text.startsWith("tb", Qt::CaseInsensitive) ? Network::testnet4 : Network::mainnet;
        const auto script = parse_address(text.toStdString(), network);
        QVERIFY2(script, qPrintable(text));
        QCOMPARE(*script, test::hex(value.toArray()[1]));
        QCOMPARE(QString::fromStdString(*address_of(*script, network)), text.toLower());
    }
    const auto invalid = file["no_addresses"].toArray();
    QCOMPARE(invalid.size(), 15);
    for (const auto& value : invalid) {
        for (const auto network : all_networks) {
            QVERIFY2(!parse_address(value.toArray()[0].toString().toStdString(), network),
                     qPrintable(value.toArray()[1].toString()));
        }
    }
}

void TestAddresses::base58() {
    const auto rows = test::vector_list("bitcoin/base58.json");
    QCOMPARE(rows.size(), 14);
    for (const auto& value : rows) {
        const auto bytes = test::hex(value.toArray()[0]);
        const auto text = value.toArray()[1].toString().toStdString();
        QCOMPARE(encode_base58(bytes), text);
        QCOMPARE(*decode_base58(text), bytes);
    }
}

RUNNEL_TEST(TestAddresses)
#include "test_addresses.moc"
