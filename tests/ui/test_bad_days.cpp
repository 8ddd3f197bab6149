// Bad input and bad days, through the window: each is said in words, with its cause and what to
// try, and nothing is lost. Over real engines; what needs the practice network's processes is in
// test_practice_bad_days.cpp.
#include "tests/support/test_main.h"
#include "tests/ui/world_desk.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/overview.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/notes.h"

#include <QClipboard>
#include <QListView>
#include <QPlainTextEdit>
#include <QSignalSpy>

#include <future>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Of another network: an example of BOLT 11.
const QString mainnet_invoice = QStringLiteral(
    "lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcy"
    "q5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctn"
    "v5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087f"
    "xdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt"
    "52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql");

struct Counter : WorldDesk {
    /// Copies a text elsewhere and pastes it at Pay.
    bool paste(const QString& text) {
        QApplication::clipboard()->setText(text);
        return person->press("railPay") && person->press("payPaste");
    }
    bool paste(const std::string& text) { return paste(QString::fromStdString(text)); }
    /// What happened, with what to try; and it cannot be paid.
    bool refused(const QString& what) {
        return person->waitToRead("payProblemWhat", what) &&
               !person->read("payProblemTry").isEmpty() && !person->sees("payNow");
    }
    const api::ChannelView& channel() { return wallet().picture().channels.front(); }
    Msat ours() { return channel().ours; }
    /// What the health line at Home says.
    bool health(const QString& part) {
        return person->press("railHome") && waitFor([&] {
                   return person->see<CueLine>("homeHealth")->sentence().contains(part);
               });
    }
    /// A line of Activity as a screen reader has it.
    QString activityLine(int row) { return wallet().activity().index(row).data().toString(); }
    std::uint64_t figure(const api::Problem& problem, const char* name) {
        const auto found = problem.params.find(name);
        return found == problem.params.end() ? 0 : std::stoull(found->second);
    }
};

}  // namespace

