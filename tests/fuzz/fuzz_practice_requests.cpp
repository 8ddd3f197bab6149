// Any bytes as what somebody writes to the practice network's socket: each line is answered once,
// in order, with JSON that the wallet's side reads, and no question changes a block.
#include "app/control/line_server.h"
#include "app/practice/messages.h"
#include "app/practice/places.h"
#include "app/runnel-practice/chain_methods.h"
#include "core/bitcoin/script.h"
#include "tests/fuzz/scratch.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>

namespace {

using namespace runnel;
namespace asio = boost::asio;
namespace json = boost::json;
using asio::local::stream_protocol;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr UnixTime start{1'700'000'000};

/// A chain with a few coins in it, behind its socket.
class Served {
public:
    explicit Served(const std::filesystem::path& folder)
        : m_chain(open(folder)), m_methods(m_chain) {
        const auto anybody = bitcoin::p2wsh(bitcoin::Script{0x52});
        for (int i = 0; i < 3; ++i) require(m_chain.faucet(anybody, Sat(50'000)).has_value());
        m_chain.mine(3, start);
        require(m_chain.faucet(anybody, Sat(60'000)).has_value());
        m_tip = m_chain.chain().tip();
        control::LineServer::Options options;
        options.directory = folder;
        options.most_request = practice::max_practice_request;
        options.most_unwritten = std::size_t{2} * practice::max_answer;
        options.greeting = [] { return json::object{{"practice", practice::protocol_version}}; };
        options.on_client = [this](const auto& client) {
            client->send({{"news", practice::to_json(m_methods.news())}});
        };
        options.on_request = [this](const auto& client, const control::LineRequest& request) {
            client->answer(request.id,
                           m_methods.knows(request.method)
                               ? m_methods.call(request.method, request.params)
                               : control::Outcome(fail(control::bad_request("method"))));
        };
        auto opened = control::LineServer::open(io, std::move(options));
        require(opened.has_value());
        m_server = std::move(*opened);
    }
    bool is_as_before() const { return m_chain.chain().tip() == m_tip; }

    asio::io_context io;

private:
    static practice::DurableChain open(const std::filesystem::path& folder) {
        auto opened = practice::DurableChain::open(folder / "chain", start, 7);
        require(opened.has_value());
        return std::move(*opened);
    }

    practice::DurableChain m_chain;
    practice::ChainMethods m_methods;
    BlockHash m_tip;
    std::unique_ptr<control::LineServer> m_server;
};

/// Reads all that is said, a line at a time.
class Listener {
public:
    explicit Listener(stream_protocol::socket& socket) : m_socket(socket) { read(); }
    const std::vector<std::string>& lines() const { return m_lines; }

private:
    void read() {
        asio::async_read_until(
            m_socket, m_in, '\n', [this](const boost::system::error_code& error, std::size_t size) {
                if (error) return;
                const auto begin = asio::buffers_begin(m_in.data());
                m_lines.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
                m_in.consume(size);
                read();
            });
    }

    stream_protocol::socket& m_socket;
    asio::streambuf m_in;
    std::vector<std::string> m_lines;
};

void settle(asio::io_context& io) {
    io.restart();
    while (io.poll() > 0) {
    }
}

void check_answer(const json::object& answer) {
    require(answer.contains("id") && answer.contains("result") != answer.contains("error"));
    const auto* const result = answer.if_contains("result");
    const auto* const object = result == nullptr ? nullptr : result->if_object();
    if (object == nullptr) return;
    if (object->contains("tip")) require(practice::read_news(*result).has_value());
    if (object->contains("blocks")) require(practice::read_blocks(*result).has_value());
    if (object->contains("transactions"))
        require(practice::read_transactions(*result, 1'000).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static const fuzz::Scratch scratch;
    static Served network(scratch.folder());

    stream_protocol::socket socket(network.io);
    socket.connect(stream_protocol::endpoint((scratch.folder() / "control.sock").string()));
    {
        Listener listener(socket);
        asio::async_write(socket, asio::buffer(text), [](const auto&, std::size_t) {});
        settle(network.io);
        const auto& lines = listener.lines();
        require(lines.size() ==
                2 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto line = json::parse(lines[i]);
            if (i == 0) require(line.as_object().contains("practice"));
            if (i == 1) require(practice::read_news(line.at("news")).has_value());
            if (i > 1) check_answer(line.as_object());
        }
        socket.close();
        settle(network.io);
    }
    require(network.is_as_before());
    return 0;
}
