// The bridge from this module's types to libsecp256k1's: the process-wide context and the two forms
// of a point. Included by the .cpp files of core/crypto only; nobody else needs to know which
// library it is.
#pragma once

#include "core/crypto/keys.h"

#include <secp256k1.h>

namespace runnel::crypto::secp {

/// Made at first use; lives as long as the process.
const secp256k1_context* context();

secp256k1_pubkey point(const PublicKey& key);
PublicKey key(const secp256k1_pubkey& point);

}  // namespace runnel::crypto::secp
