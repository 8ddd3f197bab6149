// A chain source on a thread of its own: a block of megabytes is parsed there, not between two
// payments. Which source it is, the caller says.
#pragma once

#include "wallet/chain/chain_source.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <thread>

namespace runnel::app {

/// Makes a source that lives on this io_context. Called once.
using MakeChainSource =
    std::function<std::unique_ptr<chain::ChainSource>(boost::asio::io_context&)>;

class ChainThread {
public:
    explicit ChainThread(const MakeChainSource& make) : m_source(make(m_io)) {}
    ~ChainThread() { stop(); }
    ChainThread(const ChainThread&) = delete;
    ChainThread& operator=(const ChainThread&) = delete;

    chain::ChainSource& source() { return *m_source; }
    void run() {
        m_thread = std::thread([this] { m_io.run(); });
    }
    /// Returns when the source says nothing any more.
    void stop() {
        if (!m_thread.joinable()) return;
        m_source->stop();
        m_work.reset();
        m_io.stop();
        m_thread.join();
    }

private:
    boost::asio::io_context m_io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work{
        m_io.get_executor()};
    std::unique_ptr<chain::ChainSource> m_source;
    std::thread m_thread;
};

}  // namespace runnel::app
