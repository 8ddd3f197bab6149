// What a wallet does when an older copy of its store is started: two whole wallets over real stores
// and a loopback socket, on one simulated chain. The copy's commitments may have been revoked
// since; to publish one would cost everything in the channel.
#include "app/node/wallet_node.h"  // first: Qt's `emit` is a macro

#include "app/common/start.h"
#include "core/bitcoin/address.h"
#include "core/sim/chain.h"
#include "tests/support/test_main.h"
#include "wallet/keys/mnemonic.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::literals;
using namespace std::chrono_literals;

namespace {

/// One chain for all. What is said comes on the thread that does it; the wallets hop to their own.
class TestChain {
public:
    /// What one wallet's source was asked, and whether any of it gets through.
    struct Line {
        chain::ChainSource::Sink sink;
        std::vector<Txid> asked;
        bool cut = false;
    };

    void start(const std::shared_ptr<Line>& line, const chain::StartPoint& from,
               chain::ChainSource::Sink sink) {
        line->sink = std::move(sink);
        m_lines.push_back(line);
        if (!from.known.empty()) {
            for (auto height = from.known.back().height + BlockDelta(1); height <= sim.height();
                 height = height + BlockDelta(1)) {
                line->sink(block_at(height));
            }
        }
        line->sink(status());
    }
    void stop(const std::shared_ptr<Line>& line) { std::erase(m_lines, line); }
    void broadcast(const std::shared_ptr<Line>& line, const std::vector<ports::TxPtr>& transactions,
                   bool gives_way) {
        for (const auto& tx : transactions) line->asked.push_back(tx->txid());
        if (line->cut || (gives_way && sim.spender(transactions.front()->inputs.at(0).previous)))
            return;
        for (const auto& tx : transactions) {
            const bool accepted = bool(sim.submit(*tx));
            if (accepted) tell(ports::MempoolTx{tx});
            line->sink(ports::BroadcastResult{tx->txid(), accepted, ""});
        }
    }
    void mine(unsigned blocks) {
        for (unsigned i = 0; i < blocks; ++i) {
            sim.mine(1);
            tell(block_at(sim.height()));
            tell(status());
        }
    }

    sim::SimChain sim;

private:
    ports::ChainStatus status() const { return {true, true, sim.height(), true, {}}; }
    ports::BlockConnected block_at(BlockHeight height) const {
        const auto block = sim.block(height);
        ports::BlockConnected event{
            height, *sim.hash_at(height), block->header.previous, UnixTime(block->header.time), {}};
        for (std::uint32_t n = 0; n < block->transactions.size(); ++n) {
            event.relevant.push_back(
                {std::make_shared<const bitcoin::Transaction>(block->transactions[n]), n});
        }
        return event;
    }
    void tell(const ports::ChainEvent& event) {
        for (const auto& line : m_lines) line->sink(event);
    }

    std::vector<std::shared_ptr<Line>> m_lines;
};

class Source final : public chain::ChainSource {
public:
    Source(TestChain& chain, std::shared_ptr<TestChain::Line> line)
        : m_chain(chain), m_line(std::move(line)) {}
    void start(chain::StartPoint from, Sink sink) override {
        m_chain.start(m_line, from, std::move(sink));
    }
    void watch(ports::Watch) override {}
    void broadcast(std::vector<ports::TxPtr> transactions, bool gives_way) override {
        m_chain.broadcast(m_line, transactions, gives_way);
    }
    void take_back(const Txid&) override {}
    void stop() override { m_chain.stop(m_line); }

private:
    TestChain& m_chain;
    std::shared_ptr<TestChain::Line> m_line;
};

bool run_until(boost::asio::io_context& io, const std::function<bool()>& check,
               std::chrono::milliseconds limit = 10s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!check()) {
        if (std::chrono::steady_clock::now() > end) return false;
        io.run_one_for(20ms);
        if (io.stopped()) io.restart();
    }
    return true;
}

/// Longer than it takes to look at the tail once more.
constexpr auto a_while = 1300ms;

class Person {
public:
    Person(boost::asio::io_context& io, TestChain& chain, std::uint8_t n)
        : m_io(io), m_chain(chain), m_n(n) {
        store::Store::Creation creation;
        creation.directory = directory();
        creation.network = Network::regtest;
        creation.passphrase = {bytes_of("pass"), false};
        creation.cost = store::Cost::cheap();
        creation.secrets.push_back({std::string(app::words_secret),
                                    keys::Mnemonic::from_entropy(Bytes(16, n))->sentence()});
        auto made = store::Store::create(creation);
        if (!made) qFatal("no store");
        made->reset();
        start();
    }
    ~Person() {
        if (wallet) stop();
    }

