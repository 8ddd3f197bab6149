// What is checked without a connection: URLs, blocks, feerates, the filter, answers.
#include "tests/support/test_main.h"  // first: moc stumbles over <concepts> otherwise

#include "core/bitcoin/script.h"
#include "tests/unit/chain/fake_bitcoind.h"
#include "wallet/chain/bitcoind_answers.h"
#include "wallet/chain/bitcoind_url.h"
#include "wallet/chain/block_check.h"
#include "wallet/chain/watch_filter.h"
#include "wallet/chain/zmq_listener.h"

#include <boost/json/parse.hpp>

using namespace runnel;
using namespace runnel::chain;

namespace {

QString url_error(const char* text, Network network = Network::regtest) {
    const auto url = parse_bitcoind_url(text, network);
    if (url) return "fine";
    const auto name = to_string(url.error());
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

bitcoin::Transaction spend(const bitcoin::OutPoint& what, const bitcoin::Script& to,
                           Bytes witness = {}) {
    bitcoin::Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].previous = what;
    if (!witness.empty()) tx.inputs[0].witness = {std::move(witness)};
    tx.outputs = {{Sat(1000), to}};
    return tx;
}

}  // namespace

class TestChecks : public QObject {
    Q_OBJECT

private slots:
    void urls();
    void bad_urls();
    void zmq_endpoints();
    void feerates();
    void fee_estimates_are_ordered_and_bounded();
    void targets();
    void targets_follow();
    void honest_block();
    void dishonest_blocks();
    void filter_learns();
    void answers_of_wrong_types();
};

void TestChecks::urls() {
    auto url = parse_bitcoind_url("bitcoind:http://us%65r:p%40ss%3Aw%2Frd@127.0.0.1:18555",
                                  Network::regtest);
    QVERIFY(url);
    QCOMPARE(url->host, std::string("127.0.0.1"));
    QCOMPARE(url->port, std::uint16_t{18555});
    QCOMPARE(url->user, std::string("user"));
    QCOMPARE(to_bytes(url->password.reveal()), to_bytes(bytes_of("p@ss:w/rd")));
    QVERIFY(!url->uses_cookie());

    url =
        parse_bitcoind_url("bitcoind:http://localhost?cookie=/home/a%20b/.cookie", Network::signet);
    QVERIFY(url);
    QCOMPARE(url->port, std::uint16_t{38332});
    QCOMPARE(url->cookie_path, std::string("/home/a b/.cookie"));

    url = parse_bitcoind_url("http://a:b@[::1]:1/", Network::testnet4);
    QVERIFY(url);
    QCOMPARE(url->host, std::string("::1"));
    QCOMPARE(url->port, std::uint16_t{1});
    QCOMPARE(parse_bitcoind_url("http://a:b@h", Network::testnet4)->port, std::uint16_t{48332});
    QCOMPARE(parse_bitcoind_url("http://a:@h/", Network::regtest)->port, std::uint16_t{18443});
}

void TestChecks::bad_urls() {
    QCOMPARE(url_error(""), "bad_scheme");
    QCOMPARE(url_error("bitcoind:"), "bad_scheme");
    QCOMPARE(url_error("electrum:http://a:b@h"), "bad_scheme");
    QCOMPARE(url_error("bitcoind:https://a:b@h"), "https");
    QCOMPARE(url_error("http://a:b@"), "bad_host");
    QCOMPARE(url_error("http://a:b@ho st"), "bad_host");
    QCOMPARE(url_error("http://a:b@[::1"), "bad_host");
    QCOMPARE(url_error("http://a:b@[zz]:1"), "bad_host");
    QCOMPARE(url_error("http://a:b@[::1]x"), "bad_host");
    QCOMPARE(url_error("http://a:b@h:"), "bad_port");
    QCOMPARE(url_error("http://a:b@h:0"), "bad_port");
    QCOMPARE(url_error("http://a:b@h:65536"), "bad_port");
    QCOMPARE(url_error("http://a:b@h:1x"), "bad_port");
    QCOMPARE(url_error("http://a:b@h:-1"), "bad_port");
    QCOMPARE(url_error("http://a%4:b@h"), "bad_escape");
    QCOMPARE(url_error("http://a%zz:b@h"), "bad_escape");
    QCOMPARE(url_error("http://a%0d%0aX:b@h"), "bad_escape");
    QCOMPARE(url_error("http://a%3ab:c@h"), "bad_escape");
    QCOMPARE(url_error("http://a:b@h/wallet/x"), "bad_path");
    QCOMPARE(url_error("http://a:b@h/#x"), "bad_path");
    QCOMPARE(url_error("http://h?zmq=1"), "unknown_option");
    QCOMPARE(url_error("http://h?cookie=/a&x=1"), "unknown_option");
    QCOMPARE(url_error("http://h"), "no_credentials");
    QCOMPARE(url_error("http://a@h"), "no_credentials");
    QCOMPARE(url_error("http://h?cookie="), "no_credentials");
    QCOMPARE(url_error("http://a:b@h?cookie=/x"), "both_credentials");
    QCOMPARE(url_error("http://a:b@h", Network::practice), "wrong_network");
}

