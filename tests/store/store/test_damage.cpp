// What happens to files: flipped bytes, edited rows, cut tails, older copies. Always found, always
// named, never mended.
#include "store_fixture.h"

#include "wallet/store/files.h"

#include <QElapsedTimer>

#include <fcntl.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;
using test::turn;
using test::whole_turns;

namespace {

void flip(const std::filesystem::path& path, std::uint64_t at) {
    const int fd = ::open(path.c_str(), O_RDWR);
    std::uint8_t byte = 0;
    if (::pread(fd, &byte, 1, static_cast<off_t>(at)) != 1) qFatal("cannot read %s", path.c_str());
    byte = static_cast<std::uint8_t>(byte ^ 0x20);
    if (::pwrite(fd, &byte, 1, static_cast<off_t>(at)) != 1)
        qFatal("cannot write %s", path.c_str());
    ::close(fd);
}

void put_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
}

QElapsedTimer started() {
    QElapsedTimer timer;
    timer.start();
    return timer;
}

void fill(const Home& home, std::uint64_t turns) {
    const auto store = home.create();
    for (std::uint64_t n = 1; n <= turns; ++n) {
        if (commit(store->journal(), turn(n))) qFatal("commit");
    }
}

}  // namespace

class TestDamage : public QObject {
    Q_OBJECT
private slots:
    void every_flipped_page_is_found() {
        const Home home;
        fill(home, 100);
        const auto path = home.file("wallet.db");
        const auto size = std::filesystem::file_size(path);
        put_copy(path, home.file("kept"));
        for (std::uint64_t page = 0; page < size / 4096; page += 3) {
            flip(path, page * 4096 + 1000);
            const auto error = home.refused();
            QVERIFY2(std::holds_alternative<Damaged>(error), describe(error).c_str());
            put_copy(home.file("kept"), path);
        }
        QCOMPARE(whole_turns(*home.open()), std::int64_t{100});
    }

    void a_shortened_file_is_found() {
        const Home home;
        fill(home, 100);
        const auto path = home.file("wallet.db");
        const auto size = std::filesystem::file_size(path);
        for (const auto left :
             {size - 4096, size - 100, std::uintmax_t{4096}, std::uintmax_t{100}}) {
            put_copy(path, home.file("kept"));
            std::filesystem::resize_file(path, left);
            const auto error = home.refused();
            QVERIFY2(std::holds_alternative<Damaged>(error), describe(error).c_str());
            QCOMPARE(std::filesystem::file_size(path), left);
            put_copy(home.file("kept"), path);
        }
        // Nothing at all is a database as yet empty: not this store's either.
        std::filesystem::resize_file(path, 0);
        QVERIFY(std::holds_alternative<Damaged>(home.refused()));
    }

    void an_edited_entry_is_named() {
        const Home home;
        fill(home, 20);
        {
            auto db = home.keyed();
            QVERIFY(db.execute("UPDATE journal SET body = x'00' WHERE seq = 7"));
        }
        const auto error = home.refused();
        QVERIFY(std::holds_alternative<Damaged>(error));
        const auto& damaged = std::get<Damaged>(error);
        QCOMPARE(damaged.sequence, std::uint64_t{7});
        QCOMPARE(damaged.subject, Bytes(32, 1));

        // For export it opens, whole or not, and changes nothing.
        const auto before = read_file(home.file("wallet.db"), std::size_t{64} << 20);
        {
            const auto store = Store::open_for_export(home.opening());
            QVERIFY(store);
            QCOMPARE((*store)->damage().size(), std::size_t{1});
            QCOMPARE((*store)->damage()[0].sequence, std::uint64_t{7});
            int entries = 0;
            (*store)->transcript(
                Bytes(32, 1), [&](std::uint64_t, ByteView, ByteView) { return ++entries, true; });
            QCOMPARE(entries, 10);
            QVERIFY((*store)->reader().get(ports::RecordKind::channel, Bytes{1}));
            const auto refused = commit((*store)->journal(), turn(21));
            QVERIFY(refused && refused->kind == ports::CommitError::Kind::closed);
        }
        QVERIFY(*read_file(home.file("wallet.db"), std::size_t{64} << 20) == *before);
        QVERIFY(std::holds_alternative<Damaged>(home.refused()));
    }

    void edits_of_every_kind_are_found() {
        for (const auto* sql :
             {"UPDATE journal SET hash = zeroblob(32) WHERE seq = 5",
              "UPDATE journal SET hash = x'' WHERE seq = 5",
              "UPDATE journal SET subject = zeroblob(32) WHERE seq = 5",
              "DELETE FROM journal WHERE seq = 5", "DELETE FROM journal WHERE seq = 1",
              "UPDATE journal SET seq = 100 WHERE seq = 20",
              "UPDATE journal SET body = (SELECT body FROM journal WHERE seq = 3) WHERE seq = 5"}) {
            const Home home;
            fill(home, 20);
            {
                auto db = home.keyed();
                QVERIFY(db.execute(sql));
            }
            const auto error = home.refused();
            QVERIFY2(std::holds_alternative<Damaged>(error), sql);
            const auto sequence = std::get<Damaged>(error).sequence;
            QVERIFY2(sequence == 5 || sequence == 1 || sequence == 20, sql);
        }
    }

