// The HTLC dance of BOLT 2, "Normal Operation", as one value. Owns what both commitments hold and
// how far each change has come; never sends, stores or decides anything. A verb either does its
// whole work or reports a ChannelFault and leaves the value as it was.
//
// A change (an HTLC added, an HTLC removed, a feerate) is offered by one party and enters both
// commitments in four steps:
//
//     proposer                          receiver
//        | ---------- update_* ----------> |   proposed
//        | ----- commitment_signed ------> |   signed      in the receiver's commitment
//        | <------ revoke_and_ack -------- |   acked       irrevocable there
//        | <----- commitment_signed ------ |   ack_signed  in the proposer's commitment
//        | ------- revoke_and_ack -------> |   done        irrevocable on both
//
// What each commitment holds is derived from these stages and stored nowhere twice.
#pragma once

#include "core/channel/fault.h"
#include "core/channel/params.h"
#include "core/channel/transactions.h"
#include "core/crypto/shachain.h"
#include "core/wire/channel_messages.h"
#include "core/wire/message.h"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace runnel::channel {

/// How far an HTLC has come; the number is stored. The remover of an HTLC is its receiver.
enum class Stage : std::uint8_t {
    add_proposed = 0,       ///< update_add_htlc sent, in no commitment.
    add_signed = 1,         ///< The offerer signed the receiver's commitment with it.
    add_acked = 2,          ///< The receiver revoked the one without it.
    add_ack_signed = 3,     ///< The receiver signed the offerer's commitment with it.
    locked_in = 4,          ///< In both, irrevocably.
    remove_proposed = 5,    ///< The receiver sent fulfil or fail.
    remove_signed = 6,      ///< The receiver signed the offerer's commitment without it.
    remove_acked = 7,       ///< The offerer revoked the one with it.
    remove_ack_signed = 8,  ///< The offerer signed the receiver's commitment without it.
    removed = 9,            ///< In neither, irrevocably. Never stored.
};

struct Fulfilled {
    wire::Preimage payment_preimage;
    friend bool operator==(const Fulfilled&, const Fulfilled&) = default;
};
/// Of a failure's reason. BOLT 4 pads them all to 292 bytes; the wire would carry 64 KB for each of
/// 483 HTLCs, in a record that is written with every step of the channel.
constexpr std::size_t longest_reason = 1024;

struct Failed {
    Bytes reason;  ///< Onion-encrypted (BOLT 4). Empty when the peer's was longer than
                   ///< longest_reason: nobody made it who means well.
    friend bool operator==(const Failed&, const Failed&) = default;
};
struct FailedMalformed {
    Hash256 sha256_of_onion;
    std::uint16_t failure_code = 0;
    friend bool operator==(const FailedMalformed&, const FailedMalformed&) = default;
};
/// How an HTLC was removed.
using Removal = std::variant<Fulfilled, Failed, FailedMalformed>;

/// The commitment numbers that hold an HTLC on one side; enough to rebuild any revoked output.
struct NumberSpan {
    static constexpr std::uint64_t none = UINT64_MAX;
    std::uint64_t first = none;
    std::uint64_t last = none;
    friend bool operator==(const NumberSpan&, const NumberSpan&) = default;
};

struct HtlcEntry {
    Htlc htlc;
    wire::OnionPacket onion;
    std::optional<crypto::PublicKey> blinded_path;
    Hash256 row_digest;  ///< SHA-256 of the row that keeps all of the above (store.h); those three
                         ///< never change.
    Stage stage = Stage::add_proposed;
    std::uint64_t sequence = 0;  ///< Order of our proposals on the wire; retransmission keeps it.
    std::shared_ptr<const Removal> removal;  ///< From remove_proposed on.
    NumberSpan in_ours, in_theirs;
};

/// A feerate on its way; the funder's.
struct FeeChange {
    FeeratePerKw feerate_per_kw;
    std::uint8_t step =
        0;  ///< 0 proposed, 1 signed, 2 acked, 3 ack_signed; done ones are the base.
    std::uint64_t sequence = 0;
    friend bool operator==(const FeeChange&, const FeeChange&) = default;
};

