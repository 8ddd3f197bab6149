// Any line as a request of the control socket: exactly one answer comes, it is JSON, and a command
// that reaches the node is within the limits that requests have.
#include "app/control/requests.h"
#include "core/api/node_address.h"
#include "tests/fuzz/nobody.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>

namespace {

using namespace runnel;

/// Answers everything at once, within the limits that requests have.
class Answering final : public fuzz::Nobody {
public:
    void post(api::Command command, api::OnAnswer answer) override {
        if (const auto* const open = std::get_if<api::OpenChannel>(&command.wish)) {
            if (!open->node_id.is_valid() || (open->amount && *open->amount > max_money))
                std::abort();
        }
        if (const auto* const invoice = std::get_if<api::CreateInvoice>(&command.wish)) {
            if (invoice->expiry_seconds == 0 ||
                (invoice->amount && *invoice->amount > max_money.msat()))
                std::abort();
        }
        answer(api::Answer(api::StillInFlight{}));
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static_cast<void>(control::parse_feerate(text));
    static_cast<void>(api::parse_node_address(text));

    boost::system::error_code error;
    const auto request = boost::json::parse(text, error);
    if (error || !request.is_object()) return 0;
    const auto* const method = request.get_object().if_contains("method");
    const auto* const params = request.get_object().if_contains("params");
    if (method == nullptr || !method->is_string() || params == nullptr || !params->is_object())
        return 0;

    static Answering nobody;
    static control::Methods methods(nobody, "0");
    int answers = 0;
    methods.call(method->get_string(), params->get_object(), [&](const control::Outcome& outcome) {
        ++answers;
        const auto line = boost::json::serialize(
            outcome ? *outcome : boost::json::value(control::failure_json(outcome.error())));
        if (line.find('\n') != std::string::npos) std::abort();
    });
    if (answers != 1) std::abort();
    return 0;
}
