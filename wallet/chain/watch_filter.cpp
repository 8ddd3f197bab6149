#include "wallet/chain/watch_filter.h"

#include <string_view>

namespace runnel::chain {

std::size_t WatchFilter::ScriptHash::operator()(const bitcoin::Script& script) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(script.data()), script.size()});
}

bool WatchFilter::add(const ports::Watch& watch) {
    const std::uint32_t since = watch.since.raw();
    const auto note = [since](auto& map, const auto& key) {
        const auto [entry, is_new] = map.emplace(key, since);
        if (is_new) return true;
        if (since >= entry->second) return false;
        entry->second = since;
        return true;
    };
    return std::visit(
        overloaded{
            [&](const ports::WatchScript& w) { return note(m_scripts, w.script); },
            [&](const ports::WatchOutPoint& w) { return note(m_outpoints, w.outpoint); },
        },
        watch.what);
}

std::vector<bitcoin::OutPoint> WatchFilter::outpoints() const {
    std::vector<bitcoin::OutPoint> out;
    out.reserve(m_outpoints.size());
    for (const auto& [outpoint, since] : m_outpoints) out.push_back(outpoint);
    return out;
}

bool WatchFilter::learn(const bitcoin::Transaction& tx, const Txid& txid) {
    bool pays = false;
    for (std::size_t i = 0; i < tx.outputs.size(); ++i) {
        if (!m_scripts.contains(tx.outputs[i].script)) continue;
        m_outpoints.emplace(bitcoin::OutPoint{txid, static_cast<std::uint32_t>(i)}, UINT32_MAX);
        pays = true;
    }
    return pays;
}

bool WatchFilter::touches(const bitcoin::Transaction& tx, const Txid& txid) {
    bool touched = learn(tx, txid);
    for (const auto& input : tx.inputs) touched = touched || m_outpoints.contains(input.previous);
    return touched;
}

}  // namespace runnel::chain
