// The chain source and the coin planner against a real bitcoind: what the unit tests believe about
// it, it must do.
#include "tests/support/test_main.h"  // first: moc stumbles over <concepts> otherwise

#include "core/bitcoin/script.h"
#include "tests/interop/test_bitcoind_process.h"
#include "tests/support/skip.h"
#include "tests/unit/chain/source_rig.h"
#include "wallet/chain/fee_rates.h"
#include "wallet/coins/planner.h"

#include <boost/json/serialize.hpp>

#include <cmath>

using namespace runnel;
using namespace std::chrono_literals;
using test::RealBitcoind;
using test::SourceRig;

namespace {

/// Regtest's usual pace, but no backing off for long.
void usual(chain::BitcoindOptions& options) {
    options.timing = chain::default_timing(Network::regtest);
    options.timing.backoff_most = 500ms;
    options.limits = {};
}

bitcoin::Script ours(std::uint8_t n) {
    Hash160 hash;
    hash.raw().fill(n);
    return bitcoin::p2wpkh(hash);
}

ports::TxPtr shared(const bitcoin::Transaction& tx) {
    return std::make_shared<const bitcoin::Transaction>(tx);
}

bool reaches_tip(SourceRig& rig, RealBitcoind& node) {
    return rig.reaches(node.height(), node.tip(), 20s);
}

std::optional<ports::BroadcastResult> result_of(const SourceRig& rig, const Txid& txid,
                                                std::size_t after = 0) {
    const auto results = rig.all<ports::BroadcastResult>();
    for (std::size_t i = after; i < results.size(); ++i) {
        if (results[i].txid == txid) return results[i];
    }
    return std::nullopt;
}

}  // namespace

class TestBitcoindInterop : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void catches_up();
    void new_blocks_and_transactions_data();
    void new_blocks_and_transactions();
    void late_watch();
    void reorgs();
    void restart_in_the_middle();
    void wrong_password();
    void wrong_network();
    void broadcasts();
    void package_with_a_parent_that_pays_nothing();
    void gives_way_to_what_is_there();
    void begins_where_a_wallet_was_made();
    void plans_are_relayed_at_their_fee();
    void fee_floor_data();
    void fee_floor();

private:
    /// Started, with coins.
    RealBitcoind& node();
    std::unique_ptr<RealBitcoind> m_node;
};

void TestBitcoindInterop::initTestCase() {
    if (!RealBitcoind::program().isEmpty()) return;
    RUNNEL_SKIP_BUT_IN_CI("a bitcoind: tests/support/peers/bitcoind.sh fetches one");
}

RealBitcoind& TestBitcoindInterop::node() {
    if (!m_node) {
        m_node = std::make_unique<RealBitcoind>();
        m_node->set_extra(
            {"-zmqpubhashblock=tcp://127.0.0.1:" + QString::number(m_node->zmq_port()),
             "-zmqpubrawtx=tcp://127.0.0.1:" + QString::number(m_node->zmq_port())});
        if (!m_node->start()) qFatal("bitcoind does not start");
        m_node->mine(160);
    }
    return *m_node;
}

void TestBitcoindInterop::catches_up() {
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), usual);
    rig.start({{}, BlockHeight(0)});
    QVERIFY(reaches_tip(rig, bitcoind));
    QCOMPARE(rig.blocks.size(), std::size_t{bitcoind.height() + 1});
    QVERIFY(rig.status.relays_packages);
    QVERIFY(rig.status.problem.empty());
}

void TestBitcoindInterop::new_blocks_and_transactions_data() {
    QTest::addColumn<bool>("zmq");
    QTest::newRow("zmq") << true;
    QTest::newRow("polling") << false;
}

