// Money at its limits: nothing wraps, nothing is rounded the wrong way.
#include "tests/support/test_main.h"

#include "core/base/amount.h"
#include "tests/unit/base/ends.h"

#include <cstdint>

using namespace runnel;
using namespace runnel::literals;

namespace {

constexpr Msat most{UINT64_MAX};

}  // namespace

class TestAmount : public QObject {
    Q_OBJECT

private slots:
    void sums_fit_or_are_nothing() {
        QVERIFY(add(most, 0_msat) == most);
        QVERIFY(add(most - 1_msat, 1_msat) == most);
        QVERIFY(!add(most, 1_msat));
        QVERIFY(!add(most, most));
        QVERIFY(!add(Sat(UINT64_MAX), 1_sat));
    }

    void differences_are_never_negative() {
        QVERIFY(sub(5_msat, 5_msat) == 0_msat);
        QVERIFY(!sub(5_msat, 6_msat));
        QVERIFY(!sub(0_msat, most));
        QCOMPARE(sub_or_zero(5_msat, 6_msat), 0_msat);
        QCOMPARE(sub_or_zero(0_msat, most), 0_msat);
        QCOMPARE(sub_or_zero(most, 1_msat), Msat(UINT64_MAX - 1));
    }

    /// Where a rule should have bounded them, the process ends rather than go on with a wrong sum.
    void operators_end_the_process_rather_than_wrap() {
        QVERIFY(!test::aborts([] { (void)(most - 1_msat + 1_msat); }));
        QVERIFY(test::aborts([] { (void)(most + 1_msat); }));
        QVERIFY(test::aborts([] { (void)(0_msat - 1_msat); }));
        QVERIFY(test::aborts([] { (void)(most * 2); }));
        QVERIFY(test::aborts([] { (void)(Msat(std::uint64_t{1} << 63) * 2); }));
        QVERIFY(!test::aborts([] { (void)(Msat(std::uint64_t{1} << 62) * 2); }));
        QVERIFY(test::aborts([] {
            Msat sum = most;
            sum += 1_msat;
        }));
        QVERIFY(test::aborts([] {
            Sat rest = 1_sat;
            rest -= 2_sat;
        }));
        QVERIFY(test::aborts([] { (void)Sat(UINT64_MAX / 1000 + 1).msat(); }));
    }

    void in_place_is_the_same() {
        Msat sum = 5_msat;
        sum += 7_msat;
        QCOMPARE(sum, 12_msat);
        sum -= 12_msat;
        QVERIFY(sum.is_zero());
    }

    void conversions_name_their_rounding() {
        QCOMPARE((1'999_msat).floor_sat(), 1_sat);
        QCOMPARE((1'999_msat).ceil_sat(), 2_sat);
        QCOMPARE((2'000_msat).floor_sat(), 2_sat);
        QCOMPARE((2'000_msat).ceil_sat(), 2_sat);
        QCOMPARE((1_msat).floor_sat(), 0_sat);
        QCOMPARE((1_msat).ceil_sat(), 1_sat);
        QCOMPARE((0_msat).ceil_sat(), 0_sat);
        // The largest is rounded up without a sum that would not fit.
        QCOMPARE(most.ceil_sat(), Sat(UINT64_MAX / 1000 + 1));
        QCOMPARE(most.floor_sat(), Sat(UINT64_MAX / 1000));
    }

    void satoshi_become_millisatoshi_or_nothing() {
        QVERIFY(Sat(UINT64_MAX / 1000).checked_msat() == Msat(UINT64_MAX / 1000 * 1000));
        QVERIFY(!Sat(UINT64_MAX / 1000 + 1).checked_msat());
        QVERIFY(!Sat(UINT64_MAX).checked_msat());
        QCOMPARE(max_money.msat().raw(), std::uint64_t{2'100'000'000'000'000'000});
    }

    void fees_round_down_for_commitments_and_up_for_ours() {
        QCOMPARE(feerate_floor.fee_floor(1'000), 253_sat);
        QCOMPARE(feerate_floor.fee_floor(999), 252_sat);
        QCOMPARE(feerate_floor.fee_ceil(999), 253_sat);
        QCOMPARE(feerate_floor.fee_ceil(1'000), 253_sat);
        QCOMPARE(feerate_floor.fee_ceil(1'001), 254_sat);
        QCOMPARE(feerate_floor.fee_ceil(0), 0_sat);
        QCOMPARE(FeeratePerKw(0).fee_ceil(4'000'000), 0_sat);
        // The dearest rate there is for the heaviest block there is.
        QCOMPARE(FeeratePerKw(UINT32_MAX).fee_floor(4'000'000), Sat(17'179'869'180'000));
        QCOMPARE(FeeratePerKw(UINT32_MAX).fee_ceil(4'000'000), Sat(17'179'869'180'000));
    }
};

RUNNEL_TEST(TestAmount)
#include "test_amount.moc"
