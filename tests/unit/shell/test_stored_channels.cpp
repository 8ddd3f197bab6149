// Channels in a store that somebody has changed with the key in hand: an older record put back
// would be a revoked state, and publishing it would cost everything. Each is named at start, and
// nothing starts.
#include "tests/scenario/duo.h"

#include "core/channel/store.h"
#include "core/crypto/hash.h"
#include "wallet/store/database.h"
#include "wallet/store/store.h"

#include <QTemporaryDir>

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;
using ports::RecordKind;

namespace {

using Loaded = Result<node::Node, node::LoadError>;

Loaded load(const ports::RecordReader& store) {
    const auto parts = parts_for(1);
    return node::Node::load(parts.config, parts.keys, parts.planner, store);
}

/// Alice's disk, and her channel's record in a state before: three payments, and one HTLC under
/// way.
struct Lives {
    Lives() {
        id = net.open(net.alice, net.bob, 1'000'000_sat, 100'000'000_msat);
        (void)net.pays(net.alice, net.bob, 1'000'000_msat);
        older = net.alice.store().image().records.at(RecordKind::channel).at(to_bytes(id.view()));
        (void)net.pays(net.alice, net.bob, 2'000'000_msat);
        net.net.cut_on(net.bob, net.alice,
                       {sim::Cut::When::before, wire::Type::update_fulfill_htlc, 1});
        (void)net.start_payment(net.alice, net.invoice(net.bob, 3'000'000_msat));
        net.net.settle();
        disk = net.alice.store().image();
    }
    ~Lives() { (void)net.check(); }

    Duo net;
    ChannelId id;
    Bytes older;
    sim::DiskImage disk;
};

/// The same over a real store.
class RealStore {
public:
    explicit RealStore(const sim::DiskImage& disk) {
        store::Store::Creation creation;
        creation.directory = path();
        creation.passphrase = {bytes_of("correct horse"), false};
        creation.cost = store::Cost::cheap();
        for (const auto& [kind, rows] : disk.records) {
            for (const auto& [key, value] : rows)
                creation.records.push_back(ports::Put{kind, key, value});
        }
        for (const auto& entry : disk.journal)
            creation.records.push_back(ports::Append{entry.subject, entry.body});
        if (!store::Store::create(creation)) qFatal("create");
    }
    void put(RecordKind kind, const Bytes& key, const Bytes& value) const {
        const auto secret = store::Envelope(path()).open(bytes_of("correct horse"));
        auto db = std::move(*store::Connection::open(path() / "wallet.db", *secret,
                                                     store::Connection::Access::write));
        auto statement =
            std::move(*db.prepare("UPDATE records SET value = ? WHERE kind = ? AND key = ?"));
        if (!statement.bind(1, value).bind(2, static_cast<std::int64_t>(kind)).bind(3, key).run())
            qFatal("update");
        // As after a clean stop: what is left of a log would be noticed for itself.
        statement.reset();
        if (!db.checkpoint(store::Connection::Checkpoint::truncate)) qFatal("checkpoint");
    }
    std::unique_ptr<store::Store> open() const {
        auto opened = store::Store::open({path(), Network::regtest, bytes_of("correct horse")});
        if (!opened) qFatal("open: %s", store::describe(opened.error()).c_str());
        return std::move(*opened);
    }

private:
    std::filesystem::path path() const { return m_directory.path().toStdString() + "/wallet"; }
    QTemporaryDir m_directory;
};

}  // namespace

class TestStoredChannels : public QObject {
    Q_OBJECT

private slots:
    void an_older_record_put_back_is_named();
    void a_changed_row_of_an_htlc_is_named();
    void a_record_that_is_gone_is_named();
    void a_record_without_a_journal_is_named();
    void what_the_first_versions_wrote_is_compared_too();
    void what_is_forgotten_is_not_missed();
};

void TestStoredChannels::an_older_record_put_back_is_named() {
    const Lives lives;
    const RealStore real(lives.disk);
    QVERIFY(bool(load(real.open()->reader())));
    real.put(RecordKind::channel, to_bytes(lives.id.view()), lives.older);
    // To the store every row and every chain is whole.
    const auto store = real.open();
    QVERIFY(store->tail().agrees() && store->damage().empty());
    const auto loaded = load(store->reader());
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().record, "channel " + lives.id.hex());
    QVERIFY2(loaded.error().cause.find("journal") != std::string::npos,
             loaded.error().cause.c_str());
}

