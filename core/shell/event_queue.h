// EventQueue: the events that wait for the next turn, and the rule in which order they go into it:
//
//     connections that ended or began -> the chain -> commands and timers
//         -> peers with a fulfil waiting -> round robin
//
// Within one peer nothing ever overtakes: the protocol is an ordered stream, so a fulfil draws all
// that its peer said before forward with it. One that comes alone ends the turn: the preimage is
// durable before what follows is computed. In a turn that holds a PeerUp it comes before everything
// else that could be said to this peer, so that all that the turn sends is meant for the new
// connection. A turn is bounded by an estimate of its work, so that nobody waits long behind a busy
// peer; one event always fits. Used by Engine, on the node's thread.
#pragma once

#include "core/node/node.h"

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace runnel::shell {

/// How much may go into one turn.
struct TurnLimits {
    std::size_t events = 1024;
    /// Of estimated work. A turn much shorter than the commit behind it wastes the commit: every
    /// turn signs a whole commitment anew, however few HTLCs it adds.
    std::uint32_t microseconds = 10'000;
};

/// What handling this event will take, roughly, in microseconds. Only the order of magnitude
/// matters.
std::uint32_t estimated_work(const node::Event& event);
/// Bytes beside the event itself: the parts of a message that a peer can make as large as it likes.
std::size_t held_bytes(const node::Event& event);

class EventQueue {
public:
    explicit EventQueue(TurnLimits limits) : m_limits(limits) {}

    void push(ports::ChainEvent event) { m_chain.emplace_back(std::move(event)); }
    void push(api::Command command) { m_wishes.emplace_back(std::move(command)); }
    void push(node::TimerFired timer) { m_wishes.emplace_back(timer); }
    /// Anything about one connection: up, down, failed, message, complaint.
    void push(const crypto::PublicKey& peer, node::Event event);

    bool empty() const { return m_chain.empty() && m_wishes.empty() && m_lanes.empty(); }
    /// Events of this peer that wait.
    std::size_t waiting(const crypto::PublicKey& peer) const;
    /// And what they hold, see held_bytes().
    std::size_t waiting_bytes(const crypto::PublicKey& peer) const;

    /// The events of the next turn, in order, into `out` (emptied first); nothing only when nothing
    /// waits.
    void take(std::vector<node::Event>& out);
    void clear();

private:
    struct Lane {
        std::deque<node::Event> events;
        std::size_t fulfils = 0;
        std::size_t bytes = 0;
    };
    struct Budget;

    bool take_links(std::vector<node::Event>& out, Budget& budget);
    bool take_fulfils(std::vector<node::Event>& out, Budget& budget);
    void take_round_robin(std::vector<node::Event>& out, Budget& budget);
    void take_wishes(std::vector<node::Event>& out, Budget& budget);
    void take_all(std::deque<node::Event>& from, std::vector<node::Event>& out, Budget& budget);
    void take_one(Lane& lane, std::vector<node::Event>& out, Budget& budget);

    TurnLimits m_limits;
    std::deque<node::Event> m_chain;
    std::deque<node::Event> m_wishes;
    std::unordered_map<crypto::PublicKey, Lane> m_lanes;  ///< Only peers with something waiting.
    std::deque<crypto::PublicKey> m_order;  ///< The same peers, the next one to be served first.
};

}  // namespace runnel::shell
