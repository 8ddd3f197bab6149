// What a peer's errors and warnings end, and what they do not (BOLT 1, "The error and warning
// Messages").
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

class TestComplaints : public QObject {
    Q_OBJECT

private slots:
    void what_a_complaint_ends_data();
    void what_a_complaint_ends();
    void what_a_warning_ends_of_openings_data();
    void what_a_warning_ends_of_openings();
    void beyond_the_dust_limit_nothing_is_paid();
};

void TestComplaints::what_a_complaint_ends_data() {
    QTest::addColumn<bool>("is_error");
    QTest::addColumn<bool>("of_all");
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("ended");
    QTest::addColumn<bool>("hangs_up");
    const QString usual("so it is");
    QTest::newRow("a warning for all") << false << true << usual << 0 << false;
    QTest::newRow("a warning for one") << false << false << usual << 0 << false;
    QTest::newRow("an error for one") << true << false << usual << 1 << false;
    QTest::newRow("an error for all") << true << true << usual << 2 << false;
    // What LND says where it means no close: it costs the connection, and the next begins anew.
    for (const QString text : {"internal error", "link failed to shutdown"}) {
        QTest::addRow("%s, for one", qPrintable(text)) << true << false << text << 0 << true;
        QTest::addRow("%s, for all", qPrintable(text)) << true << true << text << 0 << true;
        QTest::addRow("%s, as a warning", qPrintable(text)) << false << true << text << 0 << false;
    }
    QTest::newRow("more than that")
        << true << false << QString("internal error: no funds") << 1 << false;
}

