// Rules of relay that look at one transaction alone, or at one coin and the input that spends it.
// Pure; used by mempool.cpp.
#pragma once

#include "core/sim/mempool.h"

namespace runnel::sim {

/// Form, size, version and outputs; nothing when a node would relay it.
std::optional<MempoolReject> check_standard(const bitcoin::Transaction& tx,
                                            const RelayPolicy& policy);
/// BIP 141 policy limits for what spends a witness script.
bool is_standard_witness(const bitcoin::TxIn& input, const bitcoin::TxOut& spent);
/// The fee for so many virtual bytes, rounded up.
Sat fee_for(FeeratePerKw rate, std::uint64_t vsize);
/// Whether fee_a / size_a > fee_b / size_b, exactly.
bool is_higher_feerate(Sat fee_a, std::uint64_t size_a, Sat fee_b, std::uint64_t size_b);

}  // namespace runnel::sim
