#include "core/channel/commitments.h"

#include "core/channel/store.h"
#include "core/crypto/hash.h"

#include <algorithm>

namespace runnel::channel {

namespace {

constexpr std::uint32_t cltv_is_time = 500'000'000;

ChannelFault fault(FaultKind kind, std::uint64_t got = 0, std::uint64_t limit = 0) {
    return ChannelFault{kind, got, limit, {}};
}

int number(Stage stage) { return static_cast<int>(stage); }

bool before(const HtlcEntry& entry, Party offered_by, HtlcId id) {
    if (entry.htlc.offered_by != offered_by) return entry.htlc.offered_by < offered_by;
    return entry.htlc.id < id;
}

}  // namespace

Commitments::Commitments(ChannelParams params, FeeratePerKw feerate, Msat ours, Msat theirs,
                         crypto::PublicKey their_first_point, ports::CommitmentSignatures our_first)
    : m_params(std::make_shared<const ChannelParams>(std::move(params))),
      m_feerate(feerate),
      m_ours(ours),
      m_theirs(theirs),
      m_local_signatures(std::move(our_first)),
      m_remote_point(their_first_point),
      m_remote_next(NoPointYet{}),
      m_revealed(std::make_shared<const crypto::ShaChain>()) {}

// What a commitment holds ------------------------------------------------------------------------

bool Commitments::holds(const HtlcEntry& entry, Party broadcaster, View view) const {
    const int shift = static_cast<int>(view);
    const bool offerers = entry.htlc.offered_by == broadcaster;
    const int enters = number(offerers ? Stage::add_ack_signed : Stage::add_signed) + shift;
    return number(entry.stage) >= enters && !is_gone(entry, broadcaster, view);
}

bool Commitments::is_gone(const HtlcEntry& entry, Party broadcaster, View view) const {
    const bool offerers = entry.htlc.offered_by == broadcaster;
    const int leaves =
        number(offerers ? Stage::remove_signed : Stage::remove_ack_signed) + static_cast<int>(view);
    return number(entry.stage) >= leaves;
}

FeeratePerKw Commitments::feerate(Party broadcaster, View view) const {
    const int enters = (broadcaster == m_params->funder ? 3 : 1) + static_cast<int>(view);
    FeeratePerKw latest = m_feerate;
    for (const auto& change : m_fees) {
        if (change.step >= enters) latest = change.feerate_per_kw;
    }
    return latest;
}

CommitmentSpec Commitments::spec(Party broadcaster, View view) const {
    CommitmentSpec out;
    out.htlcs.reserve(m_htlcs.size());
    for (const auto& entry : m_htlcs) {
        if (holds(entry, broadcaster, view)) out.htlcs.push_back(entry.htlc);
    }
    // Sums first: what was just received may be on its way out again, so the parts may be below
    // zero and the whole never is.
    const Totals sums = totals(broadcaster, view);
    if (sums.ours < 0 || sums.theirs < 0) amount_overflow();
    out.feerate_per_kw = sums.feerate;
    out.to_ours = Msat(static_cast<std::uint64_t>(sums.ours));
    out.to_theirs = Msat(static_cast<std::uint64_t>(sums.theirs));
    return out;
}

CommitmentSpec Commitments::remote_spec() const {
    const bool outstanding = std::holds_alternative<AwaitingRevocation>(m_remote_next);
    return spec(Party::theirs, outstanding ? View::prior : View::latest);
}

std::optional<CommitmentSpec> Commitments::remote_next_spec() const {
    if (!std::holds_alternative<AwaitingRevocation>(m_remote_next)) return std::nullopt;
    return spec(Party::theirs, View::latest);
}

Commitments::Totals Commitments::totals(Party broadcaster, View view) const {
    Totals out;
    out.ours = static_cast<std::int64_t>(m_ours.raw());
    out.theirs = static_cast<std::int64_t>(m_theirs.raw());
    out.feerate = feerate(broadcaster, view);
    const Sat dust = m_params->terms(broadcaster).dust_limit_satoshis;
    for (const auto& entry : m_htlcs) {
        const auto amount = static_cast<std::int64_t>(entry.htlc.amount_msat.raw());
        auto& offerer = entry.htlc.offered_by == Party::ours ? out.ours : out.theirs;
        auto& receiver = entry.htlc.offered_by == Party::ours ? out.theirs : out.ours;
        if (holds(entry, broadcaster, view)) {
            offerer -= amount;
            if (!is_dust(entry.htlc, broadcaster, dust)) ++out.untrimmed;
        } else if (is_gone(entry, broadcaster, view) && entry.removal &&
                   std::holds_alternative<Fulfilled>(*entry.removal)) {
            offerer -= amount;
            receiver += amount;
        }
    }
    return out;
}

const HtlcEntry* Commitments::find(Party offered_by, HtlcId id) const {
    const auto at = std::lower_bound(
        m_htlcs.begin(), m_htlcs.end(), id,
        [&](const HtlcEntry& entry, HtlcId wanted) { return before(entry, offered_by, wanted); });
    const bool found =
        at != m_htlcs.end() && at->htlc.offered_by == offered_by && at->htlc.id == id;
    return found ? &*at : nullptr;
}

HtlcEntry* Commitments::find_entry(Party offered_by, HtlcId id) {
    return const_cast<HtlcEntry*>(std::as_const(*this).find(offered_by, id));
}

// Limits -----------------------------------------------------------------------------------------

std::size_t Commitments::in_flight_count(Party offered_by) const {
    return static_cast<std::size_t>(
        std::count_if(m_htlcs.begin(), m_htlcs.end(), [&](const HtlcEntry& entry) {
            return entry.htlc.offered_by == offered_by &&
                   !is_gone(entry, other(offered_by), View::next);
        }));
}

Msat Commitments::in_flight_value(Party offered_by) const {
    Msat sum;
    for (const auto& entry : m_htlcs) {
        if (entry.htlc.offered_by == offered_by && !is_gone(entry, other(offered_by), View::next)) {
            sum += entry.htlc.amount_msat;
        }
    }
    return sum;
}

bool Commitments::is_dust_on(Party broadcaster, Party offerer, Msat amount) const {
    Htlc htlc;
    htlc.offered_by = offerer;
    htlc.amount_msat = amount;
    return is_dust(htlc, broadcaster, m_params->terms(broadcaster).dust_limit_satoshis);
}

bool Commitments::is_beyond_dust_limit(const HtlcEntry& entry) const {
    const auto& htlc = entry.htlc;
    const bool is_small = is_dust_on(Party::ours, htlc.offered_by, htlc.amount_msat) ||
                          is_dust_on(Party::theirs, htlc.offered_by, htlc.amount_msat);
    return is_small && dust_exposure() > max_dust_exposure;
}

Msat Commitments::dust_exposure() const {
    // Every HTLC that is in, or may still enter, either commitment: the larger of the two sums is
    // at risk.
    Msat on_ours, on_theirs;
    for (const auto& entry : m_htlcs) {
        const auto amount = entry.htlc.amount_msat;
        if (is_dust_on(Party::ours, entry.htlc.offered_by, amount)) on_ours += amount;
        if (is_dust_on(Party::theirs, entry.htlc.offered_by, amount)) on_theirs += amount;
    }
    return std::max(on_ours, on_theirs);
}

std::optional<ChannelFault> Commitments::add_fault(Party offerer, Msat amount, Rule rule) const {
    // The receiver's commitment is the first to hold it, so the offerer's balance is looked at
    // there.
    const Party receiver = other(offerer);
    const auto& receiver_terms = m_params->terms(receiver);
    if (amount.is_zero()) return fault(FaultKind::amount_zero);
    if (amount < receiver_terms.htlc_minimum_msat) {
        return fault(FaultKind::below_htlc_minimum, amount.raw(),
                     receiver_terms.htlc_minimum_msat.raw());
    }
    if (in_flight_count(offerer) + 1 > receiver_terms.max_accepted_htlcs) {
        return fault(FaultKind::too_many_htlcs, in_flight_count(offerer) + 1,
                     receiver_terms.max_accepted_htlcs);
    }
    const auto value = add(in_flight_value(offerer), amount);
    if (!value || *value > receiver_terms.max_htlc_value_in_flight_msat) {
        return fault(FaultKind::too_much_in_flight, value ? value->raw() : UINT64_MAX,
                     receiver_terms.max_htlc_value_in_flight_msat.raw());
    }
    const Msat most = spendable(offerer, rule, Caps{Msat(UINT64_MAX), Msat(UINT64_MAX)});
    if (amount > most) return fault(FaultKind::insufficient_balance, amount.raw(), most.raw());
    return std::nullopt;
}

Commitments::Totals Commitments::totals_to_come(Party party) const {
    Totals out;
    out.ours = static_cast<std::int64_t>(m_ours.raw());
    out.theirs = static_cast<std::int64_t>(m_theirs.raw());
    out.feerate = m_feerate;
    for (const auto& change : m_fees) out.feerate = std::max(out.feerate, change.feerate_per_kw);
    for (const auto& entry : m_htlcs) {
        const auto amount = static_cast<std::int64_t>(entry.htlc.amount_msat.raw());
        auto& offerer = entry.htlc.offered_by == Party::ours ? out.ours : out.theirs;
        auto& receiver = entry.htlc.offered_by == Party::ours ? out.theirs : out.ours;
        // A party's own removals are as good as done; the other's count from their signature on,
        // for a cut undoes them before.
        const Stage leaves =
            entry.htlc.offered_by == party ? Stage::remove_signed : Stage::remove_proposed;
        if (entry.stage < leaves) {
            offerer -= amount;
            if (!is_dust(entry.htlc, party, m_params->terms(party).dust_limit_satoshis))
                ++out.untrimmed;
        } else if (entry.removal && std::holds_alternative<Fulfilled>(*entry.removal)) {
            offerer -= amount;
            receiver += amount;
        }
    }
    return out;
}

Commitments::Totals Commitments::known_to_them() const {
    Totals out = totals(Party::ours, View::next);
    // On a line that was never cut they have heard what they revoked for before they said what
    // comes now. What they say again after a cut may be older than that.
    if (m_signed_since_cut >= 2) return out;
    out.feerate = std::min(out.feerate, feerate(Party::ours, View::latest));
    for (const auto& entry : m_htlcs) {
        if (entry.htlc.offered_by != Party::ours || entry.stage != Stage::add_acked) continue;
        out.ours += static_cast<std::int64_t>(entry.htlc.amount_msat.raw());
        if (!is_dust(entry.htlc, Party::ours, m_params->ours.dust_limit_satoshis)) --out.untrimmed;
    }
    return out;
}

/// BOLT 2, update_add_htlc: a fundee does not offer what the funder cannot pay for. Who would take
/// it all the same pays for other people's outputs with a balance, reserve included, that becomes
/// fee. The reserve is not asked for here: peers that mean well (Eclair, Phoenix) look at the fee
/// alone, and to hang up on them again and again would close the channel in the end. Nor is what
/// crosses on the wire anybody's fault: an HTLC or a feerate of ours that they cannot know of costs
/// us no more than what we kept in hand beside it, reserve and buffer.
std::optional<ChannelFault> Commitments::burden_fault(Msat amount) const {
    // What has no output costs nothing.
    if (m_params->funder != Party::ours || is_dust_on(Party::ours, Party::theirs, amount))
        return std::nullopt;
    const Totals state = known_to_them();
    const auto cost =
        static_cast<std::int64_t>(funder_cost(state.feerate, state.untrimmed + 1).msat().raw());
    if (state.ours >= cost) return std::nullopt;
    return fault(FaultKind::funder_cannot_pay_fee,
                 static_cast<std::uint64_t>(std::max<std::int64_t>(state.ours, 0)),
                 static_cast<std::uint64_t>(cost));
}

std::int64_t Commitments::room(const Totals& state, Party offerer, std::size_t untrimmed,
                               Rule rule) const {
    const auto msat = [](Sat amount) { return static_cast<std::int64_t>(amount.msat().raw()); };
    const std::int64_t left =
        state.of(offerer) - msat(m_params->terms(other(offerer)).channel_reserve_satoshis);
    if (m_params->funder == offerer) {
        Sat cost = funder_cost(state.feerate, untrimmed);
        if (rule == Rule::careful) {
            // Fee-spike buffer (BOLT 2, update_add_htlc): twice the feerate and one HTLC more must
            // still be payable.
            const FeeratePerKw spike(
                state.feerate.raw() > UINT32_MAX / 2 ? UINT32_MAX : state.feerate.raw() * 2);
            cost = std::max(cost, funder_cost(spike, untrimmed + 1));
        }
        return left - msat(cost);
    }
    if (rule == Rule::careful && untrimmed > state.untrimmed) {
        // The other side pays for the larger commitment and must keep its reserve, or it refuses
        // the HTLC.
        const Sat needed = funder_cost(state.feerate, untrimmed) +
                           m_params->terms(offerer).channel_reserve_satoshis;
        if (state.of(other(offerer)) < msat(needed)) return -1;
    }
    return left;
}

/// What `offerer` could put into one more HTLC: balance less reserve, less the fees its adding may
/// cause. The careful look at both commitments (BOLT 2, update_add_htlc: "either the local or
/// remote"); who refuses a breach looks at its own.
Msat Commitments::spendable(Party offerer, Rule rule, const Caps& caps) const {
    const Totals first = totals(other(offerer), View::next);
    const std::uint64_t first_output =
        m_params->terms(other(offerer)).dust_limit_satoshis.msat().raw();
    std::optional<Totals> second;
    std::uint64_t second_output = first_output;
    if (rule == Rule::careful) {
        second = totals_to_come(offerer);
        second_output = m_params->terms(offerer).dust_limit_satoshis.msat().raw();
    }
    // A small HTLC, without an output, costs less than a large one, so there is an answer for each
    // size: the largest that is of its own size is the answer.
    const auto most_of = [&](std::uint64_t size) {
        std::int64_t most =
            room(first, offerer, first.untrimmed + (size >= first_output ? 1 : 0), rule);
        if (second)
            most = std::min(most, room(*second, offerer,
                                       second->untrimmed + (size >= second_output ? 1 : 0), rule));
        return most <= 0 ? 0 : static_cast<std::uint64_t>(most);
    };
    const auto [small, large] = std::minmax(first_output, second_output);
    const std::uint64_t with_outputs = std::min(most_of(large), caps.any.raw());
    if (with_outputs >= large) return Msat(with_outputs);
    const std::uint64_t as_dust = std::min(caps.any, caps.as_dust).raw();
    const std::uint64_t with_one = std::min(most_of(small), as_dust);
    if (with_one >= small && small < large) return Msat(std::min(with_one, large - 1));
    return Msat(std::min({most_of(0), as_dust, small == 0 ? 0 : small - 1}));
}

Msat Commitments::payable(Party offerer) const {
    const Terms& receiver = m_params->terms(other(offerer));
    if (in_flight_count(offerer) >= receiver.max_accepted_htlcs) return Msat(0);
    const Caps caps{sub_or_zero(receiver.max_htlc_value_in_flight_msat, in_flight_value(offerer)),
                    sub_or_zero(max_dust_exposure, dust_exposure())};
    const Msat most = spendable(offerer, Rule::careful, caps);
    return most < receiver.htlc_minimum_msat ? Msat(0) : most;
}

Msat Commitments::can_send() const { return payable(Party::ours); }
Msat Commitments::can_receive() const { return payable(Party::theirs); }

Msat Commitments::free_to_send() const {
    const Msat most =
        spendable(Party::ours, Rule::careful, Caps{Msat(UINT64_MAX), Msat(UINT64_MAX)});
    return most < m_params->theirs.htlc_minimum_msat ? Msat(0) : most;
}

Msat Commitments::can_send_when_quiet() const {
    Commitments quiet;  // what money depends on, but for the HTLCs: onions are not copied
    quiet.m_params = m_params;
    quiet.m_fees = m_fees;
    quiet.m_feerate = m_feerate;
    quiet.m_ours = m_ours;
    quiet.m_theirs = m_theirs;
    return quiet.can_send();
}

// Proposals --------------------------------------------------------------------------------------

Result<wire::UpdateAddHtlc, ChannelFault> Commitments::send_add(Msat amount,
                                                                const PaymentHash& hash,
                                                                BlockHeight cltv_expiry,
                                                                const wire::OnionPacket& onion) {
    if (cltv_expiry.raw() >= cltv_is_time)
        return fail(fault(FaultKind::cltv_too_large, cltv_expiry.raw(), cltv_is_time));
    if (const auto wrong = add_fault(Party::ours, amount, Rule::careful)) return fail(*wrong);
    const bool is_small = is_dust_on(Party::ours, Party::ours, amount) ||
                          is_dust_on(Party::theirs, Party::ours, amount);
    if (is_small && dust_exposure() + amount > max_dust_exposure) {
        return fail(fault(FaultKind::dust_exposure, (dust_exposure() + amount).raw(),
                          max_dust_exposure.raw()));
    }
    HtlcEntry entry;
    entry.htlc = Htlc{Party::ours, m_our_next_id, amount, hash, cltv_expiry.raw()};
    entry.onion = onion;
    entry.row_digest = crypto::sha256(encode_htlc_row(entry));
    entry.sequence = m_next_sequence++;
    m_our_next_id = m_our_next_id.next();
    wire::UpdateAddHtlc message;
    message.id = entry.htlc.id;
    message.amount_msat = amount;
    message.payment_hash = hash;
    message.cltv_expiry = cltv_expiry;
    message.onion_routing_packet = onion;
    const auto at = std::find_if(m_htlcs.begin(), m_htlcs.end(), [](const HtlcEntry& e) {
        return e.htlc.offered_by == Party::theirs;
    });
    m_htlcs.insert(at, std::move(entry));
    return message;
}

Result<void, ChannelFault> Commitments::receive_add(const wire::UpdateAddHtlc& add) {
    if (add.id != m_their_next_id) {
        return fail(fault(FaultKind::unexpected_htlc_id, add.id.raw(), m_their_next_id.raw()));
    }
    if (add.cltv_expiry.raw() >= cltv_is_time) {
        return fail(fault(FaultKind::cltv_too_large, add.cltv_expiry.raw(), cltv_is_time));
    }
    if (const auto wrong = add_fault(Party::theirs, add.amount_msat, Rule::breach))
        return fail(*wrong);
    if (const auto wrong = burden_fault(add.amount_msat)) return fail(*wrong);
    HtlcEntry entry;
    entry.htlc =
        Htlc{Party::theirs, add.id, add.amount_msat, add.payment_hash, add.cltv_expiry.raw()};
    entry.onion = add.onion_routing_packet;
    entry.blinded_path = add.blinded_path;
    entry.row_digest = crypto::sha256(encode_htlc_row(entry));
    m_their_next_id = m_their_next_id.next();
    m_htlcs.push_back(std::move(entry));
    return {};
}

Result<HtlcEntry*, ChannelFault> Commitments::removable(Party offered_by, HtlcId id) {
    HtlcEntry* const entry = find_entry(offered_by, id);
    // Removing is allowed only once the HTLC is irrevocable on both sides (BOLT 2).
    if (entry == nullptr || entry->stage < Stage::locked_in)
        return fail(fault(FaultKind::unknown_htlc, id.raw()));
    if (entry->stage > Stage::locked_in) return fail(fault(FaultKind::already_removed, id.raw()));
    return entry;
}

namespace {

bool hashes_to(const wire::Preimage& preimage, const PaymentHash& hash) {
    return equal_constant_time(crypto::sha256(preimage.view()).view(), hash.view());
}

}  // namespace

Result<wire::UpdateFulfillHtlc, ChannelFault> Commitments::send_fulfill(
    HtlcId id, const wire::Preimage& preimage) {
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::theirs, id));
    if (!hashes_to(preimage, entry->htlc.payment_hash))
        return fail(fault(FaultKind::wrong_preimage, id.raw()));
    entry->stage = Stage::remove_proposed;
    entry->removal = std::make_shared<const Removal>(Fulfilled{preimage});
    entry->sequence = m_next_sequence++;
    wire::UpdateFulfillHtlc message;
    message.id = id;
    message.payment_preimage = preimage;
    return message;
}

