// What a channel does beyond the HTLC dance: waiting too long, closing by agreement, and after the
// end.
#include "tests/support/test_main.h"

#include "tests/unit/channel/pair.h"

#include <map>
#include <random>

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;
using runnel::test::Half;
using runnel::test::Pair;

namespace {

template <typename M>
std::size_t count_of(const Step& step) {
    return static_cast<std::size_t>(
        std::count_if(step.send.begin(), step.send.end(),
                      [](const wire::Message& m) { return std::holds_alternative<M>(m); }));
}
std::vector<std::string> names(const std::deque<wire::Message>& messages) {
    std::vector<std::string> out;
    for (const auto& message : messages) out.emplace_back(wire::name_of(message));
    return out;
}
const bitcoin::Transaction& agreed_on(const Half& half) {
    return std::get<MutualCloseAgreed>(std::get<Closing>(half.channel->state).cause).tx;
}
template <typename F>
std::vector<F> facts_of(const std::vector<Fact>& facts) {
    std::vector<F> out;
    for (const auto& fact : facts) {
        if constexpr (std::is_constructible_v<HtlcFact, F>) {
            const auto* const htlc = std::get_if<HtlcFact>(&fact);
            if (htlc != nullptr && std::holds_alternative<F>(*htlc))
                out.push_back(std::get<F>(*htlc));
        } else {
            if (std::holds_alternative<F>(fact)) out.push_back(std::get<F>(fact));
        }
    }
    return out;
}

}  // namespace

class TestChannel : public QObject {
    Q_OBJECT

private slots:
    void an_htlc_that_waited_too_long_is_never_signed();
    void what_waits_behind_it_is_taken_back_too();
    void nothing_of_ours_is_signed_without_the_chain();
    void nothing_comes_before_reestablish();
    void shutdown_waits_for_what_was_proposed();
    void shutdown_keeps_to_the_scripts_promised();
    void a_script_binds_only_where_both_have_the_feature();
    void a_record_keeps_to_the_script_promised();
    void no_htlc_after_shutdown();
    void no_htlc_before_both_are_ready();
    void closes_with_htlcs_on_their_way();
    void a_cut_starts_the_negotiation_anew();
    void a_peer_that_never_revokes_is_hung_up_on();
    void nothing_is_added_to_a_close_that_was_signed();
    void the_end_of_an_agreed_close_is_said_again_data();
    void the_end_of_an_agreed_close_is_said_again();
    void a_fee_nobody_offered_ends_the_connection_only();
    void a_close_signed_wrongly_is_tried_again();
    void a_close_says_what_it_waits_for();
    void after_the_end_only_preimages_count();
    void who_comes_back_after_the_end_has_compared_or_not();
    void a_step_that_is_none_is_damage();
    void an_error_closes_an_open_channel_only();
    void history_has_the_whole_span();
    void rows_follow_a_proposal_that_changed();
    void dice_always_end_in_a_close();
};

void TestChannel::an_htlc_that_waited_too_long_is_never_signed() {
    // The peer holds back its revocation until what we were promised upstream has expired, then
    // wants our HTLC after all.
    Pair pair;
    pair.open();
    const std::uint32_t now = pair.a.height.raw();
    pair.add(pair.a, 10'000'000_msat, 1, now + 500);
    pair.a.flush();
    const auto late = pair.add(pair.a, 20'000'000_msat, 2, now + 20);
    pair.a.flush();
    while (!pair.a.wire.empty()) pair.deliver(pair.a);
    pair.a.height = BlockHeight(now + 16);
    {
        Pair in_time = pair;
        in_time.settle();
        QCOMPARE(Pair::commitments(in_time.b).find(Party::theirs, late)->stage, Stage::locked_in);
    }
    pair.a.height = BlockHeight(now + 17);
    pair.deliver(pair.b);
    QVERIFY(Pair::commitments(pair.a).may_sign());
    const auto fault = channel::flush(*pair.a.channel, pair.a.context());
    QVERIFY(!fault);
    QCOMPARE(fault.error().kind, FaultKind::stale_proposal);
    QCOMPARE(disposition(fault.error()), Disposition::warn_and_disconnect);
    // A new connection heals it: taken back, known above, and its id is free.
    pair.cut();
    pair.a.facts.clear();
    pair.reconnect();
    const auto removed = facts_of<OutgoingRemoved>(pair.a.facts);
    QCOMPARE(removed.size(), std::size_t(1));
    QCOMPARE(removed[0].id, late);
    QVERIFY(removed[0].removal == nullptr);
    QVERIFY(Pair::commitments(pair.a).find(Party::ours, late) == nullptr);
    pair.settle();
    QCOMPARE(pair.add(pair.a, 20'000'000_msat, 3, now + 500), late);
    pair.settle();
    QCOMPARE(Pair::commitments(pair.b).find(Party::theirs, late)->htlc.payment_hash,
             test::test_hash(3));
}

void TestChannel::what_waits_behind_it_is_taken_back_too() {
    Pair pair;
    pair.open();
    const std::uint32_t now = pair.a.height.raw();
    pair.add(pair.a, 10'000'000_msat, 1, now + 500);
    pair.a.flush();
    for (const std::uint32_t cltv : {500U, 20U, 600U})
        pair.add(pair.a, 1'000'000_msat, 2, now + cltv);
    pair.cut();
    pair.a.height = BlockHeight(now + 30);
    pair.a.facts.clear();
    pair.reconnect();
    const auto removed = facts_of<OutgoingRemoved>(pair.a.facts);
    QCOMPARE(removed.size(), std::size_t(2));
    QCOMPARE(removed[0].id, HtlcId(2));
    QCOMPARE(removed[1].id, HtlcId(3));
    pair.settle();
    QCOMPARE(Pair::commitments(pair.b).htlcs().size(), std::size_t(2));
    QCOMPARE(Pair::commitments(pair.a).next_htlc_id(Party::ours), HtlcId(2));
}

