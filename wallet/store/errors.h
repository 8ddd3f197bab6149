// Why a store could not be made, opened or changed: data, worded for people at the edge. describe()
// is for logs.
#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <string>
#include <variant>

namespace runnel::store {

/// Another process has it open. `pid` is 0 when it cannot be told.
struct InUse {
    std::int64_t pid = 0;
};
/// There is no store in this directory.
struct Missing {};
/// There is one already (or its key): nothing was touched.
struct Exists {};
/// Found out only after the whole key derivation; nothing was touched and nothing more can be said.
struct WrongPassphrase {};
/// An empty passphrase that the caller did not ask for.
struct EmptyPassphrase {};
/// Neither copy of the key file can be read. The store is of no use without it.
struct EnvelopeDamaged {};
/// Written by a later version of this program, which alone may open it.
struct NewerVersion {
    std::uint64_t found = 0;
    std::uint64_t known = 0;
};
/// Made for another network.
struct OtherNetwork {
    std::string found;
    std::string wanted;
};
/// A record is not what was written. `subject` and `sequence` name the journal entry, if it is one;
/// `detail` says what was found. Nothing is repaired: the store opens for export only.
struct Damaged {
    Bytes subject;
    std::uint64_t sequence = 0;
    std::string detail;
};
/// Not enough memory for the key derivation.
struct OutOfMemory {};
/// A file operation failed; `code` is errno.
struct IoError {
    std::string operation;
    int code = 0;
};

using StoreError =
    std::variant<InUse, Missing, Exists, WrongPassphrase, EmptyPassphrase, EnvelopeDamaged,
                 NewerVersion, OtherNetwork, Damaged, OutOfMemory, IoError>;

std::string describe(const StoreError& error);

}  // namespace runnel::store
