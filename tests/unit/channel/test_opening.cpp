// Every bound of open_channel and accept_channel, just inside and just outside, and what two honest
// parties agree on.
#include "tests/support/test_main.h"

#include "core/bitcoin/script.h"
#include "tests/unit/channel/pair.h"

#include <functional>

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;
using runnel::test::Pair;
using wire::Feature;

namespace {

template <typename M>
struct Case {
    const char* name;
    std::function<void(M&)> change;
    const char* field;  ///< To blame; null when it must be accepted.
    FaultKind kind = FaultKind::unacceptable_terms;
};

wire::OpenChannel usual_open(Sat funding = 1'000'000_sat, Msat push = 400'000'000_msat) {
    Pair pair;
    pair.offer(test::usual_request(funding, push));
    return std::get<wire::OpenChannel>(pair.a.wire.front());
}

Result<Channel, ChannelFault> accept(const wire::OpenChannel& open, const test::Half& half) {
    Step step;
    return accept_channel(open, test::TestSigner(1).key("node").public_key(), {}, half.context(),
                          step);
}

QString wrong_outcome(const Result<void, ChannelFault>& result, const char* name, const char* field,
                      FaultKind kind) {
    if (field == nullptr)
        return result ? QString()
                      : QString("%1: %2").arg(name).arg(describe(result.error()).c_str());
    if (result) return QString("%1 was accepted").arg(name);
    if (result.error().kind == kind && result.error().field == field) return {};
    return QString("%1: %2").arg(name).arg(describe(result.error()).c_str());
}

/// Each key of the message in turn becomes each key of `ours`: all of that must be refused.
template <typename M, typename Hear>
QString first_shared_key_taken(const M& message, const ports::ChannelSigner& ours,
                               const Hear& hear) {
    const std::pair<const char*, crypto::PublicKey M::*> fields[] = {
        {"funding_pubkey", &M::funding_pubkey},
        {"revocation_basepoint", &M::revocation_basepoint},
        {"payment_basepoint", &M::payment_basepoint},
        {"delayed_payment_basepoint", &M::delayed_payment_basepoint},
        {"htlc_basepoint", &M::htlc_basepoint},
        {"first_per_commitment_point", &M::first_per_commitment_point}};
    const auto& keys = ours.public_keys();
    const crypto::PublicKey taken[] = {
        keys.funding_pubkey,    keys.revocation_basepoint,
        keys.payment_basepoint, keys.delayed_payment_basepoint,
        keys.htlc_basepoint,    ours.commitment_point(CommitmentNumber(0))};
    for (const auto& [field, member] : fields) {
        for (const auto& key : taken) {
            M lie = message;
            lie.*member = key;
            const auto wrong = wrong_outcome(hear(lie), field, field, FaultKind::shared_key);
            if (!wrong.isEmpty()) return wrong;
        }
    }
    return {};
}

/// What both messages have in common, for a channel of 1,000,000 sat.
template <typename M>
std::vector<Case<M>> common_cases() {
    const auto p2wpkh = test::wallet_script(9);
    bitcoin::Script taproot{0x51, 0x20};
    taproot.resize(34, 7);
    bitcoin::Script p2pkh{0x76, 0xa9, 0x14};
    p2pkh.resize(23, 7);
    p2pkh.insert(p2pkh.end(), {0x88, 0xac});
    return {
        {"as it is", [](M&) {}, nullptr},
        {"dust 353", [](M& m) { m.dust_limit_satoshis = 353_sat; }, "dust_limit_satoshis"},
        {"dust 354", [](M& m) { m.dust_limit_satoshis = 354_sat; }, nullptr},
        {"dust 5000", [](M& m) { m.dust_limit_satoshis = 5'000_sat; }, nullptr},
        {"dust 5001", [](M& m) { m.dust_limit_satoshis = 5'001_sat; }, "dust_limit_satoshis"},
        {"dust is their reserve",
         [](M& m) { m.dust_limit_satoshis = m.channel_reserve_satoshis = 1'000_sat; }, nullptr},
        {"dust above their reserve",
         [](M& m) {
             m.dust_limit_satoshis = 1'001_sat;
             m.channel_reserve_satoshis = 1'000_sat;
         },
         "dust_limit_satoshis"},
        {"reserve below our dust", [](M& m) { m.channel_reserve_satoshis = 353_sat; },
         "channel_reserve_satoshis"},
        {"reserve our dust", [](M& m) { m.channel_reserve_satoshis = 354_sat; }, nullptr},
        {"reserve a fifth", [](M& m) { m.channel_reserve_satoshis = 200'000_sat; }, nullptr},
        {"reserve above a fifth", [](M& m) { m.channel_reserve_satoshis = 200'001_sat; },
         "channel_reserve_satoshis"},
        {"delay 2016", [](M& m) { m.to_self_delay = 2'016; }, nullptr},
        {"delay 2017", [](M& m) { m.to_self_delay = 2'017; }, "to_self_delay"},
        {"no HTLCs", [](M& m) { m.max_accepted_htlcs = 0; }, "max_accepted_htlcs"},
        {"one HTLC", [](M& m) { m.max_accepted_htlcs = 1; }, nullptr},
        {"483 HTLCs", [](M& m) { m.max_accepted_htlcs = 483; }, nullptr},
        {"484 HTLCs", [](M& m) { m.max_accepted_htlcs = 484; }, "max_accepted_htlcs"},
        {"minimum a hundredth", [](M& m) { m.htlc_minimum_msat = 10'000'000_msat; }, nullptr},
        {"minimum above", [](M& m) { m.htlc_minimum_msat = 10'000'001_msat; }, "htlc_minimum_msat"},
        {"in flight a hundredth", [](M& m) { m.max_htlc_value_in_flight_msat = 10'000'000_msat; },
         nullptr},
        {"in flight below", [](M& m) { m.max_htlc_value_in_flight_msat = 9'999'999_msat; },
         "max_htlc_value_in_flight_msat"},
        {"in flight without end", [](M& m) { m.max_htlc_value_in_flight_msat = Msat(UINT64_MAX); },
         nullptr},
        {"no upfront script", [](M& m) { m.upfront_shutdown_script.reset(); }, nullptr},
        {"upfront p2wpkh", [=](M& m) { m.upfront_shutdown_script = p2wpkh; }, nullptr},
        {"upfront taproot", [=](M& m) { m.upfront_shutdown_script = taproot; }, nullptr},
        {"upfront p2pkh", [=](M& m) { m.upfront_shutdown_script = p2pkh; },
         "upfront_shutdown_script"},
        {"upfront nonsense", [](M& m) { m.upfront_shutdown_script = Bytes{0x6a}; },
         "upfront_shutdown_script"},
        {"no type", [](M& m) { m.channel_type.reset(); }, "channel_type",
         FaultKind::wrong_channel_type},
        {"no anchors",
         [](M& m) { m.channel_type = wire::Features::demanding({Feature::static_remotekey}); },
         "channel_type", FaultKind::wrong_channel_type},
        {"zeroconf", [](M& m) { m.channel_type->demand(Feature::zeroconf); }, "channel_type",
         FaultKind::wrong_channel_type},
        {"odd bits in the type", [](M& m) { m.channel_type->offer(Feature::anchors); },
         "channel_type", FaultKind::wrong_channel_type},
    };
}

}  // namespace

class TestOpening : public QObject {
    Q_OBJECT

private slots:
    void bounds_of_open_channel();
    void bounds_of_accept_channel();
    void no_key_of_ours_is_theirs();
    void amounts();
    void pushes_and_fees();
    void channel_types();
    void taproot_upfront_needs_its_feature();
    void depth_follows_the_amount();
    void reserve_is_never_nothing();
    void both_agree_on_everything();
    void a_bad_first_signature_changes_nothing();
    void id_is_txid_and_index();
    void ready_comes_in_any_order();
    void ready_is_repeated_until_both_moved_on();
    void funding_that_falls_out_of_its_block();
};

void TestOpening::bounds_of_open_channel() {
    const test::Half b(2);
    for (const auto& one : common_cases<wire::OpenChannel>()) {
        auto open = usual_open();
        one.change(open);
        const auto made = accept(open, b);
        const auto wrong = wrong_outcome(made ? Result<void, ChannelFault>() : fail(made.error()),
                                         one.name, one.field, one.kind);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        if (made) QVERIFY(std::holds_alternative<AwaitingFundingCreated>(made->state));
    }
    auto open = usual_open();
    open.chain_hash.raw()[0] ^= 1;
    QCOMPARE(accept(open, b).error().kind, FaultKind::wrong_chain);
    open = usual_open();
    open.feerate_per_kw = FeeratePerKw(253);
    QVERIFY(accept(open, b).has_value());
    open.feerate_per_kw = FeeratePerKw(252);
    QCOMPARE(accept(open, b).error().field, std::string_view("feerate_per_kw"));
}

void TestOpening::bounds_of_accept_channel() {
    auto cases = common_cases<wire::AcceptChannel>();
    cases.push_back({"depth 144", [](wire::AcceptChannel& m) { m.minimum_depth = 144; }, nullptr});
    cases.push_back(
        {"depth 145", [](wire::AcceptChannel& m) { m.minimum_depth = 145; }, "minimum_depth"});
    cases.push_back({"depth 0", [](wire::AcceptChannel& m) { m.minimum_depth = 0; }, nullptr});
    cases.push_back({"another type",
                     [](wire::AcceptChannel& m) { m.channel_type->remove(Feature::scid_alias); },
                     "channel_type", FaultKind::wrong_channel_type});
    for (const auto& one : cases) {
        Pair pair;
        pair.offer();
        pair.deliver(pair.a);
        auto accept = std::get<wire::AcceptChannel>(pair.b.wire.front());
        one.change(accept);
        const auto before = *pair.a.channel;
        const auto step = pair.a.hear(accept);
        const auto wrong = wrong_outcome(step ? Result<void, ChannelFault>() : fail(step.error()),
                                         one.name, one.field, one.kind);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QCOMPARE(pair.a.channel->state.index(), std::size_t(step ? 2 : 0));
        if (!step) QVERIFY(pair.a.channel->id == before.id);
        // Zero confirmations are not offered to anybody: the funder waits for one at least.
        if (step)
            QVERIFY(std::get<AwaitingFundingSigned>(pair.a.channel->state).minimum_depth >= 1);
    }
}

/// Who is asked has seen our keys in open_channel; who opens can have learnt them by openings that
/// it gave up (payment basepoints are counted, and come again).
void TestOpening::no_key_of_ours_is_theirs() {
    const test::Half b(2);
    const auto asked =
        first_shared_key_taken(usual_open(), b.signer, [&](const wire::OpenChannel& open) {
            const auto made = accept(open, b);
            return made ? Result<void, ChannelFault>() : fail(made.error());
        });
    QVERIFY2(asked.isEmpty(), qPrintable(asked));
    Pair pair;
    pair.offer();
    pair.deliver(pair.a);
    const auto honest = std::get<wire::AcceptChannel>(pair.b.wire.front());
    const auto asking =
        first_shared_key_taken(honest, pair.a.signer, [&](const wire::AcceptChannel& accepted) {
            Pair copy = pair;
            const auto step = copy.a.hear(accepted);
            return step ? Result<void, ChannelFault>() : fail(step.error());
        });
    QVERIFY2(asking.isEmpty(), qPrintable(asking));
    const ChannelFault fault{FaultKind::shared_key, 0, 0, "payment_basepoint"};
    QCOMPARE(disposition(fault), Disposition::fail_opening);
    QCOMPARE(describe(fault), std::string("shared_key payment_basepoint"));
    QVERIFY(pair.a.hear(honest).has_value());
}

void TestOpening::amounts() {
    test::Half b(2);
    const auto field = [&](Sat funding) {
        const auto made = accept(usual_open(funding, 0_msat), b);
        return made ? std::string() : std::string(made.error().field);
    };
    QCOMPARE(field(19'999_sat), std::string("funding_satoshis"));
    QCOMPARE(field(20'000_sat), std::string());
    QCOMPARE(field(Sat((1 << 24) - 1)), std::string());
    QCOMPARE(field(Sat(1 << 24)), std::string("funding_satoshis"));
    b.features.offer(Feature::large_channel);
    QCOMPARE(field(Sat(1 << 24)), std::string());
    QCOMPARE(field(b.policy.max_funding), std::string());
    QCOMPARE(field(b.policy.max_funding + 1_sat), std::string("funding_satoshis"));
    // More than there is, where a product in millisatoshi would wrap.
    auto open = usual_open();
    open.funding_satoshis = Sat(UINT64_MAX);
    QCOMPARE(accept(open, b).error().field, std::string_view("funding_satoshis"));
}

void TestOpening::pushes_and_fees() {
    const test::Half b(2);
    const auto field = [&](Msat push, std::uint32_t feerate, Sat funding = 1'000'000_sat) {
        auto open = usual_open(funding, push);
        open.feerate_per_kw = FeeratePerKw(feerate);
        const auto made = accept(open, b);
        return made ? std::string() : std::string(made.error().field);
    };
    QCOMPARE(field(1'000'000'001_msat, 1000), std::string("push_msat"));
    QCOMPARE(field(Msat(UINT64_MAX), 1000), std::string("push_msat"));
    // The funder must be able to pay 1124 sat of fee and two anchors.
    QCOMPARE(field(Msat(1'000'000'000 - 1'784'000), 1000), std::string());
    QCOMPARE(field(Msat(1'000'000'001 - 1'784'000), 1000), std::string("feerate_per_kw"));
    QCOMPARE(field(0_msat, UINT32_MAX), std::string("feerate_per_kw"));
    // Unreasonably large (BOLT 2), though the funder could pay it.
    QCOMPARE(field(0_msat, 250'000), std::string());
    QCOMPARE(field(0_msat, 250'001), std::string("feerate_per_kw"));
    // Somebody must be above the reserves, or nobody has anything to lose.
    QCOMPARE(field(0_msat, 16'316, 20'000_sat), std::string());
    QCOMPARE(field(0_msat, 16'317, 20'000_sat), std::string("channel_reserve_satoshis"));
    QCOMPARE(field(1'000'000_msat, 15'500, 20'000_sat), std::string("channel_reserve_satoshis"));
    QCOMPARE(field(1'000'001_msat, 15'400, 20'000_sat), std::string());
}

void TestOpening::channel_types() {
    test::Half b(2);
    auto open = usual_open();
    QVERIFY(open.channel_type->demands(Feature::scid_alias));
    QVERIFY(std::get<AwaitingFundingCreated>(accept(open, b)->state).params.scid_alias);
    // A public channel has no alias type ...
    open.channel_flags = wire::announce_channel;
    QCOMPARE(accept(open, b).error().kind, FaultKind::wrong_channel_type);
    open.channel_type->remove(Feature::scid_alias);
    QVERIFY(std::get<AwaitingFundingCreated>(accept(open, b)->state).params.announce);
    // ... a private one may do without.
    open.channel_flags = 0xfe;  // bits without a meaning are ignored
    const auto plain = accept(open, b);
    QVERIFY(plain && !std::get<AwaitingFundingCreated>(plain->state).params.scid_alias);
    QVERIFY(!std::get<AwaitingFundingCreated>(plain->state).params.announce);
    // Not negotiated, not accepted, not asked for.
    open = usual_open();
    b.features.remove(Feature::scid_alias);
    QCOMPARE(accept(open, b).error().kind, FaultKind::wrong_channel_type);
    QCOMPARE(channel_type_for(false, b.features).to_string(), std::string("12,22"));
    QCOMPARE(channel_type_for(true, test::Half(1).features).to_string(), std::string("12,22"));
    QCOMPARE(channel_type_for(false, test::Half(1).features).to_string(), std::string("12,22,46"));
}

void TestOpening::taproot_upfront_needs_its_feature() {
    test::Half b(2);
    auto open = usual_open();
    open.upfront_shutdown_script = Bytes{0x51, 0x02, 0x4e, 0x73};
    QVERIFY(accept(open, b).has_value());
    b.features.remove(Feature::shutdown_anysegwit);
    QCOMPARE(accept(open, b).error().field, std::string_view("upfront_shutdown_script"));
    // Where nobody is bound by it, it does no harm.
    b.features.remove(Feature::upfront_shutdown_script);
    QVERIFY(accept(open, b).has_value());
}

void TestOpening::depth_follows_the_amount() {
    const Policy policy;
    QCOMPARE(minimum_depth_for(policy, 20'000_sat), 3U);
    QCOMPARE(minimum_depth_for(policy, 3'333'333_sat), 3U);
    QCOMPARE(minimum_depth_for(policy, 3'333'334_sat), 4U);
    QCOMPARE(minimum_depth_for(policy, 6'666'667_sat), 5U);
    QCOMPARE(minimum_depth_for(policy, 9'999'999_sat), 5U);
    QCOMPARE(minimum_depth_for(policy, 10'000'000_sat), 6U);
    QCOMPARE(minimum_depth_for(policy, 10'000'000'000_sat), 6U);
    Pair pair;
    pair.offer();
    pair.deliver(pair.a);
    QCOMPARE(std::get<wire::AcceptChannel>(pair.b.wire.front()).minimum_depth, 3U);
}

void TestOpening::reserve_is_never_nothing() {
    QCOMPARE(reserve_for(20'000_sat, 354_sat, 0_sat), 1'000_sat);
    QCOMPARE(reserve_for(100'000_sat, 354_sat, 354_sat), 1'000_sat);
    QCOMPARE(reserve_for(100'100_sat, 354_sat, 354_sat), 1'001_sat);
    QCOMPARE(reserve_for(100'100_sat, 354_sat, 5'000_sat), 5'000_sat);
    QCOMPARE(reserve_for(100'100_sat, 2'000_sat, 354_sat), 2'000_sat);
}

void TestOpening::both_agree_on_everything() {
    Pair pair;
    pair.agree();
    QVERIFY(pair.a.channel->id == pair.b.channel->id);
    const auto& a = Pair::commitments(pair.a);
    const auto& b = Pair::commitments(pair.b);
    QCOMPARE(a.params().funder, Party::ours);
    QCOMPARE(b.params().funder, Party::theirs);
    QVERIFY(a.params().ours == b.params().theirs && a.params().theirs == b.params().ours);
    QVERIFY(a.params().our_keys == b.params().their_keys &&
            a.params().their_keys == b.params().our_keys);
    QVERIFY(a.params().funding == b.params().funding);
    QCOMPARE(a.params().funding.index, 1U);
    QCOMPARE(a.settled(Party::ours), 600'000'000_msat);
    QCOMPARE(b.settled(Party::ours), 400'000'000_msat);
    QVERIFY(a.local_commitment(pair.a.signer).tx == b.remote_commitment().tx);
    QVERIFY(b.local_commitment(pair.b.signer).tx == a.remote_commitment().tx);
    // The output that will be broadcast is the one both know.
    const auto& tx = *funded_of(pair.a.channel->state)->funding_tx;
    QVERIFY(tx.txid() == b.params().funding.txid);
    QVERIFY(tx.outputs.at(1).script ==
            bitcoin::p2wsh(funding_script(a.params().our_keys.funding_pubkey,
                                          a.params().their_keys.funding_pubkey)));
    QCOMPARE(tx.outputs.at(1).value, 1'000'000_sat);
    // As fundee there is no transaction to broadcast, as funder there is exactly one moment to do
    // it.
    QVERIFY(funded_of(pair.b.channel->state)->funding_tx == nullptr);
    QCOMPARE(std::count_if(pair.a.facts.begin(), pair.a.facts.end(),
                           [](const Fact& f) { return std::holds_alternative<FundingAgreed>(f); }),
             std::ptrdiff_t(1));
    QVERIFY(funded_of(pair.a.channel->state)->our_alias !=
            funded_of(pair.b.channel->state)->our_alias);
}

void TestOpening::a_bad_first_signature_changes_nothing() {
    Pair pair;
    pair.offer();
    pair.deliver(pair.a);
    pair.deliver(pair.b);
    auto created = std::get<wire::FundingCreated>(pair.a.wire.front());
    created.signature = pair.a.signer.stray_signature();
    QCOMPARE(pair.b.hear(created).error().kind, FaultKind::bad_signature);
    QVERIFY(std::holds_alternative<AwaitingFundingCreated>(pair.b.channel->state));
    QVERIFY(pair.b.channel->id == created.temporary_channel_id);
    pair.deliver(pair.a);
    auto signed_ = std::get<wire::FundingSigned>(pair.b.wire.front());
    signed_.signature = created.signature;
    QCOMPARE(pair.a.hear(signed_).error().kind, FaultKind::bad_signature);
    QVERIFY(std::holds_alternative<AwaitingFundingSigned>(pair.a.channel->state));
    pair.deliver(pair.b);
    QVERIFY(std::holds_alternative<AwaitingConfirmation>(pair.a.channel->state));
    // An opening nobody signed goes with the connection; a signed one stays.
    QVERIFY(on_peer_down(*pair.a.channel) && on_peer_down(*pair.b.channel));
    Pair early;
    early.offer();
    early.deliver(early.a);
    QVERIFY(!on_peer_down(*early.a.channel) && !on_peer_down(*early.b.channel));
}

void TestOpening::id_is_txid_and_index() {
    bitcoin::OutPoint funding;
    funding.txid.raw().fill(0xff);
    funding.index = 0x0102;
    QCOMPARE(channel_id_of(funding).hex(),
             std::string("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffefd"));
}

void TestOpening::ready_comes_in_any_order() {
    for (const bool funder_first : {true, false}) {
        Pair pair;
        pair.agree();
        test::Half& first = funder_first ? pair.a : pair.b;
        test::Half& second = pair.other(first);
        pair.confirm(first, 2);
        QVERIFY(
            std::holds_alternative<AwaitingConfirmation>(first.channel->state));  // 3 are asked for
        pair.confirm(first, 3);
        QVERIFY(std::holds_alternative<AwaitingReady>(first.channel->state));
        pair.deliver(first);
        QVERIFY(std::holds_alternative<AwaitingConfirmation>(second.channel->state));
        pair.confirm(second, 3);
        QVERIFY(std::holds_alternative<Normal>(second.channel->state) &&
                is_usable(*second.channel));
        pair.deliver(second);
        QVERIFY(std::holds_alternative<Normal>(first.channel->state) && is_usable(*first.channel));
        QVERIFY(funded_of(first.channel->state)->their_alias ==
                funded_of(second.channel->state)->our_alias);
        pair.add(pair.a, 1'000'000_msat, 1);
        pair.add(pair.b, 2'000'000_msat, 2);
        pair.settle();
        QCOMPARE(Pair::commitments(pair.a).htlcs().size(), std::size_t(2));
    }
}

void TestOpening::ready_is_repeated_until_both_moved_on() {
    Pair pair;
    pair.agree();
    pair.confirm(pair.a);
    pair.confirm(pair.b);
    pair.cut();  // both channel_ready are lost
    QVERIFY(std::holds_alternative<AwaitingReady>(pair.a.channel->state) &&
            std::holds_alternative<AwaitingReady>(pair.b.channel->state));
    pair.reconnect();
    pair.settle();
    QVERIFY(is_usable(*pair.a.channel) && is_usable(*pair.b.channel));
    // Also while the funding transaction has fallen out of its block for a while: what was said
    // stays said.
    pair.cut();
    on_funding_unconfirmed(*pair.a.channel);
    pair.reconnect();
    pair.deliver(pair.b);
    const auto& wire = pair.a.wire;
    QVERIFY(std::any_of(wire.begin(), wire.end(), [](const wire::Message& m) {
        return std::holds_alternative<wire::ChannelReady>(m);
    }));
    pair.settle();
    pair.confirm(pair.a);
    pair.add(pair.a, 1'000'000_msat, 1);
    pair.settle();
    pair.cut();
    pair.reconnect();
    pair.deliver(pair.a);
    pair.deliver(pair.b);
    for (const auto* const half : {&pair.a, &pair.b}) {
        for (const auto& message : half->wire)
            QVERIFY(!std::holds_alternative<wire::ChannelReady>(message));
    }
}

void TestOpening::funding_that_falls_out_of_its_block() {
    Pair pair;
    pair.agree();
    pair.confirm(pair.a);
    on_funding_unconfirmed(*pair.a.channel);
    QVERIFY(std::holds_alternative<AwaitingConfirmation>(pair.a.channel->state));
    pair.confirm(pair.b);
    pair.deliver(pair.b);
    pair.confirm(pair.a);
    pair.settle();
    QVERIFY(is_usable(*pair.a.channel) && is_usable(*pair.b.channel));
    on_funding_unconfirmed(*pair.b.channel);
    QVERIFY(std::holds_alternative<Normal>(pair.b.channel->state) && !is_usable(*pair.b.channel));
    QVERIFY(!add_htlc(*pair.b.channel, 1'000_msat, test::test_hash(1), BlockHeight(500), {}));
    QVERIFY(funded_of(pair.b.channel->state)->was_confirmed);
    pair.confirm(pair.b);
    QVERIFY(is_usable(*pair.b.channel));
}

RUNNEL_TEST(TestOpening)
#include "test_opening.moc"
