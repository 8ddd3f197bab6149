#include "core/shell/peer_connection.h"

#include "core/gossip/queries.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <utility>

namespace runnel::shell {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_size = std::size_t{32} << 10;
/// A queue larger than this is given back to the system once written.
constexpr std::size_t kept_buffer = std::size_t{256} << 10;

peer::Instant now() {
    return std::chrono::duration_cast<peer::Instant>(
        std::chrono::steady_clock::now().time_since_epoch());
}

/// The address to tell a peer that it was seen at; only public ones mean anything to it (BOLT 1
/// remote_addr).
std::optional<wire::Address> public_address(const asio::ip::tcp::endpoint& endpoint) {
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        const bool local = bytes[0] == 0 || bytes[0] == 10 || bytes[0] == 127 || bytes[0] >= 224 ||
                           (bytes[0] == 172 && bytes[1] >= 16 && bytes[1] < 32) ||
                           (bytes[0] == 192 && bytes[1] == 168) ||
                           (bytes[0] == 169 && bytes[1] == 254) ||
                           (bytes[0] == 100 && bytes[1] >= 64 && bytes[1] < 128);
        if (local) return std::nullopt;
        return wire::Address::ipv4(bytes, endpoint.port());
    }
    const auto v6 = address.to_v6();
    const auto bytes = v6.to_bytes();
    if (v6.is_loopback() || v6.is_link_local() || v6.is_unspecified() || v6.is_multicast() ||
        (bytes[0] & 0xfe) == 0xfc) {
        return std::nullopt;
    }
    return wire::Address::ipv6(bytes, endpoint.port());
}

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), endpoint.port())
                           : fmt::format("{}:{}", address.to_string(), endpoint.port());
}

}  // namespace

PeerConnection::PeerConnection(asio::ip::tcp::socket socket, Owner& owner, const Setup& setup,
                               std::optional<Target> target)
    : m_socket(std::move(socket)),
      m_timer(m_socket.get_executor()),
      m_owner(owner),
      m_setup(setup),
      m_target(std::move(target)) {
    error_code ignored;
    const auto endpoint = m_socket.remote_endpoint(ignored);
    if (!ignored) {
        m_remote = text_of(endpoint);
        m_remote_host = endpoint.address().to_string();
        if (is_incoming()) m_remote_public = public_address(endpoint);
    }
    m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    m_socket.set_option(asio::socket_base::keep_alive(true), ignored);
    m_socket.non_blocking(true, ignored);
}

void PeerConnection::start(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral) {
    m_in.resize(read_size);
    if (m_target) {
        m_transport = transport::Connection::initiate(ours, ephemeral, m_target->node_id, m_queued);
        flush();
    } else {
        m_transport = transport::Connection::respond(ours, ephemeral);
    }
    set_timer();
    read();
}

std::optional<crypto::PublicKey> PeerConnection::node_id() const {
    if (m_target) return m_target->node_id;
    return m_transport ? m_transport->their_id() : std::nullopt;
}

void PeerConnection::log(LogLevel level, std::string_view what) const {
    if (!m_setup.log) return;
    const auto id = node_id();
    m_setup.log(level, fmt::format("peer={} at={} {}", id ? id->hex() : "unknown", m_remote, what));
}

// Reading ----------------------------------------------------------------------------------------

void PeerConnection::read() {
    if (m_closed || m_leaving || m_read_under_way) return;
    if (is_up() && !m_owner.may_read(*this)) {
        m_paused = true;
        return;
    }
    m_read_under_way = true;
    m_socket.async_read_some(
        asio::buffer(m_in), [self = shared_from_this()](const error_code& error, std::size_t size) {
            self->m_read_under_way = false;
            if (self->m_closed) return;
            if (self->m_leaving) {
                if (error) {
                    self->shut();
                } else {
                    self->drain();
                }
                return;
            }
            if (error) {
                const auto truncated = self->m_transport->end_of_input();
                self->close(error == asio::error::eof
                                ? (truncated ? to_string(*truncated) : "they closed the connection")
                                : error.message());
                return;
            }
            self->take(ByteView(self->m_in.data(), size));
            self->read();
        });
}

