// `runnel-cli create`: makes a wallet's directory, words and store while no node is running.
#pragma once

#include "app/runnel-cli/commands.h"

#include "core/base/network.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace runnel::app {

/// The answer's fields: words (of a new wallet only), node_id, network, datadir.
Result<control::json::object, control::Failure> create_wallet(
    const std::filesystem::path& directory, Network network, const Creating& creating);

/// Midnight (UTC) of a day written YYYY-MM-DD.
std::optional<UnixTime> parse_day(std::string_view text);

}  // namespace runnel::app
