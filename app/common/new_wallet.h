// Making a wallet's store out of its words: shared by the command line and the window. A store
// without its words never exists.
#pragma once

#include "app/control/views.h"

#include "core/base/network.h"
#include "wallet/keys/mnemonic.h"

#include <filesystem>
#include <optional>

namespace runnel::app {

struct NewWallet {
    std::filesystem::path directory;
    Network network = Network::regtest;
    const keys::Mnemonic& words;
    ByteView passphrase;
    bool empty_passphrase = false;  ///< None is wanted, and that is meant.
    std::optional<UnixTime>
        birth;  ///< Nothing of it is in the chain before. Not known: its coins may be anywhere.
};

/// Takes about a second: the cost of the key derivation is measured. The node id of the wallet.
Result<std::string, control::Failure> make_wallet(const NewWallet& wish);

/// Which network a wallet is of stands in its store, behind the passphrase. A note beside it lets a
/// program say so before, and no more: what the store says counts.
void note_network(const std::filesystem::path& directory, Network network);
std::optional<Network> noted_network(const std::filesystem::path& directory);

}  // namespace runnel::app
