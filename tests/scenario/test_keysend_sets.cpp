// Payments that nobody asked for, in parts: taken as a set when one secret binds the parts
// together; never sent so.
#include "tests/scenario/payment_facts.h"

#include "core/crypto/hash.h"
#include "core/onion/payload.h"
#include "core/onion/sphinx.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using api::ProblemKind;

namespace {

constexpr Msat whole{400'000'000};

Secret32 filled(std::uint8_t n) {
    Secret32 out;
    out.reveal().fill(n);
    return out;
}

/// Alice pays Bob what no channel of theirs could carry alone. What the parts say is what another
/// payer would write.
struct Set {
    using Write = std::function<void(onion::FinalPayload&, std::size_t part)>;

    explicit Set(Write write) {
        preimage.raw().fill(0x42);
        hash = PaymentHash(crypto::sha256(preimage.view()).raw());
        one = net.open(net.alice, net.bob, 200'000_sat);
        two = net.open(net.alice, net.bob, 300'000_sat);
        bolt11 = forged(net.invoice(net.bob, whole), *parts_for(2).keys,
                        [&](payment::Invoice& invoice) { invoice.payment_hash = hash; });
        net.net.lie(net.alice, net.bob, [this, write = std::move(write)](wire::Message& message) {
            auto* const add = std::get_if<wire::UpdateAddHtlc>(&message);
            if (add == nullptr) return;
            onion::FinalPayload payload;
            payload.amt_to_forward = add->amount_msat;
            payload.outgoing_cltv_value = add->cltv_expiry;
            payload.keysend_preimage = preimage;
            write(payload, parts++);
            const std::vector<onion::Hop> hops{{net.bob.id(), onion::encode_payload(payload)}};
            const auto session = crypto::PrivateKey::from(filled(static_cast<std::uint8_t>(parts)));
            add->onion_routing_packet =
                onion::build(*session, hops, add->payment_hash.view())->packet;
        });
        payment.emplace(net.start_payment(net.alice, bolt11));
        net.net.settle();
    }
    /// Of Bob's; null when there is nothing.
    const node::IncomingPayment* received() const {
        const auto& incoming = net.bob.node().state().incoming;
        const auto at = incoming.find(hash);
        return at == incoming.end() ? nullptr : at->second.get();
    }
    Msat taken() const { return Story::settled(net.bob, one) + Story::settled(net.bob, two); }
    std::size_t told() const {
        const auto& notices = net.bob.notices();
        return static_cast<std::size_t>(
            std::count_if(notices.begin(), notices.end(), [](const api::Notice& notice) {
                return std::holds_alternative<api::PaymentReceived>(notice);
            }));
    }

    Duo net;
    wire::Preimage preimage;
    PaymentHash hash;
    ChannelId one, two;
    std::string bolt11;
    std::optional<Payment> payment;
    std::size_t parts = 0;
};

}  // namespace

class TestKeysendSets : public QObject {
    Q_OBJECT

private slots:
    void a_set_with_one_secret_is_taken() {
        Set set([](onion::FinalPayload& payload, std::size_t) {
            payload.payment_data = onion::PaymentData{filled(7), whole};
        });
        QCOMPARE(set.parts, std::size_t{2});
        QVERIFY(set.payment->succeeded());
        QVERIFY(set.payment->paid().preimage.raw() == set.preimage.raw());
        const auto* const received = set.received();
        QVERIFY(received != nullptr && received->bolt11.empty());
        QCOMPARE(received->parts.size(), std::size_t{2});
        QCOMPARE(std::get<node::InvoicePaid>(received->status).received, whole);
        QCOMPARE(set.taken(), whole);
        QCOMPARE(set.told(), std::size_t{1});
        QVERIFY(set.net.check());
    }

