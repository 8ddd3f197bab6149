// What a JSON-RPC server answers (1.0 and 2.0, as bitcoind speaks them), taken apart: is it an
// answer to what was asked, and which. Pure functions; the connection is rpc_client.h's.
#pragma once

#include "core/base/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runnel::chain {

struct RpcFailure {
    enum class Kind : std::uint8_t {
        unreachable,   ///< No connection, or it broke.
        timeout,       ///< Connected, but no answer in time.
        unauthorised,  ///< The login is refused, or the cookie file cannot be read.
        busy,          ///< Its work queue is full (503), repeatedly.
        too_large,     ///< More bytes than any honest answer has.
        malformed,     ///< Not HTTP, not JSON, or not a JSON-RPC answer to what was asked.
        refused,       ///< A JSON-RPC error: `code` and `message` are bitcoind's.
    };
    Kind kind = Kind::unreachable;
    int code = 0;
    std::string message;
};
std::string_view to_string(RpcFailure::Kind kind);

using RpcAnswer = Result<boost::json::value, RpcFailure>;

struct RpcCall {
    std::string method;
    boost::json::array params;
};

/// JSON of a sane depth; nothing otherwise.
std::optional<boost::json::value> parse_json(std::string_view text);
boost::json::object request_object(std::int64_t id, const RpcCall& call);
/// The answer to the request of this id; malformed when it is to another one, or to none.
RpcAnswer read_rpc_answer(boost::json::value answer, std::int64_t id);
/// One answer for each id, in their order, whatever order they came in (JSON-RPC 2.0, "Batch").
Result<std::vector<RpcAnswer>, RpcFailure> read_rpc_batch(boost::json::value answers,
                                                          std::span<const std::int64_t> ids);

}  // namespace runnel::chain
