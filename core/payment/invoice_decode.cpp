#include "core/base/log.h"
#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/payment/invoice.h"
#include "core/payment/invoice_format.h"

#include <algorithm>
#include <span>

namespace runnel::payment {
namespace {

using namespace invoice_format;
using Values = std::span<const std::uint8_t>;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_scheme(std::string_view text) {
    constexpr std::string_view scheme = "lightning:";
    if (text.size() < scheme.size()) return text;
    const bool matches = std::equal(scheme.begin(), scheme.end(), text.begin(), [](char s, char t) {
        return s == t || (s >= 'a' && s <= 'z' && t == s - 'a' + 'A');
    });
    return matches ? text.substr(scheme.size()) : text;
}

/// "2500u": digits, then at most one multiplier. Exact, or an error.
Result<Msat, DecodeError> parse_amount(std::string_view text) {
    constexpr std::uint64_t most = max_money.msat().raw();
    char letter = 0;
    if (!is_digit(text.back())) {
        letter = text.back();
        text.remove_suffix(1);
    }
    // A leading zero is never written, and an amount of nothing cannot be paid.
    if (text.empty() || text.front() == '0' || !std::all_of(text.begin(), text.end(), is_digit)) {
        return fail(DecodeError::bad_value);
    }
    if (text.size() > 19) return fail(DecodeError::too_large);
    std::uint64_t number = 0;
    for (const char c : text) number = number * 10 + static_cast<std::uint64_t>(c - '0');
    if (letter == 'p') {
        if (number % 10 != 0) return fail(DecodeError::bad_value);
        if (number / 10 > most) return fail(DecodeError::too_large);
        return Msat(number / 10);
    }
    for (const auto& multiplier : multipliers) {
        if (multiplier.letter != letter) continue;
        if (number > most / multiplier.msat) return fail(DecodeError::too_large);
        return Msat(number * multiplier.msat);
    }
    return fail(DecodeError::bad_value);
}

/// The human-readable part: "ln", the network, perhaps an amount.
Result<void, DecodeError> read_prefix(std::string_view hrp, const NetworkParams* wanted,
                                      Invoice& out) {
    if (hrp.substr(0, prefix.size()) != prefix) return fail(DecodeError::bad_prefix);
    const auto rest = hrp.substr(prefix.size());
    for (const auto network : all_networks) {
        const auto& params = params_of(network);
        if (rest.substr(0, params.invoice_hrp.size()) != params.invoice_hrp) continue;
        const auto amount = rest.substr(params.invoice_hrp.size());
        // "bc" also begins "bcrt": what follows a network's prefix is a number or nothing.
        if (!amount.empty() && !is_digit(amount.front())) continue;
        if (wanted != nullptr && wanted->network != network)
            return fail(DecodeError::wrong_network);
        out.network = network;
        if (!amount.empty()) {
            RUNNEL_TRY(out.amount, parse_amount(amount));
        }
        return {};
    }
    return fail(DecodeError::bad_prefix);
}

/// Bytes of a field; padding bits must be zero and fewer than five.
Result<Bytes, DecodeError> to_octets(Values values) {
    auto bytes = bitcoin::convert_bits(values, 5, 8, false);
    if (!bytes) return fail(DecodeError::bad_value);
    return *std::move(bytes);
}

Result<std::uint64_t, DecodeError> to_number(Values values) {
    if (!values.empty() && values.front() == 0) return fail(DecodeError::not_minimal);
    if (values.size() > max_number_values) return fail(DecodeError::too_large);
    std::uint64_t number = 0;
    for (const auto value : values) number = number << 5 | value;
    return number;
}

Result<wire::Features, DecodeError> to_features(Values values) {
    if (!values.empty() && values.front() == 0) return fail(DecodeError::not_minimal);
    wire::Features out;
    const std::size_t bits = values.size() * 5;
    for (std::size_t i = 0; i < bits; ++i) {
        const std::size_t bit = bits - 1 - i;
        if ((values[i / 5] >> (4 - i % 5) & 1) != 0) out.set_bit(bit);
    }
    return out;
}

/// Nothing for what no one can or should pay to: unknown versions and programs of the wrong length
/// are passed over.
Result<std::optional<bitcoin::Script>, DecodeError> to_fallback(Values values) {
    std::optional<bitcoin::Script> script;
    if (values.empty() || values.front() > fallback_p2sh) return script;
    const auto version = values.front();
    RUNNEL_TRY(const auto program, to_octets(values.subspan(1)));
    const auto hash = Hash160::from(program);
    if (version == fallback_p2pkh) {
        if (hash) script = bitcoin::p2pkh(*hash);
    } else if (version == fallback_p2sh) {
        if (hash) script = bitcoin::p2sh(*hash);
    } else if (program.size() >= 2 && program.size() <= 40) {
        // A version 0 program of another length cannot be spent, a version 1 program of another
        // length by anybody.
        if (version == 0 && program.size() != 20 && program.size() != 32) return script;
        if (version == 1 && program.size() != 32) return script;
        script = bitcoin::ScriptBuilder().number(version).push(program).take();
    }
    return script;
}

Result<RouteHint, DecodeError> to_route_hint(Values values) {
    RUNNEL_TRY(const auto bytes, to_octets(values));
    if (bytes.empty() || bytes.size() % hint_hop_bytes != 0) return fail(DecodeError::bad_value);
    RouteHint hint;
    hint.reserve(bytes.size() / hint_hop_bytes);
    Reader in(bytes);
    while (!in.at_end()) {
        RUNNEL_TRY(const auto node_id,
                   crypto::PublicKey::parse(in.bytes(crypto::PublicKey::size_bytes)));
        HintHop hop;
        hop.node_id = node_id;
        hop.short_channel_id = ShortChannelId(in.u64());
        hop.fee_base_msat = Msat(in.u32());
        hop.fee_proportional_millionths = in.u32();
        hop.cltv_expiry_delta = BlockDelta(in.u16());
        hint.push_back(hop);
    }
    return hint;
}

/// What is found in the fields before it is known that everything compulsory is there. The first of
/// a kind counts.
struct Fields {
    std::optional<PaymentHash> payment_hash;
    std::optional<Secret32> payment_secret;
    std::optional<std::string> description;
    std::optional<Hash256> description_hash;
    std::optional<crypto::PublicKey> payee;
    std::optional<std::uint64_t> expiry;
    std::optional<std::uint64_t> min_final_cltv;
    std::optional<wire::Features> features;
};

Result<void, DecodeError> read_text(Values values, Fields& fields) {
    RUNNEL_TRY(const auto bytes, to_octets(values));
    std::string text(bytes.begin(), bytes.end());
    if (!is_valid_utf8(text)) return fail(DecodeError::bad_value);
    fields.description = std::move(text);
    return {};
}

/// Fields of a fixed size whose size is another are skipped: BOLT 11's text and its examples
/// disagree here, and all implementations follow the examples.
Result<void, DecodeError> read_field(std::uint8_t type, Values values, Fields& fields,
                                     Invoice& out) {
    switch (type) {
        case field_payment_hash: {
            if (fields.payment_hash || values.size() != hash_values) return {};
            RUNNEL_TRY(const auto bytes, to_octets(values));
            fields.payment_hash = PaymentHash::from(bytes);
            return {};
        }
        case field_payment_secret: {
            if (fields.payment_secret || values.size() != hash_values) return {};
            RUNNEL_TRY(const auto bytes, to_octets(values));
            fields.payment_secret = secret32_from(bytes);
            return {};
        }
        case field_description_hash: {
            if (fields.description_hash || values.size() != hash_values) return {};
            RUNNEL_TRY(const auto bytes, to_octets(values));
            fields.description_hash = Hash256::from(bytes);
            return {};
        }
        case field_payee: {
            if (fields.payee || values.size() != key_values) return {};
            RUNNEL_TRY(const auto bytes, to_octets(values));
            RUNNEL_TRY(fields.payee, crypto::PublicKey::parse(bytes));
            return {};
        }
        case field_description:
            if (fields.description) return {};
            return read_text(values, fields);
        case field_metadata: {
            if (out.payment_metadata) return {};
            RUNNEL_TRY(out.payment_metadata, to_octets(values));
            return {};
        }
        case field_expiry: {
            if (fields.expiry) return {};
            RUNNEL_TRY(fields.expiry, to_number(values));
            return {};
        }
        case field_min_final_cltv: {
            if (fields.min_final_cltv) return {};
            RUNNEL_TRY(fields.min_final_cltv, to_number(values));
            if (*fields.min_final_cltv > UINT32_MAX) return fail(DecodeError::too_large);
            return {};
        }
        case field_features: {
            if (fields.features) return {};
            RUNNEL_TRY(fields.features, to_features(values));
            return {};
        }
        case field_fallback: {
            RUNNEL_TRY(auto script, to_fallback(values));
            if (script) out.fallbacks.push_back(*std::move(script));
            return {};
        }
        case field_route: {
            RUNNEL_TRY(auto hint, to_route_hint(values));
            out.route_hints.push_back(std::move(hint));
            return {};
        }
        default: out.unknown.push_back({type, {values.begin(), values.end()}}); return {};
    }
}

Result<void, DecodeError> read_fields(Values values, Fields& fields, Invoice& out) {
    while (!values.empty()) {
        if (values.size() < 3) return fail(DecodeError::truncated);
        const std::size_t length = static_cast<std::size_t>(values[1]) << 5 | values[2];
        if (values.size() - 3 < length) return fail(DecodeError::truncated);
        RUNNEL_CHECK(read_field(values[0], values.subspan(3, length), fields, out));
        values = values.subspan(3 + length);
    }
    return {};
}

Result<void, DecodeError> settle_fields(Fields&& fields, Invoice& out) {
    if (!fields.payment_hash || !fields.payment_secret) return fail(DecodeError::missing_field);
    if (fields.description.has_value() == fields.description_hash.has_value()) {
        return fail(DecodeError::bad_value);
    }
    out.payment_hash = *fields.payment_hash;
    out.payment_secret = *fields.payment_secret;
    if (fields.description) {
        out.description = *std::move(fields.description);
    } else {
        out.description = *fields.description_hash;
    }
    out.expiry_seconds = fields.expiry.value_or(default_invoice_expiry);
    if (fields.min_final_cltv) {
        out.min_final_cltv_expiry_delta =
            BlockDelta(static_cast<std::uint32_t>(*fields.min_final_cltv));
    }
    if (fields.features) out.features = *std::move(fields.features);
    return {};
}

/// What the invoice may demand of a payer, and what everybody is assumed to have (BOLT 9).
const wire::Features& understood_features() {
    using wire::Feature;
    static const auto features = wire::Features::demanding(
        {Feature::data_loss_protect, Feature::var_onion_optin, Feature::static_remotekey,
         Feature::payment_secret, Feature::basic_mpp, Feature::channel_type,
         Feature::payment_metadata});
    return features;
}

/// By the key in the invoice (then S must be low), else by recovery (then it may be high).
Result<crypto::PublicKey, DecodeError> check_signature(
    Values values, const Hash256& digest, const std::optional<crypto::PublicKey>& named) {
    const auto bytes = bitcoin::convert_bits(values, 5, 8, false);
    if (!bytes || bytes->size() != 65 || bytes->back() > 3) return fail(DecodeError::bad_signature);
    crypto::RecoverableSignature signature;
    signature.signature = *crypto::Signature::from(ByteView(*bytes).first(64));
    signature.recovery_id = bytes->back();
    if (named) {
        if (!crypto::verify(*named, digest, signature.signature))
            return fail(DecodeError::bad_signature);
        return *named;
    }
    const auto recovered = crypto::recover(signature, digest);
    if (!recovered) return fail(DecodeError::bad_signature);
    return *recovered;
}

}  // namespace

Result<Invoice, DecodeError> decode_invoice(std::string_view text, const NetworkParams* network,
                                            std::optional<std::size_t>* unknown_feature) {
    text = without_scheme(text);
    RUNNEL_TRY(const auto bech32, bitcoin::decode_bech32(text, max_invoice_length));
    if (bech32.kind != bitcoin::Bech32Kind::bech32) return fail(DecodeError::bad_checksum);
    Invoice out;
    RUNNEL_CHECK(read_prefix(bech32.hrp, network, out));

    const Values values(bech32.values);
    if (values.size() < timestamp_values + signature_values) return fail(DecodeError::truncated);
    const auto signed_part = values.first(values.size() - signature_values);
    std::int64_t seconds = 0;
    for (const auto value : signed_part.first(timestamp_values)) seconds = seconds << 5 | value;
    out.timestamp = UnixTime(seconds);
    Fields fields;
    RUNNEL_CHECK(read_fields(signed_part.subspan(timestamp_values), fields, out));

    const auto octets = bitcoin::convert_bits(signed_part, 5, 8, true);
    const auto digest = crypto::sha256({bytes_of(bech32.hrp), *octets});
    RUNNEL_TRY(out.payee, check_signature(values.last(signature_values), digest, fields.payee));
    out.names_payee = fields.payee.has_value();
    RUNNEL_CHECK(settle_fields(std::move(fields), out));

    if (const auto bit = out.features.first_demand_beyond(understood_features())) {
        if (unknown_feature != nullptr) *unknown_feature = bit;
        return fail(DecodeError::unsupported);
    }
    if (out.features.missing_dependency()) return fail(DecodeError::unsupported);
    return out;
}

UnixTime Invoice::expires_at() const {
    std::int64_t sum = 0;
    if (expiry_seconds > INT64_MAX ||
        __builtin_add_overflow(timestamp.raw(), static_cast<std::int64_t>(expiry_seconds), &sum)) {
        return UnixTime(INT64_MAX);
    }
    return UnixTime(sum);
}

}  // namespace runnel::payment
