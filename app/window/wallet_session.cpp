#include "app/window/wallet_session.h"

#include "app/common/start.h"
#include "app/practice/places.h"
#include "app/practice/source.h"

#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <utility>

namespace runnel::app {

namespace asio = boost::asio;

namespace {

/// The practice network makes its keys at its first start, which takes a while on a slow machine.
constexpr std::chrono::seconds practice_patience{30};

/// For people's dates.
void tell_practice_rhythm(node::Config& config) {
    const auto count = [](std::chrono::seconds interval) {
        return static_cast<std::uint32_t>(interval.count());
    };
    config.block_seconds = count(practice::usual_block_interval);
    config.hurry = api::Hurry{practice::settled_depth, count(practice::hurried_block_interval), 0};
}

}  // namespace

Result<std::unique_ptr<api::Session>, control::Failure> WalletSession::open(
    Options options, const SecretBytes& passphrase, const std::stop_token& cancel) {
    std::unique_ptr<WalletSession> session(new WalletSession);
    auto* const raw = session.get();
    auto wallet = options.wallet;
    const bool practises = wallet.network == Network::practice;
    const auto folder = practice::folder_in(wallet.directory);
    if (practises) {
        tell_practice_rhythm(wallet.config);
        wallet.chain = [folder, log = wallet.log](asio::io_context& io) {
            return std::make_unique<practice::PracticeSource>(io, folder, log);
        };
    }
    control::ControlServer::Options control;
    control.directory = wallet.directory;
    control.version = std::string(version);
    // Without on_stop: a client may ask a daemon to stop; a window is closed by whoever looks at
    // it.
    wallet.on_fatal = [raw](const ports::CommitError& error) { raw->ended(escaped(error.detail)); };
    RUNNEL_TRY(session->m_wallet, WalletNode::open(session->m_io, std::move(wallet), passphrase));
    if (practises) {
        session->m_doors = std::make_unique<PracticeDoors>(
            session->m_io, session->m_wallet->engine(), control.directory);
        control.extensions.push_back(
            {"practice", [raw](std::string_view verb, const control::json::object& params,
                               control::Reply reply) {
                 raw->m_doors->verbs().call(verb, params, std::move(reply));
             }});
    }
    auto server = control::ControlServer::open(session->m_io, session->m_wallet->engine(),
                                               std::move(control));
    if (!server)
        return fail(control::Failure{
            "io", "Cannot make the control socket: " + server.error() + ".", "", {}});
    session->m_control = std::move(*server);
    session->m_thread = std::thread([raw] { raw->m_io.run(); });
    asio::post(session->m_io, [raw] { raw->m_wallet->start(); });
    if (practises) RUNNEL_CHECK(session->start_practice(options, cancel));
    return std::unique_ptr<api::Session>(std::move(session));
}

Result<void, control::Failure> WalletSession::start_practice(const Options& options,
                                                             const std::stop_token& cancel) {
    // Outlives whoever gives up waiting: the host's thread may still have its say.
    struct Start {
        std::mutex mutex;
        std::condition_variable_any said;
        bool ready = false;
        std::optional<control::Failure> refused;
    };
    const auto start = std::make_shared<Start>();
    practice::PracticeHost::Options host;
    host.directory = options.wallet.directory;
    host.arguments = options.practice_arguments;
    host.log = options.wallet.log;
    host.on_ready = [this, start] {
        {
            const std::lock_guard lock(start->mutex);
            start->ready = true;
        }
        start->said.notify_one();
        m_doors->verbs().reconnect();
    };
    host.on_state = [this](const api::PracticeState& state) { m_doors->tell(state); };
    host.on_refused = [start](const control::Failure& failure) {
        {
            const std::lock_guard lock(start->mutex);
            start->refused = failure;
        }
        start->said.notify_one();
    };
    m_host.emplace(std::move(host));
    std::unique_lock lock(start->mutex);
    start->said.wait_for(lock, cancel, practice_patience,
                         [&] { return start->ready || start->refused; });
    if (start->ready) return {};
    if (start->refused) {
        return fail(
            control::Failure{"practice_gone", start->refused->message, start->refused->advice, {}});
    }
    if (cancel.stop_requested()) {
        return fail(control::Failure{
            "cancelled", "The wallet was closed while it was being opened.", "Open it again.", {}});
    }
    return fail(
        control::Failure{"practice_gone", "The practice network did not answer in time.", "", {}});
}

void WalletSession::stop_node() {
    std::promise<void> stopped;
    asio::post(m_io, [this, &stopped] {
        m_control->close();
        if (m_ended) return stopped.set_value();
        m_wallet->stop([this, &stopped] {
            // One more round: what connections still had to say is on its way.
            asio::post(m_io, [&stopped] { stopped.set_value(); });
        });
    });
    stopped.get_future().wait();
}

WalletSession::~WalletSession() {
    if (m_thread.joinable()) {
        stop_node();
        m_work.reset();
        m_io.stop();
        m_thread.join();
    }
    m_control.reset();
    // Before what its thread calls: a child that was just started again says so there.
    m_host.reset();
    m_doors.reset();
    if (m_wallet) m_wallet->close();
}

void WalletSession::run(std::function<void()> what) { asio::post(m_io, std::move(what)); }

void WalletSession::on_end(std::function<void(std::string)> what) {
    std::optional<std::string> already;
    {
        const std::lock_guard lock(m_mutex);
        m_on_end = what;
        already = m_ended;
    }
    if (already) what(*already);
}

void WalletSession::ended(const std::string& cause) {
    std::function<void(std::string)> say;
    {
        const std::lock_guard lock(m_mutex);
        m_ended = cause;
        say = m_on_end;
    }
    if (say) say(cause);
}

}  // namespace runnel::app
