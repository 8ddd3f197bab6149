// WalletNode: a wallet as a running thing. Puts store, keys, node, engine and chain source together
// and takes them apart in the right order; what stands around it (a control socket, a window, the
// practice network) is its owner's.
//
//     Store::open -> SeedKeyRing -> Node::load -> Engine -> listen -> start: resume, chain source
//     ... stop -> close
//
// All on the thread of the io_context it is given, but for open() and close(), which wait and may
// run before and after it. While the store's tail is in doubt, what could be a revoked state is not
// broadcast (hold_back.h), and readers are told.
#pragma once

#include "app/control/views.h"
#include "app/node/chain_thread.h"
#include "app/node/hold_back.h"
#include "core/shell/engine.h"
#include "wallet/store/store.h"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runnel::app {

class WalletNode {
public:
    struct Options {
        std::filesystem::path directory;
        Network network = Network::regtest;
        node::Config config;            ///< Its networks follow `network`.
        std::string listen_host;        ///< Empty: nobody can connect to this node.
        std::uint16_t listen_port = 0;  ///< 0: any free one.
        MakeChainSource chain;          ///< Null: out of touch with the chain.
        LogSink log;
        LogLevel log_level = LogLevel::info;
        /// The disk did not take a change: the process ends and believes only what the store says
        /// when it is opened again.
        std::function<void(const ports::CommitError&)> on_fatal;
        /// The chain source said where it stands, or there is none. On the io_context's thread.
        std::function<void(const ports::ChainStatus&)> on_chain_status;
    };

    /// The passphrase may be wiped as soon as this returns.
    static Result<std::unique_ptr<WalletNode>, control::Failure> open(
        boost::asio::io_context& io, Options options, const SecretBytes& passphrase);
    ~WalletNode();
    WalletNode(const WalletNode&) = delete;
    WalletNode& operator=(const WalletNode&) = delete;

    /// Begins to take turns and to follow the chain. Once.
    void start();
    /// Lets the turn under way become durable, closes every connection, calls `done`. Once.
    void stop(std::function<void()> done);
    /// When the io_context does not run any more: ends the chain's thread and closes the store.
    void close();

    shell::Engine& engine() { return *m_engine; }
    const crypto::PublicKey& node_id() const { return m_engine->node().keys().node_id(); }
    const std::string& listen_host() const { return m_options.listen_host; }
    std::uint16_t listen_port() const { return m_options.listen_port; }

private:
    WalletNode(boost::asio::io_context& io, Options options);
    Result<void, control::Failure> open_store(const SecretBytes& passphrase);
    Result<void, control::Failure> listen();
    shell::Engine::Hooks hooks();
    void start_chain();
    void on_chain_event(ports::ChainEvent&& event);
    void broadcast(ports::Broadcast&& wanted);
    void look_at_tail();
    void set_birth(chain::StartPoint& from) const;
    void log(LogLevel level, const std::string& line) const;

    boost::asio::io_context& m_io;
    Options m_options;
    // In this order taken apart, last first: the store's thread posts to the io_context, the engine
    // commits to the store.
    std::unique_ptr<store::Store> m_store;
    std::optional<ChainThread> m_chain;
    std::optional<shell::Engine> m_engine;
    boost::asio::steady_timer m_tail_timer;
    HoldBack m_hold_back;                              ///< Asked while the tail is in doubt.
    std::optional<ports::ChainStatus> m_chain_status;  ///< What the source said last.
    /// What posted handlers hold on to: gone when this is.
    std::shared_ptr<WalletNode*> m_self = std::make_shared<WalletNode*>(this);
};

}  // namespace runnel::app
