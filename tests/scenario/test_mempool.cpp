// What the wallet makes of transactions that no block holds: of a payment to it that another one
// replaces only one counts, and of a refusal of what it sent the person hears once.
#include "tests/scenario/stranger.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using api::ProblemKind;

namespace {

const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const bitcoin::Script anybody{0x51};

bool watches(const Host& host, const bitcoin::OutPoint& outpoint) {
    return std::any_of(host.effects.begin(), host.effects.end(), [&](const ports::Effect& effect) {
        const auto* const watch = std::get_if<ports::Watch>(&effect);
        const auto* const what =
            watch == nullptr ? nullptr : std::get_if<ports::WatchOutPoint>(&watch->what);
        return what != nullptr && what->outpoint == outpoint;
    });
}

Sat unconfirmed(const Host& host) { return host.node->snapshot()->balance.onchain_unconfirmed; }

/// As `transactions` lists them, newest first.
std::vector<Txid> listed(const Host& host) {
    std::vector<Txid> out;
    for (const auto& tx : host.node->transactions({100, std::nullopt})) out.push_back(tx.txid);
    return out;
}

/// Of which the last turn told that they are gone.
std::vector<Txid> dropped(const Host& host) {
    std::vector<Txid> out;
    for (const auto& notice : host.notices<api::TransactionDropped>()) out.push_back(notice.txid);
    return out;
}

/// In a block that was told already.
void confirm(Host& host, const ports::TxPtr& tx) {
    const auto& tip = host.node->state().tip;
    host.take({ports::ChainEvent(ports::LateConfirmation{tip.height, tip.hash, {tx, 1}})});
}

}  // namespace

