// HTLCs offered to us: opened, then taken for an invoice or a keysend, passed on, or failed. Sets
// of parts wait here for their last one. What was decided is a record, so that deciding again after
// a restart gives the same.
#include "core/crypto/hash.h"
#include "core/node/payments_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace runnel::node {

namespace {

/// Blocks that a payer's view of the chain may be behind ours.
constexpr std::uint32_t height_tolerance = 3;

bool takes_answers(const Draft& draft, const ChannelId& id) {
    const ChannelPtr* const found = draft.channels.find(id);
    return found != nullptr && (std::holds_alternative<channel::Normal>((*found)->state) ||
                                std::holds_alternative<channel::ShuttingDown>((*found)->state));
}

/// Proposes to the channel and sends when it speaks: otherwise reestablishing sends it, in its
/// order.
template <typename Propose>
bool propose(Draft& draft, const HtlcRef& ref, Propose propose_to) {
    if (!takes_answers(draft, ref.channel)) return false;
    channel::Channel* const channel = draft.edit_channel(ref.channel);
    Result<wire::Message, channel::ChannelFault> message = propose_to(*channel);
    if (!message) {
        if (message.error().kind != channel::FaultKind::already_removed) {
            draft.log(LogLevel::unusual,
                      fmt::format("htlc not answered channel={} id={} fault={}", ref.channel.hex(),
                                  ref.id.raw(), describe(message.error())));
        }
        return false;
    }
    draft.dirty.insert(ref.channel);
    if (channel->link == channel::Link::online) draft.send(channel->peer, *std::move(message));
    return true;
}

bool hashes_to(const wire::Preimage& preimage, const PaymentHash& hash) {
    return equal_constant_time(crypto::sha256(preimage.view()).view(), hash.view());
}

void put(Draft& draft, IncomingPayment&& incoming) {
    const PaymentHash hash = incoming.payment_hash;
    draft.incoming.put(hash, std::make_shared<const IncomingPayment>(std::move(incoming)));
}

/// Fails every part of an incomplete set. What a keysend that never became complete leaves is
/// forgotten with it.
void fail_set(Draft& draft, const PaymentHash& hash, const onion::Failure& failure) {
    const IncomingPtr incoming = *draft.incoming.find(hash);
    for (const auto& part : incoming->parts)
        fail_incoming(draft, part.htlc, part.shared_secret, failure);
    if (incoming->bolt11.empty()) {
        draft.incoming.erase(hash);
        return;
    }
    IncomingPayment next = *incoming;
    next.parts.clear();
    put(draft, std::move(next));
}

onion::Failure unknown_details(const Draft& draft, Msat amount) {
    return onion::IncorrectOrUnknownPaymentDetails{amount, draft.tip.height};
}

bool is_more_than_twice(Msat paid, Msat asked) { return sub_or_zero(paid, asked) > asked; }

/// Complete: the preimage is given away for every part in the turn that records it.
void take_set(Draft& draft, IncomingPayment&& next, Msat received, const Scope& scope) {
    next.status = InvoicePaid{received, scope.now};
    const PaymentHash hash = next.payment_hash;
    for (const auto& part : next.parts) fulfil_incoming(draft, part.htlc, next.preimage);
    draft.tell(api::PaymentReceived{hash, received});
    put(draft, std::move(next));
}

void arm_mpp_timer(Draft& draft, const PaymentHash& hash, std::uint64_t milliseconds) {
    draft.effects.push_back(ports::ArmTimer{payment_timer(TimerKind::mpp_timeout, hash),
                                            std::chrono::milliseconds(milliseconds)});
}

/// What a set is worth now. A part over a funding transaction that a reorg removed counts for
/// nothing: it may never come back, and then the part could not be claimed. Until it does, the set
/// is as if the part were still under way. A part of a channel that is on the chain counts for
/// nothing either: the preimage goes to the other parts at once, and this one the payer may yet
/// take back.
Msat worth_of(const Draft& draft, const std::vector<ReceivedPart>& parts) {
    Msat sum;
    for (const auto& part : parts) {
        const ChannelPtr* const channel = draft.channels.find(part.htlc.channel);
        const auto* const funded =
            channel == nullptr ? nullptr : channel::funded_of((*channel)->state);
        if (funded == nullptr || !funded->confirmation) continue;
        if (!takes_answers(draft, part.htlc.channel)) continue;
        sum = add(sum, part.amount).value_or(Msat(UINT64_MAX));
    }
    return sum;
}

/// Takes the set if it is whole, or fails it if it is too much. False when it goes on waiting.
bool weigh_set(Draft& draft, IncomingPayment&& next, const Scope& scope) {
    const Msat total = next.parts.back().total;
    const Msat sum = worth_of(draft, next.parts);
    if (sum < total) {
        put(draft, std::move(next));
        return false;
    }
    // More than twice of what was asked is more than a payer's privacy needs (BOLT 4): somebody
    // made a mistake, the money goes back.
    if (is_more_than_twice(sum, next.amount.value_or(total))) {
        const PaymentHash hash = next.payment_hash;
        const Msat last = next.parts.back().amount;
        put(draft, std::move(next));
        fail_set(draft, hash, unknown_details(draft, last));
        return true;
    }
    take_set(draft, std::move(next), sum, scope);
    return true;
}

/// A part whose channel went to the chain meanwhile is no part of the set any more: whether it can
/// be claimed is uncertain.
void strip_lost_parts(const Draft& draft, IncomingPayment& incoming) {
    auto& parts = incoming.parts;
    const auto is_lost = [&](const ReceivedPart& part) {
        return !takes_answers(draft, part.htlc.channel);
    };
    parts.erase(std::remove_if(parts.begin(), parts.end(), is_lost), parts.end());
}

/// Adds a part that was found in order to the set of its invoice, of which only parts that count
/// are left.
void add_part(Draft& draft, IncomingPayment&& next, const ReceivedPart& part, const Scope& scope) {
    const bool first = next.parts.empty();
    const PaymentHash hash = next.payment_hash;
    next.parts.push_back(part);
    if (!weigh_set(draft, std::move(next), scope) && first)
        arm_mpp_timer(draft, hash, mpp_patience_ms);
}

/// A keysend: nobody was asked, the payer brought the preimage.
std::optional<IncomingPayment> keysend_of(const PeeledHtlc& htlc,
                                          const onion::FinalPayload& payload, const Scope& scope) {
    if (!payload.keysend_preimage || !hashes_to(*payload.keysend_preimage, htlc.htlc.payment_hash))
        return std::nullopt;
    // Without a secret nothing binds parts together: a forwarder could add its own (BOLT 4).
    if (!payload.payment_data && htlc.htlc.amount_msat < payload.total()) return std::nullopt;
    IncomingPayment made;
    made.payment_hash = htlc.htlc.payment_hash;
    made.amount = payload.total();
    if (payload.payment_data) made.payment_secret = payload.payment_data->payment_secret;
    made.preimage = *payload.keysend_preimage;
    made.created = scope.now;
    made.expires =
        UnixTime(scope.now.raw() + static_cast<std::int64_t>(2 * mpp_patience_ms / 1000));
    made.min_final_cltv_expiry_delta = least_blocks_left.raw();
    return made;
}

/// Does what the payer wrote fit what we asked for? Every wrong answer is the same to a forwarder
/// who guesses.
bool fits(const IncomingPayment& asked, const PeeledHtlc& htlc, const onion::FinalPayload& payload,
          const Draft& draft, const Scope& scope) {
    const bool is_keysend = asked.bolt11.empty();
    if (std::holds_alternative<InvoicePaid>(asked.status) || scope.now > asked.expires)
        return false;
    if (payload.keysend_preimage && !hashes_to(*payload.keysend_preimage, asked.payment_hash))
        return false;
    if (payload.payment_data) {
        if (!(payload.payment_data->payment_secret == asked.payment_secret)) return false;
    } else if (!is_keysend || !asked.parts.empty()) {
        return false;
    }
    const Msat total = payload.total();
    if (total.is_zero()) return false;
    if (asked.amount && (total < *asked.amount || is_more_than_twice(total, *asked.amount)))
        return false;
    const std::uint32_t wanted = std::max(
        least_blocks_left.raw(), asked.min_final_cltv_expiry_delta -
                                     std::min(asked.min_final_cltv_expiry_delta, height_tolerance));
    return htlc.htlc.cltv_expiry >= (draft.tip.height + BlockDelta(wanted)).raw();
}

}  // namespace

