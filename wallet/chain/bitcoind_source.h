// A ChainSource over a bitcoind of version 28 or newer: JSON-RPC for everything that counts, ZMQ
// where it is offered as a hint that something is new, polling otherwise. It is trusted for chain
// data only, and that is checked: every block is the one asked for, has work, links to the last one
// and holds the transactions its header stands for. It is in step with the network only while its
// tip is young and has as much work as any that was followed before.
//
//     open:    right network? version? ZMQ?
//     session: blocks, broadcasts, searches of old blocks, mempool, fees, status
//     any trouble: ChainStatus says so, back-off with jitter, open again
//
// One coroutine on a strand does all of it, one request at a time. It holds no keys and no wallet
// state; a pruned bitcoind serves as long as the blocks asked for are there.
#pragma once

#include "core/base/log.h"
#include "core/base/network.h"
#include "wallet/chain/bitcoind_url.h"
#include "wallet/chain/chain_source.h"
#include "wallet/chain/rpc_client.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace runnel::chain {

/// How often things are asked for. Regtest is for people who wait; elsewhere a block takes minutes.
struct BitcoindTiming {
    std::chrono::milliseconds block_poll;           ///< Without ZMQ.
    std::chrono::milliseconds block_poll_with_zmq;  ///< In case a notification was lost.
    std::chrono::milliseconds mempool_poll;
    std::chrono::milliseconds mempool_poll_with_zmq;
    std::chrono::milliseconds fee_poll;
    std::chrono::milliseconds status_every{30'000};
    std::chrono::milliseconds backoff_first{250};
    std::chrono::milliseconds backoff_most{30'000};
};
BitcoindTiming default_timing(Network network);

struct BitcoindOptions {
    Network network = Network::regtest;
    BitcoindUrl url;
    RpcLimits limits;
    BitcoindTiming timing = default_timing(Network::regtest);
    bool use_zmq = true;
    /// More transactions than this in its mempool are not fetched one by one without ZMQ: then only
    /// the spending of watched outputs is looked up.
    std::size_t mempool_most = 50'000;
    /// Bytes of other people's transactions kept for what is watched later: a full mempool would
    /// take more than all the rest of the wallet. Of those beyond it the id is kept. A later watch
    /// asks who spends its output, and hears of what pays to its script when that confirms.
    std::size_t pool_memory_most = 8'000'000;
    LogSink log;
};

/// What is wrong with a source; ChainStatus::problem begins with its name.
enum class SourceTrouble : std::uint8_t {
    unreachable,      ///< No connection, no answer in time, or its queue is full.
    unauthorised,     ///< The login is refused.
    starting,         ///< It loads its index; it will be there soon.
    catching_up,      ///< It has yet to download the blocks where this wallet begins.
    wrong_network,    ///< Another chain than this wallet's: nothing of it is used.
    pruned,           ///< A block that is needed was deleted there.
    bad_answer,       ///< Something that cannot be true: not its data, not its format.
    history_unknown,  ///< The fork lies below all blocks remembered here, and it does not know the
                      ///< lowest of them.
};
std::string_view to_string(SourceTrouble trouble);

class BitcoindSource : public ChainSource {
public:
    BitcoindSource(boost::asio::io_context& io, BitcoindOptions options);
    ~BitcoindSource() override;

    void start(StartPoint from, Sink sink) override;
    void watch(ports::Watch what) override;
    void broadcast(std::vector<ports::TxPtr> transactions, bool gives_way = false) override;
    void take_back(const Txid& txid) override;
    void stop() override;

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::chain
