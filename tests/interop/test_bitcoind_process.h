// A real bitcoind in regtest for the C++ interop tests: a process with a folder of its own, its
// RPC, and the few things that tests do with it (mine, reorganise, pay, sign).
#pragma once

#include "wallet/chain/rpc_client.h"

#include "core/bitcoin/transaction.h"

#include <boost/asio/io_context.hpp>

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <string>
#include <vector>

namespace runnel::test {

class RealBitcoind {
public:
    /// The program: RUNNEL_BITCOIND, or what tests/support/peers has fetched. Empty when there is
    /// none.
    static QString program();

    explicit RealBitcoind(QStringList extra = {});
    ~RealBitcoind();

    /// Starts with these arguments besides the usual ones and waits until it answers; false after
    /// 60 seconds.
    bool start();
    void stop();
    void set_extra(QStringList extra) { m_extra = std::move(extra); }

    std::uint16_t port() const { return m_port; }
    std::uint16_t zmq_port() const { return m_zmq_port; }
    std::string cookie_path() const;
    /// bitcoind:http://127.0.0.1:PORT?cookie=...
    std::string url() const;

    /// Ends the test program with bitcoind's words when refused.
    boost::json::value rpc(const std::string& method, boost::json::array params = {});
    chain::RpcAnswer try_rpc(const std::string& method, boost::json::array params = {});

    std::string new_address(const char* type = "bech32");
    void mine(int n);
    /// Takes the top n blocks away and mines n + 1 others.
    void reorg(int n);
    std::uint32_t height();
    BlockHash tip();
    struct WalletCoin {
        bitcoin::OutPoint outpoint;
        Sat value;
    };
    /// The coin with the most confirmations of more than 0.1 coins: no reorg of these tests makes
    /// it immature.
    WalletCoin deepest_coin();
    /// Pays this script from the deepest coin, into the mempool.
    bitcoin::Transaction pay(const bitcoin::Script& script, Sat amount);
    /// Signed by its wallet. `parents` are unconfirmed transactions whose outputs it spends.
    bitcoin::Transaction sign(const bitcoin::Transaction& tx,
                              const std::vector<bitcoin::Transaction>& parents = {});
    bitcoin::Script script_of(const std::string& address);

private:
    QTemporaryDir m_folder;
    QStringList m_extra;
    QProcess m_process;
    std::uint16_t m_port = 0;
    std::uint16_t m_zmq_port = 0;
    boost::asio::io_context m_io;
    std::unique_ptr<chain::RpcClient> m_rpc;
};

}  // namespace runnel::test
