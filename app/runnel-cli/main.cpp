// runnel-cli: one command, one JSON document on standard output and exit code 0; or {"error": KIND,
// "message": ..., "try": ...} on standard error and exit code 1, 2 when the command line itself is
// wrong.
#include "app/common/start.h"
#include "app/control/client.h"
#include "app/runnel-cli/create.h"
#include "app/runnel-cli/export.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

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

int create(const app::CommandLine& line) {
    const auto made = app::create_wallet(line.directory, line.creating);
    if (!made) return complain(made.error());
    // Words that nobody has seen: whoever went on with this wallet would have no way back to it.
    return print(*made, {"output",
                         "The wallet was made, but the answer with its words could not be written.",
                         "Check where standard output goes, delete " + line.directory +
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

int run(const app::CommandLine& line) {
    if (line.offline == app::Offline::create) return create(line);
    if (line.offline == app::Offline::export_store) {
        const auto exported = app::export_wallet(line.directory, line.creating);
        return exported ? print(*exported) : complain(exported.error());
    }
    const auto client = control::ControlClient::connect(line.directory);
    if (!client) return complain(client.error());
    if (line.wanted.method == "events") return follow(**client);
    if (line.wanted.method == "stop") return stop(**client);
    const auto answer = (*client)->call(line.wanted.method, line.wanted.params);
    return answer ? print(*answer) : complain(answer.error());
}

}  // namespace

int main(int argc, char** argv) {
    app::harden_process();
    CLI::App parser("Talks to a running runneld, the Runnel Lightning wallet without a window.");
    parser.set_version_flag("--version", "runnel-cli " + std::string(app::version));
    parser.footer(
        "Answers are one JSON document. Amounts of channels are in millisatoshi, of the chain in "
        "satoshi.\nManual: man runnel-cli");
    app::CommandLine line;
    app::declare_commands(parser, line);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return parser.exit(asked);
    } catch (const CLI::ParseError& error) {
        return complain({"usage", error.what(), "See runnel-cli --help.", {}});
    }
    try {
        return run(line);
    } catch (const std::exception& error) {
        return complain({"internal", error.what(), "Please report it.", {}});
    }
}
