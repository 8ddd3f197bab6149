#include "wallet/chain/block_check.h"

#include "core/bitcoin/consensus.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <array>
#include <optional>

namespace runnel::chain {
namespace {

using Target = std::array<std::uint8_t, 32>;  ///< Little-endian, as hashes are.

/// Nothing for a negative, zero or overflowing target.
std::optional<Target> target_of(std::uint32_t bits) {
    const std::uint32_t size = bits >> 24;
    const std::uint32_t mantissa = bits & 0x007fffff;
    if (mantissa == 0 || (bits & 0x00800000) != 0) return std::nullopt;
    Target target{};
    for (std::uint32_t i = 0; i < 3; ++i) {
        const auto byte = static_cast<std::uint8_t>(mantissa >> (8 * (2 - i)));
        // The most significant of the three bytes is byte `size - 1` of the number.
        if (i + 1 > size) continue;  // shifted out below the point
        const std::uint32_t at = size - 1 - i;
        if (at >= target.size()) {
            if (byte != 0) return std::nullopt;
            continue;
        }
        target[at] = byte;
    }
    if (std::all_of(target.begin(), target.end(), [](std::uint8_t b) { return b == 0; }))
        return std::nullopt;
    return target;
}

bool at_most(const Target& a, const Target& b) {
    return !std::lexicographical_compare(b.rbegin(), b.rend(), a.rbegin(), a.rend());
}

/// Four times as easy; the least easy of all where that does not fit.
Target eased(const Target& target) {
    Target out{};
    std::uint32_t carry = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        carry |= static_cast<std::uint32_t>(target[i]) << 2;
        out[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    if (carry != 0) out.fill(0xff);
    return out;
}

std::uint32_t easiest_bits(Network network) {
    switch (network) {
        case Network::regtest:
        case Network::practice: return 0x207fffff;
        case Network::signet: return 0x1e0377ae;
        case Network::mainnet:
        case Network::testnet4: break;
    }
    return 0x1d00ffff;
}

std::optional<BlockFault> header_fault(const bitcoin::BlockHeader& header, const BlockHash& wanted,
                                       Network network) {
    if (header.hash() != wanted) return BlockFault::wrong_hash;
    if (!meets_target(wanted, header.bits, network)) return BlockFault::no_work;
    return std::nullopt;
}

/// The 32 bytes the coinbase commits to, from its last output of that form (BIP 141).
std::optional<Hash256> witness_commitment(const bitcoin::Transaction& coinbase) {
    static constexpr std::array<std::uint8_t, 6> magic{0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};
    for (auto it = coinbase.outputs.rbegin(); it != coinbase.outputs.rend(); ++it) {
        if (it->script.size() >= 38 && std::equal(magic.begin(), magic.end(), it->script.begin())) {
            return Hash256::from(ByteView(it->script).subspan(6, 32));
        }
    }
    return std::nullopt;
}

/// Without this a source could change what a claim reveals (a preimage) and the block would still
/// look right.
bool witnesses_match(const std::vector<bitcoin::Transaction>& transactions) {
    const auto committed = witness_commitment(transactions.front());
    if (!committed) {
        return std::none_of(transactions.begin(), transactions.end(),
                            [](const bitcoin::Transaction& tx) { return tx.has_witness(); });
    }
    const auto& coinbase_inputs = transactions.front().inputs;
    if (coinbase_inputs.size() != 1 || coinbase_inputs[0].witness.size() != 1 ||
        coinbase_inputs[0].witness[0].size() != 32) {
        return false;
    }
    std::vector<Txid> wtxids(1);  // the coinbase counts as zero
    wtxids.reserve(transactions.size());
    for (std::size_t i = 1; i < transactions.size(); ++i)
        wtxids.emplace_back(transactions[i].wtxid().raw());
    const Hash256 root = bitcoin::merkle_root(wtxids);
    Bytes both = to_bytes(root.view());
    append(both, coinbase_inputs[0].witness[0]);
    return crypto::sha256d(both) == *committed;
}

bool has_repetition(std::vector<Txid> txids) {
    std::sort(txids.begin(), txids.end());
    return std::adjacent_find(txids.begin(), txids.end()) != txids.end();
}

}  // namespace

std::string_view to_string(BlockFault fault) {
    switch (fault) {
        case BlockFault::undecodable: return "undecodable";
        case BlockFault::wrong_hash: return "wrong_hash";
        case BlockFault::no_work: return "no_work";
        case BlockFault::wrong_merkle_root: return "wrong_merkle_root";
        case BlockFault::impossible_value: return "impossible_value";
        case BlockFault::wrong_witnesses: return "wrong_witnesses";
    }
    return "unknown";
}

bool meets_target(const BlockHash& hash, std::uint32_t bits, Network network) {
    const auto target = target_of(bits);
    const auto easiest = target_of(easiest_bits(network));
    return target && easiest && at_most(*target, *easiest) && at_most(hash.raw(), *target);
}

bool bits_may_follow(const bitcoin::BlockHeader& previous, const bitcoin::BlockHeader& next,
                     std::uint32_t height, Network network) {
    constexpr std::uint32_t interval = 2016;
    constexpr std::uint32_t patience = 20 * 60;  // seconds until testnet4 takes any block
    if (next.bits == previous.bits) return true;
    if (network == Network::testnet4) {
        const std::uint32_t least = easiest_bits(network);
        // What was computed last stands further back than the block before.
        if (previous.bits == least) return true;
        if (next.bits == least && next.time > previous.time + patience) return true;
    }
    const bool is_fixed = network == Network::regtest || network == Network::practice;
    if (is_fixed || height % interval != 0) return false;
    const auto before = target_of(previous.bits);
    const auto after = target_of(next.bits);
    // Harder by another factor of four than the rule has it: compact targets are rounded.
    return before && after && at_most(*after, eased(*before)) &&
           at_most(*before, eased(eased(*after)));
}

Result<bitcoin::BlockHeader, BlockFault> check_header(std::string_view hex, const BlockHash& wanted,
                                                      Network network) {
    const auto bytes = hex.size() == 160 ? from_hex(hex) : std::nullopt;
    if (!bytes) return fail(BlockFault::undecodable);
    const auto header = bitcoin::BlockHeader::parse(*bytes);
    if (!header) return fail(BlockFault::undecodable);
    if (const auto fault = header_fault(*header, wanted, network)) return fail(*fault);
    return *header;
}

Result<CheckedBlock, BlockFault> check_block(std::string_view hex, const BlockHash& wanted,
                                             Network network) {
    if (hex.size() > 2 * max_block_bytes) return fail(BlockFault::undecodable);
    const auto bytes = from_hex(hex);
    if (!bytes || bytes->size() < 80) return fail(BlockFault::undecodable);
    // The header first: nothing of a block without work is looked at.
    const auto header = bitcoin::BlockHeader::parse(ByteView(*bytes).first(80));
    if (!header) return fail(BlockFault::undecodable);
    if (const auto fault = header_fault(*header, wanted, network)) return fail(*fault);
    auto block = bitcoin::Block::parse(*bytes);
    if (!block || block->transactions.empty()) return fail(BlockFault::undecodable);
    CheckedBlock out;
    out.header = *header;
    out.hash = wanted;
    out.transactions = std::move(block->transactions);
    out.txids.reserve(out.transactions.size());
    for (const auto& tx : out.transactions) {
        // Sums of what a block pays are taken further up without looking twice.
        if (!bitcoin::total_output(tx)) return fail(BlockFault::impossible_value);
        out.txids.push_back(tx.txid());
    }
    if (bitcoin::merkle_root(out.txids) != out.header.merkle_root || has_repetition(out.txids)) {
        return fail(BlockFault::wrong_merkle_root);
    }
    if (!witnesses_match(out.transactions)) return fail(BlockFault::wrong_witnesses);
    return out;
}

}  // namespace runnel::chain
