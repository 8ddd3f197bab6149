#include "wallet/chain/zmq_listener.h"

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <zmq.h>

#include <charconv>
#include <optional>

namespace runnel::chain {

namespace asio = boost::asio;

namespace {

/// rawtx also sends what was mined, so a transaction may be as large as a block.
constexpr std::int64_t max_message_bytes = 4'100'000;
constexpr int high_water_mark = 1000;
/// Messages taken in one go before others on the strand get their turn.
constexpr int messages_per_turn = 500;

struct ContextDeleter {
    void operator()(void* context) const { zmq_ctx_term(context); }
};
struct SocketDeleter {
    void operator()(void* socket) const { zmq_close(socket); }
};
using Context = std::unique_ptr<void, ContextDeleter>;
using Socket = std::unique_ptr<void, SocketDeleter>;

class Message {
public:
    Message() { zmq_msg_init(&m_message); }
    ~Message() { zmq_msg_close(&m_message); }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    bool receive(void* socket) { return zmq_msg_recv(&m_message, socket, ZMQ_DONTWAIT) >= 0; }
    bool more() const { return zmq_msg_more(&m_message) != 0; }
    ByteView view() {
        return {static_cast<const std::uint8_t*>(zmq_msg_data(&m_message)),
                zmq_msg_size(&m_message)};
    }
    std::string_view text() {
        return {static_cast<const char*>(zmq_msg_data(&m_message)), zmq_msg_size(&m_message)};
    }

private:
    zmq_msg_t m_message;
};

void set_int(void* socket, int option, int value) {
    zmq_setsockopt(socket, option, &value, sizeof value);
}

}  // namespace

class ZmqListener::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::any_io_executor executor, Handlers handlers)
        : m_executor(std::move(executor)),
          m_handlers(std::move(handlers)),
          m_descriptor(m_executor) {}
    ~Impl() { close(); }

    bool subscribe(const std::vector<Subscription>& subscriptions) {
        close();
        if (!m_context) m_context.reset(zmq_ctx_new());
        if (!m_context) return false;
        m_socket.reset(zmq_socket(m_context.get(), ZMQ_SUB));
        if (!m_socket) return false;
        void* const socket = m_socket.get();
        set_int(socket, ZMQ_LINGER, 0);
        set_int(socket, ZMQ_RCVHWM, high_water_mark);
        set_int(socket, ZMQ_RECONNECT_IVL, 250);
        set_int(socket, ZMQ_RECONNECT_IVL_MAX, 5000);
        set_int(socket, ZMQ_IPV6, 1);
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_message_bytes, sizeof max_message_bytes);
        for (const auto& wanted : subscriptions) {
            zmq_setsockopt(socket, ZMQ_SUBSCRIBE, wanted.topic.data(), wanted.topic.size());
            if (zmq_connect(socket, wanted.endpoint.c_str()) != 0) {
                close();
                return false;
            }
        }
        int fd = -1;
        std::size_t size = sizeof fd;
        boost::system::error_code error;
        if (zmq_getsockopt(socket, ZMQ_FD, &fd, &size) != 0 || m_descriptor.assign(fd, error)) {
            close();
            return false;
        }
        ++m_generation;
        read_later(m_generation);
        return true;
    }

    void close() {
        ++m_generation;
        // The descriptor is libzmq's: given back, not closed.
        if (m_descriptor.is_open()) m_descriptor.release();
        m_socket.reset();
    }

private:
    void read_later(std::uint64_t generation) {
        asio::post(m_executor, [self = shared_from_this(), generation] { self->read(generation); });
    }

    // libzmq's descriptor only tells that something changed; what is there is asked for until
    // nothing is left.
    void read(std::uint64_t generation) {
        if (generation != m_generation) return;
        for (int i = 0; i < messages_per_turn; ++i) {
            if (!readable()) {
                m_descriptor.async_wait(
                    asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this(), generation](boost::system::error_code error) {
                        if (!error) self->read(generation);
                    });
                return;
            }
            read_message();
            if (generation != m_generation) return;  // a handler closed us
        }
        read_later(generation);
    }

    bool readable() {
        int events = 0;
        std::size_t size = sizeof events;
        return zmq_getsockopt(m_socket.get(), ZMQ_EVENTS, &events, &size) == 0 &&
               (events & ZMQ_POLLIN) != 0;
    }

    // topic, body, sequence number
    void read_message() {
        Message topic;
        Message body;
        if (!topic.receive(m_socket.get())) return;
        if (!topic.more() || !body.receive(m_socket.get())) return;
        for (bool more = body.more(); more;) {
            Message rest;
            more = rest.receive(m_socket.get()) && rest.more();
        }
        if (topic.text() == "hashblock") {
            m_handlers.block();
        } else if (topic.text() == "rawtx") {
            m_handlers.tx(body.view());
        }
    }

    asio::any_io_executor m_executor;
    Handlers m_handlers;
    Context m_context;
    Socket m_socket;
    asio::posix::stream_descriptor m_descriptor;
    std::uint64_t m_generation = 0;
};

ZmqListener::ZmqListener(asio::any_io_executor executor, Handlers handlers)
    : m_impl(std::make_shared<Impl>(std::move(executor), std::move(handlers))) {}

ZmqListener::~ZmqListener() { m_impl->close(); }

bool ZmqListener::subscribe(const std::vector<Subscription>& subscriptions) {
    return m_impl->subscribe(subscriptions);
}

void ZmqListener::close() { m_impl->close(); }

std::optional<std::string> zmq_endpoint(std::string_view address, std::string_view host) {
    if (!address.starts_with("tcp://")) return std::nullopt;
    const auto colon = address.rfind(':');
    const std::string_view port = address.substr(colon + 1);
    std::uint16_t number = 0;
    const char* const end = port.data() + port.size();
    const auto read = std::from_chars(port.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number == 0) return std::nullopt;
    const bool is_v6 = host.find(':') != std::string_view::npos;
    return "tcp://" + (is_v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" +
           std::to_string(number);
}

}  // namespace runnel::chain
