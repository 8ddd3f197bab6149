// Closed channels followed block by block to their end, with both sides spending.
#include "tests/support/test_main.h"

#include "tests/unit/onchain/world.h"

using namespace runnel;
using namespace runnel::onchain;
using runnel::channel::Party;
using test::World;

namespace {

template <typename T>
bool outcome_is(const Progress& progress, std::uint64_t id) {
    for (const auto& outcome : progress.outcomes) {
        if (outcome.id == HtlcId(id)) return std::holds_alternative<T>(outcome.what);
    }
    return false;
}

constexpr std::size_t invalid = 1000;

/// Signs and mines everything that is ready at the tip, in the next block. How many transactions,
/// or `invalid`.
std::size_t claim_all(World& world) {
    const auto open = world.progress().open;
    const auto next = world.tip + BlockDelta(1);
    std::size_t made = 0;
    for (const auto& group : second_stage_groups(open, world.tip, FeeratePerKw(1000))) {
        const auto planned = plan_second_stage(group, world.purse()).value();
        const auto tx = sign(planned, world.us, world.keys).value();
        if (!World::is_valid(tx, planned.spent)) return invalid;
        world.mine(tx, next);
        ++made;
    }
    for (const auto& group : sweep_groups(open, world.tip)) {
        const auto planned = build_sweep(group, world.wallet_script, FeeratePerKw(253)).value();
        const auto tx = sign_claims(planned, world.us).value();
        if (!World::is_valid(tx, planned.spent)) return invalid;
        world.mine(tx, next);
        ++made;
    }
    world.tip = next;
    return made;
}

std::size_t index_of(const channel::CommitmentTx& commitment, std::uint64_t id) {
    for (std::size_t i = 0; i < commitment.htlcs.size(); ++i) {
        if (commitment.htlcs[i].htlc.id == HtlcId(id)) return i;
    }
    qFatal("no such HTLC output");
}

}  // namespace

class TestFollow : public QObject {
    Q_OBJECT

private slots:
    void open_until_spent();
    void our_commitment_to_the_end();
    void their_commitment_to_the_end();
    void they_fulfil_on_chain();
    void they_take_what_we_had_no_preimage_for();
    void a_preimage_that_comes_late_still_counts();
    void mutual_close_ends_by_depth();
    void reorg_is_a_shorter_list();
    void revoked_commitment_is_emptied();
    void their_second_stage_of_a_revoked_one_is_taken();
    void unknown_commitment_fails_htlcs_only_after_expiry();
    void foreign_spends_are_ignored();
};

void TestFollow::open_until_spent() {
    const World world;
    QVERIFY(!follow(world.situation()));
    QCOMPARE(depth(BlockHeight(10), BlockHeight(10)).raw(), 1U);
    QCOMPARE(depth(BlockHeight(10), BlockHeight(15)).raw(), 6U);
    QCOMPARE(depth(BlockHeight(10), BlockHeight(9)).raw(), 0U);
}

