// Days on which something around the wallet is amiss: a disk that is nearly full, fees that the
// peer does not pay, a search of the chain that is cut off. Nothing is lost, nothing is closed for
// it, and what must end can end.
#include "tests/scenario/ledger.h"
#include "tests/scenario/lone.h"

#include "core/bitcoin/address.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

std::size_t heard(const sim::SimNode& node, const std::string& words) {
    return static_cast<std::size_t>(std::count_if(
        node.log().begin(), node.log().end(),
        [&](const std::string& line) { return line.find(words) != std::string::npos; }));
}

std::size_t troubles(const sim::SimNode& node, api::ProblemKind kind) {
    return static_cast<std::size_t>(
        std::count_if(node.notices().begin(), node.notices().end(), [&](const api::Notice& notice) {
            const auto* const trouble = std::get_if<api::Trouble>(&notice);
            return trouble != nullptr && trouble->problem.kind == kind;
        }));
}

ports::FeeEstimates fees(std::uint32_t mempool_min) {
    const FeeratePerKw least(mempool_min);
    const auto at_least = [&](std::uint32_t rate) { return std::max(FeeratePerKw(rate), least); };
    return {at_least(2500), at_least(1000), least, least, true};
}

sim::Parts quick(std::uint8_t which) {
    auto parts = parts_for(which);
    parts.config.channels.to_self_delay = 20;
    return parts;
}

class QuickDuo : public Story {
public:
    QuickDuo() : alice(net.add("alice", quick(1))), bob(net.add("bob", quick(2))) {
        for (auto* const node : {&alice, &bob}) {
            net.fund(*node, 2'000'000_sat);
            net.fund(*node, 30'000_sat, 6);
        }
    }
    sim::SimNode& alice;
    sim::SimNode& bob;
};

}  // namespace

class TestBadDays : public QObject {
    Q_OBJECT

private slots:
    void a_funder_who_pays_too_little();
    void a_funder_who_pays_too_little_from_the_start_of_a_day();
    void a_full_disk_begins_nothing();
    void a_full_disk_forgets_no_answer();
    void a_full_disk_ends_what_must_end_data();
    void a_full_disk_ends_what_must_end();
    void a_full_disk_keeps_what_was_promised();
    void a_restored_wallet_dies_in_its_search_data();
    void a_restored_wallet_dies_in_its_search();
    void a_restored_wallet_finds_the_last_address_given_data();
    void a_restored_wallet_finds_the_last_address_given();
    void a_restored_wallet_finds_its_way_by_its_change();
    void a_restored_wallet_finds_change_after_many_closes();
    void a_restored_wallet_finds_many_coins_of_one_transaction();
    void a_bump_as_far_as_the_coins_reach();
    void a_fault_at_each_connection();
    void ours_gives_way_to_theirs();
    void ours_goes_out_when_theirs_does_not_confirm();
};

void TestBadDays::a_funder_who_pays_too_little() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    QVERIFY(net.pays(net.bob, net.alice, 1'000'000_msat).succeeded());
    // Only bob sees the mempool fill up.
    net.bob.set_fees(fees(1500));
    net.net.settle();
    QCOMPARE(troubles(net.bob, api::ProblemKind::commitment_underpaid), std::size_t{1});
    QCOMPARE(heard(net.alice, "warning: the commitment pays 1000 sat/kw"), std::size_t{1});
    // He adds nothing; what comes to him still comes.
    QCOMPARE(*net.pays(net.bob, net.alice, 1'000'000_msat).problem(),
             api::ProblemKind::no_usable_channel);
    const auto shown = net.bob.snapshot()->channels.front();
    QCOMPARE(shown.can_send, 0_msat);
    QVERIFY(shown.underpaid > 280'000'000_msat);
    QCOMPARE(shown.kept + shown.over_limit + shown.underpaid, shown.ours);
    QVERIFY(net.pays(net.alice, net.bob, 1'000'000_msat).succeeded());
    net.bob.set_fees(fees(1700));
    net.net.mine(3);
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    net.reconnect();
    // Said once, and nobody closes for it.
    QCOMPARE(heard(net.alice, "warning: the commitment pays"), std::size_t{1});
    QCOMPARE(troubles(net.bob, api::ProblemKind::commitment_underpaid), std::size_t{1});
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    // Alice sees it too, follows, and all is well.
    net.alice.set_fees(fees(1700));
    net.net.settle();
    QVERIFY(net.pays(net.bob, net.alice, 1'000'000_msat).succeeded());
    QVERIFY(net.bob.snapshot()->channels.front().can_send > 0_msat);
    QCOMPARE(net.bob.snapshot()->channels.front().underpaid, 0_msat);
    // Another time is another story.
    net.bob.set_fees(fees(2400));
    net.net.settle();
    QCOMPARE(troubles(net.bob, api::ProblemKind::commitment_underpaid), std::size_t{2});
    QCOMPARE(heard(net.alice, "warning: the commitment pays"), std::size_t{2});
    QVERIFY(net.check());
}

