#include "core/bitcoin/address.h"

#include "core/crypto/hash.h"

#include <array>

namespace runnel::bitcoin {
namespace {

constexpr std::string_view bech32_alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::string_view base58_alphabet =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::uint32_t bech32_constant = 1;
constexpr std::uint32_t bech32m_constant = 0x2bc830a3;
// Base58 is quadratic in its length; no format we read comes near this.
constexpr std::size_t max_base58 = 1024;

constexpr std::array<std::int8_t, 128> reverse_of(std::string_view alphabet) {
    std::array<std::int8_t, 128> out{};
    for (auto& value : out) value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return out;
}

constexpr auto bech32_values = reverse_of(bech32_alphabet);
constexpr auto base58_values = reverse_of(base58_alphabet);

int value_of(const std::array<std::int8_t, 128>& table, char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 128 ? table[byte] : -1;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// The BCH remainder of BIP 173, one five bit value at a time.
class Polymod {
public:
    void add(std::uint8_t value) {
        constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                         0x3d4233dd, 0x2a1462b3};
        const std::uint32_t top = m_state >> 25;
        m_state = (m_state & 0x1ffffff) << 5 ^ value;
        for (std::size_t i = 0; i < generator.size(); ++i) {
            if (top >> i & 1) m_state ^= generator[i];
        }
    }
    void add_hrp(std::string_view hrp) {
        for (const char c : hrp) add(static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
        add(0);
        for (const char c : hrp) add(static_cast<std::uint8_t>(static_cast<unsigned char>(c) & 31));
    }
    std::uint32_t state() const { return m_state; }

private:
    std::uint32_t m_state = 1;
};

const std::array<Network, 5> all_networks{Network::mainnet, Network::testnet4, Network::signet,
                                          Network::regtest, Network::practice};

bool hrp_is_known(std::string_view hrp) {
    return std::any_of(all_networks.begin(), all_networks.end(),
                       [&](Network n) { return params_of(n).bech32_hrp == hrp; });
}

bool version_is_known(std::uint8_t version) {
    return std::any_of(all_networks.begin(), all_networks.end(), [&](Network n) {
        return params_of(n).p2pkh_version == version || params_of(n).p2sh_version == version;
    });
}

Result<Script, DecodeError> segwit_script(const Bech32& decoded, Network network) {
    if (!hrp_is_known(decoded.hrp)) return fail(DecodeError::bad_prefix);
    if (decoded.hrp != params_of(network).bech32_hrp) return fail(DecodeError::wrong_network);
    if (decoded.values.empty()) return fail(DecodeError::truncated);
    const int version = decoded.values.front();
    if (version > 16) return fail(DecodeError::bad_value);
    // BIP 350: version 0 in bech32, all others in bech32m. Anything else is a checksum of the wrong
    // kind.
    if ((version == 0) != (decoded.kind == Bech32Kind::bech32))
        return fail(DecodeError::bad_checksum);
    const auto program = convert_bits(std::span(decoded.values).subspan(1), 5, 8, false);
    if (!program) return fail(DecodeError::bad_value);
    if (program->size() < 2 || program->size() > 40) return fail(DecodeError::bad_value);
    if (version == 0 && program->size() != 20 && program->size() != 32)
        return fail(DecodeError::bad_value);
    Script out;
    out.push_back(static_cast<std::uint8_t>(version == 0 ? 0 : OP_1 + version - 1));
    out.push_back(static_cast<std::uint8_t>(program->size()));
    append(out, *program);
    return out;
}

Result<Script, DecodeError> base58_script(ByteView payload, Network network) {
    if (payload.empty() || !version_is_known(payload[0])) return fail(DecodeError::bad_prefix);
    const auto& params = params_of(network);
    const auto hash = Hash160::from(payload.subspan(1));
    if (!hash) return fail(DecodeError::bad_value);
    if (payload[0] == params.p2pkh_version) return p2pkh(*hash);
    if (payload[0] == params.p2sh_version) return p2sh(*hash);
    return fail(DecodeError::wrong_network);
}

}  // namespace

std::optional<std::vector<std::uint8_t>> convert_bits(std::span<const std::uint8_t> in, int from,
                                                      int to, bool pad) {
    std::vector<std::uint8_t> out;
    out.reserve(in.size() * static_cast<std::size_t>(from) / static_cast<std::size_t>(to) + 1);
    std::uint32_t buffer = 0;
    int bits = 0;
    const std::uint32_t mask = (1U << to) - 1;
    for (const auto value : in) {
        if (value >> from != 0) return std::nullopt;
        buffer = buffer << from | value;
        bits += from;
        while (bits >= to) {
            bits -= to;
            out.push_back(static_cast<std::uint8_t>(buffer >> bits & mask));
        }
        buffer &= (1U << bits) - 1;
    }
    if (pad) {
        if (bits > 0) out.push_back(static_cast<std::uint8_t>(buffer << (to - bits) & mask));
    } else if (bits >= from || buffer != 0) {
        return std::nullopt;
    }
    return out;
}

Result<Bech32, DecodeError> decode_bech32(std::string_view text, std::size_t max_length) {
    if (text.size() > max_length) return fail(DecodeError::too_large);
    bool any_upper = false;
    bool any_lower = false;
    for (const char c : text) {
        if (c < 33 || c > 126) return fail(DecodeError::bad_character);
        any_upper = any_upper || is_upper(c);
        any_lower = any_lower || is_lower(c);
    }
    if (any_upper && any_lower) return fail(DecodeError::bad_character);
    const auto separator = text.rfind('1');
    if (separator == std::string_view::npos || separator == 0) return fail(DecodeError::bad_prefix);
    const auto data = text.substr(separator + 1);
    if (data.size() < 6) return fail(DecodeError::truncated);

    Bech32 out;
    for (const char c : text.substr(0, separator)) out.hrp.push_back(lower(c));
    Polymod checksum;
    checksum.add_hrp(out.hrp);
    out.values.reserve(data.size());
    for (const char c : data) {
        const int value = value_of(bech32_values, lower(c));
        if (value < 0) return fail(DecodeError::bad_character);
        checksum.add(static_cast<std::uint8_t>(value));
        out.values.push_back(static_cast<std::uint8_t>(value));
    }
    if (checksum.state() == bech32_constant) {
        out.kind = Bech32Kind::bech32;
    } else if (checksum.state() == bech32m_constant) {
        out.kind = Bech32Kind::bech32m;
    } else {
        return fail(DecodeError::bad_checksum);
    }
    out.values.resize(out.values.size() - 6);
    return out;
}

std::string encode_bech32(const Bech32& data) {
    Polymod checksum;
    checksum.add_hrp(data.hrp);
    std::string out = data.hrp + '1';
    out.reserve(out.size() + data.values.size() + 6);
    for (const auto value : data.values) {
        checksum.add(value & 31);
        out.push_back(bech32_alphabet[value & 31]);
    }
    for (int i = 0; i < 6; ++i) checksum.add(0);
    const std::uint32_t sum =
        checksum.state() ^ (data.kind == Bech32Kind::bech32 ? bech32_constant : bech32m_constant);
    for (int i = 0; i < 6; ++i) out.push_back(bech32_alphabet[sum >> (5 * (5 - i)) & 31]);
    return out;
}

std::string encode_base58(ByteView payload) {
    std::vector<std::uint8_t> digits;  // base 58, least significant first
    for (const auto byte : payload) {
        std::uint32_t carry = byte;
        for (auto& digit : digits) {
            carry += std::uint32_t{digit} << 8;
            digit = static_cast<std::uint8_t>(carry % 58);
            carry /= 58;
        }
        for (; carry != 0; carry /= 58) digits.push_back(static_cast<std::uint8_t>(carry % 58));
    }
    std::string out;
    for (const auto byte : payload) {
        if (byte != 0) break;
        out.push_back('1');
    }
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
        out.push_back(base58_alphabet[*digit]);
    return out;
}

Result<Bytes, DecodeError> decode_base58(std::string_view text) {
    if (text.size() > max_base58) return fail(DecodeError::too_large);
    Bytes little;  // least significant first
    for (const char c : text) {
        const int value = value_of(base58_values, c);
        if (value < 0) return fail(DecodeError::bad_character);
        auto carry = static_cast<std::uint32_t>(value);
        for (auto& byte : little) {
            carry += std::uint32_t{byte} * 58;
            byte = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
        if (carry != 0) little.push_back(static_cast<std::uint8_t>(carry));
    }
    Bytes out;
    for (const char c : text) {
        if (c != '1') break;
        out.push_back(0);
    }
    out.insert(out.end(), little.rbegin(), little.rend());
    return out;
}

std::string encode_base58_check(ByteView payload) {
    Bytes bytes = to_bytes(payload);
    append(bytes, crypto::sha256d(payload).view().first(4));
    return encode_base58(bytes);
}

Result<Bytes, DecodeError> decode_base58_check(std::string_view text) {
    RUNNEL_TRY(auto bytes, decode_base58(text));
    if (bytes.size() < 4) return fail(DecodeError::truncated);
    const auto payload = ByteView(bytes).first(bytes.size() - 4);
    const auto sum = crypto::sha256d(payload);
    if (!std::equal(sum.data(), sum.data() + 4, bytes.end() - 4))
        return fail(DecodeError::bad_checksum);
    bytes.resize(bytes.size() - 4);
    return bytes;
}

std::optional<std::string> address_of(ByteView script, Network network) {
    const auto& params = params_of(network);
    if (const auto program = witness_program(script)) {
        const auto size = program->program.size();
        if (program->version == 0 && size != 20 && size != 32) return std::nullopt;
        Bech32 out;
        out.hrp = params.bech32_hrp;
        out.kind = program->version == 0 ? Bech32Kind::bech32 : Bech32Kind::bech32m;
        out.values.push_back(static_cast<std::uint8_t>(program->version));
        const auto grouped = convert_bits(program->program, 8, 5, true);
        out.values.insert(out.values.end(), grouped->begin(), grouped->end());
        return encode_bech32(out);
    }
    Bytes payload;
    if (is_p2pkh(script)) {
        payload.push_back(params.p2pkh_version);
        append(payload, script.subspan(3, 20));
    } else if (is_p2sh(script)) {
        payload.push_back(params.p2sh_version);
        append(payload, script.subspan(2, 20));
    } else {
        return std::nullopt;
    }
    return encode_base58_check(payload);
}

Result<Script, DecodeError> parse_address(std::string_view text, Network network) {
    const auto bech32 = decode_bech32(text);
    if (bech32) return segwit_script(*bech32, network);
    // A typing error in a segwit address must be named as one, not as bad Base58.
    const auto separator = text.rfind('1');
    if (separator != std::string_view::npos && separator > 0 && text.size() <= 90) {
        std::string hrp;
        for (const char c : text.substr(0, separator)) hrp.push_back(lower(c));
        if (hrp_is_known(hrp)) return fail(bech32.error());
    }
    const auto payload = decode_base58_check(text);
    if (!payload) return fail(payload.error());
    return base58_script(*payload, network);
}

std::optional<std::string> network_name_of(std::string_view address) {
    std::vector<std::string_view> names;
    if (const auto bech32 = decode_bech32(address)) {
        for (const auto network : all_networks) {
            if (params_of(network).bech32_hrp == bech32->hrp)
                names.push_back(params_of(network).name);
        }
    } else if (const auto payload = decode_base58_check(address); payload && !payload->empty()) {
        for (const auto network : all_networks) {
            const auto& params = params_of(network);
            if (payload->front() == params.p2pkh_version || payload->front() == params.p2sh_version)
                names.push_back(params.name);
        }
    }
    if (names.empty()) return std::nullopt;
    return names.size() == 1 ? std::string(names.front()) : std::string("testnet");
}

}  // namespace runnel::bitcoin
