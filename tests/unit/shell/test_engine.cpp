// Two Engines over a loopback socket, each with a store in memory, on one simulated chain: real
// keys, real messages, real time.
#include "core/shell/engine.h"

#include "core/bitcoin/address.h"

#include "core/sim/chain.h"
#include "core/sim/memory_store.h"
#include "tests/support/test_main.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"
#include "wallet/store/store.h"

#include <QTemporaryDir>

#include <atomic>

using namespace runnel;
using namespace runnel::literals;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const keys::SeedKeyRing> ring_of(std::uint8_t n) {
    const Bytes entropy(16, n);
    return std::make_shared<const keys::SeedKeyRing>(*keys::Mnemonic::from_entropy(entropy)->seed(),
                                                     Network::regtest);
}

/// One chain, told to every engine block by block.
class TestChain {
public:
    void join(shell::Engine& engine) {
        engine.on_chain_event(status());
        m_engines.push_back(&engine);
    }
    void leave(shell::Engine& engine) { std::erase(m_engines, &engine); }
    void broadcast(const std::vector<ports::TxPtr>& transactions) {
        for (const auto& tx : transactions) {
            const bool accepted = bool(chain.submit(*tx));
            for (auto* const engine : m_engines) {
                if (accepted) engine->on_chain_event(ports::MempoolTx{tx});
                engine->on_chain_event(ports::BroadcastResult{tx->txid(), accepted, ""});
            }
        }
    }
    void mine(unsigned blocks) {
        for (unsigned i = 0; i < blocks; ++i) {
            chain.mine(1);
            const auto block = chain.block(chain.height());
            ports::BlockConnected event{chain.height(),
                                        chain.tip(),
                                        block->header.previous,
                                        UnixTime(block->header.time),
                                        {}};
            for (std::uint32_t n = 0; n < block->transactions.size(); ++n) {
                event.relevant.push_back(
                    {std::make_shared<const bitcoin::Transaction>(block->transactions[n]), n});
            }
            for (auto* const engine : m_engines) {
                engine->on_chain_event(event);
                engine->on_chain_event(status());
            }
        }
    }
    ports::ChainStatus status() const { return {true, true, chain.height(), true, {}}; }

    sim::SimChain chain;

private:
    std::vector<shell::Engine*> m_engines;
};

/// A process: engine, store, and what it has said.
struct Party {
    Party(boost::asio::io_context& io_context, TestChain& test_chain, std::uint8_t n,
          sim::DiskImage image = {},
          sim::MemoryStore::Answer answer = sim::MemoryStore::Answer::at_once,
          store::Store* disk = nullptr)
        : io(io_context), chain(test_chain), ring(ring_of(n)), store(std::move(image), answer) {
        node::Config config;
        config.channels.to_self_delay = 20;
        const ports::RecordReader& reader = disk != nullptr ? disk->reader() : store;
        auto loaded =
            node::Node::load(config, ring, std::make_shared<const coins::Planner>(), reader);
        if (!loaded) qFatal("no node");
        shell::Engine::Hooks hooks;
        hooks.broadcast = [this](const ports::Broadcast& wanted) {
            chain.broadcast(wanted.transactions);
        };
        hooks.watch = [](const ports::Watch&) {};
        hooks.on_fatal = [this](const ports::CommitError&) { ++fatal; };
        hooks.log = [this](LogLevel level, std::string_view line) {
            if (level == LogLevel::broken) broken.emplace_back(line);
        };
        hooks.in_doubt = [this] { return in_doubt; };
        if (disk != nullptr) hooks.disk_low = [disk] { return disk->low_space(); };
        ports::Journal& journal = disk != nullptr ? disk->journal() : store;
        engine.emplace(io, *std::move(loaded), journal, ring->node_key(), std::move(hooks),
                       shell::Engine::Settings{});
        notices_handle =
            engine->subscribe([this](const api::Notice& notice) { notices.push_back(notice); });
        engine->start();
        chain.join(*engine);
        const auto listening = engine->listen("127.0.0.1", 0);
        if (!listening) qFatal("no port");
        port = *listening;
    }
    ~Party() {
        chain.leave(*engine);
        engine.reset();
    }

