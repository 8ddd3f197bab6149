// Between channels and the rest of the node: which channel a message is for, what its facts mean,
// what its faults cause.
#include "core/channel/channel.h"

#include "core/channel/store.h"
#include "core/node/allowance.h"
#include "core/node/deadlines.h"
#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

using channel::Disposition;

/// Of words that cost a peer nothing (is_idle): as many at once as a restless fee estimate has
/// cause for.
constexpr Allowance idle_words{60'000, 60};

void warn_peer(Draft& draft, const channel::Channel& channel, const channel::ChannelFault& fault) {
    wire::Warning warning;
    warning.channel_id = channel.id;
    warning.data = to_bytes(bytes_of(describe(fault)));
    draft.send(channel.peer, warning);
}

bool is_opening(const channel::ChannelState& state) { return !channel::is_stored(state); }

/// The command that waits for an opening's outcome is kept in its plan's place: by the temporary
/// id.
void on_fault(Draft& draft, const ChannelId& id, const channel::ChannelFault& fault,
              const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const ChannelPtr channel = *found;
    draft.log(LogLevel::unusual, fmt::format("fault channel={} state={} fault={}", id.hex(),
                                             channel::state_name(channel->state), describe(fault)));
    if (is_opening(channel->state)) {
        send_error(draft, channel->peer, id, describe(fault));
        end_opening(draft, id,
                    api::Problem{api::ProblemKind::peer_refused, {{"reason", describe(fault)}}});
        return;
    }
    switch (disposition(fault)) {
        case Disposition::ignore: return;
        case Disposition::warn: warn_peer(draft, *channel, fault); return;
        case Disposition::fail_opening:
        case Disposition::warn_and_disconnect:
            warn_peer(draft, *channel, fault);
            hang_up(draft, channel->peer, describe(fault));
            return;
        case Disposition::fail_channel:
            send_error(draft, channel->peer, id, describe(fault));
            force_close(draft, id, describe(fault), scope);
            return;
    }
}

/// A feerate that may be taken back with the next word, or a signature for nothing new (BOLT 2
/// forbids it, some send one now and then): each makes an entry in the journal, which is kept for
/// ever, and whoever says it pays nothing for that.
bool is_idle(const channel::Channel& channel, const wire::Message& message) {
    // An opening has no journal yet, and ends with such a word. What is counted for it would be
    // kept for as many as a stranger likes to begin.
    if (!channel::is_stored(channel.state)) return false;
    if (std::holds_alternative<wire::UpdateFee>(message)) return true;
    const auto* const funded = channel::funded_of(channel.state);
    return std::holds_alternative<wire::CommitmentSigned>(message) && funded != nullptr &&
           !funded->commitments.awaits_their_signature();
}

/// The id of a channel changes once, from temporary to final.
void rename_channel(Draft& draft, const ChannelId& from, channel::Channel moved) {
    const ChannelId to = moved.id;
    moved.was = from;
    draft.channels.erase(from);
    draft.dirty.erase(from);
    draft.channels.put(to, std::make_shared<const channel::Channel>(std::move(moved)));
}

void watch_funding(Draft& draft, const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return;
    const auto& params = funded->params();
    const auto script = bitcoin::p2wsh(
        channel::funding_script(params.our_keys.funding_pubkey, params.their_keys.funding_pubkey));
    draft.effects.push_back(ports::Watch{ports::WatchScript{script}, funded->created});
    draft.effects.push_back(ports::Watch{ports::WatchOutPoint{params.funding}, funded->created});
}

/// Signs and hands out the funding transaction. It is broadcast after this turn is on disk, and our
/// commitment with their signature is in the same turn: no satoshi is in a channel that we could
/// not leave.
void on_funding_agreed(Draft& draft, const ChannelId& id, const channel::FundingAgreed& fact,
                       const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(id);
    if (channel == nullptr) return;
    if (const auto lost = lost_coin(draft, fact.plan))
        return drop_opening(draft, id, "funding failed", *lost);
    auto signed_tx = commit_spend(draft, fact.plan.spend, "funding", scope);
    if (!signed_tx) return drop_opening(draft, id, "funding failed", signed_tx.error());
    channel::funded_of(channel->state)->funding_tx = *signed_tx;
    // With the channel and its funding transaction, in one turn: an opening that comes to nothing
    // uses up no address.
    if (const auto& promised = channel::funded_of(channel->state)->params().our_upfront_shutdown)
        use_script(draft, *promised, scope);
    watch_funding(draft, *channel);
    answer_opening(
        draft, id,
        api::ChannelOpening{id, (*signed_tx)->txid(),
                            channel::funded_of(channel->state)->params().funding_satoshis,
                            fact.plan.spend.fee});
}

void take_fact(Draft& draft, const ChannelId& id, channel::Fact&& fact, const Scope& scope) {
    std::visit(
        overloaded{
            [&](channel::FundingAgreed& f) { on_funding_agreed(draft, id, f, scope); },
            [&](const channel::BecameFunded&) {},
            [&](const channel::BecameUsable&) {
                draft.log(LogLevel::info, fmt::format("channel usable id={}", id.hex()));
                tell_our_update(draft, id, scope);
                payments_on_usable(draft, id, scope);
            },
            [&](const channel::PreimageLearned& f) {
                on_preimage(draft, HtlcRef{id, f.id}, f.payment_hash, f.preimage, scope);
            },
            [&](const channel::HtlcFact& htlc) {
                std::visit(
                    overloaded{
                        [&](const channel::IncomingLockedIn& f) {
                            on_incoming_locked_in(draft, id, f.id, scope);
                        },
                        [&](const channel::OutgoingRemoved& f) {
                            draft.room_made = true;
                            on_outgoing_removed(draft, HtlcRef{id, f.id}, f.payment_hash,
                                                f.removal.get(), scope);
                        },
                        [&](const channel::IncomingRemoved& f) {
                            // Fulfilled it is money to send, and either way it weighs on the
                            // commitment's fee no more.
                            draft.room_made = true;
                            on_incoming_removed(draft, HtlcRef{id, f.id}, f.payment_hash, scope);
                        }},
                    htlc);
            },
            [&](const channel::MutualCloseSigned& f) {
                draft.log(LogLevel::info, fmt::format("close agreed id={} txid={}", id.hex(),
                                                      display_hex(f.tx.txid())));
                begin_closing(draft, id, scope);
            },
            [&](const channel::MustClose& f) { force_close(draft, id, describe(f.fault), scope); },
            [&](const channel::LostState&) {
                draft.log(LogLevel::unusual, fmt::format("state lost id={}", id.hex()));
                // Asks them to close: an error with our channel_reestablish is what every
                // implementation answers so.
                if (const ChannelPtr* const c = draft.channels.find(id))
                    send_error(draft, (*c)->peer, id, "please close");
                begin_closing(draft, id, scope);
            },
        },
        fact);
}

}  // namespace

