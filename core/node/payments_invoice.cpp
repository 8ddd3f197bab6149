// Our invoices. Their secrets are derived from the command that asked for them: the same command
// gives the same invoice, also after a restart.
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
    // Behind the answer to who asks again: it was made, whatever the disk is like now.
    if (scope.disk_low) return draft.answer(id, fail(Problem{ProblemKind::disk_full, {}}));
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

}  // namespace runnel::node
