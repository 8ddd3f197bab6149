// Where wallets are when nobody names a directory: one rule for the window, runneld and runnel-cli.
#include "app/common/new_wallet.h"
#include "app/common/places.h"
#include "tests/support/test_main.h"
#include "wallet/store/store.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <QTemporaryDir>

#include <filesystem>
#include <memory>

using namespace runnel;

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr Network networks[] = {Network::practice, Network::regtest, Network::signet,
                                Network::testnet4};

/// Without a note of its network, as the first ones were.
void make_store(const fs::path& directory, Network network = Network::regtest) {
    fs::create_directories(directory.parent_path());
    store::Store::Creation creation;
    creation.directory = directory;
    creation.network = network;
    creation.passphrase = {bytes_of("a long passphrase"), false};
    creation.cost = store::Cost::cheap();
    auto made = store::Store::create(creation);
    if (!made) qFatal("no store");
}

struct Home {
    QTemporaryDir folder;
    fs::path base = fs::path(folder.path().toStdString()) / "runnel";
};

/// A program that has the wallet of this directory open, as far as others can see.
class Served {
public:
    explicit Served(const fs::path& directory)
        : m_acceptor(
              m_io, asio::local::stream_protocol::endpoint((directory / "control.sock").string())) {
    }

private:
    asio::io_context m_io;
    asio::local::stream_protocol::acceptor m_acceptor;
};

std::string found(const fs::path& base) {
    const auto directory = app::only_wallet(base);
    return directory ? directory->string() : directory.error().kind;
}

}  // namespace

class TestPlaces : public QObject {
    Q_OBJECT

private slots:
    void each_network_has_its_folder() {
        const Home home;
        for (const auto network : networks) {
            const auto folder = home.base / std::string(params_of(network).name);
            QCOMPARE(app::network_folder(home.base, network).string(), folder.string());
            QCOMPARE(app::wallet_folder(home.base, network).string(), folder.string());
        }
        // To look makes nothing.
        QVERIFY(!fs::exists(home.base));
    }

    void a_wallet_that_lies_in_the_base_is_found_there() {
        const Home home;
        make_store(home.base);
        // Nobody can say which network it is of without its passphrase.
        for (const auto network : networks)
            QCOMPARE(app::wallet_folder(home.base, network).string(), home.base.string());
        make_store(home.base / "testnet4", Network::testnet4);
        QCOMPARE(app::wallet_folder(home.base, Network::testnet4).string(),
                 (home.base / "testnet4").string());
        QCOMPARE(app::wallet_folder(home.base, Network::signet).string(), home.base.string());
        app::note_network(home.base, Network::regtest);
        QCOMPARE(app::wallet_folder(home.base, Network::regtest).string(), home.base.string());
        QCOMPARE(app::wallet_folder(home.base, Network::signet).string(),
                 (home.base / "signet").string());
        // Also beside others, and one of its own network: who has it goes on with it.
        make_store(home.base / "practice", Network::practice);
        make_store(home.base / "regtest");
        QCOMPARE(app::wallet_folder(home.base, Network::regtest).string(), home.base.string());
        QCOMPARE(found(home.base), home.base.string());
        // The window would set aside all of them with it.
        QCOMPARE(app::network_folder(home.base, Network::regtest).string(),
                 (home.base / "regtest").string());
    }

    void the_one_that_can_be_meant() {
        const Home home;
        QCOMPARE(found(home.base), std::string("store_missing"));
        // A folder is no wallet.
        fs::create_directories(home.base / "practice");
        QCOMPARE(found(home.base), std::string("store_missing"));
        const auto regtest = home.base / "regtest", testnet4 = home.base / "testnet4";
        make_store(testnet4, Network::testnet4);
        QCOMPARE(found(home.base), testnet4.string());
        make_store(regtest);
        const auto unclear = app::only_wallet(home.base);
        QVERIFY(!unclear);
        QCOMPARE(unclear.error().kind, std::string("usage"));
        QVERIFY(unclear.error().message.find("regtest, testnet4") != std::string::npos);
        QVERIFY(unclear.error().advice.find("--network") != std::string::npos);
        {
            const Served first(testnet4);
            QCOMPARE(found(home.base), testnet4.string());
            const Served second(regtest);
            QCOMPARE(found(home.base), std::string("usage"));
        }
        // Sockets that nobody listens at any more.
        QVERIFY(fs::exists(testnet4 / "control.sock"));
        QCOMPARE(found(home.base), std::string("usage"));
    }
};

RUNNEL_TEST(TestPlaces)
#include "test_places.moc"
