// The n-th-failure loop over crash_scenes.h, sampled: the whole sweep is slow/test_crash_sweep.cpp.
#include "tests/scenario/crash_scenes.h"

using namespace runnel;
using namespace runnel::test;

class TestCrashScenes : public QObject {
    Q_OBJECT

private slots:
    void both_ways_finds_htlcs_in_both_directions();
    void loses_nothing_data() { crash_rows(); }
    void loses_nothing();
};

/// The scenes are what they are said to be.
void TestCrashScenes::both_ways_finds_htlcs_in_both_directions() {
    std::size_t both_directions = 0;
    std::size_t known = 0;
    std::size_t unknown = 0;
    for (const bool alice : {true, false}) {
        for (const unsigned rounds : {1U, 2U, 3U, 4U}) {
            BothWaysScene scene(alice, rounds);
            scene.act();
            const auto [ours, theirs] = scene.in_flight();
            QVERIFY2(ours > 0 || theirs > 0, qPrintable(QString("%1 %2").arg(alice).arg(rounds)));
            if (ours > 0 && theirs > 0) ++both_directions;
            for (std::size_t i = 0; i < 2; ++i) {
                for (const auto& [hash, incoming] : scene.wallet(i).node().state().incoming)
                    ++(std::holds_alternative<node::InvoicePaid>(incoming->status) ? known
                                                                                   : unknown);
            }
            QCOMPARE(scene.finish(), QString());
            QVERIFY(scene.check());
        }
    }
    QVERIFY(both_directions > 0 && known > 0 && unknown > 0);
}

void TestCrashScenes::loses_nothing() {
    QFETCH(std::size_t, scene);
    QFETCH(std::size_t, victim);
    QFETCH(bool, after);
    // Other commits for each row, so that together they cover more.
    const auto runs =
        crash_loop(crash_scenes()[scene].make, victim, after ? Moment::after : Moment::before,
                   1 + (scene + victim) % 5, 9);
    QVERIFY2(runs >= 1, "see the lines above");
}

RUNNEL_TEST(TestCrashScenes)
#include "test_crash_scenes.moc"
