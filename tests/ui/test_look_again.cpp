// What stood in the way of paying may be over by itself: Pay looks again, so that nothing has to be
// pasted twice. And it looks only where somebody sees it, for what stands there now, and without
// disturbing what a person does there.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/pages/pay_page.h"

#include <QCheckBox>

#include <algorithm>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Longer than Pay waits before it looks again.
constexpr int a_while = 400;

/// Something has happened in the wallet; what, is for the node to say when it is asked.
void happens(StageDesk& desk) {
    auto picture = *desk.stage.snapshot();
    picture.chain.height = BlockHeight(picture.chain.height.raw() + 1);
    desk.stage.show(picture);
}

void puts(StageDesk& desk, const char* text) {
    QVERIFY(desk.person->press("railPay"));
    desk.shell->payPage().setText(QString::fromLatin1(text));
    // It looks once by itself, when it comes into sight.
    QTest::qWait(a_while);
    StageDesk::settle();
}

}  // namespace

class TestLookAgain : public QObject {
    Q_OBJECT

private slots:
    void whatStoodInTheWayIsOver() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "dear");
        QVERIFY(person.sees("payProblemWhat"));
        QVERIFY(!person.sees("payNow"));
        desk.stage.looks_up = [](const std::string&) { return Stage::lookUp("good"); };
        happens(desk);
        QVERIFY(person.see("payNow", 2'000) != nullptr);
        QVERIFY(!person.sees("payProblemWhat"));
    }

    void nobodyLooksWhereNobodySees() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "dear");
        QVERIFY(person.press("railHome"));
        const int before = desk.stage.times_inspected;
        happens(desk);
        QTest::qWait(a_while);
        QCOMPARE(desk.stage.times_inspected, before);
        // It catches up when it is seen again, though nothing happens then.
        desk.stage.looks_up = [](const std::string&) { return Stage::lookUp("good"); };
        QVERIFY(person.press("railPay"));
        QVERIFY(person.see("payNow", 2'000) != nullptr);
    }

    void anAnswerThatComesWhileNobodySeesIsLeft() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "dear");
        desk.hold = true;
        desk.stage.looks_up = [](const std::string&) { return Stage::lookUp("good"); };
        happens(desk);
        QVERIFY(QTest::qWaitFor([&] { return !desk.held.empty(); }));
        QVERIFY(person.press("railHome"));
        desk.release();
        auto* const pay = desk.shell->findChild<QWidget*>(QStringLiteral("payNow"));
        QVERIFY(pay->isHidden());
        QVERIFY(person.press("railPay"));
        QVERIFY(person.see("payNow", 2'000) != nullptr);
    }

    void anAnswerToAnotherTextIsDropped() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "dear");
        desk.hold = true;
        // Refused for another reason by now.
        desk.stage.looks_up = [](const std::string& text) {
            auto looked = Stage::lookUp(text);
            if (text == "dear") looked->problem = api::Problem{api::ProblemKind::expired, {}};
            return looked;
        };
        happens(desk);
        QVERIFY(QTest::qWaitFor([&] { return !desk.held.empty(); }));
        desk.shell->payPage().setText(QStringLiteral("good"));
        // The older answer comes last.
        std::reverse(desk.held.begin(), desk.held.end());
        desk.release();
        QVERIFY(person.see("payNow", 500) != nullptr);
        QVERIFY(!person.sees("payProblemWhat"));
    }

    void whatIsBeingPaidStaysWhatTheResultNames() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "any");
        QVERIFY(person.type("payAmountEdit", QStringLiteral("2500")));
        desk.hold = true;
        // An answer that is late, and about what is on its way by then.
        desk.stage.looks_up = [](const std::string& text) {
            auto looked = Stage::lookUp(text);
            looked->problem = api::Problem{api::ProblemKind::in_flight, {}};
            looked->description = "Something else";
            return looked;
        };
        happens(desk);
        // It asks about the amount that is typed, and looks again.
        QVERIFY(QTest::qWaitFor([&] { return desk.held.size() > 1; }));
        QVERIFY(person.press("payNow"));
        desk.release();
        QVERIFY(person.sees("payProgressTitle"));
        desk.stage.answerNext(
            fail(api::Problem{api::ProblemKind::no_route, {{"cause", "payee_unknown"}}}));
        auto* const result = person.see<QWidget>("payResult");
        QVERIFY(result != nullptr);
        const auto what = result->findChild<Facts*>()->value(QStringLiteral("For"));
        QVERIFY2(what.contains(QStringLiteral("Two coffees")), qPrintable(what));
    }

    void whatHasNotChangedIsLeftAlone() {
        // The chain is the way that is left, and it stands there with its quote.
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "link-broken");
        QVERIFY(person.see<QAbstractButton>("sendNow")->isEnabled());
        const int looked = desk.stage.times_inspected, quoted = desk.stage.times_quoted;
        happens(desk);
        QVERIFY(QTest::qWaitFor([&] { return desk.stage.times_inspected > looked; }));
        QTest::qWait(a_while);
        QCOMPARE(desk.stage.times_quoted, quoted);
        QVERIFY(person.see<QAbstractButton>("sendNow")->isEnabled());
    }

    void everythingIsSentOnlyAsItWasQuoted() {
        StageDesk desk;
        auto& person = *desk.person;
        puts(desk, "address");
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("70000")));
        auto* const send = person.see<QAbstractButton>("sendNow");
        QVERIFY(QTest::qWaitFor([&] { return send->isEnabled(); }));
        desk.hold = true;
        QVERIFY(person.press("sendAll"));
        // What stood there was for 70,000.
        QVERIFY(!send->isEnabled());
        QTest::mouseClick(send, Qt::LeftButton);
        QTest::qWait(160);
        QVERIFY(!person.sees("confirmSend"));
        desk.release();
        QVERIFY(QTest::qWaitFor([&] { return send->isEnabled(); }));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(!std::get<api::SendOnchain>(desk.stage.posted.back()).amount);
    }
};

RUNNEL_TEST(TestLookAgain)
#include "test_look_again.moc"
