// PeerSession: what BOLT 1 says about one connection, from the end of the BOLT 8 handshake to its
// close. Sans-IO and without a clock: messages and monotonic time in, messages to send and events
// out. Lives in the shell's connection, above transport::Connection; knows no channel. Pings are
// answered here and never reach the node.
//
//     us                                 them
//     first_message() ---- init --------->
//                     <--- init ----------     Up: now channels may speak
//                     <--- ping -------------------------------------------------------------------
//                     ---- pong --------->
//     tick()          ---- ping --------->     after a while of silence; after another, Silent
#pragma once

#include "core/peer/fault.h"
#include "core/wire/address.h"
#include "core/wire/message.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::peer {

/// Monotonic time since any fixed moment; never the wall clock, which jumps.
using Instant = std::chrono::milliseconds;

/// What this wallet speaks and has finished: compulsory what every implementation demands today,
/// the rest optional.
wire::Features our_features();

struct Settings {
    wire::Features features = our_features();
    ChainHash chain_hash;  ///< Our only chain.
    /// Where the peer connects from, told to it when it called us by a public IP address (BOLT 1
    /// `remote_addr`).
    std::optional<wire::Address> their_address;
    std::chrono::milliseconds init_within{30'000};
    std::chrono::milliseconds ping_after{30'000};    ///< Of hearing nothing.
    std::chrono::milliseconds silent_after{30'000};  ///< Of still hearing nothing after our ping.
};

/// Features of both sides, once the inits are exchanged.
class Negotiated {
public:
    Negotiated(const wire::Features& ours, const wire::Features& theirs);
    const wire::Features& theirs() const { return m_theirs; }
    /// Both offered it, or we demand it, or everybody has it by now (BOLT 1, "The init Message";
    /// BOLT 9 "ASSUMED").
    bool has(wire::Feature feature) const;

private:
    wire::Features m_ours;
    wire::Features m_theirs;
};

/// The inits are exchanged.
struct Up {
    Negotiated features;
    std::optional<wire::Address> our_address;  ///< Where they see us, if they say so; unproven.
};
/// A message for the node: anything but init, ping, pong, error, warning and what is unknown.
struct Heard {
    wire::Message message;
};
/// error or warning. `channel` is nothing when it speaks of all channels with this peer. An error
/// ends its channels (BOLT 1); for a channel that is not with this peer it is to be ignored.
struct Complaint {
    enum class Kind : std::uint8_t { error, warning } kind = Kind::warning;
    std::optional<ChannelId> channel;
    std::string text;  ///< Escaped; theirs all the same.
};
using Event = std::variant<Up, Heard, Complaint>;

/// What follows from one input, in this order: events, messages to send, then the end if there is a
/// fault.
struct Step {
    std::vector<Event> events;
    std::vector<wire::Message> send;
    std::optional<PeerFault>
        fault;  ///< Send what is to be sent, then close the connection. Nothing else will come.
};

class PeerSession {
public:
    /// The connection is established at `now`; first_message() must be sent before anything else.
    PeerSession(Settings settings, Instant now);

    /// Our init.
    wire::Message first_message() const;

    /// One decrypted message.
    Step on_bytes(ByteView message, Instant now);
    /// The same, decoded.
    Step on(wire::Message message, Instant now);
    /// Time went by; call it at wake_at() or later, early calls do no harm.
    Step tick(Instant now);
    /// When tick() has something to do, nothing after a fault.
    std::optional<Instant> wake_at() const;

    /// Until the peer's init is here nothing but our init may be sent (BOLT 1).
    bool is_up() const { return std::holds_alternative<Talking>(m_state); }
    /// Nothing before Up.
    const Negotiated* features() const;

private:
    struct AwaitingInit {
        Instant since{};
    };
    struct Talking {
        Negotiated features;
        Instant last_heard{};
        std::optional<Instant> pinged_at;  // set while nothing was heard since our ping
        Instant pong_window{};             // when pong_bytes began to count
        std::size_t pong_bytes = 0;
    };
    struct Ended {
        PeerFault fault;
    };

    Step on_message(const AwaitingInit& state, wire::Message message, Instant now);
    Step on_message(Talking& state, wire::Message message, Instant now);
    Step on_init(const wire::Init& init, Instant now);
    Step on_ping(Talking& state, const wire::Ping& ping, Instant now);
    Step end(PeerFault fault);
    std::optional<PeerFault> objection_to(const wire::Features& theirs,
                                          const wire::Init& init) const;

    Settings m_settings;
    std::variant<AwaitingInit, Talking, Ended> m_state;
};

}  // namespace runnel::peer
