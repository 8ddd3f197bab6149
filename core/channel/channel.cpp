#include "core/channel/channel.h"

#include "core/channel/opening.h"
#include "core/crypto/hash.h"

#include <algorithm>

namespace runnel::channel {

namespace {

using wire::Feature;

ChannelFault unexpected(const wire::Message& message) {
    return ChannelFault{FaultKind::unexpected_message, static_cast<std::uint64_t>(wire::type_of(message)), 0,
                        wire::name_of(message)};
}

ChannelFault refused(ports::SignRefusal refusal) {
    return ChannelFault{FaultKind::signer_refused, static_cast<std::uint64_t>(refusal), 0, {}};
}

// Messages made inside Commitments do not know the channel's id.
void put_id(wire::Message& message, const ChannelId& id) {
    std::visit(
        [&](auto& m) {
            if constexpr (requires { m.channel_id; }) m.channel_id = id;
        },
        message);
}

wire::ChannelReady ready_message(const Channel& channel, const Funded& funded, const Context& context) {
    wire::ChannelReady ready;
    ready.channel_id = channel.id;
    ready.second_per_commitment_point = context.signer.commitment_point(CommitmentNumber(1));
    ready.short_channel_id = funded.our_alias;
    return ready;
}

void take_ready(Funded& funded, const wire::ChannelReady& ready) {
    funded.commitments.set_remote_next_point(ready.second_per_commitment_point);
    if (ready.short_channel_id) funded.their_alias = ready.short_channel_id;
}

Commitments* commitments_of(ChannelState& state) {
    Funded* const funded = funded_of(state);
    return funded == nullptr ? nullptr : &funded->commitments;
}

bool takes_updates(const ChannelState& state) {
    return std::holds_alternative<Normal>(state) || std::holds_alternative<ShuttingDown>(state);
}

/// What expires here or before is not signed any more: see Commitments::has_stale_proposal. Everything, while the height is not
/// known to be the chain's.
BlockHeight stale_until(const Context& context) {
    return context.chain_is_current ? context.height + BlockDelta(3) : BlockHeight(UINT32_MAX);
}

CloseFeerates close_feerates(const Context& context) {
    const FeeratePerKw least = std::max(context.fees.mempool_min, feerate_floor);
    const FeeratePerKw ideal = std::max(context.fees.normal, least);
    const std::uint64_t twice = std::uint64_t{ideal.raw()} * 2;
    const FeeratePerKw generous(static_cast<std::uint32_t>(std::min<std::uint64_t>(twice, 125'000)));
    return CloseFeerates{ideal, least, std::max({context.fees.urgent, ideal, generous})};
}

// Messages of normal operation ---------------------------------------------------------------------------------------------

template <typename F>
StepResult with_commitments(Channel& channel, const wire::Message& message, F&& apply) {
    if (!takes_updates(channel.state)) return fail(unexpected(message));
    // BOLT 2: nothing but reestablish comes before reestablish.
    if (channel.link != Link::online) return fail(unexpected(message));
    Commitments& commitments = *commitments_of(channel.state);
    // Closing before channel_ready: the funding transaction may never confirm, so nothing may be paid through it.
    if (std::holds_alternative<NoPointYet>(commitments.remote_next())) return fail(unexpected(message));
    return apply(commitments);
}

StepResult no_step(Result<void, ChannelFault> result) {
    if (!result) return fail(result.error());
    return Step{};
}

StepResult on_add(Channel& channel, const wire::UpdateAddHtlc& add) {
    const auto* const closing = std::get_if<ShuttingDown>(&channel.state);
    if (closing != nullptr && closing->their_script) {
        return fail(ChannelFault{FaultKind::shutting_down, add.id.raw(), 0, {}});
    }
    return with_commitments(channel, add, [&](Commitments& c) { return no_step(c.receive_add(add)); });
}

StepResult on_fulfill(Channel& channel, const wire::UpdateFulfillHtlc& fulfill) {
    return with_commitments(channel, fulfill, [&](Commitments& c) -> StepResult {
        RUNNEL_CHECK(c.receive_fulfill(fulfill));
        const auto& htlc = c.find(Party::ours, fulfill.id)->htlc;
        Step step;
        step.facts.push_back(PreimageLearned{fulfill.id, htlc.payment_hash, fulfill.payment_preimage});
        return step;
    });
}

StepResult on_commitment_signed(Channel& channel, const wire::CommitmentSigned& commit, const Context& context) {
    return with_commitments(channel, commit, [&](Commitments& c) -> StepResult {
        RUNNEL_TRY(auto received, c.receive_commit(commit, context.signer));
        Step step;
        received.revoke_and_ack.channel_id = channel.id;
        step.send.push_back(received.revoke_and_ack);
        for (auto& fact : received.facts) step.facts.push_back(std::move(fact));
        return step;
    });
}

StepResult on_revoke_and_ack(Channel& channel, const wire::RevokeAndAck& revocation) {
    return with_commitments(channel, revocation, [&](Commitments& c) -> StepResult {
        RUNNEL_TRY(auto facts, c.receive_revocation(revocation));
        Step step;
        for (auto& fact : facts) step.facts.push_back(std::move(fact));
        return step;
    });
}

// Getting ready ------------------------------------------------------------------------------------------------------------

StepResult on_ready(Channel& channel, const wire::ChannelReady& ready, const Context& context) {
    Step step;
    if (auto* waiting = std::get_if<AwaitingConfirmation>(&channel.state)) {
        waiting->early = ready;
        return step;
    }
    if (auto* waiting = std::get_if<AwaitingReady>(&channel.state)) {
        take_ready(waiting->funded, ready);
        Funded funded = std::move(waiting->funded);
        channel.state = Normal{std::move(funded)};
        step.facts.push_back(BecameUsable{});
        return step;
    }
    if (Funded* const funded = funded_of(channel.state)) {
        // Repeated after a reconnect: only the alias may be news. Or late, for a channel that began to close before: then its first
        // HTLC may be on its way already, but only if the funding transaction is as deep as it has to be for one.
        const bool is_deep = funded->depth(context.height) >= funded->minimum_depth;
        if (is_deep) take_ready(*funded, ready);
        else if (ready.short_channel_id) funded->their_alias = ready.short_channel_id;
        return step;
    }
    return fail(unexpected(ready));
}

// Closing by agreement -----------------------------------------------------------------------------------------------------

wire::Shutdown shutdown_message(const Channel& channel, const bitcoin::Script& script) {
    wire::Shutdown message;
    message.channel_id = channel.id;
    message.scriptpubkey = script;
    return message;
}

/// From the moment when only the peer's answer is missing; HTLCs that come in after all (theirs may cross our shutdown) undo it.
void note_wait(ShuttingDown& closing, const Context& context) {
    if (!closing.funded.commitments.is_quiet()) {
        closing.peer_due.reset();
    } else if (!closing.peer_due) {
        closing.peer_due = context.height;
    }
}

/// Enters ShuttingDown; the message itself goes out in flush().
void begin_shutdown(Channel& channel, Funded&& funded, const bitcoin::Script& script, const Context& context) {
    const auto& upfront = funded.params().our_upfront_shutdown;
    bitcoin::Script ours = upfront ? *upfront : script;
    Funded moved = std::move(funded);
    channel.state = ShuttingDown{std::move(moved), std::move(ours), false, std::nullopt, std::nullopt};
    note_wait(std::get<ShuttingDown>(channel.state), context);
}

StepResult on_shutdown(Channel& channel, const wire::Shutdown& shutdown, const Context& context) {
    Funded* const funded = funded_of(channel.state);
    const bool may_come = std::holds_alternative<AwaitingReady>(channel.state) ||
                          std::holds_alternative<AwaitingConfirmation>(channel.state) ||
                          takes_updates(channel.state) || std::holds_alternative<NegotiatingClose>(channel.state);
    if (funded == nullptr || !may_come || channel.link != Link::online) return fail(unexpected(shutdown));
    const bool anysegwit = context.features.has(Feature::shutdown_anysegwit);
    const auto& upfront = funded->params().their_upfront_shutdown;
    if (!is_allowed_shutdown_script(shutdown.scriptpubkey, anysegwit) || (upfront && *upfront != shutdown.scriptpubkey)) {
        return fail(ChannelFault{FaultKind::bad_shutdown_script, shutdown.scriptpubkey.size(), 0, "scriptpubkey"});
    }
    if (std::holds_alternative<NegotiatingClose>(channel.state)) return Step{};  // repeated after a reconnect
    if (!std::holds_alternative<ShuttingDown>(channel.state)) {
        begin_shutdown(channel, std::move(*funded), context.shutdown_script, context);
    }
    std::get<ShuttingDown>(channel.state).their_script = shutdown.scriptpubkey;
    return Step{};
}

ChannelFault close_fault(const CloseFault& fault) {
    const bool is_fatal = disposition(fault) == Disposition::fail_channel;
    const FaultKind kind = fault.kind == CloseFault::Kind::bad_signature    ? FaultKind::closing_signature
                           : fault.kind == CloseFault::Kind::signer_refused ? FaultKind::signer_refused
                           : is_fatal                                       ? FaultKind::closing_rule
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
        Closing closing{std::move(state.funded),
                        MutualCloseAgreed{*close.final_tx},
                        context.height,
                        {},
                        {},
                        {}};
        step.facts.push_back(MutualCloseSigned{*close.final_tx});
        channel.state = std::move(closing);
    }
    return step;
}

StepResult advance_shutdown(Channel& channel, const Context& context);

StepResult on_closing_signed(Channel& channel, const wire::ClosingSigned& offer, const Context& context) {
    if (std::holds_alternative<ShuttingDown>(channel.state)) {
        // Their shutdown and first offer may come in one turn: then ours is said now, not at its end.
        RUNNEL_TRY(Step first, advance_shutdown(channel, context));
        if (std::holds_alternative<ShuttingDown>(channel.state)) return fail(unexpected(offer));
        RUNNEL_TRY(Step second, on_closing_signed(channel, offer, context));
        for (auto& message : second.send) first.send.push_back(std::move(message));
        for (auto& fact : second.facts) first.facts.push_back(std::move(fact));
        return first;
    }
    auto* const state = std::get_if<NegotiatingClose>(&channel.state);
    if (state == nullptr || channel.link != Link::online) return fail(unexpected(offer));
    const CloseContext close{state->funded.params(), context.signer, channel.id};
    auto next = state->negotiation.receive(close, offer);
    if (!next) return fail(close_fault(next.error()));
    return take_close_step(channel, std::move(*next), context);
}

/// Shutdown goes out once nothing of ours waits for a signature; the negotiation begins once nothing is in flight.
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
    CloseNegotiation negotiation(state->funded.params(), commitments.settled(Party::ours), commitments.settled(Party::theirs),
                                 state->our_script, *state->their_script, close_feerates(context));
    const CloseContext close{state->funded.params(), context.signer, channel.id};
    auto started = negotiation.start(close);
    if (!started) return fail(close_fault(started.error()));
    NegotiatingClose next{std::move(state->funded), std::move(state->our_script), std::move(*state->their_script),
                          std::move(negotiation), state->peer_due};
    channel.state = std::move(next);
    Step more = take_close_step(channel, std::move(*started), context);
    for (auto& message : more.send) step.send.push_back(std::move(message));
    for (auto& fact : more.facts) step.facts.push_back(std::move(fact));
    return step;
}

// Reconnecting -------------------------------------------------------------------------------------------------------------

StepResult on_reestablish(Channel& channel, const wire::ChannelReestablish& theirs, const Context& context) {
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
    // channel_ready may have been lost as long as neither side has gone beyond the first commitment (BOLT 2).
    const bool neither_moved = theirs.next_commitment_number.raw() == 1 && funded->commitments.local_number().raw() == 0;
    // What was said stays said, even if the funding transaction has fallen out of its block since.
    const bool said_ready = std::holds_alternative<AwaitingReady>(channel.state) || std::holds_alternative<Normal>(channel.state) ||
                            (!std::holds_alternative<AwaitingConfirmation>(channel.state) &&
                             funded->depth(context.height) >= funded->minimum_depth);
    if (neither_moved && said_ready) step.send.push_back(ready_message(channel, *funded, context));
    for (auto& message : *again) {
        put_id(message, channel.id);
        step.send.push_back(std::move(message));
    }
    // Both sides repeat shutdown and the negotiation starts anew (BOLT 2, Message Retransmission).
    if (auto* const closing = std::get_if<ShuttingDown>(&channel.state)) {
        closing->sent = false;
        closing->their_script.reset();
    } else if (auto* const negotiating = std::get_if<NegotiatingClose>(&channel.state)) {
        ShuttingDown back{std::move(negotiating->funded), std::move(negotiating->our_script), false, std::nullopt,
                          negotiating->peer_due};
        channel.state = std::move(back);
    }
    channel.link = Link::online;
    return step;
}

StepResult on_error(const Channel& channel, const wire::Error& error) {
    Step step;
    if (is_stored(channel.state)) {
        step.facts.push_back(MustClose{ChannelFault{FaultKind::unexpected_message, error.data.size(), 0, "error"}});
    }
    return step;
}

// After the end ------------------------------------------------------------------------------------------------------------

bool is_over(const ChannelState& state) {
    return std::holds_alternative<Closing>(state) || closed_of(state) != nullptr;
}

/// A peer that comes back to a channel that is over hears so again (BOLT 2, Message Retransmission: "in an error state").
StepResult answer_reestablish_when_over(Channel& channel) {
    channel.link = Link::online;
    Step step;
    const auto* const closing = std::get_if<Closing>(
        &channel.state);  // of a settled one nothing more is said than "closed"
    const bool by_agreement = closing != nullptr && (std::holds_alternative<MutualCloseAgreed>(closing->cause) ||
                                                     std::holds_alternative<TheirClose>(closing->cause));
    if (by_agreement) return step;
    wire::Error error;
    error.channel_id = channel.id;
    const bool lost = closing != nullptr && std::holds_alternative<TheyMustClose>(closing->cause);
    error.data = to_bytes(bytes_of(lost ? "please close" : closing != nullptr ? "closing" : "closed"));
    step.send.push_back(std::move(error));
    return step;
}

/// Nothing the peer says changes a commitment any more, but a preimage is worth the same as ever: it pays what was forwarded.
StepResult on_message_when_over(Channel& channel, const wire::Message& message) {
    if (std::holds_alternative<wire::ChannelReestablish>(message)) return answer_reestablish_when_over(channel);
    Step step;
    const auto* const fulfill = std::get_if<wire::UpdateFulfillHtlc>(&message);
    const Funded* const funded = funded_of(channel.state);
    if (fulfill == nullptr || funded == nullptr) return step;
    const HtlcEntry* const entry = funded->commitments.find(Party::ours, fulfill->id);
    if (entry == nullptr || crypto::sha256(fulfill->payment_preimage.view()).raw() != entry->htlc.payment_hash.raw()) return step;
    step.facts.push_back(PreimageLearned{fulfill->id, entry->htlc.payment_hash, fulfill->payment_preimage});
    return step;
}

}  // namespace

// Facts about states -------------------------------------------------------------------------------------------------------

std::optional<ShortChannelId> Funded::short_channel_id() const {
    if (!confirmation) return std::nullopt;
    return ShortChannelId::make(confirmation->height.raw(), confirmation->tx_index, params().funding.index);
}

std::uint32_t Funded::depth(BlockHeight tip) const {
    if (!confirmation || tip < confirmation->height) return 0;
    return tip.raw() - confirmation->height.raw() + 1;
}

std::string_view state_name(const ChannelState& state) {
    // Who looks at a channel need not know that it is still remembered: Settled is closed.
    static constexpr std::string_view names[] = {"awaiting_accept",
                                                 "awaiting_funding_created",
                                                 "awaiting_funding_signed",
                                                 "awaiting_confirmation",
                                                 "awaiting_ready",
                                                 "normal",
                                                 "shutting_down",
                                                 "negotiating_close",
                                                 "closing",
                                                 "closed",
                                                 "closed"};
    static_assert(std::size(names) == std::variant_size_v<ChannelState>);
    return names[state.index()];
}

const Funded* funded_of(const ChannelState& state) {
    return std::visit(
        [](const auto& s) -> const Funded* {
            if constexpr (requires { s.funded; }) return &s.funded;
            if constexpr (requires { s.closing.funded; }) return &s.closing.funded;
            return nullptr;
        },
        state);
}

Funded* funded_of(ChannelState& state) { return const_cast<Funded*>(funded_of(std::as_const(state))); }

const Closing* closing_of(const ChannelState& state) {
    if (const auto* const settled = std::get_if<Settled>(&state)) return &settled->closing;
    return std::get_if<Closing>(&state);
}

Closing* closing_of(ChannelState& state) {
    return const_cast<Closing*>(closing_of(std::as_const(state)));
}

const Closed* closed_of(const ChannelState& state) {
    if (const auto* const settled = std::get_if<Settled>(&state)) return &settled->outcome;
    return std::get_if<Closed>(&state);
}

bool is_stored(const ChannelState& state) {
    return funded_of(state) != nullptr || std::holds_alternative<Closed>(state);
}

bool is_usable(const Channel& channel) {
    const auto* const normal = std::get_if<Normal>(&channel.state);
    return normal != nullptr && channel.link == Link::online && normal->funded.confirmation.has_value();
}

std::optional<CloseWait> close_wait(const Channel& channel) {
    using For = CloseWait::For;
    const auto* const shutting = std::get_if<ShuttingDown>(&channel.state);
    const auto* const negotiating = std::get_if<NegotiatingClose>(&channel.state);
    if (shutting == nullptr && negotiating == nullptr) return std::nullopt;
    if (shutting != nullptr && !shutting->funded.commitments.is_quiet()) return CloseWait{For::payments, std::nullopt};
    const auto since = shutting != nullptr ? shutting->peer_due : negotiating->peer_due;
    if (channel.link != Link::online) return CloseWait{For::connection, since};
    return CloseWait{shutting != nullptr ? For::shutdown : For::closing_signed, since};
}

// Inputs -------------------------------------------------------------------------------------------------------------------

StepResult on_message(Channel& channel, const wire::Message& message, const Context& context) {
    if (is_over(channel.state)) return on_message_when_over(channel, message);
    auto result = std::visit(
        overloaded{
            [&](const wire::AcceptChannel& m) -> StepResult {
                auto* const state = std::get_if<AwaitingAccept>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context) : fail(unexpected(message));
            },
            [&](const wire::FundingCreated& m) -> StepResult {
                auto* const state = std::get_if<AwaitingFundingCreated>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context) : fail(unexpected(message));
            },
            [&](const wire::FundingSigned& m) -> StepResult {
                auto* const state = std::get_if<AwaitingFundingSigned>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context) : fail(unexpected(message));
            },
            [&](const wire::ChannelReady& m) { return on_ready(channel, m, context); },
            [&](const wire::Shutdown& m) { return on_shutdown(channel, m, context); },
            [&](const wire::ClosingSigned& m) { return on_closing_signed(channel, m, context); },
            [&](const wire::UpdateAddHtlc& m) { return on_add(channel, m); },
            [&](const wire::UpdateFulfillHtlc& m) { return on_fulfill(channel, m); },
            [&](const wire::UpdateFailHtlc& m) {
                return with_commitments(channel, m, [&](Commitments& c) { return no_step(c.receive_fail(m)); });
            },
            [&](const wire::UpdateFailMalformedHtlc& m) {
                return with_commitments(channel, m, [&](Commitments& c) { return no_step(c.receive_fail_malformed(m)); });
            },
            [&](const wire::UpdateFee& m) {
                return with_commitments(channel, m, [&](Commitments& c) { return no_step(c.receive_fee(m)); });
            },
            [&](const wire::CommitmentSigned& m) { return on_commitment_signed(channel, m, context); },
            [&](const wire::RevokeAndAck& m) { return on_revoke_and_ack(channel, m); },
            [&](const wire::ChannelReestablish& m) { return on_reestablish(channel, m, context); },
            [&](const wire::Error& m) { return on_error(channel, m); },
            [](const wire::Warning&) -> StepResult { return Step{}; },  // BOLT 1: the channel lives
            [&](const auto&) -> StepResult { return fail(unexpected(message)); },
        },
        message);
    return result;
}

