// Every claim is turned into a transaction and judged by the script interpreter, on real
// commitments of both sides.
#include "tests/support/test_main.h"

#include "tests/unit/onchain/world.h"

#include <set>

using namespace runnel;
using namespace runnel::onchain;
using runnel::channel::Party;
using test::World;

namespace {

const Claim* find(const std::vector<Claim>& claims, ClaimKind kind, std::uint64_t id) {
    for (const auto& claim : claims) {
        if (claim.kind == kind && claim.htlc && claim.htlc->id == HtlcId(id)) return &claim;
    }
    return nullptr;
}

std::size_t count(const std::vector<Claim>& claims, ClaimKind kind) {
    return static_cast<std::size_t>(std::count_if(
        claims.begin(), claims.end(), [&](const Claim& claim) { return claim.kind == kind; }));
}

std::vector<Claim> at(const World& world, Party broadcaster, const Preimages& preimages,
                      std::uint32_t height = 1000) {
    return broadcaster == Party::ours
               ? plan_our_commitment(world.params, world.ours, world.our_signatures,
                                     BlockHeight(height), preimages)
               : plan_their_commitment(world.params, world.theirs, BlockHeight(height), preimages);
}

Preimages all_of(const World& world) { return Preimages(world.preimages); }

}  // namespace

class TestClaims : public QObject {
    Q_OBJECT

private slots:
    void plans_our_commitment();
    void plans_their_commitment();
    void sweeps_verify_data();
    void sweeps_verify();
    void second_stages_verify();
    void second_stage_outputs_verify();
    void anchor_child_lifts_the_commitment();
    void anchor_child_is_not_made_for_nothing();
    void revoked_outputs_are_taken();
    void revoked_second_stage_is_taken();
    void future_commitment_gives_the_main_output();
    void uneconomical_claims_stay_behind();
    void second_stages_pay_for_their_coin_too();
    void a_commitment_is_worth_what_is_ours_in_it();
    void groups_do_not_mix_lock_times();
    void claims_need_the_right_key();
    void preimages_are_found();
    void without_signatures_only_the_main_output();
};

void TestClaims::plans_our_commitment() {
    const World world;
    const auto claims = at(world, Party::ours, Preimages(std::span(world.preimages).subspan(4, 1)));
    QCOMPARE(claims.size(), std::size_t{7});
    QCOMPARE(claims[0].spendable_from.raw(), 1000U + 144U);
    QCOMPARE(count(claims, ClaimKind::htlc_timeout_tx), std::size_t{3});
    const auto* timeout = find(claims, ClaimKind::htlc_timeout_tx, 0);
    QCOMPARE(timeout->spendable_from.raw(), 1101U);
    QVERIFY(!timeout->is_ready(BlockHeight(1099)));
    QVERIFY(timeout->is_ready(BlockHeight(1100)));
    QVERIFY(!timeout->deadline);
    const auto* success = find(claims, ClaimKind::htlc_success_tx, 4);
    QVERIFY(success->preimage == world.preimages[4]);
    QVERIFY(success->is_ready(BlockHeight(1000)));
    QVERIFY(success->deadline == BlockHeight(1211));
    QVERIFY(find(claims, ClaimKind::htlc_success_tx, 3)->awaits_preimage());
    QVERIFY(!find(claims, ClaimKind::htlc_success_tx, 3)->is_ready(BlockHeight(5000)));
}

void TestClaims::plans_their_commitment() {
    const World world;
    const auto claims = at(world, Party::theirs, all_of(world), 1105);
    QCOMPARE(claims.size(), std::size_t{7});
    QVERIFY(claims[0].kind == ClaimKind::our_main);
    QCOMPARE(claims[0].spendable_from.raw(), 1106U);
    // Expired before it confirmed: one block for the CSV remains.
    QCOMPARE(find(claims, ClaimKind::htlc_timeout_direct, 0)->spendable_from.raw(), 1106U);
    QCOMPARE(find(claims, ClaimKind::htlc_timeout_direct, 1)->spendable_from.raw(), 1111U);
    QCOMPARE(count(claims, ClaimKind::htlc_success_direct), std::size_t{3});
}