Result<void, ChannelFault> Commitments::receive_fulfill(const wire::UpdateFulfillHtlc& fulfill) {
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::ours, fulfill.id));
    if (!hashes_to(fulfill.payment_preimage, entry->htlc.payment_hash)) {
        return fail(fault(FaultKind::wrong_preimage, fulfill.id.raw()));
    }
    entry->stage = Stage::remove_proposed;
    entry->removal = std::make_shared<const Removal>(Fulfilled{fulfill.payment_preimage});
    return {};
}

Result<wire::UpdateFailHtlc, ChannelFault> Commitments::send_fail(HtlcId id, Bytes reason) {
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::theirs, id));
    entry->stage = Stage::remove_proposed;
    entry->removal = std::make_shared<const Removal>(Failed{reason});
    entry->sequence = m_next_sequence++;
    wire::UpdateFailHtlc message;
    message.id = id;
    message.reason = std::move(reason);
    return message;
}

Result<void, ChannelFault> Commitments::receive_fail(const wire::UpdateFailHtlc& failure) {
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::ours, failure.id));
    entry->stage = Stage::remove_proposed;
    entry->removal = std::make_shared<const Removal>(
        Failed{failure.reason.size() <= longest_reason ? failure.reason : Bytes{}});
    return {};
}

namespace {
constexpr std::uint16_t badonion = 0x8000;
}

