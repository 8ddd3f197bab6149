#include "core/onion/payload.h"

#include "core/wire/tlv.h"

#include <algorithm>
#include <cstdlib>

namespace runnel::onion {
namespace {

enum PayloadType : std::uint64_t {
    type_amt_to_forward = 2,
    type_outgoing_cltv_value = 4,
    type_short_channel_id = 6,
    type_payment_data = 8,
    type_encrypted_recipient_data = 10,
    type_current_path_key = 12,
    type_payment_metadata = 16,
    // total_amount_msat (18) exists in blinded payloads only; elsewhere it is an even type that we
    // do not know.
    type_keysend_preimage = 5482373484,
};

/// Every record of either kind of payload, before it is known that the compulsory ones are there.
struct Records {
    std::optional<Msat> amt_to_forward;
    std::optional<BlockHeight> outgoing_cltv_value;
    std::optional<ShortChannelId> short_channel_id;
    FinalPayload final_part;
};

PayloadError bad(DecodeError reason, std::uint64_t type, std::size_t offset = 0) {
    return BadPayload{reason, type,
                      static_cast<std::uint16_t>(std::min<std::size_t>(offset, UINT16_MAX))};
}

/// Nothing when the type has no meaning here; otherwise whether the value could be read.
std::optional<Reader> read_record(const wire::TlvRecord& record, Records& out) {
    Reader in(record.value);
    switch (record.type) {
        case type_amt_to_forward: out.amt_to_forward = Msat(in.truncated_uint(8)); break;
        case type_outgoing_cltv_value:
            out.outgoing_cltv_value = BlockHeight(static_cast<std::uint32_t>(in.truncated_uint(4)));
            break;
        case type_short_channel_id: out.short_channel_id = ShortChannelId(in.u64()); break;
        case type_payment_data: {
            auto& data = out.final_part.payment_data.emplace();
            const auto secret = in.bytes(32);
            std::copy(secret.begin(), secret.end(), data.payment_secret.reveal().begin());
            data.total_msat = Msat(in.truncated_uint(8));
            break;
        }
        case type_payment_metadata:
            out.final_part.payment_metadata = to_bytes(in.bytes(in.remaining()));
            break;
        case type_keysend_preimage: in.fixed(out.final_part.keysend_preimage.emplace()); break;
        default: return std::nullopt;
    }
    in.expect_end();
    return in;
}

Result<Records, PayloadError> read_records(ByteView payload) {
    Records out;
    std::optional<PayloadError> problem;
    Reader in(payload);
    wire::TlvReader records(in);
    std::size_t offset = 0;
    while (const auto record = records.next()) {
        // Looked for to the end: an earlier fault must not be answered more precisely within a
        // blinded path.
        if (record->type == type_encrypted_recipient_data ||
            record->type == type_current_path_key) {
            return fail(PayloadError(BlindedPayload{}));
        }
        if (!problem) {
            if (const auto value = read_record(*record, out)) {
                if (const auto error = value->error()) problem = bad(*error, record->type, offset);
            } else if (record->type % 2 == 0) {
                problem = bad(DecodeError::unknown_even, record->type, offset);
            } else {
                out.final_part.custom.push_back({record->type, to_bytes(record->value)});
            }
        }
        offset = payload.size() - in.remaining();
    }
    if (problem) return fail(*problem);
    if (const auto error = in.error()) return fail(bad(*error, 0, offset));
    if (!out.amt_to_forward) return fail(bad(DecodeError::missing_field, type_amt_to_forward));
    if (!out.outgoing_cltv_value)
        return fail(bad(DecodeError::missing_field, type_outgoing_cltv_value));
    return out;
}

}  // namespace

Failure to_failure(const PayloadError& error, const Hash256& sha256_of_onion) {
    if (const auto* payload = std::get_if<BadPayload>(&error)) {
        return InvalidOnionPayload{payload->type, payload->offset};
    }
    return InvalidOnionBlinding{sha256_of_onion};
}

Result<ForwardPayload, PayloadError> decode_forward_payload(ByteView payload) {
    RUNNEL_TRY(const auto records, read_records(payload));
    if (!records.short_channel_id)
        return fail(bad(DecodeError::missing_field, type_short_channel_id));
    return ForwardPayload{*records.amt_to_forward, *records.outgoing_cltv_value,
                          *records.short_channel_id};
}

Result<FinalPayload, PayloadError> decode_final_payload(ByteView payload) {
    RUNNEL_TRY(auto records, read_records(payload));
    auto out = std::move(records.final_part);
    out.amt_to_forward = *records.amt_to_forward;
    out.outgoing_cltv_value = *records.outgoing_cltv_value;
    return out;
}

Bytes encode_payload(const ForwardPayload& payload) {
    wire::TlvWriter out;
    out.add_truncated(type_amt_to_forward, payload.amt_to_forward.raw());
    out.add_truncated(type_outgoing_cltv_value, payload.outgoing_cltv_value.raw());
    out.add_u64(type_short_channel_id, payload.short_channel_id.raw());
    return out.take();
}

Bytes encode_payload(const FinalPayload& payload) {
    wire::TlvWriter out;
    auto custom = payload.custom.begin();
    // Custom records may stand before, between and behind ours.
    const auto up_to = [&](std::uint64_t type) -> wire::TlvWriter& {
        for (; custom != payload.custom.end() && custom->type < type; ++custom) {
            if (custom->type % 2 == 0) std::abort();
            out.add(custom->type, custom->value);
        }
        return out;
    };
    up_to(type_amt_to_forward).add_truncated(type_amt_to_forward, payload.amt_to_forward.raw());
    up_to(type_outgoing_cltv_value)
        .add_truncated(type_outgoing_cltv_value, payload.outgoing_cltv_value.raw());
    if (payload.payment_data) {
        Writer data;
        data.bytes(payload.payment_data->payment_secret.reveal());
        data.truncated_uint(payload.payment_data->total_msat.raw());
        up_to(type_payment_data).add(type_payment_data, data.view());
    }
    if (payload.payment_metadata) {
        up_to(type_payment_metadata).add(type_payment_metadata, *payload.payment_metadata);
    }
    if (payload.keysend_preimage) {
        up_to(type_keysend_preimage).add(type_keysend_preimage, payload.keysend_preimage->view());
    }
    up_to(UINT64_MAX);
    if (custom != payload.custom.end()) out.add(custom->type, custom->value);  // type 2^64-1
    return out.take();
}

}  // namespace runnel::onion
