#include "store_fixture.h"

#include "wallet/store/files.h"

#include <QElapsedTimer>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <future>
#include <mutex>
#include <numeric>
#include <thread>

using namespace runnel;
using namespace runnel::store;
using test::commit;
using test::Home;
using test::number_bytes;
using test::turn;
using test::whole_turns;

namespace {

template <typename E, typename R>
bool is(const R& result) {
    return !result && std::holds_alternative<E>(result.error());
}

int mode_of(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return -1;
    return static_cast<int>(info.st_mode & 0777);
}

}  // namespace

class TestStore : public QObject {
    Q_OBJECT
private slots:
    void keeps_what_was_committed() {
        const Home home;
        auto creation = home.creation();
        creation.secrets.push_back({"entropy", SecretBytes(Bytes{1, 2, 3})});
        creation.records = turn(1);
        QVERIFY(!Store::exists(home.path()));
        auto made = Store::create(creation);
        QVERIFY(made);
        auto store = std::move(*made);
        QVERIFY(Store::exists(home.path()));
        QVERIFY(store->tail().agrees());
        for (std::uint64_t n = 2; n <= 20; ++n) QVERIFY(!commit(store->journal(), turn(n)));
        QCOMPARE(whole_turns(*store), std::int64_t{20});
        store.reset();

        store = home.open();
        QCOMPARE(whole_turns(*store), std::int64_t{20});
        QVERIFY(store->tail().agrees());
        QCOMPARE(store->tail().found, std::uint64_t{20});
        QVERIFY(!commit(store->journal(), turn(21)));
        QCOMPARE(whole_turns(*store), std::int64_t{21});
        const auto secret = store->secret("entropy");
        QVERIFY(secret && to_bytes(secret->reveal()) == (Bytes{1, 2, 3}));
        QVERIFY(!store->secret("other"));
    }

    void reads_in_order() {
        const Home home;
        const auto store = home.create();
        ports::Records records;
        for (std::uint8_t i = 0; i < 10; ++i)
            records.push_back(ports::Put{ports::RecordKind::payment, {i}, {i, i}});
        records.push_back(ports::Put{ports::RecordKind::invoice, {9}, {}});
        records.push_back(ports::Put{ports::RecordKind::incoming, {}, {4}});
        QVERIFY(!commit(store->journal(), std::move(records)));
        const auto& reader = store->reader();
        Bytes seen;
        const auto note = [&](ByteView key, ByteView) {
            seen.push_back(key[0]);
            return seen.size() < 4;
        };
        reader.scan(ports::RecordKind::payment, {}, note);
        QCOMPARE(seen, (Bytes{0, 1, 2, 3}));
        seen.clear();
        reader.scan(ports::RecordKind::payment, Bytes{8}, note);
        QCOMPARE(seen, (Bytes{8, 9}));
        seen.clear();
        reader.scan_back(ports::RecordKind::payment, {}, note);
        QCOMPARE(seen, (Bytes{9, 8, 7, 6}));
        seen.clear();
        reader.scan_back(ports::RecordKind::payment, Bytes{2}, note);
        QCOMPARE(seen, (Bytes{1, 0}));
        QVERIFY(reader.get(ports::RecordKind::invoice, Bytes{9}) == Bytes{});
        QVERIFY(reader.get(ports::RecordKind::incoming, {}) == Bytes{4});
        QVERIFY(!reader.get(ports::RecordKind::invoice, Bytes{8}));
        // A reader that asks again while it is being told.
        int found = 0;
        reader.scan(ports::RecordKind::payment, {}, [&](ByteView key, ByteView value) {
            found += reader.get(ports::RecordKind::payment, key) == to_bytes(value) ? 1 : 0;
            return true;
        });
        QCOMPARE(found, 10);

        QVERIFY(!commit(store->journal(), {ports::Erase{ports::RecordKind::payment, {3}},
                                           ports::Erase{ports::RecordKind::payment, {99}},
                                           ports::Put{ports::RecordKind::payment, {4}, {1}}}));
        QVERIFY(!reader.get(ports::RecordKind::payment, Bytes{3}));
        QVERIFY(reader.get(ports::RecordKind::payment, Bytes{4}) == Bytes{1});
    }

