#include "app/runneld/daemon.h"

#include "app/common/start.h"
#include "app/control/server.h"
#include "app/runneld/logging.h"
#include "core/shell/engine.h"
#include "wallet/chain/bitcoind_source.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"
#include "wallet/store/store.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <thread>

namespace runnel::app {

namespace asio = boost::asio;
using control::Failure;

namespace {

/// A chain source that has not said anything by then counts as gone: the wallet is usable without it, only not for everything.
constexpr std::chrono::seconds chain_patience{2};

int complain(const Failure& failure) {
    std::cerr << "runneld: " << failure.message << '\n';
    if (!failure.advice.empty()) std::cerr << failure.advice << '\n';
    return 1;
}

/// The thread of the chain source: a block of megabytes is parsed there, not between two payments.
class ChainThread {
public:
    ChainThread(chain::BitcoindOptions options) : m_source(m_io, std::move(options)) {}
    ~ChainThread() { stop(); }
    ChainThread(const ChainThread&) = delete;
    ChainThread& operator=(const ChainThread&) = delete;

    chain::ChainSource& source() { return m_source; }
    void run() {
        m_thread = std::thread([this] { m_io.run(); });
    }
    void stop() {
        if (!m_thread.joinable()) return;
        m_source.stop();
        m_work.reset();
        m_io.stop();
        m_thread.join();
    }

private:
    asio::io_context m_io{1};
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_io.get_executor()};
    chain::BitcoindSource m_source;
    std::thread m_thread;
};

class Daemon {
public:
    Daemon(DaemonOptions options, LogSink log) : m_options(std::move(options)), m_log(std::move(log)) {}

    Result<void, Failure> open(const SecretBytes& passphrase);
    int run();

private:
    Result<void, Failure> make_engine(const keys::SeedKeyRing& ring, node::Node node);
    void start_chain();
    void on_chain_event(ports::ChainEvent&& event);
    void say_ready();
    void stop(std::string_view why);
    void broadcast(std::vector<ports::TxPtr>&& transactions);
    void look_at_tail();
    std::optional<BlockHeight> birth() const;
    void log(LogLevel level, const std::string& line) const { m_log(level, line); }

    DaemonOptions m_options;
    LogSink m_log;
    // In this order taken apart, last first: the store's thread posts to the io_context, the engine commits to the store.
    asio::io_context m_io{1};
    std::unique_ptr<store::Store> m_store;
    std::optional<ChainThread> m_chain;
    std::optional<shell::Engine> m_engine;
    std::unique_ptr<control::ControlServer> m_control;
    asio::signal_set m_signals{m_io};
    asio::steady_timer m_ready_timer{m_io}, m_tail_timer{m_io};
    std::vector<std::vector<ports::TxPtr>> m_held_back;
    bool m_ready = false, m_stopping = false;
    int m_exit_code = 0;
};

Result<void, Failure> Daemon::open(const SecretBytes& passphrase) {
    auto opened = store::Store::open({m_options.directory, m_options.network, passphrase.reveal()});
    if (!opened) return fail(failure_of(opened.error(), m_options.directory));
    m_store = std::move(*opened);

    const auto words = m_store->secret(words_secret);
    const auto damaged = [&](const std::string& detail) {
        return failure_of(store::Damaged{{}, 0, detail}, m_options.directory);
    };
    if (!words) return fail(damaged("the words are missing"));
    const auto text = words->reveal();
    const auto mnemonic = keys::Mnemonic::parse({reinterpret_cast<const char*>(text.data()), text.size()});
    if (!mnemonic) return fail(damaged("the words cannot be read"));
    const auto seed = mnemonic->seed();
    if (!seed) return fail(damaged("the words make no seed"));
    const auto ring = std::make_shared<const keys::SeedKeyRing>(*seed, m_options.network);

    node::Config config;
    config.network = m_options.network;
    config.forwarding.enabled = m_options.forward;
    auto node = node::Node::load(config, ring, std::make_shared<const coins::Planner>(), m_store->reader());
    if (!node) {
        return fail(damaged(fmt::format("record {}: {}", node.error().record, node.error().cause)));
    }
    return make_engine(*ring, *std::move(node));
}

Result<void, Failure> Daemon::make_engine(const keys::SeedKeyRing& ring, node::Node node) {
    if (m_options.bitcoind) {
        chain::BitcoindOptions options;
        options.network = m_options.network;
        options.url = std::move(*m_options.bitcoind);
        options.timing = chain::default_timing(m_options.network);
        options.log = [this](LogLevel level, std::string_view line) { m_log(level, fmt::format("chain {}", line)); };
        m_chain.emplace(std::move(options));
    }
    shell::Engine::Hooks hooks;
    hooks.broadcast = [this](std::vector<ports::TxPtr> transactions) { broadcast(std::move(transactions)); };
    hooks.watch = [this](ports::Watch watch) {
        if (m_chain) m_chain->source().watch(std::move(watch));
    };
    hooks.on_fatal = [this](const ports::CommitError& error) {
        std::cerr << "runneld: the disk did not take a change (" << escaped(error.detail)
                  << "). Nothing that depends on it was done. Ending; look at the disk, then start again.\n";
        m_exit_code = 1;
        m_io.stop();
    };
    hooks.log = m_log;
    hooks.refuse = [this](const api::Command& command) -> std::optional<api::Problem> {
        const bool begins = std::holds_alternative<api::OpenChannel>(command.wish) ||
                            std::holds_alternative<api::Pay>(command.wish) ||
                            std::holds_alternative<api::Keysend>(command.wish) ||
                            std::holds_alternative<api::CreateInvoice>(command.wish);
        if (begins && m_store->low_space()) return api::Problem{api::ProblemKind::disk_full, {}};
        return std::nullopt;
    };
    shell::Engine::Settings settings;
    settings.log_level = m_options.log_level;
    m_engine.emplace(m_io, std::move(node), m_store->journal(), ring.node_key(), std::move(hooks), std::move(settings));

    const auto port = m_engine->listen(m_options.listen_host, m_options.listen_port);
    if (!port) {
        return fail(Failure{"listen",
                            fmt::format("Cannot listen at {}:{}: {}.", m_options.listen_host, m_options.listen_port, port.error()),
                            "Choose another address with --listen HOST:PORT.",
                            {}});
    }
    m_options.listen_port = *port;
    control::ControlServer::Options options;
    options.directory = m_options.directory;
    options.version = std::string(version);
    options.on_stop = [this] { stop("asked by a client"); };
    auto control = control::ControlServer::open(m_io, *m_engine, std::move(options));
    if (!control) {
        return fail(Failure{"control_socket", fmt::format("Cannot make the control socket: {}.", control.error()),
                            "Check space and permissions of the data directory.", {}});
    }
    m_control = std::move(*control);
    return {};
}

// The chain --------------------------------------------------------------------------------------------------------------------

/// Where a search of the chain begins when no block was seen yet. On regtest everything is near; a new wallet on another network
/// owns nothing before its first block.
std::optional<BlockHeight> Daemon::birth() const {
    if (const auto known = m_engine->node().state().wallet.birth; known.raw() != 0) return known;
    if (m_options.network == Network::regtest) return BlockHeight(0);
    const auto stored = m_store->secret(birth_secret);
    if (!stored) return std::nullopt;
    const std::string text(stored->reveal().begin(), stored->reveal().end());
    return BlockHeight(static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10)));
}

