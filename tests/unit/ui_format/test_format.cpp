// The words and figures of the window: pure functions, in English here; German in tests/ui, where
// its texts are linked.
#include "tests/support/test_main.h"

#include "ui/format/activity.h"
#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/figures.h"
#include "ui/format/names.h"
#include "ui/format/notice.h"
#include "ui/format/overview.h"
#include "ui/format/practice.h"
#include "ui/format/problem.h"
#include "ui/format/sending.h"
#include "ui/format/setup.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

#include <QLocale>

#include <set>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::literals;

namespace {

/// With plain spaces, so that tests can be read.
QString plain(QString text) { return text.replace(groupSpace, u' ').replace(unitSpace, u' '); }

const QDateTime noon(QDate(2026, 3, 2), QTime(12, 0));  // a Monday

api::ChainView mainly(std::uint32_t height, std::uint32_t seconds = 600) {
    return {true, true, BlockHeight(height), {}, seconds};
}

api::ChannelView openChannel() {
    api::ChannelView channel;
    channel.state = "normal";
    channel.online = channel.usable = true;
    channel.capacity = 100'000_sat;
    channel.ours = 72'000'000_msat;
    channel.theirs = 28'000'000_msat;
    channel.our_reserve = channel.their_reserve = 1'000'000_msat;
    channel.can_send = 71'204'999_msat;
    channel.kept = 795'001_msat;
    channel.can_receive = 18'000'000_msat;
    return channel;
}

}  // namespace

