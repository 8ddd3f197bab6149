// Bitcoin Core's tables of scripts and transactions. All rows run: 1207 scripts, 119 valid and 93
// invalid transactions (no row of these files takes a taproot script path, the one thing the
// interpreter leaves out).
#include "tests/support/vector_file.h"

#include "core/bitcoin/consensus.h"
#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"

#include <map>

using namespace runnel;
using namespace runnel::bitcoin;
using namespace runnel::test;

namespace {

std::uint32_t flags_of(const QString& text) {
    static const std::map<QString, std::uint32_t> names{
        {"P2SH", verify_p2sh},
        {"STRICTENC", verify_strictenc},
        {"DERSIG", verify_dersig},
        {"LOW_S", verify_low_s},
        {"NULLDUMMY", verify_nulldummy},
        {"SIGPUSHONLY", verify_sigpushonly},
        {"MINIMALDATA", verify_minimaldata},
        {"DISCOURAGE_UPGRADABLE_NOPS", verify_discourage_upgradable_nops},
        {"CLEANSTACK", verify_cleanstack},
        {"CHECKLOCKTIMEVERIFY", verify_checklocktimeverify},
        {"CHECKSEQUENCEVERIFY", verify_checksequenceverify},
        {"WITNESS", verify_witness},
        {"DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM", verify_discourage_upgradable_witness_program},
        {"MINIMALIF", verify_minimalif},
        {"NULLFAIL", verify_nullfail},
        {"WITNESS_PUBKEYTYPE", verify_witness_pubkeytype},
        {"CONST_SCRIPTCODE", verify_const_scriptcode},
        {"TAPROOT", verify_taproot},
    };
    std::uint32_t out = 0;
    for (const auto& name : text.split(',', Qt::SkipEmptyParts)) {
        if (name == "NONE") continue;
        const auto found = names.find(name);
        if (found == names.end()) qFatal("unknown flag %s", qPrintable(name));
        out |= found->second;
    }
    return out;
}

/// The coin a script row spends: the output of a transaction that no chain holds.
Transaction crediting(const Bytes& script, Sat amount) {
    Transaction tx;
    tx.version = 1;
    tx.inputs.push_back({{Txid{}, 0xffffffff}, {OP_0, OP_0}, 0xffffffff, {}});
    tx.outputs.push_back({amount, script});
    return tx;
}

Transaction spending(const Transaction& credit, const Bytes& script_sig,
                     std::vector<Bytes> witness) {
    Transaction tx;
    tx.version = 1;
    tx.inputs.push_back({{credit.txid(), 0}, script_sig, 0xffffffff, std::move(witness)});
    tx.outputs.push_back({credit.outputs[0].value, {}});
    return tx;
}

QString result_of(const Result<void, ScriptError>& result) {
    const auto text = result ? std::string_view("ok") : to_string(result.error());
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

using Coins = std::map<OutPoint, TxOut>;

Coins coins_of(const QJsonArray& rows) {
    Coins out;
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto txid = from_display_hex<Txid>(row[0].toString().toStdString());
        if (!txid) qFatal("no txid");
        out[{*txid, static_cast<std::uint32_t>(row[1].toInteger())}] = {Sat(test::number(row[3])),
                                                                        test::hex(row[2])};
    }
    return out;
}

std::vector<TxOut> spent_by(const Transaction& tx, const Coins& coins) {
    std::vector<TxOut> out;
    for (const auto& input : tx.inputs) {
        const auto found = coins.find(input.previous);
        if (found == coins.end()) qFatal("a coin is missing");
        out.push_back(found->second);
    }
    return out;
}

/// The flags that only make sense with others, left out with them.
std::uint32_t sensible(std::uint32_t flags) {
    if (!(flags & verify_p2sh)) flags &= ~std::uint32_t{verify_witness};
    if (!(flags & verify_witness)) flags &= ~std::uint32_t{verify_cleanstack | verify_taproot};
    return flags;
}

}  // namespace

class TestScriptTables : public QObject {
    Q_OBJECT
private slots:
    void scripts();
    void valid_transactions();
    void invalid_transactions();
};

void TestScriptTables::scripts() {
    const auto rows = test::vector_list("bitcoin/scripts.json");
    QCOMPARE(rows.size(), 1207);
    int valid = 0;
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto amount = row.size() > 5 ? Sat(test::number(row[5])) : Sat(0);
        std::vector<Bytes> witness;
        for (qsizetype i = 6; i < row.size(); ++i) witness.push_back(test::hex(row[i]));
        auto flags = flags_of(row[2].toString());
        if (flags & verify_cleanstack) flags |= verify_p2sh | verify_witness;

        const auto credit = crediting(test::hex(row[1]), amount);
        const auto tx = spending(credit, test::hex(row[0]), witness);
        const auto result = verify_input(tx, 0, credit.outputs, flags);
        const auto said = result_of(result) + " " + row[4].toString() + " " + row[1].toString();
        QCOMPARE(said, row[3].toString() + " " + row[4].toString() + " " + row[1].toString());
        valid += result ? 1 : 0;
        // Dropping rules never makes a spend invalid.
        if (result) QVERIFY(verify_input(tx, 0, credit.outputs, sensible(flags & consensus_flags)));
    }
    QCOMPARE(valid, 668);
}

void TestScriptTables::valid_transactions() {
    const auto rows = test::vector_list("bitcoin/tx_valid.json");
    QCOMPARE(rows.size(), 119);
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto bytes = test::hex(row[1]);
        const auto tx = Transaction::parse(bytes);
        QVERIFY2(tx, qPrintable(row[3].toString()));
        QCOMPARE(tx->serialise(), bytes);
        QVERIFY(!check_transaction(*tx));
        const auto spent = spent_by(*tx, coins_of(row[0].toArray()));
        const auto flags = standard_flags & ~flags_of(row[2].toString());
        const auto result = verify_inputs(*tx, spent, sensible(flags));
        QVERIFY2(result, qPrintable(row[1].toString() + " " +
                                    (result ? QString() : result_of(fail(result.error().error)))));
        for (std::uint32_t bit = 1; bit <= standard_flags; bit <<= 1) {
            QVERIFY(verify_inputs(*tx, spent, sensible(flags & ~bit)));
        }
    }
}

void TestScriptTables::invalid_transactions() {
    const auto rows = test::vector_list("bitcoin/tx_invalid.json");
    QCOMPARE(rows.size(), 93);
    int by_shape = 0;
    for (const auto& value : rows) {
        const auto row = value.toArray();
        const auto tx = Transaction::parse(test::hex(row[1]));
        if (row[2].toString() == "BADTX") {
            ++by_shape;
            QVERIFY2(!tx || check_transaction(*tx), qPrintable(row[3].toString()));
            continue;
        }
        QVERIFY2(tx, qPrintable(row[1].toString()));
        QVERIFY(!check_transaction(*tx));
        const auto spent = spent_by(*tx, coins_of(row[0].toArray()));
        QVERIFY2(!verify_inputs(*tx, spent, flags_of(row[2].toString())),
                 qPrintable(row[1].toString() + " " + row[3].toString()));
    }
    QCOMPARE(by_shape, 9);
}

RUNNEL_TEST(TestScriptTables)
#include "test_scripts.moc"
