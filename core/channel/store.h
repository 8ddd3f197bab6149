// How a channel lies in the store: one record of state (small, rewritten when it changes) and one row an HTLC with what
// never changes (amount, hash, expiry, onion), written when it comes and erased when it is irrevocably gone. In its place
// then stands a history row: enough to rebuild any revoked output that held it.
#pragma once

#include "core/channel/channel.h"
#include "core/ports/record.h"

namespace runnel::channel {

/// Records that turn the stored `before` (null: not stored) into `after`; nothing for a channel that is not stored. Also the
/// entry of the channel's journal.
void put_changes(const Channel* before, const Channel& after, ports::Records& out);
/// Records that remove everything of a channel that never came to be.
void put_forgotten(const Channel& channel, ports::Records& out);

/// Key of an HTLC's rows: channel id, direction, id.
Bytes htlc_key(const ChannelId& channel, Party offered_by, HtlcId id);

/// The constant part of an HTLC.
struct HtlcRow {
    Htlc htlc;
    wire::OnionPacket onion;
    std::optional<crypto::PublicKey> blinded_path;
};
Bytes encode_htlc_row(const HtlcEntry& entry);
Result<HtlcRow, DecodeError> decode_htlc_row(ByteView key, ByteView value);

/// A past HTLC of a channel (RecordKind::htlc_history).
struct HtlcHistory {
    Htlc htlc;
    NumberSpan in_ours, in_theirs;
};
Result<HtlcHistory, DecodeError> decode_htlc_history(ByteView key, ByteView value);

Bytes encode_channel(const Channel& channel);
/// `rows` are this channel's, in key order. Errors name nothing: the caller names the record.
Result<Channel, DecodeError> decode_channel(ByteView value, const std::vector<HtlcRow>& rows);

}  // namespace runnel::channel
