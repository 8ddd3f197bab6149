#include "core/onion/failure_onion.h"

#include "core/onion/keys.h"

#include <algorithm>
#include <optional>

namespace runnel::onion {
namespace {

constexpr std::size_t mac_size = 32;
/// Message and padding together; older nodes read nothing else (BOLT 4, "Erring node").
constexpr std::size_t padded_size = 256;
/// The longest route that a payload of TLVs is made for.
constexpr std::size_t least_rounds = 27;

Secret32 authenticate(const Secret32& shared_secret, ByteView content) {
    return crypto::hmac_sha256(keys::derive(keys::um, shared_secret).reveal(), {content});
}

/// The message within an authentic packet; padding of any length, even none, is accepted.
Failure read_message(ByteView content) {
    Reader in(content);
    const auto message = in.bytes(in.u16());
    return decode_failure(message);
}

}  // namespace

Bytes seal_failure(const Secret32& shared_secret, const Failure& failure) {
    auto message = encode_failure(failure);
    // Only an OtherFailure of ours could be longer; the length field could not say it.
    if (message.size() > 0x7fff) message.resize(0x7fff);
    const std::size_t padding = message.size() < padded_size ? padded_size - message.size() : 0;
    Writer content;
    content.reserve(mac_size + 4 + message.size() + padding);
    content.bytes(std::array<std::uint8_t, mac_size>{});
    content.u16(static_cast<std::uint16_t>(message.size())).bytes(message);
    content.u16(static_cast<std::uint16_t>(padding));
    auto reason = content.take();
    reason.resize(reason.size() + padding);
    const auto mac = authenticate(shared_secret, ByteView(reason).subspan(mac_size));
    std::copy(mac.reveal().begin(), mac.reveal().end(), reason.begin());
    wrap_failure(shared_secret, reason);
    return reason;
}

void wrap_failure(const Secret32& shared_secret, Bytes& reason) {
    keys::obfuscate(keys::ammag, shared_secret, reason);
}

Result<HopFailure, Unattributable> unwrap_failure(ByteView reason,
                                                  std::span<const Secret32> shared_secrets) {
    if (reason.size() < mac_size) return fail(Unattributable{});
    auto packet = to_bytes(reason);
    const Secret32 dummy;
    std::optional<HopFailure> found;
    const std::size_t rounds = std::max(shared_secrets.size(), least_rounds);
    for (std::size_t i = 0; i < rounds; ++i) {
        const bool real = i < shared_secrets.size();
        const Secret32& secret = real ? shared_secrets[i] : dummy;
        keys::obfuscate(keys::ammag, secret, packet);
        const auto content = ByteView(packet).subspan(mac_size);
        const auto mac = authenticate(secret, content);
        const bool fits = equal_constant_time(mac.reveal(), ByteView(packet).first(mac_size));
        if (fits && real && !found) found = HopFailure{i, read_message(content)};
    }
    if (!found) return fail(Unattributable{});
    return *std::move(found);
}

}  // namespace runnel::onion
