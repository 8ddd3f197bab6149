// The extended queries of BOLT 7 and signed messages that real nodes sent.
#include "core/gossip/announcement.h"
#include "core/gossip/policy.h"
#include "core/gossip/queries.h"
#include "tests/support/vector_file.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::gossip;
using runnel::test::hex;
using runnel::test::text;

namespace {

std::uint32_t u32(const QJsonValue& value) { return static_cast<std::uint32_t>(value.toInteger()); }
Msat msat(const QJsonValue& value) { return Msat(static_cast<std::uint64_t>(value.toInteger())); }

crypto::PublicKey point(const QJsonValue& value) {
    return crypto::PublicKey::parse_hex(text(value)).value();
}

/// The array is as the vector says or, zlib having been abolished, refused.
template <typename T, typename Expect>
void check_array(const Result<T, DecodeError>& found, bool zlib, const Expect& expected) {
    if (zlib) {
        QVERIFY(!found);
        QCOMPARE(found.error(), DecodeError::unsupported);
    } else {
        QVERIFY(found);
        QVERIFY(*found == expected);
    }
}

std::vector<ShortChannelId> ids(const QJsonValue& value) {
    std::vector<ShortChannelId> out;
    for (const auto& id : value.toArray()) out.push_back(ShortChannelId::parse(text(id)).value());
    return out;
}

std::vector<PerDirection> pairs(const QJsonValue& value) {
    std::vector<PerDirection> out;
    for (const auto& pair : value.toArray()) out.push_back({u32(pair[0]), u32(pair[1])});
    return out;
}

void check(const wire::QueryChannelRange& m, const QJsonObject& v) {
    QCOMPARE(m.chain_hash.hex(), text(v["chain_hash"]));
    QCOMPARE(m.first_blocknum, u32(v["first_blocknum"]));
    QCOMPARE(m.number_of_blocks, u32(v["number_of_blocks"]));
    QCOMPARE(m.query_option.has_value(), v.contains("query_option"));
    if (m.query_option) QCOMPARE(m.query_option->query_option_flags, u32(v["query_option"]));
}

void check(const wire::ReplyChannelRange& m, const QJsonObject& v) {
    QCOMPARE(m.first_blocknum, u32(v["first_blocknum"]));
    QCOMPARE(m.number_of_blocks, u32(v["number_of_blocks"]));
    QCOMPARE(u32(v["sync_complete"]), std::uint32_t{m.sync_complete});
    check_array(decode_short_ids(m.encoded_short_ids), v["short_ids_zlib"].toBool(),
                ids(v["short_ids"]));
    QCOMPARE(m.timestamps_tlv.has_value(), v.contains("timestamps"));
    if (m.timestamps_tlv) {
        check_array(decode_timestamps(*m.timestamps_tlv), v["timestamps_zlib"].toBool(),
                    pairs(v["timestamps"]));
    }
    QCOMPARE(m.checksums_tlv.has_value(), v.contains("checksums"));
    if (m.checksums_tlv)
        check_array(decode_checksums(*m.checksums_tlv), false, pairs(v["checksums"]));
}

void check(const wire::QueryShortChannelIds& m, const QJsonObject& v) {
    check_array(decode_short_ids(m.encoded_short_ids), v["short_ids_zlib"].toBool(),
                ids(v["short_ids"]));
    QCOMPARE(m.query_flags.has_value(), v.contains("query_flags"));
    if (!m.query_flags) return;
    std::vector<std::uint64_t> flags;
    for (const auto& flag : v["query_flags"].toArray()) flags.push_back(u32(flag));
    check_array(decode_query_flags(*m.query_flags), v["query_flags_zlib"].toBool(), flags);
}

}  // namespace

class TestBolt7 : public QObject {
    Q_OBJECT

private slots:
    void extended_queries() {
        const auto vectors =
            test::vector_object("gossip/extended_queries.json")["vectors"].toArray();
        QCOMPARE(vectors.size(), 10);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            const Bytes encoded = hex(vector["hex"]);
            const auto message = wire::decode(encoded);
            QVERIFY(message);
            QCOMPARE(wire::encode(*message), encoded);
            if (const auto* query = std::get_if<wire::QueryChannelRange>(&*message)) {
                QCOMPARE(text(vector["type"]), std::string("QueryChannelRange"));
                check(*query, vector);
            } else if (const auto* reply = std::get_if<wire::ReplyChannelRange>(&*message)) {
                QCOMPARE(text(vector["type"]), std::string("ReplyChannelRange"));
                check(*reply, vector);
            } else {
                QCOMPARE(text(vector["type"]), std::string("QueryShortChannelIds"));
                check(std::get<wire::QueryShortChannelIds>(*message), vector);
            }
        }
    }

    void real_channel_announcements() {
        const auto vectors =
            test::vector_object("gossip/mainnet_messages.json")["channel_announcements"].toArray();
        QCOMPARE(vectors.size(), 12);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            const Bytes encoded = hex(vector["message"]);
            const auto message = wire::decode(encoded);
            QVERIFY(message);
            QCOMPARE(wire::encode(*message), encoded);
            auto announcement = std::get<wire::ChannelAnnouncement>(*message);
            QCOMPARE(announcement.short_channel_id.to_string(), text(vector["short_channel_id"]));
            QVERIFY(announcement.node_id_1 == point(vector["node_id_1"]));
            QVERIFY(announcement.node_id_2 == point(vector["node_id_2"]));
            QVERIFY(announcement.bitcoin_key_1 == point(vector["bitcoin_key_1"]));
            QVERIFY(announcement.bitcoin_key_2 == point(vector["bitcoin_key_2"]));
            QVERIFY(verify(announcement));
            announcement.short_channel_id = ShortChannelId(announcement.short_channel_id.raw() + 1);
            QVERIFY(!verify(announcement));
        }
    }

    void real_channel_updates() {
        const auto vectors =
            test::vector_object("gossip/mainnet_messages.json")["channel_updates"].toArray();
        QCOMPARE(vectors.size(), 8);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            const Bytes encoded = hex(vector["message"]);
            const auto message = wire::decode(encoded);
            QVERIFY(message);
            QCOMPARE(wire::encode(*message), encoded);
            auto update = std::get<wire::ChannelUpdate>(*message);
            QCOMPARE(update.short_channel_id.to_string(), text(vector["short_channel_id"]));
            QCOMPARE(update.timestamp, u32(vector["timestamp"]));
            QCOMPARE(std::uint32_t{update.message_flags}, u32(vector["message_flags"]));
            QCOMPARE(std::uint32_t{update.channel_flags}, u32(vector["channel_flags"]));
            const ForwardingPolicy policy = policy_of(update);
            QCOMPARE(std::uint32_t{policy.cltv_expiry_delta}, u32(vector["cltv_expiry_delta"]));
            QVERIFY(policy.htlc_minimum_msat == msat(vector["htlc_minimum_msat"]));
            QVERIFY(policy.htlc_maximum_msat == msat(vector["htlc_maximum_msat"]));
            QCOMPARE(policy.fee_base_msat, u32(vector["fee_base_msat"]));
            QCOMPARE(policy.fee_proportional_millionths,
                     u32(vector["fee_proportional_millionths"]));
            QVERIFY(verify(update, point(vector["node_id"])));
            ++update.timestamp;
            QVERIFY(!verify(update, point(vector["node_id"])));
        }
    }
};

RUNNEL_TEST(TestBolt7)
#include "test_bolt7.moc"
