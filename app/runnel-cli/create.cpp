#include "app/runnel-cli/create.h"

#include "app/common/new_wallet.h"
#include "app/common/start.h"
#include "core/base/log.h"
#include "wallet/keys/mnemonic.h"
#include "wallet/store/store.h"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <chrono>

namespace runnel::app {

namespace {

using control::Failure;

/// 24 words with their spaces, and some more for whoever wrote them on several lines.
constexpr std::size_t longest_words = 1000;

Failure words_failure(const keys::WordsError& error) {
    return std::visit(
        overloaded{
            [](const keys::WrongWordCount& e) {
                return Failure{
                    "bad_words",
                    fmt::format("There are {} words; there must be 24 (or 12, 15, 18 or 21).",
                                e.count),
                    "Check the file for missing or doubled words.",
                    {}};
            },
            [](const keys::UnknownWord& e) {
                // Never the word itself: it is nearly the secret.
                return Failure{
                    "bad_words",
                    fmt::format("Word number {} is not in the list of words.", e.position + 1),
                    "Check its spelling.",
                    {}};
            },
            [](const keys::WordsDoNotMatch&) {
                return Failure{"bad_words",
                               "The words do not fit together: one is wrong, or two are swapped.",
                               "Compare them with what was written down.",
                               {}};
            },
        },
        error);
}

Result<keys::Mnemonic, Failure> words_for(const Creating& creating) {
    if (creating.words_file.empty()) {
        Secret32 entropy;
        randombytes_buf(entropy.reveal().data(), entropy.reveal().size());
        return keys::Mnemonic::from_entropy(entropy);
    }
    RUNNEL_TRY(const SecretBytes content, read_secret_file(creating.words_file, longest_words));
    const auto text = content.reveal();
    auto parsed = keys::Mnemonic::parse({reinterpret_cast<const char*>(text.data()), text.size()});
    if (!parsed) return fail(words_failure(parsed.error()));
    return *std::move(parsed);
}

/// Nothing: not known.
Result<std::optional<UnixTime>, Failure> birth_time_of(const Creating& creating) {
    const UnixTime now(std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count());
    if (creating.words_file.empty()) return std::optional(now);
    if (creating.birth.empty()) return std::optional<UnixTime>();
    const auto day = parse_day(creating.birth);
    const auto refuse = [](const std::string& message) {
        return fail(Failure{
            "usage",
            message,
            "Say the day on which the words were made, or an earlier one: --birth 2026-01-31.",
            {}});
    };
    if (!day) return refuse("That is no day: " + escaped(creating.birth, 32));
    // What came in before would never be found.
    if (*day > now) return refuse("That day has not begun: " + creating.birth);
    return std::optional(*day);
}

}  // namespace

std::optional<UnixTime> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = -1;
        const char* const end = text.data() + at + size;
        const auto read = std::from_chars(text.data() + at, end, value);
        return read.ec == std::errc{} && read.ptr == end && value >= 0 ? value : -1;
    };
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    if (year < 0 || month < 1 || day < 1) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    const std::chrono::sys_days days(date);
    return UnixTime(
        std::chrono::duration_cast<std::chrono::seconds>(days.time_since_epoch()).count());
}

Result<control::json::object, Failure> create_wallet(const std::filesystem::path& directory,
                                                     Network network, const Creating& creating) {
    if (sodium_init() < 0) std::abort();
    const bool restoring = !creating.words_file.empty();
    if (store::Store::exists(directory)) return fail(failure_of(store::Exists{}, directory));
    RUNNEL_TRY(const keys::Mnemonic mnemonic, words_for(creating));
    auto source = creating.passphrase;
    source.ask_twice = true;
    RUNNEL_TRY(const SecretBytes passphrase, read_passphrase(source));
    RUNNEL_TRY(const auto birth, birth_time_of(creating));
    RUNNEL_TRY(const std::string node_id,
               make_wallet({directory, network, mnemonic, passphrase.reveal(),
                            creating.passphrase.empty, birth}));

    control::json::object answer;
    if (!restoring) {
        control::json::array words;
        for (std::size_t i = 0; i < mnemonic.word_count(); ++i)
            words.emplace_back(mnemonic.word(i));
        answer["words"] = std::move(words);
    }
    answer["restored"] = restoring;
    answer["node_id"] = node_id;
    answer["network"] = params_of(network).name;
    answer["datadir"] = std::filesystem::absolute(directory).string();
    return answer;
}

}  // namespace runnel::app
