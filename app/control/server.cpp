#include "app/control/server.h"

#include <utility>

namespace runnel::control {

namespace {

Failure open_in_window() {
    return {"open_in_window", "This wallet is open in a window.", "Close it there.", {}};
}

}  // namespace

ControlServer::ControlServer(api::NodeApi& node, Options options)
    : m_node(node), m_options(std::move(options)), m_methods(node, m_options.version) {}

ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>, std::string> ControlServer::open(boost::asio::io_context& io,
                                                                        api::NodeApi& node,
                                                                        Options options) {
    std::unique_ptr<ControlServer> control(new ControlServer(node, std::move(options)));
    LineServer::Options lines;
    lines.directory = control->m_options.directory;
    lines.most_clients = control->m_options.most_clients;
    lines.most_unwritten = control->m_options.most_unwritten;
    lines.most_unanswered = control->m_options.most_unanswered;
    lines.always = "stop";
    lines.too_slow =
        Failure{"too_slow",
                "This program reads more slowly than the node writes: the node has left it, and "
                "what came last is lost.",
                "Look at payments, channels and transactions for what was missed, then connect "
                "again.",
                {}};
    lines.greeting = [self = control.get()] {
        return json::object{{"runnel", protocol_version},
                            {"version", self->m_options.version},
                            {"network", params_of(self->m_node.snapshot()->network).name}};
    };
    lines.on_request = [self = control.get()](const std::shared_ptr<LineClient>& client,
                                              const LineRequest& request) {
        self->take(client, request);
    };
    RUNNEL_TRY(control->m_server, LineServer::open(io, std::move(lines)));
    return control;
}

void ControlServer::take(const std::shared_ptr<LineClient>& client, const LineRequest& request) {
    if (request.method == "events") {
        client->answer(request.id, json::value(json::object{{"subscribed", true}}));
        client->attachment =
            m_node.subscribe([weak = std::weak_ptr(client)](const api::Notice& notice) {
                if (const auto listener = weak.lock()) listener->send(notice_json(notice));
            });
        std::erase_if(m_readers, [](const auto& reader) { return reader.expired(); });
        m_readers.push_back(client);
        return;
    }
    if (request.method == "stop") {
        if (!m_options.on_stop) {
            client->answer(request.id, fail(open_in_window()));
            return;
        }
        // The end of this connection is the end of the process: whoever waits for it knows that all
        // is closed.
        client->answer(request.id, json::value(json::object{{"stopping", true}}));
        m_options.on_stop();
        return;
    }
    Reply reply = [weak = std::weak_ptr(client), id = request.id](const Outcome& outcome) {
        if (const auto asking = weak.lock()) asking->answer(id, outcome);
    };
    const std::string_view method = request.method;
    for (const auto& extension : m_options.extensions) {
        const auto size = extension.prefix.size();
        if (method.size() > size && method.substr(0, size) == extension.prefix &&
            method[size] == '.') {
            extension.call(method.substr(size + 1), request.params, std::move(reply));
            return;
        }
    }
    m_methods.call(method, request.params, std::move(reply));
}

void ControlServer::close() { m_server->close(); }

void ControlServer::say_stopped() {
    for (const auto& weak : std::exchange(m_readers, {})) {
        if (const auto reader = weak.lock()) reader->send({{"event", "stopped"}});
    }
}

}  // namespace runnel::control