/// The peer is not there when it is noticed: it is told when it comes.
void TestBadDays::a_funder_who_pays_too_little_from_the_start_of_a_day() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    net.net.disconnect(net.alice, net.bob);
    net.bob.set_fees(fees(1500));
    net.net.settle();
    QCOMPARE(troubles(net.bob, api::ProblemKind::commitment_underpaid), std::size_t{1});
    QCOMPARE(heard(net.alice, "warning: the commitment pays"), std::size_t{0});
    net.reconnect();
    net.net.mine(1);
    QCOMPARE(heard(net.alice, "warning: the commitment pays"), std::size_t{1});
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    // As funder there is nobody to wait for.
    QCOMPARE(troubles(net.alice, api::ProblemKind::commitment_underpaid), std::size_t{0});
    QVERIFY(net.check());
}

void TestBadDays::a_full_disk_begins_nothing() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 800'000_sat, 300'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 1'000'000_msat);
    net.bob.set_disk_low(true);
    const auto opened = net.run(
        net.alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt});
    QVERIFY(!opened);
    QCOMPARE(opened.error().kind, api::ProblemKind::peer_refused);
    QVERIFY(opened.error().params.at("reason").find("disk is nearly full") != std::string::npos);
    QCOMPARE(net.bob.node().state().channels.size(), std::size_t{1});
    // Her HTLC comes back; his own payments do not begin.
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(payment.problem().has_value());
    QVERIFY(payment.answer()->error().params.at("code") == "temporary_node_failure");
    QVERIFY(net.bob.node().snapshot()->disk_low);
    QVERIFY(!net.alice.node().snapshot()->disk_low);
    // Whoever only looks is told so, and nothing is promised.
    const auto held = net.bob.node().snapshot()->chain.no_payments;
    QVERIFY(held.has_value());
    QCOMPARE(held->kind, api::ProblemKind::disk_full);
    QVERIFY(!net.alice.node().snapshot()->chain.no_payments);
    const auto own = net.pays(net.bob, net.alice, 5'000_msat);
    QVERIFY(own.problem() == api::ProblemKind::disk_full);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    // Room again.
    net.bob.set_disk_low(false);
    QVERIFY(net.pays(net.alice, net.bob, 1'000'000_msat).succeeded());
    QVERIFY(!net.bob.node().snapshot()->disk_low);
    QVERIFY(!net.bob.node().snapshot()->chain.no_payments);
    QVERIFY(bool(net.run(
        net.alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt})));
    QVERIFY(net.check());
}

