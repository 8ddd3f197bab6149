// Without the chain: what a wallet does, and leaves, when its source of blocks is silent, hung,
// behind, or not there yet at start. Nothing is added by us, what is received goes back, what was
// taken or refused before is carried through.
#include "tests/scenario/payment_facts.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

using api::ProblemKind;

const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

/// What becomes of an HTLC that `payer` sends to `payee` now: "paid", or the code it comes back
/// with.
std::string outcome(Story& net, sim::SimNode& payer, sim::SimNode& payee) {
    const auto payment = net.pays(payer, payee, 1'000'000_msat);
    if (payment.succeeded()) return "paid";
    return payment.problem() == ProblemKind::payment_failed ? param(payment, "code") : "other";
}

ports::ChainStatus status_of(sim::Network& net, bool synced, std::uint32_t blocks_ahead,
                             const char* problem = "") {
    ports::ChainStatus status;
    status.reachable = true;
    status.synced = synced;
    status.tip = net.chain().height() + BlockDelta(blocks_ahead);
    status.relays_packages = true;
    status.problem = problem;
    return status;
}

}  // namespace

class TestChainSilence : public QObject {
    Q_OBJECT

private slots:
    void patience_counts_from_the_last_word();
    void a_hung_source_counts_as_gone();
    void a_source_that_is_behind_counts_at_once_data();
    void a_source_that_is_behind_counts_at_once();
    void between_two_blocks_all_goes_on();
    void between_two_blocks_is_no_lasting_state();
    void what_is_wrong_with_a_source_is_said();
    void not_synced_at_start_counts_as_gone();
    void what_is_shown_promises_nothing();
    void what_was_taken_before_is_carried_through_data();
    void what_was_taken_before_is_carried_through();
    void a_preimage_given_before_is_given_again();
    void no_second_attempt_is_added_data();
    void no_second_attempt_is_added();
    void no_channel_is_opened();
};

void TestChainSilence::patience_counts_from_the_last_word() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    // An hour in which nothing changed and the source was there all the time.
    net.net.advance(60 * minute);
    net.bob.set_chain_reachable(false);
    net.net.settle();
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    net.net.advance(29 * minute);
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    net.net.advance(2 * minute);
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::chain_gone));
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("temporary_node_failure"));
    QVERIFY(net.check());
}

void TestChainSilence::a_hung_source_counts_as_gone() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    // It says nothing at all any more, not even that something is wrong.
    net.bob.set_chain_mute(true);
    net.net.advance(29 * minute);
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    net.net.advance(2 * minute);
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::chain_gone));
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("temporary_node_failure"));
    // What is shown says the same, and nothing else is granted that needs the chain.
    QVERIFY(!net.bob.snapshot()->chain.synced && !net.bob.snapshot()->chain.reachable);
    // As data, not as a word of ours among the causes that a source names.
    QVERIFY(net.bob.snapshot()->chain.trouble == ProblemKind::chain_gone);
    QVERIFY(net.bob.snapshot()->chain.problem.empty());
    QVERIFY(!net.bob.node().quote(api::AskSend{elsewhere, 10'000_sat, api::Pace::normal}));
    QVERIFY(!net.run(net.bob, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt}));
    net.bob.set_chain_mute(false);
    net.net.settle();
    QVERIFY(net.bob.snapshot()->chain.synced && net.bob.snapshot()->chain.reachable);
    QVERIFY(!net.bob.snapshot()->chain.trouble);
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    // One that goes on speaking is never taken for silent.
    net.net.advance(90 * minute);
    QVERIFY(net.bob.snapshot()->chain.synced);
    QVERIFY(net.check());
}

void TestChainSilence::a_source_that_is_behind_counts_at_once_data() {
    QTest::addColumn<bool>("synced");
    QTest::addColumn<unsigned>("ahead");
    QTest::newRow("by its own word") << false << 0U;
    QTest::newRow("blocks that were not told yet") << true << 3U;
}

void TestChainSilence::a_source_that_is_behind_counts_at_once() {
    QFETCH(bool, synced);
    QFETCH(unsigned, ahead);
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    net.bob.say_chain(status_of(net.net, synced, ahead, synced ? "" : "initial download"));
    net.net.settle();
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::not_synced));
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("temporary_node_failure"));
    QVERIFY(!net.bob.snapshot()->chain.synced && net.bob.snapshot()->chain.reachable);
    QCOMPARE(net.run(net.bob, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt}).error().kind,
             ProblemKind::not_synced);
    net.bob.say_chain(status_of(net.net, true, 0));
    net.net.settle();
    QVERIFY(net.bob.snapshot()->chain.synced);
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    QVERIFY(net.check());
}

