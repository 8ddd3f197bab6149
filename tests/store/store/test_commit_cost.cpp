// Prints what a small durable commit costs beside the bare write of as many bytes to the same disk:
// a figure, not a verdict, since the disk's own time differs tenfold between machines and hours.
#include "store_fixture.h"

#include "wallet/store/files.h"

#include <QElapsedTimer>

#include <fcntl.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;

namespace {

struct Spread {
    double p50 = 0, p95 = 0;
};

template <typename Each>
Spread timed(int count, Each each) {
    std::vector<double> microseconds;
    for (int i = 0; i < count; ++i) {
        QElapsedTimer timer;
        timer.start();
        each(i);
        microseconds.push_back(static_cast<double>(timer.nsecsElapsed()) / 1000);
    }
    std::sort(microseconds.begin(), microseconds.end());
    const auto at = [&](std::size_t percent) {
        return microseconds[microseconds.size() * percent / 100];
    };
    return {at(50), at(95)};
}

/// Three values of 500 bytes and a journal entry of 200: about what one message of a channel
/// changes.
ports::Records small_turn(int i) {
    const auto n = static_cast<std::uint8_t>(i);
    const Bytes value(500, n);
    return {
        ports::Put{ports::RecordKind::channel, Bytes(32, 1), value},
        ports::Put{
            ports::RecordKind::htlc_history, {1, static_cast<std::uint8_t>(i >> 8), n}, value},
        ports::Put{ports::RecordKind::payment, {static_cast<std::uint8_t>(i * 89), n, 7}, value},
        ports::Append{Bytes(32, 1), Bytes(200, n)}};
}

}  // namespace

class TestCommitCost : public QObject {
    Q_OBJECT
private slots:
    void beside_its_fsync() {
        const Home home;
        const auto store = home.create();
        constexpr int count = 150;
        bool fine = true;
        const auto commits =
            timed(count, [&](int i) { fine = fine && !commit(store->journal(), small_turn(i)); });
        QVERIFY(fine);

        // About five pages go to the log at each.
        const auto path = home.file("bare");
        QVERIFY(replace_file(path, Bytes(std::size_t{4} << 20)));
        const auto file = File::open(path, O_RDWR);
        const Bytes pages(5 * 4120, 3);
        const auto bare = timed(count, [&](int i) {
            fine = fine && file->write_at(static_cast<std::uint64_t>(i) * pages.size(), pages) &&
                   ::fdatasync(file->fd()) == 0;
        });
        QVERIFY(fine);
        qInfo("commit p50 %.0f us, p95 %.0f us; bare write and fdatasync p50 %.0f us, p95 %.0f us",
              commits.p50, commits.p95, bare.p50, bare.p95);
    }

    void without_a_disk() {
        // Without a memory file system the figure is that of the disk once more; what must hold is
        // the same.
        const std::filesystem::path memory = "/dev/shm";
        const bool in_memory = ::access(memory.c_str(), W_OK) == 0;
        Home home;
        auto creation = home.creation();
        if (in_memory) creation.directory = memory / ("runnel-test-" + std::to_string(::getpid()));
        const auto directory = creation.directory;
        auto made = Store::create(creation);
        QVERIFY(made);
        auto store = std::move(*made);
        bool fine = true;
        const auto commits =
            timed(2000, [&](int i) { fine = fine && !commit(store->journal(), small_turn(i)); });
        QVERIFY(fine);
        qInfo("commit %s: p50 %.0f us, p95 %.0f us",
              in_memory ? "without a disk" : "(no memory file system here)", commits.p50,
              commits.p95);
        store.reset();
        std::filesystem::remove_all(directory);
    }
};

RUNNEL_TEST(TestCommitCost)
#include "test_commit_cost.moc"