void TestChannel::nothing_of_ours_is_signed_without_the_chain() {
    // How high the chain is, is not known: what was said and not signed may have expired.
    Pair pair;
    pair.open();
    pair.add(pair.a, 10'000'000_msat, 1, 900);
    pair.a.flush();
    pair.add(pair.a, 20'000'000_msat, 2, 900);
    Half& us = pair.a;
    us.chain_is_current = false;
    while (!us.wire.empty()) pair.deliver(us);
    pair.b.flush();
    pair.deliver(pair.b);
    QVERIFY(Pair::commitments(us).may_sign());
    const auto fault = channel::flush(*us.channel, us.context());
    QVERIFY(!fault);
    QCOMPARE(fault.error().kind, FaultKind::stale_proposal);
    // A new connection takes it back; what is signed goes on, and what they want is signed as ever.
    pair.cut();
    us.facts.clear();
    pair.reconnect();
    const auto removed = facts_of<OutgoingRemoved>(us.facts);
    QCOMPARE(removed.size(), std::size_t(1));
    QCOMPARE(removed[0].id, HtlcId(1));
    pair.settle();
    pair.add(pair.b, 5'000'000_msat, 3);
    pair.settle();
    QCOMPARE(Pair::commitments(us).find(Party::theirs, HtlcId(0))->stage, Stage::locked_in);
    pair.wire_fail(us, HtlcId(0));
    pair.fulfill(pair.b, HtlcId(0), 1);
    pair.settle();
    QVERIFY(Pair::commitments(us).is_quiet());
}

void TestChannel::nothing_comes_before_reestablish() {
    Pair pair;
    pair.open();
    pair.cut();
    pair.reconnect();
    wire::Shutdown shutdown;
    shutdown.channel_id = pair.a.channel->id;
    shutdown.scriptpubkey = test::wallet_script(2);
    QCOMPARE(pair.a.hear(shutdown).error().kind, FaultKind::unexpected_message);
    wire::UpdateAddHtlc add;
    add.amount_msat = 1'000'000_msat;
    QCOMPARE(pair.a.hear(add).error().kind, FaultKind::unexpected_message);
    QVERIFY(!add_htlc(*pair.a.channel, 1'000'000_msat, test::test_hash(1), BlockHeight(500), {}));
    const auto reestablish = pair.b.wire.front();
    pair.settle();
    QVERIFY(is_usable(*pair.a.channel));
    // Once a connection: again it would make us repeat ourselves as often as the peer likes.
    QCOMPARE(pair.a.hear(reestablish).error().kind, FaultKind::unexpected_message);
}

void TestChannel::shutdown_waits_for_what_was_proposed() {
    Pair pair;
    pair.open();
    pair.add(pair.a, 10'000'000_msat, 1);
    pair.a.flush();
    pair.add(pair.a, 20'000'000_msat, 2);
    QVERIFY(shut_down(*pair.a.channel, test::wallet_script(1), pair.a.context()).has_value());
    pair.a.flush();
    // The second HTLC is said and cannot be signed yet: no shutdown before it is (BOLT 2,
    // shutdown).
    QVERIFY(names(pair.a.wire) ==
            (std::vector<std::string>{"update_add_htlc", "commitment_signed", "update_add_htlc"}));
    while (!pair.a.wire.empty()) pair.deliver(pair.a);
    pair.deliver(pair.b);
    pair.a.flush();
    QVERIFY(names(pair.a.wire) == (std::vector<std::string>{"commitment_signed", "shutdown"}));
    pair.settle();
    QVERIFY(std::holds_alternative<ShuttingDown>(pair.b.channel->state));
    QVERIFY(std::get<ShuttingDown>(pair.a.channel->state).their_script.has_value());
}

void TestChannel::shutdown_keeps_to_the_scripts_promised() {
    Pair pair;
    auto request = test::usual_request();
    request.upfront_shutdown = test::wallet_script(42);
    pair.open(request);
    QVERIFY(shut_down(*pair.a.channel, test::wallet_script(1), pair.a.context()).has_value());
    pair.a.flush();
    auto shutdown = std::get<wire::Shutdown>(pair.a.wire.front());
    QVERIFY(shutdown.scriptpubkey == test::wallet_script(42));
    shutdown.scriptpubkey = test::wallet_script(1);
    QCOMPARE(pair.b.hear(shutdown).error().kind, FaultKind::bad_shutdown_script);
    QVERIFY(std::holds_alternative<Normal>(pair.b.channel->state));
    pair.settle();
    const auto& tx = std::get<MutualCloseAgreed>(std::get<Closing>(pair.a.channel->state).cause).tx;
    QCOMPARE(std::count_if(tx.outputs.begin(), tx.outputs.end(),
                           [](const auto& o) { return o.script == test::wallet_script(42); }),
             std::ptrdiff_t(1));
}