class TestFormat : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom)); }

    void amounts() {
        QCOMPARE(plain(grouped(0)), QStringLiteral("0"));
        QCOMPARE(plain(grouped(999)), QStringLiteral("999"));
        QCOMPARE(plain(grouped(1'000)), QStringLiteral("1 000"));
        QCOMPARE(plain(grouped(UINT64_MAX)), QStringLiteral("18 446 744 073 709 551 615"));
        QCOMPARE(plain(satText(71'204'999_msat)), QStringLiteral("71 204 sat"));
        QCOMPARE(plain(exactText(1'001_msat)), QStringLiteral("1.001 sat"));
        QCOMPARE(plain(exactText(331'204'500_msat)), QStringLiteral("331 204.5 sat"));
        QCOMPARE(plain(exactText(20_msat)), QStringLiteral("0.02 sat"));
        QCOMPARE(plain(exactText(5'000_msat)), QStringLiteral("5 sat"));
        QCOMPARE(plain(exactText(0_msat)), QStringLiteral("0 sat"));
        QCOMPARE(feerateText(FeeratePerKw(253)), QStringLiteral("1.012 sat per vbyte"));
        QCOMPARE(feerateText(FeeratePerKw(2'500)), QStringLiteral("10 sat per vbyte"));
        static_cast<void>(exactText(Msat(UINT64_MAX)));
        static_cast<void>(feerateText(FeeratePerKw(UINT32_MAX)));
        // What one pays is rounded up, nothing is said to be free that is not.
        QCOMPARE(feeText(0_msat), QStringLiteral("no fee"));
        QCOMPARE(plain(feeText(999_msat)), QStringLiteral("less than 1 sat"));
        QCOMPARE(plain(feeText(1'001_msat)), QStringLiteral("2 sat"));
        // Once it is paid, exactly.
        QCOMPARE(paidFeeText(0_msat), QStringLiteral("no fee"));
        QCOMPARE(plain(paidFeeText(999_msat)), QStringLiteral("0.999 sat"));
        QCOMPARE(plain(paidFeeText(1'200_msat)), QStringLiteral("1.2 sat"));
        QCOMPARE(plain(exactNumber(1'234'567_msat)), QStringLiteral("1 234.567"));
        QCOMPARE(plain(signedText(false, 1'500_msat)), QStringLiteral("+1.5 sat"));
        QCOMPARE(plain(signedText(true, 5'000_msat)),
                 QString(QChar(0x2212)) + QStringLiteral("5 sat"));
    }

    void typedAmounts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("sat");
        QTest::newRow("plain") << "1000" << qint64(1000);
        QTest::newRow("grouped by spaces") << "1 000" << qint64(1000);
        QTest::newRow("grouped by us")
            << QStringLiteral("12") + groupSpace + QStringLiteral("345") << qint64(12'345);
        QTest::newRow("dots") << "1.234.567" << qint64(1'234'567);
        QTest::newRow("commas and unit") << "1,000 sat" << qint64(1000);
        QTest::newRow("zero") << "0" << qint64(0);
        QTest::newRow("all there is") << "2100000000000000" << qint64(2'100'000'000'000'000);
        QTest::newRow("more than there is") << "2100000000000001" << qint64(-1);
        QTest::newRow("a fraction is not fifteen") << "1.5" << qint64(-1);
        QTest::newRow("nor a hundred and fifty") << "1.50" << qint64(-1);
        QTest::newRow("long group") << "1234.567" << qint64(-1);
        QTest::newRow("a thousandth of a bitcoin") << "0.001" << qint64(-1);
        QTest::newRow("the same with a comma") << "0,500" << qint64(-1);
        QTest::newRow("and all eight") << "0.000.001" << qint64(-1);
        QTest::newRow("noughts in front of a mark") << "00.500" << qint64(-1);
        QTest::newRow("noughts without one") << "0500" << qint64(500);
        QTest::newRow("noughts behind the mark") << "1.000" << qint64(1000);
        QTest::newRow("negative") << "-5" << qint64(-1);
        QTest::newRow("words") << "a lot" << qint64(-1);
        QTest::newRow("empty") << "" << qint64(-1);
        QTest::newRow("only unit") << "sat" << qint64(-1);
        QTest::newRow("other digits") << QString(QChar(0x0661)) << qint64(-1);
        QTest::newRow("very long") << QString(100, u'9') << qint64(-1);
    }
    void typedAmounts() {
        QFETCH(QString, text);
        QFETCH(qint64, sat);
        const auto amount = parseSat(text);
        QCOMPARE(amount ? static_cast<qint64>(amount->raw()) : qint64(-1), sat);
    }

    void blocksBecomeRanges() {
        const auto chain = mainly(100);
        // Nine in ten waits for one block are between half a minute and half an hour.
        const auto one = rangeAfter(1, chain, noon);
        QVERIFY(one.has_value());
        QVERIFY(noon.secsTo(one->from) < 60);
        QVERIFY(noon.secsTo(one->to) > 1'500 && noon.secsTo(one->to) < 2'100);
        // For a day's blocks the range is narrow beside the wait, and around it.
        const auto day = rangeAfter(144, chain, noon);
        QVERIFY(noon.secsTo(day->from) > 70'000 && noon.secsTo(day->from) < 86'400);
        QVERIFY(noon.secsTo(day->to) > 86'400 && noon.secsTo(day->to) < 105'000);
        QVERIFY(!rangeAfter(3, mainly(100, 0), noon).has_value());
        QCOMPARE(rangeText(1, chain, noon), QStringLiteral("today, probably by 12:29"));
        QVERIFY(rangeText(144, chain, noon).startsWith(QStringLiteral("probably by Tue ")));
        QVERIFY(rangeText(2016, chain, noon).startsWith(QStringLiteral("probably by ")));
        QVERIFY(rangeText(2016, chain, noon).contains(QStringLiteral("Mar")));
        QCOMPARE(rangeText(0, chain, noon), QStringLiteral("with the next block"));
        QCOMPARE(rangeText(2, mainly(100, 10), noon), QStringLiteral("within about a minute"));
        // As on the practice network: coins, a channel that opens, one that was closed alone.
        QCOMPARE(rangeText(1, mainly(100, 30), noon), QStringLiteral("within about a minute"));
        QCOMPARE(rangeText(3, mainly(100, 30), noon), QStringLiteral("within 4 minute(s)"));
        QVERIFY(rangeText(30, mainly(100, 30), noon)
                    .startsWith(QStringLiteral("today, probably by 12:")));
    }

    void whatIsNewIsHurried() {
        auto chain = mainly(100, 30);
        chain.hurry = api::Hurry{6, 3, 0};
        const auto seconds = [&](std::uint32_t blocks, const api::ChainView& view) {
            return noon.secsTo(rangeAfter(blocks, view, noon)->to);
        };
        // Nothing is new: the end of a delay is as far away as without any hurry.
        QCOMPARE(seconds(3, chain), seconds(3, mainly(100, 30)));
        QCOMPARE(seconds(5, onceSent(chain)), seconds(5, mainly(100, 3)));
        QCOMPARE(rangeText(5, onceSent(chain), noon), QStringLiteral("within about a minute"));
        // What is beyond is not: the last of these blocks take their time.
        chain.hurry->left = 2;
        QVERIFY(seconds(5, chain) > 60 && seconds(5, chain) < seconds(5, mainly(100, 30)));
        QVERIFY(seconds(144, onceSent(chain)) > 140 * 30);
        QVERIFY(!onceSent(mainly(100)).hurry.has_value());
    }

    void deadlinesAreTheEarlyEnd() {
        const auto chain = mainly(100);
        const auto text = deadlineText(BlockHeight(244), chain, noon);
        QVERIFY2(text.startsWith(QStringLiteral("by Tue ")), qPrintable(text));
        // What is due already is due now, also where blocks have no rhythm.
        for (const auto seconds : {600U, 0U}) {
            for (const auto height : {90U, 100U})
                QCOMPARE(deadlineText(BlockHeight(height), mainly(100, seconds), noon),
                         QStringLiteral("now"));
        }
        QCOMPARE(deadlineText(BlockHeight(103), mainly(100, 0), noon),
                 QStringLiteral("within 3 block(s)"));
    }

    void aTimeOfTodaySaysSo() {
        const auto chain = mainly(100);
        QCOMPARE(deadlineText(BlockHeight(124), chain, noon), QStringLiteral("by 14:45 today"));
        QCOMPARE(latestText(BlockHeight(124), chain, noon), QStringLiteral("by 17:25 today"));
        QCOMPARE(deadlineText(BlockHeight(400), chain, noon), QStringLiteral("by Wed 09:20"));
        QCOMPARE(deadlineText(BlockHeight(2116), chain, noon), QStringLiteral("by 15 Mar"));
        QCOMPARE(latestText(BlockHeight(106), mainly(100, 60), noon),
                 QStringLiteral("within 11 minute(s)"));
    }

    void termsAreTheLateEnd() {
        const auto chain = mainly(100);
        const auto late = latestText(BlockHeight(244), chain, noon);
        QVERIFY2(late.startsWith(QStringLiteral("by Tue ")), qPrintable(late));
        QVERIFY(late != deadlineText(BlockHeight(244), chain, noon));
        QCOMPARE(latestText(BlockHeight(244), mainly(100, 0), noon),
                 QStringLiteral("within 144 block(s)"));
        QCOMPARE(latestText(BlockHeight(101), mainly(100, 1), noon),
                 QStringLiteral("within about a minute"));
        QCOMPARE(latestText(BlockHeight(100), chain, noon), QStringLiteral("with the next block"));
    }

    void spans() {
        QCOMPARE(spanText(1, mainly(100)), QStringLiteral("about 10 minute(s)"));
        QCOMPARE(spanText(18, mainly(100)), QStringLiteral("about 3 hour(s)"));
        QCOMPARE(spanText(729, mainly(100)), QStringLiteral("about 5 day(s)"));
        QCOMPARE(spanText(729, mainly(100, 0)), QStringLiteral("729 block(s)"));
    }

    void durations() {
        QCOMPARE(durationText(20), QStringLiteral("0.1 s"));
        QCOMPARE(durationText(340), QStringLiteral("0.3 s"));
        QCOMPARE(durationText(1'400), QStringLiteral("1 s"));
        QCOMPARE(durationText(180'000), QStringLiteral("3 min"));
    }

    void moments() {
        const auto unix = [](const QDateTime& time) { return UnixTime(time.toSecsSinceEpoch()); };
        QCOMPARE(whenText(unix(noon.addSecs(-3600)), noon), QStringLiteral("today, 11:00"));
        QCOMPARE(whenText(unix(noon.addDays(-1)), noon), QStringLiteral("yesterday, 12:00"));
        QCOMPARE(whenText(unix(noon.addDays(-20)), noon), QStringLiteral("10 Feb, 12:00"));
        QCOMPARE(whenText(unix(noon.addDays(-400)), noon), QStringLiteral("26 Jan 2025"));
    }

    void channelSentences() {
        const auto chain = mainly(100);
        auto channel = openChannel();
        auto words = channelWords(channel, chain, noon);
        QCOMPARE(plain(words.sentence),
                 QStringLiteral("You can send 71 204 sat and receive 18 000 sat."));
        QCOMPARE(words.cue, Cue::good);
        QVERIFY(words.timer.isEmpty());

        channel.usable = channel.online = false;
        words = channelWords(channel, chain, noon);
        QCOMPARE(words.cue, Cue::waiting);
        QVERIFY(words.sentence.startsWith(QStringLiteral("The other side is not connected.")));

        channel.htlcs.push_back({true, 0, 1'000_msat, {}, BlockHeight(140), "locked_in"});
        channel.next_deadline = BlockHeight(140);
        words = channelWords(channel, chain, noon);
        QVERIFY2(words.timer.startsWith(QStringLiteral("Be online by ")), qPrintable(words.timer));

        channel = openChannel();
        channel.state = "awaiting_confirmation";
        channel.confirmations = 1;
        channel.confirmations_needed = 3;
        channel.usable_in = 2;
        words = channelWords(channel, chain, noon);
        QVERIFY2(words.sentence.startsWith(QStringLiteral("Waiting for the chain: 1 of 3")),
                 qPrintable(words.sentence));
        QVERIFY(words.timer.startsWith(QStringLiteral("Usable today, probably by ")));
        QCOMPARE(words.cue, Cue::busy);

        channel.state = "closing";
        channel.closing_to_us = 60'000_sat;
        channel.closing_until = BlockHeight(244);
        words = channelWords(channel, chain, noon);
        QVERIFY(plain(words.sentence).contains(QStringLiteral("60 000 sat are on their way back")));
        QVERIFY(words.timer.startsWith(QStringLiteral("Back in your wallet probably by ")));
        // What has to be done is said before what comes by itself.
        channel.next_deadline = BlockHeight(200);
        words = channelWords(channel, chain, noon);
        QVERIFY2(words.timer.startsWith(QStringLiteral("Be online by ")), qPrintable(words.timer));
        channel.next_deadline = BlockHeight(300);
        QVERIFY(channelWords(channel, chain, noon)
                    .timer.startsWith(QStringLiteral("Back in your wallet probably by ")));

        channel.state = "closed";
        QCOMPARE(channelWords(channel, chain, noon).cue, Cue::over);
    }

    // What the figures would allow is not promised while nothing is added to channels.
    void withoutTheChainNothingIsPromised_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("why");
        QTest::newRow("gone")
            << static_cast<int>(api::ProblemKind::chain_gone)
            << "Nothing is sent or received before the chain source answers again.";
        const auto* const behind =
            "Nothing is sent or received before the wallet has caught up with the chain.";
        QTest::newRow("not synced") << static_cast<int>(api::ProblemKind::not_synced) << behind;
        QTest::newRow("behind") << static_cast<int>(api::ProblemKind::chain_behind) << behind;
    }
    void withoutTheChainNothingIsPromised() {
        QFETCH(int, kind);
        QFETCH(QString, why);
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.chain.no_payments = api::Problem{static_cast<api::ProblemKind>(kind), {}};
        picture.channels = {openChannel()};
        picture.balance.can_send = 71'204'999_msat;
        picture.balance.can_receive = 18'000'000_msat;
        QCOMPARE(spendableSentence(picture), why);
        QCOMPARE(plain(receivableSentence(picture)),
                 why + QStringLiteral(" Then you can receive up to 18 000 sat. That is what the "
                                      "other sides of your channels hold, less what they must "
                                      "keep."));
        picture.balance.can_receive = 0_msat;
        QVERIFY(receivableSentence(picture).startsWith(why + QStringLiteral(" Your channels are")));

        auto channel = openChannel();
        channel.htlcs.resize(1);
        auto words = channelWords(channel, picture.chain, noon);
        QCOMPARE(plain(words.sentence),
                 why + QStringLiteral(" You can send 71 204 sat and receive 18 000 sat then. "
                                      "1 payment(s) are on their way."));
        QCOMPARE(words.cue, Cue::waiting);
        QCOMPARE(words.cueWord, QStringLiteral("Waiting"));
        channel.usable = channel.online = false;
        words = channelWords(channel, picture.chain, noon);
        QVERIFY2(words.sentence.contains(QStringLiteral("when it is back. ") + why),
                 qPrintable(words.sentence));
        channel.online = true;
        QVERIFY(channelWords(channel, picture.chain, noon)
                    .sentence.contains(QStringLiteral("when it has one. ") + why));

        // That there is no channel is the nearer cause.
        picture.channels = {channel};
        QVERIFY(spendableSentence(picture).startsWith(QStringLiteral("No channel is ready")));
        QVERIFY(receivableSentence(picture).startsWith(QStringLiteral("None of your channels")));

        // Not even where the source is well as far as anybody knows: the machine has slept.
        picture.channels = {openChannel()};
        QCOMPARE(healthOf(picture).cue, Cue::busy);
        QVERIFY2(!healthOf(picture).sentence.contains(QStringLiteral("in order")),
                 qPrintable(healthOf(picture).sentence));
        picture.chain.reachable = picture.chain.synced = false;
        picture.chain.problem = "connection refused";
        const auto health = healthOf(picture);
        QCOMPARE(health.cue, Cue::attention);
        QVERIFY2(!health.sentence.contains(QStringLiteral("for a while")) &&
                     health.sentence.contains(QStringLiteral("Nothing is sent or received")) &&
                     health.sentence.contains(QStringLiteral("connection refused")),
                 qPrintable(health.sentence));
    }

    // The chain is well then, and nobody has to wait for it.
    void onAFullDiskNothingIsPromised() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.disk_low = true;
        picture.chain.no_payments = api::Problem{api::ProblemKind::disk_full, {}};
        picture.channels = {openChannel()};
        const auto why =
            QStringLiteral("Nothing is sent or received before there is more room on the disk.");
        QCOMPARE(noPaymentsSentence(picture.chain), why);
        QCOMPARE(spendableSentence(picture), why);
        QVERIFY(receivableSentence(picture).startsWith(why));
        QVERIFY(channelWords(openChannel(), picture.chain, noon).sentence.startsWith(why));
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("disk is nearly full")));
    }

    // It is borne for a while: as long as payments go on, they are said to.
    void aSourceThatHasJustGoneHoldsNothingUp() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.chain.reachable = picture.chain.synced = false;
        picture.chain.problem = "connection refused";
        picture.channels = {openChannel()};
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("Payments go on for a while")));
        QVERIFY(spendableSentence(picture).startsWith(QStringLiteral("At once")));
        QVERIFY(noPaymentsSentence(picture.chain).isEmpty());
    }

    void aSilentSourceNamesNoInnerCause() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.chain.reachable = picture.chain.synced = false;
        picture.chain.trouble = api::ProblemKind::chain_gone;
        picture.chain.no_payments = api::Problem{api::ProblemKind::chain_gone, {}};
        const auto health = healthOf(picture);
        QCOMPARE(health.cue, Cue::attention);
        QCOMPARE(health.sentence,
                 QStringLiteral("The chain source does not answer. Nothing is sent or received "
                                "before it does; opening and closing wait, too. Check that it is "
                                "running and can be reached."));
        // Before anything was heard of it, it is being asked.
        picture.chain.trouble.reset();
        picture.chain.no_payments = api::Problem{api::ProblemKind::not_synced, {}};
        QVERIFY(healthOf(picture).sentence.startsWith(QStringLiteral("Asking")));
    }

    // "Everything else goes on" is not said while it does not.
    void thatOnlyOpeningsAreHinderedIsSaidOnceTheRestGoesOn() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.chain.trouble = api::ProblemKind::no_package_relay;
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("too old")));
        picture.chain.synced = false;
        picture.chain.no_payments = api::Problem{api::ProblemKind::not_synced, {}};
        QVERIFY(healthOf(picture).sentence.startsWith(QStringLiteral("Catching up")));
    }

    void aCloseSaysWhatItWaitsFor() {
        auto channel = openChannel();
        channel.state = "shutting_down";
        const auto said = [&](const char* waits_for, std::uint32_t blocks,
                              std::uint32_t seconds = 0) {
            channel.waits_for = waits_for;
            channel.waits_since.reset();
            if (blocks > 0) channel.waits_since = BlockHeight(100 - blocks);
            channel.waited_blocks = blocks;
            return channelWords(channel, mainly(100, seconds), noon);
        };
        QVERIFY(said("payments", 0).sentence.contains(QStringLiteral("payments on their way")));
        QVERIFY(said("connection", 0).sentence.contains(QStringLiteral("is back")));
        QVERIFY(said("shutdown", 0).sentence.contains(QStringLiteral("agrees")));
        QVERIFY(said("closing_signed", 0).sentence.contains(QStringLiteral("fee")));
        QVERIFY(!said("shutdown", 0).sentence.contains(QStringLiteral("answered")));
        QCOMPARE(said("shutdown", 0).cue, Cue::busy);
        QVERIFY(
            said("shutdown", 2).sentence.contains(QStringLiteral("since block 98, for 2 block")));
        QVERIFY(!said("shutdown", 2).sentence.contains(QStringLiteral("alone")));
        QCOMPARE(said("shutdown", 2).cue, Cue::waiting);
        QVERIFY(said("shutdown", 6).sentence.contains(QStringLiteral("close the channel alone")));
        QCOMPARE(said("shutdown", 6).cue, Cue::attention);
        const auto dated = said("closing_signed", 12, 600).sentence;
        QVERIFY2(dated.contains(QStringLiteral("since about today, 10:00 (block 88, for 12 block")),
                 qPrintable(dated));
    }

    // Whoever has sent coins is not told of a channel, and not led to send them twice.
    void aRefusedSendIsWordedAsOne() {
        Txid txid;
        txid.raw().fill(0xab);
        Notice notice;
        notice.problem = {api::ProblemKind::broadcast_refused,
                          {{"txid", display_hex(txid)}, {"reason", "fee"}, {"purpose", "send"}}};
        auto words = noticeWording(notice, PeerNames());
        QVERIFY(words.what.contains(QStringLiteral("coins that you sent")));
        QVERIFY(!words.joined().contains(QStringLiteral("channel")));
        QVERIFY(words.retry.contains(QStringLiteral("Do not send them again")));
        api::Snapshot picture;
        picture.refused = {txid};
        QVERIFY(!isOver(notice, picture));
        // Accepted, in a block, or given up.
        picture.refused.clear();
        QVERIFY(isOver(notice, picture));
        notice.problem.params["purpose"] = "funding";
        words = noticeWording(notice, PeerNames());
        QVERIFY(words.what.contains(QStringLiteral("opens a channel")));
    }

    // A date that is said is the one of what was paid; where nobody knows, none is.
    void datesFollowTheFee() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.balance.onchain_unconfirmed = 7'000_sat;
        auto reason = heldIn(picture, PeerNames(), noon).front().reason;
        QVERIFY2(reason.contains(QStringLiteral("fee that was paid")) &&
                     !reason.contains(QStringLiteral("between")),
                 qPrintable(reason));
        picture.balance.unconfirmed_for = 144;
        reason = heldIn(picture, PeerNames(), noon).front().reason;
        QVERIFY2(reason.startsWith(QStringLiteral("Spendable probably by Tue ")),
                 qPrintable(reason));

        auto opening = openChannel();
        opening.state = "awaiting_confirmation";
        opening.confirmations_needed = 3;
        QVERIFY(channelWords(opening, picture.chain, noon).timer.isEmpty());
        opening.usable_in = 8;
        QCOMPARE(channelWords(opening, mainly(100, 0), noon).timer,
                 QStringLiteral("Usable after 8 more block(s)."));

        api::CloseQuote close;
        close.wait = BlockDelta(720);
        QVERIFY(!blocksUntilBack(close));
        close.expected_blocks = 6;
        QCOMPARE(blocksUntilBack(close), std::optional<std::uint32_t>(726));
        close.wait = BlockDelta(UINT32_MAX);
        QCOMPARE(blocksUntilBack(close), std::optional<std::uint32_t>(UINT32_MAX));
        QCOMPARE(expectedText(std::nullopt, picture.chain, noon),
                 QStringLiteral("at a time that depends on fees"));
        QCOMPARE(expectedText(2, mainly(100, 0), noon), QStringLiteral("after 2 more block(s)"));
    }

    void aFeeThatRoseIsNamedForWhatItWas() {
        for (const auto& [what, said] :
             {std::pair("send", "nothing was sent"), std::pair("opening", "no channel was opened"),
              std::pair("closing", "the channel stays open")}) {
            const auto words = wordingOf(
                api::Problem{api::ProblemKind::fee_limit,
                             {{"fee_msat", "900000"}, {"max_fee_msat", "412000"}, {"what", what}}});
            QVERIFY2(words.what.contains(QString::fromLatin1(said)), qPrintable(words.what));
            QVERIFY(plain(words.why).contains(QStringLiteral("900 sat")) &&
                    plain(words.why).contains(QStringLiteral("412 sat")));
            QVERIFY(!words.joined().contains(QStringLiteral("payee")));
        }
    }

    // No sum is guessed, no date made up, and no way offered that is none.
    void whatOnlyTheOtherSideCanCloseIsSaid() {
        auto channel = openChannel();
        channel.state = "closing";
        channel.usable = false;
        channel.ours = channel.theirs = 0_msat;
        channel.closing_reason = "the peer holds a newer state";
        channel.they_must_close = true;
        const auto words = channelWords(channel, mainly(100), noon);
        QCOMPARE(words.cue, Cue::attention);
        QVERIFY(words.sentence.startsWith(QStringLiteral("Only the other side can close")));
        QVERIFY(words.sentence.contains(QStringLiteral("Ask it to close.")));
        QVERIFY(!words.sentence.contains(QStringLiteral(" sat")) && words.timer.isEmpty());
        QVERIFY(!canBeClosed(channel));
        QCOMPARE(closingReason(channel.closing_reason),
                 QStringLiteral(
                     "by the other side alone, because this copy of the wallet is an old one"));

        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.channels = {channel, openChannel()};
        picture.channels[1].usable = picture.channels[1].online = false;
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY(healthOf(picture).sentence.startsWith(
            QStringLiteral("1 channel(s) can be closed by the other side only")));
        // It may stay for ever: it hides nothing that the other channels need.
        picture.disk_low = true;
        QVERIFY(!healthOf(picture).sentence.contains(QStringLiteral("other side only")));
        const auto held = heldIn(picture, PeerNames(), noon);
        QCOMPARE(held.front().kind, Held::Kind::unknown);
        QCOMPARE(amountText(held.front()), QStringLiteral("not known yet"));
        QVERIFY(held.front().reason.contains(QStringLiteral("Ask it to close.")));

        Notice notice;
        notice.problem = {api::ProblemKind::store_in_doubt, {{"outdated", "true"}}};
        notice.channel = channel.channel_id;
        notice.peer = channel.peer;
        const auto told = noticeWording(notice, PeerNames());
        QVERIFY(told.what.contains(QStringLiteral("is an old one for your channel with")));
        QVERIFY(told.retry.contains(QStringLiteral("ask it to")));
        QVERIFY(!isOver(notice, picture));
        picture.channels[0].they_must_close = false;
        QVERIFY(isOver(notice, picture));
    }

    // What a person has to do something about comes before what waits by itself.
    void aCloseThatIsNotAnsweredLeadsTheHealthLine() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        auto stuck = openChannel();
        stuck.state = "shutting_down";
        stuck.usable = false;
        stuck.waits_for = "shutdown";
        stuck.waits_since = BlockHeight(95);
        stuck.waited_blocks = 5;
        auto away = openChannel();
        away.usable = away.online = false;
        picture.channels = {away, stuck};
        QCOMPARE(healthOf(picture).cue, Cue::waiting);
        picture.channels[1].waits_since = BlockHeight(94);
        picture.channels[1].waited_blocks = 6;
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY2(healthOf(picture).sentence.contains(QStringLiteral("does not answer")),
                 qPrintable(healthOf(picture).sentence));
    }

    void whatLostItsBlockDoesNotWaitForTheOtherSide() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        picture.channels = {openChannel()};
        picture.channels[0].usable = false;
        QCOMPARE(healthOf(picture).cue, Cue::waiting);
        QVERIFY(!healthOf(picture).sentence.contains(QStringLiteral("connect")));
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("lost their blocks")));
        const auto words = channelWords(picture.channels[0], picture.chain, noon);
        QVERIFY(words.sentence.contains(QStringLiteral("has lost its block")));
        QVERIFY(!heldIn(picture, PeerNames(), noon)
                     .front()
                     .reason.contains(QStringLiteral("other side is connected")));
    }

    void whatACloseCosts() {
        api::CloseQuote quote;
        quote.fee = 1'290_sat;
        QCOMPARE(plain(closeCostText(quote, false, true)),
                 QStringLiteral("About 1 290 sat in fees"));
        quote.most = 2'580_sat;
        QCOMPARE(plain(closeCostText(quote, false, true)),
                 QStringLiteral("About 1 290 sat in fees, at most 2 580 sat by today's prices"));
        quote.most.reset();
        QVERIFY(closeCostText(quote, true, true).contains(QStringLiteral("more if")));
        quote.fee = 0_sat;
        QVERIFY(closeCostText(quote, false, false).contains(QStringLiteral("the other side")));
        // Ours, and nothing left in it: then it is not the other side that pays.
        QVERIFY(!closeCostText(quote, false, true).contains(QStringLiteral("the other side")));
        QVERIFY(!closeCostText(quote, true, false).contains(QStringLiteral("the other side")));
    }

    void figuresAreChecked() {
        api::Balance balance;
        QVERIFY(proposedChannel(balance).is_zero());
        balance.onchain = 50'000_sat;
        balance.reserved = 60'000_sat;
        QVERIFY(freeCoins(balance).is_zero());
        balance.onchain = 105'001_sat;
        QCOMPARE(freeCoins(balance), 45'001_sat);
        QCOMPARE(proposedChannel(balance), 22'000_sat);
        balance.onchain = 9'000'000_sat;
        QCOMPARE(proposedChannel(balance), 200'000_sat);
        QVERIFY(inMsat(Sat(UINT64_MAX)).is_zero());
        api::SendQuote send;
        send.amount = 250'000_sat;
        send.fee = 412_sat;
        QCOMPARE(leaving(send), std::optional(250'412_sat));
        QCOMPARE(plain(leavesText(send)), QStringLiteral("250 412 sat"));
        send.fee = Sat(UINT64_MAX);
        QVERIFY(!leaving(send));
        QVERIFY(!leavesText(send).isEmpty());
        auto channel = openChannel();
        channel.our_reserve = 80'000'000_msat;
        auto shares = sharesOf(channel);
        // All that is ours is kept back; nothing is less than nothing.
        QCOMPARE(shares.size(), std::size_t{3});
        QCOMPARE(shares[0].part, ChannelPart::our_reserve);
        QCOMPARE(shares[0].amount, 72'000'000_msat);
    }

    void noticesAreForSomebodyWhoPressedNothing() {
        const PeerNames names;
        Notice notice;
        notice.problem = {api::ProblemKind::reserve_needed,
                          {{"available_sat", "1000"}, {"needed_sat", "50000"}}};
        const auto words = noticeWording(notice, names);
        QVERIFY(words.what.contains(QStringLiteral("declined")));
        QVERIFY(plain(words.why).contains(QStringLiteral("50 000 sat")));
        api::Snapshot picture;
        QVERIFY(!isOver(notice, picture));
        picture.balance.onchain = 50'000_sat;
        QVERIFY(isOver(notice, picture));
        for (const auto kind :
             {api::ProblemKind::funding_lost, api::ProblemKind::commitment_underpaid,
              api::ProblemKind::reserve_needed, api::ProblemKind::broadcast_refused}) {
            notice.problem = {kind, {}};
            QVERIFY(!noticeWording(notice, names).what.isEmpty());
            QVERIFY(!noticeWording(notice, names).retry.isEmpty());
        }
        // One that came to be, was paid over, and whose funding a reorg took.
        notice.problem = {api::ProblemKind::funding_lost, {{"theirs", "true"}}};
        const auto gone = noticeWording(notice, names);
        QVERIFY(gone.what.contains(QStringLiteral("opened to you")));
        QVERIFY(gone.why.contains(QStringLiteral("is lost")));
        Notice refused{
            Notice::About::opening, {api::ProblemKind::peer_refused, {{"reason", "a\nb"}}}, {}, {}};
        QVERIFY(noticeWording(refused, names).what.contains(QStringLiteral("was not opened")));
        QVERIFY(noticeWording(refused, names).why.contains(QStringLiteral("a b")));
        QVERIFY(!isOver(refused, picture));
    }

    // Nobody is told that he has been given what he never had.
    void aCloseWithNothingForUsSaysSo() {
        auto channel = openChannel();
        channel.state = "closing";
        channel.usable = false;
        channel.confirmations = 3;
        const auto said = [&] { return channelWords(channel, mainly(100), noon).sentence; };
        channel.closing_came = 60'000_sat;
        QVERIFY(said().contains(QStringLiteral("Your part is in your wallet")));
        // Paid to us at the very end: by what came, not by what both had agreed on.
        channel.ours = 0_msat;
        QVERIFY(said().contains(QStringLiteral("Your part is in your wallet")));
        channel.closing_came = 0_sat;
        QCOMPARE(said(), QStringLiteral("Closing. Nothing in it is yours."));
        channel.ours = 999_msat;
        QCOMPARE(said(), QStringLiteral("Closing. Nothing in it is yours."));
        // Dust.
        channel.ours = 200'999_msat;
        QVERIFY2(said().contains(satText(200_sat)), qPrintable(said()));
        QVERIFY(said().contains(QStringLiteral("too little for an output")));
        // They opened it, and what they were to pay in has not come.
        channel.ours = 72'000'000_msat;
        channel.confirmations = 0;
        QCOMPARE(said(), QStringLiteral("Closing, once its opening transaction is in a block."));
        channel.ours = 0_msat;
        QCOMPARE(said(), QStringLiteral("Closing, once its opening transaction is in a block."));
        // What we paid in is in the wallet again, as far as it was ours.
        channel.we_funded = true;
        channel.ours = 72'000'000_msat;
        channel.closing_came = 71'000_sat;
        QVERIFY(said().contains(QStringLiteral("Your part is in your wallet")));
    }

    // Also where nobody has clicked it away.
    void aDoubtThatIsOverIsNotSaidAnyMore() {
        Notice notice;
        notice.problem = {api::ProblemKind::store_in_doubt, {}};
        api::Snapshot picture;
        picture.in_doubt = true;
        QVERIFY(!isOver(notice, picture));
        picture.in_doubt = false;
        QVERIFY(isOver(notice, picture));
        // What was found out of one channel is of that channel only.
        notice.channel.emplace();
        QVERIFY(!isOver(notice, picture));
    }

    void everyStateHasASentence() {
        for (const char* const state :
             {"awaiting_accept", "awaiting_funding_created", "awaiting_funding_signed",
              "awaiting_confirmation", "awaiting_ready", "normal", "shutting_down",
              "negotiating_close", "closing", "closed"}) {
            auto channel = openChannel();
            channel.state = state;
            const auto words = channelWords(channel, mainly(5), noon);
            QVERIFY2(words.sentence.size() > 10 && words.sentence.endsWith(u'.'), state);
            QVERIFY2(!words.cueWord.isEmpty(), state);
            QCOMPARE(isOpening(channel) + isClosing(channel) + isOver(channel) +
                         (channel.state == "normal"),
                     1);
        }
    }

    void everyProblemIsWorded() {
        QStringList seen;
        for (int k = 0; k <= static_cast<int>(api::last_problem_kind); ++k) {
            api::Problem problem{static_cast<api::ProblemKind>(k),
                                 {{"available_sat", "10"},
                                  {"needed_sat", "20"},
                                  {"reserve_sat", "5"},
                                  {"least", "7"},
                                  {"most", "9"},
                                  {"unit", "sat"},
                                  {"can_send_msat", "5000"},
                                  {"needed_msat", "9000"},
                                  {"fee_msat", "1000"},
                                  {"max_fee_msat", "500"},
                                  {"expected", "regtest"}}};
            const auto words = wordingOf(problem);
            QVERIFY(words.what.size() > 8);
            QVERIFY(words.what.endsWith(u'.'));
            QVERIFY2(words.retry.endsWith(u'.'), qPrintable(words.what));  // what to try
            QVERIFY2(!seen.contains(words.what), qPrintable(words.what));
            // "malformed" without more is about any text; two kinds of "no" need two sentences.
            seen << words.what;
        }
    }

    void figuresOfProblems() {
        const auto words =
            wordingOf(api::Problem{api::ProblemKind::insufficient_liquidity,
                                   {{"can_send_msat", "71204000"}, {"needed_msat", "80000000"}}});
        QCOMPARE(
            plain(words.why),
            QStringLiteral(
                "71 204 sat can be sent in one payment now, 80 000 sat are needed with the fee."));
        QVERIFY(!words.retry.isEmpty());
    }

    void whereTheRestIs() {
        const auto words = wordingOf(api::Problem{api::ProblemKind::insufficient_liquidity,
                                                  {{"can_send_msat", "1000000"},
                                                   {"needed_msat", "9000000"},
                                                   {"reserve_msat", "2000000"},
                                                   {"in_flight_msat", "3000000"},
                                                   {"offline_msat", "4000000"}}});
        QCOMPARE(plain(words.why),
                 QStringLiteral("1 000 sat can be sent in one payment now, 9 000 sat are needed "
                                "with the fee. 2 000 sat are the reserve "
                                "that stays in your channels until they close. 3 000 sat are in "
                                "flight in other payments. 4 000 sat are "
                                "in channels whose other side is not connected."));
        QVERIFY(words.retry.contains(QStringLiteral("wait until more is free")));
    }

    void whyNoChannelCanBeUsed() {
        const auto said = [](const char* cause) {
            return wordingOf(api::Problem{api::ProblemKind::no_usable_channel, {{"cause", cause}}});
        };
        QVERIFY(said("not_connected").what.contains(QStringLiteral("not connected")));
        QVERIFY(said("opening").what.contains(QStringLiteral("not ready yet")));
        QVERIFY(wordingOf(api::Problem{api::ProblemKind::no_usable_channel, {}})
                    .what.contains(QStringLiteral("no open channel")));
    }

    // Whom nobody has told the way to is not looked for.
    void whetherItIsLookedFor() {
        const api::Problem away{api::ProblemKind::no_usable_channel, {{"cause", "not_connected"}}};
        api::Snapshot picture;
        picture.channels = {openChannel()};
        picture.channels.front().online = picture.channels.front().usable = false;
        picture.peers.resize(1);
        picture.peers.front().node_id = picture.channels.front().peer;
        const auto unknown = wordingOf(away, picture);
        QVERIFY(!unknown.retry.contains(QStringLiteral("keeps trying")));
        QVERIFY(unknown.retry.contains(QStringLiteral("Wait until it connects")));
        QCOMPARE(unknown.what, wordingOf(away).what);
        picture.peers.front().host = "127.0.0.1";
        QVERIFY(wordingOf(away, picture).retry.contains(QStringLiteral("keeps trying")));
        // Of one that is there nothing is looked for.
        picture.channels.front().online = true;
        QVERIFY(!wordingOf(away, picture).retry.contains(QStringLiteral("keeps trying")));
        // Nor does one help that is closing.
        picture.channels.front().online = false;
        picture.channels.front().state = "closing";
        QVERIFY(!wordingOf(away, picture).retry.contains(QStringLiteral("keeps trying")));
        const api::Problem other{api::ProblemKind::no_usable_channel, {{"cause", "opening"}}};
        QCOMPARE(wordingOf(other, picture).retry, wordingOf(other).retry);
    }

    /// A transaction that is to be sped up, and nobody has named a fee rate that could be wrong.
    void whatPaysEnoughIsNotOutOfRange() {
        const auto words =
            wordingOf(api::Problem{api::ProblemKind::feerate_out_of_range,
                                   {{"cause", "pays_enough"}, {"least", "12"}, {"most", "500"}}});
        QVERIFY(words.what.contains(QStringLiteral("next blocks already")));
        QVERIFY(!words.joined().contains(QStringLiteral("range")));
        QVERIFY(!words.retry.contains(QStringLiteral("estimate")));
    }

    void howLongItCanBePaid() {
        const auto at = [](qint64 seconds) { return UnixTime(noon.toSecsSinceEpoch() + seconds); };
        QCOMPARE(expiryText(at(3'600), noon), QStringLiteral("expires in 60 minute(s)"));
        QCOMPARE(expiryText(at(119), noon), QStringLiteral("expires in 1 minute(s)"));
        QCOMPARE(expiryText(at(0), noon), QStringLiteral("expires in less than a minute"));
        QCOMPARE(expiryText(at(-1), noon), QStringLiteral("expired"));
        QCOMPARE(expiryText(at(7'200), noon), QStringLiteral("expires in 2 hour(s)"));
        QCOMPARE(expiryText(at(3 * 86'400), noon), QStringLiteral("expires in 3 day(s)"));
        static_cast<void>(expiryText(UnixTime(INT64_MAX), noon));

        api::PaymentView invoice;
        invoice.amount = 1'000'000_msat;
        invoice.expires = at(600);
        QCOMPARE(activityWords(invoice, noon).status,
                 QStringLiteral("Unpaid · expires in 10 minute(s)"));
        QCOMPARE(activityWords(invoice, noon.addSecs(601)).status,
                 QStringLiteral("Expired, not paid"));
        QCOMPARE(activityWords(invoice, noon.addSecs(601)).cue, Cue::over);
        // Parts that came in time may still complete it.
        invoice.parts = 1;
        QCOMPARE(activityWords(invoice, noon.addSecs(601)).status, QStringLiteral("On its way"));
        invoice.status = api::PaymentStatus::paid;
        QCOMPARE(activityWords(invoice, noon.addSecs(601)).status, QStringLiteral("Received"));
    }

    void theNetworkThatEnds() {
        using Stand = api::PracticeState::Stand;
        QVERIFY(!practiceTrouble(std::nullopt));
        QVERIFY(!practiceTrouble(api::PracticeState{}));
        QVERIFY(!practiceTrouble(api::PracticeState{Stand::running, 2, 9, {}, {}}));
        QVERIFY(practiceTrouble(api::PracticeState{Stand::restarting, 1, 9, {}, {}})
                    ->why.contains(QStringLiteral("signal 9")));
        QVERIFY(practiceTrouble(api::PracticeState{Stand::restarting, 1, {}, 4, {}})
                    ->why.contains(QStringLiteral("code 4")));
        QVERIFY(practiceTrouble(api::PracticeState{Stand::running, 3, {}, 1, "no\nspace"})
                    ->why.contains(QStringLiteral("no space")));
        QVERIFY(practiceTrouble(api::PracticeState{Stand::stopped, 1, {}, 3, "x"})
                    ->what.contains(QStringLiteral("cannot be started")));
        api::Snapshot picture;
        picture.chain = mainly(100);
        QCOMPARE(healthOf(picture, api::PracticeState{Stand::restarting, 1, 9, {}, {}}).cue,
                 Cue::attention);
        QCOMPARE(healthOf(picture, api::PracticeState{Stand::running, 0, {}, {}, {}}).cue,
                 Cue::good);
    }

    void whatOthersWroteIsTamed() {
        QCOMPARE(tamed("two\nlines\tand\x1b[31m"), QStringLiteral("two lines and [31m"));
        QCOMPARE(tamed("Tea\xe2\x80\xa8Paid already\xe2\x80\xa9really"),
                 QStringLiteral("Tea Paid already really"));
        // A right-to-left override would turn what stands behind it.
        QCOMPARE(tamed("pay \xe2\x80\xae"
                       "evil"),
                 QStringLiteral("pay evil"));
        QCOMPARE(tamed(std::string(300, 'x')).size(), 201);
        QCOMPARE(shortened(QStringLiteral("0123456789abcdef"), 4, 4), QStringLiteral("0123…cdef"));
    }

    void setupProblems() {
        for (int k = 0; k <= static_cast<int>(api::SetupFault::internal); ++k) {
            const auto words =
                wordingOf(api::SetupProblem{static_cast<api::SetupFault>(k), "some detail"});
            QVERIFY(words.what.endsWith(u'.'));
        }
        QCOMPARE(wordingOf(api::SetupProblem{api::SetupFault::other_network, "regtest"}).why,
                 QStringLiteral("It was made for: Regtest."));
        QVERIFY(wordingOf(api::WordsProblem{api::WordsProblem::Kind::unknown, 6})
                    .what.contains(QStringLiteral("7")));
    }

    void overview() {
        api::Snapshot picture;
        picture.chain = mainly(100);
        QCOMPARE(healthOf(picture).cue, Cue::good);
        picture.chain.synced = false;
        QCOMPARE(healthOf(picture).cue, Cue::busy);
        // Waiting alone does not mend this: it is not called catching up.
        picture.chain.trouble = api::ProblemKind::chain_unknown;
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("tried again by itself")));
        picture.chain.trouble.reset();
        picture.chain.reachable = false;
        picture.chain.problem = "connection refused";
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("connection refused")));
        // An older copy of the store is said before anything else.
        picture.in_doubt = true;
        QCOMPARE(healthOf(picture).cue, Cue::attention);
        QVERIFY(healthOf(picture).sentence.contains(QStringLiteral("older copy")));

        picture.chain = mainly(100);
        auto closing = openChannel();
        closing.state = "closing";
        closing.usable = false;
        closing.closing_to_us = 40'000_sat;
        closing.closing_until = BlockHeight(244);
        picture.channels = {openChannel(), closing};
        picture.balance.onchain = 50'000_sat;
        picture.balance.reserved = 50'000_sat;
        picture.balance.onchain_unconfirmed = 7'000_sat;
        const auto held = heldIn(picture, PeerNames(), noon);
        QCOMPARE(held.size(), std::size_t{4});
        QCOMPARE(held[0].kind, Held::Kind::incoming);
        QCOMPARE(held[1].kind, Held::Kind::closing);
        QVERIFY(held[1].reason.startsWith(QStringLiteral("In your wallet probably by ")));
        QCOMPARE(held[2].amount.raw(), std::uint64_t{50'000'000});
        // What cannot be sent of what is ours: nothing of it is left out.
        QCOMPARE(held[3].amount.raw(), std::uint64_t{795'001});
        for (const auto& one : held) QVERIFY(one.reason.endsWith(u'.'));
        QVERIFY(held[3].reason.contains(QStringLiteral("about 1 %")));

        // Each cause has a row of its own: what the other side does not take at once is no reserve.
        auto bounded = openChannel();
        bounded.can_send = 10'000'000_msat;
        bounded.over_limit = 61'204'999_msat;
        auto underpaid = openChannel();
        underpaid.can_send = 0_msat;
        underpaid.underpaid = 71'204'999_msat;
        auto by_cause = picture;
        by_cause.channels = {bounded, underpaid};
        by_cause.balance = {};
        const auto causes = heldIn(by_cause, PeerNames(), noon);
        QCOMPARE(causes.size(), std::size_t{3});
        QCOMPARE(causes[0].amount, 61'204'999_msat);
        QVERIFY2(causes[0].reason.contains(QStringLiteral("several payments")),
                 qPrintable(causes[0].reason));
        QCOMPARE(causes[1].amount, 71'204'999_msat);
        QVERIFY2(causes[1].reason.contains(QStringLiteral("too little at today's prices")),
                 qPrintable(causes[1].reason));
        QCOMPARE(causes[2].amount, 795'001_msat * 2);
        QVERIFY(causes[2].reason.contains(QStringLiteral("about 1 %")));

        // A payment in a channel that the chain closes is one row more, and what it holds is in no
        // other.
        closing.in_flight_out = 9'000'000_msat;
        closing.htlcs = {{true, 3, 9'000'000_msat, {}, BlockHeight(140), "locked_in"}};
        picture.channels = {closing};
        picture.balance = {};
        const auto settled = heldIn(picture, PeerNames(), noon);
        QCOMPARE(settled.size(), std::size_t{2});
        QCOMPARE(settled[0].amount, 40'000'000_msat);
        QCOMPARE(settled[1].amount, 9'000'000_msat);
        QVERIFY(settled[1].reason.contains(QStringLiteral("on the chain")));

        // On its way to us counts as soon as it is ours for certain, and in the channel's sum no
        // more than once.
        auto paid = openChannel();
        paid.our_delay = 720;
        paid.htlcs = {{false, 7, 5'000'000_msat, {}, BlockHeight(140), "removing", true},
                      {false, 8, 6'000'000_msat, {}, BlockHeight(140), "locked_in"},
                      {true, 2, 1'000'000_msat, {}, BlockHeight(140), "locked_in"}};
        paid.next_deadline = BlockHeight(122);
        picture.channels = {paid};
        const auto moving = heldIn(picture, PeerNames(), noon);
        QCOMPARE(moving.size(), std::size_t{3});
        QCOMPARE(moving[0].amount, 5'000'000_msat);
        QVERIFY2(moving[0].reason.contains(QStringLiteral("Be online by ")),
                 qPrintable(moving[0].reason));
        QCOMPARE(moving[1].amount, 1'000'000_msat);
        QVERIFY2(moving[1].reason.startsWith(QStringLiteral("It arrives or comes back by ")),
                 qPrintable(moving[1].reason));
        QVERIFY2(moving[1].reason.endsWith(QStringLiteral("it takes about 5 day(s) longer.")),
                 qPrintable(moving[1].reason));

        // Nor is what is in a channel whose other side is away.
        picture.channels = {openChannel()};
        picture.channels.front().usable = false;
        picture.balance = {};
        const auto away = heldIn(picture, PeerNames(), noon);
        QCOMPARE(away.size(), std::size_t{1});
        QCOMPARE(away[0].kind, Held::Kind::waiting);
        QCOMPARE(away[0].amount, 72'000'000_msat);
    }

    void receivingSaysWhy() {
        api::Snapshot picture;
        for (const auto network : {Network::regtest, Network::practice}) {
            picture.network = network;
            QVERIFY(receivableSentence(picture).contains(QStringLiteral("no open channel")));
            // Advice that can be followed: nobody reaches this window from another computer.
            QCOMPARE(receivableSentence(picture).contains(QStringLiteral("ask somebody")),
                     network == Network::practice);
        }
        picture.channels = {openChannel()};
        QVERIFY(receivableSentence(picture).contains(QStringLiteral("full on your side")));
        picture.balance.can_receive = 18'000'000_msat;
        QVERIFY(plain(receivableSentence(picture)).contains(QStringLiteral("18 000 sat")));
    }

    void activityLines() {
        api::PaymentView payment;
        payment.outgoing = true;
        payment.status = api::PaymentStatus::paid;
        payment.amount = 1'500'000_msat;
        payment.fee = 1'200_msat;
        payment.elapsed_ms = 310;
        payment.description = "Two\ncoffees";
        auto words = activityWords(payment, noon);
        QCOMPARE(words.title, QStringLiteral("Two coffees"));
        QCOMPARE(plain(words.status), QStringLiteral("Paid · fee 1.2 sat · 0.3 s"));
        QVERIFY(words.moved);
        payment.amount = 500_msat;
        QCOMPARE(plain(activityWords(payment, noon).amount),
                 QString(QChar(0x2212)) + QStringLiteral("0.5 sat"));
        payment.fee = 0_msat;
        QCOMPARE(plain(activityWords(payment, noon).status),
                 QStringLiteral("Paid · no fee · 0.3 s"));
        payment.amount = 1'500'000_msat;
        payment.status = api::PaymentStatus::failed;
        payment.failure = "no_route";
        words = activityWords(payment, noon);
        QVERIFY(!words.moved);
        QVERIFY(words.status.contains(QStringLiteral("No way to the payee")));
        QCOMPARE(plain(words.amount), QStringLiteral("1 500 sat"));
        QVERIFY(words.struck);
        QCOMPARE(plain(entryAmountText(payment, noon)), QStringLiteral("1 500 sat, not paid"));
        payment.status = api::PaymentStatus::pending;
        QVERIFY(activityWords(payment, noon).amount.startsWith(QChar(0x2212)));
        payment.outgoing = false;
        QCOMPARE(plain(activityWords(payment, noon).amount), QStringLiteral("1 500 sat"));
        QVERIFY(!activityWords(payment, noon).struck);
        QCOMPARE(plain(entryAmountText(payment, noon)), QStringLiteral("1 500 sat, not paid yet"));
        payment.status = api::PaymentStatus::paid;
        QCOMPARE(plain(activityWords(payment, noon).amount), QStringLiteral("+1 500 sat"));

        api::TransactionView tx;
        tx.purpose = "funding";
        tx.net_sat = -200'300;
        tx.fee = 300_sat;
        tx.height = BlockHeight(99);
        words = activityWords(tx, mainly(100));
        QCOMPARE(words.title, QStringLiteral("Channel opened"));
        QVERIFY(plain(words.amount).endsWith(QStringLiteral("200 300 sat")));
        tx.purpose = "close";
        QCOMPARE(activityWords(tx, mainly(100)).title, QStringLiteral("Channel closed"));
        // What waits for the chain has not happened yet.
        tx.height.reset();
        QCOMPARE(activityWords(tx, mainly(100)).title, QStringLiteral("Closing a channel"));
        tx.purpose = "funding";
        QCOMPARE(activityWords(tx, mainly(100)).title, QStringLiteral("Opening a channel"));
        tx.net_sat = INT64_MIN;
        static_cast<void>(activityWords(tx, mainly(100)));  // and does not end the process
    }

    void sendingIsSaid() {
        QCOMPARE(addressGroups(QStringLiteral("bcrt1qw508d6")), QStringLiteral("bcrt 1qw5 08d6"));
        QCOMPARE(addressGroups(QStringLiteral("bcrt1")), QStringLiteral("bcrt 1"));
        QVERIFY(addressGroups({}).isEmpty());
        QVERIFY(keptSentences({}).isEmpty());
        std::set<QString> seen;
        for (const char* const reason : {"anchor_reserve", "opening", "unconfirmed", "immature",
                                         "too_small", "too_many", "something new"}) {
            const auto sentence = plain(keptSentences({{1'234_sat, reason}}));
            QVERIFY(sentence.startsWith(QStringLiteral("1 234 sat stay in your wallet")));
            QVERIFY2(seen.insert(sentence).second, reason);
        }
        const auto both =
            plain(keptSentences({{5_sat, "anchor_reserve"}, {7_sat, "unconfirmed"}})).split('\n');
        QCOMPARE(both.size(), 2);
        QVERIFY(both[0].startsWith("5 sat") && both[0].contains("closed in time"));
        QVERIFY(both[1].startsWith("7 sat") && both[1].contains("not confirmed yet"));
        QCOMPARE(plain(restText(2'000_sat, 0_sat)), QStringLiteral("2 000 sat"));
        QVERIFY(plain(restText(2'000_sat, 500_sat)).contains(QStringLiteral("of which 500 sat")));
        api::SendQuote quote;
        QVERIFY(firstConfirmationSentence(quote, mainly(100, 0), noon)
                    .contains(QStringLiteral("may take days")));
        quote.expected_blocks = 2;
        QCOMPARE(firstConfirmationSentence(quote, mainly(100, 0), noon),
                 QStringLiteral(
                     "It waits for its first confirmation, to be expected after 2 more block(s)."));
    }

    // Whatever amount was asked for, another one would not do.
    void tooLittleForAnyChannelSaysHowMuchItTakes() {
        using api::ProblemKind;
        for (const auto kind : {ProblemKind::reserve_needed, ProblemKind::insufficient_funds,
                                ProblemKind::amount_too_small}) {
            const auto words = wordingOf(api::Problem{kind,
                                                      {{"available_sat", "40000"},
                                                       {"needed_sat", "70500"},
                                                       {"least", "20000"},
                                                       {"unit", "sat"},
                                                       {"reserve_sat", "50000"},
                                                       {"least_to_open_sat", "72000"}}});
            QVERIFY2(plain(words.why).contains(QStringLiteral("72 000 sat")) &&
                         plain(words.why).contains(QStringLiteral("50 000 sat")) &&
                         plain(words.why).contains(QStringLiteral("40 000 sat are there")),
                     qPrintable(words.why));
            QVERIFY2(!words.retry.contains(QStringLiteral("amount")), qPrintable(words.retry));
        }
    }

    void whatCannotBeReadIsNamed() {
        const auto said = [](const std::map<std::string, std::string>& params) {
            return wordingOf(api::Problem{api::ProblemKind::malformed, params});
        };
        QVERIFY(said({{"what", "address"}, {"cause", "bad_checksum"}})
                    .why.contains(QStringLiteral("character is wrong")));
        QVERIFY(said({{"what", "link"}, {"cause", "bad_order"}, {"field", "amount"}})
                    .why.contains(QStringLiteral("“amount”")));
        QVERIFY(said({{"what", "link"}, {"cause", "too_large"}, {"field", "amount"}})
                    .why.contains(QStringLiteral("more than there can be")));
        QVERIFY(said({{"what", "link"}, {"cause", "missing_field"}})
                    .why.contains(QStringLiteral("neither an address nor an invoice")));
        // The decoder's names say nothing to anybody.
        for (const char* const what : {"", "address", "link"}) {
            for (const char* const cause :
                 {"truncated", "trailing_bytes", "not_minimal", "too_large", "bad_value",
                  "bad_order", "unknown_even", "bad_point", "bad_signature", "bad_checksum",
                  "bad_character", "bad_prefix", "missing_field", "unsupported"}) {
                const auto words =
                    said({{"what", what}, {"cause", cause}, {"field", "lightning"}}).joined();
                QVERIFY2(!words.contains(u'_') && !words.contains(QStringLiteral("truncated")) &&
                             !words.contains(u'('),
                         qPrintable(words));
            }
        }
        QVERIFY(
            said({{"cause", "bad_checksum"}}).why.contains(QStringLiteral("character is wrong")));
        QVERIFY(said({{"cause", "truncated"}}).why.contains(QStringLiteral("end is missing")));
        const auto network = [](const std::map<std::string, std::string>& params) {
            return wordingOf(api::Problem{api::ProblemKind::wrong_network, params}).why;
        };
        QCOMPARE(network({{"expected", "practice"}, {"found", "mainnet"}}),
                 QStringLiteral("It was made for: Bitcoin. This wallet is on: Practice network."));
        QVERIFY(network({{"expected", "regtest"}, {"found", "testnet"}})
                    .contains(QStringLiteral("Testnet")));
        QCOMPARE(network({{"expected", "signet"}}), QStringLiteral("This wallet is on Signet."));
        const auto demanded = [](const char* feature) {
            return wordingOf(api::Problem{api::ProblemKind::unsupported, {{"feature", feature}}})
                .why;
        };
        QVERIFY(demanded("260").contains(QStringLiteral("feature number 260")));
        QVERIFY(demanded("req-pop").contains(QStringLiteral("“req-pop”")));
        QVERIFY(demanded("unknown").isEmpty());
        // A way to be paid that is whole and right, and cannot be paid: what to ask for instead.
        for (const auto& [feature, name] :
             {std::pair("lnurl", "LNURL"), std::pair("offer", "offer"),
              std::pair("name_at_domain", "Lightning address")}) {
            const auto words =
                wordingOf(api::Problem{api::ProblemKind::unsupported, {{"feature", feature}}});
            QCOMPARE(words.what, QStringLiteral("Runnel cannot pay this yet."));
            QVERIFY2(words.why.contains(QLatin1String(name)), qPrintable(words.why));
            QVERIFY2(words.retry.contains(QStringLiteral("Lightning invoice")) &&
                         !words.retry.contains(QStringLiteral("Copy it again")),
                     qPrintable(words.retry));
        }
    }

    // An older payment is kept with the name of its problem: its figures are gone, and none is made
    // up.
    void whatHasNoFiguresNamesNone() {
        for (int k = 0; k <= static_cast<int>(api::last_problem_kind); ++k) {
            const auto kind = static_cast<api::ProblemKind>(k);
            const auto words = wordingOf(std::string(api::to_string(kind)));
            QVERIFY2(!plain(words.joined()).contains(QStringLiteral("0 sat")) &&
                         !words.joined().contains(QStringLiteral("between  and")),
                     qPrintable(words.joined()));
            QVERIFY(!words.what.isEmpty() && !words.retry.isEmpty());
        }
    }

    void nothingIsPromisedOfWhatWentWrong() {
        const auto words = wordingOf(api::Problem{api::ProblemKind::internal, {{"detail", "x"}}});
        QVERIFY(!words.joined().contains(QStringLiteral("Nothing was lost")));
        QVERIFY(words.retry.contains(QStringLiteral("Settings")));
        auto setup = wordingOf(api::SetupProblem{api::SetupFault::internal, {}},
                               QStringLiteral("/home/somebody/runnel.log"));
        QVERIFY(setup.retry.remove(QChar(0x200b))
                    .contains(QStringLiteral("/home/somebody/runnel.log")));
    }

    void adviceNamesADoorThatIsThere() {
        // A damaged chain does not mend by starting again, and no folder can be chosen in the
        // window.
        using api::SetupFault;
        const auto retry = [](SetupFault fault) {
            return wordingOf(api::SetupProblem{fault, {}}).retry;
        };
        QVERIFY(retry(SetupFault::practice_gone)
                    .contains(QStringLiteral("“Passphrase forgotten, or another wallet”")));
        QVERIFY(retry(SetupFault::damaged)
                    .contains(QStringLiteral("“Passphrase forgotten, or another wallet”")));
        QVERIFY(retry(SetupFault::damaged)
                    .contains(QStringLiteral("Money in channels is not in the words")));
        QVERIFY(!retry(SetupFault::other_network).contains(QStringLiteral("folder")));
    }

    void theOtherSideHasOneName() {
        for (int k = 0; k <= static_cast<int>(api::last_problem_kind); ++k) {
            for (const char* const cause : {"", "hints_unreachable", "payee_unknown"}) {
                const auto words =
                    wordingOf(api::Problem{static_cast<api::ProblemKind>(k), {{"cause", cause}}})
                        .joined();
                for (const char* const word : {"peer", "faucet", "by force"})
                    QVERIFY2(!words.contains(QString::fromLatin1(word)), qPrintable(words));
            }
        }
    }

    void whyAChannelWasClosed() {
        const auto htlc = closingReason("HTLC 3 of ours expired at 812 unresolved");
        QVERIFY2(htlc.contains(QStringLiteral("not settled in time")) &&
                     !htlc.contains(QStringLiteral("HTLC")),
                 qPrintable(htlc));
        QVERIFY(closingReason("bad_signature").startsWith(QStringLiteral("because of an error")));
        QCOMPARE(closingReason("asked to"), QStringLiteral("by you alone"));
    }

    void aWrongAmountIsTold() {
        QVERIFY(plain(amountComplaint(QStringLiteral("1.5")))
                    .contains(QStringLiteral("whole satoshi, for example 12 500")));
        QVERIFY(amountComplaint(QStringLiteral("abc")).contains(QStringLiteral("whole satoshi")));
        QVERIFY(amountComplaint({}).contains(QStringLiteral("whole satoshi")));
        QVERIFY(amountComplaint(QStringLiteral("0.001")).contains(QStringLiteral("whole satoshi")));
        QVERIFY(amountComplaint(QStringLiteral("0")).contains(QStringLiteral("more than 0")));
        QVERIFY(amountComplaint(QStringLiteral("2100000000000001"))
                    .contains(QStringLiteral("more than there can be")));
    }

    // What the shop says of "your channels" is about the shop's.
    void whatTheShopCouldNotDo() {
        using api::ProblemKind;
        for (int k = 0; k <= static_cast<int>(api::last_problem_kind); ++k) {
            const api::Problem problem{static_cast<ProblemKind>(k), {}};
            for (const auto& words : {shopCouldNotPay(problem), shopCouldNotOpen(problem)})
                QVERIFY(!words.what.isEmpty() && !words.retry.isEmpty());
        }
        const auto room = shopCouldNotPay({ProblemKind::insufficient_liquidity, {}});
        QVERIFY(room.retry.contains(QStringLiteral("no more than can be received")));
        QVERIFY(!room.joined().contains(QStringLiteral("your channels")));
        // A network that is away has nothing to do with the amount.
        const auto gone = shopCouldNotPay({ProblemKind::practice_gone, {}});
        QVERIFY(!gone.joined().contains(QStringLiteral("no more than can be received")));
        QVERIFY(gone.why.contains(QStringLiteral("practice network is not there")));
        const auto declined = shopCouldNotOpen(
            {ProblemKind::peer_refused, {{"reason", "no confirmed coins to bump a close with"}}});
        QVERIFY(declined.what.contains(QStringLiteral("Your wallet")));
        QVERIFY(!declined.joined().contains(QStringLiteral("bump")));
        QVERIFY(declined.retry.contains(QStringLiteral("Get practice coins")));
        QVERIFY(shopCouldNotOpen({ProblemKind::peer_refused, {{"reason", "too small"}}})
                    .why.contains(QStringLiteral("too small")));
    }
};

RUNNEL_TEST(TestFormat)
#include "test_format.moc"