/// Two blocks come at once: while the source fetches them it is not in step, for a moment. Neither
/// goes anything back for that, nor is a connection ended with what waits there for its signature.
void TestChainSilence::between_two_blocks_all_goes_on() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    net.net.hold(net.alice, net.bob, true);
    const auto one = net.invoice(net.alice, 1'000'000_msat);
    const auto two = net.invoice(net.alice, 2'000'000_msat);
    const auto going = net.start_payment(net.bob, one);
    net.net.settle();
    const auto waiting = net.start_payment(net.bob, two);
    net.net.settle();
    net.net.chain().mine(2);
    net.bob.say_chain(status_of(net.net, false, 0));
    net.net.settle();
    net.net.hold(net.alice, net.bob, false);
    net.net.settle();
    QVERIFY(going.succeeded());
    QVERIFY(waiting.succeeded());
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    QVERIFY(!net.bob.snapshot()->chain.no_payments);
    // The blocks are there, its word that all is well not yet.
    net.net.mine(1);
    QVERIFY(!net.bob.snapshot()->chain.synced);
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    // What can wait does.
    QCOMPARE(net.run(net.bob, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt}).error().kind,
             ProblemKind::not_synced);
    net.net.advance(minute);
    QVERIFY(net.bob.snapshot()->chain.synced);
    QVERIFY(net.check());
}

void TestChainSilence::between_two_blocks_is_no_lasting_state() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    net.bob.set_chain_mute(true);
    net.bob.say_chain(status_of(net.net, false, 2));
    net.net.settle();
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    net.net.advance(3 * minute);
    // The picture says so although nobody asks.
    QVERIFY(net.bob.snapshot()->chain.no_payments.has_value());
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::not_synced));
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("temporary_node_failure"));
    // A wallet that has not been in step since its start does not know how far it is.
    net.bob.restart();
    net.reconnect();
    net.bob.say_chain(status_of(net.net, false, 1));
    net.net.settle();
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::not_synced));
    net.bob.set_chain_mute(false);
    net.net.settle();
    QVERIFY(net.pays(net.bob, net.alice, 1'000_msat).succeeded());
    QVERIFY(net.check());
}

/// A source that shows less work than before, or another chain: nothing is added, and the person
/// hears why.
void TestChainSilence::what_is_wrong_with_a_source_is_said() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    for (const auto kind :
         {ProblemKind::chain_behind, ProblemKind::chain_unknown, ProblemKind::chain_pruned}) {
        auto status = status_of(net.net, false, 0);
        status.trouble = kind;
        net.bob.say_chain(status);
        net.net.settle();
        QVERIFY(net.bob.snapshot()->chain.trouble == kind);
        QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(), std::optional(kind));
        QCOMPARE(outcome(net, net.alice, net.bob), std::string("temporary_node_failure"));
    }
    net.bob.say_chain(status_of(net.net, true, 0));
    net.net.settle();
    QVERIFY(!net.bob.snapshot()->chain.trouble);
    QCOMPARE(outcome(net, net.alice, net.bob), std::string("paid"));
    QVERIFY(net.check());
}

/// What the picture and a preview say is what a payment would be told, at each moment.
void TestChainSilence::what_is_shown_promises_nothing() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.alice, 1'000'000_msat);
    const auto shown = [&]() -> std::optional<ProblemKind> {
        const auto& problem = net.bob.snapshot()->chain.no_payments;
        return problem ? std::optional(problem->kind) : std::nullopt;
    };
    const auto previewed = [&]() -> std::optional<ProblemKind> {
        const auto preview = net.bob.node().inspect(bolt11, net.net.now());
        if (preview->problem) {
            if (preview->fee) qFatal("a fee beside a problem");
            return preview->problem->kind;
        }
        return preview->fee ? std::nullopt : std::optional(ProblemKind::internal);
    };
    QVERIFY(!shown() && !previewed());
    net.bob.set_chain_reachable(false);
    net.net.advance(29 * minute);
    QVERIFY(!shown() && !previewed());
    net.net.advance(2 * minute);
    QVERIFY(shown() == ProblemKind::chain_gone);
    QVERIFY(previewed() == ProblemKind::chain_gone);
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::chain_gone));
    net.bob.restart();
    net.reconnect();
    QVERIFY(shown() == ProblemKind::not_synced);
    QVERIFY(previewed() == ProblemKind::not_synced);
    net.bob.set_chain_reachable(true);
    net.net.settle();
    QVERIFY(!shown() && !previewed());
    QVERIFY(net.check());
}

