// While the tail of the store is in doubt it may be an older copy of itself, and what it knows of a
// channel may be revoked since: whoever publishes that gives everything in the channel to the peer.
// So a commitment of ours is not published before the peer has compared (channel_reestablish) in
// this run, and a close by force is refused until then. A peer that never comes back can be left
// only by taking the risk, deliberately and by name. The broadcasts themselves are held back by
// app/node/hold_back.h.
#pragma once

#include "core/node/state.h"

namespace runnel::node {

/// Could our commitment of this channel, were it published, be a revoked one, for all that was
/// heard in this run? Not what is over, what nothing of ours is left of, nor what the person has
/// taken the risk of. That another close is in a block is no end of it before that block is deep: a
/// reorg would let ours out again.
bool may_be_outdated(const Figures& figures, const channel::Channel& channel);
/// Why it is not closed by force now; nothing without doubt, when the risk is taken, or when a
/// block holds a close already. What is proven to be revoked nobody can take the risk of.
std::optional<api::Problem> why_not_forced(const Figures& figures, const channel::Channel& channel,
                                           bool takes_risk);
/// Is the chain yet to show the close of a channel whose peer has proven that it knows of a newer
/// state? Then nothing of ours may be published, in doubt or not, and only the peer can close.
bool only_they_can_close(const channel::Channel& channel);
/// At the end of a turn: a channel that has come to that is told, for it needs a person.
void tell_outdated(Draft& draft);
/// The person's word, kept with the channel: what it closes with is published from now on, after a
/// restart too. Says nothing of what is proven to be revoked, nor while a block holds a close.
void take_risk(Draft& draft, const ChannelId& id);
/// At the end of a turn, in doubt or not: a commitment of ours that its peer has proven revoked is
/// none of the wallet's transactions any more, is not broadcast again, and is taken back from a
/// chain source in which it still waits.
void give_up_outdated(Draft& draft);
/// At the end of a turn: a channel that is online has compared, whatever its connection does later.
void note_compared(Draft& draft);

}  // namespace runnel::node
