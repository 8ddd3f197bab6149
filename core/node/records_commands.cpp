// How answers that must not be given twice lie in the store: a version byte, the order, which
// answer, then its fields.
#include "core/channel/codec.h"
#include "core/node/handlers.h"

namespace runnel::node {

namespace {

using channel::decode_bytes;
using channel::decode_sat;
using channel::encode;
using channel::encode_bytes;

constexpr std::uint8_t version = 1;
/// Numbers are part of the stored format.
enum Kind : std::uint8_t { address_made = 1, onchain_sent = 2, channel_opening = 3 };

void put_text(Writer& out, std::string_view text) { encode_bytes(out, bytes_of(text)); }

std::string get_text(Reader& in) {
    const Bytes bytes = decode_bytes(in);
    return std::string(bytes.begin(), bytes.end());
}

api::Answer get_answer(Reader& in) {
    switch (in.u8()) {
        case address_made: return api::AddressMade{get_text(in)};
        case onchain_sent: {
            api::OnchainSent sent;
            in.fixed(sent.txid);
            sent.amount = decode_sat(in);
            sent.fee = decode_sat(in);
            sent.kept = decode_sat(in);
            sent.kept_reason = get_text(in);
            return sent;
        }
        case channel_opening: {
            api::ChannelOpening opening;
            in.fixed(opening.channel_id);
            in.fixed(opening.funding_txid);
            opening.funding = decode_sat(in);
            opening.fee = decode_sat(in);
            return opening;
        }
        default: in.fail(DecodeError::bad_value); return api::AddressMade{};
    }
}

}  // namespace

Bytes encode_done(const DoneCommand& done) {
    Writer out;
    out.u8(version).u64(done.sequence);
    std::visit(overloaded{[&](const api::AddressMade& a) {
                              out.u8(address_made);
                              put_text(out, a.address);
                          },
                          [&](const api::OnchainSent& a) {
                              out.u8(onchain_sent).fixed(a.txid);
                              encode(out, a.amount);
                              encode(out, a.fee);
                              encode(out, a.kept);
                              put_text(out, a.kept_reason);
                          },
                          [&](const api::ChannelOpening& a) {
                              out.u8(channel_opening).fixed(a.channel_id).fixed(a.funding_txid);
                              encode(out, a.funding);
                              encode(out, a.fee);
                          },
                          // The others are repeated without harm, or kept with what they made.
                          [&](const auto&) { out.u8(0); }},
               done.answer);
    return out.take();
}

Result<DoneCommand, DecodeError> decode_done(ByteView value) {
    Reader in(value);
    if (in.u8() != version) in.fail(DecodeError::unsupported);
    DoneCommand done;
    done.sequence = in.u64();
    done.answer = get_answer(in);
    in.expect_end();
    return in.finish(std::move(done));
}

}  // namespace runnel::node
