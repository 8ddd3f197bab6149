// Two or three PeerManagers over real loopback sockets.
#include "core/shell/peer_manager.h"

#include "tests/support/skip.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

using namespace runnel;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using shell::PeerLimits;
using shell::PeerManager;

namespace {

/// A node of which only the connections are real.
struct Party {
    Party(boost::asio::io_context& io, std::uint8_t n, PeerLimits limits = {},
          wire::Features features = peer::our_features(), Network network = Network::regtest)
        : key(key_of(n)),
          id(key.public_key()),
          manager(io, key, network, std::move(features), limits, hooks()) {}

    static crypto::PrivateKey key_of(std::uint8_t n) {
        Secret32 secret;
        secret.reveal()[31] = n;
        return *crypto::PrivateKey::from(secret);
    }
    PeerManager::Hooks hooks() {
        PeerManager::Hooks out;
        out.event = [this](const crypto::PublicKey&, node::Event&& event) {
            events.push_back(std::move(event));
        };
        out.has_channel = [this](const crypto::PublicKey& peer) {
            return with_channel.count(peer) != 0;
        };
        out.may_read = [this](const crypto::PublicKey&) { return reads; };
        return out;
    }
    std::uint16_t listen() {
        const auto listening = manager.listen("127.0.0.1", 0);
        if (!listening) qFatal("no port");
        port = *listening;
        return port;
    }
    template <typename T>
    std::size_t count() const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(),
                          [](const auto& e) { return std::holds_alternative<T>(e); }));
    }
    template <typename T>
    const T& last() const {
        for (auto e = events.rbegin(); e != events.rend(); ++e) {
            if (std::holds_alternative<T>(*e)) return std::get<T>(*e);
        }
        std::abort();
    }
    void say(const crypto::PublicKey& to, const wire::Message& message) {
        manager.queue(to, message);
        manager.flush();
    }

    crypto::PrivateKey key;
    crypto::PublicKey id;
    std::vector<node::Event> events;
    std::set<crypto::PublicKey> with_channel;
    bool reads = true;
    std::uint16_t port = 0;
    PeerManager manager;
};

bool run_until(boost::asio::io_context& io, const std::function<bool()>& check,
               std::chrono::milliseconds limit = 5s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!check()) {
        if (std::chrono::steady_clock::now() > end) return false;
        io.run_one_for(20ms);
        if (io.stopped()) io.restart();
    }
    return true;
}

wire::UpdateFee fee(std::uint32_t n) {
    wire::UpdateFee out;
    out.feerate_per_kw = FeeratePerKw(n);
    return out;
}

}  // namespace