void TestBitcoindInterop::new_blocks_and_transactions() {
    QFETCH(bool, zmq);
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), [zmq](chain::BitcoindOptions& options) {
        usual(options);
        options.use_zmq = zmq;
        // So rarely that only ZMQ can have told.
        options.timing.block_poll_with_zmq = 60s;
        options.timing.mempool_poll_with_zmq = 60s;
    });
    rig.source->watch({ports::WatchScript{ours(zmq ? 1 : 2)}, BlockHeight(0)});
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    rig.run(300ms);  // until its subscription has reached bitcoind
    const auto tx = bitcoind.pay(ours(zmq ? 1 : 2), Sat(50'000));
    QVERIFY(rig.until([&] { return rig.told_mempool(tx.txid()); }, 10s));
    bitcoind.mine(1);
    QVERIFY(reaches_tip(rig, bitcoind));
    QCOMPARE(rig.confirmed(tx.txid()).value_or(0), bitcoind.height());
    bitcoind.mine(1);
    QVERIFY(reaches_tip(rig, bitcoind));
}

void TestBitcoindInterop::late_watch() {
    auto& bitcoind = node();
    const auto mined = bitcoind.pay(ours(3), Sat(60'000));
    bitcoind.mine(1);
    const auto height = bitcoind.height();
    bitcoind.mine(2);
    const auto waiting = bitcoind.pay(ours(3), Sat(70'000));
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    rig.source->watch({ports::WatchScript{ours(3)}, BlockHeight(height - 1)});
    rig.source->watch({ports::WatchOutPoint{mined.inputs[0].previous}, BlockHeight(height)});
    QVERIFY(
        rig.until([&] { return rig.late(mined.txid()) && rig.told_mempool(waiting.txid()); }, 10s));
    QCOMPARE(*rig.late(mined.txid()), height);
    bitcoind.mine(1);
}

void TestBitcoindInterop::reorgs() {
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), usual);
    rig.source->watch({ports::WatchScript{ours(4)}, BlockHeight(0)});
    rig.start({{}, BlockHeight(bitcoind.height() - 60)});
    QVERIFY(reaches_tip(rig, bitcoind));
    for (const int depth : {3, 30}) {
        const auto tx = bitcoind.pay(ours(4), Sat(80'000));
        bitcoind.mine(2);
        QVERIFY(reaches_tip(rig, bitcoind));
        QVERIFY(rig.confirmed(tx.txid()).has_value());
        const auto gone = rig.all<ports::BlockDisconnected>().size();
        bitcoind.reorg(depth);
        QVERIFY(reaches_tip(rig, bitcoind));
        QCOMPARE(rig.all<ports::BlockDisconnected>().size(),
                 gone + static_cast<std::size_t>(depth));
        // Mined again on the other side.
        QVERIFY(*rig.confirmed(tx.txid()) <= bitcoind.height());
        bool seen = false;
        for (const auto& block : rig.all<ports::BlockConnected>()) {
            for (const auto& relevant : block.relevant) {
                seen =
                    relevant.tx->txid() == tx.txid()
                        ? block.hash == rig.blocks[block.height.raw() - rig.blocks[0].first].second
                        : seen;
            }
        }
        QVERIFY(seen);
    }
}

void TestBitcoindInterop::restart_in_the_middle() {
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    bitcoind.stop();
    QVERIFY(rig.problem("unreachable"));
    QVERIFY(!rig.status.reachable);
    QVERIFY(bitcoind.start());  // with a new cookie
    bitcoind.mine(5);
    QVERIFY(reaches_tip(rig, bitcoind));
    const auto tx = bitcoind.pay(ours(5), Sat(50'000));
    rig.source->watch({ports::WatchScript{ours(5)}, BlockHeight(0)});
    QVERIFY(rig.until([&] { return rig.told_mempool(tx.txid()); }, 10s));
}

void TestBitcoindInterop::wrong_password() {
    auto& bitcoind = node();
    SourceRig rig("bitcoind:http://user:wrong@127.0.0.1:" + std::to_string(bitcoind.port()), usual);
    rig.start({});
    QVERIFY(rig.problem("unauthorised"));
    QVERIFY(!rig.status.reachable);
    QVERIFY(rig.blocks.empty());
}

void TestBitcoindInterop::wrong_network() {
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), [](chain::BitcoindOptions& options) {
        usual(options);
        options.network = Network::signet;
    });
    rig.start({});
    QVERIFY(rig.problem("wrong_network"));
    QVERIFY(rig.blocks.empty());
}

void TestBitcoindInterop::broadcasts() {
    auto& bitcoind = node();
    bitcoind.mine(1);
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    // From one coin: a transaction, and one that wants the same coin for less.
    const auto coin = bitcoind.deepest_coin();
    bitcoin::Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].previous = coin.outpoint;
    tx.outputs = {{coin.value - Sat(10'000), ours(6)}};
    auto rival = tx;
    rival.outputs[0].value = coin.value - Sat(9'000);
    tx = bitcoind.sign(tx);
    rival = bitcoind.sign(rival);

    const auto send = [&](const bitcoin::Transaction& what) {
        const auto before = rig.all<ports::BroadcastResult>().size();
        rig.source->broadcast({shared(what)});
        (void)rig.until([&] { return result_of(rig, what.txid(), before).has_value(); }, 10s);
        return result_of(rig, what.txid(), before).value_or(ports::BroadcastResult{});
    };
    QVERIFY(send(tx).accepted);
    QVERIFY(send(tx).accepted);  // in the mempool already
    const auto refused = send(rival);
    QVERIFY(!refused.accepted);
    QVERIFY(!refused.reason.empty());
    bitcoind.mine(1);
    QVERIFY(send(tx).accepted);  // in a block already
    auto invalid = rival;
    invalid.inputs[0].previous.index = 4'000'000;
    QVERIFY(!send(invalid).accepted);
}

void TestBitcoindInterop::package_with_a_parent_that_pays_nothing() {
    auto& bitcoind = node();
    bitcoind.mine(1);
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    const auto script = bitcoind.script_of(bitcoind.new_address());
    const auto coin = bitcoind.deepest_coin();
    bitcoin::Transaction parent;
    parent.version = 3;  // the kind whose parents may be below the relay floor
    parent.inputs.resize(1);
    parent.inputs[0].previous = coin.outpoint;
    parent.outputs = {{coin.value, script}};
    parent = bitcoind.sign(parent);
    bitcoin::Transaction child;
    child.version = 3;
    child.inputs.resize(1);
    child.inputs[0].previous = {parent.txid(), 0};
    child.outputs = {{coin.value - Sat(20'000), script}};
    child = bitcoind.sign(child, {parent});

    rig.source->broadcast({shared(parent)});
    QVERIFY(rig.until([&] { return result_of(rig, parent.txid()).has_value(); }, 10s));
    QVERIFY(!result_of(rig, parent.txid())->accepted);
    QVERIFY2(!result_of(rig, parent.txid())->reason.empty(), "a refusal has a reason");

    rig.source->broadcast({shared(parent), shared(child)});
    QVERIFY(rig.until([&] { return result_of(rig, child.txid()).has_value(); }, 10s));
    const auto outcome = result_of(rig, parent.txid(), 1);
    QVERIFY2(outcome && outcome->accepted, outcome ? outcome->reason.c_str() : "no answer");
    QVERIFY2(result_of(rig, child.txid())->accepted, result_of(rig, child.txid())->reason.c_str());
    QCOMPARE(bitcoind.rpc("getmempoolinfo").at("size").as_int64(), 2);

    // Once more, and once more when the parent has confirmed: still accepted, both.
    for (int i = 0; i < 2; ++i) {
        const auto before = rig.all<ports::BroadcastResult>().size();
        rig.source->broadcast({shared(parent), shared(child)});
        QVERIFY(
            rig.until([&] { return rig.all<ports::BroadcastResult>().size() == before + 2; }, 10s));
        QVERIFY2(result_of(rig, parent.txid(), before)->accepted,
                 result_of(rig, parent.txid(), before)->reason.c_str());
        QVERIFY2(result_of(rig, child.txid(), before)->accepted,
                 result_of(rig, child.txid(), before)->reason.c_str());
        bitcoind.mine(1);
    }
}

void TestBitcoindInterop::gives_way_to_what_is_there() {
    auto& bitcoind = node();
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(reaches_tip(rig, bitcoind));
    const auto coin = bitcoind.deepest_coin();
    const auto theirs = bitcoind.pay(ours(60), Sat(50'000));
    QVERIFY(theirs.inputs[0].previous == coin.outpoint);
    bitcoin::Transaction mine;
    mine.version = 2;
    mine.inputs = {{coin.outpoint, {}, 0xfffffffd, {}}};
    mine.outputs = {{coin.value - Sat(200'000), ours(61)}};
    mine = bitcoind.sign(mine);
    rig.source->broadcast({shared(mine)}, true);
    QVERIFY(rig.until([&] { return result_of(rig, mine.txid()).has_value(); }));
    QVERIFY(!result_of(rig, mine.txid())->accepted);
    QVERIFY(rig.told_mempool(theirs.txid()));
    // Without giving way it replaces the other, for it pays more; and then it is no rival of
    // itself.
    auto seen = rig.all<ports::BroadcastResult>().size();
    rig.source->broadcast({shared(mine)});
    QVERIFY(rig.until([&] { return result_of(rig, mine.txid(), seen).has_value(); }));
    QVERIFY(result_of(rig, mine.txid(), seen)->accepted);
    seen = rig.all<ports::BroadcastResult>().size();
    rig.source->broadcast({shared(mine)}, true);
    QVERIFY(rig.until([&] { return result_of(rig, mine.txid(), seen).has_value(); }));
    QVERIFY(result_of(rig, mine.txid(), seen)->accepted);
    bitcoind.mine(1);
}

void TestBitcoindInterop::begins_where_a_wallet_was_made() {
    auto& bitcoind = node();
    const auto first = [&](std::int64_t time) {
        SourceRig rig(bitcoind.url(), usual);
        rig.start({{}, std::nullopt, UnixTime(time)});
        return reaches_tip(rig, bitcoind) ? rig.blocks.front().first : 0U;
    };
    QCOMPARE(first(0), 1U);
    QCOMPARE(first(4'000'000'000), bitcoind.height());
}

void TestBitcoindInterop::plans_are_relayed_at_their_fee() {
    auto& bitcoind = node();
    for (const char* type : {"bech32", "bech32m", "bech32", "bech32m"}) {
        bitcoind.pay(bitcoind.script_of(bitcoind.new_address(type)), Sat(200'000));
    }
    bitcoind.mine(1);
    std::vector<ports::Coin> coins;
    const auto unspent = bitcoind.rpc("listunspent");
    for (const auto& entry : unspent.as_array()) {
        ports::Coin coin;
        coin.outpoint = {*from_display_hex<Txid>(std::string(entry.at("txid").as_string())),
                         static_cast<std::uint32_t>(entry.at("vout").as_int64())};
        coin.output.value = Sat(
            static_cast<std::uint64_t>(std::llround(entry.at("amount").to_number<double>() * 1e8)));
        coin.output.script = *from_hex(std::string(entry.at("scriptPubKey").as_string()));
        coin.path.type = bitcoin::is_p2tr(coin.output.script) ? ports::AddressType::p2tr
                                                              : ports::AddressType::p2wpkh;
        coin.confirmed = BlockHeight(1);
        if (coin.output.value == Sat(200'000)) coins.push_back(coin);
    }
    QVERIFY(coins.size() >= 4);
    for (const std::uint32_t feerate : {253U, 1'000U, 20'000U}) {
        for (const std::uint64_t amount : {150'000ULL, 390'000ULL, 500'000ULL}) {
            ports::SpendRequest request;
            request.outputs = {{Sat(amount), ours(8)}};
            request.feerate = FeeratePerKw(feerate);
            request.change_script = ours(9);
            request.lock_time = bitcoind.height();
            const auto plan = coins::Planner().plan(coins, request, Hash256());
            QVERIFY(plan);
            const auto tx = bitcoind.sign(plan->tx);
            QVERIFY(tx.weight() <= plan->weight);
            QVERIFY(plan->weight - tx.weight() <= plan->coins.size());  // low R
            boost::json::array list;
            list.emplace_back(to_hex(tx.serialise()));
            boost::json::array params;
            params.push_back(std::move(list));
            const auto verdicts = bitcoind.rpc("testmempoolaccept", std::move(params));
            const auto& verdict = verdicts.as_array().at(0);
            QVERIFY2(verdict.at("allowed").as_bool(), boost::json::serialize(verdict).c_str());
            const auto fee = std::llround(verdict.at("fees").at("base").to_number<double>() * 1e8);
            QCOMPARE(static_cast<std::uint64_t>(fee), plan->fee.raw());
        }
    }
}

void TestBitcoindInterop::fee_floor_data() {
    QTest::addColumn<QString>("relay");
    QTest::addColumn<unsigned>("floor");
    QTest::newRow("0.1 sat/vB") << "0.00000100" << 253U;
    QTest::newRow("1 sat/vB") << "0.00001000" << 253U;
    QTest::newRow("5 sat/vB") << "0.00005000" << 1265U;
}

void TestBitcoindInterop::fee_floor() {
    QFETCH(QString, relay);
    QFETCH(unsigned, floor);
    RealBitcoind bitcoind({"-minrelaytxfee=" + relay, "-incrementalrelayfee=" + relay});
    QVERIFY(bitcoind.start());
    bitcoind.mine(1);
    SourceRig rig(bitcoind.url(), usual);
    rig.start({});
    QVERIFY(rig.until([&] { return !rig.all<ports::FeesChanged>().empty(); }, 10s));
    const auto fees = rig.all<ports::FeesChanged>().front().fees;
    QVERIFY(!fees.known);
    QCOMPARE(fees.mempool_min.raw(), floor);
    QVERIFY(fees.slow >= fees.mempool_min && fees.urgent >= fees.normal);
}

RUNNEL_TEST(TestBitcoindInterop)
#include "test_bitcoind_source.moc"
