#include "app/runnel-cli/commands.h"

#include "app/common/places.h"
#include "app/control/requests.h"
#include "core/api/node_address.h"
#include "core/base/log.h"

#include <CLI/CLI.hpp>

#include <charconv>

namespace runnel::app {

namespace {

namespace json = control::json;

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// JSON is UTF-8: the node could not even read a request with anything else in it. Before any other
/// check, which would repeat the text.
CLI::Validator utf8() {
    return CLI::Validator(
        [](std::string& text) {
            return is_valid_utf8(text) ? std::string()
                                       : "text in UTF-8 is needed, not " + escaped(text);
        },
        "");
}

/// A whole number, or `word`.
CLI::Validator number_or(const std::string& word) {
    return CLI::Validator(
        [word](std::string& text) {
            if (number(text) || (!word.empty() && text == word)) return std::string();
            return "a whole number" + (word.empty() ? "" : " or " + word) + " is needed, not " +
                   text;
        },
        "");
}

CLI::Validator node_address() {
    return CLI::Validator(
        [](std::string& text) {
            return api::parse_node_address(text) ? std::string()
                                                 : "NODE_ID@HOST:PORT is needed, not " + text;
        },
        "");
}

CLI::Validator feerate() {
    return CLI::Validator(
        [](std::string& text) {
            return control::parse_feerate(text)
                       ? std::string()
                       : "satoshi per vbyte (such as 2 or 1.5) are needed, not " + text;
        },
        "");
}

/// Adds commands; what is given on the command line lands in `params` under the name of the
/// protocol.
class Declare {
public:
    /// Methods are named as the commands, with the prefix before them.
    Declare(CLI::App& app, CommandLine& line, std::string prefix = {})
        : m_app(app), m_line(line), m_prefix(std::move(prefix)) {}

    Declare& command(const std::string& name, const std::string& text) {
        m_command = m_app.add_subcommand(name, text);
        m_command->callback(
            [&line = m_line, method = m_prefix + name] { line.wanted.method = method; });
        return *this;
    }
    Declare& text(const std::string& name, const std::string& field, const std::string& help,
                  const CLI::Validator& check = {}) {
        return add(name, field, help, check,
                   [](const std::string& given) { return json::value(given); });
    }
    Declare& amount(const std::string& name, const std::string& field, const std::string& help,
                    const std::string& word = {}) {
        return add(name, field, help, number_or(word), [](const std::string& given) {
            const auto value = number(given);
            return value ? json::value(*value) : json::value(given);
        });
    }
    Declare& flag(const std::string& name, const std::string& field, const std::string& help) {
        m_option = m_command->add_flag_callback(
            name, [this_line = &m_line, field] { this_line->wanted.params[field] = true; }, help);
        return *this;
    }
    Declare& needs(const std::string& name) {
        m_option->needs(name);
        return *this;
    }
    Declare& required() {
        m_option->required();
        return *this;
    }
    CLI::App& sub() { return *m_command; }

private:
    Declare& add(const std::string& name, const std::string& field, const std::string& help,
                 const CLI::Validator& check, json::value (*to_json)(const std::string&)) {
        m_option = m_command->add_option_function<std::string>(
            name,
            [&line = m_line, field, to_json](const std::string& given) {
                line.wanted.params[field] = to_json(given);
            },
            help);
        m_option->check(utf8())->check(check);
        const bool positional = name.front() != '-';
        m_option->type_name(positional ? "" : type_of(field));
        if (positional) m_option->required();
        return *this;
    }
    static std::string type_of(const std::string& field) {
        if (field.find("msat") != std::string::npos) return "MSAT";
        if (field.find("_sat") != std::string::npos) return "SAT";
        if (field == "feerate") return "SAT_PER_VB";
        if (field == "timeout" || field == "expiry") return "SECONDS";
        return "X";
    }

