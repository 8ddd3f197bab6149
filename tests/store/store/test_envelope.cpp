#include "store_fixture.h"

#include "core/base/codec.h"
#include "core/crypto/hash.h"
#include "wallet/store/files.h"

#include <QElapsedTimer>
#include <QFile>

using namespace runnel;
using namespace runnel::store;

namespace {

Bytes read(const std::filesystem::path& path) { return *read_file(path, 10'000); }

void overwrite(const std::filesystem::path& path, const Bytes& bytes) {
    if (!replace_file(path, bytes)) qFatal("cannot write");
}

Secret32 some_key() {
    Secret32 out;
    out.reveal().fill(7);
    return out;
}

template <typename E, typename R>
bool is(const R& result) {
    return !result && std::holds_alternative<E>(result.error());
}

const Passphrase good{bytes_of("good"), false};

}  // namespace

class TestEnvelope : public QObject {
    Q_OBJECT
private slots:
    void a_busy_moment_makes_no_slow_wallet_data() {
        QTest::addColumn<int>("one");
        QTest::addColumn<int>("three");
        QTest::newRow("quiet") << 60 << 140;
        QTest::newRow("busy during the first") << 138 << 140;
        QTest::newRow("longer than the second") << 400 << 140;
        QTest::newRow("busy during the second") << 60 << 900;
    }
    void a_busy_moment_makes_no_slow_wallet() {
        using namespace std::chrono_literals;
        QFETCH(const int, one);
        QFETCH(const int, three);
        const auto passes =
            Cost::passes(std::chrono::milliseconds(one), std::chrono::milliseconds(three), 500ms);
        // A pass really takes 40 ms, the first one 60.
        QVERIFY2(passes >= 3 && passes * 40 + 20 <= 1'000, qPrintable(QString::number(passes)));
        if (one == 60 && three == 140) QCOMPARE(passes, std::uint64_t{12});
    }

    /// 140 ms where 500 were meant would be stored for good.
    void a_busy_moment_makes_no_weak_wallet_data() {
        QTest::addColumn<QList<int>>("times");
        QTest::newRow("quiet") << QList<int>{60, 140, 60, 140};
        QTest::newRow("busy during the first") << QList<int>{400, 140, 60, 140};
        QTest::newRow("busy during the second") << QList<int>{60, 900, 60, 140};
        QTest::newRow("busy during the third") << QList<int>{60, 140, 400, 140};
        QTest::newRow("busy during the last") << QList<int>{60, 140, 60, 900};
        QTest::newRow("busy during two") << QList<int>{60, 900, 400, 140};
        QTest::newRow("busy at first") << QList<int>{400, 900, 60, 140};
    }
    void a_busy_moment_makes_no_weak_wallet() {
        using namespace std::chrono_literals;
        QFETCH(const QList<int>, times);
        std::vector<std::uint64_t> asked;
        const auto cost = Cost::measured(500ms, [&](std::uint64_t operations) {
            const auto at = static_cast<qsizetype>(asked.size());
            asked.push_back(operations);
            return std::chrono::milliseconds(times.at(at));
        });
        QCOMPARE(asked, (std::vector<std::uint64_t>{1, 3, 1, 3}));
        QCOMPARE(cost.operations, std::uint64_t{12});
        QCOMPARE(cost.memory_bytes, Cost{}.memory_bytes);
    }

    void wraps_and_unwraps() {
        QTemporaryDir directory;
        const Envelope envelope(directory.path().toStdString());
        QVERIFY(!envelope.exists());
        QVERIFY(is<Missing>(envelope.open(bytes_of("good"))));
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        QVERIFY(envelope.exists());
        QVERIFY(*envelope.open(bytes_of("good")) == some_key());
        QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of("bad"))));
        QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of(""))));
        QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of("good "))));
    }

    void empty_only_when_meant() {
        QTemporaryDir directory;
        const Envelope envelope(directory.path().toStdString());
        QVERIFY(is<EmptyPassphrase>(envelope.write(some_key(), {{}, false}, Cost::cheap())));
        QVERIFY(!envelope.exists());
        QVERIFY(envelope.write(some_key(), {{}, true}, Cost::cheap()));
        QVERIFY(*envelope.open({}) == some_key());
    }

    void holds_no_secret() {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const Envelope envelope(path);
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        const auto file = read(path / "key.1");
        const auto key = some_key();
        QVERIFY(std::search(file.begin(), file.end(), key.reveal().begin(),
                            key.reveal().begin() + 8) == file.end());
        QVERIFY(QFile::permissions(QString::fromStdString((path / "key.1").string())) ==
                (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));
    }

    void one_damaged_copy_is_odd_copies() {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const Envelope envelope(path);
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        const auto whole = read(path / "key.1");
        QVERIFY(whole == read(path / "key.2"));
        for (const auto* name : {"key.1", "key.2"}) {
            for (std::size_t at = 0; at < whole.size(); at += 5) {
                if (at == 9) continue;  // The version: see newer_version.
                auto damaged = whole;
                damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 1);
                if (damaged[8] != 0 || damaged[9] != 1) continue;
                overwrite(path / name, damaged);
                QVERIFY(*envelope.open(bytes_of("good")) == some_key());
                QVERIFY(read(path / name) == whole);
            }
            overwrite(path / name, {});
            QVERIFY(*envelope.open(bytes_of("good")) == some_key());
            std::filesystem::remove(path / name);
            // A wrong passphrase changes nothing, not even that.
            QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of("bad"))));
            QVERIFY(!std::filesystem::exists(path / name));
            QVERIFY(*envelope.open(bytes_of("good")) == some_key());
            QVERIFY(read(path / name) == whole);
        }
        auto damaged = whole;
        damaged[60] = static_cast<std::uint8_t>(damaged[60] ^ 1);
        overwrite(path / "key.1", damaged);
        overwrite(path / "key.2", damaged);
        QVERIFY(is<EnvelopeDamaged>(envelope.open(bytes_of("good"))));
    }

    void what_is_mended_is_told() {
        using Was = OddCopy::Was;
        const runnel::test::Home home;
        home.create()->close();
        QVERIFY(home.open()->odd_copies().empty());
        const auto whole = read(home.file("key.1"));
        auto damaged = whole;
        damaged[60] ^= 1;
        overwrite(home.file("key.2"), damaged);
        // Not of one that does not open: nothing is done then.
        QVERIFY(is<WrongPassphrase>(Store::open(home.opening("wrong"))));
        QVERIFY(read(home.file("key.2")) == damaged);
        QVERIFY((home.open()->odd_copies() == std::vector<OddCopy>{{"key.2", Was::damaged}}));
        QVERIFY(home.open()->odd_copies().empty());
        std::filesystem::remove(home.file("key.1"));
        QVERIFY(((*Store::open_for_export(home.opening()))->odd_copies() ==
                 std::vector<OddCopy>{{"key.1", Was::missing}}));
        QVERIFY(home.open()->change_passphrase(bytes_of("correct horse"), {bytes_of("new"), false},
                                               Cost::cheap()));
        overwrite(home.file("key.2"), whole);
        QVERIFY(((*Store::open(home.opening("new")))->odd_copies() ==
                 std::vector<OddCopy>{{"key.2", Was::older}}));
    }

    void newer_version_is_refused() {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const Envelope envelope(path);
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        auto newer = read(path / "key.1");
        newer[9] = 2;
        newer.push_back(0);  // A later version's file has whatever it has.
        overwrite(path / "key.2", newer);
        QVERIFY(is<NewerVersion>(envelope.open(bytes_of("good"))));
        QVERIFY(read(path / "key.2") == newer);
        newer.pop_back();
        newer[60] ^= 1;
        overwrite(path / "key.2", newer);
        QVERIFY(is<NewerVersion>(envelope.open(bytes_of("good"))));
    }

    void a_flipped_version_is_damage() {
        for (const std::size_t byte : {8, 9}) {
            QTemporaryDir directory;
            const std::filesystem::path path = directory.path().toStdString();
            const Envelope envelope(path);
            QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
            const auto whole = read(path / "key.1");
            auto flipped = whole;
            flipped[byte] ^= 0x10;
            overwrite(path / "key.2", flipped);
            // The other copy is whole: it opens, and both are again.
            QVERIFY(envelope.open(bytes_of("good")));
            QVERIFY(read(path / "key.2") == whole);
            overwrite(path / "key.1", flipped);
            overwrite(path / "key.2", flipped);
            QVERIFY(is<EnvelopeDamaged>(envelope.open(bytes_of("good"))));
        }
    }

    void a_hostile_cost_is_not_paid() {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const Envelope envelope(path);
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        const auto whole = read(path / "key.1");
        // Operations and memory: too little, no pass, beyond any memory, too many passes, hours of
        // work within each single bound.
        const std::uint64_t gib = std::uint64_t{1} << 30;
        const std::pair<std::uint64_t, std::uint64_t> costs[] = {
            {1, 8191},    {1, 0},     {0, 8192},      {1, std::uint64_t{0xff} << 56},
            {1001, 8192}, {200, gib}, {1000, 4 * gib}};
        for (const auto& [operations, memory] : costs) {
            Bytes file = to_bytes(ByteView(whole).first(11));
            append(file, Writer().u64(operations).u64(memory).view());
            append(file, ByteView(whole).subspan(27, whole.size() - 27 - 32));
            append(file, crypto::sha256(file).view());
            QCOMPARE(file.size(), whole.size());
            overwrite(path / "key.1", file);
            overwrite(path / "key.2", file);
            QVERIFY(is<EnvelopeDamaged>(envelope.open(bytes_of("good"))));
        }
        overwrite(path / "key.1", whole);
        QVERIFY(envelope.open(bytes_of("good")));
    }

    void changes_the_passphrase() {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const Envelope envelope(path);
        QVERIFY(envelope.write(some_key(), good, Cost::cheap()));
        const auto before = read(path / "key.1");
        const Passphrase better{bytes_of("better"), false};
        QVERIFY(is<WrongPassphrase>(envelope.change(bytes_of("bad"), better, Cost::cheap())));
        QVERIFY(is<EmptyPassphrase>(envelope.change(bytes_of("good"), {{}, false}, Cost::cheap())));
        QVERIFY(read(path / "key.1") == before);
        QVERIFY(envelope.change(bytes_of("good"), better, Cost::cheap()));
        QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of("good"))));
        QVERIFY(*envelope.open(bytes_of("better")) == some_key());
        // Cut between the two copies: the newer one counts and the other follows.
        overwrite(path / "key.2", before);
        QVERIFY(is<WrongPassphrase>(envelope.open(bytes_of("good"))));
        QVERIFY(*envelope.open(bytes_of("better")) == some_key());
        QVERIFY(read(path / "key.2") != before);
    }

    void the_real_cost() {
        QTemporaryDir directory;
        const Envelope envelope(directory.path().toStdString());
        QVERIFY(envelope.write(some_key(), good, Cost{3, std::uint64_t{64} << 20}));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(*envelope.open(bytes_of("good")) == some_key());
        qInfo("Argon2id, 3 passes over 64 MiB: %lld ms", timer.elapsed());
        const auto measured = Cost::measured(std::chrono::milliseconds(1));
        QCOMPARE(measured.operations, std::uint64_t{3});
        QCOMPARE(measured.memory_bytes, std::uint64_t{128} << 20);
    }
};

RUNNEL_TEST(TestEnvelope)
#include "test_envelope.moc"
