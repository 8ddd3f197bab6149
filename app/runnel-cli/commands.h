// The commands of runnel-cli: what each takes on the command line and which request it becomes. The table is the documentation:
// --help prints it, the man page repeats it.
#pragma once

#include "app/common/passphrase.h"
#include "app/control/views.h"

#include <CLI/App.hpp>

#include <memory>
#include <optional>
#include <string>

namespace runnel::app {

/// What was asked for: a request to the running node, or `create`, which needs none.
struct Wanted {
    std::string method;           ///< Empty for create.
    control::json::object params;
};

/// `create`: makes the wallet's directory while no node is running.
struct Creating {
    std::string network;
    std::string words_file;
    PassphraseSource passphrase;
};

struct CommandLine {
    std::string directory;
    Wanted wanted;
    Creating creating;
};

/// Declares every command on `app`; parsing fills `line`, which must live as long as `app`.
void declare_commands(CLI::App& app, CommandLine& line);

}  // namespace runnel::app
