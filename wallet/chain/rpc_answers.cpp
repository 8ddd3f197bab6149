#include "wallet/chain/rpc_answers.h"

#include "core/base/log.h"

#include <boost/json/parse.hpp>

namespace runnel::chain {

namespace json = boost::json;
using Kind = RpcFailure::Kind;

namespace {

RpcFailure malformed(std::string message) { return {Kind::malformed, 0, std::move(message)}; }

bool has_id(const json::object& answer, std::int64_t id) {
    const auto* found = answer.if_contains("id");
    return found != nullptr && found->is_int64() && found->get_int64() == id;
}

/// Its id is known to be right.
RpcAnswer read_answer(json::object& answer) {
    if (const auto* error = answer.if_contains("error"); error != nullptr && !error->is_null()) {
        RpcFailure refused{Kind::refused, 0, {}};
        const auto* fields = error->if_object();
        const auto* code = fields != nullptr ? fields->if_contains("code") : nullptr;
        const auto* message = fields != nullptr ? fields->if_contains("message") : nullptr;
        if (code == nullptr || !code->is_int64() || message == nullptr || !message->is_string()) {
            return fail(malformed("an error without code and message"));
        }
        refused.code = static_cast<int>(code->get_int64());
        refused.message = escaped(std::string_view(message->get_string()));
        return fail(std::move(refused));
    }
    auto* result = answer.if_contains("result");
    if (result == nullptr) return fail(malformed("neither result nor error"));
    return RpcAnswer(std::move(*result));
}

}  // namespace

std::string_view to_string(RpcFailure::Kind kind) {
    switch (kind) {
        case Kind::unreachable: return "unreachable";
        case Kind::timeout: return "timeout";
        case Kind::unauthorised: return "unauthorised";
        case Kind::busy: return "busy";
        case Kind::too_large: return "too_large";
        case Kind::malformed: return "malformed";
        case Kind::refused: return "refused";
    }
    return "unknown";
}

std::optional<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 16;
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return std::nullopt;
    return value;
}

json::object request_object(std::int64_t id, const RpcCall& call) {
    json::object out;
    out["jsonrpc"] = "1.0";
    out["id"] = id;
    out["method"] = call.method;
    out["params"] = call.params;
    return out;
}

RpcAnswer read_rpc_answer(json::value answer, std::int64_t id) {
    auto* object = answer.if_object();
    if (object == nullptr || !has_id(*object, id))
        return fail(malformed("not an answer to what was asked"));
    return read_answer(*object);
}

Result<std::vector<RpcAnswer>, RpcFailure> read_rpc_batch(json::value answers,
                                                          std::span<const std::int64_t> ids) {
    auto* const list = answers.if_array();
    if (list == nullptr || list->size() != ids.size())
        return fail(malformed("not as many answers as calls"));
    std::vector<RpcAnswer> out;
    out.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        // bitcoind keeps the order: looked for elsewhere only when it did not.
        auto* found = (*list)[i].if_object();
        for (std::size_t k = 0; k < list->size() && (found == nullptr || !has_id(*found, ids[i]));
             ++k) {
            found = (*list)[k].if_object();
        }
        if (found == nullptr || !has_id(*found, ids[i]))
            return fail(malformed("an answer is missing"));
        out.push_back(read_answer(*found));
    }
    return out;
}

}  // namespace runnel::chain
