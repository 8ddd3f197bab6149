#include "core/sim/memory_store.h"

namespace runnel::sim {

void DiskImage::apply(const ports::Records& records_of_turn) {
    for (const auto& record : records_of_turn) {
        std::visit(overloaded{
                       [&](const ports::Put& put) { records[put.kind][put.key] = put.value; },
                       [&](const ports::Erase& erase) {
                           auto& of_kind = records[erase.kind];
                           of_kind.erase(erase.key);
                           // An emptied kind is no kind: two images of the same values are equal.
                           if (of_kind.empty()) records.erase(erase.kind);
                       },
                       [&](const ports::Append& added) {
                           auto& head = heads[added.subject];
                           head = ports::chain_hash(head, added.subject, added.body);
                           journal.push_back({added.subject, added.body, head});
                       },
                   },
                   record);
    }
    ++commits;
}

void MemoryStore::write(ports::Records&& records, Written done) {
    if (m_crashed) return;
    Waiting waiting{++m_seen, std::move(records), std::move(done)};
    if (m_answer == Answer::when_told) {
        m_waiting.push_back(std::move(waiting));
        return;
    }
    perform(std::move(waiting));
}

bool MemoryStore::answer_next() {
    if (m_crashed || m_waiting.empty()) return false;
    auto waiting = std::move(m_waiting.front());
    m_waiting.pop_front();
    perform(std::move(waiting));
    return true;
}

void MemoryStore::perform(Waiting&& waiting) {
    if (m_failed) {
        waiting.done(
            fail(ports::CommitError{ports::CommitError::Kind::closed, "an earlier commit failed"}));
        return;
    }
    if (const auto found = m_fail.find(waiting.number); found != m_fail.end()) {
        m_failed = true;
        waiting.done(fail(ports::CommitError{found->second, "as the test asked"}));
        return;
    }
    if (m_crash_before.contains(waiting.number)) {
        m_crashed = true;
        m_waiting.clear();
        return;
    }
    m_image.apply(waiting.records);
    if (m_crash_after.contains(waiting.number)) {
        m_crashed = true;
        m_waiting.clear();
        return;
    }
    waiting.done({});
}

std::optional<Bytes> MemoryStore::get(ports::RecordKind kind, ByteView key) const {
    const auto of_kind = m_image.records.find(kind);
    if (of_kind == m_image.records.end()) return std::nullopt;
    const auto found = of_kind->second.find(to_bytes(key));
    if (found == of_kind->second.end()) return std::nullopt;
    return found->second;
}

void MemoryStore::scan(ports::RecordKind kind, ByteView from,
                       const std::function<bool(ByteView key, ByteView value)>& each) const {
    const auto of_kind = m_image.records.find(kind);
    if (of_kind == m_image.records.end()) return;
    const auto& values = of_kind->second;
    auto at = from.empty() ? values.begin() : values.lower_bound(to_bytes(from));
    for (; at != values.end(); ++at) {
        if (!each(at->first, at->second)) return;
    }
}

void MemoryStore::scan_back(ports::RecordKind kind, ByteView before,
                            const std::function<bool(ByteView key, ByteView value)>& each) const {
    const auto of_kind = m_image.records.find(kind);
    if (of_kind == m_image.records.end()) return;
    const auto& values = of_kind->second;
    auto at = before.empty() ? values.end() : values.lower_bound(to_bytes(before));
    while (at != values.begin()) {
        --at;
        if (!each(at->first, at->second)) return;
    }
}

void MemoryStore::journal_ends(const std::function<void(ByteView subject, std::uint64_t sequence,
                                                        ByteView body)>& each) const {
    std::map<Bytes, std::size_t> ends;
    for (std::size_t i = 0; i < m_image.journal.size(); ++i) ends[m_image.journal[i].subject] = i;
    for (const auto& [subject, at] : ends) each(subject, at + 1, m_image.journal[at].body);
}

}  // namespace runnel::sim
