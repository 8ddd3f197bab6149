// What the program says about itself: one line an entry, key=value text, never a secret. Core code
// is given a Logger and does not know where lines go. Text that a peer supplied passes through
// escaped().
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace runnel {

enum class LogLevel : unsigned char {
    trace,
    debug,
    info,
    unusual,  ///< Strange, survivable: a peer misbehaved, a source was silent.
    broken,   ///< Our bug; fails any test.
};

std::string_view to_string(LogLevel level);

using LogSink = std::function<void(LogLevel, std::string_view line)>;

/// A peer's text made safe for a terminal and a log: control, bidirectional and format characters
/// become \u{..}, at most `limit` characters are kept.
std::string escaped(std::string_view untrusted, std::size_t limit = 256);

/// Well-formed UTF-8: nothing overlong, no surrogates, nothing cut off.
bool is_valid_utf8(std::string_view text);

}  // namespace runnel
