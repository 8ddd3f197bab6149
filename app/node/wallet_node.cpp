#include "app/node/wallet_node.h"

#include "app/common/start.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace runnel::app {

namespace asio = boost::asio;
using control::Failure;

WalletNode::WalletNode(asio::io_context& io, Options options)
    : m_io(io), m_options(std::move(options)), m_tail_timer(io) {}

WalletNode::~WalletNode() { close(); }

void WalletNode::log(LogLevel level, const std::string& line) const {
    if (m_options.log) m_options.log(level, line);
}

// Opening ----------------------------------------------------------------------------------------

Result<std::unique_ptr<WalletNode>, Failure> WalletNode::open(asio::io_context& io, Options options,
                                                              const SecretBytes& passphrase) {
    options.config.network = options.network;
    options.config.channels.network = options.network;
    std::unique_ptr<WalletNode> wallet(new WalletNode(io, std::move(options)));
    RUNNEL_CHECK(wallet->open_store(passphrase));
    RUNNEL_CHECK(wallet->listen());
    return wallet;
}

Result<void, Failure> WalletNode::open_store(const SecretBytes& passphrase) {
    auto opened = store::Store::open({m_options.directory, m_options.network, passphrase.reveal()});
    if (!opened) return fail(failure_of(opened.error(), m_options.directory));
    m_store = std::move(*opened);
    for (const auto& copy : m_store->odd_copies()) {
        log(LogLevel::unusual,
            fmt::format("key copy made anew file={} was={}", copy.file, to_string(copy.was)));
    }

    const auto words = m_store->secret(words_secret);
    const auto damaged = [&](const std::string& detail) {
        return failure_of(store::Damaged{{}, 0, detail}, m_options.directory);
    };
    if (!words) return fail(damaged("the words are missing"));
    const auto text = words->reveal();
    const auto mnemonic =
        keys::Mnemonic::parse({reinterpret_cast<const char*>(text.data()), text.size()});
    if (!mnemonic) return fail(damaged("the words cannot be read"));
    const auto seed = mnemonic->seed();
    if (!seed) return fail(damaged("the words make no seed"));
    const auto ring = std::make_shared<const keys::SeedKeyRing>(*seed, m_options.network);
    auto node = node::Node::load(m_options.config, ring, std::make_shared<const coins::Planner>(),
                                 m_store->reader());
    if (!node) {
        return fail(damaged(fmt::format("record {}: {}", node.error().record, node.error().cause)));
    }
    if (m_options.chain) m_chain.emplace(m_options.chain);
    shell::Engine::Settings settings;
    settings.log_level = m_options.log_level;
    m_engine.emplace(m_io, *std::move(node), m_store->journal(), ring->node_key(), hooks(),
                     std::move(settings));
    return {};
}

shell::Engine::Hooks WalletNode::hooks() {
    shell::Engine::Hooks hooks;
    hooks.broadcast = [this](ports::Broadcast wanted) { broadcast(std::move(wanted)); };
    // What HoldBack keeps is owed by committed state, which owes this no more: only the source has
    // a queue of its own.
    hooks.take_back = [this](const ports::TakeBack& unwanted) {
        if (m_chain) m_chain->source().take_back(unwanted.txid);
    };
    hooks.disk_low = [this] { return m_store->low_space(); };
    hooks.watch = [this](ports::Watch watch) {
        if (m_chain) m_chain->source().watch(std::move(watch));
    };
    hooks.on_fatal = [this](const ports::CommitError& error) {
        if (m_options.on_fatal) m_options.on_fatal(error);
    };
    hooks.log = m_options.log;
    hooks.in_doubt = [this] { return !m_store->tail().agrees(); };
    return hooks;
}

