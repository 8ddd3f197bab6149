#include "app/control/requests.h"
#include "app/control/sentences.h"
#include "app/control/views.h"
#include "tests/support/test_main.h"

#include <map>
#include <set>
#include <string>

using namespace runnel;
using namespace runnel::literals;
using control::sentence_of;

namespace {

api::ChannelView open_channel() {
    api::ChannelView out;
    out.state = "normal";
    out.online = out.usable = true;
    out.can_send = 71'204'999_msat;
    out.can_receive = 18'000'000_msat;
    return out;
}

QString text(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

class TestSentences : public QObject {
    Q_OBJECT
private slots:
    void numbers_are_grouped() {
        QCOMPARE(text(control::grouped(0)), QString("0"));
        QCOMPARE(text(control::grouped(999)), QString("999"));
        QCOMPARE(text(control::grouped(1000)), QString("1,000"));
        QCOMPARE(text(control::grouped(1234567)), QString("1,234,567"));
        QCOMPARE(text(control::grouped(UINT64_MAX)), QString("18,446,744,073,709,551,615"));
        QCOMPARE(text(control::sat_text(1'999_msat)), QString("1 sat"));
    }

    void a_feerate_is_read_as_it_is_written() {
        QCOMPARE(text(control::feerate_text(FeeratePerKw(250))), QString("1"));
        QCOMPARE(text(control::feerate_text(FeeratePerKw(253))), QString("1.012"));
        for (std::uint32_t rate = 253; rate < 3'000; ++rate) {
            const FeeratePerKw feerate(rate);
            QVERIFY(control::parse_feerate(control::feerate_text(feerate)) == feerate);
        }
    }

    void an_open_channel() {
        QCOMPARE(text(sentence_of(open_channel())),
                 QString("Open. You can send 71,204 sat and receive 18,000 sat."));
    }

    void an_open_channel_that_cannot_be_used() {
        auto channel = open_channel();
        channel.online = channel.usable = false;
        channel.htlcs.resize(1);
        QCOMPARE(text(sentence_of(channel)),
                 QString("Open, but the other side is not connected. You can send 71,204 sat and "
                         "receive 18,000 sat when it is "
                         "back. One payment is on its way."));
        channel.online = true;
        channel.htlcs.resize(3);
        QVERIFY(text(sentence_of(channel)).endsWith("3 payments are on their way."));
    }

    void an_open_channel_without_the_chain() {
        auto channel = open_channel();
        api::ChainView chain;
        chain.no_payments = api::Problem{api::ProblemKind::chain_gone, {}};
        QCOMPARE(text(sentence_of(channel, chain)),
                 QString("Open. Nothing is sent or received before the chain source answers again. "
                         "You can send 71,204 sat and receive 18,000 sat then."));
        QCOMPARE(control::channel_json(channel, chain).at("usable").as_bool(), false);
        QCOMPARE(control::channel_json(channel, {}).at("usable").as_bool(), true);
        chain.no_payments->kind = api::ProblemKind::not_synced;
        QVERIFY(text(sentence_of(channel, chain)).contains("caught up with the chain. You can"));
        chain.no_payments->kind = api::ProblemKind::disk_full;
        QVERIFY(text(sentence_of(channel, chain)).contains("more room on the disk. You can"));
        chain.no_payments->kind = api::ProblemKind::not_synced;
        channel.online = channel.usable = false;
        QVERIFY(text(sentence_of(channel, chain))
                    .endsWith("when it is back. Nothing is sent or received before the wallet has "
                              "caught up with the chain."));
    }

    void the_balance_without_the_chain() {
        api::Snapshot snapshot;
        QVERIFY(control::balance_json(snapshot).at("problem").is_null());
        snapshot.chain.no_payments = api::Problem{api::ProblemKind::chain_gone, {}};
        QVERIFY(control::balance_json(snapshot).at("problem").as_object().at("error") ==
                "chain_gone");
    }

    void every_state_has_its_own_sentence() {
        std::set<std::string> seen;
        for (const auto* const state :
             {"awaiting_funding_signed", "awaiting_confirmation", "awaiting_ready", "normal",
              "shutting_down", "negotiating_close", "closing", "closed"}) {
            auto channel = open_channel();
            channel.state = state;
            channel.confirmations = 1;
            channel.confirmations_needed = 3;
            const auto sentence = sentence_of(channel);
            QVERIFY2(sentence.find(state) == std::string::npos, state);
            QVERIFY(sentence.back() == '.');
            seen.insert(sentence);
        }
        QCOMPARE(seen.size(), std::size_t{8});
        auto opening = open_channel();
        opening.state = "awaiting_confirmation";
        opening.confirmations_needed = 3;
        QCOMPARE(text(sentence_of(opening)),
                 QString("Opening. The funding transaction has 0 of 3 confirmations."));
        auto closing = open_channel();
        closing.state = "closing";
        closing.closing_to_us = 5000_sat;
        closing.closing_reason = "by the peer";
        QCOMPARE(text(sentence_of(closing)),
                 QString("Closing (by the peer). 5,000 sat are on their way back to your wallet."));
    }

    void a_close_that_is_not_answered_says_so_and_what_to_try() {
        auto channel = open_channel();
        channel.state = "shutting_down";
        channel.waits_for = "payments";
        QCOMPARE(text(sentence_of(channel)),
                 QString("Closing by agreement. Waiting for payments that are on their way."));
        channel.waits_for = "shutdown";
        channel.waits_since = BlockHeight(1'200);
        channel.waited_blocks = 5;
        QCOMPARE(text(sentence_of(channel)),
                 QString("Closing by agreement. Waiting for the other side."));
        channel.waited_blocks = 1'440;
        channel.our_delay = 1'008;
        const auto late = text(sentence_of(channel));
        QVERIFY(
            late.startsWith("Closing by agreement. Waiting for the other side. It has not answered "
                            "since block 1,200, for 1,440 blocks."));
        QVERIFY(late.contains("runnel-cli close " + text(channel.channel_id.hex()) + " --force"));
        QVERIFY(late.contains("1,008 blocks"));
        channel.waits_for = "connection";
        QVERIFY(text(sentence_of(channel))
                    .contains("not connected; it goes on when it is back. It has not answered "
                              "since block 1,200"));
        channel.state = "negotiating_close";
        channel.waits_for = "closing_signed";
        QVERIFY(text(sentence_of(channel))
                    .contains("The fee is being agreed on. It has not answered since block 1,200"));
    }

    void every_problem_has_words() {
        std::set<std::string> names;
        for (int kind = 0; kind <= static_cast<int>(api::last_problem_kind); ++kind) {
            const api::Problem bare{static_cast<api::ProblemKind>(kind), {}};
            const auto words = control::wording_of(bare);
            QVERIFY2(!words.message.empty() && words.message.back() == '.', words.message.c_str());
            QVERIFY2(words.message.find("  ") == std::string::npos &&
                         words.message.find("{}") == std::string::npos,
                     words.message.c_str());
            names.insert(control::failure_of(bare).kind);
        }
        QCOMPARE(names.size(), static_cast<std::size_t>(api::last_problem_kind) + 1);
    }

    void a_failure_is_the_problem_it_was_made_of() {
        for (int kind = 0; kind <= static_cast<int>(api::last_problem_kind); ++kind) {
            const api::Problem problem{static_cast<api::ProblemKind>(kind),
                                       {{"cause", "a word"}, {"most", "12"}}};
            QVERIFY(control::problem_of(control::failure_of(problem)) == problem);
        }
        const auto other = control::problem_of({"no_such_kind", "What happened.", "", {}});
        QVERIFY(other.kind == api::ProblemKind::internal);
        QCOMPARE(other.params.at("detail"), std::string("What happened."));
    }

    /// Whoever is told of the way out is told what it may cost, and how it is written.
    void a_risk_is_named_with_the_way_to_take_it() {
        const auto words = control::wording_of({api::ProblemKind::store_in_doubt, {}});
        QVERIFY(text(words.advice).contains("close ID --force --risk-old-state"));
        QVERIFY(text(words.advice).contains("the other side can take everything in the channel"));
        // Nobody is led to it once it is certain.
        const auto proven =
            control::wording_of({api::ProblemKind::store_in_doubt, {{"outdated", "true"}}});
        QVERIFY(text(proven.message).contains("proven"));
        QVERIFY(!text(proven.message + proven.advice).contains("--risk-old-state"));
    }

    void a_close_that_is_held_back_says_so() {
        auto channel = open_channel();
        channel.state = "closing";
        const auto usual = sentence_of(channel);
        channel.force_held_back = true;
        QVERIFY(text(sentence_of(channel)).startsWith(text(usual)));
        QVERIFY(text(sentence_of(channel)).contains("Nothing is published"));
        QCOMPARE(control::channel_json(channel, {}).at("force_held_back").as_bool(), true);
    }

    void a_close_that_only_the_other_side_can_make_names_no_sum() {
        auto channel = open_channel();
        channel.state = "closing";
        channel.closing_reason = "the peer holds a newer state";
        channel.they_must_close = true;
        const auto sentence = text(sentence_of(channel));
        QVERIFY(sentence.startsWith("Only the other side can close this channel"));
        QVERIFY(sentence.contains("Ask it to close."));
        QVERIFY(!sentence.contains(" sat"));
        QCOMPARE(control::channel_json(channel, {}).at("they_must_close").as_bool(), true);
    }

    /// Whoever left the feerate to the wallet is not told to leave it away.
    void a_bump_of_what_pays_enough() {
        const std::map<std::string, std::string> figures{
            {"got", "10"}, {"least", "12"}, {"most", "500"}};
        auto problem = api::Problem{api::ProblemKind::feerate_out_of_range, figures};
        QVERIFY(text(control::wording_of(problem).message).contains("12 to 500 sat per vbyte"));
        problem.params["cause"] = "pays_enough";
        const auto words = control::wording_of(problem);
        QCOMPARE(text(words.message),
                 QString("It pays the estimate for the next blocks already, or more."));
        QCOMPARE(text(words.advice), QString("Wait, or name more: --feerate 12."));
    }

    void figures_are_in_the_words() {
        const api::Problem problem{api::ProblemKind::insufficient_funds,
                                   {{"available_sat", "12345"}, {"needed_sat", "1000000"}}};
        QCOMPARE(text(control::wording_of(problem).message),
                 QString("Not enough coins: 12,345 sat can be spent, 1,000,000 sat are needed."));
        const auto json = control::failure_json(control::failure_of(problem));
        QCOMPARE(text(std::string(json.at("error").as_string())), QString("insufficient_funds"));
        QCOMPARE(text(std::string(json.at("details").at("needed_sat").as_string())),
                 QString("1000000"));
        QVERIFY(json.contains("message") && json.contains("try"));
    }
};

RUNNEL_TEST(TestSentences)
#include "test_sentences.moc"
