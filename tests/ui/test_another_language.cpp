// Another language, or another size of text, while something stands there: it is worded anew and
// not lost, and nobody who waits for an answer or chooses something in a dialog is interrupted.
#include "tests/support/test_main.h"
#include "tests/ui/stage_window.h"

#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/overview.h"
#include "ui/models/activity_model.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/secret_edit.h"
#include "ui/window/settings_dialog.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

bool pays(StageWindow& desk, const char* text, const api::CommandResult& answer) {
    desk.stage.answer = answer;
    if (!desk.person->press("railPay")) return false;
    desk.shell().payPage().setText(QString::fromLatin1(text));
    return desk.person->press("payNow") && desk.person->see("payResult") != nullptr;
}

QString written(StageWindow& desk) {
    return desk.person->see<QPlainTextEdit>("payText")->toPlainText();
}

}  // namespace

class TestAnotherLanguage : public QObject {
    Q_OBJECT

private slots:
    void whatWaitsStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell().payPage().setText(QStringLiteral("good"));
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        const auto invoice = person.see<CopyField>("receiveText")->text();
        QVERIFY(desk.speakGerman());
        QCOMPARE(desk.shell().currentPage(), static_cast<int>(Shell::receive));
        QCOMPARE(person.see<CopyField>("receiveText")->text(), invoice);
        QVERIFY(person.press("railPay"));
        QCOMPARE(written(desk), QStringLiteral("good"));
        QVERIFY(person.see("payPreview") != nullptr);
    }

    void whatWasTypedStays_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::newRow("invoice of any amount") << "any"
                                               << "payAmountEdit";
        QTest::newRow("address") << "address"
                                 << "sendAmountEdit";
        QTest::newRow("practice") << ""
                                  << "practiceAmount";
    }
    void whatWasTypedStays() {
        QFETCH(QString, text);
        QFETCH(QString, field);
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell().payPage().setText(text);
        auto* const edit = person.see<AmountEdit>(qPrintable(field));
        QVERIFY(edit != nullptr);
        edit->setText(QStringLiteral("23456"));
        if (text == QStringLiteral("address")) QVERIFY(person.press("sendSlow"));
        QVERIFY(desk.speakGerman());
        const auto typed = [&] { return person.see<AmountEdit>(qPrintable(field))->amount(); };
        QVERIFY(QTest::qWaitFor([&] { return typed() == std::optional(23'456_sat); }, 2'000));
        if (text == QStringLiteral("address")) {
            QVERIFY(QTest::qWaitFor(
                [&] { return person.see<QAbstractButton>("sendSlow")->isChecked(); }, 2'000));
            QVERIFY(person.press("sendNow"));
            QVERIFY(person.press("confirmSend"));
            const auto& wish = std::get<api::SendOnchain>(desk.stage.posted.back());
            QCOMPARE(wish.amount, std::optional(23'456_sat));
        }
        // Not for what is pasted next.
        if (text == QStringLiteral("any")) {
            desk.shell().payPage().setText(QStringLiteral("address"));
            QVERIFY(person.see<AmountEdit>("sendAmountEdit")->text().isEmpty());
        }
    }

    void everythingAndTheChainStayChosen() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell().payPage().setText(QStringLiteral("address"));
        QVERIFY(person.press("sendAll"));
        QVERIFY(desk.speakGerman());
        QVERIFY(QTest::qWaitFor([&] { return person.see<QAbstractButton>("sendAll")->isChecked(); },
                                2'000));
        desk.shell().payPage().setText(QStringLiteral("both"));
        QVERIFY(person.press("payOnChain"));
        desk.preferences.setLanguage(QStringLiteral("en"));
        QVERIFY(QTest::qWaitFor([&] { return !desk.isGerman(); }));
        QVERIFY(person.see("sendPreview") != nullptr);
        QVERIFY(!person.sees("payPreview"));
    }

    // Where it is not waited for.
    void whatWasPaidStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        api::Paid paid{PaymentHash{}, {}, 1'250'000_msat, 1'200_msat, 1, 340};
        paid.preimage.raw().fill(0x5d);
        QVERIFY(pays(desk, "good", api::Answer(paid)));
        const auto amount = person.see<AmountLabel>("payResultAmount")->text();
        QVERIFY(desk.speakGerman());
        QCOMPARE(person.read("payResultTitle"), QStringLiteral("Bezahlt"));
        QCOMPARE(person.see<AmountLabel>("payResultAmount")->text(), amount);
        QCOMPARE(person.see<CopyField>("payProof")->text(), QStringLiteral("5d").repeated(32));
        QVERIFY(!person.sees("payText"));
        // And from there on as ever.
        QVERIFY(person.press("payDone"));
        QVERIFY(written(desk).isEmpty());
        QVERIFY(!person.sees("payResult"));
    }

    void whatFailedStaysWithTheWayBack() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(pays(desk, "good",
                     fail(api::Problem{api::ProblemKind::no_route, {{"cause", "payee_unknown"}}})));
        const auto said = person.read("payResultTitle");
        QVERIFY(desk.speakGerman());
        QVERIFY(person.see("payResult", 1'000) != nullptr);
        QVERIFY(!person.read("payResultTitle").isEmpty());
        QVERIFY(person.read("payResultTitle") != said);
        QVERIFY(!person.see<QWidget>("payResult")
                     ->findChild<Facts*>()
                     ->value(QStringLiteral("Nicht bezahlt"))
                     .isEmpty());
        QVERIFY(person.press("payDone"));
        QCOMPARE(written(desk), QStringLiteral("good"));
        QVERIFY(person.see("payPreview") != nullptr);
    }

    void whatIsStillOpenStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        QVERIFY(pays(desk, "good", api::Answer(api::StillInFlight{})));
        QVERIFY(desk.speakGerman());
        QCOMPARE(desk.person->read("payResultTitle"), QStringLiteral("Noch unterwegs"));
    }

    void whatWasSentStays_data() {
        QTest::addColumn<bool>("is_refused");
        QTest::newRow("sent") << false;
        QTest::newRow("refused") << true;
    }
    void whatWasSentStays() {
        QFETCH(bool, is_refused);
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        api::OnchainSent sent{Txid{}, 250'000_sat, 412_sat, 0_sat, {}};
        sent.txid.raw().fill(0x5c);
        desk.stage.answer = api::Answer(sent);
        if (is_refused)
            desk.stage.answer =
                fail(api::Problem{api::ProblemKind::fee_limit,
                                  {{"fee_msat", "2060000"}, {"max_fee_msat", "412000"}}});
        QVERIFY(person.press("railPay"));
        desk.shell().payPage().setText(QStringLiteral("link"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.see("payResult") != nullptr);
        const auto facts = [&](const char* label) {
            return person.see<QWidget>("payResult")
                ->findChild<Facts*>()
                ->value(QString::fromUtf8(label));
        };
        const auto title = person.read("payResultTitle"), address = facts("Address");
        QVERIFY(!address.isEmpty());
        QVERIFY(desk.speakGerman());
        QVERIFY(person.see("payResult", 1'000) != nullptr);
        QVERIFY(person.read("payResultTitle") != title);
        QCOMPARE(facts("Adresse"), address);
        if (!is_refused) {
            QCOMPARE(person.see<CopyField>("sendTxid")->text(), QStringLiteral("5c").repeated(32));
            return;
        }
        // What was agreed to is said, not how another refusal would be.
        QVERIFY(person.read("payResultWhy").contains(QStringLiteral("412")));
        QVERIFY(person.press("payDone"));
        QCOMPARE(written(desk), QStringLiteral("link"));
    }

    void whatWasReceivedStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        desk.stage.tell(api::PaymentReceived{desk.stage.last_invoice, 12'500'000_msat});
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received")));
        QVERIFY(desk.speakGerman());
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Empfangen")));
        QVERIFY(person.see<CueLine>("receiveState")->sentence().contains(QStringLiteral("12")));
        QVERIFY(!person.sees("receiveQr"));
    }

    void theAddressAndItsCoinsStay_data() {
        QTest::addColumn<bool>("is_confirmed");
        QTest::newRow("seen") << false;
        QTest::newRow("confirmed") << true;
    }
    void theAddressAndItsCoinsStay() {
        QFETCH(bool, is_confirmed);
        StageWindow desk;
        desk.stage.fresh_addresses = true;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto address = [&] { return person.see<CopyField>("addressText")->text(); };
        QVERIFY(QTest::qWaitFor([&] { return !address().isEmpty(); }));
        const auto shown = address();
        const auto state = [&] { return person.see<CueLine>("addressState")->cue(); };
        const auto wanted = is_confirmed ? Cue::good : Cue::busy;
        desk.stage.tell(
            api::CoinsReceived{Txid{}, 70'000_sat, is_confirmed, {shown.toStdString()}});
        QVERIFY(QTest::qWaitFor([&] { return state() == wanted; }));
        QVERIFY(desk.speakGerman());
        QTest::qWait(60);
        // Who was given the address shall be seen to pay: not another one.
        QCOMPARE(address(), shown);
        QCOMPARE(state(), wanted);
        QVERIFY(person.see<CueLine>("addressState")->sentence().contains(QStringLiteral("70")));
    }

    void theAddressWhoseCoinsWentStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto shown = person.see<CopyField>("addressText")->text().toStdString();
        const auto state = [&] { return person.see<CueLine>("addressState")->cue(); };
        desk.stage.tell(api::CoinsReceived{Txid{}, 70'000_sat, false, {shown}});
        QVERIFY(QTest::qWaitFor([&] { return state() == Cue::busy; }));
        desk.stage.tell(api::TransactionDropped{Txid{}});
        QVERIFY(QTest::qWaitFor([&] { return state() == Cue::waiting; }));
        QVERIFY(desk.speakGerman());
        QTest::qWait(60);
        QCOMPARE(state(), Cue::waiting);
        QVERIFY(person.see<CueLine>("addressState")->sentence().contains(QStringLiteral("70")));
    }

    void whatIsTypedStays() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railActivity"));
        QVERIFY(person.type("activitySearch", QStringLiteral("coffee")));
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("12500")));
        QVERIFY(person.type("receiveDescription", QStringLiteral("Half of the taxi")));
        QVERIFY(desk.speakGerman());
        QCOMPARE(person.see<AmountEdit>("receiveAmount")->amount(), std::optional(12'500_sat));
        auto* const description = person.see<QLineEdit>("receiveDescription");
        QCOMPARE(description->text(), QStringLiteral("Half of the taxi"));
        // And goes on being typed.
        QCOMPARE(desk.window->focusWidget(), static_cast<QWidget*>(description));
        QVERIFY(person.press("railActivity"));
        QCOMPARE(person.see<QLineEdit>("activitySearch")->text(), QStringLiteral("coffee"));
    }

    void theWindowAndTheSettingsFollow() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        const auto title = desk.window->windowTitle();
        QVERIFY2(title.contains(QStringLiteral("Practice network")), qPrintable(title));
        QVERIFY(person.press("railSettings"));
        auto* const language = person.see<QComboBox>("settingsLanguage");
        QVERIFY(language != nullptr);
        const auto log = QStringLiteral("/home/somebody/runnel.log");
        auto* const sheet = desk.window->findChild<SettingsDialog*>();
        sheet->showLog(log);
        language->setFocus();
        language->setCurrentIndex(language->findData(QStringLiteral("de")));
        QVERIFY(QTest::qWaitFor([&] { return desk.isGerman(); }));
        QVERIFY(desk.window->windowTitle() != title);
        QCOMPARE(person.see<QAbstractButton>("settingsDone")->text(), QStringLiteral("&Fertig"));
        QCOMPARE(person.read("sheetTitle"), QStringLiteral("Einstellungen"));
        QCOMPARE(sheet->windowTitle(), QStringLiteral("Einstellungen"));
        QCOMPARE(person.see<QComboBox>("settingsTheme")->accessibleName(),
                 QStringLiteral("Farben"));
        QVERIFY(person.see<QComboBox>("settingsTheme")->itemText(1) != QStringLiteral("Light"));
        QCOMPARE(person.see<CopyField>("settingsLog")->text(), log);
        QCOMPARE(sheet->focusWidget(), static_cast<QWidget*>(language));
        QVERIFY(person.press("settingsDone"));
        // The keyboard is where it was before.
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("settingsDone"); }));
        auto* const focus = desk.window->focusWidget();
        QVERIFY(focus != nullptr);
        QCOMPARE(focus->objectName(), QStringLiteral("railSettings"));
    }

    void detailsStayOpen() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        const auto id = desk.window->wallet()->picture().channels[1].channel_id;
        desk.shell().channelDetails(id);
        QVERIFY(person.waitToRead("sheetTitle", QStringLiteral("Details of the channel")));
        QVERIFY(desk.speakGerman());
        QVERIFY(person.waitToRead("sheetTitle", QStringLiteral("Einzelheiten des Kanals")));
        QCOMPARE(desk.window->findChild<ChannelDetails*>()->channel(), id);
        QVERIFY(person.press("detailsDone"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("sheetTitle"); }));

        desk.preferences.setLanguage(QStringLiteral("en"));
        QVERIFY(QTest::qWaitFor([&] { return !desk.isGerman(); }));
        // What was put away stays so.
        QVERIFY(!person.sees("sheetTitle"));
        const auto key = QByteArray::fromStdString(desk.window->wallet()->activity().at(2).key());
        desk.shell().entryDetails(key);
        QVERIFY(person.waitToRead("sheetTitle", QStringLiteral("Details")));
        QVERIFY(desk.speakGerman());
        QVERIFY(person.waitToRead("sheetTitle", QStringLiteral("Einzelheiten")));
        QCOMPARE(desk.window->findChild<EntryDetails*>()->key(), key);
    }

    void troublesStay() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        desk.stage.tell(api::Trouble{
            api::Problem{api::ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}},
            desk.window->wallet()->picture().channels[2].channel_id});
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("never came to be"), 1'000));
        const auto said = person.read("noticeWhat");
        QVERIFY(desk.speakGerman());
        QVERIFY(person.see("noticeWhat", 1'000) != nullptr);
        QVERIFY(person.read("noticeWhat") != said);
        QVERIFY(person.press("noticeDone"));
        desk.preferences.setLanguage(QStringLiteral("en"));
        QVERIFY(QTest::qWaitFor([&] { return !desk.isGerman(); }));
        QVERIFY(!person.sees("noticeWhat"));
    }

    void whatIsUnderWayComesToItsEndFirst() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell().payPage().setText(QStringLiteral("good"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.sees("payProgressTitle"));
        desk.preferences.setLanguage(QStringLiteral("de"));
        QTest::qWait(700);
        QVERIFY(person.sees("payProgressTitle"));
        QVERIFY(!desk.isGerman());
        desk.stage.answerNext(
            api::Answer(api::Paid{PaymentHash{}, {}, 1'250'000_msat, 1'200_msat, 1, 340}));
        QVERIFY(QTest::qWaitFor([&] { return desk.isGerman(); }));
        QCOMPARE(person.read("payResultTitle"), QStringLiteral("Bezahlt"));
    }

    void aDialogIsNotTakenAway() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        auto* const amount = person.see<AmountEdit>("openAmount");
        amount->selectAll();
        QTest::keyClicks(amount, QStringLiteral("123456"));
        desk.preferences.setTextSize(125);
        desk.preferences.setLanguage(QStringLiteral("de"));
        QTest::qWait(700);
        QVERIFY(person.sees("openAmount"));
        QCOMPARE(person.see<AmountEdit>("openAmount")->amount(), std::optional(123'456_sat));
        QVERIFY(person.press("openNow"));
        QCOMPARE(*std::get<api::OpenChannel>(desk.stage.posted.back()).amount, 123'456_sat);
        QVERIFY(!desk.isGerman());
        QVERIFY(person.press("openCancel"));
        QVERIFY(QTest::qWaitFor([&] { return desk.isGerman(); }));
        QCOMPARE(desk.shell().currentPage(), static_cast<int>(Shell::channels));
    }

    void namesAndSearchesFollow() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(person.press("railActivity"));
        const auto finds = [&](const char* word) {
            auto* const search = person.see<QLineEdit>("activitySearch");
            search->setText(QString::fromUtf8(word));
            return !person.sees("activityStateTitle");
        };
        QVERIFY(finds("paid"));
        QVERIFY(!finds("bezahlt"));
        person.see<QLineEdit>("activitySearch")->clear();
        QVERIFY(desk.speakGerman());
        QVERIFY(finds("bezahlt"));
        QVERIFY(!finds("paid"));
        const auto& wallet = *desk.window->wallet();
        QVERIFY(!wallet.names().of(stageKey(1)).contains(QStringLiteral("Practice")));
        QVERIFY(person.press("railChannels"));
        QVERIFY(!person.read("channelPeer").contains(QStringLiteral("Practice")));
    }

    // "Bis" would say that a person may go away then, "innerhalb von" leaves it open.
    void deadlinesAreTheLatestTimes() {
        StageWindow desk;
        desk.preferences.setLanguage(QStringLiteral("de"));
        const QDateTime noon(QDate(2026, 3, 2), QTime(12, 0));  // a Monday
        const auto wednesday = QLocale().toString(noon.addDays(2), QStringLiteral("ddd"));
        api::ChainView chain{true, true, BlockHeight(100), {}, 600};
        api::ChannelView channel;
        channel.state = "normal";
        channel.online = channel.usable = true;
        const auto timer = [&](std::uint32_t height) {
            channel.next_deadline = BlockHeight(height);
            return channelWords(channel, chain, noon).timer;
        };
        QCOMPARE(timer(124), QStringLiteral("Sei heute spätestens um 14:45 online: Dann endet eine "
                                            "laufende Zahlung."));
        QCOMPARE(timer(400), QStringLiteral("Sei spätestens am %1 um 09:20 online: Dann endet eine "
                                            "laufende Zahlung.")
                                 .arg(wednesday));
        QCOMPARE(timer(2116), QStringLiteral("Sei spätestens am 15. März online: Dann endet eine "
                                             "laufende Zahlung."));
        chain.block_seconds = 0;
        QCOMPARE(timer(103), QStringLiteral("Sei in höchstens 3 Blöcken online: Dann endet eine "
                                            "laufende Zahlung."));
        QCOMPARE(timer(101), QStringLiteral("Sei in höchstens 1 Block online: Dann endet eine "
                                            "laufende Zahlung."));

        api::Snapshot picture;
        picture.chain = {true, true, BlockHeight(100), {}, 600};
        channel.our_delay = 720;
        channel.htlcs = {{true, 2, 1'000'000_msat, {}, BlockHeight(124), "locked_in"}};
        picture.channels = {channel};
        const auto reason = [&] { return heldIn(picture, PeerNames(), noon).front().reason; };
        QCOMPARE(reason(),
                 QStringLiteral("Sie kommt heute spätestens um 17:25 an oder zurück. Ist die "
                                "Gegenseite dann weg, dauert es etwa 5 Tage länger."));
        picture.chain.block_seconds = 60;
        picture.channels[0].htlcs[0].expiry = BlockHeight(106);
        QVERIFY2(reason().startsWith(
                     QStringLiteral("Sie kommt in höchstens 11 Minuten an oder zurück.")),
                 qPrintable(reason()));

        picture.chain.block_seconds = 600;
        picture.channels[0].htlcs = {
            {false, 7, 5'000'000_msat, {}, BlockHeight(140), "removing", true}};
        picture.channels[0].next_deadline = BlockHeight(124);
        QCOMPARE(reason(), QStringLiteral("Sie gehört dir und wird deinem Kanal gutgeschrieben. "
                                          "Sei heute spätestens um 14:45 online."));

        picture.channels.clear();
        picture.balance.onchain_unconfirmed = 7'000_sat;
        picture.balance.unconfirmed_for = 300;
        QVERIFY2(reason().startsWith(
                     QStringLiteral("Ausgeben kannst du es wahrscheinlich spätestens am ")),
                 qPrintable(reason()));
    }

    // Before a wallet is open, too: whoever cannot read this needs it first.
    void theUnlockingCanBeReworded() {
        StageWindow desk;
        auto& person = *desk.person;
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("a long passphrase")));
        QVERIFY(person.press("unlockSettings"));
        auto* const language = person.see<QComboBox>("settingsLanguage");
        QVERIFY(language != nullptr);
        language->setCurrentIndex(language->findData(QStringLiteral("de")));
        QVERIFY(person.waitToRead("setupTitle", QStringLiteral("Willkommen zurück"), 2'000));
        QVERIFY(person.press("settingsDone"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("settingsDone"); }));
        QCOMPARE(person.see<SecretEdit>("unlockPassphrase")->length(), std::size_t{17});
        auto* const focus = desk.window->focusWidget();
        QVERIFY(focus != nullptr);
        QCOMPARE(focus->objectName(), QStringLiteral("unlockSettings"));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(QTest::qWaitFor([&] { return desk.window->shell() != nullptr; }));
        QVERIFY(desk.isGerman());
    }

    void aRefusalToUnlockStays() {
        QTemporaryDir folder;
        Preferences preferences(folder.filePath(QStringLiteral("window.ini")));
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        StageSetup setup;
        setup.offered = {{Network::practice, true, false}};
        Window window(setup, preferences, QStringLiteral("0.1"));
        Person person(window);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(person.type("unlockPassphrase", QStringLiteral("another one")));
        QVERIFY(person.press("unlockNow"));
        QVERIFY(person.see("setupUnlockProblemWhat") != nullptr);
        const auto said = person.read("setupUnlockProblemWhat");
        preferences.setLanguage(QStringLiteral("de"));
        QVERIFY(person.waitToRead("setupTitle", QStringLiteral("Willkommen"), 2'000));
        QVERIFY(person.sees("setupUnlockProblemWhat"));
        QVERIFY(person.read("setupUnlockProblemWhat") != said);
        QVERIFY(person.see<SecretEdit>("unlockPassphrase")->isWrong());
        preferences.setLanguage(QStringLiteral("en"));
        QTest::qWait(50);
    }

    void theWelcomeCanBeReworded() {
        QTemporaryDir folder;
        Preferences preferences(folder.filePath(QStringLiteral("window.ini")));
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        StageSetup setup;
        setup.offered = {{Network::practice, false, false},
                         {Network::regtest, false, true},
                         {Network::signet, false, true}};
        Window window(setup, preferences, QStringLiteral("0.1"));
        Person person(window);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        person.see<QComboBox>("welcomeNetwork")->setCurrentIndex(1);
        person.see<QLineEdit>("welcomeChain")->setText(QStringLiteral("bitcoind:http://somewhere"));
        QVERIFY(person.press("welcomeSettings"));
        auto* const size = person.see<QComboBox>("settingsTextSize");
        QVERIFY(size != nullptr);
        size->setCurrentIndex(size->findData(125));
        preferences.setLanguage(QStringLiteral("de"));
        QVERIFY(person.waitToRead("setupTitle", QStringLiteral("Willkommen"), 2'000));
        QCOMPARE(person.see<QComboBox>("welcomeNetwork")->currentIndex(), 1);
        QCOMPARE(person.see<QLineEdit>("welcomeChain")->text(),
                 QStringLiteral("bitcoind:http://somewhere"));
        QVERIFY(person.press("settingsDone"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("settingsDone"); }));
        // Beyond it there are words that are being written down.
        QVERIFY(person.press("welcomePractice"));
        QVERIFY(person.see("forkCreate") != nullptr);
        preferences.setLanguage(QStringLiteral("en"));
        preferences.setTextSize(100);
        QTest::qWait(700);
        QVERIFY(person.sees("forkCreate"));
        QVERIFY(person.press("forkBack"));
        QVERIFY(person.waitToRead("setupTitle", QStringLiteral("Welcome"), 2'000));
    }

    void anEndStaysAnEnd() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        desk.wallet.end("database or disk is full");
        QVERIFY(desk.person->see("ended") != nullptr);
        desk.preferences.setLanguage(QStringLiteral("de"));
        QTest::qWait(50);
        QVERIFY(desk.person->sees("ended"));
        QVERIFY(desk.person->press("endedAction"));
        QVERIFY(desk.person->see("unlockPassphrase") != nullptr);
    }
};

RUNNEL_TEST(TestAnotherLanguage)
#include "test_another_language.moc"
