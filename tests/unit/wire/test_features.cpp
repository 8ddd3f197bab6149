#include "core/wire/features.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::wire;

class TestFeatures : public QObject {
    Q_OBJECT

private slots:
    void bit_zero_is_in_the_last_byte() {
        QCOMPARE(Features().set_bit(0).to_wire(), (Bytes{0x01}));
        QCOMPARE(Features().set_bit(12).set_bit(22).to_wire(), (Bytes{0x40, 0x10, 0x00}));
        const auto read = Features::from_wire(Bytes{0x40, 0x10, 0x00});
        QVERIFY(read == Features::demanding({Feature::static_remotekey, Feature::anchors}));
        QCOMPARE(read.to_string(), std::string("12,22"));
    }

    void encodes_without_leading_zeros() {
        QVERIFY(Features().to_wire().empty());
        QCOMPARE(Features::from_wire(Bytes{0, 0, 2}).to_wire(), (Bytes{2}));
        QVERIFY(Features::from_wire(Bytes{0, 0, 2}) == Features().set_bit(1));
        QVERIFY(Features().set_bit(100).clear_bit(100).empty());
    }

    void never_sets_both_bits_of_a_pair() {
        Features f;
        f.offer(Feature::anchors).demand(Feature::anchors);
        QCOMPARE(f.to_string(), std::string("22"));
        f.offer(Feature::anchors);
        QCOMPARE(f.to_string(), std::string("23"));
        f.remove(Feature::anchors);
        QVERIFY(f.empty());
    }

    void has_either_bit_demands_only_the_even() {
        Features f;
        f.set_bit(17).set_bit(14);
        QVERIFY(f.has(Feature::basic_mpp) && !f.demands(Feature::basic_mpp));
        QVERIFY(f.has(Feature::payment_secret) && f.demands(Feature::payment_secret));
        QVERIFY(!f.has(Feature::anchors));
        QVERIFY(!f.has_bit(100'000));
        // Both bits set by a sloppy peer: mandatory (BOLT 9).
        f.set_bit(15);
        QVERIFY(f.demands(Feature::payment_secret));
    }

    void finds_demands_we_cannot_meet() {
        Features ours;
        ours.offer(Feature::anchors).demand(Feature::static_remotekey);
        Features theirs;
        theirs.set_bit(12).set_bit(22).set_bit(101);
        QVERIFY(!theirs.first_demand_beyond(ours));
        theirs.set_bit(28);
        QCOMPARE(theirs.first_demand_beyond(ours), std::optional<std::size_t>(28));
        QCOMPARE(Features().set_bit(1000).first_demand_beyond(ours),
                 std::optional<std::size_t>(1000));
    }

    void finds_missing_dependencies() {
        Features f;
        f.offer(Feature::zeroconf);
        QVERIFY(f.missing_dependency() ==
                (Features::MissingDependency{Feature::zeroconf, Feature::scid_alias}));
        f.offer(Feature::scid_alias);
        QVERIFY(!f.missing_dependency());
        f.offer(Feature::simple_close);
        QVERIFY(f.missing_dependency().has_value());
        f.demand(Feature::shutdown_anysegwit);
        QVERIFY(!f.missing_dependency());
    }

    void joins_two_bitmaps() {
        const Features joined = Features().set_bit(1) | Features().set_bit(40);
        QCOMPARE(joined.to_string(), std::string("1,40"));
        QVERIFY((Features() | Features()).empty());
    }
};

RUNNEL_TEST(TestFeatures)
#include "test_features.moc"
