// What the signatures in a gossip message of BOLT 7 are made over: the double SHA-256 of everything
// behind them, the unread extension included. It is here, below gossip, because a signer hashes
// what it signs itself.
#pragma once

#include "core/wire/message.h"

namespace runnel::wire {

Hash256 signature_hash(const ChannelAnnouncement& announcement);
Hash256 signature_hash(const NodeAnnouncement& announcement);
Hash256 signature_hash(const ChannelUpdate& update);

}  // namespace runnel::wire
