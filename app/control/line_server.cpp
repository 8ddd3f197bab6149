#include "app/control/line_server.h"

#include "app/control/socket_path.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <deque>
#include <set>

namespace runnel::control {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

/// Whoever came first of so many beyond the most that are served makes room for the next.
constexpr std::size_t most_beyond = 8;
/// One that was too slow has so long to read why it is left.
constexpr std::chrono::seconds farewell{10};

Failure all_are_there(std::size_t clients) {
    return {"busy",
            fmt::format("The node serves {} programs already, and no more.", clients),
            "Close one of them (each runnel-cli events is one), or try again soon. runnel-cli stop "
            "is always served.",
            {}};
}

json::object error_line(const json::value& id, const Failure& failure) {
    return {{"id", id}, {"error", failure_json(failure)}};
}

/// The socket's mode keeps others out already; this holds even where a file system ignores modes.
bool is_same_person(const stream_protocol::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    auto& native = const_cast<stream_protocol::socket&>(socket);
    if (::getsockopt(native.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

class LineServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    class Client;

    Impl(asio::io_context& io, Options settings)
        : options(std::move(settings)), m_acceptor(io), m_pause(io), m_path(options.directory) {}

    Result<void, std::string> open();
    void accept();
    void serve(stream_protocol::socket socket);
    void close() {
        error_code ignored;
        m_acceptor.close(ignored);
        m_pause.cancel();
        std::error_code gone;
        if (!m_closed) std::filesystem::remove(m_path.full(), gone);
        m_closed = true;
    }

    Options options;
    std::set<std::shared_ptr<Client>> clients;
    std::deque<std::shared_ptr<Client>> beyond;  ///< Those of them who came when all were there.
    bool ended = false;  ///< The server object is gone: nothing may reach its owner any more.

private:
    stream_protocol::acceptor m_acceptor;
    asio::steady_timer m_pause;
    SocketPath m_path;
    bool m_closed = false;
};

class LineServer::Impl::Client final : public LineClient,
                                       public std::enable_shared_from_this<Client> {
public:
    Client(stream_protocol::socket socket, std::shared_ptr<Impl> server, bool is_beyond)
        : m_socket(std::move(socket)),
          m_server(std::move(server)),
          m_farewell(m_socket.get_executor()),
          m_in(m_server->options.most_request),
          m_is_beyond(is_beyond) {}

    void start() {
        send(m_server->options.greeting());
        if (m_server->options.on_client && !m_is_beyond)
            m_server->options.on_client(shared_from_this());
        read();
    }
    void end() {
        const auto self = shared_from_this();
        error_code ignored;
        m_socket.close(ignored);
        m_farewell.cancel();
        attachment.reset();
        m_server->clients.erase(self);
        std::erase(m_server->beyond, self);
    }
    void answer(const json::value& id, const Outcome& outcome) override {
        if (m_unanswered > 0) --m_unanswered;
        send(outcome ? json::object{{"id", id}, {"result", *outcome}}
                     : error_line(id, outcome.error()));
        read();
    }
    void send(const json::object& line) override {
        if (!m_socket.is_open() || m_leaving) return;
        // Judged before the new line: one answer may be as long as it is.
        if (m_queued.size() > m_server->options.most_unwritten) {
            leave_as_too_slow();
            return;
        }
        queue(line);
    }

private:
    void queue(const json::object& line) {
        m_queued += json::serialize(line);
        m_queued += '\n';
        if (!m_write_under_way) write();
    }

    /// What waits is dropped; should it read on, it hears that.
    void leave_as_too_slow() {
        if (!m_server->options.too_slow) return end();
        attachment.reset();
        m_queued.clear();
        m_leaving = true;
        m_farewell.expires_after(farewell);
        m_farewell.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) self->end();
        });
        queue(error_line(nullptr, *m_server->options.too_slow));
    }

    /// Ends when what was said is written.
    void finish() {
        m_leaving = true;
        if (!m_write_under_way) end();
    }

    void read() {
        if (m_reading || m_leaving || !m_socket.is_open() ||
            m_unanswered >= m_server->options.most_unanswered)
            return;
        m_reading = true;
        asio::async_read_until(
            m_socket, m_in, '\n',
            [self = shared_from_this()](const error_code& error, std::size_t size) {
                if (error || self->m_server->ended) {  // among them: a line that does not end
                    self->end();
                    return;
                }
                if (self->m_leaving) return;
                const auto data = self->m_in.data();
                std::string line(asio::buffers_begin(data),
                                 asio::buffers_begin(data) + static_cast<std::ptrdiff_t>(size));
                self->m_in.consume(size);
                ++self->m_unanswered;
                self->take(line);
                self->m_reading = false;
                self->read();
            });
    }

