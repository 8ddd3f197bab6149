// Amounts are grouped while one types, facts replace what they said, QR codes can be read again,
// layouts follow the width.
#include "tests/support/test_main.h"

#include "ui/format/amount.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/channel_bar.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/qr.h"
#include "ui/widgets/text.h"

#include <QApplication>
#include <QPushButton>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

class TestFields : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { Theme::current().apply(); }

    void amountsAreGroupedWhileTyped() {
        AmountEdit edit(QStringLiteral("Amount"), "a");
        QTest::keyClicks(&edit, QStringLiteral("1234567"));
        QCOMPARE(edit.text(), grouped(1'234'567));
        QCOMPARE(edit.amount()->raw(), std::uint64_t{1'234'567});
        edit.setCursorPosition(1);
        QTest::keyClicks(&edit, QStringLiteral("9"));
        QCOMPARE(edit.amount()->raw(), std::uint64_t{19'234'567});
        QCOMPARE(edit.cursorPosition(), 2);
        edit.clear();
        QVERIFY(edit.isUsable());
        QVERIFY(!edit.amount());
        QTest::keyClicks(&edit, QStringLiteral("1.5"));
        QVERIFY(!edit.isUsable());
    }

    void factsAreReplaced() {
        Facts facts;
        facts.set(QStringLiteral("Fee"), QStringLiteral("1 sat"));
        facts.set(QStringLiteral("Fee"), QStringLiteral("2 sat"));
        QCOMPARE(facts.value(QStringLiteral("Fee")), QStringLiteral("2 sat"));
        QCOMPARE(facts.findChildren<Text*>(QStringLiteral("factValue")).size(), 1);
        facts.set(QStringLiteral("Fee"), QString());
        QVERIFY(facts.value(QStringLiteral("Fee")).isEmpty());
    }

    void columnsAnswerForTheWidthTheyAreAskedAbout() {
        Columns columns(400);
        for (int i = 0; i < 2; ++i)
            columns.add(new Text("body", QStringLiteral("words to be read ").repeated(12)), i + 1);
        columns.ensurePolished();
        const auto height = [&](int width) { return columns.layout()->totalHeightForWidth(width); };
        const auto laid_out = [&](int width) {
            columns.setFixedWidth(width);
            columns.show();
            QTest::qWait(20);
            QCoreApplication::sendPostedEvents();
            return height(width);
        };
        laid_out(300);
        const int narrow = height(300), wide = height(900);
        QVERIFY(wide < narrow);
        // Whichever way it stands when it is asked.
        QCOMPARE(laid_out(900), wide);
        QCOMPARE(height(300), narrow);
        QCOMPARE(laid_out(300), narrow);
        QCOMPARE(height(900), wide);
        // Side by side it is no wider than it must be to be put below each other.
        laid_out(900);
        const int least = columns.layout()->minimumSize().width();
        QVERIFY(least > 0);
        laid_out(300);
        QCOMPARE(columns.layout()->minimumSize().width(), least);
    }

    void qrCodesCanBeRead() {
        const QString invoice = QStringLiteral("LNBCRT10U1P") + QString(300, u'Q');
        QrView view("qr");
        view.resize(320, 320);
        view.setText(invoice);
        QVERIFY(!view.isEmpty());
        const auto read = readQr(view.grab().toImage());
        QVERIFY(read.has_value());
        QCOMPARE(*read, invoice);
        // In the dark theme as well: a code is always dark on white.
        Theme::current().setScheme(Scheme::dark);
        Theme::current().apply();
        QCOMPARE(readQr(view.grab().toImage()).value_or(QString()), invoice);
        Theme::current().setScheme(Scheme::light);
        Theme::current().apply();
        QVERIFY(!readQr(QImage(50, 50, QImage::Format_RGB32)));
        QVERIFY(!readQr(QImage()));
        view.setText(QString(5'000, u'x'));
        QVERIFY(view.isEmpty());
    }

    void digitsStayWhereTheyAre() {
        const auto font = Theme::current().font(Type::display);
        QCOMPARE(drawTabular(nullptr, {}, font, QStringLiteral("1111")),
                 drawTabular(nullptr, {}, font, QStringLiteral("8888")));
        AmountLabel label(Type::display, "a");
        label.setAmount(71'204'999_msat);
        QCOMPARE(label.accessibleName(), satText(71'204_sat));
    }

    void barsShowWhatIsThere() {
        api::ChannelView channel;
        channel.ours = 60'000'000_msat;
        channel.theirs = 500'000_msat;
        channel.our_reserve = channel.their_reserve = 1'000'000_msat;
        channel.in_flight_out = 39'500'000_msat;
        ChannelBar bar("bar");
        bar.set(channel);
        const auto& shares = bar.shares();
        QCOMPARE(shares.size(), std::size_t{4});
        Msat sum;
        for (const auto& share : shares) sum += share.amount;
        QCOMPARE(sum.raw(), std::uint64_t{100'000'000});
        // Less than their reserve is theirs, and all of it kept back.
        QCOMPARE(shares.back().part, ChannelBar::Part::their_reserve);
        QVERIFY(bar.accessibleName().contains(QStringLiteral("On its way out")));
    }

    void flowsWrapAndMirror() {
        QWidget box;
        auto* const flow = new FlowLayout(8, &box);
        QList<QPushButton*> buttons;
        for (int i = 0; i < 3; ++i) {
            auto* const button = new QPushButton(QStringLiteral("Button %1").arg(i));
            button->setFixedSize(100, 30);
            buttons << button;
            flow->addWidget(button);
        }
        QCOMPARE(flow->heightForWidth(400), 30);
        QCOMPARE(flow->heightForWidth(220), 68);
        QCOMPARE(flow->heightForWidth(100), 106);
        box.resize(400, 30);
        flow->setGeometry(box.rect());
        QVERIFY(buttons[0]->x() < buttons[1]->x());
        box.setLayoutDirection(Qt::RightToLeft);
        flow->setGeometry(box.rect());
        QVERIFY(buttons[0]->x() > buttons[1]->x());
        QCOMPARE(buttons[0]->geometry().right(), 399);
    }

    void bannersSayAll() {
        Banner banner("b");
        banner.showProblem(
            {QStringLiteral("What."), QStringLiteral("Why."), QStringLiteral("Try.")});
        QCOMPARE(banner.text(), QStringLiteral("What. Why. Try."));
    }
};

RUNNEL_TEST(TestFields)
#include "test_fields.moc"