/// May we sign their next commitment?
struct NoPointYet {};  ///< channel_ready with their second point has not come.
struct MaySign {
    crypto::PublicKey point;
};                           ///< Their point for the next number.
struct AwaitingRevocation {  ///< commitment_signed is out, the old one not revoked.
    crypto::PublicKey point;
    ports::CommitmentSignatures signatures;  ///< As sent: retransmission is byte-identical.
};
using RemoteNext = std::variant<NoPointYet, MaySign, AwaitingRevocation>;

/// Which of our two kinds of commitment message went out last (BOLT 2, Message Retransmission: the
/// order is kept).
enum class LastSent : std::uint8_t { revocation, commitment };

/// Something that became irrevocable, for the payments above.
struct IncomingLockedIn {
    HtlcId id;
};  ///< May be acted on now.
/// In no commitment any more. Without removal: taken back by us before it was in any.
struct OutgoingRemoved {
    HtlcId id;
    PaymentHash payment_hash;
    std::shared_ptr<const Removal> removal;
};
struct IncomingRemoved {
    HtlcId id;
    PaymentHash payment_hash;
    std::shared_ptr<const Removal> removal;
};
using HtlcFact = std::variant<IncomingLockedIn, OutgoingRemoved, IncomingRemoved>;

class Commitments {
public:
    /// Both first commitments, as agreed: no HTLCs. `our_first` are their signatures on ours
    /// (number 0).
    Commitments(ChannelParams params, FeeratePerKw feerate, Msat ours, Msat theirs,
                crypto::PublicKey their_first_point, ports::CommitmentSignatures our_first);

    const ChannelParams& params() const { return *m_params; }
    CommitmentNumber local_number() const { return m_local_number; }
    const ports::CommitmentSignatures& local_signatures() const { return m_local_signatures; }
    CommitmentNumber remote_number() const { return m_remote_number; }
    const crypto::PublicKey& remote_point() const { return m_remote_point; }
    const RemoteNext& remote_next() const { return m_remote_next; }
    const crypto::ShaChain& revealed() const { return *m_revealed; }
    const std::vector<HtlcEntry>& htlcs() const { return m_htlcs; }
    const HtlcEntry* find(Party offered_by, HtlcId id) const;
    LastSent last_sent() const { return m_last_sent; }
    FeeratePerKw feerate() const { return m_feerate; }
    const std::vector<FeeChange>& fee_changes() const { return m_fees; }
    const ports::SignerGuard& guard() const { return m_guard; }
    void set_guard(const ports::SignerGuard& guard) { m_guard = guard; }
    HtlcId next_htlc_id(Party offered_by) const {
        return offered_by == Party::ours ? m_our_next_id : m_their_next_id;
    }

    /// What our latest commitment holds.
    CommitmentSpec local_spec() const { return spec(Party::ours, View::latest); }
    /// What their latest unrevoked commitment holds.
    CommitmentSpec remote_spec() const;
    /// What the one they owe a revocation for holds; nothing when none is outstanding.
    std::optional<CommitmentSpec> remote_next_spec() const;

    /// Balances of the two parties when everything under way would fail: what is settled.
    Msat settled(Party p) const { return p == Party::ours ? m_ours : m_theirs; }

    /// Derives the keys of the two commitments that come next while nobody waits for them. Changes
    /// nothing that can be seen.
    void derive_ahead(const ports::ChannelSigner& signer) const;

    // Money (millisatoshi), for people and for routing.
    Msat can_send() const;  ///< Largest single HTLC that send_add would take now.
    Msat can_receive()
        const;  ///< Largest single HTLC that they would send if they keep what we keep: see Rule.
    /// can_send() without the bounds on what is under way at once: what of our part neither the
    /// reserve nor fees keep back.
    Msat free_to_send() const;
    /// can_send() once everything under way has failed: what room there will be at the latest.
    Msat can_send_when_quiet() const;
    Msat dust_exposure() const;
    /// Has this HTLC no output on one side, and is more at stake in such HTLCs than we allow? Then
    /// no preimage is given for it (BOLT 2, max_dust_htlc_exposure_msat).
    bool is_beyond_dust_limit(const HtlcEntry& entry) const;

