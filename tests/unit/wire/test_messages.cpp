#include "tests/support/test_main.h"
#include "tests/unit/wire/samples.h"

#include <set>

using namespace runnel;
using namespace runnel::wire;
using runnel::test::counting;
using runnel::test::point;
using runnel::test::sample_messages;

namespace {

/// `original` with more bytes behind it.
Bytes followed_by(const Message& message, std::initializer_list<std::uint8_t> more) {
    Bytes out = encode(message);
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

bool keeps_extension(const Message& m) {
    return std::holds_alternative<ChannelAnnouncement>(m) ||
           std::holds_alternative<NodeAnnouncement>(m) || std::holds_alternative<ChannelUpdate>(m);
}

bool ignores_extension(const Message& m) {
    return std::holds_alternative<Error>(m) || std::holds_alternative<Warning>(m) ||
           std::holds_alternative<Ping>(m) || std::holds_alternative<Pong>(m) ||
           std::holds_alternative<UnknownOdd>(m);
}

DecodeError error_of(const Bytes& bytes) {
    const auto result = decode(bytes);
    Q_ASSERT(!result);
    return result.error();
}

}  // namespace

class TestMessages : public QObject {
    Q_OBJECT

private slots:
    void samples_hold_every_message() {
        std::set<std::size_t> seen;
        for (const auto& message : sample_messages()) seen.insert(message.index());
        QCOMPARE(seen.size(), std::variant_size_v<Message>);
    }

    void decodes_what_it_encodes() {
        for (const auto& message : sample_messages()) {
            const Bytes bytes = encode(message);
            const auto back = decode(bytes);
            QVERIFY2(back, name_of(message).data());
            QVERIFY2(*back == message, name_of(message).data());
            QCOMPARE(encode(*back), bytes);
            QCOMPARE(name_of(*back), name_of(message));
        }
    }

