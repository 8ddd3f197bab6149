// Where wallets are when nobody names a directory: below one base, each network's in a folder of
// its own, for the window, runneld and runnel-cli alike, so that all three find the same one.
// Looks, and makes nothing.
//
//   BASE/window.ini                             how the window looks
//   BASE/practice/ regtest/ signet/ testnet4/   a wallet's directory each
#pragma once

#include "app/control/views.h"

#include "core/base/network.h"

#include <filesystem>

namespace runnel::app {

/// $XDG_DATA_HOME/runnel, or .local/share/runnel in the home directory.
std::filesystem::path default_base();

/// Of this network's wallet, whether there is one or not.
std::filesystem::path network_folder(const std::filesystem::path& base, Network network);

/// What runneld and runnel-cli take: that folder, or `base` itself where a wallet of this network
/// lies in it. They have made them there before each network had a folder, and whoever has one goes
/// on with it. The window never had one there: it sets folders aside, and this one holds them all.
std::filesystem::path wallet_folder(const std::filesystem::path& base, Network network);

/// For whoever names no network: the wallet in `base` itself, or the only one below it, or of
/// several the only one that a program has open. Failures: `store_missing`, and `usage` when it
/// could be more than one, for a payment from the wrong wallet cannot be taken back.
Result<std::filesystem::path, control::Failure> only_wallet(const std::filesystem::path& base);

}  // namespace runnel::app
