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
        const auto twice = look(net, net.alice, "bitcoin:" + elsewhere + "?amount=1&amount=2");
        QCOMPARE(twice.error().kind, ProblemKind::malformed);
        QCOMPARE(param(twice.error(), "what"), std::string("link"));
        QCOMPARE(param(twice.error(), "field"), std::string("amount"));
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
