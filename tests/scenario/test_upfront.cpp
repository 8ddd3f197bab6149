// The address that a close by agreement pays to, promised when the channel is opened
// (upfront_shutdown_script, BOLT 2): by whoever opens, kept whatever happens, and used up only by
// openings that come to be.
#include "tests/scenario/stranger.h"

#include "core/bitcoin/address.h"

#include <set>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const channel::ChannelParams& params_in(const sim::SimNode& node, const ChannelId& id) {
    return channel::funded_of(Story::channel_of(node, id)->state)->params();
}

std::uint32_t next_address(const sim::SimNode& node) {
    return node.node().state().wallet.receive_p2wpkh;
}

bitcoin::Script script_of(const sim::SimNode& node, std::uint32_t index) {
    return node.node().keys().script_of({ports::AddressType::p2wpkh, false, index});
}

bool pays_to(const bitcoin::Transaction& tx, const bitcoin::Script& script) {
    return std::any_of(tx.outputs.begin(), tx.outputs.end(),
                       [&](const bitcoin::TxOut& o) { return o.script == script; });
}

ports::TxPtr close_of(const sim::SimNode& node, const ChannelId& id) {
    const auto* const closing = channel::closing_of(Story::channel_of(node, id)->state);
    return closing == nullptr || closing->spends.empty() ? nullptr : closing->spends.front().tx;
}

bool has_coin_at(const sim::SimNode& node, const bitcoin::Script& script) {
    const auto& coins = node.node().state().coins;
    return std::any_of(coins.begin(), coins.end(),
                       [&](const auto& entry) { return entry.second.output.script == script; });
}

api::OpenChannel wish_for(const sim::SimNode& peer) {
    return {peer.id(), 500'000_sat, 100'000'000_msat, false, std::nullopt};
}

}  // namespace

