#include "core/sim/chain.h"

#include "core/bitcoin/script.h"
#include "core/sim/chain_blocks.h"

#include <algorithm>

namespace runnel::sim {

using namespace bitcoin;

namespace {

Unexpected<BlockRejection> reject(BlockReject reason) {
    return fail(BlockRejection{reason, 0, std::nullopt});
}
Unexpected<Rejection> reject(MempoolReject reason) { return fail(Rejection{reason, std::nullopt}); }

}  // namespace

UnixTime SimChain::median_time() const { return median_time_before(next_height()); }

UnixTime SimChain::median_time_before(BlockHeight height) const {
    constexpr std::size_t span = 11;
    const std::size_t end = std::min<std::size_t>(height.raw(), m_blocks.size());
    std::vector<std::uint32_t> times;
    for (std::size_t i = end > span ? end - span : 0; i < end; ++i)
        times.push_back(m_blocks[i].block->header.time);
    if (times.empty()) return UnixTime(0);
    std::sort(times.begin(), times.end());
    return UnixTime(times[times.size() / 2]);
}

std::optional<Coin> SimChain::confirmed_coin(const OutPoint& outpoint) const {
    const auto found = m_coins.find(outpoint);
    return found == m_coins.end() ? std::nullopt : std::optional(found->second);
}

Result<void, BlockRejection> SimChain::check_header(const Block& block,
                                                    const std::vector<Txid>& txids) const {
    const auto& header = block.header;
    const BlockHash previous = m_blocks.empty() ? BlockHash{} : tip();
    if (header.previous != previous) return reject(BlockReject::bad_previous);
    if (!meets_target(header)) return reject(BlockReject::bad_proof_of_work);
    if (UnixTime(header.time) <= median_time()) return reject(BlockReject::bad_time);
    if (txids.empty() || merkle_root(txids) != header.merkle_root)
        return reject(BlockReject::bad_merkle_root);
    std::uint64_t weight = 4 * 90;
    for (const auto& tx : block.transactions) weight += tx.weight();
    if (weight > max_block_weight) return reject(BlockReject::too_heavy);
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        if (is_coinbase(block.transactions[i]) != (i == 0))
            return reject(BlockReject::bad_coinbase);
        if (check_transaction(block.transactions[i])) {
            return fail(BlockRejection{BlockReject::bad_transaction, i,
                                       Rejection{MempoolReject::malformed, {}}});
        }
    }
    if (!has_valid_witness_root(block)) return reject(BlockReject::bad_witness_root);
    return {};
}

Result<void, BlockRejection> SimChain::check_coinbase(const Block& block, Sat fees) const {
    const auto& coinbase = block.transactions.front();
    const auto prefix = ScriptBuilder().number(next_height().raw()).take();
    const auto& script = coinbase.inputs[0].script_sig;
    const bool names_height =
        script.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), script.begin());
    if (!names_height || *total_output(coinbase) > block_subsidy + fees)
        return reject(BlockReject::bad_coinbase);
    return {};
}

/// Takes the coins of one transaction out of the set, after everything was checked that consensus
/// checks.
Result<Sat, Rejection> SimChain::spend_inputs(const Transaction& tx, const Txid& txid,
                                              Scripts scripts, Stored& into) {
    if (!is_final(tx, next_height(), median_time())) return reject(MempoolReject::not_final);
    std::vector<TxOut> spent;
    Sat total;
    for (const auto& input : tx.inputs) {
        const auto found = m_coins.find(input.previous);
        if (found == m_coins.end()) return reject(MempoolReject::missing_input);
        const Coin& coin = found->second;
        if (coin.coinbase && next_height() < coin.height + BlockDelta(coinbase_maturity)) {
            return reject(MempoolReject::immature_coinbase);
        }
        const auto lock =
            relative_lock(tx.version, input.sequence, coin.height, median_time_before(coin.height));
        if (lock.height > next_height() || lock.median_time > median_time())
            return reject(MempoolReject::relative_lock);
        total +=
            coin.output.value;  // each at most 21 million coins, at most some 100,000 of them: fits
        spent.push_back(coin.output);
    }
    const auto fee = sub(total, *total_output(tx));
    if (!fee) return reject(MempoolReject::inputs_below_outputs);
    const auto* known = scripts == Scripts::trust ? nullptr : m_mempool.find(txid);
    const bool verified =
        scripts == Scripts::trust || (known != nullptr && known->wtxid == tx.wtxid());
    if (!verified) {
        const auto result = verify_inputs(tx, spent, consensus_flags);
        if (!result) return fail(Rejection{MempoolReject::script_invalid, result.error()});
    }
    for (std::uint32_t i = 0; i < tx.inputs.size(); ++i) {
        const auto& previous = tx.inputs[i].previous;
        const auto found = m_coins.find(previous);
        into.spent.emplace_back(previous, std::move(found->second));
        m_coins.erase(found);
        m_faucet_coins.erase(previous);
        m_spenders[previous] = {txid, i};
    }
    return *fee;
}

