#include "core/onchain/claim.h"

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"

#include <cstdlib>

namespace runnel::onchain {
namespace {

using channel::Party;

// Witness weights: the count of elements, then each element behind its length. A signature is 72
// bytes at most.
constexpr std::uint64_t count_weight = 1;
constexpr std::uint64_t signature_weight = 1 + 72;
constexpr std::uint64_t empty_weight = 1;
constexpr std::uint64_t preimage_weight = 1 + 32;
std::uint64_t script_weight(const bitcoin::Script& script) {
    return (script.size() < 0xfd ? 1 : 3) + script.size();
}

crypto::PublicKey point_of(const Secret32& secret) {
    const auto key = crypto::PrivateKey::from(secret);
    // It derived, or was checked against, a point they gave us.
    if (!key) std::abort();
    return key->public_key();
}

PaymentHash hash_of(const wire::Preimage& preimage) {
    return PaymentHash(crypto::sha256(preimage.view()).raw());
}

/// The part of a claim that follows from where the output is.
Claim claim_at(ClaimKind kind, const bitcoin::OutPoint& outpoint, const bitcoin::TxOut& output,
               bitcoin::Script witness_script) {
    Claim claim;
    claim.kind = kind;
    claim.outpoint = outpoint;
    claim.output = output;
    claim.witness_script = std::move(witness_script);
    return claim;
}

/// <signature> <script>, one block after the commitment.
Claim main_on_theirs(const bitcoin::OutPoint& outpoint, const bitcoin::TxOut& output,
                     bitcoin::Script script, BlockHeight height) {
    auto claim = claim_at(ClaimKind::our_main, outpoint, output, std::move(script));
    claim.key = ports::ClaimPayment{};
    claim.sequence = 1;
    claim.witness_weight = count_weight + signature_weight + script_weight(claim.witness_script);
    claim.spendable_from = height + BlockDelta(1);
    return claim;
}

/// <signature> <> <script> after the delay they demanded.
Claim delayed(ClaimKind kind, const channel::ChannelParams& params,
              const channel::CommitmentKeys& keys, const bitcoin::OutPoint& outpoint,
              const bitcoin::TxOut& output, BlockHeight height) {
    const auto delay = params.theirs.to_self_delay;
    auto claim = claim_at(kind, outpoint, output, channel::to_local_script(keys, delay));
    claim.key = ports::ClaimDelayed{keys.per_commitment_point};
    claim.sequence = delay;
    claim.witness_weight =
        count_weight + signature_weight + empty_weight + script_weight(claim.witness_script);
    claim.spendable_from = height + BlockDelta(delay);
    return claim;
}

/// A lock time of `cltv` lets a transaction into blocks above `cltv` (BIP 65 and 113 with heights).
BlockHeight first_block_after(std::uint32_t cltv) { return BlockHeight(cltv) + BlockDelta(1); }

Claim htlc_claim(const channel::CommitmentTx& commitment, const Txid& txid,
                 const channel::HtlcOutput& output, ClaimKind kind, BlockHeight height,
                 const Preimages& preimages) {
    auto claim = claim_at(kind, {txid, output.output_index},
                          commitment.tx.outputs[output.output_index], output.witness_script);
    claim.key = ports::ClaimHtlc{commitment.keys.per_commitment_point};
    claim.sequence = 1;
    claim.htlc = output.htlc;
    claim.spendable_from = height + BlockDelta(1);
    if (output.htlc.offered_by == Party::ours) {
        claim.lock_time = output.htlc.cltv_expiry;
        claim.spendable_from =
            std::max(claim.spendable_from, first_block_after(output.htlc.cltv_expiry));
    } else {
        claim.preimage = preimages.find(output.htlc.payment_hash);
        claim.deadline = first_block_after(output.htlc.cltv_expiry);
    }
    return claim;
}

Claim revoked(ClaimKind kind, const bitcoin::OutPoint& outpoint, const bitcoin::TxOut& output,
              bitcoin::Script script, const Secret32& secret) {
    auto claim = claim_at(kind, outpoint, output, std::move(script));
    claim.key = ports::ClaimRevoked{secret};
    return claim;
}

/// to_local and the second stage of theirs share one script; its penalty branch is <signature> 1.
Claim revoked_delayed(ClaimKind kind, const channel::ChannelParams& params,
                      const bitcoin::OutPoint& outpoint, const bitcoin::TxOut& output,
                      bitcoin::Script script, const Secret32& secret, BlockHeight height) {
    auto claim = revoked(kind, outpoint, output, std::move(script), secret);
    claim.witness_weight =
        count_weight + signature_weight + 2 + script_weight(claim.witness_script);
    claim.spendable_from = height + BlockDelta(1);
    claim.deadline = height + BlockDelta(params.ours.to_self_delay);
    return claim;
}

}  // namespace

Preimages::Preimages(std::span<const wire::Preimage> known) {
    for (const auto& preimage : known) add(preimage);
}

void Preimages::add(const wire::Preimage& preimage) {
    m_known.emplace(hash_of(preimage), preimage);
}

std::optional<wire::Preimage> Preimages::find(const PaymentHash& hash) const {
    const auto found = m_known.find(hash);
    if (found == m_known.end()) return std::nullopt;
    return found->second;
}

std::vector<Claim> plan_our_commitment(const channel::ChannelParams& params,
                                       const channel::CommitmentTx& commitment,
                                       const ports::CommitmentSignatures& their_signatures,
                                       BlockHeight height, const Preimages& preimages) {
    std::vector<Claim> claims;
    const auto txid = commitment.tx.txid();
    if (const auto index = commitment.to_local_index) {
        claims.push_back(delayed(ClaimKind::our_main_delayed, params, commitment.keys,
                                 {txid, *index}, commitment.tx.outputs[*index], height));
    }
    // One signature an output, or the commitment would not have been accepted.
    if (their_signatures.htlc_signatures.size() != commitment.htlcs.size()) return claims;
    const auto jobs = channel::htlc_signing_jobs(params, commitment);
    for (std::size_t i = 0; i < commitment.htlcs.size(); ++i) {
        const bool offered_by_us = commitment.htlcs[i].htlc.offered_by == Party::ours;
        auto claim =
            htlc_claim(commitment, txid, commitment.htlcs[i],
                       offered_by_us ? ClaimKind::htlc_timeout_tx : ClaimKind::htlc_success_tx,
                       height, preimages);
        claim.second_stage = SecondStage{jobs[i].tx, their_signatures.htlc_signatures[i]};
        claim.witness_weight = count_weight + empty_weight + 2 * signature_weight +
                               (offered_by_us ? empty_weight : preimage_weight) +
                               script_weight(claim.witness_script);
        claims.push_back(std::move(claim));
    }
    return claims;
}

std::vector<Claim> plan_their_commitment(const channel::ChannelParams& params,
                                         const channel::CommitmentTx& commitment,
                                         BlockHeight height, const Preimages& preimages) {
    std::vector<Claim> claims;
    const auto txid = commitment.tx.txid();
    if (const auto index = commitment.to_remote_index) {
        claims.push_back(
            main_on_theirs({txid, *index}, commitment.tx.outputs[*index],
                           channel::to_remote_script(params.our_keys.payment_basepoint), height));
    }
    for (const auto& output : commitment.htlcs) {
        const bool offered_by_us = output.htlc.offered_by == Party::ours;
        auto claim = htlc_claim(
            commitment, txid, output,
            offered_by_us ? ClaimKind::htlc_timeout_direct : ClaimKind::htlc_success_direct, height,
            preimages);
        claim.witness_weight = count_weight + signature_weight +
                               (offered_by_us ? empty_weight : preimage_weight) +
                               script_weight(claim.witness_script);
        claims.push_back(std::move(claim));
    }
    return claims;
}

std::vector<Claim> plan_main_only(const channel::ChannelParams& params,
                                  const bitcoin::Transaction& tx, BlockHeight height) {
    std::vector<Claim> claims;
    const auto script = channel::to_remote_script(params.our_keys.payment_basepoint);
    const auto output_script = bitcoin::p2wsh(script);
    const auto txid = tx.txid();
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        if (tx.outputs[i].script == output_script)
            claims.push_back(main_on_theirs({txid, i}, tx.outputs[i], script, height));
    }
    return claims;
}

