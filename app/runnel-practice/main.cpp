// runnel-practice: the practice network, started by runneld and runnel for a wallet of network
// `practice`. See child.h.
#include "app/common/log_file.h"
#include "app/common/start.h"
#include "app/practice/places.h"
#include "app/runnel-practice/child.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
    using namespace runnel;
    app::harden_process();
    // Whoever reads the ready line may be gone: no reason to end before the stores are closed.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App parser(
        "The practice network of a Runnel wallet: a simulated chain, and a few Lightning nodes to "
        "practise with. runneld "
        "and runnel start it by themselves. Its coins are worth nothing.");
    parser.set_version_flag("--version", "runnel-practice " + std::string(app::version));
    practice::ChildOptions options;
    std::string directory, level = "info";
    const auto seconds = [](std::chrono::milliseconds time) {
        return std::chrono::duration<double>(time).count();
    };
    double block_every = seconds(options.block_every), block_soon = seconds(options.block_soon);
    parser
        .add_option("--datadir", directory,
                    "The wallet's directory; the network lies in its folder practice")
        ->required()
        ->type_name("DIR");
    parser.add_option("--block-every", block_every, "Seconds between blocks")
        ->check(CLI::Range(0.01, 86'400.0))
        ->capture_default_str();
    parser.add_option("--block-soon", block_soon, "The same while something waits to be confirmed")
        ->check(CLI::Range(0.01, 86'400.0))
        ->capture_default_str();
    parser.add_option("--log-level", level, "trace, debug, info, unusual or broken")
        ->type_name("L")
        ->capture_default_str();
    parser
        .add_option("--parent", options.parent,
                    "Ends when this process does; standard input is a pipe from it")
        ->group("");
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parser.exit(error, std::cout, std::cerr) == 0 ? 0 : practice::exit_usage;
    }
    const auto log_level = app::level_from_name(level);
    if (!log_level) {
        std::cerr << "runnel-practice: there is no log level " << level << '\n';
        return practice::exit_usage;
    }
    options.log_level = *log_level;
    const auto milliseconds = [](double time) {
        return std::chrono::milliseconds(static_cast<std::int64_t>(time * 1000));
    };
    options.block_every = milliseconds(block_every);
    options.block_soon = milliseconds(block_soon);
    options.folder = practice::folder_in(std::filesystem::absolute(directory));
    return practice::run_child(options);
}
