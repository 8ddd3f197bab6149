// Two durable nodes over loopback TCP, one channel, many payments: how long one takes, how many a second go through, and how far
// that is from what the disk and the curve allow. Real sockets, real SQLCipher stores; only the chain is simulated. What counts as
// paid, and the floor, are defined in README.md.
#include "core/bitcoin/address.h"
#include "core/shell/engine.h"
#include "core/sim/chain.h"
#include "tests/bench/floor.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"
#include "wallet/store/store.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>

using namespace runnel;

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "pay_direct: {}\n", why);
    std::exit(1);
}

/// One wallet as runneld composes it, on a thread of its own.
class Wallet {
public:
    Wallet(const std::filesystem::path& directory, std::uint8_t which) {
        std::array<std::uint8_t, 64> seed{};
        seed.fill(which);
        m_keys = std::make_shared<keys::SeedKeyRing>(keys::MasterSeed::make(seed), Network::regtest);
        store::Store::Creation creation;
        creation.directory = directory;
        creation.passphrase = {bytes_of("bench"), false};
        creation.cost = store::Cost::cheap();
        auto made = store::Store::create(creation);
        if (!made) give_up("no store");
        m_store = *std::move(made);
        node::Config config;
        config.network = Network::regtest;
        auto loaded = node::Node::load(config, m_keys, std::make_shared<coins::Planner>(), m_store->reader());
        if (!loaded) give_up("no node");
        shell::Engine::Hooks hooks;
        hooks.broadcast = [this](ports::Broadcast wanted) {
            const std::lock_guard lock(m_mutex);
            for (auto& tx : wanted.transactions) m_broadcast.push_back(std::move(tx));
        };
        hooks.on_fatal = [](const ports::CommitError& error) { give_up(error.detail); };
        m_engine = std::make_unique<shell::Engine>(m_io, *std::move(loaded), m_store->journal(), m_keys->node_key(), hooks,
                                                   shell::Engine::Settings{});
        m_guard.emplace(m_io.get_executor());
        m_thread = std::thread([this] { m_io.run(); });
        const auto port = on_thread([this] {
            m_engine->start();
            return m_engine->listen("127.0.0.1", 0);
        });
        if (!port) give_up(port.error());
        m_port = *port;
    }
    ~Wallet() {
        std::promise<void> stopped;
        boost::asio::post(m_io, [&] { m_engine->stop([&] { stopped.set_value(); }); });
        stopped.get_future().wait();
        m_guard.reset();
        m_io.stop();
        m_thread.join();
        m_engine.reset();
        m_store->close();
    }
    Wallet(const Wallet&) = delete;

    template <typename F>
    auto on_thread(F f) -> decltype(f()) {
        std::promise<decltype(f())> result;
        boost::asio::post(m_io, [&] { result.set_value(f()); });
        return result.get_future().get();
    }

    api::CommandResult run(decltype(api::Command::wish) wish) {
        std::promise<api::CommandResult> result;
        m_engine->post(next(std::move(wish)), [&](const api::CommandResult& r) { result.set_value(r); });
        return result.get_future().get();
    }
    api::Command next(decltype(api::Command::wish) wish) {
        Writer id;
        id.u64(m_port).u64(++m_commands);
        return {*api::CommandId::from(id.view()), std::move(wish)};
    }

    shell::Engine& engine() { return *m_engine; }
    const crypto::PublicKey& id() const { return m_keys->node_id(); }
    std::uint16_t port() const { return m_port; }
    std::vector<ports::TxPtr> take_broadcast() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_broadcast, {});
    }

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
    Chain(Wallet& a, Wallet& b) : m_wallets{&a, &b}, m_told(m_chain.height().raw() - 1) {
        ports::ChainStatus status;
        status.reachable = status.synced = true;
        for (auto* const wallet : m_wallets) wallet->engine().on_chain_event(status);
        tell();
    }
    void fund(Wallet& wallet, Sat amount) {
        const auto made = wallet.run(api::NewAddress{});
        if (!made) give_up("no address");
        const auto script = bitcoin::parse_address(std::get<api::AddressMade>(*made).address, Network::regtest);
        if (!script || !m_chain.faucet(*script, amount)) give_up("the faucet is dry");
        mine(1);
    }
    void mine(unsigned count) {
        for (auto* const wallet : m_wallets) {
            for (const auto& tx : wallet->take_broadcast()) {
                if (!m_chain.submit(*tx)) fmt::print(stderr, "a transaction was refused\n");
            }
        }
        m_chain.mine(count);
        tell();
    }

private:
    void tell() {
        for (; m_told < m_chain.height().raw();) {
            const BlockHeight height(++m_told);
            const auto block = m_chain.block(height);
            ports::BlockConnected event{height, *m_chain.hash_at(height), block->header.previous, UnixTime(block->header.time), {}};
            for (std::uint32_t i = 0; i < block->transactions.size(); ++i) {
                event.relevant.push_back({std::make_shared<const bitcoin::Transaction>(block->transactions[i]), i});
            }
            for (auto* const wallet : m_wallets) wallet->engine().on_chain_event(event);
        }
    }

    sim::SimChain m_chain;
    std::array<Wallet*, 2> m_wallets;
    std::uint32_t m_told;
};

struct Outcome {
    std::vector<double> milliseconds;
    double per_second = 0;
};

/// Nothing under way on any channel of this wallet, as its last committed turn left it.
bool at_rest(Wallet& wallet) {
    return wallet.on_thread([&] {
        const auto picture = wallet.engine().snapshot();
        const auto rests = [](const api::ChannelView& channel) { return channel.htlcs.empty(); };
        return wallet.engine().is_idle() && std::all_of(picture->channels.begin(), picture->channels.end(), rests);
    });
}

