// Overlay: a map under change. Reads fall through to the committed map, writes stay here, and the
// difference is at once what is to be stored and what is applied after the commit. That is how a
// turn changes nothing in memory before it is on disk.
#pragma once

#include <map>
#include <memory>
#include <optional>

namespace runnel::node {

template <typename K, typename V>
class Overlay {
public:
    using Base = std::map<K, V>;

    Overlay() = default;
    explicit Overlay(const Base& base) : m_base(&base) {}
    /// Of an overlay over nothing yet.
    void lay_over(const Base& base) { m_base = &base; }

    /// Null when there is none.
    const V* find(const K& key) const {
        if (const auto at = m_changes.find(key); at != m_changes.end())
            return at->second ? &*at->second : nullptr;
        const auto at = m_base->find(key);
        return at == m_base->end() ? nullptr : &at->second;
    }
    bool contains(const K& key) const { return find(key) != nullptr; }
    /// The value as committed before this turn; null when there was none.
    const V* before(const K& key) const {
        const auto at = m_base->find(key);
        return at == m_base->end() ? nullptr : &at->second;
    }
    void put(const K& key, V value) { m_changes[key] = std::move(value); }
    void erase(const K& key) { m_changes[key] = std::nullopt; }
    /// A value to change in place; it must exist.
    V& edit(const K& key) {
        auto& change = m_changes[key];
        if (!change) change = m_base->at(key);
        return *change;
    }

    /// Every (key, value) in key order, changes included.
    template <typename F>
    void for_each(F&& each) const {
        auto base = m_base->begin();
        auto change = m_changes.begin();
        while (base != m_base->end() || change != m_changes.end()) {
            if (change == m_changes.end() ||
                (base != m_base->end() && base->first < change->first)) {
                each(base->first, base->second);
                ++base;
                continue;
            }
            if (base != m_base->end() && !(change->first < base->first)) ++base;
            if (change->second) each(change->first, *change->second);
            ++change;
        }
    }

    /// What differs from the committed map: nothing means erased.
    const std::map<K, std::optional<V>>& changes() const { return m_changes; }
    std::map<K, std::optional<V>> take_changes() { return std::move(m_changes); }
    bool is_changed() const { return !m_changes.empty(); }

private:
    const Base* m_base = nullptr;
    std::map<K, std::optional<V>> m_changes;
};

/// Brings the changes of an overlay into its base.
template <typename K, typename V>
void apply_changes(std::map<K, V>& base, std::map<K, std::optional<V>>&& changes) {
    for (auto& [key, value] : changes) {
        if (value) {
            base.insert_or_assign(key, *std::move(value));
        } else {
            base.erase(key);
        }
    }
}

}  // namespace runnel::node
