// A payment to us in parts, of which one is in a channel that went to the chain. Whether that part
// can be claimed is uncertain, so it is no part of the set any more, whatever its peer says later:
// the preimage would be given away for less than was asked.
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const node::IncomingPayment* asked(const sim::SimNode& node, const std::string& bolt11) {
    for (const auto& [hash, incoming] : node.node().state().incoming) {
        if (incoming->bolt11 == bolt11) return incoming.get();
    }
    return nullptr;
}

std::size_t receipts(const sim::SimNode& node) {
    const auto& notices = node.notices();
    return static_cast<std::size_t>(
        std::count_if(notices.begin(), notices.end(), [](const api::Notice& notice) {
            return std::holds_alternative<api::PaymentReceived>(notice);
        }));
}

}  // namespace

class TestSetsOnChain : public QObject {
    Q_OBJECT

private slots:
    void a_part_on_the_chain_is_never_counted_again_data();
    void a_part_on_the_chain_is_never_counted_again();
    void a_part_on_the_chain_is_in_nobodys_way();
};

void TestSetsOnChain::a_part_on_the_chain_is_never_counted_again_data() {
    QTest::addColumn<bool>("timed_out");
    QTest::addColumn<bool>("reconnects");
    QTest::newRow("dropped by the next part") << false << true;
    QTest::newRow("dropped when its time was over") << true << true;
    QTest::newRow("without a new connection") << false << false;
}

void TestSetsOnChain::a_part_on_the_chain_is_never_counted_again() {
    QFETCH(const bool, timed_out);
    QFETCH(const bool, reconnects);
    Quartet net;
    const auto direct = net.open(net.north, net.carol, 300'000_sat);
    net.open(net.alice, net.north, 300'000_sat);
    net.open(net.alice, net.south, 300'000_sat);
    const auto other = net.open(net.south, net.carol, 500'000_sat);
    net.net.hold(net.south, net.carol, true);
    const auto bolt11 = net.invoice(net.carol, 450'000'000_msat);
    const auto payment = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{2});
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    // Carol goes to the chain with the first part, and north hears nothing of it.
    net.net.hold(net.carol, net.north, true);
    QVERIFY(bool(net.run(net.carol, api::CloseChannel{direct, true})));
    QCOMPARE(Story::state_of(net.carol, direct), std::string("closing"));
    if (timed_out) {
        net.net.advance(minute + 1'000);
        QVERIFY(asked(net.carol, bolt11)->parts.empty());
    }
    net.net.hold(net.south, net.carol, false);
    net.net.settle();
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    QCOMPARE(asked(net.carol, bolt11)->parts.front().htlc.channel, other);
    // The channel that is over is spoken of again.
    if (reconnects) {
        net.net.disconnect(net.north, net.carol);
        net.net.connect(net.north, net.carol);
        net.net.settle();
    } else {
        // Any message will do as the vehicle: a hostile peer says what it likes, when it likes.
        const auto signer = parts_for(2).keys->channel(Story::channel_of(net.north, direct)->keys);
        const auto& commitments =
            channel::funded_of(Story::channel_of(net.north, direct)->state)->commitments;
        auto again = commitments.reestablish(*signer);
        again.channel_id = direct;
        net.net.lie(net.north, net.carol, [again](wire::Message& message) { message = again; });
        (void)net.run(net.north, api::CloseChannel{direct, false});
        net.net.lie(net.north, net.carol, {});
    }
    QVERIFY(std::holds_alternative<node::InvoiceOpen>(asked(net.carol, bolt11)->status));
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    QCOMPARE(receipts(net.carol), std::size_t{0});
    QCOMPARE(Story::settled(net.carol, other), 0_msat);
    QVERIFY(!payment.succeeded());
    // What came alone goes back.
    net.net.advance(2 * minute);
    QVERIFY(asked(net.carol, bolt11)->parts.empty());
    QVERIFY(failed_parts(*sent(net.alice, bolt11)) >= 1);
    QCOMPARE(receipts(net.carol), std::size_t{0});
    QVERIFY(net.check());
}

/// An invoice over any amount: what one payer's part is left with on the chain says nothing of how
/// much the next one pays.
void TestSetsOnChain::a_part_on_the_chain_is_in_nobodys_way() {
    Quartet net;
    const auto direct = net.open(net.north, net.carol, 300'000_sat);
    net.open(net.alice, net.north, 300'000_sat);
    net.open(net.alice, net.south, 300'000_sat);
    const auto other = net.open(net.south, net.carol, 500'000_sat);
    // The second half never gets as far as the second hub.
    net.net.hold(net.alice, net.south, true);
    const auto bolt11 = net.invoice(net.carol, std::nullopt);
    const auto late = net.start_payment(net.alice, bolt11, 450'000'000_msat);
    net.net.settle();
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t{2});
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    net.net.hold(net.carol, net.north, true);
    QVERIFY(bool(net.run(net.carol, api::CloseChannel{direct, true})));
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    const auto next = net.start_payment(net.south, bolt11, 100'000'000_msat);
    net.net.settle();
    QVERIFY(next.succeeded());
    QVERIFY(late.answer() == nullptr);
    QCOMPARE(receipts(net.carol), std::size_t{1});
    QCOMPARE(Story::settled(net.carol, other), 100'000'000_msat);
    QCOMPARE(asked(net.carol, bolt11)->parts.size(), std::size_t{1});
    QCOMPARE(asked(net.carol, bolt11)->parts.front().htlc.channel, other);
    QVERIFY(net.check());
}

RUNNEL_TEST(TestSetsOnChain)
#include "test_sets_on_chain.moc"
