// The source against a bitcoind that can be made to lie, stall and vanish.
#include "tests/support/test_main.h"  // first: moc stumbles over <concepts> otherwise

#include "tests/unit/chain/fake_bitcoind.h"
#include "tests/unit/chain/source_rig.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>

using namespace runnel;
using namespace runnel::chain;
using namespace std::chrono_literals;
using test::FakeBitcoind;
using Twist = FakeBitcoind::Twist;

namespace {

const bitcoin::Script ours{0x51, 0x01, 0x77};

bitcoin::Transaction pay(std::uint32_t n, const bitcoin::Script& to) {
    bitcoin::Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].previous.index = n;
    tx.outputs = {{Sat(1000 + n), to}};
    return tx;
}

bitcoin::Transaction spend(const bitcoin::Transaction& what) {
    auto tx = pay(0, {0x52});
    tx.inputs[0].previous = {what.txid(), 0};
    return tx;
}

struct Rig : test::SourceRig {
    using SourceRig::SourceRig;
    explicit Rig(const FakeBitcoind& fake, const Adjust& adjust = {})
        : SourceRig("bitcoind:http://user:password@127.0.0.1:" + std::to_string(fake.port()),
                    adjust) {}
    using SourceRig::reaches;
    bool reaches(FakeBitcoind& fake) {
        const auto height = fake.height();
        return reaches(height, fake.hash_at(height));
    }
};

FakeBitcoind::Hook twisting(std::string method, Twist twist) {
    return [method = std::move(method), twist = std::move(twist)](const std::string& asked,
                                                                  const boost::json::array&) {
        return asked == method ? twist : Twist{};
    };
}

Twist raw(std::string bytes) { return {Twist::Kind::raw, std::move(bytes)}; }
Twist body(std::string json) { return {Twist::Kind::body, std::move(json)}; }

}  // namespace

class TestBitcoindSource : public QObject {
    Q_OBJECT

private slots:
    void catches_up_and_follows();
    void begins_with_the_tip_or_the_birth();
    void finds_what_is_watched();
    void searches_older_blocks_for_late_watches();
    void searches_below_what_is_remembered();
    void says_how_far_a_search_is();
    void begins_where_a_wallet_was_made();
    void gives_way_to_another_spend();
    void mempool_of_a_late_watch();
    void what_is_kept_of_a_mempool_is_bounded();
    void spends_in_a_mempool_too_large_to_read();
    void follows_reorgs();
    void reorg_while_away();
    void reorg_below_what_is_remembered();
    void reorg_of_unknown_history_is_typed();
    void unknown_history_is_tried_again();
    void less_work_than_before_is_behind();
    void less_work_than_remembered_is_behind_data();
    void less_work_than_remembered_is_behind();
    void waits_for_a_source_that_is_away();
    void waits_longer_from_try_to_try();
    void a_young_bitcoind_is_waited_for();
    void broadcasts_wait_and_are_answered();
    void what_is_taken_back_is_not_sent();
    void an_old_bitcoind_serves_what_it_can();
    void wrong_password();
    void new_cookie_after_restart();
    void wrong_network_is_refused();
    void old_version_is_named();
    void hostile_answers();
    void hostile_answers_data();
    void block_that_does_not_link();
    void block_with_a_target_of_its_own();
    void pruned_block_is_typed();
    void idle_connection_closed_by_the_other_side();
    void status_is_repeated();
    void nothing_after_stop();
};

void TestBitcoindSource::catches_up_and_follows() {
    FakeBitcoind fake;
    fake.mine(130);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.blocks.size(), std::size_t{130});
    QCOMPARE(rig.blocks.front().first, 1U);
    QVERIFY(rig.status.reachable && rig.status.relays_packages && rig.status.problem.empty());
    QCOMPARE(rig.status.tip, BlockHeight(130));
    // What blocks make urgent is paid for by estimates that are there before them.
    const auto first_of = [&](auto&& is) {
        return std::find_if(rig.events.begin(), rig.events.end(), is) - rig.events.begin();
    };
    QVERIFY(
        first_of([](const auto& e) { return std::holds_alternative<ports::FeesChanged>(e); }) <
        first_of([](const auto& e) { return std::holds_alternative<ports::BlockConnected>(e); }));
    // Not synced before the last block was reported.
    bool last = false;
    for (const auto& event : rig.events) {
        if (const auto* block = std::get_if<ports::BlockConnected>(&event))
            last = block->height == BlockHeight(130);
        if (const auto* status = std::get_if<ports::ChainStatus>(&event))
            QVERIFY(!status->synced || last);
    }
    fake.mine(3);
    QVERIFY(rig.reaches(fake));
    const auto fees = rig.all<ports::FeesChanged>();
    QCOMPARE(fees.size(), std::size_t{1});
    QVERIFY(!fees[0].fees.known);
    QCOMPARE(fake.connections(), 1);
}

void TestBitcoindSource::begins_with_the_tip_or_the_birth() {
    FakeBitcoind fake;
    fake.mine(20);
    {
        Rig rig(fake);
        rig.start({});
        QVERIFY(rig.reaches(fake));
        QCOMPARE(rig.blocks.size(), std::size_t{1});
        QCOMPARE(rig.blocks[0].first, 20U);
    }
    {
        Rig rig(fake);
        rig.start({{}, BlockHeight(15)});
        QVERIFY(rig.reaches(fake));
        QCOMPARE(rig.blocks.size(), std::size_t{6});
    }
    {
        Rig rig(fake);
        rig.start({{{BlockHeight(17), fake.hash_at(17)}, {BlockHeight(18), fake.hash_at(18)}},
                   BlockHeight(3)});
        QVERIFY(rig.reaches(fake));
        QCOMPARE(rig.blocks.size(), std::size_t{2});
        QCOMPARE(rig.blocks[0].first, 19U);
    }
}

