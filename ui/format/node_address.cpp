#include "ui/format/node_address.h"

#include <algorithm>

namespace runnel::ui {

namespace {

constexpr std::uint16_t usual_port = 9735;
constexpr qsizetype longest = 300;

std::optional<std::uint16_t> parsePort(const QString& text) {
    // Digits alone: toUShort() takes signs and spaces, too.
    const bool is_number =
        !text.isEmpty() && text.size() <= 5 &&
        std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool is_port = false;
    const auto port = is_number ? text.toUShort(&is_port) : std::uint16_t{0};
    return is_port && port != 0 ? std::optional(port) : std::nullopt;
}

/// What stands behind the host: nothing, or a colon and a port.
std::optional<std::uint16_t> parseRest(const QString& text) {
    if (text.isEmpty()) return usual_port;
    return text.startsWith(u':') ? parsePort(text.mid(1)) : std::nullopt;
}

}  // namespace

std::optional<NodeAddress> parseNodeAddress(const QString& text) {
    const auto whole = text.trimmed();
    const auto at = whole.indexOf(u'@');
    if (at < 0 || whole.size() > longest) return std::nullopt;
    const auto key = crypto::PublicKey::parse_hex(whole.left(at).trimmed().toLower().toStdString());
    if (!key) return std::nullopt;
    const auto place = whole.mid(at + 1).trimmed();
    const bool in_brackets = place.startsWith(u'[');
    const auto end = place.indexOf(in_brackets ? u']' : u':');
    // A bracket that is not closed.
    if (in_brackets && end < 0) return std::nullopt;
    const auto host =
        in_brackets ? place.mid(1, end - 1) : place.left(end < 0 ? place.size() : end);
    // Of an IPv6 address without brackets nobody can say where it ends: its rest is no port.
    const auto port = parseRest(in_brackets ? place.mid(end + 1) : place.mid(host.size()));
    const bool is_host = !host.isEmpty() && std::none_of(host.begin(), host.end(), [](QChar c) {
        return c.isSpace() || c == u'/' || c == u'@' || c == u'[' || c == u']';
    });
    if (!is_host || !port) return std::nullopt;
    return NodeAddress{*key, host.toStdString(), *port};
}

}  // namespace runnel::ui