void TestStoredChannels::a_changed_row_of_an_htlc_is_named() {
    const Lives lives;
    const auto& rows = lives.disk.records.at(RecordKind::htlc_onion);
    QCOMPARE(rows.size(), std::size_t{1});
    // Another hash: the HTLC that a peer takes would not be the one that is waited for.
    auto disk = lives.disk;
    auto& row = disk.records.at(RecordKind::htlc_onion).begin()->second;
    row[row.size() / 2] = static_cast<std::uint8_t>(row[row.size() / 2] ^ 1);
    const auto loaded = load(sim::MemoryStore(disk));
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().record, "channel " + lives.id.hex());
}

void TestStoredChannels::a_record_that_is_gone_is_named() {
    const Lives lives;
    auto disk = lives.disk;
    disk.records.erase(RecordKind::channel);
    const auto loaded = load(sim::MemoryStore(disk));
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().record, "channel " + lives.id.hex());
    // Nor does an entry that nobody can read say that it may be gone.
    disk.apply({ports::Append{to_bytes(lives.id.view()), {1, 2, 3}}});
    const auto unreadable = load(sim::MemoryStore(disk));
    QVERIFY(!unreadable);
    QCOMPARE(unreadable.error().record, "channel " + lives.id.hex());
    QVERIFY2(unreadable.error().cause.find("journal") != std::string::npos,
             unreadable.error().cause.c_str());
}

void TestStoredChannels::a_record_without_a_journal_is_named() {
    const Lives lives;
    auto disk = lives.disk;
    disk.journal.clear();
    QVERIFY(!load(sim::MemoryStore(disk)));
    // An entry that says nothing is none.
    disk.apply({ports::Append{to_bytes(lives.id.view()), {1, 2, 3}}});
    QVERIFY(!load(sim::MemoryStore(disk)));
}

void TestStoredChannels::what_the_first_versions_wrote_is_compared_too() {
    const Lives lives;
    constexpr std::uint8_t awaiting_confirmation = 3, normal = 5;
    const auto entry_of = [](const Bytes& record, std::uint8_t state) {
        Writer entry;
        entry.u8(state).u64(7).u64(8).fixed(
            crypto::sha256(record));  // state, both commitment numbers, the record alone
        return entry.take();
    };
    auto disk = lives.disk;
    disk.apply(
        {ports::Append{to_bytes(lives.id.view()),
                       entry_of(disk.records.at(RecordKind::channel).begin()->second, normal)}});
    QVERIFY(bool(load(sim::MemoryStore(disk))));
    disk.records.at(RecordKind::channel).begin()->second = lives.older;
    QVERIFY(!load(sim::MemoryStore(disk)));
    // Nothing in it told that a channel was forgotten. One that was open never is.
    const auto record = disk.records.at(RecordKind::channel).begin()->second;
    disk.records.erase(RecordKind::channel);
    QVERIFY(!load(sim::MemoryStore(disk)));
    disk.apply({ports::Append{to_bytes(lives.id.view()), entry_of(record, awaiting_confirmation)}});
    QVERIFY(bool(load(sim::MemoryStore(disk))));
}

void TestStoredChannels::what_is_forgotten_is_not_missed() {
    const Lives lives;
    const RealStore real(lives.disk);
    const auto loaded = load(sim::MemoryStore(lives.disk));
    QVERIFY(bool(loaded));
    ports::Records forgotten;
    channel::put_forgotten(*loaded->state().channels.at(lives.id), forgotten);
    // Read while it is written to: the reader knows of what came since it was opened.
    const auto store = real.open();
    QVERIFY(bool(load(store->reader())));
    std::optional<ports::CommitError> error;
    bool done = false;
    store->journal().commit(ports::Turn(std::move(forgotten), nullptr), [&](auto result) {
        if (!result) error = result.error();
        done = true;
    });
    store->close();
    QVERIFY(done && !error);
    const auto after = load(store->reader());
    QVERIFY2(bool(after), after ? "" : after.error().cause.c_str());
    QVERIFY(after->state().channels.empty());
}

RUNNEL_TEST(TestStoredChannels)
#include "test_stored_channels.moc"