void PeerConnection::resume_reading() {
    if (!m_paused) return;
    m_paused = false;
    read();
}

void PeerConnection::take(ByteView bytes) {
    const bool was_established = m_transport->is_established();
    auto received = m_transport->feed(bytes, m_queued);
    if (!was_established && m_transport->is_established()) {
        begin_session();
    }
    for (const auto& message : received.messages) {
        if (m_closed || m_leaving) return;
        take_message(message);
    }
    if (m_closed || m_leaving) return;
    flush();
    if (received.error) close(to_string(*received.error));
}

void PeerConnection::begin_session() {
    if (!m_owner.on_authenticated(*this)) {
        leave("too many connections");
        return;
    }
    peer::Settings settings;
    settings.features = m_setup.features;
    settings.chain_hash = m_setup.chain_hash;
    settings.their_address = m_remote_public;
    if (m_setup.limits.init_within) settings.init_within = *m_setup.limits.init_within;
    if (m_setup.limits.ping_after) settings.ping_after = *m_setup.limits.ping_after;
    if (m_setup.limits.silent_after) settings.silent_after = *m_setup.limits.silent_after;
    m_session.emplace(std::move(settings), now());
    append_packet(m_session->first_message());
    set_timer();
}

void PeerConnection::take_message(ByteView message) { act_on(m_session->on_bytes(message, now())); }

void PeerConnection::act_on(peer::Step&& step) {
    for (auto& event : step.events) {
        if (m_closed || m_leaving) return;
        if (auto* const heard = std::get_if<peer::Heard>(&event)) {
            if (m_setup.log_messages)
                log(LogLevel::trace, fmt::format("received={}", wire::name_of(heard->message)));
            if (std::holds_alternative<wire::QueryChannelRange>(heard->message) ||
                std::holds_alternative<wire::QueryShortChannelIds>(heard->message)) {
                answer_query(heard->message);
            } else {
                m_owner.on_message(*this, std::move(heard->message));
            }
        } else if (const auto* const up = std::get_if<peer::Up>(&event)) {
            set_timer();
            m_owner.on_up(*this, *up);
        } else if (const auto* const complaint = std::get_if<peer::Complaint>(&event)) {
            m_owner.on_complaint(*this, *complaint);
        }
    }
    if (m_closed || m_leaving) return;
    for (const auto& message : step.send) append_reply(message);
    if (step.fault) leave(peer::to_string(*step.fault));
}

/// This wallet keeps no map for others, but BOLT 7 has every query answered.
void PeerConnection::answer_query(const wire::Message& message) {
    const gossip::OwnGossip none{m_setup.chain_hash, {}, {}};
    if (const auto* const range = std::get_if<wire::QueryChannelRange>(&message)) {
        for (const auto& reply : gossip::answer(*range, none)) append_reply(reply);
        return;
    }
    const auto replies = gossip::answer(std::get<wire::QueryShortChannelIds>(message), none);
    if (replies) {
        for (const auto& reply : *replies) append_reply(reply);
    } else {
        append_reply(wire::Warning{ChannelId{}, to_bytes(bytes_of("bad query_short_channel_ids"))});
    }
}

// Writing ----------------------------------------------------------------------------------------

void PeerConnection::queue(const wire::Message& message) {
    if (!is_up()) return;
    if (m_setup.log_messages) log(LogLevel::trace, fmt::format("sent={}", wire::name_of(message)));
    append_packet(message);
}

void PeerConnection::append_packet(const wire::Message& message) {
    const auto sealed = m_transport->encrypt(wire::encode(message), m_queued);
    if (!sealed)
        log(LogLevel::broken, fmt::format("could not encrypt message={}", wire::name_of(message)));
}

/// What costs the other side a few bytes to ask for must not cost us memory for as long as it does
/// not read.
void PeerConnection::append_reply(const wire::Message& message) {
    const auto before = m_queued.size();
    append_packet(message);
    m_replies_queued += m_queued.size() - before;
}

