// Engine: the loop around a Node. Collects what peers, chain, clients and timers say, lets the node
// plan a turn, hands it to the Journal, and performs the effects that come out of it once they are
// durable. One turn is on its way to the disk at a time; meanwhile everything goes on being read,
// decrypted and queued, and goes into the next turn together. Decides nothing itself.
//
//     sockets, chain, clients, timers -> EventQueue -> Node::plan -> Journal::commit
//                                     -> Node::apply -> effects -> sockets, ...
//
// All of it on the one thread that runs the io_context. A commit that fails ends everything: see
// on_fatal.
#pragma once

#include "core/node/node.h"
#include "core/shell/event_queue.h"
#include "core/shell/peer_manager.h"
#include "core/shell/timers.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace runnel::shell {

class Engine final : public api::NodeApi {
public:
    /// The world outside: what the engine itself has no hands for. Broadcast, take_back and watch
    /// may be null (no chain source).
    struct Hooks {
        std::function<void(ports::Broadcast)> broadcast;
        std::function<void(const ports::TakeBack&)> take_back;
        std::function<void(ports::Watch)> watch;
        /// A commit failed: nothing may go on, the process ends and believes only what the reopened
        /// store says. Once.
        std::function<void(const ports::CommitError&)> on_fatal;
        LogSink log;
        /// Is the disk nearly full? Asked once a turn. May be null.
        std::function<bool()> disk_low;
        /// May the store be an older copy of itself? The same.
        std::function<bool()> in_doubt;
    };
    struct Settings {
        TurnLimits turn;
        PeerLimits peers;
        wire::Features features = peer::our_features();
        LogLevel log_level = LogLevel::info;  ///< Lines below it are not even made.
        /// Waiting; then the peer is not read any further. Bytes are those of held_bytes().
        std::size_t events_per_peer = 2048, bytes_per_peer = std::size_t{2} << 20;
        std::size_t remembered_answers =
            4096;  ///< Of commands, for whoever asks again with the same id.
    };
    struct Counters {
        std::uint64_t turns = 0, commits = 0, events = 0, effects = 0;
    };

    Engine(boost::asio::io_context& io, node::Node node, ports::Journal& journal,
           crypto::PrivateKey node_key, Hooks hooks, Settings settings);
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Performs what committed state still owes (watches, broadcasts, timers, connections) and
    /// begins to take turns.
    void start();
    /// See PeerManager::listen.
    Result<std::uint16_t, std::string> listen(const std::string& host, std::uint16_t port) {
        return m_peers.listen(host, port);
    }
    /// From any thread.
    void on_chain_event(ports::ChainEvent event);
    /// A turn although nothing has happened, for what its context says: readers hear of that. From
    /// any thread.
    void look_again();
    /// Lets the turn under way become durable and its messages leave, then closes every connection
    /// and calls `done`. What still waits for a turn is forgotten: peers repeat it, clients hear
    /// nothing.
    void stop(std::function<void()> done);

    const node::Node& node() const { return m_node; }
    const PeerManager& peers() const { return m_peers; }
    const Counters& counters() const { return m_counters; }
    /// Nothing waits and nothing is under way.
    bool is_idle() const { return m_queue.empty() && !m_in_flight; }

    /// From any thread. On the node's thread it is the latest committed state; elsewhere it may be
    /// some milliseconds older.
    api::SnapshotPtr snapshot() const override;
    /// From any thread. An id that was granted already gets that answer again, one under way is
    /// answered once it is done, and one that was refused is asked anew.
    void post(api::Command command, api::OnAnswer answer) override;
    Result<api::Inspection, api::Problem> inspect(const std::string& text,
                                                  const std::optional<Msat>& amount) const override;
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen& ask) const override {
        return m_node.quote(ask);
    }
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose& ask) const override {
        return m_node.quote(ask);
    }
    Result<api::SendQuote, api::Problem> quote(const api::AskSend& ask) const override {
        return m_node.quote(ask);
    }
    std::vector<api::PaymentView> payments(const api::ListRequest& request) const override {
        return m_node.payments(request);
    }
    std::optional<api::PaymentView> payment(const PaymentHash& hash) const override {
        return m_node.payment(hash);
    }
    std::vector<api::TransactionView> transactions(const api::ListRequest& request) const override {
        return m_node.transactions(request);
    }
    std::shared_ptr<void> subscribe(api::OnNotice on_notice) override;
    std::shared_ptr<void> observe(api::OnPicture on_picture) override;

private:
    PeerManager::Hooks peer_hooks();
    void accept_command(api::Command&& command, api::OnAnswer&& answer);
    void wake();
    void take_turn();
    void finish(Result<ports::Committed, ports::CommitError>&& committed);
    void perform(std::vector<ports::Effect>& effects);
    bool knows_connection(const crypto::PublicKey& peer) const;
    void note_links();
    void prepare_next();
    void perform_rest(ports::Effect& effect);
    void answer(const api::CommandId& id, api::CommandResult&& result);
    void remember(const api::CommandId& id, const api::CommandResult& result);
    void tell(const api::Notice& notice);
    void resume_peers();
    void publish();
    void publish_now();
    void stopped();
    bool on_our_thread() const;
    bool logs(LogLevel level) const { return m_hooks.log && level >= m_settings.log_level; }
    void log(LogLevel level, std::string_view line) const;

    boost::asio::io_context& m_io;
    node::Node m_node;
    ports::Journal& m_journal;
    Hooks m_hooks;
    Settings m_settings;
    EventQueue m_queue;
    Timers m_timers;
    PeerManager m_peers;

    std::vector<node::Event> m_events;  ///< Of the turn being planned; kept for its memory.
    bool m_started = false;
    bool m_wake_posted = false;
    bool m_in_flight = false;
    bool m_broken = false;
    std::function<void()> m_on_stopped;  ///< Set: stopping.
    bool m_stopped = false;
    std::vector<crypto::PublicKey>
        m_paused;  ///< Peers that are not read until their events were taken.

    /// Connections to a peer that came up, and those of them whose PeerUp the node has taken. What
    /// a turn says is meant for the connection that the node knew then, never for a newer one, on
    /// which channel_reestablish must come first.
    struct Links {
        std::uint64_t risen = 0, known = 0;
    };
    std::unordered_map<crypto::PublicKey, Links> m_links;

    struct Turn {  ///< The one under way.
        std::size_t events = 0;
        std::vector<crypto::PublicKey> ups, downs;
        std::chrono::steady_clock::time_point planned, handed_over;
        std::chrono::microseconds planning{};
    } m_turn;
    Counters m_counters;

    std::unordered_map<api::CommandId, std::vector<api::OnAnswer>> m_pending;
    std::unordered_map<api::CommandId, api::CommandResult> m_answers;
    std::deque<api::CommandId> m_answer_order;
    std::vector<std::weak_ptr<api::OnNotice>> m_listeners;
    std::vector<std::weak_ptr<api::OnPicture>> m_observers;

    mutable std::mutex m_published_mutex;
    api::SnapshotPtr m_published;
    bool m_publish_due = false;
    std::chrono::steady_clock::time_point m_published_at;
    boost::asio::steady_timer m_publish_timer;

    /// What posted handlers hold on to: gone when the engine is.
    std::shared_ptr<Engine*> m_self = std::make_shared<Engine*>(this);
};

}  // namespace runnel::shell
