// Readers that never read past their view and remember their first error; writers whose bytes are
// read again.
#include "tests/support/test_main.h"

#include "core/base/codec.h"

#include <cstdint>

using namespace runnel;

namespace {

const std::uint64_t edges[] = {0,         1,      0xfc,    0xfd,       0xfe,        0xff,
                               0x100,     0xffff, 0x10000, 0xffffffff, 0x100000000, UINT64_MAX - 1,
                               UINT64_MAX};

template <typename Read>
std::optional<DecodeError> error_of(const Bytes& bytes, Read read) {
    Reader in(bytes);
    read(in);
    return in.error();
}

}  // namespace

class TestCodec : public QObject {
    Q_OBJECT

private slots:
    void numbers_lie_as_their_names_say() {
        Writer out;
        out.u8(0x01)
            .u16(0x0203)
            .u32(0x04050607)
            .u64(0x08090a0b0c0d0e0f)
            .le16(0x0102)
            .le32(0x03040506)
            .le64(0x0708090a0b0c0d0e);
        QCOMPARE(to_hex(out.view()),
                 std::string("0102030405060708090a0b0c0d0e0f0201060504030e0d0c0b0a090807"));
        Reader in(out.view());
        QCOMPARE(in.u8(), std::uint8_t{0x01});
        QCOMPARE(in.u16(), std::uint16_t{0x0203});
        QCOMPARE(in.u32(), 0x04050607U);
        QCOMPARE(in.u64(), std::uint64_t{0x08090a0b0c0d0e0f});
        QCOMPARE(in.le16(), std::uint16_t{0x0102});
        QCOMPARE(in.le32(), 0x03040506U);
        QCOMPARE(in.le64(), std::uint64_t{0x0708090a0b0c0d0e});
        in.expect_end();
        QVERIFY(in.ok());
    }

    void what_is_cut_off_is_truncated() {
        const auto cut = [](std::size_t size, auto read) {
            for (std::size_t has = 0; has < size; ++has) {
                if (error_of(Bytes(has, 1), read) != DecodeError::truncated) return false;
            }
            return !error_of(Bytes(size, 1), read);
        };
        QVERIFY(cut(1, [](Reader& in) { (void)in.u8(); }));
        QVERIFY(cut(2, [](Reader& in) { (void)in.u16(); }));
        QVERIFY(cut(4, [](Reader& in) { (void)in.u32(); }));
        QVERIFY(cut(8, [](Reader& in) { (void)in.u64(); }));
        QVERIFY(cut(2, [](Reader& in) { (void)in.le16(); }));
        QVERIFY(cut(4, [](Reader& in) { (void)in.le32(); }));
        QVERIFY(cut(8, [](Reader& in) { (void)in.le64(); }));
        QVERIFY(cut(32, [](Reader& in) { (void)in.fixed<Fixed<32, struct AnyTag>>(); }));
    }

    /// A length that a peer wrote is compared, never added to anything.
    void no_length_is_too_large_to_be_refused() {
        for (const std::uint64_t size :
             {std::uint64_t{4}, std::uint64_t{UINT32_MAX} + 1, UINT64_MAX - 1, UINT64_MAX}) {
            const Bytes three(3);
            Reader in(three);
            QVERIFY(in.bytes(size).empty());
            QVERIFY(in.error() == DecodeError::truncated);
            // What could not be read is still there, and is not read any more.
            QCOMPARE(in.remaining(), std::size_t{3});
            QCOMPARE(in.u8(), std::uint8_t{0});
            QCOMPARE(in.remaining(), std::size_t{3});
        }
        const Bytes three(3);
        Reader in(three);
        QVERIFY(in.bytes(0).empty() && in.ok());
        QCOMPARE(in.bytes(3).size(), std::size_t{3});
        QVERIFY(in.at_end());
    }

    void the_first_error_stays() {
        const Bytes one{7};
        Reader in(one);
        in.fail(DecodeError::bad_value);
        (void)in.u64();
        in.fail(DecodeError::bad_point);
        in.expect_end();
        QVERIFY(in.error() == DecodeError::bad_value);
        const auto result = in.finish(5);
        QVERIFY(!result);
        QCOMPARE(result.error(), DecodeError::bad_value);
        Reader fine(one);
        QCOMPARE(fine.u8(), std::uint8_t{7});
        QCOMPARE(fine.finish(5).value(), 5);
    }

    void what_follows_the_end_is_noticed() {
        QVERIFY(error_of(Bytes{1, 2}, [](Reader& in) {
                    (void)in.u8();
                    in.expect_end();
                }) == DecodeError::trailing_bytes);
    }

    void variable_integers_are_read_as_written() {
        for (const auto value : edges) {
            Writer big;
            Writer compact;
            Writer truncated;
            big.bigsize(value);
            compact.compact_size(value);
            truncated.truncated_uint(value);
            Reader from_big(big.view());
            Reader from_compact(compact.view());
            Reader from_truncated(truncated.view());
            QCOMPARE(from_big.bigsize(), value);
            QCOMPARE(from_compact.compact_size(), value);
            QCOMPARE(from_truncated.truncated_uint(8), value);
            QVERIFY(from_big.at_end() && from_compact.at_end() && from_truncated.at_end());
            QVERIFY(from_big.ok() && from_compact.ok() && from_truncated.ok());
            QCOMPARE(big.size(), value < 0xfd          ? 1U
                                 : value < 0x10000     ? 3U
                                 : value < 0x100000000 ? 5U
                                                       : 9U);
            QCOMPARE(compact.size(), big.size());
        }
    }

    void longer_than_needed_is_refused() {
        const auto big = [](Reader& in) { QCOMPARE(in.bigsize(), std::uint64_t{0}); };
        const auto compact = [](Reader& in) { (void)in.compact_size(); };
        for (const char* const hex : {"fd00fc", "fe0000ffff", "ff00000000ffffffff"})
            QVERIFY2(error_of(*from_hex(hex), big) == DecodeError::not_minimal, hex);
        for (const char* const hex : {"fdfc00", "feffff0000", "ffffffffff00000000"})
            QVERIFY2(error_of(*from_hex(hex), compact) == DecodeError::not_minimal, hex);
        for (const char* const hex : {"", "fd", "fd00", "fe000000", "ff00000000000000"})
            QVERIFY2(error_of(*from_hex(hex), big) == DecodeError::truncated, hex);
    }

    void truncated_integers_have_no_leading_zero() {
        const auto read = [](std::size_t most) {
            return [most](Reader& in) { (void)in.truncated_uint(most); };
        };
        QVERIFY(error_of({0}, read(8)) == DecodeError::not_minimal);
        QVERIFY(error_of({0, 1}, read(8)) == DecodeError::not_minimal);
        QVERIFY(error_of(Bytes(3, 1), read(2)) == DecodeError::too_large);
        QVERIFY(error_of(Bytes(9, 1), read(8)) == DecodeError::too_large);
        QVERIFY(!error_of({}, read(8)));
        QVERIFY(!error_of(Bytes(2, 1), read(2)));
    }
};

RUNNEL_TEST(TestCodec)
#include "test_codec.moc"
