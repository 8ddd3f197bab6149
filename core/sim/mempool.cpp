#include "core/sim/mempool.h"

#include "core/sim/mempool_rules.h"

#include <algorithm>

namespace runnel::sim {

using namespace bitcoin;

namespace {

constexpr std::uint32_t truc_version = 3;
constexpr std::uint64_t truc_max_vsize = 10'000;
constexpr std::uint64_t truc_max_child_vsize = 1'000;
/// A last small child of a full chain is let in, so that the other party of a channel can always
/// bump its anchor.
constexpr std::uint64_t carve_out_vsize = 10'000;

Unexpected<Rejection> reject(MempoolReject reason) { return fail(Rejection{reason, std::nullopt}); }

}  // namespace

/// A transaction under examination, with all that was found out about it.
struct Mempool::Candidate {
    TxPtr tx;
    Txid txid;
    Sat fee;
    std::uint64_t weight = 0;
    std::vector<TxOut> spent;
    std::set<Txid> parents;    ///< In the mempool.
    std::set<Txid> ancestors;  ///< In the mempool, parents included.
    std::set<Txid> conflicts;  ///< In the mempool, spending a coin that this one spends.
    std::uint64_t vsize() const { return (weight + 3) / 4; }
};

const MempoolEntry* Mempool::find(const Txid& txid) const {
    const auto found = m_entries.find(txid);
    return found == m_entries.end() ? nullptr : &found->second;
}

std::optional<Spend> Mempool::spender(const OutPoint& outpoint) const {
    const auto found = m_spent.find(outpoint);
    if (found == m_spent.end()) return std::nullopt;
    const auto& tx = m_entries.at(found->second).tx;
    for (std::uint32_t i = 0; i < tx->inputs.size(); ++i) {
        if (tx->inputs[i].previous == outpoint) return Spend{tx, i, std::nullopt};
    }
    return std::nullopt;
}

std::vector<const MempoolEntry*> Mempool::entries() const {
    std::vector<const MempoolEntry*> out;
    out.reserve(m_entries.size());
    for (const auto& entry : m_entries) out.push_back(&entry.second);
    std::sort(out.begin(), out.end(), [](const MempoolEntry* a, const MempoolEntry* b) {
        return a->sequence < b->sequence;
    });
    return out;
}

std::set<Txid> Mempool::ancestors(const Txid& txid) const {
    std::set<Txid> out;
    std::vector<Txid> open{txid};
    while (!open.empty()) {
        const auto* entry = find(open.back());
        open.pop_back();
        if (entry == nullptr) continue;
        for (const auto& input : entry->tx->inputs) {
            if (contains(input.previous.txid) && out.insert(input.previous.txid).second) {
                open.push_back(input.previous.txid);
            }
        }
    }
    return out;
}

std::set<Txid> Mempool::descendants(const Txid& txid) const {
    std::set<Txid> out;
    std::vector<Txid> open{txid};
    while (!open.empty()) {
        const auto* entry = find(open.back());
        open.pop_back();
        if (entry == nullptr) continue;
        for (std::uint32_t i = 0; i < entry->tx->outputs.size(); ++i) {
            const auto child = m_spent.find({entry->txid, i});
            if (child != m_spent.end() && out.insert(child->second).second)
                open.push_back(child->second);
        }
    }
    return out;
}

Result<void, Rejection> Mempool::check_inputs(Candidate& candidate, const ChainContext& chain,
                                              const Candidate* parent) const {
    Sat total;
    for (const auto& input : candidate.tx->inputs) {
        const auto& previous = input.previous;
        std::optional<Coin> coin;
        const Transaction* maker = nullptr;
        if (const auto* entry = find(previous.txid)) {
            maker = entry->tx.get();
            candidate.parents.insert(previous.txid);
        } else if (parent != nullptr && parent->txid == previous.txid) {
            maker = parent->tx.get();
        }
        if (maker != nullptr) {
            if (previous.index < maker->outputs.size())
                coin = Coin{maker->outputs[previous.index], chain.next_height()};
        } else {
            coin = chain.confirmed_coin(previous);
        }
        if (!coin) return reject(MempoolReject::missing_input);
        if (const auto spender = m_spent.find(previous); spender != m_spent.end()) {
            candidate.conflicts.insert(spender->second);
        }
        if (coin->coinbase && chain.next_height() < coin->height + BlockDelta(coinbase_maturity)) {
            return reject(MempoolReject::immature_coinbase);
        }
        const auto lock = relative_lock(
            candidate.tx->version, input.sequence, coin->height,
            maker != nullptr ? chain.median_time() : chain.median_time_before(coin->height));
        if (lock.height > chain.next_height() || lock.median_time > chain.median_time()) {
            return reject(MempoolReject::relative_lock);
        }
        if (!is_standard_witness(input, coin->output)) return reject(MempoolReject::witness_form);
        const auto sum = add(total, coin->output.value);
        if (!sum || *sum > max_money) return reject(MempoolReject::malformed);
        total = *sum;
        candidate.spent.push_back(std::move(coin->output));
    }
    const auto fee = sub(total, *total_output(*candidate.tx));
    if (!fee) return reject(MempoolReject::inputs_below_outputs);
    candidate.fee = *fee;
    return {};
}

Result<void, Rejection> Mempool::check_topology(const Candidate& candidate,
                                                const Candidate* parent) const {
    const std::size_t count = candidate.ancestors.size() + (parent != nullptr ? 2 : 1);
    std::uint64_t vsize = candidate.vsize() + (parent != nullptr ? parent->vsize() : 0);
    for (const auto& txid : candidate.ancestors) vsize += m_entries.at(txid).vsize();
    if (count > m_policy.max_ancestors || vsize > m_policy.max_chain_vsize) {
        return reject(MempoolReject::too_long_chain);
    }
    const bool carve_out = candidate.ancestors.size() == 1 && candidate.vsize() <= carve_out_vsize;
    for (const auto& txid : candidate.ancestors) {
        const auto below = descendants(txid);
        // What this one replaces will be gone.
        const auto staying =
            static_cast<std::size_t>(std::count_if(below.begin(), below.end(), [&](const Txid& id) {
                return !candidate.conflicts.contains(id);
            }));
        if (staying + 2 > m_policy.max_descendants + (carve_out ? 1 : 0)) {
            return reject(MempoolReject::too_long_chain);
        }
    }
    return check_truc(candidate, parent);
}

Result<void, Rejection> Mempool::check_truc(const Candidate& candidate,
                                            const Candidate* parent) const {
    const bool truc = candidate.tx->version == truc_version;
    for (const auto& txid : candidate.parents) {
        if ((m_entries.at(txid).tx->version == truc_version) != truc)
            return reject(MempoolReject::truc);
    }
    if (parent != nullptr && (parent->tx->version == truc_version) != truc)
        return reject(MempoolReject::truc);
    if (!truc) return {};
    const std::size_t above = candidate.ancestors.size() + (parent != nullptr ? 1 : 0);
    if (above > 1 || candidate.vsize() > (above == 1 ? truc_max_child_vsize : truc_max_vsize)) {
        return reject(MempoolReject::truc);
    }
    for (const auto& txid : candidate.ancestors) {
        for (const auto& sibling : descendants(txid)) {
            if (!candidate.conflicts.contains(sibling)) return reject(MempoolReject::truc);
        }
    }
    return {};
}

Result<Mempool::Candidate, Rejection> Mempool::examine(const TxPtr& tx, const ChainContext& chain,
                                                       const Candidate* parent,
                                                       Checks checks) const {
    if (check_transaction(*tx)) return reject(MempoolReject::malformed);
    if (is_coinbase(*tx)) return reject(MempoolReject::coinbase);
    Candidate candidate;
    candidate.tx = tx;
    candidate.txid = tx->txid();
    candidate.weight = tx->weight();
    if (checks == Checks::all) {
        if (const auto reason = check_standard(*tx, m_policy)) return reject(*reason);
    }
    if (!is_final(*tx, chain.next_height(), chain.median_time()))
        return reject(MempoolReject::not_final);
    if (contains(candidate.txid)) return reject(MempoolReject::already_known);
    if (chain.is_confirmed(candidate.txid)) return reject(MempoolReject::already_confirmed);
    RUNNEL_CHECK(check_inputs(candidate, chain, parent));
    for (const auto& txid : candidate.parents) {
        candidate.ancestors.insert(txid);
        candidate.ancestors.merge(ancestors(txid));
    }
    if (parent != nullptr)
        candidate.ancestors.insert(parent->ancestors.begin(), parent->ancestors.end());
    if (checks == Checks::all) RUNNEL_CHECK(check_topology(candidate, parent));
    return candidate;
}

std::set<Txid> Mempool::evicted_by(std::span<const Candidate* const> candidates) const {
    std::set<Txid> out;
    for (const auto* candidate : candidates) {
        for (const auto& txid : candidate->conflicts) {
            out.insert(txid);
            out.merge(descendants(txid));
        }
    }
    return out;
}

Result<void, Rejection> Mempool::check_fees(std::span<const Candidate* const> candidates) const {
    Sat fee;
    std::uint64_t vsize = 0;
    for (const auto* candidate : candidates) {
        if (candidate->tx->version != truc_version &&
            candidate->fee < fee_for(m_policy.relay_floor, candidate->vsize())) {
            return reject(MempoolReject::fee_below_floor);
        }
        fee += candidate->fee;
        vsize += candidate->vsize();
    }
    const auto floor = std::max(m_policy.relay_floor, m_policy.mempool_min);
    if (fee < fee_for(floor, vsize)) return reject(MempoolReject::fee_below_floor);
    return {};
}

Result<void, Rejection> Mempool::check_replacement(std::span<const Candidate* const> candidates,
                                                   const std::set<Txid>& evicted) const {
    if (evicted.empty()) return {};
    Sat fee, evicted_fee;
    std::uint64_t vsize = 0;
    std::set<Txid> direct;
    for (const auto* candidate : candidates) {
        fee += candidate->fee;
        vsize += candidate->vsize();
        direct.insert(candidate->conflicts.begin(), candidate->conflicts.end());
        for (const auto& txid : candidate->ancestors) {
            if (evicted.contains(txid)) return reject(MempoolReject::replacement_spends_conflict);
        }
    }
    std::set<Txid> known_parents;  // of what is replaced
    for (const auto& txid : direct) {
        const auto& entry = m_entries.at(txid);
        for (const auto& input : entry.tx->inputs) known_parents.insert(input.previous.txid);
        if (!is_higher_feerate(fee, vsize, entry.fee, entry.vsize()))
            return reject(MempoolReject::replacement_feerate);
    }
    for (const auto* candidate : candidates) {
        for (const auto& txid : candidate->parents) {
            if (!known_parents.contains(txid))
                return reject(MempoolReject::replacement_new_unconfirmed);
        }
    }
    if (evicted.size() > m_policy.max_replaced) return reject(MempoolReject::replacement_too_many);
    for (const auto& txid : evicted) evicted_fee += m_entries.at(txid).fee;
    if (fee < evicted_fee + fee_for(m_policy.incremental, vsize))
        return reject(MempoolReject::replacement_fee);
    return {};
}

namespace {

Result<void, Rejection> check_scripts(const Transaction& tx, std::span<const TxOut> spent) {
    const auto verified = verify_inputs(tx, spent, standard_flags);
    if (!verified) return fail(Rejection{MempoolReject::script_invalid, verified.error()});
    return {};
}

}  // namespace

Result<Accepted, Rejection> Mempool::submit(const TxPtr& tx, const ChainContext& chain) {
    RUNNEL_TRY(const auto candidate, examine(tx, chain, nullptr, Checks::all));
    const Candidate* const all[] = {&candidate};
    RUNNEL_CHECK(check_fees(all));
    const auto evicted = evicted_by(all);
    RUNNEL_CHECK(check_replacement(all, evicted));
    RUNNEL_CHECK(check_scripts(*tx, candidate.spent));
    return insert(candidate, evicted);
}

Result<Accepted, Rejection> Mempool::readmit(const TxPtr& tx, const ChainContext& chain) {
    RUNNEL_TRY(const auto candidate, examine(tx, chain, nullptr, Checks::readmission));
    if (!candidate.conflicts.empty()) return reject(MempoolReject::missing_input);
    const auto verified = verify_inputs(*tx, candidate.spent, consensus_flags);
    if (!verified) return fail(Rejection{MempoolReject::script_invalid, verified.error()});
    return insert(candidate, {});
}

PackageResult Mempool::submit_package(const TxPtr& parent, const TxPtr& child,
                                      const ChainContext& chain) {
    const auto both = [](const Rejection& rejection) {
        return PackageResult{fail(rejection), fail(rejection)};
    };
    const auto parent_id = parent->txid();
    const bool spends =
        std::any_of(child->inputs.begin(), child->inputs.end(),
                    [&](const TxIn& input) { return input.previous.txid == parent_id; });
    if (!spends) return both({MempoolReject::package_shape, std::nullopt});

    auto alone = submit(parent, chain);
    const bool known = !alone && (alone.error().reason == MempoolReject::already_known ||
                                  alone.error().reason == MempoolReject::already_confirmed);
    if (known) {
        const auto* entry = find(parent_id);
        return {Accepted{parent_id, entry != nullptr ? entry->fee : Sat(0), {}},
                submit(child, chain)};
    }
    if (alone) return {std::move(alone), submit(child, chain)};
    const auto reason = alone.error().reason;
    if (reason != MempoolReject::fee_below_floor && reason != MempoolReject::replacement_fee &&
        reason != MempoolReject::replacement_feerate) {
        return {std::move(alone), reject(MempoolReject::missing_input)};
    }

    const auto first = examine(parent, chain, nullptr, Checks::all);
    if (!first) return both(first.error());
    const auto second = examine(child, chain, &*first, Checks::all);
    if (!second) return {std::move(alone), fail(second.error())};
    const Candidate* const all[] = {&*first, &*second};
    if (const auto fees = check_fees(all); !fees) return both(fees.error());
    const auto evicted = evicted_by(all);
    if (const auto replaces = check_replacement(all, evicted); !replaces)
        return both(replaces.error());
    if (const auto scripts = check_scripts(*parent, first->spent); !scripts)
        return both(scripts.error());
    if (const auto scripts = check_scripts(*child, second->spent); !scripts)
        return {std::move(alone), fail(scripts.error())};
    auto parent_result = insert(*first, evicted);
    return {std::move(parent_result), insert(*second, {})};
}

Accepted Mempool::insert(const Candidate& candidate, const std::set<Txid>& evicted) {
    for (const auto& txid : evicted) erase(txid);
    MempoolEntry entry;
    entry.tx = candidate.tx;
    entry.txid = candidate.txid;
    entry.wtxid = candidate.tx->wtxid();
    entry.fee = candidate.fee;
    entry.weight = candidate.weight;
    entry.sequence = ++m_sequence;
    for (const auto& input : candidate.tx->inputs) m_spent[input.previous] = candidate.txid;
    m_entries.emplace(candidate.txid, std::move(entry));
    return {candidate.txid, candidate.fee, {evicted.begin(), evicted.end()}};
}

void Mempool::erase(const Txid& txid) {
    const auto found = m_entries.find(txid);
    if (found == m_entries.end()) return;
    for (const auto& input : found->second.tx->inputs) {
        const auto spent = m_spent.find(input.previous);
        if (spent != m_spent.end() && spent->second == txid) m_spent.erase(spent);
    }
    m_entries.erase(found);
}

void Mempool::erase_with_descendants(const Txid& txid) {
    for (const auto& child : descendants(txid)) erase(child);
    erase(txid);
}

namespace {

/// A transaction with those of its ancestors that are not in the block yet. Better ones come first.
struct Ranked {
    Sat fee;
    std::uint64_t vsize = 0;
    std::uint64_t weight = 0;
    std::uint64_t sequence = 0;
    Txid txid;
    friend bool operator<(const Ranked& a, const Ranked& b) {
        if (is_higher_feerate(a.fee, a.vsize, b.fee, b.vsize)) return true;
        if (is_higher_feerate(b.fee, b.vsize, a.fee, a.vsize)) return false;
        return a.sequence < b.sequence;
    }
};

}  // namespace

/// The entry and its ancestors outside `taken`, in order of arrival: nothing is accepted before
/// what it spends, and a reorg readmits in that order too.
std::vector<const MempoolEntry*> Mempool::with_ancestors(const Txid& txid,
                                                         const std::set<Txid>& taken) const {
    std::vector<const MempoolEntry*> out{&m_entries.at(txid)};
    for (const auto& id : ancestors(txid)) {
        if (!taken.contains(id)) out.push_back(&m_entries.at(id));
    }
    std::sort(out.begin(), out.end(), [](const MempoolEntry* a, const MempoolEntry* b) {
        return a->sequence < b->sequence;
    });
    return out;
}

std::vector<TxPtr> Mempool::select(const Selection& selection, const ChainContext& chain) const {
    std::set<Txid> left_out = selection.leave_out;
    for (const auto& txid : selection.leave_out) left_out.merge(descendants(txid));
    std::set<Txid> taken;
    const auto rank = [&](const MempoolEntry& entry) {
        Ranked out{Sat(0), 0, 0, entry.sequence, entry.txid};
        for (const auto* member : with_ancestors(entry.txid, taken)) {
            out.fee += member->fee;
            out.vsize += member->vsize();
            out.weight += member->weight;
        }
        return out;
    };
    std::set<Ranked> queue;
    std::map<Txid, Ranked> ranks;
    for (const auto& [txid, entry] : m_entries) {
        if (left_out.contains(txid) ||
            !is_final(*entry.tx, chain.next_height(), chain.median_time()))
            continue;
        queue.insert(ranks.emplace(txid, rank(entry)).first->second);
    }

    std::vector<TxPtr> out;
    std::uint64_t weight = 0;
    while (!queue.empty()) {
        const Ranked best = *queue.begin();
        queue.erase(queue.begin());
        ranks.erase(best.txid);
        if (best.fee < fee_for(selection.floor, best.vsize)) break;  // nor does any after it
        if (weight + best.weight > selection.max_weight) continue;
        weight += best.weight;
        const auto group = with_ancestors(best.txid, taken);
        std::set<Txid> changed;
        for (const auto* entry : group) {
            taken.insert(entry->txid);
            out.push_back(entry->tx);
            changed.merge(descendants(entry->txid));
            if (const auto own = ranks.find(entry->txid); own != ranks.end()) {
                queue.erase(own->second);
                ranks.erase(own);
            }
        }
        for (const auto& txid : changed) {
            const auto old = ranks.find(txid);
            if (old == ranks.end()) continue;
            queue.erase(old->second);
            old->second = rank(m_entries.at(txid));
            queue.insert(old->second);
        }
    }
    return out;
}

void Mempool::block_connected(const Block& block) {
    for (const auto& tx : block.transactions) {
        const auto txid = tx.txid();
        erase(txid);
        for (const auto& input : tx.inputs) {
            const auto spent = m_spent.find(input.previous);
            if (spent != m_spent.end() && spent->second != txid)
                erase_with_descendants(Txid(spent->second));
        }
    }
}

std::vector<TxPtr> Mempool::take_all() {
    std::vector<TxPtr> out;
    for (const auto* entry : entries()) out.push_back(entry->tx);
    m_entries.clear();
    m_spent.clear();
    return out;
}

}  // namespace runnel::sim
