#include "app/practice/host.h"

#include "app/practice/places.h"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace runnel::practice {

using control::Failure;
using namespace std::chrono_literals;

namespace {

constexpr auto end_patience = 10s;
constexpr std::chrono::milliseconds first_pause{20}, longest_pause{5'000};
constexpr std::size_t longest_line = 1 << 16;

/// Before it is started again: longer after each end in a row. That it was ready in between does
/// not shorten it: one that dies of what it does first would be started fifty times a second for
/// ever.
std::chrono::milliseconds pause_after(std::uint32_t ends) {
    auto out = first_pause;
    for (std::uint32_t i = 1; i < ends && out < longest_pause; ++i) out *= 2;
    return std::min(out, longest_pause);
}

class Fd {
public:
    explicit Fd(int fd = -1) : m_fd(fd) {}
    ~Fd() { reset(); }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    int get() const { return m_fd; }
    void reset(int fd = -1) {
        if (m_fd >= 0) ::close(m_fd);
        m_fd = fd;
    }

private:
    int m_fd;
};

std::filesystem::path program_beside_us() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() /
           "runnel-practice";
}

/// Between fork and exec only calls that are safe there; nothing of the parent's is inherited but
/// the two pipes and stderr.
[[noreturn]] void become(const char* program, char* const* arguments, int in, int out,
                         pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    if (::syscall(SYS_close_range, 3U, ~0U, 0U) != 0) {
        for (int fd = 3; fd < 4096; ++fd) ::close(fd);
    }
    ::execv(program, arguments);
    ::_exit(127);
}

/// What a child that ends says of the cause, if it says anything.
std::optional<Failure> failure_in(const std::string& said) {
    boost::system::error_code error;
    const auto line = boost::json::parse(said, error);
    const auto* const object = error ? nullptr : line.if_object();
    if (object == nullptr) return std::nullopt;
    const auto text = [&](const char* name) {
        const auto* const value = object->if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                      : std::string();
    };
    return Failure{text("error"), text("message"), text("try"), {}};
}

Failure not_started(std::string_view cause) {
    return {
        "practice_not_started",
        fmt::format("The practice network does not start: {}.", cause),
        "Look at practice/practice.log in the wallet's directory; reinstalling Runnel may help.",
        {}};
}

}  // namespace

class PracticeHost::Impl {
public:
    explicit Impl(Options options)
        : m_options(std::move(options)), m_wake(::eventfd(0, EFD_CLOEXEC)) {
        if (m_options.program.empty()) m_options.program = program_beside_us();
        m_thread = std::thread([this] { run(); });
    }
    ~Impl() {
        m_stopping = true;
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(m_wake.get(), &one, sizeof one);
        m_thread.join();
    }

    std::atomic<int> pid{0};

private:
    using Clock = std::chrono::steady_clock;
    /// How a child ended.
    struct Ended {
        int status = 0;
        std::optional<Clock::time_point> ready_since;
        std::string last_line;
    };

    void run();
    bool spawn(Fd& in, Fd& out);
    Ended follow(Fd& in, const Fd& out);
    void take_line(const std::string& line, Ended& ended);
    void end_child(Fd& in);
    int reap(std::chrono::milliseconds patience);
    /// It has ended before, and is ready again: for how long until that is forgotten. Nothing:
    /// there is nothing to forget.
    std::optional<std::chrono::milliseconds> probation_left(const Ended& child) const;
    bool refuses(const Ended& ended);
    void refuse(const Failure& failure);
    /// Remembers why it ended, for whoever is told.
    void note_end(const Ended& ended);
    void tell(api::PracticeState::Stand stand);
    bool pause(std::chrono::milliseconds time);
    void log(LogLevel level, const std::string& line) const {
        if (m_options.log) m_options.log(level, "practice " + line);
    }

    Options m_options;
    api::PracticeState m_state;
    Fd m_wake;
    std::atomic<bool> m_stopping{false};
    std::thread m_thread;
};

void PracticeHost::Impl::run() {
    while (!m_stopping) {
        Fd in, out;
        if (!spawn(in, out)) return refuse(not_started(std::strerror(errno)));
        const auto ended = follow(in, out);
        pid = 0;
        if (m_stopping) return;
        log(LogLevel::unusual,
            fmt::format("ended status={} ready={}", ended.status, ended.ready_since.has_value()));
        note_end(ended);
        if (refuses(ended)) return;
        tell(api::PracticeState::Stand::restarting);
        if (!pause(pause_after(m_state.ends))) return;
    }
}

