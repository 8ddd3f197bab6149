// Closing negotiations between two real parties, and against peers that cheat, differ or never
// learnt of fee_range.
#include "tests/support/test_main.h"

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"
#include "core/channel/close.h"
#include "core/crypto/hash.h"
#include "tests/support/test_signer.h"

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;

namespace {

constexpr CloseFeerates usual{FeeratePerKw(1000), FeeratePerKw(253), FeeratePerKw(5000)};

bitcoin::Script script_of(std::uint8_t name) {
    return bitcoin::p2wpkh(crypto::hash160(ByteView(&name, 1)));
}

/// One side of a channel about to close.
struct Side {
    test::TestSigner signer;
    ChannelParams params;

    Side(std::uint8_t us, std::uint8_t them, Party funder) : signer(us) {
        params.funder = funder;
        params.funding_satoshis = 100'000_sat;
        params.ours.dust_limit_satoshis = params.theirs.dust_limit_satoshis = 354_sat;
        params.our_keys = signer.public_keys();
        params.their_keys = test::TestSigner(them).public_keys();
        params.funding.txid.raw().fill(7);
        params.funding.index = 1;
    }
    CloseContext context() const { return {params, signer, ChannelId()}; }
};

struct Pair {
    Side funder{1, 2, Party::ours};
    Side fundee{2, 1, Party::theirs};

    CloseNegotiation negotiation(const Side& side, Msat funder_has, Msat fundee_has,
                                 CloseFeerates feerates = usual) const {
        const bool is_funder = &side == &funder;
        return {side.params,
                is_funder ? funder_has : fundee_has,
                is_funder ? fundee_has : funder_has,
                script_of(is_funder ? 1 : 2),
                script_of(is_funder ? 2 : 1),
                feerates};
    }
    /// The funder's signature on whatever closing transaction.
    wire::ClosingSigned funder_signs(const CloseNegotiation& negotiation, Sat fee, Msat funder_has,
                                     Msat fundee_has,
                                     ClosingVariant variant = ClosingVariant::whole) const {
        const auto closing =
            build_closing(funder.params, funder_has.floor_sat(), fundee_has.floor_sat(),
                          negotiation.our_script(), negotiation.their_script(), fee, variant);
        wire::ClosingSigned out;
        out.fee_satoshis = fee;
        out.signature = *funder.signer.sign_close(
            closing->tx, funder.params.their_keys.funding_pubkey, 100'000_sat);
        return out;
    }
    bool is_valid(const bitcoin::Transaction& tx) const {
        const auto script = funding_script(funder.params.our_keys.funding_pubkey,
                                           funder.params.their_keys.funding_pubkey);
        const std::vector<bitcoin::TxOut> spent{{100'000_sat, bitcoin::p2wsh(script)}};
        return bitcoin::verify_input(tx, 0, spent).has_value();
    }
};

Sat paid_to(const bitcoin::Transaction& tx, const bitcoin::Script& script) {
    Sat sum;
    for (const auto& output : tx.outputs) {
        if (output.script == script) sum += output.value;
    }
    return sum;
}

}  // namespace

class TestClosing : public QObject {
    Q_OBJECT

private slots:
    void two_of_us_agree_in_two_messages();
    void fundee_moves_the_fee_into_both_ranges();
    void ranges_apart_are_a_fault();
    void funder_refuses_what_it_did_not_offer();
    void fundee_takes_no_second_offer();
    void meets_a_peer_without_range();
    void gives_up_without_progress();
    void bad_signatures_and_fees_are_refused();
    void takes_a_close_without_their_output();
    void takes_a_close_without_our_output_only_as_dust();
    void dust_is_left_out();
    void a_fee_beyond_everything_leaves_an_output();
    void survives_the_store();
    void restarts();
    void weighs_exactly();
    void allows_shutdown_scripts();
};

void TestClosing::two_of_us_agree_in_two_messages() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'900_msat, 39'999'100_msat);
    const auto b = pair.negotiation(pair.fundee, 60'000'900_msat, 39'999'100_msat);
    QVERIFY(!b.start(pair.fundee.context())->reply);
    const auto first = a.start(pair.funder.context()).value();
    QVERIFY(first.reply && first.reply->fee_range && !first.final_tx);
    QCOMPARE(first.reply->fee_satoshis.raw(), a.fees().ideal.raw());
    const auto answer = b.receive(pair.fundee.context(), *first.reply).value();
    QVERIFY(answer.reply && answer.final_tx);
    QCOMPARE(answer.reply->fee_satoshis.raw(), first.reply->fee_satoshis.raw());
    QVERIFY(pair.is_valid(*answer.final_tx));
    const auto last = first.next.receive(pair.funder.context(), *answer.reply).value();
    QVERIFY(!last.reply && last.final_tx);
    QVERIFY(*last.final_tx == *answer.final_tx);
    QCOMPARE(paid_to(*last.final_tx, script_of(2)).raw(), 39'999U);
    QCOMPARE(paid_to(*last.final_tx, script_of(1)).raw(), 60'000U - a.fees().ideal.raw());
}

void TestClosing::fundee_moves_the_fee_into_both_ranges() {
    const Pair pair;
    const CloseFeerates low{FeeratePerKw(300), FeeratePerKw(253), FeeratePerKw(5000)};
    const CloseFeerates high{FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(2500)};
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat, low);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat, high);
    const auto first = a.start(pair.funder.context()).value();
    const auto second = b.receive(pair.fundee.context(), *first.reply).value();
    QVERIFY(second.reply && !second.final_tx);
    QVERIFY(second.reply->fee_satoshis >= b.fees().min);
    QVERIFY(second.reply->fee_satoshis <= a.fees().max);
    // The fundee's maximum is no less than the funder's.
    QVERIFY(second.reply->fee_range->max_fee_satoshis >= first.reply->fee_range->max_fee_satoshis);
    const auto third = first.next.receive(pair.funder.context(), *second.reply).value();
    QVERIFY(third.reply && third.final_tx);
    QCOMPARE(third.reply->fee_satoshis.raw(), second.reply->fee_satoshis.raw());
    const auto done = second.next.receive(pair.fundee.context(), *third.reply).value();
    QVERIFY(!done.reply && done.final_tx);
    QVERIFY(*done.final_tx == *third.final_tx);
    QVERIFY(pair.is_valid(*done.final_tx));
}

void TestClosing::ranges_apart_are_a_fault() {
    const Pair pair;
    const CloseFeerates low{FeeratePerKw(300), FeeratePerKw(253), FeeratePerKw(400)};
    const CloseFeerates high{FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(4000)};
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat, low);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat, high);
    const auto answer = b.receive(pair.fundee.context(), *a.start(pair.funder.context())->reply);
    QVERIFY(!answer);
    QVERIFY(answer.error().kind == CloseFault::Kind::no_overlap);
    QVERIFY(answer.error().limit == b.fees().min);
}

