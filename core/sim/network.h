// The deterministic network: real nodes (core/node over a store) in virtual time, joined by links
// that can cut, drop and delay, on one simulated chain, with disks that crash. Everything that
// happens follows from the seed and from what a test says. No socket, no thread, no real clock.
// Messages pass the wire codec both ways, so that what is tested is what is sent.
#pragma once

#include "core/node/node.h"
#include "core/sim/chain.h"
#include "core/sim/memory_store.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace runnel::sim {

/// What a node is made of beside its disk.
struct Parts {
    node::Config config;
    std::shared_ptr<const ports::KeyRing> keys;
    std::shared_ptr<const ports::CoinPlanner> planner;
};

/// A fault of a link: cuts it at the n-th message of a type sent by `from`.
struct Cut {
    enum class When : std::uint8_t {
        before,
        after
    } when = When::before;  ///< Is that message still delivered?
    wire::Type type = wire::Type::commitment_signed;
    std::size_t nth = 1;
};

class Network;

/// One node, its disk and its view of the chain. Dies with its process and starts again from its
/// disk.
class SimNode {
public:
    SimNode(Network& network, std::string name, Parts parts);

    const std::string& name() const { return m_name; }
    const node::Node& node() const { return *m_node; }
    const crypto::PublicKey& id() const { return m_parts.keys->node_id(); }
    MemoryStore& store() { return *m_store; }
    bool is_alive() const { return m_node != nullptr; }

    /// Posts a command; the answer is there once settled.
    api::CommandId post(decltype(api::Command::wish) wish);
    /// The same command again, as a client does that has not heard the answer.
    void post_again(const api::CommandId& id, decltype(api::Command::wish) wish);
    const api::CommandResult* answer(const api::CommandId& id) const;
    const std::vector<api::Notice>& notices() const { return m_notices; }
    const std::vector<std::string>& broken() const { return m_broken; }
    const std::vector<std::string>& log() const { return m_log; }

    /// Kills the process (nothing more is written) and starts it again from what is on disk.
    void restart();
    /// The same, from an older image: a restored backup.
    void restart_from(DiskImage image);
    /// From now on the chain source is silent (or speaks again).
    void set_chain_reachable(bool reachable);
    /// The source hangs: nothing is heard of it, not even that something is wrong.
    void set_chain_mute(bool mute);
    /// Whatever a source may say of itself.
    void say_chain(const ports::ChainStatus& status) { push(ports::ChainEvent(status)); }
    /// What this node broadcasts gets nowhere, and it is not told so.
    void lose_broadcasts(bool lost) { m_broadcasts_lost = lost; }
    /// From now on what this node broadcasts waits in its source, as in one that cannot reach its
    /// bitcoind; it is sent, in its order, when it waits no more.
    void queue_broadcasts(bool queued);
    void set_fees(const ports::FeeEstimates& fees) {
        push(ports::ChainEvent(ports::FeesChanged{fees}));
    }
    /// From now on the disk is nearly full (or not any more).
    void set_disk_low(bool low) { m_disk_low = low; }
    /// Sends the next commit into a crash: the n-th from now.
    void crash_before(std::uint64_t n) { m_store->crash_before(m_store->commits() + n); }
    void crash_after(std::uint64_t n) { m_store->crash_after(m_store->commits() + n); }

    api::SnapshotPtr snapshot() const { return m_node->snapshot(); }

private:
    friend class Network;

    void start(DiskImage image);
    void push(node::Event event) { m_events.push_back(std::move(event)); }
    bool take_turn();
    void perform_all(std::vector<ports::Effect> effects);
    void perform(ports::Effect& effect);
    void broadcast(const ports::Broadcast& wanted);
    bool has_rival(const bitcoin::Transaction& tx) const;
    void sync_chain();
    void report_chain();
    void see_mempool(const ports::TxPtr& tx);
    bool is_relevant(const bitcoin::Transaction& tx);
    void watch(const ports::Watch& watch);
    void search_blocks(const ports::Watch& wanted);

