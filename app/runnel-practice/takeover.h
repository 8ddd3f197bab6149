// One practice network a folder. Whoever wants to run it holds the store's lock of the wallet
// around it, so another one that holds this folder's lock has lost its parent: it is about to end,
// or is made to.
#pragma once

#include "app/control/views.h"
#include "wallet/store/lock.h"

#include <filesystem>

namespace runnel::practice {

/// Waits a moment for an orphan to end by itself, then ends it. Never signals a process that is
/// another program.
Result<store::Lock, control::Failure> take_over(const std::filesystem::path& folder);

}  // namespace runnel::practice