/// Not while nothing was ever paid into it: strangers could open and close without end, and lead
/// the wallet's next addresses beyond where a restored one looks for them. Nor a change script, for
/// the same reason: closes that pay us nothing may be many, and no count of what was paid bounds
/// change. What pays to that one uses it up.
void use_shutdown_script(Draft& draft, const channel::Channel& channel, const Scope& scope) {
    if (is_unproven(channel)) return;
    const bitcoin::Script* script = nullptr;
    if (const auto* const closing = std::get_if<channel::ShuttingDown>(&channel.state)) {
        script = &closing->our_script;
    } else if (const auto* const agreeing =
                   std::get_if<channel::NegotiatingClose>(&channel.state)) {
        script = &agreeing->our_script;
    }
    const ports::KeyPath* const path = script == nullptr ? nullptr : draft.scripts.find(*script);
    if (path != nullptr && !path->change) use_script(draft, *script, scope);
}

void send_error(Draft& draft, const crypto::PublicKey& peer, const ChannelId& id,
                const std::string& text) {
    wire::Error error;
    error.channel_id = id;
    error.data = to_bytes(bytes_of(text));
    draft.send(peer, error);
}

void take_step(Draft& draft, const ChannelId& id, channel::Step&& step, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const auto peer = (*found)->peer;
    use_shutdown_script(draft, **found, scope);
    for (auto& message : step.send) draft.send(peer, std::move(message));
    for (auto& fact : step.facts) take_fact(draft, id, std::move(fact), scope);
}

