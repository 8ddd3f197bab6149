// The stores of the practice nodes. Each is a store like any wallet's, under a random key that lies
// beside it: whoever can read this folder can have its coins, and is welcome to them. Nothing here
// opens or makes a store of any other network.
#pragma once

#include "app/control/views.h"
#include "core/base/secret.h"

#include <filesystem>
#include <map>
#include <string>

namespace runnel::practice {

/// The key in the practice folder; made at first.
Result<SecretBytes, control::Failure> folder_key(const std::filesystem::path& folder);
/// Makes a store of the practice network with fresh words, unless there is one.
Result<void, control::Failure> make_store(const std::filesystem::path& directory,
                                          const SecretBytes& key);

/// Ports by the names of roles, as they were the last time; what cannot be read is forgotten.
std::map<std::string, std::uint16_t> read_ports(const std::filesystem::path& folder);
Result<void, control::Failure> write_ports(const std::filesystem::path& folder,
                                           const std::map<std::string, std::uint16_t>& ports);

}  // namespace runnel::practice
