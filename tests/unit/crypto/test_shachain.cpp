#include "core/crypto/hash.h"
#include "core/crypto/shachain.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::crypto;

namespace {

const Secret32 seed{std::array<std::uint8_t, 32>{5, 6, 7}};

/// A chain that received the first `count` secrets of the seed.
ShaChain filled(std::uint64_t count) {
    ShaChain out;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!out.insert(shachain_secret(seed, out.next_index()))) qFatal("own secret refused");
    }
    return out;
}

Bytes encoded(const ShaChain& chain) {
    Writer out;
    chain.encode(out);
    return out.take();
}

std::optional<DecodeError> refusal(const Bytes& bytes) {
    Reader in(bytes);
    const auto decoded = ShaChain::decode(in);
    if (decoded) in.expect_end();
    return decoded ? in.error() : std::optional(decoded.error());
}

}  // namespace

class TestShaChain : public QObject {
    Q_OBJECT

private slots:
    void index_counts_down() {
        QCOMPARE(shachain_index(CommitmentNumber(0)), shachain_first_index);
        QCOMPARE(shachain_index(CommitmentNumber(5)), shachain_first_index - 5);
    }

    void every_received_secret_is_found_again() {
        const std::uint64_t count = 1000;
        const auto chain = filled(count);
        for (std::uint64_t n = 0; n < count; ++n) {
            const auto index = shachain_index(CommitmentNumber(n));
            const auto secret = chain.get(CommitmentNumber(n));
            QVERIFY(secret.has_value());
            QCOMPARE(*secret, shachain_secret(seed, index));
        }
        QVERIFY(!chain.get(CommitmentNumber(count)));
        QVERIFY(!chain.get(std::uint64_t{0}));
        QVERIFY(!chain.get(shachain_first_index + 1));
        QVERIFY(!chain.get(UINT64_MAX));
        QVERIFY(!ShaChain().get(shachain_first_index));
    }

    void a_wrong_secret_changes_nothing() {
        auto chain = filled(7);  // the next one, the eighth, proves seven
        const auto before = encoded(chain);
        auto wrong = shachain_secret(seed, chain.next_index());
        wrong.reveal()[31] ^= 1;
        QVERIFY(!chain.insert(wrong));
        QCOMPARE(encoded(chain), before);
        QVERIFY(chain.insert(shachain_secret(seed, chain.next_index())));
    }

    void survives_the_store() {
        for (const std::uint64_t count : {0, 1, 2, 3, 4, 5, 8, 100, 255, 256, 257}) {
            auto chain = filled(count);
            const auto bytes = encoded(chain);
            Reader in(bytes);
            auto decoded = ShaChain::decode(in);
            QVERIFY(decoded.has_value());
            QVERIFY(in.at_end());
            QCOMPARE(decoded->next_index(), chain.next_index());
            QCOMPARE(encoded(*decoded), bytes);
            QVERIFY(decoded->insert(shachain_secret(seed, chain.next_index())));
        }
    }

    void the_last_secret_is_the_seed() {
        // A chain near its end, as the store would hold it: every slot at its last possible index.
        Writer out;
        out.u8(48);
        for (std::uint64_t i = 0; i < 48; ++i) {
            const auto index = std::uint64_t{1} << i;
            out.u64(index).bytes(shachain_secret(seed, index).reveal());
        }
        const auto bytes = out.take();
        Reader in(bytes);
        auto chain = ShaChain::decode(in);
        QVERIFY(chain.has_value());
        QCOMPARE(chain->next_index(), std::uint64_t{0});
        QVERIFY(!chain->get(std::uint64_t{0}));
        QVERIFY(!chain->insert(small_change(seed)));
        QVERIFY(chain->insert(seed));
        QVERIFY(!chain->insert(seed));
        QCOMPARE(chain->get(std::uint64_t{0}), seed);
        QCOMPARE(chain->get(std::uint64_t{12345}), shachain_secret(seed, 12345));
        const auto full = encoded(*chain);
        Reader again(full);
        QVERIFY(ShaChain::decode(again).has_value());
    }

    void damaged_stores_are_refused() {
        // Eight: the newest secret has the most trailing zeros, so no changed index looks like one
        // secret more.
        const auto good = encoded(filled(8));
        QVERIFY(!refusal(good));
        for (std::size_t size = 0; size < good.size(); ++size) {
            QVERIFY(refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
        }
        // Every bit of the count and of the indexes matters.
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            const auto byte = bit / 8;
            if (byte > 0 && (byte - 1) % 40 >= 8) continue;
            auto bad = good;
            bad[byte] = static_cast<std::uint8_t>(bad[byte] ^ (1U << bit % 8));
            QVERIFY2(refusal(bad).has_value(), qPrintable(QString::number(bit)));
        }
        auto too_many = good;
        too_many[0] = 50;
        QCOMPARE(refusal(too_many), DecodeError::too_large);
    }

private:
    static Secret32 small_change(Secret32 secret) {
        secret.reveal()[0] ^= 1;
        return secret;
    }
};

RUNNEL_TEST(TestShaChain)
#include "test_shachain.moc"
