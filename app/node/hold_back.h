// HoldBack: what may leave while the store's tail is in doubt. An older copy of the store knows
// older commitments of its channels, and one that was revoked since must not be published: the peer
// would take everything in the channel. So a commitment of ours waits until its peer has compared
// (channel_reestablish) in this run (core/node/doubt.h), until a block holds another spend of the
// funding output, or until the person has taken the risk of it.
//
// Nothing else waits. A send and a funding transaction spend coins of the wallet alone, a close by
// agreement is the last word of both, a claim spends what a block holds already. That a channel was
// closing when the store was opened proves nothing: it may have begun to in an earlier run in
// doubt. What waits is not kept here: it is owed by committed state (Node::resume).
#pragma once

#include "core/node/node.h"

#include <set>
#include <vector>

namespace runnel::app {

class HoldBack {
public:
    bool all_compared(const node::State& state) const;
    /// False: it must wait, and is remembered as waiting.
    bool may_go(const node::State& state, const ports::Broadcast& wanted);
    /// What waited and may go now, once each.
    std::vector<ports::Broadcast> take_released(const node::Node& node);

private:
    /// May a commitment of this channel be published? True for what is no channel.
    bool is_compared(const node::State& state, const ChannelId& id) const;
    bool must_wait(const node::State& state, const bitcoin::Transaction& tx) const;

    std::set<Txid> m_waiting;
};

}  // namespace runnel::app
