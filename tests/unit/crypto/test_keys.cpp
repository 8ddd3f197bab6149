#include "core/crypto/hash.h"
#include "core/crypto/keys.h"
#include "tests/support/test_main.h"

#include <new>

using namespace runnel;
using namespace runnel::crypto;

namespace {

constexpr auto order_hex = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr auto generator_hex = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

Secret32 scalar(std::string_view hex) { return *secret32_from(*from_hex(hex)); }

Secret32 small(std::uint8_t value) {
    Secret32 out;
    out.reveal()[31] = value;
    return out;
}

PrivateKey key(std::uint8_t value) { return *PrivateKey::from(small(value)); }

Hash256 as_hash(const Secret32& secret) { return Hash256(secret.reveal()); }

/// order - 1
Secret32 minus_one() {
    auto out = scalar(order_hex);
    --out.reveal()[31];
    return out;
}

}  // namespace

class TestKeys : public QObject {
    Q_OBJECT

private slots:
    void bad_points_are_refused() {
        const auto refused = [](const std::string& hex) {
            const auto parsed = PublicKey::parse_hex(hex);
            return !parsed && parsed.error() == DecodeError::bad_point;
        };
        const std::string x = std::string(generator_hex).substr(2);
        for (const auto* prefix : {"00", "01", "04", "05", "06", "07", "82", "ff"}) {
            QVERIFY(refused(prefix + x));
        }
        QVERIFY(refused(""));
        QVERIFY(refused(x));
        QVERIFY(refused("02" + x + "00"));
        QVERIFY(refused("02" + std::string(64, '0')));
        QVERIFY(refused("02" + std::string(63, '0') + "5"));  // x = 5 has no y
        // x not below the field's size, though it would be valid after reduction
        QVERIFY(refused("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30"));
        const auto uncompressed =
            "04" + x + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
        QVERIFY(refused(uncompressed));
        QCOMPARE(PublicKey::parse_hex("02zz").error(), DecodeError::bad_character);
    }

    void generator() {
        const auto parsed = PublicKey::parse_hex(generator_hex);
        QVERIFY(parsed.has_value());
        QCOMPARE(*parsed, key(1).public_key());
        QCOMPARE(parsed->hex(), std::string(generator_hex));
        QVERIFY(parsed->is_valid());
        QVERIFY(!PublicKey().is_valid());
        QCOMPARE(PublicKey::from_internal(parsed->internal()), *parsed);
    }

    void scalars_out_of_range_are_no_keys() {
        QVERIFY(!PrivateKey::from(Secret32()));
        QVERIFY(!PrivateKey::from(scalar(order_hex)));
        QVERIFY(!PrivateKey::from(scalar(std::string(64, 'f'))));
        QVERIFY(PrivateKey::from(minus_one()).has_value());
    }

    void point_and_scalar_tweaks_agree() {
        for (const auto value : std::array<std::uint8_t, 4>{1, 2, 3, 200}) {
            const auto tweak = sha256(Bytes{value});
            const Secret32 secret(tweak.raw());
            const auto secret_key = key(value);
            const auto point = secret_key.public_key();
            QCOMPARE(*point.plus_generator(tweak), secret_key.plus(tweak)->public_key());
            QCOMPARE(*point.plus_generator(secret), secret_key.plus(secret)->public_key());
            QCOMPARE(*point.times(tweak), secret_key.times(tweak)->public_key());
            QCOMPARE(*point.times(secret), secret_key.times(secret)->public_key());
        }
    }

    void tweak_edges() {
        const auto point = key(1).public_key();
        const auto order = scalar(order_hex);
        QVERIFY(!point.plus_generator(order));
        QVERIFY(!point.plus_generator(minus_one()));  // 1 + (order - 1) is the point at infinity
        QVERIFY(!point.plus_generator(as_hash(minus_one())));
        QCOMPARE(*point.plus_generator(small(0)), point);
        QVERIFY(!point.times(small(0)));
        QVERIFY(!point.times(order));
        QCOMPARE(*point.times(small(1)), point);
        QVERIFY(!key(1).plus(minus_one()));
        QVERIFY(!key(1).plus(as_hash(order)));
        QVERIFY(!key(1).times(Secret32()));
        QVERIFY(!key(1).times(order));
        QCOMPARE(key(5).plus(small(0)).value(), key(5));
        QCOMPARE(key(5).plus(small(6)).value(), key(11));
        QCOMPARE(key(5).times(small(6)).value(), key(30));
        QCOMPARE(key(1).negated().secret(), minus_one());
        QCOMPARE(key(7).negated().negated(), key(7));
    }

