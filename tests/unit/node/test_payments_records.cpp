#include "tests/support/test_main.h"

#include "core/node/handlers.h"

using namespace runnel;
using namespace runnel::node;
using namespace runnel::literals;

namespace {

template <typename F>
F filled(std::uint8_t byte) {
    F out;
    out.raw().fill(byte);
    return out;
}

Secret32 secret(std::uint8_t byte) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(byte);
    return Secret32(bytes);
}

crypto::PublicKey key(std::uint8_t byte) {
    return crypto::PrivateKey::from(secret(byte))->public_key();
}

OutgoingPayment outgoing() {
    OutgoingPayment p;
    p.payment_hash = filled<PaymentHash>(1);
    p.command = filled<api::CommandId>(2);
    p.sequence = 77;
    p.bolt11 = "lnbcrt1...";
    p.description = "a coffee, \xc3\xa4";
    p.payee = key(3);
    p.amount = 123'456_msat;
    p.max_fee = 789_msat;
    p.created = UnixTime(1'700'000'000);
    p.keysend_preimage = filled<wire::Preimage>(4);
    Part failed{{filled<ChannelId>(5), HtlcId(6)},
                1_msat,
                2_msat,
                secret(7),
                {key(8), key(9)},
                {ShortChannelId(10)},
                0,
                Part::State::failed,
                "temporary_channel_failure",
                1};
    Part flying{{filled<ChannelId>(11), HtlcId(12)},
                3_msat,
                4_msat,
                secret(13),
                {key(14)},
                {},
                1,
                Part::State::in_flight,
                "",
                0};
    p.parts = {failed, flying};
    return p;
}

IncomingPayment incoming() {
    IncomingPayment p;
    p.payment_hash = filled<PaymentHash>(1);
    p.sequence = 5;
    p.bolt11 = "lnbcrt2...";
    p.description = "tea";
    p.amount = 5'000_msat;
    p.payment_secret = secret(2);
    p.preimage = filled<wire::Preimage>(3);
    p.created = UnixTime(10);
    p.expires = UnixTime(3610);
    p.min_final_cltv_expiry_delta = 42;
    p.parts = {
        {{filled<ChannelId>(4), HtlcId(0)}, 2'000_msat, BlockHeight(500), 5'000_msat, secret(6), 0},
        {{filled<ChannelId>(7), HtlcId(9)},
         3'000_msat,
         BlockHeight(501),
         5'000_msat,
         secret(8),
         0}};
    return p;
}

void compare(const OutgoingPayment& a, const OutgoingPayment& b) {
    QVERIFY(a.payment_hash == b.payment_hash);
    QVERIFY(a.command == b.command);
    QCOMPARE(a.sequence, b.sequence);
    QCOMPARE(a.bolt11, b.bolt11);
    QCOMPARE(a.description, b.description);
    QVERIFY(a.payee == b.payee);
    QVERIFY(a.amount == b.amount);
    QVERIFY(a.max_fee == b.max_fee);
    QVERIFY(a.created == b.created);
    QVERIFY(a.keysend_preimage == b.keysend_preimage);
    QVERIFY(a.parts == b.parts);
    QVERIFY(a.status == b.status);
}

void compare(const IncomingPayment& a, const IncomingPayment& b) {
    QVERIFY(a.payment_hash == b.payment_hash);
    QCOMPARE(a.sequence, b.sequence);
    QCOMPARE(a.bolt11, b.bolt11);
    QCOMPARE(a.description, b.description);
    QVERIFY(a.amount == b.amount);
    QVERIFY(a.payment_secret == b.payment_secret);
    QVERIFY(a.preimage == b.preimage);
    QVERIFY(a.created == b.created);
    QVERIFY(a.expires == b.expires);
    QCOMPARE(a.min_final_cltv_expiry_delta, b.min_final_cltv_expiry_delta);
    QVERIFY(a.parts == b.parts);
    QVERIFY(a.status == b.status);
}

/// Neither a shorter nor a longer record is one, and no version but ours.
template <typename Decode>
void refuses_damage(const Bytes& value, Decode decode) {
    for (std::size_t size = 0; size < value.size(); ++size) {
        QVERIFY(!decode(ByteView(value).first(size)));
    }
    Bytes longer = value;
    longer.push_back(0);
    QVERIFY(!decode(longer));
    Bytes later = value;
    later[0] = 2;
    QVERIFY(!decode(later));
}

}  // namespace

class TestPaymentsRecords : public QObject {
    Q_OBJECT

private slots:
    void payments_come_back();
    void incoming_come_back();
    void forwards_come_back();
    void answers_come_back();
    void monotonic_times_and_waiting_commands_are_not_stored();
};

