// The first journey as a person has it: the real window over the real practice network, its processes and its disk. Nothing typed but
// a passphrase and an amount; then the window is closed and opened again, and everything is where it was.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

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
            QVERIFY(desk.waitFor([&] { return desk.picture().balance.onchain > 980'000_sat; }));
            qInfo("%d clicks", person.clicks);
            QVERIFY2(person.clicks <= 25, "the way is too long");
            left = desk.picture().balance.onchain;
            // A million came, 8,000 stayed in the shop, the rest are fees of two transactions.
            QVERIFY(left < 992'000_sat);
        }
        // The same wallet and the same network after a restart.
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(desk.waitFor([&] { return desk.window->shell() != nullptr; }));
        QCOMPARE(desk.picture().balance.onchain.raw(), left.raw());
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));
        QVERIFY(person.press("practiceBlock"));
        // A second window on the same wallet is told so.
        PracticeDesk second(folder);
        auto& other = *second.person;
        QVERIFY(other.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        auto* const unlock = second.window->findChild<QAbstractButton*>(QStringLiteral("unlockNow"));
        QTest::mouseClick(unlock, Qt::LeftButton);
        QVERIFY(other.waitToRead("setupUnlockProblemWhat", QStringLiteral("open already"), 30'000));
    }
};

RUNNEL_TEST(TestPracticeWindow)
#include "test_practice_window.moc"
