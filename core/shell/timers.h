// Timers: the node's ArmTimer effects, all behind one timer of the operating system. Arming a
// number again replaces what was armed before. Monotonic time. Used by Engine, on the node's
// thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace runnel::shell {

class Timers {
public:
    using Clock = std::chrono::steady_clock;
    using OnFired = std::function<void(std::uint64_t timer)>;

    Timers(boost::asio::io_context& io, OnFired on_fired)
        : m_timer(io), m_on_fired(std::move(on_fired)) {}

    void arm(std::uint64_t timer, std::chrono::milliseconds after);
    void clear();
    std::size_t armed() const { return m_due.size(); }

private:
    struct Entry {
        Clock::time_point when;
        std::uint64_t timer = 0;
        friend bool operator>(const Entry& a, const Entry& b) { return a.when > b.when; }
    };

    /// Not replaced since.
    bool is_true(const Entry& entry) const;
    void wait();
    void fire();

    boost::asio::steady_timer m_timer;
    OnFired m_on_fired;
    std::unordered_map<std::uint64_t, Clock::time_point> m_due;
    // Replaced entries stay until their time comes; m_due says which ones are true.
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> m_queue;
    Clock::time_point m_waiting_for = Clock::time_point::max();
    std::shared_ptr<Timers*> m_self =
        std::make_shared<Timers*>(this);  ///< Outlived by handlers that are queued already.
};

}  // namespace runnel::shell
