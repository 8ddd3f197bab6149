// A person's whole way through the window, over real engines: coins, a channel, paying, being paid,
// closing, and every satoshi home. By mouse, and counted; then what goes wrong is said in words.
#include "tests/support/test_main.h"
#include "tests/ui/world_desk.h"

#include "ui/format/amount.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/qr.h"
#include "ui/window/shell.h"

#include <QAccessible>
#include <QButtonGroup>
#include <QLineEdit>
#include <QPlainTextEdit>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

class TestJourney : public QObject {
    Q_OBJECT

private slots:
    void fromCoinsToCoins() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(desk.fundAndOpen());

        // Pay the shop.
        QVERIFY(person.press("railPay"));
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(person.see("payPreview") != nullptr);
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QCOMPARE(person.see<AmountLabel>("payResultAmount")->text(), satText(10'000_sat));
        QCOMPARE(person.see<CopyField>("payProof")->text().size(), 64);
        QVERIFY(person.press("payDone"));

        // Be paid back.
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("400")));
        QVERIFY(person.press("receiveMake"));
        auto* const code = person.see<QrView>("receiveQr");
        QVERIFY(code != nullptr);
        QCOMPARE(readQr(code->grab().toImage()).value_or(QString()).toLower(),
                 person.see<CopyField>("receiveText")->text());
        QVERIFY(person.press("practiceRefund"));
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received")));
        QVERIFY(desk.waitFor(
            [&] { return desk.wallet().picture().channels.front().theirs == 9'600'000_msat; }));

