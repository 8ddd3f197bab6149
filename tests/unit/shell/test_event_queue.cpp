#include "core/shell/event_queue.h"

#include "tests/support/test_main.h"

using namespace runnel;
using shell::EventQueue;

namespace {

crypto::PublicKey number(std::uint8_t n) {
    Secret32 secret;
    secret.reveal()[31] = n;
    return crypto::PrivateKey::from(secret)->public_key();
}

node::Event message(const crypto::PublicKey& from, wire::Message what) {
    return node::PeerMessage{from, std::move(what)};
}
wire::UpdateAddHtlc add(std::uint64_t id) {
    wire::UpdateAddHtlc out;
    out.id = HtlcId(id);
    return out;
}
wire::UpdateFulfillHtlc fulfil() { return {}; }
api::Command command(std::uint8_t n) {
    api::Command out;
    out.id.raw()[0] = n;
    out.wish = api::NewAddress{};
    return out;
}

/// "u1 c t m1 f2": up, chain, timer or command, message, fulfil, with the peer's number.
std::string names(const std::vector<node::Event>& events) {
    const auto name_of = [](const crypto::PublicKey& key) {
        for (std::uint8_t n = 1; n < 10; ++n) {
            if (key == number(n)) return std::to_string(n);
        }
        return std::string("?");
    };
    std::string out;
    for (const auto& event : events) {
        if (!out.empty()) out += ' ';
        out += std::visit(
            overloaded{
                [&](const node::PeerUp& e) { return "u" + name_of(e.node_id); },
                [&](const node::PeerDown& e) { return "d" + name_of(e.node_id); },
                [&](const node::ConnectFailed& e) { return "x" + name_of(e.node_id); },
                [&](const node::PeerMessage& e) {
                    const bool f = std::holds_alternative<wire::UpdateFulfillHtlc>(e.message);
                    return (f ? "f" : "m") + name_of(e.node_id);
                },
                [&](const node::PeerComplaint& e) { return "e" + name_of(e.node_id); },
                [](const ports::ChainEvent&) { return std::string("c"); },
                [](const node::TimerFired&) { return std::string("t"); },
                [](const api::Command&) { return std::string("w"); },
            },
            event);
    }
    return out;
}

std::string take(EventQueue& queue) {
    std::vector<node::Event> out;
    queue.take(out);
    return names(out);
}

}  // namespace

class TestEventQueue : public QObject {
    Q_OBJECT
private slots:
    void chain_before_wishes_before_peers() {
        EventQueue queue({});
        queue.push(number(1), message(number(1), add(0)));
        queue.push(command(1));
        queue.push(node::TimerFired{4});
        queue.push(ports::ChainEvent(ports::ChainStatus{}));
        QVERIFY(!queue.empty());
        QCOMPARE(take(queue), std::string("c w t m1"));
        QVERIFY(queue.empty());
        QCOMPARE(take(queue), std::string());
    }

    void peers_take_turns() {
        EventQueue queue({});
        for (std::uint64_t i = 0; i < 3; ++i) queue.push(number(1), message(number(1), add(i)));
        queue.push(number(2), message(number(2), add(0)));
        QCOMPARE(queue.waiting(number(1)), std::size_t{3});
        QCOMPARE(queue.waiting(number(3)), std::size_t{0});
        QCOMPARE(take(queue), std::string("m1 m2 m1 m1"));
    }

    void a_fulfil_comes_first_with_all_that_was_said_before_it() {
        EventQueue queue({});
        queue.push(number(1), message(number(1), add(0)));
        queue.push(number(2), message(number(2), add(1)));
        queue.push(number(2), message(number(2), fulfil()));
        queue.push(number(2), message(number(2), add(2)));
        QCOMPARE(take(queue), std::string("m2 f2 m1 m2"));
    }

    void a_lone_fulfil_is_a_turn_of_its_own() {
        EventQueue queue({});
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(number(1), message(number(1), wire::CommitmentSigned{}));
        QCOMPARE(take(queue), std::string("f1"));
        QCOMPARE(take(queue), std::string("m1"));
        // With others under way they share a commit.
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(number(1), message(number(1), wire::CommitmentSigned{}));
        QCOMPARE(take(queue), std::string("f1 f1 m1"));
    }

    void the_order_of_one_peer_is_never_changed() {
        EventQueue queue({});
        std::vector<std::uint64_t> seen;
        for (std::uint64_t i = 0; i < 50; ++i) {
            queue.push(number(1), message(number(1), i % 7 == 3 ? wire::Message(fulfil())
                                                                : wire::Message(add(i))));
            queue.push(number(2), message(number(2), i % 5 == 1 ? wire::Message(fulfil())
                                                                : wire::Message(add(i))));
        }
        std::vector<node::Event> events;
        queue.take(events);
        QCOMPARE(events.size(), std::size_t{100});
        std::uint64_t last[2] = {0, 0};
        for (const auto& event : events) {
            const auto& said = std::get<node::PeerMessage>(event);
            const auto* const adding = std::get_if<wire::UpdateAddHtlc>(&said.message);
            if (adding == nullptr) continue;
            auto& before = last[said.node_id == number(1) ? 0 : 1];
            QVERIFY(adding->id.raw() >= before);
            before = adding->id.raw();
        }
    }