void TestClaims::sweeps_verify_data() {
    QTest::addColumn<bool>("ours");
    QTest::addColumn<bool>("funder");
    QTest::newRow("our commitment, funder") << true << true;
    QTest::newRow("our commitment, fundee") << true << false;
    QTest::newRow("their commitment, funder") << false << true;
    QTest::newRow("their commitment, fundee") << false << false;
}

void TestClaims::sweeps_verify() {
    QFETCH(bool, ours);
    QFETCH(bool, funder);
    const World world(funder ? Party::ours : Party::theirs);
    const auto claims = at(world, ours ? Party::ours : Party::theirs, all_of(world));
    const auto groups = sweep_groups(claims, BlockHeight(2000));
    std::size_t taken = 0;
    for (const auto& group : groups) {
        const auto planned = build_sweep(group, world.wallet_script, FeeratePerKw(1000)).value();
        const auto tx = sign_claims(planned, world.us).value();
        QVERIFY(World::is_valid(tx, planned.spent));
        QVERIFY(planned.weight >= tx.weight());
        QVERIFY(planned.weight <= tx.weight() + 4 * tx.inputs.size());
        QVERIFY(planned.fee >= FeeratePerKw(1000).fee_ceil(tx.weight()));
        Sat in;
        for (const auto& output : planned.spent) in += output.value;
        QCOMPARE((tx.outputs.at(0).value + planned.fee).raw(), in.raw());
        taken += planned.claims.size();
    }
    QCOMPARE(taken, ours ? std::size_t{1} : std::size_t{7});
}

void TestClaims::second_stages_verify() {
    const World world;
    const auto claims = at(world, Party::ours, all_of(world));
    const auto groups = second_stage_groups(claims, BlockHeight(2000), FeeratePerKw(1000));
    QCOMPARE(groups.size(), std::size_t{4});  // all successes together, three expiries
    for (const auto& group : groups) {
        const auto planned = plan_second_stage(group, world.purse()).value();
        const auto tx = sign(planned, world.us, world.keys).value();
        QVERIFY(World::is_valid(tx, planned.spent));
        QVERIFY(planned.weight >= tx.weight());
        QCOMPARE(tx.lock_time, group[0].lock_time);
        QVERIFY(!planned.coins.empty());
        // Their signatures bind each input to its output: in any other order nothing is valid.
        if (group.size() > 1) {
            auto moved = planned;
            std::swap(moved.tx.outputs[0], moved.tx.outputs[1]);
            QVERIFY(!World::is_valid(sign(moved, world.us, world.keys).value(), moved.spent));
        }
    }
    auto poor = world;
    poor.coins.clear();
    QVERIFY(!plan_second_stage(groups[0], poor.purse()));
}

void TestClaims::second_stage_outputs_verify() {
    const World world;
    const auto claims = at(world, Party::ours, all_of(world));
    std::vector<Claim> outputs;
    for (const auto& group : second_stage_groups(claims, BlockHeight(2000), FeeratePerKw(1000))) {
        const auto planned = plan_second_stage(group, world.purse()).value();
        for (std::size_t i = 0; i < group.size(); ++i) {
            const auto next = plan_second_stage_output(world.params, group[i], world.ours.keys,
                                                       planned.tx, i, BlockHeight(1300));
            QVERIFY(next.has_value());
            QCOMPARE(next->spendable_from.raw(), 1300U + 144U);
            outputs.push_back(*next);
        }
        // The coin's change is no second stage.
        QVERIFY(!plan_second_stage_output(world.params, group[0], world.ours.keys, planned.tx,
                                          group.size(), BlockHeight(1300)));
    }
    QCOMPARE(outputs.size(), std::size_t{6});
    const auto planned = build_sweep(outputs, world.wallet_script, FeeratePerKw(253)).value();
    QVERIFY(World::is_valid(sign_claims(planned, world.us).value(), planned.spent));
    // One block too early by its sequence: the script refuses.
    auto early = planned;
    early.tx.inputs[0].sequence = 143;
    QVERIFY(!World::is_valid(sign_claims(early, world.us).value(), early.spent));
}

