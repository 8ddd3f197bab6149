// What two parties agreed on when a channel was opened, and what a commitment holds. Values only;
// no rule of BOLT 2 or 3.
#pragma once

#include "core/base/amount.h"
#include "core/ports/signer.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace runnel::channel {

/// Whose: of this node or of the peer. Used for commitments (broadcaster), HTLCs (offerer) and
/// parameters.
enum class Party : std::uint8_t { ours, theirs };
constexpr Party other(Party p) { return p == Party::ours ? Party::theirs : Party::ours; }

/// What one party demands of a channel (BOLT 2 open_channel / accept_channel). The demanding
/// party's name is in the field names of ChannelParams: `ours.to_self_delay` is the delay that WE
/// demand, so it is put on THEIR outputs.
struct Terms {
    Sat dust_limit_satoshis;               ///< On the demanding party's own commitment.
    Msat max_htlc_value_in_flight_msat;    ///< Of HTLCs offered to the demanding party.
    Sat channel_reserve_satoshis;          ///< That the OTHER party must keep.
    Msat htlc_minimum_msat;                ///< Of an HTLC offered to the demanding party.
    std::uint16_t to_self_delay = 0;       ///< Blocks the OTHER party waits for its own money.
    std::uint16_t max_accepted_htlcs = 0;  ///< Offered to the demanding party.
    friend bool operator==(const Terms&, const Terms&) = default;
};

/// Fixed from the moment the funding transaction is known. Channel type is always
/// {static_remotekey, anchors_zero_fee_htlc}, with or without scid_alias.
struct ChannelParams {
    Party funder = Party::ours;
    bool announce = false;
    bool scid_alias = false;
    Sat funding_satoshis;
    Terms ours;
    Terms theirs;
    ports::ChannelPublicKeys our_keys;
    ports::ChannelPublicKeys their_keys;
    std::optional<bitcoin::Script> our_upfront_shutdown;
    std::optional<bitcoin::Script> their_upfront_shutdown;
    bitcoin::OutPoint funding;  ///< Zero until the funding transaction is known.

    const Terms& terms(Party p) const { return p == Party::ours ? ours : theirs; }
    const ports::ChannelPublicKeys& keys(Party p) const {
        return p == Party::ours ? our_keys : their_keys;
    }
    friend bool operator==(const ChannelParams&, const ChannelParams&) = default;
};

/// An HTLC as a commitment holds it.
struct Htlc {
    Party offered_by = Party::ours;
    HtlcId id;
    Msat amount_msat;
    PaymentHash payment_hash;
    std::uint32_t cltv_expiry = 0;
    friend bool operator==(const Htlc&, const Htlc&) = default;
};

/// Balances and HTLCs of one commitment, before fees and anchors. Balances exclude what is in
/// HTLCs.
struct CommitmentSpec {
    FeeratePerKw feerate_per_kw;
    Msat to_ours;
    Msat to_theirs;
    std::vector<Htlc> htlcs;
    Msat balance(Party p) const { return p == Party::ours ? to_ours : to_theirs; }
    friend bool operator==(const CommitmentSpec&, const CommitmentSpec&) = default;
};

}  // namespace runnel::channel
