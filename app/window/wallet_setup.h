// WalletSetup: makes and opens the wallets of one data directory for the window. Each network has
// its folder; a directory that was named on the command line holds one wallet, as runneld's does.
// Slow deeds run on threads of their own, which the end cuts short as far as it can and waits for.
#pragma once

#include "app/control/views.h"
#include "core/api/setup.h"
#include "core/base/log.h"
#include "wallet/keys/mnemonic.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace runnel::app {

struct SetupOptions {
    std::filesystem::path base;                 ///< Holds a folder for each network ...
    std::optional<std::filesystem::path> only;  ///< ... or this one wallet.
    std::optional<Network> network;             ///< Given on the command line: no other is offered.
    std::string chain;                          ///< Likewise; "bitcoind:URL" or empty.
    LogLevel log_level = LogLevel::info;
    std::vector<std::string> practice_arguments;  ///< Of the practice network's process, for tests.
};

class WalletSetup final : public api::Setup {
public:
    explicit WalletSetup(SetupOptions options) : m_options(std::move(options)) {}
    ~WalletSetup() override;

    std::vector<api::WalletChoice> choices() const override;
    SecretBytes fresh_words() override;
    std::optional<api::WordsProblem> check_words(ByteView words) const override;
    std::optional<api::SetupProblem> check_chain(Network network,
                                                 const std::string& chain) const override;
    std::string log_file(Network network) const override;
    std::string_view word(std::size_t index) const override;
    std::vector<std::string_view> words_like(std::string_view beginning,
                                             std::size_t most) const override;
    void create(api::Creation creation, api::OnSession done) override;
    void open(api::Opening opening, api::OnSession done) override;
    void set_aside(Network network,
                   std::function<void(Result<std::string, api::SetupProblem>)> done) override;

private:
    using Opened = Result<std::unique_ptr<api::Session>, api::SetupProblem>;
    std::filesystem::path directory_of(Network network) const;
    /// Where blocks come from: given now, or remembered from when the wallet was made.
    std::string chain_of(Network network) const;
    Opened create_now(const api::Creation& creation);
    std::optional<api::SetupProblem> bring_practice_back(const std::filesystem::path& directory,
                                                         const keys::Mnemonic& words) const;
    Opened open_now(const api::Opening& opening);
    Opened open_as(const api::Opening& opening, Network network);
    /// Of a wallet in a folder that was named, where that is noted.
    std::optional<Network> network_of_only() const;
    Result<std::string, api::SetupProblem> set_aside_now(Network network) const;
    void in_background(std::function<void()> what);

    SetupOptions m_options;
    std::stop_source m_stop;  ///< Asked at the end: nobody waits for a wallet any more.
    std::mutex m_mutex;
    std::vector<std::thread> m_threads;
};

}  // namespace runnel::app
