#include "core/wire/tlv.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::wire;

class TestTlv : public QObject {
    Q_OBJECT

private slots:
    void reads_what_it_writes() {
        TlvWriter out;
        out.add(1, Bytes{9, 8}).add_truncated(2, 256).add_truncated(3, 0).add_u32(253, 7);
        out.add_u64(65536, 1);
        QCOMPARE(to_hex(out.view()), std::string("0102090802020100"
                                                 "0300fd00fd0400000007"
                                                 "fe00010000080000000000000001"));
        const auto records = parse_tlv_stream(out.view());
        QVERIFY(records);
        QCOMPARE(records->size(), std::size_t{5});
        QCOMPARE(to_bytes((*records)[0].value), (Bytes{9, 8}));
        QCOMPARE((*records)[3].type, std::uint64_t{253});
        QCOMPARE((*records)[4].type, std::uint64_t{65536});
    }

    void refuses_what_is_not_canonical() {
        const auto error = [](std::string_view hex) {
            return parse_tlv_stream(*from_hex(hex)).error();
        };
        QCOMPARE(error("0100"
                       "0100"),
                 DecodeError::bad_order);
        QCOMPARE(error("0200"
                       "0100"),
                 DecodeError::bad_order);
        QCOMPARE(error("fd000100"), DecodeError::not_minimal);
        QCOMPARE(error("01fd0001aa"), DecodeError::not_minimal);
        QCOMPARE(error("0102aa"), DecodeError::truncated);
        QCOMPARE(error("01"), DecodeError::truncated);
        // A length no memory could hold.
        QCOMPARE(error("01ffffffffffffffffff"), DecodeError::truncated);
    }

    void stops_at_the_first_error() {
        const Bytes stream{0x02, 0x00, 0x01, 0x00, 0x05, 0x00};
        Reader in(stream);
        TlvReader records(in);
        QVERIFY(records.next().has_value());
        QVERIFY(!records.next().has_value());
        QVERIFY(!records.next().has_value());
        QVERIFY(in.error() == DecodeError::bad_order);
    }

    void passes_over_odd_and_stops_at_even() {
        const Bytes stream{0x01, 0x00, 0x02, 0x00};
        Reader in(stream);
        TlvReader records(in);
        records.skip_unknown(*records.next());
        QVERIFY(in.ok());
        records.skip_unknown(*records.next());
        QVERIFY(in.error() == DecodeError::unknown_even);
    }
};

RUNNEL_TEST(TestTlv)
#include "test_tlv.moc"
