// Paying an invoice at the window over a Stage: what is asked for is said to the last part of a
// satoshi, before and after.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/details.h"
#include "ui/format/amount.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/notes.h"

#include <QAbstractButton>
#include <QApplication>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

void puts(StageDesk& desk, const char* text) {
    QVERIFY(desk.person->press("railPay"));
    desk.shell->payPage().setText(QString::fromLatin1(text));
    StageDesk::settle();
}

QString factOf(StageDesk& desk, const char* card, const char* label) {
    auto* const found = desk.person->see<QWidget>(card);
    return found == nullptr ? QString()
                            : found->findChild<Facts*>()->value(QString::fromLatin1(label));
}

}  // namespace

class TestPaying : public QObject {
    Q_OBJECT

private slots:
    // "Pay 0 sat", and half a satoshi is gone.
    void partsOfASatoshiAreSaid_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<quint64>("msat");
        QTest::addColumn<QString>("figures");
        QTest::newRow("500") << "half" << quint64(500) << "0.5";
        QTest::newRow("1500") << "one-and-a-half" << quint64(1'500) << "1.5";
    }
    void partsOfASatoshiAreSaid() {
        QFETCH(QString, text);
        QFETCH(quint64, msat);
        QFETCH(QString, figures);
        StageDesk desk;
        auto& person = *desk.person;
        const auto said = figures + unitSpace + QStringLiteral("sat");
        puts(desk, qPrintable(text));
        QCOMPARE(person.see<AmountLabel>("payAmount")->text(), said);
        QVERIFY(person.see<AmountLabel>("payAmount")->sizeHint().width() > 0);
        QCOMPARE(person.see<QAbstractButton>("payNow")->text().remove(u'&'),
                 QStringLiteral("Pay ") + said);
        QVERIFY(person.press("payNow"));
        QVERIFY(person.read("payProgressTitle").startsWith(QStringLiteral("Paying ") + said));
        api::Paid paid{PaymentHash{}, {}, Msat(msat), 1'200_msat, 1, 340};
        desk.stage.answerNext(api::Answer(paid));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QCOMPARE(person.see<AmountLabel>("payResultAmount")->text(), said);
        QCOMPARE(factOf(desk, "payResult", "Fee"), exactText(1'200_msat));
        QCOMPARE(desk.shell->toast().sentence(), said + QStringLiteral(" paid."));
        QVERIFY(person.press("payDone"));
        puts(desk, qPrintable(text));
        QVERIFY(person.press("payNow"));
        desk.stage.answerNext(fail(api::Problem{api::ProblemKind::no_route, {}}));
        QVERIFY(person.see("payResult") != nullptr);
        QCOMPARE(factOf(desk, "payResult", "Not paid"), said);
    }

    // What costs nothing may lead through others all the same.
    void whereThePayeeIsIsSaidOfAChannelOnly() {
        StageDesk desk;
        const auto fee = [&] { return factOf(desk, "payPreview", "Fee"); };
        const auto near = QStringLiteral("other end of your channel");
        // Another way is tried when that one fails, and may cost something.
        const auto free = feeText(0_msat) + QStringLiteral(", never more than ");
        puts(desk, "half");
        QVERIFY2(fee().contains(near), qPrintable(fee()));
        auto picture = *desk.stage.snapshot();
        for (auto& channel : picture.channels) {
            if (channel.peer == stageKey(1)) channel.usable = false;
        }
        desk.stage.show(picture);
        QTRY_VERIFY2(fee().startsWith(free), qPrintable(fee()));
        desk.stage.looks_up = [](const std::string&) {
            auto looked = Stage::lookUp("one-and-a-half");
            looked->payee = stageKey(8);
            return looked;
        };
        puts(desk, "through a hint");
        QVERIFY2(fee().startsWith(free), qPrintable(fee()));
    }

    // One dialog said "fee 2 sat" and "Fee 1.2 sat".
    void aFeeIsOneFigure() {
        StageDesk desk;
        const auto& activity = desk.wallet->activity();
        QVERIFY(QTest::qWaitFor([&] { return activity.rowCount() > 2; }));
        int looked = 0;
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment == nullptr || !payment->outgoing ||
                payment->status != api::PaymentStatus::paid)
                continue;
            ++looked;
            EntryDetails details(*desk.wallet, QByteArray::fromStdString(activity.at(row).key()),
                                 nullptr);
            details.open();
            StageDesk::settle();
            const auto fact = test::factOf(details, "Fee");
            QCOMPARE(fact,
                     payment->fee.is_zero() ? QStringLiteral("no fee") : exactText(payment->fee));
            const auto cue = details.findChild<CueLine*>(QStringLiteral("entryCue"))->sentence();
            QVERIFY2(cue.contains(fact), qPrintable(cue));
        }
        QVERIFY(looked > 1);
    }

    void whatIsStillOpenSaysItsEnd_data() {
        QTest::addColumn<bool>("arrives");
        QTest::newRow("paid") << true;
        QTest::newRow("came back") << false;
    }
    void whatIsStillOpenSaysItsEnd() {
        QFETCH(bool, arrives);
        StageDesk desk;
        auto& person = *desk.person;
        // The one of the list that is on its way.
        const auto pending = desk.stage.payments({1, std::nullopt}).front();
        QVERIFY(pending.outgoing && pending.status == api::PaymentStatus::pending);
        desk.stage.looks_up = [&](const std::string& text) {
            auto looked = Stage::lookUp("good");
            looked->payment_hash = pending.payment_hash;
            looked->amount = pending.amount;
            looked->bolt11 = text;
            return looked;
        };
        puts(desk, "good");
        QVERIFY(person.press("payNow"));
        desk.stage.answerNext(api::Answer(api::StillInFlight{pending.payment_hash}));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Still on its way")));
        // Which one it is.
        QCOMPARE(person.see<AmountLabel>("payResultAmount")->text(), exactText(pending.amount));
        QVERIFY(factOf(desk, "payResult", "For").contains(QStringLiteral("Two coffees")));
        QVERIFY(!factOf(desk, "payResult", "To").isEmpty());
        // Another one's end is not its own.
        desk.stage.tell(api::PaymentSent{PaymentHash{}, 1'000_msat, 0_msat});
        QTest::qWait(60);
        QCOMPARE(person.read("payResultTitle"), QStringLiteral("Still on its way"));
        auto* const result = person.see<QWidget>("payResult");
        if (arrives) {
            desk.stage.tell(api::PaymentSent{pending.payment_hash, pending.amount, 1'200_msat});
            QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 1'000));
            QCOMPARE(factOf(desk, "payResult", "Fee"), exactText(1'200_msat));
            QCOMPARE(person.see<CopyField>("payProof")->text(), QStringLiteral("5d").repeated(32));
            QVERIFY(result->accessibleName().startsWith(QStringLiteral("Paid")));
            QVERIFY(person.press("payDone"));
            QVERIFY(!person.sees("payPreview"));
            return;
        }
        desk.stage.tell(api::PaymentFailed{pending.payment_hash,
                                           api::Problem{api::ProblemKind::payment_failed, {}}});
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("failed on its way"), 1'000));
        QVERIFY(result->accessibleName().contains(QStringLiteral("failed on its way")));
        QCOMPARE(factOf(desk, "payResult", "Not paid"), exactText(pending.amount));
        // And there is a way back to it.
        QVERIFY(person.press("payDone"));
        QVERIFY(person.see("payPreview", 1'000) != nullptr);
    }

    // It ended while the answer that it is open was on its way.
    void whatHasEndedMeanwhileIsNotStillOpen() {
        StageDesk desk;
        auto& person = *desk.person;
        const auto paid =
            desk.stage.payment(desk.stage.payments({2, std::nullopt})[1].payment_hash);
        QVERIFY(paid && paid->outgoing && paid->status == api::PaymentStatus::paid);
        puts(desk, "good");
        QVERIFY(person.press("payNow"));
        desk.stage.answerNext(api::Answer(api::StillInFlight{paid->payment_hash}));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 1'000));
    }

    void whoBuysByKeyboardGoesOnByKeyboard_data() {
        QTest::addColumn<QString>("invoice");
        QTest::addColumn<QString>("way_on");
        QTest::newRow("an amount") << "good"
                                   << "payNow";
        QTest::newRow("any amount") << "any"
                                    << "payAmountEdit";
        QTest::newRow("too dear") << "dear"
                                  << "payText";
    }
    void whoBuysByKeyboardGoesOnByKeyboard() {
        QFETCH(QString, invoice);
        QFETCH(QString, way_on);
        StageDesk desk;
        desk.stage.looks_up = [&](const std::string&) {
            return Stage::lookUp(invoice.toStdString());
        };
        QVERIFY(desk.person->press("railPay"));
        desk.stage.hold_practice = true;
        QTest::keyClick(desk.frame.get(), Qt::Key_U, Qt::AltModifier);
        auto* const shop = desk.person->see<QAbstractButton>("practiceBuy");
        QVERIFY(QTest::qWaitFor([&] { return !shop->isEnabled(); }, 1'000));
        desk.stage.releasePractice();
        QVERIFY(desk.person->see("payPreview", 1'000) != nullptr);
        QVERIFY(QTest::qWaitFor([] { return QApplication::focusWidget() != nullptr; }, 1'000));
        StageDesk::settle();
        QCOMPARE(QApplication::focusWidget()->objectName(), way_on);
    }

    // The practice network is back, and with it the names of its nodes.
    void aNameThatComesTakesNoKeyboard_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("invoice") << "any";
        QTest::newRow("address") << "address";
    }
    void aNameThatComesTakesNoKeyboard() {
        QFETCH(QString, text);
        StageDesk desk;
        puts(desk, qPrintable(text));
        auto* const elsewhere = desk.person->see<QWidget>("payText");
        elsewhere->setFocus();
        const int quoted = desk.stage.times_quoted;
        desk.wallet->setName(stageKey(1), QStringLiteral("Bakery"));
        QTest::qWait(200);
        QCOMPARE(QApplication::focusWidget(), elsewhere);
        QCOMPARE(desk.stage.times_quoted, quoted);
        if (text == QStringLiteral("any"))
            QCOMPARE(factOf(desk, "payPreview", "To"), QStringLiteral("Bakery"));
    }

    // Nor does what is looked at again.
    void anotherLookTakesNoKeyboard() {
        StageDesk desk;
        puts(desk, "any");
        auto* const elsewhere = desk.person->see<QWidget>("payText");
        elsewhere->setFocus();
        int looks = 0;
        desk.stage.looks_up = [&](const std::string&) {
            auto looked = Stage::lookUp("any");
            // Other words each time, so that it is shown anew.
            looked->problem->params["look"] = std::to_string(++looks);
            return looked;
        };
        auto picture = *desk.stage.snapshot();
        picture.chain.height = BlockHeight(picture.chain.height.raw() + 1);
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return looks > 0; }, 2'000));
        StageDesk::settle();
        QCOMPARE(QApplication::focusWidget(), elsewhere);
    }

    void anAmountThatCannotBeSentIsSaidBeforeTheClick() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "any");
        auto* const edit = person.see<AmountEdit>("payAmountEdit");
        auto* const pay = person.see<QAbstractButton>("payNow");
        QVERIFY(!pay->isEnabled());
        edit->setText(QStringLiteral("400000"));
        QVERIFY(person.waitToRead("payAmountProblemWhat",
                                  QStringLiteral("more than your channels can send"), 1'000));
        // With the core's figures.
        QVERIFY(person.read("payAmountProblemWhy").contains(satText(400'000_sat)));
        QVERIFY(person.read("payAmountProblemWhy").contains(satText(321'204_sat)));
        QVERIFY(!pay->isEnabled());
        QVERIFY(factOf(desk, "payPreview", "Fee").isEmpty());
        edit->setText(QStringLiteral("300000"));
        QVERIFY(QTest::qWaitFor([&] { return pay->isEnabled(); }, 1'000));
        QVERIFY(!person.sees("payAmountProblemWhat"));
        QVERIFY(QTest::qWaitFor(
            [&] { return factOf(desk, "payPreview", "Fee").startsWith(feeText(1'200_msat)); },
            1'000));

        // Less can be sent by now: it is said without a key being pressed.
        auto picture = *desk.stage.snapshot();
        picture.balance.can_send = 250'000'000_msat;
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("payAmountHint", satText(250'000_sat), 1'000));
        QVERIFY(person.waitToRead("payAmountProblemWhy", satText(250'000_sat), 1'000));
        QVERIFY(!pay->isEnabled());
        picture.balance.can_send = 350'000'000_msat;
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return pay->isEnabled(); }, 1'000));
        QVERIFY(!person.sees("payAmountProblemWhat"));
        QVERIFY(person.press("payNow"));
        QCOMPARE(std::get<api::Pay>(desk.stage.posted.back()).amount,
                 std::optional(300'000'000_msat));
    }

    void noughtIsNoAmount_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::newRow("invoice") << "any"
                                 << "payAmountEdit";
        QTest::newRow("shop") << ""
                              << "practiceAmount";
    }
    void noughtIsNoAmount() {
        QFETCH(QString, text);
        QFETCH(QString, field);
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, qPrintable(text));
        auto* const edit = person.see<AmountEdit>(qPrintable(field));
        edit->setText(QStringLiteral("0"));
        if (text.isEmpty()) QVERIFY(person.press("practiceBuy"));
        else QVERIFY(!person.see<QAbstractButton>("payNow")->isEnabled());
        const auto line = field + QStringLiteral("Wrong");
        auto* const said = person.see<CueLine>(qPrintable(line), 1'000);
        QVERIFY(said != nullptr);
        QVERIFY2(said->sentence().contains(QStringLiteral("more than 0")),
                 qPrintable(said->sentence()));
    }

    void whyASendCostsMoreIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "link");
        const auto fee = [&] {
            for (auto* const facts : person.see<QWidget>("sendPreview")->findChildren<Facts*>()) {
                if (const auto said = facts->value(QStringLiteral("Fee")); !said.isEmpty())
                    return said;
            }
            return QString();
        };
        QVERIFY(QTest::qWaitFor([&] { return fee() == satText(412_sat); }, 1'000));
        desk.stage.hurried = true;
        QVERIFY(person.press("sendSlow"));
        QVERIFY(QTest::qWaitFor([&] { return fee().contains(QStringLiteral("closing")); }, 1'000));
        QVERIFY(fee().startsWith(satText(1'030_sat)));
        // Who chose it hears nothing of it.
        QVERIFY(person.press("sendUrgent"));
        QVERIFY(QTest::qWaitFor([&] { return fee() == satText(1'030_sat); }, 1'000));
    }
};

RUNNEL_TEST(TestPaying)
#include "test_paying.moc"