void TestBitcoindSource::finds_what_is_watched() {
    FakeBitcoind fake;
    fake.mine(3);
    Rig rig(fake);
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(0)});
    rig.start();
    QVERIFY(rig.reaches(fake));
    const auto in = pay(1, ours);
    const auto out = spend(in);
    const auto foreign = pay(2, {0x53});
    fake.add_to_mempool(foreign);
    fake.add_to_mempool(out);
    fake.add_to_mempool(in);
    QVERIFY(rig.until([&] { return rig.told_mempool(in.txid()) && rig.told_mempool(out.txid()); }));
    QVERIFY(!rig.told_mempool(foreign.txid()));
    fake.mine(1, {foreign, in});
    fake.mine(1, {out});
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.confirmed(in.txid()).value_or(0), 4U);
    QCOMPARE(rig.confirmed(out.txid()).value_or(0), 5U);
    QVERIFY(!rig.confirmed(foreign.txid()));
    for (const auto& block : rig.all<ports::BlockConnected>()) {
        if (block.height == BlockHeight(4)) QCOMPARE(block.relevant.at(0).index, 2U);
    }
}

void TestBitcoindSource::searches_older_blocks_for_late_watches() {
    FakeBitcoind fake;
    const auto in = pay(1, ours);
    const auto out = spend(in);
    fake.mine(5);
    fake.mine(1, {in});
    fake.mine(40);
    fake.mine(1, {out});
    fake.mine(3);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(2)});
    QVERIFY(rig.until([&] { return rig.late(in.txid()) && rig.late(out.txid()); }));
    QCOMPARE(*rig.late(in.txid()), 6U);
    QCOMPARE(*rig.late(out.txid()), 47U);
    const auto found = rig.all<ports::LateConfirmation>();
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].hash, fake.hash_at(6));
    QCOMPARE(found[0].tx.index, 1U);
    // Asked again from the same height: nothing is searched. From above the tip: neither.
    const int blocks = 50 + 49;  // caught up, searched from the second on
    QVERIFY(rig.until([&] { return fake.requests("getblock") == blocks; }));
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(2)});
    rig.source->watch({ports::WatchScript{{0x99}}, BlockHeight(51)});
    rig.run(60ms);
    QCOMPARE(fake.requests("getblock"), blocks);
}

void TestBitcoindSource::says_how_far_a_search_is() {
    FakeBitcoind fake;
    const auto in = pay(1, ours);
    fake.mine(250);
    fake.mine(1, {in});
    fake.mine(100);
    Rig rig(fake);
    rig.start({{{BlockHeight(351), fake.hash_at(351)}}, BlockHeight(1)});
    QVERIFY(rig.until([&] { return rig.status.synced; }));
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(1), 7});
    const auto progress = [&] { return rig.all<ports::SearchProgress>(); };
    QVERIFY(rig.until([&] { return !progress().empty() && !progress().back().next; }));
    QVERIFY(progress().size() >= 3);
    // What lies below a height that was told has been told before.
    bool found = false;
    std::uint32_t next = 0;
    for (const auto& event : rig.events) {
        if (std::holds_alternative<ports::LateConfirmation>(event)) found = true;
        if (const auto* said = std::get_if<ports::SearchProgress>(&event)) {
            QCOMPARE(said->search, std::uint64_t{7});
            QVERIFY(!said->next || said->next->raw() > next);
            if (said->next) next = said->next->raw();
            QCOMPARE(found, !said->next || said->next->raw() > 251);
        }
    }
    // Nothing to search any more, but an answer is owed.
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(1), 8});
    QVERIFY(rig.until([&] { return progress().back().search == 8 && !progress().back().next; }));
    // One that comes while another is under way: only when both are done is either.
    rig.source->watch({ports::WatchScript{{0x55}}, BlockHeight(1), 9});
    QVERIFY(rig.until([&] { return progress().back().search == 9; }));
    const auto before = progress().size();
    rig.source->watch({ports::WatchScript{{0x56}}, BlockHeight(1), 10});
    QVERIFY(rig.until([&] { return progress().back().search == 10 && !progress().back().next; }));
    for (std::size_t i = before; i < progress().size(); ++i)
        QVERIFY(progress()[i].search == 10 || progress()[i].next);
}

