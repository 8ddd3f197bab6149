#include "app/practice/verbs.h"

#include "core/base/log.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <set>

namespace runnel::practice {

namespace asio = boost::asio;
using control::bad_request;
using control::Reply;
using namespace std::chrono_literals;

namespace {

constexpr auto look_again_after = 20ms;
/// How long a child that is not there is waited for, or one that takes a connection and then says
/// nothing.
constexpr auto patience = 5s;

/// How long an answer may take. What a node does at once takes no longer than a slow disk; blocks
/// take their time, and what waits for another node has a time of its own, which is shorter.
std::chrono::seconds patience_for(std::string_view method) {
    if (method == "pay" || method == "open") return 90s;
    return method == "mine" ? 60s : 10s;
}

}  // namespace

std::optional<std::vector<Peer>> read_peers(const json::value& answer) {
    const auto* const object = answer.if_object();
    const auto* const list = object == nullptr ? nullptr : object->if_contains("peers");
    if (list == nullptr || !list->is_array()) return std::nullopt;
    std::vector<Peer> out;
    for (const auto& entry : list->get_array()) {
        const auto* const one = entry.if_object();
        if (one == nullptr) return std::nullopt;
        const auto text = [&](const char* name) {
            const auto* const value = one->if_contains(name);
            return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                          : std::string();
        };
        const auto key = crypto::PublicKey::parse_hex(text("node_id"));
        const auto* const port = one->if_contains("port");
        boost::system::error_code error;
        const auto number =
            port == nullptr ? std::uint16_t{0} : port->to_number<std::uint16_t>(error);
        if (!key || error || number == 0 || text("role").empty()) return std::nullopt;
        out.push_back({text("role"), *key, text("host"), number});
    }
    return out;
}

json::object to_json(const api::PracticeState& state) {
    using Stand = api::PracticeState::Stand;
    const auto word = [&]() -> std::string_view {
        switch (state.stand) {
            case Stand::starting: return "starting";
            case Stand::running: return "running";
            case Stand::restarting: return "restarting";
            case Stand::stopped: return "stopped";
        }
        return {};
    };
    const auto number = [](std::optional<int> value) {
        return value ? json::value(*value) : json::value(nullptr);
    };
    return {{"stand", word()},
            {"ends", state.ends},
            {"signal", number(state.signal)},
            {"code", number(state.code)},
            {"detail", escaped(state.detail)}};
}

class Verbs::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, api::NodeApi& node, std::filesystem::path folder)
        : m_io(io), m_node(node), m_folder(std::move(folder)) {}

    void on_thread(std::function<void(Impl&)> step) {
        asio::dispatch(m_io, [self = shared_from_this(), step = std::move(step)] {
            if (!self->m_ended) step(*self);
        });
    }
    void call(const std::string& verb, const json::object& params, const Reply& reply);
    void reconnect();
    void tell(const api::PracticeState& state) { m_state = state; }
    void end() {
        m_ended = true;
        for (const auto& call : std::exchange(m_calls, {})) call->end();
    }

private:
    /// One request over a connection of its own.
    class Call : public std::enable_shared_from_this<Call> {
    public:
        Call(Impl& owner, std::string method, json::object params, Reply reply)
            : m_owner(owner),
              m_method(std::move(method)),
              m_params(std::move(params)),
              m_reply(std::move(reply)),
              m_retry(owner.m_io),
              m_silence(owner.m_io) {}

        void begin() {
            wait_no_longer_than(patience);
            connect();
        }

        void connect() {
            Link::Hooks hooks;
            hooks.on_open = [this] {
                wait_no_longer_than(patience_for(m_method));
                m_link->call(
                    m_method, m_params,
                    [self = shared_from_this()](const Outcome& outcome) { self->answer(outcome); });
            };
            hooks.on_close = [this] { again(); };
            m_connecting_since = std::chrono::steady_clock::now();
            m_link.emplace(m_owner.m_io, m_owner.m_folder, std::move(hooks));
        }
        void end() {
            m_retry.cancel();
            m_silence.cancel();
            m_link.reset();
            m_reply = nullptr;
        }

    private:
        /// One that hangs keeps its connection: nothing but the clock tells.
        void wait_no_longer_than(std::chrono::seconds time) {
            m_silence.expires_after(time);
            m_silence.async_wait(
                [self = shared_from_this()](const boost::system::error_code& error) {
                    if (error || !self->m_reply) return;
                    // Where nobody is there a connection fails at once.
                    const bool is_there =
                        std::chrono::steady_clock::now() - self->m_connecting_since > 1s;
                    self->answer(fail(is_there ? practice_silent() : practice_gone()));
                });
        }
        void again() {
            m_retry.expires_after(look_again_after);
            m_retry.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
                if (!error && self->m_reply) self->connect();
            });
        }
        void answer(const Outcome& outcome) {
            const auto self = shared_from_this();
            const auto reply = std::exchange(m_reply, nullptr);
            m_owner.m_calls.erase(self);
            end();
            if (reply) reply(outcome);
        }

        Impl& m_owner;
        const std::string m_method;
        const json::object m_params;
        Reply m_reply;
        std::optional<Link> m_link;
        asio::steady_timer m_retry, m_silence;
        std::chrono::steady_clock::time_point m_connecting_since;
    };

    void ask_child(std::string method, json::object params, Reply reply) {
        const auto call =
            std::make_shared<Call>(*this, std::move(method), std::move(params), std::move(reply));
        m_calls.insert(call);
        call->begin();
    }
    /// A method of the wallet's own node.
    void ask_wallet(std::string_view method, const json::object& params, Reply reply) {
        control::Methods(m_node, {})
            .call(method, params,
                  [weak = weak_from_this(), reply = std::move(reply)](const Outcome& outcome) {
                      if (const auto self = weak.lock(); self && !self->m_ended) reply(outcome);
                  });
    }
    void faucet(const json::object& params, const Reply& reply);
    void open(const json::object& params, const Reply& reply);

    asio::io_context& m_io;
    api::NodeApi& m_node;
    const std::filesystem::path m_folder;
    std::set<std::shared_ptr<Call>> m_calls;
    api::PracticeState m_state;
    bool m_ended = false;
};

