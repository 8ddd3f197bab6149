#include "core/peer/session.h"

#include "core/base/log.h"

#include <algorithm>
#include <string_view>

namespace runnel::peer {

using wire::Feature;
using wire::Features;

namespace {

/// BOLT 9, "ASSUMED": whoever does not set these bits has the features nevertheless.
const Features& assumed() {
    static const Features features = Features::demanding(
        {Feature::data_loss_protect, Feature::var_onion_optin, Feature::static_remotekey,
         Feature::payment_secret, Feature::channel_type});
    return features;
}

/// Features of others that ask nothing of us, even when they are demanded: these messages are
/// universal by now, and a channel below the old limit suits a node that also makes large ones.
const Features& harmless() {
    static const Features features = Features::demanding(
        {Feature::gossip_queries, Feature::gossip_queries_ex, Feature::large_channel});
    return features;
}

constexpr std::uint16_t no_pong_from =
    65532;  // BOLT 1: asking for that many or more asks for no pong
constexpr std::uint16_t our_pong_bytes = 16;
constexpr std::chrono::milliseconds pong_window{10'000};
/// An init has room for half a million bits, and a list of them in words is many times as long:
/// what lies above here means nothing to anybody today and is not kept.
constexpr std::size_t kept_feature_bits = 1024;
constexpr std::size_t most_pong_bytes = std::size_t{1} << 20;  // in one window

Complaint complaint(Complaint::Kind kind, const ChannelId& channel, ByteView data) {
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    return Complaint{kind, channel.is_zero() ? std::nullopt : std::optional(channel),
                     escaped(text)};
}

std::optional<Complaint> as_complaint(const wire::Message& message) {
    if (const auto* error = std::get_if<wire::Error>(&message)) {
        return complaint(Complaint::Kind::error, error->channel_id, error->data);
    }
    if (const auto* warning = std::get_if<wire::Warning>(&message)) {
        return complaint(Complaint::Kind::warning, warning->channel_id, warning->data);
    }
    return std::nullopt;
}

}  // namespace

Features our_features() {
    Features out = assumed();
    out.offer(Feature::upfront_shutdown_script);
    out.offer(Feature::basic_mpp);
    out.offer(Feature::anchors);
    out.offer(Feature::shutdown_anysegwit);
    out.offer(Feature::scid_alias);
    return out;
}

Negotiated::Negotiated(const Features& ours, const Features& theirs)
    : m_ours(ours), m_theirs(theirs) {}

bool Negotiated::has(Feature feature) const {
    if (assumed().has(feature) || m_ours.demands(feature)) return true;
    return m_ours.has(feature) && m_theirs.has(feature);
}

PeerSession::PeerSession(Settings settings, Instant now)
    : m_settings(std::move(settings)), m_state(AwaitingInit{now}) {}

wire::Message PeerSession::first_message() const {
    wire::Init init;
    init.features = m_settings.features;
    init.networks = {m_settings.chain_hash};
    if (m_settings.their_address) {
        init.remote_addr = wire::encode_addresses({&*m_settings.their_address, 1});
    }
    return init;
}

const Negotiated* PeerSession::features() const {
    const auto* talking = std::get_if<Talking>(&m_state);
    return talking ? &talking->features : nullptr;
}

Step PeerSession::on_bytes(ByteView bytes, Instant now) {
    if (const auto* ended = std::get_if<Ended>(&m_state)) return Step{{}, {}, ended->fault};
    auto message = wire::decode(bytes);
    if (message) return on(*std::move(message), now);
    Reader type(bytes);
    return end(Garbled{type.u16(), message.error()});
}

Step PeerSession::on(wire::Message message, Instant now) {
    if (const auto* waiting = std::get_if<AwaitingInit>(&m_state)) {
        return on_message(*waiting, std::move(message), now);
    }
    if (auto* talking = std::get_if<Talking>(&m_state)) {
        return on_message(*talking, std::move(message), now);
    }
    return Step{{}, {}, std::get<Ended>(m_state).fault};
}

Step PeerSession::on_message(const AwaitingInit&, wire::Message message, Instant now) {
    if (const auto* init = std::get_if<wire::Init>(&message)) return on_init(*init, now);
    Step step = end(NotInit{wire::type_of(message)});
    // They may be saying why they will not talk to us: worth hearing, though out of order.
    if (auto said = as_complaint(message)) step.events.emplace_back(std::move(*said));
    return step;
}

std::optional<PeerFault> PeerSession::objection_to(const Features& theirs,
                                                   const wire::Init& init) const {
    const Features& ours = m_settings.features;
    if (const auto bit = theirs.first_demand_beyond(ours | harmless())) return UnknownDemand{*bit};
    if (const auto bit = ours.first_demand_beyond(theirs | assumed())) return UnmetDemand{*bit};
    if (const auto missing = theirs.missing_dependency()) {
        return MissingDependency{missing->feature, missing->needs};
    }
    if (init.networks && std::find(init.networks->begin(), init.networks->end(),
                                   m_settings.chain_hash) == init.networks->end()) {
        return OtherChain{};
    }
    return std::nullopt;
}

Step PeerSession::on_init(const wire::Init& init, Instant now) {
    const Features theirs = init.globalfeatures | init.features;
    if (auto objection = objection_to(theirs, init)) return end(std::move(*objection));

    Step step;
    Up up{Negotiated(m_settings.features, theirs.low_bits(kept_feature_bits)), std::nullopt};
    if (init.remote_addr) {
        const auto addresses = wire::parse_addresses(*init.remote_addr);
        if (addresses && !addresses->empty()) up.our_address = addresses->front();
    }
    m_state = Talking{up.features, now, std::nullopt, now, 0};
    step.events.emplace_back(std::move(up));
    return step;
}

Step PeerSession::on_message(Talking& state, wire::Message message, Instant now) {
    // Whatever was said, somebody is there: peers with a long queue answer a ping late.
    state.last_heard = now;
    state.pinged_at.reset();

    if (std::holds_alternative<wire::Init>(message)) return end(SecondInit{});
    if (const auto* ping = std::get_if<wire::Ping>(&message)) return on_ping(state, *ping, now);
    Step step;
    // Nothing is kept for anybody, and nobody keeps anything of ours: that is not offered.
    if (std::holds_alternative<wire::Pong>(message) ||
        std::holds_alternative<wire::PeerStorage>(message) ||
        std::holds_alternative<wire::PeerStorageRetrieval>(message) ||
        std::holds_alternative<wire::UnknownOdd>(message)) {
        return step;
    }
    if (auto said = as_complaint(message)) {
        step.events.emplace_back(std::move(*said));
    } else {
        step.events.emplace_back(Heard{std::move(message)});
    }
    return step;
}

Step PeerSession::on_ping(Talking& state, const wire::Ping& ping, Instant now) {
    Step step;
    if (ping.num_pong_bytes >= no_pong_from) return step;
    if (now - state.pong_window >= pong_window) {
        state.pong_window = now;
        state.pong_bytes = 0;
    }
    state.pong_bytes += ping.num_pong_bytes;
    if (state.pong_bytes > most_pong_bytes) return end(PingFlood{});
    step.send.emplace_back(wire::Pong{Bytes(ping.num_pong_bytes, 0)});
    return step;
}

Step PeerSession::tick(Instant now) {
    Step step;
    const auto due = wake_at();
    if (!due || now < *due) return step;
    if (const auto* waiting = std::get_if<AwaitingInit>(&m_state)) {
        return end(NoInit{now - waiting->since});
    }
    auto& state = std::get<Talking>(m_state);
    if (state.pinged_at) return end(Silent{now - state.last_heard});
    state.pinged_at = now;
    step.send.emplace_back(wire::Ping{our_pong_bytes, {}});
    return step;
}

std::optional<Instant> PeerSession::wake_at() const {
    if (const auto* waiting = std::get_if<AwaitingInit>(&m_state)) {
        return waiting->since + m_settings.init_within;
    }
    const auto* state = std::get_if<Talking>(&m_state);
    if (!state) return std::nullopt;
    return state->pinged_at ? *state->pinged_at + m_settings.silent_after
                            : state->last_heard + m_settings.ping_after;
}

Step PeerSession::end(PeerFault fault) {
    Step step;
    // Our init precedes this warning on the wire, so that BOLT 1's order holds. A dead line is told
    // nothing.
    if (!std::holds_alternative<Silent>(fault) && !std::holds_alternative<NoInit>(fault)) {
        step.send.emplace_back(wire::Warning{ChannelId{}, to_bytes(bytes_of(to_string(fault)))});
    }
    step.fault = fault;
    m_state = Ended{std::move(fault)};
    return step;
}

}  // namespace runnel::peer
