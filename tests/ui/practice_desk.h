// A desk over the real practice network: its processes, its sockets, its disk.
#pragma once

#include "tests/ui/desk.h"

namespace runnel::test {

struct PracticeDesk : Desk {
    explicit PracticeDesk(const QTemporaryDir& folder)
        : Desk(wallets_in(folder, Network::practice)) {}

    /// From nothing to an open wallet that knows its network.
    bool makeWallet() {
        return createWallet() && waitFor([&] {
                   return picture().chain.synced &&
                          window->wallet()->practicePeer("shop") != nullptr;
               });
    }
    /// Coins of the faucet, and a channel with the shop.
    bool fundAndOpen() {
        return person->press("homeFirstAction") &&
               waitFor([&] { return !balance().onchain.is_zero(); }) &&
               person->press("homeFirstAction") && person->press("openNow") &&
               waitFor([&] { return channel() != nullptr && channel()->usable; });
    }
};

}  // namespace runnel::test
