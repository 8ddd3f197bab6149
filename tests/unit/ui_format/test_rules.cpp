// Rules that pages ask for and do not make up: what is enough for a channel, whether an invoice
// finds room.
#include "tests/support/test_main.h"

#include "ui/format/figures.h"

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

class TestRules : public QObject {
    Q_OBJECT

private slots:
    void enoughForAChannel() {
        api::Balance balance;
        balance.least_to_open = 72'000_sat;
        balance.onchain_unconfirmed = 900'000_sat;
        balance.onchain = 71'999_sat;
        QVERIFY(!isEnoughToOpen(balance));
        balance.onchain = 72'000_sat;
        QVERIFY(isEnoughToOpen(balance));
    }

    void whenToBeBack() {
        api::Snapshot picture;
        QVERIFY(!mustBeOnlineBy(picture));
        picture.channels.resize(3);
        QVERIFY(!mustBeOnlineBy(picture));
        picture.channels[1].next_deadline = BlockHeight(384);
        picture.channels[2].next_deadline = BlockHeight(300);
        QVERIFY(mustBeOnlineBy(picture) == BlockHeight(300));
        picture.network = Network::practice;
        QVERIFY(!mustBeOnlineBy(picture));
    }

    void roomForAnInvoice() {
        api::Balance balance;
        balance.can_receive = 5'000'000_msat;
        QCOMPARE(roomForInvoice(balance, 5'000'000_msat), InvoiceRoom::enough);
        QCOMPARE(roomForInvoice(balance, 5'000'001_msat), InvoiceRoom::too_little);
        QCOMPARE(roomForInvoice(balance, std::nullopt), InvoiceRoom::enough);
        balance.can_receive = 1'000_msat;
        QCOMPARE(roomForInvoice(balance, std::nullopt), InvoiceRoom::enough);
        balance.can_receive = 999_msat;
        QCOMPARE(roomForInvoice(balance, std::nullopt), InvoiceRoom::none);
        QCOMPARE(roomForInvoice(balance, 1'000_msat), InvoiceRoom::too_little);
    }
};

RUNNEL_TEST(TestRules)
#include "test_rules.moc"
