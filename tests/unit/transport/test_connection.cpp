#include "core/transport/connection.h"
#include "tests/support/test_main.h"

#include <random>
#include <type_traits>

using namespace runnel;
using namespace runnel::transport;

namespace {

crypto::PrivateKey key(std::uint8_t value) {
    Secret32 bytes;
    bytes.reveal().fill(value);
    return *crypto::PrivateKey::from(bytes);
}

/// Two ends of a wire, talking through plain buffers.
struct Pair {
    Bytes to_responder;
    Bytes to_initiator;
    Connection initiator = Connection::initiate(key(1), key(2), key(3).public_key(), to_responder);
    Connection responder = Connection::respond(key(3), key(4));

    /// Runs the three acts.
    void shake_hands() {
        for (int i = 0; i < 2; ++i) {
            if (responder.feed(std::exchange(to_responder, {}), to_initiator).error ||
                initiator.feed(std::exchange(to_initiator, {}), to_responder).error) {
                qFatal("handshake failed");
            }
        }
        if (!initiator.is_established() || !responder.is_established()) qFatal("not established");
    }
};

Bytes packet(Connection& from, ByteView message) {
    Bytes out;
    if (!from.encrypt(message, out)) qFatal("not encrypted");
    return out;
}

Bytes noise(std::mt19937& random, std::size_t size) {
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
}

TransportError handshake_error(Act act, HandshakeFault fault) { return HandshakeError{act, fault}; }

}  // namespace

static_assert(!std::is_copy_constructible_v<Cipher> && !std::is_copy_constructible_v<Connection>,
              "a copied cipher would use a nonce twice");

class TestConnection : public QObject {
    Q_OBJECT

private slots:
    void each_side_learns_who_the_other_is() {
        Pair pair;
        QVERIFY(!pair.initiator.their_id());
        QVERIFY(!pair.responder.their_id());
        pair.shake_hands();
        QCOMPARE(pair.initiator.their_id(), key(3).public_key());
        QCOMPARE(pair.responder.their_id(), key(1).public_key());
    }

    void nothing_is_sent_before_the_handshake_is_done() {
        Pair pair;
        Bytes out;
        QCOMPARE(pair.initiator.encrypt(Bytes{1}, out).error(), SendError::not_established);
        QCOMPARE(pair.responder.encrypt(Bytes{1}, out).error(), SendError::not_established);
        QVERIFY(out.empty());
    }

    void messages_of_every_kind_of_length() {
        Pair pair;
        pair.shake_hands();
        std::mt19937 random(1);
        for (const std::size_t size : {0, 1, 2, 17, 18, 19, 255, 256, 65534, 65535}) {
            const auto message = noise(random, size);
            const auto bytes = packet(pair.initiator, message);
            QCOMPARE(bytes.size(), size + packet_overhead);
            Bytes out;
            const auto received = pair.responder.feed(bytes, out);
            QVERIFY(!received.error);
            QCOMPARE(received.messages, std::vector<Bytes>{message});
            QVERIFY(out.empty());
        }
        Bytes out;
        QCOMPARE(pair.initiator.encrypt(Bytes(65536, 1), out).error(), SendError::too_long);
        QVERIFY(out.empty());
        // The refused message used no nonce: the stream goes on.
        QCOMPARE(pair.responder.feed(packet(pair.initiator, Bytes{5}), out).messages,
                 std::vector<Bytes>{Bytes{5}});
    }

    void any_split_gives_the_same() {
        std::mt19937 random(2);
        for (int round = 0; round < 30; ++round) {
            Pair pair;
            std::vector<Bytes> sent;
            std::vector<Bytes> received;
            const auto trickle = [&](Connection& to, Bytes bytes, Bytes& answer) {
                ByteView rest(bytes);
                while (!rest.empty()) {
                    const auto most = round == 0 ? 1 : random() % 100 + 1;
                    const auto size = std::min<std::size_t>(rest.size(), most);
                    auto got = to.feed(rest.first(size), answer);
                    QVERIFY(!got.error);
                    for (auto& message : got.messages) received.push_back(std::move(message));
                    rest = rest.subspan(size);
                }
            };
            trickle(pair.responder, std::exchange(pair.to_responder, {}), pair.to_initiator);
            trickle(pair.initiator, std::exchange(pair.to_initiator, {}), pair.to_responder);
            // Messages ride right behind act three, in the same buffer.
            for (int i = 0; i < 20; ++i) {
                sent.push_back(noise(random, random() % 300));
                QVERIFY(pair.initiator.encrypt(sent.back(), pair.to_responder).has_value());
            }
            trickle(pair.responder, std::exchange(pair.to_responder, {}), pair.to_initiator);
            QCOMPARE(received, sent);
            QVERIFY(!pair.responder.end_of_input());
            QVERIFY(pair.to_initiator.empty());
        }
    }

    void many_packets_in_one_piece() {
        Pair pair;
        pair.shake_hands();
        Bytes batch;
        std::vector<Bytes> sent;
        for (std::uint8_t i = 0; i < 200; ++i) {
            sent.push_back(Bytes(i, i));
            QVERIFY(pair.responder.encrypt(sent.back(), batch).has_value());
        }
        Bytes out;
        QCOMPARE(pair.initiator.feed(batch, out).messages, sent);
    }

