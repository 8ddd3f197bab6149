// PracticeHost: keeps the practice network running beside a wallet: starts the process, waits until
// it is ready, starts it again when it dies (after longer and longer, while none of them lives),
// ends it when the host ends. Whoever has one holds the wallet's store open, so that there is one a
// directory. No Qt: runneld and the window use it alike. A thread of its own does all of it, and is
// the child's parent: when this process dies, however it dies, the child's end of the pipe and the
// death signal tell it.
#pragma once

#include "app/control/views.h"
#include "core/api/practice.h"
#include "core/base/log.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace runnel::practice {

class PracticeHost {
public:
    struct Options {
        std::filesystem::path directory;  ///< The wallet's.
        /// By default runnel-practice beside this program.
        std::filesystem::path program;
        std::vector<std::string> arguments;  ///< More of them, for tests (--block-every).
        /// A child that was ready for so long was well: what ended before it is forgotten, and its
        /// end is the first again.
        std::chrono::milliseconds well_after{30'000};
        LogSink log;
        /// The network can be used, at first and after each restart. On the host's thread.
        std::function<void()> on_ready;
        /// It does not start, and will not by itself: what to tell. On the host's thread, at most
        /// once.
        std::function<void(const control::Failure&)> on_refused;
        /// How it stands, at each change. On the host's thread.
        api::OnPracticeState on_state;
    };

    /// Returns at once.
    explicit PracticeHost(Options options);
    /// Lets the child end cleanly, and sees to it that it does.
    ~PracticeHost();
    PracticeHost(const PracticeHost&) = delete;
    PracticeHost& operator=(const PracticeHost&) = delete;

    /// Of the child that runs now. From any thread.
    std::optional<int> pid() const;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace runnel::practice
