// What the vectors of BOLT 3 do not reach: the other party's view, trimming at its edges, the
// store's form, large commitments.
#include "tests/support/test_main.h"

#include "core/bitcoin/script.h"
#include "core/channel/codec.h"
#include "core/channel/transactions.h"
#include "tests/support/test_signer.h"

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;

namespace {

ChannelParams params_between(const test::TestSigner& us, const test::TestSigner& them,
                             Party funder) {
    ChannelParams params;
    params.funder = funder;
    params.funding_satoshis = 10'000'000_sat;
    params.our_keys = us.public_keys();
    params.their_keys = them.public_keys();
    params.funding.txid.raw().fill(3);
    params.ours = {354_sat, 10'000'000_msat, 10'000_sat, 1_msat, 720, 483};
    params.theirs = {546_sat, 20'000'000_msat, 20'000_sat, 2_msat, 144, 30};
    return params;
}

/// The same channel as the peer sees it.
ChannelParams mirrored(const ChannelParams& params) {
    auto out = params;
    out.funder = other(params.funder);
    std::swap(out.ours, out.theirs);
    std::swap(out.our_keys, out.their_keys);
    std::swap(out.our_upfront_shutdown, out.their_upfront_shutdown);
    return out;
}

CommitmentSpec mirrored(const CommitmentSpec& spec) {
    auto out = spec;
    std::swap(out.to_ours, out.to_theirs);
    for (auto& htlc : out.htlcs) htlc.offered_by = other(htlc.offered_by);
    return out;
}

PaymentHash hash_of(std::uint64_t n) {
    PaymentHash out;
    for (std::size_t i = 0; i < 8; ++i) out.raw()[i] = static_cast<std::uint8_t>(n >> (8 * i));
    return out;
}

CommitmentSpec spec_of(std::size_t htlcs, Msat each) {
    CommitmentSpec spec;
    spec.feerate_per_kw = FeeratePerKw(1000);
    spec.to_ours = 6'000'000'000_msat;
    spec.to_theirs = 4'000'000'000_msat - each * htlcs;
    for (std::size_t i = 0; i < htlcs; ++i) {
        spec.htlcs.push_back({i % 2 == 0 ? Party::ours : Party::theirs, HtlcId(i), each, hash_of(i),
                              static_cast<std::uint32_t>(700'000 + i % 7)});
    }
    return spec;
}

}  // namespace

class TestTransactions : public QObject {
    Q_OBJECT

private slots:
    void both_parties_build_the_same();
    void signatures_cross();
    void trims_at_the_dust_limit_of_the_broadcaster();
    void pays_no_more_than_the_funder_has();
    void anchors_follow_outputs();
    void orders_equal_htlcs_by_expiry();
    void numbers_are_obscured();
    void keys_are_those_of_their_channel();
    void codec_round_trips();
    void codec_refuses_damage();
    void builds_many_htlcs_quickly();
};

// What was derived lately is kept: two channels that share a point, and more points than are kept,
// must not be mixed up.
void TestTransactions::keys_are_those_of_their_channel() {
    const test::TestSigner us(1), them(2), others(3);
    for (int round = 0; round < 2; ++round) {
        for (std::uint64_t n = 0; n < 40; ++n) {
            const auto point = us.commitment_point(CommitmentNumber(n));
            for (const auto* const peer : {&them, &others}) {
                const auto params = params_between(us, *peer, Party::ours);
                const auto keys = derive_keys(params, Party::ours, point);
                QVERIFY(keys.per_commitment_point == point);
                QVERIFY(keys.broadcaster_htlc ==
                        derive_public_key(us.public_keys().htlc_basepoint, point));
                QVERIFY(keys.countersigner_htlc ==
                        derive_public_key(peer->public_keys().htlc_basepoint, point));
                QVERIFY(keys.broadcaster_delayed ==
                        derive_public_key(us.public_keys().delayed_payment_basepoint, point));
                QVERIFY(keys.revocation == derive_revocation_public_key(
                                               peer->public_keys().revocation_basepoint, point));
                QVERIFY(keys.countersigner_payment == peer->public_keys().payment_basepoint);
                const auto turned = derive_keys(params, Party::theirs, point);
                QVERIFY(turned.broadcaster_htlc == keys.countersigner_htlc);
                QVERIFY(turned.revocation ==
                        derive_revocation_public_key(us.public_keys().revocation_basepoint, point));
            }
        }
    }
}

void TestTransactions::both_parties_build_the_same() {
    const test::TestSigner us(1), them(2);
    for (const auto funder : {Party::ours, Party::theirs}) {
        const auto params = params_between(us, them, funder);
        const auto spec = spec_of(9, 5'000'999_msat);
        for (const auto broadcaster : {Party::ours, Party::theirs}) {
            const auto point =
                (broadcaster == Party::ours ? us : them).commitment_point(CommitmentNumber(5));
            const auto here =
                build_commitment(params, broadcaster, CommitmentNumber(5), point, spec);
            const auto there = build_commitment(mirrored(params), other(broadcaster),
                                                CommitmentNumber(5), point, mirrored(spec));
            QVERIFY(here.tx == there.tx);
            QCOMPARE(here.htlcs.size(), std::size_t{9});
            const auto delay = broadcaster == Party::ours ? 144 : 720;
            const auto script = to_local_script(here.keys, static_cast<std::uint16_t>(delay));
            QCOMPARE(here.tx.outputs.at(here.to_local_index.value()).script,
                     bitcoin::p2wsh(script));
        }
    }
}

void TestTransactions::signatures_cross() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::theirs);
    const auto number = CommitmentNumber(77);
    const auto ours = build_commitment(params, Party::ours, number, us.commitment_point(number),
                                       spec_of(12, 9'000'000_msat));
    const ports::RemoteCommitmentRequest request{number,
                                                 us.commitment_point(number),
                                                 ours.tx,
                                                 us.public_keys().funding_pubkey,
                                                 params.funding_satoshis,
                                                 htlc_signing_jobs(params, ours)};
    const auto signatures = them.sign_remote_commitment({}, request)->value;
    QVERIFY(!first_bad_signature(params, ours, signatures));
    auto swapped = signatures;
    std::swap(swapped.htlc_signatures[3], swapped.htlc_signatures[4]);
    QVERIFY(first_bad_signature(params, ours, swapped) == std::size_t{4});
}

void TestTransactions::trims_at_the_dust_limit_of_the_broadcaster() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::ours);
    auto spec = spec_of(0, 0_msat);
    spec.htlcs = {{Party::ours, HtlcId(0), 353'999_msat, hash_of(0), 500'000},
                  {Party::ours, HtlcId(1), 354'000_msat, hash_of(1), 500'000},
                  {Party::theirs, HtlcId(0), 545'999_msat, hash_of(2), 500'000},
                  {Party::theirs, HtlcId(1), 546'000_msat, hash_of(3), 500'000}};
    const auto number = CommitmentNumber(0);
    const auto ours =
        build_commitment(params, Party::ours, number, us.commitment_point(number), spec);
    const auto theirs =
        build_commitment(params, Party::theirs, number, them.commitment_point(number), spec);
    QCOMPARE(ours.htlcs.size(), std::size_t{3});
    QCOMPARE(theirs.htlcs.size(), std::size_t{1});
    QCOMPARE(theirs.htlcs[0].htlc.payment_hash, hash_of(3));
    QCOMPARE(commitment_fee(FeeratePerKw(1000), 3).raw(), 1124U + 3 * 172U);
    QCOMPARE(funder_cost(FeeratePerKw(1000), 3).raw(), 1124U + 3 * 172U + 660U);
}

void TestTransactions::pays_no_more_than_the_funder_has() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::ours);
    CommitmentSpec spec;
    spec.feerate_per_kw = FeeratePerKw(UINT32_MAX);
    spec.to_ours = 10'000'000_msat;
    spec.to_theirs = 9'990'000'000_msat;
    const auto built = build_commitment(params, Party::theirs, CommitmentNumber(0),
                                        them.commitment_point(CommitmentNumber(0)), spec);
    QVERIFY(!built.to_remote_index);
    QVERIFY(!built.countersigner_anchor_index);
    QCOMPARE(built.tx.outputs.at(built.to_local_index.value()).value.raw(), 9'990'000U);
}

