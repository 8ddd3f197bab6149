// runneld: the wallet without a window. See options.h for its command line and daemon.h for what it
// is made of.
#include "app/common/start.h"
#include "app/runneld/daemon.h"

#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
    using namespace runnel;
    app::harden_process();
    // Whoever reads our log or the ready line may go away: no reason for a wallet to end.
    std::signal(SIGPIPE, SIG_IGN);
    auto parsed = app::parse_options(argc, argv);
    if (const auto* const now = std::get_if<app::ExitNow>(&parsed)) return now->code;
    auto& options = std::get<app::DaemonOptions>(parsed);
    auto passphrase = app::read_passphrase(options.passphrase);
    if (!passphrase) {
        std::cerr << "runneld: " << passphrase.error().message << '\n'
                  << passphrase.error().advice << '\n';
        return passphrase.error().kind == "usage" ? 2 : 1;
    }
    return app::run_daemon(std::move(options), *std::move(passphrase));
}
