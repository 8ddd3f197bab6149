// What a peer can put into an onion, a hop payload or a returned failure. The first byte chooses
// the decoder; what decodes must encode to something that decodes to the same.
#include "core/onion/failure_onion.h"
#include "core/onion/payload.h"
#include "core/onion/sphinx.h"

#include <cstdlib>

using namespace runnel;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

const crypto::PrivateKey& node_key() {
    static const auto key =
        crypto::PrivateKey::from(secret32_from(Bytes(32, 0x41)).value()).value();
    return key;
}

void payloads(ByteView data) {
    if (const auto forward = onion::decode_forward_payload(data)) {
        require(onion::decode_forward_payload(onion::encode_payload(*forward)).value() == *forward);
    }
    if (const auto final_payload = onion::decode_final_payload(data)) {
        require(onion::decode_final_payload(onion::encode_payload(*final_payload)).value() ==
                *final_payload);
    } else {
        (void)onion::encode_failure(onion::to_failure(final_payload.error(), Hash256{}));
    }
}

void failures(ByteView data) {
    const auto failure = onion::decode_failure(data);
    const auto again = onion::decode_failure(onion::encode_failure(failure));
    require(onion::code_of(again) == onion::code_of(failure) || data.size() < 2);
    const std::vector<Secret32> secrets(3);
    (void)onion::unwrap_failure(data, secrets);
    // The failure as a hop of ours would send it comes home whole.
    auto reason = onion::seal_failure(secrets[0], again);
    require(onion::unwrap_failure(reason, std::span(secrets).first(1)).value().hop == 0);
}

/// 1366 bytes from the wire. Without the MAC only a refusal is possible; the corpus holds one that
/// opens (a published one, whose associated data this is).
void peel(ByteView data) {
    const auto packet = wire::OnionPacket::from(data);
    if (!packet) return;
    const Bytes associated(32, 0x42);
    const auto peeled = onion::peel(node_key(), *packet, associated);
    if (peeled && peeled->next) (void)onion::peel(node_key(), *peeled->next, associated);
}

/// The same bytes behind a valid MAC: as the first layer's content, badly packed or not.
void authentic(ByteView data) {
    if (data.size() < 2 || data.size() > onion::payloads_size - 35) return;
    const std::vector<onion::Hop> hops{{node_key().public_key(), to_bytes(data)}};
    const auto onion = onion::build(node_key(), hops, {});
    require(onion.has_value());
    const auto peeled = onion::peel(node_key(), onion->packet, {});
    require(peeled.has_value() && peeled->is_final() && peeled->payload == hops[0].payload);
    payloads(peeled->payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView rest(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0: payloads(rest); break;
        case 1: failures(rest); break;
        case 2: peel(rest); break;
        default: authentic(rest); break;
    }
    return 0;
}
