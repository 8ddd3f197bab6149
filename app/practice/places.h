// Where the practice network lies inside a wallet's directory, and what its two sides agree on
// before they talk.
//
//   DATADIR/practice/   lock                who runs it
//                       control.sock        the socket of both the chain and the verbs
//                       chain               blocks and mempool
//                       ports, key          of its nodes
//                       owner               the wallet's node id (bring_back.h)
//                       shop/ hub/ shop2/   their stores, as any wallet's
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace runnel::practice {

/// Grows when a method or field changes its meaning. Both sides come from the same installation; an
/// old child that is still ending is told apart by it.
inline constexpr int protocol_version = 1;

inline std::filesystem::path folder_in(const std::filesystem::path& data_directory) {
    return data_directory / "practice";
}

/// Between two blocks at most. What waits for a height alone, a delay or the term of a payment,
/// waits so long for each.
inline constexpr std::chrono::seconds usual_block_interval{30};
/// Between two blocks while something waits to be confirmed, or is not settled yet ...
inline constexpr std::chrono::seconds hurried_block_interval{3};
/// ... which it counts as so many blocks deep.
inline constexpr std::uint32_t settled_depth = 6;

/// A line from the child: a list of blocks is the longest.
inline constexpr std::size_t max_answer = std::size_t{32} << 20;
/// A line to the child: a package of two transactions of the largest standard size, as hex.
inline constexpr std::size_t max_practice_request = std::size_t{4} << 20;

/// Exit codes of the child that say that starting it again will not help.
inline constexpr int exit_usage = 2;
inline constexpr int exit_refused = 3;

}  // namespace runnel::practice
