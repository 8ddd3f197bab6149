// Peers: connections asked for, connections lost, and coming back. A peer with a channel is
// connected to for as long as the channel lives, at growing intervals.
#include "core/channel/store.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace runnel::node {

namespace {

constexpr std::uint64_t first_retry_ms = 1'000;
constexpr std::uint64_t longest_retry_ms = 5 * 60'000;
/// A connection that ends sooner was brief. When each one is, for the same fault, coming back every
/// second would only repeat it.
constexpr std::uint64_t brief_ms = 60'000;

/// A timer for a peer, by the last bytes of its id.
std::uint64_t reconnect_timer(const crypto::PublicKey& node_id) {
    return timer_of(TimerKind::reconnect, std::hash<crypto::PublicKey>{}(node_id));
}

bool has_live_channel(const Draft& draft, const crypto::PublicKey& node_id) {
    bool found = false;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        if (channel->peer == node_id && channel::closed_of(channel->state) == nullptr) found = true;
    });
    return found;
}

std::vector<ChannelId> channels_of(const Draft& draft, const crypto::PublicKey& node_id) {
    std::vector<ChannelId> ids;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        if (channel->peer == node_id) ids.push_back(id);
    });
    return ids;
}

void arm_reconnect(Draft& draft, const crypto::PublicKey& node_id) {
    const Peer* const known = draft.peers.find(node_id);
    if (known == nullptr || known->host.empty() || !has_live_channel(draft, node_id)) return;
    Peer& peer = draft.peers.edit(node_id);
    const std::uint64_t wait = std::min(
        longest_retry_ms, first_retry_ms << std::min<std::uint32_t>(peer.retries + peer.brief, 20));
    ++peer.retries;
    draft.effects.push_back(
        ports::ArmTimer{reconnect_timer(node_id), std::chrono::milliseconds(wait)});
}

/// Forgets whom we know no address of and share nothing with: anybody may connect, under as many
/// names as he likes.
void forget_stranger(Draft& draft, const crypto::PublicKey& node_id) {
    const Peer* const peer = draft.peers.find(node_id);
    if (peer == nullptr || peer->connected || !peer->host.empty() || !peer->waiting.empty()) return;
    if (channels_of(draft, node_id).empty()) draft.peers.erase(node_id);
}

/// Does a peer mean this channel by `id`? Until it has signed, it calls our opening by the
/// temporary id (BOLT 1, "The error and warning Messages").
bool is_named(const channel::Channel& channel, const ChannelId& id) {
    const auto* const named = std::get_if<channel::AwaitingFundingSigned>(&channel.state);
    return channel.id == id || (named != nullptr && named->temporary == id);
}

/// An error by which its sender means no end of a channel. LND says "internal error" for whatever
/// broke on its side, also where it keeps the channel; before 0.18 it answered a shutdown while
/// HTLCs were under way with the other. BOLT 1 would have us close by force what nobody wants
/// closed (a peer that does publishes its own commitment); CLN and Eclair do not either.
bool means_no_end(std::string_view text) {
    return text == "internal error" || text == "link failed to shutdown";
}

/// Those for whom `concerns` holds.
template <typename Concerns>
void answer_waiting(Draft& draft, Peer& peer, const api::CommandResult& result, Concerns concerns) {
    for (const auto& waiting : peer.waiting) {
        if (concerns(waiting)) draft.answer(waiting.id, result);
    }
    std::erase_if(peer.waiting, concerns);
}

}  // namespace

void on_peer_up(Draft& draft, const PeerUp& event, const Scope& scope) {
    if (const Peer* const known = draft.peers.find(event.node_id);
        known != nullptr && known->connected) {
        // A new connection took the place of one whose end we have not heard of: what was said on
        // it is gone.
        on_peer_down(draft, PeerDown{event.node_id, "replaced"}, scope);
    }
    if (!draft.peers.contains(event.node_id)) draft.peers.put(event.node_id, Peer{});
    Peer& peer = draft.peers.edit(event.node_id);
    peer.connected = true;
    peer.hung_up = false;
    peer.features = event.theirs;
    peer.negotiated = event.negotiated;
    peer.retries = 0;
    peer.up_since_ms = scope.monotonic_ms;
    peer.announced.clear();
    if (!event.host.empty()) {
        peer.host = event.host;
        peer.port = event.port;
    }
    answer_waiting(draft, peer,
                   api::Answer(api::Connected{event.node_id, event.theirs.to_string()}),
                   [](const Peer::Waiting&) { return true; });
    for (const auto& id : channels_of(draft, event.node_id)) {
        channel::Channel* const channel = draft.edit_channel(id);
        if (channel == nullptr) continue;
        const auto with = channel_scope(draft, *channel, scope);
        take_step(draft, id, channel::on_peer_up(*channel, with.context), scope);
    }
    draft.tell(api::PeerConnected{event.node_id});
}

