// The record of a channel's state: RecordKind::channel.
#include "core/channel/store.h"

#include "core/channel/codec.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <utility>

namespace runnel::channel {

namespace {

constexpr std::uint8_t channel_version = 5;
constexpr std::uint8_t without_peer_due =
    1;  ///< Older: a close by agreement did not say since when it waits.
/// Older: no rival of a funding transaction, but a list of signed closes.
constexpr std::uint8_t without_rival = 2;
constexpr std::uint8_t without_age =
    3;  ///< Older: nothing was known of how old a commitment of ours is.
/// Older: of an agreed close only its transaction, not what was said to agree on it.
constexpr std::uint8_t without_close_terms = 4;

// Small parts ------------------------------------------------------------------------------------

void put(Writer& out, const crypto::Signature& signature) { out.fixed(signature); }

void put(Writer& out, const ports::CommitmentSignatures& signatures) {
    put(out, signatures.signature);
    out.compact_size(signatures.htlc_signatures.size());
    for (const auto& signature : signatures.htlc_signatures) put(out, signature);
}

ports::CommitmentSignatures get_signatures(Reader& in) {
    ports::CommitmentSignatures out;
    in.fixed(out.signature);
    const std::size_t count = decode_count(in, crypto::Signature::size_bytes);
    out.htlc_signatures.resize(in.ok() ? count : 0);
    for (auto& signature : out.htlc_signatures) in.fixed(signature);
    return out;
}

void put(Writer& out, const ports::SignerGuard& guard) {
    out.u64(guard.remote_next)
        .fixed(guard.remote_content)
        .u64(guard.local_count)
        .u64(guard.released);
    encode(out, guard.local_signed);
}

ports::SignerGuard get_guard(Reader& in) {
    ports::SignerGuard guard;
    guard.remote_next = in.u64();
    in.fixed(guard.remote_content);
    guard.local_count = in.u64();
    guard.released = in.u64();
    guard.local_signed = decode_bool(in);
    return guard;
}

void put(Writer& out, const Removal& removal) {
    out.u8(static_cast<std::uint8_t>(removal.index()));
    std::visit(overloaded{[&](const Fulfilled& r) { out.fixed(r.payment_preimage); },
                          [&](const Failed& r) { encode_bytes(out, r.reason); },
                          [&](const FailedMalformed& r) {
                              out.fixed(r.sha256_of_onion).u16(r.failure_code);
                          }},
               removal);
}

Removal get_removal(Reader& in) {
    switch (in.u8()) {
        case 0: return Fulfilled{in.fixed<wire::Preimage>()};
        case 1: return Failed{decode_bytes(in)};
        case 2: {
            FailedMalformed out;
            in.fixed(out.sha256_of_onion);
            out.failure_code = in.u16();
            return out;
        }
        default: in.fail(DecodeError::bad_value); return Failed{};
    }
}

void put_script(Writer& out, const bitcoin::Script& script) { encode_bytes(out, script); }
void put_height(Writer& out, BlockHeight height) { out.u32(height.raw()); }

template <typename M>
void put_message(Writer& out, const M& message) {
    encode_bytes(out, wire::encode(message));
}

template <typename M>
M get_message(Reader& in) {
    const Bytes bytes = decode_bytes(in);
    if (!in.ok()) return M{};
    auto message = wire::decode(bytes);
    if (!message || !std::holds_alternative<M>(*message)) {
        in.fail(DecodeError::bad_value);
        return M{};
    }
    return std::get<M>(*std::move(message));
}

}  // namespace

// Commitments ------------------------------------------------------------------------------------

/// Of a FeeChange; one step more and it is the base.
constexpr std::uint8_t last_fee_step = 3;

/// Reads and writes the private members of Commitments; HTLCs' constant parts come from their rows.
class CommitmentsCodec {
public:
    static void encode(Writer& out, const Commitments& c) {
        channel::encode(out, *c.m_params);
        out.u32(c.m_feerate.raw());
        channel::encode(out, c.m_ours);
        channel::encode(out, c.m_theirs);
        out.u64(c.m_our_next_id.raw()).u64(c.m_their_next_id.raw()).u64(c.m_next_sequence);
        out.u64(c.m_local_number.raw());
        put(out, c.m_local_signatures);
        out.u64(c.m_remote_number.raw());
        channel::encode(out, c.m_remote_point);
        out.u8(static_cast<std::uint8_t>(c.m_remote_next.index()));
        std::visit(overloaded{[](const NoPointYet&) {},
                              [&](const MaySign& s) { channel::encode(out, s.point); },
                              [&](const AwaitingRevocation& s) {
                                  channel::encode(out, s.point);
                                  put(out, s.signatures);
                              }},
                   c.m_remote_next);
        c.m_revealed->encode(out);
        out.u8(static_cast<std::uint8_t>(c.m_last_sent));
        put(out, c.m_guard);
        out.compact_size(c.m_fees.size());
        for (const auto& fee : c.m_fees)
            out.u32(fee.feerate_per_kw.raw()).u8(fee.step).u64(fee.sequence);
        out.compact_size(c.m_htlcs.size());
        for (const auto& entry : c.m_htlcs) encode_entry(out, entry);
    }

