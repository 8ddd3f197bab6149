// Paying: from the wish to HTLCs in our channels. A payment is named by its hash: whoever asks, and
// however often, at most one attempt of it is in flight, and a new one begins only when nothing of
// the last is left in any commitment.
#include "core/crypto/hash.h"
#include "core/node/payments_send.h"
#include "core/payment/other_ways.h"

#include <algorithm>

namespace runnel::node {

namespace {

using api::Problem;
using api::ProblemKind;

/// LDK wants so many for a payment that nobody asked for.
constexpr BlockDelta keysend_final_delta{42};
constexpr std::uint32_t longest_timeout_s = 24 * 3600;

}  // namespace

Target target_of(const payment::Invoice& invoice, Msat amount, Msat max_fee) {
    Target target;
    target.payment_hash = invoice.payment_hash;
    target.payee = invoice.payee;
    target.amount = amount;
    target.max_fee = max_fee;
    target.parts_allowed = invoice.allows_parts();
    target.final_delta = invoice.min_final_cltv_expiry_delta;
    target.hints = invoice.route_hints;
    target.final.payment_data = onion::PaymentData{invoice.payment_secret, amount};
    target.final.payment_metadata = invoice.payment_metadata;
    return target;
}

Target target_of_keysend(const crypto::PublicKey& payee, Msat amount, const PaymentHash& hash,
                         const wire::Preimage& preimage) {
    Target target;
    target.payment_hash = hash;
    target.payee = payee;
    target.amount = amount;
    target.final_delta = keysend_final_delta;
    target.final.keysend_preimage = preimage;
    return target;
}

Result<payment::Invoice, Problem> read_invoice(const std::string& text,
                                               const NetworkParams* network) {
    if (const auto way = payment::other_way(text)) {
        return fail(Problem{ProblemKind::unsupported,
                            {{"feature", std::string(payment::to_string(*way))}}});
    }
    std::optional<std::size_t> feature;
    auto invoice = payment::decode_invoice(text, network, &feature);
    if (invoice) return *std::move(invoice);
    switch (invoice.error()) {
        case DecodeError::wrong_network:
            return fail(
                Problem{ProblemKind::wrong_network,
                        {{"expected", std::string(network == nullptr ? "" : network->name)}}});
        case DecodeError::unsupported:
            return fail(Problem{
                ProblemKind::unsupported,
                {{"feature", feature ? std::to_string(*feature) : std::string("unknown")}}});
        default:
            return fail(Problem{ProblemKind::malformed,
                                {{"cause", std::string(to_string(invoice.error()))}}});
    }
}

std::optional<Problem> amount_problem(const payment::Invoice& invoice,
                                      const std::optional<Msat>& wished) {
    if (!invoice.amount && !wished) return Problem{ProblemKind::amount_missing, {}};
    if (invoice.amount && wished && *invoice.amount != *wished) {
        return Problem{ProblemKind::bad_request,
                       {{"field", "amount"},
                        {"cause", "the invoice names its own amount"},
                        {"amount_msat", std::to_string(invoice.amount->raw())}}};
    }
    const Msat amount = invoice.amount.value_or(wished.value_or(Msat(0)));
    if (amount.is_zero())
        return Problem{ProblemKind::amount_too_small, {{"least", "1"}, {"unit", "msat"}}};
    if (amount > max_money.msat()) {
        return Problem{ProblemKind::amount_too_large,
                       {{"most", std::to_string(max_money.msat().raw())}, {"unit", "msat"}}};
    }
    return std::nullopt;
}

std::optional<Problem> earlier_problem(const OutgoingPayment* earlier) {
    if (earlier == nullptr) return std::nullopt;
    const std::string hash = earlier->payment_hash.hex();
    if (std::holds_alternative<PaymentPaid>(earlier->status))
        return Problem{ProblemKind::already_paid, {{"payment_hash", hash}}};
    const bool queued =
        std::holds_alternative<PaymentPending>(earlier->status) && !earlier->after_restart;
    // Whatever its status says: while an HTLC may still be taken by the payee, another would pay
    // twice.
    if (queued || any_in_flight(*earlier))
        return Problem{ProblemKind::in_flight, {{"payment_hash", hash}}};
    return std::nullopt;
}

api::CommandResult outcome_of(const OutgoingPayment& payment) {
    return std::visit(overloaded{[&](const PaymentPending&) -> api::CommandResult {
                                     return api::Answer(api::StillInFlight{payment.payment_hash});
                                 },
                                 [&](const PaymentPaid& paid) -> api::CommandResult {
                                     api::Paid answer;
                                     answer.payment_hash = payment.payment_hash;
                                     answer.preimage.raw() = paid.preimage.raw();
                                     answer.amount = payment.amount;
                                     answer.parts = 0;
                                     for (const auto& part : payment.parts) {
                                         if (part.state == Part::State::failed) continue;
                                         ++answer.parts;
                                         answer.fee += part.fee;
                                     }
                                     answer.elapsed_ms = paid.elapsed_ms;
                                     return api::Answer(answer);
                                 },
                                 [&](const PaymentLost& lost) -> api::CommandResult {
                                     return fail(lost.problem);
                                 }},
                      payment.status);
}

namespace {

/// The same command again: it gets what the first one got, or waits with it. True when that is so.
bool repeated(Draft& draft, const api::CommandId& id, const PaymentHash& hash, const Scope& scope) {
    const PaymentPtr* const earlier = draft.payments.find(hash);
    if (earlier == nullptr || (*earlier)->command != id) return false;
    // Its time is over and somebody still holds its HTLCs: nothing would end the wait.
    const bool is_late = scope.monotonic_ms >= (*earlier)->deadline_ms && any_in_flight(**earlier);
    if (!std::holds_alternative<PaymentPending>((*earlier)->status) || (*earlier)->after_restart ||
        is_late) {
        draft.answer(id, outcome_of(**earlier));
        return true;
    }
    OutgoingPayment next = **earlier;
    if (std::find(next.waiting.begin(), next.waiting.end(), id) == next.waiting.end())
        next.waiting.push_back(id);
    draft.payments.put(hash, std::make_shared<const OutgoingPayment>(std::move(next)));
    return true;
}

/// Does another payment wait for room in one of these already?
bool is_waited_for(const Draft& draft, const std::vector<ChannelId>& channels) {
    bool found = false;
    draft.queued.for_each([&](std::uint64_t, const QueuedPayment& waiting) {
        found = found || std::any_of(channels.begin(), channels.end(), [&](const ChannelId& id) {
                    return std::find(waiting.channels.begin(), waiting.channels.end(), id) !=
                           waiting.channels.end();
                });
    });
    return found;
}

/// The first attempt of a payment, and its place among the others.
void begin(Draft& draft, const api::CommandId& id, OutgoingPayment payment, const Target& target,
           std::uint32_t timeout_seconds, const Scope& scope) {
    auto channels = channels_to(draft, target, scope.keys.node_id());
    // Behind those that wait for the same channels already, or it would overtake them.
    bool must_queue = draft.queued_now() > 0 && is_waited_for(draft, channels);
    if (!must_queue) {
        auto started = attempt(draft, payment, target, scope);
        if (!started &&
            !room_will_come(draft, payment, started.error(), target, scope.keys.node_id()))
            return draft.answer(id, fail(started.error()));
        must_queue = !started;
    }
    if (must_queue)
        draft.queue(draft.wallet.next_sequence,
                    QueuedPayment{target.payment_hash, std::move(channels)});
    const std::uint64_t wait_ms =
        std::uint64_t{std::min(timeout_seconds, longest_timeout_s)} * 1000;
    payment.payment_hash = target.payment_hash;
    payment.command = id;
    payment.sequence = draft.wallet.next_sequence++;
    payment.payee = target.payee;
    payment.amount = target.amount;
    payment.max_fee = target.max_fee;
    payment.created = scope.now;
    payment.created_ms = scope.monotonic_ms;
    payment.deadline_ms = scope.monotonic_ms + wait_ms;
    payment.waiting = {id};
    draft.effects.push_back(
        ports::ArmTimer{payment_timer(TimerKind::payment_deadline, target.payment_hash),
                        std::chrono::milliseconds(wait_ms)});
    draft.payments.put(target.payment_hash,
                       std::make_shared<const OutgoingPayment>(std::move(payment)));
}

}  // namespace

void on_pay(Draft& draft, const api::CommandId& id, const api::Pay& wish, const Scope& scope) {
    const auto refuse = [&](Problem problem) { draft.answer(id, fail(std::move(problem))); };
    const auto invoice = read_invoice(wish.text, &params_of(scope.config.network));
    if (!invoice) return refuse(invoice.error());
    const auto& hash = invoice->payment_hash;
    if (repeated(draft, id, hash, scope)) return;
    if (invoice->payee == scope.keys.node_id() || draft.incoming.contains(hash)) {
        return refuse(Problem{ProblemKind::own_invoice, {{"payment_hash", hash.hex()}}});
    }
    const PaymentPtr* const earlier = draft.payments.find(hash);
    if (auto problem = earlier_problem(earlier == nullptr ? nullptr : earlier->get()))
        return refuse(*std::move(problem));
    if (invoice->is_expired(scope.now)) {
        return refuse(Problem{ProblemKind::expired,
                              {{"since", std::to_string(invoice->expires_at().raw())}}});
    }
    if (auto problem = amount_problem(*invoice, wish.amount)) return refuse(*std::move(problem));
    const Msat amount = invoice->amount.value_or(wish.amount.value_or(Msat(0)));
    OutgoingPayment payment;
    payment.bolt11 = wish.text;
    if (const auto* const text = std::get_if<std::string>(&invoice->description))
        payment.description = *text;
    begin(draft, id, std::move(payment),
          target_of(*invoice, amount, wish.max_fee.value_or(payment::default_max_fee(amount))),
          wish.timeout_seconds, scope);
}

void on_keysend(Draft& draft, const api::CommandId& id, const api::Keysend& wish,
                const Scope& scope) {
    const auto refuse = [&](Problem problem) { draft.answer(id, fail(std::move(problem))); };
    if (wish.node_id == scope.keys.node_id()) {
        return refuse(Problem{ProblemKind::bad_request,
                              {{"field", "node_id"}, {"cause", "this is our own node"}}});
    }
    // Derived from the command's id: nobody else can guess it, and the same command can never pay
    // twice.
    const Secret32 secret = scope.keys.derive("keysend preimage", id.view());
    const wire::Preimage preimage(secret.reveal());
    const PaymentHash hash(crypto::sha256(preimage.view()).raw());
    if (repeated(draft, id, hash, scope)) return;
    if (wish.amount.is_zero())
        return refuse(Problem{ProblemKind::amount_too_small, {{"least", "1"}, {"unit", "msat"}}});
    const PaymentPtr* const earlier = draft.payments.find(hash);
    if (auto problem = earlier_problem(earlier == nullptr ? nullptr : earlier->get()))
        return refuse(*std::move(problem));
    OutgoingPayment payment;
    payment.keysend_preimage = preimage;
    begin(draft, id, std::move(payment),
          target_of_keysend(wish.node_id, wish.amount, hash, preimage), api::Pay{}.timeout_seconds,
          scope);
}

}  // namespace runnel::node
