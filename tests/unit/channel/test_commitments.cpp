// The HTLC dance between two honest parties in every order that dice find, and between one and a
// peer that cheats.
#include "tests/support/test_main.h"

#include "tests/unit/channel/duel.h"

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;
using runnel::test::Duel;
using runnel::test::DuelSetup;

namespace {

std::optional<FaultKind> kind_of(const auto& result) {
    return result ? std::nullopt : std::optional(result.error().kind);
}

/// Runs a duel; the sentence of what went wrong, or nothing.
QString run(Duel& duel, std::size_t steps, std::size_t rest_every = 97) {
    try {
        for (std::size_t i = 1; i <= steps; ++i) {
            duel.step();
            if (i % rest_every == 0) duel.settle();
        }
        duel.finish();
    } catch (const std::exception& e) {
        return e.what();
    }
    return {};
}

}  // namespace

class TestCommitments : public QObject {
    Q_OBJECT

private slots:
    void honest_parties_always_agree_data();
    void honest_parties_always_agree();
    void many_htlcs_survive_the_store();
    void the_funder_keeps_a_fee_spike_buffer();
    void the_funder_stays_payable_on_both_commitments();
    void the_fundee_leaves_the_funder_its_reserve();
    void a_fundee_cannot_burn_the_funder();
    void what_crosses_a_funder_is_taken();
    void what_is_said_again_is_taken();
    void dust_has_a_limit();
    void what_is_shown_is_payable();
    void a_signature_names_the_funding_it_is_for();
    void counts_and_sums_have_limits();
    void adds_of_a_cheat_are_refused();
    void removals_of_a_cheat_are_refused();
    void fees_of_a_cheat_are_refused();
    void nothing_without_outputs_is_accepted();
    void a_fee_that_crosses_our_htlcs_is_no_crime();
    void feerates_without_end_are_not_remembered();
    void bad_signatures_are_refused();
    void bad_revocations_are_refused();
    void reestablish_of_a_cheat_is_refused();
    void lost_state_is_noticed_on_both_sides();
    void a_reconnect_forgets_what_was_not_signed();
    void a_revoked_commitment_can_be_rebuilt();
};

void TestCommitments::honest_parties_always_agree_data() {
    QTest::addColumn<int>("seed");
    QTest::addColumn<int>("kind");
    for (int kind = 0; kind < 5; ++kind) {
        for (int seed = 1; seed <= 6; ++seed)
            QTest::addRow("kind %d seed %d", kind, seed) << seed << kind;
    }
}

void TestCommitments::honest_parties_always_agree() {
    QFETCH(const int, seed);
    QFETCH(const int, kind);
    DuelSetup setup;
    if (kind == 1)
        setup.fundee_terms.dust_limit_satoshis = 5'000_sat;  // their outputs vanish where ours stay
    if (kind == 2) {
        // Hardly anything above the reserves: every limit is met all the time.
        setup.funding = 60'000_sat;
        setup.push = 20'000'000_msat;
        setup.funder_terms.channel_reserve_satoshis = setup.fundee_terms.channel_reserve_satoshis =
            1'000_sat;
    }
    if (kind == 3) {
        setup.push = 999'000'000_msat;
        setup.feerate = FeeratePerKw(253);
        setup.fundee_terms.max_accepted_htlcs = 3;
        setup.funder_terms.max_htlc_value_in_flight_msat = 50'000'000_msat;
    }
    if (kind == 4) setup = test::random_setup(static_cast<std::uint64_t>(seed));
    Duel duel(setup, static_cast<std::uint64_t>(seed * 10 + kind));
    if (kind == 2) duel.highest_feerate = 20'000;
    const auto wrong = run(duel, 900);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(duel.commits > (kind == 4 ? 5 : 20));
    QVERIFY(duel.cuts > 0);
}

