// The tab key, everywhere: each step of the setup, each state of the pages, and what stands there
// when the wallet has stopped. Every control that can be used is reached, has a name that a screen
// reader says, and the way comes round. Escape closes every dialog, and does nothing else. (That
// the tab key comes round in dialogs is in test_dialogs.cpp.)
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/confirm_send.h"
#include "ui/dialogs/details.h"
#include "ui/dialogs/open_channel.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/button.h"
#include "ui/widgets/notes.h"
#include "ui/window/settings_dialog.h"
#include "ui/window/window.h"
#include "ui/wizards/setup_view.h"

#include <QAccessible>
#include <QButtonGroup>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QSet>

#include <algorithm>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// What the tab key has to reach.
QList<QWidget*> controlsIn(const QWidget& top) {
    QList<QWidget*> out;
    for (auto* const widget : top.findChildren<QWidget*>()) {
        if (widget->window() != &top || !widget->isVisible() || !widget->isEnabled()) continue;
        if ((widget->focusPolicy() & Qt::TabFocus) == 0 || widget->focusProxy() != nullptr)
            continue;
        out << widget;
    }
    return out;
}

/// One of several, of which one is chosen: the arrows go from one to the next.
bool areOneChoice(const QWidget& one, const QWidget& other) {
    const auto* const first = qobject_cast<const QAbstractButton*>(&one);
    const auto* const second = qobject_cast<const QAbstractButton*>(&other);
    if (first == nullptr || second == nullptr) return false;
    if (first->group() != nullptr) return first->group() == second->group();
    return first->autoExclusive() && second->autoExclusive() &&
           first->parentWidget() == second->parentWidget();
}

/// Whatever is for the mouse is for the keyboard as well: of several of which one is chosen, one
/// stop is enough.
bool isForTheKeyboard(const QWidget& widget) {
    const auto* const button = qobject_cast<const QAbstractButton*>(&widget);
    const bool is_used = button != nullptr || qobject_cast<const QLineEdit*>(&widget) != nullptr ||
                         qobject_cast<const QPlainTextEdit*>(&widget) != nullptr ||
                         qobject_cast<const QListView*>(&widget) != nullptr;
    if (!is_used || (button != nullptr && (button->autoExclusive() || button->group() != nullptr)))
        return true;
    // Parts of a field, as the cross that empties it, are done with its keys.
    if (qobject_cast<const QLineEdit*>(widget.parentWidget()) != nullptr) return true;
    return (widget.focusPolicy() & Qt::TabFocus) != 0;
}

/// What is wrong with the way of the tab key through a window; nothing when all is well.
QString wayRound(QWidget& top) {
    top.activateWindow();
    if (!QTest::qWaitForWindowActive(&top)) return QStringLiteral("the window is not active");
    for (auto* const widget : top.findChildren<QWidget*>()) {
        if (widget->window() == &top && widget->isVisible() && widget->isEnabled() &&
            !isForTheKeyboard(*widget))
            return widget->objectName() + QStringLiteral(" is for the mouse only");
    }
    const auto wanted = controlsIn(top);
    if (wanted.isEmpty()) return QStringLiteral("there is nothing to be reached");
    for (const auto* const widget : wanted) {
        if (widget->objectName().isEmpty())
            return QStringLiteral("a %1 has no name for tests")
                .arg(QString::fromLatin1(widget->metaObject()->className()));
        auto* const spoken = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
        if (spoken == nullptr || spoken->text(QAccessible::Name).isEmpty())
            return widget->objectName() + QStringLiteral(" has no name to be said");
    }
    const auto step = [&](Qt::Key key) {
        auto* const now = QApplication::focusWidget();
        QTest::keyClick(now != nullptr ? now : &top, key);
    };
    for (const auto key : {Qt::Key_Tab, Qt::Key_Backtab}) {
        // Where the keyboard stands at first may be no stop of its own: of several, the chosen one
        // is.
        for (qsizetype i = 0; i < wanted.size(); ++i) step(key);
        auto* const first = QApplication::focusWidget();
        if (first == nullptr) return QStringLiteral("nothing has the focus");
        QSet<QWidget*> visited;
        do {
            auto* const now = QApplication::focusWidget();
            if (now == nullptr || !now->isVisible() || !now->isEnabled())
                return QStringLiteral("what cannot be used has the focus");
            if (visited.contains(now)) return QStringLiteral("the way does not come round");
            visited << now;
            step(key);
        } while (QApplication::focusWidget() != first);
        for (auto* const widget : wanted) {
            const bool is_reached =
                visited.contains(widget) ||
                std::any_of(visited.begin(), visited.end(),
                            [&](const QWidget* one) { return areOneChoice(*one, *widget); });
            if (!is_reached) return widget->objectName() + QStringLiteral(" is not reached");
        }
    }
    return {};
}

