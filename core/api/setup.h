// Setup: what a window needs before there is a node. Makes and opens wallets, knows the list of
// words, and hands over a running Session. Implemented by the program (app/runnel). Calls never
// wait unless they say so; answers come on an unspecified thread.
#pragma once

#include "core/api/node_api.h"
#include "core/base/network.h"
#include "core/base/secret.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runnel::api {

class Practice;

/// Why a wallet could not be made or opened, as data.
enum class SetupFault : std::uint8_t {
    wrong_passphrase,
    in_use,  ///< Another process has it open.
    exists,  ///< There is one already; nothing was touched.
    missing,
    damaged,  ///< The store or the key file; nothing was changed.
    newer_version,
    other_network,  ///< `detail`: the name of the one it is for, as in params_of().
    out_of_memory,
    disk,           ///< A file operation failed.
    chain_address,  ///< The chain source's address cannot be used.
    practice_gone,  ///< The practice network could not be started.
    internal,
};
struct SetupProblem {
    SetupFault fault = SetupFault::internal;
    std::string detail;  ///< Technical; for a second line.
};

/// What is wrong with words that somebody typed.
struct WordsProblem {
    enum class Kind : std::uint8_t { count, unknown, do_not_match } kind = Kind::count;
    std::size_t position = 0;  ///< Of the unknown word, from 0.
};

/// A wallet that is open and running.
class Session {
public:
    virtual ~Session() = default;
    virtual NodeApi& node() = 0;
    /// Runs something on the node's thread, later.
    virtual void run(std::function<void()> what) = 0;
    /// Null on other networks.
    virtual Practice* practice() = 0;
    /// Why the session ended by itself (a commit failed); on any thread, at most once.
    virtual void on_end(std::function<void(std::string)> what) = 0;
};

struct WalletChoice {
    Network network = Network::practice;
    bool exists = false;       ///< There is one to unlock.
    bool needs_chain = false;  ///< Cannot do without a chain source's address, and none was given.
    /// A folder that was named without its network: only the wallet itself knows which it is.
    bool is_guess = false;
};

struct Creation {
    Network network = Network::practice;
    SecretBytes words;       ///< 24 of them with single spaces between.
    bool restored = false;   ///< Its coins may be anywhere in the chain.
    SecretBytes passphrase;  ///< Of the file. Never empty.
    std::string chain;       ///< "bitcoind:URL" for real networks; empty for the practice network.
};

struct Opening {
    Network network = Network::practice;
    SecretBytes passphrase;
    std::string chain;  ///< Another chain source from now on; empty: the one there was.
};

using OnSession = std::function<void(Result<std::unique_ptr<Session>, SetupProblem>)>;

class Setup {
public:
    virtual ~Setup() = default;
    /// In the order to be offered; looks at the disk.
    virtual std::vector<WalletChoice> choices() const = 0;
    /// 24 fresh words with single spaces between.
    virtual SecretBytes fresh_words() = 0;
    /// Nothing when they are what a wallet wrote.
    virtual std::optional<WordsProblem> check_words(ByteView words) const = 0;
    /// The word of the list at an index below 2048.
    virtual std::string_view word(std::size_t index) const = 0;
    /// Every word of the list that begins so, in order; at most `most`.
    virtual std::vector<std::string_view> words_like(std::string_view beginning,
                                                     std::size_t most) const = 0;
    /// Nothing when a chain source's address can be used: asked before any words are shown.
    virtual std::optional<SetupProblem> check_chain(Network network,
                                                    const std::string& chain) const = 0;
    /// Takes seconds, on a thread of its own.
    virtual void create(Creation creation, OnSession done) = 0;
    virtual void open(Opening opening, OnSession done) = 0;
    /// Where the log of a network's wallet lies; empty where nobody knows.
    virtual std::string log_file(Network) const { return {}; }
    /// Gives a wallet's folder another name, so that another wallet can be made in its place.
    /// Nothing is deleted; refused while a program has it open. Says where it lies now.
    virtual void set_aside(Network network,
                           std::function<void(Result<std::string, SetupProblem>)> done) = 0;
};

}  // namespace runnel::api