    void answers_once_and_in_order() {
        const Home home;
        auto store = home.create();
        std::mutex mutex;
        std::vector<std::uint64_t> answers;
        // Handed over without waiting, then one by one, and again: whoever commits them, none
        // overtakes another.
        for (std::uint64_t n = 1; n <= 600; ++n) {
            std::promise<void> done;
            auto answered = done.get_future();
            store->journal().commit(
                ports::Turn(turn(n), nullptr),
                [&mutex, &answers, n,
                 done = std::make_shared<std::promise<void>>(std::move(done))](auto result) {
                    const std::lock_guard lock(mutex);
                    if (result) answers.push_back(n);
                    done->set_value();
                });
            if (n / 100 % 2 == 1) answered.wait();
        }
        store->close();
        std::vector<std::uint64_t> wanted(600);
        std::iota(wanted.begin(), wanted.end(), 1);
        QCOMPARE(answers, wanted);
        QCOMPARE(whole_turns(*store), std::int64_t{600});
        const auto late = commit(store->journal(), turn(6));
        QVERIFY(late && late->kind == ports::CommitError::Kind::closed);
    }

    void nothing_readable_lies_on_the_disk() {
        const Home home;
        auto creation = home.creation();
        const std::string marker = "find this marker if you can";
        creation.secrets.push_back({"entropy", SecretBytes(bytes_of(marker))});
        auto store = std::move(*Store::create(creation));
        QVERIFY(!commit(store->journal(),
                        {ports::Put{ports::RecordKind::peer, {1}, to_bytes(bytes_of(marker))}}));
        for (const bool open : {true, false}) {
            for (const auto& file : std::filesystem::directory_iterator(home.path())) {
                const auto bytes = read_file(file.path(), std::size_t{64} << 20);
                QVERIFY(bytes);
                const std::string text(bytes->begin(), bytes->end());
                QVERIFY2(text.find(marker) == std::string::npos, file.path().c_str());
                QVERIFY2(text.find("SQLite format") == std::string::npos, file.path().c_str());
            }
            if (open) store.reset();
        }
    }

    void modes_are_private() {
        const Home home;
        const auto before = ::umask(0);
        auto store = home.create();
        QVERIFY(!commit(store->journal(), turn(1)));
        ::umask(before);
        QCOMPARE(mode_of(home.path()), 0700);
        int files = 0;
        for (const auto& file : std::filesystem::directory_iterator(home.path())) {
            QVERIFY2(mode_of(file.path()) == 0600, file.path().c_str());
            ++files;
        }
        QVERIFY(files >= 7);
        store.reset();
        // Opened up by somebody: closed again.
        QCOMPARE(::chmod(home.path().c_str(), 0755), 0);
        for (const auto* const file :
             {"wallet.db", "key.1", "key.2", "sidecar", "lock", "reserve"}) {
            QCOMPARE(::chmod(home.file(file).c_str(), 0644), 0);
        }
        store = home.open();
        QCOMPARE(mode_of(home.path()), 0700);
        for (const auto& file : std::filesystem::directory_iterator(home.path())) {
            QVERIFY2(mode_of(file.path()) == 0600, file.path().c_str());
        }
    }

    void refuses_what_it_must() {
        const Home home;
        QVERIFY(std::holds_alternative<Missing>(home.refused()));
        auto store = home.create();
        QVERIFY(!commit(store->journal(), turn(1)));
        store.reset();
        QVERIFY(is<Exists>(Store::create(home.creation())));

        QVERIFY(is<WrongPassphrase>(Store::open(home.opening("wrong"))));
        QVERIFY(is<WrongPassphrase>(Store::open(home.opening(""))));

        auto other = home.opening();
        other.network = Network::practice;
        const auto elsewhere = Store::open(other);
        QVERIFY(is<OtherNetwork>(elsewhere));
        QCOMPARE(std::get<OtherNetwork>(elsewhere.error()).found, std::string("regtest"));

        {
            auto db = home.keyed();
            QVERIFY(db.execute("PRAGMA user_version = 99"));
        }
        const auto newer = home.refused();
        QVERIFY(std::holds_alternative<NewerVersion>(newer));
        QCOMPARE(std::get<NewerVersion>(newer).found, std::uint64_t{99});
        {
            auto db = home.keyed();
            QVERIFY(db.execute("PRAGMA user_version = 1"));
        }
        QCOMPARE(whole_turns(*home.open()), std::int64_t{1});

        auto empty = home.creation();
        empty.directory = home.path() / "another";
        empty.passphrase = {};
        QVERIFY(is<EmptyPassphrase>(Store::create(empty)));
        QVERIFY(!std::filesystem::exists(empty.directory));
        empty.passphrase.may_be_empty = true;
        QVERIFY(Store::create(empty));
    }

    void a_key_without_its_database_is_kept() {
        const Home home;
        home.create().reset();
        std::filesystem::remove(home.file("wallet.db"));
        QVERIFY(is<Exists>(Store::create(home.creation())));
        QVERIFY(Envelope(home.path()).open(bytes_of("correct horse")));
    }

