// diffRows: brings the rows of a list model from one ordered list to another with as few signals as
// there are differences: rows that went, rows that came, rows whose content changed. Rows with the
// same key keep their place relative to each other; those that had to move go and come again.
#pragma once

#include <QAbstractListModel>

#include <algorithm>
#include <set>
#include <vector>

namespace runnel::ui {

/// `model` gives `removed(first)`, `inserted(row, value)` and `changed(row, value)`, each of which
/// changes the list and signals.
template <typename Value, typename Key, typename Editor>
void diffRows(const std::vector<Value>& now, const std::vector<Value>& wanted, Key key,
              Editor&& editor) {
    std::set<decltype(key(wanted.front()))> kept;
    for (const auto& value : wanted) kept.insert(key(value));
    for (std::size_t row = now.size(); row-- > 0;) {
        if (kept.count(key(now[row])) == 0) editor.removed(static_cast<int>(row));
    }
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        const auto& value = wanted[row];
        if (row < now.size() && key(now[row]) == key(value)) {
            if (!(now[row] == value)) editor.changed(static_cast<int>(row), value);
            continue;
        }
        const auto moved =
            std::find_if(now.begin() + static_cast<std::ptrdiff_t>(std::min(row, now.size())),
                         now.end(), [&](const Value& other) { return key(other) == key(value); });
        if (moved != now.end()) editor.removed(static_cast<int>(moved - now.begin()));
        editor.inserted(static_cast<int>(row), value);
    }
}

}  // namespace runnel::ui
