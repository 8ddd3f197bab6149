// Any bytes as what the practice network's process says to a wallet: to its source, which has a
// block, a watch and a transaction of its own, and to the verbs that people have. Whatever comes,
// blocks link, only the tip is taken away, nothing is answered twice, and what a reader took says
// the same when it is written anew.
#include "app/practice/messages.h"
#include "app/practice/source.h"
#include "app/practice/verbs.h"
#include "core/bitcoin/script.h"
#include "core/sim/chain.h"
#include "tests/fuzz/nobody.h"
#include "tests/fuzz/scratch.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <cstdlib>

namespace {

using namespace runnel;
namespace asio = boost::asio;
namespace json = boost::json;
using asio::local::stream_protocol;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Who looks for the network again is answered by as many of them as one input can need.
constexpr int most_connections = 8;

/// Says the same to everybody.
class Process {
public:
    Process(asio::io_context& io, const std::filesystem::path& folder)
        : m_acceptor(io, stream_protocol::endpoint((folder / "control.sock").string())) {
        accept();
    }
    void say(std::string what) {
        m_sockets.clear();
        m_what = std::make_shared<const std::string>(std::move(what));
        m_left = most_connections;
    }

private:
    void accept() {
        m_acceptor.async_accept([this](const boost::system::error_code& error,
                                       stream_protocol::socket socket) {
            if (error) return;
            if (m_left-- > 0) {
                // Nobody reads what is asked; it has to arrive all the same, or its end would come
                // before that of what is said.
                m_sockets.push_back(std::make_shared<stream_protocol::socket>(std::move(socket)));
                asio::async_write(
                    *m_sockets.back(), asio::buffer(*m_what),
                    [one = m_sockets.back(), what = m_what](const auto&, std::size_t) {
                        boost::system::error_code ignored;
                        one->shutdown(stream_protocol::socket::shutdown_send, ignored);
                    });
            }
            accept();
        });
    }

    stream_protocol::acceptor m_acceptor;
    std::shared_ptr<const std::string> m_what;
    std::vector<std::shared_ptr<stream_protocol::socket>> m_sockets;
    int m_left = 0;
};

/// The wallet's node, as far as the verbs ask it.
class Wallet final : public fuzz::Nobody {
public:
    void post(api::Command command, api::OnAnswer answer) override {
        if (std::holds_alternative<api::NewAddress>(command.wish))
            return answer(api::Answer(api::AddressMade{"rnlp1x"}));
        if (const auto* const to = std::get_if<api::Connect>(&command.wish)) {
            require(to->node_id.is_valid() && to->port != 0);
            return answer(api::Answer(api::Connected{to->node_id, {}}));
        }
        std::abort();
    }
};

/// What a source may report.
class Heard {
public:
    explicit Heard(const std::vector<chain::KnownBlock>& known, const Txid& ours)
        : m_blocks(known), m_ours(ours) {}

    void take(const ports::ChainEvent& event) {
        std::visit([this](const auto& one) { on(one); }, event);
    }

private:
    void on(const ports::BlockConnected& e) {
        require(e.previous == m_blocks.back().hash &&
                e.height.raw() == m_blocks.back().height.raw() + 1);
        m_blocks.push_back({e.height, e.hash});
        for (const auto& tx : e.relevant) require(tx.tx != nullptr);
    }
    void on(const ports::BlockDisconnected& e) {
        require(m_blocks.size() > 1 && m_blocks.back() == chain::KnownBlock{e.height, e.hash});
        m_blocks.pop_back();
    }
    void on(const ports::LateConfirmation& e) {
        require(e.tx.tx != nullptr && e.height <= m_blocks.back().height);
        for (const auto& block : m_blocks)
            require(block.height != e.height || block.hash == e.hash);
    }
    void on(const ports::MempoolTx& e) { require(e.tx != nullptr); }
    void on(const ports::ChainStatus& e) {
        require(!e.synced || (e.reachable && e.tip == m_blocks.back().height));
    }
    void on(const ports::BroadcastResult& e) {
        require(e.txid == m_ours && !std::exchange(m_answered, true));
    }
    void on(const ports::FeesChanged& e) {
        const auto& f = e.fees;
        require(f.mempool_min >= feerate_floor && f.slow >= f.mempool_min && f.normal >= f.slow &&
                f.urgent >= f.normal);
    }
    void on(const ports::SearchProgress& e) {
        require(e.search == 1 && !m_done);
        m_done = !e.next;
    }

