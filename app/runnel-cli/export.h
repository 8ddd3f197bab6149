// `runnel-cli export`: what is in a store, a damaged one too, as one JSON document, while no node
// is running. Reads only; secrets (words, keys) are not part of it. Each channel's journal comes
// with the hashes that chain it, so that anybody can check it.
#pragma once

#include "app/runnel-cli/commands.h"

#include "core/base/network.h"

#include <filesystem>

namespace runnel::app {

/// Members: damage (what is broken, by name), records (kind, key, value), journals (subject,
/// entries with body and hash).
Result<control::json::object, control::Failure> export_wallet(
    const std::filesystem::path& directory, Network network, const Creating& asked);

}  // namespace runnel::app