Step on_peer_up(Channel& channel, const Context& context) {
    Step step;
    const Funded* const funded = funded_of(channel.state);
    if (funded == nullptr || closed_of(channel.state) != nullptr) return step;
    channel.link = Link::reestablishing;
    if (const auto* const closing = std::get_if<Closing>(&channel.state)) {
        // Only who has lost state still talks, to let the peer prove it and close.
        if (!std::holds_alternative<TheyMustClose>(closing->cause)) return step;
    }
    if (takes_updates(channel.state)) {
        // The peer has forgotten what we did not sign; what has grown too old meanwhile is not said again.
        for (auto& fact : commitments_of(channel.state)->take_back_stale(stale_until(context))) step.facts.push_back(std::move(fact));
    }
    auto message = funded->commitments.reestablish(context.signer);
    message.channel_id = channel.id;
    step.send.push_back(message);
    return step;
}

bool on_peer_down(Channel& channel) {
    channel.link = Link::offline;
    if (!is_stored(channel.state)) return false;
    if (Commitments* const commitments = commitments_of(channel.state);
        commitments != nullptr && takes_updates(channel.state)) {
        commitments->forget_unsigned();
    }
    if (auto* const closing = std::get_if<ShuttingDown>(&channel.state)) {
        closing->sent = false;
    }
    return true;
}

