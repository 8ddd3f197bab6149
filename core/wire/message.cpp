#include "core/wire/message.h"

#include "core/wire/field_codec.h"

#include <concepts>

namespace runnel::wire {

namespace {

/// S when reading, const S when writing.
template <typename M, typename S>
concept Of = std::same_as<std::remove_const_t<M>, S>;

using detail::tlv;

}  // namespace

// The wire form of every message, once for both directions; found from field_codec.h by the
// argument's namespace.

// BOLT 1

void fields(auto& io, Of<Init> auto& m) {
    io(m.globalfeatures, m.features);
    io.tlvs(tlv<1>(m.networks), tlv<3>(m.remote_addr));
}

void fields(auto& io, Of<Error> auto& m) {
    io(m.channel_id, m.data);
    io.ignore_rest();
}

void fields(auto& io, Of<Warning> auto& m) {
    io(m.channel_id, m.data);
    io.ignore_rest();
}

void fields(auto& io, Of<Ping> auto& m) {
    io(m.num_pong_bytes, m.ignored);
    io.ignore_rest();
}

void fields(auto& io, Of<Pong> auto& m) {
    io(m.ignored);
    io.ignore_rest();
}

void fields(auto& io, Of<PeerStorage> auto& m) {
    io(m.blob);
    io.tlvs();
}

void fields(auto& io, Of<PeerStorageRetrieval> auto& m) {
    io(m.blob);
    io.tlvs();
}

// BOLT 2, establishment

void fields(auto& io, Of<OpenChannel> auto& m) {
    io(m.chain_hash, m.temporary_channel_id, m.funding_satoshis, m.push_msat, m.dust_limit_satoshis,
       m.max_htlc_value_in_flight_msat, m.channel_reserve_satoshis, m.htlc_minimum_msat,
       m.feerate_per_kw, m.to_self_delay, m.max_accepted_htlcs, m.funding_pubkey,
       m.revocation_basepoint, m.payment_basepoint, m.delayed_payment_basepoint, m.htlc_basepoint,
       m.first_per_commitment_point, m.channel_flags);
    io.tlvs(tlv<0>(m.upfront_shutdown_script), tlv<1>(m.channel_type));
}

void fields(auto& io, Of<AcceptChannel> auto& m) {
    io(m.temporary_channel_id, m.dust_limit_satoshis, m.max_htlc_value_in_flight_msat,
       m.channel_reserve_satoshis, m.htlc_minimum_msat, m.minimum_depth, m.to_self_delay,
       m.max_accepted_htlcs, m.funding_pubkey, m.revocation_basepoint, m.payment_basepoint,
       m.delayed_payment_basepoint, m.htlc_basepoint, m.first_per_commitment_point);
    io.tlvs(tlv<0>(m.upfront_shutdown_script), tlv<1>(m.channel_type));
}

void fields(auto& io, Of<FundingCreated> auto& m) {
    io(m.temporary_channel_id, m.funding_txid, m.funding_output_index, m.signature);
    io.tlvs();
}

void fields(auto& io, Of<FundingSigned> auto& m) {
    io(m.channel_id, m.signature);
    io.tlvs();
}

void fields(auto& io, Of<ChannelReady> auto& m) {
    io(m.channel_id, m.second_per_commitment_point);
    io.tlvs(tlv<1>(m.short_channel_id));
}

// BOLT 2, close

void fields(auto& io, Of<Shutdown> auto& m) {
    io(m.channel_id, m.scriptpubkey);
    io.tlvs();
}

void fields(auto& io, Of<FeeRange> auto& m) { io(m.min_fee_satoshis, m.max_fee_satoshis); }

void fields(auto& io, Of<ClosingSigned> auto& m) {
    io(m.channel_id, m.fee_satoshis, m.signature);
    io.tlvs(tlv<1>(m.fee_range));
}

// BOLT 2, normal operation

void fields(auto& io, Of<UpdateAddHtlc> auto& m) {
    io(m.channel_id, m.id, m.amount_msat, m.payment_hash, m.cltv_expiry, m.onion_routing_packet);
    io.tlvs(tlv<0>(m.blinded_path));
}

void fields(auto& io, Of<AttributionData> auto& m) { io(m.htlc_hold_times, m.truncated_hmacs); }

void fields(auto& io, Of<UpdateFulfillHtlc> auto& m) {
    io(m.channel_id, m.id, m.payment_preimage);
    io.tlvs(tlv<1>(m.attribution_data));
}

void fields(auto& io, Of<UpdateFailHtlc> auto& m) {
    io(m.channel_id, m.id, m.reason);
    io.tlvs(tlv<1>(m.attribution_data));
}

void fields(auto& io, Of<UpdateFailMalformedHtlc> auto& m) {
    io(m.channel_id, m.id, m.sha256_of_onion, m.failure_code);
    io.tlvs();
}

void fields(auto& io, Of<CommitmentSigned> auto& m) {
    io(m.channel_id, m.signature, m.htlc_signature);
    io.tlvs(tlv<1>(m.funding_txid));
}

void fields(auto& io, Of<RevokeAndAck> auto& m) {
    io(m.channel_id, m.per_commitment_secret, m.next_per_commitment_point);
    io.tlvs();
}

void fields(auto& io, Of<UpdateFee> auto& m) {
    io(m.channel_id, m.feerate_per_kw);
    io.tlvs();
}

void fields(auto& io, Of<ChannelReestablish> auto& m) {
    io(m.channel_id, m.next_commitment_number, m.next_revocation_number,
       m.your_last_per_commitment_secret, m.my_current_per_commitment_point);
    io.tlvs();
}

// BOLT 7

void fields(auto& io, Of<AnnouncementSignatures> auto& m) {
    io(m.channel_id, m.short_channel_id, m.node_signature, m.bitcoin_signature);
    io.tlvs();
}

void fields(auto& io, Of<ChannelAnnouncement> auto& m) {
    io(m.node_signature_1, m.node_signature_2, m.bitcoin_signature_1, m.bitcoin_signature_2,
       m.features, m.chain_hash, m.short_channel_id, m.node_id_1, m.node_id_2, m.bitcoin_key_1,
       m.bitcoin_key_2);
    io.keep_rest(m.extension);
}

void fields(auto& io, Of<NodeAnnouncement> auto& m) {
    io(m.signature, m.features, m.timestamp, m.node_id, m.rgb_color, m.alias, m.addresses);
    io.keep_rest(m.extension);
}

void fields(auto& io, Of<ChannelUpdate> auto& m) {
    io(m.signature, m.chain_hash, m.short_channel_id, m.timestamp, m.message_flags, m.channel_flags,
       m.cltv_expiry_delta, m.htlc_minimum_msat, m.fee_base_msat, m.fee_proportional_millionths,
       m.htlc_maximum_msat);
    io.keep_rest(m.extension);
}

void fields(auto& io, Of<QueryShortChannelIds> auto& m) {
    io(m.chain_hash, m.encoded_short_ids);
    io.tlvs(tlv<1>(m.query_flags));
}

void fields(auto& io, Of<ReplyShortChannelIdsEnd> auto& m) {
    io(m.chain_hash, m.full_information);
    io.tlvs();
}

void fields(auto& io, Of<QueryOption> auto& m) { io.bigsize(m.query_option_flags); }

void fields(auto& io, Of<QueryChannelRange> auto& m) {
    io(m.chain_hash, m.first_blocknum, m.number_of_blocks);
    io.tlvs(tlv<1>(m.query_option));
}

void fields(auto& io, Of<ReplyChannelRange> auto& m) {
    io(m.chain_hash, m.first_blocknum, m.number_of_blocks, m.sync_complete, m.encoded_short_ids);
    io.tlvs(tlv<1>(m.timestamps_tlv), tlv<3>(m.checksums_tlv));
}

void fields(auto& io, Of<GossipTimestampFilter> auto& m) {
    io(m.chain_hash, m.first_timestamp, m.timestamp_range);
    io.tlvs();
}

// BOLT 4

void fields(auto& io, Of<OnionMessage> auto& m) {
    io(m.path_key, m.onion_message_packet);
    io.tlvs();
}

namespace {

template <std::size_t Index = 0>
Result<Message, DecodeError> decode_as(std::uint16_t type, Reader& in) {
    if constexpr (Index == std::variant_size_v<Message>) {
        if (type % 2 == 0) return fail(DecodeError::unsupported);
        return Message(UnknownOdd{type});
    } else {
        using M = std::variant_alternative_t<Index, Message>;
        if constexpr (!std::same_as<M, UnknownOdd>) {
            if (static_cast<std::uint16_t>(M::wire_type) == type) {
                M message;
                detail::FieldReader io(in);
                fields(io, message);
                in.expect_end();
                return in.finish(Message(std::move(message)));
            }
        }
        return decode_as<Index + 1>(type, in);
    }
}

}  // namespace

Result<Message, DecodeError> decode(ByteView bytes) {
    Reader in(bytes);
    const std::uint16_t type = in.u16();
    if (const auto error = in.error()) return fail(*error);
    return decode_as(type, in);
}

Bytes encode(const Message& message) {
    Writer out;
    std::visit(
        [&out]<typename M>(const M& m) {
            if constexpr (std::same_as<M, UnknownOdd>) {
                out.u16(m.type);
            } else {
                out.u16(static_cast<std::uint16_t>(M::wire_type));
                detail::FieldWriter io(out);
                fields(io, m);
            }
        },
        message);
    return out.take();
}

Type type_of(const Message& message) {
    return std::visit(
        []<typename M>(const M& m) {
            if constexpr (std::same_as<M, UnknownOdd>) {
                return static_cast<Type>(m.type);
            } else {
                static_cast<void>(m);
                return M::wire_type;
            }
        },
        message);
}

std::string_view name_of(const Message& message) { return to_string(type_of(message)); }

std::optional<ChannelId> channel_id_of(const Message& message) {
    return std::visit(
        [](const auto& m) -> std::optional<ChannelId> {
            if constexpr (requires { m.channel_id; }) {
                return m.channel_id;
            } else if constexpr (requires { m.temporary_channel_id; }) {
                return m.temporary_channel_id;
            } else {
                return std::nullopt;
            }
        },
        message);
}

}  // namespace runnel::wire
