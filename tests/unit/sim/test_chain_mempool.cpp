// Each rule of relay, once kept and once broken.
#include "tests/unit/sim/test_chain_support.h"

using namespace runnel;
using namespace runnel::bitcoin;
using namespace runnel::sim;
using namespace runnel::test;

class TestChainMempool : public QObject {
    Q_OBJECT
private slots:
    void accepts_and_confirms();
    void forms();
    void fee_floor();
    void dust();
    void missing_and_spent();
    void money_is_not_made();
    void signatures();
    void immature_reward();
    void lock_time();
    void relative_locks_in_blocks();
    void relative_locks_in_seconds();
    void replacement();
    void replacement_pays_for_descendants();
    void replacement_limits();
    void ancestors_limit();
    void descendants_limit_and_carve_out();
    void truc();
    void package_lifts_its_parent();
    void package_below_the_floor();
    void package_replaces();
    void package_shapes();
    void conflict_by_block();
};

void TestChainMempool::accepts_and_confirms() {
    SimChain chain;
    const Person alice(1), bob(2);
    const auto coin = funded(chain, alice);
    const auto tx =
        spend(alice, {coin}, {{Sat(600'000), bob.script}, {Sat(399'000), alice.script}});
    const auto accepted = chain.submit(tx);
    QCOMPARE(why(accepted), QString("ok"));
    QVERIFY(accepted->fee == Sat(1000));
    QVERIFY(accepted->txid == tx.txid());
    QCOMPARE(chain.transaction(tx.txid())->confirmations, 0U);
    QVERIFY(!chain.transaction(tx.txid())->height);
    QVERIFY(!chain.spender(coin.outpoint)->height);
    QVERIFY(chain.coin(coin.outpoint));  // still a coin of the confirmed set
    QCOMPARE(why(chain.submit(tx)), QString("already_known"));

    const auto height = chain.height();
    chain.mine();
    const auto status = chain.transaction(tx.txid());
    QCOMPARE(status->confirmations, 1U);
    QCOMPARE(status->index, 1U);
    QVERIFY(status->height == height + BlockDelta(1));
    QVERIFY(status->block == chain.tip());
    QVERIFY(*status->tx == tx);
    QVERIFY(!chain.coin(coin.outpoint));
    QVERIFY(chain.coin({tx.txid(), 0})->output.script == bob.script);
    QVERIFY(chain.spender(coin.outpoint)->height == chain.height());
    QCOMPARE(chain.mempool().size(), 0U);
    QCOMPARE(why(chain.submit(tx)), QString("already_confirmed"));
    chain.mine(5);
    QCOMPARE(chain.transaction(tx.txid())->confirmations, 6U);
}