void SimChain::add_outputs(const Transaction& tx, const Txid& txid, std::uint32_t height,
                           std::uint32_t index) {
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        const auto& output = tx.outputs[i];
        if (!output.script.empty() && output.script[0] == OP_RETURN) continue;  // never spendable
        m_coins[{txid, i}] = Coin{output, BlockHeight(height), index == 0};
        if (output.script == faucet_script()) m_faucet_coins[{txid, i}] = height;
    }
    m_places[txid] = {height, index};
}

Result<void, BlockRejection> SimChain::append(const Block& block, Scripts scripts) {
    Stored stored;
    for (const auto& tx : block.transactions) stored.txids.push_back(tx.txid());
    RUNNEL_CHECK(check_header(block, stored.txids));
    const auto height = next_height().raw();
    stored.block = std::make_shared<const Block>(block);
    stored.hash = block.header.hash();

    Sat fees;
    std::optional<BlockRejection> rejection;
    std::size_t done = 0;
    for (; done < block.transactions.size() && !rejection; ++done) {
        const auto& tx = block.transactions[done];
        if (done > 0) {
            const auto fee = spend_inputs(tx, stored.txids[done], scripts, stored);
            if (!fee) {
                rejection = BlockRejection{BlockReject::bad_transaction, done, fee.error()};
                break;
            }
            fees += *fee;
        }
        add_outputs(tx, stored.txids[done], height, static_cast<std::uint32_t>(done));
    }
    if (!rejection) {
        if (const auto coinbase = check_coinbase(block, fees); !coinbase)
            rejection = coinbase.error();
    }
    if (rejection) {
        stored.txids.resize(done);
        undo(stored);
        return fail(*rejection);
    }
    m_by_hash[stored.hash] = stored.block;
    m_heights[stored.hash] = height;
    m_blocks.push_back(std::move(stored));
    return {};
}

/// Takes back what the first txids of a block did to the coins.
void SimChain::undo(const Stored& stored) {
    for (std::size_t i = stored.txids.size(); i-- > 0;) {
        const auto& txid = stored.txids[i];
        for (std::uint32_t n = 0; n < stored.block->transactions[i].outputs.size(); ++n) {
            m_coins.erase({txid, n});
            m_faucet_coins.erase({txid, n});
        }
        m_places.erase(txid);
    }
    for (const auto& [outpoint, coin] : stored.spent) {
        m_spenders.erase(outpoint);
        // A coin made in this very block is gone with it.
        const bool made_here = std::find(stored.txids.begin(), stored.txids.end(), outpoint.txid) !=
                               stored.txids.end();
        if (made_here) continue;
        m_coins[outpoint] = coin;
        if (coin.output.script == faucet_script()) m_faucet_coins[outpoint] = coin.height.raw();
    }
}

SimChain::Stored SimChain::remove_tip() {
    Stored stored = std::move(m_blocks.back());
    m_blocks.pop_back();
    m_heights.erase(stored.hash);
    undo(stored);
    return stored;
}

Result<void, BlockRejection> SimChain::connect(const Block& block) {
    RUNNEL_CHECK(append(block, Scripts::check));
    m_mempool.block_connected(block);
    return {};
}

Result<void, BlockRejection> SimChain::reorg(unsigned depth,
                                             const std::vector<std::vector<Transaction>>& blocks) {
    if (depth >= m_blocks.size()) return reject(BlockReject::unknown_depth);
    if (blocks.size() <= depth) return reject(BlockReject::not_more_work);
    const auto unconfirmed = m_mempool.take_all();
    std::vector<Stored> removed;  // the old tip first
    for (unsigned i = 0; i < depth; ++i) removed.push_back(remove_tip());
    for (std::size_t made = 0; made < blocks.size(); ++made) {
        const auto result = append_exactly(blocks[made], {});
        if (result) continue;
        // The old blocks are the best chain again.
        for (; made > 0; --made) remove_tip();
        for (auto old = removed.rbegin(); old != removed.rend(); ++old) {
            if (!append(*old->block, Scripts::trust)) std::abort();
        }
        readmit({}, unconfirmed);
        return fail(result.error());
    }
    readmit(removed, unconfirmed);
    return {};
}

Result<void, BlockRejection> SimChain::reorg(unsigned depth) {
    return reorg(depth, std::vector<std::vector<Transaction>>(std::size_t{depth} + 1));
}