void TestChainSilence::not_synced_at_start_counts_as_gone() {
    Duo net;
    net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
    const auto bolt11 = net.invoice(net.bob, 1'000'000_msat);
    net.bob.set_chain_reachable(false);
    net.bob.restart();
    net.reconnect();
    QCOMPARE(net.pays(net.bob, net.alice, 1'000_msat).problem(),
             std::optional(ProblemKind::not_synced));
    const auto refused = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(param(refused, "code"), std::string("temporary_node_failure"));
    net.bob.set_chain_reachable(true);
    net.net.settle();
    const auto paid = net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(paid.succeeded());
    QVERIFY(net.check());
}

void TestChainSilence::what_was_taken_before_is_carried_through_data() {
    QTest::addColumn<bool>("fulfilled");
    QTest::newRow("fulfilled") << true;
    QTest::newRow("failed") << false;
}

/// A hub that lost the chain passes back what comes from beyond it.
void TestChainSilence::what_was_taken_before_is_carried_through() {
    QFETCH(bool, fulfilled);
    Trio net;
    net.open(net.alice, net.hub, 1'000'000_sat);
    net.open(net.hub, net.carol, 1'000'000_sat);
    const auto keys = parts_for(3).keys;
    const auto bolt11 =
        forged(net.invoice(net.carol, 5'000'000_msat), *keys, [&](payment::Invoice& invoice) {
            if (!fulfilled) invoice.payment_secret.reveal()[0] ^= 1;
        });
    net.net.hold(net.carol, net.hub, true);
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QCOMPARE(net.hub.node().state().forwards.size(), std::size_t{1});
    net.hub.set_chain_reachable(false);
    net.net.advance(31 * minute);
    net.net.hold(net.carol, net.hub, false);
    net.net.settle();
    const auto* const payment = sent(net.alice, bolt11);
    QVERIFY(fulfilled ? is_paid(payment) : is_lost(payment));
    if (!fulfilled)
        QCOMPARE(payment->parts.front().failure,
                 std::string("incorrect_or_unknown_payment_details"));
    QVERIFY(net.hub.node().state().forwards.empty());
    // New ones are not passed on meanwhile.
    QCOMPARE(outcome(net, net.alice, net.carol), std::string("temporary_node_failure"));
    QVERIFY(net.check());
}

void TestChainSilence::a_preimage_given_before_is_given_again() {
    Duo net;
    const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
    const auto bolt11 = net.invoice(net.bob, 10'000'000_msat);
    net.net.cut_on(net.bob, net.alice,
                   {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
    net.start_payment(net.alice, bolt11);
    net.net.settle();
    QVERIFY(!is_paid(sent(net.alice, bolt11)));
    net.bob.set_chain_reachable(false);
    net.bob.restart();
    net.reconnect();
    QVERIFY(is_paid(sent(net.alice, bolt11)));
    QCOMPARE(Duo::settled(net.bob, id), 10'000'000_msat);
    QVERIFY(net.check());
}

void TestChainSilence::no_second_attempt_is_added_data() {
    QTest::addColumn<bool>("gone");
    QTest::newRow("with the chain there is one") << false;
    QTest::newRow("without it there is none") << true;
}

void TestChainSilence::no_second_attempt_is_added() {
    QFETCH(bool, gone);
    Quartet net;
    net.open(net.alice, net.north, 500'000_sat);
    net.open(net.alice, net.south, 600'000_sat);
    net.open(net.north, net.carol, 500'000_sat);
    net.open(net.south, net.carol, 500'000_sat);
    const auto bolt11 = net.invoice(net.carol, 100'000'000_msat);
    QVERIFY(net.pays(net.north, net.carol, 450'000'000_msat).succeeded());
    net.net.hold(net.north, net.alice, true);
    const Payment payment(net.alice,
                          net.alice.post(api::Pay{bolt11, std::nullopt, std::nullopt, 7'200}));
    net.net.settle();
    net.alice.set_chain_reachable(!gone);
    net.net.advance(31 * minute);
    net.net.hold(net.north, net.alice, false);
    net.net.settle();
    QCOMPARE(payment.succeeded(), !gone);
    QCOMPARE(sent(net.alice, bolt11)->parts.size(), std::size_t(gone ? 1 : 2));
    QVERIFY(net.check());
}

void TestChainSilence::no_channel_is_opened() {
    Duo net;
    net.reconnect();
    const auto open = [&](sim::SimNode& from, sim::SimNode& to) {
        return net.run(from, api::OpenChannel{to.id(), 500'000_sat, 0_msat, false, std::nullopt});
    };
    net.bob.set_chain_reachable(false);
    net.net.settle();
    // At once: an opening can wait.
    QVERIFY(open(net.bob, net.alice).error().kind == ProblemKind::not_synced);
    QVERIFY(open(net.alice, net.bob).error().kind == ProblemKind::peer_refused);
    net.bob.set_chain_reachable(true);
    net.bob.set_chain_mute(true);
    net.net.advance(31 * minute);
    QVERIFY(!open(net.bob, net.alice));
    QVERIFY(net.check());
}

RUNNEL_TEST(TestChainSilence)
#include "test_chain_silence.moc"