void TestChecks::zmq_endpoints() {
    QCOMPARE(zmq_endpoint("tcp://0.0.0.0:28332", "127.0.0.1").value_or(""),
             std::string("tcp://127.0.0.1:28332"));
    QCOMPARE(zmq_endpoint("tcp://evil.example:1", "::1").value_or(""),
             std::string("tcp://[::1]:1"));
    QVERIFY(!zmq_endpoint("ipc:///tmp/x", "h"));
    QVERIFY(!zmq_endpoint("tcp://h:0", "h"));
    QVERIFY(!zmq_endpoint("tcp://h", "h"));
    QVERIFY(!zmq_endpoint("tcp://h:99999", "h"));
}

void TestChecks::feerates() {
    QCOMPARE(sat_per_kvb(0.00001).value_or(0), std::uint64_t{1000});
    QCOMPARE(sat_per_kvb(0.000001).value_or(0), std::uint64_t{100});
    QCOMPARE(sat_per_kvb(0.12345678).value_or(0), std::uint64_t{12'345'678});
    QVERIFY(!sat_per_kvb(0));
    QVERIFY(!sat_per_kvb(-0.1));
    QVERIFY(!sat_per_kvb(10));
    QVERIFY(!sat_per_kvb(std::numeric_limits<double>::quiet_NaN()));
    QVERIFY(!sat_per_kvb(std::numeric_limits<double>::infinity()));
    QCOMPARE(per_kw(1000).raw(), 250U);
    QCOMPARE(per_kw(1001).raw(), 251U);
    QCOMPARE(per_kw(~0ULL).raw(), 125'000U);
    QCOMPARE(floor_per_kw(0).raw(), 253U);
    QCOMPARE(floor_per_kw(100).raw(), 253U);
    QCOMPARE(floor_per_kw(1000).raw(), 253U);
    QCOMPARE(floor_per_kw(2000).raw(), 506U);
    // The floor holds for every weight once the virtual size is rounded up.
    for (std::uint64_t rate : {1000ULL, 1337ULL, 25'000ULL}) {
        for (std::uint64_t weight = 400; weight < 3000; ++weight) {
            const std::uint64_t vsize = (weight + 3) / 4;
            QVERIFY(floor_per_kw(rate).fee_ceil(weight).raw() >= (rate * vsize + 999) / 1000);
        }
    }
}

void TestChecks::fee_estimates_are_ordered_and_bounded() {
    const auto none = fee_estimates({});
    QCOMPARE(none, ports::FeeEstimates());
    QVERIFY(!none.known);

    FeeAnswers answers{40'000, 20'000, 8'000, 1000, 1000};
    auto fees = fee_estimates(answers);
    QVERIFY(fees.known);
    QCOMPARE(fees.urgent.raw(), 10'000U);
    QCOMPARE(fees.normal.raw(), 5'000U);
    QCOMPARE(fees.slow.raw(), 2'000U);

    fees = fee_estimates({1'000, 20'000, 90'000, 1000, 1000});  // upside down
    QVERIFY(fees.urgent >= fees.normal && fees.normal >= fees.slow);
    fees = fee_estimates({std::nullopt, 20'000, std::nullopt, std::nullopt, std::nullopt});
    QVERIFY(fees.known);
    QCOMPARE(fees.urgent.raw(), 5'000U);
    QCOMPARE(fees.slow.raw(), 5'000U);
    fees = fee_estimates({900'000'000, 900'000'000, 900'000'000, 900'000'000, 1});
    QCOMPARE(fees.urgent.raw(), 125'000U);
    QCOMPARE(fees.mempool_min.raw(), 125'000U);
    fees = fee_estimates({100, 100, 100, 100, 100});  // 0.1 sat/vB
    QCOMPARE(fees.slow.raw(), 253U);
    fees = fee_estimates(
        {std::nullopt, std::nullopt, std::nullopt, 40'000, 1000});  // a full mempool, no estimates
    QVERIFY(!fees.known);
    QCOMPARE(fees.mempool_min.raw(), 10'120U);
    QVERIFY(fees.slow >= fees.mempool_min);
}

void TestChecks::targets() {
    const auto genesis = from_display_hex<BlockHash>(
        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    QVERIFY(meets_target(*genesis, 0x207fffff, Network::regtest));
    QVERIFY(!meets_target(*genesis, 0x207fffff, Network::signet));  // too easy there
    QVERIFY(!meets_target(*genesis, 0x1d00ffff, Network::testnet4));
    const auto hard = from_display_hex<BlockHash>(
        "00000000ffff0000000000000000000000000000000000000000000000000000");
    QVERIFY(meets_target(*hard, 0x1d00ffff, Network::testnet4));
    auto above = *hard;
    above.raw()[0] = 1;
    QVERIFY(!meets_target(above, 0x1d00ffff, Network::testnet4));
    for (const std::uint32_t bits :
         {0U, 0x20000000U, 0x20800001U, 0x217fffffU, 0xff123456U, 0x01003456U, 0x207fffffU + 1}) {
        QVERIFY(!meets_target(*hard, bits, Network::regtest));
    }
    QVERIFY(meets_target(BlockHash(), 0x01120000, Network::regtest));
    QVERIFY(!meets_target(*hard, 0x03123456, Network::regtest));
}

void TestChecks::targets_follow() {
    const auto may = [](std::uint32_t before, std::uint32_t after, std::uint32_t height,
                        Network network, std::uint32_t waited = 600) {
        bitcoin::BlockHeader previous, next;
        previous.bits = before;
        previous.time = 1'700'000'000;
        next.bits = after;
        next.time = previous.time + waited;
        return bits_may_follow(previous, next, height, network);
    };
    QVERIFY(may(0x1d00ffff, 0x1d00ffff, 5, Network::mainnet));
    QVERIFY(!may(0x1c00ffff, 0x1d00ffff, 5, Network::signet));
    QVERIFY(!may(0x1d00ffff, 0x1c7fff80, 2015, Network::mainnet));
    // Every 2016 blocks, by a factor of four each way.
    QVERIFY(may(0x1b00ffff, 0x1b03fffc, 2016, Network::mainnet));
    QVERIFY(!may(0x1b00ffff, 0x1b03fffd, 2016, Network::mainnet));
    QVERIFY(may(0x1b03fffc, 0x1b00ffff, 4032, Network::signet));
    QVERIFY(!may(0x1b0ffff0, 0x1a7fffff, 4032, Network::signet));
    QVERIFY(may(0x1b03fffd, 0x1b00ffff, 4032, Network::mainnet));  // rounded
    // Twenty minutes, and what comes after.
    QVERIFY(may(0x1b00ffff, 0x1d00ffff, 5, Network::testnet4, 1201));
    QVERIFY(!may(0x1b00ffff, 0x1d00ffff, 5, Network::testnet4, 1200));
    QVERIFY(may(0x1d00ffff, 0x1b00ffff, 5, Network::testnet4, 1));
    QVERIFY(!may(0x1b00ffff, 0x1d00ffff, 5, Network::signet, 5000));
    QVERIFY(!may(0x207fffff, 0x200fffff, 2016, Network::regtest));
}

void TestChecks::honest_block() {
    const auto payment = spend({Txid(), 7}, {0x51}, Bytes(20, 3));
    const auto block = test::mine_block(BlockHash(), 5, {payment});
    const auto checked =
        check_block(to_hex(block.serialise()), block.header.hash(), Network::regtest);
    QVERIFY(checked);
    QCOMPARE(checked->transactions.size(), std::size_t{2});
    QCOMPARE(checked->txids[1], payment.txid());
    const auto header =
        check_header(to_hex(block.header.serialise()), block.header.hash(), Network::regtest);
    QVERIFY(header);
}

void TestChecks::dishonest_blocks() {
    const auto payment = spend({Txid(), 7}, {0x51}, Bytes(20, 3));
    const auto block = test::mine_block(BlockHash(), 5, {payment});
    const BlockHash hash = block.header.hash();
    const auto fault = [&](const bitcoin::Block& b, const BlockHash& wanted) {
        const auto checked = check_block(to_hex(b.serialise()), wanted, Network::regtest);
        const auto name = checked ? std::string_view("fine") : to_string(checked.error());
        return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    };
    QCOMPARE(fault(block, hash), "fine");
    QCOMPARE(fault(block, BlockHash()), "wrong_hash");

    auto other = block;
    other.transactions[1].outputs[0].value = Sat(2000);
    QCOMPARE(fault(other, hash), "wrong_merkle_root");
    other = block;
    other.transactions.pop_back();
    QCOMPARE(fault(other, hash), "wrong_merkle_root");
    other = block;
    other.transactions[1].inputs[0].witness[0][0] ^= 1;  // the same ids, another preimage
    QCOMPARE(fault(other, hash), "wrong_witnesses");
    other.transactions[1].inputs[0].witness.clear();
    QCOMPARE(fault(other, hash), "wrong_witnesses");
    other = block;
    other.transactions[0].inputs[0].witness.clear();
    QCOMPARE(fault(other, hash), "wrong_witnesses");

    // Two outputs of all coins there are, and so many that a sum does not fit 64 bits.
    for (const std::size_t outputs : {std::size_t{2}, std::size_t{10'000}}) {
        auto rich = payment;
        rich.outputs.assign(outputs, {max_money, {0x51}});
        const auto impossible = test::mine_block(BlockHash(), 5, {rich});
        QCOMPARE(fault(impossible, impossible.header.hash()), "impossible_value");
    }

    // Three transactions and their repetition have one root (CVE-2012-2459).
    auto odd = test::mine_block(BlockHash(), 5, {payment, spend({Txid(), 8}, {0x52})});
    const BlockHash odd_hash = odd.header.hash();
    QCOMPARE(fault(odd, odd_hash), "fine");
    odd.transactions.push_back(odd.transactions.back());
    QCOMPARE(fault(odd, odd_hash), "wrong_merkle_root");

    auto lazy = block;
    while (meets_target(lazy.header.hash(), lazy.header.bits, Network::regtest))
        ++lazy.header.nonce;
    QCOMPARE(fault(lazy, lazy.header.hash()), "no_work");

    const std::string hex = to_hex(block.serialise());
    for (const auto& text : {hex + "00", hex.substr(0, hex.size() - 2), hex.substr(0, 160),
                             std::string("zz"), std::string()}) {
        const auto checked = check_block(text, hash, Network::regtest);
        QVERIFY(!checked);
        QCOMPARE(checked.error(), BlockFault::undecodable);
    }
    QVERIFY(!check_block(std::string(2 * max_block_bytes + 2, '0'), hash, Network::regtest));
    QVERIFY(!check_header(hex, hash, Network::regtest));
}

void TestChecks::filter_learns() {
    const bitcoin::Script ours{0x51, 0x01};
    const bitcoin::Script theirs{0x52};
    WatchFilter filter;
    QVERIFY(filter.empty());
    QVERIFY(filter.add({ports::WatchScript{ours}, BlockHeight(10)}));
    QVERIFY(!filter.add({ports::WatchScript{ours}, BlockHeight(10)}));
    QVERIFY(!filter.add({ports::WatchScript{ours}, BlockHeight(11)}));
    QVERIFY(filter.add({ports::WatchScript{ours}, BlockHeight(9)}));
    const auto in = spend({Txid(), 1}, ours);
    const auto out = spend({in.txid(), 0}, theirs);
    const auto wrong_index = spend({in.txid(), 1}, theirs);
    QVERIFY(!filter.touches(out, out.txid()));
    QVERIFY(filter.touches(in, in.txid()));
    QVERIFY(filter.touches(out, out.txid()));
    QVERIFY(!filter.touches(wrong_index, wrong_index.txid()));
    QVERIFY(filter.add(
        {ports::WatchOutPoint{{in.txid(), 0}}, BlockHeight(400)}));  // learned is not asked for
    QVERIFY(filter.add({ports::WatchOutPoint{{in.txid(), 1}}, BlockHeight(400)}));
    QVERIFY(filter.touches(wrong_index, wrong_index.txid()));
}

void TestChecks::answers_of_wrong_types() {
    const char* const good =
        R"({"chain":"regtest","blocks":3,"headers":4,"initialblockdownload":false,
        "chainwork":"0000000000000000000000000000000000000000000000000000000000000008",
        "bestblockhash":"0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"})";
    QVERIFY(read_chain_info(boost::json::parse(good)));
    const auto with = [&](const char* key, boost::json::value value) {
        auto object = boost::json::parse(good).as_object();
        object[key] = std::move(value);
        return boost::json::value(object);
    };
    QVERIFY(!read_chain_info(with("chain", 7)));
    QVERIFY(!read_chain_info(with("blocks", -1)));
    QVERIFY(!read_chain_info(with("blocks", 5'000'000'000LL)));
    QVERIFY(!read_chain_info(with("blocks", 3.5)));
    QVERIFY(!read_chain_info(with("headers", "4")));

    ChainInfo young;
    young.blocks = young.headers = 1'000;
    QVERIFY(!is_catching_up(young, Network::signet));
    young.initial_download = true;
    QVERIFY(is_catching_up(young, Network::signet));
    QVERIFY(!is_catching_up(young, Network::regtest));
    young.initial_download = false;
    young.headers = 250'000;
    QVERIFY(is_catching_up(young, Network::testnet4));
    QVERIFY(!read_chain_info(with("initialblockdownload", 0)));
    QVERIFY(!read_chain_info(with("bestblockhash", "0f91")));
    QCOMPARE(read_chain_info(boost::json::parse(good))->work.back(), std::uint8_t{8});
    QVERIFY(!read_chain_info(with("chainwork", nullptr)));
    QVERIFY(!read_chain_info(with("chainwork", "08")));
    QVERIFY(!read_chain_info(with("chainwork", std::string(64, 'x').c_str())));
    QVERIFY(!read_chain_info(boost::json::value(3)));
    QVERIFY(!read_mempool(boost::json::parse(R"(["xx"])")));
    QVERIFY(!read_mempool(boost::json::parse("{}")));
    QVERIFY(!read_version(boost::json::parse(R"({"version":"1"})")));
    QVERIFY(!read_estimate(boost::json::parse(R"({"errors":["x"]})")));
    QVERIFY(!read_estimate(boost::json::parse(R"({"feerate":-1})")));
    QVERIFY(!read_estimate(boost::json::parse(R"({"feerate":"0.1"})")));
    QCOMPARE(read_estimate(boost::json::parse(R"({"feerate":1e-05})")).value_or(0),
             std::uint64_t{1000});
    QVERIFY(read_zmq_offers(boost::json::parse(R"([1,{"type":1},{"type":"x"}])")).empty());
    const auto tx = spend({Txid(), 1}, {0x51});
    QVERIFY(read_transaction(boost::json::value(to_hex(tx.serialise())), tx.txid()));
    QVERIFY(!read_transaction(boost::json::value(to_hex(tx.serialise())), Txid()));
    QVERIFY(!read_package_outcome(boost::json::parse(R"({"tx-results":[]})"), Hash256()));
    QVERIFY(means_already_there("txn-already-in-mempool"));
    QVERIFY(!means_already_there("bad-txns-inputs-missingorspent"));
}

RUNNEL_TEST(TestChecks)
#include "test_checks.moc"
