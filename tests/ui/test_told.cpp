// What has to be told, and not only shown: what words bring back and what not, an amount that is
// none, an address that is none, how a payment ended, what a choice means, what waits for an
// answer. Each is read as it stands there, or as a screen reader hears it.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"
#include "tests/ui/stage_window.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/confirm_send.h"
#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/format/amount.h"
#include "ui/format/setup.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/notes.h"
#include "ui/window/leave_sheet.h"
#include "ui/window/settings_dialog.h"
#include "ui/wizards/setup_view.h"

#include <QAccessible>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QRadioButton>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// What a screen reader is told at once while one of these lives.
class Heard : public QObject {
public:
    Heard() { qApp->installEventFilter(this); }
    ~Heard() override { qApp->removeEventFilter(this); }
    /// How often something was told that holds these words.
    qsizetype times(const QString& part) const { return m_said.filter(part).size(); }
    QString first(const QString& part) const { return m_said.filter(part).value(0); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::DynamicPropertyChange &&
            static_cast<QDynamicPropertyChangeEvent*>(event)->propertyName() == "alerts")
            m_said << QAccessible::queryAccessibleInterface(watched)->text(QAccessible::Name);
        return false;
    }

private:
    QStringList m_said;
};

QString sentence(QWidget* line) {
    const auto* const cue = qobject_cast<CueLine*>(line);
    return cue == nullptr ? QString() : cue->sentence();
}

/// All labels of a step that can be seen.
QString textsOf(const QWidget& top) {
    QStringList out;
    for (const auto* const label : top.findChildren<QLabel*>()) {
        if (label->isVisible()) out << label->text();
    }
    return out.join(u'|');
}

}  // namespace

class TestTold : public QObject {
    Q_OBJECT

private slots:
    // Whoever restores from words has the coins on the chain, and neither a channel nor who it was
    // with.
    void wordsAreNotSaidToBringEverythingBack() {
        Preferences preferences(QString{});
        StageSetup setup;
        setup.offered = {{Network::practice, false, false}};
        SetupView view(setup);
        view.resize(700, 900);
        view.show();
        const auto click = [&](const char* name) {
            view.findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
        };
        // Only of those that make one think of the wallet's files: there an older copy is warned
        // of.
        const auto warns = [&](const char* step) {
            const auto all = textsOf(view);
            for (const char* const part :
                 {"always the newest", "Never start an older copy", "on two computers"}) {
                QVERIFY2(all.contains(QLatin1String(part)),
                         qPrintable(QString::fromLatin1(step) + all));
            }
        };
        const auto says = [&](const char* step) {
            const auto all = textsOf(view);
            // Its chain is a file in the wallet's folder.
            QVERIFY2(all.contains(QStringLiteral("practice coins come back only here")),
                     qPrintable(QString::fromLatin1(step) + all));
            QVERIFY2(all.contains(QStringLiteral("Money in channels is not in the words")),
                     qPrintable(QString::fromLatin1(step) + all));
            QVERIFY2(all.contains(QStringLiteral("coins on the chain")),
                     qPrintable(QString::fromLatin1(step) + all));
        };
        click("forkRestore");
        says("restore");
        warns("restore");
        click("restoreBack");
        click("forkCreate");
        says("passphrase");
        for (const char* const field : {"passphraseFirst", "passphraseSecond"})
            QTest::keyClicks(view.findChild<QWidget*>(QString::fromLatin1(field)),
                             QStringLiteral("a long passphrase"));
        click("passphraseNext");
        says("words");
        warns("words");
    }

