#include "core/base/ids.h"

#include <fmt/format.h>

#include <charconv>

namespace runnel {

std::string ShortChannelId::to_string() const {
    return fmt::format("{}x{}x{}", block(), tx_index(), output_index());
}

std::optional<ShortChannelId> ShortChannelId::parse(std::string_view text) {
    std::uint32_t parts[3] = {};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (int i = 0; i < 3; ++i) {
        if (i > 0) {
            if (at == end || *at != 'x') return std::nullopt;
            ++at;
        }
        const auto parsed = std::from_chars(at, end, parts[i]);
        if (parsed.ec != std::errc{}) return std::nullopt;
        at = parsed.ptr;
    }
    if (at != end) return std::nullopt;
    return make(parts[0], parts[1], parts[2]);
}

}  // namespace runnel
