// The wallet as a process: a WalletNode with a control socket before it and a chain source behind
// it.
//
//     WalletNode::open -> control socket -> WalletNode::start -> ready ...
//     SIGTERM -> WalletNode::stop -> close
#pragma once

#include "app/runneld/options.h"

namespace runnel::app {

/// Runs until it is asked to stop; the exit code. Prints the ready line on standard output.
/// The passphrase is wiped as soon as the store is open.
int run_daemon(DaemonOptions options, SecretBytes passphrase);

}  // namespace runnel::app