namespace {

/// Two parties that wait for what the test says.
struct Scene : Duel {
    explicit Scene(const DuelSetup& setup = DuelSetup()) : Duel(setup, 1) {}
    bool is_taken(Side& side, Msat amount) { return add(side, amount); }
    std::uint64_t last_id(Side& side) {
        return side.commitments.next_htlc_id(Party::ours).raw() - 1;
    }
};

/// A funder with 100,000 sat at a feerate at which 63 HTLCs cost more than what a payment of all
/// that it can send leaves.
DuelSetup tight_setup() {
    DuelSetup setup;
    setup.feerate = FeeratePerKw(5'000);
    setup.push = 900'000'000_msat;
    setup.funder_terms.max_accepted_htlcs = setup.fundee_terms.max_accepted_htlcs = 483;
    return setup;
}

std::int64_t after_cost(const CommitmentSpec& spec, Party funder, Party broadcaster, Sat dust) {
    const auto untrimmed = static_cast<std::size_t>(
        std::count_if(spec.htlcs.begin(), spec.htlcs.end(),
                      [&](const Htlc& htlc) { return !is_dust(htlc, broadcaster, dust); }));
    const auto cost = funder_cost(spec.feerate_per_kw, untrimmed).msat();
    return static_cast<std::int64_t>(spec.balance(funder).raw()) -
           static_cast<std::int64_t>(cost.raw());
}

}  // namespace

void TestCommitments::many_htlcs_survive_the_store() {
    DuelSetup setup;
    setup.funding = 100'000'000_sat;
    setup.push = 50'000'000'000_msat;
    setup.funder_terms.max_accepted_htlcs = setup.fundee_terms.max_accepted_htlcs = 483;
    setup.funder_terms.max_htlc_value_in_flight_msat =
        setup.fundee_terms.max_htlc_value_in_flight_msat = Msat(UINT64_MAX);
    Scene scene(setup);
    for (int i = 0; i < 40; ++i) {
        QVERIFY(scene.add(scene.a, 1'000'000_msat));
        QVERIFY(scene.add(scene.b, 2'000'000_msat));
    }
    for (const auto* const side : {&scene.a, &scene.b}) {
        // Proposed and in no commitment, where an entry is shortest; then in all later stages.
        QCOMPARE(stored_and_read(side->commitments, side->signer).htlcs().size(),
                 side == &scene.a ? std::size_t(40) : std::size_t(40));
    }
    scene.settle();
    for (const auto* const side : {&scene.a, &scene.b}) {
        const auto read = stored_and_read(side->commitments, side->signer);
        QCOMPARE(read.htlcs().size(), std::size_t(80));
        QVERIFY(read.local_spec() == side->commitments.local_spec());
    }
    scene.finish();
}

void TestCommitments::the_funder_keeps_a_fee_spike_buffer() {
    DuelSetup setup;
    setup.push = 0_msat;
    setup.fundee_terms.max_htlc_value_in_flight_msat = Msat(UINT64_MAX);
    Scene scene(setup);
    // 1,000,000 sat less 10,000 of reserve, less twice 1000 sat/kw for one HTLC and another, less
    // two anchors.
    const Msat most((1'000'000'000) - 10'000'000 - 2 * (1'124 + 2 * 172) * 1'000 - 660'000);
    QCOMPARE(scene.a.commitments.can_send(), most);
    QVERIFY(!scene.is_taken(scene.a, most + 1_msat));
    QVERIFY(scene.is_taken(scene.a, most));
    scene.settle();
    QCOMPARE(scene.a.commitments.can_send(), 0_msat);
    // The buffer is there for this: once the other side has the money, an HTLC of its own, a
    // feerate twice as high, and still the reserve is kept.
    QVERIFY(
        scene.b.commitments.send_fulfill(HtlcId(0), scene.a.preimages.at(HtlcId(0))).has_value());
    wire::UpdateFulfillHtlc fulfill;
    fulfill.payment_preimage = scene.a.preimages.at(HtlcId(0));
    scene.b.wire.push_back(fulfill);
    scene.b.fulfilled[HtlcId(0)] = true;
    scene.settle();
    QCOMPARE(scene.a.commitments.settled(Party::ours), 1'000'000'000_msat - most);
    QVERIFY(scene.is_taken(scene.b, 400'000_msat));
    scene.settle();
    wire::UpdateFee fee = scene.a.commitments.send_fee(FeeratePerKw(2'000)).value();
    scene.a.wire.push_back(fee);
    scene.settle();
    QVERIFY(after_cost(scene.a.commitments.local_spec(), Party::ours, Party::ours, 354_sat) >=
            10'000'000);
    QVERIFY(!scene.a.commitments.send_fee(FeeratePerKw(5'000)));
}

void TestCommitments::the_funder_stays_payable_on_both_commitments() {
    // HTLCs of 1,000 sat have no output on the fundee's commitment, where they are added first, but
    // one on the funder's own.
    DuelSetup setup;
    setup.funding = 100'000_sat;
    setup.push = 0_msat;
    setup.feerate = FeeratePerKw(5'000);
    setup.funder_terms.channel_reserve_satoshis = setup.fundee_terms.channel_reserve_satoshis =
        5'000_sat;
    setup.fundee_terms.dust_limit_satoshis = 5'000_sat;
    setup.fundee_terms.max_accepted_htlcs = 483;
    Scene scene(setup);
    while (scene.is_taken(scene.a, 1'000'000_msat)) {
    }
    scene.settle();
    const auto& c = scene.a.commitments;
    QVERIFY(c.htlcs().size() > 10);
    QVERIFY(after_cost(c.remote_spec(), Party::ours, Party::theirs, 5'000_sat) >= 5'000'000);
    QVERIFY(after_cost(c.local_spec(), Party::ours, Party::ours, 354_sat) >= 5'000'000);
    // A feerate is looked at in both as well.
    for (std::uint32_t feerate = 5'000; feerate < 50'000; feerate += 500) {
        auto copy = c;
        if (!copy.send_fee(FeeratePerKw(feerate))) continue;
        auto spec = c.local_spec();
        spec.feerate_per_kw = FeeratePerKw(feerate);
        QVERIFY(after_cost(spec, Party::ours, Party::ours, 354_sat) >= 5'000'000);
    }
}

void TestCommitments::the_fundee_leaves_the_funder_its_reserve() {
    // The funder can pay for two HTLCs and keep its reserve, for three not.
    DuelSetup setup;
    setup.push = Msat(1'000'000'000 - 10'000'000 - (1'124 + 2 * 172) * 1'000 - 660'000);
    Scene scene(setup);
    QCOMPARE(scene.a.commitments.can_send(), 0_msat);
    QVERIFY(scene.is_taken(scene.b, 10'000'000_msat));
    QVERIFY(scene.is_taken(scene.b, 10'000'000_msat));
    QVERIFY(!scene.is_taken(scene.b, 10'000'000_msat));
    // What has no output costs nobody anything.
    QCOMPARE(scene.b.commitments.can_send(), 353'999_msat);
    QVERIFY(scene.is_taken(scene.b, 353'999_msat));
    scene.finish();
}

void TestCommitments::a_fundee_cannot_burn_the_funder() {
    // 110 HTLCs of 1,000 sat in one commitment cost the funder 2,500 sat/kw * 172 weight units
    // each.
    DuelSetup setup;
    setup.feerate = FeeratePerKw(2'500);
    setup.push = 970'000'000_msat;
    setup.funder_terms.max_accepted_htlcs = setup.fundee_terms.max_accepted_htlcs = 483;
    Scene scene(setup);
    // The line was never cut, and both have signed once.
    QVERIFY(scene.add(scene.b, 1'000'000_msat));
    scene.settle();
    auto& c = scene.a.commitments;
    std::uint64_t taken = 0;
    std::optional<FaultKind> refused;
    for (std::uint64_t id = 1; id < 110 && !refused; ++id) {
        wire::UpdateAddHtlc m;
        m.id = HtlcId(id);
        m.amount_msat = 1'000'000_msat;
        m.cltv_expiry = BlockHeight(500);
        refused = kind_of(c.receive_add(m));
        if (!refused) ++taken;
    }
    QCOMPARE(refused, std::optional(FaultKind::funder_cannot_pay_fee));
    QCOMPARE(disposition(ChannelFault{*refused, 0, 0, {}}), Disposition::warn_and_disconnect);
    // 30,000 sat less two anchors pay for (29,340,000 / 2,500 - 1,124) / 172 outputs: 61, of which
    // one was there. A funder below its reserve is taken: peers that mean well do that.
    QCOMPARE(taken, std::uint64_t{60});
    // What has no output costs nothing.
    wire::UpdateAddHtlc dust;
    dust.id = c.next_htlc_id(Party::theirs);
    dust.amount_msat = 353'000_msat;
    dust.cltv_expiry = BlockHeight(500);
    QCOMPARE(kind_of(c.receive_add(dust)), std::optional<FaultKind>());
    // A fundee of ours would not have come near it.
    std::size_t own = 0;
    while (scene.add(scene.b, 1'000'000_msat)) ++own;
    QVERIFY(own < 60);

    // One that has revoked for what we paid out knows of it.
    Scene knows(tight_setup());
    for (int i = 0; i < 2; ++i) {
        QVERIFY(knows.add(knows.b, 1'000'000_msat));
        knows.settle();
    }
    QVERIFY(knows.add(knows.a, knows.a.commitments.can_send()));
    knows.sign(knows.a);
    QVERIFY(knows.deliver(knows.a) && knows.deliver(knows.a) && knows.deliver(knows.b));
    refused.reset();
    for (std::uint64_t id = 2; id < 60 && !refused; ++id) {
        wire::UpdateAddHtlc m;
        m.id = HtlcId(id);
        m.amount_msat = 1'000'000_msat;
        m.cltv_expiry = BlockHeight(500);
        refused = kind_of(knows.a.commitments.receive_add(m));
    }
    QCOMPARE(refused, std::optional(FaultKind::funder_cannot_pay_fee));
}

void TestCommitments::what_crosses_a_funder_is_taken() {
    // The funder pays out all that it can while the fundee offers all that it may: neither knew of
    // the other, nobody is to blame, and both commitments come about.
    Scene scene(tight_setup());
    for (int i = 0; i < 2; ++i) {
        QVERIFY(scene.add(scene.b, 1'000'000_msat));
        scene.settle();
    }
    QVERIFY(scene.add(scene.a, scene.a.commitments.can_send()));
    for (int i = 0; i < 60; ++i) QVERIFY(scene.add(scene.b, 1'000'000_msat));
    scene.sign(scene.a);
    scene.sign(scene.b);
    scene.settle();
    QCOMPARE(scene.a.commitments.htlcs().size(), std::size_t(63));
    scene.finish();
}

void TestCommitments::what_is_said_again_is_taken() {
    // What the fundee proposed was lost on its way, and what the funder paid out was not: the
    // fundee revoked for it, and then says again what it had said before it knew.
    for (const bool signs_before : {false, true}) {
        Scene scene(tight_setup());
        for (int i = 0; i < 2; ++i) {
            QVERIFY(scene.add(scene.b, 1'000'000_msat));
            scene.settle();
        }
        // Its HTLCs are lost, perhaps with a signature on the first of them; the revocation for the
        // funder's is lost as well, and after the cut comes before the rest.
        for (int i = 0; i < 60; ++i) {
            QVERIFY(scene.add(scene.b, 1'000'000_msat));
            if (i == 0 && signs_before) QVERIFY(scene.sign(scene.b));
        }
        QVERIFY(scene.add(scene.a, scene.a.commitments.can_send()));
        scene.sign(scene.a);
        QVERIFY(scene.deliver(scene.a) && scene.deliver(scene.a));
        scene.cut();
        scene.settle();
        QCOMPARE(scene.a.commitments.htlcs().size(), std::size_t(63));
        scene.finish();
    }
}

void TestCommitments::dust_has_a_limit() {
    DuelSetup setup;
    setup.funder_terms.max_accepted_htlcs = setup.fundee_terms.max_accepted_htlcs = 483;
    Scene scene(setup);
    int added = 0;
    while (scene.is_taken(scene.a, 353'000_msat)) ++added;
    QCOMPARE(added, 141);  // 49,773,000 of 50,000,000 msat
    scene.settle();
    QCOMPARE(scene.a.commitments.dust_exposure(), 49'773'000_msat);
    QCOMPARE(scene.b.commitments.dust_exposure(), 49'773'000_msat);
    // Both sides share it, for a close by force loses all of it; what has an output is no dust.
    QVERIFY(!scene.is_taken(scene.b, 353'000_msat));
    QVERIFY(scene.is_taken(scene.b, 354'000_msat));
    QVERIFY(scene.is_taken(scene.a, 227'000_msat));
    QVERIFY(!scene.is_taken(scene.a, 1_msat));
    // A peer that does not care is not refused, but what it sent beyond the limit is known as such.
    wire::UpdateAddHtlc add;
    add.id = scene.b.commitments.next_htlc_id(Party::theirs);
    Commitments there = scene.b.commitments;
    for (const auto& message : scene.a.wire)
        QVERIFY(there.receive_add(std::get<wire::UpdateAddHtlc>(message)).has_value());
    add.id = there.next_htlc_id(Party::theirs);
    add.amount_msat = 353'000_msat;
    add.cltv_expiry = BlockHeight(500);
    QVERIFY(!there.is_beyond_dust_limit(*there.find(Party::theirs, HtlcId(0))));
    QVERIFY(there.receive_add(add).has_value());
    QVERIFY(there.is_beyond_dust_limit(*there.find(Party::theirs, add.id)));
    QVERIFY(!there.is_beyond_dust_limit(*there.find(Party::ours, HtlcId(0))));  // has an output
    scene.finish();
}

void TestCommitments::what_is_shown_is_payable() {
    // Nearly empty channels of every shape: what one side shows as sendable, the other shows as
    // receivable; it is taken, one millisatoshi more is not.
    std::size_t payable = 0, beyond_dust = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto setup = test::random_setup(1'000 + seed);
        setup.funder_terms.max_accepted_htlcs = setup.fundee_terms.max_accepted_htlcs = 483;
        setup.funder_terms.htlc_minimum_msat = setup.fundee_terms.htlc_minimum_msat = 1_msat;
        Scene scene(setup);
        // Some begin with as much dust as there may be, so that only what has outputs goes on top.
        while (seed % 3 == 0 && scene.add(scene.a, 350'000_msat)) ++beyond_dust;
        scene.settle();
        for (int round = 0; round < 6; ++round) {
            for (auto* const side : {&scene.a, &scene.b}) {
                const Msat most = side->commitments.can_send();
                QCOMPARE(scene.peer(*side).commitments.can_receive(), most);
                QVERIFY(!scene.is_taken(*side, most + 1_msat));
                if (most.is_zero()) continue;
                QVERIFY(scene.is_taken(*side, most));
                ++payable;
                scene.settle();
                QCOMPARE(scene.remove(scene.peer(*side)), true);
                scene.settle();
            }
        }
        scene.finish();
    }
    QVERIFY(payable > 200);
    QVERIFY(beyond_dust > 500);
}

void TestCommitments::a_signature_names_the_funding_it_is_for() {
    Scene scene;
    QVERIFY(scene.add(scene.a, 5'000'000_msat));
    QVERIFY(scene.sign(scene.a));
    const Txid funding = scene.a.commitments.params().funding.txid;
    auto commit = std::get<wire::CommitmentSigned>(scene.a.wire.back());
    QVERIFY(commit.funding_txid == funding);
    QVERIFY(scene.deliver(scene.a));  // the HTLC
    const auto hear = [&] {
        auto there = scene.b.commitments;
        return kind_of(there.receive_commit(commit, scene.b.signer));
    };
    QCOMPARE(hear(), std::optional<FaultKind>());
    // Peers from before it was asked for do not say it; one that names another funding means
    // another transaction.
    commit.funding_txid.reset();
    QCOMPARE(hear(), std::optional<FaultKind>());
    commit.funding_txid = Txid{};
    QVERIFY(hear().has_value());
    // A retransmission is the same to the byte.
    scene.cut();
    scene.settle();
    scene.finish();
}

void TestCommitments::counts_and_sums_have_limits() {
    DuelSetup setup;
    setup.fundee_terms.max_accepted_htlcs = 3;
    setup.fundee_terms.max_htlc_value_in_flight_msat = 20'000'000_msat;
    setup.fundee_terms.htlc_minimum_msat = 1'000'000_msat;
    Scene scene(setup);
    QCOMPARE(scene.a.commitments.can_send(), 20'000'000_msat);
    // The bound on what is under way keeps nothing back: reserve and fees do.
    const Msat free = scene.a.commitments.free_to_send();
    QVERIFY(free > 400'000'000_msat);
    QVERIFY(!scene.is_taken(scene.a, 20'000'001_msat));
    QVERIFY(!scene.is_taken(scene.a, 999'999_msat));
    QVERIFY(scene.is_taken(scene.a, 1'000'000_msat));
    QVERIFY(scene.is_taken(scene.a, 18'500'000_msat));
    QCOMPARE(scene.a.commitments.can_send(), 0_msat);  // half a minimum is left
    QVERIFY(scene.a.commitments.free_to_send() > free - 21'000'000_msat);
    QVERIFY(!scene.is_taken(scene.a, 1'000'000_msat));
    scene.settle();
    // A removal counts once it is irrevocable on the receiver's side, not before.
    QVERIFY(scene.remove(scene.b) && scene.remove(scene.b));
    QCOMPARE(scene.a.commitments.can_send(), 0_msat);
    scene.settle();
    QVERIFY(scene.a.commitments.can_send() == 20'000'000_msat);
    for (int i = 0; i < 3; ++i) QVERIFY(scene.is_taken(scene.a, 1'000'000_msat));
    QVERIFY(!scene.is_taken(scene.a, 1'000'000_msat));
    QCOMPARE(scene.a.commitments.can_send(), 0_msat);
    scene.finish();
}

void TestCommitments::adds_of_a_cheat_are_refused() {
    Scene scene;
    QVERIFY(scene.add(scene.a, 5'000'000_msat));
    scene.settle();
    const auto& c = scene.b.commitments;
    const auto add = [&](auto change) {
        auto copy = c;
        wire::UpdateAddHtlc m;
        m.id = HtlcId(1);
        m.amount_msat = 1'000'000_msat;
        m.cltv_expiry = BlockHeight(500);
        change(m);
        return kind_of(copy.receive_add(m));
    };
    using M = wire::UpdateAddHtlc;
    QCOMPARE(add([](M&) {}), std::optional<FaultKind>());
    QCOMPARE(add([](M& m) { m.id = HtlcId(0); }), std::optional(FaultKind::unexpected_htlc_id));
    QCOMPARE(add([](M& m) { m.id = HtlcId(2); }), std::optional(FaultKind::unexpected_htlc_id));
    QCOMPARE(add([](M& m) { m.id = HtlcId(UINT64_MAX); }),
             std::optional(FaultKind::unexpected_htlc_id));
    QCOMPARE(add([](M& m) { m.amount_msat = 0_msat; }), std::optional(FaultKind::amount_zero));
    QCOMPARE(add([](M& m) { m.amount_msat = Msat(UINT64_MAX); }),
             std::optional(FaultKind::too_much_in_flight));
    QCOMPARE(add([](M& m) { m.cltv_expiry = BlockHeight(499'999'999); }),
             std::optional<FaultKind>());
    QCOMPARE(add([](M& m) { m.cltv_expiry = BlockHeight(500'000'000); }),
             std::optional(FaultKind::cltv_too_large));
    // Their last millisatoshi above reserve and fees: 700,000,000 less 5,000,000, the reserve, two
    // HTLCs' fees, two anchors.
    const Msat most(700'000'000 - 5'000'000 - 10'000'000 - (1'124 + 2 * 172) * 1'000 - 660'000);
    // What they will send is less: they keep a buffer of twice the feerate and one HTLC more.
    QCOMPARE(c.can_receive(), most - Msat((1'124 + 4 * 172) * 1'000));
    QCOMPARE(add([&](M& m) { m.amount_msat = most; }), std::optional<FaultKind>());
    QCOMPARE(add([&](M& m) { m.amount_msat = most + 1_msat; }),
             std::optional(FaultKind::insufficient_balance));
    auto full = c;
    for (std::uint64_t id = 1; id < 30; ++id) {
        M m;
        m.id = HtlcId(id);
        m.amount_msat = 1_msat;
        m.cltv_expiry = BlockHeight(500);
        QVERIFY(full.receive_add(m).has_value());
    }
    M m;
    m.id = HtlcId(30);
    m.amount_msat = 1_msat;
    QCOMPARE(kind_of(full.receive_add(m)), std::optional(FaultKind::too_many_htlcs));
}

void TestCommitments::removals_of_a_cheat_are_refused() {
    Scene scene;
    QVERIFY(scene.add(scene.a, 5'000'000_msat) && scene.add(scene.a, 6'000'000_msat));
    const auto fulfill = [&](Commitments& c, std::uint64_t id, const wire::Preimage& preimage) {
        wire::UpdateFulfillHtlc m;
        m.id = HtlcId(id);
        m.payment_preimage = preimage;
        return kind_of(c.receive_fulfill(m));
    };
    const auto fail_it = [&](Commitments& c, std::uint64_t id) {
        wire::UpdateFailHtlc m;
        m.id = HtlcId(id);
        return kind_of(c.receive_fail(m));
    };
    const auto preimage = scene.a.preimages.at(HtlcId(0));
    // Too early at every step before both have it irrevocably.
    auto& c = scene.a.commitments;
    QCOMPARE(fulfill(c, 0, preimage), std::optional(FaultKind::unknown_htlc));
    scene.sign(scene.a);
    QCOMPARE(fulfill(c, 0, preimage), std::optional(FaultKind::unknown_htlc));
    while (scene.deliver(scene.a)) {
    }
    while (scene.deliver(scene.b)) {
    }
    QCOMPARE(fail_it(c, 0), std::optional(FaultKind::unknown_htlc));
    scene.settle();
    QCOMPARE(fulfill(c, 0, scene.a.preimages.at(HtlcId(1))),
             std::optional(FaultKind::wrong_preimage));
    QCOMPARE(fulfill(c, 2, preimage), std::optional(FaultKind::unknown_htlc));
    QCOMPARE(fail_it(c, UINT64_MAX), std::optional(FaultKind::unknown_htlc));
    wire::UpdateFailMalformedHtlc malformed;
    malformed.failure_code = 0x4005;
    QCOMPARE(kind_of(c.receive_fail_malformed(malformed)),
             std::optional(FaultKind::bad_failure_code));
    // Only the receiver removes: these ids are of HTLCs that b offered, and there is none.
    wire::UpdateFulfillHtlc backwards;
    backwards.payment_preimage = preimage;
    QCOMPARE(kind_of(scene.b.commitments.receive_fulfill(backwards)),
             std::optional(FaultKind::unknown_htlc));
    QCOMPARE(fulfill(c, 0, preimage), std::optional<FaultKind>());
    QCOMPARE(fulfill(c, 0, preimage), std::optional(FaultKind::already_removed));
    QCOMPARE(fail_it(c, 0), std::optional(FaultKind::already_removed));
    // A reason that only fills our disk is not kept.
    for (const std::size_t size :
         {std::size_t{292}, longest_reason, longest_reason + 1, std::size_t{65'000}}) {
        auto copy = c;
        wire::UpdateFailHtlc m;
        m.id = HtlcId(1);
        m.reason = Bytes(size, 7);
        QVERIFY(copy.receive_fail(m).has_value());
        QCOMPARE(std::get<Failed>(*copy.find(Party::ours, HtlcId(1))->removal).reason.size(),
                 size <= longest_reason ? size : std::size_t{0});
    }
    // We do not do such things either.
    auto& own = scene.b.commitments;
    QCOMPARE(kind_of(own.send_fulfill(HtlcId(1), preimage)),
             std::optional(FaultKind::wrong_preimage));
    QCOMPARE(kind_of(own.send_fail(HtlcId(2), {})), std::optional(FaultKind::unknown_htlc));
    QCOMPARE(kind_of(own.send_fail_malformed(HtlcId(1), Hash256{}, 5)),
             std::optional(FaultKind::bad_failure_code));
    QVERIFY(own.send_fail(HtlcId(1), {}).has_value());
    QCOMPARE(kind_of(own.send_fulfill(HtlcId(1), scene.a.preimages.at(HtlcId(1)))),
             std::optional(FaultKind::already_removed));
}

void TestCommitments::fees_of_a_cheat_are_refused() {
    Scene scene;
    const auto fee = [](Commitments& c, std::uint32_t feerate) {
        wire::UpdateFee m;
        m.feerate_per_kw = FeeratePerKw(feerate);
        return kind_of(c.receive_fee(m));
    };
    QCOMPARE(fee(scene.a.commitments, 1'000), std::optional(FaultKind::fee_by_fundee));
    QCOMPARE(kind_of(scene.b.commitments.send_fee(FeeratePerKw(1'000))),
             std::optional(FaultKind::fee_by_fundee));
    QCOMPARE(fee(scene.b.commitments, 252), std::optional(FaultKind::feerate_too_low));
    QCOMPARE(fee(scene.b.commitments, 253), std::optional<FaultKind>());
    // More than any mempool ever asked for, though the funder's 700,000 sat would pay it.
    QCOMPARE(fee(scene.b.commitments, 250'000), std::optional<FaultKind>());
    QCOMPARE(fee(scene.b.commitments, 250'001), std::optional(FaultKind::feerate_too_high));
    QCOMPARE(fee(scene.b.commitments, UINT32_MAX), std::optional(FaultKind::feerate_too_high));
    // However often it changes its mind, only the last word is kept.
    for (std::uint32_t i = 0; i < 1'000; ++i)
        QCOMPARE(fee(scene.b.commitments, 253 + i), std::optional<FaultKind>());
    QCOMPARE(scene.b.commitments.fee_changes().size(), std::size_t(1));
    QVERIFY(!scene.a.commitments.send_fee(FeeratePerKw(250'001)));
    // 100,000 sat less the reserve and two anchors is what this funder has for 1124 weight units;
    // fees are rounded down.
    DuelSetup setup;
    setup.push = 900'000'000_msat;
    Scene poor(setup);
    const std::uint32_t most = ((100'000 - 10'000 - 660 + 1) * 1'000 - 1) / 1'124;
    QCOMPARE(fee(poor.b.commitments, most + 1), std::optional(FaultKind::fee_unaffordable));
    QCOMPARE(fee(poor.b.commitments, most), std::optional<FaultKind>());
    // Down again is always possible.
    QCOMPARE(fee(poor.b.commitments, most - 1), std::optional<FaultKind>());
    QVERIFY(!poor.a.commitments.send_fee(FeeratePerKw(most + 1)));
    QVERIFY(poor.a.commitments.send_fee(FeeratePerKw(most)).has_value());
}

void TestCommitments::nothing_without_outputs_is_accepted() {
    // All that is in the channel is the fee. No signature makes it worth revoking the one before;
    // such states exist, taken by versions that set no bound to a feerate.
    DuelSetup setup;
    setup.push = 0_msat;
    setup.feerate = FeeratePerKw(889'000);
    Scene scene(setup);
    QVERIFY(scene.b.commitments.local_commitment(scene.b.signer).tx.outputs.empty());
    wire::UpdateFee fee;
    fee.feerate_per_kw = FeeratePerKw(889'000);
    QCOMPARE(kind_of(scene.b.commitments.receive_fee(fee)),
             std::optional(FaultKind::feerate_too_high));
    const auto before = scene.b.commitments.local_number();
    QCOMPARE(kind_of(scene.b.commitments.receive_commit(wire::CommitmentSigned{}, scene.b.signer)),
             std::optional(FaultKind::no_outputs));
    QCOMPARE(scene.b.commitments.local_number(), before);
    // Nor can it be published, and whoever asks for that hears why.
    auto kept = test::as_channel(scene.b.commitments, scene.a.signer);
    const Policy policy;
    const ports::FeeEstimates fees;
    const Context context{policy,         UnixTime(1'700'000'000), BlockHeight(100),  fees,
                          scene.b.signer, wire::Features{},        bitcoin::Script{}, true};
    QCOMPARE(kind_of(force_close(kept, "asked to", context)), std::optional(FaultKind::no_outputs));
    QCOMPARE(std::string(state_name(kept.state)), std::string("normal"));
}

void TestCommitments::a_fee_that_crosses_our_htlcs_is_no_crime() {
    // BOLT 2, "Updating Fees": the funder raised the fee while our HTLCs were on their way; it
    // cannot pay for both and is not to blame. The commitment pays what the funder has.
    DuelSetup setup;
    setup.push = 900'000'000_msat;
    Scene scene(setup);
    for (int i = 0; i < 20; ++i) QVERIFY(scene.add(scene.b, 1'000'000_msat));
    scene.sign(scene.b);
    QVERIFY(scene.a.commitments.send_fee(FeeratePerKw(78'000)).has_value());
    wire::UpdateFee fee;
    fee.feerate_per_kw = FeeratePerKw(78'000);
    scene.a.wire.push_back(fee);
    scene.settle();
    QCOMPARE(scene.b.commitments.feerate(), FeeratePerKw(78'000));
    const auto commitment = scene.b.commitments.local_commitment(scene.b.signer);
    QVERIFY(commitment.fee.raw() >= 87'000);
    QCOMPARE(commitment.htlcs.size(), std::size_t(20));
    scene.finish();
}

void TestCommitments::feerates_without_end_are_not_remembered() {
    // The funder proposes and signs one feerate after another and never revokes.
    Scene scene;
    for (std::uint32_t i = 0; i < 50; ++i) {
        const auto message = scene.a.commitments.send_fee(FeeratePerKw(1'000 + i)).value();
        QVERIFY(scene.b.commitments.receive_fee(message).has_value());
        const auto commit = scene.a.commitments.send_commit(scene.a.signer).value();
        const auto received = scene.b.commitments.receive_commit(commit, scene.b.signer).value();
        QVERIFY(scene.a.commitments.receive_revocation(received.revoke_and_ack).has_value());
        if (i == 0) QVERIFY(scene.b.commitments.send_commit(scene.b.signer).has_value());
        QVERIFY(scene.b.commitments.fee_changes().size() <= 3);
        QCOMPARE(scene.b.commitments.local_spec().feerate_per_kw, FeeratePerKw(1'000 + i));
    }
}

void TestCommitments::bad_signatures_are_refused() {
    Scene scene;
    QVERIFY(scene.add(scene.a, 5'000'000_msat) && scene.add(scene.a, 6'000'000_msat) &&
            scene.add(scene.a, 100'000_msat));
    scene.sign(scene.a);
    const auto commit = std::get<wire::CommitmentSigned>(scene.a.wire.back());
    QCOMPARE(commit.htlc_signature.size(), std::size_t(2));  // the third is dust
    for (int i = 0; i < 3; ++i) QVERIFY(scene.deliver(scene.a));
    const auto before =
        channel::encode_channel(test::as_channel(scene.b.commitments, scene.a.signer));
    const auto receive = [&](auto change) {
        auto bad = commit;
        change(bad);
        auto copy = scene.b.commitments;
        const auto result = copy.receive_commit(bad, scene.b.signer);
        if (!result && channel::encode_channel(test::as_channel(copy, scene.a.signer)) != before)
            return std::pair(std::string("changed"), 0UL);
        return result ? std::pair(std::string("taken"), 0UL)
                      : std::pair(std::string(to_string(result.error().kind)),
                                  static_cast<unsigned long>(result.error().got));
    };
    using M = wire::CommitmentSigned;
    QCOMPARE(receive([](M&) {}).first, std::string("taken"));
    QCOMPARE(receive([](M& m) { m.signature = m.htlc_signature[0]; }),
             std::pair(std::string("bad_signature"), 0UL));
    QCOMPARE(receive([](M& m) { m.htlc_signature[1] = m.htlc_signature[0]; }),
             std::pair(std::string("bad_signature"), 2UL));
    QCOMPARE(receive([](M& m) { std::swap(m.htlc_signature[0], m.htlc_signature[1]); }),
             std::pair(std::string("bad_signature"), 1UL));
    QCOMPARE(receive([](M& m) { m.htlc_signature.pop_back(); }),
             std::pair(std::string("wrong_signature_count"), 1UL));
    QCOMPARE(receive([](M& m) { m.htlc_signature.push_back(m.signature); }),
             std::pair(std::string("wrong_signature_count"), 3UL));
    QCOMPARE(receive([](M& m) { m.htlc_signature.clear(); }).first,
             std::string("wrong_signature_count"));
    // The same signature with a high S is valid mathematics and no valid transaction (BIP 146).
    QCOMPARE(receive([](M& m) {
                 static constexpr std::uint8_t order[32] = {
                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                     0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                     0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
                 auto raw = m.signature.raw();
                 int borrow = 0;
                 for (std::size_t i = 32; i-- > 0;) {
                     const int digit = order[i] - raw[32 + i] - borrow;
                     borrow = digit < 0 ? 1 : 0;
                     raw[32 + i] = static_cast<std::uint8_t>(digit);
                 }
                 m.signature = crypto::Signature(raw);
             }).first,
             std::string("bad_signature"));
    // A commitment that was already taken is not taken again: it is for another number.
    QVERIFY(scene.deliver(scene.a));
    QCOMPARE(kind_of(scene.b.commitments.receive_commit(commit, scene.b.signer)),
             std::optional(FaultKind::bad_signature));
    // Nor do we sign twice before the revocation, nor for nothing.
    QVERIFY(!scene.a.commitments.may_sign());
    QCOMPARE(kind_of(scene.a.commitments.send_commit(scene.a.signer)),
             std::optional(FaultKind::awaiting_revocation));
    scene.settle();
    QCOMPARE(kind_of(scene.a.commitments.send_commit(scene.a.signer)),
             std::optional(FaultKind::nothing_to_sign));
}

namespace {

/// Points and secrets fit each other but follow no chain.
class ChainlessSigner : public test::TestSigner {
public:
    using TestSigner::TestSigner;
    static Secret32 secret(CommitmentNumber n) {
        return Secret32(test::preimage_of(1'000 + n.raw()).raw());
    }
    crypto::PublicKey commitment_point(CommitmentNumber n) const override {
        return crypto::PrivateKey::from(secret(n)).value().public_key();
    }
    Result<ports::Guarded<Secret32>, ports::SignRefusal> release_secret(
        const ports::SignerGuard& guard, CommitmentNumber n) const override {
        return ports::Guarded<Secret32>{secret(n), guard};
    }
};

}  // namespace

void TestCommitments::bad_revocations_are_refused() {
    Scene scene;
    wire::RevokeAndAck nothing;
    nothing.per_commitment_secret = scene.b.signer.commitment_secret(CommitmentNumber(0));
    nothing.next_per_commitment_point = scene.b.signer.commitment_point(CommitmentNumber(2));
    QCOMPARE(kind_of(scene.a.commitments.receive_revocation(nothing)),
             std::optional(FaultKind::nothing_to_revoke));
    QVERIFY(scene.add(scene.a, 5'000'000_msat));
    scene.sign(scene.a);
    while (scene.deliver(scene.a)) {
    }
    const auto good = std::get<wire::RevokeAndAck>(scene.b.wire.front());
    const auto revoke = [&](const Secret32& secret) {
        auto copy = scene.a.commitments;
        auto bad = good;
        bad.per_commitment_secret = secret;
        return kind_of(copy.receive_revocation(bad));
    };
    QCOMPARE(revoke(good.per_commitment_secret), std::optional<FaultKind>());
    QCOMPARE(revoke(Secret32()), std::optional(FaultKind::wrong_secret));
    QCOMPARE(revoke(scene.b.signer.commitment_secret(CommitmentNumber(1))),
             std::optional(FaultKind::wrong_secret));
    QCOMPARE(revoke(scene.a.signer.commitment_secret(CommitmentNumber(0))),
             std::optional(FaultKind::wrong_secret));
    QVERIFY(scene.deliver(scene.b));
    QCOMPARE(kind_of(scene.a.commitments.receive_revocation(good)),
             std::optional(FaultKind::nothing_to_revoke));

    // Secrets that fit their points, and still an older one cannot be proven from a newer one: stop
    // at once, while the older ones can still be punished.
    const ChainlessSigner cheat(2);
    const test::TestSigner honest(1);
    const DuelSetup setup;
    auto a = test::first_commitments(setup, Party::ours, honest, cheat);
    auto b = test::first_commitments(setup, Party::theirs, cheat, honest);
    std::optional<FaultKind> kind;
    for (int round = 0; round < 2 && !kind; ++round) {
        const auto add = a.send_add(1'000'000_msat, PaymentHash(), BlockHeight(500), {}).value();
        QVERIFY(b.receive_add(add).has_value());
        const auto received = b.receive_commit(a.send_commit(honest).value(), cheat).value();
        kind = kind_of(a.receive_revocation(received.revoke_and_ack));
    }
    QCOMPARE(kind, std::optional(FaultKind::wrong_secret));
}

void TestCommitments::reestablish_of_a_cheat_is_refused() {
    Scene scene;
    for (int i = 0; i < 4; ++i) {
        QVERIFY(scene.add(scene.a, 5'000'000_msat));
        scene.settle();
        QVERIFY(scene.remove(scene.b));
        scene.settle();
    }
    const auto& c = scene.b.commitments;
    const auto honest = scene.a.commitments.reestablish(scene.a.signer);
    const std::uint64_t revoked = c.local_number().raw();
    QCOMPARE(honest.next_revocation_number.raw(), revoked);
    QVERIFY(revoked > 4);
    const auto hear = [&](auto change) {
        auto m = honest;
        change(m);
        const auto result = c.on_reestablish(m, scene.b.signer);
        return result ? "says " + std::to_string(result->size())
                      : std::string(to_string(result.error().kind));
    };
    using M = wire::ChannelReestablish;
    const auto secret = [&](std::uint64_t n) {
        return scene.b.signer.commitment_secret(CommitmentNumber(n));
    };
    QCOMPARE(hear([](M&) {}), std::string("says 0"));
    // They lost what we hold: once is a lost message, twice is a lost disk.
    QCOMPARE(hear([&](M& m) {
                 m.next_revocation_number = CommitmentNumber(revoked - 1);
                 m.your_last_per_commitment_secret = secret(revoked - 2);
             }),
             std::string("says 1"));
    QCOMPARE(hear([&](M& m) {
                 m.next_revocation_number = CommitmentNumber(revoked - 2);
                 m.your_last_per_commitment_secret = secret(revoked - 3);
             }),
             std::string("they_are_behind"));
    QCOMPARE(hear([&](M& m) { m.next_revocation_number = CommitmentNumber(0); }),
             std::string("they_are_behind"));
    QCOMPARE(hear([&](M& m) {
                 m.next_commitment_number =
                     CommitmentNumber(honest.next_commitment_number.raw() - 1);
             }),
             std::string("they_are_behind"));
    QCOMPARE(hear([&](M& m) { m.next_commitment_number = CommitmentNumber(0); }),
             std::string("they_are_behind"));
    // Zero is how a peer that lost everything asks to be paid out (BOLT 2: fail at once), whatever
    // else it makes up; only proof that our own state is old forbids it.
    for (const std::uint64_t ahead : {0U, 1U, 7U}) {
        QCOMPARE(hear([&](M& m) {
                     m.next_commitment_number = CommitmentNumber(0);
                     m.next_revocation_number = CommitmentNumber(revoked + ahead);
                     m.your_last_per_commitment_secret = Secret32();
                 }),
                 std::string("they_are_behind"));
    }
    QCOMPARE(hear([&](M& m) {
                 m.next_commitment_number = CommitmentNumber(0);
                 m.next_revocation_number = CommitmentNumber(revoked + 1);
                 m.your_last_per_commitment_secret = secret(revoked);
             }),
             std::string("we_are_behind"));
    // They say that we lost something. With the secret it is true, without it is a trick to make us
    // give up.
    for (const std::uint64_t ahead : {1U, 2U, 100U}) {
        QCOMPARE(hear([&](M& m) {
                     m.next_revocation_number = CommitmentNumber(revoked + ahead);
                     m.your_last_per_commitment_secret = secret(revoked + ahead - 1);
                 }),
                 std::string("we_are_behind"));
        QCOMPARE(hear([&](M& m) {
                     m.next_revocation_number = CommitmentNumber(revoked + ahead);
                     m.your_last_per_commitment_secret = secret(revoked + ahead);
                 }),
                 std::string("unproven_claim"));
        QCOMPARE(hear([&](M& m) {
                     m.next_revocation_number = CommitmentNumber(revoked + ahead);
                     m.your_last_per_commitment_secret = Secret32();
                 }),
                 std::string("unproven_claim"));
        QCOMPARE(hear([&](M& m) {
                     m.next_commitment_number =
                         CommitmentNumber(honest.next_commitment_number.raw() + ahead);
                 }),
                 std::string("unproven_claim"));
    }
    QCOMPARE(hear([&](M& m) { m.next_revocation_number = CommitmentNumber(UINT64_MAX); }),
             std::string("unproven_claim"));
    QCOMPARE(hear([&](M& m) { m.next_commitment_number = CommitmentNumber(UINT64_MAX); }),
             std::string("unproven_claim"));
    // The number is right and the secret is not.
    QCOMPARE(hear([&](M& m) { m.your_last_per_commitment_secret = secret(revoked - 2); }),
             std::string("wrong_secret"));
    QCOMPARE(hear([&](M& m) { m.your_last_per_commitment_secret = Secret32(); }),
             std::string("wrong_secret"));
}

void TestCommitments::lost_state_is_noticed_on_both_sides() {
    Scene scene;
    const auto pay = [&] {
        QVERIFY(scene.add(scene.a, 5'000'000_msat));
        scene.settle();
        QVERIFY(scene.remove(scene.b));
        scene.settle();
    };
    pay();
    const auto backup = scene.b.commitments;
    pay();
    const auto from_a = scene.a.commitments.reestablish(scene.a.signer);
    const auto from_b = backup.reestablish(scene.b.signer);
    QCOMPARE(kind_of(backup.on_reestablish(from_a, scene.b.signer)),
             std::optional(FaultKind::we_are_behind));
    QCOMPARE(kind_of(scene.a.commitments.on_reestablish(from_b, scene.a.signer)),
             std::optional(FaultKind::they_are_behind));
    QCOMPARE(disposition(ChannelFault{FaultKind::we_are_behind, 0, 0, {}}), Disposition::warn);
    QCOMPARE(disposition(ChannelFault{FaultKind::they_are_behind, 0, 0, {}}),
             Disposition::fail_channel);
    QCOMPARE(disposition(ChannelFault{FaultKind::unproven_claim, 0, 0, {}}),
             Disposition::warn_and_disconnect);
}

void TestCommitments::a_reconnect_forgets_what_was_not_signed() {
    Scene scene;
    QVERIFY(scene.add(scene.a, 5'000'000_msat));
    scene.settle();
    QVERIFY(scene.add(scene.a, 6'000'000_msat));
    QVERIFY(scene.propose_fee(scene.a));
    wire::UpdateFulfillHtlc fulfill;
    fulfill.payment_preimage = scene.a.preimages.at(HtlcId(0));
    const auto before = test::stored_and_read(scene.b.commitments, scene.a.signer);
    while (scene.deliver(scene.a)) {
    }
    QCOMPARE(scene.b.commitments.next_htlc_id(Party::theirs), HtlcId(2));
    QVERIFY(scene.a.commitments.receive_fulfill(fulfill).has_value());
    QCOMPARE(scene.a.commitments.find(Party::ours, HtlcId(0))->stage, Stage::remove_proposed);
    scene.a.commitments.forget_unsigned();
    scene.b.commitments.forget_unsigned();
    QCOMPARE(scene.b.commitments.next_htlc_id(Party::theirs), HtlcId(1));
    QVERIFY(channel::encode_channel(test::as_channel(scene.b.commitments, scene.a.signer)) ==
            channel::encode_channel(test::as_channel(before, scene.a.signer)));
    // Their removal of our HTLC is undone; our own proposals stay and are said again.
    QCOMPARE(scene.a.commitments.find(Party::ours, HtlcId(0))->stage, Stage::locked_in);
    QVERIFY(scene.a.commitments.find(Party::ours, HtlcId(0))->removal == nullptr);
    const auto again =
        scene.a.commitments
            .on_reestablish(scene.b.commitments.reestablish(scene.b.signer), scene.a.signer)
            .value();
    QCOMPARE(again.size(), std::size_t(2));
    QCOMPARE(std::get<wire::UpdateAddHtlc>(again[0]).id, HtlcId(1));
    QVERIFY(std::holds_alternative<wire::UpdateFee>(again[1]));
}

void TestCommitments::a_revoked_commitment_can_be_rebuilt() {
    // Every commitment of theirs, as it was, from what is stored about past HTLCs and the secret
    // they gave away.
    Scene scene;
    std::map<std::uint64_t, CommitmentSpec> signed_for_b;
    std::map<HtlcId, std::pair<Htlc, NumberSpan>> seen[2];
    const auto look = [&] {
        const auto& c = scene.a.commitments;
        signed_for_b[c.remote_number().raw()] = c.remote_spec();
        if (const auto next = c.remote_next_spec())
            signed_for_b[c.remote_number().raw() + 1] = *next;
        for (const auto& entry : c.htlcs()) {
            seen[entry.htlc.offered_by == Party::ours ? 0 : 1][entry.htlc.id] = {entry.htlc,
                                                                                 entry.in_theirs};
        }
    };
    scene.with_cuts = true;
    for (int i = 0; i < 900; ++i) {
        scene.step();
        look();
    }
    for (int i = 0; i < 60; ++i) {
        for (auto* const side : {&scene.a, &scene.b}) {
            scene.sign(*side);
            scene.deliver(*side);
            look();
        }
    }
    QVERIFY2(signed_for_b.size() > 20, qPrintable(QString("%1 of %2 commitments, %3 cuts")
                                                      .arg(signed_for_b.size())
                                                      .arg(scene.commits)
                                                      .arg(scene.cuts)));
    for (const auto& [number, spec] : signed_for_b) {
        std::vector<Htlc> rebuilt;
        for (const auto& side : seen) {
            for (const auto& [id, past] : side) {
                const auto& [htlc, span] = past;
                if (span.first <= number &&
                    (span.last == NumberSpan::none || number <= span.last) &&
                    span.first != NumberSpan::none) {
                    rebuilt.push_back(htlc);
                }
            }
        }
        QVERIFY2(rebuilt == spec.htlcs, qPrintable(QString("commitment %1").arg(number)));
    }
}

RUNNEL_TEST(TestCommitments)
#include "test_commitments.moc"
