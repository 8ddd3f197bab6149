#include "app/runnel-cli/create.h"

#include "app/common/start.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"
#include "wallet/store/store.h"

#include <fmt/format.h>
#include <sodium.h>

namespace runnel::app {

namespace {

using control::Failure;

/// 24 words with their spaces, and some more for whoever wrote them on several lines.
constexpr std::size_t longest_words = 1000;

Failure words_failure(const keys::WordsError& error) {
    return std::visit(
        overloaded{
            [](const keys::WrongWordCount& e) {
                return Failure{"bad_words", fmt::format("There are {} words; there must be 24 (or 12, 15, 18 or 21).", e.count),
                               "Check the file for missing or doubled words.", {}};
            },
            [](const keys::UnknownWord& e) {
                // Never the word itself: it is nearly the secret.
                return Failure{"bad_words", fmt::format("Word number {} is not in the list of words.", e.position + 1),
                               "Check its spelling.", {}};
            },
            [](const keys::WordsDoNotMatch&) {
                return Failure{"bad_words", "The words do not fit together: one is wrong, or two are swapped.",
                               "Compare them with what was written down.", {}};
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

}  // namespace

Result<control::json::object, Failure> create_wallet(const std::filesystem::path& directory, const Creating& creating) {
    if (sodium_init() < 0) std::abort();
    const bool restoring = !creating.words_file.empty();
    RUNNEL_TRY(const Network network, open_network(creating.network));
    if (store::Store::exists(directory)) return fail(failure_of(store::Exists{}, directory));
    RUNNEL_TRY(const keys::Mnemonic mnemonic, words_for(creating));
    auto source = creating.passphrase;
    source.ask_twice = true;
    RUNNEL_TRY(const SecretBytes passphrase, read_passphrase(source));
    const auto seed = mnemonic.seed();
    if (!seed) return fail(Failure{"internal", "The words make no seed.", "", {}});
    const keys::SeedKeyRing ring(*seed, network);

    // A directory that is to be made may lie in one that is not there either.
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::absolute(directory).parent_path(), ignored);
    store::Store::Creation creation;
    creation.directory = directory;
    creation.network = network;
    creation.passphrase = {passphrase.reveal(), creating.passphrase.empty};
    creation.cost = store::Cost::measured();
    creation.secrets.push_back({std::string(words_secret), mnemonic.sentence()});
    // Restored: its coins may be anywhere in the chain.
    if (restoring) creation.secrets.push_back({std::string(birth_secret), SecretBytes(bytes_of("0"))});
    const auto made = store::Store::create(creation);
    if (!made) return fail(failure_of(made.error(), directory));
    (*made)->close();

    control::json::object answer;
    if (!restoring) {
        control::json::array words;
        for (std::size_t i = 0; i < mnemonic.word_count(); ++i) words.emplace_back(mnemonic.word(i));
        answer["words"] = std::move(words);
    }
    answer["restored"] = restoring;
    answer["node_id"] = ring.node_id().hex();
    answer["network"] = params_of(network).name;
    answer["datadir"] = std::filesystem::absolute(directory).string();
    return answer;
}

}  // namespace runnel::app
