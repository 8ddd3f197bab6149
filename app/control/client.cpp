#include "app/control/client.h"

#include "app/control/socket_path.h"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <istream>

namespace runnel::control {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

Failure lost() {
    return {"connection_lost",
            "The node ended before it answered; what it did of this is unknown.",
            "Start runneld again and look (payments, channels, transactions). Commands are never "
            "repeated by themselves.",
            {}};
}

}  // namespace

std::optional<Outcome> outcome_of(const json::object& answer) {
    if (const auto* const result = answer.if_contains("result")) return Outcome(*result);
    const auto* const said = answer.if_contains("error");
    const auto* const details = said == nullptr ? nullptr : said->if_object();
    if (details == nullptr) return std::nullopt;
    const auto text = [&](const char* name) {
        const auto* const value = details->if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                      : std::string();
    };
    Failure failure{text("error"), text("message"), text("try"), {}};
    if (const auto* const figures = details->if_contains("details");
        figures != nullptr && figures->is_object()) {
        failure.details = figures->get_object();
    }
    return Outcome(fail(std::move(failure)));
}

Result<std::unique_ptr<ControlClient>, Failure> ControlClient::connect(
    const std::filesystem::path& directory) {
    std::unique_ptr<ControlClient> client(new ControlClient());
    const SocketPath path(directory);
    error_code error;
    client->m_socket.connect(asio::local::stream_protocol::endpoint(path.short_form()), error);
    if (error) {
        const bool refused = error == asio::error::access_denied;
        return fail(Failure{refused ? "no_permission" : "not_running",
                            refused
                                ? "The node of this directory belongs to another user."
                                : fmt::format("No runneld is running in {}.", directory.string()),
                            refused ? "Run runnel-cli as the same user."
                                    : "Start it: runneld --datadir DIR --network NETWORK.",
                            {}});
    }
    const auto greeting = client->next_line();
    if (!greeting) return fail(lost());
    const auto hello = json::parse(*greeting, error);
    const auto* const object = error ? nullptr : hello.if_object();
    const auto* const version = object == nullptr ? nullptr : object->if_contains("runnel");
    if (version == nullptr || *version != protocol_version) {
        return fail(Failure{"version",
                            "The running node speaks another version of the control protocol.",
                            "Use the runnel-cli that came with it.",
                            {}});
    }
    const auto* const network = object->if_contains("network");
    if (network != nullptr && network->is_string())
        client->m_network = std::string(network->get_string());
    return client;
}

bool is_served(const std::filesystem::path& directory) {
    asio::io_context io;
    asio::local::stream_protocol::socket socket(io);
    const SocketPath path(directory);
    error_code error;
    socket.connect(asio::local::stream_protocol::endpoint(path.short_form()), error);
    return !error;
}

std::optional<std::string> ControlClient::next_line() {
    error_code error;
    const auto size = asio::read_until(m_socket, m_in, '\n', error);
    if (error || size == 0) return std::nullopt;
    std::string line;
    std::istream in(&m_in);
    std::getline(in, line);
    return line;
}

Outcome ControlClient::call(std::string_view method, json::object params) {
    const json::object request{
        {"id", ++m_last_id}, {"method", method}, {"params", std::move(params)}};
    error_code error;
    const auto line = json::serialize(request) + "\n";
    if (line.size() > max_request) return fail(bad_request("arguments", "too long"));
    asio::write(m_socket, asio::buffer(line), error);
    if (error) return fail(lost());
    while (const auto answer = next_line()) {
        const auto parsed = json::parse(*answer, error);
        const auto* const object = error ? nullptr : parsed.if_object();
        if (object == nullptr) return fail(lost());
        const auto* const id = object->if_contains("id");
        if (id == nullptr) continue;
        // A request that cannot be read, or a client that is left, is answered without an id. Only
        // one request is ever out: whoever went on waiting for its answer would wait for ever.
        const bool is_nameless = id->is_null() && object->contains("error");
        if (!is_nameless && *id != m_last_id) continue;
        auto outcome = outcome_of(*object);
        return outcome ? *std::move(outcome) : Outcome(fail(lost()));
    }
    return fail(lost());
}

Result<void, Failure> ControlClient::follow(
    const std::function<bool(const std::string&)>& on_line) {
    const auto subscribed = call("events", {});
    if (!subscribed) return fail(subscribed.error());
    bool stopped = false;
    while (const auto line = next_line()) {
        error_code error;
        const auto parsed = json::parse(*line, error);
        const auto* const object = error ? nullptr : parsed.if_object();
        if (object != nullptr && object->contains("error") && !object->contains("event")) {
            const auto outcome = outcome_of(*object);
            return fail(outcome && !*outcome ? outcome->error() : lost());
        }
        const auto* const event = object == nullptr ? nullptr : object->if_contains("event");
        stopped = event != nullptr && *event == "stopped";
        if (!on_line(*line)) return {};
    }
    if (stopped) return {};
    return fail(Failure{"connection_lost",
                        "The node ended without having been stopped, or left this program: events "
                        "may be missing.",
                        "See the node's log, and look at payments, channels and transactions for "
                        "what was missed.",
                        {}});
}

}  // namespace runnel::control
