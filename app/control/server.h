// ControlServer: the Unix socket of a running node, for runnel-cli and other programs of the same
// person: a LineServer whose methods are questions and commands of a NodeApi. The greeting is
//
//     <- {"runnel":1,"version":"0.1.0","network":"regtest"}
//
// and one method makes the server talk by itself:
//
//     -> {"id":2,"method":"events"}
//     <- {"id":2,"result":{"subscribed":true}}
//     <- {"event":"payment_received",...}          and so on
//     <- {"event":"stopped"}                       the last one of a node that was stopped
//
// An end without that line is no clean one, and events may be missing; so they are when the last
// line is an error, which a reader hears that is too slow.
//
// Owns no truth: all goes through NodeApi, on its thread.
#pragma once

#include "app/control/line_server.h"

namespace runnel::control {

class ControlServer {
public:
    /// Methods that begin with `prefix`, a dot follows: another room's.
    struct Extension {
        std::string prefix;
        std::function<void(std::string_view method, const json::object& params, Reply reply)> call;
    };
    struct Options {
        std::filesystem::path directory;
        std::string version;
        std::size_t most_clients = 64;
        /// Bytes that may wait when more is to be written; a client that reads slower than this is
        /// left.
        std::size_t most_unwritten = std::size_t{8} << 20;
        std::size_t most_unanswered =
            256;  ///< Requests of one client under way; what it sends beyond waits in the socket.
        /// Somebody asked for the end. Null: nobody but the person before the window ends it, and
        /// whoever asks hears that (`open_in_window`).
        std::function<void()> on_stop;
        std::vector<Extension> extensions;
    };

    /// What the system said when there is no socket.
    static Result<std::unique_ptr<ControlServer>, std::string> open(boost::asio::io_context& io,
                                                                    api::NodeApi& node,
                                                                    Options options);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Takes no new client and removes the socket. Clients that are there see the end when the
    /// process has come to it.
    void close();
    /// Says to those who hear events that this was the last one: the node has stopped.
    void say_stopped();

private:
    ControlServer(api::NodeApi& node, Options options);
    void take(const std::shared_ptr<LineClient>& client, const LineRequest& request);

    api::NodeApi& m_node;
    Options m_options;
    Methods m_methods;
    std::unique_ptr<LineServer> m_server;
    std::vector<std::weak_ptr<LineClient>> m_readers;  ///< Of events.
};

}  // namespace runnel::control
