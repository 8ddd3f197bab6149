#include "core/shell/timers.h"

#include "tests/support/test_main.h"

using namespace runnel::shell;
using namespace std::chrono_literals;

class TestTimers : public QObject {
    Q_OBJECT
private slots:
    void fire_in_order_and_once() {
        boost::asio::io_context io;
        std::vector<std::uint64_t> fired;
        Timers timers(io, [&](std::uint64_t n) { fired.push_back(n); });
        timers.arm(2, 20ms);
        timers.arm(1, 5ms);
        timers.arm(3, 30ms);
        QCOMPARE(timers.armed(), std::size_t{3});
        io.run();
        QCOMPARE(fired, (std::vector<std::uint64_t>{1, 2, 3}));
        QCOMPARE(timers.armed(), std::size_t{0});
    }

    void arming_again_replaces() {
        boost::asio::io_context io;
        std::vector<std::uint64_t> fired;
        Timers timers(io, [&](std::uint64_t n) { fired.push_back(n); });
        timers.arm(1, 1ms);
        timers.arm(1, 25ms);
        timers.arm(2, 10ms);
        timers.arm(3, 60s);
        timers.arm(3, 15ms);
        io.run();
        QCOMPARE(fired, (std::vector<std::uint64_t>{2, 3, 1}));
    }

    void armed_from_within() {
        boost::asio::io_context io;
        int left = 3;
        Timers* self = nullptr;
        Timers timers(io, [&](std::uint64_t n) {
            if (--left > 0) self->arm(n, 1ms);
        });
        self = &timers;
        timers.arm(7, 0ms);
        io.run();
        QCOMPARE(left, 0);
    }

    void extremes_do_not_overflow() {
        boost::asio::io_context io;
        std::vector<std::uint64_t> fired;
        Timers timers(io, [&](std::uint64_t n) { fired.push_back(n); });
        timers.arm(1, std::chrono::milliseconds::max());
        timers.arm(2, std::chrono::milliseconds::min());
        io.run_for(20ms);
        QCOMPARE(fired, (std::vector<std::uint64_t>{2}));
        timers.clear();
        io.restart();
        io.run();
        QCOMPARE(fired.size(), std::size_t{1});
    }
};

RUNNEL_TEST(TestTimers)
#include "test_timers.moc"