void TestChainMempool::forms() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto with = [&](std::vector<TxOut> outputs, std::uint32_t version = 2) {
        return why(chain.submit(spend(alice, {coin}, std::move(outputs), 0xfffffffd, 0, version)));
    };
    const TxOut good{Sat(900'000), alice.script};
    QCOMPARE(with({}), QString("malformed"));
    QCOMPARE(with({good}, 0), QString("version"));
    QCOMPARE(with({good}, 4), QString("version"));
    QCOMPARE(with({good, {Sat(9'000), Bytes{OP_1}}}), QString("output_form"));
    Bytes data{OP_RETURN, OP_PUSHDATA1, 80};
    data.resize(83);
    QCOMPARE(with({{Sat(900'000), Bytes{OP_RETURN}}}), QString("too_small"));
    auto longer = data;
    longer[2] = 81;
    longer.push_back(0);
    QCOMPARE(with({good, {Sat(0), longer}}), QString("output_form"));
    QCOMPARE(with(std::vector<TxOut>(4000, good)), QString("too_heavy"));

    auto tx = spend(alice, {coin}, {good});
    tx.inputs[0].script_sig = {OP_DUP};
    QCOMPARE(why(chain.submit(tx)), QString("script_sig_form"));
    tx.inputs[0].script_sig = {};
    tx.inputs[0].previous = {Txid{}, 0xffffffff};
    tx.inputs[0].script_sig = {1, 1};
    QCOMPARE(why(chain.submit(tx)), QString("coinbase"));

    // A witness with an element that nobody relays.
    const Bytes witness_script{OP_DROP, OP_1};
    const auto outpoint = *chain.faucet(p2wsh(witness_script), Sat(10'000));
    Transaction claim;
    claim.inputs.push_back({outpoint, {}, 0, {Bytes(81, 1), witness_script}});
    claim.outputs.push_back({Sat(9'000), alice.script});
    QCOMPARE(why(chain.submit(claim)), QString("witness_form"));
    claim.inputs[0].witness[0].resize(80);
    QCOMPARE(why(chain.submit(claim)), QString("ok"));
    QCOMPARE(with({good, {Sat(0), data}}), QString("ok"));
}

void TestChainMempool::fee_floor() {
    RelayPolicy policy;
    policy.relay_floor = FeeratePerKw(250);
    SimChain chain(policy);
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto vsize = pass_on(alice, coin, 0).vsize();
    QCOMPARE(why(chain.submit(pass_on(alice, coin, vsize - 1))), QString("fee_below_floor"));
    QCOMPARE(why(chain.submit(pass_on(alice, coin, vsize))), QString("ok"));

    chain.set_mempool_min(FeeratePerKw(2500));
    const auto other = funded(chain, alice, 500'000);
    QCOMPARE(why(chain.submit(pass_on(alice, other, vsize * 10 - 1))), QString("fee_below_floor"));
    QCOMPARE(why(chain.submit(pass_on(alice, other, vsize * 10))), QString("ok"));
}

void TestChainMempool::dust() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const TxOut rest{Sat(900'000), alice.script};
    QCOMPARE(why(chain.submit(spend(alice, {coin}, {rest, {Sat(293), alice.script}}))),
             QString("dust"));
    QCOMPARE(why(chain.submit(spend(alice, {coin}, {rest, {Sat(329), p2wsh({})}}))),
             QString("dust"));
    QCOMPARE(why(chain.submit(
                 spend(alice, {coin}, {rest, {Sat(294), alice.script}, {Sat(330), p2wsh({})}}))),
             QString("ok"));
}

void TestChainMempool::missing_and_spent() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    QCOMPARE(why(chain.submit(pass_on(alice, {{coin.outpoint.txid, 9}, coin.value}, 500))),
             QString("missing_input"));
    QVERIFY(chain.submit(pass_on(alice, coin, 500)));
    chain.mine();
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 600))), QString("missing_input"));
    // An output of an unconfirmed transaction that it does not have.
    const auto tx = pass_on(alice, funded(chain, alice), 500);
    QVERIFY(chain.submit(tx));
    QCOMPARE(why(chain.submit(pass_on(alice, {{tx.txid(), 1}, Sat(1000)}, 500))),
             QString("missing_input"));
}

void TestChainMempool::money_is_not_made() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    QCOMPARE(why(chain.submit(spend(alice, {coin}, {{coin.value + Sat(1), alice.script}}))),
             QString("inputs_below_outputs"));
}

void TestChainMempool::signatures() {
    SimChain chain;
    const Person alice(1), mallory(66);
    const auto coin = funded(chain, alice);
    auto stolen = pass_on(mallory, coin, 500);
    const auto result = chain.submit(stolen);
    QCOMPARE(why(result), QString("script_invalid"));
    QCOMPARE(result.error().script->index, 0U);
    QVERIFY(result.error().script->error == ScriptError::equal_verify);
    auto changed = pass_on(alice, coin, 500);
    changed.outputs[0].script = mallory.script;
    QCOMPARE(why(chain.submit(changed)), QString("script_invalid"));
    QVERIFY(!chain.spender(coin.outpoint));
}

void TestChainMempool::immature_reward() {
    SimChain chain;
    const Person alice(1);
    MineOptions options;
    options.reward_to = alice.script;
    chain.mine(1, options);
    const auto coinbase = chain.block(chain.height())->transactions[0];
    const auto coin = output_of(coinbase);
    chain.mine(98);
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 500))), QString("immature_coinbase"));
    chain.mine();
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 500))), QString("ok"));
}

void TestChainMempool::lock_time() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto locked = [&](std::uint32_t lock, std::uint32_t sequence = 0xfffffffe) {
        return why(
            chain.submit(spend(alice, {coin}, {{Sat(990'000), alice.script}}, sequence, lock)));
    };
    const auto next = chain.height().raw() + 1;
    QCOMPARE(locked(next), QString("not_final"));
    QCOMPARE(locked(static_cast<std::uint32_t>(chain.median_time().raw())), QString("not_final"));
    QCOMPARE(locked(next, 0xffffffff), QString("ok"));  // all inputs final: the lock is off
    chain.mine();
    const auto other = funded(chain, alice);
    const auto tx =
        spend(alice, {other}, {{Sat(990'000), alice.script}}, 0xfffffffe, chain.height().raw());
    QCOMPARE(why(chain.submit(tx)), QString("ok"));
}

void TestChainMempool::relative_locks_in_blocks() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto tx = spend(alice, {coin}, {{Sat(990'000), alice.script}}, 3);
    QCOMPARE(why(chain.submit(tx)), QString("relative_lock"));
    chain.mine();
    QCOMPARE(why(chain.submit(tx)), QString("relative_lock"));
    QCOMPARE(why(chain.mine_exactly({tx})), QString("relative_lock"));
    chain.mine();  // the next block is the third after the coin's
    QCOMPARE(why(chain.submit(tx)), QString("ok"));
    // On an unconfirmed coin even one block is too much, none is not.
    const auto child = output_of(tx);
    QCOMPARE(why(chain.submit(spend(alice, {child}, {{Sat(980'000), alice.script}}, 1))),
             QString("relative_lock"));
    QCOMPARE(why(chain.submit(spend(alice, {child}, {{Sat(980'000), alice.script}}, 0))),
             QString("ok"));
}

void TestChainMempool::relative_locks_in_seconds() {
    SimChain chain;
    const Person alice(1);
    const auto start = chain.median_time();  // counts from before the coin's block
    const auto coin = funded(chain, alice);
    const auto tx =
        spend(alice, {coin}, {{Sat(990'000), alice.script}}, 1U << 22 | 4);  // 2048 seconds
    QCOMPARE(why(chain.submit(tx)), QString("relative_lock"));
    while (chain.median_time().raw() < start.raw() + 2048) {
        QVERIFY(!chain.submit(tx));
        chain.mine();
    }
    QCOMPARE(why(chain.submit(tx)), QString("ok"));
}

void TestChainMempool::replacement() {
    SimChain chain;
    const Person alice(1), bob(2);
    const auto coin = funded(chain, alice);
    // Nothing signals: sequence is final. It is replaced all the same.
    const auto first = spend(alice, {coin}, {{coin.value - Sat(1000), bob.script}}, 0xffffffff);
    QVERIFY(chain.submit(first));
    const auto vsize = first.vsize();
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 1000))), QString("replacement_feerate"));
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 1000 + vsize - 1))), QString("replacement_fee"));
    const auto second = pass_on(alice, coin, 1000 + vsize);
    const auto accepted = chain.submit(second);
    QCOMPARE(why(accepted), QString("ok"));
    QVERIFY(accepted->replaced == std::vector<Txid>{first.txid()});
    QVERIFY(!chain.transaction(first.txid()));
    QVERIFY(chain.spender(coin.outpoint)->tx->txid() == second.txid());
}

void TestChainMempool::replacement_pays_for_descendants() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto first = pass_on(alice, coin, 200);
    const auto child = pass_on(alice, output_of(first), 5000);
    QVERIFY(chain.submit(first));
    QVERIFY(chain.submit(child));
    const auto vsize = first.vsize();
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 5200))), QString("replacement_fee"));
    const auto accepted = chain.submit(pass_on(alice, coin, 5200 + vsize));
    QCOMPARE(why(accepted), QString("ok"));
    QCOMPARE(accepted->replaced.size(), 2U);
    QCOMPARE(chain.mempool().size(), 1U);
}

void TestChainMempool::replacement_limits() {
    RelayPolicy policy;
    policy.max_replaced = 2;
    SimChain chain(policy);
    const Person alice(1);
    const auto a = funded(chain, alice), b = funded(chain, alice), c = funded(chain, alice);
    const auto first = pass_on(alice, a, 200);
    const auto second = pass_on(alice, output_of(first), 200);
    const auto third = pass_on(alice, output_of(second), 200);
    const auto unconfirmed = pass_on(alice, b, 200);
    for (const auto& tx : {first, second, third, unconfirmed}) QVERIFY(chain.submit(tx));
    const auto out = [&](std::uint64_t value) {
        return std::vector<TxOut>{{Sat(value), alice.script}};
    };
    // It needs what it replaces.
    QCOMPARE(why(chain.submit(spend(alice, {a, output_of(first)}, out(1'900'000)))),
             QString("replacement_spends_conflict"));
    // It brings an unconfirmed input of its own.
    QCOMPARE(why(chain.submit(spend(alice, {a, output_of(unconfirmed)}, out(1'900'000)))),
             QString("replacement_new_unconfirmed"));
    QCOMPARE(why(chain.submit(pass_on(alice, a, 50'000))), QString("replacement_too_many"));
    // Of the last of them there are not too many, and another confirmed coin may come along.
    QCOMPARE(why(chain.submit(spend(alice, {output_of(first), c}, out(1'900'000)))), QString("ok"));
    QCOMPARE(chain.mempool().size(), 3U);
}

void TestChainMempool::ancestors_limit() {
    SimChain chain;
    const Person alice(1);
    auto coin = funded(chain, alice);
    for (int i = 0; i < 25; ++i) {
        const auto tx = pass_on(alice, coin, 500);
        QCOMPARE(why(chain.submit(tx)), QString("ok"));
        coin = output_of(tx);
    }
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 500))), QString("too_long_chain"));
    chain.mine();
    QCOMPARE(chain.mempool().size(), 0U);
    QCOMPARE(why(chain.submit(pass_on(alice, coin, 500))), QString("ok"));
}

void TestChainMempool::descendants_limit_and_carve_out() {
    RelayPolicy policy;
    policy.max_descendants = 4;
    SimChain chain(policy);
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto root = spend(alice, {coin}, std::vector<TxOut>(6, {Sat(150'000), alice.script}));
    QVERIFY(chain.submit(root));
    for (std::uint32_t i = 0; i < 3; ++i)
        QCOMPARE(why(chain.submit(pass_on(alice, output_of(root, i), 500))), QString("ok"));
    // A grandchild is one too many; one more direct child of the root is let in, and only one.
    const auto child = pass_on(alice, output_of(root, 0), 500);
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(child), 500))), QString("too_long_chain"));
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(root, 3), 500))), QString("ok"));
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(root, 4), 500))), QString("too_long_chain"));
}

void TestChainMempool::truc() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    const auto parent =
        spend(alice, {coin}, {{Sat(400'000), alice.script}, {Sat(400'000), alice.script}}, 0, 0, 3);
    QCOMPARE(why(chain.submit(parent)), QString("ok"));
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(parent), 500, 2))),
             QString("truc"));  // not mixed
    const auto child = pass_on(alice, output_of(parent), 500, 3);
    QCOMPARE(why(chain.submit(child)), QString("ok"));
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(parent, 1), 500, 3))),
             QString("truc"));  // one child
    QCOMPARE(why(chain.submit(pass_on(alice, output_of(child), 500, 3))),
             QString("truc"));  // one generation
    const auto wide = spend(alice, {funded(chain, alice)},
                            std::vector<TxOut>(400, {Sat(1000), alice.script}), 0, 0, 3);
    QCOMPARE(why(chain.submit(wide)), QString("truc"));
    // Without any fee, as long as the child pays for both.
    const auto free_parent = pass_on(alice, funded(chain, alice), 0, 3);
    const auto paying = pass_on(alice, output_of(free_parent), 1000, 3);
    QCOMPARE(why(chain.submit(free_parent)), QString("fee_below_floor"));
    QVERIFY(chain.submit_package(free_parent, paying).accepted());
}

void TestChainMempool::package_lifts_its_parent() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    chain.set_mempool_min(FeeratePerKw(2500));  // 10 sat/vB: the mempool is full
    const auto parent = pass_on(alice, coin, 150);
    const auto vsize = parent.vsize();
    QCOMPARE(why(chain.submit(parent)), QString("fee_below_floor"));
    const auto poor = pass_on(alice, output_of(parent), 2 * 10 * vsize - 151);
    const auto refused = chain.submit_package(parent, poor);
    QCOMPARE(why(refused.parent), QString("fee_below_floor"));
    QCOMPARE(why(refused.child), QString("fee_below_floor"));
    QCOMPARE(chain.mempool().size(), 0U);
    const auto rich = pass_on(alice, output_of(parent), 2 * 10 * vsize - 150);
    const auto accepted = chain.submit_package(parent, rich);
    QCOMPARE(why(accepted.parent), QString("ok"));
    QCOMPARE(why(accepted.child), QString("ok"));
    QVERIFY(accepted.accepted());
    // Again: both are known.
    QCOMPARE(why(chain.submit_package(parent, rich).child), QString("already_known"));
    // Another child for a known parent, by its own merit.
    QVERIFY(chain.submit_package(parent, pass_on(alice, output_of(parent), 10'000)).accepted());
    chain.mine();
    QCOMPARE(chain.transaction(parent.txid())->confirmations, 1U);
}

void TestChainMempool::package_below_the_floor() {
    SimChain chain;
    const Person alice(1);
    const auto coin = funded(chain, alice);
    // A parent of version 2 below the static floor is refused in any company, as nodes do.
    const auto parent = pass_on(alice, coin, 10);
    const auto child = pass_on(alice, output_of(parent), 5000);
    QCOMPARE(why(chain.submit_package(parent, child).parent), QString("fee_below_floor"));
    QCOMPARE(chain.mempool().size(), 0U);
}

void TestChainMempool::package_replaces() {
    // Two versions of one commitment, each with its child: the better package wins.
    SimChain chain;
    const Person alice(1), bob(2);
    const auto coin = funded(chain, alice);
    const auto ours = pass_on(alice, coin, 300);
    const auto our_child = pass_on(alice, output_of(ours), 2000);
    QVERIFY(chain.submit_package(ours, our_child).accepted());
    const auto theirs = spend(alice, {coin}, {{coin.value - Sat(300), bob.script}});
    const auto weak = pass_on(bob, output_of(theirs), 2000);
    QCOMPARE(why(chain.submit_package(theirs, weak).parent), QString("replacement_fee"));
    const auto strong = pass_on(bob, output_of(theirs), 2500);
    const auto result = chain.submit_package(theirs, strong);
    QVERIFY(result.accepted());
    QCOMPARE(result.parent->replaced.size(), 2U);
    QVERIFY(!chain.transaction(ours.txid()));
    QVERIFY(!chain.transaction(our_child.txid()));
    QVERIFY(chain.transaction(strong.txid()));
}

void TestChainMempool::package_shapes() {
    SimChain chain;
    const Person alice(1);
    const auto a = funded(chain, alice), b = funded(chain, alice);
    QCOMPARE(why(chain.submit_package(pass_on(alice, a, 500), pass_on(alice, b, 500)).parent),
             QString("package_shape"));
    // A parent that is invalid stays so; a child that is invalid does not harm a parent that pays
    // for itself.
    auto forged = pass_on(alice, a, 500);
    forged.inputs[0].witness[0][10] ^= 1;
    const auto child = pass_on(alice, output_of(forged), 500);
    QCOMPARE(why(chain.submit_package(forged, child).parent), QString("script_invalid"));
    QCOMPARE(why(chain.submit_package(forged, child).child), QString("missing_input"));
    const auto parent = pass_on(alice, a, 500);
    auto bad_child = pass_on(alice, output_of(parent), 500);
    bad_child.outputs[0].value = bad_child.outputs[0].value - Sat(1);
    const auto result = chain.submit_package(parent, bad_child);
    QCOMPARE(why(result.parent), QString("ok"));
    QCOMPARE(why(result.child), QString("script_invalid"));
    QVERIFY(!result.accepted());
    // Low fee and an invalid child: neither gets in.
    chain.set_mempool_min(FeeratePerKw(2500));
    const auto poor = pass_on(alice, b, 150);
    auto bad = pass_on(alice, output_of(poor), 50'000);
    bad.inputs[0].witness[0][10] ^= 1;
    QCOMPARE(why(chain.submit_package(poor, bad).child), QString("script_invalid"));
    QVERIFY(!chain.transaction(poor.txid()));
}

void TestChainMempool::conflict_by_block() {
    SimChain chain;
    const Person alice(1), bob(2);
    const auto coin = funded(chain, alice);
    const auto waiting = pass_on(alice, coin, 5000);
    const auto child = pass_on(alice, output_of(waiting), 5000);
    QVERIFY(chain.submit(waiting));
    QVERIFY(chain.submit(child));
    const auto mined = spend(alice, {coin}, {{Sat(999'000), bob.script}});
    QCOMPARE(why(chain.mine_exactly({mined})), QString("ok"));
    QCOMPARE(chain.mempool().size(), 0U);
    QVERIFY(!chain.transaction(child.txid()));
    QVERIFY(chain.spender(coin.outpoint)->tx->txid() == mined.txid());
    QCOMPARE(why(chain.submit(waiting)), QString("missing_input"));
}

RUNNEL_TEST(TestChainMempool)
#include "test_chain_mempool.moc"
