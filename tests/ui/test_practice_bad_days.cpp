// The practice network's processes die under the window, with kill -9, at the worst moments: it
// says what happens and why, everything comes back by itself, each payment ends in one way or the
// other, and all money is accounted for.
#include "tests/support/test_main.h"
#include "tests/ui/practice_desk.h"

#include "app/control/client.h"
#include "core/crypto/hash.h"
#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/widgets/cue_line.h"

#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>

#include <sys/types.h>
#include <unistd.h>
#include <csignal>
#include <future>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// The practice network's process of this one; 0: there is none. The kernel keeps 15 characters of
/// a name.
pid_t child() {
    for (const auto& name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const auto text = file.readAll();
        const auto end = text.lastIndexOf(')');
        if (end < 0 || !text.contains("(runnel-practice)")) continue;
        const auto after = text.mid(end + 2).split(' ');
        if (after.size() > 1 && after[0] != "Z" && after[1].toInt() == static_cast<int>(::getpid()))
            return name.toInt();
    }
    return 0;
}

struct Ledger : PracticeDesk {
    using PracticeDesk::PracticeDesk;
    bool furnish() {
        return makeWallet() && fundAndOpen() && waitFor([&] { return child() != 0; });
    }
    /// As furnish(), but the channel is with the hub: the shop is two steps away.
    bool furnishWithHub() {
        const auto choose_hub = [this] {
            auto* const peers = person->see<QComboBox>("openPeer");
            if (peers == nullptr) return false;
            peers->setFocus();
            QTest::keyClick(peers, Qt::Key_Down);
            return peers->currentText() == QStringLiteral("Practice hub");
        };
        return makeWallet() && person->press("homeFirstAction") &&
               waitFor([&] { return !balance().onchain.is_zero(); }) &&
               person->press("homeFirstAction") && choose_hub() && person->press("openNow") &&
               waitFor([&] { return channel() != nullptr && channel()->usable; }) &&
               waitFor([&] { return child() != 0; });
    }
    /// The payment of this invoice, as Activity has it; it is there once.
    std::optional<api::PaymentView> paymentOf(const QString& invoice) {
        std::optional<api::PaymentView> out;
        auto& activity = window->wallet()->activity();
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment == nullptr || QString::fromStdString(payment->bolt11) != invoice) continue;
            if (out) return std::nullopt;
            out = *payment;
        }
        return out;
    }
    bool isQuiet() {
        return channel()->usable && channel()->htlcs.empty() &&
               picture().balance.in_flight.is_zero();
    }
    /// Puts an invoice of the shop's there, or of its node behind the hub, ready to be paid.
    bool ask(bool through_hub = false) {
        return person->press("railPay") &&
               person->press(through_hub ? "practiceBuyHub" : "practiceBuy") &&
               person->see("payNow") != nullptr;
    }
    /// What Activity says that left: paid payments, with their fees.
    Msat spent() {
        Msat out;
        auto& activity = window->wallet()->activity();
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment != nullptr && payment->outgoing &&
                payment->status == api::PaymentStatus::paid)
                out += payment->amount + payment->fee;
        }
        return out;
    }
    int pending() {
        int out = 0;
        auto& activity = window->wallet()->activity();
        for (int row = 0; row < activity.rowCount(); ++row) {
            const auto* const payment = activity.at(row).payment();
            if (payment != nullptr && payment->outgoing &&
                payment->status == api::PaymentStatus::pending)
                ++out;
        }
        return out;
    }
    /// Every millisatoshi of the channel is somewhere, and what left our side is what was paid.
    bool addsUp(Msat began) {
        return waitFor([&] { return isQuiet() && pending() == 0; }) &&
               channel()->ours + channel()->theirs == channel()->capacity.msat() &&
               waitFor([&] { return channel()->ours + spent() == began; }, 10'000);
    }
};