Step on_block(Channel& channel, const Context& context) {
    Step step;
    auto* const waiting = std::get_if<AwaitingConfirmation>(&channel.state);
    if (waiting == nullptr || waiting->funded.depth(context.height) < waiting->funded.minimum_depth) return step;
    step.send.push_back(ready_message(channel, waiting->funded, context));
    Funded funded = std::move(waiting->funded);
    if (waiting->early) {
        take_ready(funded, *waiting->early);
        channel.state = Normal{std::move(funded)};
        step.facts.push_back(BecameUsable{});
    } else {
        channel.state = AwaitingReady{std::move(funded)};
    }
    return step;
}

void on_funding_confirmed(Channel& channel, const Confirmation& where) {
    if (Funded* const funded = funded_of(channel.state)) {
        funded->confirmation = where;
        funded->was_confirmed = true;
        funded->rival.reset();
    }
}

void on_funding_unconfirmed(Channel& channel) {
    Funded* const funded = funded_of(channel.state);
    if (funded == nullptr) return;
    funded->confirmation.reset();
    funded->their_announcement.reset();
    // Their channel_ready has not come: go back a state and wait again. Once it has, the channel stays and is unusable until
    // the funding transaction is in a block again (is_usable).
    if (auto* const waiting = std::get_if<AwaitingReady>(&channel.state)) {
        Funded moved = std::move(waiting->funded);
        channel.state = AwaitingConfirmation{std::move(moved), std::nullopt};
    }
}