    void keys_rotate_both_ways() {
        Pair pair;
        pair.shake_hands();
        std::mt19937 random(3);
        int there = 0;
        int back = 0;
        // Uneven, so that the two directions rotate at different times.
        for (int i = 0; i < 6000; ++i) {
            const bool forward = random() % 3 != 0;
            auto& from = forward ? pair.initiator : pair.responder;
            auto& to = forward ? pair.responder : pair.initiator;
            const auto message = noise(random, random() % 50);
            Bytes out;
            const auto received = to.feed(packet(from, message), out);
            QCOMPARE(received.messages, std::vector<Bytes>{message});
            ++(forward ? there : back);
        }
        QVERIFY(there > 3000 && back > 1500);
    }

    void a_key_serves_a_thousand_times() {
        Secret32 first;
        first.reveal().fill(1);
        Cipher cipher(first, Secret32());
        Bytes out;
        for (int i = 0; i < 999; ++i) cipher.seal(out, {});
        QCOMPARE(cipher.key(), first);
        cipher.seal(out, {});
        QVERIFY(!(cipher.key() == first));
        // The old key opens the last text sealed with it, the new one the next, from nonce 0 again.
        const auto last = ByteView(out).last(crypto::tag_size);
        QVERIFY(crypto::open(first, crypto::counter_nonce(999), {}, last).has_value());
        const auto second = cipher.key();
        const auto next = out.size();
        cipher.seal(out, {});
        QVERIFY(crypto::open(second, crypto::counter_nonce(0), {}, ByteView(out).subspan(next))
                    .has_value());
    }

    void every_corrupted_byte_of_a_packet_is_noticed() {
        for (std::size_t at = 0; at < 5 + packet_overhead; ++at) {
            Pair pair;
            pair.shake_hands();
            Bytes bytes = packet(pair.initiator, Bytes{1});
            const auto second = bytes.size();
            append(bytes, packet(pair.initiator, Bytes{1, 2, 3, 4, 5}));
            append(bytes, packet(pair.initiator, Bytes{6}));
            bytes[second + at] ^= 0x40;
            Bytes out;
            const auto received = pair.responder.feed(bytes, out);
            // What came before is authentic and counts; nothing after it does.
            QCOMPARE(received.messages, std::vector<Bytes>{Bytes{1}});
            const auto expected =
                at < 18 ? StreamFault::bad_length_tag : StreamFault::bad_message_tag;
            QCOMPARE(received.error, TransportError(expected));
            QVERIFY(out.empty());
            stays_failed(pair.responder, expected);
        }
    }

    void replayed_dropped_and_swapped_packets_are_noticed() {
        const auto fate = [](const std::vector<int>& order) {
            Pair pair;
            pair.shake_hands();
            std::vector<Bytes> packets;
            for (std::uint8_t i = 0; i < 3; ++i)
                packets.push_back(packet(pair.initiator, Bytes{i}));
            Bytes bytes;
            for (const auto i : order) append(bytes, packets[static_cast<std::size_t>(i)]);
            Bytes out;
            return pair.responder.feed(bytes, out);
        };
        QVERIFY(!fate({0, 1, 2}).error);
        for (const auto& order : {std::vector<int>{0, 0}, {1}, {0, 2}, {2, 1, 0}}) {
            QCOMPARE(fate(order).error, TransportError(StreamFault::bad_length_tag));
        }
    }

    void a_packet_is_not_accepted_back() {
        Pair pair;
        pair.shake_hands();
        Bytes out;
        QCOMPARE(pair.initiator.feed(packet(pair.initiator, Bytes{1}), out).error,
                 TransportError(StreamFault::bad_length_tag));
    }

    void every_corrupted_byte_of_the_acts_is_noticed() {
        for (std::size_t at = 0; at < 50; ++at) {
            Pair pair;
            pair.to_responder[at] ^= 0x40;
            const auto received = pair.responder.feed(pair.to_responder, pair.to_initiator);
            refused(received, Act::one, at);
            QVERIFY2(pair.to_initiator.empty(), "a stranger must not learn that somebody is here");
        }
        for (std::size_t at = 0; at < 50; ++at) {
            Pair pair;
            QVERIFY(!pair.responder.feed(pair.to_responder, pair.to_initiator).error);
            pair.to_initiator[at] ^= 0x40;
            Bytes out;
            refused(pair.initiator.feed(pair.to_initiator, out), Act::two, at);
            QVERIFY2(out.empty(), "our identity must not go to a stranger");
        }
        for (std::size_t at = 0; at < 66; ++at) {
            Pair pair;
            QVERIFY(!pair.responder.feed(pair.to_responder, pair.to_initiator).error);
            Bytes act_three;
            QVERIFY(!pair.initiator.feed(pair.to_initiator, act_three).error);
            act_three[at] ^= 0x40;
            Bytes out;
            const auto received = pair.responder.feed(act_three, out);
            QVERIFY(received.error.has_value());
            const auto fault = at == 0   ? HandshakeFault::bad_version
                               : at < 50 ? HandshakeFault::bad_ciphertext
                                         : HandshakeFault::bad_tag;
            QCOMPARE(*received.error, handshake_error(Act::three, fault));
            QVERIFY(!pair.responder.their_id());
        }
    }

