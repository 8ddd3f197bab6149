// Where a node can be reached, as BOLT 7 writes it ("address descriptors" of node_announcement,
// `remote_addr` of init). Values and their bytes; nobody connects here.
#pragma once

#include "core/base/codec.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace runnel::wire {

enum class AddressKind : std::uint8_t { ipv4 = 1, ipv6 = 2, tor_v3 = 4, dns = 5 };

struct Address {
    AddressKind kind = AddressKind::ipv4;
    Bytes host;  ///< 4 bytes, 16 bytes, 35 bytes, or 1 to 255 ASCII characters, by kind.
    std::uint16_t port = 0;

    static Address ipv4(const std::array<std::uint8_t, 4>& host, std::uint16_t port);
    static Address ipv6(const std::array<std::uint8_t, 16>& host, std::uint16_t port);

    friend bool operator==(const Address&, const Address&) = default;
};

/// Descriptors one after another. Reading stops without an error at the first unknown kind (whose
/// length nobody knows); Tor v2, addresses with port 0, and host names with other than letters,
/// digits, '-' and '.' are left out. Errors: `truncated`.
Result<std::vector<Address>, DecodeError> parse_addresses(ByteView descriptors);

/// In ascending order of kind, as an announcement must have them.
Bytes encode_addresses(std::span<const Address> addresses);

/// host:port, with brackets around IPv6.
std::string to_string(const Address& address);

}  // namespace runnel::wire
