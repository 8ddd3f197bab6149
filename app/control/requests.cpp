#include "app/control/requests.h"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <map>
#include <utility>

namespace runnel::control {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// A params object, read field by field; the first thing that is wrong is thrown as a Failure and
/// caught in Methods::call. The only exceptions of this folder: they never leave this file.
class Fields {
public:
    explicit Fields(const json::object& params) : m_params(params) {}

    const json::value* find(std::string_view name) const {
        const auto* const value = m_params.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    }
    std::string text(std::string_view name, std::size_t most = 8192) const {
        const auto* const value = find(name);
        if (value == nullptr || !value->is_string())
            throw bad_request(std::string(name), "a text is needed");
        if (value->get_string().size() > most) throw bad_request(std::string(name), "too long");
        return std::string(value->get_string());
    }
    std::optional<std::uint64_t> number(std::string_view name,
                                        std::uint64_t most = UINT64_MAX) const {
        const auto* const value = find(name);
        if (value == nullptr) return std::nullopt;
        std::uint64_t out = 0;
        if (value->is_uint64()) {
            out = value->get_uint64();
        } else if (value->is_int64() && value->get_int64() >= 0) {
            out = static_cast<std::uint64_t>(value->get_int64());
        } else {
            throw bad_request(std::string(name), "a whole number, zero or more, is needed");
        }
        if (out > most) throw bad_request(std::string(name), fmt::format("the most is {}", most));
        return out;
    }
    std::uint64_t needed_number(std::string_view name, std::uint64_t most = UINT64_MAX) const {
        const auto value = number(name, most);
        if (!value) throw bad_request(std::string(name), "missing");
        return *value;
    }
    bool flag(std::string_view name) const {
        const auto* const value = find(name);
        if (value == nullptr) return false;
        if (!value->is_bool()) throw bad_request(std::string(name), "true or false is needed");
        return value->get_bool();
    }
    /// A number, or the word that stands for none.
    std::optional<std::uint64_t> number_or(std::string_view name, std::string_view word,
                                           std::uint64_t most) const {
        const auto* const value = find(name);
        if (value != nullptr && value->is_string() && value->get_string() == word)
            return std::nullopt;
        return needed_number(name, most);
    }
    std::optional<Sat> sat_or_all(std::string_view name) const {
        const auto value = number_or(name, "all", max_money.raw());
        return value ? std::optional(Sat(*value)) : std::nullopt;
    }
    std::optional<Msat> msat(std::string_view name) const {
        const auto value = number(name, max_money.raw() * 1000);
        return value ? std::optional(Msat(*value)) : std::nullopt;
    }
    std::optional<Sat> sat(std::string_view name) const {
        const auto value = number(name, max_money.raw());
        return value ? std::optional(Sat(*value)) : std::nullopt;
    }
    std::optional<FeeratePerKw> feerate() const {
        if (find("feerate") == nullptr) return std::nullopt;
        const auto value = parse_feerate(text("feerate", 32));
        if (!value) throw bad_request("feerate", "satoshi per vbyte, such as 2 or 1.5");
        return value;
    }
    crypto::PublicKey node_id(std::string_view name = "node_id") const {
        const auto key = crypto::PublicKey::parse_hex(text(name, 128));
        if (!key) throw bad_request(std::string(name), std::string(to_string(key.error())));
        return *key;
    }
    PaymentHash payment_hash() const {
        const auto hash = PaymentHash::from_hex(text("payment_hash", 128));
        if (!hash) throw bad_request("payment_hash", "64 hex digits");
        return *hash;
    }
    api::CommandId command_id() const {
        if (find("command_id") != nullptr) {
            const auto id = api::CommandId::from_hex(text("command_id", 64));
            if (!id) throw bad_request("command_id", "32 hex digits");
            return *id;
        }
        api::CommandId fresh;
        randombytes_buf(fresh.data(), fresh.size());
        return fresh;
    }
    api::ListRequest list() const {
        api::ListRequest out;
        out.limit = static_cast<std::size_t>(number("limit", 10'000).value_or(100));
        out.cursor = number("cursor");
        return out;
    }

private:
    const json::object& m_params;
};

Failure no_such(std::string what, std::string id) {
    return failure_of(api::Problem{api::ProblemKind::unknown_command_target,
                                   {{"what", std::move(what)}, {"id", std::move(id)}}});
}

/// By channel id or by short channel id.
const api::ChannelView* find_channel(const api::Snapshot& snapshot, const std::string& text) {
    const auto id = ChannelId::from_hex(text);
    const auto scid = ShortChannelId::parse(text);
    for (const auto& channel : snapshot.channels) {
        if ((id && channel.channel_id == *id) || (scid && channel.short_channel_id == *scid))
            return &channel;
    }
    return nullptr;
}

const api::PeerView* find_peer(const api::Snapshot& snapshot, const crypto::PublicKey& node_id) {
    for (const auto& peer : snapshot.peers) {
        if (peer.node_id == node_id) return &peer;
    }
    return nullptr;
}

template <typename List, typename ToJson>
json::array array_of(const List& list, ToJson to_json) {
    json::array out;
    out.reserve(list.size());
    for (const auto& entry : list) out.emplace_back(to_json(entry));
    return out;
}

/// A page of a list, with the cursor of the next one.
template <typename List, typename ToJson>
json::object page_of(const char* name, const List& list, const api::ListRequest& request,
                     ToJson to_json) {
    json::object out{{name, array_of(list, to_json)}};
    const bool more = !list.empty() && list.size() >= request.limit;
    out["next_cursor"] = more ? json::value(list.back().sequence) : json::value(nullptr);
    return out;
}

}  // namespace

Failure bad_request(std::string field, std::string cause) {
    return failure_of(api::Problem{api::ProblemKind::bad_request,
                                   {{"field", std::move(field)}, {"cause", std::move(cause)}}});
}

std::optional<FeeratePerKw> parse_feerate(std::string_view text) {
    const auto point = text.find('.');
    const auto whole = parse_number(text.substr(0, point));
    if (!whole || *whole > 1'000'000) return std::nullopt;
    std::uint64_t thousandths = 0;
    if (point != std::string_view::npos) {
        auto decimals = std::string(text.substr(point + 1));
        if (decimals.empty() || decimals.size() > 3) return std::nullopt;
        decimals.resize(3, '0');
        const auto parsed = parse_number(decimals);
        if (!parsed) return std::nullopt;
        thousandths = *parsed;
    }
    const std::uint64_t per_kvbyte = *whole * 1000 + thousandths;
    const auto per_kw = static_cast<std::uint32_t>((per_kvbyte + 3) / 4);
    if (per_kvbyte >= 1000 && per_kw < feerate_floor.raw()) return feerate_floor;
    return FeeratePerKw(per_kw);
}

void Methods::post(const json::object& params, decltype(api::Command::wish) wish, Reply reply,
                   std::function<json::object(const api::Answer&)> to_json) {
    api::Command command{Fields(params).command_id(), std::move(wish)};
    m_node.post(std::move(command), [reply = std::move(reply), to_json = std::move(to_json)](
                                        const api::CommandResult& result) {
        if (!result) {
            reply(fail(failure_of(result.error())));
        } else if (const auto* const held = std::get_if<api::StillInFlight>(&*result)) {
            // Neither paid nor failed: an exit code of success would be a lie.
            reply(fail(failure_of(api::Problem{api::ProblemKind::in_flight,
                                               {{"payment_hash", held->payment_hash.hex()}}})));
        } else {
            reply(json::value(to_json(*result)));
        }
    });
}

/// What `send` would do with this wish now, or why it would refuse.
json::object Methods::preview(const api::SendOnchain& wish) const {
    const auto quote =
        m_node.quote(api::AskSend{wish.address, wish.amount, api::Pace::normal, wish.feerate});
    if (!quote) throw failure_of(quote.error());
    if (wish.max_fee && quote->fee > *wish.max_fee) {
        throw failure_of(api::Problem{api::ProblemKind::fee_limit,
                                      {{"fee_msat", std::to_string(quote->fee.msat().raw())},
                                       {"max_fee_msat", std::to_string(wish.max_fee->msat().raw())},
                                       {"what", "send"}}});
    }
    return quote_json(*quote);
}

void Methods::call(std::string_view method, const json::object& params, Reply reply) {
    try {
        run(method, params, reply);
    } catch (const Failure& failure) {
        reply(fail(failure));
    }
}

void Methods::run(std::string_view method, const json::object& params, const Reply& reply) {
    const Fields f(params);
    const auto snapshot = m_node.snapshot();
    const auto answer = [&](json::object value) { reply(json::value(std::move(value))); };

    using Handler = std::function<void()>;
    const std::map<std::string_view, Handler> handlers{
        {"getinfo", [&] { answer(info_json(*snapshot, m_version)); }},
        {"balance", [&] { answer(balance_json(*snapshot)); }},
        {"peers",
         [&] {
             answer({{"peers", array_of(snapshot->peers, peer_json)}});
         }},
        {"channels",
         [&] {
             const auto to_json = [&](const api::ChannelView& channel) {
                 return channel_json(channel, snapshot->chain);
             };
             answer({{"channels", array_of(snapshot->channels, to_json)}});
         }},
        {"channel",
         [&] {
             const auto text = f.text("channel_id", 128);
             const auto* const channel = find_channel(*snapshot, text);
             if (channel == nullptr) throw no_such("channel", text);
             answer(channel_json(*channel, snapshot->chain));
         }},
        {"newaddress",
         [&] {
             const auto type =
                 f.find("type") == nullptr ? std::string("p2wpkh") : f.text("type", 16);
             if (type != "p2wpkh" && type != "p2tr") throw bad_request("type", "p2wpkh or p2tr");
             const auto kind = type == "p2tr" ? api::AddressKind::p2tr : api::AddressKind::p2wpkh;
             post(params, api::NewAddress{kind}, reply, [type](const api::Answer& made) {
                 auto out = answer_json(made);
                 out["type"] = type;
                 return out;
             });
         }},
        {"send",
         [&] {
             const api::SendOnchain wish{f.text("address", 128), f.sat_or_all("amount_sat"),
                                         f.feerate(), f.sat("max_fee_sat")};
             if (f.flag("dry_run")) return answer(preview(wish));
             post(params, wish, reply);
         }},
        {"bump",
         [&] {
             const auto txid = from_display_hex<Txid>(f.text("txid", 128));
             if (!txid) throw bad_request("txid", "64 hex digits");
             post(params, api::BumpTransaction{*txid, f.feerate(), f.sat("max_fee_sat")}, reply);
         }},
        {"connect",
         [&] {
             const auto port = f.needed_number("port", 65535);
             if (port == 0) throw bad_request("port");
             post(params,
                  api::Connect{f.node_id(), f.text("host", 255), static_cast<std::uint16_t>(port)},
                  reply);
         }},
        {"disconnect",
         [&] {
             const auto node_id = f.node_id();
             const auto* const peer = find_peer(*snapshot, node_id);
             if (peer == nullptr) throw no_such("peer", node_id.hex());
             post(params, api::Disconnect{node_id}, reply,
                  [node_id, features = peer->features](const api::Answer&) {
                      return json::object{{"node_id", node_id.hex()}, {"features", features}};
                  });
         }},
        {"open",
         [&] {
             post(params,
                  api::OpenChannel{f.node_id(), f.sat_or_all("amount_sat"),
                                   f.msat("push_msat").value_or(Msat(0)), f.flag("announce"),
                                   f.feerate(), f.sat("max_fee_sat")},
                  reply);
         }},
        {"close",
         [&] {
             const auto text = f.text("channel_id", 128);
             const auto* const channel = find_channel(*snapshot, text);
             if (channel == nullptr) throw no_such("channel", text);
             const bool risk = f.flag("risk_old_state");
             if (risk && !f.flag("force"))
                 throw bad_request("risk_old_state", "only together with force");
             if (f.flag("force") && f.sat("max_fee_sat"))
                 throw bad_request(
                     "max_fee_sat",
                     "a close by force costs what blocks cost, and no more than it brings back");
             post(params,
                  api::CloseChannel{channel->channel_id, f.flag("force"), risk,
                                    f.sat("max_fee_sat")},
                  reply);
         }},
        {"invoice",
         [&] {
             const auto amount = f.number_or("amount_msat", "any", max_money.raw() * 1000);
             const auto expiry = f.number("expiry", UINT32_MAX).value_or(3600);
             if (expiry == 0) throw bad_request("expiry", "at least one second");
             post(params,
                  api::CreateInvoice{amount ? std::optional(Msat(*amount)) : std::nullopt,
                                     f.text("description"), static_cast<std::uint32_t>(expiry)},
                  reply);
         }},
        {"decode",
         [&] {
             const auto inspection = m_node.inspect(f.text("text", max_request));
             if (!inspection) throw failure_of(inspection.error());
             answer(inspection_json(*inspection));
         }},
        {"pay",
         [&] {
             post(params,
                  api::Pay{f.text("text", max_request), f.msat("amount_msat"),
                           f.msat("max_fee_msat"),
                           static_cast<std::uint32_t>(f.number("timeout", 86'400).value_or(60))},
                  reply);
         }},
        {"keysend",
         [&] {
             const auto amount = f.msat("amount_msat");
             if (!amount) throw bad_request("amount_msat", "missing");
             post(params, api::Keysend{f.node_id(), *amount}, reply);
         }},
        {"payments",
         [&] {
             const auto request = f.list();
             answer(page_of("payments", m_node.payments(request), request, payment_json));
         }},
        {"payment",
         [&] {
             const auto hash = f.payment_hash();
             const auto payment = m_node.payment(hash);
             if (!payment) throw no_such("payment", hash.hex());
             answer(payment_json(*payment));
         }},
        {"transactions",
         [&] {
             const auto request = f.list();
             answer(
                 page_of("transactions", m_node.transactions(request), request, transaction_json));
         }},
    };
    const auto handler = handlers.find(method);
    if (handler == handlers.end()) throw bad_request("method", "there is no such method");
    handler->second();
}

}  // namespace runnel::control
