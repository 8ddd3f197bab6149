#include "core/shell/timers.h"

#include <algorithm>

namespace runnel::shell {

namespace {
/// Nothing waits longer than this in one go: far below where adding to a time point would overflow.
constexpr std::chrono::hours longest{24 * 365};
}  // namespace

void Timers::arm(std::uint64_t timer, std::chrono::milliseconds after) {
    const auto bounded =
        std::clamp<std::chrono::milliseconds>(after, std::chrono::milliseconds(0), longest);
    const auto when = Clock::now() + bounded;
    m_due[timer] = when;
    m_queue.push({when, timer});
    if (when < m_waiting_for) wait();
}

void Timers::clear() {
    m_due.clear();
    m_queue = {};
    m_waiting_for = Clock::time_point::max();
    m_timer.cancel();
}

bool Timers::is_true(const Entry& entry) const {
    const auto due = m_due.find(entry.timer);
    return due != m_due.end() && due->second == entry.when;
}

void Timers::wait() {
    while (!m_queue.empty() && !is_true(m_queue.top())) m_queue.pop();
    if (m_queue.empty()) {
        m_waiting_for = Clock::time_point::max();
        return;
    }
    m_waiting_for = m_queue.top().when;
    m_timer.expires_at(m_waiting_for);
    m_timer.async_wait([self = std::weak_ptr(m_self)](const boost::system::error_code& error) {
        const auto timers = self.lock();
        if (!error && timers) (*timers)->fire();
    });
}

void Timers::fire() {
    const auto now = Clock::now();
    m_waiting_for = Clock::time_point::max();
    while (!m_queue.empty() && m_queue.top().when <= now) {
        const Entry entry = m_queue.top();
        m_queue.pop();
        if (!is_true(entry)) continue;
        m_due.erase(entry.timer);
        m_on_fired(entry.timer);
    }
    wait();
}

}  // namespace runnel::shell