    void lays_fields_out_as_the_bolts_do() {
        const Bytes update_fee =
            encode(UpdateFee{counting<ChannelId>(0), FeeratePerKw(0x01020304)});
        QCOMPARE(to_hex(update_fee),
                 std::string("0086"
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                             "01020304"));
        ChannelReady ready{counting<ChannelId>(0), point(1), ShortChannelId(0x0102030405060708)};
        QCOMPARE(to_hex(encode(ready)),
                 std::string("0024"
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                             "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                             "01080102030405060708"));
        ClosingSigned closing{{}, Sat(1), {}, FeeRange{Sat(2), Sat(3)}};
        const Bytes closing_bytes = encode(closing);
        QCOMPARE(closing_bytes.size(), std::size_t{2 + 32 + 8 + 64 + 2 + 16});
        QCOMPARE(to_hex(ByteView(closing_bytes).last(18)),
                 std::string("011000000000000000020000000000000003"));
    }

    void sizes_are_those_of_the_bolts() {
        const auto samples = sample_messages();
        const auto size_of = [&samples](Type type) -> std::size_t {
            for (const auto& m : samples) {
                if (type_of(m) == type) return encode(m).size();
            }
            return 0;
        };
        QCOMPARE(size_of(Type::open_channel), std::size_t{2 + 319});
        QCOMPARE(size_of(Type::accept_channel), std::size_t{2 + 270});
        QCOMPARE(size_of(Type::funding_created), std::size_t{2 + 130});
        QCOMPARE(size_of(Type::update_add_htlc), std::size_t{2 + 1450});
        QCOMPARE(size_of(Type::revoke_and_ack), std::size_t{2 + 97});
        QCOMPARE(size_of(Type::channel_reestablish), std::size_t{2 + 113});
        QCOMPARE(size_of(Type::channel_update), std::size_t{2 + 136});
        QCOMPARE(size_of(Type::announcement_signatures), std::size_t{2 + 168});
    }

    void no_prefix_of_a_message_is_taken_for_it() {
        for (const auto& message : sample_messages()) {
            if (std::holds_alternative<UnknownOdd>(message)) continue;
            const Bytes bytes = encode(message);
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                const auto cut = decode(ByteView(bytes).first(size));
                // A cut between two TLVs, or within a kept extension, is a message of its own; it
                // is another one.
                if (cut) QVERIFY2(!(*cut == message), name_of(message).data());
            }
        }
    }

    void a_message_without_its_last_byte_is_truncated() {
        for (const auto& message : sample_messages()) {
            if (keeps_extension(message)) continue;
            const Bytes bytes = encode(message);
            const auto cut = decode(ByteView(bytes).first(bytes.size() - 1));
            QVERIFY2(!cut, name_of(message).data());
            QCOMPARE(cut.error(), DecodeError::truncated);
        }
    }

    void survives_every_single_bit_flipped() {
        for (const auto& message : sample_messages()) {
            Bytes bytes = encode(message);
            for (std::size_t bit = 0; bit < std::min<std::size_t>(bytes.size(), 400) * 8; ++bit) {
                const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
                bytes[bit / 8] ^= flip;
                if (const auto other = decode(bytes)) {
                    const auto again = decode(encode(*other));
                    QVERIFY(again);
                    QVERIFY(*again == *other);
                }
                bytes[bit / 8] ^= flip;
            }
        }
    }

    void drops_an_unknown_odd_extension() {
        for (const auto& message : sample_messages()) {
            if (keeps_extension(message)) continue;
            const auto extended = decode(followed_by(message, {0xc9, 0x01, 0x2a, 0xcb, 0x00}));
            QVERIFY2(extended, name_of(message).data());
            QVERIFY2(*extended == message, name_of(message).data());
        }
    }

    void refuses_an_unknown_even_extension() {
        for (const auto& message : sample_messages()) {
            if (keeps_extension(message)) continue;
            const auto extended = decode(followed_by(message, {0xca, 0x01, 0x2a}));
            QVERIFY2(extended.has_value() == ignores_extension(message), name_of(message).data());
            if (!extended) QCOMPARE(extended.error(), DecodeError::unknown_even);
        }
    }

    void keeps_what_gossip_signatures_cover() {
        ChannelUpdate update;
        update.extension = {1, 2, 3};
        const auto back = decode(encode(update));
        QVERIFY(back);
        QCOMPARE(std::get<ChannelUpdate>(*back).extension, (Bytes{1, 2, 3}));
    }

    void refuses_known_records_of_another_length() {
        const ChannelReady ready{counting<ChannelId>(0), point(1), std::nullopt};
        QCOMPARE(error_of(followed_by(ready, {0x01, 0x02, 0, 0})), DecodeError::truncated);
        QCOMPARE(error_of(followed_by(ready, {0x01, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0})),
                 DecodeError::trailing_bytes);
        const Init init;
        QCOMPARE(error_of(followed_by(init, {0x01, 0x02, 0, 0})), DecodeError::truncated);
    }

    void unknown_types_are_odd_or_an_error() {
        const Bytes odd{0x80, 0x01, 0xff, 0xff};
        const auto message = decode(odd);
        QVERIFY(message);
        QVERIFY(*message == Message(UnknownOdd{0x8001}));
        QCOMPARE(name_of(*message), std::string_view("unknown"));
        QCOMPARE(error_of(Bytes{0x80, 0x00}), DecodeError::unsupported);
        // Dual funding: known to the BOLTs, never negotiated by us.
        QCOMPARE(error_of(Bytes{0x00, 0x40}), DecodeError::unsupported);
        QCOMPARE(error_of(Bytes{0x00}), DecodeError::truncated);
    }

    void refuses_points_off_the_curve() {
        Bytes bytes = encode(RevokeAndAck{counting<ChannelId>(0), Secret32(), point(1)});
        bytes[2 + 32 + 32] = 0x04;
        QCOMPARE(error_of(bytes), DecodeError::bad_point);
    }

    void believes_no_count_beyond_the_input() {
        // 65,535 signatures announced, none there: nothing is allocated for them.
        Bytes bytes = encode(CommitmentSigned{});
        bytes[2 + 32 + 64] = 0xff;
        bytes[2 + 32 + 64 + 1] = 0xff;
        QCOMPARE(error_of(bytes), DecodeError::truncated);
    }

    void names_the_channel_of_a_message() {
        QVERIFY(channel_id_of(UpdateFee{counting<ChannelId>(9), {}}) == counting<ChannelId>(9));
        FundingCreated created;
        created.temporary_channel_id = counting<ChannelId>(8);
        QVERIFY(channel_id_of(created) == counting<ChannelId>(8));
        QVERIFY(!channel_id_of(Ping{}));
    }

    void copies_of_an_onion_share_it() {
        const UpdateAddHtlc add;
        const UpdateAddHtlc copy = add;
        QVERIFY(copy.onion_routing_packet.view().data() == add.onion_routing_packet.view().data());
        QVERIFY(!OnionPacket::from(Bytes(1365)));
        QVERIFY(OnionPacket::from(Bytes(1366)) == OnionPacket());
        QVERIFY(!(OnionPacket::from(Bytes(1366, 1)) == OnionPacket()));
    }
};

RUNNEL_TEST(TestMessages)
#include "test_messages.moc"
