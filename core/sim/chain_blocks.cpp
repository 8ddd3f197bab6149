#include "core/sim/chain_blocks.h"

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"

#include <algorithm>

namespace runnel::sim {

using namespace bitcoin;

namespace {

const Bytes commitment_prefix{OP_RETURN, 36, 0xaa, 0x21, 0xa9, 0xed};
const Bytes reserved_value(32, 0);

}  // namespace

bool meets_target(const BlockHeader& header) {
    // 0x7fffff followed by zeros, as a little-endian number.
    if (header.bits != trivial_bits) return false;
    const auto hash = header.hash();
    const auto& bytes = hash.raw();
    if (bytes[31] != 0x7f) return bytes[31] < 0x7f;
    if (bytes[30] != 0xff || bytes[29] != 0xff) return true;
    return std::all_of(bytes.begin(), bytes.begin() + 29, [](std::uint8_t b) { return b == 0; });
}

void grind(BlockHeader& header) {
    while (!meets_target(header)) ++header.nonce;
}

Script witness_commitment(const std::vector<Transaction>& transactions) {
    std::vector<Txid> ids{Txid{}};  // the coinbase counts as zero: it holds the result
    for (std::size_t i = 1; i < transactions.size(); ++i)
        ids.emplace_back(transactions[i].wtxid().raw());
    Bytes preimage = to_bytes(merkle_root(ids).view());
    append(preimage, reserved_value);
    Script out = commitment_prefix;
    append(out, crypto::sha256d(preimage).view());
    return out;
}

bool has_valid_witness_root(const Block& block) {
    const auto& txs = block.transactions;
    if (std::none_of(txs.begin(), txs.end(),
                     [](const Transaction& tx) { return tx.has_witness(); }))
        return true;
    if (txs.empty() || txs[0].inputs.empty()) return false;
    if (txs[0].inputs[0].witness != std::vector<Bytes>{reserved_value}) return false;
    const auto& outputs = txs[0].outputs;
    const auto found = std::find_if(outputs.rbegin(), outputs.rend(), [](const TxOut& output) {
        return output.script.size() >= 38 &&
               std::equal(commitment_prefix.begin(), commitment_prefix.end(),
                          output.script.begin());
    });
    if (found == outputs.rend()) return false;
    const auto expected = witness_commitment(txs);
    return std::equal(expected.begin(), expected.end(), found->script.begin());
}

}  // namespace runnel::sim