    // Proposals. `id` of an add is chosen here.
    Result<wire::UpdateAddHtlc, ChannelFault> send_add(Msat amount, const PaymentHash& hash,
                                                       BlockHeight cltv_expiry,
                                                       const wire::OnionPacket& onion);
    Result<void, ChannelFault> receive_add(const wire::UpdateAddHtlc& add);
    Result<wire::UpdateFulfillHtlc, ChannelFault> send_fulfill(HtlcId id,
                                                               const wire::Preimage& preimage);
    Result<void, ChannelFault> receive_fulfill(const wire::UpdateFulfillHtlc& fulfill);
    Result<wire::UpdateFailHtlc, ChannelFault> send_fail(HtlcId id, Bytes reason);
    Result<void, ChannelFault> receive_fail(const wire::UpdateFailHtlc& failure);
    Result<wire::UpdateFailMalformedHtlc, ChannelFault> send_fail_malformed(
        HtlcId id, const Hash256& sha256_of_onion, std::uint16_t failure_code);
    Result<void, ChannelFault> receive_fail_malformed(const wire::UpdateFailMalformedHtlc& failure);
    Result<wire::UpdateFee, ChannelFault> send_fee(FeeratePerKw feerate);
    Result<void, ChannelFault> receive_fee(const wire::UpdateFee& fee);

    // Commitments.
    bool has_changes_to_sign() const;
    /// Would a commitment_signed of the peer's change anything?
    bool awaits_their_signature() const;
    /// Something of ours was proposed and not signed yet: shutdown has to wait (BOLT 2, shutdown).
    bool has_unsigned_proposals() const;
    /// Was an HTLC of ours proposed, is in no commitment yet and expires at `last` or before?
    /// Signed now it could be claimed by the peer when what we were promised for it has run out
    /// already.
    bool has_stale_proposal(BlockHeight last) const;
    bool may_sign() const { return std::holds_alternative<MaySign>(m_remote_next); }
    /// Signs their next commitment.
    Result<wire::CommitmentSigned, ChannelFault> send_commit(const ports::ChannelSigner& signer);
    /// Takes our next commitment and revokes the one before: the two are one step, for in between
    /// there is nothing to decide.
    struct Received {
        wire::RevokeAndAck revoke_and_ack;
        std::vector<HtlcFact> facts;
    };
    Result<Received, ChannelFault> receive_commit(const wire::CommitmentSigned& commit,
                                                  const ports::ChannelSigner& signer);
    Result<std::vector<HtlcFact>, ChannelFault> receive_revocation(
        const wire::RevokeAndAck& revocation);
    /// Their second point, from channel_ready.
    void set_remote_next_point(const crypto::PublicKey& point);
    /// No HTLC and no fee change anywhere: closing may be negotiated (BOLT 2, closing_signed).
    bool is_quiet() const {
        return m_htlcs.empty() && m_fees.empty() &&
               !std::holds_alternative<AwaitingRevocation>(m_remote_next);
    }

    // Reconnecting.
    /// Forgets what the peer proposed and did not sign (BOLT 2, Message Retransmission).
    void forget_unsigned();
    /// Takes back our stale proposals (see has_stale_proposal) and, as ids have no gaps, every HTLC
    /// of ours proposed after the first of them. What was signed, acknowledged or not, stays. Only
    /// before reestablish, when the peer has forgotten them too, or will have when it is connected
    /// again: their ids are given out again.
    std::vector<HtlcFact> take_back_stale(BlockHeight last);
    wire::ChannelReestablish reestablish(const ports::ChannelSigner& signer) const;
    /// The messages to send again, in order.
    Result<std::vector<wire::Message>, ChannelFault> on_reestablish(
        const wire::ChannelReestablish& theirs, const ports::ChannelSigner& signer) const;

    /// Our latest commitment with its second stage, to be signed for broadcast.
    CommitmentTx local_commitment(const ports::ChannelSigner& signer) const;
    CommitmentTx remote_commitment() const;
    std::optional<CommitmentTx> remote_next_commitment() const;