    static Commitments decode(Reader& in, const std::vector<HtlcRow>& rows) {
        Commitments c;
        c.m_params = std::make_shared<const ChannelParams>(decode_params(in));
        c.m_feerate = FeeratePerKw(in.u32());
        c.m_ours = decode_msat(in);
        c.m_theirs = decode_msat(in);
        c.m_our_next_id = HtlcId(in.u64());
        c.m_their_next_id = HtlcId(in.u64());
        c.m_next_sequence = in.u64();
        c.m_local_number = CommitmentNumber(in.u64());
        c.m_local_signatures = get_signatures(in);
        c.m_remote_number = CommitmentNumber(in.u64());
        c.m_remote_point = decode_public_key(in);
        switch (in.u8()) {
            case 0: c.m_remote_next = NoPointYet{}; break;
            case 1: c.m_remote_next = MaySign{decode_public_key(in)}; break;
            case 2: {
                const auto point = decode_public_key(in);
                c.m_remote_next = AwaitingRevocation{point, get_signatures(in)};
                break;
            }
            default: in.fail(DecodeError::bad_value);
        }
        auto revealed = crypto::ShaChain::decode(in);
        if (!revealed) in.fail(revealed.error());
        c.m_revealed = std::make_shared<const crypto::ShaChain>(revealed ? *std::move(revealed)
                                                                         : crypto::ShaChain{});
        c.m_last_sent = decode_bool(in) ? LastSent::commitment : LastSent::revocation;
        c.m_guard = get_guard(in);
        const std::size_t fees = decode_count(in, 13);
        for (std::size_t i = 0; in.ok() && i < fees; ++i) {
            FeeChange change;
            change.feerate_per_kw = FeeratePerKw(in.u32());
            change.step = in.u8();
            if (change.step > last_fee_step) in.fail(DecodeError::bad_value);
            change.sequence = in.u64();
            c.m_fees.push_back(change);
        }
        const std::size_t htlcs = decode_count(in, least_entry);
        c.m_htlcs.reserve(in.ok() ? htlcs : 0);
        for (std::size_t i = 0; in.ok() && i < htlcs; ++i)
            c.m_htlcs.push_back(decode_entry(in, rows));
        return c;
    }

private:
    /// Direction, id, stage, sequence, four numbers of a byte at least, no removal.
    static constexpr std::size_t least_entry = 1 + 8 + 1 + 8 + 4 + 1;

    static void encode_entry(Writer& out, const HtlcEntry& entry) {
        channel::encode(out, entry.htlc.offered_by);
        out.u64(entry.htlc.id.raw()).u8(static_cast<std::uint8_t>(entry.stage)).u64(entry.sequence);
        for (const auto& span : {entry.in_ours, entry.in_theirs}) {
            // Numbers stay below 2^48, "none" is stored as zero.
            out.bigsize(span.first == NumberSpan::none ? 0 : span.first + 1);
            out.bigsize(span.last == NumberSpan::none ? 0 : span.last + 1);
        }
        channel::encode(out, entry.removal != nullptr);
        if (entry.removal) put(out, *entry.removal);
    }

