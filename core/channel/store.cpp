// Rows of HTLCs, and which records a step changes.
#include "core/channel/store.h"

#include "core/channel/codec.h"
#include "core/channel/phases.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <utility>

namespace runnel::channel {

namespace {

constexpr std::uint8_t row_version = 1;

/// First byte of an entry of the journal: above every state's number, which the first form began
/// with.
constexpr std::uint8_t entry_with_rows = 0x82;
constexpr std::uint8_t entry_of_forgotten = 0x83;

/// `entry` as it was before it went. The last of our commitments that held it is known only now, if
/// it left that one in the same step: the one before our latest.
void put_history(const ChannelId& id, const HtlcEntry& entry,
                 std::optional<CommitmentNumber> our_latest, ports::Records& out) {
    Writer value;
    value.u8(row_version);
    encode(value, entry.htlc);
    NumberSpan in_ours = entry.in_ours;
    if (our_latest && in_ours.first != NumberSpan::none && in_ours.last == NumberSpan::none)
        in_ours.last = our_latest->raw() - 1;
    for (const auto& span : {in_ours, entry.in_theirs}) value.u64(span.first).u64(span.last);
    out.push_back(ports::Put{ports::RecordKind::htlc_history,
                             htlc_key(id, entry.htlc.offered_by, entry.htlc.id), value.take()});
}

bool less(const HtlcEntry& a, const HtlcEntry& b) {
    return std::pair(a.htlc.offered_by, a.htlc.id) < std::pair(b.htlc.offered_by, b.htlc.id);
}

/// Rows of HTLCs that came, and erasures of those that went; both lists are in key order.
void put_htlc_changes(const ChannelId& id, const std::vector<HtlcEntry>& before,
                      const std::vector<HtlcEntry>& after,
                      std::optional<CommitmentNumber> our_latest, ports::Records& out) {
    const auto came = [&](const HtlcEntry& entry) {
        out.push_back(ports::Put{ports::RecordKind::htlc_onion,
                                 htlc_key(id, entry.htlc.offered_by, entry.htlc.id),
                                 encode_htlc_row(entry)});
    };
    const auto went = [&](const HtlcEntry& entry) {
        out.push_back(ports::Erase{ports::RecordKind::htlc_onion,
                                   htlc_key(id, entry.htlc.offered_by, entry.htlc.id)});
        // What was never signed into a commitment can be in no revoked one.
        if (entry.in_ours.first != NumberSpan::none || entry.in_theirs.first != NumberSpan::none) {
            put_history(id, entry, our_latest, out);
        }
    };
    auto a = before.begin();
    auto b = after.begin();
    while (a != before.end() || b != after.end()) {
        if (b == after.end() || (a != before.end() && less(*a, *b))) {
            went(*a++);
        } else if (a == before.end() || less(*b, *a)) {
            came(*b++);
        } else {
            // The same id: a peer's HTLC that was forgotten unsigned may come back as another.
            if (a->htlc != b->htlc || a->onion != b->onion || a->blinded_path != b->blinded_path)
                came(*b);
            ++a;
            ++b;
        }
    }
}

const std::vector<HtlcEntry>& htlcs_of(const Channel* channel) {
    static const std::vector<HtlcEntry> none;
    if (channel == nullptr) return none;
    const Funded* const funded = funded_of(channel->state);
    return funded == nullptr ? none : funded->commitments.htlcs();
}

Hash256 stored_digest(const Channel& channel, ByteView value) {
    // One hash a row, made when its HTLC came: hashing hundreds of onions again at each step would
    // cost more than the step.
    Writer rows;
    for (const auto& entry : htlcs_of(&channel)) rows.fixed(entry.row_digest);
    return crypto::sha256({value, rows.view()});
}

}  // namespace

Bytes htlc_key(const ChannelId& channel, Party offered_by, HtlcId id) {
    Writer key;
    key.fixed(channel);
    encode(key, offered_by);
    key.u64(id.raw());
    return key.take();
}

Bytes encode_htlc_row(const HtlcEntry& entry) {
    Writer out;
    out.reserve(1500);
    out.u8(row_version);
    encode(out, entry.htlc);
    out.bytes(entry.onion.view());
    encode_optional(out, entry.blinded_path,
                    [](Writer& w, const crypto::PublicKey& key) { encode(w, key); });
    return out.take();
}

Result<HtlcRow, DecodeError> decode_htlc_row(ByteView, ByteView value) {
    Reader in(value);
    HtlcRow row;
    if (in.u8() != row_version) in.fail(DecodeError::unsupported);
    row.htlc = decode_htlc(in);
    if (const auto onion = wire::OnionPacket::from(in.bytes(wire::OnionPacket::size_bytes)))
        row.onion = *onion;
    row.blinded_path = decode_optional(in, decode_public_key);
    row.digest = crypto::sha256(value);
    in.expect_end();
    return in.finish(std::move(row));
}

Result<HtlcHistory, DecodeError> decode_htlc_history(ByteView, ByteView value) {
    Reader in(value);
    HtlcHistory out;
    if (in.u8() != row_version) in.fail(DecodeError::unsupported);
    out.htlc = decode_htlc(in);
    for (auto* const span : {&out.in_ours, &out.in_theirs}) {
        span->first = in.u64();
        span->last = in.u64();
    }
    in.expect_end();
    return in.finish(std::move(out));
}

void put_changes(const Channel* before, const Channel& after, ports::Records& out) {
    if (!is_stored(after.state)) return;
    const Channel* const stored = before != nullptr && is_stored(before->state) ? before : nullptr;
    const Funded* const live = funded_of(after.state);
    put_htlc_changes(
        after.id, htlcs_of(stored), htlcs_of(&after),
        live == nullptr ? std::nullopt : std::optional(live->commitments.local_number()), out);
    Bytes value = encode_channel(after);
    Bytes entry = encode_journal_entry(after, value);
    out.push_back(
        ports::Put{ports::RecordKind::channel, to_bytes(after.id.view()), std::move(value)});
    out.push_back(ports::Append{to_bytes(after.id.view()), std::move(entry)});
}

namespace {

/// What of it is worth writing. How far the talk of a close by agreement has come does not outlive
/// the connection, on which it begins anew: to write it each time would be a way to have us write
/// for nothing.
Channel worth_writing(const Channel& channel) {
    Channel out = channel;
    if (auto* const agreeing = std::get_if<NegotiatingClose>(&out.state)) {
        ShuttingDown back = before_negotiation(std::move(*agreeing));
        out.state = std::move(back);
    }
    if (auto* const closing = std::get_if<ShuttingDown>(&out.state)) {
        closing->sent = false;
        closing->their_script.reset();
    }
    return out;
}

/// The record does not tell an HTLC of the peer's from another one that took its id.
bool are_rows_alike(const Channel& a, const Channel& b) {
    const auto& ours = htlcs_of(&a);
    const auto& others = htlcs_of(&b);
    return std::equal(
        ours.begin(), ours.end(), others.begin(), others.end(),
        [](const HtlcEntry& x, const HtlcEntry& y) { return x.row_digest == y.row_digest; });
}

bool is_closing_by_agreement(const Channel& channel) {
    return std::holds_alternative<ShuttingDown>(channel.state) ||
           std::holds_alternative<NegotiatingClose>(channel.state);
}

}  // namespace

bool is_stored_alike(const Channel& a, const Channel& b) {
    if (is_closing_by_agreement(a) && is_closing_by_agreement(b)) {
        return are_rows_alike(a, b) &&
               encode_channel(worth_writing(a)) == encode_channel(worth_writing(b));
    }
    return are_rows_alike(a, b) && encode_channel(a) == encode_channel(b);
}

void put_forgotten(const Channel& channel, ports::Records& out) {
    if (!is_stored(channel.state)) return;
    for (const auto& entry : htlcs_of(&channel)) {
        out.push_back(ports::Erase{ports::RecordKind::htlc_onion,
                                   htlc_key(channel.id, entry.htlc.offered_by, entry.htlc.id)});
    }
    out.push_back(ports::Erase{ports::RecordKind::channel, to_bytes(channel.id.view())});
    out.push_back(ports::Append{to_bytes(channel.id.view()), Bytes{entry_of_forgotten}});
}

Bytes encode_journal_entry(const Channel& channel, ByteView value) {
    Writer entry;
    entry.u8(entry_with_rows).u8(static_cast<std::uint8_t>(channel.state.index()));
    if (const Funded* const funded = funded_of(channel.state)) {
        entry.u64(funded->commitments.local_number().raw())
            .u64(funded->commitments.remote_number().raw());
    }
    entry.fixed(stored_digest(channel, value));
    return entry.take();
}

/// Numbers of states are stored: they never change.
constexpr std::uint8_t number_of_normal = 5;
static_assert(std::is_same_v<std::variant_alternative_t<number_of_normal, ChannelState>, Normal>);

Result<JournalEntry, DecodeError> decode_journal_entry(ByteView body) {
    Reader in(body);
    const std::uint8_t form = in.u8();
    JournalEntry out;
    if (form == entry_of_forgotten) {
        out.what = JournalEntry::What::forgotten;
    } else {
        out.what = form == entry_with_rows ? JournalEntry::What::record_and_rows
                                           : JournalEntry::What::record;
        const std::uint8_t state = form == entry_with_rows ? in.u8() : form;
        if (state >= std::variant_size_v<ChannelState>) in.fail(DecodeError::bad_value);
        out.is_normal = state == number_of_normal;
        // The numbers of both commitments, for who reads an exported journal; a channel that is
        // over has none.
        if (in.remaining() > Hash256::size_bytes) in.bytes(16);
        in.fixed(out.digest);
    }
    in.expect_end();
    return in.finish(std::move(out));
}

bool is_as_written(const Channel& channel, ByteView value, const JournalEntry& entry) {
    switch (entry.what) {
        case JournalEntry::What::record: return entry.digest == crypto::sha256(value);
        case JournalEntry::What::record_and_rows:
            return entry.digest == stored_digest(channel, value);
        case JournalEntry::What::forgotten: break;
    }
    return false;
}

}  // namespace runnel::channel
