// The wallet's source on the practice network, over the chain's real side of the protocol in the
// same process: what it asks for and in which order, how far it says a search is, and when it holds
// a transaction back.
#include "tests/support/test_main.h"  // first: what moc reads before QObject, it reads wrongly

#include "app/control/line_server.h"
#include "app/practice/places.h"
#include "app/practice/source.h"
#include "app/runnel-practice/chain_methods.h"
#include "core/bitcoin/script.h"
#include "tests/support/chain_log.h"

#include <QTemporaryDir>

#include <map>

using namespace runnel;
using namespace runnel::practice;
using namespace runnel::test;
using namespace runnel::literals;
using namespace std::chrono_literals;

namespace {

constexpr UnixTime now{1'760'000'000};

/// Anybody's coins: a script that is true.
bitcoin::Script anybody() { return bitcoin::p2wsh(bitcoin::Script{0x52}); }
/// The wallet's; nothing has to spend them.
bitcoin::Script ours(std::uint8_t number = 0x53) { return bitcoin::p2wsh(bitcoin::Script{number}); }

bitcoin::Transaction spend(const bitcoin::OutPoint& coin, Sat amount) {
    bitcoin::Transaction tx;
    tx.version = 2;
    tx.inputs = {{coin, {}, 0xfffffffd, {{0x52}}}};
    tx.outputs = {{amount, anybody()}};
    return tx;
}

ports::TxPtr shared(const bitcoin::Transaction& tx) {
    return std::make_shared<const bitcoin::Transaction>(tx);
}

DurableChain open_chain(const QTemporaryDir& folder) {
    auto opened = DurableChain::open(folder.path().toStdString() + "/chain", now, 7);
    if (!opened) qFatal("%s", opened.error().cause.c_str());
    return std::move(*opened);
}

/// The source, and the chain that it follows.
struct Rig : ChainLog {
    Rig()
        : network(open_chain(temporary)),
          methods(network),
          source(std::make_unique<PracticeSource>(io, folder(), LogSink())) {
        appear();
    }
    ~Rig() {
        source->stop();
        server.reset();
        io.restart();
        io.run_for(2s);
    }

    void start(chain::StartPoint from) {
        source->start(std::move(from), [this](ports::ChainEvent event) { take(std::move(event)); });
    }
    /// A wallet that has seen every block so far.
    void start_at_tip() {
        start({{{network.chain().height(), network.chain().tip()}}, BlockHeight(1)});
        if (!until([&] { return status.synced; })) qFatal("not synced");
    }
    void appear() {
        control::LineServer::Options options;
        options.directory = folder();
        options.most_request = max_practice_request;
        options.greeting = [] { return json::object{{"practice", protocol_version}}; };
        options.on_client = [this](const auto& client) {
            client->send({{"news", to_json(methods.news())}});
        };
        options.on_request = [this](const auto& client, const control::LineRequest& request) {
            asked.push_back(request);
            if (before_answer) before_answer(request);
            if (server) client->answer(request.id, methods.call(request.method, request.params));
        };
        auto opened = control::LineServer::open(io, std::move(options));
        if (!opened) qFatal("%s", opened.error().c_str());
        server = std::move(*opened);
    }
    void vanish() { server.reset(); }
    void announce() { server->send_all({{"news", to_json(methods.news())}}); }
    void mine(unsigned count) {
        network.mine(count, now);
        announce();
    }
    bitcoin::OutPoint faucet(const bitcoin::Script& script, Sat amount) {
        const auto paid = network.faucet(script, amount);
        if (!paid) qFatal("the faucet pays nothing");
        announce();
        return *paid;
    }
    void submit(const bitcoin::Transaction& tx) {
        const auto accepted = network.submit(tx);
        if (!accepted) qFatal("%s", std::string(sim::to_string(accepted.error().reason)).c_str());
        announce();
    }
    std::filesystem::path folder() const { return temporary.path().toStdString(); }
    /// Until nobody has anything to say to anybody.
    void settle() {
        io.restart();
        while (io.poll() > 0) {
        }
    }
    int count(std::string_view method) const {
        return static_cast<int>(std::count_if(
            asked.begin(), asked.end(), [&](const auto& one) { return one.method == method; }));
    }
    std::vector<ports::SearchProgress> progress() const { return all<ports::SearchProgress>(); }
    std::vector<ports::BroadcastResult> results() const { return all<ports::BroadcastResult>(); }
    bool is_done(std::uint64_t search) const {
        const auto said = progress();
        return !said.empty() && said.back().search == search && !said.back().next;
    }

    QTemporaryDir temporary;
    DurableChain network;
    ChainMethods methods;
    std::unique_ptr<control::LineServer> server;
    std::unique_ptr<PracticeSource> source;
    std::vector<control::LineRequest> asked;
    std::function<void(const control::LineRequest&)> before_answer;
};

}  // namespace

class TestSource : public QObject {
    Q_OBJECT

private slots:
    void follows_blocks_and_finds_what_is_watched();
    void says_how_far_a_search_is();
    void a_search_goes_on_after_a_cut();
    void a_search_of_what_came_meanwhile();
    void gives_way_to_a_rival();
    void looks_for_a_rival_before_it_sends();
    void what_gives_way_waits_for_the_network();
    void what_is_taken_back_is_not_sent();
};

void TestSource::follows_blocks_and_finds_what_is_watched() {
    Rig rig;
    rig.start({{}, BlockHeight(1)});
    QVERIFY(rig.reaches(101, rig.network.chain().tip()));
    QCOMPARE(rig.blocks.front().first, 1U);
    rig.source->watch({ports::WatchScript{ours()}, BlockHeight(102)});
    const auto coin = rig.faucet(ours(), 5'000_sat);
    QVERIFY(rig.until([&] { return rig.told_mempool(coin.txid); }));
    rig.mine(3);
    QVERIFY(rig.reaches(104, rig.network.chain().tip()));
    QCOMPARE(rig.confirmed(coin.txid), std::optional(102U));
    // Only news make it ask: a quiet chain is not polled.
    const auto before = rig.asked.size();
    rig.run(100ms);
    QCOMPARE(rig.asked.size(), before);
}

void TestSource::says_how_far_a_search_is() {
    Rig rig;
    rig.mine(300);
    const auto coin = rig.faucet(ours(), 5'000_sat);
    rig.mine(150);
    const auto found_at = rig.network.chain().transaction(coin.txid)->height->raw();
    const auto tip = rig.network.chain().height().raw();
    rig.start_at_tip();
    rig.source->watch({ports::WatchScript{ours()}, BlockHeight(1), 7});
    QVERIFY(rig.until([&] { return rig.is_done(7); }));
    // Several answers' worth of blocks; what lies below a height that was told has been told
    // before.
    QVERIFY(rig.progress().size() >= 3);
    bool found = false;
    std::uint32_t next = 0;
    for (const auto& event : rig.events) {
        if (const auto* const late = std::get_if<ports::LateConfirmation>(&event)) {
            QCOMPARE(late->height.raw(), found_at);
            QVERIFY(!found);
            found = true;
        }
        const auto* const said = std::get_if<ports::SearchProgress>(&event);
        if (said == nullptr) continue;
        QCOMPARE(said->search, std::uint64_t{7});
        QVERIFY(!said->next || (said->next->raw() > next && said->next->raw() <= tip + 1));
        if (said->next) next = said->next->raw();
        QCOMPARE(found, !said->next || said->next->raw() > found_at);
    }
    QVERIFY(found);
    // Nothing is there to be searched any more, but an answer is owed.
    const auto blocks = rig.count("blocks");
    rig.source->watch({ports::WatchScript{ours()}, BlockHeight(1), 8});
    QVERIFY(rig.until([&] { return rig.is_done(8); }));
    QCOMPARE(rig.count("blocks"), blocks);
    // What has no number is searched and says nothing.
    const auto said = rig.progress().size();
    rig.source->watch({ports::WatchScript{ours(0x55)}, BlockHeight(1)});
    rig.settle();
    QCOMPARE(rig.count("blocks"), blocks + 3);
    QCOMPARE(rig.progress().size(), said);
    // And nothing is searched above the tip.
    rig.source->watch({ports::WatchScript{ours(0x56)}, BlockHeight(tip + 1), 9});
    QVERIFY(rig.until([&] { return rig.is_done(9); }));
    QCOMPARE(rig.count("blocks"), blocks + 3);
}

void TestSource::a_search_goes_on_after_a_cut() {
    Rig rig;
    const auto coin = rig.faucet(ours(), 5'000_sat);
    rig.mine(450);
    rig.start_at_tip();
    // The network dies with the second question unanswered.
    rig.asked.clear();
    rig.before_answer = [&](const auto& request) {
        if (request.method == "blocks" && rig.count("blocks") == 2) rig.vanish();
    };
    rig.source->watch({ports::WatchScript{ours()}, BlockHeight(1), 4});
    QVERIFY(rig.until([&] { return !rig.status.reachable; }));
    QCOMPARE(rig.progress().size(), std::size_t{1});
    QCOMPARE(*rig.progress().front().next, BlockHeight(201));
    rig.before_answer = nullptr;
    rig.asked.clear();
    rig.appear();
    QVERIFY(rig.until([&] { return rig.is_done(4); }));
    // From where it was, not from the beginning; and what was found is not told twice.
    for (const auto& one : rig.asked) {
        if (one.method == "blocks")
            QVERIFY(one.params.at("from").to_number<std::uint32_t>() >= 201);
    }
    QCOMPARE(rig.all<ports::LateConfirmation>().size(), std::size_t{1});
    QCOMPARE(rig.late(coin.txid), std::optional(102U));
    QVERIFY(rig.until([&] { return rig.status.synced; }));
}

void TestSource::a_search_of_what_came_meanwhile() {
    Rig rig;
    const auto first = rig.faucet(ours(), 5'000_sat);
    const auto second = rig.faucet(ours(0x55), 6'000_sat);
    rig.mine(450);
    rig.start_at_tip();
    // Asked for in the middle of another search, of blocks that one has behind it.
    rig.asked.clear();
    rig.before_answer = [&](const auto& request) {
        if (request.method != "blocks" || rig.count("blocks") != 2) return;
        rig.source->watch({ports::WatchScript{ours(0x55)}, BlockHeight(1), 10});
    };
    rig.source->watch({ports::WatchScript{ours()}, BlockHeight(1), 9});
    QVERIFY(rig.until([&] { return rig.is_done(10); }));
    QVERIFY(rig.late(first.txid) && rig.late(second.txid));
    // Only when both are done is either, and never is a height told for 10 that was searched for 9
    // alone.
    bool found = false;
    for (const auto& event : rig.events) {
        if (const auto* const late = std::get_if<ports::LateConfirmation>(&event))
            found = found || late->tx.tx->txid() == second.txid;
        const auto* const said = std::get_if<ports::SearchProgress>(&event);
        if (said == nullptr) continue;
        QVERIFY(said->search == 10 || said->next);
        if (said->search == 10) QVERIFY(found);
    }
    // The mempool counts as well: what is still there comes at the end of a search.
    const auto waiting = rig.faucet(ours(0x56), 7'000_sat);
    rig.settle();
    QVERIFY(!rig.told_mempool(waiting.txid));
    rig.source->watch({ports::WatchScript{ours(0x56)}, BlockHeight(1), 11});
    QVERIFY(rig.until([&] { return rig.is_done(11); }));
    QVERIFY(rig.told_mempool(waiting.txid));
}

void TestSource::gives_way_to_a_rival() {
    Rig rig;
    const auto coin = rig.faucet(anybody(), 50'000_sat);
    rig.mine(1);
    const auto theirs = spend(coin, 49'000_sat);
    const auto mine = spend(coin, 45'000_sat);
    const auto child = spend({mine.txid(), 0}, 40'000_sat);
    rig.start_at_tip();
    rig.submit(theirs);
    rig.settle();

    // As a package: neither leaves, both are answered, and the rival is told although nobody
    // watched for it.
    rig.source->broadcast({shared(mine), shared(child)}, true);
    QVERIFY(rig.until([&] { return rig.results().size() == 2; }));
    for (const auto& [result, tx] :
         {std::pair(rig.results()[0], &mine), std::pair(rig.results()[1], &child)}) {
        QCOMPARE(result.txid, tx->txid());
        QVERIFY(!result.accepted);
        QCOMPARE(result.reason, "gives way to " + display_hex(theirs.txid()));
    }
    QCOMPARE(rig.count("broadcast"), 0);
    QVERIFY(rig.told_mempool(theirs.txid()));
    QVERIFY(rig.network.chain().mempool().contains(theirs.txid()));

    // What is there itself is no rival, and what conflicts with nothing is sent.
    rig.source->broadcast({shared(theirs)}, true);
    QVERIFY(rig.until([&] { return rig.results().size() == 3; }));
    QVERIFY(rig.results()[2].accepted);
    const auto grandchild = spend({theirs.txid(), 0}, 48'000_sat);
    rig.source->broadcast({shared(grandchild)}, true);
    QVERIFY(rig.until([&] { return rig.results().size() == 4; }));
    QVERIFY(rig.results()[3].accepted);

    // Without giving way it is sent, and takes the other's place: it pays more.
    rig.source->broadcast({shared(mine)});
    QVERIFY(rig.until([&] { return rig.results().size() == 5; }));
    QVERIFY2(rig.results()[4].accepted, rig.results()[4].reason.c_str());
    QVERIFY(rig.network.chain().mempool().contains(mine.txid()) &&
            !rig.network.chain().mempool().contains(theirs.txid()));
    QCOMPARE(rig.count("broadcast"), 3);
}

void TestSource::looks_for_a_rival_before_it_sends() {
    Rig rig;
    const auto coin = rig.faucet(anybody(), 50'000_sat);
    rig.mine(1);
    rig.start_at_tip();
    rig.settle();
    rig.asked.clear();
    // Asked for while a block is read: of the mempool that came with it nothing is known yet.
    rig.before_answer = [&](const auto& request) {
        if (request.method == "blocks")
            rig.source->broadcast({shared(spend(coin, 45'000_sat))}, true);
    };
    rig.network.mine(1, now);
    const auto theirs = spend(coin, 49'000_sat);
    rig.submit(theirs);
    QVERIFY(rig.until([&] { return rig.results().size() == 1; }));
    QVERIFY(!rig.results()[0].accepted);
    QVERIFY(rig.told_mempool(theirs.txid()));
    QCOMPARE(rig.count("broadcast"), 0);
    rig.before_answer = nullptr;
    // In a block a rival is the chain's to refuse: then the network says so itself.
    rig.mine(1);
    rig.settle();
    rig.source->broadcast({shared(spend(coin, 44'000_sat))}, true);
    QVERIFY(rig.until([&] { return rig.results().size() == 2; }));
    QVERIFY(!rig.results()[1].accepted);
    QCOMPARE(rig.results()[1].reason, std::string("bad-txns-inputs-missingorspent"));
}

void TestSource::what_gives_way_waits_for_the_network() {
    Rig rig;
    const auto coin = rig.faucet(anybody(), 50'000_sat);
    rig.mine(1);
    rig.start_at_tip();
    rig.vanish();
    QVERIFY(rig.until([&] { return !rig.status.reachable; }));
    rig.source->broadcast({shared(spend(coin, 45'000_sat))}, true);
    rig.run(100ms);
    QVERIFY(rig.results().empty());
    // While it was away, the other one came in: that is looked at before anything is sent.
    const auto theirs = spend(coin, 49'000_sat);
    QVERIFY(rig.network.submit(theirs).has_value());
    rig.asked.clear();
    rig.appear();
    QVERIFY(rig.until([&] { return rig.results().size() == 1; }));
    QVERIFY(!rig.results()[0].accepted);
    QVERIFY(rig.told_mempool(theirs.txid()));
    QCOMPARE(rig.count("broadcast"), 0);
}

void TestSource::what_is_taken_back_is_not_sent() {
    Rig rig;
    const auto coin = rig.faucet(anybody(), 50'000_sat);
    const auto other = rig.faucet(anybody(), 50'000_sat);
    rig.mine(1);
    rig.start_at_tip();
    rig.vanish();
    QVERIFY(rig.until([&] { return !rig.status.reachable; }));
    const auto revoked = spend(coin, 45'000_sat);
    const auto child = spend({revoked.txid(), 0}, 40'000_sat);
    const auto kept = spend(other, 45'000_sat);
    rig.source->broadcast({shared(revoked), shared(child)});
    rig.source->broadcast({shared(revoked)}, true);
    rig.source->broadcast({shared(kept)});
    rig.source->take_back(revoked.txid());
    rig.run(100ms);
    rig.asked.clear();
    rig.appear();
    QVERIFY(rig.until([&] { return !rig.results().empty(); }));
    rig.settle();
    QCOMPARE(rig.results().size(), std::size_t{1});
    QCOMPARE(rig.results()[0].txid, kept.txid());
    QCOMPARE(rig.count("broadcast"), 1);
    QVERIFY(!rig.network.chain().mempool().contains(revoked.txid()));
}

RUNNEL_TEST(TestSource)
#include "test_source.moc"