ChannelScope channel_scope(const Draft& draft, const channel::Channel& channel,
                           const Scope& scope) {
    auto signer = scope.keys.channel(channel.keys);
    const Peer* const peer = draft.peers.find(channel.peer);
    channel::Context context{scope.config.channels,
                             scope.now,
                             draft.tip.height,
                             draft.health.fees,
                             *signer,
                             peer == nullptr ? wire::Features{} : peer->negotiated,
                             next_close_script(draft, scope),
                             !chain_problem(draft, scope, true).has_value()};
    return ChannelScope{std::move(signer), std::move(context)};
}

namespace {

/// Messages about a channel that is not there: nothing of this peer's can be meant, so say so once.
void on_unknown_channel(Draft& draft, const PeerMessage& event, const ChannelId& id) {
    if (std::holds_alternative<wire::ChannelReestablish>(event.message)) {
        // They hold a channel that we have forgotten or never had: an error lets them close and get
        // their money.
        send_error(draft, event.node_id, id, "unknown channel");
    }
}

}  // namespace

void on_peer_message(Draft& draft, const PeerMessage& event, const Scope& scope) {
    if (const Peer* const peer = draft.peers.find(event.node_id); peer != nullptr && peer->hung_up)
        return;
    if (const auto* const open = std::get_if<wire::OpenChannel>(&event.message)) {
        return on_their_open(draft, event.node_id, *open, scope);
    }
    if (on_gossip_message(draft, event, scope)) return;
    const auto id = wire::channel_id_of(event.message);
    if (!id) return;
    const ChannelPtr* const found = draft.channels.find(*id);
    // A channel of another peer is none of this peer's business: an attacker may know its id from
    // the chain.
    if (found == nullptr || (*found)->peer != event.node_id)
        return on_unknown_channel(draft, event, *id);
    if (const auto* const created = std::get_if<wire::FundingCreated>(&event.message);
        created != nullptr &&
        std::holds_alternative<channel::AwaitingFundingCreated>((*found)->state)) {
        // Who knows the funding transaction beforehand can choose this; a channel is taken in when
        // its id changes.
        if (channel::channel_id_of({created->funding_txid, created->funding_output_index}) == *id)
            return drop_opening(draft, *id, "temporary_channel_id is the channel's own");
        // Accepted while there was room; nothing of it is on either disk yet.
        if (const auto reason = why_not_theirs(draft, event.node_id, scope))
            return drop_opening(draft, *id, *reason);
    }
    if (is_idle(**found, event.message) && draft.peers.contains(event.node_id) &&
        !idle_words.take(draft.peers.edit(event.node_id).idle_until_ms[*id], scope.monotonic_ms))
        return on_fault(draft, *id, {channel::FaultKind::too_often}, scope);
    channel::Channel* const channel = draft.edit_channel(*id);
    const bool had_id = channel->id == *id;
    const auto with = channel_scope(draft, *channel, scope);
    auto step = channel::on_message(*channel, event.message, with.context);
    if (!step) return on_fault(draft, *id, step.error(), scope);
    ChannelId now = *id;
    if (had_id && channel->id != *id) {
        now = channel->id;
        if (const auto reason = why_not_its_funding(draft, *channel))
            return drop_opening(draft, *id, *reason);
        move_opening(draft, *id, now);
        rename_channel(draft, *id, *channel);
        const ChannelPtr* const renamed = draft.channels.find(now);
        if (channel::is_stored((*renamed)->state)) watch_funding(draft, **renamed);
    }
    draft.dirty.insert(now);
    take_step(draft, now, *std::move(step), scope);
    if (std::holds_alternative<wire::ChannelReestablish>(event.message))
        on_reestablished(draft, now, scope);
}

void flush_channels(Draft& draft, const Scope& scope) {
    if (draft.room_made) payments_on_room(draft, scope);
    // A flush may make facts that touch other channels (a forward); each pass signs at most once a
    // channel, so this ends.
    for (int pass = 0; pass < 4 && !draft.dirty.empty(); ++pass) {
        const auto dirty = std::exchange(draft.dirty, {});
        for (const auto& id : dirty) {
            channel::Channel* const channel = draft.edit_channel(id);
            judge_feerate(draft, id);
            if (channel == nullptr || channel->link != channel::Link::online) continue;
            const auto with = channel_scope(draft, *channel, scope);
            auto step = channel::flush(*channel, with.context);
            if (!step) {
                on_fault(draft, id, step.error(), scope);
                continue;
            }
            take_step(draft, id, *std::move(step), scope);
        }
    }
    // States that readers hear about.
    for (const auto& [id, after] : draft.channels.changes()) {
        const ChannelPtr* const found = draft.channels.before(id);
        if (found == nullptr && !after) continue;
        const auto before =
            found == nullptr ? std::string() : shown_state(**found, draft.base.tip.height);
        const auto now = after ? shown_state(**after, draft.tip.height) : std::string("gone");
        if (now != before) draft.tell(api::ChannelStateChanged{id, now});
    }
}