    void a_turn_is_bounded_and_nothing_is_lost() {
        EventQueue queue({8, 1'000'000});
        for (std::uint64_t i = 0; i < 20; ++i) queue.push(number(1), message(number(1), add(i)));
        for (std::uint8_t i = 0; i < 20; ++i) queue.push(command(i));
        std::size_t wishes = 0, messages = 0, turns = 0;
        while (!queue.empty()) {
            std::vector<node::Event> events;
            queue.take(events);
            QVERIFY(!events.empty() && events.size() <= 8);
            // Wishes first, but a quarter of the turn is the peers'.
            const auto mine = static_cast<std::size_t>(std::count_if(
                events.begin(), events.end(),
                [](const auto& e) { return std::holds_alternative<api::Command>(e); }));
            if (wishes < 18) QCOMPARE(mine, std::size_t{6});
            wishes += mine;
            messages += events.size() - mine;
            QVERIFY(++turns < 20);
        }
        QCOMPARE(wishes, std::size_t{20});
        QCOMPARE(messages, std::size_t{20});
    }

    void what_waits_is_weighed() {
        EventQueue queue({});
        QCOMPARE(queue.waiting_bytes(number(1)), std::size_t{0});
        wire::UpdateFailHtlc large;
        large.reason = Bytes(60'000, 1);
        wire::ChannelUpdate update;
        update.extension = Bytes(5'000, 2);
        wire::OpenChannel opening;
        opening.channel_type = wire::Features().set_bit(8 * 3'000 - 1);
        opening.upfront_shutdown_script = Bytes(1'000, 3);
        wire::CommitmentSigned commit;
        commit.htlc_signature.resize(100);
        queue.push(number(1), message(number(1), large));
        QCOMPARE(queue.waiting_bytes(number(1)), std::size_t{60'000});
        queue.push(number(1), message(number(1), update));
        queue.push(number(1), message(number(1), opening));
        queue.push(number(1), message(number(1), commit));
        queue.push(number(1), message(number(1), add(1)));
        queue.push(number(1), message(number(1), fulfil()));
        QCOMPARE(queue.waiting_bytes(number(1)),
                 std::size_t{60'000 + 5'000 + 4'000 + 6'400 + 1'366});
        QCOMPARE(queue.waiting_bytes(number(2)), std::size_t{0});
        std::vector<node::Event> out;
        queue.take(out);
        QCOMPARE(out.size(), std::size_t{6});
        queue.push(number(1), message(number(1), add(2)));
        QCOMPARE(queue.waiting_bytes(number(1)), std::size_t{1'366});
    }

    void one_event_always_fits() {
        EventQueue queue({1024, 100});
        wire::CommitmentSigned large;
        large.htlc_signature.resize(483);
        QVERIFY(shell::estimated_work(message(number(1), large)) > 10'000);
        queue.push(number(1), message(number(1), large));
        queue.push(number(1), message(number(1), large));
        QCOMPARE(take(queue), std::string("m1"));
        QCOMPARE(take(queue), std::string("m1"));
    }

    void small_events_do_not_overtake_a_large_one_for_ever() {
        EventQueue queue({1024, 300});
        wire::CommitmentSigned large;
        large.htlc_signature.resize(10);
        for (int i = 0; i < 100; ++i) queue.push(number(1), message(number(1), add(0)));
        queue.push(number(2), message(number(2), large));
        QCOMPARE(take(queue), std::string("m1"));
        QCOMPARE(take(queue), std::string("m2"));
    }

    void a_new_connection_comes_before_all_else() {
        EventQueue queue({});
        queue.push(command(1));
        queue.push(number(1), node::PeerDown{number(1), "x"});
        queue.push(number(1), node::PeerUp{number(1), {}, {}, {}, 0});
        queue.push(number(1), message(number(1), add(0)));
        QCOMPARE(take(queue), std::string("d1 u1 w m1"));
    }

    void a_turn_knows_one_connection_of_a_peer() {
        EventQueue queue({});
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(number(1), node::PeerDown{number(1), "x"});
        queue.push(number(1), node::PeerUp{number(1), {}, {}, {}, 0});
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(number(2), message(number(2), add(0)));
        queue.push(command(1));
        QCOMPARE(take(queue), std::string("w f1 d1 m2"));
        QCOMPARE(take(queue), std::string("u1 f1"));
        QVERIFY(queue.empty());
    }

    void clear_forgets() {
        EventQueue queue({});
        queue.push(number(1), message(number(1), fulfil()));
        queue.push(command(1));
        queue.push(ports::ChainEvent(ports::ChainStatus{}));
        queue.clear();
        QVERIFY(queue.empty());
        queue.push(number(1), message(number(1), add(0)));
        QCOMPARE(take(queue), std::string("m1"));
    }
};

RUNNEL_TEST(TestEventQueue)
#include "test_event_queue.moc"