void TestClosing::funder_refuses_what_it_did_not_offer() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat)
                       .start(pair.funder.context())
                       .value()
                       .next;
    const auto too_much = a.fees().max + 1_sat;
    const auto closing = build_closing(pair.fundee.params, 40'000_sat, 60'000_sat, script_of(2),
                                       script_of(1), too_much);
    wire::ClosingSigned offer;
    offer.fee_satoshis = too_much;
    offer.signature = *pair.fundee.signer.sign_close(
        closing->tx, pair.fundee.params.their_keys.funding_pubkey, 100'000_sat);
    offer.fee_range = wire::FeeRange{100_sat, 50'000_sat};
    const auto answer = a.receive(pair.funder.context(), offer);
    QVERIFY(!answer);
    QVERIFY(answer.error().kind == CloseFault::Kind::outside_range);
    // Without a range we answer, but never with more than our maximum.
    offer.fee_range.reset();
    const auto counter = a.receive(pair.funder.context(), offer).value();
    QVERIFY(!counter.final_tx);
    QVERIFY(counter.reply->fee_satoshis <= a.fees().max);
    QVERIFY(counter.reply->fee_satoshis > a.fees().ideal);
}

void TestClosing::fundee_takes_no_second_offer() {
    const Pair pair;
    const CloseFeerates high{FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(4000)};
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat, high);
    auto offer = pair.funder_signs(a, a.fees().min, 60'000'000_msat, 40'000'000_msat);
    offer.fee_range = wire::FeeRange{a.fees().min, a.fees().max};
    const auto second = b.receive(pair.fundee.context(), offer).value();
    QVERIFY(second.reply && !second.final_tx);
    // Still below our minimum, although a range was agreed.
    auto again = pair.funder_signs(a, a.fees().min + 1_sat, 60'000'000_msat, 40'000'000_msat);
    again.fee_range = offer.fee_range;
    const auto answer = second.next.receive(pair.fundee.context(), again);
    QVERIFY(!answer);
    QVERIFY(answer.error().kind == CloseFault::Kind::changed_offer);
}

