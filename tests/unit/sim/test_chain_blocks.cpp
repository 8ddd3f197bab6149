// Blocks: made, refused, taken back, stored and loaded.
#include "tests/unit/sim/test_chain_support.h"

#include "core/sim/chain_blocks.h"

using namespace runnel;
using namespace runnel::bitcoin;
using namespace runnel::sim;
using namespace runnel::test;

namespace {

/// Repairs what a change of transactions broke, so that only the change itself is judged.
void seal(Block& block) {
    std::vector<Txid> txids;
    for (const auto& tx : block.transactions) txids.push_back(tx.txid());
    block.header.merkle_root = merkle_root(txids);
    block.header.nonce = 0;
    grind(block.header);
}

/// The next block of `chain` with these transactions, without appending it.
Block next_block(const SimChain& chain, const std::vector<Transaction>& transactions = {}) {
    SimChain copy = chain;
    const auto hash = copy.mine_exactly(transactions);
    if (!hash) qFatal("no valid block");
    return *copy.block(*hash);
}

}  // namespace

class TestChainBlocks : public QObject {
    Q_OBJECT
private slots:
    void starts_the_same_every_time();
    void headers_are_real();
    void lookups();
    void times();
    void faucet_pays_any_script();
    void mines_dependencies_in_order();
    void busy_blocks_and_censorship();
    void block_size_is_kept();
    void mine_exactly_judges_by_consensus();
    void bad_blocks_are_refused();
    void blocks_travel_between_chains();
    void reorg_returns_transactions();
    void reorg_confirms_another();
    void failed_reorg_changes_nothing();
    void reorg_makes_rewards_vanish();
    void disconnect_undoes_everything();
    void chains_of_spends_within_a_block_are_undone();
    void stores_and_loads();
    void damaged_stores_are_refused();
};