std::optional<channel::HtlcEntry> incoming_entry(const Draft& draft, const HtlcRef& ref) {
    const ChannelPtr* const found = draft.channels.find(ref.channel);
    if (found == nullptr) return std::nullopt;
    const auto* const funded = channel::funded_of((*found)->state);
    if (funded == nullptr) return std::nullopt;
    const auto* const entry = funded->commitments.find(channel::Party::theirs, ref.id);
    if (entry == nullptr) return std::nullopt;
    return *entry;
}

bool fulfil_incoming(Draft& draft, const HtlcRef& ref, const wire::Preimage& preimage) {
    return propose(draft, ref,
                   [&](channel::Channel& c) { return channel::fulfill_htlc(c, ref.id, preimage); });
}

bool fail_incoming(Draft& draft, const HtlcRef& ref, const Secret32& shared_secret,
                   const onion::Failure& failure) {
    draft.log(LogLevel::debug,
              fmt::format("htlc failed channel={} id={} code={}", ref.channel.hex(), ref.id.raw(),
                          onion::to_string(onion::code_of(failure))));
    return fail_incoming_with(draft, ref, onion::seal_failure(shared_secret, failure));
}

bool fail_incoming_with(Draft& draft, const HtlcRef& ref, Bytes reason) {
    return propose(draft, ref, [&](channel::Channel& c) {
        return channel::fail_htlc(c, ref.id, std::move(reason));
    });
}

