#include "core/gossip/announcement.h"
#include "core/gossip/policy.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::gossip;

namespace {

crypto::PrivateKey key(std::uint8_t n) {
    Secret32 bytes;
    bytes.reveal()[31] = n;
    return crypto::PrivateKey::from(bytes).value();
}

const ShortChannelId alias(0x1234);
const ShortChannelId real(0x5678);

ForwardingPolicy policy() {
    ForwardingPolicy out;
    out.cltv_expiry_delta = 80;
    out.htlc_minimum_msat = Msat(1);
    out.htlc_maximum_msat = Msat(99'000'000);
    out.fee_base_msat = 1'000;
    out.fee_proportional_millionths = 250;
    return out;
}

struct Fixture {
    crypto::PrivateKey ours = key(1);
    crypto::PrivateKey theirs = key(2);
    std::vector<ShortChannelId> ids{alias, real};

    wire::ChannelUpdate update(std::uint32_t timestamp = 100) const {
        UpdateSubject subject;
        subject.short_channel_id = alias;
        subject.our_node_id = theirs.public_key();  // made by the peer
        subject.their_node_id = ours.public_key();
        auto out = unsigned_update(subject, policy(), timestamp);
        return signed_by(theirs, out);
    }
    static wire::ChannelUpdate signed_by(const crypto::PrivateKey& node,
                                         wire::ChannelUpdate update) {
        update.signature = crypto::sign(node, signature_hash(update));
        return update;
    }
    UpdateExpectation expected() const {
        return {ChainHash{}, ids, ours.public_key(), theirs.public_key(), std::nullopt};
    }
};

}  // namespace

class TestPolicy : public QObject {
    Q_OBJECT

private slots:
    void the_peers_policy_is_learnt() {
        const Fixture f;
        const auto learnt = accept_update(f.update(), f.expected());
        QVERIFY(learnt);
        QVERIFY(*learnt == policy());
    }

    void flags_say_direction_privacy_and_state() {
        UpdateSubject subject;
        subject.our_node_id = key(1).public_key();
        subject.their_node_id = key(2).public_key();
        const bool first = is_node_1(subject.our_node_id, subject.their_node_id);
        auto p = policy();
        auto update = unsigned_update(subject, p, 1);
        QCOMPARE(int(update.channel_flags), first ? 0 : 1);
        QCOMPARE(int(update.message_flags), 3);
        subject.is_public = true;
        p.disabled = true;
        std::swap(subject.our_node_id, subject.their_node_id);
        update = unsigned_update(subject, p, 1);
        QCOMPARE(int(update.channel_flags), first ? 3 : 2);
        QCOMPARE(int(update.message_flags), 1);
        QVERIFY(policy_of(update) == p);
    }

    void what_does_not_concern_us_is_not_taken() {
        const Fixture f;
        const auto fault = [&f](const wire::ChannelUpdate& update) {
            const auto result = accept_update(update, f.expected());
            return result ? "accepted" : to_string(result.error());
        };
        auto update = f.update();
        update.chain_hash.raw()[0] = 1;
        QCOMPARE(fault(update), to_string(UpdateFault::other_chain));
        update = f.update();
        update.short_channel_id = ShortChannelId(9);
        QCOMPARE(fault(update), to_string(UpdateFault::unknown_channel));
        update = f.update();
        update.channel_flags ^= wire::channel_flag_direction;
        QCOMPARE(fault(update), to_string(UpdateFault::not_theirs));
        update = f.update();
        update.htlc_minimum_msat = Msat(100'000'000);
        QCOMPARE(fault(update), to_string(UpdateFault::bad_range));
        update = f.update();
        update.fee_base_msat = 0;
        QCOMPARE(fault(update), to_string(UpdateFault::bad_signature));
        QCOMPARE(fault(Fixture::signed_by(f.ours, f.update())),
                 to_string(UpdateFault::bad_signature));
        update = f.update();
        update.short_channel_id = real;
        QCOMPARE(fault(Fixture::signed_by(f.theirs, update)), std::string_view("accepted"));
    }

    void only_a_newer_update_counts() {
        const Fixture f;
        auto expected = f.expected();
        expected.last_timestamp = 100;
        QVERIFY(!accept_update(f.update(100), expected));
        QVERIFY(accept_update(f.update(100), expected).error() == UpdateFault::stale);
        QVERIFY(accept_update(f.update(101), expected));
    }

    void fees_follow_bolt_7() {
        ForwardingPolicy p;
        p.fee_base_msat = 200;
        p.fee_proportional_millionths = 2'000;
        // The examples of BOLT 7: 4,999,999 msat cost 200 + 9,999; 5,000,000 cost 10,200.
        QVERIFY(forwarding_fee(p, Msat(4'999'999)) == Msat(10'199));
        QVERIFY(forwarding_fee(p, Msat(5'000'000)) == Msat(10'200));
        QVERIFY(forwarding_fee(p, Msat(0)) == Msat(200));
        // Eight times all coins there are fits the result, and must on the way to it.
        p.fee_proportional_millionths = 8'000'000;
        QVERIFY(forwarding_fee(p, max_money.msat()) == Msat(16'800'000'000'000'000'200U));
        p.fee_proportional_millionths = 0xffffffff;
        QVERIFY(forwarding_fee(p, Msat(100'000'000'000)) == Msat(429'496'729'500'200));
        QVERIFY(!forwarding_fee(p, max_money.msat()));
    }
};

RUNNEL_TEST(TestPolicy)
#include "test_policy.moc"
