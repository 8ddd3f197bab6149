// The practice network's processes die under the window, with kill -9, at the worst moments: it says what happens and why, everything
// comes back by itself, each payment ends in one way or the other, and all money is accounted for.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/widgets/cue_line.h"

#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>

#include <csignal>
#include <future>
#include <sys/types.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// The practice network's process of this one; 0: there is none. The kernel keeps 15 characters of a name.
pid_t child() {
    for (const auto& name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const auto text = file.readAll();
        const auto end = text.lastIndexOf(')');
        if (end < 0 || !text.contains("(runnel-practice)")) continue;
        const auto after = text.mid(end + 2).split(' ');
        if (after.size() > 1 && after[0] != "Z" && after[1].toInt() == static_cast<int>(::getpid())) return name.toInt();
    }
    return 0;
}

struct Ledger : PracticeDesk {
    using PracticeDesk::PracticeDesk;
    bool furnish() { return makeWallet() && fundAndOpen() && waitFor([&] { return child() != 0; }); }
    bool isQuiet() { return channel()->usable && channel()->htlcs.empty() && picture().balance.in_flight.is_zero(); }
    /// Puts an invoice of the shop's there, ready to be paid.
    bool ask() {
        return person->press("railPay") && person->press("practiceBuy") && person->see("payNow") != nullptr;
    }
    /// What Activity says that left: paid payments, with their fees.
    Msat spent() {
        Msat out;
        auto& activity = window->wallet()->activity();
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment != nullptr && payment->outgoing && payment->status == api::PaymentStatus::paid) out += payment->amount + payment->fee;
        }
        return out;
    }
    int pending() {
        int out = 0;
        auto& activity = window->wallet()->activity();
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment != nullptr && payment->outgoing && payment->status == api::PaymentStatus::pending) ++out;
        }
        return out;
    }
    /// Every millisatoshi of the channel is somewhere, and what left our side is what was paid.
    bool addsUp(Msat began) {
        return waitFor([&] { return isQuiet() && pending() == 0; }) && channel()->ours + channel()->theirs == channel()->capacity.msat() &&
               waitFor([&] { return channel()->ours + spent() == began; }, 10'000);
    }
};

}  // namespace