bool fail_incoming_malformed(Draft& draft, const HtlcRef& ref, const Hash256& sha256_of_onion,
                             onion::FailureCode code) {
    return propose(draft, ref, [&](channel::Channel& c) {
        return channel::fail_malformed_htlc(c, ref.id, sha256_of_onion,
                                            static_cast<std::uint16_t>(code));
    });
}

std::uint64_t payment_timer(TimerKind kind, const PaymentHash& hash) {
    std::uint64_t what = 0;
    for (std::size_t i = 0; i < 7; ++i) what = what << 8 | hash.raw()[i];
    return timer_of(kind, what);
}

void on_incoming_locked_in(Draft& draft, const ChannelId& id, HtlcId htlc_id, const Scope& scope) {
    const HtlcRef ref{id, htlc_id};
    const auto entry = incoming_entry(draft, ref);
    if (!entry || entry->stage != channel::Stage::locked_in) return;
    // On the chain, or without updates for another reason: no answer can be given, so nothing is
    // decided. To take it into a set would give the preimage away for what may never be ours, and
    // to pass it on would pay for what its payer can take back.
    if (!takes_answers(draft, id)) return;
    const auto& hash = entry->htlc.payment_hash;

    // Decided before: by the HTLC's own name, never by hash and amount, which two HTLCs may share.
    if (const Forward* const forward = draft.forwards.find(ref)) {
        if (forward->preimage) fulfil_incoming(draft, ref, *forward->preimage);
        return;
    }
    if (const IncomingPtr* const known = draft.incoming.find(hash)) {
        const IncomingPtr incoming = *known;
        for (const auto& part : incoming->parts) {
            if (part.htlc != ref) continue;
            if (std::holds_alternative<InvoicePaid>(incoming->status))
                fulfil_incoming(draft, ref, incoming->preimage);
            return;
        }
    }

    // Inside a blinded path, which we never offered: one answer for everything (BOLT 2,
    // "update_fail_malformed_htlc").
    if (entry->blinded_path) {
        fail_incoming_malformed(draft, ref, crypto::sha256(entry->onion.view()),
                                onion::FailureCode::invalid_onion_blinding);
        return;
    }
    const auto peeled =
        onion::peel([&](const crypto::PublicKey& key) { return scope.keys.node_ecdh(key); },
                    entry->onion, hash.view());
    if (!peeled) {
        std::visit(overloaded{[&](const onion::BadOnion& bad) {
                                  fail_incoming_malformed(draft, ref, bad.sha256_of_onion,
                                                          bad.code);
                              },
                              [&](const onion::BadPacking& bad) {
                                  fail_incoming(draft, ref, bad.shared_secret,
                                                onion::InvalidOnionPayload{});
                              }},
                   peeled.error());
        return;
    }
    const PeeledHtlc htlc{ref, entry->htlc, Hash256{}, peeled->shared_secret};
    const auto refuse = [&](const onion::PayloadError& error) {
        fail_incoming(draft, ref, peeled->shared_secret,
                      onion::to_failure(error, crypto::sha256(entry->onion.view())));
    };
    // A peer that closes by force burns everything without an output: beyond a limit such HTLCs are
    // not worth a preimage. And over a funding transaction that a reorg removed, and that may never
    // come back, nothing is paid at all.
    const auto& funded = *channel::funded_of((*draft.channels.find(id))->state);
    if (!funded.confirmation || funded.commitments.is_beyond_dust_limit(*entry)) {
        fail_incoming(draft, ref, peeled->shared_secret, onion::TemporaryChannelFailure{{}});
        return;
    }
    // Not synced, or the chain is gone: whether an HTLC can still be claimed in time is unknown, so
    // none is taken. Nor with a disk that is nearly full: what is left of it is for what must end.
    const bool takes_none = chain_problem(draft, scope, true).has_value() || scope.disk_low;
    if (peeled->is_final()) {
        const auto payload = onion::decode_final_payload(peeled->payload);
        if (!payload) return refuse(payload.error());
        if (takes_none)
            return void(
                fail_incoming(draft, ref, peeled->shared_secret, onion::TemporaryNodeFailure{}));
        return receive_final(draft, htlc, *payload, scope);
    }
    const auto payload = onion::decode_forward_payload(peeled->payload);
    if (!payload) return refuse(payload.error());
    if (takes_none)
        return void(
            fail_incoming(draft, ref, peeled->shared_secret, onion::TemporaryNodeFailure{}));
    forward_htlc(draft, htlc, *payload, *peeled->next, scope);
}

