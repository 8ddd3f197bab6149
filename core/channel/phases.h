// The phases of a channel's life, each in a file of its own, as channel.cpp calls them; and the few
// things they share. Not for the world outside this folder.
#pragma once

#include "core/channel/channel.h"

namespace runnel::channel {

// What they share (channel.cpp) ------------------------------------------------------------------

/// The peer says what has no place here.
ChannelFault unexpected(const wire::Message& message);
/// A wish that has no place here.
ChannelFault not_open();
ChannelFault refused(ports::SignRefusal refusal);
/// Messages made inside Commitments do not know the channel's id.
void put_id(wire::Message& message, const ChannelId& id);
void append(Step& step, Step&& more);
/// Of a state that has them.
Commitments* commitments_of(ChannelState& state);
/// May HTLCs and fees still change?
bool takes_updates(const ChannelState& state);
/// What expires here or before is not signed any more: see Commitments::has_stale_proposal.
/// Everything, while the height is not known to be the chain's.
BlockHeight stale_until(const Context& context);
wire::ChannelReady ready_message(const Channel& channel, const Funded& funded,
                                 const Context& context);

// Opening (opening.cpp) --------------------------------------------------------------------------

StepResult on(Channel& channel, AwaitingAccept& state, const wire::AcceptChannel& accept,
              const Context& context);
StepResult on(Channel& channel, AwaitingFundingCreated& state, const wire::FundingCreated& created,
              const Context& context);
StepResult on(Channel& channel, AwaitingFundingSigned& state, const wire::FundingSigned& message,
              const Context& context);

// Reconnecting (reestablish.cpp) -----------------------------------------------------------------

StepResult on_reestablish(Channel& channel, const wire::ChannelReestablish& theirs,
                          const Context& context);

/// May the peer have missed our channel_ready (BOLT 2, Message Retransmission)?
bool is_ready_said_again(const Channel& channel, const Funded& funded,
                         const wire::ChannelReestablish& theirs, const Context& context);

// Ending (ending.cpp) ----------------------------------------------------------------------------

/// Enters ShuttingDown; the message itself goes out in advance_shutdown().
void begin_shutdown(Channel& channel, Funded&& funded, const bitcoin::Script& script,
                    const Context& context);
StepResult on_shutdown(Channel& channel, const wire::Shutdown& shutdown, const Context& context);
/// Shutdown goes out once nothing of ours waits for a signature; the negotiation begins once
/// nothing is in flight.
StepResult advance_shutdown(Channel& channel, const Context& context);
/// As it was before the fee was talked of, which begins anew on a new connection.
ShuttingDown before_negotiation(NegotiatingClose&& negotiating);
StepResult on_closing_signed(Channel& channel, const wire::ClosingSigned& offer,
                             const Context& context);
/// Is the funding output spent, or about to be?
bool is_over(const ChannelState& state);
/// The close that both signed, while no block holds it and it can be said again; null otherwise.
MutualCloseAgreed* unconfirmed_close(ChannelState& state);
/// Nothing the peer says changes a commitment any more, but a preimage is worth the same as ever:
/// it pays what was forwarded.
StepResult on_message_when_over(Channel& channel, const wire::Message& message,
                                const Context& context);

}  // namespace runnel::channel
