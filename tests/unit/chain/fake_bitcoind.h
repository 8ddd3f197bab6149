// A bitcoind that tests can make lie: JSON-RPC on a loopback port over a small chain in memory,
// with real (regtest) work and links, and a hook that replaces any answer by any bytes, or by
// silence.
#pragma once

#include "core/base/ids.h"
#include "core/bitcoin/transaction.h"

#include <boost/json/value.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace runnel::test {

/// A block on `previous` with a coinbase of its own (`salt` makes it another block) and these
/// transactions; mined.
bitcoin::Block mine_block(const BlockHash& previous, std::uint32_t height,
                          std::vector<bitcoin::Transaction> txs, std::uint32_t salt = 0,
                          std::optional<std::uint32_t> time = std::nullopt,
                          std::uint32_t bits = 0x207fffff);

class FakeBitcoind {
public:
    /// What the hook may do to one request: nothing, other bytes instead (the connection closes
    /// then), or never an answer.
    struct Twist {
        enum class Kind { none, raw, hang, body } kind = Kind::none;
        std::string bytes;  ///< raw: everything sent. body: the JSON of the result.
    };
    using Hook = std::function<Twist(const std::string& method, const boost::json::array& params)>;

    FakeBitcoind();
    ~FakeBitcoind();

    std::uint16_t port() const { return m_port; }
    /// Closes the port and every connection; start() opens the same port again.
    void stop();
    void start();

    void hook(Hook hook);
    void login(const std::string& user_and_password);
    void version(std::int64_t version);
    /// Of blocks mined from now on, by height.
    void block_times(std::function<std::uint32_t(std::uint32_t height)> time_of);
    /// The target of blocks mined from now on.
    void bits(std::uint32_t bits);
    /// getblock refuses blocks below this height, as a pruned node does.
    void prune_below(std::uint32_t height);

    /// Mines n blocks on the tip; the first one has the transactions.
    void mine(int n, std::vector<bitcoin::Transaction> txs = {});
    /// Takes the top n blocks away; their transactions go back to the mempool.
    void reorg_away(int n);
    /// Blocks outside its chain are unknown to it, as to one that was set up anew.
    void forget_stale(bool forgotten);
    void add_to_mempool(const bitcoin::Transaction& tx);
    std::uint32_t height();
    BlockHash hash_at(std::uint32_t height);
    std::string raw_block(std::uint32_t height);
    int requests(const std::string& method);
    int connections() const { return m_connections; }

private:
    struct Connection;
    boost::json::value answer(const std::string& method, const boost::json::array& params);
    boost::json::object reply_to(const boost::json::value& request, Twist& twist);
    void accept();
    void serve(std::shared_ptr<Connection> connection);

    struct Server;
    std::unique_ptr<Server> m_server;
    std::uint16_t m_port = 0;
    std::mutex m_mutex;
    std::condition_variable m_stopping;
    bool m_stopped = true;
    Hook m_hook;
    std::string m_authorization;
    std::int64_t m_version = 290'000;
    std::vector<BlockHash> m_hashes;  ///< By height; the genesis block's first.
    std::map<BlockHash, bitcoin::Block> m_blocks;
    std::map<Txid, bitcoin::Transaction> m_mempool;
    std::map<std::string, int> m_requests;
    std::atomic<int> m_connections{0};
    std::uint32_t m_salt = 0;
    std::function<std::uint32_t(std::uint32_t)> m_time_of;
    std::uint32_t m_pruned_below = 0;
    bool m_stale_forgotten = false;
    std::uint32_t m_bits = 0x207fffff;
};

}  // namespace runnel::test