void receive_final(Draft& draft, const PeeledHtlc& htlc, const onion::FinalPayload& payload,
                   const Scope& scope) {
    const Msat amount = htlc.htlc.amount_msat;
    const BlockHeight expiry(htlc.htlc.cltv_expiry);
    const auto refuse = [&](const onion::Failure& failure) {
        fail_incoming(draft, htlc.ref, htlc.shared_secret, failure);
    };
    // The last forwarder kept too much, or too many blocks (BOLT 4, "Payload for the Last Node").
    if (amount < payload.amt_to_forward) return refuse(onion::FinalIncorrectHtlcAmount{amount});
    if (expiry < payload.outgoing_cltv_value)
        return refuse(onion::FinalIncorrectCltvExpiry{expiry});

    const IncomingPtr* const found = draft.incoming.find(htlc.htlc.payment_hash);
    std::optional<IncomingPayment> asked;
    if (found == nullptr) {
        asked = keysend_of(htlc, payload, scope);
    } else if (std::holds_alternative<InvoiceOpen>((*found)->status)) {
        asked = **found;
        // First: what this payer sends is measured by parts that still count, not by what somebody
        // else has left in a channel that is on the chain.
        strip_lost_parts(draft, *asked);
    }
    if (!asked || !fits(*asked, htlc, payload, draft, scope))
        return refuse(unknown_details(draft, amount));
    const ReceivedPart part{htlc.ref,          amount, expiry, payload.total(), htlc.shared_secret,
                            scope.monotonic_ms};
    // Parts of one payment agree on its total; these do not, so the whole set is one payer's
    // mistake (BOLT 4).
    const bool differs = std::any_of(asked->parts.begin(), asked->parts.end(),
                                     [&](const ReceivedPart& p) { return p.total != part.total; });
    if (differs) {
        refuse(unknown_details(draft, amount));
        return fail_set(draft, htlc.htlc.payment_hash, unknown_details(draft, amount));
    }
    if (found == nullptr) asked->sequence = draft.wallet.next_sequence++;
    add_part(draft, *std::move(asked), part, scope);
}

void mpp_timed_out(Draft& draft, const PaymentHash& hash, const Scope& scope) {
    const IncomingPtr* const found = draft.incoming.find(hash);
    if (found == nullptr || (*found)->parts.empty() ||
        !std::holds_alternative<InvoiceOpen>((*found)->status))
        return;
    std::uint64_t since = UINT64_MAX;
    for (const auto& part : (*found)->parts) since = std::min(since, part.since_ms);
    // A younger set of the same invoice, or what is left of one whose first part went to the chain.
    if (scope.monotonic_ms < since + mpp_patience_ms) {
        arm_mpp_timer(draft, hash, since + mpp_patience_ms - scope.monotonic_ms);
        return;
    }
    fail_set(draft, hash, onion::MppTimeout{});
}

