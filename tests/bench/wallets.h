// Two durable nodes for measurements: wallets as runneld composes them, each with a thread and a
// SQLCipher store of its own, over loopback TCP, on one simulated chain.
#pragma once

#include "core/shell/engine.h"
#include "core/sim/chain.h"
#include "wallet/keys/key_ring.h"
#include "wallet/store/store.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace runnel::bench {

/// Ends the program, with the reason.
[[noreturn]] void give_up(const std::string& why);

/// One wallet as runneld composes it, on a thread of its own.
class Wallet {
public:
    /// Makes its store in `directory`, with words, so that any program of Runnel can open it later:
    /// on regtest, with the passphrase "bench" and a key derivation that takes no time.
    Wallet(const std::filesystem::path& directory, std::uint8_t which);
    ~Wallet();
    Wallet(const Wallet&) = delete;

    template <typename F>
    auto on_thread(F f) -> decltype(f()) {
        std::promise<decltype(f())> result;
        boost::asio::post(m_io, [&] { result.set_value(f()); });
        return result.get_future().get();
    }
    /// Later, on the wallet's thread.
    void post(std::function<void()> what) { boost::asio::post(m_io, std::move(what)); }

    api::CommandResult run(decltype(api::Command::wish) wish);
    api::Command next(decltype(api::Command::wish) wish);

    shell::Engine& engine() { return *m_engine; }
    const crypto::PublicKey& id() const { return m_keys->node_id(); }
    std::uint16_t port() const { return m_port; }
    std::vector<ports::TxPtr> take_broadcast();

private:
    std::shared_ptr<keys::SeedKeyRing> m_keys;
    std::unique_ptr<store::Store> m_store;
    boost::asio::io_context m_io{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> m_guard;
    std::unique_ptr<shell::Engine> m_engine;
    std::thread m_thread;
    std::uint16_t m_port = 0;
    std::atomic<std::uint64_t> m_commands{0};
    std::mutex m_mutex;
    std::vector<ports::TxPtr> m_broadcast;
};

/// Blocks of the simulated chain, whole, to both wallets.
class Chain {
public:
    Chain(Wallet& a, Wallet& b);
    void fund(Wallet& wallet, Sat amount);
    void mine(unsigned count);

private:
    void tell();

    sim::SimChain m_chain;
    std::array<Wallet*, 2> m_wallets;
    std::uint32_t m_told;
};

/// Coins for both, and a channel of 16 million satoshi from the first to the second, ready to be
/// used.
void connect_with_channel(Chain& chain, Wallet& payer, Wallet& payee);

std::vector<std::string> make_invoices(Wallet& payee, std::size_t count, Msat amount);

}  // namespace runnel::bench