std::vector<Claim> plan_revoked(const channel::ChannelParams& params,
                                const bitcoin::Transaction& tx, const Secret32& secret,
                                BlockHeight height, std::span<const channel::Htlc> htlcs) {
    auto claims = plan_main_only(params, tx, height);
    const auto txid = tx.txid();
    const auto keys = channel::derive_keys(params, Party::theirs, point_of(secret));

    const auto to_local = channel::to_local_script(keys, params.ours.to_self_delay);
    const auto to_local_output = bitcoin::p2wsh(to_local);
    struct Candidate {
        bitcoin::Script script;
        const channel::Htlc* htlc;
    };
    std::map<bitcoin::Script, Candidate> candidates;
    for (const auto& htlc : htlcs) {
        auto script =
            htlc.offered_by == Party::theirs
                ? channel::offered_htlc_script(keys, htlc.payment_hash)
                : channel::received_htlc_script(keys, htlc.payment_hash, htlc.cltv_expiry);
        auto output = bitcoin::p2wsh(script);
        candidates.emplace(std::move(output), Candidate{std::move(script), &htlc});
    }
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        const auto& output = tx.outputs[i];
        if (output.script == to_local_output) {
            claims.push_back(revoked_delayed(ClaimKind::revoked_main, params, {txid, i}, output,
                                             to_local, secret, height));
        } else if (const auto found = candidates.find(output.script); found != candidates.end()) {
            auto claim =
                revoked(ClaimKind::revoked_htlc, {txid, i}, output, found->second.script, secret);
            claim.revocation_pubkey = to_bytes(keys.revocation.view());
            claim.witness_weight =
                count_weight + signature_weight + 1 + 33 + script_weight(claim.witness_script);
            claim.spendable_from = height + BlockDelta(1);
            claim.htlc = *found->second.htlc;
            claims.push_back(std::move(claim));
        }
    }
    return claims;
}

