// How the channel's plain values lie in the store: fields in declaration order, big-endian, without
// versions; the records that hold them begin with one. Decoders note their error in the Reader and
// return what they have: ask Reader::finish once.
#pragma once

#include "core/base/codec.h"
#include "core/channel/params.h"
#include "core/crypto/keys.h"

namespace runnel::channel {

void encode(Writer& out, bool value);
void encode(Writer& out, Party value);
void encode(Writer& out, Sat value);
void encode(Writer& out, Msat value);
void encode(Writer& out, const Secret32& value);
void encode(Writer& out, const crypto::PublicKey& value);
void encode(Writer& out, const bitcoin::OutPoint& value);
/// Length (CompactSize), then the bytes.
void encode_bytes(Writer& out, ByteView value);
void encode(Writer& out, const bitcoin::Transaction& value);
void encode(Writer& out, const ports::ChannelPublicKeys& value);
void encode(Writer& out, const Terms& value);
void encode(Writer& out, const ChannelParams& value);
void encode(Writer& out, const Htlc& value);
void encode(Writer& out, const CommitmentSpec& value);

/// 0 or 1, bad_value otherwise.
bool decode_bool(Reader& in);
Party decode_party(Reader& in);
Sat decode_sat(Reader& in);
Msat decode_msat(Reader& in);
Secret32 decode_secret(Reader& in);
/// bad_point unless on the curve.
crypto::PublicKey decode_public_key(Reader& in);
bitcoin::OutPoint decode_outpoint(Reader& in);
Bytes decode_bytes(Reader& in);
bitcoin::Transaction decode_transaction(Reader& in);
ports::ChannelPublicKeys decode_channel_public_keys(Reader& in);
Terms decode_terms(Reader& in);
ChannelParams decode_params(Reader& in);
Htlc decode_htlc(Reader& in);
CommitmentSpec decode_spec(Reader& in);
/// A number of elements of at least `least_each` bytes: truncated when the input cannot hold so
/// many.
std::size_t decode_count(Reader& in, std::size_t least_each);

/// A byte that says whether a value follows.
template <typename T, typename Encode>
void encode_optional(Writer& out, const std::optional<T>& value, Encode put) {
    encode(out, value.has_value());
    if (value) put(out, *value);
}
template <typename Decode>
auto decode_optional(Reader& in, Decode get) -> std::optional<decltype(get(in))> {
    if (!decode_bool(in)) return std::nullopt;
    return get(in);
}

}  // namespace runnel::channel