/// A record that would have it paid elsewhere is damage: no message can come of it.
/// BOLT 2, open_channel and shutdown: without the feature a script may be there all the same, and
/// means nothing, whatever it is.
void TestChannel::a_script_binds_only_where_both_have_the_feature() {
    for (const bool fundee_says : {false, true}) {
        for (const bool is_nonsense : {false, true}) {
            Pair pair;
            Half& they = fundee_says ? pair.b : pair.a;
            Half& we = fundee_says ? pair.a : pair.b;
            we.features.remove(wire::Feature::upfront_shutdown_script);
            const bitcoin::Script script = is_nonsense ? Bytes{0x6a} : test::wallet_script(42);
            pair.offer();
            if (fundee_says) {
                pair.deliver(pair.a);
                std::get<wire::AcceptChannel>(pair.b.wire.front()).upfront_shutdown_script = script;
            } else {
                std::get<wire::OpenChannel>(pair.a.wire.front()).upfront_shutdown_script = script;
            }
            while (!pair.a.wire.empty() || !pair.b.wire.empty()) {
                if (!pair.a.wire.empty()) pair.deliver(pair.a);
                if (!pair.b.wire.empty()) pair.deliver(pair.b);
            }
            QVERIFY(!Pair::commitments(we).params().their_upfront_shutdown);
            pair.confirm(pair.a);
            pair.confirm(pair.b);
            pair.settle();
            QVERIFY(shut_down(*they.channel, test::wallet_script(they.name), they.context())
                        .has_value());
            pair.settle();
            QVERIFY(agreed_on(we) == agreed_on(they));
        }
    }
}

void TestChannel::a_record_keeps_to_the_script_promised() {
    for (const bool agreed : {false, true}) {
        Pair pair;
        auto request = test::usual_request();
        request.upfront_shutdown = test::wallet_script(42);
        pair.open(request);
        QVERIFY(shut_down(*pair.a.channel, test::wallet_script(1), pair.a.context()).has_value());
        pair.a.flush();
        if (agreed) {
            pair.deliver(pair.a);
            pair.b.flush();
            pair.deliver(pair.b);
            pair.a.flush();
            QVERIFY(std::holds_alternative<NegotiatingClose>(pair.a.channel->state));
        }
        const auto rows = test::rows_of(*pair.a.channel);
        QVERIFY(decode_channel(encode_channel(*pair.a.channel), rows).has_value());
        auto& script = agreed ? std::get<NegotiatingClose>(pair.a.channel->state).our_script
                              : std::get<ShuttingDown>(pair.a.channel->state).our_script;
        script = test::wallet_script(1);
        const auto read = decode_channel(encode_channel(*pair.a.channel), rows);
        QVERIFY(!read);
        QCOMPARE(read.error(), DecodeError::bad_value);
    }
}

void TestChannel::no_htlc_after_shutdown() {
    Pair pair;
    pair.open();
    pair.add(pair.a, 10'000'000_msat, 1);
    pair.settle();
    QVERIFY(shut_down(*pair.a.channel, test::wallet_script(1), pair.a.context()).has_value());
    pair.a.flush();
    QCOMPARE(add_htlc(*pair.a.channel, 1'000'000_msat, test::test_hash(2), BlockHeight(500), {})
                 .error()
                 .kind,
             FaultKind::shutting_down);
    // Theirs may cross our shutdown; after their own it may not.
    pair.add(pair.b, 5'000'000_msat, 3);
    pair.settle();
    wire::UpdateAddHtlc add;
    add.channel_id = pair.a.channel->id;
    add.id = HtlcId(1);
    add.amount_msat = 1'000'000_msat;
    QCOMPARE(pair.a.hear(add).error().kind, FaultKind::shutting_down);
}

void TestChannel::no_htlc_before_both_are_ready() {
    // A funder whose transaction may never confirm begins or answers a close, says that the channel
    // is ready, and pays: the preimage would be sold for nothing.
    for (const bool after_a_cut : {false, true}) {
        Pair pair;
        pair.agree();
        Half& us = pair.b;
        QVERIFY(shut_down(after_a_cut ? *pair.a.channel : *us.channel, test::wallet_script(1),
                          us.context())
                    .has_value());
        if (after_a_cut) {
            pair.a.flush();
            pair.deliver(pair.a);
            us.flush();
            QVERIFY(std::holds_alternative<NegotiatingClose>(us.channel->state) ||
                    std::holds_alternative<ShuttingDown>(us.channel->state));
            // The shutdown counts no more on a new connection, on which it is not said again.
            pair.cut();
            (void)on_peer_up(*us.channel, us.context());
            auto reestablish = Pair::commitments(pair.a).reestablish(pair.a.signer);
            reestablish.channel_id = us.channel->id;
            QVERIFY(us.hear(reestablish).has_value());
        } else {
            us.flush();
        }
        wire::ChannelReady ready;
        ready.channel_id = us.channel->id;
        ready.second_per_commitment_point = pair.a.signer.commitment_point(CommitmentNumber(1));
        (void)us.hear(ready);
        wire::UpdateAddHtlc add;
        add.channel_id = us.channel->id;
        add.amount_msat = 1'000'000_msat;
        add.payment_hash = test::test_hash(1);
        add.cltv_expiry = BlockHeight(500);
        const auto taken = us.hear(add);
        QVERIFY(!taken);
        QCOMPARE(disposition(taken.error()), Disposition::warn_and_disconnect);
        QVERIFY(!Pair::commitments(us).may_sign());
    }
}

