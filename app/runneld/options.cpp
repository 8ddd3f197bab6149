#include "app/runneld/options.h"

#include "app/common/log_file.h"
#include "app/common/places.h"
#include "app/common/start.h"
#include "core/api/node_address.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

namespace runnel::app {

namespace {

ExitNow usage(const std::string& message, const std::string& advice) {
    std::cerr << "runneld: " << message << '\n';
    if (!advice.empty()) std::cerr << advice << '\n';
    return ExitNow{2};
}

}  // namespace

std::variant<DaemonOptions, ExitNow> parse_options(int argc, char** argv) {
    CLI::App app(
        "Runnel, a Lightning wallet, as a program without a window. Prints one line, \"ready "
        "NODE_ID@HOST:PORT\", when it "
        "can be used; stops on SIGTERM. Talk to it with runnel-cli.");
    app.set_version_flag("--version", "runneld " + std::string(version));

    DaemonOptions out;
    std::string directory, network, chain, listen, level = "info";
    const auto base = default_base();
    app.add_option(
           "--datadir", directory,
           "The wallet's directory. By default each network has its own in " + base.string())
        ->type_name("DIR");
    app.add_option("--network", network,
                   "practice, regtest, signet or testnet4; the one the wallet was made for")
        ->required()
        ->type_name("NETWORK");
    app.add_option("--chain", chain,
                   "Where blocks come from: bitcoind:http://USER:PASSWORD@HOST:PORT, or "
                   "bitcoind:http://HOST:PORT?cookie=FILE. "
                   "Without it the wallet is out of touch with the chain")
        ->type_name("bitcoind:URL");
    app.add_option("--listen", listen,
                   "Where other nodes may connect; host * means everywhere, port 0 any free one. "
                   "By default 127.0.0.1 and the "
                   "network's usual port")
        ->type_name("HOST:PORT");
    app.add_option("--passphrase-file", out.passphrase.file,
                   "The wallet's passphrase is the first line of this file (-: of standard input). "
                   "By default it is asked for "
                   "at the terminal")
        ->type_name("FILE");
    app.add_flag("--empty-passphrase", out.passphrase.empty,
                 "The wallet was made without a passphrase");
    app.add_option("--log-level", level, "trace, debug, info, unusual or broken")
        ->type_name("L")
        ->capture_default_str();
    app.add_flag("--forward", out.forward,
                 "Pass on other people's payments between two of your channels, for a fee");
    app.footer("Manual: " + manual_of("runneld"));

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return ExitNow{app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2};
    }

    const auto known = open_network(network);
    if (!known) return usage(known.error().message, known.error().advice);
    out.network = *known;
    out.directory = std::filesystem::absolute(directory.empty() ? wallet_folder(base, out.network)
                                                                : std::filesystem::path(directory));
    const auto log_level = level_from_name(level);
    if (!log_level)
        return usage("there is no log level " + level,
                     "Levels: trace, debug, info, unusual, broken.");
    out.log_level = *log_level;

    if (!chain.empty() && out.network == Network::practice) {
        return usage("the practice network brings its own chain", "Leave --chain away.");
    }
    if (!chain.empty()) {
        if (chain.rfind("bitcoind:", 0) != 0)
            return usage("this chain source is not known", "Use --chain bitcoind:URL.");
        auto url = chain::parse_bitcoind_url(chain, out.network);
        // The text itself is not repeated: it may hold a password.
        if (!url) {
            return usage(
                fmt::format("the chain source's URL cannot be used: {}", to_string(url.error())),
                "It looks like bitcoind:http://USER:PASSWORD@HOST:PORT or "
                "bitcoind:http://HOST:PORT?cookie=FILE.");
        }
        out.bitcoind = *std::move(url);
    }
    if (listen.empty()) {
        out.listen_host = "127.0.0.1";
        out.listen_port = params_of(out.network).lightning_port;
    } else {
        const auto where = api::parse_host_port(listen);
        if (!where)
            return usage("--listen needs HOST:PORT",
                         "IPv6 addresses stand in brackets: [::1]:9735.");
        out.listen_host = where->first;
        out.listen_port = where->second;
    }
    return out;
}

}  // namespace runnel::app