void channels_on_block(Draft& draft, const Scope& scope) {
    update_fees(draft);
    judge_feerates(draft);
    policies_on_block(draft, scope);
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr&) { ids.push_back(id); });
    for (const auto& id : ids) {
        if (channel::is_moved_by_block(**draft.channels.find(id), draft.tip.height)) {
            channel::Channel* const own = draft.edit_channel(id);
            const auto with = channel_scope(draft, *own, scope);
            take_step(draft, id, channel::on_block(*own, with.context), scope);
            draft.dirty.insert(id);
        }
        if (const auto fault = channel::stalled(**draft.channels.find(id), draft.tip.height))
            on_fault(draft, id, *fault, scope);
        announce_on_block(draft, id, scope);
        const ChannelPtr channel = *draft.channels.find(id);
        if (const auto reason = deadline_passed(draft, *channel, scope))
            force_close(draft, id, *reason, scope);
    }
}

namespace {

/// A payment of ours is lost by nothing but the preimage, however late it is taken back: nobody
/// waits behind it. Of a wallet that was off for days and reads block after block the peer may have
/// news that it could not tell; so its channel is closed by none of those blocks, nor by the first
/// that come to a chain in step, while the peer is being connected to.
bool may_wait_for_peer(const Draft& draft, const HtlcRef& outgoing, const Scope& scope) {
    if (find_forward(draft, outgoing) != nullptr) return false;
    constexpr BlockDelta time_to_be_told{3};
    return chain_problem(draft, scope, false) ||
           draft.tip.height < draft.health.in_step_from + time_to_be_told;
}

}  // namespace

/// Why the channel has to go to the chain now, if it has to.
std::optional<std::string> deadline_passed(const Draft& draft, const channel::Channel& channel,
                                           const Scope& scope) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr || channel::closing_of(channel.state) != nullptr) return std::nullopt;
    for (const auto& entry : funded->commitments.htlcs()) {
        const auto from = on_chain_from(draft, channel, entry);
        if (!from || draft.tip.height < *from) continue;
        if (entry.htlc.offered_by == channel::Party::ours &&
            may_wait_for_peer(draft, HtlcRef{channel.id, entry.htlc.id}, scope))
            continue;
        const auto id = entry.htlc.id.raw();
        const auto expiry = entry.htlc.cltv_expiry;
        return entry.htlc.offered_by == channel::Party::ours
                   ? fmt::format("HTLC {} of ours expired at {} unresolved", id, expiry)
                   : fmt::format("HTLC {} fulfilled by us expires at {}", id, expiry);
    }
    return std::nullopt;
}

std::optional<channel::ChannelFault> force_close(Draft& draft, const ChannelId& id,
                                                 const std::string& reason, const Scope& scope) {
    channel::Channel* const channel = draft.edit_channel(id);
    if (channel == nullptr || channel::closing_of(channel->state) != nullptr ||
        channel::closed_of(channel->state) != nullptr)
        return std::nullopt;
    if (is_opening(channel->state)) {
        end_opening(draft, id, api::Problem{api::ProblemKind::peer_refused, {{"reason", reason}}});
        return std::nullopt;
    }
    const auto with = channel_scope(draft, *channel, scope);
    auto step = channel::force_close(*channel, reason, with.context);
    if (!step) {
        // A commitment without outputs was taken by versions before this one; there is nothing in
        // it to publish.
        const bool is_empty = step.error().kind == channel::FaultKind::no_outputs;
        draft.log(
            is_empty ? LogLevel::unusual : LogLevel::broken,
            fmt::format("force close failed id={} fault={}", id.hex(), describe(step.error())));
        return step.error();
    }
    draft.log(LogLevel::unusual, fmt::format("force close id={} reason={}", id.hex(), reason));
    send_error(draft, channel->peer, id, "closing: " + reason);
    begin_closing(draft, id, scope);
    return std::nullopt;
}

}  // namespace runnel::node
