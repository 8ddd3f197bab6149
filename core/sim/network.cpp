#include "core/sim/network.h"

#include "core/bitcoin/address.h"
#include "core/channel/store.h"
#include "core/node/handlers.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::sim {

namespace {

constexpr std::uint64_t status_every_ms = 30'000;

wire::Features negotiated() {
    wire::Features out;
    const auto ours = peer::our_features();
    for (std::uint16_t bit = 0; bit < 128; bit = static_cast<std::uint16_t>(bit + 2)) {
        if (ours.has(static_cast<wire::Feature>(bit))) out.offer(static_cast<wire::Feature>(bit));
    }
    return out;
}

}  // namespace

Network::Network(std::uint64_t seed) : m_chain(std::make_unique<SimChain>()), m_seed(seed) {}
Network::~Network() = default;

UnixTime Network::now() const {
    return UnixTime(1'750'000'000 + static_cast<std::int64_t>(m_now_ms / 1000));
}

Secret32 Network::fresh() {
    Writer text;
    text.u64(m_seed).u64(++m_draws);
    return *secret32_from(crypto::sha256(text.view()).view());
}

SimNode& Network::add(const std::string& name, Parts parts) {
    m_nodes.push_back(std::make_unique<SimNode>(*this, name, std::move(parts)));
    settle();
    return *m_nodes.back();
}

SimNode* Network::find(const crypto::PublicKey& id) {
    for (auto& node : m_nodes) {
        if (node->id() == id) return node.get();
    }
    return nullptr;
}

bool Network::is_connected(const SimNode& a, const SimNode& b) const {
    const auto at = m_links.find({a.id(), b.id()});
    return at != m_links.end() && at->second.up;
}

void Network::connect(SimNode& a, SimNode& b) {
    if (!a.is_alive() || !b.is_alive() || is_connected(a, b)) return;
    for (auto* const link : {&m_links[{a.id(), b.id()}], &m_links[{b.id(), a.id()}]}) {
        link->queue.clear();
        link->up = true;
    }
    a.push(node::PeerUp{b.id(), peer::our_features(), negotiated(), "sim", 9735});
    b.push(node::PeerUp{a.id(), peer::our_features(), negotiated(), "sim", 9735});
}

void Network::disconnect(SimNode& a, SimNode& b) {
    if (!is_connected(a, b)) return;
    for (auto* const link : {&m_links[{a.id(), b.id()}], &m_links[{b.id(), a.id()}]}) {
        link->queue.clear();
        link->up = false;
    }
    for (auto* const end : {&a, &b}) {
        if (!end->is_alive()) continue;
        // Messages read and not yet handled belong to the dead connection too, but were received:
        // they are handled first.
        end->push(node::PeerDown{(end == &a ? b : a).id(), "cut"});
    }
}

void Network::dropped(SimNode& node) {
    for (auto& other : m_nodes) {
        if (other.get() != &node && is_connected(node, *other)) {
            for (auto* const link :
                 {&m_links[{node.id(), other->id()}], &m_links[{other->id(), node.id()}]}) {
                link->queue.clear();
                link->up = false;
            }
            other->push(node::PeerDown{node.id(), "gone"});
        }
    }
}

void Network::cut_on(SimNode& from, SimNode& to, Cut cut) {
    auto& link = m_links[{from.id(), to.id()}];
    cut.nth += link.sent[cut.type];
    link.cuts.push_back(cut);
}

void Network::hold(SimNode& from, SimNode& to, bool held) {
    m_links[{from.id(), to.id()}].held = held;
}

void Network::send(SimNode& from, const crypto::PublicKey& to, wire::Message message) {
    SimNode* const peer = find(to);
    const auto at = m_links.find({from.id(), to});
    if (peer == nullptr || at == m_links.end() || !at->second.up) return;
    // Said on a connection that is gone: the node has not heard of the one that took its place (the
    // shell drops it likewise).
    const bool is_outdated =
        std::any_of(from.m_events.begin(), from.m_events.end(), [&](const node::Event& event) {
            const auto* const up = std::get_if<node::PeerUp>(&event);
            const auto* const down = std::get_if<node::PeerDown>(&event);
            return (up != nullptr && up->node_id == to) || (down != nullptr && down->node_id == to);
        });
    if (is_outdated) return;
    Link& link = at->second;
    if (link.lie) link.lie(message);
    const auto type = wire::type_of(message);
    const std::size_t number = ++link.sent[type];
    for (const auto& cut : link.cuts) {
        if (cut.type != type || cut.nth != number) continue;
        if (cut.when == Cut::When::after) {
            // Delivered before the line goes dead: handled at once by the other side's queue.
            while (!link.queue.empty()) {
                if (auto m = wire::decode(link.queue.front()))
                    peer->push(heard(from.id(), *std::move(m)));
                link.queue.pop_front();
            }
            if (auto m = wire::decode(wire::encode(message)))
                peer->push(heard(from.id(), *std::move(m)));
        }
        disconnect(from, *peer);
        return;
    }
    link.queue.push_back(wire::encode(message));
}

/// As the shell's session does: errors and warnings are the session's to tell.
node::Event Network::heard(const crypto::PublicKey& from, wire::Message&& message) {
    const auto complaint = [&](bool is_error, const ChannelId& id, const Bytes& data) {
        const std::string text(data.begin(), data.end());
        return node::PeerComplaint{from, is_error, id.is_zero() ? std::nullopt : std::optional(id),
                                   escaped(text)};
    };
    if (const auto* const e = std::get_if<wire::Error>(&message))
        return complaint(true, e->channel_id, e->data);
    if (const auto* const w = std::get_if<wire::Warning>(&message))
        return complaint(false, w->channel_id, w->data);
    return node::PeerMessage{from, std::move(message)};
}

bool Network::deliver_one() {
    for (auto& [key, link] : m_links) {
        if (link.queue.empty() || link.held) continue;
        const Bytes bytes = std::move(link.queue.front());
        link.queue.pop_front();
        SimNode* const to = find(key.second);
        if (to == nullptr || !to->is_alive()) return true;
        auto message = wire::decode(bytes);
        if (!message) {
            to->m_broken.push_back(fmt::format("undecodable message from {}", key.first.hex()));
            return true;
        }
        ++m_delivered;
        to->push(heard(key.first, *std::move(message)));
        return true;
    }
    return false;
}

bool Network::settle(std::size_t most_turns) {
    for (std::size_t i = 0; i < most_turns; ++i) {
        bool busy = false;
        while (deliver_one()) busy = true;
        for (auto& node : m_nodes) busy = node->take_turn() || busy;
        if (!busy) return true;
    }
    return false;
}

bool Network::fire_due_timers() {
    bool fired = false;
    for (auto& node : m_nodes) {
        std::vector<std::uint64_t> due;
        for (const auto& [timer, at] : node->m_timers) {
            if (at <= m_now_ms) due.push_back(timer);
        }
        for (const auto timer : due) {
            node->m_timers.erase(timer);
            node->push(node::TimerFired{timer});
            fired = true;
        }
    }
    return fired;
}

void Network::advance(std::uint64_t milliseconds) {
    const std::uint64_t until = m_now_ms + milliseconds;
    while (true) {
        settle();
        std::uint64_t next = std::min(until, m_now_ms + status_every_ms);
        for (auto& node : m_nodes) {
            for (const auto& [timer, at] : node->m_timers)
                next = std::min(next, std::max(at, m_now_ms));
        }
        m_now_ms = next;
        for (auto& node : m_nodes) {
            // As the port asks of a source: at least every half minute while it is there.
            if (node->m_chain_reachable && m_now_ms >= node->m_status_ms + status_every_ms)
                node->report_chain();
        }
        if (!fire_due_timers() && m_now_ms >= until) break;
    }
    settle();
}

void Network::mine(unsigned blocks) {
    // Somebody looks now and then, so that pictures are made of earlier ones.
    for (auto& node : m_nodes) {
        if (node->is_alive()) (void)node->snapshot();
    }
    for (unsigned i = 0; i < blocks; ++i) {
        m_chain->mine(1);
        for (auto& node : m_nodes) node->sync_chain();
        settle();
    }
}

void Network::reorg(unsigned depth) {
    const auto result = m_chain->reorg(depth);
    if (!result) return;
    for (auto& node : m_nodes) node->sync_chain();
    settle();
}

void Network::fund(SimNode& node, Sat amount, unsigned coins) {
    for (unsigned i = 0; i < coins; ++i) {
        const auto id = node.post(api::NewAddress{});
        settle();
        const auto* const made = node.answer(id);
        if (made == nullptr || !*made) return;
        const auto script = bitcoin::parse_address(std::get<api::AddressMade>(**made).address,
                                                   node.m_parts.config.network);
        if (script) (void)m_chain->faucet(*script, amount);
    }
    mine(1);
}

void Network::revive() {
    for (auto& node : m_nodes) {
        if (!node->is_alive()) node->start(node->store().image());
    }
    settle();
}

std::vector<std::string> Network::violations() {
    std::vector<std::string> out;
    for (auto& node : m_nodes) {
        for (const auto& line : node->broken())
            out.push_back(fmt::format("{}: broken: {}", node->name(), line));
        if (!node->is_alive()) continue;
        // Memory equals disk: what a restart would believe is what the node believes.
        auto loaded = node::Node::load(node->m_parts.config, node->m_parts.keys,
                                       node->m_parts.planner, node->store());
        if (!loaded) {
            out.push_back(fmt::format("{}: the store does not load: {}", node->name(),
                                      loaded.error().record));
            continue;
        }
        const auto& memory = node->node().state();
        const auto& disk = loaded->state();
        for (const auto& [id, channel] : memory.channels) {
            if (channel->id != id)
                out.push_back(fmt::format("{}: channel {} is kept as {}", node->name(),
                                          channel->id.hex(), id.hex()));
            if (!channel::is_stored(channel->state)) continue;
            const auto at = disk.channels.find(id);
            // Proposals that a cut would forget are not compared: they are in memory only by right.
            channel::Channel cut = *channel;
            (void)channel::on_peer_down(cut);
            if (at == disk.channels.end() || !channel::is_stored_alike(cut, *at->second)) {
                out.push_back(
                    fmt::format("{}: channel {} differs from the disk", node->name(), id.hex()));
            }
        }
        if (memory.coins != disk.coins)
            out.push_back(fmt::format("{}: coins differ from the disk", node->name()));
        if (memory.payments.size() != disk.payments.size())
            out.push_back(fmt::format("{}: payments differ from the disk", node->name()));
        if (memory.incoming.size() != disk.incoming.size())
            out.push_back(fmt::format("{}: invoices differ from the disk", node->name()));
        if (!(memory.tip == disk.tip))
            out.push_back(fmt::format("{}: tip differs from the disk", node->name()));
        if (!(memory.wallet == disk.wallet))
            out.push_back(fmt::format("{}: counters differ from the disk", node->name()));
        // What is kept of the picture before is what would be made anew.
        node::ChannelViews nothing_kept;
        const auto fresh =
            node::make_snapshot(memory, node->node().config(), node->node().keys(), nothing_kept);
        const auto shown = node->node().snapshot();
        if (!(shown->channels == fresh->channels) || !(shown->balance == fresh->balance)) {
            out.push_back(fmt::format("{}: the picture is not of this state", node->name()));
        }
        for (const auto& [id, channel] : memory.channels) {
            const auto* const funded = channel::funded_of(channel->state);
            if (funded == nullptr) continue;
            const auto& c = funded->commitments;
            if (c.settled(channel::Party::ours) + c.settled(channel::Party::theirs) !=
                c.params().funding_satoshis.msat()) {
                out.push_back(
                    fmt::format("{}: channel {} made or lost money", node->name(), id.hex()));
            }
        }
    }
    // Both ends of an open channel agree to the millisatoshi once nothing is in flight.
    for (auto& a : m_nodes) {
        for (auto& b : m_nodes) {
            if (a.get() >= b.get() || !a->is_alive() || !b->is_alive()) continue;
            for (const auto& [id, channel] : a->node().state().channels) {
                const auto at = b->node().state().channels.find(id);
                if (at == b->node().state().channels.end()) continue;
                const auto* const ours = channel::funded_of(channel->state);
                const auto* const theirs = channel::funded_of(at->second->state);
                const bool is_over = channel::closing_of(channel->state) != nullptr ||
                                     channel::closing_of(at->second->state) != nullptr;
                if (is_over || ours == nullptr || theirs == nullptr ||
                    !ours->commitments.is_quiet() || !theirs->commitments.is_quiet())
                    continue;
                if (ours->commitments.settled(channel::Party::ours) !=
                    theirs->commitments.settled(channel::Party::theirs)) {
                    out.push_back(
                        fmt::format("{} and {} disagree about {}", a->name(), b->name(), id.hex()));
                }
            }
        }
    }
    return out;
}

}  // namespace runnel::sim
