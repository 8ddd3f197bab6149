// Sending on the chain: what was said before the click is what is done, to the satoshi, and a
// pasted address or link is told apart from everything else.
#include "tests/scenario/duo.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using api::Pace;
using api::ProblemKind;

namespace {

const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const std::string on_mainnet = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

Result<api::Inspection, api::Problem> look(Story& net, sim::SimNode& node,
                                           const std::string& text) {
    return node.node().inspect(text, net.net.now());
}

std::string param(const api::Problem& problem, const char* name) {
    const auto found = problem.params.find(name);
    return found == problem.params.end() ? std::string() : found->second;
}

}  // namespace

class TestSends : public QObject {
    Q_OBJECT

private slots:
    void a_send_costs_what_was_said() {
        // Many coins of many sizes: which of them are taken is drawn, and drawn alike.
        Duo net;
        for (std::uint64_t i = 0; i < 12; ++i) net.net.fund(net.alice, Sat(11'000 + 7'919 * i));
        net.net.mine(1);
        std::set<std::uint64_t> fees;
        for (std::uint64_t i = 0; i < 12; ++i) {
            const auto pace = i % 3 == 0 ? Pace::urgent : i % 3 == 1 ? Pace::normal : Pace::slow;
            const Sat amount(15'000 + 6'007 * i);
            const auto quote = net.alice.node().quote(api::AskSend{elsewhere, amount, pace});
            QVERIFY(bool(quote));
            QCOMPARE(quote->amount, amount);
            const auto before = Duo::coins(net.alice);
            const auto sent =
                net.run(net.alice, api::SendOnchain{elsewhere, amount, quote->feerate, quote->fee});
            QVERIFY(bool(sent));
            const auto& answer = std::get<api::OnchainSent>(*sent);
            QCOMPARE(answer.fee, quote->fee);
            QCOMPARE(Duo::coins(net.alice), before - amount - quote->fee);
            QCOMPARE(Duo::coins(net.alice), quote->kept);
            fees.insert(quote->fee.raw());
        }
        QVERIFY(fees.size() > 3);
        net.net.mine(1);
        QVERIFY(net.check());
    }