std::optional<Claim> plan_second_stage_output(const channel::ChannelParams& params,
                                              const Claim& claim,
                                              const channel::CommitmentKeys& keys,
                                              const bitcoin::Transaction& tx, std::size_t input,
                                              BlockHeight height) {
    if (!claim.second_stage || input >= tx.outputs.size()) return std::nullopt;
    if (tx.outputs[input] != claim.second_stage->tx.outputs[0]) return std::nullopt;
    auto out = delayed(ClaimKind::second_stage_output, params, keys,
                       {tx.txid(), static_cast<std::uint32_t>(input)}, tx.outputs[input], height);
    out.htlc = claim.htlc;
    return out;
}

std::optional<Claim> plan_revoked_second_stage(const channel::ChannelParams& params,
                                               const Secret32& secret,
                                               const bitcoin::Transaction& tx, std::size_t input,
                                               BlockHeight height) {
    if (input >= tx.outputs.size()) return std::nullopt;
    const auto keys = channel::derive_keys(params, Party::theirs, point_of(secret));
    auto script = channel::to_local_script(keys, params.ours.to_self_delay);
    if (tx.outputs[input].script != bitcoin::p2wsh(script)) return std::nullopt;
    return revoked_delayed(ClaimKind::revoked_second_stage, params,
                           {tx.txid(), static_cast<std::uint32_t>(input)}, tx.outputs[input],
                           std::move(script), secret, height);
}

std::vector<std::pair<PaymentHash, wire::Preimage>> preimages_in(const bitcoin::Transaction& tx) {
    std::vector<std::pair<PaymentHash, wire::Preimage>> found;
    for (const auto& input : tx.inputs) {
        for (const auto& element : input.witness) {
            if (const auto preimage = wire::Preimage::from(element))
                found.emplace_back(hash_of(*preimage), *preimage);
        }
    }
    return found;
}

}  // namespace runnel::onchain
