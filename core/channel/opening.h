// The handlers of an opening, for the dispatch in channel.cpp.
#pragma once

#include "core/channel/channel.h"

namespace runnel::channel {

StepResult on(Channel& channel, AwaitingAccept& state, const wire::AcceptChannel& accept, const Context& context);
StepResult on(Channel& channel, AwaitingFundingCreated& state, const wire::FundingCreated& created, const Context& context);
StepResult on(Channel& channel, AwaitingFundingSigned& state, const wire::FundingSigned& message, const Context& context);

}  // namespace runnel::channel
