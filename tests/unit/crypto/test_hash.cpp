#include "core/crypto/aead.h"
#include "core/crypto/hash.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::crypto;

class TestHash : public QObject {
    Q_OBJECT

private slots:
    void parts_are_their_concatenation() {
        const Bytes a{1, 2, 3};
        const Bytes b(200, 7);
        Bytes both = a;
        append(both, b);
        QCOMPARE(sha256({a, b}), sha256(both));
        QCOMPARE(sha256({a, {}, b}), sha256(both));
        QVERIFY(sha256({b, a}) != sha256(both));
    }

    void double_and_short_hashes() {
        const Bytes a{1, 2, 3};
        QCOMPARE(sha256d(a), sha256(sha256(a).view()));
        QCOMPARE(hash160(a), ripemd160(sha256(a).view()));
    }

    void tagged_hash_prefixes_the_tag_twice() {
        const auto tag = sha256(bytes_of("Tag"));
        const Bytes a{1, 2, 3};
        QCOMPARE(tagged_hash("Tag", {a, a}), sha256({tag.view(), tag.view(), a, a}));
        QVERIFY(tagged_hash("Tag", {a}) != tagged_hash("Tap", {a}));
    }

    void state_can_be_copied_midway() {
        const Bytes prefix(100, 1);
        Sha256 base;
        base.add(prefix);
        Sha256 first(base);
        Sha256 second;
        second = base;
        first.add(bytes_of("x"));
        second.add(bytes_of("y"));
        QCOMPARE(first.finish(), sha256({prefix, bytes_of("x")}));
        QCOMPARE(second.finish(), sha256({prefix, bytes_of("y")}));
        QCOMPARE(Sha256(std::move(base)).finish(), sha256(prefix));
    }

    void hkdf_lengths() {
        const Bytes key(32, 9);
        const auto longest = hkdf_sha256({}, key, {}, 255 * 32);
        QCOMPARE(longest.size(), std::size_t{255 * 32});
        for (const std::size_t length : {0, 1, 31, 32, 33, 64, 65}) {
            const auto out = hkdf_sha256({}, key, {}, length);
            QCOMPARE(to_bytes(out.reveal()), to_bytes(longest.reveal().first(length)));
        }
    }
};

class TestAead : public QObject {
    Q_OBJECT

private slots:
    void nonce_is_little_endian_after_four_zeros() {
        const Nonce expected{0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1};
        QCOMPARE(counter_nonce(0x0102030405060708), expected);
    }

    void any_changed_bit_is_refused() {
        const auto sealed = seal(m_key, counter_nonce(1), m_associated, m_plain);
        QCOMPARE(sealed.size(), m_plain.size() + tag_size);
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            auto bad = sealed;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << bit % 8));
            QVERIFY(!open(m_key, counter_nonce(1), m_associated, bad));
        }
        QVERIFY(!open(m_key, counter_nonce(2), m_associated, sealed));
        QVERIFY(!open(m_key, counter_nonce(1), {}, sealed));
        QVERIFY(!open(Secret32(), counter_nonce(1), m_associated, sealed));
        QVERIFY(!open(m_key, counter_nonce(1), m_associated,
                      ByteView(sealed).first(sealed.size() - 1)));
        QVERIFY(open(m_key, counter_nonce(1), m_associated, sealed).has_value());
    }

    void too_short_input_is_refused() {
        for (std::size_t size = 0; size < tag_size; ++size) {
            QVERIFY(!open(m_key, counter_nonce(0), {}, Bytes(size, 0)));
        }
    }

    void nothing_but_a_tag() {
        const auto sealed = seal(m_key, counter_nonce(0), m_associated, {});
        QCOMPARE(sealed.size(), tag_size);
        const auto opened = open(m_key, counter_nonce(0), m_associated, sealed);
        QVERIFY(opened && opened->empty());
    }

    void open_into_wants_the_exact_size_and_zeroes_on_failure() {
        auto sealed = seal(m_key, counter_nonce(1), {}, m_plain);
        Bytes out(m_plain.size() + 1, 0xee);
        QVERIFY(!open_into(out, m_key, counter_nonce(1), {}, sealed));
        out.assign(m_plain.size(), 0xee);
        QVERIFY(open_into(out, m_key, counter_nonce(1), {}, sealed));
        QCOMPARE(out, m_plain);
        sealed.back() ^= 1;
        QVERIFY(!open_into(out, m_key, counter_nonce(1), {}, sealed));
        QCOMPARE(out, Bytes(m_plain.size(), 0));
    }

    void seal_into_appends() {
        Bytes out{1, 2, 3};
        seal_into(out, m_key, counter_nonce(1), {}, m_plain);
        QCOMPARE(to_bytes(ByteView(out).first(3)), (Bytes{1, 2, 3}));
        QCOMPARE(to_bytes(ByteView(out).subspan(3)), seal(m_key, counter_nonce(1), {}, m_plain));
    }

private:
    const Secret32 m_key{std::array<std::uint8_t, 32>{1, 2, 3}};
    const Bytes m_associated{4, 5};
    const Bytes m_plain{10, 11, 12, 13, 14};
};

RUNNEL_TEST(TestHash)
RUNNEL_TEST(TestAead)
#include "test_hash.moc"
