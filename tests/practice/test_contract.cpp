// The command line as it was promised (man runnel-cli): every command, with every field that a
// program may count on.
#include "tests/practice/wallet.h"

using namespace runnel;
using namespace runnel::test;

namespace {

using Names = std::vector<std::string_view>;

class Cli {
public:
    explicit Cli(const PracticeWallet& wallet) : m_wallet(wallet) {}

    /// One document on standard output, nothing beside it, and all of these in it; empty otherwise.
    json::object operator()(const QStringList& arguments, const Names& names) const {
        const auto said =
            run("runnel-cli", QStringList{"--datadir", m_wallet.directory()} + arguments);
        const auto what = arguments.join(u' ').toUtf8();
        if (said.code != 0 || said.out.count('\n') != 1 || !said.error.isEmpty()) {
            qWarning("%s: code %d, %s%s", what.constData(), said.code, said.out.constData(),
                     said.error.constData());
            return {};
        }
        auto out = json::parse(said.out.toStdString()).as_object();
        return has(out, names, what) ? out : json::object();
    }
    static bool has(const json::object& out, const Names& names, const QByteArray& what) {
        bool all = true;
        for (const auto name : names) {
            if (out.contains(name)) continue;
            qWarning("%s: no %s in %s", what.constData(), std::string(name).c_str(),
                     json::serialize(out).c_str());
            all = false;
        }
        return all;
    }

private:
    const PracticeWallet& m_wallet;
};

QString text(const json::object& out, std::string_view name) {
    return QString::fromStdString(std::string(out.at(name).as_string()));
}

/// The first of a list that has an element.
json::object first_of(const json::object& out, std::string_view list) {
    return out.contains(list) && !out.at(list).as_array().empty()
               ? out.at(list).as_array()[0].as_object()
               : json::object();
}

const Names of_a_channel{"channel_id",
                         "peer",
                         "state",
                         "sentence",
                         "funding_outpoint",
                         "short_channel_id",
                         "capacity_sat",
                         "our_msat",
                         "their_msat",
                         "can_send_msat",
                         "can_receive_msat",
                         "kept_msat",
                         "over_limit_msat",
                         "underpaid_msat",
                         "htlcs",
                         "next_deadline_height",
                         "closing_until_height",
                         "they_must_close",
                         "usable_in_blocks"};
const Names of_a_payment{"payment_hash", "status",     "direction", "amount_msat", "fee_msat",
                         "parts",        "elapsed_ms", "preimage",  "cursor"};
const Names of_a_transaction{"txid",    "net_sat",         "fee_sat", "block_height",
                             "purpose", "expected_blocks", "cursor"};
const Names of_invoice{"kind",
                       "network",
                       "payment_hash",
                       "payee",
                       "amount_msat",
                       "description",
                       "description_hash",
                       "payment_secret",
                       "metadata",
                       "created",
                       "expires",
                       "expired",
                       "min_final_cltv_expiry",
                       "features",
                       "signature",
                       "route_hints",
                       "fallback_addresses",
                       "fallback_scripts",
                       "names_payee",
                       "unknown_fields",
                       "fee_msat",
                       "problem"};
const Names of_paid{"status",   "payment_hash", "preimage",  "amount_msat",
                    "fee_msat", "parts",        "elapsed_ms"};

}  // namespace

class TestContract : public QObject {
    Q_OBJECT

private slots:
    void every_command_with_every_field();
};

