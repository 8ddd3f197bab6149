// Onions of random routes: every hop finds its payload, every changed byte is noticed, every hop's
// failure comes home.
#include "tests/support/test_main.h"

#include "core/crypto/hash.h"
#include "core/onion/failure_onion.h"
#include "core/onion/sphinx.h"

#include <random>

using namespace runnel;

namespace {

/// The same routes on every run: a failure names its seed.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : m_engine(seed) {}
    std::size_t below(std::size_t limit) { return m_engine() % limit; }
    Secret32 secret() {
        Secret32 out;
        for (auto& byte : out.reveal()) byte = static_cast<std::uint8_t>(m_engine());
        return out;
    }
    crypto::PrivateKey key() { return crypto::PrivateKey::from(secret()).value(); }
    Bytes bytes(std::size_t size) {
        Bytes out(size);
        for (auto& byte : out) byte = static_cast<std::uint8_t>(m_engine());
        return out;
    }

private:
    std::mt19937 m_engine;
};

struct Route {
    std::vector<crypto::PrivateKey> keys;
    std::vector<onion::Hop> hops;
    crypto::PrivateKey session;
    Bytes payment_hash;
};

/// Payloads of random sizes that just fit.
Route make_route(Dice& dice, std::size_t length) {
    Route route{{}, {}, dice.key(), dice.bytes(32)};
    std::size_t left = onion::payloads_size;
    for (std::size_t i = 0; i < length; ++i) {
        const std::size_t for_others = (length - i - 1) * onion::packed_size(2);
        const std::size_t most = left - for_others - onion::packed_size(0);
        // packed_size grows by two at 253 bytes.
        const std::size_t size = 2 + dice.below(std::min<std::size_t>(most - 4, 900) + 1);
        route.keys.push_back(dice.key());
        route.hops.push_back({route.keys.back().public_key(), dice.bytes(size)});
        left -= onion::packed_size(size);
    }
    return route;
}

std::vector<crypto::PublicKey> nodes_of(const Route& route) {
    std::vector<crypto::PublicKey> out;
    for (const auto& hop : route.hops) out.push_back(hop.node);
    return out;
}

onion::FailureCode bad_onion_code(const Result<onion::Peeled, onion::OnionError>& result) {
    const auto* bad = std::get_if<onion::BadOnion>(&result.error());
    return bad ? bad->code : onion::FailureCode{};
}

wire::OnionPacket changed(const wire::OnionPacket& packet, std::size_t at, std::uint8_t with) {
    auto bytes = packet.raw();
    bytes[at] ^= with;
    return wire::OnionPacket(bytes);
}

}  // namespace

class TestSphinx : public QObject {
    Q_OBJECT
private slots:
    void every_hop_of_a_random_route_finds_its_payload() {
        Dice dice(1);
        for (std::size_t length = 1; length <= 27; ++length) {
            const auto route = make_route(dice, length);
            const auto onion = onion::build(route.session, route.hops, route.payment_hash);
            QVERIFY(onion.has_value());
            QCOMPARE(onion->shared_secrets.size(), length);
            QVERIFY(onion::shared_secrets(route.session, nodes_of(route)).value() ==
                    onion->shared_secrets);
            std::optional<wire::OnionPacket> packet = onion->packet;
            for (std::size_t i = 0; i < length; ++i) {
                QVERIFY(packet.has_value());
                const auto peeled = onion::peel(route.keys[i], *packet, route.payment_hash);
                QVERIFY(peeled.has_value());
                QVERIFY(peeled->payload == route.hops[i].payload);
                QVERIFY(peeled->shared_secret == onion->shared_secrets[i]);
                packet = peeled->next;
            }
            QVERIFY(!packet.has_value());
        }
    }

    void the_longest_route_has_37_hops() {
        Dice dice(2);
        Route route{{}, {}, dice.key(), dice.bytes(32)};
        for (int i = 0; i < 37; ++i) route.hops.push_back({dice.key().public_key(), dice.bytes(2)});
        QVERIFY(onion::build(route.session, route.hops, route.payment_hash).has_value());
        route.hops.push_back(route.hops.front());
        QCOMPARE(onion::build(route.session, route.hops, route.payment_hash).error(),
                 onion::BuildError::too_long);
    }

    void a_payload_may_fill_the_onion_and_no_more() {
        Dice dice(3);
        const auto key = dice.key();
        const std::size_t most = onion::payloads_size - 32 - 3;
        std::vector<onion::Hop> hops{{key.public_key(), dice.bytes(most)}};
        const auto onion = onion::build(dice.key(), hops, {});
        QVERIFY(onion.has_value());
        const auto peeled = onion::peel(key, onion->packet, {});
        QVERIFY(peeled.has_value() && peeled->is_final());
        QVERIFY(peeled->payload == hops[0].payload);
        hops[0].payload.push_back(0);
        QCOMPARE(onion::build(dice.key(), hops, {}).error(), onion::BuildError::too_long);
        hops[0].payload.resize(100000);
        QCOMPARE(onion::build(dice.key(), hops, {}).error(), onion::BuildError::too_long);
        hops[0].payload.resize(1);
        QCOMPARE(onion::build(dice.key(), hops, {}).error(), onion::BuildError::payload_too_short);
        QCOMPARE(onion::build(dice.key(), {}, {}).error(), onion::BuildError::no_hops);
    }

