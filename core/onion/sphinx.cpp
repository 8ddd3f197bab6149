#include "core/onion/sphinx.h"

#include "core/crypto/hash.h"
#include "core/onion/keys.h"

#include <algorithm>
#include <array>

namespace runnel::onion {
namespace {

constexpr std::size_t mac_size = 32;
using Mac = std::array<std::uint8_t, mac_size>;
using Payloads = std::span<std::uint8_t, payloads_size>;

// version | public_key | hop_payloads | hmac
constexpr std::size_t key_at = 1;
constexpr std::size_t payloads_at = key_at + crypto::PublicKey::size_bytes;
constexpr std::size_t mac_at = payloads_at + payloads_size;
static_assert(mac_at + mac_size == wire::OnionPacket::size_bytes);

/// Fewer bytes cannot be a TLV record.
constexpr std::size_t shortest_payload = 2;

/// `point` is that of `session_key`; only looked at when there is a second hop.
template <typename NodeAt>
Result<std::vector<Secret32>, BuildError> agree(const crypto::PrivateKey& session_key,
                                                crypto::PublicKey point, std::size_t hops,
                                                const NodeAt& node_at) {
    std::vector<Secret32> secrets;
    secrets.reserve(hops);
    crypto::PrivateKey ephemeral = session_key;
    for (std::size_t i = 0; i < hops; ++i) {
        secrets.push_back(crypto::ecdh(ephemeral, node_at(i)));
        if (i + 1 == hops) break;
        if (i > 0) point = ephemeral.public_key();
        auto next = ephemeral.times(crypto::sha256({point.view(), secrets.back().reveal()}));
        if (!next) return fail(BuildError::bad_session_key);
        ephemeral = std::move(*next);
    }
    return secrets;
}

Secret32 authenticate(const Secret32& shared_secret, ByteView payloads, ByteView associated_data) {
    return crypto::hmac_sha256(keys::derive(keys::mu, shared_secret).reveal(),
                               {payloads, associated_data});
}

/// The end of hop_payloads as the last hop will see it: each hop before appends zeros and
/// obfuscates what is there.
struct Filler {
    std::array<std::uint8_t, payloads_size> bytes{};
    std::size_t size = 0;
};

Filler make_filler(std::span<const Hop> hops, std::span<const Secret32> secrets) {
    Filler filler;
    std::array<std::uint8_t, 2 * payloads_size> stream;
    for (std::size_t i = 0; i + 1 < hops.size(); ++i) {
        const std::size_t shift = packed_size(hops[i].payload.size());
        const auto used = std::span(stream).first(payloads_size + shift);
        std::fill(used.begin(), used.end(), std::uint8_t{0});
        keys::obfuscate(keys::rho, secrets[i], used);
        const auto tail = used.subspan(payloads_size - filler.size);
        filler.size += shift;
        for (std::size_t k = 0; k < filler.size; ++k) filler.bytes[k] ^= tail[k];
    }
    return filler;
}

/// Puts a hop's payload and the MAC of the layer inside before what is there.
void push(Payloads payloads, ByteView payload, const Mac& inner_mac) {
    const std::size_t shift = packed_size(payload.size());
    std::copy_backward(payloads.begin(), payloads.end() - static_cast<std::ptrdiff_t>(shift),
                       payloads.end());
    auto at = payloads.begin();
    if (payload.size() < 0xfd) {
        *at++ = static_cast<std::uint8_t>(payload.size());
    } else {
        *at++ = 0xfd;
        *at++ = static_cast<std::uint8_t>(payload.size() >> 8);
        *at++ = static_cast<std::uint8_t>(payload.size());
    }
    at = std::copy(payload.begin(), payload.end(), at);
    std::copy(inner_mac.begin(), inner_mac.end(), at);
}

}  // namespace

std::size_t packed_size(std::size_t payload_size) {
    return (payload_size < 0xfd ? 1U : 3U) + payload_size + mac_size;
}

Result<Onion, BuildError> build(const crypto::PrivateKey& session_key, std::span<const Hop> hops,
                                ByteView associated_data) {
    if (hops.empty()) return fail(BuildError::no_hops);
    std::size_t total = 0;
    for (const auto& hop : hops) {
        if (hop.payload.size() < shortest_payload) return fail(BuildError::payload_too_short);
        if (hop.payload.size() > payloads_size) return fail(BuildError::too_long);
        total += packed_size(hop.payload.size());
    }
    if (total > payloads_size) return fail(BuildError::too_long);

    const auto point = session_key.public_key();
    RUNNEL_TRY(auto secrets,
               agree(session_key, point, hops.size(),
                     [&](std::size_t i) -> const crypto::PublicKey& { return hops[i].node; }));
    const Filler filler = make_filler(hops, secrets);

    wire::OnionPacket::Array packet{};
    std::copy(point.view().begin(), point.view().end(), packet.begin() + key_at);
    const Payloads payloads(packet.data() + payloads_at, payloads_size);
    keys::obfuscate(keys::pad, session_key.secret(), payloads);
    Mac mac{};
    for (std::size_t i = hops.size(); i-- > 0;) {
        push(payloads, hops[i].payload, mac);
        keys::obfuscate(keys::rho, secrets[i], payloads);
        if (i + 1 == hops.size()) {
            std::copy_n(filler.bytes.begin(), filler.size,
                        payloads.end() - static_cast<std::ptrdiff_t>(filler.size));
        }
        mac = authenticate(secrets[i], payloads, associated_data).reveal();
    }
    std::copy(mac.begin(), mac.end(), packet.begin() + mac_at);
    return Onion{wire::OnionPacket(packet), std::move(secrets)};
}

Result<std::vector<Secret32>, BuildError> shared_secrets(const crypto::PrivateKey& session_key,
                                                         std::span<const crypto::PublicKey> nodes) {
    const auto point = nodes.size() > 1 ? session_key.public_key() : crypto::PublicKey();
    return agree(session_key, point, nodes.size(),
                 [&](std::size_t i) -> const crypto::PublicKey& { return nodes[i]; });
}

Result<Peeled, OnionError> peel(const EcdhFn& node_ecdh, const wire::OnionPacket& packet,
                                ByteView associated_data) {
    const auto refuse = [&packet](FailureCode code) {
        return fail(OnionError(BadOnion{code, crypto::sha256(packet.view())}));
    };
    if (packet.raw()[0] != 0) return refuse(FailureCode::invalid_onion_version);
    const auto point =
        crypto::PublicKey::parse(packet.view().subspan(key_at, crypto::PublicKey::size_bytes));
    if (!point) return refuse(FailureCode::invalid_onion_key);

    Peeled peeled;
    peeled.shared_secret = node_ecdh(*point);
    const auto payloads = packet.view().subspan(payloads_at, payloads_size);
    const auto mac = authenticate(peeled.shared_secret, payloads, associated_data);
    if (!equal_constant_time(mac.reveal(), packet.view().subspan(mac_at)))
        return refuse(FailureCode::invalid_onion_hmac);

    // The zeros behind become the filler that the next hop sees, so that its packet is as long as
    // ours.
    std::array<std::uint8_t, 2 * payloads_size> unwrapped{};
    std::copy(payloads.begin(), payloads.end(), unwrapped.begin());
    keys::obfuscate(keys::rho, peeled.shared_secret, unwrapped);

    Reader in(ByteView(unwrapped).first(payloads_size));
    const auto length = in.bigsize();
    const auto payload = in.bytes(length);
    const auto next_mac = in.bytes(mac_size);
    if (!in.ok() || length < shortest_payload)
        return fail(OnionError(BadPacking{peeled.shared_secret}));
    peeled.payload = to_bytes(payload);
    if (std::all_of(next_mac.begin(), next_mac.end(), [](std::uint8_t b) { return b == 0; }))
        return peeled;

    const auto blinded =
        point->times(crypto::sha256({point->view(), peeled.shared_secret.reveal()}));
    if (!blinded) return fail(OnionError(BadPacking{peeled.shared_secret}));
    wire::OnionPacket::Array next{};
    std::copy(blinded->view().begin(), blinded->view().end(), next.begin() + key_at);
    const auto shift = payloads_size - in.remaining();
    std::copy_n(unwrapped.begin() + static_cast<std::ptrdiff_t>(shift), payloads_size,
                next.begin() + payloads_at);
    std::copy(next_mac.begin(), next_mac.end(), next.begin() + mac_at);
    peeled.next.emplace(next);
    return peeled;
}

Result<Peeled, OnionError> peel(const crypto::PrivateKey& node_key, const wire::OnionPacket& packet,
                                ByteView associated_data) {
    return peel(
        [&node_key](const crypto::PublicKey& point) { return crypto::ecdh(node_key, point); },
        packet, associated_data);
}

}  // namespace runnel::onion
