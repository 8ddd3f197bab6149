#include "app/runneld/daemon.h"

#include "app/common/log_file.h"
#include "app/common/new_wallet.h"
#include "app/common/start.h"
#include "app/control/server.h"
#include "app/node/wallet_node.h"
#include "app/practice/host.h"
#include "app/practice/places.h"
#include "app/practice/source.h"
#include "app/practice/verbs.h"
#include "wallet/chain/bitcoind_source.h"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <iostream>

namespace runnel::app {

namespace asio = boost::asio;
namespace json = control::json;
using control::Failure;

namespace {

/// Whoever reads "ready" opens, sends and pays next, so the wallet catches up with the chain first:
/// a handful of blocks takes no time. But the wallet is of use without the chain, too, only not for
/// everything: nobody waits for a source that brings no block for so long, or for one that has so
/// many to bring.
constexpr std::chrono::seconds chain_silence{2};
constexpr std::chrono::seconds chain_patience{10};

int complain(const Failure& failure) {
    std::cerr << "runneld: " << failure.message << '\n';
    if (!failure.advice.empty()) std::cerr << failure.advice << '\n';
    return 1;
}

/// Where somebody can connect who is told nothing else. Of a wallet that listens at every address,
/// that is the one from which it would reach the rest of the world (a choice of the system's;
/// nothing is sent for it), or this machine's own where there is none.
std::string reachable_host(asio::io_context& io, const std::string& listen_host) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(listen_host, error);
    if (listen_host != "*" && (error || !address.is_unspecified())) return listen_host;
    // Who listens at every address of IPv6 does not hear those of IPv4.
    const bool is_v6 = listen_host != "*" && address.is_v6();
    asio::ip::udp::socket socket(io);
    const asio::ip::udp::endpoint somewhere(
        asio::ip::make_address(is_v6 ? "2001:db8::1" : "192.0.2.1"),
        9);  // for documentation: nobody's
    socket.connect(somewhere, error);
    const auto endpoint = error ? asio::ip::udp::endpoint() : socket.local_endpoint(error);
    const auto ours = endpoint.address();
    // One of the link alone means nothing without the name of the interface, which is each
    // machine's own.
    const bool is_of_use =
        !error && !ours.is_unspecified() && !(ours.is_v6() && ours.to_v6().is_link_local());
    if (is_of_use) return ours.to_string();
    return is_v6 ? "::1" : "127.0.0.1";
}

class Daemon {
public:
    Daemon(DaemonOptions options, LogSink log)
        : m_options(std::move(options)), m_log(std::move(log)) {}

    Result<void, Failure> open(const SecretBytes& passphrase);
    int run();

private:
    Result<void, Failure> open_wallet(const SecretBytes& passphrase);
    void start();
    void start_practice();
    void wait_for_chain();
    void wait_for_block();
    void on_chain_status(const ports::ChainStatus& status);
    void on_notice(const api::Notice& notice);
    bool is_caught_up() const;
    void ready_without_chain(const std::string& why);
    void say_ready();
    bool practises() const { return m_options.network == Network::practice; }
    void stop(std::string_view why);
    void log(LogLevel level, const std::string& line) const { m_log(level, line); }

