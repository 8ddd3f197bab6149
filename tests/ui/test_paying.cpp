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
        QTest::newRow("1500") << "one and a half" << quint64(1'500) << "1.5";
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
            EntryDetails details(*desk.wallet, QByteArray::fromStdString(activity.at(row).key()));
            details.show();
            StageDesk::settle();
            const auto fact = test::factOf(details, "Fee");
            QCOMPARE(fact,
                     payment->fee.is_zero() ? QStringLiteral("no fee") : exactText(payment->fee));
            const auto cue = details.findChild<CueLine*>(QStringLiteral("entryCue"))->sentence();
            QVERIFY2(cue.contains(fact), qPrintable(cue));
        }
        QVERIFY(looked > 1);
    }
};

RUNNEL_TEST(TestPaying)
#include "test_paying.moc"