    /// Nothing binds them: each says that it is all there is. The first is taken for that, and as
    /// its preimage is known from then on, no other of its hash is.
    void without_a_secret_each_part_is_a_payment() {
        Set set([](onion::FinalPayload&, std::size_t) {});
        const auto* const received = set.received();
        QVERIFY(received != nullptr);
        QCOMPARE(received->parts.size(), std::size_t{1});
        const Msat first = received->parts.front().amount;
        QVERIFY(first < whole);
        QCOMPARE(std::get<node::InvoicePaid>(received->status).received, first);
        QCOMPARE(set.taken(), first);
        QCOMPARE(set.told(), std::size_t{1});
        QCOMPARE(htlcs(set.net.bob), std::size_t{0});
        QVERIFY(set.net.check());
    }

    void what_does_not_belong_together_goes_back_data() {
        QTest::addColumn<Set::Write>("write");
        QTest::addColumn<bool>("at_once");
        const auto row = [](const char* name, bool at_once, Set::Write write) {
            QTest::newRow(name) << write << at_once;
        };
        // A forwarder who adds a part of his own does not know the secret: his goes back, the
        // payer's waits for its rest.
        row("another secret", false, [](onion::FinalPayload& payload, std::size_t part) {
            payload.payment_data =
                onion::PaymentData{filled(static_cast<std::uint8_t>(7 + part)), whole};
        });
        row("no secret", false, [](onion::FinalPayload& payload, std::size_t part) {
            if (part == 0) payload.payment_data = onion::PaymentData{filled(7), whole};
        });
        row("another preimage", false, [](onion::FinalPayload& payload, std::size_t part) {
            payload.payment_data = onion::PaymentData{filled(7), whole};
            if (part != 0) payload.keysend_preimage->raw()[0] ^= 1;
        });
        row("more than there is", false, [](onion::FinalPayload& payload, std::size_t) {
            payload.payment_data = onion::PaymentData{filled(7), whole + 1_msat};
        });
        // Parts of one payer who cannot count.
        row("another total", true, [](onion::FinalPayload& payload, std::size_t part) {
            payload.payment_data =
                onion::PaymentData{filled(7), part == 0 ? whole : whole + 1_msat};
        });
        row("no preimage", true, [](onion::FinalPayload& payload, std::size_t) {
            payload.payment_data = onion::PaymentData{filled(7), whole};
            payload.keysend_preimage.reset();
        });
    }

    void what_does_not_belong_together_goes_back() {
        QFETCH(const Set::Write, write);
        QFETCH(const bool, at_once);
        Set set(write);
        QVERIFY(set.parts >= 2);
        QCOMPARE(set.received() == nullptr, at_once);
        QCOMPARE(htlcs(set.net.bob) == 0, at_once);
        set.net.net.advance(2 * minute);
        QVERIFY(set.received() == nullptr);
        QCOMPARE(htlcs(set.net.bob), std::size_t{0});
        QCOMPARE(set.taken(), 0_msat);
        QCOMPARE(set.told(), std::size_t{0});
        QVERIFY(is_lost(sent(set.net.alice, set.bolt11)));
        QVERIFY(set.net.check());
    }

    /// Payees that know of keysend need not know of sets without an invoice: what no channel
    /// carries alone is not sent.
    void it_is_never_sent_in_parts() {
        Duo net;
        net.open(net.alice, net.bob, 200'000_sat);
        net.open(net.alice, net.bob, 300'000_sat);
        const auto refused = net.run(net.alice, api::Keysend{net.bob.id(), whole});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ProblemKind::insufficient_liquidity);
        QCOMPARE(htlcs(net.alice), std::size_t{0});
        for (const Msat half : {180'000'000_msat, 220'000'000_msat}) {
            const auto paid = net.run(net.alice, api::Keysend{net.bob.id(), half});
            QVERIFY(bool(paid));
            QCOMPARE(std::get<api::Paid>(*paid).parts, 1U);
        }
        QVERIFY(net.check());
    }
};

RUNNEL_TEST(TestKeysendSets)
#include "test_keysend_sets.moc"
