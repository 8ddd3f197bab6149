// One BOLT 8 connection from its first byte: the handshake, then messages. Sans-IO: the shell feeds
// what the socket gave, in pieces of any size, and writes what is put into the caller's buffer.
// Holds back at most one incomplete packet (65569 bytes) and never allocates for a length that was
// only announced. Knows nothing of what a message means (peer/ does).
//
//     socket -> feed(bytes, out) -> messages, or why it is over
//     encrypt(message, out) -> socket
//
// Time limits (a handshake that never ends) and the closing of the socket belong to the shell.
#pragma once

#include "core/transport/handshake.h"

#include <string>
#include <variant>
#include <vector>

namespace runnel::transport {

/// No Lightning message is longer, in bytes (BOLT 8, "Lightning Message Specification").
inline constexpr std::size_t max_message_size = 65535;
/// What encrypt() adds to a message: its length and two tags.
inline constexpr std::size_t packet_overhead = 2 + 2 * crypto::tag_size;

/// Why an established stream ended.
enum class StreamFault : std::uint8_t {
    bad_length_tag,   ///< The encrypted length was changed on its way, or bytes were lost or added.
    bad_message_tag,  ///< The encrypted message was.
    truncated,        ///< The stream ended within a packet.
};

using TransportError = std::variant<HandshakeError, StreamFault>;
std::string to_string(const TransportError& error);

/// What came out of one piece of input. Messages that stand before an error were authentic and are
/// to be handled: whether they arrived in one piece with the bad bytes must not matter.
struct Received {
    std::vector<Bytes> messages;
    std::optional<TransportError> error;
};

enum class SendError : std::uint8_t {
    not_established,  ///< The handshake is not complete, or the connection has failed.
    too_long,         ///< More than max_message_size bytes.
};

class Connection {
public:
    /// Calls `theirs`; appends the first bytes to send to `out`. `ephemeral` is fresh, never used
    /// twice.
    static Connection initiate(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral,
                               const crypto::PublicKey& theirs, Bytes& out);
    /// Waits for the other side to begin.
    static Connection respond(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral);

    /// Takes bytes from the socket; appends what must be sent back at once (the handshake's acts)
    /// to `out`. After an error the connection stays failed: every later call gives the same error
    /// and no message.
    Received feed(ByteView bytes, Bytes& out);
    /// The socket has no more to give: the error that this is, or nothing when it ended between two
    /// packets.
    std::optional<TransportError> end_of_input() const;

    /// Appends the packet of one message to `out`; call it repeatedly to fill one buffer with many.
    /// Packets must reach the socket in this order, all of them.
    [[nodiscard]] Result<void, SendError> encrypt(ByteView message, Bytes& out);

    bool is_established() const { return std::holds_alternative<Session>(m_state); }
    bool has_failed() const { return std::holds_alternative<TransportError>(m_state); }
    /// The other side's node id: proven once established; nothing before and after a failure.
    std::optional<crypto::PublicKey> their_id() const;

private:
    using State = std::variant<Handshake, Session, TransportError>;

    explicit Connection(Handshake handshake) : m_state(std::move(handshake)) {}
    std::size_t wanted() const;
    std::optional<ByteView> take(ByteView& rest);
    void advance(Handshake& handshake, ByteView act, Bytes& out);
    void advance(Session& session, ByteView sealed, std::vector<Bytes>& messages);
    void fail_with(const TransportError& error);

    State m_state;
    /// Size of the message whose length was read and whose body is awaited.
    std::optional<std::uint16_t> m_announced;
    /// The beginning of the packet part that is awaited, as received.
    Bytes m_partial;
};

}  // namespace runnel::transport
