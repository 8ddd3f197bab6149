#include "core/shell/peer_manager.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <limits>

namespace runnel::shell {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Secret32 fresh_secret() {
    Secret32 out;
    randombytes_buf(out.reveal().data(), out.reveal().size());
    return out;
}

namespace {

crypto::PrivateKey fresh_key() {
    for (;;) {
        if (auto key = crypto::PrivateKey::from(fresh_secret())) return *std::move(key);
    }
}

/// What both sides have, as offered bits (node::PeerUp). Features of the BOLTs have even bits below
/// this one.
wire::Features offered(const peer::Negotiated& negotiated) {
    constexpr std::uint16_t known_features = 64;
    wire::Features out;
    for (std::uint16_t bit = 0; bit < known_features; bit = static_cast<std::uint16_t>(bit + 2)) {
        const auto feature = static_cast<wire::Feature>(bit);
        if (negotiated.has(feature)) out.offer(feature);
    }
    return out;
}

}  // namespace

/// A call under way: the name is looked up, the addresses are tried one after another.
class PeerManager::Attempt : public std::enable_shared_from_this<Attempt> {
public:
    Attempt(PeerManager& manager, PeerConnection::Target target)
        : m_manager(manager),
          m_target(std::move(target)),
          m_resolver(manager.m_io),
          m_socket(manager.m_io),
          m_timer(manager.m_io) {}

    void start() {
        m_timer.expires_after(m_manager.m_limits.connect);
        m_timer.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) self->fail("no answer in time");
        });
        // An address needs nobody to look it up: no thread, no waiting.
        error_code not_an_address;
        const auto address = asio::ip::make_address(m_target.host, not_an_address);
        if (!not_an_address) {
            call(std::vector<tcp::endpoint>{{address, m_target.port}});
            return;
        }
        m_resolver.async_resolve(
            m_target.host, std::to_string(m_target.port), tcp::resolver::numeric_service,
            [self = shared_from_this()](const error_code& error,
                                        const tcp::resolver::results_type& found) {
                if (self->m_done) return;
                if (error) {
                    self->fail(error.message());
                    return;
                }
                std::vector<tcp::endpoint> endpoints;
                for (const auto& entry : found) endpoints.push_back(entry.endpoint());
                self->call(std::move(endpoints));
            });
    }

    const PeerConnection::Target& target() const { return m_target; }

    void fail(const std::string& cause) {
        if (m_done) return;
        cancel();
        m_manager.connect_failed(m_target, cause);
    }

    void cancel() {
        m_done = true;
        error_code ignored;
        m_timer.cancel();
        m_resolver.cancel();
        m_socket.close(ignored);
    }

private:
    void call(std::vector<tcp::endpoint> endpoints) {
        // The range must outlive the operation: asio copies it into the operation.
        asio::async_connect(
            m_socket, std::move(endpoints),
            [self = shared_from_this()](const error_code& error, const tcp::endpoint&) {
                if (self->m_done) return;
                if (error) {
                    self->fail(error.message());
                    return;
                }
                self->m_done = true;
                self->m_timer.cancel();
                self->m_manager.m_attempts.erase(self->m_target.node_id);
                self->m_manager.begin(std::move(self->m_socket), self->m_target);
            });
    }

    PeerManager& m_manager;
    PeerConnection::Target m_target;
    tcp::resolver m_resolver;
    tcp::socket m_socket;
    asio::steady_timer m_timer;
    bool m_done = false;
};

PeerManager::PeerManager(asio::io_context& io, crypto::PrivateKey node_key, Network network,
                         wire::Features features, PeerLimits limits, Hooks hooks)
    : m_io(io),
      m_node_key(std::move(node_key)),
      m_node_id(m_node_key.public_key()),
      m_limits(limits),
      m_hooks(std::move(hooks)) {
    m_setup.features = std::move(features);
    m_setup.chain_hash = params_of(network).chain_hash;
    m_setup.limits = m_limits.connection;
    m_setup.log = m_hooks.log;
    m_setup.log_messages = m_hooks.log_messages;
}

