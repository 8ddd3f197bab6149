// Dialogs as a careless and as a careful person meets them: Enter presses what has the focus and
// nothing that cannot be taken back; a button can be pressed only while what it does stands there;
// what was posted goes on, and how it ends is seen.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/confirm_send.h"
#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/format/amount.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/fields.h"
#include "ui/window/settings_dialog.h"

#include <QAccessible>
#include <QHash>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSet>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const QStringList for_good{QStringLiteral("confirmSend"), QStringLiteral("openNow"),
                           QStringLiteral("closeNow")};

Sheet* makeSheet(const QString& name, StageDesk& desk) {
    auto& wallet = *desk.wallet;
    const auto& channel = wallet.picture().channels.front();
    if (name == QStringLiteral("send")) {
        api::SendQuote quote;
        quote.amount = 250'000_sat;
        quote.fee = 412_sat;
        return new ConfirmSend(QStringLiteral("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"),
                               quote, QStringLiteral("today"), desk.shell);
    }
    if (name == QStringLiteral("open")) return new OpenChannelDialog(wallet, desk.shell);
    if (name == QStringLiteral("close")) return new CloseChannelDialog(wallet, channel, desk.shell);
    if (name == QStringLiteral("channel"))
        return new ChannelDetails(wallet, channel.channel_id, desk.shell);
    if (name == QStringLiteral("entry"))
        return new EntryDetails(wallet, QByteArray::fromStdString(wallet.activity().at(0).key()),
                                desk.shell);
    return new SettingsDialog(desk.preferences, QStringLiteral("0.1"), desk.shell);
}

/// Of each button in the dialog, how often it was pressed by what is done next.
using Presses = QHash<QString, int>;
std::shared_ptr<Presses> count(Sheet* sheet) {
    auto out = std::make_shared<Presses>();
    for (auto* const button : sheet->findChildren<QPushButton*>()) {
        QObject::connect(button, &QPushButton::clicked, sheet,
                         [out, name = button->objectName()] { ++(*out)[name]; });
    }
    return out;
}

QAbstractButton* button(Sheet* sheet, const char* name) {
    return sheet->findChild<QAbstractButton*>(QString::fromLatin1(name));
}

/// A close by agreement that the other side does not answer.
api::Snapshot stuck(const Stage& stage, const char* waits_for = "shutdown",
                    std::uint32_t blocks = 12) {
    auto picture = *stage.snapshot();
    auto& channel = picture.channels.front();
    channel.state = "shutting_down";
    channel.usable = false;
    channel.htlcs.clear();
    channel.in_flight_out = 0_msat;
    channel.next_deadline.reset();
    channel.waits_for = waits_for;
    channel.waits_since = BlockHeight(picture.chain.height.raw() - blocks);
    channel.waited_blocks = blocks;
    return picture;
}

}  // namespace

class TestDialogs : public QObject {
    Q_OBJECT

private slots:
    void everyControlIsNamedAndReached_data() { enterPressesWhatHasTheFocus_data(); }
    void everyControlIsNamedAndReached() {
        QFETCH(QString, name);
        StageDesk desk;
        auto* const sheet = makeSheet(name, desk);
        QVERIFY(present(sheet));
        QSet<QWidget*> wanted, visited;
        for (auto* const widget : sheet->findChildren<QWidget*>()) {
            if (!widget->isVisible() || !widget->isEnabled() || !(widget->focusPolicy() & Qt::TabFocus) || widget->focusProxy() != nullptr) continue;
            auto* const spoken = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(spoken != nullptr && !spoken->text(QAccessible::Name).isEmpty(), qPrintable(widget->objectName()));
            QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
            wanted << widget;
        }
        QVERIFY(!wanted.isEmpty());
        auto* const first = QApplication::focusWidget();
        QVERIFY(first != nullptr && sheet->isAncestorOf(first));
        for (qsizetype i = 0; i <= wanted.size(); ++i) {
            visited << QApplication::focusWidget();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            if (QApplication::focusWidget() == first) break;
        }
        // All of them, and round to where it began.
        for (auto* const widget : wanted) QVERIFY2(visited.contains(widget), qPrintable(widget->objectName()));
        QCOMPARE(QApplication::focusWidget(), first);
    }

