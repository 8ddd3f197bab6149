#include "core/wire/signature_hash.h"

#include "core/crypto/hash.h"

namespace runnel::wire {

namespace {

constexpr std::size_t type_size = 2;

Hash256 hash_behind(std::size_t signatures, const Message& message) {
    const Bytes bytes = encode(message);
    return crypto::sha256d(
        ByteView(bytes).subspan(type_size + signatures * crypto::Signature::size_bytes));
}

}  // namespace

Hash256 signature_hash(const ChannelAnnouncement& announcement) {
    return hash_behind(4, announcement);
}
Hash256 signature_hash(const NodeAnnouncement& announcement) {
    return hash_behind(1, announcement);
}
Hash256 signature_hash(const ChannelUpdate& update) { return hash_behind(1, update); }

}  // namespace runnel::wire