StepResult flush(Channel& channel, const Context& context) {
    Step step;
    if (channel.link != Link::online) return step;
    if (takes_updates(channel.state)) {
        Commitments& commitments = *commitments_of(channel.state);
        if (commitments.may_sign() && commitments.has_changes_to_sign()) {
            // Said already and not to be unsaid but by a new connection, on which it is taken back.
            if (commitments.has_stale_proposal(stale_until(context))) return fail(ChannelFault{FaultKind::stale_proposal, 0, 0, {}});
            RUNNEL_TRY(auto commit, commitments.send_commit(context.signer));
            commit.channel_id = channel.id;
            step.send.push_back(std::move(commit));
        }
    }
    RUNNEL_TRY(auto more, advance_shutdown(channel, context));
    for (auto& message : more.send) step.send.push_back(std::move(message));
    for (auto& fact : more.facts) step.facts.push_back(std::move(fact));
    return step;
}

// Wishes -------------------------------------------------------------------------------------------------------------------

namespace {

template <typename M>
Result<wire::Message, ChannelFault> with_id(const Channel& channel, Result<M, ChannelFault> made) {
    if (!made) return fail(made.error());
    wire::Message message = *std::move(made);
    put_id(message, channel.id);
    return message;
}

ChannelFault not_open() { return ChannelFault{FaultKind::unexpected_message, 0, 0, "state"}; }

}  // namespace

