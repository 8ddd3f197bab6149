#include "tests/unit/chain/fake_bitcoind.h"

#include "core/base/network.h"
#include "core/crypto/hash.h"
#include "wallet/chain/block_check.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <list>

namespace runnel::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;

bitcoin::Block mine_block(const BlockHash& previous, std::uint32_t height,
                          std::vector<bitcoin::Transaction> txs, std::uint32_t salt,
                          std::optional<std::uint32_t> time, std::uint32_t bits) {
    bitcoin::Transaction coinbase;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].previous.index = 0xffffffff;
    Writer script;
    script.u8(4).le32(height).u8(4).le32(salt);
    coinbase.inputs[0].script_sig = script.take();
    coinbase.outputs = {{Sat(5'000'000'000), Bytes{0x51}}};
    std::vector<Txid> ids(1);
    for (const auto& tx : txs) ids.emplace_back(tx.wtxid().raw());
    Bytes both = to_bytes(bitcoin::merkle_root(ids).view());
    append(both, Bytes(32));
    Bytes commitment{0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};
    append(commitment, crypto::sha256d(both).view());
    coinbase.outputs.push_back({Sat(0), commitment});
    coinbase.inputs[0].witness = {Bytes(32)};

    bitcoin::Block block;
    block.transactions.push_back(coinbase);
    block.transactions.insert(block.transactions.end(), txs.begin(), txs.end());
    ids.clear();
    for (const auto& tx : block.transactions) ids.push_back(tx.txid());
    block.header.version = 0x20000000;
    block.header.previous = previous;
    block.header.merkle_root = bitcoin::merkle_root(ids);
    block.header.time = time.value_or(1'600'000'000 + height);
    block.header.bits = bits;
    while (!chain::meets_target(block.header.hash(), block.header.bits, Network::regtest))
        ++block.header.nonce;
    return block;
}

namespace {

/// Each regtest block is the work of two hashes.
json::string work_at(std::uint32_t height) {
    Writer out;
    out.bytes(Bytes(28)).u32(2 * (height + 1));
    return json::string(to_hex(out.take()));
}

/// The block that regtest begins with, for whoever searches from the beginning.
bitcoin::Block genesis() {
    const auto bytes = from_hex(
        "01000000000000000000000000000000000000000000000000000000000000000000000"
        "03ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000"
        "0101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ff"
        "ff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20627269"
        "6e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a010000004341"
        "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e5"
        "1ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000");
    return *bitcoin::Block::parse(bytes.value());
}

}  // namespace

struct FakeBitcoind::Connection {
    explicit Connection(tcp::socket s) : socket(std::move(s)) {}
    tcp::socket socket;
};

struct FakeBitcoind::Server {
    asio::io_context io;
    tcp::acceptor acceptor{io};
    std::thread thread;
    std::list<std::thread> workers;
    std::list<std::shared_ptr<Connection>> connections;
};

FakeBitcoind::FakeBitcoind() {
    m_hashes.emplace_back(params_of(Network::regtest).chain_hash.raw());
    m_blocks.emplace(m_hashes.back(), genesis());
    login("user:password");
    start();
}

FakeBitcoind::~FakeBitcoind() { stop(); }

void FakeBitcoind::start() {
    m_server = std::make_unique<Server>();
    auto& acceptor = m_server->acceptor;
    acceptor.open(tcp::v4());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind({asio::ip::address_v4::loopback(), m_port});
    acceptor.listen();
    m_port = acceptor.local_endpoint().port();
    m_stopped = false;
    m_server->thread = std::thread([this] { accept(); });
}

void FakeBitcoind::stop() {
    if (!m_server) return;
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        for (const auto& connection : m_server->connections) {
            boost::system::error_code ignored;
            connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
        }
    }
    m_stopping.notify_all();
    // A blocking accept is woken by a connection.
    {
        boost::system::error_code ignored;
        tcp::socket wake(m_server->io);
        wake.connect({asio::ip::address_v4::loopback(), m_port}, ignored);
    }
    m_server->thread.join();
    for (auto& worker : m_server->workers) worker.join();
    m_server.reset();
}

void FakeBitcoind::accept() {
    for (;;) {
        boost::system::error_code error;
        tcp::socket socket(m_server->io);
        m_server->acceptor.accept(socket, error);
        const std::lock_guard lock(m_mutex);
        if (m_stopped || error) return;
        ++m_connections;
        auto connection = std::make_shared<Connection>(std::move(socket));
        m_server->connections.push_back(connection);
        m_server->workers.emplace_back([this, connection] { serve(connection); });
    }
}

void FakeBitcoind::serve(std::shared_ptr<Connection> connection) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        boost::system::error_code error;
        http::request<http::string_body> request;
        http::read(connection->socket, buffer, request, error);
        if (error) return;
        http::response<http::string_body> response(http::status::ok, 11);
        Twist twist;
        {
            const std::lock_guard lock(m_mutex);
            const auto login = request[http::field::authorization];
            if (std::string_view(login.data(), login.size()) != m_authorization) {
                response.result(http::status::unauthorized);
            } else {
                const auto body = json::parse(request.body());
                json::value answers;
                if (const auto* list = body.if_array()) {
                    json::array out;
                    for (const auto& one : *list) out.push_back(reply_to(one, twist));
                    answers = std::move(out);
                } else {
                    answers = reply_to(body, twist);
                }
                response.body() = json::serialize(answers);
            }
        }
        if (twist.kind == Twist::Kind::hang) {
            std::unique_lock lock(m_mutex);
            m_stopping.wait(lock, [this] { return m_stopped; });
            return;
        }
        if (twist.kind == Twist::Kind::raw) {
            asio::write(connection->socket, asio::buffer(twist.bytes), error);
            connection->socket.shutdown(tcp::socket::shutdown_both, error);
            return;
        }
        response.prepare_payload();
        http::write(connection->socket, response, error);
        if (error) return;
    }
}

