// PracticeNetwork: the nodes a person practises with, each a whole WalletNode with a store of its
// own and loopback TCP:
//
//     you <-----> shop            sells, refunds, opens channels to you
//     you <-----> hub --> shop2   passes payments on; shop2 is the shop's second node
//            shop --> hub         so that a refund finds you behind the hub, too
//
// It keeps them fit to practise with: coins from the faucet, the two channels between them open and
// filled. It decides nothing that a node decides, and mines nothing itself. All on the io_context's
// thread.
#pragma once

#include "app/control/requests.h"
#include "app/node/wallet_node.h"

#include <array>
#include <map>

namespace runnel::practice {

namespace json = boost::json;

class PracticeNetwork {
public:
    enum class Role : std::uint8_t { shop, hub, shop2 };
    static constexpr std::array roles{Role::shop, Role::hub, Role::shop2};
    static std::string_view name_of(Role role);

    struct Options {
        std::filesystem::path folder;  ///< The practice folder, locked by us.
        LogSink log;
        LogLevel log_level = LogLevel::info;
        /// Pays from the faucet into the mempool.
        std::function<bool(const bitcoin::Script&, Sat)> faucet;
        /// Channels between the nodes are open and both sides are there. Once.
        std::function<void()> on_ready;
        std::function<void(const ports::CommitError&)> on_fatal;
    };

    /// Makes the stores that are not there. Nothing listens before all of them are open.
    static Result<std::unique_ptr<PracticeNetwork>, control::Failure> open(
        boost::asio::io_context& io, Options options);
    PracticeNetwork(const PracticeNetwork&) = delete;
    PracticeNetwork& operator=(const PracticeNetwork&) = delete;

    void start();
    void stop(std::function<void()> done);
    void close();

    bool is_ready() const { return m_ready; }
    bool knows(std::string_view method) const;
    /// peers, invoice, pay, open: a method that knows() knows.
    void call(std::string_view method, const json::object& params, const control::Reply& reply);

private:
    struct Member {
        std::unique_ptr<app::WalletNode> wallet;
        std::shared_ptr<void> subscription;
        bool stocking = false;  ///< An address was asked for.
    };
    /// What is being done about a channel between two of them.
    struct Pair {
        Role from, to;
        bool connecting = false, opening = false, refilling = false;
        std::chrono::steady_clock::time_point not_before{};
    };

    PracticeNetwork(boost::asio::io_context& io, Options options);
    Result<void, control::Failure> open_member(Role role, const SecretBytes& key,
                                               std::map<std::string, std::uint16_t>& ports);
    app::WalletNode& wallet(Role role) { return *m_members.at(role).wallet; }
    api::SnapshotPtr picture(Role role) { return wallet(role).engine().snapshot(); }
    void ask(Role role, std::string_view method, json::object params, control::Reply reply);
    json::object peers_json();

    void tend_soon();
    void tend();
    void stock(Role role);
    bool tend_pair(Pair& pair);
    void open_channel(Pair& pair);
    void refill(Pair& pair, Msat amount);
    void arm();

    boost::asio::io_context& m_io;
    Options m_options;
    std::map<Role, Member> m_members;
    std::array<Pair, 2> m_pairs{Pair{Role::hub, Role::shop2}, Pair{Role::shop, Role::hub}};
    boost::asio::steady_timer m_timer;
    bool m_ready = false, m_tend_posted = false, m_stopping = false;
};

}  // namespace runnel::practice
