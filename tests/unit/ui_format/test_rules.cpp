// Rules that pages ask for and do not make up: what names a node, what is enough for a channel,
// whether an invoice finds room.
#include "tests/support/test_main.h"

#include "ui/format/figures.h"
#include "ui/format/node_address.h"

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

namespace {

const QString node =
    QStringLiteral("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");

}  // namespace

class TestRules : public QObject {
    Q_OBJECT

private slots:
    void aNodeIsNamed_data() {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::newRow("host and port") << "shop.example:1234"
                                       << "shop.example" << 1234;
        QTest::newRow("the usual port") << "shop.example"
                                        << "shop.example" << 9735;
        QTest::newRow("with spaces") << "  127.0.0.1:19735 "
                                     << "127.0.0.1" << 19735;
        QTest::newRow("IPv6") << "[2001:db8::1]:9736"
                              << "2001:db8::1" << 9736;
        QTest::newRow("IPv6, the usual port") << "[::1]"
                                              << "::1" << 9735;
    }
    void aNodeIsNamed() {
        QFETCH(QString, place);
        QFETCH(QString, host);
        QFETCH(int, port);
        for (const auto& key : {node, node.toUpper(), u' ' + node + u' '}) {
            const auto read = parseNodeAddress(key + u'@' + place);
            QVERIFY(read.has_value());
            QCOMPARE(QString::fromStdString(read->node_id.hex()), node);
            QCOMPARE(QString::fromStdString(read->host), host);
            QCOMPARE(static_cast<int>(read->port), port);
        }
    }

    void whatNamesNoNode_data() {
        QTest::addColumn<QString>("text");
        const auto at = node + u'@';
        QTest::newRow("nothing") << QString();
        QTest::newRow("no key") << QStringLiteral("shop.example:9735");
        QTest::newRow("half a key") << node.left(64) + QStringLiteral("@shop.example");
        QTest::newRow("no point") << QStringLiteral("05") + node.mid(2) +
                                         QStringLiteral("@shop.example");
        QTest::newRow("no host") << at;
        QTest::newRow("a port alone") << at + QStringLiteral(":9735");
        QTest::newRow("port 0") << at + QStringLiteral("shop.example:0");
        QTest::newRow("a large port") << at + QStringLiteral("shop.example:65536");
        QTest::newRow("no port") << at + QStringLiteral("shop.example:");
        QTest::newRow("a signed port") << at + QStringLiteral("shop.example:+97");
        QTest::newRow("an open bracket") << at + QStringLiteral("[::1");
        QTest::newRow("behind a bracket") << at + QStringLiteral("[::1]9735");
        QTest::newRow("empty brackets") << at + QStringLiteral("[]:9735");
        QTest::newRow("IPv6 without brackets") << at + QStringLiteral("2001:db8::1");
        QTest::newRow("two words") << at + QStringLiteral("shop example");
        QTest::newRow("two at") << at + QStringLiteral("shop@example");
        QTest::newRow("very long") << at + QString(400, u'a');
    }
    void whatNamesNoNode() {
        QFETCH(QString, text);
        QVERIFY(!parseNodeAddress(text));
    }

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
