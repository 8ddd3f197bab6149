// ControlClient: the other end of the control socket (server.h), one request at a time, waiting.
// For runnel-cli and tests.
#pragma once

#include "app/control/requests.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/streambuf.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace runnel::control {

/// What a line of answer says; nothing when it is none.
std::optional<Outcome> outcome_of(const json::object& answer);

/// Does a program have the wallet in this directory open? True when its socket takes a connection.
bool is_served(const std::filesystem::path& directory);

class ControlClient {
public:
    /// Errors: `not_running` when nobody listens in this directory, `version` when it speaks
    /// another protocol.
    static Result<std::unique_ptr<ControlClient>, Failure> connect(
        const std::filesystem::path& directory);

    /// Of the wallet, as the node's first line says; empty when it does not.
    const std::string& network() const { return m_network; }
    /// The answer, or why there is none (`connection_lost`: the node ended, what it did is
    /// unknown).
    Outcome call(std::string_view method, json::object params);
    /// The next line after "events"; nothing when the node has ended.
    std::optional<std::string> next_line();
    /// Asks for events and hands over each line, until the node has been stopped (which its last
    /// line says) or the reader wants no more (false). An error: events may be missing.
    Result<void, Failure> follow(const std::function<bool(const std::string&)>& on_line);

private:
    ControlClient() : m_socket(m_io) {}

    boost::asio::io_context m_io;
    boost::asio::local::stream_protocol::socket m_socket;
    boost::asio::streambuf m_in;
    std::string m_network;
    std::uint64_t m_last_id = 0;
};

}  // namespace runnel::control
