// Lists are diffed by id: what did not change keeps its place and is not signalled.
#include "tests/support/test_main.h"
#include "tests/ui/world.h"

#include "ui/models/channels_model.h"
#include "ui/models/wallet_model.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>

#include <algorithm>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

namespace {

api::ChannelView channel(std::uint8_t n, const char* state = "normal", std::uint64_t ours = 0) {
    api::ChannelView out;
    out.channel_id.raw()[0] = n;
    out.state = state;
    out.ours = Msat(ours);
    return out;
}

std::vector<int> ids(const ChannelsModel& model) {
    std::vector<int> out;
    for (int row = 0; row < model.rowCount(); ++row)
        out.push_back(model.at(row).channel_id.raw()[0]);
    return out;
}

}  // namespace

class TestModels : public QObject {
    Q_OBJECT

private slots:
    void channelsAreDiffed() {
        ChannelsModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted),
            removed(&model, &QAbstractItemModel::rowsRemoved),
            changed(&model, &QAbstractItemModel::dataChanged);
        model.update({channel(1), channel(2), channel(3)});
        QCOMPARE(ids(model), (std::vector<int>{1, 2, 3}));
        QCOMPARE(inserted.count(), 3);
        model.update({channel(1), channel(2), channel(3)});
        QCOMPARE(changed.count(), 0);
        model.update({channel(1), channel(2, "normal", 5), channel(3)});
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.front().front().toModelIndex().row(), 1);
        model.update({channel(1), channel(3)});
        QCOMPARE(removed.count(), 1);
        QCOMPARE(inserted.count(), 3);
        // What is over goes to the end.
        model.update({channel(1, "closed"), channel(3)});
        QCOMPARE(ids(model), (std::vector<int>{3, 1}));
    }

    // The id changes once, when the funding transaction is known.
    void aChannelIsFollowedByItsIds() {
        ChannelsModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted),
            removed(&model, &QAbstractItemModel::rowsRemoved),
            changed(&model, &QAbstractItemModel::dataChanged);
        model.update({channel(1), channel(2), channel(3)});
        const auto before = channel(2).channel_id;
        auto now = channel(9);
        now.was = before;
        model.update({channel(1), now, channel(3)});
        QCOMPARE(ids(model), (std::vector<int>{1, 9, 3}));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(removed.count(), 0);
        QCOMPARE(inserted.count(), 3);
        QVERIFY(model.find(before) == &model.at(1));
        // A peer chooses the first one: it takes nothing from whoever has it.
        model.update({channel(1), now, channel(2)});
        QCOMPARE(ids(model), (std::vector<int>{1, 9, 2}));
        QVERIFY(model.find(before) == &model.at(2));
        auto other = channel(8);
        other.was = channel(1).channel_id;
        model.update({channel(1), now, other});
        QCOMPARE(ids(model), (std::vector<int>{1, 9, 8}));
        QVERIFY(model.find(channel(1).channel_id) == &model.at(0));
    }

    void anyListBecomesAnyOther() {
        ChannelsModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QRandomGenerator dice(7);
        for (int round = 0; round < 300; ++round) {
            std::vector<api::ChannelView> wanted;
            for (std::uint8_t n = 1; n < 9; ++n) {
                if (dice.bounded(3) != 0)
                    wanted.push_back(
                        channel(n, dice.bounded(4) == 0 ? "closed" : "normal", dice.bounded(3U)));
            }
            std::shuffle(wanted.begin(), wanted.end(), dice);
            model.update(wanted);
            std::stable_partition(wanted.begin(), wanted.end(),
                                  [](const auto& c) { return c.state != "closed"; });
            QCOMPARE(model.rowCount(), static_cast<int>(wanted.size()));
            for (std::size_t row = 0; row < wanted.size(); ++row)
                QVERIFY(model.at(static_cast<int>(row)) == wanted[row]);
        }
    }

    void activityMergesAndSearches() {
        test::World world;
        auto session = world.session();
        WalletModel wallet(
            session->node(), [&](std::function<void()> what) { session->run(std::move(what)); },
            session->practice());
        const QAbstractItemModelTester tester(
            &wallet.activity(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        ActivityFilter filter;
        filter.setSourceModel(&wallet.activity());
        QTRY_VERIFY(wallet.activity().isLoaded());
        for (const char* const what : {"Two coffees", "One tea"}) {
            api::CreateInvoice wish;
            wish.amount = 12'345'000_msat;
            wish.description = what;
            wallet.bridge().post(wish, this, [&](const api::CommandResult& result) {
                QVERIFY(bool(result));
                wallet.bridge().touch(std::get<api::InvoiceMade>(*result).payment_hash);
            });
        }
        wallet.practice()->faucet(777'000_sat, this, [](const Result<Txid, api::Problem>&) {});
        QTRY_COMPARE(wallet.activity().rowCount(), 3);
        filter.setWords(QStringLiteral("COFFEES"));
        QCOMPARE(filter.rowCount(), 1);
        filter.setWords(QStringLiteral("12345"));
        QCOMPARE(filter.rowCount(), 2);
        filter.setWords(QStringLiteral("12345 tea"));
        QCOMPARE(filter.rowCount(), 1);
        filter.setWords(QStringLiteral("coins received"));
        QCOMPARE(filter.rowCount(), 1);
        filter.setWords(QStringLiteral("nothing of the kind"));
        QCOMPARE(filter.rowCount(), 0);
        filter.setWords(QString());
        QCOMPARE(filter.rowCount(), 3);
        // Newest first.
        for (int row = 1; row < 3; ++row)
            QVERIFY(wallet.activity().at(row - 1).time() >= wallet.activity().at(row).time());
        QVERIFY(world.broken().empty());
    }
};

RUNNEL_TEST(TestModels)
#include "test_models.moc"