/// What is new is refused, all of it; what was granted once is said again to whoever did not hear.
void TestBadDays::a_full_disk_forgets_no_answer() {
    Duo net;
    auto& alice = net.alice;
    net.net.connect(alice, net.bob);
    net.net.settle();
    const api::OpenChannel open{net.bob.id(), 800'000_sat, 300'000'000_msat, false, std::nullopt};
    const auto opening = alice.post(open);
    net.net.settle();
    net.net.mine(7);
    const api::CreateInvoice invoice{1'000'000_msat, "a story", 3600};
    const api::Pay pay{net.invoice(net.bob, 2'000'000_msat), std::nullopt, std::nullopt, 60};
    const api::Keysend keysend{net.bob.id(), 3'000'000_msat};
    const auto invoicing = alice.post(invoice);
    const auto paying = alice.post(pay);
    const auto sending = alice.post(keysend);
    net.net.settle();
    const auto answer_to = [&](const api::CommandId& id) {
        const auto* const answer = alice.answer(id);
        return answer == nullptr || !*answer ? api::Answer(api::Disconnected{}) : **answer;
    };
    const auto opened = std::get<api::ChannelOpening>(answer_to(opening));
    const auto invoiced = std::get<api::InvoiceMade>(answer_to(invoicing));
    const auto paid = std::get<api::Paid>(answer_to(paying));
    const auto kept = std::get<api::Paid>(answer_to(sending));
    alice.restart();
    alice.set_disk_low(true);
    net.net.settle();
    net.reconnect();
    alice.post_again(opening, open);
    alice.post_again(invoicing, invoice);
    alice.post_again(paying, pay);
    alice.post_again(sending, keysend);
    net.net.settle();
    QVERIFY(std::get<api::ChannelOpening>(answer_to(opening)).channel_id == opened.channel_id);
    QVERIFY(std::get<api::ChannelOpening>(answer_to(opening)).funding_txid == opened.funding_txid);
    QCOMPARE(std::get<api::InvoiceMade>(answer_to(invoicing)).bolt11, invoiced.bolt11);
    QVERIFY(std::get<api::Paid>(answer_to(paying)).preimage == paid.preimage);
    QVERIFY(std::get<api::Paid>(answer_to(sending)).preimage == kept.preimage);
    // The same wishes under other names.
    const auto payments = alice.node().state().payments.size();
    const api::Pay other{net.invoice(net.bob, 2'000'000_msat), std::nullopt, std::nullopt, 60};
    const auto again = alice.post(invoice);
    net.net.settle();
    for (const auto& refused :
         {*alice.answer(again),
          net.run(alice, api::OpenChannel{net.bob.id(), 200'000_sat, 0_msat, false, std::nullopt}),
          net.run(alice, keysend), net.run(alice, other)}) {
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, api::ProblemKind::disk_full);
    }
    const auto quote = alice.node().quote(api::AskOpen{net.bob.id(), 200'000_sat});
    QVERIFY(!quote);
    QCOMPARE(quote.error().kind, api::ProblemKind::disk_full);
    QCOMPARE(alice.node().state().channels.size(), std::size_t{1});
    QCOMPARE(alice.node().state().incoming.size(), std::size_t{1});
    QCOMPARE(alice.node().state().payments.size(), payments);
    // A refusal is no answer for ever.
    alice.set_disk_low(false);
    alice.post_again(again, invoice);
    net.net.settle();
    QVERIFY(std::get<api::InvoiceMade>(answer_to(again)).bolt11 != invoiced.bolt11);
    QVERIFY(net.check());
}

void TestBadDays::a_full_disk_ends_what_must_end_data() {
    QTest::addColumn<bool>("by_force");
    QTest::addColumn<bool>("they_close");
    QTest::newRow("agreed") << false << false;
    QTest::newRow("agreed, the peer's wish") << false << true;
    QTest::newRow("by force") << true << false;
    QTest::newRow("by force, the peer's") << true << true;
}

/// With an HTLC to claim where it is by force: its preimage was promised before the disk filled up.
void TestBadDays::a_full_disk_ends_what_must_end() {
    QFETCH(bool, by_force);
    QFETCH(bool, they_close);
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 200'000'000_msat);
    std::optional<Payment> payment;
    if (by_force) {
        net.net.cut_on(net.bob, net.alice,
                       {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
        payment = net.start_payment(net.alice, net.invoice(net.bob, 50'000'000_msat));
        net.net.settle();
        QVERIFY(payment->answer() == nullptr);
    }
    net.bob.set_disk_low(true);
    QVERIFY(bool(net.run(they_close ? net.alice : net.bob, api::CloseChannel{id, by_force})));
    net.net.mine(60);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QCOMPARE(Story::state_of(net.bob, id), std::string("closed"));
    if (payment) QVERIFY(payment->succeeded());
    QVERIFY(ledger.adds_up());
    if (by_force) QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// A fulfil that was decided and not heard is said again, full disk or not.
void TestBadDays::a_full_disk_keeps_what_was_promised() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat);
    net.net.cut_on(net.bob, net.alice,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(net.alice, net.invoice(net.bob, 50'000'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    net.bob.set_disk_low(true);
    net.bob.restart();
    net.net.settle();
    net.reconnect();
    QVERIFY(payment.succeeded());
    QVERIFY(net.check());
}

void TestBadDays::a_restored_wallet_dies_in_its_search_data() {
    QTest::addColumn<int>("commit");
    QTest::addColumn<bool>("after");
    for (int n = 1; n <= 6; ++n) {
        QTest::addRow("before commit %d", n) << n << false;
        QTest::addRow("after commit %d", n) << n << true;
    }
}

/// Coins that lie one gap behind the other, all in blocks that were reported before their scripts
/// were known.
void TestBadDays::a_restored_wallet_dies_in_its_search() {
    QFETCH(int, commit);
    QFETCH(bool, after);
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    net.net.mine(1);
    const auto words_alone = alice.store().image();
    std::vector<std::string> addresses;
    Sat sum;
    for (const std::size_t index :
         {std::size_t{40}, std::size_t{80}, std::size_t{120}, std::size_t{159}}) {
        // Only so far beyond the last that was paid to are any given out.
        while (addresses.size() <= index) {
            const auto made = net.run(alice, api::NewAddress{});
            addresses.push_back(std::get<api::AddressMade>(*made).address);
        }
        const Sat amount(100'000 + index);
        sum += amount;
        QVERIFY(net.net.chain().faucet(*bitcoin::parse_address(addresses[index], Network::regtest),
                                       amount));
        net.net.mine(1);
    }
    QCOMPARE(Story::coins(alice), sum);
    alice.restart_from(words_alone);
    if (after) {
        alice.crash_after(static_cast<std::uint64_t>(commit));
    } else {
        alice.crash_before(static_cast<std::uint64_t>(commit));
    }
    net.net.settle();
    net.net.revive();
    net.net.mine(1);
    net.net.revive();
    QCOMPARE(Story::coins(alice), sum);
    QVERIFY(!alice.node().state().wallet.rescan_from);
    QVERIFY(net.check());
}

void TestBadDays::a_restored_wallet_finds_the_last_address_given_data() {
    QTest::addColumn<bool>("taproot");
    QTest::newRow("p2wpkh") << false;
    QTest::newRow("p2tr") << true;
}

/// Given to one buyer after the other, none of whom paid but the last.
void TestBadDays::a_restored_wallet_finds_the_last_address_given() {
    QFETCH(const bool, taproot);
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    net.net.mine(1);
    const auto words_alone = alice.store().image();
    const api::NewAddress wish{taproot ? api::AddressKind::p2tr : api::AddressKind::p2wpkh};
    std::string last;
    for (int i = 0; i < 60; ++i) last = std::get<api::AddressMade>(*net.run(alice, wish)).address;
    QVERIFY(net.net.chain().faucet(*bitcoin::parse_address(last, Network::regtest), 100'000_sat));
    net.net.mine(1);
    QCOMPARE(Story::coins(alice), 100'000_sat);
    QVERIFY(std::get<api::AddressMade>(*net.run(alice, wish)).address != last);
    alice.restart_from(words_alone);
    net.net.settle();
    QCOMPARE(Story::coins(alice), 100'000_sat);
    QVERIFY(net.check());
}

/// Paid once, and from then on only spending: what is left lies sixty change addresses further on.
void TestBadDays::a_restored_wallet_finds_its_way_by_its_change() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    net.net.mine(1);
    const auto words_alone = alice.store().image();
    net.net.fund(alice, 5'000'000_sat);
    const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    for (int i = 0; i < 60; ++i) {
        QVERIFY(bool(net.run(alice, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt})));
        net.net.mine(1);
    }
    const Sat left = Story::coins(alice);
    QVERIFY(left > 4'000'000_sat);
    QVERIFY(alice.node().state().wallet.change_p2wpkh >= 60);
    alice.restart_from(words_alone);
    net.net.settle();
    QCOMPARE(Story::coins(alice), left);
    // And goes on where it was, not at an address that was used already.
    QVERIFY(alice.node().state().wallet.change_p2wpkh >= 60);
    QVERIFY(net.check());
}

/// A peer opens and closes, again and again, channels in which nothing is ever ours: each close
/// names an address that is not paid to. Those given out far beyond what was paid are spared, and
/// change is not used up for them: no count of payments bounds how far that would lead.
void TestBadDays::a_restored_wallet_finds_change_after_many_closes() {
    Story net;
    auto& alice = net.net.add("alice", parts_for(1));
    auto& bob = net.net.add("bob", parts_for(2));
    net.net.mine(1);
    const auto words_alone = alice.store().image();
    net.net.fund(alice, 2'000'000_sat);
    net.net.fund(alice, 30'000_sat, 4);
    net.net.fund(bob, 2'000'000_sat);
    net.net.fund(bob, 30'000_sat, 6);
    const auto change = alice.node().state().wallet.change_p2wpkh;
    for (int i = 0; i < 40; ++i) {
        const auto id = net.open(bob, alice, 100'000_sat);
        QVERIFY(!id.is_zero());
        QVERIFY(bool(net.run(bob, api::CloseChannel{id})));
        QCOMPARE(Story::state_of(alice, id), std::string("closing"));
        net.net.mine(8);
        QCOMPARE(Story::state_of(alice, id), std::string("closed"));
    }
    // So far, and not one further: the last closes named a change address.
    QCOMPARE(alice.node().state().wallet.receive_p2wpkh, alice.node().state().paid_p2wpkh + 25);
    QCOMPARE(alice.node().state().wallet.change_p2wpkh, change);
    const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    QVERIFY(bool(net.run(alice, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt})));
    net.net.mine(1);
    const Sat left = Story::coins(alice);
    QVERIFY(left > 2'000'000_sat);
    alice.restart_from(words_alone);
    net.net.settle();
    QCOMPARE(Story::coins(alice), left);
    QVERIFY(net.check());
}

/// The reserve of many channels is made by one transaction, beyond what is looked for at first.
void TestBadDays::a_restored_wallet_finds_many_coins_of_one_transaction() {
    Story net;
    auto parts = parts_for(1);
    parts.config.anchor_reserve_extra = 65;
    auto& alice = net.net.add("alice", parts);
    auto& bob = net.net.add("bob", parts_for(2));
    net.net.mine(1);
    const auto words_alone = alice.store().image();
    net.net.fund(alice, 5'000'000_sat);
    net.net.fund(bob, 100'000_sat);
    static_cast<void>(net.open(alice, bob, 1'000'000_sat));
    const Sat left = Story::coins(alice);
    QCOMPARE(alice.node().state().coins.size(), std::size_t{67});
    alice.restart_from(words_alone);
    net.net.settle();
    QCOMPARE(Story::coins(alice), left);
    QVERIFY(net.check());
}

/// Fees rise far beyond what the reserve was made for, with an HTLC under way: a smaller bump is
/// better than none.
void TestBadDays::a_bump_as_far_as_the_coins_reach() {
    Story net;
    auto& alice = net.net.add("alice", quick(1));
    auto& bob = net.net.add("bob", quick(2));
    net.net.fund(alice, 1'060'000_sat);
    net.net.fund(bob, 100'000_sat, 3);
    const Ledger ledger(net.net);
    const auto id = net.open(alice, bob, 1'000'000_sat);
    QVERIFY(alice.snapshot()->balance.onchain < 60'000_sat);
    net.net.cut_on(bob, alice, {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    const auto payment = net.start_payment(alice, net.invoice(bob, 50'000'000_msat));
    net.net.settle();
    QVERIFY(payment.answer() == nullptr);
    alice.set_fees(
        {FeeratePerKw(120'000), FeeratePerKw(2'000), FeeratePerKw(500), FeeratePerKw(253), true});
    net.net.settle();
    QVERIFY(bool(net.run(alice, api::CloseChannel{id, true})));
    const auto transactions = alice.node().transactions({});
    QVERIFY(std::any_of(transactions.begin(), transactions.end(),
                        [](const auto& tx) { return tx.purpose == "bump"; }));
    net.net.mine(60);
    QVERIFY(payment.succeeded());
    QCOMPARE(Story::state_of(alice, id), std::string("closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

/// Alice closes by force and says so; bob, who would pay more, has nothing to gain by his own
/// commitment. A connection that ends at once each time is no success: we come back less and less
/// often.
void TestBadDays::a_fault_at_each_connection() {
    Duo net;
    static_cast<void>(net.open(net.alice, net.bob, 1'000'000_sat));
    QVERIFY(net.check());
    Lone alice(1, net.alice.store().image());
    const auto bob = net.bob.id();
    const auto connect_for = [&](std::uint64_t milliseconds) {
        alice.take({node::PeerUp{bob, {}, {}, "198.51.100.7", 9735}});
        alice.now_ms += milliseconds;
        alice.take({node::PeerDown{bob, "bad signature"}});
        std::uint64_t wait = 0;
        for (const auto& effect : alice.effects) {
            if (const auto* const timer = std::get_if<ports::ArmTimer>(&effect))
                wait = static_cast<std::uint64_t>(timer->after.count());
        }
        return wait;
    };
    for (std::uint64_t wait = 1'000; wait < 300'000; wait *= 2) QCOMPARE(connect_for(10), wait);
    QCOMPARE(connect_for(10), std::uint64_t{300'000});
    // One that stood for a minute was one.
    QCOMPARE(connect_for(60'000), std::uint64_t{1'000});
    QCOMPARE(connect_for(10), std::uint64_t{1'000});
    QCOMPARE(connect_for(10), std::uint64_t{2'000});
}

void TestBadDays::ours_gives_way_to_theirs() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    net.bob.set_fees(fees(5000));
    net.net.settle();
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
    const auto funding =
        channel::funded_of(Story::channel_of(net.alice, id)->state)->params().funding;
    const auto& ours = std::get<channel::OurCommitPublished>(
        std::get<channel::Closing>(Story::channel_of(net.alice, id)->state).cause);
    QCOMPARE(net.net.chain().spender(funding)->tx->txid(), ours.tx.txid());
    net.net.mine(7);
    const auto& closed = *channel::closed_of(Story::channel_of(net.bob, id)->state);
    QCOMPARE(closed.how, std::string("theirs"));
    QCOMPARE(closed.to_ours, 300'000_sat);
    net.net.mine(20);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

void TestBadDays::ours_goes_out_when_theirs_does_not_confirm() {
    QuickDuo net;
    const Ledger ledger(net.net);
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    net.bob.set_fees(fees(5000));
    net.net.settle();
    QVERIFY(bool(net.run(net.alice, api::CloseChannel{id, true})));
    const auto funding =
        channel::funded_of(Story::channel_of(net.alice, id)->state)->params().funding;
    const auto theirs = net.net.chain().spender(funding)->tx->txid();
    // A block without it.
    QVERIFY(net.net.chain().mine_exactly({}));
    for (auto& node : net.net.nodes()) node->set_chain_reachable(true);
    net.net.settle();
    QVERIFY(net.net.chain().spender(funding)->tx->txid() != theirs);
    net.net.mine(40);
    QCOMPARE(Story::state_of(net.alice, id), std::string("closed"));
    QCOMPARE(Story::state_of(net.bob, id), std::string("closed"));
    QVERIFY(ledger.adds_up());
    QVERIFY(ledger.only_anchors_left());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestBadDays)
#include "test_bad_days.moc"
