// What becomes of payments under way: the preimage, failures read and judged, another attempt when
// nothing of the last is left anywhere, the deadline. Also the payments' timers and blocks.
#include "core/node/payments_send.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace runnel::node {

bool any_in_flight(const OutgoingPayment& payment) {
    return std::any_of(payment.parts.begin(), payment.parts.end(),
                       [](const Part& p) { return p.state == Part::State::in_flight; });
}

namespace {

using api::Problem;
using api::ProblemKind;

/// Most payments need one or two. A payee that lets every set time out at once would keep us busy
/// until the deadline.
constexpr std::uint32_t most_attempts = 12;

struct Failing {
    std::string code;
    std::uint32_t hop = 0;
};

/// Opens a failure with the secrets of the part's onion.
Failing read_failure(const Draft& draft, const Part& part, const channel::Removal* removal) {
    if (removal == nullptr)
        return {
            std::string(is_on_chain(draft, part.htlc.channel) ? timed_out_on_chain : never_sent),
            0};
    return std::visit(
        overloaded{
            [](const channel::Fulfilled&) { return Failing{}; },
            [&](const channel::FailedMalformed& r) {
                return Failing{std::string(onion::to_string(onion::code_of(
                                   onion::from_malformed(r.failure_code, r.sha256_of_onion)))),
                               0};
            },
            [&](const channel::Failed& r) {
                const auto session = crypto::PrivateKey::from(part.session_key);
                if (!session) return Failing{std::string(unattributable), 0};
                const auto secrets = onion::shared_secrets(*session, part.hops);
                if (!secrets) return Failing{std::string(unattributable), 0};
                const auto opened = onion::unwrap_failure(r.reason, *secrets);
                if (!opened) return Failing{std::string(unattributable), 0};
                return Failing{std::string(onion::to_string(onion::code_of(opened->failure))),
                               static_cast<std::uint32_t>(opened->hop)};
            }},
        *removal);
}

/// Is it the payee's last word? Its temporary troubles, and a set that never became complete, are
/// not.
bool is_final(const Part& part) {
    if (part.failed_hop + 1 != part.hops.size() || part.failure == unattributable ||
        part.failure == timed_out_on_chain || part.failure == never_sent)
        return false;
    return part.failure != onion::to_string(onion::FailureCode::mpp_timeout) &&
           part.failure.rfind("temporary_", 0) != 0;
}

struct Verdict {
    bool final = false;
    Problem problem;
};

/// What the failed parts of the last attempt together mean: the payee's word counts most,
/// mpp_timeout least, for it only says that another part failed.
Verdict judge(const OutgoingPayment& payment) {
    const std::uint32_t last = payment.parts.back().attempt;
    const Part* worst = nullptr;
    const auto weight = [](const Part& part) {
        if (is_final(part)) return 2;
        return part.failure == onion::to_string(onion::FailureCode::mpp_timeout) ? 0 : 1;
    };
    for (const auto& part : payment.parts) {
        if (part.attempt != last || part.state != Part::State::failed) continue;
        if (worst == nullptr || weight(part) > weight(*worst)) worst = &part;
    }
    if (worst == nullptr)
        return {true, Problem{ProblemKind::internal, {{"detail", "no failed part"}}}};
    const bool final = is_final(*worst);
    const bool by_payee = worst->failed_hop + 1 == worst->hops.size();
    Problem problem{final || (by_payee && weight(*worst) == 0) ? ProblemKind::payee_refused
                                                               : ProblemKind::payment_failed,
                    {{"code", worst->failure}}};
    if (worst->failure != unattributable && worst->failure != never_sent &&
        worst->failed_hop < worst->hops.size()) {
        problem.params["node"] = worst->hops[worst->failed_hop].hex();
    }
    return {final, std::move(problem)};
}

void put(Draft& draft, OutgoingPayment&& payment) {
    const PaymentHash hash = payment.payment_hash;
    draft.payments.put(hash, std::make_shared<const OutgoingPayment>(std::move(payment)));
}

void answer_waiting(Draft& draft, OutgoingPayment& payment, const api::CommandResult& result) {
    for (const auto& id : payment.waiting) draft.answer(id, result);
    payment.waiting.clear();
}

std::uint64_t elapsed_ms(const OutgoingPayment& payment, const Scope& scope) {
    if (!payment.after_restart)
        return scope.monotonic_ms - std::min(scope.monotonic_ms, payment.created_ms);
    const std::int64_t seconds = scope.now.raw() - payment.created.raw();
    return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds) * 1000;
}

