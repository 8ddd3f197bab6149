#include "core/api/node_address.h"

#include <algorithm>
#include <charconv>

namespace runnel::api {

namespace {

constexpr std::uint16_t usual_port = 9735;
constexpr std::size_t longest = 300;
constexpr std::string_view blanks = " \t\r\n";

struct Place {
    std::string host;
    std::optional<std::uint16_t> port;  ///< Nothing: there is none, nor a colon.
};

std::string_view without_blanks(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    return error == std::errc() && rest == end ? std::optional(port) : std::nullopt;
}

std::optional<Place> parse_place(std::string_view text) {
    if (text.size() > longest) return std::nullopt;
    const bool in_brackets = text.starts_with('[');
    const auto end = std::min(text.find(in_brackets ? ']' : ':'), text.size());
    // A bracket that is not closed.
    if (in_brackets && end == text.size()) return std::nullopt;
    const auto host = in_brackets ? text.substr(1, end - 1) : text.substr(0, end);
    // Of an IPv6 address without brackets nobody can say where it ends: its rest is no port.
    const auto rest = text.substr(in_brackets ? end + 1 : end);
    const bool has_foreign = std::any_of(host.begin(), host.end(), [](char c) {
        // Blanks of any kind and what is not ASCII: no resolver knows them.
        return c <= ' ' || c > '~' || c == '/' || c == '@' || c == '[' || c == ']';
    });
    if (host.empty() || has_foreign) return std::nullopt;
    if (rest.empty()) return Place{std::string(host), std::nullopt};
    const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
    return Place{std::string(host), port};
}

}  // namespace

std::optional<std::pair<std::string, std::uint16_t>> parse_host_port(std::string_view text) {
    auto place = parse_place(text);
    if (!place || !place->port) return std::nullopt;
    return std::pair(std::move(place->host), *place->port);
}

std::optional<NodeAddress> parse_node_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto key = crypto::PublicKey::parse_hex(without_blanks(text.substr(0, at)));
    auto place = parse_place(without_blanks(text.substr(at + 1)));
    if (!key || !place || place->port == 0) return std::nullopt;
    return NodeAddress{*key, std::move(place->host), place->port.value_or(usual_port)};
}

}  // namespace runnel::api
