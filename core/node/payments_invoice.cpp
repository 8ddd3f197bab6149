// Our invoices, and what a pasted text would mean. The secrets of an invoice are derived from the
// command that asked for it: the same command gives the same invoice, also after a restart.
#include "core/bitcoin/address.h"
#include "core/crypto/hash.h"
#include "core/node/payments_send.h"

#include <algorithm>

namespace runnel::node {

namespace {

using api::Problem;
using api::ProblemKind;

constexpr std::size_t longest_description = 639;
constexpr std::size_t most_hints = 3;
/// What a peer is taken to want for the last hop until its channel_update came: dearer than what
/// nodes ask for by default, for a hint that promises too little makes the payment fail.
constexpr Msat unknown_fee_base{1'000};
constexpr std::uint32_t unknown_fee_millionths = 1'000;
constexpr BlockDelta unknown_delta{144};

std::optional<Problem> wish_problem(const api::CreateInvoice& wish) {
    const auto bad = [](std::string field, std::string cause) {
        return Problem{ProblemKind::bad_request,
                       {{"field", std::move(field)}, {"cause", std::move(cause)}}};
    };
    if (wish.amount && wish.amount->is_zero())
        return Problem{ProblemKind::amount_too_small, {{"least", "1"}, {"unit", "msat"}}};
    if (wish.amount && *wish.amount > max_money.msat()) {
        return Problem{ProblemKind::amount_too_large,
                       {{"most", std::to_string(max_money.msat().raw())}, {"unit", "msat"}}};
    }
    if (wish.description.size() > longest_description) {
        auto problem = bad("description", "too long");
        problem.params["most"] = std::to_string(longest_description);
        return problem;
    }
    if (!is_valid_utf8(wish.description)) return bad("description", "not UTF-8");
    if (wish.expiry_seconds == 0) return bad("expiry", "zero");
    return std::nullopt;
}

/// Hints for the channels that nobody knows from gossip. A channel whose peer is away now may be
/// back when the invoice is paid, but comes after those that work.
std::vector<payment::RouteHint> our_hints(const Draft& draft) {
    struct Hint {
        bool usable;
        Msat can_receive;
        payment::HintHop hop;
    };
    std::vector<Hint> hints;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        const auto* const normal = std::get_if<channel::Normal>(&channel->state);
        if (normal == nullptr || normal->funded.params().announce) return;
        const auto& funded = normal->funded;
        const auto real = funded.params().scid_alias ? std::nullopt : funded.short_channel_id();
        const auto name = funded.their_alias ? funded.their_alias : real;
        if (!name) return;
        payment::HintHop hop{channel->peer, *name, unknown_fee_base, unknown_fee_millionths,
                             unknown_delta};
        if (const auto& update = funded.their_update) {
            hop.fee_base_msat = Msat(update->fee_base_msat);
            hop.fee_proportional_millionths = update->fee_proportional_millionths;
            hop.cltv_expiry_delta = BlockDelta(update->cltv_expiry_delta);
        }
        hints.push_back({channel::is_usable(*channel), funded.commitments.can_receive(), hop});
    });
    std::stable_sort(hints.begin(), hints.end(), [](const Hint& a, const Hint& b) {
        if (a.usable != b.usable) return a.usable;
        return a.can_receive > b.can_receive;
    });
    std::vector<payment::RouteHint> out;
    for (const auto& hint : hints) {
        if (out.size() == most_hints) break;
        out.push_back({hint.hop});
    }
    return out;
}

api::InvoiceMade answer_of(const IncomingPayment& invoice) {
    return {invoice.bolt11, invoice.payment_hash, invoice.expires};
}

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
                               std::optional<Msat>& fee) {
    const auto& network = params_of(config.network);
    if (invoice.network != config.network)
        return Problem{ProblemKind::wrong_network, {{"expected", std::string(network.name)}}};
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
    if (auto problem = amount_problem(invoice, std::nullopt)) return problem;
    if (!state.health.ever_good)
        return Problem{ProblemKind::not_synced, {{"cause", state.health.status.problem}}};
    const Draft draft(state);
    const Msat amount = *invoice.amount;
    // Our own id is not known here and not needed: a hint that leads through us ends at the same
    // peers.
    const auto cost = fee_now(draft, target_of(invoice, amount, payment::default_max_fee(amount)),
                              crypto::PublicKey{});
    if (!cost) return cost.error();
    fee = *cost;
    return std::nullopt;
}

}  // namespace

void on_create_invoice(Draft& draft, const api::CommandId& id, const api::CreateInvoice& wish,
                       const Scope& scope) {
    if (auto problem = wish_problem(wish)) return draft.answer(id, fail(*std::move(problem)));
    IncomingPayment made;
    made.preimage = wire::Preimage(scope.keys.derive("invoice preimage", id.view()).reveal());
    made.payment_hash = PaymentHash(crypto::sha256(made.preimage.view()).raw());
    if (const IncomingPtr* const earlier = draft.incoming.find(made.payment_hash)) {
        return draft.answer(id, api::Answer(answer_of(**earlier)));
    }
    made.payment_secret = scope.keys.derive("payment secret", made.payment_hash.view());
    made.description = wish.description;
    made.amount = wish.amount;
    made.created = scope.now;
    // Never so little that a part accepted today could not be fulfilled in time tomorrow.
    made.min_final_cltv_expiry_delta =
        std::max(scope.config.min_final_cltv_expiry_delta, least_blocks_left.raw() + 3);

    payment::Invoice invoice;
    invoice.network = scope.config.network;
    invoice.amount = wish.amount;
    invoice.timestamp = scope.now;
    invoice.payment_hash = made.payment_hash;
    invoice.payment_secret = made.payment_secret;
    invoice.description = wish.description;
    invoice.expiry_seconds = wish.expiry_seconds;
    invoice.min_final_cltv_expiry_delta = BlockDelta(made.min_final_cltv_expiry_delta);
    invoice.route_hints = our_hints(draft);
    invoice.features.demand(wire::Feature::var_onion_optin)
        .demand(wire::Feature::payment_secret)
        .offer(wire::Feature::basic_mpp);
    invoice.payee = scope.keys.node_id();
    auto text = payment::encode_invoice(
        invoice, [&](const Hash256& digest) { return scope.keys.sign_invoice(digest); });
    if (!text) {
        return draft.answer(
            id, fail(Problem{ProblemKind::internal,
                             {{"detail", "invoice error " +
                                             std::to_string(static_cast<int>(text.error()))}}}));
    }
    made.bolt11 = *std::move(text);
    made.expires = invoice.expires_at();
    made.sequence = draft.wallet.next_sequence++;
    draft.answer(id, api::Answer(answer_of(made)));
    const PaymentHash hash = made.payment_hash;
    draft.incoming.put(hash, std::make_shared<const IncomingPayment>(std::move(made)));
}

Result<api::Inspection, Problem> inspect_text(const State& state, const Config& config,
                                              const std::string& text, UnixTime now) {
    RUNNEL_TRY(const auto invoice, read_invoice(text, nullptr));
    api::Inspection out;
    out.kind = "bolt11";
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
    }
    out.signature = signature_of(text);
    out.problem = preview(state, config, invoice, now, out.fee);
    return out;
}

}  // namespace runnel::node