Result<void, Failure> WalletNode::listen() {
    if (m_options.listen_host.empty()) return {};
    const auto port = m_engine->listen(m_options.listen_host, m_options.listen_port);
    if (!port) {
        return fail(Failure{"listen",
                            fmt::format("Cannot listen at {}:{}: {}.", m_options.listen_host,
                                        m_options.listen_port, port.error()),
                            "Choose another address with --listen HOST:PORT.",
                            {}});
    }
    m_options.listen_port = *port;
    return {};
}

// The chain --------------------------------------------------------------------------------------

/// Where the search of the chain begins when no block was seen yet, and where it ends downwards. On
/// regtest everything is near.
void WalletNode::set_birth(chain::StartPoint& from) const {
    if (const auto known = m_engine->node().state().wallet.birth; known.raw() != 0) {
        from.birth = known;
        return;
    }
    if (m_options.network == Network::regtest) {
        from.birth = BlockHeight(0);
        return;
    }
    const auto number = [&](std::string_view name) -> std::optional<std::uint64_t> {
        const auto stored = m_store->secret(name);
        if (!stored) return std::nullopt;
        const std::string text(stored->reveal().begin(), stored->reveal().end());
        return std::strtoull(text.c_str(), nullptr, 10);
    };
    if (const auto height = number(birth_secret)) {
        from.birth = BlockHeight(static_cast<std::uint32_t>(*height));
    } else if (const auto time = number(birth_time_secret)) {
        from.birth_time = UnixTime(static_cast<std::int64_t>(*time));
    }
}

void WalletNode::start_chain() {
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
    set_birth(from);
    m_chain->source().start(std::move(from),
                            [&io = m_io, self = std::weak_ptr(m_self)](ports::ChainEvent event) {
                                asio::post(io, [self, event = std::move(event)]() mutable {
                                    if (const auto wallet = self.lock())
                                        (*wallet)->on_chain_event(std::move(event));
                                });
                            });
    m_chain->run();
}

void WalletNode::on_chain_event(ports::ChainEvent&& event) {
    const auto* const status = std::get_if<ports::ChainStatus>(&event);
    const bool tells = status != nullptr && m_options.on_chain_status;
    if (status != nullptr) m_chain_status = *status;
    m_engine->on_chain_event(std::move(event));
    if (tells) m_options.on_chain_status(*m_chain_status);
}

void WalletNode::broadcast(ports::Broadcast&& wanted) {
    if (!m_store->tail().agrees() && !m_hold_back.may_go(m_engine->node().state(), wanted)) {
        for (const auto& tx : wanted.transactions) {
            log(LogLevel::unusual, fmt::format("held back until the peer has compared txid={}",
                                               display_hex(tx->txid())));
        }
        return;
    }
    if (m_chain) m_chain->source().broadcast(std::move(wanted.transactions), wanted.gives_way);
}

/// The peers know how far each channel had come: what one has compared is trusted at once, the
/// store once all have.
void WalletNode::look_at_tail() {
    const auto& node = m_engine->node();
    for (auto& released : m_hold_back.take_released(node)) broadcast(std::move(released));
    if (m_hold_back.all_compared(node.state())) {
        log(LogLevel::info, "store tail agreed");
        m_store->tail_agreed();
        m_engine->look_again();
        return;
    }
    m_tail_timer.expires_after(std::chrono::seconds(1));
    m_tail_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) look_at_tail();
    });
}

// From start to stop -----------------------------------------------------------------------------

void WalletNode::start() {
    if (!m_store->tail().agrees()) {
        log(LogLevel::unusual, fmt::format("store tail behind problem={} expected={} found={}",
                                           static_cast<int>(m_store->tail().problem),
                                           m_store->tail().expected, m_store->tail().found));
        look_at_tail();
    }
    m_engine->start();
    start_chain();
}

void WalletNode::stop(std::function<void()> done) {
    m_tail_timer.cancel();
    m_engine->stop(std::move(done));
}

void WalletNode::close() {
    if (m_chain) m_chain->stop();
    if (m_store) m_store->close();
}

}  // namespace runnel::app
