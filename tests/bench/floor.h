// The physical limit of one direct payment on this machine, measured piece by piece in the same run
// as the payments it is held against: what BOLT 2's order of messages makes serial, and nothing of
// our own. The list is in README.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace runnel::bench {

struct FloorItem {
    std::string what;
    std::size_t times = 0;
    double microseconds = 0;  ///< Each, median.
};

/// Measures in `directory`, which must be on the disk that the stores are on.
std::vector<FloorItem> measure_floor(const std::filesystem::path& directory);
double total_microseconds(const std::vector<FloorItem>& floor);

/// The p-th part (0 to 1) of the values.
double percentile(std::vector<double> values, double p);

}  // namespace runnel::bench