class TestUpfront : public QObject {
    Q_OBJECT

private slots:
    /// Closes that never pay to their promised addresses (those by force) lead on and on: a wallet
    /// restored from its words looks fifty beyond the last that was paid to.
    void nothing_is_promised_far_from_what_was_paid_to() {
        for (const unsigned given : {24U, 25U}) {
            Duo net;
            // All that both have was paid to one address or a few, in the same way.
            const auto paid = next_address(net.bob);
            for (unsigned i = 0; i < given; ++i)
                QVERIFY(bool(net.run(net.alice, api::NewAddress{})));
            QCOMPARE(next_address(net.alice), paid + given);
            const auto id = net.open(net.alice, net.bob, 500'000_sat);
            QCOMPARE(params_in(net.alice, id).our_upfront_shutdown.has_value(), given < 25);
            QVERIFY(net.check());
        }
    }
    void the_promise_is_kept_data() {
        QTest::addColumn<bool>("alice_opens");
        QTest::addColumn<bool>("alice_closes");
        QTest::newRow("opens and closes") << true << true;
        QTest::newRow("opens, the peer closes") << true << false;
        QTest::newRow("the peer opens, closes") << false << true;
        QTest::newRow("the peer opens and closes") << false << false;
    }

    void the_promise_is_kept() {
        QFETCH(const bool, alice_opens);
        QFETCH(const bool, alice_closes);
        Duo net;
        auto& opener = alice_opens ? net.alice : net.bob;
        auto& other = alice_opens ? net.bob : net.alice;
        const auto index = next_address(opener);
        const auto others = next_address(other);
        const auto promised = script_of(opener, index);
        const auto id = net.open(opener, other, 1'000'000_sat, 400'000'000_msat);
        QVERIFY(params_in(opener, id).our_upfront_shutdown == promised);
        QVERIFY(params_in(other, id).their_upfront_shutdown == promised);
        // Who is asked promises nothing, and nothing of its addresses is used up.
        QVERIFY(!params_in(other, id).our_upfront_shutdown);
        QCOMPARE(next_address(other), others);
        // It is given to nobody else.
        QCOMPARE(next_address(opener), index + 1);
        QVERIFY(bool(net.run(opener, api::NewAddress{})));
        opener.restart();
        net.reconnect();
        QVERIFY(bool(net.run(alice_closes ? net.alice : net.bob, api::CloseChannel{id})));
        net.net.mine(1);
        const auto close = close_of(opener, id);
        QVERIFY(close && pays_to(*close, promised));
        QVERIFY(has_coin_at(opener, promised));
        QVERIFY(pays_to(*close, script_of(other, others)));
        QCOMPARE(next_address(opener), index + 2);
        QCOMPARE(next_address(other), others + 1);
        QVERIFY(net.check());
    }

    /// Whoever sits between, or in the node itself, cannot have it paid elsewhere.
    void another_script_is_refused() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat);
        net.net.lie(net.alice, net.bob, [](wire::Message& message) {
            if (auto* const shutdown = std::get_if<wire::Shutdown>(&message))
                shutdown->scriptpubkey = bitcoin::p2wpkh(Hash160{});
        });
        net.alice.post(api::CloseChannel{id});
        net.net.settle();
        QCOMPARE(Story::state_of(net.bob, id), std::string("normal"));
        QVERIFY(!net.net.is_connected(net.alice, net.bob));
        net.net.lie(net.alice, net.bob, nullptr);
        net.reconnect();
        QCOMPARE(Story::state_of(net.bob, id), std::string("closing"));
        QVERIFY(net.check());
    }

    void openings_that_are_refused_use_up_nothing() {
        Duo net;
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        const auto before = next_address(net.alice);
        net.net.lie(net.alice, net.bob, [](wire::Message& message) {
            if (auto* const open = std::get_if<wire::OpenChannel>(&message))
                open->dust_limit_satoshis = 1_sat;
        });
        for (int i = 0; i < 25; ++i) QVERIFY(!net.run(net.alice, wish_for(net.bob)));
        QCOMPARE(next_address(net.alice), before);
        // Nor one that is signed and lost with the connection.
        net.net.lie(net.alice, net.bob, nullptr);
        net.net.cut_on(net.bob, net.alice, {sim::Cut::When::before, wire::Type::funding_signed, 1});
        QVERIFY(!net.run(net.alice, wish_for(net.bob)));
        QCOMPARE(next_address(net.alice), before);
        QVERIFY(net.check());
    }

    /// Two openings, an address and a close at once: none is given twice.
    void what_is_promised_is_not_given_to_others() {
        Trio net;
        const auto first = net.open(net.hub, net.alice, 500'000_sat, 100'000'000_msat);
        net.net.connect(net.alice, net.carol);
        net.net.settle();
        const auto index = next_address(net.alice);
        std::vector<bitcoin::Script> said;
        const auto note = [&](wire::Message& message) {
            if (const auto* const open = std::get_if<wire::OpenChannel>(&message))
                said.push_back(*open->upfront_shutdown_script);
            if (const auto* const shutdown = std::get_if<wire::Shutdown>(&message))
                said.push_back(shutdown->scriptpubkey);
        };
        net.net.lie(net.alice, net.hub, note);
        net.net.lie(net.alice, net.carol, note);
        net.net.hold(net.carol, net.alice, true);
        net.alice.post(wish_for(net.carol));
        net.net.settle();
        const auto address = net.run(net.alice, api::NewAddress{});
        QVERIFY(bool(address));
        QCOMPARE(bitcoin::address_of(script_of(net.alice, index + 1), Network::regtest),
                 std::optional(std::get<api::AddressMade>(*address).address));
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{first})));
        net.net.hold(net.carol, net.alice, false);
        net.net.settle();
        QVERIFY(
            (said == std::vector{script_of(net.alice, index), script_of(net.alice, index + 2)}));
        QCOMPARE(next_address(net.alice), index + 3);
        net.net.mine(7);
        QVERIFY(net.check());
    }

    /// The promise and the address that it uses up are on the disk with the channel, or nothing is.
    void it_survives_a_crash_at_every_commit() {
        bool was_lost = false;
        bool was_kept = false;
        for (std::uint64_t n = 1; n <= 4; ++n) {
            for (const bool after : {false, true}) {
                Duo net;
                net.net.connect(net.alice, net.bob);
                net.net.settle();
                const auto index = next_address(net.alice);
                if (after) {
                    net.alice.crash_after(n);
                } else {
                    net.alice.crash_before(n);
                }
                net.alice.post(wish_for(net.bob));
                net.net.settle();
                net.net.revive();
                const auto& channels = net.alice.node().state().channels;
                (channels.empty() ? was_lost : was_kept) = true;
                QCOMPARE(next_address(net.alice), index + (channels.empty() ? 0U : 1U));
                for (const auto& [id, channel] : channels)
                    QVERIFY(params_in(net.alice, id).our_upfront_shutdown ==
                            script_of(net.alice, index));
                net.reconnect();
                net.net.mine(7);
                QVERIFY(net.check());
            }
        }
        QVERIFY(was_lost && was_kept);
    }

    /// Nothing is left but the words when the close confirms.
    void words_alone_find_what_comes_back() {
        Duo net;
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
        const auto promised = *params_in(net.alice, id).our_upfront_shutdown;
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id})));
        net.alice.restart_from({});
        net.net.settle();
        QVERIFY(net.alice.node().state().channels.empty());
        net.net.mine(1);
        QVERIFY(has_coin_at(net.alice, promised));
        QVERIFY(net.check());
    }

    /// Addresses that were given out and never paid to: a close would pay to one so far along that
    /// the words alone never come upon it.
    void words_alone_find_a_close_behind_unpaid_addresses() {
        Duo net;
        // Of before all that: what it knows of addresses is what words know.
        const auto before_it = net.alice.store().image();
        for (int i = 0; i < 60; ++i) QVERIFY(bool(net.run(net.alice, api::NewAddress{})));
        const auto id = net.open(net.alice, net.bob, 1'000'000_sat, 400'000'000_msat);
        QVERIFY(!params_in(net.alice, id).our_upfront_shutdown);
        QVERIFY(bool(net.run(net.alice, api::CloseChannel{id})));
        net.net.mine(7);
        const Sat all = Story::coins(net.alice);
        QVERIFY(all > 1'600'000_sat);
        net.alice.restart_from(before_it);
        net.net.settle();
        QCOMPARE(Story::coins(net.alice), all);
        QVERIFY(net.check());
    }

    /// Each try plans with the next change addresses; only what is broadcast uses them up.
    void words_alone_find_change_after_openings_that_failed() {
        Duo net;
        // Of before all that: what it knows of addresses is what words know.
        const auto before_it = net.alice.store().image();
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        const auto before = net.alice.node().state().wallet.change_p2wpkh;
        net.net.lie(net.alice, net.bob, [](wire::Message& message) {
            if (auto* const open = std::get_if<wire::OpenChannel>(&message))
                open->dust_limit_satoshis = 1_sat;
        });
        for (int i = 0; i < 60; ++i) QVERIFY(!net.run(net.alice, wish_for(net.bob)));
        QCOMPARE(net.alice.node().state().wallet.change_p2wpkh, before);
        // Nor does a send whose fee was not agreed to.
        const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
        QVERIFY(!net.run(net.alice, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt, 1_sat}));
        QCOMPARE(net.alice.node().state().wallet.change_p2wpkh, before);
        net.net.lie(net.alice, net.bob, nullptr);
        QVERIFY(bool(net.run(net.alice, wish_for(net.bob))));
        net.net.mine(7);
        const Sat all = Story::coins(net.alice);
        net.alice.restart_from(before_it);
        net.net.settle();
        QCOMPARE(Story::coins(net.alice), all);
        QVERIFY(net.check());
    }

    /// A send while an opening waits for its peer: both make change, and none gets the other's.
    void two_plans_at_once_share_no_change() {
        Duo net;
        net.net.connect(net.alice, net.bob);
        net.net.settle();
        net.net.hold(net.bob, net.alice, true);
        const auto opening = net.alice.post(wish_for(net.bob));
        net.net.settle();
        const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
        QVERIFY(bool(net.run(net.alice, api::SendOnchain{elsewhere, 10'000_sat, std::nullopt})));
        net.net.hold(net.bob, net.alice, false);
        net.net.settle();
        QVERIFY(net.alice.answer(opening) != nullptr && bool(*net.alice.answer(opening)));
        std::set<bitcoin::Script> seen;
        for (const auto& [outpoint, coin] : net.alice.node().state().coins) {
            if (coin.path.change) QVERIFY(seen.insert(coin.output.script).second);
        }
        QVERIFY(!seen.empty());
        net.net.mine(7);
        QVERIFY(net.check());
    }

    /// Many openings at once: what lies further along than is looked for is not promised.
    void what_no_search_would_find_is_not_promised() {
        Host host(1);
        static_cast<void>(host.give(200'000_sat, 100));
        const auto first = host.node->state().wallet.receive_p2wpkh;
        std::vector<node::Event> wishes;
        for (std::uint8_t i = 0; i < 40; ++i) {
            const Stranger peer(host, static_cast<std::uint8_t>(20 + i));
            api::CommandId id;
            id.raw().fill(static_cast<std::uint8_t>(1 + i));
            wishes.emplace_back(api::Command{
                id, api::OpenChannel{peer.id(), 50'000_sat, 0_msat, false, std::nullopt}});
        }
        host.take(std::move(wishes));
        const auto said = host.said<wire::OpenChannel>();
        QCOMPARE(said.size(), std::size_t{40});
        std::set<bitcoin::Script> promised;
        std::size_t without = 0;
        for (const auto& open : said) {
            const auto& script = *open.upfront_shutdown_script;
            if (script.empty()) {
                ++without;
            } else {
                QVERIFY(host.node->state().scripts.contains(script));
                QVERIFY(promised.insert(script).second);
            }
        }
        QCOMPARE(promised.size(), std::size_t{25});
        QCOMPARE(without, std::size_t{15});
        QCOMPARE(host.node->state().wallet.receive_p2wpkh, first);
    }

    /// Anybody may ask for as many channels as he likes: he hears of no address, and none is used
    /// up.
    void a_stranger_hears_of_no_address() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        const auto before = host.node->state().wallet.receive_p2wpkh;
        Stranger stranger(host, 2);
        for (std::uint32_t i = 0; i < 4; ++i) {
            QVERIFY(stranger.offers(500'000_sat));
            const auto accepts = host.said<wire::AcceptChannel>();
            QVERIFY(accepts.front().upfront_shutdown_script &&
                    accepts.front().upfront_shutdown_script->empty());
            static_cast<void>(stranger.names(outpoint_of(i)));
        }
        QCOMPARE(host.node->state().wallet.receive_p2wpkh, before);
    }
};

RUNNEL_TEST(TestUpfront)
#include "test_upfront.moc"