    void start() {
        app::WalletNode::Options options;
        options.directory = directory();
        options.config.channels.to_self_delay = 20;
        options.listen_host = "127.0.0.1";
        options.listen_port = port;
        options.chain = [this](boost::asio::io_context&) {
            return std::make_unique<Source>(m_chain, line);
        };
        SecretBytes passphrase(bytes_of("pass"));
        auto opened = app::WalletNode::open(m_io, std::move(options), passphrase);
        if (!opened) qFatal("not opened: %s", opened.error().message.c_str());
        wallet = std::move(*opened);
        port = wallet->listen_port();
        m_listening = wallet->engine().subscribe(
            [this](const api::Notice& notice) { notices.push_back(notice); });
        wallet->start();
    }
    void stop() {
        bool done = false;
        wallet->stop([&] { done = true; });
        if (!run_until(m_io, [&] { return done; })) qFatal("does not stop");
        wallet->close();
        wallet.reset();
    }
    /// As somebody does who puts a backup back. The sidecar stays what it is.
    void keep_copy() const {
        QFile::remove(database() + ".kept");
        if (!QFile::copy(database(), database() + ".kept")) qFatal("no copy");
    }
    void put_copy_back() const {
        for (const char* more : {"", "-wal", "-shm"}) QFile::remove(database() + more);
        if (!QFile::copy(database() + ".kept", database())) qFatal("no copy");
    }
    /// What the store says when it is opened: is a tail owed?
    bool owes_tail() const {
        const auto opened = store::Store::open({directory(), Network::regtest, bytes_of("pass")});
        if (!opened) qFatal("no store");
        return !(*opened)->tail().agrees();
    }

    std::optional<api::CommandResult> ask(decltype(api::Command::wish) wish) {
        api::CommandId id;
        id.raw()[0] = ++m_ids;
        id.raw()[1] = m_n;
        auto answer = std::make_shared<std::optional<api::CommandResult>>();
        wallet->engine().post({id, std::move(wish)}, [answer](const api::CommandResult& result) {
            answer->emplace(result);
        });
        (void)run_until(m_io, [&] { return answer->has_value(); });
        return *answer;
    }
    std::string address() { return std::get<api::AddressMade>(**ask(api::NewAddress{})).address; }
    std::optional<api::ChannelView> channel() const {
        const auto picture = wallet->engine().node().snapshot();
        return picture->channels.empty() ? std::nullopt : std::optional(picture->channels.front());
    }
    bool is_in_doubt() const { return wallet->engine().node().snapshot()->in_doubt; }
    bool was_asked(const Txid& txid) const {
        return std::find(line->asked.begin(), line->asked.end(), txid) != line->asked.end();
    }

    std::unique_ptr<app::WalletNode> wallet;
    std::shared_ptr<TestChain::Line> line = std::make_shared<TestChain::Line>();
    std::vector<api::Notice> notices;
    std::uint16_t port = 0;

private:
    std::filesystem::path directory() const { return m_folder.path().toStdString() + "/wallet"; }
    QString database() const { return m_folder.path() + "/wallet/wallet.db"; }

    boost::asio::io_context& m_io;
    TestChain& m_chain;
    std::uint8_t m_n, m_ids = 0;
    QTemporaryDir m_folder;
    std::shared_ptr<void> m_listening;
};

