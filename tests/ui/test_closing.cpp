// A channel is closed in the way that was quoted and stands there, and not when another way is left
// by then; what was posted goes on when the dialog is put away, and how it ends is seen.
#include "tests/support/test_main.h"
#include "tests/ui/channel_dialogs.h"

#include "ui/format/amount.h"

#include <QRadioButton>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

api::Snapshot stuck(const Stage& stage) {
    auto picture = *stage.snapshot();
    picture.channels.front() = stuckClose(picture.channels.front());
    return picture;
}

/// An older copy of the store may have been started, and the first channel's other side has not
/// compared.
api::Snapshot doubtful(const Stage& stage) {
    auto picture = *stage.snapshot();
    picture.in_doubt = true;
    picture.channels.front().force_held_back = true;
    return picture;
}

}  // namespace

class TestClosing : public QObject {
    Q_OBJECT

private slots:
    void closesOnlyWhatWasQuoted() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        desk.hold = true;
        QVERIFY(person.press("channelClose"));
        auto* const sheet = dialog<CloseChannelDialog>(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        desk.release();
        QVERIFY(button(sheet, "closeNow")->isEnabled());
        const auto agreed = factOf(*sheet, "Cost");
        QVERIFY(!agreed.isEmpty() && !factOf(*sheet, "Wait").isEmpty() &&
                !factOf(*sheet, "Risk").isEmpty());
        // Another choice: what stood there was of the first one.
        desk.hold = true;
        QVERIFY(person.press("closeAlone"));
        desk.settle();
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        for (const char* const fact : {"Cost", "Wait", "Risk"})
            QVERIFY2(factOf(*sheet, fact).isEmpty(), fact);
        QTest::mouseClick(button(sheet, "closeNow"), Qt::LeftButton);
        QVERIFY(desk.stage.posted.empty());
        // Back and forth, and the answers of all of it come late.
        QVERIFY(person.press("closeAgreed"));
        QVERIFY(person.press("closeAlone"));
        desk.release();
        QVERIFY(button(sheet, "closeNow")->isEnabled());
        QVERIFY(factOf(*sheet, "Cost") != agreed);
        QVERIFY(person.press("closeNow"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
        QVERIFY(std::get<api::CloseChannel>(desk.stage.posted[0]).force);
    }

    void aCopyThatMayBeOldIsRiskedOnlyByName() {
        StageDesk desk;
        auto& person = *desk.person;
        desk.stage.show(doubtful(desk.stage));
        desk.settle();
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        // Together with the other side nothing is risked.
        QVERIFY(!factOf(*sheet, "Risk").contains(QStringLiteral("old one")));
        QVERIFY(person.press("closeAlone"));
        desk.settle();
        QVERIFY(factOf(*sheet, "Risk").contains(QStringLiteral("everything in the channel")));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(
            person.read("closeProblemWhat").contains(QStringLiteral("everything in the channel")));
        // Another button: the one that was pressed says what it did, and does nothing now.
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        QVERIFY(!button(sheet, "closeNow")->text().contains(QStringLiteral("risk")));
        QVERIFY(button(sheet, "closeRisk")->text().contains(QStringLiteral("risk")));
        // The one that loses nothing is what a key would press.
        QVERIFY(person.see<QAbstractButton>("closeCancel")->hasFocus());
        // Another look at it takes the word back.
        QVERIFY(person.press("closeAgreed"));
        QVERIFY(person.press("closeAlone"));
        desk.settle();
        QVERIFY(!person.sees("closeRisk"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(person.press("closeRisk"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
        const auto wish = std::get<api::CloseChannel>(desk.stage.posted[0]);
        QVERIFY(wish.force && wish.risk_old_state);
    }

    // Whoever clicks twice, out of habit or because nothing seemed to happen, has read nothing.
    void aDoubleClickTakesNoRisk() {
        StageDesk desk(Stage::Scene::full, {420, 600});
        auto& person = *desk.person;
        desk.stage.show(doubtful(desk.stage));
        desk.settle();
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(person.press("closeAlone"));
        QVERIFY(waitsToPress(sheet, "closeNow"));
        desk.settle();
        auto* const close = button(sheet, "closeNow");
        const auto where = close->mapToGlobal(close->rect().center());
        const auto again = [&] {
            auto* const under = QApplication::widgetAt(where);
            if (under == nullptr) return;
            const auto at = under->mapFromGlobal(where);
            QTest::mouseDClick(under, Qt::LeftButton, {}, at);
            QTest::mouseRelease(under, Qt::LeftButton, {}, at);
        };
        QTest::mouseClick(close, Qt::LeftButton);
        again();
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(person.sees("closeRisk"));
        auto* const risk = button(sheet, "closeRisk");
        // Nor one that finds it by chance.
        QTest::mouseClick(risk, Qt::LeftButton);
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(!risk->hasFocus());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QVERIFY(!risk->hasFocus());
        // Somebody who means it.
        QVERIFY(person.press("closeRisk"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
        QVERIFY(std::get<api::CloseChannel>(desk.stage.posted[0]).risk_old_state);
        // Refused: it is named again before it is taken again.
        desk.stage.answerNext(fail(api::Problem{api::ProblemKind::disk_full, {}}));
        QVERIFY(waitsToPress(sheet, "closeNow"));
        QVERIFY(!person.sees("closeRisk"));
        QVERIFY(person.press("closeNow"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }

    void whatWasComparedIsNoRisk() {
        StageDesk desk;
        auto& person = *desk.person;
        desk.stage.show(doubtful(desk.stage));
        desk.settle();
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(person.press("closeAlone"));
        desk.settle();
        QVERIFY(person.press("closeNow"));
        // The other side comes back while the question stands there.
        auto picture = doubtful(desk.stage);
        picture.channels.front().force_held_back = false;
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(!factOf(*sheet, "Risk").contains(QStringLiteral("old one")));
        QVERIFY(person.press("closeNow"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
        QVERIFY(!std::get<api::CloseChannel>(desk.stage.posted[0]).risk_old_state);
    }

    void aCloseHeldBackCanBePublishedAtARisk() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = doubtful(desk.stage);
        auto& channel = picture.channels.front();
        channel.state = "closing";
        channel.usable = channel.online = false;
        channel.htlcs.clear();
        picture.channels.resize(1);
        desk.stage.show(picture);
        desk.settle();
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        desk.settle();
        const auto explained = person.read("closeExplained");
        QVERIFY2(explained.contains(QStringLiteral("Nothing is published before")),
                 qPrintable(explained));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(person.press("closeRisk"));
        QVERIFY(std::get<api::CloseChannel>(desk.stage.posted.at(0)).risk_old_state);
    }

    void whatAnAgreedCloseCostsIsBound() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "closeNow"));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("at most")));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("608")));
        // Blocks become dearer while it is looked at.
        desk.stage.dearer = true;
        auto picture = *desk.stage.snapshot();
        picture.chain.fee_normal = FeeratePerKw(2'000);
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return factOf(*sheet, "Cost").contains(satText(1'216_sat)); },
                                2'000));
        QVERIFY(person.press("closeNow"));
        QCOMPARE(std::get<api::CloseChannel>(desk.stage.posted.back()).max_fee,
                 std::optional(1'216_sat));
        desk.stage.dearer = false;
        desk.stage.answerNext(fail(api::Problem{
            api::ProblemKind::fee_limit,
            {{"fee_msat", "2000000"}, {"max_fee_msat", "1216000"}, {"what", "closing"}}}));
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("fee has changed")));
        QVERIFY(waitsToPress(sheet, "closeNow"));
        QVERIFY(person.sees("closeProblemWhat"));
        QVERIFY(factOf(*sheet, "Cost").contains(QStringLiteral("608")));
        // Alone there is no such bound.
        QVERIFY(person.press("closeAlone"));
        QVERIFY(waitsToPress(sheet, "closeNow"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(!std::get<api::CloseChannel>(desk.stage.posted.back()).max_fee);
    }

    void aCloseThatCannotBeQuotedIsRefused() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        desk.stage.quote_fails = api::Problem{api::ProblemKind::unknown_command_target, {}};
        QVERIFY(person.press("closeAlone"));
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("not there any more")));
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        QVERIFY(factOf(*sheet, "Cost").isEmpty());
    }

    void aCloseThatWasHiddenIsStillRefusedInSight() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(asksToClose(desk) != nullptr);
        QVERIFY(person.read("sheetTitle").contains(QStringLiteral("Practice shop")));
        auto* const cancel = person.see<QAbstractButton>("closeCancel");
        QVERIFY(cancel->text().contains(QStringLiteral("Keep it open")));
        QVERIFY(person.press("closeNow"));
        QVERIFY2(cancel->text().contains(QStringLiteral("Hide")), qPrintable(cancel->text()));
        QVERIFY(person.sees("closeGoesOn"));
        QVERIFY(!person.see<QRadioButton>("closeAlone")->isEnabled());
        QVERIFY(putsAway(desk, "closeCancel"));
        desk.stage.answerNext(fail(api::Problem{api::ProblemKind::disk_full, {}}));
        desk.settle();
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("was not closed"), 1000));
        QVERIFY(desk.isSaid(QStringLiteral("disk is nearly full")));
    }

    void aCloseThatIsKeptPostsNothing() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        for (const bool by_key : {false, true}) {
            QVERIFY(person.press("channelClose"));
            QVERIFY(person.press("closeAlone"));
            QVERIFY(by_key ? person.pressByKey("closeCancel") : person.press("closeCancel"));
            QVERIFY(QTest::qWaitFor([&] { return !person.sees("closeCancel"); }));
        }
        QVERIFY(desk.stage.posted.empty());
    }

    void aCloseThatIsNotAnsweredHasAWayOut() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        desk.stage.show(stuck(desk.stage));
        desk.settle();
        const auto said = person.read("channelSentence");
        QVERIFY2(said.contains(QStringLiteral("other side")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("228")) && said.contains(QStringLiteral("12 block")),
                 qPrintable(said));
        auto* const close = person.see<QAbstractButton>("channelClose", 500);
        QVERIFY(close != nullptr);
        QVERIFY2(close->text().contains(QStringLiteral("lone")), qPrintable(close->text()));
        desk.hold = true;
        QVERIFY(person.press("channelClose"));
        auto* const sheet = dialog<CloseChannelDialog>(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        desk.release();
        // Only that way is left to choose, and all that matters of it stands there.
        QVERIFY(!person.sees("closeAgreed"));
        QVERIFY(person.read("closeExplained").contains(QStringLiteral("228")));
        for (const char* const fact : {"Comes back", "Cost", "Wait", "Risk"})
            QVERIFY2(!factOf(*sheet, fact).isEmpty(), fact);
        QVERIFY(person.press("closeNow"));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
        QVERIFY(std::get<api::CloseChannel>(desk.stage.posted[0]).force);
    }

    void whatIsOnTheChainIsNotClosedAgain() {
        StageDesk desk;
        QVERIFY(desk.person->press("railChannels"));
        // Two open ones, and one that is opening; the closing and the closed one have no such
        // button.
        int buttons = 0;
        for (auto* const one :
             desk.shell->findChildren<QAbstractButton*>(QStringLiteral("channelClose")))
            buttons += one->isVisible() ? 1 : 0;
        QCOMPARE(buttons, 3);
    }

    void aCloseThatIsDoneMeanwhileIsNotOffered() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "closeNow"));
        // Begun by the other side: what is left is to wait, or to close it alone. That is not put
        // under the pointer.
        desk.stage.show(stuck(desk.stage));
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("moved on")));
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        auto done = stuck(desk.stage);
        done.channels.front().state = "closing";
        done.channels.front().waits_for.clear();
        desk.stage.show(done);
        desk.settle();
        QVERIFY(person.read("closeProblemWhat").contains(QStringLiteral("moved on")));
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
    }

    void anOpeningThatIsSignedMeanwhileIsNotCancelled() {
        StageDesk desk;
        auto& person = *desk.person;
        auto asked = *desk.stage.snapshot();
        asked.channels.front().state = "awaiting_funding_signed";
        desk.stage.show(asked);
        desk.settle();
        auto* const sheet =
            new CloseChannelDialog(*desk.wallet, asked.channels.front(), desk.shell);
        QVERIFY(present(sheet));
        QVERIFY(waitsToPress(sheet, "closeNow"));
        QVERIFY(button(sheet, "closeNow")->text().contains(QStringLiteral("ancel")));
        // Its coins are spent now: what would be pressed is a close, with its fee.
        auto is_signed = asked;
        is_signed.channels.front().state = "awaiting_confirmation";
        desk.stage.show(is_signed);
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("moved on")));
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        QVERIFY(factOf(*sheet, "Comes back").isEmpty());
    }
};

RUNNEL_TEST(TestClosing)
#include "test_closing.moc"
