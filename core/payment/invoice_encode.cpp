#include "core/base/log.h"
#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/payment/invoice.h"
#include "core/payment/invoice_format.h"

#include <algorithm>
#include <string>

namespace runnel::payment {
namespace {

using namespace invoice_format;
using Values = std::vector<std::uint8_t>;

Values to_values(ByteView bytes) { return *bitcoin::convert_bits(bytes, 8, 5, true); }

/// Without leading zeros; zero is no value at all.
Values number_values(std::uint64_t number) {
    Values out;
    for (; number != 0; number >>= 5) out.push_back(static_cast<std::uint8_t>(number & 31));
    std::reverse(out.begin(), out.end());
    return out;
}

Values feature_values(const wire::Features& features) {
    const std::size_t bits = features.to_wire().size() * 8;
    Values out;
    for (std::size_t bit = (bits + 4) / 5 * 5; bit > 0; bit -= 5) {
        unsigned value = 0;
        for (std::size_t i = 1; i <= 5; ++i)
            value = value << 1 | (features.has_bit(bit - i) ? 1U : 0U);
        if (!out.empty() || value != 0) out.push_back(static_cast<std::uint8_t>(value));
    }
    return out;
}

/// False when the values do not fit into a field.
bool put_field(Values& out, std::uint8_t type, const Values& values) {
    if (values.size() > max_field_values) return false;
    out.push_back(type);
    out.push_back(static_cast<std::uint8_t>(values.size() >> 5));
    out.push_back(static_cast<std::uint8_t>(values.size() & 31));
    out.insert(out.end(), values.begin(), values.end());
    return true;
}

/// The shortest exact form: the largest multiplier that leaves no rest.
std::string amount_text(Msat amount) {
    for (const auto& multiplier : multipliers) {
        if (amount.raw() % multiplier.msat != 0) continue;
        auto text = std::to_string(amount.raw() / multiplier.msat);
        if (multiplier.letter != 0) text.push_back(multiplier.letter);
        return text;
    }
    return std::to_string(amount.raw()) + "0p";
}

std::optional<Values> fallback_values(ByteView script) {
    std::uint8_t version = 0;
    ByteView program;
    if (bitcoin::is_p2pkh(script)) {
        version = fallback_p2pkh;
        program = script.subspan(3, 20);
    } else if (bitcoin::is_p2sh(script)) {
        version = fallback_p2sh;
        program = script.subspan(2, 20);
    } else if (const auto witness = bitcoin::witness_program(script)) {
        version = static_cast<std::uint8_t>(witness->version);
        program = witness->program;
        if (version == 0 && program.size() != 20 && program.size() != 32) return std::nullopt;
        if (version == 1 && program.size() != 32) return std::nullopt;
    } else {
        return std::nullopt;
    }
    Values out{version};
    const auto grouped = to_values(program);
    out.insert(out.end(), grouped.begin(), grouped.end());
    return out;
}

std::optional<Values> hint_values(const RouteHint& hint) {
    if (hint.empty() || hint.size() * hint_hop_bytes > max_field_bytes) return std::nullopt;
    Writer out;
    for (const auto& hop : hint) {
        if (hop.fee_base_msat.raw() > UINT32_MAX || hop.cltv_expiry_delta.raw() > UINT16_MAX)
            return std::nullopt;
        if (!hop.node_id.is_valid()) return std::nullopt;
        out.bytes(hop.node_id.view()).u64(hop.short_channel_id.raw());
        out.u32(static_cast<std::uint32_t>(hop.fee_base_msat.raw()))
            .u32(hop.fee_proportional_millionths);
        out.u16(static_cast<std::uint16_t>(hop.cltv_expiry_delta.raw()));
    }
    return to_values(out.view());
}

Result<void, InvoiceError> check(const Invoice& invoice) {
    if (invoice.amount && invoice.amount->is_zero()) return fail(InvoiceError::zero_amount);
    if (invoice.amount && *invoice.amount > max_money.msat())
        return fail(InvoiceError::amount_too_large);
    if (invoice.timestamp.raw() < 0 || invoice.timestamp.raw() >> (5 * timestamp_values) != 0) {
        return fail(InvoiceError::bad_timestamp);
    }
    if (invoice.expiry_seconds >> (5 * max_number_values) != 0)
        return fail(InvoiceError::expiry_too_large);
    if (const auto* text = std::get_if<std::string>(&invoice.description)) {
        if (text->size() > max_field_bytes) return fail(InvoiceError::description_too_long);
        if (!is_valid_utf8(*text)) return fail(InvoiceError::description_not_utf8);
    }
    if (invoice.payment_metadata && invoice.payment_metadata->size() > max_field_bytes) {
        return fail(InvoiceError::metadata_too_long);
    }
    if (invoice.features.missing_dependency()) return fail(InvoiceError::bad_features);
    return {};
}

/// In the order in which BOLT 11 prints most of its examples.
Result<void, InvoiceError> put_fields(const Invoice& invoice, Values& out) {
    put_field(out, field_payment_secret, to_values(invoice.payment_secret.reveal()));
    put_field(out, field_payment_hash, to_values(invoice.payment_hash.view()));
    if (const auto* text = std::get_if<std::string>(&invoice.description)) {
        put_field(out, field_description, to_values(bytes_of(*text)));
    } else {
        put_field(out, field_description_hash,
                  to_values(std::get<Hash256>(invoice.description).view()));
    }
    if (invoice.payment_metadata)
        put_field(out, field_metadata, to_values(*invoice.payment_metadata));
    if (invoice.names_payee) put_field(out, field_payee, to_values(invoice.payee.view()));
    if (invoice.expiry_seconds != default_invoice_expiry) {
        put_field(out, field_expiry, number_values(invoice.expiry_seconds));
    }
    if (invoice.min_final_cltv_expiry_delta != default_min_final_cltv) {
        put_field(out, field_min_final_cltv,
                  number_values(invoice.min_final_cltv_expiry_delta.raw()));
    }
    for (const auto& script : invoice.fallbacks) {
        const auto values = fallback_values(script);
        if (!values) return fail(InvoiceError::bad_fallback);
        put_field(out, field_fallback, *values);
    }
    for (const auto& hint : invoice.route_hints) {
        const auto values = hint_values(hint);
        if (!values) return fail(InvoiceError::bad_route_hint);
        put_field(out, field_route, *values);
    }
    const auto features = feature_values(invoice.features);
    if (!features.empty() && !put_field(out, field_features, features))
        return fail(InvoiceError::bad_features);
    for (const auto& field : invoice.unknown) {
        const bool five_bits = std::all_of(field.values.begin(), field.values.end(),
                                           [](std::uint8_t v) { return v < 32; });
        if (field.type >= 32 || is_known(field.type) || !five_bits ||
            !put_field(out, field.type, field.values)) {
            return fail(InvoiceError::bad_unknown_field);
        }
    }
    return {};
}

}  // namespace

Result<std::string, InvoiceError> encode_invoice(const Invoice& invoice, const SignFn& sign) {
    RUNNEL_CHECK(check(invoice));
    bitcoin::Bech32 text;
    text.hrp = std::string(prefix) + std::string(params_of(invoice.network).invoice_hrp);
    if (invoice.amount) text.hrp += amount_text(*invoice.amount);
    for (std::size_t i = timestamp_values; i-- > 0;) {
        text.values.push_back(static_cast<std::uint8_t>(invoice.timestamp.raw() >> (5 * i) & 31));
    }
    RUNNEL_CHECK(put_fields(invoice, text.values));
    // The separator and the checksum are seven characters more.
    if (text.hrp.size() + text.values.size() + signature_values + 7 > max_invoice_length) {
        return fail(InvoiceError::too_long);
    }

    const auto octets = bitcoin::convert_bits(text.values, 5, 8, true);
    const auto signature = sign(crypto::sha256({bytes_of(text.hrp), *octets}));
    auto signed_bytes = to_bytes(signature.signature.view());
    signed_bytes.push_back(static_cast<std::uint8_t>(signature.recovery_id));
    const auto values = to_values(signed_bytes);
    text.values.insert(text.values.end(), values.begin(), values.end());
    return bitcoin::encode_bech32(text);
}

}  // namespace runnel::payment
