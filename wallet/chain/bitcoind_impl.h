// Inside of BitcoindSource, for its own files: bitcoind_source.cpp opens and keeps the session,
// bitcoind_blocks.cpp follows the chain and searches old blocks, bitcoind_mempool.cpp has mempool,
// broadcasts and fees.
#pragma once

#include "wallet/chain/bitcoind_answers.h"
#include "wallet/chain/bitcoind_source.h"
#include "wallet/chain/block_check.h"
#include "wallet/chain/watch_filter.h"
#include "wallet/chain/zmq_listener.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <deque>
#include <random>
#include <unordered_map>
#include <unordered_set>

namespace runnel::chain {

/// The blocks reported, by height: what a reorg is measured against.
class ReportedChain {
public:
    void assign(const std::vector<KnownBlock>& known);
    bool empty() const { return m_hashes.empty(); }
    std::uint32_t base() const { return m_base; }
    std::uint32_t tip_height() const {
        return m_base + static_cast<std::uint32_t>(m_hashes.size()) - 1;
    }
    const BlockHash& tip() const { return m_hashes.back(); }
    const BlockHash& at(std::uint32_t height) const { return m_hashes[height - m_base]; }
    void push(std::uint32_t height, const BlockHash& hash);
    void pop() { m_hashes.pop_back(); }
    /// Blocks right below the base, rising.
    void extend_down(const std::vector<BlockHash>& below);

private:
    std::uint32_t m_base = 0;
    std::vector<BlockHash> m_hashes;
};

/// Co-returns the error of a step from the enclosing step.
#define RUNNEL_STEP(expression)                                                     \
    do {                                                                            \
        auto runnel_step = co_await (expression);                                   \
        if (!runnel_step) co_return ::runnel::fail(std::move(runnel_step).error()); \
    } while (false)

class BitcoindSource::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(boost::asio::io_context& io, BitcoindOptions options);

    void start(StartPoint from, ChainSource::Sink sink);
    void watch(ports::Watch what);
    void broadcast(std::vector<ports::TxPtr> transactions, bool gives_way);
    void take_back(const Txid& txid);
    void stop();

private:
    template <typename T>
    using Awaitable = boost::asio::awaitable<Result<T, Trouble>>;
    using Step = Awaitable<void>;
    using Clock = std::chrono::steady_clock;

    /// A search of blocks that were reported before something was watched.
    struct Search {
        WatchFilter filter;
        std::uint32_t next = 0;
        std::uint32_t told = 0;  ///< The last SearchProgress::next.
    };

    // bitcoind_source.cpp
    boost::asio::awaitable<void> run();
    Step open();
    Step session();
    Awaitable<ChainInfo> chain_info();
    Awaitable<boost::json::value> ask(std::string method, boost::json::array params);
    Awaitable<std::vector<RpcAnswer>> ask_all(std::vector<RpcCall> calls);
    void subscribe(const std::vector<ZmqOffer>& offers);
    void report_status();
    void report_trouble(const Trouble& trouble);
    void emit_status(ports::ChainStatus status);
    void emit(ports::ChainEvent event);
    boost::asio::awaitable<void> nap(std::chrono::milliseconds time);
    boost::asio::awaitable<void> back_off(SourceTrouble trouble);
    void poke();
    void log(LogLevel level, const std::string& line) const;

    // bitcoind_blocks.cpp
    Step follow_blocks();
    Awaitable<CheckedBlock> fetch_block(BlockHash hash, std::uint32_t height);
    Step disconnect_tip();
    void connect(CheckedBlock block, std::uint32_t height);
    bool at_best() const { return !m_chain.empty() && m_chain.tip() == m_info.best; }
    bool is_synced() const;
    Step remember_work();
    Step judge_tip();
    Step learn_tip_header();
    std::optional<std::string> why_behind() const;
    Step search_blocks();
    Awaitable<bool> learn_older_blocks(std::uint32_t down_to);
    void begin_search();
    void tell_search_progress();
    Awaitable<bitcoin::BlockHeader> header_of(BlockHash hash);
    /// The first block that may matter to a wallet made then; catching_up when that one is still to
    /// be downloaded.
    Awaitable<std::uint32_t> height_at(UnixTime time);

