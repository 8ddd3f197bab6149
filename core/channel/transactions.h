// BOLT 3 as pure functions: keys of one commitment, its transaction, the second-stage HTLC
// transactions, the closing transaction, weights and dust. For option_anchors (zero-fee HTLC
// transactions) with static_remotekey; no other kind exists here. Decides nothing: what a
// commitment holds is decided in commitments.h.
#pragma once

#include "core/channel/params.h"
#include "core/crypto/derivation.h"

#include <optional>
#include <vector>

namespace runnel::channel {

inline constexpr Sat anchor_value{330};
inline constexpr std::uint64_t commitment_base_weight =
    1124;  ///< With anchors, without HTLCs (BOLT 3, App. A).
inline constexpr std::uint64_t weight_per_htlc = 172;
inline constexpr std::uint64_t htlc_timeout_weight = 666;
inline constexpr std::uint64_t htlc_success_weight = 706;

/// The keys of one commitment of `broadcaster` (BOLT 3, Key Derivation).
struct CommitmentKeys {
    crypto::PublicKey per_commitment_point;
    crypto::PublicKey broadcaster_htlc;
    crypto::PublicKey countersigner_htlc;
    crypto::PublicKey broadcaster_delayed;
    crypto::PublicKey revocation;
    crypto::PublicKey countersigner_payment;  ///< Untweaked (static_remotekey).
};
CommitmentKeys derive_keys(const ChannelParams& params, Party broadcaster,
                           const crypto::PublicKey& per_commitment_point);

/// Key Derivation of BOLT 3 itself, which signers need too.
using crypto::derive_private_key;
using crypto::derive_public_key;
using crypto::derive_revocation_private_key;
using crypto::derive_revocation_public_key;

/// 2-of-2 of the two funding keys in lexicographic order.
bitcoin::Script funding_script(const crypto::PublicKey& a, const crypto::PublicKey& b);
/// Witness of the funding input: signatures in the order of the keys.
std::vector<Bytes> funding_witness(const crypto::PublicKey& a, const crypto::Signature& signature_a,
                                   const crypto::PublicKey& b,
                                   const crypto::Signature& signature_b);

bitcoin::Script to_local_script(const CommitmentKeys& keys, std::uint16_t to_self_delay);
/// <payment_basepoint> CHECKSIGVERIFY 1 CSV.
bitcoin::Script to_remote_script(const crypto::PublicKey& payment_basepoint);
bitcoin::Script anchor_script(const crypto::PublicKey& funding_pubkey);
/// HTLC offered by the broadcaster.
bitcoin::Script offered_htlc_script(const CommitmentKeys& keys, const PaymentHash& payment_hash);
/// HTLC offered to the broadcaster.
bitcoin::Script received_htlc_script(const CommitmentKeys& keys, const PaymentHash& payment_hash,
                                     std::uint32_t cltv_expiry);

/// Is there no output for this HTLC on a commitment of `broadcaster`? With zero-fee HTLC
/// transactions the feerate has no part in it.
bool is_dust(const Htlc& htlc, Party broadcaster, Sat broadcaster_dust_limit);
/// Base fee of a commitment with so many untrimmed HTLCs, without anchors (BOLT 3, Fees).
Sat commitment_fee(FeeratePerKw feerate, std::size_t untrimmed_htlcs);
/// What the funder pays beside its balance: commitment_fee + both anchors.
Sat funder_cost(FeeratePerKw feerate, std::size_t untrimmed_htlcs);

/// One HTLC that has an output.
struct HtlcOutput {
    Htlc htlc;
    std::uint32_t output_index = 0;
    bitcoin::Script witness_script;
};
struct CommitmentTx {
    Party broadcaster = Party::ours;
    CommitmentNumber number;
    CommitmentKeys keys;
    bitcoin::Transaction tx;  ///< Unsigned.
    Sat fee;                  ///< What it really pays: trimmed amounts and roundings included.
    std::optional<std::uint32_t> to_local_index, to_remote_index, broadcaster_anchor_index,
        countersigner_anchor_index;
    std::vector<HtlcOutput> htlcs;  ///< In output order: the order of htlc_signatures.
};

/// Builds commitment `number` of `broadcaster`: trims dust, takes the fee off the funder (what it
/// cannot pay, it does not pay: the rule that this never happens is checked before), obscures the
/// number, orders outputs by BIP 69 with CLTV as tie-break.
CommitmentTx build_commitment(const ChannelParams& params, Party broadcaster,
                              CommitmentNumber number,
                              const crypto::PublicKey& per_commitment_point,
                              const CommitmentSpec& spec);

/// The 48 bit mask of BOLT 3 (opener's payment basepoint first).
std::uint64_t obscuring_factor(const ChannelParams& params);
/// The number a commitment transaction of this channel carries in locktime and sequence; nothing
/// when it has not that form.
std::optional<CommitmentNumber> commitment_number_of(const ChannelParams& params,
                                                     const bitcoin::Transaction& tx);

/// HTLC-success (HTLC offered to the broadcaster) or HTLC-timeout (by the broadcaster) of a
/// commitment; zero fee.
bitcoin::Transaction build_htlc_tx(const ChannelParams& params, const CommitmentTx& commitment,
                                   const HtlcOutput& output);
/// Every second-stage transaction with what its signer needs, in output order.
std::vector<ports::HtlcSigningJob> htlc_signing_jobs(const ChannelParams& params,
                                                     const CommitmentTx& commitment);
/// Witness of a second-stage transaction; `preimage` for success, nothing for timeout. Their
/// signature is SINGLE|ANYONECANPAY.
std::vector<Bytes> htlc_tx_witness(const bitcoin::Script& witness_script,
                                   const crypto::Signature& their_signature,
                                   const crypto::Signature& our_signature,
                                   const std::optional<Secret32>& preimage);

/// Verifies their signatures on a commitment of ours and its HTLC transactions; the index of the
/// first bad one (0 = the commitment, i+1 = HTLC i) or nothing when all are good. A wrong count is
/// reported as index npos.
inline constexpr std::size_t wrong_signature_count = static_cast<std::size_t>(-1);
std::optional<std::size_t> first_bad_signature(const ChannelParams& params,
                                               const CommitmentTx& commitment,
                                               const ports::CommitmentSignatures& signatures);

/// The digest of a commitment's or a closing transaction's only input.
Hash256 funding_spend_digest(const ChannelParams& params, const bitcoin::Transaction& tx);

/// Either side may leave out its own output; its signature shows that it did (BOLT 3, "Legacy
/// Closing Transaction").
enum class ClosingVariant : std::uint8_t { whole, without_ours, without_theirs };

/// A closing transaction: the fee comes off the funder, outputs below our dust limit, or too small
/// to be relayed, are left out. Nothing when the funder cannot pay the fee or no output is left.
struct ClosingTx {
    bitcoin::Transaction tx;
    std::optional<std::uint32_t> our_output, their_output;
};
std::optional<ClosingTx> build_closing(const ChannelParams& params, Sat to_ours, Sat to_theirs,
                                       const bitcoin::Script& our_script,
                                       const bitcoin::Script& their_script, Sat fee,
                                       ClosingVariant variant = ClosingVariant::whole);
/// Weight of the closing transaction with its witness, an upper bound by two bytes at most.
std::uint64_t closing_weight(const bitcoin::Transaction& unsigned_close);
/// A script BOLT 2 allows in shutdown; `anysegwit`: option_shutdown_anysegwit was negotiated.
bool is_allowed_shutdown_script(ByteView script, bool anysegwit);

}  // namespace runnel::channel