void on_peer_down(Draft& draft, const PeerDown& event, const Scope& scope) {
    if (!draft.peers.contains(event.node_id)) return;
    Peer& peer = draft.peers.edit(event.node_id);
    peer.connected = false;
    peer.hung_up = false;
    const bool was_brief = scope.monotonic_ms - peer.up_since_ms < brief_ms;
    if (!was_brief) peer.brief = 0;
    for (const auto& id : channels_of(draft, event.node_id)) {
        channel::Channel* const channel = draft.edit_channel(id);
        if (!channel::on_peer_down(*channel)) {
            end_opening(draft, id,
                        api::Problem{api::ProblemKind::peer_refused,
                                     {{"reason", "the connection was lost"}}});
        }
    }
    draft.tell(api::PeerDisconnected{event.node_id, event.cause});
    arm_reconnect(draft, event.node_id);
    if (was_brief) ++draft.peers.edit(event.node_id).brief;
    forget_stranger(draft, event.node_id);
}

void hang_up(Draft& draft, const crypto::PublicKey& node_id, const std::string& cause) {
    draft.effects.push_back(ports::DisconnectPeer{node_id, cause});
    const Peer* const peer = draft.peers.find(node_id);
    if (peer == nullptr || !peer->connected || peer->hung_up) return;
    draft.peers.edit(node_id).hung_up = true;
    for (const auto& id : channels_of(draft, node_id)) {
        if (!channel::on_peer_down(*draft.edit_channel(id))) {
            end_opening(draft, id,
                        api::Problem{api::ProblemKind::peer_refused, {{"reason", cause}}});
        }
    }
}

void on_connect_failed(Draft& draft, const ConnectFailed& event, const Scope&) {
    if (!draft.peers.contains(event.node_id)) return;
    Peer& peer = draft.peers.edit(event.node_id);
    answer_waiting(draft, peer,
                   fail(api::Problem{api::ProblemKind::connect_failed,
                                     {{"node_id", event.node_id.hex()}, {"cause", event.cause}}}),
                   [&](const Peer::Waiting& waiting) {
                       return waiting.host == event.host && waiting.port == event.port;
                   });
    if (!peer.connected) arm_reconnect(draft, event.node_id);
    forget_stranger(draft, event.node_id);
}

void on_peer_complaint(Draft& draft, const PeerComplaint& event, const Scope& scope) {
    draft.log(LogLevel::unusual, fmt::format("peer {} {}: {}", event.node_id.hex(),
                                             event.is_error ? "error" : "warning", event.text));
    const bool ends_channels = event.is_error && !means_no_end(event.text);
    bool is_to_reconnect = false;
    for (const auto& id : channels_of(draft, event.node_id)) {
        if (event.channel && !is_named(**draft.channels.find(id), *event.channel)) continue;
        if (!channel::is_stored((*draft.channels.find(id))->state)) {
            const api::Problem refused{api::ProblemKind::peer_refused, {{"reason", event.text}}};
            if (event.is_error) {
                end_opening(draft, id, refused);
            } else if (event.channel) {
                // Some refuse an opening so, and the person would wait for nothing. What names no
                // channel is about something else: a query, another channel's feerate. The peer
                // hears of the end, for it may have stored the channel already.
                drop_opening(draft, id, "given up after a warning", refused);
            }
            continue;
        }
        if (!event.is_error) continue;
        channel::Channel* const channel = draft.edit_channel(id);
        if (!ends_channels) {
            is_to_reconnect = is_to_reconnect || (channel::closing_of(channel->state) == nullptr &&
                                                  channel::closed_of(channel->state) == nullptr);
            continue;
        }
        wire::Error error;
        error.channel_id = id;
        error.data = to_bytes(bytes_of(event.text));
        const auto with = channel_scope(draft, *channel, scope);
        auto step = channel::on_message(*channel, error, with.context);
        if (step) take_step(draft, id, *std::move(step), scope);
    }
    // Its link stands still until the next connection.
    if (is_to_reconnect) hang_up(draft, event.node_id, "the peer said: " + event.text);
}