    void lengths_around_the_bigsize_step_survive() {
        Dice dice(4);
        for (const std::size_t size : {2U, 251U, 252U, 253U, 254U, 600U}) {
            const auto first = dice.key();
            const auto last = dice.key();
            const std::vector<onion::Hop> hops{{first.public_key(), dice.bytes(size)},
                                               {last.public_key(), dice.bytes(size)}};
            const auto onion = onion::build(dice.key(), hops, {});
            QVERIFY(onion.has_value());
            const auto peeled = onion::peel(first, onion->packet, {});
            QVERIFY(peeled.has_value() && !peeled->is_final());
            const auto end = onion::peel(last, *peeled->next, {});
            QVERIFY(end.has_value() && end->is_final());
            QVERIFY(end->payload == hops[1].payload);
        }
    }

    void any_changed_byte_is_noticed() {
        Dice dice(5);
        const auto route = make_route(dice, 3);
        const auto onion = onion::build(route.session, route.hops, route.payment_hash).value();
        for (std::size_t at = 0; at < wire::OnionPacket::size_bytes; at += at < 40 ? 1 : 13) {
            const auto with = static_cast<std::uint8_t>(1 + dice.below(255));
            const auto packet = changed(onion.packet, at, with);
            const auto result = onion::peel(route.keys[0], packet, route.payment_hash);
            QVERIFY(!result.has_value());
            const auto code = bad_onion_code(result);
            if (at == 0) {
                QCOMPARE(code, onion::FailureCode::invalid_onion_version);
            } else if (at < 34) {
                QVERIFY(code == onion::FailureCode::invalid_onion_key ||
                        code == onion::FailureCode::invalid_onion_hmac);
            } else {
                QCOMPARE(code, onion::FailureCode::invalid_onion_hmac);
            }
            const auto& bad = std::get<onion::BadOnion>(result.error());
            QCOMPARE(bad.sha256_of_onion, crypto::sha256(packet.view()));
        }
        // No point begins with 5.
        QCOMPARE(bad_onion_code(onion::peel(route.keys[0], changed(onion.packet, 1, 0x07),
                                            route.payment_hash)),
                 onion::FailureCode::invalid_onion_key);
    }

    void another_key_or_payment_hash_is_refused() {
        Dice dice(6);
        const auto route = make_route(dice, 2);
        const auto onion = onion::build(route.session, route.hops, route.payment_hash).value();
        QCOMPARE(bad_onion_code(onion::peel(route.keys[1], onion.packet, route.payment_hash)),
                 onion::FailureCode::invalid_onion_hmac);
        QCOMPARE(bad_onion_code(onion::peel(route.keys[0], onion.packet, dice.bytes(32))),
                 onion::FailureCode::invalid_onion_hmac);
    }

    void the_node_key_may_live_elsewhere() {
        Dice dice(7);
        const auto route = make_route(dice, 2);
        const auto onion = onion::build(route.session, route.hops, route.payment_hash).value();
        int asked = 0;
        const auto peeled = onion::peel(
            [&](const crypto::PublicKey& point) {
                ++asked;
                return crypto::ecdh(route.keys[0], point);
            },
            onion.packet, route.payment_hash);
        QVERIFY(peeled.has_value());
        QCOMPARE(asked, 1);
    }

    void every_hop_can_fail_and_is_named() {
        Dice dice(8);
        for (const std::size_t length : {1U, 2U, 5U, 20U, 27U}) {
            const auto route = make_route(dice, length);
            const auto secrets = onion::shared_secrets(route.session, nodes_of(route)).value();
            for (std::size_t hop = 0; hop < length; ++hop) {
                const onion::Failure failure =
                    onion::FeeInsufficient{Msat(dice.below(1000000)), {}};
                auto reason = onion::seal_failure(secrets[hop], failure);
                QCOMPARE(reason.size(), std::size_t{292});
                for (std::size_t back = hop; back-- > 0;)
                    onion::wrap_failure(secrets[back], reason);
                const auto read = onion::unwrap_failure(reason, secrets);
                QVERIFY(read.has_value());
                QCOMPARE(read->hop, hop);
                QVERIFY(read->failure == failure);
            }
        }
    }

    void a_changed_failure_is_unattributable() {
        Dice dice(9);
        std::vector<Secret32> secrets;
        for (int i = 0; i < 4; ++i) secrets.push_back(dice.secret());
        auto reason = onion::seal_failure(secrets[2], onion::TemporaryNodeFailure{});
        onion::wrap_failure(secrets[1], reason);
        onion::wrap_failure(secrets[0], reason);
        for (std::size_t at = 0; at < reason.size(); at += 7) {
            auto other = reason;
            other[at] ^= static_cast<std::uint8_t>(1 + dice.below(255));
            QVERIFY(!onion::unwrap_failure(other, secrets).has_value());
        }
        QVERIFY(!onion::unwrap_failure({}, secrets).has_value());
        QVERIFY(!onion::unwrap_failure(dice.bytes(31), secrets).has_value());
        QVERIFY(!onion::unwrap_failure(dice.bytes(32), secrets).has_value());
        QVERIFY(!onion::unwrap_failure(reason, {}).has_value());
        QVERIFY(onion::unwrap_failure(reason, secrets).has_value());
    }

    void a_failure_sealed_with_the_padding_key_of_the_sender_is_not_believed() {
        // The rounds that only spend time use an all zero secret, which anybody can seal with.
        const Secret32 zero;
        std::vector<Secret32> secrets{Dice(10).secret()};
        auto reason = onion::seal_failure(zero, onion::PermanentNodeFailure{});
        onion::wrap_failure(secrets[0], reason);
        QVERIFY(!onion::unwrap_failure(reason, secrets).has_value());
    }
};

RUNNEL_TEST(TestSphinx)
#include "test_sphinx.moc"
