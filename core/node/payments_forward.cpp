// Forwarding between two of our channels: off in a wallet, on in a hub. An HTLC goes out in the
// turn in which its incoming one became irrevocable; its preimage comes back at once, its failure
// only when nothing of it is left. Keyed by the incoming HTLC.
#include "core/node/payments_room.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

/// An HTLC we pass on must have at least so many blocks left (BOLT 2: a hop needs time to go to the
/// chain).
constexpr BlockDelta least_outgoing_blocks{9};
constexpr BlockDelta most_outgoing_blocks{2016};

const channel::Funded* normal_of(const channel::Channel& channel) {
    const auto* const normal = std::get_if<channel::Normal>(&channel.state);
    return normal == nullptr ? nullptr : &normal->funded;
}

/// The channel that the payer named. The real id of a channel of type scid_alias is not accepted:
/// who knows it would learn which output on the chain is ours (BOLT 2).
bool is_named(const channel::Funded& funded, ShortChannelId scid) {
    if (funded.our_alias == scid) return true;
    return !funded.params().scid_alias && funded.short_channel_id() == scid;
}

/// Channels that may carry the HTLC: the named one first, then others to the same peer (BOLT 4,
/// "Non-strict Forwarding").
struct Candidates {
    bool known = false;
    std::vector<ChannelId> usable;
};

Candidates candidates(const Draft& draft, ShortChannelId scid, Msat amount) {
    Candidates out;
    std::optional<crypto::PublicKey> next;
    ChannelId named;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const auto* const funded = channel::funded_of(channel->state);
        if (funded == nullptr || next || channel::closing_of(channel->state) != nullptr ||
            !is_named(*funded, scid))
            return;
        next = channel->peer;
        named = id;
    });
    if (!next) return out;
    out.known = true;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        if (channel->peer != *next || !takes_htlcs_of_ours(draft, id, *channel)) return;
        if (normal_of(*channel)->commitments.can_send() < amount) return;
        out.usable.insert(id == named ? out.usable.begin() : out.usable.end(), id);
    });
    return out;
}

std::optional<Msat> fee_of(const ForwardPolicy& policy, Msat amount) {
    const payment::HintHop terms{
        {}, {}, Msat(policy.fee_base_msat), policy.fee_proportional_millionths, {}};
    return payment::hop_fee(terms, amount);
}

/// Why the HTLC is not passed on, by our policy alone.
std::optional<onion::Failure> policy_failure(const Draft& draft, const ForwardPolicy& policy,
                                             const channel::Htlc& in,
                                             const onion::ForwardPayload& out) {
    const Msat amount = out.amt_to_forward;
    if (amount < policy.htlc_minimum) return onion::AmountBelowMinimum{amount, {}};
    const auto fee = fee_of(policy, amount);
    const auto wanted = fee ? add(amount, *fee) : std::nullopt;
    if (!wanted || in.amount_msat < *wanted) return onion::FeeInsufficient{in.amount_msat, {}};
    const std::uint64_t least_in =
        std::uint64_t{out.outgoing_cltv_value.raw()} + policy.cltv_expiry_delta;
    if (in.cltv_expiry < least_in) return onion::IncorrectCltvExpiry{out.outgoing_cltv_value, {}};
    if (out.outgoing_cltv_value < draft.tip.height + least_outgoing_blocks)
        return onion::ExpiryTooSoon{{}};
    if (out.outgoing_cltv_value > draft.tip.height + most_outgoing_blocks)
        return onion::ExpiryTooFar{};
    return std::nullopt;
}

/// The outgoing HTLC was taken back and its id is given out again: what is said of that one is not
/// this forward's.
void forget_outgoing(Draft& draft, Forward forward) {
    forward.outgoing = HtlcRef{};
    put_forward(draft, std::move(forward));
}

}  // namespace

const Forward* find_forward(const Draft& draft, const HtlcRef& outgoing) {
    const HtlcRef* const incoming = draft.forwards_by_outgoing.find(outgoing);
    return incoming == nullptr ? nullptr : draft.forwards.find(*incoming);
}

void put_forward(Draft& draft, Forward forward) {
    const Forward* const before = draft.forwards.find(forward.incoming);
    if (before == nullptr || before->outgoing != forward.outgoing) {
        if (before != nullptr) draft.forwards_by_outgoing.erase(before->outgoing);
        if (forward.outgoing != HtlcRef{})
            draft.forwards_by_outgoing.put(forward.outgoing, forward.incoming);
    }
    const HtlcRef incoming = forward.incoming;
    draft.forwards.put(incoming, std::move(forward));
}

void erase_forward(Draft& draft, const HtlcRef& incoming) {
    const Forward* const forward = draft.forwards.find(incoming);
    if (forward == nullptr) return;
    draft.forwards_by_outgoing.erase(forward->outgoing);
    draft.forwards.erase(incoming);
}

bool is_on_chain(const Draft& draft, const ChannelId& id) {
    const ChannelPtr* const found = draft.channels.find(id);
    return found != nullptr && (channel::closing_of((*found)->state) != nullptr ||
                                channel::closed_of((*found)->state) != nullptr);
}

