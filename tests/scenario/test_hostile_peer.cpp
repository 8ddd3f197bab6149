// A peer, or a stranger, that says what is well formed and not true: it gets nothing and breaks
// nothing of what others have.
#include "tests/scenario/duo.h"

#include "core/channel/store.h"
#include "core/channel/transactions.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

/// The funding_created of an opening names `point` and is correctly signed for it.
std::function<void(wire::Message&)> claiming(sim::SimNode& liar, std::uint8_t which,
                                             const bitcoin::OutPoint& point) {
    return [&liar, keys = parts_for(which).keys, point](wire::Message& message) {
        auto* const created = std::get_if<wire::FundingCreated>(&message);
        if (created == nullptr) return;
        for (const auto& [id, channel] : liar.node().state().channels) {
            const auto* const waiting =
                std::get_if<channel::AwaitingFundingSigned>(&channel->state);
            if (waiting == nullptr) continue;
            auto params = waiting->params;
            params.funding = point;
            channel::CommitmentSpec spec;
            spec.feerate_per_kw = waiting->feerate;
            spec.to_ours = params.funding_satoshis.msat() - waiting->push_msat;
            spec.to_theirs = waiting->push_msat;
            ports::RemoteCommitmentRequest request;
            request.number = CommitmentNumber(0);
            request.per_commitment_point = waiting->their_first_point;
            request.commitment =
                channel::build_commitment(params, channel::Party::theirs, request.number,
                                          request.per_commitment_point, spec)
                    .tx;
            request.their_funding_pubkey = params.their_keys.funding_pubkey;
            request.funding_amount = params.funding_satoshis;
            created->signature = keys->channel(channel->keys)
                                     ->sign_remote_commitment(ports::SignerGuard{}, request)
                                     .value()
                                     .value.signature;
            created->funding_txid = point.txid;
            created->funding_output_index = static_cast<std::uint16_t>(point.index);
        }
    };
}

}  // namespace

class TestHostilePeer : public QObject {
    Q_OBJECT

private slots:
    void nobody_takes_the_place_of_a_channel_data();
    void nobody_takes_the_place_of_a_channel();
    void a_refused_proposal_costs_the_connection_data();
    void a_refused_proposal_costs_the_connection();
    void nothing_is_said_before_reestablish();
};

void TestHostilePeer::nobody_takes_the_place_of_a_channel_data() {
    QTest::addColumn<bool>("stranger");
    QTest::newRow("a stranger, who knows it from the chain") << true;
    QTest::newRow("the peer itself") << false;
}

/// Whoever can have a channel's record overwritten takes its money, and can publish its revoked
/// states.
void TestHostilePeer::nobody_takes_the_place_of_a_channel() {
    QFETCH(bool, stranger);
    Trio net;
    const auto id = net.open(net.alice, net.hub, 1'000'000_sat);
    QVERIFY(net.pays(net.alice, net.hub, 400'000'000_msat).succeeded());
    const auto before = channel::encode_channel(*Story::channel_of(net.hub, id));
    const auto point = channel::funded_of(Story::channel_of(net.hub, id)->state)->params().funding;
    auto& liar = stranger ? net.carol : net.alice;
    net.net.connect(liar, net.hub);
    net.net.settle();
    const auto channels = net.hub.node().state().channels.size();
    net.net.lie(liar, net.hub, claiming(liar, stranger ? 3 : 1, point));
    const auto refused =
        net.run(liar, api::OpenChannel{net.hub.id(), 200'000_sat, 0_msat, false, std::nullopt});
    // The hub can only name the opening by its temporary id; the liar hears the reason at once all
    // the same.
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, api::ProblemKind::peer_refused);
    QVERIFY(!refused.error().params.at("reason").empty());
    QCOMPARE(liar.node().state().openings.size(), std::size_t{0});
    for (const bool restarted : {false, true}) {
        if (restarted) net.hub.restart();
        QCOMPARE(net.hub.node().state().channels.size(), channels);
        channel::Channel kept = *Story::channel_of(net.hub, id);
        QVERIFY(channel::encode_channel(kept) == before);
        QVERIFY(net.check());
    }
}

void TestHostilePeer::a_refused_proposal_costs_the_connection_data() {
    QTest::addColumn<QString>("what");
    for (const char* const what : {"a feerate below all bounds", "a feerate above all bounds",
                                   "an id out of turn, dust", "an id out of turn, with an output"}) {
        QTest::newRow(what) << QString::fromLatin1(what);
    }
}

/// Their commitment_signed is on its way behind it and signs what was refused. It is of a
/// connection that has ended: the channel is not closed by force because its signature does not
/// fit.
void TestHostilePeer::a_refused_proposal_costs_the_connection() {
    QFETCH(QString, what);
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 300'000'000_msat);
    const bool is_fee = what.contains(QStringLiteral("feerate"));
    net.net.lie(net.alice, net.bob, [&](wire::Message& message) {
        if (auto* const fee = std::get_if<wire::UpdateFee>(&message); fee != nullptr && is_fee)
            fee->feerate_per_kw =
                FeeratePerKw(what.contains(QStringLiteral("above")) ? 250'001 : 252);
        if (auto* const add = std::get_if<wire::UpdateAddHtlc>(&message))
            add->id = HtlcId(add->id.raw() + 1);
    });
    if (is_fee) {
        net.alice.set_fees({FeeratePerKw(3'000), FeeratePerKw(2'000), FeeratePerKw(1'700),
                            FeeratePerKw(1'700), true});
        net.net.settle();
    } else {
        (void)net.start_payment(
            net.alice,
            net.invoice(net.bob,
                        what.contains(QStringLiteral("dust")) ? 100'000_msat : 50'000'000_msat));
        net.net.settle();
    }
    QVERIFY(!net.net.is_connected(net.alice, net.bob));
    net.net.lie(net.alice, net.bob, nullptr);
    net.reconnect();
    net.net.advance(10'000);
    QCOMPARE(Story::state_of(net.alice, id), std::string("normal"));
    QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
    QVERIFY(net.pays(net.bob, net.alice, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

/// BOLT 2: nothing about a channel goes out before channel_reestablish has come. Blocks come
/// meanwhile.
void TestHostilePeer::nothing_is_said_before_reestablish() {
    Duo net;
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    QVERIFY(bool(net.run(
        net.alice, api::OpenChannel{net.bob.id(), 1'000'000_sat, 0_msat, false, std::nullopt})));
    net.net.mine(2);
    net.net.disconnect(net.alice, net.bob);
    net.net.settle();
    std::vector<std::string> said;
    net.net.lie(net.alice, net.bob,
                [&](wire::Message& message) { said.emplace_back(wire::name_of(message)); });
    net.net.hold(net.bob, net.alice, true);
    net.net.connect(net.alice, net.bob);
    net.net.settle();
    net.net.mine(5);
    QCOMPARE(said, std::vector<std::string>{"channel_reestablish"});
    net.net.hold(net.bob, net.alice, false);
    net.net.settle();
    QVERIFY(std::find(said.begin(), said.end(), "channel_ready") != said.end());
    QVERIFY(net.pays(net.alice, net.bob, 20'000'000_msat).succeeded());
    QVERIFY(net.check());
}

RUNNEL_TEST(TestHostilePeer)
#include "test_hostile_peer.moc"
