// runneld and runnel-cli as a person meets them: the two programs, their exit codes, their files.
// No chain, no peer.
#include "tests/support/skip.h"
#include "tests/support/test_main.h"

#include "wallet/store/store.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

using namespace runnel;

namespace {

struct Ended {
    int code = -1;
    QJsonObject out, error;
    QByteArray text, error_text;
};

/// All programs of a build lie beside this one.
QString program(const char* name) {
    return QFileInfo(QFile::symLinkTarget("/proc/self/exe")).dir().filePath(name);
}

Ended run(const QString& what, const QStringList& arguments,
          const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment()) {
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(what, arguments);
    Ended ended;
    if (!process.waitForFinished(30'000)) {
        process.kill();
        process.waitForFinished();
        return ended;
    }
    ended.code = process.exitCode();
    ended.text = process.readAllStandardOutput();
    ended.error_text = process.readAllStandardError();
    ended.out = QJsonDocument::fromJson(ended.text).object();
    ended.error = QJsonDocument::fromJson(ended.error_text).object();
    return ended;
}

void write_file(const QString& path, const QByteArray& content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Everything of a store that could be changed, by name. The lock says who had it open last, and
/// nothing else.
QMap<QString, QByteArray> store_files(const QString& where) {
    QMap<QString, QByteArray> out;
    for (const auto& name : QDir(where).entryList(QDir::Files | QDir::Hidden)) {
        if (!name.endsWith(".log") && name != "lock") out[name] = content_of(where + "/" + name);
    }
    return out;
}

/// Does anybody listen there?
bool can_connect(const QString& host, quint16 port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.toUtf8().constData(), QByteArray::number(port).constData(), &hints,
                      &found) != 0)
        return false;
    const int handle = ::socket(found->ai_family, found->ai_socktype, 0);
    const bool connected = ::connect(handle, found->ai_addr, found->ai_addrlen) == 0;
    ::close(handle);
    ::freeaddrinfo(found);
    return connected;
}

bool has_ipv6() {
    const int handle = ::socket(AF_INET6, SOCK_STREAM, 0);
    if (handle < 0) return false;
    sockaddr_in6 self{};
    self.sin6_family = AF_INET6;
    self.sin6_addr = in6addr_loopback;
    const bool is_there =
        ::bind(handle, reinterpret_cast<const sockaddr*>(&self), sizeof self) == 0;
    ::close(handle);
    return is_there;
}

/// Its reading end, of whoever may go away.
int read_end_of(const QString& pipe) {
    const auto path = pipe.toUtf8();
    if (::mkfifo(path.constData(), 0600) != 0) return -1;
    // Not the child's as well: it would have itself for a reader.
    return ::open(path.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/// Qt's own children inherit that it is ignored; those of a shell do not.
void die_of_a_closed_pipe(QProcess& process) {
    process.setChildProcessModifier([] { ::signal(SIGPIPE, SIG_DFL); });
}

mode_t mode_of(const QString& path) {
    struct stat info {};
    return ::stat(path.toUtf8().constData(), &info) == 0 ? (info.st_mode & 0777) : 0;
}

}  // namespace

class TestPrograms : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_data, m_passphrase;
    QJsonArray m_words;
    QString m_node_id;
    QProcess m_daemon;

    Ended cli(const QStringList& arguments) {
        return run(program("runnel-cli"), QStringList{"--datadir", m_data} + arguments);
    }
    QStringList daemon_arguments() const {
        return {"--datadir",   m_data,        "--network",         "regtest",
                "--listen",    "127.0.0.1:0", "--passphrase-file", m_passphrase,
                "--log-level", "trace"};
    }
    bool start_daemon() {
        m_daemon.start(program("runneld"), daemon_arguments());
        while (!m_daemon.canReadLine()) {
            if (!m_daemon.waitForReadyRead(20'000)) return false;
        }
        const auto line = QString::fromUtf8(m_daemon.readLine()).trimmed();
        return line.startsWith("ready " + m_node_id + "@127.0.0.1:") && !line.endsWith(":0");
    }

    /// Of a store that was made with these records.
    Ended export_of(const QString& name, ports::Records records) {
        const auto where = m_folder.path() + name;
        store::Store::Creation creation;
        creation.directory = where.toStdString();
        creation.network = Network::regtest;
        creation.passphrase = {bytes_of("correct horse battery staple"), false};
        creation.cost = store::Cost::cheap();
        creation.records = std::move(records);
        auto made = store::Store::create(creation);
        if (!made) qFatal("no store");
        made->reset();
        return run(program("runnel-cli"), {"--datadir", where, "export", "--network", "regtest",
                                           "--passphrase-file", m_passphrase});
    }

private slots:
    void initTestCase() {
        m_data = m_folder.path() + "/not/yet/there";
        m_passphrase = m_folder.path() + "/passphrase";
        write_file(m_passphrase, "correct horse battery staple\n");
        const auto made =
            cli({"create", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(made.code, 0);
        m_words = made.out["words"].toArray();
        m_node_id = made.out["node_id"].toString();
        QCOMPARE(m_words.size(), 24);
        QCOMPARE(m_node_id.size(), 66);
    }

    void create_touches_nothing_that_is_there() {
        const auto again =
            cli({"create", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(again.code, 1);
        QCOMPARE(again.error["error"].toString(), QString("store_exists"));
        QVERIFY(!again.error["message"].toString().isEmpty() && again.error.contains("try"));
        QVERIFY(again.text.isEmpty());
    }

    void what_is_wrong_with_a_command_line() {
        for (const auto& arguments : {QStringList{},
                                      {"frobnicate"},
                                      {"pay"},
                                      {"send", "x", "-5"},
                                      {"send", "x", "1.5"},
                                      {"open", "x", "some"},
                                      {"connect", "nowhere"},
                                      {"invoice", "any"},
                                      {"getinfo", "--loudly"},
                                      {"payments", "--limit", "many"}}) {
            const auto ended = cli(arguments);
            QVERIFY2(ended.code == 2, qPrintable(arguments.join(' ')));
            QCOMPARE(ended.error["error"].toString(), QString("usage"));
        }
        // A request is JSON, and JSON is UTF-8.
        for (const char* const command :
             {"invoice 1000 \"$x\"", "decode \"$x\"", "send \"$x\" 5", "send x 5 --feerate \"$x\"",
              "connect \"$x\"", "payments --limit \"$x\"", "--command-id \"$x\" newaddress",
              "practice refund \"$x\"", "getinfo \"$x\"", "--network \"$x\" getinfo",
              "--datadir \"/tmp/$x\" getinfo"}) {
            const QString line = command;
            const QString place = line.startsWith("--datadir") ? "" : "--datadir \"$1\" ";
            const auto ended =
                run("/bin/sh", {"-c", "x=$(printf 'caf\\351'); exec \"$0\" " + place + line,
                                program("runnel-cli"), m_data});
            QVERIFY2(ended.code == 2, command);
            QCOMPARE(ended.error["error"].toString(), QString("usage"));
            QVERIFY2(ended.error["message"].toString().contains("caf\\x{e9}"),
                     ended.error_text.constData());
        }
        QCOMPARE(cli({"--help"}).code, 0);
        QCOMPARE(cli({"pay", "--help"}).code, 0);
        // What only the node can tell is a wrong command line all the same.
        QVERIFY(start_daemon());
        const QList<QStringList> arguments{{"newaddress", "--type", "x"},
                                           {"payment", "zz"},
                                           {"disconnect", "zz"},
                                           {"open", "zz", "1000"},
                                           {"--command-id", "12", "newaddress"}};
        for (const auto& wrong : arguments) {
            const auto ended = cli(wrong);
            QVERIFY2(ended.code == 2, qPrintable(wrong.join(' ')));
            QCOMPARE(ended.error["error"].toString(), QString("bad_request"));
            QVERIFY(!ended.error["try"].toString().isEmpty());
        }
        QCOMPARE(cli({"stop"}).code, 0);
        QVERIFY(m_daemon.waitForFinished(20'000));
        // The danger is named where the way to it is, and it is no way by itself.
        const auto close_help = cli({"close", "--help"});
        QCOMPARE(close_help.code, 0);
        QVERIFY(close_help.text.simplified().contains("--risk-old-state"));
        QVERIFY(close_help.text.simplified().contains("can take everything in the channel"));
        const auto alone = cli({"close", "1x1x1", "--risk-old-state"});
        QVERIFY(alone.code != 0);
        QVERIFY(alone.error_text.contains("--force"));
        QCOMPARE(run(program("runneld"), {"--help"}).code, 0);
        QCOMPARE(run(program("runneld"), {"--datadir", m_data}).code, 2);
        QCOMPARE(
            run(program("runneld"), daemon_arguments() + QStringList{"--chain", "electrum:x"}).code,
            2);
        const auto secret =
            run(program("runneld"),
                daemon_arguments() + QStringList{"--chain", "bitcoind:https://me:hunter2@x"});
        QCOMPARE(secret.code, 2);
        QVERIFY(!secret.error_text.contains("hunter2"));
    }

    /// Whoever is sent to the manual finds it, also where the programs were only built.
    void help_leads_to_the_manual() {
        for (const char* const name : {"runnel-cli", "runneld"}) {
            const auto help = QString::fromUtf8(run(program(name), {"--help"}).text);
            const auto match = QRegularExpression("Manual: man -l (\\S+)").match(help);
            QVERIFY2(match.hasMatch(), qPrintable(help));
            const auto page = content_of(match.captured(1));
            QVERIFY2(page.startsWith(".TH " + QByteArray(name).toUpper() + " 1 "),
                     qPrintable(match.captured(1)));
        }
    }

    void restoring_from_a_day() {
        const auto words = m_folder.path() + "/some-words";
        QStringList list;
        for (const auto& word : m_words) list << word.toString();
        write_file(words, list.join(' ').toUtf8());
        const auto create = [&](const QString& where, const QStringList& more) {
            return run(program("runnel-cli"),
                       QStringList{"--datadir", m_folder.path() + where, "create", "--network",
                                   "signet", "--empty-passphrase"} +
                           more);
        };
        for (const char* day :
             {"2026-02-30", "2026-1-1", "yesterday", "2026-13-01", "2999-01-01", "-001-01-01"}) {
            const auto refused = create("/never", {"--words-file", words, "--birth", day});
            QVERIFY2(refused.code != 0, day);
            QCOMPARE(refused.error["error"].toString(), QString("usage"));
            QVERIFY(!QFileInfo::exists(m_folder.path() + "/never"));
        }
        // A wallet made now has its day already.
        QCOMPARE(create("/never", {"--birth", "2026-01-01"}).code, 2);
        const auto made =
            create("/restored-from-a-day", {"--words-file", words, "--birth", "2026-01-01"});
        QCOMPARE(made.code, 0);
        QVERIFY(made.out["restored"].toBool());
    }

    void mainnet_is_refused_in_words() {
        const auto created =
            run(program("runnel-cli"), {"--datadir", m_folder.path() + "/m", "create", "--network",
                                        "mainnet", "--empty-passphrase"});
        QCOMPARE(created.code, 1);
        QCOMPARE(created.error["error"].toString(), QString("mainnet_refused"));
        QVERIFY(!QDir(m_folder.path() + "/m").exists());
        auto arguments = daemon_arguments();
        arguments[3] = "mainnet";
        const auto started = run(program("runneld"), arguments);
        QVERIFY(started.code != 0);
        QVERIFY(started.error_text.contains("real money"));
    }

    void nobody_is_running() {
        const auto ended = cli({"getinfo"});
        QCOMPARE(ended.code, 1);
        QCOMPARE(ended.error["error"].toString(), QString("not_running"));
    }

    void a_wrong_passphrase_and_a_wrong_network() {
        const auto wrong = m_folder.path() + "/wrong";
        write_file(wrong, "incorrect horse\n");
        const auto untouched = store_files(m_data);
        QVERIFY(untouched.contains("wallet.db") && untouched.contains("key.1") &&
                untouched.contains("sidecar"));
        auto arguments = daemon_arguments();
        arguments[7] = wrong;
        auto ended = run(program("runneld"), arguments);
        QCOMPARE(ended.code, 1);
        QVERIFY(ended.error_text.contains("The passphrase is wrong"));
        ended = cli({"export", "--network", "regtest", "--passphrase-file", wrong});
        QCOMPARE(ended.error["error"].toString(), QString("wrong_passphrase"));
        QVERIFY(store_files(m_data) == untouched);
        arguments = daemon_arguments();
        arguments[3] = "signet";
        ended = run(program("runneld"), arguments);
        QCOMPARE(ended.code, 1);
        QVERIFY(ended.error_text.contains("regtest"));
    }

    void an_empty_passphrase_must_be_meant() {
        const auto empty = m_folder.path() + "/empty";
        write_file(empty, "\n");
        const auto where = m_folder.path() + "/e";
        auto ended = run(program("runnel-cli"), {"--datadir", where, "create", "--network",
                                                 "regtest", "--passphrase-file", empty});
        QCOMPARE(ended.code, 1);
        QCOMPARE(ended.error["error"].toString(), QString("empty_passphrase"));
        ended = run(program("runnel-cli"),
                    {"--datadir", where, "create", "--network", "regtest", "--empty-passphrase"});
        QCOMPARE(ended.code, 0);
    }

    void a_passphrase_that_cannot_be_read_is_not_an_empty_one() {
        const auto where = m_folder.path() + "/unreadable";
        for (const auto& file : {m_folder.path(), m_folder.path() + "/no/such/file"}) {
            const auto ended = run(
                program("runnel-cli"),
                {"--datadir", where, "create", "--network", "regtest", "--passphrase-file", file});
            QCOMPARE(ended.code, 1);
            QCOMPARE(ended.error["error"].toString(), QString("bad_file"));
        }
        QVERIFY(!QFile::exists(where + "/wallet.db"));
    }

    void words_bring_the_wallet_back() {
        QStringList words;
        for (const auto& word : m_words) words << word.toString().toUpper();
        const auto file = m_folder.path() + "/words";
        write_file(file, words.join("\n ").toUtf8() + "\n");
        const auto where = m_folder.path() + "/restored";
        const QStringList create{"--datadir",  where,          "create",
                                 "--network",  "regtest",      "--passphrase-file",
                                 m_passphrase, "--words-file", file};
        const auto restored = run(program("runnel-cli"), create);
        QCOMPARE(restored.code, 0);
        QCOMPARE(restored.out["node_id"].toString(), m_node_id);
        QVERIFY(!restored.out.contains("words"));
        std::swap(words[0], words[1]);
        if (words[0] == words[1]) words[0] = "ABANDON";
        words.last() = "notaword";
        write_file(file, words.join(' ').toUtf8());
        auto bad = create;
        bad[1] = m_folder.path() + "/restored2";
        const auto refused = run(program("runnel-cli"), bad);
        QCOMPARE(refused.code, 1);
        QCOMPARE(refused.error["error"].toString(), QString("bad_words"));
        QVERIFY(refused.error["message"].toString().contains("24"));
        QVERIFY(!refused.error_text.contains("notaword"));
        QVERIFY(!QFile::exists(bad[1] + "/wallet.db"));
    }

    void a_life() {
        QVERIFY(start_daemon());
        for (const auto* const file :
             {"wallet.db", "key.1", "key.2", "control.sock", "runneld.log", "lock", "sidecar"}) {
            QCOMPARE(mode_of(m_data + "/" + file), mode_t{0600});
        }
        QCOMPARE(mode_of(m_data), mode_t{0700});
        // Nothing of its memory is ever written by the system, and what it makes is its owner's
        // alone.
        const auto about = [&](const char* name) {
            return QString::fromUtf8(
                content_of(QStringLiteral("/proc/%1/%2").arg(m_daemon.processId()).arg(name)));
        };
        static const QRegularExpression no_core(QStringLiteral("Max core file size +0 +0 "));
        QVERIFY2(about("limits").contains(no_core), qPrintable(about("limits")));
        QVERIFY2(about("status").contains("Umask:\t0077"), qPrintable(about("status")));

        const auto info = cli({"getinfo"});
        QCOMPARE(info.code, 0);
        QCOMPARE(info.text.count('\n'), 1);
        QCOMPARE(info.out["node_id"].toString(), m_node_id);
        QCOMPARE(info.out["network"].toString(), QString("regtest"));
        QVERIFY(!info.out["synced"].toBool());

        const QString id(32, 'a');
        const auto first = cli({"--command-id", id, "newaddress"});
        const auto second = cli({"--command-id", id, "newaddress"});
        const auto third = cli({"newaddress"});
        QVERIFY(first.out["address"].toString().startsWith("bcrt1q"));
        QCOMPARE(second.out["address"], first.out["address"]);
        QVERIFY(third.out["address"] != first.out["address"]);

        const auto invoice =
            cli({"invoice", "5000", "a cup of tea \xe2\x98\x95", "--expiry", "120"});
        QCOMPARE(invoice.code, 0);
        const auto decoded = cli({"decode", invoice.out["bolt11"].toString()});
        QCOMPARE(decoded.out["payment_hash"], invoice.out["payment_hash"]);
        QCOMPARE(decoded.out["description"].toString(), QString("a cup of tea \u2615"));
        QCOMPARE(decoded.out["amount_msat"].toInteger(), 5000);
        QCOMPARE(decoded.out["expires"].toInteger() - decoded.out["created"].toInteger(), 120);
        const auto own = cli({"pay", invoice.out["bolt11"].toString()});
        QCOMPARE(own.code, 1);
        QVERIFY(!own.error["error"].toString().isEmpty());

        // One at a time.
        const auto other = run(program("runneld"), daemon_arguments());
        QCOMPARE(other.code, 1);
        QVERIFY(other.error_text.contains("has the wallet"));
        const auto exported =
            cli({"export", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(exported.error["error"].toString(), QString("store_in_use"));
        // Whoever has it open may be a window, which no command closes.
        QVERIFY(exported.error["try"].toString().contains("window"));

        QProcess events;
        events.start(program("runnel-cli"), {"--datadir", m_data, "events"});
        QVERIFY(events.waitForStarted());
        const auto stopped = cli({"stop"});
        QCOMPARE(stopped.code, 0);
        QVERIFY(m_daemon.waitForFinished(10'000));
        QCOMPARE(m_daemon.exitCode(), 0);
        QVERIFY(events.waitForFinished(10'000));
        QVERIFY(!QFile::exists(m_data + "/control.sock"));
        QCOMPARE(cli({"getinfo"}).error["error"].toString(), QString("not_running"));

        // It all is still there, and SIGTERM is a clean end too. What it is of is noted where that
        // was missing.
        QVERIFY(QFile::remove(m_data + "/network"));
        QVERIFY(start_daemon());
        QCOMPARE(content_of(m_data + "/network"), QByteArray("regtest\n"));
        QCOMPARE(cli({"--command-id", id, "newaddress"}).code, 0);
        ::kill(static_cast<pid_t>(m_daemon.processId()), SIGTERM);
        QVERIFY(m_daemon.waitForFinished(10'000));
        QCOMPARE(m_daemon.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_daemon.exitCode(), 0);

        // Killed, it starts again.
        QVERIFY(start_daemon());
        m_daemon.kill();
        QVERIFY(m_daemon.waitForFinished(10'000));
        QVERIFY(start_daemon());
        m_daemon.terminate();
        QVERIFY(m_daemon.waitForFinished(10'000));
        QCOMPARE(m_daemon.exitCode(), 0);
    }

    /// What follows events is not told "all is well" by the end of a node that died.
    void events_end_with_a_node_that_died() {
        QVERIFY(start_daemon());
        QProcess events;
        events.start(program("runnel-cli"), {"--datadir", m_data, "events"});
        QVERIFY(events.waitForStarted());
        QTest::qWait(300);
        m_daemon.kill();
        QVERIFY(m_daemon.waitForFinished(10'000));
        QVERIFY(events.waitForFinished(10'000));
        QCOMPARE(events.exitCode(), 1);
        const auto said = QJsonDocument::fromJson(events.readAllStandardError()).object();
        QCOMPARE(said["error"].toString(), QString("connection_lost"));
    }

    void everywhere_is_somewhere_data() {
        QTest::addColumn<QString>("listen");
        QTest::addColumn<QString>("host");
        QTest::newRow("all") << "*:0"
                             << "([0-9.]+)";
        QTest::newRow("all of IPv4") << "0.0.0.0:0"
                                     << "([0-9.]+)";
        QTest::newRow("all of IPv6") << "[::]:0"
                                     << "\\[([0-9a-f:]+)\\]";
    }
    void everywhere_is_somewhere() {
        QFETCH(const QString, listen);
        QFETCH(const QString, host);
        if (listen.startsWith(u'[') && !has_ipv6()) RUNNEL_SKIP_BUT_IN_CI("no IPv6");
        auto arguments = daemon_arguments();
        arguments[5] = listen;
        m_daemon.start(program("runneld"), arguments);
        while (!m_daemon.canReadLine()) QVERIFY(m_daemon.waitForReadyRead(20'000));
        const auto line = QString::fromUtf8(m_daemon.readLine()).trimmed();
        const auto match =
            QRegularExpression("^ready " + m_node_id + "@" + host + ":([0-9]+)$").match(line);
        QVERIFY2(match.hasMatch(), qPrintable(line));
        QVERIFY2(can_connect(match.captured(1), match.captured(2).toUShort()), qPrintable(line));
        QCOMPARE(cli({"stop"}).code, 0);
        QVERIFY(m_daemon.waitForFinished(10'000));
    }

    /// Nobody names a directory: what one program has made, the others find.
    void without_a_directory_all_find_the_same_wallet() {
        const auto home = m_folder.path() + "/home";
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", home);
        const auto at_home = [&](const QStringList& arguments) {
            return run(program("runnel-cli"), arguments, environment);
        };
        const auto error = [](const Ended& ended) { return ended.error["error"].toString(); };
        QCOMPARE(error(at_home({"getinfo"})), QString("store_missing"));
        const auto unnamed = at_home({"create", "--empty-passphrase"});
        QCOMPARE(unnamed.code, 2);
        QVERIFY(unnamed.error["message"].toString().contains("--network"));
        const auto made =
            at_home({"create", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(made.code, 0);
        QCOMPARE(made.out["datadir"].toString(), home + "/runnel/regtest");
        QCOMPARE(error(at_home({"getinfo"})), QString("not_running"));
        QCOMPARE(at_home({"--network", "signet", "create", "--empty-passphrase"}).code, 0);
        QVERIFY(QFile::exists(home + "/runnel/signet/wallet.db"));
        // Two, and nobody says which.
        const auto unclear = at_home({"getinfo"});
        QCOMPARE(unclear.code, 2);
        QCOMPARE(error(unclear), QString("usage"));
        QVERIFY(unclear.error["message"].toString().contains("regtest, signet"));
        QVERIFY(unclear.error["try"].toString().contains("--network"));

        QProcess node;
        node.setProcessEnvironment(environment);
        node.start(program("runneld"), {"--network", "regtest", "--listen", "127.0.0.1:0",
                                        "--passphrase-file", m_passphrase});
        while (!node.canReadLine()) QVERIFY(node.waitForReadyRead(20'000));
        // The one that is open is meant.
        const auto info = at_home({"getinfo"});
        QCOMPARE(info.code, 0);
        QCOMPARE(info.out["node_id"], made.out["node_id"]);
        QCOMPARE(error(at_home({"getinfo", "--network", "signet"})), QString("not_running"));
        QCOMPARE(error(at_home({"getinfo", "--network", "nowhere"})), QString("usage"));
        // Two words for two wallets.
        QCOMPARE(error(at_home(
                     {"--datadir", home + "/runnel/regtest", "--network", "signet", "newaddress"})),
                 QString("wrong_network"));
        QCOMPARE(at_home({"stop", "--network", "regtest"}).code, 0);
        QVERIFY(node.waitForFinished(10'000));
    }

    void nobody_reads_its_log() {
        const auto pipe = m_folder.path() + "/log.pipe";
        const int reader = read_end_of(pipe);
        QVERIFY(reader >= 0);
        m_daemon.setStandardErrorFile(pipe);
        die_of_a_closed_pipe(m_daemon);
        QVERIFY(start_daemon());
        m_daemon.setChildProcessModifier({});
        m_daemon.setStandardErrorFile({});
        ::close(reader);
        for (int i = 0; i < 3; ++i) QCOMPARE(cli({"newaddress"}).code, 0);
        QCOMPARE(cli({"stop"}).code, 0);
        QVERIFY(m_daemon.waitForFinished(10'000));
        QCOMPARE(m_daemon.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_daemon.exitCode(), 0);
    }

    void words_that_could_not_be_shown_data() {
        QTest::addColumn<bool>("reader_goes");
        QTest::newRow("a full disk") << false;
        QTest::newRow("nobody reads") << true;
    }
    void words_that_could_not_be_shown() {
        QFETCH(const bool, reader_goes);
        const auto where = m_folder.path() + (reader_goes ? "/unread" : "/unseen");
        const auto output = reader_goes ? where + ".pipe" : QString("/dev/full");
        const int reader = reader_goes ? read_end_of(output) : -1;
        QCOMPARE(reader >= 0, reader_goes);
        QProcess process;
        process.setStandardInputFile(QProcess::nullDevice());
        process.setStandardOutputFile(output);
        die_of_a_closed_pipe(process);
        process.start(program("runnel-cli"),
                      {"--datadir", where, "create", "--network", "regtest", "--empty-passphrase"});
        QVERIFY(process.waitForStarted());
        if (reader_goes) ::close(reader);
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        const auto error = QJsonDocument::fromJson(process.readAllStandardError()).object();
        QCOMPARE(error["error"].toString(), QString("output"));
        QVERIFY(error["message"].toString().contains("words"));
        QVERIFY(error["try"].toString().contains(where));
    }

    /// `runnel-cli events | head -1`: whoever has read enough goes, and that is no failure.
    void who_has_read_enough_of_the_events() {
        const auto pipe = m_folder.path() + "/events.pipe";
        const int reader = read_end_of(pipe);
        QVERIFY(reader >= 0);
        QVERIFY(start_daemon());
        QProcess events;
        events.setStandardOutputFile(pipe);
        die_of_a_closed_pipe(events);
        events.start(program("runnel-cli"), {"--datadir", m_data, "events"});
        QVERIFY(events.waitForStarted());
        QTest::qWait(300);
        ::close(reader);
        // There is one more thing to tell: the end.
        QCOMPARE(cli({"stop"}).code, 0);
        QVERIFY(m_daemon.waitForFinished(10'000));
        QVERIFY(events.waitForFinished(10'000));
        QCOMPARE(events.exitStatus(), QProcess::NormalExit);
        QCOMPARE(events.exitCode(), 0);
    }

    void the_log_keeps_secrets() {
        QFile file(m_data + "/runneld.log");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto log = QString::fromUtf8(file.readAll());
        QVERIFY(log.contains("start version="));
        QVERIFY(!log.contains("broken"));
        QVERIFY(!log.contains("horse"));
        for (int i = 0; i + 1 < m_words.size(); ++i) {
            QVERIFY(!log.contains(m_words[i].toString() + " " + m_words[i + 1].toString()));
        }
    }

    void exported_when_nobody_runs() {
        const auto exported =
            cli({"export", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(exported.code, 0);
        QCOMPARE(exported.out["damage"].toArray().size(), 0);
        bool invoice = false;
        for (const auto& record : exported.out["records"].toArray())
            invoice |= record.toObject()["kind"].toString() == "incoming" ||
                       record.toObject()["kind"].toString() == "invoice";
        QVERIFY(invoice);
    }

    void a_damaged_key_copy_is_named() {
        for (const bool exporting : {true, false}) {
            const auto whole = content_of(m_data + "/key.2");
            auto damaged = whole;
            damaged[60] = static_cast<char>(damaged[60] ^ 1);
            write_file(m_data + "/key.2", damaged);
            if (exporting) {
                const auto found =
                    cli({"export", "--network", "regtest", "--passphrase-file", m_passphrase})
                        .out["damage"]
                        .toArray();
                QCOMPARE(found.size(), 1);
                QVERIFY(found[0].toObject()["detail"].toString().startsWith("key.2 is damaged"));
            } else {
                QVERIFY(start_daemon());
                QCOMPARE(cli({"stop"}).code, 0);
                QVERIFY(m_daemon.waitForFinished(10'000));
                QVERIFY(content_of(m_data + "/runneld.log")
                            .contains("key copy made anew file=key.2 was=damaged"));
            }
            // An export changes nothing; whoever opens it to use it has two whole copies again.
            QVERIFY(content_of(m_data + "/key.2") == (exporting ? damaged : whole));
            if (exporting) write_file(m_data + "/key.2", whole);
        }
    }

    void a_journal_is_exported_without_its_channel() {
        const runnel::Bytes subject(32, 0x5a);
        const auto exported =
            export_of("/journal", {ports::Append{subject, {1, 2, 3}}, ports::Append{subject, {4}}});
        QCOMPARE(exported.code, 0);
        const auto journals = exported.out["journals"].toArray();
        QCOMPARE(journals.size(), 1);
        QCOMPARE(journals[0].toObject()["subject"].toString(), QString("5a").repeated(32));
        QCOMPARE(journals[0].toObject()["entries"].toArray().size(), 2);
    }

    /// Every page of the store is whole, and yet it is no record.
    void a_record_that_cannot_be_one_is_named() {
        const runnel::Bytes id(32, 0x5b);
        const auto exported =
            export_of("/record", {ports::Put{ports::RecordKind::channel, id, {1, 2, 3}}});
        QCOMPARE(exported.code, 0);
        const auto damage = exported.out["damage"].toArray();
        QCOMPARE(damage.size(), 1);
        QVERIFY2(damage[0].toObject()["subject"].toString().contains("channel"),
                 exported.text.constData());
        QCOMPARE(exported.out["records"].toArray().size(), 1);
    }

    void a_damaged_store_is_named_and_left_alone() {
        const auto path = m_data + "/wallet.db";
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const auto before = file.readAll();
        auto damaged = before;
        damaged[damaged.size() - 2000] = static_cast<char>(damaged[damaged.size() - 2000] ^ 1);
        QVERIFY(file.seek(0) && file.write(damaged) == damaged.size());
        file.close();
        const auto started = run(program("runneld"), daemon_arguments());
        QCOMPARE(started.code, 1);
        QVERIFY2(started.error_text.contains("damaged"), started.error_text.constData());
        const auto exported =
            cli({"export", "--network", "regtest", "--passphrase-file", m_passphrase});
        QCOMPARE(exported.code, 0);
        QVERIFY(!exported.out["damage"].toArray().isEmpty());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll() == damaged);
    }
};

RUNNEL_TEST(TestPrograms)
#include "test_programs.moc"
