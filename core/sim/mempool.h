// The mempool of the simulated chain: what a relaying node would hold and refuse. Owns the
// unconfirmed transactions and the rules of relay: fees, dust, standard forms, finality, chains of
// unconfirmed transactions, replacement, packages of one parent and one child. It knows the chain
// only through a ChainContext, has no clock, and is deterministic. Rules follow Bitcoin Core 28
// (full replace-by-fee, TRUC); left out are signature operation counts and the eviction by size,
// for which set_mempool_min() stands.
#pragma once

#include "core/bitcoin/consensus.h"
#include "core/bitcoin/interpreter.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

namespace runnel::sim {

using TxPtr = std::shared_ptr<const bitcoin::Transaction>;

/// An unspent output and where it came from.
struct Coin {
    bitcoin::TxOut output;
    BlockHeight height;
    bool coinbase = false;
};

/// What the mempool asks of the chain.
class ChainContext {
public:
    virtual ~ChainContext() = default;
    virtual std::optional<Coin> confirmed_coin(const bitcoin::OutPoint& outpoint) const = 0;
    virtual bool is_confirmed(const Txid& txid) const = 0;
    virtual BlockHeight next_height() const = 0;
    /// Median time of the tip.
    virtual UnixTime median_time() const = 0;
    /// Median time of the block before the one of this height (BIP 68).
    virtual UnixTime median_time_before(BlockHeight height) const = 0;
};

struct RelayPolicy {
    FeeratePerKw relay_floor{
        250};  ///< 1 sat/vB, on whole virtual bytes. No package lifts a parent over it, but TRUC.
    FeeratePerKw mempool_min{
        250};  ///< What a full mempool demands; a package is judged as a whole.
    FeeratePerKw incremental{250};  ///< What a replacement pays for its own relay.
    std::uint64_t max_weight = 400'000;
    std::size_t max_ancestors = 25;  ///< With the transaction itself.
    std::size_t max_descendants = 25;
    std::uint64_t max_chain_vsize = 101'000;
    std::size_t max_replaced = 100;
};

/// Why a transaction is not relayed. Each is what a real node would say too: relay_word().
enum class MempoolReject : std::uint8_t {
    malformed,             ///< Invalid whatever the chain says (check_transaction).
    coinbase,              ///< New coins are made in blocks only.
    version,               ///< Neither 1, 2 nor 3.
    too_heavy,             ///< Above the standard weight.
    too_small,             ///< Below 65 bytes: could pass for an inner node of a merkle tree.
    script_sig_form,       ///< Long, or more than pushes.
    output_form,           ///< Pays to a script without a standard form.
    dust,                  ///< An output that would cost more to spend than it holds.
    not_final,             ///< Its lock time lies ahead.
    already_known,         ///< It is in the mempool.
    already_confirmed,     ///< It is in a block.
    missing_input,         ///< A coin does not exist, or a confirmed transaction has spent it.
    immature_coinbase,     ///< Coins of a block are spendable 100 blocks later.
    relative_lock,         ///< A sequence demands more blocks or time (BIP 68).
    inputs_below_outputs,  ///< It would make money.
    witness_form,     ///< Witness script above 3600 bytes, more than 100 elements, or one above 80
                      ///< bytes.
    fee_below_floor,  ///< Below the relay floor or what the mempool demands.
    too_long_chain,  ///< Too many unconfirmed ancestors, or it would give one too many descendants.
    truc,  ///< Version 3 rules: at most one parent and one child, small, not mixed with others.
    replacement_spends_conflict,  ///< It needs a transaction that it would replace.
    replacement_new_unconfirmed,  ///< It brings an unconfirmed input that the replaced did not
                                  ///< have.
    replacement_too_many,         ///< It would evict more than 100.
    replacement_feerate,          ///< Not a higher feerate than each transaction it conflicts with.
    replacement_fee,              ///< Not the fees of all it evicts plus its own relay.
    script_invalid,               ///< A script or signature fails.
    package_shape,                ///< Not a child and a parent that it spends.
};
std::string_view to_string(MempoolReject reason);
/// What bitcoind answers in that case.
std::string_view relay_word(MempoolReject reason);

struct Rejection {
    MempoolReject reason = MempoolReject::malformed;
    std::optional<bitcoin::InputFault> script;  ///< With script_invalid: which input, and why.
};

struct Accepted {
    Txid txid;
    Sat fee;
    std::vector<Txid> replaced;
};

struct PackageResult {
    Result<Accepted, Rejection> parent;
    Result<Accepted, Rejection> child;
    bool accepted() const { return parent.has_value() && child.has_value(); }
};

struct MempoolEntry {
    TxPtr tx;
    Txid txid;
    Hash256 wtxid;
    Sat fee;
    std::uint64_t weight = 0;
    std::uint64_t sequence = 0;  ///< Order of arrival, never used twice.
    std::uint64_t vsize() const { return (weight + 3) / 4; }
};

/// Which transaction spends an output, and with which input.
struct Spend {
    TxPtr tx;
    std::uint32_t input = 0;
    std::optional<BlockHeight> height;  ///< Nothing while it is unconfirmed.
};

/// What a block takes.
struct Selection {
    std::uint64_t max_weight = bitcoin::max_block_weight - 4000;
    FeeratePerKw floor{
        0};  ///< Only what pays this, a child counting for its ancestors: a busy chain.
    std::set<Txid> leave_out;  ///< Censored, with their descendants.
};

class Mempool {
public:
    explicit Mempool(RelayPolicy policy = {}) : m_policy(policy) {}

