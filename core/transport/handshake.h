// The three acts of BOLT 8 (Noise XK over secp256k1), as bytes in and bytes out:
//
//     initiator                                   responder
//     e, es      ---- act one,   50 bytes ---->   proves that the initiator knows whom it calls
//                <--- act two,   50 bytes -----   e, ee: proves that the responder has its key
//     s, se      ---- act three, 66 bytes ---->   names the initiator, under forward secrecy
//
// Each waiting state is a type and holds only what the next act needs; keys are wiped as soon as a
// state is left. No randomness: the caller passes a fresh ephemeral key for each connection and
// never the same one twice. Below Connection.
#pragma once

#include "core/crypto/keys.h"
#include "core/transport/cipher.h"

#include <optional>
#include <string>
#include <variant>

namespace runnel::transport {

enum class Act : std::uint8_t { one = 1, two, three };

enum class HandshakeFault : std::uint8_t {
    truncated,    ///< The stream ended before the act was complete.
    bad_version,  ///< The first byte is not 0: a handshake we do not speak.
    bad_key,      ///< Not a point on the curve.
    bad_tag,  ///< A wrong tag: the other side does not have the key it must have, or somebody is in
              ///< between.
    bad_ciphertext,  ///< Act three only: the initiator's encrypted node id does not open.
};

/// What went wrong while receiving which act. Nothing is answered to it; the connection is closed.
struct HandshakeError {
    Act act = Act::one;
    HandshakeFault fault = HandshakeFault::truncated;
    friend bool operator==(const HandshakeError&, const HandshakeError&) = default;
};

/// A short technical name for logs, such as "act2_bad_tag".
std::string to_string(const HandshakeError& error);

/// What a completed handshake leaves: who is there, and a cipher for each direction.
struct Session {
    crypto::PublicKey their_id;
    Cipher sending;
    Cipher receiving;
};

/// The running hash, chaining key and temporary key of the Noise protocol.
class HandshakeDigest {
public:
    /// `responder` is the static key of the side that is called.
    explicit HandshakeDigest(const crypto::PublicKey& responder);

    void mix(ByteView bytes);
    /// Derives the next chaining and temporary key from an ECDH result.
    void mix_secret(const Secret32& shared);
    /// Appends the ciphertext of `plaintext` under the temporary key and mixes it in.
    void seal(Bytes& out, std::uint64_t nonce, ByteView plaintext);
    /// False when the tag does not fit; mixes the ciphertext in when it does.
    [[nodiscard]] bool open(std::span<std::uint8_t> out, std::uint64_t nonce, ByteView sealed);
    /// The initiator's sending cipher, then its receiving one.
    std::pair<Cipher, Cipher> split() const;

private:
    Hash256 m_hash;
    Secret32 m_chaining;
    Secret32 m_temporary;
};

class Handshake {
public:
    static constexpr std::size_t act_one_size = 50;
    static constexpr std::size_t act_two_size = 50;
    static constexpr std::size_t act_three_size = 66;

    /// Calls `theirs`; appends act one to `out`.
    static Handshake initiate(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral,
                              const crypto::PublicKey& theirs, Bytes& out);
    /// Waits to be called.
    static Handshake respond(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral);

    /// The act that is waited for, and its exact size in bytes.
    Act awaited() const;
    std::size_t awaited_size() const;

    /// Takes the awaited act (exactly awaited_size() bytes), appends our answer to `out`, if there
    /// is one, and returns the session once the last act was exchanged; nothing while another act
    /// is awaited. After an error or a session the handshake is spent. An error appends nothing.
    Result<std::optional<Session>, HandshakeError> receive(ByteView act, Bytes& out);

private:
    struct AwaitingActOne {
        crypto::PrivateKey ours;
        crypto::PrivateKey ephemeral;
    };
    struct AwaitingActTwo {
        crypto::PrivateKey ours;
        crypto::PrivateKey ephemeral;
        crypto::PublicKey theirs;
        HandshakeDigest digest;
    };
    struct AwaitingActThree {
        crypto::PrivateKey ephemeral;
        HandshakeDigest digest;
    };
    struct Spent {
        Act last;
    };
    using State = std::variant<AwaitingActOne, AwaitingActTwo, AwaitingActThree, Spent>;
    using Step = Result<std::optional<Session>, HandshakeError>;

    explicit Handshake(State state) : m_state(std::move(state)) {}
    Step on(AwaitingActOne state, ByteView act, Bytes& out);
    Step on(AwaitingActTwo state, ByteView act, Bytes& out);
    Step on(AwaitingActThree state, ByteView act, Bytes& out);
    Step on(Spent state, ByteView act, Bytes& out);

    State m_state;
};

}  // namespace runnel::transport
