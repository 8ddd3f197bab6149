// What a person sees stays true, and what a person does stays where it was done: among many
// payments, and with the keyboard.
#include "tests/support/test_main.h"
#include "tests/ui/stage_desk.h"

#include "ui/dialogs/details.h"
#include "ui/pages/activity_row.h"
#include "ui/pages/channels_page.h"
#include "ui/pages/receive_page.h"
#include "ui/widgets/cue_line.h"

#include <QListView>
#include <QProxyStyle>

#include <algorithm>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

PaymentHash other(std::size_t n) {
    PaymentHash hash;
    hash.raw().fill(0xee);
    hash.raw()[0] = static_cast<std::uint8_t>(n);
    hash.raw()[1] = static_cast<std::uint8_t>(n >> 8);
    return hash;
}

bool says(Person& person, const char* line, const QString& part) {
    auto* const cue = person.see<CueLine>(line);
    return cue != nullptr && QTest::qWaitFor([&] { return cue->sentence().contains(part); }, 4'000);
}

int openDialogs(const StageDesk& desk) {
    int open = 0;
    for (const auto* const dialog : desk.shell->findChildren<EntryDetails*>())
        open += dialog->isVisible() ? 1 : 0;
    return open;
}

/// As a desktop where one click opens things.
class OneClick : public QProxyStyle {
public:
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override {
        return hint == SH_ItemView_ActivateItemOnSingleClick
                   ? 1
                   : QProxyStyle::styleHint(hint, option, widget, data);
    }
};

}  // namespace