    void sums() {
        const auto a = key(2).public_key();
        const auto b = key(3).public_key();
        const std::array<PublicKey, 2> both{a, b};
        QCOMPARE(PublicKey::sum(both).value(), key(5).public_key());
        QCOMPARE(PublicKey::sum({&a, 1}).value(), a);
        QVERIFY(!PublicKey::sum({}));
        const std::array<PublicKey, 2> opposite{a, key(2).negated().public_key()};
        QVERIFY(!PublicKey::sum(opposite));
    }

    void order_is_that_of_the_bytes() {
        const auto a = key(1).public_key();
        const auto b = key(2).public_key();
        QCOMPARE(a < b, a.raw() < b.raw());
        QVERIFY(a == key(1).public_key());
        QVERIFY(std::hash<PublicKey>{}(a) == std::hash<PublicKey>{}(key(1).public_key()));
    }

    void ecdh_is_symmetric_and_hashes_the_compressed_point() {
        const auto a = key(11);
        const auto b = *PrivateKey::from(Secret32(sha256(bytes_of("b")).raw()));
        QCOMPARE(ecdh(a, b.public_key()), ecdh(b, a.public_key()));
        const auto shared = b.public_key().times(a.secret());
        QCOMPARE(as_hash(ecdh(a, b.public_key())), sha256(shared->view()));
        QVERIFY(!(ecdh(a, b.public_key()) == ecdh(a, key(12).public_key())));
    }

    void randomising_changes_no_result() {
        const auto before = sign(key(9), Hash256());
        randomise_context(small(77));
        QCOMPARE(sign(key(9), Hash256()), before);
        QCOMPARE(key(1).public_key().hex(), std::string(generator_hex));
    }

    void taproot_rejects_what_is_no_point() {
        XOnlyKey five;
        five.data()[31] = 5;
        QVERIFY(!lift_x(five));
        QVERIFY(!taproot_output(five, std::nullopt));
        QVERIFY(!verify_schnorr(five, Hash256().view(), SchnorrSignature()));
        const auto lifted = lift_x(x_only(key(3).public_key()));
        QVERIFY(lifted.has_value());
        QCOMPARE(lifted->raw()[0], std::uint8_t{2});
        QCOMPARE(x_only(*lifted), x_only(key(3).public_key()));
    }
};

class TestSignatures : public QObject {
    Q_OBJECT

private slots:
    void low_r_and_low_s_always() {
        const auto half =
            *from_hex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
        const auto secret = key(42);
        const auto point = secret.public_key();
        for (std::uint8_t i = 0; i < 100; ++i) {
            const auto digest = sha256(Bytes{i});
            const auto signature = sign(secret, digest);
            QVERIFY(signature.raw()[0] < 0x80);
            QVERIFY(!std::lexicographical_compare(half.begin(), half.end(), signature.data() + 32,
                                                  signature.data() + 64));
            QVERIFY(to_der(signature).size() <= 70);
            QVERIFY(verify(point, digest, signature));
            QCOMPARE(from_der(to_der(signature)), signature);
            QCOMPARE(sign(secret, digest), signature);
        }
    }

    void anything_changed_does_not_verify() {
        const auto digest = sha256(bytes_of("digest"));
        const auto signature = sign(key(4), digest);
        const auto point = key(4).public_key();
        for (std::size_t byte = 0; byte < 64; ++byte) {
            auto bad = signature;
            bad.data()[byte] = static_cast<std::uint8_t>(bad.data()[byte] ^ 1);
            QVERIFY(!verify(point, digest, bad));
        }
        QVERIFY(!verify(key(5).public_key(), digest, signature));
        QVERIFY(!verify(point, sha256(digest.view()), signature));
        QVERIFY(!verify(point, digest, Signature()));
        Signature full;
        full.raw().fill(0xff);
        QVERIFY(!verify(point, digest, full));
        QCOMPARE(normalised(full), full);
    }

