#include "tests/support/test_main.h"

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"

using namespace runnel;
using namespace runnel::bitcoin;

class TestScript : public QObject {
    Q_OBJECT
private slots:
    void pushes_are_the_shortest();
    void numbers();
    void walks_instructions();
    void stops_at_a_push_beyond_the_end();
    void output_forms();
    void witness_programs();
    void dust_limits();
};

void TestScript::pushes_are_the_shortest() {
    const auto pushed = [](const Bytes& data) { return ScriptBuilder().push(data).take(); };
    QCOMPARE(pushed({}), (Bytes{OP_0}));
    QCOMPARE(pushed({0}), (Bytes{1, 0}));
    QCOMPARE(pushed({1}), (Bytes{OP_1}));
    QCOMPARE(pushed({16}), (Bytes{OP_16}));
    QCOMPARE(pushed({17}), (Bytes{1, 17}));
    QCOMPARE(pushed({0x81}), (Bytes{OP_1NEGATE}));
    for (const std::size_t size : {75UL, 76UL, 255UL, 256UL, 65535UL, 65536UL}) {
        const auto script = pushed(Bytes(size, 5));
        const std::size_t header = size < 76 ? 1 : size < 256 ? 2 : size < 65536 ? 3 : 5;
        QCOMPARE(script.size(), size + header);
        ByteView rest = script;
        const auto instruction = next_instruction(rest);
        QVERIFY(instruction);
        QCOMPARE(instruction->push.size(), size);
        QVERIFY(rest.empty());
    }
}

void TestScript::numbers() {
    const auto number = [](std::int64_t value) { return ScriptBuilder().number(value).take(); };
    QCOMPARE(number(0), (Bytes{OP_0}));
    QCOMPARE(number(-1), (Bytes{OP_1NEGATE}));
    QCOMPARE(number(16), (Bytes{OP_16}));
    QCOMPARE(number(17), (Bytes{1, 17}));
    QCOMPARE(number(127), (Bytes{1, 127}));
    QCOMPARE(number(128), (Bytes{2, 128, 0}));
    QCOMPARE(number(-128), (Bytes{2, 128, 128}));
    QCOMPARE(number(144), (Bytes{2, 0x90, 0}));
    QCOMPARE(number(500'000'000), (Bytes{4, 0x00, 0x65, 0xcd, 0x1d}));
    QCOMPARE(number(0x7fffffff), (Bytes{4, 0xff, 0xff, 0xff, 0x7f}));
    QCOMPARE(number(0x80000000), (Bytes{5, 0, 0, 0, 0x80, 0}));
}

void TestScript::walks_instructions() {
    const auto script =
        ScriptBuilder().op(OP_DUP).push(Bytes(20, 7)).number(5).op(OP_CHECKSIG).take();
    ByteView rest = script;
    std::vector<int> seen;
    while (const auto instruction = next_instruction(rest)) {
        seen.push_back(instruction->opcode);
        QCOMPARE(instruction->push.size(), instruction->opcode == 20 ? 20U : 0U);
    }
    QVERIFY(rest.empty());
    QVERIFY((seen == std::vector<int>{OP_DUP, 20, 0x55, OP_CHECKSIG}));
}

void TestScript::stops_at_a_push_beyond_the_end() {
    for (const Bytes& script :
         {Bytes{2, 1}, Bytes{OP_PUSHDATA1}, Bytes{OP_PUSHDATA1, 1}, Bytes{OP_PUSHDATA2, 1},
          Bytes{OP_PUSHDATA2, 1, 0}, Bytes{OP_PUSHDATA4, 0, 0, 0},
          Bytes{OP_PUSHDATA4, 0xff, 0xff, 0xff, 0xff, 1}}) {
        ByteView rest = script;
        QVERIFY(!next_instruction(rest));
        QVERIFY(!rest.empty());
    }
}

void TestScript::output_forms() {
    const auto key = *crypto::PublicKey::parse_hex(
        "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    const auto wpkh = p2wpkh(key);
    QCOMPARE(QString::fromStdString(to_hex(wpkh)),
             QString("0014751e76e8199196d454941c45d1b3a323f1433bd6"));
    QVERIFY(is_p2wpkh(wpkh) && !is_p2wsh(wpkh) && !is_p2tr(wpkh) && !is_p2sh(wpkh) &&
            !is_p2pkh(wpkh));
    const auto wsh = p2wsh(wpkh);
    QVERIFY(is_p2wsh(wsh) && !is_p2tr(wsh));
    QVERIFY(std::equal(wsh.begin() + 2, wsh.end(), crypto::sha256(ByteView(wpkh)).data()));
    QVERIFY(is_p2tr(p2tr(crypto::x_only(key))));
    const auto hash = crypto::hash160(key.view());
    QVERIFY(is_p2pkh(p2pkh(hash)));
    QVERIFY(is_p2sh(p2sh(hash)));
    QCOMPARE(p2wpkh_script_code(hash), p2pkh(hash));
}

void TestScript::witness_programs() {
    const auto program = [](std::uint8_t version, std::size_t size) {
        Bytes out{version, static_cast<std::uint8_t>(size)};
        out.resize(2 + size);
        return out;
    };
    QVERIFY(witness_program(program(OP_0, 2)));
    QVERIFY(witness_program(program(OP_16, 40)));
    QCOMPARE(witness_program(program(OP_16, 40))->version, 16);
    QVERIFY(!witness_program(program(OP_1, 1)));
    QVERIFY(!witness_program(program(OP_1, 41)));
    QVERIFY(!witness_program(program(OP_NOP, 32)));
    QVERIFY(!witness_program(program(OP_1NEGATE, 32)));
    auto longer = program(OP_1, 32);
    longer.push_back(0);
    QVERIFY(!witness_program(longer));
    QVERIFY(!witness_program({}));
}

void TestScript::dust_limits() {
    // BOLT 3, "Dust Limits".
    QCOMPARE(dust_limit(p2pkh({})).raw(), 546U);
    QCOMPARE(dust_limit(p2sh({})).raw(), 540U);
    QCOMPARE(dust_limit(p2wpkh(Hash160{})).raw(), 294U);
    QCOMPARE(dust_limit(p2wsh({})).raw(), 330U);
    QCOMPARE(dust_limit(p2tr({})).raw(), 330U);
    Bytes unknown{OP_16, 40};
    unknown.resize(42);
    QCOMPARE(dust_limit(unknown).raw(), 354U);
    QCOMPARE(dust_limit(*from_hex("51024e73")).raw(), 240U);
    QCOMPARE(dust_limit(Bytes{OP_RETURN, 1, 2}).raw(), 0U);
}

RUNNEL_TEST(TestScript)
#include "test_script.moc"
