// The store against kill -9 and against a full disk, in child processes.
#include "store_fixture.h"

#include "tests/support/fault_journal.h"
#include "tests/support/skip.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <random>

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;
using test::turn;
using test::whole_turns;

namespace {

/// Runs `body` in a child process; its return value is the exit code.
template <typename Body>
pid_t in_child(Body body) {
    const auto child = ::fork();
    if (child == 0) ::_exit(body());
    return child;
}

int wait_for(pid_t child) {
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Commits turns from `next` on until it is killed, telling each answered one through the pipe.
int commit_for_ever(const Home& home, int pipe) {
    auto opened = Store::open(home.opening());
    if (!opened) return 1;
    auto& store = **opened;
    for (auto n = static_cast<std::uint64_t>(whole_turns(store)) + 1;; ++n) {
        store.journal().commit(ports::Turn(turn(n), nullptr), [pipe, n](auto result) {
            if (!result || ::write(pipe, &n, sizeof n) != sizeof n) ::_exit(2);
        });
        // Sometimes two under way, sometimes one.
        if (n % 3 == 0 && commit(store.journal(), {ports::Put{ports::RecordKind::peer, {1}, {2}}}))
            return 3;
    }
}

/// A small file system of its own, if this process may mount one.
class SmallDisk {
public:
    explicit SmallDisk(const char* size) {
        const auto options = std::string("size=") + size + ",mode=0700";
        m_mounted = ::mount("tmpfs", m_directory.path().toLocal8Bit().constData(), "tmpfs", 0,
                            options.c_str()) == 0;
    }
    ~SmallDisk() {
        if (m_mounted) ::umount2(m_directory.path().toLocal8Bit().constData(), MNT_DETACH);
    }
    bool mounted() const { return m_mounted; }
    std::filesystem::path path() const { return m_directory.path().toStdString(); }
    /// Fills it but for `left` bytes.
    void fill(std::uint64_t left) const {
        const auto file = path() / "ballast";
        const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const Bytes block(4096, 1);
        while (::write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size())) {
        }
        const auto size = ::lseek(fd, 0, SEEK_END);
        if (::ftruncate(fd, size - static_cast<off_t>(left)) != 0) qFatal("ftruncate");
        ::close(fd);
    }

private:
    QTemporaryDir m_directory;
    bool m_mounted = false;
};

}  // namespace

