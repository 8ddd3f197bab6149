#include "wallet/store/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

namespace runnel::store {

InUse Lock::in_use(const std::filesystem::path& path) {
    const auto owner = read_file(path, 32);
    return InUse{owner ? std::atoll(std::string(owner->begin(), owner->end()).c_str()) : 0};
}

Result<Lock, StoreError> Lock::look(const std::filesystem::path& path) {
    auto file = File::open(path, O_RDONLY);
    if (!file) return Lock(File());
    if (::flock(file->fd(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fail(in_use(path));
    return Lock(std::move(*file));
}

Result<Lock, StoreError> Lock::take(const std::filesystem::path& path) {
    RUNNEL_TRY(auto file, File::open(path, O_RDWR | O_CREAT));
    if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(IoError{"lock", errno});
        return fail(in_use(path));
    }
    // The lock is what counts; the pid is for people. On a full disk it may be missing.
    const auto pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.fd(), 0) == 0) static_cast<void>(file.write_at(0, bytes_of(pid)));
    return Lock(std::move(file));
}

}  // namespace runnel::store