Result<wire::UpdateFailMalformedHtlc, ChannelFault> Commitments::send_fail_malformed(
    HtlcId id, const Hash256& sha256_of_onion, std::uint16_t failure_code) {
    if ((failure_code & badonion) == 0)
        return fail(fault(FaultKind::bad_failure_code, failure_code));
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::theirs, id));
    entry->stage = Stage::remove_proposed;
    entry->removal =
        std::make_shared<const Removal>(FailedMalformed{sha256_of_onion, failure_code});
    entry->sequence = m_next_sequence++;
    wire::UpdateFailMalformedHtlc message;
    message.id = id;
    message.sha256_of_onion = sha256_of_onion;
    message.failure_code = failure_code;
    return message;
}

Result<void, ChannelFault> Commitments::receive_fail_malformed(
    const wire::UpdateFailMalformedHtlc& failure) {
    if ((failure.failure_code & badonion) == 0)
        return fail(fault(FaultKind::bad_failure_code, failure.failure_code));
    RUNNEL_TRY(HtlcEntry* const entry, removable(Party::ours, failure.id));
    entry->stage = Stage::remove_proposed;
    entry->removal = std::make_shared<const Removal>(
        FailedMalformed{failure.sha256_of_onion, failure.failure_code});
    return {};
}

Result<wire::UpdateFee, ChannelFault> Commitments::send_fee(FeeratePerKw feerate) {
    if (m_params->funder != Party::ours) return fail(fault(FaultKind::fee_by_fundee));
    if (feerate < feerate_floor)
        return fail(fault(FaultKind::feerate_too_low, feerate.raw(), feerate_floor.raw()));
    if (feerate > most_commitment_feerate)
        return fail(
            fault(FaultKind::feerate_too_high, feerate.raw(), most_commitment_feerate.raw()));
    for (const Totals& state : {totals(Party::theirs, View::next), totals_to_come(Party::ours)}) {
        const Sat cost = funder_cost(feerate, state.untrimmed);
        const auto needed = static_cast<std::int64_t>(
            (cost + m_params->theirs.channel_reserve_satoshis).msat().raw());
        if (state.ours >= needed) continue;
        return fail(fault(FaultKind::fee_unaffordable,
                          static_cast<std::uint64_t>(std::max<std::int64_t>(state.ours, 0)),
                          static_cast<std::uint64_t>(needed)));
    }
    m_fees.push_back(FeeChange{feerate, 0, m_next_sequence++});
    wire::UpdateFee message;
    message.feerate_per_kw = feerate;
    return message;
}

