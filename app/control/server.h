// ControlServer: the Unix socket of a running node, for runnel-cli and other programs of the same person. Lines of JSON, one
// request or answer each; the first line is the server's:
//
//     <- {"runnel":1,"version":"0.1.0","network":"regtest"}
//     -> {"id":1,"method":"getinfo","params":{}}
//     <- {"id":1,"result":{...}}            or   {"id":1,"error":{"error":KIND,"message":...,"try":...}}
//     -> {"id":2,"method":"events"}
//     <- {"id":2,"result":{"subscribed":true}}   and from then on   {"event":"payment_received",...}
//
// Mode 0600, and only processes of the same user or root are answered. Owns no truth: all goes through NodeApi, on its thread.
#pragma once

#include "app/control/requests.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace runnel::control {

class ControlServer {
public:
    struct Options {
        std::filesystem::path directory;
        std::string version;
        std::size_t most_clients = 64;
        /// Bytes that may wait when more is to be written; a client that reads slower than this is left.
        std::size_t most_unwritten = std::size_t{8} << 20;
        std::size_t most_unanswered = 256;  ///< Requests of one client under way; what it sends beyond waits in the socket.
        std::function<void()> on_stop;                      ///< Somebody asked for the end.
    };

    /// What the system said when there is no socket.
    static Result<std::unique_ptr<ControlServer>, std::string> open(boost::asio::io_context& io, api::NodeApi& node,
                                                                    Options options);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Takes no new client and removes the socket. Clients that are there see the end when the process has come to it.
    void close();

private:
    class Impl;
    explicit ControlServer(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::control
