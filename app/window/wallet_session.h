// WalletSession: an open wallet behind the window: a WalletNode on a thread of its own, and the
// control socket beside it, so that runnel-cli works while the window is open; on the practice
// network that process too. Made on any thread; its end waits until what was decided is on disk.
#pragma once

#include "app/control/server.h"
#include "app/node/wallet_node.h"
#include "app/practice/host.h"
#include "app/window/practice_doors.h"
#include "core/api/setup.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <mutex>
#include <stop_token>
#include <thread>

namespace runnel::app {

class WalletSession final : public api::Session {
public:
    struct Options {
        WalletNode::Options
            wallet;  ///< On the practice network without `chain`, which comes with it.
        std::vector<std::string> practice_arguments;  ///< See PracticeHost.
    };
    /// Opens the store, which takes a second, waits for the practice network where it is one, and
    /// begins to run. `practice_gone` when that does not start, `cancelled` when nobody wants it
    /// any more: then it is closed again as any other.
    static Result<std::unique_ptr<api::Session>, control::Failure> open(
        Options options, const SecretBytes& passphrase, const std::stop_token& cancel);
    ~WalletSession() override;

    api::NodeApi& node() override { return m_wallet->engine(); }
    void run(std::function<void()> what) override;
    api::Practice* practice() override { return m_doors.get(); }
    void on_end(std::function<void(std::string)> what) override;

private:
    WalletSession() = default;
    void ended(const std::string& cause);
    Result<void, control::Failure> start_practice(const Options& options,
                                                  const std::stop_token& cancel);
    void stop_node();

    boost::asio::io_context m_io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work{
        m_io.get_executor()};
    std::unique_ptr<WalletNode> m_wallet;
    std::unique_ptr<PracticeDoors> m_doors;  ///< On the practice network, else null.
    std::unique_ptr<control::ControlServer> m_control;
    std::optional<practice::PracticeHost> m_host;
    std::thread m_thread;
    std::mutex m_mutex;
    std::function<void(std::string)> m_on_end;
    std::optional<std::string> m_ended;
};

}  // namespace runnel::app
