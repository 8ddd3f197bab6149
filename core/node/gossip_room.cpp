// What a wallet has to do with gossip: announce a public channel of its own with the peer, tell the
// peer our policy, keep the peer's policy for route hints. Everybody else's gossip is passed over;
// queries are answered where they come in (core/shell/peer_connection.cpp).
#include "core/gossip/announcement.h"
#include "core/gossip/policy.h"
#include "core/node/allowance.h"
#include "core/node/funding.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

constexpr std::uint32_t announcement_depth = 6;  // BOLT 7, announcement_signatures

/// Each change of a peer's policy is written: as many at once as a person who tries out fees may
/// make.
constexpr Allowance policies{10 * 60'000, 12};

gossip::ChannelEnds ends_of(const channel::Channel& channel, const channel::Funded& funded,
                            const Scope& scope) {
    const auto& params = funded.params();
    return {params_of(scope.config.network).chain_hash,
            *funded.short_channel_id(),
            scope.keys.node_id(),
            channel.peer,
            params.our_keys.funding_pubkey,
            params.their_keys.funding_pubkey};
}

/// Nothing when the channel's signer refuses: then there is nothing to announce.
std::optional<wire::AnnouncementSignatures> our_signatures(const channel::Channel& channel,
                                                           const channel::Funded& funded,
                                                           const Scope& scope) {
    const auto announcement = gossip::unsigned_announcement(ends_of(channel, funded, scope));
    const auto by_funding_key = scope.keys.channel(channel.keys)->sign_announcement(announcement);
    if (!by_funding_key) return std::nullopt;
    wire::AnnouncementSignatures message;
    message.channel_id = channel.id;
    message.short_channel_id = *funded.short_channel_id();
    message.node_signature = scope.keys.sign_node(gossip::signature_hash(announcement));
    message.bitcoin_signature = *by_funding_key;
    return message;
}

gossip::ForwardingPolicy our_policy(const channel::Funded& funded, const Scope& scope) {
    const auto& forwarding = scope.config.forwarding;
    gossip::ForwardingPolicy policy;
    policy.cltv_expiry_delta = forwarding.cltv_expiry_delta;
    // BOLT 7: no less than the peer accepts, no more than it lets us have in flight.
    const auto& theirs = funded.params().theirs;
    policy.htlc_maximum_msat =
        std::min(funded.params().funding_satoshis.msat(), theirs.max_htlc_value_in_flight_msat);
    policy.htlc_minimum_msat = std::min(std::max(forwarding.htlc_minimum, theirs.htlc_minimum_msat),
                                        policy.htlc_maximum_msat);
    policy.fee_base_msat = forwarding.fee_base_msat;
    policy.fee_proportional_millionths = forwarding.fee_proportional_millionths;
    policy.disabled = !forwarding.enabled;
    return policy;
}

/// Our channel_update for the peer's side: how HTLCs over this channel towards the peer are
/// forwarded.
wire::ChannelUpdate our_update(const channel::Channel& channel, const channel::Funded& funded,
                               const Scope& scope) {
    gossip::UpdateSubject subject;
    subject.chain_hash = params_of(scope.config.network).chain_hash;
    subject.is_public = funded.params().announce;
    const auto real = funded.short_channel_id();
    subject.short_channel_id = !subject.is_public && funded.their_alias
                                   ? *funded.their_alias
                                   : real.value_or(funded.our_alias);
    subject.our_node_id = scope.keys.node_id();
    subject.their_node_id = channel.peer;
    auto update = gossip::unsigned_update(subject, our_policy(funded, scope),
                                          gossip::next_timestamp(scope.now, std::nullopt));
    update.signature = scope.keys.sign_node(gossip::signature_hash(update));
    return update;
}

void take_signatures(Draft& draft, const PeerMessage& event,
                     const wire::AnnouncementSignatures& theirs, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(theirs.channel_id);
    if (found == nullptr || (*found)->peer != event.node_id) return;
    channel::Channel* const channel = draft.edit_channel(theirs.channel_id);
    // Once it closes it is not announced any more (BOLT 7, announcement_signatures).
    auto* const normal = std::get_if<channel::Normal>(&channel->state);
    if (normal == nullptr) return;
    auto* const funded = &normal->funded;
    if (!funded->params().announce || !funded->short_channel_id()) return;
    if (!gossip::verify(theirs, ends_of(*channel, *funded, scope))) {
        draft.log(LogLevel::unusual, fmt::format("announcement_signatures invalid channel={}",
                                                 theirs.channel_id.hex()));
        return;
    }
    const bool first = !funded->their_announcement.has_value();
    // Another one that is valid too says nothing new, and would be written each time.
    if (first) funded->their_announcement = theirs;
    if (funded->depth(draft.tip.height) < announcement_depth) return;
    // Who says it again after a reconnect has not got ours; once a connection is enough, or two of
    // us would never stop.
    const bool is_new_here = draft.peers.edit(event.node_id).announced.insert(channel->id).second;
    if (!first && !is_new_here) return;
    const auto ours = our_signatures(*channel, *funded, scope);
    if (!ours) return;
    if (is_new_here) draft.send(event.node_id, *ours);
    draft.send(event.node_id, gossip::announce(ends_of(*channel, *funded, scope), *ours, theirs));
    draft.send(event.node_id, our_update(*channel, *funded, scope));
}

/// A stranger's word for a channel into which nobody has paid is kept once; of others, what changes
/// something, and not too often.
bool is_worth_keeping(Draft& draft, const crypto::PublicKey& node_id, const ChannelId& id,
                      const wire::ChannelUpdate& update, const gossip::ForwardingPolicy& policy,
                      const Scope& scope) {
    const channel::Channel& channel = **draft.channels.find(id);
    const auto& known = channel::funded_of(channel.state)->their_update;
    if (!known) return true;
    if (is_unproven(channel) || gossip::policy_of(*known) == policy) return false;
    if (!draft.peers.contains(node_id)) return false;
    auto& peer = draft.peers.edit(node_id);
    if (!policies.take(peer.policies_until_ms[id], scope.monotonic_ms)) {
        // The last word is the one that counts: it is written later.
        peer.policies_late[id] = update;
        return false;
    }
    peer.policies_late.erase(id);
    return true;
}

void take_update(Draft& draft, const crypto::PublicKey& node_id, const wire::ChannelUpdate& update,
                 const Scope& scope) {
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& c) {
        if (c->peer == node_id && channel::funded_of(c->state) != nullptr &&
            channel::closed_of(c->state) == nullptr)
            ids.push_back(id);
    });
    for (const auto& id : ids) {
        const auto* const funded = channel::funded_of((*draft.channels.find(id))->state);
        std::vector<ShortChannelId> names{funded->our_alias};
        if (funded->their_alias) names.push_back(*funded->their_alias);
        if (const auto real = funded->short_channel_id()) names.push_back(*real);
        gossip::UpdateExpectation expected;
        expected.chain_hash = params_of(scope.config.network).chain_hash;
        expected.short_channel_ids = names;
        expected.our_node_id = scope.keys.node_id();
        expected.their_node_id = node_id;
        if (funded->their_update) expected.last_timestamp = funded->their_update->timestamp;
        const auto accepted = gossip::accept_update(update, expected);
        if (!accepted) continue;
        if (!is_worth_keeping(draft, node_id, id, update, *accepted, scope)) return;
        channel::funded_of(draft.edit_channel(id)->state)->their_update = update;
        return;
    }
}

}  // namespace