/// Alice and Bob, and an open channel between them.
struct Scene {
    Scene() {
        for (auto* const person : {&alice, &bob}) {
            for (int i = 0; i < 3; ++i) {
                if (!chain.sim.faucet(*bitcoin::parse_address(person->address(), Network::regtest),
                                      1'000'000_sat))
                    qFatal("dry");
            }
        }
        chain.mine(1);
        wait([&] {
            return alice.wallet->engine().node().snapshot()->balance.onchain == 3'000'000_sat;
        });
        wait([&] {
            return bob.wallet->engine().node().snapshot()->balance.onchain == 3'000'000_sat;
        });
        const auto bob_id = bob.wallet->node_id();
        if (!*alice.ask(api::Connect{bob_id, "127.0.0.1", bob.port})) qFatal("not connected");
        const auto opening =
            alice.ask(api::OpenChannel{bob_id, 500'000_sat, 100'000'000_msat, false, std::nullopt});
        if (!opening || !*opening) qFatal("not opened");
        funding = {std::get<api::ChannelOpening>(**opening).funding_txid, 0};
        wait([&] { return chain.sim.transaction(funding.txid).has_value(); });
        chain.mine(6);
        wait([&] { return alice.channel()->usable && bob.channel()->usable; });
        funding = alice.channel()->funding;
        id = alice.channel()->channel_id;
    }
    void wait(const std::function<bool()>& check) {
        if (!run_until(io, check)) qFatal("waited for in vain");
    }
    void let_time_pass() {
        (void)run_until(
            io, [] { return false; }, a_while);
    }
    /// Alice's store as it is now, below a sidecar that has seen more. With `revoked`, a payment
    /// has passed since.
    void give_alice_an_older_copy(bool revoked) {
        alice.stop();
        alice.keep_copy();
        alice.start();
        if (revoked) {
            wait([&] { return alice.channel()->usable; });
            const auto paid = alice.ask(api::Keysend{bob.wallet->node_id(), 50'000'000_msat});
            if (!paid || !*paid) qFatal("not paid");
        }
        alice.stop();
        alice.put_copy_back();
    }
    std::optional<sim::Spend> spend() const { return chain.sim.spender(funding); }
    Txid closing_txid() const { return *alice.channel()->closing_txid; }

    boost::asio::io_context io{1};
    TestChain chain;
    Person alice{io, chain, 1}, bob{io, chain, 2};
    bitcoin::OutPoint funding;
    ChannelId id;
};

}  // namespace

class TestHoldBack : public QObject {
    Q_OBJECT

private slots:
    void a_close_by_force_waits_for_the_peer();
    void a_revoked_commitment_never_leaves();
    void closing_already_is_no_proof();
    void coins_are_sent_at_once();
    void without_doubt_nothing_waits();
    void a_peer_that_never_comes_back_is_left_at_a_risk();
    void a_close_that_is_held_back_goes_at_a_risk();
    void the_chain_is_not_heard_again_when_the_doubt_ends();
};

void TestHoldBack::a_close_by_force_waits_for_the_peer() {
    Scene on;
    on.give_alice_an_older_copy(false);
    on.bob.stop();
    on.alice.start();
    const auto refused = on.alice.ask(api::CloseChannel{on.id, true});
    QVERIFY(refused && !*refused);
    QCOMPARE(refused->error().kind, api::ProblemKind::store_in_doubt);
    on.let_time_pass();
    QVERIFY(!on.spend());
    QVERIFY(on.alice.is_in_doubt());
    const auto troubles = std::count_if(
        on.alice.notices.begin(), on.alice.notices.end(), [](const api::Notice& notice) {
            const auto* const trouble = std::get_if<api::Trouble>(&notice);
            return trouble != nullptr && trouble->problem.kind == api::ProblemKind::store_in_doubt;
        });
    QCOMPARE(troubles, 1);
    on.alice.stop();
    QVERIFY(on.alice.owes_tail());

    // The peer comes back and knows nothing newer: all is as ever, and people hear so without
    // waiting for the next block.
    on.alice.start();
    on.bob.start();
    on.wait([&] { return on.alice.channel()->usable && !on.alice.is_in_doubt(); });
    const auto closing = on.alice.ask(api::CloseChannel{on.id, true});
    QVERIFY(closing && *closing);
    on.wait([&] { return on.spend().has_value(); });
    on.alice.stop();
    QVERIFY(!on.alice.owes_tail());
}

void TestHoldBack::a_revoked_commitment_never_leaves() {
    Scene on;
    on.give_alice_an_older_copy(true);
    // The peer has closed by force, says so when it is asked, and its transaction has not got
    // anywhere yet.
    on.bob.stop();
    on.bob.line->cut = true;
    on.bob.start();
    QVERIFY(bool(*on.bob.ask(api::CloseChannel{on.id, true})));
    on.alice.start();
    on.wait([&] { return on.alice.channel()->state == "closing"; });
    const auto revoked = on.closing_txid();
    on.let_time_pass();
    QVERIFY(!on.alice.was_asked(revoked));
    QVERIFY(on.alice.is_in_doubt());
    // Neither a block, after which everything that is owed is broadcast again, nor a restart makes
    // it go.
    on.chain.mine(1);
    on.alice.stop();
    QVERIFY(on.alice.owes_tail());
    on.alice.start();
    on.let_time_pass();
    on.chain.mine(1);
    on.let_time_pass();
    QVERIFY(!on.alice.was_asked(revoked));
    QVERIFY(!on.spend());
    QVERIFY(on.alice.is_in_doubt());
    // The peer's own close in a block ends the question, once no small reorg would ask it again.
    on.bob.line->cut = false;
    on.chain.mine(1);
    on.wait([&] { return on.spend().has_value(); });
    on.let_time_pass();
    QVERIFY(on.alice.is_in_doubt());
    on.chain.mine(6);
    on.wait([&] { return !on.alice.is_in_doubt(); });
    on.let_time_pass();
    QVERIFY(!on.alice.was_asked(revoked));
}

void TestHoldBack::closing_already_is_no_proof() {
    Scene on;
    on.bob.stop();
    on.alice.line->cut = true;
    QVERIFY(bool(*on.alice.ask(api::CloseChannel{on.id, true})));
    const auto ours = on.closing_txid();
    on.give_alice_an_older_copy(false);
    on.alice.line->asked.clear();
    on.alice.line->cut = false;
    on.alice.start();
    on.let_time_pass();
    on.chain.mine(1);
    on.let_time_pass();
    QVERIFY(!on.alice.was_asked(ours));
    QVERIFY(on.alice.is_in_doubt());
    // The peer compares, although the channel is over for us.
    on.bob.start();
    on.wait([&] { return on.alice.was_asked(ours) && !on.alice.is_in_doubt(); });
}

void TestHoldBack::coins_are_sent_at_once() {
    Scene on;
    on.give_alice_an_older_copy(false);
    const auto to = on.bob.address();
    on.bob.stop();
    on.alice.start();
    const auto sent = on.alice.ask(api::SendOnchain{to, 100'000_sat, std::nullopt});
    QVERIFY(sent && *sent);
    QVERIFY(on.alice.is_in_doubt());
    QVERIFY(on.chain.sim.transaction(std::get<api::OnchainSent>(**sent).txid).has_value());
}

void TestHoldBack::without_doubt_nothing_waits() {
    Scene on;
    on.bob.stop();
    on.alice.stop();
    on.alice.start();
    QVERIFY(!on.alice.is_in_doubt());
    QVERIFY(bool(*on.alice.ask(api::CloseChannel{on.id, true})));
    on.wait([&] { return on.spend().has_value(); });
}

/// The only way to leave it: refused until the risk is taken by name, then everything comes home.
void TestHoldBack::a_peer_that_never_comes_back_is_left_at_a_risk() {
    Scene on;
    on.give_alice_an_older_copy(false);
    on.bob.stop();
    on.alice.start();
    const auto refused = on.alice.ask(api::CloseChannel{on.id, true});
    QVERIFY(refused && !*refused);
    QCOMPARE(refused->error().kind, api::ProblemKind::store_in_doubt);
    on.wait([&] { return on.alice.channel()->force_held_back; });
    QVERIFY(!on.spend());
    const auto before = on.alice.wallet->engine().node().snapshot()->balance.onchain;
    const auto risked = on.alice.ask(api::CloseChannel{on.id, true, true});
    QVERIFY(risked && *risked);
    on.wait([&] { return on.spend().has_value(); });
    QVERIFY(on.alice.was_asked(on.closing_txid()));
    QVERIFY(!on.alice.channel()->force_held_back);
    // Its claim comes with the blocks, and needs one of its own.
    for (int i = 0; i < 30; ++i) {
        on.chain.mine(1);
        (void)run_until(
            on.io, [] { return false; }, 30ms);
    }
    on.wait([&] {
        const auto balance = on.alice.wallet->engine().node().snapshot()->balance;
        return balance.closing.is_zero() && balance.onchain > before + 380'000_sat;
    });
}

/// One that began by itself, or in an earlier run: the same word lets it go, and stays with the
/// channel.
void TestHoldBack::a_close_that_is_held_back_goes_at_a_risk() {
    Scene on;
    on.bob.stop();
    on.alice.line->cut = true;
    QVERIFY(bool(*on.alice.ask(api::CloseChannel{on.id, true})));
    const auto ours = on.closing_txid();
    on.give_alice_an_older_copy(false);
    on.alice.line->asked.clear();
    on.alice.line->cut = false;
    on.alice.start();
    const auto refused = on.alice.ask(api::CloseChannel{on.id, true});
    QVERIFY(refused && !*refused);
    QVERIFY(on.alice.channel()->force_held_back);
    on.let_time_pass();
    QVERIFY(!on.alice.was_asked(ours));
    const auto risked = on.alice.ask(api::CloseChannel{on.id, true, true});
    QVERIFY(risked && *risked);
    on.wait([&] { return on.alice.was_asked(ours) && !on.alice.is_in_doubt(); });
    QVERIFY(on.spend().has_value());
}

/// What the source said before a sleep says nothing of where the chain is now.
void TestHoldBack::the_chain_is_not_heard_again_when_the_doubt_ends() {
    Scene on;
    on.give_alice_an_older_copy(false);
    on.bob.stop();
    on.alice.start();
    on.let_time_pass();
    QVERIFY(on.alice.is_in_doubt());
    const auto heard = on.alice.wallet->engine().node().state().health.last_good_ms;
    on.bob.start();
    on.wait([&] { return !on.alice.is_in_doubt(); });
    QCOMPARE(on.alice.wallet->engine().node().state().health.last_good_ms, heard);
}

RUNNEL_TEST(TestHoldBack)
#include "test_hold_back.moc"
