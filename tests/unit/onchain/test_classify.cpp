// Every way the funding output can be spent.
#include "tests/support/test_main.h"

#include "tests/unit/onchain/world.h"

#include <algorithm>

using namespace runnel;
using namespace runnel::onchain;
using runnel::channel::Party;
using test::World;

class TestClassify : public QObject {
    Q_OBJECT

private slots:
    void names_each_spend();
    void revoked_comes_with_its_secret();
    void revoked_is_known_whatever_key_they_took();
    void nothing_strange_is_taken_for_known();
    void closes_are_known_by_their_form();
};

void TestClassify::names_each_spend() {
    World world;
    world.theirs_next = world.commitment(Party::theirs, world.theirs.number.next());
    const auto known = world.situation().known;
    QVERIFY(std::holds_alternative<OurCommit>(classify(world.ours.tx, known)));
    QVERIFY(std::holds_alternative<TheirCurrent>(classify(world.theirs.tx, known)));
    QVERIFY(std::holds_alternative<TheirNext>(classify(world.theirs_next->tx, known)));
    QVERIFY(commitment_of(TheirNext{}, known) == &*world.theirs_next);
    QVERIFY(commitment_of(OurCommit{}, known) == &world.ours);
    QVERIFY(commitment_of(Unknown{}, known) == nullptr);

    const auto future = world.commitment(Party::theirs, CommitmentNumber(40));
    const auto what = classify(future.tx, known);
    QVERIFY(std::holds_alternative<TheirFuture>(what));
    QVERIFY(std::get<TheirFuture>(what).number == CommitmentNumber(40));

    const auto close =
        channel::build_closing(world.params, Sat(1'000'000), Sat(900'000), world.close_scripts[0],
                               world.close_scripts[1], Sat(1'000));
    QVERIFY(std::holds_alternative<MutualClose>(classify(close->tx, known)));
}

void TestClassify::revoked_comes_with_its_secret() {
    const World world;
    for (std::uint64_t n = 0; n < 3; ++n) {
        const auto old = world.commitment(Party::theirs, CommitmentNumber(n));
        const auto what = classify(old.tx, world.situation().known);
        QVERIFY(std::holds_alternative<TheirRevoked>(what));
        QVERIFY(std::get<TheirRevoked>(what).number == CommitmentNumber(n));
        QVERIFY(std::get<TheirRevoked>(what).secret ==
                world.them.commitment_secret(CommitmentNumber(n)));
    }
}

/// Whose payment_basepoint is ours as well: our own output on what they revoked looks like theirs
/// on a commitment of ours.
void TestClassify::revoked_is_known_whatever_key_they_took() {
    for (const Party funder : {Party::ours, Party::theirs}) {
        World world(funder);
        world.params.their_keys.payment_basepoint = world.params.our_keys.payment_basepoint;
        world.ours = world.commitment(Party::ours, world.ours.number);
        world.theirs = world.commitment(Party::theirs, world.theirs.number);
        for (std::uint64_t n = 0; n < 3; ++n) {
            const auto old = world.commitment(Party::theirs, CommitmentNumber(n));
            const auto what = classify(old.tx, world.situation().known);
            QVERIFY(std::holds_alternative<TheirRevoked>(what));
            QVERIFY(std::get<TheirRevoked>(what).secret ==
                    world.them.commitment_secret(CommitmentNumber(n)));
        }
        // And all of it is claimed: both main outputs and each HTLC above dust.
        const auto old = world.commitment(Party::theirs, CommitmentNumber(1));
        world.mine(old.tx, BlockHeight(1001));
        const auto progress = world.progress();
        const auto claims = [&](ClaimKind kind) {
            return std::count_if(progress.open.begin(), progress.open.end(),
                                 [&](const Claim& claim) { return claim.kind == kind; });
        };
        QCOMPARE(claims(ClaimKind::our_main), std::ptrdiff_t{1});
        QCOMPARE(claims(ClaimKind::revoked_main), std::ptrdiff_t{1});
        QCOMPARE(claims(ClaimKind::revoked_htlc), std::ptrdiff_t{6});
        // The newest are told by their txids as ever.
        const auto known = world.situation().known;
        QVERIFY(std::holds_alternative<OurCommit>(classify(world.ours.tx, known)));
        QVERIFY(std::holds_alternative<TheirCurrent>(classify(world.theirs.tx, known)));
    }
}

void TestClassify::nothing_strange_is_taken_for_known() {
    const World world;
    const auto known = world.situation().known;
    // An old commitment of ours has their main output, which no commitment of theirs has; the
    // numbers alone would say revoked.
    QVERIFY(std::holds_alternative<Unknown>(
        classify(world.commitment(Party::ours, CommitmentNumber(1)).tx, known)));
    QVERIFY(std::holds_alternative<Unknown>(
        classify(world.commitment(Party::ours, CommitmentNumber(50)).tx, known)));
}

/// A close that both signed, in this negotiation or in one that a cut of the connection ended:
/// whatever it pays to, only its form says so. What has the form of a commitment is never taken for
/// one, to whatever scripts it pays.
void TestClassify::closes_are_known_by_their_form() {
    const World world;
    const auto known = world.situation().known;
    const auto elsewhere = bitcoin::p2wpkh(Hash160());
    const auto close = channel::build_closing(world.params, Sat(1'000'000), Sat(900'000), elsewhere,
                                              bitcoin::p2wsh(Bytes{1}), Sat(1'000));
    QVERIFY(std::holds_alternative<MutualClose>(classify(close->tx, known)));
    auto other = close->tx;
    other.lock_time = 0x20000005;
    QVERIFY(std::holds_alternative<MutualClose>(classify(other, known)));
    other.inputs[0].sequence = 0x80000000;
    QVERIFY(!std::holds_alternative<MutualClose>(classify(other, known)));
    other.lock_time = 5;
    QVERIFY(std::holds_alternative<MutualClose>(classify(other, known)));
}

RUNNEL_TEST(TestClassify)
#include "test_classify.moc"