class TestBadDays : public QObject {
    Q_OBJECT

private slots:
    void pastedNonsense() {
        Counter desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        const auto good = QString::fromStdString(desk.world.shopInvoice(5'000'000_msat));
        auto swapped = good;
        std::swap(swapped[40], swapped[41] == swapped[40] ? swapped[43] : swapped[41]);
        for (const auto& nonsense :
             {QStringLiteral("nonsense"), QStringLiteral("https://example.com/?a=b"),
              good.left(good.size() / 2), swapped, QString(30'000, u'l'),
              QStringLiteral("\u202ereversed"), QStringLiteral("ln")}) {
            QVERIFY(desk.paste(nonsense));
            QVERIFY(desk.refused(QStringLiteral("cannot be read")));
            QVERIFY(!person.sees("payPreview"));
            // What was pasted stays, to be looked at.
            QVERIFY(!person.see<QPlainTextEdit>("payText")->toPlainText().isEmpty());
        }
        QApplication::clipboard()->clear();
        QVERIFY(person.press("payPaste"));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("clipboard is empty")));
        // Good, but there is no channel to pay from.
        QVERIFY(desk.paste(good));
        QVERIFY(desk.refused(QStringLiteral("no open channel")));
        QVERIFY(person.sees("payPreview"));
    }

    void anInvoiceOfAnotherNetwork() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.paste(mainnet_invoice));
        QVERIFY(desk.refused(QStringLiteral("another network")));
        const auto why = desk.person->read("payProblemWhy");
        QVERIFY2(why.contains(QStringLiteral("Bitcoin")) && why.contains(QStringLiteral("Regtest")),
                 qPrintable(why));
    }

    void anExpiredInvoice() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        const auto before = desk.ours();
        const auto invoice = desk.world.shopInvoice(5'000'000_msat, "Coffee", 2);
        QVERIFY(desk.paste(invoice));
        QVERIFY(desk.waitFor([&] { return person.sees("payNow"); }));
        // Looked at too long: the click comes late.
        QTest::qWait(3'200);
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("has expired")));
        QVERIFY(person.read("payResultWhy").contains(QStringLiteral("Nothing was paid")));
        QVERIFY(!person.read("payResultTry").isEmpty());
        QVERIFY(person.press("payDone"));
        QVERIFY(desk.refused(QStringLiteral("has expired")));
        QVERIFY(person.read("payProblemWhy").contains(QStringLiteral("could be paid until")));
        QCOMPARE(desk.ours(), before);
    }

    void anInvoiceThatWasPaid() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        const auto invoice = desk.world.shopInvoice(5'000'000_msat);
        QVERIFY(desk.paste(invoice));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QVERIFY(person.press("payDone"));
        QVERIFY(desk.waitFor([&] { return desk.channel().theirs == 5'000'000_msat; }));
        const auto before = desk.ours();
        QVERIFY(desk.paste(invoice));
        QVERIFY(desk.refused(QStringLiteral("paid before")));
        QCOMPARE(desk.ours(), before);
    }

    void moreThanCanBeSent() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        const auto dear = desk.world.shopInvoice(desk.channel().capacity.msat());
        QVERIFY(desk.paste(dear));
        QVERIFY(desk.refused(QStringLiteral("more than your channels can send")));
        const auto why = desk.person->read("payProblemWhy");
        QVERIFY(why.contains(satText(desk.wallet().picture().balance.can_send)));
        QVERIFY(why.contains(satText(desk.channel().capacity.msat())));
        QVERIFY(
            why.contains(satText(desk.channel().our_reserve) + QStringLiteral(" are the reserve")));
        QVERIFY(why.contains(QStringLiteral("for the fees of your channels")));
        // The figures add up to what is ours.
        std::promise<api::Problem> answer;
        desk.world.run([&] { answer.set_value(*desk.world.node().inspect(dear)->problem); });
        const auto problem = answer.get_future().get();
        QCOMPARE(desk.figure(problem, "can_send_msat") + desk.figure(problem, "reserve_msat") +
                     desk.figure(problem, "limits_msat"),
                 desk.ours().raw());
    }

    void aShopThatIsGone() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        const auto before = desk.ours();
        const auto invoice = desk.world.shopInvoice(5'000'000_msat);
        QVERIFY(desk.paste(invoice));
        QVERIFY(desk.waitFor([&] { return person.sees("payNow"); }));
        desk.world.stopShop();
        QVERIFY(desk.waitFor([&] { return !desk.channel().usable; }));
        // Seen before it went, clicked afterwards.
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("not connected")));
        QVERIFY(person.read("payResultWhy").contains(QStringLiteral("safe meanwhile")));
        QVERIFY(person.read("payResultTry").contains(QStringLiteral("Wait until it is back")));
        QVERIFY(desk.health(QStringLiteral("waits for its other side")));
        QVERIFY(person.press("railPay"));
        QVERIFY(person.press("payDone"));
        QVERIFY(desk.refused(QStringLiteral("not connected")));
        QCOMPARE(desk.ours(), before);
        QVERIFY(desk.wallet().picture().balance.in_flight.is_zero());
        // It comes back, and the invoice that still stands there can be paid: nobody has to paste
        // it once more.
        desk.world.startShop();
        QVERIFY(QTest::qWaitFor([&] { return desk.channel().usable; }, 40'000));
        QVERIFY(desk.waitFor([&] { return !person.sees("payProblemWhat"); }));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QVERIFY(desk.waitFor([&] { return desk.channel().theirs == 5'000'000_msat; }));
        QVERIFY(desk.world.broken().empty());
    }

    void aDiskThatIsNearlyFull() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        const auto invoice = desk.world.shopInvoice(5'000'000_msat);
        const auto before = desk.ours();
        QVERIFY(desk.health(QStringLiteral("in order")));
        desk.world.setDiskLow(true);
        desk.world.mine(1);
        // Home warns before anything is refused.
        QVERIFY(desk.health(QStringLiteral("disk is nearly full")));
        QVERIFY(desk.paste(invoice));
        QVERIFY(desk.refused(QStringLiteral("disk is nearly full")));
        QVERIFY(person.read("payProblemTry").contains(QStringLiteral("Make space")));
        QCOMPARE(desk.ours(), before);
        // Nor does any other page promise what would be refused.
        const auto held = QStringLiteral("before there is more room on the disk");
        QVERIFY(noPaymentsSentence(desk.wallet().picture().chain).contains(held));
        QVERIFY(receivableSentence(desk.wallet().picture()).contains(held));
        desk.world.setDiskLow(false);
        desk.world.mine(1);
        QVERIFY(desk.waitFor([&] { return !person.sees("payProblemWhat"); }));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
    }

    void anInvoiceOfOursThatNobodyPays() {
        Counter desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        qint64 later = 0;
        desk.wallet().setClock([&later] { return QDateTime::currentDateTime().addSecs(later); });
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("400")));
        QVERIFY(person.press("receiveMake"));
        QVERIFY(desk.waitFor([&] {
            return person.see<CueLine>("receiveState")
                ->sentence()
                .contains(QStringLiteral("expires in 59 minutes"));
        }));
        QVERIFY(desk.waitFor([&] {
            return desk.activityLine(0).contains(QStringLiteral("Unpaid · expires in 59 minutes"));
        }));
        // The words follow the clock by themselves.
        later = 3600 - 40;
        QVERIFY(desk.waitFor([&] {
            return person.see<CueLine>("receiveState")
                ->sentence()
                .contains(QStringLiteral("less than a minute"));
        }));
        QSignalSpy repainted(&desk.wallet().activity(), &QAbstractItemModel::dataChanged);
        later = 3600 + 5;
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Expired")));
        QCOMPARE(person.see<CueLine>("receiveState")->cue(), Cue::over);
        QVERIFY(!person.sees("receiveQr"));
        QVERIFY(!person.sees("receiveText"));
        QVERIFY(!person.sees("practiceRefund"));
        QVERIFY(desk.waitFor([&] { return repainted.count() > 0; }));
        QVERIFY(desk.activityLine(0).contains(QStringLiteral("Expired, not paid")));
        // And is found as such.
        QVERIFY(person.press("railActivity"));
        QVERIFY(person.type("activitySearch", QStringLiteral("expired")));
        QVERIFY(desk.waitFor(
            [&] { return person.see<QListView>("activityList")->model()->rowCount() == 1; }));
        // Another one can be made.
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAnother"));
        QVERIFY(person.sees("receiveMake"));
    }

    void theNetworkEndsAndSaysWhy() {
        Counter desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        using Stand = api::PracticeState::Stand;
        QVERIFY(person.press("railPay"));
        QVERIFY(!person.sees("practiceNotice"));
        desk.world.tellPractice({Stand::restarting, 1, 9, {}, {}});
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("is being started again")));
        QVERIFY(person.read("practiceNoticeWhy").contains(QStringLiteral("signal 9")));
        QVERIFY(person.read("practiceNoticeTry").contains(QStringLiteral("Nothing is lost")));
        // Home says it in its health line, and once.
        QVERIFY(desk.health(QStringLiteral("signal 9")));
        QCOMPARE(person.see<CueLine>("homeHealth")->cue(), Cue::attention);
        QVERIFY(!person.sees("practiceNotice"));
        QVERIFY(person.press("railPay"));
        desk.world.tellPractice({Stand::running, 1, 9, {}, {}});
        QVERIFY(person.waitToRead("practiceNoticeWhat", QStringLiteral("running again")));
        QVERIFY(desk.health(QStringLiteral("Everything is in order")));

        // Again and again: it is said as long as it has not been well for a while, also while it
        // runs.
        desk.world.tellPractice({Stand::restarting,
                                 4,
                                 {},
                                 1,
                                 "The disk did not take a change: database or disk is full."});
        QVERIFY(desk.health(QStringLiteral("4 times in a row")));
        QVERIFY(desk.health(QStringLiteral("disk is full")));
        desk.world.tellPractice({Stand::running,
                                 4,
                                 {},
                                 1,
                                 "The disk did not take a change: database or disk is full."});
        QVERIFY(desk.health(QStringLiteral("close Runnel and open it again")));
        desk.world.tellPractice({Stand::running, 0, {}, 1, {}});
        QVERIFY(desk.health(QStringLiteral("Everything is in order")));

        desk.world.tellPractice(
            {Stand::stopped, 1, {}, 3, "The practice network cannot start: damaged."});
        QVERIFY(desk.health(QStringLiteral("cannot be started again")));
        QVERIFY(desk.health(QStringLiteral("damaged")));
    }
};

RUNNEL_TEST(TestBadDays)
#include "test_bad_days.moc"