json::object FakeBitcoind::reply_to(const json::value& request, Twist& twist) {
    const std::string method(request.at("method").as_string());
    const auto& params = request.at("params").as_array();
    ++m_requests[method];
    json::object out;
    out["id"] = request.at("id");
    if (m_hook) {
        auto wanted = m_hook(method, params);
        if (wanted.kind == Twist::Kind::body) {
            out["result"] = json::parse(wanted.bytes);
            out["error"] = nullptr;
            return out;
        }
        if (wanted.kind != Twist::Kind::none) twist = std::move(wanted);
    }
    try {
        out["result"] = answer(method, params);
        out["error"] = nullptr;
    } catch (const std::pair<int, std::string>& refused) {
        json::object error;
        error["code"] = refused.first;
        error["message"] = refused.second;
        out["result"] = nullptr;
        out["error"] = std::move(error);
    }
    return out;
}

json::value FakeBitcoind::answer(const std::string& method, const json::array& params) {
    const auto refuse = [](int code, const char* words) {
        throw std::pair<int, std::string>(code, words);
    };
    const auto block_of = [&](const json::value& text) -> const bitcoin::Block& {
        const auto hash = from_display_hex<BlockHash>(std::string(text.as_string()));
        if (!hash || m_blocks.count(*hash) == 0) refuse(-5, "Block not found");
        if (m_stale_forgotten &&
            std::find(m_hashes.begin(), m_hashes.end(), *hash) == m_hashes.end())
            refuse(-5, "Block not found");
        return m_blocks.at(*hash);
    };
    const auto top = static_cast<std::int64_t>(m_hashes.size()) - 1;
    json::object out;
    if (method == "getnetworkinfo") {
        out["version"] = m_version;
        return out;
    }
    if (method == "getblockchaininfo") {
        out["chain"] = "regtest";
        out["blocks"] = top;
        out["headers"] = top;
        out["bestblockhash"] = display_hex(m_hashes.back());
        out["initialblockdownload"] = false;
        out["time"] = 1'600'000'000;
        out["chainwork"] = work_at(static_cast<std::uint32_t>(top));
        return out;
    }
    if (method == "getblockhash") {
        const auto h = params.at(0).as_int64();
        if (h < 0 || h > top) refuse(-8, "Block height out of range");
        return json::string(display_hex(m_hashes[static_cast<std::size_t>(h)]));
    }
    if (method == "getblock") {
        for (std::uint32_t h = 0; h < m_pruned_below; ++h) {
            if (display_hex(m_hashes.at(h)) == std::string(params.at(0).as_string())) {
                refuse(-1, "Block not available (pruned data)");
            }
        }
        return json::string(to_hex(block_of(params.at(0)).serialise()));
    }
    if (method == "getblockheader") {
        const auto& block = block_of(params.at(0));
        if (params.size() < 2 || !params.at(1).as_bool())
            return json::string(to_hex(block.header.serialise()));
        if (block.header.previous.is_zero()) {
            out["chainwork"] = work_at(0);
            return out;
        }
        // The height is in its coinbase.
        Reader in(ByteView(block.transactions.at(0).inputs.at(0).script_sig).subspan(1));
        out["chainwork"] = work_at(in.le32());
        return out;
    }
    if (method == "getzmqnotifications") return json::array();
    if (method == "getmempoolinfo") {
        out["size"] = static_cast<std::int64_t>(m_mempool.size());
        out["mempoolminfee"] = 0.00001;
        out["minrelaytxfee"] = 0.00001;
        return out;
    }
    if (method == "getrawmempool") {
        json::array ids;
        for (const auto& [txid, tx] : m_mempool) ids.emplace_back(display_hex(txid));
        return ids;
    }
    if (method == "getrawtransaction" || method == "getmempoolentry") {
        const auto txid = from_display_hex<Txid>(std::string(params.at(0).as_string()));
        if (!txid || m_mempool.count(*txid) == 0) refuse(-5, "Transaction not in mempool");
        if (method == "getmempoolentry") return out;
        return json::string(to_hex(m_mempool.at(*txid).serialise()));
    }
    if (method == "gettxspendingprevout" && m_version >= 240'000) {
        json::array list;
        for (const auto& wanted : params.at(0).as_array()) {
            json::object one = wanted.as_object();
            for (const auto& [txid, tx] : m_mempool) {
                for (const auto& in : tx.inputs) {
                    if (display_hex(in.previous.txid) == std::string(one["txid"].as_string()) &&
                        in.previous.index == one["vout"].as_int64()) {
                        one["spendingtxid"] = display_hex(txid);
                    }
                }
            }
            list.push_back(std::move(one));
        }
        return list;
    }
    if (method == "estimatesmartfee") {
        out["errors"] = json::array{"Insufficient data or no feerate found"};
        return out;
    }
    if (method == "sendrawtransaction") {
        const auto bytes = from_hex(std::string(params.at(0).as_string()));
        const auto tx = bitcoin::Transaction::parse(bytes.value_or(Bytes()));
        if (!tx) refuse(-22, "TX decode failed");
        m_mempool[tx->txid()] = *tx;
        return json::string(display_hex(tx->txid()));
    }
    refuse(-32601, "Method not found");
    return {};
}

