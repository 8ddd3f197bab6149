#include "tests/support/test_main.h"

#include "core/sim/memory_store.h"

#include "tests/support/fault_journal.h"

using namespace runnel;
using ports::RecordKind;

namespace {

struct State : ports::Sealed {
    explicit State(int n) : number(n) {}
    int number;
};

ports::Records one(int n) {
    const auto byte = static_cast<std::uint8_t>(n);
    return {ports::Put{RecordKind::payment, {byte}, {byte, byte}}, ports::Append{{7}, {byte}}};
}

/// The number behind the seal, -1 for an error, -2 when no answer came.
int commit(ports::Journal& journal, int n, ports::Records records) {
    int out = -2;
    journal.commit(ports::Turn(std::move(records), std::make_unique<State>(n)), [&](auto answer) {
        out = answer ? static_cast<State&>(*answer->take()).number : -1;
    });
    return out;
}

}  // namespace

class TestMemoryStore : public QObject {
    Q_OBJECT
private slots:
    void keeps_and_scans() {
        sim::MemoryStore store;
        ports::Records records;
        for (std::uint8_t i = 0; i < 5; ++i)
            records.push_back(ports::Put{RecordKind::payment, {i}, {i, 9}});
        records.push_back(ports::Put{RecordKind::invoice, {1}, {1}});
        records.push_back(ports::Put{RecordKind::incoming, {1}, {2}});
        QCOMPARE(commit(store, 42, records), 42);
        QCOMPARE(store.get(RecordKind::payment, Bytes{3}), std::optional<Bytes>(Bytes{3, 9}));
        QVERIFY(!store.get(RecordKind::payment, Bytes{5}));

        Bytes seen;
        const auto note = [&](ByteView key, ByteView) {
            seen.push_back(key[0]);
            return true;
        };
        store.scan(RecordKind::payment, {}, note);
        QCOMPARE(seen, (Bytes{0, 1, 2, 3, 4}));
        seen.clear();
        store.scan(RecordKind::payment, Bytes{3}, note);
        QCOMPARE(seen, (Bytes{3, 4}));
        seen.clear();
        store.scan_back(RecordKind::payment, {}, note);
        QCOMPARE(seen, (Bytes{4, 3, 2, 1, 0}));
        seen.clear();
        store.scan_back(RecordKind::payment, Bytes{2}, note);
        QCOMPARE(seen, (Bytes{1, 0}));

        QCOMPARE(commit(store, 1, {ports::Erase{RecordKind::payment, {3}}}), 1);
        QVERIFY(!store.get(RecordKind::payment, Bytes{3}));
    }

    void chains_entries() {
        sim::MemoryStore store;
        QCOMPARE(commit(store, 1, one(1)), 1);
        QCOMPARE(commit(store, 2, one(2)), 2);
        const auto& journal = store.image().journal;
        QCOMPARE(journal.size(), std::size_t{2});
        const auto first = ports::chain_hash(Hash256{}, Bytes{7}, Bytes{1});
        QCOMPARE(journal[0].hash.hex(), first.hex());
        QCOMPARE(journal[1].hash.hex(), ports::chain_hash(first, Bytes{7}, Bytes{2}).hex());
    }

    void crashes_where_told() {
        sim::MemoryStore before;
        before.crash_before(2);
        QCOMPARE(commit(before, 1, one(1)), 1);
        QCOMPARE(commit(before, 2, one(2)), -2);
        QVERIFY(before.crashed());
        QCOMPARE(commit(before, 3, one(3)), -2);
        QCOMPARE(before.image().commits, std::uint64_t{1});

        sim::MemoryStore after;
        after.crash_after(2);
        QCOMPARE(commit(after, 1, one(1)), 1);
        QCOMPARE(commit(after, 2, one(2)), -2);
        QCOMPARE(after.image().commits, std::uint64_t{2});

        // A restart from the image goes on where it was.
        sim::MemoryStore again(after.image());
        QCOMPARE(commit(again, 3, one(3)), 3);
        QCOMPARE(again.image().journal.size(), std::size_t{3});

        sim::MemoryStore failing;
        failing.fail_commit(1, ports::CommitError::Kind::disk_full);
        QCOMPARE(commit(failing, 1, one(1)), -1);
        QCOMPARE(commit(failing, 2, one(2)), -1);
        QCOMPARE(failing.image().commits, std::uint64_t{0});
    }

    void answers_when_told() {
        sim::MemoryStore store({}, sim::MemoryStore::Answer::when_told);
        int answered = 0;
        store.commit(ports::Turn(one(1), std::make_unique<State>(1)), [&](auto) { ++answered; });
        QCOMPARE(answered, 0);
        QCOMPARE(store.unanswered(), std::size_t{1});
        QCOMPARE(store.image().commits, std::uint64_t{0});
        QVERIFY(store.answer_next());
        QCOMPARE(answered, 1);
        QCOMPARE(store.image().commits, std::uint64_t{1});
        QVERIFY(!store.answer_next());
        // A turn without records is done at once.
        QCOMPARE(commit(store, 5, {}), 5);
    }

    void decorator_has_the_same_words() {
        sim::MemoryStore store;
        test::FaultJournal faulty(store, {test::CrashAfter{2}});
        QCOMPARE(commit(faulty, 1, one(1)), 1);
        QCOMPARE(commit(faulty, 2, one(2)), -2);
        QVERIFY(faulty.crashed());
        QCOMPARE(store.image().commits, std::uint64_t{2});
        QCOMPARE(commit(faulty, 3, one(3)), -2);
        QCOMPARE(store.image().commits, std::uint64_t{2});

        test::FaultJournal dead(store, {test::CrashBefore{1}});
        QCOMPARE(commit(dead, 1, one(1)), -2);
        QCOMPARE(store.image().commits, std::uint64_t{2});

        test::FaultJournal failing(store, {test::FailCommit{1}});
        QCOMPARE(commit(failing, 1, one(1)), -1);
        QCOMPARE(commit(failing, 2, one(2)), -1);
        QCOMPARE(store.image().commits, std::uint64_t{2});
    }
};

RUNNEL_TEST(TestMemoryStore)
#include "test_memory_store.moc"
