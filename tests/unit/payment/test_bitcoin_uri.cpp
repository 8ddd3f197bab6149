// Payment links: the examples of BIP 21 and BIP 321, amounts to the satoshi, and what must be
// refused.
#include "tests/support/test_main.h"

#include "core/payment/bitcoin_uri.h"

using namespace runnel;
using namespace runnel::literals;
using payment::BitcoinUri;
using payment::parse_bitcoin_uri;
using payment::parse_btc;
using payment::UriFault;

namespace {

const std::string address = "175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W";

UriFault fault_of(std::string_view text) {
    const auto uri = parse_bitcoin_uri(text);
    return uri ? UriFault{DecodeError::trailing_bytes, "none"} : uri.error();
}

}  // namespace

class TestBitcoinUri : public QObject {
    Q_OBJECT

private slots:
    void the_examples_are_read() {
        QCOMPARE(parse_bitcoin_uri("bitcoin:" + address).value(),
                 (BitcoinUri{address, {}, {}, {}, {}}));
        QCOMPARE(parse_bitcoin_uri("bitcoin:" + address + "?label=Luke-Jr").value(),
                 (BitcoinUri{address, {}, "Luke-Jr", {}, {}}));
        QCOMPARE(parse_bitcoin_uri("bitcoin:" + address + "?amount=20.3&label=Luke-Jr").value(),
                 (BitcoinUri{address, 2'030'000'000_sat, "Luke-Jr", {}, {}}));
        QCOMPARE(
            parse_bitcoin_uri("bitcoin:" + address +
                              "?amount=50&label=Luke-Jr&message=Donation%20for%20project%20xyz")
                .value(),
            (BitcoinUri{address, 5'000'000'000_sat, "Luke-Jr", "Donation for project xyz", {}}));
        QCOMPARE(fault_of("bitcoin:" + address +
                          "?req-somethingyoudontunderstand=50&req-somethingelseyoudontget=999"),
                 (UriFault{DecodeError::unsupported, "req-somethingyoudontunderstand"}));
        QCOMPARE(parse_bitcoin_uri("bitcoin:" + address +
                                   "?somethingyoudontunderstand=50&somethingelseyoudontget=999")
                     .value(),
                 (BitcoinUri{address, {}, {}, {}, {}}));
        QCOMPARE(parse_bitcoin_uri("bitcoin:" + address + "?lightning=lnbc420bogusinvoice").value(),
                 (BitcoinUri{address, {}, {}, {}, "lnbc420bogusinvoice"}));
        QCOMPARE(parse_bitcoin_uri("bitcoin:?lightning=lnbc420bogusinvoice").value(),
                 (BitcoinUri{{}, {}, {}, {}, "lnbc420bogusinvoice"}));
        QCOMPARE(fault_of("bitcoin:?lno=lno1bogusoffer&sp=sp1qsilentpayment"),
                 (UriFault{DecodeError::unsupported, "lno"}));
        // Beside an address, ways that we do not know are left alone.
        QVERIFY(bool(
            parse_bitcoin_uri("bitcoin:" + address + "?lno=lno1bogusoffer&sp=sp1qsilentpayment")));
    }

    void capitals_are_for_qr_codes() {
        const auto uri = parse_bitcoin_uri(
            "BITCOIN:BCRT1QW508D6Q?AMOUNT=0.00012345&LABEL=SHOP&LIGHTNING=LNBCRT1");
        QCOMPARE(uri.value(), (BitcoinUri{"BCRT1QW508D6Q", 12'345_sat, "SHOP", {}, "LNBCRT1"}));
        QVERIFY(payment::is_bitcoin_uri("BitCoin:x"));
        QVERIFY(!payment::is_bitcoin_uri("bitcoin"));
        QVERIFY(!payment::is_bitcoin_uri("lightning:ln"));
        QCOMPARE(fault_of("bitcoins:abc").error, DecodeError::bad_prefix);
    }

    void amounts_are_exact() {
        const std::pair<const char*, std::uint64_t> good[] = {
            {"0.00000001", 1},
            {"1", 100'000'000},
            {"1.", 100'000'000},
            {".5", 50'000'000},
            {"0.1", 10'000'000},
            {"20.30000000", 2'030'000'000},
            {"0.100000000000", 10'000'000},
            {"0001.5", 150'000'000},
            {"0", 0},
            {"20999999.9769", 2'099'999'997'690'000},
            {"21000000", 2'100'000'000'000'000}};
        for (const auto& [text, sat] : good) {
            const auto amount = parse_btc(text);
            QVERIFY2(amount, text);
            QCOMPARE(amount->raw(), sat);
        }
        for (const char* const text : {"", ".", "1,5", "50,000.00", "1.2.3", "-1", "+1", "1e8",
                                       "0x10", " 1", "1 ", "0.000000001", "0.1000000001", "1.٣"}) {
            QVERIFY2(!parse_btc(text), text);
            QCOMPARE(parse_btc(text).error(), DecodeError::bad_value);
        }
        for (const char* const text :
             {"21000000.00000001", "21000001", "99999999999999999999999999999999"}) {
            QVERIFY2(!parse_btc(text), text);
            QCOMPARE(parse_btc(text).error(), DecodeError::too_large);
        }
        QCOMPARE(fault_of("bitcoin:" + address + "?amount=50,000.00"),
                 (UriFault{DecodeError::bad_value, "amount"}));
        QCOMPARE(fault_of("bitcoin:" + address + "?amount"),
                 (UriFault{DecodeError::bad_value, "amount"}));
        // Nothing is asked for: the payer chooses.
        QVERIFY(!parse_bitcoin_uri("bitcoin:" + address + "?amount=0.00").value().amount);
    }

    void what_is_said_twice_is_refused() {
        for (const char* const key : {"amount", "label", "message", "lightning", "pop"}) {
            const std::string k = key;
            const auto text = "bitcoin:" + address + "?" + k + "=1&x=1&x=2&" + k + "=1";
            QCOMPARE(fault_of(text), (UriFault{DecodeError::bad_order, k}));
        }
        // However it is written.
        QCOMPARE(fault_of("bitcoin:" + address + "?amount=1&AMOUNT=2"),
                 (UriFault{DecodeError::bad_order, "amount"}));
        QCOMPARE(fault_of("bitcoin:" + address + "?amount=1&%61mount=2"),
                 (UriFault{DecodeError::bad_order, "amount"}));
    }

    void demands_cannot_hide() {
        for (const char* const demand :
             {"req-pay=1", "REQ-pay", "%72eq-pay=1", "Req-Amount=1", "req-=1"}) {
            QCOMPARE(fault_of("bitcoin:" + address + "?amount=1&" + demand).error,
                     DecodeError::unsupported);
        }
        QVERIFY(bool(parse_bitcoin_uri("bitcoin:" + address + "?xreq-pay=1")));
    }

    void words_are_decoded() {
        const auto uri = parse_bitcoin_uri(
            "bitcoin:" + address + "?label=Caf%C3%A9%20%26%20Bar&message=1+1%3d2&&#amount=5");
        QCOMPARE(uri.value().label, std::string("Caf\xc3\xa9 & Bar"));
        QCOMPARE(uri.value().message, std::string("1+1=2"));
        QVERIFY(!uri.value().amount);
        QCOMPARE(fault_of("bitcoin:" + address + "?label=%C3"),
                 (UriFault{DecodeError::bad_value, "label"}));
        for (const char* const broken : {"?label=%", "?label=%4", "?label=%zz", "?label=abc%2"}) {
            QCOMPARE(fault_of("bitcoin:" + address + broken),
                     (UriFault{DecodeError::bad_character, "label"}));
        }
    }

    /// Keys are named in what clients read as JSON, which is UTF-8 or nothing.
    void keys_are_text() {
        for (const char* const key : {"req-%ff", "%FF", "req-%c3", "req-%ed%a0%80"}) {
            QCOMPARE(fault_of("bitcoin:" + address + "?" + key + "=1"),
                     (UriFault{DecodeError::bad_character, QString(key).toLower().toStdString()}));
        }
        QCOMPARE(fault_of("bitcoin:" + address + "?req-\xff=1"),
                 (UriFault{DecodeError::bad_character, "req-\\x{ff}"}));
        QCOMPARE(fault_of("bitcoin:" + address + "?\xff%zz=1"),
                 (UriFault{DecodeError::bad_character, "\\x{ff}%zz"}));
        QCOMPARE(fault_of("bitcoin:" + address + "?req-caf%C3%A9=1"),
                 (UriFault{DecodeError::unsupported, "req-caf\xc3\xa9"}));
    }

    void nothing_to_pay_is_no_link() {
        QCOMPARE(fault_of("bitcoin:"), (UriFault{DecodeError::missing_field, "address"}));
        QCOMPARE(fault_of("bitcoin:?amount=1"), (UriFault{DecodeError::missing_field, "address"}));
        QCOMPARE(fault_of("bitcoin://" + address),
                 (UriFault{DecodeError::bad_character, "address"}));
        QCOMPARE(fault_of("bitcoin:bc1 qxyz"), (UriFault{DecodeError::bad_character, "address"}));
        QCOMPARE(fault_of("bitcoin:" + std::string(payment::max_uri_length, 'a')).error,
                 DecodeError::too_large);
    }
};

RUNNEL_TEST(TestBitcoinUri)
#include "test_bitcoin_uri.moc"
