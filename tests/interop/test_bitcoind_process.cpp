#include "tests/interop/test_bitcoind_process.h"

#include "core/base/network.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/serialize.hpp>

#include <QDir>
#include <QFileInfo>
#include <QThread>

#include <cmath>
#include <exception>

namespace runnel::test {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::uint16_t free_port() {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

bool is_knots() {
    QProcess process;
    process.start(RealBitcoind::program(), {"-version"});
    process.waitForFinished();
    return process.readAllStandardOutput().contains("Knots");
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

}  // namespace

QString RealBitcoind::program() {
    QStringList places;
    if (qEnvironmentVariableIsSet("RUNNEL_BITCOIND"))
        places << qEnvironmentVariable("RUNNEL_BITCOIND");
    if (qEnvironmentVariableIsSet("RUNNEL_PEERS"))
        places << qEnvironmentVariable("RUNNEL_PEERS") + "/bitcoind/bitcoind";
    places << QStringLiteral(RUNNEL_SOURCE_DIR) + "/build/peers/bitcoind/bitcoind";
    for (const auto& place : places) {
        if (QFileInfo(place).isExecutable()) return place;
    }
    return {};
}

RealBitcoind::RealBitcoind(QStringList extra)
    : m_extra(std::move(extra)), m_port(free_port()), m_zmq_port(free_port()) {}

RealBitcoind::~RealBitcoind() { stop(); }

std::string RealBitcoind::cookie_path() const {
    return m_folder.filePath("regtest/.cookie").toStdString();
}

std::string RealBitcoind::url() const {
    return "bitcoind:http://127.0.0.1:" + std::to_string(m_port) + "?cookie=" + cookie_path();
}

bool RealBitcoind::start() {
    QStringList arguments{"-regtest",
                          "-datadir=" + m_folder.path(),
                          "-rpcport=" + QString::number(m_port),
                          "-listen=0",
                          "-server=1",
                          "-fallbackfee=0.00002",
                          "-addresstype=bech32",
                          "-changetype=bech32",
                          "-minrelaytxfee=0.00001",
                          "-incrementalrelayfee=0.00001",
                          "-dustrelayfee=0.00003",
                          "-rpcworkqueue=64",
                          "-printtoconsole=0",
                          "-persistmempool=1"};
    // Knots takes transactions of version 3 for ordinary ones unless told otherwise; Core has no
    // such option. Nor does it mine a lock time of 21, which its own wallet draws by chance.
    if (is_knots())
        arguments << "-mempooltruc=enforce"
                  << "-rejectparasites=0";
    arguments << m_extra;
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(program(), arguments);
    auto url = chain::parse_bitcoind_url(this->url(), Network::regtest);
    if (!url || !m_process.waitForStarted()) return false;
    m_rpc = std::make_unique<chain::RpcClient>(
        m_io.get_executor(), std::make_shared<const chain::BitcoindUrl>(std::move(*url)),
        chain::RpcLimits());
    for (int i = 0; i < 1200; ++i) {
        if (m_process.state() == QProcess::NotRunning) {
            qWarning("bitcoind ended: %s", m_process.readAll().constData());
            return false;
        }
        if (try_rpc("getblockchaininfo")) {
            if (try_rpc("loadwallet", {"w"})) return true;
            (void)try_rpc("createwallet", {"w"});
            return true;
        }
        QThread::msleep(50);
    }
    return false;
}

void RealBitcoind::stop() {
    if (m_process.state() == QProcess::NotRunning) return;
    (void)try_rpc("stop");
    if (!m_process.waitForFinished(30'000)) {
        m_process.kill();
        m_process.waitForFinished();
    }
    m_rpc.reset();
}

chain::RpcAnswer RealBitcoind::try_rpc(const std::string& method, json::array params) {
    std::optional<chain::RpcAnswer> out;
    m_io.restart();
    const auto ask = [&]() -> asio::awaitable<void> {
        auto answer = co_await m_rpc->call(method, std::move(params));
        out.emplace(std::move(answer));
    };
    asio::co_spawn(m_io, ask, [](std::exception_ptr failed) {
        if (failed) std::rethrow_exception(failed);
    });
    m_io.run();
    return std::move(*out);
}

json::value RealBitcoind::rpc(const std::string& method, json::array params) {
    const std::string asked = json::serialize(params).substr(0, 300);
    auto answer = try_rpc(method, std::move(params));
    if (!answer) qFatal("%s %s: %s", method.c_str(), asked.c_str(), answer.error().message.c_str());
    return std::move(*answer);
}

std::string RealBitcoind::new_address(const char* type) {
    return text(rpc("getnewaddress", {"", type}));
}

void RealBitcoind::mine(int n) { rpc("generatetoaddress", {n, new_address()}); }

void RealBitcoind::reorg(int n) {
    const auto hash = rpc("getblockhash", {static_cast<std::int64_t>(height()) - n + 1});
    rpc("invalidateblock", {hash});
    mine(n + 1);
}

std::uint32_t RealBitcoind::height() {
    return static_cast<std::uint32_t>(rpc("getblockcount").as_int64());
}

BlockHash RealBitcoind::tip() {
    return *from_display_hex<BlockHash>(text(rpc("getbestblockhash")));
}

RealBitcoind::WalletCoin RealBitcoind::deepest_coin() {
    const auto list = rpc("listunspent");
    const json::value* best = nullptr;
    for (const auto& entry : list.as_array()) {
        const bool deeper = best == nullptr || entry.at("confirmations").as_int64() >
                                                   best->at("confirmations").as_int64();
        if (deeper && entry.at("amount").to_number<double>() > 0.1) best = &entry;
    }
    if (best == nullptr) qFatal("no coin");
    const auto satoshi = std::llround(best->at("amount").to_number<double>() * 1e8);
    return {{*from_display_hex<Txid>(text(best->at("txid"))),
             static_cast<std::uint32_t>(best->at("vout").as_int64())},
            Sat(static_cast<std::uint64_t>(satoshi))};
}

bitcoin::Transaction RealBitcoind::pay(const bitcoin::Script& script, Sat amount) {
    const auto coin = deepest_coin();
    bitcoin::Transaction bare;
    bare.inputs.resize(1);
    bare.inputs[0].previous = coin.outpoint;
    bare.outputs = {{amount, script}, {coin.value - amount - Sat(2'000), script_of(new_address())}};
    auto tx = sign(bare);
    rpc("sendrawtransaction", {to_hex(tx.serialise())});
    return tx;
}

bitcoin::Transaction RealBitcoind::sign(const bitcoin::Transaction& tx,
                                        const std::vector<bitcoin::Transaction>& parents) {
    json::array previous;
    for (const auto& parent : parents) {
        for (std::size_t i = 0; i < parent.outputs.size(); ++i) {
            json::object one;
            one["txid"] = display_hex(parent.txid());
            one["vout"] = static_cast<std::int64_t>(i);
            one["scriptPubKey"] = to_hex(parent.outputs[i].script);
            one["amount"] = static_cast<double>(parent.outputs[i].value.raw()) / 1e8;
            previous.push_back(std::move(one));
        }
    }
    const auto result =
        rpc("signrawtransactionwithwallet", {to_hex(tx.serialise()), std::move(previous)});
    if (!result.at("complete").as_bool()) qFatal("not signed: %s", json::serialize(result).c_str());
    return *bitcoin::Transaction::parse(*from_hex(text(result.at("hex"))));
}

bitcoin::Script RealBitcoind::script_of(const std::string& address) {
    return *from_hex(text(rpc("getaddressinfo", {address}).at("scriptPubKey")));
}

}  // namespace runnel::test