Result<void, ChannelFault> Commitments::receive_fee(const wire::UpdateFee& fee) {
    if (m_params->funder != Party::theirs) return fail(fault(FaultKind::fee_by_fundee));
    if (fee.feerate_per_kw < feerate_floor) {
        return fail(
            fault(FaultKind::feerate_too_low, fee.feerate_per_kw.raw(), feerate_floor.raw()));
    }
    // No disagreement on what is enough: that never costs more than the connection, and nothing is
    // revoked for it. Above this the funder's money would leave its reach as fee, and its reserve,
    // all that it has to lose by cheating, with it.
    if (fee.feerate_per_kw > most_commitment_feerate) {
        return fail(fault(FaultKind::feerate_too_high, fee.feerate_per_kw.raw(),
                          most_commitment_feerate.raw()));
    }
    // Looked at now and not when it is signed: HTLCs of ours that cross it on the wire are not the
    // funder's fault, and the absolute fee is then never less than what we asked of it when we
    // added them. Whoever raises the feerate keeps the reserve as well, beside what it owes for
    // HTLCs of its own: ours may have come between.
    const Totals state = totals(Party::ours, View::next);
    const auto ours = static_cast<std::size_t>(
        std::count_if(m_htlcs.begin(), m_htlcs.end(), [&](const HtlcEntry& entry) {
            return entry.htlc.offered_by == Party::ours && holds(entry, Party::ours, View::next) &&
                   !is_dust(entry.htlc, Party::ours, m_params->ours.dust_limit_satoshis);
        }));
    Sat needed = funder_cost(fee.feerate_per_kw, state.untrimmed);
    if (fee.feerate_per_kw > state.feerate) {
        needed = std::max(needed, funder_cost(fee.feerate_per_kw, state.untrimmed - ours) +
                                      m_params->ours.channel_reserve_satoshis);
    }
    const auto cost = static_cast<std::int64_t>(needed.msat().raw());
    if (state.theirs < cost) {
        return fail(fault(FaultKind::fee_unaffordable,
                          static_cast<std::uint64_t>(std::max<std::int64_t>(state.theirs, 0)),
                          static_cast<std::uint64_t>(cost)));
    }
    // A peer that proposes without end makes us remember without end: only the newest unsigned
    // proposal counts.
    if (!m_fees.empty() && m_fees.back().step == 0) m_fees.pop_back();
    m_fees.push_back(FeeChange{fee.feerate_per_kw, 0, 0});
    return {};
}

}  // namespace runnel::channel
