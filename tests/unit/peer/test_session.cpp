#include "core/peer/session.h"
#include "tests/support/test_main.h"

using namespace runnel;
using namespace runnel::peer;
using namespace std::chrono_literals;
using wire::Feature;
using wire::Features;

namespace {

constexpr Instant start{1'000'000};

ChainHash chain(std::uint8_t n) {
    ChainHash out;
    out.raw()[0] = n;
    return out;
}

Settings settings() {
    Settings out;
    out.chain_hash = chain(1);
    return out;
}

PeerSession fresh() { return PeerSession(settings(), start); }

wire::Init their_init() {
    wire::Init init;
    init.features = our_features();
    init.networks = {chain(1)};
    return init;
}

PeerSession talking() {
    PeerSession session = fresh();
    const Step step = session.on(their_init(), start);
    Q_ASSERT(!step.fault);
    return session;
}

template <typename Fault>
bool ended_with(const Step& step, const Fault& fault) {
    return step.fault && *step.fault == PeerFault(fault);
}

bool warns(const Step& step) {
    return step.send.size() == 1 && std::holds_alternative<wire::Warning>(step.send[0]);
}

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

private slots:
    void our_init_says_what_we_speak_and_where() {
        Settings s = settings();
        s.their_address = wire::Address::ipv4({8, 8, 4, 4}, 9735);
        const auto init = std::get<wire::Init>(PeerSession(s, start).first_message());
        QVERIFY(init.networks == std::vector<ChainHash>{chain(1)});
        QCOMPARE(init.remote_addr.value(), (Bytes{1, 8, 8, 4, 4, 0x26, 0x07}));
        QVERIFY(init.globalfeatures.empty());
        // Compulsory: what every implementation sends as even bits.
        for (const std::size_t bit : {0U, 8U, 12U, 14U, 44U}) QVERIFY(init.features.has_bit(bit));
        QVERIFY(init.features.has_bit(23) && init.features.has_bit(27) &&
                init.features.has_bit(47));
        // Dual funding, quiescence, simple close, splicing: Eclair would insist on them if we
        // offered.
        for (const auto f :
             {Feature::dual_fund, Feature::quiesce, Feature::simple_close, Feature::splice}) {
            QVERIFY(!init.features.has(f));
        }
        QVERIFY(!init.features.missing_dependency());
    }

    void inits_exchanged_is_up() {
        PeerSession session = fresh();
        QVERIFY(!session.is_up() && !session.features());
        wire::Init init = their_init();
        init.remote_addr =
            wire::encode_addresses(std::vector{wire::Address::ipv4({1, 2, 3, 4}, 9)});
        const Step step = session.on_bytes(wire::encode(init), start);
        QVERIFY(!step.fault && step.send.empty());
        QCOMPARE(step.events.size(), std::size_t{1});
        const auto& up = std::get<Up>(step.events[0]);
        QVERIFY(up.features.has(Feature::anchors));
        QVERIFY(up.our_address == wire::Address::ipv4({1, 2, 3, 4}, 9));
        QVERIFY(session.is_up() && session.features()->has(Feature::scid_alias));
    }

    void a_nonsense_address_is_no_reason_to_leave() {
        PeerSession session = fresh();
        wire::Init init = their_init();
        init.remote_addr = Bytes{1, 2};
        const Step step = session.on(init, start);
        QVERIFY(!step.fault);
        QVERIFY(!std::get<Up>(step.events[0]).our_address);
    }

    void a_feature_is_negotiated_when_both_offer_or_one_demands() {
        Features ours = our_features();
        ours.demand(Feature::route_blinding);
        Features theirs;
        theirs.offer(Feature::anchors).offer(Feature::dual_fund);
        const Negotiated n(ours, theirs);
        QVERIFY(n.has(Feature::anchors));
        QVERIFY(!n.has(Feature::scid_alias));
        QVERIFY(!n.has(Feature::dual_fund));
        QVERIFY(n.has(Feature::route_blinding));
        QVERIFY(n.has(Feature::static_remotekey));
    }

    void both_bitmaps_of_init_count() {
        PeerSession session = fresh();
        wire::Init init = their_init();
        init.globalfeatures = init.features;
        init.features = Features();
        QVERIFY(std::get<Up>(session.on(init, start).events[0]).features.has(Feature::anchors));
        wire::Init demanding = their_init();
        demanding.globalfeatures.set_bit(28);
        QVERIFY(ended_with(fresh().on(demanding, start), UnknownDemand{28}));
    }

