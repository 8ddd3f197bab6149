// A pure loop over independent items on a few threads: each item writes only its own place, so the
// result is the same however the work was spread. For signing hundreds of HTLCs at once; not a
// thread pool, owns nothing between calls.
#pragma once

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace runnel::keys {

/// Below this many items a second thread costs more than it saves (an item is some 50
/// microseconds).
inline constexpr std::size_t parallel_from = 17;

/// Calls `each(i)` once for every i below `count`; `each` must not throw.
template <typename Each>
void for_each_parallel(std::size_t count, Each each) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t parts =
        count < parallel_from ? 1 : std::min({cores, count / 8, std::size_t{8}});
    const auto part = [&](std::size_t p) {
        for (std::size_t i = p; i < count; i += parts) each(i);
    };
    std::vector<std::thread> threads;
    threads.reserve(parts);
    std::size_t started = 1;
    for (; started < parts; ++started) {
        try {
            threads.emplace_back(part, started);
        } catch (const std::system_error&) {
            break;  // No thread to be had: this one does the rest.
        }
    }
    part(0);
    for (std::size_t p = started; p < parts; ++p) part(p);
    for (auto& thread : threads) thread.join();
}

}  // namespace runnel::keys
