// From nothing to an open wallet, and back into it: by mouse, by keyboard, and with everything that
// can be typed wrong.
#include "tests/support/test_main.h"
#include "tests/ui/wallet_steps.h"
#include "tests/ui/world.h"

#include "ui/style/theme.h"
#include "ui/widgets/secret_edit.h"
#include "ui/widgets/words_view.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"

#include <QAccessible>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;

namespace {

const auto passphrase = QStringLiteral("a long passphrase");

struct Desk {
    Desk() : setup(world), preferences(folder.filePath(QStringLiteral("window.ini"))) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
    }
    void show() {
        window = std::make_unique<Window>(setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    }
    QTemporaryDir folder;
    World world;
    WorldSetup setup;
    Preferences preferences;
    std::unique_ptr<Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace

class TestSetup : public QObject {
    Q_OBJECT

private slots:
    void makesAWallet() {
        Desk desk;
        desk.show();
        auto& person = *desk.person;
        QVERIFY(choosesAPassphrase(person, passphrase));
        auto* const words = person.see<WordsView>("setupWordsView");
        QVERIFY(words != nullptr);
        QCOMPARE(words->count(), 24);
        QVERIFY(person.press("wordsWritten"));
        // Not to be seen any more while they are asked for.
        QCOMPARE(words->count(), 0);
        // A wrong one leads back to the words, and clicking on is no way to find the right ones:
        // after each the questions are others.
        QStringList asked;
        const auto questions = [&] {
            QStringList out;
            for (auto* const label : desk.window->findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().startsWith(QStringLiteral("Which is word")))
                    out << label->text();
            }
            return out.join(u'|');
        };
        for (int i = 0; i < 4; ++i) {
            asked << questions();
            QVERIFY(person.press("wordWrong"));
            QVERIFY(person.waitToRead("setupWordsProblemWhy", QStringLiteral("paper again")));
            QCOMPARE(words->count(), 24);
            QVERIFY(!person.sees("wordRight"));
            QVERIFY(person.press("wordsWritten"));
            QCOMPARE(words->count(), 0);
            QVERIFY(!person.sees("setupWordsProblem"));
        }
        QVERIFY(asked.removeDuplicates() < 3);
        QVERIFY(answersTheQuestions(person, *desk.window));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.passphrase, std::string("a long passphrase"));
        QVERIFY(!desk.setup.restored);
        QCOMPARE(std::count(desk.setup.words.begin(), desk.setup.words.end(), ' '),
                 std::ptrdiff_t{23});
        QVERIFY(person.see("homePage") != nullptr);
    }