        // Close, and see it come home.
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.see("closeExplained") != nullptr);
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.waitFor(
            [&] { return desk.wallet().picture().channels.front().state == "closing"; }));
        QVERIFY(person.press("railHome"));
        QVERIFY(person.press("practiceBlock"));
        qInfo("%d clicks", person.clicks);
        QVERIFY2(person.clicks <= 25, "the way is too long");
        desk.world.mine(6);
        QVERIFY(desk.waitFor(
            [&] { return desk.wallet().picture().channels.front().state == "closed"; }));
        // A million came, 9,600 were spent, the rest are fees of two transactions.
        const auto left = desk.wallet().picture().balance.onchain;
        QVERIFY(left < 990'400_sat);
        QVERIFY(left > 987'000_sat);
        QVERIFY(person.press("railActivity"));
        QVERIFY(desk.waitFor([&] { return desk.wallet().activity().rowCount() == 5; }));
        QVERIFY(desk.world.broken().empty());
    }

    void byKeyboardAlone() {
        WorldDesk desk;
        QVERIFY(QTest::qWaitForWindowExposed(desk.window.get()));
        auto& person = *desk.person;
        QVERIFY(person.see("unlockPassphrase") != nullptr);
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("passphrase"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QVERIFY(desk.waitFor([&] { return desk.window->shell() != nullptr; }));
        QVERIFY(person.pressByKey("homeFirstAction"));
        QVERIFY(desk.waitFor(
            [&] { return !desk.wallet().picture().balance.onchain_unconfirmed.is_zero(); }));
        QVERIFY(person.pressByKey("practiceBlock"));
        QVERIFY(desk.waitFor([&] { return !desk.wallet().picture().balance.onchain.is_zero(); }));
        QVERIFY(person.pressByKey("homeFirstAction"));
        QVERIFY(person.pressByKey("openNow"));
        QVERIFY(desk.waitFor([&] {
            return !desk.wallet().picture().channels.empty() &&
                   desk.wallet().picture().channels.front().state == "awaiting_confirmation";
        }));
        person.shortcut(Qt::Key_1);
        for (int i = 0; i < 3; ++i) QVERIFY(person.pressByKey("practiceBlock"));
        QVERIFY(desk.waitFor([&] { return desk.wallet().picture().channels.front().usable; }));
        person.shortcut(Qt::Key_2);
        QVERIFY(person.pressByKey("practiceBuy"));
        QVERIFY(person.pressByKey("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        // The way on has the focus already.
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("payDone"));
        person.shortcut(Qt::Key_4);
        QVERIFY(person.pressByKey("channelClose"));
        QVERIFY(person.pressByKey("closeNow"));
        QVERIFY(desk.waitFor(
            [&] { return desk.wallet().picture().channels.front().state == "closing"; }));
        QCOMPARE(person.clicks, 0);
        QVERIFY(desk.world.broken().empty());
    }

    void anInvoiceIsPaidOnceAndAnyAmountIsAsked() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(desk.fundAndOpen());
        QVERIFY(person.press("railPay"));
        const auto invoice = QString::fromStdString(desk.world.shopInvoice(std::nullopt, "A tip"));
        auto& page = desk.window->shell()->payPage();
        page.setText(invoice);
        QVERIFY(person.see("payAmountEdit") != nullptr);
        QVERIFY(!person.see<QAbstractButton>("payNow")->isEnabled());
        QVERIFY(person.type("payAmountEdit", QStringLiteral("2500")));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QVERIFY(person.press("payDone"));
        page.setText(invoice);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("paid before")));
        QVERIFY(!person.sees("payNow"));
    }

    void aPictureOfACodeIsRead() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        const auto invoice = QString::fromStdString(desk.world.shopInvoice(5'000'000_msat));
        QrView view("qr");
        view.resize(400, 400);
        view.setText(invoice.toUpper());
        desk.window->shell()->payPage().readPicture(view.grab().toImage());
        QVERIFY(desk.waitFor([&] { return person.sees("payPreview"); }));
        QImage blank(200, 200, QImage::Format_RGB32);
        blank.fill(Qt::white);
        desk.window->shell()->payPage().readPicture(blank);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("no QR code")));
    }

    void tooMuchForTheWalletIsSaidBeforeOpening() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("homeFirstAction"));
        QVERIFY(desk.waitFor(
            [&] { return !desk.wallet().picture().balance.onchain_unconfirmed.is_zero(); }));
        desk.world.mine(1);
        QVERIFY(desk.waitFor([&] { return !desk.wallet().picture().balance.onchain.is_zero(); }));
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsEmptyAction"));
        auto* const amount = person.see<AmountEdit>("openAmount");
        QVERIFY(amount != nullptr);
        QVERIFY(desk.waitFor([&] { return person.see<QAbstractButton>("openNow")->isEnabled(); }));
        amount->setAmount(5'000'000_sat);
        QVERIFY(person.waitToRead("openProblemWhat", QStringLiteral("not enough coins")));
        QVERIFY(!person.see<QAbstractButton>("openNow")->isEnabled());
        // All that may leave.
        QVERIFY(person.press("openAll"));
        QVERIFY(desk.waitFor([&] { return person.see<QAbstractButton>("openNow")->isEnabled(); }));
        QVERIFY(amount->amount() > 900'000_sat);
        QTest::keyClick(amount, Qt::Key_Escape);
        QVERIFY(desk.waitFor([&] { return !person.sees("openAmount"); }));
    }

    void theKeyboardReachesEveryPage() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& shell = *desk.window->shell();
        for (int page = Shell::home; page <= Shell::activity; ++page) {
            QTest::keyClick(desk.window.get(), static_cast<Qt::Key>(Qt::Key_1 + page),
                            Qt::ControlModifier);
            QCOMPARE(shell.currentPage(), page);
            // Tab comes round: each control once, none hidden, and back to the first.
            std::vector<QWidget*> seen;
            auto* const first = desk.window->focusWidget();
            for (int i = 0; i < 80; ++i) {
                QTest::keyClick(desk.window->focusWidget() != nullptr ? desk.window->focusWidget()
                                                                      : desk.window.get(),
                                Qt::Key_Tab);
                auto* const now = desk.window->focusWidget();
                QVERIFY(now != nullptr);
                QVERIFY2(now->isVisible(), qPrintable(now->objectName()));
                if (std::find(seen.begin(), seen.end(), now) != seen.end()) break;
                seen.push_back(now);
            }
            static_cast<void>(first);
            for (auto* const button : shell.findChildren<QAbstractButton*>()) {
                if (!button->isVisible() || !button->isEnabled() ||
                    (button->focusPolicy() & Qt::TabFocus) == 0)
                    continue;
                QVERIFY2(std::find(seen.begin(), seen.end(), button) != seen.end(),
                         qPrintable(button->objectName()));
            }
        }
    }

    void everyControlHasANameAndAnId() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        for (auto* const widget : desk.window->findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isEnabled()) continue;
            const auto* const button = qobject_cast<QAbstractButton*>(widget);
            if (button != nullptr && button->isHidden() && button->text().isEmpty())
                continue;  // not offered at this moment
            QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
            auto* const spoken = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(spoken != nullptr && !spoken->text(QAccessible::Name).isEmpty(),
                     qPrintable(widget->objectName()));
        }
    }

    // One of several is a radio button to a screen reader, and only one of the rail's pages is the
    // one shown. A check box would be something to tick, for itself.
    void thePagesAreOneChoice() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        const std::array names{"railHome", "railPay", "railReceive", "railChannels",
                               "railActivity"};
        for (std::size_t page = 0; page < names.size(); ++page) {
            QVERIFY(desk.person->press(names[page]));
            for (std::size_t i = 0; i < names.size(); ++i) {
                auto* const spoken = QAccessible::queryAccessibleInterface(
                    desk.person->see<QAbstractButton>(names[i]));
                QCOMPARE(spoken->role(), QAccessible::RadioButton);
                QCOMPARE(bool(spoken->state().checked), i == page);
            }
            // Whatever else can be on or off stands for itself.
            for (auto* const button : desk.window->findChildren<QAbstractButton*>()) {
                const bool is_one_of_several =
                    button->autoExclusive() ||
                    (button->group() != nullptr && button->group()->exclusive());
                if (!button->isCheckable() || !is_one_of_several) continue;
                QCOMPARE(QAccessible::queryAccessibleInterface(button)->role(),
                         QAccessible::RadioButton);
            }
        }
        // As a screen reader does it: the shown one cannot be left by itself, another is gone to.
        auto& shell = *desk.window->shell();
        const auto act = [&](const char* name) {
            auto* const actions =
                QAccessible::queryAccessibleInterface(desk.person->see<QAbstractButton>(name))
                    ->actionInterface();
            actions->doAction(actions->actionNames().front());
        };
        act("railActivity");
        QCOMPARE(shell.currentPage(), static_cast<int>(Shell::activity));
        act("railPay");
        QCOMPARE(shell.currentPage(), static_cast<int>(Shell::pay));
        // By keys: one stop of the tab key, arrows from there.
        desk.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
        QVERIFY(desk.person->reach(desk.person->see<QWidget>("railPay")));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(shell.currentPage(), static_cast<int>(Shell::receive));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up);
        QCOMPARE(shell.currentPage(), static_cast<int>(Shell::home));
        for (std::size_t i = 0; i < names.size(); ++i) {
            QCOMPARE((desk.person->see<QWidget>(names[i])->focusPolicy() & Qt::TabFocus) != 0,
                     i == Shell::home);
        }
    }

    void theLanguageChangesWhileItRuns() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        desk.preferences.setLanguage(QStringLiteral("de"));
        QVERIFY(person.waitToRead("pageTitle", QStringLiteral("Übersicht")));
        desk.preferences.setLanguage(QStringLiteral("en"));
        QVERIFY(person.waitToRead("pageTitle", QStringLiteral("Home")));
    }
};

RUNNEL_TEST(TestJourney)
#include "test_journey.moc"