void forward_htlc(Draft& draft, const PeeledHtlc& htlc, const onion::ForwardPayload& payload,
                  const wire::OnionPacket& next, const Scope& scope) {
    const auto refuse = [&](const onion::Failure& failure) {
        fail_incoming(draft, htlc.ref, htlc.shared_secret, failure);
    };
    const auto& policy = scope.config.forwarding;
    if (!policy.enabled) return refuse(onion::UnknownNextPeer{});
    const auto ways = candidates(draft, payload.short_channel_id, payload.amt_to_forward);
    if (!ways.known) return refuse(onion::UnknownNextPeer{});
    if (const auto failure = policy_failure(draft, policy, htlc.htlc, payload))
        return refuse(*failure);
    for (const auto& id : ways.usable) {
        channel::Channel* const channel = draft.edit_channel(id);
        const auto add = channel::add_htlc(*channel, payload.amt_to_forward, htlc.htlc.payment_hash,
                                           payload.outgoing_cltv_value, next);
        if (!add) continue;
        put_forward(draft, Forward{htlc.ref, HtlcRef{id, add->id}, htlc.htlc.amount_msat,
                                   payload.amt_to_forward, htlc.shared_secret, std::nullopt});
        draft.dirty.insert(id);
        draft.send(channel->peer, *add);
        return;
    }
    refuse(onion::TemporaryChannelFailure{{}});
}

bool forward_preimage(Draft& draft, const HtlcRef& outgoing, const wire::Preimage& preimage,
                      const Scope& scope) {
    const Forward* const found = find_forward(draft, outgoing);
    if (found == nullptr) return false;
    if (found->preimage) return true;
    Forward forward = *found;
    forward.preimage = preimage;
    put_forward(draft, forward);
    const bool passed_on = fulfil_incoming(draft, forward.incoming, preimage);
    // The incoming channel went to the chain: there the preimage is worth the same, for a limited
    // time.
    const bool on_chain = is_on_chain(draft, forward.incoming.channel);
    if (passed_on || on_chain) {
        draft.tell(api::HtlcForwarded{forward.amount_out, forward.amount_in - forward.amount_out});
    } else {
        draft.log(LogLevel::unusual,
                  fmt::format("preimage too late for channel={} id={}",
                              forward.incoming.channel.hex(), forward.incoming.id.raw()));
    }
    if (on_chain) closings_on_block(draft, scope);
    return true;
}

bool forward_removed(Draft& draft, const HtlcRef& outgoing, const channel::Removal* removal,
                     const Scope& scope) {
    const Forward* const found = find_forward(draft, outgoing);
    if (found == nullptr) return false;
    const Forward forward = *found;
    if (removal != nullptr) {
        if (const auto* const fulfilled = std::get_if<channel::Fulfilled>(removal)) {
            return forward_preimage(draft, outgoing, fulfilled->payment_preimage, scope);
        }
    }
    // Known meanwhile, from the chain: then the incoming one is paid, whatever the removal says.
    if (forward.preimage) return true;
    if (removal == nullptr) {
        const bool never_left = !is_on_chain(draft, outgoing.channel);
        if (never_left) forget_outgoing(draft, forward);
        fail_incoming(draft, forward.incoming, forward.shared_secret,
                      never_left ? onion::Failure(onion::TemporaryChannelFailure{{}})
                                 : onion::Failure(onion::PermanentChannelFailure{}));
        return true;
    }
    if (const auto* const failed = std::get_if<channel::Failed>(removal)) {
        if (failed->reason.empty()) {
            fail_incoming(draft, forward.incoming, forward.shared_secret,
                          onion::TemporaryChannelFailure{{}});
            return true;
        }
        Bytes reason = failed->reason;
        onion::wrap_failure(forward.shared_secret, reason);
        fail_incoming_with(draft, forward.incoming, std::move(reason));
    } else if (const auto* const malformed = std::get_if<channel::FailedMalformed>(removal)) {
        fail_incoming(draft, forward.incoming, forward.shared_secret,
                      onion::from_malformed(malformed->failure_code, malformed->sha256_of_onion));
    }
    return true;
}

void fail_expired_forwards(Draft& draft) {
    std::vector<Forward> expired;
    draft.forwards.for_each([&](const HtlcRef& ref, const Forward& forward) {
        // On the chain nothing can be said any more.
        if (forward.preimage || is_on_chain(draft, ref.channel)) return;
        const ChannelPtr* const channel = draft.channels.find(ref.channel);
        const auto* const funded =
            channel == nullptr ? nullptr : channel::funded_of((*channel)->state);
        const auto* const entry =
            funded == nullptr ? nullptr : funded->commitments.find(channel::Party::theirs, ref.id);
        if (entry == nullptr || entry->stage != channel::Stage::locked_in) return;
        if (draft.tip.height >= BlockHeight(entry->htlc.cltv_expiry)) expired.push_back(forward);
    });
    for (const auto& forward : expired) {
        draft.log(LogLevel::unusual,
                  fmt::format("forward without an outcome when it expired channel={} id={}",
                              forward.incoming.channel.hex(), forward.incoming.id.raw()));
        fail_incoming(draft, forward.incoming, forward.shared_secret,
                      onion::PermanentChannelFailure{});
    }
}

}  // namespace runnel::node
