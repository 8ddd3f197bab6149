#include "app/node/hold_back.h"

#include "core/node/doubt.h"
#include "core/node/funding.h"

#include <algorithm>

namespace runnel::app {

bool HoldBack::is_compared(const node::State& state, const ChannelId& id) const {
    const auto found = state.channels.find(id);
    return found == state.channels.end() || !node::may_be_outdated(state, *found->second);
}

bool HoldBack::all_compared(const node::State& state) const {
    return std::all_of(state.channels.begin(), state.channels.end(),
                       [&](const auto& entry) { return is_compared(state, entry.first); });
}

bool HoldBack::must_wait(const node::State& state, const bitcoin::Transaction& tx) const {
    return std::any_of(tx.inputs.begin(), tx.inputs.end(), [&](const bitcoin::TxIn& input) {
        // A child of one that waits would bring it along.
        if (m_waiting.contains(input.previous.txid)) return true;
        return std::any_of(state.channels.begin(), state.channels.end(), [&](const auto& entry) {
            const auto* const funded = channel::funded_of(entry.second->state);
            // Of an unproven channel nothing of ours is published, and its outpoint is only what a
            // stranger says.
            return funded != nullptr && funded->params().funding == input.previous &&
                   !node::is_unproven(*entry.second) && !is_compared(state, entry.first);
        });
    });
}

bool HoldBack::may_go(const node::State& state, const ports::Broadcast& wanted) {
    const auto& all = wanted.transactions;
    if (std::none_of(all.begin(), all.end(),
                     [&](const ports::TxPtr& tx) { return must_wait(state, *tx); }))
        return true;
    for (const auto& tx : all) m_waiting.insert(tx->txid());
    return false;
}

std::vector<ports::Broadcast> HoldBack::take_released(const node::Node& node) {
    std::vector<ports::Broadcast> out;
    if (m_waiting.empty()) return out;
    const auto waiting = std::exchange(m_waiting, {});
    for (auto& effect : node.resume()) {
        auto* const owed = std::get_if<ports::Broadcast>(&effect);
        if (owed == nullptr) continue;
        const bool waited =
            std::any_of(owed->transactions.begin(), owed->transactions.end(),
                        [&](const ports::TxPtr& tx) { return waiting.contains(tx->txid()); });
        if (!waited || !may_go(node.state(), *owed)) continue;
        // As it would have been asked the first time: a close of the peer's that is there already
        // is better for us.
        owed->gives_way = true;
        out.push_back(std::move(*owed));
    }
    return out;
}

}  // namespace runnel::app