/// Calls `use` with where a payment made earlier goes; why it cannot go any more, if so.
template <typename Use>
Result<void, Problem> with_target(const OutgoingPayment& payment, const Scope& scope, Use use) {
    if (!payment.bolt11.empty()) {
        const auto invoice = read_invoice(payment.bolt11, &params_of(scope.config.network));
        if (!invoice) return fail(invoice.error());
        if (invoice->is_expired(scope.now)) {
            return fail(Problem{ProblemKind::expired,
                                {{"since", std::to_string(invoice->expires_at().raw())}}});
        }
        return use(target_of(*invoice, payment.amount, payment.max_fee));
    }
    if (!payment.keysend_preimage)
        return fail(Problem{ProblemKind::internal, {{"detail", "no way to try again"}}});
    return use(target_of_keysend(payment.payee, payment.amount, payment.payment_hash,
                                 *payment.keysend_preimage));
}

/// The same payment once more, over other ways.
Result<void, Problem> try_again(Draft& draft, OutgoingPayment& payment, const Scope& scope) {
    return with_target(payment, scope, [&](const Target& target) {
        return attempt(draft, payment, target, scope);
    });
}

/// Found no room: is it still worth waiting for?
bool may_wait_on(const Draft& draft, const OutgoingPayment& payment, const Problem& problem,
                 const Scope& scope) {
    if (problem.kind != ProblemKind::insufficient_liquidity) return false;
    return with_target(
               payment, scope,
               [&](const Target& target) -> Result<void, Problem> {
                   if (room_will_come(draft, payment, problem, target, scope.keys.node_id()))
                       return {};
                   return fail(problem);
               })
        .has_value();
}

void lose(Draft& draft, OutgoingPayment&& payment, Problem problem, const Scope& scope) {
    payment.status = PaymentLost{problem, scope.now};
    answer_waiting(draft, payment, outcome_of(payment));
    draft.tell(api::PaymentFailed{payment.payment_hash, std::move(problem)});
    put(draft, std::move(payment));
}

/// A part failed. When it was the last in flight, the payment is tried again or lost.
void after_failure(Draft& draft, OutgoingPayment&& payment, const Scope& scope) {
    if (any_in_flight(payment) || !std::holds_alternative<PaymentPending>(payment.status))
        return put(draft, std::move(payment));
    auto verdict = judge(payment);
    const bool in_time = !payment.after_restart && scope.monotonic_ms < payment.deadline_ms;
    const bool may_try = in_time && payment.parts.back().attempt + 1 < most_attempts;
    if (!verdict.final && may_try && try_again(draft, payment, scope).has_value())
        return put(draft, std::move(payment));
    if (!verdict.final && !in_time && !payment.after_restart) {
        verdict.problem.kind = ProblemKind::timed_out;
    }
    lose(draft, std::move(payment), std::move(verdict.problem), scope);
}

/// The part of a payment of ours that this HTLC carries.
Part* part_of(OutgoingPayment& payment, const HtlcRef& htlc) {
    const auto at = std::find_if(payment.parts.begin(), payment.parts.end(),
                                 [&](const Part& part) { return part.htlc == htlc; });
    return at == payment.parts.end() ? nullptr : &*at;
}

bool carries(const Draft& draft, const PaymentHash& hash, const HtlcRef& htlc) {
    const PaymentPtr* const found = draft.payments.find(hash);
    if (found == nullptr) return false;
    const auto& parts = (*found)->parts;
    return std::any_of(parts.begin(), parts.end(),
                       [&](const Part& part) { return part.htlc == htlc; });
}

}  // namespace

void on_preimage(Draft& draft, const HtlcRef& outgoing, const PaymentHash& hash,
                 const wire::Preimage& preimage, const Scope& scope) {
    if (!carries(draft, hash, outgoing)) {
        if (!forward_preimage(draft, outgoing, preimage, scope)) {
            draft.log(LogLevel::unusual, fmt::format("preimage of nobody channel={} id={}",
                                                     outgoing.channel.hex(), outgoing.id.raw()));
        }
        return;
    }
    const PaymentPtr& before = *draft.payments.find(hash);
    const bool paid = std::holds_alternative<PaymentPaid>(before->status);
    OutgoingPayment payment = *before;
    Part* const part = part_of(payment, outgoing);
    if (paid && part->state == Part::State::fulfilled) return;
    part->state = Part::State::fulfilled;
    if (!paid) {
        // The proof is durable before anybody hears of it: record and answer are of one turn.
        payment.status = PaymentPaid{preimage, scope.now, elapsed_ms(payment, scope)};
        answer_waiting(draft, payment, outcome_of(payment));
        Msat fee;
        for (const auto& p : payment.parts) {
            if (p.state != Part::State::failed) fee += p.fee;
        }
        draft.tell(api::PaymentSent{hash, payment.amount, fee});
    }
    put(draft, std::move(payment));
}

