// A store opened for export: what there is can be read, also from a disk that may not be written
// any more and from a log that a crash left behind; and not a byte, mode or name in the folder is
// another one afterwards.
#include "store_fixture.h"

#include "wallet/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;
using test::turn;
using test::whole_turns;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t turns = 10;

/// Everything that one could see of a folder from outside.
struct Seen {
    Bytes content;
    mode_t mode = 0;
    std::int64_t changed_ns = 0;  ///< Of its content or its name.
    friend bool operator==(const Seen&, const Seen&) = default;
};
std::map<std::string, Seen> look_at(const fs::path& folder) {
    std::map<std::string, Seen> out;
    const auto note = [&](const fs::path& path) {
        struct stat info {};
        if (::stat(path.c_str(), &info) != 0) qFatal("stat");
        auto& seen = out[path.filename().string()];
        seen.mode = info.st_mode;
        seen.changed_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
        if (S_ISREG(info.st_mode)) seen.content = *read_file(path, std::size_t{64} << 20);
    };
    note(folder);
    for (const auto& entry : fs::directory_iterator(folder)) note(entry.path());
    return out;
}

/// The folder as a crash leaves it: everything was answered, and lies in the log alone.
void crash_copy(const Home& from, const fs::path& to) {
    const auto store = from.create();
    for (std::uint64_t n = 1; n <= turns; ++n) {
        if (commit(store->journal(), turn(n))) qFatal("commit");
    }
    fs::create_directory(to);
    for (const auto* const name :
         {"wallet.db-wal", "wallet.db", "sidecar", "key.1", "key.2", "lock"}) {
        fs::copy_file(from.file(name), to / name);
    }
}

Result<std::unique_ptr<Store>, StoreError> open_at(const fs::path& folder) {
    Store::Opening opening;
    opening.directory = folder;
    opening.passphrase = bytes_of("correct horse");
    return Store::open_for_export(opening);
}

}  // namespace

class TestExport : public QObject {
    Q_OBJECT
private slots:
    void changes_nothing_data() {
        QTest::addColumn<QString>("what");
        for (const auto* const what : {"stopped", "crashed", "without a log", "with an index",
                                       "damaged key", "open to all", "without a lock"})
            QTest::newRow(what) << QString(what);
    }

    void changes_nothing() {
        QFETCH(const QString, what);
        const Home home;
        auto folder = home.path();
        if (what == "crashed" || what == "with an index") {
            folder =
                home.path().parent_path() / "crashed #1?%";  // a name that means something in a URI
            crash_copy(home, folder);
            if (what == "with an index") {
                QVERIFY(replace_file(folder / "wallet.db-shm",
                                     Bytes(32'768, 7)));  // of another time: never believed
            }
        } else {
            const auto store = home.create();
            for (std::uint64_t n = 1; n <= turns; ++n) QVERIFY(!commit(store->journal(), turn(n)));
        }
        if (what == "without a log") fs::remove(folder / "wallet.db-wal");
        if (what == "without a lock") fs::remove(folder / "lock");
        if (what == "open to all") {
            QCOMPARE(::chmod((folder / "wallet.db").c_str(), 0644), 0);
            QCOMPARE(::chmod(folder.c_str(), 0755), 0);
        }
        if (what == "damaged key") {
            auto key = *read_file(folder / "key.2", 4096);
            key[60] ^= 1;
            QVERIFY(replace_file(folder / "key.2", key));
        }
        const auto before = look_at(folder);
        {
            const auto store = open_at(folder);
            QVERIFY2(store, store ? "" : describe(store.error()).c_str());
            QVERIFY((*store)->damage().empty());
            QCOMPARE(whole_turns(**store), static_cast<std::int64_t>(turns));
            QCOMPARE((*store)->odd_copies().size(), std::size_t{what == "damaged key" ? 1U : 0U});
            // Two may look at once.
            QVERIFY(open_at(folder));
            const auto refused = commit((*store)->journal(), turn(turns + 1));
            QVERIFY(refused && refused->kind == ports::CommitError::Kind::closed);
        }
        QVERIFY(look_at(folder) == before);
    }

    void reads_from_a_disk_that_may_not_be_written_data() {
        QTest::addColumn<bool>("crashed");
        QTest::newRow("stopped") << false;
        QTest::newRow("crashed") << true;
    }

    void reads_from_a_disk_that_may_not_be_written() {
        QFETCH(const bool, crashed);
        const Home home;
        const auto folder = home.path().parent_path() / "kept";
        if (crashed) {
            crash_copy(home, folder);
        } else {
            {
                const auto store = home.create();
                for (std::uint64_t n = 1; n <= turns; ++n)
                    QVERIFY(!commit(store->journal(), turn(n)));
            }
            fs::rename(home.path(), folder);
        }
        // Root may write everywhere, so it is somebody else who looks.
        const bool is_root = ::geteuid() == 0;
        constexpr uid_t nobody = 65534;
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (is_root) QCOMPARE(::chown(entry.path().c_str(), nobody, nobody), 0);
            QCOMPARE(::chmod(entry.path().c_str(), 0400), 0);
        }
        if (is_root) QCOMPARE(::chown(folder.c_str(), nobody, nobody), 0);
        QCOMPARE(::chmod(folder.c_str(), 0500), 0);
        if (is_root) QCOMPARE(::chmod(folder.parent_path().c_str(), 0755), 0);
        const auto child = ::fork();
        if (child == 0) {
            if (is_root && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) ::_exit(10);
            if (::open((folder / "new").c_str(), O_WRONLY | O_CREAT, 0600) >= 0) ::_exit(11);
            const auto store = open_at(folder);
            if (!store) {
                qWarning("%s", describe(store.error()).c_str());
                ::_exit(12);
            }
            ::_exit((*store)->damage().empty() &&
                            whole_turns(**store) == static_cast<std::int64_t>(turns)
                        ? 0
                        : 13);
        }
        int status = -1;
        ::waitpid(child, &status, 0);
        QCOMPARE(::chmod(folder.c_str(), 0700), 0);  // or it could not be removed
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
    }

    void not_beside_who_has_it_open() {
        const Home home;
        const auto store = home.create();
        const auto refused = open_at(home.path());
        QVERIFY(!refused && std::holds_alternative<InUse>(refused.error()));
        QCOMPARE(std::get<InUse>(refused.error()).pid, static_cast<std::int64_t>(::getpid()));
    }
};

RUNNEL_TEST(TestExport)
#include "test_export.moc"
