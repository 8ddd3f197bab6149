// The wallet as a process: puts store, keys, node, engine, chain source and control socket together, and takes them apart in the
// right order. The only place that sees them all.
//
//     Store::open -> SeedKeyRing -> Node::load -> Engine -> listen, control socket -> BitcoindSource -> ready ... SIGTERM -> close
#pragma once

#include "app/runneld/options.h"

namespace runnel::app {

/// Runs until it is asked to stop; the exit code. Prints the ready line on standard output.
/// The passphrase is wiped as soon as the store is open.
int run_daemon(DaemonOptions options, SecretBytes passphrase);

}  // namespace runnel::app
