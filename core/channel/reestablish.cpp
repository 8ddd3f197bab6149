// A channel after a cut: BOLT 2, Message Retransmission.
#include "core/channel/phases.h"

namespace runnel::channel {

bool is_ready_said_again(const Channel& channel, const Funded& funded,
                         const wire::ChannelReestablish& theirs, const Context& context) {
    // channel_ready may have been lost as long as neither side has gone beyond the first commitment
    // (BOLT 2).
    const bool neither_moved =
        theirs.next_commitment_number.raw() == 1 && funded.commitments.local_number().raw() == 0;
    // What was said stays said, even if the funding transaction has fallen out of its block since.
    const bool said_ready = std::holds_alternative<AwaitingReady>(channel.state) ||
                            std::holds_alternative<Normal>(channel.state) ||
                            (!std::holds_alternative<AwaitingConfirmation>(channel.state) &&
                             funded.depth(context.height) >= funded.minimum_depth);
    return neither_moved && said_ready;
}

StepResult on_reestablish(Channel& channel, const wire::ChannelReestablish& theirs,
                          const Context& context) {
    Funded* const funded = funded_of(channel.state);
    if (funded == nullptr || channel.link == Link::online) return fail(unexpected(theirs));
    auto again = funded->commitments.on_reestablish(theirs, context.signer);
    if (!again) {
        if (again.error().kind == FaultKind::we_are_behind) {
            Closing closing{std::move(*funded),
                            TheyMustClose{"peer proved that it holds a newer state"},
                            context.height,
                            {},
                            {},
                            {}};
            channel.state = std::move(closing);
            Step step;
            step.facts.push_back(LostState{});
            return step;
        }
        return fail(again.error());
    }
    Step step;
    if (is_ready_said_again(channel, *funded, theirs, context))
        step.send.push_back(ready_message(channel, *funded, context));
    for (auto& message : *again) {
        put_id(message, channel.id);
        step.send.push_back(std::move(message));
    }
    // Both sides repeat shutdown and the negotiation starts anew (BOLT 2, Message Retransmission).
    if (auto* const closing = std::get_if<ShuttingDown>(&channel.state)) {
        closing->sent = false;
        closing->their_script.reset();
    } else if (auto* const negotiating = std::get_if<NegotiatingClose>(&channel.state)) {
        ShuttingDown back = before_negotiation(std::move(*negotiating));
        channel.state = std::move(back);
    }
    channel.link = Link::online;
    return step;
}

}  // namespace runnel::channel
