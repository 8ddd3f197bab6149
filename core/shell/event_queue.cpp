#include "core/shell/event_queue.h"

#include <algorithm>

namespace runnel::shell {

namespace {

bool is_fulfil(const node::Event& event) {
    const auto* const message = std::get_if<node::PeerMessage>(&event);
    return message != nullptr && std::holds_alternative<wire::UpdateFulfillHtlc>(message->message);
}

bool is_up(const node::Event& event) { return std::holds_alternative<node::PeerUp>(event); }

std::uint32_t work_of(const wire::Message& message) {
    if (const auto* const commit = std::get_if<wire::CommitmentSigned>(&message)) {
        // Verified on the way in, and answered by as many signatures of our own.
        const auto signatures = std::min<std::size_t>(commit->htlc_signature.size(), 1000);
        return 200 + 60 * static_cast<std::uint32_t>(signatures);
    }
    if (std::holds_alternative<wire::RevokeAndAck>(message))
        return 300;  // onions are peeled behind it
    if (std::holds_alternative<wire::UpdateAddHtlc>(message)) return 10;
    if (std::holds_alternative<wire::UpdateFulfillHtlc>(message)) return 20;
    if (std::holds_alternative<wire::UpdateFailHtlc>(message)) return 20;
    return 150;
}

std::uint32_t work_of(const api::Command& command) {
    if (std::holds_alternative<api::Pay>(command.wish) ||
        std::holds_alternative<api::Keysend>(command.wish))
        return 120;
    return 150;
}

std::uint32_t work_of(const ports::ChainEvent& event) {
    if (const auto* const block = std::get_if<ports::BlockConnected>(&event)) {
        return 100 + 100 * static_cast<std::uint32_t>(
                               std::min<std::size_t>(block->relevant.size(), 1000));
    }
    return 50;
}

}  // namespace

std::uint32_t estimated_work(const node::Event& event) {
    return std::visit(overloaded{[](const node::PeerMessage& e) { return work_of(e.message); },
                                 [](const api::Command& e) { return work_of(e); },
                                 [](const ports::ChainEvent& e) { return work_of(e); },
                                 [](const auto&) { return std::uint32_t{100}; }},
                      event);
}

std::size_t held_bytes(const node::Event& event) {
    const auto* const said = std::get_if<node::PeerMessage>(&event);
    if (said == nullptr) return 0;
    return std::visit(
        [](const auto& m) {
            std::size_t bytes = 0;
            if constexpr (requires { m.reason; }) bytes += m.reason.size();
            if constexpr (requires { m.extension; }) bytes += m.extension.size();
            if constexpr (requires { m.scriptpubkey; }) bytes += m.scriptpubkey.size();
            if constexpr (requires { m.encoded_short_ids; }) bytes += m.encoded_short_ids.size();
            if constexpr (requires { m.htlc_signature; })
                bytes += m.htlc_signature.size() * crypto::Signature::size_bytes;
            if constexpr (requires { m.onion_routing_packet; })
                bytes += m.onion_routing_packet.view().size();
            if constexpr (requires { m.upfront_shutdown_script; }) {
                if (m.upfront_shutdown_script) bytes += m.upfront_shutdown_script->size();
            }
            if constexpr (requires { m.channel_type; }) {
                if (m.channel_type) bytes += m.channel_type->size_bytes();
            }
            return bytes;
        },
        said->message);
}

struct EventQueue::Budget {
    std::size_t events = 0;
    std::uint32_t microseconds = 0;
    std::size_t used = 0;

