#include "core/payment/bitcoin_uri.h"

#include "core/base/log.h"

#include <algorithm>
#include <set>

namespace runnel::payment {
namespace {

constexpr std::string_view scheme = "bitcoin:";
constexpr std::string_view required = "req-";
constexpr std::size_t btc_decimals = 8;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::optional<unsigned> hex_digit(char c) {
    if (is_digit(c)) return static_cast<unsigned>(c - '0');
    const char low = lower(c);
    if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a' + 10);
    return std::nullopt;
}

/// A key as a fault names it: what becomes of it is text, and must be readable as such whatever
/// bytes the link is made of.
std::string as_written(std::string_view key) {
    return is_valid_utf8(key) ? lowered(key) : escaped(lowered(key));
}

/// RFC 3986, section 2.1; a plus is a plus.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        out.push_back(static_cast<char>(*high << 4 | *low));
        i += 2;
    }
    return out;
}

/// Takes the text up to a separator off its front, the separator too.
std::string_view take_until(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto out = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
}

/// Collects the parameters of one link.
class Query {
public:
    explicit Query(BitcoinUri& out) : m_out(out) {}

    Result<void, UriFault> add(std::string_view param) {
        if (param.empty()) return {};
        const auto written = take_until(param, '=');
        // Decoded before it is compared: "%72eq-" demands as much as "req-".
        const auto decoded = percent_decoded(written);
        if (!decoded || !is_valid_utf8(*decoded))
            return fail(UriFault{DecodeError::bad_character, as_written(written)});
        const auto key = lowered(*decoded);
        if (std::string_view(key).substr(0, required.size()) == required)
            return fail(UriFault{DecodeError::unsupported, key});
        if (is_way_to_pay(key)) {
            if (m_unknown_way.empty()) m_unknown_way = key;
            return {};
        }
        if (!is_known(key)) return {};
        if (!m_seen.insert(key).second) return fail(UriFault{DecodeError::bad_order, key});
        const auto value = percent_decoded(param);
        if (!value) return fail(UriFault{DecodeError::bad_character, key});
        if (!is_valid_utf8(*value)) return fail(UriFault{DecodeError::bad_value, key});
        return set(key, *value);
    }
    /// A way to pay that this wallet does not know; empty: none.
    const std::string& unknown_way() const { return m_unknown_way; }

private:
    static bool is_known(std::string_view key) {
        return key == "amount" || key == "label" || key == "message" || key == "lightning" ||
               key == "pop";
    }
    static bool is_way_to_pay(std::string_view key) {
        return key == "lno" || key == "sp" || key == "pay";
    }

    Result<void, UriFault> set(const std::string& key, const std::string& value) {
        if (key == "label") m_out.label = value;
        if (key == "message") m_out.message = value;
        if (key == "lightning") m_out.lightning = value;
        if (key != "amount") return {};
        const auto amount = parse_btc(value);
        if (!amount) return fail(UriFault{amount.error(), key});
        if (!amount->is_zero()) m_out.amount = *amount;
        return {};
    }

    BitcoinUri& m_out;
    std::set<std::string> m_seen;
    std::string m_unknown_way;
};

}  // namespace

bool is_bitcoin_uri(std::string_view text) {
    return text.size() >= scheme.size() && std::equal(scheme.begin(), scheme.end(), text.begin(),
                                                      [](char s, char t) { return s == lower(t); });
}

Result<Sat, DecodeError> parse_btc(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto whole = text.substr(0, point);
    auto part = text.substr(std::min(point + 1, text.size()));
    const auto digits_only = [](std::string_view s) {
        return std::all_of(s.begin(), s.end(), is_digit);
    };
    if ((whole.empty() && part.empty()) || !digits_only(whole) || !digits_only(part))
        return fail(DecodeError::bad_value);
    while (part.size() > btc_decimals) {
        // Less than a satoshi cannot be paid, and is not rounded away either.
        if (part.back() != '0') return fail(DecodeError::bad_value);
        part.remove_suffix(1);
    }
    std::uint64_t sat = 0;
    const auto push = [&](char digit) {
        sat = sat * 10 + static_cast<std::uint64_t>(digit - '0');
        // Left as soon as it is more than there can be: no number of digits overflows.
        return sat <= max_money.raw();
    };
    for (const char digit : whole) {
        if (!push(digit)) return fail(DecodeError::too_large);
    }
    for (std::size_t i = 0; i < btc_decimals; ++i) {
        if (!push(i < part.size() ? part[i] : '0')) return fail(DecodeError::too_large);
    }
    return Sat(sat);
}

Result<BitcoinUri, UriFault> parse_bitcoin_uri(std::string_view text) {
    if (text.size() > max_uri_length) return fail(UriFault{DecodeError::too_large, {}});
    if (!is_bitcoin_uri(text)) return fail(UriFault{DecodeError::bad_prefix, {}});
    text.remove_prefix(scheme.size());
    // A fragment is no part of the query (RFC 3986, section 3.5).
    text = text.substr(0, text.find('#'));
    BitcoinUri out;
    out.address = take_until(text, '?');
    if (!std::all_of(out.address.begin(), out.address.end(),
                     [](char c) { return is_digit(c) || is_letter(c); })) {
        return fail(UriFault{DecodeError::bad_character, "address"});
    }
    Query query(out);
    while (!text.empty()) RUNNEL_CHECK(query.add(take_until(text, '&')));
    if (!out.address.empty() || !out.lightning.empty()) return out;
    if (!query.unknown_way().empty())
        return fail(UriFault{DecodeError::unsupported, query.unknown_way()});
    return fail(UriFault{DecodeError::missing_field, "address"});
}

}  // namespace runnel::payment
