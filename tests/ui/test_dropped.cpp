// A transaction that the wallet has dropped goes wherever it stood: in Activity, on Home, in its
// details, and at the address that waited for it. Its sender may have raised the fee, and then the
// one that replaces it stands there, once; or he has taken it back, and nothing does.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/details.h"
#include "ui/format/amount.h"
#include "ui/pages/activity_row.h"
#include "ui/widgets/cue_line.h"

#include <QAbstractItemModelTester>
#include <QListView>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// Coins for us that no block holds; the higher the number the newer.
api::TransactionView coming(std::uint8_t number) {
    api::TransactionView tx;
    tx.txid.raw().fill(number);
    tx.purpose = "receive";
    tx.net_sat = 64'000;
    // Newer than anything else on the stage.
    tx.first_seen = UnixTime(QDateTime::currentSecsSinceEpoch() + number);
    tx.sequence = 20'000'000U + number;
    return tx;
}

QByteArray keyOf(const api::TransactionView& tx) {
    return QByteArray::fromStdString(ActivityEntry{tx}.key());
}

void comes(Stage& stage, const api::TransactionView& tx,
           const std::string& address = "bcrt1qanother") {
    stage.put(tx);
    stage.tell(
        api::CoinsReceived{tx.txid, Sat(static_cast<std::uint64_t>(tx.net_sat)), false, {address}});
    stage.tell(api::TransactionSeen{tx.txid, std::nullopt});
}

void goes(Stage& stage, const api::TransactionView& tx) {
    stage.drop(tx.txid);
    stage.tell(api::TransactionDropped{tx.txid});
}

/// Rows of it.
int rowsIn(const QAbstractItemModel& model, const api::TransactionView& tx) {
    int rows = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        if (model.index(row, 0).data(ActivityModel::KeyRole).toByteArray() == keyOf(tx)) ++rows;
    }
    return rows;
}

int rowsOnHome(const StageDesk& desk, const api::TransactionView& tx) {
    int rows = 0;
    for (const auto* const row : desk.shell->findChildren<ActivityRow*>())
        rows += row->key() == keyOf(tx) ? 1 : 0;
    return rows;
}

QString sentence(StageDesk& desk, const char* line) {
    const auto* const cue = desk.person->see<CueLine>(line);
    return cue == nullptr ? QString() : cue->sentence();
}

}  // namespace