PeerManager::~PeerManager() { stop(); }

void PeerManager::log(LogLevel level, const std::string& line) const {
    if (m_hooks.log) m_hooks.log(level, line);
}

void PeerManager::emit(const crypto::PublicKey& peer, node::Event&& event) {
    if (!m_stopped) m_hooks.event(peer, std::move(event));
}

// Being called -----------------------------------------------------------------------------------

Result<std::uint16_t, std::string> PeerManager::listen(const std::string& host,
                                                       std::uint16_t port) {
    error_code error;
    std::vector<tcp::endpoint> endpoints;
    const bool everywhere = host.empty() || host == "*";
    if (everywhere) {
        endpoints = {tcp::endpoint(tcp::v6(), port), tcp::endpoint(tcp::v4(), port)};
    } else {
        tcp::resolver resolver(m_io);
        const auto found =
            resolver.resolve(host, std::to_string(port),
                             tcp::resolver::passive | tcp::resolver::numeric_service, error);
        if (error) return fail(error.message());
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    }

    std::string problem = "no address";
    std::uint16_t chosen = port;
    bool listening = false;
    for (auto& endpoint : endpoints) {
        endpoint.port(chosen);
        auto acceptor = std::make_shared<tcp::acceptor>(m_io);
        acceptor->open(endpoint.protocol(), error);
        // Each family has a socket of its own, whatever the system's default for IPv6 is.
        if (!error && endpoint.address().is_v6())
            acceptor->set_option(asio::ip::v6_only(true), error);
        if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor->bind(endpoint, error);
        if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
        if (error) {
            problem = error.message();
            continue;
        }
        chosen = acceptor->local_endpoint(error).port();
        listening = true;
        m_acceptors.push_back(acceptor);
        accept(acceptor);
    }
    if (!listening) return fail(problem);
    return chosen;
}

void PeerManager::accept(const std::shared_ptr<tcp::acceptor>& acceptor) {
    acceptor->async_accept([this, acceptor](const error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || !acceptor->is_open()) return;
        if (!error) {
            on_accepted(std::move(socket));
            accept(acceptor);
            return;
        }
        // Out of file descriptors, or the like: asking again at once would only turn in a circle.
        log(LogLevel::unusual, fmt::format("accept failed cause=\"{}\"", error.message()));
        auto pause = std::make_shared<asio::steady_timer>(m_io, std::chrono::milliseconds(200));
        pause->async_wait([this, acceptor, pause](const error_code& aborted) {
            if (!aborted && acceptor->is_open()) accept(acceptor);
        });
    });
}

void PeerManager::on_accepted(tcp::socket socket) {
    if (m_stopped) return;
    const auto rising = std::count_if(m_rising.begin(), m_rising.end(),
                                      [](const auto& c) { return c->is_incoming(); });
    if (static_cast<std::size_t>(rising) >= m_limits.incoming_handshakes) make_room();
    begin(std::move(socket), std::nullopt);
}

