// The commands of runnel-cli: what each takes on the command line and which request it becomes. The
// table is the documentation:
// --help prints it, the man page repeats it.
#pragma once

#include "app/common/passphrase.h"
#include "app/control/views.h"

#include <CLI/App.hpp>

#include <memory>
#include <optional>
#include <string>

namespace runnel::app {

/// A request to the running node.
struct Wanted {
    std::string method;
    control::json::object params;
};

/// Commands that need no node, and that none may be running for.
enum class Offline : std::uint8_t { no, create, export_store };

/// What these take.
struct Creating {
    std::string words_file;
    std::string birth;  ///< YYYY-MM-DD, with words; empty: not known.
    PassphraseSource passphrase;
};

struct CommandLine {
    std::string directory;  ///< Empty: see app/common/places.h.
    std::string network;    ///< Empty: none was named.
    Wanted wanted;
    Offline offline = Offline::no;
    Creating creating;
};

/// Declares every command on `app`; parsing fills `line`, which must live as long as `app`.
void declare_commands(CLI::App& app, CommandLine& line);

}  // namespace runnel::app
