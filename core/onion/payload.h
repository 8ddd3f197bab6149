// What a hop finds in its layer of a payment onion (BOLT 4, "payload format"): instructions to
// forward, or the terms of a payment to us. Typed both ways. The numbers are what the sender wrote,
// authentic but not yet true: comparing them with the HTLC is for core/payment. Blinded paths are
// recognised and refused, in the way that does not give their structure away.
#pragma once

#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/secret.h"
#include "core/onion/failure.h"
#include "core/wire/types.h"

#include <optional>
#include <variant>
#include <vector>

namespace runnel::onion {

/// For a hop in the middle.
struct ForwardPayload {
    Msat amt_to_forward;
    BlockHeight outgoing_cltv_value;
    ShortChannelId short_channel_id;
    friend bool operator==(const ForwardPayload&, const ForwardPayload&) = default;
};

/// Proof that the payer holds our invoice, and what all parts together will come to.
struct PaymentData {
    Secret32 payment_secret;
    Msat total_msat;
    friend bool operator==(const PaymentData&, const PaymentData&) = default;
};

/// A record without a meaning here: an odd type, from 65536 up when made by an application.
struct CustomRecord {
    std::uint64_t type = 0;
    Bytes value;
    friend bool operator==(const CustomRecord&, const CustomRecord&) = default;
};

/// For the payee.
struct FinalPayload {
    Msat amt_to_forward;
    BlockHeight outgoing_cltv_value;
    std::optional<PaymentData> payment_data;
    std::optional<Bytes> payment_metadata;
    /// A payment nobody asked for brings its own preimage (keysend, type 5482373484).
    std::optional<wire::Preimage> keysend_preimage;
    /// Ascending by type.
    std::vector<CustomRecord> custom;

    /// BOLT 4: without payment_data the part is the whole.
    Msat total() const { return payment_data ? payment_data->total_msat : amt_to_forward; }
    friend bool operator==(const FinalPayload&, const FinalPayload&) = default;
};

/// The payload is no TLV stream, lacks a record or holds one that must be understood and is not:
/// answered with InvalidOnionPayload{type, offset}. Type 0 when no single record is to blame.
struct BadPayload {
    DecodeError reason;
    std::uint64_t type = 0;
    std::uint16_t offset = 0;
    friend bool operator==(const BadPayload&, const BadPayload&) = default;
};

/// Part of a blinded path (encrypted_recipient_data or current_path_key), which we do not offer:
/// answered with InvalidOnionBlinding and nothing more precise, which could unmask the payee.
struct BlindedPayload {
    friend bool operator==(const BlindedPayload&, const BlindedPayload&) = default;
};

using PayloadError = std::variant<BadPayload, BlindedPayload>;

/// The failure to send back; `sha256_of_onion` is that of the packet we received.
Failure to_failure(const PayloadError& error, const Hash256& sha256_of_onion);

Result<ForwardPayload, PayloadError> decode_forward_payload(ByteView payload);
Result<FinalPayload, PayloadError> decode_final_payload(ByteView payload);

Bytes encode_payload(const ForwardPayload& payload);
/// Custom records of even types, or not strictly ascending, are our bug and end the process.
Bytes encode_payload(const FinalPayload& payload);

}  // namespace runnel::onion