void TestTransactions::anchors_follow_outputs() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::ours);
    auto spec = spec_of(0, 0_msat);
    spec.to_ours = 9'999'900'000_msat;
    spec.to_theirs = 100'000_msat;
    const auto point = us.commitment_point(CommitmentNumber(0));
    auto built = build_commitment(params, Party::ours, CommitmentNumber(0), point, spec);
    QVERIFY(built.broadcaster_anchor_index && !built.countersigner_anchor_index &&
            !built.to_remote_index);
    // With an HTLC both have something to bump for.
    spec.htlcs.push_back({Party::theirs, HtlcId(0), 1'000'000_msat, hash_of(1), 500'000});
    built = build_commitment(params, Party::ours, CommitmentNumber(0), point, spec);
    QVERIFY(built.broadcaster_anchor_index && built.countersigner_anchor_index &&
            !built.to_remote_index);
}

void TestTransactions::orders_equal_htlcs_by_expiry() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::ours);
    auto spec = spec_of(0, 0_msat);
    spec.htlcs = {{Party::ours, HtlcId(0), 5'000'001_msat, hash_of(1), 506},
                  {Party::ours, HtlcId(1), 5'000'900_msat, hash_of(1), 505}};
    const auto built = build_commitment(params, Party::ours, CommitmentNumber(0),
                                        us.commitment_point(CommitmentNumber(0)), spec);
    QCOMPARE(built.htlcs[0].htlc.cltv_expiry, 505U);
    QCOMPARE(built.htlcs[1].htlc.cltv_expiry, 506U);
    QCOMPARE(built.htlcs[0].output_index + 1, built.htlcs[1].output_index);
}

