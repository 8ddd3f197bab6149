#include "wallet/keys/mnemonic.h"

#include "core/crypto/hash.h"

#include <algorithm>
#include <cstdlib>

namespace runnel::keys {
namespace {

constexpr std::size_t longest_text = 1000;
constexpr unsigned pbkdf2_rounds = 2048;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool valid_size(std::size_t entropy) { return entropy >= 16 && entropy <= 32 && entropy % 4 == 0; }

bool valid_count(std::size_t words) { return words >= 12 && words <= 24 && words % 3 == 0; }

/// The checksum: as many of the hash's first bits as there are 32 bit groups of entropy (at most
/// 8).
std::uint8_t checksum_of(ByteView entropy) {
    const auto bits = entropy.size() / 4;
    return static_cast<std::uint8_t>(crypto::sha256(entropy).raw()[0] >> (8 - bits));
}

/// Reads the words' eleven bit groups back: entropy, then checksum in the low bits of the byte
/// behind.
struct Unpacked {
    SecretBytes entropy;
    std::uint8_t checksum = 0;
};
Unpacked unpack(ByteView indexes) {
    const auto words = indexes.size() / 2;
    const auto entropy_size = words * 4 / 3;
    Bytes entropy;
    entropy.reserve(entropy_size);
    std::uint32_t pool = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < words; ++i) {
        pool = pool << 11 | static_cast<std::uint32_t>(indexes[2 * i] << 8 | indexes[2 * i + 1]);
        bits += 11;
        while (bits >= 8 && entropy.size() < entropy_size) {
            bits -= 8;
            entropy.push_back(static_cast<std::uint8_t>(pool >> bits));
        }
        pool &= (1U << bits) - 1;
    }
    return {SecretBytes(std::move(entropy)), static_cast<std::uint8_t>(pool)};
}

}  // namespace

std::optional<Mnemonic> Mnemonic::from_entropy(ByteView entropy, Language language) {
    if (!valid_size(entropy.size())) return std::nullopt;
    const auto checksum_bits = static_cast<unsigned>(entropy.size() / 4);
    Bytes indexes;
    indexes.reserve(48);
    std::uint32_t pool = 0;
    unsigned bits = 0;
    const auto take = [&] {
        while (bits >= 11) {
            bits -= 11;
            const auto index = pool >> bits & 2047;
            indexes.push_back(static_cast<std::uint8_t>(index >> 8));
            indexes.push_back(static_cast<std::uint8_t>(index));
        }
        pool &= (1U << bits) - 1;
    };
    for (const auto byte : entropy) {
        pool = pool << 8 | byte;
        bits += 8;
        take();
    }
    pool = pool << checksum_bits | checksum_of(entropy);
    bits += checksum_bits;
    take();
    wipe(&pool, sizeof pool);
    return Mnemonic(WordList::of(language), SecretBytes(std::move(indexes)));
}

Mnemonic Mnemonic::from_entropy(const Secret32& entropy, Language language) {
    auto out = from_entropy(ByteView(entropy.reveal()), language);
    if (!out) std::abort();  // 32 bytes are always right.
    return std::move(*out);
}

Result<Mnemonic, WordsError> Mnemonic::parse(std::string_view text, Language language) {
    const auto& list = WordList::of(language);
    text = text.substr(0, longest_text);
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        auto end = at;
        while (end < text.size() && !is_space(text[end])) ++end;
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    Bytes indexes;
    indexes.reserve(2 * words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string lower(words[i]);
        std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        const auto index = list.find(lower);
        auto suggestions = index ? std::vector<std::string_view>{} : list.nearest(lower);
        wipe(lower.data(), lower.size());
        if (!index) {
            wipe(indexes.data(), indexes.size());
            return fail(UnknownWord{i, std::move(suggestions)});
        }
        indexes.push_back(static_cast<std::uint8_t>(*index >> 8));
        indexes.push_back(static_cast<std::uint8_t>(*index));
    }
    SecretBytes secret(std::move(indexes));
    if (!valid_count(words.size())) return fail(WrongWordCount{words.size()});
    const auto unpacked = unpack(secret.reveal());
    if (checksum_of(unpacked.entropy.reveal()) != unpacked.checksum) return fail(WordsDoNotMatch{});
    return Mnemonic(list, std::move(secret));
}

std::size_t Mnemonic::index(std::size_t position) const {
    const auto bytes = m_indexes.reveal();
    return static_cast<std::size_t>(bytes[2 * position] << 8 | bytes[2 * position + 1]);
}

std::string_view Mnemonic::word(std::size_t position) const {
    return m_list->word(index(position));
}

SecretBytes Mnemonic::sentence() const {
    Bytes out;
    out.reserve(longest_text);  // One allocation: growing would leave copies behind.
    for (std::size_t i = 0; i < word_count(); ++i) {
        if (i != 0) append(out, bytes_of(m_list->separator()));
        append(out, bytes_of(word(i)));
    }
    return SecretBytes(std::move(out));
}

SecretBytes Mnemonic::entropy() const { return unpack(m_indexes.reveal()).entropy; }

Result<MasterSeed, SeedError> Mnemonic::seed(ByteView passphrase, bool normalised) const {
    const auto ascii = std::all_of(passphrase.begin(), passphrase.end(),
                                   [](std::uint8_t byte) { return byte < 0x80; });
    if (!ascii && !normalised) return fail(SeedError::passphrase_not_normalised);
    const auto text = sentence();
    Bytes salt;
    salt.reserve(8 + passphrase.size());
    append(salt, bytes_of("mnemonic"));
    append(salt, passphrase);
    const SecretBytes secret_salt(std::move(salt));
    const auto seed = crypto::pbkdf2_sha512(text.reveal(), secret_salt.reveal(), pbkdf2_rounds);
    return MasterSeed::make(seed.reveal());
}

}  // namespace runnel::keys
