#include "wallet/keys/word_list.h"

#include <algorithm>

namespace runnel::keys {
namespace {

/// Slips between two words (Damerau-Levenshtein with adjacent swaps). What is typed may be long;
/// words are at most 8 letters, so anything beyond `longest` letters is as far as can be and is not
/// even looked at.
constexpr std::size_t longest = 16;
constexpr std::size_t too_far = 100;

std::size_t slips(std::string_view a, std::string_view b) {
    if (a.size() > longest || b.size() > longest) return too_far;
    std::array<std::array<std::size_t, longest + 1>, longest + 1> d{};
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + other});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

}  // namespace

const WordList& WordList::of(Language language) {
    static const WordList english(table::english(), " ");
    switch (language) {
        case Language::english: break;
    }
    return english;
}

std::optional<std::uint16_t> WordList::find(std::string_view word) const {
    // The English list is sorted by byte; a list that is not would be searched in order.
    const auto at = std::lower_bound(m_words.begin(), m_words.end(), word);
    if (at == m_words.end() || *at != word) return std::nullopt;
    return static_cast<std::uint16_t>(at - m_words.begin());
}

std::vector<std::string_view> WordList::completions(std::string_view beginning,
                                                    std::size_t limit) const {
    std::vector<std::string_view> out;
    for (const auto word : m_words) {
        if (out.size() == limit) break;
        if (word.substr(0, beginning.size()) == beginning) out.push_back(word);
    }
    return out;
}

std::vector<std::string_view> WordList::nearest(std::string_view typed, std::size_t limit) const {
    struct Candidate {
        std::size_t distance;
        std::size_t index;
    };
    const bool identified = typed.size() >= 4;
    const auto same_start = [&](std::size_t index) {
        return identified && m_words[index].substr(0, 4) == typed.substr(0, 4);
    };
    std::vector<Candidate> near;
    for (std::size_t i = 0; i < m_words.size(); ++i) {
        const auto distance = same_start(i) ? 0 : slips(typed, m_words[i]);
        if (distance <= 2) near.push_back({distance, i});
    }
    std::stable_sort(near.begin(), near.end(), [](const Candidate& a, const Candidate& b) {
        return a.distance < b.distance;
    });
    std::vector<std::string_view> out;
    for (const auto& candidate : near) {
        if (out.size() == limit) break;
        out.push_back(m_words[candidate.index]);
    }
    return out;
}

}  // namespace runnel::keys
