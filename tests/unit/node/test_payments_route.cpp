#include "tests/support/test_main.h"

#include "core/payment/route.h"

using namespace runnel;
using namespace runnel::payment;
using namespace runnel::literals;

namespace {

crypto::PublicKey key(std::uint8_t byte) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(byte);
    return crypto::PrivateKey::from(Secret32(bytes))->public_key();
}

HintHop hop(std::uint64_t base, std::uint32_t millionths, std::uint32_t delta,
            std::uint8_t node = 1) {
    return {key(node), ShortChannelId(node), Msat(base), millionths, BlockDelta(delta)};
}

Lane lane(std::size_t channel, std::uint64_t can_send, std::span<const HintHop> hops = {},
          std::uint64_t least = 1) {
    return {channel, Msat(can_send), Msat(least), hops};
}

Msat sum(const std::vector<Share>& shares) {
    Msat out;
    for (const auto& share : shares) out += share.arrives;
    return out;
}

const Msat any_fee(1'000'000);

}  // namespace

class TestPaymentsRoute : public QObject {
    Q_OBJECT

private slots:
    void fees_are_rounded_down_and_checked();
    void fees_add_up_backward();
    void deliverable_is_the_exact_inverse();
    void one_lane_is_the_cheapest_and_smallest();
    void parts_only_when_allowed_and_needed();
    void parts_never_use_a_channel_twice();
    void parts_leave_no_rest_too_small();
    void parts_where_one_way_is_too_dear();
    void errors_carry_their_figures();
    void layers_tell_each_hop_what_to_send_on();
    void deltas_have_a_bound();
    void default_fee_limit();
};

