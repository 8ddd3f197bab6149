// The first journey as a person has it: the real window over the real practice network, its
// processes and its disk. Nothing typed but a passphrase and an amount; then the window is closed
// and opened again, and everything is where it was.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

#include "ui/widgets/fields.h"

#include <QFile>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

constexpr Sat coins{1'000'000};

/// What Activity says has come and gone, in all.
struct Sums {
    explicit Sums(const ui::ActivityModel& activity) {
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto& entry = activity.at(row);
            if (const auto* const tx = entry.transaction()) {
                on_chain += tx->net_sat;
                chain_fees += tx->fee.value_or(Sat(0));
            } else if (const auto* const payment = entry.payment();
                       payment->status == api::PaymentStatus::paid) {
                if (payment->outgoing) spent += payment->amount + payment->fee;
                else received += payment->amount;
            }
        }
    }
    std::int64_t on_chain = 0;
    Sat chain_fees;
    Msat spent, received;
};

}  // namespace

class TestPracticeWindow : public QObject {
    Q_OBJECT

private slots:
    void theFirstJourney() {
        const QTemporaryDir folder;
        Sat left;
        {
            PracticeDesk desk(folder);
            auto& person = *desk.person;
            QVERIFY(desk.makeWallet());
            // Coins; blocks come by themselves.
            QVERIFY(desk.fundAndOpen());

            // The shop, directly.
            QVERIFY(person.press("railPay"));
            QVERIFY(person.press("practiceBuy"));
            QVERIFY(person.press("payNow"));
            QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
            QVERIFY(person.press("payDone"));

            // Paid back.
            QVERIFY(person.press("railReceive"));
            QVERIFY(person.type("receiveAmount", QStringLiteral("2000")));
            QVERIFY(person.press("receiveMake"));
            QVERIFY(person.press("practiceRefund"));
            QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received"), 30'000));

            // Closed, and home.
            QVERIFY(person.press("railChannels"));
            QVERIFY(person.press("channelClose"));
            QVERIFY(person.press("closeNow"));
            QVERIFY(desk.waitFor([&] { return desk.channel()->state == "closing"; }));
            QVERIFY(desk.waitFor([&] { return desk.balance().onchain > 980'000_sat; }));
            qInfo("%d clicks", person.clicks);
            QVERIFY2(person.clicks <= 25, "the way is too long");
            left = desk.balance().onchain;
            // Every satoshi: what the chain moved is what is there, and what is gone of the million
            // was spent, or is a fee that Activity names.
            const auto& activity = desk.window->wallet()->activity();
            QVERIFY(desk.waitFor(
                [&] { return Sums(activity).on_chain == static_cast<std::int64_t>(left.raw()); }));
            const Sums sums(activity);
            QCOMPARE(sums.spent, 10'000'000_msat);
            QCOMPARE(sums.received, 2'000'000_msat);
            QVERIFY(sums.chain_fees > 0_sat && sums.chain_fees < 5'000_sat);
            QCOMPARE((left + sums.chain_fees).msat() + sums.spent, coins.msat() + sums.received);
        }
        // The same wallet and the same network after a restart.
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(desk.waitFor([&] { return desk.window->shell() != nullptr; }));
        QCOMPARE(desk.balance().onchain.raw(), left.raw());
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));
        QVERIFY(person.press("practiceBlock"));
        QVERIFY(person.press("railSettings"));
        const auto* const log = person.see<ui::CopyField>("settingsLog");
        QVERIFY(log != nullptr && QFile::exists(log->text()));
        QVERIFY(person.press("settingsDone"));
        // A second window on the same wallet is told so.
        PracticeDesk second(folder);
        auto& other = *second.person;
        QVERIFY(other.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        auto* const unlock =
            second.window->findChild<QAbstractButton*>(QStringLiteral("unlockNow"));
        QTest::mouseClick(unlock, Qt::LeftButton);
        QVERIFY(other.waitToRead("setupUnlockProblemWhat", QStringLiteral("open already"), 30'000));
    }

    // Not one click, receiving included: what somebody does who cannot use a mouse.
    void byKeyboardAlone() {
        const QTemporaryDir folder;
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        const auto passphrase = QStringLiteral("a long passphrase");
        const auto key = [](Qt::Key which) { QTest::keyClick(QApplication::focusWidget(), which); };
        QVERIFY(person.pressByKey("forkCreate"));
        QVERIFY(person.typeByKey("passphraseFirst", passphrase));
        key(Qt::Key_Return);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("passphraseSecond"));
        QTest::keyClicks(QApplication::focusWidget(), passphrase);
        key(Qt::Key_Return);
        QVERIFY(person.pressByKey("wordsWritten"));
        for (int i = 0; i < ui::WordChecks::questions; ++i)
            QVERIFY(person.pressByKey(rightWord(*desk.window)));
        QVERIFY(desk.isOpen());
        QVERIFY(desk.waitFor([&] {
            return desk.picture().chain.synced &&
                   desk.window->wallet()->practicePeer("shop") != nullptr;
        }));

        // Coins, and a channel with a part of them.
        QVERIFY(person.pressByKey("homeFirstAction"));
        QVERIFY(desk.waitFor([&] {
            return !desk.balance().onchain_unconfirmed.is_zero() ||
                   !desk.balance().onchain.is_zero();
        }));
        QVERIFY(person.pressByKey("practiceBlock"));
        QVERIFY(desk.waitFor([&] { return desk.balance().onchain == coins; }));
        QVERIFY(person.pressByKey("homeFirstAction"));
        QVERIFY(person.pressByKey("openNow"));
        QVERIFY(desk.waitFor([&] { return desk.channel() != nullptr && desk.channel()->usable; }));
        const auto mine = desk.channel()->ours;

        person.shortcut(Qt::Key_2);
        QVERIFY(person.pressByKey("practiceBuy"));
        QVERIFY(person.pressByKey("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
        // The way on has the focus already.
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("payDone"));
        key(Qt::Key_Space);

        person.shortcut(Qt::Key_3);
        QVERIFY(person.typeByKey("receiveAmount", QStringLiteral("2000")));
        QVERIFY(person.typeByKey("receiveDescription", QStringLiteral("Brought back")));
        key(Qt::Key_Return);
        // What is there to do with an invoice is near: its text to copy, the shop to pay it.
        QVERIFY(person.pressByKey("practiceRefund"));
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received"), 30'000));
        QVERIFY(desk.waitFor(
            [&] { return desk.channel()->ours == mine - 10'000'000_msat + 2'000'000_msat; }));

        // To the next page along the rail, and the channel closed.
        QVERIFY(person.reach(person.see<QWidget>("railReceive")));
        key(Qt::Key_Down);
        QCOMPARE(desk.window->shell()->currentPage(), static_cast<int>(ui::Shell::channels));
        QVERIFY(person.pressByKey("channelClose"));
        QVERIFY(person.pressByKey("closeNow"));
        QVERIFY(desk.waitFor([&] { return desk.channel()->state == "closing"; }));
        person.shortcut(Qt::Key_1);
        QVERIFY(desk.waitFor([&] { return desk.balance().onchain > 980'000_sat; }));
        QCOMPARE(person.clicks, 0);
    }
};

RUNNEL_TEST(TestPracticeWindow)
#include "test_practice_window.moc"
