// bitcoind's ZMQ notifications (hashblock, rawtx), read on an Asio executor. They are hints:
// anybody may be behind that port and messages get lost, so nothing heard here is believed until
// bitcoind's RPC confirms it.
#pragma once

#include "core/base/bytes.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace runnel::chain {

class ZmqListener {
public:
    struct Handlers {
        std::function<void()> block;       ///< Some block came or went.
        std::function<void(ByteView)> tx;  ///< A raw transaction, from a mempool or a block.
    };

    ZmqListener(boost::asio::any_io_executor executor, Handlers handlers);
    ~ZmqListener();
    ZmqListener(const ZmqListener&) = delete;
    ZmqListener& operator=(const ZmqListener&) = delete;

    struct Subscription {
        std::string topic;     ///< "hashblock" or "rawtx".
        std::string endpoint;  ///< tcp://HOST:PORT
    };
    /// Replaces all earlier subscriptions. False when an endpoint is refused; then nothing is
    /// subscribed.
    bool subscribe(const std::vector<Subscription>& subscriptions);
    /// No handler is called any more.
    void close();

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

/// Where to connect for an address that getzmqnotifications names: its port on `host`, whatever
/// host it says (a node binds to 0.0.0.0, or would send us elsewhere). Nothing for anything but
/// tcp.
std::optional<std::string> zmq_endpoint(std::string_view address, std::string_view host);

}  // namespace runnel::chain
