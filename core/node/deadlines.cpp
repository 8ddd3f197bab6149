#include "core/node/deadlines.h"

#include <algorithm>

namespace runnel::node {

namespace {

using channel::Party;
using channel::Stage;

// The same of a turn's draft and of the committed state.
template <typename K, typename V>
const V* look_up(const Overlay<K, V>& map, const K& key) {
    return map.find(key);
}
template <typename K, typename V>
const V* look_up(const std::map<K, V>& map, const K& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
}

/// The expiry of the incoming HTLC that waits for the outcome of this one of ours. Nothing when
/// there is none, or it has its answer, or is on the chain, where none can be given.
template <typename AnyMaps>
std::optional<BlockHeight> awaited_until(const AnyMaps& maps, const HtlcRef& outgoing) {
    const HtlcRef* const incoming = look_up(maps.forwards_by_outgoing, outgoing);
    const Forward* const forward =
        incoming == nullptr ? nullptr : look_up(maps.forwards, *incoming);
    if (forward == nullptr || forward->preimage) return std::nullopt;
    const ChannelPtr* const channel = look_up(maps.channels, incoming->channel);
    if (channel == nullptr || channel::closing_of((*channel)->state) != nullptr)
        return std::nullopt;
    const auto* const funded = channel::funded_of((*channel)->state);
    const auto* const entry =
        funded == nullptr ? nullptr : funded->commitments.find(Party::theirs, incoming->id);
    if (entry == nullptr || entry->stage != Stage::locked_in) return std::nullopt;
    return BlockHeight(entry->htlc.cltv_expiry);
}

template <typename AnyMaps>
std::optional<BlockHeight> deadline_of(const AnyMaps& maps, const ChannelId& id,
                                       const channel::Commitments& commitments,
                                       const channel::HtlcEntry& entry) {
    const BlockHeight expiry(entry.htlc.cltv_expiry);
    const bool has_output =
        !channel::is_dust(entry.htlc, Party::ours, commitments.params().ours.dust_limit_satoshis);
    if (entry.htlc.offered_by == Party::theirs) {
        if (!is_fulfilled(entry) || !has_output) return std::nullopt;
        return expiry - incoming_margin;
    }
    // Never signed: no commitment holds it.
    if (entry.stage == Stage::add_proposed) return std::nullopt;
    if (has_output) return expiry + outgoing_grace;
    const auto awaited = awaited_until(maps, HtlcRef{id, entry.htlc.id});
    if (!awaited) return std::nullopt;
    return std::max(expiry + outgoing_grace, *awaited - incoming_margin);
}

}  // namespace

std::optional<BlockHeight> on_chain_from(const Draft& draft, const channel::Channel& channel,
                                         const channel::HtlcEntry& entry) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return std::nullopt;
    return deadline_of(draft, channel.id, funded->commitments, entry);
}

std::optional<BlockHeight> next_deadline(const State& state, const channel::Channel& channel) {
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return std::nullopt;
    std::optional<BlockHeight> out;
    for (const auto& entry : funded->commitments.htlcs()) {
        const auto from = deadline_of(state, channel.id, funded->commitments, entry);
        if (from) out = std::min(out.value_or(*from), *from);
    }
    return out;
}

}  // namespace runnel::node
