#include "core/channel/close.h"

#include "core/bitcoin/script.h"
#include "core/channel/codec.h"

#include <algorithm>

namespace runnel::channel {
namespace {

Unexpected<CloseFault> fault(CloseFault::Kind kind, Sat got, Sat limit = Sat()) {
    return fail(CloseFault{kind, got, limit});
}

bool contains(const wire::FeeRange& range, Sat fee) {
    return fee >= range.min_fee_satoshis && fee <= range.max_fee_satoshis;
}

std::optional<wire::FeeRange> overlap(const wire::FeeRange& a, const wire::FeeRange& b) {
    const wire::FeeRange both{std::max(a.min_fee_satoshis, b.min_fee_satoshis),
                              std::min(a.max_fee_satoshis, b.max_fee_satoshis)};
    if (both.min_fee_satoshis > both.max_fee_satoshis) return std::nullopt;
    return both;
}

}  // namespace

CloseFeerates close_feerates(const ports::FeeEstimates& fees) {
    const FeeratePerKw least = std::max(fees.mempool_min, feerate_floor);
    const FeeratePerKw ideal = std::max(fees.normal, least);
    const std::uint64_t twice = std::uint64_t{ideal.raw()} * 2;
    const FeeratePerKw generous(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(twice, 125'000)));
    return CloseFeerates{ideal, least, std::max({fees.urgent, ideal, generous})};
}

CloseNegotiation::CloseNegotiation(const ChannelParams& params, Msat to_ours, Msat to_theirs,
                                   bitcoin::Script our_script, bitcoin::Script their_script,
                                   const CloseFeerates& feerates)
    : m_to_ours(to_ours.floor_sat()),
      m_to_theirs(to_theirs.floor_sat()),
      m_our_script(std::move(our_script)),
      m_their_script(std::move(their_script)) {
    set_fees(params, feerates);
}

CloseNegotiation CloseNegotiation::restarted(const ChannelParams& params,
                                             const CloseFeerates& feerates) const {
    auto next = *this;
    next.m_our_fee.reset();
    next.m_their_fee.reset();
    next.m_our_range.reset();
    next.set_fees(params, feerates);
    return next;
}

void CloseNegotiation::set_fees(const ChannelParams& params, const CloseFeerates& feerates) {
    // Weighed without a fee, so with every output that can be there: an upper bound.
    const auto closing =
        build_closing(params, m_to_ours, m_to_theirs, m_our_script, m_their_script, Sat(0));
    const auto weight = closing ? closing_weight(closing->tx) : 0;
    auto payable = params.funder == Party::ours ? m_to_ours : m_to_theirs;
    // One output must be left, or there is nothing to agree on, at each new attempt.
    if (!build_closing(params, m_to_ours, m_to_theirs, m_our_script, m_their_script, payable)) {
        const auto& script = params.funder == Party::ours ? m_our_script : m_their_script;
        payable = sub_or_zero(
            payable, std::max(params.ours.dust_limit_satoshis, bitcoin::dust_limit(script)));
    }
    m_fees.max = std::min(feerates.max.fee_ceil(weight), payable);
    m_fees.ideal = std::min(feerates.ideal.fee_ceil(weight), m_fees.max);
    m_fees.min = std::min(feerates.min.fee_ceil(weight), m_fees.ideal);
}

/// The fundee pays nothing: its maximum is no less than theirs (BOLT 2).
wire::FeeRange CloseNegotiation::our_range(const ChannelParams& params,
                                           const std::optional<wire::FeeRange>& theirs) const {
    wire::FeeRange range{m_fees.min, m_fees.max};
    if (params.funder == Party::theirs && theirs) {
        range.max_fee_satoshis = std::max(range.max_fee_satoshis, theirs->max_fee_satoshis);
    }
    return range;
}

Result<ClosingTx, CloseFault> CloseNegotiation::match(const ChannelParams& params,
                                                      const wire::ClosingSigned& offer) const {
    const auto payable = params.funder == Party::ours ? m_to_ours : m_to_theirs;
    if (offer.fee_satoshis > payable)
        return fault(CloseFault::Kind::unaffordable, offer.fee_satoshis, payable);
    const auto fits = [&](ClosingVariant variant) -> std::optional<ClosingTx> {
        auto closing = build_closing(params, m_to_ours, m_to_theirs, m_our_script, m_their_script,
                                     offer.fee_satoshis, variant);
        if (!closing) return std::nullopt;
        const auto digest = funding_spend_digest(params, closing->tx);
        if (!crypto::verify(params.their_keys.funding_pubkey, digest, offer.signature))
            return std::nullopt;
        return closing;
    };
    if (auto closing = fits(ClosingVariant::whole)) return *std::move(closing);
    if (auto closing = fits(ClosingVariant::without_theirs)) return *std::move(closing);
    // They may leave out what is dust to them. We agreed to that limit when the channel was opened.
    const auto ours = params.funder == Party::ours ? m_to_ours - offer.fee_satoshis : m_to_ours;
    if (ours < params.theirs.dust_limit_satoshis) {
        if (auto closing = fits(ClosingVariant::without_ours)) return *std::move(closing);
    }
    return fault(CloseFault::Kind::bad_signature, offer.fee_satoshis);
}

Result<CloseStep, CloseFault> CloseNegotiation::start(const CloseContext& context) const {
    CloseStep step{*this, std::nullopt, std::nullopt};
    if (context.params.funder == Party::theirs) return step;
    const auto closing = build_closing(context.params, m_to_ours, m_to_theirs, m_our_script,
                                       m_their_script, m_fees.ideal);
    if (!closing) return fault(CloseFault::Kind::unaffordable, m_fees.ideal);
    RUNNEL_TRY(step.reply, sign(context, m_fees.ideal, closing->tx, std::nullopt));
    step.next.m_our_fee = m_fees.ideal;
    step.next.m_our_range = step.reply->fee_range;
    return step;
}

Result<CloseStep, CloseFault> CloseNegotiation::receive(const CloseContext& context,
                                                        const wire::ClosingSigned& offer) const {
    const auto& params = context.params;
    RUNNEL_TRY(const auto theirs, match(params, offer));
    RUNNEL_TRY(const auto fee, answer(params, offer));

    CloseStep step{*this, std::nullopt, std::nullopt};
    step.next.m_their_fee = offer.fee_satoshis;
    if (fee != offer.fee_satoshis) {
        const auto counter =
            build_closing(params, m_to_ours, m_to_theirs, m_our_script, m_their_script, fee);
        if (!counter) return fault(CloseFault::Kind::unaffordable, fee);
        RUNNEL_TRY(step.reply, sign(context, fee, counter->tx, offer.fee_range));
        step.next.m_our_fee = fee;
        step.next.m_our_range = step.reply->fee_range;
        return step;
    }

    // Agreed: what they signed is what is broadcast, output for output.
    RUNNEL_TRY(auto agreed, sign(context, fee, theirs.tx, offer.fee_range));
    step.final_tx = theirs.tx;
    step.final_tx->inputs[0].witness =
        funding_witness(params.our_keys.funding_pubkey, agreed.signature,
                        params.their_keys.funding_pubkey, offer.signature);
    if (m_our_fee != fee) {
        step.next.m_our_fee = fee;
        step.next.m_our_range = agreed.fee_range;
        step.reply = std::move(agreed);
    }
    return step;
}

Result<Sat, CloseFault> CloseNegotiation::answer(const ChannelParams& params,
                                                 const wire::ClosingSigned& offer) const {
    const auto fee = offer.fee_satoshis;
    if (m_our_fee == fee) return fee;
    if (m_our_range && contains(*m_our_range, fee)) return fee;
    if (offer.fee_range) return answer_to_range(params, offer);
    return answer_to_single_fee(params, fee);
}

Result<Sat, CloseFault> CloseNegotiation::answer_to_range(const ChannelParams& params,
                                                          const wire::ClosingSigned& offer) const {
    const auto fee = offer.fee_satoshis;
    const auto ours = m_our_range.value_or(our_range(params, offer.fee_range));
    const auto both = overlap(ours, *offer.fee_range);
    if (!both) {
        const bool too_low = offer.fee_range->max_fee_satoshis < ours.min_fee_satoshis;
        return fault(CloseFault::Kind::no_overlap, fee,
                     too_low ? ours.min_fee_satoshis : ours.max_fee_satoshis);
    }
    if (contains(*both, fee)) return fee;
    if (params.funder == Party::ours)
        return fault(CloseFault::Kind::outside_range, fee, ours.max_fee_satoshis);
    if (m_our_fee) return fault(CloseFault::Kind::changed_offer, fee, *m_our_fee);
    return std::clamp(m_fees.ideal, both->min_fee_satoshis, both->max_fee_satoshis);
}

Result<Sat, CloseFault> CloseNegotiation::answer_to_single_fee(const ChannelParams& params,
                                                               Sat fee) const {
    if (m_our_fee && m_their_fee) {
        const auto low = std::min(*m_our_fee, *m_their_fee);
        const auto high = std::max(*m_our_fee, *m_their_fee);
        // Otherwise the talk need never end.
        if (fee <= low || fee >= high)
            return fault(CloseFault::Kind::no_progress, fee, *m_their_fee);
    }
    // A fundee does not mind how much the funder pays.
    const auto max = params.funder == Party::ours ? m_fees.max : std::max(m_fees.max, fee);
    if (fee >= m_fees.min && fee <= max) return fee;
    if (!m_our_fee) return std::clamp(m_fees.ideal, m_fees.min, max);
    const auto low = std::min(fee, *m_our_fee);
    const auto high = std::max(fee, *m_our_fee);
    const auto middle = std::clamp(Sat(low.raw() + (high.raw() - low.raw()) / 2), m_fees.min, max);
    if (middle <= low || middle >= high)
        return fault(CloseFault::Kind::no_agreement, fee, fee < m_fees.min ? m_fees.min : max);
    return middle;
}

Result<wire::ClosingSigned, CloseFault> CloseNegotiation::sign(
    const CloseContext& context, Sat fee, const bitcoin::Transaction& tx,
    const std::optional<wire::FeeRange>& their_range) const {
    const auto& params = context.params;
    const auto signature =
        context.signer.sign_close(tx, params.their_keys.funding_pubkey, params.funding_satoshis);
    if (!signature) return fault(CloseFault::Kind::signer_refused, fee);
    wire::ClosingSigned message;
    message.channel_id = context.channel_id;
    message.fee_satoshis = fee;
    message.signature = *signature;
    // A range, once said, is not taken back: the peer may answer any fee in it.
    message.fee_range = m_our_range.value_or(our_range(params, their_range));
    return message;
}

void CloseNegotiation::encode(Writer& out) const {
    const auto put_sat = [](Writer& to, Sat value) { channel::encode(to, value); };
    channel::encode(out, m_to_ours);
    channel::encode(out, m_to_theirs);
    encode_bytes(out, m_our_script);
    encode_bytes(out, m_their_script);
    channel::encode(out, m_fees.ideal);
    channel::encode(out, m_fees.min);
    channel::encode(out, m_fees.max);
    encode_optional(out, m_our_fee, put_sat);
    encode_optional(out, m_their_fee, put_sat);
    encode_optional(out, m_our_range, [](Writer& to, const wire::FeeRange& range) {
        channel::encode(to, range.min_fee_satoshis);
        channel::encode(to, range.max_fee_satoshis);
    });
}

CloseNegotiation CloseNegotiation::decode(Reader& in) {
    CloseNegotiation out;
    out.m_to_ours = decode_sat(in);
    out.m_to_theirs = decode_sat(in);
    out.m_our_script = decode_bytes(in);
    out.m_their_script = decode_bytes(in);
    out.m_fees.ideal = decode_sat(in);
    out.m_fees.min = decode_sat(in);
    out.m_fees.max = decode_sat(in);
    out.m_our_fee = decode_optional(in, decode_sat);
    out.m_their_fee = decode_optional(in, decode_sat);
    out.m_our_range = decode_optional(in, [](Reader& from) {
        const auto min = decode_sat(from);
        return wire::FeeRange{min, decode_sat(from)};
    });
    return out;
}

}  // namespace runnel::channel