    void an_unfinished_creation_leaves_nothing() {
        const Home home;
        home.create().reset();
        QVERIFY(replace_file(home.file("creating"), {}));
        QVERIFY(!Store::exists(home.path()));
        QVERIFY(std::holds_alternative<Missing>(home.refused()));
        auto store = Store::create(home.creation());
        QVERIFY(store);
        QCOMPARE(whole_turns(**store), std::int64_t{0});
        QVERIFY(Store::exists(home.path()));
    }

    void one_at_a_time() {
        const Home home;
        const auto store = home.create();
        const auto same_process = home.refused();
        QVERIFY(std::holds_alternative<InUse>(same_process));
        QCOMPARE(std::get<InUse>(same_process).pid, static_cast<std::int64_t>(::getpid()));

        const auto parent = ::getpid();
        const auto child = ::fork();
        if (child == 0) {
            const auto second = Store::open(home.opening());
            const auto* held = second ? nullptr : std::get_if<InUse>(&second.error());
            ::_exit(held != nullptr && held->pid == parent ? 0 : 1);
        }
        int status = -1;
        ::waitpid(child, &status, 0);
        QCOMPARE(status, 0);
        QVERIFY(!commit(store->journal(), turn(1)));
    }

    void changes_the_passphrase_while_open() {
        const Home home;
        auto store = home.create();
        QVERIFY(!commit(store->journal(), turn(1)));
        QVERIFY(store->change_passphrase(bytes_of("correct horse"),
                                         {bytes_of("battery staple"), false}, Cost::cheap()));
        QVERIFY(!commit(store->journal(), turn(2)));
        store.reset();
        QVERIFY(std::holds_alternative<WrongPassphrase>(home.refused()));
        const auto opened = Store::open(home.opening("battery staple"));
        QVERIFY(opened);
        QCOMPARE(whole_turns(**opened), std::int64_t{2});
    }

    void a_clean_stop_truncates_the_log() {
        const Home home;
        auto store = home.create();
        for (std::uint64_t n = 1; n <= 50; ++n) QVERIFY(!commit(store->journal(), turn(n)));
        QVERIFY(std::filesystem::file_size(home.file("wallet.db-wal")) >= (1U << 20));
        store.reset();
        QCOMPARE(std::filesystem::file_size(home.file("wallet.db-wal")), std::uintmax_t{0});
    }

    void the_log_stays_bounded() {
        const Home home;
        auto store = home.create();
        Bytes big(20'000, 3);
        for (std::uint8_t n = 0; n < 250; ++n) {
            QVERIFY(!commit(store->journal(), {ports::Put{ports::RecordKind::peer, {n}, big},
                                               ports::Put{ports::RecordKind::peer, {n, 1}, big}}));
        }
        QVERIFY(std::filesystem::file_size(home.file("wallet.db-wal")) <
                (std::uintmax_t{12} << 20));
        // Left alone, it is taken in: nothing but the clean stop's own work is left to do.
        QTRY_VERIFY(std::filesystem::file_size(home.file("wallet.db")) >
                    std::uintmax_t{10'000'000});
    }

    // A store as the first version left it; every later one must open it.
    void opens_the_first_version() {
        const Home home;
        const auto kept = (test::tests_dir() + "/store/store/v1").toStdString();
        std::filesystem::copy(kept, home.path());
        auto opened = Store::open(home.opening("golden"));
        QVERIFY2(opened, opened ? "" : describe(opened.error()).c_str());
        const auto& store = **opened;
        QVERIFY(store.tail().agrees());
        QCOMPARE(store.tail().found, std::uint64_t{3});
        QVERIFY(to_bytes(store.secret("entropy")->reveal()) == Bytes(32, 5));
        for (std::uint8_t i = 0; i < 3; ++i) {
            QVERIFY(store.reader().get(ports::RecordKind::channel, Bytes(32, i)) == Bytes(100, i));
        }
        Bytes bodies;
        store.transcript(Bytes(32, 0), [&](std::uint64_t, ByteView body, ByteView) {
            bodies.push_back(body[0]);
            return true;
        });
        QCOMPARE(bodies, (Bytes{0, 2}));
        QVERIFY(!commit((*opened)->journal(), turn(4)));
    }

    void opens_quickly() {
        const Home home;
        auto store = home.create();
        for (std::uint64_t i = 0; i < 20; ++i) {
            ports::Records many;
            for (std::uint64_t n = 1; n <= 500; ++n) {
                auto one = turn(500 * i + n);
                many.insert(many.end(), one.begin(), one.end());
            }
            QVERIFY(!commit(store->journal(), std::move(many)));
        }
        store.reset();
        QElapsedTimer timer;
        timer.start();
        store = home.open();
        qInfo("open with 10,000 records and journal entries: %lld ms", timer.elapsed());
        QCOMPARE(whole_turns(*store), std::int64_t{10'000});
    }
};

RUNNEL_TEST(TestStore)
#include "test_store.moc"
