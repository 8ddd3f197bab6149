#include "app/runnel-practice/takeover.h"

#include "app/common/start.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace runnel::practice {

using namespace std::chrono_literals;

namespace {

/// Time to notice that the parent is gone; after that to finish a turn; after that nothing more is
/// waited for.
constexpr auto until_asked = 1s, until_ended = 4s, until_given_up = 8s;

/// Is this process the same program as we are, installed or just replaced?
bool is_one_of_us(std::int64_t pid) {
    std::error_code error;
    const auto theirs =
        std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error).filename().string();
    const auto ours = std::filesystem::read_symlink("/proc/self/exe", error).filename().string();
    return !error && (theirs == ours || theirs == ours + " (deleted)");
}

}  // namespace

Result<store::Lock, control::Failure> take_over(const std::filesystem::path& folder) {
    const auto begin = std::chrono::steady_clock::now();
    int asked = 0;
    for (;;) {
        auto lock = store::Lock::take(folder / "lock");
        if (lock) return std::move(*lock);
        const auto* const holder = std::get_if<store::InUse>(&lock.error());
        const auto waited = std::chrono::steady_clock::now() - begin;
        if (holder == nullptr || waited > until_given_up)
            return fail(app::failure_of(lock.error(), folder));
        const auto pid = static_cast<std::int64_t>(holder->pid);
        const int signal = waited > until_ended ? SIGKILL : waited > until_asked ? SIGTERM : 0;
        if (signal != asked && pid > 1 && is_one_of_us(pid)) {
            // Even SIGKILL costs it nothing: all it said is on the disk.
            ::kill(static_cast<pid_t>(pid), signal);
            asked = signal;
        }
        std::this_thread::sleep_for(10ms);
    }
}

}  // namespace runnel::practice
