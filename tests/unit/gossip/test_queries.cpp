#include "core/gossip/queries.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::gossip;

namespace {

crypto::PublicKey node(std::uint8_t n) {
    Secret32 bytes;
    bytes.reveal()[31] = n;
    return crypto::PrivateKey::from(bytes).value().public_key();
}

ShortChannelId scid(std::uint32_t block, std::uint32_t tx = 0) {
    return *ShortChannelId::make(block, tx, 0);
}

PublicChannel channel(ShortChannelId id) {
    static const crypto::PublicKey first = node(1);
    static const crypto::PublicKey second = node(2);
    PublicChannel out;
    out.announcement.short_channel_id = id;
    out.announcement.node_id_1 = first;
    out.announcement.node_id_2 = second;
    out.update_1 = wire::ChannelUpdate{};
    out.update_1->short_channel_id = id;
    return out;
}

OwnGossip own() {
    OwnGossip out;
    out.channels = {channel(scid(100)), channel(scid(200)), channel(scid(200, 7)),
                    channel(scid(300))};
    wire::NodeAnnouncement announcement;
    announcement.node_id = node(2);
    out.nodes.push_back(announcement);
    return out;
}

std::vector<ShortChannelId> told(const std::vector<wire::Message>& replies) {
    std::vector<ShortChannelId> out;
    for (const auto& reply : replies) {
        const auto& range = std::get<wire::ReplyChannelRange>(reply);
        const auto ids = decode_short_ids(range.encoded_short_ids).value();
        out.insert(out.end(), ids.begin(), ids.end());
    }
    return out;
}

std::vector<std::string> names(const std::vector<wire::Message>& messages) {
    std::vector<std::string> out;
    for (const auto& message : messages) out.emplace_back(wire::name_of(message));
    return out;
}

wire::QueryShortChannelIds asking(std::vector<ShortChannelId> ids) {
    wire::QueryShortChannelIds out;
    out.encoded_short_ids = encode_short_ids(ids);
    return out;
}

}  // namespace

class TestQueries : public QObject {
    Q_OBJECT

private slots:
    void a_range_with_nothing_is_answered_with_nothing() {
        const wire::QueryChannelRange query{ChainHash{}, 5, 10, std::nullopt};
        const auto replies = answer(query, own());
        QCOMPARE(replies.size(), std::size_t{1});
        const auto& reply = std::get<wire::ReplyChannelRange>(replies[0]);
        QCOMPARE(reply.first_blocknum, 5U);
        QCOMPARE(reply.number_of_blocks, 10U);
        QCOMPARE(int(reply.sync_complete), 1);
        QCOMPARE(reply.encoded_short_ids, (Bytes{0}));
    }

    void a_range_holds_its_first_block_and_not_its_end() {
        const auto ids = told(answer(wire::QueryChannelRange{{}, 100, 200, {}}, own()));
        QVERIFY(ids == (std::vector{scid(100), scid(200), scid(200, 7)}));
        // To the end of time: no overflow.
        const auto all = told(answer(wire::QueryChannelRange{{}, 101, 0xffffffff, {}}, own()));
        QCOMPARE(all.size(), std::size_t{3});
    }

    void another_chain_holds_nothing() {
        wire::QueryChannelRange query{{}, 0, 0xffffffff, {}};
        query.chain_hash.raw()[0] = 9;
        const auto replies = answer(query, own());
        QVERIFY(told(replies).empty());
        QVERIFY(std::get<wire::ReplyChannelRange>(replies[0]).chain_hash == query.chain_hash);
        auto ids = asking({scid(100)});
        ids.chain_hash = query.chain_hash;
        QVERIFY(names(answer(ids, own()).value()) ==
                (std::vector<std::string>{"reply_short_channel_ids_end"}));
    }

    void many_ids_are_told_in_several_replies() {
        OwnGossip many;
        for (std::uint32_t i = 0; i < 20'000; ++i) many.channels.push_back(channel(scid(i)));
        const auto replies = answer(wire::QueryChannelRange{{}, 0, 20'000, {}}, many);
        QCOMPARE(replies.size(), std::size_t{3});
        QCOMPARE(told(replies).size(), std::size_t{20'000});
        for (std::size_t i = 0; i < replies.size(); ++i) {
            QVERIFY(wire::encode(replies[i]).size() <= wire::max_message_size);
            QCOMPARE(std::get<wire::ReplyChannelRange>(replies[i]).sync_complete == 1, i == 2);
        }
    }

    void ids_are_answered_in_order_and_ended() {
        const auto replies = answer(asking({scid(1), scid(200), scid(300)}), own());
        QVERIFY(names(replies.value()) ==
                (std::vector<std::string>{"channel_announcement", "channel_update",
                                          "channel_announcement", "channel_update",
                                          "node_announcement", "reply_short_channel_ids_end"}));
    }

    void asking_often_is_answered_once() {
        const auto replies = answer(asking(std::vector(1'000, scid(200))), own());
        QCOMPARE(replies->size(), std::size_t{4});
    }

    void flags_choose() {
        auto query = asking({scid(100), scid(200)});
        query.query_flags = Bytes{0, 1, 2};
        QVERIFY(names(answer(query, own()).value()) ==
                (std::vector<std::string>{"channel_announcement", "channel_update",
                                          "reply_short_channel_ids_end"}));
        query.query_flags = Bytes{0, 8, 16};
        QVERIFY(names(answer(query, own()).value()) ==
                (std::vector<std::string>{"node_announcement", "reply_short_channel_ids_end"}));
        query.query_flags = Bytes{0, 1};
        QVERIFY(answer(query, own()).error() == DecodeError::bad_value);
        query.query_flags = Bytes{1, 1, 1};
        QVERIFY(answer(query, own()).error() == DecodeError::unsupported);
    }

    void encodings_we_do_not_speak_are_refused() {
        QCOMPARE(decode_short_ids(Bytes{}).error(), DecodeError::missing_field);
        QCOMPARE(decode_short_ids(Bytes{1, 0x78}).error(), DecodeError::unsupported);
        QCOMPARE(decode_short_ids(Bytes{0, 1, 2, 3}).error(), DecodeError::truncated);
        QVERIFY(decode_short_ids(Bytes{0})->empty());
        QCOMPARE(decode_query_flags(Bytes{0, 0xfd, 0, 1}).error(), DecodeError::not_minimal);
        QCOMPARE(decode_checksums(Bytes{1, 2, 3, 4}).error(), DecodeError::truncated);
    }
};

RUNNEL_TEST(TestQueries)
#include "test_queries.moc"
