#include "core/channel/codec.h"

namespace runnel::channel {
namespace {

constexpr std::size_t least_htlc = 1 + 8 + 8 + 32 + 4;

}  // namespace

void encode(Writer& out, bool value) { out.u8(value ? 1 : 0); }
void encode(Writer& out, Party value) { out.u8(static_cast<std::uint8_t>(value)); }
void encode(Writer& out, Sat value) { out.u64(value.raw()); }
void encode(Writer& out, Msat value) { out.u64(value.raw()); }
void encode(Writer& out, const Secret32& value) { out.bytes(value.reveal()); }
void encode(Writer& out, const crypto::PublicKey& value) { out.bytes(value.view()); }
void encode(Writer& out, const bitcoin::OutPoint& value) { out.fixed(value.txid).u32(value.index); }
void encode_bytes(Writer& out, ByteView value) { out.compact_size(value.size()).bytes(value); }
void encode(Writer& out, const bitcoin::Transaction& value) {
    encode_bytes(out, value.serialise());
}

void encode(Writer& out, const ports::ChannelPublicKeys& value) {
    encode(out, value.funding_pubkey);
    encode(out, value.revocation_basepoint);
    encode(out, value.payment_basepoint);
    encode(out, value.delayed_payment_basepoint);
    encode(out, value.htlc_basepoint);
}

void encode(Writer& out, const Terms& value) {
    encode(out, value.dust_limit_satoshis);
    encode(out, value.max_htlc_value_in_flight_msat);
    encode(out, value.channel_reserve_satoshis);
    encode(out, value.htlc_minimum_msat);
    out.u16(value.to_self_delay).u16(value.max_accepted_htlcs);
}

void encode(Writer& out, const ChannelParams& value) {
    const auto put_script = [](Writer& to, const bitcoin::Script& script) {
        encode_bytes(to, script);
    };
    encode(out, value.funder);
    encode(out, value.announce);
    encode(out, value.scid_alias);
    encode(out, value.funding_satoshis);
    encode(out, value.ours);
    encode(out, value.theirs);
    encode(out, value.our_keys);
    encode(out, value.their_keys);
    encode_optional(out, value.our_upfront_shutdown, put_script);
    encode_optional(out, value.their_upfront_shutdown, put_script);
    encode(out, value.funding);
}

void encode(Writer& out, const Htlc& value) {
    encode(out, value.offered_by);
    out.u64(value.id.raw());
    encode(out, value.amount_msat);
    out.fixed(value.payment_hash).u32(value.cltv_expiry);
}

void encode(Writer& out, const CommitmentSpec& value) {
    out.u32(value.feerate_per_kw.raw());
    encode(out, value.to_ours);
    encode(out, value.to_theirs);
    out.compact_size(value.htlcs.size());
    for (const auto& htlc : value.htlcs) encode(out, htlc);
}

bool decode_bool(Reader& in) {
    const auto value = in.u8();
    if (value > 1) in.fail(DecodeError::bad_value);
    return value == 1;
}

Party decode_party(Reader& in) { return decode_bool(in) ? Party::theirs : Party::ours; }
Sat decode_sat(Reader& in) { return Sat(in.u64()); }
Msat decode_msat(Reader& in) { return Msat(in.u64()); }

Secret32 decode_secret(Reader& in) {
    const auto secret = secret32_from(in.bytes(32));
    return secret ? *secret : Secret32();
}

crypto::PublicKey decode_public_key(Reader& in) {
    const auto bytes = in.bytes(crypto::PublicKey::size_bytes);
    if (!in.ok()) return {};
    const auto key = crypto::PublicKey::parse(bytes);
    if (!key) {
        in.fail(key.error());
        return {};
    }
    return *key;
}

bitcoin::OutPoint decode_outpoint(Reader& in) {
    bitcoin::OutPoint out;
    in.fixed(out.txid);
    out.index = in.u32();
    return out;
}

Bytes decode_bytes(Reader& in) { return to_bytes(in.bytes(in.compact_size())); }

bitcoin::Transaction decode_transaction(Reader& in) {
    const auto bytes = in.bytes(in.compact_size());
    if (!in.ok()) return {};
    auto tx = bitcoin::Transaction::parse(bytes);
    if (!tx) {
        in.fail(tx.error());
        return {};
    }
    return *std::move(tx);
}

ports::ChannelPublicKeys decode_channel_public_keys(Reader& in) {
    ports::ChannelPublicKeys out;
    out.funding_pubkey = decode_public_key(in);
    out.revocation_basepoint = decode_public_key(in);
    out.payment_basepoint = decode_public_key(in);
    out.delayed_payment_basepoint = decode_public_key(in);
    out.htlc_basepoint = decode_public_key(in);
    return out;
}

Terms decode_terms(Reader& in) {
    Terms out;
    out.dust_limit_satoshis = decode_sat(in);
    out.max_htlc_value_in_flight_msat = decode_msat(in);
    out.channel_reserve_satoshis = decode_sat(in);
    out.htlc_minimum_msat = decode_msat(in);
    out.to_self_delay = in.u16();
    out.max_accepted_htlcs = in.u16();
    return out;
}

ChannelParams decode_params(Reader& in) {
    ChannelParams out;
    out.funder = decode_party(in);
    out.announce = decode_bool(in);
    out.scid_alias = decode_bool(in);
    out.funding_satoshis = decode_sat(in);
    out.ours = decode_terms(in);
    out.theirs = decode_terms(in);
    out.our_keys = decode_channel_public_keys(in);
    out.their_keys = decode_channel_public_keys(in);
    out.our_upfront_shutdown = decode_optional(in, decode_bytes);
    out.their_upfront_shutdown = decode_optional(in, decode_bytes);
    out.funding = decode_outpoint(in);
    return out;
}

Htlc decode_htlc(Reader& in) {
    Htlc out;
    out.offered_by = decode_party(in);
    out.id = HtlcId(in.u64());
    out.amount_msat = decode_msat(in);
    in.fixed(out.payment_hash);
    out.cltv_expiry = in.u32();
    return out;
}

CommitmentSpec decode_spec(Reader& in) {
    CommitmentSpec out;
    out.feerate_per_kw = FeeratePerKw(in.u32());
    out.to_ours = decode_msat(in);
    out.to_theirs = decode_msat(in);
    const auto count = decode_count(in, least_htlc);
    out.htlcs.reserve(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) out.htlcs.push_back(decode_htlc(in));
    return out;
}

std::size_t decode_count(Reader& in, std::size_t least_each) {
    const auto count = in.compact_size();
    if (in.ok() && count > in.remaining() / least_each) in.fail(DecodeError::truncated);
    return in.ok() ? static_cast<std::size_t>(count) : 0;
}

}  // namespace runnel::channel
