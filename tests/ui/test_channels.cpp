// Channels through the window, over real engines: what can be called off, what cannot, and the ways
// out when the other side is silent.
#include "tests/support/test_main.h"
#include "tests/ui/world_desk.h"

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

struct ChannelsDesk : WorldDesk {
    const api::ChannelView& channel() { return wallet().picture().channels.front(); }
    bool isIn(const char* state) {
        return waitFor(
            [&] { return !wallet().picture().channels.empty() && channel().state == state; });
    }
    bool isGone(const char* name) {
        return waitFor([&] { return !person->sees(name); });
    }
    bool getCoins() {
        return person->press("practiceCoins") &&
               waitFor([&] { return !wallet().picture().balance.onchain_unconfirmed.is_zero(); }) &&
               person->press("practiceBlock") &&
               waitFor([&] { return !wallet().picture().balance.onchain.is_zero(); });
    }
};

}  // namespace

class TestChannels : public QObject {
    Q_OBJECT

private slots:
    void whatIsCalledOffDoesNotHappen() {
        ChannelsDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        QVERIFY(desk.getCoins());
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelsEmptyAction"));
        QVERIFY(person.see<QAbstractButton>("openNow") != nullptr);
        QVERIFY(person.press("openCancel"));
        QVERIFY(desk.isGone("openCancel"));
        QVERIFY(desk.wallet().picture().channels.empty());
        QCOMPARE(desk.world.onchainOf(true), 1'000'000_sat);
        // And now really, to see a close called off.
        QVERIFY(person.press("channelsEmptyAction"));
        QVERIFY(person.press("openNow"));
        QVERIFY(desk.isIn("awaiting_confirmation"));
        desk.world.mine(3);
        QVERIFY(desk.isIn("normal"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.press("closeAlone"));
        QVERIFY(person.press("closeCancel"));
        QVERIFY(desk.isGone("closeCancel"));
        QCOMPARE(desk.channel().state, std::string("normal"));
        QVERIFY(desk.world.broken().empty());
    }

    void aloneWhileTheOtherSideIsThere() {
        ChannelsDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.press("closeAlone"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.isIn("closing"));
        QVERIFY(person.waitToRead("channelSentence", QStringLiteral("on their way back")));
        // On the chain already: there is nothing left to close.
        QVERIFY(desk.isGone("channelClose"));
        QVERIFY(desk.world.broken().empty());
    }

    void aSilentOtherSideIsClosedAlone() {
        ChannelsDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        desk.world.stopShop();
        QVERIFY(desk.waitFor([&] { return !desk.channel().online; }));
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.isIn("shutting_down"));
        QVERIFY(desk.isGone("closeNow"));
        QVERIFY(person.waitToRead("channelSentence",
                                  QStringLiteral("as soon as the other side is back")));
        // It does not come back. The way alone is offered where the other one waits.
        QVERIFY(person.press("channelClose"));
        QVERIFY(person.read("closeExplained").contains(QStringLiteral("the other side is back")));
        QVERIFY(!person.sees("closeAgreed"));
        QVERIFY(person.press("closeNow"));
        QVERIFY(desk.isIn("closing"));
        QVERIFY(desk.world.broken().empty());
    }

    void theShopOpensOne() {
        ChannelsDesk desk;
        QVERIFY(desk.unlock());
        auto& person = *desk.person;
        // Without coins to close it with it is declined: said beside the button, and why on every
        // page.
        QVERIFY(person.press("railChannels"));
        QVERIFY(desk.waitFor([&] { return !desk.wallet().practicePeers().empty(); }));
        QVERIFY(person.press("practiceOpenToMe"));
        QVERIFY(
            person.waitToRead("channelsProblemWhat", QStringLiteral("Your wallet did not take")));
        QVERIFY(person.read("channelsProblemWhy").contains(QStringLiteral("confirmed coins")));
        QVERIFY(person.read("channelsProblemTry").contains(QStringLiteral("Get practice coins")));
        QVERIFY(person.waitToRead("noticeWhat", QStringLiteral("was declined")));
        QVERIFY(person.press("railHome"));
        QVERIFY(desk.getCoins());
        // Once connected, and with coins, it can.
        QVERIFY(person.press("homeFirstAction"));
        QVERIFY(person.press("openNow"));
        QVERIFY(desk.isIn("awaiting_confirmation"));
        desk.world.mine(3);
        QVERIFY(desk.isIn("normal"));
        QVERIFY(person.press("railChannels"));
        QVERIFY(person.press("practiceOpenToMe"));
        QVERIFY(desk.waitFor([&] { return desk.wallet().picture().channels.size() == 2; }));
        QVERIFY(desk.isGone("channelsProblemWhat"));
        desk.world.mine(3);
        QVERIFY(desk.waitFor(
            [&] { return desk.wallet().picture().balance.can_receive > 100'000'000_msat; }));
        QVERIFY(desk.world.broken().empty());
    }

    void boughtThroughTheHub() {
        ChannelsDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        QVERIFY(person.press("practiceBuyHub"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QVERIFY(desk.world.broken().empty());
    }
};

RUNNEL_TEST(TestChannels)
#include "test_channels.moc"
