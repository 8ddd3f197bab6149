#include "app/runnel-practice/network.h"

#include "app/practice/source.h"
#include "app/runnel-practice/stores.h"
#include "core/bitcoin/address.h"

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace runnel::practice {

namespace asio = boost::asio;
using control::Failure;
using control::Outcome;

namespace {

constexpr const char* host = "127.0.0.1";
/// Of each channel between two of them.
constexpr Sat channel_size{16'000'000};
/// Coins that a node holds (whoever accepts a channel needs some to bump a close with), in several,
/// so that one opening does not wait for the change of another.
constexpr Sat stock_least{400'000'000}, stock_coin{100'000'000};
constexpr unsigned stock_coins = 8;
/// After a wish that failed.
constexpr auto again_after = std::chrono::seconds(1);

/// Whoever practises should see an ending: the nodes ask for little delay and few confirmations.
channel::Policy patient_policy() {
    channel::Policy policy;
    policy.to_self_delay = policy.to_self_delay_large = 24;
    policy.depth_small = policy.depth_large = 3;
    return policy;
}

const api::ChannelView* live_channel(const api::Snapshot& of, const crypto::PublicKey& with) {
    for (const auto& channel : of.channels) {
        if (channel.peer == with && channel.state != "closing" && channel.state != "closed")
            return &channel;
    }
    return nullptr;
}

bool is_connected(const api::Snapshot& of, const crypto::PublicKey& to) {
    return std::any_of(of.peers.begin(), of.peers.end(),
                       [&](const auto& peer) { return peer.node_id == to && peer.connected; });
}

}  // namespace

std::string_view PracticeNetwork::name_of(Role role) {
    switch (role) {
        case Role::shop: return "shop";
        case Role::hub: return "hub";
        case Role::shop2: return "shop2";
    }
    return "unknown";
}

// Opening and closing ----------------------------------------------------------------------------

PracticeNetwork::PracticeNetwork(asio::io_context& io, Options options)
    : m_io(io), m_options(std::move(options)), m_timer(io) {}

Result<std::unique_ptr<PracticeNetwork>, Failure> PracticeNetwork::open(asio::io_context& io,
                                                                        Options options) {
    std::unique_ptr<PracticeNetwork> network(new PracticeNetwork(io, std::move(options)));
    const auto& folder = network->m_options.folder;
    RUNNEL_TRY(const SecretBytes key, folder_key(folder));
    const auto before = read_ports(folder);
    auto ports = before;
    for (const auto role : roles) RUNNEL_CHECK(network->open_member(role, key, ports));
    if (ports != before) RUNNEL_CHECK(write_ports(folder, ports));
    return network;
}

Result<void, Failure> PracticeNetwork::open_member(Role role, const SecretBytes& key,
                                                   std::map<std::string, std::uint16_t>& ports) {
    const std::string name(name_of(role));
    const auto directory = m_options.folder / name;
    RUNNEL_CHECK(make_store(directory, key));
    app::WalletNode::Options options;
    options.directory = directory;
    options.network = Network::practice;
    options.config.channels = patient_policy();
    options.config.forwarding.enabled = role == Role::hub;
    options.listen_host = host;
    options.listen_port = ports[name];
    options.log_level = m_options.log_level;
    options.log = [log = m_options.log, name](LogLevel level, std::string_view line) {
        log(level, fmt::format("node={} {}", name, line));
    };
    options.chain = [folder = m_options.folder, log = options.log](
                        asio::io_context& io) -> std::unique_ptr<chain::ChainSource> {
        return std::make_unique<PracticeSource>(io, folder, log);
    };
    options.on_fatal = m_options.on_fatal;
    auto opened = app::WalletNode::open(m_io, options, key);
    if (!opened && opened.error().kind == "listen" && options.listen_port != 0) {
        // Somebody took the port meanwhile. The wallet hears of the new one by `peers`.
        options.listen_port = 0;
        opened = app::WalletNode::open(m_io, std::move(options), key);
    }
    if (!opened) return fail(opened.error());
    ports[name] = (*opened)->listen_port();
    m_members[role].wallet = std::move(*opened);
    return {};
}

void PracticeNetwork::start() {
    for (auto& [role, member] : m_members) {
        member.wallet->start();
        member.subscription =
            member.wallet->engine().subscribe([this](const api::Notice&) { tend_soon(); });
    }
    arm();
    tend_soon();
}

void PracticeNetwork::stop(std::function<void()> done) {
    m_stopping = true;
    m_timer.cancel();
    const auto left = std::make_shared<std::size_t>(m_members.size());
    for (auto& [role, member] : m_members) {
        member.subscription.reset();
        member.wallet->stop([left, done] {
            if (--*left == 0) done();
        });
    }
}

void PracticeNetwork::close() {
    for (auto& [role, member] : m_members) member.wallet->close();
}

// Keeping them fit to practise with --------------------------------------------------------------

/// Once more beside what notices bring about: a wish that failed is made again.
void PracticeNetwork::arm() {
    m_timer.expires_after(std::chrono::seconds(1));
    m_timer.async_wait([this](const boost::system::error_code& error) {
        if (error || m_stopping) return;
        tend_soon();
        arm();
    });
}

void PracticeNetwork::tend_soon() {
    if (m_tend_posted || m_stopping) return;
    m_tend_posted = true;
    asio::post(m_io, [this] {
        m_tend_posted = false;
        if (!m_stopping) tend();
    });
}

void PracticeNetwork::tend() {
    for (const auto role : roles) stock(role);
    bool all = true;
    for (auto& pair : m_pairs) all = tend_pair(pair) && all;
    if (all && !m_ready) {
        m_ready = true;
        m_options.on_ready();
    }
}

void PracticeNetwork::ask(Role role, std::string_view method, json::object params,
                          control::Reply reply) {
    control::Methods(wallet(role).engine(), {}).call(method, params, std::move(reply));
}

void PracticeNetwork::stock(Role role) {
    auto& member = m_members.at(role);
    const auto balance = picture(role)->balance;
    if (member.stocking || balance.onchain + balance.onchain_unconfirmed >= stock_least ||
        !picture(role)->chain.synced)
        return;
    member.stocking = true;
    ask(role, "newaddress", {}, [this, &member](const Outcome& outcome) {
        member.stocking = false;
        if (!outcome) return;
        const auto address = bitcoin::parse_address(std::string(outcome->at("address").as_string()),
                                                    Network::practice);
        for (unsigned i = 0; address && i < stock_coins; ++i)
            m_options.faucet(*address, stock_coin);
    });
}

/// True when payments can go from one to the other.
bool PracticeNetwork::tend_pair(Pair& pair) {
    const auto from = picture(pair.from), to = picture(pair.to);
    if (const auto* const channel = live_channel(*from, to->node_id)) {
        const Msat least(channel->capacity.raw() * 1000 / 4);
        if (channel->usable && !pair.refilling && channel->can_send < least &&
            channel->theirs > least + least) {
            refill(pair, least + least);
        }
        return channel->usable;
    }
    if (!is_connected(*from, to->node_id)) {
        if (pair.connecting || std::chrono::steady_clock::now() < pair.not_before) return false;
        pair.connecting = true;
        ask(pair.from, "connect",
            {{"node_id", to->node_id.hex()},
             {"host", host},
             {"port", wallet(pair.to).listen_port()}},
            [&pair](const Outcome& outcome) {
                pair.connecting = false;
                if (!outcome) pair.not_before = std::chrono::steady_clock::now() + again_after;
            });
    } else if (!pair.opening && std::chrono::steady_clock::now() >= pair.not_before &&
               from->chain.synced && to->chain.synced &&
               from->balance.onchain > channel_size + channel_size) {
        open_channel(pair);
    }
    return false;
}

void PracticeNetwork::open_channel(Pair& pair) {
    pair.opening = true;
    ask(pair.from, "open",
        {{"node_id", wallet(pair.to).node_id().hex()}, {"amount_sat", channel_size.raw()}},
        [this, &pair](const Outcome& outcome) {
            pair.opening = false;
            if (outcome) return;
            pair.not_before = std::chrono::steady_clock::now() + again_after;
            m_options.log(LogLevel::unusual,
                          fmt::format("no channel from={} to={} cause={}", name_of(pair.from),
                                      name_of(pair.to), outcome.error().kind));
        });
}

/// What people paid over the channel lies on its far side: it is paid back, or one day nobody could
/// pay any more.
void PracticeNetwork::refill(Pair& pair, Msat amount) {
    pair.refilling = true;
    ask(pair.from, "invoice", {{"amount_msat", amount.raw()}, {"description", "refill"}},
        [this, &pair](const Outcome& made) {
            if (!made) {
                pair.refilling = false;
                return;
            }
            ask(pair.to, "pay", {{"text", made->at("bolt11")}},
                [&pair](const Outcome&) { pair.refilling = false; });
        });
}

// Verbs ------------------------------------------------------------------------------------------

bool PracticeNetwork::knows(std::string_view method) const {
    return method == "peers" || method == "invoice" || method == "pay" || method == "open";
}

json::object PracticeNetwork::peers_json() {
    json::array list;
    for (const auto role : roles) {
        list.emplace_back(json::object{{"role", name_of(role)},
                                       {"node_id", wallet(role).node_id().hex()},
                                       {"host", host},
                                       {"port", wallet(role).listen_port()}});
    }
    return {{"peers", std::move(list)}};
}

void PracticeNetwork::call(std::string_view method, const json::object& params,
                           const control::Reply& reply) {
    if (method == "peers") {
        reply(json::value(peers_json()));
        return;
    }
    if (method == "invoice") {
        const auto* const hub = params.if_contains("through_hub");
        const bool through_hub = hub != nullptr && hub->is_bool() && hub->get_bool();
        json::object wanted = params;
        if (!wanted.contains("description"))
            wanted["description"] =
                through_hub ? "Practice shop, by way of the hub" : "Practice shop";
        ask(through_hub ? Role::shop2 : Role::shop, "invoice", std::move(wanted), reply);
        return;
    }
    // "pay" an invoice of the person's, "open" a channel to them.
    ask(Role::shop, method, params, reply);
}

}  // namespace runnel::practice
