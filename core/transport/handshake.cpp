#include "core/transport/handshake.h"

#include "core/crypto/hash.h"

namespace runnel::transport {

namespace {

constexpr std::uint8_t version = 0;
constexpr std::size_t key_size = crypto::PublicKey::size_bytes;

/// Acts one and two have one form: version, ephemeral key, tag of an empty text under what both
/// sides now share.
void put_act(Bytes& out, HandshakeDigest& digest, const crypto::PublicKey& ephemeral,
             const Secret32& shared) {
    out.push_back(version);
    append(out, ephemeral.view());
    digest.mix_secret(shared);
    digest.seal(out, 0, {});
}

/// Reads such an act; `ours` is the key that meets their ephemeral one.
Result<crypto::PublicKey, HandshakeFault> read_act(ByteView act, HandshakeDigest& digest,
                                                   const crypto::PrivateKey& ours) {
    if (act[0] != version) return fail(HandshakeFault::bad_version);
    const auto key = act.subspan(1, key_size);
    const auto ephemeral = crypto::PublicKey::parse(key);
    if (!ephemeral) return fail(HandshakeFault::bad_key);
    digest.mix(key);
    digest.mix_secret(crypto::ecdh(ours, *ephemeral));
    if (!digest.open({}, 0, act.subspan(1 + key_size))) return fail(HandshakeFault::bad_tag);
    return *ephemeral;
}

}  // namespace

std::string to_string(const HandshakeError& error) {
    std::string out = "act";
    out += static_cast<char>('0' + static_cast<int>(error.act));
    switch (error.fault) {
        case HandshakeFault::truncated: return out + "_truncated";
        case HandshakeFault::bad_version: return out + "_bad_version";
        case HandshakeFault::bad_key: return out + "_bad_key";
        case HandshakeFault::bad_tag: return out + "_bad_tag";
        case HandshakeFault::bad_ciphertext: return out + "_bad_ciphertext";
    }
    return out;
}

HandshakeDigest::HandshakeDigest(const crypto::PublicKey& responder)
    : m_hash(crypto::sha256(bytes_of("Noise_XK_secp256k1_ChaChaPoly_SHA256"))),
      m_chaining(m_hash.raw()) {
    mix(bytes_of("lightning"));
    mix(responder.view());
}

void HandshakeDigest::mix(ByteView bytes) { m_hash = crypto::sha256({m_hash.view(), bytes}); }

void HandshakeDigest::mix_secret(const Secret32& shared) {
    auto [chaining, temporary] = hkdf_pair(m_chaining, shared.reveal());
    m_chaining = std::move(chaining);
    m_temporary = std::move(temporary);
}

void HandshakeDigest::seal(Bytes& out, std::uint64_t nonce, ByteView plaintext) {
    const auto start = out.size();
    crypto::seal_into(out, m_temporary, crypto::counter_nonce(nonce), m_hash.view(), plaintext);
    mix(ByteView(out).subspan(start));
}

bool HandshakeDigest::open(std::span<std::uint8_t> out, std::uint64_t nonce, ByteView sealed) {
    if (!crypto::open_into(out, m_temporary, crypto::counter_nonce(nonce), m_hash.view(), sealed)) {
        return false;
    }
    mix(sealed);
    return true;
}

std::pair<Cipher, Cipher> HandshakeDigest::split() const {
    const auto [first, second] = hkdf_pair(m_chaining, {});
    return {Cipher(first, m_chaining), Cipher(second, m_chaining)};
}

Handshake Handshake::initiate(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral,
                              const crypto::PublicKey& theirs, Bytes& out) {
    AwaitingActTwo next{ours, ephemeral, theirs, HandshakeDigest(theirs)};
    const auto key = ephemeral.public_key();
    next.digest.mix(key.view());
    put_act(out, next.digest, key, crypto::ecdh(ephemeral, theirs));
    return Handshake(std::move(next));
}

Handshake Handshake::respond(const crypto::PrivateKey& ours, const crypto::PrivateKey& ephemeral) {
    return Handshake(AwaitingActOne{ours, ephemeral});
}

Act Handshake::awaited() const {
    return std::visit(overloaded{[](const AwaitingActOne&) { return Act::one; },
                                 [](const AwaitingActTwo&) { return Act::two; },
                                 [](const AwaitingActThree&) { return Act::three; },
                                 [](const Spent& spent) { return spent.last; }},
                      m_state);
}

std::size_t Handshake::awaited_size() const {
    return std::visit(overloaded{[](const AwaitingActOne&) { return act_one_size; },
                                 [](const AwaitingActTwo&) { return act_two_size; },
                                 [](const AwaitingActThree&) { return act_three_size; },
                                 [](const Spent&) { return std::size_t{0}; }},
                      m_state);
}

Handshake::Step Handshake::receive(ByteView act, Bytes& out) {
    const auto which = awaited();
    if (act.size() != awaited_size()) return fail(HandshakeError{which, HandshakeFault::truncated});
    // The old state is moved out, so that its keys are wiped however this act ends.
    State state = std::exchange(m_state, Spent{which});
    return std::visit([&](auto& old) { return on(std::move(old), act, out); }, state);
}

Handshake::Step Handshake::on(AwaitingActOne state, ByteView act, Bytes& out) {
    HandshakeDigest digest(state.ours.public_key());
    const auto theirs = read_act(act, digest, state.ours);
    if (!theirs) return fail(HandshakeError{Act::one, theirs.error()});
    const auto key = state.ephemeral.public_key();
    digest.mix(key.view());
    put_act(out, digest, key, crypto::ecdh(state.ephemeral, *theirs));
    m_state = AwaitingActThree{std::move(state.ephemeral), std::move(digest)};
    return std::optional<Session>();
}

Handshake::Step Handshake::on(AwaitingActTwo state, ByteView act, Bytes& out) {
    auto& digest = state.digest;
    const auto theirs = read_act(act, digest, state.ephemeral);
    if (!theirs) return fail(HandshakeError{Act::two, theirs.error()});
    out.push_back(version);
    digest.seal(out, 1, state.ours.public_key().view());
    digest.mix_secret(crypto::ecdh(state.ours, *theirs));
    digest.seal(out, 0, {});
    auto [sending, receiving] = digest.split();
    return std::optional<Session>(Session{state.theirs, std::move(sending), std::move(receiving)});
}

Handshake::Step Handshake::on(AwaitingActThree state, ByteView act, Bytes&) {
    const auto failed = [](HandshakeFault fault) {
        return fail(HandshakeError{Act::three, fault});
    };
    auto& digest = state.digest;
    if (act[0] != version) return failed(HandshakeFault::bad_version);
    std::array<std::uint8_t, key_size> key{};
    if (!digest.open(key, 1, act.subspan(1, key_size + crypto::tag_size))) {
        return failed(HandshakeFault::bad_ciphertext);
    }
    const auto theirs = crypto::PublicKey::parse(key);
    if (!theirs) return failed(HandshakeFault::bad_key);
    digest.mix_secret(crypto::ecdh(state.ephemeral, *theirs));
    if (!digest.open({}, 0, act.last(crypto::tag_size))) return failed(HandshakeFault::bad_tag);
    auto [receiving, sending] = digest.split();
    return std::optional<Session>(Session{*theirs, std::move(sending), std::move(receiving)});
}

Handshake::Step Handshake::on(Spent state, ByteView, Bytes&) {
    return fail(HandshakeError{state.last, HandshakeFault::truncated});
}

}  // namespace runnel::transport
