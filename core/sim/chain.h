// A simulated chain: blocks with real headers, a UTXO set with undo, a mempool, and every script
// and signature checked. It is what scenario tests mine on and what the practice network takes for
// its chain. Deterministic and single-threaded: no clock (times are passed in, or follow from the
// block before), no randomness, no socket. The coins of its faucet are locked by nothing: anybody
// may spend them, they are worth nothing. Not checked: signature operation counts, difficulty
// changes.
#pragma once

#include "core/sim/mempool.h"

#include <memory>

namespace runnel::sim {

/// Why a block is no valid continuation.
enum class BlockReject : std::uint8_t {
    bad_previous,       ///< Does not build on the tip.
    bad_proof_of_work,  ///< Wrong target, or the hash does not meet it.
    bad_time,           ///< Not after the median of the last eleven blocks.
    bad_merkle_root,
    bad_coinbase,  ///< Not exactly the first transaction, without the height (BIP 34), or claiming
                   ///< too much.
    bad_witness_root,  ///< BIP 141 commitment missing or wrong.
    too_heavy,
    bad_transaction,  ///< See `cause`.
    unknown_depth,    ///< A reorg deeper than the chain, or that would touch the first block.
    not_more_work,    ///< A reorg must bring more blocks than it removes.
};
std::string_view to_string(BlockReject reason);

struct BlockRejection {
    BlockReject reason = BlockReject::bad_transaction;
    std::size_t index = 0;  ///< Of the transaction, with bad_transaction.
    std::optional<Rejection> cause;
};

/// A transaction and where it stands.
struct TxStatus {
    TxPtr tx;
    std::optional<BlockHeight> height;  ///< Nothing while it is in the mempool.
    BlockHash block;
    std::uint32_t index = 0;          ///< Position in the block.
    std::uint32_t confirmations = 0;  ///< 1 in the tip, 0 in the mempool.
};

/// How the next blocks are made.
struct MineOptions {
    std::optional<UnixTime> time;  ///< Of the first block (later if the median demands it); others
                                   ///< follow ten minutes apart.
    bitcoin::Script reward_to;     ///< Empty: the faucet.
    Selection selection;           ///< What is taken from the mempool.
};

class SimChain : private ChainContext {
public:
    /// A fresh chain up to height 101, so that 150 coins of the faucet (thirty outputs) are
    /// spendable. Equal arguments give equal chains, another salt one without a block in common.
    explicit SimChain(RelayPolicy policy = {}, UnixTime start = UnixTime(1'700'000'000),
                      std::uint32_t salt = 0);

    // Transactions.
    Result<Accepted, Rejection> submit(const bitcoin::Transaction& tx);
    PackageResult submit_package(const bitcoin::Transaction& parent,
                                 const bitcoin::Transaction& child);
    /// Pays from the faucet into the mempool; the result is the output. Fails when a standard
    /// transaction cannot.
    Result<bitcoin::OutPoint, Rejection> faucet(const bitcoin::Script& script, Sat amount);
    const Mempool& mempool() const { return m_mempool; }
    void set_mempool_min(FeeratePerKw feerate) { m_mempool.set_mempool_min(feerate); }

    // Blocks.
    /// Mines `count` blocks, each from the mempool as it then is.
    std::vector<BlockHash> mine(unsigned count = 1, const MineOptions& options = {});
    /// Mines one block of exactly these transactions, in this order; the mempool's rules do not
    /// apply, consensus does.
    Result<BlockHash, BlockRejection> mine_exactly(
        const std::vector<bitcoin::Transaction>& transactions, const MineOptions& options = {});
    /// Appends a block made elsewhere.
    Result<void, BlockRejection> connect(const bitcoin::Block& block);
    /// Replaces the last `depth` blocks by new ones of exactly these transactions (more blocks than
    /// are removed). What was disconnected goes back to the mempool where it still can. Nothing
    /// changes when a new block is invalid.
    Result<void, BlockRejection> reorg(
        unsigned depth, const std::vector<std::vector<bitcoin::Transaction>>& blocks);
    /// The same with `depth` + 1 empty blocks.
    Result<void, BlockRejection> reorg(unsigned depth);
    /// Removes the last `depth` blocks without new ones, as an operator's invalidateblock does.
    Result<void, BlockRejection> disconnect(unsigned depth);

    // Looking.
    BlockHeight height() const {
        return BlockHeight(static_cast<std::uint32_t>(m_blocks.size() - 1));
    }
    BlockHash tip() const { return m_blocks.back().hash; }
    /// Blocks of the chain; nothing above the tip.
    std::optional<bitcoin::BlockHeader> header(BlockHeight height) const;
    std::optional<BlockHash> hash_at(BlockHeight height) const;
    /// Nothing for a block that is not in the chain.
    std::optional<BlockHeight> height_of(const BlockHash& hash) const;
    /// Headers and blocks by hash are found after a reorg too, until the chain is stored and loaded
    /// again.
    std::optional<bitcoin::BlockHeader> header(const BlockHash& hash) const;
    std::shared_ptr<const bitcoin::Block> block(const BlockHash& hash) const;
    std::shared_ptr<const bitcoin::Block> block(BlockHeight height) const;
    std::optional<TxStatus> transaction(const Txid& txid) const;
    /// Who spends this output, in a block or in the mempool.
    std::optional<Spend> spender(const bitcoin::OutPoint& outpoint) const;
    /// An output that no block spends.
    std::optional<Coin> coin(const bitcoin::OutPoint& outpoint) const {
        return confirmed_coin(outpoint);
    }
    std::size_t coin_count() const { return m_coins.size(); }
    /// All coins of one script, confirmed and not spent in the mempool.
    std::vector<std::pair<bitcoin::OutPoint, Coin>> coins_of(ByteView script) const;
    UnixTime median_time() const override;

    /// The whole chain and mempool with a checksum; parse() accepts nothing else. Blocks no longer
    /// in the chain are left out.
    Bytes serialise() const;
    static Result<SimChain, DecodeError> parse(ByteView bytes, RelayPolicy policy = {});

private:
    struct Stored {
        std::shared_ptr<const bitcoin::Block> block;
        BlockHash hash;
        std::vector<Txid> txids;
        std::vector<std::pair<bitcoin::OutPoint, Coin>>
            spent;  ///< To undo, in the order they were spent.
    };
    struct Place {
        std::uint32_t height = 0;
        std::uint32_t index = 0;
    };
    enum class Scripts : std::uint8_t { check, trust };
    struct Bare {};
    SimChain(Bare, RelayPolicy policy) : m_mempool(policy) {}

    std::optional<Coin> confirmed_coin(const bitcoin::OutPoint& outpoint) const override;
    bool is_confirmed(const Txid& txid) const override { return m_places.contains(txid); }
    BlockHeight next_height() const override {
        return BlockHeight(static_cast<std::uint32_t>(m_blocks.size()));
    }
    UnixTime median_time_before(BlockHeight height) const override;

    bitcoin::Block make_block(const std::vector<TxPtr>& transactions,
                              const bitcoin::Script& reward_to, Sat fees, UnixTime time);
    bitcoin::Transaction make_coinbase(const bitcoin::Script& reward_to, Sat reward);
    UnixTime next_time(const std::optional<UnixTime>& wanted) const;
    Result<Sat, Rejection> spend_inputs(const bitcoin::Transaction& tx, const Txid& txid,
                                        Scripts scripts, Stored& into);
    Result<void, BlockRejection> check_header(const bitcoin::Block& block,
                                              const std::vector<Txid>& txids) const;
    Result<void, BlockRejection> check_coinbase(const bitcoin::Block& block, Sat fees) const;
    /// Appends and updates all indexes but the mempool; unchanged on failure.
    Result<void, BlockRejection> append(const bitcoin::Block& block, Scripts scripts);
    Result<BlockHash, BlockRejection> append_exactly(
        const std::vector<bitcoin::Transaction>& transactions, const MineOptions& options);
    void add_outputs(const bitcoin::Transaction& tx, const Txid& txid, std::uint32_t height,
                     std::uint32_t index);
    void undo(const Stored& stored);
    Stored remove_tip();
    void readmit(const std::vector<Stored>& removed, const std::vector<TxPtr>& unconfirmed);

    std::vector<Stored> m_blocks;  ///< By height.
    std::unordered_map<BlockHash, std::shared_ptr<const bitcoin::Block>> m_by_hash;
    std::unordered_map<BlockHash, std::uint32_t> m_heights;
    std::unordered_map<bitcoin::OutPoint, Coin> m_coins;
    std::map<bitcoin::OutPoint, std::uint32_t>
        m_faucet_coins;  ///< With their height; ordered, so that runs are equal.
    std::unordered_map<Txid, Place> m_places;
    std::unordered_map<bitcoin::OutPoint, std::pair<Txid, std::uint32_t>> m_spenders;
    Mempool m_mempool;
    std::uint64_t m_salt =
        0;  ///< Makes each coinbase different, so that a reorg's blocks are new ones.
};

/// What the faucet's coins are locked with: P2WSH of OP_1.
const bitcoin::Script& faucet_script();

}  // namespace runnel::sim
