// What a pasted text would mean: an invoice (BOLT 11), an address, or a payment link (BIP 21) with
// one of them or both. Looks and promises nothing. The text comes from anybody; what is in doubt is
// named, never guessed.
#include "core/bitcoin/address.h"
#include "core/node/payments_send.h"
#include "core/payment/bitcoin_uri.h"

#include <algorithm>

namespace runnel::node {

namespace {

using api::Problem;
using api::ProblemKind;

constexpr std::string_view bech32_characters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The 65 signature bytes at the end of an invoice, as hex.
std::string signature_of(const std::string& text) {
    std::string_view rest = text;
    const auto colon = rest.find(':');
    if (colon != std::string_view::npos) rest.remove_prefix(colon + 1);
    const auto decoded = bitcoin::decode_bech32(rest, payment::max_invoice_length);
    constexpr std::size_t signature_values = 104;
    if (!decoded || decoded->values.size() < signature_values) return {};
    const auto bytes =
        bitcoin::convert_bits(std::span(decoded->values).last(signature_values), 5, 8, false);
    return bytes ? to_hex(*bytes) : std::string();
}

/// Why it cannot be paid now, as far as that can be known before the click; `fee` when it can.
std::optional<Problem> preview(const State& state, const Config& config,
                               const payment::Invoice& invoice, UnixTime now,
                               const std::optional<Msat>& wished, std::optional<Msat>& fee) {
    const auto& network = params_of(config.network);
    if (invoice.network != config.network)
        return Problem{ProblemKind::wrong_network,
                       {{"expected", std::string(network.name)},
                        {"found", std::string(params_of(invoice.network).name)}}};
    if (state.incoming.count(invoice.payment_hash) != 0) {
        return Problem{ProblemKind::own_invoice, {{"payment_hash", invoice.payment_hash.hex()}}};
    }
    const auto earlier = state.payments.find(invoice.payment_hash);
    if (auto problem =
            earlier_problem(earlier == state.payments.end() ? nullptr : earlier->second.get()))
        return problem;
    if (invoice.is_expired(now))
        return Problem{ProblemKind::expired,
                       {{"since", std::to_string(invoice.expires_at().raw())}}};
    if (auto problem = amount_problem(invoice, wished)) return problem;
    if (state.no_htlcs) return *state.no_htlcs;
    const Draft draft(state);
    const Msat amount = invoice.amount.value_or(wished.value_or(Msat(0)));
    // Our own id is not known here and not needed: a hint that leads through us ends at the same
    // peers.
    const auto cost = fee_now(draft, target_of(invoice, amount, payment::default_max_fee(amount)),
                              crypto::PublicKey{});
    if (!cost) return cost.error();
    fee = *cost;
    return std::nullopt;
}

/// What an invoice says, and whether it can be paid.
Result<api::Inspection, Problem> inspect_invoice(const State& state, const Config& config,
                                                 const std::string& text, UnixTime now,
                                                 const std::optional<Msat>& wished) {
    RUNNEL_TRY(const auto invoice, read_invoice(text, nullptr));
    api::Inspection out;
    out.kind = "bolt11";
    out.bolt11 = text;
    out.network = std::string(params_of(invoice.network).name);
    out.amount = invoice.amount;
    if (const auto* const description = std::get_if<std::string>(&invoice.description))
        out.description = *description;
    if (const auto* const hash = std::get_if<Hash256>(&invoice.description))
        out.description_hash = *hash;
    out.payment_hash = invoice.payment_hash;
    out.payee = invoice.payee;
    out.created = invoice.timestamp;
    out.expires = invoice.expires_at();
    out.expired = invoice.is_expired(now);
    out.min_final_cltv_expiry = invoice.min_final_cltv_expiry_delta.raw();
    out.features = invoice.features.to_string();
    out.payment_secret.emplace(invoice.payment_secret.reveal());
    out.metadata = invoice.payment_metadata;
    for (const auto& hint : invoice.route_hints) {
        auto& hops = out.route_hints.emplace_back();
        for (const auto& hop : hint) {
            hops.push_back({hop.node_id, hop.short_channel_id,
                            static_cast<std::uint32_t>(hop.fee_base_msat.raw()),
                            hop.fee_proportional_millionths,
                            static_cast<std::uint16_t>(hop.cltv_expiry_delta.raw())});
        }
    }
    for (const auto& script : invoice.fallbacks) {
        if (auto address = bitcoin::address_of(script, invoice.network))
            out.fallback_addresses.push_back(*std::move(address));
        else out.fallback_scripts.push_back(to_hex(script));
    }
    out.names_payee = invoice.names_payee;
    for (const auto& field : invoice.unknown) {
        auto& shown = out.unknown_fields.emplace_back();
        shown.name = bech32_characters.at(field.type);
        for (const auto value : field.values) shown.content += bech32_characters.at(value);
    }
    out.signature = signature_of(text);
    out.problem = preview(state, config, invoice, now, wished, out.fee);
    return out;
}

bool is_upper_case(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

Problem malformed(const char* what, DecodeError cause) {
    return {ProblemKind::malformed, {{"what", what}, {"cause", std::string(to_string(cause))}}};
}

/// How far the clocks of payee and payer may be apart.
constexpr std::int64_t clock_slack = 300;

/// The newest send to a script. What another transaction has ruled out is no transaction of the
/// wallet any more (drop_transaction), so it does not count; what a chain source refused may still
/// arrive, so it does. One pass over transactions that are in memory: nothing that grows with a
/// wallet's payments, and done only when somebody looks at an address.
std::optional<api::SentBefore> sent_before(const State& state, const bitcoin::Script& script) {
    const WalletTx* newest = nullptr;
    std::optional<api::SentBefore> out;
    for (const auto& [txid, row] : state.transactions) {
        if (row.purpose != "send" || (newest != nullptr && row.sequence < newest->sequence))
            continue;
        Sat amount;
        for (const auto& output : row.tx->outputs) {
            if (output.script == script) amount += output.value;
        }
        if (amount.is_zero()) continue;
        newest = &row;
        out = api::SentBefore{txid, amount, row.first_seen, row.height, false};
    }
    return out;
}

/// An address of any network; it fails when it is none.
Result<api::OnchainTarget, Problem> inspect_address(const State& state, const Config& config,
                                                    const std::string& text) {
    const auto script = bitcoin::parse_address(text, config.network);
    api::OnchainTarget out;
    out.address = text;
    // The form for QR codes: nobody wants to compare capitals.
    if (bitcoin::decode_bech32(text) && is_upper_case(text)) {
        std::transform(out.address.begin(), out.address.end(), out.address.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    }
    if (script) {
        out.own = state.scripts.count(*script) != 0;
        // Change and sweeps come back to own addresses all the time.
        if (!out.own) out.sent = sent_before(state, *script);
        return out;
    }
    if (script.error() != DecodeError::wrong_network)
        return fail(malformed("address", script.error()));
    out.problem = Problem{ProblemKind::wrong_network,
                          {{"expected", std::string(params_of(config.network).name)}}};
    if (const auto found = bitcoin::network_name_of(text)) out.problem->params["found"] = *found;
    return out;
}

api::Inspection onchain_only(const Config& config, api::OnchainTarget target) {
    api::Inspection out;
    out.kind = "bitcoin";
    out.network = std::string(params_of(config.network).name);
    if (target.problem && target.problem->params.count("found") != 0)
        out.network = target.problem->params.at("found");
    out.onchain = std::move(target);
    return out;
}

Problem problem_of(const payment::UriFault& fault) {
    if (fault.error == DecodeError::unsupported) {
        // The key of an offer in a link: it is named as the offer alone is.
        return {ProblemKind::unsupported,
                {{"feature", fault.key == "lno" ? "offer" : escaped(fault.key)}}};
    }
    if (fault.error == DecodeError::bad_character && fault.key == "address")
        return malformed("address", fault.error);
    auto out = malformed("link", fault.error);
    if (!fault.key.empty()) out.params["field"] = escaped(fault.key);
    return out;
}

Result<api::Inspection, Problem> inspect_link(const State& state, const Config& config,
                                              const std::string& text, UnixTime now,
                                              const std::optional<Msat>& wished) {
    const auto uri = payment::parse_bitcoin_uri(text);
    if (!uri) return fail(problem_of(uri.error()));
    std::optional<api::OnchainTarget> target;
    if (!uri->address.empty()) {
        RUNNEL_TRY(target, inspect_address(state, config, uri->address));
        target->amount = uri->amount;
        target->label = uri->label;
        target->message = uri->message;
    }
    if (uri->lightning.empty()) return onchain_only(config, *std::move(target));
    auto out = inspect_invoice(state, config, uri->lightning, now, wished);
    if (!target) return out;
    if (!out) {
        // The address is the other half of the same wish: it can be paid although the invoice
        // cannot.
        auto only = onchain_only(config, *std::move(target));
        only.problem = out.error();
        return only;
    }
    out->onchain = std::move(target);
    if (auto& sent = out->onchain->sent)
        sent->for_this = sent->when.raw() >= out->created.raw() - clock_slack;
    return out;
}

/// Is it rather an address with an error than an invoice with one?
bool is_like_address(std::string_view text) {
    // Bech32 that names a network, or as long as Base58 addresses are.
    const auto separator = text.rfind('1');
    if (separator != std::string_view::npos && separator > 0) {
        std::string hrp(text.substr(0, separator));
        std::transform(hrp.begin(), hrp.end(), hrp.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        for (const auto network :
             {Network::mainnet, Network::testnet4, Network::regtest, Network::practice}) {
            if (params_of(network).bech32_hrp == hrp) return true;
        }
    }
    constexpr std::string_view base58 =
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    return text.size() >= 26 && text.size() <= 36 &&
           text.find_first_not_of(base58) == std::string_view::npos;
}

}  // namespace

Result<api::Inspection, Problem> inspect_text(const State& state, const Config& config,
                                              const std::string& text, UnixTime now,
                                              const std::optional<Msat>& amount) {
    if (payment::is_bitcoin_uri(text)) return inspect_link(state, config, text, now, amount);
    if (bitcoin::parse_address(text, config.network) || is_like_address(text)) {
        RUNNEL_TRY(auto target, inspect_address(state, config, text));
        return onchain_only(config, std::move(target));
    }
    return inspect_invoice(state, config, text, now, amount);
}

}  // namespace runnel::node
