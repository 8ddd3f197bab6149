// The size of a dialog: it follows its content until a person has chosen one; then that stays,
// whatever changes inside, as far as everything can still be reached.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/details.h"

#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QWindow>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// As the desktop does it while somebody pulls at the frame.
bool pulls(Sheet* sheet, const QSize& size) {
    sheet->windowHandle()->resize(size);
    const bool done = QTest::qWaitFor([&] { return sheet->size() == size; });
    StageDesk::settle();
    return done && sheet->size() == size;
}

/// The other side offers payment after payment: a row more for each.
void addPayments(StageDesk& desk, std::size_t count) {
    auto picture = *desk.stage.snapshot();
    auto& channel = picture.channels.front();
    for (std::size_t i = 0; i < count; ++i) channel.htlcs.push_back(channel.htlcs.front());
    desk.stage.show(picture);
    QTest::qWait(40);
    StageDesk::settle();
}

}  // namespace

class TestSheets : public QObject {
    Q_OBJECT

private slots:
    void aSizeThatWasChosenStays() {
        StageDesk desk;
        const auto id = desk.wallet->picture().channels.front().channel_id;
        auto* const sheet = new ChannelDetails(*desk.wallet, id, desk.shell);
        QVERIFY(present(sheet));
        const QSize chosen(640, sheet->height() - 120);
        QVERIFY(pulls(sheet, chosen));
        addPayments(desk, 3);
        QVERIFY(desk.isSaid(QStringLiteral("5. Out")));
        QCOMPARE(sheet->size(), chosen);
        // Larger ones are not shrunk, either, and what is below is scrolled to.
        const QSize larger(700, 720);
        QVERIFY(pulls(sheet, larger));
        addPayments(desk, 12);
        QCOMPARE(sheet->size(), larger);
        auto* const area = sheet->findChild<QScrollArea*>();
        area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
        const auto facts = sheet->findChildren<Facts*>();
        QVERIFY(!facts.last()->visibleRegion().isEmpty());
    }

    void tooNarrowAOneIsWidened() {
        StageDesk desk;
        const auto id = desk.wallet->picture().channels.front().channel_id;
        auto* const sheet = new ChannelDetails(*desk.wallet, id, desk.shell);
        QVERIFY(present(sheet));
        auto* const area = sheet->findChild<QScrollArea*>();
        const auto is_readable = [&] {
            return area->viewport()->width() >= area->widget()->minimumSizeHint().width();
        };
        sheet->windowHandle()->resize(120, 400);
        QVERIFY(QTest::qWaitFor([&] { return sheet->height() == 400; }));
        addPayments(desk, 1);
        QVERIFY(QTest::qWaitFor(is_readable));
        // No wider than it has to be, and as high as it was pulled.
        QVERIFY(sheet->width() < 420);
        QCOMPARE(sheet->height(), 400);
    }

    void untilThenItFollowsItsContent() {
        StageDesk desk;
        auto* const sheet = new CloseChannelDialog(
            *desk.wallet, desk.wallet->picture().channels.front(), desk.shell);
        QVERIFY(present(sheet));
        const auto before = sheet->size();
        // What is said of the other way is longer.
        QVERIFY(desk.person->press("closeAlone"));
        StageDesk::settle();
        QVERIFY(sheet->height() > before.height());
        QCOMPARE(sheet->width(), before.width());
        QVERIFY(desk.person->press("closeAgreed"));
        StageDesk::settle();
        QCOMPARE(sheet->size(), before);
        // Also after somebody has pulled it back to where it was.
        QVERIFY(pulls(sheet, before + QSize(30, 30)));
        QVERIFY(pulls(sheet, before));
        QVERIFY(desk.person->press("closeAlone"));
        StageDesk::settle();
        QVERIFY(sheet->height() > before.height());
    }
};

RUNNEL_TEST(TestSheets)
#include "test_sheets.moc"
