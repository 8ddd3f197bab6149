// bitcoind's JSON answers as values: every field is checked for its type and range before it is
// used. Nothing here asks anything.
#pragma once

#include "wallet/chain/bitcoind_source.h"
#include "wallet/chain/fee_rates.h"
#include "wallet/chain/rpc_client.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace runnel::chain {

struct Trouble {
    SourceTrouble kind = SourceTrouble::bad_answer;
    std::string detail;
};

/// What a failed call means for the source.
Trouble trouble_of(std::string_view method, const RpcFailure& failure);

/// bitcoind's error codes that mean something here.
inline constexpr int rpc_not_found = -5;
inline constexpr int rpc_out_of_range = -8;
inline constexpr int rpc_already_in_chain = -27;
inline constexpr int rpc_warming_up = -28;
inline constexpr int rpc_no_such_method = -32601;
bool is_refusal(const RpcFailure& failure, int code);

/// Work done for a chain: big-endian, so that more is greater.
using Work = std::array<std::uint8_t, 32>;

struct ChainInfo {
    std::string chain;
    std::uint32_t blocks = 0;
    std::uint32_t headers = 0;
    BlockHash best;
    bool initial_download = false;
    Work work{};  ///< Of the chain up to the best block. What it says of the best block's time is
                  ///< not asked: its header has it.
};
std::optional<ChainInfo> read_chain_info(const boost::json::value& answer);
/// It is still catching up itself: that it does not know a block says nothing. On regtest, where it
/// says so of every old chain, never.
bool is_catching_up(const ChainInfo& info, Network network);

/// `chainwork` of a verbose getblockheader.
std::optional<Work> read_work(const boost::json::value& answer);

/// `version` of getnetworkinfo: 280100 is 28.1.
std::optional<std::int64_t> read_version(const boost::json::value& answer);

/// A hash in display order.
template <typename Id>
std::optional<Id> read_hash(const boost::json::value& answer) {
    const auto* text = answer.if_string();
    if (text == nullptr || text->size() != 64) return std::nullopt;
    return from_display_hex<Id>(std::string_view(text->data(), text->size()));
}
std::optional<std::string_view> read_text(const boost::json::value& answer);

struct ZmqOffer {
    std::string type;
    std::string address;
};
std::vector<ZmqOffer> read_zmq_offers(const boost::json::value& answer);

/// Ids of getrawmempool, in its order (parents first); nothing unless all are ids.
std::optional<std::vector<Txid>> read_mempool(const boost::json::value& answer);
/// A transaction as hex, which must have that id.
ports::TxPtr read_transaction(const boost::json::value& answer, const Txid& wanted);
/// Who spends, of gettxspendingprevout; nothing unless it is a list.
std::optional<std::vector<Txid>> read_spenders(const boost::json::value& answer);
/// `feerate` of estimatesmartfee.
std::optional<std::uint64_t> read_estimate(const boost::json::value& answer);
/// A feerate field of getmempoolinfo.
std::optional<std::uint64_t> read_feerate(const boost::json::value& answer, std::string_view field);
std::optional<std::int64_t> read_number(const boost::json::value& answer, std::string_view field);

/// One transaction's outcome of submitpackage; an empty reason means accepted.
std::optional<std::string> read_package_outcome(const boost::json::value& answer,
                                                const Hash256& wtxid);
/// Whether the words of a refusal say that the transaction is there already.
bool means_already_there(std::string_view reason);

}  // namespace runnel::chain
