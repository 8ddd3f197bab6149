// How a channel ends: by agreement (BOLT 2, Channel Close: both say shutdown, what is in flight
// ends, then the fee is agreed on), and what is still said once it is over.
#include "core/channel/phases.h"
#include "core/crypto/hash.h"

#include <algorithm>

namespace runnel::channel {

namespace {

wire::Shutdown shutdown_message(const Channel& channel, const bitcoin::Script& script) {
    wire::Shutdown message;
    message.channel_id = channel.id;
    message.scriptpubkey = script;
    return message;
}

/// From the moment when only the peer's answer is missing; HTLCs that come in after all (theirs may
/// cross our shutdown) undo it.
void note_wait(ShuttingDown& closing, const Context& context) {
    if (!closing.funded.commitments.is_quiet()) {
        closing.peer_due.reset();
    } else if (!closing.peer_due) {
        closing.peer_due = context.height;
    }
}

/// BOLT 2 would fail the channel for a fee outside of what was offered. Nothing is lost by hanging
/// up instead, and a close by force costs the person fees and weeks over a number: that remains
/// their choice.
ChannelFault close_fault(const CloseFault& fault) {
    const FaultKind kind =
        fault.kind == CloseFault::Kind::bad_signature    ? FaultKind::closing_signature
        : fault.kind == CloseFault::Kind::signer_refused ? FaultKind::signer_refused
                                                         : FaultKind::closing_fee;
    return ChannelFault{kind, fault.got.raw(), fault.limit.raw(), "closing_signed"};
}

/// One step of the negotiation: says the reply, and is Closing when the transaction is complete.
Step take_close_step(Channel& channel, CloseStep&& close, const Context& context) {
    Step step;
    if (close.reply) {
        close.reply->channel_id = channel.id;
        step.send.push_back(*close.reply);
    }
    auto& state = std::get<NegotiatingClose>(channel.state);
    state.negotiation = std::move(close.next);
    if (close.final_tx) {
        MutualCloseAgreed agreed{*close.final_tx, std::nullopt, true};
        if (const auto fee = state.negotiation.our_fee())
            agreed.terms = CloseTerms{state.our_script, *fee};
        Closing closing{std::move(state.funded), std::move(agreed), context.height, {}, {}, {}};
        step.facts.push_back(MutualCloseSigned{*close.final_tx});
        channel.state = std::move(closing);
    }
    return step;
}

/// A peer that comes back to a close that no block holds yet may have missed our last word. BOLT 2
/// has it wait for channel_reestablish and both repeat shutdown; what follows is on_close_again's.
Step begin_close_again(const Channel& channel, const Closing& closing, const CloseTerms& terms,
                       const wire::ChannelReestablish& theirs, const Context& context) {
    Step step;
    auto again = closing.funded.commitments.on_reestablish(theirs, context.signer);
    // They count otherwise than when they signed the close: it holds all the same, and there is
    // nothing to talk about.
    if (!again) return step;
    if (is_ready_said_again(channel, closing.funded, theirs, context))
        step.send.push_back(ready_message(channel, closing.funded, context));
    for (auto& message : *again) {
        put_id(message, channel.id);
        step.send.push_back(std::move(message));
    }
    step.send.push_back(shutdown_message(channel, terms.our_script));
    return step;
}

/// The negotiation is over for us: whatever fee they name now, our word is the fee that both have
/// signed for, and our signature for the transaction that is broadcast already. It is said once a
/// connection: as funder when they have repeated shutdown, as fundee when they name a fee.
StepResult on_close_again(const Channel& channel, MutualCloseAgreed& agreed,
                          const wire::Message& message, const Context& context) {
    Step step;
    const auto& params = funded_of(channel.state)->params();
    const bool is_our_turn =
        std::holds_alternative<wire::ClosingSigned>(message) ||
        (std::holds_alternative<wire::Shutdown>(message) && params.funder == Party::ours);
    if (agreed.said || !is_our_turn || channel.link != Link::online) return step;
    bitcoin::Transaction close = agreed.tx;
    for (auto& input : close.inputs) input.witness.clear();
    const auto signature =
        context.signer.sign_close(close, params.their_keys.funding_pubkey, params.funding_satoshis);
    if (!signature) return fail(refused(signature.error()));
    wire::ClosingSigned last;
    last.channel_id = channel.id;
    last.fee_satoshis = agreed.terms->fee;
    last.signature = *signature;
    last.fee_range = wire::FeeRange{agreed.terms->fee, agreed.terms->fee};
    agreed.said = true;
    step.send.push_back(last);
    return step;
}

/// A peer that comes back to a channel that is over hears so again (BOLT 2, Message Retransmission:
/// "in an error state"). What it says is compared all the same: our commitment may come from an
/// older copy of the store, and whoever publishes it has to know whether the peer knows of one that
/// came after it. While that is so, the link does not count as online.
StepResult answer_reestablish_when_over(Channel& channel, const wire::ChannelReestablish& theirs,
                                        const Context& context) {
    Step step;
    // Of a settled one nothing more is said than "closed".
    auto* const closing = std::get_if<Closing>(&channel.state);
    const bool is_first = channel.link == Link::reestablishing;
    channel.link = Link::online;
    if (const auto* const agreed = unconfirmed_close(channel.state)) {
        if (!is_first) return step;
        return begin_close_again(channel, *closing, *agreed->terms, theirs, context);
    }
    if (auto* const ours =
            closing == nullptr ? nullptr : std::get_if<OurCommitPublished>(&closing->cause)) {
        const auto compared = closing->funded.commitments.on_reestablish(theirs, context.signer);
        if (!compared) channel.link = Link::reestablishing;
        // By a secret that only a revocation gives away: nobody may be led to publish it any more.
        if (!compared && compared.error().kind == FaultKind::we_are_behind)
            ours->age = OurCommitPublished::Age::outdated;
    }
    const bool by_agreement =
        closing != nullptr && (std::holds_alternative<MutualCloseAgreed>(closing->cause) ||
                               std::holds_alternative<TheirClose>(closing->cause));
    if (by_agreement) return step;
    wire::Error error;
    error.channel_id = channel.id;
    const bool lost = closing != nullptr && std::holds_alternative<TheyMustClose>(closing->cause);
    error.data = to_bytes(bytes_of(lost                 ? "please close"
                                   : closing != nullptr ? "closing"
                                                        : "closed"));
    step.send.push_back(std::move(error));
    return step;
}
}  // namespace

void begin_shutdown(Channel& channel, Funded&& funded, const bitcoin::Script& script,
                    const Context& context) {
    const auto& upfront = funded.params().our_upfront_shutdown;
    bitcoin::Script ours = upfront ? *upfront : script;
    Funded moved = std::move(funded);
    channel.state =
        ShuttingDown{std::move(moved), std::move(ours), false, std::nullopt, std::nullopt};
    note_wait(std::get<ShuttingDown>(channel.state), context);
}

StepResult on_shutdown(Channel& channel, const wire::Shutdown& shutdown, const Context& context) {
    Funded* const funded = funded_of(channel.state);
    const bool may_come = std::holds_alternative<AwaitingReady>(channel.state) ||
                          std::holds_alternative<AwaitingConfirmation>(channel.state) ||
                          takes_updates(channel.state) ||
                          std::holds_alternative<NegotiatingClose>(channel.state);
    if (funded == nullptr || !may_come || channel.link != Link::online)
        return fail(unexpected(shutdown));
    const bool anysegwit = context.features.has(wire::Feature::shutdown_anysegwit);
    const auto& upfront = funded->params().their_upfront_shutdown;
    if (!is_allowed_shutdown_script(shutdown.scriptpubkey, anysegwit) ||
        (upfront && *upfront != shutdown.scriptpubkey)) {
        return fail(ChannelFault{FaultKind::bad_shutdown_script, shutdown.scriptpubkey.size(), 0,
                                 "scriptpubkey"});
    }
    if (std::holds_alternative<NegotiatingClose>(channel.state))
        return Step{};  // repeated after a reconnect
    if (!std::holds_alternative<ShuttingDown>(channel.state)) {
        begin_shutdown(channel, std::move(*funded), context.shutdown_script, context);
    }
    // Said once a connection: on_reestablish forgets it.
    auto& theirs = std::get<ShuttingDown>(channel.state).their_script;
    if (!theirs) theirs = shutdown.scriptpubkey;
    return Step{};
}

ShuttingDown before_negotiation(NegotiatingClose&& negotiating) {
    return {std::move(negotiating.funded),
            std::move(negotiating.our_script),
            false,
            std::nullopt,
            negotiating.peer_due,
            true};
}

StepResult advance_shutdown(Channel& channel, const Context& context) {
    Step step;
    auto* const state = std::get_if<ShuttingDown>(&channel.state);
    if (state == nullptr || channel.link != Link::online) return step;
    note_wait(*state, context);
    if (!state->sent && !state->funded.commitments.has_unsigned_proposals()) {
        step.send.push_back(shutdown_message(channel, state->our_script));
        state->sent = true;
    }
    if (!state->sent || !state->their_script || !state->funded.commitments.is_quiet()) return step;
    const auto& commitments = state->funded.commitments;
    CloseNegotiation negotiation(state->funded.params(), commitments.settled(Party::ours),
                                 commitments.settled(Party::theirs), state->our_script,
                                 *state->their_script, close_feerates(context.fees));
    const CloseContext close{state->funded.params(), context.signer, channel.id};
    auto started = negotiation.start(close);
    if (!started) return fail(close_fault(started.error()));
    NegotiatingClose next{std::move(state->funded), std::move(state->our_script),
                          std::move(*state->their_script), std::move(negotiation), state->peer_due};
    channel.state = std::move(next);
    Step more = take_close_step(channel, std::move(*started), context);
    append(step, std::move(more));
    return step;
}

StepResult on_closing_signed(Channel& channel, const wire::ClosingSigned& offer,
                             const Context& context) {
    if (const auto* const shutting = std::get_if<ShuttingDown>(&channel.state)) {
        if (!shutting->their_script) return fail(unexpected(offer));
        // Their shutdown and first offer may come in one turn: then ours is said now, not at its
        // end.
        RUNNEL_TRY(Step first, advance_shutdown(channel, context));
        if (std::holds_alternative<ShuttingDown>(channel.state)) return fail(unexpected(offer));
        RUNNEL_TRY(Step second, on_closing_signed(channel, offer, context));
        append(first, std::move(second));
        return first;
    }
    auto* const state = std::get_if<NegotiatingClose>(&channel.state);
    if (state == nullptr || channel.link != Link::online) return fail(unexpected(offer));
    const CloseContext close{state->funded.params(), context.signer, channel.id};
    auto next = state->negotiation.receive(close, offer);
    if (!next) return fail(close_fault(next.error()));
    return take_close_step(channel, std::move(*next), context);
}

StepResult shut_down(Channel& channel, const bitcoin::Script& script, const Context& context) {
    if (std::holds_alternative<ShuttingDown>(channel.state) ||
        std::holds_alternative<NegotiatingClose>(channel.state) ||
        closing_of(channel.state) != nullptr) {
        return Step{};
    }
    Funded* const funded = funded_of(channel.state);
    if (funded == nullptr) return fail(not_open());
    begin_shutdown(channel, std::move(*funded), script, context);
    return Step{};
}

StepResult force_close(Channel& channel, const std::string& reason, const Context& context) {
    if (closing_of(channel.state) != nullptr) return Step{};
    Funded* const funded = funded_of(channel.state);
    if (funded == nullptr) return fail(not_open());
    auto& commitments = funded->commitments;
    auto commitment = commitments.local_commitment(context.signer);
    if (commitment.tx.outputs.empty())
        return fail(ChannelFault{FaultKind::no_outputs, commitments.local_number().raw(), 0, {}});
    const auto& params = commitments.params();
    const auto signature = context.signer.sign_local_commitment(
        commitments.guard(), commitments.local_number(), commitment.tx,
        params.their_keys.funding_pubkey, params.funding_satoshis);
    if (!signature) return fail(refused(signature.error()));
    commitment.tx.inputs.at(0).witness =
        funding_witness(params.our_keys.funding_pubkey, signature->value,
                        params.their_keys.funding_pubkey, commitments.local_signatures().signature);
    commitments.set_guard(signature->guard);
    Closing closing{std::move(*funded),
                    OurCommitPublished{std::move(commitment.tx), reason},
                    context.height,
                    {},
                    {},
                    {}};
    channel.state = std::move(closing);
    return Step{};
}

bool is_over(const ChannelState& state) {
    return std::holds_alternative<Closing>(state) || closed_of(state) != nullptr;
}

MutualCloseAgreed* unconfirmed_close(ChannelState& state) {
    auto* const closing = std::get_if<Closing>(&state);
    if (closing == nullptr || !closing->spends.empty()) return nullptr;
    auto* const agreed = std::get_if<MutualCloseAgreed>(&closing->cause);
    return agreed != nullptr && agreed->terms ? agreed : nullptr;
}

StepResult on_message_when_over(Channel& channel, const wire::Message& message,
                                const Context& context) {
    if (const auto* const theirs = std::get_if<wire::ChannelReestablish>(&message)) {
        return answer_reestablish_when_over(channel, *theirs, context);
    }
    if (auto* const agreed = unconfirmed_close(channel.state))
        return on_close_again(channel, *agreed, message, context);
    Step step;
    const auto* const fulfill = std::get_if<wire::UpdateFulfillHtlc>(&message);
    const Funded* const funded = funded_of(channel.state);
    if (fulfill == nullptr || funded == nullptr) return step;
    const HtlcEntry* const entry = funded->commitments.find(Party::ours, fulfill->id);
    if (entry == nullptr ||
        crypto::sha256(fulfill->payment_preimage.view()).raw() != entry->htlc.payment_hash.raw())
        return step;
    step.facts.push_back(
        PreimageLearned{fulfill->id, entry->htlc.payment_hash, fulfill->payment_preimage});
    return step;
}
}  // namespace runnel::channel
