// The wallet under a chain that misbehaves: replaced transactions, reorgs below all that is
// remembered, searches cut off.
#include "tests/support/test_main.h"

#include "core/bitcoin/address.h"
#include "core/node/handlers.h"
#include "core/sim/memory_store.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"

#include <algorithm>
#include <set>

using namespace runnel;
using namespace runnel::node;
using namespace runnel::literals;

namespace {

std::shared_ptr<const keys::SeedKeyRing> ring() {
    std::array<std::uint8_t, 64> seed{};
    seed.fill(9);
    return std::make_shared<keys::SeedKeyRing>(keys::MasterSeed::make(seed), Network::regtest);
}

BlockHash hash_of(std::uint32_t height, std::uint8_t branch = 0) {
    BlockHash out;
    out.raw()[0] = branch;
    for (std::size_t i = 0; i < 4; ++i)
        out.raw()[i + 1] = static_cast<std::uint8_t>(height >> (8 * i));
    out.raw()[31] = 1;
    return out;
}

bitcoin::OutPoint foreign(std::uint8_t n) {
    Txid txid;
    txid.raw().fill(n);
    return {txid, 0};
}

ports::TxPtr pay(const bitcoin::OutPoint& from, const bitcoin::Script& to, Sat amount) {
    bitcoin::Transaction tx;
    tx.version = 2;
    tx.inputs.push_back({from, {}, 0xfffffffd, {}});
    tx.outputs.push_back({amount, to});
    return std::make_shared<const bitcoin::Transaction>(tx);
}

/// One node over a store in memory; events are handled one turn each.
struct Rig {
    explicit Rig(sim::DiskImage image = {}) : store(std::move(image)), node(load()) {
        effects = node.resume();
    }

