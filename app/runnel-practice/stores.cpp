#include "app/runnel-practice/stores.h"

#include "app/common/start.h"
#include "wallet/keys/mnemonic.h"
#include "wallet/store/files.h"
#include "wallet/store/store.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sodium.h>

namespace runnel::practice {

using control::Failure;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t key_size = 32;

/// The passphrase is itself a random key: guessing it is hopeless however cheap a guess is.
const store::Cost cost_for_a_key = store::Cost::cheap();

}  // namespace

Result<SecretBytes, Failure> folder_key(const fs::path& folder) {
    const auto path = folder / "key";
    if (sodium_init() < 0) std::abort();
    std::error_code ignored;
    if (!fs::exists(path, ignored)) {
        Secret32 fresh;
        randombytes_buf(fresh.reveal().data(), fresh.reveal().size());
        const auto made = store::replace_file(path, fresh.reveal());
        if (!made) return fail(app::failure_of(made.error(), folder));
    }
    auto bytes = store::read_file(path, key_size + 1);
    if (!bytes) return fail(app::failure_of(bytes.error(), folder));
    if (bytes->size() != key_size) {
        return fail(Failure{"practice_damaged",
                            "The key of the practice network is damaged.",
                            "Remove the folder practice and this wallet, and begin again: its "
                            "coins are worth nothing.",
                            {}});
    }
    return SecretBytes(std::move(*bytes));
}

Result<void, Failure> make_store(const fs::path& directory, const SecretBytes& key) {
    if (store::Store::exists(directory)) return {};
    Secret32 entropy;
    randombytes_buf(entropy.reveal().data(), entropy.reveal().size());
    const auto mnemonic = keys::Mnemonic::from_entropy(entropy);
    store::Store::Creation creation;
    creation.directory = directory;
    creation.network = Network::practice;
    creation.passphrase = {key.reveal(), false};
    creation.cost = cost_for_a_key;
    creation.secrets.push_back({std::string(app::words_secret), mnemonic.sentence()});
    const auto made = store::Store::create(creation);
    if (!made) return fail(app::failure_of(made.error(), directory));
    (*made)->close();
    return {};
}

std::map<std::string, std::uint16_t> read_ports(const fs::path& folder) {
    std::map<std::string, std::uint16_t> out;
    const auto bytes = store::read_file(folder / "ports", 4096);
    if (!bytes) return out;
    boost::system::error_code error;
    const auto parsed = json::parse(
        std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), error);
    const auto* const object = error ? nullptr : parsed.if_object();
    if (object == nullptr) return out;
    for (const auto& entry : *object) {
        const auto port = entry.value().to_number<std::uint16_t>(error);
        if (!error && port != 0) out[std::string(entry.key())] = port;
    }
    return out;
}

Result<void, Failure> write_ports(const fs::path& folder,
                                  const std::map<std::string, std::uint16_t>& ports) {
    json::object object;
    for (const auto& [name, port] : ports) object[name] = port;
    const auto written = store::replace_file(folder / "ports", bytes_of(json::serialize(object)));
    if (!written) return fail(app::failure_of(written.error(), folder));
    return {};
}

}  // namespace runnel::practice
