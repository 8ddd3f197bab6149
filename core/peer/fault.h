// PeerFault: why a connection had to end, with its numbers. What a channel's peer does wrong inside
// a channel is a channel::ChannelFault; here it is the connection that is at fault, and no channel
// is failed for it (BOLT 1).
#pragma once

#include "core/base/codec.h"
#include "core/wire/features.h"
#include "core/wire/types.h"

#include <chrono>
#include <string>
#include <variant>

namespace runnel::peer {

/// A message that BOLT 1 wants the connection closed for: malformed, or of an unknown even type
/// (`unsupported`).
struct Garbled {
    std::uint16_t type = 0;  ///< 0 when not even the type was there.
    DecodeError error = DecodeError::truncated;
    friend bool operator==(const Garbled&, const Garbled&) = default;
};
/// Something came before init.
struct NotInit {
    wire::Type type = wire::Type::init;
    friend bool operator==(const NotInit&, const NotInit&) = default;
};
/// init came again.
struct SecondInit {
    friend bool operator==(const SecondInit&, const SecondInit&) = default;
};
/// They demand a feature that we do not have.
struct UnknownDemand {
    std::size_t bit = 0;
    friend bool operator==(const UnknownDemand&, const UnknownDemand&) = default;
};
/// They lack a feature that we demand.
struct UnmetDemand {
    std::size_t bit = 0;
    friend bool operator==(const UnmetDemand&, const UnmetDemand&) = default;
};
/// Their features contradict each other (BOLT 9, "Dependencies").
struct MissingDependency {
    wire::Feature feature = wire::Feature::data_loss_protect;
    wire::Feature needs = wire::Feature::data_loss_protect;
    friend bool operator==(const MissingDependency&, const MissingDependency&) = default;
};
/// Their `networks` do not hold our chain.
struct OtherChain {
    friend bool operator==(const OtherChain&, const OtherChain&) = default;
};
/// No init came in time.
struct NoInit {
    std::chrono::milliseconds waited{};
    friend bool operator==(const NoInit&, const NoInit&) = default;
};
/// Nothing came in time after our ping: the line is dead, or they are.
struct Silent {
    std::chrono::milliseconds waited{};
    friend bool operator==(const Silent&, const Silent&) = default;
};
/// They ask for more pong bytes than anybody needs: a few bytes of theirs would cost us many.
struct PingFlood {
    friend bool operator==(const PingFlood&, const PingFlood&) = default;
};

using PeerFault = std::variant<Garbled, NotInit, SecondInit, UnknownDemand, UnmetDemand,
                               MissingDependency, OtherChain, NoInit, Silent, PingFlood>;

/// One technical line: for the log, and for the peer's in a `warning`.
std::string to_string(const PeerFault& fault);

}  // namespace runnel::peer
