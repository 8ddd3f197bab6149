// Makes transactions of claims: sweeps to the wallet, second stages with a coin for their fee, the
// anchor's child. Plans are pure and unsigned; `sign` asks the channel's signer for claims and the
// wallet's key ring for coins.
#pragma once

#include "core/onchain/claim.h"
#include "core/ports/coin.h"
#include "core/ports/signer.h"

#include <set>
#include <span>
#include <vector>

namespace runnel::onchain {

/// An unsigned transaction that takes claims. Claim i is spent by input i; wallet coins come
/// behind.
struct Planned {
    bitcoin::Transaction tx;
    std::vector<Claim> claims;
    std::vector<bitcoin::TxOut> spent;                 ///< By input.
    std::vector<std::optional<ports::KeyPath>> paths;  ///< By input; nothing for claims.
    std::vector<bitcoin::OutPoint> coins;              ///< Of the wallet, among the inputs.
    Sat fee;
    std::uint64_t weight = 0;  ///< With signatures, an upper bound.
    BlockHeight not_before;    ///< The first block that may hold it.
};

/// Claims that one sweep takes: not second stages, all ready at `tip`. Those only we can take
/// together; those that the other side contests in groups of their own, so that losing one does not
/// hold up the rest.
std::vector<std::vector<Claim>> sweep_groups(std::span<const Claim> open, BlockHeight tip);
/// Second stages that one transaction carries: ready at `tip`, of equal lock time (their signature
/// commits to it). Those that cost more than they are worth at this feerate wait for a lower one.
std::vector<std::vector<Claim>> second_stage_groups(std::span<const Claim> open, BlockHeight tip,
                                                    FeeratePerKw feerate);
/// Are these second stages, in one transaction with a coin for its fee and that coin's change,
/// worth more than it costs?
bool second_stages_pay(std::span<const Claim> claims, FeeratePerKw feerate);

/// Why there is no sweep: after fees nothing is left that a node relays.
struct Uneconomical {
    Sat value;  ///< Of the claims that pay for themselves.
    Sat fee;
};
/// One output to `wallet_script`. A claim that costs more than it is worth at this feerate stays
/// behind.
Result<Planned, Uneconomical> build_sweep(std::span<const Claim> claims,
                                          const bitcoin::Script& wallet_script,
                                          FeeratePerKw feerate);

/// What the wallet lends to a transaction that cannot pay its own fee.
struct Purse {
    const ports::CoinPlanner& planner;
    std::span<const ports::Coin> coins;  ///< Only confirmed ones are taken.
    const bitcoin::Script& change_script;
    FeeratePerKw feerate;
    Hash256 entropy;
};
/// `claims` of one second_stage_groups() entry.
Result<Planned, ports::SpendError> plan_second_stage(std::span<const Claim> claims,
                                                     const Purse& purse);
/// A child that lifts a commitment of either side to the purse's feerate through our anchor on it;
/// to be sent as a package with the commitment. Nothing when there is no anchor of ours, or the
/// commitment pays that feerate itself.
Result<std::optional<Planned>, ports::SpendError> plan_anchor_child(
    const channel::ChannelParams& params, const channel::CommitmentTx& commitment,
    const Purse& purse);
/// What a commitment of either side brings us once it is in a block, less what collecting it costs
/// at this feerate: our balance, the HTLCs that we offered and those received that are `claimable`
/// (their preimage is known or may yet come). More must never be paid for getting it there: a peer
/// that gives us little could make us pay much.
Sat worth_of(const channel::CommitmentTx& commitment, const std::set<PaymentHash>& claimable,
             FeeratePerKw feerate);
/// Does it hold HTLCs that are ours to claim, now or once they expire?
bool has_htlcs_for_us(const channel::CommitmentTx& commitment,
                      const std::set<PaymentHash>& claimable);
/// Weight of a commitment once both signatures are on it.
std::uint64_t signed_commitment_weight(const channel::CommitmentTx& commitment);

/// Puts every witness in place.
Result<bitcoin::Transaction, ports::SignRefusal> sign(const Planned& planned,
                                                      const ports::ChannelSigner& signer,
                                                      const ports::KeyRing& keys);
/// The same for a sweep, which has no coins.
Result<bitcoin::Transaction, ports::SignRefusal> sign_claims(const Planned& planned,
                                                             const ports::ChannelSigner& signer);

}  // namespace runnel::onchain