void TestBitcoindSource::begins_where_a_wallet_was_made() {
    // Blocks ten minutes apart, but for a few whose times go back and forth as the rules allow.
    const auto time_of = [](std::uint32_t height) {
        return 1'600'000'000U + 600 * height + (height % 7 == 3 ? 6'000U : 0U);
    };
    FakeBitcoind fake;
    fake.block_times(time_of);
    fake.mine(900);
    const auto first = [&](chain::StartPoint from) {
        Rig rig(fake);
        rig.start(std::move(from));
        if (!rig.reaches(fake)) return 0U;
        return rig.blocks.front().first;
    };
    const auto made_at = [&](std::int64_t time) {
        return chain::StartPoint{{}, std::nullopt, UnixTime(time)};
    };
    // A day before the wallet, give or take what block times may be wrong by.
    const auto height = first(made_at(1'600'000'000 + 600 * 500));
    QVERIFY2(height >= 500 - 144 - 20 && height <= 500 - 144 + 20,
             qPrintable(QString::number(height)));
    // Older than the chain, and younger than its tip.
    QCOMPARE(first(made_at(0)), 1U);
    QCOMPARE(first(made_at(1'700'000'000)), 900U);
    // What is known counts more.
    QCOMPARE(first({{}, BlockHeight(890), UnixTime(1'600'000'000)}), 890U);
    QCOMPARE(
        first({{{BlockHeight(895), fake.hash_at(895)}}, std::nullopt, UnixTime(1'600'000'000)}),
        896U);
    // A header that is not the one asked for is no answer.
    fake.hook(twisting("getblockheader", body("\"" + QByteArray(160, '0').toStdString() + "\"")));
    Rig rig(fake);
    rig.start(made_at(1'600'000'000));
    QVERIFY(rig.problem("bad_answer"));
}

void TestBitcoindSource::gives_way_to_another_spend() {
    FakeBitcoind fake;
    fake.mine(3);
    const auto parent = pay(1, ours);
    const auto theirs = spend(parent);
    auto mine = theirs;
    mine.outputs[0].value = Sat(999);
    const auto child = spend(mine);
    fake.add_to_mempool(theirs);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    const std::vector<ports::TxPtr> package{std::make_shared<const bitcoin::Transaction>(mine),
                                            std::make_shared<const bitcoin::Transaction>(child)};
    const auto results = [&] { return rig.all<ports::BroadcastResult>(); };
    rig.source->broadcast(package, true);
    QVERIFY(rig.until([&] { return results().size() == 2; }));
    QVERIFY(!results()[0].accepted && !results()[1].accepted);
    QVERIFY(rig.told_mempool(theirs.txid()));
    QCOMPARE(fake.requests("submitpackage") + fake.requests("sendrawtransaction"), 0);
    // Without it, and where nothing conflicts, it is sent; what is there itself is no rival.
    rig.source->broadcast(package);
    QVERIFY(rig.until([&] { return results().size() == 4; }));
    QVERIFY(results()[2].accepted && results()[3].accepted);
    rig.source->broadcast({std::make_shared<const bitcoin::Transaction>(parent)}, true);
    QVERIFY(rig.until([&] { return results().size() == 5; }));
    QVERIFY(results()[4].accepted);
    rig.source->broadcast({std::make_shared<const bitcoin::Transaction>(parent)}, true);
    QVERIFY(rig.until([&] { return results().size() == 6; }));
    QVERIFY(results()[5].accepted);
    // A rival that is none: the claim alone stops nothing.
    fake.hook([&](const std::string& method, const boost::json::array&) {
        if (method != "gettxspendingprevout") return Twist{};
        return body("[{\"txid\":\"00\",\"vout\":0,\"spendingtxid\":\"" +
                    display_hex(theirs.txid()) + "\"}]");
    });
    const auto unrelated = std::make_shared<const bitcoin::Transaction>(pay(5, {0x52}));
    rig.source->broadcast({unrelated}, true);
    QVERIFY(rig.until([&] { return results().size() == 7; }));
    QVERIFY(results()[6].accepted);
}

void TestBitcoindSource::searches_below_what_is_remembered() {
    FakeBitcoind fake;
    const auto in = pay(1, ours);
    fake.mine(5);
    fake.mine(1, {in});
    fake.mine(300);
    Rig rig(fake);
    rig.start({{{BlockHeight(306), fake.hash_at(306)}}, BlockHeight(1)});
    QVERIFY(rig.until([&] { return rig.status.synced; }));
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(4)});
    QVERIFY(rig.until([&] { return rig.late(in.txid()).has_value(); }));
    QCOMPARE(*rig.late(in.txid()), 6U);
    // And never below the birth.
    Rig young(fake);
    young.start({{{BlockHeight(306), fake.hash_at(306)}}, BlockHeight(300)});
    young.source->watch({ports::WatchScript{ours}, BlockHeight(0)});
    QVERIFY(young.until([&] { return young.status.synced; }));
    young.run(50ms);
    QVERIFY(!young.late(in.txid()));
}

void TestBitcoindSource::mempool_of_a_late_watch() {
    FakeBitcoind fake;
    fake.mine(3);
    const auto in = pay(1, ours);
    const auto out = spend(in);
    fake.add_to_mempool(in);
    fake.add_to_mempool(out);
    Rig rig(fake);
    rig.source->watch(
        {ports::WatchScript{{0x99}}, BlockHeight(0)});  // so that the mempool is read at all
    rig.start();
    QVERIFY(rig.reaches(fake));
    rig.run(40ms);
    QVERIFY(!rig.told_mempool(in.txid()));
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(4)});
    QVERIFY(rig.until([&] { return rig.told_mempool(in.txid()) && rig.told_mempool(out.txid()); }));
}

void TestBitcoindSource::what_is_kept_of_a_mempool_is_bounded() {
    FakeBitcoind fake;
    fake.mine(3);
    const auto in = pay(1, ours);
    // Light, and large once it is read: everybody may send such.
    auto foreign = pay(2, {0x53});
    foreign.inputs[0].witness.assign(1'000, Bytes());
    fake.add_to_mempool(foreign);
    Rig rig(fake, [](BitcoindOptions& options) { options.pool_memory_most = 20'000; });
    rig.source->watch(
        {ports::WatchScript{{0x99}}, BlockHeight(0)});  // so that the mempool is read at all
    rig.start();
    QVERIFY(rig.reaches(fake));
    rig.run(40ms);
    fake.add_to_mempool(in);
    rig.run(40ms);
    // Kept in full, beside the large one that is not: found when it is watched.
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(4)});
    QVERIFY(rig.until([&] { return rig.told_mempool(in.txid()); }));
    // Of the large one only the id was kept, and who spends what is still found.
    const auto asked = fake.requests("gettxspendingprevout");
    // Also when the first answer to that is none, and the connection begins anew.
    int left = 1;
    fake.hook([&left](const std::string& method, const boost::json::array&) {
        return method == "gettxspendingprevout" && left-- > 0 ? body("\"nonsense\"") : Twist{};
    });
    rig.source->watch({ports::WatchOutPoint{foreign.inputs[0].previous}, BlockHeight(4)});
    QVERIFY(rig.until([&] { return rig.told_mempool(foreign.txid()); }));
    QVERIFY(fake.requests("gettxspendingprevout") > asked + 1);
}

void TestBitcoindSource::spends_in_a_mempool_too_large_to_read() {
    FakeBitcoind fake;
    fake.mine(3);
    const auto in = pay(1, ours);
    const auto out = spend(in);
    for (std::uint32_t n = 0; n < 20; ++n) fake.add_to_mempool(pay(100 + n, {0x53}));
    fake.add_to_mempool(out);
    Rig rig(fake, [](BitcoindOptions& options) { options.mempool_most = 10; });
    rig.start();
    rig.source->watch({ports::WatchOutPoint{{in.txid(), 0}}, BlockHeight(4)});
    QVERIFY(rig.until([&] { return rig.told_mempool(out.txid()); }));
    rig.run(60ms);
    QCOMPARE(rig.all<ports::MempoolTx>().size(), std::size_t{1});
    QCOMPARE(fake.requests("getrawtransaction"), 1);
}

void TestBitcoindSource::follows_reorgs() {
    FakeBitcoind fake;
    fake.mine(40);
    Rig rig(fake);
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(0)});
    rig.start();
    QVERIFY(rig.reaches(fake));
    const auto in = pay(1, ours);
    fake.mine(1, {in});
    fake.mine(1);
    QVERIFY(rig.reaches(fake));
    for (const int depth : {1, 3, 30}) {
        const auto before = rig.all<ports::BlockDisconnected>().size();
        fake.reorg_away(depth);
        fake.mine(depth + 1);
        QVERIFY(rig.reaches(fake));
        QCOMPARE(rig.all<ports::BlockDisconnected>().size(),
                 before + static_cast<std::size_t>(depth));
    }
    // What the reorg unconfirmed is in the mempool again.
    QVERIFY(rig.until([&] { return rig.told_mempool(in.txid()); }));
    fake.mine(1, {in});
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.confirmed(in.txid()).value_or(0), fake.height());
    // All the way down to the birth.
    fake.reorg_away(static_cast<int>(fake.height()));
    fake.mine(60);
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.blocks.front(), std::pair(1U, fake.hash_at(1)));
}

void TestBitcoindSource::reorg_while_away() {
    FakeBitcoind fake;
    fake.mine(20);
    StartPoint from;
    for (std::uint32_t h = 5; h <= 20; ++h) from.known.push_back({BlockHeight(h), fake.hash_at(h)});
    from.birth = BlockHeight(5);
    fake.reorg_away(10);
    fake.mine(4);  // lower than what is known
    Rig rig(fake);
    rig.start(from);
    QVERIFY(rig.until([&] {
        return !rig.blocks.empty() &&
               rig.blocks.back() == std::pair(fake.height(), fake.hash_at(fake.height()));
    }));
    const auto gone = rig.all<ports::BlockDisconnected>();
    QCOMPARE(gone.size(), std::size_t{10});
    QCOMPARE(gone.front().height, BlockHeight(20));
    QCOMPARE(gone.back().height, BlockHeight(11));
    QCOMPARE(rig.blocks.front().first, 11U);
}

void TestBitcoindSource::reorg_below_what_is_remembered() {
    FakeBitcoind fake;
    fake.mine(20);
    StartPoint from;
    for (std::uint32_t h = 18; h <= 20; ++h)
        from.known.push_back({BlockHeight(h), fake.hash_at(h)});
    from.birth = BlockHeight(2);
    fake.reorg_away(10);
    fake.mine(12);
    Rig rig(fake);
    rig.start(from);
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.all<ports::BlockDisconnected>().size(), std::size_t{10});
    QCOMPARE(rig.blocks.front().first, 11U);
}

void TestBitcoindSource::reorg_of_unknown_history_is_typed() {
    FakeBitcoind fake;
    fake.mine(20);
    Rig rig(fake);
    BlockHash strange;
    strange.raw()[5] = 1;
    rig.start({{{BlockHeight(20), strange}}, BlockHeight(2)});
    QVERIFY(rig.problem("history_unknown"));
    QVERIFY(rig.all<ports::BlockDisconnected>().empty());
    QVERIFY(rig.blocks.empty());
}

/// The wallet's own blocks come back to it: a backup of its disk, or the very node that the wallet
/// knew.
void TestBitcoindSource::unknown_history_is_tried_again() {
    FakeBitcoind fake;
    fake.mine(20);
    const auto known = fake.hash_at(20);
    fake.reorg_away(5);
    fake.mine(9);
    fake.forget_stale(true);
    Rig rig(fake);
    rig.start({{{BlockHeight(20), known}}, BlockHeight(2)});
    QVERIFY(rig.problem("history_unknown"));
    QVERIFY(rig.status.trouble == api::ProblemKind::chain_unknown);
    const auto asked = fake.requests("getblockchaininfo");
    QVERIFY(rig.until([&] { return fake.requests("getblockchaininfo") > asked + 3; }));
    QVERIFY(rig.blocks.empty() && rig.all<ports::BlockDisconnected>().empty());
    fake.forget_stale(false);
    QVERIFY(rig.reaches(fake));
    QVERIFY(!rig.status.trouble && rig.status.problem.empty());
    QCOMPARE(rig.all<ports::BlockDisconnected>().size(), std::size_t{5});
}

void TestBitcoindSource::less_work_than_before_is_behind() {
    FakeBitcoind fake;
    fake.mine(10);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    // As a node shows itself that somebody keeps on another branch.
    fake.reorg_away(4);
    fake.mine(2);
    QVERIFY(rig.problem("behind"));
    QVERIFY(rig.status.reachable && rig.status.trouble == api::ProblemKind::chain_behind);
    QCOMPARE(rig.blocks.back(), std::pair(8U, fake.hash_at(8)));
    rig.run(80ms);
    QVERIFY(!rig.status.synced);
    fake.mine(1);
    rig.run(80ms);
    QVERIFY(!rig.status.synced);
    fake.mine(1);
    QVERIFY(rig.reaches(fake));
    QVERIFY(!rig.status.trouble && rig.status.problem.empty());
}

void TestBitcoindSource::less_work_than_remembered_is_behind_data() {
    QTest::addColumn<bool>("forgotten");
    QTest::newRow("it knows the old tip") << false;
    QTest::newRow("it does not") << true;
}

void TestBitcoindSource::less_work_than_remembered_is_behind() {
    QFETCH(const bool, forgotten);
    FakeBitcoind fake;
    fake.mine(20);
    StartPoint from;
    for (std::uint32_t h = 3; h <= 20; ++h) from.known.push_back({BlockHeight(h), fake.hash_at(h)});
    from.birth = BlockHeight(2);
    fake.reorg_away(10);
    fake.mine(4);
    fake.forget_stale(forgotten);
    Rig rig(fake);
    rig.start(from);
    QVERIFY(rig.problem("behind"));
    QCOMPARE(rig.blocks.back(), std::pair(14U, fake.hash_at(14)));
    fake.mine(7);
    QVERIFY(rig.reaches(fake));
}

void TestBitcoindSource::waits_for_a_source_that_is_away() {
    FakeBitcoind fake;
    fake.mine(3);
    fake.stop();
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.problem("unreachable"));
    QVERIFY(!rig.status.reachable);
    fake.start();
    QVERIFY(rig.reaches(fake));
    fake.stop();
    QVERIFY(rig.problem("unreachable"));
    fake.mine(2);
    fake.start();
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.blocks.size(), std::size_t{5});
}

/// A source that lets in and answers nothing useful is asked less and less often.
void TestBitcoindSource::waits_longer_from_try_to_try() {
    FakeBitcoind fake;
    fake.mine(1);
    fake.hook(twisting("getnetworkinfo", body("\"nonsense\"")));
    Rig rig(fake, [](auto& options) {
        options.timing.backoff_first = 20ms;
        options.timing.backoff_most = 100'000ms;
    });
    rig.start();
    QVERIFY(rig.problem("bad_answer"));
    rig.run(1'000ms);
    // 20, 40, 80, 160, 320, 640 ms, each give or take a quarter: without growing waits there would
    // be forty tries.
    const auto tries = fake.requests("getnetworkinfo");
    QVERIFY2(tries >= 4 && tries <= 9, qPrintable(QString::number(tries)));
}

/// It has only just begun to download: a wallet made lately does not begin at what it has so far.
/// That takes hours, in which it is reachable, and is not asked more than need be.
void TestBitcoindSource::a_young_bitcoind_is_waited_for() {
    bitcoin::BlockHeader genesis;
    genesis.version = 1;
    genesis.merkle_root =
        *Hash256::from_hex("3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a");
    genesis.time = 1'598'918'400;
    genesis.bits = 0x1e0377ae;
    genesis.nonce = 52'613'770;
    const auto& signet = params_of(Network::signet);
    QCOMPARE(genesis.hash().raw(), signet.chain_hash.raw());

    FakeBitcoind fake;
    std::atomic<bool> is_young{true};
    fake.hook([&](const std::string& method, const boost::json::array&) {
        const boost::json::string hash(display_hex(genesis.hash()));
        if (method == "getblockhash") return body(boost::json::serialize(hash));
        if (method == "getblockheader") return body("\"" + to_hex(genesis.serialise()) + "\"");
        if (method != "getblockchaininfo") return Twist{};
        boost::json::object info;
        info["chain"] = "signet";
        info["blocks"] = 0;
        info["headers"] = is_young ? 250'000 : 0;
        info["bestblockhash"] = hash;
        info["initialblockdownload"] = is_young.load();
        info["chainwork"] = std::string(64, '0');
        return body(boost::json::serialize(info));
    });
    Rig rig(fake, [](auto& options) {
        options.network = Network::signet;
        options.timing.backoff_first = 20ms;
        options.timing.backoff_most = 100'000ms;
    });
    rig.start({{}, std::nullopt, UnixTime(1'790'000'000)});
    QVERIFY(rig.problem("catching_up"));
    QVERIFY(rig.status.reachable && !rig.status.trouble);
    rig.run(1'000ms);
    const auto tries = fake.requests("getblockchaininfo");
    QVERIFY2(tries >= 4 && tries <= 9, qPrintable(QString::number(tries)));
    QCOMPARE(fake.requests("getblockheader"), tries);
    QCOMPARE(fake.requests("getblock"), 0);
    // Once it has caught up, the wallet begins.
    is_young = false;
    QVERIFY(rig.until([&] { return fake.requests("getblock") > 0; }));
}

void TestBitcoindSource::broadcasts_wait_and_are_answered() {
    FakeBitcoind fake;
    fake.mine(3);
    fake.stop();
    Rig rig(fake);
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(0)});
    rig.start();
    const auto tx = std::make_shared<const bitcoin::Transaction>(pay(1, ours));
    const auto child = std::make_shared<const bitcoin::Transaction>(spend(*tx));
    rig.source->broadcast({tx});
    rig.source->broadcast({tx});
    QVERIFY(rig.problem("unreachable"));
    QVERIFY(rig.all<ports::BroadcastResult>().empty());
    fake.start();
    QVERIFY(rig.until([&] { return !rig.all<ports::BroadcastResult>().empty(); }));
    QVERIFY(rig.until([&] { return rig.told_mempool(tx->txid()); }));
    auto results = rig.all<ports::BroadcastResult>();
    QCOMPARE(results.size(), std::size_t{1});
    QVERIFY(results[0].accepted);
    QCOMPARE(results[0].txid, tx->txid());

    // A package on a node without submitpackage: one by one.
    rig.source->broadcast({tx, child});
    QVERIFY(rig.until([&] { return rig.all<ports::BroadcastResult>().size() == 3; }));
    results = rig.all<ports::BroadcastResult>();
    QVERIFY(results[1].accepted && results[2].accepted);
    QCOMPARE(results[2].txid, child->txid());

    // A refusal that is no answer to the question is no refusal: the transaction waits.
    fake.hook([](const std::string& method, const boost::json::array&) {
        if (method != "sendrawtransaction") return Twist{};
        const std::string json =
            R"({"id":-1,"result":null,"error":{"code":-26,"message":"min relay fee not met"}})";
        return raw("HTTP/1.1 500 E\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" +
                   json);
    });
    rig.source->broadcast({child});
    QVERIFY(rig.problem("bad_answer"));
    fake.hook({});
    QVERIFY(rig.until([&] { return rig.all<ports::BroadcastResult>().size() == 4; }));
}

/// A commitment that was proven to be revoked while bitcoind was away must not leave when it is
/// back.
void TestBitcoindSource::what_is_taken_back_is_not_sent() {
    FakeBitcoind fake;
    fake.mine(3);
    fake.stop();
    Rig rig(fake);
    rig.start();
    const auto shared = [](const bitcoin::Transaction& tx) {
        return std::make_shared<const bitcoin::Transaction>(tx);
    };
    const auto revoked = pay(1, ours);
    const auto child = spend(revoked);
    const auto other = pay(2, ours);
    rig.source->broadcast({shared(revoked), shared(child)}, true);
    rig.source->broadcast({shared(revoked)});
    rig.source->broadcast({shared(other)});
    QVERIFY(rig.problem("unreachable"));
    rig.source->take_back(revoked.txid());
    fake.start();
    QVERIFY(rig.until([&] { return !rig.all<ports::BroadcastResult>().empty(); }));
    rig.run(60ms);
    auto results = rig.all<ports::BroadcastResult>();
    QCOMPARE(results.size(), std::size_t{1});
    QCOMPARE(results[0].txid, other.txid());
    QCOMPARE(fake.requests("submitpackage"), 0);
    QCOMPARE(fake.requests("sendrawtransaction"), 1);

    // While it is being served: the source only asks who else spends what it spends.
    std::atomic<bool> asked{false};
    fake.hook([&](const std::string& method, const boost::json::array&) {
        if (method != "gettxspendingprevout") return Twist{};
        asked = true;
        return Twist{Twist::Kind::hang, {}};
    });
    rig.source->broadcast({shared(revoked)}, true);
    QVERIFY(rig.until([&] { return asked.load(); }));
    rig.source->take_back(revoked.txid());
    rig.run(20ms);
    fake.hook({});
    // The session ends with the answer that does not come; the next one has nothing to send.
    const auto third = pay(3, ours);
    rig.source->broadcast({shared(third)});
    QVERIFY(rig.until([&] { return rig.all<ports::BroadcastResult>().size() == 2; }));
    results = rig.all<ports::BroadcastResult>();
    QCOMPARE(results[1].txid, third.txid());
    QCOMPARE(fake.requests("sendrawtransaction"), 2);
}

/// Before 24 there is no gettxspendingprevout. Channels that are open go on: blocks are followed
/// and broadcasts leave.
void TestBitcoindSource::an_old_bitcoind_serves_what_it_can() {
    FakeBitcoind fake;
    fake.mine(3);
    fake.version(230'200);
    const auto parent = pay(1, ours);
    const auto theirs = spend(parent);
    auto mine = theirs;
    mine.outputs[0].value = Sat(999);
    const auto child = spend(mine);
    Rig rig(fake, [](BitcoindOptions& options) { options.mempool_most = 10; });
    rig.source->watch({ports::WatchOutPoint{{parent.txid(), 0}}, BlockHeight(4)});
    rig.start();
    QVERIFY(rig.reaches(fake));
    const auto results = [&] { return rig.all<ports::BroadcastResult>(); };
    // Nothing is known of a rival: it is sent.
    const auto other = std::make_shared<const bitcoin::Transaction>(pay(2, ours));
    rig.source->broadcast({other}, true);
    QVERIFY(rig.until([&] { return results().size() == 1; }));
    QVERIFY(results()[0].accepted);
    // One that was seen in its mempool counts as ever.
    fake.add_to_mempool(theirs);
    QVERIFY(rig.until([&] { return rig.told_mempool(theirs.txid()); }));
    rig.source->broadcast({std::make_shared<const bitcoin::Transaction>(mine),
                           std::make_shared<const bitcoin::Transaction>(child)},
                          true);
    QVERIFY(rig.until([&] { return results().size() == 3; }));
    QVERIFY(!results()[1].accepted && !results()[2].accepted);
    // A mempool too large to be read: its spends are not known, and nothing stands still.
    for (std::uint32_t n = 0; n < 20; ++n) fake.add_to_mempool(pay(100 + n, {0x53}));
    QVERIFY(rig.until([&] { return fake.requests("gettxspendingprevout") >= 3; }));
    fake.mine(2);
    QVERIFY(rig.reaches(fake));
    rig.source->broadcast({std::make_shared<const bitcoin::Transaction>(pay(4, ours))}, true);
    QVERIFY(rig.until([&] { return results().size() == 4; }));
    QVERIFY(results()[3].accepted);
    for (const auto& status : rig.all<ports::ChainStatus>())
        QVERIFY(status.reachable && !QString::fromStdString(status.problem).contains("bad_answer"));
}

void TestBitcoindSource::wrong_password() {
    FakeBitcoind fake;
    fake.mine(1);
    fake.login("user:other");
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.problem("unauthorised"));
    QVERIFY(!rig.status.reachable);
    fake.login("user:password");
    QVERIFY(rig.reaches(fake));
}

void TestBitcoindSource::new_cookie_after_restart() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("c ookie").toStdString();
    const auto write = [&](const std::string& text) {
        std::ofstream(path, std::ios::trunc) << text;
    };
    FakeBitcoind fake;
    fake.mine(2);
    Rig rig("bitcoind:http://127.0.0.1:" + std::to_string(fake.port()) +
            "?cookie=" + folder.filePath("c%20ookie").toStdString());
    rig.start();
    QVERIFY(rig.problem("unauthorised"));  // no file yet
    write("__cookie__:1111\n");
    fake.login("__cookie__:1111");
    QVERIFY(rig.reaches(fake));
    write("__cookie__:2222");
    fake.login("__cookie__:2222");
    fake.mine(1);
    const auto before = rig.all<ports::ChainStatus>().size();
    QVERIFY(rig.reaches(fake));
    const auto statuses = rig.all<ports::ChainStatus>();
    for (std::size_t i = before; i < statuses.size(); ++i) QVERIFY(statuses[i].reachable);
}

void TestBitcoindSource::wrong_network_is_refused() {
    FakeBitcoind fake;
    fake.mine(2);
    fake.hook([](const std::string& method, const boost::json::array& params) {
        if (method == "getblockhash" && params.at(0).as_int64() == 0)
            return body("\"" + std::string(64, '1') + "\"");
        return Twist{};
    });
    Rig rig(fake);
    rig.source->broadcast({std::make_shared<const bitcoin::Transaction>(pay(1, ours))});
    rig.start();
    QVERIFY(rig.problem("wrong_network"));
    rig.run(50ms);
    QVERIFY(rig.blocks.empty());
    QVERIFY(rig.all<ports::BroadcastResult>().empty());
    QVERIFY(!rig.status.reachable);
    fake.hook(twisting("getblockchaininfo",
                       body(R"({"chain":"main","blocks":0,"headers":0,"initialblockdownload":false,
        "time":0,"chainwork":"0000000000000000000000000000000000000000000000000000000000000002","bestblockhash":"0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"})")));
    rig.run(100ms);
    QVERIFY(rig.blocks.empty());
    QVERIFY(rig.problem("wrong_network"));
    fake.hook({});
    QVERIFY(rig.reaches(fake));
}

void TestBitcoindSource::old_version_is_named() {
    FakeBitcoind fake;
    fake.mine(2);
    fake.version(270'100);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    QVERIFY(!rig.status.relays_packages);
    QVERIFY(!rig.status.problem.empty());
    QVERIFY(rig.status.trouble == api::ProblemKind::no_package_relay);
}

void TestBitcoindSource::hostile_answers_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("problem");
    const auto row = [](const char* name, const char* method, const Twist& twist,
                        const char* problem) {
        QTest::newRow(name) << QString(method) << static_cast<int>(twist.kind)
                            << QByteArray::fromStdString(twist.bytes) << QByteArray(problem);
    };
    const char* const ok = "HTTP/1.1 200 OK\r\nContent-Length: ";
    row("hang", "getblock", {Twist::Kind::hang, {}}, "unreachable");
    row("hang at start", "getnetworkinfo", {Twist::Kind::hang, {}}, "unreachable");
    row("closed", "getblock", raw(""), "unreachable");
    row("truncated", "getblock", raw(std::string(ok) + "1000\r\n\r\n{\"result\""), "unreachable");
    row("not http", "getblock", raw("220 mail server ready\r\n\r\n"), "bad_answer");
    row("not json", "getblock", raw(std::string(ok) + "5\r\n\r\nhello"), "bad_answer");
    row("json in pieces", "getblock", raw(std::string(ok) + "9\r\n\r\n{\"result\""), "bad_answer");
    row("deep json", "getblock", raw(std::string(ok) + "40000\r\n\r\n" + std::string(40000, '[')),
        "bad_answer");
    row("oversized", "getblock", raw(std::string(ok) + "99999999999\r\n\r\nxxx"), "bad_answer");
    row("endless header", "getblock", raw("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')),
        "bad_answer");
    row("wrong id", "getblock",
        raw(std::string(ok) + "34\r\n\r\n{\"id\":-5,\"result\":\"\",\"error\":null}"),
        "bad_answer");
    row("array", "getblock", raw(std::string(ok) + "2\r\n\r\n[]"), "bad_answer");
    row("busy", "getblock", raw("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), "unreachable");
    row("forbidden", "getblock", raw("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
        "unauthorised");
    row("number for block", "getblock", body("5"), "bad_answer");
    row("garbage for block", "getblock", body("\"00ff\""), "bad_answer");
    row("other block", "getblock",
        body("\"" + to_hex(test::mine_block(BlockHash(), 9, {}).serialise()) + "\""), "bad_answer");
    row("hash too short", "getblockhash", body("\"00\""), "wrong_network");
    row("null info", "getblockchaininfo", body("null"), "bad_answer");
    row("text info", "getblockchaininfo", body("\"x\""), "bad_answer");
    row("mempool of numbers", "getrawmempool", body("[1,2]"), "bad_answer");
    row("mempool size", "getmempoolinfo", body("{\"size\":\"many\"}"), "bad_answer");
    row("no version", "getnetworkinfo", body("{}"), "bad_answer");
}

void TestBitcoindSource::hostile_answers() {
    QFETCH(QString, method);
    QFETCH(int, kind);
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, problem);
    FakeBitcoind fake;
    fake.mine(3);
    fake.hook(
        twisting(method.toStdString(), {static_cast<Twist::Kind>(kind), bytes.toStdString()}));
    Rig rig(fake);
    rig.source->watch({ports::WatchScript{ours}, BlockHeight(0)});
    rig.start();
    QVERIFY2(rig.problem(problem.constData()), rig.status.problem.c_str());
    // Once it is honest again, all is well.
    fake.hook({});
    QVERIFY(rig.reaches(fake));
    QCOMPARE(rig.blocks.size(), std::size_t{3});
}

void TestBitcoindSource::block_that_does_not_link() {
    FakeBitcoind fake;
    fake.mine(5);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    // The chain it tells of at height 6 is not on top of block 5.
    const auto stray = test::mine_block(fake.hash_at(2), 6, {}, 99);
    const auto stray_hash = display_hex(stray.header.hash());
    fake.hook([=, hex = to_hex(stray.serialise())](const std::string& method,
                                                   const boost::json::array& params) {
        if (method == "getblockchaininfo") {
            return body(
                R"({"chain":"regtest","blocks":6,"headers":6,"initialblockdownload":false,"time":0,"chainwork":")" +
                std::string(62, '0') + R"(0e","bestblockhash":")" + stray_hash + "\"}");
        }
        if (method == "getblockhash" && params.at(0).as_int64() == 6)
            return body("\"" + stray_hash + "\"");
        if (method == "getblock") return body("\"" + hex + "\"");
        return Twist{};
    });
    QVERIFY(rig.problem("bad_answer"));
    QCOMPARE(rig.blocks.size(), std::size_t{5});
    fake.hook({});
    QVERIFY(rig.reaches(fake));
}

/// A chain that goes on from the real tip with blocks of another target than the network's.
void TestBitcoindSource::block_with_a_target_of_its_own() {
    FakeBitcoind fake;
    fake.mine(5);
    StartPoint from{{{BlockHeight(5), fake.hash_at(5)}}, BlockHeight(1)};
    fake.bits(0x2007ffff);
    fake.mine(1);
    Rig rig(fake);
    rig.start(from);
    QVERIFY(rig.problem("bad_answer"));
    QVERIFY(rig.blocks.empty());
    fake.reorg_away(1);
    fake.bits(0x207fffff);
    fake.mine(1);
    QVERIFY(rig.reaches(fake));
}

void TestBitcoindSource::pruned_block_is_typed() {
    FakeBitcoind fake;
    fake.mine(3);
    fake.prune_below(3);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.problem("pruned"));
    QVERIFY(rig.status.trouble == api::ProblemKind::chain_pruned);
    QVERIFY(rig.status.reachable);
    QVERIFY(QString::fromStdString(rig.status.problem).contains("block 1"));
}

void TestBitcoindSource::idle_connection_closed_by_the_other_side() {
    FakeBitcoind fake;
    fake.mine(3);
    Rig rig(fake, [](BitcoindOptions& options) { options.timing.block_poll = 200ms; });
    rig.start();
    QVERIFY(rig.reaches(fake));
    const auto before = rig.all<ports::ChainStatus>().size();
    fake.stop();
    fake.start();
    fake.mine(1);
    QVERIFY(rig.reaches(fake));
    const auto statuses = rig.all<ports::ChainStatus>();
    for (std::size_t i = before; i < statuses.size(); ++i) QVERIFY(statuses[i].reachable);
}

void TestBitcoindSource::status_is_repeated() {
    FakeBitcoind fake;
    fake.mine(1);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.reaches(fake));
    const auto before = rig.all<ports::ChainStatus>().size();
    QVERIFY(rig.until([&] { return rig.all<ports::ChainStatus>().size() >= before + 3; }));
}

void TestBitcoindSource::nothing_after_stop() {
    FakeBitcoind fake;
    fake.mine(100);
    Rig rig(fake);
    rig.start();
    QVERIFY(rig.until([&] { return rig.blocks.size() > 5; }));
    rig.source->stop();
    const auto before = rig.events.size();
    rig.io.restart();
    rig.io.run();  // ends: nothing keeps the loop alive
    QCOMPARE(rig.events.size(), before);
}

RUNNEL_TEST(TestBitcoindSource)
#include "test_bitcoind_source.moc"
