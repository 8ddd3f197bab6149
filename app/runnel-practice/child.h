// Child: the practice network as a process. Owns the chain, says when blocks come, and puts
// together what the wallet meets:
//
//     lock -> DurableChain -> socket (ChainMethods, verbs) -> PracticeNetwork -> "ready" ...
//     SIGTERM, or the end of the parent -> close
//
// A block is on the disk before anybody hears of it. Blocks come at a regular interval, and soon
// one after the other while something waits to be confirmed or has just been; and when somebody
// asks for them.
#pragma once

#include "app/practice/places.h"
#include "core/base/log.h"

#include <chrono>
#include <filesystem>
#include <optional>

namespace runnel::practice {

struct ChildOptions {
    std::filesystem::path folder;  ///< The practice folder.
    std::optional<int> parent;     ///< Ends with this process, whose pipe is our standard input.
    std::chrono::milliseconds block_every{usual_block_interval};
    std::chrono::milliseconds block_soon{hurried_block_interval};
    LogLevel log_level = LogLevel::info;
};

/// The exit code. Prints "ready" on standard output when a payment could be made; or one JSON
/// object, why there will be none.
int run_child(const ChildOptions& options);

}  // namespace runnel::practice
