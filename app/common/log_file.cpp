#include "app/common/log_file.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <exception>
#include <iostream>

namespace runnel::app {

namespace {

constexpr std::size_t file_size = std::size_t{8} << 20;
constexpr std::size_t old_files = 2;

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::trace: return spdlog::level::trace;
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::unusual: return spdlog::level::warn;
        case LogLevel::broken: return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

LogSink open_log(const std::filesystem::path& directory, const std::string& name, LogLevel level,
                 LogTo to) {
    std::vector<spdlog::sink_ptr> sinks;
    if (to == LogTo::file_and_stderr)
        sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    try {
        sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
            (directory / (name + ".log")).string(), file_size, old_files));
    } catch (const std::exception& error) {
        std::cerr << name << ": no log file: " << error.what() << '\n';
    }
    auto logger = std::make_shared<spdlog::logger>(name, sinks.begin(), sinks.end());
    logger->set_level(spdlog_level(level));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %v");
    logger->flush_on(spdlog::level::info);
    return [logger](LogLevel of, std::string_view line) {
        const auto mapped = spdlog_level(of);
        if (logger->should_log(mapped)) logger->log(mapped, "{:<7} {}", to_string(of), line);
    };
}

std::optional<LogLevel> level_from_name(const std::string& name) {
    for (const auto level :
         {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::unusual, LogLevel::broken}) {
        if (name == to_string(level)) return level;
    }
    return std::nullopt;
}

}  // namespace runnel::app
