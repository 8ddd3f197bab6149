#include "core/onchain/build.h"

#include "core/bitcoin/script.h"

#include <algorithm>
#include <map>

namespace runnel::onchain {
namespace {

/// Relay refuses transactions above 400,000 weight units; a few hundred HTLCs would reach that.
constexpr std::size_t most_claims_together = 100;

/// The P2WSH output that each input of a second stage brings along.
constexpr std::uint64_t delayed_output_weight = 4 * (8 + 1 + 34);
/// What second stages in one transaction share: version, counts, lock time, the coin for the fee
/// and its change.
constexpr std::uint64_t second_stage_frame_weight =
    4 * (4 + 1 + 1 + 4) + 2 + 4 * 41 + 108 + 4 * (8 + 1 + 22);

/// What it takes at most to bring an output of a commitment into the wallet: our balance by a sweep
/// of its own; an HTLC by its second stage, and as one input more of a sweep (on theirs the sweep
/// alone does).
constexpr std::uint64_t main_collect_weight = 500;
constexpr std::uint64_t htlc_collect_weight = channel::htlc_success_weight + 4 * 41 + 160;

bool is_second_stage(const Claim& claim) { return claim.second_stage.has_value(); }

/// May the other side take it as well, now or later?
bool is_contested(const Claim& claim) {
    return claim.kind == ClaimKind::htlc_timeout_direct ||
           claim.kind == ClaimKind::htlc_success_direct || claim.kind == ClaimKind::revoked_main ||
           claim.kind == ClaimKind::revoked_htlc || claim.kind == ClaimKind::revoked_second_stage;
}

std::uint64_t input_weight(const Claim& claim) {
    return 4 * (32 + 4 + 1 + 4) + claim.witness_weight;
}

bitcoin::TxIn input_of(const Claim& claim) { return {claim.outpoint, {}, claim.sequence, {}}; }

BlockHeight not_before(std::span<const Claim> claims) {
    BlockHeight out;
    for (const auto& claim : claims) out = std::max(out, claim.spendable_from);
    return out;
}

template <typename Key, typename KeyOf>
std::vector<std::vector<Claim>> grouped(std::span<const Claim> claims, KeyOf key_of) {
    std::map<Key, std::vector<std::vector<Claim>>> groups;
    for (const auto& claim : claims) {
        auto& same = groups[key_of(claim)];
        if (same.empty() || same.back().size() == most_claims_together) same.emplace_back();
        same.back().push_back(claim);
    }
    std::vector<std::vector<Claim>> out;
    for (auto& [key, same] : groups) {
        for (auto& group : same) out.push_back(std::move(group));
    }
    return out;
}

std::vector<Claim> ready_claims(std::span<const Claim> open, BlockHeight tip, bool second_stage) {
    std::vector<Claim> out;
    for (const auto& claim : open) {
        if (is_second_stage(claim) == second_stage && claim.is_ready(tip)) out.push_back(claim);
    }
    return out;
}

ports::SpendRequest request_for(const Purse& purse) {
    ports::SpendRequest request;
    request.feerate = purse.feerate;
    request.change_script = purse.change_script;
    request.confirmed_only = true;
    request.keep_order = true;
    return request;
}

Planned planned_from(ports::SpendPlan&& plan, std::vector<Claim> claims) {
    Planned out;
    out.tx = std::move(plan.tx);
    out.spent = std::move(plan.spent);
    out.paths = std::move(plan.paths);
    out.coins = std::move(plan.coins);
    out.fee = plan.fee;
    out.weight = plan.weight;
    out.not_before = not_before(claims);
    out.claims = std::move(claims);
    return out;
}

bool is_for_us(const channel::HtlcOutput& output, const std::set<PaymentHash>& claimable) {
    return output.htlc.offered_by == channel::Party::ours ||
           claimable.contains(output.htlc.payment_hash);
}

/// A witness of claim `claim` in input `input`.
Result<std::vector<Bytes>, ports::SignRefusal> witness_of(const Claim& claim,
                                                          const bitcoin::Transaction& tx,
                                                          std::size_t input,
                                                          const ports::ChannelSigner& signer) {
    RUNNEL_TRY(const auto signature,
               signer.sign_claim({tx, input, claim.witness_script, claim.output.value, claim.key,
                                  bitcoin::sighash_all}));
    std::optional<Secret32> preimage;
    if (claim.preimage) preimage = Secret32(claim.preimage->raw());
    if (claim.second_stage) {
        return channel::htlc_tx_witness(claim.witness_script, claim.second_stage->their_signature,
                                        signature, preimage);
    }
    std::vector<Bytes> witness{bitcoin::witness_signature(signature, bitcoin::sighash_all)};
    switch (claim.kind) {
        case ClaimKind::our_main:
        case ClaimKind::anchor: break;  // no branch to choose
        case ClaimKind::htlc_success_direct:
            witness.push_back(preimage ? to_bytes(preimage->reveal()) : Bytes());
            break;
        case ClaimKind::revoked_main:
        case ClaimKind::revoked_second_stage: witness.push_back(Bytes{1}); break;
        case ClaimKind::revoked_htlc: witness.push_back(claim.revocation_pubkey); break;
        case ClaimKind::our_main_delayed:
        case ClaimKind::second_stage_output:
        case ClaimKind::htlc_timeout_direct:
        case ClaimKind::htlc_timeout_tx:
        case ClaimKind::htlc_success_tx: witness.emplace_back(); break;
    }
    witness.push_back(claim.witness_script);
    return witness;
}

}  // namespace

std::vector<std::vector<Claim>> sweep_groups(std::span<const Claim> open, BlockHeight tip) {
    const auto ready = ready_claims(open, tip, false);
    return grouped<int>(ready, [](const Claim& claim) {
        return is_contested(claim) ? 1 + static_cast<int>(claim.kind) : 0;
    });
}

std::vector<std::vector<Claim>> second_stage_groups(std::span<const Claim> open, BlockHeight tip,
                                                    FeeratePerKw feerate) {
    auto ready = ready_claims(open, tip, true);
    ready.erase(
        std::remove_if(ready.begin(), ready.end(),
                       [&](const Claim& claim) {
                           return claim.output.value <=
                                  feerate.fee_ceil(input_weight(claim) + delayed_output_weight);
                       }),
        ready.end());
    auto groups = grouped<std::uint32_t>(
        ready, [](const Claim& claim) { return claim.second_stage->tx.lock_time; });
    groups.erase(std::remove_if(groups.begin(), groups.end(),
                                [&](const std::vector<Claim>& group) {
                                    return !second_stages_pay(group, feerate);
                                }),
                 groups.end());
    return groups;
}

bool second_stages_pay(std::span<const Claim> claims, FeeratePerKw feerate) {
    Sat value;
    std::uint64_t weight = second_stage_frame_weight;
    for (const auto& claim : claims) {
        value += claim.output.value;
        weight += input_weight(claim) + delayed_output_weight;
    }
    return value > feerate.fee_ceil(weight);
}

Result<Planned, Uneconomical> build_sweep(std::span<const Claim> claims,
                                          const bitcoin::Script& wallet_script,
                                          FeeratePerKw feerate) {
    Planned out;
    Sat value;
    for (const auto& claim : claims) {
        if (claim.output.value <= feerate.fee_ceil(input_weight(claim))) continue;
        out.tx.inputs.push_back(input_of(claim));
        out.tx.lock_time = std::max(out.tx.lock_time, claim.lock_time);
        out.spent.push_back(claim.output);
        out.paths.emplace_back();
        out.weight += claim.witness_weight;
        value += claim.output.value;
        out.claims.push_back(claim);
    }
    out.tx.outputs.push_back({Sat(), wallet_script});
    out.weight += 2 + out.tx.weight();
    out.fee = feerate.fee_ceil(out.weight);
    const auto rest = sub_or_zero(value, out.fee);
    if (out.claims.empty() || rest < bitcoin::dust_limit(wallet_script))
        return fail(Uneconomical{value, out.fee});
    out.tx.outputs[0].value = rest;
    out.not_before = not_before(out.claims);
    return out;
}

Result<Planned, ports::SpendError> plan_second_stage(std::span<const Claim> claims,
                                                     const Purse& purse) {
    auto request = request_for(purse);
    for (const auto& claim : claims) {
        request.lock_time = claim.second_stage->tx.lock_time;
        request.version = claim.second_stage->tx.version;
        request.fixed.push_back({input_of(claim), claim.output, claim.witness_weight});
        request.outputs.push_back(claim.second_stage->tx.outputs[0]);
    }
    RUNNEL_TRY(auto plan, purse.planner.plan(purse.coins, request, purse.entropy));
    return planned_from(std::move(plan), {claims.begin(), claims.end()});
}

Sat worth_of(const channel::CommitmentTx& commitment, const std::set<PaymentHash>& claimable,
             FeeratePerKw feerate) {
    Sat worth;
    const auto count = [&](std::uint32_t index, std::uint64_t weight) {
        worth += sub_or_zero(commitment.tx.outputs.at(index).value, feerate.fee_ceil(weight));
    };
    const bool is_ours = commitment.broadcaster == channel::Party::ours;
    const auto main = is_ours ? commitment.to_local_index : commitment.to_remote_index;
    if (main) count(*main, main_collect_weight);
    for (const auto& output : commitment.htlcs) {
        if (is_for_us(output, claimable)) count(output.output_index, htlc_collect_weight);
    }
    return worth;
}

bool has_htlcs_for_us(const channel::CommitmentTx& commitment,
                      const std::set<PaymentHash>& claimable) {
    return std::any_of(
        commitment.htlcs.begin(), commitment.htlcs.end(),
        [&](const channel::HtlcOutput& output) { return is_for_us(output, claimable); });
}

std::uint64_t signed_commitment_weight(const channel::CommitmentTx& commitment) {
    return channel::closing_weight(commitment.tx);  // the same input
}

Result<std::optional<Planned>, ports::SpendError> plan_anchor_child(
    const channel::ChannelParams& params, const channel::CommitmentTx& commitment,
    const Purse& purse) {
    const bool is_ours = commitment.broadcaster == channel::Party::ours;
    const auto index =
        is_ours ? commitment.broadcaster_anchor_index : commitment.countersigner_anchor_index;
    const auto weight = signed_commitment_weight(commitment);
    if (!index || commitment.fee >= purse.feerate.fee_ceil(weight)) return std::optional<Planned>();

    Claim anchor;
    anchor.kind = ClaimKind::anchor;
    anchor.outpoint = {commitment.tx.txid(), *index};
    anchor.output = commitment.tx.outputs[*index];
    anchor.witness_script = channel::anchor_script(params.our_keys.funding_pubkey);
    anchor.key = ports::ClaimAnchor{};
    anchor.witness_weight = 1 + (1 + 72) + 1 + anchor.witness_script.size();

    auto request = request_for(purse);
    request.fixed.push_back({input_of(anchor), anchor.output, anchor.witness_weight});
    request.parent_weight = weight;
    request.parent_fee = commitment.fee;
    RUNNEL_TRY(auto plan, purse.planner.plan(purse.coins, request, purse.entropy));
    return std::optional<Planned>(planned_from(std::move(plan), {std::move(anchor)}));
}

Result<bitcoin::Transaction, ports::SignRefusal> sign_claims(const Planned& planned,
                                                             const ports::ChannelSigner& signer) {
    auto tx = planned.tx;
    for (std::size_t i = 0; i < planned.claims.size(); ++i) {
        RUNNEL_TRY(tx.inputs.at(i).witness, witness_of(planned.claims[i], planned.tx, i, signer));
    }
    return tx;
}

Result<bitcoin::Transaction, ports::SignRefusal> sign(const Planned& planned,
                                                      const ports::ChannelSigner& signer,
                                                      const ports::KeyRing& keys) {
    RUNNEL_TRY(const auto claimed, sign_claims(planned, signer));
    if (planned.coins.empty()) return claimed;
    return keys.sign_inputs(claimed, planned.spent, planned.paths);
}

}  // namespace runnel::onchain
