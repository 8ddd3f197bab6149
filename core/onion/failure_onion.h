// Failures on their way back to the sender (BOLT 4, "Returning Errors"): the hop that fails seals a
// message for the sender, each hop on the way adds a layer, the sender takes the layers off and
// learns who wrote it. Only the sender can; a hop in between cannot read it, and what it changes
// makes it unattributable. Keeps no state: secrets are the HTLC's.
#pragma once

#include "core/base/secret.h"
#include "core/onion/failure.h"

#include <cstddef>
#include <span>

namespace runnel::onion {

/// `reason` of update_fail_htlc as the failing hop sends it: authenticated, padded so that all
/// failures have the same length (292 bytes), obfuscated once.
Bytes seal_failure(const Secret32& shared_secret, const Failure& failure);

/// The layer of a hop on the way back.
void wrap_failure(const Secret32& shared_secret, Bytes& reason);

struct HopFailure {
    std::size_t hop = 0;  ///< Index into the shared secrets: 0 is our own peer.
    Failure failure;
};

/// No hop of the route wrote this, or one in between changed it: whom to blame is unknown.
struct Unattributable {
    friend bool operator==(const Unattributable&, const Unattributable&) = default;
};

/// Takes the layers off. Does the work of at least 27 hops whatever is found, so that the time
/// until we try again does not tell how far away the failing hop is.
Result<HopFailure, Unattributable> unwrap_failure(ByteView reason,
                                                  std::span<const Secret32> shared_secrets);

}  // namespace runnel::onion