/// What more than one control of a window is called, those that cannot be seen now included: a name
/// that means two things is no name. Rows have those of their kind.
QStringList sharedNamesIn(const QWidget& top) {
    static const QSet<QString> of_rows{
        QStringLiteral("activityRow"), QStringLiteral("channelDetails"),
        QStringLiteral("channelClose"), QStringLiteral("noticeDone"), QStringLiteral("wordWrong")};
    QSet<QString> seen;
    QStringList out;
    for (const auto* const widget : top.findChildren<QWidget*>()) {
        const auto name = widget->objectName();
        if (widget->window() != &top || name.isEmpty() || of_rows.contains(name) ||
            (widget->focusPolicy() & Qt::TabFocus) == 0 || widget->focusProxy() != nullptr)
            continue;
        if (seen.contains(name)) out << name;
        seen << name;
    }
    return out;
}

/// A setup over wallets that there are or not.
struct SetupDesk {
    explicit SetupDesk(bool exists) {
        setup.offered = {{Network::practice, exists, false}, {Network::regtest, false, true}};
        view = std::make_unique<SetupView>(setup);
        view->resize(700, 900);
        view->show();
    }
    void click(const char* name) {
        auto* const button = view->findChild<QAbstractButton*>(QString::fromLatin1(name));
        if (button == nullptr || !button->isVisible()) qFatal("cannot see %s", name);
        button->click();
        StageDesk::settle();
    }
    void type(const char* name, const char* text) {
        QTest::keyClicks(view->findChild<QWidget*>(QString::fromLatin1(name)),
                         QString::fromLatin1(text));
    }
    void toThePassphrase() {
        click("unlockOther");
        setup.offered[0].exists = false;
        click("welcomePractice");
        click("forkCreate");
    }
    void toTheWords() {
        toThePassphrase();
        type("passphraseFirst", "a long passphrase");
        type("passphraseSecond", "a long passphrase");
        click("passphraseNext");
    }
    StageSetup setup;
    std::unique_ptr<SetupView> view;
};

using Go = std::function<void(SetupDesk&)>;
const std::pair<const char*, Go> steps[] = {
    {"unlock", [](SetupDesk&) {}},
    {"aside", [](SetupDesk& desk) { desk.click("unlockAside"); }},
    {"welcome", [](SetupDesk& desk) { desk.click("unlockOther"); }},
    {"fork",
     [](SetupDesk& desk) {
         desk.toThePassphrase();
         desk.click("passphraseBack");
     }},
    {"passphrase", [](SetupDesk& desk) { desk.toThePassphrase(); }},
    {"words", [](SetupDesk& desk) { desk.toTheWords(); }},
    {"checks",
     [](SetupDesk& desk) {
         desk.toTheWords();
         desk.click("wordsWritten");
     }},
    {"restore",
     [](SetupDesk& desk) {
         desk.toThePassphrase();
         desk.click("passphraseBack");
         desk.click("forkRestore");
     }},
};

