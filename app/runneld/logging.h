// Where log lines go: to standard error, and to a file in the data directory that is replaced when it has grown.
#pragma once

#include "core/base/log.h"

#include <filesystem>

namespace runnel::app {

/// Lines below `level` are dropped. A file that cannot be opened is said once on standard error and otherwise done without.
LogSink open_log(const std::filesystem::path& directory, LogLevel level);

}  // namespace runnel::app