    /// For the store. HTLCs' constant parts (amount, hash, onion) are rows of their own: see
    /// store.h.
    friend class CommitmentsCodec;

private:
    Commitments() = default;
    /// Whose signature decides what a commitment "holds": the next one to be signed, the latest
    /// signed, the one before it.
    enum class View : std::int8_t { next = -1, latest = 0, prior = 1 };
    /// Sums over one commitment, millisatoshi. Signed: a proposal under test may take a balance
    /// below zero.
    struct Totals {
        std::int64_t ours = 0;
        std::int64_t theirs = 0;
        std::size_t untrimmed = 0;
        FeeratePerKw feerate;
        std::int64_t of(Party p) const { return p == Party::ours ? ours : theirs; }
    };

    bool holds(const HtlcEntry& entry, Party broadcaster, View view) const;
    bool is_gone(const HtlcEntry& entry, Party broadcaster, View view) const;
    FeeratePerKw feerate(Party broadcaster, View view) const;
    CommitmentSpec spec(Party broadcaster, View view) const;
    Totals totals(Party broadcaster, View view) const;
    /// The same for the commitment of `party` once everything proposed so far is in it, at the
    /// highest feerate under way.
    Totals totals_to_come(Party party) const;
    /// How an offerer is judged: by what BOLT 2 lets a receiver refuse, or by what a careful sender
    /// keeps in hand as well, so that both commitments stay payable when the feerate rises or HTLCs
    /// cross on the wire. We are careful, and so is who we expect to be paid by; only a breach is
    /// refused.
    enum class Rule : std::uint8_t { breach, careful };
    /// What `offerer` has beside its reserve and the fees of so many untrimmed HTLCs; below zero
    /// when a limit is broken.
    std::int64_t room(const Totals& state, Party offerer, std::size_t untrimmed, Rule rule) const;
    std::size_t in_flight_count(Party offered_by) const;
    Msat in_flight_value(Party offered_by) const;
    HtlcEntry* find_entry(Party offered_by, HtlcId id);
    Result<HtlcEntry*, ChannelFault> removable(Party offered_by, HtlcId id);
    std::optional<ChannelFault> add_fault(Party offerer, Msat amount, Rule rule) const;
    /// As funder: could we not pay for our commitment any more with this HTLC of theirs in it?
    std::optional<ChannelFault> burden_fault(Msat amount) const;
    /// Our own commitment as they knew it for certain when they proposed what comes now.
    Totals known_to_them() const;
    bool is_dust_on(Party broadcaster, Party offerer, Msat amount) const;
    struct Caps {
        Msat any;      ///< Of an HTLC of any size.
        Msat as_dust;  ///< Of one that lacks an output on one side.
    };
    Msat spendable(Party offerer, Rule rule, const Caps& caps) const;
    /// The largest HTLC that a careful offerer adds now.
    Msat payable(Party offerer) const;
    std::vector<HtlcFact> apply_revocation(Party revoker);
    CommitmentNumber next_remote_number() const { return m_remote_number.next(); }

    std::shared_ptr<const ChannelParams> m_params;
    std::vector<HtlcEntry> m_htlcs;  ///< Ascending by (offered_by, id).
    std::vector<FeeChange> m_fees;   ///< Oldest first.
    FeeratePerKw m_feerate;          ///< The last that is done on both sides.
    Msat m_ours, m_theirs;           ///< Settled balances; their sum is the capacity.
    HtlcId m_our_next_id, m_their_next_id;
    std::uint64_t m_next_sequence = 0;
    CommitmentNumber m_local_number;
    ports::CommitmentSignatures m_local_signatures;
    CommitmentNumber m_remote_number;
    crypto::PublicKey m_remote_point;
    RemoteNext m_remote_next;
    std::shared_ptr<const crypto::ShaChain> m_revealed;
    LastSent m_last_sent = LastSent::revocation;
    ports::SignerGuard m_guard;
    /// Their signatures since the last cut. Before the second one (the first may itself be said
    /// again) what they propose may be from before they heard of what they have revoked for
    /// meanwhile. Not stored: a start is a cut.
    std::uint8_t m_signed_since_cut = 0;
};

/// BOLT 2 would have us refuse what is "unreasonably large": 1,000 sat/vB, which no mempool ever
/// asked for. A commitment needs far less, its anchor pays for the rest.
inline constexpr FeeratePerKw most_commitment_feerate{250'000};

/// Value in HTLCs without outputs that one channel may hold: lost to fees if it is closed by force.
inline constexpr Msat max_dust_exposure{50'000'000};

}  // namespace runnel::channel