bool on_gossip_message(Draft& draft, const PeerMessage& event, const Scope& scope) {
    return std::visit(overloaded{[&](const wire::AnnouncementSignatures& m) {
                                     take_signatures(draft, event, m, scope);
                                     return true;
                                 },
                                 [&](const wire::ChannelUpdate& m) {
                                     take_update(draft, event.node_id, m, scope);
                                     return true;
                                 },
                                 [](const wire::ChannelAnnouncement&) { return true; },
                                 [](const wire::NodeAnnouncement&) { return true; },
                                 [](const wire::ReplyShortChannelIdsEnd&) { return true; },
                                 [](const wire::ReplyChannelRange&) { return true; },
                                 [](const wire::GossipTimestampFilter&) { return true; },
                                 [](const wire::OnionMessage&) { return true; },
                                 [](const auto&) { return false; }},
                      event.message);
}

void policies_on_block(Draft& draft, const Scope& scope) {
    std::vector<std::pair<crypto::PublicKey, wire::ChannelUpdate>> late;
    draft.peers.for_each([&](const crypto::PublicKey& node_id, const Peer& peer) {
        for (const auto& [id, update] : peer.policies_late) late.emplace_back(node_id, update);
    });
    for (const auto& [node_id, update] : late) take_update(draft, node_id, update, scope);
}

void announce_on_block(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const channel::Channel& channel = **found;
    const auto* const normal = std::get_if<channel::Normal>(&channel.state);
    if (normal == nullptr || !normal->funded.params().announce ||
        channel.link != channel::Link::online)
        return;
    if (normal->funded.depth(draft.tip.height) < announcement_depth) return;
    // Once at the depth, and again while theirs is missing: they may have been away (BOLT 7).
    if (normal->funded.depth(draft.tip.height) > announcement_depth &&
        normal->funded.their_announcement)
        return;
    const auto ours = our_signatures(channel, normal->funded, scope);
    if (!ours) return;
    draft.peers.edit(channel.peer).announced.insert(id);
    draft.send(channel.peer, *ours);
    if (normal->funded.their_announcement) {
        draft.send(channel.peer, gossip::announce(ends_of(channel, normal->funded, scope), *ours,
                                                  *normal->funded.their_announcement));
        draft.send(channel.peer, our_update(channel, normal->funded, scope));
    }
}

void tell_our_update(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr || (*found)->link != channel::Link::online) return;
    const auto* const normal = std::get_if<channel::Normal>(&(*found)->state);
    if (normal == nullptr) return;
    const auto& funded = normal->funded;
    if (funded.params().announce) {
        // Comes with the announcement; what came before that would be about a channel that nobody
        // may know of.
        const bool is_announced =
            funded.their_announcement && funded.depth(draft.tip.height) >= announcement_depth;
        if (!is_announced) return;
    } else if (!funded.their_alias && !funded.short_channel_id()) {
        return;  // by no name that the peer knows
    }
    draft.send((*found)->peer, our_update(**found, funded, scope));
}

}  // namespace runnel::node
