#include "app/practice/link.h"

#include "app/control/client.h"
#include "app/control/socket_path.h"
#include "app/practice/places.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>

namespace runnel::practice {

namespace asio = boost::asio;
using boost::system::error_code;

Failure practice_gone() {
    return control::failure_of(api::Problem{api::ProblemKind::practice_gone, {}});
}

Failure practice_silent() {
    return control::failure_of(
        api::Problem{api::ProblemKind::practice_gone, {{"cause", "silent"}}});
}

class Link::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, const std::filesystem::path& folder, Hooks hooks)
        : m_path(folder), m_hooks(std::move(hooks)), m_socket(io), m_in(max_answer) {}

    void start() {
        m_socket.async_connect(asio::local::stream_protocol::endpoint(m_path.short_form()),
                               [self = shared_from_this()](const error_code& error) {
                                   if (error) {
                                       self->close();
                                   } else {
                                       self->read();
                                   }
                               });
    }

    bool is_open() const { return m_greeted && !m_closed; }

    void call(std::string_view method, json::object params,
              std::function<void(const Outcome&)> done) {
        if (!is_open()) {
            done(fail(practice_gone()));
            return;
        }
        const auto id = ++m_last_id;
        m_waiting.emplace(id, std::move(done));
        m_queued += json::serialize(
            json::object{{"id", id}, {"method", method}, {"params", std::move(params)}});
        m_queued += '\n';
        if (!m_write_under_way) write();
    }

    void silence() {
        m_hooks = {};
        m_waiting.clear();
        m_closed = true;
        error_code ignored;
        m_socket.close(ignored);
    }

private:
    void read() {
        asio::async_read_until(
            m_socket, m_in, '\n',
            [self = shared_from_this()](const error_code& error, std::size_t size) {
                if (self->m_closed) return;
                if (error) {
                    self->close();
                    return;
                }
                const auto data = self->m_in.data();
                const std::string line(
                    asio::buffers_begin(data),
                    asio::buffers_begin(data) + static_cast<std::ptrdiff_t>(size));
                self->m_in.consume(size);
                if (!self->take(line)) self->close();
                if (!self->m_closed) self->read();
            });
    }

    /// False for a line that the other side of this protocol does not write.
    bool take(const std::string& text) {
        error_code error;
        const auto line = json::parse(text, error);
        const auto* const object = error ? nullptr : line.if_object();
        if (object == nullptr) return false;
        if (!m_greeted) {
            const auto* const version = object->if_contains("practice");
            if (version == nullptr || *version != protocol_version) return false;
            m_greeted = true;
            if (const auto on_open = m_hooks.on_open) on_open();  // a copy: it may end the link
            return true;
        }
        const auto* const id = object->if_contains("id");
        if (id == nullptr) {
            if (const auto on_line = m_hooks.on_line) on_line(*object);
            return true;
        }
        const auto waiting = id->is_int64() && id->get_int64() > 0
                                 ? m_waiting.find(static_cast<std::uint64_t>(id->get_int64()))
                                 : m_waiting.end();
        if (waiting == m_waiting.end()) return false;
        const auto done = std::move(waiting->second);
        m_waiting.erase(waiting);
        auto outcome = control::outcome_of(*object);
        if (!outcome) return false;
        done(*outcome);
        return true;
    }

    void write() {
        m_write_under_way = true;
        std::swap(m_writing, m_queued);
        m_queued.clear();
        asio::async_write(m_socket, asio::buffer(m_writing),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                              self->m_write_under_way = false;
                              if (self->m_closed) return;
                              if (error) {
                                  self->close();
                              } else if (!self->m_queued.empty()) {
                                  self->write();
                              }
                          });
    }

    void close() {
        if (m_closed) return;
        m_closed = true;
        error_code ignored;
        m_socket.close(ignored);
        const auto self = shared_from_this();  // a callback may end the link
        for (const auto& [id, done] : std::exchange(m_waiting, {})) done(fail(practice_gone()));
        if (m_hooks.on_close) std::exchange(m_hooks, {}).on_close();
    }

    const control::SocketPath m_path;
    Hooks m_hooks;
    asio::local::stream_protocol::socket m_socket;
    asio::streambuf m_in;
    std::string m_queued, m_writing;
    bool m_write_under_way = false, m_greeted = false, m_closed = false;
    std::uint64_t m_last_id = 0;
    std::map<std::uint64_t, std::function<void(const Outcome&)>> m_waiting;
};

Link::Link(asio::io_context& io, const std::filesystem::path& folder, Hooks hooks)
    : m_impl(std::make_shared<Impl>(io, folder, std::move(hooks))) {
    m_impl->start();
}

Link::~Link() { m_impl->silence(); }

bool Link::is_open() const { return m_impl->is_open(); }

void Link::call(std::string_view method, json::object params,
                std::function<void(const Outcome&)> done) {
    m_impl->call(method, std::move(params), std::move(done));
}

}  // namespace runnel::practice