    void theAdviceOnFilesStandsWhereverTheyAreNamed() {
        Preferences preferences(QString{});
        StageSetup setup;
        setup.offered = {{Network::practice, true, false}};
        SetupView view(setup);
        view.resize(700, 900);
        view.show();
        view.findChild<QAbstractButton*>(QStringLiteral("unlockAside"))->click();
        auto all = textsOf(view);
        QVERIFY2(all.contains(filesAdvice()), qPrintable(all));
        QVERIFY2(all.contains(QStringLiteral("practice coins come back only here")),
                 qPrintable(all));
        QVERIFY(wordingOf(api::SetupProblem{api::SetupFault::damaged, {}})
                    .retry.contains(filesAdvice()));
        StageDesk desk;
        QVERIFY(desk.person->press("railChannels"));
        QVERIFY(desk.person->press("channelsOpen"));
        QVERIFY(QTest::qWaitFor(
            [&] { return desk.person->see<QAbstractButton>("openNow")->isEnabled(); }));
        const auto words = factOf(*dialog<OpenChannelDialog>(desk), "Your 24 words");
        QVERIFY2(words.contains(filesAdvice()), qPrintable(words));
    }

    // Words of a real wallet bring its coins back anywhere.
    void onARealNetworkWordsAreEnoughForTheCoins() {
        Preferences preferences(QString{});
        StageSetup setup;
        setup.offered = {{Network::practice, false, false}, {Network::regtest, false, false}};
        SetupView view(setup);
        view.resize(700, 900);
        view.show();
        view.findChild<QAbstractButton*>(QStringLiteral("welcomeReal"))->click();
        view.findChild<QAbstractButton*>(QStringLiteral("forkRestore"))->click();
        const auto all = textsOf(view);
        QVERIFY2(all.contains(filesAdvice()), qPrintable(all));
        QVERIFY2(!all.contains(QStringLiteral("practice coins")), qPrintable(all));
    }

