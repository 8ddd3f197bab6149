#include "core/transport/connection.h"

namespace runnel::transport {

namespace {

constexpr std::size_t sealed_length_size = 2 + crypto::tag_size;

}  // namespace

std::string to_string(const TransportError& error) {
    return std::visit(overloaded{[](const HandshakeError& e) { return to_string(e); },
                                 [](StreamFault fault) -> std::string {
                                     switch (fault) {
                                         case StreamFault::bad_length_tag: return "bad_length_tag";
                                         case StreamFault::bad_message_tag:
                                             return "bad_message_tag";
                                         case StreamFault::truncated: return "truncated";
                                     }
                                     return "unknown";
                                 }},
                      error);
}

Connection Connection::initiate(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral,
                                const crypto::PublicKey& theirs, Bytes& out) {
    return Connection(Handshake::initiate(ours, ephemeral, theirs, out));
}

Connection Connection::respond(const crypto::PrivateKey& ours,
                               const crypto::PrivateKey& ephemeral) {
    return Connection(Handshake::respond(ours, ephemeral));
}

Received Connection::feed(ByteView bytes, Bytes& out) {
    Received received;
    while (!has_failed()) {
        const auto part = take(bytes);
        if (!part) break;
        if (auto* handshake = std::get_if<Handshake>(&m_state)) {
            advance(*handshake, *part, out);
        } else {
            advance(std::get<Session>(m_state), *part, received.messages);
        }
        m_partial.clear();
    }
    if (const auto* error = std::get_if<TransportError>(&m_state)) received.error = *error;
    return received;
}

std::optional<TransportError> Connection::end_of_input() const {
    return std::visit(
        overloaded{
            [](const Handshake& handshake) -> std::optional<TransportError> {
                return HandshakeError{handshake.awaited(), HandshakeFault::truncated};
            },
            [&](const Session&) -> std::optional<TransportError> {
                if (m_partial.empty() && !m_announced) return std::nullopt;
                return StreamFault::truncated;
            },
            [](const TransportError& error) -> std::optional<TransportError> { return error; }},
        m_state);
}

Result<void, SendError> Connection::encrypt(ByteView message, Bytes& out) {
    auto* session = std::get_if<Session>(&m_state);
    if (session == nullptr) return fail(SendError::not_established);
    if (message.size() > max_message_size) return fail(SendError::too_long);
    const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(message.size() >> 8),
                                             static_cast<std::uint8_t>(message.size())};
    session->sending.seal(out, length);
    session->sending.seal(out, message);
    return {};
}

std::optional<crypto::PublicKey> Connection::their_id() const {
    const auto* session = std::get_if<Session>(&m_state);
    if (session == nullptr) return std::nullopt;
    return session->their_id;
}

/// Bytes of the part that must be complete before anything can be done.
std::size_t Connection::wanted() const {
    if (const auto* handshake = std::get_if<Handshake>(&m_state)) return handshake->awaited_size();
    return m_announced ? *m_announced + crypto::tag_size : sealed_length_size;
}

/// The next complete part, straight from the input where possible; else what there is is kept for
/// later.
std::optional<ByteView> Connection::take(ByteView& rest) {
    const auto size = wanted();
    if (m_partial.empty() && rest.size() >= size) {
        const auto part = rest.first(size);
        rest = rest.subspan(size);
        return part;
    }
    const auto more = std::min(size - m_partial.size(), rest.size());
    append(m_partial, rest.first(more));
    rest = rest.subspan(more);
    if (m_partial.size() < size) return std::nullopt;
    return ByteView(m_partial);
}

void Connection::advance(Handshake& handshake, ByteView act, Bytes& out) {
    auto step = handshake.receive(act, out);
    if (!step) return fail_with(step.error());
    if (*step) m_state = std::move(**step);
}

void Connection::advance(Session& session, ByteView sealed, std::vector<Bytes>& messages) {
    if (!m_announced) {
        std::array<std::uint8_t, 2> length{};
        if (!session.receiving.open(length, sealed)) return fail_with(StreamFault::bad_length_tag);
        m_announced = static_cast<std::uint16_t>(length[0] << 8 | length[1]);
        return;
    }
    Bytes message(*m_announced);
    if (!session.receiving.open(message, sealed)) return fail_with(StreamFault::bad_message_tag);
    m_announced.reset();
    messages.push_back(std::move(message));
}

/// The ciphers go with the state: nothing can be sent or read by accident after a failure.
void Connection::fail_with(const TransportError& error) {
    m_state = error;
    m_announced.reset();
}

}  // namespace runnel::transport