    void a_cut_tail_is_noticed_until_agreed() {
        const Home home;
        fill(home, 10);
        {
            auto db = home.keyed();
            QVERIFY(db.execute("DELETE FROM journal WHERE seq > 8"));
        }
        auto store = home.open();
        QVERIFY(store->tail().problem == TailProblem::missing_records);
        QCOMPARE(store->tail().expected, std::uint64_t{10});
        QCOMPARE(store->tail().found, std::uint64_t{8});
        store.reset();
        // Opening it again does not make it true.
        store = home.open();
        QVERIFY(store->tail().problem == TailProblem::not_yet_agreed);
        QCOMPARE(store->tail().expected, std::uint64_t{10});
        store->tail_agreed();
        QVERIFY(store->tail().agrees());
        store.reset();
        QVERIFY(home.open()->tail().agrees());
    }

    void an_older_copy_is_noticed() {
        const Home home;
        fill(home, 10);
        put_copy(home.file("wallet.db"), home.file("older"));
        {
            const auto store = home.open();
            QVERIFY(store->tail().agrees());
        }
        put_copy(home.file("older"), home.file("wallet.db"));
        auto store = home.open();
        QVERIFY(store->tail().problem == TailProblem::older_epoch);
        store.reset();

        const Home second;
        fill(second, 10);
        std::filesystem::remove(second.file("sidecar"));
        QVERIFY(second.open()->tail().problem == TailProblem::sidecar_missing);

        const Home third;
        fill(third, 10);
        flip(third.file("sidecar"), 20);
        flip(third.file("sidecar"), 4096 + 20);
        QVERIFY(third.open()->tail().problem == TailProblem::sidecar_missing);
    }

    void a_log_that_comes_or_goes_is_noticed() {
        const Home home;
        auto store = home.create();
        for (std::uint64_t n = 1; n <= 10; ++n) QVERIFY(!commit(store->journal(), turn(n)));
        // The files as a crash would leave them now.
        for (const auto* name : {"wallet.db", "wallet.db-wal", "sidecar"}) {
            put_copy(home.file(name), home.file((std::string(name) + ".kept").c_str()));
        }
        store.reset();
        const auto crash = [&] {
            for (const auto* name : {"wallet.db", "wallet.db-wal", "sidecar"}) {
                put_copy(home.file((std::string(name) + ".kept").c_str()), home.file(name));
            }
            std::filesystem::remove(home.file("wallet.db-shm"));
        };
        crash();
        store = home.open();
        QVERIFY(store->tail().agrees());
        QCOMPARE(whole_turns(*store), std::int64_t{10});
        store.reset();

        crash();
        std::filesystem::remove(home.file("wallet.db-wal"));
        store = home.open();
        QVERIFY(store->tail().problem == TailProblem::log_missing);
        store->tail_agreed();
        store.reset();

        put_copy(home.file("wallet.db-wal.kept"), home.file("wallet.db-wal"));
        QVERIFY(home.open()->tail().problem != TailProblem::none);
    }

    void a_torn_log_is_cut_and_told() {
        const Home home;
        auto store = home.create();
        // Often enough that the log is not taken in, long enough that the sidecar hears of it.
        std::uint64_t turns = 0;
        for (QElapsedTimer timer = started(); timer.elapsed() < 1300; QTest::qWait(40)) {
            QVERIFY(!commit(store->journal(), turn(++turns)));
        }
        for (const auto* name : {"wallet.db", "wallet.db-wal", "sidecar"}) {
            put_copy(home.file(name), home.file((std::string(name) + ".kept").c_str()));
        }
        store.reset();
        for (const auto* name : {"wallet.db", "wallet.db-wal", "sidecar"}) {
            put_copy(home.file((std::string(name) + ".kept").c_str()), home.file(name));
        }
        std::filesystem::remove(home.file("wallet.db-shm"));
        // Frames of 24 + 4096 bytes lie behind a head of 32, each with the head's two salts. With a
        // frame in the middle goes all that follows.
        const auto log = *read_file(home.file("wallet.db-wal"), std::size_t{64} << 20);
        std::uint64_t frames = 0;
        while (32 + frames * 4120 + 24 <= log.size() &&
               std::equal(&log[16], &log[24],
                          &log[static_cast<std::size_t>(32 + frames * 4120 + 8)])) {
            ++frames;
        }
        QVERIFY(frames > turns);
        flip(home.file("wallet.db-wal"), 32 + frames / 2 * 4120 + 2000);
        store = home.open();
        QVERIFY(store->tail().problem == TailProblem::missing_records);
        QVERIFY(store->tail().expected <= turns);
        const auto left = whole_turns(*store);
        QVERIFY(left > 0 && static_cast<std::uint64_t>(left) < turns);
        QCOMPARE(store->tail().found, static_cast<std::uint64_t>(left));
    }
};

RUNNEL_TEST(TestDamage)
#include "test_damage.moc"
