// A part of a payment that is in flight in the books, of which its channel knows nothing: a record
// that was lost. While a commitment that could hold it may still confirm it stays in flight, for to
// pay again could be to pay twice; then it ends.
#include "tests/scenario/closes.h"
#include "tests/scenario/payment_facts.h"

#include "core/node/handlers.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// The image with the part of the only payment under another HTLC's name.
sim::DiskImage without_its_htlc(sim::DiskImage disk) {
    auto& rows = disk.records.at(ports::RecordKind::payment);
    if (rows.size() != 1) qFatal("one payment was expected");
    auto payment = *node::decode_payment(rows.begin()->second);
    for (auto& part : payment.parts) part.htlc.id = HtlcId(part.htlc.id.raw() + 70);
    rows.begin()->second = node::encode_payment(payment);
    return disk;
}

}  // namespace

class TestOrphanedParts : public QObject {
    Q_OBJECT

private slots:
    void end_with_their_channel_data();
    void end_with_their_channel();
    void of_a_channel_that_never_was();
    void of_a_channel_whose_record_is_gone();
};

void TestOrphanedParts::end_with_their_channel_data() {
    QTest::addColumn<bool>("ours");
    QTest::addColumn<unsigned>("blocks");  // from the end of the channel on
    QTest::newRow("closed by us") << true << 0U;
    QTest::newRow("closed by them") << false << 2016U - 100U;
}

void TestOrphanedParts::end_with_their_channel() {
    QFETCH(const bool, ours);
    QFETCH(const unsigned, blocks);
    QuickDuo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 50'000'000_msat);
    // Her HTLC is signed, and bob says nothing any more.
    net.net.hold(net.bob, net.alice, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    net.alice.restart_from(without_its_htlc(net.alice.store().image()));
    net.net.settle();
    QVERIFY(bool(net.run(ours ? net.alice : net.bob, api::CloseChannel{id, true})));
    const auto is_over = [&] {
        return std::holds_alternative<channel::Closed>(Story::channel_of(net.alice, id)->state);
    };
    for (int i = 0; i < 600 && !is_over(); ++i) {
        QCOMPARE(pending_payments(net.alice), std::size_t{1});
        net.net.mine(1);
    }
    QVERIFY(is_over());
    QCOMPARE(how(net.alice, id), std::string(ours ? "ours" : "theirs"));
    if (blocks > 0) {
        net.net.mine(blocks);
        QCOMPARE(pending_payments(net.alice), std::size_t{1});
        net.net.mine(10);
    }
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QCOMPARE(sent(net.alice, bolt11)->parts.front().failure, std::string("timed_out_on_chain"));
    QVERIFY(net.alice.snapshot()->balance.in_flight.is_zero());
    QVERIFY(net.check());
}

void TestOrphanedParts::of_a_channel_that_never_was() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 50'000'000_msat);
    net.net.hold(net.bob, net.alice, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    net.net.disconnect(net.alice, net.bob);
    auto disk = net.alice.store().image();
    auto& value = disk.records.at(ports::RecordKind::payment).begin()->second;
    auto payment = *node::decode_payment(value);
    payment.parts.front().htlc.channel = ChannelId{};
    value = node::encode_payment(payment);
    net.alice.restart_from(disk);
    net.net.settle();
    QCOMPARE(pending_payments(net.alice), std::size_t{1});
    net.net.mine(1);
    QVERIFY(is_lost(sent(net.alice, bolt11)));
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QVERIFY(net.check());
}

/// Its HTLC may be live at the peer all the same: to give the part up would let it be paid twice.
void TestOrphanedParts::of_a_channel_whose_record_is_gone() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 50'000'000_msat);
    net.net.hold(net.bob, net.alice, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    net.net.disconnect(net.alice, net.bob);
    auto disk = net.alice.store().image();
    auto& value = disk.records.at(ports::RecordKind::payment).begin()->second;
    auto payment = *node::decode_payment(value);
    ChannelId gone;
    gone.raw().fill(9);
    payment.parts.front().htlc.channel = gone;
    value = node::encode_payment(payment);
    net.alice.restart_from(disk);
    net.net.settle();
    net.net.mine(10);
    QCOMPARE(pending_payments(net.alice), std::size_t{1});
    QVERIFY(net.check());
}

RUNNEL_TEST(TestOrphanedParts)
#include "test_orphaned_parts.moc"
