#include "tests/support/test_main.h"

#include "core/node/timeline.h"

using namespace runnel;
using namespace runnel::node;

class TestTimeline : public QObject {
    Q_OBJECT

private slots:
    void newest_first_below_the_cursor();
    void a_number_holds_one_key();
};

void TestTimeline::newest_first_below_the_cursor() {
    Timeline<int> line;
    QVERIFY(line.newest(10, std::nullopt).empty());
    for (const int i : {5, 1, 9, 3}) line.put(static_cast<std::uint64_t>(i), i);
    QVERIFY((line.newest(10, std::nullopt) == std::vector{9, 5, 3, 1}));
    QVERIFY((line.newest(2, std::nullopt) == std::vector{9, 5}));
    QVERIFY((line.newest(2, 5) == std::vector{3, 1}));
    QVERIFY((line.newest(2, 4) == std::vector{3, 1}));
    QVERIFY((line.newest(1, UINT64_MAX) == std::vector{9}));
    QVERIFY(line.newest(10, 1).empty());
    QVERIFY(line.newest(10, 0).empty());
    QVERIFY(line.newest(0, std::nullopt).empty());
}

void TestTimeline::a_number_holds_one_key() {
    Timeline<int> line;
    line.put(1, 10);
    line.put(1, 11);
    QVERIFY((line.newest(10, std::nullopt) == std::vector{11}));
    line.erase(1);
    line.erase(1);
    QVERIFY(line.newest(10, std::nullopt).empty());
}

RUNNEL_TEST(TestTimeline)
#include "test_timeline.moc"
