// What the chain's side of the practice protocol says, as values: read on one side, written on the
// other. Everything read is checked for its type and range. Pure.
//
//     news       {}                                 -> News; at each change by itself: {"news":..}
//     blocks     {"from":H,"most":N}                -> {"blocks":[{"hash","hex"}..]}: from H on
//     blocks     {"after":{"height","hash"},..}     -> the same, or {"gone":true}: no such block
//     locate     {"blocks":[{"height","hash"}..]}   -> {"found":I}: the last in the chain, or null
//     mempool    {}                                 -> {"transactions":[HEX..]}: parents first
//     broadcast  {"transactions":[HEX] or [P, C]}   -> {"results":[{"accepted","reason"}..]}
#pragma once

#include "core/ports/chain.h"
#include "wallet/chain/block_check.h"
#include "wallet/chain/chain_source.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <vector>

namespace runnel::practice {

namespace json = boost::json;

/// Where the chain stands.
struct News {
    chain::KnownBlock tip;
    std::uint64_t mempool =
        0;  ///< Another number: the mempool may hold something else than before.
    ports::FeeEstimates fees;
    friend bool operator==(const News&, const News&) = default;
};
json::object to_json(const News& news);
/// Fees are put in order and within bounds, as of any source.
std::optional<News> read_news(const json::value& value);

json::object to_json(const chain::KnownBlock& block);
std::optional<chain::KnownBlock> read_known_block(const json::value& value);

json::object block_json(const BlockHash& hash, const bitcoin::Block& block);
/// Blocks that follow each other and whose work, transactions and witnesses are what they should
/// be.
std::optional<std::vector<chain::CheckedBlock>> read_blocks(const json::value& answer);

json::array transactions_json(const std::vector<ports::TxPtr>& transactions);
/// At most `most`.
std::optional<std::vector<ports::TxPtr>> read_transactions(const json::value& value,
                                                           std::size_t most);

}  // namespace runnel::practice
