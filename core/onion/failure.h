// What a node says when it cannot forward or accept an HTLC (BOLT 4, "Failure Messages"): one type
// per code, with its data, to bytes and back. Knows nothing of encryption (failure_onion.h) nor of
// what the sender does about it (core/payment). A failure comes from strangers: nothing in it is
// proven but which hop wrote it, and the channel_update in it must never reach the graph or other
// peers (it would mark the payment as ours).
#pragma once

#include "core/base/amount.h"
#include "core/base/codec.h"
#include "core/base/ids.h"

#include <cstdint>
#include <string_view>
#include <variant>

namespace runnel::onion {

/// The `failure_code`s of BOLT 4. The top byte are flags: see the is_ functions.
enum class FailureCode : std::uint16_t {
    temporary_node_failure = 0x2002,
    permanent_node_failure = 0x6002,
    required_node_feature_missing = 0x6003,
    invalid_onion_version = 0xc004,
    invalid_onion_hmac = 0xc005,
    invalid_onion_key = 0xc006,
    temporary_channel_failure = 0x1007,
    permanent_channel_failure = 0x4008,
    required_channel_feature_missing = 0x4009,
    unknown_next_peer = 0x400a,
    amount_below_minimum = 0x100b,
    fee_insufficient = 0x100c,
    incorrect_cltv_expiry = 0x100d,
    expiry_too_soon = 0x100e,
    incorrect_or_unknown_payment_details = 0x400f,
    final_incorrect_cltv_expiry = 18,
    final_incorrect_htlc_amount = 19,
    channel_disabled = 0x1014,
    expiry_too_far = 21,
    invalid_onion_payload = 0x4016,
    mpp_timeout = 23,
    invalid_onion_blinding = 0xc018,
};

/// BADONION: the onion itself was unreadable; travels in update_fail_malformed_htlc first.
constexpr bool is_bad_onion(FailureCode code) {
    return (static_cast<unsigned>(code) & 0x8000U) != 0;
}
/// PERM: trying the same again is pointless.
constexpr bool is_permanent(FailureCode code) {
    return (static_cast<unsigned>(code) & 0x4000U) != 0;
}
/// NODE: concerns every channel of the node, not one.
constexpr bool is_node(FailureCode code) { return (static_cast<unsigned>(code) & 0x2000U) != 0; }
/// UPDATE: the sender's idea of the channel's terms was wrong or old.
constexpr bool is_update(FailureCode code) { return (static_cast<unsigned>(code) & 0x1000U) != 0; }

/// The name in BOLT 4, or "unknown_failure".
std::string_view to_string(FailureCode code);

/// A failure without data.
template <FailureCode Code>
struct BareFailure {
    static constexpr FailureCode code = Code;
    friend bool operator==(const BareFailure&, const BareFailure&) = default;
};

/// The next node could not read its onion; `sha256_of_onion` shows which bytes it got.
template <FailureCode Code>
struct OnionFailure {
    static constexpr FailureCode code = Code;
    Hash256 sha256_of_onion;
    friend bool operator==(const OnionFailure&, const OnionFailure&) = default;
};

/// The outgoing channel refused. `channel_update` may be empty and is left empty by us.
template <FailureCode Code>
struct ChannelFailure {
    static constexpr FailureCode code = Code;
    Bytes channel_update;
    friend bool operator==(const ChannelFailure&, const ChannelFailure&) = default;
};

/// The outgoing channel refused this amount.
template <FailureCode Code>
struct AmountFailure {
    static constexpr FailureCode code = Code;
    Msat htlc_msat;
    Bytes channel_update;
    friend bool operator==(const AmountFailure&, const AmountFailure&) = default;
};

using TemporaryNodeFailure = BareFailure<FailureCode::temporary_node_failure>;
using PermanentNodeFailure = BareFailure<FailureCode::permanent_node_failure>;
using RequiredNodeFeatureMissing = BareFailure<FailureCode::required_node_feature_missing>;
using InvalidOnionVersion = OnionFailure<FailureCode::invalid_onion_version>;
using InvalidOnionHmac = OnionFailure<FailureCode::invalid_onion_hmac>;
using InvalidOnionKey = OnionFailure<FailureCode::invalid_onion_key>;
using TemporaryChannelFailure = ChannelFailure<FailureCode::temporary_channel_failure>;
using PermanentChannelFailure = BareFailure<FailureCode::permanent_channel_failure>;
using RequiredChannelFeatureMissing = BareFailure<FailureCode::required_channel_feature_missing>;
using UnknownNextPeer = BareFailure<FailureCode::unknown_next_peer>;
using AmountBelowMinimum = AmountFailure<FailureCode::amount_below_minimum>;
using FeeInsufficient = AmountFailure<FailureCode::fee_insufficient>;
using ExpiryTooSoon = ChannelFailure<FailureCode::expiry_too_soon>;
using ExpiryTooFar = BareFailure<FailureCode::expiry_too_far>;
using MppTimeout = BareFailure<FailureCode::mpp_timeout>;
using InvalidOnionBlinding = OnionFailure<FailureCode::invalid_onion_blinding>;

/// incoming cltv_expiry - cltv_expiry_delta < outgoing_cltv_value.
struct IncorrectCltvExpiry {
    static constexpr FailureCode code = FailureCode::incorrect_cltv_expiry;
    BlockHeight cltv_expiry;
    Bytes channel_update;
    friend bool operator==(const IncorrectCltvExpiry&, const IncorrectCltvExpiry&) = default;
};

/// The payee does not know the payment, or not with this secret, amount or expiry. One answer for
/// all, so that a forwarder who guesses learns nothing.
struct IncorrectOrUnknownPaymentDetails {
    static constexpr FailureCode code = FailureCode::incorrect_or_unknown_payment_details;
    Msat htlc_msat;
    BlockHeight height;
    friend bool operator==(const IncorrectOrUnknownPaymentDetails&,
                           const IncorrectOrUnknownPaymentDetails&) = default;
};

/// The HTLC that reached the payee expires before the height in its onion.
struct FinalIncorrectCltvExpiry {
    static constexpr FailureCode code = FailureCode::final_incorrect_cltv_expiry;
    BlockHeight cltv_expiry;
    friend bool operator==(const FinalIncorrectCltvExpiry&,
                           const FinalIncorrectCltvExpiry&) = default;
};

/// The HTLC that reached the payee is smaller than the amount in its onion.
struct FinalIncorrectHtlcAmount {
    static constexpr FailureCode code = FailureCode::final_incorrect_htlc_amount;
    Msat incoming_htlc_amt;
    friend bool operator==(const FinalIncorrectHtlcAmount&,
                           const FinalIncorrectHtlcAmount&) = default;
};

/// The outgoing channel is switched off by its owner.
struct ChannelDisabled {
    static constexpr FailureCode code = FailureCode::channel_disabled;
    std::uint16_t disabled_flags = 0;
    Bytes channel_update;
    friend bool operator==(const ChannelDisabled&, const ChannelDisabled&) = default;
};

/// The payload for the hop is no valid TLV stream, or lacks something, or holds an even type the
/// hop does not know.
struct InvalidOnionPayload {
    static constexpr FailureCode code = FailureCode::invalid_onion_payload;
    std::uint64_t type = 0;
    std::uint16_t offset = 0;
    friend bool operator==(const InvalidOnionPayload&, const InvalidOnionPayload&) = default;
};

/// A code that BOLT 4 does not list, or a listed one whose data cannot be read. Code 0: not even a
/// code could be read.
struct OtherFailure {
    std::uint16_t raw_code = 0;
    Bytes data;
    friend bool operator==(const OtherFailure&, const OtherFailure&) = default;
};

using Failure =
    std::variant<TemporaryNodeFailure, PermanentNodeFailure, RequiredNodeFeatureMissing,
                 InvalidOnionVersion, InvalidOnionHmac, InvalidOnionKey, TemporaryChannelFailure,
                 PermanentChannelFailure, RequiredChannelFeatureMissing, UnknownNextPeer,
                 AmountBelowMinimum, FeeInsufficient, IncorrectCltvExpiry, ExpiryTooSoon,
                 IncorrectOrUnknownPaymentDetails, FinalIncorrectCltvExpiry,
                 FinalIncorrectHtlcAmount, ChannelDisabled, ExpiryTooFar, InvalidOnionPayload,
                 MppTimeout, InvalidOnionBlinding, OtherFailure>;

/// The code on the wire; for OtherFailure it may be none of the enumerators.
FailureCode code_of(const Failure& failure);

/// The failure that a BADONION code of update_fail_malformed_htlc becomes when passed back (BOLT 2,
/// "Removing an HTLC").
Failure from_malformed(std::uint16_t failure_code, const Hash256& sha256_of_onion);

/// `failuremsg`: the code, then its data. A channel_update above 1024 bytes is left out.
Bytes encode_failure(const Failure& failure);

/// Never fails: what cannot be read is an OtherFailure. Bytes after the data are ignored, as BOLT 4
/// demands.
Failure decode_failure(ByteView message);

}  // namespace runnel::onion