void on_connect(Draft& draft, const api::CommandId& id, const api::Connect& wish,
                const Scope& scope) {
    if (wish.node_id == scope.keys.node_id()) {
        draft.answer(id,
                     fail(api::Problem{api::ProblemKind::bad_request,
                                       {{"field", "node_id"}, {"cause", "this is our own node"}}}));
        return;
    }
    if (!draft.peers.contains(wish.node_id)) draft.peers.put(wish.node_id, Peer{});
    Peer& peer = draft.peers.edit(wish.node_id);
    if (peer.hung_up) {
        return draft.answer(id,
                            fail(api::Problem{api::ProblemKind::connect_failed,
                                              {{"node_id", wish.node_id.hex()},
                                               {"cause", "the last connection is just ending"}}}));
    }
    if (peer.connected) {
        draft.answer(id, api::Answer(api::Connected{wish.node_id, peer.features.to_string()}));
        return;
    }
    // Its address is remembered once it has worked: a wrong one must not take the place of the
    // right one.
    peer.waiting.push_back({id, wish.host, wish.port});
    draft.effects.push_back(ports::ConnectPeer{wish.node_id, wish.host, wish.port, true});
}

void on_disconnect(Draft& draft, const api::CommandId& id, const api::Disconnect& wish,
                   const Scope&) {
    const Peer* const peer = draft.peers.find(wish.node_id);
    if (peer == nullptr || !peer->connected) {
        draft.answer(id, fail(api::Problem{api::ProblemKind::peer_not_connected,
                                           {{"node_id", wish.node_id.hex()}}}));
        return;
    }
    draft.effects.push_back(ports::DisconnectPeer{wish.node_id, "asked to"});
    draft.answer(id, api::Answer(api::Disconnected{}));
}

void on_timer(Draft& draft, std::uint64_t timer, const Scope& scope) {
    switch (kind_of(timer)) {
        case TimerKind::reconnect: {
            std::vector<crypto::PublicKey> due;
            draft.peers.for_each([&](const crypto::PublicKey& node_id, const Peer& peer) {
                if (!peer.connected && !peer.host.empty() && reconnect_timer(node_id) == timer)
                    due.push_back(node_id);
            });
            for (const auto& node_id : due) {
                if (!has_live_channel(draft, node_id)) continue;
                const Peer& peer = *draft.peers.find(node_id);
                draft.effects.push_back(ports::ConnectPeer{node_id, peer.host, peer.port});
            }
            return;
        }
        case TimerKind::payment_deadline:
        case TimerKind::mpp_timeout: payments_on_timer(draft, timer, scope); return;
        case TimerKind::opening_timeout: {
            std::vector<ChannelId> late;
            draft.openings.for_each([&](const ChannelId& id, const api::CommandId&) {
                if (timer_of(TimerKind::opening_timeout, std::hash<ChannelId>{}(id)) == timer)
                    late.push_back(id);
            });
            for (const auto& id : late) {
                drop_opening(
                    draft, id, "no answer for too long",
                    api::Problem{api::ProblemKind::timed_out, {{"what", "the peer's answer"}}});
            }
            return;
        }
        case TimerKind::chain_silence: on_chain_silence(draft, scope); return;
    }
}

void resume_peers(const State& state, std::vector<ports::Effect>& out) {
    for (const auto& [id, channel] : state.channels) {
        if (channel::closed_of(channel->state) != nullptr) continue;
        const auto peer = state.peers.find(channel->peer);
        if (peer == state.peers.end() || peer->second.host.empty()) continue;
        out.push_back(ports::ConnectPeer{channel->peer, peer->second.host, peer->second.port});
    }
}

}  // namespace runnel::node
