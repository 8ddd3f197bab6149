// runnel: the window. Puts together settings, wallets and the window over them, and nothing else.
#include "app/common/places.h"
#include "app/common/start.h"
#include "app/window/wallet_setup.h"
#include "core/crypto/keys.h"
#include "core/shell/peer_manager.h"
#include "ui/window/preferences.h"
#include "ui/window/window.h"

#include <CLI/CLI.hpp>

#include <QApplication>

#include <csignal>
#include <iostream>

namespace {

using namespace runnel;

struct Options {
    app::SetupOptions setup;
    std::optional<int> exit_code;
};

Options parse(int argc, char** argv) {
    Options out;
    CLI::App parser("Runnel, a Lightning wallet.");
    parser.set_version_flag("--version", "runnel " + std::string(app::version));
    std::string directory, network;
    parser
        .add_option("--datadir", directory,
                    "A directory with one wallet. By default each network has its own")
        ->type_name("DIR");
    parser
        .add_option("--network", network,
                    "practice, regtest, signet or testnet4. By default the window asks")
        ->type_name("NETWORK");
    parser
        .add_option("--chain", out.setup.chain,
                    "Where blocks come from: bitcoind:http://HOST:PORT?cookie=FILE")
        ->type_name("bitcoind:URL");
    // What Qt understands itself (-platform, -style, ...) is left to it.
    parser.allow_extras();
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        out.exit_code = parser.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
        return out;
    }
    out.setup.base = app::default_base();
    if (!directory.empty()) out.setup.only = std::filesystem::absolute(directory);
    if (!network.empty()) {
        const auto known = app::open_network(network);
        if (!known) {
            std::cerr << "runnel: " << known.error().message << '\n'
                      << known.error().advice << '\n';
            out.exit_code = 2;
            return out;
        }
        out.setup.network = *known;
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    app::harden_process();
    // Whoever reads our log may go away.
    std::signal(SIGPIPE, SIG_IGN);
    auto options = parse(argc, argv);
    if (options.exit_code) return *options.exit_code;
    crypto::randomise_context(shell::fresh_secret());

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("runnel"));
    QApplication::setDesktopFileName(QStringLiteral("runnel"));
    std::error_code ignored;
    std::filesystem::create_directories(options.setup.base, ignored);
    ui::Preferences preferences(
        QString::fromStdString((options.setup.base / "window.ini").string()));
    preferences.apply();
    app::WalletSetup setup(std::move(options.setup));
    ui::Window window(
        setup, preferences,
        QString::fromLatin1(app::version.data(), static_cast<qsizetype>(app::version.size())));
    window.show();
    return QApplication::exec();
}
