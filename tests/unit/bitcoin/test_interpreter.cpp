// Spends as Lightning makes them, and each of them broken in every way that must be noticed.
#include "tests/support/test_main.h"

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/crypto/old_encodings.h"

using namespace runnel;
using namespace runnel::bitcoin;

namespace {

crypto::PrivateKey key_of(std::uint8_t byte) {
    std::array<std::uint8_t, 32> bytes{};
    bytes[31] = byte;
    return *crypto::PrivateKey::from(Secret32(bytes));
}

Transaction spending(std::size_t inputs = 1) {
    Transaction tx;
    for (std::size_t i = 0; i < inputs; ++i) {
        TxIn input;
        input.previous.txid.raw().fill(static_cast<std::uint8_t>(i + 1));
        input.sequence = 0xfffffffd;
        tx.inputs.push_back(input);
    }
    tx.outputs.push_back({Sat(90'000), p2wpkh(Hash160{})});
    return tx;
}

Bytes signed_by(const crypto::PrivateKey& key, const Transaction& tx, ByteView script_code,
                Sat value, std::uint8_t type = sighash_all, std::size_t index = 0) {
    return witness_signature(
        crypto::sign(key, SegwitSighash(tx).digest(index, script_code, value, type)), type);
}

const Sat coin{100'000};

QString verdict(const Transaction& tx, const Script& script, std::uint32_t flags = standard_flags) {
    const std::vector<TxOut> spent(tx.inputs.size(), TxOut{coin, script});
    const auto result = verify_input(tx, 0, spent, flags);
    return result ? QString("ok") : QString::fromLatin1(to_string(result.error()).data());
}

/// An HTLC in small: the preimage and their key, or our key after a delay.
Script htlc_script() {
    return ScriptBuilder()
        .op(OP_HASH160)
        .push(crypto::hash160(Bytes(32, 7)).view())
        .op(OP_EQUAL)
        .op(OP_IF)
        .push(key_of(1).public_key().view())
        .op(OP_ELSE)
        .number(144)
        .op(OP_CHECKSEQUENCEVERIFY)
        .op(OP_DROP)
        .number(800'000)
        .op(OP_CHECKLOCKTIMEVERIFY)
        .op(OP_DROP)
        .push(key_of(2).public_key().view())
        .op(OP_ENDIF)
        .op(OP_CHECKSIG)
        .take();
}

}  // namespace

class TestInterpreter : public QObject {
    Q_OBJECT
private slots:
    void pays_to_a_key();
    void pays_to_two_keys();
    void htlc_by_preimage();
    void htlc_by_timeout();
    void single_anyonecanpay_lets_others_join();
    void taproot_key_path();
    void tapscript_is_unsupported();
    void anchors_for_anyone();
    void misuse_is_no_success();
    void old_key_forms();
    void loose_signatures_parse();
};

void TestInterpreter::pays_to_a_key() {
    const auto key = key_of(1).public_key();
    const auto hash = crypto::hash160(key.view());
    auto tx = spending();
    tx.inputs[0].witness = {signed_by(key_of(1), tx, p2wpkh_script_code(hash), coin),
                            to_bytes(key.view())};
    QCOMPARE(verdict(tx, p2wpkh(key)), QString("ok"));

    auto changed = tx;
    changed.outputs[0].value = Sat(90'001);
    QCOMPARE(verdict(changed, p2wpkh(key)), QString("sig_null_fail"));
    QCOMPARE(verdict(changed, p2wpkh(key), consensus_flags), QString("eval_false"));
    changed = tx;
    changed.inputs[0].sequence = 1;
    QCOMPARE(verdict(changed, p2wpkh(key)), QString("sig_null_fail"));
    changed = tx;
    changed.inputs[0].script_sig = {OP_1};
    QCOMPARE(verdict(changed, p2wpkh(key)), QString("witness_malleated"));
    changed = tx;
    changed.inputs[0].witness.push_back({});
    QCOMPARE(verdict(changed, p2wpkh(key)), QString("witness_program_mismatch"));
    changed = tx;
    changed.inputs[0].witness.clear();
    QCOMPARE(verdict(changed, p2wpkh(key)), QString("witness_program_mismatch"));
    QCOMPARE(verdict(tx, p2wpkh(key_of(2).public_key())), QString("equal_verify"));

    // A third party turns S around: valid by consensus, never relayed.
    auto high = tx;
    auto signature = *crypto::from_der(
        ByteView(tx.inputs[0].witness[0]).first(tx.inputs[0].witness[0].size() - 1));
    const auto order =
        *from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int digit = order[i] - signature.raw()[32 + i] - borrow;
        borrow = digit < 0 ? 1 : 0;
        signature.raw()[32 + i] = static_cast<std::uint8_t>(digit & 0xff);
    }
    high.inputs[0].witness[0] = witness_signature(signature, sighash_all);
    QCOMPARE(verdict(high, p2wpkh(key)), QString("sig_high_s"));
    QCOMPARE(verdict(high, p2wpkh(key), consensus_flags), QString("ok"));
}

void TestInterpreter::pays_to_two_keys() {
    const auto script = ScriptBuilder()
                            .number(2)
                            .push(key_of(1).public_key().view())
                            .push(key_of(2).public_key().view())
                            .number(2)
                            .op(OP_CHECKMULTISIG)
                            .take();
    auto tx = spending();
    const auto first = signed_by(key_of(1), tx, script, coin);
    const auto second = signed_by(key_of(2), tx, script, coin);
    tx.inputs[0].witness = {{}, first, second, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("ok"));
    tx.inputs[0].witness = {{}, second, first, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("sig_null_fail"));
    tx.inputs[0].witness = {{}, first, first, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("sig_null_fail"));
    tx.inputs[0].witness = {{}, {}, {}, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("eval_false"));
    tx.inputs[0].witness = {{1}, first, second, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("sig_nulldummy"));
    tx.inputs[0].witness = {first, second, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("invalid_stack_operation"));
    tx.inputs[0].witness = {{}, {}, first, second, script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("clean_stack"));
    tx.inputs[0].witness = {{}, first, second, Bytes{OP_1}};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("witness_program_mismatch"));
    tx.inputs[0].witness.clear();
    QCOMPARE(verdict(tx, p2wsh(script)), QString("witness_program_witness_empty"));
}

void TestInterpreter::htlc_by_preimage() {
    const auto script = htlc_script();
    auto tx = spending();
    const auto signature = signed_by(key_of(1), tx, script, coin);
    tx.inputs[0].witness = {signature, Bytes(32, 7), script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("ok"));
    tx.inputs[0].witness = {signature, Bytes(32, 8), script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("unsatisfied_locktime"));
    tx.inputs[0].witness = {signature, Bytes(521, 8), script};
    QCOMPARE(verdict(tx, p2wsh(script)), QString("push_size"));
}

void TestInterpreter::htlc_by_timeout() {
    const auto script = htlc_script();
    const auto late = [&](std::uint32_t lock_time, std::uint32_t sequence,
                          std::uint32_t version = 2) {
        auto tx = spending();
        tx.version = version;
        tx.lock_time = lock_time;
        tx.inputs[0].sequence = sequence;
        tx.inputs[0].witness = {signed_by(key_of(2), tx, script, coin), {}, script};
        return verdict(tx, p2wsh(script));
    };
    QCOMPARE(late(800'000, 144), QString("ok"));
    QCOMPARE(late(900'000, 200), QString("ok"));
    QCOMPARE(late(799'999, 144), QString("unsatisfied_locktime"));
    QCOMPARE(late(800'000, 143), QString("unsatisfied_locktime"));
    QCOMPARE(late(800'000, 0xffffffff), QString("unsatisfied_locktime"));
    QCOMPARE(late(1'700'000'000, 144), QString("unsatisfied_locktime"));  // seconds are no height
    QCOMPARE(late(800'000, 1U << 22 | 144), QString("unsatisfied_locktime"));
    QCOMPARE(late(800'000, 144, 1), QString("unsatisfied_locktime"));
}

void TestInterpreter::single_anyonecanpay_lets_others_join() {
    // How the peer signs our HTLC transactions: fees can be added, the output cannot be changed.
    const auto key = key_of(1).public_key();
    const auto code = p2wpkh_script_code(crypto::hash160(key.view()));
    auto tx = spending();
    const std::uint8_t type = sighash_single | sighash_anyonecanpay;
    tx.inputs[0].witness = {signed_by(key_of(1), tx, code, coin, type), to_bytes(key.view())};
    QCOMPARE(verdict(tx, p2wpkh(key)), QString("ok"));
    auto joined = tx;
    joined.inputs.push_back(spending(2).inputs[1]);
    joined.outputs.push_back({Sat(1), Bytes{OP_1}});
    QCOMPARE(verdict(joined, p2wpkh(key)), QString("ok"));
    joined.outputs[0].value = Sat(1);
    QCOMPARE(verdict(joined, p2wpkh(key)), QString("sig_null_fail"));
}

void TestInterpreter::taproot_key_path() {
    const auto internal = key_of(3);
    const auto output =
        *crypto::taproot_output(crypto::x_only(internal.public_key()), std::nullopt);
    const auto script = p2tr(output.key);
    const auto key = *crypto::taproot_private(internal, std::nullopt);
    auto tx = spending(2);
    const std::vector<TxOut> spent(2, TxOut{coin, script});
    const auto signature = [&](std::uint8_t type) {
        return to_bytes(
            crypto::sign_schnorr(key, *taproot_sighash(tx, 0, spent, type), Secret32{}).view());
    };
    tx.inputs[0].witness = {signature(sighash_default)};
    QCOMPARE(verdict(tx, script), QString("ok"));
    auto all = signature(sighash_all);
    all.push_back(sighash_all);
    tx.inputs[0].witness = {all};
    QCOMPARE(verdict(tx, script), QString("ok"));
    all.back() = sighash_none;
    tx.inputs[0].witness = {all};
    QCOMPARE(verdict(tx, script), QString("schnorr_sig"));
    all.back() = sighash_default;
    tx.inputs[0].witness = {all};
    QCOMPARE(verdict(tx, script), QString("schnorr_sig_hashtype"));
    all.back() = 4;
    tx.inputs[0].witness = {all};
    QCOMPARE(verdict(tx, script), QString("schnorr_sig_hashtype"));
    tx.inputs[0].witness = {Bytes(63)};
    QCOMPARE(verdict(tx, script), QString("schnorr_sig_size"));
    tx.inputs[0].witness = {{}};
    QCOMPARE(verdict(tx, script), QString("schnorr_sig_size"));
    tx.inputs[0].witness.clear();
    QCOMPARE(verdict(tx, script), QString("witness_program_witness_empty"));

    // An annex is signed for.
    const Bytes annex{0x50, 1};
    const auto digest = *taproot_sighash(tx, 0, spent, sighash_default, ByteView(annex));
    tx.inputs[0].witness = {to_bytes(crypto::sign_schnorr(key, digest, Secret32{}).view()), annex};
    QCOMPARE(verdict(tx, script), QString("ok"));
    tx.inputs[0].witness[1].push_back(2);
    QCOMPARE(verdict(tx, script), QString("schnorr_sig"));

    // The amounts of the other inputs are signed for too.
    tx.inputs[0].witness = {signature(sighash_default)};
    auto lied = spent;
    lied[1].value = Sat(1);
    QVERIFY(!verify_input(tx, 0, lied));
    // SINGLE without its output has no digest.
    QVERIFY(!taproot_sighash(tx, 1, spent, sighash_single));
    QVERIFY(!taproot_sighash(tx, 0, std::span(spent).first(1), sighash_all));
}

void TestInterpreter::tapscript_is_unsupported() {
    auto tx = spending();
    tx.inputs[0].witness = {Bytes{OP_1}, Bytes(33, 0xc0)};
    QCOMPARE(verdict(tx, p2tr(crypto::x_only(key_of(1).public_key()))), QString("unsupported"));
}

void TestInterpreter::anchors_for_anyone() {
    auto tx = spending();
    const auto anchor = *from_hex("51024e73");
    QCOMPARE(verdict(tx, anchor), QString("ok"));
    auto unknown = anchor;
    unknown[3] = 0;
    QCOMPARE(verdict(tx, unknown), QString("discourage_upgradable_witness_program"));
    QCOMPARE(verdict(tx, unknown, consensus_flags), QString("ok"));
}

void TestInterpreter::misuse_is_no_success() {
    const auto tx = spending();
    const std::vector<TxOut> spent(1, TxOut{coin, Bytes{OP_1}});
    QVERIFY(verify_input(tx, 0, spent));
    QVERIFY(!verify_input(tx, 1, spent));
    QVERIFY(!verify_input(tx, 0, {}));
    const auto both = spending(2);
    const std::vector<TxOut> one_bad{{coin, Bytes{OP_1}}, {coin, Bytes{OP_0}}};
    const auto result = verify_inputs(both, one_bad);
    QVERIFY(!result);
    QCOMPARE(result.error().index, 1U);
    QVERIFY(result.error().error == ScriptError::eval_false);
}

void TestInterpreter::old_key_forms() {
    const auto uncompressed = *from_hex(
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    const auto key = key_of(1).public_key();
    QVERIFY(crypto::parse_any_public_key(uncompressed) == key);
    QVERIFY(crypto::parse_any_public_key(key.view()) == key);
    auto hybrid = uncompressed;
    hybrid[0] = 0x06;
    QVERIFY(crypto::parse_any_public_key(hybrid) == key);
    hybrid[0] = 0x07;  // the wrong parity
    QVERIFY(!crypto::parse_any_public_key(hybrid));
    auto off = uncompressed;
    off[64] ^= 1;
    QVERIFY(!crypto::parse_any_public_key(off));
    QVERIFY(!crypto::parse_any_public_key({}));
    QVERIFY(!crypto::parse_any_public_key(Bytes(33)));
}

void TestInterpreter::loose_signatures_parse() {
    const auto parse = [](const char* hex) { return crypto::parse_loose_der(*from_hex(hex)); };
    crypto::Signature one;
    one.raw()[31] = 1;
    one.raw()[63] = 2;
    QVERIFY(parse("3006020101020102") == one);
    QVERIFY(parse("30ff020101020102") == std::nullopt);  // 127 length bytes, of which there are six
    QVERIFY(parse("308106020101020102") == one);         // a longer length
    QVERIFY(parse("300602010102010200") == one);         // something left over
    QVERIFY(parse("3008020200010202000203") == one);     // padded integers
    QVERIFY(parse("30060201010201") == std::nullopt);
    QVERIFY(parse("3006030101020102") == std::nullopt);
    QVERIFY(parse("") == std::nullopt);
    QVERIFY(parse("30") == std::nullopt);
    QVERIFY(parse("30060288ffffffffffffffff01020102") == std::nullopt);
    // R is the order itself: no scalar, so a signature that fits nothing.
    QVERIFY(
        parse("3026022100fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141020102") ==
        crypto::Signature{});
}

RUNNEL_TEST(TestInterpreter)
#include "test_interpreter.moc"