void FakeBitcoind::hook(Hook hook) {
    const std::lock_guard lock(m_mutex);
    m_hook = std::move(hook);
}

void FakeBitcoind::login(const std::string& user_and_password) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < user_and_password.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (i + k < user_and_password.size()
                                      ? static_cast<unsigned char>(user_and_password[i + k])
                                      : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k > user_and_password.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
        }
    }
    const std::lock_guard lock(m_mutex);
    m_authorization = "Basic " + out;
}

void FakeBitcoind::version(std::int64_t version) {
    const std::lock_guard lock(m_mutex);
    m_version = version;
}

void FakeBitcoind::block_times(std::function<std::uint32_t(std::uint32_t)> time_of) {
    const std::lock_guard lock(m_mutex);
    m_time_of = std::move(time_of);
}

void FakeBitcoind::mine(int n, std::vector<bitcoin::Transaction> txs) {
    const std::lock_guard lock(m_mutex);
    for (const auto& tx : txs) m_mempool.erase(tx.txid());
    for (int i = 0; i < n; ++i) {
        const auto height = static_cast<std::uint32_t>(m_hashes.size());
        auto block =
            mine_block(m_hashes.back(), height, txs, ++m_salt,
                       m_time_of ? std::optional(m_time_of(height)) : std::nullopt, m_bits);
        txs.clear();
        m_hashes.push_back(block.header.hash());
        m_blocks[m_hashes.back()] = std::move(block);
    }
}

void FakeBitcoind::reorg_away(int n) {
    const std::lock_guard lock(m_mutex);
    for (int i = 0; i < n; ++i) {
        const auto& block = m_blocks.at(m_hashes.back());
        for (std::size_t k = 1; k < block.transactions.size(); ++k) {
            m_mempool[block.transactions[k].txid()] = block.transactions[k];
        }
        m_hashes.pop_back();
    }
}

void FakeBitcoind::bits(std::uint32_t bits) {
    const std::lock_guard lock(m_mutex);
    m_bits = bits;
}

void FakeBitcoind::forget_stale(bool forgotten) {
    const std::lock_guard lock(m_mutex);
    m_stale_forgotten = forgotten;
}

void FakeBitcoind::add_to_mempool(const bitcoin::Transaction& tx) {
    const std::lock_guard lock(m_mutex);
    m_mempool[tx.txid()] = tx;
}

void FakeBitcoind::prune_below(std::uint32_t height) {
    const std::lock_guard lock(m_mutex);
    m_pruned_below = height;
}

std::uint32_t FakeBitcoind::height() {
    const std::lock_guard lock(m_mutex);
    return static_cast<std::uint32_t>(m_hashes.size()) - 1;
}

BlockHash FakeBitcoind::hash_at(std::uint32_t height) {
    const std::lock_guard lock(m_mutex);
    return m_hashes.at(height);
}

std::string FakeBitcoind::raw_block(std::uint32_t height) {
    const std::lock_guard lock(m_mutex);
    return to_hex(m_blocks.at(m_hashes.at(height)).serialise());
}

int FakeBitcoind::requests(const std::string& method) {
    const std::lock_guard lock(m_mutex);
    return m_requests[method];
}

}  // namespace runnel::test
