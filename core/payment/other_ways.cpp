#include "core/payment/other_ways.h"

#include <algorithm>
#include <array>
#include <string>

namespace runnel::payment {

namespace {

/// What is longer is no name at a domain (DNS has 253 for a domain), and no link anybody shows.
constexpr std::size_t longest_name = 320;
/// Hex digits of a node's id, which stands before an "@" too.
constexpr std::size_t node_id_digits = 66;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

bool consists_of(std::string_view text, std::string_view marks) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
    });
}

bool is_name_at_domain(std::string_view text) {
    if (text.size() > longest_name) return false;
    constexpr std::string_view bitcoin_sign = "\xe2\x82\xbf";  // BIP 353 writes it before the name
    if (begins(text, bitcoin_sign)) text.remove_prefix(bitcoin_sign.size());
    const auto at = text.find('@');
    if (at == std::string_view::npos) return false;
    const auto name = text.substr(0, at), domain = text.substr(at + 1);
    if (name.size() == node_id_digits || !consists_of(name, "-_.+") || !consists_of(domain, "-."))
        return false;
    const auto dot = domain.rfind('.');
    // The last part of an IP address has no letters.
    return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() &&
           is_letter(domain[dot + 1]);
}

}  // namespace

std::string_view to_string(OtherWay way) {
    switch (way) {
        case OtherWay::lnurl: return "lnurl";
        case OtherWay::offer: return "offer";
        case OtherWay::name_at_domain: break;
    }
    return "name_at_domain";
}

std::optional<OtherWay> other_way(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(), lower);
    std::string_view rest = small;
    constexpr std::string_view scheme = "lightning:";
    if (begins(rest, scheme)) {
        rest.remove_prefix(scheme.size());
        if (begins(rest, "//")) rest.remove_prefix(2);
    }
    static constexpr std::array<std::string_view, 6> lnurls{
        "lnurl1", "lnurl:", "lnurlp:", "lnurlw:", "lnurlc:", "keyauth:"};
    const auto begins_with = [&](std::string_view with) { return begins(rest, with); };
    if (std::any_of(lnurls.begin(), lnurls.end(), begins_with)) return OtherWay::lnurl;
    // A page that shows an LNURL to those who have no wallet (LUD 1).
    if ((begins(rest, "https://") || begins(rest, "http://")) &&
        rest.find("lightning=lnurl1") != std::string_view::npos)
        return OtherWay::lnurl;
    static constexpr std::array<std::string_view, 3> bolt12s{"lno1", "lnr1", "lni1"};
    if (std::any_of(bolt12s.begin(), bolt12s.end(), begins_with)) return OtherWay::offer;
    return is_name_at_domain(rest) ? std::optional(OtherWay::name_at_domain) : std::nullopt;
}

}  // namespace runnel::payment