    // bitcoind_mempool.cpp
    Step serve_broadcasts();
    Awaitable<ports::BroadcastResult> send_one(ports::TxPtr tx);
    Awaitable<ports::TxPtr> rival_of(ports::TxPtr tx);
    Step send_package(std::vector<ports::TxPtr> transactions, std::uint64_t number);
    /// Is this broadcast the one that is being served, and not taken back meanwhile?
    bool is_next(std::uint64_t number) const;
    ports::TxPtr rival_in_pool(const bitcoin::Transaction& tx, const Txid& txid) const;
    Step read_pool();
    Awaitable<std::vector<std::pair<Txid, ports::TxPtr>>> fetch_transactions(
        std::vector<Txid> wanted);
    Step look_up_spends();
    Step tell_heard();
    Step read_fees();
    void hear(ByteView raw);
    void keep_in_pool(const Txid& txid, const ports::TxPtr& tx);
    void drop_from_pool(const Txid& txid);

    boost::asio::strand<boost::asio::io_context::executor_type> m_strand;
    BitcoindOptions m_options;
    std::shared_ptr<const BitcoindUrl> m_url;
    RpcClient m_rpc;
    ZmqListener m_zmq;
    boost::asio::steady_timer m_timer;
    ChainSource::Sink m_sink;
    std::atomic<bool> m_stopped{false};
    bool m_started = false;
    bool m_poked = false;
    bool m_zmq_blocks = false;
    bool m_zmq_txs = false;

    ReportedChain m_chain;
    std::optional<std::uint32_t> m_birth;
    std::optional<UnixTime> m_birth_time;  ///< Where neither m_birth nor a block is known.
    std::optional<std::uint32_t>
        m_next;  ///< Height of the first block to report while m_chain is empty.
    ChainInfo m_info;
    std::int64_t m_version = 0;
    Work m_most_work{};  ///< Of any tip that was followed, in this process or, by what is
                         ///< remembered, before.
    std::uint32_t m_most_height =
        0;  ///< What stands for it when the source does not know the remembered tip.
    BlockHash m_header_of;  ///< The block that m_tip_header is of.
    bitcoin::BlockHeader m_tip_header;

    WatchFilter m_filter;
    std::vector<ports::Watch> m_late;  ///< Watches whose older blocks have not been searched.
    std::optional<Search> m_search;
    std::uint64_t m_search_number = 0;  ///< Highest Watch::search asked for.
    std::uint64_t m_search_done = 0;    ///< Highest told as done.

    struct Waiting {
        std::vector<ports::TxPtr> transactions;
        bool gives_way = false;
        std::uint64_t number = 0;  ///< Tells two of the same transactions apart.
    };
    std::uint64_t m_broadcast_number = 0;
    std::deque<Waiting> m_broadcasts;
    std::unordered_map<Txid, ports::TxPtr>
        m_pool;                     ///< Its mempool; without the transaction where room is short.
    std::size_t m_pool_memory = 0;  ///< Bytes that those kept take.
    std::size_t m_pool_bare = 0;    ///< Ids without their transaction.
    std::unordered_map<Txid, ports::TxPtr>
        m_heard;                      ///< Relevant, to be confirmed by RPC before it is told.
    std::unordered_set<Txid> m_told;  ///< Told by look_up_spends().

    std::optional<ports::ChainStatus> m_status;
    std::optional<ports::FeeEstimates> m_fees;
    std::optional<SourceTrouble> m_trouble;
    Clock::time_point m_status_due;
    bool m_spends_due =
        false;  ///< To be asked until it is answered, over however many connections.
    Clock::time_point m_pool_due;
    Clock::time_point m_fees_due;
    unsigned m_failures = 0;  ///< In a row, for the back-off.
    std::minstd_rand m_jitter{std::random_device{}()};
};

}  // namespace runnel::chain
