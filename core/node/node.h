// Node: (state, events) -> turn. Routes events between peers, channels, payments and the wallet's
// coins, and builds the Turn that a Journal makes durable. Const and deterministic: no clock,
// socket, thread or randomness of its own.
//
//     shell --Event--> plan() --Turn--> Journal::commit --Committed--> apply() --Effects--> shell
#pragma once

#include "core/api/quote.h"
#include "core/node/state.h"
#include "core/peer/session.h"
#include "core/ports/entropy.h"
#include "core/ports/journal.h"

#include <span>
#include <variant>
#include <vector>

namespace runnel::node {

/// Both inits were exchanged.
struct PeerUp {
    crypto::PublicKey node_id;
    wire::Features theirs;
    wire::Features negotiated;  ///< Offered bits of every feature both sides have.
    std::string host;           ///< Where we reached them; empty when they called.
    std::uint16_t port = 0;
};
struct PeerDown {
    crypto::PublicKey node_id;
    std::string cause;
};
/// A connection we asked for did not come about.
/// At that address: who asked for another one goes on waiting.
struct ConnectFailed {
    crypto::PublicKey node_id;
    std::string cause;
    std::string host;
    std::uint16_t port = 0;
};
struct PeerMessage {
    crypto::PublicKey node_id;
    wire::Message message;
};
/// error or warning; no channel means all of this peer's.
struct PeerComplaint {
    crypto::PublicKey node_id;
    bool is_error = false;
    std::optional<ChannelId> channel;
    std::string text;
};
struct TimerFired {
    std::uint64_t timer = 0;
};

using Event = std::variant<PeerUp, PeerDown, ConnectFailed, PeerMessage, PeerComplaint,
                           ports::ChainEvent, TimerFired, api::Command>;

/// What never changes while the node runs.
struct Config {
    Network network = Network::regtest;
    channel::Policy channels;
    ForwardPolicy forwarding;
    /// A confirmed coin of this size is kept per open channel, to bump its close with.
    Sat anchor_reserve_each{25'000};
    /// Coins for HTLC transactions beside.
    std::size_t anchor_reserve_extra = 1;
    /// Without contact to the chain for so long, nothing is added to channels.
    std::uint64_t chain_patience_ms = 30 * 60 * 1000;
    /// CLTV delta in our invoices: blocks left when the last part arrives.
    std::uint32_t min_final_cltv_expiry_delta = 42;
    /// Mean seconds between blocks, for people's dates only. Nothing: what the network is known
    /// for.
    std::optional<std::uint32_t> block_seconds;
    /// Beside it, where new transactions are hurried; `left` is worked out.
    std::optional<api::Hurry> hurry;
};

/// What one turn may know beside state and events.
struct TurnContext {
    UnixTime now;
    std::uint64_t monotonic_ms = 0;
    ports::Entropy entropy;
    /// Nothing new is begun, neither for us nor for peers; what must end still can.
    bool disk_low = false;
    bool in_doubt = false;  ///< The store may be an older copy of itself: see doubt.h.
};

/// One event's view of the world, handed to every handler.
struct Scope {
    const Config& config;
    const ports::KeyRing& keys;
    const ports::CoinPlanner& planner;
    UnixTime now;
    std::uint64_t monotonic_ms = 0;
    const ports::Entropy& entropy;
    std::uint64_t event = 0;  ///< Number of the event in its turn, for Entropy::expand.
    bool disk_low = false;    ///< As TurnContext::disk_low.
};

struct LoadError {
    std::string record;
    std::string cause;
};

class Node {
public:
    Node(Config config, std::shared_ptr<const ports::KeyRing> keys,
         std::shared_ptr<const ports::CoinPlanner> planner);

    /// Believes only what the store holds. A record that cannot be read is named; nothing is
    /// repaired.
    static Result<Node, LoadError> load(Config config, std::shared_ptr<const ports::KeyRing> keys,
                                        std::shared_ptr<const ports::CoinPlanner> planner,
                                        const ports::RecordReader& store);

    /// Handles the events in order. An error in one never discards the others.
    ports::Turn plan(std::span<const Event> events, const TurnContext& context) const;
    /// Installs what was committed; gives the effects to perform.
    std::vector<ports::Effect> apply(ports::Committed&& committed);
    /// What the next messages of the channels that just moved will need and that can be computed
    /// already; for a moment in which nothing waits. Nothing depends on its being called.
    void prepare_next() const;
    /// Every watch, broadcast, timer and connection still owed, from committed state: done once at
    /// start.
    std::vector<ports::Effect> resume() const;

    const State& state() const { return m_state; }
    const Config& config() const { return m_config; }
    const ports::KeyRing& keys() const { return *m_keys; }
    /// Made when asked for and kept until the next turn: no cost for turns nobody looks at. On the
    /// node's thread.
    api::SnapshotPtr snapshot() const;
    Result<api::Inspection, api::Problem> inspect(
        const std::string& text, UnixTime now,
        const std::optional<Msat>& amount = std::nullopt) const;
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen& ask) const;
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose& ask) const;
    Result<api::SendQuote, api::Problem> quote(const api::AskSend& ask) const;
    std::vector<api::PaymentView> payments(const api::ListRequest& request) const;
    std::optional<api::PaymentView> payment(const PaymentHash& hash) const;
    std::vector<api::TransactionView> transactions(const api::ListRequest& request) const;

private:
    void handle(Draft& draft, const Event& event, const Scope& scope) const;

    Config m_config;
    std::shared_ptr<const ports::KeyRing> m_keys;
    std::shared_ptr<const ports::CoinPlanner> m_planner;
    State m_state;
    mutable api::SnapshotPtr m_snapshot;
    mutable ChannelViews m_views;
    std::vector<ChannelId>
        m_moved;  ///< Channels of the last turn, as many as prepare_next looks at.
};

}  // namespace runnel::node