void TestComplaints::what_a_complaint_ends() {
    QFETCH(bool, is_error);
    QFETCH(bool, of_all);
    QFETCH(QString, text);
    QFETCH(int, ended);
    QFETCH(bool, hangs_up);
    Trio net;
    const auto one = net.open(net.alice, net.hub, 500'000_sat);
    const auto two = net.open(net.alice, net.hub, 500'000_sat);
    const auto other = net.open(net.alice, net.carol, 500'000_sat);
    std::size_t said = 0;
    net.net.lie(net.hub, net.alice, [&](wire::Message& message) {
        if (!std::holds_alternative<wire::Warning>(message)) return;
        ++said;
        const ChannelId id = of_all ? ChannelId{} : one;
        const Bytes data = to_bytes(bytes_of(text.toStdString()));
        if (is_error) message = wire::Error{id, data};
        else message = wire::Warning{id, data};
    });
    // The hub finds that the commitments pay too little, and says so once for each channel.
    net.hub.set_fees(
        {FeeratePerKw(5'000), FeeratePerKw(2'500), FeeratePerKw(253), FeeratePerKw(2'000), true});
    net.net.settle();
    net.net.mine(1);
    QVERIFY(said > 0);
    int closing = 0;
    for (const auto& id : {one, two}) {
        const auto state = Story::state_of(net.alice, id);
        if (state != "normal") ++closing;
    }
    QCOMPARE(closing, ended);
    if (ended == 1) QVERIFY(Story::state_of(net.alice, one) != "normal");
    QCOMPARE(Story::state_of(net.alice, other), std::string("normal"));
    QVERIFY(net.net.is_connected(net.alice, net.carol));
    QCOMPARE(net.net.is_connected(net.alice, net.hub), !hangs_up);
    if (hangs_up) {
        net.net.lie(net.hub, net.alice, nullptr);
        net.net.advance(10'000);
        QVERIFY(net.net.is_connected(net.alice, net.hub));
    }
    if (ended < 2) QVERIFY(net.pays(net.alice, net.hub, 10'000'000_msat).succeeded());
    QVERIFY(net.check());
}

void TestComplaints::what_a_warning_ends_of_openings_data() {
    QTest::addColumn<bool>("of_all");
    QTest::addColumn<bool>("is_created");
    QTest::newRow("of all, before accept_channel") << true << false;
    QTest::newRow("of all, before funding_signed") << true << true;
    QTest::newRow("of it, before accept_channel") << false << false;
    QTest::newRow("of it, before funding_signed") << false << true;
}

/// The hub warns of what Alice's other channel pays while an opening of hers is on its way to it.
void TestComplaints::what_a_warning_ends_of_openings() {
    QFETCH(bool, of_all);
    QFETCH(bool, is_created);
    Trio net;
    const auto one = net.open(net.alice, net.hub, 500'000_sat);
    ChannelId temporary;
    net.net.lie(net.alice, net.hub, [&](wire::Message& message) {
        const auto* const open = std::get_if<wire::OpenChannel>(&message);
        if (open != nullptr) temporary = open->temporary_channel_id;
        if (is_created ? std::holds_alternative<wire::FundingCreated>(message) : open != nullptr)
            net.net.hold(net.alice, net.hub, true);
    });
    std::size_t said = 0;
    net.net.lie(net.hub, net.alice, [&](wire::Message& message) {
        if (!std::holds_alternative<wire::Warning>(message)) return;
        ++said;
        message = wire::Warning{of_all ? ChannelId{} : temporary, to_bytes(bytes_of("so it is"))};
    });
    const auto opening =
        net.alice.post(api::OpenChannel{net.hub.id(), 300'000_sat, 0_msat, false, std::nullopt});
    net.net.settle();
    QCOMPARE(net.alice.node().state().openings.size(), std::size_t{1});
    const ChannelId id = net.alice.node().state().openings.begin()->first;
    net.hub.set_fees(
        {FeeratePerKw(5'000), FeeratePerKw(2'500), FeeratePerKw(253), FeeratePerKw(2'000), true});
    net.net.settle();
    QCOMPARE(said, std::size_t{1});
    const auto* const early = net.alice.answer(opening);
    if (of_all) {
        QVERIFY(early == nullptr);
    } else {
        QVERIFY(early != nullptr && !*early);
        QCOMPARE(early->error().kind, api::ProblemKind::peer_refused);
        QCOMPARE(early->error().params.at("reason"), std::string("so it is"));
        QVERIFY(net.alice.node().state().openings.empty());
    }
    // The hub is at ease again, and hears what was said to it meanwhile.
    net.hub.set_fees(
        {FeeratePerKw(2'500), FeeratePerKw(1'000), FeeratePerKw(253), FeeratePerKw(253), true});
    net.net.settle();
    net.net.lie(net.alice, net.hub, nullptr);
    net.net.hold(net.alice, net.hub, false);
    net.net.settle();
    const auto heard =
        std::any_of(net.hub.log().begin(), net.hub.log().end(), [](const std::string& line) {
            return line.find("error: given up after a warning") != std::string::npos;
        });
    QCOMPARE(heard, !of_all);
    if (of_all) {
        const auto* const answer = net.alice.answer(opening);
        QVERIFY(answer != nullptr && bool(*answer));
        net.net.mine(7);
        const auto opened = std::get<api::ChannelOpening>(**answer).channel_id;
        QCOMPARE(Story::state_of(net.alice, opened), std::string("normal"));
        QCOMPARE(Story::state_of(net.hub, opened), std::string("normal"));
    } else {
        // Nothing waits for a funding that never comes.
        QCOMPARE(Story::state_of(net.alice, id), std::string("none"));
        QCOMPARE(Story::state_of(net.hub, temporary), std::string("none"));
        QVERIFY(Story::state_of(net.hub, id) != "awaiting_confirmation");
    }
    QCOMPARE(Story::state_of(net.alice, one), std::string("normal"));
    QVERIFY(net.check());
}

/// What has no output is the miner's when the peer closes by force (BOLT 2,
/// max_dust_htlc_exposure_msat). Each side keeps below the limit by itself, and what crosses on the
/// wire is above it: no preimage is given for that.
void TestComplaints::beyond_the_dust_limit_nothing_is_paid() {
    for (const std::size_t each : {std::size_t{5}, std::size_t{6}}) {
        Story net;
        auto coarse = parts_for(1);
        coarse.config.channels.dust_limit = 5'000_sat;
        auto& alice = net.net.add("alice", std::move(coarse));
        auto& bob = net.net.add("bob", parts_for(2));
        for (auto* const node : {&alice, &bob}) {
            net.net.fund(*node, 2'000'000_sat);
            net.net.fund(*node, 30'000_sat, 4);
        }
        const auto id = net.open(alice, bob, 1'000'000_sat, 500'000'000_msat);
        // 5 of 4,900 sat on each side are 49,000 together; 6 are 58,800, and 50,000 is the limit.
        std::vector<std::string> for_alice, for_bob;
        for (std::size_t i = 0; i < each; ++i) {
            for_alice.push_back(net.invoice(alice, 4'900'000_msat));
            for_bob.push_back(net.invoice(bob, 4'900'000_msat));
        }
        net.net.hold(alice, bob, true);
        net.net.hold(bob, alice, true);
        std::vector<Payment> payments;
        for (std::size_t i = 0; i < each; ++i) {
            payments.push_back(net.start_payment(alice, for_bob[i]));
            payments.push_back(net.start_payment(bob, for_alice[i]));
        }
        net.net.settle();
        QCOMPARE(htlcs(alice), each);
        QCOMPARE(htlcs(bob), each);
        net.net.hold(alice, bob, false);
        net.net.hold(bob, alice, false);
        net.net.settle();
        const auto paid = std::count_if(payments.begin(), payments.end(),
                                        [](const Payment& p) { return p.succeeded(); });
        if (each == 5) QCOMPARE(paid, std::ptrdiff_t{10});
        else QVERIFY(paid < 12);
        for (const auto& payment : payments) {
            QVERIFY(payment.answer() != nullptr);
            if (!payment.succeeded())
                QCOMPARE(param(payment, "code"), std::string("temporary_channel_failure"));
        }
        QCOMPARE(htlcs(alice) + htlcs(bob), std::size_t{0});
        QCOMPARE(Story::state_of(alice, id), std::string("normal"));
        QVERIFY(net.check());
    }
}

RUNNEL_TEST(TestComplaints)
#include "test_complaints.moc"
