// What has to be seen is seen: troubles stay until somebody has, refusals stand beside what was
// asked, figures are in satoshi, what was not paid is not counted, and what is at risk is said
// before.
#include "tests/support/test_main.h"
#include "tests/ui/channel_dialogs.h"

#include "ui/dialogs/details.h"
#include "ui/format/amount.h"
#include "ui/pages/pay_page.h"

#include <QScrollArea>
#include <QScrollBar>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

class TestInSight : public QObject {
    Q_OBJECT

private slots:
    void troublesStayUntilTheyAreSeenOrOver() {
        StageDesk desk(Stage::Scene::full, {420, 900});
        auto& person = *desk.person;
        using api::ProblemKind;
        const auto tell = [&](api::Problem problem,
                              std::optional<ChannelId> channel = std::nullopt) {
            desk.stage.tell(api::Trouble{std::move(problem), channel});
            desk.settle();
        };
        auto picture = *desk.stage.snapshot();
        picture.balance.onchain = 1'000_sat;
        const auto funding = picture.channels[2].funding.txid;
        picture.refused = {funding};
        desk.stage.show(picture);
        const auto& hub = picture.channels[1];
        QVERIFY(!person.sees("noticeWhat"));
        tell({ProblemKind::reserve_needed,
              {{"available_sat", "1000"}, {"needed_sat", "50000"}, {"reserve_sat", "50000"}}});
        tell({ProblemKind::commitment_underpaid, {{"feerate", "253"}, {"least", "1000"}}},
             hub.channel_id);
        tell({ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}},
             picture.channels[2].channel_id);
        tell({ProblemKind::broadcast_refused,
              {{"txid", display_hex(funding)},
               {"reason", "min relay fee not met"},
               {"purpose", "funding"}}});
        // Said again with other figures, it is still one thing.
        tell({ProblemKind::commitment_underpaid, {{"feerate", "253"}, {"least", "1200"}}},
             hub.channel_id);
        QTest::qWait(4'500);
        QCOMPARE(desk.notices().size(), 4);
        QVERIFY(desk.isSaid(QStringLiteral("min relay fee not met")));
        QVERIFY(!desk.notices().filter(QStringLiteral("declined")).isEmpty());
        QVERIFY(!desk.notices().filter(QStringLiteral("Practice hub")).isEmpty());
        for (auto* const label : desk.shell->findChildren<QLabel*>(QStringLiteral("noticeTry")))
            QVERIFY(!label->text().isEmpty());
        // On every page, and the page can still be used.
        for (const char* const page : {"railPay", "railChannels", "railActivity", "railHome"}) {
            QVERIFY(person.press(page));
            QCOMPARE(desk.notices().size(), 4);
            QVERIFY(desk.shell->findChild<QWidget*>(QStringLiteral("noticeBoard"))->height() <=
                    900 / 2);
        }
        // What ends by itself goes by itself.
        picture.balance.onchain = 60'000_sat;
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().size() == 3; }));
        picture.channels[1].feerate = FeeratePerKw(1'300);
        picture.refused.clear();
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().size() == 1; }));
        QVERIFY(desk.notices().front().contains(QStringLiteral("never came to be")));
        // The rest is put away by keyboard, and the same thing does not come again.
        QVERIFY(person.pressByKey("noticeDone"));
        QVERIFY(desk.notices().isEmpty());
        QVERIFY(!person.sees("noticeBoard"));
        tell({ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}},
             picture.channels[2].channel_id);
        QVERIFY(desk.notices().isEmpty());
        tell({ProblemKind::funding_lost, {{"txid", "cc"}, {"rival", "dd"}}},
             picture.channels[2].channel_id);
        QCOMPARE(desk.notices().size(), 1);
    }

    // What was handed over and not taken does not stand there as sent.
    void aSendThatIsRefusedIsNotShownAsSent() {
        StageDesk desk;
        auto& person = *desk.person;
        api::OnchainSent sent{Txid{}, 250'000_sat, 412_sat, 0_sat, {}};
        sent.txid.raw().fill(0x5c);
        desk.stage.answer = api::Answer(sent);
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("link"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        auto picture = *desk.stage.snapshot();
        picture.refused = {sent.txid};
        desk.stage.show(picture);
        desk.stage.tell(api::Trouble{{api::ProblemKind::broadcast_refused,
                                      {{"txid", display_hex(sent.txid)},
                                       {"reason", "min relay fee not met"},
                                       {"purpose", "send"}}},
                                     std::nullopt});
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Not on its way yet")));
        QVERIFY(person.waitToRead("payResultTry", QStringLiteral("Do not send it again")));
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("coins that you sent")));
        QVERIFY(desk.notices().filter(QStringLiteral("channel")).isEmpty());
        // Taken at last.
        picture.refused.clear();
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().isEmpty(); }));
        // Or ruled out: then it is not "Sent" again.
        picture.refused = {sent.txid};
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Not on its way yet")));
        picture.refused.clear();
        picture.lost = {sent.txid};
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("will not arrive")));
    }

    // Only the other side can close it: said where one looks, without a sum, and no way offered.
    void anOutdatedCopyIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        picture.channels = {outdatedCopy(picture.channels[0])};
        desk.stage.show(picture);
        desk.stage.tell(api::Trouble{{api::ProblemKind::store_in_doubt, {{"outdated", "true"}}},
                                     picture.channels[0].channel_id});
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("Practice shop")));
        QVERIFY(person.waitToRead("heldUnknown", QStringLiteral("not known yet")));
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.waitToRead("channelSentence", QStringLiteral("Ask it to close.")));
        QVERIFY(!person.sees("channelClose"));
        ChannelDetails details(*desk.wallet, picture.channels[0].channel_id, desk.frame.get());
        QVERIFY(present(&details));
        QCOMPARE(factOf(details, "Yours"), QStringLiteral("not known before it is closed"));
        QVERIFY(factOf(details, "Theirs").isEmpty() && factOf(details, "Closing alone").isEmpty());
        QVERIFY(!factOf(details, "Closed").contains(QStringLiteral("peer")));
        // Once it has closed, the notice has ended.
        picture.channels[0].they_must_close = false;
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().isEmpty(); }));
    }

    void aTroubleStaysWhateverElseIsGone() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        const auto hub = picture.channels[1];
        const api::Problem underpaid{api::ProblemKind::commitment_underpaid,
                                     {{"feerate", "253"}, {"least", "1000"}}};
        desk.stage.tell(api::Trouble{underpaid, hub.channel_id});
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("Practice hub"), 1'000));
        // Its channel leaves the picture, the chain source does not answer: neither mends it.
        picture.channels.erase(picture.channels.begin() + 1);
        picture.chain.reachable = false;
        desk.stage.show(picture);
        QTest::qWait(60);
        QCOMPARE(desk.notices().size(), 1);
        // Told again while nobody knows whose channel it is: the same trouble.
        desk.stage.tell(api::Trouble{underpaid, hub.channel_id});
        QTest::qWait(60);
        QCOMPARE(desk.notices().size(), 1);
        // It is mended once the fee is what it must be.
        picture.channels.push_back(hub);
        picture.channels.back().feerate = FeeratePerKw(999);
        desk.stage.show(picture);
        QTest::qWait(60);
        QCOMPARE(desk.notices().size(), 1);
        picture.channels.back().feerate = FeeratePerKw(1'000);
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().isEmpty(); }));
        // And when it comes again after that, it is said again.
        picture.channels.back().feerate = FeeratePerKw(253);
        desk.stage.show(picture);
        QTest::qWait(60);
        desk.stage.tell(api::Trouble{underpaid, hub.channel_id});
        QVERIFY(QTest::qWaitFor([&] { return desk.notices().size() == 1; }));
    }

    void aRefusalStandsBesideWhatWasAsked_data() {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("button");
        QTest::addColumn<QString>("said");
        QTest::addColumn<bool>("is_empty");
        QTest::newRow("coins") << "railHome"
                               << "practiceCoins"
                               << "homeProblemWhat" << false;
        QTest::newRow("a block") << "railHome"
                                 << "practiceBlock"
                                 << "homeProblemWhat" << false;
        QTest::newRow("first coins") << "railHome"
                                     << "homeFirstAction"
                                     << "homeFirstProblemWhat" << true;
        QTest::newRow("a channel from the shop") << "railChannels"
                                                 << "practiceOpenToMe"
                                                 << "channelsProblemWhat" << false;
        QTest::newRow("an invoice of the shop") << "railPay"
                                                << "practiceBuy"
                                                << "payProblemWhat" << false;
        QTest::newRow("an invoice through the hub") << "railPay"
                                                    << "practiceBuyHub"
                                                    << "payProblemWhat" << false;
    }
    void aRefusalStandsBesideWhatWasAsked() {
        QFETCH(QString, page);
        QFETCH(QString, button);
        QFETCH(QString, said);
        QFETCH(bool, is_empty);
        StageDesk desk(is_empty ? Stage::Scene::empty : Stage::Scene::full, {420, 600});
        auto& person = *desk.person;
        desk.stage.practice_fails = api::Problem{api::ProblemKind::practice_gone, {}};
        QVERIFY(person.press(qPrintable(page)));
        auto* const asked = person.see<QAbstractButton>(qPrintable(button));
        QVERIFY(asked != nullptr);
        // As somebody who scrolled there.
        for (auto* up = asked->parentWidget(); up != nullptr; up = up->parentWidget()) {
            if (auto* const area = qobject_cast<QScrollArea*>(up)) area->ensureWidgetVisible(asked);
        }
        QVERIFY(!asked->visibleRegion().isEmpty());
        QVERIFY(person.press(qPrintable(button)));
        auto* const label = person.see<QLabel>(qPrintable(said), 500);
        QVERIFY(label != nullptr);
        QVERIFY(label->text().contains(QStringLiteral("practice network")));
        QVERIFY(QTest::qWaitFor(
            [&] { return label->visibleRegion().boundingRect() == label->rect(); }, 1000));
        if (button == QStringLiteral("practiceBuyHub"))
            QCOMPARE(desk.stage.asked_through_hub, std::optional(true));
        // It goes once the next one is granted.
        desk.stage.practice_fails.reset();
        if (is_empty || page == QStringLiteral("railPay")) return;
        QVERIFY(person.press(qPrintable(button)));
        QVERIFY(QTest::qWaitFor([&] { return !label->isVisible(); }));
    }

    void aRefusalInADialogIsInSight_data() {
        QTest::addColumn<QString>("asked");
        QTest::addColumn<QString>("button");
        QTest::addColumn<QString>("said");
        QTest::newRow("open") << "channelsOpen"
                              << "openNow"
                              << "openProblemWhat";
        QTest::newRow("close") << "channelClose"
                               << "closeNow"
                               << "closeProblemWhat";
    }
    void aRefusalInADialogIsInSight() {
        QFETCH(QString, asked);
        QFETCH(QString, button);
        QFETCH(QString, said);
        StageDesk desk(Stage::Scene::full, {420, 480});
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press(qPrintable(asked)));
        auto* const pressed = person.see<QAbstractButton>(qPrintable(button));
        QVERIFY(QTest::qWaitFor([&] { return pressed->isEnabled(); }));
        desk.settle();
        // Read to the end, as one should.
        for (auto* const area : pressed->window()->findChildren<QScrollArea*>()) {
            area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
        }
        QVERIFY(person.press(qPrintable(button)));
        desk.stage.answerNext(fail(api::Problem{api::ProblemKind::disk_full, {}}));
        auto* const label = person.see<QLabel>(qPrintable(said), 1000);
        QVERIFY(label != nullptr);
        QVERIFY(QTest::qWaitFor(
            [&] { return label->visibleRegion().boundingRect() == label->rect(); }, 1000));
    }

    void nobodyReadsMillisatoshi() {
        StageDesk desk;
        auto picture = *desk.stage.snapshot();
        picture.channels[0].ours = 331'204'500_msat;
        desk.stage.show(picture);
        desk.settle();
        const auto& channel = desk.wallet->picture().channels[0];
        auto* const details = new ChannelDetails(*desk.wallet, channel.channel_id, desk.shell);
        QVERIFY(present(details));
        QCOMPARE(factOf(*details, "Yours"),
                 grouped(331'204) + QStringLiteral(".5") + unitSpace + QStringLiteral("sat"));
        QCOMPARE(factOf(*details, "Theirs"), satText(150'000_sat));
        QCOMPARE(factOf(*details, "Fee rate of closing alone"),
                 QStringLiteral("1.012 sat per vbyte"));
        QVERIFY(!desk.isSaid(QStringLiteral("msat")));
        delete details;
        for (int row = 0; row < desk.wallet->activity().rowCount(); ++row) {
            auto* const entry = new EntryDetails(
                *desk.wallet, QByteArray::fromStdString(desk.wallet->activity().at(row).key()),
                desk.shell);
            QVERIFY(present(entry));
            QVERIFY2(!desk.isSaid(QStringLiteral("msat")),
                     qPrintable(desk.texts().filter(QStringLiteral("msat")).join(u'|')));
            delete entry;
        }
    }

    void whatWasNotPaidIsNotCounted() {
        StageDesk desk;
        auto& activity = desk.wallet->activity();
        int unpaid = 0, failed = 0, moved = 0;
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto line = activity.index(row).data(Qt::AccessibleTextRole).toString();
            const bool has_sign = line.contains(QStringLiteral(", +")) ||
                                  line.contains(QStringLiteral(", ") + QChar(0x2212));
            const auto* const payment = activity.at(row).payment();
            const bool moves =
                payment == nullptr || payment->status == api::PaymentStatus::paid ||
                (payment->status == api::PaymentStatus::pending && payment->outgoing);
            QVERIFY2(has_sign == moves, qPrintable(line));
            if (moves) ++moved;
            else if (payment->status == api::PaymentStatus::failed) ++failed;
            else ++unpaid;
            if (payment == nullptr || moves) continue;
            auto* const entry = new EntryDetails(
                *desk.wallet, QByteArray::fromStdString(activity.at(row).key()), desk.shell);
            QVERIFY(present(entry));
            QVERIFY2(factOf(*entry, "Amount").contains(QStringLiteral("not paid")),
                     qPrintable(factOf(*entry, "Amount")));
            delete entry;
        }
        QVERIFY(unpaid >= 2 && failed >= 1 && moved >= 5);
    }

    void aFailureSaysWhatWasNotPaid() {
        StageDesk desk;
        auto& person = *desk.person;
        desk.stage.answer =
            fail(api::Problem{api::ProblemKind::no_route, {{"cause", "payee_unknown"}}});
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("good"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.see("payResultTitle") != nullptr);
        auto* const result = person.see<QWidget>("payResult");
        const auto fact = [&](const char* label) {
            return result->findChild<Facts*>()->value(QString::fromLatin1(label));
        };
        QCOMPARE(fact("Not paid"), satText(1'250_sat));
        QCOMPARE(fact("To"), QStringLiteral("Practice shop"));
        QVERIFY(fact("For").contains(QStringLiteral("Two coffees")));
        QVERIFY(!person.sees("payResultAmount"));
        QVERIFY(person.press("payDone"));
        desk.shell->payPage().setText(QStringLiteral("link"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.see("payResultTitle") != nullptr);
        QCOMPARE(fact("Not sent"), satText(250'000_sat));
        QVERIFY(!fact("Address").isEmpty());
    }

    void openingSaysAllThatIsAtRisk() {
        StageDesk desk;
        auto* const sheet = asksToOpen(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(waitsToPress(sheet, "openNow"));
        desk.settle();
        const auto all = desk.texts().join(u'|');
        QVERIFY(all.contains(QStringLiteral("24 words")));
        QVERIFY(all.contains(QStringLiteral("do not bring back")));
        QVERIFY(all.contains(QStringLiteral("online")));
        const auto cost = factOf(*sheet, "Cost");
        QVERIFY2(cost.contains(QStringLiteral("alone costs more")), qPrintable(cost));
    }

    void closingAloneSaysThatItMayCostMore() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const sheet = asksToClose(desk);
        QVERIFY(sheet != nullptr);
        QVERIFY(!factOf(*sheet, "Cost").contains(QStringLiteral("sped up")));
        QVERIFY(person.press("closeAlone"));
        QVERIFY(QTest::qWaitFor(
            [&] { return factOf(*sheet, "Cost").contains(QStringLiteral("sped up")); }));
    }

    void anInvoiceThatNobodyCanPayWarns() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        picture.balance.can_receive = 0_msat;
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        QVERIFY(person.see("receiveText") != nullptr);
        QVERIFY(person.waitToRead("receiveProblemWhat", QStringLiteral("Nothing can be received"),
                                  500));
        QVERIFY(!person.read("receiveProblemWhy").isEmpty());
        QVERIFY(person.press("receiveAnother"));
        picture.balance.can_receive = 5'000'000_msat;
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(person.press("receiveMake"));
        QVERIFY(person.see("receiveText") != nullptr);
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("receiveProblemWhat"); }));
    }
};

RUNNEL_TEST(TestInSight)
#include "test_in_sight.moc"
