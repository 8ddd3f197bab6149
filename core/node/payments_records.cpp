// How payments, invoices and forwards lie in the store: a version byte, then the fields in
// declaration order.
#include "core/channel/codec.h"
#include "core/node/handlers.h"

namespace runnel::node {

namespace {

using channel::decode_bytes;
using channel::decode_count;
using channel::decode_msat;
using channel::decode_optional;
using channel::decode_public_key;
using channel::decode_secret;
using channel::encode;
using channel::encode_bytes;
using channel::encode_optional;

constexpr std::uint8_t version = 1;
/// Problem parameters are few and short; a record with more is damaged.
constexpr std::size_t least_string = 1;
constexpr std::size_t least_part = 32 + 8 + 8 + 8 + 32 + 1 + 1 + 4 + 1 + 1 + 4;
constexpr std::size_t least_received_part = 32 + 8 + 8 + 4 + 8 + 32;

Reader versioned(ByteView value) {
    Reader in(value);
    if (in.u8() != version) in.fail(DecodeError::unsupported);
    return in;
}

void put_text(Writer& out, std::string_view text) { encode_bytes(out, bytes_of(text)); }

std::string get_text(Reader& in) {
    const Bytes bytes = decode_bytes(in);
    return std::string(bytes.begin(), bytes.end());
}

void put_time(Writer& out, UnixTime time) { out.u64(static_cast<std::uint64_t>(time.raw())); }
UnixTime get_time(Reader& in) { return UnixTime(static_cast<std::int64_t>(in.u64())); }

void put_ref(Writer& out, const HtlcRef& ref) { out.fixed(ref.channel).u64(ref.id.raw()); }
HtlcRef get_ref(Reader& in) {
    HtlcRef ref;
    in.fixed(ref.channel);
    ref.id = HtlcId(in.u64());
    return ref;
}

void put_preimage(Writer& out, const wire::Preimage& preimage) { out.fixed(preimage); }
wire::Preimage get_preimage(Reader& in) { return in.fixed<wire::Preimage>(); }

void put_problem(Writer& out, const api::Problem& problem) {
    out.u8(static_cast<std::uint8_t>(problem.kind));
    out.compact_size(problem.params.size());
    for (const auto& [name, value] : problem.params) {
        put_text(out, name);
        put_text(out, value);
    }
}

api::Problem get_problem(Reader& in) {
    api::Problem problem;
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(api::last_problem_kind)) {
        in.fail(DecodeError::bad_value);
        return problem;
    }
    problem.kind = static_cast<api::ProblemKind>(kind);
    const std::size_t count = decode_count(in, 2 * least_string);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        std::string name = get_text(in);
        problem.params[std::move(name)] = get_text(in);
    }
    return problem;
}

void put_part(Writer& out, const Part& part) {
    put_ref(out, part.htlc);
    encode(out, part.amount);
    encode(out, part.fee);
    encode(out, part.session_key);
    out.compact_size(part.hops.size());
    for (const auto& hop : part.hops) encode(out, hop);
    out.compact_size(part.scids.size());
    for (const auto scid : part.scids) out.u64(scid.raw());
    out.u32(part.attempt).u8(static_cast<std::uint8_t>(part.state));
    put_text(out, part.failure);
    out.u32(part.failed_hop);
}

Part get_part(Reader& in) {
    Part part;
    part.htlc = get_ref(in);
    part.amount = decode_msat(in);
    part.fee = decode_msat(in);
    part.session_key = decode_secret(in);
    const std::size_t hops = decode_count(in, crypto::PublicKey::size_bytes);
    for (std::size_t i = 0; i < hops && in.ok(); ++i) part.hops.push_back(decode_public_key(in));
    const std::size_t scids = decode_count(in, 8);
    for (std::size_t i = 0; i < scids && in.ok(); ++i)
        part.scids.push_back(ShortChannelId(in.u64()));
    part.attempt = in.u32();
    const std::uint8_t state = in.u8();
    if (state > static_cast<std::uint8_t>(Part::State::fulfilled)) in.fail(DecodeError::bad_value);
    part.state = static_cast<Part::State>(state);
    part.failure = get_text(in);
    part.failed_hop = in.u32();
    return part;
}

void put_received(Writer& out, const ReceivedPart& part) {
    put_ref(out, part.htlc);
    encode(out, part.amount);
    out.u32(part.expiry.raw());
    encode(out, part.total);
    encode(out, part.shared_secret);
}

ReceivedPart get_received(Reader& in) {
    ReceivedPart part;
    part.htlc = get_ref(in);
    part.amount = decode_msat(in);
    part.expiry = BlockHeight(in.u32());
    part.total = decode_msat(in);
    part.shared_secret = decode_secret(in);
    return part;
}

}  // namespace

