// LineServer: a Unix socket that speaks lines of JSON, one request or answer each; the first line
// of a connection is the server's greeting. What the methods are is its owner's (server.h,
// app/runnel-practice).
//
//     <- the greeting
//     -> {"id":1,"method":"getinfo","params":{}}
//     <- {"id":1,"result":{...}}
//     or {"id":1,"error":{"error":KIND,"message":...,"try":...}}
//
// Mode 0600, and only processes of the same user or root are answered. A line that does not end, a
// client that does not read: their connection ends, nobody else's. Who comes when there are as many
// as are served is told so, and can still ask for the one thing that is always served (stop), or
// programs that hang would keep their person out. All on the io_context's thread.
#pragma once

#include "app/control/requests.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace runnel::control {

/// One connection, as long as it is open.
class LineClient {
public:
    virtual ~LineClient() = default;
    virtual void answer(const json::value& id, const Outcome& outcome) = 0;
    /// A line that nobody asked for.
    virtual void send(const json::object& line) = 0;
    /// Whatever lives exactly as long as the connection.
    std::shared_ptr<void> attachment;
};

struct LineRequest {
    json::value id;
    std::string method;
    json::object params;
};

class LineServer {
public:
    struct Options {
        std::filesystem::path directory;  ///< The socket is control.sock in it.
        std::function<json::object()> greeting;
        /// May keep a weak reference to the client and answer later.
        std::function<void(const std::shared_ptr<LineClient>&, const LineRequest&)> on_request;
        /// A connection stands and was greeted. May be null.
        std::function<void(const std::shared_ptr<LineClient>&)> on_client;
        std::size_t most_request = max_request;  ///< Bytes of one line.
        std::size_t most_clients = 64;
        /// The method that is served to whoever comes beyond them, too. Others are `busy`.
        std::string always;
        /// Bytes that may wait when more is to be written; a client that reads slower than this is
        /// left. With `too_slow` that is the last thing it hears, if it reads on soon.
        std::size_t most_unwritten = std::size_t{8} << 20;
        std::optional<Failure> too_slow;
        std::size_t most_unanswered =
            256;  ///< Requests of one client under way; what it sends beyond waits in the socket.
    };

    /// What the system said when there is no socket.
    static Result<std::unique_ptr<LineServer>, std::string> open(boost::asio::io_context& io,
                                                                 Options options);
    ~LineServer();
    LineServer(const LineServer&) = delete;
    LineServer& operator=(const LineServer&) = delete;

    /// The same line to every client.
    void send_all(const json::object& line);
    /// Takes no new client and removes the socket. Clients that are there see the end when the
    /// process has come to it.
    void close();

private:
    class Impl;
    explicit LineServer(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::control
