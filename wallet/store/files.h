// The few file operations of the store, each either whole or not at all, with private modes. Knows
// nothing of contents.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "wallet/store/errors.h"

#include <filesystem>
#include <utility>

namespace runnel::store {

/// An open file descriptor.
class File {
public:
    File() = default;
    /// open(2), always close-on-exec, mode 0600.
    static Result<File, IoError> open(const std::filesystem::path& path, int flags);

    File(const File&) = delete;
    File& operator=(const File&) = delete;
    File(File&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~File();

    int fd() const { return m_fd; }
    /// All of it, from `offset`.
    Result<void, IoError> write_at(std::uint64_t offset, ByteView bytes) const;
    Result<void, IoError> sync() const;
    Result<std::uint64_t, IoError> size() const;

private:
    int m_fd = -1;
};

/// The whole file; too_large contents are cut off at `limit` (the caller's format then does not
/// fit).
Result<Bytes, IoError> read_file(const std::filesystem::path& path, std::size_t limit);
/// Temporary file beside it, fsync, rename, fsync of the directory: after a crash either the old
/// bytes or the new.
Result<void, IoError> replace_file(const std::filesystem::path& path, ByteView bytes);
Result<void, IoError> sync_directory(const std::filesystem::path& directory);
/// Makes the directory with mode 0700, or takes everybody else's rights to an existing one away.
Result<void, IoError> make_private_directory(const std::filesystem::path& directory);
/// Takes everybody else's rights to an existing file away.
Result<void, IoError> make_private_file(const std::filesystem::path& path);
/// No error when it is not there.
Result<void, IoError> remove_file(const std::filesystem::path& path);
/// Makes `path` a file of `size` bytes whose blocks really exist.
Result<void, IoError> allocate_file(const std::filesystem::path& path, std::uint64_t size);
/// What an unprivileged process may still write on this file system.
std::uint64_t free_space(const std::filesystem::path& directory);

}  // namespace runnel::store
