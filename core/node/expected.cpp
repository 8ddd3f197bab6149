#include "core/node/expected.h"

#include "core/api/quote.h"

#include <algorithm>
#include <set>

namespace runnel::node {

namespace {

/// Mempools take chains of 25; what builds on more is not worth a guess.
constexpr std::size_t most_ancestors = 25;

/// What a transaction pays, alone or together with the child that was made to bump it.
struct Paid {
    Sat fee;
    std::uint64_t weight = 0;
    bool pays(FeeratePerKw rate) const {
        // Estimates move by more than a tenth between two blocks.
        const auto least = std::uint64_t{rate.raw()} * weight / 10 * 9;
        return weight > 0 && fee.raw() <= max_money.raw() && fee.raw() * 1'000 >= least;
    }
};

std::optional<std::uint32_t> blocks_for(const ports::FeeEstimates& fees, const Paid& paid,
                                        const Config& config) {
    // Whoever makes the blocks there takes everything into the next one.
    if (config.network == Network::practice) return 1;
    if (paid.pays(fees.urgent)) return api::blocks_of(api::Pace::urgent);
    if (paid.pays(fees.normal)) return api::blocks_of(api::Pace::normal);
    if (paid.pays(fees.slow)) return api::blocks_of(api::Pace::slow);
    return std::nullopt;
}

bool spends_of(const bitcoin::Transaction& tx, const Txid& parent) {
    return std::any_of(tx.inputs.begin(), tx.inputs.end(),
                       [&](const bitcoin::TxIn& input) { return input.previous.txid == parent; });
}

std::optional<std::uint32_t> expected(const State& state, const Txid& txid, const Config& config,
                                      std::set<Txid>& seen) {
    const auto found = state.transactions.find(txid);
    if (found == state.transactions.end() || seen.size() > most_ancestors) return std::nullopt;
    // Asked already, by another way.
    if (!seen.insert(txid).second) return 0;
    const WalletTx& row = found->second;
    if (row.height) return 0;
    std::optional<Paid> own;
    if (row.fee) own = Paid{*row.fee, row.tx->weight()};
    if (row.purpose == "close") {
        // A commitment pays little by itself: its child brings it in.
        for (const auto& [id, child] : state.transactions) {
            if (child.height || child.purpose != "bump" || !child.fee ||
                !spends_of(*child.tx, txid))
                continue;
            const Paid both{own ? add(own->fee, *child.fee).value_or(*child.fee) : *child.fee,
                            row.tx->weight() + child.tx->weight()};
            return blocks_for(state.health.fees, both, config);
        }
    }
    if (!own) return std::nullopt;
    auto out = blocks_for(state.health.fees, *own, config);
    if (!out) return std::nullopt;
    for (const auto& input : row.tx->inputs) {
        const Txid& parent = input.previous.txid;
        if (!state.transactions.contains(parent)) continue;
        const auto before = expected(state, parent, config, seen);
        if (!before) return std::nullopt;
        out = std::max(*out, *before);
    }
    return out;
}

}  // namespace

std::optional<std::uint32_t> blocks_at(const ports::FeeEstimates& fees, FeeratePerKw feerate,
                                       const Config& config) {
    constexpr std::uint64_t any_weight = 1'000;
    return blocks_for(fees, Paid{feerate.fee_ceil(any_weight), any_weight}, config);
}

std::optional<std::uint32_t> blocks_expected(const State& state, const Txid& txid,
                                             const Config& config) {
    std::set<Txid> seen;
    return expected(state, txid, config, seen);
}

}  // namespace runnel::node