    void calling_somebody_else_fails_at_act_one() {
        Bytes act_one;
        const auto caller = Connection::initiate(key(1), key(2), key(9).public_key(), act_one);
        auto responder = Connection::respond(key(3), key(4));
        Bytes out;
        QCOMPARE(responder.feed(act_one, out).error,
                 handshake_error(Act::one, HandshakeFault::bad_tag));
        QVERIFY(out.empty());
        QVERIFY(!caller.is_established());
    }

    void noise_never_gets_through() {
        std::mt19937 random(4);
        for (int i = 0; i < 300; ++i) {
            auto bytes = noise(random, 70);
            if (i % 2 == 0) bytes[0] = 0;
            if (i % 4 == 0) bytes[1] = 2;
            auto responder = Connection::respond(key(3), key(4));
            Bytes out;
            const auto received = responder.feed(bytes, out);
            QVERIFY(received.error && received.messages.empty() && out.empty());
            stays_failed(responder, *received.error);
        }
    }

    void the_end_of_the_stream_is_judged() {
        const auto ended = [](const Connection& c, const TransportError& error) {
            return c.end_of_input() == error;
        };
        Pair pair;
        QVERIFY(ended(pair.initiator, handshake_error(Act::two, HandshakeFault::truncated)));
        QVERIFY(ended(pair.responder, handshake_error(Act::one, HandshakeFault::truncated)));
        QVERIFY(!pair.responder.feed(pair.to_responder, pair.to_initiator).error);
        QVERIFY(ended(pair.responder, handshake_error(Act::three, HandshakeFault::truncated)));

        Pair open;
        open.shake_hands();
        const auto bytes = packet(open.initiator, Bytes{1, 2, 3});
        Bytes out;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            QCOMPARE(open.responder.end_of_input().has_value(), i != 0);
            if (i != 0) QVERIFY(ended(open.responder, StreamFault::truncated));
            QVERIFY(!open.responder.feed(ByteView(bytes).subspan(i, 1), out).error);
        }
        QVERIFY(!open.responder.end_of_input());
    }

    void errors_have_names() {
        QCOMPARE(to_string(HandshakeError{Act::two, HandshakeFault::bad_tag}),
                 std::string("act2_bad_tag"));
        QCOMPARE(to_string(TransportError(StreamFault::truncated)), std::string("truncated"));
        QCOMPARE(to_string(handshake_error(Act::three, HandshakeFault::bad_ciphertext)),
                 std::string("act3_bad_ciphertext"));
    }

    void a_spent_handshake_stays_spent() {
        auto handshake = Handshake::respond(key(3), key(4));
        Bytes out;
        QVERIFY(!handshake.receive(Bytes(50, 1), out));
        QCOMPARE(handshake.awaited_size(), std::size_t{0});
        const auto again = handshake.receive({}, out);
        QVERIFY(!again.has_value());
        QVERIFY(out.empty());
        // A wrong size is refused without touching the state.
        auto waiting = Handshake::respond(key(3), key(4));
        QVERIFY(!waiting.receive(Bytes(49, 0), out));
        QVERIFY(!waiting.receive(Bytes(51, 0), out));
        QCOMPARE(waiting.awaited_size(), Handshake::act_one_size);
    }

private:
    /// A failed connection repeats its error, yields nothing and sends nothing.
    static void stays_failed(Connection& connection, const TransportError& error) {
        QVERIFY(connection.has_failed() && !connection.is_established());
        QVERIFY(!connection.their_id());
        Bytes out;
        const auto received = connection.feed(Bytes(200, 0), out);
        QVERIFY(received.messages.empty());
        QCOMPARE(received.error, error);
        QCOMPARE(connection.end_of_input(), error);
        QCOMPARE(connection.encrypt(Bytes{1}, out).error(), SendError::not_established);
        QVERIFY(out.empty());
    }

    /// Acts one and two: version, key, tag. A changed key may still be a point; then the tag is
    /// wrong.
    static void refused(const Received& received, Act act, std::size_t at) {
        QVERIFY(received.error.has_value());
        const auto* error = std::get_if<HandshakeError>(&*received.error);
        QVERIFY(error != nullptr);
        QCOMPARE(error->act, act);
        if (at == 0) QCOMPARE(error->fault, HandshakeFault::bad_version);
        if (at == 1) QCOMPARE(error->fault, HandshakeFault::bad_key);
        if (at > 1 && at < 34) {
            QVERIFY(error->fault == HandshakeFault::bad_key ||
                    error->fault == HandshakeFault::bad_tag);
        }
        if (at >= 34) QCOMPARE(error->fault, HandshakeFault::bad_tag);
    }
};

RUNNEL_TEST(TestConnection)
#include "test_connection.moc"
