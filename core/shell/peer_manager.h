// PeerManager: all connections of this node. Listens, calls, and keeps at most one connection to
// each node: the newer one takes the place of the older. Turns what happens into node events; sends
// what turns say. Holds strangers at bay: so many unfinished handshakes, so many incoming
// connections without a channel. Part of the shell, on the node's thread.
#pragma once

#include "core/node/node.h"
#include "core/shell/peer_connection.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace runnel::shell {

struct PeerLimits {
    ConnectionLimits connection;
    std::chrono::milliseconds connect{10'000};  ///< Name resolution and TCP together.
    std::size_t incoming_handshakes =
        64;  ///< Not yet up; then the host with the most of them loses its oldest.
    std::size_t incoming_without_channel = 128;
    /// Unwritten, to a node without a channel; one with a channel has
    /// ConnectionLimits::backlog_bytes.
    std::size_t stranger_backlog_bytes = std::size_t{1} << 20;
    /// Two connections that came up within this time of each other were made at the same moment
    /// from both sides: then both sides keep the one that the smaller node id made, or each would
    /// close the other's.
    std::chrono::milliseconds simultaneous{1'000};
};

class PeerManager final : private PeerConnection::Owner {
public:
    /// What the manager needs to know and to tell.
    struct Hooks {
        std::function<void(const crypto::PublicKey& peer, node::Event&& event)> event;
        std::function<bool(const crypto::PublicKey& peer)> has_channel;
        /// Whether the peer's messages may still be queued; when not, resume_reading() is called
        /// later.
        std::function<bool(const crypto::PublicKey& peer)> may_read;
        LogSink log;
        bool log_messages = false;
    };

    PeerManager(boost::asio::io_context& io, crypto::PrivateKey node_key, Network network,
                wire::Features features, PeerLimits limits, Hooks hooks);
    ~PeerManager() override;
    PeerManager(const PeerManager&) = delete;
    PeerManager& operator=(const PeerManager&) = delete;

    /// Listens at every address of the host ("" and "*": all, IPv6 and IPv4). Port 0: the system
    /// chooses. Returns the port, or what the system said.
    Result<std::uint16_t, std::string> listen(const std::string& host, std::uint16_t port);

    /// Ends in PeerUp or in ConnectFailed of this address. A connection that is up, or an attempt
    /// under way, is enough; but when a person has `asked`, an attempt at another address gives way
    /// (and fails): that one may hang for as long as its patience lasts.
    void connect(const crypto::PublicKey& node_id, const std::string& host, std::uint16_t port,
                 bool asked = false);
    /// Writes what is queued, closes, and says PeerDown.
    void disconnect(const crypto::PublicKey& node_id, const std::string& cause);
    bool is_up(const crypto::PublicKey& node_id) const { return m_up.count(node_id) != 0; }
    std::size_t up_count() const { return m_up.size(); }

    /// Queues a message; it leaves with flush(). Dropped when the peer is not up.
    void queue(const crypto::PublicKey& node_id, const wire::Message& message);
    /// One write for each peer that something was queued for.
    void flush();
    void resume_reading(const crypto::PublicKey& node_id);

    /// Closes everything and stays closed. Tells nothing any more.
    void stop();

private:
    class Attempt;
    using ConnectionPtr = std::shared_ptr<PeerConnection>;

    bool on_authenticated(PeerConnection& connection) override;
    void on_up(PeerConnection& connection, const peer::Up& up) override;
    void on_message(PeerConnection& connection, wire::Message&& message) override;
    void on_complaint(PeerConnection& connection, const peer::Complaint& complaint) override;
    bool may_read(PeerConnection& connection) override;
    void on_closed(PeerConnection& connection, const std::string& cause) override;

    void accept(const std::shared_ptr<boost::asio::ip::tcp::acceptor>& acceptor);
    void on_accepted(boost::asio::ip::tcp::socket socket);
    void make_room();
    void begin(boost::asio::ip::tcp::socket socket, std::optional<PeerConnection::Target> target);
    bool is_under_way(const PeerConnection::Target& target, bool asked);
    void connect_failed(const PeerConnection::Target& target, const std::string& cause);
    bool newer_wins(const PeerConnection& older, const PeerConnection& newer) const;
    std::size_t strangers() const;
    void emit(const crypto::PublicKey& peer, node::Event&& event);
    void log(LogLevel level, const std::string& line) const;

    boost::asio::io_context& m_io;
    crypto::PrivateKey m_node_key;
    crypto::PublicKey m_node_id;
    PeerLimits m_limits;
    Hooks m_hooks;
    PeerConnection::Setup m_setup;
    bool m_stopped = false;
    std::vector<std::shared_ptr<boost::asio::ip::tcp::acceptor>> m_acceptors;
    std::map<crypto::PublicKey, std::shared_ptr<Attempt>>
        m_attempts;                    ///< Until the socket is connected.
    std::set<ConnectionPtr> m_rising;  ///< Not yet up.
    std::unordered_map<crypto::PublicKey, ConnectionPtr> m_up;
    std::vector<ConnectionPtr> m_to_flush;
};

/// 32 fresh bytes of the operating system's.
Secret32 fresh_secret();

}  // namespace runnel::shell
