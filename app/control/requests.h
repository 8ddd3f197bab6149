// Requests of the control socket: what a method's params must look like, and the command or
// question they mean. Everything is checked here, for any program may connect; the command line
// checks as well, only to speak sooner. Pure.
#pragma once

#include "app/control/views.h"

#include "core/api/command.h"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace runnel::control {

/// Grows when a field or method changes its meaning; the server says it in its first line.
inline constexpr int protocol_version = 1;
/// A line longer than this is nobody's honest request, in bytes.
inline constexpr std::size_t max_request = std::size_t{1} << 16;

/// Sat per vbyte as people write it ("1", "2.5", up to three decimals) as sat per 1000 weight
/// units, rounded up; one sat per vbyte is raised to what every node relays. Nothing for anything
/// else.
std::optional<FeeratePerKw> parse_feerate(std::string_view sat_per_vbyte);

using Outcome = Result<json::value, Failure>;
using Reply = std::function<void(const Outcome&)>;

/// Answers requests from a NodeApi, on the node's thread.
class Methods {
public:
    Methods(api::NodeApi& node, std::string version)
        : m_node(node), m_version(std::move(version)) {}

    /// Calls `reply` once, now or when the command is done; never if the node stops before. Every
    /// method but events and stop, which are the connection's own.
    void call(std::string_view method, const json::object& params, Reply reply);

private:
    void run(std::string_view method, const json::object& params, const Reply& reply);
    void post(const json::object& params, decltype(api::Command::wish) wish, Reply reply,
              std::function<json::object(const api::Answer&)> to_json = answer_json);
    json::object preview(const api::SendOnchain& wish) const;

    api::NodeApi& m_node;
    std::string m_version;
};

/// A request that cannot be understood: `field` names the part.
Failure bad_request(std::string field, std::string cause = {});

}  // namespace runnel::control