/// Sockets that say nothing are free to open: refusing the next caller would let anybody keep
/// everybody out. The host with the most connections that are not up yet loses its oldest one.
void PeerManager::make_room() {
    std::map<std::string, std::vector<ConnectionPtr>> by_host;
    for (const auto& connection : m_rising) {
        if (connection->is_incoming()) by_host[connection->remote_host()].push_back(connection);
    }
    const auto most = std::max_element(
        by_host.begin(), by_host.end(),
        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    if (most == by_host.end()) return;
    const auto oldest =
        std::min_element(most->second.begin(), most->second.end(),
                         [](const auto& a, const auto& b) { return a->started() < b->started(); });
    (*oldest)->close("too many handshakes at once");
}

// Calling ----------------------------------------------------------------------------------------

void PeerManager::connect(const crypto::PublicKey& node_id, const std::string& host,
                          std::uint16_t port, bool asked) {
    if (m_stopped || m_up.count(node_id) != 0) return;
    const PeerConnection::Target target{node_id, host, port};
    if (is_under_way(target, asked)) return;
    if (node_id == m_node_id) return connect_failed(target, "this is our own node id");
    log(LogLevel::debug,
        fmt::format("peer={} connecting to={}:{}", node_id.hex(), escaped(host), port));
    const auto attempt = std::make_shared<Attempt>(*this, target);
    m_attempts.emplace(node_id, attempt);
    attempt->start();
}

/// What is under way to another address is ended when a person has asked for this one.
bool PeerManager::is_under_way(const PeerConnection::Target& target, bool asked) {
    constexpr const char* gives_way = "another address was asked for";
    const auto is_same = [&](const PeerConnection::Target& other) {
        return other.host == target.host && other.port == target.port;
    };
    if (const auto found = m_attempts.find(target.node_id); found != m_attempts.end()) {
        const auto attempt = found->second;
        if (!asked || is_same(attempt->target())) return true;
        attempt->fail(gives_way);
    }
    const auto rising = std::find_if(m_rising.begin(), m_rising.end(), [&](const auto& c) {
        return c->target() && c->target()->node_id == target.node_id;
    });
    if (rising == m_rising.end()) return false;
    const auto connection = *rising;
    if (!asked || is_same(*connection->target())) return true;
    connection->close(gives_way);
    return false;
}

void PeerManager::connect_failed(const PeerConnection::Target& target, const std::string& cause) {
    m_attempts.erase(target.node_id);
    log(LogLevel::debug,
        fmt::format("peer={} connect failed cause=\"{}\"", target.node_id.hex(), cause));
    emit(target.node_id, node::ConnectFailed{target.node_id, cause, target.host, target.port});
}

void PeerManager::begin(tcp::socket socket, std::optional<PeerConnection::Target> target) {
    auto connection = std::make_shared<PeerConnection>(
        std::move(socket), static_cast<PeerConnection::Owner&>(*this), m_setup, std::move(target));
    m_rising.insert(connection);
    connection->start(m_node_key, fresh_key());
}

void PeerManager::disconnect(const crypto::PublicKey& node_id, const std::string& cause) {
    if (const auto attempt = m_attempts.find(node_id); attempt != m_attempts.end()) {
        const auto keep = attempt->second;
        keep->fail(cause);
    }
    std::vector<ConnectionPtr> ending;
    for (const auto& connection : m_rising) {
        if (connection->node_id() == node_id) ending.push_back(connection);
    }
    if (const auto up = m_up.find(node_id); up != m_up.end()) ending.push_back(up->second);
    for (const auto& connection : ending) connection->leave(cause);
}

// What connections say ---------------------------------------------------------------------------

std::size_t PeerManager::strangers() const {
    return static_cast<std::size_t>(std::count_if(m_up.begin(), m_up.end(), [&](const auto& entry) {
        return entry.second->is_incoming() && !m_hooks.has_channel(entry.first);
    }));
}

bool PeerManager::on_authenticated(PeerConnection& connection) {
    const auto node_id = *connection.node_id();
    if (m_stopped || node_id == m_node_id) return false;
    if (!connection.is_incoming() || m_hooks.has_channel(node_id)) return true;
    return strangers() < m_limits.incoming_without_channel;
}

bool PeerManager::newer_wins(const PeerConnection& older, const PeerConnection& newer) const {
    const bool crossed = older.is_incoming() != newer.is_incoming();
    if (!crossed || newer.started() - older.started() > m_limits.simultaneous) return true;
    const bool ours_counts = m_node_id < *newer.node_id();
    return newer.is_incoming() != ours_counts;
}

void PeerManager::on_up(PeerConnection& connection, const peer::Up& up) {
    const auto self = connection.shared_from_this();
    const auto node_id = *connection.node_id();
    if (const auto older = m_up.find(node_id); older != m_up.end()) {
        const auto keep = older->second;
        if (!newer_wins(*keep, connection)) {
            connection.leave("there is a connection already");
            return;
        }
        keep->leave("a newer connection took its place");
    }
    m_rising.erase(self);
    m_up[node_id] = self;
    node::PeerUp event{node_id, up.features.theirs(), offered(up.features), {}, 0};
    if (const auto& target = connection.target()) {
        event.host = target->host;
        event.port = target->port;
    }
    emit(node_id, std::move(event));
}

void PeerManager::on_message(PeerConnection& connection, wire::Message&& message) {
    // The map of the public network is not kept here: its messages cost no turn.
    if (std::holds_alternative<wire::ChannelAnnouncement>(message) ||
        std::holds_alternative<wire::NodeAnnouncement>(message) ||
        std::holds_alternative<wire::GossipTimestampFilter>(message) ||
        std::holds_alternative<wire::ReplyChannelRange>(message) ||
        std::holds_alternative<wire::ReplyShortChannelIdsEnd>(message) ||
        std::holds_alternative<wire::OnionMessage>(message)) {
        return;
    }
    const auto node_id = *connection.node_id();
    emit(node_id, node::PeerMessage{node_id, std::move(message)});
}

void PeerManager::on_complaint(PeerConnection& connection, const peer::Complaint& complaint) {
    const auto node_id = *connection.node_id();
    const bool is_error = complaint.kind == peer::Complaint::Kind::error;
    log(LogLevel::unusual,
        fmt::format("peer={} {}=\"{}\" channel={}", node_id.hex(), is_error ? "error" : "warning",
                    complaint.text, complaint.channel ? complaint.channel->hex() : "all"));
    // Said instead of an init: nothing is up that it could end.
    if (m_up.count(node_id) == 0) return;
    emit(node_id, node::PeerComplaint{node_id, is_error, complaint.channel, complaint.text});
}

bool PeerManager::may_read(PeerConnection& connection) {
    return m_hooks.may_read(*connection.node_id());
}

void PeerManager::on_closed(PeerConnection& connection, const std::string& cause) {
    const auto self = connection.shared_from_this();
    const auto node_id = connection.node_id();
    if (m_rising.erase(self) != 0) {
        // One that came up meanwhile, the other way round, is as good as the one asked for.
        if (const auto& target = connection.target(); target && m_up.count(target->node_id) == 0) {
            emit(target->node_id,
                 node::ConnectFailed{target->node_id, cause, target->host, target->port});
        }
        return;
    }
    if (!node_id) return;
    const auto up = m_up.find(*node_id);
    if (up == m_up.end() || up->second != self) return;
    m_up.erase(up);
    emit(*node_id, node::PeerDown{*node_id, cause});
}

// Sending ----------------------------------------------------------------------------------------

void PeerManager::queue(const crypto::PublicKey& node_id, const wire::Message& message) {
    const auto up = m_up.find(node_id);
    if (up == m_up.end()) return;
    up->second->queue(message);
    if (std::find(m_to_flush.begin(), m_to_flush.end(), up->second) == m_to_flush.end())
        m_to_flush.push_back(up->second);
}

void PeerManager::flush() {
    auto connections = std::move(m_to_flush);
    m_to_flush.clear();
    for (const auto& connection : connections) {
        const auto node_id = connection->node_id();
        if (node_id && connection->unwritten() > m_limits.stranger_backlog_bytes &&
            !m_hooks.has_channel(*node_id)) {
            connection->close("they do not read what is written");
        } else {
            connection->flush();
        }
    }
}

void PeerManager::resume_reading(const crypto::PublicKey& node_id) {
    if (const auto up = m_up.find(node_id); up != m_up.end()) up->second->resume_reading();
}

void PeerManager::stop() {
    if (m_stopped) return;
    m_stopped = true;
    error_code ignored;
    for (const auto& acceptor : m_acceptors) acceptor->close(ignored);
    m_acceptors.clear();
    for (const auto& [id, attempt] : std::exchange(m_attempts, {})) attempt->cancel();
    for (const auto& connection : std::set<ConnectionPtr>(m_rising)) connection->close("stopping");
    auto up = m_up;
    for (const auto& [id, connection] : up) connection->leave("stopping");
    m_rising.clear();
    m_up.clear();
}

}  // namespace runnel::shell
