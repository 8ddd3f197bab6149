// "Nothing is sent before it is on disk", down to the call that puts it there: every commit has
// synced the log before it is answered, what SQLite keeps for itself never lies on the disk in the
// clear, and whoever is killed while a store is closed finds it in order.
#include "store_fixture.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>

namespace {

std::atomic<int> synced_logs{0};
/// The process dies at so many calls from now that sync anything or cut the log off: 0 for never.
std::atomic<int> dies_in{0};
constexpr int died = 77;

bool is_log(int fd) {
    char target[4096];
    const auto link = "/proc/self/fd/" + std::to_string(fd);
    const auto size = ::readlink(link.c_str(), target, sizeof target);
    return size > 0 &&
           std::string_view(target, static_cast<std::size_t>(size)).ends_with("/wallet.db-wal");
}

void maybe_die() {
    if (dies_in > 0 && --dies_in == 0) ::_exit(died);
}

void note(int fd) {
    if (is_log(fd)) ++synced_logs;
    maybe_die();
}

int cut_off(int fd, off_t size) {
    const auto result = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
    if (is_log(fd)) maybe_die();
    return result;
}

}  // namespace

// In place of the C library's: what the database's library calls, too.
extern "C" int fsync(int fd) {
    note(fd);
    return static_cast<int>(::syscall(SYS_fsync, fd));
}
extern "C" int fdatasync(int fd) {
    note(fd);
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

extern "C" int ftruncate(int fd, off_t size) noexcept { return cut_off(fd, size); }
extern "C" int ftruncate64(int fd, off64_t size) noexcept { return cut_off(fd, size); }

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;
using test::turn;

class TestDurable : public QObject {
    Q_OBJECT
private slots:
    void every_commit_is_synced_before_it_is_answered_data() {
        QTest::addColumn<bool>("created");
        QTest::newRow("in the life that made it") << true;
        QTest::newRow("opened again") << false;
    }

    void every_commit_is_synced_before_it_is_answered() {
        QFETCH(const bool, created);
        const Home home;
        auto store = home.create();
        if (!created) {
            store.reset();
            store = home.open();
        }
        // Those of the log's own growth come in between, never more than one each quarter of a
        // second.
        QTest::qWait(600);
        for (std::uint64_t n = 1; n <= 50; ++n) {
            const int before = synced_logs;
            QVERIFY(!commit(store->journal(), turn(n)));
            QVERIFY2(synced_logs > before, qPrintable(QString::number(n)));
        }
        // On a disk as slow as a thread is, too, where the writer answers: more records than a
        // caller writes by itself.
        for (std::uint64_t n = 51; n <= 60; ++n) {
            auto many = turn(n);
            for (std::uint8_t i = 0; i < 20; ++i)
                many.push_back(ports::Put{ports::RecordKind::peer, {i}, {i}});
            const int before = synced_logs;
            QVERIFY(!commit(store->journal(), std::move(many)));
            QVERIFY2(synced_logs > before, qPrintable(QString::number(n)));
        }
    }

    void a_store_may_die_while_it_is_closed() {
        int cuts = 0;
        for (int at = 1;; ++at) {
            const Home home;
            home.create().reset();
            const auto child = ::fork();
            if (child == 0) {
                auto store = home.open();
                for (std::uint64_t n = 1; n <= 3; ++n) {
                    if (commit(store->journal(), turn(n))) ::_exit(1);
                }
                dies_in = at;
                store.reset();
                ::_exit(0);
            }
            int status = -1;
            ::waitpid(child, &status, 0);
            QVERIFY(WIFEXITED(status));
            const auto store = home.open();
            QVERIFY(store != nullptr);
            QVERIFY2(store->tail().agrees(), qPrintable(QString::number(at)));
            if (WEXITSTATUS(status) == 0) break;
            QCOMPARE(WEXITSTATUS(status), died);
            ++cuts;
        }
        // Of the database, of the log that is cut off, of the sidecar before and after.
        QVERIFY2(cuts >= 4, qPrintable(QString::number(cuts)));
    }

    void every_connection_is_set_up_alike() {
        const Home home;
        home.create().reset();
        const auto key = Envelope(home.path()).open(bytes_of("correct horse"));
        for (const auto access :
             {Connection::Access::write, Connection::Access::read, Connection::Access::still}) {
            auto db = std::move(*Connection::open(home.file("wallet.db"), *key, access));
            const auto value = [&](const char* name) {
                return *db.number((std::string("PRAGMA ") + name).c_str());
            };
            QCOMPARE(value("temp_store"),
                     std::int64_t{2});  // in memory: sorted rows would be plain text in a file
            QCOMPARE(value("trusted_schema"), std::int64_t{0});
            QCOMPARE(value("query_only"),
                     std::int64_t{access == Connection::Access::write ? 0 : 1});
            QCOMPARE(value("wal_autocheckpoint"), std::int64_t{0});
            auto mode = std::move(*db.prepare("PRAGMA journal_mode"));
            QVERIFY(*mode.step());
            // What is never written keeps no log of its own, whatever the file says.
            if (access != Connection::Access::still) QCOMPARE(mode.text(0), std::string("wal"));
        }
    }
};

RUNNEL_TEST(TestDurable)
#include "test_durable.moc"
