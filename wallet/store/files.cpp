#include "wallet/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cerrno>

namespace runnel::store {
namespace {

auto failed(const char* operation, const std::filesystem::path& path) {
    const int code = errno;  // Before anything else can change it.
    return fail(IoError{std::string(operation) + " " + path.filename().string(), code});
}

}  // namespace

Result<File, IoError> File::open(const std::filesystem::path& path, int flags) {
    File out;
    out.m_fd = ::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (out.m_fd < 0) return failed("open", path);
    return out;
}

File::~File() {
    if (m_fd >= 0) ::close(m_fd);
}

Result<void, IoError> File::write_at(std::uint64_t offset, ByteView bytes) const {
    while (!bytes.empty()) {
        const auto written = ::pwrite(m_fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0) {
            if (errno == EINTR) continue;
            return failed("write", "");
        }
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void, IoError> File::sync() const {
    if (::fsync(m_fd) != 0) return failed("fsync", "");
    return {};
}

Result<std::uint64_t, IoError> File::size() const {
    struct stat info {};
    if (::fstat(m_fd, &info) != 0) return failed("stat", "");
    return static_cast<std::uint64_t>(info.st_size);
}

Result<Bytes, IoError> read_file(const std::filesystem::path& path, std::size_t limit) {
    RUNNEL_TRY(const auto file, File::open(path, O_RDONLY));
    Bytes out(limit);
    std::size_t size = 0;
    while (size < limit) {
        const auto got = ::read(file.fd(), out.data() + size, limit - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read", path);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    out.resize(size);
    return out;
}

Result<void, IoError> replace_file(const std::filesystem::path& path, ByteView bytes) {
    auto temporary = path;
    temporary += ".new";
    ::unlink(temporary.c_str());  // Left behind by a crash; its content is nobody's.
    {
        RUNNEL_TRY(const auto file, File::open(temporary, O_WRONLY | O_CREAT | O_EXCL));
        RUNNEL_CHECK(file.write_at(0, bytes));
        RUNNEL_CHECK(file.sync());
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("rename", path);
    return sync_directory(path.parent_path());
}

Result<void, IoError> sync_directory(const std::filesystem::path& directory) {
    RUNNEL_TRY(const auto handle, File::open(directory, O_RDONLY | O_DIRECTORY));
    return handle.sync();
}

Result<void, IoError> make_private_directory(const std::filesystem::path& directory) {
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) return {};
    if (errno != EEXIST) return failed("mkdir", directory);
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0) return failed("stat", directory);
    if (!S_ISDIR(info.st_mode)) {
        errno = ENOTDIR;
        return failed("mkdir", directory);
    }
    if ((info.st_mode & 077) != 0 && ::chmod(directory.c_str(), S_IRWXU) != 0)
        return failed("chmod", directory);
    return {};
}

Result<void, IoError> make_private_file(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return {};
        return failed("stat", path);
    }
    if ((info.st_mode & 077) != 0 && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
        return failed("chmod", path);
    return {};
}

Result<void, IoError> remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
    return {};
}

Result<void, IoError> allocate_file(const std::filesystem::path& path, std::uint64_t size) {
    RUNNEL_TRY(const auto file, File::open(path, O_RDWR | O_CREAT));
    // Not ftruncate: a file with a hole reserves nothing.
    const int code = ::posix_fallocate(file.fd(), 0, static_cast<off_t>(size));
    if (code != 0) {
        ::unlink(path.c_str());
        errno = code;
        return failed("fallocate", path);
    }
    return file.sync();
}

std::uint64_t free_space(const std::filesystem::path& directory) {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0)
        return UINT64_MAX;  // Not known: writing will tell.
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace runnel::store
