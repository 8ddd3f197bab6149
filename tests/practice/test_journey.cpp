// What a person does on the practice network, from the first coins to the last one home, over the
// real processes.
#include "tests/practice/wallet.h"

#include <boost/json/serialize.hpp>

using namespace runnel;
using namespace runnel::test;

namespace {

std::int64_t number(const json::object& object, std::string_view name) {
    return object.at(name).to_number<std::int64_t>();
}

}  // namespace

class TestJourney : public QObject {
    Q_OBJECT

private slots:
    /// Coins, three channels, payments over each of them, all closed again; every satoshi is where
    /// it has to be.
    void all_the_way_and_home();
    /// What was there before a stop is there afterwards, and it is soon there.
    void a_restart_is_a_restart();
    /// The same by hand: every command that moves something, and what is told of it meanwhile.
    void by_the_command_line();
    void verbs_refuse_in_words();
};

void TestJourney::all_the_way_and_home() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    QCOMPARE(wallet.need("getinfo").at("network"), json::value("practice"));
    const auto shop = wallet.peer("shop"), hub = wallet.peer("hub");

    // Coins.
    std::int64_t got = 0, fees = 0, sent_msat = 0, received_msat = 0;
    for (const std::int64_t sat : {600'000, 500'000, 100'000}) {
        const auto paid = wallet.need("practice.faucet", {{"amount_sat", sat}});
        QCOMPARE(paid.at("txid").as_string().size(), std::size_t{64});
        QVERIFY(std::string(paid.at("address").as_string()).starts_with("rnlp1"));
        got += sat;
    }
    QVERIFY(within(5000, [&] {
        return wallet.balance("onchain_sat") + wallet.balance("onchain_unconfirmed_sat") == got;
    }));
    wallet.mine(1);
    QVERIFY(within(5000, [&] { return wallet.balance("onchain_sat") == got; }));

    // Channels: to the shop, to the hub.
    std::vector<std::string> channels{wallet.open(shop, 300'000, fees),
                                      wallet.open(hub, 400'000, fees)};

    const auto pay = [&](const std::string& bolt11, std::int64_t msat) {
        QVERIFY(bolt11.starts_with("lnrnlp"));
        const auto paid = wallet.need("pay", {{"text", bolt11}});
        QCOMPARE(number(paid, "amount_msat"), msat);
        sent_msat += msat + number(paid, "fee_msat");
    };
    pay(wallet.shop_invoice(50'000'123), 50'000'123);
    QCOMPARE(sent_msat, 50'000'123);  // directly: no fee
    pay(wallet.shop_invoice(70'000'001, true), 70'000'001);
    QVERIFY(sent_msat > 120'000'124);  // over the hub: for its fee
    pay(wallet.shop_invoice(1), 1);

    // Paid back.
    for (const std::int64_t msat : {5'000'001, 20'000'000}) {
        const auto invoice =
            wallet.need("invoice", {{"amount_msat", msat}, {"description", "back"}}).at("bolt11");
        const auto paid = wallet.need("practice.refund", {{"bolt11", invoice}});
        QCOMPARE(number(paid, "amount_msat"), msat);
        received_msat += msat;
    }

    // The shop opens one to us, and it can be received over.
    const auto opened = wallet.need("practice.open", {{"amount_sat", 250'000}});
    channels.emplace_back(opened.at("channel_id").as_string());
    wallet.confirm(channels.back());
    QCOMPARE(wallet.channel(channels.back()).at("we_funded").as_bool(), false);
    const auto invoice =
        wallet.need("invoice", {{"amount_msat", 100'000'000}, {"description", "more"}})
            .at("bolt11");
    received_msat += number(wallet.need("practice.refund", {{"bolt11", invoice}}), "amount_msat");

    // In channels and on the chain there is, to the millisatoshi, what there has to be.
    std::int64_t capacity = 0;
    const auto ours_msat = [&] {
        std::int64_t sum = 0;
        for (const auto& id : channels) sum += number(wallet.channel(id), "our_msat");
        return sum;
    };
    for (std::size_t i = 0; i < 2; ++i)
        capacity += number(wallet.channel(channels[i]), "capacity_sat");
    QCOMPARE(capacity, 700'000);
    // The shop knows that it has paid a moment before the last commitment is revoked.
    QVERIFY(within(5'000, [&] { return ours_msat() == 700'000'000 - sent_msat + received_msat; }));
    QCOMPARE(wallet.balance("onchain_sat"), got - 700'000 - fees);

    // Home.
    std::vector<json::object> last;
    for (const auto& id : channels) last.push_back(wallet.channel(id));
    for (const auto& id : channels) wallet.need("close", {{"channel_id", id}});
    const auto settled = [&](const std::string& id) {
        const auto found = wallet.call("channel", {{"channel_id", id}});
        return !found || found->at("state") == json::value("closing") ||
               found->at("state") == json::value("closed");
    };
    for (const auto& id : channels) QVERIFY(within(10'000, [&] { return settled(id); }));
    std::map<std::string, std::string> closing;
    for (const auto& id : channels) {
        QVERIFY(within(10'000, [&] { return wallet.channel(id).at("closing_txid").is_string(); }));
        closing[id] = std::string(wallet.channel(id).at("closing_txid").as_string());
    }
    wallet.mine(6);
    std::int64_t home = 0;
    const auto on_chain = wallet.chain_transactions();
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto found = on_chain.find(closing.at(channels[i]));
        QVERIFY2(found != on_chain.end(), "the closing transaction is in a block");
        std::int64_t out = 0;
        for (const auto& output : found->second.outputs)
            out += static_cast<std::int64_t>(output.value.raw());
        // Both sides' parts of a satoshi are rounded down, and belong to nobody.
        const auto rounded = number(last[i], "our_msat") % 1000 == 0 ? 0 : 1;
        const auto fee = number(last[i], "capacity_sat") - out - rounded;
        QVERIFY(fee > 0 && fee < 5'000);
        home += number(last[i], "our_msat") / 1000 - (last[i].at("we_funded").as_bool() ? fee : 0);
    }
    QVERIFY(within(10'000,
                   [&] { return wallet.balance("onchain_sat") == got - 700'000 - fees + home; }));
    QCOMPARE(wallet.balance("closing_sat"), 0);
    std::int64_t sum = 0;
    const auto list = wallet.need("transactions");
    for (const auto& tx : list.at("transactions").as_array())
        sum += number(tx.as_object(), "net_sat");
    QCOMPARE(sum, wallet.balance("onchain_sat"));
    QCOMPARE(wallet.stop(), 0);
}

void TestJourney::a_restart_is_a_restart() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    std::int64_t fees = 0;
    wallet.need("practice.faucet", {{"amount_sat", 1'000'000}});
    wallet.mine(1);
    const auto shop = wallet.peer("shop");
    const auto id = wallet.open(shop, 500'000, fees);
    wallet.need("pay", {{"text", wallet.shop_invoice(10'000'000)}});
    const auto unpaid = wallet.shop_invoice(20'000'000);
    const auto coins = wallet.balance("onchain_sat");
    const auto height = number(wallet.need("getinfo"), "block_height");
    const int child = wallet.child_pid();
    QCOMPARE(wallet.stop(), 0);
    QVERIFY(!is_alive(child));

    QElapsedTimer clock;
    clock.start();
    QVERIFY(wallet.start());
    // Well under a second on a machine that does nothing else.
    QVERIFY2(clock.elapsed() < 5'000,
             qPrintable(QString("ready after %1 ms").arg(clock.elapsed())));
    QVERIFY(wallet.peer("shop").node_id == shop.node_id && wallet.peer("shop").port == shop.port);
    QVERIFY(number(wallet.need("getinfo"), "block_height") >= height);
    QCOMPARE(wallet.balance("onchain_sat"), coins);
    QVERIFY(within(10'000, [&] { return wallet.is_usable(id); }));
    QCOMPARE(number(wallet.channel(id), "our_msat"), 490'000'000);
    wallet.need("pay", {{"text", unpaid}});
    QCOMPARE(number(wallet.channel(id), "our_msat"), 470'000'000);
    QCOMPARE(wallet.stop(), 0);
}

void TestJourney::by_the_command_line() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    const auto cli = [&](const QStringList& arguments) {
        const auto ended =
            run("runnel-cli", QStringList{"--datadir", wallet.directory()} + arguments);
        if (ended.code != 0) qWarning("%s", ended.error.constData());
        return ended.code == 0 ? json::parse(ended.out.toStdString()).as_object() : json::object();
    };
    QProcess events;
    events.start(program("runnel-cli"), {"--datadir", wallet.directory(), "events"});
    QVERIFY(events.waitForStarted());
    QTest::qWait(300);  // until it listens

    const auto coins = cli({"practice", "faucet", "1000000"});
    QVERIFY(coins.contains("txid"));
    QVERIFY(cli({"practice", "mine", "1"}).contains("block_height"));
    QVERIFY(within(5'000, [&] { return wallet.balance("onchain_sat") == 1'000'000; }));
    std::int64_t fees = 0;
    const auto shop = wallet.peer("shop");
    const auto shop_id = QString::fromStdString(shop.node_id.hex());
    const auto channel = wallet.open(shop, 500'000, fees);

    const auto given = cli({"keysend", shop_id, "5000"});
    QCOMPARE(given.at("status"), json::value("paid"));
    QCOMPARE(number(given, "amount_msat"), 5'000);
    QCOMPARE(number(given, "fee_msat"), 0);
    const auto payment =
        cli({"payment", QString::fromStdString(std::string(given.at("payment_hash").as_string()))});
    QCOMPARE(payment.at("status"), json::value("paid"));
    QCOMPARE(payment.at("preimage"), given.at("preimage"));
    QVERIFY(within(
        5'000, [&] { return number(wallet.channel(channel), "our_msat") == 500'000'000 - 5'000; }));

    const auto address = cli({"newaddress"}).at("address").as_string();
    const auto sent = cli({"send", address.c_str(), "20000", "--feerate", "2"});
    QCOMPARE(number(sent, "amount_sat"), 20'000);
    QVERIFY(number(sent, "fee_sat") > 0);
    const auto list = cli({"transactions", "--limit", "1"}).at("transactions").as_array();
    QCOMPARE(list.size(), std::size_t{1});
    QCOMPARE(list[0].at("txid"), sent.at("txid"));
    QCOMPARE(list[0].at("purpose"), json::value("send"));
    QCOMPARE(list[0].at("fee_sat"), sent.at("fee_sat"));
    // It went to ourselves: only the fee is gone.
    QCOMPARE(number(list[0].as_object(), "net_sat"), -number(sent, "fee_sat"));
    QVERIFY(list[0].at("block_height").is_null());
    wallet.mine(1);
    QVERIFY(within(5'000, [&] {
        return cli({"transactions"}).at("transactions").at(0).at("block_height").is_number();
    }));

    QVERIFY(cli({"disconnect", shop_id}).contains("node_id"));
    QCOMPARE(run("runnel-cli", {"--datadir", wallet.directory(), "stop"}).code, 0);
    QVERIFY(events.waitForFinished(20'000));
    QCOMPARE(events.exitCode(), 0);
    std::map<std::string, std::vector<json::object>> told;
    for (const auto& line : events.readAllStandardOutput().split('\n')) {
        if (line.isEmpty()) continue;
        auto event = json::parse(line.toStdString()).as_object();
        told[std::string(event.at("event").as_string())].push_back(std::move(event));
    }
    const auto heard = [&](const char* name, const char* field, const json::value& value) {
        const auto& all = told[name];
        return std::any_of(all.begin(), all.end(), [&](const json::object& event) {
            return event.contains(field) && event.at(field) == value;
        });
    };
    QVERIFY(heard("coins_received", "txid", coins.at("txid")));
    QVERIFY(heard("channel", "state", json::value("normal")));
    QVERIFY(heard("payment_sent", "payment_hash", given.at("payment_hash")));
    QVERIFY(heard("transaction", "txid", sent.at("txid")));
    QVERIFY(heard("peer_disconnected", "node_id", json::value(shop.node_id.hex())));
    QVERIFY(!told["block"].empty());
    QCOMPARE(told["stopped"].size(), std::size_t{1});
}

void TestJourney::verbs_refuse_in_words() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    QCOMPARE(wallet.error_of("practice.faucet"), "bad_request");
    QCOMPARE(wallet.error_of("practice.faucet", {{"amount_sat", 10}}), "amount_too_small");
    QCOMPARE(wallet.error_of("practice.faucet", {{"amount_sat", 2'000'000'000}}),
             "amount_too_large");
    QCOMPARE(wallet.error_of("practice.mine", {{"blocks", 0}}), "bad_request");
    QCOMPARE(wallet.error_of("practice.mine", {{"blocks", 1'000'000}}), "bad_request");
    QCOMPARE(wallet.error_of("practice.refund", {{"bolt11", "lnbc1nonsense"}}), "malformed");
    QCOMPARE(wallet.error_of("practice.refund"), "bad_request");
    QCOMPARE(wallet.error_of("practice.open", {{"amount_sat", 1}}), "amount_too_small");
    QCOMPARE(wallet.error_of("practice.dance"), "bad_request");
    QCOMPARE(wallet.error_of("practice"), "bad_request");
    // The command line says the same.
    const QStringList cli{"--datadir", wallet.directory(), "practice"};
    QCOMPARE(run("runnel-cli", cli + QStringList{"faucet", "10"}).code, 1);
    QCOMPARE(run("runnel-cli", cli).code, 2);
    QCOMPARE(run("runnel-cli", cli + QStringList{"mine", "some"}).code, 2);
    const auto peers = run("runnel-cli", cli + QStringList{"peers"});
    QCOMPARE(peers.code, 0);
    const auto read = practice::read_peers(json::parse(peers.out.toStdString()));
    QVERIFY(read && read->size() == 3);
    const auto invoice = run("runnel-cli", cli + QStringList{"invoice", "1000", "--through-hub"});
    QVERIFY(invoice.out.contains("\"bolt11\":\"lnrnlp"));
}

RUNNEL_TEST(TestJourney)
#include "test_journey.moc"