Result<wire::UpdateAddHtlc, ChannelFault> add_htlc(Channel& channel, Msat amount, const PaymentHash& hash,
                                                   BlockHeight cltv_expiry, const wire::OnionPacket& onion) {
    const bool wants_to_close = std::holds_alternative<ShuttingDown>(channel.state) || std::holds_alternative<NegotiatingClose>(channel.state);
    if (wants_to_close) return fail(ChannelFault{FaultKind::shutting_down, 0, 0, "state"});
    if (!is_usable(channel)) return fail(not_open());
    RUNNEL_TRY(auto message, commitments_of(channel.state)->send_add(amount, hash, cltv_expiry, onion));
    message.channel_id = channel.id;
    return message;
}

Result<wire::Message, ChannelFault> fulfill_htlc(Channel& channel, HtlcId id, const wire::Preimage& preimage) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fulfill(id, preimage));
}

Result<wire::Message, ChannelFault> fail_htlc(Channel& channel, HtlcId id, Bytes reason) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fail(id, std::move(reason)));
}

Result<wire::Message, ChannelFault> fail_malformed_htlc(Channel& channel, HtlcId id, const Hash256& sha256_of_onion,
                                                        std::uint16_t failure_code) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fail_malformed(id, sha256_of_onion, failure_code));
}

Result<wire::Message, ChannelFault> update_fee(Channel& channel, FeeratePerKw feerate) {
    if (!is_usable(channel)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fee(feerate));
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
    const auto& params = commitments.params();
    const auto signature =
        context.signer.sign_local_commitment(commitments.guard(), commitments.local_number(), commitment.tx,
                                             params.their_keys.funding_pubkey, params.funding_satoshis);
    if (!signature) return fail(refused(signature.error()));
    commitment.tx.inputs.at(0).witness =
        funding_witness(params.our_keys.funding_pubkey, signature->value, params.their_keys.funding_pubkey,
                        commitments.local_signatures().signature);
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

}  // namespace runnel::channel
