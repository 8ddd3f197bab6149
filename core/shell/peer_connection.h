// PeerConnection: one TCP connection to a Lightning node, from the connected socket to its close:
// BOLT 8 below, BOLT 1 above, bytes and time from the operating system. Answers what needs no turn
// (pings, gossip queries of a wallet without a map) and hands everything else up. Never interprets
// a channel's message. Owned by PeerManager, lives on the node's thread.
//
//     socket -> transport::Connection -> peer::PeerSession -> Owner
//     queue() ... flush() -> one write
#pragma once

#include "core/base/log.h"
#include "core/peer/session.h"
#include "core/transport/connection.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace runnel::shell {

/// Time and size limits of one connection.
struct ConnectionLimits {
    std::chrono::milliseconds handshake{10'000};  ///< For the three acts of BOLT 8.
    std::chrono::milliseconds farewell{3'000};  ///< For what is still to be written when we close.
    std::size_t backlog_bytes = std::size_t{8}
                                << 20;  ///< Unwritten; a peer that reads slower than this is left.
    /// Of it, what the connection answers by itself (pongs, gossip replies): whoever asks and never
    /// reads is left much sooner.
    std::size_t reply_bytes = std::size_t{256} << 10;
    /// A test's shorter ones; nothing: those of peer::Settings.
    std::optional<std::chrono::milliseconds> init_within, ping_after, silent_after;
};

class PeerConnection : public std::enable_shared_from_this<PeerConnection> {
public:
    /// Who is told. Calls come from the connection's own handlers, never from within a call into
    /// it, except on_closed.
    class Owner {
    public:
        virtual ~Owner() = default;
        /// BOLT 8 is done: the node id is proven. False: not wanted, close.
        virtual bool on_authenticated(PeerConnection& connection) = 0;
        virtual void on_up(PeerConnection& connection, const peer::Up& up) = 0;
        virtual void on_message(PeerConnection& connection, wire::Message&& message) = 0;
        virtual void on_complaint(PeerConnection& connection, const peer::Complaint& complaint) = 0;
        /// Whether more may be read now; when not, resume_reading() follows some time.
        virtual bool may_read(PeerConnection& connection) = 0;
        /// The end; once.
        virtual void on_closed(PeerConnection& connection, const std::string& cause) = 0;
    };
    struct Setup {
        wire::Features features;
        ChainHash chain_hash;
        ConnectionLimits limits;
        LogSink log;
        bool log_messages = false;  ///< A line for every message, at trace.
    };
    /// Where an outgoing connection went to.
    struct Target {
        crypto::PublicKey node_id;
        std::string host;
        std::uint16_t port = 0;
    };

    /// Incoming when there is no target. `ephemeral` is fresh.
    PeerConnection(boost::asio::ip::tcp::socket socket, Owner& owner, const Setup& setup,
                   std::optional<Target> target);
    PeerConnection(const PeerConnection&) = delete;
    PeerConnection& operator=(const PeerConnection&) = delete;

    void start(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral);

    bool is_incoming() const { return !m_target.has_value(); }
    const std::optional<Target>& target() const { return m_target; }
    bool is_up() const { return m_session && m_session->is_up() && !m_closed && !m_leaving; }
    /// Proven, or the one we called.
    std::optional<crypto::PublicKey> node_id() const;
    const std::string& remote() const { return m_remote; }
    /// The same without the port: what a caller cannot choose at will.
    const std::string& remote_host() const { return m_remote_host; }
    /// Bytes that wait for flush() or for the write under way.
    std::size_t unwritten() const { return m_queued.size() + m_writing.size(); }
    std::chrono::steady_clock::time_point started() const { return m_started; }

    /// Encrypts a message behind what waits already; nothing leaves before flush(). Ignored unless
    /// up.
    void queue(const wire::Message& message);
    /// Everything queued leaves in one write, or behind the one under way.
    void flush();
    /// Writes what is queued, then closes; nothing is read any more. on_closed is called at once.
    void leave(const std::string& cause);
    /// At once.
    void close(const std::string& cause);
    void resume_reading();

private:
    void read();
    void take(ByteView bytes);
    void take_message(ByteView message);
    void act_on(peer::Step&& step);
    void begin_session();
    void answer_query(const wire::Message& message);
    void append_packet(const wire::Message& message);
    void append_reply(const wire::Message& message);
    void write();
    void set_timer();
    void on_timer();
    void say_farewell();
    void drain();
    void shut();
    void log(LogLevel level, std::string_view what) const;

    boost::asio::ip::tcp::socket m_socket;
    boost::asio::steady_timer m_timer;
    Owner& m_owner;
    const Setup& m_setup;
    std::optional<Target> m_target;
    std::string m_remote, m_remote_host;
    std::optional<wire::Address> m_remote_public;
    std::chrono::steady_clock::time_point m_started = std::chrono::steady_clock::now();

    std::optional<transport::Connection> m_transport;
    std::optional<peer::PeerSession> m_session;
    Bytes m_in;
    Bytes m_queued;   ///< Encrypted, waits for flush().
    Bytes m_writing;  ///< Belongs to the write under way.
    std::size_t m_replies_queued = 0,
                m_replies_writing = 0;  ///< Bytes of append_reply() in these two.
    bool m_write_under_way = false;
    bool m_read_under_way = false;
    bool m_paused = false;
    bool m_leaving = false;  ///< The owner knows that it is over; bytes are still leaving.
    bool m_closed = false;
};

}  // namespace runnel::shell