void TestPaymentsRoute::fees_are_rounded_down_and_checked() {
    QCOMPARE(*hop_fee(hop(1000, 100, 0), 9'999_msat), 1'000_msat);
    QCOMPARE(*hop_fee(hop(1000, 100, 0), 10'000_msat), 1'001_msat);
    // A product of more than 64 bits.
    QCOMPARE(*hop_fee(hop(0, 999'999, 0), Msat(10'000'000'000'000'000'000ULL)),
             Msat(9'999'990'000'000'000'000ULL));
    QVERIFY(!hop_fee(hop(0, 4'000'000'000, 0), Msat(UINT64_MAX)));
    QVERIFY(!hop_fee(hop(UINT64_MAX, 1'000'000, 0), 2_msat));
}

void TestPaymentsRoute::fees_add_up_backward() {
    const std::vector<HintHop> hops{hop(100, 10'000, 10, 1), hop(7, 5'000, 20, 2)};
    // Last hop first: 1,000,000 + 7 + 5,000; then 100 + floor(1,005,007 / 100).
    QCOMPARE(*amount_to_send(hops, 1'000'000_msat), 1'005'007_msat + 100_msat + 10'050_msat);
    QCOMPARE(*amount_to_send({}, 5_msat), 5_msat);
    const std::vector<HintHop> absurd{hop(UINT64_MAX, 0, 0), hop(1, 0, 0)};
    QVERIFY(!amount_to_send(absurd, 1_msat));
}

void TestPaymentsRoute::deliverable_is_the_exact_inverse() {
    const std::vector<HintHop> hops{hop(100, 10'000, 10, 1), hop(7, 5'000, 20, 2)};
    for (std::uint64_t budget :
         {0ULL, 107ULL, 108ULL, 109ULL, 1'000ULL, 999'999ULL, 1'000'000'000ULL}) {
        const Msat most = deliverable(hops, Msat(budget));
        if (!most.is_zero()) QVERIFY(*amount_to_send(hops, most) <= Msat(budget));
        QVERIFY(*amount_to_send(hops, most + 1_msat) > Msat(budget));
    }
    QCOMPARE(deliverable({}, 42_msat), 42_msat);
}

void TestPaymentsRoute::one_lane_is_the_cheapest_and_smallest() {
    const std::vector<HintHop> dear{hop(10, 0, 0)};
    const std::vector<HintHop> cheap{hop(5, 0, 0)};
    const std::vector<Lane> lanes{lane(0, 9'000, dear), lane(1, 9'000, cheap),
                                  lane(2, 2'000, cheap), lane(3, 1'004, cheap)};
    const auto shares = split(lanes, 1'000_msat, any_fee, true);
    QVERIFY(bool(shares));
    QCOMPARE(shares->size(), std::size_t{1});
    QCOMPARE(shares->front().lane, std::size_t{2});
    QCOMPARE(shares->front().fee, 5_msat);
    QCOMPARE(shares->front().sent(), 1'005_msat);
}

void TestPaymentsRoute::parts_only_when_allowed_and_needed() {
    const std::vector<Lane> lanes{lane(0, 600), lane(1, 500)};
    const auto shares = split(lanes, 1'000_msat, any_fee, true);
    QVERIFY(bool(shares));
    QCOMPARE(shares->size(), std::size_t{2});
    QCOMPARE(sum(*shares), 1'000_msat);
    const auto refused = split(lanes, 1'000_msat, any_fee, false);
    QVERIFY(!refused);
    QCOMPARE(std::get<TooLittle>(refused.error()).most, 600_msat);
    QCOMPARE(split(lanes, 600_msat, any_fee, true)->size(), std::size_t{1});
}

void TestPaymentsRoute::parts_never_use_a_channel_twice() {
    const std::vector<HintHop> way{hop(1, 0, 0)};
    // Two ways behind one channel do not double its money.
    const std::vector<Lane> lanes{lane(0, 600), lane(0, 600, way), lane(1, 300)};
    const auto shares = split(lanes, 1'000_msat, any_fee, true);
    QVERIFY(!shares);
    QCOMPARE(std::get<TooLittle>(shares.error()).most, 900_msat);
    QCOMPARE(sum(*split(lanes, 900_msat, any_fee, true)), 900_msat);
}

void TestPaymentsRoute::parts_leave_no_rest_too_small() {
    const std::vector<Lane> lanes{lane(0, 1'000, {}, 100), lane(1, 900, {}, 100)};
    const auto shares = split(lanes, 1'001_msat, any_fee, true);
    QVERIFY(bool(shares));
    QCOMPARE(sum(*shares), 1'001_msat);
    for (const auto& share : *shares) QVERIFY(share.sent() >= 100_msat);
}

/// One lane could carry it all, and costs too much for that; some of it can go elsewhere.
void TestPaymentsRoute::parts_where_one_way_is_too_dear() {
    const std::vector<HintHop> hub{hop(0, 20'000, 0)};
    const std::vector<Lane> lanes{lane(0, 60'000'000), lane(1, 200'000'000, hub)};
    const auto cost = [](const std::vector<Share>& shares) {
        Msat out;
        for (const auto& share : shares) out += share.fee;
        return out;
    };
    const auto shares = split(lanes, 100'000'000_msat, 1'000'000_msat, true);
    QVERIFY(bool(shares));
    QCOMPARE(shares->size(), std::size_t{2});
    QCOMPARE(sum(*shares), 100'000'000_msat);
    QCOMPARE(cost(*shares), 800'000_msat);
    const auto whole = split(lanes, 100'000'000_msat, 1'000'000_msat, false);
    QCOMPARE(std::get<FeeTooHigh>(whole.error()).fee, 2'000'000_msat);
    // Too dear either way: what the cheaper one would cost.
    const auto parts = split(lanes, 100'000'000_msat, 799'999_msat, true);
    QCOMPARE(std::get<FeeTooHigh>(parts.error()).fee, 800'000_msat);
    // Within the limit the single lane is taken: fewer parts fail less often.
    QCOMPARE(split(lanes, 100'000'000_msat, 2'000'000_msat, true)->size(), std::size_t{1});
    // A cheap hub with less room than the dear one.
    const std::vector<HintHop> cheap{hop(0, 10'000, 0, 2)};
    const std::vector<Lane> hubs{lane(0, 200'000'000, hub), lane(1, 60'600'000, cheap)};
    const auto over_both = split(hubs, 100'000'000_msat, 1'400'000_msat, true);
    QVERIFY(bool(over_both));
    QCOMPARE(cost(*over_both), 1'400'000_msat);
    // Where the dear one takes nothing smaller, there is only its price.
    const std::vector<Lane> alone{lane(0, 200'000'000, hub, 100'000'000), lane(1, 60'000'000)};
    QCOMPARE(std::get<FeeTooHigh>(split(alone, 100'000'000_msat, 1_msat, true).error()).fee,
             2'000'000_msat);
}

void TestPaymentsRoute::errors_carry_their_figures() {
    const std::vector<HintHop> dear{hop(500, 0, 0)};
    const std::vector<Lane> lanes{lane(0, 9'000, dear, 100)};
    QCOMPARE(std::get<FeeTooHigh>(split(lanes, 1'000_msat, 499_msat, true).error()).fee, 500_msat);
    QVERIFY(bool(split(lanes, 1'000_msat, 500_msat, true)));
    const std::vector<Lane> picky{lane(0, 9'000, {}, 100)};
    QCOMPARE(std::get<BelowLeast>(split(picky, 99_msat, any_fee, true).error()).least, 100_msat);
    QCOMPARE(std::get<TooLittle>(split({}, 99_msat, any_fee, true).error()).most, 0_msat);
}

void TestPaymentsRoute::layers_tell_each_hop_what_to_send_on() {
    const std::vector<HintHop> hops{hop(100, 10'000, 10, 1), hop(7, 5'000, 20, 2)};
    onion::FinalPayload final;
    final.payment_data = onion::PaymentData{Secret32(), 2'000'000_msat};
    const auto made = layers(hops, key(3), 1'000'000_msat, BlockHeight(500), final);
    QVERIFY(made.has_value());
    QCOMPARE(made->hops.size(), std::size_t{3});
    QCOMPARE(made->amount, *amount_to_send(hops, 1'000'000_msat));
    QVERIFY(made->expiry == BlockHeight(530));
    const auto first = onion::decode_forward_payload(made->hops[0].payload);
    QVERIFY(made->hops[0].node == key(1));
    QCOMPARE(first->amt_to_forward, 1'005'007_msat);
    QVERIFY(first->outgoing_cltv_value == BlockHeight(520));
    QVERIFY(first->short_channel_id == ShortChannelId(1));
    const auto second = onion::decode_forward_payload(made->hops[1].payload);
    QCOMPARE(second->amt_to_forward, 1'000'000_msat);
    QVERIFY(second->outgoing_cltv_value == BlockHeight(500));
    const auto last = onion::decode_final_payload(made->hops[2].payload);
    QVERIFY(made->hops[2].node == key(3));
    QCOMPARE(last->amt_to_forward, 1'000'000_msat);
    QCOMPARE(last->total(), 2'000'000_msat);
    QVERIFY(last->outgoing_cltv_value == BlockHeight(500));
}

void TestPaymentsRoute::deltas_have_a_bound() {
    const std::vector<HintHop> near{hop(0, 0, 1'000), hop(0, 0, 1'016)};
    QCOMPARE(delta_of(near)->raw(), std::uint32_t{2'016});
    const std::vector<HintHop> far{hop(0, 0, 1'000), hop(0, 0, 1'017)};
    QVERIFY(!delta_of(far));
    const std::vector<HintHop> absurd{hop(0, 0, UINT32_MAX), hop(0, 0, UINT32_MAX)};
    QVERIFY(!delta_of(absurd));
}

void TestPaymentsRoute::default_fee_limit() {
    QCOMPARE(default_max_fee(1_msat), 5'000_msat);
    QCOMPARE(default_max_fee(500'000_msat), 5'000_msat);
    QCOMPARE(default_max_fee(10'000'000_msat), 100'000_msat);
}

RUNNEL_TEST(TestPaymentsRoute)
#include "test_payments_route.moc"
