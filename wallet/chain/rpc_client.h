// JSON-RPC over HTTP/1.1 to a bitcoind: one connection, kept alive, one request at a time, with
// deadlines and size limits. What comes back is an answer of the right shape or a typed failure;
// what the answer means is the caller's. Knows no chain. Everything runs on the executor it is
// given; not thread-safe. Never logs a password.
#pragma once

#include "wallet/chain/bitcoind_url.h"
#include "wallet/chain/rpc_answers.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace runnel::chain {

struct RpcLimits {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds answer{30'000};
    /// A block of 4 MB as hex, and some room.
    std::size_t answer_bytes = 16 * 1024 * 1024;
    /// How often a full work queue is waited for, 100 ms longer each time.
    int busy_retries = 5;
};

class RpcClient {
public:
    RpcClient(boost::asio::any_io_executor executor, std::shared_ptr<const BitcoindUrl> url,
              RpcLimits limits);
    ~RpcClient();
    RpcClient(const RpcClient&) = delete;
    RpcClient& operator=(const RpcClient&) = delete;

    boost::asio::awaitable<RpcAnswer> call(std::string method, boost::json::array params = {});
    /// Several calls in one request: one answer each, in order; a failure of the whole otherwise.
    /// An answer is never unreachable, timeout, unauthorised, busy or too_large by itself.
    boost::asio::awaitable<Result<std::vector<RpcAnswer>, RpcFailure>> batch(
        std::vector<RpcCall> calls);
    /// Drops the connection; a call under way fails as unreachable. The next call connects again.
    void close();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace runnel::chain
