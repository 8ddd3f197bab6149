// What is typed into a SecretEdit stays in its buffer, comes out as bytes, and is gone when it is
// wiped.
#include "tests/support/test_main.h"

#include "ui/style/theme.h"
#include "ui/widgets/secret_edit.h"
#include "ui/widgets/words_view.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QSignalSpy>

using namespace runnel;
using namespace runnel::ui;

namespace {

std::string text(const SecretEdit& edit) {
    const auto bytes = edit.bytes();
    return {bytes.reveal().begin(), bytes.reveal().end()};
}

}  // namespace

class TestSecretEdit : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { Theme::current().apply(); }

    void typesAndErases() {
        SecretEdit edit(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        QSignalSpy edited(&edit, &SecretEdit::edited);
        QTest::keyClicks(&edit, QStringLiteral("Gr un"));
        QCOMPARE(text(edit), std::string("Gr un"));
        QCOMPARE(edited.count(), 5);
        QTest::keyClick(&edit, Qt::Key_Backspace);
        QCOMPARE(text(edit), std::string("Gr u"));
        QTest::keyClick(&edit, Qt::Key_Backspace, Qt::ControlModifier);
        QVERIFY(edit.isEmpty());
    }

    void whatIsChosenIsReplaced() {
        SecretEdit edit(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        QSignalSpy edited(&edit, &SecretEdit::edited);
        QTest::keySequence(&edit, QKeySequence::SelectAll);
        QTest::keyClicks(&edit, QStringLiteral("wrong"));
        QCOMPARE(text(edit), std::string("wrong"));
        QTest::keySequence(&edit, QKeySequence::SelectAll);
        QCOMPARE(text(edit), std::string("wrong"));
        QTest::keyClicks(&edit, QStringLiteral("right"));
        QCOMPARE(text(edit), std::string("right"));
        QTest::mouseDClick(&edit, Qt::LeftButton);
        edited.clear();
        QTest::keyClick(&edit, Qt::Key_Backspace);
        QVERIFY(edit.isEmpty());
        QCOMPARE(edited.count(), 1);
        // A click takes the choice back.
        QTest::keyClicks(&edit, QStringLiteral("ab"));
        QTest::keySequence(&edit, QKeySequence::SelectAll);
        QTest::mouseClick(&edit, Qt::LeftButton);
        QTest::keyClicks(&edit, QStringLiteral("c"));
        QCOMPARE(text(edit), std::string("abc"));
    }

    void lettersOfSeveralBytesGoAsOne() {
        SecretEdit edit(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        QTest::sendKeyEvent(QTest::Click, &edit, Qt::Key_unknown, QStringLiteral("ü"),
                            Qt::NoModifier);
        QTest::sendKeyEvent(QTest::Click, &edit, Qt::Key_unknown, QStringLiteral("€"),
                            Qt::NoModifier);
        QCOMPARE(text(edit), std::string("\xc3\xbc\xe2\x82\xac"));
        QTest::keyClick(&edit, Qt::Key_Backspace);
        QCOMPARE(text(edit), std::string("\xc3\xbc"));
        QTest::keyClick(&edit, Qt::Key_Backspace);
        QVERIFY(edit.isEmpty());
    }

    void nothingBeyondItsBuffer() {
        SecretEdit edit(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        for (int i = 0; i < 60; ++i) QTest::keyClicks(&edit, QStringLiteral("0123456789"));
        QCOMPARE(edit.length(), std::size_t{512});
    }

    void pasteIsForPassphrasesOnly() {
        QApplication::clipboard()->setText(QStringLiteral("zebra"));
        SecretEdit pass(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        QTest::keySequence(&pass, QKeySequence::Paste);
        QCOMPARE(text(pass), std::string("zebra"));
        SecretEdit word(SecretEdit::Kind::word, QStringLiteral("Word"), "w");
        QTest::keySequence(&word, QKeySequence::Paste);
        QVERIFY(word.isEmpty());
        // And nothing gets out.
        QTest::keySequence(&pass, QKeySequence::SelectAll);
        QTest::keySequence(&pass, QKeySequence::Copy);
        QTest::keySequence(&pass, QKeySequence::Cut);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("zebra"));
    }

    void wordsAreLettersAndEndWithASpace() {
        SecretEdit edit(SecretEdit::Kind::word, QStringLiteral("Word"), "w");
        QSignalSpy finished(&edit, &SecretEdit::finished);
        QTest::keyClicks(&edit, QStringLiteral("Ze4bra "));
        QCOMPARE(text(edit), std::string("zebra"));
        QCOMPARE(finished.count(), 1);
        QVERIFY(edit.startsLike("zebra"));
        QVERIFY(!edit.startsLike("zebr"));
    }

    void wipedIsGone() {
        SecretEdit edit(SecretEdit::Kind::passphrase, QStringLiteral("Passphrase"), "p");
        QTest::keyClicks(&edit, QStringLiteral("secret words"));
        edit.wipe();
        QVERIFY(edit.isEmpty());
        QVERIFY(!edit.grab().isNull());
    }

    void wordsAreSpelledOnlyWhileShown() {
        WordsView view("words");
        QCOMPARE(view.count(), 0);
        view.setWords(SecretBytes(bytes_of("abandon ability able")));
        QCOMPARE(view.count(), 3);
        auto* const spoken = QAccessible::queryAccessibleInterface(&view);
        QVERIFY(spoken != nullptr);
        QCOMPARE(spoken->text(QAccessible::Name),
                 QStringLiteral("1: abandon. 2: ability. 3: able. "));
        view.clear();
        QVERIFY(spoken->text(QAccessible::Name).isEmpty());
    }
};

RUNNEL_TEST(TestSecretEdit)
#include "test_secret_edit.moc"