void TestClosing::meets_a_peer_without_range() {
    // The funder names a fee below our minimum and gives in by steps; no range on its side.
    const Pair pair;
    const CloseFeerates high{FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(4000)};
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat, high);
    Sat fee = 200_sat;
    for (int message = 0; message < 40; ++message) {
        const auto step = b.receive(pair.fundee.context(),
                                    pair.funder_signs(a, fee, 60'000'000_msat, 40'000'000_msat))
                              .value();
        if (step.final_tx) {
            QVERIFY(pair.is_valid(*step.final_tx));
            QVERIFY(fee >= b.fees().min);
            QCOMPARE(paid_to(*step.final_tx, script_of(2)).raw(), 40'000U);
            return;
        }
        b = step.next;
        fee = Sat((fee.raw() + step.reply->fee_satoshis.raw() + 1) / 2);
    }
    QFAIL("never agreed");
}

void TestClosing::gives_up_without_progress() {
    const Pair pair;
    const CloseFeerates high{FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(4000)};
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat, high);
    const auto offer = pair.funder_signs(a, 200_sat, 60'000'000_msat, 40'000'000_msat);
    const auto step = b.receive(pair.fundee.context(), offer).value();
    const auto again = step.next.receive(pair.fundee.context(), offer);
    QVERIFY(!again);
    QVERIFY(again.error().kind == CloseFault::Kind::no_progress);
}

void TestClosing::bad_signatures_and_fees_are_refused() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat);
    auto offer = *a.start(pair.funder.context())->reply;
    offer.signature.raw()[50] ^= 1;
    QVERIFY(b.receive(pair.fundee.context(), offer).error().kind ==
            CloseFault::Kind::bad_signature);
    // A signature for less money than is ours.
    const auto cheat = pair.funder_signs(a, 1'000_sat, 60'001'000_msat, 39'999'000_msat);
    QVERIFY(b.receive(pair.fundee.context(), cheat).error().kind ==
            CloseFault::Kind::bad_signature);
    offer.fee_satoshis = 60'001_sat;
    QVERIFY(b.receive(pair.fundee.context(), offer).error().kind == CloseFault::Kind::unaffordable);
    offer.fee_satoshis = Sat(UINT64_MAX);
    QVERIFY(b.receive(pair.fundee.context(), offer).error().kind == CloseFault::Kind::unaffordable);
}

void TestClosing::takes_a_close_without_their_output() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 10'000'000_msat, 90'000'000_msat);
    const auto b = pair.negotiation(pair.fundee, 10'000'000_msat, 90'000'000_msat);
    const auto offer = pair.funder_signs(a, a.fees().ideal, 10'000'000_msat, 90'000'000_msat,
                                         ClosingVariant::without_ours);
    const auto step = b.receive(pair.fundee.context(), offer).value();
    QVERIFY(step.final_tx.has_value());
    QVERIFY(pair.is_valid(*step.final_tx));
    QCOMPARE(step.final_tx->outputs.size(), std::size_t{1});
    QCOMPARE(paid_to(*step.final_tx, script_of(2)).raw(), 90'000U);
}

