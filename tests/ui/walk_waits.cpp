#include "tests/ui/walks.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/open_channel.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/secret_edit.h"
#include "ui/window/settings_dialog.h"
#include "ui/window/window.h"
#include "ui/wizards/setup_view.h"
#include "ui/wizards/word_widgets.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSemaphore>
#include <QThreadPool>

#include <algorithm>

namespace runnel::test {

using namespace ui;

namespace {

void walkReceiving(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    on.shell->goTo(Shell::receive);
    auto* const amount = on.shell->findChild<AmountEdit*>(QStringLiteral("receiveAmount"));
    amount->setText(QStringLiteral("1.5"));
    on.click("receiveMake");
    gallery.take(frame, QStringLiteral("receive-wrong-amount"));
    amount->setAmount(Sat(12'500));
    on.stage.receive_fails = api::Problem{api::ProblemKind::disk_full, {}};
    on.click("receiveMake");
    gallery.take(frame, QStringLiteral("receive-refused"));
    on.stage.receive_fails.reset();
    amount->setAmount(Sat(900'000));
    on.click("receiveMake");
    gallery.take(frame, QStringLiteral("receive-more-than-fits"));
    on.stage.practice_fails = api::Problem{api::ProblemKind::insufficient_liquidity, {}};
    on.click("practiceRefund");
    gallery.settle();
    gallery.take(frame, QStringLiteral("receive-not-paid"));
    on.click("receiveAnother");
    auto picture = on.wallet.picture();
    picture.balance.can_receive = Msat(0);
    on.stage.show(picture);
    QTest::qWait(40);
    on.click("receiveMake");
    gallery.take(frame, QStringLiteral("receive-nothing-fits"));
    on.stage.hold_receive = true;
    on.click("receiveAddress");
    gallery.take(frame, QStringLiteral("address-being-made"));

    OnStage refused;
    auto& other = gallery.frame(refused.shell);
    refused.shell->goTo(Shell::receive);
    refused.stage.receive_fails = api::Problem{api::ProblemKind::disk_full, {}};
    refused.click("receiveAddress");
    gallery.take(other, QStringLiteral("address-refused"));
}

void walkPaying(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    on.shell->goTo(Shell::pay);
    auto& pay = on.shell->payPage();
    pay.setText(QStringLiteral("any"));
    gallery.settle();
    on.shell->findChild<AmountEdit*>(QStringLiteral("payAmountEdit"))
        ->setText(QStringLiteral("2100000000000001"));
    gallery.take(frame, QStringLiteral("pay-wrong-amount"));
    on.shell->findChild<AmountEdit*>(QStringLiteral("payAmountEdit"))->setAmount(Sat(400'000));
    gallery.settle();
    gallery.take(frame, QStringLiteral("pay-any-too-much"));
    pay.setText(QStringLiteral("half"));
    gallery.settle();
    gallery.take(frame, QStringLiteral("pay-half"));
    pay.setText(QStringLiteral("sent"));
    gallery.settle();
    gallery.take(frame, QStringLiteral("pay-sent-already"));
    // A picture that takes long to read: the only thread there is has something else to do.
    auto& pool = *QThreadPool::globalInstance();
    const int threads = pool.maxThreadCount();
    pool.waitForDone();
    pool.setMaxThreadCount(1);
    QSemaphore busy;
    pool.start([&busy] { busy.acquire(); });
    QImage blank(60, 60, QImage::Format_RGB32);
    blank.fill(Qt::white);
    pay.readPicture(blank);
    gallery.take(frame, QStringLiteral("pay-reading-a-picture"));
    busy.release();
    pool.waitForDone();
    pool.setMaxThreadCount(threads);
    gallery.settle();
    on.silent = true;
    pay.setText(QStringLiteral("good"));
    QTest::qWait(420);
    gallery.take(frame, QStringLiteral("pay-looking"));
}

void walkLists(Gallery& gallery) {
    OnStage reading(Stage::Scene::empty, true, true);
    auto& frame = gallery.frame(reading.shell);
    reading.shell->goTo(Shell::activity);
    gallery.take(frame, QStringLiteral("activity-reading"));

    OnStage on;
    on.stage.more_payments = 250;
    WalletModel wallet(
        on.stage,
        [&on](std::function<void()> what) {
            if (!on.silent) what();
        },
        &on.stage);
    auto* const shell = new Shell(wallet);
    auto& searching = gallery.frame(shell);
    shell->goTo(Shell::activity);
    gallery.settle();
    on.silent = true;
    shell->findChild<QLineEdit*>(QStringLiteral("activitySearch"))
        ->setText(QStringLiteral("nothing like it"));
    gallery.take(searching, QStringLiteral("activity-searching"));
    delete shell;

    OnStage refused;
    auto& channels = gallery.frame(refused.shell);
    refused.stage.practice_fails = api::Problem{
        api::ProblemKind::peer_refused, {{"reason", "no confirmed coins to bump a close with"}}};
    refused.shell->goTo(Shell::channels);
    refused.click("practiceOpenToMe");
    gallery.settle();
    gallery.take(channels, QStringLiteral("channels-shop-refused"));
}

void walkHome(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    auto picture = on.wallet.picture();
    picture.in_doubt = true;
    on.stage.show(picture);
    QTest::qWait(40);
    gallery.take(frame, QStringLiteral("home-in-doubt"));
    picture.in_doubt = false;
    picture.chain.synced = false;
    picture.chain.trouble = api::ProblemKind::chain_unknown;
    picture.chain.no_payments = api::Problem{api::ProblemKind::chain_unknown, {}};
    on.stage.show(picture);
    QTest::qWait(40);
    gallery.take(frame, QStringLiteral("home-chain-unknown"));

    // An invoice before there is any coin, on another network than the practice one.
    OnStage first(Stage::Scene::empty, false);
    auto& other = gallery.frame(first.shell);
    first.shell->goTo(Shell::receive);
    first.click("receiveMake");
    gallery.settle();
    first.shell->goTo(Shell::home);
    QTest::qWait(40);
    gallery.take(other, QStringLiteral("home-invoice-first"));

    gallery.take(gallery.frame(makeEndingView()), QStringLiteral("ending"));
}

void walkDialogs(Gallery& gallery) {
    OnStage on;
    auto& frame = gallery.frame(on.shell);
    const auto present = [&](Sheet* sheet) {
        sheet->present();
        gallery.settle();
        QTest::qWait(150);
        return QPointer<Sheet>(sheet);
    };
    const auto end = [](const QPointer<Sheet>& sheet) { delete sheet.data(); };
    auto open = present(new OpenChannelDialog(on.wallet, &frame));
    open->findChild<AmountEdit*>(QStringLiteral("openAmount"))->setText(QStringLiteral("1.5"));
    QTest::qWait(150);
    gallery.take(*open, QStringLiteral("dialog-open-wrong-amount"));
    open->findChild<AmountEdit*>(QStringLiteral("openAmount"))->setAmount(Sat(200'000));
    auto* const peer = open->findChild<QComboBox*>(QStringLiteral("openPeer"));
    peer->setCurrentIndex(peer->count() - 1);
    QTest::qWait(150);
    gallery.take(*open, QStringLiteral("dialog-open-other"));
    open->findChild<QLineEdit*>(QStringLiteral("openAddress"))
        ->setText(QStringLiteral("shop.example:9735"));
    QTest::qWait(150);
    gallery.take(*open, QStringLiteral("dialog-open-other-wrong"));
    // The hub is not connected.
    peer->setCurrentIndex(1);
    QTest::qWait(150);
    open->findChild<QAbstractButton*>(QStringLiteral("openNow"))->click();
    gallery.settle();
    gallery.take(*open, QStringLiteral("dialog-open-connecting"));
    end(open);

    auto picture = on.wallet.picture();
    const auto close = present(new CloseChannelDialog(on.wallet, picture.channels.front(), &frame));
    picture.channels.front().state = "shutting_down";
    picture.channels.front().usable = false;
    on.stage.show(picture);
    QTest::qWait(150);
    gallery.take(*close, QStringLiteral("dialog-close-moved-on"));
    end(close);

    auto* const settings = new SettingsDialog(gallery.preferences(), QStringLiteral("0.1"), &frame);
    settings->showLog(QStringLiteral("/home/somebody/.local/share/runnel/practice/runnel.log"));
    const auto shown = present(settings);
    gallery.take(*shown, QStringLiteral("dialog-settings-log"));
    end(shown);
}

}  // namespace

void walkWaits(Gallery& gallery) {
    walkReceiving(gallery);
    walkPaying(gallery);
    walkLists(gallery);
    walkHome(gallery);
    walkDialogs(gallery);
}

void walkFailedSetup(Gallery& gallery) {
    StageSetup setup;
    setup.offered = {{Network::practice, false, false}};
    auto* const view = new SetupView(setup);
    auto& frame = gallery.frame(view);
    const auto click = [&](const char* name) {
        view->findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
    };
    click("forkCreate");
    for (const char* const field : {"passphraseFirst", "passphraseSecond"})
        QTest::keyClicks(view->findChild<SecretEdit*>(QString::fromLatin1(field)),
                         QStringLiteral("a long passphrase"));
    click("passphraseNext");
    click("wordsWritten");
    for (auto* const right : view->findChildren<WordOption*>(QStringLiteral("wordRight")))
        right->click();
    gallery.settle();
    gallery.take(frame, QStringLiteral("setup-not-made"));

    StageSetup old;
    old.offered = {{Network::practice, true, false}};
    old.fails = api::SetupProblem{api::SetupFault::in_use, {}};
    auto* const aside = new SetupView(old);
    auto& other = gallery.frame(aside);
    aside->findChild<QAbstractButton*>(QStringLiteral("unlockAside"))->click();
    aside->findChild<QAbstractButton*>(QStringLiteral("asideNow"))->click();
    gallery.settle();
    gallery.take(other, QStringLiteral("setup-aside-refused"));

    old.fails =
        api::SetupProblem{api::SetupFault::damaged, "key.1: not a key file; key.2: not a key file"};
    aside->findChild<QAbstractButton*>(QStringLiteral("asideBack"))->click();
    QTest::keyClicks(aside->findChild<SecretEdit*>(QStringLiteral("unlockPassphrase")),
                     QStringLiteral("a long passphrase"));
    aside->findChild<QAbstractButton*>(QStringLiteral("unlockNow"))->click();
    gallery.settle();
    gallery.take(other, QStringLiteral("setup-damaged"));
}

}  // namespace runnel::test
