#include "ui/models/notices.h"

#include <algorithm>

namespace runnel::ui {

namespace {

/// Others cause troubles, too: no more are kept than somebody would ever read.
constexpr std::size_t most_kept = 50;

void keepFew(std::vector<Notice>& notices) {
    if (notices.size() > most_kept) notices.erase(notices.begin());
}

}  // namespace

void Notices::add(Notice notice) {
    const bool is_seen = std::any_of(m_seen.begin(), m_seen.end(), [&](const Notice& seen) {
        return seen.isAbout(notice) && seen.problem.params == notice.problem.params;
    });
    if (is_seen && notice.about == Notice::About::trouble) return;
    const auto known = std::find_if(m_notices.begin(), m_notices.end(),
                                    [&](const Notice& other) { return other.isAbout(notice); });
    notice.number = ++m_last;
    if (known != m_notices.end()) m_notices.erase(known);
    m_notices.push_back(std::move(notice));
    keepFew(m_notices);
    emit changed();
}

void Notices::dismiss(quint64 number) {
    const auto found = std::find_if(m_notices.begin(), m_notices.end(),
                                    [&](const Notice& notice) { return notice.number == number; });
    if (found == m_notices.end()) return;
    m_seen.push_back(*found);
    keepFew(m_seen);
    m_notices.erase(found);
    emit changed();
}

void Notices::update(const api::Snapshot& picture) {
    const auto left = std::remove_if(m_notices.begin(), m_notices.end(),
                                     [&](const Notice& notice) { return isOver(notice, picture); });
    if (left == m_notices.end()) return;
    m_notices.erase(left, m_notices.end());
    emit changed();
}

}  // namespace runnel::ui