void PeerConnection::flush() {
    if (m_closed || m_queued.empty()) return;
    if (m_queued.size() > m_setup.limits.backlog_bytes ||
        m_replies_queued + m_replies_writing > m_setup.limits.reply_bytes) {
        close("they do not read what is written");
        return;
    }
    if (!m_write_under_way) write();
}

void PeerConnection::write() {
    m_write_under_way = true;
    std::swap(m_writing, m_queued);
    m_queued.clear();
    m_replies_writing = std::exchange(m_replies_queued, 0);
    asio::async_write(m_socket, asio::buffer(m_writing),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                          self->m_write_under_way = false;
                          self->m_replies_writing = 0;
                          if (self->m_writing.capacity() > kept_buffer) {
                              self->m_writing = Bytes();
                          } else {
                              self->m_writing.clear();
                          }
                          if (self->m_closed) return;
                          if (error) {
                              self->close(error.message());
                          } else if (!self->m_queued.empty()) {
                              self->write();
                          } else if (self->m_leaving) {
                              self->say_farewell();
                          }
                      });
}

// Time and the end -------------------------------------------------------------------------------

void PeerConnection::set_timer() {
    if (m_closed) return;
    const auto start = std::chrono::steady_clock::now();
    if (m_leaving) {
        m_timer.expires_at(start + m_setup.limits.farewell);
    } else if (!m_session) {
        m_timer.expires_at(m_started + m_setup.limits.handshake);
    } else if (m_paused) {
        // Nothing is heard because nothing is read: no reason to believe the line dead.
        m_timer.expires_at(start + std::chrono::seconds(1));
    } else if (const auto due = m_session->wake_at()) {
        m_timer.expires_at(std::chrono::steady_clock::time_point(*due));
    } else {
        return;
    }
    m_timer.async_wait([self = weak_from_this()](const error_code& error) {
        if (error) return;
        if (const auto connection = self.lock()) connection->on_timer();
    });
}

void PeerConnection::on_timer() {
    if (m_closed) return;
    if (m_leaving) {
        shut();
        return;
    }
    if (!m_session) {
        if (std::chrono::steady_clock::now() >= m_started + m_setup.limits.handshake) {
            close("no handshake in time");
        } else {
            set_timer();
        }
        return;
    }
    if (!m_paused) {
        act_on(m_session->tick(now()));
        flush();
    }
    set_timer();
}

void PeerConnection::leave(const std::string& cause) {
    if (m_closed || m_leaving) return;
    const auto self = shared_from_this();
    log(LogLevel::debug, fmt::format("closing cause=\"{}\"", cause));
    m_leaving = true;
    flush();
    if (!m_closed) {
        set_timer();
        if (!m_write_under_way) say_farewell();
    }
    m_owner.on_closed(*this, cause);
}

/// Closing at once with something unread would reset the connection, and what we wrote last, an
/// error perhaps, would be lost on their side: so our direction ends first, and what still comes is
/// read and thrown away until theirs ends too.
void PeerConnection::say_farewell() {
    error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    drain();
}

void PeerConnection::drain() {
    if (m_closed || m_read_under_way) return;
    m_read_under_way = true;
    m_socket.async_read_some(asio::buffer(m_in),
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                                 self->m_read_under_way = false;
                                 if (error) {
                                     if (!self->m_closed) self->shut();
                                 } else {
                                     self->drain();
                                 }
                             });
}

void PeerConnection::close(const std::string& cause) {
    if (m_closed) return;
    const auto self = shared_from_this();
    const bool told = m_leaving;
    if (!told) log(LogLevel::debug, fmt::format("closed cause=\"{}\"", cause));
    shut();
    if (!told) m_owner.on_closed(*this, cause);
}

void PeerConnection::shut() {
    m_closed = true;
    error_code ignored;
    m_timer.cancel();
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
    m_queued = Bytes();
}

}  // namespace runnel::shell