class TestDropped : public QObject {
    Q_OBJECT

private slots:
    void whatIsReplacedGoes_data() {
        QTest::addColumn<bool>("pays_us");
        QTest::newRow("by one that pays us") << true;
        QTest::newRow("by one that does not") << false;
    }
    void whatIsReplacedGoes() {
        QFETCH(bool, pays_us);
        StageDesk desk;
        auto& person = *desk.person;
        auto& activity = desk.wallet->activity();
        const QAbstractItemModelTester tester(
            &activity, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int before = activity.rowCount();
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto address = person.see<CopyField>("addressText")->text().toStdString();
        const auto low = coming(1);
        auto high = coming(2);
        high.net_sat = 63'000;
        comes(desk.stage, low, address);
        QTRY_VERIFY(sentence(desk, "addressState").contains(QStringLiteral("were seen")));
        QTRY_COMPARE(rowsIn(activity, low), 1);
        goes(desk.stage, low);
        if (pays_us) comes(desk.stage, high, address);
        QTRY_COMPARE(rowsIn(activity, low), 0);
        QTRY_COMPARE(rowsIn(activity, high), pays_us ? 1 : 0);
        QCOMPARE(activity.rowCount(), before + (pays_us ? 1 : 0));
        if (pays_us) {
            QTRY_VERIFY(sentence(desk, "addressState").contains(satText(63'000_sat)));
            QVERIFY(sentence(desk, "addressState").contains(QStringLiteral("were seen.")));
        } else {
            QTRY_VERIFY(
                sentence(desk, "addressState").contains(QStringLiteral("Waiting for coins")));
            // Who has read that they are coming reads that they are not.
            QVERIFY(sentence(desk, "addressState").contains(satText(64'000_sat)));
            QVERIFY(sentence(desk, "addressState").contains(QStringLiteral("not on their way")));
        }
        QVERIFY(person.press("railActivity"));
        const auto* const list = person.see<QListView>("activityList");
        QCOMPARE(rowsIn(*list->model(), low), 0);
        QCOMPARE(rowsIn(*list->model(), high), pays_us ? 1 : 0);
        QVERIFY(person.press("railHome"));
        QTRY_COMPARE(rowsOnHome(desk, high), pays_us ? 1 : 0);
        QCOMPARE(rowsOnHome(desk, low), 0);
        // Of what went nothing is said once others come.
        auto later = coming(3);
        later.net_sat = 65'000;
        comes(desk.stage, later, address);
        QVERIFY(person.press("railReceive"));
        QTRY_VERIFY(sentence(desk, "addressState").contains(satText(65'000_sat)));
        QVERIFY(!sentence(desk, "addressState").contains(QStringLiteral("not on their way")));
    }

    void anAddressGoesOnWaitingForTheOthers() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto address = person.see<CopyField>("addressText")->text().toStdString();
        auto first = coming(1);
        first.net_sat = 21'000;
        const auto second = coming(2);
        comes(desk.stage, first, address);
        comes(desk.stage, second, address);
        QTRY_VERIFY(sentence(desk, "addressState").contains(satText(64'000_sat)));
        goes(desk.stage, second);
        QTRY_VERIFY(sentence(desk, "addressState").contains(satText(21'000_sat)));
        first.height = BlockHeight(240);
        desk.stage.put(first);
        desk.stage.tell(api::TransactionSeen{first.txid, first.height});
        QTRY_VERIFY(sentence(desk, "addressState").contains(QStringLiteral("Arrived: ")));
        // Nor does it say of others that they went.
        goes(desk.stage, coming(9));
        desk.settle();
        QVERIFY(sentence(desk, "addressState").contains(QStringLiteral("Arrived: ")));
    }

    void whatCameAndWentAtOnceIsNotSaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto before = sentence(desk, "addressState");
        const auto tx = coming(1);
        comes(desk.stage, tx, person.see<CopyField>("addressText")->text().toStdString());
        goes(desk.stage, tx);
        desk.settle();
        QCOMPARE(sentence(desk, "addressState"), before);
        QCOMPARE(rowsIn(desk.wallet->activity(), tx), 0);
    }

    // Home makes its rows anew: the keyboard is where the row was.
    void theKeyboardStaysWhereTheRowWas() {
        StageDesk desk;
        const auto tx = coming(1);
        comes(desk.stage, tx);
        QTRY_COMPARE(rowsOnHome(desk, tx), 1);
        const auto rows = [&] { return desk.shell->findChildren<ActivityRow*>(); };
        QCOMPARE(rows().front()->key(), keyOf(tx));
        const auto next = rows()[1]->key();
        rows().front()->setFocus(Qt::TabFocusReason);
        goes(desk.stage, tx);
        QTRY_COMPARE(rowsOnHome(desk, tx), 0);
        const auto* const focus = qobject_cast<ActivityRow*>(QApplication::focusWidget());
        QVERIFY(focus != nullptr);
        QCOMPARE(focus->key(), next);
    }

    void whatIsChosenInTheListStaysChosen() {
        StageDesk desk;
        const auto newest = coming(2), older = coming(1);
        comes(desk.stage, older);
        comes(desk.stage, newest);
        QTRY_COMPARE(rowsIn(desk.wallet->activity(), newest), 1);
        QVERIFY(desk.person->press("railActivity"));
        auto* const list = desk.person->see<QListView>("activityList");
        list->setFocus();
        list->setCurrentIndex(list->model()->index(1, 0));
        const auto current = [&] {
            return list->currentIndex().data(ActivityModel::KeyRole).toByteArray();
        };
        QCOMPARE(current(), keyOf(older));
        goes(desk.stage, newest);
        QTRY_COMPARE(rowsIn(*list->model(), newest), 0);
        QCOMPARE(current(), keyOf(older));
        goes(desk.stage, older);
        QTRY_COMPARE(rowsIn(*list->model(), older), 0);
        QVERIFY(list->currentIndex().isValid());
        QCOMPARE(QApplication::focusWidget(), static_cast<QWidget*>(list));
    }

    void itsDetailsSaySo() {
        StageDesk desk;
        auto tx = coming(1);
        comes(desk.stage, tx);
        QTRY_COMPARE(rowsIn(desk.wallet->activity(), tx), 1);
        desk.shell->entryDetails(keyOf(tx));
        QTRY_VERIFY(dialog<EntryDetails>(desk) != nullptr);
        const auto& details = *dialog<EntryDetails>(desk);
        QVERIFY(!factOf(details, "Changed your coins by").isEmpty());
        goes(desk.stage, tx);
        QTRY_VERIFY(sentence(desk, "entryCue").contains(QStringLiteral("not there any more")));
        QVERIFY(factOf(details, "Changed your coins by").isEmpty());
        // What a reorg gives back is as good as before.
        tx.sequence += 100;
        comes(desk.stage, tx);
        QTRY_VERIFY(!factOf(details, "Changed your coins by").isEmpty());
        QVERIFY(!sentence(desk, "entryCue").contains(QStringLiteral("not there any more")));
    }

    // An answer under way from before may still hold what has been dropped.
    void anOldAnswerBringsNothingBack() {
        StageDesk desk;
        auto& bridge = desk.wallet->bridge();
        const auto tx = coming(1);
        desk.stage.put(tx);
        // Looked up at once; the answer waits for the event loop.
        emit bridge.transactionsChanged();
        desk.stage.drop(tx.txid);
        emit bridge.transactionsDropped({tx.txid});
        emit bridge.transactionsChanged();
        desk.settle();
        QCOMPARE(rowsIn(desk.wallet->activity(), tx), 0);
    }

    // The same invoice, paid anew after the first time had failed: it is one payment, and stands
    // where the last attempt does.
    void aPaymentThatIsTriedAgainStandsOnce() {
        StageDesk desk;
        auto& bridge = desk.wallet->bridge();
        auto& activity = desk.wallet->activity();
        const QAbstractItemModelTester tester(
            &activity, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int before = activity.rowCount();
        const auto soon = [](qint64 seconds) {
            return UnixTime(QDateTime::currentSecsSinceEpoch() + seconds);
        };
        api::PaymentView first;
        first.outgoing = true;
        first.payment_hash.raw().fill(0x77);
        first.status = api::PaymentStatus::failed;
        first.failure = "no_route";
        first.amount = 21'000'000_msat;
        first.created = soon(10);
        first.sequence = 30'000'000U;
        auto other = first;
        other.payment_hash.raw().fill(0x78);
        other.created = soon(20);
        ++other.sequence;
        emit bridge.paymentsChanged({first, other});
        QCOMPARE(activity.rowCount(), before + 2);
        auto again = first;
        again.status = api::PaymentStatus::pending;
        again.failure.clear();
        again.created = soon(30);
        again.sequence = other.sequence + 1;
        emit bridge.paymentsChanged({again});
        QCOMPARE(activity.rowCount(), before + 2);
        QVERIFY(activity.at(0).payment()->payment_hash == first.payment_hash);
        QVERIFY(activity.at(0).payment()->status == api::PaymentStatus::pending);
        QVERIFY(activity.at(1).payment()->payment_hash == other.payment_hash);
        again.status = api::PaymentStatus::paid;
        emit bridge.paymentsChanged({again});
        // Nor does what was read before come back.
        emit bridge.paymentsChanged({first});
        QCOMPARE(activity.rowCount(), before + 2);
        QVERIFY(activity.at(0).payment()->status == api::PaymentStatus::paid);
        QCOMPARE(activity.at(0).payment()->sequence, again.sequence);
    }

    void nothingIsLeftBetweenThePages() {
        Stage stage(Stage::Scene::empty);
        for (std::uint8_t n = 1; n <= 150; ++n) stage.put(coming(n));
        bool hold = false;
        std::vector<std::function<void()>> held;
        const auto release = [&] {
            for (auto& what : std::exchange(held, {})) what();
        };
        WalletModel wallet(
            stage,
            [&](std::function<void()> what) {
                if (hold) held.push_back(std::move(what));
                else what();
            },
            nullptr);
        auto& activity = wallet.activity();
        QTRY_VERIFY(activity.isLoaded());
        QCOMPARE(activity.rowCount(), 100);
        // The second page: it is looked up, and before its answer comes one of it is dropped.
        hold = true;
        activity.fetchMore({});
        release();
        QTRY_VERIFY(!held.empty());
        release();
        const auto one = coming(20);
        stage.drop(one.txid);
        emit wallet.bridge().transactionsDropped({one.txid});
        hold = false;
        QTRY_COMPARE(activity.rowCount(), 149);
        QCOMPARE(rowsIn(activity, one), 0);
        QVERIFY(!activity.canFetchMore({}));
        // Of older pages too.
        const auto other = coming(10);
        goes(stage, other);
        QTRY_COMPARE(activity.rowCount(), 148);
        QCOMPARE(rowsIn(activity, other), 0);
        // And back again in the same moment it stands there once, as the newest.
        auto again = coming(30);
        goes(stage, again);
        again.sequence += 1'000;
        again.first_seen = UnixTime(again.first_seen.raw() + 1'000);
        comes(stage, again);
        QTRY_COMPARE(QByteArray::fromStdString(activity.at(0).key()), keyOf(again));
        QCOMPARE(activity.rowCount(), 148);
        QCOMPARE(rowsIn(activity, again), 1);
    }
};

RUNNEL_TEST(TestDropped)
#include "test_dropped.moc"