    DaemonOptions m_options;
    LogSink m_log;
    asio::io_context m_io{1};
    std::unique_ptr<WalletNode> m_wallet;
    std::unique_ptr<practice::Verbs> m_verbs;
    std::unique_ptr<control::ControlServer> m_control;
    std::optional<practice::PracticeHost> m_practice;
    asio::signal_set m_signals{m_io};
    std::shared_ptr<void> m_notices;
    asio::steady_timer m_silence_timer{m_io}, m_patience_timer{m_io};
    bool m_ready = false, m_stopping = false, m_practice_ready = false;
    int m_exit_code = 0;
};

Result<void, Failure> Daemon::open(const SecretBytes& passphrase) {
    RUNNEL_CHECK(open_wallet(passphrase));
    m_notices =
        m_wallet->engine().subscribe([this](const api::Notice& notice) { on_notice(notice); });
    control::ControlServer::Options options;
    options.directory = m_options.directory;
    options.version = std::string(version);
    options.on_stop = [this] { stop("asked by a client"); };
    if (practises()) {
        m_verbs = std::make_unique<practice::Verbs>(m_io, m_wallet->engine(),
                                                    practice::folder_in(m_options.directory));
        options.extensions.push_back(
            {"practice",
             [this](std::string_view verb, const json::object& params, control::Reply reply) {
                 m_verbs->call(verb, params, std::move(reply));
             }});
    }
    auto control = control::ControlServer::open(m_io, m_wallet->engine(), std::move(options));
    if (!control) {
        return fail(Failure{"control_socket",
                            fmt::format("Cannot make the control socket: {}.", control.error()),
                            "Check space and permissions of the data directory.",
                            {}});
    }
    m_control = std::move(*control);
    return {};
}

Result<void, Failure> Daemon::open_wallet(const SecretBytes& passphrase) {
    WalletNode::Options options;
    options.directory = m_options.directory;
    options.network = m_options.network;
    options.config.forwarding.enabled = m_options.forward;
    options.listen_host = m_options.listen_host;
    options.listen_port = m_options.listen_port;
    options.log = m_log;
    options.log_level = m_options.log_level;
    if (m_options.bitcoind) {
        const auto source = std::make_shared<chain::BitcoindOptions>();  // its URL holds a secret,
                                                                         // which cannot be copied
        source->network = m_options.network;
        source->url = std::move(*m_options.bitcoind);
        source->timing = chain::default_timing(m_options.network);
        source->log = [this](LogLevel level, std::string_view line) {
            m_log(level, fmt::format("chain {}", line));
        };
        options.chain = [source](asio::io_context& io) -> std::unique_ptr<chain::ChainSource> {
            return std::make_unique<chain::BitcoindSource>(io, std::move(*source));
        };
    }
    if (practises()) {
        options.chain = [folder = practice::folder_in(m_options.directory),
                         log = m_log](asio::io_context& io) {
            return std::make_unique<practice::PracticeSource>(io, folder, log);
        };
    }
    options.on_fatal = [this](const ports::CommitError& error) {
        std::cerr << "runneld: the disk did not take a change (" << escaped(error.detail)
                  << "). Nothing that depends on it was done. Ending; look at the disk, then start "
                     "again.\n";
        m_exit_code = 1;
        m_io.stop();
    };
    options.on_chain_status = [this](const ports::ChainStatus& status) { on_chain_status(status); };
    RUNNEL_TRY(m_wallet, WalletNode::open(m_io, std::move(options), passphrase));
    // An older one may lack it, and where it lies in the base this says which network it is found
    // for (app/common/places.h).
    note_network(m_options.directory, m_options.network);
    return {};
}

// From start to stop -----------------------------------------------------------------------------

void Daemon::start() {
    if (!practises()) wait_for_chain();
    m_wallet->start();
    if (practises()) start_practice();
}

/// A wallet whose store is open is the only one of its directory: the network beside it is its own.
void Daemon::start_practice() {
    practice::PracticeHost::Options options;
    options.directory = m_options.directory;
    options.log = m_log;
    options.on_ready = [this] {
        asio::post(m_io, [this] {
            m_practice_ready = true;
            m_verbs->reconnect();
            if (is_caught_up()) say_ready();
            else wait_for_chain();
        });
    };
    options.on_state = [this](const api::PracticeState& state) { m_verbs->tell(state); };
    options.on_refused = [this](const Failure& failure) {
        asio::post(m_io, [this, failure] {
            complain(failure);
            if (m_ready || m_stopping) return;
            m_exit_code = 1;
            stop("no practice network");
        });
    };
    m_practice.emplace(std::move(options));
}

void Daemon::wait_for_chain() {
    if (m_ready) return;
    m_patience_timer.expires_after(chain_patience);
    m_patience_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) ready_without_chain("there are more blocks than can be waited for");
    });
    wait_for_block();
}

