#include "app/practice/late_search.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace runnel::practice {

void LateSearch::begin(const Reported& blocks, std::uint32_t birth) {
    if (m_late.empty()) return;
    if (!m_search) m_search.emplace(Search{{}, blocks.back().height.raw() + 1});
    for (const auto& watch : std::exchange(m_late, {})) {
        m_search->filter.add(watch);
        m_search->next = std::min(m_search->next, std::max(watch.since.raw(), birth));
    }
}

std::vector<ports::LateConfirmation> LateSearch::take(std::vector<chain::CheckedBlock>&& found,
                                                      const Reported& blocks) {
    std::vector<ports::LateConfirmation> out;
    const auto lowest = blocks.front().height.raw();
    for (auto& block : found) {
        const auto height = m_search->next;
        if (height > blocks.back().height.raw()) break;
        // What was reported is searched again, not what a reorg has put in its place meanwhile.
        if (height >= lowest && blocks[height - lowest].hash != block.hash) break;
        for (std::size_t i = 0; i < block.transactions.size(); ++i) {
            auto& tx = block.transactions[i];
            if (!m_search->filter.touches(tx, block.txids[i])) continue;
            out.push_back({BlockHeight(height),
                           block.hash,
                           {std::make_shared<const bitcoin::Transaction>(std::move(tx)),
                            static_cast<std::uint32_t>(i)}});
        }
        m_search->next = height + 1;
    }
    return out;
}

void LateSearch::disconnected(BlockHeight height) {
    if (m_search) m_search->next = std::min(m_search->next, height.raw());
}

std::vector<ports::TxPtr> LateSearch::end(const std::map<Txid, ports::TxPtr>& mempool) {
    // First every output that pays us, then who spends it: they come in no order.
    for (const auto& [txid, tx] : mempool) m_search->filter.learn(*tx, txid);
    std::vector<ports::TxPtr> out;
    for (const auto& [txid, tx] : mempool) {
        if (m_search->filter.touches(*tx, txid)) out.push_back(tx);
    }
    m_search.reset();
    return out;
}

std::optional<ports::SearchProgress> LateSearch::progress() {
    // What was asked for while the search was under way is not in it yet: the next one begins with
    // that.
    if (!owes() || !m_late.empty()) return std::nullopt;
    if (m_search) return ports::SearchProgress{m_number, BlockHeight(m_search->next)};
    m_told = m_number;
    return ports::SearchProgress{m_number, std::nullopt};
}

}  // namespace runnel::practice
