// HoldBack and the rule behind it (core/node/doubt.h), each case by itself.
#include "app/node/hold_back.h"  // first: Qt's `emit` is a macro

#include "core/node/doubt.h"
#include "tests/scenario/stranger.h"
#include "tests/unit/channel/pair.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using channel::OurCommitPublished;

namespace {

const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

channel::Channel open_channel() {
    Pair pair;
    pair.open();
    pair.cut();
    return *pair.a.channel;
}

channel::Channel forced_channel() {
    Pair pair;
    pair.open();
    pair.cut();
    (void)channel::force_close(*pair.a.channel, "asked to", pair.a.context()).value();
    return *pair.a.channel;
}

OurCommitPublished& commitment_in(channel::Channel& channel) {
    return std::get<OurCommitPublished>(std::get<channel::Closing>(channel.state).cause);
}

node::Figures in_doubt() {
    node::Figures figures;
    figures.in_doubt = true;
    return figures;
}

std::optional<api::ProblemKind> kind(const std::optional<api::Problem>& problem) {
    return problem ? std::optional(problem->kind) : std::nullopt;
}

}  // namespace

class TestHoldBackRules : public QObject {
    Q_OBJECT

private slots:
    void what_has_not_compared_may_be_outdated() {
        auto channel = open_channel();
        auto figures = in_doubt();
        QVERIFY(node::may_be_outdated(figures, channel));
        QCOMPARE(kind(node::why_not_forced(figures, channel, false)),
                 std::optional(api::ProblemKind::store_in_doubt));
        QVERIFY(!node::why_not_forced(figures, channel, true));
        // Without doubt there is nothing to ask.
        QVERIFY(!node::why_not_forced(node::Figures{}, channel, false));
        // Compared, now or earlier in this run.
        channel.link = channel::Link::online;
        QVERIFY(!node::may_be_outdated(figures, channel));
        channel.link = channel::Link::reestablishing;
        QVERIFY(node::may_be_outdated(figures, channel));
        figures.compared.insert(channel.id);
        QVERIFY(!node::may_be_outdated(figures, channel));
    }

    void a_close_may_be_outdated_until_it_is_in_a_block() {
        auto channel = forced_channel();
        const auto figures = in_doubt();
        QVERIFY(node::may_be_outdated(figures, channel));
        auto& closing = std::get<channel::Closing>(channel.state);
        const auto& params = closing.funded.params();
        closing.spends.push_back(
            {params.funding,
             std::make_shared<const bitcoin::Transaction>(commitment_in(channel).tx),
             BlockHeight(200)});
        QVERIFY(!node::may_be_outdated(figures, channel));
        // Another one: a reorg of few blocks would let ours out again.
        auto other = commitment_in(channel).tx;
        other.lock_time += 1;
        closing.spends.front().tx = std::make_shared<const bitcoin::Transaction>(other);
        auto later = figures;
        later.tip.height = BlockHeight(204);
        QVERIFY(node::may_be_outdated(later, channel));
        later.tip.height = BlockHeight(205);
        QVERIFY(!node::may_be_outdated(later, channel));
        closing.spends.clear();
        closing.cause = channel::TheyMustClose{"lost"};
        QVERIFY(!node::may_be_outdated(figures, channel));
    }

    void a_risk_that_was_taken_stays_taken() {
        auto channel = forced_channel();
        commitment_in(channel).age = OurCommitPublished::Age::risked;
        QVERIFY(!node::may_be_outdated(in_doubt(), channel));
        QVERIFY(!node::why_not_forced(in_doubt(), channel, false));
    }

    /// Theirs is in a block, not deep: ours has to wait for that, and a reorg is no moment to
    /// publish what may be revoked.
    void no_risk_is_offered_where_a_close_is_in_a_block() {
        auto channel = forced_channel();
        auto& closing = std::get<channel::Closing>(channel.state);
        auto theirs = commitment_in(channel).tx;
        theirs.lock_time += 1;
        closing.spends.push_back({closing.funded.params().funding,
                                  std::make_shared<const bitcoin::Transaction>(theirs),
                                  BlockHeight(200)});
        node::State state;
        state.in_doubt = true;
        state.tip.height = BlockHeight(202);
        QVERIFY(node::may_be_outdated(state, channel));
        QVERIFY(!node::why_not_forced(state, channel, false));
        QVERIFY(!node::why_not_forced(state, channel, true));
        const auto id = channel.id;
        state.channels.emplace(id, std::make_shared<const channel::Channel>(channel));
        node::Draft draft(state);
        node::take_risk(draft, id);
        auto after = **draft.channels.find(id);
        QVERIFY(commitment_in(after).age == OurCommitPublished::Age::as_stored);
        // Still held back, should a reorg remove theirs.
        std::get<channel::Closing>(after.state).spends.clear();
        QVERIFY(node::may_be_outdated(state, after));
        QCOMPARE(kind(node::why_not_forced(state, after, false)),
                 std::optional(api::ProblemKind::store_in_doubt));
    }

