#include "app/control/socket_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

namespace runnel::control {

SocketPath::SocketPath(const std::filesystem::path& directory)
    : m_full(directory / "control.sock"), m_short(m_full.string()) {
    if (m_short.size() < sizeof(sockaddr_un::sun_path)) return;
    m_directory = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (m_directory >= 0) m_short = fmt::format("/proc/self/fd/{}/control.sock", m_directory);
}

SocketPath::~SocketPath() {
    if (m_directory >= 0) ::close(m_directory);
}

}  // namespace runnel::control
