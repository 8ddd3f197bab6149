#include "app/runnel-practice/child.h"

#include "app/common/log_file.h"
#include "app/common/start.h"
#include "app/control/line_server.h"
#include "app/practice/places.h"
#include "app/runnel-practice/chain_methods.h"
#include "app/runnel-practice/network.h"
#include "app/runnel-practice/takeover.h"
#include "core/bitcoin/address.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>
#include <iostream>

namespace runnel::practice {

namespace asio = boost::asio;
using control::bad_request;
using control::Failure;
using control::Outcome;

namespace {

/// While the nodes are being furnished, nobody waits for anybody.
constexpr std::chrono::milliseconds block_at_first{30};
constexpr std::uint64_t most_mined = 2016;
constexpr Sat faucet_most{1'000'000'000};

UnixTime wall_clock() {
    return UnixTime(std::chrono::duration_cast<std::chrono::seconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

std::optional<std::uint64_t> number(const json::object& params, std::string_view name) {
    const auto* const value = params.if_contains(name);
    if (value == nullptr || !(value->is_int64() || value->is_uint64())) return std::nullopt;
    boost::system::error_code error;
    const auto out = value->to_number<std::uint64_t>(error);
    return error ? std::nullopt : std::optional(out);
}

/// Its last line is what the host tells of the cause.
void say(const Failure& failure) {
    std::cout << json::serialize(control::failure_json(failure)) << std::endl;
}

class Child {
public:
    Child(const ChildOptions& options, LogSink log, DurableChain chain)
        : m_options(options),
          m_log(std::move(log)),
          m_chain(std::move(chain)),
          m_methods(m_chain) {}

    Result<void, Failure> open();
    int run();

private:
    Result<void, Failure> open_socket();
    void watch_parent();
    void take(const std::shared_ptr<control::LineClient>& client,
              const control::LineRequest& request);
    Outcome faucet(const json::object& params);
    Outcome mine(const json::object& params);
    /// Says what changed, and when the next block comes. After every change of the chain.
    void announce();
    void mine_one();
    void resume_hurry();
    std::chrono::steady_clock::time_point next_block() const;
    void say_ready();
    void stop(std::string_view why);

    const ChildOptions m_options;
    LogSink m_log;
    DurableChain m_chain;
    ChainMethods m_methods;
    asio::io_context m_io{1};
    std::unique_ptr<control::LineServer> m_server;
    std::unique_ptr<PracticeNetwork> m_network;
    asio::signal_set m_signals{m_io};
    asio::posix::stream_descriptor m_parent{m_io};
    char m_from_parent = 0;
    asio::steady_timer m_block_timer{m_io};
    std::chrono::steady_clock::time_point m_last_block = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point m_waiting_since = m_last_block;
    bool m_waits = false;            ///< Something is in the mempool, since then.
    std::uint32_t m_busy_until = 0;  ///< Height at which all that was confirmed is settled.
    bool m_stopping = false;
    int m_exit_code = 0;
};

// Opening ----------------------------------------------------------------------------------------

Result<void, Failure> Child::open() {
    RUNNEL_CHECK(open_socket());
    PracticeNetwork::Options options;
    options.folder = m_options.folder;
    options.log = m_log;
    options.log_level = m_options.log_level;
    options.faucet = [this](const bitcoin::Script& script, Sat amount) {
        const bool paid = m_chain.faucet(script, amount).has_value();
        announce();
        return paid;
    };
    options.on_ready = [this] { say_ready(); };
    options.on_fatal = [this](const ports::CommitError& error) {
        m_log(LogLevel::broken,
              fmt::format("the disk did not take a change detail=\"{}\"", escaped(error.detail)));
        say({"io",
             fmt::format("The disk did not take a change: {}.", escaped(error.detail)),
             "Check its free space.",
             {}});
        m_exit_code = 1;
        m_io.stop();
    };
    RUNNEL_TRY(m_network, PracticeNetwork::open(m_io, std::move(options)));
    resume_hurry();
    return {};
}

/// Whoever waits counts on it, whatever ended in between.
void Child::resume_hurry() {
    const auto& chain = m_chain.chain();
    const std::uint32_t height = chain.height().raw();
    for (std::uint32_t depth = 1; depth <= settled_depth && depth <= height; ++depth) {
        const auto at = height + 1 - depth;
        if (chain.block(BlockHeight(at))->transactions.size() == 1) continue;
        m_busy_until = at - 1 + settled_depth;
        return;
    }
}

Result<void, Failure> Child::open_socket() {
    control::LineServer::Options options;
    options.directory = m_options.folder;
    options.most_request = max_practice_request;
    options.most_unwritten = std::size_t{2} * max_answer;
    options.greeting = [] {
        return json::object{{"practice", protocol_version}, {"version", app::version}};
    };
    options.on_client = [this](const std::shared_ptr<control::LineClient>& client) {
        client->send({{"news", to_json(m_methods.news())}});
    };
    options.on_request = [this](const std::shared_ptr<control::LineClient>& client,
                                const control::LineRequest& request) { take(client, request); };
    auto server = control::LineServer::open(m_io, std::move(options));
    if (!server) {
        return fail(
            Failure{"control_socket",
                    fmt::format("Cannot make the practice network's socket: {}.", server.error()),
                    "Check space and permissions of the data directory.",
                    {}});
    }
    m_server = std::move(*server);
    return {};
}

// Blocks -----------------------------------------------------------------------------------------

std::chrono::steady_clock::time_point Child::next_block() const {
    const bool unconfirmed = m_chain.chain().mempool().size() > 0;
    const bool unsettled = m_chain.chain().height().raw() < m_busy_until;
    if (!unconfirmed && !unsettled) return m_last_block + m_options.block_every;
    if (m_network && !m_network->is_ready()) return m_last_block + block_at_first;
    // Not the very moment that it comes: what waits for its first block should be seen to wait.
    const auto since =
        unconfirmed && !unsettled ? std::max(m_last_block, m_waiting_since) : m_last_block;
    return since + std::min(m_options.block_soon, m_options.block_every);
}

void Child::announce() {
    m_server->send_all({{"news", to_json(m_methods.news())}});
    const bool waits = m_chain.chain().mempool().size() > 0;
    if (waits && !m_waits) m_waiting_since = std::chrono::steady_clock::now();
    m_waits = waits;
    m_block_timer.expires_at(next_block());
    m_block_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error && !m_stopping) mine_one();
    });
}

void Child::mine_one() {
    // What waits is confirmed in this block.
    if (m_chain.chain().mempool().size() > 0)
        m_busy_until = m_chain.chain().height().raw() + settled_depth;
    m_chain.mine(1, wall_clock());
    m_last_block = std::chrono::steady_clock::now();
    announce();
}

Outcome Child::mine(const json::object& params) {
    const auto count = number(params, "blocks");
    if (!count || *count == 0 || *count > most_mined) {
        return fail(bad_request("blocks",
                                fmt::format("a whole number from 1 to {} is needed", most_mined)));
    }
    if (m_chain.chain().mempool().size() > 0)
        m_busy_until = m_chain.chain().height().raw() + settled_depth;
    m_chain.mine(static_cast<unsigned>(*count), wall_clock());
    m_last_block = std::chrono::steady_clock::now();
    announce();
    return json::value(json::object{{"block_height", m_chain.chain().height().raw()},
                                    {"tip", display_hex(m_chain.chain().tip())}});
}

Outcome Child::faucet(const json::object& params) {
    const auto amount = number(params, "amount_sat");
    const auto* const address = params.if_contains("address");
    if (!amount) return fail(bad_request("amount_sat", "a whole number is needed"));
    if (*amount > faucet_most.raw()) {
        return fail(control::failure_of(api::Problem{
            api::ProblemKind::amount_too_large, {{"most", std::to_string(faucet_most.raw())}}}));
    }
    const auto script =
        address != nullptr && address->is_string()
            ? bitcoin::parse_address(std::string_view(address->get_string()), Network::practice)
            : Result<bitcoin::Script, DecodeError>(fail(DecodeError::missing_field));
    if (!script) return fail(bad_request("address", std::string(to_string(script.error()))));
    const auto paid = m_chain.faucet(*script, Sat(*amount));
    if (!paid) {
        if (paid.error().reason == sim::MempoolReject::dust) {
            return fail(control::failure_of(
                api::Problem{api::ProblemKind::amount_too_small,
                             {{"least", std::to_string(bitcoin::dust_limit(*script).raw())}}}));
        }
        return fail(control::failure_of(
            api::Problem{api::ProblemKind::faucet_dry,
                         {{"cause", std::string(to_string(paid.error().reason))}}}));
    }
    announce();
    return json::value(json::object{
        {"txid", display_hex(paid->txid)}, {"address", *address}, {"amount_sat", *amount}});
}

// Requests ---------------------------------------------------------------------------------------

void Child::take(const std::shared_ptr<control::LineClient>& client,
                 const control::LineRequest& request) {
    if (m_methods.knows(request.method)) {
        client->answer(request.id, m_methods.call(request.method, request.params));
        if (request.method == "broadcast") announce();
    } else if (request.method == "faucet") {
        client->answer(request.id, faucet(request.params));
    } else if (request.method == "mine") {
        client->answer(request.id, mine(request.params));
    } else if (m_network && m_network->knows(request.method)) {
        m_network->call(request.method, request.params,
                        [weak = std::weak_ptr(client), id = request.id](const Outcome& outcome) {
                            if (const auto asking = weak.lock()) asking->answer(id, outcome);
                        });
    } else {
        client->answer(request.id, fail(bad_request("method", "there is no such method")));
    }
}

// From start to stop -----------------------------------------------------------------------------

void Child::say_ready() {
    m_log(LogLevel::info, fmt::format("ready height={}", m_chain.chain().height().raw()));
    std::cout << "ready" << std::endl;
    announce();
}

/// The pipe never says anything: its end is the parent's.
void Child::watch_parent() {
    m_parent.async_read_some(asio::buffer(&m_from_parent, 1),
                             [this](const boost::system::error_code& error, std::size_t) {
                                 if (error == asio::error::operation_aborted) return;
                                 if (error) {
                                     stop("the end of its parent");
                                 } else {
                                     watch_parent();
                                 }
                             });
}

void Child::stop(std::string_view why) {
    if (m_stopping) return;
    m_stopping = true;
    m_log(LogLevel::info, fmt::format("stopping cause=\"{}\"", why));
    m_server->close();
    m_block_timer.cancel();
    m_network->stop([this] { asio::post(m_io, [this] { m_io.stop(); }); });
}

int Child::run() {
    m_signals.add(SIGTERM);
    m_signals.add(SIGINT);
    m_signals.async_wait([this](const boost::system::error_code& error, int number) {
        if (!error) stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
    });
    if (m_options.parent) {
        m_parent.assign(::dup(STDIN_FILENO));
        watch_parent();
    }
    asio::post(m_io, [this] {
        announce();
        m_network->start();
    });
    m_io.run();
    m_network->close();
    m_log(LogLevel::info, "stopped");
    return m_exit_code;
}

int refuse(const Failure& failure) {
    say(failure);
    return exit_refused;
}

}  // namespace

int run_child(const ChildOptions& options) {
    if (options.parent) {
        // Either of both is enough; together they hold when a process in between keeps the pipe
        // open.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != *options.parent) return 0;
    }
    if (const auto made = store::make_private_directory(options.folder); !made) {
        return refuse(app::failure_of(made.error(), options.folder));
    }
    const auto lock = take_over(options.folder);
    if (!lock) return refuse(lock.error());
    const auto log = app::open_log(options.folder, "practice", options.log_level, app::LogTo::file);
    try {
        auto chain =
            DurableChain::open(options.folder / "chain", wall_clock(), ::randombytes_random());
        if (!chain) {
            log(LogLevel::broken, chain.error().cause);
            return refuse(
                {"practice_damaged",
                 fmt::format("The practice network cannot start: {}.", chain.error().cause),
                 "Remove the folder practice and this wallet, and begin again: its coins are worth "
                 "nothing.",
                 {}});
        }
        crypto::randomise_context(shell::fresh_secret());
        Child child(options, log, std::move(*chain));
        if (const auto opened = child.open(); !opened) {
            log(LogLevel::broken, fmt::format("not started cause={}", opened.error().kind));
            return refuse(opened.error());
        }
        return child.run();
    } catch (const std::exception& error) {
        // A chain that cannot be written among them: nothing was said that is not on the disk.
        log(LogLevel::broken,
            fmt::format("ended by an exception what=\"{}\"", escaped(error.what())));
        say({"ended",
             fmt::format("{}.", escaped(error.what())),
             "Check the free space of the disk.",
             {}});
        return 1;
    }
}

}  // namespace runnel::practice