    void what_is_outdated_is_never_risked() {
        auto channel = forced_channel();
        commitment_in(channel).age = OurCommitPublished::Age::outdated;
        node::State state;
        state.in_doubt = true;
        // It had compared before, in this run, and as long as nothing else was known.
        state.compared.insert(channel.id);
        const auto refused = node::why_not_forced(state, channel, true);
        QCOMPARE(kind(refused), std::optional(api::ProblemKind::store_in_doubt));
        QVERIFY(refused->params.contains("outdated"));
        QVERIFY(node::may_be_outdated(state, channel));
        channel.link = channel::Link::online;
        QVERIFY(node::may_be_outdated(state, channel));
        const auto id = channel.id;
        state.channels.emplace(id, std::make_shared<const channel::Channel>(channel));
        node::Draft draft(state);
        node::take_risk(draft, id);
        auto after = **draft.channels.find(id);
        QVERIFY(commitment_in(after).age == OurCommitPublished::Age::outdated);
    }

    /// The peer shows a secret that only a revocation gives away: from then on nobody may be led to
    /// publish it.
    void what_is_proven_outdated_is_at_nobodys_risk() {
        Pair pair;
        pair.open();
        const auto old = *pair.a.channel;
        pair.add(pair.a, 20'000'000_msat, 1);
        pair.settle();
        pair.cut();
        pair.a.channel = old;
        (void)channel::on_peer_down(*pair.a.channel);
        (void)channel::force_close(*pair.a.channel, "asked to", pair.a.context()).value();
        pair.reconnect();
        pair.deliver(pair.b);
        QVERIFY(commitment_in(*pair.a.channel).age == OurCommitPublished::Age::outdated);
        const auto refused = node::why_not_forced(in_doubt(), *pair.a.channel, true);
        QCOMPARE(kind(refused), std::optional(api::ProblemKind::store_in_doubt));
        QVERIFY(refused->params.contains("outdated"));
        QVERIFY(node::may_be_outdated(in_doubt(), *pair.a.channel));
        // It is remembered.
        const auto again = channel::decode_channel(channel::encode_channel(*pair.a.channel),
                                                   rows_of(*pair.a.channel));
        QVERIFY(again.has_value());
        auto loaded = *again;
        QVERIFY(commitment_in(loaded).age == OurCommitPublished::Age::outdated);
    }

    /// A claim without proof is only words: an attacker's way to make us give up.
    void a_claim_without_proof_outdates_nothing() {
        Pair pair;
        pair.open();
        pair.cut();
        (void)channel::force_close(*pair.a.channel, "asked to", pair.a.context()).value();
        (void)channel::on_peer_up(*pair.a.channel, pair.a.context());
        wire::ChannelReestablish claim;
        claim.channel_id = pair.a.channel->id;
        claim.next_commitment_number = CommitmentNumber(9);
        claim.next_revocation_number = CommitmentNumber(8);
        claim.your_last_per_commitment_secret.reveal().fill(7);
        (void)pair.a.hear(claim);
        QVERIFY(commitment_in(*pair.a.channel).age == OurCommitPublished::Age::as_stored);
    }

    /// The outpoint of a channel that nobody has paid into is a stranger's word. It names a coin of
    /// ours, which is then sent.
    void a_strangers_word_holds_back_no_send() {
        Host host(1);
        static_cast<void>(host.give(200'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        const auto payment = paying(outpoint_of(5), {{600'000_sat, host.script(0)}});
        const auto id = stranger.names({payment->txid(), 0});
        host.mine({payment});
        host.take({node::PeerDown{stranger.id(), "gone"}});
        QVERIFY(node::may_be_outdated(host.node->state(), *host.channel(id)));
        api::CommandId command;
        command.raw().fill(7);
        host.take({api::Command{command, api::SendOnchain{elsewhere, 700'000_sat, std::nullopt}}});
        app::HoldBack hold_back;
        std::size_t sent = 0;
        for (const auto& effect : host.effects) {
            const auto* const broadcast = std::get_if<ports::Broadcast>(&effect);
            if (broadcast == nullptr) continue;
            ++sent;
            QVERIFY(hold_back.may_go(host.node->state(), *broadcast));
        }
        QCOMPARE(sent, std::size_t{1});
    }
};

RUNNEL_TEST(TestHoldBackRules)
#include "test_hold_back_rules.moc"
