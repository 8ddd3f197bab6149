// One node of the network: what the shell does for a real one, done by the network at a moment of
// its choice.
#include "core/sim/network.h"

#include "core/node/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace runnel::sim {

SimNode::SimNode(Network& network, std::string name, Parts parts)
    : m_network(network), m_name(std::move(name)), m_parts(std::move(parts)) {
    start({});
}

void SimNode::start(DiskImage image) {
    m_store = std::make_unique<MemoryStore>(std::move(image));
    auto loaded = node::Node::load(m_parts.config, m_parts.keys, m_parts.planner, *m_store);
    if (!loaded) {
        m_broken.push_back(
            fmt::format("load: {}: {}", loaded.error().record, loaded.error().cause));
        return;
    }
    m_node = std::make_unique<node::Node>(*std::move(loaded));
    m_events.clear();
    m_timers.clear();
    m_watched_scripts.clear();
    m_watched_outpoints.clear();
    m_reported.clear();
    m_queued.clear();
    const auto& tip = m_node->state().tip;
    if (tip.known) {
        for (const auto& [height, hash] : m_node->state().blocks) {
            m_reported.emplace_back(BlockHeight(static_cast<std::uint32_t>(height)), hash);
        }
    }
    perform_all(m_node->resume());
    if (m_chain_reachable) set_chain_reachable(true);
}

void SimNode::restart() { restart_from(m_store->image()); }

void SimNode::restart_from(DiskImage image) {
    m_network.dropped(*this);
    m_node.reset();
    start(std::move(image));
}

void SimNode::set_chain_reachable(bool reachable) {
    m_chain_reachable = reachable;
    // Blocks first: a source is in step when it has told all it has.
    if (reachable) sync_chain();
    report_chain();
    if (reachable) {
        push(ports::ChainEvent(ports::FeesChanged{ports::FeeEstimates{
            FeeratePerKw(2500), FeeratePerKw(1000), FeeratePerKw(253), FeeratePerKw(253), true}}));
    }
}

void SimNode::report_chain() {
    if (m_chain_mute || m_node == nullptr) return;
    ports::ChainStatus status;
    status.reachable = m_chain_reachable;
    status.synced = m_chain_reachable;
    status.tip = m_network.chain().height();
    status.relays_packages = true;
    if (!m_chain_reachable) status.problem = "silent";
    push(ports::ChainEvent(status));
    m_status_ms = m_network.now_ms();
}

void SimNode::set_chain_mute(bool mute) {
    m_chain_mute = mute;
    sync_chain();
    report_chain();
}

api::CommandId SimNode::post(decltype(api::Command::wish) wish) {
    Writer name;
    name.u64(++m_commands).u64(std::hash<std::string>{}(m_name));
    const auto id = *api::CommandId::from(name.view());
    push(api::Command{id, std::move(wish)});
    return id;
}

void SimNode::post_again(const api::CommandId& id, decltype(api::Command::wish) wish) {
    m_answers.erase(id);
    push(api::Command{id, std::move(wish)});
}

const api::CommandResult* SimNode::answer(const api::CommandId& id) const {
    const auto at = m_answers.find(id);
    return at == m_answers.end() ? nullptr : &at->second;
}

bool SimNode::take_turn() {
    if (m_events.empty() || m_node == nullptr) return false;
    std::vector<node::Event> events;
    // A handful at a time: several events in one turn, and several turns for a burst.
    for (std::size_t i = 0; i < 8 && !m_events.empty(); ++i) {
        // As in the shell: what a turn says to a peer is meant for one connection, so one that
        // begins or ends opens the turn.
        const auto& next = m_events.front();
        if (i > 0 && (std::holds_alternative<node::PeerUp>(next) ||
                      std::holds_alternative<node::PeerDown>(next)))
            break;
        events.push_back(std::move(m_events.front()));
        m_events.pop_front();
    }
    ++m_turns;
    auto turn = m_node->plan(events, {m_network.now(), m_network.now_ms(),
                                      ports::Entropy(m_network.fresh()), m_disk_low});
    std::optional<ports::Committed> committed;
    m_store->commit(std::move(turn), [&](Result<ports::Committed, ports::CommitError> done) {
        if (done) committed.emplace(*std::move(done));
    });
    if (!committed) {
        // The process died in the commit: what was to be sent is never sent.
        m_network.dropped(*this);
        m_node.reset();
        m_events.clear();
        return true;
    }
    perform_all(m_node->apply(std::move(*committed)));
    return true;
}

