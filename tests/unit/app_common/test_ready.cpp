// What "ready" promises: whoever opens, sends or pays right behind that line is not told that the
// chain has yet to be caught up with; and nobody waits long for a chain that is not there. runneld
// over a bitcoind that the test plays.
#include "tests/support/test_main.h"
#include "tests/unit/chain/fake_bitcoind.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <thread>

using namespace runnel;

namespace {

using Twist = test::FakeBitcoind::Twist;

QString program(const char* name) {
    return QFileInfo(QFile::symLinkTarget("/proc/self/exe")).dir().filePath(name);
}

/// An address of this network that is nobody's.
constexpr const char* address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

}  // namespace

class TestReady : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QProcess m_daemon;
    test::FakeBitcoind m_bitcoind;

    QString data() const { return m_folder.path() + "/wallet"; }
    QString passphrase() const { return m_folder.path() + "/passphrase"; }

    /// The exit code is in "code".
    QJsonObject cli(const QStringList& arguments) {
        QProcess process;
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(program("runnel-cli"), QStringList{"--datadir", data()} + arguments);
        if (!process.waitForFinished(30'000)) qFatal("runnel-cli hangs");
        const auto said = process.exitCode() == 0 ? process.readAllStandardOutput()
                                                  : process.readAllStandardError();
        auto out = QJsonDocument::fromJson(said).object();
        out["code"] = process.exitCode();
        return out;
    }
    /// Milliseconds until it said so; -1: it did not.
    qint64 start_daemon() {
        QElapsedTimer clock;
        clock.start();
        m_daemon.start(
            program("runneld"),
            {"--datadir", data(), "--network", "regtest", "--listen", "127.0.0.1:0",
             "--passphrase-file", passphrase(), "--chain",
             QString("bitcoind:http://user:password@127.0.0.1:%1").arg(m_bitcoind.port())});
        while (!m_daemon.canReadLine()) {
            if (!m_daemon.waitForReadyRead(20'000)) return -1;
        }
        return m_daemon.readLine().startsWith("ready ") ? clock.elapsed() : -1;
    }
    bool stop_daemon() {
        if (m_daemon.state() == QProcess::NotRunning) return true;
        m_daemon.terminate();
        return m_daemon.waitForFinished(20'000) && m_daemon.exitCode() == 0;
    }
    QByteArray log() const {
        QFile file(data() + "/runneld.log");
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void initTestCase() {
        QFile file(passphrase());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("correct horse\n") > 0);
        file.close();
        QCOMPARE(cli({"create", "--network", "regtest", "--passphrase-file", passphrase()})["code"]
                     .toInt(),
                 0);
        m_bitcoind.mine(10);
    }
    void cleanup() {
        m_bitcoind.hook({});
        if (!stop_daemon()) m_daemon.kill();
    }

    void it_has_caught_up() {
        QVERIFY(start_daemon() >= 0);
        QVERIFY2(cli({"getinfo"})["synced"].toBool(), log().constData());
        QVERIFY(stop_daemon());
        // What was mined meanwhile takes its time to come.
        m_bitcoind.mine(3);
        m_bitcoind.hook([](const std::string& method, const boost::json::array&) {
            if (method == "getblock") std::this_thread::sleep_for(std::chrono::milliseconds(300));
            return Twist{};
        });
        QVERIFY(start_daemon() >= 0);
        const auto sent = cli({"send", address, "10000"});
        QCOMPARE(sent["error"].toString(), QString("insufficient_funds"));  // not "not_synced"
        const auto info = cli({"getinfo"});
        QVERIFY(info["synced"].toBool());
        QCOMPARE(info["block_height"].toInt(), 13);
        QVERIFY(!log().contains("ready without the chain"));
    }

    void without_a_chain_it_is_ready_at_once() {
        m_bitcoind.stop();
        const auto took = start_daemon();
        m_bitcoind.start();
        QVERIFY(took >= 0);
        QCOMPARE(cli({"send", address, "10000"})["error"].toString(), QString("not_synced"));
        QVERIFY(log().contains("ready without the chain"));
    }

    /// One that answers, and brings nothing.
    void a_chain_that_brings_nothing_is_not_waited_for() {
        m_bitcoind.mine(1);
        m_bitcoind.hook([](const std::string& method, const boost::json::array&) {
            return method == "getblock" ? Twist{Twist::Kind::hang, {}} : Twist{};
        });
        const auto took = start_daemon();
        QVERIFY2(took >= 1'500 && took < 15'000, QByteArray::number(took) + '\n' + log());
        QVERIFY(!cli({"getinfo"})["synced"].toBool());
        QVERIFY(log().contains("no word and no block comes"));
    }
};

RUNNEL_TEST(TestReady)
#include "test_ready.moc"