void TestFollow::our_commitment_to_the_end() {
    World world;
    world.known = Preimages(std::span(world.preimages).subspan(3, 2));  // HTLCs 3 and 4, not 5
    world.mine(world.ours.tx, BlockHeight(1001));
    auto progress = world.progress();
    QVERIFY(std::holds_alternative<OurCommit>(progress.what));
    QCOMPARE(progress.open.size(), std::size_t{7});
    QVERIFY(!progress.settled);
    QVERIFY(outcome_is<HtlcPending>(progress, 0));
    QCOMPARE(claim_all(world), std::size_t{1});  // both successes in one
    progress = world.progress();
    QCOMPARE(progress.resolved.size(), std::size_t{2});
    QVERIFY(progress.resolved[0].ours);
    QCOMPARE(progress.open.size(),
             std::size_t{7});  // two second-stage outputs instead of two HTLCs
    QVERIFY(progress.came_back.is_zero());

    // The HTLC that was dust fails when the commitment is deep.
    QVERIFY(outcome_is<HtlcPending>(progress, 6));
    world.tip = BlockHeight(1006);
    QVERIFY(outcome_is<HtlcFailed>(world.progress(), 6));

    for (const std::uint32_t height : {1100U, 1110U, 1120U}) {
        world.tip = BlockHeight(height);
        QCOMPARE(claim_all(world), std::size_t{1});
    }
    progress = world.progress();
    QVERIFY(outcome_is<HtlcFailed>(progress, 0));   // 20 blocks deep
    QVERIFY(outcome_is<HtlcPending>(progress, 2));  // in the tip
    world.tip = BlockHeight(1126);
    QVERIFY(outcome_is<HtlcFailed>(world.progress(), 2));

    world.tip = BlockHeight(1400);
    progress = world.progress();
    // Main output and five second stages; the one without preimage has expired and is theirs.
    QCOMPARE(progress.open.size(), std::size_t{6});
    QCOMPARE(claim_all(world), std::size_t{1});
    progress = world.progress();
    QVERIFY(progress.open.empty());
    const auto main_value = world.ours.tx.outputs[*world.ours.to_local_index].value;
    QCOMPARE(progress.came_back.raw(),
             (main_value + Sat(30'000 + 20'000 + 20'000 + 40'000 + 50'000)).raw());
    QVERIFY(!progress.settled);
    world.tip = BlockHeight(1406);
    QVERIFY(world.progress().settled);
    QVERIFY(!world.progress().irrevocable);
    world.tip = BlockHeight(1500);
    QVERIFY(world.progress().irrevocable);
}

void TestFollow::their_commitment_to_the_end() {
    World world;
    world.known = Preimages(world.preimages);
    world.mine(world.theirs.tx, BlockHeight(1001));
    QVERIFY(std::holds_alternative<TheirCurrent>(world.progress().what));
    QCOMPARE(claim_all(world), std::size_t{2});  // main output; three successes
    world.tip = BlockHeight(1125);
    QCOMPARE(claim_all(world), std::size_t{1});  // all expiries in one
    const auto progress = world.progress();
    QVERIFY(progress.open.empty());
    QVERIFY(progress.to_come.is_zero());
    const auto main_value = world.theirs.tx.outputs[*world.theirs.to_remote_index].value;
    QCOMPARE(progress.came_back.raw(), (main_value + Sat(70'000 + 150'000)).raw());
    world.tip = BlockHeight(1131);
    QVERIFY(world.progress().settled);
    for (const std::uint64_t id : {0, 1, 2, 6})
        QVERIFY(outcome_is<HtlcFailed>(world.progress(), id));
}

void TestFollow::they_fulfil_on_chain() {
    // On our commitment directly with the preimage; on theirs by their second stage.
    {
        World world;
        world.mine(world.ours.tx, BlockHeight(1001));
        const auto& output = world.ours.htlcs[index_of(world.ours, 0)];
        bitcoin::Transaction tx;
        tx.inputs.push_back({{world.ours.tx.txid(), output.output_index}, {}, 1, {}});
        tx.outputs.push_back({Sat(29'000), bitcoin::p2wpkh(Hash160())});
        const auto signature = *world.them.sign_claim(
            {tx, 0, output.witness_script, Sat(30'000),
             ports::ClaimHtlc{world.ours.keys.per_commitment_point}, bitcoin::sighash_all});
        tx.inputs[0].witness = {bitcoin::witness_signature(signature, bitcoin::sighash_all),
                                to_bytes(world.preimages[0].view()), output.witness_script};
        QVERIFY(World::is_valid(tx, {world.ours.tx.outputs[output.output_index]}));
        world.mine(tx, BlockHeight(1002));
        const auto progress = world.progress();
        QVERIFY(outcome_is<HtlcFulfilled>(progress, 0));
        QVERIFY(std::get<HtlcFulfilled>(progress.outcomes[0].what).preimage == world.preimages[0]);
        QCOMPARE(progress.resolved.size(), std::size_t{1});
        QVERIFY(!progress.resolved[0].ours);
        QCOMPARE(progress.open.size(), std::size_t{6});
    }
    World world;
    world.mine(world.theirs.tx, BlockHeight(1001));
    const auto index = index_of(world.theirs, 1);
    world.mine(world.their_second_stage(world.theirs, index, Secret32(world.preimages[1].raw())),
               BlockHeight(1003));
    const auto progress = world.progress();
    QVERIFY(outcome_is<HtlcFulfilled>(progress, 1));
    // The same hash: whoever has the preimage has it for both.
    QVERIFY(outcome_is<HtlcFulfilled>(progress, 2));
    QVERIFY(outcome_is<HtlcPending>(progress, 0));
    QVERIFY(!progress.resolved.at(0).ours);
}

void TestFollow::they_take_what_we_had_no_preimage_for() {
    World world;
    world.mine(world.theirs.tx, BlockHeight(1001));
    world.mine(world.their_second_stage(world.theirs, index_of(world.theirs, 3), std::nullopt),
               BlockHeight(1201));
    const auto progress = world.progress();
    QCOMPARE(progress.resolved.size(), std::size_t{1});
    QVERIFY(!progress.resolved[0].ours);
    QVERIFY(progress.came_back.is_zero());
}

void TestFollow::a_preimage_that_comes_late_still_counts() {
    World world;
    world.mine(world.theirs.tx, BlockHeight(1001));
    QCOMPARE(claim_all(world), std::size_t{1});
    world.known.add(world.preimages[5]);
    QCOMPARE(claim_all(world), std::size_t{1});
    QVERIFY(world.progress().resolved.back().ours);
}

void TestFollow::mutual_close_ends_by_depth() {
    World world;
    world.offered_by_us.clear();
    const auto close =
        channel::build_closing(world.params, Sat(1'000'000), Sat(900'000), world.close_scripts[0],
                               world.close_scripts[1], Sat(1'000));
    world.mine(close->tx, BlockHeight(1001));
    const auto progress = follow(world.situation()).value();
    QVERIFY(std::holds_alternative<MutualClose>(progress.what));
    QVERIFY(progress.open.empty());
    QVERIFY(!progress.settled);
    world.tip = BlockHeight(1006);
    QVERIFY(world.progress().settled);
    world.tip = BlockHeight(1100);
    QVERIFY(world.progress().irrevocable);
}

void TestFollow::reorg_is_a_shorter_list() {
    World world;
    world.known = Preimages(world.preimages);
    world.mine(world.theirs.tx, BlockHeight(1001));
    const auto before = world.progress();
    const auto kept = world.spends;
    claim_all(world);
    QVERIFY(world.progress().open.size() < before.open.size());
    world.spends = kept;
    world.tip = BlockHeight(1001);
    QCOMPARE(world.progress().open.size(), before.open.size());
    world.spends.clear();
    QVERIFY(!follow(world.situation()));
    // Another commitment confirms instead.
    world.mine(world.ours.tx, BlockHeight(1001));
    QVERIFY(std::holds_alternative<OurCommit>(world.progress().what));
}

void TestFollow::revoked_commitment_is_emptied() {
    World world;
    const auto old = world.commitment(Party::theirs, CommitmentNumber(1));
    world.mine(old.tx, BlockHeight(1001));
    QVERIFY(std::holds_alternative<TheirRevoked>(world.progress().what));
    QVERIFY(claim_all(world) != invalid);
    const auto progress = world.progress();
    QVERIFY(progress.open.empty());
    Sat all;
    for (const auto& output : old.tx.outputs) all += output.value;
    QCOMPARE(progress.came_back.raw(), (all - Sat(660)).raw());  // all but the anchors
    world.tip = BlockHeight(1200);
    QVERIFY(world.progress().settled);
    QVERIFY(outcome_is<HtlcFailed>(world.progress(), 0));
}

void TestFollow::their_second_stage_of_a_revoked_one_is_taken() {
    World world;
    const auto old = world.commitment(Party::theirs, CommitmentNumber(2));
    world.mine(old.tx, BlockHeight(1001));
    const auto second =
        world.their_second_stage(old, index_of(old, 0), Secret32(world.preimages[0].raw()));
    world.mine(second, BlockHeight(1001));
    auto progress = world.progress();
    QVERIFY(outcome_is<HtlcFulfilled>(progress, 0));
    QVERIFY(std::any_of(progress.open.begin(), progress.open.end(), [&](const Claim& claim) {
        return claim.kind == ClaimKind::revoked_second_stage &&
               claim.outpoint.txid == second.txid();
    }));
    claim_all(world);
    QVERIFY(world.progress().open.empty());
}

void TestFollow::unknown_commitment_fails_htlcs_only_after_expiry() {
    World world;
    world.mine(world.commitment(Party::theirs, CommitmentNumber(90)).tx, BlockHeight(1001));
    QCOMPARE(claim_all(world), std::size_t{1});
    world.tip = BlockHeight(1050);
    QVERIFY(outcome_is<HtlcPending>(world.progress(), 0));
    QVERIFY(!world.progress().settled);
    world.tip = BlockHeight(1105);
    QVERIFY(outcome_is<HtlcFailed>(world.progress(), 0));
    QVERIFY(outcome_is<HtlcPending>(world.progress(), 2));
}

void TestFollow::foreign_spends_are_ignored() {
    World world;
    world.mine(world.theirs.tx, BlockHeight(1001));
    const auto before = world.progress();
    // An entry that names an output its transaction does not spend, and one without a transaction.
    world.spends.push_back({{world.theirs.tx.txid(), *world.theirs.to_remote_index},
                            std::make_shared<const bitcoin::Transaction>(world.ours.tx),
                            BlockHeight(1001)});
    world.spends.push_back(
        {{world.theirs.tx.txid(), *world.theirs.to_remote_index}, nullptr, BlockHeight(1001)});
    QCOMPARE(world.progress().open.size(), before.open.size());
    QVERIFY(world.progress().resolved.empty());
}

RUNNEL_TEST(TestFollow)
#include "test_follow.moc"
