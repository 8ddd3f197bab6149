// The link of a subject's journal: every store of records computes it the same way, so that a
// transcript exported from one can be checked by anybody. Sits beside record.h, which says what is
// appended.
#pragma once

#include "core/base/ids.h"
#include "core/crypto/hash.h"

namespace runnel::ports {

/// SHA-256(previous || subject || body); `previous` of a subject's first entry is all zeros.
inline Hash256 chain_hash(const Hash256& previous, ByteView subject, ByteView body) {
    return crypto::sha256({previous.view(), subject, body});
}

}  // namespace runnel::ports
