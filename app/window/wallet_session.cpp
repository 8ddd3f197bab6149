#include "app/window/wallet_session.h"

#include "app/common/start.h"

#include <boost/asio/post.hpp>

#include <future>

namespace runnel::app {

namespace asio = boost::asio;

Result<std::unique_ptr<api::Session>, control::Failure> WalletSession::open(WalletNode::Options options, const SecretBytes& passphrase) {
    std::unique_ptr<WalletSession> session(new WalletSession);
    auto* const raw = session.get();
    control::ControlServer::Options control;
    control.directory = options.directory;
    control.version = std::string(version);
    // A client may ask a daemon to stop; a window is closed by whoever looks at it.
    control.on_stop = [] {};
    options.on_fatal = [raw](const ports::CommitError& error) { raw->ended(escaped(error.detail)); };
    RUNNEL_TRY(session->m_wallet, WalletNode::open(session->m_io, std::move(options), passphrase));
    auto server = control::ControlServer::open(session->m_io, session->m_wallet->engine(), std::move(control));
    if (!server) return fail(control::Failure{"io", "Cannot make the control socket: " + server.error() + ".", "", {}});
    session->m_control = std::move(*server);
    session->m_thread = std::thread([raw] { raw->m_io.run(); });
    asio::post(session->m_io, [raw] { raw->m_wallet->start(); });
    return std::unique_ptr<api::Session>(std::move(session));
}

WalletSession::~WalletSession() {
    if (m_thread.joinable()) {
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
        m_work.reset();
        m_io.stop();
        m_thread.join();
    }
    m_control.reset();
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
