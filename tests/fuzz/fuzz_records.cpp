// Any bytes as a store's records: a typed answer for each, and what can be read is written again to
// the bytes it was read from. Of such a store a node says what it holds or which record it cannot
// read.
//
// An input is a list of records: kind (1 byte), length of the key (1), length of the value (2),
// key, value.
#include "core/channel/store.h"
#include "core/node/handlers.h"
#include "core/sim/memory_store.h"

#include <cstdlib>
#include <set>

namespace {

using namespace runnel;
using ports::RecordKind;
using Rows = std::map<Bytes, Bytes>;

ports::Records records_in(ByteView input) {
    ports::Records out;
    Reader in(input);
    while (!in.at_end() && in.ok()) {
        const auto kind = static_cast<RecordKind>(in.u8());
        const std::size_t key_size = in.u8(), value_size = in.u16();
        Bytes key = to_bytes(in.bytes(key_size));
        Bytes value = to_bytes(in.bytes(value_size));
        if (in.ok()) out.push_back(ports::Put{kind, std::move(key), std::move(value)});
    }
    return out;
}

const Rows& rows_of(const sim::DiskImage& image, RecordKind kind) {
    static const Rows none;
    const auto found = image.records.find(kind);
    return found == image.records.end() ? none : found->second;
}

/// Of another version than the one that is written now, a record may differ.
void expect_same(ByteView read, const Bytes& written) {
    if (!written.empty() && !read.empty() && read[0] == written[0] && to_bytes(read) != written)
        std::abort();
}

void check_single(const sim::DiskImage& image) {
    for (const auto& [key, value] : rows_of(image, RecordKind::payment)) {
        if (const auto read = node::decode_payment(value))
            expect_same(value, node::encode_payment(*read));
    }
    for (const auto& [key, value] : rows_of(image, RecordKind::invoice)) {
        if (const auto read = node::decode_incoming(value))
            expect_same(value, node::encode_incoming(*read));
    }
    for (const auto& [key, value] : rows_of(image, RecordKind::forward)) {
        if (const auto read = node::decode_forward(value))
            expect_same(value, node::encode_forward(*read));
    }
    for (const auto& [key, value] : rows_of(image, RecordKind::command)) {
        if (const auto read = node::decode_done(value))
            expect_same(value, node::encode_done(*read));
    }
    for (const auto& [key, value] : rows_of(image, RecordKind::htlc_history)) {
        static_cast<void>(channel::decode_htlc_history(key, value));
    }
    std::vector<channel::HtlcRow> rows;
    for (const auto& [key, value] : rows_of(image, RecordKind::htlc_onion)) {
        auto row = channel::decode_htlc_row(key, value);
        if (!row) continue;
        channel::HtlcEntry entry;
        entry.htlc = row->htlc;
        entry.onion = row->onion;
        entry.blinded_path = row->blinded_path;
        expect_same(value, channel::encode_htlc_row(entry));
        rows.push_back(*std::move(row));
    }
    for (const auto& [key, value] : rows_of(image, RecordKind::channel)) {
        const auto read = channel::decode_channel(value, rows);
        if (!read) continue;
        // Of the peer's messages in it, fields that we do not know are not kept.
        const Bytes written = channel::encode_channel(*read);
        if (written.size() == value.size()) expect_same(value, written);
        const auto again = channel::decode_channel(written, rows);
        if (!again || channel::encode_channel(*again) != written) std::abort();
    }
}

/// Channels that can be read have a journal that fits, as if this program had written them: without
/// it none is believed.
void write_journals(sim::DiskImage& image) {
    std::map<ChannelId, std::vector<channel::HtlcRow>> rows;
    for (const auto& [key, value] : rows_of(image, RecordKind::htlc_onion)) {
        Reader in(key);
        if (auto row = channel::decode_htlc_row(key, value))
            rows[in.fixed<ChannelId>()].push_back(*std::move(row));
    }
    ports::Records entries;
    for (const auto& [key, value] : rows_of(image, RecordKind::channel)) {
        static_cast<void>(channel::decode_journal_entry(value));
        const auto id = ChannelId::from(key);
        const auto read =
            id ? channel::decode_channel(value, rows[*id]) : channel::decode_channel(value, {});
        if (read)
            entries.push_back(ports::Append{key, channel::encode_journal_entry(*read, value)});
    }
    image.apply(entries);
}

/// What a turn writes that made all of this.
ports::Records written_for(const node::State& state) {
    static const node::State nothing;
    node::Draft draft(nothing);
    draft.wallet = state.wallet;
    draft.tip = state.tip;
    for (const auto& [key, value] : state.channels) draft.channels.put(key, value);
    for (const auto& [key, value] : state.peers) draft.peers.put(key, value);
    for (const auto& [key, value] : state.coins) draft.coins.put(key, value);
    for (const auto& [key, value] : state.transactions) draft.transactions.put(key, value);
    for (const auto& [key, value] : state.payments) draft.payments.put(key, value);
    for (const auto& [key, value] : state.incoming) draft.incoming.put(key, value);
    for (const auto& [key, value] : state.forwards) draft.forwards.put(key, value);
    for (const auto& [key, value] : state.blocks) draft.blocks.put(key, value);
    for (const auto& [key, value] : state.done) draft.done.put(key, value);
    return node::records_of(draft);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sim::DiskImage image;
    image.apply(records_in({data, size}));
    check_single(image);
    write_journals(image);

    node::State state;
    const auto loaded = node::load_state(state, sim::MemoryStore(image));
    if (!loaded) {
        if (loaded.error().record.empty() || loaded.error().cause.empty()) std::abort();
        return 0;
    }
    sim::DiskImage written;
    written.apply(written_for(state));
    // These are kept as they were read; of the others a start forgets what did not outlive the
    // process.
    for (const auto kind : {RecordKind::coin, RecordKind::transaction}) {
        for (const auto& [key, value] : rows_of(written, kind)) {
            const auto found = rows_of(image, kind).find(key);
            if (found == rows_of(image, kind).end()) std::abort();
            expect_same(found->second, value);
        }
    }
    // And what was forgotten once is forgotten: another start reads the same.
    node::State again;
    if (!node::load_state(again, sim::MemoryStore(written))) std::abort();
    sim::DiskImage twice;
    twice.apply(written_for(again));
    if (twice.records != written.records) std::abort();
    return 0;
}
