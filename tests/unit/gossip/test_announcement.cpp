#include "core/gossip/announcement.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::gossip;

namespace {

crypto::PrivateKey key(std::uint8_t n) {
    Secret32 bytes;
    bytes.reveal()[31] = n;
    return crypto::PrivateKey::from(bytes).value();
}

/// Two nodes with a channel between them; the one with the lesser id is `first`.
struct Pair {
    crypto::PrivateKey first_node = key(1);
    crypto::PrivateKey second_node = key(2);
    crypto::PrivateKey first_funding = key(11);
    crypto::PrivateKey second_funding = key(12);

    Pair() {
        if (!is_node_1(first_node.public_key(), second_node.public_key())) {
            std::swap(first_node, second_node);
        }
    }

    ChannelEnds seen_by_first() const {
        ChannelEnds ends;
        ends.chain_hash.raw()[0] = 6;
        ends.short_channel_id = *ShortChannelId::make(700'000, 5, 1);
        ends.our_node_id = first_node.public_key();
        ends.their_node_id = second_node.public_key();
        ends.our_funding_pubkey = first_funding.public_key();
        ends.their_funding_pubkey = second_funding.public_key();
        return ends;
    }
    ChannelEnds seen_by_second() const {
        ChannelEnds ends = seen_by_first();
        std::swap(ends.our_node_id, ends.their_node_id);
        std::swap(ends.our_funding_pubkey, ends.their_funding_pubkey);
        return ends;
    }
};

wire::AnnouncementSignatures signatures(const ChannelEnds& ends, const crypto::PrivateKey& node,
                                        const crypto::PrivateKey& funding) {
    const Hash256 digest = signature_hash(unsigned_announcement(ends));
    return {ChannelId{}, ends.short_channel_id, crypto::sign(node, digest),
            crypto::sign(funding, digest)};
}

}  // namespace

class TestAnnouncement : public QObject {
    Q_OBJECT

private slots:
    void both_sides_make_the_same_announcement() {
        const Pair pair;
        const auto first = signatures(pair.seen_by_first(), pair.first_node, pair.first_funding);
        const auto second =
            signatures(pair.seen_by_second(), pair.second_node, pair.second_funding);
        QVERIFY(verify(second, pair.seen_by_first()));
        QVERIFY(verify(first, pair.seen_by_second()));
        const auto made_by_first = announce(pair.seen_by_first(), first, second);
        const auto made_by_second = announce(pair.seen_by_second(), second, first);
        QVERIFY(made_by_first == made_by_second);
        QVERIFY(verify(made_by_first));
        QVERIFY(made_by_first.node_id_1 < made_by_first.node_id_2);
    }

    void wrong_signatures_are_seen() {
        const Pair pair;
        const auto ends = pair.seen_by_first();
        auto theirs = signatures(pair.seen_by_second(), pair.second_node, pair.second_funding);
        QVERIFY(verify(theirs, ends));
        auto swapped = theirs;
        std::swap(swapped.node_signature, swapped.bitcoin_signature);
        QVERIFY(!verify(swapped, ends));
        auto elsewhere = theirs;
        elsewhere.short_channel_id = *ShortChannelId::make(700'000, 5, 2);
        QVERIFY(!verify(elsewhere, ends));
        // For the other chain the same signatures are worth nothing.
        auto other_chain = ends;
        other_chain.chain_hash.raw()[0] = 7;
        QVERIFY(!verify(theirs, other_chain));
    }

    void every_signed_part_is_covered() {
        const Pair pair;
        const auto announcement =
            announce(pair.seen_by_first(),
                     signatures(pair.seen_by_first(), pair.first_node, pair.first_funding),
                     signatures(pair.seen_by_second(), pair.second_node, pair.second_funding));
        auto changed = announcement;
        changed.extension = {1};
        QVERIFY(!verify(changed));
        changed = announcement;
        changed.features = {0};
        QVERIFY(!verify(changed));
        changed = announcement;
        std::swap(changed.bitcoin_signature_1, changed.bitcoin_signature_2);
        QVERIFY(!verify(changed));
    }

    void node_ids_out_of_order_are_refused() {
        const Pair pair;
        auto announcement = unsigned_announcement(pair.seen_by_first());
        std::swap(announcement.node_id_1, announcement.node_id_2);
        const Hash256 digest = signature_hash(announcement);
        announcement.node_signature_1 = crypto::sign(pair.second_node, digest);
        announcement.node_signature_2 = crypto::sign(pair.first_node, digest);
        announcement.bitcoin_signature_1 = crypto::sign(pair.first_funding, digest);
        announcement.bitcoin_signature_2 = crypto::sign(pair.second_funding, digest);
        QVERIFY(!verify(announcement));
    }

    void a_node_announces_itself() {
        const auto node = key(1);
        const std::vector addresses{wire::Address::ipv4({8, 8, 8, 8}, 9735)};
        NodeProfile profile;
        profile.node_id = node.public_key();
        profile.alias = "runnel";
        profile.addresses = addresses;
        auto announcement = unsigned_node_announcement(profile, 17);
        QVERIFY(!verify(announcement));
        announcement.signature = crypto::sign(node, signature_hash(announcement));
        QVERIFY(verify(announcement));
        QVERIFY(wire::parse_addresses(announcement.addresses).value() == addresses);
        announcement.timestamp = 18;
        QVERIFY(!verify(announcement));
    }

    void a_long_alias_is_cut_between_characters() {
        NodeProfile profile;
        const std::string alias =
            std::string(31, 'a') + "\xc3\xa9" + "b";  // e with acute: two bytes
        profile.alias = alias;
        const auto announcement = unsigned_node_announcement(profile, 1);
        QCOMPARE(announcement.alias[30], std::uint8_t{'a'});
        QCOMPARE(announcement.alias[31], std::uint8_t{0});
        profile.alias = std::string_view(alias).substr(1);
        QCOMPARE(unsigned_node_announcement(profile, 1).alias[31], std::uint8_t{0xa9});
    }

    void timestamps_only_grow() {
        QCOMPARE(next_timestamp(UnixTime(1'700'000'000), std::nullopt), 1'700'000'000U);
        QCOMPARE(next_timestamp(UnixTime(1'700'000'000), 1'600'000'000), 1'700'000'000U);
        QCOMPARE(next_timestamp(UnixTime(1'700'000'000), 1'700'000'000), 1'700'000'001U);
        QCOMPARE(next_timestamp(UnixTime(1'600'000'000), 1'700'000'000), 1'700'000'001U);
        QCOMPARE(next_timestamp(UnixTime(-5), std::nullopt), 1U);
    }
};

RUNNEL_TEST(TestAnnouncement)
#include "test_announcement.moc"
