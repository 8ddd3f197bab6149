// runnel-cli: one command, one JSON document on standard output and exit code 0; or {"error": KIND,
// "message": ..., "try": ...} on standard error and exit code 1, 2 when the command line itself is
// wrong.
#include "app/common/places.h"
#include "app/common/start.h"
#include "app/control/client.h"
#include "app/runnel-cli/create.h"
#include "app/runnel-cli/export.h"
#include "core/base/log.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>

namespace {

using namespace runnel;
using control::Failure;

int complain(const Failure& failure) {
    std::cerr << boost::json::serialize(control::failure_json(failure)) << std::endl;
    // An argument is wrong, whoever noticed.
    return failure.kind == "usage" || failure.kind == "bad_request" ? 2 : 1;
}

int print(const control::json::value& answer,
          const Failure& unwritten = {"output",
                                      "The answer could not be written.",
                                      "Check where standard output goes.",
                                      {}}) {
    std::cout << boost::json::serialize(answer) << std::endl;
    return std::cout ? 0 : complain(unwritten);
}

int create(const std::filesystem::path& directory, Network network, const app::CommandLine& line) {
    const auto made = app::create_wallet(directory, network, line.creating);
    if (!made) return complain(made.error());
    // Words that nobody has seen: whoever went on with this wallet would have no way back to it.
    return print(*made, {"output",
                         "The wallet was made, but the answer with its words could not be written.",
                         "Check where standard output goes, delete " + directory.string() +
                             " and create it again.",
                         {}});
}

/// Lines as they come, until the node is stopped or nobody reads any more.
int follow(control::ControlClient& client) {
    const auto followed = client.follow([](const std::string& line) {
        std::cout << line << std::endl;
        return bool(std::cout);
    });
    return followed ? 0 : complain(followed.error());
}

int stop(control::ControlClient& client) {
    const auto stopping = client.call("stop", {});
    if (!stopping) return complain(stopping.error());
    // The connection ends when the store is closed.
    while (client.next_line()) {
    }
    return print(control::json::object{{"stopped", true}});
}

Result<std::filesystem::path, Failure> directory_of(const app::CommandLine& line,
                                                    std::optional<Network> network) {
    if (!line.directory.empty()) return std::filesystem::path(line.directory);
    if (network) return app::wallet_folder(app::default_base(), *network);
    return app::only_wallet(app::default_base());
}

/// Without a node.
int run_offline(const app::CommandLine& line, std::optional<Network> network) {
    if (!network)
        return complain({"usage", "--network is required.", "See runnel-cli --help.", {}});
    const auto directory = directory_of(line, network);
    if (!directory) return complain(directory.error());
    if (line.offline == app::Offline::create) return create(*directory, *network, line);
    const auto exported = app::export_wallet(*directory, *network, line.creating);
    return exported ? print(*exported) : complain(exported.error());
}

int run(const app::CommandLine& line) {
    std::optional<Network> network;
    if (!line.network.empty()) {
        const auto known = app::open_network(line.network);
        if (!known) return complain(known.error());
        network = *known;
    }
    if (line.offline != app::Offline::no) return run_offline(line, network);
    const auto directory = directory_of(line, network);
    if (!directory) return complain(directory.error());
    const auto client = control::ControlClient::connect(*directory);
    if (!client) return complain(client.error());
    // Whoever names one directory and another network means some other wallet.
    if (network && (*client)->network() != params_of(*network).name) {
        return complain({"wrong_network",
                         fmt::format("The wallet in {} is for {}, not for {}.", directory->string(),
                                     (*client)->network(), line.network),
                         "Leave --network or --datadir away, or name the right one.",
                         {}});
    }
    if (line.wanted.method == "events") return follow(**client);
    if (line.wanted.method == "stop") return stop(**client);
    const auto answer = (*client)->call(line.wanted.method, line.wanted.params);
    return answer ? print(*answer) : complain(answer.error());
}

}  // namespace

int main(int argc, char** argv) {
    app::harden_process();
    // Whoever reads the answer may go away. That the words of a new wallet could not be written
    // must be said then, and who has read enough of the events is no failure.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App parser(
        "Talks to a running runneld, the Runnel Lightning wallet without a window, or to a wallet "
        "that is open in the window.");
    parser.set_version_flag("--version", "runnel-cli " + std::string(app::version));
    parser.footer(
        "Answers are one JSON document. Amounts of channels are in millisatoshi, of the chain in "
        "satoshi.\nManual: " +
        app::manual_of("runnel-cli"));
    app::CommandLine line;
    app::declare_commands(parser, line);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return parser.exit(asked);
    } catch (const CLI::ParseError& error) {
        // It repeats what was typed, which may be anything; JSON is UTF-8.
        const std::string said = error.what();
        return complain({"usage",
                         is_valid_utf8(said) ? said : escaped(said, 1000),
                         "See runnel-cli --help.",
                         {}});
    }
    try {
        return run(line);
    } catch (const std::exception& error) {
        return complain({"internal", error.what(), "Please report it.", {}});
    }
}
