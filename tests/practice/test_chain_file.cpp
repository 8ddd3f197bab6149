// The practice chain's file: what was said is there again, an unfinished record is not, and damage
// is named.
#include "tests/support/test_main.h"  // first: what moc reads before QObject, it reads wrongly

#include "app/runnel-practice/chain_methods.h"
#include "app/runnel-practice/durable_chain.h"
#include "core/bitcoin/script.h"

#include <QFile>
#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::practice;
using namespace runnel::literals;

namespace {

constexpr UnixTime now{1'760'000'000};
constexpr std::uint32_t salt = 7;

/// What the last program that wrote version 1 made: two blocks, the second not quite finished.
constexpr std::string_view version_1 =
    "72756e6e656c2d70726163746963652d636861696e010000000068e68b480000010601000000209ed98cc1d4"
    "e9ad8209d6d3fe73cbf07ab4b76d773a0ba6f3337a63ad4c24d81f820fd55a7f9db058237c0c135774979814"
    "5dcef0d07ff93ba2c618b1133f188a0078e768ffff7f20010000000102000000000101000000000000000000"
    "0000000000000000000000000000000000000000000000ffffffff0401660167ffffffff0200f2052a010000"
    "002200204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc332600000000000000000"
    "266a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf90120000000"
    "000000000000000000000000000000000000000000000000000000000000000000e12099e326dbb1e3000001"
    "06010000002014564fdf6288ef51f8454bb6bfd479baed96d32a0af3e91204b76e56c06a241e5ecc9c3b34ec"
    "44a67bca65329220d8f2610983d20e20978174628ab54d102140587ae768ffff7f2001000000010200000000"
    "01010000000000000000000000000000000000000000000000000000000000000000ffffffff0401670168ff"
    "ffffff0200f2052a010000002200204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8c"
    "c332600000000000000000266a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48beb"
    "d836974e8cf901200000000000000000000000000000";
constexpr std::string_view version_1_tip =
    "1e246ac0566eb70412e9f30a2ad396edba79d4bfb64b45f851ef8862df4f5614";

class ChainFile {
public:
    std::filesystem::path path() const { return m_folder.path().toStdString() + "/chain"; }
    DurableChain open() const {
        auto opened = DurableChain::open(path(), now, salt);
        if (!opened) qFatal("%s", opened.error().cause.c_str());
        return std::move(*opened);
    }
    std::string error() const {
        const auto opened = DurableChain::open(path(), now, salt);
        return opened ? "none" : opened.error().cause;
    }
    QByteArray read() const {
        QFile file(QString::fromStdString(path().string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void write(const QByteArray& bytes) const {
        QFile file(QString::fromStdString(path().string()));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
            file.write(bytes) != bytes.size())
            qFatal("write");
    }

private:
    QTemporaryDir m_folder;
};

const bitcoin::Script& somebody() {
    static const bitcoin::Script script = bitcoin::p2wsh(bitcoin::Script{0x52});
    return script;
}

}  // namespace

class TestChainFile : public QObject {
    Q_OBJECT

private slots:
    void what_was_said_is_there_again();
    void chains_differ();
    void a_file_of_version_1_goes_on();
    void an_unfinished_record_was_told_to_nobody();
    void damage_is_named();
    void questions();
};

void TestChainFile::what_was_said_is_there_again() {
    const ChainFile file;
    std::vector<BlockHash> hashes;
    std::optional<Txid> confirmed, waiting;
    {
        auto chain = file.open();
        QCOMPARE(chain.chain().height().raw(), 101U);
        QVERIFY(chain.chain().header(chain.chain().tip())->time <= now.raw());
        confirmed = chain.faucet(somebody(), 5000_sat)->txid;
        chain.mine(3, now);
        waiting = chain.faucet(somebody(), 6000_sat)->txid;
        for (std::uint32_t h = 0; h <= chain.chain().height().raw(); ++h)
            hashes.push_back(*chain.chain().hash_at(BlockHeight(h)));
    }
    auto chain = file.open();
    for (std::uint32_t h = 0; h < hashes.size(); ++h)
        QVERIFY(chain.chain().hash_at(BlockHeight(h)) == hashes[h]);
    QCOMPARE(chain.chain().height().raw(), 104U);
    QCOMPARE(chain.chain().transaction(*confirmed)->confirmations, 3U);
    QVERIFY(chain.chain().mempool().contains(*waiting));
    // And it goes on from there.
    chain.mine(1, now);
    QCOMPARE(file.open().chain().transaction(*waiting)->confirmations, 1U);
    QCOMPARE(file.open().chain().coins_of(somebody()).size(), std::size_t{2});
}

void TestChainFile::chains_differ() {
    const ChainFile one, other;
    const auto first = one.open();
    // Begun in the same second, and yet no block of one is in the other.
    const auto second = DurableChain::open(other.path(), now, salt + 1);
    QVERIFY(second);
    for (std::uint32_t h = 0; h <= first.chain().height().raw(); ++h)
        QVERIFY(first.chain().hash_at(BlockHeight(h)) != second->chain().hash_at(BlockHeight(h)));
}

void TestChainFile::a_file_of_version_1_goes_on() {
    const auto old = from_hex(version_1).value();
    const ChainFile file;
    file.write(
        QByteArray(reinterpret_cast<const char*>(old.data()), static_cast<qsizetype>(old.size())));
    {
        auto chain = file.open();
        QCOMPARE(chain.chain().height().raw(), 102U);
        QCOMPARE(display_hex(chain.chain().tip()), std::string(version_1_tip));
        QCOMPARE(file.read()[21], char{2});
        chain.mine(1, now);
    }
    QCOMPARE(file.open().chain().height().raw(), 103U);
}

void TestChainFile::an_unfinished_record_was_told_to_nobody() {
    const ChainFile file;
    {
        auto chain = file.open();
        chain.mine(2, now);
    }
    const auto whole = file.read();
    {
        auto chain = file.open();
        chain.mine(1, now);
    }
    const auto longer = file.read();
    QVERIFY(longer.size() > whole.size() && longer.startsWith(whole));
    for (auto size = whole.size(); size < longer.size(); ++size) {
        file.write(longer.left(size));
        QCOMPARE(file.open().chain().height().raw(), 103U);
        QCOMPARE(file.read().size(), whole.size());  // cut off for good
    }
    // Of the right length, but not all of it written.
    auto torn = longer;
    torn[torn.size() - 20] = static_cast<char>(torn[torn.size() - 20] ^ 1);
    file.write(torn);
    QCOMPARE(file.open().chain().height().raw(), 103U);
    file.write(whole + QByteArray(5000, '\0'));
    auto chain = file.open();
    QCOMPARE(chain.chain().height().raw(), 103U);
    chain.mine(1, now);
    QCOMPARE(file.open().chain().height().raw(), 104U);
}

void TestChainFile::damage_is_named() {
    const ChainFile file;
    {
        auto chain = file.open();
        chain.mine(3, now);
    }
    const auto good = file.read();
    // Anywhere before the last record: never another chain, always an error that says where.
    for (qsizetype at = 0; at < good.size() / 2; at += 7) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x40);
        file.write(bad);
        QVERIFY2(file.error() != "none", qPrintable(QString::number(at)));
    }
    auto version = good;
    version[21] = 9;
    file.write(version);
    QVERIFY(file.error().find("format 9") != std::string::npos);
    file.write("nonsense");
    QVERIFY(file.error().find("damaged at byte 0") != std::string::npos);
    // A record left out in the middle: the next block does not follow.
    QVERIFY(QFile::remove(QString::fromStdString(file.path().string())));
    auto chain = file.open();
    const auto begin = file.read();
    chain.mine(1, now);
    const auto one = file.read();
    chain.mine(1, now);
    const auto two = file.read();
    file.write(begin + two.mid(one.size()));
    QVERIFY(file.error().find("does not follow") != std::string::npos);
}

void TestChainFile::questions() {
    const ChainFile file;
    auto chain = file.open();
    ChainMethods methods(chain);
    const auto paid = *chain.faucet(somebody(), 5000_sat);
    chain.mine(4, now);

    const auto news = read_news(*methods.call("news", {}));
    QVERIFY(news && *news == methods.news() && news->tip.height.raw() == 105U && news->fees.known);
    const auto after =
        to_json(chain::KnownBlock{BlockHeight(103), *chain.chain().hash_at(BlockHeight(103))});
    auto blocks = read_blocks(*methods.call("blocks", {{"after", after}, {"most", 10}}));
    QVERIFY(blocks && blocks->size() == 2 && blocks->back().hash == chain.chain().tip());
    blocks = read_blocks(*methods.call("blocks", {{"from", 102}, {"most", 1}}));
    QVERIFY(blocks && blocks->size() == 1 && blocks->front().txids.at(1) == paid.txid);
    QVERIFY(read_blocks(*methods.call("blocks", {{"from", 1'000'000}, {"most", 5}}))->empty());

    const auto strange = to_json(chain::KnownBlock{BlockHeight(103), BlockHash{}});
    QVERIFY(
        methods.call("blocks", {{"after", strange}, {"most", 1}})->as_object().contains("gone"));
    QCOMPARE(methods.call("locate", {{"blocks", json::array{after, strange}}})->at("found"),
             json::value(0));
    QVERIFY(methods.call("locate", {{"blocks", json::array{strange}}})->at("found").is_null());

    for (const auto& [method, params] : std::vector<std::pair<std::string, json::object>>{
             {"blocks", {}},
             {"blocks", {{"from", 1}}},
             {"blocks", {{"from", -1}, {"most", 1}}},
             {"blocks", {{"from", "x"}, {"most", 1}}},
             {"blocks", {{"after", 7}, {"most", 1}}},
             {"locate", {}},
             {"locate", {{"blocks", json::array{1}}}},
             {"broadcast", {}},
             {"broadcast", {{"transactions", json::array{}}}},
             {"broadcast", {{"transactions", json::array{"00"}}}},
             {"broadcast", {{"transactions", json::array{"", "", ""}}}}}) {
        const auto outcome = methods.call(method, params);
        QVERIFY2(!outcome && outcome.error().kind == "bad_request", method.c_str());
    }

    // What is there already counts as accepted; what cannot be is refused in the words of a real
    // node.
    const auto tx = chain.chain().transaction(paid.txid)->tx;
    auto said = methods.call("broadcast", {{"transactions", transactions_json({tx})}});
    QCOMPARE(said->at("results").at(0).at("accepted"), json::value(true));
    auto double_spend = *tx;
    double_spend.outputs[0].value = 4000_sat;
    said = methods.call(
        "broadcast",
        {{"transactions",
          transactions_json({std::make_shared<const bitcoin::Transaction>(double_spend)})}});
    QCOMPARE(said->at("results").at(0).at("accepted"), json::value(false));
    QCOMPARE(said->at("results").at(0).at("reason"), json::value("bad-txns-inputs-missingorspent"));
}

RUNNEL_TEST(TestChainFile)
#include "test_chain_file.moc"
