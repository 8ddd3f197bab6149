// What a dialog says before the click is what the click then does.
#include "tests/scenario/duo.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestQuotes : public QObject {
    Q_OBJECT

private slots:
    void an_opening_costs_what_was_said() {
        // One coin leaves nothing to choose: then it is exact.
        Story net;
        auto& alice = net.net.add("alice", parts_for(1));
        auto& bob = net.net.add("bob", parts_for(2));
        net.net.fund(alice, 2'000'000_sat);
        net.net.fund(bob, 2'000'000_sat);
        net.net.connect(alice, bob);
        net.net.settle();
        const auto quote = alice.node().quote(api::AskOpen{bob.id(), 1'000'000_sat});
        QVERIFY(bool(quote));
        QCOMPARE(quote->amount.raw(), std::uint64_t{1'000'000});
        QCOMPARE(quote->kept.raw(), std::uint64_t{50'000});  // one for the channel and one beside
        QCOMPARE(quote->reserve.raw(), std::uint64_t{10'000});
        QCOMPARE(quote->confirmations, 3U);
        const auto opened =
            net.run(alice, api::OpenChannel{bob.id(), 1'000'000_sat, Msat(0), false, std::nullopt});
        QVERIFY(bool(opened));
        QCOMPARE(std::get<api::ChannelOpening>(*opened).fee.raw(), quote->fee.raw());
        net.net.mine(7);
        QVERIFY(net.check());
    }

    /// Dates on the practice network follow this: whoever's it is, what is new brings blocks
    /// sooner.
    void blocks_hurry_while_something_is_new() {
        Story net;
        auto parts = parts_for(1);
        parts.config.hurry = api::Hurry{6, 3, 0};
        auto& alice = net.net.add("alice", std::move(parts));
        auto& bob = net.net.add("bob", parts_for(2));
        const auto left = [&] {
            const auto hurry = alice.snapshot()->chain.hurry;
            return hurry && hurry->seconds == 3 ? std::optional(hurry->left) : std::nullopt;
        };
        QVERIFY(!bob.snapshot()->chain.hurry);
        QCOMPARE(left(), std::optional(0U));
        net.net.fund(bob, 2'000'000_sat);
        QCOMPARE(left(), std::optional(0U));  // none of hers
        net.net.fund(alice, 2'000'000_sat);
        QCOMPARE(left(), std::optional(5U));
        net.net.mine(4);
        QCOMPARE(left(), std::optional(1U));
        net.net.mine(20);
        QCOMPARE(left(), std::optional(0U));
        net.net.connect(bob, alice);
        net.net.settle();
        // Bob funds it: no transaction of hers.
        const auto opened =
            net.run(bob, api::OpenChannel{alice.id(), 1'000'000_sat, Msat(0), false, std::nullopt});
        QVERIFY(bool(opened));
        QCOMPARE(left(), std::optional(6U));
        net.net.mine(2);
        QCOMPARE(left(), std::optional(4U));
        net.net.mine(20);
        QCOMPARE(left(), std::optional(0U));
        const auto id = std::get<api::ChannelOpening>(*opened).channel_id;
        QVERIFY(bool(net.run(alice, api::CloseChannel{id, true})));
        QCOMPARE(left(), std::optional(6U));
        net.net.mine(1);
        QCOMPARE(left(), std::optional(5U));
        net.net.mine(60);
        QCOMPARE(left(), std::optional(0U));
        // What no mempool takes is in none of the next blocks.
        net.net.chain().set_mempool_min(FeeratePerKw(50'000));
        const auto address = net.run(bob, api::NewAddress{api::AddressKind::p2wpkh});
        QVERIFY(bool(net.run(alice, api::SendOnchain{std::get<api::AddressMade>(*address).address,
                                                     20'000_sat, std::nullopt})));
        QCOMPARE(alice.node().state().refused.size(), std::size_t{1});
        QCOMPARE(left(), std::optional(0U));
        QVERIFY(net.check());
    }

    /// A beginner who receives this can open a channel with it, and with less cannot.
    void the_least_to_open_with_is_enough() {
        Story net;
        auto& alice = net.net.add("alice", parts_for(1));
        auto& bob = net.net.add("bob", parts_for(2));
        net.net.fund(bob, 2'000'000_sat);
        const auto least = alice.snapshot()->balance.least_to_open;
        const auto smallest = alice.node().config().channels.min_funding;
        // The channel, one coin to close it with and one beside, and a fee.
        QVERIFY(least > smallest + 50'000_sat && least < smallest + 55'000_sat);
        net.net.fund(alice, 40'000_sat);
        const auto refused = alice.node().quote(api::AskOpen{std::nullopt, smallest});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, api::ProblemKind::reserve_needed);
        const auto says_the_least = [&](const std::optional<Sat>& amount) {
            const auto quote = alice.node().quote(api::AskOpen{std::nullopt, amount});
            if (quote) return false;
            const auto found = quote.error().params.find("least_to_open_sat");
            return found != quote.error().params.end() &&
                   found->second == std::to_string(least.raw());
        };
        // Whatever is asked for: all, too little, too much.
        QVERIFY(says_the_least(std::nullopt) && says_the_least(5_sat) && says_the_least(smallest));
        QVERIFY(says_the_least(900'000_sat));
        net.net.fund(alice, least - 40'000_sat);
        // Of two coins, which costs an input more: the figure has room for it.
        QVERIFY(bool(alice.node().quote(api::AskOpen{std::nullopt, smallest})));
        net.net.connect(alice, bob);
        net.net.settle();
        QVERIFY(bool(
            net.run(alice, api::OpenChannel{bob.id(), smallest, Msat(0), false, std::nullopt})));
        net.net.mine(7);
        // The next one takes a coin more to close it with.
        const auto next = alice.snapshot()->balance.least_to_open;
        QVERIFY(next >= least + 25'000_sat && next < least + 35'000_sat);
        QVERIFY(net.check());
    }

    /// Most nodes take no more than a part of a channel at once: that is no reserve, and comes free
    /// again by itself.
    void what_cannot_be_sent_has_its_causes() {
        Duo net;
        net.reconnect();
        net.net.lie(net.bob, net.alice, [](wire::Message& message) {
            if (auto* const accept = std::get_if<wire::AcceptChannel>(&message))
                accept->max_htlc_value_in_flight_msat = 100'000'000_msat;
        });
        net.open(net.alice, net.bob, 1'000'000_sat);
        const auto channel = net.alice.snapshot()->channels.front();
        QCOMPARE(channel.can_send, 100'000'000_msat);
        QVERIFY(channel.kept >= channel.our_reserve && channel.kept < 20'000'000_msat);
        QVERIFY(channel.over_limit > 880'000'000_msat);
        QVERIFY(channel.underpaid.is_zero());
        QCOMPARE(channel.can_send + channel.kept + channel.over_limit, channel.ours);
        QVERIFY(net.check());
    }

    /// Where the opening spends the coin that guards another channel it costs what is soon in a
    /// block: that is what is quoted, and what can be had for it.
    void an_opening_that_spends_the_guard_costs_what_is_quoted() {
        Story net;
        auto& alice = net.net.add("alice", parts_for(1));
        auto& bob = net.net.add("bob", parts_for(2));
        net.net.fund(alice, 500'000_sat);
        net.net.fund(bob, 2'000'000_sat, 2);
        net.open(bob, alice, 1'000'000_sat, 300'000'000_msat);
        const auto quote = alice.node().quote(api::AskOpen{bob.id(), 200'000_sat});
        QVERIFY(bool(quote));
        QCOMPARE(quote->feerate, alice.node().state().health.fees.urgent);
        const auto opened = net.run(alice, api::OpenChannel{bob.id(), quote->amount, Msat(0), false,
                                                            quote->feerate, quote->fee});
        QVERIFY(bool(opened));
        QCOMPARE(std::get<api::ChannelOpening>(*opened).fee, quote->fee);
        net.net.mine(7);
        QVERIFY(net.check());
    }

    /// With many coins to choose from, too: what was agreed to is what is paid.
    void an_opening_costs_no_more_than_was_agreed_to() {
        Duo net;
        for (const std::uint64_t sat : {410'000, 520'000, 630'000, 740'000})
            net.net.fund(net.alice, Sat(sat));
        net.reconnect();
        const auto quote = net.alice.node().quote(api::AskOpen{net.bob.id(), 1'000'000_sat});
        QVERIFY(bool(quote));
        const auto open = [&](Sat max_fee) {
            return net.run(net.alice, api::OpenChannel{net.bob.id(), quote->amount, Msat(0), false,
                                                       quote->feerate, max_fee});
        };
        const auto refused = open(quote->fee - 1_sat);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, api::ProblemKind::fee_limit);
        QCOMPARE(refused.error().params.at("what"), std::string("opening"));
        QVERIFY(net.alice.snapshot()->channels.empty());
        // Asked again and again, it leads the change addresses nowhere: words alone find only
        // those that are near.
        const auto change = net.alice.node().state().wallet.change_p2wpkh;
        for (int i = 0; i < 3; ++i) QVERIFY(!open(1_sat));
        QVERIFY(!net.run(net.alice, api::SendOnchain{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                                                     100'000_sat, std::nullopt, 1_sat}));
        QCOMPARE(net.alice.node().state().wallet.change_p2wpkh, change);
        // Blocks became dearer meanwhile, but not so that a mempool would not take it.
        net.alice.set_fees({FeeratePerKw(20'000), FeeratePerKw(10'000), FeeratePerKw(5'000)});
        net.net.settle();
        const auto opened = open(quote->fee);
        QVERIFY(bool(opened));
        QCOMPARE(std::get<api::ChannelOpening>(*opened).fee, quote->fee);
        const auto again = net.alice.node().quote(api::AskOpen{net.bob.id(), 500'000_sat});
        QVERIFY(again && again->fee > quote->fee);
        net.net.mine(7);
        QVERIFY(net.check());
    }

    /// What is agreed on at once is bound by what was said; what is already under way is not begun
    /// anew.
    void an_agreed_close_is_not_begun_for_more() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        const auto quote = net.alice.node().quote(api::AskClose{id, false});
        QVERIFY(quote && quote->most && *quote->most >= quote->fee);
        const auto before = Duo::coins(net.alice);
        net.alice.set_fees({FeeratePerKw(40'000), FeeratePerKw(20'000), FeeratePerKw(10'000)});
        net.net.settle();
        const auto refused = net.run(net.alice, api::CloseChannel{id, false, false, quote->most});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, api::ProblemKind::fee_limit);
        QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
        const auto now = net.alice.node().quote(api::AskClose{id, false});
        QVERIFY(now && *now->most > *quote->most);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false, false, now->most})));
        net.net.mine(8);
        QVERIFY(Duo::coins(net.alice) - before >= 1'000'000_sat - *now->most);
        net.alice.set_fees({});
        net.net.settle();
        // Of a channel that the other side has funded it pays.
        const auto theirs = net.open(net.bob, net.alice, 1'000'000_sat, 400'000'000_msat);
        const auto free = net.alice.node().quote(api::AskClose{theirs, false});
        QVERIFY(free && free->fee.is_zero() && free->most == std::optional(0_sat));
        QVERIFY(!net.alice.node().quote(api::AskClose{theirs, true})->most);
        QVERIFY(net.check());
    }

    void asking_changes_nothing() {
        Duo net;
        const auto turn = net.alice.snapshot()->turn;
        const auto first = net.alice.node().quote(api::AskOpen{std::nullopt, std::nullopt});
        QVERIFY(bool(first));
        QVERIFY(first->amount > 2'000'000_sat - 60'000_sat);
        const auto second = net.alice.node().quote(api::AskOpen{std::nullopt, std::nullopt});
        QVERIFY(*first == *second);
        QCOMPARE(net.alice.snapshot()->turn, turn);
        QVERIFY(net.check());
    }

    void what_cannot_be_opened_says_why() {
        Duo net;
        const auto small = net.alice.node().quote(api::AskOpen{std::nullopt, 5_sat});
        QVERIFY(!small);
        QCOMPARE(small.error().kind, api::ProblemKind::amount_too_small);
        const auto large = net.alice.node().quote(api::AskOpen{std::nullopt, 9'000'000_sat});
        QVERIFY(!large);
        QCOMPARE(large.error().kind, api::ProblemKind::insufficient_funds);
        // A smaller amount helps: then that is the advice.
        QVERIFY(large.error().params.count("least_to_open_sat") == 0);
        QVERIFY(!net.alice.node().quote(api::AskClose{ChannelId{}, false}));
        QVERIFY(net.check());
    }

    void a_close_brings_what_was_said() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        const auto before = Duo::coins(net.alice);
        const auto quote = net.alice.node().quote(api::AskClose{id, false});
        QVERIFY(bool(quote));
        QVERIFY(!quote->peer_needed);
        QCOMPARE(quote->to_us + quote->fee, 1'000'000_sat);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, false})));
        net.net.mine(8);
        const auto came = Duo::coins(net.alice) - before;
        // Said "about": the negotiated fee is never more than what was said.
        QVERIFY(came >= quote->to_us);
        QVERIFY(came.raw() - quote->to_us.raw() < 700);
        QVERIFY(net.check());
    }

    /// Nobody has signed: everything is there again, at once and for nothing.
    void an_opening_under_way_can_be_cancelled_data() {
        QTest::addColumn<bool>("has_answered");
        QTest::newRow("the peer has not answered") << false;
        QTest::newRow("the peer has to sign") << true;
    }

    void an_opening_under_way_can_be_cancelled() {
        QFETCH(const bool, has_answered);
        Duo net;
        net.reconnect();
        net.net.lie(net.bob, net.alice, [&](wire::Message& message) {
            if (has_answered ? std::holds_alternative<wire::FundingSigned>(message)
                             : std::holds_alternative<wire::AcceptChannel>(message))
                net.net.hold(net.bob, net.alice, true);
        });
        const auto before = Duo::coins(net.alice);
        const auto opening = net.alice.post(
            api::OpenChannel{net.bob.id(), 1'000'000_sat, Msat(0), false, std::nullopt});
        net.net.settle();
        const auto shown = net.alice.snapshot()->channels.at(0);
        QCOMPARE(shown.state,
                 std::string(has_answered ? "awaiting_funding_signed" : "awaiting_accept"));
        for (const bool force : {false, true}) {
            const auto quote = net.alice.node().quote(api::AskClose{shown.channel_id, force});
            QVERIFY(bool(quote));
            QCOMPARE(quote->to_us, 1'000'000_sat);
            QVERIFY(quote->fee.is_zero() && quote->wait.raw() == 0 && !quote->peer_needed);
        }
        const auto closed = net.run(net.alice, api::CloseChannel{shown.channel_id, false});
        QVERIFY(bool(closed));
        QCOMPARE(std::get<api::ChannelClosing>(*closed).state, std::string("cancelled"));
        QVERIFY(net.alice.answer(opening) != nullptr && !*net.alice.answer(opening));
        // The person's own wish: nothing took too long, and nobody refused.
        QCOMPARE(net.alice.answer(opening)->error().kind, api::ProblemKind::cancelled);
        QVERIFY(net.alice.snapshot()->channels.empty());
        QCOMPARE(Duo::coins(net.alice), before);
        // The peer hears of it: it waits for nothing.
        net.net.hold(net.bob, net.alice, false);
        net.net.settle();
        QVERIFY(net.bob.snapshot()->channels.empty() ||
                net.bob.snapshot()->channels.at(0).state == "closing");
        QVERIFY(net.alice.snapshot()->channels.empty());
        QVERIFY(net.check());
    }

    void a_forced_close_says_when_it_ends() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        const auto quote = net.alice.node().quote(api::AskClose{id, true});
        QVERIFY(bool(quote));
        QCOMPARE(quote->wait.raw(), net.alice.snapshot()->channels.front().our_delay);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
        QVERIFY(!net.alice.snapshot()->channels.front().closing_until);  // not in a block yet
        net.net.mine(1);
        const auto view = net.alice.snapshot()->channels.front();
        QVERIFY(view.closing_until.has_value());
        QCOMPARE(view.closing_until->raw(),
                 net.alice.snapshot()->chain.height.raw() + quote->wait.raw());
        QVERIFY(net.check());
    }
};

RUNNEL_TEST(TestQuotes)
#include "test_quotes.moc"
