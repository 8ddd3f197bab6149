// What of a confirmed commitment is ours to take, with everything needed to take it: script, key,
// timelock, until when it is ours alone. Pure lists; what has been spent already is follow.h's,
// transactions are build.h's.
//
//     our commitment                                    their commitment
//       to_local            --CSV-->  wallet              to_remote         --1 block-->     wallet
//       HTLC offered by us  --CLTV--> timeout tx --CSV--> wallet  (same)    --CLTV-->        wallet
//       HTLC offered to us  --preimage-> success tx --CSV--> wallet (same)  --preimage-->    wallet
#pragma once

#include "core/channel/transactions.h"
#include "core/wire/types.h"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace runnel::onchain {

enum class ClaimKind : std::uint8_t {
    our_main_delayed,      ///< to_local of our commitment.
    our_main,              ///< to_remote of theirs.
    htlc_timeout_tx,       ///< Offered by us, on our commitment: by the second stage, which needs a
                           ///< wallet coin for its fee.
    htlc_success_tx,       ///< Offered to us, on our commitment: likewise.
    second_stage_output,   ///< What our second stage made.
    htlc_timeout_direct,   ///< Offered by us, on their commitment.
    htlc_success_direct,   ///< Offered to us, on their commitment.
    revoked_main,          ///< to_local of a commitment they revoked.
    revoked_htlc,          ///< An HTLC output of one.
    revoked_second_stage,  ///< What their second stage made of one.
    anchor,  ///< Ours, on either commitment: worth nothing but a child's place (build.h). Never
             ///< planned here.
};

/// Our pre-signed second stage (BOLT 3, HTLC-Timeout and HTLC-Success Transactions).
struct SecondStage {
    bitcoin::Transaction tx;  ///< One input, one output; a coin is added for the fee.
    crypto::Signature
        their_signature;  ///< SINGLE|ANYONECANPAY: input i and output i stay together.
};

struct Claim {
    ClaimKind kind = ClaimKind::our_main;
    bitcoin::OutPoint outpoint;
    bitcoin::TxOut output;
    bitcoin::Script witness_script;
    ports::ClaimKey key;
    std::uint32_t sequence = 0xfffffffd;  ///< Of the spending input.
    std::uint32_t lock_time =
        0;  ///< At least this for the spending transaction; exactly this with a second stage.
    std::uint64_t witness_weight = 0;     ///< Of the spending input, an upper bound.
    BlockHeight spendable_from;           ///< The first block that may hold the spend.
    std::optional<BlockHeight> deadline;  ///< From this block on the other party can take it too.
    std::optional<channel::Htlc> htlc;
    std::optional<wire::Preimage> preimage;
    std::optional<SecondStage> second_stage;
    Bytes revocation_pubkey;  ///< Of revoked_htlc: the witness shows it.

    /// Offered to us, and nobody told us the preimage yet: ours only if somebody does before the
    /// deadline.
    bool awaits_preimage() const {
        return (kind == ClaimKind::htlc_success_tx || kind == ClaimKind::htlc_success_direct) &&
               !preimage;
    }
    /// May a spend enter the block after `tip`?
    bool is_ready(BlockHeight tip) const {
        return !awaits_preimage() && spendable_from <= tip + BlockDelta(1);
    }
};

/// Known preimages by hash.
class Preimages {
public:
    Preimages() = default;
    explicit Preimages(std::span<const wire::Preimage> known);
    void add(const wire::Preimage& preimage);
    std::optional<wire::Preimage> find(const PaymentHash& hash) const;

private:
    std::map<PaymentHash, wire::Preimage> m_known;
};

/// Our latest commitment, confirmed at `height`. `their_signatures` are those it came with.
std::vector<Claim> plan_our_commitment(const channel::ChannelParams& params,
                                       const channel::CommitmentTx& commitment,
                                       const ports::CommitmentSignatures& their_signatures,
                                       BlockHeight height, const Preimages& preimages);
/// An unrevoked commitment of theirs, confirmed at `height`.
std::vector<Claim> plan_their_commitment(const channel::ChannelParams& params,
                                         const channel::CommitmentTx& commitment,
                                         BlockHeight height, const Preimages& preimages);
/// Any commitment of theirs, even one we know nothing of: our main output, if it has one.
std::vector<Claim> plan_main_only(const channel::ChannelParams& params,
                                  const bitcoin::Transaction& tx, BlockHeight height);
/// A revoked commitment: both main outputs, and the outputs of those of `htlcs` that it holds (any
/// superset will do).
std::vector<Claim> plan_revoked(const channel::ChannelParams& params,
                                const bitcoin::Transaction& tx, const Secret32& secret,
                                BlockHeight height, std::span<const channel::Htlc> htlcs);

/// The output of our second stage `tx`, which spent `claim` with its input `input` and was
/// confirmed at `height`. Nothing when that transaction is not our second stage.
std::optional<Claim> plan_second_stage_output(const channel::ChannelParams& params,
                                              const Claim& claim,
                                              const channel::CommitmentKeys& keys,
                                              const bitcoin::Transaction& tx, std::size_t input,
                                              BlockHeight height);
/// The output of their second stage on a revoked HTLC output.
std::optional<Claim> plan_revoked_second_stage(const channel::ChannelParams& params,
                                               const Secret32& secret,
                                               const bitcoin::Transaction& tx, std::size_t input,
                                               BlockHeight height);

/// Every preimage that a transaction's witnesses show (BOLT 5: MUST extract): each 32 byte element
/// with its hash. The caller keeps those whose hash it knows.
std::vector<std::pair<PaymentHash, wire::Preimage>> preimages_in(const bitcoin::Transaction& tx);

}  // namespace runnel::onchain
