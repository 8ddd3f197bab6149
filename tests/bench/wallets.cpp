#include "tests/bench/wallets.h"

#include "app/common/start.h"
#include "core/bitcoin/address.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/mnemonic.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace runnel::bench {

void give_up(const std::string& why) {
    fmt::print(stderr, "bench: {}\n", why);
    std::exit(1);
}

Wallet::Wallet(const std::filesystem::path& directory, std::uint8_t which) {
    std::array<std::uint8_t, 32> entropy{};
    entropy.fill(which);
    const auto words = keys::Mnemonic::from_entropy(entropy);
    if (!words) give_up("no words");
    const auto seed = words->seed();
    if (!seed) give_up("no seed");
    m_keys = std::make_shared<keys::SeedKeyRing>(*seed, Network::regtest);
    store::Store::Creation creation;
    creation.directory = directory;
    creation.passphrase = {bytes_of("bench"), false};
    creation.cost = store::Cost::cheap();
    creation.secrets.push_back({std::string(app::words_secret), words->sentence()});
    auto made = store::Store::create(creation);
    if (!made) give_up("no store");
    m_store = *std::move(made);
    node::Config config;
    config.network = Network::regtest;
    auto loaded =
        node::Node::load(config, m_keys, std::make_shared<coins::Planner>(), m_store->reader());
    if (!loaded) give_up("no node");
    shell::Engine::Hooks hooks;
    hooks.broadcast = [this](ports::Broadcast wanted) {
        const std::lock_guard lock(m_mutex);
        for (auto& tx : wanted.transactions) m_broadcast.push_back(std::move(tx));
    };
    hooks.on_fatal = [](const ports::CommitError& error) { give_up(error.detail); };
    m_engine =
        std::make_unique<shell::Engine>(m_io, *std::move(loaded), m_store->journal(),
                                        m_keys->node_key(), hooks, shell::Engine::Settings{});
    m_guard.emplace(m_io.get_executor());
    m_thread = std::thread([this] { m_io.run(); });
    const auto port = on_thread([this] {
        m_engine->start();
        return m_engine->listen("127.0.0.1", 0);
    });
    if (!port) give_up(port.error());
    m_port = *port;
}

Wallet::~Wallet() {
    std::promise<void> stopped;
    boost::asio::post(m_io, [&] { m_engine->stop([&] { stopped.set_value(); }); });
    stopped.get_future().wait();
    m_guard.reset();
    m_io.stop();
    m_thread.join();
    m_engine.reset();
    m_store->close();
}

api::CommandResult Wallet::run(decltype(api::Command::wish) wish) {
    std::promise<api::CommandResult> result;
    m_engine->post(next(std::move(wish)),
                   [&](const api::CommandResult& r) { result.set_value(r); });
    return result.get_future().get();
}

api::Command Wallet::next(decltype(api::Command::wish) wish) {
    Writer id;
    id.u64(m_port).u64(++m_commands);
    return {*api::CommandId::from(id.view()), std::move(wish)};
}

std::vector<ports::TxPtr> Wallet::take_broadcast() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_broadcast, {});
}

Chain::Chain(Wallet& a, Wallet& b) : m_wallets{&a, &b}, m_told(m_chain.height().raw() - 1) {
    ports::ChainStatus status;
    status.reachable = status.synced = status.relays_packages = true;
    for (auto* const wallet : m_wallets) wallet->engine().on_chain_event(status);
    tell();
}

void Chain::fund(Wallet& wallet, Sat amount) {
    const auto made = wallet.run(api::NewAddress{});
    if (!made) give_up("no address");
    const auto script =
        bitcoin::parse_address(std::get<api::AddressMade>(*made).address, Network::regtest);
    if (!script || !m_chain.faucet(*script, amount)) give_up("the faucet is dry");
    mine(1);
}

void Chain::mine(unsigned count) {
    for (auto* const wallet : m_wallets) {
        for (const auto& tx : wallet->take_broadcast()) {
            if (!m_chain.submit(*tx)) fmt::print(stderr, "a transaction was refused\n");
        }
    }
    m_chain.mine(count);
    tell();
}

void Chain::tell() {
    for (; m_told < m_chain.height().raw();) {
        const BlockHeight height(++m_told);
        const auto block = m_chain.block(height);
        ports::BlockConnected event{height,
                                    *m_chain.hash_at(height),
                                    block->header.previous,
                                    UnixTime(block->header.time),
                                    {}};
        for (std::uint32_t i = 0; i < block->transactions.size(); ++i) {
            event.relevant.push_back(
                {std::make_shared<const bitcoin::Transaction>(block->transactions[i]), i});
        }
        for (auto* const wallet : m_wallets) wallet->engine().on_chain_event(event);
    }
}

void connect_with_channel(Chain& chain, Wallet& payer, Wallet& payee) {
    for (auto* const wallet : {&payer, &payee}) {
        for (int i = 0; i < 3; ++i) chain.fund(*wallet, Sat(100'000));
    }
    chain.fund(payer, Sat(17'500'000));
    if (!payer.run(api::Connect{payee.id(), "127.0.0.1", payee.port()})) give_up("not connected");
    const auto opened =
        payer.run(api::OpenChannel{payee.id(), Sat(16'000'000), Msat(0), false, std::nullopt});
    if (!opened) give_up("not opened: " + std::string(api::to_string(opened.error().kind)));
    chain.mine(8);
    for (int i = 0; i < 200; ++i) {
        if (payer.engine().snapshot()->balance.can_send.raw() > 0) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
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

}  // namespace runnel::bench
