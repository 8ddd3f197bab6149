#include "app/common/places.h"

#include "app/common/new_wallet.h"
#include "app/control/client.h"
#include "wallet/store/store.h"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

namespace runnel::app {

namespace fs = std::filesystem;
using control::Failure;

fs::path default_base() {
    if (const char* const data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
        return fs::path(data) / "runnel";
    }
    const char* const home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : ".") / ".local" / "share" / "runnel";
}

fs::path network_folder(const fs::path& base, Network network) {
    return base / std::string(params_of(network).name);
}

fs::path wallet_folder(const fs::path& base, Network network) {
    const auto own = network_folder(base, network);
    if (!store::Store::exists(base)) return own;
    // One without a note may be of any network, and the store says which once its passphrase fits:
    // a wallet in the folder of this one is meant sooner.
    const auto noted = noted_network(base);
    const bool lies_in_base = noted ? *noted == network : !store::Store::exists(own);
    return lies_in_base ? base : own;
}

Result<fs::path, Failure> only_wallet(const fs::path& base) {
    if (store::Store::exists(base)) return base;
    std::vector<fs::path> there, served;
    std::string names;
    for (const auto network :
         {Network::practice, Network::regtest, Network::signet, Network::testnet4}) {
        const auto folder = network_folder(base, network);
        if (!store::Store::exists(folder)) continue;
        there.push_back(folder);
        if (control::is_served(folder)) served.push_back(folder);
        names += fmt::format("{}{}", names.empty() ? "" : ", ", params_of(network).name);
    }
    if (there.size() == 1) return there.front();
    if (served.size() == 1) return served.front();
    if (there.empty()) {
        return fail(
            Failure{"store_missing",
                    fmt::format("There is no wallet in {}.", base.string()),
                    "Make one: runnel-cli create --network NETWORK. Or say where it is: --datadir "
                    "DIR.",
                    {}});
    }
    return fail(Failure{"usage",
                        fmt::format("There are several wallets in {}: {}.", base.string(), names),
                        "Say which one is meant: --network NETWORK, or --datadir DIR.",
                        {}});
}

}  // namespace runnel::app
