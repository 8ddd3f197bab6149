// Lists of payments and transactions: pages in order, complete, the same after a restart, and as
// cheap with many entries as with few.
#include "tests/scenario/lone.h"
#include "tests/scenario/payment_facts.h"

#include <QElapsedTimer>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

std::vector<std::uint64_t> sequences(const std::vector<api::PaymentView>& views) {
    std::vector<std::uint64_t> out;
    for (const auto& view : views) out.push_back(view.sequence);
    return out;
}

/// Page by page to the end.
std::vector<std::uint64_t> all_pages(const node::Node& node, std::size_t limit) {
    std::vector<std::uint64_t> out;
    std::optional<std::uint64_t> cursor;
    while (true) {
        const auto page = sequences(node.payments({limit, cursor}));
        if (page.empty()) return out;
        out.insert(out.end(), page.begin(), page.end());
        cursor = page.back();
    }
}

}  // namespace

class TestLists : public QObject {
    Q_OBJECT

private slots:
    void newest_first_both_directions();
    void a_payment_made_again_is_listed_once();
    void transactions_too();
    void a_page_costs_a_page();
};

void TestLists::newest_first_both_directions() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    for (int i = 0; i < 5; ++i) {
        QVERIFY(net.pays(net.alice, net.bob, 1'000_msat).succeeded());
        QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    }
    const auto& node = net.alice.node();
    const auto whole = node.payments({});
    QCOMPARE(whole.size(), std::size_t{10});
    QCOMPARE(
        std::count_if(whole.begin(), whole.end(), [](const auto& view) { return view.outgoing; }),
        std::ptrdiff_t{5});
    const auto order = sequences(whole);
    QVERIFY(std::is_sorted(order.rbegin(), order.rend()) &&
            std::adjacent_find(order.begin(), order.end()) == order.end());
    for (const std::size_t limit : {1UL, 3UL, 10UL, 11UL}) QVERIFY(all_pages(node, limit) == order);
    QVERIFY(node.payments({0, std::nullopt}).empty());
    QVERIFY(node.payments({5, 0}).empty());
    QVERIFY(sequences(node.payments({5, UINT64_MAX})) ==
            std::vector(order.begin(), order.begin() + 5));
    net.alice.restart();
    QVERIFY(sequences(net.alice.node().payments({})) == order);
    QVERIFY(net.check());
}

void TestLists::a_payment_made_again_is_listed_once() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 1'000'000_msat);
    net.bob.set_chain_reachable(false);
    net.net.advance(31 * minute);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).problem().has_value());
    net.bob.set_chain_reachable(true);
    net.net.settle();
    const auto before = net.alice.node().payments({}).size();
    const auto again = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(again.succeeded());
    const auto after = net.alice.node().payments({});
    QCOMPARE(after.size(), before);
    QVERIFY(after.front().bolt11 == bolt11 && after.front().status == api::PaymentStatus::paid);
    QVERIFY(net.check());
}

void TestLists::transactions_too() {
    Duo net;
    const auto to = std::get<api::AddressMade>(*net.run(net.bob, api::NewAddress{})).address;
    for (int i = 0; i < 3; ++i) {
        QVERIFY(bool(net.run(net.alice, api::SendOnchain{to, 10'000_sat, std::nullopt})));
        net.net.mine(1);
    }
    // Of a reorg come rows that are gone and rows that are there again.
    net.net.reorg(2);
    const auto whole = net.alice.node().transactions({});
    QCOMPARE(whole.size(), net.alice.node().state().transactions.size());
    std::vector<std::uint64_t> order;
    for (const auto& view : whole) order.push_back(view.sequence);
    QVERIFY(std::is_sorted(order.rbegin(), order.rend()) &&
            std::adjacent_find(order.begin(), order.end()) == order.end());
    const auto second = net.alice.node().transactions({1, order.front()});
    QCOMPARE(second.size(), std::size_t{1});
    QVERIFY(second.front().txid == whole[1].txid);
    net.alice.restart();
    QCOMPARE(net.alice.node().transactions({}).size(), whole.size());
    QVERIFY(net.check());
}

/// Ten thousand entries: a list made anew for every page would take a thousand times this.
void TestLists::a_page_costs_a_page() {
    constexpr std::uint32_t many = 10'000;
    Lone lone(1);
    std::vector<node::Event> wishes;
    for (std::uint32_t i = 0; i < many; ++i) {
        Writer name;
        name.u64(i).u64(1);
        wishes.emplace_back(api::Command{*api::CommandId::from(name.view()),
                                         api::CreateInvoice{Msat(1'000 + i), "one of many", 3600}});
    }
    lone.take(std::move(wishes));
    QCOMPARE(lone.node->state().incoming.size(), std::size_t{many});
    QElapsedTimer clock;
    clock.start();
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        const auto page = lone.node->payments({10, 20 + i * 9});
        QCOMPARE(page.size(), std::size_t{10});
        QCOMPARE(page.front().sequence, 19 + i * 9);
    }
    QVERIFY2(clock.elapsed() < 1'000, qPrintable(QString("%1 ms").arg(clock.elapsed())));
    lone.load();
    QCOMPARE(all_pages(*lone.node, 500).size(), std::size_t{many});
}

RUNNEL_TEST(TestLists)
#include "test_lists.moc"
