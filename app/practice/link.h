// Link: one connection to the running practice network, asynchronous: requests with answers, and
// lines that come by themselves. Owns a socket and nothing else; it does not connect again by
// itself. All on the thread of its io_context.
#pragma once

#include "app/control/requests.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>

namespace runnel::practice {

namespace json = boost::json;
using control::Failure;
using control::Outcome;

/// The practice network is not there, or ended before it answered (what it did of that is unknown).
Failure practice_gone();
/// It is there and does not answer (what it did is unknown).
Failure practice_silent();

class Link {
public:
    struct Hooks {
        /// Greeted: requests may be sent.
        std::function<void()> on_open;
        /// A line that is no answer.
        std::function<void(const json::object&)> on_line;
        /// Once, when it could not be opened or has ended; every open request was answered with
        /// practice_gone() before.
        std::function<void()> on_close;
    };

    /// Begins to connect to the socket in the practice folder.
    Link(boost::asio::io_context& io, const std::filesystem::path& folder, Hooks hooks);
    /// Silent: neither on_close nor any answer comes any more.
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    bool is_open() const;
    void call(std::string_view method, json::object params,
              std::function<void(const Outcome&)> done);

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::practice
