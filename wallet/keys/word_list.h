// The word lists of BIP 39: which words there are, where a word stands, which word somebody may
// have meant. Owns no secret and keeps none. One language so far; another one is a table more
// (words/README.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace runnel::keys {

enum class Language : std::uint8_t { english };

/// 2048 words; a word's place is its eleven bits of entropy.
class WordList {
public:
    using Words = std::array<std::string_view, 2048>;

    static const WordList& of(Language language);

    std::string_view word(std::size_t index) const { return m_words[index]; }
    const Words& words() const { return m_words; }
    /// What stands between two words of a sentence.
    std::string_view separator() const { return m_separator; }

    /// The place of exactly this word, lower case.
    std::optional<std::uint16_t> find(std::string_view word) const;
    /// Every word that begins so, for completion while typing; at most `limit`.
    std::vector<std::string_view> completions(std::string_view beginning,
                                              std::size_t limit = 8) const;
    /// Words that differ from `typed` by the fewest slips of the finger (a letter more, less,
    /// other, or two swapped), best first, at most `limit`; those that share its first four letters
    /// come first, since these alone identify a word.
    std::vector<std::string_view> nearest(std::string_view typed, std::size_t limit = 3) const;

private:
    WordList(const Words& words, std::string_view separator)
        : m_words(words), m_separator(separator) {}

    const Words& m_words;
    std::string_view m_separator;
};

namespace table {
const std::array<std::string_view, 2048>& english();
}

}  // namespace runnel::keys