    void anAmountThatIsNoneIsSaid_data() {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("field");
        QTest::newRow("pay") << "any"
                             << "payAmountEdit";
        QTest::newRow("send") << "address"
                              << "sendAmountEdit";
        QTest::newRow("receive") << "receive"
                                 << "receiveAmount";
        QTest::newRow("open") << "open"
                              << "openAmount";
        QTest::newRow("shop") << "shop"
                              << "practiceAmount";
    }
    void anAmountThatIsNoneIsSaid() {
        QFETCH(QString, page);
        QFETCH(QString, field);
        StageDesk desk;
        auto& person = *desk.person;
        const char* press = nullptr;
        if (page == QStringLiteral("receive")) {
            QVERIFY(person.press("railReceive"));
            press = "receiveMake";
        } else if (page == QStringLiteral("open")) {
            QVERIFY(person.press("railChannels"));
            QVERIFY(person.press("channelsOpen"));
        } else {
            QVERIFY(person.press("railPay"));
            if (page == QStringLiteral("shop")) press = "practiceBuy";
            else desk.shell->payPage().setText(page);
        }
        auto* const edit = person.see<QLineEdit>(qPrintable(field));
        QVERIFY(edit != nullptr);
        const auto line = field + QStringLiteral("Wrong");
        QVERIFY(!person.sees(qPrintable(line)));
        Heard heard;
        edit->setText(QStringLiteral("1.5"));
        if (press != nullptr) QVERIFY(person.press(press));
        auto* const said = person.see<QWidget>(qPrintable(line), 1'000);
        QVERIFY(said != nullptr);
        QVERIFY2(sentence(said).contains(QStringLiteral("whole satoshi")),
                 qPrintable(sentence(said)));
        QCOMPARE(QAccessible::queryAccessibleInterface(edit)->text(QAccessible::Description),
                 sentence(said));
        QCOMPARE(heard.times(QStringLiteral("whole satoshi")), 1);
        // Mended, it goes.
        edit->setText(QStringLiteral("1500"));
        QVERIFY(QTest::qWaitFor([&] { return !person.sees(qPrintable(line)); }, 1'000));
        QVERIFY(edit->accessibleDescription().isEmpty());
    }

    // Pressed and nothing to be seen: it would be pressed again, or given up.
    void buyingToPractiseSaysThatItAsks() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        auto* const shop = person.see<QAbstractButton>("practiceBuy");
        auto* const hub = person.see<QAbstractButton>("practiceBuyHub");
        const auto idle = shop->text();
        desk.stage.hold_practice = true;
        QVERIFY(person.press("practiceBuy"));
        QVERIFY2(shop->text().contains(QStringLiteral("Asking the shop")),
                 qPrintable(shop->text()));
        QVERIFY(!shop->isEnabled() && !hub->isEnabled());
        desk.stage.releasePractice();
        QVERIFY(QTest::qWaitFor([&] { return shop->isEnabled() && hub->isEnabled(); }, 1'000));
        QCOMPARE(shop->text(), idle);
    }

    // A beginner with too little would open a channel and be refused, and sent away with "choose a
    // smaller amount".
    void howMuchAChannelTakesIsSaid() {
        StageDesk desk(Stage::Scene::empty);
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        picture.balance.onchain = 40'000_sat;
        picture.balance.least_to_open = 72'000_sat;
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("homeFirstTitle", QStringLiteral("Not enough for a channel yet"),
                                  1'000));
        QVERIFY(desk.isSaid(satText(72'000_sat)));
        QVERIFY(!desk.isSaid(QStringLiteral("Open your first channel")));
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        QVERIFY(person.read("addressOpeningTakes").contains(satText(72'000_sat)));
        // Enough: nothing is said of it any more.
        picture.balance.onchain = 72'000_sat;
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return !person.sees("addressOpeningTakes"); }, 1'000));
        QVERIFY(person.press("railHome"));
        QVERIFY(person.read("homeFirstTitle").contains(QStringLiteral("Open your first channel")));
        // Not the first any more once one was closed.
        auto& closed = picture.channels.emplace_back();
        closed.state = "closed";
        closed.peer = stageKey(1);
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor(
            [&] { return person.read("homeFirstTitle") == QStringLiteral("Open a channel"); },
            1'000));
    }

    // A channel that is over stands among the channels, and nothing comes over it.
    void theFirstCoinsComeToAnAddress() {
        Stage stage(Stage::Scene::empty);
        auto picture = *stage.snapshot();
        picture.network = Network::regtest;
        auto& closed = picture.channels.emplace_back();
        closed.state = "closed";
        closed.peer = stageKey(1);
        stage.show(picture);
        WalletModel wallet(
            stage, [](std::function<void()> what) { what(); }, nullptr);
        Shell shell(wallet);
        shell.resize(800, 700);
        shell.show();
        Person person(shell);
        QVERIFY(person.press("homeFirstAction"));
        QCOMPARE(shell.currentPage(), static_cast<int>(Shell::receive));
        QVERIFY(person.see("addressQr", 1'000) != nullptr);
        QVERIFY(!person.sees("receiveMake"));
        // So does what is to be received.
        QVERIFY(person.press("receiveLightning"));
        shell.goTo(Shell::home);
        QVERIFY(person.press("homeReceive"));
        QVERIFY(person.see("addressQr", 1'000) != nullptr);
        // One that is open is what one is paid over.
        auto& open = picture.channels.emplace_back(picture.channels.front());
        open.channel_id.raw().fill(7);
        open.state = "normal";
        stage.show(picture);
        StageDesk::settle();
        QVERIFY(person.press("receiveLightning"));
        shell.goTo(Shell::home);
        QVERIFY(person.press("homeReceive"));
        QVERIFY(person.sees("receiveMake"));
        QVERIFY(!person.sees("addressQr"));
    }

    // "0 sat received", and half a satoshi has come.
    void partsOfASatoshiThatCameAreSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        desk.stage.tell(api::PaymentReceived{desk.stage.last_invoice, 500_msat});
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received"), 1'000));
        const auto half = QStringLiteral("0.5") + unitSpace + QStringLiteral("sat");
        QCOMPARE(sentence(person.see<QWidget>("receiveState")),
                 QStringLiteral("Arrived: %1.").arg(half));
        QCOMPARE(desk.shell->toast().sentence(), half + QStringLiteral(" received."));
    }

    // An invoice of any amount is asked for by an empty field.
    void aNoughtIsNoAmount() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("0")));
        Heard heard;
        QVERIFY(person.press("receiveMake"));
        desk.settle();
        QVERIFY(!person.sees("receiveText"));
        QCOMPARE(heard.times(QStringLiteral("more than 0")), 1);
        QVERIFY(sentence(person.see<QWidget>("receiveAmountWrong"))
                    .contains(QStringLiteral("The amount has to be more than 0")));
        auto* const amount = person.see<QLineEdit>("receiveAmount");
        QVERIFY(amount->hasFocus());
        amount->clear();
        QVERIFY(person.press("receiveMake"));
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("any amount"), 1'000));
        QVERIFY(!person.sees("receiveAmountWrong"));
    }

    void aNodeThatCannotBeFoundIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        auto* const peer = person.see<QComboBox>("openPeer");
        peer->setCurrentIndex(peer->count() - 1);
        QVERIFY(person.waitToRead("openProblemWhat",
                                  QStringLiteral("address of the node is missing"), 1'000));
        QVERIFY(!person.see<QAbstractButton>("openNow")->isEnabled());
        auto* const address = person.see<QLineEdit>("openAddress");
        address->setText(QStringLiteral("shop.example:9735"));
        QVERIFY(
            person.waitToRead("openProblemWhat", QStringLiteral("no address of a node"), 1'000));
        QVERIFY(person.read("openProblemTry").contains(QStringLiteral("66 characters")));
        QVERIFY(!person.see<QAbstractButton>("openNow")->isEnabled());
        address->setText(QString::fromStdString(stageKey(7).hex()) +
                         QStringLiteral("@shop.example"));
        QVERIFY(QTest::qWaitFor([&] { return person.see<QAbstractButton>("openNow")->isEnabled(); },
                                1'000));
        QVERIFY(!person.sees("openProblemWhat"));
    }

    // Another choice would be quoted and could be pressed, with nothing said of it.
    void aCloseThatMovedOnOffersNoOtherWay() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        auto* const sheet = dialog<CloseChannelDialog>(desk);
        QVERIFY(
            QTest::qWaitFor([&] { return person.see<QAbstractButton>("closeNow")->isEnabled(); }));
        auto picture = *desk.stage.snapshot();
        picture.channels.front().state = "shutting_down";
        picture.channels.front().usable = false;
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("closeProblemWhat", QStringLiteral("moved on"), 1'000));
        for (const char* const way : {"closeAlone", "closeAgreed"}) {
            auto* const radio = sheet->findChild<QRadioButton*>(QString::fromLatin1(way));
            QVERIFY2(!radio->isVisible(), way);
            radio->click();
            desk.settle();
            QVERIFY2(!person.see<QAbstractButton>("closeNow")->isEnabled(), way);
            QVERIFY(person.sees("closeProblemWhat"));
        }
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("closeCancel"));
        QVERIFY(
            person.see<QAbstractButton>("closeCancel")->text().contains(QStringLiteral("Back")));
        QVERIFY(desk.stage.posted.empty());
    }

    void aFailedPaymentIsHeard() {
        StageDesk desk;
        auto& person = *desk.person;
        desk.stage.answer =
            fail(api::Problem{api::ProblemKind::no_route, {{"cause", "payee_unknown"}}});
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("good"));
        Heard heard;
        QVERIFY(person.press("payNow"));
        QVERIFY(person.see("payResultTitle") != nullptr);
        const auto what = QStringLiteral("No way to the payee was found");
        QCOMPARE(heard.times(what), 1);
        // With why, and what to try.
        QVERIFY2(heard.first(what).contains(QStringLiteral("no channel with the payee")) &&
                     heard.first(what).contains(QStringLiteral("Open a channel")),
                 qPrintable(heard.first(what)));
        QVERIFY(person.press("payDone"));
        desk.stage.answer =
            api::Answer(api::Paid{PaymentHash{}, {}, 1'250'000_msat, 1'200_msat, 1, 340});
        QVERIFY(person.press("payNow"));
        QCOMPARE(heard.times(QStringLiteral("Paid. ") + satText(1'250_sat)), 1);
    }

    void theEndOfAWalletIsHeard() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        // What can be done first.
        QCOMPARE(desk.window->focusWidget(), desk.person->see<QWidget>("railHome"));
        Heard heard;
        desk.wallet.end("database or disk is full");
        QVERIFY(desk.person->see("ended") != nullptr);
        QCOMPARE(desk.window->focusWidget(), desk.person->see<QWidget>("endedAction"));
        QCOMPARE(heard.times(QStringLiteral("Runnel has stopped this wallet")), 1);
        // And so on.
        QVERIFY(desk.person->press("endedAction"));
        auto* const passphrase = desk.person->see<QWidget>("unlockPassphrase");
        QVERIFY(passphrase != nullptr);
        QCOMPARE(desk.window->focusWidget(), passphrase);
    }

    void whoLeavesIsToldWhenToBeBack() {
        StageWindow desk;
        auto picture = *desk.stage.snapshot();
        picture.network = Network::regtest;
        desk.stage.show(picture);
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(!desk.window->close());
        QVERIFY(person.waitToRead("leaveUntil", QStringLiteral("Be online by "), 1'000));
        QVERIFY(!desk.window->close());
        QCOMPARE(desk.window->findChildren<LeaveSheet*>().size(), 1);
        auto* const stay = person.see<QWidget>("leaveStay");
        QVERIFY(QTest::qWaitFor([&] { return stay->hasFocus(); }));
        QVERIFY(person.press("leaveStay"));
        QVERIFY(QTest::qWaitFor([&] { return desk.window->findChild<LeaveSheet*>() == nullptr; }));
        QVERIFY(desk.window->isVisible());
        QVERIFY(!desk.window->close());
        QVERIFY(person.press("leaveNow"));
        QVERIFY(QTest::qWaitFor([&] { return !desk.window->isVisible(); }));
    }

    // Where nothing has a date, and on the practice network, whose blocks wait for the wallet.
    void whoLeavesInTimeIsNotAsked() {
        StageWindow desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.window->close());
        QVERIFY(desk.window->findChild<LeaveSheet*>() == nullptr);
        desk.window->show();
        auto picture = *desk.stage.snapshot();
        picture.network = Network::regtest;
        for (auto& channel : picture.channels) channel.next_deadline.reset();
        desk.stage.show(picture);
        StageDesk::settle();
        QVERIFY(desk.window->close());
    }

    // And not again whenever another one comes or goes.
    void aNoticeIsHeardOnce() {
        using api::ProblemKind;
        StageDesk desk;
        auto picture = *desk.stage.snapshot();
        picture.balance.onchain = 1'000_sat;
        desk.stage.show(picture);
        desk.settle();
        Heard heard;
        const auto declined = QStringLiteral("was declined");
        const auto lost = QStringLiteral("never came to be");
        desk.stage.tell(api::Trouble{
            {ProblemKind::reserve_needed,
             {{"available_sat", "1000"}, {"needed_sat", "50000"}, {"reserve_sat", "50000"}}},
            std::nullopt});
        QTRY_COMPARE(heard.times(declined), 1);
        desk.stage.tell(api::Trouble{{ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}},
                                     picture.channels[2].channel_id});
        QTRY_COMPARE(heard.times(lost), 1);
        QCOMPARE(heard.times(declined), 1);
        picture.balance.onchain = 60'000_sat;
        desk.stage.show(picture);
        QTRY_COMPARE(desk.notices().size(), 1);
        QCOMPARE(heard.times(lost), 1);
    }

    void aNoteIsHeard() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        Heard heard;
        QImage blank(60, 60, QImage::Format_RGB32);
        blank.fill(Qt::white);
        desk.shell->payPage().readPicture(blank);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("no QR code"), 5'000));
        QCOMPARE(heard.times(QStringLiteral("Reading the picture")), 1);
        QCOMPARE(heard.times(QStringLiteral("no QR code")), 1);
    }

    // An irrevocable thing says cost, wait and risk first.
    void sendingSaysHowLongItTakes() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.shell->payPage().setText(QStringLiteral("link"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.see("confirmSend") != nullptr);
        auto* const sheet = dialog<ConfirmSend>(desk);
        const auto wait = factOf(*sheet, "First confirmation");
        QVERIFY2(
            wait.contains(QStringLiteral("probably")) || wait.contains(QStringLiteral("within")),
            qPrintable(wait));
        QVERIFY(!factOf(*sheet, "Fee").isEmpty());
        QVERIFY(textsOf(*sheet).contains(QStringLiteral("cannot be taken back")));
    }

    void openingSaysHowLongItTakesAndWhatIsAtRisk() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsOpen"));
        QVERIFY(
            QTest::qWaitFor([&] { return person.see<QAbstractButton>("openNow")->isEnabled(); }));
        const auto* const sheet = dialog<OpenChannelDialog>(desk);
        const auto wait = factOf(*sheet, "Wait"), risk = factOf(*sheet, "Risk");
        QVERIFY2(wait.startsWith(QStringLiteral("Usable ")) &&
                     wait.contains(QStringLiteral("3 confirmations")),
                 qPrintable(wait));
        QVERIFY2(risk.contains(QStringLiteral("close the channel alone")) &&
                     risk.contains(QStringLiteral("come back, probably by")),
                 qPrintable(risk));
    }

    void detailsSayWhatIsUnderWayAndUntilWhen() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        const auto timer = person.read("channelTimer");
        QVERIFY2(timer.startsWith(QStringLiteral("Be online ")), qPrintable(timer));
        const auto& channel = desk.wallet->picture().channels.front();
        auto* const sheet = new ChannelDetails(*desk.wallet, channel.channel_id, desk.shell);
        QVERIFY(present(sheet));
        // How it stands, with the date that matters.
        const auto cue = person.see<CueLine>("detailsCue")->sentence();
        QVERIFY2(cue.contains(QStringLiteral("You can send")) && cue.contains(timer),
                 qPrintable(cue));
        // Both payments: which way, how much, how far, until when.
        const auto first = factOf(*sheet, "1. Out"), second = factOf(*sheet, "2. Out");
        QVERIFY2(first.contains(satText(18'000_sat)) &&
                     first.contains(QStringLiteral("On its way")) &&
                     first.contains(QStringLiteral("(block 300)")),
                 qPrintable(first));
        QVERIFY2(second.contains(satText(796_sat)) && second.contains(QStringLiteral("Offered")) &&
                     second.contains(QStringLiteral("(block 384)")),
                 qPrintable(second));
        QVERIFY(first.contains(QStringLiteral("ends ")));
        // A wait in blocks is a date.
        const auto alone = factOf(*sheet, "Closing alone");
        QVERIFY2(
            alone.contains(QStringLiteral("probably by")) && !alone.contains(QStringLiteral("720")),
            qPrintable(alone));
        delete sheet;
    }

    void whereTheLogIs() {
        StageDesk desk;
        auto* const settings =
            new SettingsDialog(desk.preferences, QStringLiteral("0.1"), desk.shell);
        settings->showLog(QStringLiteral("/home/somebody/.local/share/runnel/practice/runnel.log"));
        QVERIFY(present(settings));
        auto* const log = desk.person->see<CopyField>("settingsLog");
        QVERIFY(log != nullptr);
        QCOMPARE(log->text(),
                 QStringLiteral("/home/somebody/.local/share/runnel/practice/runnel.log"));
        delete settings;
    }

    void whatCannotBeMadeIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        desk.stage.receive_fails = api::Problem{api::ProblemKind::disk_full, {}};
        QVERIFY(person.press("receiveMake"));
        QVERIFY(
            person.waitToRead("receiveProblemWhat", QStringLiteral("disk is nearly full"), 1'000));
        QVERIFY(person.sees("receiveMake"));
        QVERIFY(person.press("receiveAddress"));
        QVERIFY(
            person.waitToRead("addressProblemWhat", QStringLiteral("disk is nearly full"), 1'000));
        // No empty frame of an address, and a way to try again.
        QVERIFY(!person.sees("addressQr"));
        QVERIFY(!person.sees("addressText"));
        desk.stage.receive_fails.reset();
        QVERIFY(person.press("addressNew"));
        QVERIFY(QTest::qWaitFor([&] { return person.sees("addressQr"); }, 1'000));
        QVERIFY(!person.sees("addressProblemWhat"));
    }

    void anAddressUnderWayIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        desk.stage.hold_receive = true;
        QVERIFY(person.press("receiveAddress"));
        QVERIFY(
            sentence(person.see<QWidget>("addressState")).contains(QStringLiteral("being made")));
        QVERIFY(!person.sees("addressQr"));
        QVERIFY(!person.see<QAbstractButton>("addressNew")->isEnabled());
        desk.stage.answerNext(
            api::Answer(api::AddressMade{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"}));
        QVERIFY(QTest::qWaitFor([&] { return person.sees("addressQr"); }, 1'000));
        QVERIFY(sentence(person.see<QWidget>("addressState"))
                    .contains(QStringLiteral("Waiting for coins")));
    }

    void whatTakesLongToLookAtIsSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        // At once nothing is said: it would flicker.
        desk.shell->payPage().setText(QStringLiteral("good"));
        QVERIFY(!person.sees("payProblemWhat"));
        desk.hold = true;
        desk.shell->payPage().setText(QStringLiteral("any"));
        QVERIFY(
            person.waitToRead("payProblemWhat", QStringLiteral("Looking at what this is"), 2'000));
        desk.release();
        QVERIFY(QTest::qWaitFor(
            [&] { return person.sees("payPreview") && !person.sees("payProblemWhat"); }, 1'000));
        // Nor when the answer has come.
        QTest::qWait(500);
        QVERIFY(!person.sees("payProblemWhat"));
    }

    void activityIsNotEmptyBeforeItWasRead() {
        StageDesk desk(Stage::Scene::empty);
        WalletModel slow(
            desk.stage, [&](std::function<void()> what) { desk.held.push_back(std::move(what)); },
            &desk.stage);
        Shell shell(slow);
        shell.resize(800, 700);
        shell.show();
        shell.goTo(Shell::activity);
        auto* const title = shell.findChild<QLabel*>(QStringLiteral("activityStateTitle"));
        QVERIFY(title->isVisible());
        QVERIFY2(title->text().contains(QStringLiteral("Reading")), qPrintable(title->text()));
        for (int i = 0; i < 6; ++i) desk.release();
        QVERIFY(QTest::qWaitFor(
            [&] { return title->text().contains(QStringLiteral("Nothing has moved")); }, 1'000));
    }

    void nothingIsFoundOnlyWhenAllWasRead() {
        StageDesk desk;
        desk.stage.more_payments = 250;
        WalletModel wallet(
            desk.stage,
            [&](std::function<void()> what) {
                if (desk.hold) desk.held.push_back(std::move(what));
                else what();
            },
            &desk.stage);
        Shell shell(wallet);
        shell.resize(800, 700);
        shell.show();
        shell.goTo(Shell::activity);
        desk.settle();
        QVERIFY(wallet.activity().canFetchMore({}));
        desk.hold = true;
        auto* const title = shell.findChild<QLabel*>(QStringLiteral("activityStateTitle"));
        shell.findChild<QLineEdit*>(QStringLiteral("activitySearch"))
            ->setText(QStringLiteral("nothing like it"));
        QVERIFY2(title->text().contains(QStringLiteral("Searching")), qPrintable(title->text()));
        for (int i = 0; i < 40 && !desk.held.empty(); ++i) desk.release();
        QVERIFY(QTest::qWaitFor([&] { return title->text() == QStringLiteral("Nothing found"); },
                                2'000));
        QVERIFY(!wallet.activity().canFetchMore({}));
    }

    // What Qt itself says: the menu of every field.
    void qtSpeaksTheSameLanguage() {
        StageDesk desk;
        const auto copy = [] {
            QLineEdit edit(QStringLiteral("text"));
            const std::unique_ptr<QMenu> menu(edit.createStandardContextMenu());
            QStringList out;
            for (const auto* const action : menu->actions()) out << action->text();
            return out.join(u'|');
        };
        QVERIFY2(copy().contains(QStringLiteral("&Copy")), qPrintable(copy()));
        desk.preferences.setLanguage(QStringLiteral("de"));
        QVERIFY2(copy().contains(QStringLiteral("&Kopieren")), qPrintable(copy()));
        desk.preferences.setLanguage(QStringLiteral("en"));
        QVERIFY2(copy().contains(QStringLiteral("&Copy")), qPrintable(copy()));
    }
};

RUNNEL_TEST(TestTold)
#include "test_told.moc"