void Daemon::start_chain() {
    if (!m_chain) {
        ports::ChainStatus gone;
        gone.problem = "no chain source was given (--chain)";
        on_chain_event(gone);
        return;
    }
    chain::StartPoint from;
    for (const auto& [height, hash] : m_engine->node().state().blocks) {
        from.known.push_back({BlockHeight(static_cast<std::uint32_t>(height)), hash});
    }
    from.birth = birth();
    m_ready_timer.expires_after(chain_patience);
    m_ready_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) say_ready();
    });
    m_chain->source().start(std::move(from), [this](ports::ChainEvent event) {
        asio::post(m_io, [this, event = std::move(event)]() mutable { on_chain_event(std::move(event)); });
    });
    m_chain->run();
}

void Daemon::on_chain_event(ports::ChainEvent&& event) {
    const bool status = std::holds_alternative<ports::ChainStatus>(event);
    m_engine->on_chain_event(std::move(event));
    if (status) say_ready();
}

void Daemon::broadcast(std::vector<ports::TxPtr>&& transactions) {
    if (!m_store->tail().agrees()) {
        // Part of what we knew may be missing here: what we would publish could be a state that was revoked long ago.
        m_held_back.push_back(std::move(transactions));
        return;
    }
    if (m_chain) m_chain->source().broadcast(std::move(transactions));
}

/// The peers know how far each channel had come: once all of them have compared and nothing is missing, the store is trusted.
void Daemon::look_at_tail() {
    const auto snapshot = m_engine->node().snapshot();
    const bool all_compared = std::all_of(snapshot->channels.begin(), snapshot->channels.end(), [](const auto& channel) {
        return channel.online || channel.state == "closing" || channel.state == "closed";
    });
    if (all_compared) {
        log(LogLevel::info, "store tail agreed");
        m_store->tail_agreed();
        for (auto& transactions : std::exchange(m_held_back, {})) broadcast(std::move(transactions));
        return;
    }
    m_tail_timer.expires_after(std::chrono::seconds(1));
    m_tail_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) look_at_tail();
    });
}

// From start to stop -------------------------------------------------------------------------------------------------------------

void Daemon::say_ready() {
    if (m_ready || m_stopping) return;
    m_ready = true;
    m_ready_timer.cancel();
    const auto host = m_options.listen_host.find(':') == std::string::npos ? m_options.listen_host
                                                                           : "[" + m_options.listen_host + "]";
    std::cout << fmt::format("ready {}@{}:{}", m_engine->node().keys().node_id().hex(), host, m_options.listen_port)
              << std::endl;
}

void Daemon::stop(std::string_view why) {
    if (m_stopping) return;
    m_stopping = true;
    log(LogLevel::info, fmt::format("stopping cause=\"{}\"", why));
    m_control->close();
    m_ready_timer.cancel();
    m_tail_timer.cancel();
    m_engine->stop([this] {
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
    log(LogLevel::info, fmt::format("start version={} network={} node_id={}", version, params_of(m_options.network).name,
                                    m_engine->node().keys().node_id().hex()));
    asio::post(m_io, [this] {
        if (!m_store->tail().agrees()) {
            log(LogLevel::unusual, fmt::format("store tail behind problem={} expected={} found={}",
                                               static_cast<int>(m_store->tail().problem), m_store->tail().expected,
                                               m_store->tail().found));
            look_at_tail();
        }
        m_engine->start();
        start_chain();
    });
    m_io.run();
    if (m_chain) m_chain->stop();
    m_store->close();
    log(LogLevel::info, "stopped");
    return m_exit_code;
}

}  // namespace

int run_daemon(DaemonOptions options, SecretBytes passphrase) {
    if (!store::Store::exists(options.directory)) return complain(failure_of(store::Missing{}, options.directory));
    const auto log = open_log(options.directory, options.log_level);
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
        log(LogLevel::broken, fmt::format("ended by an exception what=\"{}\"", escaped(error.what())));
        std::cerr << "runneld: ended by an error inside: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace runnel::app
