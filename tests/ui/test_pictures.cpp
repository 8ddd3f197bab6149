// Pictures of every page and dialog in every state, light and dark, narrow and wide, English and
// German; each is looked at by look.h. With RUNNEL_PICTURES=FOLDER they are kept there. Also at 200
// % text, mirrored, and in a language a third longer.
#include "tests/support/test_main.h"
#include "tests/ui/gallery.h"
#include "tests/ui/walks.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/models/wallet_model.h"
#include "ui/pages/pay_page.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/rail.h"
#include "ui/widgets/text.h"
#include "ui/window/leave_sheet.h"
#include "ui/window/preferences.h"
#include "ui/window/settings_dialog.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"
#include "ui/wizards/setup_view.h"
#include "ui/wizards/word_widgets.h"

#include <QDir>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScopeGuard>
#include <QScrollArea>
#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;

namespace {

void walkPages(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    const char* const names[] = {"home", "pay", "receive", "channels", "activity"};
    for (int page = Shell::home; page <= Shell::activity; ++page) {
        on.shell->goTo(page);
        gallery.take(frame, QString::fromLatin1(names[page]));
    }
    on.shell->goTo(Shell::pay);
    auto& pay = on.shell->payPage();
    for (const auto& [text, name] :
         {std::pair("nonsense", "pay-unreadable"), std::pair(Stage::looks_real, "pay-preview"),
          std::pair("any", "pay-any-amount"), std::pair("dear", "pay-too-much")}) {
        pay.setText(QString::fromLatin1(text));
        gallery.settle();
        gallery.take(frame, QString::fromLatin1(name));
    }
    pay.setText(QStringLiteral("good"));
    gallery.settle();
    on.click("payNow");
    gallery.take(frame, QStringLiteral("pay-under-way"));
}

void walkPayments(Gallery& gallery) {
    const std::pair<api::CommandResult, const char*> ends[] = {
        {api::Answer(api::Paid{PaymentHash{}, {}, Msat(1'250'000), Msat(1'200), 1, 340}),
         "pay-paid"},
        {api::Answer(api::StillInFlight{}), "pay-still-open"},
        {fail(api::Problem{api::ProblemKind::no_route, {{"cause", "payee_unknown"}}}),
         "pay-failed"},
    };
    for (const auto& [answer, name] : ends) {
        OnStage on;
        on.stage.answer = answer;
        auto& frame = gallery.frame(on.shell);
        on.shell->goTo(Shell::pay);
        on.shell->payPage().setText(QStringLiteral("good"));
        gallery.settle();
        on.click("payNow");
        gallery.settle();
        on.shell->toast().hide();
        gallery.take(frame, QString::fromLatin1(name));
    }
}

void walkSends(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    on.shell->goTo(Shell::pay);
    auto& pay = on.shell->payPage();
    const auto look = [&](const char* text) {
        pay.setText(QString::fromLatin1(text));
        gallery.settle();
    };
    for (const auto& [text, name] :
         {std::pair("typo", "pay-address-typo"), std::pair("foreign", "pay-address-foreign"),
          std::pair("link", "send-link"), std::pair("link-dear", "send-reserve"),
          std::pair("link-broken", "send-instead"), std::pair("own", "send-own"),
          std::pair("both", "pay-both-ways"), std::pair("address", "send-address")}) {
        look(text);
        gallery.take(frame, QString::fromLatin1(name));
    }
    auto* const amount = on.shell->findChild<AmountEdit*>(QStringLiteral("sendAmountEdit"));
    amount->setAmount(Sat(5'000'000));
    Gallery::pass(150);
    gallery.take(frame, QStringLiteral("send-too-much"));
    amount->setAmount(Sat(100));
    Gallery::pass(150);
    gallery.take(frame, QStringLiteral("send-dust"));
    on.click("sendAll");
    Gallery::pass(150);
    gallery.take(frame, QStringLiteral("send-everything"));
    look("both");
    on.click("payOnChain");
    gallery.take(frame, QStringLiteral("send-chosen"));
    QImage blank(200, 200, QImage::Format_RGB32);
    blank.fill(Qt::white);
    pay.readPicture(blank);
    Gallery::pass(100);
    gallery.take(frame, QStringLiteral("pay-no-code"));
    look("link");
    on.click("sendNow");
    gallery.settle();
    auto* const sheet = on.shell->findChild<Sheet*>(QStringLiteral("confirmSendSheet"));
    gallery.take(*sheet, QStringLiteral("dialog-send"));
    api::OnchainSent sent{Txid{}, Sat(250'000), Sat(412), Sat(0), {}};
    sent.txid.raw().fill(0x5c);
    on.stage.answer = api::Answer(sent);
    sheet->findChild<QAbstractButton*>(QStringLiteral("confirmSend"))->click();
    gallery.settle();
    on.shell->toast().hide();
    gallery.take(frame, QStringLiteral("send-sent"));
    on.click("payDone");
    look("link");
    on.stage.answer = fail(api::Problem{api::ProblemKind::fee_limit,
                                        {{"fee_msat", "2060000"}, {"max_fee_msat", "412000"}}});
    on.click("sendNow");
    gallery.settle();
    on.shell->findChild<QAbstractButton*>(QStringLiteral("confirmSend"))->click();
    gallery.settle();
    gallery.take(frame, QStringLiteral("send-fee-changed"));
}

void walkReceive(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    on.shell->goTo(Shell::receive);
    on.shell->findChild<AmountEdit*>(QStringLiteral("receiveAmount"))->setAmount(Sat(12'500));
    on.click("receiveMake");
    gallery.take(frame, QStringLiteral("receive-invoice"));
    on.stage.tell(api::PaymentReceived{on.stage.last_invoice, Msat(12'500'000)});
    Gallery::pass(40);
    on.shell->toast().hide();
    gallery.take(frame, QStringLiteral("receive-arrived"));
    on.click("receiveAddress");
    gallery.take(frame, QStringLiteral("receive-address"));
}

void walkStates(Gallery& gallery) {
    for (const auto& [scene, name] : {std::pair(Stage::Scene::empty, "empty"),
                                      std::pair(Stage::Scene::first_coins, "first-coins"),
                                      std::pair(Stage::Scene::offline, "offline")}) {
        OnStage on(scene, scene != Stage::Scene::offline);
        auto& frame = gallery.frame(on.shell);
        gallery.take(frame, QStringLiteral("home-") + QString::fromLatin1(name));
        if (scene != Stage::Scene::empty) continue;
        on.shell->goTo(Shell::channels);
        gallery.take(frame, QStringLiteral("channels-empty"));
        on.shell->goTo(Shell::activity);
        gallery.take(frame, QStringLiteral("activity-empty"));
    }
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    on.shell->goTo(Shell::activity);
    on.shell->findChild<QLineEdit*>(QStringLiteral("activitySearch"))
        ->setText(QStringLiteral("nothing like it"));
    gallery.take(frame, QStringLiteral("activity-nothing-found"));
    on.shell->goTo(Shell::home);
    on.shell->toast().say(Shell::tr("The channel is being opened."));
    gallery.take(frame, QStringLiteral("toast"));
}

void walkBadDays(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    const auto tell = [&](const api::PracticeState& state) {
        on.stage.tell_practice(state);
        gallery.settle();
    };
    using Stand = api::PracticeState::Stand;
    tell({Stand::restarting, 1, 9, {}, {}});
    gallery.take(frame, QStringLiteral("home-network-ended"));
    on.shell->goTo(Shell::pay);
    gallery.take(frame, QStringLiteral("pay-network-ended"));
    tell({Stand::running, 1, 9, {}, {}});
    gallery.take(frame, QStringLiteral("pay-network-back"));
    tell(
        {Stand::restarting, 4, {}, 1, "The disk did not take a change: database or disk is full."});
    gallery.take(frame, QStringLiteral("pay-network-again-and-again"));
    tell({Stand::stopped,
          1,
          {},
          3,
          "The practice network cannot start: the chain's file is damaged at byte 200."});
    on.shell->goTo(Shell::activity);
    gallery.take(frame, QStringLiteral("activity-network-stopped"));

    OnStage late;
    auto& other = gallery.frame(late.shell);
    late.shell->goTo(Shell::receive);
    late.shell->findChild<AmountEdit*>(QStringLiteral("receiveAmount"))->setAmount(Sat(12'500));
    late.click("receiveMake");
    late.wallet.setClock([] { return QDateTime::currentDateTime().addSecs(7'200); });
    Gallery::pass(1'100);
    gallery.take(other, QStringLiteral("receive-expired"));
}

void walkNotices(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    auto picture = on.wallet.picture();
    picture.balance.onchain = Sat(1'000);
    picture.channels[0] = stuckClose(picture.channels[0]);
    on.show(picture);
    on.shell->goTo(Shell::channels);
    gallery.take(frame, QStringLiteral("channels-stuck"));
    const auto tell = [&](api::Problem problem, std::optional<ChannelId> channel = std::nullopt) {
        on.stage.tell(api::Trouble{std::move(problem), channel});
        Gallery::pass(40);
    };
    tell({api::ProblemKind::reserve_needed,
          {{"available_sat", "1000"}, {"needed_sat", "50000"}, {"reserve_sat", "50000"}}});
    gallery.take(frame, QStringLiteral("channels-notice"));
    tell({api::ProblemKind::commitment_underpaid, {{"feerate", "253"}, {"least", "1000"}}},
         picture.channels[1].channel_id);
    tell({api::ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}},
         picture.channels[2].channel_id);
    tell({api::ProblemKind::broadcast_refused,
          {{"txid", "cc"}, {"reason", "min relay fee not met"}, {"purpose", "send"}}});
    on.shell->goTo(Shell::home);
    gallery.take(frame, QStringLiteral("home-notices"));
    OnStage old;
    auto& copy = gallery.frame(old.shell);
    auto outdated = old.wallet.picture();
    outdated.channels[0] = outdatedCopy(outdated.channels[0]);
    old.show(outdated);
    gallery.take(copy, QStringLiteral("home-outdated"));
    old.stage.tell(api::Trouble{{api::ProblemKind::store_in_doubt, {{"outdated", "true"}}},
                                outdated.channels[0].channel_id});
    Gallery::pass(40);
    old.shell->goTo(Shell::channels);
    gallery.take(copy, QStringLiteral("channels-outdated"));
    auto* const details = new ChannelDetails(old.wallet, outdated.channels[0].channel_id, &copy);
    details->present();
    gallery.settle();
    gallery.take(*details, QStringLiteral("dialog-channel-outdated"));
    delete details;
    OnStage refused(Stage::Scene::empty);
    auto& other = gallery.frame(refused.shell);
    refused.stage.practice_fails = api::Problem{api::ProblemKind::faucet_dry, {}};
    refused.click("homeFirstAction");
    Gallery::pass(40);
    gallery.take(other, QStringLiteral("home-no-coins"));
}

void walkDialogs(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    const auto take = [&](Sheet* sheet, const char* name,
                          const std::function<void(Sheet*)>& before = {}) {
        const QPointer<Sheet> held(sheet);
        sheet->present();
        gallery.settle();
        if (before) before(sheet);
        Gallery::pass(150);
        gallery.take(*sheet, QString::fromLatin1(name));
        if (held) delete held.data();
    };
    take(new OpenChannelDialog(on.wallet, &frame), "dialog-open");
    take(new OpenChannelDialog(on.wallet, &frame), "dialog-open-too-much", [](Sheet* sheet) {
        sheet->findChild<AmountEdit*>(QStringLiteral("openAmount"))->setAmount(Sat(5'000'000));
    });
    on.silent = true;
    take(new OpenChannelDialog(on.wallet, &frame), "dialog-open-loading");
    on.silent = false;
    const auto click = [](const char* name) {
        return [name](Sheet* sheet) {
            sheet->findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
        };
    };
    take(new OpenChannelDialog(on.wallet, &frame), "dialog-open-opening", click("openNow"));
    on.stage.answer =
        fail(api::Problem{api::ProblemKind::peer_refused,
                          {{"reason", "channels of less than 1000000 sat are not taken"}}});
    take(new OpenChannelDialog(on.wallet, &frame), "dialog-open-refused", click("openNow"));
    on.stage.answer.reset();
    const auto channels = on.wallet.picture().channels;
    take(new CloseChannelDialog(on.wallet, channels[0], &frame), "dialog-close");
    take(new CloseChannelDialog(on.wallet, channels[0], &frame), "dialog-close-alone",
         click("closeAlone"));
    on.silent = true;
    take(new CloseChannelDialog(on.wallet, channels[0], &frame), "dialog-close-loading");
    on.silent = false;
    on.stage.quote_fails = api::Problem{api::ProblemKind::unknown_command_target, {}};
    take(new CloseChannelDialog(on.wallet, channels[0], &frame), "dialog-close-error");
    on.stage.quote_fails.reset();
    take(new CloseChannelDialog(on.wallet, channels[0], &frame), "dialog-close-closing",
         click("closeNow"));
    take(new CloseChannelDialog(on.wallet, stuckClose(channels[0]), &frame), "dialog-close-stuck");
    auto doubtful = channels[0];
    doubtful.force_held_back = true;
    take(new CloseChannelDialog(on.wallet, doubtful, &frame), "dialog-close-risk",
         [](Sheet* sheet) {
             const auto button = [sheet](const char* name) {
                 return sheet->findChild<QAbstractButton*>(QString::fromLatin1(name));
             };
             button("closeAlone")->click();
             QVERIFY(QTest::qWaitFor([&] { return button("closeNow")->isEnabled(); }));
             button("closeNow")->click();
             QVERIFY(QTest::qWaitFor([&] { return button("closeRisk")->isEnabled(); }));
         });
    auto asked = channels[0];
    asked.state = "awaiting_accept";
    take(new CloseChannelDialog(on.wallet, asked, &frame), "dialog-close-asked", [](Sheet* sheet) {
        QVERIFY(sheet->findChild<QRadioButton*>(QStringLiteral("closeAlone"))->isHidden());
    });
    const auto& chain = on.wallet.picture().chain;
    take(new LeaveSheet(chain, BlockHeight(300), on.wallet.now(), &frame), "dialog-leave");
    take(new ChannelDetails(on.wallet, channels[0].channel_id, &frame), "dialog-channel");
    take(new ChannelDetails(on.wallet, channels[2].channel_id, &frame), "dialog-channel-opening");
    take(new ChannelDetails(on.wallet, channels[3].channel_id, &frame), "dialog-channel-closing");
    take(new ChannelDetails(on.wallet, ChannelId{}, &frame), "dialog-channel-gone");
    const auto entry = [&](const char* name,
                           const std::function<bool(const ActivityEntry&)>& wanted) {
        for (int row = 0; row < on.wallet.activity().rowCount(); ++row) {
            const auto& one = on.wallet.activity().at(row);
            if (!wanted(one)) continue;
            return take(new EntryDetails(on.wallet, QByteArray::fromStdString(one.key()), &frame),
                        name);
        }
        qFatal("nothing in the activity for %s", name);
    };
    const auto payment = [](bool outgoing, api::PaymentStatus status) {
        return [outgoing, status](const ActivityEntry& one) {
            return one.payment() != nullptr && one.payment()->outgoing == outgoing &&
                   one.payment()->status == status;
        };
    };
    entry("dialog-payment", payment(true, api::PaymentStatus::paid));
    entry("dialog-payment-failed", payment(true, api::PaymentStatus::failed));
    entry("dialog-invoice", payment(false, api::PaymentStatus::pending));
    entry("dialog-transaction",
          [](const ActivityEntry& one) { return one.transaction() != nullptr; });
    take(new SettingsDialog(gallery.preferences(), QStringLiteral("0.1"), &frame),
         "dialog-settings");
}

void walkSetup(Gallery& gallery) {
    StageSetup setup;
    setup.offered = {{Network::practice, false, false},
                     {Network::regtest, false, true},
                     {Network::signet, false, true}};
    auto* const view = new SetupView(setup);
    auto& frame = gallery.frame(view);
    const auto click = [&](const char* name) {
        view->findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
        gallery.settle();
    };
    const auto type = [&](const char* name, const char* text) {
        QTest::keyClicks(view->findChild<SecretEdit*>(QString::fromLatin1(name)),
                         QString::fromLatin1(text));
    };
    gallery.take(frame, QStringLiteral("setup-welcome"));
    click("welcomeReal");
    gallery.take(frame, QStringLiteral("setup-welcome-problem"));
    click("welcomePractice");
    gallery.take(frame, QStringLiteral("setup-fork"));
    click("forkRestore");
    type("word1", "abandon");
    click("restoreNext");
    gallery.take(frame, QStringLiteral("setup-restore"));
    click("restoreBack");
    click("forkCreate");
    type("passphraseFirst", "short");
    click("passphraseNext");
    gallery.take(frame, QStringLiteral("setup-passphrase"));
    type("passphraseFirst", " no more");
    type("passphraseSecond", "short no more");
    click("passphraseNext");
    gallery.take(frame, QStringLiteral("setup-words"));
    click("wordsWritten");
    click("wordRight");
    gallery.take(frame, QStringLiteral("setup-checks"));
    click("wordWrong");
    gallery.take(frame, QStringLiteral("setup-words-again"));
    setup.silent = true;
    StageSetup old;
    old.offered = {{Network::practice, true, false}, {Network::regtest, false, true}};
    auto* const unlock = new SetupView(old);
    auto& other = gallery.frame(unlock);
    gallery.take(other, QStringLiteral("setup-unlock"));
    old.silent = true;
    QTest::keyClicks(unlock->findChild<SecretEdit*>(QStringLiteral("unlockPassphrase")),
                     QStringLiteral("abc"));
    unlock->findChild<QAbstractButton*>(QStringLiteral("unlockNow"))->click();
    gallery.take(other, QStringLiteral("setup-working"));
}

/// Doors out of what would be dead ends, and what there is to say when something does not answer.
void walkDoors(Gallery& gallery) {
    StageSetup setup;
    setup.offered = {{Network::practice, true, false}, {Network::regtest, true, false}};
    auto* const view = new SetupView(setup);
    auto& frame = gallery.frame(view);
    const auto click = [&](const char* name) {
        view->findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
        gallery.settle();
    };
    QTest::keyClicks(view->findChild<SecretEdit*>(QStringLiteral("unlockPassphrase")),
                     QStringLiteral("wrong"));
    click("unlockNow");
    gallery.take(frame, QStringLiteral("setup-wrong-passphrase"));
    click("unlockOther");
    click("welcomeReal");
    gallery.take(frame, QStringLiteral("setup-unlock-regtest"));
    click("unlockAside");
    gallery.take(frame, QStringLiteral("setup-aside"));
    click("asideBack");
    click("unlockOther");
    click("welcomePractice");
    click("unlockAside");
    click("asideNow");
    gallery.take(frame, QStringLiteral("setup-set-aside"));

    auto& ended = gallery.frame(makeEndView(QStringLiteral("database or disk is full")));
    gallery.take(ended, QStringLiteral("ended"));

    OnStage on;
    auto& home = gallery.frame(on.shell);
    auto picture = *on.stage.snapshot();
    picture.chain.reachable = false;
    on.show(picture);
    gallery.take(home, QStringLiteral("home-asking"));
    picture = *Stage(Stage::Scene::full).snapshot();
    picture.disk_low = true;
    picture.chain.no_payments = api::Problem{api::ProblemKind::disk_full, {}};
    on.show(picture);
    gallery.take(home, QStringLiteral("home-disk-low"));
    picture.disk_low = false;
    picture.chain.synced = false;
    picture.chain.no_payments = api::Problem{api::ProblemKind::not_synced, {}};
    on.show(picture);
    gallery.take(home, QStringLiteral("home-catching-up"));

    OnStage none(Stage::Scene::empty);
    auto& receive = gallery.frame(none.shell);
    none.shell->goTo(Shell::receive);
    gallery.take(receive, QStringLiteral("receive-empty"));
}

void walkAll(Gallery& gallery) {
    walkPages(gallery);
    walkPayments(gallery);
    walkSends(gallery);
    walkReceive(gallery);
    walkStates(gallery);
    walkBadDays(gallery);
    walkNotices(gallery);
    walkDialogs(gallery);
    walkSetup(gallery);
    walkDoors(gallery);
    walkWaits(gallery);
    walkFailedSetup(gallery);
}

}  // namespace

class TestPictures : public QObject {
    Q_OBJECT

private slots:
    void theEyeSees() {
        // The check itself can fail.
        Theme::current().apply();
        QWidget box;
        box.resize(200, 100);
        auto* const label =
            new Text("body", QStringLiteral("Unbrokenlongwordthatisnotgoingtofitinthere"), &box);
        label->setGeometry(0, 0, 80, 20);
        auto* const over = new Text("body", QStringLiteral("Over"), &box);
        over->setGeometry(40, 10, 80, 20);
        auto* const faint = new Text("body", QStringLiteral("Faint"), &box);
        faint->setStyleSheet(QStringLiteral("color: #e0e0e0; background: white"));
        faint->setGeometry(0, 60, 100, 20);
        auto* const beyond = new Text("body", QStringLiteral("Beyond"), &box);
        beyond->setGeometry(180, 60, 60, 20);
        QWidget top;
        auto* const layout = new QVBoxLayout(&top);
        layout->addWidget(&box);
        const auto apart = qScopeGuard([&] { box.setParent(nullptr); });  // both are on the stack
        box.setMinimumSize(200, 100);
        box.setMaximumSize(200, 100);
        top.show();
        auto* const one = new QPushButton(QStringLiteral("&Pay"), &box);
        one->setGeometry(0, 80, 60, 20);
        auto* const two = new QPushButton(QStringLiteral("Open a &picture"), &box);
        two->setGeometry(60, 80, 60, 20);
        two->show();
        one->show();
        QCOMPARE(mnemonicsIn(top).size(), 1);
        two->setEnabled(false);
        QVERIFY(mnemonicsIn(top).isEmpty());
        auto& sheet = *new Sheet(QStringLiteral("Too long"), "tall", &top);
        auto* const tall = new QWidget;
        tall->setMinimumHeight(4'000);
        sheet.body()->addWidget(tall);
        top.resize(600, 800);
        sheet.present();
        Gallery::pass(20);
        QVERIFY2(scrolledIn(sheet).isEmpty(),
                 qPrintable(QStringLiteral("%1 in %2")
                                .arg(sheet.height())
                                .arg(top.height())));  // as high as it may be
        sheet.resize(sheet.width(), 300);
        QCOMPARE(scrolledIn(sheet).size(), 1);
        QVERIFY(tooWideIn(top).isEmpty());
        QWidget wide;
        auto* const long_line = new Text("body", QStringLiteral("words ").repeated(100), &wide);
        wide.resize(1280, 200);
        long_line->setGeometry(0, 0, 1280, 40);
        wide.show();
        QCOMPARE(tooWideIn(wide).size(), 1);
        QVERIFY(!clippedIn(top).isEmpty());
        QVERIFY(!overlapsIn(top).filter(QStringLiteral("lies over")).isEmpty());
        QVERIFY(!overlapsIn(top).filter(QStringLiteral("beyond")).isEmpty());
        QVERIFY(!faintIn(top).filter(QStringLiteral("Faint")).isEmpty());
    }

    void theEyeSeesWhatIsPainted() {
        QWidget top;
        top.resize(300, 100);
        auto* const amount = new AmountLabel(Type::display, "amount", &top);
        amount->setAmount(Msat(2'100'000'000'000'000'000));
        amount->setGeometry(0, 0, 60, 40);
        top.show();
        QCOMPARE(squeezedIn(top).size(), 1);
        amount->setGeometry(0, 0, amount->leastWidth(), 40);
        QVERIFY(squeezedIn(top).isEmpty());
        auto* const label = new Text("body", QStringLiteral("Forgotten"), &top);
        label->show();
        QCOMPARE(untranslatedIn(top).size(), 1);
        for (const char* const fine :
             {"[Forgotten~~]", "12 500 sat", "Runnel", "11:03 AM", "27 Nov, 12:03 AM"}) {
            label->setText(QString::fromLatin1(fine));
            QVERIFY2(untranslatedIn(top).isEmpty(), fine);
        }
        label->setText(QStringLiteral("Expires 27 Nov, 12:03 AM"));
        QCOMPARE(untranslatedIn(top).size(), 1);
    }

    void everything_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("text");
        QTest::addColumn<bool>("mirrored");
        for (const char* const language : {"en", "de"}) {
            for (const bool dark : {false, true}) {
                for (const int width : {420, 1280}) {
                    const auto view = View{QString::fromLatin1(language), dark, width, 100, false};
                    QTest::newRow(qPrintable(view.name()))
                        << view.language << dark << width << 100 << false;
                }
            }
        }
        QTest::newRow("de, twice as large, narrow") << "de" << false << 420 << 200 << false;
        QTest::newRow("de, twice as large, wide") << "de" << false << 1280 << 200 << false;
        QTest::newRow("mirrored, narrow") << "en" << false << 420 << 100 << true;
        QTest::newRow("mirrored, wide") << "en" << true << 1280 << 100 << true;
        QTest::newRow("a third longer") << "pseudo" << false << 420 << 100 << false;
    }
    void everything() {
        QFETCH(QString, language);
        QFETCH(bool, dark);
        QFETCH(int, width);
        QFETCH(int, text);
        QFETCH(bool, mirrored);
        Gallery gallery(View{language, dark, width, text, mirrored});
        walkAll(gallery);
        // None has vanished, none has come that nobody knows.
        auto names = gallery.names;
        names.sort();
        auto wanted = wantedPictures();
        wanted.sort();
        QCOMPARE(names, wanted);
        for (const auto& line : gallery.wrong) qWarning("%s", qPrintable(line));
        QCOMPARE(gallery.wrong.size(), 0);
    }
};

RUNNEL_TEST(TestPictures)
#include "test_pictures.moc"
