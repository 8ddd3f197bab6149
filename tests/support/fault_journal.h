// A journal that fails or dies at the n-th commit, over any other journal: the disk's vocabulary of
// faults in tests.
//
//     FaultJournal faulty(store.journal(), {CrashBefore{3}});
//
// Commits are counted from 1; those without records are not counted. Header only, so that every
// kind of test can use it.
#pragma once

#include "core/ports/journal.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <variant>
#include <vector>

namespace runnel::test {

/// Commit n is not written; its turn is answered with this error and every later one with `closed`.
struct FailCommit {
    std::uint64_t n = 0;
    ports::CommitError::Kind kind = ports::CommitError::Kind::io;
};
/// The process dies before commit n reaches the disk: no answer, now or later.
struct CrashBefore {
    std::uint64_t n = 0;
};
/// The process dies when commit n is on the disk and nobody knows yet.
struct CrashAfter {
    std::uint64_t n = 0;
};
using Fault = std::variant<FailCommit, CrashBefore, CrashAfter>;

class FaultJournal final : public ports::Journal {
public:
    /// `inner` must outlive this. `on_crash` is called at the moment of death; a child process may
    /// _exit in it.
    FaultJournal(ports::Journal& inner, std::vector<Fault> faults,
                 std::function<void()> on_crash = {})
        : m_inner(inner), m_faults(std::move(faults)), m_on_crash(std::move(on_crash)) {}

    std::uint64_t commits() const { return m_count; }
    bool crashed() const { return m_crashed; }

protected:
    void write(ports::Records&& records, Written done) override {
        if (m_crashed) return;
        const auto n = ++m_count;
        if (m_failed) {
            done(fail(
                ports::CommitError{ports::CommitError::Kind::closed, "an earlier commit failed"}));
            return;
        }
        bool crash_after = false;
        for (const auto& fault : m_faults) {
            if (const auto* failing = std::get_if<FailCommit>(&fault); failing && failing->n == n) {
                m_failed = true;
                done(fail(ports::CommitError{failing->kind, "as the test asked"}));
                return;
            }
            if (const auto* before = std::get_if<CrashBefore>(&fault); before && before->n == n) {
                crash();
                return;
            }
            if (const auto* after = std::get_if<CrashAfter>(&fault); after && after->n == n) {
                crash_after = true;
            }
        }
        // The inner journal's own write() is nobody's to call: a turn that carries nothing but the
        // records goes in by the public door.
        m_inner.commit(ports::Turn(std::move(records), nullptr),
                       [this, crash_after, done = std::move(done)](auto answer) {
                           if (crash_after) {
                               crash();
                           } else if (answer) {
                               done({});
                           } else {
                               m_failed = true;
                               done(fail(answer.error()));
                           }
                       });
    }

private:
    void crash() {
        m_crashed = true;
        if (m_on_crash) m_on_crash();
    }

    ports::Journal& m_inner;
    std::vector<Fault> m_faults;
    std::function<void()> m_on_crash;
    std::atomic<std::uint64_t> m_count{0};
    std::atomic<bool> m_crashed{false};
    std::atomic<bool> m_failed{false};
};

}  // namespace runnel::test
