// A wallet that comes back by its 24 words alone, through the window and over the practice network
// that goes on: its coins are found again, wherever they lie in the chain.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

#include "ui/widgets/words_view.h"

#include <QDir>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const QString passphrase = QStringLiteral("a long passphrase");

/// As they stand there, for somebody who writes them down.
QStringList wordsOn(const ui::WordsView& view) {
    // "1: word. 2: word. ..."
    QStringList out;
    for (const auto& part : view.spelled().split(u'.', Qt::SkipEmptyParts)) {
        const auto word = part.section(u':', 1).trimmed();
        if (!word.isEmpty()) out << word;
    }
    return out;
}

}  // namespace

class TestRestored : public QObject {
    Q_OBJECT

private slots:
    void coinsComeBackByWords() {
        const QTemporaryDir folder;
        QStringList words;
        Sat coins;
        crypto::PublicKey node_id;
        {
            PracticeDesk desk(folder);
            auto& person = *desk.person;
            QVERIFY(choosesAPassphrase(person, passphrase));
            auto* const shown = person.see<ui::WordsView>("setupWordsView");
            QVERIFY(shown != nullptr);
            words = wordsOn(*shown);
            QCOMPARE(words.size(), 24);
            QVERIFY(person.press("wordsWritten"));
            QVERIFY(answersTheQuestions(person, *desk.window));
            QVERIFY(desk.isOpen());
            QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));
            node_id = desk.picture().node_id;
            // To two addresses, in two blocks; and some blocks on top.
            QVERIFY(person.press("homeFirstAction"));
            QVERIFY(desk.waitFor([&] { return desk.balance().onchain == 1'000'000_sat; }));
            QVERIFY(person.press("practiceCoins"));
            QVERIFY(desk.waitFor([&] { return desk.balance().onchain == 2'000'000_sat; }));
            const auto height = desk.picture().chain.height;
            QVERIFY(person.press("practiceBlock"));
            QVERIFY(desk.waitFor([&] { return desk.picture().chain.height > height; }));
            coins = desk.balance().onchain;
        }
        PracticeDesk desk(folder);
        auto& person = *desk.person;
        // The wallet makes room for the one from words; the network's chain is the same.
        QVERIFY(person.press("unlockAside"));
        QVERIFY(person.press("asideNow"));
        QVERIFY(person.see("forkRestore") != nullptr);
        const QDir data(folder.filePath(QStringLiteral("data")));
        const auto kept = data.entryList({QStringLiteral("practice-until-*")}, QDir::Dirs);
        QCOMPARE(kept.size(), 1);
        QVERIFY(data.mkpath(QStringLiteral("practice")));
        QVERIFY(QDir().rename(data.filePath(kept.front() + QStringLiteral("/practice")),
                              data.filePath(QStringLiteral("practice/practice"))));
        QVERIFY(person.press("forkRestore"));
        for (qsizetype i = 0; i < words.size(); ++i)
            QVERIFY(
                person.type(QStringLiteral("word%1").arg(i + 1).toLatin1().constData(), words[i]));
        QVERIFY(person.press("restoreNext"));
        QVERIFY(person.type("passphraseFirst", passphrase));
        QVERIFY(person.type("passphraseSecond", passphrase));
        QVERIFY(person.press("passphraseNext"));
        QVERIFY(desk.isOpen());
        QVERIFY(desk.picture().node_id == node_id);
        QVERIFY2(desk.waitFor([&] { return desk.balance().onchain == coins; }),
                 qPrintable(QString::number(desk.balance().onchain.raw())));
        // They are there to be used.
        QVERIFY(person.press("homeFirstAction"));
        QVERIFY(person.see("openNow") != nullptr);
    }
};

RUNNEL_TEST(TestRestored)
#include "test_restored.moc"
