// Every satoshi: what a set of wallets had at the start is what they have at the end, plus the fees
// in the blocks between, plus outputs that are nobody's coin (anchors). Exact, to the satoshi.
#pragma once

#include "tests/scenario/duo.h"

namespace runnel::test {

/// What a transaction leaves to the miners, by the outputs that it spends.
inline Sat fee_of(const sim::SimChain& chain, const bitcoin::Transaction& tx) {
    Sat fee;
    for (const auto& input : tx.inputs) {
        const auto parent = chain.transaction(input.previous.txid);
        fee += parent->tx->outputs.at(input.previous.index).value;
    }
    for (const auto& output : tx.outputs) fee -= output.value;
    return fee;
}

/// Of one channel, what is in blocks.
struct ChannelOnChain {
    bitcoin::Transaction funding;
    std::optional<bitcoin::Transaction> close;
};
inline ChannelOnChain on_chain(const sim::SimChain& chain, const bitcoin::OutPoint& funding) {
    ChannelOnChain out;
    out.funding = *chain.transaction(funding.txid)->tx;
    if (const auto spender = chain.spender(funding)) out.close = *spender->tx;
    return out;
}

/// What a wallet has paid to miners for transactions of its own, beside the channel's two, less the
/// anchors of its close that it took.
inline Sat own_costs(const sim::SimChain& chain, const sim::SimNode& node,
                     const ChannelOnChain& channel) {
    Sat fees, anchors;
    const Txid funding = channel.funding.txid();
    const Txid close = channel.close ? channel.close->txid() : Txid{};
    for (const auto& [txid, row] : node.node().state().transactions) {
        if (!row.ours || !row.height || txid == funding || txid == close) continue;
        fees += fee_of(chain, *row.tx);
        for (const auto& input : row.tx->inputs) {
            if (input.previous.txid != close) continue;
            const Sat value = channel.close->outputs.at(input.previous.index).value;
            if (value == Sat(330)) anchors += value;
        }
    }
    // A child that pays for a commitment costs more than the anchor that it takes.
    return fees - anchors;
}

class Ledger {
public:
    /// Everything the wallets own must be confirmed and in no channel.
    explicit Ledger(sim::Network& net)
        : m_net(net), m_since(net.chain().height()), m_before(coins()) {}

    /// True when it adds up; says by how much not.
    bool adds_up() const {
        const Sat after = coins();
        const Sat fees = fees_paid();
        const auto left = leftovers();
        Sat lost;
        for (const Sat value : left) lost += value;
        if (after + fees + lost == m_before) return true;
        qWarning("ledger: before %llu, after %llu, fees %llu, left on the chain %llu",
                 static_cast<unsigned long long>(m_before.raw()),
                 static_cast<unsigned long long>(after.raw()),
                 static_cast<unsigned long long>(fees.raw()),
                 static_cast<unsigned long long>(lost.raw()));
        for (const Sat value : left)
            qWarning("  left: %llu", static_cast<unsigned long long>(value.raw()));
        return false;
    }
    /// Nothing of worth lies unclaimed: only anchors.
    bool only_anchors_left() const {
        for (const Sat value : leftovers()) {
            if (value == Sat(330)) continue;
            qWarning("ledger: %llu sat unclaimed", static_cast<unsigned long long>(value.raw()));
            return false;
        }
        return true;
    }
    Sat fees_paid() const {
        Sat fees;
        for_each_tx([&](const bitcoin::Transaction& tx, const Txid&) {
            fees += fee_of(m_net.chain(), tx);
        });
        return fees;
    }

private:
    Sat coins() const {
        Sat sum;
        for (const auto& node : m_net.nodes()) sum += Story::coins(*node);
        return sum;
    }
    template <typename F>
    void for_each_tx(F&& each) const {
        const auto& chain = m_net.chain();
        for (std::uint32_t h = m_since.raw() + 1; h <= chain.height().raw(); ++h) {
            const auto block = chain.block(BlockHeight(h));
            for (std::size_t i = 1; i < block->transactions.size(); ++i)
                each(block->transactions[i], block->transactions[i].txid());
        }
    }
    /// Values of unspent outputs that no wallet counts.
    std::vector<Sat> leftovers() const {
        std::vector<Sat> out;
        for_each_tx([&](const bitcoin::Transaction& tx, const Txid& txid) {
            for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
                const bitcoin::OutPoint outpoint{txid, i};
                if (!m_net.chain().coin(outpoint)) continue;
                bool owned = false;
                for (const auto& node : m_net.nodes())
                    owned = owned || node->node().state().coins.contains(outpoint);
                if (!owned) out.push_back(tx.outputs[i].value);
            }
        });
        return out;
    }

    sim::Network& m_net;
    BlockHeight m_since;
    Sat m_before;
};

}  // namespace runnel::test
