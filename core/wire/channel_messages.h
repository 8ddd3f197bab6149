// The messages of BOLT 2 (version 1 establishment, normal operation, close, reestablish), fields
// under the BOLT's names. Plain values as the peer sent them: keys are on the curve, everything
// else is unchecked. Rules are in core/channel.
#pragma once

#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/secret.h"
#include "core/bitcoin/transaction.h"
#include "core/crypto/keys.h"
#include "core/wire/features.h"
#include "core/wire/types.h"

#include <optional>
#include <vector>

namespace runnel::wire {

/// Bit 0 of open_channel's channel_flags.
inline constexpr std::uint8_t announce_channel = 1;

struct OpenChannel {
    static constexpr Type wire_type = Type::open_channel;
    ChainHash chain_hash;
    ChannelId temporary_channel_id;
    Sat funding_satoshis;
    Msat push_msat;
    Sat dust_limit_satoshis;
    Msat max_htlc_value_in_flight_msat;
    Sat channel_reserve_satoshis;
    Msat htlc_minimum_msat;
    FeeratePerKw feerate_per_kw;
    std::uint16_t to_self_delay = 0;  ///< Blocks.
    std::uint16_t max_accepted_htlcs = 0;
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    crypto::PublicKey first_per_commitment_point;
    std::uint8_t channel_flags = 0;
    std::optional<bitcoin::Script> upfront_shutdown_script;
    std::optional<Features> channel_type;
    friend bool operator==(const OpenChannel&, const OpenChannel&) = default;
};

struct AcceptChannel {
    static constexpr Type wire_type = Type::accept_channel;
    ChannelId temporary_channel_id;
    Sat dust_limit_satoshis;
    Msat max_htlc_value_in_flight_msat;
    Sat channel_reserve_satoshis;
    Msat htlc_minimum_msat;
    std::uint32_t minimum_depth = 0;  ///< Confirmations.
    std::uint16_t to_self_delay = 0;  ///< Blocks.
    std::uint16_t max_accepted_htlcs = 0;
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    crypto::PublicKey first_per_commitment_point;
    std::optional<bitcoin::Script> upfront_shutdown_script;
    std::optional<Features> channel_type;
    friend bool operator==(const AcceptChannel&, const AcceptChannel&) = default;
};

struct FundingCreated {
    static constexpr Type wire_type = Type::funding_created;
    ChannelId temporary_channel_id;
    Txid funding_txid;
    std::uint16_t funding_output_index = 0;
    crypto::Signature signature;
    friend bool operator==(const FundingCreated&, const FundingCreated&) = default;
};

struct FundingSigned {
    static constexpr Type wire_type = Type::funding_signed;
    ChannelId channel_id;
    crypto::Signature signature;
    friend bool operator==(const FundingSigned&, const FundingSigned&) = default;
};

struct ChannelReady {
    static constexpr Type wire_type = Type::channel_ready;
    ChannelId channel_id;
    crypto::PublicKey second_per_commitment_point;
    std::optional<ShortChannelId> short_channel_id;  ///< `alias`
    friend bool operator==(const ChannelReady&, const ChannelReady&) = default;
};

struct Shutdown {
    static constexpr Type wire_type = Type::shutdown;
    ChannelId channel_id;
    bitcoin::Script scriptpubkey;
    friend bool operator==(const Shutdown&, const Shutdown&) = default;
};

struct FeeRange {
    Sat min_fee_satoshis;
    Sat max_fee_satoshis;
    friend bool operator==(const FeeRange&, const FeeRange&) = default;
};

struct ClosingSigned {
    static constexpr Type wire_type = Type::closing_signed;
    ChannelId channel_id;
    Sat fee_satoshis;
    crypto::Signature signature;
    std::optional<FeeRange> fee_range;
    friend bool operator==(const ClosingSigned&, const ClosingSigned&) = default;
};

struct UpdateAddHtlc {
    static constexpr Type wire_type = Type::update_add_htlc;
    ChannelId channel_id;
    HtlcId id;
    Msat amount_msat;
    PaymentHash payment_hash;
    BlockHeight cltv_expiry;
    OnionPacket onion_routing_packet;
    std::optional<crypto::PublicKey> blinded_path;  ///< `path_key`
    friend bool operator==(const UpdateAddHtlc&, const UpdateAddHtlc&) = default;
};

struct UpdateFulfillHtlc {
    static constexpr Type wire_type = Type::update_fulfill_htlc;
    ChannelId channel_id;
    HtlcId id;
    Preimage payment_preimage;
    std::optional<AttributionData> attribution_data;
    friend bool operator==(const UpdateFulfillHtlc&, const UpdateFulfillHtlc&) = default;
};

struct UpdateFailHtlc {
    static constexpr Type wire_type = Type::update_fail_htlc;
    ChannelId channel_id;
    HtlcId id;
    Bytes reason;  ///< Encrypted: only the payer can read it (BOLT 4).
    std::optional<AttributionData> attribution_data;
    friend bool operator==(const UpdateFailHtlc&, const UpdateFailHtlc&) = default;
};

struct UpdateFailMalformedHtlc {
    static constexpr Type wire_type = Type::update_fail_malformed_htlc;
    ChannelId channel_id;
    HtlcId id;
    Hash256 sha256_of_onion;
    std::uint16_t failure_code = 0;
    friend bool operator==(const UpdateFailMalformedHtlc&,
                           const UpdateFailMalformedHtlc&) = default;
};

struct CommitmentSigned {
    static constexpr Type wire_type = Type::commitment_signed;
    ChannelId channel_id;
    crypto::Signature signature;
    std::vector<crypto::Signature> htlc_signature;
    std::optional<Txid> funding_txid;  ///< Says which of several fundings, once there is splicing.
    friend bool operator==(const CommitmentSigned&, const CommitmentSigned&) = default;
};

struct RevokeAndAck {
    static constexpr Type wire_type = Type::revoke_and_ack;
    ChannelId channel_id;
    Secret32 per_commitment_secret;
    crypto::PublicKey next_per_commitment_point;
    friend bool operator==(const RevokeAndAck&, const RevokeAndAck&) = default;
};

struct UpdateFee {
    static constexpr Type wire_type = Type::update_fee;
    ChannelId channel_id;
    FeeratePerKw feerate_per_kw;
    friend bool operator==(const UpdateFee&, const UpdateFee&) = default;
};

/// The TLVs of splicing and dual funding are not read: they may only come once those were
/// negotiated.
struct ChannelReestablish {
    static constexpr Type wire_type = Type::channel_reestablish;
    ChannelId channel_id;
    CommitmentNumber next_commitment_number;
    CommitmentNumber next_revocation_number;
    Secret32 your_last_per_commitment_secret;
    crypto::PublicKey my_current_per_commitment_point;
    friend bool operator==(const ChannelReestablish&, const ChannelReestablish&) = default;
};

}  // namespace runnel::wire