void SimNode::perform_all(std::vector<ports::Effect> effects) {
    for (auto& effect : effects) perform(effect);
    // Behind all that was found: whoever heard of the end first, and died, would never look again.
    if (const auto search = std::exchange(m_searched, 0); search != 0)
        push(ports::ChainEvent(ports::SearchProgress{search, std::nullopt}));
}

void SimNode::perform(ports::Effect& effect) {
    std::visit(
        overloaded{
            [&](ports::Send& e) { m_network.send(*this, e.peer, e.message); },
            [&](ports::Broadcast& e) { broadcast(e); },
            [&](const ports::TakeBack& e) {
                std::erase_if(m_queued, [&](const ports::Broadcast& waiting) {
                    return std::any_of(
                        waiting.transactions.begin(), waiting.transactions.end(),
                        [&](const ports::TxPtr& tx) { return tx->txid() == e.txid; });
                });
            },
            [&](ports::Watch& e) { watch(e); },
            [&](ports::ConnectPeer& e) {
                SimNode* const peer = m_network.find(e.node_id);
                if (peer == nullptr || !peer->is_alive()) {
                    push(node::ConnectFailed{e.node_id, "nobody there", e.host, e.port});
                } else if (!m_network.is_connected(*this, *peer)) {
                    m_network.connect(*this, *peer);
                }
            },
            [&](ports::DisconnectPeer& e) {
                if (SimNode* const peer = m_network.find(e.node_id))
                    m_network.disconnect(*this, *peer);
            },
            [&](ports::ArmTimer& e) {
                m_timers[e.timer] =
                    m_network.now_ms() + static_cast<std::uint64_t>(e.after.count());
            },
            [&](ports::Tell& e) { m_notices.push_back(std::move(e.notice)); },
            [&](ports::AnswerCommand& e) { m_answers.insert_or_assign(e.id, std::move(e.result)); },
            [&](ports::LogLine& e) {
                if (e.level == static_cast<int>(LogLevel::broken)) m_broken.push_back(e.text);
                m_log.push_back(std::move(e.text));
            }},
        effect);
}

namespace {

/// What is there already is no refusal to a chain source.
bool is_taken(const Result<Accepted, Rejection>& result) {
    return result || result.error().reason == MempoolReject::already_known ||
           result.error().reason == MempoolReject::already_confirmed;
}

}  // namespace

void SimNode::broadcast(const ports::Broadcast& wanted) {
    if (m_broadcasts_lost) return;
    if (m_broadcasts_queued) {
        m_queued.push_back(wanted);
        return;
    }
    auto& chain = m_network.chain();
    bool accepted = true;
    bool is_news = true;
    std::string reason;
    if (wanted.gives_way && has_rival(*wanted.transactions.front())) {
        accepted = false;
        reason = "gives way";
    } else if (wanted.transactions.size() == 2) {
        const auto result = chain.submit_package(*wanted.transactions[0], *wanted.transactions[1]);
        is_news = result.accepted();
        accepted = is_taken(result.parent) && is_taken(result.child);
        if (!accepted) reason = "package";
    } else {
        for (const auto& tx : wanted.transactions) {
            const auto result = chain.submit(*tx);
            if (result) continue;
            is_news = false;
            if (is_taken(result)) continue;
            accepted = false;
            reason = std::string(to_string(result.error().reason));
        }
    }
    for (const auto& tx : wanted.transactions) {
        push(ports::ChainEvent(ports::BroadcastResult{tx->txid(), accepted, reason}));
        if (!accepted || !is_news) continue;
        for (auto& node : m_network.nodes()) node->see_mempool(tx);
    }
}

void SimNode::queue_broadcasts(bool queued) {
    m_broadcasts_queued = queued;
    if (queued) return;
    for (const auto& wanted : std::exchange(m_queued, {})) broadcast(wanted);
}

