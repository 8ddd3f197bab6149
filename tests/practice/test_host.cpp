// What keeps the practice network running, over programs that die as they are told to: it comes
// back soon, ever later while nothing helps, and says why each time.
#include "tests/support/test_main.h"  // first: what moc reads before QObject, it reads wrongly

#include "app/practice/host.h"
#include "app/practice/places.h"

#include <QFile>
#include <QTemporaryDir>

#include <chrono>
#include <condition_variable>
#include <mutex>

using namespace runnel;
using namespace runnel::practice;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
using Stand = api::PracticeState::Stand;

/// A host over a shell script, and everything it said of how that stands.
class Hosted {
public:
    struct Said {
        api::PracticeState state;
        Clock::time_point at;
    };

    explicit Hosted(const QByteArray& script, std::chrono::milliseconds well_after = 30s) {
        QFile program(m_folder.filePath("child"));
        if (!program.open(QIODevice::WriteOnly)) qFatal("no script");
        program.write("#!/bin/sh\n" + script + "\n");
        program.close();
        program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        PracticeHost::Options options;
        options.directory = m_folder.path().toStdString();
        options.program = program.fileName().toStdString();
        options.well_after = well_after;
        options.on_state = [this](const api::PracticeState& state) {
            const std::lock_guard lock(m_mutex);
            m_said.push_back({state, Clock::now()});
            m_more.notify_all();
        };
        options.on_refused = [this](const control::Failure& failure) {
            const std::lock_guard lock(m_mutex);
            m_refused = failure.kind;
            m_more.notify_all();
        };
        m_host.emplace(std::move(options));
    }
    /// The first `count` of them.
    std::vector<Said> hear(std::size_t count) {
        std::unique_lock lock(m_mutex);
        if (!m_more.wait_for(lock, 20s, [&] { return m_said.size() >= count; }))
            qFatal("it does not say that much");
        return {m_said.begin(), m_said.begin() + static_cast<std::ptrdiff_t>(count)};
    }
    std::string refused() {
        std::unique_lock lock(m_mutex);
        m_more.wait_for(lock, 20s, [&] { return !m_refused.empty(); });
        return m_refused;
    }

private:
    QTemporaryDir m_folder;
    std::mutex m_mutex;
    std::condition_variable m_more;
    std::vector<Said> m_said;
    std::string m_refused;
    std::optional<PracticeHost> m_host;  // last: its thread calls into the others
};

}  // namespace

class TestHost : public QObject {
    Q_OBJECT

private slots:
    void ready_and_dead_at_once_is_started_ever_later();
    void not_ready_at_all_too();
    void what_lived_well_is_forgiven();
    void what_ended_it_is_said();
    void a_refusal_is_the_end();
};

void TestHost::ready_and_dead_at_once_is_started_ever_later() {
    Hosted host("echo ready; exit 7");
    const auto said = host.hear(12);
    for (std::size_t i = 0; i < said.size(); ++i) {
        // Ready, ended, ready, ended ...; each end counts, and the next start is twice as far away.
        const auto ends = static_cast<std::uint32_t>((i + 1) / 2);
        QCOMPARE(said[i].state.stand, i % 2 == 0 ? Stand::running : Stand::restarting);
        QCOMPARE(said[i].state.ends, ends);
        if (i % 2 == 1) QCOMPARE(said[i].state.code, std::optional(7));
        if (i % 2 == 1 || i == 0) continue;
        const auto pause = 20ms * (1 << (ends - 1));
        QVERIFY2(said[i].at - said[i - 1].at >= pause,
                 qPrintable(QString("after end %1").arg(ends)));
    }
}

void TestHost::not_ready_at_all_too() {
    Hosted host("exit 7");
    const auto said = host.hear(6);
    for (std::size_t i = 0; i < said.size(); ++i) {
        QCOMPARE(said[i].state.stand, Stand::restarting);
        QCOMPARE(said[i].state.ends, static_cast<std::uint32_t>(i + 1));
        if (i > 0) QVERIFY(said[i].at - said[i - 1].at >= 20ms * (1 << (i - 1)));
    }
}

void TestHost::what_lived_well_is_forgiven() {
    // The first three die at once; from then on each lives for longer than it takes to be forgiven.
    Hosted host(
        "echo x >>$0.runs; echo ready; test $(wc -l <$0.runs) -le 3 && exit 7; sleep 1; exit 8",
        200ms);
    std::vector<std::uint32_t> ends;
    for (const auto& [state, at] : host.hear(12)) ends.push_back(state.ends);
    // Told as well when it is: whoever shows "again and again" can stop.
    QCOMPARE(ends, (std::vector<std::uint32_t>{0, 1, 1, 2, 2, 3, 3, 0, 1, 1, 0, 1}));
    const auto said = host.hear(12);
    QCOMPARE(said[7].state.stand, Stand::running);
    QCOMPARE(said[8].state.code, std::optional(8));
}

void TestHost::what_ended_it_is_said() {
    Hosted host(
        R"(echo ready; echo '{"error":"ended","message":"no space left.","try":""}'; exit 1)");
    auto last = host.hear(2).back().state;
    QCOMPARE(last.stand, Stand::restarting);
    QCOMPARE(last.code, std::optional(1));
    QCOMPARE(last.detail, std::string("no space left."));
    Hosted killed("echo ready; kill -9 $$");
    last = killed.hear(2).back().state;
    QCOMPARE(last.signal, std::optional(9));
    QVERIFY(!last.code && last.detail.empty());
}

void TestHost::a_refusal_is_the_end() {
    static_assert(exit_refused == 3);
    Hosted host(R"(echo '{"error":"practice_damaged","message":"damaged.","try":"x"}'; exit 3)");
    const auto said = host.hear(1).back().state;
    QCOMPARE(said.stand, Stand::stopped);
    QCOMPARE(said.detail, std::string("damaged."));
    QCOMPARE(host.refused(), std::string("practice_damaged"));
}

RUNNEL_TEST(TestHost)
#include "test_host.moc"