    Network& m_network;
    std::string m_name;
    Parts m_parts;
    std::unique_ptr<MemoryStore> m_store;
    std::unique_ptr<node::Node> m_node;
    std::deque<node::Event> m_events;
    std::map<api::CommandId, api::CommandResult> m_answers;
    std::vector<api::Notice> m_notices;
    std::vector<std::string> m_broken, m_log;
    std::map<std::uint64_t, std::uint64_t> m_timers;  ///< Timer -> due, virtual milliseconds.
    std::set<bitcoin::Script> m_watched_scripts;
    std::set<bitcoin::OutPoint> m_watched_outpoints;
    std::vector<std::pair<BlockHeight, BlockHash>>
        m_reported;  ///< Blocks told to the node, oldest first.
    bool m_chain_reachable = true;
    bool m_chain_mute = false;
    bool m_broadcasts_lost = false;
    bool m_broadcasts_queued = false;
    std::deque<ports::Broadcast> m_queued;  ///< Of the source's process: gone with a restart.
    std::uint64_t m_status_ms = 0;          ///< When the source said last where it stands.
    bool m_disk_low = false;
    std::uint64_t m_searched = 0;  ///< The search whose end is yet to be told; 0 for none.
    std::uint64_t m_commands = 0;
    std::uint64_t m_turns = 0;
};

class Network {
public:
    explicit Network(std::uint64_t seed = 1);
    ~Network();

    SimNode& add(const std::string& name, Parts parts);
    SimChain& chain() { return *m_chain; }
    std::vector<std::unique_ptr<SimNode>>& nodes() { return m_nodes; }
    std::uint64_t now_ms() const { return m_now_ms; }
    UnixTime now() const;

    void connect(SimNode& a, SimNode& b);
    /// Both ends notice; what is on its way is lost.
    void disconnect(SimNode& a, SimNode& b);
    bool is_connected(const SimNode& a, const SimNode& b) const;
    void cut_on(SimNode& from, SimNode& to, Cut cut);
    /// Holds back what `from` sends to `to` (a peer that is silent), until released.
    void hold(SimNode& from, SimNode& to, bool held);
    /// A hostile peer: what `from` sends to `to` is changed on the way out.
    void lie(SimNode& from, SimNode& to, std::function<void(wire::Message&)> how) {
        m_links[{from.id(), to.id()}].lie = std::move(how);
    }

    /// Runs until nothing is to be done without time passing. False when it does not come to rest.
    bool settle(std::size_t most_turns = 20'000);
    /// Lets virtual time pass, timers firing on the way, and settles.
    void advance(std::uint64_t milliseconds);
    /// Mines, tells everybody, settles.
    void mine(unsigned blocks = 1);
    void reorg(unsigned depth);
    /// Pays from the faucet and confirms it with one block.
    void fund(SimNode& node, Sat amount, unsigned coins = 1);
    /// Connections and restarts of every node that died.
    void revive();

    /// What must hold whenever everything is at rest; one line for each thing that does not.
    std::vector<std::string> violations();
    std::size_t messages_delivered() const { return m_delivered; }

private:
    friend class SimNode;
    using LinkKey = std::pair<crypto::PublicKey, crypto::PublicKey>;  ///< From, to.
    struct Link {
        std::deque<Bytes> queue;
        bool up = false;
        bool held = false;
        std::vector<Cut> cuts;
        std::function<void(wire::Message&)> lie;
        std::map<wire::Type, std::size_t> sent;
    };

    SimNode* find(const crypto::PublicKey& id);
    void send(SimNode& from, const crypto::PublicKey& to, wire::Message message);
    void dropped(SimNode& node);
    static node::Event heard(const crypto::PublicKey& from, wire::Message&& message);
    bool deliver_one();
    bool fire_due_timers();
    Secret32 fresh();

    std::unique_ptr<SimChain> m_chain;
    std::vector<std::unique_ptr<SimNode>> m_nodes;
    std::map<LinkKey, Link> m_links;
    std::uint64_t m_seed;
    std::uint64_t m_draws = 0;
    std::uint64_t m_now_ms = 1'000;
    std::size_t m_delivered = 0;
};

}  // namespace runnel::sim
