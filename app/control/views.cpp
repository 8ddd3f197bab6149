#include "app/control/views.h"

#include "app/control/sentences.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::control {

namespace {

template <typename T>
json::value or_null(const std::optional<T>& value, json::value (*to_json)(const T&)) {
    return value ? to_json(*value) : json::value(nullptr);
}

json::value number_or_null(const std::optional<std::uint32_t>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string outpoint_text(const bitcoin::OutPoint& outpoint) {
    return fmt::format("{}:{}", display_hex(outpoint.txid), outpoint.index);
}

json::value height_json(const BlockHeight& height) { return height.raw(); }
json::value txid_json(const Txid& txid) { return json::value(display_hex(txid)); }
json::value scid_json(const ShortChannelId& scid) { return json::value(scid.to_string()); }
json::value time_json(const UnixTime& time) { return time.raw(); }
json::value sat_json(const Sat& amount) { return amount.raw(); }
json::value msat_json(const Msat& amount) { return amount.raw(); }
json::value key_json(const crypto::PublicKey& key) { return json::value(key.hex()); }
template <std::size_t N, typename Tag>
json::value hex_json(const Fixed<N, Tag>& bytes) {
    return json::value(bytes.hex());
}
json::value bytes_json(const Bytes& bytes) { return json::value(to_hex(bytes)); }

json::value problem_json(const std::optional<api::Problem>& problem) {
    return problem ? json::value(failure_json(failure_of(*problem))) : json::value(nullptr);
}

json::object htlc_json(const api::HtlcView& htlc) {
    return {{"direction", htlc.outgoing ? "out" : "in"},
            {"id", htlc.id},
            {"amount_msat", htlc.amount.raw()},
            {"payment_hash", htlc.payment_hash.hex()},
            {"expiry_height", htlc.expiry.raw()},
            {"stage", htlc.stage},
            {"fulfilled", htlc.fulfilled}};
}

std::string_view status_name(api::PaymentStatus status) {
    switch (status) {
        case api::PaymentStatus::pending: return "pending";
        case api::PaymentStatus::paid: return "paid";
        case api::PaymentStatus::failed: return "failed";
    }
    return "pending";
}

json::object paid_json(const api::Paid& paid) {
    return {{"status", "paid"},
            {"payment_hash", paid.payment_hash.hex()},
            {"preimage", paid.preimage.hex()},
            {"amount_msat", paid.amount.raw()},
            {"fee_msat", paid.fee.raw()},
            {"parts", paid.parts},
            {"elapsed_ms", paid.elapsed_ms}};
}

/// What stays in the wallet of a send of everything, and each part's reason.
void add_kept(json::object& out, Sat kept, const std::vector<api::Kept>& parts) {
    out["kept_sat"] = kept.raw();
    json::array list;
    for (const auto& part : parts) {
        list.emplace_back(json::object{{"amount_sat", part.amount.raw()}, {"reason", part.reason}});
    }
    out["kept"] = std::move(list);
    const auto largest = std::max_element(
        parts.begin(), parts.end(),
        [](const api::Kept& a, const api::Kept& b) { return a.amount < b.amount; });
    out["kept_reason"] =
        largest == parts.end() ? json::value(nullptr) : json::value(largest->reason);
    out["kept_sentence"] = text_or_null(kept_sentence(parts));
}

json::object sent_json(const api::OnchainSent& sent) {
    json::object out{{"txid", display_hex(sent.txid)},
                     {"amount_sat", sent.amount.raw()},
                     {"fee_sat", sent.fee.raw()}};
    add_kept(out, sent.kept, sent.kept_parts);
    return out;
}

json::value sent_before_json(const api::SentBefore& sent) {
    return json::object{{"txid", display_hex(sent.txid)},
                        {"amount_sat", sent.amount.raw()},
                        {"sent", sent.when.raw()},
                        {"block_height", or_null(sent.height, height_json)},
                        {"for_this_request", sent.for_this}};
}

}  // namespace

json::object info_json(const api::Snapshot& snapshot, const std::string& version) {
    std::size_t peers = 0, channels = 0;
    for (const auto& peer : snapshot.peers) peers += peer.connected ? 1 : 0;
    for (const auto& channel : snapshot.channels) channels += channel.state == "closed" ? 0 : 1;
    return {
        {"node_id", snapshot.node_id.hex()},
        {"network", params_of(snapshot.network).name},
        {"version", version},
        {"block_height", snapshot.chain.height.raw()},
        {"synced", snapshot.chain.synced && snapshot.chain.reachable},
        {"chain_reachable", snapshot.chain.reachable},
        {"chain_problem", text_or_null(snapshot.chain.problem)},
        {"chain_trouble", snapshot.chain.trouble
                              ? json::value(json::string(api::to_string(*snapshot.chain.trouble)))
                              : json::value(nullptr)},
        {"disk_low", snapshot.disk_low},
        {"store_in_doubt", snapshot.in_doubt},
        {"peers", peers},
        {"channels", channels}};
}

json::object balance_json(const api::Snapshot& snapshot) {
    const auto& balance = snapshot.balance;
    return {{"onchain_sat", balance.onchain.raw()},
            {"onchain_unconfirmed_sat", balance.onchain_unconfirmed.raw()},
            {"unconfirmed_for_blocks", number_or_null(balance.unconfirmed_for)},
            {"reserved_sat", balance.reserved.raw()},
            {"can_send_msat", balance.can_send.raw()},
            {"can_receive_msat", balance.can_receive.raw()},
            {"in_flight_msat", balance.in_flight.raw()},
            {"closing_sat", balance.closing.raw()},
            {"least_to_open_sat", balance.least_to_open.raw()},
            {"problem", problem_json(snapshot.chain.no_payments)}};
}

json::object peer_json(const api::PeerView& peer) {
    return {{"node_id", peer.node_id.hex()},
            {"connected", peer.connected},
            {"host", text_or_null(peer.host)},
            {"port", peer.host.empty() ? json::value(nullptr) : json::value(peer.port)},
            {"features", peer.features}};
}

json::object channel_json(const api::ChannelView& channel, const api::ChainView& chain) {
    json::object out{{"channel_id", channel.channel_id.hex()},
                     {"peer", channel.peer.hex()},
                     {"state", channel.state},
                     {"sentence", sentence_of(channel, chain)},
                     {"usable", channel.usable && !chain.no_payments},
                     {"online", channel.online},
                     {"we_funded", channel.we_funded},
                     {"announced", channel.announced}};
    out["funding_outpoint"] = channel.funding.txid.is_zero()
                                  ? json::value(nullptr)
                                  : json::value(outpoint_text(channel.funding));
    out["short_channel_id"] = or_null(channel.short_channel_id, scid_json);
    out["capacity_sat"] = channel.capacity.raw();
    out["our_msat"] = channel.ours.raw();
    out["their_msat"] = channel.theirs.raw();
    out["can_send_msat"] = channel.can_send.raw();
    out["can_receive_msat"] = channel.can_receive.raw();
    out["kept_msat"] = channel.kept.raw();
    out["over_limit_msat"] = channel.over_limit.raw();
    out["underpaid_msat"] = channel.underpaid.raw();
    out["our_reserve_msat"] = channel.our_reserve.raw();
    out["their_reserve_msat"] = channel.their_reserve.raw();
    out["in_flight_out_msat"] = channel.in_flight_out.raw();
    out["in_flight_in_msat"] = channel.in_flight_in.raw();
    out["confirmations"] = channel.confirmations;
    out["confirmations_needed"] = channel.confirmations_needed;
    out["usable_in_blocks"] = number_or_null(channel.usable_in);
    out["feerate_per_kw"] = channel.feerate.raw();
    out["our_delay_blocks"] = channel.our_delay;
    out["next_deadline_height"] = or_null(channel.next_deadline, height_json);
    out["closing_reason"] = text_or_null(channel.closing_reason);
    out["closing_txid"] = or_null(channel.closing_txid, txid_json);
    out["closing_to_us_sat"] = channel.closing_to_us.raw();
    out["closing_until_height"] = or_null(channel.closing_until, height_json);
    out["force_held_back"] = channel.force_held_back;
    out["they_must_close"] = channel.they_must_close;
    out["waits_for"] = text_or_null(channel.waits_for);
    out["waits_since_height"] = or_null(channel.waits_since, height_json);
    out["waited_blocks"] = channel.waited_blocks;
    json::array htlcs;
    for (const auto& htlc : channel.htlcs) htlcs.emplace_back(htlc_json(htlc));
    out["htlcs"] = std::move(htlcs);
    return out;
}

json::object payment_json(const api::PaymentView& payment) {
    json::object out{{"payment_hash", payment.payment_hash.hex()},
                     {"direction", payment.outgoing ? "out" : "in"},
                     {"status", status_name(payment.status)},
                     {"amount_msat", payment.amount.raw()},
                     {"fee_msat", payment.fee.raw()},
                     {"parts", payment.parts},
                     {"elapsed_ms", payment.elapsed_ms},
                     {"created", payment.created.raw()}};
    out["finished"] = or_null(payment.finished, time_json);
    out["expires"] = or_null(payment.expires, time_json);
    out["preimage"] =
        payment.preimage ? json::value(payment.preimage->hex()) : json::value(nullptr);
    out["description"] = payment.description;
    out["bolt11"] = text_or_null(payment.bolt11);
    out["payee"] = or_null(payment.payee, key_json);
    out["failure"] = text_or_null(payment.failure);
    out["cursor"] = payment.sequence;
    return out;
}

json::object transaction_json(const api::TransactionView& transaction) {
    return {{"txid", display_hex(transaction.txid)},
            {"net_sat", transaction.net_sat},
            {"fee_sat", or_null(transaction.fee, sat_json)},
            {"block_height", or_null(transaction.height, height_json)},
            {"expected_blocks", number_or_null(transaction.expected_blocks)},
            {"first_seen", transaction.first_seen.raw()},
            {"purpose", transaction.purpose},
            {"cursor", transaction.sequence}};
}

json::object onchain_json(const api::OnchainTarget& target) {
    return {{"address", target.address},
            {"amount_sat", or_null(target.amount, sat_json)},
            {"label", target.label},
            {"message", target.message},
            {"own", target.own},
            {"sent_before", or_null(target.sent, sent_before_json)},
            {"problem", problem_json(target.problem)}};
}

json::object inspection_json(const api::Inspection& inspection) {
    if (inspection.kind == "bitcoin" && inspection.onchain) {
        json::object out{{"kind", inspection.kind},
                         {"network", inspection.network},
                         {"onchain", onchain_json(*inspection.onchain)}};
        out["problem"] = problem_json(inspection.problem);
        return out;
    }
    json::object out{{"kind", inspection.kind},
                     {"network", inspection.network},
                     {"payment_hash", inspection.payment_hash.hex()},
                     {"payee", inspection.payee.hex()},
                     {"created", inspection.created.raw()},
                     {"expires", inspection.expires.raw()},
                     {"expired", inspection.expired},
                     {"min_final_cltv_expiry", inspection.min_final_cltv_expiry},
                     {"features", inspection.features},
                     {"signature", inspection.signature}};
    out["amount_msat"] = or_null(inspection.amount, msat_json);
    // Either a description or the hash of one (BOLT 11).
    out["description"] =
        inspection.description_hash ? json::value(nullptr) : json::value(inspection.description);
    out["description_hash"] =
        inspection.description_hash ? hex_json(*inspection.description_hash) : json::value(nullptr);
    out["payment_secret"] =
        inspection.payment_secret ? hex_json(*inspection.payment_secret) : json::value(nullptr);
    out["metadata"] = or_null(inspection.metadata, bytes_json);
    json::array routes;
    for (const auto& route : inspection.route_hints) {
        json::array hops;
        for (const auto& hop : route) {
            hops.emplace_back(
                json::object{{"node_id", hop.node_id.hex()},
                             {"short_channel_id", hop.short_channel_id.to_string()},
                             {"fee_base_msat", hop.fee_base_msat},
                             {"fee_proportional_millionths", hop.fee_proportional_millionths},
                             {"cltv_expiry_delta", hop.cltv_expiry_delta}});
        }
        routes.emplace_back(std::move(hops));
    }
    out["route_hints"] = std::move(routes);
    json::array fallbacks;
    for (const auto& address : inspection.fallback_addresses) fallbacks.emplace_back(address);
    out["fallback_addresses"] = std::move(fallbacks);
    json::array scripts;
    for (const auto& script : inspection.fallback_scripts) scripts.emplace_back(script);
    out["fallback_scripts"] = std::move(scripts);
    out["names_payee"] = inspection.names_payee;
    json::array unknown;
    for (const auto& field : inspection.unknown_fields)
        unknown.emplace_back(
            json::object{{"name", std::string(1, field.name)}, {"content", field.content}});
    out["unknown_fields"] = std::move(unknown);
    out["fee_msat"] = or_null(inspection.fee, msat_json);
    out["problem"] = problem_json(inspection.problem);
    if (inspection.onchain) out["onchain"] = onchain_json(*inspection.onchain);
    return out;
}

json::object answer_json(const api::Answer& answer) {
    return std::visit(
        overloaded{
            [](const api::AddressMade& a) {
                return json::object{{"address", a.address}};
            },
            [](const api::OnchainSent& a) { return sent_json(a); },
            [](const api::Connected& a) {
                return json::object{{"node_id", a.node_id.hex()}, {"features", a.features}};
            },
            [](const api::Disconnected&) { return json::object{}; },
            [](const api::ChannelOpening& a) {
                return json::object{{"channel_id", a.channel_id.hex()},
                                    {"funding_txid", display_hex(a.funding_txid)},
                                    {"funding_sat", a.funding.raw()},
                                    {"fee_sat", a.fee.raw()}};
            },
            [](const api::ChannelClosing& a) {
                return json::object{{"channel_id", a.channel_id.hex()},
                                    {"txid", or_null(a.txid, txid_json)},
                                    {"state", a.state}};
            },
            [](const api::InvoiceMade& a) {
                return json::object{{"bolt11", a.bolt11},
                                    {"payment_hash", a.payment_hash.hex()},
                                    {"expires", a.expires.raw()}};
            },
            [](const api::Paid& a) { return paid_json(a); },
            [](const api::StillInFlight& a) {
                return json::object{{"status", "pending"}, {"payment_hash", a.payment_hash.hex()}};
            },
        },
        answer);
}

json::object quote_json(const api::SendQuote& quote) {
    json::object out{{"dry_run", true},
                     {"amount_sat", quote.amount.raw()},
                     {"fee_sat", quote.fee.raw()},
                     {"total_sat", (quote.amount + quote.fee).raw()},
                     {"feerate", feerate_text(quote.feerate)},
                     {"hurried", quote.hurried},
                     {"reserved_sat", quote.reserve.raw()}};
    add_kept(out, quote.kept, quote.kept_parts);
    return out;
}

json::object notice_json(const api::Notice& notice) {
    return std::visit(
        overloaded{
            [](const api::BlockSeen& n) {
                return json::object{{"event", "block"}, {"block_height", n.height.raw()}};
            },
            [](const api::ChainStateChanged& n) {
                return json::object{
                    {"event", "chain"}, {"synced", n.synced}, {"problem", text_or_null(n.problem)}};
            },
            [](const api::PeerConnected& n) {
                return json::object{{"event", "peer_connected"}, {"node_id", n.node_id.hex()}};
            },
            [](const api::PeerDisconnected& n) {
                return json::object{{"event", "peer_disconnected"},
                                    {"node_id", n.node_id.hex()},
                                    {"cause", n.cause}};
            },
            [](const api::ChannelStateChanged& n) {
                return json::object{
                    {"event", "channel"}, {"channel_id", n.channel_id.hex()}, {"state", n.state}};
            },
            [](const api::PaymentReceived& n) {
                return json::object{{"event", "payment_received"},
                                    {"payment_hash", n.payment_hash.hex()},
                                    {"amount_msat", n.amount.raw()}};
            },
            [](const api::PaymentSent& n) {
                return json::object{{"event", "payment_sent"},
                                    {"payment_hash", n.payment_hash.hex()},
                                    {"amount_msat", n.amount.raw()},
                                    {"fee_msat", n.fee.raw()}};
            },
            [](const api::PaymentFailed& n) {
                json::object out{{"event", "payment_failed"},
                                 {"payment_hash", n.payment_hash.hex()}};
                for (auto& [name, value] : failure_json(failure_of(n.problem))) out[name] = value;
                return out;
            },
            [](const api::HtlcForwarded& n) {
                return json::object{{"event", "forwarded"},
                                    {"amount_msat", n.amount.raw()},
                                    {"fee_msat", n.fee.raw()}};
            },
            [](const api::CoinsReceived& n) {
                return json::object{
                    {"event", "coins_received"},
                    {"txid", display_hex(n.txid)},
                    {"amount_sat", n.amount.raw()},
                    {"confirmed", n.confirmed},
                    {"addresses", json::array(n.addresses.begin(), n.addresses.end())}};
            },
            [](const api::TransactionSeen& n) {
                return json::object{{"event", "transaction"},
                                    {"txid", display_hex(n.txid)},
                                    {"block_height", or_null(n.height, height_json)}};
            },
            [](const api::TransactionDropped& n) {
                return json::object{{"event", "transaction_dropped"},
                                    {"txid", display_hex(n.txid)}};
            },
            [](const api::Trouble& n) {
                json::object out{{"event", "trouble"}};
                if (n.channel_id) out["channel_id"] = n.channel_id->hex();
                for (auto& [name, value] : failure_json(failure_of(n.problem))) out[name] = value;
                return out;
            },
        },
        notice);
}

Failure failure_of(const api::Problem& problem) {
    auto words = wording_of(problem);
    Failure out{std::string(to_string(problem.kind)),
                std::move(words.message),
                std::move(words.advice),
                {}};
    for (const auto& [name, value] : problem.params) out.details[name] = value;
    return out;
}

api::Problem problem_of(const Failure& failure) {
    for (int kind = 0; kind <= static_cast<int>(api::last_problem_kind); ++kind) {
        if (to_string(static_cast<api::ProblemKind>(kind)) != failure.kind) continue;
        api::Problem out{static_cast<api::ProblemKind>(kind), {}};
        for (const auto& [name, value] : failure.details) {
            if (value.is_string()) out.params[name] = std::string(value.get_string());
        }
        return out;
    }
    return {api::ProblemKind::internal, {{"detail", failure.message}}};
}

json::object failure_json(const Failure& failure) {
    json::object out{
        {"error", failure.kind}, {"message", failure.message}, {"try", failure.advice}};
    if (!failure.details.empty()) out["details"] = failure.details;
    return out;
}

}  // namespace runnel::control
