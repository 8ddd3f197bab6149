// The command line of runneld, as documented in its man page.
#pragma once

#include "app/common/passphrase.h"

#include "core/base/log.h"
#include "core/base/network.h"
#include "wallet/chain/bitcoind_url.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace runnel::app {

struct DaemonOptions {
    std::filesystem::path directory;
    Network network = Network::regtest;
    std::optional<chain::BitcoindUrl> bitcoind;
    std::string listen_host;
    std::uint16_t listen_port = 0;
    PassphraseSource passphrase;
    LogLevel log_level = LogLevel::info;
    bool forward = false;
};

/// Said on the command line to be done instead of running: the exit code, after the text was
/// printed.
struct ExitNow {
    int code = 0;
};

std::variant<DaemonOptions, ExitNow> parse_options(int argc, char** argv);

}  // namespace runnel::app