    std::vector<chain::KnownBlock> m_blocks;
    const Txid m_ours;
    bool m_answered = false, m_done = false;
};

/// Two blocks below the tip are remembered as well, so that there is a fork to find.
std::vector<chain::KnownBlock> known_blocks() {
    const sim::SimChain chain;
    std::vector<chain::KnownBlock> out;
    for (const std::uint32_t height : {99U, 100U, 101U})
        out.push_back({BlockHeight(height), *chain.hash_at(BlockHeight(height))});
    return out;
}

ports::TxPtr our_transaction() {
    bitcoin::Transaction tx;
    tx.inputs = {{{}, {}, 0xfffffffd, {{0x52}}}};
    tx.outputs = {{Sat(1'000), bitcoin::p2wsh(bitcoin::Script{0x53})}};
    return std::make_shared<const bitcoin::Transaction>(std::move(tx));
}

void settle(asio::io_context& io) {
    io.restart();
    while (io.poll() > 0) {
    }
}

void read_line(std::string_view text) {
    boost::system::error_code error;
    const auto line = json::parse(json::string_view(text.data(), text.size()), error);
    const auto* const object = error ? nullptr : line.if_object();
    if (object == nullptr) return;
    for (const char* name : {"news", "result"}) {
        const auto* const value = object->if_contains(name);
        if (value == nullptr) continue;
        if (const auto news = practice::read_news(*value))
            require(practice::read_news(practice::to_json(*news)) == news);
        if (const auto block = practice::read_known_block(*value)) {
            require(practice::read_known_block(practice::to_json(*block)) == block);
        }
        if (const auto txs = practice::read_transactions(*value, 10)) {
            require(txs->size() <= 10);
            const json::object again{{"transactions", practice::transactions_json(*txs)}};
            const auto read = practice::read_transactions(again, 10);
            require(read && read->size() == txs->size());
            for (std::size_t i = 0; i < txs->size(); ++i) require(*(*read)[i] == *(*txs)[i]);
        }
        if (const auto peers = practice::read_peers(*value)) {
            for (const auto& peer : *peers)
                require(!peer.role.empty() && peer.port != 0 && peer.node_id.is_valid());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static const fuzz::Scratch scratch;
    static asio::io_context io;
    static Process process(io, scratch.folder());
    static const auto known = known_blocks();
    static const auto ours = our_transaction();
    static Wallet wallet;

    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        read_line(std::string_view(text).substr(at, end - at));
        at = end + 1;
    }

    process.say(text);
    {
        Heard heard(known, ours->txid());
        practice::PracticeSource source(io, scratch.folder(), {});
        source.watch(
            {ports::WatchScript{bitcoin::p2wsh(bitcoin::Script{0x53})}, BlockHeight(95), 1});
        source.broadcast({ours}, true);
        source.start({known, BlockHeight(95)},
                     [&](const ports::ChainEvent& event) { heard.take(event); });
        settle(io);
        source.stop();
        settle(io);
    }
    for (const char* verb : {"peers", "open", "faucet"}) {
        process.say(text);
        int answers = 0;
        {
            practice::Verbs verbs(io, wallet, scratch.folder());
            verbs.call(verb, {{"amount_sat", 1'000}}, [&](const control::Outcome&) { ++answers; });
            settle(io);
        }
        settle(io);
        require(answers <= 1);
    }
    return 0;
}