void TestClosing::takes_a_close_without_our_output_only_as_dust() {
    Pair pair;
    pair.fundee.params.theirs.dust_limit_satoshis = 600_sat;
    for (const auto fundee_has : {500'000_msat, 700'000_msat}) {
        const auto funder_has = 100'000'000_msat - fundee_has;
        const auto a = pair.negotiation(pair.funder, funder_has, fundee_has);
        const auto b = pair.negotiation(pair.fundee, funder_has, fundee_has);
        const auto offer = pair.funder_signs(a, a.fees().ideal, funder_has, fundee_has,
                                             ClosingVariant::without_theirs);
        QCOMPARE(b.receive(pair.fundee.context(), offer).has_value(), fundee_has < 600'000_msat);
    }
}

void TestClosing::dust_is_left_out() {
    const Pair pair;
    const auto closing =
        build_closing(pair.funder.params, 99'900_sat, 100_sat, script_of(1), script_of(2), 500_sat);
    QVERIFY(closing.has_value());
    QCOMPARE(closing->tx.outputs.size(), std::size_t{1});
    QVERIFY(closing->our_output == std::uint32_t{0});
    QVERIFY(!closing->their_output);
    QVERIFY(
        !build_closing(pair.funder.params, 400_sat, 100_sat, script_of(1), script_of(2), 401_sat));
    QVERIFY(
        !build_closing(pair.funder.params, 400_sat, 100_sat, script_of(1), script_of(2), 400_sat));
}

/// Blocks cost more than the channel holds, and the peer has nothing in it: a close that leaves no
/// output is none, and would be tried again without end.
void TestClosing::a_fee_beyond_everything_leaves_an_output() {
    const Pair pair;
    const CloseFeerates dear{FeeratePerKw(200'000), FeeratePerKw(253), FeeratePerKw(250'000)};
    const auto a = pair.negotiation(pair.funder, 100'000'000_msat, 0_msat, dear);
    const auto b = pair.negotiation(pair.fundee, 100'000'000_msat, 0_msat);
    const auto first = a.start(pair.funder.context());
    QVERIFY(bool(first));
    QCOMPARE(first->reply->fee_satoshis, 100'000_sat - 354_sat);
    const auto answer = b.receive(pair.fundee.context(), *first->reply);
    QVERIFY(answer && answer->final_tx);
    QVERIFY(pair.is_valid(*answer->final_tx));
    QCOMPARE(paid_to(*answer->final_tx, script_of(1)), 354_sat);
    // Where the peer has one, all of ours may go.
    const auto both = pair.negotiation(pair.funder, 50'000'000_msat, 50'000'000_msat, dear);
    QCOMPARE(both.start(pair.funder.context())->reply->fee_satoshis, 50'000_sat);
}

void TestClosing::survives_the_store() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    for (const auto& value : {a, a.start(pair.funder.context())->next}) {
        Writer out;
        value.encode(out);
        Reader in(out.view());
        const auto decoded = CloseNegotiation::decode(in);
        QVERIFY(in.ok() && in.at_end());
        QVERIFY(decoded == value);
        for (std::size_t size = 0; size < out.size(); ++size) {
            Reader cut(ByteView(out.view()).first(size));
            (void)CloseNegotiation::decode(cut);
            QVERIFY(!cut.ok());
        }
    }
}

void TestClosing::restarts() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat)
                       .start(pair.funder.context())
                       .value()
                       .next;
    const auto again = a.restarted(pair.funder.params,
                                   {FeeratePerKw(2000), FeeratePerKw(253), FeeratePerKw(5000)});
    QVERIFY(!again.our_fee());
    QVERIFY(again.fees().ideal > a.fees().ideal);
    QVERIFY(again.start(pair.funder.context())->reply.has_value());
}

void TestClosing::weighs_exactly() {
    const Pair pair;
    const auto a = pair.negotiation(pair.funder, 60'000'000_msat, 40'000'000_msat);
    const auto b = pair.negotiation(pair.fundee, 60'000'000_msat, 40'000'000_msat);
    const auto tx =
        *b.receive(pair.fundee.context(), *a.start(pair.funder.context())->reply)->final_tx;
    auto unsigned_tx = tx;
    unsigned_tx.inputs[0].witness.clear();
    QVERIFY(closing_weight(unsigned_tx) >= tx.weight());
    QVERIFY(closing_weight(unsigned_tx) <= tx.weight() + 4);
}

void TestClosing::allows_shutdown_scripts() {
    const auto taproot =
        bitcoin::p2tr(crypto::x_only(test::TestSigner(1).public_keys().funding_pubkey));
    QVERIFY(is_allowed_shutdown_script(script_of(1), false));
    QVERIFY(is_allowed_shutdown_script(bitcoin::p2wsh(script_of(1)), false));
    QVERIFY(!is_allowed_shutdown_script(taproot, false));
    QVERIFY(is_allowed_shutdown_script(taproot, true));
    QVERIFY(!is_allowed_shutdown_script(bitcoin::p2pkh(Hash160()), true));
    QVERIFY(!is_allowed_shutdown_script(bitcoin::p2sh(Hash160()), true));
    QVERIFY(!is_allowed_shutdown_script(Bytes{bitcoin::OP_RETURN, 1, 1}, true));
    QVERIFY(!is_allowed_shutdown_script(Bytes(), true));
    // A version 0 program of another length is no script anybody can spend.
    QVERIFY(!is_allowed_shutdown_script(Bytes{0, 2, 1, 1}, true));
    QVERIFY(is_allowed_shutdown_script(Bytes{bitcoin::OP_16, 2, 1, 1}, true));
}

RUNNEL_TEST(TestClosing)
#include "test_closing.moc"
