// kill -9 of either process, at any time: nothing is lost, and what was under way comes to its end.
#include "tests/practice/wallet.h"

#include <atomic>
#include <thread>

using namespace runnel;
using namespace runnel::test;

namespace {

std::int64_t number(const json::object& object, std::string_view name) {
    return object.at(name).to_number<std::int64_t>();
}

/// A wallet with a channel to the shop and one to the hub.
struct Ready {
    PracticeWallet wallet;
    std::string shop, hub;
    std::int64_t fees = 0;

    bool furnish() {
        if (!wallet.start()) return false;
        for (int i = 0; i < 3; ++i) wallet.need("practice.faucet", {{"amount_sat", 1'000'000}});
        wallet.mine(1);
        shop = wallet.open(wallet.peer("shop"), 800'000, fees);
        hub = wallet.open(wallet.peer("hub"), 800'000, fees);
        return true;
    }
};

/// Payments from several threads, until they are told to stop. Each is either done or must be
/// looked up.
class Busy {
public:
    explicit Busy(const PracticeWallet& wallet) : m_wallet(wallet) {
        for (int i = 0; i < 4; ++i) m_threads.emplace_back([this, i] { work(i % 2 == 0); });
    }
    ~Busy() { stop(); }
    void stop() {
        m_stopping = true;
        for (auto& thread : m_threads) {
            if (thread.joinable()) thread.join();
        }
    }
    int paid() const { return m_paid; }

private:
    void work(bool through_hub) {
        while (!m_stopping) {
            const auto made = m_wallet.call(
                "practice.invoice", {{"amount_msat", 1'000'000}, {"through_hub", through_hub}});
            if (!made) {
                QThread::msleep(5);
                continue;
            }
            if (m_wallet.call("pay", {{"text", made->at("bolt11")}})) ++m_paid;
        }
    }

    const PracticeWallet& m_wallet;
    std::atomic<bool> m_stopping{false};
    std::atomic<int> m_paid{0};
    std::vector<std::thread> m_threads;
};

struct Sums {
    std::int64_t pending = 0, paid_msat = 0, count = 0;
};
Sums sums_of(const PracticeWallet& wallet) {
    Sums out;
    const auto list = wallet.need("payments", {{"limit", 10'000}});
    for (const auto& entry : list.at("payments").as_array()) {
        const auto& payment = entry.as_object();
        if (payment.at("status") == json::value("pending")) ++out.pending;
        if (payment.at("status") != json::value("paid")) continue;
        ++out.count;
        out.paid_msat += number(payment, "amount_msat") + number(payment, "fee_msat");
    }
    return out;
}

/// Nothing is under way any more, both channels work, and what left them is what was paid.
bool adds_up(const Ready& ready) {
    const auto& wallet = ready.wallet;
    if (!within(30'000,
                [&] { return wallet.is_usable(ready.shop) && wallet.is_usable(ready.hub); }))
        return false;
    if (!within(60'000, [&] {
            return sums_of(wallet).pending == 0 && wallet.balance("in_flight_msat") == 0;
        }))
        return false;
    const auto left = number(wallet.channel(ready.shop), "our_msat") +
                      number(wallet.channel(ready.hub), "our_msat");
    return left == 1'600'000'000 - sums_of(wallet).paid_msat;
}

}  // namespace

class TestKills : public QObject {
    Q_OBJECT

private slots:
    void a_child_that_hangs_is_not_waited_for();
    void the_network_dies_in_the_middle_of_payments();
    void the_wallet_dies_in_the_middle_of_payments();
    /// Blocks and coins that anybody was told about are there afterwards.
    void the_chain_never_goes_backward();
    /// What has few blocks on top of it gets the rest as soon as was said.
    void blocks_hurry_on();
    void an_orphan_ends_and_a_stale_one_is_taken_over();
    void a_damaged_chain_is_named();
    void a_removed_network_is_not_followed();
};

/// Nothing tells of it but the clock: its connection stays, and takes what is asked.
void TestKills::a_child_that_hangs_is_not_waited_for() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    const int child = wallet.child_pid();
    QCOMPARE(::kill(child, SIGSTOP), 0);
    QElapsedTimer clock;
    clock.start();
    const auto refused = wallet.call("practice.invoice", {{"amount_msat", 1'000}});
    const auto waited = clock.elapsed();
    ::kill(child, SIGCONT);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, std::string("practice_gone"));
    QVERIFY2(refused.error().message.find("has not answered in time") != std::string::npos,
             refused.error().message.c_str());
    QVERIFY(waited < 15'000);
    // And goes on when it does.
    QVERIFY(bool(wallet.call("practice.invoice", {{"amount_msat", 1'000}})));
}

void TestKills::the_network_dies_in_the_middle_of_payments() {
    Ready ready;
    QVERIFY(ready.furnish());
    Busy busy(ready.wallet);
    for (int round = 0; round < 3; ++round) {
        const int before = busy.paid();
        QVERIFY(within(20'000, [&] { return busy.paid() >= before + 10; }));
        const int child = ready.wallet.child_pid();
        QCOMPARE(::kill(child, SIGKILL), 0);
        QVERIFY(within(20'000, [&] {
            return ready.wallet.child_pid() != child && is_alive(ready.wallet.child_pid());
        }));
        const auto state = ready.wallet.need("practice.state");
        QCOMPARE(number(state, "signal"), std::int64_t{SIGKILL});
    }
    const int before = busy.paid();
    QVERIFY(within(30'000, [&] { return busy.paid() >= before + 10; }));
    QCOMPARE(ready.wallet.need("practice.state").at("stand"), json::value("running"));
    busy.stop();
    QVERIFY(adds_up(ready));
    QVERIFY(sums_of(ready.wallet).count >= 40);
}

void TestKills::the_wallet_dies_in_the_middle_of_payments() {
    Ready ready;
    QVERIFY(ready.furnish());
    for (int round = 0; round < 3; ++round) {
        Busy busy(ready.wallet);
        QVERIFY(within(20'000, [&] { return busy.paid() >= 10; }));
        const int child = ready.wallet.child_pid();
        ready.wallet.kill();
        busy.stop();
        QVERIFY(within(10'000, [&] { return !is_alive(child); }));
        QVERIFY(ready.wallet.start());
    }
    QVERIFY(adds_up(ready));
    QVERIFY(sums_of(ready.wallet).count >= 30);
    ready.wallet.need("pay", {{"text", ready.wallet.shop_invoice(1'000, true)}});
    QVERIFY(adds_up(ready));
}

void TestKills::the_chain_never_goes_backward() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    std::int64_t coins = 0;
    for (int round = 0; round < 5; ++round) {
        const auto paid = wallet.need("practice.faucet", {{"amount_sat", 50'000}});
        coins += 50'000;
        const auto mined = wallet.need("practice.mine", {{"blocks", 3}});
        const auto waiting = wallet.need("practice.faucet", {{"amount_sat", 50'000}});
        coins += 50'000;
        const int child = wallet.child_pid();
        QCOMPARE(::kill(child, SIGKILL), 0);
        // The verb waits for the one that comes after it.
        const auto next = wallet.need("practice.mine", {{"blocks", 1}});
        QVERIFY(number(next, "block_height") > number(mined, "block_height"));
        const auto on_chain = wallet.chain_transactions();
        QVERIFY(on_chain.contains(std::string(paid.at("txid").as_string())));
        QVERIFY(on_chain.contains(std::string(waiting.at("txid").as_string())));
    }
    QVERIFY(within(10'000, [&] { return wallet.balance("onchain_sat") == coins; }));
}

void TestKills::blocks_hurry_on() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    wallet.need("practice.faucet", {{"amount_sat", 50'000}});
    const auto mined = number(wallet.need("practice.mine", {{"blocks", 2}}), "block_height");
    const int child = wallet.child_pid();
    QCOMPARE(::kill(child, SIGKILL), 0);
    QVERIFY(within(20'000,
                   [&] { return wallet.child_pid() != child && is_alive(wallet.child_pid()); }));
    // Four more to come; without a hurry the first of them would take half a minute.
    QVERIFY(within(25'000,
                   [&] { return number(wallet.need("getinfo"), "block_height") >= mined + 3; }));
}

void TestKills::an_orphan_ends_and_a_stale_one_is_taken_over() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    const int child = wallet.child_pid();
    QVERIFY(is_alive(child));
    wallet.kill();
    QVERIFY(within(5'000, [&] { return !is_alive(child); }));

    // One that nobody's end ends.
    QProcess stale;
    stale.start(program("runnel-practice"), {"--datadir", wallet.directory()});
    QVERIFY(stale.waitForReadyRead(20'000));
    QCOMPARE(stale.readLine(), QByteArray("ready\n"));
    QVERIFY(wallet.start());
    QVERIFY(stale.waitForFinished(5'000));
    QVERIFY(wallet.child_pid() != static_cast<int>(stale.processId()));
    wallet.need("practice.mine", {{"blocks", 1}});
    // And the child of a clean stop is gone when runneld is.
    const int last = wallet.child_pid();
    QCOMPARE(wallet.stop(), 0);
    QVERIFY(!is_alive(last));
}

void TestKills::a_damaged_chain_is_named() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    QCOMPARE(wallet.stop(), 0);
    QFile chain(wallet.directory() + "/practice/chain");
    QVERIFY(chain.open(QIODevice::ReadWrite) && chain.seek(200));
    QVERIFY(chain.write("damage") == 6);
    chain.close();
    const auto ended = run("runneld", {"--datadir", wallet.directory(), "--network", "practice",
                                       "--listen", "127.0.0.1:0", "--empty-passphrase"});
    QCOMPARE(ended.code, 1);
    QVERIFY(ended.error.contains("damaged at byte") &&
            ended.error.contains("Remove the folder practice"));
    QVERIFY(!ended.out.contains("ready"));
}

void TestKills::a_removed_network_is_not_followed() {
    PracticeWallet wallet;
    QVERIFY(wallet.start());
    wallet.need("practice.faucet", {{"amount_sat", 70'000}});
    wallet.mine(1);
    QVERIFY(within(5'000, [&] { return wallet.balance("onchain_sat") == 70'000; }));
    QCOMPARE(wallet.stop(), 0);
    QVERIFY(QDir(wallet.directory() + "/practice").removeRecursively());
    QVERIFY(wallet.start());
    QVERIFY(within(5'000, [&] {
        const auto problem = wallet.need("getinfo").at("chain_problem");
        return problem.is_string() &&
               std::string(problem.as_string()).starts_with("history_unknown");
    }));
    QCOMPARE(wallet.balance("onchain_sat"), 70'000);  // nothing was undone
}

RUNNEL_TEST(TestKills)
#include "test_kills.moc"