    void high_s_is_refused_until_folded() {
        const auto digest = sha256(bytes_of("digest"));
        const auto signature = sign(key(4), digest);
        auto high = signature;
        const auto s = *PrivateKey::from(*secret32_from(signature.view().last(32)));
        const auto negated = s.negated();
        std::copy(negated.secret().reveal().begin(), negated.secret().reveal().end(),
                  high.data() + 32);
        QVERIFY(!verify(key(4).public_key(), digest, high));
        QCOMPARE(normalised(high), signature);
        QCOMPARE(normalised(signature), signature);
        QCOMPARE(from_der(to_der(high)), high);
        // BOLT 11 wants recovery to work all the same, with the parity bit turned round.
        const auto recoverable = sign_recoverable(key(4), digest);
        auto turned = recoverable;
        turned.recovery_id ^= 1;
        const auto turned_s =
            PrivateKey::from(*secret32_from(recoverable.signature.view().last(32)))->negated();
        std::copy(turned_s.secret().reveal().begin(), turned_s.secret().reveal().end(),
                  turned.signature.data() + 32);
        QCOMPARE(recover(turned, digest), key(4).public_key());
    }

    void recovery_of_nonsense() {
        const auto digest = sha256(bytes_of("digest"));
        auto signature = sign_recoverable(key(4), digest);
        QCOMPARE(recover(signature, digest), key(4).public_key());
        for (const int id : {-1, 4, 255}) {
            signature.recovery_id = id;
            QVERIFY(!recover(signature, digest));
        }
        QVERIFY(!recover({Signature(), 0}, digest));
    }

    void der_of_extremes() {
        Signature zero;
        QCOMPARE(to_der(zero), *from_hex("3006020100020100"));
        QCOMPARE(from_der(to_der(zero)), zero);
        Signature full;
        full.raw().fill(0xff);
        QCOMPARE(to_der(full).size(), std::size_t{72});
        // Not below the order: well-formed for BIP 66, so read, but as numbers that verify for
        // nobody.
        const auto read = from_der(to_der(full));
        QVERIFY(read.has_value());
        QVERIFY(!verify(key(1).public_key(), Hash256(), *read));
    }

    void loose_der_is_refused() {
        for (const auto* bad : {
                 "", "30",
                 "3005020100020100",           // sequence too short
                 "3007020100020100",           // sequence too long
                 "300602010002010000",         // trailing byte
                 "3106020100020100",           // not a sequence
                 "3006030100020100",           // not an integer
                 "3006020100030100",           //
                 "300602000002010000",         // empty integer
                 "3006020180020100",           // negative
                 "3006020100020180",           //
                 "300702020001020100",         // needless zero
                 "300702010002020001",         //
                 "308106020100020100",         // long form length
                 "30060205000201000000000000"  // integer beyond the end
             }) {
            QVERIFY2(!from_der(*from_hex(bad)), bad);
        }
    }
};

class TestWiping : public QObject {
    Q_OBJECT

private slots:
    void secrets_leave_nothing_behind() {
        leaves_nothing(Secret32(std::array<std::uint8_t, 32>{1, 2, 3, 4, 5}));
        leaves_nothing(*PrivateKey::from(scalar(std::string(64, '7'))));
        leaves_nothing(hmac_sha512(Bytes{1}, {}));
    }

    void moving_wipes_the_source() {
        auto source = scalar(std::string(64, '7'));
        const auto target = std::move(source);
        QCOMPARE(source, Secret32());  // NOLINT(bugprone-use-after-move): that is the question
        QVERIFY(!(target == Secret32()));
    }

private:
    /// Builds a copy in a buffer of ours, destroys it, and looks at the memory.
    template <typename T>
    static void leaves_nothing(const T& value) {
        alignas(T) static unsigned char memory[sizeof(T)];
        std::fill(std::begin(memory), std::end(memory), std::uint8_t{0});
        auto* copy = new (memory) T(value);
        const auto any = [] {
            // Through volatile: the compiler may assume that a dead object's bytes are never read.
            const volatile unsigned char* bytes = memory;
            return std::any_of(bytes, bytes + sizeof(T), [](unsigned char b) { return b != 0; });
        };
        QVERIFY(any());
        copy->~T();
        QVERIFY(!any());
    }
};

RUNNEL_TEST(TestKeys)
RUNNEL_TEST(TestSignatures)
RUNNEL_TEST(TestWiping)
#include "test_keys.moc"