    void enterPressesWhatHasTheFocus_data() {
        QTest::addColumn<QString>("name");
        for (const char* const name : {"send", "open", "close", "channel", "entry", "settings"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void enterPressesWhatHasTheFocus() {
        QFETCH(QString, name);
        StageDesk desk;
        QStringList names;
        {
            auto* const first = makeSheet(name, desk);
            QVERIFY(present(first));
            for (auto* const one : first->findChildren<QPushButton*>()) {
                if (one->isVisible() && one->isEnabled()) names << one->objectName();
            }
            delete first;
        }
        QVERIFY(names.size() >= 2);
        for (const auto& wanted : names) {
            for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
                auto* const sheet = makeSheet(name, desk);
                const QPointer<Sheet> held(sheet);
                QVERIFY(present(sheet));
                auto* const focused = sheet->findChild<QPushButton*>(wanted);
                focused->setFocus();
                QVERIFY(focused->hasFocus());
                const auto presses = count(sheet);
                QTest::keyClick(focused, key);
                QVERIFY2(*presses == (Presses{{wanted, 1}}),
                         qPrintable(wanted + QStringLiteral(" had the focus, pressed: ") +
                                    presses->keys().join(u' ')));
                if (held) delete held.data();
            }
        }
    }

    void enterElsewherePressesNothingForGood_data() { enterPressesWhatHasTheFocus_data(); }
    void enterElsewherePressesNothingForGood() {
        QFETCH(QString, name);
        StageDesk desk;
        auto* const sheet = makeSheet(name, desk);
        const QPointer<Sheet> held(sheet);
        QVERIFY(present(sheet));
        QTest::qWait(150);
        const auto presses = count(sheet);
        for (auto* const field : sheet->findChildren<QWidget*>()) {
            if (!held) break;
            if (!field->isVisible() || !field->isEnabled() || field->focusPolicy() == Qt::NoFocus ||
                qobject_cast<QPushButton*>(field) != nullptr)
                continue;
            field->setFocus();
            QTest::keyClick(field, Qt::Key_Return);
        }
        if (held) QTest::keyClick(sheet, Qt::Key_Return);
        for (const auto& irrevocable : for_good)
            QVERIFY2(!presses->contains(irrevocable), qPrintable(irrevocable));
        QVERIFY(desk.stage.posted.empty());
        if (held) delete held.data();
    }

    void enterOnBackSendsNothing() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("link"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.see("confirmBack") != nullptr);
        QVERIFY(QTest::qWaitFor([] {
            return QApplication::focusWidget() != nullptr &&
                   QApplication::focusWidget()->objectName() == QStringLiteral("confirmBack");
        }));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        desk.settle();
        QVERIFY(desk.stage.posted.empty());
        QVERIFY(!person.sees("confirmBack"));
        QVERIFY(person.sees("sendNow"));
    }

    void enterInTheFieldOfAnAmountPaysNothing() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("any"));
        QVERIFY(person.type("payAmountEdit", QStringLiteral("2500")));
        QTest::keyClick(person.see("payAmountEdit"), Qt::Key_Return);
        desk.settle();
        QVERIFY(desk.stage.posted.empty());
        // It leads to the button that does.
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("payNow"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }

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

    void aCloseThatCannotBeQuotedIsRefused() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        auto* const sheet = dialog<CloseChannelDialog>(desk);
        desk.stage.quote_fails = api::Problem{api::ProblemKind::unknown_command_target, {}};
        QVERIFY(person.press("closeAlone"));
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("not there any more")));
        QVERIFY(!button(sheet, "closeNow")->isEnabled());
        QVERIFY(factOf(*sheet, "Cost").isEmpty());
    }

    void opensOnlyWhatWasQuoted() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        auto* const sheet = dialog<OpenChannelDialog>(desk);
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
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        auto* const amount = person.see<AmountEdit>("openAmount");
        desk.hold = true;
        QVERIFY(person.press("openAll"));
        amount->selectAll();
        QTest::keyClicks(amount, QStringLiteral("70000"));
        desk.release();
        QTest::qWait(160);
        QCOMPARE(*amount->amount(), 70'000_sat);
    }

    void anOpeningThatWasHiddenIsStillRefusedInSight() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        QVERIFY(person.press("openNow"));
        QVERIFY(person.sees("openGoesOn"));
        auto* const cancel = person.see<QAbstractButton>("openCancel");
        QVERIFY2(cancel->text().contains(QStringLiteral("Hide")), qPrintable(cancel->text()));
        QVERIFY(person.press("openCancel"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("openCancel"); }));
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

    void anOpeningThatIsRefusedSaysSoInPlace() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
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
        QVERIFY(person.press("openCancel"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("openCancel"); }));
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }

    void connectingCanBeCancelled() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        // The hub is not connected.
        auto* const peer = person.see<QWidget>("openPeer");
        peer->setFocus();
        QTest::keyClick(peer, Qt::Key_Down);
        QVERIFY(person.press("openNow"));
        QVERIFY(std::holds_alternative<api::Connect>(desk.stage.posted.back()));
        QVERIFY(
            person.see<QAbstractButton>("openCancel")->text().contains(QStringLiteral("Cancel")));
        QVERIFY(person.press("openCancel"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("openCancel"); }));
        desk.stage.answerNext(api::Answer(api::Connected{stageKey(2), {}}));
        desk.settle();
        QCOMPARE(desk.stage.posted.size(), std::size_t{1});
    }

    void aCloseThatWasHiddenIsStillRefusedInSight() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.read("sheetTitle").contains(QStringLiteral("Practice shop")));
        auto* const cancel = person.see<QAbstractButton>("closeCancel");
        QVERIFY(cancel->text().contains(QStringLiteral("Keep it open")));
        QVERIFY(person.press("closeNow"));
        QVERIFY2(cancel->text().contains(QStringLiteral("Hide")), qPrintable(cancel->text()));
        QVERIFY(person.sees("closeGoesOn"));
        QVERIFY(!person.see<QRadioButton>("closeAlone")->isEnabled());
        QVERIFY(person.press("closeCancel"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("closeCancel"); }));
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
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        auto* const sheet = dialog<CloseChannelDialog>(desk);
        QVERIFY(QTest::qWaitFor([&] { return button(sheet, "closeNow")->isEnabled(); }));
        // Begun by the other side: what is left is to wait, or to close it alone. That is not put under the pointer.
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
        auto* const sheet = new CloseChannelDialog(*desk.wallet, asked.channels.front(), desk.shell);
        QVERIFY(present(sheet));
        QVERIFY(QTest::qWaitFor([&] { return button(sheet, "closeNow")->isEnabled(); }));
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

RUNNEL_TEST(TestDialogs)
#include "test_dialogs.moc"