void Daemon::wait_for_block() {
    m_silence_timer.expires_after(chain_silence);
    m_silence_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) ready_without_chain("no word and no block comes");
    });
}

/// That it is there the node says, once that is true of its state as well (on_notice). Of the
/// practice network the host says whether it runs.
void Daemon::on_chain_status(const ports::ChainStatus& status) {
    if (practises() || (status.reachable && !status.trouble)) return;
    ready_without_chain(status.problem);
}

void Daemon::on_notice(const api::Notice& notice) {
    if (m_ready || m_stopping) return;
    if (std::holds_alternative<api::ChainStateChanged>(notice) && is_caught_up()) say_ready();
    if (std::holds_alternative<api::BlockSeen>(notice) && (!practises() || m_practice_ready))
        wait_for_block();
}

bool Daemon::is_caught_up() const {
    const auto& health = m_wallet->engine().node().state().health;
    return health.status.reachable && health.status.synced && !health.silent;
}

void Daemon::ready_without_chain(const std::string& why) {
    if (m_ready || m_stopping) return;
    const auto& state = m_wallet->engine().node().state();
    if (!is_caught_up()) {
        log(LogLevel::unusual,
            fmt::format("ready without the chain height={} of={} cause=\"{}\"",
                        state.tip.height.raw(), state.health.status.tip.raw(), escaped(why)));
    }
    say_ready();
}

void Daemon::say_ready() {
    if (m_ready || m_stopping || (practises() && !m_practice_ready)) return;
    m_ready = true;
    m_notices.reset();
    m_silence_timer.cancel();
    m_patience_timer.cancel();
    auto host = reachable_host(m_io, m_options.listen_host);
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    std::cout << fmt::format("ready {}@{}:{}", m_wallet->node_id().hex(), host,
                             m_wallet->listen_port())
              << std::endl;
}

void Daemon::stop(std::string_view why) {
    if (m_stopping) return;
    m_stopping = true;
    log(LogLevel::info, fmt::format("stopping cause=\"{}\"", why));
    m_control->close();
    m_silence_timer.cancel();
    m_patience_timer.cancel();
    m_wallet->stop([this] {
        m_control->say_stopped();
        // One more round: what connections still had to say is on its way.
        asio::post(m_io, [this] { m_io.stop(); });
    });
}

int Daemon::run() {
    m_signals.add(SIGTERM);
    m_signals.add(SIGINT);
    m_signals.async_wait([this](const boost::system::error_code& error, int number) {
        if (!error) stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
    });
    log(LogLevel::info, fmt::format("start version={} network={} node_id={}", version,
                                    params_of(m_options.network).name, m_wallet->node_id().hex()));
    asio::post(m_io, [this] { start(); });
    m_io.run();
    m_wallet->close();
    m_practice.reset();
    log(LogLevel::info, "stopped");
    return m_exit_code;
}

}  // namespace

int run_daemon(DaemonOptions options, SecretBytes passphrase) {
    if (!store::Store::exists(options.directory))
        return complain(failure_of(store::Missing{}, options.directory));
    const auto log =
        open_log(options.directory, "runneld", options.log_level, LogTo::file_and_stderr);
    try {
        crypto::randomise_context(shell::fresh_secret());
        Daemon daemon(std::move(options), log);
        const auto opened = daemon.open(passphrase);
        passphrase.clear();
        if (!opened) {
            log(LogLevel::info, fmt::format("not started cause={}", opened.error().kind));
            return complain(opened.error());
        }
        return daemon.run();
    } catch (const std::exception& error) {
        log(LogLevel::broken,
            fmt::format("ended by an exception what=\"{}\"", escaped(error.what())));
        std::cerr << "runneld: ended by an error inside: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace runnel::app