class TestPracticeBadDays : public QObject {
    Q_OBJECT

private slots:
    void killedInTheMiddleOfAPayment() {
        const QTemporaryDir folder;
        Ledger desk(folder);
        QVERIFY(desk.furnish());
        auto& person = *desk.person;
        const auto began = desk.channel()->ours;

        // It stands still with our HTLC on its way to it, and dies there: what it never read is sent again.
        QVERIFY(desk.ask());
        const auto first = child();
        QCOMPARE(::kill(first, SIGSTOP), 0);
        QVERIFY(person.press("payNow"));
        QVERIFY(desk.waitFor([&] { return desk.picture().balance.in_flight == 10'000'000_msat; }));
        QCOMPARE(desk.channel()->htlcs.size(), std::size_t{1});
        QCOMPARE(::kill(first, SIGKILL), 0);
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("is being started again")));
        QVERIFY(person.read("practiceNoticeWhy").contains(QStringLiteral("signal 9")));
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("running again"), 30'000));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 60'000));
        QVERIFY(desk.waitFor([&] { return desk.spent() == 10'000'000_msat; }));
        QVERIFY(desk.addsUp(began));
        QVERIFY(person.press("payDone"));

        // At any moment. However each ends: it ends, and the money is where it says.
        for (const int moment : {0, 3, 10, 40}) {
            QVERIFY(desk.waitFor([&] { return desk.isQuiet() && child() != 0; }));
            const auto victim = child();
            QVERIFY(desk.ask());
            QVERIFY(person.press("payNow"));
            QTest::qWait(moment);
            QCOMPARE(::kill(victim, SIGKILL), 0);
            QVERIFY(person.see("payResult", 90'000) != nullptr);
            QVERIFY(desk.addsUp(began));
            QVERIFY(person.press("payDone"));
            person.see<QPlainTextEdit>("payText")->clear();
        }
        // Everything works as before.
        const auto before = desk.spent();
        QVERIFY(desk.ask());
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
        QVERIFY(desk.waitFor([&] { return desk.spent() == before + 10'000'000_msat; }));
        QVERIFY(desk.addsUp(began));
    }

    void whatIsInFlightIsSaid() {
        const QTemporaryDir folder;
        Ledger desk(folder);
        QVERIFY(desk.furnish());
        auto& person = *desk.person;
        const auto began = desk.channel()->ours;
        // Two invoices, the second of more than is left once the first is on its way.
        QVERIFY(desk.ask());
        const auto first = person.see<QPlainTextEdit>("payText")->toPlainText();
        auto* const amount = person.see<QLineEdit>("practiceAmount");
        amount->selectAll();
        QVERIFY(person.type("practiceAmount", QString::number(desk.channel()->can_send.floor_sat().raw() - 5'000)));
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(desk.waitFor([&] { return person.see<QPlainTextEdit>("payText")->toPlainText() != first; }));
        const auto second = person.see<QPlainTextEdit>("payText")->toPlainText();
        QVERIFY(person.see("payNow") != nullptr);
        const auto pid = child();
        QCOMPARE(::kill(pid, SIGSTOP), 0);
        const auto paste = [&](const QString& text) {
            QApplication::clipboard()->setText(text);
            return person.press("payPaste");
        };
        QVERIFY(paste(first));
        QVERIFY(person.press("payNow"));
        QVERIFY(desk.waitFor([&] { return desk.picture().balance.in_flight == 10'000'000_msat; }));
        // The page is busy with the first one; the same figures stand in what a program asks.
        std::promise<std::optional<api::Problem>> answer;
        desk.window->wallet()->bridge().inspect(second.toStdString(), desk.window.get(), [&](const Result<api::Inspection, api::Problem>& looked) {
            answer.set_value(looked ? looked->problem : std::nullopt);
        });
        auto said = answer.get_future();
        QVERIFY(desk.waitFor([&] { return said.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
        const auto problem = said.get();
        QVERIFY(problem && problem->kind == api::ProblemKind::insufficient_liquidity);
        QCOMPARE(problem->params.at("in_flight_msat"), std::string("10000000"));
        QVERIFY(wordingOf(*problem).why.contains(satText(10'000_sat) + QStringLiteral(" are in flight")));
        QCOMPARE(::kill(pid, SIGCONT), 0);
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 60'000));
        QVERIFY(desk.addsUp(began));
    }

    void killedAgainAndAgain() {
        const QTemporaryDir folder;
        Ledger desk(folder);
        QVERIFY(desk.furnish());
        auto& person = *desk.person;
        const auto began = desk.channel()->ours;
        QVERIFY(person.press("railHome"));
        const auto health = [&] { return person.see<CueLine>("homeHealth")->sentence(); };
        for (pid_t last = 0; !health().contains(QStringLiteral("times in a row"));) {
            const auto now = child();
            if (now != 0 && now != last) QCOMPARE(::kill(last = now, SIGKILL), 0);
            QTest::qWait(20);
        }
        QVERIFY(health().contains(QStringLiteral("signal 9")));
        QVERIFY(health().contains(QStringLiteral("nothing is lost")));
        QCOMPARE(person.see<CueLine>("homeHealth")->cue(), Cue::attention);
        // Left alone, it comes back by itself, and so does the channel.
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced && desk.channel()->usable; }));
        QVERIFY(person.press("practiceBlock"));
        QVERIFY(desk.ask());
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
        QVERIFY(desk.addsUp(began));
    }

    void itCannotBeStartedAgain() {
        const QTemporaryDir folder;
        Ledger desk(folder);
        QVERIFY(desk.makeWallet());
        auto& person = *desk.person;
        // What it wrote is damaged while it runs, and is read at the next start.
        QFile chain(folder.filePath(QStringLiteral("data/practice/practice/chain")));
        QVERIFY(chain.open(QIODevice::ReadWrite) && chain.seek(200));
        QVERIFY(chain.write("damage") == 6);
        chain.close();
        QCOMPARE(::kill(child(), SIGKILL), 0);
        QVERIFY(person.press("railPay"));
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("cannot be started again"), 30'000));
        QVERIFY(person.read("practiceNoticeWhy").contains(QStringLiteral("damaged at byte")));
        QVERIFY(!person.read("practiceNoticeTry").isEmpty());
        // And whoever asks it for something hears so.
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("practice network is not there"), 15'000));
    }
};

RUNNEL_TEST(TestPracticeBadDays)
#include "test_practice_bad_days.moc"
