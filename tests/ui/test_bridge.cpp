// The hop between the node's thread and the window's: pictures arrive, answers come on the right
// thread, many changes become few signals, and nothing is delivered to what is gone.
#include "tests/support/test_main.h"
#include "tests/ui/world.h"

#include "ui/bridge/bridge.h"
#include "ui/models/wallet_model.h"
#include "ui/style/theme.h"
#include "ui/window/shell.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QThread>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

namespace {

/// A node that does nothing but tell, as fast as it is told to; on a thread of its own.
class Teller final : public api::NodeApi {
public:
    Teller() : m_picture(std::make_shared<api::Snapshot>()), m_thread([this] { work(); }) {}
    ~Teller() override { stop(); }
    void stop() {
        {
            const std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        if (m_thread.joinable()) m_thread.join();
    }
    void run(std::function<void()> what) {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(what));
    }

    api::SnapshotPtr snapshot() const override {
        const std::lock_guard lock(m_mutex);
        return m_picture;
    }
    void post(api::Command, api::OnAnswer answer) override {
        run([answer] { answer(api::Answer(api::Disconnected{})); });
    }
    Result<api::Inspection, api::Problem> inspect(const std::string& text,
                                                  const std::optional<Msat>&) const override {
        return fail(api::Problem{api::ProblemKind::malformed, {{"cause", text}}});
    }
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen&) const override {
        return api::OpenQuote{};
    }
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose&) const override {
        return api::CloseQuote{};
    }
    Result<api::SendQuote, api::Problem> quote(const api::AskSend&) const override {
        return api::SendQuote{};
    }
    std::vector<api::PaymentView> payments(const api::ListRequest& request) const override {
        std::vector<api::PaymentView> out;
        for (std::uint64_t n = request.cursor.value_or(stored + 1) - 1;
             n > 0 && out.size() < request.limit; --n)
            out.push_back(view(n));
        return out;
    }
    std::optional<api::PaymentView> payment(const PaymentHash& hash) const override {
        return view(std::uint64_t{hash.raw()[0]} << 16 | std::uint64_t{hash.raw()[1]} << 8 |
                    hash.raw()[2]);
    }
    std::vector<api::TransactionView> transactions(const api::ListRequest&) const override {
        return {};
    }
    std::shared_ptr<void> subscribe(api::OnNotice on_notice) override {
        auto held = std::make_shared<api::OnNotice>(std::move(on_notice));
        m_notice = held;
        return held;
    }
    std::shared_ptr<void> observe(api::OnPicture on_picture) override {
        auto held = std::make_shared<api::OnPicture>(std::move(on_picture));
        m_observer = held;
        return held;
    }

    static PaymentHash hashOf(std::uint64_t n) {
        PaymentHash hash;
        hash.raw()[0] = static_cast<std::uint8_t>(n >> 16);
        hash.raw()[1] = static_cast<std::uint8_t>(n >> 8);
        hash.raw()[2] = static_cast<std::uint8_t>(n);
        return hash;
    }
    static api::PaymentView view(std::uint64_t n) {
        api::PaymentView out;
        out.payment_hash = hashOf(n);
        out.sequence = n;
        out.created = UnixTime(1'700'000'000 + static_cast<std::int64_t>(n));
        out.status = api::PaymentStatus::paid;
        out.amount = Msat(n * 1000);
        out.description = "Payment " + std::to_string(n);
        return out;
    }
    /// On the node's thread.
    void tellPayment(std::uint64_t n) {
        if (const auto notice = m_notice.lock())
            (*notice)(api::PaymentReceived{hashOf(n), Msat(1000)});
    }
    void tellPicture(std::uint64_t turn) {
        auto picture = std::make_shared<api::Snapshot>();
        picture->turn = turn;
        {
            const std::lock_guard lock(m_mutex);
            m_picture = picture;
        }
        if (const auto observer = m_observer.lock()) (*observer)(picture);
    }
    bool isHeard() const { return !m_notice.expired(); }
    std::thread::id thread() const { return m_thread.get_id(); }
    std::atomic<std::uint64_t> stored{0};

private:
    void work() {
        while (true) {
            std::function<void()> next;
            {
                const std::lock_guard lock(m_mutex);
                if (m_queue.empty() && m_stop) return;
                if (!m_queue.empty()) {
                    next = std::move(m_queue.front());
                    m_queue.pop_front();
                }
            }
            if (next) next();
            else std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    mutable std::mutex m_mutex;
    std::deque<std::function<void()>> m_queue;
    bool m_stop = false;
    api::SnapshotPtr m_picture;
    std::weak_ptr<api::OnNotice> m_notice;
    std::weak_ptr<api::OnPicture> m_observer;
    std::thread m_thread;
};

Bridge::Run runOf(Teller& teller) {
    return [&teller](std::function<void()> what) { teller.run(std::move(what)); };
}

}  // namespace

class TestBridge : public QObject {
    Q_OBJECT

private slots:
    void answersComeHere() {
        Teller teller;
        Bridge bridge(teller, runOf(teller));
        QThread* answered = nullptr;
        bridge.post(api::NewAddress{}, this, [&](const api::CommandResult& result) {
            QVERIFY(bool(result));
            answered = QThread::currentThread();
        });
        QTRY_COMPARE(answered, QThread::currentThread());
        QString cause;
        bridge.inspect("abc", this, [&](const Result<api::Inspection, api::Problem>& looked) {
            cause = QString::fromStdString(looked.error().params.at("cause"));
        });
        QTRY_COMPARE(cause, QStringLiteral("abc"));
    }

    void idsAreFresh() {
        Teller teller;
        Bridge bridge(teller, runOf(teller));
        const auto one = bridge.post(api::NewAddress{}, this, [](const api::CommandResult&) {});
        const auto other = bridge.post(api::NewAddress{}, this, [](const api::CommandResult&) {});
        QVERIFY(!one.is_zero());
        QVERIFY(one != other);
    }

    void nothingForWhoIsGone() {
        Teller teller;
        Bridge bridge(teller, runOf(teller));
        bool said = false;
        auto context = std::make_unique<QObject>();
        bridge.post(api::NewAddress{}, context.get(),
                    [&](const api::CommandResult&) { said = true; });
        context.reset();
        QTest::qWait(60);
        QVERIFY(!said);
    }

    void aDeadBridgeHearsNothing() {
        Teller teller;
        {
            Bridge bridge(teller, runOf(teller));
            QTRY_VERIFY(teller.isHeard());
        }
        QTRY_VERIFY(!teller.isHeard());
        teller.run([&] { teller.tellPicture(3); });
        QTest::qWait(40);
    }

    void manyChangesAreFewSignals() {
        Teller teller;
        Bridge bridge(teller, runOf(teller));
        QTRY_VERIFY(teller.isHeard());
        QSignalSpy pictures(&bridge, &Bridge::pictureChanged),
            payments(&bridge, &Bridge::paymentsChanged), received(&bridge, &Bridge::received);
        QElapsedTimer clock;
        clock.start();
        for (std::uint64_t n = 1; n <= 500; ++n) {
            teller.run([&teller, n] {
                teller.tellPayment(n);
                teller.tellPicture(n);
            });
            if (n % 10 == 0) QTest::qWait(20);
        }
        QTRY_COMPARE(bridge.picture()->turn, std::uint64_t{500});
        QTRY_COMPARE(received.count(), 500);
        const auto frames = clock.elapsed() / 16 + 2;
        QVERIFY2(pictures.count() <= frames, qPrintable(QString::number(pictures.count())));
        QVERIFY(payments.count() <= frames);
        std::size_t seen = 0;
        QTRY_VERIFY(
            (seen = 0,
             std::for_each(payments.begin(), payments.end(),
                           [&](const QList<QVariant>& one) {
                               seen += one.front().value<std::vector<api::PaymentView>>().size();
                           }),
             seen == 500));
    }

    void theWindowNeverWaits() {
        // 500 payments a second for two seconds over a list of 10,000: the longest time that the
        // event loop is not reached.
        Teller teller;
        teller.stored = 10'000;
        WalletModel wallet(teller, runOf(teller), nullptr);
        QTRY_VERIFY(wallet.activity().isLoaded());
        QCOMPARE(wallet.activity().rowCount(), 100);
        std::atomic<bool> stop{false};
        std::thread storm([&] {
            for (std::uint64_t n = 10'001; !stop; ++n) {
                teller.run([&teller, n] {
                    teller.stored = n;
                    teller.tellPayment(n);
                    teller.tellPicture(n);
                });
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        });
        std::vector<qint64> gaps;
        QElapsedTimer all, gap;
        all.start();
        gap.start();
        QTimer beat;
        beat.setInterval(0);
        connect(&beat, &QTimer::timeout, this,
                [&] { gaps.push_back(gap.nsecsElapsed() / 1000), gap.restart(); });
        beat.start();
        QTest::qWait(2'000);
        stop = true;
        storm.join();
        QVERIFY(gaps.size() > 100);
        std::sort(gaps.begin(), gaps.end());
        const auto p99 = gaps[gaps.size() * 99 / 100];
        qInfo(
            "longest time between two turns of the event loop: p99 %lld us, worst %lld us, %d rows",
            static_cast<long long>(p99), static_cast<long long>(gaps.back()),
            wallet.activity().rowCount());
        QVERIFY2(p99 < 16'000, qPrintable(QString::number(p99)));
        QTRY_VERIFY(wallet.activity().rowCount() > 500);
    }

    void aWindowOfTenThousandPaymentsOpensAtOnce() {
        Teller teller;
        teller.stored = 10'000;
        QElapsedTimer clock;
        clock.start();
        Theme::current().apply();
        WalletModel wallet(teller, runOf(teller), nullptr);
        Shell shell(wallet);
        shell.resize(1080, 760);
        shell.show();
        QVERIFY(QTest::qWaitForWindowExposed(&shell));
        QTRY_VERIFY(wallet.activity().isLoaded());
        shell.grab();
        const auto took = clock.elapsed();
        // Second figure of statm: resident pages.
        QFile statm(QStringLiteral("/proc/self/statm"));
        QVERIFY(statm.open(QIODevice::ReadOnly));
        const auto resident = statm.readAll().split(' ').value(1).toLongLong() * 4 / 1024;
        qInfo("usable after %lld ms, %lld MB resident", static_cast<long long>(took),
              static_cast<long long>(resident));
        QVERIFY2(took < 1'000, qPrintable(QString::number(took)));
        QVERIFY2(resident < 150, qPrintable(QString::number(resident)));
    }

    void overARealNode() {
        test::World world;
        auto session = world.session();
        WalletModel wallet(
            session->node(), [&](std::function<void()> what) { session->run(std::move(what)); },
            session->practice());
        QTRY_VERIFY(wallet.practicePeer("shop") != nullptr);
        QCOMPARE(wallet.names().of(wallet.practicePeer("shop")->node_id),
                 QStringLiteral("Practice shop"));
        bool sent = false;
        wallet.practice()->faucet(
            1'000'000_sat, this,
            [&](const Result<Txid, api::Problem>& result) { sent = bool(result); });
        QTRY_VERIFY(sent);
        QTRY_COMPARE(wallet.picture().balance.onchain_unconfirmed.raw(), std::uint64_t{1'000'000});
        QTRY_COMPARE(wallet.activity().rowCount(), 1);
        world.mine(1);
        QTRY_COMPARE(wallet.picture().balance.onchain.raw(), std::uint64_t{1'000'000});
        QVERIFY(world.broken().empty());
    }
};

RUNNEL_TEST(TestBridge)
#include "test_bridge.moc"
