#include "core/wire/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::wire {

namespace {

constexpr std::uint8_t tor_v2 = 3;
constexpr std::size_t tor_v2_size = 10;

std::optional<std::size_t> fixed_host_size(std::uint8_t kind) {
    switch (kind) {
        case static_cast<std::uint8_t>(AddressKind::ipv4): return 4;
        case static_cast<std::uint8_t>(AddressKind::ipv6): return 16;
        case tor_v2: return tor_v2_size;
        case static_cast<std::uint8_t>(AddressKind::tor_v3): return 35;
        default: return std::nullopt;
    }
}

// A host name goes into resolvers, logs and the window: nothing but what names are made of.
bool is_host_name(ByteView host) {
    return !host.empty() && std::all_of(host.begin(), host.end(), [](std::uint8_t c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

std::string base32(ByteView bytes) {
    static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string out;
    unsigned buffer = 0;
    int bits = 0;
    for (const auto byte : bytes) {
        buffer = (buffer << 8 | byte) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += alphabet[buffer >> bits & 31];
        }
    }
    if (bits > 0) out += alphabet[buffer << (5 - bits) & 31];
    return out;
}

std::string ipv6_text(ByteView host) {
    std::string out;
    for (std::size_t i = 0; i + 1 < host.size(); i += 2) {
        if (i != 0) out += ':';
        out += fmt::format("{:x}", host[i] << 8 | host[i + 1]);
    }
    return out;
}

}  // namespace

Address Address::ipv4(const std::array<std::uint8_t, 4>& host, std::uint16_t port) {
    return Address{AddressKind::ipv4, to_bytes(host), port};
}

Address Address::ipv6(const std::array<std::uint8_t, 16>& host, std::uint16_t port) {
    return Address{AddressKind::ipv6, to_bytes(host), port};
}

Result<std::vector<Address>, DecodeError> parse_addresses(ByteView descriptors) {
    Reader in(descriptors);
    std::vector<Address> out;
    while (in.ok() && !in.at_end()) {
        const std::uint8_t kind = in.u8();
        std::size_t size = 0;
        if (kind == static_cast<std::uint8_t>(AddressKind::dns)) {
            size = in.u8();
        } else if (const auto fixed = fixed_host_size(kind)) {
            size = *fixed;
        } else {
            break;
        }
        const ByteView host = in.bytes(size);
        const std::uint16_t port = in.u16();
        if (!in.ok() || port == 0 || kind == tor_v2) continue;
        const auto known = static_cast<AddressKind>(kind);
        if (known == AddressKind::dns && !is_host_name(host)) continue;
        out.push_back(Address{known, to_bytes(host), port});
    }
    return in.finish(std::move(out));
}

Bytes encode_addresses(std::span<const Address> addresses) {
    std::vector<const Address*> sorted;
    for (const auto& address : addresses) sorted.push_back(&address);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Address* a, const Address* b) { return a->kind < b->kind; });
    Writer out;
    for (const Address* address : sorted) {
        out.u8(static_cast<std::uint8_t>(address->kind));
        if (address->kind == AddressKind::dns) {
            out.u8(static_cast<std::uint8_t>(address->host.size()));
        }
        out.bytes(address->host).u16(address->port);
    }
    return out.take();
}

std::string to_string(const Address& address) {
    const Bytes& host = address.host;
    switch (address.kind) {
        case AddressKind::ipv4:
            if (host.size() != 4) break;
            return fmt::format("{}.{}.{}.{}:{}", host[0], host[1], host[2], host[3], address.port);
        case AddressKind::ipv6: return fmt::format("[{}]:{}", ipv6_text(host), address.port);
        case AddressKind::tor_v3: return fmt::format("{}.onion:{}", base32(host), address.port);
        case AddressKind::dns:
            return fmt::format("{}:{}", std::string(host.begin(), host.end()), address.port);
    }
    return "?";
}

}  // namespace runnel::wire