using Walk = std::function<void(StageDesk&)>;
void pays(StageDesk& desk, const char* text) {
    desk.shell->goTo(Shell::pay);
    desk.shell->payPage().setText(QString::fromLatin1(text));
    desk.settle();
}
void paysAndEnds(StageDesk& desk, const api::CommandResult& end) {
    desk.stage.answer = end;
    pays(desk, "good");
    static_cast<void>(desk.person->press("payNow"));
}
const std::pair<const char*, Walk> places[] = {
    {"home", [](StageDesk& desk) { desk.shell->goTo(Shell::home); }},
    {"pay", [](StageDesk& desk) { desk.shell->goTo(Shell::pay); }},
    {"an invoice", [](StageDesk& desk) { pays(desk, "good"); }},
    {"an invoice of any amount", [](StageDesk& desk) { pays(desk, "any"); }},
    {"a link with both ways", [](StageDesk& desk) { pays(desk, "both"); }},
    {"an address", [](StageDesk& desk) { pays(desk, "address"); }},
    {"a link to the chain", [](StageDesk& desk) { pays(desk, "link-broken"); }},
    {"what cannot be read", [](StageDesk& desk) { pays(desk, "nonsense"); }},
    {"under way",
     [](StageDesk& desk) {
         pays(desk, "good");
         static_cast<void>(desk.person->press("payNow"));
     }},
    {"paid",
     [](StageDesk& desk) {
         paysAndEnds(desk,
                     api::Answer(api::Paid{PaymentHash{}, {}, 1'250'000_msat, 1'200_msat, 1, 340}));
     }},
    {"failed",
     [](StageDesk& desk) {
         paysAndEnds(desk, fail(api::Problem{api::ProblemKind::no_route, {}}));
     }},
    {"still under way",
     [](StageDesk& desk) { paysAndEnds(desk, api::Answer(api::StillInFlight{})); }},
    {"receive", [](StageDesk& desk) { desk.shell->goTo(Shell::receive); }},
    {"an invoice of ours",
     [](StageDesk& desk) {
         desk.shell->goTo(Shell::receive);
         static_cast<void>(desk.person->press("receiveMake"));
     }},
    {"an address of ours",
     [](StageDesk& desk) {
         desk.shell->goTo(Shell::receive);
         static_cast<void>(desk.person->press("receiveAddress"));
     }},
    {"channels", [](StageDesk& desk) { desk.shell->goTo(Shell::channels); }},
    {"activity", [](StageDesk& desk) { desk.shell->goTo(Shell::activity); }},
    {"nothing found",
     [](StageDesk& desk) {
         desk.shell->goTo(Shell::activity);
         static_cast<void>(desk.person->type("activitySearch", QStringLiteral("nothing like it")));
     }},
    {"with notices",
     [](StageDesk& desk) {
         desk.stage.tell(api::Trouble{
             {api::ProblemKind::funding_lost, {{"txid", "aa"}, {"rival", "bb"}}}, std::nullopt});
         desk.settle();
     }},
};

Sheet* makeSheet(const QString& name, StageDesk& desk) {
    auto& wallet = *desk.wallet;
    const auto& channel = wallet.picture().channels.front();
    if (name == QStringLiteral("send")) {
        api::SendQuote quote;
        quote.amount = 250'000_sat;
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

}  // namespace

class TestKeyboard : public QObject {
    Q_OBJECT

private slots:
    void everyStepOfTheSetup_data() {
        QTest::addColumn<int>("step");
        for (std::size_t i = 0; i < std::size(steps); ++i)
            QTest::newRow(steps[i].first) << static_cast<int>(i);
    }
    void everyStepOfTheSetup() {
        QFETCH(int, step);
        StageDesk::settle();
        SetupDesk desk(true);
        steps[step].second(desk);
        const auto wrong = wayRound(*desk.view);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    }

    void everyPlace_data() {
        QTest::addColumn<int>("place");
        for (std::size_t i = 0; i < std::size(places); ++i)
            QTest::newRow(places[i].first) << static_cast<int>(i);
    }
    void everyPlace() {
        QFETCH(int, place);
        StageDesk desk;
        places[place].second(desk);
        desk.settle();
        const auto wrong = wayRound(*desk.frame);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY(desk.stage.posted.size() <= 1);
    }

    void everyNameMeansOneControl() {
        SetupDesk setup(true);
        QCOMPARE(sharedNamesIn(*setup.view), QStringList());
        StageDesk desk;
        for (const auto& place : places) {
            const QString name = QString::fromLatin1(place.first);
            if (name.endsWith(QStringLiteral(" of ours")) ||
                name.startsWith(QStringLiteral("with")))
                place.second(desk);
        }
        desk.settle();
        QCOMPARE(sharedNamesIn(*desk.frame), QStringList());
        for (const char* const name : {"send", "open", "close", "channel", "entry", "settings"}) {
            const std::unique_ptr<Sheet> sheet(makeSheet(QString::fromLatin1(name), desk));
            QCOMPARE(sharedNamesIn(*sheet), QStringList());
        }
        // The look itself can fail.
        QWidget top;
        for (int i = 0; i < 2; ++i) new Button(ButtonKind::primary, {}, "twin", &top);
        QCOMPARE(sharedNamesIn(top), QStringList{QStringLiteral("twin")});
    }

    void whereTheWalletHasStopped() {
        const std::unique_ptr<QWidget> view(
            makeEndView(QStringLiteral("database or disk is full")));
        view->resize(700, 700);
        view->show();
        const auto wrong = wayRound(*view);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    }

    // The walk itself can fail.
    void whatIsForTheMouseOnlyIsSeen() {
        QWidget top;
        auto* const layout = new QVBoxLayout(&top);
        for (const char* const name : {"one", "two"}) {
            auto* const button = new Button(ButtonKind::primary, QString::fromLatin1(name), name);
            layout->addWidget(button);
        }
        top.show();
        QCOMPARE(wayRound(top), QString());
        auto* const two = top.findChild<QWidget*>(QStringLiteral("two"));
        two->setFocusPolicy(Qt::ClickFocus);
        QCOMPARE(wayRound(top), QStringLiteral("two is for the mouse only"));
        two->setFocusPolicy(Qt::StrongFocus);
        static_cast<QAbstractButton*>(two)->setText({});
        QCOMPARE(wayRound(top), QStringLiteral("two has no name to be said"));
    }

    void escapeClosesEveryDialog_data() {
        QTest::addColumn<QString>("name");
        for (const char* const name : {"send", "open", "close", "channel", "entry", "settings"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void escapeClosesEveryDialog() {
        QFETCH(QString, name);
        StageDesk desk;
        // From every control of it.
        int tried = 0;
        for (int at = 0; at < 20; ++at) {
            auto* const sheet = makeSheet(name, desk);
            const QPointer<Sheet> held(sheet);
            QVERIFY(present(sheet));
            const auto all = controlsIn(*sheet);
            if (at >= all.size()) {
                delete sheet;
                break;
            }
            bool is_accepted = false;
            connect(sheet, &QDialog::accepted, this, [&] { is_accepted = true; });
            all[at]->setFocus();
            QTest::keyClick(all[at], Qt::Key_Escape);
            QVERIFY2(QTest::qWaitFor([&] { return !held || !held->isVisible(); }, 1'000),
                     qPrintable(all[at]->objectName()));
            QVERIFY(!is_accepted);
            QVERIFY(desk.stage.posted.empty());
            ++tried;
            desk.settle();
        }
        QVERIFY(tried >= 2);
    }
};

RUNNEL_TEST(TestKeyboard)
#include "test_keyboard.moc"
