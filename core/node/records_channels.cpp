// Channels as they are read at start. A record that is not the one which its journal ends with (an
// older one put back, one that somebody edited, one that is gone) would be a state that is revoked,
// or coins that nobody looks for: it is named, and the node does not start.
#include "core/channel/store.h"
#include "core/node/records_load.h"

namespace runnel::node {

namespace {

using ports::RecordKind;

struct JournalEnd {
    std::uint64_t sequence = 0;
    Result<channel::JournalEntry, DecodeError> entry;
};

class Journals {
public:
    explicit Journals(const ports::RecordReader& store) {
        store.journal_ends([&](ByteView subject, std::uint64_t sequence, ByteView body) {
            if (const auto id = ChannelId::from(subject)) {
                m_ends.emplace(*id, JournalEnd{sequence, channel::decode_journal_entry(body)});
            }
        });
    }

    /// Why this cannot be what was written last; nothing when it is.
    std::optional<std::string> why_not(const channel::Channel& channel, ByteView value) {
        const auto found = m_ends.find(channel.id);
        if (found == m_ends.end()) return "its journal has no entry";
        const auto [sequence, entry] = std::move(found->second);
        m_ends.erase(found);
        if (!entry)
            return fmt::format("entry {} of the journal: {}", sequence, to_string(entry.error()));
        if (!channel::is_as_written(channel, value, *entry)) {
            return fmt::format("not what entry {} of the journal was written with", sequence);
        }
        return std::nullopt;
    }

    /// A channel whose journal says that there is a record, and there was none; or says nothing
    /// that can be read: then nothing says that it was forgotten.
    std::optional<LoadError> missing() const {
        for (const auto& [id, end] : m_ends) {
            if (!end.entry) {
                return LoadError{fmt::format("channel {}", id.hex()),
                                 fmt::format("missing, and entry {} of the journal: {}",
                                             end.sequence, to_string(end.entry.error()))};
            }
            if (end.entry->what == channel::JournalEntry::What::forgotten) continue;
            // The first form of a journal does not say that its channel was forgotten; one that was
            // open never is.
            if (end.entry->what == channel::JournalEntry::What::record && !end.entry->is_normal)
                continue;
            return LoadError{
                fmt::format("channel {}", id.hex()),
                fmt::format("missing, and entry {} of the journal has it", end.sequence)};
        }
        return std::nullopt;
    }

private:
    std::map<ChannelId, JournalEnd> m_ends;  ///< Of channels that were not read yet.
};

}  // namespace

Result<void, LoadError> load_channels(State& state, const ports::RecordReader& store) {
    std::map<ChannelId, std::vector<channel::HtlcRow>> rows;
    RUNNEL_CHECK(load_each(store, RecordKind::htlc_onion, "htlc",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               auto row = channel::decode_htlc_row(key, value);
                               if (!row) return row.error();
                               Reader in(key);
                               rows[in.fixed<ChannelId>()].push_back(*std::move(row));
                               return std::nullopt;
                           }));
    Journals journals(store);
    std::optional<std::string> odd;
    auto loaded = load_each(store, RecordKind::channel, "channel",
                            [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                                const auto id = ChannelId::from(key);
                                if (!id) return DecodeError::bad_value;
                                auto channel = channel::decode_channel(value, rows[*id]);
                                if (!channel) return channel.error();
                                if (channel->id != *id) return DecodeError::bad_value;
                                odd = journals.why_not(*channel, value);
                                if (odd) return DecodeError::bad_value;
                                // What the peer proposed and did not sign is gone with the process,
                                // as with any cut of the connection.
                                if (!channel::on_peer_down(*channel)) return DecodeError::bad_value;
                                state.channels[*id] =
                                    std::make_shared<const channel::Channel>(*std::move(channel));
                                return std::nullopt;
                            });
    if (!loaded) return fail(LoadError{loaded.error().record, odd.value_or(loaded.error().cause)});
    if (auto missing = journals.missing()) return fail(*std::move(missing));
    return {};
}

}  // namespace runnel::node
