#include "core/base/log.h"

#include <fmt/format.h>

#include <cstdint>

namespace runnel {

std::string_view to_string(LogLevel level) {
    switch (level) {
        case LogLevel::trace: return "trace";
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::unusual: return "unusual";
        case LogLevel::broken: return "broken";
    }
    return "unknown";
}

namespace {

/// Decodes one UTF-8 sequence at `at`; returns its length, or 0 when it is not valid.
std::size_t decode_utf8(std::string_view text, std::size_t at, std::uint32_t& code) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || at + length > text.size()) return 0;
    code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (byte(i) >> 6 != 2) return 0;
        code = code << 6 | (byte(i) & 0x3fU);
    }
    static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
    return length;
}

/// Controls, invisible and direction-changing characters: what could forge a line or hide a word.
bool is_deceptive(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff) || c == '\\';
}

}  // namespace

std::string escaped(std::string_view untrusted, std::size_t limit) {
    std::string out;
    std::size_t kept = 0;
    for (std::size_t at = 0; at < untrusted.size();) {
        if (kept++ == limit) return out + "...";
        std::uint32_t code = 0;
        const std::size_t length = decode_utf8(untrusted, at, code);
        if (length == 0) {
            out += fmt::format("\\x{{{:02x}}}", static_cast<std::uint8_t>(untrusted[at]));
            ++at;
            continue;
        }
        if (is_deceptive(code)) {
            out += fmt::format("\\u{{{:x}}}", code);
        } else {
            out.append(untrusted.substr(at, length));
        }
        at += length;
    }
    return out;
}

bool is_valid_utf8(std::string_view text) {
    std::uint32_t code = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = decode_utf8(text, at, code);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

}  // namespace runnel