void on_outgoing_removed(Draft& draft, const HtlcRef& outgoing, const PaymentHash& hash,
                         const channel::Removal* removal, const Scope& scope) {
    if (!carries(draft, hash, outgoing)) {
        const bool is_fulfilled =
            removal != nullptr && std::holds_alternative<channel::Fulfilled>(*removal);
        // A forward ends with its incoming HTLC, and the payer's side may be quicker to let go: the
        // preimage was passed on when it came, and there is nothing more to do.
        if (!forward_removed(draft, outgoing, removal, scope) && !is_fulfilled) {
            draft.log(LogLevel::unusual, fmt::format("htlc of nobody channel={} id={}",
                                                     outgoing.channel.hex(), outgoing.id.raw()));
        }
        return;
    }
    if (removal != nullptr) {
        if (const auto* const fulfilled = std::get_if<channel::Fulfilled>(removal)) {
            return on_preimage(draft, outgoing, hash, fulfilled->payment_preimage, scope);
        }
    }
    OutgoingPayment payment = **draft.payments.find(hash);
    Part* const part = part_of(payment, outgoing);
    if (part->state != Part::State::in_flight) return;
    auto failing = read_failure(draft, *part, removal);
    part->state = Part::State::failed;
    part->failure = std::move(failing.code);
    part->failed_hop = failing.hop;
    // The id is free for another HTLC: what is said of that one is not this part's.
    if (part->failure == never_sent) part->htlc = HtlcRef{};
    draft.log(LogLevel::info, fmt::format("part failed hash={} channel={} id={} hop={} code={}",
                                          hash.hex(), outgoing.channel.hex(), outgoing.id.raw(),
                                          part->failed_hop, part->failure));
    after_failure(draft, std::move(payment), scope);
}

void payment_deadline(Draft& draft, const PaymentHash& hash, const Scope& scope) {
    const PaymentPtr& before = *draft.payments.find(hash);
    if (!std::holds_alternative<PaymentPending>(before->status) || before->after_restart ||
        before->waiting.empty())
        return;
    if (scope.monotonic_ms < before->deadline_ms) return;
    OutgoingPayment payment = *before;
    if (!any_in_flight(payment)) {
        // Those behind it were never tried, and for them there may be room already: without this
        // each would wait until its own time is over.
        draft.unqueue(payment.sequence);
        draft.room_made = true;
        return lose(draft, std::move(payment),
                    Problem{ProblemKind::timed_out, {{"what", "room in a channel"}}}, scope);
    }
    // Its HTLCs are still held by somebody: the outcome is open, and paying again could pay twice.
    answer_waiting(draft, payment, api::Answer(api::StillInFlight{hash}));
    put(draft, std::move(payment));
}

void payments_on_room(Draft& draft, const Scope& scope) {
    if (draft.queued_now() == 0) return;
    std::vector<std::pair<std::uint64_t, QueuedPayment>> waiting;
    draft.queued.for_each([&](std::uint64_t sequence, const QueuedPayment& payment) {
        waiting.emplace_back(sequence, payment);
    });
    // Channels in which the first that waited found no room: those behind it wait their turn.
    std::set<ChannelId> full;
    for (const auto& [sequence, queued] : waiting) {
        const PaymentPtr* const found = draft.payments.find(queued.hash);
        // Whatever became of it since: an HTLC of it in flight must never be joined by another.
        if (found == nullptr || (*found)->sequence != sequence || any_in_flight(**found) ||
            !std::holds_alternative<PaymentPending>((*found)->status)) {
            draft.unqueue(sequence);
            continue;
        }
        if (std::any_of(queued.channels.begin(), queued.channels.end(),
                        [&](const ChannelId& id) { return full.contains(id); }))
            continue;
        OutgoingPayment payment = **found;
        auto started = try_again(draft, payment, scope);
        if (!started && may_wait_on(draft, payment, started.error(), scope)) {
            full.insert(queued.channels.begin(), queued.channels.end());
            continue;
        }
        draft.unqueue(sequence);
        if (started) {
            put(draft, std::move(payment));
        } else {
            lose(draft, std::move(payment), started.error(), scope);
        }
    }
}