void TestChannel::closes_with_htlcs_on_their_way() {
    Pair pair;
    pair.open();
    pair.add(pair.a, 50'000'000_msat, 1);
    pair.add(pair.b, 20'000'000_msat, 2);
    pair.settle();
    QVERIFY(shut_down(*pair.b.channel, test::wallet_script(2), pair.b.context()).has_value());
    pair.settle();
    QVERIFY(std::holds_alternative<ShuttingDown>(pair.a.channel->state) &&
            std::holds_alternative<ShuttingDown>(pair.b.channel->state));
    pair.fulfill(pair.b, HtlcId(0), 1);
    pair.wire_fail(pair.a, HtlcId(0));
    pair.settle();
    const auto& a = std::get<Closing>(pair.a.channel->state);
    const auto& b = std::get<Closing>(pair.b.channel->state);
    QVERIFY(std::get<MutualCloseAgreed>(a.cause).tx == std::get<MutualCloseAgreed>(b.cause).tx);
    Sat to_b;
    for (const auto& output : std::get<MutualCloseAgreed>(a.cause).tx.outputs) {
        if (output.script == test::wallet_script(2)) to_b += output.value;
    }
    QCOMPARE(to_b, 450'000_sat);
    QCOMPARE(facts_of<MutualCloseSigned>(pair.a.facts).size(), std::size_t(1));
    QCOMPARE(facts_of<PreimageLearned>(pair.a.facts).size(), std::size_t(1));
}

void TestChannel::a_cut_starts_the_negotiation_anew() {
    for (int messages = 0; messages < 6; ++messages) {
        Pair pair;
        pair.open();
        for (Half* const half : {&pair.a, &pair.b}) {
            QVERIFY(shut_down(*half->channel, test::wallet_script(half->name), half->context())
                        .has_value());
        }
        for (int i = 0; i < messages; ++i) {
            pair.a.flush();
            pair.b.flush();
            if (!pair.a.wire.empty()) pair.deliver(pair.a);
            else if (!pair.b.wire.empty()) pair.deliver(pair.b);
        }
        // From disk on one side, from memory on the other.
        auto read = decode_channel(encode_channel(*pair.b.channel), test::rows_of(*pair.b.channel));
        QVERIFY(read.has_value());
        pair.b.channel = *std::move(read);
        pair.cut();
        pair.reconnect();
        pair.settle();
        const bool a_is_done = std::holds_alternative<Closing>(pair.a.channel->state);
        const bool b_is_done = std::holds_alternative<Closing>(pair.b.channel->state);
        // Who had the transaction that both signed has said so again.
        QVERIFY2(a_is_done && b_is_done, qPrintable(QString("cut after %1").arg(messages)));
        QVERIFY(agreed_on(pair.a) == agreed_on(pair.b));
    }
}

/// It answers pings and no commitment_signed of ours: what was said after that is never signed, and
/// only a new connection takes it back.
void TestChannel::a_peer_that_never_revokes_is_hung_up_on() {
    Pair pair;
    pair.open();
    pair.add(pair.a, 10'000'000_msat, 1);
    pair.a.flush();
    pair.add(pair.a, 20'000'000_msat, 2);
    const BlockHeight expiry(Pair::commitments(pair.a).htlcs().back().htlc.cltv_expiry);
    QVERIFY(!stalled(*pair.a.channel, expiry - BlockDelta(19)));
    const auto fault = stalled(*pair.a.channel, expiry - BlockDelta(18));
    QVERIFY(fault && fault->kind == FaultKind::stale_proposal);
    QVERIFY(disposition(*fault) == Disposition::warn_and_disconnect);
    pair.cut();
    QVERIFY(!stalled(*pair.a.channel, expiry));
}

/// A peer that holds our signature for a close could be paid on a new connection, be told the
/// preimage, and then publish that close, which knows nothing of it.
void TestChannel::nothing_is_added_to_a_close_that_was_signed() {
    for (const bool restarted : {false, true}) {
        Pair pair;
        pair.open();
        for (Half* const half : {&pair.a, &pair.b}) {
            QVERIFY(shut_down(*half->channel, test::wallet_script(half->name), half->context())
                        .has_value());
        }
        auto before = *pair.a.channel;
        while (!std::holds_alternative<NegotiatingClose>(pair.a.channel->state)) {
            before = *pair.a.channel;
            pair.a.flush();
            pair.b.flush();
            if (!pair.a.wire.empty()) pair.deliver(pair.a);
            if (!pair.b.wire.empty()) pair.deliver(pair.b);
            pair.a.flush();
        }
        // On disk before the signature leaves.
        QVERIFY(!is_stored_alike(before, *pair.a.channel));
        if (restarted) {
            auto read =
                decode_channel(encode_channel(*pair.a.channel), test::rows_of(*pair.a.channel));
            QVERIFY(read.has_value());
            pair.a.channel = *std::move(read);
        }
        pair.cut();
        pair.reconnect();
        pair.deliver(pair.b);  // channel_reestablish, and no shutdown after it
        QVERIFY(std::holds_alternative<ShuttingDown>(pair.a.channel->state));
        auto read = decode_channel(encode_channel(*pair.a.channel), test::rows_of(*pair.a.channel));
        QVERIFY(read && std::get<ShuttingDown>(read->state).close_signed);
        wire::UpdateAddHtlc add;
        add.channel_id = pair.a.channel->id;
        add.amount_msat = 1'000'000_msat;
        add.cltv_expiry = BlockHeight(500);
        const auto heard = pair.a.hear(add);
        QVERIFY(!heard && heard.error().kind == FaultKind::shutting_down);
    }
}

void TestChannel::the_end_of_an_agreed_close_is_said_again_data() {
    QTest::addColumn<bool>("funder_knows");
    QTest::newRow("the funder has both signatures") << true;
    QTest::newRow("the fundee has both signatures") << false;
}

/// The last closing_signed is lost with the connection. BOLT 2 has the peer wait for our
/// channel_reestablish; then all is said again, and nothing else is signed.
void TestChannel::the_end_of_an_agreed_close_is_said_again() {
    QFETCH(const bool, funder_knows);
    Pair pair;
    pair.open();
    Half& knows = funder_knows ? pair.a : pair.b;
    Half& lost = funder_knows ? pair.b : pair.a;
    // Then the fundee names another fee, and the funder's word is the last.
    if (funder_knows) pair.b.fees.mempool_min = FeeratePerKw(1'500);
    for (Half* const half : {&pair.a, &pair.b}) {
        QVERIFY(shut_down(*half->channel, test::wallet_script(half->name), half->context())
                    .has_value());
    }
    const auto is_done = [](const Half& half) {
        return std::holds_alternative<Closing>(half.channel->state);
    };
    for (int i = 0; i < 10 && !is_done(knows); ++i) {
        for (Half* const half : {&pair.a, &pair.b}) {
            half->flush();
            while (!half->wire.empty() && !is_done(knows)) pair.deliver(*half);
        }
    }
    QVERIFY(is_done(knows) && !is_done(lost));
    const auto agreed = agreed_on(knows);
    const auto last = std::get<wire::ClosingSigned>(knows.wire.back());
    // On the same connection it is not said twice.
    wire::ClosingSigned other = last;
    other.fee_satoshis += 100_sat;
    for (const wire::Message& message : {wire::Message(last), wire::Message(other)})
        QVERIFY(knows.hear(message).value().send.empty());
    // From disk, for all that is needed is there; and coming back writes nothing.
    knows.channel =
        decode_channel(encode_channel(*knows.channel), test::rows_of(*knows.channel)).value();
    const Channel stored = *knows.channel;
    for (int round = 0; round < 3; ++round) {
        pair.cut();
        // Estimates have changed, and with them what the other would name now.
        pair.a.fees.normal = FeeratePerKw(2'000);
        pair.reconnect();
        QCOMPARE(names(knows.wire), std::vector<std::string>{"channel_reestablish"});
        pair.deliver(lost);
        const auto* const shutdown = std::get_if<wire::Shutdown>(&knows.wire.back());
        QVERIFY(shutdown != nullptr && shutdown->scriptpubkey == test::wallet_script(knows.name));
        QVERIFY(is_stored_alike(*knows.channel, stored));
    }
    while (!knows.wire.empty()) pair.deliver(knows);
    lost.flush();
    while (!lost.wire.empty()) pair.deliver(lost);
    // Whatever they name: the same fee, no other one in the range, the same signature.
    QCOMPARE(names(knows.wire), std::vector<std::string>{"closing_signed"});
    const auto again = std::get<wire::ClosingSigned>(knows.wire.front());
    QCOMPARE(again.fee_satoshis, last.fee_satoshis);
    QVERIFY(again.signature == last.signature);
    QVERIFY(again.fee_range && again.fee_range->min_fee_satoshis == last.fee_satoshis &&
            again.fee_range->max_fee_satoshis == last.fee_satoshis);
    // Once a connection.
    wire::Shutdown shutdown;
    shutdown.channel_id = lost.channel->id;
    shutdown.scriptpubkey = test::wallet_script(lost.name);
    QVERIFY(knows.hear(shutdown).value().send.empty());
    QVERIFY(knows.hear(other).value().send.empty());
    pair.settle();
    QVERIFY(is_done(lost));
    QVERIFY(agreed_on(lost) == agreed);
    QVERIFY(is_stored_alike(*knows.channel, stored));
    // Both know now, and come back once more: it ends.
    pair.cut();
    pair.reconnect();
    pair.settle();
    QVERIFY(agreed_on(knows) == agreed && agreed_on(lost) == agreed);
    // In a block there is nothing left to say.
    auto& closing = std::get<Closing>(knows.channel->state);
    closing.spends.push_back({closing.funded.params().funding,
                              std::make_shared<const bitcoin::Transaction>(agreed),
                              BlockHeight(200)});
    pair.cut();
    pair.reconnect();
    QVERIFY(knows.wire.empty());
    QVERIFY(knows.hear(lost.wire.front()).value().send.empty());
    QVERIFY(knows.hear(shutdown).value().send.empty());
    QVERIFY(knows.hear(last).value().send.empty());
}

void TestChannel::a_fee_nobody_offered_ends_the_connection_only() {
    Pair pair;
    pair.open();
    for (Half* const half : {&pair.a, &pair.b}) {
        QVERIFY(shut_down(*half->channel, test::wallet_script(half->name), half->context())
                    .has_value());
        half->flush();
    }
    pair.deliver(pair.a);
    pair.deliver(pair.b);
    pair.a.flush();
    const auto offer = std::get<wire::ClosingSigned>(pair.a.wire.front());
    // The fundee's answer, rightly signed, for ten times what the funder would pay.
    const auto& params = Pair::commitments(pair.b).params();
    wire::ClosingSigned answer = offer;
    answer.fee_satoshis = Sat(offer.fee_range->max_fee_satoshis.raw() * 10);
    const auto tx = build_closing(params, 400'000_sat, 600'000_sat, test::wallet_script(2),
                                  test::wallet_script(1), answer.fee_satoshis);
    QVERIFY(tx.has_value());
    answer.signature =
        pair.b.signer.sign_close(tx->tx, params.their_keys.funding_pubkey, params.funding_satoshis)
            .value();
    const auto fault = pair.a.hear(answer);
    QVERIFY(!fault);
    QCOMPARE(fault.error().kind, FaultKind::closing_fee);
    QCOMPARE(disposition(fault.error()), Disposition::warn_and_disconnect);
}

void TestChannel::a_close_signed_wrongly_is_tried_again() {
    // Nothing is at stake yet, and the next negotiation begins anew (BOLT 2 lets us warn): no
    // reason to pay for a close by force.
    Pair pair;
    pair.open();
    for (Half* const half : {&pair.a, &pair.b}) {
        QVERIFY(shut_down(*half->channel, test::wallet_script(half->name), half->context())
                    .has_value());
        half->flush();
    }
    pair.deliver(pair.a);
    pair.deliver(pair.b);
    pair.a.flush();
    pair.b.flush();
    auto offer = std::get<wire::ClosingSigned>(pair.a.wire.front());
    offer.signature.raw()[40] ^= 1;
    const auto fault = pair.b.hear(offer);
    QVERIFY(!fault);
    QCOMPARE(disposition(fault.error()), Disposition::warn_and_disconnect);
    pair.cut();
    pair.reconnect();
    pair.settle();
    QVERIFY(std::holds_alternative<Closing>(pair.b.channel->state));
}

void TestChannel::a_close_says_what_it_waits_for() {
    using For = CloseWait::For;
    Pair pair;
    pair.open();
    Half& us = pair.a;
    const auto wait = [&] { return close_wait(*us.channel); };
    QVERIFY(!wait());
    pair.add(us, 50'000'000_msat, 1);
    pair.settle();
    QVERIFY(shut_down(*us.channel, test::wallet_script(1), us.context()).has_value());
    us.flush();
    QVERIFY(wait()->what == For::payments && !wait()->since);
    while (!us.wire.empty()) pair.deliver(us);
    // The peer answers the payment and nothing more.
    us.height = BlockHeight(200);
    pair.fulfill(pair.b, HtlcId(0), 1);
    const auto without_shutdown = [&] {
        std::erase_if(pair.b.wire, [](const wire::Message& m) {
            return std::holds_alternative<wire::Shutdown>(m);
        });
    };
    for (int i = 0; i < 10; ++i) {
        pair.b.flush();
        without_shutdown();
        while (!pair.b.wire.empty()) pair.deliver(pair.b);
        us.flush();
        while (!us.wire.empty()) pair.deliver(us);
    }
    QVERIFY(wait()->what == For::shutdown);
    QCOMPARE(*wait()->since, BlockHeight(200));
    // Neither time nor a new connection makes it younger, and no number of blocks closes by force.
    us.height = BlockHeight(5'000);
    us.facts.clear();
    us.flush();
    us.take(on_block(*us.channel, us.context()));
    pair.cut();
    QVERIFY(wait()->what == For::connection);
    pair.reconnect();
    while (!pair.b.wire.empty() || !us.wire.empty()) {
        if (!us.wire.empty()) pair.deliver(us);
        if (!pair.b.wire.empty()) pair.deliver(pair.b);
        without_shutdown();
    }
    us.flush();
    QVERIFY(wait()->what == For::shutdown);
    QCOMPARE(*wait()->since, BlockHeight(200));
    QVERIFY(facts_of<MustClose>(us.facts).empty());
    const auto read = decode_channel(encode_channel(*us.channel), test::rows_of(*us.channel));
    QVERIFY(read && close_wait(*read)->since == BlockHeight(200));
    // Their shutdown comes, their offer does not.
    while (!us.wire.empty()) pair.deliver(us);
    pair.b.flush();
    while (!pair.b.wire.empty()) pair.deliver(pair.b);
    us.flush();
    QVERIFY(wait()->what == For::closing_signed);
    QCOMPARE(*wait()->since, BlockHeight(200));
    const auto negotiating =
        decode_channel(encode_channel(*us.channel), test::rows_of(*us.channel));
    QVERIFY(negotiating && close_wait(*negotiating)->since == BlockHeight(200));
    pair.settle();
    QVERIFY(std::holds_alternative<Closing>(us.channel->state));
    QVERIFY(!wait());
}

void TestChannel::after_the_end_only_preimages_count() {
    Pair pair;
    pair.open();
    pair.add(pair.a, 50'000'000_msat, 1);
    pair.add(pair.b, 20'000'000_msat, 2);
    pair.settle();
    QVERIFY(force_close(*pair.a.channel, "asked to", pair.a.context()).has_value());
    const auto before = encode_channel(*pair.a.channel);
    wire::UpdateFulfillHtlc fulfill;
    fulfill.channel_id = pair.a.channel->id;
    fulfill.payment_preimage = test::test_preimage(1);
    const auto learned = pair.a.hear(fulfill).value();
    QCOMPARE(facts_of<PreimageLearned>(learned.facts).size(), std::size_t(1));
    QVERIFY(facts_of<PreimageLearned>(learned.facts)[0].payment_hash == test::test_hash(1));
    fulfill.payment_preimage = test::test_preimage(2);
    QVERIFY(pair.a.hear(fulfill).value().facts.empty());
    fulfill.id = HtlcId(7);
    QVERIFY(pair.a.hear(fulfill).value().facts.empty());
    // Everything else changes nothing, causes nothing, and is no reason to part: other channels may
    // live on the connection.
    fulfill_htlc(*pair.b.channel, HtlcId(0), test::test_preimage(1)).value();
    auto more = flush(*pair.b.channel, pair.b.context()).value();
    for (const auto& message : more.send) {
        const auto step = pair.a.hear(message);
        QVERIFY(step && step->send.empty() && step->facts.empty());
    }
    QVERIFY(pair.a.hear(wire::Error{pair.a.channel->id, {}}).value().facts.empty());
    QVERIFY(encode_channel(*pair.a.channel) == before);
    // Who comes back hears that it is over.
    pair.cut();
    pair.reconnect();
    QVERIFY(pair.a.wire.empty());
    const auto reply = pair.a.hear(pair.b.wire.front()).value();
    QCOMPARE(count_of<wire::Error>(reply), std::size_t(1));
    QCOMPARE(reply.send.size(), std::size_t(1));
    Closed closed{Pair::commitments(pair.a).params(), BlockHeight(300), {}, "ours", 500'000_sat};
    pair.a.channel->state = std::move(closed);
    QCOMPARE(count_of<wire::Error>(pair.a.hear(pair.b.wire.front()).value()), std::size_t(1));
    QVERIFY(pair.a.hear(fulfill).value().facts.empty());
}

void TestChannel::who_comes_back_after_the_end_has_compared_or_not() {
    Pair pair;
    pair.open();
    const Channel older = *pair.a.channel;
    pair.add(pair.a, 50'000'000_msat, 1);
    pair.settle();
    const Channel newest = *pair.a.channel;
    for (const bool behind : {true, false}) {
        pair.a.channel = behind ? older : newest;
        QVERIFY(force_close(*pair.a.channel, "asked to", pair.a.context()).has_value());
        pair.cut();
        pair.b.wire.clear();
        pair.reconnect();
        QCOMPARE(pair.a.channel->link, Link::reestablishing);
        // Either way the peer hears that it is over and can close by itself; online it is only who
        // knows nothing newer.
        QCOMPARE(count_of<wire::Error>(pair.a.hear(pair.b.wire.front()).value()), std::size_t(1));
        QCOMPARE(pair.a.channel->link, behind ? Link::reestablishing : Link::online);
    }
}

void TestChannel::a_step_that_is_none_is_damage() {
    Pair pair;
    pair.open();
    (void)update_fee(*pair.a.channel, FeeratePerKw(1'303)).value();
    auto record = encode_channel(*pair.a.channel);
    QVERIFY(decode_channel(record, {}).has_value());
    const Bytes feerate{0, 0, 5, 23};
    const auto at = std::search(record.begin(), record.end(), feerate.begin(), feerate.end());
    QVERIFY(at != record.end());
    for (const int step : {4, 255}) {
        at[4] = static_cast<std::uint8_t>(step);
        const auto read = decode_channel(record, {});
        QVERIFY(!read);
        QCOMPARE(read.error(), DecodeError::bad_value);
    }
}

void TestChannel::an_error_closes_an_open_channel_only() {
    Pair pair;
    pair.open();
    const wire::Error error{pair.a.channel->id, {}};
    QCOMPARE(facts_of<MustClose>(pair.a.hear(error).value().facts).size(), std::size_t(1));
    Pair opening;
    opening.offer();
    QVERIFY(opening.a.hear(wire::Error{opening.a.channel->id, {}}).value().facts.empty());
}

void TestChannel::history_has_the_whole_span() {
    Pair pair;
    pair.open();
    pair.add(pair.b, 20'000'000_msat, 2);
    pair.settle();
    pair.fulfill(pair.a, HtlcId(0), 2);
    std::vector<HtlcHistory> history;
    // Step by step, as turns write it.
    for (int i = 0; i < 20; ++i) {
        for (Half* const half : {&pair.a, &pair.b}) {
            const Channel before = *pair.a.channel;
            half->flush();
            if (!half->wire.empty()) pair.deliver(*half);
            ports::Records records;
            put_changes(&before, *pair.a.channel, records);
            for (const auto& record : records) {
                const auto* const put = std::get_if<ports::Put>(&record);
                if (put == nullptr || put->kind != ports::RecordKind::htlc_history) continue;
                history.push_back(decode_htlc_history(put->key, put->value).value());
            }
        }
    }
    QCOMPARE(history.size(), std::size_t(1));
    QCOMPARE(history[0].htlc.payment_hash, test::test_hash(2));
    for (const auto& span : {history[0].in_ours, history[0].in_theirs}) {
        QCOMPARE(span.first, std::uint64_t(1));
        QCOMPARE(span.last, std::uint64_t(1));
    }
}

void TestChannel::rows_follow_a_proposal_that_changed() {
    // The same id, forgotten at a cut, comes back as another HTLC: hash, onion and path key of the
    // row are the new ones.
    Pair pair;
    pair.open();
    wire::UpdateAddHtlc add;
    add.channel_id = pair.a.channel->id;
    add.amount_msat = 1'000'000_msat;
    add.payment_hash = test::test_hash(1);
    add.cltv_expiry = BlockHeight(500);
    Channel one = *pair.b.channel, two = *pair.b.channel, same = *pair.b.channel;
    QVERIFY(on_message(one, add, pair.b.context()).has_value());
    QVERIFY(on_message(same, add, pair.b.context()).has_value());
    add.blinded_path = pair.a.node_id();
    QVERIFY(on_message(two, add, pair.b.context()).has_value());
    const auto rows = [](const Channel& before, const Channel& after) {
        ports::Records records;
        put_changes(&before, after, records);
        return std::count_if(records.begin(), records.end(), [](const ports::Record& r) {
            const auto* const put = std::get_if<ports::Put>(&r);
            return put != nullptr && put->kind == ports::RecordKind::htlc_onion;
        });
    };
    QCOMPARE(rows(one, same), std::ptrdiff_t(0));
    QCOMPARE(rows(one, two), std::ptrdiff_t(1));
    // The records of the channel are the same to the byte.
    QVERIFY(encode_channel(one) == encode_channel(two));
    QVERIFY(is_stored_alike(one, same) && !is_stored_alike(one, two));
}

namespace {

/// Random use of a channel, cuts and restarts included; somewhere on the way one side or both want
/// to close.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_random(seed) { m_pair.open(); }

    void play(int steps) {
        for (int i = 0; i < steps; ++i) {
            if (i == steps / 2 || roll(steps) == 0) want_close(any());
            step();
        }
        want_close(any());
        for (int i = 0; i < 20 && !is_done(); ++i) {
            m_pair.settle();
            note(m_pair.a);
            note(m_pair.b);
            answer_all(m_pair.a);
            answer_all(m_pair.b);
        }
    }
    bool is_done() const {
        return std::holds_alternative<Closing>(m_pair.a.channel->state) ||
               std::holds_alternative<Closing>(m_pair.b.channel->state);
    }
    /// What the close pays the fundee, by the close and by what was fulfilled.
    Sat paid_to_b() const {
        const Half& half =
            std::holds_alternative<Closing>(m_pair.a.channel->state) ? m_pair.a : m_pair.b;
        Sat sum;
        for (const auto& output :
             std::get<MutualCloseAgreed>(std::get<Closing>(half.channel->state).cause).tx.outputs) {
            if (output.script == test::wallet_script(2)) sum += output.value;
        }
        return sum;
    }
    Sat expected_for_b() const { return m_b_has.floor_sat(); }
    int cuts = 0, htlcs = 0;

private:
    std::uint64_t roll(std::uint64_t below) {
        return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(m_random);
    }
    std::uint64_t roll(int below) { return roll(static_cast<std::uint64_t>(below)); }
    Half& any() { return roll(2) == 0 ? m_pair.a : m_pair.b; }

    void step() {
        Half& half = any();
        switch (roll(10)) {
            case 0: add(half); break;
            case 1: add(half); break;
            case 2: answer_all(half); break;
            case 3: half.flush(); break;
            case 4: half.flush(); break;
            case 5:
                if (roll(4) == 0) cut();
                break;
            case 6:
                if (auto fee =
                        update_fee(*m_pair.a.channel,
                                   FeeratePerKw(static_cast<std::uint32_t>(253 + roll(3'000))))) {
                    m_pair.a.wire.push_back(*fee);
                }
                break;
            default:
                if (!half.wire.empty()) deliver(half);
        }
    }
    void deliver(Half& from) {
        m_pair.deliver(from);
        note(m_pair.a);
        note(m_pair.b);
    }
    /// Counts money once, when the offerer's side has it irrevocably.
    void note(Half& half) {
        for (const auto& removed : facts_of<OutgoingRemoved>(half.facts)) {
            if (!removed.removal || !std::holds_alternative<Fulfilled>(*removed.removal)) continue;
            const Msat amount = m_amounts.at({&half, removed.id});
            if (&half == &m_pair.a) m_b_has += amount;
            else m_b_has -= amount;
        }
        half.facts.clear();
    }
    void add(Half& half) {
        const Msat amount(1 + roll(30'000'000));
        const auto message =
            add_htlc(*half.channel, amount, test::test_hash(1), BlockHeight(500), {});
        if (!message) return;
        ++htlcs;
        m_amounts[{&half, message->id}] = amount;
        half.wire.push_back(*message);
    }
    void answer_all(Half& half) {
        const Funded* const funded = funded_of(half.channel->state);
        if (funded == nullptr || std::holds_alternative<Closing>(half.channel->state)) return;
        std::vector<HtlcId> open;
        for (const auto& entry : funded->commitments.htlcs()) {
            if (entry.htlc.offered_by == Party::theirs && entry.stage == Stage::locked_in)
                open.push_back(entry.htlc.id);
        }
        for (const auto id : open) {
            auto message = roll(2) == 0 ? fulfill_htlc(*half.channel, id, test::test_preimage(1))
                                        : fail_htlc(*half.channel, id, Bytes{1});
            if (message && half.channel->link == Link::online) half.wire.push_back(*message);
        }
    }
    void want_close(Half& half) {
        if (is_done()) return;
        (void)shut_down(*half.channel, test::wallet_script(half.name), half.context()).value();
    }
    void cut() {
        ++cuts;
        for (Half* const half : {&m_pair.a, &m_pair.b}) {
            note(*half);
            if (roll(2) == 0) continue;
            auto read =
                decode_channel(encode_channel(*half->channel), test::rows_of(*half->channel));
            if (!read) throw std::runtime_error("the record does not decode");
            half->channel = *std::move(read);
        }
        m_pair.cut();
        m_pair.reconnect();
    }

    std::mt19937_64 m_random;
    Pair m_pair;
    Msat m_b_has{400'000'000};
    std::map<std::pair<const Half*, HtlcId>, Msat> m_amounts;
};

}  // namespace

void TestChannel::dice_always_end_in_a_close() {
    int cuts = 0, htlcs = 0, exact = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        try {
            Dice dice(seed);
            dice.play(150);
            QVERIFY2(dice.is_done(), qPrintable(QString("seed %1 does not close").arg(seed)));
            cuts += dice.cuts;
            htlcs += dice.htlcs;
            if (dice.paid_to_b() == dice.expected_for_b()) ++exact;
        } catch (const std::exception& e) {
            QFAIL(qPrintable(QString("seed %1: %2").arg(seed).arg(e.what())));
        }
    }
    QCOMPARE(exact, 40);
    QVERIFY(cuts > 20);
    QVERIFY(htlcs > 200);
}

RUNNEL_TEST(TestChannel)
#include "test_channel.moc"