    void theWordsOnPaperStayThoseOfTheWallet() {
        // Making it fails: they are not asked for, nor other ones shown, a second time.
        Desk desk;
        desk.setup.fails = api::SetupProblem{api::SetupFault::disk, "No space left on device"};
        desk.show();
        auto& person = *desk.person;
        QVERIFY(makesTheWallet(person, *desk.window, passphrase));
        QVERIFY(person.waitToRead("setupPassphraseProblemWhat", QStringLiteral("disk")));
        desk.setup.fails.reset();
        const auto shown = desk.setup.shown;
        QVERIFY(person.press("passphraseNext"));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.words, shown);
        QCOMPARE(desk.setup.times_fresh, 1);
    }

    void aWalletThatWasMadeIsUnlocked() {
        // It was made and could not be opened: there is no other one to be made.
        Desk desk;
        desk.setup.fails = api::SetupProblem{api::SetupFault::practice_gone, "it ended"};
        desk.setup.makes_before_it_fails = true;
        desk.show();
        auto& person = *desk.person;
        QVERIFY(makesTheWallet(person, *desk.window, passphrase));
        QVERIFY(person.waitToRead("setupUnlockProblemWhat", QStringLiteral("was made")));
        desk.setup.fails.reset();
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        QVERIFY(person.press("unlockNow"));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.words, desk.setup.shown);
    }

    void aForgottenPassphraseIsNoDeadEnd() {
        Desk desk;
        desk.setup.offered = {{Network::practice, true, false}};
        desk.setup.passphrase = "forgotten";
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.press("unlockAside"));
        QVERIFY(person.press("asideBack"));
        QVERIFY(person.press("unlockAside"));
        QVERIFY(person.press("asideNow"));
        QVERIFY(person.waitToRead("setupForkProblemWhat", QStringLiteral("is kept")));
        QVERIFY(makesTheWallet(person, *desk.window, passphrase));
        QTRY_VERIFY(desk.window->shell() != nullptr);
    }

    void eachNetworkAsksForWhatItNeeds() {
        Desk desk;
        desk.setup.offered = {{Network::practice, true, false},
                              {Network::regtest, true, false},
                              {Network::signet, false, true}};
        desk.setup.passphrase = "right one";
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.press("unlockOther"));
        auto* const network = person.see<QComboBox>("welcomeNetwork");
        QVERIFY(network != nullptr);
        // The wallet on regtest knows its chain source ...
        QVERIFY(!person.sees("welcomeChain"));
        network->setCurrentIndex(1);
        QVERIFY(person.sees("welcomeChain"));
        QVERIFY(person.press("welcomeReal"));
        QVERIFY(person.waitToRead("setupWelcomeProblemWhat", QStringLiteral("missing")));
        // Before any words are on paper.
        QTest::keyClicks(person.see<QLineEdit>("welcomeChain"),
                         QStringLiteral("bitcoind:ftp://example"));
        QVERIFY(person.press("welcomeReal"));
        QVERIFY(person.waitToRead("setupWelcomeProblemWhat", QStringLiteral("cannot be used")));
        network->setCurrentIndex(0);
        QVERIFY(person.press("welcomeReal"));
        // ... and can be told another.
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("right one")));
        QTest::keyClicks(person.see<QLineEdit>("unlockChain"),
                         QStringLiteral("bitcoind:http://127.0.0.1:1234"));
        QVERIFY(person.press("unlockNow"));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.chain, std::string("bitcoind:http://127.0.0.1:1234"));
    }

    // A wallet that knows no chain source is not opened without one, and what was given is not lost
    // on the way: neither by a passphrase that was mistyped nor by a window that is built anew.
    void aWalletThatKnowsNoChainSourceIsToldOne() {
        Desk desk;
        desk.setup.offered = {{Network::practice, true, false}, {Network::regtest, true, true}};
        desk.setup.passphrase = "right one";
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.press("unlockOther"));
        QVERIFY(person.sees("welcomeChain"));
        QVERIFY(person.press("welcomeReal"));
        QVERIFY(person.waitToRead("setupWelcomeProblemWhat", QStringLiteral("missing")));
        QTest::keyClicks(person.see<QLineEdit>("welcomeChain"),
                         QStringLiteral("bitcoind:http://127.0.0.1:1234"));
        QVERIFY(person.press("welcomeReal"));
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("wrong one")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(person.waitToRead("setupUnlockProblemWhat", QStringLiteral("not the passphrase")));
        QCOMPARE(desk.setup.chain, std::string("bitcoind:http://127.0.0.1:1234"));
        desk.setup.chain.clear();
        desk.preferences.setLanguage(QStringLiteral("de"));
        QVERIFY(person.waitToRead("setupTitle", QStringLiteral("Willkommen zurück"), 2'000));
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("right one")));
        QVERIFY(person.press("unlockNow"));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.chain, std::string("bitcoind:http://127.0.0.1:1234"));
        desk.preferences.setLanguage(QStringLiteral("en"));
        QTest::qWait(50);
    }

    // It was made, and something failed before that was written down: what it was to be made with
    // is not asked for again. Made by somebody else, it has a source of its own.
    void aWalletThatWasMadeKeepsWhatItWasToldOfTheChain_data() {
        QTest::addColumn<bool>("by_us");
        QTest::newRow("made here") << true;
        QTest::newRow("made by somebody else") << false;
    }
    void aWalletThatWasMadeKeepsWhatItWasToldOfTheChain() {
        QFETCH(bool, by_us);
        Desk desk;
        desk.setup.offered = {{Network::practice, false, false}, {Network::regtest, false, true}};
        desk.show();
        auto& person = *desk.person;
        QTest::keyClicks(person.see<QLineEdit>("welcomeChain"),
                         QStringLiteral("bitcoind:http://127.0.0.1:1234"));
        QVERIFY(person.press("welcomeReal"));
        desk.setup.fails =
            api::SetupProblem{by_us ? api::SetupFault::disk : api::SetupFault::exists, {}};
        desk.setup.makes_before_it_fails = true;
        QVERIFY(makesTheWallet(person, *desk.window, passphrase));
        QVERIFY(person.see("unlockPassphrase", 2'000) != nullptr);
        desk.setup.fails.reset();
        desk.setup.chain.clear();
        QVERIFY(person.type("unlockPassphrase", passphrase));
        QVERIFY(person.press("unlockNow"));
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QCOMPARE(desk.setup.chain, std::string(by_us ? "bitcoind:http://127.0.0.1:1234" : ""));
    }

    // Four words of which one is right are one choice, to a screen reader and to the keys: tab
    // comes to each question, arrows go from word to word and choose nothing, space does.
    void wordsAreChosenByKeys() {
        Desk desk;
        desk.show();
        auto& person = *desk.person;
        QVERIFY(choosesAPassphrase(person, passphrase));
        QVERIFY(person.press("wordsWritten"));
        desk.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
        const auto options = desk.window->findChildren<WordOption*>();
        QCOMPARE(options.size(), 4 * WordChecks::questions);
        const auto role = [](QWidget* widget) {
            return QAccessible::queryAccessibleInterface(widget)->role();
        };
        for (auto* const option : options) {
            QCOMPARE(role(option), QAccessible::RadioButton);
            QVERIFY(!option->isChecked());
        }
        const auto key = [](Qt::Key which) { QTest::keyClick(QApplication::focusWidget(), which); };
        const auto is_option = [](QWidget* widget) {
            return qobject_cast<WordOption*>(widget) != nullptr;
        };
        for (int question = 0; question < WordChecks::questions; ++question) {
            // The next question that is open.
            WordOption* right = nullptr;
            for (auto* const option : options) {
                if (option->isEnabled() && option->objectName() == QStringLiteral("wordRight"))
                    right = right != nullptr ? right : option;
            }
            QVERIFY(right != nullptr);
            auto* const row = right->parentWidget();
            for (int i = 0; i < 40 && (QApplication::focusWidget() == nullptr ||
                                       QApplication::focusWidget()->parentWidget() != row);
                 ++i) {
                QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget()
                                                                       : desk.window.get(),
                                Qt::Key_Tab);
            }
            QVERIFY(is_option(QApplication::focusWidget()) &&
                    QApplication::focusWidget()->parentWidget() == row);
            // Past all wrong ones, which is not choosing them.
            for (auto* const option : row->findChildren<WordOption*>()) {
                if (option == right) continue;
                QVERIFY(Person::arrowTo(option));
                QVERIFY(option->isEnabled() && !option->isChecked());
            }
            QVERIFY(Person::arrowTo(right));
            QVERIFY(!right->isChecked());
            key(Qt::Key_Space);
            QVERIFY(right->isChecked());
        }
        QTRY_VERIFY(desk.window->shell() != nullptr);
    }

    void passphrasesMustBeGood() {
        Desk desk;
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.press("forkCreate"));
        QVERIFY(person.type("passphraseFirst", QStringLiteral("short")));
        QVERIFY(person.press("passphraseNext"));
        QVERIFY(person.waitToRead("setupPassphraseProblemWhat", QStringLiteral("too short")));
        QVERIFY(person.type("passphraseFirst", QStringLiteral(" no more")));
        QVERIFY(person.type("passphraseSecond", QStringLiteral("another one")));
        QVERIFY(person.press("passphraseNext"));
        QVERIFY(person.waitToRead("setupPassphraseProblemWhat", QStringLiteral("differ")));
        QVERIFY(!person.sees("setupWordsView"));
    }

    void restoresByKeyboardAlone() {
        Desk desk;
        desk.show();
        auto& person = *desk.person;
        auto* const restore = person.see<QAbstractButton>("forkRestore");
        QVERIFY(restore != nullptr);
        restore->setFocus();
        QTest::keyClick(restore, Qt::Key_Space);
        const auto words = desk.setup.fresh_words();
        const QString text =
            QString::fromLatin1(reinterpret_cast<const char*>(words.reveal().data()),
                                static_cast<qsizetype>(words.size()));
        const auto list = text.split(u' ');
        for (const auto& word : list) {
            auto* const field = QApplication::focusWidget();
            QVERIFY(qobject_cast<SecretEdit*>(field) != nullptr);
            // The first four letters are enough; space completes them.
            QTest::keyClicks(field, word.size() > 4 ? word.left(4) : word);
            QTest::keyClick(field, Qt::Key_Space, Qt::NoModifier);
        }
        auto* const next = person.see<QAbstractButton>("restoreNext");
        next->setFocus();
        QTest::keyClick(next, Qt::Key_Space);
        QTRY_VERIFY(person.sees("passphraseFirst"));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("a long passphrase"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("a long passphrase"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTRY_VERIFY(desk.window->shell() != nullptr);
        QVERIFY(desk.setup.restored);
        QCOMPARE(QString::fromStdString(desk.setup.words), text);
    }

    void wrongWordsAreNamed() {
        Desk desk;
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.press("forkRestore"));
        QVERIFY(person.type("word1", QStringLiteral("abandon")));
        QVERIFY(person.press("restoreNext"));
        QVERIFY(person.waitToRead("setupRestoreProblemWhat", QStringLiteral("missing")));
        for (int i = 2; i <= 24; ++i) {
            QVERIFY(person.type(QStringLiteral("word%1").arg(i).toLatin1().constData(),
                                i == 7 ? QStringLiteral("abandonn") : QStringLiteral("abandon")));
        }
        QVERIFY(person.press("restoreNext"));
        QVERIFY(person.waitToRead("setupRestoreProblemWhat", QStringLiteral("number 7")));
        QVERIFY(person.see<SecretEdit>("word7")->isWrong());
        QTest::keyClick(person.see<SecretEdit>("word7"), Qt::Key_Backspace);
        QVERIFY(person.press("restoreNext"));
        QVERIFY(
            person.waitToRead("setupRestoreProblemWhat", QStringLiteral("do not fit together")));
    }

    void unlocksAndSaysWhatIsWrong() {
        Desk desk;
        desk.setup.offered = {{Network::practice, true, false}};
        desk.setup.passphrase = "right one";
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("wrong one")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(person.waitToRead("setupUnlockProblemWhat", QStringLiteral("not the passphrase")));
        // It is to be typed anew, at once.
        QVERIFY(person.see<SecretEdit>("unlockPassphrase")->isEmpty());
        QCOMPARE(QApplication::focusWidget(), person.see<SecretEdit>("unlockPassphrase"));
        desk.setup.fails = api::SetupProblem{api::SetupFault::in_use, {}};
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("right one")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(person.waitToRead("setupUnlockProblemWhat", QStringLiteral("open already")));
        desk.setup.fails.reset();
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("right one"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTRY_VERIFY(desk.window->shell() != nullptr);
    }

    void severalNetworksAreOffered() {
        Desk desk;
        desk.setup.offered = {{Network::practice, false, false},
                              {Network::regtest, false, true},
                              {Network::signet, false, true}};
        desk.show();
        auto& person = *desk.person;
        QVERIFY(person.see("setupWelcome") != nullptr);
        QVERIFY(person.press("welcomeReal"));
        QVERIFY(person.waitToRead("setupWelcomeProblemWhat",
                                  QStringLiteral("chain source is missing")));
        QVERIFY(person.press("welcomePractice"));
        QVERIFY(person.sees("forkCreate"));
    }
};

RUNNEL_TEST(TestSetup)
#include "test_setup.moc"
