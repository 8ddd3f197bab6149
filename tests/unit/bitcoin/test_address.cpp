#include "tests/support/test_main.h"

#include "core/bitcoin/address.h"

using namespace runnel;
using namespace runnel::bitcoin;

class TestAddress : public QObject {
    Q_OBJECT
private slots:
    void errors_say_what_is_wrong();
    void practice_addresses_live_apart();
    void scripts_without_address();
    void convert_bits_checks_padding();
    void base58_check();
};

void TestAddress::errors_say_what_is_wrong() {
    const auto error = [](std::string_view text, Network network = Network::regtest) {
        const auto parsed = parse_address(text, network);
        return parsed ? QString("none") : QString::fromLatin1(to_string(parsed.error()).data());
    };
    const std::string good = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    QCOMPARE(error(good), QString("none"));
    QCOMPARE(error(good, Network::signet), QString("wrong_network"));
    QCOMPARE(error("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), QString("wrong_network"));
    auto typo = good;
    typo[20] = typo[20] == 'q' ? 'p' : 'q';
    QCOMPARE(error(typo), QString("bad_checksum"));
    QCOMPARE(error("bcrt1bw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"), QString("bad_character"));
    QCOMPARE(error("bcrt1Qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"), QString("bad_character"));
    QCOMPARE(error("lt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"), QString("bad_character"));
    QCOMPARE(error("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), QString("wrong_network"));
    QCOMPARE(error("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"), QString("bad_checksum"));
    QCOMPARE(error(encode_base58_check(Bytes(21, 0x42))), QString("bad_prefix"));
    QCOMPARE(error(encode_base58_check(Bytes(20, 0x6f))), QString("bad_value"));
    QCOMPARE(error(""), QString("truncated"));
    QCOMPARE(error(std::string(5000, '2')), QString("too_large"));
    QCOMPARE(error("hello there"), QString("bad_character"));
}

void TestAddress::practice_addresses_live_apart() {
    const auto script = p2wpkh(Hash160{});
    const auto practice = *address_of(script, Network::practice);
    for (const auto network :
         {Network::mainnet, Network::testnet4, Network::signet, Network::regtest}) {
        const auto there = *address_of(script, network);
        QVERIFY(there != practice);
        QVERIFY(parse_address(practice, network).error() == DecodeError::wrong_network);
        QVERIFY(parse_address(there, Network::practice).error() == DecodeError::wrong_network);
    }
    QVERIFY(*parse_address(practice, Network::practice) == script);
}

void TestAddress::scripts_without_address() {
    QVERIFY(!address_of({}, Network::regtest));
    QVERIFY(!address_of(Bytes{OP_RETURN}, Network::regtest));
    Bytes odd{OP_0, 21};
    odd.resize(23);
    QVERIFY(!address_of(odd, Network::regtest));
}

void TestAddress::convert_bits_checks_padding() {
    const std::vector<std::uint8_t> bytes{0xff, 0x00};
    const auto grouped = convert_bits(bytes, 8, 5, true);
    QVERIFY((*grouped == std::vector<std::uint8_t>{31, 28, 0, 0}));
    QVERIFY(*convert_bits(*grouped, 5, 8, false) == bytes);
    QVERIFY(
        !convert_bits(std::vector<std::uint8_t>{31, 28, 0, 1}, 5, 8, false));  // padding not zero
    QVERIFY(!convert_bits(std::vector<std::uint8_t>{31, 28, 0, 0, 0, 0}, 5, 8,
                          false));  // a whole group of padding
    QVERIFY(!convert_bits(std::vector<std::uint8_t>{32}, 5, 8, false));
    QVERIFY(convert_bits({}, 5, 8, false)->empty());
}

void TestAddress::base58_check() {
    const Bytes payload{0, 0, 1, 2, 3};
    const auto text = encode_base58_check(payload);
    QCOMPARE(*decode_base58_check(text), payload);
    QVERIFY(decode_base58_check("11").error() == DecodeError::truncated);
    QVERIFY(decode_base58_check("0OIl").error() == DecodeError::bad_character);
}

RUNNEL_TEST(TestAddress)
#include "test_address.moc"