/// Pays one invoice after another, each on a channel at rest: what the floor describes.
Outcome pay_each(Wallet& payer, Wallet& payee, const std::vector<std::string>& invoices) {
    Outcome out;
    for (const auto& invoice : invoices) {
        while (!at_rest(payer) || !at_rest(payee)) std::this_thread::sleep_for(std::chrono::microseconds(200));
        const auto begun = Clock::now();
        if (!payer.run(api::Pay{invoice, std::nullopt, std::nullopt, 60})) give_up("a payment failed");
        out.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    return out;
}

/// Pays every invoice with at most `in_flight` under way; each is timed from the wish (the invoice's text) to the durable preimage.
Outcome pay_all(Wallet& payer, const std::vector<std::string>& invoices, std::size_t in_flight) {
    struct Shared {
        std::mutex mutex;
        std::condition_variable done;
        std::vector<double> took;
        std::size_t next = 0, finished = 0;
        std::string failed;
    };
    auto shared = std::make_shared<Shared>();
    std::function<void()> start_next = [&payer, &invoices, shared, &start_next] {
        std::size_t index = 0;
        {
            const std::lock_guard lock(shared->mutex);
            if (shared->next == invoices.size()) return;
            index = shared->next++;
        }
        const auto begun = Clock::now();
        payer.engine().post(payer.next(api::Pay{invoices[index], std::nullopt, std::nullopt, 60}),
                            [shared, begun, &start_next](const api::CommandResult& result) {
                                const double took = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
                                {
                                    const std::lock_guard lock(shared->mutex);
                                    shared->took.push_back(took);
                                    ++shared->finished;
                                    if (!result) shared->failed = std::string(api::to_string(result.error().kind));
                                }
                                start_next();
                                shared->done.notify_one();
                            });
    };
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < in_flight; ++i) start_next();
    std::unique_lock lock(shared->mutex);
    shared->done.wait(lock, [&] { return shared->finished == invoices.size() || !shared->failed.empty(); });
    if (!shared->failed.empty()) give_up("a payment failed: " + shared->failed);
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    return {shared->took, static_cast<double>(invoices.size()) / seconds};
}

std::vector<std::string> make_invoices(Wallet& payee, std::size_t count, Msat amount) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
        const auto made = payee.run(api::CreateInvoice{amount, "bench", 3600});
        if (!made) give_up("no invoice");
        out.push_back(std::get<api::InvoiceMade>(*made).bolt11);
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t payments = 2000;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--payments") payments = static_cast<std::size_t>(std::strtoul(argv[i + 1], nullptr, 10));
    }
    std::string pattern = (std::filesystem::current_path() / "pay_direct.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no directory");
    const std::filesystem::path directory = pattern;
    {
        Wallet payer(directory / "payer", 1);
        Wallet payee(directory / "payee", 2);
        Chain chain(payer, payee);
        for (auto* const wallet : {&payer, &payee}) {
            for (int i = 0; i < 3; ++i) chain.fund(*wallet, Sat(100'000));
        }
        chain.fund(payer, Sat(17'500'000));
        if (!payer.run(api::Connect{payee.id(), "127.0.0.1", payee.port()})) give_up("not connected");
        const auto opened = payer.run(api::OpenChannel{payee.id(), Sat(16'000'000), Msat(0), false, std::nullopt});
        if (!opened) give_up("not opened: " + std::string(api::to_string(opened.error().kind)));
        chain.mine(8);
        for (int i = 0; i < 200; ++i) {
            if (payer.engine().snapshot()->balance.can_send.raw() > 0) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }

        const auto floor = bench::measure_floor(directory);
        const double floor_ms = bench::total_microseconds(floor) / 1000;
        fmt::print("floor of one direct payment on this machine\n");
        for (const auto& item : floor) fmt::print("  {:<55} {:>3} x {:8.1f} us\n", item.what, item.times, item.microseconds);
        fmt::print("  {:<55} {:>16.3f} ms\n\n", "total", floor_ms);

        struct Row {
            const char* what;
            Msat amount;
            std::size_t in_flight;  ///< None: the next one is not begun before the channel is at rest.
            std::size_t count;
        };
        const Row rows[] = {{"1 sat, each on a channel at rest", Msat(1000), 0, std::max<std::size_t>(payments / 4, 10)},
                            {"1 sat, one after another", Msat(1000), 1, std::max<std::size_t>(payments / 4, 10)},
                            {"1 sat, 32 in flight", Msat(1000), 32, payments},
                            {"1 sat, 400 in flight", Msat(1000), 400, payments * 2},
                            {"5,000 sat, 400 in flight", Msat(5'000'000), 400, payments}};
        fmt::print("{:<33} {:>9} {:>9} {:>11} {:>9}\n", "payments", "p50 ms", "p95 ms", "a second", "p50/floor");
        for (const auto& row : rows) {
            const auto invoices = make_invoices(payee, row.count, row.amount);
            const auto outcome = row.in_flight == 0 ? pay_each(payer, payee, invoices) : pay_all(payer, invoices, row.in_flight);
            const double p50 = bench::percentile(outcome.milliseconds, 0.5);
            // Payments with a pause between them have no rate.
            const auto rate = outcome.per_second > 0 ? fmt::format("{:.0f}", outcome.per_second) : std::string("-");
            fmt::print("{:<33} {:>9.2f} {:>9.2f} {:>11} {:>9.2f}\n", row.what, p50, bench::percentile(outcome.milliseconds, 0.95),
                       rate, p50 / floor_ms);
            std::fflush(stdout);
        }
    }
    std::filesystem::remove_all(directory);
    return 0;
}