Bytes encode_payment(const OutgoingPayment& payment) {
    Writer out;
    out.reserve(300 + payment.bolt11.size() + payment.description.size() +
                payment.parts.size() * 200);
    out.u8(version).fixed(payment.payment_hash).fixed(payment.command).u64(payment.sequence);
    put_text(out, payment.bolt11);
    put_text(out, payment.description);
    encode(out, payment.payee);
    encode(out, payment.amount);
    encode(out, payment.max_fee);
    put_time(out, payment.created);
    encode_optional(out, payment.keysend_preimage, put_preimage);
    out.compact_size(payment.parts.size());
    for (const auto& part : payment.parts) put_part(out, part);
    out.u8(static_cast<std::uint8_t>(payment.status.index()));
    std::visit(overloaded{[](const PaymentPending&) {},
                          [&](const PaymentPaid& paid) {
                              out.fixed(paid.preimage);
                              put_time(out, paid.at);
                              out.u64(paid.elapsed_ms);
                          },
                          [&](const PaymentLost& lost) {
                              put_problem(out, lost.problem);
                              put_time(out, lost.at);
                          }},
               payment.status);
    return out.take();
}

Result<OutgoingPayment, DecodeError> decode_payment(ByteView value) {
    Reader in = versioned(value);
    OutgoingPayment payment;
    in.fixed(payment.payment_hash);
    in.fixed(payment.command);
    payment.sequence = in.u64();
    payment.bolt11 = get_text(in);
    payment.description = get_text(in);
    payment.payee = decode_public_key(in);
    payment.amount = decode_msat(in);
    payment.max_fee = decode_msat(in);
    payment.created = get_time(in);
    payment.keysend_preimage = decode_optional(in, get_preimage);
    const std::size_t parts = decode_count(in, least_part);
    for (std::size_t i = 0; i < parts && in.ok(); ++i) payment.parts.push_back(get_part(in));
    switch (in.u8()) {
        case 0: payment.status = PaymentPending{}; break;
        case 1: {
            PaymentPaid paid;
            in.fixed(paid.preimage);
            paid.at = get_time(in);
            paid.elapsed_ms = in.u64();
            payment.status = paid;
            break;
        }
        case 2: {
            PaymentLost lost;
            lost.problem = get_problem(in);
            lost.at = get_time(in);
            payment.status = std::move(lost);
            break;
        }
        default: in.fail(DecodeError::bad_value);
    }
    in.expect_end();
    return in.finish(std::move(payment));
}

Bytes encode_incoming(const IncomingPayment& incoming) {
    Writer out;
    out.reserve(250 + incoming.bolt11.size() + incoming.description.size() +
                incoming.parts.size() * 96);
    out.u8(version).fixed(incoming.payment_hash).u64(incoming.sequence);
    put_text(out, incoming.bolt11);
    put_text(out, incoming.description);
    encode_optional(out, incoming.amount, [](Writer& w, Msat amount) { encode(w, amount); });
    encode(out, incoming.payment_secret);
    out.fixed(incoming.preimage);
    put_time(out, incoming.created);
    put_time(out, incoming.expires);
    out.u32(incoming.min_final_cltv_expiry_delta);
    out.compact_size(incoming.parts.size());
    for (const auto& part : incoming.parts) put_received(out, part);
    out.u8(static_cast<std::uint8_t>(incoming.status.index()));
    if (const auto* const paid = std::get_if<InvoicePaid>(&incoming.status)) {
        encode(out, paid->received);
        put_time(out, paid->at);
    }
    return out.take();
}

Result<IncomingPayment, DecodeError> decode_incoming(ByteView value) {
    Reader in = versioned(value);
    IncomingPayment incoming;
    in.fixed(incoming.payment_hash);
    incoming.sequence = in.u64();
    incoming.bolt11 = get_text(in);
    incoming.description = get_text(in);
    incoming.amount = decode_optional(in, decode_msat);
    incoming.payment_secret = decode_secret(in);
    in.fixed(incoming.preimage);
    incoming.created = get_time(in);
    incoming.expires = get_time(in);
    incoming.min_final_cltv_expiry_delta = in.u32();
    const std::size_t parts = decode_count(in, least_received_part);
    for (std::size_t i = 0; i < parts && in.ok(); ++i) incoming.parts.push_back(get_received(in));
    switch (in.u8()) {
        case 0: incoming.status = InvoiceOpen{}; break;
        case 1: {
            InvoicePaid paid;
            paid.received = decode_msat(in);
            paid.at = get_time(in);
            incoming.status = paid;
            break;
        }
        default: in.fail(DecodeError::bad_value);
    }
    in.expect_end();
    return in.finish(std::move(incoming));
}

Bytes encode_forward(const Forward& forward) {
    Writer out;
    out.u8(version);
    put_ref(out, forward.incoming);
    put_ref(out, forward.outgoing);
    encode(out, forward.amount_in);
    encode(out, forward.amount_out);
    encode(out, forward.shared_secret);
    encode_optional(out, forward.preimage, put_preimage);
    return out.take();
}

Result<Forward, DecodeError> decode_forward(ByteView value) {
    Reader in = versioned(value);
    Forward forward;
    forward.incoming = get_ref(in);
    forward.outgoing = get_ref(in);
    forward.amount_in = decode_msat(in);
    forward.amount_out = decode_msat(in);
    forward.shared_secret = decode_secret(in);
    forward.preimage = decode_optional(in, get_preimage);
    in.expect_end();
    return in.finish(std::move(forward));
}

}  // namespace runnel::node
