// The payment onion of BOLT 4: a packet of 1366 bytes that each hop opens by one layer, learning
// its payload and the next hop and nothing else, not even how far it is from either end. Built by
// the sender from a session key, peeled by a hop with its node key. Payloads are opaque bytes here
// (payload.h reads them); failures come back by failure_onion.h. Nothing here keeps state: that an
// onion is not accepted twice is the channel's care, by the payment hash it is bound to.
//
//   sender --[ v0 | E1 | 1300 bytes | mac ]--> hop 1 --[ v0 | E2 | 1300 bytes | mac ]--> hop 2 ...
//   mac 0: the last
#pragma once

#include "core/base/ids.h"
#include "core/base/secret.h"
#include "core/crypto/keys.h"
#include "core/onion/failure.h"
#include "core/wire/types.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace runnel::onion {

/// Bytes of `hop_payloads`: what all payloads with their lengths and MACs must fit into.
inline constexpr std::size_t payloads_size = 1300;

/// One hop of a route: who opens the layer, and the TLV stream it finds, without its length.
struct Hop {
    crypto::PublicKey node;
    Bytes payload;
};

/// Bytes that a payload of so many takes up in the onion: BigSize length, payload, MAC.
std::size_t packed_size(std::size_t payload_size);

enum class BuildError : std::uint8_t {
    no_hops,
    payload_too_short,  ///< Fewer than two bytes: lengths 0 and 1 are reserved.
    too_long,           ///< The payloads do not fit into 1300 bytes.
    bad_session_key,    ///< A blinded key left the curve: never met by chance.
};

struct Onion {
    wire::OnionPacket packet;
    /// With each hop, in the route's order: what a failure is opened with.
    std::vector<Secret32> shared_secrets;
};

/// Builds the packet for the first hop. `session_key` must be fresh for every onion;
/// `associated_data` is the payment hash and has to be given again by every hop.
Result<Onion, BuildError> build(const crypto::PrivateKey& session_key, std::span<const Hop> hops,
                                ByteView associated_data);

/// The same secrets as build() found, from the stored session key: for a failure that arrives after
/// a restart.
Result<std::vector<Secret32>, BuildError> shared_secrets(const crypto::PrivateKey& session_key,
                                                         std::span<const crypto::PublicKey> nodes);

/// SHA-256 of the compressed product of the node key and a point (crypto::ecdh). The node key stays
/// in the signer.
using EcdhFn = std::function<Secret32(const crypto::PublicKey&)>;

struct Peeled {
    Bytes payload;
    /// What to pass on; nothing when we are the last hop.
    std::optional<wire::OnionPacket> next;
    /// Kept with the HTLC: failures on the way back are wrapped with it.
    Secret32 shared_secret;

    bool is_final() const { return !next.has_value(); }
};

/// Nothing of the onion can be trusted, there is no secret to answer with:
/// update_fail_malformed_htlc (BOLT 2).
struct BadOnion {
    FailureCode code;  ///< invalid_onion_version, invalid_onion_hmac or invalid_onion_key.
    Hash256 sha256_of_onion;
};

/// Authentic, but the sender packed it wrongly: update_fail_htlc with InvalidOnionPayload, wrapped
/// with the secret.
struct BadPacking {
    Secret32 shared_secret;
};

using OnionError = std::variant<BadOnion, BadPacking>;

/// Opens one layer. Errors in the order BOLT 4 ("Onion Decryption") checks them; the MAC is
/// compared in constant time.
Result<Peeled, OnionError> peel(const EcdhFn& node_ecdh, const wire::OnionPacket& packet,
                                ByteView associated_data);
Result<Peeled, OnionError> peel(const crypto::PrivateKey& node_key, const wire::OnionPacket& packet,
                                ByteView associated_data);

}  // namespace runnel::onion
