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
enum Kind : std::uint8_t {
    address_made = 1,
    onchain_sent = 2,  ///< What stayed had one reason, or nothing did.
    channel_opening = 3,
    onchain_sent_parts = 4,  ///< What stayed had several.
};

void put_text(Writer& out, std::string_view text) { encode_bytes(out, bytes_of(text)); }

std::string get_text(Reader& in) {
    const Bytes bytes = decode_bytes(in);
    return std::string(bytes.begin(), bytes.end());
}

void get_parts(Reader& in, api::OnchainSent& sent) {
    const std::size_t count = in.u8();
    if (count < 2) in.fail(DecodeError::bad_value);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const Sat amount = decode_sat(in);
        sent.kept_parts.push_back({amount, get_text(in)});
        const auto sum = add(sent.kept, amount);
        if (!sum) in.fail(DecodeError::bad_value);
        sent.kept = sum.value_or(Sat(0));
    }
}

void put(Writer& out, const api::OnchainSent& sent) {
    const auto& parts = sent.kept_parts;
    out.u8(parts.size() > 1 ? onchain_sent_parts : onchain_sent).fixed(sent.txid);
    encode(out, sent.amount);
    encode(out, sent.fee);
    if (parts.size() > 1) {
        out.u8(static_cast<std::uint8_t>(parts.size()));
        for (const auto& part : parts) {
            encode(out, part.amount);
            put_text(out, part.reason);
        }
        return;
    }
    encode(out, sent.kept);
    put_text(out, parts.empty() ? std::string() : parts.front().reason);
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
            if (auto reason = get_text(in); !reason.empty())
                sent.kept_parts.push_back({sent.kept, std::move(reason)});
            return sent;
        }
        case onchain_sent_parts: {
            api::OnchainSent sent;
            in.fixed(sent.txid);
            sent.amount = decode_sat(in);
            sent.fee = decode_sat(in);
            get_parts(in, sent);
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
                          [&](const api::OnchainSent& a) { put(out, a); },
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
