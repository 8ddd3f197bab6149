// Which transactions matter: those that pay to a watched script or spend a watched output. Learns
// by itself the outputs that pay to watched scripts, so that their spending is seen too. Only
// grows; an attacker who pays to our scripts to make it grow pays us for it.
#pragma once

#include "core/ports/chain.h"

#include <unordered_map>
#include <vector>

namespace runnel::chain {

class WatchFilter {
public:
    /// False when it was asked for before, from the same height or a lower one.
    bool add(const ports::Watch& watch);
    /// Notes the outputs of a transaction that pay to watched scripts. True if there are any.
    bool learn(const bitcoin::Transaction& tx, const Txid& txid);
    /// Whether the transaction matters; learns from it.
    bool touches(const bitcoin::Transaction& tx, const Txid& txid);
    bool empty() const { return m_scripts.empty() && m_outpoints.empty(); }
    std::vector<bitcoin::OutPoint> outpoints() const;

private:
    struct ScriptHash {
        std::size_t operator()(const bitcoin::Script& script) const noexcept;
    };
    // With the height from which on it was asked for; a learned output counts as never asked for.
    std::unordered_map<bitcoin::Script, std::uint32_t, ScriptHash> m_scripts;
    std::unordered_map<bitcoin::OutPoint, std::uint32_t> m_outpoints;
};

}  // namespace runnel::chain