bool PracticeHost::Impl::spawn(Fd& in, Fd& out) {
    std::array<int, 2> to_child{}, from_child{};
    if (::pipe2(to_child.data(), O_CLOEXEC) != 0) return false;
    Fd child_in(to_child[0]);
    in.reset(to_child[1]);
    if (::pipe2(from_child.data(), O_CLOEXEC) != 0) return false;
    Fd child_out(from_child[1]);
    out.reset(from_child[0]);

    const auto self = ::getpid();
    std::vector<std::string> words{m_options.program.string(), "--datadir",
                                   m_options.directory.string(), "--parent", std::to_string(self)};
    words.insert(words.end(), m_options.arguments.begin(), m_options.arguments.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto child = ::fork();
    if (child < 0) return false;
    if (child == 0)
        become(words.front().c_str(), arguments.data(), child_in.get(), child_out.get(), self);
    pid = child;
    log(LogLevel::info, fmt::format("started pid={}", child));
    return true;
}

/// Reads what it says until it ends, or until it is to end.
PracticeHost::Impl::Ended PracticeHost::Impl::follow(Fd& in, const Fd& out) {
    Ended ended;
    std::string text;
    bool asked = false;
    auto deadline = Clock::time_point::max();
    for (;;) {
        if (m_stopping && !asked) {
            asked = true;
            end_child(in);
            deadline = Clock::now() + end_patience;
        }
        std::array<pollfd, 2> ready{pollfd{out.get(), POLLIN, 0}, pollfd{m_wake.get(), POLLIN, 0}};
        const auto probation = asked ? std::nullopt : probation_left(ended);
        const auto timeout = asked ? 100 : probation ? static_cast<int>(probation->count()) : -1;
        if (::poll(ready.data(), asked ? 1 : 2, timeout) < 0 && errno != EINTR) break;
        if (probation && probation_left(ended) == 0ms) {
            m_state.ends = 0;
            tell(api::PracticeState::Stand::running);
        }
        if (asked && Clock::now() > deadline) break;
        if ((ready[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
        std::array<char, 4096> bytes{};
        const auto size = ::read(out.get(), bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        text.append(bytes.data(), static_cast<std::size_t>(size));
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            take_line(text.substr(0, end), ended);
            text.erase(0, end + 1);
        }
        if (text.size() > longest_line) text.clear();
    }
    in.reset();
    ended.status = reap(end_patience);
    return ended;
}

void PracticeHost::Impl::take_line(const std::string& line, Ended& ended) {
    ended.last_line = line;
    if (line != "ready" || ended.ready_since) return;
    ended.ready_since = Clock::now();
    tell(api::PracticeState::Stand::running);
    if (m_options.on_ready && !m_stopping) m_options.on_ready();
}

void PracticeHost::Impl::end_child(Fd& in) {
    in.reset();
    ::kill(pid, SIGTERM);
}

/// Its end is at hand: the pipe says so, or it has been asked.
int PracticeHost::Impl::reap(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    int status = 0;
    for (bool killed = false;;) {
        const auto found = ::waitpid(pid, &status, killed ? 0 : WNOHANG);
        if (found == pid || (found < 0 && errno != EINTR)) return status;
        if (!killed && Clock::now() > deadline) {
            // It costs nothing: all it said is on the disk.
            ::kill(pid, SIGKILL);
            killed = true;
        } else if (!killed) {
            std::this_thread::sleep_for(1ms);
        }
    }
}

std::optional<std::chrono::milliseconds> PracticeHost::Impl::probation_left(
    const Ended& child) const {
    if (!child.ready_since || m_state.ends == 0) return std::nullopt;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        *child.ready_since + m_options.well_after - Clock::now());
    return std::max(left, 0ms);
}

void PracticeHost::Impl::note_end(const Ended& ended) {
    ++m_state.ends;
    m_state.signal =
        WIFSIGNALED(ended.status) ? std::optional(WTERMSIG(ended.status)) : std::nullopt;
    m_state.code =
        WIFEXITED(ended.status) ? std::optional(WEXITSTATUS(ended.status)) : std::nullopt;
    const auto said = failure_in(ended.last_line);
    m_state.detail = said && m_state.code ? said->message : std::string();
}

void PracticeHost::Impl::tell(api::PracticeState::Stand stand) {
    m_state.stand = stand;
    if (m_options.on_state && !m_stopping) m_options.on_state(m_state);
}

/// Exit codes that a restart does not change.
bool PracticeHost::Impl::refuses(const Ended& ended) {
    if (!WIFEXITED(ended.status)) return false;
    const int code = WEXITSTATUS(ended.status);
    if (code == 127) {
        refuse(not_started(fmt::format("{} cannot be run", m_options.program.string())));
        return true;
    }
    if (code != exit_refused && code != exit_usage) return false;
    const auto said = failure_in(ended.last_line);
    refuse(said ? *said : not_started(fmt::format("it ended with code {}", code)));
    return true;
}

void PracticeHost::Impl::refuse(const Failure& failure) {
    log(LogLevel::broken, fmt::format("refused cause={}", failure.kind));
    m_state.detail = failure.message;
    tell(api::PracticeState::Stand::stopped);
    if (m_options.on_refused) m_options.on_refused(failure);
}

/// False when the host is to end meanwhile.
bool PracticeHost::Impl::pause(std::chrono::milliseconds time) {
    pollfd wake{m_wake.get(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(time.count()));
    return !m_stopping;
}

PracticeHost::PracticeHost(Options options) : m_impl(std::make_unique<Impl>(std::move(options))) {}

PracticeHost::~PracticeHost() = default;

std::optional<int> PracticeHost::pid() const {
    const int pid = m_impl->pid;
    return pid == 0 ? std::nullopt : std::optional(pid);
}

}  // namespace runnel::practice
