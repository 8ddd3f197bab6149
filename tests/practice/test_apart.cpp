// The practice network and all others are strangers: what belongs to one is refused by the other,
// with the reason.
#include "app/practice/host.h"
#include "tests/practice/wallet.h"

#include <future>

using namespace runnel;
using namespace runnel::test;

class TestApart : public QObject {
    Q_OBJECT

private slots:
    void invoices_addresses_and_peers();
    void stores_and_chains();
    void a_program_that_is_not_there_is_named();
};

void TestApart::invoices_addresses_and_peers() {
    PracticeWallet practice, regtest("regtest");
    QVERIFY(practice.start());
    QVERIFY(regtest.start());

    const auto here = practice.shop_invoice(1'000);
    QCOMPARE(regtest.error_of("pay", {{"text", here}}), "wrong_network");
    const auto there =
        std::string(regtest.need("invoice", {{"amount_msat", 1'000}, {"description", "x"}})
                        .at("bolt11")
                        .as_string());
    QCOMPARE(practice.error_of("pay", {{"text", there}}), "wrong_network");
    QCOMPARE(practice.error_of("practice.refund", {{"bolt11", there}}), "wrong_network");

    const auto ours = practice.need("newaddress").at("address"),
               theirs = regtest.need("newaddress").at("address");
    QCOMPARE(regtest.error_of("send", {{"address", ours}, {"amount_sat", 1'000}}), "wrong_network");
    QCOMPARE(practice.error_of("send", {{"address", theirs}, {"amount_sat", 1'000}}),
             "wrong_network");
    const auto asked = practice.ask_network("peers");
    QVERIFY(practice::read_peers(asked));

    // A node of another network is not talked to: it says in `init` which chain it is on.
    const auto shop = practice.peer("shop");
    const auto error = regtest.error_of(
        "connect", {{"node_id", shop.node_id.hex()}, {"host", shop.host}, {"port", shop.port}});
    QCOMPARE(error, "connect_failed");

    // There is no practice network beside another one.
    QCOMPARE(regtest.error_of("practice.peers"), "bad_request");
}

void TestApart::stores_and_chains() {
    PracticeWallet practice, regtest("regtest");
    const auto start = [](const PracticeWallet& wallet, const QStringList& more) {
        return run("runneld", QStringList{"--datadir", wallet.directory(), "--listen",
                                          "127.0.0.1:0", "--empty-passphrase"} +
                                  more);
    };
    auto refused = start(practice, {"--network", "regtest"});
    QCOMPARE(refused.code, 1);
    QVERIFY(refused.error.contains("for practice, not for regtest"));
    refused = start(regtest, {"--network", "practice"});
    QCOMPARE(refused.code, 1);
    QVERIFY(refused.error.contains("for regtest, not for practice"));
    // Refused before any network was started for it.
    QVERIFY(!QDir(regtest.directory() + "/practice").exists());

    const auto chain =
        start(practice, {"--network", "practice", "--chain", "bitcoind:http://a:b@127.0.0.1:1"});
    QCOMPARE(chain.code, 2);
    QVERIFY(chain.error.contains("brings its own chain"));

    // The nodes' stores: nobody opens them as a wallet of another network, nor as one without a
    // passphrase.
    QVERIFY(practice.start());
    QCOMPARE(practice.stop(), 0);
    const auto shop = practice.directory() + "/practice/shop";
    const auto other = run("runneld", {"--datadir", shop, "--network", "practice", "--listen",
                                       "127.0.0.1:0", "--empty-passphrase"});
    QCOMPARE(other.code, 1);
    QVERIFY(other.error.contains("passphrase is wrong"));
}

void TestApart::a_program_that_is_not_there_is_named() {
    QTemporaryDir folder;
    std::promise<control::Failure> refused;
    practice::PracticeHost::Options options;
    options.directory = folder.path().toStdString();
    options.program = folder.path().toStdString() + "/nothing";
    options.on_refused = [&](const control::Failure& failure) { refused.set_value(failure); };
    const practice::PracticeHost host(std::move(options));
    auto said = refused.get_future();
    QVERIFY(said.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    QCOMPARE(said.get().kind, "practice_not_started");
}

RUNNEL_TEST(TestApart)
#include "test_apart.moc"
