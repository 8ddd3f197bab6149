#include "tests/support/test_main.h"

#include "core/bitcoin/consensus.h"
#include "core/bitcoin/transaction.h"

using namespace runnel;
using namespace runnel::bitcoin;

namespace {

Txid txid_of(std::uint8_t byte) {
    Txid out;
    out.raw().fill(byte);
    return out;
}

Transaction sample(bool with_witness) {
    Transaction tx;
    tx.inputs.push_back({{txid_of(1), 7}, Bytes{1, 2, 3}, 0xfffffffd, {}});
    tx.inputs.push_back({{txid_of(2), 0}, {}, 5, {}});
    if (with_witness) tx.inputs[1].witness = {Bytes{}, Bytes(300, 9)};
    tx.outputs.push_back({Sat(12345), Bytes(22, 0)});
    tx.outputs.push_back({max_money, Bytes(300, 0x6a)});
    tx.lock_time = 800000;
    return tx;
}

/// The first block of the chain, mined in 2009: header, count, its one transaction.
const char* const genesis =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c"
    "3e67768f617fc81bc3888a51"
    "323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000000000"
    "00000000000000000000"
    "0000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72"
    "206f6e206272696e6b20"
    "6f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0"
    "fe5548271967f1a67130"
    "b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6b"
    "f11d5fac00000000";

}  // namespace

class TestTransaction : public QObject {
    Q_OBJECT
private slots:
    void round_trips();
    void every_truncation_is_refused();
    void one_byte_more_is_refused();
    void counts_beyond_the_input_are_refused();
    void segwit_form_needs_a_witness();
    void amounts_beyond_all_coins_are_refused();
    void weight_is_that_of_the_bytes();
    void txid_leaves_the_witness_out();
    void genesis_block();
    void merkle_root_of_an_odd_number();
    void shape_rules();
    void lock_times();
    void relative_locks();
};

void TestTransaction::round_trips() {
    for (const bool witness : {false, true}) {
        const auto tx = sample(witness);
        const auto parsed = Transaction::parse(tx.serialise());
        QVERIFY(parsed);
        QVERIFY(*parsed == tx);
        QCOMPARE(parsed->has_witness(), witness);
    }
}

void TestTransaction::every_truncation_is_refused() {
    for (const bool witness : {false, true}) {
        const auto bytes = sample(witness).serialise();
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto parsed = Transaction::parse(ByteView(bytes).first(size));
            QVERIFY(!parsed);
            QCOMPARE(parsed.error(), DecodeError::truncated);
        }
    }
}

void TestTransaction::one_byte_more_is_refused() {
    auto bytes = sample(true).serialise();
    bytes.push_back(0);
    QCOMPARE(Transaction::parse(bytes).error(), DecodeError::trailing_bytes);
}

void TestTransaction::counts_beyond_the_input_are_refused() {
    // A promise of 2^32 inputs in 13 bytes must not reserve memory for them.
    QCOMPARE(Transaction::parse(*from_hex("02000000fe0000000100000000")).error(),
             DecodeError::truncated);
    QCOMPARE(Transaction::parse(*from_hex("02000000ffffffffffffffff7f00000000")).error(),
             DecodeError::truncated);
    auto bytes = sample(false).serialise();
    bytes[4] = 0xfd;
    QVERIFY(!Transaction::parse(bytes));
    // Two inputs, counted in three bytes.
    auto longer = sample(false).serialise();
    longer[4] = 0xfd;
    longer.insert(longer.begin() + 5, {2, 0});
    QCOMPARE(Transaction::parse(longer).error(), DecodeError::not_minimal);
}

void TestTransaction::segwit_form_needs_a_witness() {
    auto bytes = sample(false).serialise();
    bytes.insert(bytes.begin() + 4, {0, 1});
    bytes.insert(bytes.end() - 4, {0, 0});
    QCOMPARE(Transaction::parse(bytes).error(), DecodeError::not_minimal);
    bytes[5] = 2;
    QCOMPARE(Transaction::parse(bytes).error(), DecodeError::bad_value);
    // No inputs at all, in either form.
    QCOMPARE(Transaction::parse(*from_hex("02000000000000000000")).error(), DecodeError::bad_value);
    QCOMPARE(Transaction::parse(*from_hex("020000000001000000000000")).error(),
             DecodeError::bad_value);
}

void TestTransaction::amounts_beyond_all_coins_are_refused() {
    auto tx = sample(false);
    tx.outputs[0].value = Sat(max_money.raw() + 1);
    QCOMPARE(Transaction::parse(tx.serialise()).error(), DecodeError::bad_value);
}

void TestTransaction::weight_is_that_of_the_bytes() {
    for (const bool witness : {false, true}) {
        const auto tx = sample(witness);
        QCOMPARE(tx.weight(), tx.serialise_without_witness().size() * 3 + tx.serialise().size());
        QCOMPARE(tx.vsize(), (tx.weight() + 3) / 4);
    }
}

