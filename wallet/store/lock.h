// One writer per store: an advisory lock on a file that holds the owner's pid, released by the
// system when the process ends, however it ends.
#pragma once

#include "wallet/store/files.h"

namespace runnel::store {

class Lock {
public:
    /// InUse when another process (or another Store of this one) holds it; IoError.
    static Result<Lock, StoreError> take(const std::filesystem::path& file);
    /// For who only reads: makes and writes nothing. Others may read as well. Where there is no
    /// file, or a file system that knows no locks, nothing holds the store. InUse.
    static Result<Lock, StoreError> look(const std::filesystem::path& file);

private:
    static InUse in_use(const std::filesystem::path& file);
    explicit Lock(File file) : m_file(std::move(file)) {}
    File m_file;
};

}  // namespace runnel::store
