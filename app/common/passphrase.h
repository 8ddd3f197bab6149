// Where the passphrase comes from: a file, or the terminal; never the command line or the
// environment, which other programs can read. Wiped as soon as nobody needs it. Shared by runneld
// and runnel-cli.
#pragma once

#include "app/control/views.h"

#include "core/base/secret.h"

#include <optional>
#include <string>

namespace runnel::app {

struct PassphraseSource {
    std::string file;    ///< Its first line; "-" reads standard input. Empty: ask at the terminal.
    bool empty = false;  ///< None is wanted, and that is meant.
    bool ask_twice = false;  ///< A new one: typed again, to be sure.
};

/// Failures: `usage` when there is neither file nor terminal, `bad_file`, `cancelled`, `mismatch`.
Result<SecretBytes, control::Failure> read_passphrase(const PassphraseSource& source);

/// The first bytes of a file that may hold a secret; `bad_file` when it cannot be read or is longer
/// than `most`.
Result<SecretBytes, control::Failure> read_secret_file(const std::string& path, std::size_t most);

}  // namespace runnel::app