class TestPeerManager : public QObject {
    Q_OBJECT
private slots:
    void connects_and_talks() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] {
            return alice.count<node::PeerUp>() == 1 && bob.count<node::PeerUp>() == 1;
        }));
        const auto& up = alice.last<node::PeerUp>();
        QVERIFY(up.node_id == bob.id);
        QCOMPARE(up.host, std::string("127.0.0.1"));
        QCOMPARE(up.port, bob.port);
        QVERIFY(up.negotiated.has(wire::Feature::anchors) &&
                !up.negotiated.demands(wire::Feature::anchors));
        QVERIFY(up.negotiated.has(wire::Feature::static_remotekey));
        QVERIFY(!up.negotiated.has(wire::Feature::dual_fund));
        QCOMPARE(bob.last<node::PeerUp>().host, std::string());
        QVERIFY(alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id));

        // Many in one write, and their order is kept.
        for (std::uint32_t i = 0; i < 500; ++i) alice.manager.queue(bob.id, fee(i));
        alice.manager.flush();
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerMessage>() == 500; }));
        std::uint32_t next = 0;
        for (const auto& event : bob.events) {
            if (const auto* const said = std::get_if<node::PeerMessage>(&event)) {
                QCOMPARE(std::get<wire::UpdateFee>(said->message).feerate_per_kw.raw(), next++);
            }
        }
    }

    void ipv6_too() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        const auto port = bob.manager.listen("::1", 0);
        if (!port) RUNNEL_SKIP_BUT_IN_CI("no IPv6");
        alice.manager.connect(bob.id, "::1", *port);
        QVERIFY(run_until(io, [&] {
            return alice.count<node::PeerUp>() == 1 && bob.count<node::PeerUp>() == 1;
        }));
    }

    void listening_where_somebody_listens_is_an_error() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        QVERIFY(!alice.manager.listen("127.0.0.1", bob.port));
        QVERIFY(!alice.manager.listen("no.such.host.invalid", 0));
    }

    void nobody_there() {
        boost::asio::io_context io;
        PeerLimits limits;
        Party alice(io, 1, limits), bob(io, 2);
        bob.listen();
        const auto closed_port = bob.port;
        bob.manager.stop();
        alice.manager.connect(bob.id, "127.0.0.1", closed_port);
        QVERIFY(run_until(io, [&] { return alice.count<node::ConnectFailed>() == 1; }));
        QVERIFY(alice.last<node::ConnectFailed>().node_id == bob.id);
        QCOMPARE(alice.last<node::ConnectFailed>().port, closed_port);
        // It can be tried again.
        alice.manager.connect(bob.id, "127.0.0.1", closed_port);
        QVERIFY(run_until(io, [&] { return alice.count<node::ConnectFailed>() == 2; }));
    }

    /// Somebody at the old address takes the connection and says nothing; or not even that.
    void an_address_asked_for_goes_first_data() {
        QTest::addColumn<bool>("accepts");
        QTest::newRow("a handshake hangs") << true;
        QTest::newRow("a connection hangs") << false;
    }
    void an_address_asked_for_goes_first() {
        QFETCH(bool, accepts);
        boost::asio::io_context io;
        tcp::acceptor old(io, {boost::asio::ip::address_v4::loopback(), 0});
        old.listen(0);
        const auto old_port = old.local_endpoint().port();
        // A queue that is full takes nobody.
        std::vector<tcp::socket> waiting;
        for (int i = 0; i < (accepts ? 0 : 3); ++i) {
            auto& socket = waiting.emplace_back(io);
            socket.async_connect(old.local_endpoint(), [](const auto&) {});
        }
        (void)run_until(
            io, [] { return false; }, 50ms);
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", old_port);
        (void)run_until(
            io, [] { return false; }, 100ms);
        QCOMPARE(alice.events.size(), std::size_t{0});
        // Coming back by itself is no reason to leave off; what a person asks for is.
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        (void)run_until(
            io, [] { return false; }, 50ms);
        QCOMPARE(alice.events.size(), std::size_t{0});
        alice.manager.connect(bob.id, "127.0.0.1", bob.port, true);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id); }, 2s));
        QCOMPARE(alice.last<node::PeerUp>().port, bob.port);
        QCOMPARE(alice.count<node::ConnectFailed>(), std::size_t{1});
        QCOMPARE(alice.last<node::ConnectFailed>().port, old_port);
        QVERIFY(std::holds_alternative<node::ConnectFailed>(alice.events.front()));
    }

    void the_wrong_node_answers() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(Party::key_of(9).public_key(), "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return alice.count<node::ConnectFailed>() == 1; }));
        QCOMPARE(bob.events.size(), std::size_t{0});
    }

    void our_own_id_is_refused() {
        boost::asio::io_context io;
        Party alice(io, 1);
        alice.manager.connect(alice.id, "127.0.0.1", alice.listen());
        QCOMPARE(alice.count<node::ConnectFailed>(), std::size_t{1});
    }

    void other_chain_is_refused() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2, {}, peer::our_features(), Network::signet);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return alice.count<node::ConnectFailed>() == 1; }));
        QCOMPARE(alice.count<node::PeerUp>(), std::size_t{0});
    }

    void disconnect_lets_the_last_word_through() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        // Something of theirs lies unread in our socket: a plain close would be a reset and swallow
        // the error.
        bob.say(alice.id, fee(1));
        wire::Error error;
        error.data = to_bytes(bytes_of("good\nbye"));
        alice.manager.queue(bob.id, error);
        alice.manager.disconnect(bob.id, "test");
        QCOMPARE(alice.count<node::PeerDown>(), std::size_t{1});
        QCOMPARE(alice.last<node::PeerDown>().cause, std::string("test"));
        QVERIFY(!alice.manager.is_up(bob.id));
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerDown>() == 1; }));
        QCOMPARE(bob.count<node::PeerComplaint>(), std::size_t{1});
        QVERIFY(bob.last<node::PeerComplaint>().is_error);
        QVERIFY(!bob.last<node::PeerComplaint>().channel);
        QCOMPARE(QString::fromStdString(bob.last<node::PeerComplaint>().text),
                 QString("good\\u{a}bye"));
        // What was said to nobody is dropped.
        alice.say(bob.id, fee(2));
        // And they can meet again.
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        QCOMPARE(bob.count<node::PeerMessage>(), std::size_t{0});
    }

    void the_newer_connection_wins() {
        boost::asio::io_context io;
        Party bob(io, 2);
        bob.listen();
        {
            Party first(io, 1);
            first.manager.connect(bob.id, "127.0.0.1", bob.port);
            QVERIFY(run_until(io, [&] { return bob.count<node::PeerUp>() == 1; }));
            // The same node again: after a crash, say, of which bob has heard nothing.
            Party second(io, 1);
            second.manager.connect(bob.id, "127.0.0.1", bob.port);
            QVERIFY(run_until(io, [&] {
                return bob.count<node::PeerUp>() == 2 && second.manager.is_up(bob.id);
            }));
            QCOMPARE(bob.count<node::PeerDown>(), std::size_t{1});
            QVERIFY(std::holds_alternative<node::PeerDown>(bob.events[1]));
            QVERIFY(run_until(io, [&] { return first.count<node::PeerDown>() == 1; }));
            QVERIFY(second.manager.is_up(bob.id));
            bob.say(second.id, fee(5));
            QVERIFY(run_until(io, [&] { return second.count<node::PeerMessage>() == 1; }));
        }
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerDown>() == 2; }));
    }

    void calls_that_cross_end_in_one_connection() {
        for (int round = 0; round < 5; ++round) {
            boost::asio::io_context io;
            Party alice(io, 1), bob(io, 2);
            alice.listen();
            bob.listen();
            alice.manager.connect(bob.id, "127.0.0.1", bob.port);
            bob.manager.connect(alice.id, "127.0.0.1", alice.port);
            (void)run_until(
                io, [] { return false; }, 150ms);
            QVERIFY(alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id));
            QCOMPARE(alice.count<node::PeerUp>(), alice.count<node::PeerDown>() + 1);
            QCOMPARE(alice.count<node::ConnectFailed>() + bob.count<node::ConnectFailed>(),
                     std::size_t{0});
            bob.say(alice.id, fee(1));
            alice.say(bob.id, fee(1));
            QVERIFY(run_until(io, [&] {
                return alice.count<node::PeerMessage>() + bob.count<node::PeerMessage>() == 2;
            }));
        }
    }

    void strangers_are_limited_friends_are_not() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.incoming_without_channel = 1;
        Party bob(io, 9, limits), one(io, 1), two(io, 2), friendly(io, 3);
        bob.listen();
        bob.with_channel.insert(friendly.id);
        one.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return one.manager.is_up(bob.id); }));
        two.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return two.count<node::ConnectFailed>() == 1; }));
        friendly.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return friendly.manager.is_up(bob.id); }));
        // Whoever bob calls himself is welcome.
        two.listen();
        bob.manager.connect(two.id, "127.0.0.1", two.port);
        QVERIFY(run_until(io, [&] { return bob.manager.is_up(two.id); }));
        QCOMPARE(bob.manager.up_count(), std::size_t{3});
    }

    void a_caller_that_says_nothing_is_left() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.connection.handshake = 50ms;
        Party bob(io, 2, limits);
        bob.listen();
        tcp::socket silent(io);
        silent.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), bob.port));
        bool closed = false;
        std::array<char, 1> byte{};
        silent.async_read_some(boost::asio::buffer(byte),
                               [&](const auto& error, std::size_t) { closed = error.failed(); });
        QVERIFY(run_until(io, [&] { return closed; }));
    }

    void callers_that_say_nothing_keep_nobody_out() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.incoming_handshakes = 3;
        Party bob(io, 2, limits), alice(io, 1);
        bob.listen();
        std::vector<tcp::socket> silent;
        std::vector<bool> closed(5, false);
        std::array<char, 1> byte{};
        for (std::size_t i = 0; i < closed.size(); ++i) {
            silent.emplace_back(io).connect(
                tcp::endpoint(boost::asio::ip::address_v4::loopback(), bob.port));
            silent.back().async_read_some(
                boost::asio::buffer(byte),
                [&closed, i](const auto& e, std::size_t) { closed[i] = e.failed(); });
            (void)run_until(
                io, [] { return false; }, 5ms);
        }
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] { return alice.manager.is_up(bob.id) && closed[2]; }));
        // The oldest went, and no more of them than had to.
        QVERIFY(closed == std::vector<bool>({true, true, true, false, false}));
    }

    void a_listener_that_says_nothing_is_left() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.connection.handshake = 50ms;
        Party alice(io, 1, limits);
        tcp::acceptor mute(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        alice.manager.connect(Party::key_of(2).public_key(), "127.0.0.1",
                              mute.local_endpoint().port());
        QVERIFY(run_until(io, [&] { return alice.count<node::ConnectFailed>() == 1; }));
        QVERIFY(!alice.last<node::ConnectFailed>().cause.empty());
    }

    void noise_on_the_port_does_no_harm() {
        boost::asio::io_context io;
        Party bob(io, 2);
        bob.listen();
        tcp::socket noisy(io);
        noisy.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), bob.port));
        const std::string request =
            "GET / HTTP/1.1\r\nHost: somewhere\r\nUser-Agent: a scanner\r\n\r\n";
        boost::asio::write(noisy, boost::asio::buffer(request));
        bool closed = false;
        std::array<char, 1> byte{};
        noisy.async_read_some(boost::asio::buffer(byte),
                              [&](const auto& error, std::size_t) { closed = error.failed(); });
        QVERIFY(run_until(io, [&] { return closed; }));
        QCOMPARE(bob.events.size(), std::size_t{0});
    }

    void reading_stops_and_goes_on() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.connection.ping_after = 30ms;
        limits.connection.silent_after = 30ms;
        Party alice(io, 1), bob(io, 2, limits);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        bob.reads = false;
        for (std::uint32_t i = 0; i < 10'000; ++i) alice.manager.queue(bob.id, fee(i));
        alice.manager.flush();
        (void)run_until(
            io, [] { return false; }, 200ms);
        // What one read brought is there, the rest is still in the network; and nobody believes the
        // line dead.
        const auto some = bob.count<node::PeerMessage>();
        QVERIFY(some < 2000);
        QVERIFY(bob.manager.is_up(alice.id));
        bob.reads = true;
        bob.manager.resume_reading(alice.id);
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerMessage>() == 10'000; }));
        QVERIFY(bob.manager.is_up(alice.id));
    }

    void whoever_does_not_read_is_left() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.connection.backlog_bytes = 100'000;
        Party alice(io, 1, limits), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        bob.reads = false;
        wire::Warning large;
        large.data = Bytes(60'000, 'x');
        QVERIFY(run_until(io, [&] {
            alice.say(bob.id, large);
            return alice.count<node::PeerDown>() == 1;
        }));
        QVERIFY(!alice.manager.is_up(bob.id));
    }

    void whoever_asks_and_never_reads_is_left_soon() {
        boost::asio::io_context io;
        PeerLimits patient, limits;
        patient.connection.backlog_bytes = limits.connection.backlog_bytes = std::size_t{1} << 30;
        limits.connection.reply_bytes = 100'000;
        Party alice(io, 1, patient), bob(io, 2, limits);
        alice.with_channel.insert(bob.id);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        alice.reads = false;
        wire::QueryChannelRange query;
        query.chain_hash = params_of(Network::regtest).chain_hash;
        // More than the buffers of the system take.
        for (int i = 0; i < 400'000; ++i) alice.manager.queue(bob.id, query);
        alice.manager.flush();
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerDown>() == 1; }));
    }

    void a_stranger_that_does_not_read_is_left_sooner() {
        boost::asio::io_context io;
        PeerLimits limits;
        limits.connection.backlog_bytes = std::size_t{1} << 30;
        limits.stranger_backlog_bytes = 100'000;
        Party alice(io, 1, limits), bob(io, 2), carol(io, 3);
        alice.with_channel.insert(carol.id);
        for (auto* const other : {&bob, &carol}) {
            other->listen();
            alice.manager.connect(other->id, "127.0.0.1", other->port);
            QVERIFY(run_until(io, [&] {
                return alice.manager.is_up(other->id) && other->manager.is_up(alice.id);
            }));
            other->reads = false;
        }
        wire::Warning large;
        large.data = Bytes(60'000, 'x');
        std::size_t said = 0;
        QVERIFY(run_until(io, [&] {
            ++said;
            alice.say(bob.id, large);
            alice.say(carol.id, large);
            return !alice.manager.is_up(bob.id);
        }));
        for (std::size_t i = 0; i < said; ++i) alice.say(carol.id, large);
        QVERIFY(alice.manager.is_up(carol.id));
    }

    void pings_keep_a_quiet_line_alive_and_silence_ends_it() {
        boost::asio::io_context io;
        PeerLimits quick;
        quick.connection.ping_after = 30ms;
        quick.connection.silent_after = 60ms;
        Party alice(io, 1, quick), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        (void)run_until(
            io, [] { return false; }, 250ms);
        QVERIFY(alice.manager.is_up(bob.id));
        bob.reads = false;  // deaf: no pong will come
        QVERIFY(run_until(io, [&] { return alice.count<node::PeerDown>() == 1; }));
    }

    void gossip_costs_no_turn_but_queries_are_answered() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        wire::GossipTimestampFilter filter;
        alice.say(bob.id, filter);
        wire::QueryChannelRange query;
        query.chain_hash = params_of(Network::regtest).chain_hash;
        query.number_of_blocks = 100;
        alice.say(bob.id, query);
        wire::QueryShortChannelIds broken;
        alice.say(bob.id, broken);
        alice.say(bob.id, fee(3));
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerMessage>() == 1; }));
        // The warning about the broken query is the only thing that alice's node hears of.
        QVERIFY(run_until(io, [&] { return alice.count<node::PeerComplaint>() == 1; }));
        QCOMPARE(alice.count<node::PeerMessage>(), std::size_t{0});
    }

    void stop_says_nothing_more() {
        boost::asio::io_context io;
        Party alice(io, 1), bob(io, 2);
        bob.listen();
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QVERIFY(run_until(
            io, [&] { return alice.manager.is_up(bob.id) && bob.manager.is_up(alice.id); }));
        alice.manager.queue(bob.id, fee(7));
        alice.manager.stop();
        QCOMPARE(alice.count<node::PeerDown>(), std::size_t{0});
        // What was queued leaves nevertheless.
        QVERIFY(run_until(io, [&] { return bob.count<node::PeerDown>() == 1; }));
        QCOMPARE(bob.count<node::PeerMessage>(), std::size_t{1});
        alice.manager.connect(bob.id, "127.0.0.1", bob.port);
        QCOMPARE(alice.manager.up_count(), std::size_t{0});
    }
};

RUNNEL_TEST(TestPeerManager)
#include "test_peer_manager.moc"
