// Bad days of the wallet's own files, through the window and for real: the wrong passphrase, a
// second window, a disk that does not take a change.
#include "tests/support/test_main.h"
#include "tests/ui/person.h"

#include "app/window/wallet_setup.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/secret_edit.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"

#include <QTemporaryDir>

#include <sys/resource.h>
#include <csignal>
#include <future>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;

namespace {

/// A wallet of a network whose chain source is not there: enough to open it.
struct Place {
    Place() {
        app::SetupOptions options;
        options.base = folder.filePath(QStringLiteral("data")).toStdString();
        options.network = Network::regtest;
        setup.emplace(options);
        api::Creation creation;
        creation.network = Network::regtest;
        creation.words = setup->fresh_words();
        creation.passphrase = SecretBytes(bytes_of("a long passphrase"));
        creation.chain = "bitcoind:http://user:password@127.0.0.1:1";
        std::promise<bool> made;
        setup->create(std::move(creation),
                      [&](Result<std::unique_ptr<api::Session>, api::SetupProblem> result) {
                          made.set_value(bool(result));
                      });
        if (!made.get_future().get()) qFatal("no wallet");
    }
    QTemporaryDir folder;
    std::optional<app::WalletSetup> setup;
};

struct Desk {
    explicit Desk(Place& place) : preferences(place.folder.filePath(QStringLiteral("window.ini"))) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<Window>(*place.setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
    }
    bool try_(const char* passphrase) {
        return person->type("unlockPassphrase", QString::fromLatin1(passphrase)) &&
               person->press("unlockNow");
    }
    bool open() {
        return try_("a long passphrase") &&
               QTest::qWaitFor([&] { return window->shell() != nullptr; }, 30'000);
    }
    Preferences preferences;
    std::unique_ptr<Window> window;
    std::unique_ptr<Person> person;
};

/// Nothing that this process writes gets beyond the first byte of a file: what a full disk does to
/// it, without one.
class FullDisk {
public:
    FullDisk() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit none{1, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit m_before{};
};

}  // namespace

class TestBadFiles : public QObject {
    Q_OBJECT

private slots:
    void theWrongPassphrase() {
        Place place;
        Desk desk(place);
        QVERIFY(desk.try_("another passphrase"));
        QVERIFY(desk.person->waitToRead("setupUnlockProblemWhat",
                                        QStringLiteral("not the passphrase"), 30'000));
        QVERIFY(desk.person->read("setupUnlockProblemWhy")
                    .contains(QStringLiteral("Nothing was touched")));
        QVERIFY(desk.person->read("setupUnlockProblemTry").contains(QStringLiteral("Try again")));
        // The field is empty and has the focus: what to try can be done at once.
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("unlockPassphrase"));
        QVERIFY(desk.person->see<SecretEdit>("unlockPassphrase")->isEmpty());
        QVERIFY(desk.open());
    }

    void aSecondWindow() {
        Place place;
        Desk first(place);
        QVERIFY(first.open());
        first.window->hide();  // the words below are the second one's
        Desk second(place);
        QVERIFY(second.try_("a long passphrase"));
        QVERIFY(second.person->waitToRead("setupUnlockProblemWhat", QStringLiteral("open already"),
                                          30'000));
        QVERIFY(second.person->read("setupUnlockProblemWhy")
                    .contains(QStringLiteral("Only one program at a time")));
        QVERIFY(second.person->read("setupUnlockProblemTry")
                    .contains(QStringLiteral("close it first")));
        // The first goes on as if nothing had been; once it is closed, the second can have it.
        QVERIFY(first.window->shell() != nullptr);
        first.window.reset();
        QVERIFY(second.open());
    }

    void aDiskThatIsFull() {
        Place place;
        Desk desk(place);
        auto& person = *desk.person;
        QVERIFY(desk.open());
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveDescription", QStringLiteral("Before the disk was full")));
        QVERIFY(person.press("receiveMake"));
        const auto invoice = person.see<CopyField>("receiveText")->text();
        QVERIFY(!invoice.isEmpty());
        QVERIFY(person.press("receiveAnother"));
        {
            const FullDisk full;
            QVERIFY(person.press("receiveMake"));
            QVERIFY(person.waitToRead("endedTitle", QStringLiteral("has stopped this wallet")));
        }
        QVERIFY(desk.window->shell() == nullptr);
        const auto words = person.read("endedExplanation");
        QVERIFY(words.contains(QStringLiteral("nothing is lost")));
        QVERIFY(words.contains(QStringLiteral("make space on it")));
        QVERIFY(words.contains(QStringLiteral("technical cause: ")));
        // There is space again: from the same window, everything is there.
        QVERIFY(person.press("endedAction"));
        QVERIFY(person.see("unlockPassphrase", 15'000) != nullptr);
        QVERIFY(desk.open());
        const auto& activity = desk.window->wallet()->activity();
        QVERIFY(QTest::qWaitFor([&] { return activity.isLoaded() && activity.rowCount() >= 1; },
                                15'000));
        QCOMPARE(QString::fromStdString(activity.at(activity.rowCount() - 1).payment()->bolt11),
                 invoice);
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        QVERIFY(person.see<CopyField>("receiveText") != nullptr);
    }
};

RUNNEL_TEST(TestBadFiles)
#include "test_bad_files.moc"
