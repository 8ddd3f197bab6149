#include "core/wire/address.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::wire;

class TestAddress : public QObject {
    Q_OBJECT

private slots:
    void reads_what_it_writes() {
        const Address v4 = Address::ipv4({127, 0, 0, 1}, 9735);
        const Address v6 =
            Address::ipv6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 1);
        const Address tor{AddressKind::tor_v3, Bytes(35, 0), 80};
        const Address dns{AddressKind::dns, to_bytes(bytes_of("node.example")), 443};
        // Written in ascending order whatever the caller's.
        const Bytes bytes = encode_addresses(std::vector{dns, tor, v4, v6});
        const auto back = parse_addresses(bytes);
        QVERIFY(back);
        QVERIFY(*back == (std::vector{v4, v6, tor, dns}));
        QCOMPARE(to_string(v4), std::string("127.0.0.1:9735"));
        QCOMPARE(to_string(v6), std::string("[2001:db8:0:0:0:0:0:1]:1"));
        QCOMPARE(to_string(tor), std::string(56, 'a') + ".onion:80");
        QCOMPARE(to_string(dns), std::string("node.example:443"));
    }

    void stops_at_an_unknown_kind() {
        const auto found = parse_addresses(Bytes{1, 1, 2, 3, 4, 0, 9, 77, 1, 2, 3});
        QVERIFY(found);
        QCOMPARE(found->size(), std::size_t{1});
    }

    void leaves_out_what_cannot_be_used() {
        QVERIFY(parse_addresses(Bytes{1, 1, 2, 3, 4, 0, 0})->empty());  // port 0
        Bytes tor_v2{3};
        tor_v2.resize(13, 1);
        append(tor_v2, Bytes{1, 1, 2, 3, 4, 0, 9});
        QCOMPARE(parse_addresses(tor_v2)->size(), std::size_t{1});
        // A "host name" that would do things to a terminal or a URL.
        QVERIFY(parse_addresses(Bytes{5, 3, 'a', 0x1b, '/', 0, 9})->empty());
        QVERIFY(parse_addresses(Bytes{5, 0, 0, 9})->empty());
    }

    void refuses_a_cut_descriptor() {
        for (std::size_t size = 1; size < 7; ++size) {
            const Bytes whole{1, 1, 2, 3, 4, 0, 9};
            const auto cut = parse_addresses(ByteView(whole).first(size));
            QVERIFY(!cut);
            QCOMPARE(cut.error(), DecodeError::truncated);
        }
        QVERIFY(!parse_addresses(Bytes{5, 200, 'a'}));
    }
};

RUNNEL_TEST(TestAddress)
#include "test_address.moc"