void payments_on_timer(Draft& draft, std::uint64_t timer, const Scope& scope) {
    if (kind_of(timer) == TimerKind::payment_deadline) {
        for (const auto& hash : hashes_of_timer(draft.payments, draft.base.payments, timer))
            payment_deadline(draft, hash, scope);
    } else if (kind_of(timer) == TimerKind::mpp_timeout) {
        for (const auto& hash : hashes_of_timer(draft.incoming, draft.base.incoming, timer))
            mpp_timed_out(draft, hash, scope);
    }
}

namespace {

/// Can nothing that is, or will be, in the chain hold an HTLC of this channel's that its
/// commitments know nothing of?
bool holds_nothing(const Draft& draft, const ChannelId& id) {
    const ChannelPtr* const found = draft.channels.find(id);
    // A channel that had a part was confirmed, and such a one is never forgotten: if it is not
    // there its record was lost, and the HTLC may be paid all the same.
    if (found == nullptr) return id.is_zero();
    // Settled is not over: a reorg could let another commitment confirm.
    const auto* const closed = std::get_if<channel::Closed>(&(*found)->state);
    if (closed == nullptr) return false;
    // What is in a commitment of theirs that we could not read is theirs to take until it expires,
    // and the longest expiry that we ever offer is counted from before the close.
    return closed->how != "theirs" || draft.tip.height > closed->height + payment::max_route_delta;
}

/// A part of which its channel says nothing (a record that was lost, a bug) would be in flight for
/// ever, and its payment neither paid nor free to be paid again: it is given up once the chain has
/// spoken.
void fail_orphaned_parts(Draft& draft, const Scope& scope) {
    std::vector<std::pair<PaymentHash, HtlcRef>> orphans;
    std::map<ChannelId, bool> over;
    draft.payments.for_each([&](const PaymentHash& hash, const PaymentPtr& payment) {
        for (const auto& part : payment->parts) {
            if (part.state != Part::State::in_flight) continue;
            const auto [at, is_new] = over.try_emplace(part.htlc.channel, false);
            if (is_new) at->second = holds_nothing(draft, part.htlc.channel);
            if (at->second) orphans.emplace_back(hash, part.htlc);
        }
    });
    for (const auto& [hash, htlc] : orphans) {
        draft.log(LogLevel::unusual,
                  fmt::format("part without an HTLC given up hash={} channel={} id={}", hash.hex(),
                              htlc.channel.hex(), htlc.id.raw()));
        on_outgoing_removed(draft, htlc, hash, nullptr, scope);
    }
}

}  // namespace

void payments_on_block(Draft& draft, const Scope& scope) {
    fail_orphaned_parts(draft, scope);
    fail_expiring_sets(draft);
    weigh_sets_again(draft, scope);
    fail_expired_forwards(draft);
}

void payments_on_usable(Draft& draft, const ChannelId& id, const Scope& scope) {
    const ChannelPtr* const found = draft.channels.find(id);
    if (found == nullptr) return;
    const auto* const funded = channel::funded_of((*found)->state);
    if (funded == nullptr) return;
    // Payments of ours never wait for a channel, but for room in one, and this one may have it.
    // HTLCs to us may have been decided while it could not be told to the peer.
    draft.room_made = draft.room_made || channel::is_usable(**found);
    std::vector<HtlcId> open;
    for (const auto& entry : funded->commitments.htlcs()) {
        if (entry.htlc.offered_by == channel::Party::theirs &&
            entry.stage == channel::Stage::locked_in)
            open.push_back(entry.htlc.id);
    }
    for (const auto htlc : open) on_incoming_locked_in(draft, id, htlc, scope);
}

void resume_payments(const State& state, std::vector<ports::Effect>& out) {
    // Sets that were waiting when the process ended get their time once more.
    for (const auto& [hash, incoming] : state.incoming) {
        if (incoming->parts.empty() || !std::holds_alternative<InvoiceOpen>(incoming->status))
            continue;
        out.push_back(ports::ArmTimer{payment_timer(TimerKind::mpp_timeout, hash),
                                      std::chrono::milliseconds(mpp_patience_ms)});
    }
}

}  // namespace runnel::node
