// Making blocks, and the faucet.
#include "core/bitcoin/script.h"
#include "core/sim/chain.h"
#include "core/sim/chain_blocks.h"
#include "core/sim/mempool_rules.h"

#include <algorithm>

namespace runnel::sim {

using namespace bitcoin;

namespace {

constexpr unsigned first_blocks = 101;
constexpr std::uint32_t block_spacing = 600;
/// The reward of a block in several coins, so that the faucet need not wait for its own change.
constexpr std::size_t reward_pieces = 10;
/// What the faucet pays when the mempool demands no more.
constexpr FeeratePerKw faucet_feerate{1000};

const Script& faucet_witness_script() {
    static const Script script{OP_1};
    return script;
}

}  // namespace

const Script& faucet_script() {
    static const Script script = p2wsh(faucet_witness_script());
    return script;
}

SimChain::SimChain(RelayPolicy policy, UnixTime start, std::uint32_t salt)
    : SimChain(Bare{}, policy) {
    m_salt = salt;
    MineOptions options;
    options.time = start;
    mine(first_blocks + 1, options);
}

UnixTime SimChain::next_time(const std::optional<UnixTime>& wanted) const {
    const std::int64_t least = median_time().raw() + 1;
    const std::int64_t usual =
        m_blocks.empty() ? 0 : std::int64_t{m_blocks.back().block->header.time} + block_spacing;
    const std::int64_t most = UINT32_MAX;  // what a header can say
    return UnixTime(std::min(most, std::max(least, wanted ? wanted->raw() : usual)));
}

Transaction SimChain::make_coinbase(const Script& reward_to, Sat reward) {
    Transaction tx;
    TxIn input;
    input.previous.index = 0xffffffff;
    input.script_sig = ScriptBuilder()
                           .number(next_height().raw())
                           .number(static_cast<std::int64_t>(++m_salt))
                           .take();
    input.witness = {Bytes(32, 0)};
    tx.inputs.push_back(input);
    const bool for_faucet = reward_to.empty();
    const std::size_t pieces = for_faucet ? reward_pieces : 1;
    const Sat piece(reward.raw() / pieces);
    for (std::size_t i = 0; i < pieces; ++i)
        tx.outputs.push_back({piece, for_faucet ? faucet_script() : reward_to});
    return tx;
}

Block SimChain::make_block(const std::vector<TxPtr>& transactions, const Script& reward_to,
                           Sat fees, UnixTime time) {
    Block block;
    block.transactions.push_back(make_coinbase(reward_to, block_subsidy + fees));
    for (const auto& tx : transactions) block.transactions.push_back(*tx);
    block.transactions[0].outputs.push_back({Sat(0), witness_commitment(block.transactions)});
    std::vector<Txid> txids;
    for (const auto& tx : block.transactions) txids.push_back(tx.txid());
    block.header.version = 0x20000000;
    block.header.previous = m_blocks.empty() ? BlockHash{} : tip();
    block.header.merkle_root = merkle_root(txids);
    block.header.time = static_cast<std::uint32_t>(time.raw());
    block.header.bits = trivial_bits;
    grind(block.header);
    return block;
}

std::vector<BlockHash> SimChain::mine(unsigned count, const MineOptions& options) {
    std::vector<BlockHash> out;
    auto time = options.time;
    for (unsigned i = 0; i < count; ++i) {
        const auto chosen = m_mempool.select(options.selection, *this);
        Sat fees;
        for (const auto& tx : chosen) fees += m_mempool.find(tx->txid())->fee;
        const auto block = make_block(chosen, options.reward_to, fees, next_time(time));
        time.reset();
        // The mempool holds only what the next block may; anything else is a bug of this
        // simulation.
        if (!append(block, Scripts::check)) std::abort();
        m_mempool.block_connected(block);
        out.push_back(tip());
    }
    return out;
}

Result<BlockHash, BlockRejection> SimChain::append_exactly(
    const std::vector<Transaction>& transactions, const MineOptions& options) {
    std::vector<TxPtr> pointers;
    for (const auto& tx : transactions) pointers.push_back(std::make_shared<const Transaction>(tx));
    const auto block = make_block(pointers, options.reward_to, Sat(0), next_time(options.time));
    RUNNEL_CHECK(append(block, Scripts::check));
    return tip();
}

Result<BlockHash, BlockRejection> SimChain::mine_exactly(
    const std::vector<Transaction>& transactions, const MineOptions& options) {
    RUNNEL_TRY(const auto hash, append_exactly(transactions, options));
    m_mempool.block_connected(*m_blocks.back().block);
    return hash;
}

Result<OutPoint, Rejection> SimChain::faucet(const Script& script, Sat amount) {
    if (amount > max_money) return fail(Rejection{MempoolReject::malformed, std::nullopt});
    Transaction tx;
    tx.outputs.push_back({amount, script});
    tx.outputs.push_back({Sat(0), faucet_script()});
    Sat total;
    const auto feerate = std::max(faucet_feerate, m_mempool.policy().mempool_min);
    const auto fee = [&] { return fee_for(feerate, tx.vsize()); };
    for (const auto& [outpoint, made] : m_faucet_coins) {
        const auto& coin = m_coins.at(outpoint);
        const bool mature =
            !coin.coinbase || next_height() >= BlockHeight(made) + BlockDelta(coinbase_maturity);
        if (!mature || m_mempool.spender(outpoint)) continue;
        total += coin.output.value;
        tx.inputs.push_back({outpoint, {}, 0xfffffffd, {faucet_witness_script()}});
        if (total >= amount + fee() + dust_limit(faucet_script())) break;
    }
    const auto change = sub(total, amount + fee());
    if (tx.inputs.empty() || !change || *change < dust_limit(faucet_script())) {
        return fail(Rejection{MempoolReject::inputs_below_outputs, std::nullopt});
    }
    tx.outputs[1].value = *change;
    RUNNEL_TRY(const auto accepted, submit(tx));
    return OutPoint{accepted.txid, 0};
}

}  // namespace runnel::sim
