// A channel is opened as it was quoted, and with what stands there; what was posted goes on when
// the dialog is put away, and how it ends is seen.
#include "tests/support/test_main.h"
#include "tests/ui/channel_dialogs.h"

#include "ui/format/amount.h"

#include <QLineEdit>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

class TestOpening : public QObject {
    Q_OBJECT

private slots:
    void opensOnlyWhatWasQuoted() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        auto* const amount = person.see<AmountEdit>("openAmount");
        auto* const open = button(sheet, "openNow");
        QVERIFY(desk.stage.posted.empty() && QTest::qWaitFor([&] { return open->isEnabled(); }));
        // Typed and at once Enter, or a click.
        amount->selectAll();
        QTest::keyClicks(amount, QStringLiteral("900000"));
        QTest::keyClick(amount, Qt::Key_Return);
        QTest::mouseClick(open, Qt::LeftButton);
        QVERIFY(!open->isEnabled());
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(!factOf(*sheet, "Cost").contains(QStringLiteral("412")));
        QVERIFY(QTest::qWaitFor([&] { return open->isEnabled(); }));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("412")));
        // An answer that comes after the field was emptied is of no use.
        desk.hold = true;
        amount->setAmount(300'000_sat);
        QTest::qWait(160);
        QVERIFY(!desk.held.empty());
        amount->clear();
        QTest::qWait(160);
        desk.release();
        QVERIFY(!open->isEnabled());
        QVERIFY(factOf(*sheet, "Cost").isEmpty());
        // And it is the quoted amount that is opened.
        amount->setAmount(300'000_sat);
        QVERIFY(person.press("openNow"));
        QVERIFY(!desk.stage.posted.empty());
        QCOMPARE(*std::get<api::OpenChannel>(desk.stage.posted.back()).amount, 300'000_sat);
    }

    void everythingIsOfferedForThisAmount() {
        // "As much as possible" answers late: what was typed meanwhile stays.
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        auto* const amount = person.see<AmountEdit>("openAmount");
        desk.hold = true;
        QVERIFY(person.press("openAll"));
        amount->selectAll();
        QTest::keyClicks(amount, QStringLiteral("70000"));
        desk.release();
        QTest::qWait(160);
        QCOMPARE(*amount->amount(), 70'000_sat);
    }

    void everythingIsQuotedBeforeItIsOpened() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        auto* const amount = person.see<AmountEdit>("openAmount");
        auto* const open = person.see<QAbstractButton>("openNow");
        amount->setAmount(300'000_sat);
        QVERIFY(QTest::qWaitFor([&] { return open->isEnabled(); }));
        desk.hold = true;
        QVERIFY(person.press("openAll"));
        // What stands there is about to be another wish.
        QVERIFY(!open->isEnabled());
        QTest::mouseClick(open, Qt::LeftButton);
        QVERIFY(desk.stage.posted.empty());
        desk.release();
        QVERIFY(QTest::qWaitFor([&] { return open->isEnabled(); }));
        const auto all = *amount->amount();
        QVERIFY(all > 300'000_sat);
        // Once more changes nothing, and leaves no button that stays grey.
        QVERIFY(person.press("openAll"));
        QVERIFY(QTest::qWaitFor([&] { return open->isEnabled(); }, 2'000));
        QVERIFY(person.press("openNow"));
        QCOMPARE(*std::get<api::OpenChannel>(desk.stage.posted.back()).amount, all);
    }

    void whyEverythingCannotBeOpenedIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "openNow"));
        desk.stage.everything_fails = api::Problem{api::ProblemKind::insufficient_funds,
                                                   {{"available_sat", "0"}, {"needed_sat", "354"}}};
        QVERIFY(person.press("openAll"));
        QVERIFY(person.see("openProblemWhat", 1'000) != nullptr);
        // It stays said, while the amount that stands there can be opened as before.
        QVERIFY(waitsToPress(sheet, "openNow"));
        QVERIFY(person.sees("openProblemWhat"));
        QVERIFY(!factOf(*sheet, "Cost").isEmpty());
    }

    void whatWasInTheWayOfItMayEnd() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        picture.disk_low = true;
        desk.stage.show(picture);
        desk.stage.quote_fails = api::Problem{api::ProblemKind::disk_full, {}};
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(person.see("openProblemWhat", 1'000) != nullptr);
        QVERIFY(!button(sheet, "openNow")->isEnabled());
        desk.stage.quote_fails.reset();
        picture.disk_low = false;
        desk.stage.show(picture);
        QVERIFY(waitsToPress(sheet, "openNow"));
        QVERIFY(!person.sees("openProblemWhat"));
    }

    void refusalsOfTwoPeersAreTwo() {
        StageDesk desk;
        auto& person = *desk.person;
        const auto refuse = [&](const char* reason) {
            QVERIFY(putsAway(desk, "openCancel"));
            desk.stage.answerNext(
                fail(api::Problem{api::ProblemKind::peer_refused, {{"reason", reason}}}));
            desk.settle();
        };
        QVERIFY(asksToOpen(desk) != nullptr);
        QVERIFY(person.press("openNow"));
        refuse("no more channels today");
        QVERIFY(person.press("channelsOpen"));
        auto* const peer = person.see<QWidget>("openPeer");
        peer->setFocus();
        QTest::keyClick(peer, Qt::Key_Down);
        QVERIFY(person.press("openNow"));
        desk.stage.answerNext(api::Answer(api::Connected{stageKey(2), {}}));
        QVERIFY(QTest::qWaitFor(
            [&] { return std::holds_alternative<api::OpenChannel>(desk.stage.posted.back()); }));
        QVERIFY(QTest::qWaitFor([&] {
            return person.see<QAbstractButton>("openCancel")
                ->text()
                .contains(QStringLiteral("Hide"));
        }));
        refuse("too small for us");
        QCOMPARE(desk.notices().size(), 2);
        QCOMPARE(desk.notices().filter(QStringLiteral("Practice shop")).size(), 1);
        QCOMPARE(desk.notices().filter(QStringLiteral("Practice hub")).size(), 1);
        QVERIFY(desk.isSaid(QStringLiteral("no more channels today")));
        QVERIFY(desk.isSaid(QStringLiteral("too small for us")));
        // Tried again and refused again, it is still one thing.
        QVERIFY(person.press("channelsOpen"));
        QVERIFY(person.press("openNow"));
        refuse("not before Monday");
        QCOMPARE(desk.notices().size(), 2);
        QVERIFY(!desk.isSaid(QStringLiteral("no more channels today")));
        QVERIFY(desk.isSaid(QStringLiteral("not before Monday")));
    }

    void anOpeningThatWasHiddenIsStillRefusedInSight() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        QVERIFY(person.press("openNow"));
        QVERIFY(person.sees("openGoesOn"));
        auto* const cancel = person.see<QAbstractButton>("openCancel");
        QVERIFY2(cancel->text().contains(QStringLiteral("Hide")), qPrintable(cancel->text()));
        QVERIFY(putsAway(desk, "openCancel"));
        QVERIFY(person.press("railPay"));
        desk.stage.answerNext(fail(
            api::Problem{api::ProblemKind::peer_refused, {{"reason", "no more channels today"}}}));
        desk.settle();
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("was not opened"), 1000));
        QVERIFY(desk.isSaid(QStringLiteral("no more channels today")));
        QVERIFY(desk.isSaid(QStringLiteral("Practice shop")));
        QTest::qWait(4'500);
        QVERIFY(person.sees("noticeWhat"));
        QVERIFY(person.press("noticeDone"));
        QVERIFY(!person.sees("noticeWhat"));
    }

    // Taken back by the person: nobody refused, and nothing took too long.
    void anOpeningThatWasCancelledIsNoFault() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        QVERIFY(person.press("openNow"));
        QVERIFY(putsAway(desk, "openCancel"));
        desk.stage.answerNext(fail(api::Problem{api::ProblemKind::cancelled, {}}));
        desk.settle();
        QTest::qWait(100);
        QVERIFY(desk.notices().isEmpty());
    }

    // What stood there is what may be paid; otherwise it is asked again, with what it costs now.
    void whatAnOpeningCostsIsBound() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "openNow"));
        QVERIFY(person.press("openNow"));
        const auto wish = std::get<api::OpenChannel>(desk.stage.posted.back());
        QCOMPARE(wish.max_fee, std::optional(412_sat));
        QCOMPARE(wish.feerate, std::optional(FeeratePerKw(1'000)));
        desk.stage.dearer = true;
        desk.stage.answerNext(fail(api::Problem{
            api::ProblemKind::fee_limit,
            {{"fee_msat", "824000"}, {"max_fee_msat", "412000"}, {"what", "opening"}}}));
        QVERIFY(person.waitToRead("openProblemWhat", QStringLiteral("fee has changed")));
        QVERIFY(waitsToPress(sheet, "openNow"));
        QVERIFY(person.sees("openProblemWhat"));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("824")));
        QVERIFY(person.press("openNow"));
        QCOMPARE(std::get<api::OpenChannel>(desk.stage.posted.back()).max_fee,
                 std::optional(824_sat));
    }

    void whileItIsLookedAtTheCostFollowsTheChain() {
        StageDesk desk;
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "openNow"));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("412")));
        desk.stage.dearer = true;
        auto picture = *desk.stage.snapshot();
        picture.chain.fee_normal = FeeratePerKw(2'000);
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor(
            [&] { return factOf(*sheet, "Cost").contains(QStringLiteral("824")); }, 2'000));
    }

    void anOpeningThatIsRefusedSaysSoInPlace() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        QVERIFY(person.press("openNow"));
        desk.stage.answerNext(
            fail(api::Problem{api::ProblemKind::peer_refused, {{"reason", "too small for us"}}}));
        QVERIFY(person.waitToRead("openProblemWhy", QStringLiteral("too small for us")));
        QVERIFY(!person.sees("noticeWhat"));
        QVERIFY(!person.sees("openGoesOn"));
        QVERIFY(
            person.see<QAbstractButton>("openCancel")->text().contains(QStringLiteral("Cancel")));
        // A new block is no reason to take the refusal away.
        auto picture = *desk.stage.snapshot();
        picture.chain.height = BlockHeight(241);
        picture.balance.onchain += 5'000_sat;
        desk.stage.show(picture);
        QTest::qWait(200);
        QVERIFY(person.sees("openProblemWhy"));
        // Another amount is another wish.
        person.see<AmountEdit>("openAmount")->setAmount(300'000_sat);
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("openProblemWhy"); }));
        QVERIFY(putsAway(desk, "openCancel"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }

    void connectingCanBeCancelled() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToOpen(desk) != nullptr);
        // The hub is not connected.
        auto* const peer = person.see<QWidget>("openPeer");
        peer->setFocus();
        QTest::keyClick(peer, Qt::Key_Down);
        QVERIFY(person.press("openNow"));
        QVERIFY(std::holds_alternative<api::Connect>(desk.stage.posted.back()));
        QVERIFY(
            person.see<QAbstractButton>("openCancel")->text().contains(QStringLiteral("Cancel")));
        QVERIFY(putsAway(desk, "openCancel"));
        desk.stage.answerNext(api::Answer(api::Connected{stageKey(2), {}}));
        desk.settle();
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }
};

RUNNEL_TEST(TestOpening)
#include "test_opening.moc"