    void everything_costs_what_was_said_and_leaves_the_reserve() {
        Duo net;
        static_cast<void>(net.open(net.alice, net.bob, 500'000_sat));
        const auto quote =
            net.alice.node().quote(api::AskSend{elsewhere, std::nullopt, Pace::normal});
        QVERIFY(bool(quote));
        QVERIFY((quote->kept_parts == std::vector<api::Kept>{{quote->kept, "anchor_reserve"}}));
        QCOMPARE(quote->reserve, 50'000_sat);
        QVERIFY(quote->kept >= quote->reserve);
        const auto before = Duo::coins(net.alice);
        const auto sent = net.run(
            net.alice, api::SendOnchain{elsewhere, std::nullopt, quote->feerate, quote->fee});
        QVERIFY(bool(sent));
        const auto& answer = std::get<api::OnchainSent>(*sent);
        QCOMPARE(answer.amount, quote->amount);
        QCOMPARE(answer.fee, quote->fee);
        QCOMPARE(answer.kept, quote->kept);
        QVERIFY(answer.kept_parts == quote->kept_parts);
        QCOMPARE(Duo::coins(net.alice), quote->kept);
        QCOMPARE(before, answer.amount + answer.fee + answer.kept);
        QVERIFY(net.check());
    }

    /// A funding transaction that waits: never another in its place, but a child that pays for
    /// both.
    void a_funding_transaction_is_bumped_by_a_child() {
        Duo net;
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        const auto slow = net.alice.node().state().health.fees.slow;
        const auto before = Duo::coins(net.alice);
        const auto opened =
            net.run(net.alice, api::OpenChannel{net.bob.id(), 500'000_sat, 0_msat, false, slow});
        QVERIFY(bool(opened));
        const auto& opening = std::get<api::ChannelOpening>(*opened);
        const auto bumped = net.run(net.alice, api::BumpTransaction{opening.funding_txid, {}});
        QVERIFY(bool(bumped));
        const auto& child = std::get<api::OnchainSent>(*bumped);
        const auto& transactions = net.alice.node().state().transactions;
        const auto weight = transactions.at(opening.funding_txid).tx->weight() +
                            transactions.at(child.txid).tx->weight();
        const auto urgent = net.alice.node().state().health.fees.urgent;
        QVERIFY(opening.fee + child.fee >= urgent.fee_ceil(weight));
        QVERIFY(opening.fee + child.fee < urgent.fee_ceil(weight + 40));
        QCOMPARE(Duo::coins(net.alice), before - 500'000_sat - opening.fee - child.fee);
        // Once is enough, and only what is ours and waits.
        const auto cause = [&](const Txid& txid) {
            const auto refused = net.run(net.alice, api::BumpTransaction{txid, {}});
            return refused ? std::string() : param(refused.error(), "cause");
        };
        QCOMPARE(cause(opening.funding_txid), std::string("no_coin"));
        QCOMPARE(cause(Txid{}), std::string("not_ours"));
        const auto enough = net.run(net.alice, api::BumpTransaction{child.txid, slow});
        QVERIFY(!enough);
        QCOMPARE(enough.error().kind, ProblemKind::feerate_out_of_range);
        QCOMPARE(param(enough.error(), "cause"), std::string());
        // Both pay what the next blocks ask: without a feerate there is none that could be wrong.
        const auto unnamed = net.run(net.alice, api::BumpTransaction{child.txid, {}});
        QVERIFY(!unnamed);
        QCOMPARE(unnamed.error().kind, ProblemKind::feerate_out_of_range);
        QCOMPARE(param(unnamed.error(), "cause"), std::string("pays_enough"));
        QVERIFY(std::stoul(param(unnamed.error(), "least")) * 250 > urgent.raw());
        const auto dear =
            net.run(net.alice, api::BumpTransaction{child.txid, FeeratePerKw(5'000), 1_sat});
        QVERIFY(!dear);
        QCOMPARE(dear.error().kind, ProblemKind::fee_limit);
        // A child's child, and what it pays for is all three.
        const auto again =
            net.run(net.alice, api::BumpTransaction{child.txid, FeeratePerKw(5'000)});
        QVERIFY(bool(again));
        net.alice.restart();
        net.net.mine(7);
        QCOMPARE(cause(opening.funding_txid), std::string("confirmed"));
        net.reconnect();
        QCOMPARE(Story::state_of(net.alice, opening.channel_id), std::string("normal"));
        QVERIFY(net.check());
    }

    void a_close_by_agreement_is_bumped_by_a_child_data() {
        QTest::addColumn<bool>("by_funder");
        QTest::addColumn<bool>("restarts");
        QTest::newRow("by who opened") << true << false;
        QTest::newRow("by the other side") << false << false;
        QTest::newRow("by the other side, restarted") << false << true;
    }

    /// Agreed on for what blocks did cost; then mempools want more. Either side can pay the rest,
    /// and hears that it has to.
    void a_close_by_agreement_is_bumped_by_a_child() {
        QFETCH(const bool, by_funder);
        QFETCH(const bool, restarts);
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
        net.net.chain().set_mempool_min(FeeratePerKw(5'000));
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id})));
        const auto& closing = std::get<channel::Closing>(Story::channel_of(net.bob, id)->state);
        const auto close = std::get<channel::MutualCloseAgreed>(closing.cause).tx;
        const Txid txid = close.txid();
        net.net.mine(2);
        QVERIFY(!net.net.chain().transaction(txid));
        for (const auto* const node : {&net.alice, &net.bob}) {
            std::vector<api::Problem> told;
            for (const auto& notice : node->notices()) {
                const auto* const trouble = std::get_if<api::Trouble>(&notice);
                if (trouble != nullptr && trouble->problem.kind == ProblemKind::broadcast_refused)
                    told.push_back(trouble->problem);
            }
            QCOMPARE(told.size(), std::size_t{1});
            QCOMPARE(param(told.front(), "txid"), display_hex(txid));
            QCOMPARE(param(told.front(), "purpose"), std::string("close"));
            QCOMPARE(param(told.front(), "can_bump"), std::string("true"));
            QCOMPARE(node->snapshot()->refused, std::vector<Txid>{txid});
        }
        auto& node = by_funder ? net.alice : net.bob;
        node.set_fees({FeeratePerKw(10'000), FeeratePerKw(6'000), FeeratePerKw(5'000),
                       FeeratePerKw(5'000), true});
        net.net.settle();
        const auto before = Duo::coins(node);
        const auto bumped = net.run(node, api::BumpTransaction{txid, {}});
        QVERIFY(bool(bumped));
        const auto child = std::get<api::OnchainSent>(*bumped);
        Sat paid = 1'000'000_sat + child.fee;
        for (const auto& output : close.outputs) paid -= output.value;
        const auto weight =
            close.weight() + node.node().state().transactions.at(child.txid).tx->weight();
        QVERIFY(paid >= FeeratePerKw(10'000).fee_ceil(weight));
        QVERIFY(paid < FeeratePerKw(10'000).fee_ceil(weight + 40));
        QCOMPARE(Duo::coins(node), before - child.fee);
        // A commitment could still take the close's place: nothing else may build on it.
        QVERIFY(!node.node().state().coins.at({child.txid, 0}).ours);
        const auto again = net.run(node, api::BumpTransaction{txid, {}});
        QVERIFY(!again);
        QCOMPARE(param(again.error(), "cause"), std::string("no_coin"));
        if (restarts) node.restart();
        net.net.mine(2);
        QVERIFY(net.net.chain().transaction(txid)->height.has_value());
        QVERIFY(net.net.chain().transaction(child.txid)->height.has_value());
        net.net.mine(6);
        for (const auto* const one : {&net.alice, &net.bob}) {
            QCOMPARE(Story::state_of(*one, id), std::string("closed"));
            QVERIFY(one->snapshot()->refused.empty());
        }
        QCOMPARE(Duo::coins(node), before - child.fee);
        QVERIFY(net.check());
    }

    /// Its reserve outputs are no money to pay twice with.
    void what_is_bumped_is_not_bumped_again() {
        Story net;
        auto& alice = net.net.add("alice", parts_for(1));
        auto& bob = net.net.add("bob", parts_for(2));
        net.net.fund(alice, 2'000'000_sat);
        net.net.fund(bob, 100'000_sat);
        net.net.connect(alice, bob);
        net.net.settle();
        const auto opened = net.run(alice, api::OpenChannel{bob.id(), 500'000_sat, 0_msat, false,
                                                            alice.node().state().health.fees.slow});
        QVERIFY(bool(opened));
        const auto txid = std::get<api::ChannelOpening>(*opened).funding_txid;
        QVERIFY(bool(net.run(alice, api::BumpTransaction{txid, {}})));
        const auto before = Story::coins(alice);
        const auto again = net.run(alice, api::BumpTransaction{txid, {}});
        QVERIFY(!again);
        QCOMPARE(param(again.error(), "cause"), std::string("no_coin"));
        QCOMPARE(Story::coins(alice), before);
        QVERIFY(net.check());
    }

    /// The only coin guards a channel. A send makes the guard anew, of its own outputs, and until
    /// those confirm nothing could be bumped: so it has to confirm soon.
    void a_slow_send_leaves_no_channel_unguarded() {
        Story net;
        auto& alice = net.net.add("alice", parts_for(1));
        auto& bob = net.net.add("bob", parts_for(2));
        net.net.fund(alice, 200'000_sat);
        net.net.fund(bob, 2'000'000_sat, 2);
        const auto id = net.open(bob, alice, 1'000'000_sat, 300'000'000_msat);
        QCOMPARE(Story::state_of(alice, id), std::string("normal"));
        const FeeratePerKw urgent = alice.node().state().health.fees.urgent;
        const FeeratePerKw slow = alice.node().state().health.fees.slow;
        const auto refused = net.run(alice, api::SendOnchain{elsewhere, 20'000_sat, slow});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ProblemKind::reserve_needed);
        QCOMPARE(param(refused.error(), "feerate"), std::to_string((urgent.raw() + 249) / 250));
        // Who asks before hears the same: no other feerate is quoted in place of the one named.
        const auto asked =
            alice.node().quote(api::AskSend{elsewhere, 20'000_sat, Pace::normal, slow});
        QVERIFY(!asked);
        QVERIFY(asked.error() == refused.error());
        const auto enough =
            alice.node().quote(api::AskSend{elsewhere, 20'000_sat, Pace::normal, urgent});
        QVERIFY(bool(enough));
        QVERIFY(enough->feerate == urgent && !enough->hurried);
        // Who leaves the fee to the wallet gets one that does, and hears of it before.
        for (const auto pace : {Pace::slow, Pace::normal, Pace::urgent}) {
            const auto quote = alice.node().quote(api::AskSend{elsewhere, 20'000_sat, pace});
            QVERIFY(bool(quote));
            QCOMPARE(quote->feerate, urgent);
            // Why it is more than was asked for; where the next blocks were, it is not.
            QCOMPARE(quote->hurried, pace != Pace::urgent);
        }
        const auto quote = alice.node().quote(api::AskSend{elsewhere, 20'000_sat, Pace::slow});
        const auto sent = net.run(alice, api::SendOnchain{elsewhere, 20'000_sat, std::nullopt});
        QVERIFY(bool(sent));
        QCOMPARE(std::get<api::OnchainSent>(*sent).fee, quote->fee);
        net.net.mine(1);
        // Now two coins guard it: what is beside them may wait.
        const auto later = alice.node().quote(api::AskSend{elsewhere, 20'000_sat, Pace::slow});
        QVERIFY(later && !later->hurried);
        QVERIFY(bool(net.run(alice, api::SendOnchain{elsewhere, 20'000_sat, slow})));
        QVERIFY(net.check());
    }

    void what_stays_behind_says_why() {
        const auto parts = [](Duo& net) {
            const auto quote =
                net.alice.node().quote(api::AskSend{elsewhere, std::nullopt, Pace::urgent});
            if (!quote) return std::vector<api::Kept>{{0_sat, "refused"}};
            const auto sent = net.run(
                net.alice, api::SendOnchain{elsewhere, std::nullopt, quote->feerate, quote->fee});
            if (!sent) return std::vector<api::Kept>{{0_sat, "not sent"}};
            const auto& answer = std::get<api::OnchainSent>(*sent);
            Sat sum;
            for (const auto& part : answer.kept_parts) sum += part.amount;
            if (sum != answer.kept || Duo::coins(net.alice) != answer.kept ||
                answer.kept_parts != quote->kept_parts)
                return std::vector<api::Kept>{{sum, "does not add up"}};
            return answer.kept_parts;
        };
        const auto gets = [](Duo& net, Sat amount) {
            const auto to =
                std::get<api::AddressMade>(*net.run(net.alice, api::NewAddress{})).address;
            return bool(net.run(net.bob, api::SendOnchain{to, amount, std::nullopt}));
        };
        using Parts = std::vector<api::Kept>;
        {
            Duo net;
            QVERIFY((parts(net) == Parts{}));
            QVERIFY(net.check());
        }
        {
            Duo net;
            QVERIFY(gets(net, 70'000_sat));
            QVERIFY((parts(net) == Parts{{70'000_sat, "unconfirmed"}}));
            QVERIFY(net.check());
        }
        {
            Duo net;
            net.net.fund(net.alice, 400_sat);  // 680 sat to spend it
            QVERIFY((parts(net) == Parts{{400_sat, "too_small"}}));
            QVERIFY(net.check());
        }
        {
            Duo net;
            net.open(net.alice, net.bob, 500'000_sat);
            net.net.fund(net.alice, 400_sat);
            QVERIFY(gets(net, 70'000_sat));
            const auto all = parts(net);
            QCOMPARE(all.size(), std::size_t{3});
            QVERIFY(all[0].reason == "anchor_reserve" && all[0].amount >= 50'000_sat);
            QVERIFY((all[1] == api::Kept{70'000_sat, "unconfirmed"}));
            QVERIFY((all[2] == api::Kept{400_sat, "too_small"}));
            QVERIFY(net.check());
        }
    }

    void faster_is_not_cheaper() {
        Duo net;
        const auto fee = [&](Pace pace) {
            return net.alice.node().quote(api::AskSend{elsewhere, 1'900'000_sat, pace})->fee;
        };
        QVERIFY(fee(Pace::urgent) > fee(Pace::normal));
        QVERIFY(fee(Pace::normal) > fee(Pace::slow));
        QVERIFY(net.check());
    }

    void asking_changes_nothing() {
        Duo net;
        const auto turn = net.alice.snapshot()->turn;
        const auto first =
            net.alice.node().quote(api::AskSend{elsewhere, 100'000_sat, Pace::normal});
        QVERIFY(bool(first));
        const auto second =
            net.alice.node().quote(api::AskSend{elsewhere, 100'000_sat, Pace::normal});
        QVERIFY(*first == *second);
        QCOMPARE(net.alice.snapshot()->turn, turn);
        QVERIFY(net.check());
    }

    void more_than_was_agreed_to_is_not_paid() {
        Duo net;
        const auto quote =
            net.alice.node().quote(api::AskSend{elsewhere, 100'000_sat, Pace::normal});
        QVERIFY(bool(quote));
        const auto before = Duo::coins(net.alice);
        const auto refused =
            net.run(net.alice,
                    api::SendOnchain{elsewhere, 100'000_sat, quote->feerate, quote->fee - 1_sat});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ProblemKind::fee_limit);
        QCOMPARE(Duo::coins(net.alice), before);
        QVERIFY(net.check());
    }

    void what_cannot_be_sent_says_why() {
        Duo net;
        const auto problem = [&](const std::string& address, std::optional<Sat> amount) {
            const auto quote = net.alice.node().quote(api::AskSend{address, amount, Pace::normal});
            const auto sent = net.run(net.alice, api::SendOnchain{address, amount, std::nullopt});
            if (quote || sent || quote.error() != sent.error())
                return api::Problem{ProblemKind::internal, {}};
            return quote.error();
        };
        const auto dust = problem(elsewhere, 293_sat);
        QCOMPARE(dust.kind, ProblemKind::amount_too_small);
        QCOMPARE(param(dust, "least"), std::string("294"));
        const auto much = problem(elsewhere, 9'000'000_sat);
        QCOMPARE(much.kind, ProblemKind::insufficient_funds);
        QCOMPARE(param(much, "available_sat"), std::string("2120000"));
        QVERIFY(std::stoull(param(much, "needed_sat")) > 9'000'000);
        const auto foreign = problem(on_mainnet, 10'000_sat);
        QCOMPARE(foreign.kind, ProblemKind::wrong_network);
        QCOMPARE(param(foreign, "found"), std::string("mainnet"));
        QCOMPARE(param(foreign, "expected"), std::string("regtest"));
        auto typo = elsewhere;
        typo.back() = 'q';
        QCOMPARE(problem(typo, 10'000_sat).kind, ProblemKind::malformed);
        static_cast<void>(net.open(net.alice, net.bob, 500'000_sat));
        const auto reserve = problem(elsewhere, 1'600'000_sat);
        QCOMPARE(reserve.kind, ProblemKind::reserve_needed);
        QCOMPARE(param(reserve, "reserve_sat"), std::string("50000"));
        QVERIFY(net.check());
    }

    void addresses_are_told_apart() {
        Duo net;
        const auto plain = look(net, net.alice, elsewhere);
        QVERIFY(bool(plain));
        QCOMPARE(plain->kind, std::string("bitcoin"));
        QCOMPARE(plain->onchain->address, elsewhere);
        QVERIFY(!plain->onchain->own && !plain->onchain->problem && !plain->onchain->amount);
        const auto old = look(net, net.alice, "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn");
        QCOMPARE(old->kind, std::string("bitcoin"));
        const auto taproot =
            look(net, net.alice,
                 *bitcoin::address_of(bitcoin::Script{0x51, 0x02, 0x4e, 0x73}, Network::regtest));
        QCOMPARE(taproot->kind, std::string("bitcoin"));
        const auto foreign = look(net, net.alice, on_mainnet);
        QCOMPARE(foreign->onchain->problem->kind, ProblemKind::wrong_network);
        QCOMPARE(param(*foreign->onchain->problem, "found"), std::string("mainnet"));
        QCOMPARE(
            param(*look(net, net.alice, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")->onchain->problem,
                  "found"),
            std::string("mainnet"));
        QCOMPARE(param(*look(net, net.alice, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")
                            ->onchain->problem,
                       "found"),
                 std::string("testnet"));
        // A typing error is called one.
        for (const char* const typo : {"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt08q",
                                       "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"}) {
            const auto wrong = look(net, net.alice, typo);
            QVERIFY(!wrong);
            QCOMPARE(wrong.error().kind, ProblemKind::malformed);
            QCOMPARE(param(wrong.error(), "what"), std::string("address"));
            QCOMPARE(param(wrong.error(), "cause"), std::string("bad_checksum"));
        }
        const auto made = net.run(net.alice, api::NewAddress{});
        const auto own = std::get<api::AddressMade>(*made).address;
        QVERIFY(look(net, net.alice, own)->onchain->own);
        QVERIFY(!look(net, net.bob, own)->onchain->own);
        QVERIFY(net.check());
    }

    /// BOLT 11's own example: what it calls unknown is shown, and not only passed over.
    void an_invoice_is_shown_with_what_nobody_knows() {
        Duo net;
        const auto looked =
            look(net, net.alice,
                 "lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven"
                 "9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q5sqqqqqqqq"
                 "qqqqqqqqsgq2qrqqqfppnqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqppnqqqqqqqqqqqqqqqqqqqqqqqq"
                 "qqqqqqqqqqqqqqqqqqqqqqqqqqqpp4qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
                 "qqqhpnqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqhp4qqqqqqqqqqqqqqqqqqqq"
                 "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqspnqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
                 "qqqqqqqsp4qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnp5qqqqqqqqqqqqqq"
                 "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnpkqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
                 "qqqqqqqqqqqqqqqz599y53s3ujmcfjp5xrdap68qxymkqphwsexhmhr8wdz5usdzkzrse33chw6dlp3j"
                 "huhge9ley7j2ayx36kawe7kmgg8sv5ugdyusdcqzn8z9x");
        QVERIFY(bool(looked));
        QCOMPARE(looked->description, std::string("coffee beans"));
        QCOMPARE(looked->unknown_fields.size(), std::size_t{1});
        QCOMPARE(looked->unknown_fields.front().name, '2');
        QCOMPARE(looked->unknown_fields.front().content, std::string("qqq"));
        QVERIFY(!looked->names_payee && looked->fallback_scripts.empty());
        QVERIFY(net.check());
    }

    void links_are_read() {
        Duo net;
        const auto capitals = look(
            net, net.alice,
            "BITCOIN:BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080?AMOUNT=0.00012345&LABEL=SHOP");
        QVERIFY(bool(capitals));
        QCOMPARE(capitals->onchain->address, elsewhere);
        QCOMPARE(*capitals->onchain->amount, 12'345_sat);
        QCOMPARE(capitals->onchain->label, std::string("SHOP"));
        const auto demand = look(net, net.alice, "bitcoin:" + elsewhere + "?req-x=1");
        QCOMPARE(demand.error().kind, ProblemKind::unsupported);
        QCOMPARE(param(demand.error(), "feature"), std::string("req-x"));
        // What a key is made of is the payee's: it is shown, so it is text, and one line of it.
        const auto bytes = look(net, net.alice, "bitcoin:" + elsewhere + "?req-%ff=1");
        QCOMPARE(bytes.error().kind, ProblemKind::malformed);
        QCOMPARE(param(bytes.error(), "field"), std::string("req-%ff"));
        const auto lines = look(net, net.alice, "bitcoin:" + elsewhere + "?req-a%0Ab=1");
        QCOMPARE(lines.error().kind, ProblemKind::unsupported);
        QCOMPARE(param(lines.error(), "feature"), std::string("req-a\\u{a}b"));
        const auto twice = look(net, net.alice, "bitcoin:" + elsewhere + "?amount=1&amount=2");
        QCOMPARE(twice.error().kind, ProblemKind::malformed);
        QCOMPARE(param(twice.error(), "what"), std::string("link"));
        QCOMPARE(param(twice.error(), "field"), std::string("amount"));
        QVERIFY(net.check());
    }

    // They are no invoices with a typing error: whoever copied them right would copy them again.
    void what_cannot_be_paid_yet_is_named() {
        Duo net;
        const auto feature = [&](const std::string& text) {
            const auto looked = look(net, net.alice, text);
            if (looked || looked.error().kind != ProblemKind::unsupported) return std::string();
            return param(looked.error(), "feature");
        };
        const std::string lnurl = "lnurl1dp68gurn8ghj7um9wfmxjcm99e3k7mf0v9cxj0m385ekvcenxc6r2c35x";
        const std::string offer = "lno1qgsqvgnwgcg35z6ee2h3yczraddm72xrfua9uve2rlrm9deu7xyfzrc";
        QCOMPARE(feature(lnurl), std::string("lnurl"));
        QCOMPARE(feature("lightning:" + lnurl), std::string("lnurl"));
        QCOMPARE(feature("LIGHTNING:LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0"), std::string("lnurl"));
        QCOMPARE(feature("lnurlp://service.example/pay"), std::string("lnurl"));
        QCOMPARE(feature("https://service.example/give?lightning=LNURL1DP68GURN"),
                 std::string("lnurl"));
        QCOMPARE(feature(offer), std::string("offer"));
        QCOMPARE(feature("LNO1QGSQVGNWGCG35Z6EE2H3YCZRADDM72"), std::string("offer"));
        QCOMPARE(feature("lightning:" + offer), std::string("offer"));
        QCOMPARE(feature("bitcoin:?lno=" + offer), std::string("offer"));
        QCOMPARE(feature("satoshi@wallet.example"), std::string("name_at_domain"));
        QCOMPARE(feature("Satoshi+Tips@Wallet.Example"), std::string("name_at_domain"));
        QCOMPARE(feature("\xe2\x82\xbfsatoshi@wallet.example"), std::string("name_at_domain"));
        // Also when it is to be paid at once, as the command line does.
        const auto paid = net.run(net.alice, api::Pay{offer, 1'000_msat, std::nullopt, 60});
        QVERIFY(!paid);
        QCOMPARE(paid.error().kind, ProblemKind::unsupported);
        // A node's address is none, nor is an invoice or half of one.
        for (const std::string& other :
             {std::string(66, '0') + "@shop.example", std::string("shop@127.0.0.1"),
              std::string("lnbcrt1"), std::string("lnurl"), std::string("@wallet.example"),
              std::string("satoshi@"), std::string("satoshi@wallet")})
            QCOMPARE(feature(other), std::string());
        const auto both = look(net, net.alice, "bitcoin:" + elsewhere + "?lightning=" + lnurl);
        QCOMPARE(both->kind, std::string("bitcoin"));
        QCOMPARE(both->problem->kind, ProblemKind::unsupported);
        QVERIFY(net.check());
    }

    void a_link_with_both_ways_says_both() {
        Duo net;
        static_cast<void>(net.open(net.alice, net.bob, 500'000_sat));
        const auto invoice = net.invoice(net.bob, 20'000'000_msat);
        const auto both =
            look(net, net.alice, "bitcoin:" + elsewhere + "?amount=0.0002&lightning=" + invoice);
        QVERIFY(bool(both));
        QCOMPARE(both->kind, std::string("bolt11"));
        QCOMPARE(both->bolt11, invoice);
        QVERIFY(!both->problem);
        QCOMPARE(*both->onchain->amount, 20'000_sat);
        // What was looked at can be paid as it was given.
        QVERIFY(bool(net.run(net.alice, api::Pay{both->bolt11, std::nullopt, std::nullopt, 60})));
        const auto paid = look(net, net.alice, "bitcoin:" + elsewhere + "?lightning=" + invoice);
        QCOMPARE(paid->problem->kind, ProblemKind::already_paid);
        QVERIFY(paid->onchain.has_value());
        // An invoice that cannot be read leaves the address.
        const auto half =
            look(net, net.alice, "bitcoin:" + elsewhere + "?lightning=" + invoice.substr(0, 80));
        QCOMPARE(half->kind, std::string("bitcoin"));
        QCOMPARE(half->problem->kind, ProblemKind::malformed);
        const auto alone =
            look(net, net.alice, "bitcoin:?lightning=" + net.invoice(net.bob, 1'000'000_msat));
        QCOMPARE(alone->kind, std::string("bolt11"));
        QVERIFY(!alone->onchain);
        QVERIFY(!look(net, net.alice, "bitcoin:?lightning=lnbcrt"));
        QVERIFY(net.check());
    }

    // Paid on the chain first, the invoice of the same link would be paid a second time.
    void a_link_that_was_sent_to_says_so() {
        Duo net;
        static_cast<void>(net.open(net.alice, net.bob, 500'000_sat));
        const auto link = [&](const std::string& invoice) {
            return "bitcoin:" + elsewhere + "?amount=0.0002&lightning=" + invoice;
        };
        const auto first = link(net.invoice(net.bob, 20'000'000_msat));
        QVERIFY(!look(net, net.alice, first)->onchain->sent);
        const auto began = net.net.now();
        const auto sent = net.run(net.alice, api::SendOnchain{elsewhere, 20'000_sat, std::nullopt});
        QVERIFY(bool(sent));
        const auto txid = std::get<api::OnchainSent>(*sent).txid;
        const auto waits = look(net, net.alice, first);
        QVERIFY(waits->onchain->sent.has_value());
        QCOMPARE(waits->onchain->sent->txid, txid);
        QCOMPARE(waits->onchain->sent->amount, 20'000_sat);
        QVERIFY(waits->onchain->sent->when >= began);
        QVERIFY(!waits->onchain->sent->height);
        QVERIFY(waits->onchain->sent->for_this);
        net.net.mine(1);
        QCOMPARE(look(net, net.alice, first)->onchain->sent->height,
                 std::optional(net.alice.snapshot()->chain.height));
        // It is known after a restart as well.
        net.alice.restart();
        net.reconnect();
        QCOMPARE(look(net, net.alice, first)->onchain->sent->txid, txid);
        // The address alone: that it was used, and nothing about a request.
        const auto plain = look(net, net.alice, elsewhere);
        QVERIFY(plain->onchain->sent && !plain->onchain->sent->for_this);
        // Nobody else's, and no change of our own.
        QVERIFY(!look(net, net.bob, elsewhere)->onchain->sent);
        for (const auto& output : net.alice.node().state().transactions.at(txid).tx->outputs) {
            const auto address = *bitcoin::address_of(output.script, Network::regtest);
            if (address != elsewhere) QVERIFY(!look(net, net.alice, address)->onchain->sent);
        }
        // Who asks for something else at the same address is paid as if it were another one.
        net.net.advance(600'000);
        const auto second = look(net, net.alice, link(net.invoice(net.bob, 20'000'000_msat)));
        QVERIFY(second->onchain->sent.has_value());
        QVERIFY(!second->onchain->sent->for_this);
        QVERIFY(!second->problem);
        // Of several the newest is told.
        const auto more = net.run(net.alice, api::SendOnchain{elsewhere, 30'000_sat, std::nullopt});
        QVERIFY(bool(more));
        QCOMPARE(look(net, net.alice, elsewhere)->onchain->sent->txid,
                 std::get<api::OnchainSent>(*more).txid);
        QVERIFY(net.check());
    }

    void without_the_chain_nothing_is_sent() {
        Duo net;
        ports::ChainStatus behind;
        behind.reachable = true;
        behind.synced = false;
        behind.tip = net.alice.snapshot()->chain.height;
        net.alice.say_chain(behind);
        net.net.settle();
        const auto quote =
            net.alice.node().quote(api::AskSend{elsewhere, 10'000_sat, Pace::normal});
        QVERIFY(!quote);
        QCOMPARE(quote.error().kind, ProblemKind::not_synced);
        QVERIFY(!net.run(net.alice, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt}));
        QVERIFY(net.check());
    }
};

RUNNEL_TEST(TestSends)
#include "test_sends.moc"
