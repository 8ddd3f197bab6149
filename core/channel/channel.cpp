#include "core/channel/channel.h"

#include "core/channel/phases.h"

#include <algorithm>

namespace runnel::channel {

// What the phases share --------------------------------------------------------------------------

ChannelFault unexpected(const wire::Message& message) {
    return ChannelFault{FaultKind::unexpected_message,
                        static_cast<std::uint64_t>(wire::type_of(message)), 0,
                        wire::name_of(message)};
}

ChannelFault refused(ports::SignRefusal refusal) {
    return ChannelFault{FaultKind::signer_refused, static_cast<std::uint64_t>(refusal), 0, {}};
}

ChannelFault not_open() { return ChannelFault{FaultKind::unexpected_message, 0, 0, "state"}; }

void put_id(wire::Message& message, const ChannelId& id) {
    std::visit(
        [&](auto& m) {
            if constexpr (requires { m.channel_id; }) m.channel_id = id;
        },
        message);
}

void append(Step& step, Step&& more) {
    for (auto& message : more.send) step.send.push_back(std::move(message));
    for (auto& fact : more.facts) step.facts.push_back(std::move(fact));
}

Commitments* commitments_of(ChannelState& state) {
    Funded* const funded = funded_of(state);
    return funded == nullptr ? nullptr : &funded->commitments;
}

bool takes_updates(const ChannelState& state) {
    return std::holds_alternative<Normal>(state) || std::holds_alternative<ShuttingDown>(state);
}

BlockHeight stale_until(const Context& context) {
    return context.chain_is_current ? context.height + BlockDelta(3) : BlockHeight(UINT32_MAX);
}

namespace {

/// With so few blocks left nobody beyond the peer would take an HTLC any more (BOLT 2, "cltv_expiry
/// Delta Selection": a payee asks for 18).
constexpr BlockDelta abandoned_margin{18};

/// Does a proposal of ours wait in vain for a peer that is away? Without a connection, or before
/// channel_reestablish on a new one, the peer knows of nothing that was not signed.
bool has_abandoned_proposal(const Channel& channel, BlockHeight height) {
    if (channel.link == Link::online || !takes_updates(channel.state)) return false;
    const Funded* const funded = funded_of(channel.state);
    return funded->commitments.has_stale_proposal(height + abandoned_margin);
}

}  // namespace

wire::ChannelReady ready_message(const Channel& channel, const Funded& funded,
                                 const Context& context) {
    wire::ChannelReady ready;
    ready.channel_id = channel.id;
    ready.second_per_commitment_point = context.signer.commitment_point(CommitmentNumber(1));
    ready.short_channel_id = funded.our_alias;
    return ready;
}

// Messages of normal operation -------------------------------------------------------------------

namespace {

template <typename F>
StepResult with_commitments(Channel& channel, const wire::Message& message, F&& apply) {
    if (!takes_updates(channel.state)) return fail(unexpected(message));
    // BOLT 2: nothing but reestablish comes before reestablish.
    if (channel.link != Link::online) return fail(unexpected(message));
    Commitments& commitments = *commitments_of(channel.state);
    // Closing before channel_ready: the funding transaction may never confirm, so nothing may be
    // paid through it.
    if (std::holds_alternative<NoPointYet>(commitments.remote_next()))
        return fail(unexpected(message));
    return apply(commitments);
}

StepResult no_step(Result<void, ChannelFault> result) {
    if (!result) return fail(result.error());
    return Step{};
}

StepResult on_add(Channel& channel, const wire::UpdateAddHtlc& add) {
    const auto* const closing = std::get_if<ShuttingDown>(&channel.state);
    if (closing != nullptr && (closing->their_script || closing->close_signed)) {
        return fail(ChannelFault{FaultKind::shutting_down, add.id.raw(), 0, {}});
    }
    return with_commitments(channel, add,
                            [&](Commitments& c) { return no_step(c.receive_add(add)); });
}

StepResult on_fulfill(Channel& channel, const wire::UpdateFulfillHtlc& fulfill) {
    return with_commitments(channel, fulfill, [&](Commitments& c) -> StepResult {
        RUNNEL_CHECK(c.receive_fulfill(fulfill));
        const auto& htlc = c.find(Party::ours, fulfill.id)->htlc;
        Step step;
        step.facts.push_back(
            PreimageLearned{fulfill.id, htlc.payment_hash, fulfill.payment_preimage});
        return step;
    });
}

StepResult on_commitment_signed(Channel& channel, const wire::CommitmentSigned& commit,
                                const Context& context) {
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

// Getting ready ----------------------------------------------------------------------------------

/// Any alias that was received may be used (BOLT 2, channel_ready): the first is kept, for whoever
/// sends another one each time would have us write each time.
void take_alias(Funded& funded, const wire::ChannelReady& ready) {
    if (!funded.their_alias) funded.their_alias = ready.short_channel_id;
}

void take_ready(Funded& funded, const wire::ChannelReady& ready) {
    funded.commitments.set_remote_next_point(ready.second_per_commitment_point);
    take_alias(funded, ready);
}

StepResult on_ready(Channel& channel, const wire::ChannelReady& ready, const Context& context) {
    Step step;
    if (auto* waiting = std::get_if<AwaitingConfirmation>(&channel.state)) {
        // The first says all there is to say. It may come before channel_reestablish, as some peers
        // have it.
        if (!waiting->early) waiting->early = ready;
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
        // Repeated after a reconnect: nothing is news. Or late, for a channel that began
        // to close before: then its first HTLC may be on its way already, but only if the funding
        // transaction is as deep as it has to be for one.
        const bool is_deep = funded->depth(context.height) >= funded->minimum_depth;
        if (is_deep) take_ready(*funded, ready);
        else take_alias(*funded, ready);
        return step;
    }
    return fail(unexpected(ready));
}

StepResult on_error(const Channel& channel, const wire::Error& error) {
    Step step;
    if (is_stored(channel.state)) {
        step.facts.push_back(
            MustClose{ChannelFault{FaultKind::unexpected_message, error.data.size(), 0, "error"}});
    }
    return step;
}

}  // namespace

// Inputs -----------------------------------------------------------------------------------------

StepResult on_message(Channel& channel, const wire::Message& message, const Context& context) {
    if (is_over(channel.state)) return on_message_when_over(channel, message, context);
    auto result = std::visit(
        overloaded{
            [&](const wire::AcceptChannel& m) -> StepResult {
                auto* const state = std::get_if<AwaitingAccept>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context)
                                        : fail(unexpected(message));
            },
            [&](const wire::FundingCreated& m) -> StepResult {
                auto* const state = std::get_if<AwaitingFundingCreated>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context)
                                        : fail(unexpected(message));
            },
            [&](const wire::FundingSigned& m) -> StepResult {
                auto* const state = std::get_if<AwaitingFundingSigned>(&channel.state);
                return state != nullptr ? on(channel, *state, m, context)
                                        : fail(unexpected(message));
            },
            [&](const wire::ChannelReady& m) { return on_ready(channel, m, context); },
            [&](const wire::Shutdown& m) { return on_shutdown(channel, m, context); },
            [&](const wire::ClosingSigned& m) { return on_closing_signed(channel, m, context); },
            [&](const wire::UpdateAddHtlc& m) { return on_add(channel, m); },
            [&](const wire::UpdateFulfillHtlc& m) { return on_fulfill(channel, m); },
            [&](const wire::UpdateFailHtlc& m) {
                return with_commitments(channel, m,
                                        [&](Commitments& c) { return no_step(c.receive_fail(m)); });
            },
            [&](const wire::UpdateFailMalformedHtlc& m) {
                return with_commitments(channel, m, [&](Commitments& c) {
                    return no_step(c.receive_fail_malformed(m));
                });
            },
            [&](const wire::UpdateFee& m) {
                return with_commitments(channel, m,
                                        [&](Commitments& c) { return no_step(c.receive_fee(m)); });
            },
            [&](const wire::CommitmentSigned& m) {
                return on_commitment_signed(channel, m, context);
            },
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
    if (auto* const agreed = unconfirmed_close(channel.state)) {
        // The peer may have missed the end of the talk, and waits for this before it goes on.
        agreed->said = false;
    } else if (const auto* const closing = std::get_if<Closing>(&channel.state)) {
        // Else only who has lost state still talks, to let the peer prove it and close.
        if (!std::holds_alternative<TheyMustClose>(closing->cause)) return step;
    }
    if (takes_updates(channel.state)) {
        // The peer has forgotten what we did not sign; what has grown too old meanwhile is not said
        // again.
        for (auto& fact : commitments_of(channel.state)->take_back_stale(stale_until(context)))
            step.facts.push_back(std::move(fact));
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

std::optional<ChannelFault> stalled(const Channel& channel, BlockHeight height) {
    if (channel.link != Link::online || !takes_updates(channel.state)) return std::nullopt;
    const auto& commitments = funded_of(channel.state)->commitments;
    if (commitments.may_sign() || !commitments.has_stale_proposal(height + abandoned_margin))
        return std::nullopt;
    return ChannelFault{FaultKind::stale_proposal, 0, 0, {}};
}

bool is_moved_by_block(const Channel& channel, BlockHeight height) {
    return std::holds_alternative<AwaitingConfirmation>(channel.state) ||
           has_abandoned_proposal(channel, height);
}

Step on_block(Channel& channel, const Context& context) {
    Step step;
    if (has_abandoned_proposal(channel, context.height)) {
        const BlockHeight last = context.height + abandoned_margin;
        for (auto& fact : commitments_of(channel.state)->take_back_stale(last))
            step.facts.push_back(std::move(fact));
        return step;
    }
    auto* const waiting = std::get_if<AwaitingConfirmation>(&channel.state);
    if (waiting == nullptr || waiting->funded.depth(context.height) < waiting->funded.minimum_depth)
        return step;
    // Before they have said channel_reestablish nothing is said; on_reestablish says it then.
    if (channel.link == Link::online)
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
    // Their channel_ready has not come: go back a state and wait again. Once it has, the channel
    // stays and is unusable until the funding transaction is in a block again (is_usable).
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
            if (commitments.has_stale_proposal(stale_until(context)))
                return fail(ChannelFault{FaultKind::stale_proposal, 0, 0, {}});
            RUNNEL_TRY(auto commit, commitments.send_commit(context.signer));
            commit.channel_id = channel.id;
            step.send.push_back(std::move(commit));
        }
    }
    RUNNEL_TRY(auto more, advance_shutdown(channel, context));
    append(step, std::move(more));
    return step;
}

// Wishes -----------------------------------------------------------------------------------------

namespace {

template <typename M>
Result<wire::Message, ChannelFault> with_id(const Channel& channel, Result<M, ChannelFault> made) {
    if (!made) return fail(made.error());
    wire::Message message = *std::move(made);
    put_id(message, channel.id);
    return message;
}

}  // namespace

Result<wire::UpdateAddHtlc, ChannelFault> add_htlc(Channel& channel, Msat amount,
                                                   const PaymentHash& hash, BlockHeight cltv_expiry,
                                                   const wire::OnionPacket& onion) {
    const bool wants_to_close = std::holds_alternative<ShuttingDown>(channel.state) ||
                                std::holds_alternative<NegotiatingClose>(channel.state);
    if (wants_to_close) return fail(ChannelFault{FaultKind::shutting_down, 0, 0, "state"});
    if (!is_usable(channel)) return fail(not_open());
    RUNNEL_TRY(auto message,
               commitments_of(channel.state)->send_add(amount, hash, cltv_expiry, onion));
    message.channel_id = channel.id;
    return message;
}

Result<wire::Message, ChannelFault> fulfill_htlc(Channel& channel, HtlcId id,
                                                 const wire::Preimage& preimage) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fulfill(id, preimage));
}

Result<wire::Message, ChannelFault> fail_htlc(Channel& channel, HtlcId id, Bytes reason) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fail(id, std::move(reason)));
}

Result<wire::Message, ChannelFault> fail_malformed_htlc(Channel& channel, HtlcId id,
                                                        const Hash256& sha256_of_onion,
                                                        std::uint16_t failure_code) {
    if (!takes_updates(channel.state)) return fail(not_open());
    return with_id(
        channel,
        commitments_of(channel.state)->send_fail_malformed(id, sha256_of_onion, failure_code));
}

Result<wire::Message, ChannelFault> update_fee(Channel& channel, FeeratePerKw feerate) {
    if (!is_usable(channel)) return fail(not_open());
    return with_id(channel, commitments_of(channel.state)->send_fee(feerate));
}

}  // namespace runnel::channel