void Verbs::Impl::call(const std::string& verb, const json::object& params, const Reply& reply) {
    if (verb == "peers" || verb == "mine" || verb == "invoice")
        return ask_child(verb, params, reply);
    if (verb == "faucet") return faucet(params, reply);
    if (verb == "open") return open(params, reply);
    if (verb == "state") return reply(json::value(to_json(m_state)));
    if (verb == "refund") {
        json::object wanted = params;
        if (const auto* const invoice = params.if_contains("bolt11")) wanted["text"] = *invoice;
        return ask_child("pay", std::move(wanted), reply);
    }
    reply(fail(bad_request("method", "there is no such method")));
}

void Verbs::Impl::faucet(const json::object& params, const Reply& reply) {
    ask_wallet("newaddress", {}, [this, params, reply](const Outcome& made) {
        if (!made) return reply(made);
        json::object wanted = params;
        wanted["address"] = made->at("address");
        ask_child("faucet", std::move(wanted), reply);
    });
}

/// The shop opens a channel to whoever is connected to it.
void Verbs::Impl::open(const json::object& params, const Reply& reply) {
    ask_child("peers", {}, [this, params, reply](const Outcome& outcome) {
        if (!outcome) return reply(outcome);
        const auto peers = read_peers(*outcome).value_or(std::vector<Peer>{});
        const auto shop = std::find_if(peers.begin(), peers.end(),
                                       [](const Peer& peer) { return peer.role == "shop"; });
        if (shop == peers.end()) return reply(fail(practice_gone()));
        ask_wallet("connect",
                   {{"node_id", shop->node_id.hex()}, {"host", shop->host}, {"port", shop->port}},
                   [this, params, reply](const Outcome& connected) {
                       if (!connected) return reply(connected);
                       json::object wanted = params;
                       wanted["node_id"] = m_node.snapshot()->node_id.hex();
                       ask_child("open", std::move(wanted), reply);
                   });
    });
}

void Verbs::Impl::reconnect() {
    ask_child("peers", {}, [this](const Outcome& outcome) {
        if (!outcome) return;
        const auto snapshot = m_node.snapshot();
        for (const auto& peer : read_peers(*outcome).value_or(std::vector<Peer>{})) {
            const bool wanted = std::any_of(
                snapshot->channels.begin(), snapshot->channels.end(), [&](const auto& channel) {
                    return channel.peer == peer.node_id && channel.state != "closed";
                });
            if (!wanted) continue;
            ask_wallet("connect",
                       {{"node_id", peer.node_id.hex()}, {"host", peer.host}, {"port", peer.port}},
                       [](const Outcome&) {});
        }
    });
}

Verbs::Verbs(asio::io_context& io, api::NodeApi& node, std::filesystem::path folder)
    : m_impl(std::make_shared<Impl>(io, node, std::move(folder))) {}

Verbs::~Verbs() { m_impl->end(); }

void Verbs::call(std::string_view verb, json::object params, Reply reply) {
    m_impl->on_thread([verb = std::string(verb), params = std::move(params),
                       reply = std::move(reply)](Impl& impl) { impl.call(verb, params, reply); });
}

void Verbs::reconnect() {
    m_impl->on_thread([](Impl& impl) { impl.reconnect(); });
}

void Verbs::tell(const api::PracticeState& state) {
    m_impl->on_thread([state](Impl& impl) { impl.tell(state); });
}

}  // namespace runnel::practice
