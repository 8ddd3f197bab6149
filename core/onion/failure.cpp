#include "core/onion/failure.h"

#include <type_traits>
#include <utility>

namespace runnel::onion {
namespace {

constexpr std::size_t max_channel_update = 1024;

void put_update(Writer& out, const Bytes& update) {
    const bool fits = update.size() <= max_channel_update;
    out.u16(fits ? static_cast<std::uint16_t>(update.size()) : std::uint16_t{0});
    if (fits) out.bytes(update);
}

Bytes take_update(Reader& in) { return to_bytes(in.bytes(in.u16())); }

template <FailureCode C>
void put(Writer&, const BareFailure<C>&) {}
template <FailureCode C>
void put(Writer& out, const OnionFailure<C>& f) {
    out.fixed(f.sha256_of_onion);
}
template <FailureCode C>
void put(Writer& out, const ChannelFailure<C>& f) {
    put_update(out, f.channel_update);
}
template <FailureCode C>
void put(Writer& out, const AmountFailure<C>& f) {
    out.u64(f.htlc_msat.raw());
    put_update(out, f.channel_update);
}
void put(Writer& out, const IncorrectCltvExpiry& f) {
    out.u32(f.cltv_expiry.raw());
    put_update(out, f.channel_update);
}
void put(Writer& out, const IncorrectOrUnknownPaymentDetails& f) {
    out.u64(f.htlc_msat.raw()).u32(f.height.raw());
}
void put(Writer& out, const FinalIncorrectCltvExpiry& f) { out.u32(f.cltv_expiry.raw()); }
void put(Writer& out, const FinalIncorrectHtlcAmount& f) { out.u64(f.incoming_htlc_amt.raw()); }
void put(Writer& out, const ChannelDisabled& f) {
    out.u16(f.disabled_flags);
    put_update(out, f.channel_update);
}
void put(Writer& out, const InvalidOnionPayload& f) { out.bigsize(f.type).u16(f.offset); }

template <FailureCode C>
void take(Reader&, BareFailure<C>&) {}
template <FailureCode C>
void take(Reader& in, OnionFailure<C>& f) {
    in.fixed(f.sha256_of_onion);
}
template <FailureCode C>
void take(Reader& in, ChannelFailure<C>& f) {
    f.channel_update = take_update(in);
}
template <FailureCode C>
void take(Reader& in, AmountFailure<C>& f) {
    f.htlc_msat = Msat(in.u64());
    f.channel_update = take_update(in);
}
void take(Reader& in, IncorrectCltvExpiry& f) {
    f.cltv_expiry = BlockHeight(in.u32());
    f.channel_update = take_update(in);
}
void take(Reader& in, IncorrectOrUnknownPaymentDetails& f) {
    f.htlc_msat = Msat(in.u64());
    f.height = BlockHeight(in.u32());
}
void take(Reader& in, FinalIncorrectCltvExpiry& f) { f.cltv_expiry = BlockHeight(in.u32()); }
void take(Reader& in, FinalIncorrectHtlcAmount& f) { f.incoming_htlc_amt = Msat(in.u64()); }
void take(Reader& in, ChannelDisabled& f) {
    f.disabled_flags = in.u16();
    f.channel_update = take_update(in);
}
void take(Reader& in, InvalidOnionPayload& f) {
    f.type = in.bigsize();
    f.offset = in.u16();
}

/// Reads `data` as alternative I when its code is this one.
template <std::size_t I>
bool take_if(std::uint16_t code, ByteView data, Failure& out) {
    using T = std::variant_alternative_t<I, Failure>;
    if constexpr (std::is_same_v<T, OtherFailure>) {
        return false;
    } else {
        if (static_cast<std::uint16_t>(T::code) != code) return false;
        Reader in(data);
        T failure;
        take(in, failure);
        if (!in.ok()) return false;
        out = std::move(failure);
        return true;
    }
}

template <std::size_t... I>
bool take_any(std::uint16_t code, ByteView data, Failure& out, std::index_sequence<I...>) {
    return (take_if<I>(code, data, out) || ...);
}

}  // namespace

std::string_view to_string(FailureCode code) {
    switch (code) {
        case FailureCode::temporary_node_failure: return "temporary_node_failure";
        case FailureCode::permanent_node_failure: return "permanent_node_failure";
        case FailureCode::required_node_feature_missing: return "required_node_feature_missing";
        case FailureCode::invalid_onion_version: return "invalid_onion_version";
        case FailureCode::invalid_onion_hmac: return "invalid_onion_hmac";
        case FailureCode::invalid_onion_key: return "invalid_onion_key";
        case FailureCode::temporary_channel_failure: return "temporary_channel_failure";
        case FailureCode::permanent_channel_failure: return "permanent_channel_failure";
        case FailureCode::required_channel_feature_missing:
            return "required_channel_feature_missing";
        case FailureCode::unknown_next_peer: return "unknown_next_peer";
        case FailureCode::amount_below_minimum: return "amount_below_minimum";
        case FailureCode::fee_insufficient: return "fee_insufficient";
        case FailureCode::incorrect_cltv_expiry: return "incorrect_cltv_expiry";
        case FailureCode::expiry_too_soon: return "expiry_too_soon";
        case FailureCode::incorrect_or_unknown_payment_details:
            return "incorrect_or_unknown_payment_details";
        case FailureCode::final_incorrect_cltv_expiry: return "final_incorrect_cltv_expiry";
        case FailureCode::final_incorrect_htlc_amount: return "final_incorrect_htlc_amount";
        case FailureCode::channel_disabled: return "channel_disabled";
        case FailureCode::expiry_too_far: return "expiry_too_far";
        case FailureCode::invalid_onion_payload: return "invalid_onion_payload";
        case FailureCode::mpp_timeout: return "mpp_timeout";
        case FailureCode::invalid_onion_blinding: return "invalid_onion_blinding";
    }
    return "unknown_failure";
}

FailureCode code_of(const Failure& failure) {
    return std::visit(
        [](const auto& f) {
            if constexpr (std::is_same_v<std::decay_t<decltype(f)>, OtherFailure>) {
                return static_cast<FailureCode>(f.raw_code);
            } else {
                return f.code;
            }
        },
        failure);
}

Failure from_malformed(std::uint16_t failure_code, const Hash256& sha256_of_onion) {
    Failure out = OtherFailure{failure_code, to_bytes(sha256_of_onion.view())};
    if (is_bad_onion(static_cast<FailureCode>(failure_code))) {
        take_any(failure_code, sha256_of_onion.view(), out,
                 std::make_index_sequence<std::variant_size_v<Failure>>());
    }
    return out;
}

Bytes encode_failure(const Failure& failure) {
    Writer out;
    out.u16(static_cast<std::uint16_t>(code_of(failure)));
    std::visit(
        [&out](const auto& f) {
            if constexpr (std::is_same_v<std::decay_t<decltype(f)>, OtherFailure>) {
                out.bytes(f.data);
            } else {
                put(out, f);
            }
        },
        failure);
    return out.take();
}

Failure decode_failure(ByteView message) {
    if (message.size() < 2) return OtherFailure{0, to_bytes(message)};
    const auto code = static_cast<std::uint16_t>(message[0] << 8 | message[1]);
    const auto data = message.subspan(2);
    Failure out;
    if (take_any(code, data, out, std::make_index_sequence<std::variant_size_v<Failure>>()))
        return out;
    return OtherFailure{code, to_bytes(data)};
}

}  // namespace runnel::onion