void TestTransaction::txid_leaves_the_witness_out() {
    QVERIFY(sample(true).txid() == sample(false).txid());
    QVERIFY(sample(true).wtxid() != sample(false).wtxid());
    QVERIFY(sample(false).wtxid().raw() == sample(false).txid().raw());
}

void TestTransaction::genesis_block() {
    const auto bytes = *from_hex(genesis);
    const auto block = Block::parse(bytes);
    QVERIFY(block);
    QCOMPARE(block->serialise(), bytes);
    QCOMPARE(display_hex(block->header.hash()),
             std::string("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    QCOMPARE(display_hex(block->transactions.at(0).txid()),
             std::string("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"));
    QVERIFY(merkle_root({block->transactions[0].txid()}) == block->header.merkle_root);
    QVERIFY(is_coinbase(block->transactions[0]));
    QVERIFY(!check_transaction(block->transactions[0]));

    const auto header = block->header.serialise();
    QCOMPARE(header.size(), 80U);
    QVERIFY(!BlockHeader::parse(ByteView(header).first(79)));
    QVERIFY(!Block::parse(ByteView(bytes).first(bytes.size() - 1)));
    auto more = bytes;
    more[80] = 2;
    QCOMPARE(Block::parse(more).error(), DecodeError::truncated);
}

void TestTransaction::merkle_root_of_an_odd_number() {
    const auto a = txid_of(1), b = txid_of(2), c = txid_of(3);
    QVERIFY(merkle_root({a, b, c}) == merkle_root({a, b, c, c}));
    QVERIFY(merkle_root({a, b, c}) != merkle_root({a, c, b}));
    QVERIFY(merkle_root({a}).raw() == a.raw());
}

void TestTransaction::shape_rules() {
    QVERIFY(check_transaction(sample(true)) == TransactionFault::total_out_of_range);
    auto tx = sample(true);
    tx.outputs.pop_back();
    QVERIFY(!check_transaction(tx));
    QVERIFY(*total_output(tx) == Sat(12345));

    auto twice = tx;
    twice.inputs.push_back(tx.inputs[0]);
    QVERIFY(check_transaction(twice) == TransactionFault::duplicate_input);
    auto null = tx;
    null.inputs[0].previous = {Txid{}, 0xffffffff};
    QVERIFY(check_transaction(null) == TransactionFault::null_input);
    auto none = tx;
    none.outputs.clear();
    QVERIFY(check_transaction(none) == TransactionFault::no_outputs);
    none.inputs.clear();
    QVERIFY(check_transaction(none) == TransactionFault::no_inputs);
    auto large = tx;
    large.outputs[0].script.resize(1'000'000);
    QVERIFY(check_transaction(large) == TransactionFault::too_large);
    auto coinbase = tx;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].previous = {Txid{}, 0xffffffff};
    QVERIFY(!check_transaction(coinbase));
    coinbase.inputs[0].script_sig.resize(1);
    QVERIFY(check_transaction(coinbase) == TransactionFault::coinbase_script_size);
}

void TestTransaction::lock_times() {
    auto tx = sample(false);
    tx.lock_time = 100;
    QVERIFY(!is_final(tx, BlockHeight(100), UnixTime(0)));
    QVERIFY(is_final(tx, BlockHeight(101), UnixTime(0)));
    tx.lock_time = 1'600'000'000;
    QVERIFY(!is_final(tx, BlockHeight(1'000'000), UnixTime(1'600'000'000)));
    QVERIFY(is_final(tx, BlockHeight(1), UnixTime(1'600'000'001)));
    for (auto& input : tx.inputs) input.sequence = 0xffffffff;
    QVERIFY(is_final(tx, BlockHeight(1), UnixTime(0)));
}

void TestTransaction::relative_locks() {
    const auto lock = [](std::uint32_t version, std::uint32_t sequence) {
        return relative_lock(version, sequence, BlockHeight(50), UnixTime(1000));
    };
    QCOMPARE(lock(2, 144).height.raw(), 194U);
    QCOMPARE(lock(2, 144).median_time.raw(), 0);
    QCOMPARE(lock(2, 1U << 22 | 2).median_time.raw(), 2024);
    QCOMPARE(lock(2, 1U << 22 | 2).height.raw(), 0U);
    QCOMPARE(lock(2, 1U << 31 | 144).height.raw(), 0U);
    QCOMPARE(lock(1, 144).height.raw(), 0U);
    QCOMPARE(lock(2, 0x00010000 | 3).height.raw(), 53U);  // the bits between mean nothing
}

RUNNEL_TEST(TestTransaction)
#include "test_transaction.moc"
