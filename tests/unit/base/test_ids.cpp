// Heights that do not wrap, ids that are read as they are written and no other way.
#include "tests/support/test_main.h"

#include "core/base/ids.h"

#include <cstdint>

using namespace runnel;

class TestIds : public QObject {
    Q_OBJECT

private slots:
    void heights_stop_at_both_ends() {
        QCOMPARE(BlockHeight(UINT32_MAX - 1) + BlockDelta(1), BlockHeight(UINT32_MAX));
        QCOMPARE(BlockHeight(UINT32_MAX) + BlockDelta(1), BlockHeight(UINT32_MAX));
        QCOMPARE(BlockHeight(1) + BlockDelta(UINT32_MAX), BlockHeight(UINT32_MAX));
        QCOMPARE(BlockHeight(5) - BlockDelta(5), BlockHeight(0));
        QCOMPARE(BlockHeight(5) - BlockDelta(6), BlockHeight(0));
        QCOMPARE(distance(BlockHeight(3), BlockHeight(10)), BlockDelta(7));
        QCOMPARE(distance(BlockHeight(10), BlockHeight(3)), BlockDelta(0));
    }

    void a_short_channel_id_has_room_for_so_much() {
        const auto last = ShortChannelId::make(0xffffff, 0xffffff, 0xffff);
        QVERIFY(last.has_value());
        QCOMPARE(last->raw(), UINT64_MAX);
        QCOMPARE(last->block(), 0xffffffU);
        QCOMPARE(last->tx_index(), 0xffffffU);
        QCOMPARE(last->output_index(), std::uint16_t{0xffff});
        QVERIFY(!ShortChannelId::make(0x1000000, 0, 0));
        QVERIFY(!ShortChannelId::make(0, 0x1000000, 0));
        QVERIFY(!ShortChannelId::make(0, 0, 0x10000));
        // Each part in its own bits.
        const auto one = ShortChannelId::make(539'268, 845, 1);
        QCOMPARE(one->raw(), std::uint64_t{539'268} << 40 | std::uint64_t{845} << 16 | 1);
        QCOMPARE(one->to_string(), std::string("539268x845x1"));
    }

    void a_short_channel_id_is_read_as_it_is_written() {
        for (const auto id :
             {ShortChannelId(0), ShortChannelId(UINT64_MAX), ShortChannelId(0x0123'4567'89ab'cdef)})
            QVERIFY(ShortChannelId::parse(id.to_string()) == id);
        for (const char* const text : {"",
                                       "x",
                                       "xx",
                                       "1x2",
                                       "1x2x",
                                       "x1x2",
                                       "1x2x3x",
                                       "1x2x3x4",
                                       " 1x2x3",
                                       "1x2x3 ",
                                       "1 x2x3",
                                       "-1x2x3",
                                       "+1x2x3",
                                       "1X2x3",
                                       "0x1x2x3",
                                       "16777216x0x0",
                                       "0x16777216x0",
                                       "0x0x65536",
                                       "4294967296x0x0",
                                       "99999999999999999999x0x0"}) {
            QVERIFY2(!ShortChannelId::parse(text), text);
        }
        // A view that ends before its text does.
        QVERIFY(ShortChannelId::parse(std::string_view("1x2x34", 5)) ==
                ShortChannelId::make(1, 2, 3));
    }

    void fixed_bytes_are_exactly_so_many() {
        using Four = Fixed<4, struct FourTag>;
        QVERIFY(!Four::from(Bytes(3)));
        QVERIFY(!Four::from(Bytes(5)));
        QVERIFY(Four::from(Bytes{1, 2, 3, 4})->raw() == (std::array<std::uint8_t, 4>{1, 2, 3, 4}));
        QVERIFY(Four{}.is_zero());
        QVERIFY(!Four::from(Bytes{0, 0, 0, 1})->is_zero());
        QVERIFY(*Four::from(Bytes{0, 0, 0, 255}) < *Four::from(Bytes{0, 0, 1, 0}));
    }

    void hex_is_even_and_nothing_else() {
        QCOMPARE(to_hex(Bytes{0x00, 0x0f, 0xf0, 0xff}), std::string("000ff0ff"));
        QVERIFY(from_hex("000ff0FF") == (Bytes{0x00, 0x0f, 0xf0, 0xff}));
        QVERIFY(from_hex("") == Bytes{});
        for (const char* const text : {"0", "000", "0g", "g0", " 00", "0x00", "00 ", "\xff\xff"})
            QVERIFY2(!from_hex(text), text);
        QVERIFY(!Txid::from_hex(std::string(62, '0')));
        QVERIFY(!Txid::from_hex(std::string(66, '0')));
        QVERIFY(!Txid::from_hex(std::string(63, '0') + "g"));
    }

    /// People and RPC have transaction ids the other way round.
    void people_read_ids_backwards() {
        Txid id;
        id.raw()[0] = 0xab;
        id.raw()[31] = 0x01;
        const auto shown = display_hex(id);
        QVERIFY(shown.starts_with("01") && shown.ends_with("ab"));
        QVERIFY(from_display_hex<Txid>(shown) == id);
        QVERIFY(!from_display_hex<Txid>("ab"));
    }
};

RUNNEL_TEST(TestIds)
#include "test_ids.moc"