void TestTransactions::numbers_are_obscured() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::theirs);
    for (const auto n : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x123456789abc},
                         crypto::shachain_first_index}) {
        const auto built =
            build_commitment(params, Party::ours, CommitmentNumber(n),
                             us.commitment_point(CommitmentNumber(1)), spec_of(0, 0_msat));
        QVERIFY(commitment_number_of(params, built.tx) == CommitmentNumber(n));
        QVERIFY(commitment_number_of(mirrored(params), built.tx) == CommitmentNumber(n));
        auto other_form = built.tx;
        other_form.inputs[0].sequence = 0xffffffff;
        QVERIFY(!commitment_number_of(params, other_form));
        other_form = built.tx;
        other_form.lock_time = 0;
        QVERIFY(!commitment_number_of(params, other_form));
        other_form = built.tx;
        other_form.inputs[0].previous.index ^= 1;
        QVERIFY(!commitment_number_of(params, other_form));
    }
}

void TestTransactions::codec_round_trips() {
    const test::TestSigner us(1), them(2);
    auto params = params_between(us, them, Party::theirs);
    params.announce = true;
    params.our_upfront_shutdown = bitcoin::p2wpkh(Hash160());
    const auto spec = spec_of(20, 1'234'567_msat);
    Writer out;
    encode(out, params);
    encode(out, spec);
    Reader in(out.view());
    QVERIFY(decode_params(in) == params);
    QVERIFY(decode_spec(in) == spec);
    QVERIFY(in.ok() && in.at_end());
}

void TestTransactions::codec_refuses_damage() {
    const test::TestSigner us(1), them(2);
    Writer out;
    encode(out, params_between(us, them, Party::ours));
    const auto params_size = out.size();
    encode(out, spec_of(3, 1'000_msat));
    for (std::size_t size = 0; size < out.size(); ++size) {
        Reader in(ByteView(out.view()).first(size));
        (void)decode_params(in);
        (void)decode_spec(in);
        QVERIFY(!in.ok());
    }
    auto damaged = out.view();
    damaged[0] = 2;  // no such party
    Reader party(damaged);
    (void)decode_params(party);
    QVERIFY(party.error() == DecodeError::bad_value);
    damaged = out.view();
    damaged[3 + 8 + 2 * (32 + 4)] = 9;  // the first key's parity byte
    Reader key(damaged);
    (void)decode_params(key);
    QVERIFY(key.error() == DecodeError::bad_point);
    damaged = out.view();
    damaged[params_size + 4 + 8 + 8] = 0xfc;  // more HTLCs than there are bytes for
    Reader count(damaged);
    (void)decode_params(count);
    (void)decode_spec(count);
    QVERIFY(count.error() == DecodeError::truncated);
}

void TestTransactions::builds_many_htlcs_quickly() {
    const test::TestSigner us(1), them(2);
    const auto params = params_between(us, them, Party::ours);
    const auto spec = spec_of(400, 5'000'000_msat);
    const auto point = us.commitment_point(CommitmentNumber(9));
    QBENCHMARK {
        const auto built = build_commitment(params, Party::ours, CommitmentNumber(9), point, spec);
        const auto jobs = htlc_signing_jobs(params, built);
        QCOMPARE(jobs.size(), std::size_t{400});
    }
}

RUNNEL_TEST(TestTransactions)
#include "test_transactions.moc"