    static HtlcEntry decode_entry(Reader& in, const std::vector<HtlcRow>& rows) {
        HtlcEntry entry;
        const Party offered_by = decode_party(in);
        const HtlcId id(in.u64());
        const std::uint8_t stage = in.u8();
        if (stage >= static_cast<std::uint8_t>(Stage::removed)) in.fail(DecodeError::bad_value);
        entry.stage = static_cast<Stage>(stage);
        entry.sequence = in.u64();
        for (auto* const span : {&entry.in_ours, &entry.in_theirs}) {
            for (auto* const number : {&span->first, &span->last}) {
                const std::uint64_t stored = in.bigsize();
                *number = stored == 0 ? NumberSpan::none : stored - 1;
            }
        }
        if (decode_bool(in)) entry.removal = std::make_shared<const Removal>(get_removal(in));
        const auto row =
            std::lower_bound(rows.begin(), rows.end(), std::pair(offered_by, id),
                             [](const HtlcRow& r, const std::pair<Party, HtlcId>& wanted) {
                                 return std::pair(r.htlc.offered_by, r.htlc.id) < wanted;
                             });
        if (row == rows.end() || row->htlc.offered_by != offered_by || row->htlc.id != id) {
            in.fail(DecodeError::missing_field);
            return entry;
        }
        entry.htlc = row->htlc;
        entry.onion = row->onion;
        entry.blinded_path = row->blinded_path;
        entry.row_digest = row->digest;
        return entry;
    }
};

namespace {

void put(Writer& out, const Funded& f) {
    CommitmentsCodec::encode(out, f.commitments);
    out.u32(f.minimum_depth).u32(f.created.raw());
    encode(out, f.funding_tx != nullptr);
    if (f.funding_tx) encode(out, *f.funding_tx);
    encode_optional(out, f.confirmation, [](Writer& w, const Confirmation& c) {
        w.u32(c.height.raw()).u32(c.tx_index);
    });
    encode(out, f.was_confirmed);
    out.u64(f.our_alias.raw());
    encode_optional(out, f.their_alias, [](Writer& w, ShortChannelId id) { w.u64(id.raw()); });
    encode_optional(out, f.their_announcement, [](Writer& w, const auto& m) { put_message(w, m); });
    encode_optional(out, f.their_update, [](Writer& w, const auto& m) { put_message(w, m); });
    encode_optional(out, f.rival, [](Writer& w, const FundingRival& rival) {
        encode(w, *rival.tx);
        encode_optional(w, rival.height, put_height);
        encode_optional(w, rival.fee, [](Writer& to, Sat fee) { encode(to, fee); });
    });
}

Funded get_funded(Reader& in, std::uint8_t version, const std::vector<HtlcRow>& rows) {
    Funded f{CommitmentsCodec::decode(in, rows), 0, {}, nullptr, {}, false, {}, {}, {}, {}, {}};
    f.minimum_depth = in.u32();
    f.created = BlockHeight(in.u32());
    if (decode_bool(in))
        f.funding_tx = std::make_shared<const bitcoin::Transaction>(decode_transaction(in));
    f.confirmation = decode_optional(in, [](Reader& r) {
        Confirmation c;
        c.height = BlockHeight(r.u32());
        c.tx_index = r.u32();
        return c;
    });
    f.was_confirmed = decode_bool(in);
    f.our_alias = ShortChannelId(in.u64());
    f.their_alias = decode_optional(in, [](Reader& r) { return ShortChannelId(r.u64()); });
    f.their_announcement =
        decode_optional(in, [](Reader& r) { return get_message<wire::AnnouncementSignatures>(r); });
    f.their_update =
        decode_optional(in, [](Reader& r) { return get_message<wire::ChannelUpdate>(r); });
    if (version <= without_rival) return f;
    f.rival = decode_optional(in, [](Reader& r) {
        FundingRival rival;
        rival.tx = std::make_shared<const bitcoin::Transaction>(decode_transaction(r));
        rival.height = decode_optional(r, [](Reader& from) { return BlockHeight(from.u32()); });
        rival.fee = decode_optional(r, decode_sat);
        return rival;
    });
    return f;
}

void put_text(Writer& out, std::string_view text) { encode_bytes(out, bytes_of(text)); }
std::string get_text(Reader& in) {
    const Bytes bytes = decode_bytes(in);
    return std::string(bytes.begin(), bytes.end());
}

void put(Writer& out, const ClosingCause& cause) {
    out.u8(static_cast<std::uint8_t>(cause.index()));
    std::visit(overloaded{[&](const MutualCloseAgreed& c) {
                              encode(out, c.tx);
                              encode_optional(out, c.terms, [](Writer& w, const CloseTerms& t) {
                                  put_script(w, t.our_script);
                                  encode(w, t.fee);
                              });
                          },
                          [&](const OurCommitPublished& c) {
                              encode(out, c.tx);
                              put_text(out, c.reason);
                              out.u8(static_cast<std::uint8_t>(c.age));
                          },
                          [&](const TheyMustClose& c) { put_text(out, c.reason); },
                          [](const TheirClose&) {}},
               cause);
}

OurCommitPublished get_our_commit(Reader& in, std::uint8_t version) {
    OurCommitPublished out;
    out.tx = decode_transaction(in);
    out.reason = get_text(in);
    if (version <= without_age) return out;
    const std::uint8_t age = in.u8();
    if (age > static_cast<std::uint8_t>(OurCommitPublished::Age::outdated))
        in.fail(DecodeError::bad_value);
    out.age = static_cast<OurCommitPublished::Age>(age);
    return out;
}

MutualCloseAgreed get_agreed(Reader& in, std::uint8_t version) {
    MutualCloseAgreed out;
    out.tx = decode_transaction(in);
    if (version <= without_close_terms) return out;
    out.terms = decode_optional(in, [](Reader& r) {
        CloseTerms terms;
        terms.our_script = decode_bytes(r);
        terms.fee = decode_sat(r);
        return terms;
    });
    return out;
}

ClosingCause get_cause(Reader& in, std::uint8_t version) {
    switch (in.u8()) {
        case 0: return get_agreed(in, version);
        case 1: return get_our_commit(in, version);
        case 2: return TheyMustClose{get_text(in)};
        case 3: return TheirClose{};
        default: in.fail(DecodeError::bad_value); return TheirClose{};
    }
}

template <typename T, typename Put>
void put_list(Writer& out, const std::vector<T>& list, Put each) {
    out.compact_size(list.size());
    for (const auto& item : list) each(item);
}
template <typename Get>
auto get_list(Reader& in, std::size_t least_each, Get each) {
    std::vector<decltype(each())> out;
    const std::size_t count = decode_count(in, least_each);
    for (std::size_t i = 0; in.ok() && i < count; ++i) out.push_back(each());
    return out;
}

void put(Writer& out, const Closing& c) {
    put(out, c.funded);
    put(out, c.cause);
    out.u32(c.since.raw());
    const auto put_tx = [&](const bitcoin::Transaction& tx) { encode(out, tx); };
    put_list(out, c.spends, [&](const ConfirmedSpend& spend) {
        encode(out, spend.spent);
        encode(out, *spend.tx);
        out.u32(spend.height.raw());
    });
    put_list(out, c.claims, [&](const ClaimInFlight& claim) {
        encode(out, claim.tx);
        out.u32(claim.not_before.raw());
        put_list(out, claim.parents, put_tx);
    });
    put_list(out, c.preimages, [&](const wire::Preimage& p) { out.fixed(p); });
}

void put(Writer& out, const Closed& c) {
    encode(out, c.params);
    out.u32(c.height.raw()).fixed(c.closing_txid);
    put_text(out, c.how);
    encode(out, c.to_ours);
}

Closed get_closed(Reader& in) {
    Closed c;
    c.params = decode_params(in);
    c.height = BlockHeight(in.u32());
    in.fixed(c.closing_txid);
    c.how = get_text(in);
    c.to_ours = decode_sat(in);
    return c;
}

Closing get_closing(Reader& in, std::uint8_t version, const std::vector<HtlcRow>& rows) {
    Closing c{get_funded(in, version, rows), get_cause(in, version), {}, {}, {}, {}};
    c.since = BlockHeight(in.u32());
    const auto get_tx = [&] { return decode_transaction(in); };
    // A close that both signed is known by its form.
    if (version <= without_rival) (void)get_list(in, 10, get_tx);
    c.spends = get_list(in, 40, [&] {
        ConfirmedSpend spend;
        spend.spent = decode_outpoint(in);
        spend.tx = std::make_shared<const bitcoin::Transaction>(decode_transaction(in));
        spend.height = BlockHeight(in.u32());
        return spend;
    });
    c.claims = get_list(in, 10, [&] {
        ClaimInFlight claim;
        claim.tx = decode_transaction(in);
        claim.not_before = BlockHeight(in.u32());
        claim.parents = get_list(in, 10, get_tx);
        return claim;
    });
    c.preimages = get_list(in, 32, [&] { return in.fixed<wire::Preimage>(); });
    return c;
}

void put_state(Writer& out, const ChannelState& state) {
    std::visit(
        overloaded{[](const AwaitingAccept&) {}, [](const AwaitingFundingCreated&) {},
                   [](const AwaitingFundingSigned&) {},
                   [&](const AwaitingConfirmation& s) {
                       put(out, s.funded);
                       encode_optional(out, s.early,
                                       [](Writer& w, const auto& m) { put_message(w, m); });
                   },
                   [&](const AwaitingReady& s) { put(out, s.funded); },
                   [&](const Normal& s) { put(out, s.funded); },
                   [&](const ShuttingDown& s) {
                       put(out, s.funded);
                       put_script(out, s.our_script);
                       encode(out, s.sent);
                       encode_optional(out, s.their_script, put_script);
                       encode_optional(out, s.peer_due, put_height);
                       encode(out, s.close_signed);
                   },
                   [&](const NegotiatingClose& s) {
                       put(out, s.funded);
                       put_script(out, s.our_script);
                       put_script(out, s.their_script);
                       s.negotiation.encode(out);
                       encode_optional(out, s.peer_due, put_height);
                   },
                   [&](const Closing& s) { put(out, s); }, [&](const Closed& s) { put(out, s); },
                   [&](const Settled& s) {
                       put(out, s.closing);
                       put(out, s.outcome);
                   }},
        state);
}

ChannelState get_state(Reader& in, std::uint8_t version, std::uint8_t index,
                       const std::vector<HtlcRow>& rows) {
    // What was promised is what is said: a record that says otherwise would have the money go
    // elsewhere, and the peer refuse.
    const auto check_promise = [&](const Funded& funded, const bitcoin::Script& ours) {
        const auto& promised = funded.params().our_upfront_shutdown;
        if (promised && *promised != ours) in.fail(DecodeError::bad_value);
    };
    const auto get_peer_due = [&]() -> std::optional<BlockHeight> {
        if (version == without_peer_due) return std::nullopt;
        return decode_optional(in, [](Reader& r) { return BlockHeight(r.u32()); });
    };
    switch (index) {
        case 3: {
            AwaitingConfirmation s{get_funded(in, version, rows), {}};
            s.early =
                decode_optional(in, [](Reader& r) { return get_message<wire::ChannelReady>(r); });
            return s;
        }
        case 4: return AwaitingReady{get_funded(in, version, rows)};
        case 5: return Normal{get_funded(in, version, rows)};
        case 6: {
            ShuttingDown s{get_funded(in, version, rows), decode_bytes(in), false, {}, {}, false};
            s.sent = decode_bool(in);
            s.their_script = decode_optional(in, decode_bytes);
            s.peer_due = get_peer_due();
            s.close_signed = version > without_close_terms && decode_bool(in);
            check_promise(s.funded, s.our_script);
            return s;
        }
        case 7: {
            auto funded = get_funded(in, version, rows);
            auto ours = decode_bytes(in);
            auto theirs = decode_bytes(in);
            check_promise(funded, ours);
            auto negotiation = CloseNegotiation::decode(in);
            return NegotiatingClose{std::move(funded), std::move(ours), std::move(theirs),
                                    std::move(negotiation), get_peer_due()};
        }
        case 8: return get_closing(in, version, rows);
        case 9: return get_closed(in);
        case 10: {
            auto closing = get_closing(in, version, rows);
            return Settled{std::move(closing), get_closed(in)};
        }
        default: in.fail(DecodeError::bad_value); return Closed{};
    }
}

}  // namespace

Bytes encode_channel(const Channel& channel) {
    Writer out;
    out.u8(channel_version);
    out.fixed(channel.id);
    encode(out, channel.peer);
    out.u64(channel.keys.index).u32(channel.keys.payment_index);
    out.u8(static_cast<std::uint8_t>(channel.state.index()));
    put_state(out, channel.state);
    return out.take();
}

Result<Channel, DecodeError> decode_channel(ByteView value, const std::vector<HtlcRow>& rows) {
    Reader in(value);
    const std::uint8_t version = in.u8();
    if (version == 0 || version > channel_version) in.fail(DecodeError::unsupported);
    const auto id = in.fixed<ChannelId>();
    const auto peer = decode_public_key(in);
    ports::ChannelKeyId keys;
    keys.index = in.u64();
    keys.payment_index = in.u32();
    const std::uint8_t index = in.u8();
    Channel channel{id, peer, keys, Link::offline, get_state(in, version, index, rows)};
    in.expect_end();
    return in.finish(std::move(channel));
}

}  // namespace runnel::channel
