// The n-th-failure loop over crash_scenes.h at every single commit.
#include "tests/scenario/crash_scenes.h"

using namespace runnel;
using namespace runnel::test;

class TestCrashSweep : public QObject {
    Q_OBJECT

private slots:
    void loses_nothing_data() { crash_rows(); }
    void loses_nothing();
};

void TestCrashSweep::loses_nothing() {
    QFETCH(std::size_t, scene);
    QFETCH(std::size_t, victim);
    QFETCH(bool, after);
    const auto runs = crash_loop(crash_scenes()[scene].make, victim,
                                 after ? Moment::after : Moment::before, 1, 1);
    QVERIFY2(runs >= 3, "see the lines above");
}

RUNNEL_TEST(TestCrashSweep)
#include "test_crash_sweep.moc"
