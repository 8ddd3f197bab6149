#include "app/common/passphrase.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace runnel::app {

namespace {

constexpr std::size_t longest = 1024;

class Descriptor {
public:
    Descriptor(const char* path, int flags)
        : m_fd(::open(path, flags | O_CLOEXEC)), m_owned(true) {}
    explicit Descriptor(int fd) : m_fd(fd), m_owned(false) {}
    ~Descriptor() {
        if (m_owned && m_fd >= 0) ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_fd; }

private:
    int m_fd;
    bool m_owned;
};

/// Typed characters are not shown, and control-C arrives as a character, so that the terminal is
/// always left as it was.
class QuietTerminal {
public:
    explicit QuietTerminal(int fd) : m_fd(fd) {
        if (::tcgetattr(fd, &m_before) != 0) return;
        termios quiet = m_before;
        quiet.c_lflag &= static_cast<tcflag_t>(~(ECHO | ISIG | ICANON));
        m_changed = ::tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
    }
    ~QuietTerminal() {
        if (m_changed) ::tcsetattr(m_fd, TCSAFLUSH, &m_before);
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

private:
    int m_fd;
    termios m_before{};
    bool m_changed = false;
};

void say(int fd, std::string_view text) {
    // The prompt is a courtesy: when it cannot be written, the answer still counts.
    [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
}

Result<SecretBytes, control::Failure> ask(int terminal, std::string_view prompt) {
    const QuietTerminal quiet(terminal);
    say(terminal, prompt);
    Bytes typed;
    typed.reserve(longest);
    const auto end = [&] { say(terminal, "\r\n"); };
    for (;;) {
        unsigned char c = 0;
        const auto size = ::read(terminal, &c, 1);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0 || c == 3 || c == 4) {
            wipe(typed.data(), typed.size());
            end();
            return fail(control::Failure{"cancelled", "No passphrase was typed.", "", {}});
        }
        if (c == '\n' || c == '\r') break;
        if ((c == 127 || c == 8) && !typed.empty()) {
            typed.back() = 0;  // What is behind the end is not wiped later.
            typed.pop_back();
        } else if (c >= 32 && c != 127 && typed.size() < longest) {
            typed.push_back(c);
        }
    }
    end();
    return SecretBytes(std::move(typed));
}

}  // namespace

Result<SecretBytes, control::Failure> read_secret_file(const std::string& path, std::size_t most) {
    const bool standard_input = path == "-";
    const Descriptor opened(path.c_str(), O_RDONLY);
    const int fd = standard_input ? STDIN_FILENO : opened.get();
    const auto unreadable = [&path](int code) {
        return fail(control::Failure{
            "bad_file", fmt::format("{} cannot be read: {}.", path, std::strerror(code)), "", {}});
    };
    if (fd < 0) return unreadable(errno);
    Bytes bytes(most + 1);  // never grows: a copy left behind by growing would not be wiped
    std::size_t used = 0;
    while (used < bytes.size()) {
        const auto size = ::read(fd, bytes.data() + used, bytes.size() - used);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) {
            // Half a passphrase, or none, must never be taken for the whole.
            const int code = errno;
            wipe(bytes.data(), bytes.size());
            return unreadable(code);
        }
        if (size == 0) break;
        used += static_cast<std::size_t>(size);
    }
    if (used > most) {
        wipe(bytes.data(), bytes.size());
        return fail(control::Failure{
            "bad_file", fmt::format("{} is longer than {} bytes.", path, most), "", {}});
    }
    bytes.resize(used);
    return SecretBytes(std::move(bytes));
}

Result<SecretBytes, control::Failure> read_passphrase(const PassphraseSource& source) {
    if (source.empty) return SecretBytes();
    if (!source.file.empty()) {
        RUNNEL_TRY(const SecretBytes content, read_secret_file(source.file, longest + 2));
        auto line = content.reveal();
        const auto end = std::find_if(line.begin(), line.end(),
                                      [](std::uint8_t c) { return c == '\n' || c == '\r'; });
        return SecretBytes(line.first(static_cast<std::size_t>(end - line.begin())));
    }
    const Descriptor terminal("/dev/tty", O_RDWR | O_NOCTTY);
    if (terminal.get() < 0) {
        return fail(
            control::Failure{"usage",
                             "There is no terminal to ask for the passphrase at.",
                             "Give --passphrase-file FILE, or --empty-passphrase if there is none.",
                             {}});
    }
    RUNNEL_TRY(SecretBytes first, ask(terminal.get(), "Passphrase: "));
    if (source.ask_twice) {
        RUNNEL_TRY(const SecretBytes second, ask(terminal.get(), "The same again: "));
        if (!equal_constant_time(first.reveal(), second.reveal())) {
            return fail(
                control::Failure{"mismatch", "The two passphrases differ.", "Try again.", {}});
        }
    }
    return first;
}

}  // namespace runnel::app
