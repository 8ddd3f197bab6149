// Secrets leave nothing behind where they were.
#include "tests/support/test_main.h"

#include "core/base/secret.h"

#include <new>
#include <type_traits>

using namespace runnel;

// Neither printed nor copied by accident, nor compared but in constant time.
static_assert(!std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<Secret32, std::array<std::uint8_t, 32>>);
static_assert(!std::is_convertible_v<std::array<std::uint8_t, 32>, Secret32>);

namespace {

Secret32 filled(std::uint8_t n) {
    Secret32 out;
    out.reveal().fill(n);
    return out;
}

/// As somebody sees it who looks at the memory: no compiler may know better.
bool is_zero(ByteView bytes) {
    const volatile std::uint8_t* const memory = bytes.data();
    bool zero = true;
    for (std::size_t i = 0; i < bytes.size(); ++i) zero = memory[i] == 0 && zero;
    return zero;
}

}  // namespace

class TestSecret : public QObject {
    Q_OBJECT

private slots:
    void what_dies_is_wiped() {
        alignas(Secret32) std::uint8_t memory[sizeof(Secret32)];
        auto* const secret = new (memory) Secret32(filled(7));
        QVERIFY(!is_zero({memory, sizeof memory}));
        secret->~Secret32();
        // The barrier in wipe() is what keeps the compiler from leaving this out.
        QVERIFY(is_zero({memory, sizeof memory}));
    }

    void what_is_moved_from_is_wiped() {
        Secret32 from = filled(7);
        const Secret32 to(std::move(from));
        QVERIFY(is_zero(from.reveal()));  // NOLINT(bugprone-use-after-move): that is what is asked
        QVERIFY(to == filled(7));
        Secret32 other = filled(9);
        Secret32 last;
        last = std::move(other);
        QVERIFY(is_zero(other.reveal()));  // NOLINT(bugprone-use-after-move)
        QVERIFY(last == filled(9));
        // To itself it stays what it was.
        auto& same = last;
        last = std::move(same);
        QVERIFY(last == filled(9));
    }

    void a_copy_lives_by_itself() {
        Secret32 copy;
        {
            const Secret32 original = filled(5);
            copy = original;
        }
        QVERIFY(copy == filled(5));
    }

    void comparing_looks_at_every_byte() {
        for (std::size_t i = 0; i < 32; ++i) {
            auto other = filled(7);
            other.reveal()[i] ^= 0x80;
            QVERIFY(!(other == filled(7)));
        }
        QVERIFY(equal_constant_time({}, {}));
        QVERIFY(!equal_constant_time(Bytes{1}, Bytes{1, 1}));
        QVERIFY(!equal_constant_time(Bytes{1}, {}));
        QVERIFY(equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
    }

    void thirty_two_bytes_or_nothing() {
        QVERIFY(!secret32_from(Bytes(31)));
        QVERIFY(!secret32_from(Bytes(33)));
        QVERIFY(*secret32_from(Bytes(32, 7)) == filled(7));
    }

    void secret_bytes_are_wiped_where_they_lie() {
        SecretBytes secret(Bytes(64, 7));
        const auto where = secret.reveal();
        const std::uint8_t* const memory = where.data();
        // The memory stays the vector's until it is given back: after clear() it is there and empty
        // of what it held.
        secret.clear();
        QVERIFY(secret.empty());
        QVERIFY(is_zero({memory, 64}));
    }

    void secret_bytes_move_and_are_cloned_by_name() {
        SecretBytes from(Bytes(3, 7));
        SecretBytes to(std::move(from));
        QVERIFY(from.empty());  // NOLINT(bugprone-use-after-move)
        QCOMPARE(to.size(), std::size_t{3});
        const auto twin = to.clone();
        to.clear();
        QVERIFY(equal_constant_time(twin.reveal(), Bytes(3, 7)));
        SecretBytes old(Bytes(40, 9));
        old = twin.clone();
        QVERIFY(equal_constant_time(old.reveal(), Bytes(3, 7)));
    }
};

RUNNEL_TEST(TestSecret)
#include "test_secret.moc"
