// Where a program's log lines go: to a file in its directory that is replaced when it has grown,
// and to standard error.
#pragma once

#include "core/base/log.h"

#include <filesystem>
#include <optional>
#include <string>

namespace runnel::app {

enum class LogTo : std::uint8_t { file, file_and_stderr };

/// NAME.log in the directory. Lines below `level` are dropped. A file that cannot be opened is said
/// once on standard error and otherwise done without.
LogSink open_log(const std::filesystem::path& directory, const std::string& name, LogLevel level,
                 LogTo to);

std::optional<LogLevel> level_from_name(const std::string& name);

}  // namespace runnel::app
