// A guess at the passphrase costs what the right one costs: that it is wrong is said by the sealed
// key alone, after the whole derivation, with the cost that the file names.
#include "store_fixture.h"

#include <sodium.h>

#include <utility>
#include <vector>

using namespace runnel;
using namespace runnel::store;
using namespace runnel::test;

namespace {

/// What was asked of Argon2id, and for which text.
struct Derivation {
    std::string passphrase;
    unsigned long long operations = 0;
    std::size_t memory = 0;
    friend bool operator==(const Derivation&, const Derivation&) = default;
};
std::vector<Derivation> derivations;

std::vector<Derivation> taken() { return std::exchange(derivations, {}); }

}  // namespace

/// In place of libsodium's in this executable: noted, and then done by the same algorithm.
extern "C" int crypto_pwhash(unsigned char* const out, unsigned long long out_size,
                             const char* const text, unsigned long long size,
                             const unsigned char* const salt, unsigned long long operations,
                             std::size_t memory, int algorithm) {
    derivations.push_back({std::string(text, size), operations, memory});
    return crypto_pwhash_argon2id(out, out_size, text, size, salt, operations, memory, algorithm);
}

class TestDerivation : public QObject {
    Q_OBJECT
private slots:
    void a_wrong_passphrase_costs_the_whole_derivation() {
        static_cast<void>(taken());
        const Cost cost{3, std::uint64_t{1} << 20};
        const Home home;
        auto creation = home.creation();
        creation.cost = cost;
        QVERIFY(bool(Store::create(creation)));
        QCOMPARE(taken().size(), std::size_t{1});
        for (const std::string text : {"correct horse", "correct horsf", "", "c"}) {
            const bool is_right = text == "correct horse";
            const auto opened = Store::open(home.opening(text));
            QCOMPARE(bool(opened), is_right);
            if (!is_right) QVERIFY(std::holds_alternative<WrongPassphrase>(opened.error()));
            QVERIFY((taken() ==
                     std::vector<Derivation>{
                         {text, cost.operations, static_cast<std::size_t>(cost.memory_bytes)}}));
        }
    }

    /// And to change it, the old one has to be known as well.
    void a_change_asks_for_the_old_one_in_full() {
        const Home home;
        home.create().reset();
        static_cast<void>(taken());
        const auto changed =
            Envelope(home.path())
                .change(bytes_of("guess"), {bytes_of("new"), false}, Cost::cheap());
        QVERIFY(!changed && std::holds_alternative<WrongPassphrase>(changed.error()));
        QVERIFY((taken() ==
                 std::vector<Derivation>{{"guess", Cost::cheap().operations,
                                          static_cast<std::size_t>(Cost::cheap().memory_bytes)}}));
    }
};

RUNNEL_TEST(TestDerivation)
#include "test_derivation.moc"