void TestPaymentsRecords::payments_come_back() {
    OutgoingPayment p = outgoing();
    const PaymentPaid paid{filled<wire::Preimage>(9), UnixTime(12), 34};
    const PaymentLost lost{api::Problem{api::ProblemKind::payment_failed,
                                        {{"code", "fee_insufficient"}, {"node", "02ab"}}},
                           UnixTime(-1)};
    for (const decltype(p.status)& status : {decltype(p.status)(PaymentPending{}),
                                             decltype(p.status)(paid), decltype(p.status)(lost)}) {
        p.status = status;
        const Bytes value = encode_payment(p);
        const auto back = decode_payment(value);
        QVERIFY(bool(back));
        compare(*back, p);
        refuses_damage(value, decode_payment);
    }
    p.keysend_preimage.reset();
    p.parts.clear();
    const auto back = decode_payment(encode_payment(p));
    QVERIFY(bool(back));
    compare(*back, p);
}

void TestPaymentsRecords::incoming_come_back() {
    IncomingPayment p = incoming();
    for (const decltype(p.status)& status :
         {decltype(p.status)(InvoiceOpen{}),
          decltype(p.status)(InvoicePaid{6'000_msat, UnixTime(99)})}) {
        p.status = status;
        const Bytes value = encode_incoming(p);
        const auto back = decode_incoming(value);
        QVERIFY(bool(back));
        compare(*back, p);
        refuses_damage(value, decode_incoming);
    }
    p.amount.reset();
    const auto back = decode_incoming(encode_incoming(p));
    QVERIFY(bool(back));
    compare(*back, p);
}

void TestPaymentsRecords::forwards_come_back() {
    Forward f{{filled<ChannelId>(1), HtlcId(2)},
              {filled<ChannelId>(3), HtlcId(4)},
              1'100_msat,
              1'000_msat,
              secret(5),
              std::nullopt};
    QVERIFY(*decode_forward(encode_forward(f)) == f);
    f.preimage = filled<wire::Preimage>(6);
    const Bytes value = encode_forward(f);
    QVERIFY(*decode_forward(value) == f);
    refuses_damage(value, decode_forward);
}

void TestPaymentsRecords::answers_come_back() {
    const api::OnchainSent sent{filled<Txid>(1), 2_sat, 3_sat, 4_sat, {{4_sat, "anchor_reserve"}}};
    const api::OnchainSent nothing_stays{filled<Txid>(1), 2_sat, 3_sat, 0_sat, {}};
    const api::OnchainSent several{
        filled<Txid>(1), 2_sat, 3_sat, 9_sat, {{4_sat, "anchor_reserve"}, {5_sat, "unconfirmed"}}};
    const api::ChannelOpening opening{filled<ChannelId>(5), filled<Txid>(6), 7_sat, 8_sat};
    for (const api::Answer& answer :
         {api::Answer(api::AddressMade{"bcrt1q"}), api::Answer(sent), api::Answer(nothing_stays),
          api::Answer(several), api::Answer(opening)}) {
        const Bytes value = encode_done(DoneCommand{77, answer});
        const auto back = decode_done(value);
        QVERIFY(bool(back));
        QCOMPARE(back->sequence, std::uint64_t{77});
        QCOMPARE(back->answer.index(), answer.index());
        // Every field: what comes back is written the same.
        QVERIFY(encode_done(*back) == value);
        refuses_damage(value, decode_done);
    }
    QVERIFY(std::get<api::AddressMade>(
                decode_done(encode_done({1, api::AddressMade{"bcrt1q"}}))->answer)
                .address == "bcrt1q");
    for (const auto& one : {sent, nothing_stays, several}) {
        const auto back = std::get<api::OnchainSent>(decode_done(encode_done({1, one}))->answer);
        QVERIFY(back.txid == one.txid && back.amount == 2_sat && back.fee == 3_sat &&
                back.kept == one.kept && back.kept_parts == one.kept_parts);
    }
}

void TestPaymentsRecords::monotonic_times_and_waiting_commands_are_not_stored() {
    OutgoingPayment p = outgoing();
    p.created_ms = 1;
    p.deadline_ms = 2;
    p.waiting = {p.command};
    const auto back = decode_payment(encode_payment(p));
    QVERIFY(bool(back));
    QCOMPARE(back->created_ms, std::uint64_t{0});
    QCOMPARE(back->deadline_ms, std::uint64_t{0});
    QVERIFY(back->waiting.empty());
    IncomingPayment in = incoming();
    in.parts[0].since_ms = 7;
    QCOMPARE(decode_incoming(encode_incoming(in))->parts[0].since_ms, std::uint64_t{0});
}

RUNNEL_TEST(TestPaymentsRecords)
#include "test_payments_records.moc"