class TestMempool : public QObject {
    Q_OBJECT

private slots:
    void a_payment_replaced_counts_once() {
        Host host(1);
        const auto low =
            paying(outpoint_of(1), {{100'000_sat, host.script(0)}, {50'000_sat, anybody}});
        const auto high =
            paying(outpoint_of(1), {{100'000_sat, host.script(0)}, {49'000_sat, anybody}});
        host.see(low);
        QCOMPARE(unconfirmed(host), 100'000_sat);
        // Only so is it seen that something else spends the same.
        QVERIFY(watches(host, outpoint_of(1)));
        host.see(high);
        QCOMPARE(unconfirmed(host), 100'000_sat);
        QCOMPARE(host.node->state().transactions.size(), std::size_t{1});
        QVERIFY(host.node->state().transactions.contains(high->txid()));
        host.load();
        QCOMPARE(unconfirmed(host), 100'000_sat);
        // The first one is mined all the same.
        host.mine({low});
        QCOMPARE(unconfirmed(host), 0_sat);
        QCOMPARE(host.node->snapshot()->balance.onchain, 100'000_sat);
        QCOMPARE(host.node->state().transactions.size(), std::size_t{1});
    }

    /// Whoever shows what came hears that it is not coming, however it was replaced; else a
    /// payment of which the sender has raised the fee would stand there twice.
    void what_is_replaced_is_told_to_be_gone_data() {
        QTest::addColumn<bool>("pays_us");
        QTest::addColumn<bool>("by_a_block");
        QTest::newRow("by one that pays us") << true << false;
        QTest::newRow("by one that does not") << false << false;
        QTest::newRow("by one that pays us, in a block") << true << true;
        QTest::newRow("by one that does not, in a block") << false << true;
    }
    void what_is_replaced_is_told_to_be_gone() {
        QFETCH(bool, pays_us);
        QFETCH(bool, by_a_block);
        Host host(1);
        const auto low =
            paying(outpoint_of(1), {{64'000_sat, host.script(0)}, {50'000_sat, anybody}});
        const auto high = paying(outpoint_of(1), {{64'000_sat, pays_us ? host.script(0) : anybody},
                                                  {49'000_sat, anybody}});
        host.see(low);
        const auto first = host.notices<api::CoinsReceived>();
        QCOMPARE(first.size(), std::size_t{1});
        QVERIFY(dropped(host).empty());
        if (by_a_block) confirm(host, high);
        else host.see(high);
        QCOMPARE(dropped(host), std::vector{low->txid()});
        const auto then = host.notices<api::CoinsReceived>();
        const auto wanted = pays_us ? std::vector{high->txid()} : std::vector<Txid>{};
        QCOMPARE(then.size(), wanted.size());
        if (pays_us) {
            QVERIFY(then.front().txid == high->txid());
            QCOMPARE(then.front().addresses, first.front().addresses);
            QCOMPARE(then.front().confirmed, by_a_block);
        }
        QCOMPARE(listed(host), wanted);
        QCOMPARE(unconfirmed(host) + host.node->snapshot()->balance.onchain,
                 pays_us ? 64'000_sat : 0_sat);
        // Told once: it is not there to be dropped again.
        host.see(high);
        QVERIFY(dropped(host).empty());
        host.load();
        QCOMPARE(listed(host), wanted);
    }

    void a_payment_taken_back() {
        Host host(1);
        const auto payment = paying(outpoint_of(1), {{100'000_sat, host.script(0)}});
        host.see(payment);
        // What another copy of the wallet made of it goes, too.
        const auto onward = paying({payment->txid(), 0}, {{99'000_sat, host.script(1)}});
        host.see(onward);
        QCOMPARE(unconfirmed(host), 99'000_sat);
        // Not only what brings something is news.
        const auto seen = host.notices<api::TransactionSeen>();
        QCOMPARE(seen.size(), std::size_t{1});
        QVERIFY(seen.front().txid == onward->txid());
        host.see(paying(outpoint_of(1), {{99'500_sat, anybody}}));
        QCOMPARE(dropped(host), (std::vector{payment->txid(), onward->txid()}));
        QCOMPARE(unconfirmed(host), 0_sat);
        QVERIFY(host.node->state().transactions.empty());
        QVERIFY(host.node->state().coins.empty());
    }

    /// Ours goes on being broadcast, and either may be mined: what the person did counts until
    /// then.
    void ours_is_not_replaced_by_a_rumour() {
        Host host(1);
        const auto coin = host.give(500'000_sat, 1);
        api::CommandId id;
        id.raw().fill(7);
        host.take({api::Command{id, api::SendOnchain{elsewhere, 200'000_sat, std::nullopt}}});
        const auto before = unconfirmed(host);
        QVERIFY(before > 290'000_sat);
        const auto rival = paying(coin, {{450'000_sat, host.script(3)}, {40'000_sat, anybody}});
        host.see(rival);
        QCOMPARE(unconfirmed(host), before);
        QVERIFY(dropped(host).empty());
        host.mine({rival});
        QCOMPARE(unconfirmed(host), 0_sat);
        QCOMPARE(host.node->snapshot()->balance.onchain, 450'000_sat);
    }

    /// Nor does a rumour take what a block has given.
    void a_block_counts_more_than_a_rumour() {
        Host host(1);
        const auto payment = paying(outpoint_of(1), {{100'000_sat, host.script(0)}});
        host.mine({payment});
        host.see(paying(outpoint_of(1), {{99'000_sat, host.script(1)}}));
        QCOMPARE(unconfirmed(host), 0_sat);
        QCOMPARE(host.node->snapshot()->balance.onchain, 100'000_sat);
    }

    /// The peer was quicker with a close that both signed, and its payment to us was seen before we
    /// knew what it is: it is ours to bring into a block all the same.
    void a_close_that_others_sent_first_is_still_ours() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
        net.net.lie(net.bob, net.alice, [&](wire::Message& message) {
            if (std::holds_alternative<wire::ClosingSigned>(message))
                net.net.hold(net.bob, net.alice, true);
        });
        net.alice.post(api::CloseChannel{id});
        net.net.settle();
        QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
        QCOMPARE(Story::state_of(net.alice, id), std::string("negotiating_close"));
        const auto newest = net.alice.node().transactions({1, std::nullopt}).front();
        QCOMPARE(newest.purpose, std::string("receive"));
        QVERIFY(!net.alice.node().state().transactions.at(newest.txid).ours);
        net.net.hold(net.bob, net.alice, false);
        net.net.settle();
        QCOMPARE(Story::state_of(net.alice, id), std::string("closing"));
        for (const bool restarted : {false, true}) {
            if (restarted) net.alice.restart();
            const auto& row = net.alice.node().state().transactions.at(newest.txid);
            QVERIFY(row.ours);
            QCOMPARE(row.purpose, std::string("close"));
        }
        QVERIFY(net.check());
    }

    void a_refused_send_is_told_once() {
        Host host(1);
        static_cast<void>(host.give(500'000_sat, 2));
        api::CommandId id;
        id.raw().fill(7);
        host.take({api::Command{id, api::SendOnchain{elsewhere, 200'000_sat, std::nullopt}}});
        const auto txid = host.node->transactions({1, std::nullopt}).front().txid;
        const auto refuse = [&] {
            host.take(
                {ports::ChainEvent(ports::BroadcastResult{txid, false, "min relay fee not met"})});
            return host.told();
        };
        const auto told = refuse();
        QCOMPARE(told.size(), std::size_t{1});
        QCOMPARE(told.front().kind, ProblemKind::broadcast_refused);
        QCOMPARE(told.front().params.at("txid"), display_hex(txid));
        QCOMPARE(told.front().params.at("reason"), std::string("min relay fee not met"));
        QCOMPARE(told.front().params.at("purpose"), std::string("send"));
        QCOMPARE(host.node->snapshot()->refused, std::vector<Txid>{txid});
        // It is tried with each block, and refused with each.
        QVERIFY(refuse().empty());
        host.mine({});
        QVERIFY(refuse().empty());
        // Its coins stay with it until it, or another one that spends them, is in a block.
        QCOMPARE(host.node->state().transactions.size(), std::size_t{3});
        // Once it was taken, another refusal is news.
        host.take({ports::ChainEvent(ports::BroadcastResult{txid, true, {}})});
        QVERIFY(host.told().empty());
        QVERIFY(host.node->snapshot()->refused.empty());
        QCOMPARE(refuse().size(), std::size_t{1});
        host.load();
        QCOMPARE(refuse().size(), std::size_t{1});
        // In a block it is refused no more.
        host.mine({host.node->state().transactions.at(txid).tx});
        QVERIFY(host.node->snapshot()->refused.empty());
    }

    /// Nor when another one that spends its coins is.
    void a_refused_send_that_lost_is_refused_no_more() {
        Host host(1);
        static_cast<void>(host.give(500'000_sat, 2));
        api::CommandId id;
        id.raw().fill(7);
        host.take({api::Command{id, api::SendOnchain{elsewhere, 200'000_sat, std::nullopt}}});
        const auto txid = host.node->transactions({1, std::nullopt}).front().txid;
        host.take({ports::ChainEvent(ports::BroadcastResult{txid, false, "conflict"})});
        QCOMPARE(host.node->snapshot()->refused.size(), std::size_t{1});
        const auto sent = [&] {
            return host.node->inspect(elsewhere, UnixTime(1'750'000'000))->onchain->sent;
        };
        // Refused is not lost: it may still arrive.
        QCOMPARE(sent()->txid, txid);
        auto rival = *host.node->state().transactions.at(txid).tx;
        // Back to the wallet, all of it.
        for (auto& output : rival.outputs) output.script = host.script(0);
        rival.outputs.front().value = rival.outputs.front().value - 1_sat;
        confirm(host, std::make_shared<const bitcoin::Transaction>(rival));
        QVERIFY(host.node->snapshot()->refused.empty());
        // Somebody was told that it was sent: now that it never arrives.
        QCOMPARE(host.told().size(), std::size_t{1});
        QCOMPARE(host.told().front().kind, api::ProblemKind::send_lost);
        QCOMPARE(host.told().front().params.at("amount_sat"), std::string("200000"));
        QCOMPARE(host.node->snapshot()->lost, std::vector{txid});
        // And it stands nowhere as on its way any more.
        QCOMPARE(dropped(host), std::vector{txid});
        const auto left = listed(host);
        QVERIFY(std::find(left.begin(), left.end(), txid) == left.end());
        // Who sends it again does not pay twice.
        QVERIFY(!sent());
    }

    /// When a block is to be expected follows from what was paid, and from what blocks cost now.
    void an_unconfirmed_transaction_says_how_long_it_takes() {
        Host host(1);
        static_cast<void>(host.give(500'000_sat, 4));
        const auto fees = [&](std::uint32_t urgent, std::uint32_t normal, std::uint32_t slow) {
            host.take({ports::ChainEvent(ports::FeesChanged{
                {FeeratePerKw(urgent), FeeratePerKw(normal), FeeratePerKw(slow)}})});
        };
        const auto expected = [&] {
            return host.node->transactions({1, std::nullopt}).front().expected_blocks;
        };
        fees(10'000, 4'000, 1'000);
        QVERIFY(!host.node->snapshot()->balance.unconfirmed_for);
        const auto quote = host.node->quote(api::AskSend{elsewhere, 200'000_sat, api::Pace::slow});
        QCOMPARE(quote->expected_blocks, std::optional<std::uint32_t>(144));
        api::CommandId id;
        id.raw().fill(7);
        host.take({api::Command{
            id, api::SendOnchain{elsewhere, 200'000_sat, quote->feerate, quote->fee}}});
        QCOMPARE(expected(), std::optional<std::uint32_t>(144));
        // Its change is no sooner there than itself.
        QCOMPARE(host.node->snapshot()->balance.unconfirmed_for, std::optional<std::uint32_t>(144));
        fees(2'000, 1'000, 500);
        QCOMPARE(expected(), std::optional<std::uint32_t>(6));
        QCOMPARE(host.node->snapshot()->balance.unconfirmed_for, std::optional<std::uint32_t>(6));
        fees(1'000, 500, 253);
        QCOMPARE(expected(), std::optional<std::uint32_t>(2));
        fees(50'000, 20'000, 10'000);
        QVERIFY(!expected());
        QVERIFY(!host.node->snapshot()->balance.unconfirmed_for);
        const auto newest = host.node->transactions({1, std::nullopt}).front().txid;
        const auto sent = host.node->state().transactions.at(newest).tx;
        host.mine({sent});
        QVERIFY(!expected());
        // What comes from others has a fee that only they know.
        fees(1'000, 500, 253);
        host.see(paying(outpoint_of(9), {{70'000_sat, host.script(1)}}));
        QVERIFY(!expected());
        QVERIFY(!host.node->snapshot()->balance.unconfirmed_for);
    }
};

RUNNEL_TEST(TestMempool)
#include "test_mempool.moc"
