#include "app/common/new_wallet.h"

#include "app/common/start.h"
#include "wallet/keys/key_ring.h"
#include "wallet/store/store.h"

#include <fstream>

namespace runnel::app {

namespace {

constexpr const char* network_note = "network";

}  // namespace

Result<std::string, control::Failure> make_wallet(const NewWallet& wish) {
    if (store::Store::exists(wish.directory))
        return fail(failure_of(store::Exists{}, wish.directory));
    const auto seed = wish.words.seed();
    if (!seed) return fail(control::Failure{"internal", "The words make no seed.", "", {}});
    const keys::SeedKeyRing ring(*seed, wish.network);

    // A directory that is to be made may lie in one that is not there either.
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::absolute(wish.directory).parent_path(),
                                        ignored);
    store::Store::Creation creation;
    creation.directory = wish.directory;
    creation.network = wish.network;
    creation.passphrase = {wish.passphrase, wish.empty_passphrase};
    creation.cost = store::Cost::measured();
    creation.secrets.push_back({std::string(words_secret), wish.words.sentence()});
    const auto birth = wish.birth ? std::to_string(wish.birth->raw()) : std::string("0");
    creation.secrets.push_back(
        {std::string(wish.birth ? birth_time_secret : birth_secret), SecretBytes(bytes_of(birth))});
    const auto made = store::Store::create(creation);
    if (!made) return fail(failure_of(made.error(), wish.directory));
    (*made)->close();
    note_network(wish.directory, wish.network);
    return ring.node_id().hex();
}

void note_network(const std::filesystem::path& directory, Network network) {
    if (noted_network(directory) == network) return;
    std::ofstream(directory / network_note) << params_of(network).name << '\n';
}

std::optional<Network> noted_network(const std::filesystem::path& directory) {
    std::ifstream file(directory / network_note);
    std::string line;
    std::getline(file, line);
    const auto network = network_from_name(line);
    return network && is_open(*network) ? network : std::nullopt;
}

}  // namespace runnel::app