/// Waits, faster than any window draws, until our HTLC is in both commitments of the channel: from
/// then on the hub answers for it. False when it has gone already, or never came. Over the socket
/// that other programs use.
bool isLockedIn(control::ControlClient& node) {
    QElapsedTimer clock;
    clock.start();
    for (bool seen = false; clock.elapsed() < 10'000;) {
        const auto answer = node.call("channels", {});
        if (!answer) qFatal("no answer");
        const auto& htlcs = answer->at("channels").at(0).at("htlcs").as_array();
        if (seen && htlcs.empty()) return false;
        for (const auto& htlc : htlcs) {
            seen = true;
            if (htlc.at("stage") == control::json::value("locked_in")) return true;
        }
    }
    return false;
}

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

        // It stands still with our HTLC on its way to it, and dies there: what it never read is
        // sent again.
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

    // Two steps away, the money is for a while with somebody who is neither payer nor payee. The
    // hub dies holding it: it was told of it and never read that, or answers for it already, and
    // has passed it on or not. Whichever: the payment ends, in one way, here as with whom it was
    // for.
    void killedInTheMiddleOfAPaymentThroughTheHub() {
        const QTemporaryDir folder;
        Ledger desk(folder);
        QVERIFY(desk.furnishWithHub());
        auto& person = *desk.person;
        const auto began = desk.channel()->ours;
        const auto node = control::ControlClient::connect(
            folder.filePath(QStringLiteral("data/practice")).toStdString());
        QVERIFY(node.has_value());
        const auto end = [&](const QString& invoice) {
            QVERIFY(person.see("payResult", 120'000) != nullptr);
            QVERIFY(desk.addsUp(began));
            const auto payment = desk.paymentOf(invoice);
            QVERIFY(payment.has_value());
            const bool paid = payment->status == api::PaymentStatus::paid;
            QVERIFY(paid || payment->status == api::PaymentStatus::failed);
            QCOMPARE(paid, person.read("payResultTitle") == QStringLiteral("Paid"));
            QCOMPARE(paid, payment->preimage.has_value());
            if (paid)
                QCOMPARE(crypto::sha256(payment->preimage->view()).hex(),
                         payment->payment_hash.hex());
            QVERIFY(person.press("payDone"));
        };
        int caught = 0, rounds = 0;
        for (; caught < 4; ++rounds) {
            QVERIFY2(rounds < 20, "it is always too late");
            QVERIFY(desk.waitFor([&] { return desk.isQuiet() && child() != 0; }));
            QVERIFY(desk.ask(true));
            const auto invoice = person.see<QPlainTextEdit>("payText")->toPlainText();
            const auto victim = child();
            if (rounds == 0) {
                // Never read: the process stands still while our HTLC is sent.
                QCOMPARE(::kill(victim, SIGSTOP), 0);
                QVERIFY(person.press("payNow"));
                QVERIFY(desk.waitFor([&] { return !desk.picture().balance.in_flight.is_zero(); }));
                QCOMPARE(desk.channel()->htlcs.size(), std::size_t{1});
                QCOMPARE(desk.channel()->htlcs.front().stage, std::string("offered"));
                ++caught;
            } else {
                QVERIFY(person.press("payNow"));
                if (isLockedIn(**node)) ++caught;
            }
            QCOMPARE(::kill(victim, SIGKILL), 0);
            end(invoice);
            if (QTest::currentTestFailed()) return;
            // What is said to have failed nobody was paid for: the shop takes the same invoice
            // again.
            for (int again = 0; desk.paymentOf(invoice)->status != api::PaymentStatus::paid;
                 ++again) {
                QVERIFY(again < 10);
                QVERIFY(person.press("payNow"));
                end(invoice);
                if (QTest::currentTestFailed()) return;
            }
            // What was paid is paid once.
            QApplication::clipboard()->setText(invoice);
            QVERIFY(person.press("payPaste"));
            QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("paid before")));
            person.see<QPlainTextEdit>("payText")->clear();
        }
        // As many times as there were invoices, each with the hub's fee.
        QVERIFY(desk.spent() > Msat(10'000'000) * static_cast<std::uint64_t>(rounds));
        QVERIFY(desk.addsUp(began));
        qInfo("%d of %d in the middle", caught, rounds);
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
        person.see<QLineEdit>("practiceAmount")->clear();
        QVERIFY(person.type("practiceAmount",
                            QString::number(desk.channel()->can_send.floor_sat().raw() - 5'000)));
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(desk.waitFor(
            [&] { return person.see<QPlainTextEdit>("payText")->toPlainText() != first; }));
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
        desk.window->wallet()->bridge().inspect(
            second.toStdString(), desk.window.get(),
            [&](const Result<api::Inspection, api::Problem>& looked) {
                answer.set_value(looked ? looked->problem : std::nullopt);
            });
        auto said = answer.get_future();
        QVERIFY(desk.waitFor(
            [&] { return said.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
        const auto problem = said.get();
        QVERIFY(problem && problem->kind == api::ProblemKind::insufficient_liquidity);
        QCOMPARE(problem->params.at("in_flight_msat"), std::string("10000000"));
        QVERIFY(wordingOf(*problem).why.contains(satText(10'000_sat) +
                                                 QStringLiteral(" are in flight")));
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
        QVERIFY(
            desk.waitFor([&] { return desk.picture().chain.synced && desk.channel()->usable; }));
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
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("cannot be started again"),
                                  30'000));
        QVERIFY(person.read("practiceNoticeWhy").contains(QStringLiteral("damaged at byte")));
        QVERIFY(!person.read("practiceNoticeTry").isEmpty());
        // And whoever asks it for something hears so.
        QVERIFY(person.press("practiceBuy"));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("practice network is not there"),
                                  15'000));
    }
};

RUNNEL_TEST(TestPracticeBadDays)
#include "test_practice_bad_days.moc"