class TestCrash : public QObject {
    Q_OBJECT
private slots:
    void killed_in_the_middle_again_and_again() {
        const Home home;
        home.create().reset();
        std::mt19937 random(20'240'501);
        std::uint64_t last_answered = 0;
        std::uint64_t most = 0;
        for (int round = 0; round < 12; ++round) {
            int ends[2];
            QVERIFY(::pipe(ends) == 0);
            const auto child = in_child([&] {
                ::close(ends[0]);
                return commit_for_ever(home, ends[1]);
            });
            ::close(ends[1]);
            // Killed at any moment after the first answer, which comes once the store is open.
            std::uint64_t n = 0;
            QVERIFY(::read(ends[0], &n, sizeof n) == sizeof n);
            last_answered = n;
            ::usleep(static_cast<useconds_t>(random() % 60'000));
            ::kill(child, SIGKILL);
            while (::read(ends[0], &n, sizeof n) == sizeof n) last_answered = n;
            ::close(ends[0]);
            QCOMPARE(wait_for(child), -1);

            const auto store = home.open();
            const auto turns = whole_turns(*store);
            QVERIFY2(turns >= static_cast<std::int64_t>(last_answered),
                     qPrintable(QString("answered %1, found %2").arg(last_answered).arg(turns)));
            QVERIFY(turns <= static_cast<std::int64_t>(last_answered) + 3);
            QVERIFY(store->tail().agrees());
            most = std::max(most, last_answered);
        }
        qInfo("%llu turns over 12 kills", static_cast<unsigned long long>(most));
    }

    void crash_at_each_commit() {
        for (std::uint64_t n = 1; n <= 4; ++n) {
            for (const bool after : {false, true}) {
                const Home home;
                home.create().reset();
                const auto child = in_child([&] {
                    auto store = home.open();
                    const auto fault = after ? test::Fault(test::CrashAfter{n})
                                             : test::Fault(test::CrashBefore{n});
                    test::FaultJournal faulty(store->journal(), {fault}, [] { ::_exit(77); });
                    for (std::uint64_t i = 1; i <= 5; ++i) {
                        if (commit(faulty, turn(i))) return 1;
                    }
                    return 2;
                });
                QCOMPARE(wait_for(child), 77);
                const auto store = home.open();
                QCOMPARE(whole_turns(*store), static_cast<std::int64_t>(after ? n : n - 1));
                QVERIFY(store->tail().agrees());
            }
        }
    }

    void a_file_that_may_not_grow() {
        // RLIMIT_FSIZE stands for a full disk where nothing can be mounted.
        const Home home;
        home.create().reset();
        const auto child = in_child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            auto store = home.open();
            const rlimit limit{3'000'000, 3'000'000};
            if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
            const Bytes big(100'000, 9);
            for (std::uint8_t n = 0; n < 200; ++n) {
                const auto error =
                    commit(store->journal(), {ports::Put{ports::RecordKind::peer, {n}, big}});
                if (!error) continue;
                if (error->kind != ports::CommitError::Kind::disk_full) return 2;
                // No retry: what comes after is refused, however small.
                const auto later = commit(store->journal(), turn(1));
                return later && later->kind == ports::CommitError::Kind::closed ? 50 + n / 100 : 3;
            }
            return 4;
        });
        QCOMPARE(wait_for(child), 50);
        // The reopened file says what holds: whole commits, none lost in between.
        const auto store = home.open();
        std::uint8_t next = 0;
        store->reader().scan(ports::RecordKind::peer, {}, [&](ByteView key, ByteView value) {
            return value.size() == 100'000 && key[0] == next ? (++next, true) : false;
        });
        QVERIFY(next > 5);
        QVERIFY(store->tail().agrees());
        QVERIFY(!commit(store->journal(), turn(1)));
    }

    void a_full_disk_still_takes_closes_and_claims() {
        const SmallDisk disk("40m");
        if (!disk.mounted())
            RUNNEL_SKIP_BUT_IN_CI("a small file system of its own (mounting needs root)");
        Store::Creation creation;
        creation.directory = disk.path() / "wallet";
        creation.passphrase = {bytes_of("correct horse"), false};
        creation.cost = Cost::cheap();
        Store::Opening opening;
        opening.directory = creation.directory;
        opening.passphrase = creation.passphrase.bytes;

        const auto reserve = creation.directory / "reserve";
        const Bytes big(200'000, 9);
        const auto put_big = [&](Store& store, std::uint8_t n) {
            return commit(store.journal(), {ports::Put{ports::RecordKind::peer, {n}, big}});
        };

        // Full while it runs: what comes then is written to the space of the reserve, by the same
        // process.
        auto store = std::move(*Store::create(creation));
        QVERIFY(!store->low_space());
        for (std::uint64_t n = 1; n <= 10; ++n) QVERIFY(!commit(store->journal(), turn(n)));
        disk.fill(0);
        QVERIFY(store->low_space());
        QVERIFY(std::filesystem::exists(reserve));
        for (std::uint8_t n = 0; n < 12; ++n) {
            const auto failed = put_big(*store, n);
            QVERIFY2(!failed, failed ? failed->detail.c_str() : "");
        }
        QVERIFY(!std::filesystem::exists(reserve));
        QVERIFY(store->low_space());
        // Room again: the reserve comes back, in the same life too.
        std::filesystem::remove(disk.path() / "ballast");
        QVERIFY(!store->low_space());
        QVERIFY(!commit(store->journal(), turn(11)));
        QTRY_VERIFY(std::filesystem::exists(reserve));
        store.reset();

        // Full when it starts.
        disk.fill(0);
        auto opened = Store::open(opening);
        QVERIFY2(opened, opened ? "" : describe(opened.error()).c_str());
        store = std::move(*opened);
        QVERIFY(!std::filesystem::exists(reserve));
        QVERIFY(store->low_space());
        QVERIFY(store->tail().agrees());
        QCOMPARE(whole_turns(*store), std::int64_t{11});
        for (std::uint64_t n = 12; n <= 60; ++n) {
            const auto failed = commit(store->journal(), turn(n));
            QVERIFY2(!failed, failed ? failed->detail.c_str() : "");
        }
        // Until there is no more room at all.
        std::optional<ports::CommitError> error;
        for (std::uint8_t n = 20; n < 200 && !error; ++n) error = put_big(*store, n);
        QVERIFY(error);
        QVERIFY2(error->kind == ports::CommitError::Kind::disk_full, error->detail.c_str());
        QVERIFY(commit(store->journal(), turn(61))->kind == ports::CommitError::Kind::closed);
        store.reset();

        std::filesystem::remove(disk.path() / "ballast");
        store = std::move(*Store::open(opening));
        QVERIFY(std::filesystem::exists(reserve));
        QVERIFY(!store->low_space());
        QCOMPARE(whole_turns(*store), std::int64_t{60});
    }

    void a_reserve_is_given_and_taken_as_the_disk_fills_and_empties() {
        // As above, where nothing can be mounted: the disk's word stands for the disk.
        const Home home;
        home.create().reset();
        std::atomic<std::uint64_t> free = std::uint64_t{1} << 30;
        auto opening = home.opening();
        opening.free_space = [&free] { return free.load(); };
        auto store = std::move(*Store::open(opening));
        const auto reserve = home.file("reserve");
        free = Store::space_wanted - 1;
        QVERIFY(!commit(store->journal(), turn(1)));
        QVERIFY(store->low_space());
        QVERIFY(std::filesystem::exists(reserve));
        free = Store::reserve_bytes - 1;
        QVERIFY(!commit(store->journal(), turn(2)));
        QVERIFY(!std::filesystem::exists(reserve));
        // Its own space, freed, is not room for a new one.
        free = 2 * Store::reserve_bytes - 1;
        QVERIFY(!commit(store->journal(), turn(3)));
        QTest::qWait(300);
        QVERIFY(!std::filesystem::exists(reserve));
        free = Store::space_wanted + Store::reserve_bytes - 1;
        QVERIFY(store->low_space());
        free = Store::space_wanted + Store::reserve_bytes;
        QVERIFY(!store->low_space());
        QVERIFY(!commit(store->journal(), turn(4)));
        QTRY_COMPARE(std::filesystem::exists(reserve) ? std::filesystem::file_size(reserve) : 0,
                     std::uintmax_t{Store::reserve_bytes});
    }
};

RUNNEL_TEST(TestCrash)
#include "test_crash.moc"
