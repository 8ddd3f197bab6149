// HTLC output scripts of one commitment, made from templates: everything but hash and expiry is the
// same for all of them, and a commitment may hold 966. Used by the files behind transactions.h
// only.
#pragma once

#include "core/channel/transactions.h"

namespace runnel::channel {

class HtlcScripts {
public:
    explicit HtlcScripts(const CommitmentKeys& keys);
    /// Offered by the broadcaster.
    bitcoin::Script offered(const PaymentHash& payment_hash) const;
    /// Offered to the broadcaster.
    bitcoin::Script received(const PaymentHash& payment_hash, std::uint32_t cltv_expiry) const;

private:
    bitcoin::Script m_offered;   ///< Whole, with a hash of zeros.
    bitcoin::Script m_received;  ///< Up to the expiry, with a hash of zeros.
    std::size_t m_offered_hash_at = 0;
    std::size_t m_received_hash_at = 0;
};

}  // namespace runnel::channel
