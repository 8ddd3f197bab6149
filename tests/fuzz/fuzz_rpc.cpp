// Any text as what a JSON-RPC server says to a request, or to several at once: an answer to what
// was asked, or a typed failure.
#include "wallet/chain/rpc_answers.h"

#include <array>
#include <cstdlib>

namespace {

using namespace runnel;

void require(bool holds) {
    if (!holds) std::abort();
}

void as_answer(const boost::json::value& value) {
    const auto answer = chain::read_rpc_answer(value, 7);
    const auto* const object = value.if_object();
    const auto* const id = object == nullptr ? nullptr : object->if_contains("id");
    // Never the answer to another question.
    if (answer) require(id != nullptr && id->is_int64() && id->get_int64() == 7);
    else
        require(answer.error().kind == chain::RpcFailure::Kind::refused ||
                answer.error().kind == chain::RpcFailure::Kind::malformed);
    // What a stranger wrote may be shown.
    if (!answer) {
        for (const char c : answer.error().message) require(static_cast<unsigned char>(c) >= 0x20);
    }
}

void as_batch(const boost::json::value& value) {
    constexpr std::array<std::int64_t, 3> ids{7, 8, 9};
    const auto answers = chain::read_rpc_batch(value, ids);
    if (answers)
        require(answers->size() == ids.size() && value.is_array() &&
                value.get_array().size() == ids.size());
    else require(answers.error().kind == chain::RpcFailure::Kind::malformed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = chain::parse_json({reinterpret_cast<const char*>(data), size});
    if (!value) return 0;
    as_answer(*value);
    as_batch(*value);
    return 0;
}
