// The cooperative close of BOLT 2, "Legacy Closing Negotiation": both sides name fees until one is
// agreed. Owns what each side said last; builds and checks the transactions. Starts after both
// shutdowns with no HTLC left; starts anew after every reconnection (the BOLT keeps no memory of
// earlier offers).
//
//     funder                                 fundee
//        | -- closing_signed(fee, range) -----> |
//        | <- closing_signed(fee in range) ---- |   equal: done here
//        | -- closing_signed(the same fee) ---> |   else: done here
//
// A peer without fee_range is met half way, step by step. Whatever it says: as funder we never pay
// more than the maximum we named, and our output is never less than our balance, minus that fee if
// we are the funder.
#pragma once

#include "core/channel/fault.h"
#include "core/channel/transactions.h"
#include "core/ports/chain.h"
#include "core/wire/channel_messages.h"

#include <optional>

namespace runnel::channel {

/// What is acceptable, by the estimates of the moment. `min <= ideal <= max`.
struct CloseFeerates {
    FeeratePerKw ideal, min, max;
};
CloseFeerates close_feerates(const ports::FeeEstimates& fees);
/// The same for the transaction in question.
struct CloseFees {
    Sat ideal, min, max;
    friend bool operator==(const CloseFees&, const CloseFees&) = default;
};

struct CloseFault {
    enum class Kind : std::uint8_t {
        bad_signature,   ///< Fits no variant of the closing transaction, or is high-S.
        unaffordable,    ///< The funder cannot pay that fee.
        outside_range,   ///< As fundee: outside both ranges. As funder: outside what we offered
                         ///< although ranges overlap.
        changed_offer,   ///< The funder must repeat our fee once we took one from its range.
        no_overlap,      ///< The two fee ranges have nothing in common.
        no_progress,     ///< Without fee_range: not strictly between the last two offers.
        no_agreement,    ///< Without fee_range: nothing left between their offer and our bounds.
        signer_refused,  ///< Our own signer would not.
    };
    Kind kind = Kind::bad_signature;
    Sat got;    ///< Their fee.
    Sat limit;  ///< The bound it broke, or ours that it should have met.
    friend bool operator==(const CloseFault&, const CloseFault&) = default;
};

struct CloseStep;

/// What a verb needs from around.
struct CloseContext {
    const ChannelParams& params;
    const ports::ChannelSigner& signer;
    ChannelId channel_id;
};

class CloseNegotiation {
public:
    /// Balances of the last commitments, millisatoshi; scripts of the two shutdown messages.
    CloseNegotiation(const ChannelParams& params, Msat to_ours, Msat to_theirs,
                     bitcoin::Script our_script, bitcoin::Script their_script,
                     const CloseFeerates& feerates);

    /// Forgets all offers (reconnection) and takes new estimates.
    CloseNegotiation restarted(const ChannelParams& params, const CloseFeerates& feerates) const;

    /// The funder's first offer. As fundee nothing is said first: `reply` is empty.
    Result<CloseStep, CloseFault> start(const CloseContext& context) const;
    /// Answers their offer. When `final_tx` is there, the channel is closed by it; `reply` then
    /// still has to be sent.
    Result<CloseStep, CloseFault> receive(const CloseContext& context,
                                          const wire::ClosingSigned& offer) const;

    const CloseFees& fees() const { return m_fees; }
    const bitcoin::Script& our_script() const { return m_our_script; }
    const bitcoin::Script& their_script() const { return m_their_script; }
    /// Fee of our last offer.
    std::optional<Sat> our_fee() const { return m_our_fee; }

    void encode(Writer& out) const;
    static CloseNegotiation decode(Reader& in);
    friend bool operator==(const CloseNegotiation&, const CloseNegotiation&) = default;

private:
    CloseNegotiation() = default;

    void set_fees(const ChannelParams& params, const CloseFeerates& feerates);
    wire::FeeRange our_range(const ChannelParams& params,
                             const std::optional<wire::FeeRange>& theirs) const;
    /// The transaction that their signature is for.
    Result<ClosingTx, CloseFault> match(const ChannelParams& params,
                                        const wire::ClosingSigned& offer) const;
    /// The fee that answers theirs; equal to it for agreement.
    Result<Sat, CloseFault> answer(const ChannelParams& params,
                                   const wire::ClosingSigned& offer) const;
    Result<Sat, CloseFault> answer_to_range(const ChannelParams& params,
                                            const wire::ClosingSigned& offer) const;
    Result<Sat, CloseFault> answer_to_single_fee(const ChannelParams& params, Sat fee) const;
    Result<wire::ClosingSigned, CloseFault> sign(
        const CloseContext& context, Sat fee, const bitcoin::Transaction& tx,
        const std::optional<wire::FeeRange>& their_range) const;

    Sat m_to_ours, m_to_theirs;
    bitcoin::Script m_our_script, m_their_script;
    CloseFees m_fees;
    std::optional<Sat> m_our_fee, m_their_fee;  ///< Last offers of this negotiation.
    std::optional<wire::FeeRange> m_our_range;  ///< As sent.
};

struct CloseStep {
    CloseNegotiation next;
    std::optional<wire::ClosingSigned> reply;
    std::optional<bitcoin::Transaction> final_tx;  ///< Signed by both.
};

}  // namespace runnel::channel