class TestStays : public QObject {
    Q_OBJECT

private slots:
    void anInvoiceAmongManyIsSeenToBePaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveMake"));
        QVERIFY(says(person, "receiveState", QStringLiteral("Waiting")));
        for (std::size_t n = 0; n < 400; ++n)
            desk.stage.tell(api::PaymentReceived{other(n), 1'000_msat});
        desk.stage.tell(api::PaymentReceived{desk.stage.last_invoice, 12'500'000_msat});
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received")));
        QVERIFY(says(person, "receiveState", QStringLiteral("12")));
    }

    // No block comes with it: the source has only fallen silent, or answers again.
    void channelsSayWhetherAnythingIsSent() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.waitToRead("channelSentence", QStringLiteral("You can send")));
        QVERIFY(!person.read("channelSentence").contains(QStringLiteral("Nothing is sent")));
        auto picture = *desk.stage.snapshot();
        picture.chain.no_payments = api::Problem{api::ProblemKind::chain_gone, {}};
        desk.stage.show(picture);
        QVERIFY(person.waitToRead("channelSentence", QStringLiteral("Nothing is sent")));
        picture.chain.no_payments.reset();
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] {
            return !person.read("channelSentence").contains(QStringLiteral("Nothing is sent"));
        }));
    }

    void anAddressWaitsForItsOwnCoins() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        QVERIFY(says(person, "addressState", QStringLiteral("Waiting for coins")));
        const auto shown = person.see<CopyField>("addressText")->text().toStdString();
        api::CoinsReceived came{Txid{}, 70'000_sat, false, {"bcrt1qanother"}};
        desk.stage.tell(came);
        desk.settle();
        QVERIFY(says(person, "addressState", QStringLiteral("Waiting for coins")));
        came.addresses = {"bcrt1qanother", shown};
        desk.stage.tell(came);
        QVERIFY(says(person, "addressState", QStringLiteral("were seen")));
        came.confirmed = true;
        desk.stage.tell(came);
        QVERIFY(says(person, "addressState", QStringLiteral("Arrived: ")));
    }

    void theKeyboardWaitsForAnAnswer() {
        StageDesk desk;
        auto& person = *desk.person;
        auto* const button = person.see<QAbstractButton>("practiceBlock");
        QVERIFY(button != nullptr);
        button->setFocus(Qt::TabFocusReason);
        desk.stage.hold_practice = true;
        QTest::keyClick(button, Qt::Key_Space);
        QVERIFY(!button->isEnabled());
        // A second press does nothing else meanwhile.
        QVERIFY(QApplication::focusWidget() == nullptr);
        QTest::keyClick(desk.frame.get(), Qt::Key_Space);
        QCOMPARE(desk.shell->currentPage(), static_cast<int>(Shell::home));
        desk.stage.releasePractice();
        desk.settle();
        QVERIFY(button->isEnabled());
        QCOMPARE(QApplication::focusWidget(), static_cast<QWidget*>(button));
    }

    // The payment is there before the shop's answer, and the button it was asked with is not.
    void theKeyboardGoesOnWhenTheShopHasPaid() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.type("receiveAmount", QStringLiteral("3000")));
        QVERIFY(person.press("receiveMake"));
        auto* const refund = person.see<QAbstractButton>("practiceRefund");
        QVERIFY(refund != nullptr);
        refund->setFocus(Qt::TabFocusReason);
        desk.stage.hold_practice = true;
        QTest::keyClick(refund, Qt::Key_Space);
        QVERIFY(QApplication::focusWidget() == nullptr);
        desk.stage.tell(api::PaymentReceived{desk.stage.last_invoice, 3'000'000_msat});
        QVERIFY(person.waitToRead("receiveShownTitle", QStringLiteral("Received")));
        auto* const another = person.see<QWidget>("receiveAnother");
        QCOMPARE(QApplication::focusWidget(), another);
        desk.stage.releasePractice();
        desk.settle();
        QCOMPARE(QApplication::focusWidget(), another);
    }

    void theKeyboardGoesOnWhenTheCoinsHaveCome() {
        StageDesk desk(Stage::Scene::empty);
        auto& person = *desk.person;
        auto* const ask = person.see<QAbstractButton>("homeFirstAction");
        QVERIFY(ask != nullptr);
        ask->setFocus(Qt::TabFocusReason);
        desk.stage.hold_practice = true;
        QTest::keyClick(ask, Qt::Key_Space);
        QVERIFY(QApplication::focusWidget() == nullptr);
        auto picture = *desk.stage.snapshot();
        picture.balance.onchain_unconfirmed = 1'000'000_sat;
        desk.stage.show(picture);
        QVERIFY(QTest::qWaitFor([&] { return !ask->isVisible(); }));
        desk.stage.releasePractice();
        desk.settle();
        QCOMPARE(QApplication::focusWidget(), person.see<QWidget>("practiceBlock"));
    }

    void theKeyboardGoesToWhatWasMade() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railReceive"));
        auto* const amount = person.see<QLineEdit>("receiveAmount");
        amount->setFocus();
        QTest::keyClicks(amount, QStringLiteral("3000"));
        QTest::keyClick(amount, Qt::Key_Return);
        QVERIFY(says(person, "receiveState", QStringLiteral("Waiting")));
        auto* const focus = QApplication::focusWidget();
        QVERIFY(focus != nullptr && person.see<ReceivePage>("receivePage")->isAncestorOf(focus));
    }

    void theKeyboardStaysOnItsRow() {
        StageDesk desk;
        QVERIFY(QTest::qWaitFor([&] { return desk.shell->findChild<ActivityRow*>() != nullptr; }));
        auto* const row = desk.shell->findChild<ActivityRow*>();
        row->setFocus(Qt::TabFocusReason);
        const auto key = row->key();
        desk.stage.tell(api::PaymentFailed{
            PaymentHash(desk.wallet->activity().at(0).payment()->payment_hash), {}});
        QTest::qWait(400);
        auto* const now = qobject_cast<ActivityRow*>(QApplication::focusWidget());
        QVERIFY(now != nullptr);
        QCOMPARE(now->key(), key);
    }

    // Agreed on, it has another id, and another place among the others.
    void aChannelThatIsAgreedOnStaysInSight() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        auto& opening = picture.channels[2];
        const auto before = opening.channel_id;
        opening.state = "awaiting_accept";
        opening.funding = {};
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(person.press("railChannels"));
        const auto cardOf = [&](const ChannelId& id) -> ChannelCard* {
            for (auto* const card : desk.shell->findChildren<ChannelCard*>()) {
                if (card->id() == id && card->isVisible()) return card;
            }
            return nullptr;
        };
        const auto detailsOf = [&](const ChannelId& id) -> QWidget* {
            auto* const card = cardOf(id);
            return card == nullptr ? nullptr
                                   : card->findChild<QWidget*>(QStringLiteral("channelDetails"));
        };
        QVERIFY(detailsOf(before) != nullptr);
        detailsOf(before)->setFocus(Qt::TabFocusReason);
        opening.was = before;
        opening.channel_id.raw().fill(0xc1);
        opening.state = "awaiting_confirmation";
        desk.stage.show(picture);
        desk.settle();
        const auto now = opening.channel_id;
        QVERIFY(detailsOf(now) != nullptr);
        QVERIFY(cardOf(before) == nullptr);
        QCOMPARE(QApplication::focusWidget(), detailsOf(now));
        std::rotate(picture.channels.begin(), picture.channels.begin() + 2,
                    picture.channels.begin() + 3);
        desk.stage.show(picture);
        desk.settle();
        QCOMPARE(desk.wallet->channels().at(0).channel_id.hex(), now.hex());
        QCOMPARE(QApplication::focusWidget(), detailsOf(now));
    }

    void detailsFollowAChannelThatIsAgreedOn() {
        StageDesk desk;
        auto& person = *desk.person;
        auto picture = *desk.stage.snapshot();
        auto& opening = picture.channels[2];
        const auto before = opening.channel_id;
        opening.state = "awaiting_accept";
        opening.funding = {};
        desk.stage.show(picture);
        desk.settle();
        desk.shell->channelDetails(before);
        auto* const sheet = dialog<ChannelDetails>(desk);
        QVERIFY(sheet != nullptr);
        opening.was = before;
        opening.channel_id.raw().fill(0xc1);
        opening.state = "awaiting_confirmation";
        opening.funding.txid.raw().fill(3);
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(!person.see<CueLine>("detailsCue")
                     ->sentence()
                     .contains(QStringLiteral("not there any more")));
        QVERIFY(person.see<QWidget>("detailsFunding") != nullptr);
        QCOMPARE(sheet->channel().hex(), opening.channel_id.hex());
        // One that is really gone says so.
        picture.channels.erase(picture.channels.begin() + 2);
        desk.stage.show(picture);
        desk.settle();
        QVERIFY(says(person, "detailsCue", QStringLiteral("not there any more")));
        sheet->reject();
    }

    void oneClickOpensOneDialog() {
        StageDesk desk;
        auto& person = *desk.person;
        QVERIFY(person.press("railActivity"));
        auto* const list = person.see<QListView>("activityList");
        OneClick style;
        list->setStyle(&style);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualRect(list->model()->index(0, 0)).center());
        desk.settle();
        QCOMPARE(openDialogs(desk), 1);
        list->setStyle(nullptr);
        desk.shell->findChild<EntryDetails*>()->reject();
        desk.settle();
        desk.frame->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(desk.frame.get()));
        list->setFocus();
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        desk.settle();
        QCOMPARE(openDialogs(desk), 1);
    }
};

RUNNEL_TEST(TestStays)
#include "test_stays.moc"
