#include "app/common/start.h"

#include "core/base/log.h"

#include <fmt/format.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cstring>

namespace runnel::app {

using control::Failure;

void harden_process() {
    ::umask(077);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

std::string manual_of(const std::string& program) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto page =
        self.parent_path().parent_path() / "share" / "man" / "man1" / (program + ".1");
    const bool is_there = !error && std::filesystem::exists(page, error);
    return "man " + (is_there ? "-l " + page.string() : program);
}

Result<Network, Failure> open_network(const std::string& name) {
    const auto network = network_from_name(name);
    if (network == Network::mainnet) {
        return fail(Failure{"mainnet_refused",
                            "This version does not work with real money: the safety nets that a "
                            "wallet needs there are not all "
                            "in place yet.",
                            "Use practice, regtest, signet or testnet4.",
                            {}});
    }
    if (!network || !is_open(*network)) {
        return fail(Failure{"usage",
                            fmt::format("There is no network {} here.", escaped(name)),
                            "Use practice, regtest, signet or testnet4.",
                            {}});
    }
    return *network;
}

Failure failure_of(const store::StoreError& error, const std::filesystem::path& directory) {
    const auto where = directory.string();
    return std::visit(
        overloaded{
            [&](const store::InUse& e) {
                return Failure{
                    "store_in_use",
                    e.pid == 0 ? fmt::format("Another process has the wallet in {} open.", where)
                               : fmt::format("Process {} has the wallet in {} open.", e.pid, where),
                    "Only one at a time: stop the other one first (runnel-cli stop), or close it "
                    "where it is open in a window.",
                    {}};
            },
            [&](const store::Missing&) {
                return Failure{"store_missing",
                               fmt::format("There is no wallet in {}.", where),
                               "Make one: runnel-cli --datadir DIR create --network NETWORK.",
                               {}};
            },
            [&](const store::Exists&) {
                return Failure{
                    "store_exists",
                    fmt::format("There is a wallet in {} already; nothing was touched.", where),
                    "Choose another directory.",
                    {}};
            },
            [](const store::WrongPassphrase&) {
                return Failure{"wrong_passphrase",
                               "The passphrase is wrong. Nothing was touched.",
                               "Try again.",
                               {}};
            },
            [](const store::EmptyPassphrase&) {
                return Failure{"empty_passphrase",
                               "An empty passphrase protects nothing.",
                               "Choose a passphrase, or say --empty-passphrase if that is meant.",
                               {}};
            },
            [&](const store::EnvelopeDamaged&) {
                return Failure{
                    "key_damaged",
                    fmt::format("Both copies of the key file in {} are damaged or gone.", where),
                    "Put key.1 or key.2 back from a backup, and nothing else: an older copy of the "
                    "wallet must never be started, or the other sides of its channels could take "
                    "everything in them. Or restore the coins on the chain from the words, in "
                    "another directory.",
                    {}};
            },
            [](const store::NewerVersion& e) {
                return Failure{"newer_version",
                               fmt::format("The wallet was written by a later version of Runnel "
                                           "(format {}, this one knows {}).",
                                           e.found, e.known),
                               "Use that version, or a later one.",
                               {}};
            },
            [](const store::OtherNetwork& e) {
                return Failure{"wrong_network",
                               fmt::format("The wallet is for {}, not for {}.", e.found, e.wanted),
                               fmt::format("Start it with --network {}.", e.found),
                               {{"found", e.found}}};
            },
            [](const store::Damaged& e) {
                std::string record;
                if (!e.subject.empty())
                    record = fmt::format(" Record: entry {} of {}.", e.sequence, to_hex(e.subject));
                const auto cause = fmt::format("{}.{}", escaped(e.detail), record);
                return Failure{"store_damaged",
                               fmt::format("The store is damaged: {} Nothing was changed.", cause),
                               "Keep the directory as it is, and never start an older copy of it: "
                               "the other sides of its channels could then take everything in "
                               "them. runnel-cli export shows what can be read; the words restore "
                               "the coins on the chain (not the channels) in another directory.",
                               {{"cause", cause}}};
            },
            [](const store::OutOfMemory&) {
                return Failure{"out_of_memory",
                               "There is not enough memory to derive the key from the passphrase.",
                               "Close other programs and try again.",
                               {}};
            },
            [](const store::IoError& e) {
                return Failure{"io",
                               e.code == 0
                                   ? fmt::format("A file operation failed: {}.", e.operation)
                                   : fmt::format("A file operation failed: {}: {}.", e.operation,
                                                 std::strerror(e.code)),
                               "Check space and permissions of the directory.",
                               {}};
            },
        },
        error);
}

}  // namespace runnel::app
