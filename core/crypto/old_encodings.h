// Encodings of keys and signatures that only old scripts on the chain contain: uncompressed and
// hybrid public keys, and signatures in the loose DER that was accepted before BIP 66. Nothing we
// make or send is ever encoded like this; the script interpreter needs them to judge what others
// made.
#pragma once

#include "core/crypto/keys.h"

#include <optional>

namespace runnel::crypto {

/// A public key in any form consensus accepts: 33 bytes compressed, 65 bytes uncompressed (04) or
/// hybrid (06, 07).
std::optional<PublicKey> parse_any_public_key(ByteView bytes);

/// A signature as OpenSSL once read it: lengths in any BER form, padded or short integers, bytes
/// left over at the end. Numbers that are no scalars become a signature of zeros, which verifies
/// for nothing. Nothing when even that is not there. S may be high.
std::optional<Signature> parse_loose_der(ByteView bytes);

}  // namespace runnel::crypto