    const RelayPolicy& policy() const { return m_policy; }
    void set_mempool_min(FeeratePerKw feerate) { m_policy.mempool_min = feerate; }

    Result<Accepted, Rejection> submit(const TxPtr& tx, const ChainContext& chain);
    /// A parent and the child that pays for it. Each is tried alone first, as a node does; only a
    /// fee that is too low is looked at again for both together.
    PackageResult submit_package(const TxPtr& parent, const TxPtr& child,
                                 const ChainContext& chain);
    /// What a reorg brings back: consensus and standard rules, but neither fee floor nor limits,
    /// and nothing is replaced.
    Result<Accepted, Rejection> readmit(const TxPtr& tx, const ChainContext& chain);

    const MempoolEntry* find(const Txid& txid) const;
    bool contains(const Txid& txid) const { return find(txid) != nullptr; }
    std::optional<Spend> spender(const bitcoin::OutPoint& outpoint) const;
    std::size_t size() const { return m_entries.size(); }
    /// In order of arrival.
    std::vector<const MempoolEntry*> entries() const;
    /// Without the transaction itself.
    std::set<Txid> ancestors(const Txid& txid) const;
    std::set<Txid> descendants(const Txid& txid) const;

    /// Transactions for the next block, parents before children, the best ancestor feerate first.
    std::vector<TxPtr> select(const Selection& selection, const ChainContext& chain) const;
    /// Forgets what a block confirmed, and what cannot be confirmed any more because of it.
    void block_connected(const bitcoin::Block& block);
    /// Empties itself; in order of arrival.
    std::vector<TxPtr> take_all();

private:
    struct Candidate;
    enum class Checks : std::uint8_t { all, readmission };

    Result<Candidate, Rejection> examine(const TxPtr& tx, const ChainContext& chain,
                                         const Candidate* parent, Checks checks) const;
    Result<void, Rejection> check_inputs(Candidate& candidate, const ChainContext& chain,
                                         const Candidate* parent) const;
    Result<void, Rejection> check_topology(const Candidate& candidate,
                                           const Candidate* parent) const;
    Result<void, Rejection> check_truc(const Candidate& candidate, const Candidate* parent) const;
    Result<void, Rejection> check_fees(std::span<const Candidate* const> candidates) const;
    Result<void, Rejection> check_replacement(std::span<const Candidate* const> candidates,
                                              const std::set<Txid>& evicted) const;
    std::set<Txid> evicted_by(std::span<const Candidate* const> candidates) const;
    std::vector<const MempoolEntry*> with_ancestors(const Txid& txid,
                                                    const std::set<Txid>& taken) const;
    Accepted insert(const Candidate& candidate, const std::set<Txid>& evicted);
    void erase(const Txid& txid);
    void erase_with_descendants(const Txid& txid);

    RelayPolicy m_policy;
    std::map<Txid, MempoolEntry> m_entries;
    std::unordered_map<bitcoin::OutPoint, Txid> m_spent;
    std::uint64_t m_sequence = 0;
};

}  // namespace runnel::sim