void fail_expiring_sets(Draft& draft) {
    std::vector<PaymentHash> late;
    draft.channels.for_each([&](const ChannelId& id, const ChannelPtr& channel) {
        const auto* const funded = channel::funded_of(channel->state);
        if (funded == nullptr) return;
        for (const auto& entry : funded->commitments.htlcs()) {
            if (entry.htlc.offered_by != channel::Party::theirs ||
                entry.stage != channel::Stage::locked_in)
                continue;
            if (draft.tip.height + least_blocks_left < BlockHeight(entry.htlc.cltv_expiry))
                continue;
            const IncomingPtr* const incoming = draft.incoming.find(entry.htlc.payment_hash);
            if (incoming == nullptr || !std::holds_alternative<InvoiceOpen>((*incoming)->status))
                continue;
            // Of the set, not only of its hash: anybody may send an HTLC of a hash that he knows.
            const HtlcRef ref{id, entry.htlc.id};
            const auto& parts = (*incoming)->parts;
            if (std::any_of(parts.begin(), parts.end(),
                            [&](const ReceivedPart& part) { return part.htlc == ref; }))
                late.push_back(entry.htlc.payment_hash);
        }
    });
    for (const auto& hash : late) {
        const IncomingPtr* const incoming = draft.incoming.find(hash);
        if (incoming != nullptr && !(*incoming)->parts.empty())
            fail_set(draft, hash, onion::MppTimeout{});
    }
}

void on_incoming_removed(Draft& draft, const HtlcRef& incoming, const PaymentHash& hash,
                         const Scope&) {
    erase_forward(draft, incoming);
    const IncomingPtr* const found = draft.incoming.find(hash);
    // A paid invoice keeps its parts: they say how it was paid.
    if (found == nullptr || !std::holds_alternative<InvoiceOpen>((*found)->status)) return;
    const auto& parts = (*found)->parts;
    const auto at = std::find_if(parts.begin(), parts.end(),
                                 [&](const ReceivedPart& p) { return p.htlc == incoming; });
    if (at == parts.end()) return;
    IncomingPayment next = **found;
    next.parts.erase(next.parts.begin() + (at - parts.begin()));
    if (next.parts.empty() && next.bolt11.empty()) return draft.incoming.erase(hash);
    put(draft, std::move(next));
}

void weigh_sets_again(Draft& draft, const Scope& scope) {
    // As for new parts: not while it is unknown how high the chain is.
    if (scope.disk_low || chain_problem(draft, scope, true)) return;
    std::set<PaymentHash> waiting;
    draft.channels.for_each([&](const ChannelId&, const ChannelPtr& channel) {
        const auto* const funded = channel::funded_of(channel->state);
        if (funded == nullptr || !takes_answers(draft, channel->id)) return;
        for (const auto& entry : funded->commitments.htlcs()) {
            const bool is_locked_in = entry.htlc.offered_by == channel::Party::theirs &&
                                      entry.stage == channel::Stage::locked_in;
            if (is_locked_in) waiting.insert(entry.htlc.payment_hash);
        }
    });
    for (const auto& hash : waiting) {
        const IncomingPtr* const found = draft.incoming.find(hash);
        if (found == nullptr || (*found)->parts.empty() ||
            !std::holds_alternative<InvoiceOpen>((*found)->status))
            continue;
        const auto& parts = (*found)->parts;
        const bool all_answer = std::all_of(parts.begin(), parts.end(), [&](const ReceivedPart& p) {
            return takes_answers(draft, p.htlc.channel);
        });
        if (!all_answer || worth_of(draft, parts) < parts.back().total) continue;
        IncomingPayment next = **found;
        weigh_set(draft, std::move(next), scope);
    }
}

std::optional<wire::Preimage> known_preimage(const Draft& draft, const HtlcRef& incoming,
                                             const PaymentHash& hash) {
    if (const Forward* const forward = draft.forwards.find(incoming)) return forward->preimage;
    const IncomingPtr* const found = draft.incoming.find(hash);
    if (found == nullptr || !std::holds_alternative<InvoicePaid>((*found)->status))
        return std::nullopt;
    const auto& parts = (*found)->parts;
    const bool ours = std::any_of(parts.begin(), parts.end(),
                                  [&](const ReceivedPart& p) { return p.htlc == incoming; });
    return ours ? std::optional((*found)->preimage) : std::nullopt;
}

}  // namespace runnel::node
