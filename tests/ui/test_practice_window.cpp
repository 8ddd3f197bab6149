// The first journey as a person has it: the real window over the real practice network, its processes and its disk. Nothing typed but
// a passphrase and an amount; then the window is closed and opened again, and everything is where it was.
#include "tests/support/test_main.h"
#include "tests/ui/person.h"

#include "app/window/wallet_setup.h"
#include "ui/format/amount.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/amount_label.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"
#include "ui/wizards/word_widgets.h"

#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

app::SetupOptions optionsFor(const QTemporaryDir& folder) {
    app::SetupOptions options;
    options.base = folder.filePath(QStringLiteral("data")).toStdString();
    options.network = Network::practice;
    return options;
}

struct Desk {
    explicit Desk(const QTemporaryDir& folder)
        : preferences(folder.filePath(QStringLiteral("window.ini"))), setup(optionsFor(folder)) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<Window>(setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
    }
    const api::Snapshot& picture() const { return window->wallet()->picture(); }
    bool waitFor(const std::function<bool()>& check, int limit = 60'000) { return QTest::qWaitFor(check, limit); }
    const api::ChannelView* channel() const { return picture().channels.empty() ? nullptr : &picture().channels.front(); }
    bool answerChecks() {
        for (int i = 0; i < WordChecks::questions; ++i) {
            for (auto* const right : window->findChildren<WordOption*>(QStringLiteral("wordRight"))) {
                if (!right->isVisible() || !right->isEnabled()) continue;
                QTest::mouseClick(right, Qt::LeftButton);
                ++person->clicks;
                break;
            }
        }
        return waitFor([this] { return window->shell() != nullptr; });
    }
    Preferences preferences;
    app::WalletSetup setup;
    std::unique_ptr<Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace

class TestPracticeWindow : public QObject {
    Q_OBJECT

private slots:
    void theFirstJourney() {
        const QTemporaryDir folder;
        Sat left;
        {
            Desk desk(folder);
            auto& person = *desk.person;
            QVERIFY(person.press("forkCreate"));
            QVERIFY(person.type("passphraseFirst", QStringLiteral("a long passphrase")));
            QVERIFY(person.type("passphraseSecond", QStringLiteral("a long passphrase")));
            QVERIFY(person.press("passphraseNext"));
            QVERIFY(person.press("wordsWritten"));
            QVERIFY(desk.answerChecks());
            QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced && desk.window->wallet()->practicePeer("shop") != nullptr; }));

            // Coins; blocks come by themselves.
            QVERIFY(person.press("homeFirstAction"));
            QVERIFY(desk.waitFor([&] { return !desk.picture().balance.onchain.is_zero(); }));
            QVERIFY(person.press("homeFirstAction"));
            QVERIFY(person.press("openNow"));
            QVERIFY(desk.waitFor([&] { return desk.channel() != nullptr && desk.channel()->usable; }));

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
        Desk desk(folder);
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(desk.waitFor([&] { return desk.window->shell() != nullptr; }));
        QCOMPARE(desk.picture().balance.onchain.raw(), left.raw());
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));
        QVERIFY(person.press("practiceBlock"));
        // A second window on the same wallet is told so.
        Desk second(folder);
        auto& other = *second.person;
        QVERIFY(other.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        auto* const unlock = second.window->findChild<QAbstractButton*>(QStringLiteral("unlockNow"));
        QTest::mouseClick(unlock, Qt::LeftButton);
        QVERIFY(other.waitToRead("setupUnlockProblemWhat", QStringLiteral("open already"), 30'000));
    }
};

RUNNEL_TEST(TestPracticeWindow)
#include "test_practice_window.moc"
