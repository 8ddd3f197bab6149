// A small world behind the window: a person's engine and a shop's on one simulated chain, on a
// thread of their own, with real keys, messages and sockets. Gives what a program gives the window:
// a Session with its node and practice verbs, and a Setup that makes it.
#pragma once

#include "core/api/practice.h"
#include "core/api/setup.h"

#include <memory>

namespace runnel::test {

class World {
public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Of the person. The world outlives it.
    std::unique_ptr<api::Session> session();
    api::NodeApi& node();
    void run(std::function<void()> what);
    api::Practice& practice();

    // These wait, on the caller's thread.
    void mine(unsigned blocks);
    std::string shopAddress();
    /// To a fresh address of the person's own.
    void personSendsHerself(Sat amount);
    std::string shopInvoice(std::optional<Msat> amount, const std::string& description = "Coffee",
                            std::uint32_t expiry_seconds = 3600);
    /// The shop pays; its answer.
    api::CommandResult shopPays(const std::string& bolt11);
    crypto::PublicKey shopId() const;
    std::uint16_t shopPort() const;
    void cutShop();
    /// The shop's program ends; and is started again over the same store. No block may come
    /// meanwhile.
    void stopShop();
    void startShop();
    /// What the person's disk says of its free space.
    void setDiskLow(bool low);
    /// What whoever keeps the practice network running says of it.
    void tellPractice(const api::PracticeState& state);
    /// Every line that a log called broken.
    std::vector<std::string> broken();
    Sat onchainOf(bool person);

    struct Impl;

private:
    std::unique_ptr<Impl> m_impl;
};

/// Makes and opens wallets of a world; keeps its passphrase. Fails as it is told.
class WorldSetup : public api::Setup {
public:
    explicit WorldSetup(World& world) : m_world(world) {}
    std::vector<api::WalletChoice> choices() const override { return offered; }
    SecretBytes fresh_words() override;
    std::optional<api::WordsProblem> check_words(ByteView words) const override;
    std::optional<api::SetupProblem> check_chain(Network,
                                                 const std::string& source) const override {
        if (source.rfind("bitcoind:http://", 0) == 0) return std::nullopt;
        return api::SetupProblem{api::SetupFault::chain_address, "scheme"};
    }
    std::string_view word(std::size_t index) const override;
    std::vector<std::string_view> words_like(std::string_view beginning,
                                             std::size_t most) const override;
    void create(api::Creation creation, api::OnSession done) override;
    void open(api::Opening opening, api::OnSession done) override;
    void set_aside(Network network,
                   std::function<void(Result<std::string, api::SetupProblem>)> done) override;

    std::vector<api::WalletChoice> offered{{Network::practice, false, false}};
    std::string passphrase;  ///< Of the wallet that was made.
    std::string words;       ///< It was made with.
    std::string shown;       ///< The last ones that were made up.
    int times_fresh = 0;
    bool restored = false;
    std::string chain;  ///< What it was made or opened with.
    std::optional<api::SetupProblem> fails;
    bool makes_before_it_fails = false;  ///< There is a wallet afterwards, and no session.

private:
    World& m_world;
};

}  // namespace runnel::test
