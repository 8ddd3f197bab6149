// Parts of a block that need no chain: proof of work at a trivial target, the witness commitment
// (BIP 141). Pure; used by the files of SimChain.
#pragma once

#include "core/bitcoin/transaction.h"

namespace runnel::sim {

/// Regtest's target: every second hash meets it.
inline constexpr std::uint32_t trivial_bits = 0x207fffff;
inline constexpr Sat block_subsidy{50'00000000};

bool meets_target(const bitcoin::BlockHeader& header);
/// Counts the nonce up until the target is met.
void grind(bitcoin::BlockHeader& header);

/// The output script that commits to the witnesses of all transactions behind the coinbase.
bitcoin::Script witness_commitment(const std::vector<bitcoin::Transaction>& transactions);
/// A block without any witness needs no commitment.
bool has_valid_witness_root(const bitcoin::Block& block);

}  // namespace runnel::sim
