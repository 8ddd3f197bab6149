// What both programs do before anything else, and the words they share: hardening of the process,
// which networks are open, what a store's errors mean to a person.
#pragma once

#include "app/control/views.h"

#include "core/base/network.h"
#include "wallet/store/errors.h"

#include <filesystem>
#include <string>

namespace runnel::app {

inline constexpr std::string_view version = RUNNEL_VERSION;

/// Nothing this process makes is readable by others, and its memory never becomes a core file or
/// another process's to read.
void harden_process();

/// What to type for the manual page of a program: the page that lies with this one (as in the
/// folder where it was built), or else its name, for `man` to find.
std::string manual_of(const std::string& program);

/// Failures: mainnet is refused, others are unknown.
Result<Network, control::Failure> open_network(const std::string& name);

control::Failure failure_of(const store::StoreError& error, const std::filesystem::path& directory);

/// Names of a store's secrets.
inline constexpr std::string_view words_secret = "words";
/// Height the chain is searched from, in decimal; only in a store that was restored from words of
/// unknown age.
inline constexpr std::string_view birth_secret = "birth";
/// When the wallet was made, in seconds since 1970: the first start finds the height of that.
inline constexpr std::string_view birth_time_secret = "birth_time";

}  // namespace runnel::app