    Node load() {
        auto loaded = Node::load(Config{}, ring(), std::make_shared<const coins::Planner>(), store);
        if (!loaded) qFatal("load: %s", loaded.error().record.c_str());
        return *std::move(loaded);
    }
    void feed(node::Event event) {
        const std::vector<node::Event> events{std::move(event)};
        auto turn = node.plan(events, {UnixTime(1'750'000'000), 1'000, ports::Entropy(Secret32{})});
        store.commit(std::move(turn), [&](Result<ports::Committed, ports::CommitError> done) {
            if (!done) qFatal("commit");
            effects = node.apply(*std::move(done));
        });
    }
    void chain(ports::ChainEvent event) { feed(node::Event(std::move(event))); }
    void synced() { chain(ports::ChainStatus{true, true, node.state().tip.height, true, {}}); }
    void block(std::uint32_t height, std::vector<ports::TxPtr> txs = {}, std::uint8_t branch = 0,
               std::uint8_t on = 0) {
        ports::BlockConnected event{
            BlockHeight(height), hash_of(height, branch), hash_of(height - 1, on), UnixTime(0), {}};
        for (auto& tx : txs) event.relevant.push_back({std::move(tx), 1});
        chain(std::move(event));
    }
    void gone(std::uint32_t height, std::uint8_t branch = 0) {
        chain(ports::BlockDisconnected{BlockHeight(height), hash_of(height, branch)});
    }
    api::CommandResult ask(decltype(api::Command::wish) wish) {
        api::CommandId id;
        id.raw()[0] = ++asked;
        feed(api::Command{id, std::move(wish)});
        for (const auto& effect : effects) {
            const auto* const answer = std::get_if<ports::AnswerCommand>(&effect);
            if (answer != nullptr && answer->id == id) return answer->result;
        }
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    bool watches(const bitcoin::OutPoint& outpoint) const {
        return std::any_of(effects.begin(), effects.end(), [&](const ports::Effect& effect) {
            const auto* const watch = std::get_if<ports::Watch>(&effect);
            const auto* const what =
                watch == nullptr ? nullptr : std::get_if<ports::WatchOutPoint>(&watch->what);
            return what != nullptr && what->outpoint == outpoint;
        });
    }
    /// Of the watches among the last effects: the lowest height from which scripts are searched.
    std::optional<BlockHeight> scripts_since() const {
        std::optional<BlockHeight> out;
        for (const auto& effect : effects) {
            const auto* const watch = std::get_if<ports::Watch>(&effect);
            if (watch == nullptr || !std::holds_alternative<ports::WatchScript>(watch->what))
                continue;
            out = std::min(watch->since, out.value_or(watch->since));
        }
        return out;
    }
    std::uint64_t last_search() const {
        std::uint64_t out = 0;
        for (const auto& effect : effects) {
            if (const auto* const watch = std::get_if<ports::Watch>(&effect))
                out = std::max(out, watch->search);
        }
        return out;
    }
    bitcoin::Script script(std::uint32_t index) const {
        return node.keys().script_of(ports::KeyPath{ports::AddressType::p2wpkh, false, index});
    }
    Sat onchain() const { return node.snapshot()->balance.onchain; }
    Sat unconfirmed() const { return node.snapshot()->balance.onchain_unconfirmed; }

    sim::MemoryStore store;
    Node node;
    std::vector<ports::Effect> effects;
    std::uint8_t asked = 0;
};

const bitcoin::Script elsewhere = bitcoin::p2wpkh(Hash160{});

}  // namespace

class TestWalletChain : public QObject {
    Q_OBJECT

private slots:
    void a_coin_spent_twice_by_ourselves_is_spent();
    void a_payment_that_was_replaced_is_gone();
    void what_was_watched_for_replacement_is_watched_after_a_restart();
    void reorg_below_all_that_is_remembered();
    void a_source_that_begins_anew();
    void a_reward_goes_with_its_block();
    void the_first_block_stays();
    void feerates_below_the_mempool_are_refused();
    void an_unfinished_search_is_owed_after_a_restart();
    void newer_searches_outlive_older_ones();
    void addresses_end_where_the_words_look_data();
    void addresses_end_where_the_words_look();
    void what_may_be_replaced_leads_the_words_nowhere_data();
    void what_may_be_replaced_leads_the_words_nowhere();
    void wallet_records_of_version_1();
    void what_we_built_on_a_payment_is_not_lost_to_a_rumour();
    void a_status_said_again_is_no_news();
};

/// The same words in another program: both spend one coin, and the other's transaction wins.
void TestWalletChain::a_coin_spent_twice_by_ourselves_is_spent() {
    Rig rig;
    const auto in = pay(foreign(1), rig.script(0), 100'000_sat);
    rig.block(1, {in});
    rig.synced();
    QCOMPARE(rig.onchain(), 100'000_sat);
    QVERIFY(bool(rig.ask(api::SendOnchain{*bitcoin::address_of(elsewhere, Network::regtest),
                                          20'000_sat, std::nullopt})));
    QCOMPARE(rig.onchain(), 0_sat);
    const auto other = pay({in->txid(), 0}, rig.script(1), 90'000_sat);
    rig.chain(ports::MempoolTx{other});
    rig.block(2, {other});
    QCOMPARE(rig.onchain(), 90'000_sat);
    QCOMPARE(rig.unconfirmed(), 0_sat);
    QCOMPARE(rig.node.state().coins.size(), std::size_t{1});
}

void TestWalletChain::a_payment_that_was_replaced_is_gone() {
    Rig rig;
    rig.block(1);
    rig.synced();
    rig.chain(ports::MempoolTx{pay(foreign(1), rig.script(0), 50'000_sat)});
    QCOMPARE(rig.unconfirmed(), 50'000_sat);
    // Its sender takes it back: that transaction pays us nothing, and is seen by what it spends
    // alone.
    QVERIFY(rig.watches(foreign(1)));
    rig.block(2, {pay(foreign(1), elsewhere, 49'000_sat)});
    QCOMPARE(rig.unconfirmed(), 0_sat);
    QVERIFY(rig.node.state().transactions.empty());
}

void TestWalletChain::what_was_watched_for_replacement_is_watched_after_a_restart() {
    Rig rig;
    const auto in = pay(foreign(1), rig.script(0), 100'000_sat);
    rig.block(1, {in});
    rig.synced();
    rig.chain(ports::MempoolTx{pay(foreign(2), rig.script(1), 50'000_sat)});
    QVERIFY(bool(rig.ask(api::SendOnchain{*bitcoin::address_of(elsewhere, Network::regtest),
                                          20'000_sat, std::nullopt})));
    const Rig again(rig.store.image());
    QVERIFY(again.watches(foreign(2)));
    QVERIFY(again.watches({in->txid(), 0}));
    // And what a reorg has unconfirmed.
    rig.gone(1);
    QVERIFY(rig.watches(foreign(1)));
}

void TestWalletChain::reorg_below_all_that_is_remembered() {
    Rig rig;
    const auto early = pay(foreign(1), rig.script(0), 100'000_sat);
    rig.block(1);
    rig.block(2, {early});
    for (std::uint32_t h = 3; h <= 2030; ++h) rig.block(h);
    QVERIFY(rig.node.state().blocks.size() <= 2016);
    QCOMPARE(rig.onchain(), 100'000_sat);
    for (std::uint32_t h = 2030; h >= 2; --h) rig.gone(h);
    QCOMPARE(rig.node.state().tip.height, BlockHeight(1));
    QCOMPARE(rig.onchain(), 0_sat);
    QCOMPARE(rig.unconfirmed(), 100'000_sat);
    rig.block(2, {}, 1, 0);
    rig.block(3, {early}, 1, 1);
    QCOMPARE(rig.onchain(), 100'000_sat);
    QVERIFY(rig.node.state().transactions.at(early->txid()).height == BlockHeight(3));
}

/// It forgot everything in the middle of such a reorg, or the process died in it: blocks come from
/// the wallet's birth again.
void TestWalletChain::a_source_that_begins_anew() {
    Rig rig;
    const auto early = pay(foreign(1), rig.script(0), 100'000_sat);
    const auto late = pay(foreign(2), rig.script(1), 7'000_sat);
    rig.block(1, {early});
    for (std::uint32_t h = 2; h <= 2030; ++h)
        rig.block(h, h == 5 ? std::vector<ports::TxPtr>{late} : std::vector<ports::TxPtr>{});
    for (std::uint32_t h = 2030; h >= 10; --h) rig.gone(h);
    Rig again(rig.store.image());
    QVERIFY(!again.node.state().tip.known);
    again.block(1, {early}, 1, 1);
    QCOMPARE(again.onchain(), 100'000_sat);
    QCOMPARE(again.unconfirmed(), 7'000_sat);
    for (std::uint32_t h = 2; h <= 12; ++h) again.block(h, {}, 1, 1);
    QCOMPARE(again.onchain(), 100'000_sat);
    QCOMPARE(again.unconfirmed(), 7'000_sat);
}

void TestWalletChain::a_reward_goes_with_its_block() {
    Rig rig;
    rig.block(1);
    bitcoin::Transaction reward;
    reward.inputs.push_back({{Txid{}, 0xffffffff}, {0x01, 0x02}, 0xffffffff, {}});
    reward.outputs.push_back({5'000'000_sat, rig.script(0)});
    rig.block(2, {std::make_shared<const bitcoin::Transaction>(reward)});
    QCOMPARE(rig.unconfirmed(), 5'000'000_sat);
    rig.gone(2);
    QCOMPARE(rig.unconfirmed(), 0_sat);
    QVERIFY(rig.node.state().transactions.empty());
    QVERIFY(rig.node.state().coins.empty());
}

void TestWalletChain::the_first_block_stays() {
    Rig rig;
    rig.chain(ports::BlockConnected{BlockHeight(0), hash_of(0), {}, UnixTime(0), {}});
    rig.gone(0);
    QVERIFY(rig.node.state().tip.known);
    QCOMPARE(rig.node.state().tip.height, BlockHeight(0));
}

void TestWalletChain::feerates_below_the_mempool_are_refused() {
    Rig rig;
    rig.block(1, {pay(foreign(1), rig.script(0), 1'000'000_sat)});
    rig.synced();
    ports::FeeEstimates fees;
    fees.mempool_min = FeeratePerKw(1265);  // 5 sat/vB
    rig.chain(ports::FeesChanged{fees});
    const auto address = *bitcoin::address_of(elsewhere, Network::regtest);
    const auto refused = rig.ask(api::SendOnchain{address, 20'000_sat, FeeratePerKw(1000)});
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, api::ProblemKind::feerate_out_of_range);
    QCOMPARE(refused.error().params.at("least"), std::string("5"));
    QVERIFY(rig.node.state().coins.size() == 1);
    // Just the minimum, as a person says it: enough for a size that was rounded up.
    const auto sent = rig.ask(api::SendOnchain{address, 20'000_sat, FeeratePerKw(1250)});
    QVERIFY(bool(sent));
    const auto& tx = *rig.node.state().transactions.at(std::get<api::OnchainSent>(*sent).txid).tx;
    const auto fee = std::get<api::OnchainSent>(*sent).fee;
    QVERIFY(fee.raw() >= 5 * ((tx.weight() + 3) / 4));
    // Without a wish: never below it either.
    const auto usual = rig.ask(api::SendOnchain{address, 20'000_sat, std::nullopt});
    QVERIFY(bool(usual));
    QVERIFY(std::get<api::OnchainSent>(*usual).fee.raw() >= fee.raw());
}

void TestWalletChain::an_unfinished_search_is_owed_after_a_restart() {
    Rig rig;
    rig.block(1);
    QVERIFY(rig.node.state().wallet.rescan_from == std::nullopt);
    // The last script of the gap is paid: fifty more are watched, from this block on; the source
    // has gone on meanwhile.
    rig.block(2, {pay(foreign(1), rig.script(49), 1'000_sat)});
    QVERIFY(rig.scripts_since() == BlockHeight(2));
    const auto search = rig.last_search();
    QVERIFY(search > 0);
    for (std::uint32_t h = 3; h <= 400; ++h) rig.block(h);
    {
        const Rig again(rig.store.image());
        QVERIFY(again.scripts_since() == BlockHeight(2));
        QVERIFY(again.last_search() > 0);
    }
    rig.chain(ports::SearchProgress{search, BlockHeight(150)});
    rig.chain(ports::SearchProgress{search, BlockHeight(120)});  // never backwards
    {
        Rig again(rig.store.image());
        QVERIFY(again.scripts_since() == BlockHeight(150));
        again.chain(ports::SearchProgress{again.last_search(), std::nullopt});
    }
    rig.chain(ports::SearchProgress{search, std::nullopt});
    const Rig again(rig.store.image());
    QVERIFY(again.scripts_since() == BlockHeight(401));
    QCOMPARE(again.last_search(), std::uint64_t{0});
}

void TestWalletChain::newer_searches_outlive_older_ones() {
    Rig rig;
    rig.block(1);
    rig.block(2, {pay(foreign(1), rig.script(49), 1'000_sat)});
    const auto first = rig.last_search();
    rig.block(3, {pay(foreign(2), rig.script(99), 1'000_sat)});
    const auto second = rig.last_search();
    QVERIFY(second > first);
    // What the source says of the first does not know of the second yet.
    rig.chain(ports::SearchProgress{first, std::nullopt});
    QVERIFY(rig.node.state().wallet.rescan_from == BlockHeight(2));
    rig.chain(ports::SearchProgress{second, std::nullopt});
    QVERIFY(rig.node.state().wallet.rescan_from == std::nullopt);
}

void TestWalletChain::addresses_end_where_the_words_look_data() {
    QTest::addColumn<bool>("taproot");
    QTest::newRow("p2wpkh") << false;
    QTest::newRow("p2tr") << true;
}

std::vector<std::string> addresses(Rig& rig, api::AddressKind kind, std::size_t count) {
    std::vector<std::string> out;
    while (out.size() < count) {
        const auto made = rig.ask(api::NewAddress{kind});
        if (!made) qFatal("no address");
        out.push_back(std::get<api::AddressMade>(*made).address);
    }
    return out;
}

std::size_t distinct(const std::vector<std::string>& addresses) {
    return std::set<std::string>(addresses.begin(), addresses.end()).size();
}

bitcoin::Script script_of(const std::string& address) {
    return *bitcoin::parse_address(address, Network::regtest);
}

/// Fifty that nobody paid to, and the last of them is given again and again: of what is paid to one
/// further along the words alone would find nothing.
void TestWalletChain::addresses_end_where_the_words_look() {
    QFETCH(const bool, taproot);
    const auto kind = taproot ? api::AddressKind::p2tr : api::AddressKind::p2wpkh;
    const auto given = [&](Rig& rig, std::size_t count) { return addresses(rig, kind, count); };
    Rig rig;
    rig.block(1);
    const auto first = given(rig, 60);
    QCOMPARE(distinct(first), std::size_t{50});
    QCOMPARE(distinct(std::vector<std::string>(first.begin() + 49, first.end())), std::size_t{1});
    // A restart changes nothing, nor does the other kind's being paid to.
    Rig again(rig.store.image());
    again.asked = rig.asked;
    QCOMPARE(given(again, 1).front(), first.back());
    again.block(
        2, {pay(foreign(1),
                again.node.keys().script_of(
                    {taproot ? ports::AddressType::p2wpkh : ports::AddressType::p2tr, false, 0}),
                1'000_sat)});
    QCOMPARE(given(again, 1).front(), first.back());
    // The eleventh is paid to: there are as many beyond it as beyond none.
    rig.block(2, {pay(foreign(2), script_of(first[10]), 1'000_sat)});
    const auto second = given(rig, 15);
    QCOMPARE(distinct(second), std::size_t{11});
    QVERIFY(!std::count(first.begin(), first.end(), second.front()));
    QCOMPARE(second[10], second.back());
    // Whoever has the words alone looks just so far.
    Rig words;
    words.block(1);
    QVERIFY(words.node.state().scripts.contains(script_of(first.back())));
    QVERIFY(!words.node.state().scripts.contains(script_of(second.front())));
    words.block(2, {pay(foreign(2), script_of(first[10]), 1'000_sat)});
    QVERIFY(words.node.state().scripts.contains(script_of(second.back())));
    words.block(3, {pay(foreign(3), script_of(second.back()), 5'000_sat)});
    QCOMPARE(words.onchain(), 6'000_sat);
}

void TestWalletChain::what_may_be_replaced_leads_the_words_nowhere_data() {
    addresses_end_where_the_words_look_data();
}

/// The fiftieth is paid to, by what no block holds: its sender may replace it, and then the words
/// alone end there.
void TestWalletChain::what_may_be_replaced_leads_the_words_nowhere() {
    QFETCH(const bool, taproot);
    const auto kind = taproot ? api::AddressKind::p2tr : api::AddressKind::p2wpkh;
    Rig rig;
    rig.block(1);
    rig.synced();
    const auto first = addresses(rig, kind, 50);
    const auto paid = pay(foreign(1), script_of(first.back()), 1'000_sat);
    rig.chain(ports::MempoolTx{paid});
    QCOMPARE(rig.unconfirmed(), 1'000_sat);
    QCOMPARE(addresses(rig, kind, 1).front(), first.back());
    Rig again(rig.store.image());
    again.asked = rig.asked;
    QCOMPARE(addresses(again, kind, 1).front(), first.back());
    // In a block it stays, and fifty more are found.
    rig.block(2, {paid});
    const auto second = addresses(rig, kind, 60);
    QCOMPARE(distinct(second), std::size_t{50});
    QVERIFY(!std::count(second.begin(), second.end(), first.back()));
    Rig later(rig.store.image());
    later.asked = rig.asked;
    QCOMPARE(addresses(later, kind, 1).front(), second.back());
    // A reorg takes the block away: what comes after it is given no more, until it is in another.
    rig.gone(2);
    rig.block(2);
    QCOMPARE(addresses(rig, kind, 1).front(), first.back());
    rig.block(3, {paid});
    QCOMPARE(addresses(rig, kind, 1).front(), second.back());
}

void TestWalletChain::wallet_records_of_version_1() {
    Rig rig;
    rig.block(1, {pay(foreign(1), rig.script(3), 1'000_sat)});
    rig.chain(ports::SearchProgress{rig.last_search(), std::nullopt});
    auto image = rig.store.image();
    auto& row = image.records.at(ports::RecordKind::wallet).begin()->second;
    row.front() = 1;
    row.pop_back();
    const Rig old(image);
    QVERIFY(old.node.state().wallet == rig.node.state().wallet);
    QVERIFY(old.node.state().tip == rig.node.state().tip);
    row.front() = 3;
    sim::MemoryStore later(image);
    QVERIFY(!Node::load(Config{}, ring(), std::make_shared<const coins::Planner>(), later));
}

/// A payment that we have spent, that a reorg took out of its block, and that its sender now tries
/// to replace: what we sent goes on being broadcast, and either may be mined.
void TestWalletChain::what_we_built_on_a_payment_is_not_lost_to_a_rumour() {
    Rig rig;
    const auto in = pay(foreign(1), rig.script(0), 100'000_sat);
    rig.block(1);
    rig.block(2, {in});
    rig.synced();
    const auto sent = rig.ask(api::SendOnchain{*bitcoin::address_of(elsewhere, Network::regtest),
                                               20'000_sat, std::nullopt});
    QVERIFY(bool(sent));
    const auto ours = std::get<api::OnchainSent>(*sent).txid;
    rig.gone(2);
    const auto change = rig.unconfirmed();
    QVERIFY(change > 75'000_sat);
    const auto rival = pay(foreign(1), elsewhere, 99'000_sat);
    rig.chain(ports::MempoolTx{rival});
    QVERIFY(rig.node.state().transactions.contains(in->txid()));
    QVERIFY(rig.node.state().transactions.contains(ours));
    QCOMPARE(rig.unconfirmed(), change);
    // A block decides.
    rig.block(2, {rival}, 1, 0);
    QVERIFY(rig.node.state().transactions.empty());
    QCOMPARE(rig.unconfirmed(), 0_sat);
}

/// Sources say every half minute where they stand: nobody is told twice, and nothing is written.
void TestWalletChain::a_status_said_again_is_no_news() {
    Rig rig;
    rig.block(1, {pay(foreign(1), rig.script(0), 100'000_sat)});
    rig.synced();
    QVERIFY(std::any_of(rig.effects.begin(), rig.effects.end(), [](const ports::Effect& effect) {
        const auto* const tell = std::get_if<ports::Tell>(&effect);
        return tell != nullptr && std::holds_alternative<api::ChainStateChanged>(tell->notice);
    }));
    const auto commits = rig.store.commits();
    for (int i = 0; i < 3; ++i) {
        rig.synced();
        QVERIFY(
            std::all_of(rig.effects.begin(), rig.effects.end(), [](const ports::Effect& effect) {
                return std::holds_alternative<ports::ArmTimer>(effect);
            }));
    }
    QCOMPARE(rig.store.commits(), commits);
}

RUNNEL_TEST(TestWalletChain)
#include "test_wallet_chain.moc"