bool SimNode::has_rival(const bitcoin::Transaction& tx) const {
    const Txid txid = tx.txid();
    return std::any_of(tx.inputs.begin(), tx.inputs.end(), [&](const bitcoin::TxIn& input) {
        const auto spender = m_network.chain().spender(input.previous);
        return spender && spender->tx->txid() != txid;
    });
}

bool SimNode::is_relevant(const bitcoin::Transaction& tx) {
    bool relevant = false;
    const Txid txid = tx.txid();
    for (const auto& input : tx.inputs)
        relevant = relevant || m_watched_outpoints.contains(input.previous);
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        if (!m_watched_scripts.contains(tx.outputs[i].script)) continue;
        relevant = true;
        m_watched_outpoints.insert(bitcoin::OutPoint{txid, i});
    }
    return relevant;
}

void SimNode::sync_chain() {
    if (!m_chain_reachable || m_chain_mute || m_node == nullptr) return;
    auto& chain = m_network.chain();
    while (!m_reported.empty() &&
           chain.hash_at(m_reported.back().first) != m_reported.back().second) {
        push(ports::ChainEvent(
            ports::BlockDisconnected{m_reported.back().first, m_reported.back().second}));
        m_reported.pop_back();
    }
    const std::uint32_t next =
        m_reported.empty() ? chain.height().raw() : m_reported.back().first.raw() + 1;
    for (std::uint32_t h = next; h <= chain.height().raw(); ++h) {
        const auto block = chain.block(BlockHeight(h));
        ports::BlockConnected event{BlockHeight(h),
                                    *chain.hash_at(BlockHeight(h)),
                                    block->header.previous,
                                    UnixTime(block->header.time),
                                    {}};
        for (std::uint32_t i = 0; i < block->transactions.size(); ++i) {
            if (is_relevant(block->transactions[i])) {
                event.relevant.push_back(
                    {std::make_shared<const bitcoin::Transaction>(block->transactions[i]), i});
            }
        }
        m_reported.emplace_back(event.height, event.hash);
        push(ports::ChainEvent(std::move(event)));
    }
}

void SimNode::see_mempool(const ports::TxPtr& tx) {
    if (m_node != nullptr && m_chain_reachable && !m_chain_mute && is_relevant(*tx))
        push(ports::ChainEvent(ports::MempoolTx{tx}));
}

void SimNode::watch(const ports::Watch& wanted) {
    bool is_new = false;
    std::visit(overloaded{[&](const ports::WatchScript& w) {
                              is_new = m_watched_scripts.insert(w.script).second;
                          },
                          [&](const ports::WatchOutPoint& w) {
                              is_new = m_watched_outpoints.insert(w.outpoint).second;
                          }},
               wanted.what);
    if (is_new) search_blocks(wanted);
    m_searched = std::max(m_searched, wanted.search);
}

void SimNode::search_blocks(const ports::Watch& wanted) {
    auto& chain = m_network.chain();
    for (const auto& [height, hash] : m_reported) {
        if (height < wanted.since || chain.hash_at(height) != hash) continue;
        const auto block = chain.block(height);
        for (std::uint32_t i = 0; i < block->transactions.size(); ++i) {
            const auto& tx = block->transactions[i];
            const bool pays = std::visit(
                overloaded{[&](const ports::WatchScript& w) {
                               return std::any_of(
                                   tx.outputs.begin(), tx.outputs.end(),
                                   [&](const bitcoin::TxOut& o) { return o.script == w.script; });
                           },
                           [&](const ports::WatchOutPoint& w) {
                               return std::any_of(tx.inputs.begin(), tx.inputs.end(),
                                                  [&](const bitcoin::TxIn& in) {
                                                      return in.previous == w.outpoint;
                                                  });
                           }},
                wanted.what);
            if (!pays) continue;
            (void)is_relevant(tx);
            push(ports::ChainEvent(ports::LateConfirmation{
                height, hash, {std::make_shared<const bitcoin::Transaction>(tx), i}}));
        }
    }
}

}  // namespace runnel::sim
