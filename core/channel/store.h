// How a channel lies in the store: one record of state (small, rewritten when it changes) and one
// row an HTLC with what never changes (amount, hash, expiry, onion), written when it comes and
// erased when it is irrevocably gone. In its place then stands a history row: enough to rebuild any
// revoked output that held it.
#pragma once

#include "core/channel/channel.h"
#include "core/ports/record.h"

namespace runnel::channel {

/// Records that turn the stored `before` (null: not stored) into `after`; nothing for a channel
/// that is not stored. Also the entry of the channel's journal.
void put_changes(const Channel* before, const Channel& after, ports::Records& out);
/// Would put_changes() write nothing that is not there already? Both are stored ones.
bool is_stored_alike(const Channel& a, const Channel& b);
/// Records that remove everything of a channel that never came to be.
void put_forgotten(const Channel& channel, ports::Records& out);

/// Key of an HTLC's rows: channel id, direction, id.
Bytes htlc_key(const ChannelId& channel, Party offered_by, HtlcId id);

/// The constant part of an HTLC.
struct HtlcRow {
    Htlc htlc;
    wire::OnionPacket onion;
    std::optional<crypto::PublicKey> blinded_path;
    Hash256 digest;  ///< SHA-256 of the row as it was read.
};
Bytes encode_htlc_row(const HtlcEntry& entry);
Result<HtlcRow, DecodeError> decode_htlc_row(ByteView key, ByteView value);

/// A past HTLC of a channel (RecordKind::htlc_history).
struct HtlcHistory {
    Htlc htlc;
    NumberSpan in_ours, in_theirs;
};
Result<HtlcHistory, DecodeError> decode_htlc_history(ByteView key, ByteView value);

/// What the last entry of a channel's journal says of its records. Somebody with the key (an older
/// copy of one table, a tool, a disk that lost a write) could put back an older record, a revoked
/// state, and leave the journal as it is: at start the two are compared.
struct JournalEntry {
    enum class What : std::uint8_t {
        record,           ///< As the first versions wrote it: the channel's record alone.
        record_and_rows,  ///< The record and the rows of its HTLCs.
        forgotten,        ///< There is no record any more.
    } what = What::record;
    Hash256 digest;          ///< Zero when forgotten.
    bool is_normal = false;  ///< Written by a channel that was open.
};
/// The entry that goes with the record `value` of `channel`.
Bytes encode_journal_entry(const Channel& channel, ByteView value);
Result<JournalEntry, DecodeError> decode_journal_entry(ByteView body);
/// Is what was read, the record `value` and the rows that `channel` was made of with it, what the
/// entry was written with?
bool is_as_written(const Channel& channel, ByteView value, const JournalEntry& entry);

Bytes encode_channel(const Channel& channel);
/// `rows` are this channel's, in key order. Errors name nothing: the caller names the record.
Result<Channel, DecodeError> decode_channel(ByteView value, const std::vector<HtlcRow>& rows);

}  // namespace runnel::channel
