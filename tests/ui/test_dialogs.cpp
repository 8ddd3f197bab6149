// Dialogs by keyboard, as a careless and as a careful person meets them: everything is reached,
// Enter presses what has the focus, and nothing that cannot be taken back.
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
#include <QSet>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const QStringList for_good{QStringLiteral("confirmSend"), QStringLiteral("openNow"),
                           QStringLiteral("closeNow"), QStringLiteral("closeRisk")};

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
            if (!widget->isVisible() || !widget->isEnabled() ||
                !(widget->focusPolicy() & Qt::TabFocus) || widget->focusProxy() != nullptr)
                continue;
            auto* const spoken = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(spoken != nullptr && !spoken->text(QAccessible::Name).isEmpty(),
                     qPrintable(widget->objectName()));
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
        for (auto* const widget : wanted)
            QVERIFY2(visited.contains(widget), qPrintable(widget->objectName()));
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
};

RUNNEL_TEST(TestDialogs)
#include "test_dialogs.moc"
