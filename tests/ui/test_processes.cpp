// A window that is a process of its own: another one on the same wallet is refused in words, and
// one that is killed loses nothing, while the practice network runs.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

constexpr const char* folder_variable = "RUNNEL_TEST_WINDOW_FOLDER";
const QString passphrase = QStringLiteral("a long passphrase");

bool unlocks(Desk& desk) {
    auto& person = *desk.person;
    return person.type("unlockPassphrase", passphrase) && person.press("unlockNow") &&
           desk.isOpen();
}

app::SetupOptions optionsIn(const QString& folder) {
    app::SetupOptions options;
    options.base = (folder + QStringLiteral("/data")).toStdString();
    options.network = Network::practice;
    return options;
}

/// The processes that this one has started, those that have ended left out.
QList<qint64> childrenOf(qint64 pid) {
    QList<qint64> out;
    for (const auto& name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const auto text = file.readAll();
        const auto after = text.mid(text.lastIndexOf(')') + 2).split(' ');
        if (after.size() > 1 && after[0] != "Z" && after[1].toLongLong() == pid)
            out << name.toLongLong();
    }
    return out;
}

/// This program once more, as a window on the wallet of a folder.
class OtherWindow {
public:
    explicit OtherWindow(const QString& folder) {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QString::fromLatin1(folder_variable), folder);
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QCoreApplication::applicationFilePath(),
                        {QStringLiteral("--class"), QStringLiteral("TestProcesses"),
                         QStringLiteral("aWindowOfItsOwn")});
    }
    ~OtherWindow() { kill(); }
    bool isOpen() {
        return QTest::qWaitFor(
            [this] {
                while (m_process.canReadLine()) {
                    if (m_process.readLine() == "open\n") return true;
                }
                return false;
            },
            60'000);
    }
    qint64 pid() const { return m_process.processId(); }
    /// As a person closes it.
    bool close() {
        m_process.closeWriteChannel();
        return QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; },
                               30'000) &&
               m_process.exitCode() == 0;
    }
    void kill() {
        if (m_process.state() == QProcess::NotRunning) return;
        ::kill(static_cast<pid_t>(pid()), SIGKILL);
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

}  // namespace

class TestProcesses : public QObject {
    Q_OBJECT

private slots:
    /// Not a test: what OtherWindow runs.
    void aWindowOfItsOwn() {
        const auto folder = qEnvironmentVariable(folder_variable);
        if (folder.isEmpty()) return;
        Desk desk(optionsIn(folder));
        QVERIFY(unlocks(desk));
        std::fputs("open\n", stdout);
        std::fflush(stdout);
        QFile in;
        QVERIFY(in.open(stdin, QIODevice::ReadOnly));
        std::atomic<bool> is_told{false};
        std::thread listener([&] {
            (void)in.readAll();
            is_told = true;
        });
        const bool ended = QTest::qWaitFor([&] { return is_told.load(); }, 200'000);
        listener.join();
        QVERIFY(ended);
    }

    void aSecondProcessIsRefusedInWords() {
        const QTemporaryDir folder;
        {
            PracticeDesk desk(folder);
            QVERIFY(desk.makeWallet());
        }
        OtherWindow other(folder.path());
        QVERIFY(other.isOpen());
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", passphrase));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(
            person.waitToRead("setupUnlockProblemWhat", QStringLiteral("open already"), 30'000));
        QVERIFY(person.waitToRead("setupUnlockProblemTry", QStringLiteral("other window")));
        // Once that one is closed it opens here.
        QVERIFY(other.close());
        QVERIFY(unlocks(desk));
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));
    }

    void aKilledWindowAndItsNetworkComeBack() {
        const QTemporaryDir folder;
        Sat left;
        Msat in_channel;
        {
            PracticeDesk desk(folder);
            QVERIFY(desk.makeWallet());
            QVERIFY(desk.fundAndOpen());
            left = desk.balance().onchain;
            in_channel = desk.channel()->ours;
        }
        for (int round = 0; round < 2; ++round) {
            OtherWindow other(folder.path());
            QVERIFY(other.isOpen());
            QList<qint64> network;
            QVERIFY(QTest::qWaitFor(
                [&] {
                    network = childrenOf(other.pid());
                    return !network.isEmpty();
                },
                20'000));
            other.kill();
            // Nothing is left that would hold the store or the network's folder.
            QVERIFY(QTest::qWaitFor(
                [&] {
                    return std::none_of(network.begin(), network.end(), [](qint64 pid) {
                        return QFile::exists(QStringLiteral("/proc/%1/exe").arg(pid));
                    });
                },
                20'000));
        }
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        QVERIFY(unlocks(desk));
        QVERIFY(desk.waitFor([&] {
            return desk.picture().chain.synced && desk.channel() != nullptr &&
                   desk.channel()->usable;
        }));
        QVERIFY(desk.balance().onchain >= left);
        QCOMPARE(desk.channel()->ours, in_channel);
        // And both go on.
        const auto height = desk.picture().chain.height;
        QVERIFY(person.press("practiceBlock"));
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.height > height; }));
        QVERIFY(person.press("railPay"));
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
    }
};

RUNNEL_TEST(TestProcesses)
#include "test_processes.moc"
