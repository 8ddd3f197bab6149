// LateSearch: the blocks that were reported before something in them was watched for. They are read
// again from the lowest height that was asked for, one search at a time: what is asked for
// meanwhile joins it, and takes it back to where that begins. How far it is is owed to whoever gave
// it a number (ports::SearchProgress), that nothing is left to search as well. Asks nobody; pure.
//
//     add() -> begin(): blocks from next() on -> take() -> progress() ... -> end() -> progress()
#pragma once

#include "wallet/chain/block_check.h"
#include "wallet/chain/chain_source.h"
#include "wallet/chain/watch_filter.h"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace runnel::practice {

class LateSearch {
public:
    using Reported = std::deque<chain::KnownBlock>;  ///< Without gaps, not empty.

    /// Of something whose older blocks have not been searched.
    void add(const ports::Watch& what) { m_late.push_back(what); }
    /// Somebody wants to be told how far it is, under this number or a higher one.
    void owe(std::uint64_t search) { m_number = std::max(m_number, search); }
    bool owes() const { return m_told < m_number; }

    /// Takes in what was added. Nothing of this wallet is older than `birth`.
    void begin(const Reported& blocks, std::uint32_t birth);
    bool is_under_way() const { return m_search.has_value(); }
    bool is_at_end(const Reported& blocks) const {
        return m_search && m_search->next > blocks.back().height.raw();
    }
    /// The next block to look at.
    std::uint32_t next() const { return m_search->next; }
    /// Blocks from next() on; what they hold that was searched for.
    std::vector<ports::LateConfirmation> take(std::vector<chain::CheckedBlock>&& found,
                                              const Reported& blocks);
    /// A reorg has taken away this block: it is not done any more.
    void disconnected(BlockHeight height);
    /// The blocks are done; of what is unconfirmed, this was searched for, too.
    std::vector<ports::TxPtr> end(const std::map<Txid, ports::TxPtr>& mempool);
    /// What is to be said now.
    std::optional<ports::SearchProgress> progress();

private:
    struct Search {
        chain::WatchFilter filter;
        std::uint32_t next = 0;
    };

    std::vector<ports::Watch> m_late;
    std::optional<Search> m_search;
    std::uint64_t m_number = 0;  ///< Highest Watch::search asked for ...
    std::uint64_t m_told = 0;    ///< ... and told as done.
};

}  // namespace runnel::practice
