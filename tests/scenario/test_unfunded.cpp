// Channels that others open to us: until their funding transaction is in a block there is nothing
// in them but a claim, and it may be a lie. They lock none of our coins, there are never many, and
// what is said to be their funding output is believed only when the chain shows it.
#include "tests/scenario/stranger.h"

#include "core/node/funding.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using api::ProblemKind;

namespace {

const std::string elsewhere = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

/// How many of so many channels the strangers get, each opening as many as it may.
std::size_t flood(Host& host, std::uint8_t strangers, std::uint32_t each) {
    std::size_t accepted = 0;
    for (std::uint8_t i = 0; i < strangers; ++i) {
        Stranger stranger(host, static_cast<std::uint8_t>(20 + i));
        for (std::uint32_t k = 0; k < each; ++k) {
            if (!stranger.offers(20'000_sat, k % 2 == 0 ? 0_msat : 5'000'000_msat)) continue;
            static_cast<void>(stranger.names(outpoint_of(i * 100U + k)));
            if (!host.said<wire::FundingSigned>().empty()) ++accepted;
        }
        // It need not even stay.
        host.take({node::PeerDown{stranger.id(), "gone"}});
    }
    return accepted;
}

/// A wallet with a coin of 1,000,000 sat, and a stranger's channel to it of 500,000 sat, of which
/// 100,000 are the wallet's; the last block has paid into it.
struct PaidInto : Host {
    PaidInto() : Host(1), stranger(comes_to_coins()) {
        is_accepted = stranger.offers(500'000_sat, 100'000'000_msat);
        if (!is_accepted) return;
        payment = stranger.payment();
        id = stranger.names({payment->txid(), 0});
        mine({payment});
    }
    PaidInto(const PaidInto&) = delete;

    /// Six blocks and the stranger's channel_ready later.
    bool becomes_normal() {
        for (int i = 0; i < 6; ++i) mine({});
        wire::ChannelReady ready;
        ready.channel_id = id;
        ready.second_per_commitment_point = stranger.id();
        stranger.says(ready);
        return std::holds_alternative<channel::Normal>(channel(id)->state);
    }
    /// What the wallet's own commitment of this number is made with.
    crypto::PublicKey point(CommitmentNumber number) const {
        return node->keys().channel(channel(id)->keys)->commitment_point(number);
    }
    bool was_hung_up_on() const {
        return std::holds_alternative<channel::Normal>(channel(id)->state) &&
               channel(id)->link != channel::Link::online;
    }

    Stranger stranger;
    bool is_accepted = false;
    ports::TxPtr payment;
    ChannelId id;

private:
    Stranger comes_to_coins() {
        static_cast<void>(give(1'000'000_sat, 1));
        return Stranger(*this, 2);
    }
};

}  // namespace

class TestUnfunded : public QObject {
    Q_OBJECT

private slots:
    void without_coins_nothing_is_accepted() {
        Host host(1);
        Stranger stranger(host, 2);
        QVERIFY(!stranger.offers(500'000_sat));
        QVERIFY(host.error().find("no confirmed coins") != std::string::npos);
        QCOMPARE(host.told().size(), std::size_t{1});
        QCOMPARE(host.told().front().kind, ProblemKind::reserve_needed);
        QCOMPARE(host.told().front().params.at("needed_sat"), std::string("50000"));
        QVERIFY(host.node->state().channels.empty());
        // Unconfirmed ones could be gone again.
        host.see(paying(outpoint_of(7), {{100'000_sat, host.script(0)}}));
        QVERIFY(!stranger.offers(500'000_sat));
        host.mine({paying(outpoint_of(7), {{100'000_sat, host.script(0)}})});
        QVERIFY(stranger.offers(500'000_sat));
    }

    /// A hundred coins that would each pay hardly for their own input bump nothing.
    void crumbs_are_no_reserve() {
        Host host(1);
        static_cast<void>(host.give(600_sat, 100));
        Stranger stranger(host, 2);
        QVERIFY(!stranger.offers(500'000_sat));
        QVERIFY(host.error().find("no confirmed coins") != std::string::npos);
        static_cast<void>(host.give(20'000_sat, 4));
        QVERIFY(stranger.offers(500'000_sat));
    }

    /// Two openings of one turn under one temporary id: what is said to it is said to the second.
    /// Were the first meant still, its close would be signed and forgotten, and the peer could take
    /// by it whatever is paid into the channel later.
    void a_temporary_id_means_what_lies_there() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 2));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        const auto payment = stranger.payment();
        ChannelId id;
        stranger.says_at_once([&] {
            id = stranger.names({payment->txid(), 0});
            stranger.offers_again();
            wire::Shutdown shutdown;
            shutdown.channel_id = stranger.temporary_id();
            shutdown.scriptpubkey = bitcoin::p2wpkh(Hash160{});
            stranger.says(shutdown);
        });
        QCOMPARE(host.said<wire::FundingSigned>().size(), std::size_t{1});
        QVERIFY(host.said<wire::Shutdown>().empty());
        QVERIFY(host.said<wire::ClosingSigned>().empty());
        const auto* const channel = host.channel(id);
        QVERIFY(channel != nullptr);
        QCOMPARE(channel::state_name(channel->state), std::string_view("awaiting_confirmation"));
    }

    void one_opening_at_a_time_and_peer() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger one(host, 2);
        Stranger other(host, 3);
        QVERIFY(one.offers(500'000_sat));
        QVERIFY(!one.offers(500'000_sat));
        QCOMPARE(host.error(), std::string("one opening at a time"));
        QVERIFY(other.offers(500'000_sat));
        QCOMPARE(host.node->state().channels.size(), std::size_t{2});
        QCOMPARE(host.on_disk(), std::size_t{0});
        // What nobody signed goes with the connection.
        host.take({node::PeerDown{one.id(), "gone"}});
        QCOMPARE(host.node->state().channels.size(), std::size_t{1});
    }

    /// Channels cost the stranger nothing as long as nothing is paid into them.
    void a_flood_locks_no_coin() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 3));
        QCOMPARE(flood(host, 30, 6), std::size_t{20});
        QCOMPARE(host.stored(), std::size_t{20});
        std::map<crypto::PublicKey, int> of_peer;
        for (const auto& [id, channel] : host.node->state().channels) ++of_peer[channel->peer];
        QCOMPARE(of_peer.size(), std::size_t{5});
        for (const auto& [peer, count] : of_peer) QCOMPARE(count, 4);
        QVERIFY(host.node->snapshot()->balance.reserved.is_zero());
        QCOMPARE(host.node->snapshot()->balance.onchain, 3'000'000_sat);
        const auto everything =
            host.node->quote(api::AskSend{elsewhere, std::nullopt, api::Pace::normal});
        QVERIFY(bool(everything));
        QVERIFY(everything->kept.is_zero());
        const auto open = host.node->quote(api::AskOpen{std::nullopt, 2'900'000_sat});
        QVERIFY(bool(open));
        QCOMPARE(open->kept, 50'000_sat);
    }

    /// Each may be paid into after all: no more are promised than there are coins to close with.
    void no_more_are_promised_than_can_be_closed() {
        Host host(1);
        static_cast<void>(host.give(150'000_sat, 1));
        QCOMPARE(flood(host, 10, 4), std::size_t{5});
        // That is no lack of the person's.
        Stranger late(host, 90);
        QVERIFY(!late.offers(500'000_sat));
        QVERIFY(host.told().empty());
        // They are forgotten, and there is room again.
        for (int i = 0; i < 2'017; ++i) host.mine({});
        QCOMPARE(host.stored(), std::size_t{0});
        QCOMPARE(host.on_disk(), std::size_t{0});
        QVERIFY(late.offers(500'000_sat));
    }

    /// All of them offered before any is funded: accepting is no promise yet.
    void offered_at_once() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 3));
        std::vector<Stranger> strangers;
        for (std::uint8_t i = 0; i < 30; ++i) {
            strangers.emplace_back(host, static_cast<std::uint8_t>(20 + i));
            QVERIFY(strangers.back().offers(20'000_sat));
        }
        std::size_t accepted = 0;
        for (std::uint32_t i = 0; i < 30; ++i) {
            static_cast<void>(strangers[i].names(outpoint_of(i)));
            if (host.error().empty()) ++accepted;
        }
        QCOMPARE(accepted, std::size_t{20});
        QCOMPARE(host.node->state().channels.size(), std::size_t{20});
        QCOMPARE(host.on_disk(), std::size_t{20});
    }

    /// A miner's peer pays with a block's reward: what nobody may spend for a hundred blocks nobody
    /// can close, and what is in it nobody can claim.
    void a_blocks_reward_is_waited_for() {
        for (const bool closed_early : {false, true}) {
            Host host(1);
            static_cast<void>(host.give(1'000'000_sat, 3));
            Stranger stranger(host, 2);
            QVERIFY(stranger.offers(500'000_sat, 200'000'000_msat));
            auto reward = *stranger.payment();
            reward.inputs.front().previous = {Txid{}, 0xffffffff};
            const auto funding = std::make_shared<const bitcoin::Transaction>(reward);
            const auto id = stranger.names({funding->txid(), 0});
            QVERIFY(host.error().empty());
            const auto coins = host.node->snapshot()->balance.onchain;
            host.mine({funding});
            const auto state = [&] { return channel::state_name(host.channel(id)->state); };
            const auto closes = [&] {
                std::size_t count = 0;
                for (const auto& [txid, row] : host.node->state().transactions)
                    count += row.purpose == "close" ? 1 : 0;
                return count;
            };
            // The true wait is what is shown, and it is known after a restart too.
            QCOMPARE(host.node->snapshot()->channels.at(0).confirmations_needed, 100U);
            if (closed_early) stranger.says(wire::Error{id, to_bytes(bytes_of("changed my mind"))});
            for (int i = 0; i < 98; ++i) {
                if (i == 50 && !closed_early) {
                    host.load();
                    QCOMPARE(host.node->snapshot()->channels.at(0).confirmations_needed, 100U);
                    host.stand();
                }
                host.mine({});
            }
            QCOMPARE(host.node->snapshot()->channels.at(0).confirmations, 99U);
            QCOMPARE(state(), std::string_view(closed_early ? "closing" : "awaiting_confirmation"));
            // No coin is locked in a child of what no mempool takes.
            QCOMPARE(closes(), std::size_t{0});
            QCOMPARE(host.node->snapshot()->balance.onchain, coins);
            host.mine({});
            QCOMPARE(state(), std::string_view(closed_early ? "closing" : "awaiting_ready"));
            QCOMPARE(closes(), std::size_t{closed_early ? 1U : 0U});
        }
    }

    /// Once it is paid into, a channel is like any other: it has its reserve, and its place is
    /// free.
    void what_is_paid_into_counts() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 3));
        Stranger stranger(host, 2);
        std::vector<ports::TxPtr> paid;
        for (int i = 0; i < 4; ++i) {
            QVERIFY(stranger.offers(500'000_sat));
            paid.push_back(stranger.payment());
            static_cast<void>(stranger.names({paid.back()->txid(), 0}));
            QVERIFY(host.error().empty());
        }
        QVERIFY(!stranger.offers(500'000_sat));
        QCOMPARE(host.error(), std::string("too many channels whose funding is not confirmed"));
        host.mine({paid[0], paid[1]});
        QCOMPARE(host.node->snapshot()->balance.reserved, 75'000_sat);
        QVERIFY(stranger.offers(500'000_sat));
        // To the listener, too, its peer is somebody only then.
        std::size_t partners = 0;
        for (const auto& [id, channel] : host.node->state().channels)
            partners += node::is_partners(*channel);
        QCOMPARE(host.node->state().channels.size(), std::size_t{5});
        QCOMPARE(partners, std::size_t{2});
        host.load();
        QCOMPARE(host.node->snapshot()->balance.reserved, 75'000_sat);
    }

    /// The output that is named is somebody else's, and he spends it.
    void a_strangers_spend_closes_nothing() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        const auto id = stranger.names(outpoint_of(77));
        QVERIFY(host.error().empty());
        host.mine({paying(outpoint_of(77),
                          {{30'000_sat, host.script(0)}, {5'000_sat, bitcoin::Script{0x51}}})});
        QVERIFY(host.channel(id) != nullptr);
        QCOMPARE(channel::state_name(host.channel(id)->state),
                 std::string_view("awaiting_confirmation"));
        QCOMPARE(host.node->transactions({1, std::nullopt}).front().purpose,
                 std::string("receive"));
        for (int i = 0; i < 8; ++i) host.mine({});
        QCOMPARE(host.node->snapshot()->channels.at(0).state, std::string("awaiting_confirmation"));
    }

    /// Written by a version that paid for such a close: when the channel is forgotten, so is what
    /// was to close it, and the coins are there again.
    void a_close_from_an_older_store_is_forgotten_too() {
        Host host(1);
        static_cast<void>(host.give(200'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        // Named before the wallet has seen it; then it is a coin, and is sent.
        const auto payment = paying(outpoint_of(5), {{600'000_sat, host.script(0)}});
        const auto id = stranger.names({payment->txid(), 0});
        QVERIFY(host.error().empty());
        host.mine({payment});
        api::CommandId command;
        command.raw().fill(7);
        host.take({api::Command{command, api::SendOnchain{elsewhere, 700'000_sat, std::nullopt}}});
        const auto sent = host.node->transactions({1, std::nullopt}).front().txid;
        const auto begin = host.disk();
        for (const bool is_close : {false, true}) {
            Host later(1, begin, host.height());
            if (is_close) {
                // As that version called it.
                auto image = begin;
                auto& value =
                    image.records.at(ports::RecordKind::transaction).at(to_bytes(sent.view()));
                const Bytes name{4, 's', 'e', 'n', 'd'};
                const auto at = std::search(value.begin(), value.end(), name.begin(), name.end());
                QVERIFY(at != value.end());
                const Bytes close{5, 'c', 'l', 'o', 's', 'e'};
                value.insert(value.erase(at, at + 5), close.begin(), close.end());
                later = Host(1, image, host.height());
                QCOMPARE(later.node->state().transactions.at(sent).purpose, std::string("close"));
            }
            for (int i = 0; i < 2'017; ++i) later.mine({});
            QVERIFY(later.channel(id) == nullptr);
            // What the person has sent stays sent, whatever a stranger has called it.
            QCOMPARE(later.node->state().transactions.contains(sent), !is_close);
            QCOMPARE(later.node->snapshot()->balance.onchain, is_close ? 800'000_sat : 0_sat);
        }
    }

    void a_coin_of_ours_is_no_funding_data() {
        QTest::addColumn<bool>("spent");
        QTest::newRow("there") << false;
        QTest::newRow("spent by us") << true;
    }

    void a_coin_of_ours_is_no_funding() {
        QFETCH(const bool, spent);
        Host host(1);
        static_cast<void>(host.give(200'000_sat, 2));
        const auto coin = host.give(600'000_sat, 1);
        if (spent) {
            api::CommandId id;
            id.raw().fill(7);
            host.take({api::Command{id, api::SendOnchain{elsewhere, 700'000_sat, std::nullopt}}});
            QVERIFY(!host.node->state().coins.contains(coin));
            const auto txid = host.node->transactions({1, std::nullopt}).front().txid;
            host.mine({host.node->state().transactions.at(txid).tx});
        }
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        const auto id = stranger.names(coin);
        QVERIFY(host.said<wire::FundingSigned>().empty());
        QCOMPARE(host.error(), std::string("that output is not this channel's"));
        QVERIFY(host.channel(id) == nullptr);
        QVERIFY(host.node->state().channels.empty());
        QCOMPARE(host.on_disk(), std::size_t{0});
    }

    /// A payment to us with the channel in the same transaction is one of the wallet's, and as good
    /// as any.
    void a_payment_and_a_channel_in_one() {
        Host host(1);
        static_cast<void>(host.give(200'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        auto both = *stranger.payment();
        both.outputs.push_back({40'000_sat, host.script(0)});
        const auto tx = std::make_shared<const bitcoin::Transaction>(both);
        host.see(tx);
        const auto id = stranger.names({tx->txid(), 0});
        QVERIFY(host.error().empty());
        host.mine({tx});
        QCOMPARE(host.node->snapshot()->channels.at(0).confirmations, 1U);
        // The same when the wrong one of its outputs is named, but for the answer.
        Stranger other(host, 3);
        QVERIFY(other.offers(500'000_sat));
        static_cast<void>(other.names({tx->txid(), 1}));
        QCOMPARE(host.error(), std::string("that output is not this channel's"));
        QVERIFY(host.channel(id) != nullptr);
    }

    /// The second to name it may be anybody: the chain shows it.
    void an_output_funds_one_channel_data() {
        QTest::addColumn<bool>("same_peer");
        QTest::newRow("named by the same peer again") << true;
        QTest::newRow("named by another peer") << false;
    }

    void an_output_funds_one_channel() {
        QFETCH(const bool, same_peer);
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger one(host, 2);
        Stranger two(host, 3);
        QVERIFY(one.offers(500'000_sat, 100'000'000_msat));
        const auto funding = one.payment();
        const auto id = one.names({funding->txid(), 0});
        host.mine({funding});
        const auto before = channel::funded_of(host.channel(id)->state)->params();
        Stranger& second = same_peer ? one : two;
        QVERIFY(second.offers(400'000_sat));
        static_cast<void>(second.names({funding->txid(), 0}));
        QVERIFY(host.said<wire::FundingSigned>().empty());
        QCOMPARE(host.error(), std::string("channel exists"));
        QCOMPARE(host.node->state().channels.size(), std::size_t{1});
        QCOMPARE(host.on_disk(), std::size_t{1});
        // Neither in memory nor on disk.
        for (const bool loaded : {false, true}) {
            if (loaded) host.load();
            QVERIFY(host.channel(id) != nullptr);
            QVERIFY(host.channel(id)->peer == one.id());
            QVERIFY(channel::funded_of(host.channel(id)->state)->params() == before);
        }
    }

    /// Strangers open and close without end: no address is used up, or a restored wallet would not
    /// look as far as the next ones lie. Once a channel is paid into, what was said in its shutdown
    /// is an address given away.
    void a_close_of_nothing_uses_up_no_address() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        const auto before = host.node->state().wallet.receive_p2wpkh;
        Stranger stranger(host, 2);
        for (std::uint32_t i = 0; i < 3; ++i) {
            QVERIFY(stranger.offers(500'000_sat, 100'000'000_msat));
            wire::Shutdown shutdown;
            shutdown.channel_id = stranger.names(outpoint_of(i));
            shutdown.scriptpubkey = bitcoin::p2wpkh(Hash160{});
            stranger.says(shutdown);
            const auto answers = host.said<wire::Shutdown>();
            QCOMPARE(answers.size(), std::size_t{1});
            QVERIFY(answers.front().scriptpubkey == host.script(before));
            QCOMPARE(host.node->state().wallet.receive_p2wpkh, before);
        }
        QVERIFY(stranger.offers(500'000_sat, 100'000'000_msat));
        const auto payment = stranger.payment();
        wire::Shutdown shutdown;
        shutdown.channel_id = stranger.names({payment->txid(), 0});
        shutdown.scriptpubkey = bitcoin::p2wpkh(Hash160{});
        stranger.says(shutdown);
        QCOMPARE(host.node->state().wallet.receive_p2wpkh, before);
        host.mine({payment});
        QCOMPARE(host.node->state().wallet.receive_p2wpkh, before + 1);
    }

    /// Paid into, believed, and then paid elsewhere: the channel ends as one that never was.
    void what_a_reorg_took_ends_when_its_coins_are_spent() {
        PaidInto host;
        QVERIFY(host.is_accepted);
        QVERIFY(node::needs_reserve(*host.channel(host.id), host.height()));
        QVERIFY(!host.node->snapshot()->balance.reserved.is_zero());
        const auto spent = host.payment->inputs.front().previous;
        const auto watches = [&] {
            return std::any_of(
                host.effects.begin(), host.effects.end(), [&](const ports::Effect& effect) {
                    const auto* const watch = std::get_if<ports::Watch>(&effect);
                    const auto* const outpoint =
                        watch == nullptr ? nullptr
                                         : std::get_if<ports::WatchOutPoint>(&watch->what);
                    return outpoint != nullptr && outpoint->outpoint == spent;
                });
        };
        host.unmine();
        QVERIFY(watches());
        // Also by the next process.
        host.load();
        host.effects = host.node->resume();
        QVERIFY(watches());
        const auto rival = paying(spent, {{499'000_sat, bitcoin::p2wpkh(Hash160{})}});
        host.mine({rival});
        QVERIFY(node::rival_of(*host.channel(host.id)) != nullptr);
        QVERIFY(!node::is_shown_closed(*host.channel(host.id), host.height()));
        // Another reorg may give it its place again ...
        host.unmine();
        QVERIFY(node::rival_of(*host.channel(host.id)) == nullptr);
        host.mine({host.payment});
        QVERIFY(channel::funded_of(host.channel(host.id)->state)->confirmation.has_value());
        // ... or not.
        host.unmine();
        host.mine({rival});
        for (int i = 0; i < 5; ++i) host.mine({});
        QVERIFY(node::is_shown_closed(*host.channel(host.id), host.height()));
        QVERIFY(!node::needs_reserve(*host.channel(host.id), host.height()));
        QVERIFY(host.node->snapshot()->balance.reserved.is_zero());
        for (int i = 0; i < 94; ++i) host.mine({});
        QVERIFY(channel::funded_of(host.channel(host.id)->state) == nullptr);
        QCOMPARE(channel::closed_of(host.channel(host.id)->state)->how,
                 std::string("never confirmed"));
    }

    /// What took its place is not known: the person's close ends it, when it has waited as long as
    /// for one that never came.
    void what_never_comes_back_ends_by_the_persons_wish() {
        PaidInto host;
        QVERIFY(host.is_accepted);
        host.take({ports::ChainEvent(ports::FeesChanged{ports::FeeEstimates{
            FeeratePerKw(2500), FeeratePerKw(1000), FeeratePerKw(253), FeeratePerKw(253), true}})});
        for (int i = 0; i < 20; ++i) host.mine({});
        host.take({node::PeerDown{host.stranger.id(), "gone"}});
        api::CommandId command;
        command.raw().fill(7);
        host.take({api::Command{command, api::CloseChannel{host.id, true}}});
        QVERIFY(std::holds_alternative<channel::Closing>(host.channel(host.id)->state));
        for (int i = 0; i < 21; ++i) host.unmine();
        QVERIFY(!channel::funded_of(host.channel(host.id)->state)->confirmation);
        for (int i = 0; i < 2'016; ++i) host.mine({});
        QVERIFY(std::holds_alternative<channel::Closing>(host.channel(host.id)->state));
        host.mine({});
        QVERIFY(channel::funded_of(host.channel(host.id)->state) == nullptr);
        QVERIFY(host.node->snapshot()->balance.closing.is_zero());
        QVERIFY(host.node->snapshot()->balance.reserved.is_zero());
        for (const auto& [txid, row] : host.node->state().transactions)
            QVERIFY(row.height.has_value());
        QCOMPARE(host.node->snapshot()->balance.onchain, 1'000'000_sat);
    }

    /// Whatever is said of a channel that nobody has paid into: little of it is written, for its
    /// journal is kept for ever.
    void words_do_not_fill_the_disk() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat, 100'000'000_msat));
        const auto id = stranger.names(outpoint_of(1));
        const auto alias = channel::funded_of(host.channel(id)->state)->our_alias;
        const auto entries = host.disk().journal.size();
        const auto commits = host.disk().commits;
        const auto ready = [&](std::uint64_t name) {
            wire::ChannelReady message;
            message.channel_id = id;
            message.second_per_commitment_point = stranger.id();
            message.short_channel_id = ShortChannelId(name);
            stranger.says(message);
        };
        const auto reestablish = [&] { stranger.reestablishes(id); };
        const auto shutdown = [&](std::uint8_t n) {
            wire::Shutdown message;
            message.channel_id = id;
            Hash160 key;
            key.raw().fill(n);
            message.scriptpubkey = bitcoin::p2wpkh(key);
            stranger.says(message);
        };
        for (std::uint32_t i = 1; i <= 100; ++i) {
            ready(i);
            stranger.tells_policy(alias, i, 1'700'000'000 + i);
        }
        for (std::uint8_t i = 1; i <= 50; ++i) {
            stranger.reconnects();
            ready(1'000U + i);
            reestablish();
            ready(2'000U + i);
        }
        QVERIFY(std::holds_alternative<channel::AwaitingConfirmation>(host.channel(id)->state));
        // The first channel_ready and the first policy.
        QVERIFY(host.disk().journal.size() <= entries + 2);
        for (std::uint8_t i = 1; i <= 50; ++i) {
            shutdown(i);
            shutdown(static_cast<std::uint8_t>(100 + i));
            ready(3'000U + i);
            stranger.reconnects();
            reestablish();
        }
        QVERIFY2(host.disk().journal.size() <= entries + 5,
                 qPrintable(QString::number(host.disk().journal.size() - entries)));
        QVERIFY(host.disk().commits <= commits + 5);
        // What is on disk is enough to go on.
        host.load();
        QVERIFY(host.channel(id) != nullptr);
        const auto state = channel::state_name(host.channel(id)->state);
        QVERIFY(state == "shutting_down" || state == "negotiating_close");
    }

    /// Once it is paid into, a policy may change; as often as somebody tries out fees, no more.
    void policies_are_kept_at_a_bounded_rate() {
        PaidInto host;
        QVERIFY(host.is_accepted);
        const auto& funded = [&]() -> const channel::Funded& {
            return *channel::funded_of(host.channel(host.id)->state);
        };
        const auto alias = funded().our_alias;
        host.stranger.tells_policy(alias, 1, 1'700'000'000);
        const auto entries = host.disk().journal.size();
        QCOMPARE(funded().their_update->fee_base_msat, 1U);
        // The same again is no news.
        host.stranger.tells_policy(alias, 1, 1'700'000'001);
        QCOMPARE(host.disk().journal.size(), entries);
        for (std::uint32_t i = 2; i < 200; ++i)
            host.stranger.tells_policy(alias, i, 1'700'000'000 + i);
        QCOMPARE(host.disk().journal.size(), entries + 12);
        host.now_ms += 10 * 60'000;
        host.stranger.tells_policy(alias, 500, 1'700'001'000);
        host.stranger.tells_policy(alias, 501, 1'700'001'001);
        QCOMPARE(host.disk().journal.size(), entries + 13);
        QCOMPARE(funded().their_update->fee_base_msat, 500U);
        // A new connection is no new allowance.
        host.stranger.reconnects();
        host.stranger.tells_policy(alias, 502, 1'700'001'002);
        QCOMPARE(host.disk().journal.size(), entries + 13);
        // The last word counts all the same, as soon as it may be written.
        host.now_ms += 20 * 60'000;
        host.mine({});
        QCOMPARE(funded().their_update->fee_base_msat, 502U);
    }

    /// A feerate costs its funder nothing until it is signed.
    void feerates_are_heard_at_a_bounded_rate() {
        PaidInto host;
        QVERIFY(host.is_accepted);
        QVERIFY(host.becomes_normal());
        const auto entries = host.disk().journal.size();
        std::size_t heard = 0;
        const auto changes_its_mind = [&] {
            wire::UpdateFee fee;
            fee.channel_id = host.id;
            fee.feerate_per_kw = FeeratePerKw(300 + static_cast<std::uint32_t>(heard % 2));
            host.stranger.says(fee);
            return host.said<wire::Warning>().empty();
        };
        while (heard < 200 && changes_its_mind()) ++heard;
        QCOMPARE(heard, std::size_t{60});
        QVERIFY(host.disk().journal.size() <= entries + 61);
        // It is hung up on, nothing else. A new connection is no new allowance; after a minute it
        // may say one more.
        QVERIFY(host.was_hung_up_on());
        host.stranger.reconnects();
        host.stranger.reestablishes(host.id);
        QVERIFY(!changes_its_mind());
        host.now_ms += 60'000;
        host.stranger.reconnects();
        host.stranger.reestablishes(host.id);
        QVERIFY(changes_its_mind());
        QVERIFY(!changes_its_mind());
        QVERIFY(host.was_hung_up_on());
    }

    /// Nor does a signature for nothing new, and each is a revocation and an entry.
    void signatures_for_nothing_new_are_heard_at_a_bounded_rate() {
        PaidInto host;
        QVERIFY(host.is_accepted);
        QVERIFY(host.becomes_normal());
        const auto entries = host.disk().journal.size();
        std::uint64_t heard = 0;
        std::optional<wire::RevokeAndAck> revoked;
        const auto signs = [&] {
            const CommitmentNumber next(heard + 1);
            host.stranger.signs_again({host.payment->txid(), 0}, next, host.point(next));
            const auto answers = host.said<wire::RevokeAndAck>();
            if (answers.empty()) return false;
            revoked = answers.front();
            ++heard;
            return true;
        };
        while (heard < 200 && signs()) {
        }
        QCOMPARE(heard, std::uint64_t{60});
        QVERIFY(host.disk().journal.size() <= entries + 61);
        QVERIFY(host.was_hung_up_on());
        host.now_ms += 60'000;
        host.stranger.reconnects();
        host.stranger.reestablishes(host.id, &*revoked, CommitmentNumber(heard));
        QVERIFY(signs());
        QVERIFY(!signs());
        QVERIFY(host.was_hung_up_on());
    }

    /// Openings that it ends at once are no way to have something counted for each.
    void nothing_is_counted_for_openings_that_ended() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger stranger(host, 2);
        for (int i = 0; i < 20; ++i) {
            QVERIFY(stranger.offers(500'000_sat));
            wire::UpdateFee fee;
            fee.channel_id = stranger.temporary_id();
            fee.feerate_per_kw = FeeratePerKw(300);
            stranger.says(fee);
            QVERIFY(host.channel(fee.channel_id) == nullptr);
        }
        const auto& peers = host.node->state().peers;
        const auto at = peers.find(stranger.id());
        QVERIFY(at == peers.end() || at->second.idle_until_ms.empty());
    }

    /// Who knows the funding transaction beforehand can choose it; nothing that is asked when a
    /// channel's id changes would be.
    void a_temporary_id_that_is_the_final_one() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 1));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        const auto id = stranger.names({Txid(stranger.temporary_id().raw()), 0});
        QCOMPARE(id, stranger.temporary_id());
        QCOMPARE(host.error(), std::string("temporary_channel_id is the channel's own"));
        QVERIFY(host.said<wire::FundingSigned>().empty());
        QVERIFY(host.node->state().channels.empty());
        QCOMPARE(host.on_disk(), std::size_t{0});
    }

    /// Its end has not been heard of yet: it is no connection to open over, nor one to be told of
    /// as there.
    void a_connection_that_we_end_is_none() {
        Host host(1);
        static_cast<void>(host.give(1'000'000_sat, 2));
        Stranger stranger(host, 2);
        QVERIFY(stranger.offers(500'000_sat));
        wire::RevokeAndAck nonsense;
        nonsense.channel_id = stranger.names(outpoint_of(1));
        stranger.says(nonsense);
        QVERIFY(
            std::any_of(host.effects.begin(), host.effects.end(), [](const ports::Effect& effect) {
                return std::holds_alternative<ports::DisconnectPeer>(effect);
            }));
        const auto ask = [&](std::uint8_t n,
                             decltype(api::Command::wish) wish) -> std::optional<ProblemKind> {
            api::CommandId id;
            id.raw().fill(n);
            host.take({api::Command{id, std::move(wish)}});
            for (const auto& effect : host.effects) {
                const auto* const answer = std::get_if<ports::AnswerCommand>(&effect);
                if (answer != nullptr && answer->id == id && !answer->result)
                    return answer->result.error().kind;
            }
            return std::nullopt;
        };
        QCOMPARE(ask(1, api::OpenChannel{stranger.id(), 500'000_sat, 0_msat, false, std::nullopt}),
                 std::optional(ProblemKind::peer_not_connected));
        QVERIFY(host.said<wire::OpenChannel>().empty());
        QCOMPARE(ask(2, api::Connect{stranger.id(), "127.0.0.1", 9735}),
                 std::optional(ProblemKind::connect_failed));
    }
};

RUNNEL_TEST(TestUnfunded)
#include "test_unfunded.moc"
