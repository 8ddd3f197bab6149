// BIP 39: entropy as words and back, and the seed that words stand for. Randomness comes from the
// caller. What a person typed is judged word by word, so that the window can point at the one that
// is wrong. Nothing here is ever logged.
#pragma once

#include "wallet/keys/guarded.h"
#include "wallet/keys/word_list.h"

#include "core/base/result.h"
#include "core/base/secret.h"

#include <string_view>
#include <variant>
#include <vector>

namespace runnel::keys {

/// Not 12, 15, 18, 21 or 24 words.
struct WrongWordCount {
    std::size_t count = 0;
};
/// A word that is not in the list. `position` counts from 0. The suggestions are nearly the secret
/// itself: for the screen only.
struct UnknownWord {
    std::size_t position = 0;
    std::vector<std::string_view> suggestions;
};
/// Every word exists, but together they are not what any wallet wrote: one is another word of the
/// list, or two are swapped.
struct WordsDoNotMatch {};
using WordsError = std::variant<WrongWordCount, UnknownWord, WordsDoNotMatch>;

/// Why a seed could not be made.
enum class SeedError : std::uint8_t {
    passphrase_not_normalised,  ///< BIP 39 wants NFKD; only ASCII is known to be that already.
};

/// A valid sentence.
class Mnemonic {
public:
    /// 16, 20, 24, 28 or 32 bytes of entropy give 12 to 24 words; nothing for another size.
    static std::optional<Mnemonic> from_entropy(ByteView entropy,
                                                Language language = Language::english);
    /// 24 words.
    static Mnemonic from_entropy(const Secret32& entropy, Language language = Language::english);
    /// Words in any case, with any white space between and around them. At most 1000 characters are
    /// looked at.
    static Result<Mnemonic, WordsError> parse(std::string_view text,
                                              Language language = Language::english);

    std::size_t word_count() const { return m_indexes.size() / 2; }
    std::string_view word(std::size_t position) const;
    /// The sentence as BIP 39 hashes it.
    SecretBytes sentence() const;
    SecretBytes entropy() const;

    /// The 64 byte seed (PBKDF2, 2048 rounds). The passphrase is BIP 39's "25th word", not the
    /// store's; it may be empty. A passphrase beyond ASCII must have been brought to NFKD by
    /// whoever has Unicode tables, who says so by `normalised`.
    Result<MasterSeed, SeedError> seed(ByteView passphrase = {}, bool normalised = false) const;

private:
    Mnemonic(const WordList& list, SecretBytes indexes)
        : m_list(&list), m_indexes(std::move(indexes)) {}
    std::size_t index(std::size_t position) const;

    const WordList* m_list;
    SecretBytes m_indexes;  ///< Two bytes a word, big-endian.
};

}  // namespace runnel::keys