void TestContract::every_command_with_every_field() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    const Cli cli(wallet);
    QVERIFY(!cli({"getinfo"},
                 {"node_id", "network", "block_height", "synced", "version", "peers", "channels"})
                 .empty());
    QVERIFY(text(cli({"newaddress", "--type", "p2wpkh"}, {"address"}), "address") !=
            text(cli({"newaddress", "--type", "p2tr"}, {"address"}), "address"));

    QVERIFY(!cli({"practice", "faucet", "1000000"}, {"txid", "address", "amount_sat"}).empty());
    QVERIFY(!cli({"practice", "mine", "1"}, {"block_height", "tip"}).empty());
    QVERIFY(within(10'000, [&] { return wallet.balance("onchain_sat") == 1'000'000; }));
    const auto peers = cli({"practice", "peers"}, {"peers"});
    QVERIFY(
        Cli::has(first_of(peers, "peers"), {"role", "node_id", "host", "port"}, "practice peers"));
    QVERIFY(!cli({"practice", "state"}, {"stand", "ends"}).empty());

    const auto shop = wallet.peer("shop");
    const auto shop_id = QString::fromStdString(shop.node_id.hex());
    const auto where =
        QStringLiteral("%1@%2:%3").arg(shop_id, QString::fromStdString(shop.host)).arg(shop.port);
    QVERIFY(!cli({"connect", where}, {"node_id", "features"}).empty());
    QVERIFY(Cli::has(first_of(cli({"peers"}, {"peers"}), "peers"),
                     {"node_id", "features", "connected", "host", "port"}, "peers"));
    const auto dear = run("runnel-cli", {"--datadir", wallet.directory(), "open", shop_id, "500000",
                                         "--max-fee", "1"});
    QVERIFY(dear.code != 0 && (dear.out + dear.error).contains("fee_limit"));
    const auto opened = cli({"open", shop_id, "500000", "--push", "100000000", "--max-fee", "5000"},
                            {"channel_id", "funding_txid", "fee_sat"});
    QVERIFY(!opened.empty());
    const auto id = text(opened, "channel_id");
    QVERIFY(!cli({"bump", text(opened, "funding_txid"), "--feerate", "40"}, {"txid", "fee_sat"})
                 .empty());
    wallet.confirm(id.toStdString());
    const auto channel = cli({"channel", id}, of_a_channel);
    QCOMPARE(channel.at("state"), json::value("normal"));
    QVERIFY(text(channel, "funding_outpoint").startsWith(text(opened, "funding_txid")));
    QCOMPARE(text(cli({"channel", text(channel, "short_channel_id")}, of_a_channel), "channel_id"),
             id);
    QVERIFY(
        Cli::has(first_of(cli({"channels"}, {"channels"}), "channels"), of_a_channel, "channels"));
    const auto balance =
        cli({"balance"}, {"onchain_sat", "onchain_unconfirmed_sat", "reserved_sat", "can_send_msat",
                          "can_receive_msat", "in_flight_msat", "closing_sat", "least_to_open_sat",
                          "problem", "unconfirmed_for_blocks"});
    QVERIFY(balance.at("reserved_sat").to_number<std::int64_t>() > 0);
    QCOMPARE(balance.at("can_send_msat"), channel.at("can_send_msat"));
    const auto figure = [&](const char* name) {
        return channel.at(name).to_number<std::int64_t>();
    };
    QCOMPARE(figure("can_send_msat") + figure("kept_msat") + figure("over_limit_msat") +
                 figure("underpaid_msat"),
             figure("our_msat"));

    const auto made = cli({"invoice", "5000000", "tea", "--expiry", "600"},
                          {"bolt11", "payment_hash", "expires"});
    QVERIFY(!made.empty());
    const auto decoded = cli({"decode", text(made, "bolt11")}, of_invoice);
    QCOMPARE(decoded.at("payment_hash"), made.at("payment_hash"));
    QCOMPARE(text(decoded, "payment_secret").size(), 64);
    QVERIFY(!text(decoded, "signature").isEmpty());
    QVERIFY(Cli::has(decoded.at("route_hints").as_array().at(0).as_array().at(0).as_object(),
                     {"node_id", "short_channel_id", "fee_base_msat", "fee_proportional_millionths",
                      "cltv_expiry_delta"},
                     "route_hints"));
    QVERIFY(!cli({"practice", "refund", text(made, "bolt11")}, of_paid).empty());

    const auto asked = cli({"practice", "invoice", "7000000"}, {"bolt11", "payment_hash"});
    const auto paid =
        cli({"pay", text(asked, "bolt11"), "--max-fee", "1000", "--timeout", "30"}, of_paid);
    QVERIFY(!paid.empty());
    QCOMPARE(paid.at("status"), json::value("paid"));
    QCOMPARE(paid.at("parts"), json::value(1));
    QCOMPARE(text(paid, "preimage").size(), 64);
    QVERIFY(!cli({"keysend", shop_id, "3000"}, of_paid).empty());
    QVERIFY(!cli({"payment", text(paid, "payment_hash")}, of_a_payment).empty());
    const auto page = cli({"payments", "--limit", "2"}, {"payments", "next_cursor"});
    QCOMPARE(page.at("payments").as_array().size(), std::size_t{2});
    QVERIFY(Cli::has(first_of(page, "payments"), of_a_payment, "payments"));
    const auto rest = cli(
        {"payments", "--cursor", QString::fromStdString(json::serialize(page.at("next_cursor")))},
        {"payments"});
    QCOMPARE(rest.at("payments").as_array().size(), std::size_t{1});

    const auto address = text(cli({"newaddress"}, {"address"}), "address");
    QVERIFY(!cli({"send", address, "10000", "--feerate", "2"}, {"txid", "fee_sat"}).empty());
    const auto previewed = cli({"send", address, "all", "--dry-run"},
                               {"dry_run", "amount_sat", "fee_sat", "total_sat", "feerate",
                                "kept_sat", "reserved_sat", "kept", "kept_sentence"});
    QVERIFY(!previewed.empty());
    const auto swept = cli({"send", address, "all"},
                           {"txid", "fee_sat", "kept_sat", "kept", "kept_reason", "kept_sentence"});
    QVERIFY(!swept.empty());
    QVERIFY(
        Cli::has(first_of(cli({"transactions", "--limit", "1"}, {"transactions", "next_cursor"}),
                          "transactions"),
                 of_a_transaction, "transactions"));

    const auto closing = cli({"close", id, "--max-fee", "5000"}, {"channel_id", "txid", "state"});
    QVERIFY(!closing.empty());
    QVERIFY(!cli({"disconnect", shop_id}, {"node_id"}).empty());
    QVERIFY(!cli({"stop"}, {"stopped"}).empty());
    QVERIFY(!cli({"export", "--network", "practice", "--empty-passphrase"}, {}).empty());
}

RUNNEL_TEST(TestContract)
#include "test_contract.moc"
