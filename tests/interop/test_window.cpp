// The first journey over a chain and a node that others wrote: the real window on a bitcoind in
// regtest, a channel with an LDK node. What the practice network gives at a click is here copied
// and pasted. After each step every satoshi is looked for on Home.
#include "tests/support/skip.h"
#include "tests/support/test_main.h"
#include "tests/ui/desk.h"

#include "ui/widgets/amount_label.h"

#include <QClipboard>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QLineEdit>
#include <QProcess>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

constexpr int program_missing = 77;

/// window_world.py, which says what it can do. While it does, the window goes on.
class Around {
public:
    Around() {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral("python3"),
                        {tests_dir() + QStringLiteral("/interop/window_world.py")});
        const auto where = read();
        chain = where[QStringLiteral("chain")].toString();
        node = where[QStringLiteral("node")].toString();
    }
    ~Around() {
        m_process.closeWriteChannel();
        if (!m_process.waitForFinished(60'000)) m_process.kill();
        m_process.waitForFinished();
    }
    bool isMissing() const {
        return m_process.state() == QProcess::NotRunning && m_process.exitCode() == program_missing;
    }
    bool isThere() const { return !chain.isEmpty(); }

    /// Its answer; undefined, with a warning, when it failed.
    QJsonValue operator()(const char* what, QJsonObject with = {}) {
        with[QStringLiteral("do")] = QString::fromLatin1(what);
        m_process.write(QJsonDocument(with).toJson(QJsonDocument::Compact) + '\n');
        const auto line = read();
        if (!line.contains(QStringLiteral("answer")))
            qWarning("%s: %s", what, qPrintable(line[QStringLiteral("failed")].toString()));
        return line.value(QStringLiteral("answer"));
    }
    bool mine(int blocks) {
        return (*this)("mine", {{QStringLiteral("blocks"), blocks}}).toInt() > 0;
    }

    QString chain, node;

private:
    QJsonObject read() {
        const bool said = QTest::qWaitFor(
            [this] { return m_process.canReadLine() || m_process.state() == QProcess::NotRunning; },
            120'000);
        return said ? QJsonDocument::fromJson(m_process.readLine()).object() : QJsonObject();
    }
    QProcess m_process;
};

app::SetupOptions optionsFor(const QTemporaryDir& folder, const QString& chain) {
    auto options = wallets_in(folder, Network::regtest);
    options.chain = chain.toStdString();
    return options;
}

/// All that Home says is the person's, read off the page: ready to spend, on the chain, on its way,
/// kept back.
qint64 seenOnHome(Desk& desk) {
    qint64 sum = 0;
    for (const auto* const label : desk.window->findChildren<ui::AmountLabel*>()) {
        const auto name = label->objectName();
        if (!label->isVisible() ||
            (name != QStringLiteral("homeSpendable") && name != QStringLiteral("homeOnchain") &&
             name != QStringLiteral("heldAmount")))
            continue;
        QString digits;
        for (const auto letter : label->text()) {
            if (letter.isDigit()) digits += letter;
        }
        sum += digits.toLongLong();
    }
    return sum;
}

/// As another program would, for the window to paste.
void copy(const QString& what) { QGuiApplication::clipboard()->setText(what); }

}  // namespace

class TestWindow : public QObject {
    Q_OBJECT

private slots:
    void theFirstJourney() {
        Around around;
        if (around.isMissing()) RUNNEL_SKIP_BUT_IN_CI("no bitcoind or no LDK node");
        QVERIFY(around.isThere());
        const QTemporaryDir folder;
        Desk desk(optionsFor(folder, around.chain));
        auto& person = *desk.person;
        const auto homeShows = [&](qint64 sat) {
            person.press("railHome");
            const bool shows = desk.waitFor([&] { return seenOnHome(desk) == sat; }, 20'000);
            if (!shows) qWarning("Home shows %lld sat of %lld", seenOnHome(desk), sat);
            return shows;
        };
        const auto copyOf = [&](const char* copy_button) {
            if (!person.press(copy_button)) return QString();
            return QGuiApplication::clipboard()->text();
        };
        QVERIFY(desk.createWallet());
        QVERIFY(desk.waitFor([&] { return desk.picture().chain.synced; }));

        // Coins, to an address that is copied.
        QVERIFY(person.press("homeFirstAction"));
        QVERIFY(person.waitToRead("addressStateText", QStringLiteral("Waiting for coins")));
        const auto address = copyOf("addressTextCopy");
        QVERIFY(address.startsWith(QStringLiteral("bcrt1")));
        qint64 all = 1'000'000;
        QVERIFY(around("fund", {{QStringLiteral("address"), address}, {QStringLiteral("sat"), all}})
                    .isString());
        QVERIFY(person.waitToRead("addressStateText", QStringLiteral("were seen"), 30'000));
        QVERIFY(homeShows(all));
        QVERIFY(around.mine(1));
        QVERIFY(desk.waitFor([&] { return desk.balance().onchain == 1'000'000_sat; }));
        QVERIFY(homeShows(all));

        // A channel with the LDK node, whose address is pasted.
        QVERIFY(person.press("homeFirstAction"));
        auto* const field = person.see<QLineEdit>("openAddress");
        QVERIFY(field != nullptr);
        copy(around.node);
        field->setFocus();
        field->paste();
        QVERIFY(person.press("openNow"));
        QVERIFY(desk.waitFor([&] {
            return desk.channel() != nullptr && desk.channel()->state == "awaiting_confirmation";
        }));
        const auto funding = around("waiting");
        all -= funding[QStringLiteral("fee_sat")].toInteger();
        QVERIFY(homeShows(all));
        QVERIFY(around.mine(3));
        QVERIFY(desk.waitFor([&] { return desk.channel()->usable; }));
        QVERIFY(homeShows(all));

        // Paid: an invoice of the LDK node's, pasted.
        const auto asked =
            around("invoice", {{QStringLiteral("msat"), 30'000'000},
                               {QStringLiteral("description"), QStringLiteral("Coffee")}});
        copy(asked.toString());
        QVERIFY(person.press("railPay"));
        QVERIFY(person.press("payPaste"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000));
        QVERIFY(person.press("payDone"));
        all -= 30'000;
        QVERIFY(homeShows(all));

        // Paid back: an invoice of ours, copied.
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveLightning"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("2000")));
        QVERIFY(person.press("receiveMake"));
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Invoice of")));
        const auto ours = copyOf("receiveTextCopy");
        QCOMPARE(around("pay", {{QStringLiteral("bolt11"), ours}}).toString().size(), 64);
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received"), 30'000));
        all += 2'000;
        QVERIFY(homeShows(all));

        // The other side goes away for a while: said, and nothing is gone.
        around("node_stops");
        QVERIFY(desk.waitFor([&] { return !desk.channel()->usable; }));
        QVERIFY(homeShows(all));
        around("node_starts");
        QVERIFY(desk.waitFor([&] { return desk.channel()->usable; }));
        QVERIFY(homeShows(all));

        // Closed by agreement, and home to the satoshi.
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.waitFor([&] { return desk.channel()->state == "closing"; }));
        QCOMPARE(desk.channel()->closing_reason, std::string("by agreement"));
        all -= around("waiting")[QStringLiteral("fee_sat")].toInteger();
        QVERIFY(homeShows(all));
        QVERIFY(around.mine(1));
        QVERIFY(desk.waitFor(
            [&] { return desk.balance().onchain.raw() == static_cast<std::uint64_t>(all); }));
        QVERIFY(homeShows(all));
        QVERIFY(around.mine(6));
        QVERIFY(desk.waitFor([&] { return desk.channel()->state == "closed"; }));
        QVERIFY(homeShows(all));
        QCOMPARE(desk.balance().reserved, 0_sat);
    }
};

RUNNEL_TEST(TestWindow)
#include "test_window.moc"
