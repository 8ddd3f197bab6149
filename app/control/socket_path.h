// Where the control socket of a data directory is. The path of a Unix socket has at most 107 bytes;
// a directory deeper than that is reached through a descriptor of it instead. Used by server and
// client.
#pragma once

#include <filesystem>
#include <string>

namespace runnel::control {

/// DIR/control.sock, in a form that bind and connect accept, as long as this object lives.
class SocketPath {
public:
    explicit SocketPath(const std::filesystem::path& directory);
    ~SocketPath();
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;

    const std::string& short_form() const { return m_short; }
    const std::filesystem::path& full() const { return m_full; }

private:
    std::filesystem::path m_full;
    std::string m_short;
    int m_directory = -1;
};

}  // namespace runnel::control