void TestClaims::anchor_child_lifts_the_commitment() {
    const World world;
    for (const auto* commitment : {&world.ours, &world.theirs}) {
        const auto feerate = FeeratePerKw(5000);
        const auto child =
            plan_anchor_child(world.params, *commitment, world.purse(feerate)).value();
        QVERIFY(child.has_value());
        const auto tx = sign(*child, world.us, world.keys).value();
        QVERIFY(World::is_valid(tx, child->spent));
        const auto weight = signed_commitment_weight(*commitment) + tx.weight();
        QVERIFY(child->fee + commitment->fee >= feerate.fee_ceil(weight));
        QVERIFY(child->fee + commitment->fee <= feerate.fee_ceil(weight + 8));
        QCOMPARE(child->spent[0].value.raw(), 330U);
    }
}

void TestClaims::anchor_child_is_not_made_for_nothing() {
    World world;
    QVERIFY(!plan_anchor_child(world.params, world.ours, world.purse(FeeratePerKw(300))).value());
    world.spec.htlcs.clear();
    world.spec.to_theirs = world.params.funding_satoshis.msat();
    world.spec.to_ours = Msat();
    world.params.funder = Party::theirs;
    const auto nothing_ours = world.commitment(Party::ours, CommitmentNumber(1));
    QVERIFY(
        !plan_anchor_child(world.params, nothing_ours, world.purse(FeeratePerKw(50'000))).value());
    const World rich;
    auto poor = rich;
    poor.coins[0].confirmed.reset();
    poor.coins.resize(1);
    QVERIFY(!plan_anchor_child(poor.params, poor.ours, poor.purse(FeeratePerKw(5000))));
}

void TestClaims::revoked_outputs_are_taken() {
    const World world;
    const auto number = CommitmentNumber(1);
    const auto old = world.commitment(Party::theirs, number);
    const auto secret = world.them.commitment_secret(number);
    const auto claims =
        plan_revoked(world.params, old.tx, secret, BlockHeight(1000), world.spec.htlcs);
    QCOMPARE(count(claims, ClaimKind::our_main), std::size_t{1});
    QCOMPARE(count(claims, ClaimKind::revoked_main), std::size_t{1});
    QCOMPARE(count(claims, ClaimKind::revoked_htlc), std::size_t{6});
    for (const auto& group : sweep_groups(claims, BlockHeight(1000))) {
        const auto planned = build_sweep(group, world.wallet_script, FeeratePerKw(2000)).value();
        const auto tx = sign_claims(planned, world.us).value();
        QVERIFY(World::is_valid(tx, planned.spent));
        QVERIFY(planned.weight >= tx.weight());
    }
    for (const auto& claim : claims) {
        if (claim.kind == ClaimKind::revoked_main) QVERIFY(claim.deadline == BlockHeight(1720));
    }
}

void TestClaims::revoked_second_stage_is_taken() {
    const World world;
    const auto number = CommitmentNumber(2);
    const auto old = world.commitment(Party::theirs, number);
    const auto tx = channel::htlc_signing_jobs(world.params, old).at(0).tx;
    const auto secret = world.them.commitment_secret(number);
    const auto claim = plan_revoked_second_stage(world.params, secret, tx, 0, BlockHeight(1000));
    QVERIFY(claim.has_value());
    const auto planned =
        build_sweep(std::vector<Claim>(1, *claim), world.wallet_script, FeeratePerKw(253)).value();
    QVERIFY(World::is_valid(sign_claims(planned, world.us).value(), planned.spent));
    QVERIFY(!plan_revoked_second_stage(
        world.params, world.them.commitment_secret(CommitmentNumber(1)), tx, 0, BlockHeight(1000)));
}

void TestClaims::future_commitment_gives_the_main_output() {
    const World world;
    const auto future = world.commitment(Party::theirs, CommitmentNumber(77));
    const auto claims = plan_main_only(world.params, future.tx, BlockHeight(1000));
    QCOMPARE(claims.size(), std::size_t{1});
    const auto planned = build_sweep(claims, world.wallet_script, FeeratePerKw(253)).value();
    QVERIFY(World::is_valid(sign_claims(planned, world.us).value(), planned.spent));
}

void TestClaims::uneconomical_claims_stay_behind() {
    const World world;
    auto claims = at(world, Party::theirs, all_of(world));
    claims.resize(3);
    claims[1].output.value = Sat(100);
    const auto planned = build_sweep(claims, world.wallet_script, FeeratePerKw(1000)).value();
    QCOMPARE(planned.claims.size(), std::size_t{2});
    for (auto& claim : claims) claim.output.value = Sat(400);
    const auto nothing = build_sweep(claims, world.wallet_script, FeeratePerKw(1000));
    QVERIFY(!nothing);
    QVERIFY(nothing.error().fee > Sat(0));
    QVERIFY(!build_sweep({}, world.wallet_script, FeeratePerKw(1000)));
}

/// The coin that pays for them, its change and the transaction itself cost as well.
void TestClaims::second_stages_pay_for_their_coin_too() {
    const World world;
    const auto claims = at(world, Party::ours, all_of(world));
    const auto feerate = FeeratePerKw(1000);
    auto one = *find(claims, ClaimKind::htlc_success_tx, 3);
    auto other = *find(claims, ClaimKind::htlc_success_tx, 4);
    const auto groups = [&](const std::vector<Claim>& open) {
        return second_stage_groups(open, BlockHeight(1000), feerate);
    };
    const auto fee_of = [&](const std::vector<Claim>& group) {
        return plan_second_stage(group, world.purse(feerate)).value().fee;
    };
    const auto alone = fee_of({one});
    one.output.value = alone;
    QVERIFY(groups({one}).empty());
    one.output.value = alone + Sat(1);
    QCOMPARE(groups({one}).size(), std::size_t{1});
    // They share it: what does not pay alone may pay together.
    const auto together = fee_of({one, other});
    QVERIFY(together.raw() / 2 + 1 < alone.raw());
    one.output.value = other.output.value = Sat(together.raw() / 2 + 1);
    QVERIFY(groups({one}).empty());
    QCOMPARE(groups({one, other}).size(), std::size_t{1});
    QCOMPARE(groups({one, other}).front().size(), std::size_t{2});
    QVERIFY(second_stages_pay(groups({one, other}).front(), feerate));
}

void TestClaims::a_commitment_is_worth_what_is_ours_in_it() {
    World world;
    const auto cheap = FeeratePerKw(253);
    std::set<PaymentHash> received;
    for (const auto& htlc : world.spec.htlcs) {
        if (htlc.offered_by == Party::theirs) received.insert(htlc.payment_hash);
    }
    const auto worth = [&](const std::set<PaymentHash>& claimable, FeeratePerKw feerate) {
        return worth_of(world.ours, claimable, feerate);
    };
    // The balance and what we offered; of what was offered to us that which can be claimed.
    const auto none = worth({}, cheap);
    const Sat main = world.ours.tx.outputs.at(*world.ours.to_local_index).value;
    QVERIFY(none < main + Sat(70'000) && none > main + Sat(68'000));
    const auto all = worth(received, cheap);
    QVERIFY(all - none < Sat(150'000) && all - none > Sat(149'000));
    // What costs more than it holds counts for nothing, not for less.
    QVERIFY(worth(received, FeeratePerKw(100'000)) < main);
    QVERIFY(worth(received, FeeratePerKw(100'000'000)).is_zero());
    QVERIFY(has_htlcs_for_us(world.ours, {}));
    world.spec.htlcs = {world.spec.htlcs[3]};
    const auto theirs_only = world.commitment(Party::ours, CommitmentNumber(9));
    QVERIFY(!has_htlcs_for_us(theirs_only, {}));
    QVERIFY(has_htlcs_for_us(theirs_only, received));
    // On their commitment our balance is the output that pays us, not theirs.
    const auto theirs = world.commitment(Party::theirs, CommitmentNumber(9));
    const Sat balance = theirs.tx.outputs.at(*theirs.to_remote_index).value;
    QVERIFY(balance != theirs.tx.outputs.at(*theirs.to_local_index).value);
    const auto brings = worth_of(theirs, {}, cheap);
    QVERIFY(brings < balance && brings > balance - Sat(2'000));
}

void TestClaims::groups_do_not_mix_lock_times() {
    const World world;
    const auto claims = at(world, Party::ours, all_of(world));
    // At 1100 only the first expiry has passed; the delayed main output has not matured.
    QCOMPARE(second_stage_groups(claims, BlockHeight(1100), FeeratePerKw(1000)).size(),
             std::size_t{2});
    QCOMPARE(sweep_groups(claims, BlockHeight(1100)).size(), std::size_t{0});
    QCOMPARE(second_stage_groups(claims, BlockHeight(999), FeeratePerKw(1000)).size(),
             std::size_t{0});
    for (const auto& group : second_stage_groups(claims, BlockHeight(3000), FeeratePerKw(1000))) {
        for (const auto& claim : group)
            QCOMPARE(claim.second_stage->tx.lock_time, group[0].second_stage->tx.lock_time);
    }
    // At 200 sat/vB what is worth 30,000 sat costs more, what is worth 40,000 does not.
    QCOMPARE(second_stage_groups(claims, BlockHeight(3000), FeeratePerKw(50'000)).size(),
             std::size_t{1});
    QCOMPARE(second_stage_groups(claims, BlockHeight(3000), FeeratePerKw(125'000)).size(),
             std::size_t{0});
    // Contested outputs do not hold up the main one.
    const auto theirs = sweep_groups(at(world, Party::theirs, all_of(world)), BlockHeight(3000));
    QCOMPARE(theirs.size(), std::size_t{3});
    for (const auto& group : theirs) {
        for (const auto& claim : group) QVERIFY(claim.kind == group[0].kind);
    }
}

void TestClaims::claims_need_the_right_key() {
    const World world;
    for (const auto broadcaster : {Party::ours, Party::theirs}) {
        for (const auto& group :
             sweep_groups(at(world, broadcaster, all_of(world)), BlockHeight(3000))) {
            const auto planned = build_sweep(group, world.wallet_script, FeeratePerKw(253)).value();
            QVERIFY(
                !World::is_valid(sign_claims(planned, test::TestSigner(9)).value(), planned.spent));
        }
    }
}

void TestClaims::preimages_are_found() {
    const World world;
    const auto claims = at(world, Party::theirs, all_of(world));
    std::vector<Claim> successes;
    for (const auto& claim : claims) {
        if (claim.kind == ClaimKind::htlc_success_direct) successes.push_back(claim);
    }
    const auto planned = build_sweep(successes, world.wallet_script, FeeratePerKw(253)).value();
    const auto found = preimages_in(sign_claims(planned, world.us).value());
    QCOMPARE(found.size(), std::size_t{3});
    for (const auto& pair : found)
        QVERIFY(crypto::sha256(pair.second.view()).raw() == pair.first.raw());
    QVERIFY(preimages_in(world.ours.tx).empty());
    // Theirs, by the second stage.
    for (std::size_t i = 0; i < world.theirs.htlcs.size(); ++i) {
        const auto& htlc = world.theirs.htlcs[i].htlc;
        if (htlc.offered_by != Party::ours) continue;
        const auto preimage = all_of(world).find(htlc.payment_hash);
        const auto tx = world.their_second_stage(world.theirs, i, Secret32(preimage->raw()));
        QVERIFY(World::is_valid(tx, {world.theirs.tx.outputs[world.theirs.htlcs[i].output_index]}));
        QCOMPARE(preimages_in(tx).size(), std::size_t{1});
        QVERIFY(preimages_in(tx)[0].first == htlc.payment_hash);
    }
}

void TestClaims::without_signatures_only_the_main_output() {
    World world;
    world.our_signatures.htlc_signatures.pop_back();
    const auto claims = at(world, Party::ours, all_of(world));
    QCOMPARE(claims.size(), std::size_t{1});
    QVERIFY(claims[0].kind == ClaimKind::our_main_delayed);
}

RUNNEL_TEST(TestClaims)
#include "test_claims.moc"