Result<void, BlockRejection> SimChain::disconnect(unsigned depth) {
    if (depth >= m_blocks.size()) return reject(BlockReject::unknown_depth);
    const auto unconfirmed = m_mempool.take_all();
    std::vector<Stored> removed;
    for (unsigned i = 0; i < depth; ++i) removed.push_back(remove_tip());
    readmit(removed, unconfirmed);
    return {};
}

/// Refills the mempool after blocks went: first what they held, the oldest first, then what waited
/// before.
void SimChain::readmit(const std::vector<Stored>& removed, const std::vector<TxPtr>& unconfirmed) {
    for (auto stored = removed.rbegin(); stored != removed.rend(); ++stored) {
        for (std::size_t i = 1; i < stored->block->transactions.size(); ++i) {
            (void)m_mempool.readmit(
                std::make_shared<const Transaction>(stored->block->transactions[i]), *this);
        }
    }
    for (const auto& tx : unconfirmed) (void)m_mempool.readmit(tx, *this);
}

Result<Accepted, Rejection> SimChain::submit(const Transaction& tx) {
    return m_mempool.submit(std::make_shared<const Transaction>(tx), *this);
}

PackageResult SimChain::submit_package(const Transaction& parent, const Transaction& child) {
    return m_mempool.submit_package(std::make_shared<const Transaction>(parent),
                                    std::make_shared<const Transaction>(child), *this);
}

std::optional<BlockHeader> SimChain::header(BlockHeight height) const {
    if (height.raw() >= m_blocks.size()) return std::nullopt;
    return m_blocks[height.raw()].block->header;
}

std::optional<BlockHash> SimChain::hash_at(BlockHeight height) const {
    if (height.raw() >= m_blocks.size()) return std::nullopt;
    return m_blocks[height.raw()].hash;
}

std::optional<BlockHeight> SimChain::height_of(const BlockHash& hash) const {
    const auto found = m_heights.find(hash);
    return found == m_heights.end() ? std::nullopt : std::optional(BlockHeight(found->second));
}

std::optional<BlockHeader> SimChain::header(const BlockHash& hash) const {
    const auto found = block(hash);
    return found == nullptr ? std::nullopt : std::optional(found->header);
}

std::shared_ptr<const Block> SimChain::block(const BlockHash& hash) const {
    const auto found = m_by_hash.find(hash);
    return found == m_by_hash.end() ? nullptr : found->second;
}

std::shared_ptr<const Block> SimChain::block(BlockHeight height) const {
    return height.raw() < m_blocks.size() ? m_blocks[height.raw()].block : nullptr;
}

std::optional<TxStatus> SimChain::transaction(const Txid& txid) const {
    TxStatus out;
    if (const auto* entry = m_mempool.find(txid)) {
        out.tx = entry->tx;
        return out;
    }
    const auto place = m_places.find(txid);
    if (place == m_places.end()) return std::nullopt;
    const auto& stored = m_blocks[place->second.height];
    // Shares ownership with its block.
    out.tx = TxPtr(stored.block, &stored.block->transactions[place->second.index]);
    out.height = BlockHeight(place->second.height);
    out.block = stored.hash;
    out.index = place->second.index;
    out.confirmations = static_cast<std::uint32_t>(m_blocks.size()) - place->second.height;
    return out;
}

std::optional<Spend> SimChain::spender(const OutPoint& outpoint) const {
    if (const auto found = m_spenders.find(outpoint); found != m_spenders.end()) {
        const auto status = transaction(found->second.first);
        return Spend{status->tx, found->second.second, status->height};
    }
    return m_mempool.spender(outpoint);
}

std::vector<std::pair<OutPoint, Coin>> SimChain::coins_of(ByteView script) const {
    std::vector<std::pair<OutPoint, Coin>> out;
    for (const auto& entry : m_coins) {
        const auto& held = entry.second.output.script;
        if (std::equal(held.begin(), held.end(), script.begin(), script.end()) &&
            !m_mempool.spender(entry.first)) {
            out.push_back(entry);
        }
    }
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return out;
}

std::string_view to_string(BlockReject reason) {
    switch (reason) {
        case BlockReject::bad_previous: return "bad_previous";
        case BlockReject::bad_proof_of_work: return "bad_proof_of_work";
        case BlockReject::bad_time: return "bad_time";
        case BlockReject::bad_merkle_root: return "bad_merkle_root";
        case BlockReject::bad_coinbase: return "bad_coinbase";
        case BlockReject::bad_witness_root: return "bad_witness_root";
        case BlockReject::too_heavy: return "too_heavy";
        case BlockReject::bad_transaction: return "bad_transaction";
        case BlockReject::unknown_depth: return "unknown_depth";
        case BlockReject::not_more_work: return "not_more_work";
    }
    return "unknown";
}

}  // namespace runnel::sim