    void bits_far_beyond_any_meaning_are_not_kept() {
        PeerSession session = fresh();
        auto init = their_init();
        init.features.set_bit(101).set_bit(1023).set_bit(1025).set_bit(500'001);
        const Step step = session.on(init, start);
        QVERIFY(!step.fault);
        const auto& theirs = session.features()->theirs();
        QVERIFY(theirs.has_bit(101) && theirs.has_bit(1023));
        QVERIFY(!theirs.has_bit(1025) && !theirs.has_bit(500'001));
        QCOMPARE(theirs.size_bytes(), std::size_t{128});
        // A demand is a demand however far up.
        PeerSession other = fresh();
        init = their_init();
        init.features.set_bit(500'000);
        QVERIFY(ended_with(other.on(init, start), UnknownDemand{500'000}));
    }

    void a_demand_we_cannot_meet_ends_it() {
        wire::Init init = their_init();
        init.features.set_bit(101);
        QVERIFY(std::holds_alternative<Up>(fresh().on(init, start).events[0]));
        init.features.set_bit(100);
        PeerSession session = fresh();
        const Step step = session.on(init, start);
        QVERIFY(ended_with(step, UnknownDemand{100}));
        QVERIFY(warns(step) && step.events.empty());
        QVERIFY(!session.is_up());
    }

    void a_demand_that_asks_nothing_of_us_is_met() {
        wire::Init init = their_init();
        init.features.demand(Feature::gossip_queries).demand(Feature::large_channel);
        QVERIFY(!fresh().on(init, start).fault);
    }

    void our_demands_must_be_met_unless_assumed() {
        wire::Init bare;
        QVERIFY(!fresh().on(bare, start).fault);
        Settings s = settings();
        s.features.demand(Feature::anchors);
        QVERIFY(ended_with(PeerSession(s, start).on(bare, start), UnmetDemand{22}));
        bare.features.offer(Feature::anchors);
        QVERIFY(!PeerSession(s, start).on(bare, start).fault);
    }

    void features_without_their_dependency_end_it() {
        wire::Init init = their_init();
        init.features.offer(Feature::zeroconf).remove(Feature::scid_alias);
        QVERIFY(ended_with(fresh().on(init, start),
                           MissingDependency{Feature::zeroconf, Feature::scid_alias}));
    }

    void another_chain_ends_it() {
        wire::Init init = their_init();
        init.networks = {chain(2)};
        QVERIFY(ended_with(fresh().on(init, start), OtherChain{}));
        init.networks = {chain(2), chain(1)};
        QVERIFY(!fresh().on(init, start).fault);
        init.networks.reset();  // says nothing: may be ours
        QVERIFY(!fresh().on(init, start).fault);
    }

    void anything_before_init_ends_it() {
        QVERIFY(ended_with(fresh().on(wire::Ping{1, {}}, start), NotInit{wire::Type::ping}));
        const Step step = fresh().on(wire::Error{{}, to_bytes(bytes_of("no room"))}, start);
        QVERIFY(ended_with(step, NotInit{wire::Type::error}));
        QCOMPARE(std::get<Complaint>(step.events.at(0)).text, std::string("no room"));
    }

    void a_second_init_ends_it() {
        PeerSession session = talking();
        QVERIFY(ended_with(session.on(their_init(), start), SecondInit{}));
    }

    void nothing_follows_the_end() {
        PeerSession session = talking();
        session.on(their_init(), start);
        const Step step = session.on(wire::Ping{1, {}}, start);
        QVERIFY(ended_with(step, SecondInit{}));
        QVERIFY(step.send.empty() && step.events.empty());
        QVERIFY(!session.wake_at() && !session.is_up());
        QVERIFY(ended_with(session.on_bytes(Bytes{0, 18}, start), SecondInit{}));
        QVERIFY(!session.tick(start + 1h).fault);
    }

    void garbled_messages_end_it() {
        PeerSession session = talking();
        const Step step = session.on_bytes(Bytes{0, 18, 0}, start);
        QVERIFY(ended_with(step, Garbled{18, DecodeError::truncated}));
        QVERIFY(warns(step));
        PeerSession other = talking();
        QVERIFY(ended_with(other.on_bytes(Bytes{0x80, 0x00}, start),
                           Garbled{0x8000, DecodeError::unsupported}));
        PeerSession empty = talking();
        QVERIFY(ended_with(empty.on_bytes({}, start), Garbled{0, DecodeError::truncated}));
    }

    void unknown_odd_messages_are_passed_over() {
        PeerSession session = talking();
        const Step step = session.on_bytes(Bytes{0x80, 0x01, 1, 2, 3}, start);
        QVERIFY(!step.fault && step.send.empty() && step.events.empty());
    }

    void other_messages_are_for_the_node() {
        PeerSession session = talking();
        wire::UpdateFee fee;
        fee.feerate_per_kw = FeeratePerKw(253);
        const Step step = session.on(fee, start);
        QVERIFY(std::get<Heard>(step.events.at(0)).message == wire::Message(fee));
    }

    void answers_pings() {
        PeerSession session = talking();
        const Step step = session.on(wire::Ping{100, Bytes(3, 1)}, start);
        QCOMPARE(step.send.size(), std::size_t{1});
        QVERIFY(step.send[0] == wire::Message(wire::Pong{Bytes(100, 0)}));
        QVERIFY(step.events.empty());
        QVERIFY(session.on(wire::Ping{65531, {}}, start).send.size() == 1);
        // The whole pong still fits a transport message.
        QCOMPARE(wire::encode(wire::Pong{Bytes(65531, 0)}).size(), wire::max_message_size);
    }

    void a_ping_for_too_much_gets_no_answer_and_no_blame() {
        PeerSession session = talking();
        for (const std::uint16_t n : {std::uint16_t{65532}, std::uint16_t{65535}}) {
            const Step step = session.on(wire::Ping{n, {}}, start);
            QVERIFY(!step.fault && step.send.empty() && step.events.empty());
        }
    }

    void a_flood_of_pings_ends_it() {
        PeerSession session = talking();
        int answered = 0;
        Step step;
        while (!step.fault) {
            step = session.on(wire::Ping{65000, {}}, start);
            if (!step.fault) ++answered;
            QVERIFY(answered < 100);
        }
        QVERIFY(ended_with(step, PingFlood{}));
        QCOMPARE(answered, 16);
        // The same number in good time is fine.
        PeerSession slow = talking();
        for (int i = 0; i < 100; ++i) {
            QVERIFY(!slow.on(wire::Ping{65000, {}}, start + i * 1s).fault);
        }
    }

    void pings_when_it_is_quiet_and_leaves_when_it_stays_so() {
        PeerSession session = talking();
        QCOMPARE(session.wake_at().value(), start + 30s);
        QVERIFY(session.tick(start + 29s).send.empty());
        const Step ping = session.tick(start + 30s);
        QVERIFY(std::holds_alternative<wire::Ping>(ping.send.at(0)));
        QVERIFY(session.tick(start + 31s).send.empty());
        const Step end = session.tick(start + 60s);
        QVERIFY(ended_with(end, Silent{60s}));
        QVERIFY(end.send.empty());
    }

    void what_is_to_be_kept_is_not() {
        PeerSession session = talking();
        for (const wire::Message& message : {wire::Message(wire::PeerStorage{Bytes(9, 1)}),
                                             wire::Message(wire::PeerStorageRetrieval{})}) {
            const auto step = session.on(message, start + 2s);
            QVERIFY(!step.fault && step.events.empty() && step.send.empty());
        }
    }

    void any_message_shows_that_they_live() {
        PeerSession session = talking();
        session.tick(start + 30s);
        session.on(wire::UpdateFee{}, start + 50s);
        QCOMPARE(session.wake_at().value(), start + 80s);
        QVERIFY(!session.tick(start + 60s).fault);
        session.tick(start + 80s);
        session.on(wire::Pong{Bytes(16, 0)}, start + 81s);
        QVERIFY(!session.tick(start + 110s).fault);
        QCOMPARE(session.wake_at().value(), start + 111s);
    }

    void waits_for_init_only_so_long() {
        PeerSession session = fresh();
        QCOMPARE(session.wake_at().value(), start + 30s);
        QVERIFY(!session.tick(start + 29s).fault);
        QVERIFY(ended_with(session.tick(start + 30s), NoInit{30s}));
    }

    void complaints_are_sorted_and_escaped() {
        PeerSession session = talking();
        ChannelId channel;
        channel.raw()[5] = 7;
        const auto about_one = session.on(wire::Error{channel, Bytes{'a', 0x1b, '[', '1'}}, start);
        const auto& error = std::get<Complaint>(about_one.events.at(0));
        QCOMPARE(error.kind, Complaint::Kind::error);
        QVERIFY(error.channel == channel);
        QVERIFY(error.text.find('\x1b') == std::string::npos);
        QVERIFY(!about_one.fault);
        const auto about_all = session.on(wire::Warning{{}, {}}, start);
        const auto& warning = std::get<Complaint>(about_all.events.at(0));
        QCOMPARE(warning.kind, Complaint::Kind::warning);
        QVERIFY(!warning.channel);
    }

    void faults_have_words() {
        QCOMPARE(to_string(PeerFault(UnknownDemand{28})),
                 std::string("feature bit 28 is demanded and not supported here"));
        QCOMPARE(to_string(PeerFault(Garbled{18, DecodeError::truncated})),
                 std::string("message ping (18): truncated"));
    }
};

RUNNEL_TEST(TestSession)
#include "test_session.moc"