    void take(const std::string& line) {
        error_code error;
        const auto request = json::parse(line, error);
        const auto* const object = error ? nullptr : request.if_object();
        if (object == nullptr) {
            answer(nullptr, fail(bad_request("line", "one JSON object is needed")));
            return;
        }
        const auto* const id = object->if_contains("id");
        LineRequest asked;
        asked.id = id == nullptr ? json::value(nullptr) : *id;
        const auto* const method = object->if_contains("method");
        if (method == nullptr || !method->is_string()) {
            answer(asked.id, fail(bad_request("method", "missing")));
            return;
        }
        asked.method = std::string(method->get_string());
        const auto* const params = object->if_contains("params");
        if (params != nullptr && !params->is_object() && !params->is_null()) {
            answer(asked.id, fail(bad_request("params", "an object is needed")));
            return;
        }
        if (params != nullptr && params->is_object()) asked.params = params->get_object();
        if (m_is_beyond && asked.method != m_server->options.always) {
            answer(asked.id, fail(all_are_there(m_server->options.most_clients)));
            finish();
            return;
        }
        std::erase(m_server->beyond, shared_from_this());
        m_server->options.on_request(shared_from_this(), asked);
    }

    void write() {
        m_write_under_way = true;
        std::swap(m_writing, m_queued);
        m_queued.clear();
        asio::async_write(m_socket, asio::buffer(m_writing),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                              self->m_write_under_way = false;
                              if (error) {
                                  self->end();
                              } else if (!self->m_queued.empty()) {
                                  self->write();
                              } else if (self->m_leaving) {
                                  self->end();
                              }
                          });
    }

    stream_protocol::socket m_socket;
    std::shared_ptr<Impl> m_server;
    asio::steady_timer m_farewell;
    asio::streambuf m_in;
    std::string m_queued, m_writing;
    bool m_write_under_way = false;
    bool m_reading = false;
    bool m_is_beyond = false;
    bool m_leaving = false;  ///< Nothing more is heard or said but what waits to be written.
    std::size_t m_unanswered = 0;
};

Result<void, std::string> LineServer::Impl::open() {
    // Whoever holds the store's lock is the only server of this directory: a socket lying here is a
    // dead one's.
    std::error_code ignored;
    std::filesystem::remove(m_path.full(), ignored);
    error_code error;
    m_acceptor.open(stream_protocol(), error);
    const auto before = ::umask(0177);
    if (!error) m_acceptor.bind(stream_protocol::endpoint(m_path.short_form()), error);
    ::umask(before);
    if (!error && ::chmod(m_path.full().c_str(), S_IRUSR | S_IWUSR) != 0)
        error = error_code(errno, boost::system::system_category());
    if (!error) m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(error.message());
    accept();
    return {};
}

void LineServer::Impl::accept() {
    m_acceptor.async_accept(
        [self = shared_from_this()](const error_code& error, stream_protocol::socket socket) {
            if (!self->m_acceptor.is_open()) return;
            if (error) {
                self->m_pause.expires_after(std::chrono::milliseconds(200));
                self->m_pause.async_wait([self](const error_code& aborted) {
                    if (!aborted && self->m_acceptor.is_open()) self->accept();
                });
                return;
            }
            if (is_same_person(socket)) self->serve(std::move(socket));
            self->accept();
        });
}

void LineServer::Impl::serve(stream_protocol::socket socket) {
    const bool is_beyond = clients.size() - beyond.size() >= options.most_clients;
    const auto client = std::make_shared<Client>(std::move(socket), shared_from_this(), is_beyond);
    if (is_beyond) {
        if (beyond.size() >= most_beyond) std::shared_ptr<Client>(beyond.front())->end();
        beyond.push_back(client);
    }
    clients.insert(client);
    client->start();
}

Result<std::unique_ptr<LineServer>, std::string> LineServer::open(asio::io_context& io,
                                                                  Options options) {
    auto impl = std::make_shared<Impl>(io, std::move(options));
    RUNNEL_CHECK(impl->open());
    return std::unique_ptr<LineServer>(new LineServer(std::move(impl)));
}

LineServer::~LineServer() {
    close();
    m_impl->ended = true;
    for (const auto& client : std::set<std::shared_ptr<Impl::Client>>(m_impl->clients))
        client->end();
}

void LineServer::send_all(const json::object& line) {
    for (const auto& client : std::set<std::shared_ptr<Impl::Client>>(m_impl->clients))
        client->send(line);
}

void LineServer::close() { m_impl->close(); }

}  // namespace runnel::control
