#include "wallet/chain/rpc_client.h"

#include "core/base/log.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>

#include <openssl/evp.h>

#include <fstream>
#include <iterator>
#include <optional>

namespace runnel::chain {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using boost::system::error_code;
using Kind = RpcFailure::Kind;

namespace {

/// A cookie is "__cookie__:" and 64 hex digits; anything much longer is another file.
constexpr std::size_t max_cookie_bytes = 4096;

std::string base64(std::string_view text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

RpcFailure failure(Kind kind, std::string message) { return {kind, 0, std::move(message)}; }

RpcFailure transport_failure(const error_code& error) {
    if (error == beast::error::timeout) return failure(Kind::timeout, "no answer in time");
    if (error == http::error::body_limit || error == http::error::header_limit) {
        return failure(Kind::too_large, error.message());
    }
    if (error.category() == make_error_code(http::error::bad_version).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
        return failure(Kind::malformed, error.message());
    }
    return failure(Kind::unreachable, error.message());
}

}  // namespace

class RpcClient::Impl {
public:
    Impl(asio::any_io_executor executor, std::shared_ptr<const BitcoindUrl> url, RpcLimits limits)
        : m_executor(std::move(executor)),
          m_url(std::move(url)),
          m_limits(limits),
          m_stream(m_executor),
          m_timer(m_executor) {}

    asio::awaitable<Result<json::value, RpcFailure>> exchange(std::string body) {
        bool login_retried = false;
        int busy = 0;
        for (;;) {
            if (m_authorization.empty() && !load_login()) {
                co_return fail(failure(Kind::unauthorised, "the cookie file cannot be read"));
            }
            const bool reused = m_connected;
            auto response = co_await send_once(body);
            if (!response) {
                close();
                // An idle connection that bitcoind has closed meanwhile says nothing about
                // bitcoind: once more, freshly.
                if (reused && !m_closed && response.error().kind == Kind::unreachable) continue;
                co_return fail(std::move(response).error());
            }
            const unsigned status = response->result_int();
            if (!response->keep_alive()) close();
            if (status == 401) {
                m_authorization.clear();
                // A restarted bitcoind has written a new cookie.
                if (m_url->uses_cookie() && !login_retried) {
                    login_retried = true;
                    continue;
                }
                co_return fail(failure(Kind::unauthorised, "user name or password refused"));
            }
            if (status == 403) {
                co_return fail(
                    failure(Kind::unauthorised, "this address is not allowed (rpcallowip)"));
            }
            if (status == 503) {
                if (++busy > m_limits.busy_retries) {
                    co_return fail(failure(Kind::busy, "its work queue stays full"));
                }
                error_code ignored;
                m_timer.expires_after(std::chrono::milliseconds(100) * busy);
                co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
                if (m_closed) co_return fail(failure(Kind::unreachable, "closed"));
                continue;
            }
            // Errors of the call itself come with other statuses (500, 404) and a JSON body.
            auto value = parse_json(response->body());
            if (!value) {
                close();
                co_return fail(
                    failure(Kind::malformed, "HTTP " + std::to_string(status) + " without JSON"));
            }
            co_return std::move(*value);
        }
    }

    void close() {
        error_code ignored;
        m_stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
        m_stream.close();
        m_connected = false;
        m_buffer.clear();
    }
    void abort() {
        m_closed = true;
        m_timer.cancel();
        close();
    }
    void reopen() { m_closed = false; }
    std::int64_t next_id() { return ++m_id; }

private:
    using Response = http::response<http::string_body>;

    bool load_login() {
        std::string login;
        if (m_url->uses_cookie()) {
            std::ifstream file(m_url->cookie_path, std::ios::binary);
            if (!file) return false;
            login.resize(max_cookie_bytes);
            file.read(login.data(), static_cast<std::streamsize>(login.size()));
            login.resize(static_cast<std::size_t>(file.gcount()));
            while (!login.empty() && (login.back() == '\n' || login.back() == '\r'))
                login.pop_back();
            if (login.find(':') == std::string::npos) return false;
        } else {
            login = m_url->user + ":";
            const ByteView password = m_url->password.reveal();
            login.append(password.begin(), password.end());
        }
        m_authorization = "Basic " + base64(login);
        wipe(login.data(), login.size());
        return true;
    }

    asio::awaitable<Result<void, RpcFailure>> connect() {
        error_code error;
        asio::ip::tcp::resolver resolver(m_executor);
        m_stream.expires_after(m_limits.connect);
        const std::string port = std::to_string(m_url->port);
        const auto endpoints = co_await resolver.async_resolve(
            m_url->host, port, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(failure(Kind::unreachable, error.message()));
        if (m_closed) co_return fail(failure(Kind::unreachable, "closed"));
        co_await m_stream.async_connect(endpoints,
                                        asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(failure(Kind::unreachable, error.message()));
        m_stream.socket().set_option(asio::ip::tcp::no_delay(true), error);
        m_connected = true;
        co_return Result<void, RpcFailure>();
    }

    asio::awaitable<Result<Response, RpcFailure>> send_once(const std::string& body) {
        if (!m_connected) {
            auto connected = co_await connect();
            if (!connected) co_return fail(connected.error());
        }
        http::request<http::string_body> request(http::verb::post, "/", 11);
        request.set(http::field::host, m_url->host);
        request.set(http::field::authorization, m_authorization);
        request.set(http::field::content_type, "application/json");
        request.body() = body;
        request.prepare_payload();

        error_code error;
        m_stream.expires_after(m_limits.answer);
        co_await http::async_write(m_stream, request,
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(transport_failure(error));
        http::response_parser<http::string_body> parser;
        parser.body_limit(m_limits.answer_bytes);
        co_await http::async_read(m_stream, m_buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(transport_failure(error));
        m_stream.expires_never();
        co_return parser.release();
    }

    asio::any_io_executor m_executor;
    std::shared_ptr<const BitcoindUrl> m_url;
    RpcLimits m_limits;
    beast::tcp_stream m_stream;
    asio::steady_timer m_timer;
    beast::flat_buffer m_buffer;
    std::string m_authorization;
    bool m_connected = false;
    bool m_closed = false;
    std::int64_t m_id = 0;
};

RpcClient::RpcClient(asio::any_io_executor executor, std::shared_ptr<const BitcoindUrl> url,
                     RpcLimits limits)
    : m_impl(std::make_unique<Impl>(std::move(executor), std::move(url), limits)) {}

RpcClient::~RpcClient() = default;

void RpcClient::close() { m_impl->abort(); }

asio::awaitable<RpcAnswer> RpcClient::call(std::string method, json::array params) {
    m_impl->reopen();
    const std::int64_t id = m_impl->next_id();
    const RpcCall one{std::move(method), std::move(params)};
    std::string body = json::serialize(request_object(id, one));
    auto value = co_await m_impl->exchange(std::move(body));
    if (!value) co_return fail(std::move(value).error());
    co_return read_rpc_answer(std::move(*value), id);
}

asio::awaitable<Result<std::vector<RpcAnswer>, RpcFailure>> RpcClient::batch(
    std::vector<RpcCall> calls) {
    m_impl->reopen();
    std::vector<std::int64_t> ids;
    json::array requests;
    for (const auto& one : calls) {
        ids.push_back(m_impl->next_id());
        requests.push_back(request_object(ids.back(), one));
    }
    std::string body = json::serialize(requests);
    auto value = co_await m_impl->exchange(std::move(body));
    if (!value) co_return fail(std::move(value).error());
    co_return read_rpc_batch(std::move(*value), ids);
}

}  // namespace runnel::chain