    CLI::App& m_app;
    CommandLine& m_line;
    std::string m_prefix;
    CLI::App* m_command = nullptr;
    CLI::Option* m_option = nullptr;
};

/// The two that work on the directory itself, while no node is running.
void declare_offline(CLI::App& app, CommandLine& line) {
    const auto passphrase = [&line](CLI::App* command) {
        command
            ->add_option("--passphrase-file", line.creating.passphrase.file,
                         "The passphrase is the first line of this file (-: of standard input); by "
                         "default it is asked for")
            ->type_name("F");
        command->add_flag("--empty-passphrase", line.creating.passphrase.empty,
                          "Without a passphrase: whoever has the files has the coins");
    };
    auto* const create = app.add_subcommand("create",
                                            "Make a new wallet of --network N (no node may be "
                                            "running) and print its 24 words, or restore one from "
                                            "its words");
    create
        ->add_option("--words-file", line.creating.words_file,
                     "Restore from the words in this file (-: standard input)")
        ->type_name("F");
    create
        ->add_option("--birth", line.creating.birth,
                     "With words: the day they were made, or an earlier one. Blocks before it are "
                     "not searched; without it all are")
        ->type_name("YYYY-MM-DD")
        ->needs("--words-file");
    passphrase(create);
    create->callback([&line] { line.offline = Offline::create; });
    auto* const out = app.add_subcommand("export",
                                         "Print all records of a wallet of --network N, a "
                                         "damaged one too (no node may be running; without words "
                                         "and keys)");
    passphrase(out);
    out->callback([&line] { line.offline = Offline::export_store; });
}

/// What can be asked of the practice network (app/practice/verbs.h).
void declare_practice(CLI::App& app, CommandLine& line) {
    auto* const practice =
        app.add_subcommand("practice", "The practice network beside a wallet of that network");
    practice->require_subcommand(1);
    Declare d(*practice, line, "practice.");
    d.command("peers", "Its nodes: role, node_id, host, port");
    d.command("state",
              "How its process stands: how often it ended in a row, and why the last time");
    d.command("faucet", "Practice coins, for nothing")
        .amount("sat", "amount_sat", "How many satoshi");
    d.command("mine", "Blocks, now").amount("blocks", "blocks", "How many");
    d.command("invoice", "An invoice of the shop's")
        .amount("msat", "amount_msat", "How many millisatoshi, or any", "any")
        .flag("--through-hub", "through_hub",
              "Of the shop's second node, which only the hub has a channel with");
    d.command("refund", "The shop pays an invoice of yours")
        .text("bolt11", "bolt11", "The invoice");
    d.command("open", "The shop opens a channel to you")
        .amount("sat", "amount_sat", "How many satoshi");
}

}  // namespace

void declare_commands(CLI::App& app, CommandLine& line) {
    app.add_option("--datadir", line.directory,
                   "The wallet's directory. By default each network has its own in " +
                       default_base().string())
        ->check(utf8())
        ->type_name("DIR");
    app.add_option("--network", line.network,
                   "practice, regtest, signet or testnet4: the wallet of that network. By default "
                   "the only one there is, or the only one that is open")
        ->check(utf8())
        ->type_name("N");
    app.add_option_function<std::string>(
           "--command-id",
           [&line](const std::string& id) { line.wanted.params["command_id"] = id; },
           "32 hex digits: asking again with the same one has the effect and the answer of the "
           "first time")
        ->check(utf8())
        ->type_name("HEX");
    app.require_subcommand(1);
    app.fallthrough();

    declare_offline(app, line);
    Declare d(app, line);
    d.command("getinfo", "Who and where this node is");
    d.command("newaddress", "A new address to receive coins at")
        .text("--type", "type", "p2wpkh (usual) or p2tr");
    d.command("send", "Send coins on the chain")
        .text("address", "address", "Where to")
        .amount("sat", "amount_sat", "How many satoshi, or all", "all")
        .text("--feerate", "feerate", "Satoshi per vbyte; by default the estimate", feerate())
        .amount("--max-fee", "max_fee_sat",
                "Nothing is done if the fee is more than so many satoshi")
        .flag("--dry-run", "dry_run",
              "Send nothing: say what it would cost, and what would stay in the wallet");
    d.command("bump", "Speed up an unconfirmed transaction of ours by a child that pays for both")
        .text("txid", "txid", "Its id")
        .text("--feerate", "feerate", "Satoshi per vbyte of both; by default the urgent estimate",
              feerate())
        .amount("--max-fee", "max_fee_sat",
                "Nothing is done if the fee is more than so many satoshi");
    d.command("balance", "What there is, and what can be sent and received");
    d.command("connect", "Connect to another node");
    d.sub()
        .add_option_function<std::string>(
            "node",
            [&line](const std::string& text) {
                const auto where = api::parse_node_address(text);
                line.wanted.params["node_id"] = where->node_id.hex();
                line.wanted.params["host"] = where->host;
                line.wanted.params["port"] = where->port;
            },
            "NODE_ID@HOST:PORT; without a port it is 9735")
        ->check(utf8())
        ->check(node_address())
        ->required()
        ->type_name("");
    d.command("disconnect", "End the connection to a node").text("node_id", "node_id", "NODE_ID");
    d.command("peers", "The nodes this one knows");
    d.command("open", "Open a channel with a connected node")
        .text("node_id", "node_id", "NODE_ID")
        .amount("sat", "amount_sat", "Its size in satoshi, or all", "all")
        .amount("--push", "push_msat", "Give the other side so many millisatoshi of it")
        .flag("--announce", "announce", "Let everybody know of the channel")
        .text("--feerate", "feerate", "Satoshi per vbyte; by default the estimate", feerate())
        .amount("--max-fee", "max_fee_sat",
                "Nothing is done if the fee is more than so many satoshi");
    d.command("channels", "All channels");
    d.command("channel", "One channel").text("id", "channel_id", "Channel id or short channel id");
    d.command("close", "Close a channel by agreement")
        .text("id", "channel_id", "Channel id or short channel id")
        .amount("--max-fee", "max_fee_sat",
                "Not begun if more than so many satoshi might have to be agreed to")
        .flag("--force", "force",
              "Without the other side: dearer, and the money comes back only after a while")
        .flag("--risk-old-state", "risk_old_state",
              "With --force, when this copy of the wallet may be an older one and the other side "
              "never comes back to compare. "
              "If the copy is older than what the other side has, the other side can take "
              "everything in the channel")
        .needs("--force");
    d.command("invoice", "Ask for a payment")
        .amount("msat", "amount_msat", "How many millisatoshi, or any", "any")
        .text("description", "description", "What for")
        .amount("--expiry", "expiry", "How long it can be paid; by default an hour");
    d.command("decode", "What an invoice says").text("text", "text", "The invoice");
    d.command("pay", "Pay an invoice")
        .text("text", "text", "The invoice")
        .amount("--amount", "amount_msat", "How many millisatoshi, if the invoice does not say")
        .amount("--max-fee", "max_fee_msat",
                "The most the fee may be; by default 1 %, at least 5 sat")
        .amount("--timeout", "timeout", "No new attempt afterwards; by default 60");
    d.command("keysend", "Pay a node without an invoice")
        .text("node_id", "node_id", "NODE_ID")
        .amount("msat", "amount_msat", "How many millisatoshi");
    d.command("payments", "Payments out and in, the newest first")
        .amount("--limit", "limit", "At most so many; by default 100")
        .amount("--cursor", "cursor", "Only older ones than this cursor");
    d.command("payment", "One payment").text("hash", "payment_hash", "Payment hash");
    d.command("transactions", "Transactions on the chain, the newest first")
        .amount("--limit", "limit", "At most so many; by default 100")
        .amount("--cursor", "cursor", "Only older ones than this cursor");
    declare_practice(app, line);
    d.command("events", "One line of JSON for each thing that happens, until stopped");
    d.command("stop", "Stop the node, and wait for it");
}

}  // namespace runnel::app