void TestChainBlocks::starts_the_same_every_time() {
    SimChain a, b;
    QVERIFY(a.tip() == b.tip());
    QCOMPARE(a.height().raw(), 101U);
    const Person alice(1);
    for (auto* chain : {&a, &b}) {
        QVERIFY(chain->faucet(alice.script, Sat(70'000)));
        chain->mine(3);
    }
    QVERIFY(a.tip() == b.tip());
    QVERIFY(a.serialise() == b.serialise());
    SimChain later({}, UnixTime(1'800'000'000));
    QVERIFY(later.tip() != SimChain().tip());
}

void TestChainBlocks::headers_are_real() {
    SimChain chain;
    const Person alice(1);
    funded(chain, alice);
    for (std::uint32_t h = 1; h <= chain.height().raw(); ++h) {
        const auto block = chain.block(BlockHeight(h));
        const auto parsed = Block::parse(block->serialise());
        QVERIFY(parsed);
        QVERIFY(parsed->header.hash() == chain.hash_at(BlockHeight(h)));
        QVERIFY(parsed->header.previous == chain.hash_at(BlockHeight(h - 1)));
        QVERIFY(meets_target(parsed->header));
        QVERIFY(has_valid_witness_root(*parsed));
    }
}

void TestChainBlocks::lookups() {
    SimChain chain;
    const auto tip = chain.tip();
    QVERIFY(chain.height_of(tip) == chain.height());
    QVERIFY(chain.header(tip)->hash() == tip);
    QVERIFY(chain.header(chain.height())->hash() == tip);
    QVERIFY(chain.block(tip) == chain.block(chain.height()));
    const BlockHeight above = chain.height() + BlockDelta(1);
    QVERIFY(!chain.header(above) && !chain.hash_at(above) && !chain.block(above));
    QVERIFY(!chain.height_of(BlockHash{}) && !chain.block(BlockHash{}) &&
            !chain.header(BlockHash{}));
    QVERIFY(!chain.transaction(Txid{}));
    QVERIFY(!chain.spender({}));
    QVERIFY(!chain.coin({}));
    const Person alice(1);
    const auto coin = funded(chain, alice);
    QCOMPARE(chain.coins_of(alice.script).size(), 1U);
    QVERIFY(chain.coins_of(alice.script)[0].first == coin.outpoint);
    QVERIFY(chain.submit(spend(alice, {coin}, {{Sat(9000), p2wsh({})}})));
    QVERIFY(chain.coins_of(alice.script).empty());
}

void TestChainBlocks::times() {
    SimChain chain;
    const auto before = chain.header(chain.height())->time;
    chain.mine();
    QCOMPARE(chain.header(chain.height())->time, before + 600);
    MineOptions options;
    options.time = UnixTime(std::int64_t{before} + 50'000);
    chain.mine(2, options);
    QCOMPARE(chain.header(chain.height())->time, before + 50'600);
    options.time = UnixTime(1);  // before the median: as early as may be
    chain.mine(1, options);
    QVERIFY(chain.header(chain.height())->time < before);
    QCOMPARE(chain.header(chain.height())->time + 0U, static_cast<std::uint32_t>([&] {
                 SimChain copy = chain;
                 (void)copy.disconnect(1);
                 return copy.median_time().raw() + 1;
             }()));
}

void TestChainBlocks::faucet_pays_any_script() {
    SimChain chain;
    const auto key = test_key(5).public_key();
    for (const auto& script : {p2wpkh(key), p2wsh(Bytes{OP_1}), p2tr(crypto::x_only(key)),
                               p2pkh(crypto::hash160(key.view()))}) {
        const auto outpoint = chain.faucet(script, Sat(123'456));
        QCOMPARE(why(outpoint), QString("ok"));
        chain.mine();
        QVERIFY(chain.coin(*outpoint)->output.script == script);
        QVERIFY(chain.coin(*outpoint)->output.value == Sat(123'456));
    }
    QVERIFY(chain.faucet(p2wpkh(key), Sat(100'00000000)));  // more than one of its coins
    QCOMPARE(why(chain.faucet(p2wpkh(key), Sat(1'000'000'00000000))),
             QString("inputs_below_outputs"));
    QCOMPARE(why(chain.faucet(p2wpkh(key), Sat(UINT64_MAX))), QString("malformed"));
    QCOMPARE(why(chain.faucet(p2wpkh(key), Sat(10))), QString("dust"));
}

void TestChainBlocks::mines_dependencies_in_order() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto parent = pass_on(alice, coin, 200);
    const auto child = pass_on(alice, output_of(parent), 50'000);
    const auto grandchild = pass_on(alice, output_of(child), 200);
    const auto loner = pass_on(alice, funded(chain, alice), 3000);
    for (const auto& tx : {parent, child, grandchild, loner}) QVERIFY(chain.submit(tx));
    chain.mine();
    const auto& txs = chain.block(chain.tip())->transactions;
    QCOMPARE(txs.size(), 5U);
    QVERIFY(txs[1].txid() == parent.txid());  // lifted by its child
    QVERIFY(txs[2].txid() == child.txid());
    QVERIFY(txs[3].txid() == loner.txid());
    QVERIFY(txs[4].txid() == grandchild.txid());
    // Fees go to the miner.
    QVERIFY(*total_output(txs[0]) == block_subsidy + Sat(200 + 50'000 + 200 + 3000));
}

void TestChainBlocks::busy_blocks_and_censorship() {
    SimChain chain;
    const Person alice(1);
    const auto cheap = pass_on(alice, funded(chain, alice), 200);
    const auto dear = pass_on(alice, funded(chain, alice), 20'000);
    const auto unwanted = pass_on(alice, funded(chain, alice), 30'000);
    const auto its_child = pass_on(alice, output_of(unwanted), 30'000);
    for (const auto& tx : {cheap, dear, unwanted, its_child}) QVERIFY(chain.submit(tx));
    MineOptions options;
    options.selection.floor = FeeratePerKw(5000);
    options.selection.leave_out = {unwanted.txid()};
    chain.mine(1, options);
    QCOMPARE(chain.block(chain.tip())->transactions.size(), 2U);
    QCOMPARE(chain.transaction(dear.txid())->confirmations, 1U);
    QCOMPARE(chain.mempool().size(), 3U);
    // A child lifts what was too cheap.
    QVERIFY(chain.submit(pass_on(alice, output_of(cheap), 20'000)));
    chain.mine(1, options);
    QCOMPARE(chain.transaction(cheap.txid())->confirmations, 1U);
    chain.mine();
    QCOMPARE(chain.mempool().size(), 0U);
}

void TestChainBlocks::block_size_is_kept() {
    SimChain chain;
    const Person alice(1);
    std::vector<Transaction> txs;
    for (std::uint64_t i = 0; i < 5; ++i)
        txs.push_back(pass_on(alice, funded(chain, alice), 500 + i));
    for (const auto& tx : txs) QVERIFY(chain.submit(tx));
    MineOptions options;
    options.selection.max_weight = 2 * txs[0].weight() + 50;
    chain.mine(1, options);
    QCOMPARE(chain.block(chain.tip())->transactions.size(), 3U);
    QVERIFY(chain.transaction(txs[4].txid())->height &&
            chain.transaction(txs[3].txid())->height);  // the best two
    chain.mine(2, options);
    QCOMPARE(chain.mempool().size(), 0U);
}

void TestChainBlocks::mine_exactly_judges_by_consensus() {
    SimChain chain;
    const Person alice(1), mallory(66);
    const auto coin = funded(chain, alice);
    // No fee, dust, a bare script, version 9: never relayed, but valid.
    const auto odd = spend(
        alice, {coin},
        {{Sat(999'990), alice.script}, {Sat(1), Bytes{OP_1}}, {Sat(9), alice.script}}, 0, 0, 9);
    QVERIFY(!chain.submit(odd));
    QCOMPARE(why(chain.mine_exactly({odd})), QString("ok"));

    const auto other = funded(chain, alice);
    const auto tip = chain.tip();
    const auto good = pass_on(alice, other, 500);
    QCOMPARE(why(chain.mine_exactly({pass_on(mallory, other, 500)})), QString("script_invalid"));
    QCOMPARE(why(chain.mine_exactly({good, pass_on(alice, other, 600)})), QString("missing_input"));
    QCOMPARE(why(chain.mine_exactly({pass_on(alice, output_of(good), 500), good})),
             QString("missing_input"));
    QCOMPARE(why(chain.mine_exactly({spend(alice, {other}, {{Sat(1'000'001), alice.script}})})),
             QString("inputs_below_outputs"));
    QCOMPARE(why(chain.mine_exactly({spend(alice, {other}, {{Sat(1), alice.script}}, 0, 9999)})),
             QString("not_final"));
    auto twice = good;
    twice.inputs.push_back(twice.inputs[0]);
    QCOMPARE(why(chain.mine_exactly({twice})), QString("malformed"));
    const auto reward = output_of(chain.block(tip)->transactions[0]);
    Transaction early;
    early.inputs.push_back({reward.outpoint, {}, 0, {Bytes{OP_1}}});
    early.outputs.push_back({Sat(1), alice.script});
    QCOMPARE(why(chain.mine_exactly({early})), QString("immature_coinbase"));
    // Nothing of all that left a trace.
    QVERIFY(chain.tip() == tip);
    QVERIFY(chain.coin(other.outpoint));
    QVERIFY(!chain.transaction(good.txid()));
    QCOMPARE(why(chain.mine_exactly({good, pass_on(alice, output_of(good), 500)})), QString("ok"));
}

void TestChainBlocks::bad_blocks_are_refused() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto good = next_block(chain, {pass_on(alice, coin, 500)});
    const auto before = chain.serialise();
    const auto refused = [&](auto change, bool resealed = true) {
        Block block = good;
        change(block);
        if (resealed) seal(block);
        return why(chain.connect(block));
    };
    QCOMPARE(refused([](Block& b) { b.header.previous = {}; }), QString("bad_previous"));
    QCOMPARE(refused([](Block& b) { b.header.bits = 0x2100ffff; }, false),
             QString("bad_proof_of_work"));
    QCOMPARE(refused(
                 [](Block& b) {
                     while (meets_target(b.header)) ++b.header.nonce;
                 },
                 false),
             QString("bad_proof_of_work"));
    QCOMPARE(refused([&](Block& b) {
                 b.header.time = static_cast<std::uint32_t>(chain.median_time().raw());
             }),
             QString("bad_time"));
    QCOMPARE(refused(
                 [](Block& b) {
                     b.transactions.pop_back();
                     grind(b.header);
                 },
                 false),
             QString("bad_merkle_root"));
    QCOMPARE(refused([](Block& b) { b.transactions.clear(); }), QString("bad_merkle_root"));
    QCOMPARE(refused([](Block& b) { b.transactions.erase(b.transactions.begin()); }),
             QString("bad_coinbase"));
    QCOMPARE(refused([](Block& b) { b.transactions.push_back(b.transactions[0]); }),
             QString("bad_coinbase"));
    QCOMPARE(refused([](Block& b) { b.transactions[0].inputs[0].script_sig[1] ^= 1; }),
             QString("bad_coinbase"));
    QCOMPARE(refused([](Block& b) { b.transactions[0].outputs[0].value += Sat(501); }),
             QString("bad_coinbase"));
    QCOMPARE(refused([](Block& b) { b.transactions[0].outputs.pop_back(); }),
             QString("bad_witness_root"));
    QCOMPARE(refused([](Block& b) { b.transactions[1].inputs[0].witness[0][5] ^= 1; }),
             QString("bad_witness_root"));
    QCOMPARE(refused([](Block& b) { b.transactions[0].outputs[0].script.resize(1'000'000); }),
             QString("too_heavy"));
    QVERIFY(chain.serialise() == before);
    QCOMPARE(refused([](Block& b) { b.transactions[0].outputs[0].value += Sat(500); }),
             QString("ok"));
    QCOMPARE(why(chain.connect(good)), QString("bad_previous"));
}

void TestChainBlocks::blocks_travel_between_chains() {
    SimChain a;
    SimChain b = a;
    const Person alice(1);
    const auto coin = funded(a, alice);
    QVERIFY(a.submit(pass_on(alice, coin, 500)));
    a.mine(3);
    for (auto h = b.height().raw() + 1; h <= a.height().raw(); ++h) {
        const auto block = Block::parse(a.block(BlockHeight(h))->serialise());
        QVERIFY(b.connect(*block));
    }
    QVERIFY(a.tip() == b.tip());
    QCOMPARE(a.coin_count(), b.coin_count());
}

void TestChainBlocks::reorg_returns_transactions() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto first = pass_on(alice, coin, 500);
    QVERIFY(chain.submit(first));
    chain.mine();
    const auto second = pass_on(alice, output_of(first), 500);
    QVERIFY(chain.submit(second));
    chain.mine();
    const auto third = pass_on(alice, output_of(second), 500);
    QVERIFY(chain.submit(third));

    const auto old_tip = chain.tip();
    const auto height = chain.height();
    QCOMPARE(why(chain.reorg(2)), QString("ok"));
    QVERIFY(chain.height() == height + BlockDelta(1));
    QVERIFY(chain.tip() != old_tip);
    QVERIFY(!chain.height_of(old_tip));
    QVERIFY(chain.block(old_tip));  // a stale block can still be asked for
    QCOMPARE(chain.mempool().size(), 3U);
    for (const auto& tx : {first, second, third})
        QCOMPARE(chain.transaction(tx.txid())->confirmations, 0U);
    QVERIFY(chain.coin(coin.outpoint));
    chain.mine();
    QCOMPARE(chain.transaction(third.txid())->confirmations, 1U);
    QCOMPARE(chain.block(chain.tip())->transactions.size(), 4U);
}

void TestChainBlocks::reorg_confirms_another() {
    SimChain chain;
    const Person alice(1), bob(2);
    const auto coin = funded(chain, alice);
    const auto paid = spend(alice, {coin}, {{Sat(990'000), bob.script}});
    const auto onward = pass_on(bob, output_of(paid), 500);
    QVERIFY(chain.submit(paid));
    chain.mine();
    QVERIFY(chain.submit(onward));
    const auto double_spend = pass_on(alice, coin, 500);
    QCOMPARE(why(chain.reorg(1, {{double_spend}, {}})), QString("ok"));
    QCOMPARE(chain.transaction(double_spend.txid())->confirmations, 2U);
    QVERIFY(!chain.transaction(paid.txid()));
    QVERIFY(!chain.transaction(onward.txid()));
    QCOMPARE(chain.mempool().size(), 0U);
}

void TestChainBlocks::failed_reorg_changes_nothing() {
    SimChain chain;
    const Person alice(1), mallory(66);
    const auto coin = funded(chain, alice);
    const auto tx = pass_on(alice, coin, 500);
    QVERIFY(chain.submit(tx));
    chain.mine(2);
    const auto waiting = pass_on(alice, output_of(tx), 500);
    QVERIFY(chain.submit(waiting));
    const auto tip = chain.tip();
    const auto coins = chain.coin_count();
    QCOMPARE(why(chain.reorg(2, {{}, {}})), QString("not_more_work"));
    QCOMPARE(why(chain.reorg(5000)), QString("unknown_depth"));
    QCOMPARE(why(chain.reorg(2, {{}, {pass_on(mallory, coin, 500)}, {}})),
             QString("script_invalid"));
    QVERIFY(chain.tip() == tip);
    QCOMPARE(chain.coin_count(), coins);
    QCOMPARE(chain.transaction(tx.txid())->confirmations, 2U);
    QVERIFY(chain.mempool().contains(waiting.txid()));
    chain.mine();
    QCOMPARE(chain.transaction(waiting.txid())->confirmations, 1U);
}

void TestChainBlocks::reorg_makes_rewards_vanish() {
    SimChain chain;
    const Person alice(1);
    MineOptions options;
    options.reward_to = alice.script;
    chain.mine(1, options);
    const auto coin = output_of(chain.block(chain.tip())->transactions[0]);
    chain.mine(100);
    const auto tx = pass_on(alice, coin, 500);
    QVERIFY(chain.submit(tx));
    // Two blocks fewer: the reward is immature again and its spend may not wait in the mempool.
    QVERIFY(chain.disconnect(2));
    QVERIFY(!chain.transaction(tx.txid()));
    chain.mine(2);
    QVERIFY(chain.submit(tx));
    QVERIFY(chain.reorg(101));
    QVERIFY(!chain.coin(coin.outpoint));
    QVERIFY(!chain.transaction(tx.txid()));
    QCOMPARE(why(chain.submit(tx)), QString("missing_input"));
}

void TestChainBlocks::disconnect_undoes_everything() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto tip = chain.tip();
    const auto coins = chain.coin_count();
    const auto tx = pass_on(alice, coin, 500);
    QVERIFY(chain.submit(tx));
    chain.mine(3);
    QVERIFY(chain.disconnect(3));
    QVERIFY(chain.tip() == tip);
    QCOMPARE(chain.coin_count(), coins);
    QVERIFY(chain.coin(coin.outpoint));
    QVERIFY(!chain.spender(coin.outpoint)->height);
    QVERIFY(chain.mempool().contains(tx.txid()));
    QVERIFY(chain.faucet(alice.script, Sat(1000)));  // the faucet's coins are where they were
    QCOMPARE(why(chain.disconnect(10'000)), QString("unknown_depth"));
}

void TestChainBlocks::chains_of_spends_within_a_block_are_undone() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto before = chain.coin_count();
    const auto a = pass_on(alice, coin, 500);
    const auto b = pass_on(alice, output_of(a), 500);
    QVERIFY(chain.mine_exactly({a, b}));
    QVERIFY(!chain.coin({a.txid(), 0}));
    QVERIFY(chain.disconnect(1));
    QCOMPARE(chain.coin_count(), before);
    QVERIFY(!chain.coin({a.txid(), 0}) && !chain.coin({b.txid(), 0}) && chain.coin(coin.outpoint));
    QCOMPARE(chain.mempool().size(), 2U);
}

void TestChainBlocks::stores_and_loads() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto tx = pass_on(alice, coin, 500);
    QVERIFY(chain.submit(tx));
    chain.mine(2);
    const auto waiting = pass_on(alice, output_of(tx), 500);
    const auto child = pass_on(alice, output_of(waiting), 500);
    QVERIFY(chain.submit(waiting));
    QVERIFY(chain.submit(child));
    QVERIFY(chain.reorg(1));

    auto loaded = SimChain::parse(chain.serialise());
    QVERIFY(loaded);
    QVERIFY(loaded->tip() == chain.tip());
    QCOMPARE(loaded->coin_count(), chain.coin_count());
    QVERIFY(loaded->serialise() == chain.serialise());
    QVERIFY(loaded->mempool().contains(child.txid()));
    QCOMPARE(loaded->transaction(tx.txid())->confirmations,
             chain.transaction(tx.txid())->confirmations);
    // Both go on alike.
    chain.mine(2);
    loaded->mine(2);
    QVERIFY(loaded->tip() == chain.tip());
    QVERIFY(loaded->faucet(alice.script, Sat(5000)));
}

void TestChainBlocks::damaged_stores_are_refused() {
    SimChain chain;
    const auto bytes = chain.serialise();
    QVERIFY(SimChain::parse(bytes));
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{5}, std::size_t{60}, bytes.size() / 2, bytes.size() - 1}) {
        QVERIFY(!SimChain::parse(ByteView(bytes).first(size)));
    }
    auto changed = bytes;
    changed[bytes.size() / 2] ^= 1;
    QVERIFY(SimChain::parse(changed).error() == DecodeError::bad_checksum);
    changed = bytes;
    changed[0] ^= 1;
    QVERIFY(SimChain::parse(changed).error() == DecodeError::bad_prefix);
    changed = bytes;
    changed[12] = 2;
    QVERIFY(SimChain::parse(changed).error() == DecodeError::unsupported);
    // A right checksum over wrong content.
    const auto sealed = [](Bytes content) {
        append(content, crypto::sha256(ByteView(content)).view());
        return content;
    };
    const Bytes content(bytes.begin(), bytes.end() - 32);
    QVERIFY(SimChain::parse(sealed(content)));
    auto longer = content;
    longer.push_back(0);
    QVERIFY(SimChain::parse(sealed(longer)).error() == DecodeError::trailing_bytes);
    auto broken = content;
    broken[12 + 1 + 8 + 4 + 4 + 76] ^= 0xff;  // a nonce
    QVERIFY(!SimChain::parse(sealed(broken)));
    auto none = Bytes(content.begin(), content.begin() + 12 + 1 + 8);
    none.resize(none.size() + 8);
    QVERIFY(SimChain::parse(sealed(none)).error() == DecodeError::missing_field);
}

RUNNEL_TEST(TestChainBlocks)
#include "test_chain_blocks.moc"
