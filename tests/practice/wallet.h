// A wallet on the practice network as a person has one: runneld in a process of its own, spoken to
// over its socket. Everything here fails the test loudly (qFatal) when the machinery itself does
// not work; what is tested, the tests compare.
#pragma once

#include "app/control/client.h"
#include "app/practice/link.h"
#include "app/practice/messages.h"
#include "app/practice/places.h"
#include "app/practice/verbs.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sys/prctl.h>
#include <csignal>
#include <functional>

namespace runnel::test {

namespace json = boost::json;

/// All programs of a build lie beside this one.
inline QString program(const char* name) {
    return QFileInfo(QFile::symLinkTarget("/proc/self/exe")).dir().filePath(name);
}

/// True as soon as it is.
inline bool within(int milliseconds, const std::function<bool()>& condition) {
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (clock.elapsed() > milliseconds) return false;
        QThread::msleep(10);
    }
    return true;
}

inline bool is_alive(int pid) {
    return pid > 0 && QFile::exists(QString("/proc/%1/exe").arg(pid)) && ::kill(pid, 0) == 0;
}

/// A program that has ended: its exit code and what it said.
struct Said {
    int code = -1;
    QByteArray out, error;
};
inline Said run(const char* name, const QStringList& arguments) {
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(program(name), arguments);
    Said said;
    if (!process.waitForFinished(30'000)) {
        process.kill();
        process.waitForFinished();
        return said;
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

class PracticeWallet {
public:
    explicit PracticeWallet(const QString& network = "practice") : m_network(network) {
        const auto made = run("runnel-cli", {"--datadir", directory(), "create", "--network",
                                             network, "--empty-passphrase"});
        if (made.code != 0) qFatal("create: %s", made.error.constData());
    }
    ~PracticeWallet() {
        if (m_daemon) stop();
    }
    QString directory() const { return m_folder.path() + "/wallet"; }
    std::filesystem::path folder() const { return practice::folder_in(directory().toStdString()); }

    bool start(QStringList more = {}) {
        m_daemon = std::make_unique<QProcess>();
        m_daemon->setStandardErrorFile(directory() + "/stderr");
        m_daemon->setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        m_daemon->start(program("runneld"),
                        QStringList{"--datadir", directory(), "--network", m_network, "--listen",
                                    "127.0.0.1:0", "--empty-passphrase"} +
                            more);
        while (!m_daemon->canReadLine()) {
            if (m_daemon->state() == QProcess::NotRunning || !m_daemon->waitForReadyRead(30'000))
                return false;
        }
        return m_daemon->readLine().startsWith("ready ");
    }
    int stop() {
        m_daemon->terminate();
        if (!m_daemon->waitForFinished(30'000)) m_daemon->kill();
        m_daemon->waitForFinished();
        const int code = m_daemon->exitStatus() == QProcess::NormalExit ? m_daemon->exitCode() : -1;
        m_daemon.reset();
        return code;
    }
    void kill() {
        m_daemon->kill();
        m_daemon->waitForFinished();
        m_daemon.reset();
    }
    int daemon_pid() const { return static_cast<int>(m_daemon->processId()); }
    /// Of the practice network beside it, by its lock; 0 when nobody ever held that.
    int child_pid() const {
        QFile lock(directory() + "/practice/lock");
        return lock.open(QIODevice::ReadOnly) ? lock.readAll().trimmed().toInt() : 0;
    }

    /// Over a connection of its own; from any thread.
    control::Outcome call(std::string_view method, json::object params = {}) const {
        auto client = control::ControlClient::connect(directory().toStdString());
        if (!client) return fail(client.error());
        return (*client)->call(method, std::move(params));
    }
    /// The answer; the test ends without one.
    json::object need(std::string_view method, json::object params = {}) const {
        const auto outcome = call(method, std::move(params));
        if (!outcome)
            qFatal("%s: %s %s", std::string(method).c_str(), outcome.error().kind.c_str(),
                   outcome.error().message.c_str());
        return outcome->as_object();
    }
    std::string error_of(std::string_view method, json::object params = {}) const {
        const auto outcome = call(method, std::move(params));
        return outcome ? "none" : outcome.error().kind;
    }
    std::int64_t balance(std::string_view field) const {
        return need("balance").at(field).to_number<std::int64_t>();
    }
    practice::Peer peer(std::string_view role) const {
        const auto peers = practice::read_peers(json::value(need("practice.peers")));
        for (const auto& peer : peers.value_or(std::vector<practice::Peer>{})) {
            if (peer.role == role) return peer;
        }
        qFatal("no such role");
    }
    json::object connect(const practice::Peer& to) const {
        return need("connect",
                    {{"node_id", to.node_id.hex()}, {"host", to.host}, {"port", to.port}});
    }
    void mine(unsigned blocks) const {
        const auto mined = need("practice.mine", {{"blocks", blocks}});
        const auto height = mined.at("block_height").to_number<std::int64_t>();
        if (!within(10'000, [&] {
                return need("getinfo").at("block_height").to_number<std::int64_t>() >= height;
            })) {
            qFatal("the wallet does not see its blocks");
        }
    }
    json::object channel(const std::string& id) const {
        return need("channel", {{"channel_id", id}});
    }
    bool is_usable(const std::string& id) const {
        const auto found = call("channel", {{"channel_id", id}});
        return found && found->at("usable").as_bool();
    }
    /// Opens a channel and mines until payments can go over it; its id. `fees` grows by the fee.
    std::string open(const practice::Peer& to, std::int64_t sat, std::int64_t& fees) const {
        connect(to);
        const auto opened = need("open", {{"node_id", to.node_id.hex()}, {"amount_sat", sat}});
        fees += opened.at("fee_sat").to_number<std::int64_t>();
        const std::string id(opened.at("channel_id").as_string());
        confirm(id);
        return id;
    }
    void confirm(const std::string& id) const {
        for (int i = 0; i < 30 && !is_usable(id); ++i) {
            mine(1);
            within(200, [&] { return is_usable(id); });
        }
        if (!is_usable(id)) qFatal("no channel: %s", boost::json::serialize(channel(id)).c_str());
    }
    std::string shop_invoice(std::int64_t msat, bool through_hub = false) const {
        return std::string(
            need("practice.invoice", {{"amount_msat", msat}, {"through_hub", through_hub}})
                .at("bolt11")
                .as_string());
    }

    /// A question to the network itself, as the wallet's source asks it.
    json::value ask_network(std::string_view method, json::object params = {}) const {
        boost::asio::io_context io;
        std::optional<json::value> answer;
        std::optional<practice::Link> link;
        practice::Link::Hooks hooks;
        hooks.on_open = [&] {
            link->call(method, params, [&](const control::Outcome& outcome) {
                if (outcome) answer = *outcome;
                io.stop();
            });
        };
        hooks.on_close = [&] { io.stop(); };
        link.emplace(io, folder(), std::move(hooks));
        io.run_for(std::chrono::seconds(10));
        if (!answer) qFatal("the practice network does not answer");
        return *answer;
    }
    /// Every transaction in its blocks.
    std::map<std::string, bitcoin::Transaction> chain_transactions() const {
        std::map<std::string, bitcoin::Transaction> out;
        const auto answer = ask_network("blocks", {{"from", 101}, {"most", 1000}});
        auto blocks = practice::read_blocks(answer);
        if (!blocks) qFatal("blocks cannot be read");
        for (const auto& block : *blocks) {
            for (std::size_t i = 0; i < block.transactions.size(); ++i)
                out[display_hex(block.txids[i])] = block.transactions[i];
        }
        return out;
    }

private:
    QTemporaryDir m_folder;
    QString m_network;
    std::unique_ptr<QProcess> m_daemon;
};

}  // namespace runnel::test