    /// Whether one more fits; the first always does.
    bool fits(const node::Event& event) const {
        return used == 0 || (events > 0 && estimated_work(event) <= microseconds);
    }
    void spend(const node::Event& event) {
        ++used;
        if (events > 0) --events;
        microseconds -= std::min(microseconds, estimated_work(event));
    }
};

void EventQueue::push(const crypto::PublicKey& peer, node::Event event) {
    const auto [lane, fresh] = m_lanes.try_emplace(peer);
    if (fresh) m_order.push_back(peer);
    if (is_fulfil(event)) ++lane->second.fulfils;
    lane->second.bytes += held_bytes(event);
    lane->second.events.push_back(std::move(event));
}

std::size_t EventQueue::waiting(const crypto::PublicKey& peer) const {
    const auto lane = m_lanes.find(peer);
    return lane == m_lanes.end() ? 0 : lane->second.events.size();
}

std::size_t EventQueue::waiting_bytes(const crypto::PublicKey& peer) const {
    const auto lane = m_lanes.find(peer);
    return lane == m_lanes.end() ? 0 : lane->second.bytes;
}

void EventQueue::take_all(std::deque<node::Event>& from, std::vector<node::Event>& out,
                          Budget& budget) {
    while (!from.empty() && budget.fits(from.front())) {
        budget.spend(from.front());
        out.push_back(std::move(from.front()));
        from.pop_front();
    }
}

void EventQueue::take_one(Lane& lane, std::vector<node::Event>& out, Budget& budget) {
    budget.spend(lane.events.front());
    if (is_fulfil(lane.events.front())) --lane.fulfils;
    lane.bytes -= held_bytes(lane.events.front());
    out.push_back(std::move(lane.events.front()));
    lane.events.pop_front();
}

/// False when the turn is full.
bool EventQueue::take_links(std::vector<node::Event>& out, Budget& budget) {
    for (const auto& peer : m_order) {
        auto& lane = m_lanes.at(peer);
        bool up = false;
        while (!up && !lane.events.empty() &&
               (std::holds_alternative<node::PeerDown>(lane.events.front()) ||
                is_up(lane.events.front()))) {
            if (!budget.fits(lane.events.front())) return false;
            up = is_up(lane.events.front());
            take_one(lane, out, budget);
        }
    }
    return true;
}

void EventQueue::take_wishes(std::vector<node::Event>& out, Budget& budget) {
    if (m_lanes.empty()) {
        take_all(m_wishes, out, budget);
        return;
    }
    // A stream of wishes must not starve the peers: a quarter of the turn is theirs when they have
    // something.
    const auto events = budget.events / 4;
    const auto microseconds = budget.microseconds / 4;
    Budget part{budget.events - events, budget.microseconds - microseconds, budget.used};
    take_all(m_wishes, out, part);
    budget = Budget{part.events + events, part.microseconds + microseconds, part.used};
}

bool EventQueue::take_fulfils(std::vector<node::Event>& out, Budget& budget) {
    for (const auto& peer : m_order) {
        auto& lane = m_lanes.at(peer);
        while (lane.fulfils > 0 && !is_up(lane.events.front())) {
            if (!budget.fits(lane.events.front())) return false;
            take_one(lane, out, budget);
        }
    }
    // Somebody waits for a preimage, and not for the signatures of what follows it. A lone fulfil
    // means that little is under way: it goes to the disk by itself, and the commit more costs
    // nobody anything.
    return out.size() != 1 || !is_fulfil(out.front());
}

/// One event of each peer, again and again, until nothing more fits. A peer whose next event does
/// not fit holds the others back too, or small events would overtake a large one for ever.
void EventQueue::take_round_robin(std::vector<node::Event>& out, Budget& budget) {
    std::size_t idle = 0;
    while (idle < m_order.size()) {
        const auto peer = m_order.front();
        auto& lane = m_lanes.at(peer);
        if (lane.events.empty() || is_up(lane.events.front())) {
            ++idle;
        } else if (budget.fits(lane.events.front())) {
            take_one(lane, out, budget);
            idle = 0;
        } else {
            return;
        }
        m_order.pop_front();
        m_order.push_back(peer);
    }
}

void EventQueue::take(std::vector<node::Event>& out) {
    out.clear();
    Budget budget{m_limits.events, m_limits.microseconds, 0};
    if (take_links(out, budget)) {
        take_all(m_chain, out, budget);
        take_wishes(out, budget);
        if (take_fulfils(out, budget)) take_round_robin(out, budget);
    }
    m_order.erase(std::remove_if(m_order.begin(), m_order.end(),
                                 [&](const crypto::PublicKey& peer) {
                                     const auto lane = m_lanes.find(peer);
                                     if (!lane->second.events.empty()) return false;
                                     m_lanes.erase(lane);
                                     return true;
                                 }),
                  m_order.end());
}

void EventQueue::clear() {
    m_chain.clear();
    m_wishes.clear();
    m_lanes.clear();
    m_order.clear();
}

}  // namespace runnel::shell
