// What can be checked about a block that somebody handed over: that it is the one asked for, that
// work was done for it, and that its transactions and witnesses are those its header stands for. A
// source that lies about a block would have to mine it. Knows no chain: how blocks link is the
// source's to follow.
#pragma once

#include "core/base/network.h"
#include "core/bitcoin/transaction.h"

#include <string_view>
#include <vector>

namespace runnel::chain {

enum class BlockFault : std::uint8_t {
    undecodable,  ///< No hex, too large, or not a block.
    wrong_hash,   ///< Another block than asked for.
    no_work,      ///< The header's hash does not meet its target, or the target is easier than the
                  ///< network allows.
    wrong_merkle_root,  ///< The transactions are not the header's (or are repeated, CVE-2012-2459).
    impossible_value,   ///< A transaction pays out more than there are coins.
    wrong_witnesses,    ///< The witnesses are not those the coinbase commits to (BIP 141).
};
std::string_view to_string(BlockFault fault);

struct CheckedBlock {
    bitcoin::BlockHeader header;
    BlockHash hash;
    std::vector<bitcoin::Transaction> transactions;
    std::vector<Txid> txids;  ///< By position.
};

/// A block is at most 4,000,000 bytes (BIP 141).
inline constexpr std::size_t max_block_bytes = 4'000'000;

/// The header of the block asked for, with its work; linking it is the caller's.
Result<bitcoin::BlockHeader, BlockFault> check_header(std::string_view hex, const BlockHash& wanted,
                                                      Network network);
Result<CheckedBlock, BlockFault> check_block(std::string_view hex, const BlockHash& wanted,
                                             Network network);

/// Whether the hash, as a little-endian number, is at most the target of `bits`, and `bits` no
/// easier than the network's limit.
bool meets_target(const BlockHash& hash, std::uint32_t bits, Network network);

/// May a block of `height` with this target follow `previous`, as far as two headers can tell?
/// Without this a source could go on from the real tip with blocks of the least work that the
/// network knows. Where targets are computed anew, every 2016 blocks, only the bounds are checked
/// (a factor of four); testnet4's blocks of least work, after twenty minutes without any, are
/// allowed.
bool bits_may_follow(const bitcoin::BlockHeader& previous, const bitcoin::BlockHeader& next,
                     std::uint32_t height, Network network);

}  // namespace runnel::chain