    std::optional<api::CommandResult> ask(decltype(api::Command::wish) wish,
                                          std::chrono::milliseconds limit = 5s);
    std::shared_ptr<std::optional<api::CommandResult>> post(api::CommandId id,
                                                            decltype(api::Command::wish) wish) {
        auto answer = std::make_shared<std::optional<api::CommandResult>>();
        engine->post({id, std::move(wish)},
                     [answer](const api::CommandResult& result) { answer->emplace(result); });
        return answer;
    }
    api::CommandId fresh_id() {
        api::CommandId id;
        id.raw()[0] = ++ids;
        return id;
    }
    std::string invoice(Msat amount) {
        return std::get<api::InvoiceMade>(**ask(api::CreateInvoice{amount, "test", 3600})).bolt11;
    }
    const api::ChannelView* channel() const {
        channels = engine->node().snapshot()->channels;
        return channels.empty() ? nullptr : &channels.front();
    }
    bool usable() const { return channel() != nullptr && channel()->usable; }
    template <typename T>
    std::size_t heard() const {
        return static_cast<std::size_t>(
            std::count_if(notices.begin(), notices.end(),
                          [](const auto& n) { return std::holds_alternative<T>(n); }));
    }

    boost::asio::io_context& io;
    TestChain& chain;
    std::shared_ptr<const keys::SeedKeyRing> ring;
    sim::MemoryStore store;
    std::optional<shell::Engine> engine;
    std::shared_ptr<void> notices_handle;
    std::vector<api::Notice> notices;
    std::vector<std::string> broken;
    mutable std::vector<api::ChannelView> channels;
    bool in_doubt = false;
    int fatal = 0;
    std::uint8_t ids = 0;
    std::uint16_t port = 0;
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
void run_for(boost::asio::io_context& io, std::chrono::milliseconds time) {
    (void)run_until(
        io, [] { return false; }, time);
}

std::optional<api::CommandResult> Party::ask(decltype(api::Command::wish) wish,
                                             std::chrono::milliseconds limit) {
    const auto answer = post(fresh_id(), std::move(wish));
    (void)run_until(
        io, [&] { return answer->has_value(); }, limit);
    return *answer;
}

/// Coins for a party, one confirmed transaction each.
void fund(Party& party, TestChain& chain, int coins) {
    for (int i = 0; i < coins; ++i) {
        const auto made = party.ask(api::NewAddress{});
        const auto script =
            bitcoin::parse_address(std::get<api::AddressMade>(**made).address, Network::regtest);
        QVERIFY(chain.chain.faucet(*script, 1'000'000_sat));
    }
    chain.mine(1);
    QVERIFY(run_until(party.io, [&] {
        return party.engine->node().snapshot()->balance.onchain == 1'000'000_sat * coins;
    }));
}

void connect(Party& from, Party& to) {
    const auto answer = from.ask(api::Connect{to.ring->node_id(), "127.0.0.1", to.port});
    QVERIFY(answer && *answer);
}

void open_channel(Party& from, Party& to, TestChain& chain) {
    connect(from, to);
    const auto opening = from.ask(
        api::OpenChannel{to.ring->node_id(), 500'000_sat, 100'000'000_msat, false, std::nullopt});
    QVERIFY(opening && *opening);
    QVERIFY(std::holds_alternative<api::ChannelOpening>(**opening));
    chain.mine(6);
    QVERIFY(run_until(from.io, [&] { return from.usable() && to.usable(); }));
}

struct Pair {
    explicit Pair(sim::MemoryStore::Answer answer = sim::MemoryStore::Answer::at_once)
        : alice(io, chain, 1, {}, answer), bob(io, chain, 2) {}
    void open() {
        fund(alice, chain, 3);
        fund(bob, chain, 3);
        open_channel(alice, bob, chain);
    }
    boost::asio::io_context io;
    TestChain chain;
    Party alice, bob;
};

}  // namespace

class TestEngine : public QObject {
    Q_OBJECT
private slots:
    void opens_and_pays_both_ways() {
        Pair net;
        net.open();
        const auto paid = net.alice.ask(
            api::Pay{net.bob.invoice(20'000'000_msat), std::nullopt, std::nullopt, 60});
        QVERIFY(paid && *paid);
        QCOMPARE(std::get<api::Paid>(**paid).amount.raw(), std::uint64_t{20'000'000});
        QVERIFY(run_until(net.io, [&] { return net.bob.heard<api::PaymentReceived>() == 1; }));
        QCOMPARE(net.alice.heard<api::PaymentSent>(), std::size_t{1});
        const auto back =
            net.bob.ask(api::Pay{net.alice.invoice(5'000_msat), std::nullopt, std::nullopt, 60});
        QVERIFY(back && *back);
        QVERIFY(run_until(net.io, [&] {
            return net.alice.channel()->htlcs.empty() && net.bob.channel()->htlcs.empty();
        }));
        QCOMPARE(net.alice.channel()->ours.raw(),
                 std::uint64_t{500'000'000 - 100'000'000 - 20'000'000 + 5'000});
        QCOMPARE(net.bob.channel()->ours.raw(), net.alice.channel()->theirs.raw());
        QCOMPARE(net.alice.engine->payments({}).size(), std::size_t{2});
        QVERIFY(net.alice.broken.empty() && net.bob.broken.empty());
        QVERIFY(run_until(
            net.io, [&] { return net.alice.engine->is_idle() && net.bob.engine->is_idle(); }));
    }

    /// What a turn's context says is news; what was heard of the chain is not heard again.
    void to_look_again_is_a_turn_and_nothing_more() {
        boost::asio::io_context io{1};
        TestChain chain;
        Party alice(io, chain, 1);
        chain.mine(1);
        QVERIFY(run_until(io, [&] {
            return alice.engine->node().state().health.ever_good && alice.engine->is_idle();
        }));
        run_for(io, 20ms);
        const auto turns = alice.engine->counters().turns;
        const auto heard = alice.engine->node().state().health.last_good_ms;
        const auto told = alice.heard<api::ChainStateChanged>();
        alice.in_doubt = true;
        for (int i = 1; i <= 2; ++i) {
            alice.engine->look_again();
            QVERIFY(run_until(io, [&] {
                return alice.engine->counters().turns == turns + static_cast<std::uint64_t>(i);
            }));
            QVERIFY(run_until(io, [&] { return alice.engine->is_idle(); }));
            QVERIFY(alice.engine->node().snapshot()->in_doubt);
            QCOMPARE(alice.heard<api::Trouble>(), std::size_t{1});
        }
        QCOMPARE(alice.engine->counters().turns, turns + 2);
        QCOMPARE(alice.heard<api::ChainStateChanged>(), told);
        QCOMPARE(alice.engine->node().state().health.last_good_ms, heard);
    }

    /// Over a store on a disk that fills up: peers begin nothing with us, and both kinds of close
    /// still get to the chain, also from a process that starts on the full disk.
    void a_full_disk_ends_what_must_end() {
        const QTemporaryDir folder;
        store::Store::Creation creation;
        creation.directory = folder.path().toStdString() + "/wallet";
        creation.passphrase = {bytes_of("correct horse"), false};
        creation.cost = store::Cost::cheap();
        (*store::Store::create(creation))->close();
        std::atomic<std::uint64_t> free = std::uint64_t{1} << 30;  // Asked for by the writer, too.
        store::Store::Opening opening{creation.directory, Network::regtest,
                                      creation.passphrase.bytes, [&free] { return free.load(); }};
        auto disk = std::move(*store::Store::open(opening));
        QVERIFY(!disk->low_space());

        boost::asio::io_context io;
        TestChain chain;
        Party alice(io, chain, 1);
        std::optional<Party> bob;
        bob.emplace(io, chain, std::uint8_t{2}, sim::DiskImage{}, sim::MemoryStore::Answer::at_once,
                    disk.get());
        fund(alice, chain, 6);
        fund(*bob, chain, 4);
        open_channel(alice, *bob, chain);
        const auto usable = [](const Party& party) {
            const auto channels = party.engine->node().snapshot()->channels;
            return std::count_if(channels.begin(), channels.end(),
                                 [](const auto& channel) { return channel.usable; });
        };
        const auto second = alice.ask(api::OpenChannel{bob->ring->node_id(), 400'000_sat,
                                                       150'000'000_msat, false, std::nullopt});
        QVERIFY(second && *second);
        chain.mine(6);
        QVERIFY(run_until(io, [&] { return usable(alice) == 2 && usable(*bob) == 2; }));
        const auto bolt11 = bob->invoice(20'000'000_msat);

        free = 1'000'000;
        QVERIFY(disk->low_space());
        const auto third = alice.ask(
            api::OpenChannel{bob->ring->node_id(), 300'000_sat, 0_msat, false, std::nullopt});
        QVERIFY(third && !*third);
        QCOMPARE(third->error().kind, api::ProblemKind::peer_refused);
        const auto paid = alice.ask(api::Pay{bolt11, std::nullopt, std::nullopt, 60});
        QVERIFY(paid && !*paid);
        QCOMPARE(paid->error().params.at("code"), std::string("temporary_node_failure"));

        const auto knows_the_tip = [&] {
            return bob->engine->node().state().tip.height == chain.chain.height();
        };
        // Agreed, on the disk as it has become.
        const auto on_chain = [&](const Txid& txid) {
            const auto status = chain.chain.transaction(txid);
            return status && status->height;
        };
        const auto opened = std::get<api::ChannelOpening>(**second).channel_id;
        const auto closing = bob->ask(api::CloseChannel{opened, false});
        QVERIFY(closing && *closing);
        const auto state_of = [&](const Party& party, const ChannelId& id) -> api::ChannelView {
            for (const auto& channel : party.engine->node().snapshot()->channels) {
                if (channel.channel_id == id) return channel;
            }
            return {};
        };
        QVERIFY(run_until(io, [&] { return state_of(*bob, opened).closing_txid.has_value(); }));
        chain.mine(1);
        QVERIFY(on_chain(*state_of(*bob, opened).closing_txid));

        // The reserve was what it was written to. By force, from a process that finds the disk
        // full.
        QVERIFY(run_until(io, [&] {
            return knows_the_tip() && bob->engine->is_idle() && alice.engine->is_idle();
        }));
        bob.reset();
        disk.reset();
        QVERIFY(!std::filesystem::exists(creation.directory / "reserve"));
        disk = std::move(*store::Store::open(opening));
        QVERIFY(!std::filesystem::exists(creation.directory / "reserve"));
        QVERIFY(disk->tail().agrees());
        bob.emplace(io, chain, std::uint8_t{2}, sim::DiskImage{}, sim::MemoryStore::Answer::at_once,
                    disk.get());
        bob->ids = 100;  // what was asked in the first life is answered from the store
        ChannelId first;
        for (const auto& channel : bob->engine->node().snapshot()->channels) {
            if (channel.channel_id != opened) first = channel.channel_id;
        }
        const auto forced = bob->ask(api::CloseChannel{first, true});
        QVERIFY(forced && *forced && std::holds_alternative<api::ChannelClosing>(**forced));
        const auto before = bob->engine->node().snapshot()->balance;
        chain.mine(1);
        QVERIFY(run_until(io, knows_the_tip));
        QVERIFY(on_chain(*state_of(*bob, first).closing_txid));
        for (int i = 0; i < 30; ++i) {
            chain.mine(1);
            QVERIFY(run_until(io, knows_the_tip));
        }
        QVERIFY(run_until(io, [&] { return state_of(*bob, first).state == "closed"; }));
        // Everything is coins again, and the claim is one of them.
        const auto claims = bob->engine->transactions({});
        const auto claim = std::find_if(claims.begin(), claims.end(),
                                        [](const auto& tx) { return tx.purpose == "claim"; });
        QVERIFY(claim != claims.end());
        QVERIFY(on_chain(claim->txid));
        QVERIFY(bob->engine->node().snapshot()->balance.onchain > before.onchain);
        QVERIFY(bob->broken.empty() && bob->fatal == 0);
        bob.reset();
        disk->close();
    }

    void many_payments_share_turns_and_commits() {
        Pair net;
        net.open();
        constexpr int count = 100;
        std::vector<std::string> invoices;
        for (int i = 0; i < count; ++i) invoices.push_back(net.bob.invoice(1'000_msat));
        const auto commits = net.alice.engine->counters().commits;
        int paid = 0, failed = 0;
        for (int i = 0; i < count; ++i) {
            net.alice.engine->post(
                {net.alice.fresh_id(),
                 api::Pay{invoices[static_cast<std::size_t>(i)], std::nullopt, std::nullopt, 60}},
                [&](const api::CommandResult& result) { ++(result ? paid : failed); });
        }
        QVERIFY(run_until(
            net.io, [&] { return paid + failed == count; }, 30s));
        QCOMPARE(paid, count);
        // One at a time they would need five commits each between the two.
        const auto used = net.alice.engine->counters().commits - commits;
        QVERIFY2(used < 2 * count, qPrintable(QString::number(used)));
    }

    void a_command_has_its_effect_once() {
        Pair net;
        const auto id = net.alice.fresh_id();
        const auto first = net.alice.post(id, api::NewAddress{});
        const auto second = net.alice.post(id, api::NewAddress{});  // before the first is answered
        QVERIFY(run_until(net.io, [&] { return first->has_value() && second->has_value(); }));
        const auto third = net.alice.post(id, api::NewAddress{});  // and afterwards
        QVERIFY(run_until(net.io, [&] { return third->has_value(); }));
        const auto address = std::get<api::AddressMade>(*(**first)).address;
        QCOMPARE(std::get<api::AddressMade>(*(**second)).address, address);
        QCOMPARE(std::get<api::AddressMade>(*(**third)).address, address);
        const auto other = net.alice.ask(api::NewAddress{});
        QVERIFY(std::get<api::AddressMade>(**other).address != address);
    }

    /// A refusal had no effect, so the same id is granted once the reason is gone; then once only.
    void a_refusal_is_no_answer_for_ever() {
        Pair net;
        fund(net.alice, net.chain, 1);
        auto behind = net.chain.status();
        behind.synced = false;
        net.alice.engine->on_chain_event(behind);
        const auto id = net.alice.fresh_id();
        const api::SendOnchain wish{
            std::get<api::AddressMade>(**net.bob.ask(api::NewAddress{})).address, 100'000_sat,
            std::nullopt};
        const auto ask = [&] {
            const auto answer = net.alice.post(id, wish);
            (void)run_until(net.io, [&] { return answer->has_value(); });
            return *answer;
        };
        for (int i = 0; i < 2; ++i) {
            const auto refused = ask();
            QVERIFY(refused && !*refused);
            QCOMPARE(refused->error().kind, api::ProblemKind::not_synced);
        }
        net.alice.engine->on_chain_event(net.chain.status());
        const auto sent = ask();
        QVERIFY(sent && *sent);
        const auto again = ask();
        QVERIFY(again && *again);
        QVERIFY(std::get<api::OnchainSent>(**again).txid ==
                std::get<api::OnchainSent>(**sent).txid);
        QCOMPARE(net.alice.engine->transactions({}).size(), std::size_t{2});  // and what came in
    }

    /// Who asks again for a payment that was under way hears that it still is, at once, or how it
    /// ended.
    void a_payment_under_way_is_no_answer_for_ever() {
        Pair net(sim::MemoryStore::Answer::when_told);
        const auto serving = [&](const std::function<bool()>& check) {
            return run_until(net.io, [&] {
                (void)net.alice.store.answer_next();
                return check();
            });
        };
        const auto do_all = [&](auto&& wish, Party& party) {
            const auto answer = party.post(party.fresh_id(), wish);
            if (!serving([&] { return answer->has_value(); })) qFatal("no answer");
            return **answer;
        };
        for (auto* const party : {&net.alice, &net.bob}) {
            for (int i = 0; i < 3; ++i) {
                const auto made = do_all(api::NewAddress{}, *party);
                const auto script = bitcoin::parse_address(
                    std::get<api::AddressMade>(*made).address, Network::regtest);
                QVERIFY(net.chain.chain.faucet(*script, 1'000'000_sat));
            }
        }
        net.chain.mine(1);
        QVERIFY(serving(
            [&] { return net.alice.engine->node().snapshot()->balance.onchain == 3'000'000_sat; }));
        QVERIFY(
            do_all(api::Connect{net.bob.ring->node_id(), "127.0.0.1", net.bob.port}, net.alice));
        QVERIFY(do_all(api::OpenChannel{net.bob.ring->node_id(), 500'000_sat, 100'000'000_msat,
                                        false, std::nullopt},
                       net.alice));
        net.chain.mine(6);
        QVERIFY(serving([&] { return net.alice.usable() && net.bob.usable(); }));
        const auto text = std::get<api::InvoiceMade>(
                              *do_all(api::CreateInvoice{1'000'000_msat, "x", 3600}, net.alice))
                              .bolt11;

        // Alice's disk takes its time, and Bob's patience is none.
        const auto id = net.bob.fresh_id();
        const auto pay = [&] {
            const auto answer = net.bob.post(id, api::Pay{text, std::nullopt, std::nullopt, 0});
            (void)run_until(net.io, [&] { return answer->has_value(); });
            return *answer;
        };
        for (int i = 0; i < 2; ++i) {
            const auto held = pay();
            QVERIFY(held && *held);
            QVERIFY(std::holds_alternative<api::StillInFlight>(**held));
        }
        QVERIFY(serving([&] { return net.bob.heard<api::PaymentSent>() == 1; }));
        const auto paid = pay();
        QVERIFY(paid && *paid);
        QVERIFY(std::holds_alternative<api::Paid>(**paid));
        QCOMPARE(net.bob.engine->payments({}).size(), std::size_t{1});
    }

    void nothing_is_said_before_it_is_durable() {
        Pair net(sim::MemoryStore::Answer::when_told);
        // Until the channel stands, the disk answers whenever it is asked.
        std::function<void()> serve = [&] { (void)net.alice.store.answer_next(); };
        const auto serving = [&](const std::function<bool()>& check) {
            return run_until(net.io, [&] {
                serve();
                return check();
            });
        };
        const auto do_all = [&](auto&& wish, Party& party) {
            const auto answer = party.post(party.fresh_id(), wish);
            if (!serving([&] { return answer->has_value(); })) qFatal("no answer");
            return **answer;
        };
        for (auto* const party : {&net.alice, &net.bob}) {
            for (int i = 0; i < 3; ++i) {
                const auto made = do_all(api::NewAddress{}, *party);
                const auto script = bitcoin::parse_address(
                    std::get<api::AddressMade>(*made).address, Network::regtest);
                QVERIFY(net.chain.chain.faucet(*script, 1'000'000_sat));
            }
        }
        net.chain.mine(1);
        QVERIFY(serving(
            [&] { return net.alice.engine->node().snapshot()->balance.onchain == 3'000'000_sat; }));
        QVERIFY(
            do_all(api::Connect{net.bob.ring->node_id(), "127.0.0.1", net.bob.port}, net.alice));
        QVERIFY(do_all(
            api::OpenChannel{net.bob.ring->node_id(), 500'000_sat, 0_msat, false, std::nullopt},
            net.alice));
        net.chain.mine(6);
        QVERIFY(serving([&] { return net.alice.usable() && net.bob.usable(); }));
        // What was said on the way to here has arrived and is done with.
        const auto rest = std::chrono::steady_clock::now() + 150ms;
        QVERIFY(serving([&] { return std::chrono::steady_clock::now() > rest; }));
        QVERIFY(net.alice.engine->is_idle() && net.bob.engine->is_idle());

        const auto bob_knew = net.bob.engine->counters().events;
        const auto text = std::get<api::InvoiceMade>(
                              *do_all(api::CreateInvoice{1'000'000_msat, "x", 3600}, net.bob))
                              .bolt11;
        const auto answer =
            net.alice.post(net.alice.fresh_id(), api::Pay{text, std::nullopt, std::nullopt, 60});
        run_for(net.io, 100ms);
        QCOMPARE(net.alice.store.unanswered(), std::size_t{1});
        QCOMPARE(net.bob.engine->counters().events,
                 bob_knew + 1);  // the wish for the invoice, nothing from alice

        // While the disk takes its time, the connection is lost and made anew: what the turn wanted
        // to say was meant for the old one, and must not come before channel_reestablish on the new
        // one.
        QVERIFY(bool(**[&] {
            const auto gone =
                net.bob.post(net.bob.fresh_id(), api::Disconnect{net.alice.ring->node_id()});
            (void)run_until(net.io, [&] { return gone->has_value(); });
            return gone;
        }()));
        run_for(net.io, 50ms);
        const auto again =
            net.bob.post(net.bob.fresh_id(),
                         api::Connect{net.alice.ring->node_id(), "127.0.0.1", net.alice.port});
        QVERIFY(run_until(net.io, [&] { return again->has_value(); }));
        QVERIFY(net.alice.engine->peers().is_up(net.bob.ring->node_id()));
        QCOMPARE(net.alice.store.unanswered(), std::size_t{1});
        QVERIFY(serving([&] { return answer->has_value(); }));
        QVERIFY(**answer);
        QVERIFY(serving([&] { return net.alice.usable() && net.bob.usable(); }));
        QCOMPARE(net.bob.channel()->state, std::string("normal"));
        QVERIFY(net.alice.broken.empty() && net.bob.broken.empty());
    }

    void a_failed_commit_ends_everything() {
        Pair net;
        net.open();
        const auto text = net.bob.invoice(1'000'000_msat);
        net.alice.store.fail_commit(net.alice.store.commits() + 1);
        const auto before = net.alice.store.image();
        const auto bob_events = net.bob.engine->counters().events;
        const auto answer =
            net.alice.post(net.alice.fresh_id(), api::Pay{text, std::nullopt, std::nullopt, 60});
        QVERIFY(run_until(net.io, [&] { return net.alice.fatal == 1; }));
        QCOMPARE(net.alice.broken.size(), std::size_t{1});
        const auto later = net.alice.post(net.alice.fresh_id(), api::NewAddress{});
        net.alice.engine->on_chain_event(net.chain.status());
        QVERIFY(run_until(net.io, [&] { return !net.bob.channel()->online; }));
        run_for(net.io, 50ms);
        QVERIFY(!answer->has_value() && !later->has_value());
        QCOMPARE(net.alice.fatal, 1);
        QVERIFY(net.alice.store.image() == before);
        // Bob heard that the connection is gone, and nothing else.
        QCOMPARE(net.bob.engine->counters().events, bob_events + 1);
    }

    void stop_lets_the_turn_finish() {
        Pair net(sim::MemoryStore::Answer::when_told);
        run_for(net.io, 20ms);
        while (net.alice.store.answer_next()) run_for(net.io, 5ms);
        const auto commits = net.alice.store.image().commits;
        const auto answer = net.alice.post(net.alice.fresh_id(), api::NewAddress{});
        QVERIFY(run_until(net.io, [&] { return net.alice.store.unanswered() == 1; }));
        bool stopped = false;
        net.alice.engine->stop([&] { stopped = true; });
        run_for(net.io, 30ms);
        QVERIFY(!stopped);
        QVERIFY(net.alice.store.answer_next());
        QVERIFY(run_until(net.io, [&] { return stopped; }));
        QVERIFY(answer->has_value());  // durable, so it was said
        QCOMPARE(net.alice.store.image().commits, commits + 1);
        const auto late = net.alice.post(net.alice.fresh_id(), api::NewAddress{});
        run_for(net.io, 20ms);
        QVERIFY(!late->has_value());
    }

    /// Whoever closes the wallet while its disk fails is told that it is closed, once.
    void stop_ends_although_the_turn_fails() {
        Pair net(sim::MemoryStore::Answer::when_told);
        run_for(net.io, 20ms);
        while (net.alice.store.answer_next()) run_for(net.io, 5ms);
        const auto commits = net.alice.store.image().commits;
        net.alice.store.fail_commit(net.alice.store.commits() + 1);
        const auto answer = net.alice.post(net.alice.fresh_id(), api::NewAddress{});
        QVERIFY(run_until(net.io, [&] { return net.alice.store.unanswered() == 1; }));
        int stopped = 0;
        net.alice.engine->stop([&] { ++stopped; });
        run_for(net.io, 30ms);
        QCOMPARE(stopped, 0);
        QVERIFY(net.alice.store.answer_next());
        QVERIFY(run_until(net.io, [&] { return stopped > 0; }));
        run_for(net.io, 30ms);
        QCOMPARE(stopped, 1);
        QCOMPARE(net.alice.fatal, 1);
        QVERIFY(!answer->has_value());  // it may be on the disk or not: nothing is said
        QCOMPARE(net.alice.store.image().commits, commits);
    }

    void starts_again_from_its_disk() {
        Pair net;
        net.open();
        const auto image = net.alice.store.image();
        {
            Party reborn(net.io, net.chain, 1, image);
            // It reconnects by itself, as resume() owes, or bob's newer connection is taken: either
            // way they meet again.
            QVERIFY(run_until(
                net.io, [&] { return reborn.usable() && net.bob.usable(); }, 10s));
            const auto paid =
                reborn.ask(api::Pay{net.bob.invoice(7'000_msat), std::nullopt, std::nullopt, 60});
            QVERIFY(paid && *paid);
        }
    }

    void pictures_from_another_thread() {
        Pair net;
        fund(net.alice, net.chain, 1);
        run_for(net.io, 60ms);  // pictures are published at most every 20 ms
        api::SnapshotPtr seen;
        std::thread([&] { seen = net.alice.engine->snapshot(); }).join();
        QVERIFY(seen != nullptr);
        QCOMPARE(seen->balance.onchain.raw(), std::uint64_t{1'000'000});
        // A wish from another thread is answered on the node's.
        std::optional<std::thread::id> answered_on;
        std::thread([&] {
            net.alice.engine->post(
                {net.alice.fresh_id(), api::NewAddress{}},
                [&](const api::CommandResult&) { answered_on = std::this_thread::get_id(); });
        }).join();
        QVERIFY(run_until(net.io, [&] { return answered_on.has_value(); }));
        QVERIFY(answered_on == std::this_thread::get_id());
    }

    void strangers_are_forgotten_and_nothing_is_written_for_them() {
        boost::asio::io_context io;
        TestChain chain;
        Party bob(io, chain, 2);
        run_for(io, 50ms);
        const auto commits = bob.engine->counters().commits;
        for (const std::size_t bit : {101U, 103U}) {
            // The same node twice, with other features each time.
            shell::PeerManager::Hooks hooks;
            hooks.event = [](const crypto::PublicKey&, node::Event&&) {};
            hooks.has_channel = [](const crypto::PublicKey&) { return false; };
            hooks.may_read = [](const crypto::PublicKey&) { return true; };
            shell::PeerManager stranger(io, ring_of(9)->node_key(), Network::regtest,
                                        peer::our_features().set_bit(bit), {}, hooks);
            stranger.connect(bob.ring->node_id(), "127.0.0.1", bob.port);
            QVERIFY(run_until(io, [&] { return bob.engine->snapshot()->peers.size() == 1; }));
            stranger.connect(bob.ring->node_id(), "127.0.0.1", bob.port);
            stranger.stop();
            QVERIFY(run_until(io, [&] { return bob.engine->snapshot()->peers.empty(); }));
        }
        QCOMPARE(bob.engine->counters().commits, commits);
    }

    void large_messages_are_not_piled_up_while_the_disk_is_slow() {
        boost::asio::io_context io;
        TestChain chain;
        Party bob(io, chain, 2, {}, sim::MemoryStore::Answer::when_told);
        bool left = false;
        shell::PeerManager::Hooks hooks;
        hooks.event = [&](const crypto::PublicKey&, node::Event&& event) {
            left |= std::holds_alternative<node::PeerDown>(event);
        };
        hooks.has_channel = [](const crypto::PublicKey&) { return true; };
        hooks.may_read = [](const crypto::PublicKey&) { return true; };
        shell::PeerManager talker(io, ring_of(9)->node_key(), Network::regtest,
                                  peer::our_features(), {}, hooks);
        talker.connect(bob.ring->node_id(), "127.0.0.1", bob.port);
        QVERIFY(run_until(io, [&] {
            return talker.is_up(bob.ring->node_id()) && bob.engine->peers().up_count() == 1;
        }));
        const auto made = bob.post(bob.fresh_id(), api::NewAddress{});
        run_for(io, 50ms);
        QVERIFY(!made->has_value());
        // 60 MB of nonsense: what the system's buffers and two megabytes here do not hold stays
        // with the other side, which gives up once it has its own eight waiting.
        wire::UpdateFailHtlc large;
        large.reason = Bytes(60'000, 1);
        for (int said = 0; said < 1000 && !left; ++said) {
            talker.queue(bob.ring->node_id(), large);
            talker.flush();
            io.restart();
            for (int i = 0; i < 30; ++i) io.poll_one();
        }
        QVERIFY(left);
    }

    void observers_see_each_new_picture() {
        Pair net;
        std::vector<api::SnapshotPtr> seen;
        auto handle = net.alice.engine->observe(
            [&](const api::SnapshotPtr& picture) { seen.push_back(picture); });
        fund(net.alice, net.chain, 1);
        QVERIFY(run_until(net.io, [&] {
            return !seen.empty() && seen.back()->balance.onchain == 1'000'000_sat;
        }));
        QVERIFY(seen.back() == net.alice.engine->node().snapshot());
        for (std::size_t i = 1; i < seen.size(); ++i) QVERIFY(seen[i - 1]->turn < seen[i]->turn);
        handle.reset();
        const auto count = seen.size();
        net.chain.mine(2);
        run_for(net.io, 60ms);
        QCOMPARE(seen.size(), count);
    }

    void listeners_come_and_go() {
        Pair net;
        int first = 0, second = 0;
        auto handle = net.alice.engine->subscribe([&](const api::Notice&) { ++first; });
        std::shared_ptr<void> inner;
        auto nesting = net.alice.engine->subscribe([&](const api::Notice&) {
            if (!inner) inner = net.alice.engine->subscribe([&](const api::Notice&) { ++second; });
        });
        net.chain.mine(1);
        QVERIFY(run_until(net.io, [&] { return first > 0; }));
        const auto heard = first;
        handle.reset();
        net.chain.mine(1);
        QVERIFY(run_until(net.io, [&] { return second > 0; }));
        QCOMPARE(first, heard);
    }
};

RUNNEL_TEST(TestEngine)
#include "test_engine.moc"
